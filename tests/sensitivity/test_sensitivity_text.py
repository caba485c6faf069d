"""What is printed of a sensitivity analysis: marks of simulated data, both languages, 80 columns."""

from __future__ import annotations

import json
import re

import pytest

import yitihua as yt
from yitihua.analysis.sensitivity.result import Sensitivity
from yitihua.publish import terminal
from yitihua.publish.sensitivity_text import (
    mover_rows,
    second_rows,
    sensitivity_dict,
    sensitivity_document,
    sensitivity_rows,
    source_rows,
)


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    weights = {"kind": "bounds", "nodes": ["ZJ"]}
    return yt.evaluate("zhejiang-2022").sensitivity(
        n=64, second=True, weights=weights, normalise=["zscore", "minmax"], aggregate="geometric"
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_says_that_the_province_is_simulated(found: Sensitivity, lang: str) -> None:
    word = "模拟数据" if lang == "zh" else "simulated data"
    assert word in found.notes(lang)[0]
    assert word in sensitivity_document(found, lang)
    for table in (found.table(lang), found.sources(lang), found.second(lang), found.movers(lang)):
        assert table.attrs["simulated"] is True
        assert word in table.attrs["notes"][0]
    assert "模拟" in repr(found)
    assert sensitivity_dict(found, lang)["simulated"] is True


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables_fit_a_terminal(found: Sensitivity, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_lines(found.notes(lang))
    rows, more = sensitivity_rows(found, lang, 4)
    terminal.print_rows(rows, "", more, lang)
    terminal.print_rows(source_rows(found, lang), "", 0, lang)
    pairs, left = second_rows(found, lang, 3)
    terminal.print_rows(pairs, "", left, lang)
    for level, moved, unseen in mover_rows(found, lang, 5):
        assert level
        assert unseen == 85
        terminal.print_rows(moved, level, unseen, lang)
    said = capsys.readouterr().out
    wide = [len(line) + len(re.findall(r"[\u2e80-\uffef]", line)) for line in said.splitlines()]
    assert max(wide) <= 80
    assert "normalise+aggregate" in said
    assert len(rows) == 5
    assert more == 2
    assert left == 12


def test_documents_name_every_part(found: Sensitivity) -> None:
    zh, en = sensitivity_document(found, "zh"), sensitivity_document(found, "en")
    for part in ("各来源", "各因素", "两两交互", "各单位受何因素影响最大"):
        assert f"## {part}" in zh
    for part in ("Sources", "Factors", "Pairs", "What moves whom most"):
        assert f"## {part}" in en
    assert "可能略超出界限" in zh
    assert not re.search(r"[\u4e00-\u9fff]", en)


def test_json_holds_the_tables(found: Sensitivity) -> None:
    said = json.loads(terminal.json_text(sensitivity_dict(found, "zh")))
    assert [one["factor"] for one in said["factors"]] == found.table()["factor"].tolist()
    assert len(said["movers"]) == 90
    assert len(said["pairs"]) == 15
    assert said["target"] == {"of": "mean_rank_shift"}
    assert said["mix"]["weights"]["kind"] == "bounds"


def test_shapley_effects_have_no_movers() -> None:
    found = yt.evaluate("asem").sensitivity(n=64, method="shapley", weights="dirichlet", aggregate="geometric")
    said = sensitivity_dict(found)
    assert said["movers"] == said["pairs"] == []
    assert "Shapley effect" in source_rows(found)[0]
    sources = found.sources().set_index("source")["effect"]
    assert sources.sum() == pytest.approx(1.0)
    assert "What moves whom" not in sensitivity_document(found)
