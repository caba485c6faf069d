"""The sheet to try weights on: weights in coloured cells, and the ranking that follows from them by plain formulas."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from yitihua.definitions.levels import level_word
from yitihua.publish.workbook.live_data import DataSheet
from yitihua.publish.workbook.live_plan import LiveNode, live_nodes, why_not_live
from yitihua.publish.workbook.page import Desk, wrapped

Ints = npt.NDArray[np.int64]
#: Columns of the weights, from 0; the ranking begins behind an empty one.
_CODE, _NAME, _WEIGHT, _SHARE, _BEFORE, _LIST = 0, 1, 2, 3, 4, 6
_WIDTHS: Final = (11, 34, 10, 10, 10, 3)
_HELP: Final = (
    (
        "在黄色单元格中修改权重（0至1），得分、排名和等级随即重算。每组权重按合计折算为份额，不必先凑成1。",
        "Change weights (0 to 1) in the yellow cells: scores, ranks and grades follow at once. The weights of a group "
        "are scaled by their sum, so they need not sum to 1.",
    ),
    (
        "缺失值、覆盖率、取整和并列的规则与正式结果相同；试算只改权重，不改数据，也不是正式结果。“原权重”为正式结果所用。",
        "Gaps, coverage, rounding and ties follow the rules of the published result; only weights are changed here, "
        "and what comes out is a trial, no result. The weights of the published result stand beside them.",
    ),
    (
        "本表已锁定公式，没有密码：审阅—撤消工作表保护即可查看和修改。",
        "Formulas are locked without a password: Review, Unprotect Sheet.",
    ),
)


@dataclass
class LiveSheet:
    """The sheet of weights and ranking; its data follow at the end of the book."""

    desk: Desk
    nodes: tuple[LiveNode, ...]
    sheet: Any
    head: int
    rows: dict[str, int] = field(default_factory=dict)

    def weight_cell(self, child: str) -> str:
        """Return the address of a child's share, from another sheet."""
        return f"'{self.desk.tab('live')}'!$D${self.rows[child] + 1}"


def begin_live(desk: Desk) -> LiveSheet | None:
    """Add the sheet with its weights; None where no plain formula can repeat the index."""
    nodes = live_nodes(desk.board)
    if not nodes:
        return None
    remarks = [desk.pick(pair) for pair in _HELP]
    if said := why_not_live(desk.board, desk.lang):
        remarks.append(said)
    columns = 10 + len(desk.board.recipe.grades)
    sheet, head = desk.sheet("live", desk.say("权重试算", "Try other weights"), remarks, room=150, columns=columns)
    found = LiveSheet(desk, nodes, sheet, head)
    for c, wide in enumerate(_WIDTHS):
        sheet.set_column(c, c, wide)
    titles = (("代码", "code"), ("名称", "name"), ("权重", "weight"), ("折算份额", "share"), ("原权重", "published"))
    for c, pair in enumerate(titles):
        desk.text(sheet, head, c, desk.pick(pair), "head")
    sheet.set_row(head, 32)
    row = head + 1
    for node in (nodes[-1], *nodes[:-1]):
        row = _weights(found, node, row)
    sheet.freeze_panes(head + 1, 0)
    sheet.repeat_rows(head)
    sheet.protect("", {"format_columns": True, "format_rows": True, "format_cells": True})
    return found


def _weights(live: LiveSheet, node: LiveNode, row: int) -> int:
    """Write the weights of a node's children and their sum; return the next free row."""
    desk, sheet, rule = live.desk, live.sheet, node.rule
    labels = desk.board.recipe.labels
    name = desk.pick(labels[rule.code])
    for c in range(_CODE, _BEFORE + 1):
        desk.text(sheet, row, c, "", "strong")
    desk.text(sheet, row, _CODE, rule.code, "strong_text")
    words = desk.say(f"{name}：下级权重", f"{name}: weights below")
    desk.text(sheet, row, _NAME, words, "strong_text")
    _fit(sheet, row, words)
    first, total = row + 1, math.fsum(rule.weights)
    last = row + len(rule.children)
    cells = f"$C${first + 1}:$C${last + 1}"
    for row, (child, weight) in enumerate(zip(rule.children, rule.weights, strict=True), start=first):
        live.rows[child] = row
        desk.text(sheet, row, _CODE, child, "code")
        desk.text(sheet, row, _NAME, desk.pick(labels[child]))
        _fit(sheet, row, desk.pick(labels[child]))
        sheet.write_number(row, _WEIGHT, weight, desk.look("entry", "0.0000"))
        share = f"=IF(SUM({cells})>0,C{row + 1}/SUM({cells}),0)"
        sheet.write_formula(row, _SHARE, share, desk.look("formula", "0.0000"), weight / total)
        sheet.write_number(row, _BEFORE, weight, desk.look("number", "0.0000"))
    _checked(live, first, last)
    row = last + 1
    desk.text(sheet, row, _CODE, desk.say("合计", "sum"), "formula_text")
    told = (
        desk.say("合计为1", "sums to 1"),
        desk.say("合计不为1，已折算", "not 1: scaled"),
        desk.say("不能全为0", "all are 0"),
    )
    words = f'=IF(SUM({cells})=0,"{told[2]}",IF(ROUND(SUM({cells}),6)=1,"{told[0]}","{told[1]}"))'
    sheet.write_formula(row, _NAME, words, desk.look("formula_text"), told[0])
    sheet.write_formula(row, _WEIGHT, f"=SUM({cells})", desk.look("formula", "0.0000"), total)
    sheet.write_formula(row, _SHARE, f"=SUM($D${first + 1}:$D${last + 1})", desk.look("formula", "0.0000"), 1.0)
    sheet.write_number(row, _BEFORE, total, desk.look("number", "0.0000"))
    off = {"type": "formula", "criteria": f"=ROUND($C${row + 1},6)<>1", "format": desk.look("bad")}
    sheet.conditional_format(row, _NAME, row, _WEIGHT, off)
    return row + 2


def _fit(sheet: Any, row: int, words: str) -> None:
    lines = wrapped(words, _WIDTHS[_NAME] - 3)
    if lines > 1:
        sheet.set_row(row, min(15 * lines, 409))


def _checked(live: LiveSheet, first: int, last: int) -> None:
    say = live.desk.say
    live.sheet.data_validation(first, _WEIGHT, last, _WEIGHT, {
        "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1, "ignore_blank": False,
        "input_title": say("权重", "weight"), "input_message": say("0至1之间的数", "a number from 0 to 1"),
        "error_title": say("权重无效", "not a weight"),
        "error_message": say("请填0至1之间的数。", "Enter a number from 0 to 1."),
    })  # fmt: skip
    changed = {"type": "formula", "criteria": f"=$C{first + 1}<>$E{first + 1}", "format": live.desk.look("bad")}
    live.sheet.conditional_format(first, _WEIGHT, last, _WEIGHT, changed)


def finish_live(live: LiveSheet) -> None:
    """Add the data sheet, and the ranking beside the weights: the unit of every place, by INDEX and MATCH."""
    desk = live.desk
    data = DataSheet(desk, live.nodes, live.weight_cell)
    data.draw()
    board, say, sheet, head = desk.board, desk.say, live.sheet, live.head
    levels = len(board.level_rows) > 1
    titles = [(say("排名", "rank"), 7), (say("代码", "unit"), 11), (say("单位", "name"), 22)]
    titles += [(say("层级", "level"), 9)] * levels + [(say("得分", "score"), 11)]
    titles += [(desk.pick(rule.title), 11) for rule in board.recipe.grades]
    titles += [(say("原排名", "published rank"), 9), (say("升降", "change"), 7)]
    for c, (title, wide) in enumerate(titles, start=_LIST):
        sheet.set_column(c, c, wide)
        desk.text(sheet, head, c, title, "head")
    first = head + 1
    for level, members in board.level_rows.items():
        _listed(live, data, level, members, first)
        first += len(members)
    score, change = _LIST + 3 + levels, _LIST + len(titles) - 1
    low, high = board.recipe.scale
    sheet.conditional_format(head + 1, score, first - 1, score, {
        "type": "data_bar", "bar_solid": True, "bar_color": "#9DC3E6", "min_type": "num", "max_type": "num",
        "min_value": low, "max_value": high,
    })  # fmt: skip
    for criterion, look in ((">", "up"), ("<", "down")):
        rule = {"type": "cell", "criteria": criterion, "value": 0, "format": desk.look(look)}
        sheet.conditional_format(head + 1, change, first - 1, change, rule)


def _listed(live: LiveSheet, data: DataSheet, level: str, members: Ints, first: int) -> None:
    """Write the ranking of one level, best first."""
    desk, board, sheet = live.desk, live.desk.board, live.sheet
    rank = board.rank[members]
    order = np.argsort(np.where(np.isnan(rank), len(members) + 1.0, rank), kind="stable")
    levels = len(board.level_rows) > 1
    for i, place in enumerate(order.tolist()):
        row, unit = first + i, int(members[place])
        at = data.place_cell(level, i)
        scored = not np.isnan(rank[place])

        def found(column: int, at: str = at) -> str:
            return f"INDEX({data.column_cells(level, column)},{at})"

        now = int(rank[place]) if scored else ""
        plain: list[tuple[str, str, str, Any]] = [
            (found(data.rank), "formula", "0", now),
            (found(1), "formula_text", "", board.table.units[unit]),
            (found(2), "formula_text", "", board.table.name_of(unit, desk.lang)),
        ]
        if levels:
            plain.append((found(3), "formula_text", "", level_word(level, desk.lang)))
        plain.append((found(data.rounded), "formula", desk.score_format, board.rounded_scores[unit] if scored else ""))
        for rule, column in zip(board.recipe.grades, data.grades, strict=True):
            k = int(board.grade_indices[rule.code][unit])
            plain.append((found(column), "formula_text", "", "" if k < 0 else desk.pick(rule.names[k])))
        before = found(data.before)
        plain.append((f'IF({before}=0,"",{before})', "formula", "0", now))
        data.write_list(sheet, row, _LIST, plain)
        now_cell, before_cell = (data.address(_LIST + shift, row) for shift in (0, len(plain) - 1))
        change = f'=IF({now_cell}="","",IF({before_cell}="","",{before_cell}-{now_cell}))'
        sheet.write_formula(row, _LIST + len(plain), change, desk.look("formula", "+0;-0;0"), 0 if scored else "")
