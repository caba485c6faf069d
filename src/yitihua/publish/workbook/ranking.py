"""The ranking, as scores.csv has it, and its charts."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from yitihua.definitions.levels import level_word
from yitihua.index.tables import group_numbers, notes, score_order
from yitihua.publish.workbook.page import Column, Desk

#: Units a level that charts show, and units in one chart: more names than these nobody reads.
CHARTED: Final = 200
_IN_CHART: Final = 52
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
    scored = (desk.say("得分", "score"), desk.say("覆盖率", "coverage"))
    for title in [*scored, *(_node_title(desk, code) for code in board.recipe.first_level)]:
        ends = (0, 1) if title == scored[1] else (low, high)
        bar = _BAR | {"min_type": "num", "max_type": "num", "min_value": ends[0], "max_value": ends[1]}
        sheet.conditional_format(head + 1, place[title], last, place[title], bar)
    sheet.activate()
    found = {"row": head + 1, "name": place[desk.say("单位", "name")], "score": place[scored[0]]}
    interval = place.get(desk.say("得分\n区间下限", "score\nlow"))
    return found if interval is None else found | {"low": interval}


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
        columns.append(Column(desk.pick(rule.title), words, "text", least=7))
        if board.sampled is not None:
            likely = board.sampled.published_grade_probability(rule.code)[order].tolist()
            title = say(f"{rule.title[0]}\n把握", f"{rule.title[1]}\nprobability")
            columns.append(Column(title, likely, "number", "0.0%"))
    if board.sampled is not None:
        groups = group_numbers(board, board.sampled.groups)
        columns.append(Column(say("难分\n组别", "tied\ngroup"), [groups[row] for row in order], "number"))
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
        Column(say("排名\n区间上限", "rank\nbest"), best, "number", "0"),
        Column(say("排名\n区间下限", "rank\nworst"), worst, "number", "0"),
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
    sheet, row = desk.sheet("charts", say("得分图", "Chart of scores"), remarks, room=120, columns=14)
    sheet.set_column(0, 13, 9)
    start = place["row"]
    for level, members in board.level_rows.items():
        scored = int(np.isfinite(board.total[members]).sum())
        shown = min(scored, CHARTED)
        parts = max(1, -(-shown // _IN_CHART))
        size = -(-shown // parts) if shown else 0
        for first in range(0, shown, max(size, 1)):
            rows = (start + first, start + min(first + size, shown) - 1)
            title = say(f"{level_word(level, 'zh')}　第{first + 1}至{first + rows[1] - rows[0] + 1}位",
                        f"{level_word(level, 'en')}, places {first + 1} to {first + rows[1] - rows[0] + 1}")  # fmt: skip
            sheet.insert_chart(row, 0, _chart(desk, place, rows, title))
            row += 21
        start += len(members)


def _chart(desk: Desk, place: dict[str, int], rows: tuple[int, int], title: str) -> Any:
    tab = desk.tab("ranking")
    low, high = desk.board.recipe.scale

    def cells(column: int) -> list[Any]:
        return [tab, rows[0], column, rows[1], column]

    series: dict[str, Any] = {
        "categories": cells(place["name"]), "values": cells(place["score"]), "gap": 40, "fill": {"color": "#5B8DB8"},
        "name": desk.say("得分", "score"),
    }  # fmt: skip
    found = desk.board.sampled
    if found is not None and "low" in place:
        from yitihua.index.tables import score_order

        at = score_order(desk.board)[[row - place["row"] for row in range(rows[0], rows[1] + 1)]]
        total = desk.board.total[at]
        below, above = (np.abs(end[at] - total).tolist() for end in found.score_interval)
        series["y_error_bars"] = {
            "type": "custom", "plus_values": above, "minus_values": below, "line": {"color": "#333333", "width": 0.75},
        }  # fmt: skip
    chart = desk.book.add_chart({"type": "column"})
    chart.add_series(series)
    chart.set_title({"name": title, "name_font": {"size": 11, "bold": True}, "overlay": False})
    chart.set_legend({"none": True})
    chart.set_x_axis({"num_font": {"rotation": -90, "size": 8}, "interval_unit": 1})
    chart.set_y_axis({"min": low, "max": high, "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}},
                      "num_font": {"size": 8}})  # fmt: skip
    chart.set_size({"width": 960, "height": 410})
    return chart
