"""Effective importance, dimensions and redundancy: truths that are known in closed form, oracles, identities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yitihua as yt
from yitihua.analysis.components import bartlett, components, correlations_of, kmo, random_eigenvalues
from yitihua.analysis.importance import correlation_ratio, effective_weights, importance
from yitihua.analysis.redundancy import redundancy


@pytest.fixture(scope="module")
def asem():
    return yt.evaluate("asem")


# Correlation ratio.


@pytest.mark.parametrize("n", [100, 400, 2844])
def test_a_straight_line_with_noise_has_the_squared_correlation(n):
    """Simulated truth: y = 0.6 x + 0.8 e, both normal, has Var(E[y|x]) / Var(y) = 0.36."""
    rng = np.random.default_rng(1)
    z = rng.normal(size=(200, 2, n))
    found = np.array([correlation_ratio(a, 0.6 * a + 0.8 * e).ratio for a, e in z])
    assert found.mean() == pytest.approx(0.36, abs=3 * found.std() / np.sqrt(200) + 2.5 / n)


def test_a_parabola_is_seen_where_correlation_is_blind():
    """Simulated truth: y = x^2 + e with x normal, e of variance 2: Var(x^2) = 2, so S = 1/2, and r = 0."""
    rng = np.random.default_rng(2)
    found = []
    for _ in range(60):
        x = rng.normal(size=800)
        y = x**2 + np.sqrt(2) * rng.normal(size=800)
        found.append(correlation_ratio(x, y).ratio)
    assert np.mean(found) == pytest.approx(0.5, abs=0.02)


def test_ishigami_main_effects():
    """Closed form (Saltelli et al. 2008): a = 7, b = 0.1 give S1 = 0.3139, S2 = 0.4424, S3 = 0.

    V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8, V = 1/2 + a^2/8 + b pi^4/5 + b^2 pi^8/18.
    """
    a, b = 7.0, 0.1
    total = 0.5 + a**2 / 8 + b * np.pi**4 / 5 + b**2 * np.pi**8 / 18
    want = [0.5 * (1 + b * np.pi**4 / 5) ** 2 / total, a**2 / 8 / total, 0.0]
    rng = np.random.default_rng(3)
    x = rng.uniform(-np.pi, np.pi, (20000, 3))
    y = np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])
    assert [correlation_ratio(x[:, j], y).ratio for j in range(3)] == pytest.approx(want, abs=0.015)


def test_independent_values_share_what_the_docstring_says():
    """Simulated truth: the ratio under independence is about (freedom - 1) / (pairs - 1), near 0 for many units."""
    rng = np.random.default_rng(4)
    found = [correlation_ratio(rng.normal(size=600), rng.normal(size=600)) for _ in range(200)]
    assert np.mean([s.ratio for s in found]) == pytest.approx(np.mean([(s.freedom - 1) / 599 for s in found]), rel=0.9)
    assert np.mean([s.ratio for s in found]) < 0.01


def test_few_values_are_classes():
    """By hand: classes 0, 1 with means 1 and 4 of y = (0, 2, 3, 5): 9 of 13 squared deviations lie between."""
    assert correlation_ratio(np.array([0.0, 0, 1, 1]), np.array([0.0, 2, 3, 5])).ratio == pytest.approx(9 / 13)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1e6), st.floats(-1e3, 1e3), st.booleans())
def test_shifts_scales_order_and_missing_units_change_nothing(seed, factor, shift, turned):
    """Identities."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=60)
    y = np.sin(2 * x) + rng.normal(size=60)
    want = correlation_ratio(x, y).ratio
    order = rng.permutation(60)
    assert correlation_ratio(x[order], y[order]).ratio == pytest.approx(want, abs=1e-5)
    moved = (-1 if turned else 1) * factor * x + shift * factor
    assert correlation_ratio(moved, factor * y + shift).ratio == pytest.approx(want, abs=1e-5)
    more = correlation_ratio(np.append(x, [np.nan, 1.0]), np.append(y, [1.0, np.nan]))
    assert more.ratio == pytest.approx(want, abs=1e-12) and more.pairs == 60
    assert 0 <= want <= 1


def test_what_does_not_vary_has_no_ratio():
    assert np.isnan(correlation_ratio(np.full(20, 0.1), np.arange(20.0)).ratio)
    assert np.isnan(correlation_ratio(np.arange(20.0), np.full(20, 0.1)).ratio)
    assert np.isnan(correlation_ratio(np.array([1.0, np.nan]), np.array([1.0, 2.0])).ratio)


# On a board.


def test_shares_sum_to_one_and_stand_beside_the_weights(asem):
    """Identities; r against numpy's corrcoef."""
    found = importance(asem, of="indicators")
    assert found.share.sum() == pytest.approx(1) and found.nominal.sum() == pytest.approx(1)
    assert len(found.codes) == 49 and found.discrepancy > 0
    j = found.codes.index("LPI")
    r = np.corrcoef(asem.normalised[:, asem.recipe.codes.index("LPI")], asem.total)[0, 1]
    assert found.correlation[j] == pytest.approx(r)
    frame = importance(asem, "Conn").frame("zh")
    assert frame["code"].to_list() == list(
        asem.recipe.nodes[[n.code for n in asem.recipe.nodes].index("Conn")].children
    )


def test_a_constant_indicator_has_no_share_and_large_boards_are_quick():
    """Stated answer: no ratio, share 0."""
    edition = yt.load_edition("asem")
    table = yt.read_table(edition)
    values = np.vstack([table.values] * 3)
    constant = table.indicators.index("LPI")  # not divided by anything
    values[:, constant] = 7.0
    values[::7, 6] = np.nan
    units = tuple(f"u{i}" for i in range(len(values)))
    attributes = {name: np.concatenate([column] * 3) for name, column in table.attributes.items()}
    big = replace(table, units=units, values=values, names={}, levels=(), origin=None, attributes=attributes)
    board = yt.evaluate(edition, big, treat="none")
    found = importance(board, of="indicators")
    j = found.codes.index("LPI")
    assert np.isnan(found.ratio[j]) and found.share[j] == 0 and found.share.sum() == pytest.approx(1)
    assert "LPI" in redundancy(board).silent["code"].to_list()
    assert "LPI" not in components(board, draws=20).codes


def test_effective_weights_are_products_down_the_tree(asem):
    """Identity: on each level of COINr's they sum to 1; by hand for Goods: 1/5 of ConEcFin, 1/5 of Conn, 1/2."""
    table = effective_weights(asem)
    assert table.groupby("level")["effective"].sum().to_numpy() == pytest.approx(np.ones(4))
    assert table.set_index("code").loc["Goods", "effective"] == pytest.approx(0.2 * 0.2 * 0.5)


# Components.


def test_components_are_those_of_scikit_learn(asem):
    """Oracle: sklearn PCA of standardised columns."""
    from sklearn.decomposition import PCA

    found = components(asem, "Social", draws=50)
    x = asem.normalised[:, [asem.recipe.codes.index(code) for code in found.codes]]
    pca = PCA().fit((x - x.mean(axis=0)) / x.std(axis=0, ddof=1))
    assert found.values == pytest.approx(pca.explained_variance_)
    assert np.abs(found.loadings) == pytest.approx(
        np.abs(pca.components_.T * np.sqrt(pca.explained_variance_)), abs=1e-8
    )
    assert found.explained.sum() == pytest.approx(1)
    assert found.frame().shape == (9, 15)


@pytest.mark.parametrize("factors", [1, 2, 3])
def test_parallel_analysis_finds_the_factors_that_made_the_data(factors):
    """Simulated truth: each factor makes four columns with loadings of 0.8."""
    rng = np.random.default_rng(5)
    x = 0.8 * np.repeat(rng.normal(size=(300, factors)), 4, axis=1) + 0.6 * rng.normal(size=(300, 4 * factors))
    values = np.linalg.eigvalsh(np.corrcoef(x.T))[::-1]
    above = values > random_eigenvalues(300, 4 * factors, 200)
    assert int(np.argmin(above)) == factors


def test_noise_has_no_component_more_often_than_the_line_says():
    """Simulated truth: independent columns pass the 95th percentile of the first eigenvalue in 5% of tables."""
    rng = np.random.default_rng(6)
    line = random_eigenvalues(60, 6, 2000, 1)[0]
    first = [np.linalg.eigvalsh(np.corrcoef(rng.normal(size=(6, 60))))[-1] for _ in range(1000)]
    assert 0.03 < np.mean(np.array(first) > line) < 0.075
    assert np.array_equal(random_eigenvalues(30, 4, 50, 9), random_eigenvalues(30, 4, 50, 9))


def test_pairs_are_those_of_pandas():
    """Oracle: DataFrame.corr, which takes each pair over the units that have both."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(40, 5))
    x[rng.random(x.shape) < 0.2] = np.nan
    assert correlations_of(x) == pytest.approx(pd.DataFrame(x).corr().to_numpy())


def test_kmo_and_bartlett_by_hand():
    """By hand for r = 0.5 among three: partial correlations are 1/3, KMO = 0.75 / (0.75 + 1/3) = 9/13; the
    determinant is 1/2, chi2 = (n - 1 - 11/6) ln 2.
    """
    r = np.full((3, 3), 0.5) + 0.5 * np.eye(3)
    assert kmo(r) == pytest.approx(9 / 13)
    assert bartlett(r, 40)[0] == pytest.approx((39 - 11 / 6) * np.log(2))
    assert np.isnan(kmo(np.ones((3, 3)))) and np.isnan(bartlett(np.ones((3, 3)), 40)[0])


def test_a_straight_line_is_never_smoothed_away():
    """Its second differences are 0, so 2 degrees of freedom are left, also where most segments hold no unit."""
    found = importance(yt.evaluate("zhejiang-2022"))
    assert (found.freedom >= 2).all()
    straight = found.freedom < 2 + 1e-3
    assert straight.any()
    np.testing.assert_allclose(found.ratio[straight], found.correlation[straight] ** 2, rtol=1e-3)


# Redundancy.


def test_planted_twins_and_a_reversed_indicator_are_found(asem):
    """Planted: one column is made a copy of another, one is turned around."""
    edition = yt.load_edition("asem")
    table = yt.read_table(edition)
    values, codes = table.values.copy(), list(table.indicators)
    values[:, codes.index("Lang")] = values[:, codes.index("LPI")] * 2 + 1
    values[:, codes.index("StMob")] = -values[:, codes.index("Visa")]
    found = redundancy(yt.evaluate(edition, replace(table, values=values), treat="none"))
    pairs = found.pairs.set_index(["code", "other"])["r"]
    assert pairs.get(("Lang", "LPI"), pairs.get(("LPI", "Lang"))) == pytest.approx(1)
    assert "StMob" in found.contrary["code"].to_list()


@pytest.mark.parametrize("bad", [{"threshold": 1.5}, {"silent": -0.1}])
def test_thresholds_are_shares(asem, bad, refused):
    assert [fault.code for fault in refused(redundancy, asem, **bad)] == ["bad-value"]


def test_options_are_checked(asem, refused):
    assert [fault.code for fault in refused(importance, asem, of="leaves")] == ["unknown-reference"]
    assert [fault.code for fault in refused(components, asem, draws=3)] == ["bad-count"]
