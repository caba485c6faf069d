"""Distribution of scores on a board: inequality, density, spatial pattern; for periods see `of_periods`.

Each function looks at one code (by default the index) over the units of one level (by default the
one with the most units), so that sums over other units are not counted beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from yitihua.analysis.distribution.dagum import DagumParts, dagum
from yitihua.analysis.distribution.density import BandwidthRule, Density, densities
from yitihua.analysis.distribution.density import density as density_of_values
from yitihua.analysis.distribution.gini import gini
from yitihua.analysis.distribution.inputs import choice
from yitihua.analysis.distribution.local_moran import Correction, LocalMoran, local_moran
from yitihua.analysis.distribution.moran import Islands, Moran, moran
from yitihua.analysis.distribution.on_boards import (
    Adjoining,
    By,
    Scores,
    groups_of,
    neighbours_of,
    people_of,
    scores_of,
)
from yitihua.analysis.distribution.theil import NestedTheil, TheilIndex, theil_nested
from yitihua.analysis.stages import marked
from yitihua.index.scoreboard import Scoreboard

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["dagum", "theil-T", "theil-L"]
KINDS: tuple[Kind, ...] = ("dagum", "theil-T", "theil-L")


@dataclass(frozen=True, eq=False)
class Inequality:
    """Inequality of scores and its parts.

    Attributes
    ----------
    scores : Scores
        What it is of.
    by : tuple of str
        Levels of groups.
    gini : float
        Of all units.
    parts : DagumParts or NestedTheil
    """

    scores: Scores
    by: tuple[str, ...]
    gini: float
    parts: DagumParts | NestedTheil

    def frame(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a part: part, value, rate (its share in the whole)."""
        import pandas as pd

        which = 0 if lang == "zh" else 1
        if isinstance(self.parts, DagumParts):
            words: tuple[tuple[str, str], ...] = (("组内", "within"), ("组间净值", "between"), ("超变密度", "overlap"))
            values: list[float] = [self.parts.within, self.parts.between, self.parts.overlap]
            total, name = self.parts.gini, ("基尼系数", "Gini")
        else:
            words = tuple((f"{level}之间", f"between {level}") for level in self.by)
            words = (*words, (f"{self.by[-1]}之内", f"within {self.by[-1]}"))
            values = [*self.parts.between.tolist(), self.parts.within]
            total, name = self.parts.total, (f"泰尔{self.parts.index}", f"Theil {self.parts.index}")
        rows = [
            (word[which], value, value / total if total > 0 else np.nan)
            for word, value in zip(words, values, strict=True)
        ]
        whole = (name[which], total, 1.0 if total > 0 else np.nan)
        frame = pd.DataFrame([*rows, whole], columns=["part", "value", "rate"])
        return marked(frame, self.scores.board, lang, code=self.scores.code, by=self.by)

    def groups(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a group (of the innermost level)."""
        parts = self.parts.frame if isinstance(self.parts, DagumParts) else self.parts.by_level[-1].frame
        return marked(parts, self.scores.board, lang, code=self.scores.code, by=self.by)


def inequality(
    board: Scoreboard,
    code: str | None = None,
    by: By | Sequence[str] = "city",
    kind: Kind = "dagum",
    *,
    population: str | Mapping[str, float] | None = None,
    level: str | None = None,
) -> Inequality:
    """Return how unequal scores are, between groups and within them.

    Parameters
    ----------
    board : Scoreboard
    code : str, optional
        Indicator or node, by code or name; default: the index.
    by : str, mapping of unit to group, or sequence of str
        A column of the data; "province" or "city" (first 2 or 4 digits of codes); for Theil also
        several nested ones, the outermost first.
    kind : {"dagum", "theil-T", "theil-L"}
    population : str or mapping of unit to people, optional
        A measure or denominator of the data: then people are compared, each with the score of its unit.
    level : str, optional

    Raises
    ------
    InputError
        If a name is unknown, a unit with a score is in no group, or a score is negative.

    Notes
    -----
    Ratios take the zero of the scale at its word: under min-max bounds from the sample that is the
    worst unit, and the Gini of such scores says little beside one on fixed bounds.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = inequality(yt.evaluate("zhejiang-2022"))
    >>> found.frame()["part"].tolist(), bool(abs(found.frame()["rate"][:3].sum() - 1) < 1e-12)
    (['within', 'between', 'overlap', 'Gini'], True)
    """
    choice(kind, KINDS, "kind")
    scores = scores_of(board, code, level)
    people = people_of(scores, population)
    nested = isinstance(by, Sequence) and not isinstance(by, str)
    wanted: list[By] = list(by) if nested else [by]  # type: ignore[list-item]
    names = tuple(one if isinstance(one, str) else "group" for one in wanted)
    if kind == "dagum":
        choice(str(len(wanted)), ("1",), "by")
        parts: DagumParts | NestedTheil = dagum(scores.values, groups_of(scores, wanted[0]), people)
    else:
        index: TheilIndex = "T" if kind == "theil-T" else "L"
        levels = {name: groups_of(scores, one) for name, one in zip(names, wanted, strict=True)}
        parts = theil_nested(scores.values, levels, people, index)
    return Inequality(scores, names, float(gini(scores.values, people)), parts)


@dataclass(frozen=True, eq=False)
class Densities:
    """Kernel densities of scores.

    Attributes
    ----------
    scores : Scores
    curves : dict of str to Density
        By group; "" where there are no groups.
    """

    scores: Scores
    curves: dict[str, Density]

    def frame(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a curve: group, n, bandwidth, mode, height, width, number of peaks, median, skew."""
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for group, curve in self.curves.items():
            shape = curve.shape()
            rows.append(
                {
                    "group": group, "n": curve.n, "bandwidth": curve.bandwidth, "mode": shape.mode,
                    "height": shape.height, "width": shape.width, "peaks": len(shape.peaks),
                    "median": shape.median, "skew": shape.skew,
                }
            )  # fmt: skip
        return marked(pd.DataFrame(rows), self.scores.board, lang, code=self.scores.code)


def density(
    board: Scoreboard,
    code: str | None = None,
    by: By | None = None,
    *,
    bandwidth: float | BandwidthRule = "robust",
    level: str | None = None,
) -> Densities:
    """Return the kernel density of scores, of all units or by group.

    Reflected at the ends of the scale where every score lies on it; scores that leave it (z-scores,
    ranks) have no ends to be reflected at.

    Parameters
    ----------
    board, code, by, level
        As in `inequality`; without `by`, one curve of all units.
    bandwidth : float or {"robust", "scott", "silverman"}

    Raises
    ------
    InputError
        If a name is unknown, or there are fewer than two different scores.

    Examples
    --------
    >>> import yitihua as yt
    >>> density(yt.evaluate("asem")).frame()[["n", "peaks"]].values.tolist()
    [[51, 2]]
    """
    scores = scores_of(board, code, level)
    low, high = board.recipe.scale
    known = scores.values[np.isfinite(scores.values)]
    bounds = (low, high) if ((known >= low) & (known <= high)).all() else None
    if by is None:
        return Densities(scores, {"": density_of_values(scores.values, bounds, bandwidth=bandwidth)})
    return Densities(scores, densities(scores.values, groups_of(scores, by), bounds, bandwidth=bandwidth))


@dataclass(frozen=True, eq=False)
class Spatial:
    """Spatial autocorrelation of scores.

    Attributes
    ----------
    scores : Scores
    whole : Moran
        Global Moran's I.
    local : LocalMoran
        Of every unit, in the order of `scores.units`.
    """

    scores: Scores
    whole: Moran
    local: LocalMoran

    def frame(self, lang: str = "en", significance: float = 0.05) -> pd.DataFrame:
        """Return one row a unit: unit, name, score, what `LocalMoran.frame` holds, and cluster ("" if none)."""
        frame = self.local.frame
        frame.insert(0, "score", self.scores.values)
        frame.insert(0, "name", self.scores.names(lang))
        frame.insert(0, "unit", self.scores.units)
        frame["cluster"] = self.local.clusters(significance)
        rule = self.whole.rule[0 if lang == "zh" else 1]
        said = {"moran": self.whole.statistic, "p": self.whole.p, "neighbours": rule, "significance": significance}
        return marked(frame, self.scores.board, lang, code=self.scores.code, **said)


def spatial(
    board: Scoreboard,
    code: str | None = None,
    *,
    neighbours: Adjoining | None = None,
    coordinates: Any = None,
    k: int = 4,
    within: float | None = None,
    islands: Islands = "keep",
    permutations: int = 999,
    seed: int = 0,
    correction: Correction = "bh",
    level: str | None = None,
) -> Spatial:
    """Return Moran's I of scores, global and local.

    Parameters
    ----------
    board, code, level
        As in `inequality`.
    neighbours : Neighbours, or sequence of pairs of units, optional
        Who adjoins whom: over the units of the level in the order of the board, or pairs of codes.
    coordinates : str, DataFrame or mapping, optional
        Read where neighbours are not given. A dataset with unit (or code), lon and lat, such as
        "zhejiang-counties"; such a table; or unit -> (lon, lat).
    k : int
        Neighbours of each unit, where `within` is not given.
    within : float, optional
        Instead: all units within so many km, with equal weights.
    islands, permutations, seed, correction
        As in `local_moran`.

    Raises
    ------
    InputError
        If positions are unknown, a name is, all scores are equal, or no two units are neighbours.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = spatial(yt.evaluate("zhejiang-2022"), coordinates="zhejiang-counties", permutations=99)
    >>> found.whole.n, found.frame().shape[0]
    (90, 90)
    """
    scores = scores_of(board, code, level)
    near = neighbours_of(scores, neighbours, coordinates, k, within)
    whole = moran(scores.values, near, islands=islands, permutations=permutations, seed=seed)
    local = local_moran(
        scores.values, near, islands=islands, permutations=permutations, seed=seed, correction=correction
    )
    return Spatial(scores, whole, local)
