"""Beta convergence: whether units behind grow faster, how fast, and by when half of a gap is closed.

The regression and the speed that follows from it are one derivation. Where ln y moves to its own
long-run level at the rate lambda, over T years

    (1/T) ln(y_T / y_0) = a - (1 - exp(-lambda T))/T ln y_0,

so that with b the coefficient of ln y_0, ``lambda = -ln(1 + b T)/T``. The R package REAT prints
``-ln(1 + b)/T``: its b must be of the whole growth, ln(y_T / y_0), to mean the same.

What a negative b does not show: that the spread falls (see `sigma`), for shocks spread units again;
nor that units behind caught up, where y_0 holds error: then b is below 0 by itself (Friedman 1992,
"Do old fallacies ever die?"). Scores from samples hold error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from yitihua.analysis.distribution.inputs import above_zero, choice, column, grouping, numbers, same_length
from yitihua.analysis.distribution.least_squares import Fit, check_design, fit_line, within_units
from yitihua.analysis.distribution.sigma import checked_periods
from yitihua.analysis.distribution.theil import Groups
from yitihua.errors import refuse
from yitihua.indicators.arrays import Floats, Remark

if TYPE_CHECKING:
    import pandas as pd

Errors = Literal["HC1", "HC3", "classical", "cluster"]
ERRORS: tuple[Errors, ...] = ("HC1", "HC3", "classical", "cluster")
PanelErrors = Literal["cluster", "classical"]
PANEL_ERRORS: tuple[PanelErrors, ...] = ("cluster", "classical")
Effects = Literal["both", "unit", "period", "none"]
EFFECTS: tuple[Effects, ...] = ("both", "unit", "period", "none")

NICKELL: Remark = (
    "含单位固定效应、期数少时，系数向收敛一方偏（尼克尔偏误，与期数的倒数同一量级）",
    "unit effects and few periods bias the coefficient towards convergence, by the order of 1/periods (Nickell 1981)",
)
OVERSHOOT: Remark = (
    "系数过小（1 + bT ≤ 0），各单位越过而非趋近长期水平，速度无定义",
    "1 + bT is not above 0: units overshoot rather than approach a level, and there is no speed",
)


@dataclass(frozen=True, slots=True, eq=False)
class BetaConvergence:
    """A convergence regression.

    Attributes
    ----------
    form : {"cross-section", "panel"}
    beta, se, t, p : float
        Coefficient of ln y at the start, its standard error, and the two-sided p of Student's t.
        Below 0: convergence; absolute without controls and unit effects, else conditional.
    interval : (float, float)
        95% interval of beta.
    speed : float
        lambda per year: ``-ln(1 + beta T)/T``; below 0 where units diverge, NaN where they overshoot.
    speed_interval : (float, float)
        From the interval of beta.
    half_life : float
        ln 2 / lambda in years; NaN where units do not converge.
    years : float
        T: of the whole span, or between two periods of a panel.
    constant : float
        NaN with unit effects.
    controls : tuple of str
    control_beta, control_se, control_p : ndarray, shape (controls,)
    n, units, df : int
        Observations, units, degrees of freedom of t.
    left_out : int
        Units not used: a value or control is missing; in a panel with unit effects, one observation only.
    r2 : float
        With unit effects, of what varies within units.
    errors, effects : str
        How standard errors were taken; fixed effects of a panel.
    notes : tuple of Remark
        What must be said beside it, in Chinese and English.
    """

    form: str
    beta: float
    se: float
    t: float
    p: float
    interval: tuple[float, float]
    speed: float
    speed_interval: tuple[float, float]
    half_life: float
    years: float
    constant: float
    controls: tuple[str, ...]
    control_beta: Floats
    control_se: Floats
    control_p: Floats
    n: int
    units: int
    df: int
    left_out: int
    r2: float
    errors: str
    effects: str
    notes: tuple[Remark, ...] = ()

    @property
    def frame(self) -> pd.DataFrame:
        """One row a coefficient: variable, coefficient, se, p."""
        import pandas as pd

        rows = zip(self.controls, self.control_beta, self.control_se, self.control_p, strict=True)
        head = [("ln(start)", self.beta, self.se, self.p)]
        return pd.DataFrame([*head, *rows], columns=["variable", "coefficient", "se", "p"])


def convergence_speed(beta: npt.ArrayLike, years: float) -> Floats:
    """Return the speed ``-ln(1 + beta T)/T`` of a coefficient on growth per year.

    Parameters
    ----------
    beta : array_like
        Any shape.
    years : float
        T, above 0. For a panel's one-step form 1 gives ``-ln(1 + beta)``; for a coefficient b on the
        whole growth over T give ``b / T`` (what REAT's `betaconv.speed(b, T)` computes).

    Returns
    -------
    ndarray
        Per year; negative for beta above 0, NaN where ``1 + beta T`` is not above 0.

    References
    ----------
    Barro & Sala-i-Martin (1992), "Convergence", Journal of Political Economy 100.

    Examples
    --------
    >>> import math
    >>> round(float(convergence_speed((math.exp(-0.3) - 1) / 10, 10)), 12)
    0.03
    """
    if not years > 0:
        raise refuse("number-range", key="years", found=f"{years:g}", low="0", high="∞")
    kept = 1.0 + np.asarray(beta, dtype=float) * years
    logs = np.log(kept, out=np.full(kept.shape, np.nan), where=kept > 0)
    return np.asarray(-logs / years)


def half_life(speed: npt.ArrayLike) -> Floats:
    """Return the years until half of a gap is closed, ``ln 2 / speed``; NaN where the speed is not above 0.

    Examples
    --------
    >>> round(float(half_life(0.03)), 2)
    23.1
    """
    rate = np.asarray(speed, dtype=float)
    return np.asarray(np.divide(np.log(2.0), rate, out=np.full(rate.shape, np.nan), where=rate > 0))


def beta_convergence(
    first: npt.ArrayLike,
    last: npt.ArrayLike,
    years: float,
    controls: Mapping[str, npt.ArrayLike] | None = None,
    *,
    errors: Errors = "HC1",
    clusters: Groups | None = None,
) -> BetaConvergence:
    """Regress growth per year on ln of the start: ``(1/T) ln(y_T / y_0) = a + b ln y_0 + c X``.

    Parameters
    ----------
    first, last : array_like, shape (units,)
        y at the start and at the end, above 0. A unit that lacks one, or a control, is left out.
    years : float
        T, between them.
    controls : mapping of str to array_like, shape (units,), optional
        Then convergence is conditional on them.
    errors : {"HC1", "HC3", "classical", "cluster"}
        Standard errors: robust to unequal variance (HC3: better with few units), classical, or
        clustered by `clusters`.
    clusters : sequence, shape (units,), optional
        Group of every unit, such as its city; needed for "cluster" only.

    Returns
    -------
    BetaConvergence

    Raises
    ------
    InputError
        If a value is not above 0, all units start equal, too few are left, or a control is constant
        or a combination of others.

    References
    ----------
    Barro & Sala-i-Martin (1992). Least squares: statsmodels.

    Examples
    --------
    >>> import numpy as np
    >>> start = np.array([20.0, 30, 45, 60, 80])
    >>> end = np.exp(0.9 + 0.8 * np.log(start)) * [1.01, 0.98, 1.0, 1.02, 0.99]
    >>> found = beta_convergence(start, end, 5)
    >>> found.beta < 0, round(found.speed, 2)
    (True, 0.04)
    """
    choice(errors, ERRORS, "errors")
    if (errors == "cluster") != (clusters is not None):
        code = "needs-key" if clusters is None else "no-effect"
        raise refuse(code, key="clusters", name="clusters", method='errors = "cluster"')
    y0, y1 = column(first, "first"), column(last, "last")
    same_length(y1, len(y0), "last")
    extra = _controls(controls, (len(y0),))
    used = np.isfinite(y0) & np.isfinite(y1) & np.isfinite(extra).all(axis=1)
    above_zero(np.where(used, y0, np.nan), "first")
    above_zero(np.where(used, y1, np.nan), "last")
    speed_scale = float(years)
    convergence_speed(0.0, speed_scale)  # refuses years that are not above 0
    start = np.log(y0[used])
    growth = (np.log(y1[used]) - start) / speed_scale
    groups = None if clusters is None else grouping(clusters, used).of
    n = int(used.sum())
    check_design(start, extra[used], tuple(controls or ()), np.ones((n, 1)))
    design = np.column_stack([start, extra[used], np.ones(n)])
    fit = fit_line(growth, design, errors, groups)
    left_out = len(y0) - n
    return _result(fit, "cross-section", tuple(controls or ()), speed_scale, n, left_out, errors, "none", ())


def panel_convergence(
    y: npt.ArrayLike,
    periods: Sequence[float] | npt.NDArray[np.generic],
    controls: Mapping[str, npt.ArrayLike] | None = None,
    *,
    effects: Effects = "both",
    errors: PanelErrors = "cluster",
    clusters: Groups | None = None,
) -> BetaConvergence:
    """Regress growth from period to period: ``(1/T) ln(y_{t+1} / y_t) = a + b ln y_t + c X_t + mu_i + nu_t``.

    Unit effects are taken out by subtracting means within units, which gives the coefficients of a
    regression with a dummy for each (Frisch & Waugh 1933), without their columns.

    Parameters
    ----------
    y : array_like, shape (units, periods)
        Above 0. A step is used where both of its ends, and the controls at its start, are there.
    periods : sequence of numbers, shape (periods,)
        Rising and evenly spaced; their distance is T.
    controls : mapping of str to array_like, shape (units, periods) or (units,), optional
        Values at the start of each step; those of the last period are not used. What does not
        change within units cannot stand beside unit effects.
    effects : {"both", "unit", "period", "none"}
        Fixed effects. With unit effects each unit moves to its own level: conditional convergence.
    errors : {"cluster", "classical"}
        Clustered by unit, or by `clusters`; the factor is ``G/(G-1) (N-1)/(N-K)``, K without the
        unit effects, which lie within clusters.
    clusters : sequence, shape (units,), optional
        Group of every unit.

    Returns
    -------
    BetaConvergence
        With the note on Nickell's bias where there are unit effects.

    Raises
    ------
    InputError
        As `beta_convergence`; and where periods are not evenly spaced.

    References
    ----------
    Islam (1995), "Growth empirics: a panel data approach"; Nickell (1981), "Biases in dynamic models
    with fixed effects".

    Examples
    --------
    >>> import numpy as np
    >>> y = np.exp([[3, 3.4, 3.65, 3.8], [4, 4.1, 4.05, 4.1], [2, 2.6, 3.1, 3.3]])
    >>> panel_convergence(y, [2019, 2020, 2021, 2022]).beta < 0
    True
    """
    choice(effects, EFFECTS, "effects")
    choice(errors, PANEL_ERRORS, "errors")
    if clusters is not None and errors != "cluster":
        raise refuse("no-effect", key="clusters", name="clusters", method='errors = "cluster"')
    values = numbers(y)
    when = checked_periods(periods, values)
    gaps = np.diff(when)
    if not np.allclose(gaps, gaps[0], rtol=1e-6, atol=0):
        raise refuse("convergence-periods", reason="are not evenly spaced", found=[f"{p:g}" for p in when])
    units, steps = values.shape[0], len(gaps)
    extra = _controls(controls, values.shape)[:, :-1]
    used: npt.NDArray[np.bool_] = (
        np.isfinite(values[:, :-1]) & np.isfinite(values[:, 1:]) & np.isfinite(extra).all(axis=2)
    )
    if effects in ("both", "unit"):
        used &= used.sum(axis=1, keepdims=True) > 1  # a single step says nothing beside an effect of its own
    touched = np.zeros(values.shape, dtype=bool)
    touched[:, :-1] |= used
    touched[:, 1:] |= used
    above_zero(np.where(touched, values, np.nan))
    unit, step = np.nonzero(used)
    start = np.log(values[unit, step])
    growth = (np.log(values[unit, step + 1]) - start) / gaps[0]
    dummies = (step[:, None] == np.arange(1, steps)).astype(float)
    dummies = dummies[:, dummies.any(axis=0)] if effects in ("both", "period") else dummies[:, :0]
    within = effects in ("both", "unit")
    if within:
        start, growth, dummies, kept = (within_units(x, unit, units) for x in (start, growth, dummies, extra[used]))
    else:
        kept = extra[used]
        dummies = np.column_stack([dummies, np.ones(len(start))])
    names = tuple(controls or ())
    check_design(start, kept, names, dummies)
    present = np.asarray(used.any(axis=1), dtype=bool)
    groups = None
    if errors == "cluster":
        of = grouping(range(units) if clusters is None else clusters, present).of
        place = np.cumsum(present) - 1
        groups = of[place[unit]]
    in_use = int(np.count_nonzero(present))
    fit = fit_line(growth, np.column_stack([start, kept, dummies]), errors, groups, in_use if within else 0)
    notes = (NICKELL,) if within else ()
    return _result(fit, "panel", names, float(gaps[0]), in_use, units - in_use, errors, effects, notes)


def _result(
    fit: Fit,
    form: str,
    controls: tuple[str, ...],
    years: float,
    units: int,
    left_out: int,
    errors: str,
    effects: str,
    notes: tuple[Remark, ...],
) -> BetaConvergence:
    beta, se = float(fit.coefficients[0]), float(fit.se[0])
    interval = (beta - fit.half_width * se, beta + fit.half_width * se)
    speed, slowest, fastest = convergence_speed([beta, interval[1], interval[0]], years).tolist()
    chosen = slice(1, 1 + len(controls))
    return BetaConvergence(
        form, beta, se, beta / se if se > 0 else float("inf") * np.sign(beta), float(fit.p[0]), interval, speed,
        (slowest, fastest if fastest == fastest else float("inf")), float(half_life(speed)), years,
        float("nan") if effects in ("both", "unit") else float(fit.coefficients[-1]),
        controls, fit.coefficients[chosen], fit.se[chosen], fit.p[chosen], fit.n, units, fit.df, left_out, fit.r2,
        errors, effects, notes if speed == speed else (*notes, OVERSHOOT),
    )  # fmt: skip


def _controls(controls: Mapping[str, npt.ArrayLike] | None, shape: tuple[int, ...]) -> Floats:
    """Return the controls, shape (*shape, controls)."""
    found = np.empty((*shape, len(controls or ())))
    for k, (name, given) in enumerate((controls or {}).items()):
        array = numbers(given, name)
        if array.shape not in (shape, shape[:1]):
            raise refuse("distribution-shape", key=name, name=name, found=str(array.shape), expected=str(shape))
        found[..., k] = array[:, None] if array.ndim < len(shape) else array
    return found
