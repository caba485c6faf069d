"""Sigma and beta convergence: least squares by hand, statsmodels with dummies, simulated truths, cases by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import linregress

from yitihua.analysis.distribution.convergence import (
    NICKELL,
    OVERSHOOT,
    beta_convergence,
    convergence_speed,
    half_life,
    panel_convergence,
)
from yitihua.analysis.distribution.sigma import sigma_convergence
from yitihua.errors import InputError

Array = np.ndarray[Any, Any]
NAN = float("nan")


def moving(units: int, years: int, speed: float, noise: float, seed: int = 0) -> Array:
    """Levels of units that close their gap to ln y = 4 at a speed, shape (units, years + 1)."""
    rng = np.random.default_rng(seed)
    x = [rng.normal(4.0, 0.5, units)]
    for _ in range(years):
        x.append(4.0 + (x[-1] - 4.0) * math.exp(-speed) + rng.normal(0, noise, units))
    return np.exp(np.column_stack(x))


def test_cross_section_is_least_squares_by_hand() -> None:
    """Coefficients and HC1 by the formulas: (X'X)^-1 X'y and n/(n-k) (X'X)^-1 X' diag(e^2) X (X'X)^-1."""
    y = moving(60, 5, 0.05, 0.05)
    extra = np.random.default_rng(1).normal(size=60)
    found = beta_convergence(y[:, 0], y[:, 5], 5, {"extra": extra})
    x = np.column_stack([np.log(y[:, 0]), extra, np.ones(60)])
    growth = np.log(y[:, 5] / y[:, 0]) / 5
    inverse = np.linalg.inv(x.T @ x)
    b = inverse @ x.T @ growth
    e = growth - x @ b
    hc1 = 60 / 57 * inverse @ (x.T * e**2) @ x @ inverse
    assert (found.beta, found.control_beta[0], found.constant) == pytest.approx(tuple(b), rel=1e-9)
    assert (found.se, found.control_se[0]) == pytest.approx(tuple(np.sqrt(np.diag(hc1))[:2]), rel=1e-9)
    assert found.r2 == pytest.approx(1 - e @ e / ((growth - growth.mean()) ** 2).sum())
    assert (found.n, found.df) == (60, 57)
    classical = beta_convergence(y[:, 0], y[:, 5], 5, {"extra": extra}, errors="classical")
    assert classical.se == pytest.approx(math.sqrt(e @ e / 57 * inverse[0, 0]), rel=1e-9)


@pytest.mark.parametrize("errors", ["HC1", "HC3", "classical", "cluster"])
def test_standard_errors_and_p_are_those_of_statsmodels(errors: str) -> None:
    from statsmodels.api import OLS, add_constant

    y = moving(48, 4, 0.08, 0.05, 3)
    city = np.repeat(np.arange(12), 4)
    given = city if errors == "cluster" else None
    found = beta_convergence(y[:, 0], y[:, 4], 4, errors=errors, clusters=given)  # type: ignore[arg-type]
    model = OLS(np.log(y[:, 4] / y[:, 0]) / 4, add_constant(np.log(y[:, 0])))
    kinds = {"groups": city} if errors == "cluster" else {}
    kind = "nonrobust" if errors == "classical" else errors
    peer = model.fit(cov_type=kind, cov_kwds=kinds, use_t=True)
    assert (found.beta, found.se, found.p) == pytest.approx((peer.params[1], peer.bse[1], peer.pvalues[1]), rel=1e-9)
    assert found.interval == pytest.approx(tuple(peer.conf_int()[1]), rel=1e-9)


def test_a_classical_line_is_that_of_scipy() -> None:
    y = moving(30, 6, 0.03, 0.02)
    peer = linregress(np.log(y[:, 0]), np.log(y[:, 6] / y[:, 0]) / 6)
    found = beta_convergence(y[:, 0], y[:, 6], 6, errors="classical")
    assert (found.beta, found.constant, found.se, found.p) == pytest.approx(
        (peer.slope, peer.intercept, peer.stderr, peer.pvalue), rel=1e-9
    )


@pytest.mark.parametrize("years", [1, 5, 20])
def test_the_speed_without_noise_is_the_true_one(years: int) -> None:
    """Whatever the span: speed 0.04, and half of a gap gone after ln 2 / 0.04 years."""
    y = moving(20, years, 0.04, 0.0)
    found = beta_convergence(y[:, 0], y[:, -1], years)
    assert found.speed == pytest.approx(0.04, rel=1e-9)
    assert found.half_life == pytest.approx(math.log(2) / 0.04, rel=1e-9)
    half = math.exp(-found.speed * found.half_life)
    assert half == pytest.approx(0.5)


def test_the_interval_of_the_speed_holds_the_truth_as_often_as_it_says() -> None:
    """400 simulated samples of a known speed: 95 in 100, within 3.5 standard errors."""
    hits = 0
    for seed in range(400):
        y = moving(60, 3, 0.06, 0.05, seed)
        low, high = beta_convergence(y[:, 0], y[:, 3], 3, errors="HC3").speed_interval
        hits += low <= 0.06 <= high
    assert hits / 400 == pytest.approx(0.95, abs=3.5 * math.sqrt(0.05 * 0.95 / 400))


def test_units_that_diverge_or_overshoot_have_no_half_life() -> None:
    start = np.array([20.0, 40.0, 60.0, 80.0])
    apart = beta_convergence(start, start**1.1, 5)
    assert apart.speed < 0 and math.isnan(apart.half_life)
    past = beta_convergence(start, 100 * start**-0.2, 1)  # b = -1.2
    assert math.isnan(past.speed) and past.notes == (OVERSHOOT,)
    np.testing.assert_array_equal(np.isnan(half_life([0.0, -1.0, NAN, 0.1])), [True, True, True, False])
    assert float(convergence_speed(-0.02, 10)) == pytest.approx(-math.log(0.8) / 10)


@pytest.mark.parametrize("effects", ["both", "unit", "period", "none"])
def test_panel_is_the_regression_with_dummies(effects: str) -> None:
    """Dummies written out; clustered as in Stata's xtreg, fe: the unit effects do not count in K."""
    from statsmodels.api import OLS

    y = moving(25, 6, 0.1, 0.08, 5)
    y[3, 2] = NAN  # takes two steps of one unit
    y[7, 2:] = NAN  # leaves one step, which says nothing beside a unit effect
    x = np.random.default_rng(0).normal(size=(25, 7))
    found = panel_convergence(y, range(2015, 2022), {"x": x}, effects=effects)  # type: ignore[arg-type]
    start, growth = np.log(y[:, :-1]), np.diff(np.log(y), axis=1)
    used = np.isfinite(start + growth)
    if effects in ("both", "unit"):
        used[7] = False
    unit, step = np.nonzero(used)
    parts = [start[used], x[:, :-1][used]]
    if effects in ("both", "unit"):
        parts += [(unit == i).astype(float) for i in np.unique(unit)]
    else:
        parts.append(np.ones(len(unit)))
    if effects in ("both", "period"):
        parts += [(step == t).astype(float) for t in range(1, 6)]
    design = np.column_stack(parts)
    peer = OLS(growth[used], design).fit(cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False})
    assert (found.beta, found.control_beta[0]) == pytest.approx((peer.params[0], peer.params[1]), rel=1e-8)
    n, g = len(unit), len(np.unique(unit))
    k = design.shape[1] - (g if effects in ("both", "unit") else 0)
    factor = g / (g - 1) * (n - 1) / (n - k)
    assert found.se == pytest.approx(peer.bse[0] * math.sqrt(factor), rel=1e-7)
    assert (found.n, found.units, found.df) == (n, g, g - 1)
    assert found.left_out == 25 - g
    plain = panel_convergence(y, range(2015, 2022), {"x": x}, effects=effects, errors="classical")  # type: ignore[arg-type]
    assert plain.se == pytest.approx(OLS(growth[used], design).fit().bse[0], rel=1e-8)
    assert (found.notes == (NICKELL,)) == (effects in ("both", "unit"))


def test_panel_without_noise_gives_the_true_speed_of_each_unit_level() -> None:
    """Units with levels of their own: unit effects take them out; the plain regression is far off."""
    rng = np.random.default_rng(0)
    level, gap = rng.normal(4, 1, (40, 1)), rng.normal(0, 0.3, (40, 1))
    y = np.exp(level + gap * np.exp(-0.15 * np.arange(0, 10, 2)))
    found = panel_convergence(y, range(0, 10, 2), effects="both")
    assert found.speed == pytest.approx(0.15, rel=1e-8) and found.years == 2
    assert panel_convergence(y, range(0, 10, 2), effects="none").speed < 0.1


def test_nickells_bias_has_its_known_sign_and_size() -> None:
    """Nickell (1981): with unit effects and T steps, off by about -(1 + rho)/(T - 1) where T is large."""
    rho, steps = 0.8, 20
    y = moving(2_000, 80, -math.log(rho), 0.1, 4)[:, -steps - 1 :]
    found = panel_convergence(y, range(steps + 1), effects="unit")
    assert found.beta + 1 - rho == pytest.approx(-(1 + rho) / (steps - 1), rel=0.25)


# Sigma.


def test_spread_by_hand() -> None:
    y = np.array([[2.0, 3.0, 4.0], [4.0, 4.0, 4.5], [9.0, 8.0, NAN], [6.0, 5.0, 5.0]])
    full = y[[0, 1, 3]]
    found = sigma_convergence(y, [2020, 2021, 2023])
    np.testing.assert_allclose(found.cv, full.std(axis=0, ddof=1) / full.mean(axis=0))
    np.testing.assert_allclose(found.sd_log, np.log(full).std(axis=0, ddof=1))
    assert found.left_out == 1 and found.n.tolist() == [3, 3, 3] and found.falling
    line = linregress([2020, 2021, 2023], found.cv)
    assert (found.slope, found.slope_p) == pytest.approx((line.slope, line.pvalue))
    # Three of three pairs fall: tau -1, and of the 6 orders two are as extreme.
    assert (found.tau, found.tau_p) == pytest.approx((-1, 1 / 3))
    loose = sigma_convergence(y, [2020, 2021, 2023], balanced=False)
    assert loose.n.tolist() == [4, 4, 3] and loose.left_out == 0
    assert loose.sd[0] == pytest.approx(y[:, 0].std(ddof=1))


def test_spread_of_a_known_process() -> None:
    """ln y closes 10% of its gap a year and nothing else moves: sd_log falls by exactly that."""
    found = sigma_convergence(moving(50, 6, -math.log(0.9), 0.0), range(7), "sd_log")
    np.testing.assert_allclose(found.sd_log[1:] / found.sd_log[:-1], 0.9, rtol=1e-12)


def test_beta_without_sigma() -> None:
    """Galton: units regress to the mean, and shocks keep the spread what it is."""
    noise = 0.5 * math.sqrt(1 - 0.8**2)
    y = moving(4_000, 8, -math.log(0.8), noise, 2)
    assert beta_convergence(y[:, 0], y[:, 8], 8).speed == pytest.approx(-math.log(0.8), rel=0.15)
    sigma = sigma_convergence(y, range(9), "sd_log")
    assert sigma.sd_log == pytest.approx(0.5, rel=0.05)


def test_a_spread_of_nothing_has_no_trend() -> None:
    found = sigma_convergence(np.full((4, 3), 7.0), [1, 2, 3])
    assert found.cv.tolist() == [0, 0, 0] and found.slope == 0 and math.isnan(found.slope_p)


GOOD = moving(10, 3, 0.1, 0.01)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: beta_convergence([1, 0, 3, 4], [1, 2, 3, 4], 1), "distribution-not-positive"),
        (lambda: beta_convergence([1, 2, 3, 4], [1, -2, 3, 4], 1), "distribution-not-positive"),
        (lambda: beta_convergence([5, 5, 5, 5], [1, 2, 3, 4], 1), "distribution-constant"),
        (lambda: beta_convergence([1, NAN, 3], [1, 2, NAN], 1), "distribution-few"),
        (lambda: beta_convergence([1, 2, 3], [1, 2], 1), "distribution-shape"),
        (lambda: beta_convergence([1, 2, 3, 4], [1, 2, 3, 4], 0), "number-range"),
        (lambda: beta_convergence([1, 2, 3, 4], [1, 2, 3, 4], 1, errors="HC9"), "bad-choice"),  # type: ignore[arg-type]
        (lambda: beta_convergence([1, 2, 3, 4], [1, 2, 3, 5], 1, errors="cluster"), "needs-key"),
        (lambda: beta_convergence([1, 2, 3, 4], [1, 2, 3, 5], 1, clusters=["a"] * 4), "no-effect"),
        (
            lambda: beta_convergence([1, 2, 3, 4], [1, 2, 3, 5], 1, errors="cluster", clusters=["a"] * 4),
            "distribution-few",
        ),
        (lambda: beta_convergence(GOOD[:, 0], GOOD[:, 3], 3, {"c": np.ones(10)}), "convergence-controls"),
        (
            lambda: beta_convergence(GOOD[:, 0], GOOD[:, 3], 3, {"c": 2 * np.log(GOOD[:, 0]) + 1}),
            "convergence-controls",
        ),
        (lambda: beta_convergence(GOOD[:, 0], GOOD[:, 3], 3, {"c": np.ones(9)}), "distribution-shape"),
        (lambda: panel_convergence(GOOD, [1, 2, 4, 5]), "convergence-periods"),
        (lambda: panel_convergence(GOOD, [1, 2, 3]), "distribution-shape"),
        (lambda: panel_convergence(GOOD, [1, 2, 3, 4], effects="all"), "bad-choice"),  # type: ignore[arg-type]
        (lambda: panel_convergence(GOOD, [1, 2, 3, 4], {"c": np.arange(10.0)}), "convergence-controls"),
        (
            lambda: panel_convergence(GOOD, [1, 2, 3, 4], errors="classical", clusters=range(10)),
            "no-effect",
        ),
        (lambda: sigma_convergence(GOOD, [4, 3, 2, 1]), "convergence-periods"),
        (lambda: sigma_convergence(GOOD, ["a", "b", "c", "d"]), "convergence-periods"),  # type: ignore[list-item]
        (lambda: sigma_convergence(GOOD[:, :1], [1]), "distribution-few"),
        (lambda: sigma_convergence(GOOD[:1], [1, 2, 3, 4]), "distribution-few"),
        (lambda: sigma_convergence(-GOOD, [1, 2, 3, 4]), "distribution-not-positive"),
        (lambda: sigma_convergence(GOOD, [1, 2, 3, 4], "gini"), "bad-choice"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_asked_is_refused_in_both_languages(call: Callable[[], object], code: str) -> None:
    with pytest.raises(InputError) as caught:
        call()
    (fault,) = caught.value.faults
    assert fault.code == code
    assert "{" not in fault.text("zh") + fault.text("en")


def test_a_country_over_ten_periods() -> None:
    y = moving(2_844, 9, 0.05, 0.05)
    y[np.random.default_rng(0).random(y.shape) < 0.03] = NAN
    assert panel_convergence(y, range(10)).units == 2_844
    assert sigma_convergence(y, range(10), balanced=False).falling
