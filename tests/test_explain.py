"""The whole path of a number: from the counting rule to the bytes it came from."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import yitihua as yt
from yitihua.definitions.passport import sha256_of
from yitihua.publish.folders import write_folder
from yitihua.publish.runs import board_files


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> yt.Scoreboard:
    folder = tmp_path_factory.mktemp("data")
    frame = pd.DataFrame(
        {
            "unit": ["330421"] * 2,
            "period": [2022, 2023],
            "months": [12, 6],
            "firm_checks": [200.0, 150.0],
            "market_entities": [1000.0, 1000.0],
            "cross_region_cases": [10.0, 5.0],
            "population": [500000.0, 500000.0],
            "leads_due": [10.0, 9.0],
            "leads_resolved": [5.0, 6.0],
            "E01": [80.0, 81.0],
            "E01_se": [2.0, 2.0],
            "E01_n": [150.0, 160.0],
        }
    )
    frame.to_csv(folder / "mine.csv", index=False)
    return yt.evaluate("zhejiang-2022", folder / "mine.csv", period=2023)


def stages(board: yt.Scoreboard, code: str) -> dict[str, object]:
    return {step.stage[1]: step for step in board.explain("330421", code).steps}


def test_every_number_names_its_cell(board) -> None:
    """Columns and lines of mine.csv as the fixture wrote it: firm_checks is D, E01 is J; 2023 is line 3."""
    text = board.explain("330421", "B04").text("zh")
    assert "［mine.csv D3］" in text
    assert "［mine.csv D2］" in text  # the year before
    assert "[mine.csv J3]" in board.explain("330421", "E01").text("en")
    assert "mine.csv D" not in stages(board, "B04")["raw value"].how[1]  # computed: it stands in no cell


def test_long_tables_and_datasets_name_their_cells(tmp_path: Path) -> None:
    frame = pd.DataFrame({"unit": ["a", "b", "a"], "indicator": ["towns", "E01", "E01"], "value": [5, 60.0, 70.0]})
    frame.to_csv(tmp_path / "long.csv", index=False)
    long = yt.evaluate("zhejiang-2022", tmp_path / "long.csv")
    assert "[long.csv C4]" in long.explain("a", "E01").text("en")
    hdi = yt.evaluate("hdi")
    line = next(i for i, text in enumerate(_lines(hdi), start=1) if text.startswith("NOR,"))
    assert f"{line}]" in next(s for s in hdi.explain("NOR", "le").steps if s.stage[1] == "raw value").how[1]


def _lines(board: yt.Scoreboard) -> list[str]:
    return (Path(__file__).parents[1] / board.table.lineage[0].name).read_text(encoding="utf-8-sig").splitlines()


def test_of_two_files_the_one_is_named(tmp_path: Path) -> None:
    """A survey beside the measures: each number names its own file, and only that."""
    from yitihua.indicators.sources import Sources

    pd.DataFrame({"unit": ["a", "b"], "towns": [9, 5], "towns_empowered": [3, 5]}).to_csv(
        tmp_path / "counts.csv", index=False
    )
    pd.DataFrame({"unit": ["b", "a"], "E01": [60.0, 70.0]}).to_csv(tmp_path / "survey.csv", index=False)
    board = yt.evaluate("zhejiang-2022", Sources(str(tmp_path / "counts.csv"), str(tmp_path / "survey.csv")))
    survey, count = (board.explain("a", code) for code in ("E01", "A07"))
    assert "［survey.csv B3］" in survey.text("zh")
    assert "counts.csv" not in survey.text("zh")
    assert "［counts.csv C2］" in count.text("zh")
    assert "survey.csv" not in count.text("zh")
    back = yt.read_run(write_folder(tmp_path / "out", board_files(board, yt.load_edition("zhejiang-2022"))))
    assert back.board.explain("a", "E01").text("zh") == survey.text("zh")


def test_fills_limits_and_ranks_are_shown() -> None:
    """A filled cell shows what it was filled with; treatment and ranks are told in words."""
    table = yt.evaluate("zhejiang-2022").table
    j = table.indicators.index("E01")
    values = table.values.copy()
    values[0, j] = np.nan
    values[1, j] = 5000.0
    given = dataclasses.replace(table, values=values, origin=None)
    filled = yt.evaluate("zhejiang-2022", given, impute="median", treat="winsorise_log", normalise="percentile_rank")
    steps = {step.stage[1]: step for step in filled.explain(table.units[0], "E01").steps}
    assert steps["raw value"].value is None
    assert steps["imputed"].value == np.nanmedian(values[:, j])
    text = filled.explain(table.units[1], "E01").text("zh")
    assert "缩尾至 [" in text
    assert "在拟合所用的90个值中的百分位名次，越大越好" in text


def test_no_english_in_the_chinese_path(board) -> None:
    text = board.explain("330421", "B04").text("zh")
    assert "firm_checks / market_entities 的（本期 / 上年同期 - 1） x 100" in text
    assert "now / a year before" not in text
    assert "/ 覆盖月数" in board.explain("330421", "B09").text("zh")
    shipped = yt.evaluate("zhejiang-2022").explain("330421", "E01").text("zh")
    assert "SIMULATED" not in shipped
    assert "模拟数据：" in shipped


def test_year_on_year_shows_both_years(board) -> None:
    text = board.explain("330421", "B04").text("zh")
    for part in (
        "firm_checks 涉企现场检查户次。计数规则：",
        "户次",
        "上期原始量（2022）：200",
        "目标区间的理由",
        "公开依据JS25",
    ):
        assert part in text
    english = board.explain("330421", "B04").text("en")
    for part in (
        "Counting rule: On-site check visits",
        "measure of the period before (2022): 200 visits",
        "Jiashan: fall",
    ):
        assert part in english


def test_annualised(board) -> None:
    found = stages(board, "B09")
    assert found["months covered"].value == 6
    assert found["raw value"].value == 5 / 500000 * 12 / 6 * 100000


def test_small_denominator_and_survey(board) -> None:
    found = stages(board, "B05")
    assert found["remark"].how == ("分母过小", "small denominator")
    least = yt.load_edition("zhejiang-2022").indicators["B05"].formula.min_denominator
    assert f"{least:g}" in found["smallest sound denominator"].how[1]
    found = stages(board, "E01")
    assert (found["standard error"].value, found["respondents"].value) == (2, 160)


def test_the_path_ends_at_the_file(board, tmp_path: Path) -> None:
    last = board.explain("330421", "B04").steps[-1]
    assert last.stage == ("来源文件", "file")
    assert board.table.lineage[0].sha256 in last.how[0]
    shipped = yt.evaluate("zhejiang-2022").explain("330421", "E01").steps[-1]
    root = Path(__file__).parents[1]
    assert sha256_of(root / shipped.how[0].split("  ")[0]) in shipped.how[0]
    memory = yt.evaluate("egdi-2022", pd.DataFrame({"unit": ["x"], "osi": [0.5], "tii": [0.5], "hci": [0.5]}))
    assert memory.explain("x", "osi").steps[-1].how[1] == "a table given in memory, no file"


def test_every_number_explains_itself_in_both_languages_and_after_reading_back(board, tmp_path: Path) -> None:
    run = yt.read_run(write_folder(tmp_path / "out", board_files(board, yt.load_edition("zhejiang-2022"))))
    for code in (*board.recipe.codes, *(node.code for node in board.recipe.nodes)):
        for lang in ("zh", "en"):
            assert run.board.explain("330421", code).text(lang) == board.explain("330421", code).text(lang)


def test_an_indicator_may_be_called_by_its_name() -> None:
    board = yt.evaluate("hdi")
    assert board.explain("NOR", "Life expectancy at birth").text() == board.explain("NOR", "le").text()
    with pytest.raises(yt.InputError, match="Did you mean 'Life expectancy at birth'"):
        board.explain("NOR", "Life expectancy at birthh")
