"""The sheet behind the live one: points of every unit, and the formulas that make scores, ranks and places of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from xlsxwriter.utility import xl_col_to_name

from yitihua.definitions.levels import level_word
from yitihua.publish.workbook.inert import inert
from yitihua.publish.workbook.live_formulas import Block, blocks_of, cell, scaled_formula, whole_formula
from yitihua.publish.workbook.live_plan import LiveNode
from yitihua.publish.workbook.page import Desk

#: Lower than any score: where the lowest grade begins.
_LOWEST: Final = -1e300
_FIRST_BLOCK: Final = 4


class DataSheet:
    """Draws the sheet; knows in which column what stands."""

    def __init__(self, desk: Desk, nodes: tuple[LiveNode, ...], share_cell: Callable[[str], str]) -> None:
        self.desk, self.share_cell = desk, share_cell
        remarks = [
            desk.say(
                "试算表的计算过程，请勿改动。上方一行为各下级的折算份额；“有分”为1表示有得分；缺失或覆盖率不足的得分记0，不参与计算。",
                "How the what-if sheet computes; please leave it as it is. The line above has the shares of the parts; "
                "'has' is 1 where there is a score; without one the score stands as 0 and is not used.",
            )
        ]
        title = desk.say("试算数据", "Data of the what-if sheet")
        self.sheet, row = desk.sheet("live_data", title, remarks, room=120, columns=12, across=False)
        self.head = row + 1
        self.blocks = blocks_of(nodes, _FIRST_BLOCK, row)
        self.at_block = {block.node.rule.code: block for block in self.blocks}
        start, schemes = self.blocks[-1].end, desk.board.recipe.grades
        self.scaled, self.whole, self.rounded, self.rank, self.key, self.order, self.place = range(start, start + 7)
        self.grades = list(range(start + 7, start + 7 + len(schemes)))
        self.before = start + 7 + len(schemes)
        self.cuts_at = self.before + 2
        self.first: dict[str, int] = {}
        following = self.head + 1
        for level, members in desk.board.level_rows.items():
            self.first[level] = following
            following += len(members)
        self.units = np.concatenate(list(desk.board.level_rows.values()))

    # Addresses

    @staticmethod
    def address(column: int, row: int) -> str:
        """Return a cell of the sheet a formula stands on."""
        return cell(column, row)

    def _down(self, level: str, column: int) -> str:
        first, letter = self.first[level], xl_col_to_name(column)
        return f"${letter}${first + 1}:${letter}${first + len(self.desk.board.level_rows[level])}"

    def column_cells(self, level: str, column: int) -> str:
        """Return a level's cells of a column, from another sheet."""
        return f"'{self.desk.tab('live_data')}'!{self._down(level, column)}"

    def place_cell(self, level: str, number: int) -> str:
        """Return the cell that says in which row of the level the unit of a place stands (place from 0)."""
        return f"'{self.desk.tab('live_data')}'!${xl_col_to_name(self.place)}${self.first[level] + number + 1}"

    # Drawing

    def draw(self) -> None:
        """Draw the sheet."""
        desk, sheet = self.desk, self.sheet
        self._headings()
        self._cuts()
        for row, unit in enumerate(self.units.tolist(), start=self.head + 1):
            level = desk.board.table.levels[unit]
            sheet.write_number(row, 0, row - self.first[level] + 1, desk.look("number", "0"))
            desk.text(sheet, row, 1, desk.board.table.units[unit], "code")
            desk.text(sheet, row, 2, desk.board.table.name_of(unit, desk.lang))
            desk.text(sheet, row, 3, level_word(level, desk.lang))
        for block in self.blocks:
            self._block(block)
        self._ranking()
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, 1, 11)
        sheet.set_column(2, 2, 18)
        sheet.set_column(3, self.cuts_at + 2 * len(self.grades) * len(self.first), 9.5)
        sheet.freeze_panes(self.head + 1, 3)
        sheet.repeat_rows(self.head - 1, self.head)
        sheet.repeat_columns(0, 2)
        sheet.protect("", {"format_columns": True})

    def _headings(self) -> None:
        desk, say, head = self.desk, self.desk.say, self.head
        self.sheet.set_row(head, 45)
        self.desk.text(self.sheet, head - 1, 3, say("份额→", "shares →"), "code")
        titles = dict(enumerate((say("序号", "no."), say("代码", "unit"), say("单位", "name"), say("层级", "level"))))
        for block in self.blocks:
            node, code = block.node, block.node.rule.code
            for k, child in enumerate(node.rule.children):
                titles[block.start + k] = f"{child}\n{say('得分', 'points')}"
                if node.gaps:
                    titles[block.has + k] = f"{child}\n{say('有分', 'has')}"
                if node.own_count:
                    titles[block.count + k] = f"{child}\n{say('计入覆盖率', 'counts')}"
                if node.bent:
                    titles[block.bent + k] = f"{child}\n{say('变换后', 'transformed')}"
            titles[block.tested] = f"{code}\n{say('覆盖率', 'coverage')}"
            titles[block.scored] = f"{code}\n{say('有分', 'has')}"
            titles[block.score] = f"{code}\n{say('得分', 'score')}"
        said = (("取整前", "scaled"), ("取整", "rounded, whole"), ("得分", "score"), ("排名", "rank"),
                ("排序键", "key"), ("次序", "place"), ("该位单位行号", "row of the unit in this place"))  # fmt: skip
        titles |= {self.scaled + k: say(*pair) for k, pair in enumerate(said)}
        rules = desk.board.recipe.grades
        titles |= {column: desk.pick(rule.title) for column, rule in zip(self.grades, rules, strict=True)}
        titles[self.before] = say("原排名", "published rank")
        for column, title in titles.items():
            desk.text(self.sheet, head, column, title, "head")

    def _block(self, block: Block) -> None:
        """Write a node: shares, the children's points, and what follows from them."""
        desk, sheet, node, board = self.desk, self.sheet, block.node, self.desk.board
        plain, whole, share = desk.look("number", "0.0000"), desk.look("number", "0"), desk.look("formula", "0.0000")
        weights = np.array(node.rule.weights) / np.sum(node.rule.weights)
        for k, child in enumerate(node.rule.children):
            sheet.write_formula(
                block.share_row, block.start + k, f"={self.share_cell(child)}", share, float(weights[k])
            )
        column = board.recipe.plan.column[node.rule.code]
        scores = board.points[:, column]
        tested = board.node_tested[:, column - len(board.recipe.codes)]
        for row, unit in enumerate(self.units.tolist(), start=self.head + 1):
            for k, child in enumerate(node.rule.children):
                value = float(node.points[unit, k])
                there = not np.isnan(value)
                source = self.at_block.get(child) if node.live[k] else None
                if source is not None:
                    shown = value if there else 0
                    sheet.write_formula(row, block.start + k, f"={cell(source.score, row)}", share, shown)
                    sheet.write_formula(row, block.has + k, f"={cell(source.scored, row)}", share, int(there))
                else:
                    desk.cell(sheet, row, block.start + k, value, "number", "0.0000")
                    if node.gaps:
                        sheet.write_number(row, block.has + k, int(there), whole)
                if node.own_count:
                    counts = f"={cell(block.has + k, row)}" if source is not None else None
                    if counts:
                        sheet.write_formula(row, block.count + k, counts, whole, int(there))
                    else:
                        sheet.write_number(row, block.count + k, int(node.counted[unit, k]), whole)
                if node.bent:
                    sheet.write_formula(row, block.bent + k, block.bent_formula(k, row), plain, _bent(node, value))
            scored = bool(np.isfinite(scores[unit]))
            sheet.write_formula(row, block.tested, block.tested_formula(row), plain, float(tested[unit]))
            sheet.write_formula(row, block.scored, block.scored_formula(row), whole, int(scored))
            score = float(scores[unit]) if scored else 0
            sheet.write_formula(row, block.score, block.score_formula(row), plain, score)

    def _ranking(self) -> None:
        """Write score, rank and place of every unit, and the unit of every place."""
        desk, sheet, board = self.desk, self.sheet, self.desk.board
        decimals, root = board.recipe.score_decimals, self.blocks[-1]
        whole = desk.look("formula", "0")
        for level, members in board.level_rows.items():
            size, first = len(members), self.first[level]
            rank = board.rank[members]
            standing = np.where(np.isnan(rank), size + 1.0, rank)
            key = standing * (size + 1) + np.arange(1, size + 1)
            order = np.argsort(np.argsort(key)) + 1
            for i, unit in enumerate(members.tolist()):
                row, there = first + i, not np.isnan(rank[i])
                scored, score = cell(root.scored, row), cell(root.score, row)
                scaled = round(float(board.rounded_scores[unit]) * 10**decimals) if there else 0
                made: list[tuple[int, str, Any]] = [
                    (self.scaled, scaled_formula(score, decimals), scaled),
                    (self.whole, whole_formula(scored, cell(self.scaled, row)), scaled if there else ""),
                    (self.rank, f'=IF({scored}=1,RANK({cell(self.whole, row)},{self._down(level, self.whole)},0),"")',
                     int(rank[i]) if there else ""),
                    (self.key, f"=IF({scored}=1,{cell(self.rank, row)},{size + 1})*{size + 1}+{cell(0, row)}", key[i]),
                    (self.order, f"=RANK({cell(self.key, row)},{self._down(level, self.key)},1)", int(order[i])),
                    (self.place, f"=MATCH({cell(0, row)},{self._down(level, self.order)},0)",
                     int(np.flatnonzero(order == i + 1)[0]) + 1),
                ]  # fmt: skip
                for column, formula, value in made:
                    sheet.write_formula(row, column, formula, whole, value)
                rounded = f'=IF({scored}=1,{cell(self.whole, row)}/10^{decimals},"")'
                shown = float(board.rounded_scores[unit]) if there else ""
                sheet.write_formula(row, self.rounded, rounded, desk.look("formula", desk.score_format), shown)
                self._grade(row, level, unit, scored)
                if there:
                    sheet.write_number(row, self.before, int(rank[i]), desk.look("number", "0"))

    def _cuts(self) -> None:
        """Write, for every level and scheme, where each grade begins and what it is called."""
        desk, board = self.desk, self.desk.board
        self.bounds: dict[tuple[str, int], tuple[str, str] | None] = {}
        column = self.cuts_at
        for level in board.level_rows:
            for k, rule in enumerate(board.recipe.grades):
                cuts = rule.cuts_of(level)
                if cuts is None:
                    self.bounds[level, k] = None
                    continue
                word = level_word(level, desk.lang)
                desk.text(self.sheet, self.head, column, f"{desk.pick(rule.title)}\n{word} ≥", "head")
                desk.text(self.sheet, self.head, column + 1, desk.pick(rule.title), "head")
                for i, (bound, name) in enumerate(zip((_LOWEST, *cuts), rule.names, strict=True)):
                    row = self.head + 1 + i
                    self.sheet.write_number(row, column, round(bound, 12) if i else bound, desk.look("number"))
                    desk.text(self.sheet, row, column + 1, desk.pick(name))
                rows = f"${self.head + 2}:${{0}}${self.head + 1 + len(rule.names)}"
                left, right = xl_col_to_name(column), xl_col_to_name(column + 1)
                self.bounds[level, k] = (f"${left}{rows.format(left)}", f"${right}{rows.format(right)}")
                column += 2

    def _grade(self, row: int, level: str, unit: int, scored: str) -> None:
        board, desk = self.desk.board, self.desk
        for k, (rule, column) in enumerate(zip(board.recipe.grades, self.grades, strict=True)):
            bounds = self.bounds[level, k]
            index = int(board.grade_indices[rule.code][unit])
            if bounds is None:
                desk.text(self.sheet, row, column, "", "formula_text")
                continue
            formula = f'=IF({scored}=1,INDEX({bounds[1]},MATCH({cell(self.rounded, row)},{bounds[0]},1)),"")'
            value = "" if index < 0 else inert(desk.pick(rule.names[index]))
            self.sheet.write_formula(row, column, formula, desk.look("formula_text"), value)

    def write_list(self, sheet: Any, row: int, first: int, made: Sequence[tuple[str, str, str, Any]]) -> None:
        """Write formulas side by side on another sheet: formula, look, number format, value."""
        for column, (formula, look, fmt, value) in enumerate(made, start=first):
            shown = inert(value) if isinstance(value, str) else value
            sheet.write_formula(row, column, f"={formula}", self.desk.look(look, fmt), shown)


def _bent(node: LiveNode, value: float) -> float:
    """Return a child's points as the mean adds them up: what the formula of the cell gives."""
    if np.isnan(value):
        return 0.0
    raised = max(value, node.rule.floor)
    if node.power == 0:
        return float(np.log(raised)) if raised > 0 else -1e300
    return 1e300 if raised == 0 and node.power < 0 else float(raised**node.power)
