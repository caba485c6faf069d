"""Benefit-of-the-doubt: against linprog on the programmes as the papers write them, identities, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from yitihua.errors import InputError
from yitihua.index.aggregate.bod import METHODS
from yitihua.index.aggregate.dea import benefit_of_doubt, best_of_all, frontier
from yitihua.index.aggregate.dea_bounds import ordinal
from yitihua.index.aggregate.method import Mixture


def oracle(x, reference, lower=None, upper=None, ratios=None):
    """The programme as printed: max w'x, w'r <= 1 for every r, w >= 0 (Cherchye et al. 2007), and
    L_j <= w_j x_j / w'x <= U_j (Wong and Beasley 1990), multiplied out; G w >= 0.
    """
    m = len(x)
    rows, right = [reference], [np.ones(len(reference))]
    if lower is not None:
        rows.append(np.broadcast_to(lower, m)[:, None] * x - np.diag(x))
    if upper is not None:
        rows.append(np.diag(x) - np.broadcast_to(upper, m)[:, None] * x)
    if ratios is not None:
        rows.append(-ratios)
    matrix = np.concatenate(rows)
    right += [np.zeros(len(matrix) - len(reference))]
    found = linprog(-x, matrix, np.concatenate(right), method="highs")
    assert found.status == 0
    return -found.fun


def simulated(units, children, correlation=0.3, seed=0):
    rng = np.random.default_rng(seed)
    common = np.sqrt(correlation) * rng.normal(size=(units, 1))
    z = common + np.sqrt(1 - correlation) * rng.normal(size=(units, children))
    return 100 * (z - z.min(axis=0)) / (z.max(axis=0) - z.min(axis=0))


def integers(low=0, high=6, rows=(2, 9), columns=(1, 4)):
    """Small whole numbers: ties, zeros, duplicates and constant columns in plenty."""
    shapes = st.tuples(st.integers(*rows), st.integers(*columns))
    return shapes.flatmap(lambda shape: arrays(float, shape, elements=st.integers(low, high).map(float)))


CASES = {
    "plain": lambda m: {},
    "lower": lambda m: {"lower": 0.5 / m},
    "upper": lambda m: {"upper": np.minimum(np.linspace(1.2, 2.5, m) / m, 1.0)},
    "both": lambda m: {"lower": 0.3 / m, "upper": min(2.5 / m, 1.0)},
    "fixed shares": lambda m: {"lower": 1.0 / m, "upper": 1.0 / m},
    "ordinal": lambda m: {"ratios": ordinal(np.arange(m))},
    "all": lambda m: {"lower": 0.3 / m, "upper": min(3 / m, 1.0), "ratios": ordinal(-np.arange(m))},
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("children", "correlation"), [(1, 0.0), (2, 0.5), (5, 0.0), (5, 0.6), (14, 0.1), (20, 0.5)])
def test_scores_are_those_of_linprog(case, children, correlation):
    """Oracle: scipy.optimize.linprog, one programme a unit; units outside the reference too."""
    x, restricted = simulated(60, children, correlation), CASES[case](children)
    if case == "fixed shares":
        x = np.maximum(x, 1.0)
    found = benefit_of_doubt(x, x[:40], **restricted)
    # In points of 0..1: linprog's absolute tolerances are coarser on points of 0..100.
    want = [oracle(row / 100, x[:40] / 100, **restricted) for row in x]
    np.testing.assert_allclose(found.scores, want, rtol=1e-9, atol=1e-9)
    assert found.above.sum() == (np.array(want) > 1 + 1e-9).sum()


@settings(max_examples=150, deadline=None)
@given(integers(), st.sampled_from(["plain", "lower", "upper", "both", "ordinal", "all"]))
def test_ties_zeros_and_constant_columns_agree_with_linprog(x, case):
    """Oracle: linprog. A column that is 0 for all has no frontier: its programme would have no bound."""
    used = x.max(axis=0) > 0
    x = x[:, used]
    if not used.any():
        return
    restricted = CASES[case](x.shape[1])
    found = benefit_of_doubt(x, **restricted)
    want = [oracle(row, x, **restricted) for row in x]
    np.testing.assert_allclose(found.scores, want, rtol=1e-8, atol=1e-8)


@settings(max_examples=100, deadline=None)
@given(integers(low=1, rows=(3, 8), columns=(2, 4)), st.integers(0, 2**32 - 1))
def test_draws_are_scored_like_single_rows(x, seed):
    """Identity: a unit's score depends on its own row and the reference alone, however many are scored together."""
    rng = np.random.default_rng(seed)
    draws = x + rng.integers(0, 3, (30, *x.shape))
    for case in ("plain", "both", "ordinal", "all"):
        restricted = CASES[case](x.shape[1])
        together = benefit_of_doubt(draws, x, **restricted).scores
        row = tuple(rng.integers(0, size) for size in together.shape)
        alone = benefit_of_doubt(draws[row][None], x, **restricted).scores[0]
        assert together[row] == pytest.approx(alone, rel=1e-9, abs=1e-9)
        assert together[row] == pytest.approx(oracle(draws[row], x, **restricted), rel=1e-8, abs=1e-8)


def test_by_hand():
    """Derived by hand: A(4,1), B(1,4) span w = (1/5, 1/5), so C(2,2) scores 2/5 + 2/5 and D(1,1) half of that.

    With shares of exactly one half: w_j x_j = s/2, so w = s/2 (1/x1, 1/x2); for C, w = s/4 (1, 1) and A's sum is
    5s/4 <= 1, s = 0.8. For A, w = s/2 (1/4, 1): B reaches s/2 (1/4 + 4) <= 1, s = 8/17.
    """
    x = np.array([[4.0, 1.0], [1.0, 4.0], [2.0, 2.0], [1.0, 1.0]])
    np.testing.assert_allclose(benefit_of_doubt(x).scores, [1, 1, 0.8, 0.4], atol=1e-12)
    np.testing.assert_allclose(benefit_of_doubt(x).weights[2:], 0.2, atol=1e-12)
    fixed = benefit_of_doubt(x, lower=0.5)
    np.testing.assert_allclose(fixed.scores, [8 / 17, 8 / 17, 0.8, 0.4], atol=1e-12)
    np.testing.assert_allclose(fixed.shares, 0.5, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(integers(low=0), st.sampled_from(["plain", "lower", "both", "ordinal"]))
def test_weights_give_the_scores_and_respect_what_restricts_them(x, case):
    """Identities: w'x is the score, no reference unit exceeds 1 under any unit's weights, restrictions hold."""
    x = x[:, x.max(axis=0) > 0]  # a child that is 0 for all has no frontier and is left out
    if not x.size:
        return
    restricted = CASES[case](x.shape[1])
    found = benefit_of_doubt(x, **restricted)
    np.testing.assert_allclose((found.weights * x).sum(axis=1), found.scores, atol=1e-9)
    assert (found.weights >= 0).all()
    assert (found.weights @ x.T <= 1 + 1e-9).all()
    assert ((found.scores >= 0) & (found.scores <= 1)).all()
    scored = found.scores > 0
    np.testing.assert_allclose(found.shares[scored].sum(axis=1), 1, atol=1e-12)
    assert np.isnan(found.shares[~scored]).all()
    if "lower" in restricted:
        assert (found.shares[scored] >= restricted["lower"] - 1e-8).all()
    if "upper" in restricted:
        assert (found.shares[scored] <= restricted["upper"] + 1e-8).all()
    if "ratios" in restricted and (x.max(axis=0) > 0).all():
        assert (found.weights @ restricted["ratios"].T >= -1e-9).all()


@settings(max_examples=60, deadline=None)
@given(integers(low=0), st.data())
def test_invariances(x, data):
    """Identities: units of measurement, the order of units and children, duplicates and dominated units change
    nothing (Cooper, Seiford and Tone 2007, units invariance; Dulá 2011).
    """
    scores = benefit_of_doubt(x).scores
    factors = np.array(data.draw(st.lists(st.sampled_from([1e-6, 0.3, 1.0, 7.0, 1e5]), min_size=x.shape[1],
                                          max_size=x.shape[1])))  # fmt: skip
    np.testing.assert_allclose(benefit_of_doubt(x * factors).scores, scores, atol=1e-9)
    np.testing.assert_allclose(
        benefit_of_doubt(x * factors, lower=0.2 / x.shape[1]).scores,
        benefit_of_doubt(x, lower=0.2 / x.shape[1]).scores,
        atol=1e-9,
    )
    rows = data.draw(st.permutations(range(len(x))))
    columns = data.draw(st.permutations(range(x.shape[1])))
    np.testing.assert_allclose(benefit_of_doubt(x[rows][:, columns]).scores, scores[rows], atol=1e-9)
    more = np.concatenate([x, x[:2], 0.5 * (x[:1] + x[-1:]), 0.9 * x[:1]])
    np.testing.assert_allclose(benefit_of_doubt(x, more).scores, scores, atol=1e-9)
    if x.any():
        np.testing.assert_allclose(benefit_of_doubt(x, x[frontier(x)]).scores, scores, atol=1e-9)


@pytest.mark.parametrize(("children", "correlation"), [(3, 0.3), (15, 0.0), (15, 0.3), (30, 0.1)])
def test_the_frontier_is_every_unit_that_scores_1_or_suffices_for_them(children, correlation):
    """Identity: units on the frontier score 1, and the frontier alone gives all scores, restricted ones too."""
    x = simulated(150, children, correlation)
    rows, scores = frontier(x), benefit_of_doubt(x).scores
    assert (scores[rows] == 1).all()
    assert scores.max() == 1
    bounds = {"lower": 0.2 / children, "upper": 3 / children}
    np.testing.assert_allclose(benefit_of_doubt(x, x[rows]).scores, scores, atol=1e-9)
    np.testing.assert_allclose(
        benefit_of_doubt(x, x[rows], **bounds).scores, benefit_of_doubt(x, **bounds).scores, atol=1e-9
    )


def test_best_of_all_proves_what_it_says():
    """Identity: under the weights returned the row is 1 and no other is more."""
    x = simulated(200, 30, 0.0)
    x /= x.max(axis=0)
    best, weights = best_of_all(x, x)
    assert best.mean() > 0.9
    np.testing.assert_allclose((weights * x).sum(axis=1)[best], 1, atol=1e-12)
    assert (weights[best] @ x.T).max() <= 1 + 1e-12


def test_a_missing_child_is_left_out_of_the_programme():
    """Oracle: linprog without that column; in the reference a missing value is 0."""
    x = simulated(30, 4)
    x[3, 1] = x[5, 0] = x[5, 3] = x[9] = np.nan
    reference = np.nan_to_num(x)
    plain = benefit_of_doubt(x)
    bounded = benefit_of_doubt(x, lower=0.1, upper=0.4)
    ordered = benefit_of_doubt(x, ratios=ordinal([1, 2, 3, 4]))
    for i in (3, 5, 8):
        has = ~np.isnan(x[i])
        own, rivals = x[i, has], reference[:, has]
        assert plain.scores[i] == pytest.approx(oracle(own, rivals), abs=1e-9)
        # Two children of at most 0.4 cannot make up a score: their bounds are raised to 0.5.
        upper = max(0.4, 1 / has.sum())
        assert bounded.scores[i] == pytest.approx(oracle(own, rivals, 0.1, upper), abs=1e-9)
        order = ordinal(np.arange(4)[has])
        assert ordered.scores[i] == pytest.approx(oracle(own, rivals, ratios=order), abs=1e-9)
        assert (plain.weights[i, ~has] == 0).all()
    for found in (plain, bounded, ordered):
        assert np.isnan(found.scores[9]) and not found.above[9]
        assert np.nanmax(found.scores) <= 1


def test_zeros_have_no_share_and_no_excuse():
    """Derived by hand: w_j x_j = 0 at a zero, and L_j s <= 0 leaves s = 0; so does a rest that cannot reach 1."""
    x = np.array([[4.0, 1.0], [0.0, 3.0], [0.0, 0.0]])
    np.testing.assert_allclose(benefit_of_doubt(x).scores, [1, 1, 0], atol=1e-12)
    assert benefit_of_doubt(x, lower=[0.1, 0.0]).scores[1] == 0
    assert benefit_of_doubt(x, upper=[1.0, 0.9]).scores[1] == 0
    assert benefit_of_doubt(x, upper=[0.9, 1.0]).scores[1] == pytest.approx(1)
    # The limit: with a small value the score is small, x_1 w_1 <= x_1 / 4 and so s <= x_1 / (4 * 0.1).
    near = benefit_of_doubt(np.array([[1e-4, 3.0]]), x, lower=[0.1, 0.0]).scores[0]
    assert 0 < near <= 1e-4 / 0.4 + 1e-12


def test_a_constant_column_lets_everyone_score_1_unless_shares_are_bounded():
    """Derived by hand: all weight on the constant gives every unit exactly 1."""
    x = simulated(20, 3)
    x[:, 1] = 50
    assert (benefit_of_doubt(x).scores == 1).all()
    assert (benefit_of_doubt(np.maximum(x, 1), upper=0.5).scores < 1).any()


def test_a_child_without_a_frontier_is_left_out():
    """A column of zeros or missing values in the reference: its programme would have no bound."""
    reference = np.array([[4.0, 0.0, np.nan], [2.0, 0.0, np.nan]])
    found = benefit_of_doubt(np.array([[2.0, 5.0, 7.0], [np.nan, 5.0, 7.0]]), reference)
    np.testing.assert_allclose(found.scores, [0.5, np.nan])
    assert (found.weights[0, 1:] == 0).all()
    assert len(frontier(np.zeros((3, 2)))) == 0
    assert np.isnan(benefit_of_doubt(np.ones((2, 1)), np.zeros((1, 1))).scores).all()


def test_better_than_the_reference_is_above_1_or_clipped():
    """Derived by hand: the reference reaches 4 and 4, so w = (1/4, 0) gives 8/4."""
    reference = np.array([[4.0, 2.0], [2.0, 4.0]])
    x = np.array([[8.0, 1.0], [1.0, 1.0]])
    found = benefit_of_doubt(x, reference)
    assert found.scores[0] == pytest.approx(2)
    assert found.above.tolist() == [True, False]
    clipped = benefit_of_doubt(x, reference, clip=True)
    assert clipped.scores[0] == 1 and clipped.above[0]
    np.testing.assert_allclose(clipped.weights, found.weights)


def test_nothing_to_score():
    """No units: no scores."""
    assert benefit_of_doubt(np.zeros((0, 2)), np.ones((2, 2))).scores.shape == (0,)
    assert benefit_of_doubt(np.zeros((5, 0, 2)), np.ones((2, 2)), lower=0.1).scores.shape == (5, 0)


BAD = [
    ({"x": [[1.0, -1.0]]}, ["bod-negative"]),
    ({"x": [[1.0, np.inf]]}, ["bod-negative"]),
    ({"x": [[1.0, -1.0]], "reference": [[-1.0, 2.0]]}, ["bod-negative"] * 2),
    ({"x": [1.0, 2.0]}, ["bod-shape"]),
    ({"x": [[1.0, 2.0]], "reference": [[1.0]]}, ["bod-shape"]),
    ({"x": [[1.0, 2.0]], "reference": np.zeros((0, 2))}, ["bod-shape"]),
    ({"x": [[1.0, 2.0]], "lower": 0.6}, ["bod-bounds"]),
    ({"x": [[1.0, 2.0]], "upper": 0.4}, ["bod-bounds"]),
    ({"x": [[1.0, 2.0]], "lower": [0.5, 0.1], "upper": [0.4, 1.0]}, ["bod-bounds"]),
    ({"x": [[1.0, 2.0]], "lower": -0.1, "upper": 1.5}, ["bod-bounds"] * 2),
    ({"x": [[1.0, 2.0]], "lower": [0.1, np.nan]}, ["bod-bounds"]),
    ({"x": [[1.0, 2.0]], "upper": [0.5, 0.5, 0.5]}, ["bod-bounds"]),
    ({"x": [[1.0, 2.0]], "ratios": np.ones((1, 3))}, ["bod-ratios"]),
    ({"x": [[1.0, 2.0]], "ratios": np.full((1, 2), np.nan)}, ["bod-ratios"]),
]


@pytest.mark.parametrize(("arguments", "codes"), BAD)
def test_bad_input_is_refused(arguments, codes):
    arguments = {name: np.array(value) if name != "clip" else value for name, value in arguments.items()}
    with pytest.raises(InputError) as caught:
        benefit_of_doubt(**arguments)
    assert [fault.code for fault in caught.value.faults] == codes
    for fault in caught.value.faults:
        for lang in ("zh", "en"):
            assert "{" not in fault.text(lang)


BOD = METHODS[0]


def mixture(x, weights, scale=(0.0, 100.0), **stated):
    chosen = BOD.settings(stated)
    return Mixture(weights, chosen, BOD.fit(x, weights, chosen, scale), scale)


def test_as_an_aggregation_scores_live_on_the_scale():
    """Identity: on a scale that starts at a, points are (x - a) / (b - a) of the plain function."""
    x, w = simulated(40, 3), np.array([0.5, 0.3, 0.2])
    want = benefit_of_doubt(x).scores
    np.testing.assert_allclose(BOD.combine(x, mixture(x, w)), 100 * want, atol=1e-8)
    moved = 1 + x * 0.06
    np.testing.assert_allclose(BOD.combine(moved, mixture(moved, w, (1.0, 7.0))), 1 + 6 * want, atol=1e-8)
    around = benefit_of_doubt(x, lower=w * 0.8, upper=w * 1.2).scores
    np.testing.assert_allclose(BOD.combine(x, mixture(x, w, share_around=0.2)), 100 * around, atol=1e-8)
    ordered = benefit_of_doubt(x, ratios=ordinal(w)).scores
    np.testing.assert_allclose(BOD.combine(x, mixture(x, w, ordinal=True)), 100 * ordered, atol=1e-8)


def test_as_an_aggregation_a_child_without_weight_does_not_count():
    x = simulated(40, 3)
    found = BOD.combine(x, mixture(x, np.array([0.5, 0.5, 0.0]), share_around=0.5))
    want = BOD.combine(x[:, :2], mixture(x[:, :2], np.array([0.5, 0.5]), share_around=0.5))
    np.testing.assert_allclose(found, want, atol=1e-8)


@pytest.mark.parametrize("scale", [(0.0, 100.0), (1.0, 7.0)])
@pytest.mark.parametrize("stated", [{}, {"share_lower": 0.1}, {"ordinal": True}])
def test_as_an_aggregation_contributions_sum_to_the_score(scale, stated):
    """Identity (Euler): the children's parts, points times slope, sum to the score; also above a clipped top."""
    x = scale[0] + simulated(40, 3) / 100 * (scale[1] - scale[0])
    made = mixture(x[:30], np.array([0.5, 0.3, 0.2]), scale, **stated)
    x[4, 1] = np.nan
    parts = np.nansum(BOD.partials(x, made) * BOD.raised(x, made), axis=1)
    np.testing.assert_allclose(parts, BOD.combine(x, made), atol=1e-8)


def test_as_an_aggregation_points_below_the_scale_count_as_its_lowest_but_make_no_frontier():
    x = simulated(20, 2)
    made = mixture(x, np.array([0.5, 0.5]))
    assert BOD.combine(np.array([[-5.0, 50.0]]), made) == BOD.combine(np.array([[0.0, 50.0]]), made)
    with pytest.raises(InputError, match="z-scores"):
        mixture(x - 50, np.array([0.5, 0.5]))
    assert np.isnan(BOD.combine(x, mixture(np.full((3, 2), np.nan), np.array([0.5, 0.5])))).all()


def test_as_an_aggregation_units_above_the_sample_are_cut_unless_asked():
    sample, w = np.array([[50.0, 20.0], [20.0, 50.0]]), np.array([0.5, 0.5])
    better = np.array([[60.0, 60.0]])
    assert BOD.combine(better, mixture(sample, w)) == 100
    assert BOD.combine(better, mixture(sample, w, clip=False))[0] == pytest.approx(12000 / 70)
    assert BOD.off_scale(BOD.settings({"clip": False})) and not BOD.off_scale(BOD.settings({}))


def test_settings_that_exclude_each_other_are_said():
    for stated in ({"share_around": 0.1, "share_lower": 0.1}, {"share_lower": 0.5, "share_upper": 0.2}):
        assert len(BOD.check(BOD.settings(stated), (0.0, 100.0))) == 1
    assert BOD.check(BOD.settings({"share_lower": 0.1, "share_upper": 0.8}), (0.0, 100.0)) == []
    with pytest.raises(InputError, match=r"sum to 1\.5"):
        mixture(simulated(9, 3), np.full(3, 1 / 3), share_lower=0.5)
