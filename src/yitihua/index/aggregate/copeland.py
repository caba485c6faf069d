"""Outranking and Copeland: units compared in pairs, so that one strong child cannot make up for many weak ones.

The outranking of i over j is the sum of the weights of the children in which i has more points,
plus half of those in which both have the same (COINr 1.2, R/aggregate.R, `outrankMatrix`). Above
0.5 i wins, below it loses, at 0.5 it is a draw; the Copeland score is wins minus losses
(`a_copeland`; in COINr 1.0 it was the row sum of the matrix, here ``count = "shares"``). To compare
with 0.5 is to compare the weights won, less those lost, with 0: a difference of less than `TIE` of
the total weight is a draw, because sums of 51 weights of 1/51 differ in the last bits by the order
in which they are added.

How it is fast: points become ranks of 16 bits; the outcomes of eight children are packed into one
byte, which looks up the sum of their weights. So a pair costs two comparisons a child and two
look-ups for eight children, whatever the weights; memory is bounded by blocks of `BLOCK` pairs.

Stated answers. Missing: a pair is compared on the children that both have, their weights scaled up;
a pair with none in common is a draw (NaN in the matrix); a unit with nothing has no score. (COINr
lets a missing child count for the unit that comes later in the table.) A constant child ties
everybody and moves everything towards a draw. A child of weight 0 is not looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Key, Settings
from yitihua.index.aggregate.method import AggregateMethod, Mixture
from yitihua.index.aggregate.rows import POINTS, Scale, checked, is_complete, one_of, to_scale

Floats = npt.NDArray[np.float64]

#: Weights won and lost that differ by less than this share of the total are a draw.
TIE: Final = 1e-12
#: Pairs that are compared at a time.
BLOCK: Final = 1 << 16
#: Points are compared after rounding to this many decimals when an index is made, as ranks are:
#: scores that are equal on paper differ in the last bits when they were added up in another order.
DECIMALS: Final = 9


@dataclass(frozen=True, slots=True, eq=False)
class Outranking:
    """How units stand to each other in pairs.

    Attributes
    ----------
    matrix : ndarray, shape (units, units)
        Share of the weight in which the unit of the row is better than that of the column, ties
        counting half. 0 on the diagonal, as in COINr; NaN where a pair has no child in common.
        Exactly 0.5 for a draw, exactly 1 or 0 for dominance.
    dominance_pairs : int
        Pairs in which one unit is better in every child that both have: no weights can turn them.
    fraction : float
        Dominance pairs per pair compared; NaN if there is none.
    """

    matrix: Floats
    dominance_pairs: int
    fraction: float


@dataclass(frozen=True, slots=True, eq=False)
class _Coded:
    """Ranks of two sets of rows among each other, children first; a missing cell is never above nor below.

    `low` is 0 where a cell is missing and `high` the largest code, so that low > high and
    high < low are both false with a missing partner.
    """

    low: npt.NDArray[np.unsignedinteger]
    high: npt.NDArray[np.unsignedinteger]


def outranking(x: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Outranking:
    """Return the outranking matrix of a sample, with its dominance pairs.

    Parameters
    ----------
    x : array_like, shape (units, children)
        Directed points (more is better); NaN is missing.
    weights : array_like, shape (children,), optional
        Equal unless given.

    Returns
    -------
    Outranking
        ``matrix.sum(axis=1)`` is the score of COINr 1.0.

    Raises
    ------
    InputError
        If shapes do not fit or a weight cannot be used.

    References
    ----------
    Becker, COINr, `outrankMatrix`; Munda & Nardo (2009), Applied Economics 41:1513.

    Examples
    --------
    >>> found = outranking([[1.0, 3.0, 2.0], [2.0, 2.0, 3.0], [3.0, 1.0, 1.0], [4.0, 5.0, 4.0]])
    >>> found.matrix.round(3)
    array([[0.   , 0.333, 0.667, 0.   ],
           [0.667, 0.   , 0.667, 0.   ],
           [0.333, 0.333, 0.   , 0.   ],
           [1.   , 1.   , 1.   , 0.   ]])
    >>> found.dominance_pairs, found.fraction
    (3, 0.5)
    """
    points = np.asarray(x, dtype=float)
    points, w = checked(points, np.ones(points.shape[-1]) if weights is None else weights)
    units = len(points)
    table, reference, w = _coded(points, points, w)
    matrix = np.zeros((units, units))
    pairs = units * (units - 1) // 2
    dominant = compared = 0
    present = None if is_complete(points) else np.asarray(reference.low > 0, dtype=float)
    for rows, net in _net_blocks(table, reference, w, triangle=True):
        first = rows.start
        share = _share(net, np.ones(1) if present is None else (present[:, rows].T * w) @ present[:, first:])
        block = 0.5 + 0.5 * share
        upper = np.triu(np.ones(block.shape, dtype=bool), 1)
        dominant += int((np.abs(share[upper]) == 1.0).sum())
        compared += int(np.isfinite(share[upper]).sum())
        matrix[rows, first:] = np.where(upper, block, matrix[rows, first:])
        matrix[first:, rows] = np.where(upper, 1.0 - block, matrix[first:, rows].T).T
    return Outranking(matrix, dominant, dominant / compared if pairs and compared else float("nan"))


def _share(net: Floats, both: Floats) -> Floats:
    """Return the weight won less the weight lost per weight compared: exactly 0 for a draw, 1 or -1 for dominance."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(np.abs(net) <= TIE, 0.0, np.where(np.abs(net) >= both - TIE, np.sign(net), net / both))
    return np.where(both > 0, share, np.nan)


def copeland(
    x: npt.ArrayLike, weights: npt.ArrayLike, reference: npt.ArrayLike | None = None, ties: str = "draw"
) -> Floats:
    """Return wins minus losses of each row in pairs with a reference sample.

    A row of the reference draws with itself, so a sample compared with itself has the plain
    Copeland scores, and a new unit can be scored against last year's units.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Directed points (more is better); NaN is missing.
    weights : array_like, shape (children,)
        Need not sum to 1.
    reference : array_like, shape (others, children), optional
        Whom to compare with; without it each sample of `x` with itself.
    ties : str
        What a draw between two units counts: "draw" (0 for both), or "loss" (-1 for both), what COINr
        1.1.2 counts because it replaces 0.5 by 0 and then everything below 0.5 by -1.

    Returns
    -------
    ndarray, shape (..., units)
        Whole numbers; NaN for a unit with nothing observed.

    Raises
    ------
    InputError
        If shapes do not fit or a weight cannot be used.

    References
    ----------
    Copeland (1951); COINr, `a_copeland`.

    Examples
    --------
    >>> x = [[1.0, 3.0, 2.0], [2.0, 2.0, 3.0], [3.0, 1.0, 1.0], [4.0, 5.0, 4.0]]
    >>> copeland(x, [1.0, 1.0, 1.0])
    array([-1.,  1., -3.,  3.])
    >>> copeland([[9.0, 9.0, 9.0]], [1.0, 1.0, 1.0], reference=x)
    array([4.])
    """
    one_of("ties", ties, ("draw", "loss"))
    points, w = checked(x, weights)
    if reference is None:
        samples = points.reshape(math.prod(points.shape[:-2]), *points.shape[-2:])
        found = np.array([_net_wins(sample, sample, w, ties, True) for sample in samples])
        return found.reshape(points.shape[:-1])
    others, _ = checked(reference, weights)
    rows = points.reshape(-1, points.shape[-1])
    others = others[np.isfinite(others[:, w > 0]).any(axis=1)]
    itself = rows.shape == others.shape and np.array_equal(rows, others, equal_nan=True)
    return _net_wins(rows, others, w, ties, itself).reshape(points.shape[:-1])


def _net_wins(x: Floats, reference: Floats, weights: Floats, ties: str, itself: bool) -> Floats:
    """Return wins minus losses; `itself` halves the work, since a pair is a win for one and a loss for the other."""
    table, others, w = _coded(x, reference, weights)
    wins = np.zeros(len(x))
    for rows, net in _net_blocks(table, others, w, triangle=itself):
        won, lost = net > TIE, net < -TIE
        wins[rows] += np.count_nonzero(won, axis=1) - np.count_nonzero(lost, axis=1)
        after = slice(rows.stop - rows.start, None)
        if itself:
            wins[rows.stop :] += np.count_nonzero(lost[:, after], axis=0) - np.count_nonzero(won[:, after], axis=0)
        if ties == "loss":
            drawn = ~(won | lost)
            wins[rows] -= np.count_nonzero(drawn, axis=1) - _is_there(table, others, rows, itself)
            if itself:
                wins[rows.stop :] -= np.count_nonzero(drawn[:, after], axis=0)
    return np.where((table.low > 0).any(axis=0), wins, np.nan)


def _is_there(table: _Coded, others: _Coded, rows: slice, itself: bool) -> npt.NDArray[np.bool_]:
    """Return which rows stand among the others: the draw of a row with itself is no pair."""
    if itself:
        return np.ones(rows.stop - rows.start, dtype=bool)
    return np.asarray((table.low[:, rows, None] == others.low[:, None, :]).all(axis=0).any(axis=1))


def _coded(x: Floats, reference: Floats, weights: Floats) -> tuple[_Coded, _Coded, Floats]:
    """Return both sets of rows as ranks among each other, and the weights of children that have any.

    The k-th distinct value of the reference is 2k, a value between two of them is odd: so every
    comparison with the reference comes out as with the values themselves.
    """
    used = weights > 0
    x, reference, w = x[:, used], reference[:, used], weights[used]
    kind = np.uint16 if 2 * len(reference) + 2 < np.iinfo(np.uint16).max else np.uint32
    codes = [np.empty((w.size, len(rows)), dtype=kind) for rows in (x, reference)]
    for j in range(w.size):
        seen = reference[:, j]
        values = np.unique(seen[~np.isnan(seen)])
        for rows, code in zip((x, reference), codes, strict=True):
            place = np.searchsorted(values, rows[:, j])
            met = place < values.size
            met[met] = values[place[met]] == rows[met, j]
            code[j] = np.where(np.isnan(rows[:, j]), 0, 2 * place + 1 + met)
    limit = np.iinfo(kind).max
    table, others = (_Coded(code, np.where(code == 0, limit, code).astype(kind)) for code in codes)
    return table, others, w


def _net_blocks(
    table: _Coded, others: _Coded, weights: Floats, triangle: bool
) -> Iterator[tuple[slice, npt.NDArray[np.float64]]]:
    """Yield blocks of rows with the weight won less the weight lost against each of the others.

    With `triangle` only against those from the first row of the block on.
    """
    units, width = table.low.shape[1], others.low.shape[1]
    groups = [slice(start, min(start + 8, weights.size)) for start in range(0, weights.size, 8)]
    sums = [_sums(weights[group]) for group in groups]
    first = 0
    while first < units:
        start = first if triangle else 0
        size = max(1, BLOCK // max(1, width - start))
        rows = slice(first, min(first + size, units))
        shape = (rows.stop - rows.start, width - start)
        net, found = np.zeros(shape), np.empty(shape)
        above, below = np.empty(shape, dtype=np.uint8), np.empty(shape, dtype=np.uint8)
        bit = np.empty(shape, dtype=bool)
        for group, weight in zip(groups, sums, strict=True):
            above[...] = below[...] = 0
            for j in range(group.start, group.stop):
                np.greater(table.low[j, rows, None], others.high[j, None, start:], out=bit)
                _push(above, bit)
                np.less(table.high[j, rows, None], others.low[j, None, start:], out=bit)
                _push(below, bit)
            net += np.take(weight, above, out=found, mode="clip")
            net -= np.take(weight, below, out=found, mode="clip")
        yield rows, net
        first = rows.stop


def _push(code: npt.NDArray[np.uint8], bit: npt.NDArray[np.bool_]) -> None:
    np.left_shift(code, 1, out=code)
    np.bitwise_or(code, bit.view(np.uint8), out=code)


def _sums(weights: Floats) -> Floats:
    """Return the sum of the weights for every combination; the first child is the highest bit pushed."""
    bits = np.arange(256)[:, None] >> np.arange(weights.size)[::-1] & 1
    return np.asarray(bits @ weights)


def outranking_sums(x: npt.ArrayLike, weights: npt.ArrayLike, reference: npt.ArrayLike | None = None) -> Floats:
    """Return, for each row, the sum over a reference sample of the shares of weight in which it is better.

    Unlike `copeland` it counts by how much each pair is won: the row sums of `outranking`'s matrix, with the
    pairs that have no child in common as draws.

    Parameters
    ----------
    x : array_like, shape (..., units, children)
        Directed points (more is better); NaN is missing.
    weights : array_like, shape (children,)
        Need not sum to 1.
    reference : array_like, shape (others, children), optional
        Whom to compare with; without it each sample of `x` with itself. A row that stands among them is not
        compared with itself.

    Returns
    -------
    ndarray, shape (..., units)
        From 0 to the number of others; NaN for a unit with nothing observed.

    Raises
    ------
    InputError
        If shapes do not fit or a weight cannot be used.

    References
    ----------
    Becker, COINr 1.0, R/aggregate.R: `a_copeland` was ``rowSums(outrankMatrix(X, w)$OutRankMatrix)``.

    Examples
    --------
    >>> x = [[1.0, 3.0, 2.0], [2.0, 2.0, 3.0], [3.0, 1.0, 1.0], [4.0, 5.0, 4.0]]
    >>> outranking_sums(x, [1.0, 1.0, 1.0]).round(3)
    array([1.   , 1.333, 0.667, 3.   ])
    >>> outranking_sums([x[0], [9.0, 9.0, 9.0]], [1.0, 1.0, 1.0], reference=x).round(3)
    array([1., 4.])
    """
    points, w = checked(x, weights)
    if reference is None:
        samples = points.reshape(math.prod(points.shape[:-2]), *points.shape[-2:])
        found = np.array([_shares_won(sample, sample, w, True) for sample in samples])
        return found.reshape(points.shape[:-1])
    others, _ = checked(reference, weights)
    rows = points.reshape(-1, points.shape[-1])
    others = others[np.isfinite(others[:, w > 0]).any(axis=1)]
    itself = rows.shape == others.shape and np.array_equal(rows, others, equal_nan=True)
    return _shares_won(rows, others, w, itself).reshape(points.shape[:-1])


def _shares_won(x: Floats, reference: Floats, weights: Floats, itself: bool) -> Floats:
    complete = is_complete(x) and is_complete(reference)
    table, others, w = _coded(x, reference, weights)
    theirs, ours = (np.asarray(coded.low > 0, dtype=float) for coded in (others, table))
    there = theirs.any(axis=0)  # a unit without any value is nobody's pair
    total = np.empty(len(x))
    for rows, net in _net_blocks(table, others, w, triangle=False):
        both = np.ones(1) if complete else (ours[:, rows].T * w) @ theirs
        won = 0.5 + 0.5 * np.nan_to_num(_share(net, both))
        total[rows] = won[:, there].sum(axis=1) - 0.5 * _is_there(table, others, rows, itself)
    return np.where((table.low > 0).any(axis=0), total, np.nan)


def copeland_points(net: Floats, others: int, scale: Scale = (0.0, 100.0)) -> Floats:
    """Return wins minus losses as points: the middle of the scale is as many wins as losses.

    Parameters
    ----------
    net : ndarray
        From `copeland`.
    others : int
        Units of the sample. A unit of the sample has `others` - 1 pairs; a new unit that beats
        all has one win more, and is cut to the end of the scale.
    scale : (float, float)
        Lowest and highest points.

    Examples
    --------
    >>> copeland_points(np.array([-3.0, 0.0, 3.0, 4.0]), 4)
    array([  0.,  50., 100., 100.])
    """
    return to_scale(np.clip(0.5 + 0.5 * net / max(others - 1, 1), 0.0, 1.0), scale)


def _fit(x: Floats, weights: Floats, settings: Settings, scale: Scale) -> Mapping[str, Floats]:
    seen = np.isfinite(x[:, weights > 0]).any(axis=1)
    return {"reference": np.round(x[seen], DECIMALS)}


def _combine(x: Floats, mixture: Mixture) -> Floats:
    reference = mixture.numbers["reference"]
    raw, others = mixture.settings["points"] == "raw", max(len(reference) - 1, 1)
    if mixture.settings["count"] == "shares":
        won = outranking_sums(np.round(x, DECIMALS), mixture.weights, reference)
        return won if raw else to_scale(np.clip(won / others, 0.0, 1.0), mixture.scale)
    net = copeland(np.round(x, DECIMALS), mixture.weights, reference, mixture.settings["ties"])
    return net if raw else copeland_points(net, len(reference), mixture.scale)


def _check(settings: Settings, scale: Scale) -> list[tuple[str, str]]:
    if settings["count"] == "shares" and settings["ties"] == "loss":
        return [("ties", "with count = 'shares' a draw is half a pair won, never a loss")]
    return []


def _is_raw(settings: Settings) -> bool:
    return settings.get("points") == "raw"


METHODS = (
    AggregateMethod(
        name="copeland",
        words=("Copeland法（两两比较）", "Copeland"),
        source="Copeland 1951; COINr",
        keys=(
            POINTS,
            Key(
                "ties",
                Literal["draw", "loss"],
                default="draw",
                words=("平局", "draws"),
                about="What a draw between two units counts: 0, or a loss for both as in COINr 1.1.2.",
            ),
            Key(
                "count",
                Literal["pairs", "shares"],
                default="pairs",
                words=("计数", "counts"),
                about="What is counted: pairs won less pairs lost, or the shares of weight won in each pair "
                "(outranking, COINr 1.0).",
            ),
        ),
        fit=_fit,
        combine=_combine,
        check=_check,
        off_scale=_is_raw,
    ),
)
