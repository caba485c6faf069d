"""The ranking, as scores.csv has it, and its charts."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from yitihua.definitions.levels import level_word
from yitihua.index.tables import group_numbers, notes, score_order
from yitihua.publish.summary import width
from yitihua.publish.workbook.page import LIKELY, Column, Desk

#: Units a level that charts show, and units in one chart: more names than these nobody reads.
CHARTED: Final = 200
_IN_CHART: Final = 52
#: Rows of the sheet that a chart covers, a few more where names are long; columns, behind the printed page, that say
#: how long error bars are.
_CHART_ROWS: Final = 18
_LONG_NAME: Final = 16
_MARGINS: Final = 16
_LETTERS: Final = "QR"
_BAR: Final = {"type": "data_bar", "bar_solid": True, "bar_color": "#9DC3E6", "bar_border_color": "#9DC3E6"}


def draw_ranking(desk: Desk) -> dict[str, int]:
    """Draw the ranking; return the column of every part of it that charts refer to, and its first row as "row"."""
    board = desk.board
    order = score_order(board)
    columns = ranking_columns(desk, order)
    sheet, head = desk.table("ranking", desk.say("排名", "Ranking"), columns, frozen=3)
    last = head + len(order)
    place = {column.title: c for c, column in enumerate(columns)}
    low, high = board.recipe.scale
    score = desk.say("得分", "score")
    for title in [score, *(_node_title(desk, code) for code in board.recipe.first_level)]:
        bar = _BAR | {"min_type": "num", "max_type": "num", "min_value": low, "max_value": high}
        sheet.conditional_format(head + 1, place[title], last, place[title], bar)
    sheet.activate()
    return {"row": head + 1, "name": place[desk.say("单位", "name")], "score": place[score]}


def ranking_columns(desk: Desk, order: Any) -> list[Column]:
    """Return the columns of the ranking, units in the given order."""
    board, lang, say = desk.board, desk.lang, desk.say
    table, recipe = board.table, board.recipe
    columns = [
        Column(say("排名", "rank"), board.rank[order].tolist(), "strong", "0"),
        Column(say("代码", "unit"), [table.units[row] for row in order], "code", most=16),
        Column(say("单位", "name"), [_name(desk, int(row)) for row in order], "strong_text", most=26),
    ]
    if len(board.level_rows) > 1:
        levels = [level_word(table.levels[row], lang) for row in order]
        columns.append(Column(say("层级", "level"), levels))
    columns.append(Column(say("得分", "score"), board.total[order].tolist(), "strong", desk.score_format, least=9))
    columns += _interval_columns(desk, order)
    for rule in recipe.grades:
        indices = board.grade_indices[rule.code][order]
        words = ["" if k < 0 else desk.pick(rule.names[k]) for k in indices]
        columns.append(Column(desk.pick(rule.title), words, "centre", least=7))
        if board.sampled is not None:
            likely = board.sampled.published_grade_probability(rule.code)[order].tolist()
            title = say(f"{rule.title[0]}\n概率", f"{rule.title[1]}\nprobability")
            columns.append(Column(title, likely, "number", LIKELY))
    if board.sampled is not None:
        groups = group_numbers(board, board.sampled.groups)
        columns.append(Column(say("差异不显著\n组别", "tied\ngroup"), [groups[row] for row in order], "centre"))
    columns.append(Column(say("覆盖率", "coverage"), board.coverage[order].tolist(), "number", "0%", least=8))
    for code in recipe.first_level:
        points = board.points[order, recipe.plan.column[code]].tolist()
        columns.append(Column(_node_title(desk, code), points, "number", desk.node_format, least=8, most=13))
    said = notes(board, lang)
    columns.append(Column(say("备注", "note"), [said[row] for row in order], "text", most=24))
    return columns


def _interval_columns(desk: Desk, order: Any) -> list[Column]:
    found, say = desk.board.sampled, desk.say
    if found is None:
        return []
    unscored = np.isnan(desk.board.total)
    low, high = (np.where(unscored, np.nan, end)[order].tolist() for end in found.score_interval)
    best, worst = (np.where(unscored, np.nan, end)[order].tolist() for end in found.rank_interval)
    fmt = desk.node_format
    return [
        Column(say("得分\n区间下限", "score\nlow"), low, "number", fmt),
        Column(say("得分\n区间上限", "score\nhigh"), high, "number", fmt),
        Column(say("排名\n最好", "rank\nbest"), best, "number", "0"),
        Column(say("排名\n最差", "rank\nworst"), worst, "number", "0"),
    ]


def _name(desk: Desk, row: int) -> str:
    table = desk.board.table
    reference = table.units[row] == desk.board.recipe.reference_unit
    return table.name_of(row, desk.lang) + (desk.say("〔基准〕", " [reference]") if reference else "")


def _node_title(desk: Desk, code: str) -> str:
    name = desk.pick(desk.board.recipe.labels[code])
    return code if name == code else f"{code}\n{name}"


def draw_charts(desk: Desk, place: dict[str, int]) -> None:
    """Draw the scores as columns, level by level, with intervals where there are any."""
    board, say = desk.board, desk.say
    found = board.sampled
    remarks = [
        say("得分从高到低。", "Scores from the highest down.")
        if found is None
        else say(f"得分从高到低；竖线为{found.level:.0%}区间，只反映问卷的抽样误差。",
                 f"Scores from the highest down; lines are {found.level:.0%} intervals, of survey sampling alone.")
    ]  # fmt: skip
    if any(len(rows) > CHARTED for rows in board.level_rows.values()):
        remarks.append(
            say(
                f"每级只画前{CHARTED}个单位，全部见排名表。",
                f"The first {CHARTED} units a level; all stand on the sheet Ranking.",
            )
        )
    sheet, row = desk.sheet(
        "charts", say("得分图", "Chart of scores"), remarks, room=120, columns=14, across=False, scale=80
    )
    sheet.set_column(0, 13, 9)
    longest = max((width(board.table.name_of(k, desk.lang)) for k in range(len(board.table.units))), default=0)
    tall = longest > _LONG_NAME
    breaks: list[int] = []
    margins = _margins(desk, sheet)
    start, drawn = place["row"], 0
    for level, members in board.level_rows.items():
        scored = int(np.isfinite(board.total[members]).sum())
        shown = min(scored, CHARTED)
        parts = max(1, -(-shown // _IN_CHART))
        size = max(-(-shown // parts), 1)
        for first in range(0, shown, size):
            rows = (start + first, start + min(first + size, shown) - 1)
            ends = f"{first + 1}", f"{first + rows[1] - rows[0] + 1}"
            title = say(f"{level_word(level, 'zh')}　第{ends[0]}至{ends[1]}位",
                        f"{level_word(level, 'en')}, places {ends[0]} to {ends[1]}")  # fmt: skip
            if drawn and (tall or drawn % 2 == 0):
                breaks.append(row)
            size_rows = _CHART_ROWS + 6 * tall
            sheet.insert_chart(row, 0, _chart(desk, place, rows, title, margins, size_rows))
            row, drawn = row + size_rows, drawn + 1
        start += len(members)
    sheet.set_h_pagebreaks(breaks)
    sheet.print_area(0, 0, row, 13)


def _margins(desk: Desk, sheet: Any) -> bool:
    """Write how far intervals reach from the scores, beside the printed page, in the rows of the ranking."""
    found = desk.board.sampled
    if found is None:
        return False
    order, total = score_order(desk.board), desk.board.total
    for c, (pair, end) in enumerate(
        zip((("区间下方", "below"), ("区间上方", "above")), found.score_interval, strict=True)
    ):
        desk.text(sheet, 0, _MARGINS + c, desk.pick(pair), "code")
        for row, value in enumerate(np.abs(end - total)[order].tolist(), start=1):
            desk.cell(sheet, row, _MARGINS + c, value, "code", desk.node_format)
    return True


def _chart(desk: Desk, place: dict[str, int], rows: tuple[int, int], title: str, margins: bool, high_rows: int) -> Any:
    low, high = desk.board.recipe.scale

    def cells(column: int) -> list[Any]:
        return [desk.tab("ranking"), rows[0], column, rows[1], column]

    series: dict[str, Any] = {
        "categories": cells(place["name"]), "values": cells(place["score"]), "gap": 40, "fill": {"color": "#5B8DB8"},
        "name": desk.say("得分", "score"),
    }  # fmt: skip
    if margins:
        first, last = (row - place["row"] + 2 for row in rows)
        below, above = (f"='{desk.tab('charts')}'!${letter}${first}:${letter}${last}" for letter in _LETTERS)
        series["y_error_bars"] = {
            "type": "custom", "plus_values": above, "minus_values": below, "line": {"color": "#333333", "width": 0.75},
        }  # fmt: skip
    chart = desk.book.add_chart({"type": "column"})
    chart.add_series(series)
    chart.set_title({"name": title, "name_font": {"size": 11, "bold": True}, "overlay": False})
    chart.set_legend({"none": True})
    chart.set_x_axis({"num_font": {"rotation": -90, "size": 8}, "interval_unit": 1})
    lines = {"visible": True, "line": {"color": "#DDDDDD"}}
    chart.set_y_axis({"min": low, "max": high, "major_gridlines": lines, "num_font": {"size": 8}})
    chart.set_size({"width": 940, "height": 20 * high_rows - 10})
    return chart
