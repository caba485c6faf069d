"""The folder READMEs are the reference: their examples run, every key is in them, links lead somewhere."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel

import yitihua as yt
from yitihua.definitions.barometer_models import (
    ActivityMeasure,
    ActivityRule,
    BarometerSpec,
    ComponentWeights,
    ProgressRule,
    QuadrantCuts,
    QuadrantRule,
    QuadrantWords,
    SignRule,
    SignWeights,
)
from yitihua.definitions.framework_models import (
    Checklist,
    ChecklistPoint,
    Code,
    CountQuery,
    EditionInfo,
    Formula,
    FrameworkFile,
    Goalposts,
    Indicator,
    Measure,
    Node,
    SurveySource,
    View,
)
from yitihua.definitions.index_models import (
    AggregateRule,
    AggregateSpec,
    CoverageSpec,
    GradeScheme,
    ImputeRule,
    ImputeSpec,
    IndexSpec,
    NormaliseRule,
    NormaliseSpec,
    TreatRule,
    TreatSpec,
    WeightSet,
    WeightSpec,
)
from yitihua.definitions.passport import Column, CovarianceInfo, DatasetInfo, FileInfo, Passport, PlantedFault
from yitihua.definitions.project import ProjectFile
from yitihua.definitions.reference import methods_text
from yitihua.definitions.resolver import shipped_root
from yitihua.definitions.schemas import MODELS, schema_text
from yitihua.definitions.skeleton import FILES, skeleton_text
from yitihua.definitions.survey_models import (
    Eligibility,
    Fieldwork,
    Item,
    Option,
    Privacy,
    QuestionnaireFile,
    QuestionnaireInfo,
    Respondents,
    Scale,
    ScreeningRules,
)
from yitihua.definitions.survey_plan_models import DesignRules, SurveyRule, WeightingStep
from yitihua.definitions.text import Text
from yitihua.publish.survey_files import dataset_files

ROOT = shipped_root()
FOLDERS = ("index", "indicators", "surveys", "data")
TEXTS = {folder: (ROOT / folder / "README.md").read_text(encoding="utf-8") for folder in FOLDERS}

_COMMENT = r"<!-- (?P<kind>[a-z ]+?)(?:: (?P<file>\S+))? -->\n"
_BLOCK = re.compile(_COMMENT + r"```[a-z]+\n(?P<text>.*?)```", re.DOTALL)


def blocks(kind: str) -> dict[str, str]:
    """File -> text of the blocks of a kind, over all four READMEs."""
    found: dict[str, str] = {}
    for text in TEXTS.values():
        for match in _BLOCK.finditer(text):
            if match["kind"] == kind:
                name = match["file"] or ""
                assert name not in found, f"{kind} {name} stands twice"
                found[name] = match["text"]
    return found


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def towns(folder: Path) -> Path:
    """Write the examples as the READMEs show them, as the project `towns`."""
    examples = blocks("example")
    write(folder, {FILES[file].replace("NAME", "towns"): text for file, text in examples.items()})
    project = folder / "project.toml"
    project.write_text(examples["project.toml"].replace("NAME", "towns"), encoding="utf-8")
    return folder


# (a) and (b): the examples.


def test_every_skeleton_file_is_shown() -> None:
    assert set(blocks("example")) == set(FILES)


@pytest.mark.parametrize("file", FILES)
def test_example_is_the_skeleton(file: str) -> None:
    assert blocks("example")[file] == skeleton_text(file)


def test_examples_score(tmp_path: Path) -> None:
    board = yt.evaluate(towns(tmp_path))
    assert board.recipe.edition == "towns"
    assert board.recipe.grades[0].code == "stars"
    scored = board.scores.dropna(subset=["score"])
    assert list(scored["unit"]) == ["T3", "T1", "T5", "T2", "T6"]
    assert board.scores.loc[5, "note"] == "not scored: coverage too low (quality Quality 50% < 67%)"


def test_second_example_scores(tmp_path: Path) -> None:
    write(towns(tmp_path), blocks("variant"))
    (tmp_path / "project.toml").write_text(
        'edition = "mine"\ndata = "data/mine.csv"\nperiod = "2024"\n', encoding="utf-8"
    )
    board = yt.evaluate(tmp_path)
    assert set(board.recipe.codes) == {
        "waiting",
        "online",
        "satisfaction",
        "complaints_change",
        "windows_density",
    }
    methods = {rule.code: rule.normalise.method for rule in board.recipe.indicators}
    assert methods.pop("online") == "goalposts"
    assert set(methods.values()) == {"minmax"}
    assert {rule.impute for rule in board.recipe.indicators} == {"group_mean"}
    assert {node.code for node in board.recipe.nodes if node.method == "geometric"} == {"TSI", "quality"}
    cells = board.indicators.set_index(["unit", "indicator"])
    assert cells.loc[("T1", "complaints_change"), "raw_value"] == pytest.approx((102 / 120 - 1) * 100)
    assert cells.loc[("T1", "windows_density"), "treated"] == pytest.approx(33 / 41.5)
    assert cells.loc[("T4", "windows_density"), "origin"] == "imputed"
    assert cells.loc[("T4", "windows_density"), "treated"] == pytest.approx(27 / 23)
    assert list(board.scores["thirds"]) == ["high", "middle", "middle", "low"]
    assert board.recipe.indicators[0].goalposts == (5, 60)
    assert yt.load_edition("mine", tmp_path, "2025-06-30").indicators["waiting"].goalposts.upper == 45


def test_long_example_scores(tmp_path: Path) -> None:
    write(towns(tmp_path), blocks("variant"))
    board = yt.evaluate(tmp_path, tmp_path / "data" / "long.csv", period=None)
    assert board.scores["rank"].tolist()[0] == 1
    cells = board.indicators.set_index(["unit", "indicator"])
    assert cells.loc[("T1", "satisfaction"), ["se", "origin"]].tolist() == [2.1, "survey"]
    assert cells.loc[("T1", "spending"), "flags"] == "yearbook 2024"
    assert board.scores.loc[1, "score"] != board.scores.loc[1, "score"]


def test_what_a_base_passes_on(tmp_path: Path) -> None:
    """What index/README.md says of `drop` and weight sets, and of a bare name in place of a table."""
    write(tmp_path, {"indicators/z/f.toml": '[edition]\nextends = "zhejiang-2022"\ndrop = ["A01"]\n'})
    sets = yt.load_edition("z", tmp_path).spec.weights.sets
    assert "A01" not in sets["overlap-halved"].weights
    write(tmp_path, {"index/z.toml": 'weights = "satisfaction-35"\n'})
    spec = yt.load_edition("z", tmp_path).spec
    assert (spec.weights.use, set(spec.weights.sets)) == ("satisfaction-35", set(sets))


# (c): every key.

#: Folder -> heading of the section -> models whose keys it lists.
SECTIONS: dict[str, dict[str, list[type[BaseModel]]]] = {
    "index": {
        "### project.toml": [ProjectFile],
        "### Top level": [IndexSpec],
        "### [impute]": [ImputeSpec, ImputeRule],
        "### [treat]": [TreatSpec, TreatRule],
        "### [normalise]": [NormaliseSpec, NormaliseRule],
        "### [weights]": [WeightSpec, WeightSet],
        "### [aggregate]": [AggregateSpec, AggregateRule],
        "### [coverage]": [CoverageSpec],
        "### [grades.SCHEME]": [GradeScheme],
        "### [barometer]": [BarometerSpec],
        "### [barometer.progress]": [ProgressRule],
        "### [barometer.activity]": [ActivityRule],
        "### [barometer.activity.measures.NAME]": [ActivityMeasure],
        "### [barometer.activity.weights]": [ComponentWeights],
        "### [barometer.quadrant]": [QuadrantRule, QuadrantCuts, QuadrantWords],
        "### [barometer.sign]": [SignRule, SignWeights],
        "### [survey]": [SurveyRule],
    },
    "indicators": {
        "## Keys": [FrameworkFile],
        "### [edition]": [EditionInfo],
        "### [nodes.CODE]": [Node],
        "### [indicators.CODE]": [Indicator],
        "#### goalposts": [Goalposts],
        "#### formula": [Formula],
        "#### survey": [SurveySource],
        "### [measures.CODE]": [Measure],
        "#### count": [CountQuery],
        "### [views.CODE]": [View],
        '### [codes."CODE"]': [Code],
        "### [checklists.CODE]": [Checklist, ChecklistPoint],
    },
    "surveys": {
        "## Keys": [QuestionnaireFile],
        "### [questionnaire]": [QuestionnaireInfo],
        "### [scales.NAME]": [Scale, Option],
        "### [items.CODE]": [Item],
        "### [respondents]": [Respondents],
        "### [privacy]": [Privacy],
        "### [eligibility.NAME]": [Eligibility],
        "### [fieldwork]": [Fieldwork],
        "### [screening]": [ScreeningRules],
        "### [design]": [DesignRules],
        "### [[weighting]]": [WeightingStep],
    },
    "data": {
        "## A dataset with a passport": [Passport],
        "### [dataset]": [DatasetInfo],
        "### [file]": [FileInfo],
        "### [columns]": [Column],
        "### [covariance]": [CovarianceInfo],
        "### [[faults]]": [PlantedFault],
    },
}

CASES = [
    (folder, heading, model)
    for folder, sections in SECTIONS.items()
    for heading, models in sections.items()
    for model in models
]


IDS = [f"{folder}-{model.__name__}" for folder, _, model in CASES]
every_model = pytest.mark.parametrize(("folder", "heading", "model"), CASES, ids=IDS)


def section(folder: str, heading: str) -> str:
    """A section of a README without code blocks, up to the next heading of its rank or above."""
    text = re.sub(r"^```.*?^```$", "", TEXTS[folder], flags=re.DOTALL | re.MULTILINE)
    rank = heading.split(" ")[0]
    starts = [m.start() for m in re.finditer(r"^" + re.escape(heading) + r"(?=[:\s])", text, re.MULTILINE)]
    assert len(starts) == 1, f"{folder}/README.md: {heading} stands {len(starts)} times"
    rest = text[starts[0] + len(heading) :]
    end = re.search(rf"^#{{1,{len(rank)}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def spans(text: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", text))


def rows(text: str) -> dict[str, str]:
    """Key in the first cell of a table row -> the row."""
    found = {}
    for line in re.findall(r"^\| *(`.*)$", text, re.MULTILINE):
        for key in spans(line.split("|")[0]):
            found.setdefault(key, "")
            found[key] += line
    return found


def nested(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The model and all models below it."""
    yield model
    for field in model.model_fields.values():
        for kind in _leaves(field.annotation):
            if isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not Text:
                yield from nested(kind)


def _leaves(annotation: Any) -> Iterator[Any]:
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Literal or not arguments:
        yield annotation
    else:
        for argument in arguments:
            yield from _leaves(argument)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_model_has_a_section(folder: str) -> None:
    listed = {model for models in SECTIONS[folder].values() for model in models} - {ProjectFile}
    assert set(nested(MODELS[folder])) == listed


METHODS = (ROOT / "index" / "METHODS.md").read_text(encoding="utf-8")


def explained(folder: str, heading: str) -> str:
    """A section of a README; for a stage of methods, with its part of the reference made from them."""
    stage = {"### [weights]": "## [weights.sets.NAME]"}.get(heading, heading.removeprefix("#"))
    found = re.search(re.escape(stage) + r"\n.*?(?=^## |\Z)", METHODS, re.MULTILINE | re.DOTALL)
    return section(folder, heading) + (found[0] if folder == "index" and found else "")


def test_reference_of_methods_is_up_to_date() -> None:
    assert methods_text() == METHODS


@every_model
def test_every_key_is_in_the_readme(folder: str, heading: str, model: type[BaseModel]) -> None:
    text = explained(folder, heading)
    if model in (FrameworkFile, QuestionnaireFile, Passport):
        # Their keys are the sections themselves.
        missing = [key for key in model.model_fields if not re.search(rf"^### \[{{1,2}}{key}\b", text, re.MULTILINE)]
    else:
        missing = [key for key in model.model_fields if key not in rows(text)]
    assert not missing


@every_model
def test_every_choice_is_in_the_readme(folder: str, heading: str, model: type[BaseModel]) -> None:
    text = explained(folder, heading)
    said = {word.strip('"') for word in spans(text)}
    for name, field in model.model_fields.items():
        choices = [c for kind in _leaves(field.annotation) for c in typing.get_args(kind)]
        assert not set(choices) - said, f"{model.__name__}.{name}"


def test_readmes_list_no_key_that_is_not_there() -> None:
    for folder, sections in SECTIONS.items():
        for heading, models in sections.items():
            if heading in ("## Keys", "## A dataset with a passport"):
                continue
            text = re.split(r"^####+ ", section(folder, heading), flags=re.MULTILINE)[0]
            tables = re.findall(r"^\| Key \|.*?(?=^$)", text, re.MULTILINE | re.DOTALL)
            known = {key for model in models for key in model.model_fields}
            assert tables, heading
            assert set(rows("\n".join(tables))) <= known, heading


# (d): the passport.


def test_passport_example(tmp_path: Path) -> None:
    (text,) = blocks("passport example").values()
    made = Passport.model_validate(tomllib.loads(text))
    files = {"passport.toml": text, made.file.name: blocks("example")["data/data.csv"]}
    write(towns(tmp_path), {f"data/towns-2024/{name}": content for name, content in files.items()})
    board = yt.evaluate(tmp_path, "towns-2024")
    plain = yt.evaluate(tmp_path)
    assert board.scores["score"].equals(plain.scores["score"])
    assert board.table.simulated
    assert board.table.notices == (("示例：数据为虚构。", "An example: the data are made up."),)
    assert board.indicators["se"].count() == 6


# (d'): the code in surveys/README.md.


def test_survey_code_runs() -> None:
    names: dict[str, Any] = {}
    exec(blocks("survey code")[""], names)  # the README's own lines
    found = names["found"]
    assert found.indicators == ("E01", "E02", "E03", "E09", "E04", "E05", "E06", "E08")
    table = found.frame()
    said = rows(section("surveys", "## From answers to estimates"))
    assert not set(table.columns) - set(said) - {"county", "indicator", "method"}
    exec(blocks("engine code")[""], names)
    ours = names["fielded"]["citizens"]
    assert names["found"].value.shape == (90, 1)
    assert ours.rates.rr2 == pytest.approx(0.658, abs=0.001)


def test_front_page_code_runs(tmp_path: Path) -> None:
    front = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")}
    (text,) = (match["text"] for match in _BLOCK.finditer(front["README.md"]) if match["kind"] == "survey example")
    names: dict[str, Any] = {}
    exec(text, names)
    assert names["found"].covariance.units == names["found"].counties
    # Both pages show the same calls.
    calls = [line.split("#")[0].rstrip() for line in text.splitlines()]
    assert not [line for line in calls if line not in front["README.zh.md"]]
    # The lines of the ranking are what is printed.
    files = dataset_files(names["found"], names["sources"].edition, {})
    (tmp_path / "data" / "survey-estimates").mkdir(parents=True)
    for name, content in files.items():
        (tmp_path / "data" / "survey-estimates" / name).write_bytes(content)
    settings = 'edition = "zhejiang-2022"\ndata = "zhejiang-2022-simulated"\nperiod = "2022"\n'
    (tmp_path / "project.toml").write_text(settings, encoding="utf-8")
    printed = [line.split() for line in repr(yt.evaluate(tmp_path)).splitlines()]
    for page, count in (("README.md", 9), ("README.zh.md", 8)):
        lines = [line.split() for line in front[page].splitlines() if "★" in line]
        assert len(lines) == 3
        for line in lines:
            assert any(
                line[0] == other[:1][0] and line[-count + 1 :] == other[-count + 1 :] for other in printed if other
            )


# (e): the schemas.


def _plain(value: Any) -> Any:
    """Dates as JSON has them."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


@pytest.mark.parametrize("folder", FOLDERS)
def test_schema_is_up_to_date(folder: str) -> None:
    assert (ROOT / folder / "schema.json").read_text(encoding="utf-8") == schema_text(folder)


@pytest.mark.parametrize("folder", FOLDERS)
def test_shipped_files_are_valid(folder: str) -> None:
    schema = json.loads((ROOT / folder / "schema.json").read_text(encoding="utf-8"))
    check = jsonschema.Draft202012Validator(schema)
    # Types of records have a format of their own: tests/records.
    paths = sorted(path for path in (ROOT / folder).rglob("*.toml") if path.parent.name != "records")
    assert paths
    for path in paths:
        data = _plain(tomllib.loads(path.read_text("utf-8")))
        faults = [error.message for error in check.iter_errors(data)]
        assert not faults, path


@pytest.mark.parametrize("folder", ["index", "indicators"])
def test_second_example_is_valid(folder: str) -> None:
    schema = json.loads(schema_text(folder))
    found = {name: text for name, text in blocks("variant").items() if name.startswith(f"{folder}/")}
    assert found
    for text in found.values():
        jsonschema.Draft202012Validator(schema).validate(_plain(tomllib.loads(text)))


@pytest.mark.parametrize("folder", FOLDERS)
def test_schema_refuses_an_unknown_key(folder: str) -> None:
    check = jsonschema.Draft202012Validator(json.loads(schema_text(folder)))
    assert any("nonsense" in error.message for error in check.iter_errors({"nonsense": 1}))


# (f): links and form.


@pytest.mark.parametrize("folder", FOLDERS)
def test_links_lead_somewhere(folder: str) -> None:
    text = re.sub(r"^```.*?^```$", "", TEXTS[folder], flags=re.DOTALL | re.MULTILINE)
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert any(link.startswith("../src/yitihua/") for link in links)
    assert "schema.json" in links
    assert not [link for link in links if not (ROOT / folder / link.split("#")[0]).exists()]


@pytest.mark.parametrize("folder", FOLDERS)
def test_chinese_summary_comes_first(folder: str) -> None:
    head = TEXTS[folder].split("\n## ")
    assert head[1].startswith("中文摘要\n")
    assert 5 <= len(re.findall(r"^- ", head[1], re.MULTILINE)) <= 12


def test_every_dataset_is_listed() -> None:
    for path in (ROOT / "data").glob("*/passport.toml"):
        name = path.parent.name
        (line,) = re.findall(rf"^\| \[{re.escape(name)}\].*$", TEXTS["data"], re.MULTILINE)
        simulated = Passport.model_validate(tomllib.loads(path.read_text("utf-8"))).dataset.simulated
        assert ("SIMULATED 模拟" in line) == simulated


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_questions_of_the_front_pages_run(page: str) -> None:
    """Both pages ask the same questions, each in its language, and every line gives an answer."""
    found = [m["text"] for m in _BLOCK.finditer((ROOT / page).read_text("utf-8")) if m["kind"] == "questions example"]
    (text,) = found
    names: dict[str, Any] = {}
    lines = [line.split("  #")[0] for line in text.splitlines() if line]
    exec("\n".join(lines[:3]), names)
    for line in lines[3:]:
        assert eval(line, names) is not None, line
    asked = [line.split("(")[0] for line in lines]
    other = "README.zh.md" if page == "README.md" else "README.md"
    assert all(call in (ROOT / other).read_text("utf-8") for call in asked)
