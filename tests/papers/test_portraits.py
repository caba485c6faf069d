"""Portraits of all units at once against the analyses of one unit, and against scoring again from the data."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import yitihua as yt
from yitihua.analysis.exemplars import exemplars
from yitihua.analysis.learning import learning
from yitihua.analysis.obstacles import obstacles
from yitihua.analysis.raising import raised_to_quartile, raised_totals
from yitihua.analysis.strengths import strengths
from yitihua.errors import InputError
from yitihua.publish.portraits import portraits


@cache
def board_of(name):
    return yt.evaluate(name)


@cache
def found_of(name):
    return portraits(board_of(name))


def one_of(name, unit):
    return found_of(name).of(unit)


# What would lift a unit


@pytest.mark.parametrize("name", ["zhejiang-2022", "hdi", "asem", "egdi-2022"])
def test_a_lift_is_the_score_made_again_from_the_quartiles_raw_value(name):
    """The oracle: the unit's own raw value replaced by that of the peer, and the whole table scored again."""
    board = board_of(name)
    raised, recipe = raised_to_quartile(board), board.recipe
    place = [board.table.indicators.index(code) for code in recipe.codes]
    tried = 0
    for row in range(0, len(board.table.units), 23):
        for j in range(0, len(recipe.codes), 3):
            if not raised.gain[row, j] > 0:
                continue
            values = board.table.values.copy()
            by = recipe.indicators[j].denominate_by
            divisor = 1.0 if by is None else float(board.table.attributes[by][row])
            values[row, place[j]] = board.denominated[raised.peer[row, j], j] * divisor
            again = yt.apply(replace(board.table, values=values, history=()), recipe).total[row]
            assert raised.gain[row, j] == pytest.approx(again - board.total[row], abs=1e-9)
            tried += 1
    assert tried > 3


def test_the_quartile_is_somebodys_own_and_three_quarters_do_no_better():
    board = board_of("zhejiang-2022")
    raised = raised_to_quartile(board)
    for j in range(len(board.recipe.codes)):
        known = board.normalised[np.isfinite(board.normalised[:, j]), j]
        target = raised.points[0, j]
        assert target in known
        assert (known <= target).mean() >= 0.75 and (known < target).mean() < 0.75


def test_nobody_is_lifted_by_what_he_has_or_by_what_is_missing():
    board = board_of("zhejiang-2022")
    raised = raised_to_quartile(board)
    missing = np.isnan(board.normalised)
    assert missing.any() and np.isnan(raised.gain[missing]).all()
    there = np.isfinite(raised.gain) & (board.normalised >= raised.points)
    assert there.any() and (raised.gain[there] == 0).all()


def test_ranks_and_grades_of_lifts_are_those_of_the_board_with_the_new_score():
    board, found = board_of("zhejiang-2022"), found_of("zhejiang-2022")
    tried = 0
    for one in found:
        row = board.table.units.index(one.unit)
        for lift in one.lifts:
            scores = board.rounded_scores.copy()
            scores[row] = round(lift.score, board.recipe.score_decimals)
            assert lift.rank == 1 + int((np.delete(scores, row) > scores[row]).sum())
            assert lift.score == pytest.approx(one.score + lift.gain)
            tried += 1
            now = {standing.scheme: standing.next_name for standing in one.standings}
            for scheme, name in lift.grades:
                assert name == now[scheme]
    assert tried > 400


def test_indices_of_linear_programmes_have_no_lifts_and_say_so():
    found = portraits(yt.evaluate("egdi-2022", aggregate="bod"))
    assert not found.has_lifts and all(not one.lifts for one in (found.of(unit) for unit in found.units[:5]))


# Whom to learn from: the analysis of one unit is the authority


@pytest.mark.parametrize("name", ["zhejiang-2022", "hdi"])
def test_exemplars_of_all_are_those_of_each(name):
    board = board_of(name)
    codes = tuple(dict.fromkeys([*board.recipe.first_level, *board.recipe.codes]))
    found = learning(board, codes, 3)
    for row in range(0, len(board.table.units), 17):
        if np.isnan(board.total[row]):
            continue
        one = exemplars(board, board.table.units[row], k=3)
        for c, code in enumerate(codes):
            column = board.recipe.plan.column[code]
            if np.isnan(board.points[row, column]):
                continue
            want = one.rows[one.rows["code"] == code]
            assert [board.table.units[at] for at in found.rows[row, c] if at >= 0] == want["unit"].tolist()
            assert set(want["rule"]) <= {int(found.rule[row, c])}
            for at, gain in zip(found.rows[row, c], want["gain"], strict=False):
                points = np.where(np.arange(len(board.total)) == row, board.points[at, column], np.nan)
                own = raised_totals(board, column, points)[row] - board.total[row]
                assert own == pytest.approx(gain, abs=1e-9)


def test_comparisons_in_blocks_are_those_in_one(monkeypatch):
    from yitihua.analysis import learning as module

    board = board_of("zhejiang-2022")
    codes = (*board.recipe.first_level, "A01")
    whole = learning(board, codes, 2)
    monkeypatch.setattr(module, "CELLS", 700)
    monkeypatch.setattr(module, "_FRONT", 2)
    parts = learning(board, codes, 2)
    assert (whole.rows == parts.rows).all() and (whole.rule == parts.rule).all()


# The page against the board


def test_strengths_and_obstacles_are_those_of_the_analyses():
    board, found = board_of("zhejiang-2022"), found_of("zhejiang-2022")
    strong, lost = strengths(board, by="points"), obstacles(board).top(5)
    for unit in board.table.units[::9]:
        one, frame = found.of(unit), strong.of(unit, 5)
        assert list(one.strengths) == frame[frame["kind"] == "strength"]["code"].tolist()
        assert list(one.weaknesses) == frame[frame["kind"] == "weakness"]["code"].tolist()
        assert list(one.obstacles) == lost[lost["unit"] == unit]["code"].tolist()
        means = dict(zip(frame["code"], frame["peers_mean"], strict=True))
        assert all(one.row(code).mean == pytest.approx(mean) for code, mean in means.items())


def test_contributions_of_a_page_sum_to_its_score():
    for one in found_of("zhejiang-2022"):
        assert sum(branch.contribution for branch in one.branches) == pytest.approx(one.score)
        assert sum(row.contribution or 0.0 for row in one.rows) == pytest.approx(one.score)
        assert sum(branch.obstacle for branch in one.branches) == pytest.approx(100)


def test_numbers_of_a_page_are_those_of_the_boards_tables():
    board = board_of("zhejiang-2022")
    scores = board.score_table("zh").set_index("unit")
    cells = board.indicator_table("zh").set_index(["unit", "indicator"])
    for one in found_of("zhejiang-2022"):
        line = scores.loc[one.unit]
        assert (one.score, one.rank, one.low, one.high) == (
            line["score"], line["rank"], line["score_low"], line["score_high"])  # fmt: skip
        assert (one.best, one.worst) == (line["rank_low"], line["rank_high"])
        for standing in one.standings:
            assert standing.label == line[standing.scheme]
            assert standing.probability == line[f"{standing.scheme}_probability"]
        for row in one.rows[::7]:
            cell = cells.loc[(one.unit, row.code)]
            keys = ("raw_value", "normalised", "contribution", "weight")
            want = [None if np.isnan(cell[key]) else cell[key] for key in keys]
            assert [row.value, row.points, row.contribution, row.weight] == want


def test_peers_of_the_same_city_by_hand():
    one, board = one_of("zhejiang-2022", "330421"), board_of("zhejiang-2022")
    city = [row for row, unit in enumerate(board.table.units) if unit.startswith("3304")]
    peers = next(peers for peers in one.peers if peers.kind == "city")
    assert peers.name == ("嘉兴市", "Jiaxing") and peers.units == len(city) == 7
    assert peers.score == pytest.approx(board.total[city].mean())
    assert peers.rank == 1 + sum(board.total[city] > one.score)
    first = board.recipe.plan.column["B"]
    assert peers.branches[1] == pytest.approx(board.points[city, first].mean())


def test_units_that_are_not_scored_say_why_and_have_no_place():
    from panel_boards import with_gaps

    found = portraits(with_gaps(board_of("zhejiang-2022"), 0.3))
    one = next(one for one in found if not one.scored)
    assert one.rank is None and one.standings == () and one.lifts == () and "覆盖率不足" in one.note[0]
    assert [found.of(unit).scored for unit in found.units] == sorted(
        (found.of(unit).scored for unit in found.units), reverse=True
    )


def test_the_period_before_is_matched_by_unit_and_code():
    board = board_of("egdi-2022")
    rows = list(range(len(board.table.units)))[::-1][:-1]
    values = board.table.take(rows).values * 0.9
    before = yt.apply(replace(board.table.take(rows), values=values, period="2020"), board.recipe)
    found = portraits(board, before=before)
    assert found.same_rules
    one = found.of(board.table.units[5])
    old = before.table.units.index(one.unit)
    assert one.change.period == "2020" and one.change.score == before.total[old]
    assert one.change.gained == pytest.approx(one.score - before.total[old])
    assert one.change.places == before.rank[old] - one.rank
    assert one.rows[0].before == pytest.approx(one.rows[0].value * 0.9)
    assert one.branches[0].change == pytest.approx(one.branches[0].points * 0.1)
    assert found.of(board.table.units[0]).change is None  # it had no row then
    other = yt.apply(before.table, yt.evaluate("egdi-2022", aggregate="geometric").recipe)
    assert portraits(board, before=other).same_rules is False


def test_intervals_of_a_run_take_the_place_of_the_sampling_errors():
    board = board_of("zhejiang-2022")
    run = board.uncertainty(n=200, seed=1)
    one = portraits(board, certainty=run).of("330421")
    row = board.table.row_of("330421")
    assert (one.low, one.high) == (run.score_interval[0][row], run.score_interval[1][row])


# Refused, one fault each


def with_n(n, unit=3, code="E01"):
    board = board_of("zhejiang-2022")
    counts = board.table.n.copy()
    counts[unit, board.table.indicators.index(code)] = n
    return yt.apply(replace(board.table, n=counts), board.recipe)


def test_a_value_on_nine_respondents_is_refused_and_on_ten_printed():
    with pytest.raises(InputError) as found:
        portraits(with_n(9))
    (fault,) = found.value.faults
    unit = board_of("zhejiang-2022").table.units[3]
    assert (
        fault.code == "few-respondents"
        and f"{unit} E01" in fault.problem("zh")
        and "9" not in fault.problem("zh").split("：")[1].replace(unit, "")
    )
    assert portraits(with_n(10)).of(unit).row("E01").respondents == 10


def test_a_value_of_the_period_before_on_nine_respondents_is_refused():
    with pytest.raises(InputError, match="10 or more respondents"):
        portraits(board_of("zhejiang-2022"), before=with_n(9))


def test_more_respondents_can_be_asked_for_and_fewer_than_the_edition_says_cannot():
    edition = yt.load_edition("zhejiang-2022")
    with pytest.raises(InputError) as found:
        portraits(board_of("zhejiang-2022"), minimum=100)
    assert found.value.faults[0].code == "few-respondents"
    assert portraits(board_of("zhejiang-2022"), edition=edition, minimum=2).minimum == 10
    assert portraits(board_of("zhejiang-2022"), minimum=2).minimum == 10
    with pytest.raises(InputError) as found:
        portraits(board_of("zhejiang-2022"), minimum=1)
    assert found.value.faults[0].code == "number-range"


def test_a_city_less_its_counties_is_refused():
    """A city's respondents are its counties' and nine more: what those nine said would be worked out."""
    whole = yt.evaluate("zhejiang-2022", cities=True)
    assert len(portraits(whole)) == 101
    table, j = whole.table, whole.table.indicators.index("E01")
    city, counties = (
        table.units.index("330400"),
        [k for k, u in enumerate(table.units) if u[:4] == "3304" and u[4:] != "00"],
    )
    n = table.n.copy()
    n[city, j] = n[counties, j].sum() + 9
    with pytest.raises(InputError) as found:
        portraits(yt.apply(replace(table, n=n), whole.recipe))
    (fault,) = found.value.faults
    assert fault.code == "few-respondents" and "330400 E01" in fault.problem("en")


def test_another_boards_run_and_nothing_shared_are_refused():
    run = board_of("egdi-2022").uncertainty(n=100, treat=["none"], normalise=["minmax"])
    with pytest.raises(InputError) as found:
        portraits(board_of("hdi"), certainty=run)
    assert found.value.faults[0].code == "figure-strange"
    with pytest.raises(InputError) as found:
        portraits(board_of("hdi"), before=board_of("zhejiang-2022"))
    assert found.value.faults[0].code == "nothing-shared"


# Speed


def test_thousands_of_units_are_described():
    board = board_of("zhejiang-2022")
    rows = list(np.resize(np.arange(90), 2844))
    table = board.table.take(rows)
    values = table.values * np.random.default_rng(0).uniform(0.9, 1.1, table.values.shape)
    units = tuple(f"U{k:04d}" for k in range(2844))
    many = yt.apply(
        replace(table, units=units, values=values, flags={}, covariance=None, se=None, n=None), board.recipe
    )
    assert sum(len(one.rows) for one in portraits(many)) == 2844 * 51
