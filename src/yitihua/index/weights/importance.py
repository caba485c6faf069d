"""Importance-targeted weights: found so that each child matters to the score as much as its weight should say.

Under an arithmetic mean the score of a node is y = sum_j w_j z_j, and child j matters by its correlation with y,
r_j = (C w)_j / (sd_j sqrt(w' C w)), C the covariances of the children. Its importance is r_j (COINr) or r_j^2
(Paruolo, Saisana & Saltelli 2013, the linear case), negative where it runs against the score; its share s_j is
that over the sum of absolute importances. Wanted are weights of 0 or more that sum to 1, with s equal to targets t.

Let R be the correlations of the children and v_j = w_j sd_j. Then r is proportional to R v, so the targets are
reached by v = R^-1 g, g = t for r and sqrt(t) for r^2, wherever no v_j is below 0: a closed form, the only answer
if R has an inverse, and of several the shortest v, which shares weight evenly among copies. Else no weights of 0
or more reach them if R has an inverse: a child that runs against the others keeps a low correlation whatever its
weight. Non-linear least squares on s(w) - t over w >= 0 (trust region, analytic derivatives) then starts from the
targets and from equal weights, and the better of the two counts. The result says whether the targets were reached.

COINr's `get_opt_weights` minimises the same squares by Nelder-Mead with a default tolerance of 0.1 and lets weights
fall below 0.

Stated answers. A target of 0 leaves the child out. Missing cells: covariances of the units that a pair shares, 0
where it shares none, moved to the nearest matrix without negative eigenvalues. A column that does not vary, or has no
values, gets weight 0, and its target is spread over the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from yitihua.definitions.methods import Key, Label, Number, PositiveInt, PositiveNumber, Settings
from yitihua.errors import refuse
from yitihua.index.weights.correlation import correlations
from yitihua.index.weights.method import Siblings, Weighed, WeightMethod
from yitihua.index.weights.notes import fitted, under
from yitihua.index.weights.strength import Floats, columns_of, standard_deviation

#: Of weights that do as well, as for children that repeat each other, those nearest to the targets are taken: so
#: small a pull moves others in the twelfth decimal.
_PULL = 1e-6

Measure = Literal["squared_correlation", "correlation"]
#: Weights, shares, the sum of squares, whether the solver ended by itself, and its evaluations.
Run = tuple[Floats, Floats, float, bool, int]
#: Eigenvalues of the correlations below this share of the largest are rounding.
_RANK = 1e-10
#: So are weights below 0 by no more than this share of the largest.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class TargetedWeights:
    """Weights and how near they come to the targets; arrays have the shape (indicators,).

    Attributes
    ----------
    weights : ndarray
        0 or more, sum to 1; 0 for columns that cannot be weighed.
    share : ndarray
        Share of each in the importance, negative where it runs against the score; 0 where it has none.
    target : ndarray
        What was wanted; 0 for columns that cannot be weighed.
    discrepancy : float
        Largest difference between share and target.
    reached : bool
        Whether it is at most the tolerance.
    converged : bool
        Whether the solver came to an end before `max_iterations`.
    iterations : int
        Evaluations of the run that counts; 0 for the closed form.
    equal : bool
        Whether nothing could be weighed and equal weights stand in.
    """

    weights: Floats
    share: Floats
    target: Floats
    discrepancy: float
    reached: bool
    converged: bool
    iterations: int
    equal: bool


def importance_shares(weights: Floats, covariance: Floats, measure: Measure = "squared_correlation") -> Floats:
    """Return the share of each child in the importance under an arithmetic mean.

    Parameters
    ----------
    weights : ndarray, shape (k,)
        0 or more, not all 0.
    covariance : ndarray, shape (k, k)
        Of the children's points; variances above 0.
    measure : {"squared_correlation", "correlation"}

    Returns
    -------
    ndarray, shape (k,)
        Absolute values sum to 1.

    Examples
    --------
    >>> importance_shares(np.array([0.5, 0.5]), np.diag([1.0, 4.0]))
    array([0.2, 0.8])
    """
    variance = max(float(weights @ covariance @ weights), 1e-300)
    r = covariance @ weights / np.sqrt(np.diag(covariance) * variance)
    size = r * np.abs(r) if measure == "squared_correlation" else r
    return np.asarray(size / np.abs(size).sum())


def _derivatives(weights: Floats, covariance: Floats, measure: Measure) -> Floats:
    """Return d share / d weight; the common factor 1/sqrt(w'Cw) leaves shares as they are, so it is left out."""
    sd = np.sqrt(np.diag(covariance))
    a = covariance @ weights / sd
    da = covariance / sd[:, None]
    if measure == "squared_correlation":
        a, da = a * np.abs(a), 2 * np.abs(a)[:, None] * da
    total = np.abs(a).sum()
    return np.asarray(da / total - np.outer(a, np.sign(a) @ da) / total**2)


def importance_weights(
    z: Floats,
    target: Floats | None = None,
    measure: Measure = "squared_correlation",
    max_iterations: int = 500,
    tolerance: float = 0.001,
    names: Sequence[str] | None = None,
) -> TargetedWeights:
    """Return weights under which children matter by their targets.

    Parameters
    ----------
    z : ndarray, shape (units, k)
        Directed points; NaN missing.
    target : ndarray, shape (k,), optional
        Shares of importance wanted, 0 or more, scaled to sum to 1; equal unless given.
    measure : {"squared_correlation", "correlation"}
        Of importance.
    max_iterations : int
        Evaluations of a run at most.
    tolerance : float
        Targets are reached where no share is farther away than this.
    names : sequence of str, optional
        For messages.

    Returns
    -------
    TargetedWeights

    Raises
    ------
    InputError
        If targets are negative, all 0, or of another number.

    References
    ----------
    Becker, W., Saisana, M., Paruolo, P. and Vandecasteele, I. (2017). Weights and importance in composite
    indicators: closing the gap. Ecological Indicators 80, 12-22. Paruolo, P., Saisana, M. and Saltelli, A. (2013).
    Ratings and rankings: voodoo or science? JRSS A 176, 609-634.

    Examples
    --------
    >>> z = np.array([[0.0, 0.0], [0.0, 2.0], [1.0, 0.0], [1.0, 2.0]])  # uncorrelated, the second varies twice as much
    >>> importance_weights(z).weights.round(6)
    array([0.666667, 0.333333])
    """
    k = z.shape[1]
    wanted = np.ones(k) if target is None else np.asarray(target, dtype=float)
    if wanted.shape != (k,) or not (wanted >= 0).all() or not 0 < wanted.sum() < np.inf:
        raise refuse("importance-targets", key="targets", found=[f"{value:g}" for value in np.atleast_1d(wanted)])
    columns = columns_of(z)
    # A child that is wanted to have no importance has no weight; by correlation alone it could seldom have none.
    live = np.flatnonzero(columns.live & (wanted > 0))
    if live.size < 2:
        return _without_choice(k, live, columns.seen)
    t = wanted[live] / wanted[live].sum()
    c = _covariance(z[:, live])
    found = _closed_form(t, c, measure) or min(
        (_solve(start, t, c, measure, max_iterations) for start in (t, np.full(live.size, 1.0 / live.size))),
        key=lambda run: float(run[2]),
    )
    weights, share, targets = np.zeros(k), np.zeros(k), np.zeros(k)
    weights[live], targets[live] = found[0], t
    share[live] = importance_shares(found[0], c, measure)
    discrepancy = float(np.abs(share - targets).max())
    return TargetedWeights(weights, share, targets, discrepancy, discrepancy <= tolerance, found[3], found[4], False)


def _without_choice(k: int, live: Any, seen: Any) -> TargetedWeights:
    """Return all weight on the one column that varies, or equal weights where none does."""
    at = live if live.size else np.flatnonzero(seen) if seen.any() else np.arange(k)
    weights = np.zeros(k)
    weights[at] = 1.0 / len(at)
    share = weights if live.size else np.zeros(k)
    return TargetedWeights(weights, share, weights, 0.0, bool(live.size), True, 0, not live.size)


def _covariance(z: Floats) -> Floats:
    """Return covariances in units of the standard deviations' geometry: of shared units, without negative eigenvalues.

    A pair that shares too few units counts as uncorrelated.
    """
    sd = standard_deviation(z, columns_of(z))
    r = np.nan_to_num(correlations(z))
    np.fill_diagonal(r, 1.0)
    values, vectors = np.linalg.eigh(r)
    if values[0] < 0:
        r = (vectors * np.maximum(values, 0.0)) @ vectors.T
        scale = np.sqrt(np.diag(r))
        r = r / np.outer(scale, scale)
    return np.asarray(r * np.outer(sd, sd))


def _closed_form(t: Floats, c: Floats, measure: Measure) -> Run | None:
    """Return the weights that reach the targets exactly, or None where one would be below 0."""
    sd = np.sqrt(np.diag(c))
    r = c / np.outer(sd, sd)
    goal = np.sqrt(t) if measure == "squared_correlation" else t
    values, vectors = np.linalg.eigh(r)
    kept = values > _RANK * values[-1]
    v = vectors[:, kept] @ (vectors[:, kept].T @ goal / values[kept])
    # Where columns are combinations of others not every goal is among the R v.
    if v.min() < -_ROUNDING * np.abs(v).max() or np.abs(r @ v - goal).max() > 1e-9 * goal.max():
        return None
    w = np.maximum(v, 0.0) / sd
    w = w / w.sum()
    share = importance_shares(w, c, measure)
    return w, share, float(((share - t) ** 2).sum()), True, 0


def _solve(start: Floats, t: Floats, c: Floats, measure: Measure, most: int) -> Run:
    """Return weights, shares, the sum of squares, whether the solver ended by itself, and its evaluations."""
    from scipy.optimize import least_squares

    def misses(w: Floats) -> Floats:
        return np.concatenate([importance_shares(w, c, measure) - t, [w.sum() - 1.0], _PULL * (w - t)])

    def slopes(w: Floats) -> Floats:
        return np.vstack([_derivatives(w, c, measure), np.ones(len(w)), _PULL * np.eye(len(w))])

    # The trust region starts inside the bounds; its own step to the bound leaves exact zeros out of reach, so
    # what is below 1e-9 counts as 0.
    inside = np.maximum(start, 1e-3 / len(start))
    run = least_squares(misses, inside, slopes, bounds=(0.0, np.inf), xtol=1e-12, ftol=1e-14, gtol=1e-14, max_nfev=most)
    w = np.where(run.x < 1e-9, 0.0, run.x)
    w = w / w.sum()
    share = importance_shares(w, c, measure)
    return w, share, float(((share - t) ** 2).sum()), bool(run.status > 0), int(run.nfev)


def _weigh(siblings: Siblings, settings: Settings) -> Weighed:
    target = _targets(siblings, settings)
    found = importance_weights(
        siblings.z, target, settings["measure"], settings["max_iterations"], settings["tolerance"], siblings.codes
    )
    notes = fitted(siblings, columns_of(siblings.z), found.equal)
    return Weighed(found.weights, (*notes, *_said(siblings, found, settings["tolerance"])))


def _targets(siblings: Siblings, settings: Settings) -> Floats | None:
    stated: Mapping[str, float] = dict(settings["targets"] or {})
    named = [code for code in siblings.codes if code in stated]
    if named and len(named) < len(siblings.codes):
        absent = [code for code in siblings.codes if code not in stated]
        raise refuse("importance-absent", key="targets", name=siblings.parent, found=absent)
    if named:
        return np.array([float(stated[code]) for code in siblings.codes])
    if settings["target"] == "equal" or siblings.others is None:
        return None
    return siblings.others(settings["target"])


def _said(siblings: Siblings, found: TargetedWeights, tolerance: float) -> list[Label]:
    if found.equal or (found.reached and found.converged):
        return []
    zh, en = under(siblings)
    worst = int(np.argmax(np.abs(found.share - found.target)))
    name, share, target = siblings.codes[worst], f"{found.share[worst]:.3f}", f"{found.target[worst]:.3f}"
    if not found.converged:
        return [
            (
                f"{zh}：重要性目标的求解未收敛（{found.iterations}次），{name}为{share}，目标{target}",
                f"{en}: targets of importance not converged after {found.iterations} steps: {name} has {share}, "
                f"wanted {target}",
            )
        ]
    return [
        (
            f"{zh}：在权重非负的条件下达不到重要性目标，相差最大的{name}为{share}，目标{target}",
            f"{en}: with weights of 0 or more the targets of importance cannot be reached: {name} has {share}, "
            f"wanted {target}",
        )
    ]


METHODS = (
    WeightMethod(
        name="importance",
        words=("按有效重要性反推", "importance-targeted"),
        source="Becker, Saisana, Paruolo & Vandecasteele 2017; COINr get_opt_weights",
        keys=(
            Key(
                "target",
                str,
                default="equal",
                words=("目标方案", "targets from"),
                about="Weight set whose weights are the importance wanted.",
            ),
            Key(
                "targets",
                dict[str, Number],
                words=("目标", "targets"),
                about="Importance wanted of children by code, all of a parent; instead of `target`.",
            ),
            Key(
                "measure",
                Measure,
                default="squared_correlation",
                words=("重要性", "importance by"),
                about="Squared correlation of a child with the score, or the correlation, as COINr has it.",
            ),
            Key(
                "max_iterations",
                PositiveInt,
                default=500,
                words=("最多迭代", "steps"),
                about="Evaluations of a run at most; what has not converged by then is said.",
            ),
            Key(
                "tolerance",
                PositiveNumber,
                default=0.001,
                words=("容许误差", "tolerance"),
                about="Targets count as reached where no share is farther away.",
            ),
        ),
        weigh=_weigh,
    ),
)
