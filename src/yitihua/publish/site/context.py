"""What all pages of a site share: the board, how sure it is, names of files, groups of units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from yitihua.index.scoreboard import Scoreboard
from yitihua.index.tables import group_spans, score_order
from yitihua.indicators.places import places_of
from yitihua.publish.site.render import Pair
from yitihua.publish.summary import grade_word, notices, score_digits
from yitihua.surveys.privacy.suppression import MINIMUM

if TYPE_CHECKING:
    from yitihua.analysis.barometer.barometer import Barometer
    from yitihua.analysis.uncertainty.result import Uncertainty
    from yitihua.definitions.edition import Edition
    from yitihua.index.recipe import GradeRule
    from yitihua.index.sampling import Sampling
    from yitihua.publish.portraits import Portraits

#: Pages in the bar at the top: file, words.
BAR: tuple[tuple[str, Pair], ...] = (
    ("index.html", ("排名", "Ranking")),
    ("indicators.html", ("指标", "Indicators")),
    ("figures.html", ("图", "Figures")),
    ("compare.html", ("对比", "Compare")),
    ("panel.html", ("权重试算", "Weights what-if")),
    ("method.html", ("方法", "Method")),
    ("audit.html", ("数据与审计", "Data and audit")),
    ("downloads.html", ("下载", "Downloads")),
)
# Names that Windows keeps for devices.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


@dataclass(frozen=True, eq=False)
class Site:
    """Everything that pages are made from.

    Attributes
    ----------
    board : Scoreboard
    certainty : Sampling or Uncertainty
        What intervals, grade probabilities and tied groups are of.
    robust : Uncertainty
        Ranks over other weights and methods as well.
    edition : Edition, optional
        Its definitions, where they are at hand: a folder of results has none.
    before : Scoreboard, optional
        An earlier period.
    inputs : mapping, optional
        Name of every input -> sha256, where a record has them.
    minimum : int
        Fewest respondents behind a number that is shown.
    barometer : Barometer, optional
        Progress and activity over periods.
    """

    board: Scoreboard
    certainty: Sampling | Uncertainty
    robust: Uncertainty
    edition: Edition | None = None
    before: Scoreboard | None = None
    inputs: Mapping[str, str] | None = None
    minimum: int = MINIMUM
    barometer: Barometer | None = None

    @property
    def bar(self) -> tuple[tuple[str, Pair], ...]:
        """Pages in the bar at the top."""
        if self.barometer is None:
            return BAR
        return (BAR[0], ("barometer.html", ("晴雨表", "Barometer")), *BAR[1:])

    @cached_property
    def digits(self) -> int:
        """Decimals of a score on a page."""
        return score_digits(self.board.recipe)

    @cached_property
    def title(self) -> Pair:
        """Title of the index with its period."""
        zh, en = self.board.recipe.title
        period = self.board.table.period
        return (f"{zh} · {period}", f"{en} · {period}") if period else (zh, en)

    @cached_property
    def notices(self) -> list[Pair]:
        """What must be said beside any number."""
        reasons = ("排名表的备注", "the remarks of the ranking")
        pairs = zip(notices(self.board, "zh", reasons), notices(self.board, "en", reasons), strict=True)
        return list(pairs)

    @cached_property
    def names(self) -> list[Pair]:
        """Names of the units."""
        table = self.board.table
        return [(table.name_of(row, "zh"), table.name_of(row, "en")) for row in range(len(table.units))]

    @cached_property
    def order(self) -> list[int]:
        """Rows, best first, level by level."""
        levels = self.board.table.levels
        order = score_order(self.board).tolist()
        return [row for level in dict.fromkeys(levels) for row in order if levels[row] == level]

    @cached_property
    def files(self) -> list[str]:
        """File of every unit's page."""
        return [f"units/{name}.html" for name in file_names(self.board.table.units, "u")]

    @cached_property
    def indicator_files(self) -> dict[str, str]:
        """Code of an indicator or node -> its page."""
        codes = [code for code in self.board.recipe.plan.column if code != self.board.recipe.root.code]
        return {code: f"indicators/{name}.html" for code, name in zip(codes, file_names(codes, "i"), strict=True)}

    @cached_property
    def group_of(self) -> list[Pair]:
        """City or group of every unit; empty texts where it is in none."""
        table = self.board.table
        places = places_of(table)
        if places:
            nobody = ("", "")
            return [(places[unit].city_zh, places[unit].city_en) if unit in places else nobody for unit in table.units]
        column = next((x for x in table.attributes.values() if x.dtype == object), None)
        if column is None:
            return [("", "")] * len(table.units)
        return [(str(x), str(x)) if x is not None and x == x else ("", "") for x in column]

    @cached_property
    def group_word(self) -> Pair:
        """What groups are called."""
        if places_of(self.board.table):
            return "设区市", "city"
        names = [name for name, x in self.board.table.attributes.items() if x.dtype == object]
        return (names[0], names[0]) if names else ("", "")

    @cached_property
    def portraits(self) -> Portraits:
        """What is said of every unit."""
        from yitihua.analysis.uncertainty.result import Uncertainty
        from yitihua.publish.portraits import portraits

        run = self.certainty if isinstance(self.certainty, Uncertainty) else None
        return portraits(self.board, before=self.before, certainty=run, edition=self.edition)

    @cached_property
    def tied(self) -> list[tuple[int, int] | None]:
        """First and last tied group of every unit in its level, from 1; None without a score."""
        return group_spans(self.board, self.certainty.groups)

    def grade(self, rule: GradeRule, row: int) -> Pair | None:
        """Return the grade of a unit as shown, or None."""
        index = int(self.board.grade_indices[rule.code][row])
        return None if index < 0 else grade_word(rule, index)

    def grade_probability(self, rule: GradeRule, row: int) -> float | None:
        """Return the probability of the grade a unit was given, or None."""
        index = int(self.board.grade_indices[rule.code][row])
        if index < 0:
            return None
        found = float(self.certainty.grade_probability[rule.code][row, index])
        return found if np.isfinite(found) else None


def file_names(codes: Sequence[str], letter: str) -> list[str]:
    """Return a name for a file for every code: the code itself where it is plain, else a number.

    Examples
    --------
    >>> file_names(["330106", "../x", "con", "a", "A"], "u")
    ['330106', 'u-2', 'u-3', 'a', 'u-5']
    """
    found: list[str] = []
    taken: set[str] = set()
    for k, code in enumerate(codes, start=1):
        usable = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", code) and not code.endswith(".")
        name = code if usable and not _DEVICES.fullmatch(code) else f"{letter}-{k}"
        while name.lower() in taken:  # Windows and macOS do not tell a from A
            name = f"{letter}-{k}" if name != f"{letter}-{k}" else f"{name}_"
        taken.add(name.lower())
        found.append(name)
    return found
