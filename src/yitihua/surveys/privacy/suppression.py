"""Suppression: numbers that rest on too few people are not shown, nor numbers that would give them away.

Primary: fewer than 10 respondents (the Office for National Statistics hides counts under 10 and
rounds others to 5). Complementary: a parent minus its other children, or this wave minus the last,
must not give back what is hidden. What is hidden for privacy and what is unreliable are different
things and have different words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from yitihua.errors import refuse
from yitihua.surveys.answer_table import Bools, Floats, Ints

if TYPE_CHECKING:
    import pandas as pd

MINIMUM: Final = 10
SHOWN, SMALL, COMPLEMENT, DIFFERENCE = range(4)
#: Why a number is not shown, in Chinese and English.
WHY: Final = {
    SHOWN: ("", ""),
    SMALL: ("为保护隐私不予显示：答卷不足{minimum}份", "hidden for privacy: fewer than {minimum} respondents"),
    COMPLEMENT: (
        "为保护隐私不予显示：可由合计推算出被隐藏的数",
        "hidden for privacy: it would give away a hidden number by the total",
    ),
    DIFFERENCE: (
        "为保护隐私不予显示：与上期之差不足{minimum}份",
        "hidden for privacy: differs from the wave before by fewer than {minimum} respondents",
    ),
}
KINDS: Final = ("", "small", "complement", "difference")
#: Columns of a table of estimates that go when a row is hidden.
NUMBERS: Final = ("estimate", "se", "ci_low", "ci_high", "ci_method", "df", "n", "n_eff", "deff", "deff_kish", "n_psu",
                  "response_rate", "item_missing", "web_share", "mode_adj", "mode_adj_se", "shrinkage")  # fmt: skip


def primary(n: Floats, minimum: int = MINIMUM) -> Bools:
    """Return which cells rest on at least one but fewer than `minimum` respondents.

    Parameters
    ----------
    n : ndarray
        Respondents; 0 and NaN hide nothing, there is nothing to see.

    Examples
    --------
    >>> primary(np.array([0.0, 1.0, 9.0, 10.0, np.nan]))
    array([False,  True,  True, False, False])
    """
    return np.asarray((n > 0) & (n < minimum))


def complementary(n: Floats, hidden: Bools, parent: Ints, minimum: int = MINIMUM) -> Bools:
    """Return which further cells of a hierarchy must be hidden.

    Where a parent is shown, its hidden children together must be at least two and rest on at least
    `minimum` respondents: otherwise the parent minus the shown children is the hidden number, or that
    of a group too small. The smallest shown children are hidden until that holds; if that cannot be,
    the parent itself. Where a parent is hidden, a child is hidden as well, else their sum gives it
    back. From below upwards, until nothing changes.

    Parameters
    ----------
    n : ndarray, shape (cells,)
        Respondents.
    hidden : ndarray of bool
        What is hidden already.
    parent : ndarray of int
        Place of each cell's parent, -1 for none.

    Returns
    -------
    ndarray of bool
        Without those hidden already.

    Examples
    --------
    >>> n = np.array([160.0, 5.0, 60.0, 95.0])  # a city and its three counties
    >>> complementary(n, primary(n), np.array([-1, 0, 0, 0]))
    array([False, False,  True, False])
    """
    gone = np.array(hidden, dtype=bool)
    known = np.where(np.isfinite(n), n, 0.0)
    families = [(head, np.flatnonzero(parent == head)) for head in _from_below(parent)]
    changed = True
    while changed:
        before = int(gone.sum())
        for head, children in families:
            some = children[known[children] > 0]
            if not gone[head]:
                _protect(head, some, known, gone, minimum)
            elif len(some) and not gone[some].any():
                gone[some[np.argmin(known[some])]] = True
        changed = int(gone.sum()) > before
    return np.asarray(gone & ~hidden)


def _protect(head: int, children: Ints, n: Floats, gone: Bools, minimum: int) -> None:
    """Hide children until those hidden cover one another, or the parent where they never do."""
    while True:
        away = children[gone[children]]
        if not len(away) or (len(away) > 1 and n[away].sum() >= minimum):
            return
        left = children[~gone[children]]
        if not len(left):
            gone[head] = True
            return
        gone[left[np.argmin(n[left])]] = True


def _from_below(parent: Ints) -> list[int]:
    """Return the cells that are parents, the deepest first."""
    depth = np.zeros(len(parent), dtype=np.int64)
    above = parent.copy()
    for _ in range(len(parent) + 1):
        if not (above >= 0).any():
            break
        depth += above >= 0
        above = np.where(above >= 0, parent[above], -1)
    heads = np.unique(parent[parent >= 0])
    return [int(head) for head in heads[np.argsort(-depth[heads], kind="stable")]]


def wave_differences(n: Floats, before: Floats, minimum: int = MINIMUM) -> Bools:
    """Return which cells of a growing sample differ from the wave before by too few respondents.

    Only for samples that cumulate (a rolling or growing panel): there the difference of two waves
    is a group of people, and its answers follow from the two published means.

    Parameters
    ----------
    n, before : ndarray, shape (cells,)
        Respondents now and in the wave before; NaN where a wave showed nothing.

    Examples
    --------
    >>> wave_differences(np.array([120.0, 150.0, 100.0]), np.array([115.0, 100.0, 100.0]))
    array([ True, False, False])
    """
    return primary(np.abs(np.asarray(n, dtype=float) - before), minimum)


def rounded_counts(counts: Floats, base: int = 5, minimum: int = MINIMUM) -> Floats:
    """Return counts by the 10-5 rule: under 10 hidden (NaN), others rounded to the nearest 5.

    Examples
    --------
    >>> rounded_counts(np.array([0.0, 7.0, 12.0, 13.0]))
    array([ 0., nan, 10., 15.])
    """
    return np.where(primary(counts, minimum), np.nan, np.floor(np.asarray(counts) / base + 0.5) * base)


@dataclass(frozen=True, slots=True)
class Reliability:
    """From where on an estimate is called unreliable.

    Attributes
    ----------
    n, n_eff : float
        Respondents, plain and effective, below which a normal interval is a poor guide.
    df : float
        Degrees of freedom of the variance: with fewer than 8 the error itself is badly known.
    half_width : float
        Half of the interval, in points of 0 to 100. At n = 150 a share has 8.
    """

    n: float = 30
    n_eff: float = 30
    df: float = 8
    half_width: float = 10


def unreliable(table: pd.DataFrame, rules: Reliability | None = None, lang: str = "en") -> list[str]:
    """Return for each row of estimates why it is unreliable, "" where it is not.

    Parameters
    ----------
    table : DataFrame
        With some of n, n_eff, df, ci_low and ci_high; what is absent or NaN says nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"n": [150, 20], "ci_low": [60.0, 40.0], "ci_high": [70.0, 80.0]})
    >>> unreliable(table)
    ['', 'unreliable: n = 20 < 30; interval ± 20 > 10']
    """
    rules = rules or Reliability()
    head = "不够可靠：" if lang == "zh" else "unreliable: "
    mark = "；" if lang == "zh" else "; "
    names = {"n": ("答卷数", "n"), "n_eff": ("有效样本量", "effective n"), "df": ("自由度", "degrees of freedom")}
    parts: list[list[str]] = [[] for _ in range(len(table))]
    for column, words in names.items():
        if column in table.columns:
            values, least = table[column].to_numpy(dtype=float, na_value=np.nan), getattr(rules, column)
            for row in np.flatnonzero((values < least) & (values > 0)).tolist():
                parts[row].append(f"{words[lang != 'zh']} = {values[row]:.3g} < {least:g}")
    if {"ci_low", "ci_high"} <= set(table.columns):
        half = (table["ci_high"] - table["ci_low"]).to_numpy(dtype=float, na_value=np.nan) / 2
        word = "区间" if lang == "zh" else "interval"
        for row in np.flatnonzero(half > rules.half_width).tolist():
            parts[row].append(f"{word} ± {half[row]:.3g} > {rules.half_width:g}")
    return [head + mark.join(part) if part else "" for part in parts]


def suppress_estimates(
    table: pd.DataFrame,
    parents: Mapping[str, str] | None = None,
    minimum: int = MINIMUM,
    before: pd.DataFrame | None = None,
    unit: str = "county",
    by: tuple[str, ...] = ("indicator",),
) -> pd.DataFrame:
    """Return a table of estimates fit to be shown.

    Parameters
    ----------
    table : DataFrame
        A row a unit and indicator, with n.
    parents : mapping, optional
        Unit -> the unit it is part of, where both are published: county -> city -> province.
    minimum : int
        Fewest respondents.
    before : DataFrame, optional
        The same of the wave before, for samples that cumulate.
    unit : str
        Column of the unit.
    by : tuple of str
        Columns within which units form one hierarchy.

    Returns
    -------
    DataFrame
        A copy. In hidden rows every number is missing, n included; `suppressed` says "small",
        "complement" or "difference" (else ""), `suppressed_zh` and `suppressed_en` why.

    Raises
    ------
    InputError
        If the parents run in a circle.
    """
    made = table.reset_index(drop=True).copy()
    kinds = np.full(len(made), SHOWN, dtype=np.int64)
    keys = [name for name in by if name in made.columns]
    groups = made.groupby(keys, sort=False).indices.values() if keys else [np.arange(len(made))]
    for rows in groups:
        index = np.asarray(rows, dtype=np.int64)
        units = made[unit].iloc[index].astype(str).tolist()
        n = made["n"].iloc[index].to_numpy(dtype=float, na_value=np.nan)
        last = _before(before, unit, keys, made.iloc[index[:1]], units)
        kinds[index] = _kinds(n, _parent_places(units, parents or {}), last, minimum)
    hidden = kinds != SHOWN
    for name in NUMBERS:
        if name in made.columns:
            numeric = made[name].dtype.kind in "fiub"
            made[name] = made[name].astype("Float64" if numeric else object).mask(hidden)
    made["suppressed"] = np.array(KINDS, dtype=object)[kinds]
    for lang, place in (("zh", 0), ("en", 1)):
        made[f"suppressed_{lang}"] = [WHY[int(kind)][place].format(minimum=minimum) for kind in kinds]
    return made


def _kinds(n: Floats, parent: Ints, last: Floats | None, minimum: int) -> Ints:
    small = primary(n, minimum)
    close = wave_differences(n, last, minimum) & ~small if last is not None else np.zeros(len(n), dtype=bool)
    more = complementary(n, small | close, parent, minimum)
    kinds: npt.NDArray[np.int64] = np.select(
        [small, close, more], [SMALL, DIFFERENCE, COMPLEMENT], default=SHOWN
    ).astype(np.int64)
    return kinds


def _parent_places(units: list[str], parents: Mapping[str, str]) -> Ints:
    place = {unit: k for k, unit in enumerate(units)}
    for start in units:
        seen, current = {start}, parents.get(start)
        while current is not None:
            if current in seen:
                raise refuse("suppress-tree", key="parents", name=start)
            seen.add(current)
            current = parents.get(current)
    return np.array([place.get(parents.get(unit, ""), -1) for unit in units], dtype=np.int64)


def _before(
    before: pd.DataFrame | None, unit: str, keys: list[str], own: pd.DataFrame, units: list[str]
) -> Floats | None:
    if before is None:
        return None
    same = before
    for name in keys:
        same = same[same[name] == own[name].iloc[0]]
    last = same.set_index(same[unit].astype(str))["n"].astype(float)
    return np.asarray(last.reindex(units), dtype=np.float64)
