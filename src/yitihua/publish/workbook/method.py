"""How the index is made: every choice in words, the indicators with their goalposts and reasons, inputs, versions."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from typing import Any, Final

from yitihua.publish.runs import PACKAGES, package_version, run_inputs
from yitihua.publish.words import method_lines, sampling_line, stages_words
from yitihua.publish.workbook.live_plan import why_not_live
from yitihua.publish.workbook.page import Column, Desk, wrapped

#: Widths of the sheet's columns: those of the table of indicators, which other parts share.
_WIDTHS: Final = (10, 22, 9, 8, 17, 9, 9, 28, 52, 13)


def draw_method(desk: Desk, inputs: Mapping[str, str] | None) -> None:
    """Draw the sheet; `inputs` are name -> sha256, where they are known from a record."""
    board, say = desk.board, desk.say
    sheet, row = desk.sheet("method", say("方法", "Method"), room=sum(_WIDTHS[:9]) * 0.95, columns=9)
    for c, wide in enumerate(_WIDTHS):
        sheet.set_column(c, c, wide)
    lines = method_lines(board.recipe, desk.lang)
    if board.sampled is not None:
        lines.append(sampling_line(board.sampled, desk.lang, ("“排名”表", "the sheet Ranking")))
    if board.recipe.date:
        lines.append((say("定义日期", "definitions as of"), board.recipe.date))
    row = _pairs(desk, sheet, row, say("合成方法", "How the index is made"), lines)
    left_out = [*desk.left_out, *filter(None, [why_not_live(board, desk.lang)])]
    if left_out:
        told = [(say("未包括", "left out"), text) for text in left_out]
        row = _pairs(desk, sheet, row, say("本工作簿未包括的内容", "What this workbook leaves out"), told)
    row = _indicators(desk, sheet, row)
    versions = {name: package_version(name) for name in PACKAGES} | {"python": platform.python_version()}
    row = _pairs(desk, sheet, row, say("软件版本", "Versions"), list(versions.items()))
    found = dict(inputs) if inputs is not None else run_inputs(board, desk.edition)
    _pairs(desk, sheet, row, say("输入文件的SHA-256", "SHA-256 of inputs"), list(found.items()), wide=True)
    sheet.freeze_panes(1, 0)


def _section(desk: Desk, sheet: Any, row: int, title: str) -> int:
    for c in range(len(_WIDTHS)):
        desk.text(sheet, row + 1, c, title if c == 0 else "", "section")
    return row + 2


def _pairs(desk: Desk, sheet: Any, row: int, title: str, lines: Sequence[tuple[str, str]], wide: bool = False) -> int:
    """Write what and how, line by line; return the next free row."""
    row = _section(desk, sheet, row, title)
    left = 4 if wide else 1  # names of files are long
    room = sum(_WIDTHS[left + 1 : -1])
    for what, how in lines:
        sheet.merge_range(row, 0, row, left, "", desk.look("strong_text"))
        desk.text(sheet, row, 0, what, "strong_text")
        sheet.merge_range(row, left + 1, row, len(_WIDTHS) - 2, "", desk.look("text"))
        desk.text(sheet, row, left + 1, how)
        sheet.set_row(row, 15 * wrapped(how, room - 2))
        row += 1
    return row


def _indicators(desk: Desk, sheet: Any, row: int) -> int:
    """Write one row an indicator: direction, normalisation, goalposts, formula, why."""
    row = _section(desk, sheet, row, desk.say("指标", "Indicators"))
    sheet.repeat_rows(row)
    rules, say = desk.board.recipe.indicators, desk.say
    words = desk.board.table.background.indicators
    posts = [rule.goalposts or (None, None) for rule in rules]
    reasons = [desk.pick(words[rule.code].reason) if rule.code in words else "" for rule in rules]
    evidence = ["、".join(words[rule.code].evidence) if rule.code in words else "" for rule in rules]
    formulas = [desk.board.table.formulas.get(rule.code, "") for rule in rules]
    columns = [
        Column(say("代码", "code"), [rule.code for rule in rules], "code"),
        Column(say("名称", "name"), [desk.pick(rule.name) for rule in rules]),
        Column(say("单位", "unit"), [desk.pick(rule.unit) for rule in rules]),
        Column(say("方向", "direction"), [say("正向", "+") if rule.positive else say("逆向", "−") for rule in rules]),
        Column(say("处理", "how"), [stages_words(rule, desk.lang) for rule in rules]),
        Column(say("目标下限", "lower goalpost"), [low for low, _ in posts], "number"),
        Column(say("目标上限", "upper goalpost"), [high for _, high in posts], "number"),
        Column(say("公式", "formula"), formulas),
        Column(say("目标区间的理由", "why these goalposts"), reasons),
        Column(say("依据编号", "evidence"), evidence),
    ]
    for c, column in enumerate(columns):
        desk.text(sheet, row, c, column.title, "head")
        for at, value in enumerate(column.values, start=row + 1):
            desk.cell(sheet, at, c, value, column.look)
    for at in range(len(rules)):
        texts = [(str(column.values[at] or ""), wide) for column, wide in zip(columns, _WIDTHS, strict=True)]
        sheet.set_row(row + 1 + at, min(15 * max(wrapped(text, wide - 2) for text, wide in texts), 409))
    return row + 1 + len(rules)
