"""A portrait as a page: what the layout prints, in one language, every number already in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from yitihua.publish.papers.engine import plain
from yitihua.publish.papers.numbers import chance, percent, raw
from yitihua.publish.papers.portrait_tables import Tables
from yitihua.publish.papers.portrait_words import short_notice
from yitihua.publish.portraits import Portrait

#: Scores drawn one by one in the strip; of more only so many, evenly spaced in rank.
DOTS: Final = 400


class Page(Tables):
    """The whole page."""

    def book_title(self) -> str:
        """Return the title of all portraits together."""
        index = self.pick(self.found.title)
        return self.say(f"精准画像汇编　{index}", f"Portraits: {index}")

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
            "branches": self.branches(one),
            "lists": [self.strengths(one), self.weaknesses(one)],
            "tables": [table for table in (self.obstacles(one), self.lifts(one), self.exemplars(one)) if table],
            "indicators": self.indicators(one),
            "foot": say(f"{name}　{index}　{period}", " · ".join(part for part in (name, index, period) if part)),
            "short": short_notice(found.board, self.lang),
            "alt": self._alt(one),
        }

    # The head.

    def _facts(self, one: Portrait) -> list[dict[str, str]]:
        say, shown, level = self.say, self.shown, self.found.level_of_intervals
        if not one.scored:
            return [
                {"label": say("得分", "score"), "value": say("不评分", "not scored"), "more": ""},
                {"label": say("覆盖率", "coverage"), "value": percent(one.coverage), "more": ""},
            ]
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
            facts.append(
                {
                    "label": self.pick(standing.title),
                    "value": self.pick(standing.name),
                    "more": sure if standing.probability is not None else "",
                }
            )
        facts.append({"label": say("数据覆盖率", "coverage"), "value": percent(one.coverage), "more": ""})
        if one.change is not None:
            facts.append(
                {
                    "label": say(f"较{one.change.period or '上期'}", f"since {one.change.period or 'before'}"),
                    "value": shown.gained(one.change.gained),
                    "more": self._places(one.change.places),
                }
            )
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
        rules = (
            [rule for rule in self.found.board.recipe.grades if rule.code == one.standings[0].scheme]
            if one.standings
            else []
        )
        cuts = (rules[0].cuts_of(level) or ()) if rules else ()
        names = [self.pick(name) for name in rules[0].names] if rules else []
        inside = [cut for cut in cuts if self.low < cut < self.high]
        return {
            "title": self.say("全部同级单位的得分（三角为本单位）", "Scores of the whole level (triangle: this unit)"),
            "all": [self.place(float(score)) for score in scores],
            "own": self.place(one.score),
            "low": self.place(one.low),
            "high": self.place(one.high),
            "cuts": [self.place(cut) for cut in inside],
            "bands": self._bands(cuts, names),
            "ends": [raw(self.low), raw(self.high)],
        }

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
                said.append(
                    say(
                        f"距{name}还差{lacking}分（分界点{raw(standing.next_cut)}）。",
                        f"{lacking} short of {name} (cut {raw(standing.next_cut)}).",
                    )
                )
        if one.change is not None and self.found.same_rules is False:
            said.append(
                say(
                    "两期的计分规则或拟合数值不同，得分变化含规则变化的影响。",
                    "The periods were scored by different rules or fitted numbers, which is part of the change.",
                )
            )
        uneven = sum(row.one_period for row in one.rows)
        if one.change is not None and one.change.gained is not None and uneven:
            said.append(
                say(
                    f"有{uneven}个指标只有一期有数值，得分变化含指标增减的影响。",
                    f"{uneven} indicators have a value in one period alone, which is part of the change.",
                )
            )
        return said

    def _names(self, units: Sequence[str], most: int) -> str:
        table = self.found.board.table
        place = {unit: row for row, unit in enumerate(table.units)}
        named = [plain(table.name_of(place[unit], self.lang), 40) for unit in units[:most]]
        joined = self.say("、", ", ").join(named)
        more = len(units) - most
        return joined + (self.say(f"等{len(units)}个单位", f" and {more} more") if more > 0 else "")

    def _alt(self, one: Portrait) -> dict[str, str]:
        """Return the figures in words, for those who cannot see them."""
        say, shown = self.say, self.shown
        parts = say("；", "; ").join(
            f"{self.pick(branch.name)} {shown.points(branch.points)}" for branch in one.branches
        )
        return {
            "strip": say(
                f"全部同级单位得分的分布，本单位{shown.score(one.score)}。",
                f"Scores of the whole level; this unit {shown.score(one.score)}.",
            ),
            "branches": say(f"一级指标得分：{parts}。", f"Points of the first level: {parts}."),
        }
