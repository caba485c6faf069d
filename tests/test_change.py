"""A change explained: exact parts, tests of known size and power, ranks in draws, and what is said of it."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

import yitihua as yt
from calling import called
from toys import KEYS, toy_board, toy_frame
from yitihua.analysis.change import noise
from yitihua.analysis.change.errors import both_errors
from yitihua.analysis.change.explained import REFITTED
from yitihua.index.apply import apply
from yitihua.indicators.covariance import Covariance


@pytest.fixture
def call(monkeypatch, capsys):
    """Return the command line as a function that gives code, out and err."""

    def run(*words):
        return SimpleNamespace(**dict(zip(("code", "out", "err"), called(monkeypatch, capsys, words), strict=True)))

    return run


def with_errors(board, se, values=None, covariance=None):
    """Return a board of other values with standard errors, on the same recipe."""
    table = board.table
    values = table.values if values is None else values
    return apply(replace(table, values=values, se=se, covariance=covariance), board.recipe)


def first_only(board, error):
    """Return standard errors of the first indicator alone; the others are reported."""
    se = np.full(board.table.values.shape, np.nan)
    se[:, 0] = error
    return se


# The split.


def test_two_indicators_by_hand():
    """By hand: (0.2, 0.8) -> (0.8, 0.2) and the third still, geometric mean of three with equal weights.

    In either order the first brings g(0.8, 0.8) - g(0.2, 0.8) or g(0.8, 0.2) - g(0.2, 0.2); the part is the mean.
    """
    old = pd.DataFrame([[0.2, 0.8, 0.5], [0.5, 0.5, 0.5]], columns=KEYS)
    new = pd.DataFrame([[0.8, 0.2, 0.5], [0.5, 0.5, 0.5]], columns=KEYS)

    def board(frame):
        units = [f"U{k}" for k in range(len(frame))]
        return yt.evaluate("egdi-2022", frame.assign(unit=units), normalise="none", aggregate="geometric")

    def g(*x):
        return np.prod(x) ** (1 / 3)

    found = yt.change(board(old), board(new))
    parts = found.parts.set_index(["unit", "code"])["part"]
    first = (g(0.8, 0.8, 0.5) - g(0.2, 0.8, 0.5) + g(0.8, 0.2, 0.5) - g(0.2, 0.2, 0.5)) / 2
    assert parts["U0", "osi"] == pytest.approx(first, abs=1e-12)
    assert parts["U0", "tii"] == pytest.approx(-first, abs=1e-12)
    assert found.parts["unit"].unique().tolist() == ["U0"]  # nothing of the other moved


def test_an_arithmetic_mean_by_hand():
    """By hand: a third of each difference."""
    old = pd.DataFrame([[0.2, 0.8, 0.5]], columns=KEYS)
    found = yt.change(toy_board(old), toy_board(old + np.array([0.3, -0.15, 0.0])))
    assert found.parts.set_index("code")["part"].to_dict() == pytest.approx({"osi": 0.1, "tii": -0.05}, abs=1e-12)


VALUES = st.lists(
    st.lists(st.floats(0.05, 0.95), min_size=3, max_size=3), min_size=4, max_size=4
)  # four units of three indicators


@settings(max_examples=25, deadline=None)
@given(VALUES, VALUES, st.sampled_from(["arithmetic", "geometric"]), st.sampled_from(["all", "each"]))
def test_parts_sum_to_the_change(old, new, how, fitted):
    """Identity: under one recipe or two, the parts sum to the change; with unchanged data there is none."""
    frames = []
    for period, values in (("2021", old), ("2022", new)):
        frame = pd.DataFrame(values, columns=KEYS) + np.arange(4)[:, None] * 0.01  # so that bounds differ
        frames.append(frame.assign(unit=[f"U{k}" for k in range(4)], period=period))
    panel = yt.panel("egdi-2022", pd.concat(frames), fitted=fitted, normalise="minmax", aggregate=how)
    found = panel.change()
    sums = found.parts.groupby("unit")["part"].sum()
    change = found.frame.set_index("unit")["change"]
    assert (change - sums.reindex(change.index).fillna(0)).abs().max() < 1e-12
    same = panel.change("2021", "2021")
    assert (same.frame["change"] == 0).all() and same.parts.empty
    assert set(found.rule) == set(panel.rule)


def test_refitted_bounds_have_a_line_of_their_own():
    """Identity: where only another unit moved a bound, all of a still unit's change is the bound's."""
    old = toy_frame(3, 6)
    new = old.copy()
    new.iloc[0] = 1.5
    frames = [f.assign(unit=[f"U{k}" for k in range(6)], period=p) for f, p in ((old, "2021"), (new, "2022"))]
    data = pd.concat(frames)
    each = yt.panel("egdi-2022", data, fitted="each", normalise="minmax").change()
    still = each.parts[each.parts["unit"] == "U3"]
    assert still["code"].tolist() == [REFITTED]
    assert still["part"].sum() == pytest.approx(each.frame.set_index("unit").loc["U3", "change"], abs=1e-12)
    together = yt.panel("egdi-2022", data, normalise="minmax").change()
    assert together.parts["unit"].unique().tolist() == ["U0"]  # one recipe: who stood still did not move


def test_rank_parts_sum_to_the_places():
    """Identity: own effort and the others' movement sum to the places gained."""
    found = yt.panel("zhejiang-2022").change(draws=100)
    frame = found.frame.dropna(subset=["rank_own"])
    assert (frame["rank_own"] + frame["rank_others"]).tolist() == frame["rank_change"].astype(float).tolist()


# Tests of noise.


@pytest.fixture(scope="module")
def waves():
    """300 pairs of waves of 30 units whose first indicator is estimated with a known error; nothing truly changes."""
    truth = toy_board(toy_frame(5, 30, 0.4, 0.6))
    generator, error, runs = np.random.default_rng(11), 0.03, []
    for shift in (*[0.0] * 60, *[3 * np.sqrt(2) * error] * 20):
        boards = []
        for moved in (0.0, shift):
            values = truth.table.values.copy()
            values[:, 0] += moved + generator.normal(0, error, 30)
            boards.append(with_errors(truth, first_only(truth, error), values))
        runs.append((shift, yt.change(*boards, draws=500, seed=len(runs))))
    return runs


def test_size_of_the_test(waves):
    """Simulation of a known truth: nothing changed, so 5% of 1,800 tests reject (sd .5%), in Holm's 5% of panels."""
    p = np.concatenate([found.tests_of().p for shift, found in waves if shift == 0])
    assert len(p) == 1800
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.02)
    any_wrong = np.mean([(found.tests_of().holm < 0.05).any() for shift, found in waves if shift == 0])
    assert any_wrong < 0.14  # .05 and three standard deviations of 60 panels


def test_power_of_the_test(waves):
    """Theory: a true change of three standard errors is found in 1 - Phi(1.96 - 3) = 85% of tests."""
    p = np.concatenate([found.tests_of().p for shift, found in waves if shift > 0])
    assert (p < 0.05).mean() == pytest.approx(norm.sf(norm.isf(0.025) - 3), abs=0.05)


def test_standard_error_of_a_mean(waves):
    """By hand: the score is a third of the estimate, so its change has sqrt(2) * .03 / 3; draws come within 5%."""
    found = waves[0][1]
    assert found.tests_of().se.mean() == pytest.approx(np.sqrt(2) * 0.03 / 3, rel=0.05)
    assert found.tests_of("osi").se.mean() == pytest.approx(np.sqrt(2) * 0.03, rel=0.05)


def test_reported_data_are_exact(waves):
    """Definition: what no survey estimates has no sampling error; its change is as reported."""
    found = waves[0][1]
    assert set(found.tests_of("tii").verdict) == {"exact"}
    assert np.isnan(found.tests_of("tii").p).all()
    frame = waves[-1][1].frame
    assert (frame["reported"] == 0).all()
    assert frame["surveys"].to_numpy() == pytest.approx(frame["change"].to_numpy(), abs=1e-12)


def test_an_estimate_cut_at_a_goalpost_is_tested():
    """An estimate far beyond its goalpost in both waves moves in no draw: that is no change seen, not exact data."""
    base = yt.evaluate("zhejiang-2022")  # simulated; E01 is cut to 50 and 95
    values = base.table.values.copy()
    values[:, base.table.indicators.index("E01")] = 5.0
    one = apply(replace(base.table, values=values), base.recipe)
    found = yt.change(one, one, draws=200)
    tests = found.tests_of("E01")
    assert set(tests.verdict) == {"within"} and set(tests.se) == {0.0} and set(tests.p) == {1.0}
    assert set(found.tests_of("D03").verdict) <= {"exact", ""}  # nothing where nothing was reported


def test_adjustments_by_hand():
    """By hand, Holm (1979) and Benjamini & Hochberg (1995) of .01, .04, .03: .03, .06, .06 and .03, .04, .04."""
    p = np.array([0.01, 0.04, 0.03])
    assert noise.adjusted(p, "holm") == pytest.approx([0.03, 0.06, 0.06])
    assert noise.adjusted(p, "bh") == pytest.approx([0.03, 0.04, 0.04])
    assert noise.adjusted(p, "none").tolist() == p.tolist()
    verdicts = noise.tested(norm.isf(p / 2), np.ones(3), np.zeros(3, bool), 0.05, "holm").verdict
    assert verdicts.tolist() == ["beyond", "within", "within"]
    assert noise.tested(norm.isf(p / 2), np.ones(3), np.zeros(3, bool), 0.05, "bh").verdict.tolist() == ["beyond"] * 3


def test_probability_of_moving_up():
    """By hand: two units, the other exact at .55; .50 -> .60 with error .05 each time: Phi(1)^2 passes from below."""
    old = toy_board(pd.DataFrame([[0.50, 0.5, 0.5], [0.55, 0.5, 0.5]], columns=KEYS))
    values = old.table.values.copy()
    values[0, 0] = 0.60
    se = first_only(old, [0.05, np.nan])
    found = yt.change(with_errors(old, se), with_errors(old, se, values), draws=20_000)
    row = found.frame.set_index("unit").loc["U00"]
    assert row["up"] == pytest.approx(norm.cdf(1) ** 2, abs=0.015)
    assert row["down"] == pytest.approx(norm.sf(1) ** 2, abs=0.01)
    assert row["rank_verdict"] == "within"


# Where errors are not stated.


def test_a_period_without_errors():
    """Definition: 'same' lends the other period's errors and says so; 'known' tells nothing."""
    board = toy_board(toy_frame(5, 10))
    stated = with_errors(board, first_only(board, 0.02))
    lent = yt.change(stated, board)
    assert lent.tests_of().se.mean() == pytest.approx(np.sqrt(2) * 0.02 / 3, rel=0.1)
    assert any("states no sampling errors" in note[1] for note in lent.notes)
    known = yt.change(stated, board, errors="known")
    assert set(known.frame["verdict"]) == {"untold"}
    assert set(known.frame["rank_verdict"]) == {"untold"}


def test_no_errors_at_all():
    found = yt.change(toy_board(toy_frame(1)), toy_board(toy_frame(2)))
    assert set(found.frame["verdict"]) == {"untold"} and found.counts()["untold"] == 12
    assert "nothing is tested" in found.notes[-1][1]


def test_a_missing_error_is_no_error_of_zero():
    """One unit lacks its error in one period: under 'known' it alone is not told, an error of 0 is one."""
    board = toy_board(toy_frame(5, 4))
    se = first_only(board, 0.02)
    holes = se.copy()
    holes[1, 0], holes[2, 0] = np.nan, 0.0
    found = yt.change(with_errors(board, se), with_errors(board, holes), errors="known")
    verdicts = dict(zip(found.units, found.tests_of().verdict, strict=True))
    assert verdicts == {"U00": "within", "U01": "untold", "U02": "within", "U03": "within"}
    lent = both_errors(with_errors(board, se), with_errors(board, holes))
    assert lent.new.se[:, 0] == pytest.approx([0.02, 0.02, 0.0, 0.02])
    assert not lent.unknown[1].any()


def test_correlations_are_lent():
    """By hand: the other period's correlation, 1, at own standard errors: s_i s_j."""
    board = toy_board(toy_frame(5, 6))
    units = board.table.units
    blocks = np.zeros((6, 2, 2))
    blocks[:] = 0.03**2
    se = np.full((6, 3), np.nan)
    se[:, :2] = 0.03
    covariance = Covariance(units, ("osi", "tii"), blocks, np.zeros((0, 6, 2)))
    own = np.full((6, 3), np.nan)
    own[:, 0], own[:, 1] = 0.01, 0.02
    lent = both_errors(with_errors(board, own), with_errors(board, se, covariance=covariance))
    assert lent.old.blocks[0] == pytest.approx(np.array([[1, 2], [2, 4]]) * 1e-4)
    assert any("correlations: those of" in note[1] for note in lent.notes)
    alone = both_errors(with_errors(board, own), with_errors(board, se, covariance=covariance), "known")
    assert alone.old.blocks[0] == pytest.approx(np.diag([1, 4]) * 1e-4)


def test_errors_without_correlations_anywhere_are_said():
    board = toy_board(toy_frame(5, 6))
    se = np.full((6, 3), 0.02)
    notes = both_errors(with_errors(board, se), with_errors(board, se)).notes
    assert (
        sum("taken as independent; those of one questionnaire" in note[1] for note in notes) == 1
    )  # both boards say the same, so once


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"errors": "none"}, "bad-choice"),
        ({"adjust": "sidak"}, "bad-choice"),
        ({"draws": 50}, "number-range"),
        ({"level": 1.0}, "number-range"),
    ],
)
def test_bad_options(options, code):
    board = toy_board(toy_frame(1))
    with pytest.raises(yt.InputError) as error:
        yt.change(board, board, **options)
    assert [fault.code for fault in error.value.faults] == [code]


def test_an_unknown_period():
    with pytest.raises(yt.InputError) as error:
        yt.panel("hdi").change("2020", "2022")
    assert error.value.faults[0].code == "unknown-period"


# The command.


def test_the_command_in_both_languages(call):
    """Every line fits 80 columns; simulated data say so; the rule is said."""
    for lang, words in (
        ("zh", ("模拟数据", "各期同一套参数", "超出误差")),
        ("en", ("SIMULATED", "one recipe", "beyond noise")),
    ):
        result = call("change", "--edition", "zhejiang-2022", "--lang", lang, "--draws", "200", "--top", "5")
        assert result.code == 0
        flat = result.out.replace("\n", "")
        assert all(word in flat for word in words)
        assert max(map(width, result.out.splitlines())) <= 80


def width(line):
    return sum(2 if ord(c) > 0x2E80 else 1 for c in line.rstrip())


def test_one_unit_adds_up_as_printed(call):
    """Identity: printed parts of the blocks sum to the printed change, and indicators to it two digits finer."""
    result = call("change", "--edition", "zhejiang-2022", "--unit", "嘉善", "--lang", "en", "--draws", "200")
    head = next(line for line in result.out.splitlines() if line.startswith("330421"))
    blocks = next(line for line in result.out.splitlines() if line.startswith("  = "))
    shown = [float(word.split()[-1]) for word in blocks[4:].split(", ")]
    assert sum(shown) == pytest.approx(float(head.split()[-1]), abs=1e-9)
    assert "standard error of the change" in result.out and "higher in" in result.out


def test_json_and_files(call, tmp_path):
    out = tmp_path / "change"
    arguments = ("change", "--edition", "zhejiang-2022", "--draws", "200", "--json", "--out", str(out))
    made = json.loads(call(*arguments).out)
    assert made["simulated"] and made["from"] == "2021" and len(made["units"]) == 90
    assert sorted(path.name for path in out.iterdir()) == ["README.txt", "parts.csv", "tests.csv", "units.csv"]
    units = pd.read_csv(out / "units.csv")
    assert set(units["simulated"]) == {"SIMULATED 模拟"} and len(units) == 90
    assert "SIMULATED" in (out / "README.txt").read_text(encoding="utf-8")
    again = call(*arguments)
    assert again.code == 2 and "Traceback" not in again.err  # the folder is not empty


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "1999"),
        ("--fitted", "never"),
        ("--errors", "guess"),
        ("--unit", "nowhere"),
        ("--scheme", "stars"),
        ("--transitions", "--unit", "嘉善"),
        ("--transitions", "--from", "2022"),
    ],
)
def test_bad_calls_end_with_2(call, arguments):
    result = call("change", "--edition", "zhejiang-2022", "--draws", "100", *arguments)
    assert result.code == 2
    assert "Traceback" not in result.out + result.err


def test_a_project_with_units_that_ended(call, tmp_path):
    """The command reads a project, follows Hangzhou through its table, and refuses what mixes old and new units."""
    (tmp_path / "project.toml").write_text('edition = "zhejiang-2022"\ndata = "counts.csv"\n', encoding="utf-8")
    rows = ["unit,period,towns,towns_empowered", "330103,2020,8,2", "330105,2020,10,7", "330105,2021,18,12"]
    (tmp_path / "counts.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    result = call("change", tmp_path, "--lang", "zh")
    assert result.code == 0 and "合并1个" in result.out
    (tmp_path / "counts.csv").write_text("\n".join([*rows, "330103,2021,8,2", "330114,2021,7,3"]), encoding="utf-8")
    result = call("change", tmp_path, "--lang", "zh")
    assert result.code == 2 and "330103" in result.err and "撤销" in result.err
