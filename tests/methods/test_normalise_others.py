"""Vector, fractions, bands, best values and logistic points: against libraries, by hand, and what must always hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pymcdm.normalizations as pymcdm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special, stats

import yitihua as yt
from yitihua.definitions.methods import NORMALISE
from yitihua.index.normalise.bands import bands, quantile_cuts
from yitihua.index.normalise.best import nearness, reach_of_best
from yitihua.index.normalise.distances import dist2max, fracmax
from yitihua.index.normalise.lines import range_of
from yitihua.index.normalise.logistic import logistic
from yitihua.index.normalise.method import Sample
from yitihua.index.normalise.vector import vector
from yitihua.index.recipe import Recipe

UP, DOWN = np.array([True]), np.array([False])


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(4).lognormal(size=(40, 3))


@pytest.mark.parametrize("cost", [False, True])
def test_vector_and_fraction_equal_pymcdm(x: np.ndarray, cost: bool) -> None:
    """pymcdm.normalizations.vector_normalization and max_normalization."""
    positive = np.full(3, not cost)
    expected = np.column_stack([pymcdm.vector_normalization(column, cost) for column in x.T])
    np.testing.assert_allclose(vector(x, positive).points(x), expected, atol=1e-15)
    expected = np.column_stack([pymcdm.max_normalization(column, cost) for column in x.T])
    np.testing.assert_allclose(fracmax(x, positive).points(x), expected, atol=1e-15)


def test_vector_leaves_missing_cells_out_of_the_length_and_does_not_overflow() -> None:
    """By hand: 3-4-5."""
    x = np.array([[3e200], [4e200], [np.nan]])
    np.testing.assert_allclose(vector(x, UP).points(x).ravel(), [0.6, 0.8, np.nan])


def test_logistic_equals_scipy(x: np.ndarray) -> None:
    """scipy.special.expit of scipy.stats.zscore with n - 1."""
    z = stats.zscore(x, ddof=1)
    found = logistic(x, x.mean(axis=0), x.std(axis=0, ddof=1), np.array([True, False, True]), 1.7)
    np.testing.assert_allclose(found, special.expit(1.7 * z * [1, -1, 1]), atol=1e-15)
    assert logistic(np.array([[1e300]]), np.zeros(1), np.ones(1), UP).item() == 1.0


def test_bands_by_hand() -> None:
    """A value on a cut belongs to the better band: above it where more is better, below where less is."""
    x = np.array([0.0, 10.0, 15.0, 20.0, 99.0, np.nan])
    cuts, points = np.array([10.0, 20.0]), np.array([0.0, 60.0, 100.0])
    np.testing.assert_array_equal(bands(x, cuts, points, True), [0, 60, 60, 100, 100, np.nan])
    np.testing.assert_array_equal(bands(x, cuts, points, False), [100, 100, 60, 60, 0, np.nan])


def test_quantile_bands_mirror_each_other() -> None:
    """-x with more is better has the points of x with less is better."""
    x = np.random.default_rng(2).normal(size=83)
    q, points = np.array([0.1, 0.4, 0.8]), np.array([0.0, 1.0, 2.0, 3.0])
    up = bands(-x, quantile_cuts(-x, q, True), points, True)
    down = bands(x, quantile_cuts(x, q, False), points, False)
    np.testing.assert_array_equal(up, down)
    assert np.bincount(up.astype(int)).tolist() == [9, 24, 33, 17]  # 82 steps: cuts at 8.2, 32.8 and 65.6


def test_middle_best_by_the_formula() -> None:
    """SOURCES.md, section 0: 1 - |x - c| / max|x - c|."""
    x = np.array([[1.0], [4.0], [7.0], [11.0]])
    expected = 1 - np.abs(x - 5) / np.abs(x - 5).max()
    np.testing.assert_allclose(nearness(x, 5.0, 5.0, reach_of_best(x, 5.0, 5.0)), expected)


def test_interval_best_by_the_formula() -> None:
    """SOURCES.md, section 0: M = max(a - min, max - b); 1 - (a - x)/M below, 1 inside, 1 - (x - b)/M above."""
    x, a, b = np.array([1.0, 3.0, 4.0, 5.0, 6.0, 12.0]), 4.0, 6.0
    m = max(a - x.min(), x.max() - b)
    expected = [1 - (a - v) / m if v < a else 1 - (v - b) / m if v > b else 1.0 for v in x]
    column = x[:, None]
    np.testing.assert_allclose(nearness(column, a, b, reach_of_best(column, a, b)).ravel(), expected)


def test_a_sample_inside_the_interval_is_all_best() -> None:
    x = np.array([[4.0], [5.0]])
    reach = reach_of_best(x, 3.0, 6.0)
    np.testing.assert_array_equal(nearness(np.array([[4.0], [9.0]]), 3.0, 6.0, reach).ravel(), [1.0, -np.inf])


# Through the registry -------------------------------------------------------------------------------------------------

#: Every normalisation of this task with settings that suit a positive column.
RULES: dict[str, dict] = {
    "dist2max": {},
    "dist2ref": {"reference": "u3"},
    "dist2targ": {"target": 1e6},
    "fracmax": {},
    "borda": {"ties": "average"},
    "scaled": {},
    "vector": {},
    "bands": {"cuts": (0.5, 1.0, 2.0)},
    "quantile_bands": {},
    "middle_best": {"best": 1.0},
    "interval_best": {"best_from": 0.8, "best_to": 1.2},
    "logistic": {"steepness": 0.5},
}
#: Nothing is fitted, so that a constant column can be judged.
STATED = {"scaled", "bands"}
NOT_MONOTONE = {"middle_best", "interval_best"}


def points_of(name: str, x: np.ndarray, positive: bool = True, later: np.ndarray | None = None, **more) -> np.ndarray:
    """Return points of a column by a registered method."""
    method, scale = NORMALISE[name], (0.0, 100.0)
    settings = method.settings(RULES[name] | more)
    sample = Sample(x, positive, scale, units=tuple(f"u{i}" for i in range(len(x))), code="a")
    fitted = method.fit(sample, settings)
    fitted = type(fitted)(**{**vars(fitted), "method": name, "settings": tuple(settings.items())})
    values = x if later is None else later
    if method.apply is not None:
        return method.apply(values, fitted, positive, scale)[0]
    numbers = [np.array([np.nan if v is None else v]) for v in (fitted.origin, fitted.width, fitted.gain, fitted.base)]
    from yitihua.index.normalise import affine

    return affine(values[:, None], *numbers)[:, 0]


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("positive", [True, False])
def test_constant_empty_and_missing(name: str, positive: bool) -> None:
    """A column without spread has no points under a fitted method; a missing cell has none under any."""
    more = {"target": -1e6} if name == "dist2targ" and not positive else {}
    constant = points_of(name, np.full(9, 0.1), positive, **more)
    assert np.isfinite(constant).all() if name in STATED else np.isnan(constant).all()
    assert np.isnan(points_of(name, np.full(9, np.nan), positive, **more)).all()
    x = np.random.default_rng(3).lognormal(size=30)
    x[::4] = np.nan
    found = points_of(name, x, positive, **more)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(x))
    whole = points_of(name, x[np.isfinite(x)], positive, **(more | ({"reference": "u2"} if name == "dist2ref" else {})))
    np.testing.assert_allclose(found[np.isfinite(x)], whole, rtol=1e-12)  # u3 is the third that is observed


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("positive", [True, False])
def test_points_depend_on_the_value_and_the_fitted_numbers_alone(name: str, positive: bool) -> None:
    """What a recipe needs to score next year: the same value gets the same points in any company."""
    more = {"target": -1e6} if name == "dist2targ" and not positive else {}
    x = np.random.default_rng(5).lognormal(size=50)
    whole = points_of(name, x, positive, **more)
    for rows in (np.arange(49, -1, -1), np.arange(7)):
        np.testing.assert_array_equal(points_of(name, x, positive, later=x[rows], **more), whole[rows])


@pytest.mark.parametrize("name", sorted(set(RULES) - NOT_MONOTONE))
@pytest.mark.parametrize("positive", [True, False])
@given(x=arrays(float, 12, elements=st.floats(0.125, 64, width=32)))
def test_a_better_value_never_gets_less(name: str, positive: bool, x: np.ndarray) -> None:
    x = np.append(x, [0.1, 65.0])
    more = {"target": -1e6} if name == "dist2targ" and not positive else {}
    if name == "dist2ref":
        x[3] = 30.0
    order = np.argsort(x if positive else -x)
    found = points_of(name, x, positive, **more)[order]
    assert (np.diff(found) >= -1e-9).all()


@given(
    x=arrays(float, 12, elements=st.integers(1, 1000)),
    shift=st.integers(0, 10).map(float),
    times=st.sampled_from([0.5, 4.0, 16.0]),
)
def test_what_units_of_measurement_do_not_change(x: np.ndarray, shift: float, times: float) -> None:
    """Distances to the best do not know origin or unit; vector and fraction do not know the unit."""
    if np.ptp(x) == 0:
        return
    column, other = x[:, None], (x * times + shift)[:, None]
    np.testing.assert_allclose(dist2max(other, UP).points(other), dist2max(column, UP).points(column), atol=1e-12)
    scaled = column * times
    for rule in (vector, fracmax):
        for way in (UP, DOWN):
            np.testing.assert_allclose(rule(scaled, way).points(scaled), rule(column, way).points(column), atol=1e-12)


def test_batches_of_columns(x: np.ndarray) -> None:
    """Leading axes: each block of the batch is fitted to itself."""
    batch = np.stack([x, 3 * x[::-1]])
    for rule in (vector, fracmax, dist2max):
        found = rule(batch, np.array([True, False, True])).points(batch)
        np.testing.assert_allclose(found[1], rule(batch[1], np.array([True, False, True])).points(batch[1]))
    assert range_of(np.empty((0, 2))).low.shape == (2,)


@pytest.fixture(scope="module")
def large() -> np.ndarray:
    """2,844 counties, 51 indicators, 5 % missing, one constant column."""
    rng = np.random.default_rng(9)
    x = rng.lognormal(size=(2844, 51))
    x[rng.random(x.shape) < 0.05] = np.nan
    x[:, 17] = 0.1
    return x


@pytest.mark.parametrize("name", RULES)
def test_every_method_at_the_size_of_china(name: str, large: np.ndarray) -> None:
    """No warning (they are errors here), no infinity; missing stays missing."""
    large = large.copy()
    large[3] = np.where(np.arange(51) == 17, 0.1, 1.0)  # the reference unit
    for j in range(51):
        found = points_of(name, large[:, j], True)
        assert not np.isinf(found).any()
        if j != 17:
            np.testing.assert_array_equal(np.isnan(found), np.isnan(large[:, j]))


def frame(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"unit": [f"u{i}" for i in range(len(next(iter(columns.values()))))], **columns})


@pytest.mark.parametrize("name", sorted(RULES))
def test_through_an_edition_and_json(name: str) -> None:
    rng = np.random.default_rng(6)
    data = frame(**{code: rng.uniform(0.01, 0.99, 12).round(3).tolist() for code in ("osi", "tii", "hci")})
    rule = {"method": name, **RULES[name]}
    if name == "bands":
        rule["points"] = [0, 0.2, 0.5, 1]
    board = yt.evaluate("egdi-2022", data, normalise=rule)
    again = Recipe.from_json(board.recipe.to_json())
    assert again == board.recipe
    np.testing.assert_array_equal(yt.apply(board.table, again).total, board.total)
    assert np.isfinite(board.total).all()


def test_what_lies_beyond_a_best_interval_later_is_cut_and_flagged() -> None:
    data = frame(osi=[0.1, 0.5, 0.7], tii=[0.1, 0.2, 0.3], hci=[0.1, 0.2, 0.3])
    rule = {"method": "minmax", "indicators": {"osi": {"method": "interval_best", "best_from": 0.4, "best_to": 0.6}}}
    board = yt.evaluate("egdi-2022", data, normalise=rule)
    np.testing.assert_allclose(board.normalised[:, 0], [0.0, 1.0, 2 / 3])  # M = 0.3
    later = yt.apply(yt.read_table(yt.load_edition("egdi-2022"), data.assign(osi=[0.0, 0.5, 2.0])), board.recipe)
    np.testing.assert_array_equal(later.normalised[:, 0], [0.0, 1.0, 0.0])
    np.testing.assert_array_equal(later.clipped[:, 0], [True, False, True])


REFUSED = [
    ({"method": "bands"}, "needs-key", None),
    ({"method": "bands", "cuts": [2, 1]}, "bad-value", "must rise"),
    ({"method": "bands", "cuts": [1, 2], "points": [0, 1]}, "bad-value", "one more than there are cuts"),
    ({"method": "bands", "cuts": [1], "points": [1, 0]}, "bad-value", "must not fall, from the worst band to the best"),
    ({"method": "bands", "cuts": [1], "points": [0, 700]}, "bad-value", "beyond the scale"),
    ({"method": "quantile_bands", "quantiles": [0.5, 0.2]}, "bad-value", "must rise between 0 and 1"),
    ({"method": "interval_best", "best_from": 2, "best_to": 1}, "bad-value", "best_to must not be below best_from"),
    ({"method": "middle_best"}, "needs-key", None),
    ({"method": "logistic", "steepness": 0}, "bad-value", None),
]


@pytest.mark.parametrize(("rule", "code", "reason"), REFUSED)
def test_bad_settings_are_refused(rule: dict, code: str, reason: str | None) -> None:
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("asem", normalise=rule)
    assert [fault.code for fault in caught.value.faults] == [code]
    fault = caught.value.faults[0]
    assert reason is None or fault.details["reason"] == reason
    assert reason is None or reason not in fault.text("zh")  # it is translated
