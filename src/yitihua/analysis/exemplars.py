"""Exemplars (经验学习): from which comparable units can one learn, and what would it bring.

Who is comparable is a stated rule of traits: equal kinds, sizes within a factor. Where fewer than
k units meet all traits, the last trait is dropped, then the one before it, until only the level
is left; every line says which rule found it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.errors import refuse
from yitihua.index.apply import apply
from yitihua.index.recipe import IndicatorRule
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.places import places_of
from yitihua.indicators.table import Remark

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "code", "name", "unit", "unit_name", "rule", "value", "own_value", "gap", "measure_unit", "points", "own_points",
    "gap_points", "gain",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Trait:
    """What makes units comparable: the same word, or a size within a factor.

    Attributes
    ----------
    name : (str, str)
        In Chinese and English.
    values : dict
        Unit -> word or size; a unit without one is comparable to none by this trait.
    factor : float or None
        None asks for the same word; 2 for sizes from half to double.
    """

    name: Remark
    values: Mapping[str, Any]
    factor: float | None = None

    def alike(self, unit: str, other: str) -> bool:
        """Return whether two units are alike by this trait."""
        a, b = self.values.get(unit), self.values.get(other)
        if a is None or b is None:
            return False
        if self.factor is None:
            return bool(a == b)
        return bool(np.isfinite(a) and np.isfinite(b) and max(a, b) <= self.factor * min(a, b))

    def words(self) -> Remark:
        """Return the trait in words."""
        if self.factor is None:
            return f"同{self.name[0]}", f"same {self.name[1]}"
        return f"{self.name[0]}相差{self.factor:g}倍以内", f"{self.name[1]} within a factor of {self.factor:g}"


@dataclass(frozen=True, eq=False)
class Exemplars:
    """The comparable units that do best.

    Attributes
    ----------
    unit : str
        Who wants to learn.
    codes : tuple of str
        Which indicators and nodes were asked for.
    rows : DataFrame
        code, name, unit, unit_name, rule (0 is the whole rule, 1 without its last trait, ...),
        value, own_value, gap (in the raw unit), measure_unit, points, own_points, gap_points,
        gain (what the total score would gain). A node has points alone.
    rules : tuple of (str, str)
        The rules in words, strictest first.
    compared : dict
        Code -> (number of the rule used, comparable units that have a score there).
    tied : dict
        Code -> how many more do as well as the last one listed; k cuts them off.
    """

    board: Scoreboard
    unit: str
    codes: tuple[str, ...]
    rows: pd.DataFrame
    rules: tuple[Remark, ...]
    compared: Mapping[str, tuple[int, int]]
    tied: Mapping[str, int]

    def __repr__(self) -> str:
        return f"<Exemplars for {self.unit}: {len(self.rows)} lines, rule: {self.rules[0][1]}>"


def traits_of(board: Scoreboard, population_factor: float = 2.0, area_factor: float = 3.0) -> tuple[Trait, ...]:
    """Return the traits of the counties of Zhejiang: type, population, area; none for other units.

    Examples
    --------
    >>> import yitihua as yt
    >>> [trait.words()[1] for trait in traits_of(yt.evaluate("zhejiang-2022"))]
    ['same type', 'population within a factor of 2', 'area within a factor of 3']
    """
    places = places_of(board.table)
    if not places:
        return ()
    return (
        Trait(("类型", "type"), {unit: place.kind for unit, place in places.items()}),
        Trait(("常住人口", "population"), {u: place.population for u, place in places.items()}, population_factor),
        Trait(("面积", "area"), {unit: place.area for unit, place in places.items()}, area_factor),
    )


def traits_from(frame: pd.DataFrame, factor: float = 2.0) -> tuple[Trait, ...]:
    """Return the traits a table states: text asks for the same word, a number for sizes within a factor.

    Parameters
    ----------
    frame : DataFrame
        The first column is the unit's code; every other is a trait, the most important first.
    factor : float
        How far sizes may differ.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"unit": ["a", "b"], "kind": ["x", "x"], "size": [10.0, 25.0]})
    >>> [trait.alike("a", "b") for trait in traits_from(frame)]
    [True, False]
    """
    from pandas.api.types import is_numeric_dtype

    units = [str(unit) for unit in frame.iloc[:, 0]]
    traits = []
    for name in frame.columns[1:]:
        size = is_numeric_dtype(frame[name])
        values = dict(zip(units, frame[name].tolist(), strict=True))
        traits.append(Trait((str(name), str(name)), values, factor if size else None))
    return tuple(traits)


def exemplars(
    board: Scoreboard,
    unit: str,
    indicator: str | None = None,
    k: int = 3,
    *,
    traits: Sequence[Trait] | None = None,
    population_factor: float = 2.0,
    area_factor: float = 3.0,
) -> Exemplars:
    """Return the comparable units that do better, the best k first, with the gap and what closing it brings.

    Parameters
    ----------
    board : Scoreboard
        Any board.
    unit : str
        Code or name.
    indicator : str, optional
        An indicator or node. Default: every first-level node and every indicator.
    k : int
        How many, at most.
    traits : sequence of Trait, optional
        What makes units comparable, the most important first. Default: type, population and area
        for the counties of Zhejiang; for others the level alone.
    population_factor, area_factor : float
        How far sizes may differ by default.

    Returns
    -------
    Exemplars

    Raises
    ------
    InputError
        If the unit or the code is unknown, or k or a factor is below 1.

    Notes
    -----
    The gain is exact: the unit is scored again with the exemplar's value (with all of its values
    below a node) in place of its own. Only units that earn more points are listed.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = exemplars(yt.evaluate("hdi"), "NOR", "le", k=1)
    >>> found.rows[["unit", "own_value", "rule"]].values.tolist()
    [['JPN', 83.393, 0]]
    """
    import pandas as pd

    _check_arguments(k, population_factor, area_factor)
    row = board.table.row_of(unit)
    codes = _codes(board, indicator)
    chosen = tuple(traits) if traits is not None else traits_of(board, population_factor, area_factor)
    pools = _pools(board, row, chosen)
    picked, compared, tied = [], {}, {}
    for code in codes:
        points = _points(board, code)
        rule = next((i for i, pool in enumerate(pools) if np.isfinite(points[pool]).sum() >= k), len(pools) - 1)
        known = [other for other in pools[rule] if np.isfinite(points[other])]
        compared[code] = (rule, len(known))
        own = points[row] if np.isfinite(points[row]) else -np.inf
        better = [other for other in known if points[other] > own]
        ordered = _best_first(board, code, better)
        picked += [(code, rule, other) for other in ordered[:k]]
        if equal := _as_good(board, code, ordered[k - 1 : k], ordered[k:]):
            tied[code] = equal
    gains = _gains(board, row, [(code, other) for code, _, other in picked])
    rows = [_line(board, row, *pick, gain) for pick, gain in zip(picked, gains, strict=True)]
    rules = tuple(_rule_words(board, row, chosen[: len(chosen) - i]) for i in range(len(chosen) + 1))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return Exemplars(board, board.table.units[row], codes, frame, rules, compared, tied)


def _check_arguments(k: int, *factors: float) -> None:
    for name, value in (("k", k), *(("factor", factor) for factor in factors)):
        if not value >= 1:
            raise refuse("bad-value", key=name, found=repr(value), reason="it must be 1 or more")


def _codes(board: Scoreboard, wanted: str | None) -> tuple[str, ...]:
    recipe = board.recipe
    if wanted is None:
        return tuple(dict.fromkeys([*recipe.first_level, *recipe.codes]))
    return (recipe.code_of(wanted),)


def _pools(board: Scoreboard, row: int, traits: tuple[Trait, ...]) -> list[list[int]]:
    """Return the comparable rows by every rule, strictest first; the last is the whole level."""
    table = board.table
    level = [i for i, name in enumerate(table.levels) if name == table.levels[row] and i != row]
    pools = []
    for count in range(len(traits), -1, -1):
        asked = traits[:count]
        pools.append([i for i in level if all(t.alike(table.units[row], table.units[i]) for t in asked)])
    return pools


def _rule_words(board: Scoreboard, row: int, traits: tuple[Trait, ...]) -> Remark:
    words = [trait.words() for trait in traits]
    return "、".join(["同层级", *(zh for zh, _ in words)]), ", ".join(["same level", *(en for _, en in words)])


def _points(board: Scoreboard, code: str) -> Any:
    column = board.recipe.plan.column[code]
    width = len(board.recipe.codes)
    return board.normalised[:, column] if column < width else board.node_values[:, column - width]


def _best_first(board: Scoreboard, code: str, rows: list[int]) -> list[int]:
    """Return rows by points; at the end of the scale, where points are cut, by value."""
    points = _points(board, code)
    rule = next((rule for rule in board.recipe.indicators if rule.code == code), None)
    if rule is None:
        return sorted(rows, key=lambda row: (-points[row], row))
    values = board.denominated[:, board.recipe.plan.column[code]] * (1 if rule.positive else -1)
    return sorted(rows, key=lambda row: (-points[row], -values[row], row))


def _as_good(board: Scoreboard, code: str, last: list[int], others: list[int]) -> int:
    """Return how many of others have the points, and the value, of the last one listed."""
    points, column = _points(board, code), board.recipe.plan.column[code]
    value = board.denominated[:, column] if column < len(board.recipe.codes) else points
    return sum(points[other] == points[row] and value[other] == value[row] for row in last for other in others)


def _below(board: Scoreboard, code: str) -> list[int]:
    """Return the columns of the indicators below a node, or of the indicator itself."""
    nodes = {node.code: node for node in board.recipe.nodes}
    if code not in nodes:
        return [board.recipe.plan.column[code]]
    return [column for child in nodes[code].children for column in _below(board, child)]


def _gains(board: Scoreboard, row: int, picks: list[tuple[str, int]]) -> list[float]:
    """Score the unit again with the values of others in place of its own, one row a pick."""
    if not picks:
        return []
    recipe, table = board.recipe, board.table.take([row] * (len(picks) + 1))
    columns = [board.table.indicators.index(code) for code in recipe.codes]
    values = table.values.copy()
    for i, (code, other) in enumerate(picks, start=1):
        for j in _below(board, code):
            # Denominated values are compared, so the exemplar's is put on the unit's own denominator.
            name = recipe.indicators[j].denominate_by
            divisor = 1.0 if name is None else float(board.table.attributes[name][row])
            values[i, columns[j]] = board.denominated[other, j] * divisor
    totals = apply(replace(table, values=values, flags={}), recipe).total
    return [float(total - totals[0]) for total in totals[1:]]


def _line(board: Scoreboard, row: int, code: str, rule: int, other: int, gain: float) -> tuple[Any, ...]:
    recipe, points = board.recipe, _points(board, code)
    own: IndicatorRule | None = next((r for r in recipe.indicators if r.code == code), None)
    value = own_value = np.nan
    if own is not None:
        j = recipe.plan.column[code]
        value, own_value = float(board.denominated[other, j]), float(board.denominated[row, j])
    return (
        code, recipe.labels[code][1], board.table.units[other], board.table.name_of(other), rule, value, own_value,
        value - own_value, own.unit[1] if own is not None else "", float(points[other]), float(points[row]),
        float(points[other] - points[row]), gain,
    )  # fmt: skip
