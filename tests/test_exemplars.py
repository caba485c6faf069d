"""From whom to learn: comparable by a stated rule, the gap, and what closing it brings."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import yitihua as yt
from yitihua.analysis.exemplars import Trait, traits_from
from yitihua.cli import app
from yitihua.indicators.places import known_places
from yitihua.publish.exemplar_text import exemplar_text

UNITS = ("330421", "330424", "330481", "330482", "330109", "330624")


@pytest.fixture(scope="module")
def board():
    return yt.evaluate("zhejiang-2022")


def small(values: dict[str, float]) -> yt.Scoreboard:
    """A board with equal values in all indicators but E01."""
    edition = yt.load_edition("zhejiang-2022")
    table = np.full((len(values), 51), 50.0)
    codes = tuple(edition.indicators)
    table[:, codes.index("E01")] = list(values.values())
    return yt.evaluate(edition, yt.IndicatorTable(tuple(values), codes, table, levels=("county",) * len(values)))


def test_rule_by_hand() -> None:
    """Comparable to u: same kind, then population, then area; relaxed step by step."""
    board = small({"u": 70, "near": 80, "large": 90, "wide": 85, "city": 95, "unknown": 99})
    traits = (
        Trait(("类型", "type"), {"u": "县", "near": "县", "large": "县", "wide": "县", "city": "区"}),
        Trait(("人口", "population"), {"u": 10, "near": 19, "large": 21, "wide": 11, "city": 10}, 2.0),
        Trait(
            ("面积", "area"),
            {"u": 10.0, "near": 12.0, "large": 10.0, "wide": 31.0, "city": 10.0, "unknown": np.nan},
            3.0,
        ),
    )
    wanted = {
        1: (["near"], 0),
        2: (["wide", "near"], 1),
        3: (["large", "wide", "near"], 2),
        4: (["unknown", "city", "large", "wide"], 3),
    }
    for k, (units, rule) in wanted.items():
        found = yt.exemplars(board, "u", "E01", k, traits=traits)
        assert found.rows["unit"].tolist() == units
        assert set(found.rows["rule"]) == {rule}
        assert found.compared["E01"] == (rule, [1, 2, 3, 5][rule])
    assert [words[1] for words in found.rules] == [
        "same level, same type, population within a factor of 2, area within a factor of 3",
        "same level, same type, population within a factor of 2",
        "same level, same type",
        "same level",
    ]
    assert "relaxed to: same level" in exemplar_text(found, "en")
    assert "放宽为：同层级" in exemplar_text(found, "zh")


def test_a_gap_of_percentages_is_in_points() -> None:
    found = yt.exemplars(yt.evaluate("zhejiang-2022"), "嘉善县", "综合执法领域覆盖率", 1)
    assert found.codes == ("A01",)
    assert "差+2.5个百分点" in exemplar_text(found, "zh")
    assert "gap +2.5 percentage points" in exemplar_text(found, "en")


def test_ties_and_nobody_to_compare_with() -> None:
    """What k cuts off among equals is counted; no value anywhere is not the same as being the best."""
    board = small({"u": 70, "v": 80, "w": 80, "x": 80, "y": 90})
    found = yt.exemplars(board, "u", "E01", 2)
    assert found.rows["unit"].tolist() == ["y", "v"]
    assert found.tied == {"E01": 2}
    assert "2 more tie with the last one listed" in exemplar_text(found, "en")
    assert "与末位并列的另有2个" in exemplar_text(found, "zh")
    assert not yt.exemplars(board, "u", "E01", 4).tied
    alone = exemplar_text(yt.exemplars(small({"u": 70, "v": np.nan}), "u", "E01"), "en")
    assert "No other unit has a value: E01" in alone
    assert "does better" not in alone


def test_the_gap_of_a_minus_indicator_is_negative_and_said_to_be(board) -> None:
    """B04 falls: the exemplar's value is lower, its points are higher."""
    found = yt.exemplars(board, "嘉善县", "B04", 1)
    row = found.rows.iloc[0]
    assert row["gap"] < 0 < row["gap_points"]
    text = exemplar_text(found, "zh")
    assert "差＝示范单位减本单位" in text
    assert f"差{row['gap']:+.6g} %" in text


def test_gap_and_gain_by_hand() -> None:
    """E01 is a tenth of E, which is a fifth of the index."""
    board = small({"u": 70, "v": 80, "w": 65})
    goal = board.recipe.indicators[board.recipe.codes.index("E01")].goalposts
    assert goal is not None
    row = yt.exemplars(board, "u", "E01").rows.iloc[0]
    points = 10 / (goal[1] - goal[0]) * 100
    assert (row["unit"], row["value"], row["own_value"], row["gap"]) == ("v", 80, 70, 10)
    assert row["gap_points"] == pytest.approx(points)
    assert row["gain"] == pytest.approx(points / 10 / 5)
    assert len(yt.exemplars(board, "u", "E01").rows) == 1  # who does worse is no exemplar
    assert yt.exemplars(board, "v", "E01").rows.empty
    assert "No comparable unit does better: E01" in exemplar_text(yt.exemplars(board, "v", "E01"))


def test_gain_is_exact_under_any_recipe(board) -> None:
    for changes in ({}, {"aggregate": "geometric"}, {"normalise": "minmax"}, {"normalise": "percentile_rank"}):
        scored = yt.evaluate("zhejiang-2022", **changes)
        row = scored.table.row_of("嘉善县")
        for line in yt.exemplars(scored, "嘉善县", k=1).rows.to_dict("records"):
            other = scored.table.row_of(line["unit"])
            values = scored.table.values.copy()
            columns = [
                j for j, code in enumerate(scored.table.indicators) if code == line["code"] or code[0] == line["code"]
            ]
            values[row, columns] = values[other, columns]
            again = yt.apply(dataclasses.replace(scored.table, values=values), scored.recipe)
            assert line["gain"] == pytest.approx(again.total[row] - scored.total[row], abs=1e-12)
            assert not line["gap_points"] <= 0  # it may be missing


def test_denominated_values_are_put_on_one_s_own_denominator() -> None:
    board = yt.evaluate("asem")
    found = yt.exemplars(board, "CHE", "Goods", k=1)
    row = board.table.row_of("CHE")
    other = board.table.row_of(found.rows["unit"][0])
    j = board.recipe.codes.index("Goods")
    assert found.rows["value"][0] == board.denominated[other, j]
    assert found.rows["gap"][0] == board.denominated[other, j] - board.denominated[row, j]
    assert found.rows["gain"][0] > 0


def test_counties_by_type_population_and_area(board) -> None:
    places = known_places()
    found = yt.exemplars(board, "330421", k=2)
    own = places["330421"]
    for line in found.rows.to_dict("records"):
        assert line["rule"] == 0
        other = places[line["unit"]]
        assert other.kind == own.kind == "县"
        assert max(other.population, own.population) <= 2 * min(other.population, own.population)
        assert max(other.area, own.area) <= 3 * min(other.area, own.area)
    assert set(found.codes) == {*"ABCDE", *board.recipe.codes}
    assert found.rows.groupby("code").size().max() == 2


def test_a_unit_without_a_value_can_learn_too(board) -> None:
    missing = np.argwhere(np.isnan(board.normalised))
    row, j = next((r, c) for r, c in missing if np.isfinite(board.total[r]))
    found = yt.exemplars(board, board.table.units[row], board.recipe.codes[j])
    assert len(found.rows) == 3
    assert found.rows["gap"].isna().all()
    assert found.rows["gain"].notna().all()


def test_bad_questions(board, refused: Callable[..., tuple]) -> None:
    assert refused(yt.exemplars, board, "没有这个县")[0].code == "unknown-unit"
    assert refused(yt.exemplars, board, "330421", "A99")[0].code == "unknown-reference"
    assert refused(yt.exemplars, board, "330421", "A01", 0)[0].code == "bad-value"
    assert refused(yt.exemplars, board, "330421", area_factor=0.5)[0].code == "bad-value"


def test_command_line(tmp_path: Path) -> None:
    (tmp_path / "traits.csv").write_text("unit,continent,size\nNOR,Europe,5.4\nCHE,Europe,8.7\nJPN,Asia,125\n")

    def run(*words: object) -> str:
        result = CliRunner().invoke(app, ["exemplars", *map(str, words)])
        assert result.exit_code == 0, result.output
        return result.output

    text = run("--edition", "hdi", "NOR", "le", "-k", "1", "--traits", tmp_path / "traits.csv", "--lang", "en")
    assert "CHE Switzerland" in text
    assert "same continent, size within a factor of 2" in text
    data = json.loads(run("--edition", "zhejiang-2022", "嘉善县", "A05", "--json", "--lang", "zh"))
    assert data["simulated"] is True
    assert {line["code"] for line in data["exemplars"]} == {"A05"}
    assert "模拟数据" in run("--edition", "zhejiang-2022", "嘉善县", "--lang", "zh")


def test_traits_of_a_table() -> None:
    kind, size = traits_from(pd.DataFrame({"code": [1, 2], "kind": ["a", None], "size": [1.0, 2.0]}), factor=3)
    assert not kind.alike("1", "2")
    assert size.alike("1", "2")
