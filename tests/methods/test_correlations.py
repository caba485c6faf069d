"""Correlations against COINr's printed results on ASEM, scipy, statsmodels, and enumeration by hand."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

import yitihua as yt
from yitihua.analysis.association import adjust_p, associate, exact_kendall_p, exact_spearman_p
from yitihua.analysis.correlations import (
    attribute_correlations,
    correlation_flags,
    correlation_matrix,
    correlation_table,
    family_correlations,
    sibling_correlations,
)
from yitihua.analysis.stages import indicators_below, weights_below

KINDS = ("pearson", "spearman", "kendall")


@pytest.fixture(scope="module")
def asem() -> Any:
    return yt.evaluate("asem")


def oracle(kind: str, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """scipy's statistic and p on the shared units; for Kendall the p by the normal law."""
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both], y[both]
    if kind == "kendall":
        found = stats.kendalltau(x, y, method="asymptotic")
    else:
        found = {"pearson": stats.pearsonr, "spearman": stats.spearmanr}[kind](x, y)
    return float(found.statistic), float(found.pvalue)


# COINr's own results: docs/articles/analysis.html of bluefoxr/COINr at 27360ea, printed by R.


def test_raw_correlations_are_coinrs(asem: Any) -> None:
    """`get_corr(coin, dset = "Raw", iCodes = list("Environ"), Levels = 1)` as printed; NA is p above 0.05."""
    table = correlation_table(asem, indicators_below(asem.recipe, "Environ"), stage="raw")
    found = {frozenset(pair): (r, p) for *pair, r, p in table[["code", "other", "r", "p"]].values.tolist()}
    assert found[frozenset(("CO2", "MatCon"))][0] == pytest.approx(0.7222051, abs=5e-8)
    assert found[frozenset(("CO2", "PrimEner"))][0] == pytest.approx(0.3268484, abs=5e-8)
    assert found[frozenset(("CO2", "Renew"))][0] == pytest.approx(-0.5986338, abs=5e-8)
    rounded = {("Forest", "Renew"): 0.35, ("MatCon", "PrimEner"): 0.38, ("MatCon", "Renew"): -0.42}
    for pair, r in rounded.items():
        assert round(found[frozenset(pair)][0], 2) == r
    blank = {("CO2", "Forest"), ("Forest", "MatCon"), ("Forest", "PrimEner"), ("PrimEner", "Renew")}
    assert {pair for pair, (_, p) in found.items() if p > 0.05} == {frozenset(pair) for pair in blank}


def test_flagged_siblings_are_coinrs(asem: Any) -> None:
    """`get_corr_flags(dset = "Normalised", grouplev = 2)`: above 0.75, and below -0.5, as printed."""
    table = sibling_correlations(asem)
    table = table[~table["parent"].isin(["Sust", "Conn", "Index"])]
    high = {frozenset((a, b)): round(r, 3) for a, b, r in table[table.r > 0.75][["code", "other", "r"]].values}
    low = {frozenset((a, b)): round(r, 3) for a, b, r in table[table.r < -0.5][["code", "other", "r"]].values}
    assert high == {frozenset(("CPI", "FreePress")): 0.761, frozenset(("CPI", "NGOs")): 0.768}
    assert low == {
        frozenset(("CostImpEx", "TBTs")): -0.697,
        frozenset(("RTAs", "TBTs")): -0.752,
        frozenset(("TBTs", "TIRcon")): -0.623,
    }


def test_denominators_are_coinrs(asem: Any) -> None:
    """`get_denom_corr(coin, dset = "Raw", cor_thresh = 0.7)` as printed, all ten lines."""
    table = attribute_correlations(asem, threshold=0.7)
    above = table[table["above"]]
    found = {(code, name): round(r, 2) for code, name, r in above[["code", "attribute", "r"]].values.tolist()}
    assert found == {
        ("CultGood", "Den_Energy"): 0.71,
        ("CultGood", "Den_GDP"): 0.85,
        ("FDI", "Den_Energy"): 0.74,
        ("FDI", "Den_GDP"): 0.85,
        ("Goods", "Den_GDP"): 0.80,
        ("PRemit", "Den_GDP"): 0.71,
        ("Research", "Den_GDP"): 0.78,
        ("Services", "Den_GDP"): 0.77,
        ("StMob", "Den_Energy"): 0.73,
        ("StMob", "Den_GDP"): 0.84,
    }
    divides = dict(zip(zip(table["code"], table["attribute"], strict=True), table["divides"], strict=True))
    assert divides["Goods", "Den_GDP"] and not divides["Goods", "Den_Pop"]


def test_flags_are_coinrs() -> None:
    """R/plot_corr.R: round to 2, >= 0.9 High, <= 0.3 Weak, <= -0.4 Negative."""
    r = np.array([0.895, 0.894, 0.304, 0.306, -0.394, -0.396, np.nan])
    assert correlation_flags(r).tolist() == ["high", "ok", "weak", "ok", "weak", "negative", ""]
    assert correlation_flags(r[:1], lang="zh").tolist() == ["过高"]


def test_family_is_parent_to_index(asem: Any) -> None:
    """`withparent = "family"`: every level above; r by pandas on the stored scores."""
    table = family_correlations(asem, ["CO2"])
    assert table[["other", "steps"]].values.tolist() == [["Environ", 1], ["Sust", 2], ["Index", 3]]
    whole = correlation_matrix(asem, "both")
    assert table["r"].to_list() == whole.loc["CO2", ["Environ", "Sust", "Index"]].to_list()
    assert len(family_correlations(asem)) == 49 * 3 + 8 * 2 + 2


def test_effective_weights_follow_the_tree(asem: Any) -> None:
    """R/weights.R, `get_eff_wts`: weights within the parent times the parent's; and the recipe's own."""
    assert weights_below(asem.recipe, "Index") == pytest.approx(asem.recipe.global_weights)
    below = weights_below(asem.recipe, "Conn")
    assert below["LPI"] == pytest.approx(1 / 5 / 8)
    assert sum(below[code] for code in indicators_below(asem.recipe, "Conn")) == pytest.approx(1)


# Numbers against scipy and statsmodels.


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("values", [3, 0])
def test_pairs_equal_scipy(kind: str, values: int) -> None:
    """scipy.stats on the shared units of each pair, with many ties (values 0..2) and without."""
    rng = np.random.default_rng(1)
    z = rng.integers(0, values, size=(80, 6)).astype(float) if values else rng.normal(size=(80, 6))
    z[rng.random(z.shape) < 0.15] = np.nan
    z[:, 5] = 2.0
    found = associate(z, kind)
    for j in range(5):
        for k in range(j):
            r, p = oracle(kind, z[:, j], z[:, k])
            assert found.r[j, k] == pytest.approx(r, abs=1e-12)
            assert found.p[j, k] == pytest.approx(p, rel=1e-9)
            assert found.n[j, k] == (np.isfinite(z[:, j]) & np.isfinite(z[:, k])).sum()
    assert np.isnan(found.r[5]).all() and np.isnan(found.p[5]).all()
    assert (np.diag(found.r)[:5] == 1).all() and not found.exact.any()


@pytest.mark.parametrize("n", [3, 5, 9, 30, 49])
def test_small_kendall_is_exact(n: int) -> None:
    """scipy's exact method; R's cor.test is exact below 50 units without ties."""
    rng = np.random.default_rng(n)
    z = rng.normal(size=(n, 2))
    found = associate(z, "kendall")
    assert found.exact[0, 1]
    assert found.p[0, 1] == pytest.approx(stats.kendalltau(*z.T, method="exact").pvalue, rel=1e-10)


@pytest.mark.parametrize("n", [3, 4, 6])
def test_small_spearman_is_exact(n: int) -> None:
    """All orders by hand: the share whose rho is as far from 0."""
    z = np.random.default_rng(n).normal(size=(n, 2))
    found = associate(z, "spearman")
    rhos = [stats.spearmanr(range(n), order).statistic for order in permutations(range(n))]
    assert found.p[0, 1] == pytest.approx(np.mean(np.abs(rhos) >= abs(found.r[0, 1]) - 1e-12))
    assert found.exact[0, 1]


def test_exact_p_of_the_whole_distribution() -> None:
    """Enumerated for 4 units: surplus 6, 4, 2, 0 have 1, 3, 5, 6 orders of 24 (and the mirror ones)."""
    assert [exact_kendall_p(s, 4) * 24 for s in (6, 4, 2, 0)] == pytest.approx([2, 8, 18, 24])
    assert exact_spearman_p(-1.0, 3) == pytest.approx(2 / 6)


def test_ties_and_larger_samples_are_not_exact() -> None:
    """With a tie, from 50 units (tau) and from 10 (rho): the stated approximations."""
    tied = np.array([[1, 1], [1, 2], [3, 3], [4, 4], [5, 7], [6, 6.0]])
    assert not associate(tied, "kendall").exact.any() and not associate(tied, "spearman").exact.any()
    rng = np.random.default_rng(0)
    assert not associate(rng.normal(size=(50, 2)), "kendall").exact.any()
    assert not associate(rng.normal(size=(10, 2)), "spearman").exact.any()


@pytest.mark.parametrize(("correction", "name"), [("bonferroni", "bonferroni"), ("holm", "holm"), ("fdr", "fdr_bh")])
def test_corrections_equal_statsmodels(correction: str, name: str) -> None:
    """statsmodels `multipletests` on the tests that are there."""
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(0).random(40) ** 3
    p[[3, 7]] = np.nan
    found = adjust_p(p.reshape(8, 5), correction).ravel()
    there = np.isfinite(p)
    assert found[there] == pytest.approx(multipletests(p[there], method=name)[1])
    assert np.isnan(found[~there]).all()


def test_correction_counts_the_tests_of_the_table(asem: Any) -> None:
    """Bonferroni by hand: p times the number of pairs of the table."""
    table = sibling_correlations(asem, "Environ", correction="bonferroni")
    assert table.attrs["tests"] == len(table) == 10
    assert table["p_adjusted"].to_numpy() == pytest.approx(np.minimum(table["p"].to_numpy() * 10, 1))


# Properties.

matrices = hnp.arrays(float, st.tuples(st.integers(4, 25), st.just(3)), elements=st.integers(-4, 4).map(float))


@given(matrices, st.sampled_from(KINDS), st.randoms(use_true_random=False))
def test_order_of_units_does_not_matter(z: np.ndarray, kind: str, random: Any) -> None:
    rows = list(range(len(z)))
    random.shuffle(rows)
    a, b = associate(z, kind), associate(z[rows], kind)
    assert np.allclose(a.r, b.r, equal_nan=True, atol=1e-12)
    assert np.allclose(a.p, b.p, equal_nan=True, atol=1e-6)


@given(matrices, st.sampled_from(("spearman", "kendall")))
def test_rank_correlations_see_only_order(z: np.ndarray, kind: str) -> None:
    """Any rising transformation leaves ranks; a falling one turns the sign."""
    a = associate(z, kind).r
    b = associate(np.column_stack([np.exp(z[:, 0]), -(z[:, 1] ** 3), z[:, 2]]), kind).r
    assert np.allclose(b[0, 2], a[0, 2], equal_nan=True)
    assert np.allclose(b[0, 1], -a[0, 1], equal_nan=True)


@given(matrices)
def test_missing_cells_are_left_out_by_pair(z: np.ndarray) -> None:
    """A unit without one of two values counts for nothing in that pair."""
    z = z.copy()
    z[0, 0] = np.nan
    for kind in KINDS:
        whole, rest = associate(z, kind), associate(z[1:], kind)
        assert np.allclose(whole.r[0], rest.r[0], equal_nan=True, atol=1e-12)
        assert (whole.n[0] == rest.n[0]).all()


# Stated answers.


def test_nothing_to_correlate_is_nan() -> None:
    """No units, one unit, two units, a constant, nothing shared."""
    for kind in KINDS:
        for units in (0, 1):
            found = associate(np.ones((units, 2)), kind)
            assert np.isnan(found.r).all() and np.isnan(found.p).all()
        two = associate(np.array([[1.0, 5.0], [2.0, 6.0]]), kind)
        assert two.r[0, 1] == pytest.approx(1) and np.isnan(two.p[0, 1])
        apart = associate(np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, 3.0], [np.nan, 1.0]]), kind)
        assert apart.n[0, 1] == 0 and np.isnan(apart.r[0, 1])
        assert associate(np.empty((5, 0)), kind).r.shape == (0, 0)


def test_a_perfect_correlation_has_p_zero() -> None:
    x = np.arange(60.0)
    found = associate(np.column_stack([x, 2 * x + 1]), "pearson")
    assert found.r[0, 1] == pytest.approx(1) and found.p[0, 1] < 1e-100


def test_stages_levels_and_directions(asem: Any) -> None:
    """COINr's `use_directions`: only signs change; `fit`'s levels stay apart."""
    plain = correlation_matrix(asem, stage="treated")
    turned = correlation_matrix(asem, stage="treated", directed=True)
    points = correlation_matrix(asem)
    assert turned.abs().to_numpy() == pytest.approx(plain.abs().to_numpy())
    # Min-max is affine, so points correlate as directed treated values do.
    assert turned.to_numpy() == pytest.approx(points.to_numpy(), abs=1e-12)
    board = yt.evaluate("hdi")
    assert correlation_table(board, ["eys", "mys"])["n"].max() <= 193
    assert correlation_table(board, ["eys", "mys"], level="aggregate")["n"].max() <= 11


def test_every_kind_at_full_size() -> None:
    """2,844 x 51 with missing cells and a constant column: no warning, and ties and n as they are."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(2844, 51)).round(2)
    z[rng.random(z.shape) < 0.05] = np.nan
    z[:, 50] = 3.0
    for kind in KINDS:
        found = associate(z, kind)
        assert np.isnan(found.r[50]).all()
        r, p = oracle(kind, z[:, 0], z[:, 1])
        assert found.r[0, 1] == pytest.approx(r, abs=1e-12) and found.p[0, 1] == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda b: correlation_table(b, kind="pearsn"), "pearsn"),
        (lambda b: correlation_table(b, stage="normalized"), "normalized"),
        (lambda b: correlation_table(b, level="county"), "county"),
        (lambda b: correlation_table(b, ["CO3"]), "CO3"),
        (lambda b: correlation_table(b, correction="sidak"), "sidak"),
        (lambda b: sibling_correlations(b, "CO2"), "CO2"),
        (lambda b: attribute_correlations(b, ["Group_EurAsia"]), "Group_EurAsia"),
    ],
)
def test_unknown_words_are_refused(
    asem: Any, refused: Callable[..., Any], call: Callable[..., Any], words: str
) -> None:
    (fault,) = refused(call, asem)
    assert words in fault.problem("en") and words in fault.problem("zh")
    assert not [letter for letter in fault.details["kind"] if letter in fault.problem("zh").split("“")[0]]
