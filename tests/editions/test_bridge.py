"""The bridge edition returns the old scores: to the last bit, for changes of every kind, by hand and at random.

The authority is the old edition itself: what it gives for its data.
"""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yitihua as yt
from calling import called
from editing import assert_same_scores, bridge_of, later_edition, write_files
from yitihua.definitions.bridge import RESTORED, bridge_files, lay_over
from yitihua.definitions.edition_diff import compare_editions
from yitihua.definitions.inheritance import merge
from yitihua.definitions.records import load_records, records_folder
from yitihua.definitions.skeleton import write_skeleton
from yitihua.definitions.toml_text import toml_text

ZHEJIANG = """
[nodes.B]
name = "Merged"
[nodes.F]
parent = "ZJ"
name = "New dimension"
[indicators.F01]
parent = "F"
name = "Successor"
unit = "%"
replaces = "A03"
views = { stage = "result", holistic = "trust" }
goalposts = { lower = 0, upper = 100, reason = "[aim] x" }
[indicators.A01]
direction = "-"
goalposts = { lower = 1, upper = 77, reason = "[aim] other" }
[indicators.A02]
parent = "C"
note = "moved"
[indicators.A05.formula]
numerator = "grid_units"
kind = "count"
[measures.grid_units]
name = "Grid units"
unit = "grids"
[views.stage.groups]
more = "Another stage"
"""
ZHEJIANG_INDEX = """
score_decimals = 2
treat = "winsorise_log"
normalise = { method = "minmax", indicators = { A04 = "goalposts" } }
aggregate = { method = "geometric", levels = { 1 = "arithmetic" }, nodes = { C = "harmonic" } }
[coverage]
node = 0.5
nodes = { A = 0.25 }
[grades.stars]
cuts = [1, 2, 3, 4]
[grades.mine]
labels = ["a", "b"]
cuts = [3]
[weights]
use = "satisfaction-35"
[weights.sets.satisfaction-35.weights]
A = 20
F = 3
[weights.sets."with.dot".weights]
A = 2
B = 1
C = 1
E = 1
F = 1
"""
HDI = """
[indicators.le]
goalposts = { lower = 25, upper = 80, reason = "[aim] other" }
[indicators.gnipc]
transform = "none"
parent = "education"
"""
PAIRS = [
    pytest.param("zhejiang-2022", 'drop = ["A03", "D", "views.ssp"]', ZHEJIANG, ZHEJIANG_INDEX, id="zhejiang"),
    pytest.param("zhejiang-2022", 'drop = ["A07"]', "", "", id="zhejiang, one dropped in the middle"),
    pytest.param("hdi", 'drop = ["income"]', HDI,
                 'scale = [0, 100]\naggregate = "arithmetic"\ngrades.group.cuts = [30, 40, 50]\n'
                 "coverage = { node = 0.5, count_imputed = true }\n", id="hdi"),
    pytest.param("hdi", "", "[nodes.HDI]\nname = 'Other'\n[indicators.le]\nnote = 'x'\n", "", id="hdi, words only"),
    pytest.param("egdi-2022", 'drop = ["hci"]', "",
                 'aggregate = "geometric"\nnormalise = "minmax"\n[grades.group]\nmethod = "quantile"\n', id="egdi"),
    pytest.param("asem", 'drop = ["Tariff", "Political"]', '[indicators.Goods]\ndirection = "-"\n',
                 'impute = "none"\nnormalise = { method = "zscore", mean = 50, sd = 10 }\nweights = "critic"\n'
                 'treat = { method = "winsorise_log", skew = 3, indicators = { Services = "none" } }\n'
                 'aggregate = "geometric"\ncoverage = { count_imputed = false, node = 0.1, index = 0.1 }\n', id="asem"),
]  # fmt: skip


@pytest.mark.parametrize(("base", "head", "framework", "index"), PAIRS)
def test_a_bridge_returns_the_old_scores(tmp_path, base, head, framework, index):
    new = later_edition(tmp_path / "new", base, framework, index, head)
    old = yt.load_edition(base)
    made = bridge_of(tmp_path / "bridge", old, new)
    assert_same_scores(yt.evaluate(made), yt.evaluate(old))
    if base != "hdi" or head:
        assert compare_editions(old, new).moves_scores


@pytest.mark.parametrize(("base", "head", "framework", "index"), PAIRS)
def test_a_bridge_the_other_way_returns_the_new_scores(tmp_path, base, head, framework, index):
    """The other edition of the pair is as good an old one; its new indicators have no data, so values are drawn."""
    new = later_edition(tmp_path / "new", base, framework, index, head)
    made = bridge_of(tmp_path / "bridge", new, yt.load_edition(base))
    frame = drawn(new, 1)
    assert_same_scores(yt.evaluate(made, frame), yt.evaluate(new, frame))


@pytest.mark.parametrize("old", yt.edition_names())
@pytest.mark.parametrize("new", yt.edition_names())
def test_any_shipped_edition_over_any_other(tmp_path, old, new):
    """Nothing in common but the way they are stated: then the bridge states everything."""
    made = bridge_of(tmp_path, yt.load_edition(old), yt.load_edition(new))
    assert_same_scores(yt.evaluate(made), yt.evaluate(old))
    cited = [(one.info.source, one.info.licence, one.info.version) for one in (made, yt.load_edition(old))]
    assert cited[0] == cited[1]


def drawn(edition, seed, units=25):
    """Return values of every indicator between its goalposts, a tenth of them missing, and the groups it needs."""
    rng = np.random.default_rng(seed)
    data = {"unit": [f"U{k:02d}" for k in range(units)]}
    for code, indicator in edition.indicators.items():
        posts = indicator.goalposts
        low, high = (posts.lower, posts.upper) if posts else (1.0, 90.0)
        values = rng.uniform(low, high, units)
        data[code] = np.where(rng.random(units) < 0.1, np.nan, values)
        if indicator.denominate_by:
            data[indicator.denominate_by] = rng.uniform(1, 9, units)
    if group := edition.spec.impute.settings.get("group"):
        data[group] = ["left", "right"] * (units // 2) + ["left"] * (units % 2)
    return pd.DataFrame(data)


def test_a_bridge_states_only_what_differs(tmp_path):
    old = yt.load_edition("hdi")
    new = later_edition(tmp_path, "hdi", '[indicators.le]\nname = "Other"\ndirection = "-"\n', "score_decimals = 4")
    files = bridge_files(old, new, "bridge")
    framework, index = (files[name].decode() for name in ("indicators/bridge/bridge.toml", "index/bridge.toml"))
    assert framework.split("[indicators.le]")[1].strip() == 'direction = "+"'
    assert index == 'extends = "later"\nscore_decimals = 3\n'
    for name in ("indicators/later/framework.toml", "index/later.toml"):
        assert files[name] == (tmp_path / name).read_bytes()


def test_a_bridge_says_that_it_is_one(tmp_path):
    made = bridge_of(tmp_path, yt.load_edition("zhejiang-2022"), yt.load_edition("zhejiang-2022"))
    assert made.title.zh.endswith("（衔接版）")
    assert made.title.en.endswith("(bridge)")
    assert made.info.notice.zh.startswith("本版为重构")
    assert "A bridge" in made.info.notice.en


def test_dated_values_of_the_new_edition(tmp_path):
    """A table by days cannot have another laid over it: the entry is stated whole."""
    whole = '[indicators.le]\nname = "le"\nparent = "health"\nunit = "y"\n'
    whole += '[indicators.le.goalposts."2010-01-01"]\nlower = 1\nupper = 99\nreason = "r"\n'
    part = "[indicators.eys.goalposts]\nupper = { 2010-01-01 = 17, 2020-01-01 = 16 }\n"
    index = "score_decimals = { 2010-01-01 = 1, 2020-01-01 = 2 }"
    new = later_edition(tmp_path / "new", "hdi", whole + part, index, 'drop = ["le"]')
    assert (new.indicators["le"].goalposts.upper, new.indicators["eys"].goalposts.upper) == (99, 16)
    made = bridge_of(tmp_path / "bridge", yt.load_edition("hdi"), new)
    assert_same_scores(yt.evaluate(made), yt.evaluate("hdi"))


def test_a_new_edition_that_extends_its_namesake(tmp_path):
    new = later_edition(tmp_path / "new", "hdi", HDI, head='drop = ["income"]', name="hdi")
    made = bridge_of(tmp_path / "bridge", yt.load_edition("hdi"), new)
    assert_same_scores(yt.evaluate(made), yt.evaluate("hdi"))


def test_questionnaires_that_ask_otherwise_come_along(tmp_path):
    write_skeleton(tmp_path / "old", "towns")
    write_skeleton(tmp_path / "new", "towns")
    survey = next((tmp_path / "new/surveys/towns").glob("*.toml"))
    text = survey.read_text(encoding="utf-8")
    survey.write_text(text.replace('scoring = "linear100"', 'scoring = "top2"'), encoding="utf-8")
    old, new = (yt.load_edition("towns", tmp_path / side) for side in ("old", "new"))
    assert old.questionnaires != new.questionnaires
    made = bridge_of(tmp_path / "bridge", old, new)
    assert made.questionnaires == old.questionnaires
    data = next((tmp_path / "old/data").glob("*.csv"))
    assert_same_scores(yt.evaluate(made, data), yt.evaluate(old, data))


# At random

STAGES = {
    "treat": ["none", "winsorise_log"],
    "normalise": ["minmax", "rank", "zscore", "goalposts"],
    "aggregate": ["arithmetic", "geometric", "harmonic"],
    "weights": ["equal", "critic", "entropy"],
}


@st.composite
def later_files(draw, base):
    """Return head, framework and index of an edition that extends another by a few changes of any kind."""
    edition = yt.load_edition(base)
    codes = list(edition.indicators)
    below = {node: [code for code in codes if edition.parents[code] == node] for node in edition.nodes}
    spare = [code for found in below.values() for code in found[1:]]
    drop = draw(st.lists(st.sampled_from(spare), unique=True, max_size=3)) if spare else []
    left = [code for code in codes if code not in drop]
    indicators = {}
    for code in draw(st.lists(st.sampled_from(left), unique=True, max_size=3)):
        entry = {"direction": draw(st.sampled_from("+-"))}
        if draw(st.booleans()):
            low = draw(st.floats(0.5, 50))
            entry["goalposts"] = {"lower": low, "upper": low + draw(st.floats(0.5, 50)), "reason": "[aim] x"}
        siblings = [one for one in left if edition.parents[one] == edition.parents[code]]
        if len(siblings) > 1 and draw(st.booleans()) and not any("parent" in one for one in indicators.values()):
            entry["parent"] = draw(st.sampled_from(sorted(edition.nodes)))
        indicators[code] = entry
    if draw(st.booleans()):
        indicators["fresh"] = {"parent": edition.root, "name": "Fresh", "unit": "x"}
    index = {name: draw(st.sampled_from(methods)) for name, methods in STAGES.items() if draw(st.booleans())}
    if draw(st.booleans()):
        index["coverage"] = {"node": draw(st.floats(0, 1)), "count_imputed": draw(st.booleans())}
    if draw(st.booleans()):
        index["score_decimals"] = draw(st.integers(0, 12))
    if draw(st.booleans()):
        index["grades"] = {"extra": {"labels": ["a", "b", "c"], "method": "quantile"}}
    order = draw(st.permutations([*edition.nodes, *left])) if draw(st.booleans()) else []
    head = "".join(f"{name} = {json.dumps(found)}\n" for name, found in (("drop", drop), ("order", order)) if found)
    return head, toml_text({"indicators": indicators}), toml_text(index)


@pytest.mark.parametrize("base", ["hdi", "egdi-2022", "asem"])
@settings(max_examples=25)
@given(data=st.data())
def test_a_bridge_over_random_changes(tmp_path_factory, base, data):
    head, framework, index = data.draw(later_files(base))
    folder, old = tmp_path_factory.mktemp("random"), yt.load_edition(base)
    try:
        new = later_edition(folder / "new", base, framework, index, head)
    except yt.InputError:
        return  # not an edition at all, such as goalposts that a transform cannot take
    made = bridge_of(folder / "bridge", old, new)
    left = compare_editions(old, made)
    assert not [change for entry in left.changed for change in entry.changes if change.kind in RESTORED]
    assert_same_scores(yt.evaluate(made), yt.evaluate(old))


KEYS = st.sampled_from(["a", "b", "c", "with.dot"])
METHOD = st.fixed_dictionaries({}, optional={"method": st.sampled_from("mn")})
VALUES = st.recursive(
    st.integers(0, 3),
    lambda inner: st.builds(dict.__or__, st.dictionaries(KEYS, inner, max_size=3), METHOD),
    max_leaves=8,
)
TOPS = st.dictionaries(st.sampled_from(["a", "grades", "weights"]), VALUES)


@given(base=TOPS, wanted=TOPS)
def test_what_is_laid_over_gives_what_was_wanted(base, wanted):
    """Identity: the base without what is dropped, with the rest laid over it, is the table that was wanted."""
    drop, stated = lay_over(base, wanted)
    left = json.loads(json.dumps(base))
    for path in drop:
        *above, last = path.split(".")
        table = left
        for part in above:
            table = table[part]
        del table[last]
    assert merge(left, stated) == wanted


def test_the_command(tmp_path, monkeypatch, capsys):
    later_edition(tmp_path / "new", "hdi", HDI, head='drop = ["income"]')
    words = ["editions", "bridge", "hdi", tmp_path / "new", "--lang", "zh"]
    code, out, _ = called(monkeypatch, capsys, [*words, "-o", tmp_path / "bridge"])
    assert code == 0
    assert "得分与hdi相同" in out
    assert_same_scores(yt.evaluate(tmp_path / "bridge"), yt.evaluate("hdi"))
    code, out, _ = called(monkeypatch, capsys, [*words, "-o", tmp_path / "other", "--name", "mine", "--json"])
    assert (code, json.loads(out)["name"]) == (0, "mine")
    assert sorted(json.loads(out)["files"]) == sorted(
        path.relative_to(tmp_path / "other").as_posix() for path in (tmp_path / "other").rglob("*.toml")
    )


# What cannot be


def test_the_name_of_a_bridge(tmp_path, refused):
    hdi = yt.load_edition("hdi")
    for name in ("hdi", "asem", "../up", ""):
        (fault,) = refused(bridge_files, hdi, hdi, name)
        assert (fault.code, fault.key) == ("bridge-name", "--name")


def test_what_a_bridge_cannot_express_is_refused_by_name(tmp_path, refused):
    """A table of the index file by days: nothing can be laid over it, and it cannot be dropped in part."""
    index = 'drop = ["coverage"]\n[coverage."2010-01-01"]\nnode = 0.5\n'
    new = later_edition(tmp_path / "new", "hdi", "", index)
    (fault,) = refused(bridge_files, yt.load_edition("hdi"), new, "bridge")
    assert (fault.code, fault.key) == ("bridge-cannot", "coverage.2010-01-01")


def test_a_first_questionnaire_is_left_out_again(tmp_path):
    """The new edition asks for what the old one took from the office; no item may be left without its indicator."""
    write_skeleton(tmp_path / "new", "towns")
    made = bridge_of(tmp_path / "bridge", yt.load_edition("egdi-2022"), yt.load_edition("towns", tmp_path / "new"))
    assert made.questionnaires == {}


def test_record_types_come_along(tmp_path):
    """Measures are counted from the records that the old edition described."""
    new = later_edition(tmp_path / "new", "zhejiang-2022")
    old = yt.load_edition("zhejiang-2022")
    made = bridge_of(tmp_path / "same", old, new)
    assert not (tmp_path / "same/indicators/bridge/records").exists()
    assert load_records(made) == load_records(old)
    cases = (records_folder(old) / "cases.toml").read_bytes()
    write_files(tmp_path / "new/indicators/later/records", {"cases.toml": cases})
    made = bridge_of(tmp_path / "other", old, new)
    assert load_records(made) == load_records(old)
    assert (tmp_path / "other/indicators/later/records/cases.toml").read_bytes() == cases


def test_one_code_for_other_things(tmp_path):
    """What the old edition calls an indicator is a node, and a measure, of the new one."""
    framework = """
[nodes.osi]
name = "Now a node"
parent = "EGDI"
[indicators.inner]
name = "Inner"
parent = "osi"
unit = "x"
[measures.hci]
name = "Now a measure"
unit = "x"
"""
    new = later_edition(tmp_path / "new", "egdi-2022", framework, head='drop = ["osi", "hci"]')
    assert set(new.indicators) == {"tii", "inner"}
    made = bridge_of(tmp_path / "bridge", yt.load_edition("egdi-2022"), new)
    assert_same_scores(yt.evaluate(made), yt.evaluate("egdi-2022"))


def test_files_of_a_text_with_every_sign(tmp_path):
    tables = {"a": 'quo"te\\\n\x7f\x01', "b": {"键": [1, 2.5, True, "x" * 120], "t": {"zh": "甲", "en": "A"}}}
    import tomllib

    assert tomllib.loads(toml_text(tables)) == tables
    assert write_files(tmp_path, {"a.toml": toml_text(tables)}).is_dir()
