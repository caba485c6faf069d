"""A portrait as a page: what the layout prints, in one language, every number already in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from yitihua.publish.papers.engine import plain
from yitihua.publish.papers.numbers import Printed, between, chance, fixed, percent, raw, signed, whole
from yitihua.publish.portraits import Portrait, Portraits
from yitihua.publish.portraits.model import Branch, Exemplar, Label, Number, Row

#: Scores drawn one by one in the strip; of more only so many, evenly spaced in rank.
DOTS: Final = 400
#: Marks of peers in the bars, in this order.
MARKS: Final = ("diamond", "circle", "square", "triangle")


class Page:
    """Words and positions of one language and one board.

    Parameters
    ----------
    found : Portraits
    lang : {"zh", "en"}
    """

    def __init__(self, found: Portraits, lang: str) -> None:
        self.found, self.lang, self.zh = found, lang, lang == "zh"
        self.shown = Printed(found.board)
        low, high = found.board.recipe.scale
        scores = [float(score) for part in found.sorted_scores.values() for score in part]
        self.low, self.high = min([low, *scores]), max([high, *scores])

    def say(self, zh: str, en: str) -> str:
        """Return the text in the page's language."""
        return zh if self.zh else en

    def pick(self, label: Label) -> str:
        """Return a label in the page's language, safe to print."""
        return plain(label[0 if self.zh else 1] or label[1 if self.zh else 0], 200)

    def place(self, value: Number) -> float | None:
        """Return where a score stands on the axis, 0 to 1."""
        if value is None or self.high == self.low:
            return None
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def book_title(self) -> str:
        """Return the title of all portraits together."""
        index = self.pick(self.found.title)
        return self.say(f"精准画像汇编　{index}", f"Portraits: {index}")

    def list_head(self) -> list[str]:
        """Return the headings of strengths and weaknesses."""
        return [
            self.say("指标", "indicator"),
            self.say("得分", "points"),
            self.say("较同级平均", "vs mean"),
            self.say("名次", "rank"),
        ]

    def _short(self) -> str:
        """Return what the foot of every page repeats of the notices."""
        recipe, table = self.found.board.recipe, self.found.board.table
        said = [self.say("模拟数据", "SIMULATED DATA 模拟数据")] if table.simulated or recipe.simulated else []
        if notice := plain(recipe.notice[0 if self.zh else 1], 400):
            # The first sentence says what it is.
            said.append(notice.split("：")[0] if self.zh else notice.split(":")[0])
        return self.say("，", ", ").join(said)

    def data(self, one: Portrait) -> dict[str, Any]:
        """Return what the layout prints of a unit."""
        say, pick = self.say, self.pick
        found = self.found
        groups = [self.pick(name) for _, name in one.groups[:3]]
        period = f"{found.period}" if found.period else ""
        name = pick(one.name)
        notices = [plain(text, 400) for pair in found.notices if (text := pair[0 if self.zh else 1])]
        index = pick(found.title)
        return {
            "lang": self.lang,
            "title": say(f"{name}精准画像　{index}", f"Portrait of {name}: {index}"),
            "eyebrow": say("精准画像", "Portrait"),
            "name": name,
            "code": plain(one.unit, 60),
            "sub": say("　", " · ").join(part for part in (*groups, pick(one.level), plain(period, 40)) if part),
            "reference": say("基准单位", "reference unit") if one.reference else "",
            "index": index,
            "notices": notices,
            "note": plain(pick(one.note), 400) if not one.scored else "",
            "facts": self._facts(one),
            "strip": self._strip(one),
            "said": self._said(one),
            "branches": self._branches(one),
            "lists": [self._strengths(one), self._weaknesses(one)],
            "tables": [table for table in (self._obstacles(one), self._lifts(one), self._exemplars(one)) if table],
            "indicators": self._indicators(one),
            "foot": say(f"{name}　{index}　{period}", " · ".join(part for part in (name, index, period) if part)),
            "short": self._short(),
            "alt": self._alt(one),
        }

    # The head.

    def _facts(self, one: Portrait) -> list[dict[str, str]]:
        say, shown, level = self.say, self.shown, self.found.level_of_intervals
        if not one.scored:
            return [{"label": say("得分", "score"), "value": say("不评分", "not scored"), "more": ""},
                    {"label": say("覆盖率", "coverage"), "value": percent(one.coverage), "more": ""}]  # fmt: skip
        ends = shown.between(one.low, one.high)
        reach = say(f"{percent(level)}区间 {ends}", f"{percent(level)} interval {ends}") if ends else ""
        ranks = (
            say(f"区间 第{one.best}–{one.worst}位", f"interval {one.best}–{one.worst}") if one.best is not None else ""
        )
        facts = [
            {"label": say("得分", "score"), "value": shown.score(one.score), "more": reach},
            {"label": say("名次", "rank"), "value": f"{one.rank} / {one.of}", "more": ranks},
        ]
        for standing in one.standings:
            sure = say(f"概率{chance(standing.probability)}", f"probability {chance(standing.probability)}")
            facts.append({"label": self.pick(standing.title), "value": self.pick(standing.name),
                          "more": sure if standing.probability is not None else ""})  # fmt: skip
        facts.append({"label": say("数据覆盖率", "coverage"), "value": percent(one.coverage), "more": ""})
        if one.change is not None:
            facts.append({"label": say(f"较{one.change.period or '上期'}", f"since {one.change.period or 'before'}"),
                          "value": shown.gained(one.change.gained), "more": self._places(one.change.places)})  # fmt: skip
        return facts

    def _places(self, places: int | None) -> str:
        if places is None:
            return ""
        if places == 0:
            return self.say("名次未变", "same rank")
        zh, en = ("上升", "up") if places > 0 else ("下降", "down")
        return self.say(f"名次{zh}{abs(places)}位", f"{en} {abs(places)} places")

    def _strip(self, one: Portrait) -> dict[str, Any] | None:
        if one.score is None:
            return None
        level = self.found.board.table.levels[self.found.board.table.units.index(one.unit)]
        scores = self.found.sorted_scores[level]
        if len(scores) > DOTS:
            scores = scores[[round(k * (len(scores) - 1) / (DOTS - 1)) for k in range(DOTS)]]
        rules = [rule for rule in self.found.board.recipe.grades if rule.code == one.standings[0].scheme] if one.standings else []  # fmt: skip
        cuts = (rules[0].cuts_of(level) or ()) if rules else ()
        names = [self.pick(name) for name in rules[0].names] if rules else []
        inside = [cut for cut in cuts if self.low < cut < self.high]
        return {
            "title": self.say("全部同级单位的得分（三角为本单位）", "Scores of the whole level (triangle: this unit)"),
            "all": [self.place(float(score)) for score in scores],
            "own": self.place(one.score), "low": self.place(one.low), "high": self.place(one.high),
            "cuts": [self.place(cut) for cut in inside],
            "bands": self._bands(cuts, names),
            "ends": [raw(self.low), raw(self.high)],
        }  # fmt: skip

    def _bands(self, cuts: Sequence[float], names: Sequence[str]) -> list[dict[str, Any]]:
        """Return where the name of every grade stands: the middle of what it takes of the axis."""
        ends = [self.low, *cuts, self.high]
        found = []
        for name, low, high in zip(names, ends, ends[1:], strict=False):
            low, high = max(low, self.low), min(high, self.high)
            if high - low > 0.04 * (self.high - self.low):
                found.append({"at": self.place((low + high) / 2), "text": name})
        return found

    def _said(self, one: Portrait) -> list[str]:
        """Return the sentences below the head."""
        say, said = self.say, []
        if one.scored and self.found.intervals is not None:
            zh, en = (
                (
                    "区间反映各种可争议选择和误差的重复试验",
                    "Intervals are those of replicates of disputable choices and errors",
                )
                if self.found.intervals.of_run
                else ("区间只反映问卷调查的抽样误差", "Intervals are those of the surveys' sampling errors alone")
            )
            said.append(say(f"{zh}。", f"{en}."))
        if one.tied:
            names = self._names(one.tied, 6)
            said.append(
                say(f"与{names}在抽样误差范围内分不出先后。", f"Not told apart, within sampling error, from {names}.")
            )
        for standing in one.standings:
            if standing.distance is not None and standing.next_name is not None:
                name, lacking = self.pick(standing.next_name), self.shown.score(standing.distance)
                said.append(say(f"距{name}还差{lacking}分（分界点{raw(standing.next_cut)}）。",
                                f"{lacking} short of {name} (cut {raw(standing.next_cut)})."))  # fmt: skip
        if one.change is not None and self.found.same_rules is False:
            said.append(say("两期的计分规则或拟合数值不同，得分变化含规则变化的影响。",
                            "The periods were scored by different rules or fitted numbers, which is part of the change."))  # fmt: skip
        return said

    def _names(self, units: Sequence[str], most: int) -> str:
        table = self.found.board.table
        place = {unit: row for row, unit in enumerate(table.units)}
        named = [plain(table.name_of(place[unit], self.lang), 40) for unit in units[:most]]
        joined = self.say("、", ", ").join(named)
        more = len(units) - most
        return joined + (self.say(f"等{len(units)}个单位", f" and {more} more") if more > 0 else "")

    # First level.

    def _branches(self, one: Portrait) -> dict[str, Any]:
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
        head = [say("得分", "points"), say("名次", "rank"), say("权重", "weight"), say("贡献", "contrib."),
                say("障碍度", "obstacle")] + ([say("变化", "change")] if moved else [])  # fmt: skip
        rows = []
        for k, branch in enumerate(one.branches):
            cells = [shown.points(branch.points), self._rank(branch), percent(branch.weight), shown.score(branch.contribution),
                     "—" if branch.obstacle is None else f"{branch.obstacle:.1f}%"] + ([shown.moved(branch.change)] if moved else [])  # fmt: skip
            rows.append({
                "code": plain(branch.code, 12), "name": self.pick(branch.name), "own": self.place(branch.points),
                "low": self.place(branch.low), "high": self.place(branch.high), "middle": self.place(branch.middle),
                "marks": [self.place(group.branches[k]) for group in peers], "cells": cells,
            })  # fmt: skip
        ranks = [
            self._among(group.title, group.name, group.kind, group.rank, group.units)
            for group in peers[1:]
            if group.rank
        ]
        return {
            "title": say("一级指标与同类单位比较", "First level beside peers"),
            "caption": say("灰带为同级单位的中间一半，竖线为中位数。", "Grey bands hold the middle half of the level, ticks its median."),
            "ranks": say("；", "; ").join(ranks), "key": key, "head": head, "rows": rows,
            "ends": [raw(self.low), raw(self.high)],
        }  # fmt: skip

    def _rank(self, item: Branch | Row) -> str:
        return "—" if item.rank is None else f"{item.rank}/{item.of}"

    def _among(self, title: Label, name: Label, kind: str, rank: int, units: int) -> str:
        return self.say(f"在{self.pick(title)}单位（{self.pick(name)}）中列第{rank}位，共{units}个",
                        f"{rank} of {units} in the {self.pick(title)} ({self.pick(name)})")  # fmt: skip

    # Strengths, obstacles, what would lift, whom to learn from.

    def _strengths(self, one: Portrait) -> dict[str, Any]:
        return {"title": self.say("比较优势", "Strengths"), "lines": [self._line(one.row(code)) for code in one.strengths],
                "empty": self.say("没有高于同级平均的指标。", "No indicator lies above the mean of the level.")}  # fmt: skip

    def _weaknesses(self, one: Portrait) -> dict[str, Any]:
        return {"title": self.say("相对短板", "Weaknesses"), "lines": [self._line(one.row(code)) for code in one.weaknesses],
                "empty": self.say("没有低于同级平均的指标。", "No indicator lies below the mean of the level.")}  # fmt: skip

    def _line(self, row: Row) -> dict[str, str]:
        gap = None if row.points is None or row.mean is None else row.points - row.mean
        return {"code": plain(row.code, 12), "name": self.pick(row.name), "points": self.shown.points(row.points),
                "gap": self.shown.moved(gap), "rank": self._rank(row)}  # fmt: skip

    def _obstacles(self, one: Portrait) -> dict[str, Any] | None:
        if not one.obstacles:
            return None
        rows = [one.row(code) for code in one.obstacles]
        return {
            "title": self.say("主要障碍", "Main obstacles"),
            "caption": self.say("障碍度为该指标失分占全部失分的比重。", "Obstacle: share of all points lost that this indicator loses."),
            "head": [self.say("指标", "indicator"), self.say("障碍度", "obstacle"), self.say("得分", "points"), self.say("名次", "rank"),
                     self.say("原始值", "raw value")],
            "left": [0], "wide": 0,
            "rows": [[self._coded(row), f"{row.obstacle or 0:.1f}%", self.shown.points(row.points), self._rank(row), self._value(row)]
                     for row in rows],
        }  # fmt: skip

    def _coded(self, row: Row | Branch) -> str:
        code, name = plain(row.code, 12), self.pick(row.name)
        return name if name == code else f"{code} {name}"

    def _value(self, row: Row) -> str:
        unit = self.pick(row.unit)
        return (
            f"{raw(row.value)}{'' if unit.startswith('%') else ' '}{unit}"
            if row.value is not None
            else self.say("缺失", "missing")
        )

    def _lifts(self, one: Portrait) -> dict[str, Any] | None:
        say = self.say
        if not one.lifts:
            return None
        rows = []
        for lift in one.lifts:
            row = one.row(lift.code)
            grades = say("、", ", ").join(self.pick(name) for _, name in lift.grades)
            rows.append([
                self._coded(row), f"{raw(lift.value)} → {raw(lift.target_value)}", f"{self.shown.points(lift.points)} → {self.shown.points(lift.target)}",
                self.shown.gained(lift.gain), f"{one.rank} → {lift.rank}" + (say(f"（{grades}）", f" ({grades})") if grades else ""),
            ])  # fmt: skip
        return {
            "title": say("提升空间", "What would lift it"),
            "caption": say("该指标单独达到同级单位上四分位（四分之三的单位不高于此）、其他单位不变时的得分和名次；是算术推演，不是预测。",
                           "Score and rank if this indicator alone reached the upper quartile of the level (three quarters do no "
                           "better), nobody else moving: arithmetic, no forecast."),
            "head": [say("指标", "indicator"), say("原始值", "raw value"), say("指标得分", "points"), say("总得分", "score"), say("名次", "rank")],
            "left": [0], "wide": 0, "rows": rows,
        }  # fmt: skip

    def _exemplars(self, one: Portrait) -> dict[str, Any] | None:
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
            rows.append([self._coded(what), own, them])
        rules = list(dict.fromkeys(self.pick(item.rule) for item in one.exemplars))
        return {
            "title": say("可学习的单位", "Whom to learn from"),
            "caption": say(f"可比单位按以下条件选取：{'；'.join(rules)}。括号内为原始值；“总”为达到对方水平时总得分的增加。",
                           f"Comparable by: {'; '.join(rules)}. In brackets the raw value; 'total' is what the score would gain at "
                           "their level."),
            "head": [say("指标", "by"), say("本单位得分", "own points"), say("单位、得分", "unit and points")],
            "left": [0, 2], "wide": 2, "rows": rows,
        }  # fmt: skip

    def _exemplar(self, item: Exemplar) -> str:
        value = self.say(f"（{raw(item.value)}）", f" ({raw(item.value)})") if item.value is not None else ""
        gain = (
            self.say(f"，总{self.shown.gained(item.gain)}", f", total {self.shown.gained(item.gain)}")
            if item.gain is not None
            else ""
        )
        return f"{self.pick(item.name)} {self.shown.points(item.points)}{value}{gain}"

    # All indicators.

    def _indicators(self, one: Portrait) -> dict[str, Any]:
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
            parts.append({"title": self._coded(branch), "points": self.shown.points(branch.points), "rows": rows})
        remarks = [
            f"{self._coded(row)}{say('：', ': ')}{plain(text, 200)}"
            for row in one.rows
            if (text := row.remarks[0 if self.zh else 1])
        ]
        return {
            "title": say("全部指标", "All indicators"), "head": head, "parts": parts, "remarks": remarks[:40],
            "remarks_title": say("数据备注", "Remarks"), "name": 1, "bar": head.index(say("得分", "points")),
            "caption": say("区间为抽样调查指标的区间；受访者不足规定人数的数值不予公布。" if told else "",
                           "Intervals are of indicators estimated from samples; nothing is printed on fewer respondents than the minimum."
                           if told else ""),
        }  # fmt: skip

    def _cells(self, row: Row, told: bool, moved: bool) -> dict[str, Any]:
        ends = "" if row.value_low is None else between(row.value_low, row.value_high)
        cells = [plain(row.code, 12), self.pick(row.name), self._value(row)]
        cells += [ends] if self.found.value_interval is not None else []
        cells += [whole(row.respondents) if row.respondents is not None else ""] if told else []
        cells += [
            self.shown.points(row.points),
            self._rank(row),
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

    def _alt(self, one: Portrait) -> dict[str, str]:
        """Return the figures in words, for those who cannot see them."""
        say, shown = self.say, self.shown
        parts = say("；", "; ").join(
            f"{self.pick(branch.name)} {shown.points(branch.points)}" for branch in one.branches
        )
        return {
            "strip": say(f"全部同级单位得分的分布，本单位{shown.score(one.score)}。", f"Scores of the whole level; this unit {shown.score(one.score)}."),
            "branches": say(f"一级指标得分：{parts}。", f"Points of the first level: {parts}."),
        }  # fmt: skip
