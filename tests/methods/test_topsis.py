"""TOPSIS against pymcdm and scikit-criteria, identities, and its stated answers."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from yitihua.errors import InputError
from yitihua.index.aggregate.topsis import NORMS, fit_topsis, topsis


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(3).uniform(5.0, 95.0, (40, 6))


@pytest.fixture
def weights() -> np.ndarray:
    return np.array([0.3, 0.25, 0.2, 0.1, 0.1, 0.05])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("vector", "vector_normalization"),
        ("minmax", "minmax_normalization"),
        ("sum", "sum_normalization"),
        ("none", None),
    ],
)
def test_agrees_with_pymcdm(x: np.ndarray, weights: np.ndarray, ours: str, theirs: str | None) -> None:
    """Oracle: pymcdm TOPSIS, which weights the matrix."""
    from pymcdm import normalizations
    from pymcdm.methods import TOPSIS

    function = getattr(normalizations, theirs) if theirs else (lambda column, cost: column)
    expected = TOPSIS(function)(x, weights, np.ones(6))
    np.testing.assert_allclose(topsis(x, weights, fit_topsis(x, ours)), expected, rtol=1e-12)


@pytest.mark.parametrize("metric", ["euclidean", "cityblock"])
def test_agrees_with_scikit_criteria(x: np.ndarray, weights: np.ndarray, metric: str) -> None:
    """Oracle: scikit-criteria's vector scaler and TOPSIS."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import skcriteria
        from skcriteria.agg.topsis import TOPSIS
        from skcriteria.preprocessing.scalers import VectorScaler

        data = skcriteria.mkdm(x, [max] * 6, weights=weights)
        expected = TOPSIS(metric=metric).evaluate(VectorScaler(target="matrix").transform(data)).e_.similarity
    np.testing.assert_allclose(topsis(x, weights, fit_topsis(x), metric=metric), expected, rtol=1e-12)


def test_published_water_quality() -> None:
    """SOURCES.md S8 (mathmodels-book, TOPSIS chapter): 20 rivers, entropy weights and closeness as printed there.

    Acidity is best at 7; germs are better the fewer; nutrients are printed to three digits, hence the tolerance.
    """
    oxygen = [
        4.69, 2.03, 9.11, 8.61, 7.13, 2.39, 7.69, 9.3, 5.45, 6.19, 7.93, 4.4, 7.46, 2.01, 2.04, 7.73, 6.35,
        8.29, 3.54, 7.44,
    ]  # fmt: skip
    ph = np.array([
        6.59, 7.86, 6.31, 7.05, 6.5, 6.77, 6.79, 6.81, 7.62, 7.27, 7.53, 7.28, 8.24, 5.55, 6.4, 6.14, 7.58,
        8.41, 7.27, 6.26,
    ])  # fmt: skip
    germs = np.array([51, 19, 46, 46, 50, 38, 38, 27, 5, 17, 9, 17, 23, 47, 23, 52, 25, 39, 54, 8.0])
    nutrients = [
        1, 0.694, 0.906, 0.444, 0.691, 0.601, 0.655, 0, 1, 0.785, 0.699, 0.542, 1, 0.455, 1, 1, 0.182, 1,
        0.409, 0.273,
    ]  # fmt: skip
    x = np.column_stack([oxygen, 1 - np.abs(ph - 7) / np.abs(ph - 7).max(), -germs, nutrients])
    weights = [0.3153202, 0.1813149, 0.3506929, 0.1526721]
    published = [
        0.3841556, 0.4852199, 0.5021310, 0.5084128, 0.4226200, 0.3945085, 0.5502261, 0.6258551, 0.7260529, 0.7138447,
        0.8091923, 0.6159619, 0.6007565, 0.1593096, 0.4974685, 0.4250799, 0.5565555, 0.4815844, 0.3070290, 0.7098355,
    ]  # fmt: skip
    np.testing.assert_allclose(topsis(x, weights, fit_topsis(x)), published, atol=1e-4)


def test_weights_in_the_distance_written_out(x: np.ndarray, weights: np.ndarray) -> None:
    """SOURCES.md section 5, second convention: sqrt(sum_j w_j (b_ij - b_j)^2)."""
    b = x / np.sqrt((x**2).sum(axis=0))
    far = [np.sqrt(sum(w * (row[j] - b[:, j].max()) ** 2 for j, w in enumerate(weights))) for row in b]
    near = [np.sqrt(sum(w * (row[j] - b[:, j].min()) ** 2 for j, w in enumerate(weights))) for row in b]
    expected = np.array(near) / (np.array(far) + np.array(near))
    np.testing.assert_allclose(topsis(x, weights, fit_topsis(x), weights_in="distance"), expected, rtol=1e-12)


def test_the_two_conventions_move_ranks() -> None:
    """SOURCES.md section 5 measured up to 35 places on 90 x 8 random values with Dirichlet weights."""
    rng = np.random.default_rng(0)
    moved = []
    for _ in range(20):
        x, w = rng.uniform(0, 100, (90, 8)), rng.dirichlet(np.ones(8))
        ranks = [stats.rankdata(-topsis(x, w, fit_topsis(x), weights_in=one)) for one in ("matrix", "distance")]
        moved.append(np.abs(ranks[0] - ranks[1]).max())
    assert max(moved) > 20


def test_equal_weights_make_the_conventions_one(x: np.ndarray) -> None:
    """A common factor of both distances cancels in D- / (D+ + D-)."""
    w, numbers = np.ones(6), fit_topsis(x)
    np.testing.assert_allclose(topsis(x, w, numbers), topsis(x, w, numbers, weights_in="distance"))


#: Found by a search over small tables; the closeness is worked out by the formula in the test below.
REVERSES = np.array([[50.0, 90.0, 100.0], [50.0, 40.0, 80.0], [90.0, 20.0, 60.0], [20.0, 80.0, 90.0]])


def test_ideals_of_the_sample_can_reverse_ranks() -> None:
    """Without the last unit, which is best in nothing, the first overtakes the third."""
    w = [0.5, 0.3, 0.2]
    with_all = topsis(REVERSES, w, fit_topsis(REVERSES))
    without = topsis(REVERSES[:3], w, fit_topsis(REVERSES[:3]))
    assert with_all[2] > with_all[0]
    assert without[0] > without[2]
    from pymcdm.methods import TOPSIS
    from pymcdm.normalizations import vector_normalization

    oracle = TOPSIS(vector_normalization)
    np.testing.assert_allclose(without, oracle(REVERSES[:3], np.array(w), np.ones(3)))


POINTS = hnp.arrays(float, (6, 3), elements=st.integers(0, 100).map(float))


@given(POINTS, st.integers(0, 5))
def test_fixed_ideals_keep_scores_when_a_unit_leaves(x: np.ndarray, gone: int) -> None:
    """Nothing fitted depends on the units, so no score moves: SOURCES.md section 5."""
    rest = np.delete(x, gone, axis=0)
    w = [0.5, 0.3, 0.2]
    whole, part = (topsis(one, w, fit_topsis(one, "none", "scale")) for one in (x, rest))
    np.testing.assert_array_equal(np.delete(whole, gone), part)


@given(POINTS, st.integers(0, 2), st.floats(0.0, 50.0))
def test_more_points_never_lower_the_score(x: np.ndarray, j: int, more: float) -> None:
    numbers, w = fit_topsis(x), [0.5, 0.3, 0.2]
    better = x.copy()
    better[:, j] += more
    before, after = topsis(x, w, numbers), topsis(better, w, numbers)
    assert (after >= before - 1e-12)[np.isfinite(before)].all()


def test_beyond_the_ideal_is_the_ideal(x: np.ndarray, weights: np.ndarray) -> None:
    numbers = fit_topsis(x)
    found = topsis(
        np.vstack([numbers["best"], numbers["best"] + 9, numbers["worst"], numbers["worst"] - 9]), weights, numbers
    )
    np.testing.assert_array_equal(found, [1.0, 1.0, 0.0, 0.0])


def test_invariances(x: np.ndarray, weights: np.ndarray) -> None:
    """Vector norms take out a factor of a column, min-max norms also a shift."""
    factor = np.array([1.0, 2.0, 0.5, 10.0, 3.0, 7.0])
    base = topsis(x, weights, fit_topsis(x))
    np.testing.assert_allclose(topsis(x * factor, weights, fit_topsis(x * factor)), base)
    shifted = x * factor + 11.0
    base = topsis(x, weights, fit_topsis(x, "minmax"))
    np.testing.assert_allclose(topsis(shifted, weights, fit_topsis(shifted, "minmax")), base)


def test_one_child_is_min_max() -> None:
    """(x - min) / (max - min): D- is the distance to the worst, D+ + D- the range."""
    x = np.array([[10.0], [25.0], [40.0]])
    for norm in NORMS:
        np.testing.assert_allclose(topsis(x, [3.0], fit_topsis(x, norm)), [0.0, 0.5, 1.0])


def test_constant_child_is_left_out(x: np.ndarray, weights: np.ndarray) -> None:
    constant = x.copy()
    constant[:, 2] = 50.0
    zeros = x.copy()
    zeros[:, 2] = 0.0
    kept = [0, 1, 3, 4, 5]
    for norm in NORMS:
        expected = topsis(x[:, kept], weights[kept], fit_topsis(x[:, kept], norm))
        for one in (constant, zeros):
            np.testing.assert_allclose(topsis(one, weights, fit_topsis(one, norm)), expected)


def test_nothing_to_tell_units_apart_is_no_score() -> None:
    """D+ = D- = 0."""
    same = np.full((3, 2), 7.0)
    assert np.isnan(topsis(same, [1.0, 1.0], fit_topsis(same))).all()
    nothing = np.full((2, 2), np.nan)
    assert np.isnan(topsis(nothing, [1.0, 1.0], fit_topsis(nothing))).all()
    assert topsis(np.empty((0, 2)), [1.0, 1.0], fit_topsis(same)).shape == (0,)


@pytest.mark.parametrize("weights_in", ["matrix", "distance"])
@pytest.mark.parametrize("metric", ["euclidean", "cityblock"])
def test_missing_child_is_left_out(x: np.ndarray, weights: np.ndarray, weights_in: str, metric: str) -> None:
    holed = x.copy()
    holed[3, 1] = np.nan
    numbers = fit_topsis(x)
    kept = [0, 2, 3, 4, 5]
    part = {name: values[kept] for name, values in numbers.items()}
    found = topsis(holed, weights, numbers, weights_in, metric)
    assert found[3] == pytest.approx(topsis(x[3:4, kept], weights[kept], part, weights_in, metric)[0])
    np.testing.assert_allclose(np.delete(found, 3), np.delete(topsis(x, weights, numbers, weights_in, metric), 3))
    # What is missing does not enter the norms and ideals either.
    assert fit_topsis(holed)["norm"][1] == pytest.approx(np.sqrt((np.delete(x[:, 1], 3) ** 2).sum()))


def test_stated_ideals() -> None:
    x = np.array([[20.0, 80.0]])
    found = topsis(x, [1.0, 1.0], fit_topsis(x, "none", "stated", best=80.0, worst=20.0))
    assert found[0] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda x: fit_topsis(x, "l2"), "bad-choice"),
        (lambda x: fit_topsis(x, ideal="best"), "bad-choice"),
        (lambda x: fit_topsis(x, ideal="stated"), "aggregate-ideals"),
        (lambda x: fit_topsis(x, ideal="stated", best=1.0, worst=2.0), "aggregate-ideals"),
        (lambda x: fit_topsis(-x, "sum"), "aggregate-negative"),
        (lambda x: topsis(x, [1.0], fit_topsis(x)), "aggregate-shape"),
        (lambda x: topsis(x, [-1.0] + [1.0] * 5, fit_topsis(x)), "aggregate-weights"),
        (lambda x: topsis(x, [0.0] * 6, fit_topsis(x)), "aggregate-weights"),
        (lambda x: topsis(np.where(x > 90, np.inf, x), [1.0] * 6, fit_topsis(x)), "aggregate-infinite"),
        (lambda x: topsis(x, [1.0] * 6, fit_topsis(x), weights_in="both"), "bad-choice"),
        (lambda x: topsis(x, [1.0] * 6, fit_topsis(x), metric="chebyshev"), "bad-choice"),
    ],
)
def test_refuses(x: np.ndarray, call: object, code: str) -> None:
    with pytest.raises(InputError) as caught:
        call(x)  # type: ignore[operator]
    assert [fault.code for fault in caught.value.faults] == [code]
    assert "{" not in caught.value.faults[0].text("zh") + caught.value.faults[0].text("en")
