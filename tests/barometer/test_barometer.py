"""The barometer of editions. Authorities: the panel's scores, identities, simulated truth, feedback tried out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import quarters

import yitihua as yt
from yitihua.analysis.barometer import components, noise
from yitihua.analysis.barometer.carry import lending_order, lent, node_draws, source_draws
from yitihua.analysis.barometer.inputs import boards_alike, node_columns, numbers, places_before, same_length
from yitihua.analysis.barometer.making import barometer_of
from yitihua.definitions.changes import with_changes
from yitihua.index.panel import score_panel
from yitihua.index.sampling import errors_of

NAME = "zhejiang-2022"


@pytest.fixture(scope="module")
def shipped():
    return yt.barometer(NAME, n=200)


@pytest.fixture(scope="module")
def quarterly():
    return yt.barometer(NAME, quarters.frames()[1], n=200, unit_changes="none")


def test_the_level_is_the_panels_score(shipped):
    """First-level nodes by their weights are the index itself, on the panel's one recipe."""
    panel = yt.panel(NAME)
    for period, standing in zip(shipped.periods, shipped.shown("standing"), strict=True):
        board = panel.boards[period]
        scored = np.isfinite(board.total)
        assert standing[scored] == pytest.approx(board.total[scored], abs=1e-9)
    assert shipped.rule == panel.rule
    assert shipped.frame("zh").attrs["rule"] == panel.rule[0]


def test_the_change_compares_what_both_years_have(shipped):
    """E10 is a change on the year before, which 2021 lacks: 2022 is scored without it too."""
    panel = yt.panel(NAME)
    first, second = (board.table for board in panel.boards.values())
    values = np.where(np.isnan(first.values), np.nan, second.values)
    assert np.isnan(values[:, first.indicators.index("E10")]).all()
    again = yt.apply(replace(second, values=values), panel.boards["2022"].recipe)
    earlier = np.where(np.isnan(second.values), np.nan, first.values)
    before = yt.apply(replace(first, values=earlier), panel.boards["2021"].recipe)
    change = again.total - before.total
    both = np.isfinite(change)
    assert both.sum() > 80
    assert shipped.shown("change")[1][both] == pytest.approx(change[both])


def test_a_year_like_the_one_before_stands_still():
    years = quarters.frames()[0]
    first = years[years["period"] == "2021"]
    same = pd.concat([first, first.assign(period="2022")], ignore_index=True)
    found = yt.barometer(NAME, same, n=100)
    frame = found.frame(period="2022")
    for name in ("own_past", "momentum"):
        assert frame[name].to_numpy() == pytest.approx(50.0)
    done = ~(found.inputs.counts == 0).any(axis=(0, 2))  # a measure that was never taken up has no recency
    assert done.sum() >= 5
    assert found.shown("parts")[1, done, 3] == pytest.approx(50.0)
    assert frame["change"].to_numpy() == pytest.approx(0.0)
    assert (found.frame(period="2021")["sign"] == "").all()  # no past, no sign


def test_readings_probabilities_and_quadrants_fit_together(shipped):
    frame = shipped.frame("en", "2022")
    assert frame["reading"].to_numpy() == pytest.approx((frame["progress"] + frame["activity"]).to_numpy() / 2)
    labels = shipped.spec.sign.labels
    chances = frame[[f"p_{label}" for label in labels]].to_numpy()
    assert chances.sum(axis=1) == pytest.approx(1.0)
    own = chances[np.arange(len(frame)), [labels.index(label) for label in frame["sign"]]]
    assert frame["p_sign"].to_numpy() == pytest.approx(own)
    assert shipped.drawn.quadrant[1].sum(axis=1) == pytest.approx(1.0)
    high = frame["progress"] >= frame["progress"].median()
    assert (frame["quadrant"].isin(["both", "progress_only"]) == high).all()
    assert frame["simulated"].all()
    assert shipped.simulated
    assert "模拟" in repr(shipped)


def test_the_same_seed_gives_the_same_draws(shipped):
    again, other = yt.barometer(NAME, n=200), yt.barometer(NAME, n=200, seed=1)
    pd.testing.assert_frame_equal(again.frame(), shipped.frame())
    assert not other.frame()["reading_low"].equals(shipped.frame()["reading_low"])
    assert other.frame()["reading"].equals(shipped.frame()["reading"])


def test_quarters_carry_the_years_survey_and_say_so(quarterly):
    assert len(quarterly.periods) == 8
    assert quarterly.carried[0]["E01"] == ("2021",)
    assert quarterly.carried[-1]["E01"] == ("2022",)
    years = quarters.frames()[0]
    board = quarterly.board("2022Q3")
    stated = years[years["period"] == "2022"].set_index("unit")["E01"].loc[list(board.table.units)]
    assert board.table.values[:, board.table.indicators.index("E01")] == pytest.approx(stated.to_numpy(float))
    frame = quarterly.frame("zh", "2022Q4")
    assert frame["carried"].str.contains("E01").all()
    assert (frame["sign"] != "").all()
    assert (quarterly.frame(period="2021Q4")["sign"] == "").all()  # progress looks a year back


def test_quarters_have_the_pace_of_their_year(quarterly):
    """Counts split evenly: the volume of a quarter is that of the year, but for whole counts."""
    yearly = yt.barometer(NAME, quarters.frames()[0], n=100, unit_changes="none")
    assert quarterly.units == yearly.units
    paces = quarterly.shown("parts")[4:, :, 0].mean(axis=0)
    assert paces == pytest.approx(yearly.shown("parts")[1, :, 0], abs=1.0)


def test_without_carrying_the_coverage_rule_decides():
    both = quarters.frames()[1]
    found = yt.barometer(NAME, both, n=100, unit_changes="none", barometer={"progress": {"carry": False}})
    assert not any(found.carried)
    there = np.isfinite(found.inputs.nodes[1:, 7]).sum(axis=-1).min(axis=0)
    assert (there < 5).all()
    assert (there == 4).any()
    assert (np.isfinite(found.shown("progress")[7]) == (there / 5 >= 2 / 3)).all()
    strict = yt.barometer(
        NAME, both, n=100, unit_changes="none", barometer={"progress": {"carry": False, "coverage": 1}}
    )
    assert strict.frame(period="2022Q4")["progress"].isna().all()


def test_periods_that_are_not_shown_still_are_the_past(quarterly):
    one = yt.barometer(NAME, quarters.frames()[1], ["2022Q4"], n=200, unit_changes="none")
    pd.testing.assert_frame_equal(one.frame(), quarterly.frame().query("period == '2022Q4'").reset_index(drop=True))


def test_a_lent_estimate_has_the_same_error_in_both_periods():
    """What both periods take from one survey cancels in the change, draw by draw."""
    edition = yt.load_edition(NAME)
    years = quarters.frames()[0].copy()
    surveys = [name for name in years if name.startswith("E0")]
    years.loc[years["period"] == "2022", surveys] = np.nan
    tables = {period: yt.read_table(edition, years, period=period) for period in ("2021", "2022")}
    second = lent(tables["2022"], {"2021": tables["2021"]}, ["E01", "E02", "E03", "E04", "E05", "E06", "E08", "E09"])
    first = lent(tables["2021"], {}, [])
    panel = score_panel([first.table, second.table], edition)
    boards = boards_alike(list(panel.boards.values()), np.array([-1, 0]))
    recipe = panel.boards["2021"].recipe
    draws = source_draws(tables, recipe.codes, 200, np.random.SeedSequence(1))
    columns = node_columns(recipe, edition.spec.barometer)[1]
    units = {period: table.units for period, table in tables.items()}
    made = [
        node_draws(board, one, columns, draws, units, 200)
        for board, one in ((boards[2][1], first), (boards[1][1], second))
    ]
    assert made[0][:, :, 4].std(axis=0).min() > 0.01
    assert (made[1] - made[0])[:, :, 4].std(axis=0).max() < 1e-9


def test_intervals_of_progress_hold_the_truth():
    """Survey estimates drawn around a truth, six times over 90 counties: 95% intervals hold it in about 95%."""
    edition = yt.load_edition(NAME)
    tables = [yt.read_table(edition, period=period) for period in (2021, 2022)]
    truth = barometer_of(tables, edition, n=100).shown("progress")[1]
    rng, held = np.random.default_rng(5), []
    for seed in range(6):
        seen = []
        for table in tables:
            errors = errors_of(table, table.indicators)
            values = table.values.copy()
            columns = [table.indicators.index(code) for code in errors.indicators]
            values[:, columns] += errors.draws(1, rng)[0]
            seen.append(replace(table, values=values))
        low, high = (ends[1] for ends in barometer_of(seen, edition, n=200, seed=seed).drawn.progress)
        held.append((low <= truth) & (truth <= high))
    assert 0.91 < np.mean(held) < 0.985


def test_intervals_of_activity_hold_the_pace(shipped):
    """Counts with the stated over-dispersion around a pace: 95% intervals hold its activity in about 95%."""
    one, dispersion = shipped.inputs, shipped.spec.activity.dispersion
    pace = one.counts + 0.5
    truth = numbers(one, one.nodes, pace).activity[1]
    rng, held = np.random.default_rng(2), []
    for _ in range(5):
        seen = rng.negative_binomial(np.nan_to_num(pace, nan=1) / (dispersion - 1), 1 / dispersion).astype(float)
        seen = np.where(np.isnan(pace), np.nan, seen)
        drawn = noise.draw_counts(seen, dispersion, 300, rng)
        low, high = noise.interval(
            numbers(one, np.broadcast_to(one.nodes, (300, *one.nodes.shape)), drawn).activity[:, 1], 0.95
        )
        held.append((low <= truth) & (truth <= high))
    assert 0.91 < np.mean(held) <= 0.99


def test_feedback_on_activity_does_what_it_says(shipped):
    """Its counts put into the period reach the next sign; with one fewer of the last they do not."""
    tried = 0
    for row in range(len(shipped.units)):
        found = shipped.feedback(shipped.units[row])
        if found.by_activity is None or not found.by_activity.reached:
            continue
        way, one = found.by_activity, shipped.inputs
        counts = one.counts.copy()
        for more in way.counts:
            counts[1, row, one.measures.index(more.measure)] += more.more
        assert numbers(one, one.nodes, counts).sign[1, row] >= found.following
        counts[1, row, one.measures.index(way.counts[-1].measure)] -= 1
        assert numbers(one, one.nodes, counts).sign[1, row] == found.sign
        bound = np.minimum(np.ceil(one.rules.upper * one.size[1, row] - 1e-9), one.most[1, row])
        asked = counts[1, row] > one.counts[1, row]
        assert (counts[1, row] <= bound)[asked].all()
        tried += 1
    assert tried > 50


def test_feedback_on_one_measure_alone_does_what_it_says(shipped):
    one, tried = shipped.inputs, 0
    for row in range(0, len(shipped.units), 5):
        found = shipped.feedback(shipped.units[row])
        for more in found.alone:
            for less, sign in ((0, found.following), (1, found.sign)):
                counts = one.counts.copy()
                counts[1, row, one.measures.index(more.measure)] += more.more - less
                assert numbers(one, one.nodes, counts).sign[1, row] == sign
            tried += 1
    assert tried > 5


def test_feedback_on_progress_does_what_it_says(shipped):
    one, tried = shipped.inputs, 0
    for row in range(len(shipped.units)):
        found = shipped.feedback(shipped.units[row])
        for node in found.nodes:
            for share, sign in ((1.0 + 1e-9, found.following), (1.0 - 1e-4, found.sign)):
                nodes = one.nodes.copy()
                nodes[:2, 1, row, one.codes.index(node.node)] += share * (node.needed - node.now)
                assert numbers(one, nodes, one.counts).sign[1, row] == sign
            tried += 1
    assert tried > 50


def test_feedback_says_what_is_out_of_reach():
    found = yt.barometer(NAME, n=100, barometer={"sign": {"cuts": [1, 2, 3, 99.5]}}).feedback("海宁市")
    assert not found.by_progress.reached
    assert not found.by_activity.reached
    assert not found.by_both.reached
    assert not found.alone
    assert found.by_both.best < 99.5
    top = yt.barometer(NAME, n=100, barometer={"sign": {"cuts": [1, 2, 3, 4]}}).feedback("海宁市")
    assert (top.following, top.by_progress, top.sign) == (-1, None, 4)


def test_the_next_grade_is_that_of_improve(shipped):
    improvement, _ = shipped.feedback("兰溪市").grade()
    assert improvement.cost == pytest.approx(shipped.board("2022").improve("兰溪市", grade="3", scheme="stars").cost)


def test_activity_looks_at_measures_not_at_indicators():
    """Progress of chosen nodes and weights changes the reading; activity does not move."""
    base = yt.barometer(NAME, n=100)
    other = yt.barometer(NAME, n=100, barometer={"progress": {"nodes": ["A", "B"], "past": 0}})
    assert other.shown("activity")[1] == pytest.approx(base.shown("activity")[1])
    points = base.inputs.nodes[0, 1]
    assert other.shown("progress")[1] == pytest.approx(points[:, :2].mean(axis=1))


def test_units_that_come_and_go():
    years = quarters.frames()[0]
    gone = years.drop(years[(years["unit"] == years["unit"].iloc[0]) & (years["period"] == "2021")].index)
    found = yt.barometer(NAME, gone, n=100)
    new = found.unit(str(years["unit"].iloc[0]))
    assert len(new.frame()) == 1
    assert new.frame()["sign"].tolist() == [""]
    assert np.isnan(new.feedback().reading)
    assert len(found.frame(period="2022")) == quarters.UNITS


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("barometer-periods", {"data": quarters.frames()[0].query("period == '2022'")}),
        ("unknown-period", {"periods": ["2020"]}),
        ("bad-choice", {"fitted": "each"}),
        ("number-range", {"n": 10}),
        ("number-range", {"level": 1.5}),
        ("barometer-lacks", {"data": quarters.frames()[0].drop(columns=["officers"])}),
    ],
)
def test_bad_calls(refused, code, changes):
    (fault,) = refused(yt.barometer, NAME, **({"n": 100} | changes))
    assert fault.code == code


def test_an_edition_without_a_barometer(refused):
    (fault,) = refused(yt.barometer, "hdi")
    assert fault.code == "barometer-none"
    (fault,) = refused(barometer_of, [], yt.load_edition("hdi"))
    assert fault.code == "barometer-none"


def test_periods_that_tell_no_year(refused):
    edition = with_changes(
        yt.load_edition(NAME), {"barometer": {"progress": {"lag": "period"}}, "unit_changes": "none"}
    )
    waves = quarters.frames()[0].assign(period=lambda frame: frame["period"].map({"2021": "wave 1", "2022": "wave 2"}))
    assert yt.barometer(edition, waves, n=100).frame(period="wave 2")["sign"].ne("").all()
    faults = refused(yt.barometer, NAME, waves, n=100, unit_changes="none")
    assert {fault.code for fault in faults} == {"barometer-year"}


def test_rules_are_those_of_the_definition(shipped):
    rule = shipped.spec.activity
    assert shipped.inputs.rules.shares.tolist() == [getattr(rule.weights, name) for name in components.NAMES]
    assert shipped.inputs.measures == tuple(rule.measures)


def test_the_shipped_quarters_with_the_years_surveys():
    """Counts of simulated records by quarter; a year's survey stands in for its quarters."""
    found = yt.barometer(
        NAME, "zhejiang-2022-simulated-quarters", surveys="zhejiang-2022-simulated", n=100, unit_changes="none"
    )
    assert found.simulated
    assert found.carried[-1]["E01"] == ("2022",)
    assert (found.frame(period="2022Q4")["sign"] != "").all()
    pace = found.shown("parts")[4:, :, 0].mean(axis=0)
    year = yt.barometer(NAME, n=100, unit_changes="none")
    assert year.units == found.units
    assert np.corrcoef(pace, year.shown("parts")[1, :, 0])[0, 1] > 0.8


def test_periods_are_told_by_their_ends():
    assert places_before(["2021第四季度", "2022第一季度", "2022第四季度"], "year").tolist() == [-1, -1, 0]
    assert lending_order("2022Q1", ["2021年", "2022年", "2022Q1", "2022Q2"]) == ["2022年", "2021年"]
    assert same_length(["2022", "2022Q2", "2022Q1"]) == ["2022Q1", "2022Q2"]
