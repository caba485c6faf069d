"""The command line as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import yitihua as yt
from yitihua.cli import app
from yitihua.publish.summary import width

runner = CliRunner()


def run(*words: str | Path) -> str:
    result = runner.invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_demo_scores_all_four_and_says_what_is_real(lang: str, tmp_path: Path) -> None:
    text = run("demo", "--lang", lang, "-o", tmp_path / "out")
    for name in ("hdi", "egdi-2022", "asem", "zhejiang-2022"):
        assert f"== {name} ==" in text
        assert (tmp_path / "out" / name / "scores.csv").is_file()
    assert "★★★★★" in text
    assert "模拟" in text
    assert ("真实数据" if lang == "zh" else "Real:") in text


def test_ranking_fits_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    for lang in ("en", "zh"):
        for edition in yt.edition_names():
            text = run("score", "--edition", edition, "--lang", lang, "--top", "0")
            assert max(width(line) for line in text.splitlines()) <= 80


def test_score_writes_a_project_s_results(tmp_path: Path) -> None:
    run("init", "--new-edition", tmp_path / "p")
    text = run("score", tmp_path / "p", "--lang", "en")
    assert "Oldmarket" in text
    assert sorted(path.name for path in (tmp_path / "p" / "results").iterdir()) == [
        "indicators.csv", "recipe.json", "run.json", "scores.csv", "table.json",
    ]  # fmt: skip
    assert "No faults" in run("check", tmp_path / "p", "--lang", "en")


def test_score_edition_with_data_of_one_s_own(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("unit,osi,tii,hci,remark\nX,0.5,0.6,0.7,hello\nY,0.4,0.6,0.8,\n")
    text = run("score", "--edition", "egdi-2022", "--data", tmp_path / "mine.csv", "--lang", "en")
    assert "columns not used: remark" in text
    assert "Real data" not in text


def test_json_is_for_machines() -> None:
    data = json.loads(run("score", "--edition", "hdi", "--json", "--period", "2021"))
    assert data["scores"][0]["rank"] == 1
    assert data["scores"][0]["score"] == yt.evaluate("hdi", period=2021).scores["score"][0]
    assert data["simulated"] is False
    assert {row["name"] for row in json.loads(run("editions", "--json"))} == set(yt.edition_names())
    steps = json.loads(run("explain", "--edition", "hdi", "CHE", "gnipc", "--json"))["steps"]
    assert "contribution to the score" in [step["stage"] for step in steps]
    assert steps[-1]["stage"] == "file"  # the path ends at the bytes it came from


def test_weight_set_and_language() -> None:
    text = run("score", "--edition", "zhejiang-2022", "--weights", "satisfaction-35", "--lang", "zh")
    assert "satisfaction-35" in text
    assert "模拟数据" in text
    assert "排名" in text


def test_language_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("YITIHUA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert "rank" in run("score", "--edition", "hdi")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert "排名" in run("score", "--edition", "hdi")
    monkeypatch.setenv("YITIHUA_LANG", "en")
    assert "rank" in run("score", "--edition", "hdi")


def test_explain_in_chinese() -> None:
    text = run("explain", "--edition", "zhejiang-2022", "嘉善县", "A08", "--lang", "zh")
    for part in ("镇街平均赋权事项数", "目标区间 [100, 1000]", "同取对数", "不得据此得出任何结论", "重构"):
        assert part in text


def test_version() -> None:
    assert yt.__version__ in run("--version")


def test_another_edition_of_a_project_on_its_data(tmp_path: Path) -> None:
    run("init", "--new-edition", tmp_path / "p")
    (tmp_path / "p" / "index" / "next.toml").write_text('extends = "p"\nweights = "equal"\n', encoding="utf-8")
    text = run("score", tmp_path / "p", "--edition", "next", "--lang", "en", "-o", tmp_path / "out")
    assert "equal within parent" in text
    assert "Oldmarket" in text


def test_check_says_what_is_simulated() -> None:
    text = run("check", "--edition", "zhejiang-2022", "--lang", "zh")
    assert "模拟数据" in text
    assert "重构" in text
