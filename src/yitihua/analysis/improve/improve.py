"""Ask for the cheapest improvement of a unit's indicators, and try the answer by scoring it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis.goals import Goal, goal_of
from yitihua.analysis.improve.moves import Move, Row, checked_numbers, moves_of
from yitihua.analysis.improve.program import Cheapest, cheapest
from yitihua.analysis.improve.result import Improvement
from yitihua.analysis.improve.score import Score
from yitihua.analysis.stages import indicators_below
from yitihua.analysis.whatif.asking import Asked
from yitihua.analysis.whatif.making import made
from yitihua.errors import FaultList, InputError, refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

#: How far short of what was found the target must be missed, as a share of the way.
SHORT = 1e-6

Steps = Mapping[str, Iterable[tuple[float, float]]]


@dataclass(frozen=True)
class Offer:
    """What may be moved, by column of the recipe; see `moves_of`."""

    columns: tuple[int, ...]
    costs: dict[int, float] | None
    limits: dict[int, float]
    steps: dict[int, list[tuple[float, float]]]
    untouched: tuple[str, ...]
    priced: bool


def improve(
    board: Scoreboard,
    unit: str,
    grade: str | None = None,
    rank: int | None = None,
    above: str | None = None,
    scheme: str | None = None,
    costs: Mapping[str, float] | None = None,
    steps: Steps | pd.DataFrame | None = None,
    limits: Mapping[str, float] | None = None,
    among: Sequence[str] | None = None,
) -> Improvement:
    """Return the cheapest improvement of a unit's indicators that reaches a target; all other units stay.

    Parameters
    ----------
    board : Scoreboard
    unit : str
        Code or name.
    grade, rank, above, scheme
        The target, one of three: a grade to reach at least, a rank, another unit to be ahead of.
    costs : mapping, optional
        Indicator -> cost of one unit of its raw value, in whatever currency; only these are moved. Without costs
        and steps every indicator may be moved, and each of its points costs 1.
    steps : mapping or DataFrame, optional
        Indicator -> attainable (raw value, cost) pairs, of which one at most is taken; or a table with the
        columns indicator, value, cost.
    limits : mapping, optional
        Indicator -> farthest raw value that can be had; default: the best that a unit of the same level has.
    among : sequence of str, optional
        Indicators, or nodes with all below them, that may be moved.

    Returns
    -------
    Improvement
        With a certificate: the bound below which nothing reaches the target, and the gap to it. The board is
        scored with the improved values, and just short of them, where the target must be missed.

    Raises
    ------
    InputError
        If not exactly one target is named; a name, cost, step or limit is wrong: with every fault; if nothing
        within the limits reaches the target: then it says what can be reached; if a node is no mean, or one that is
        not concave; if cells of the unit were filled from its other values, and so would follow what is moved.

    Notes
    -----
    Goalposts, weights and the other units stay as published. Indicators without a value of the unit's own are not
    moved. Where points are no straight line of the value (logarithms, curves, ranks) an indicator is offered in
    40 equal steps up to its limit, and the answer is the cheapest of these.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = improve(yt.evaluate("egdi-2022"), "France", rank=15)
    >>> found
    <Improvement France: rank 15 at least; 1 indicators, cost ...>
    """
    row, recipe = board.table.row_of(unit), board.recipe
    goal = goal_of(board, row, grade, rank, above, scheme)
    score = Score(board, row)
    filled = np.isnan(board.denominated[row]) & np.isfinite(board.filled[row])
    if filled.any():
        codes = [recipe.codes[j] for j in np.flatnonzero(filled).tolist()]
        raise refuse("filled-from-others", key="unit", name=board.table.units[row], options=codes)
    own = Row(board, row)
    offer = _offer(own, costs, steps, limits, among)
    faults = FaultList()
    moves = moves_of(own, offer.columns, offer.costs, offer.limits, offer.steps, faults)
    faults.raise_if_any()
    if goal.reached(board):
        starts = np.array([move.start for move in moves])
        return Improvement(board, goal, board, moves, starts, None, offer.priced, untouched=offer.untouched)
    return _tried(own, score, moves, goal, offer)


def _offer(
    own: Row, costs: Mapping[str, float] | None, steps: Any, limits: Mapping[str, float] | None,
    among: Sequence[str] | None,
) -> Offer:  # fmt: skip
    recipe, faults = own.recipe, FaultList()
    priced = None if costs is None else _by_code(own, costs, "costs", faults)
    stepped = _steps(own, steps, faults)
    ends = _by_code(own, limits or {}, "limits", faults)
    asked: list[str] = list(recipe.codes)
    if among is not None:
        asked = []
        for name in among:
            try:
                code = recipe.code_of(str(name))
            except InputError as error:
                faults.extend(error.faults)
                continue
            asked += [code] if code in recipe.codes else indicators_below(recipe, code)
    prices = None if priced is None else checked_numbers(recipe.codes, priced, "costs", True, faults)
    limited = checked_numbers(recipe.codes, ends, "limits", False, faults)
    for key, others in (("costs", priced or {}), ("limits", ends)):
        for code in sorted(set(others) & set(stepped)):
            faults.add("stated-twice", key=f"{key}, steps", name=code, found=f"{key}, steps")
    named = {*(priced or {}), *stepped}
    chosen = [code for code in dict.fromkeys(asked) if code in named or (priced is None and steps is None)]
    if not faults and not chosen:
        faults.add("nothing-to-move", key="costs, steps, among", options=list(recipe.codes))
    faults.raise_if_any()
    columns = [recipe.codes.index(code) for code in chosen]
    able = tuple(column for column in columns if own.movable(column))
    return Offer(
        columns=able,
        costs=prices,
        limits=limited,
        steps={recipe.codes.index(code): pairs for code, pairs in stepped.items()},
        untouched=tuple(recipe.codes[column] for column in columns if column not in able),
        priced=priced is not None or steps is not None,
    )


def _by_code(own: Row, stated: Any, key: str, faults: FaultList) -> dict[str, Any]:
    """Return indicator -> what is stated, by code."""
    if not isinstance(stated, Mapping):
        faults.add("bad-choice", key=key, found=type(stated).__name__, options=["{CODE: 12.3}"])
        return {}
    found: dict[str, Any] = {}
    for name, value in stated.items():
        if (code := _code(own, str(name), key, faults)) is not None:
            found[code] = value
    return found


def _code(own: Row, name: str, key: str, faults: FaultList) -> str | None:
    recipe = own.recipe
    try:
        code = recipe.code_of(name)
    except InputError as error:
        faults.extend(error.faults)
        return None
    if code not in recipe.codes:
        faults.add("unknown-reference", key=key, kind="indicator", name=name, options=list(recipe.codes))
        return None
    return code


def _steps(own: Row, stated: Any, faults: FaultList) -> dict[str, list[tuple[float, float]]]:
    """Return indicator -> (value, cost) pairs."""
    found: dict[str, list[tuple[float, float]]] = {}
    for name, value, cost in _triples(stated, faults):
        code = _code(own, str(name), "steps", faults)
        numbers = [n for n in (value, cost) if isinstance(n, (int, float, np.number)) and np.isfinite(n)]
        if len(numbers) < 2 or cost <= 0:
            said = f"({value}, {cost})"
            faults.add("bad-step", key=f"steps.{name}", found=said)
        elif code is not None:
            found.setdefault(code, []).append((float(value), float(cost)))
    return found


def _triples(stated: Any, faults: FaultList) -> list[tuple[Any, Any, Any]]:
    """Return (indicator, value, cost) of a mapping to pairs, or of a table."""
    if stated is None:
        return []
    if hasattr(stated, "columns"):
        absent = [name for name in ("indicator", "value", "cost") if name not in stated.columns]
        for name in absent:
            faults.add("missing-column", key="steps", name=name, reason="indicator, value, cost")
        if absent:
            return []
        rows = stated[["indicator", "value", "cost"]].astype(object).to_numpy().tolist()
        return [(row[0], row[1], row[2]) for row in rows]
    found: list[tuple[Any, Any, Any]] = []
    if not isinstance(stated, Mapping):
        faults.add("bad-choice", key="steps", found=type(stated).__name__, options=["{CODE: [(95, 10.0)]}"])
        return found
    for name, pairs in stated.items():
        for pair in pairs.items() if isinstance(pairs, Mapping) else pairs:
            if isinstance(pair, (tuple, list)) and len(pair) == 2:
                found.append((name, pair[0], pair[1]))
            else:
                faults.add("bad-step", key=f"steps.{name}", found=str(pair))
    return found


def _tried(own: Row, score: Score, moves: Sequence[Move], goal: Goal, offer: Offer) -> Improvement:
    """Solve, score the values that were found, and just short of them."""
    board, least = own.board, goal.least(own.board)
    width = board.recipe.scale[1] - board.recipe.scale[0]
    for margin in (1e-11 * width, 1e-9 * width, 1e-7 * width):
        found = cheapest(score, moves, least + margin)
        if found is None:
            raise _out_of_reach(own, score, moves, goal)
        values = _values(moves, found)
        at = _scored(own, moves, values)
        if goal.reached(at) and at.total[own.row] >= least:
            break
    else:
        raise _out_of_reach(own, score, moves, goal)
    short = _short_of(own, moves, found, values, least)
    return Improvement(board, goal, at, moves, values, found, offer.priced, short, offer.untouched)


def _values(moves: Sequence[Move], found: Cheapest) -> Floats:
    values = []
    for move, gain, chosen in zip(moves, found.gains.tolist(), found.chosen, strict=True):
        values.append(move.value_at(gain) if move.line else move.start if chosen is None else move.values[chosen])
    return np.array(values, dtype=float)


def _scored(own: Row, moves: Sequence[Move], values: Floats) -> Scoreboard:
    """Return the board with the values, as any what-if is scored."""
    table, codes = own.board.table, own.recipe.codes
    cells = {
        (own.row, table.indicators.index(codes[move.column])): float(value)
        for move, value in zip(moves, values.tolist(), strict=True)
        if value != move.start
    }
    return made(own.board, Asked(values=cells)) if cells else own.board


def _short_of(own: Row, moves: Sequence[Move], found: Cheapest, values: Floats, least: float) -> float:
    """Return the share of the way at which the target is missed; NaN where each step back by itself misses it."""
    starts = np.array([move.start for move in moves])
    lines = np.array([move.line and gain > 0 for move, gain in zip(moves, found.gains, strict=True)])
    if lines.any():
        for short in (SHORT, 1e-4, 1e-2):
            back = np.where(lines, starts + (1.0 - short) * (values - starts), values)
            if _scored(own, moves, back).total[own.row] < least:
                return 1.0 - short
    for k, chosen in enumerate(found.chosen):
        if chosen is None:
            continue
        move, back = moves[k], values.copy()
        cheaper = [j for j in range(len(move.costs)) if move.costs[j] < move.costs[chosen]]
        back[k] = move.values[max(cheaper, key=lambda j: move.gains[j])] if cheaper else move.start
        if _scored(own, moves, back).total[own.row] >= least:
            raise AssertionError(f"{own.recipe.codes[move.column]} need not go so far")
    return float("nan")


def _out_of_reach(own: Row, score: Score, moves: Sequence[Move], goal: Goal) -> Exception:
    board, most = own.board, score.start.copy()
    for move in moves:
        most[move.column] += move.gains.max()
    top = score(most)
    best = f"{float(np.round(top, min(board.recipe.score_decimals, 4))):g}"
    names = board.table.name_of(own.row, "zh"), board.table.name_of(own.row)
    least = goal.least(board)
    # More points are never less: if all that can be had is not enough, nothing is; else the search came to no end.
    code = "out-of-improvement" if top < least else "improvement-unproven"
    return refuse(
        code, key=goal.kind, name=names[0], name_en=names[1], found=goal.words[0], found_en=goal.words[1], best=best,
        least=f"{least:.6g}",
    )  # fmt: skip
