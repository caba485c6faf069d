"""Every kind of faulty definition is refused by file, line and key, with the mend, and alone."""

import datetime as dt
import string
from pathlib import Path

import pytest

from conftest import FRAMEWORK, INDEX, SURVEY, check_words
from yitihua.definitions import load_edition
from yitihua.definitions.project import load_project
from yitihua.errors import Fault
from yitihua.messages import MESSAGES, ROOMS

ONLINE = 'parent = "access"\nunit = "%"\n'
ONLINE_VIEWS = 'is asked for from 2024." } }\nviews = { side = "office" }'
ACCESS_PARENT = 'en = "Access" }\nparent = "TSI"'
SPENDING = 'source = "statistical"\n'
NODE_BEFORE = "[nodes.quality]"
END = "# Another grouping of the same indicators."


def case(name, edits, code, key, at, file=None, hint=None):
    """One fault: what is edited, and the code, key, line (that of the text `at`), file and suggestion."""
    edits = [edits] if isinstance(edits, tuple) else edits
    return pytest.param(edits, code, key, at, file or edits[0][0], hint, id=name)


CASES = [
    # Keys
    case("unknown key", (FRAMEWORK, ONLINE, ONLINE + 'evidense = ["x"]\n'), "unknown-key",
         "indicators.online.evidense", "evidense", hint="evidence"),
    case("unknown key that was required", (FRAMEWORK, ONLINE, 'parnet = "access"\nunit = "%"\n'), "unknown-key",
         "indicators.online.parnet", "parnet", hint="parent"),
    case("unknown key that a method needs", (FRAMEWORK, "goalposts = { lower = 5,", "goalpost = { lower = 5,"),
         "unknown-key", "indicators.waiting.goalpost", "goalpost = {", hint="goalposts"),
    case("unknown key in an inline table", (FRAMEWORK, "min_denominator = 30", "min_denominatr = 30"), "unknown-key",
         "indicators.waiting.formula.min_denominatr", "min_denominatr", hint="min_denominator"),
    case("unknown key in the index file", (INDEX, "score_decimals = 9", "score_decimal = 9"), "unknown-key",
         "score_decimal", "score_decimal", hint="score_decimals"),
    case("unknown section", (FRAMEWORK, NODE_BEFORE, "[node.quality]"), "unknown-key",
         "node", "[node.quality]", hint="nodes"),
    case("unknown section of the index file", (INDEX, "[coverage]", "[coverge]"), "unknown-key",
         "coverge", "[coverge]", hint="coverage"),
    case("missing key", (FRAMEWORK, ONLINE, 'parent = "access"\n'), "missing-key",
         "indicators.online.unit", "[indicators.online]"),
    case("missing key in an inline table", (FRAMEWORK, "lower = 5, upper = 60", "upper = 60"), "missing-key",
         "indicators.waiting.goalposts.lower", "upper = 60,"),
    case("indicator without a parent", (FRAMEWORK, ONLINE, 'unit = "%"\n'), "missing-key",
         "indicators.online.parent", "[indicators.online]"),
    case("ratio without denominator", (FRAMEWORK, 'numerator = "online_requests", denominator = "requests"',
         'numerator = "online_requests"'), "missing-key", "indicators.online.formula.denominator",
         'numerator = "online_requests"'),
    # Types and values
    case("text for a number", (FRAMEWORK, "lower = 5,", 'lower = "five",'), "bad-value",
         "indicators.waiting.goalposts.lower", '"five"'),
    case("number for a text", (FRAMEWORK, ONLINE, 'parent = "access"\nunit = 3\n'), "bad-value",
         "indicators.online.unit", "unit = 3"),
    case("number for a parent", (FRAMEWORK, ACCESS_PARENT, 'en = "Access" }\nparent = 3'), "bad-value",
         "nodes.access.parent", "parent = 3"),
    case("array of tables", (FRAMEWORK, "[indicators.spending]", "[[indicators.spending]]"), "bad-value",
         "indicators.spending", "[[indicators.spending]]"),
    case("number for a table", (INDEX, '[grades.abc]\nlabels = ["C", "B", "A"]\ncuts = [60, 80]', "[grades]\nabc = 3"),
         "bad-value", "grades.abc", "abc = 3"),
    case("section that is no table", (FRAMEWORK, "[edition]", "codes = 1\n[edition]"), "bad-value",
         "codes", "codes = 1"),
    case("scale with one end", (INDEX, "scale = [0, 100]", "scale = [100]"), "bad-value", "scale", "scale = [100]"),
    case("scale the wrong way round", (INDEX, "scale = [0, 100]", "scale = [100, 0]"), "bad-scale",
         "scale", "scale = [100, 0]"),
    case("coverage above 1", (INDEX, 'node = "2/3"', "node = 1.5"), "bad-value", "coverage.node", "node = 1.5"),
    case("coverage divided by 0", (INDEX, 'node = "2/3"', 'node = "2/0"'), "bad-value", "coverage.node", '"2/0"'),
    case("negative floor", (INDEX, "floor = 1", "floor = -1"), "bad-value", "aggregate.levels.0.floor", "floor = -1"),
    case("unknown method", (INDEX, 'method = "goalposts"', 'method = "goalpost"'), "bad-choice",
         "normalise.method", '"goalpost"', hint="goalposts"),
    case("unknown method of one indicator",
         (INDEX, '# indicators.spending = "minmax"', 'indicators.spending = "minmx"'),
         "bad-choice", "normalise.indicators.spending.method", '"minmx"', hint="minmax"),
    case("unknown direction", (FRAMEWORK, 'direction = "-"', 'direction = "down"'), "bad-choice",
         "indicators.waiting.direction", '"down"'),
    # Tree
    case("cycle", (FRAMEWORK, NODE_BEFORE,
         '[nodes.a]\nname = "a"\nparent = "b"\n[nodes.b]\nname = "b"\nparent = "a"\n' + NODE_BEFORE),
         "cycle", "nodes.a.parent", 'parent = "b"'),
    case("node that is its own parent", (FRAMEWORK, ACCESS_PARENT, 'en = "Access" }\nparent = "access" #'), "cycle",
         "nodes.access.parent", 'parent = "access" #'),
    case("cycle through the root", (FRAMEWORK, "\n\n[nodes.access]", '\nparent = "quality"#\n\n[nodes.access]'),
         "cycle", "nodes.TSI.parent", 'parent = "quality"#'),
    case("childless node", (FRAMEWORK, NODE_BEFORE, '[nodes.empty]\nname = "e"\nparent = "TSI"\n' + NODE_BEFORE),
         "childless-node", "nodes.empty", "[nodes.empty]"),
    case("missing parent of a node", (FRAMEWORK, ACCESS_PARENT, 'en = "Access" }\nparent = "TSX"'), "unknown-reference",
         "nodes.access.parent", '"TSX"', hint="TSI"),
    case("missing parent of an indicator", (FRAMEWORK, ONLINE, 'parent = "acess"\nunit = "%"\n'), "unknown-reference",
         "indicators.online.parent", '"acess"', hint="access"),
    case("missing parent of an only child", [
         (FRAMEWORK, NODE_BEFORE, '[nodes.digital]\nname = "d"\nparent = "access"\n' + NODE_BEFORE),
         (FRAMEWORK, ONLINE, 'parent = "digitl"\nunit = "%"\n')], "unknown-reference",
         "indicators.online.parent", '"digitl"', hint="digital"),
    case("two roots", (FRAMEWORK, ACCESS_PARENT, 'en = "Access" }'), "not-one-root", "nodes.access", "[nodes.access]"),
    case("no indicators", (FRAMEWORK, FRAMEWORK, FRAMEWORK), "no-indicators", "indicators", None),
    # Codes
    case("indicator with the code of a node", (FRAMEWORK, "[indicators.online]", "[indicators.quality]"),
         "duplicate-code", "indicators.quality", "[indicators.quality]"),
    case("measure with the code of a node", (FRAMEWORK, "[measures.visits]",
         '[measures.access]\nname = "x"\nunit = "x"\n[measures.visits]'), "duplicate-code",
         "measures.access", "[measures.access]"),
    case("reserved code", (FRAMEWORK, "[indicators.online]", "[indicators.score]"), "reserved-code",
         "indicators.score", "[indicators.score]"),
    # Goalposts
    case("goalposts the wrong way round", (FRAMEWORK, "lower = 5, upper = 60", "lower = 60, upper = 5"),
         "goalposts-order", "indicators.waiting.goalposts", "lower = 60, upper = 5"),
    case("goalposts without a logarithm", (FRAMEWORK, "lower = 10, upper = 1000", "lower = 0, upper = 1000"),
         "goalposts-log", "indicators.spending.goalposts", "lower = 0, upper = 1000"),
    case("no goalposts under method goalposts", (FRAMEWORK, "goalposts = { lower = 10, upper = 1000, reason",
         "note = { zh = '', en = '' } #"), "no-goalposts", "indicators.spending", "[indicators.spending]"),
    # Formulas
    case("unknown measure", (FRAMEWORK, 'denominator = "visits"', 'denominator = "visit"'), "unknown-reference",
         "indicators.waiting.formula.denominator", 'denominator = "visit"', hint="visits"),
    case("unknown quality measure", (FRAMEWORK, "min_denominator = 30", 'quality_measures = ["vists"]'),
         "unknown-reference", "indicators.waiting.formula.quality_measures", '"vists"', hint="visits"),
    case("expression that cannot be read", (FRAMEWORK, 'numerator = "waiting_minutes"', 'numerator = "waiting +"'),
         "bad-expression", "indicators.waiting.formula.numerator", '"waiting +"'),
    case("expression with a power", (FRAMEWORK, 'numerator = "waiting_minutes"', 'numerator = "9**9**9"'),
         "bad-expression", "indicators.waiting.formula.numerator", "9**9"),
    case("expression that divides by 0", (FRAMEWORK, 'numerator = "waiting_minutes"', 'numerator = "visits / 0"'),
         "bad-expression", "indicators.waiting.formula.numerator", "visits / 0"),
    case("expression with a huge number", (FRAMEWORK, 'numerator = "waiting_minutes"',
         f'numerator = "visits * 1{"0" * 400}"'), "bad-expression", "indicators.waiting.formula.numerator", "visits *"),
    case("expression too deep to read", (FRAMEWORK, 'numerator = "waiting_minutes"',
         f'numerator = "{"(" * 500}visits{")" * 500}"'), "bad-expression",
         "indicators.waiting.formula.numerator", "((visits"),
    # Weights
    case("negative weight", (INDEX, "access = 40,", "access = -40,"), "negative-weight",
         "weights.sets.quality-first.weights.access", "access = -40"),
    case("negative weight that cancels another", (INDEX, "access = 40,", "access = -60,"), "negative-weight",
         "weights.sets.quality-first.weights.access", "access = -60"),
    case("weights summing to 0", (INDEX, "access = 40, quality = 60", "access = 0, quality = 0"), "zero-weights",
         "weights.sets.quality-first.weights", "access = 0"),
    case("weights of some children", (INDEX, "access = 40, quality = 60", "quality = 60"), "partial-weights",
         "weights.sets.quality-first.weights", "quality = 60"),
    case("weight of nothing", (INDEX, "access = 40,", "acess = 40,"), "unknown-reference",
         "weights.sets.quality-first.weights.acess", "acess = 40", hint="access"),
    case("weight that is not finite", (INDEX, "access = 40,", "access = nan,"), "bad-value",
         "weights.sets.quality-first.weights.access", "access = nan"),
    case("unknown weight set", (INDEX, 'use = "quality-first"', 'use = "quality-frst"'), "unknown-reference",
         "weights.use", "quality-frst", hint="quality-first"),
    # References
    case("unknown view", (FRAMEWORK, ONLINE_VIEWS, ONLINE_VIEWS.replace("side", "sid")), "unknown-reference",
         "indicators.online.views.sid", "sid = ", hint="side"),
    case("unknown group", (FRAMEWORK, ONLINE_VIEWS, ONLINE_VIEWS.replace("office", "ofice")), "unknown-reference",
         "indicators.online.views.side", '"ofice"', hint="office"),
    case("no group in a view", (FRAMEWORK, ONLINE_VIEWS, 'is asked for from 2024." } }'), "no-group-in-view",
         "indicators.online.views", "[indicators.online]"),
    case("unknown questionnaire item", (FRAMEWORK, "residents.Q1", "residents.Q2"), "unknown-reference",
         "indicators.satisfaction.survey.items", "residents.Q2", hint="residents.Q1"),
    case("unknown checklist", (FRAMEWORK, SPENDING, SPENDING + 'checklist = "A10"\n'), "unknown-reference",
         "indicators.spending.checklist", '"A10"'),
    case("unknown code", [(FRAMEWORK, SPENDING, SPENDING + 'code = "S1.1"\n'),
         (FRAMEWORK, END, '[codes."S1.2"]\nlevels = ["x"]\n' + END)], "unknown-reference",
         "indicators.spending.code", '"S1.1"', hint="S1.2"),
    case("unknown indicator in the index file", (INDEX, '# indicators.spending = "minmax"',
         'indicators.spendng = "minmax"'), "unknown-reference", "normalise.indicators.spendng", "spendng",
         hint="spending"),
    case("unknown level", (INDEX, "levels = { 0 =", "levels = { 9 ="), "unknown-reference",
         "aggregate.levels.9", "levels = { 9"),
    case("unknown node in coverage", (INDEX, "index = 1\n", "index = 1\nnodes = { acess = 1 }\n"), "unknown-reference",
         "coverage.nodes.acess", "acess", hint="access"),
    # Questionnaires
    case("unknown scale of an item", (SURVEY, 'scale = "satisfied5"', 'scale = "satisfied"'), "unknown-reference",
         "items.Q1.scale", 'scale = "satisfied"', hint="satisfied5"),
    case("unknown indicator of an item", (SURVEY, 'indicator = "satisfaction"', 'indicator = "satisfacton"'),
         "unknown-reference", "items.Q1.indicator", '"satisfacton"', hint="satisfaction"),
    case("unknown role of an item", (SURVEY, 'role = "indicator"', 'role = "indicatr"'), "bad-choice",
         "items.Q1.role", '"indicatr"', hint="indicator"),
    case("questionnaire that is not TOML", (SURVEY, 'scale = "satisfied5"', "scale = "), "bad-toml", "", "scale = \n"),
    # Grades
    case("cuts that do not rise", (INDEX, "[50, 60, 70, 80]", "[50, 70, 60, 80]"), "cuts-order",
         "grades.stars.cuts", "[50, 70"),
    case("too few cuts", (INDEX, "[50, 60, 70, 80]", "[50, 60, 70]"), "grade-length", "grades.stars.cuts", "[50, 60"),
    case("too few labels", (INDEX, '["C", "B", "A"]', '["C", "A"]'), "grade-length",
         "grades.abc.cuts", "cuts = [60, 80]"),
    case("one label", (INDEX, '["C", "B", "A"]', '["C"]'), "bad-value", "grades.abc.labels", '["C"]'),
    case("labels alike", (INDEX, '["C", "B", "A"]', '["C", "B", "B"]'), "bad-value", "grades.abc.labels", '"B", "B"'),
    case("names for some labels", (INDEX, '["C", "B", "A"]', '["C", "B", "A"]\nnames = ["x"]'), "grade-length",
         "grades.abc.names", "names = "),
    case("fixed grades without cuts", (INDEX, '"A"]\ncuts = [60, 80]', '"A"]'), "needs-key",
         "grades.abc", "[grades.abc]"),
    # Options without effect, or without what they need
    case("floor under the arithmetic mean", (INDEX, 'method = "arithmetic"', 'method = "arithmetic"\nfloor = 2'),
         "no-effect", "aggregate.floor", "floor = 2"),
    case("cuts of quantile grades", (INDEX, '"A"]\ncuts', '"A"]\nmethod = "quantile"\ncuts'), "no-effect",
         "grades.abc.cuts", "cuts = [60, 80]"),
    case("mean without zscore", (INDEX, 'method = "goalposts"', 'method = "goalposts"\nmean = 50'), "no-effect",
         "normalise.mean", "mean = 50"),
    case("group without group_mean", (INDEX, "[impute]", '[impute]\ngroup = "g"'), "no-effect",
         "impute.group", "group = "),
    case("group_mean without group", (INDEX, '[impute]\nmethod = "none"', '[impute]\nmethod = "group_mean"'),
         "needs-key", "impute", "[impute]"),
    case("generalised mean without exponent", (INDEX, 'method = "arithmetic"', 'method = "generalised"'), "needs-key",
         "aggregate", "[aggregate]"),
    case("drop without extends", (FRAMEWORK, "[edition]", '[edition]\ndrop = ["online"]'), "no-effect",
         "edition.drop", "drop = "),
    # Dates
    case("no value yet", (FRAMEWORK, "2020-01-01 = 60, 2024-01-01 = 90", "2025-01-01 = 60, 2026-01-01 = 90"),
         "no-value-yet", "indicators.online.goalposts.upper", "2025-01-01"),
    case("impossible date", (FRAMEWORK, "2020-01-01 = 60", "2020-13-01 = 60"), "bad-date",
         "indicators.online.goalposts.upper", "2020-13-01"),
    case("only an impossible date", (FRAMEWORK, "2020-01-01 = 60, 2024-01-01 = 90", "2024-02-30 = 60"), "bad-date",
         "indicators.online.goalposts.upper", "2024-02-30"),
    case("date in short", (FRAMEWORK, "2020-01-01 = 60", "2020-1-1 = 60"), "bad-date",
         "indicators.online.goalposts.upper", "2020-1-1"),
    case("date of the edition", (FRAMEWORK, "date = 2024-12-31", 'date = "31.12.2024"'), "bad-date",
         "edition.date", "31.12.2024"),
    case("point in time of the edition", (FRAMEWORK, "date = 2024-12-31", "date = 2024-12-31T10:00:00"), "bad-date",
         "edition.date", "T10:00:00"),
    # Extends
    case("extends itself", (INDEX, "scale = [0", 'extends = "tsi"\nscale = [0'), "extends-cycle", "extends", "extends"),
    case("extends in a circle", [("index/other.toml", None, 'extends = "tsi"\n'),
         (INDEX, "scale = [0", 'extends = "other"\nscale = [0')], "extends-cycle", "extends", "extends"),
    case("unknown extends", (INDEX, "scale = [0", 'extends = "asme"\nscale = [0'), "unknown-edition",
         "extends", "extends", hint="asem"),
    case("unknown extends in the framework", (FRAMEWORK, "[edition]", '[edition]\nextends = "zhejiang-2023"'),
         "unknown-edition", "extends", "extends", hint="zhejiang-2022"),
    case("extends that differ", [(INDEX, "scale = [0", 'extends = "hdi"\nscale = [0'),
         (FRAMEWORK, "[edition]", '[edition]\nextends = "asem"')], "extends-differ", "extends", "extends"),
    case("extends that is no name", (INDEX, "scale = [0", "extends = 3\nscale = [0"), "bad-value",
         "extends", "extends"),
    case("drop of nothing", (FRAMEWORK, "[edition]", '[edition]\nextends = "hdi"\ndrop = ["gnpc"]'),
         "unknown-reference", "edition.drop", "drop = ", hint="gnipc"),
    # TOML
    case("TOML without a value", (INDEX, "score_decimals = 9", "score_decimals ="), "bad-toml", "", "score_decimals ="),
    case("TOML with a key twice", (INDEX, "score_decimals = 9", "score_decimals = 9\nscore_decimals = 8"), "bad-toml",
         "", "score_decimals = 8"),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "code", "key", "at", "file", "hint"), CASES)
def test_one_fault(tsi, refused, edits, code, key, at, file, hint):
    for name, old, new in edits:
        if old is None:
            tsi.write(name, new)
        elif old == FRAMEWORK:
            tsi.write(name, '[edition]\ntitle = "x"\n')
        else:
            tsi.edit(name, old, new)
    (fault,) = refused(load_edition, "tsi", tsi.folder)
    assert (fault.code, fault.file, fault.key) == (code, file, key)
    assert fault.line == (tsi.line_of(file, at) if at else None)
    assert fault.details.get("hint", "") == (hint or "")
    if hint:
        assert f"Did you mean '{hint}'?" in fault.mend("en")
        assert hint in fault.mend("zh")


def test_the_skeleton_is_sound(tsi):
    assert len(load_edition("tsi", tsi.folder).indicators) == 4


def test_an_expression_runs_no_code(tsi, refused, tmp_path):
    trace = tmp_path / "ran"
    call = f"__import__('pathlib').Path('{trace}').touch()"
    tsi.edit(FRAMEWORK, 'numerator = "waiting_minutes"', f'numerator = "{call}"')
    (fault,) = refused(load_edition, "tsi", tsi.folder)
    assert (fault.code, fault.key) == ("bad-expression", "indicators.waiting.formula.numerator")
    assert not trace.exists()


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_a_definition_that_is_not_utf8(tsi, refused, encoding):
    tsi.write(FRAMEWORK, '[edition]\ntitle = "指数"\n'.encode(encoding))
    (fault,) = refused(load_edition, "tsi", tsi.folder)
    assert (fault.code, fault.file, fault.line) == ("not-utf8", FRAMEWORK, 2 if encoding == "gbk" else 1)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[measures.visits]\nname = "x"\nunit = "x"\n', "measures.visits"),
        ('[edition]\ntitle = "x"\n', "edition.title"),
    ],
)
def test_one_code_in_two_files(tsi, refused, text, key):
    tsi.write("indicators/tsi/more.toml", text)
    (fault,) = refused(load_edition, "tsi", tsi.folder)
    assert (fault.code, fault.file, fault.key) == ("duplicate-code", "indicators/tsi/more.toml", key)
    first = "[measures.visits]" if "visits" in key else "title = { zh"
    assert f"{FRAMEWORK}:{tsi.line_of(FRAMEWORK, first) if 'visits' in key else 4}" in fault.problem("en")


def test_an_unknown_edition(tsi, refused):
    (fault,) = refused(load_edition, "tsii", tsi.folder)
    assert (fault.code, fault.details["hint"]) == ("unknown-edition", "tsi")
    (fault,) = refused(load_edition, "hdii")
    assert (fault.code, fault.details["hint"]) == ("unknown-edition", "hdi")


def test_a_day_before_every_value(tsi, refused):
    (fault,) = refused(load_edition, "tsi", tsi.folder, "2019-01-01")
    assert (fault.code, fault.key) == ("no-value-yet", "indicators.online.goalposts.upper")
    assert "2019-01-01" in fault.problem("en")
    (fault,) = refused(load_edition, "tsi", tsi.folder, "2019-1-1")
    assert (fault.code, fault.key) == ("bad-date", "date")


@pytest.mark.parametrize("date", [dt.date(2023, 1, 1), dt.datetime(2023, 1, 1, 12), "2023-01-01"])
def test_days_that_are_right(tsi, date):
    assert load_edition("tsi", tsi.folder, date).indicators["online"].goalposts.upper == 60


def test_the_date_of_an_edition_may_be_a_text(tsi):
    tsi.edit(FRAMEWORK, "date = 2024-12-31", 'date = "2023-12-31"')
    edition = load_edition("tsi", tsi.folder)
    assert edition.date == dt.date(2023, 12, 31)
    assert edition.indicators["online"].goalposts.upper == 60


@pytest.mark.parametrize(
    ("text", "code", "key", "line", "hint"),
    [
        ('edition = "tsii"\n', "unknown-edition", "edition", 1, "tsi"),
        ('edition = "tsi"\ndatas = "x.csv"\n', "unknown-key", "datas", 2, "data"),
        ("edition = tsi\n", "bad-toml", "", 1, ""),
        ('edition = "tsi"\nlang = "de"\n', "bad-choice", "lang", 2, ""),
    ],
)
def test_project_toml(tsi, refused, text, code, key, line, hint):
    tsi.write("project.toml", text)
    (fault,) = refused(load_project, tsi.folder)
    assert (fault.code, fault.file, fault.key, fault.line) == (code, "project.toml", key, line)
    assert fault.details.get("hint", "") == hint


def test_faults_of_one_file_and_of_three_come_at_once(tsi, refused):
    tsi.edit(FRAMEWORK, 'direction = "-"', 'direction = "down"')
    tsi.edit(FRAMEWORK, "lower = 10, upper = 1000", "lower = 1000, upper = 10")
    tsi.edit(FRAMEWORK, ONLINE, ONLINE + "goalpost = 1\n")
    tsi.edit(INDEX, 'use = "quality-first"', 'use = "quality"')
    tsi.edit(INDEX, "[50, 60, 70, 80]", "[50, 70, 60, 80]")
    tsi.edit(SURVEY, 'scoring = "linear100"', 'scoring = "linear"')
    faults = refused(load_edition, "tsi", tsi.folder)
    assert sorted((fault.file, fault.code) for fault in faults) == [
        (INDEX, "cuts-order"),
        (INDEX, "unknown-reference"),
        (FRAMEWORK, "bad-choice"),
        (FRAMEWORK, "goalposts-order"),
        (FRAMEWORK, "unknown-key"),
        (SURVEY, "bad-choice"),
    ]


def test_syntax_errors_of_two_files_come_at_once(tsi, refused):
    tsi.edit(FRAMEWORK, 'unit = "%"', "unit = %")
    tsi.edit(INDEX, "score_decimals = 9", "score_decimals =")
    faults = refused(load_edition, "tsi", tsi.folder)
    assert sorted((fault.file, fault.code) for fault in faults) == [
        (INDEX, "bad-toml"),
        (FRAMEWORK, "bad-toml"),
    ]


def test_faults_come_in_the_same_order_every_time(tsi, refused):
    tsi.edit(FRAMEWORK, "[edition]\n", "")
    faults = refused(load_edition, "tsi", tsi.folder)
    assert [fault.key for fault in faults] == ["title", "notice", "date", "edition"]


def test_braces_in_a_file_do_not_upset_the_words(tsi):
    tsi.edit(INDEX, 'use = "quality-first"', 'use = "{name}"')
    with pytest.raises(Exception, match=r"there is no weight set '\{name\}'"):
        load_edition("tsi", tsi.folder)


@pytest.mark.parametrize("code", MESSAGES)
def test_both_languages_say_the_same(code):
    def fields(lang: str) -> set[str]:
        texts = MESSAGES[code][lang].values()
        return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}

    zh, en = fields("zh"), fields("en")
    if code != "bad-call":
        # A detail that is itself told in two languages has a field a language, called zh and en.
        assert zh - {"zh"} == en - {"en"}
        assert ("zh" in zh) == ("en" in en)
        check_words(Fault(code, details=dict.fromkeys(zh | en, "x")))


def test_a_fault_names_the_file_as_the_project_has_it(tsi, refused):
    tsi.edit(INDEX, "scale = [0, 100]", "scale = [1, 0]")
    (fault,) = refused(load_edition, "tsi", str(Path(tsi.folder)))
    assert fault.text("en").startswith("index/tsi.toml: line 3, scale: ")
    assert fault.text("zh").startswith("index/tsi.toml: 第3行，scale：")


def test_a_code_of_a_fault_stands_in_one_room() -> None:
    """Identity: rooms keep their own words; a code that two of them use would take the words of the last."""
    codes = [code for words in ROOMS for code in words]
    assert sorted(code for code in set(codes) if codes.count(code) > 1) == []
