"""Normalisations of COINr, on ASEM's treated data and its own directions, against its steps written out."""

from __future__ import annotations

import coinr_steps as coinr
import numpy as np
import pytest
from scipy import stats

import yitihua as yt
from yitihua.index.normalise import affine, percentile_rank
from yitihua.index.normalise.borda import borda
from yitihua.index.normalise.distances import dist2max, dist2ref, dist2targ, fracmax
from yitihua.index.normalise.scaled import scaled
from yitihua.index.recipe import Recipe


@pytest.fixture(scope="module")
def board() -> yt.Scoreboard:
    return yt.evaluate("asem")


@pytest.fixture(scope="module")
def treated(board: yt.Scoreboard) -> np.ndarray:
    """As COINr treated them (asem_4_treated.csv)."""
    return coinr.stage("asem_4_treated.csv", list(board.recipe.codes))


@pytest.fixture(scope="module")
def positive(board: yt.Scoreboard) -> np.ndarray:
    return np.array([rule.positive for rule in board.recipe.indicators])


def by_coinr(x: np.ndarray, positive: np.ndarray, f_n: str, **para: object) -> np.ndarray:
    columns = [coinr.normalise_numeric(x[:, j], f_n, 1 if positive[j] else -1, **para) for j in range(x.shape[1])]
    return np.column_stack(columns)


def test_distance_to_the_maximum(treated: np.ndarray, positive: np.ndarray) -> None:
    """R/normalise.R, n_dist2max."""
    found = dist2max(treated, positive).points(treated)
    np.testing.assert_allclose(found, by_coinr(treated, positive, "n_dist2max"), atol=1e-13)
    assert (~positive).sum() > 10  # ASEM has indicators of both directions


@pytest.mark.parametrize("row", [0, 7, 50])
def test_distance_to_a_reference_unit(treated: np.ndarray, positive: np.ndarray, row: int) -> None:
    """R/normalise.R, n_dist2ref. Where the reference unit is the worst COINr divides by 0; here there are no points."""
    found = dist2ref(treated, row, positive).points(treated)
    expected = by_coinr(treated, positive, "n_dist2ref", iref=row)
    possible = np.isfinite(expected).all(axis=0)
    np.testing.assert_allclose(found[:, possible], expected[:, possible], rtol=1e-12, atol=1e-12)
    assert np.isnan(found[:, ~possible]).all()
    np.testing.assert_allclose(found[row, possible], 1.0)


def test_distance_to_a_target(treated: np.ndarray, positive: np.ndarray) -> None:
    """R/normalise.R, n_dist2targ, with Target * Direction as get_iMeta_norm_paras hands it over."""
    low, high = treated.min(axis=0), treated.max(axis=0)
    target = np.where(positive, low + 0.8 * (high - low), high - 0.8 * (high - low))
    found = dist2targ(treated, target, positive).points(treated)
    for j, sign in enumerate(np.where(positive, 1, -1)):
        expected = coinr.normalise_numeric(treated[:, j], "n_dist2targ", sign, targ=target[j] * sign)
        np.testing.assert_allclose(found[:, j], expected, rtol=1e-12, atol=1e-12)


def test_fraction_of_the_maximum(treated: np.ndarray, positive: np.ndarray) -> None:
    """R/normalise.R, n_fracmax; of -x where less is better, which is x / min."""
    possible = positive | (treated.min(axis=0) != 0)
    found = fracmax(treated, positive, "coinr").points(treated)
    expected = by_coinr(treated, positive, "n_fracmax")
    np.testing.assert_allclose(found[:, possible], expected[:, possible], rtol=1e-12)
    assert np.isnan(found[:, ~possible]).all()


def test_coinrs_fraction_gives_worse_units_more_and_ours_does_not(treated: np.ndarray, positive: np.ndarray) -> None:
    """By hand: -x / max(-x) = x / min, which rises with x although less is better."""
    x, down = np.array([[2.0], [4.0], [8.0]]), np.array([False])
    np.testing.assert_array_equal(fracmax(x, down, "coinr").points(x).ravel(), [1.0, 2.0, 4.0])
    np.testing.assert_array_equal(fracmax(x, down).points(x).ravel(), [0.75, 0.5, 0.0])


def test_scaling_by_bounds(treated: np.ndarray, positive: np.ndarray) -> None:
    """R/normalise.R, n_scaled: the bounds are those of the directed values. Times 100 by the scale."""
    lower, upper = np.full(treated.shape[1], -3.0), np.full(treated.shape[1], 17.0)
    found = 100 * scaled(lower, upper, positive).points(treated)
    np.testing.assert_allclose(found, by_coinr(treated, positive, "n_scaled", npara=(-3, 17)), rtol=1e-12, atol=1e-9)


def test_borda_and_percentile_ranks(treated: np.ndarray, positive: np.ndarray) -> None:
    """R/normalise.R, n_borda and n_prank: percentile_rank is the same as COINr's."""
    expected, shares = by_coinr(treated, positive, "n_borda"), by_coinr(treated, positive, "n_prank")
    for j, up in enumerate(positive.tolist()):
        reference = np.sort(treated[:, j])
        np.testing.assert_array_equal(borda(treated[:, j], reference, up), expected[:, j])
        share, cut = percentile_rank(treated[:, j], reference, up, (0.0, 1.0))
        np.testing.assert_allclose(share, shares[:, j], atol=1e-15)
        assert not cut.any()


@pytest.mark.parametrize("ties", ["min", "average", "max"])
@pytest.mark.parametrize("up", [True, False])
def test_borda_shares_ties_as_scipy_ranks(ties: str, up: bool) -> None:
    """scipy.stats.rankdata, which knows the three rules by the same names."""
    x = np.random.default_rng(1).integers(0, 9, 60).astype(float)
    x[::9] = np.nan
    seen = np.isfinite(x)
    expected = np.full(60, np.nan)
    expected[seen] = stats.rankdata(x[seen] if up else -x[seen], method=ties) - 1
    np.testing.assert_array_equal(borda(x, np.sort(x[seen]), up, ties), expected)


@pytest.mark.parametrize("ties", ["min", "average", "max"])
def test_a_later_value_beats_the_sample_it_is_better_than(ties: str) -> None:
    """By hand: 2.5 is better than two of 1, 2, 3, 4 and has no equal; 9 is better than all."""
    found = borda(np.array([0.0, 2.5, 9.0]), np.array([1.0, 2.0, 3.0, 4.0]), True, ties)
    np.testing.assert_array_equal(found, [0.0, 2.0, 4.0])


RUNS = [
    ({"method": "dist2max"}, "n_dist2max", {}, 100.0),
    ({"method": "dist2ref", "reference": "AUT"}, "n_dist2ref", {"iref": 0}, 100.0),
    ({"method": "dist2ref", "reference": "AUT", "cap": True}, "n_dist2ref", {"iref": 0, "cap_max": True}, 100.0),
    ({"method": "fracmax", "negative": "coinr"}, "n_fracmax", {}, 100.0),
    ({"method": "borda"}, "n_borda", {}, 1.0),
    ({"method": "rank"}, "n_rank", {}, 1.0),
    ({"method": "percentile_rank"}, "n_prank", {}, 100.0),
    ({"method": "scaled"}, "n_scaled", {}, 1.0),
    ({"method": "scaled", "scaled_lower": 1.0, "scaled_upper": 10.0}, "n_scaled", {"npara": (1, 10)}, 1.0),
]


@pytest.mark.parametrize(("rule", "f_n", "para", "times"), RUNS)
def test_an_index_is_normalised_as_coinr_does(
    rule: dict, f_n: str, para: dict, times: float, treated: np.ndarray, positive: np.ndarray
) -> None:
    """Through `evaluate`, on the scale 0..100; the recipe survives JSON and scores the same."""
    board = yt.evaluate("asem", normalise=rule)
    assert board.table.units[0] == "AUT"
    expected = times * by_coinr(treated, positive, f_n, **para)
    possible = np.isfinite(expected).all(axis=0) & (treated.max(axis=0) > treated.min(axis=0))
    assert possible.sum() >= 46
    np.testing.assert_allclose(board.normalised[:, possible], expected[:, possible], rtol=1e-9, atol=1e-9)
    again = Recipe.from_json(board.recipe.to_json())
    assert again == board.recipe
    np.testing.assert_array_equal(yt.apply(board.table, again).total, board.total)


def test_a_capped_point_is_flagged() -> None:
    board = yt.evaluate("asem", normalise={"method": "dist2ref", "reference": "AUT", "cap": True})
    free = yt.evaluate("asem", normalise={"method": "dist2ref", "reference": "AUT"})
    np.testing.assert_array_equal(board.clipped, free.normalised > 100)
    assert not free.clipped.any()


def test_targets_are_stated_by_indicator(treated: np.ndarray) -> None:
    codes = list(yt.evaluate("asem").recipe.codes)
    target = float(np.quantile(treated[:, codes.index("LPI")], 0.9))
    rule = {"method": "minmax", "indicators": {"LPI": {"method": "dist2targ", "target": target}}}
    board = yt.evaluate("asem", normalise=rule)
    expected = 100 * coinr.n_dist2targ(treated[:, codes.index("LPI")], target)
    np.testing.assert_allclose(board.normalised[:, codes.index("LPI")], expected, rtol=1e-9)
    together = {"method": "minmax", "indicators": {"LPI": {"method": "dist2targ", "targets": {"LPI": target}}}}
    other = yt.evaluate("asem", normalise=together)
    np.testing.assert_array_equal(other.normalised, board.normalised)
    assert Recipe.from_json(other.recipe.to_json()) == other.recipe


def test_lines_are_the_affine_kernel(treated: np.ndarray, positive: np.ndarray) -> None:
    fitted = dist2max(treated, positive)
    np.testing.assert_array_equal(fitted.points(treated), affine(treated, *fitted))


REFUSED = [
    ({"method": "dist2ref"}, "no-reference"),
    ({"method": "dist2ref", "reference": "Atlantis"}, "unknown-reference"),
    ({"method": "dist2targ"}, "no-target"),
    ({"method": "dist2targ", "target": -1e9}, "target-not-better"),
    ({"method": "scaled", "scaled_upper": -1.0}, "bad-value"),
    ({"method": "fracmax", "ties": "min"}, "no-effect"),
]


@pytest.mark.parametrize(("rule", "code"), REFUSED)
def test_bad_settings_are_refused(rule: dict, code: str) -> None:
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("asem", normalise=rule)
    assert {fault.code for fault in caught.value.faults} == {code}
    for fault in caught.value.faults:
        assert "{" not in fault.text("zh") + fault.text("en")


def test_every_wrong_target_is_named() -> None:
    x = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]])
    with pytest.raises(yt.InputError) as caught:
        dist2targ(x, np.array([0.5, 3.0, 3.0]), np.array([True, True, False]), ["a", "b", "c"])
    assert [fault.details["name"] for fault in caught.value.faults] == ["a", "c"]
    with pytest.raises(yt.InputError) as caught:
        fracmax(np.array([[-1.0], [-2.0]]), np.array([True]), names=["debt"])
    assert [fault.code for fault in caught.value.faults] == ["no-value-above-zero"]
