"""A page a unit (精准画像): where it stands, what it is good at, what holds it back, what would lift it.

Everything said is of `publish/portraits`; here it is laid out. What is the same on thousands of pages is made once
(`Frame`). Definitions of indicators, and the English of words that come again and again, stand in one plain script
that all pages share: the switch to English needs a script anyway, and a page is half as large.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

import numpy as np
from markupsafe import Markup

from yitihua.publish.portraits import Portrait
from yitihua.publish.portraits.model import Branch, Exemplar, Lift, Row
from yitihua.publish.portraits.picking import portrait_of
from yitihua.publish.site.barometer import unit_weather
from yitihua.publish.site.certainty import certainty_lines, chance_word, robust_line
from yitihua.publish.site.context import Site
from yitihua.publish.site.indicator_words import formula_in_codes, formula_in_words
from yitihua.publish.site.render import Pair, as_json, both, counted, from_to, number, percent, plain, render

#: Units named of those that cannot be told apart from one.
NAMED = 6
SCRIPTS = ("site.js", "echarts/echarts.min.js", "charts.js", "charts-units.js", "unit-words.js", "units.js")


def unit_pages(site: Site, version: str, bar: Any) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every unit's page, and the script of words that they share.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site import site_of
    >>> name, page = next(unit_pages(site_of(yt.evaluate("egdi-2022")), "1", ()))
    >>> name, "Denmark" in page.decode()
    ('units/Denmark.html', True)
    """
    frame = Frame(site)
    for place, row in enumerate(site.order):
        yield site.files[row], render("unit.html", version=version, bar=bar, site=site, **frame.page(place))
    yield "assets/unit-words.js", frame.script()


def quantity(value: float | None) -> str:
    """Return a raw value of any size as readers see it: four figures, whole numbers in full.

    Examples
    --------
    >>> quantity(67.5), quantity(442.857), quantity(1234567.8), quantity(-0.012345), quantity(None)
    ('67.5', '442.9', '1,234,568', '−0.01235', '–')
    """
    if value is None or not np.isfinite(value):
        return "–"
    size = abs(value)
    digits = 0 if size >= 1000 or size == 0 else min(max(3 - int(np.floor(np.log10(size))), 0), 12)
    shown = number(value, digits)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def signed(value: float | None, digits: int) -> str:
    """Return a change with its sign.

    Examples
    --------
    >>> signed(0.25, 1), signed(-0.04, 1), signed(None, 1)
    ('+0.2', '0.0', '–')
    """
    shown = number(value, digits)
    return f"+{shown}" if value is not None and value > 0 and shown.strip("0.,") else shown


@dataclass(frozen=True, eq=False)
class Frame:
    """What pages of units share, and how one of them is filled."""

    site: Site
    english: dict[str, str] = field(default_factory=dict)

    def word(self, pair: Pair) -> Pair | str:
        """Return a text in Chinese whose English goes into the script, or both where it has another English already."""
        zh, en = (plain(text) for text in pair)
        return zh if self.english.setdefault(zh, en) == en else pair

    def script(self) -> bytes:
        """Return the script of words: English of Chinese, and what is said of every indicator."""
        found = {self.site.indicator_files[code]: told for code, told in self.told_of.items()}
        english = {zh: en for zh, en in self.english.items() if zh != en}
        return f"window.yitihuaUnits={as_json({'english': english, 'indicators': found})};\n".encode()

    @cached_property
    def digits(self) -> int:
        """Decimals of points."""
        return 1 if self.site.digits == 2 else self.site.digits

    @cached_property
    def heads(self) -> dict[str, Markup]:
        """Every indicator's and node's name, a link to its page."""
        labels, files = self.site.board.recipe.labels, self.site.indicator_files
        link = Markup('<a href="../{}">{}</a>')
        return {code: link.format(file, both(self.word(labels[code]))) for code, file in files.items()}

    @cached_property
    def units(self) -> dict[str, Markup]:
        """Every unit's name, a link to its page, as it stands on another unit's."""
        site, link = self.site, Markup('<a href="{}">{}</a>')
        return {
            unit: link.format(file.removeprefix("units/"), both(self.word(name)))
            for unit, file, name in zip(site.board.table.units, site.files, site.names, strict=True)
        }

    @cached_property
    def ends(self) -> tuple[float, float]:
        """Between which points the marks stand: the scale, or further where points lie beyond it."""
        low, high = self.site.board.recipe.scale
        points = self.site.board.points
        points = points[np.isfinite(points)]
        return min(low, float(points.min())), max(high, float(points.max()))

    def page(self, place: int) -> dict[str, Any]:
        """Return what the template of a unit's page is filled with."""
        site = self.site
        row = site.order[place]
        one = portrait_of(site.portraits, row)
        return {
            "page": {"title": one.name, "root": "../", "file": site.files[row], "scripts": SCRIPTS},
            "one": one, "digits": self.digits, "heads": self.heads, "rows": self.rows(one), "q": quantity,
            "signed": signed, "lead": self.lead(one, row), "cards": self.cards(one, row), "tied": self.tied(one, row),
            "branches": [self.branch(one, branch) for branch in one.branches],
            "city": next((peers for peers in one.peers if peers.kind == "city"), None),
            "charts": self.charts(one), "strong": self.told(one, one.strengths), "weak": self.told(one, one.weaknesses),
            "obstacles": [one.row(code) for code in one.obstacles],
            "lifts": [self.lift(one, lift) for lift in one.lifts], "rules": self.rules(one),
            "exemplars": [self.exemplar(one, exemplar) for exemplar in one.exemplars],
            "legend": self.legend, "neighbours": self.neighbours(place), "note": self.note(one),
            "gapped": any(branch.coverage < 1 for branch in one.branches), "then": self.then(one),
            "past": self.past(one), "defined": bool(self.told_of), "beside": self.beside(one), "w": self.word,
            "ends": self.ends,
            "sampled": self.sampled(one), "uneven": self.uneven(one), "weather": unit_weather(site, one.unit),
        }  # fmt: skip

    # The head of the page.

    def note(self, one: Portrait) -> Pair | None:
        """Return what must be said of this unit, without what stands above on every page."""
        zh = one.note[0].removeprefix("模拟数据").removeprefix("；")
        en = one.note[1].removeprefix("simulated data 模拟").removeprefix("; ")
        return (zh, en) if zh or en else None

    def lead(self, one: Portrait, row: int) -> Pair | None:
        """Return the unit in two sentences; None without a score."""
        if one.score is None or one.rank is None:
            return None
        score, level = number(one.score, self.site.digits), percent(self.site.certainty.level)
        kind = counted(one.level[0])
        zh = f"综合得分{score}，在{one.of}个{kind}中排第{one.rank}位"
        en = f"Score {score}, rank {one.rank} of {one.of} (level: {one.level[1]}"
        if one.best is not None and one.worst is not None:
            same = one.best == one.worst
            zh += f"（{level}区间：第{one.best}位）" if same else f"（{level}区间：第{one.best}至第{one.worst}位）"
            en += f"; {level} interval {one.best}" if same else f"; {level} interval {one.best} to {one.worst}"
        zh, en = f"{zh}。", f"{en})."
        names = self.site.board.recipe.labels
        for codes, words in (
            (one.strengths[:3], ("高出同级平均最多的是", "Furthest above the mean of its level: ")),
            (one.weaknesses[:3], ("低于同级平均最多的是", "Furthest below: ")),
        ):
            if codes:
                zh += f"{words[0]}{'、'.join(names[code][0] for code in codes)}。"
                en += f" {words[1]}{', '.join(names[code][1] for code in codes)}."
        return zh, en

    def cards(self, one: Portrait, row: int) -> list[dict[str, Any]]:
        """Return the tiles at the top: score, rank, grades, coverage, change."""
        site, digits = self.site, self.site.digits
        cards: list[dict[str, Any]] = []

        def card(value: Pair | str, what: Pair, more: Pair | None = None) -> None:
            cards.append({"value": value, "what": what, "more": more})

        if one.score is None:
            card("–", ("不评分", "no score"))
        else:
            sure = percent(site.certainty.level)
            span = None if one.low is None else f"{number(one.low, digits)}–{number(one.high, digits)}"
            card(number(one.score, digits), ("综合得分", "score"),
                 None if span is None else (f"{sure}区间 {span}", f"{sure}: {span}"))  # fmt: skip
            ranks = None if one.best is None or one.worst is None else from_to(one.best, one.worst)
            card(f"{one.rank} / {one.of}", ("同级排名", "rank in its level"),
                 None if ranks is None else (f"{sure}区间 {ranks}", f"{sure}: {ranks}"))  # fmt: skip
            best, worst = (float(end[row]) for end in site.robust.rank_interval)
            if np.isfinite(best) and site.robust is not site.certainty:
                card(from_to(int(best), int(worst)), ("换权重和方法时的排名", "ranks, other choices"))
        for standing in one.standings:
            rule = next(rule for rule in site.board.recipe.grades if rule.code == standing.scheme)
            chance = site.grade_probability(rule, row)
            parts: list[Pair] = []
            if chance is not None:
                zh, en = chance_word(site.certainty)
                parts.append((f"{zh}{percent(chance)}", f"{en} {percent(chance)}"))
            if standing.next_name is not None and standing.distance is not None:
                lacking = number(standing.distance, digits)
                parts.append((f"距{standing.next_name[0]}差{lacking}分", f"{lacking} short of {standing.next_name[1]}"))
            word = site.grade(rule, row)
            more = ("，".join(zh for zh, _ in parts), ", ".join(en for _, en in parts)) if parts else None
            card(word or ("–", "–"), standing.title, more)
        card(percent(one.coverage), ("有数据的权重占比", "of the weight has data"))
        if one.change is not None and one.change.gained is not None:
            card(
                signed(one.change.gained, digits),
                (f"得分比{self.then(one)[0]}", f"score since {self.then(one)[1]}"),
                self.moved(one),
            )
        return cards

    def moved(self, one: Portrait) -> Pair | None:
        """Return how the rank moved since the period before."""
        change = one.change
        if change is None or change.places is None:
            return None
        if change.places == 0:
            return "名次不变", "same rank"
        zh = f"名次{'前移' if change.places > 0 else '后移'}{abs(change.places)}位"
        return zh, f"{abs(change.places)} places {'up' if change.places > 0 else 'down'}"

    def tied(self, one: Portrait, row: int) -> dict[str, Any] | None:
        """Return the units that cannot be told apart from this one: how many, and the nearest by name."""
        span = self.site.tied[row]
        if span is None:
            return None
        runs = self.site.certainty.groups[self.site.board.table.levels[row]][span[0] - 1 : span[1]]
        alike = list(dict.fromkeys(unit for run in runs for unit in run))
        if one.of < 2:
            return None  # nobody to be told apart from
        own = alike.index(one.unit)
        nearest = sorted((k for k in range(len(alike)) if k != own), key=lambda k: (abs(k - own), k))[:NAMED]
        return {"count": len(alike) - 1, "links": [self.units[alike[k]] for k in sorted(nearest)]}

    def neighbours(self, place: int) -> list[tuple[Pair, Markup]]:
        """Return links to the unit before and the unit after in the ranking of its level."""
        site, found = self.site, []
        levels, total = site.board.table.levels, site.board.total
        for step, words in ((-1, ("上一位：", "Before: ")), (1, ("下一位：", "After: "))):
            at = place + step
            if not 0 <= at < len(site.order) or not np.isfinite(total[site.order[place]]):
                continue
            row = site.order[at]
            if levels[row] == levels[site.order[place]] and np.isfinite(total[row]):
                found.append((words, self.units[site.board.table.units[row]]))
        return found

    def beside(self, one: Portrait) -> str:
        """Return whom to compare the unit with at first: those it can learn from."""
        near = list(dict.fromkeys(exemplar.unit for exemplar in one.exemplars))[:2]
        return ",".join(quote(plain(unit), safe="") for unit in (one.unit, *near))

    # The tables.

    def branch(self, one: Portrait, branch: Branch) -> dict[str, Any]:
        """Return a row of the table of first-level nodes."""
        return {"of": branch, "lost": self.lost(one, branch.obstacle)}

    def lost(self, one: Portrait, obstacle: float | None) -> float | None:
        """Return the part of what is lacking to a full score that stands below one node or indicator."""
        if obstacle is None or one.score is None:
            return None
        return obstacle / 100 * (self.site.board.recipe.scale[1] - one.score)

    def rows(self, one: Portrait) -> list[tuple[Branch, list[Row]]]:
        """Return all indicators by first-level node."""
        found: dict[str, list[Row]] = {branch.code: [] for branch in one.branches}
        for row in one.rows:
            found[row.branch].append(row)
        return [(branch, found[branch.code]) for branch in one.branches]

    def told(self, one: Portrait, codes: tuple[str, ...]) -> list[tuple[Row, float]]:
        """Return indicators with their distance from the mean of the level."""
        rows = [one.row(code) for code in codes]
        return [(row, row.points - row.mean) for row in rows if row.points is not None and row.mean is not None]

    def lift(self, one: Portrait, lift: Lift) -> dict[str, Any]:
        """Return a row of the table of what would lift the unit."""
        names = [name for _, name in lift.grades]
        grades = ("、".join(zh for zh, _ in names), ", ".join(en for _, en in names)) if names else None
        return {"of": lift, "unit": one.row(lift.code).unit, "grades": grades}

    def rules(self, one: Portrait) -> list[Pair]:
        """Return the ways in which exemplars are comparable, each once."""
        return list(dict.fromkeys(exemplar.rule for exemplar in one.exemplars))

    def sampled(self, one: Portrait) -> Pair | None:
        """Return what stands beside values estimated from a sample; None where the unit has none."""
        known = [row for row in one.rows if row.value_low is not None]
        if not known:
            return None
        sure, n = percent(self.site.certainty.level), any(row.respondents for row in known)
        return (
            f"带范围的数值是抽样估计，小字是{sure}区间{'和受访人数' if n else ''}。",
            f" A value with a range is estimated from a sample: its {sure} interval"
            f"{' and the number of respondents' if n else ''}.",
        )

    def exemplar(self, one: Portrait, exemplar: Exemplar) -> dict[str, Any]:
        """Return a row of the table of exemplars."""
        number = self.rules(one).index(exemplar.rule) + 1
        return {"of": exemplar, "unit": self.units[exemplar.unit], "rule": number}

    def then(self, one: Portrait) -> Pair:
        """Return the name of the period before."""
        period = one.change.period if one.change is not None else None
        return (f"上期（{period}）", f"period before ({period})") if period else ("上期", "period before")

    def past(self, one: Portrait) -> Pair | None:
        """Return how the unit stood in the period before; None where it was not there."""
        change = one.change
        if change is None:
            return None
        score, rank = number(change.score, self.site.digits), number(change.rank)
        names = [name for _, name in change.grades]
        zh = "，".join([f"{self.then(one)[0]}：得分{score}", f"排名{rank}", *(zh for zh, _ in names)])
        en = ", ".join([f"{self.then(one)[1]}: score {score}", f"rank {rank}", *(en for _, en in names)])
        return f"{zh}。", f"{en}."

    def uneven(self, one: Portrait) -> Pair | None:
        """Return how many indicators only one of both periods has; what they add to a change is no progress."""
        count = sum(row.one_period for row in one.rows)
        if one.change is None or not count:
            return None
        return (
            f"有{count}个指标只有一期有数值，得分变化含指标增减的影响。",
            f" {count} indicators have a value in one period alone, which is part of the change.",
        )

    @cached_property
    def legend(self) -> list[Pair]:
        """Return what the intervals on the page are of."""
        return [*certainty_lines(self.site.certainty), robust_line(self.site.robust)]

    @cached_property
    def told_of(self) -> dict[str, list[str]]:
        """Definition and formula, in Chinese and English, of every indicator that has one."""
        site, found = self.site, {}
        for code in site.board.recipe.codes:
            words = site.board.table.background.indicators.get(code)
            definition = ("", "") if words is None else words.definition
            formula = formula_in_words(site, code) or formula_in_codes(site, code) or ("", "")
            if any((*definition, *formula)):
                found[code] = [*definition, *formula]
        return found

    # The charts.

    def charts(self, one: Portrait) -> dict[str, Any]:
        """Return the data of the charts; those that would be empty are left out."""
        names = [branch.name for branch in one.branches]
        # Where points lie beyond the scale the axis finds its own round ends.
        span = list(self.ends) if self.ends == self.site.board.recipe.scale else None
        found: dict[str, Any] = dict.fromkeys(("branches", "sources", "change"))

        def short(values: list[float | None]) -> list[float | None]:
            return [None if value is None else round(value, self.digits + 1) for value in values]

        if any(branch.points is not None for branch in one.branches):
            found["branches"] = {
                "names": names, "range": span, "digits": self.digits, "name": one.name,
                "points": short([branch.points for branch in one.branches]),
                "low": short([branch.low for branch in one.branches]),
                "middle": short([branch.middle for branch in one.branches]),
                "high": short([branch.high for branch in one.branches]),
            }  # fmt: skip
        lost = [self.lost(one, branch.obstacle) for branch in one.branches]
        if one.score is not None and all(value is not None for value in lost):
            found["sources"] = {
                "names": names, "digits": self.site.digits, "lost": short(lost),
                "got": short([branch.contribution for branch in one.branches]),
            }  # fmt: skip
        if one.change is not None and any(branch.change is not None for branch in one.branches):
            before = [
                None if branch.points is None or branch.change is None else branch.points - branch.change
                for branch in one.branches
            ]
            found["change"] = {
                "names": names, "range": span, "digits": self.digits, "then": self.then(one),
                "before": short(before), "now": short([branch.points for branch in one.branches]),
            }  # fmt: skip
        return found
