"""What a questionnaire may say of its answers, and what is refused; the README's example runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from conftest import SURVEY
from yitihua.definitions import load_edition
from yitihua.definitions.resolver import shipped_root

SCALES = """
[scales.yes_no]
kind = "binary"
options = [{ code = 1, text = { zh = "是", en = "Yes" } }, { code = 0, text = { zh = "否", en = "No" } }]
"""
ITEM = '\n[items.{0}]\ntext = "x"\nscale = "{1}"\nrole = "{2}"\n'


def item(code: str, scale: str = "yes_no", role: str = "check", more: str = "") -> str:
    return ITEM.format(code, scale, role) + more


CASES = [
    ("no condition", item("Q2", more='filter = "Q1 is 5"\n'), "bad-condition", "items.Q2.filter", "Q1 is 5"),
    ("later item", item("Q2", more='filter = "Q3=1"\n') + item("Q3"), "condition-later", "items.Q2.filter", "Q3"),
    ("its own item", item("Q2", more='filter = "Q2=1"\n'), "condition-later", "items.Q2.filter", "Q2"),
    ("unknown item", item("Q2", more='filter = "Q9=1"\n'), "unknown-reference", "items.Q2.filter", "Q9"),
    ("unknown code", item("Q2", more='filter = "Q1=7"\n'), "unknown-reference", "items.Q2.filter", "7"),
    ("unknown words", item("Q2", more='filter = "Q1=满意极了"\n'), "unknown-reference", "items.Q2.filter", "满意极了"),
    ("rule of an unknown column", '\n[eligibility.a]\nrule = "age>17"\nreason = "x"\n', "unknown-reference",
     "eligibility.a.rule", "age"),
    ("unknown key", "\n[respondents]\ncountry = 1\n", "unknown-key", "respondents.country", "country"),
    ("unknown section", "\n[respondent]\nweight = 'w'\n", "unknown-key", "respondent", "respondent"),
    ("two meanings", '\n[respondents]\nstratum = "psu"\n', "column-twice", "respondents.psu", "respondents.stratum"),
    ("an item as column", '\n[respondents]\nweight = "Q1"\n', "column-twice", "items.Q1", "respondents.weight"),
    ("kept and dropped", '\n[respondents]\ncontext = ["name"]\n[privacy]\ndrop = ["name"]\n', "column-twice",
     "privacy.drop", "context"),
    ("unknown quasi-identifier", '\n[privacy]\nquasi = ["height"]\n', "unknown-reference", "privacy.quasi", "height"),
    ("unknown outcome", '\n[respondents]\ndispositions = { done = "compleat" }\n', "bad-choice",
     "respondents.dispositions.done", "compleat"),
    ("expected is no code", item("Q2", more="expected = 7\n"), "unknown-reference", "items.Q2.expected", "7"),
    ("expected without a check", item("Q2", role="screening", more="expected = 1\n"), "no-effect",
     "items.Q2.expected", "expected"),
    ("top without its scoring", item("Q2", more="top = 1\n"), "no-effect", "items.Q2.top", "top"),
    ("scoring top without top", item("Q2", "satisfied5", more='scoring = "top"\n'), "needs-key", "items.Q2.scoring",
     "top"),
    ("net of yes and no", item("Q2", more='scoring = "net"\n'), "scoring-scale", "items.Q2.scoring", "net"),
    ("weight of a check", item("Q2", more="weight = 2\n"), "no-effect", "items.Q2.weight", "weight"),
    ("weight of 0", item("Q2", more="weight = 0\n"), "bad-value", "items.Q2.weight", "0"),
    ("no options", '\n[scales.e]\nkind = "ordinal"\n', "no-options", "scales.e.options", "ordinal"),
    ("bounds of words", '\n[scales.yes_no2]\nkind = "text"\nminimum = 1\n', "no-effect", "scales.yes_no2.minimum",
     "minimum"),
    ("whole words", '\n[scales.e]\nkind = "text"\nwhole = true\n', "no-effect", "scales.e.whole", "whole"),
    ("a register of opinions", '\n[scales.e]\nkind = "ordinal"\nregister_codes = true\n', "no-effect",
     "scales.e.register_codes", "register_codes"),
    ("bounds the wrong way round", '\n[scales.e]\nkind = "numeric"\nminimum = 5\nmaximum = 1\n', "scale-order",
     "scales.e.minimum", "5"),
    ("points of unbounded numbers", '\n[scales.e]\nkind = "numeric"\nminimum = 0\n'
     + item("Q2", "e", more='scoring = "linear100"\n'), "needs-key", "items.Q2.scoring", "maximum"),
    ("fieldwork the wrong way round", "\n[fieldwork]\nstart = 2024-05-01\nend = 2024-04-01\n", "fieldwork-order",
     "fieldwork.end", "2024-04-01"),
    ("fieldwork on no day", '\n[fieldwork]\nstart = "spring"\n', "bad-date", "fieldwork.start", "spring"),
    ("a speed above all", "\n[screening]\nspeed = 1.5\n", "bad-value", "screening.speed", "1.5"),
    ("unknown threshold", "\n[screening]\nspead = 0.3\n", "unknown-key", "screening.spead", "spead"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "key", "says"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_refused(tsi, refused, text, code, key, says):
    tsi.write(SURVEY, tsi.text(SURVEY) + SCALES + text)
    (fault,) = refused(load_edition, "tsi", tsi.folder)
    assert (fault.code, fault.key, fault.file) == (code, key, SURVEY)
    assert fault.line is not None
    assert says in fault.problem("zh") + fault.allowed("zh")
    assert says in fault.problem("en") + fault.allowed("en")


def test_everything_at_once_is_accepted(tsi):
    more = """
[respondents]
county = "县代码"
context = ["age", "part"]
dispositions = { "完成" = "complete", "拒访" = "refusal" }

[privacy]
drop = ["姓名"]
hash = ["员工号"]
quasi = ["county", "age", "Q1"]
k = 5

[eligibility.adult]
rule = "age>=18 | part=B"
reason = { zh = "未满18周岁", en = "under 18" }

[fieldwork]
start = 2024-05-01

[screening]
speed = 0.3
"""
    text = more + SCALES + item("Q2", more='filter = "Q1>=4 & part!=B"\nsplit = 0.5\nexpected = 0\n')
    tsi.write(SURVEY, tsi.text(SURVEY) + text)
    form = load_edition("tsi", tsi.folder).questionnaires["residents"]
    assert form.screening.speed == 0.3
    assert form.respondents.dispositions == {"完成": "complete", "拒访": "refusal"}


# The README's example.

README = (shipped_root() / "surveys" / "README.md").read_text(encoding="utf-8")


def block(head: str) -> str:
    match = re.search(rf"<!-- {re.escape(head)} -->\n```[a-z]+\n(.*?)```", README, re.DOTALL)
    assert match is not None
    return match[1]


def test_the_readmes_example_runs(tsi, tmp_path: Path, monkeypatch):
    tsi.write(SURVEY, block("answers example: form.toml"))
    form = load_edition("tsi", tsi.folder).questionnaires["residents"]
    (tmp_path / "answers.csv").write_text(block("answers example: answers.csv"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YITIHUA_HASH_KEY", "a key for this test, and no other")
    names: dict[str, object] = {"form": form}
    exec(block("answers code"), names)  # the README's own lines
    np.testing.assert_array_equal(names["scores"], [100, np.nan, np.nan])
    screening, log = names["screening"], names["log"]
    assert screening.flags["repeated_phone"].tolist() == [True, True, False]
    assert screening.flags["ineligible"].tolist() == [False, False, True]
    assert [one.line for one in log.entries] == [4]
    assert len(names["kept"]) == 2
    assert names["answers"].key_id


def test_every_section_of_the_readme_is_chinese_first_in_the_summary():
    """What a Chinese reader must know of privacy stands in the summary."""
    summary = README.split("\n## ")[1]
    for word in ("散列", "剔除", "代码", "[respondents]"):
        assert word in summary
