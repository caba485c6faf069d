"""The audit: planted faults are concerns, figures are those of the functions they come from, the text says all."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from large_board import large_board
from typer.testing import CliRunner

import yitihua as yt
from yitihua.analysis.audit.findings import STEPS, VERDICTS
from yitihua.analysis.components import components
from yitihua.analysis.importance import importance
from yitihua.analysis.leave_out import leave_out
from yitihua.analysis.reliability import reliability_table
from yitihua.analysis.variants import rescored, variants
from yitihua.cli import app
from yitihua.definitions.changes import with_changes
from yitihua.publish.audit_text import audit_dict, audit_document


@pytest.fixture(scope="module")
def asem():
    return yt.evaluate("asem")


def planted(change, edition="asem", **choices):
    """Score an edition after a change of its values: change(values, column of a code)."""
    table = yt.read_table(yt.load_edition(edition))
    values = table.values.copy()
    change(values, {code: j for j, code in enumerate(table.indicators)})
    changed = replace(table, values=values)
    return yt.apply(changed, yt.fit(changed, with_changes(yt.load_edition(edition), choices)))


def finding(found, code, step=None):
    return next(f for f in found.findings if f.code == code and step in (None, f.step))


def test_steps_come_in_the_order_of_the_handbook(asem):
    """OECD/JRC 2008, table 1: ten steps, from the framework to the presentation."""
    steps = [f.step for f in asem.audit().findings]
    assert steps == sorted(steps)
    assert set(steps) == set(range(1, 11)) == set(range(1, len(STEPS) + 1))


def test_counts_are_those_of_the_findings(asem):
    """Identity: every finding has one of three verdicts."""
    found = asem.audit()
    assert sum(found.counts.values()) == len(found.findings) == len(found.frame())
    assert len(found.concerns) == found.counts["concern"] > 0
    assert set(found.counts) == set(VERDICTS)


def test_codes_of_findings_are_unique_within_a_step(asem):
    """Identity: a machine that reads the JSON finds each by step and code."""
    for board in (asem, yt.evaluate("zhejiang-2022"), yt.evaluate("hdi"), yt.evaluate("egdi-2022")):
        keys = [(f.step, f.code) for f in board.audit().findings]
        assert len(keys) == len(set(keys))


def test_figures_are_those_of_the_functions_they_name(asem):
    """Identity: the audit computes nothing of its own."""
    found = asem.audit()
    alpha = reliability_table(asem)
    assert finding(found, "consistency").value == (alpha["alpha"] < 0.7).sum()
    several = sum(components(asem, n.code, draws=200).parallel > 1 for n in asem.recipe.nodes if len(n.children) > 2)
    assert finding(found, "dimensions").value == several
    parts = importance(asem, of="indicators")
    assert finding(found, "importance-indicators").value == parts.discrepancy
    out = leave_out(asem).frame
    assert finding(found, "leave-out").value == out.loc[out["units"] > 0, "mean_shift"].max()
    geometric = next(v for v in variants(asem) if v.code == "geometric")
    assert finding(found, "geometric").value == geometric.comparison.agreement.mean_shift


def test_contrary_indicators_are_those_of_numpy(asem):
    """Oracle: numpy.corrcoef of an indicator's points with its own pillar's score."""
    codes, nodes = list(asem.recipe.codes), [node.code for node in asem.recipe.nodes]
    want = [
        code
        for node in asem.recipe.nodes
        for code in node.children
        if code in codes
        and np.corrcoef(asem.normalised[:, codes.index(code)], asem.node_values[:, nodes.index(node.code)])[0, 1] < 0
    ]
    assert want == ["TBTs"]
    assert finding(asem.audit(), "contrary").words[1] == "check direction or place: TBTs"


def test_a_wrong_direction_is_a_concern():
    """Planted: an indicator turned upside down goes against its parent."""

    def upside_down(values, column):
        j = column["LPI"]
        values[:, j] = np.nanmax(values[:, j]) - values[:, j]

    assert "LPI" not in finding(yt.evaluate("asem").audit(), "contrary").words[1]
    turned = finding(planted(upside_down).audit(), "contrary")
    assert turned.verdict == "concern"
    assert "LPI" in turned.words[1]
    assert "LPI" in turned.words[0]


def test_a_copied_indicator_is_a_concern():
    """Planted: two indicators of one parent that are the same."""

    def copied(values, column):
        values[:, column["IGOs"]] = values[:, column["Embs"]]

    twins = finding(planted(copied).audit(), "redundant")
    assert twins.verdict == "concern"
    assert twins.value == 1
    assert "Embs–IGOs" in twins.words[1]


def test_thin_data_are_a_concern():
    """Planted: three of four cells of an indicator are missing, and most cells of one unit."""

    def thin(values, column):
        values[np.arange(51) % 4 > 0, column["Embs"]] = np.nan
        values[3, 5:] = np.nan

    found = planted(thin).audit()
    by_indicator, by_unit, filled = (finding(found, code) for code in ("indicator-data", "unit-data", "imputed"))
    assert by_indicator.verdict == by_unit.verdict == filled.verdict == "concern"
    assert "Embs" in by_indicator.words[1]
    assert yt.evaluate("asem").table.units[3] in by_unit.words[1]
    assert "Embs" in filled.words[1]


def test_a_constant_indicator_is_a_concern():
    """Planted: all units the same; it has no points, and says so at step 5."""

    def constant(values, column):
        values[:, column["Embs"]] = 7.0

    found = planted(constant).audit()
    assert finding(found, "near-constant").verdict == "concern"
    assert "Embs" in finding(found, "near-constant").words[1]
    assert finding(found, "no-points").verdict == "concern"
    assert finding(found, "no-points").value == 1


def test_an_outlier_without_treatment_is_a_concern():
    """Planted: one value a thousand times the others. The edition's own treatment mends it, none does not."""

    def far(values, column):
        values[7, column["Embs"]] = 1000 * np.nanmax(values[:, column["Embs"]])

    assert finding(planted(far).audit(), "outliers").verdict == "pass"
    left = finding(planted(far, treat="none").audit(), "outliers")
    assert left.verdict == "concern"
    assert "Embs" in left.words[1]


def test_a_ceiling_is_a_concern():
    """Planted: half of the units stand at the best value."""

    def ceiling(values, column):
        values[:26, column["Embs"]] = np.nanmax(values[:, column["Embs"]])

    before, after = (finding(b.audit(), "ceilings") for b in (yt.evaluate("asem"), planted(ceiling)))
    assert "Embs" not in before.words[1]
    assert "Embs" in after.words[1]


def test_a_choice_that_changes_nothing_passes():
    """Identity: one indicator a part, all ranked alike, so no other mean moves a rank."""

    def alike(values, column):
        values[:] = np.linspace(0.1, 0.9, len(values))[:, None]

    found = planted(alike, "egdi-2022").audit()
    assert finding(found, "geometric").value == 0
    assert finding(found, "leave-out").value == 0
    assert finding(found, "geometric").verdict == finding(found, "leave-out").verdict == "pass"


def test_reconstruction_and_simulation_are_said_first():
    """House rule: simulated numbers are never shown as findings."""
    found = yt.evaluate("zhejiang-2022").audit()
    assert finding(found, "edition").verdict == finding(found, "origin").verdict == "concern"
    for lang, words in (("zh", ("模拟", "重构")), ("en", ("simulated", "reconstruction"))):
        head = found.document(lang).split("##")[0]
        assert all(word in head for word in words)


def test_sampling_is_judged_where_errors_are_known():
    """Identity: the figure is the median width of the board's own rank intervals."""
    board = yt.evaluate("zhejiang-2022")
    low, high = board.sampled.rank_interval
    assert finding(board.audit(), "sampling").value == np.median(high - low)
    assert finding(yt.evaluate("asem").audit(), "sampling").verdict == "note"


@pytest.mark.parametrize("edition", ["asem", "hdi", "egdi-2022", "zhejiang-2022"])
def test_documents_are_whole_in_both_languages(edition):
    """Identity: every finding stands in the text, once under its step; Chinese text has no English sentence."""
    found = yt.evaluate(edition).audit()
    for place, lang in enumerate(("zh", "en")):
        text = audit_document(found, lang)
        assert [line for line in text.splitlines() if re.match(r"## \d", line)] == [
            f"## {n}. {step[place]}" for n, step in enumerate(STEPS, start=1)
        ]
        for f in found.findings:
            assert f"**{f.checked[place]}**" in text
            assert f.words[place] in text
        assert "nan" not in text.lower().replace("finan", "")
    for f in found.findings:
        for zh in (f.checked[0], f.words[0]):
            assert re.search(r"[一-鿿]", zh), f.code


def test_text_names_the_codes_that_it_mentions():
    """Identity: a reader finds the name of B09 in the document."""
    found = yt.evaluate("zhejiang-2022").audit()
    assert "- B09：跨区域协同办案强度" in found.document("zh")
    assert str(found) == found._repr_markdown_() == found.document("en")


def test_the_same_board_gives_the_same_bytes(asem):
    """House rule: draws have fixed seeds."""
    assert asem.audit().document() == yt.evaluate("asem").audit().document()
    zhejiang = [yt.evaluate("zhejiang-2022").audit().document("zh") for _ in range(2)]
    assert zhejiang[0] == zhejiang[1]


@pytest.mark.parametrize(
    "choice",
    [
        {"normalise": "zscore"},
        {"normalise": "rank"},
        {"aggregate": "topsis"},
        {"aggregate": "copeland"},
        {"aggregate": "rsr"},
        {"weights": "entropy"},
        {"impute": "knn"},
        {"impute": "none"},
    ],
)
def test_other_recipes_are_audited(choice):
    """Property: whatever the methods, each step is there; points off the scale have no floor and no geometric mean."""
    found = yt.evaluate("asem", **choice).audit()
    assert {f.step for f in found.findings} == set(range(1, 11))
    if choice == {"normalise": "zscore"}:
        assert not [f for f in found.findings if f.code == "geometric"]
        assert finding(found, "ceilings").value == 0
        assert finding(found, "dominance").verdict == "note"


def test_national_size_with_missing_cells_and_a_constant_column():
    """2,844 x 51: the constant column is named, the rest is judged."""
    found = large_board().audit()
    assert "A04" in finding(found, "near-constant").words[1]
    assert {f.step for f in found.findings} == set(range(1, 11))


def test_rescored_with_its_own_recipe_is_the_board(asem):
    """Identity, for nodes whose numbers are fitted too."""
    for board in (asem, yt.evaluate("asem", aggregate="topsis"), yt.evaluate("asem", aggregate="vikor")):
        assert rescored(board, board.recipe).total == pytest.approx(board.total, abs=1e-12)


def test_variant_without_treatment_is_the_board_without_it(asem):
    """Identity: the same as asking for it in the recipe."""
    variant = next(v for v in variants(asem) if v.code == "untreated")
    asked = yt.evaluate("asem", treat="none")
    assert variant.comparison.new.total == pytest.approx(asked.total, abs=1e-9)


# Bad input.


def test_too_few_units_are_refused():
    """Two units have no correlation."""
    table = yt.read_table(yt.load_edition("egdi-2022"))
    values = table.values.copy()
    values[2:] = np.nan
    small = replace(table, values=values)
    board = yt.apply(small, yt.evaluate("egdi-2022").recipe)
    with pytest.raises(yt.InputError, match="only 2 units"):
        board.audit()


def test_unknown_level_is_refused(asem):
    with pytest.raises(yt.InputError, match="galaxy"):
        asem.audit(level="galaxy")


# Command.


def run(*words):
    return CliRunner().invoke(app, ["audit", *map(str, words)], env={"COLUMNS": "80"})


def test_command_prints_the_document():
    result = run("--edition", "asem", "--lang", "zh")
    assert result.exit_code == 0
    assert "亚欧会议可持续联通指数统计审计" in result.output
    assert "10. 结果的发布" in result.output


def test_command_writes_markdown_and_json(tmp_path: Path):
    """Identity: files hold what the functions return."""
    found = yt.evaluate("asem").audit()
    for name in ("audit.md", "audit.json"):
        result = run("--edition", "asem", "-o", tmp_path / name, "--lang", "en")
        assert result.exit_code == 0, result.output
        assert "8 concerns" in result.output
    assert (tmp_path / "audit.md").read_text(encoding="utf-8") == audit_document(found, "en")
    data = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    assert data["counts"] == dict(found.counts)
    assert len(data["findings"]) == len(found.findings)
    assert data == json.loads(json.dumps(audit_dict(found, "en")))


def test_command_refuses_other_files(tmp_path: Path):
    result = run("--edition", "asem", "-o", tmp_path / "audit.docx")
    assert isinstance(result.exception, yt.InputError)
    assert not list(tmp_path.iterdir())
