"""Sensitivity of a board: against boards scored one by one, quadrature, and what must agree with what."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.stats import gamma

import yitihua as yt
from yitihua.analysis.sensitivity import design as designs
from yitihua.analysis.sensitivity.draws import Draws
from yitihua.analysis.sensitivity.factors import space_of
from yitihua.analysis.sensitivity.run import sensitivity
from yitihua.analysis.uncertainty.combos import Combo
from yitihua.analysis.uncertainty.engine import Engine
from yitihua.analysis.uncertainty.mix import mix_of
from yitihua.errors import InputError
from yitihua.index.apply import score_values
from yitihua.index.scoreboard import Scoreboard

#: Rivals whose scores compare with the published ones.
RIVALS = ("dist2max", "percentile_rank")
CHOICES: dict[str, Any] = {"normalise": RIVALS, "aggregate": ["geometric"]}


@cache
def board_of(edition: str) -> Scoreboard:
    return yt.evaluate(edition)


@cache
def scored(edition: str, normalise: tuple[str, ...], aggregate: tuple[str, ...]) -> dict[tuple[str, str], Scoreboard]:
    """Every combination as a board by the ordinary path, by (normalise, aggregate)."""
    board = board_of(edition)
    engine = Engine.of(board, mix_of(board, normalise=normalise, aggregate=aggregate), 0)
    found = {}
    for one in engine.combos:
        if isinstance(one, Combo):
            made = score_values(board.table, one.recipe, board.denominated, one.filled)
            found[one.choices[1], one.choices[2]] = made
    return found


def shares_of(values: dict[tuple[str, str], float]) -> tuple[dict[str, float], dict[str, float], float]:
    """First and total order of two choices, each as likely, and the variance: an analysis of variance by hand."""
    rows, columns = (list(dict.fromkeys(key[k] for key in values)) for k in (0, 1))
    table = np.array([[values[r, c] for c in columns] for r in rows])
    whole = table.var()
    by_row, by_column = table.mean(axis=1).var(), table.mean(axis=0).var()
    both = whole - by_row - by_column
    first = {"normalise": by_row / whole, "aggregate": by_column / whole}
    return first, {"normalise": (by_row + both) / whole, "aggregate": (by_column + both) / whole}, whole


def unit_at(board: Scoreboard, place: int) -> str:
    return board.table.units[int(np.argsort(-board.total)[place])]


def by_hand(board: Scoreboard, made: Scoreboard, target: Any) -> float:
    """The target from the tables of a board."""
    row = board.table.row_of
    if target == "mean_rank_shift":
        return float(np.abs(made.rank - board.rank).mean())
    if target == "grade_changes":
        rule = board.recipe.grades[0]
        # Grades by the published cuts.
        cuts = [round(cut, 12) for cut in (rule.cuts_of("country") or ())]
        given = np.searchsorted(cuts, made.rounded_scores, side="right")
        return float((given != board.grade_indices[rule.code]).sum())
    if "pair" in target:
        i, j = (made.rounded_scores[row(unit)] for unit in target["pair"])
        return float(i - j) if target.get("of") == "difference" else float(i > j) + 0.5 * float(i == j)
    k = row(target["unit"])
    if "grade" in target:
        rule = board.recipe.grades[0]
        cuts = rule.cuts_of("country") or ()
        return float(made.rounded_scores[k] >= round(cuts[rule.labels.index(target["grade"]) - 1], 12))
    return float(made.rank[k] if target["of"] == "rank" else made.rounded_scores[k])


def targets(board: Scoreboard) -> list[Any]:
    one, other, third = unit_at(board, 20), unit_at(board, 21), unit_at(board, 35)
    return [
        "mean_rank_shift", {"unit": one, "of": "rank"}, {"unit": one, "of": "score"}, {"pair": (one, other)},
        {"pair": (third, one), "of": "difference"}, {"unit": one, "grade": "3"}, "grade_changes",
    ]  # fmt: skip


@pytest.mark.parametrize("place", range(7))
def test_choices_have_the_indices_of_boards_scored_one_by_one(place: int) -> None:
    """A brute-force analysis of variance over every combination, with every board made by the ordinary path."""
    board = board_of("asem")
    target = targets(board)[place]
    boards = scored("asem", RIVALS, ("geometric",))
    values = {key: by_hand(board, made, target) for key, made in boards.items()}
    assert len(boards) == 6
    found = board.sensitivity(target, n=1024, seed=1, **CHOICES)
    if np.var(list(values.values())) == 0:
        assert found.constant
        assert not found.table()["total"].any()
        return
    first, total, variance = shares_of(values)
    table = found.table().set_index("factor")
    for factor in ("normalise", "aggregate"):
        assert table["first"][factor] == pytest.approx(first[factor], abs=0.06), (target, factor)
        assert table["total"][factor] == pytest.approx(total[factor], abs=0.06), (target, factor)
    assert found.sd == pytest.approx(np.sqrt(variance), rel=0.05)
    assert found.mean == pytest.approx(np.mean(list(values.values())), rel=0.05, abs=0.02)


def test_most_targets_vary_in_the_test_above() -> None:
    board = board_of("asem")
    boards = scored("asem", RIVALS, ("geometric",))
    spread = [np.ptp([by_hand(board, made, target) for made in boards.values()]) for target in targets(board)]
    assert sum(one > 0 for one in spread) >= 6


def quadrature(values: np.ndarray, weights: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """First and total order from a full grid of independent inputs, by weighted sums."""
    d = values.ndim
    joint = np.ones(values.shape)
    for axis, w in enumerate(weights):
        joint = joint * w.reshape([-1 if k == axis else 1 for k in range(d)])
    mean = (values * joint).sum()
    whole = ((values - mean) ** 2 * joint).sum()

    def known(axes: tuple[int, ...]) -> float:
        rest = tuple(k for k in range(d) if k not in axes)
        share = joint.sum(axis=rest, keepdims=True)
        inner = (values * joint).sum(axis=rest, keepdims=True) / share
        return float(((inner - mean) ** 2 * share).sum())

    every = tuple(range(d))
    first = np.array([known((k,)) for k in every]) / whole
    total = np.array([whole - known(tuple(i for i in every if i != k)) for k in every]) / whole
    return first, total


@pytest.mark.parametrize("kind", ["dirichlet", "uniform", "bounds"])
def test_weights_before_closure_have_the_indices_of_a_grid(kind: str) -> None:
    """Two amounts on a grid of quantiles, times two aggregations: the double loop without chance."""
    board = board_of("asem")
    unit = unit_at(board, 10)
    row, root = board.table.row_of(unit), board.recipe.root
    u = (np.arange(400) + 0.5) / 400
    quantile = {
        "dirichlet": lambda w: gamma.ppf(u, w * 9.0),
        "uniform": lambda w: gamma.ppf(u, 1.0),
        "bounds": lambda w: w * (0.6 + 0.8 * u),
    }[kind]
    one, two = (quantile(w / sum(root.weights)) for w in root.weights)
    share = one[:, None] / (one[:, None] + two[None, :])
    boards = [scored("asem", (), ("geometric",))["own", name] for name in ("own", "geometric")]
    children = [
        [made.points[row, made.recipe.plan.column[child]] for child in root.children] for made in boards
    ]  # fmt: skip
    (a1, a2), (g1, g2) = children
    values = np.stack([share * a1 + (1 - share) * a2, np.exp(share * np.log(g1) + (1 - share) * np.log(g2))], axis=2)
    flat = np.full(400, 1 / 400)
    first, total = quadrature(values, [flat, flat, np.full(2, 0.5)])
    weights = {"kind": kind, "nodes": [root.code], "concentration": 9.0, "share": 0.4}
    found = board.sensitivity({"unit": unit, "of": "score"}, n=4096, weights=weights, aggregate="geometric")
    assert [factor.name for factor in found.factors] == ["weights.Sust", "weights.Conn", "aggregate"]
    assert found.indices is not None
    np.testing.assert_allclose(found.indices.first[:3], first, atol=0.03)
    np.testing.assert_allclose(found.indices.total[:3], total, atol=0.03)


def test_choices_that_do_not_go_together_are_one_factor() -> None:
    """z-scores and ranks under geometric means cannot be scored: four combinations are left, each as likely."""
    board = board_of("asem")
    unit = unit_at(board, 20)
    choices: dict[str, Any] = {"normalise": ["zscore", "rank"], "aggregate": ["geometric"]}
    boards = scored("asem", ("zscore", "rank"), ("geometric",))
    assert ("zscore", "geometric") not in boards
    ranks = np.array([made.rank[board.table.row_of(unit)] for made in boards.values()])
    found = board.sensitivity({"unit": unit, "of": "rank"}, n=1024, **choices)
    (factor,) = found.factors
    assert factor.name == "normalise+aggregate"
    assert factor.size == len(boards)
    assert found.lost == 0
    assert found.mean == pytest.approx(ranks.mean(), rel=0.02)
    assert found.sd == pytest.approx(ranks.std(), rel=0.05)
    assert found.table()["total"][0] == pytest.approx(1.0, abs=0.1)
    said = " ".join(found.notes("en"))
    assert "cannot be scored and is in no run (normalisation zscore, aggregation geometric)" in said
    assert "one factor" in said
    assert "合为一项" in " ".join(found.notes("zh"))


def test_shapley_effects_of_choices_that_do_not_go_together() -> None:
    """By hand over the combinations that can be scored: E Var(rank | the other choice) of two dependent choices."""
    board = board_of("asem")
    unit = unit_at(board, 20)
    boards = scored("asem", ("zscore", "rank"), ("geometric",))
    rank = {key: made.rank[board.table.row_of(unit)] for key, made in boards.items()}
    whole = np.var(list(rank.values()))

    def stays(known: int) -> float:
        parts = [[value for key, value in rank.items() if key[known] == name] for name in {key[known] for key in rank}]
        return float(sum(np.var(part) * len(part) for part in parts) / len(rank))

    normalise = 0.5 * (stays(1) + whole - stays(0)) / whole
    found = board.sensitivity(
        {"unit": unit, "of": "rank"}, n=4096, method="shapley", normalise=["zscore", "rank"], aggregate="geometric"
    )
    table = found.table().set_index("factor")["effect"]
    assert table["normalise"] == pytest.approx(normalise, abs=0.04)
    assert table["aggregate"] == pytest.approx(1 - normalise, abs=0.04)


def test_whom_a_choice_moves_is_what_the_rank_of_every_unit_says() -> None:
    """The same runs looked at twice: total order of a unit's rank as a target, and among all units."""
    board = board_of("asem")
    sources: dict[str, Any] = {"weights": "uniform", "normalise": "rank", "aggregate": "geometric"}
    found = board.sensitivity(n=128, seed=3, **sources)
    movers = found.movers().set_index("unit")
    for unit in (unit_at(board, 5), unit_at(board, 30)):
        own = board.sensitivity({"unit": unit, "of": "rank"}, n=128, seed=3, **sources)
        sources_of = own.sources().set_index("source")["total"]
        row = board.table.row_of(unit)
        told = dict(zip(found.choices, found.unit_totals[:, row], strict=True))
        assert told == pytest.approx(sources_of.to_dict(), abs=1e-9)
        assert movers["choice"][unit] == sources_of.idxmax()
        assert movers["total"][unit] == pytest.approx(sources_of.max())
        assert movers["rank_sd"][unit] == pytest.approx(own.sd)


def test_shifts_of_one_choice_alone_are_those_of_an_uncertainty_analysis() -> None:
    board = board_of("asem")
    sources: dict[str, Any] = {"weights": "uniform", "normalise": "rank"}
    found = board.sensitivity(n=64, seed=4, **sources)
    effects = board.uncertainty(200, seed=4, **sources).effects.set_index("source")["mean_shift"]
    shifts = dict(zip(found.choices, found.unit_shifts.mean(axis=1), strict=True))
    assert shifts["weights"] == pytest.approx(effects["weights"])
    # Half of the runs keep the published method.
    assert shifts["normalise"] == pytest.approx(0.5 * effects["normalise"], rel=0.3)


def test_one_weight_alone_moves_as_boards_with_that_weight_do() -> None:
    """Boards by the ordinary path on a grid of quantiles of one amount, the others as published."""
    board = board_of("hdi")
    found = board.sensitivity(n=64, weights={"kind": "uniform", "nodes": ["HDI"]})
    assert [factor.name for factor in found.factors] == ["weights.health", "weights.education", "weights.income"]
    recipe, shifts = board.recipe, []
    for u in (np.arange(80) + 0.5) / 80:
        amounts = np.array([1.0, 1.0, -np.log1p(-u)])
        root = replace(recipe.root, weights=tuple(amounts / amounts.sum()))
        own = replace(recipe, nodes=(*recipe.nodes[:-1], root))
        made = score_values(board.table, own, board.denominated, board.filled)
        shifts.append(np.abs(made.rank - board.rank))
    truth = np.mean(shifts, axis=0)
    assert found.unit_shifts[2].mean() == pytest.approx(truth.mean(), rel=0.1)
    assert np.corrcoef(found.unit_shifts[2], truth)[0, 1] > 0.99
    movers = found.movers()
    assert set(movers["choice"]) <= {"weights.health", "weights.education", "weights.income", ""}


@pytest.mark.parametrize("method", ["sobol", "shapley"])
def test_runs_are_spread_as_those_of_an_uncertainty_analysis(method: str) -> None:
    """Another way of drawing the same mix: mean and standard deviation of one county's score and rank."""
    board = yt.evaluate("zhejiang-2022", impute="median")
    row = int(np.argsort(-board.total)[40])
    unit = board.table.units[row]
    sources: dict[str, Any] = {
        "sampling": True, "measurement": 0.05, "imputation": "hotdeck", "drop": ["A", "E01", "D"],
        "normalise": "minmax", "weights": {"kind": "dirichlet", "nodes": ["ZJ"], "concentration": 30.0},
    }  # fmt: skip
    other = board.uncertainty(6000, seed=1, **sources)
    ranks = other.rank_counts("county")[row] / other.sound
    places = np.arange(1, 91)
    mean = float(ranks @ places)
    found = board.sensitivity({"unit": unit, "of": "score"}, n=512, method=method, **sources)
    assert found.mean == pytest.approx(other.mean[row], abs=0.15 * other.sd[row])
    assert found.sd == pytest.approx(other.sd[row], rel=0.08)
    if method == "sobol":
        found = board.sensitivity({"unit": unit, "of": "rank"}, n=512, **sources)
        assert found.mean == pytest.approx(mean, abs=1.5)
        assert found.sd == pytest.approx(float(np.sqrt(ranks @ (places - mean) ** 2)), rel=0.08)


@pytest.mark.parametrize("method", ["sobol", "shapley"])
def test_seeds_and_workers(method: str) -> None:
    board = board_of("zhejiang-2022")
    sources: dict[str, Any] = {
        "weights": {"kind": "dirichlet", "nodes": ["ZJ"]}, "sampling": True, "normalise": "minmax", "drop": ["A"],
    }  # fmt: skip
    one = board.sensitivity(n=64, seed=5, method=method, **sources)
    two = board.sensitivity(n=64, seed=5, method=method, n_jobs=2, **sources)
    other = board.sensitivity(n=64, seed=6, method=method, **sources)
    assert one.table().equals(two.table())
    assert not one.table().equals(other.table())
    if method == "sobol":
        assert one.movers().equals(two.movers())
    drawn = board.sensitivity(n=64, seed=np.random.default_rng(1), method=method, **sources)
    again = board.sensitivity(n=64, seed=np.random.default_rng(1), method=method, **sources)
    assert drawn.table().equals(again.table())


def test_blocks_stay_small_and_no_run_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there at a time is bounded, whatever the number of runs."""
    board = board_of("zhejiang-2022")
    seen = []
    own = Draws.scores

    def scores(self: Draws, *args: Any) -> np.ndarray:
        found = own(self, *args)
        seen.append(found.size)
        return found

    monkeypatch.setattr(Draws, "scores", scores)
    found = board.sensitivity(n=512, weights="dirichlet")
    assert len(found.factors) == 56
    assert sum(seen) == 512 * 58 * 90
    assert max(seen) <= designs.CELLS
    assert found.runs == 512 * 58


def test_draws_of_blocks_do_not_depend_on_blocks_before() -> None:
    board = board_of("zhejiang-2022")
    engine = Engine.of(board, mix_of(board, sampling=True, measurement=0.01), 3)
    space = space_of(engine, False)
    draws = Draws.of(space, np.random.default_rng(1).random((2, 30, 2)), 3, rows=10)
    letters = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=np.int8)
    row = np.array([4, 4, 4, 4])
    whole = draws.scores(2, row, letters)
    np.testing.assert_array_equal(whole, draws.scores(2, row, letters))
    alone = np.vstack([draws.scores(2, row[:1], letters[k : k + 1]) for k in range(4)])
    np.testing.assert_allclose(whole, alone, rtol=1e-12)
    assert len(np.unique(whole[:, 0])) == 4
    # Errors add up on the scale of values, and the index is a mean of clipped points: nearly additive.
    assert np.median(np.abs(whole[1] + whole[2] - whole[0] - whole[3])) < 0.2 * np.median(np.abs(whole[3] - whole[0]))


def test_a_source_that_cannot_do_anything_has_zeros() -> None:
    board = board_of("zhejiang-2022")
    found = board.sensitivity(n=64, weights={"kind": "dirichlet", "nodes": ["ZJ"]}, measurement=0.0)
    table = found.table().set_index("factor")
    assert table.loc["measurement"].drop(["name", "source"]).eq(0).all()
    assert "measurement" in found.without_effect
    assert "measurement" in found.notes("en")[-1]


@pytest.mark.parametrize("method", ["sobol", "shapley"])
def test_weights_that_cannot_vary_have_zeros(method: str) -> None:
    """Bounds without room, a method without a rival: named in the table, with nothing."""
    board = board_of("hdi")
    bounds = {child: [1 / 3, 1 / 3] for child in board.recipe.root.children}
    found = board.sensitivity(n=64, method=method, weights={"kind": "bounds", "nodes": ["HDI"], "bounds": bounds})
    assert found.constant
    numbers = found.table().drop(columns=["factor", "name", "source"])
    assert len(numbers) >= 1
    assert numbers.eq(0).all().all()
    assert "is the same in every run" in " ".join(found.notes("en"))
    none = board.sensitivity(n=64, method=method, normalise="goalposts")
    assert none.constant
    assert none.table()["factor"].tolist() == ["normalise"]
    assert none.factors == ()
    assert none.sources().empty


def test_a_rival_that_is_the_published_method_has_zeros() -> None:
    board = board_of("asem")
    method = board.recipe.indicators[0].normalise.method
    found = board.sensitivity(n=64, normalise=method, aggregate="geometric")
    table = found.table().set_index("factor")
    assert table.loc["normalise"].drop(["name", "source"]).eq(0).all()
    assert found.without_effect == ("normalise",)
    alone = board.sensitivity(n=64, normalise=method)
    assert alone.constant
    assert set(alone.movers()["choice"]) == {""}


@pytest.mark.parametrize("kind", ["sets", "experts", "bounds", "uniform"])
@pytest.mark.parametrize("method", ["sobol", "shapley"])
def test_every_way_that_weights_vary(kind: str, method: str) -> None:
    board = board_of("hdi")
    weights: dict[str, Any] = {"kind": kind}
    if kind == "sets":
        weights["sets"] = {"health first": {"health": 0.6}, "income first": {"income": 0.6}}
    if kind == "experts":
        weights["experts"] = {"HDI": {"health": [3, 5, 2], "education": [3, 2, 4], "income": [4, 3, 4]}}
    found = board.sensitivity(n=64, weights=weights, aggregate="arithmetic", method=method)
    names = {factor.name for factor in found.factors} - {"aggregate"}
    if kind in ("sets", "experts"):
        assert names == {"weights"}
    elif kind == "bounds" and method == "shapley":
        assert names == {"weights.education", "weights.HDI"}
    else:
        assert names == {"weights.eys", "weights.mys", "weights.health", "weights.education", "weights.income"}
    assert found.sd > 0


def test_weights_given_each_other_sum_to_one_and_keep_what_is_given() -> None:
    board = board_of("asem")
    space = space_of(Engine.of(board, mix_of(board, weights="uniform"), 0), together=True)
    d = len(space.factors)
    rng = np.random.default_rng(2)
    draws = Draws.of(space, rng.random((4, 8, d)), 0, rows=8)
    row = np.repeat(np.arange(8), 5)
    letters = rng.integers(0, 2, (40, d)).astype(np.int8) * 2
    outer, mixed = draws.weights(0, row, np.zeros((40, d), dtype=np.int8)), draws.weights(0, row, letters)
    for node in board.recipe.nodes:
        if node.code not in mixed:
            continue
        places = [k for k, factor in enumerate(space.factors) if factor.parent == node.code]
        kept = letters[:, places] == 0
        np.testing.assert_allclose(mixed[node.code].sum(axis=1), 1.0, rtol=1e-12)
        np.testing.assert_allclose(mixed[node.code][kept], outer[node.code][kept], rtol=1e-12)
        assert (mixed[node.code] >= 0).all()


def test_runs_without_a_score_are_counted() -> None:
    """A county with gaps loses its score where weights drawn leave too little observed."""
    board = board_of("zhejiang-2022")
    gaps = np.isnan(board.normalised).sum(axis=1)
    unit = board.table.units[int(np.argmax(gaps))]
    found = board.sensitivity({"unit": unit, "of": "score"}, n=256, weights="uniform")
    assert 0 < found.lost < found.runs
    assert found.indices is not None
    assert found.indices.fewest < 256
    assert f"{found.lost} of {found.runs} runs have no value" in " ".join(found.notes("en"))
    assert f"{found.runs}次试算中有{found.lost}次没有目标值" in " ".join(found.notes("zh"))
    assert np.isfinite(found.table()["total"]).all()


def test_rare_events_are_said_to_be_rough() -> None:
    board = board_of("asem")
    unit = unit_at(board, 20)
    grades = board.recipe.grades[0].labels
    for grade in grades[1:]:
        found = board.sensitivity({"unit": unit, "grade": grade}, n=64, weights="dirichlet")
        said = " ".join(found.notes("en"))
        assert found.constant == ("is the same in every run" in said)
        assert (0 < found.unusual < 50) == ("indices are rough" in said)
        assert np.isfinite(found.table()[["first_low", "total_high"]]).all().all()
        assert (found.table()["total_high"] < 1e6).all()


def test_second_order_of_an_additive_target_is_none() -> None:
    """A score of arithmetic means with two choices of one node alone is additive in nothing but its own parts."""
    board = board_of("asem")
    unit = unit_at(board, 10)
    weights = {"kind": "bounds", "nodes": ["Sust", "Conn"], "share": 0.02}
    found = board.sensitivity({"unit": unit, "of": "score"}, n=1024, weights=weights, second=True)
    pairs = found.second()
    assert len(pairs) == len(found.factors) * (len(found.factors) - 1) // 2
    # Bounds of 2% keep closure nearly linear.
    assert pairs["second"].abs().max() < 0.03
    assert found.table()["first"].sum() == pytest.approx(1.0, abs=0.03)


def test_progress_and_interruption() -> None:
    board, seen = board_of("asem"), []
    board.sensitivity(n=64, weights="dirichlet", progress=lambda done, n: seen.append((done, n)))
    assert seen[-1] == (64, 64)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)

    def stop(done: int, n: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        board.sensitivity(n=1024, weights="dirichlet", progress=stop)
    assert 0 < caught.value.done < 1024  # type: ignore[attr-defined]


def test_ranks_are_within_levels() -> None:
    board = board_of("hdi")
    every = board.sensitivity(n=64, aggregate="arithmetic")
    countries = board.sensitivity({"of": "mean_rank_shift", "level": "country"}, n=64, aggregate="arithmetic")
    assert every.mean != countries.mean
    movers = every.movers("zh")
    assert set(movers["level"]) == {"country", "aggregate"}
    assert movers["rank"][movers["level"] == "aggregate"].max() <= 11


def test_nodes_that_are_no_means() -> None:
    """TOPSIS looks at values, not at weights alone: what is left out, goes through `masked`."""
    board = yt.evaluate("hdi", aggregate="topsis")
    found = board.sensitivity(n=64, weights={"kind": "uniform", "nodes": ["HDI"]}, drop=["health", "income"])
    assert found.sd > 0
    assert len(found.factors) == 4


def test_nothing_varied_is_refused() -> None:
    with pytest.raises(InputError, match="nothing is varied"):
        sensitivity(board_of("asem"), n=64, weights=False, sampling=False)


def test_the_run_can_be_made_again_from_its_description() -> None:
    board = board_of("asem")
    found = board.sensitivity({"unit": unit_at(board, 3), "of": "rank"}, n=64, seed=9, weights="uniform", drop=["Sust"])
    said = found.to_dict()
    mix = said.pop("mix")
    again = sensitivity(board, **said, **mix)
    assert again.table().equals(found.table())


def test_partitions_of_stages_are_as_fine_as_they_can_be() -> None:
    from yitihua.analysis.sensitivity.factors import independent_parts

    whole = np.array(list(itertools.product(("own", "iqr"), ("own", "zscore"), ("own", "geometric"))))
    stages = ["treat", "normalise", "aggregate"]
    assert independent_parts(whole, stages) == [("treat",), ("normalise",), ("aggregate",)]
    left = whole[~((whole[:, 1] == "zscore") & (whole[:, 2] == "geometric"))]
    assert independent_parts(left, stages) == [("treat",), ("normalise", "aggregate")]
    left = whole[~((whole[:, 0] == "iqr") & (whole[:, 2] == "geometric"))]
    assert independent_parts(left, stages) == [("treat", "aggregate"), ("normalise",)]
    assert independent_parts(whole[:-1], stages) == [tuple(stages)]
