"""Rank-sum ratio against the published example of maternal care, scipy's ranks, and stated answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from yitihua.errors import InputError
from yitihua.index.aggregate.rsr import fit_rsr, probit_cuts, rank_ratios, rsr, rsr_grades

#: SOURCES.md S8 (mathmodels-book, RSR chapter): antenatal checks, maternal and perinatal deaths of ten districts.
CARE = np.array(
    [
        [99.54, 96.52, 99.36, 92.83, 91.71, 95.35, 96.09, 99.27, 94.76, 84.80],
        [60.27, 59.67, 43.91, 58.99, 35.40, 44.71, 49.81, 31.69, 22.91, 81.49],
        [16.15, 20.10, 15.60, 17.04, 15.01, 13.93, 17.43, 13.89, 19.87, 23.63],
    ]
).T * [1, -1, -1]
#: Its order in the printed tables: J B D G I A E F C H.
PRINTED = [9, 1, 3, 6, 8, 0, 4, 5, 2, 7]


def test_published_whole_ranks() -> None:
    ranks = rank_ratios(CARE, fit_rsr(CARE)) * 10
    np.testing.assert_allclose(ranks[:, 0], [10, 7, 9, 3, 2, 5, 6, 8, 4, 1])
    np.testing.assert_allclose(ranks[:, 1], [2, 3, 7, 4, 8, 6, 5, 9, 10, 1])
    np.testing.assert_allclose(ranks[:, 2], [6, 2, 7, 5, 8, 9, 4, 10, 3, 1])
    found = rsr(CARE, np.ones(3), fit_rsr(CARE))
    printed = [0.1, 0.4, 0.4, 0.5, 0.567, 0.6, 0.6, 0.667, 0.767, 0.9]
    np.testing.assert_allclose(found[PRINTED], printed, atol=5e-4)


def test_published_regression() -> None:
    """lm(RSR ~ Probit) over the groups, printed to five digits; ties B = D and A = E."""
    found = rsr_grades(rsr(CARE, np.ones(3), fit_rsr(CARE)))
    np.testing.assert_array_equal(found.counts, [1, 2, 1, 1, 2, 1, 1, 1])
    np.testing.assert_array_equal(found.cumulated, [1, 3, 4, 5, 7, 8, 9, 10])
    np.testing.assert_allclose(found.mean_rank, [1, 2.5, 4, 5, 6.5, 8, 9, 10])
    np.testing.assert_allclose(found.frequency, [0.1, 0.25, 0.4, 0.5, 0.65, 0.8, 0.9, 0.975])
    np.testing.assert_allclose(found.probit, [3.72, 4.33, 4.75, 5, 5.39, 5.84, 6.28, 6.96], atol=5e-3)
    assert found.intercept == pytest.approx(-0.60855, abs=5e-6)
    assert found.slope == pytest.approx(0.22169, abs=5e-6)
    assert found.r_squared == pytest.approx(0.9379, abs=5e-5)
    assert found.f == pytest.approx(90.63, abs=5e-3)
    assert found.p == pytest.approx(7.662e-05, abs=5e-9)
    fitted = [0.216, 0.350, 0.350, 0.444, 0.500, 0.585, 0.585, 0.686, 0.784, 0.934]
    np.testing.assert_allclose(found.fitted[PRINTED], fitted, atol=5e-4)


def test_published_interpolated_ranks() -> None:
    """Weights 0.2945205, 0.3631078, 0.3423717 as printed; order J B D G A I E F C H."""
    w = [0.2945205, 0.3631078, 0.3423717]
    values = rsr(CARE, w, fit_rsr(CARE), "interpolated")
    order = [9, 1, 3, 6, 0, 8, 4, 5, 2, 7]
    printed = [0.1, 0.544, 0.578, 0.676, 0.720, 0.725, 0.754, 0.802, 0.826, 0.946]
    np.testing.assert_allclose(values[order], printed, atol=5e-4)
    fitted = [0.366, 0.456, 0.521, 0.576, 0.627, 0.679, 0.734, 0.798, 0.888, 1.03]
    np.testing.assert_allclose(rsr_grades(values).fitted[order][:9], fitted[:9], atol=6e-4)
    assert rsr_grades(values).fitted[7] == pytest.approx(fitted[9], abs=5e-3)  # printed with two decimals


@given(hnp.arrays(float, (8, 3), elements=st.sampled_from([0.0, 1.0, 2.0, 3.5, np.nan])))
def test_whole_ranks_are_scipys(x: np.ndarray) -> None:
    """Ties share their mean; ranks are among those observed."""
    found = rank_ratios(x, fit_rsr(x))
    for j in range(3):
        seen = np.isfinite(x[:, j])
        np.testing.assert_allclose(found[seen, j] * seen.sum(), stats.rankdata(x[seen, j]))
        assert np.isnan(found[~seen, j]).all()


def test_new_units_stand_between_the_old() -> None:
    numbers = fit_rsr(np.array([[10.0], [20.0], [20.0], [40.0]]))
    new = np.array([[5.0], [15.0], [20.0], [30.0], [50.0]])
    np.testing.assert_allclose(rank_ratios(new, numbers).ravel() * 4, [1.0, 1.5, 2.5, 3.5, 4.0])
    np.testing.assert_allclose(rank_ratios(new, numbers, "interpolated").ravel() * 4, [1.0, 1.5, 2.0, 3.0, 4.0])


def test_missing_and_constant() -> None:
    nan = np.nan
    x = np.array([[1.0, 7.0, nan], [2.0, 7.0, 4.0], [nan, 7.0, 5.0], [nan, nan, nan]])
    for ranks in ("whole", "interpolated"):
        ratio = rank_ratios(x, fit_rsr(x), ranks)
        # Two observed, three equal (mean rank 2 of 3), two observed.
        np.testing.assert_allclose(ratio[:, 0], [0.5, 1.0, nan, nan])
        np.testing.assert_allclose(ratio[:3, 1], 2 / 3)
        found = rsr(x, [1.0, 2.0, 1.0], fit_rsr(x), ranks)
        np.testing.assert_allclose(found, [(0.5 + 4 / 3) / 3, (1 + 4 / 3 + 0.5) / 4, (4 / 3 + 1) / 3, nan])
    assert rank_ratios([[3.0]], fit_rsr([[3.0]]))[0, 0] == 1.0
    assert np.isnan(rsr([[3.0]], [1.0], fit_rsr([[nan]]))[0])


def test_usual_cuts() -> None:
    """Equal steps of the probit over 5 -/+ 3; as percentiles 4 and 6 are 15.866 % and 84.134 %."""
    np.testing.assert_allclose(probit_cuts(3), [4, 6])
    np.testing.assert_allclose(probit_cuts(4), [3.5, 5, 6.5])
    np.testing.assert_allclose(probit_cuts(5), [3.2, 4.4, 5.6, 6.8])
    np.testing.assert_allclose(stats.norm.cdf(probit_cuts(3) - 5) * 100, [15.866, 84.134], atol=5e-4)


def test_grades_by_hand() -> None:
    """Six units with one tie: 1/6, 2/6, 3.5/6, 5/6, 1 - 1/24; the second convention takes 4/6 for the tie."""
    values = [0.2, np.nan, 0.4, 0.5, 0.5, 0.7, 0.9]
    found = rsr_grades(values)
    np.testing.assert_allclose(found.frequency, [1 / 6, 2 / 6, 3.5 / 6, 5 / 6, 1 - 1 / 24])
    np.testing.assert_allclose(rsr_grades(values, 3, "cumulated").frequency, [1 / 6, 2 / 6, 4 / 6, 5 / 6, 1 - 1 / 24])
    # Probits 4.03, 4.57, 5.21, 5.97, 6.73: only the last is above 6, none below 4.
    np.testing.assert_array_equal(found.grade, [1, -1, 1, 1, 1, 1, 2])
    np.testing.assert_allclose(found.cuts, found.intercept + found.slope * np.array([4.0, 6.0]))
    assert np.isnan(found.fitted[1])
    # A grade by fitted RSR is the grade by probit.
    np.testing.assert_array_equal(np.searchsorted(found.cuts, found.fitted[[0, 2, 3, 4, 5, 6]]), [1, 1, 1, 1, 1, 2])


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: rank_ratios([[1.0]], fit_rsr([[1.0]]), "dense"), "bad-choice"),
        (lambda: rsr([[1.0]], [1.0, 1.0], fit_rsr([[1.0]])), "aggregate-shape"),
        (lambda: probit_cuts(1), "aggregate-range"),
        (lambda: rsr_grades([0.1, 0.2, 0.3], 11), "aggregate-range"),
        (lambda: rsr_grades([0.1, 0.2, 0.2]), "aggregate-few"),
        (lambda: rsr_grades([0.1, 0.2, 0.3], 3, "rank"), "bad-choice"),
    ],
)
def test_refuses(call: object, code: str) -> None:
    with pytest.raises(InputError) as caught:
        call()  # type: ignore[operator]
    assert [fault.code for fault in caught.value.faults] == [code]
