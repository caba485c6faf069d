"""Coupling coordination of subsystems: C, T and D (耦合协调度), in the forms that are right, and no other.

For k subsystems with levels U_1 ... U_k on [0, 1]:

normative
    C = k (U_1 ... U_k)^(1/k) / (U_1 + ... + U_k), the geometric mean over the arithmetic one, from
    0 to 1. Weights have no place in C.
wang
    C* = sqrt([1 - mean of |U_i - U_j| over the pairs] * [product of U_i / max U]^(1/(k-1))), which
    spreads values that the normative C crowds near 1.

T = a_1 U_1 + ... + a_k U_k with weights that sum to 1, and D = sqrt(C T). (Wang Shujia et al. 2021,
J. Natural Resources 36(3):793-810, who name four families of misuse in Chinese papers: slips of
writing, the lost factor, misused weights, and levels for which the model does not hold; Liu Chunlin
2017 found about half of 379 papers wrong.)

Stated answers. A missing U: no C, T or D, since a mean of the others would be of another k. One U at
0: C = 0 and D = 0. All at 0: C is 0/0 and has no value; D is 0, as T is, whatever C.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.analysis.stages import choose
from yitihua.errors import FaultList, refuse
from yitihua.indicators.table import Floats

FORMS = ("normative", "wang")

#: Forms that are met in papers and refused here -> why.
WRONG_FORMS = {
    "no_factor": "without the factor k it cannot exceed 1/k, and every grade table is read wrongly",
    "no_root": "without the k-th root it is the k-th power of the degree, and falls with the number of systems",
    "weighted": "weights belong to T; inside C, two systems at the same level come out as badly coupled",
    "raw": "levels outside [0, 1] must be normalised first; units of measurement would decide the degree",
}

#: How far beyond [0, 1] rounding may carry a level.
SLACK = 1e-9
#: SPSSAU's interval (区间化), its default.
SPSSAU = (0.01, 0.99)


def coupling_degree(u: Floats, form: str = "normative") -> Floats:
    """Return the coupling degree C.

    Parameters
    ----------
    u : ndarray, shape (..., units, k)
        Levels of k >= 2 subsystems on [0, 1]; NaN missing.
    form : {"normative", "wang"}
        See the module.

    Returns
    -------
    ndarray, shape (..., units)
        From 0 to 1; NaN where a level is missing or all are 0.

    Raises
    ------
    InputError
        For a form that is known to be wrong, saying why; for levels outside [0, 1]; for one
        subsystem.

    References
    ----------
    Wang et al. (2021); R package mathmodels, `coupling_degree`, types "standard" and "adjusted".

    Examples
    --------
    >>> u = np.array([[0.2, 0.8], [0.5, 0.5], [0.0, 0.4]])
    >>> coupling_degree(u).round(4), coupling_degree(u, "wang").round(4)
    (array([0.8, 1. , 0. ]), array([0.3162, 1.    , 0.    ]))
    """
    check_form(form)
    u = _checked(u)
    return _wang(u) if form == "wang" else _normative(u)


def _normative(u: Floats) -> Floats:
    mean = u.mean(axis=-1)
    with np.errstate(divide="ignore"):
        geometric = np.exp(np.log(u).mean(axis=-1))
    return np.asarray(np.minimum(geometric / np.where(mean == 0, np.nan, mean), 1.0))


def _wang(u: Floats) -> Floats:
    k = u.shape[-1]
    ordered = np.sort(u, axis=-1)  # NaN last, and it spoils the sums as it should
    turns = 2.0 * np.arange(1, k + 1) - k - 1.0
    apart = (ordered * turns).sum(axis=-1) / (k * (k - 1) / 2.0)
    largest = np.where(np.isnan(u).any(axis=-1), np.nan, ordered[..., -1])
    with np.errstate(divide="ignore"):
        ratio = np.exp(np.log(u / np.where(largest == 0, np.nan, largest)[..., None]).sum(axis=-1) / (k - 1.0))
    return np.asarray(np.sqrt(np.clip(1.0 - apart, 0.0, 1.0) * np.minimum(ratio, 1.0)))


def development_index(u: Floats, weights: Floats | None = None) -> Floats:
    """Return T, the weighted mean of the levels.

    Parameters
    ----------
    u : ndarray, shape (..., units, k)
        Levels; NaN missing.
    weights : ndarray, shape (k,), optional
        0 or more, scaled to sum to 1 (as SPSSAU does); default: equal.

    Returns
    -------
    ndarray, shape (..., units)
        NaN where a level is missing, even one of weight 0.

    Raises
    ------
    InputError
        If the weights do not fit.

    Examples
    --------
    >>> development_index(np.array([[0.2, 0.8]]), np.array([3.0, 1.0]))
    array([0.35])
    """
    u = np.asarray(u, dtype=float)
    w = np.ones(u.shape[-1]) if weights is None else np.asarray(weights, dtype=float)
    if w.shape != u.shape[-1:]:
        raise refuse("obstacle-weights", key="weights", reason="have another shape", found=str(w.shape))
    if not np.isfinite(w).all() or (w < 0).any():
        raise refuse("obstacle-weights", key="weights", reason="are negative or infinite", found=f"{w.min():g}")
    if not w.sum() > 0:
        raise refuse("obstacle-weights", key="weights", reason="sum to 0", found="0")
    return np.asarray(u @ (w / w.sum()))


def coordination_degree(c: Floats, t: Floats) -> Floats:
    """Return D = sqrt(C T); 0 where T is 0, whatever C.

    Examples
    --------
    >>> coordination_degree(np.array([0.8, np.nan]), np.array([0.5, 0.0])).round(4)
    array([0.6325, 0.    ])
    """
    return np.asarray(np.sqrt(np.where(t == 0, 0.0, c * t)))


def to_interval(u: Floats, low: float = SPSSAU[0], high: float = SPSSAU[1]) -> Floats:
    """Rescale every subsystem to an interval by its smallest and largest level (SPSSAU's 区间化).

    ``low + (high - low) (u - min) / (max - min)``: no unit then has a level of 0. But the result
    depends on who is in the sample, and of two years the smallest is 0.01 in both.

    Parameters
    ----------
    u : ndarray, shape (units, k)
        NaN stays NaN and does not count.
    low, high : float
        0 <= low < high <= 1.

    Raises
    ------
    InputError
        If a subsystem has the same level everywhere: there is nothing to rescale by.

    Examples
    --------
    >>> to_interval(np.array([[10.0], [20.0], [30.0]])).ravel()
    array([0.01, 0.5 , 0.99])
    """
    if not 0.0 <= low < high <= 1.0:
        raise refuse("coupling-interval", key="rescale", found=f"{low:g}, {high:g}")
    u = np.asarray(u, dtype=float)
    faults = FaultList()
    seen = np.isfinite(u)
    least = np.where(seen, u, np.inf).min(axis=0, initial=np.inf)
    most = np.where(seen, u, -np.inf).max(axis=0, initial=-np.inf)
    for j in np.flatnonzero(~(most - least > 1e-12 * np.maximum(np.abs(least), np.abs(most)))):
        faults.add("coupling-constant", key=f"u[:, {j}]", n=int(seen[:, j].sum()))
    faults.raise_if_any()
    return np.asarray(low + (high - low) * (u - least) / (most - least))


@dataclass(frozen=True, eq=False)
class CouplingCoordination:
    """C, T and D of units.

    Attributes
    ----------
    u : ndarray, shape (..., units, k)
        The levels, after rescaling where it was asked for.
    c, t, d : ndarray, shape (..., units)
        Coupling degree, development index, coordination degree.
    form : str
        Of C.
    rescale : (float, float) or None
        The interval that levels were rescaled to.
    """

    u: Floats
    c: Floats
    t: Floats
    d: Floats
    form: str
    rescale: tuple[float, float] | None


def coupling_coordination(
    u: Floats,
    weights: Floats | None = None,
    form: str = "normative",
    rescale: tuple[float, float] | None = None,
) -> CouplingCoordination:
    """Return C, T and D.

    Parameters
    ----------
    u : ndarray, shape (..., units, k)
        Levels of k >= 2 subsystems on [0, 1]; with `rescale` any finite numbers, shape (units, k).
    weights : ndarray, shape (k,), optional
        For T alone; default: equal.
    form : {"normative", "wang"}
        Of C.
    rescale : (float, float), optional
        Such as (0.01, 0.99), SPSSAU's default, see `to_interval`; default: levels as they are.

    Raises
    ------
    InputError
        See `coupling_degree`, `development_index` and `to_interval`.

    Examples
    --------
    >>> found = coupling_coordination(np.array([[0.2, 0.8], [0.5, 0.5]]))
    >>> found.c.round(4), found.t, found.d.round(4)
    (array([0.8, 1. ]), array([0.5, 0.5]), array([0.6325, 0.7071]))
    """
    levels = np.asarray(u, dtype=float) if rescale is None else to_interval(u, *rescale)
    c = coupling_degree(levels, form)
    t = development_index(np.clip(levels, 0.0, 1.0), weights)
    return CouplingCoordination(levels, c, t, coordination_degree(c, t), form, rescale)


def matching_forms(
    u: Floats, c: npt.ArrayLike, weights: Floats | None = None, tolerance: float = 1e-3
) -> tuple[str, ...]:
    """Return which forms, right or wrong, give a stated coupling degree: for the checking of a published table.

    Parameters
    ----------
    u : ndarray, shape (units, k)
        The levels.
    c : array_like, shape (units,)
        The degrees that were stated for them; NaN is left out.
    weights : ndarray, shape (k,), optional
        Those of T, to find out whether they went into C; default: that is not tried.
    tolerance : float
        Largest difference that rounding explains.

    Returns
    -------
    tuple of str
        Of "normative", "wang", "no_factor", "no_root", "weighted"; all that fit, since units with
        equal levels do not tell some of them apart; empty where none fits.

    Examples
    --------
    >>> u = np.array([[0.2, 0.8], [0.3, 0.4]])
    >>> matching_forms(u, [0.4, 0.4949])
    ('no_factor',)
    """
    u, stated = _checked(u), np.asarray(c, dtype=float)
    k = u.shape[-1]
    forms = {"normative": _normative(u), "wang": _wang(u)}
    forms |= {"no_factor": forms["normative"] / k, "no_root": forms["normative"] ** k}
    if weights is not None:
        w = np.asarray(weights, dtype=float) / np.sum(weights)
        forms["weighted"] = _normative(u * w)
    known = np.isfinite(stated) & np.isfinite(forms["normative"])
    return tuple(
        name for name, values in forms.items() if known.any() and np.abs(values - stated)[known].max() <= tolerance
    )


def check_form(form: str) -> None:
    """Refuse a form of C that is unknown, or known to be wrong, saying why.

    Examples
    --------
    >>> check_form("normative")
    """
    if form in WRONG_FORMS:
        raise refuse("coupling-form", key="form", name=form, reason=WRONG_FORMS[form], options=list(FORMS))
    choose("form", form, FORMS)


def _checked(u: npt.ArrayLike) -> Floats:
    levels = np.asarray(u, dtype=float)
    faults = FaultList()
    if levels.ndim < 2 or levels.shape[-1] < 2:
        faults.add("coupling-count", key="u", found=levels.shape[-1] if levels.ndim > 1 else levels.ndim)
    beyond = levels[(levels < -SLACK) | (levels > 1.0 + SLACK)]
    if beyond.size:
        worst = beyond[np.argmax(np.abs(beyond - 0.5))]
        faults.add("coupling-range", key="u", n=beyond.size, found=f"{worst:g}", reason=WRONG_FORMS["raw"])
    faults.raise_if_any()
    return np.asarray(np.clip(levels, 0.0, 1.0))
