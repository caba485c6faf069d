"""Benefit-of-the-doubt: every unit is scored with the weights that suit it best (data envelopment analysis).

The score of a unit is the largest w'x over weights w >= 0 under which no unit of a fixed reference exceeds 1:
the output-oriented model of Charnes, Cooper and Rhodes with one input of 1. A unit on the frontier of the
reference scores 1. Shapes: ``x`` (..., units, children), ``reference`` (rows, children).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList, refuse
from yitihua.index.aggregate.dea_bases import settle
from yitihua.index.aggregate.dea_bounds import Bound, Cases, Floats, Mask, Restrictions, cases, restrictions
from yitihua.index.aggregate.dea_shares import SharesGame
from yitihua.index.aggregate.dea_solver import Envelopment

#: Values below this share of the largest are 0 to the solver.
TINY = 1e-9
#: Scores that miss 1 by less are 1: the solver is no more exact.
_ROUNDING = 1e-9
#: Weighted sums that differ by less are the same.
_SAME = 1e-13
#: From more children on the best of all are looked for first, while a round finds this share of them.
_MANY = 12
_FRUITFUL = 0.1
#: Optima are tried on the others where so many are left, and so often before it is asked whether that pays.
_FEW, _TRIES = 20, 8


@dataclass(frozen=True, slots=True, eq=False)
class BenefitOfDoubt:
    """Scores, and the weights that gave them.

    Attributes
    ----------
    scores : ndarray, shape (..., units)
        1 on the frontier of the reference; NaN for a unit without any child.
    weights : ndarray, shape (..., units, children)
        w_j in score per unit of x_j; 0 for a missing child. For a frontier unit many weights do as well, and
        these are one choice.
    shares : ndarray, shape (..., units, children)
        What each child gives to the score, w_j x_j / sum_k w_k x_k; they sum to 1. NaN where the score is 0.
    above : ndarray of bool, shape (..., units)
        Better than all of the reference: the score was above 1 (and is 1 if clipped).
    """

    scores: Floats
    weights: Floats
    shares: Floats
    above: Mask


def benefit_of_doubt(
    x: Floats,
    reference: Floats | None = None,
    lower: Bound = None,
    upper: Bound = None,
    ratios: Floats | None = None,
    clip: bool = False,
) -> BenefitOfDoubt:
    """Score every unit with its own best weights.

    Parameters
    ----------
    x : ndarray, shape (..., units, children)
        Values of 0 or more, more is better; NaN missing. Draws of the same units stand on leading axes.
    reference : ndarray, shape (rows, children), optional
        The sample whose frontier counts, of 0 or more; the units of `x` unless given.
    lower, upper : float or array of shape (children,), optional
        Bounds on the share of each child in the unit's own score: L_j <= w_j x_j / sum_k w_k x_k <= U_j.
    ratios : ndarray, shape (restrictions, children), optional
        Rows g with sum_j g_j w_j >= 0; see `ordinal`.
    clip : bool
        Whether scores above 1 are cut to 1.

    Returns
    -------
    BenefitOfDoubt

    Raises
    ------
    InputError
        If values are negative or infinite, shapes do not fit, or restrictions exclude each other.

    Notes
    -----
    Missing: a unit is scored on the children it has, without ratios that name a missing one; for bounds on
    shares see `yitihua.index.aggregate.dea_bounds.cases`. In the reference a missing value counts as 0, since
    nothing is known that others would have to reach; so a unit that is in the reference never scores above 1.

    Bounds on shares and ratios of weights may exclude each other for a unit: then only weights of 0 obey both,
    and it scores 0, as the programme says.

    A child that is 0 or missing in all of the reference has no frontier and is left out. One that is the same
    positive number in all of it makes every unit with that value score 1 unless shares are bounded: its whole
    weight may rest there. That is what the method says, and no rule here hides it. A unit with nothing but
    zeros scores 0; so does one that is 0 where it must have a share. Values below 1e-9 of a column's largest
    are taken as 0, scores within 1e-9 of 1 as 1.

    Without ratios, multiplying a column by a constant changes no score.

    References
    ----------
    Melyn, W. and Moesen, W. (1991). Towards a synthetic indicator of macroeconomic performance. Public Economics
    Research Paper 17, KU Leuven. Cherchye, L., Moesen, W., Rogge, N. and Van Puyenbroeck, T. (2007). An
    introduction to 'benefit of the doubt' composite indicators. Social Indicators Research 82, 111-145. Wong,
    Y.-H. B. and Beasley, J. E. (1990). Restricting weight flexibility in data envelopment analysis. Journal of
    the Operational Research Society 41, 829-835. OECD/JRC (2008). Handbook on constructing composite indicators,
    step 6.

    Examples
    --------
    >>> x = np.array([[4.0, 1.0], [1.0, 4.0], [2.0, 2.0], [np.nan, 2.0]])
    >>> benefit_of_doubt(x).scores.round(4)
    array([1. , 1. , 0.8, 0.5])
    >>> benefit_of_doubt(x, lower=0.4).shares.round(2)
    array([[0.6, 0.4],
           [0.4, 0.6],
           [0.5, 0.5],
           [0. , 1. ]])
    """
    x = np.asarray(x, dtype=float)
    rivals = _checked(x, x if reference is None else np.asarray(reference, dtype=float))
    limits = restrictions(x.shape[-1], lower, upper, ratios)
    scale, rivals = _scaled(rivals)
    usable = scale > 0
    divisor = np.where(usable, scale, 1.0)
    present = ~np.isnan(x) & usable
    z = np.where(present, x, 0.0) / divisor
    largest = z.max(axis=-1, initial=0.0, keepdims=True)
    # Scores are homogeneous of degree 1, so each unit may be brought to 1.
    unit = np.divide(z, largest, out=np.zeros_like(z), where=largest > 0)
    unit[unit < TINY] = 0.0
    limits = Restrictions(limits.lower, limits.upper, _kept(limits.ratios, usable) / divisor)
    weights = _weights(z, unit, present, rivals, limits)
    scores = (weights * z).sum(axis=-1)
    scores[np.abs(scores - 1.0) < _ROUNDING] = 1.0
    above = scores > 1
    given = weights * z
    total = given.sum(axis=-1, keepdims=True)
    shares = np.divide(given, total, out=np.full_like(z, np.nan), where=total > 0)
    scores = np.where(present.any(axis=-1), np.minimum(scores, 1.0) if clip else scores, np.nan)
    return BenefitOfDoubt(scores, weights / divisor, shares, above)


def frontier(reference: Floats) -> npt.NDArray[np.int64]:
    """Return the rows of a reference that suffice to score any unit, restricted or not.

    They are the rows that are best of all under some weights, one of each where rows are equal.

    Parameters
    ----------
    reference : ndarray, shape (rows, children)
        Values of 0 or more; NaN counts as 0.

    Returns
    -------
    ndarray of int
        In rising order.

    References
    ----------
    Dulá, J. H. (2011). An algorithm for data envelopment analysis. INFORMS Journal on Computing 23, 284-296.

    Examples
    --------
    >>> frontier(np.array([[4.0, 1.0], [1.0, 4.0], [2.0, 2.0], [4.0, 1.0]]))
    array([0, 1])
    """
    reference = np.asarray(reference, dtype=float)
    _, rivals = _scaled(_checked(reference, reference))
    distinct = np.sort(np.unique(rivals, axis=0, return_index=True)[1])
    rivals = rivals[distinct]
    if not rivals.any():
        return np.zeros(0, dtype=np.int64)
    limits = restrictions(rivals.shape[1])
    model = Envelopment(rivals, limits)
    best, _ = best_of_all(rivals, rivals)
    units, alive = cases(rivals, rivals > 0, limits)
    _solve(model, limits, units, np.flatnonzero(alive & ~best))
    return np.asarray(distinct[np.union1d(np.flatnonzero(best), model.entered)], dtype=np.int64)


def best_of_all(rows: Floats, rivals: Floats) -> tuple[Mask, Floats]:
    """Return which rows of a reference are found to be the best of it under some weights, and these weights.

    Weights lean to where a row is strong, and away from whoever still exceeds it. A row for which none are found
    may be on the frontier all the same; but where many children vary apart, nearly all that are on it are found,
    at a small part of what their programmes would cost.

    Parameters
    ----------
    rows : ndarray, shape (units, children)
        All of them rows of `rivals`.
    rivals : ndarray, shape (rivals, children)

    Returns
    -------
    best : ndarray of bool, shape (units,)
    weights : ndarray, shape (units, children)
        Under them the row is 1 and no rival is more; 0 where none were found.

    Examples
    --------
    >>> rivals = np.array([[1.0, 0.2], [0.2, 1.0], [0.5, 0.5]])
    >>> best_of_all(rivals, rivals)[0]
    array([ True,  True, False])
    """
    best, found = np.zeros(len(rows), dtype=bool), np.zeros_like(rows)
    spread = rivals.std(axis=0)
    strong = (rows - rivals.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    weights = np.where(rows > 0, np.exp(np.clip(2.0 * strong, -50.0, 50.0)), 0.0)
    todo = np.flatnonzero(rows.any(axis=1))
    weights = weights[todo]
    while len(todo):
        weights = weights / (weights * rows[todo]).sum(axis=1, keepdims=True)
        reached = weights @ rivals.T
        most, rival = reached.max(axis=1), reached.argmax(axis=1)
        now = most <= 1.0 + _SAME
        best[todo[now]] = True
        found[todo[now]] = weights[now]
        fruitful = now.sum() >= _FRUITFUL * len(todo)
        todo, weights, rival = todo[~now], weights[~now], rival[~now]
        if not fruitful:
            break
        weights = weights * np.exp(rows[todo] - rivals[rival])
    return best, found


def _checked(x: Floats, reference: Floats) -> Floats:
    """Return the reference, or refuse it and the values together."""
    faults = FaultList()
    if x.ndim < 2 or reference.ndim != 2 or x.shape[-1] != reference.shape[1] or not reference.size:
        raise refuse("bod-shape", found=f"{x.shape}, {reference.shape}")
    for name, values in (("x", x), ("reference", reference)) if reference is not x else (("x", x),):
        with np.errstate(invalid="ignore"):
            bad = (values < 0) | np.isinf(values)
        if bad.any():
            columns = np.flatnonzero(bad.reshape(-1, bad.shape[-1]).any(axis=0)) + 1
            faults.add("bod-negative", key=name, found=f"{values[bad][0]:g}", columns=columns.tolist())
    faults.raise_if_any()
    return reference


def _scaled(reference: Floats) -> tuple[Floats, Floats]:
    """Return the largest value of each column, and the reference as shares of it, 0 where missing."""
    rivals = np.where(np.isnan(reference), 0.0, reference)
    scale = rivals.max(axis=0)
    rivals = rivals / np.where(scale > 0, scale, 1.0)
    rivals[rivals < TINY] = 0.0
    return scale, rivals


def _kept(ratios: Floats, usable: Mask) -> Floats:
    """Return the ratios that name no child without a frontier."""
    kept: Floats = ratios[(ratios[:, ~usable] == 0).all(axis=1)]
    return kept


def _weights(z: Floats, unit: Floats, present: Mask, rivals: Floats, limits: Restrictions) -> Floats:
    """Return the weights of all units, on the scale of the rivals; shapes (..., units, children)."""
    *draws, units, m = z.shape
    count = int(np.prod(draws))
    if not units * count:
        return np.zeros_like(z)
    # Draws of one unit side by side: they tend to have the same rivals.
    rows, flat = (a.reshape(count, units, m).swapaxes(0, 1).reshape(-1, m) for a in (z, unit))
    there = present.reshape(count, units, m).swapaxes(0, 1).reshape(-1, m)
    todo, alive = cases(flat, there, limits)
    weights = np.zeros_like(flat)
    if m > _MANY and not limits.shares and not len(limits.ratios):
        known = np.flatnonzero(_among(rows, rivals) & alive)
        best, weights[known] = best_of_all(rows[known], rivals)
        alive[known[best]] = False
    model = SharesGame(rivals, limits) if limits.shares else Envelopment(rivals, limits)
    for block in np.split(np.arange(len(flat)), units) if limits.shares and count > 1 else [np.arange(len(flat))]:
        at = block[alive[block]]
        weights[at] = _solve(model, limits, todo, at)
    return weights.reshape(units, count, m).swapaxes(0, 1).reshape(z.shape)


def _among(rows: Floats, rivals: Floats) -> Mask:
    """Return which rows are rows of the rivals, to the last bit."""
    row = np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))
    first, second = (np.ascontiguousarray(a + 0.0).view(row).ravel() for a in (rows, rivals))
    return np.isin(first, second)


def _solve(model: Envelopment | SharesGame, limits: Restrictions, units: Cases, at: npt.NDArray[np.int64]) -> Floats:
    """Return the weights of the rows `at`; each optimum is tried on the rows that are left while that pays."""
    m = units.own.shape[1]
    weights = np.zeros((len(at), m))
    # To try costs the product of a matrix, or an inverse, a row; it has to spare as much in programmes.
    worth = 0.02 + 2e-5 * m**3 if limits.shares else 2e-5 * m**2
    pays, tries, tried, hits = worth < 1, 0, 0, 0
    # In random order, so that optima that many share come first.
    left = np.random.default_rng(0).permutation(len(at))
    while len(left):
        i, left = left[0], left[1:]
        weights[i] = model.solve(units.at(at[i]))
        if not pays or len(left) < _FEW or (basis := model.basis()) is None:
            continue
        same = np.ones(len(left), dtype=bool)
        if len(limits.ratios):
            same = (units.present[at[left]] == units.present[at[i]]).all(axis=1)
        settled, found = settle(basis, units.at(at[left[same]]), model.rivals, limits)
        weights[left[same][settled]] = found[settled]
        tries, tried, hits = tries + 1, tried + len(settled), hits + int(settled.sum())
        pays = tries < _TRIES or hits >= worth * tried
        same[same] = settled
        left = left[~same]
    # What is missing or 0 carries no weight; under ratios a 0 may have to.
    used = units.present[at] if len(limits.ratios) else units.own[at] > 0
    return np.where(used, np.maximum(weights, 0.0), 0.0)
