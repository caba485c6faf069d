"""The sheet of what is wrong or unusual with the data."""

from __future__ import annotations

from collections import Counter

from yitihua.publish.data_problems import NO_PROOF, data_problems
from yitihua.publish.workbook.page import Column, Desk


def draw_problems(desk: Desk) -> None:
    """Draw one row a problem, gravest kinds first."""
    say, pick = desk.say, desk.pick
    rows = data_problems(desk.board, desk.edition)
    counts = Counter(pick(row.kind) for row in rows)
    told = say("；", "; ").join(f"{kind} {count}" for kind, count in counts.items())
    columns = [
        Column(say("类别", "kind"), [pick(row.kind) for row in rows], "strong_text", least=12, most=22),
        Column(say("代码", "unit"), [pick(row.unit) for row in rows], "code", least=8, most=16),
        Column(say("单位", "name"), [pick(row.name) for row in rows], "text", least=10, most=22),
        Column(say("指标", "code"), [row.code for row in rows], "code", least=8, most=24),
        Column(say("名称", "name of it"), [pick(row.label) for row in rows], "text", least=14, most=36),
        Column(say("数值", "value"), [row.value for row in rows], "number", "0.00##", least=10),
        Column(say("说明", "words"), [pick(row.words) for row in rows], "text", least=20, most=60),
    ]
    remarks = [
        say(f"合计：{told}。" if told else "未发现问题。", f"In all: {told}." if told else "No problems."),
        pick(NO_PROOF),
    ]
    desk.table("problems", say("数据问题", "Data problems"), columns, remarks, 3)
