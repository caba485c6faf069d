"""What is wrong with editions laid over others, bridges and chains is refused, one fault at a time."""

import pandas as pd
import pytest

import yitihua as yt
from calling import called
from conftest import FRAMEWORK, INDEX
from editing import later_edition
from yitihua.analysis.chain import chain_panels

HEAD = '[edition]\nextends = "hdi"\n'
CASES = [
    ("order without extends", (FRAMEWORK, "[edition]", '[edition]\norder = ["online"]'), "no-effect", "edition.order"),
    ("drop of index tables without extends", (INDEX, "scale = [0", 'drop = ["treat"]\nscale = [0'), "no-effect",
     "drop"),
    ("replaces what still stands", (FRAMEWORK, 'parent = "access"\nunit = "%"\n',
     'parent = "access"\nunit = "%"\nreplaces = "waiting"\n'), "replaces-itself", "indicators.online.replaces"),
    ("replaces that is no text", (FRAMEWORK, 'parent = "access"\nunit = "%"\n',
     'parent = "access"\nunit = "%"\nreplaces = 3\n'), "bad-value", "indicators.online.replaces"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "code", "key"), [pytest.param(*rest, id=name) for name, *rest in CASES])
def test_one_fault_of_a_file(tsi, refused, edit, code, key):
    tsi.edit(*edit)
    (fault,) = refused(yt.load_edition, "tsi", tsi.folder)
    assert (fault.code, fault.file, fault.key) == (code, edit[0], key)
    assert fault.line is not None


@pytest.mark.parametrize(
    ("head", "index", "key", "hint"),
    [
        ('drop = ["views.sspp"]', "", "edition.drop", ""),
        ('order = ["le", "gnpic"]', "", "edition.order", "gnipc"),
        ("", 'drop = ["treta"]', "drop", ""),
        ("", 'drop = ["grades.grup"]', "drop", "group"),
        ("", 'drop = ["scale.low"]', "drop", ""),
    ],
)
def test_one_name_that_the_base_does_not_have(tmp_path, refused, head, index, key, hint):
    (fault,) = refused(later_edition, tmp_path, "hdi", "", index, head)
    assert (fault.code, fault.key, fault.details.get("hint", "")) == ("unknown-reference", key, hint)


def test_one_questionnaire_that_the_base_does_not_have(tsi, refused):
    (fault,) = refused(later_edition, tsi.folder, "tsi", "", "", 'drop = ["questionnaires.residence"]')
    assert (fault.code, fault.key, fault.details["hint"]) == ("unknown-reference", "edition.drop", "residents")


def test_what_is_dropped_and_stated_anew_has_nothing_of_the_base(tmp_path):
    text = '[indicators.gnipc]\nname = "Income"\nparent = "income"\nunit = "$"\n'
    made = later_edition(tmp_path, "hdi", text, 'normalise = "minmax"', 'drop = ["gnipc"]').indicators["gnipc"]
    assert (made.goalposts, made.transform) == (None, "none")


def test_order_is_that_which_is_stated(tmp_path):
    made = later_edition(tmp_path, "hdi", head='order = ["income", "mys", "le"]')
    assert list(made.nodes) == ["income", "HDI", "health", "education"]
    assert list(made.indicators) == ["mys", "le", "eys", "gnipc"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["editions", "compare", "hdi", "hdii"], "no edition"),
        (["editions", "bridge", "hdi", "asem", "-o", "{out}", "--name", "hdi"], "cannot be named"),
        (["editions", "bridge", "hdi", "hdi", "-o", "{full}", "--name", "again"], "already there"),
        (["editions", "chain", "hdi", "hdi", "--at", "2021,2022"], "editions: 2, breaks: 2"),
        (["editions", "chain", "hdi", "--at", "2021"], "editions: 1, breaks: 1"),
        (["editions", "chain", "hdi", "hdi", "--at", "2019"], "do not hold the period"),
        (["editions", "chain", "hdi", "hdi", "--at", "2021", "--fitted", "each"], "fitted to each"),
        (["editions", "chain", "hdi", "hdi", "--at", "2021", "--fitted", "2021"], "2021"),
        (["editions", "chain", "hdi", "hdi", "--at", "2021", "--method", "sum"], "sum"),
        (["editions", "chain", "hdi", "hdi", "--at", "2021", "--by", "city"], "city"),
        (["editions", "chain", "hdi", "hdi", "--at", "2021", "--scale", "mean"], "mean"),
        (["editions", "chain", "hdi", "hdi", "--at", "2021", *["--data", "hdi-hdr2324"] * 3], "3"),
        (["editions", "no-such-folder"], "not there"),
    ],
)
def test_one_fault_of_a_call(tmp_path, monkeypatch, capsys, words, code):
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    named = [word.format(out=tmp_path / "out", full=full) for word in words]
    ended, out, err = called(monkeypatch, capsys, [*named, "--lang", "en"])
    assert ended == 2
    assert code in out + err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]
    assert [path.name for path in full.iterdir()] == ["mine.txt"]


def egdi(rows):
    return pd.DataFrame(rows, columns=["unit", "period", "osi", "tii", "hci"])


def test_scales_of_other_lengths(tmp_path, refused):
    wide = later_edition(tmp_path, "hdi", "", "scale = [0, 100]\n[grades.group]\ncuts = [55, 70, 80]\n")
    (fault,) = refused(yt.chain, ["hdi", wide], [2021])
    assert (fault.code, fault.key) == ("chain-scales", "method")
    found = yt.chain(["hdi", wide], [2021], method="multiplicative").wide()
    plain = yt.panel("hdi", fitted="2021").wide().loc[found.index]
    assert (found - plain).abs().max().max() < 1e-14  # the same index on another scale: nothing is left of it


def test_a_ratio_of_nothing(refused):
    frame = egdi([("a", 1, 0, 0, 0), ("b", 1, 1, 1, 1), ("a", 2, 1, 1, 1), ("b", 2, 1, 1, 1)])
    (fault,) = refused(yt.chain, ["egdi-2022", "egdi-2022"], [1], frame, method="multiplicative")
    assert (fault.code, fault.details["options"]) == ("chain-not-positive", "a")


def test_nobody_in_the_overlap(refused):
    frame = egdi([("a", 1, 0.1, 0.2, 0.3), ("b", 2, 0.1, None, 0.4), ("a", 3, 0.1, 0.2, 0.3)])
    (fault,) = refused(yt.chain, ["egdi-2022", "egdi-2022"], [2], frame)
    assert (fault.code, fault.details["name"]) == ("chain-no-overlap", "2")


def test_panels_that_do_not_meet(refused):
    one, other = (yt.panel("hdi", periods=[period]) for period in (2021, 2022))
    (fault,) = refused(chain_panels, [one, other])
    assert (fault.code, fault.details["found"]) == ("chain-ends", "2021 / 2022")
    (fault,) = refused(chain_panels, [])
    assert fault.code == "chain-ends"
    (fault,) = refused(chain_panels, [yt.panel("hdi", fitted="each")])
    assert fault.code == "chain-fitted"
