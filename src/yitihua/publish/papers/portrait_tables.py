"""The parts of a portrait's page below its head: first level, strengths, obstacles, lifts, exemplars, indicators."""

from __future__ import annotations

from typing import Any, Final

from yitihua.publish.papers.engine import plain
from yitihua.publish.papers.numbers import between, fixed, percent, raw, signed, whole
from yitihua.publish.papers.portrait_words import Words
from yitihua.publish.portraits import Portrait
from yitihua.publish.portraits.model import Branch, Exemplar, Label, Row

#: Marks of peers in the bars, in this order.
MARKS: Final = ("diamond", "circle", "square", "triangle")


class Tables(Words):
    """Tables and lists, as data for the layout."""

    def list_head(self) -> list[str]:
        """Return the headings of strengths and weaknesses."""
        return [
            self.say("指标", "indicator"),
            self.say("得分", "points"),
            self.say("较同级平均", "vs mean"),
            self.say("名次", "rank"),
        ]

    # First level.

    def branches(self, one: Portrait) -> dict[str, Any]:
        """Return the first level beside groups of peers."""
        say, shown = self.say, self.shown
        peers = one.peers[: len(MARKS)]
        key = []
        for mark, group in zip(MARKS, peers, strict=False):
            name = self.pick(group.name)
            title = (
                say("同级平均", "mean of level")
                if group.kind == "level"
                else f"{self.pick(group.title)}{say('平均（', ' (')}{name}{say('）', ')')}"
            )
            of = say(f"{group.units}个", f"{group.units}")
            key.append({"mark": mark, "text": f"{title}{say('，', ', ')}{of}"})
        moved = any(branch.change is not None for branch in one.branches)
        head = [
            say("得分", "points"),
            say("名次", "rank"),
            say("权重", "weight"),
            say("贡献", "contrib."),
            say("障碍度", "obstacle"),
        ] + ([say("变化", "change")] if moved else [])
        rows = []
        for k, branch in enumerate(one.branches):
            cells = [
                shown.points(branch.points),
                self.rank(branch),
                percent(branch.weight),
                shown.score(branch.contribution),
                "—" if branch.obstacle is None else f"{branch.obstacle:.1f}%",
            ] + ([shown.moved(branch.change)] if moved else [])
            rows.append(
                {
                    "code": plain(branch.code, 12),
                    "name": self.pick(branch.name),
                    "own": self.place(branch.points),
                    "low": self.place(branch.low),
                    "high": self.place(branch.high),
                    "middle": self.place(branch.middle),
                    "marks": [self.place(group.branches[k]) for group in peers],
                    "cells": cells,
                }
            )
        ranks = [
            self._among(group.title, group.name, group.kind, group.rank, group.units)
            for group in peers[1:]
            if group.rank
        ]
        return {
            "title": say("一级指标与同类单位比较", "First level beside peers"),
            "caption": say(
                "灰带为同级单位的中间一半，竖线为中位数。",
                "Grey bands hold the middle half of the level, ticks its median.",
            ),
            "ranks": say("；", "; ").join(ranks),
            "key": key,
            "head": head,
            "rows": rows,
            "ends": [raw(self.low), raw(self.high)],
        }

    def _among(self, title: Label, name: Label, kind: str, rank: int, units: int) -> str:
        return self.say(
            f"在{self.pick(title)}单位（{self.pick(name)}）中列第{rank}位，共{units}个",
            f"{rank} of {units} in the {self.pick(title)} ({self.pick(name)})",
        )

    # Strengths, obstacles, what would lift, whom to learn from.

    def strengths(self, one: Portrait) -> dict[str, Any]:
        """Return what lies above the mean of the level."""
        return {
            "title": self.say("比较优势", "Strengths"),
            "lines": [self._line(one.row(code)) for code in one.strengths],
            "empty": self.say("没有高于同级平均的指标。", "No indicator lies above the mean of the level."),
        }

    def weaknesses(self, one: Portrait) -> dict[str, Any]:
        """Return what lies below it."""
        return {
            "title": self.say("相对短板", "Weaknesses"),
            "lines": [self._line(one.row(code)) for code in one.weaknesses],
            "empty": self.say("没有低于同级平均的指标。", "No indicator lies below the mean of the level."),
        }

    def _line(self, row: Row) -> dict[str, str]:
        gap = None if row.points is None or row.mean is None else row.points - row.mean
        return {
            "code": plain(row.code, 12),
            "name": self.pick(row.name),
            "points": self.shown.points(row.points),
            "gap": self.shown.moved(gap),
            "rank": self.rank(row),
        }

    def obstacles(self, one: Portrait) -> dict[str, Any] | None:
        """Return what keeps the unit from full points."""
        if not one.obstacles:
            return None
        rows = [one.row(code) for code in one.obstacles]
        return {
            "title": self.say("主要障碍", "Main obstacles"),
            "caption": self.say(
                "障碍度为该指标失分占全部失分的比重。", "Obstacle: share of all points lost that this indicator loses."
            ),
            "head": [
                self.say("指标", "indicator"),
                self.say("障碍度", "obstacle"),
                self.say("得分", "points"),
                self.say("名次", "rank"),
                self.say("原始值", "raw value"),
            ],
            "left": [0],
            "wide": 0,
            "rows": [
                [
                    self.coded(row),
                    f"{row.obstacle or 0:.1f}%",
                    self.shown.points(row.points),
                    self.rank(row),
                    self.value(row),
                ]
                for row in rows
            ],
        }

    def lifts(self, one: Portrait) -> dict[str, Any] | None:
        """Return what one indicator alone would bring."""
        say = self.say
        if not one.lifts:
            return None
        rows = []
        for lift in one.lifts:
            row = one.row(lift.code)
            grades = say("、", ", ").join(self.pick(name) for _, name in lift.grades)
            rows.append(
                [
                    self.coded(row),
                    f"{raw(lift.value)} → {raw(lift.target_value)}",
                    f"{self.shown.points(lift.points)} → {self.shown.points(lift.target)}",
                    self.shown.gained(lift.gain),
                    f"{one.rank} → {lift.rank}" + (say(f"（{grades}）", f" ({grades})") if grades else ""),
                ]
            )
        return {
            "title": say("提升空间", "What would lift it"),
            "caption": say(
                "该指标单独达到同级单位上四分位（四分之三的单位不高于此）、其他单位不变时的得分和名次；是算术推演，不是预测。",
                "Score and rank if this indicator alone reached the upper quartile of the level (three quarters do no "
                "better), nobody else moving: arithmetic, no forecast.",
            ),
            "head": [
                say("指标", "indicator"),
                say("原始值", "raw value"),
                say("指标得分", "points"),
                say("总得分", "score"),
                say("名次", "rank"),
            ],
            "left": [0],
            "wide": 0,
            "rows": rows,
        }

    def exemplars(self, one: Portrait) -> dict[str, Any] | None:
        """Return comparable units that do better."""
        say = self.say
        if not one.exemplars:
            return None
        first = {branch.code: branch for branch in one.branches}
        rows = []
        for code in dict.fromkeys(item.code for item in one.exemplars):
            what: Row | Branch = first[code] if code in first else one.row(code)
            own = self.shown.points(what.points)
            if isinstance(what, Row) and what.value is not None:
                own += self.say(f"（{raw(what.value)}）", f" ({raw(what.value)})")
            them = say("；", "; ").join(self._exemplar(item) for item in one.exemplars if item.code == code)
            rows.append([self.coded(what), own, them])
        rules = list(dict.fromkeys(self.pick(item.rule) for item in one.exemplars))
        return {
            "title": say("可学习的单位", "Whom to learn from"),
            "caption": say(
                f"可比单位按以下条件选取：{'；'.join(rules)}。括号内为原始值；“总”为达到对方水平时总得分的增加。",
                f"Comparable by: {'; '.join(rules)}. In brackets the raw value; 'total' is what the score would "
                "gain at their level.",
            ),
            "head": [say("指标", "by"), say("本单位得分", "own points"), say("单位、得分", "unit and points")],
            "left": [0, 2],
            "wide": 2,
            "rows": rows,
        }

    def _exemplar(self, item: Exemplar) -> str:
        value = self.say(f"（{raw(item.value)}）", f" ({raw(item.value)})") if item.value is not None else ""
        gain = (
            self.say(f"，总{self.shown.gained(item.gain)}", f", total {self.shown.gained(item.gain)}")
            if item.gain is not None
            else ""
        )
        return f"{self.pick(item.name)} {self.shown.points(item.points)}{value}{gain}"

    # All indicators.

    def indicators(self, one: Portrait) -> dict[str, Any]:
        """Return all indicators, by first-level node."""
        say, moved = self.say, self.found.before is not None
        told = any(row.respondents is not None for row in one.rows)
        head = [say("代码", "code"), say("指标", "indicator"), say("原始值", "raw value")]
        head += [say("区间", "interval")] if self.found.value_interval is not None else []
        head += [say("受访者", "n")] if told else []
        head += [say("得分", "points"), say("名次", "rank"), say("同级平均", "mean"), say("贡献", "contrib.")]
        head += [say("变化", "change")] if moved else []
        head.append(say("来源", "origin"))
        parts: list[dict[str, Any]] = []
        for branch in one.branches:
            rows = [self._cells(row, told, moved) for row in one.rows if row.branch == branch.code]
            parts.append({"title": self.coded(branch), "points": self.shown.points(branch.points), "rows": rows})
        remarks = [
            f"{self.coded(row)}{say('：', ': ')}{plain(text, 200)}"
            for row in one.rows
            if (text := row.remarks[0 if self.zh else 1])
        ]
        return {
            "title": say("全部指标", "All indicators"),
            "head": head,
            "parts": parts,
            "remarks": remarks[:40],
            "remarks_title": say("数据备注", "Remarks"),
            "name": 1,
            "bar": head.index(say("得分", "points")),
            "caption": self._sampled() if told else "",
        }

    def _cells(self, row: Row, told: bool, moved: bool) -> dict[str, Any]:
        ends = "" if row.value_low is None else between(row.value_low, row.value_high)
        cells = [plain(row.code, 12), self.pick(row.name), self.value(row)]
        cells += [ends] if self.found.value_interval is not None else []
        cells += [whole(row.respondents) if row.respondents is not None else ""] if told else []
        cells += [
            self.shown.points(row.points),
            self.rank(row),
            self.shown.points(row.mean),
            fixed(row.contribution, self.shown.decimals),
        ]
        cells += [signed(row.change, self.shown.fewer)] if moved else []
        return {
            "cells": [*cells, self.pick(row.origin)],
            "at": self.place(row.points),
            "filled": row.filled,
            "missing": row.missing,
        }

    def _sampled(self) -> str:
        return self.say(
            "区间为抽样调查指标的区间；受访者不足规定人数的数值不予公布。",
            "Intervals are of indicators estimated from samples; nothing on fewer than the minimum is printed.",
        )
