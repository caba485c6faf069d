"""Two editions compared: the authority is what was changed by hand in a copy of one."""

import json

import pytest

import yitihua as yt
from calling import called
from editing import later_edition, write_files
from yitihua.definitions.edition_diff import Succession, compare_editions
from yitihua.definitions.skeleton import write_skeleton
from yitihua.publish.edition_text import edition_diff_dict, edition_diff_lines

FRAMEWORK = """
[indicators.F01]
parent = "A"
name = { zh = "接替者", en = "Successor" }
unit = "%"
replaces = "A03"
views = { ssp = "structure", stage = "result", holistic = "trust" }
goalposts = { lower = 0, upper = 100, reason = "[aim] x" }
[indicators.A01]
goalposts = { lower = 1, upper = 77, reason = "[aim] other" }
[indicators.A02]
parent = "C"
[indicators.A05]
name = "Other words"
[views.ssp.groups]
more = "More"
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    new = later_edition(
        tmp_path_factory.mktemp("later"), "zhejiang-2022", FRAMEWORK,
        'aggregate = "geometric"\n[weights.sets.satisfaction-35.weights]\nA = 20\n', 'drop = ["A03"]',
    )  # fmt: skip
    return compare_editions(yt.load_edition("zhejiang-2022"), new)


def test_every_kind_of_difference(found):
    assert (found.added["indicators"], found.dropped["indicators"]) == (("F01",), ("A03",))
    assert (found.redefined, found.moved, found.renamed) == (("A01",), ("A02",), ("A05",))
    assert found.succeeded == (Succession("A03", "F01", stated=True),)
    changed = {entry.code: entry for entry in found.changed}
    assert set(changed) == {"A01", "A02", "A05", "ssp"}
    assert [(c.path, c.kind) for c in changed["A01"].changes] == [
        ("goalposts.lower", "scores"), ("goalposts.upper", "scores"), ("goalposts.reason", "words"),
    ]  # fmt: skip
    assert {(change.path, change.kind) for change in found.index} == {
        ("aggregate.method", "scores"), ("weights.sets.satisfaction-35.weights.A", "aside"),
        ("weights.sets.overlap-halved.weights.A03", "aside"),
    }  # fmt: skip


def test_a_measure_that_is_counted_otherwise_redefines_what_uses_it(tmp_path):
    old = yt.load_edition("zhejiang-2022")
    used = [code for code, entry in old.indicators.items() if entry.formula and "cases" in entry.formula.numerator]
    measure = old.indicators[used[0]].formula.numerator.split()[0]
    new = later_edition(tmp_path, "zhejiang-2022", f'[measures.{measure}]\ncounting_rule = "Otherwise"\n')
    found = compare_editions(old, new)
    using = {code for code, entry in old.indicators.items() if measure in str(entry.formula)}
    assert used[0] in found.redefined
    assert set(found.redefined) <= using
    assert not found.moves_scores
    assert {change.kind for entry in found.changed for change in entry.changes} == {"meaning"}


def test_points_of_a_checklist(tmp_path):
    old = yt.load_edition("zhejiang-2022")
    name, checklist = next(iter(old.checklists.items()))
    point = next(iter(checklist.points))
    new = later_edition(tmp_path, "zhejiang-2022", f"[checklists.{name}.points.{point}]\npoints = 99\n")
    (entry,) = compare_editions(old, new).of("checklists")
    (change,) = entry.changes
    assert (change.path, change.new, change.kind) == (f"points.{point}.points", 99.0, "meaning")


def test_an_item_asked_otherwise_redefines_its_indicator(tmp_path):
    for side in ("old", "new"):
        write_skeleton(tmp_path / side, "towns")
    survey = next((tmp_path / "new/surveys/towns").glob("*.toml"))
    survey.write_text(survey.read_text(encoding="utf-8").replace('"linear100"', '"top2"'), encoding="utf-8")
    found = compare_editions(*(yt.load_edition("towns", tmp_path / side) for side in ("old", "new")))
    assert found.of("questionnaires")
    (code,) = found.redefined
    assert found.new.indicators[code].survey is not None


def test_a_successor_is_guessed_by_its_formula(tmp_path):
    write_skeleton(tmp_path / "old", "towns")
    write_skeleton(tmp_path / "new", "towns")
    for path in (tmp_path / "new/indicators/towns").glob("*.toml"):
        write_files(path.parent, {path.name: path.read_bytes().replace(b"indicators.waiting]", b"indicators.queue]")})
    found = compare_editions(yt.load_edition("towns", tmp_path / "old"), yt.load_edition("towns", tmp_path / "new"))
    assert found.succeeded == (Succession("waiting", "queue", stated=False),)
    assert any("疑接替waiting" in line for line in edition_diff_lines(found, "zh"))


def test_defaults_that_are_stated_are_no_difference(tmp_path):
    """An index file may state what holds anyway; only what holds is compared."""
    new = later_edition(tmp_path, "egdi-2022", "", "treat = 'none'\nimpute = { method = 'none' }\n")
    assert compare_editions(yt.load_edition("egdi-2022"), new).index == ()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_lines_name_every_code(found, lang):
    text = "\n".join(edition_diff_lines(found, lang))
    for code in ("F01", "A03", "A01", "A02", "A05", "ssp"):
        assert f"  {code}" in text
    assert ("接替A03" if lang == "zh" else "succeeds A03") in text
    assert json.dumps(edition_diff_dict(found, lang))


def test_the_command(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "later"
    later_edition(folder, "hdi", "", "score_decimals = 4")
    code, out, _ = called(monkeypatch, capsys, ["editions", "compare", "hdi", folder, "--json", "-o", tmp_path / "out"])
    assert code == 0
    assert [change["path"] for change in json.loads(out)["changes"]] == ["score_decimals"]
    assert "score_decimals" in (tmp_path / "out/changes.csv").read_text(encoding="utf-8-sig")
    code, out, _ = called(
        monkeypatch, capsys, ["editions", "compare", f"{folder}:hdi", f"{folder}:later", "--lang", "zh"]
    )
    assert code == 0
    assert "得分小数位: 3 -> 4 [影响得分]" in out


def test_the_list_is_as_it_was(tmp_path, monkeypatch, capsys):
    later_edition(tmp_path / "later", "hdi")
    _, plain, _ = called(monkeypatch, capsys, ["editions", "--lang", "en"])
    _, own, _ = called(monkeypatch, capsys, ["editions", tmp_path / "later", "--json"])
    assert "asem\n    ASEM Sustainable Connectivity" in plain
    assert "later" in [row["name"] for row in json.loads(own)]
