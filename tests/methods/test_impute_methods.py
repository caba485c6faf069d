"""Imputation from siblings, neighbours and regressions: against COINr's steps and scikit-learn, and a known truth."""

from __future__ import annotations

import dataclasses
import warnings

import coinr_steps as coinr
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer
from sklearn.linear_model import BayesianRidge
from sklearn.preprocessing import StandardScaler

import yitihua as yt
from yitihua.definitions.methods import IMPUTE
from yitihua.index.impute.iterative import Chain, by_chain, fit_chain
from yitihua.index.impute.method import Cells
from yitihua.index.impute.neighbours import by_neighbours, moments, squared_distances
from yitihua.index.impute.ridge import bayesian_ridge
from yitihua.index.impute.rows import by_siblings, ranges
from yitihua.index.recipe import Recipe


def made_up(units: int, indicators: int, seed: int = 0, factors: int = 3, noise: float = 1.0, gaps: float = 0.08):
    """Return correlated indicators with gaps, and the values behind the gaps."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(units, factors)) @ rng.normal(size=(factors, indicators))
    x = 10.0 ** rng.integers(-2, 4, indicators) * (x + noise * rng.normal(size=x.shape) + 3)
    return np.where(rng.random(x.shape) < gaps, np.nan, x), x


# Siblings -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def asem() -> tuple[np.ndarray, np.ndarray, list[str], np.ndarray]:
    board = yt.evaluate("asem", impute="none", coverage={"node": 0, "index": 0})
    parents = {child: node.code for node in board.recipe.nodes for child in node.children}
    codes = list(board.recipe.codes)
    positive = np.array([rule.positive for rule in board.recipe.indicators])
    return board.denominated, positive, [parents[code] for code in codes], np.where(positive, 1, -1)


@pytest.mark.parametrize("centre", ["mean", "median"])
@pytest.mark.parametrize("within", ["parent", "all"])
def test_siblings_as_coinr(asem: tuple, centre: str, within: str) -> None:
    """R/impute.R, Impute.data.frame with impute_by = "row", by group_level = 2 or over the whole row, on ASEM."""
    x, positive, parents, directions = asem
    groups = parents if within == "parent" else [""] * len(parents)
    f_i = np.mean if centre == "mean" else np.median
    expected = np.empty_like(x)
    for group in set(groups):
        columns = [j for j, own in enumerate(groups) if own == group]
        expected[:, columns] = coinr.impute_by_row(x[:, columns], directions[columns], f_i)
    found = by_siblings(x, groups, positive, *ranges(x), centre)
    np.testing.assert_allclose(found.values, expected, rtol=1e-10)
    np.testing.assert_array_equal(found.filled, np.isnan(x))
    assert found.filled.sum() > 50
    method = {"method": "row_mean" if centre == "mean" else "row_median", "within": within}
    board = yt.evaluate("asem", impute=method, treat="none")
    np.testing.assert_allclose(board.treated, expected, rtol=1e-10)
    np.testing.assert_array_equal(board.imputed, found.filled)


def test_constant_columns_lend_nothing_and_get_their_own_value() -> None:
    """As COINr: 0/0 is left out of the mean, and any points times a range of 0 give the constant."""
    x = np.array([[1.0, 5.0, 0.0], [np.nan, 5.0, 1.0], [3.0, np.nan, 0.5], [2.0, 5.0, np.nan]])
    up = np.array([True, True, True])
    found = by_siblings(x, "aaa", up, *ranges(x)).values
    np.testing.assert_allclose(found, coinr.impute_by_row(x, np.ones(3)))
    np.testing.assert_allclose(found[1, 0], 3.0)  # its other indicator is the best of all
    np.testing.assert_allclose(found[2, 1], 5.0)


def test_what_siblings_cannot_fill() -> None:
    """No other value in the group; an indicator never observed."""
    x = np.array([[1.0, 1.0, np.nan], [np.nan, 2.0, np.nan], [3.0, np.nan, np.nan]])
    found = by_siblings(x, ["a", "b", "b"], np.ones(3, dtype=bool), *ranges(x))
    assert not found.filled.any()
    np.testing.assert_array_equal(found.values, x)


def test_shadow_imputation() -> None:
    """An identity: under equal weights and arithmetic means of min-max points the fill moves no score."""
    rule = {"treat": "none", "aggregate": "arithmetic"}
    open_ = {"node": 0.01, "index": 0.01, "count_imputed": True}
    left = yt.evaluate("asem", impute="none", coverage=open_, **rule)
    filled = yt.evaluate("asem", impute="row_mean", coverage=open_, **rule)
    first = [k for k, node in enumerate(left.recipe.nodes) if set(node.children) <= set(left.recipe.codes)]
    np.testing.assert_allclose(filled.node_values[:, first], left.node_values[:, first], rtol=1e-9)


# Neighbours -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weigh", ["uniform", "distance"])
@pytest.mark.parametrize("neighbours", [1, 5, 40])
@pytest.mark.parametrize(("units", "indicators"), [(60, 7), (30, 40), (700, 12)])
def test_neighbours_are_scikit_learns(units: int, indicators: int, neighbours: int, weigh: str) -> None:
    """sklearn.impute.KNNImputer on StandardScaler's columns, fitted to one table and applied to another."""
    x, other = np.split(made_up(units + 50, indicators)[0], [units])
    scaler = StandardScaler().fit(x)
    imputer = KNNImputer(n_neighbors=neighbours, weights=weigh).fit(scaler.transform(x))
    mean, sd = moments(x)
    for table in (x, other):
        expected = imputer.transform(scaler.transform(table))
        found = by_neighbours(table, (x - mean) / sd, mean, sd, neighbours, weigh)
        np.testing.assert_allclose((found.values - mean) / sd, expected, rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(found.filled, np.isnan(table))


def test_distances_are_scikit_learns() -> None:
    from sklearn.metrics.pairwise import nan_euclidean_distances

    x, _ = made_up(40, 6, gaps=0.4)
    x[5] = np.nan
    found = np.sqrt(squared_distances(x, x))
    np.testing.assert_allclose(np.where(np.isinf(found), np.nan, found), nan_euclidean_distances(x, x), atol=1e-3)


def test_twins_are_at_distance_0() -> None:
    """Large equal values would leave a difference of rounding errors."""
    x = np.array([[1e8, 1e8 + 1, 7.0], [1e8, 1e8 + 1, np.nan], [0.0, 2.0, 1.0]])
    assert squared_distances(x, x)[0, 1] == 0
    mean, sd = moments(x)
    found = by_neighbours(x, (x - mean) / sd, mean, sd, 2, "distance")
    np.testing.assert_allclose(found.values[1, 2], 7.0)  # a twin counts alone


def test_units_level_with_the_last_neighbour_share_its_place() -> None:
    """By hand: distances 1, 1, 1 for two places, so the three count 2/3 each."""
    x = np.array([[0.0, np.nan], [1.0, 10.0], [-1.0, 20.0], [1.0, 60.0]])
    sample = x.copy()
    found = by_neighbours(x, sample, np.zeros(2), np.ones(2), 2)
    assert found.values[0, 1] == 30.0
    order = [3, 1, 0, 2]
    again = by_neighbours(x[order], sample[order], np.zeros(2), np.ones(2), 2)
    assert again.values[2, 1] == 30.0


def test_a_unit_with_nothing_in_common_gets_the_mean() -> None:
    """As scikit-learn; an indicator nobody has stays missing."""
    x = np.array([[np.nan, np.nan, np.nan], [1.0, 4.0, np.nan], [3.0, 8.0, np.nan]])
    mean, sd = moments(x)
    found = by_neighbours(x, (x - mean) / sd, mean, sd)
    np.testing.assert_allclose(found.values[0], [2.0, 6.0, np.nan])
    assert found.filled.sum() == 2


# Regressions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("within_range", [True, False])
@pytest.mark.parametrize(
    ("units", "indicators", "noise"), [(300, 8, 1.0), (60, 12, 0.2), (51, 49, 1.0), (40, 60, 1.0), (90, 10, 1e-3)]
)
def test_regressions_are_scikit_learns(units: int, indicators: int, noise: float, within_range: bool) -> None:
    """sklearn.impute.IterativeImputer(BayesianRidge()) on standardised columns, and its transform of another table."""
    x, other = np.split(made_up(units + 30, indicators, noise=noise)[0], [units])
    mean, sd = moments(x)
    z = (x - mean) / sd
    bounds = {"min_value": np.nanmin(z, axis=0), "max_value": np.nanmax(z, axis=0)} if within_range else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        imputer = IterativeImputer(BayesianRidge(), random_state=0, **bounds).fit(z)
    chain = fit_chain(x, within_range=within_range)
    assert chain.rounds == imputer.n_iter_
    for table in (x, other):
        found = by_chain(table, Chain.of(chain.numbers()))
        expected = imputer.transform((table - mean) / sd)
        np.testing.assert_allclose((found.values - mean) / sd, expected, rtol=1e-8, atol=1e-8)
        np.testing.assert_array_equal(found.filled, np.isnan(table))


@pytest.mark.parametrize(("n", "p"), [(200, 5), (30, 20), (12, 30)])
def test_ridge_is_scikit_learns(n: int, p: int) -> None:
    rng = np.random.default_rng(n)
    x, y = rng.normal(size=(n, p)), rng.normal(size=n)
    y += x[:, 0]
    model = BayesianRidge().fit(x, y)
    slope, intercept = bayesian_ridge(x, y)
    np.testing.assert_allclose(slope, model.coef_, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(intercept, model.intercept_, rtol=1e-9, atol=1e-12)


def test_regressions_find_what_neighbours_and_means_do_not() -> None:
    """A simulated truth: three factors, little noise. Errors in standard deviations of each column."""
    x, truth = made_up(400, 12, noise=0.3)
    mean, sd = moments(x)
    gaps = np.isnan(x)

    def error(values: np.ndarray) -> float:
        return float(np.sqrt((((values - truth) / sd)[gaps] ** 2).mean()))

    regressed = error(by_chain(x, fit_chain(x)).values)
    neighbours = error(by_neighbours(x, (x - mean) / sd, mean, sd).values)
    assert regressed < neighbours < error(np.where(gaps, mean, x))
    assert regressed < 0.3


def test_whether_rounds_converged_is_said() -> None:
    x, _ = made_up(80, 9)
    assert fit_chain(x).converged
    short = fit_chain(x, rounds=1, tolerance=1e-9)
    assert (short.converged, short.rounds) == (False, 1)
    assert short.numbers()["converged"] == 0.0


def test_predictions_stay_within_the_observed_range() -> None:
    x, _ = made_up(50, 6, noise=0.1)
    x[0] = np.where(np.arange(6) == 0, np.nan, 30 * np.nanmax(x, axis=0))
    low, high = ranges(x)
    inside, outside = (by_chain(x, fit_chain(x, within_range=flag)).values[0, 0] for flag in (True, False))
    assert low[0] <= inside <= high[0] < abs(outside)


def test_regressions_without_anything_to_regress_on() -> None:
    """Constant and empty columns take no part; one column alone gets its mean."""
    x = np.column_stack([[1.0, 2.0, np.nan, 4.0], [5.0, 5.0, 5.0, np.nan], [np.nan] * 4])
    found = by_chain(x, fit_chain(x))
    np.testing.assert_allclose(found.values[2, 0], 7 / 3)
    np.testing.assert_allclose(found.values[3, 1], 5.0)
    assert np.isnan(found.values[:, 2]).all()


def test_nothing_missing_changes_nothing() -> None:
    _, x = made_up(30, 5)
    mean, sd = moments(x)
    for found in (
        by_chain(x, fit_chain(x)),
        by_neighbours(x, (x - mean) / sd, mean, sd),
        by_siblings(x, "aabbb", np.ones(5, dtype=bool), *ranges(x)),
    ):
        np.testing.assert_array_equal(found.values, x)
        assert not found.filled.any()


# All of them ----------------------------------------------------------------------------------------------------------

NAMES = ["row_mean", "row_median", "knn", "iterative"]


def cells_of(x: np.ndarray) -> Cells:
    count = x.shape[1]
    codes = tuple(f"i{j}" for j in range(count))
    parents = tuple("ab"[j % 2] for j in range(count))
    return Cells(x, parents, np.arange(count) % 3 > 0, codes, tuple(f"u{i}" for i in range(len(x))))


def filled_by(name: str, x: np.ndarray, sample: np.ndarray | None = None) -> np.ndarray:
    method = IMPUTE[name]
    settings, columns = method.settings({}), list(range(x.shape[1]))
    numbers = method.fit(cells_of(x if sample is None else sample), columns, settings)
    assert all(isinstance(values, np.ndarray) and values.dtype == float for values in numbers.values())
    return method.apply(cells_of(x), columns, settings, numbers)


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 50))
def test_the_order_of_units_and_their_company_do_not_matter(name: str, seed: int) -> None:
    """A unit is filled from its own row and the fitted numbers; fitted to permuted rows they are the same."""
    x, _ = made_up(25, 6, seed=seed, gaps=0.15)
    order = np.random.default_rng(seed).permutation(25)
    whole = filled_by(name, x)
    np.testing.assert_allclose(filled_by(name, x[order]), whole[order], rtol=1e-6)
    np.testing.assert_allclose(filled_by(name, x[:4], sample=x), whole[:4], rtol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_units_of_measurement_do_not_matter(name: str) -> None:
    """Shifted and stretched columns are filled with the shifted and stretched values."""
    x, _ = made_up(40, 6)
    times, shift = np.array([1, 1e-3, 50.0, 1, 7, 1e5]), np.array([0, 5, -2.0, 1e3, 0, 9])
    np.testing.assert_allclose(filled_by(name, x * times + shift), filled_by(name, x) * times + shift, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_every_method_at_the_size_of_china(name: str) -> None:
    """2,844 x 51, 5 % missing, a constant column, a unit and an indicator without any value: no warning."""
    x, _ = made_up(2844, 51, gaps=0.05)
    x[:, 17], x[7], x[:, 30] = 3.0, np.nan, np.nan
    found = filled_by(name, x)
    seen = np.isfinite(x)
    np.testing.assert_array_equal(found[seen], x[seen])
    assert np.isnan(found[:, 30]).all()
    rest = np.delete(np.delete(found, 30, axis=1), 7, axis=0)
    assert np.isfinite(rest).all()


@pytest.mark.parametrize(
    "rule",
    [
        "row_mean",
        {"method": "row_median", "within": "all"},
        "knn",
        {"method": "knn", "neighbours": 3, "weigh": "distance"},
        "iterative",
        {"method": "iterative", "rounds": 3, "within_range": False},
        {"method": "group_median", "group": "Group_EurAsia", "indicators": {"LPI": {"method": "knn"}}},
    ],
)
def test_through_an_edition_and_json(rule: object) -> None:
    board = yt.evaluate("asem", impute=rule)
    again = Recipe.from_json(board.recipe.to_json())
    assert again == board.recipe
    np.testing.assert_array_equal(yt.apply(board.table, again).total, board.total)
    assert np.isfinite(board.treated).all()
    np.testing.assert_array_equal(board.imputed, np.isnan(board.denominated))


def test_a_recipe_fills_another_table_from_the_units_it_was_fitted_on() -> None:
    board = yt.evaluate("asem", impute="knn")
    table = board.table
    hole = table.values.copy()
    hole[0, 0] = np.nan
    one = yt.apply(dataclasses.replace(table, values=hole), board.recipe)
    few = yt.apply(dataclasses.replace(table, values=hole).aligned(table.units[:3], table.indicators), board.recipe)
    np.testing.assert_allclose(few.treated[0], one.treated[0], rtol=1e-12)
    assert few.imputed[0, 0]


REFUSED = [
    ({"method": "knn", "neighbours": 0}, "bad-value"),
    ({"method": "row_mean", "within": "grandparent"}, "bad-choice"),
    ({"method": "iterative", "neighbours": 3}, "no-effect"),
    ({"method": "iterative", "tolerance": 0}, "bad-value"),
    ("last_value", "no-other-periods"),
]


@pytest.mark.parametrize(("rule", "code"), REFUSED)
def test_bad_settings_are_refused(rule: object, code: str) -> None:
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("asem", impute=rule)
    assert [fault.code for fault in caught.value.faults] == [code]
