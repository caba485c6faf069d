"""The smallest change of weights, and the best and worst rank: exact, proven, and tried by scoring.

Authorities: duality of linear programmes; enumeration of a fine grid of weights; random weights, none of which may do
better than an exact answer; `board.whatif`, which scores by another path.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import yitihua as yt
from toys import toy_board, toy_frame
from yitihua.analysis.reach import lift, rank_range
from yitihua.analysis.reach.linear import largest, linear
from yitihua.analysis.uncertainty.weight_draws import bounded_weights
from yitihua.cli import app


@pytest.fixture(scope="module")
def zhejiang():
    return yt.evaluate("zhejiang-2022")


@pytest.fixture(scope="module")
def hdi():
    board = yt.evaluate("hdi")
    # Nine decimals, so that rounding plays no part.
    return yt.apply(board.table, replace(board.recipe, score_decimals=9))


def toy(seed=1, units=12):
    return toy_board(toy_frame(seed, units))


def grid(step=0.01):
    a = np.arange(0, 1 + step / 2, step)
    found = np.array([(x, y, 1 - x - y) for x in a for y in a if x + y <= 1 + 1e-9])
    return np.clip(found, 0, 1)


CASES = {
    "a grade": ("zhejiang-2022", "兰溪市", {"grade": "B"}),
    "stars": ("zhejiang-2022", "兰溪市", {"grade": "3", "scheme": "stars"}),
    "a rank": ("zhejiang-2022", "兰溪市", {"rank": 5}),
    "a rank, within bounds": ("zhejiang-2022", "兰溪市", {"rank": 9, "share": 0.5}),
    "above another": ("zhejiang-2022", "嘉善县", {"above": "海宁市"}),
    "largest change": ("zhejiang-2022", "嘉善县", {"above": "海宁市", "distance": "max"}),
    "below another node": ("asem", "Malta", {"rank": 9, "node": "Conn"}),
    "geometric": ("hdi", "Norway", {"rank": 1}),
    "geometric, grade": ("hdi", "Albania", {"grade": "very high"}),
    "harmonic": ("harmonic", "Norway", {"rank": 1}),
    "a power below 0": ("power", "Albania", {"above": "Hungary"}),
}
MEANS = {"harmonic": "harmonic", "power": {"method": "generalised", "exponent": -2}}


@pytest.mark.parametrize(("name", "unit", "asked"), CASES.values(), ids=CASES)
def test_reached_there_and_missed_just_short(zhejiang, hdi, name, unit, asked):
    if name in MEANS:
        board = hdi.whatif(aggregate=MEANS[name]).board
    else:
        board = {"zhejiang-2022": zhejiang, "hdi": hdi, "asem": yt.evaluate("asem")}[name]
    found = lift(board, unit, **asked)
    assert not found.reached_already
    line, w = found.line, found.weights
    assert w.sum() == pytest.approx(1)
    assert (w >= line.low - 1e-9).all()
    assert (w <= line.high + 1e-9).all()
    proof = found.solution.certificate
    assert proof["gap"] <= 1e-9 + 1e-6 * (proof["kind"] == "mixed-integer")
    change = np.abs(w - line.nominal)
    assert found.amount == pytest.approx(change.sum() / 2 if found.distance == "sum" else change.max(), abs=1e-9)
    stated = dict(zip(line.node.children, w.tolist(), strict=True))
    again = board.whatif(weights=stated).board
    near = line.nominal + found.short_of * (w - line.nominal)
    short = board.whatif(weights=dict(zip(line.node.children, near.tolist(), strict=True))).board
    row = found.row
    if "rank" in asked:
        assert again.rank[row] <= asked["rank"] < short.rank[row]
    elif "above" in asked:
        other = board.table.row_of(asked["above"])
        assert again.rank[row] < again.rank[other]
        assert short.rank[row] >= short.rank[other]
    else:
        rule = next(r for r in board.recipe.grades if r.code == (asked.get("scheme") or r.code) and any(
            asked["grade"] in (label, *names) for label, names in zip(r.labels, r.names, strict=True)))  # fmt: skip
        assert again.grade_indices[rule.code][row] == short.grade_indices[rule.code][row] + 1


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("distance", ["sum", "max"])
def test_no_weights_of_a_grid_do_it_with_less(seed, distance):
    board = toy(seed)
    unit = board.table.units[int(np.argsort(-board.total)[6])]
    row = board.table.row_of(unit)
    weights = grid()
    scores = weights @ board.points[:, [board.recipe.plan.column[c] for c in board.recipe.root.children]].T
    ranks = 1 + (scores > scores[:, [row]]).sum(axis=1)
    nominal = np.array(board.recipe.root.weights)
    change = np.abs(weights - nominal)
    away = change.sum(axis=1) / 2 if distance == "sum" else change.max(axis=1)
    for rank in (1, 3, 5):
        if not (ranks <= rank).any():
            continue
        found = lift(board, unit, rank=rank, distance=distance)
        least = away[ranks <= rank].min()
        assert found.amount <= least + 1e-9
        assert found.amount >= least - 0.02  # the grid is a hundredth wide


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_no_random_weights_beat_an_exact_answer(seed):
    board = toy(2)
    found = rank_range(board, share=0.8).set_index("unit")
    line = linear(board, board.table.levels[0], share=0.8)
    drawn = bounded_weights(line.nominal, line.low, line.high, 1, np.random.default_rng(seed))[0]
    ranks = line.scored(drawn).rank
    for unit, rank in zip(board.table.units, ranks.tolist(), strict=True):
        assert found.loc[unit, "best"] <= rank <= found.loc[unit, "worst"]


def test_rank_range_against_a_grid():
    """On a grid a hundredth wide every rank is inside the exact range, and nearly every end is met."""
    board = toy(3)
    found = rank_range(board)
    assert found["exact"].all()
    scores = grid() @ board.points[:, [board.recipe.plan.column[c] for c in board.recipe.root.children]].T
    ranks = 1 + (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    assert (found["best"].to_numpy() <= ranks.min(axis=0)).all()
    assert (found["worst"].to_numpy() >= ranks.max(axis=0)).all()
    assert (found["best"].to_numpy() == ranks.min(axis=0)).mean() >= 0.75
    assert (found["worst"].to_numpy() == ranks.max(axis=0)).mean() >= 0.75


def test_rank_range_of_all_counties(zhejiang):
    found = rank_range(zhejiang, share=0.25)
    assert found["exact"].all()
    assert (found["best"] <= found["rank"]).all()
    assert (found["rank"] <= found["worst"]).all()
    assert found.attrs["simulated"]
    one = found.iloc[40]
    stated = {child: one[f"worst_{child}"] for child in zhejiang.recipe.root.children}
    again = zhejiang.whatif(weights=stated).board
    assert again.rank[zhejiang.table.row_of(one["unit"])] == one["worst"]


def test_largest_against_linear_programming():
    from scipy.optimize import linprog

    rng = np.random.default_rng(5)
    low, high = np.array([0.1, 0.0, 0.05, 0.2]), np.array([0.5, 0.3, 0.6, 0.9])
    for c in rng.normal(size=(30, 4)):
        solved = linprog(-c, A_eq=np.ones((1, 4)), b_eq=[1], bounds=list(zip(low, high, strict=True)))
        assert float(largest(c, low, high)) == pytest.approx(-solved.fun)


def test_product_is_the_score(zhejiang, hdi):
    for board, level, node in ((zhejiang, "county", None), (hdi, "country", None), (hdi, "country", "education")):
        if node == "education":
            with pytest.raises(yt.InputError, match="arithmetic"):
                linear(board, level, node)
            continue
        line = linear(board, level, node)
        other = np.random.default_rng(1).dirichlet(np.ones(len(line.nominal)))
        np.testing.assert_allclose(line.scores(other), line.scored(other).total[line.rows], rtol=1e-12)


def test_reached_already(zhejiang):
    found = zhejiang.reach("柯城区", rank=1)
    assert found.reached_already
    assert found.amount == 0
    assert "reached already" in repr(found)


def test_a_rounded_tie_may_come_earlier():
    """With three decimals published scores tie before the scores do; it is said."""
    found = lift(yt.evaluate("hdi"), "Norway", rank=1)
    assert found.rounded_earlier
    assert found.board.rank[found.row] == 1


BAD = {
    "no target": ({}, "exactly one"),
    "two targets": ({"rank": 3, "grade": "B"}, "exactly one"),
    "unknown grade": ({"grade": "Z"}, "'Z'"),
    "unknown scheme": ({"grade": "B", "scheme": "q"}, "'q'"),
    "rank 0": ({"rank": 0}, "90"),
    "rank beyond": ({"rank": 91}, "90"),
    "unknown rival": ({"above": "Atlantis"}, "Atlantis"),
    "itself": ({"above": "嘉善县"}, "itself"),
    "unknown distance": ({"rank": 3, "distance": "far"}, "far"),
    "unknown node": ({"rank": 3, "node": "Q"}, "'Q'"),
    "bounds that exclude everything": ({"rank": 3, "bounds": dict.fromkeys("ABCDE", (0.0, 0.1))}, "0.5"),
    "bounds that are no pair": ({"rank": 3, "bounds": {"A": (0.4, 0.1)}}, "0.4"),
    "bounds of another node": ({"rank": 3, "bounds": {"A01": (0.1, 0.4)}}, "A01"),
    "share": ({"rank": 3, "share": 2.0}, "2.0"),
    "out of reach: grade": ({"grade": "A"}, "55.6"),
    "out of reach: rank": ({"rank": 10}, "rank 70"),
    "out of reach: above": ({"above": "柯城区"}, "still behind"),
}


@pytest.mark.parametrize(("asked", "said"), BAD.values(), ids=BAD)
def test_bad_input(zhejiang, asked, said):
    with pytest.raises(yt.InputError) as error:
        zhejiang.reach("嘉善县", **asked)
    assert len(error.value.faults) == 1
    assert said in str(error.value)
    assert error.value.faults[0].text("zh") != error.value.faults[0].text("en")


def test_methods_that_are_no_means():
    with pytest.raises(yt.InputError, match="topsis"):
        yt.evaluate("asem", aggregate="topsis").reach("Malta", rank=1)


def test_levels_apart():
    board = yt.evaluate("zhejiang-2022", cities=True)
    with pytest.raises(yt.InputError):
        board.reach("嘉善县", above="嘉兴市")
    with pytest.raises(yt.InputError):
        rank_range(board, ["嘉善县", "嘉兴市"])
    assert len(rank_range(board, level="city")) == 11


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_command(lang, tmp_path):
    def said(*words):
        result = CliRunner().invoke(app, ["reach", *map(str, words), "--lang", lang])
        assert result.exit_code == 0, result.output
        return result.output

    text = said("--edition", "zhejiang-2022", "嘉善县", "--above", "海宁市", "--bounds", "A=0.1:0.3")
    assert ("证明：线性规划" if lang == "zh" else "proof: optimal linear programme") in text
    assert ("模拟数据" if lang == "zh" else "SIMULATED DATA") in text
    CliRunner().invoke(app, ["score", "--edition", "zhejiang-2022", "-o", str(tmp_path / "run")])
    assert text == said(tmp_path / "run", "嘉善县", "--above", "海宁市", "--bounds", "A=0.1:0.3")
    found = json.loads(said(tmp_path / "run", "嘉善县", "--above", "海宁市", "--json"))
    assert found["amount"] == pytest.approx(yt.evaluate("zhejiang-2022").reach("嘉善县", above="海宁市").amount)
    assert ("有单位缺数" if lang == "zh" else "units have gaps") not in text
    gaps = said("-e", "zhejiang-2022", "嘉善县", "--above", "海宁市", "--node", "A")
    assert ("有单位缺数" if lang == "zh" else "units have gaps") in gaps
    assert ("已经达到" if lang == "zh" else "reached already") in said("-e", "zhejiang-2022", "柯城区", "--rank", 1)


@pytest.mark.parametrize(
    "words",
    [
        ("嘉善县", "海宁市", "--rank", "3"),
        ("嘉善县",),
        ("嘉善县", "--rank", "3", "--bounds", "A=x:y"),
        ("嘉善县", "--rank", "80", "--bounds", "A=0.1:0.3,A=0:1"),
    ],
    ids=["two units", "no target", "bounds that are no numbers", "bounds that are there twice"],
)
def test_bad_calls(words):
    result = CliRunner().invoke(app, ["reach", "-e", "zhejiang-2022", *words])
    assert isinstance(result.exception, yt.InputError)
    assert len(result.exception.faults) == 1
