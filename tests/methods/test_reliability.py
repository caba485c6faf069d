"""Alpha and omega against COINr's printed result, its formula, statsmodels, and derivations by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import yitihua as yt
from yitihua.analysis.association import covariances
from yitihua.analysis.one_factor import one_factor
from yitihua.analysis.reliability import (
    HEYWOOD,
    NEGATIVE,
    NO_PAIRS,
    ONE_CHILD,
    OPPOSED,
    TWO_CHILDREN,
    cronbach_alpha,
    item_rest,
    item_table,
    node_reliability,
    omega_total,
    reliability,
    reliability_table,
)


@pytest.fixture(scope="module")
def asem() -> Any:
    return yt.evaluate("asem")


def get_cronbach(z: np.ndarray) -> float:
    """COINr R/correlations.R, `get_cronbach`, line for line; cov by pandas, which is R's pairwise one."""
    import pandas as pd

    k = z.shape[1]
    cvtrix = pd.DataFrame(z).cov().to_numpy()
    sigall = np.nansum(cvtrix)
    sigav = (sigall - np.nansum(np.diag(cvtrix))) / (k * (k - 1))
    return float((k**2 * sigav) / sigall)


def congeneric(loadings: np.ndarray, n: int, seed: int = 0) -> np.ndarray:
    """n units of items with one common factor, standardised in the population."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) * loadings + rng.normal(size=(n, len(loadings))) * np.sqrt(1 - loadings**2)


def test_alpha_is_what_coinr_prints(asem: Any) -> None:
    """docs/articles/analysis.html at 27360ea: `get_cronbach(coin, "Raw", "P2P", Level = 1)` is 0.05126659."""
    found = node_reliability(asem, "P2P", stage="raw", directed=False)
    assert found.alpha == pytest.approx(0.05126659, abs=5e-9)


def test_alphas_are_coinrs_formula(asem: Any) -> None:
    """Every node, on points and on raw values with missing cells."""
    for stage in ("normalised", "raw"):
        table = reliability_table(asem, stage=stage, directed=False).set_index("node")
        for rule in asem.recipe.nodes:
            values = asem.points if stage == "normalised" else np.hstack([asem.table.values, asem.node_values])
            z = values[:, [asem.recipe.plan.column[code] for code in rule.children]]
            assert table.loc[rule.code, "alpha"] == pytest.approx(get_cronbach(z), abs=1e-12)


def test_alpha_by_hand() -> None:
    """Items 1 2 3 4 and 2 1 4 3: variances 5/3, covariance 1 (r .6); sum 3 3 7 7 has 16/3."""
    z = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 4.0], [4.0, 3.0]])
    assert cronbach_alpha(covariances(z)[0]) == pytest.approx(2 * (1 - (10 / 3) / (16 / 3)))
    found = reliability(z)
    assert [found.alpha, found.alpha_standardised] == pytest.approx([0.75, 0.75])
    assert found.item_rest == pytest.approx([0.6, 0.6])
    assert np.isnan(found.alpha_if_dropped).all()
    # Two items: omega takes loadings sqrt(.6), so it is 4 * .6 / (4 * .6 + 2 * .4), Spearman and Brown's.
    assert found.omega_standardised == pytest.approx(2 * 0.6 / 1.6) and found.notes == (TWO_CHILDREN,)


def test_standardised_alpha_is_spearman_brown() -> None:
    """k r / (1 + (k - 1) r) of the mean correlation, an identity."""
    z = congeneric(np.array([0.8, 0.7, 0.6, 0.5]), 60) * [1, 10, 0.1, 3]
    found = reliability(z)
    r = found.mean_correlation
    assert found.alpha_standardised == pytest.approx(4 * r / (1 + 3 * r))
    assert r == pytest.approx(np.corrcoef(z.T)[np.triu_indices(4, 1)].mean())


def test_dropped_and_rest_by_doing_it() -> None:
    """Alpha without an item is alpha of the others; item-rest is numpy's r with their sum."""
    z = congeneric(np.array([0.8, 0.7, 0.6, 0.2]), 50, 3)
    found = reliability(z)
    for j in range(4):
        rest = np.delete(z, j, 1)
        assert found.alpha_if_dropped[j] == pytest.approx(reliability(rest).alpha)
        assert found.item_rest[j] == pytest.approx(np.corrcoef(z[:, j], rest.sum(axis=1))[0, 1])
    assert item_rest(np.cov(z.T)) == pytest.approx(found.item_rest)


# Omega.


def test_one_factor_recovers_a_model() -> None:
    """A matrix that one factor makes is reproduced, also with loadings below 0 and with none."""
    for loadings in ([0.9, 0.6, 0.5], [0.7, -0.4, 0.8, 0.3], [0.2, 0.2, 0.2, 0.9, 0.1, 0.5]):
        true = np.array(loadings)
        found = one_factor(np.outer(true, true))
        assert found.loadings == pytest.approx(true, abs=1e-7)
        assert found.converged and not found.heywood
    none = one_factor(np.eye(4))
    assert none.loadings == pytest.approx(np.zeros(4)) and none.converged


def test_three_items_by_hand() -> None:
    """Just determined: l_1^2 = r12 r13 / r23 and so on."""
    r = np.array([[1, 0.42, 0.3], [0.42, 1, 0.35], [0.3, 0.35, 1]])
    expected = np.sqrt([0.42 * 0.3 / 0.35, 0.42 * 0.35 / 0.3, 0.3 * 0.35 / 0.42])
    found = one_factor(r)
    assert found.loadings == pytest.approx(expected, abs=1e-8)
    common = expected.sum() ** 2
    assert omega_total(found) == pytest.approx(common / (common + (1 - expected**2).sum()), abs=1e-8)


def test_one_factor_equals_statsmodels_principal_axes() -> None:
    """Iterated principal axes come to rest at the same minimum; statsmodels `Factor(method="pa")`."""
    from statsmodels.multivariate.factor import Factor

    r = np.corrcoef(congeneric(np.array([0.8, 0.7, 0.6, 0.5, 0.4, 0.3]), 90, 5).T)
    oracle = Factor(corr=r, n_factor=1, method="pa", nobs=90).fit(maxiter=20_000, tol=1e-12).loadings[:, 0]
    assert one_factor(r).loadings == pytest.approx(np.abs(oracle), abs=1e-5)


def test_one_factor_is_near_maximum_likelihood() -> None:
    """Where the model holds, scikit-learn's maximum likelihood finds the same loadings in a large sample."""
    from sklearn.decomposition import FactorAnalysis

    true = np.array([0.9, 0.8, 0.6, 0.5, 0.4])
    z = congeneric(true, 20_000, 1)
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    oracle = np.abs(FactorAnalysis(1, tol=1e-8, max_iter=5000).fit(z).components_[0])
    found = one_factor(np.corrcoef(z.T)).loadings
    assert found == pytest.approx(oracle, abs=0.01) and found == pytest.approx(true, abs=0.02)


def test_omega_of_a_known_model() -> None:
    """Simulated: omega of the sum of unequal items is that of the population; alpha is a lower bound."""
    loadings, spread = np.array([0.9, 0.8, 0.5, 0.3]), np.array([1.0, 2.0, 1.0, 3.0])
    found = reliability(congeneric(loadings, 40_000, 2) * spread)
    common = (spread @ loadings) ** 2
    truth = common / (common + spread**2 @ (1 - loadings**2))
    assert found.omega == pytest.approx(truth, abs=0.01)
    assert found.alpha < found.omega and found.factor.loadings == pytest.approx(loadings, abs=0.02)


def test_omega_equals_alpha_for_equal_loadings() -> None:
    """Tau-equivalent items: omega is alpha (Novick and Lewis 1967), here by algebra on the matrix."""
    r = np.full((5, 5), 0.36) + 0.64 * np.eye(5)
    assert omega_total(one_factor(r)) == pytest.approx(cronbach_alpha(r))


def test_heywood_case_is_said() -> None:
    """l_1^2 = .7 * .7 / .3 > 1: the loading is held at 1, and that is noted."""
    r = np.array([[1, 0.7, 0.7], [0.7, 1, 0.3], [0.7, 0.3, 1]])
    assert np.linalg.eigvalsh(r).min() > 0
    factor = one_factor(r)
    assert factor.heywood and factor.loadings[0] == 1
    # With l_1 = 1, l_2 and l_3 minimise (l - .7)^2 twice and (l^2 - .3)^2: 2 l^3 + .4 l - .7 * 1 ... by grid.
    grid = np.linspace(0, 1, 100_001)
    best = grid[np.argmin(2 * (grid - 0.7) ** 2 + (grid**2 - 0.3) ** 2)]
    assert factor.loadings[1:] == pytest.approx([best, best], abs=2e-5)
    z = np.random.default_rng(0).multivariate_normal(np.zeros(3), r, 2000)
    assert HEYWOOD in reliability(z).notes


def test_not_at_rest_is_said() -> None:
    assert not one_factor(np.array([[1, 0.42, 0.3], [0.42, 1, 0.35], [0.3, 0.35, 1]]), steps=1).converged


# Stated answers.


def test_one_child_two_children_constant_children() -> None:
    x = np.array([1.0, 2.0, 4.0, 3.0])
    flat, empty = np.full(4, 5.0), np.full(4, np.nan)
    one = reliability(x[:, None])
    assert one.notes == (ONE_CHILD,) and np.isnan([one.alpha, one.omega, one.item_rest[0]]).all()
    assert reliability(np.column_stack([x, flat, empty]), items=("a", "b", "c")).left_out == ("b", "c")
    assert reliability(np.column_stack([flat, flat])).notes == (ONE_CHILD,)
    opposed = reliability(np.column_stack([x, [-1.5, -2, -4, -3]]))
    assert opposed.alpha < 0 and np.isnan(opposed.omega) and set(opposed.notes) == {OPPOSED, NEGATIVE}
    y = np.array([2.0, 1.0, 3.0, 4.0])
    with_flat, without = reliability(np.column_stack([x, flat, y])), reliability(np.column_stack([x, y]))
    assert (with_flat.alpha, with_flat.omega) == (without.alpha, without.omega)
    assert with_flat.items == ("1", "3")
    apart = reliability(np.array([[1, np.nan], [2, np.nan], [np.nan, 1], [np.nan, 2.0]]))
    assert apart.notes == (NO_PAIRS,) and np.isnan(apart.alpha) and apart.units == 0
    assert np.isnan(reliability(np.column_stack([x, -x])).alpha)
    assert np.isnan(reliability(np.empty((0, 3))).alpha)


def test_missing_cells_by_pair_or_by_unit() -> None:
    """Listwise by dropping the units; pairwise with pandas' covariances."""
    import pandas as pd

    z = congeneric(np.array([0.8, 0.7, 0.6]), 40, 4)
    z[::5, 0] = np.nan
    complete = z[np.isfinite(z).all(axis=1)]
    listwise = reliability(z, "listwise")
    assert listwise.alpha == pytest.approx(reliability(complete).alpha) and listwise.units == len(complete) == 32
    matrix, units = covariances(z)
    assert matrix == pytest.approx(pd.DataFrame(z).cov().to_numpy()) and units == 32
    # A column may vary only among units that are not complete.
    z = np.array([[1, 1, np.nan], [2, 1, 3], [3, 1, 1], [5, 9, np.nan], [7, 1, 2.0]])
    assert reliability(z, "listwise").left_out == ("2",)


def test_nodes_with_one_child() -> None:
    """HDI: health and income have one indicator each."""
    table = reliability_table(yt.evaluate("hdi"), lang="zh").set_index("node")
    assert np.isnan(table.loc["health", "alpha"]) and table.loc["health", "notes"] == ONE_CHILD[0]
    assert table["acceptable"].isna().to_list() == [True, False, True, False]
    assert table.loc["education", "notes"] == TWO_CHILDREN[0]


def test_items_of_every_node(asem: Any) -> None:
    """TBTs runs against its siblings (COINr prints it with r -.75, -.70 and -.62): alpha rises without it."""
    table = item_table(asem).set_index("code")
    assert len(table) == 49 + 10
    assert table.loc["TBTs", "item_rest"] < 0 and table.loc["TBTs", "better_without"]


matrices = hnp.arrays(float, (12, 4), elements=st.floats(-10, 10, width=16))


@given(matrices, st.randoms(use_true_random=False))
def test_order_and_scale_do_not_matter(z: np.ndarray, random: Any) -> None:
    """Rows and columns in any order; all columns in another unit; standardised: each in its own."""
    a = reliability(z)
    rows, columns = list(range(12)), list(range(4))
    random.shuffle(rows)
    random.shuffle(columns)
    b = reliability(z[rows][:, columns] * 7 + 2)
    for key in ("alpha", "alpha_standardised", "mean_correlation"):
        assert np.isclose(getattr(a, key), getattr(b, key), equal_nan=True, rtol=1e-6, atol=1e-6)
    c = reliability(z * [1, 2, 5, 0.5])
    assert np.isclose(a.alpha_standardised, c.alpha_standardised, equal_nan=True, rtol=1e-6, atol=1e-6)


@given(matrices)
def test_bounds(z: np.ndarray) -> None:
    found = reliability(z)
    assert not found.alpha > 1 + 1e-9
    assert np.isnan(found.omega) or 0 <= found.omega <= 1 + 1e-9
    assert not (np.abs(found.item_rest) > 1).any() and not (np.abs(found.factor.loadings) > 1).any()


def test_no_example_has_a_deadline() -> None:
    """The suite's profile holds here too, and when this file is run alone: a busy machine is no fault of a method."""
    assert settings.default is not None and settings.default.deadline is None


def test_full_size() -> None:
    z = congeneric(np.linspace(0.2, 0.9, 51), 2844)
    z[np.random.default_rng(1).random(z.shape) < 0.05] = np.nan
    z[:, 7] = 1.0
    found = reliability(z)
    assert found.left_out == ("8",) and found.alpha == pytest.approx(get_cronbach(np.delete(z, 7, 1)))


@pytest.mark.parametrize(
    "call",
    [
        lambda b: node_reliability(b, "P2P", missing="complete"),
        lambda b: node_reliability(b, "CO2"),
        lambda b: node_reliability(b, "Physicl"),
        lambda b: reliability_table(b, stage="points"),
    ],
)
def test_unknown_words_are_refused(asem: Any, refused: Callable[..., Any], call: Callable[..., Any]) -> None:
    (fault,) = refused(call, asem)
    assert fault.code == "unknown-reference"
