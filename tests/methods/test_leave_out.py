"""Leaving out: COINr's published results on ASEM, the same numbers by scoring anew, and cases by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from large_board import CONSTANT, large_board

import yitihua as yt
from yitihua.analysis.leave_out import leave_out, without
from yitihua.index.grade import ranks
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import IndicatorTable

#: COINr, pkgdown article "Sensitivity Analysis", section "Removing elements": ``l_res$MeanAbsDiff`` of
#: remove_elements(coin, Level = 2, dset = "Aggregated", iCode = "Index") on the ASEM example.
COINR_MEAN_ABS_DIFF = {
    "Physical": 1.529412,
    "ConEcFin": 2.627451,
    "Political": 2.901961,
    "Instit": 1.176471,
    "P2P": 1.686275,
    "Environ": 3.098039,
    "Social": 3.960784,
    "SusEcFin": 2.627451,
}

#: COINr, pkgdown article "Adjustments and Comparisons": column NoLPIFor of compare_coins_multi, the ranks of ASEM
#: without the indicators LPI and Forest.
COINR_NO_LPI_FOREST = (
    "CHE 1 NLD 4 DNK 2 NOR 3 BEL 6 SWE 5 AUT 7 LUX 8 DEU 11 MLT 9 SVN 10 IRL 12 FIN 13 SGP 14 GBR 16 LTU 15 CZE 19 "
    "HRV 21 ESP 20 HUN 22 FRA 25 EST 23 LVA 17 SVK 24 ROU 26 POL 27 PRT 18 ITA 28 CYP 29 BGR 30 KOR 31 GRC 32 NZL 33 "
    "JPN 34 AUS 37 VNM 36 KHM 35 PHL 40 MYS 38 BRN 45 MMR 39 THA 42 IDN 41 MNG 47 IND 46 BGD 44 KAZ 49 LAO 43 CHN 50 "
    "PAK 48 RUS 51"
)


@pytest.fixture(scope="module")
def asem() -> Scoreboard:
    return yt.evaluate("asem")


def test_mean_shifts_are_those_that_coinr_publishes(asem: Scoreboard) -> None:
    frame = leave_out(asem, list(COINR_MEAN_ABS_DIFF)).frame.set_index("code")
    for code, published in COINR_MEAN_ABS_DIFF.items():
        assert frame.loc[code, "mean_shift"] == pytest.approx(published, abs=5e-7)


def test_two_indicators_left_out_at_once_give_the_ranks_that_coinr_publishes(asem: Scoreboard) -> None:
    words = COINR_NO_LPI_FOREST.split()
    published = dict(zip(words[::2], map(int, words[1::2]), strict=True))
    board = yt.apply(asem.table, without(asem.recipe, ["LPI", "Forest"]))
    assert dict(zip(board.table.units, board.rank.astype(int).tolist(), strict=True)) == published


def test_shifts_have_coinr_s_sign(asem: Scoreboard) -> None:
    """R/audit_tools.R: ``rankchg[-1] <- apply(rankchg[-1], 2, function(x) rankchg[2] - x)``, nominal less new."""
    found = leave_out(asem, ["Social"])
    again = yt.apply(asem.table, without(asem.recipe, ["Social"]))
    assert np.array_equal(found.shifts[0], asem.rank - again.rank)


@pytest.mark.parametrize("name", ["asem", "hdi", "zhejiang-2022"])
def test_the_short_way_gives_what_scoring_anew_gives(name: str) -> None:
    """Authority: `apply` with the recipe of `without`, node by node and indicator by indicator."""
    board = yt.evaluate(name)
    found = leave_out(board)
    assert found.codes == (*board.recipe.codes, *(node.code for node in board.recipe.nodes[:-1]))
    for k, code in enumerate(found.codes):
        again = yt.apply(board.table, without(board.recipe, [code]))
        np.testing.assert_allclose(found.scores[k], again.rounded_scores[found.rows], rtol=0, atol=1e-9)
        assert np.array_equal(found.ranks[k], again.rank[found.rows], equal_nan=True)
        for scheme, grades in found.grades.items():
            assert np.array_equal(grades[k], again.grade_indices[scheme][found.rows])


def board_of(values: list[list[float]], weights: tuple[float, ...], method: str = "arithmetic") -> Scoreboard:
    """Three or four indicators of the HDI's recipe put to other use: points as they are, right below the index."""
    base = yt.evaluate("hdi").recipe
    count = len(weights)
    rules = tuple(
        dataclasses.replace(
            base.indicators[0], code=f"i{j}", name=(f"指标{j}", f"indicator {j}"), transform="none",
            normalise=dataclasses.replace(base.indicators[0].normalise, method="none", origin=0.0, width=1.0, gain=1.0,
                                          base=0.0, lower=None, upper=None, clip=False),
            goalposts=None,
        )
        for j in range(count)
    )  # fmt: skip
    root = dataclasses.replace(
        base.root, children=tuple(rule.code for rule in rules), weights=weights, method=method, coverage=0.5
    )
    recipe = dataclasses.replace(base, indicators=rules, nodes=(root,), scale=(0.0, 100.0), grades=(), views=())
    table = IndicatorTable(
        tuple(f"u{i}" for i in range(len(values))), tuple(r.code for r in rules), np.array(values, dtype=float)
    )
    return yt.apply(table, recipe)


def test_by_hand() -> None:
    """Scores 35, 55, 50 (ranks 3, 1, 2) with weights 1/2, 1/4, 1/4; without i0 they are the means of the rest.

    u0: (80 + 60) / 2 = 70, u1: (30 + 50) / 2 = 40, u2: (40 + 60) / 2 = 50: ranks 1, 3, 2.
    Shifts 2, -2, 0: mean 4/3, median 2, largest 2; Spearman of (3,1,2) and (1,3,2) is -1.
    """
    board = board_of([[0, 80, 60], [70, 30, 50], [50, 40, 60]], (0.5, 0.25, 0.25))
    assert board.total.tolist() == [35.0, 55.0, 50.0]
    found = leave_out(board, ["i0"])
    assert found.scores[0].tolist() == [70.0, 40.0, 50.0]
    row = found.frame.iloc[0]
    assert found.shifts[0].tolist() == [2.0, -2.0, 0.0]
    assert (row["mean_shift"], row["median_shift"], row["max_shift"], row["moved"]) == (4 / 3, 2.0, 2.0, 2)
    assert row["spearman"] == pytest.approx(-1.0)
    assert (row["mean_score_change"], row["max_score_change"]) == (pytest.approx(20 / 3), 35.0)
    assert (row["mover"], row["mover_shift"]) == ("u0", 2)
    assert found.movers("i0")["unit"].tolist() == ["u0", "u1", "u2"]


def test_geometric_mean_by_hand() -> None:
    """sqrt(4 * 9) = 6 without the first of three; a 0 in what is left out does no harm."""
    board = board_of([[0.0, 4.0, 9.0], [1.0, 16.0, 4.0]], (0.4, 0.3, 0.3), "geometric")
    assert leave_out(board, ["i0"]).scores[0] == pytest.approx([6.0, 8.0])


def test_coverage_counts_what_is_left() -> None:
    """u0 has i1 alone: a quarter of the weight, below the half that is asked for; without i0 it is a half, and scored.

    u1 has i0 alone, three quarters... without i0 nothing is left of it.
    """
    nan = float("nan")
    board = board_of([[nan, 10.0, nan], [20.0, nan, nan], [5.0, 6.0, 7.0]], (0.5, 0.25, 0.25))
    assert np.isnan(board.total).tolist() == [True, False, False]
    found = leave_out(board, ["i0"])
    assert found.scores[0].tolist()[0] == 10.0
    assert np.isnan(found.scores[0]).tolist() == [False, True, False]
    row = found.frame.iloc[0]
    assert row["units"] == 1  # u2 alone is ranked with it and without it
    assert row["max_shift"] == 0.0


def test_no_weight_no_trace_and_a_lone_child_is_its_parent() -> None:
    """Identities: an element of weight 0 moves nobody; HDI's health and income have one indicator each."""
    board = board_of([[1.0, 2.0, 9.0], [3.0, 1.0, 0.0]], (0.5, 0.5, 0.0))
    assert leave_out(board, ["i2"]).frame.iloc[0]["moved"] == 0
    hdi = leave_out(yt.evaluate("hdi"), ["le", "health", "gnipc", "income"])
    assert np.array_equal(hdi.scores[0], hdi.scores[1])
    assert np.array_equal(hdi.scores[2], hdi.scores[3])


def test_nothing_left_and_unknown_names_are_refused(asem: Scoreboard, refused) -> None:
    faults = refused(leave_out, asem, ["Social", "Index", "nosuch"])
    assert [fault.code for fault in faults] == ["unknown-reference"]
    assert [fault.code for fault in refused(leave_out, asem, ["Social", "Index"])] == ["nothing-left-out"]
    assert [fault.code for fault in refused(without, asem.recipe, ["Sust", "Conn"])] == ["nothing-left-out"]
    assert [fault.code for fault in refused(leave_out, asem, None, False, "county")] == ["unknown-reference"]
    found = leave_out(asem, ["Social"])
    assert [fault.code for fault in refused(found.movers, "Environ")] == ["unknown-reference"]


def test_quantile_grades_fitted_anew_keep_their_shares(asem: Scoreboard) -> None:
    """Stars of ASEM are fifths of the units: fitted anew, as many stand in each as before."""
    assert asem.recipe.grades[0].method == "quantile"
    before = np.bincount(asem.grade_indices["stars"])
    found = leave_out(asem, ["Social"], refit=True)
    assert np.array_equal(np.bincount(found.grades["stars"][0]), before)
    kept = leave_out(asem, ["Social"])
    assert not np.array_equal(np.bincount(kept.grades["stars"][0]), before)
    assert np.array_equal(found.scores, kept.scores)


@pytest.mark.parametrize("method", ["copeland", "topsis", "mazziotta_pareto"])
def test_methods_that_compare_with_a_sample_can_be_fitted_anew(method: str) -> None:
    """Authority: an index that never had the indicator, fitted from scratch; where the method is offered."""
    from yitihua.definitions.methods import AGGREGATE

    if method not in AGGREGATE.names:
        pytest.skip(f"no method {method}")
    edition = yt.load_edition("hdi")
    board = yt.evaluate(edition, aggregate=method)
    found = leave_out(board, ["le"], refit=True)
    assert np.isfinite(found.scores).all()
    # Without "le" health goes as well, and education and income are left, with half the weight each.
    kept = [board.recipe.plan.column[code] for code in ("education", "income")]
    step = board.recipe.plan.steps[-1]
    x = np.full((len(found.rows), 3), np.nan)
    x[:, 1:] = board.points[found.rows][:, kept]
    mixture = dataclasses.replace(step.mixture, weights=np.array([0.0, 0.5, 0.5]))
    if step.method.fit is not None:
        sample = board.points[np.ix_(found.rows, step.columns)]
        numbers = step.method.fit(sample, mixture.weights, mixture.settings, board.recipe.scale)
        mixture = dataclasses.replace(mixture, numbers=numbers)
    expected = step.method.combine(x, mixture)
    assert np.array_equal(found.ranks[0], ranks(np.round(expected, board.recipe.score_decimals)))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_units_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.uniform(0, 100, (7, 3))
    values[rng.random(values.shape) < 0.1] = np.nan
    order = rng.permutation(7)
    first = leave_out(board_of(values.tolist(), (0.5, 0.25, 0.25)))
    second = leave_out(board_of(values[order].tolist(), (0.5, 0.25, 0.25)))
    assert np.array_equal(first.ranks[:, order], second.ranks, equal_nan=True)


def test_many_units_missing_cells_and_a_constant_column() -> None:
    """2,844 x 51: a constant column moves only who needs it for coverage."""
    board = large_board()
    frame = leave_out(board).frame.set_index("code")
    assert len(frame) == 56
    assert np.isfinite(frame["spearman"]).all()
    assert frame.loc[CONSTANT, "units"] > 2700
