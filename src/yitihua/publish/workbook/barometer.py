"""The sheet of the barometer (晴雨表): signs over the periods, readings with intervals, what the next sign needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.publish.barometer_text import barometer_notices, carried_lines, feedback_lines
from yitihua.publish.workbook.page import LIKELY, Column, Desk

if TYPE_CHECKING:
    from yitihua.analysis.barometer.barometer import Barometer


def draw_barometer(desk: Desk, found: Barometer) -> None:
    """Draw one row a unit of the last period, the highest reading first; a column for the sign of every period."""
    say, lang = desk.say, desk.lang
    frame = found.frame(lang, found.periods[-1])
    units = frame["unit"].tolist()
    rule, signs = found.spec.sign, found.shown("sign")
    place = {unit: row for row, unit in enumerate(found.units)}
    shown = [period for period, row in zip(found.periods, signs, strict=True) if (row >= 0).any()]

    def sign_of(period: str, unit: str) -> str:
        k = int(signs[found.periods.index(period), place[unit]])
        return rule.names[k].get(lang) if k >= 0 else ""

    def span(name: str) -> list[str]:
        pairs = zip(frame[f"{name}_low"], frame[f"{name}_high"], strict=True)
        return ["" if np.isnan(low) else f"{low:.1f}–{high:.1f}" for low, high in pairs]

    columns = [
        Column(say("代码", "unit"), units, "code", least=8, most=16),
        Column(say("单位", "name"), frame["name"].tolist(), "strong_text", least=10, most=22),
        Column(say("天气", "sign"), frame["sign_name"].tolist(), "strong_text", least=8, most=16),
        Column(say("概率", "probability"), frame["p_sign"].tolist(), "number", LIKELY, least=8),
    ]
    for name, words in (("reading", ("读数", "reading")), ("progress", ("进展", "progress")),
                        ("activity", ("活跃", "activity"))):  # fmt: skip
        columns.append(Column(say(*words), frame[name].tolist(), "number", "0.0", least=8))
        columns.append(Column(say(f"{words[0]}区间", f"{words[1]}, interval"), span(name), "centre", least=11))
    columns.append(Column(say("象限", "quadrant"), frame["quadrant_name"].tolist(), "text", least=12, most=20))
    columns += [
        Column(period, [sign_of(period, unit) for unit in units], "centre", least=8, most=14) for period in shown[:-1]
    ]
    needs = [feedback_lines(found.feedback(unit), lang)[0] for unit in units]
    columns.append(Column(say("下一级天气所需", "what the next sign needs"), needs, "text", least=30, most=60))
    remarks = [*barometer_notices(found, lang), *carried_lines(found, lang)]
    title = say(f"晴雨表，{found.periods[-1]}", f"Barometer, {found.periods[-1]}")
    sheet, head = desk.table("barometer", title, columns, remarks, 3)
    titles = [column.title for column in columns]
    across, up = (titles.index(say(*words)) for words in (("活跃", "activity"), ("进展", "progress")))
    rows = (head + 1, head + len(units))
    sheet.insert_chart(head + len(units) + 2, 1, _scatter(desk, title, rows, across, up))


def _scatter(desk: Desk, title: str, rows: tuple[int, int], across: int, up: int) -> Any:
    """Return the chart of progress against activity, a dot a unit, drawn from the cells of the table."""
    tab = desk.tab("barometer")
    chart = desk.book.add_chart({"type": "scatter"})
    chart.add_series({
        "categories": [tab, rows[0], across, rows[1], across], "values": [tab, rows[0], up, rows[1], up],
        "marker": {"type": "circle", "size": 5, "fill": {"color": "#33658A"}, "border": {"color": "#FFFFFF"}},
    })  # fmt: skip
    chart.set_title({"name": title, "name_font": {"size": 11, "bold": True}, "overlay": False})
    chart.set_legend({"none": True})
    lines = {"visible": True, "line": {"color": "#DDDDDD"}}
    for setter, words in ((chart.set_x_axis, ("活跃", "activity")), (chart.set_y_axis, ("进展", "progress"))):
        setter({"name": desk.say(*words), "min": 0, "max": 100, "major_gridlines": lines, "num_font": {"size": 8}})
    chart.set_size({"width": 620, "height": 480})
    return chart
