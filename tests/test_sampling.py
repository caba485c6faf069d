"""Sampling error of an index: held against scoring every draw by hand, against algebra, and against a known truth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import yitihua as yt
from yitihua.errors import InputError
from yitihua.index.apply import apply
from yitihua.index.redraw import Redraw
from yitihua.index.sampling import errors_of, ranks_of_draws, runs_alike, sampling
from yitihua.indicators.cities import cities_of, sum_to_cities, with_cities
from yitihua.indicators.covariance import Covariance, matrix_root
from yitihua.indicators.covariance_file import read_covariance, write_covariance
from yitihua.indicators.parquet import write_parquet
from yitihua.indicators.table_json import table_from_json, table_to_json


def by_hand(board: yt.Scoreboard, codes: tuple[str, ...], errors: np.ndarray) -> np.ndarray:
    """Score every draw as a table of its own."""
    columns = [board.table.indicators.index(code) for code in codes]
    found = []
    for error in errors:
        values = board.table.values.copy()
        values[:, columns] += error
        found.append(apply(replace(board.table, values=values), board.recipe).total)
    return np.array(found)


@pytest.mark.parametrize("changes", [
    {}, {"aggregate": "geometric"}, {"normalise": "minmax"}, {"normalise": "zscore"}, {"normalise": "percentile_rank"},
])  # fmt: skip
def test_draws_are_scored_as_tables_of_their_own(changes: dict[str, str]) -> None:
    # The authority is `apply` itself, on each drawn table.
    board = yt.evaluate("zhejiang-2022", **changes)
    errors = errors_of(board.table, board.recipe.codes)
    assert errors is not None and len(errors.indicators) == 8
    drawn = errors.draws(5, np.random.default_rng(3))
    np.testing.assert_allclose(
        Redraw.of(board, errors.indicators).totals(drawn), by_hand(board, errors.indicators, drawn), rtol=1e-12
    )


def test_an_indicator_missing_everywhere_is_left_out_of_draws() -> None:
    # The authority is `apply` itself: all units have the same gap.
    board = yt.evaluate("zhejiang-2022")
    errors = errors_of(board.table, board.recipe.codes)
    assert errors is not None
    values = np.where(np.isnan(board.table.values), np.nanmean(board.table.values, axis=0), board.table.values)
    values[:, board.table.indicators.index(errors.indicators[0])] = np.nan
    gapped, codes = apply(replace(board.table, values=values), board.recipe), errors.indicators[1:]
    drawn = errors.select(codes).draws(3, np.random.default_rng(5))
    np.testing.assert_allclose(Redraw.of(gapped, codes).totals(drawn), by_hand(gapped, codes, drawn), rtol=1e-12)


def test_denominators_and_imputed_cells_are_followed() -> None:
    board = yt.evaluate("asem")
    codes = tuple(rule.code for rule in board.recipe.indicators if rule.denominate_by)[:3]
    columns = [board.table.indicators.index(code) for code in codes]
    size = 0.01 * np.nanmean(board.table.values[:, columns], axis=0)
    drawn = np.random.default_rng(1).standard_normal((4, len(board.table.units), len(codes))) * size
    np.testing.assert_allclose(
        Redraw.of(board, codes).totals(drawn), by_hand(board, codes, drawn), rtol=1e-12
    )  # winsorised columns among them


def test_a_logarithm_takes_the_error_of_the_logarithm() -> None:
    board = yt.evaluate("hdi", period=2021)
    income = board.recipe.indicators[-1].code
    assert board.recipe.indicators[-1].transform == "ln"
    errors = np.full((1, len(board.table.units), 1), 1e-4)
    exact = by_hand(board, (income,), errors)
    np.testing.assert_allclose(Redraw.of(board, [income]).totals(errors), exact, rtol=1e-9)
    huge = -10.0 * np.abs(board.table.values[:, [-1]])[None]
    assert np.isfinite(Redraw.of(board, [income]).totals(huge)[0, np.isfinite(board.total)]).all()


def test_the_standard_error_is_that_of_a_weighted_sum() -> None:
    # No draw reaches a goalpost: the score is linear in the estimates, its variance is a'Va.
    board = yt.evaluate("zhejiang-2022")
    codes = ("E01", "E02")
    v = np.array([[4.0, 3.0], [3.0, 9.0]]) * 1e-4
    shared = np.full((1, 90, 2), 0.02)
    table = replace(
        board.table, covariance=Covariance(board.table.units, codes, np.tile(v, (90, 1, 1)), shared), se=None
    )
    board = apply(table, board.recipe)
    found = board.sampling(20_000, seed=5)
    full = np.isfinite(board.normalised[:, -9:]).all(axis=1) & (board.coverage > 0.999)
    rules = {rule.code: rule for rule in board.recipe.indicators}
    weight = np.array([
        board.recipe.global_weights[code] * rules[code].normalise.gain / rules[code].normalise.width for code in codes
    ])  # fmt: skip
    expected = np.sqrt(weight @ (v + 0.02**2) @ weight)
    assert full.sum() > 5
    np.testing.assert_allclose(found.se[full], expected, rtol=0.03)
    # What two units share cancels in their difference.
    first, second = np.flatnonzero(full)[:2]
    difference = (found.scores[:, first] - found.scores[:, second]).std(ddof=1)
    assert difference == pytest.approx(np.sqrt(2 * weight @ v @ weight), rel=0.03)


def test_covariance_draws_have_its_moments() -> None:
    generator = np.random.default_rng(0)
    root = generator.standard_normal((3, 2, 2))
    found = Covariance(
        ("a", "b", "c"), ("x", "y"), root @ np.swapaxes(root, 1, 2), generator.standard_normal((2, 3, 2))
    )
    drawn = found.draws(100_000, np.random.default_rng(1)).reshape(100_000, 6)
    np.testing.assert_allclose(np.cov(drawn.T), found.dense(), atol=0.06)
    np.testing.assert_allclose(np.sqrt(np.diag(found.dense())).reshape(3, 2), found.se)
    assert found.take([2, 0]).select(["y"]).dense() == pytest.approx(found.dense()[np.ix_([5, 1], [5, 1])])


def test_a_singular_covariance_has_a_root() -> None:
    v = np.array([[1.0, 1.0], [1.0, 1.0]])
    root = matrix_root(v)
    np.testing.assert_allclose(root @ root, v, atol=1e-12)


def test_the_noise_of_a_singular_covariance_is_no_error() -> None:
    """Identity: two questions with one answer move together exactly, whatever LAPACK leaves of the zero eigenvalue."""
    root = matrix_root(np.array([[[0.3, 0.3], [0.3, 0.3]], [[0.7, 0.21], [0.21, 0.063]]]))
    assert np.linalg.matrix_rank(root, tol=1e-12).tolist() == [1, 1]


def test_the_same_seed_gives_the_same_draws_and_zero_is_a_seed() -> None:
    board = yt.evaluate("zhejiang-2022")
    one, again, other = board.sampling(200, 0), board.sampling(200, 0), board.sampling(200, 1)
    assert one.scores.tobytes() == again.scores.tobytes() != other.scores.tobytes()
    assert board.sampling(200, np.random.default_rng(0)).scores.tobytes() == one.scores.tobytes()


def test_tables_show_the_sampling_error_by_default_and_only_with_a_survey() -> None:
    board = yt.evaluate("zhejiang-2022")
    scores = board.scores
    assert {"score_se", "score_low", "score_high", "rank_low", "rank_high", "stars_probability", "groups"} <= set(
        scores
    )
    assert (scores["score_low"] < scores["score"]).all() and (scores["score"] < scores["score_high"]).all()
    assert (scores["rank_low"] <= scores["rank"]).all() and (scores["rank"] <= scores["rank_high"]).all()
    whole = board.sampling().frame
    assert whole[[column for column in whole if column.startswith("stars=")]].sum(axis=1).to_numpy() == pytest.approx(1)
    assert whole.attrs["simulated"]
    assert "score_se" not in yt.evaluate("asem").scores


def test_a_run_read_back_has_the_same_sampling() -> None:
    board = yt.evaluate("zhejiang-2022")
    generator = np.random.default_rng(2)
    root = generator.standard_normal((90, 2, 2))
    errors = Covariance(
        board.table.units, ("E01", "E05"), root @ np.swapaxes(root, 1, 2), generator.standard_normal((3, 90, 2))
    )
    table = replace(board.table, covariance=errors)
    back = table_from_json(table_to_json(table))
    assert back.covariance is not None
    first, second = (apply(t, board.recipe).sampling(100, 4).scores for t in (table, back))
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize(("changes", "code"), [
    ({"n": 10}, "number-range"), ({"level": 95}, "number-range"),
])  # fmt: skip
def test_bad_calls_are_refused(changes: dict[str, int], code: str) -> None:
    with pytest.raises(InputError) as caught:
        sampling(yt.evaluate("zhejiang-2022"), **changes)
    assert caught.value.faults[0].code == code


def test_a_board_without_estimates_says_so() -> None:
    with pytest.raises(InputError) as caught:
        yt.evaluate("asem").sampling()
    assert caught.value.faults[0].code == "no-sampling-error"
    assert "标准误" in caught.value.faults[0].mend("zh")


def test_ranks_of_draws_are_the_boards_ranks() -> None:
    board = yt.evaluate("egdi-2022")
    np.testing.assert_array_equal(ranks_of_draws(board.rounded_scores[None])[0], board.rank)  # ties among them


def test_groups_are_the_longest_runs_without_a_pair_apart() -> None:
    board = yt.evaluate("zhejiang-2022")
    found = board.sampling(500, 1)
    order = np.argsort(-board.rounded_scores, kind="stable")
    apart = found.apart(order)
    assert (apart == apart.T).all() and not apart.diagonal().any()
    runs = runs_alike(len(order), lambda first, last: apart[first:last, last])
    # By definition, from the matrix alone.
    alike = [(a, b) for a in range(90) for b in range(a, 90) if not apart[a : b + 1, a : b + 1].any()]
    longest = [(a, b) for a, b in alike if (a - 1, b) not in alike and (a, b + 1) not in alike]
    assert runs == longest
    assert [len(group) for group in found.groups["county"]] == [b - a + 1 for a, b in runs]


def test_intervals_and_grade_probabilities_hold_on_a_known_truth() -> None:
    """Simulate surveys of counties whose true scores are known; the truth is where it should be, as often as stated.

    90 counties, six estimated indicators with correlated errors of usual size, repeated 150 times.
    """
    board = yt.evaluate("zhejiang-2022")
    codes = ("E01", "E02", "E03", "E04", "E05", "E06")
    columns = [board.table.indicators.index(code) for code in codes]
    se = np.array([2.6, 1.8, 2.3, 2.2, 2.0, 2.0])
    block = np.outer(se, se) * (0.5 + 0.5 * np.eye(6))
    errors = Covariance(board.table.units, codes, np.tile(block, (90, 1, 1)), np.zeros((0, 90, 6)))
    table = replace(board.table, se=None)  # these errors alone
    truth = apply(table, board.recipe)
    cuts = [round(cut, 12) for cut in truth.recipe.grades[0].cuts_of("county") or ()]
    true_grade = np.searchsorted(cuts, truth.rounded_scores, side="right")
    inside, rank_inside, stated, right = [], [], [], []
    generator = np.random.default_rng(11)
    for error in errors.draws(150, generator):
        values = table.values.copy()
        values[:, columns] += error
        found = apply(replace(table, values=values, covariance=errors), board.recipe).sampling(400, generator)
        low, high = found.score_interval
        inside.append((low <= truth.total) & (truth.total <= high))
        low, high = found.rank_interval
        rank_inside.append((low <= truth.rank) & (truth.rank <= high))
        stated.append(found.published_grade_probability("stars"))
        right.append(found.board.grade_indices["stars"] == true_grade)
    assert 0.93 < np.mean(inside) < 0.97
    assert np.mean(rank_inside) > 0.93
    probability, correct = np.concatenate(stated), np.concatenate(right)
    for low, high in ((0.5, 0.6), (0.6, 0.8), (0.8, 0.95)):
        chosen = (probability >= low) & (probability < high)
        assert chosen.sum() > 80
        assert correct[chosen].mean() == pytest.approx(probability[chosen].mean(), abs=0.05), (low, high, chosen.sum())


def made_covariance(units: tuple[str, ...]) -> Covariance:
    generator = np.random.default_rng(8)
    root = generator.standard_normal((len(units), 2, 2))
    blocks = root @ np.swapaxes(root, 1, 2)
    return Covariance(units, ("E01", "E05"), blocks, generator.standard_normal((2, len(units), 2)))


def test_a_covariance_file_reads_back_to_the_same_bits(tmp_path: Path) -> None:
    found = made_covariance(("b", "a", "c"))
    write_covariance(found, tmp_path / "covariance.parquet")
    back = read_covariance(tmp_path / "covariance.parquet", "covariance.parquet", ("c", "b", "d"))
    expected = found.of(("c", "b", "d"))
    assert back.blocks.tobytes() == expected.blocks.tobytes() and back.shared.tobytes() == expected.shared.tobytes()
    assert (back.se[2] == 0).all()


def test_a_file_that_is_no_covariance_is_refused(tmp_path: Path) -> None:
    write_parquet(pd.DataFrame({"unit": ["a"], "value": [1.0]}), tmp_path / "c.parquet")
    with pytest.raises(InputError) as caught:
        read_covariance(tmp_path / "c.parquet", "c.parquet", ("a",))
    assert caught.value.faults[0].code == "not-a-covariance"


def test_cities_errors_are_those_of_the_weighted_sum() -> None:
    # Authority: draws of the counties, averaged by hand with the population weights.
    board = yt.evaluate("zhejiang-2022")
    edition = yt.load_edition("zhejiang-2022")
    errors = made_covariance(board.table.units)
    cities = sum_to_cities(replace(board.table, covariance=errors), edition)
    assert cities.covariance is not None
    place = cities_of(board.table)
    population = board.table.measures["population"]
    drawn = errors.draws(40_000, np.random.default_rng(3))
    j = board.table.indicators.index("E05")
    row = cities.units.index("330400")
    own = [
        k for k, unit in enumerate(board.table.units)
        if place[unit].code == "330400" and np.isfinite(board.table.values[k, j]) and np.isfinite(population[k])
    ]  # fmt: skip
    by_hand = drawn[:, own, 1] @ population[own] / population[own].sum()
    assert cities.se is not None
    assert cities.se[row, j] == pytest.approx(by_hand.std(), rel=0.03)
    both = with_cities(replace(board.table, covariance=errors), edition)
    assert both.covariance is not None and both.covariance.units == both.units
