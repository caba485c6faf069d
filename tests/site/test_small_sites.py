"""What pages say of boards that are unlike a province: one unit, several levels, ties, gaps that are not shared out."""

import re
import zipfile
from dataclasses import replace
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

import yitihua as yt
from sites import board_of
from toys import KEYS, toy_board, toy_frame
from yitihua.publish.papers.bulletin import Bulletin, Stated
from yitihua.publish.papers.bulletin_findings import one_period
from yitihua.publish.portraits import portraits
from yitihua.publish.site import site_files, site_of
from yitihua.publish.site.indicator_words import stages
from yitihua.publish.words import method_lines

SAMPLED = "带范围的数值是抽样估计"


def pages(board: yt.Scoreboard, *names: str) -> list[BeautifulSoup]:
    files = {}
    for name, content in site_files(site_of(board, n=100)):
        files[name] = content
        if set(names) <= set(files):
            break
    return [BeautifulSoup(files[name], "html.parser") for name in names]


def test_a_unit_alone_is_told_apart_from_nobody_and_its_rank_is_one_number():
    unit, audit = pages(toy_board(toy_frame(1, 1)), "units/U00.html", "audit.html")
    text = unit.find("main").get_text()
    assert "在1个单位中排第1位（90%区间：第1位）" in text and "单位单位" not in text
    assert "先后都分得清" not in text
    assert "1–1" not in text and "1–1" not in audit.find("main").get_text()


def test_no_choice_moves_most_where_none_moves_a_rank():
    (audit,) = pages(toy_board(toy_frame(1, 1)), "audit.html")
    assert "各来源单独的作用" in audit.get_text() and "平均位次变动最大的是" not in audit.get_text()


def test_the_choice_that_moves_most_is_named_where_ranks_move():
    (audit,) = pages(toy_board(toy_frame(4, 12)), "audit.html")
    assert "平均位次变动最大的是" in audit.get_text()


@pytest.mark.parametrize("name", ["hdi", "zhejiang-2022+cities"])
def test_figures_on_top_of_the_ranking_are_of_one_level(name, parsed):
    """Authority: HDR 2023/24 counts 193 countries and 69 of very high development; its regions are no countries."""
    board = board_of(name)
    level, rows = next(iter(board.level_rows.items()))
    rule = board.recipe.grades[-1]
    counts = [int((board.grade_indices[rule.code][rows] == k).sum()) for k in reversed(range(len(rule.names)))]
    cards = [card.get_text() for card in parsed(name, "index.html").select("ul.cards .big")]
    assert [int(card) for card in (cards[0], *cards[2 : 2 + len(counts)])] == [len(rows), *counts]
    if name == "hdi":
        assert (level, len(rows), counts[0]) == ("country", 193, 69)


def test_a_gap_is_not_said_to_be_shared_out_where_it_takes_the_score():
    """Identity: what the page says of a gap is what a gap does."""
    frame = toy_frame(3, 6)
    frame.loc[0, "osi"] = np.nan
    board = toy_board(frame)
    said = [zh for zh, _ in stages(board.recipe, board.recipe.indicators[0])]
    assert np.isnan(board.total[0])
    assert "缺失值不填补，缺失时上级不评分。" in said and not any("分担" in line for line in said)


def test_a_gap_is_said_to_be_shared_out_where_siblings_stand_in():
    board = board_of("zhejiang-2022")
    assert any("分担" in zh for zh, _ in stages(board.recipe, board.recipe.indicators[0]))


@pytest.mark.parametrize(("name", "file", "there"), [("hdi", "CHE", False), ("zhejiang-2022", "330106", True)])
def test_ranges_of_samples_are_explained_where_there_are_any(name, file, there, parsed):
    assert (SAMPLED in parsed(name, f"units/{file}.html").get_text()) == there


def test_methods_of_one_name_are_called_by_their_stage():
    board = toy_board(toy_frame(2, 4))
    assert ("标准化", "不变") in method_lines(board.recipe, "zh")


def test_an_audit_of_units_that_are_all_tied_prints_no_nan():
    (audit,) = pages(toy_board(pd.DataFrame(0.5, index=range(12), columns=KEYS)), "audit.html")
    assert "nan" not in audit.find("main").get_text()


def test_a_change_is_said_to_hold_indicators_of_one_period():
    """Identity: whoever has no value of an indicator in one period has it named; who has all in both, has not."""
    now, then = toy_board(toy_frame(4, 12)), toy_frame(5, 12)
    then.loc[1:, "osi"] = np.nan
    before = yt.apply(replace(toy_board(then).table, period="2021"), now.recipe)
    files = dict(site_files(site_of(now, before=before, n=100)))
    said = "有1个指标只有一期有数值"
    assert said not in files["units/U00.html"].decode() and said in files["units/U01.html"].decode()


def test_a_bulletin_names_indicators_that_only_one_period_has():
    now, then = toy_board(toy_frame(4, 12)), toy_board(toy_frame(5, 12))
    values = then.table.values.copy()
    values[:, 0] = np.nan
    before = replace(then, denominated=values)
    assert one_period(now, then, range(12), range(12)) == []
    assert one_period(now, before, range(12), range(12)) == ["osi"]


def test_weights_of_a_bulletin_sum_to_all_of_it():
    """Identity: 16.25 is printed as 16.25, so that what is printed adds up."""
    board = yt.evaluate("zhejiang-2022", weights="satisfaction-35")
    text = Bulletin(portraits(board), Stated())._framework()
    assert sum(float(x) for x in re.findall(r"（([0-9.]+)%）", text)) == pytest.approx(100, abs=1e-9)


def test_scores_to_take_away_say_that_they_are_simulated_and_a_reconstruction(site_folder):
    scores = pd.read_csv(site_folder("zhejiang-2022") / "downloads/scores.csv")
    assert all("模拟" in note and "重构" in note for note in scores["note"])


@pytest.mark.parametrize(("aggregate", "there"), [("geometric", True), ("topsis", False)])
def test_a_sheet_or_panel_to_try_weights_on_is_promised_where_there_is_one(aggregate, there):
    frame = toy_frame(4, 12).assign(unit=[f"U{k:02d}" for k in range(12)])
    board = yt.evaluate("egdi-2022", frame, normalise="none", aggregate=aggregate)
    files = dict(site_files(site_of(board, n=100)))
    with zipfile.ZipFile(BytesIO(files["downloads/results.xlsx"])) as book:
        assert ('name="试算"' in book.read("xl/workbook.xml").decode()) == there
    assert ("yitihua-panel-data" in files["panel.html"].decode()) == there
    method, downloads = (
        BeautifulSoup(files[name], "html.parser").find("main").get_text() for name in ("method.html", "downloads.html")
    )
    assert ("“试算”表" in method) == ("“试算”表" in downloads) == ("页试算，看结论" in method) == there


def test_methods_of_several_nodes_are_told_in_words_not_in_codes():
    line = dict(method_lines(board_of("hdi").recipe, "zh"))["合成"]
    assert line == "算术平均（健康、教育、收入）；几何平均（下限0）（人类发展指数）"
