"""City boards: measures are summed, then scored; every number here is worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import yitihua as yt
from yitihua.cli import app
from yitihua.indicators.cities import City, cities_of, sum_to_cities, with_cities

NAN = float("nan")
EDITION = "zhejiang-2022"
HU, JIA = City("330500", "湖州市", "Huzhou"), City("330400", "嘉兴市", "Jiaxing")
CITY_OF = {"a": JIA, "b": JIA, "c": JIA, "d": HU}


def cities(edition: str = EDITION, **columns: list[object]) -> yt.IndicatorTable:
    """Sum counties a, b, c (Jiaxing) and d (Huzhou)."""
    loaded = yt.load_edition(edition)
    count = len(next(iter(columns.values())))
    frame = pd.DataFrame({"unit": list("abcd") * (count // 4), **columns})
    period = frame["period"].max() if "period" in frame else None
    return sum_to_cities(yt.read_table(loaded, frame, period), loaded, CITY_OF)


def value(table: yt.IndicatorTable, code: str) -> list[float]:
    return table.select([code])[:, 0].tolist()


def test_ratio_of_sums_not_mean_of_ratios() -> None:
    table = cities(towns=[10, 10, 80, 5], towns_empowered=[10, 0, 20, 5])
    assert table.units == ("330400", "330500")
    assert table.levels == ("city", "city")
    assert table.names == {"zh": ("嘉兴市", "湖州市"), "en": ("Jiaxing", "Huzhou")}
    assert value(table, "A07") == [30.0, 100.0]  # the mean of the counties' rates would be 41.7
    np.testing.assert_array_equal(table.measures["towns"], [100, 5])
    assert table.origin is not None
    assert set(table.origin[:, table.indicators.index("A07")]) == {"summed"}


def test_missing_counties() -> None:
    """Two of three counties are enough for a ratio; one is not."""
    table = cities(
        towns=[10, 10, 80, 5],
        towns_empowered=[10, 0, NAN, NAN],
        officers=[NAN, NAN, 8, 4],
        officers_in_towns=[1, 1, 4, 1],
    )
    assert value(table, "A07")[0] == 50.0  # both sums are over the same two counties
    assert np.isnan(value(table, "A07")[1])
    assert table.flags[("330400", "A07")] == (("3个县中2个有数", "2 of 3 counties"),)
    assert np.isnan(value(table, "A05")[0])
    assert table.flags[("330400", "A05")][0][1] == "1 of 3 counties, too few to sum"
    assert value(table, "A05")[1] == 25.0
    assert np.isnan(table.measures["officers"][0])  # a sum that lacks a county is no sum


def test_a_county_that_sent_no_row_is_missing_too() -> None:
    """Jiaxing has seven counties: three of them are no city, five are enough for a ratio, not for a plain sum."""
    edition = yt.load_edition(EDITION)
    jiaxing = [unit for unit, city in cities_of(yt.evaluate(EDITION).table).items() if city == JIA]
    assert len(jiaxing) == 7
    for count, expected in ((3, NAN), (5, 50.0)):
        frame = pd.DataFrame({"unit": jiaxing[:count], "towns": 10, "towns_empowered": 5})
        table = sum_to_cities(yt.read_table(edition, frame), edition)
        np.testing.assert_array_equal(value(table, "A07"), [expected])
        assert np.isnan(table.measures["towns"]).all()
        zh = f"7个县中{count}个有数" + ("，不足以合计" if count == 3 else "")
        assert table.flags[("330400", "A07")][0][0] == zh


def test_a_city_says_how_it_was_made() -> None:
    board = yt.evaluate(EDITION, whole_province(), period=2023, cities=True)
    text = board.explain("嘉兴市", "A07").text("zh")
    assert "下属7个县（市、区）的原始量合计后重新计算，得分不作平均" in text
    assert "按常住人口加权平均" in board.explain("嘉兴市", "E01").text("zh")
    assert "weighted by population" in board.explain("嘉兴市", "E01").text("en")
    assert "市级合成" not in board.explain("330421", "A07").text("zh")


def test_unions_and_provincial_numbers() -> None:
    table = cities(
        fields_catalogue=[40] * 4, fields_comprehensive=[25, 24, 23, 22], highfreq_items=[300, 300, 299, 300]
    )
    assert np.isnan(value(table, "A01")).all()
    assert "cannot be summed" in table.flags[("330400", "A01")][0][1]
    np.testing.assert_array_equal(table.measures["fields_catalogue"], [40, 40])
    assert np.isnan(table.measures["fields_comprehensive"]).all()
    np.testing.assert_array_equal(table.measures["highfreq_items"], [NAN, 300])  # it differs where it must not


def test_year_on_year_of_summed_ratios() -> None:
    table = cities(
        period=[2022] * 4 + [2023] * 4,
        firm_checks=[10, 20, 30, 10, 20, 20, 50, NAN],
        market_entities=[100, 100, 100, 50, 100, 100, 100, 50],
    )
    assert value(table, "B04")[0] == pytest.approx((90 / 300) / (60 / 300) * 100 - 100)
    assert np.isnan(value(table, "B04")[1])


def test_annualised_flows() -> None:
    table = cities(months=[6, 6, 6, 12], cross_region_cases=[1, 2, 3, 4], population=[100000, 200000, 300000, 100000])
    assert value(table, "B09") == [6 / 600000 * 2 * 100000, 4.0]
    differing = cities(months=[6, 6, 12, 12], cross_region_cases=[1, 2, 3, 4], population=[100000] * 4)
    assert np.isnan(value(differing, "B09")[0])
    assert differing.flags[("330400", "B09")][0][1] == "counties cover different months"


def test_survey_estimates_by_population() -> None:
    table = cities(
        population=[100, 300, 600, 50],
        E01=[80, 70, 60, 90],
        E01_se=[1, 2, 3, 4],
        E01_n=[100, 100, 200, 80],
        E02=[1, NAN, NAN, 5],
    )
    assert value(table, "E01") == [65.0, 90.0]
    j = table.indicators.index("E01")
    assert table.se is not None
    assert table.n is not None
    assert table.se[0, j] == pytest.approx(np.sqrt(100**2 + 600**2 + 1800**2) / 1000)
    assert table.se[1, j] == 4
    assert table.n[:, j].tolist() == [400, 80]
    assert np.isnan(value(table, "E02")[0])
    assert table.flags[("330400", "E02")][0][1] == "1 of 3 counties, too few to sum"


def test_values_without_measures_are_not_averaged() -> None:
    table = cities(towns=[1, 1, 1, 1], A05=[50, 60, 70, 80])
    assert np.isnan(value(table, "A05")).all()
    assert table.flags[("330400", "A05")][0][1] == "given as a value, which cannot be summed"


def test_max_and_mean() -> None:
    loaded = yt.load_edition(EDITION)
    for rule, expected in (("max", 80.0), ("mean", 100 / 3), ("sum", 100.0)):
        changed = loaded.measures | {"towns": loaded.measures["towns"].model_copy(update={"sums": rule})}
        frame = pd.DataFrame({"unit": list("abcd"), "towns": [10, 10, 80, 5], "towns_empowered": [1, 1, 1, 1]})
        edition = yt.load_edition(EDITION)
        object.__setattr__(edition, "measures", changed)
        table = sum_to_cities(yt.read_table(loaded, frame), edition, CITY_OF)
        assert table.measures["towns"][0] == pytest.approx(expected)
        assert value(table, "A07")[0] == pytest.approx(3 / expected * 100)


def whole_province() -> pd.DataFrame:
    """Every measure and every survey value of the 90 counties; a city has the same shares as its counties."""
    edition = yt.load_edition(EDITION)
    counties = yt.load_dataset("zhejiang-counties").frame
    rng = np.random.default_rng(5)
    size = rng.uniform(1, 3, len(counties))
    frames = []
    for period in (2022, 2023):
        columns = {"unit": counties["code"], "period": period, "level": "county"}
        for measure in edition.measures:
            constant = edition.measures[measure].sums == "same"
            columns[measure] = 50.0 if constant else 20 * size * rng.uniform(0.9, 1.1, len(size))
        columns |= {c: rng.uniform(70, 90, len(size)) for c, i in edition.indicators.items() if i.formula is None}
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def test_cities_rank_apart_and_change_nothing_for_counties() -> None:
    frame = whole_province()
    plain = yt.evaluate(EDITION, frame, period=2023, normalise="minmax")
    board = yt.evaluate(EDITION, frame, period=2023, normalise="minmax", cities=True)
    assert board.recipe == plain.recipe
    np.testing.assert_allclose(board.total[:90], plain.total, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(board.rank[:90], plain.rank)
    assert len(board.table.units) == 101
    ranks = board.scores.query("level == 'city'")["rank"]
    assert sorted(ranks) == list(range(1, 12))  # eight indicators that are unions are missing, and no more
    j = [board.recipe.codes.index(code) for code in ("A01", "A02", "A03", "C03", "C04", "C05")]
    assert np.isnan(board.normalised[90:, j]).all()
    assert np.isfinite(np.delete(board.normalised[90:], j, axis=1)).all()
    assert "counties" in str(board.explain("杭州市", "A01"))


def test_a_city_with_a_row_of_its_own_keeps_it() -> None:
    edition = yt.load_edition(EDITION)
    frame = whole_province().query("period == 2023")
    own = frame.iloc[[0]].assign(unit="330100", level="city", towns=7.0)
    table = yt.read_table(edition, pd.concat([frame, own], ignore_index=True))
    found = with_cities(table, edition)
    assert len(found.units) == 101
    assert found.measures["towns"][found.units.index("330100")] == 7.0


def test_read_back_with_cities(tmp_path: Path) -> None:
    from yitihua.publish.folders import write_folder
    from yitihua.publish.runs import board_files

    edition = yt.load_edition(EDITION)
    board = yt.evaluate(edition, whole_province(), period=2023, cities=True)
    run = yt.read_run(write_folder(tmp_path / "out", board_files(board, edition)))
    assert run.board.total.tobytes() == board.total.tobytes()
    assert yt.diff(board, run).cells.empty


def test_nothing_to_sum(refused: Callable[..., tuple]) -> None:
    edition = yt.load_edition(EDITION)
    values = pd.DataFrame({"unit": ["330421"], "A05": [50.0]})
    assert refused(yt.evaluate, edition, values, cities=True)[0].code == "no-measures"
    assert refused(yt.evaluate, "hdi", cities=True)[0].code == "no-cities"
    assert cities_of(yt.evaluate("hdi").table) == {}


def test_command_line(tmp_path: Path) -> None:
    pd.DataFrame(yt.load_dataset("zhejiang-2022-simulated").raw.columns).to_csv(tmp_path / "all.csv", index=False)
    words = ["score", "--edition", EDITION, "--data", str(tmp_path / "all.csv"), "--period", "2022", "--cities"]
    result = CliRunner().invoke(app, [*words, "--lang", "zh"])
    assert result.exit_code == 0, result.output
    assert "市级" in result.output
    result = CliRunner().invoke(app, [*words, "--json"])
    assert [row["level"] for row in json.loads(result.output)["scores"]].count("city") == 11
