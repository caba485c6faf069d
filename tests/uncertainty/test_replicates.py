"""Replicates: replayed to the last digits, the same on any number of workers, counted as they are.

Authorities: the board's own recipe applied to the replicate's values (another path through the code); brute-force
counts over all replicates; `board.sampling`; a plain re-implementation of the single-step rank sets.
"""

import itertools
import tracemalloc

import numpy as np
import pandas as pd
import pytest

import yitihua as yt
from yitihua.analysis.uncertainty.blocks import in_order
from yitihua.analysis.uncertainty.engine import BLOCK
from yitihua.analysis.uncertainty.rank_sets import joint_rank_sets
from yitihua.analysis.uncertainty.run import StoppedError, uncertainty
from yitihua.index import grade


@pytest.fixture(scope="module")
def boards():
    names = ("zhejiang-2022", "hdi", "egdi-2022", "asem")
    found = {name: yt.evaluate(name) for name in names} | {"cities": yt.evaluate("zhejiang-2022", cities=True)}
    return found | {"imputed": yt.evaluate("zhejiang-2022", impute="knn")}


MIXES = {
    "default": ("zhejiang-2022", {}),
    "default with cities": ("cities", {}),
    "default, geometric": ("hdi", {}),
    "default, imputed": ("asem", {}),
    "everything": (
        "zhejiang-2022",
        {
            "sampling": True, "measurement": 0.05, "treat": ["winsorise"], "normalise": ["minmax"],
            "weights": "uniform", "aggregate": ["geometric"], "drop": True,
        },
    ),
    "bounds": ("asem", {"weights": {"kind": "bounds", "share": 0.5}, "drop": ["Social", "CO2"]}),
    "rival sets": ("egdi-2022", {"weights": {"kind": "sets", "sets": {"mine": {"osi": 0.5}}}, "measurement": 0.02}),
    "experts": ("hdi", {"weights": {"kind": "experts", "experts": {"HDI": {
        "health": [1, 2, 3], "education": [2, 2, 1], "income": [1, 1, 1]}}}}),
    "weights that leave nodes without a score": ("zhejiang-2022", {"weights": "uniform"}),
    "the same, geometric": ("zhejiang-2022", {"weights": "uniform", "aggregate": ["geometric"], "sampling": True}),
    "rivals that know no scale": ("asem", {"normalise": ["zscore", "rank"], "weights": "dirichlet"}),
    "fitted nodes": ("asem", {"aggregate": ["topsis"], "weights": "dirichlet"}),
    "hot deck": ("imputed", {"imputation": "hotdeck", "weights": "dirichlet"}),
    "regression": ("imputed", {"imputation": "regression"}),
}  # fmt: skip


@pytest.mark.parametrize(("name", "mix"), MIXES.values(), ids=MIXES)
def test_any_replicate_is_made_again(boards, name, mix):
    board = boards[name]
    assert "imputation" not in mix or board.imputed.any()
    found = board.uncertainty(n=BLOCK + 88, seed=5, **mix)
    low, high = board.recipe.scale
    for number in (0, 7, BLOCK - 1, BLOCK, BLOCK + 87):
        block = found.engine.scores(number // BLOCK)[0][number % BLOCK]
        again = found.replicate(number).board
        np.testing.assert_array_equal(np.isnan(again.total), np.isnan(block))
        np.testing.assert_allclose(again.total, block, rtol=1e-12, atol=1e-12 * (high - low))
        rounded = np.round(block, board.recipe.score_decimals)
        for rows in board.level_rows.values():
            np.testing.assert_array_equal(again.rank[rows], grade.ranks(rounded[rows]))


def every(found):
    """Return all scores of a run, shape (n, units), block by block."""
    blocks = [found.engine.scores(k)[0] for k in range(-(-found.n // BLOCK))]
    return np.round(np.concatenate(blocks)[: found.n], found.board.recipe.score_decimals)


def test_numbers_are_counts_of_the_replicates(boards):
    board = boards["cities"]
    # 701: no share is 5% to the last digit, where the interval may take either rank.
    found = board.uncertainty(n=701, seed=2)
    scores = every(found)
    np.testing.assert_allclose(found.mean, np.nanmean(scores, axis=0), rtol=1e-9)
    np.testing.assert_allclose(found.sd, np.nanstd(scores, axis=0, ddof=1), rtol=1e-6)
    np.testing.assert_allclose(found.score_interval, np.nanquantile(scores, [0.05, 0.95], axis=0))
    for level, rows in board.level_rows.items():
        ranks = np.array([grade.ranks(one[rows]) for one in scores])
        with_rank = np.isfinite(ranks).sum(axis=0)
        np.testing.assert_allclose(found.top(3)[rows], (ranks <= 3).sum(axis=0) / with_rank)
        np.testing.assert_allclose(found.mean_rank()[rows], np.nanmean(ranks, axis=0))
        ahead = np.array([[(ranks[:, i] < ranks[:, j]).mean() for j in range(5)] for i in range(5)])
        np.testing.assert_allclose(found.ahead(level)[:5, :5], ahead)
        first, second = (board.table.units[row] for row in rows[:2])
        assert found.beats(first, second) == pytest.approx(ahead[0, 1])
        # The smallest rank reached in 5% of the replicates, and the one not exceeded in 95%.
        low = np.nanquantile(ranks, 0.05, axis=0, method="inverted_cdf")
        high = np.nanquantile(ranks, 0.95, axis=0, method="inverted_cdf")
        np.testing.assert_array_equal(found.rank_interval[0][rows], low)
        np.testing.assert_array_equal(found.rank_interval[1][rows], high)
    for rule in board.recipe.grades:
        shares = found.grade_probability[rule.code]
        np.testing.assert_allclose(shares.sum(axis=1), 1.0)
        own = grade.grade_index(scores, list(rule.cuts_of("county")))
        scored = np.isfinite(scores).sum(axis=0)
        np.testing.assert_allclose(shares[:, -1], (own == len(rule.labels) - 1).sum(axis=0) / scored)


def test_the_same_numbers_on_any_number_of_workers(boards):
    board = boards["zhejiang-2022"]
    alone, together = (board.uncertainty(n=9 * BLOCK, seed=4, n_jobs=jobs) for jobs in (1, 2))
    np.testing.assert_array_equal(alone.mean, together.mean)
    np.testing.assert_array_equal(alone.rank_interval, together.rank_interval)
    np.testing.assert_array_equal(alone.rank_sets, together.rank_sets)
    np.testing.assert_array_equal(alone.combos, together.combos)


def test_first_replicates_do_not_depend_on_how_many_follow(boards):
    board = boards["asem"]
    few, many = (board.uncertainty(n=n, seed=0) for n in (BLOCK, 3 * BLOCK))
    np.testing.assert_array_equal(every(few), every(many)[:BLOCK])


def test_seeds(boards):
    board = boards["hdi"]
    zero, again, other = (board.uncertainty(n=200, seed=seed, weights="uniform") for seed in (0, 0, 1))
    np.testing.assert_array_equal(zero.mean, again.mean)
    assert np.abs(zero.mean - other.mean).max() > 0
    drawn = board.uncertainty(n=200, seed=np.random.default_rng(3), weights="uniform")
    np.testing.assert_array_equal(board.uncertainty(n=200, seed=drawn.seed, weights="uniform").mean, drawn.mean)


NOISELESS = {
    "no measurement error": {"measurement": 0.0},
    "bounds of no width": {"weights": {"kind": "bounds", "share": 0.0}},
    "a rival set equal to the published": {"weights": {"kind": "sets", "sets": {"same": {}}}},
    "experts of one mind": {"weights": {"kind": "experts", "experts": {"HDI": {
        "health": [1, 1], "education": [1, 1], "income": [1, 1]}}}},
}  # fmt: skip


@pytest.mark.parametrize("mix", NOISELESS.values(), ids=NOISELESS)
def test_without_noise_there_is_no_width(boards, mix):
    board = boards["hdi"]
    found = board.uncertainty(n=200, seed=1, **mix)
    there = np.isfinite(board.total)
    low, high = found.score_interval
    np.testing.assert_array_equal(low[there], board.rounded_scores[there])
    np.testing.assert_array_equal(high[there], board.rounded_scores[there])
    for ends in (found.rank_interval, found.rank_sets):
        np.testing.assert_array_equal(ends[0][there], board.rank[there])
    np.testing.assert_array_equal(found.rank_interval[1][there], board.rank[there])
    assert found.without_effect
    assert any("without any effect" in note for note in found.notes("en"))
    assert any("没有作用" in note for note in found.notes("zh"))


def test_a_method_without_effect_is_reported(boards):
    """Goalposts that stand at 0 and 1 already: min-max is another scale, "none" is the same points."""
    board = boards["hdi"]
    found = board.uncertainty(n=100, seed=1, treat=["none", "winsorise"], weights="dirichlet")
    assert "treat: none" in found.without_effect
    assert "weights" not in found.without_effect


def test_survey_errors_are_those_of_sampling(boards):
    """The spread of scores under survey error alone, against `board.sampling`, which draws by another code."""
    board = boards["zhejiang-2022"]
    found, other = board.uncertainty(n=8000, seed=1, sampling=True), board.sampling(n=8000, seed=2, level=0.9)
    assert np.abs(found.sd / other.se - 1).max() < 0.06
    for one, two in zip(found.score_interval, other.score_interval, strict=True):
        assert (np.abs(one - two) / found.sd).max() < 0.15


def test_failures_are_counted_and_explained(boards):
    board = boards["hdi"]
    found = board.uncertainty(n=2000, seed=1, normalise=["zscore"], aggregate=["arithmetic"])
    (failure, count), = found.failures  # fmt: skip
    assert failure.choices == ("own", "zscore", "own")  # a geometric mean of z-scores
    assert count == (found.choices()["failed"]).sum() == found.n - found.sound
    assert abs(count / found.n - 0.25) < 0.05
    assert "geometric" in failure.reason[1]
    assert any(str(count) in note for note in found.notes("zh"))
    number = int(np.flatnonzero(found.choices()["failed"])[0])
    with pytest.raises(yt.InputError, match=f"replicate {number}"):
        found.replicate(number)


def test_nothing_that_can_be_scored(boards):
    with pytest.raises(yt.InputError):
        boards["hdi"].uncertainty(n=100, normalise=["zscore"]).replicate(10**9)


def test_stopping_says_how_far_it_came(boards):
    def stop(done, n):
        if done >= 2 * BLOCK:
            raise KeyboardInterrupt

    with pytest.raises(StoppedError) as stopped:
        uncertainty(boards["hdi"], n=100 * BLOCK, weights="uniform", progress=stop)
    assert (stopped.value.done, stopped.value.n) == (2 * BLOCK, 100 * BLOCK)


def test_memory_does_not_grow_with_replicates(boards, monkeypatch):
    """Past the budget only counts and bins are kept; here the budget is made small."""
    from yitihua.analysis.uncertainty import summary

    monkeypatch.setattr(summary, "BUDGET", 50_000)
    monkeypatch.setattr(summary, "BATCH", 50_000)
    monkeypatch.setattr(summary, "SAMPLE", 50_000)

    def peak(n):
        tracemalloc.start()
        boards["hdi"].uncertainty(n=n, seed=1, weights="uniform")
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(2000)  # imports
    assert peak(20_000) < 1.2 * peak(2000)


def test_binned_scores_are_close_to_all_of_them(boards, monkeypatch):
    from yitihua.analysis.uncertainty import summary

    exact = boards["asem"].uncertainty(n=5000, seed=1)
    monkeypatch.setattr(summary, "BUDGET", 10_000)
    binned = boards["asem"].uncertainty(n=5000, seed=1)
    assert exact.summary.exact
    assert not binned.summary.exact
    np.testing.assert_allclose(binned.mean, exact.mean, rtol=1e-9)
    np.testing.assert_allclose(binned.sd, exact.sd, rtol=1e-6)
    for one, other in zip(binned.score_interval, exact.score_interval, strict=True):
        assert (np.abs(one - other) / exact.sd).max() < 0.05
    np.testing.assert_array_equal(binned.rank_interval, exact.rank_interval)


def plain_rank_sets(scores, draws, level):
    """Mogstad et al. (2024), single step: invert a simultaneous band of all differences."""
    units = draws.shape[1]
    errors = draws - scores
    pairs = list(itertools.permutations(range(units), 2))
    se = {(i, j): np.std(errors[:, i] - errors[:, j], ddof=1) for i, j in pairs}
    largest = [max(abs(e[i] - e[j]) / se[i, j] for i, j in pairs) for e in errors]
    critical = np.quantile(largest, level)
    best = [1 + sum(scores[j] - scores[i] > critical * se[i, j] for j in range(units) if j != i) for i in range(units)]
    worst = [
        units - sum(scores[i] - scores[j] > critical * se[i, j] for j in range(units) if j != i) for i in range(units)
    ]
    return best, worst


def test_joint_rank_sets_against_the_definition():
    rng = np.random.default_rng(7)
    scores = np.array([80.0, 78.0, 77.5, 70.0, 60.0, 59.0])
    draws = scores + rng.normal(0, [0.5, 1.0, 2.0, 1.0, 3.0, 0.2], (400, 6))
    found, plain = joint_rank_sets(scores, draws, 0.9), plain_rank_sets(scores, draws, 0.9)
    np.testing.assert_array_equal(found, plain)


def test_tied_groups_hold_nobody_who_is_surely_ahead(boards):
    found = boards["zhejiang-2022"].uncertainty(n=2000, seed=1, sampling=True)
    order = {unit: k for k, unit in enumerate(boards["zhejiang-2022"].table.units)}
    ahead = found.ahead("county")
    groups = found.groups["county"]
    assert {unit for group in groups for unit in group} == set(order)
    for group in groups:
        for first, second in itertools.combinations(group, 2):
            assert max(ahead[order[first], order[second]], ahead[order[second], order[first]]) < 0.95


def test_more_than_500_units():
    """Pairs are asked for one by one, and equal what all replicates say."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.uniform(0.2, 0.9, (600, 3)), columns=["osi", "tii", "hci"])
    board = yt.evaluate("egdi-2022", frame.assign(unit=[f"U{k}" for k in range(600)]))
    found = board.uncertainty(n=300, seed=1, weights="dirichlet", measurement=0.02)
    level = board.table.levels[0]
    with pytest.raises(yt.InputError, match="500"):
        found.ahead(level)
    scores = every(found)
    assert found.beats("U3", "U7") == pytest.approx((scores[:, 3] > scores[:, 7]).mean())
    assert {unit for group in found.groups[level] for unit in group} == set(board.table.units)
    best, worst = found.rank_sets
    assert (best <= board.rank).all()
    assert (board.rank <= worst).all()


class Asked:
    """Something that keeps what it has worked out, as a board does."""

    def kept(self, number: int) -> tuple[int, int]:
        return number, len(vars(self))


def test_workers_do_not_see_what_is_worked_out_meanwhile():
    """What goes to the workers is written out in a thread while the caller goes on: it must not change under it."""
    asked = Asked()
    found = []
    for one in in_order(asked.kept, 60, n_jobs=2, task=2):
        found.append(one)
        vars(asked)[f"worked_out_{len(found)}"] = True
    assert found == [(number, 0) for number in range(60)]


def test_what_was_published_is_always_scored_and_compared_with_its_own_scale():
    """Published z-scores under a geometric mean: rivals from 0 to 1 count for ranks, not for intervals of scores."""
    board = yt.evaluate("hdi", normalise="zscore")
    found = board.uncertainty(n=300, seed=0)
    assert not found.failures
    low, high = found.score_interval
    assert ((low <= board.total) & (board.total <= high))[np.isfinite(board.total)].mean() > 0.95
    assert 0 < found.summary.on_scale < found.sound == 300
    assert set(found.effects["source"]) == {"normalise", "weights", "aggregate"}
