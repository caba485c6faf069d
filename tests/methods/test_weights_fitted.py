"""Weights fitted to data: pymcdm, scikit-learn, SVD and formulas in loops as oracles; zeros, gaps, constant columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from large_board import large_board
from scipy.stats import kendalltau, pearsonr, spearmanr
from sklearn.linear_model import LinearRegression

import yitihua as yt
from yitihua.index.recipe import Recipe
from yitihua.index.weights.components import component_shares, first_component, principal_components, rotated_factors
from yitihua.index.weights.critic import critic, critic_weights
from yitihua.index.weights.entropy import entropy, entropy_weights
from yitihua.index.weights.independence import independence
from yitihua.index.weights.rank_order import place_weights, rank_order_weights
from yitihua.index.weights.variation import sd_weights, variation_weights

POINTS = np.random.default_rng(11).uniform(0.05, 1.0, (40, 6))


def minmax(x):
    return (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))


def with_gaps(z, share=0.1, seed=5):
    return np.where(np.random.default_rng(seed).random(z.shape) < share, np.nan, z)


# Entropy.


def by_definition(z):
    """Shannon's entropy of shares in a loop, each column over the values it has; 0 ln 0 = 0."""
    d = []
    for column in z.T:
        seen = column[~np.isnan(column)]
        p = seen / seen.sum()
        e = -sum(share * np.log(share) for share in p if share > 0) / np.log(len(seen))
        d.append(1 - e)
    return np.array(d) / sum(d)


def test_entropy_is_pymcdms_where_nothing_is_zero():
    """Oracle: pymcdm.weights.entropy_weights; with a 0 it takes the whole column's entropy as 0, which is no limit."""
    weights = pytest.importorskip("pymcdm.weights")
    assert entropy_weights(POINTS) == pytest.approx(weights.entropy_weights(POINTS))


@given(hnp.arrays(float, (7, 4), elements=st.integers(0, 6).map(float)))
def test_entropy_by_definition(z):
    z = z + np.arange(7)[:, None]  # no column is constant
    assert entropy_weights(z) == pytest.approx(by_definition(z), abs=1e-9)


def test_zero_rules_by_definition():
    """Each rule written out: shift only columns with a value <= 0, shift all, or shrink to 0.002 .. 0.998."""
    z = minmax(POINTS)
    z[:, 0] = POINTS[:, 0]
    shifted = z + np.where(z.min(axis=0) <= 0, np.abs(z.min(axis=0)) + 0.01, 0.0)
    assert entropy_weights(z, "limit") == pytest.approx(by_definition(z))
    assert entropy_weights(z, "shift") == pytest.approx(by_definition(shifted))
    assert entropy_weights(z, "shift_all") == pytest.approx(by_definition(z + 0.0001))
    assert entropy_weights(z, "shift_all", 1.0) == pytest.approx(by_definition(z + 1.0))
    assert entropy_weights(z, "shrink") == pytest.approx(by_definition(0.002 + 0.996 * z))
    assert entropy_weights(z, "shrink", 0.1) == pytest.approx(by_definition(0.1 + 0.8 * z))


def test_entropy_of_missing_and_constant_columns():
    """Stated: a gap is left out of its column alone; a constant or empty column has weight 0."""
    z = with_gaps(POINTS)
    assert entropy_weights(z) == pytest.approx(by_definition(z))
    padded = np.column_stack([z, np.full(40, 0.3), np.full(40, np.nan)])
    assert entropy_weights(padded) == pytest.approx(np.append(by_definition(z), [0, 0]))
    nothing = entropy(np.full((5, 3), 0.4))
    assert bool(nothing.equal)
    assert nothing.weights == pytest.approx(np.full(3, 1 / 3))


def test_entropy_of_a_batch():
    """Identity: leading axes are samples of their own."""
    batch = np.stack([POINTS, POINTS**2])
    assert entropy_weights(batch) == pytest.approx(np.stack([entropy_weights(POINTS), entropy_weights(POINTS**2)]))


def test_entropy_keeps_its_digits_where_a_column_hardly_varies():
    """Series: d = var / (2 mean^2 ln n) + ..., for values 1 +- 1e-6."""
    z = np.column_stack([1 + 1e-6 * np.array([-1.0, 1.0, -1.0, 1.0]), 1 + 2e-6 * np.array([-1.0, 1.0, -1.0, 1.0])])
    assert entropy(z).divergence == pytest.approx(np.array([1e-12, 4e-12]) / (2 * np.log(4)), rel=1e-3)
    assert entropy_weights(z) == pytest.approx([0.2, 0.8], rel=1e-3)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: entropy(np.array([[-1.0, 1.0], [2.0, 3.0]])), "entropy-negative"),
        (lambda: entropy(POINTS, "shift", -1.0), "entropy-amount"),
        (lambda: entropy(POINTS, "shrink", 0.5), "entropy-amount"),
    ],
)
def test_entropy_refuses(call, code):
    with pytest.raises(yt.InputError) as caught:
        call()
    assert caught.value.faults[0].code == code


# CRITIC.


def test_critic_is_pymcdms():
    """Oracle: pymcdm.weights.critic_weights, which scales by min and max first."""
    weights = pytest.importorskip("pymcdm.weights")
    assert critic_weights(minmax(POINTS)) == pytest.approx(weights.critic_weights(POINTS))


@pytest.mark.parametrize(("kind", "oracle"), [("pearson", pearsonr), ("spearman", spearmanr), ("kendall", kendalltau)])
@pytest.mark.parametrize("absolute", [False, True])
def test_critic_by_definition(kind, oracle, absolute):
    """scipy's correlations of the units that a pair shares, in loops, with gaps."""
    z = with_gaps(minmax(POINTS))
    c = []
    for j in range(6):
        conflict = 0.0
        for k in range(6):
            if k != j:
                both = ~np.isnan(z[:, [j, k]]).any(axis=1)
                r = oracle(z[both, j], z[both, k])[0]
                conflict += 1 - (abs(r) if absolute else r)
        c.append(np.nanstd(z[:, j], ddof=1) * conflict)
    assert critic_weights(z, kind, absolute) == pytest.approx(np.array(c) / sum(c))


def test_critic_of_a_constant_column():
    """Stated: weight 0, and no conflict for the others."""
    z = minmax(POINTS)
    padded = np.column_stack([z, np.full(40, 0.5)])
    assert critic_weights(padded) == pytest.approx(np.append(critic_weights(z), 0))
    assert critic(np.full((4, 2), 0.5)).equal
    assert critic_weights(np.column_stack([z[:, 0], z[:, 0]])) == pytest.approx([0.5, 0.5])  # agree fully


def test_critic_after_direction():
    """A cost turned round agrees with its benefit: taken before the direction it would count as conflict."""
    x = minmax(POINTS[:, :1])
    z = np.column_stack([x, x + 0.01 * POINTS[:, 1:2], POINTS[:, 2:3]])
    undirected = z.copy()
    undirected[:, 1] = 1 - undirected[:, 1]
    assert critic_weights(z)[1] < critic_weights(undirected)[1]
    edition = yt.evaluate("asem", weights="critic")
    assert edition.recipe.weighting.method == "critic"


# Coefficient of variation, standard deviation.


def test_variation_and_sd_by_definition():
    """NumPy: s / mean and s, with n - 1, over the values that are there."""
    z = with_gaps(POINTS)
    cv = np.nanstd(z, axis=0, ddof=1) / np.nanmean(z, axis=0)
    assert variation_weights(z) == pytest.approx(cv / cv.sum())
    sd = np.nanstd(z, axis=0, ddof=1)
    assert sd_weights(z) == pytest.approx(sd / sd.sum())
    padded = np.column_stack([z, np.full(40, 0.3)])
    assert variation_weights(padded) == pytest.approx(np.append(cv / cv.sum(), 0))
    assert variation_weights(np.full((4, 2), 0.5)) == pytest.approx([0.5, 0.5])


def test_sd_is_pymcdms():
    """Oracle: pymcdm.weights.standard_deviation_weights."""
    weights = pytest.importorskip("pymcdm.weights")
    assert sd_weights(POINTS) == pytest.approx(weights.standard_deviation_weights(POINTS))


def test_a_mean_of_nothing_is_refused():
    with pytest.raises(yt.InputError):
        variation_weights(np.array([[-1.0, 1.0], [1.0, 2.0]]))


# Components.


def test_pca_of_asem_is_prcomps():
    """COINr R/PCA.R: ``prcomp(center = TRUE, scale = TRUE)$rotation[, 1]`` of units without gaps, by SVD here."""
    board = yt.evaluate("asem", impute="none")
    tested = 0
    for node in board.recipe.nodes:
        if not set(node.children) <= set(board.recipe.codes):
            continue
        z = board.normalised[:, [board.recipe.codes.index(code) for code in node.children]]
        x = z[~np.isnan(z).any(axis=1)]
        x = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
        _, s, v = np.linalg.svd(x, full_matrices=False)
        found = first_component(z, "clip")
        rotation = v[0] * (1 if v[0].sum() >= 0 else -1)
        assert found.loadings[:, 0] == pytest.approx(rotation, abs=1e-9)
        assert found.components.values == pytest.approx(s**2 / (len(x) - 1), abs=1e-9)
        kept = np.maximum(rotation, 0)
        assert found.weights == pytest.approx(kept / kept.sum(), abs=1e-9)
        tested += 1
    assert tested == 8


def test_negative_loadings_are_refused_by_name():
    """As COINr warns, weights can come out negative: here of R&D and of youth without work, in the first such node."""
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("asem", weights="pca")
    assert {fault.key for fault in caught.value.faults} == {"NEET", "RDExp"}
    clipped = yt.evaluate("asem", weights={"use": "w", "sets": {"w": {"method": "pca", "negative": "clip"}}})
    assert clipped.recipe.global_weights["TBTs"] == 0


def test_communalities_and_component_shares():
    """Identity: unpicked squared loadings of all factors are communalities of 1, whatever the rotation."""
    found = rotated_factors(POINTS, pick=False, rule="fixed", count=6)
    assert found.weights == pytest.approx(np.full(6, 1 / 6))
    values, vectors = np.linalg.eigh(np.corrcoef(POINTS.T))
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = int(np.searchsorted(np.cumsum(values) / 6, 0.85)) + 1
    beta = np.abs(vectors[:, :kept]) @ (values[:kept] / values.sum())
    assert component_shares(POINTS).weights == pytest.approx(beta / beta.sum())


def test_varimax_is_at_its_optimum():
    """Kaiser (1958): no rotation of two factors by a small angle raises the varimax criterion."""
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 200, 1))
    z = np.hstack([a, a, a, b, b]) + 0.5 * rng.normal(size=(200, 5))
    found = rotated_factors(z, rule="fixed", count=2)

    def criterion(loadings):
        # Kaiser's normal varimax weighs every row by its communality.
        scaled = loadings / np.sqrt((loadings**2).sum(axis=1, keepdims=True))
        return ((scaled**2).var(axis=0)).sum()

    best = criterion(found.loadings)
    for angle in (-0.2, -0.02, 0.02, 0.2):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        assert criterion(found.loadings @ turn) <= best + 1e-9
    assert set(np.abs(found.loadings[:3]).argmax(axis=1)) != set(np.abs(found.loadings[3:]).argmax(axis=1))


def test_components_of_gaps_and_constant_columns():
    """Stated: units with gaps are left out (listwise); a constant column has weight 0; too few units are refused."""
    z = with_gaps(POINTS, 0.03)
    whole = z[~np.isnan(z).any(axis=1)]
    for method in (lambda x: first_component(x, "clip"), rotated_factors, component_shares):
        assert method(z).weights == pytest.approx(method(whole).weights)
        padded = np.column_stack([z, np.full(40, 0.3), np.full(40, np.nan)])
        assert method(padded).weights == pytest.approx(np.append(method(z).weights, [0, 0]))
        assert method(np.full((5, 2), 0.5)).weights == pytest.approx([0.5, 0.5])
    pairwise = principal_components(z, "pairwise")
    assert pairwise.values.sum() == pytest.approx(6, rel=0.01)
    with pytest.raises(yt.InputError):
        principal_components(POINTS[:2])


# Independence.


def test_independence_is_regression():
    """Oracle: scikit-learn's LinearRegression of each column on the others; weights are the scaled 1 / R."""
    multiple = []
    for j in range(6):
        others = np.delete(POINTS, j, axis=1)
        multiple.append(np.sqrt(LinearRegression().fit(others, POINTS[:, j]).score(others, POINTS[:, j])))
    found = independence(POINTS)
    assert found.multiple == pytest.approx(multiple)
    assert found.weights == pytest.approx((1 / np.array(multiple)) / (1 / np.array(multiple)).sum())
    padded = np.column_stack([POINTS, np.full(40, 0.4)])
    assert independence(padded).weights == pytest.approx(np.append(found.weights, 0))


def test_independence_of_a_column_that_repeats():
    """Identity: R = 1 for a copy, so it weighs least."""
    z = np.column_stack([POINTS[:, :3], POINTS[:, 0]])
    found = independence(z)
    assert found.multiple[[0, 3]] == pytest.approx([1, 1])
    assert found.weights[[0, 3]] == pytest.approx(np.full(2, found.weights.min()))


# Order alone.


@pytest.mark.parametrize("n", [1, 2, 5, 51])
def test_places_by_their_formulas(n):
    """Barron and Barrett (1996), in loops."""
    centroid = [sum(1 / k for k in range(r, n + 1)) / n for r in range(1, n + 1)]
    assert place_weights(n) == pytest.approx(centroid)
    assert place_weights(n, "sum") == pytest.approx([2 * (n + 1 - r) / (n * (n + 1)) for r in range(1, n + 1)])
    reciprocal = [1 / r for r in range(1, n + 1)]
    assert place_weights(n, "reciprocal") == pytest.approx(np.array(reciprocal) / sum(reciprocal))
    assert place_weights(n, "exponent", 0.0) == pytest.approx(np.full(n, 1 / n))
    assert place_weights(n, "exponent", 1.0) == pytest.approx(place_weights(n, "sum"))


def test_centroid_is_the_mean_of_ordered_weights():
    """Simulation of a known truth: the mean of uniform draws from the simplex, each sorted, is the centroid."""
    draws = -np.sort(-np.random.default_rng(1).dirichlet(np.ones(4), 40_000), axis=1)
    assert draws.mean(axis=0) == pytest.approx(place_weights(4), abs=0.003)


def test_ties_share_places():
    """By hand: the second and third of three share (5/18 + 2/18)."""
    assert rank_order_weights(np.array([1.0, 2.0, 2.0])) == pytest.approx([11 / 18, 3.5 / 18, 3.5 / 18])
    with pytest.raises(yt.InputError):
        rank_order_weights(np.array([1.0, 0.0]))


# All, in an index.


@pytest.mark.parametrize(
    "stated",
    [
        {"method": "entropy"},
        {"method": "entropy", "zero": "shift"},
        {"method": "critic", "correlation": "spearman", "absolute": True},
        {"method": "cv"},
        {"method": "cv", "values": "raw"},
        {"method": "sd"},
        {"method": "pca", "negative": "clip"},
        {"method": "rotated_factor"},
        {"method": "component_shares"},
        {"method": "independence", "scope": "indicators", "missing": "pairwise"},
        {"method": "entropy", "scope": "indicators"},
    ],
    ids=str,
)
def test_in_an_index_and_through_json(stated):
    """Identity: weights sum to 1 at every node, and the recipe scores the same after JSON."""
    if stated["method"] == "cv" and stated.get("values") == "raw":
        stated = {**stated, "scope": "siblings"}
        board = yt.evaluate("egdi-2022", weights={"use": "w", "sets": {"w": stated}})
    else:
        board = yt.evaluate("asem", weights={"use": "w", "sets": {"w": stated}})
    for node in board.recipe.nodes:
        assert sum(node.weights) == pytest.approx(1)
        assert min(node.weights) >= 0
    recipe = Recipe.from_json(board.recipe.to_json())
    assert recipe == board.recipe
    np.testing.assert_array_equal(yt.apply(board.table, recipe).total, board.total)


@pytest.mark.parametrize(
    "method",
    [
        entropy_weights,
        critic_weights,
        variation_weights,
        sd_weights,
        lambda z: first_component(z, "clip", "pairwise").weights,
        lambda z: rotated_factors(z, missing="pairwise").weights,
        lambda z: component_shares(z, missing="pairwise").weights,
        lambda z: independence(z, "pairwise").weights,
    ],
)
def test_national_size(method):
    """2,844 x 51 with missing cells and a constant column, which gets 0."""
    z = large_board().normalised / 100
    z[:, 3] = 0.5
    weights = method(z)
    assert weights.shape == (51,)
    assert weights.sum() == pytest.approx(1)
    assert weights[3] == 0
