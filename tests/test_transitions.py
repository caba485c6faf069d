"""Moves between grades: counts and intervals, the long run, the test of sameness, and moves that are noise."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, norm
from statsmodels.stats.proportion import proportion_confint

import yitihua as yt
from toys import KEYS, toy_board
from yitihua.analysis.transitions import first_passage, half_life, homogeneity, stationary, transitions
from yitihua.index.apply import apply
from yitihua.publish.transition_text import transition_lines, transition_rows, transitions_dict

#: Three periods of six units; scores are points, and the scheme abc is cut at .6 and .8 on a scale of 0 to 1.
SCORES = {
    "2020": [0.30, 0.40, 0.50, 0.65, 0.70, 0.90],
    "2021": [0.35, 0.65, 0.70, 0.65, 0.85, 0.90],
    "2022": [0.65, 0.65, 0.55, 0.85, 0.85, 0.70],
}


def board_of(scores):
    return toy_board(pd.DataFrame(np.repeat(np.array(scores)[:, None], 3, axis=1), columns=KEYS))


@pytest.fixture(scope="module")
def found():
    return transitions({period: board_of(scores) for period, scores in SCORES.items()}, "abc")


def test_counts_by_hand(found):
    """By hand, lowest first: C C C B B A -> C B B B A A -> B B C A A B."""
    assert found.words() == ["C", "B", "A"]
    assert found.steps[0].tolist() == [[1, 2, 0], [0, 1, 1], [0, 0, 1]]
    assert found.steps[1].tolist() == [[0, 1, 0], [1, 1, 1], [0, 1, 1]]
    assert found.moved.tolist() == [3, 4] and found.units.tolist() == [6, 6]
    assert found.probabilities[0].tolist() == [0.25, 0.75, 0.0]


def test_wilson_intervals(found):
    """Oracle: statsmodels, and by hand for 1 of 4 (Wilson 1927)."""
    low, high = found.bounds
    assert (low[0, 0], high[0, 0]) == pytest.approx(proportion_confint(1, 4, 0.05, "wilson"))
    z, n, p = norm.isf(0.025), 4, 0.25
    middle = (p + z**2 / 2 / n) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / 4 / n**2) / (1 + z**2 / n)
    assert (low[0, 0], high[0, 0]) == pytest.approx((middle - half, middle + half))


def test_homogeneity_is_pearsons_of_every_row():
    """Oracle: Anderson & Goodman's statistic is the sum of scipy's chi-squares of steps by columns, row by row."""
    steps = np.random.default_rng(4).integers(3, 20, (3, 4, 4))
    made = homogeneity(steps)
    tables = [chi2_contingency(steps[:, i, :], correction=False) for i in range(4)]
    assert made.statistic == pytest.approx(sum(one.statistic for one in tables))
    assert made.df == sum(one.dof for one in tables) == 4 * 2 * 3
    assert homogeneity(steps[:1]) is None


def test_size_of_the_test_of_sameness():
    """Simulation of a known truth: one matrix in all steps, so 5% of 400 tests reject (sd 1.1%)."""
    p = np.array([[0.6, 0.3, 0.1], [0.2, 0.6, 0.2], [0.1, 0.3, 0.6]])
    generator = np.random.default_rng(8)
    tests = [
        homogeneity([[generator.multinomial(60, row) for row in p] for _ in range(3)]).p < 0.05 for _ in range(400)
    ]
    assert np.mean(tests) == pytest.approx(0.05, abs=0.035)


def test_the_long_run():
    """Oracle: powers of the matrix, and the linear equations of first passages (Kemeny & Snell 1960, theorem 4.4.4)."""
    counts = np.array([[6, 3, 1], [2, 6, 2], [1, 3, 6]])
    p = counts / counts.sum(axis=1, keepdims=True)
    assert stationary(counts) == pytest.approx(np.linalg.matrix_power(p, 200)[0])
    m = first_passage(counts)
    for j in range(3):
        rest = [k for k in range(3) if k != j]
        want = np.linalg.solve(np.eye(2) - p[np.ix_(rest, rest)], np.ones(2))
        assert m[rest, j] == pytest.approx(want)
        assert m[j, j] == pytest.approx(1 + p[j, rest] @ want)
    second = sorted(abs(np.linalg.eigvals(p)))[1]
    assert pytest.approx(second ** half_life(counts)) == 0.5


def test_where_the_long_run_is_not_defined():
    """Two closed classes, or a grade that is reached and that nobody started from: no long run, and no number."""
    assert stationary([[3, 0], [0, 3]]) is None and np.isnan(half_life([[3, 0], [0, 3]]))
    assert stationary([[3, 1], [0, 0]]) is None
    assert first_passage([[3, 1], [0, 2]]) is None  # nobody comes back
    assert stationary([[3, 1], [0, 2]]).tolist() == pytest.approx([0, 1])
    assert stationary([[3, 1, 0], [1, 3, 0], [0, 0, 0]]).tolist() == pytest.approx([0.5, 0.5, 0])


def test_moves_that_are_noise():
    """By hand: one unit an error below a cut, errors equal: it moves in 2 Phi(1) (1 - Phi(1)) of pairs of draws."""
    board = board_of([0.6 - 0.02, 0.3, 0.9])
    se = np.full((3, 3), np.nan)
    se[:, 0] = 0.06  # a third of it in the score
    boards = {p: apply(replace(board.table, se=se), board.recipe) for p in ("2021", "2022")}
    made = transitions(boards, "abc", draws=20_000)
    assert made.noise[0] == pytest.approx(2 * norm.cdf(1) * norm.sf(1), abs=0.01)
    assert np.isnan(transitions(dict.fromkeys(("2021", "2022"), board), "abc").noise[0])


def test_text_and_json(found):
    for lang, word in (("zh", "变级"), ("en", "change grade")):
        lines = transition_lines(found, lang)
        assert sum(word in line for line in lines) == 2
        assert any("Anderson-Goodman" in line for line in lines)
        assert len(transition_rows(found, lang)) == 4
    made = transitions_dict(found, None)
    assert made["moved"] == [3, 4] and len(made["moves"]) == 9 and made["noise"][0] != made["noise"][0]


def test_of_a_panel():
    """Identity: all units with a grade in both periods are counted once; each panel says its rule."""
    panel = yt.panel("hdi")
    made = panel.transitions("group")
    first, second = panel.boards.values()
    graded = {unit for unit, g in zip(first.table.units, first.grade_indices["group"], strict=True) if g >= 0}
    both = sum(
        g >= 0 and unit in graded for unit, g in zip(second.table.units, second.grade_indices["group"], strict=True)
    )
    assert made.units.sum() <= both and made.frame().attrs["rule"] == panel.rule[1]
    assert panel.convergence().sigma.periods.tolist() == [2021, 2022]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: yt.panel("hdi", periods=[2022]).transitions(), "transitions-periods"),
        (lambda: yt.panel("hdi").transitions("nowhere"), "bad-choice"),
        (lambda: yt.panel("hdi").transitions(level="nowhere"), "bad-choice"),
        (lambda: yt.panel("hdi", periods=[2022]).convergence(), "convergence-boards"),
        (lambda: yt.panel("hdi", fitted="each", normalise="minmax").convergence(), "convergence-recipes"),
    ],
)
def test_refused(call, code):
    with pytest.raises(yt.InputError) as error:
        call()
    assert [fault.code for fault in error.value.faults] == [code]
