"""Panels: one recipe over all periods as COINr's purses, one for each, one frozen; imputation from other periods."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import yitihua as yt
from yitihua.indicators.periods import read_periods
from yitihua.indicators.reading import periods_of

YEARS = ("2018", "2019", "2020", "2021", "2022")


@pytest.fixture(scope="module")
def raw():
    """ASEM as it is, and four earlier years moved at random, as COINr made ASEM_iData_p (R/build_ASEM.R)."""
    base = yt.load_dataset("asem").frame.drop(columns="Year").rename(columns={"UnitCode": "unit", "UnitName": "name"})
    rng = np.random.default_rng(7)
    codes = list(yt.load_edition("asem").indicators)
    parts = []
    for k, year in enumerate(YEARS):
        moved = base.copy()
        if year != YEARS[-1]:
            for code in codes:
                factor = 1 + (k - 4) * 0.03 + rng.normal(0, 0.02, len(base))
                moved[code] = pd.to_numeric(moved[code]) * factor
        moved.insert(0, "period", year)
        parts.append(moved)
    return pd.concat(parts, ignore_index=True)


def arrays(board):
    return board.denominated, board.normalised


def test_periods_are_found(raw):
    """Identity: what the column states, in rising order."""
    assert periods_of(yt.load_edition("asem"), raw) == YEARS
    assert yt.panel("asem", raw).periods == YEARS
    assert yt.panel("asem", raw, [2022, "2020"]).periods == ("2020", "2022")


def test_minmax_over_all_periods_is_that_of_the_stacked_rows(raw):
    """COINr Normalise.purse, global = TRUE (R/normalise.R): one minimum and maximum over all rows."""
    found = yt.panel("asem", raw, treat="none", impute="none")
    values = np.stack([board.denominated for board in found.boards.values()])
    low, high = np.nanmin(values, axis=(0, 1)), np.nanmax(values, axis=(0, 1))
    positive = np.array([rule.positive for rule in found.boards["2022"].recipe.indicators])
    want = np.where(positive, (values - low) / (high - low), (high - values) / (high - low)) * 100
    got = np.stack([board.normalised for board in found.boards.values()])
    assert got == pytest.approx(want, abs=1e-9, nan_ok=True)


def test_zscores_and_ranks_over_all_periods(raw):
    """COINr n_zscore and n_rank (ties share the lowest) on the stacked rows; pandas is the oracle of ranks."""
    found = yt.panel("asem", raw, treat="none", impute="none", normalise="zscore")
    values = np.vstack([board.denominated for board in found.boards.values()])
    sign = np.array([1 if rule.positive else -1 for rule in found.boards["2022"].recipe.indicators])
    want = sign * (values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0, ddof=1)
    assert np.vstack([b.normalised for b in found.boards.values()]) == pytest.approx(want, abs=1e-9, nan_ok=True)
    ranked = yt.panel("asem", raw, treat="none", impute="none", normalise="rank")
    want = pd.DataFrame(values * sign).rank(method="min").to_numpy()
    got = np.vstack([board.normalised for board in ranked.boards.values()])
    assert got == pytest.approx(want, abs=1e-9, nan_ok=True)


def test_each_period_by_itself_is_evaluate(raw):
    """COINr global = FALSE: every coin by itself."""
    found = yt.panel("asem", raw, fitted="each")
    for year, board in found.boards.items():
        alone = yt.evaluate("asem", raw, period=year)
        assert board.total == pytest.approx(alone.total, abs=1e-12, nan_ok=True)
    assert "scores do not" in found.rule[1]


def test_a_frozen_recipe_is_that_of_its_period(raw):
    """Identity: 2022 scores as alone; 2018 lies on the bounds of 2022."""
    found = yt.panel("asem", raw, fitted=2022)
    assert found.boards["2022"].total == pytest.approx(yt.evaluate("asem", raw, period=2022).total, abs=1e-12)
    assert found.boards["2018"].recipe is found.boards["2022"].recipe
    assert "frozen" in found.rule[1]


def test_one_period_alone_is_evaluate(raw):
    """Identity: a panel of one period has nothing to pool."""
    found = yt.panel("asem", raw, ["2019"])
    assert found.boards["2019"].recipe == yt.evaluate("asem", raw, period=2019).recipe


def test_pooled_entropy_counts_every_row(raw):
    """Wang (2021), form for panels: p and ln(rn) over the r years x n units of an indicator. Derived here."""
    found = yt.panel("asem", raw, treat="none", weights="entropy")
    recipe = found.boards["2022"].recipe
    node = next(node for node in recipe.nodes if node.code == "Environ")
    columns = [recipe.codes.index(code) for code in node.children]
    z = np.vstack([board.normalised for board in found.boards.values()])[:, columns] / 100
    p = z / np.nansum(z, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        e = -np.nansum(np.where(p > 0, p * np.log(p), 0), axis=0) / np.log(np.isfinite(z).sum(axis=0))
    assert node.weights == pytest.approx((1 - e) / (1 - e).sum(), abs=1e-9)


def test_quantile_grades_cut_the_scores_of_all_periods(raw):
    """Identity: shares of grades hold over all rows, not in each period, when the cuts are pooled."""
    found = yt.panel(
        "asem", raw, grades={"abc": {"method": "quantile", "labels": ["C", "B", "A"], "shares": [0.5, 0.3, 0.2]}}
    )
    grades = np.concatenate([board.grade_indices["abc"] for board in found.boards.values()])
    assert (grades == 2).mean() == pytest.approx(0.2, abs=0.01)


# Imputation from other periods.


@pytest.fixture(scope="module")
def gaps(raw):
    """The example of COINr impute_panel: LPI of NZ and Flights of AT are missing in 2022, Embs of BEL in 2020 too."""
    holes = raw.copy()
    for unit, code, years in (
        ("NZL", "LPI", ["2022"]),
        ("AUT", "Flights", ["2022"]),
        ("BEL", "Embs", ["2020", "2021"]),
    ):
        rows = (holes["unit"] == unit) & holes["period"].isin(years)
        assert rows.sum() == len(years)
        holes.loc[rows, code] = np.nan
    return holes


def cell(frame, unit, code, period):
    row = (frame["unit"] == unit) & (frame["period"] == period)
    return float(frame.loc[row, code].iloc[0])


def filled(board, unit, code):
    return board.filled[board.table.units.index(unit), board.recipe.codes.index(code)]


def test_last_value_takes_the_year_before(gaps):
    """COINr impute_panel's own example: the missing cells of 2022 hold the values of 2021."""
    board = yt.evaluate("asem", gaps, period=2022, impute="last_value")
    divisor = board.table.attributes[board.recipe.indicators[board.recipe.codes.index("Flights")].denominate_by]
    assert filled(board, "NZL", "LPI") == cell(gaps, "NZL", "LPI", "2021")
    # A denominated indicator takes last year's ratio, with last year's denominator (here the same).
    want = cell(gaps, "AUT", "Flights", "2021") / divisor[board.table.units.index("AUT")]
    assert filled(board, "AUT", "Flights") == pytest.approx(want, rel=1e-12)
    assert board.imputed[board.table.units.index("NZL"), board.recipe.codes.index("LPI")]


def test_last_value_within_a_panel(gaps):
    """COINr: only observed values are carried, at most max_time periods; the panel gives each period its own past."""
    found = yt.panel("asem", gaps, impute="last_value")
    for year in ("2020", "2021"):
        assert filled(found.boards[year], "BEL", "Embs") == cell(gaps, "BEL", "Embs", "2019")
    short = yt.panel("asem", gaps, impute={"method": "last_value", "max_gap": 1})
    assert filled(short.boards["2020"], "BEL", "Embs") == cell(gaps, "BEL", "Embs", "2019")
    assert np.isnan(filled(short.boards["2021"], "BEL", "Embs"))
    some = yt.panel("asem", gaps, ["2021", "2022"], impute="last_value")  # others are read for their values
    assert filled(some.boards["2021"], "BEL", "Embs") == cell(gaps, "BEL", "Embs", "2019")


def test_linear_within_a_panel(gaps):
    """stats::approx, rule = 2, as COINr uses it: by hand between 2019 and 2022, nearest beyond the ends."""
    found = yt.panel("asem", gaps, impute="linear")
    start, end = cell(gaps, "BEL", "Embs", "2019"), cell(gaps, "BEL", "Embs", "2022")
    assert filled(found.boards["2020"], "BEL", "Embs") == pytest.approx(start + (end - start) / 3, rel=1e-12)
    assert filled(found.boards["2021"], "BEL", "Embs") == pytest.approx(start + (end - start) * 2 / 3, rel=1e-12)
    assert filled(found.boards["2022"], "NZL", "LPI") == cell(gaps, "NZL", "LPI", "2021")


def test_history_is_read_only_where_it_is_looked_at(gaps):
    """Identity: other imputations know one period."""
    tables = read_periods(yt.load_edition("asem"), gaps, YEARS)
    assert all(table.history == () for table in tables)
    board = yt.evaluate("asem", gaps, period=2021, impute="last_value")
    assert [other.period for other in board.table.history] == ["2018", "2019", "2020", "2022"]


def test_a_scored_panel_survives_json(gaps):
    """Identity: recipe and table from JSON give the same scores, fills from other periods included."""
    from yitihua.index.recipe import Recipe

    board = yt.panel("asem", gaps, impute="linear").boards["2021"]
    recipe = Recipe.from_json(board.recipe.to_json())
    assert recipe == board.recipe
    np.testing.assert_array_equal(yt.apply(board.table, recipe).total, board.total)


# Shapes of the result.


def test_frames(raw):
    """Identity: long and wide say what the boards say."""
    found = yt.panel("asem", raw)
    long = found.frame()
    assert len(long) == 5 * 51
    assert long["period"].unique().tolist() == list(YEARS)
    wide, ranks = found.wide(), found.wide(what="rank")
    for year, board in found.boards.items():
        assert wide.loc[list(board.table.units), year].tolist() == board.total.tolist()
        assert ranks.loc[list(board.table.units), year].tolist() == board.rank.tolist()
    assert found.wide("Embs").shape == (51, 5)
    assert found.wide("Conn", "rank").max().max() <= 51
    assert "一套参数" in found.frame("zh").attrs["rule"]
    assert "Panel of 5 periods" in repr(found)


def test_units_may_come_and_go(raw):
    """Identity: a unit that is not in a period is missing there."""
    fewer = raw[~((raw["unit"] == "NZL") & (raw["period"] == "2020"))]
    wide = yt.panel("asem", fewer).wide()
    assert np.isnan(wide.loc["NZL", "2020"])
    assert wide.loc["NZL", ["2019", "2021"]].notna().all()


def test_shipped_editions_with_two_years():
    """UNDP: HDI values of 2021 and 2022 on fixed goalposts do not depend on what is pooled."""
    for fitted in ("all", "each", "2021"):
        found = yt.panel("hdi", fitted=fitted)
        for year, board in found.boards.items():
            assert board.total == pytest.approx(yt.evaluate("hdi", period=year).total, abs=1e-12, nan_ok=True)
    zhejiang = yt.panel("zhejiang-2022")
    assert zhejiang.simulated
    assert "simulated" in repr(zhejiang)


# Bad input, one fault each.


def refused(code, *words, **choices):
    with pytest.raises(yt.InputError) as caught:
        yt.panel(*words, **choices)
    assert caught.value.faults[0].code == code
    return caught.value.faults[0]


def test_data_without_periods_are_refused():
    assert "period" in refused("no-panel", "asem").problem("en")


def test_an_unknown_period_is_refused(raw):
    assert "2030" in refused("unknown-period", "asem", raw, [2030]).problem("en")


def test_an_unknown_fit_is_refused(raw):
    assert "first" in refused("bad-choice", "asem", raw, fitted="first").problem("en")


def test_a_period_given_twice_is_refused(raw):
    refused("panel-periods", "asem", raw, [2021, 2021])


def test_an_unknown_code_is_refused(raw):
    found = yt.panel("asem", raw, [2021, 2022])
    for code, what in (("nothing", "score"), ("Embs", "rank"), (None, "mean")):
        with pytest.raises(yt.InputError):
            found.wide(code, what)


def test_other_periods_are_needed():
    """One period and a gap: nothing to look at."""
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("asem", impute="last_value")
    assert caught.value.faults[0].code == "no-other-periods"


def test_filled_cells_are_marked_in_every_output():
    """Identity: scores, indicators and explain all say what `board.imputed` says."""
    board = yt.evaluate("asem", impute="knn")
    notes = board.scores.set_index("unit")["note"]
    indicators = board.indicators
    marked = indicators[indicators["flags"].str.contains("imputed")]
    assert (indicators["origin"] == "imputed").sum() == len(marked) == board.imputed.sum()
    for row, unit in enumerate(board.table.units):
        count = int(board.imputed[row].sum())
        assert (f"{count} of 49 values imputed" in notes[unit]) == (count > 0)
    unit, code = marked.iloc[0][["unit", "indicator"]]
    assert "imputed" in str(board.explain(unit, code))
    assert "为填补值" in board.score_table("zh").set_index("unit")["note"][unit]
