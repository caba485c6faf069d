"""Box-Cox, asinh and logarithms: lambda against SciPy, slopes by differences, and the table of before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

import yitihua as yt
from yitihua.definitions.methods import TREAT
from yitihua.index.recipe import Treatment
from yitihua.index.treat import bent_by, curve_for, treated_by
from yitihua.index.treat.boxcox import box_cox, fitted_lambda, log_likelihood
from yitihua.index.treat.report import board_treatment, shapes, treatment_frame, treatment_rows


def fitted(name: str, x: np.ndarray, room: tuple[float, ...] = (), **stated: object) -> Treatment:
    method = TREAT[name]
    return method.fit(x, method.settings(stated), room, "a")


@pytest.mark.parametrize("seed", range(5))
def test_lambda_is_scipys(seed: int) -> None:
    """scipy.stats.boxcox maximises the same likelihood, by Brent's method without bounds."""
    x = np.random.default_rng(seed).gamma(2.0, 3.0, 80) + 0.1
    transformed, power = stats.boxcox(x)
    assert abs(fitted_lambda(x) - power) < 1e-6
    np.testing.assert_allclose(box_cox(x, power), transformed, rtol=1e-9)
    differences = [log_likelihood(x, p) - stats.boxcox_llf(p, x) for p in (-1.0, 0.0, 0.4, 2.0)]
    np.testing.assert_allclose(differences, differences[0], atol=1e-9)  # equal but for a constant


def test_lambda_of_a_lognormal_is_0_and_of_a_square_root_normal_a_half() -> None:
    """The truth is known: ln x, and 2 (sqrt(x) - 1), are normal quantiles."""
    z = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    assert abs(fitted_lambda(np.exp(z))) < 1e-6
    assert abs(fitted_lambda((10 + z) ** 2) - 0.5) < 1e-3


@given(times=st.sampled_from([1e-6, 1.0, 1e6]))
def test_lambda_does_not_know_the_unit(times: float) -> None:
    x = np.random.default_rng(1).lognormal(size=60)
    assert abs(fitted_lambda(x * times) - fitted_lambda(x)) < 1e-6


def test_near_0_box_cox_is_the_logarithm() -> None:
    x = np.array([0.1, 1.0, 50.0])
    np.testing.assert_allclose(box_cox(x, 1e-13), np.log(x), rtol=1e-11)


def test_shifts_of_box_cox() -> None:
    x = np.array([-3.0, 1.0, 8.0, np.nan])
    made = fitted("boxcox", x, **{"lambda": 2.0})
    np.testing.assert_allclose(bent_by(x, made), [0.0, 12.0, 71.5, np.nan])  # (y^2 - 1)/2 of 1, 5, 12
    assert made.lower == -3.0
    np.testing.assert_allclose(treated_by(np.array([-9.0]), made, "a", ["u"]), [0.0])  # raised to the smallest
    stated = fitted("boxcox", x, **{"lambda": 2.0, "shift": 5.0})
    np.testing.assert_allclose(bent_by(x, stated), [1.5, 17.5, 84.0, np.nan])
    with pytest.raises(yt.InputError) as caught:
        fitted("boxcox", x, **{"lambda": 2.0, "shift": "none"})
    assert [fault.code for fault in caught.value.faults] == ["log-domain"]


def test_asinh_by_hand() -> None:
    """asinh(v) = ln(v + sqrt(v^2 + 1)); the scale is the median size of what is not 0."""
    x = np.array([-6.0, 0.0, 2.0, 4.0, np.nan])
    made = fitted("asinh", x)
    assert dict(made.numbers)["scale"] == (4.0,)
    v = x / 4.0
    np.testing.assert_allclose(bent_by(x, made), np.log(v + np.sqrt(v * v + 1)))
    assert bent_by(np.array([1e300]), made)[0] > 600


CURVED = [
    ("log_ct", {}),
    ("log_ct_plus", {}),
    ("log_ct_orig", {}),
    ("log_gii", {}),
    ("boxcox", {}),
    ("boxcox", {"lambda": -0.7}),
    ("boxcox", {"lambda": 0.0}),
    ("asinh", {}),
    ("asinh", {"asinh_scale": 0.01}),
    ("winsorise", {"then": "boxcox", "skew": 0.1, "kurtosis": -9.0, "max_winsorised": 1}),
]


@pytest.mark.parametrize(("name", "stated"), CURVED)
@pytest.mark.parametrize("mirrored", [False, True])
def test_slopes_are_derivatives_and_words_say_the_curve(name: str, stated: dict, mirrored: bool) -> None:
    """Central differences; every curve rises."""
    x = np.random.default_rng(2).lognormal(1.0, 1.0, 50)
    x = 60.0 - x if mirrored else x
    made = fitted(name, x, **stated)
    curve, numbers = curve_for(made)  # type: ignore[misc]
    at = np.sort(x)[1:-1]
    step = 1e-6 * np.maximum(1.0, np.abs(at))
    differences = (curve.transform(at + step, numbers) - curve.transform(at - step, numbers)) / (2 * step)
    np.testing.assert_allclose(curve.slope(at, numbers), differences, rtol=1e-4)
    assert (np.diff(curve.transform(np.sort(x), numbers)) > 0).all()
    assert curve.inside(x, numbers).all()
    assert all("x" in words for words in curve.words(numbers))


@pytest.mark.parametrize(("name", "stated"), CURVED)
def test_goalposts_have_an_image(name: str, stated: dict) -> None:
    x = np.random.default_rng(2).lognormal(1.0, 1.0, 50)
    made = fitted(name, x, room=(-40.0, 300.0), **stated)
    curve, numbers = curve_for(made)  # type: ignore[misc]
    assert curve.inside(np.array([-40.0, 300.0]), numbers).all()


NAMES = ["log_ct", "log_ct_plus", "log_ct_orig", "log_gii", "boxcox", "asinh", "winsorise"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("x", [np.full(9, 2.0), np.full(9, np.nan), np.empty(0), np.array([np.nan, 0.0, 0.0])])
def test_constant_and_empty_columns_are_left_alone(name: str, x: np.ndarray) -> None:
    made = fitted(name, x)
    assert made.outcome == "nothing to treat"
    np.testing.assert_array_equal(treated_by(x, made, "a", ["u"] * len(x)), x)


@pytest.mark.parametrize("name", NAMES)
def test_every_treatment_at_the_size_of_china(name: str) -> None:
    """2,844 counties, 51 indicators, zeros, missing cells, one constant column; no warning, no infinity."""
    rng = np.random.default_rng(9)
    x = np.round(rng.lognormal(1.0, 1.5, size=(2844, 51)), 1)
    x[rng.random(x.shape) < 0.05] = np.nan
    x[:, 17] = 3.0
    stated = {"then": "boxcox", "combine": True} if name == "winsorise" else {}
    treatments = [fitted(name, column, **stated) for column in x.T]
    units = [""] * 2844
    after = np.column_stack([treated_by(c, t, "a", units) for c, t in zip(x.T, treatments, strict=True)])
    np.testing.assert_array_equal(np.isnan(after), np.isnan(x))
    assert not np.isinf(after).any()
    rows = treatment_rows(x, after, treatments, [str(j) for j in range(51)])
    assert len(rows) == 51 and rows[17].before.passed is None


@given(arrays(float, 15, elements=st.integers(0, 50)), st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(x: np.ndarray, random: object) -> None:
    if np.unique(x).size < 3:
        return
    order = np.array(sorted(range(15), key=lambda _: random.random()))  # type: ignore[attr-defined]
    for name in NAMES[:3] + NAMES[5:]:
        one, other = fitted(name, x), fitted(name, x[order])
        np.testing.assert_allclose(
            treated_by(x, one, "a", [""] * 15)[order], treated_by(x[order], other, "a", [""] * 15), atol=1e-12
        )


def test_a_column_that_winsorising_would_empty() -> None:
    """50 zeros and a 7: with a curve it is bent, without one it stays as it is."""
    x = np.array([0.0] * 50 + [7.0])
    assert fitted("winsorise", x, then="log_ct", combine=True).log_shift is not None
    alone = fitted("winsorise", x)
    assert (alone.lower, alone.upper, alone.outcome) == (None, None, "passed untreated")


# The table of before and after ----------------------------------------------------------------------------------------


def test_table_on_asem() -> None:
    """Skewness and kurtosis by SciPy; points by counting what moved; passes by the JRC rule."""
    board = yt.evaluate("asem", treat={"method": "winsorise", "then": "log_ct", "skew": 1, "max_winsorised": 2})
    before = yt.evaluate("asem", treat="none").treated
    rows = board_treatment(board)
    assert [row.code for row in rows] == list(board.recipe.codes)
    for j, row in enumerate(rows):
        x, y = before[:, j], board.treated[:, j]
        np.testing.assert_allclose(row.before.skewness, stats.skew(x, bias=False), rtol=1e-9)
        np.testing.assert_allclose(row.after.kurtosis, stats.kurtosis(y, bias=False), rtol=1e-9)
        assert row.before.passed == (abs(row.before.skewness) < 1 or row.before.kurtosis < 3.5)
        assert (row.after.low, row.after.high) == (y.min(), y.max())
        assert row.observed == 51
        if row.outcome == "winsorised":
            assert row.low + row.high == (x != y).sum() > 0
            assert row.after.passed
        elif row.outcome == "log":
            assert row.curve[1].startswith("ln(x")
            assert (row.low, row.high) == (0, 0)
        else:
            assert row.before == row.after
    assert {row.outcome for row in rows} == {"winsorised", "log", "passed untreated"}


def test_table_says_what_no_rule_can_judge() -> None:
    x = np.column_stack([np.full(5, 1.0), [1.0, 2.0, np.nan, np.nan, np.nan], np.full(5, np.nan)])
    found = shapes(x)
    assert [shape.passed for shape in found] == [None, None, None]
    assert [shape.low for shape in found] == [1.0, 1.0, None]
    assert shapes(x, 2.0, 3.5)[1].kurtosis is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_table_as_a_frame(lang: str) -> None:
    rows = board_treatment(yt.evaluate("asem", treat={"method": "boxcox", "when": "outlying"}))
    frame = treatment_frame(rows, lang)
    assert isinstance(frame, pd.DataFrame) and frame.shape == (49, 15)
    curve = frame["变换" if lang == "zh" else "curve"]
    assert curve.str.contains("Box-Cox").sum() == sum(not row.before.passed for row in rows)


def test_logs_of_the_edition_come_before_the_table() -> None:
    """hdi takes ln of income: what comes to treatment is ln(gni)."""
    board = yt.evaluate("hdi", treat="asinh")
    row = {row.code: row for row in board_treatment(board)}[
        next(rule.code for rule in board.recipe.indicators if rule.transform == "ln")
    ]
    assert row.before.high is not None and row.before.high < 20
