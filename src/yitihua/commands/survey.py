"""`yitihua survey check|screen|weight|estimate`: from raw answers to estimates with their errors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from yitihua.commands.options import bad_call, language, say, tracked

if TYPE_CHECKING:
    from yitihua.definitions.project import Project
    from yitihua.surveys.fielding import Fielded
    from yitihua.surveys.pipeline import SurveySources

survey = typer.Typer(
    help="Raw answers -> screened -> weighted -> estimates with their errors. 问卷：检查、筛查、加权、估计。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

Folder = Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A project folder.")]
EditionName = Annotated[str | None, typer.Option("--edition", "-e", help="A shipped edition, with its own answers.")]
Files = Annotated[
    list[str] | None,
    typer.Option("--answers", metavar="NAME=FILE", help="Answers to a questionnaire; may be given several times."),
]
Exclude = Annotated[
    str | None, typer.Option("--exclude", help="default: leave out whom the rule of screening proposes; none: nobody.")
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="Secret key for hashes of identifiers. Default: YITIHUA_HASH_KEY, else none kept."),
]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="Folder for tables.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Lang = Annotated[str | None, typer.Option("--lang", help="zh or en.")]


@survey.command()
def check(
    directory: Folder = None, edition: EditionName = None, answers: Files = None, key_file: KeyFile = None,
    json: Json = False, lang: Lang = None,
) -> None:  # fmt: skip
    """Check answers against the codebook: unknown codes, skips, who was asked what. 按编码簿检查答卷."""
    from yitihua.errors import FaultList
    from yitihua.publish import survey_text, terminal
    from yitihua.surveys import pipeline

    words = language(lang, directory)
    sources, _ = _sources(directory, edition, answers, None, key_file)
    found = pipeline.inspect(sources)
    faults = FaultList()
    for one in found.values():
        faults.extend(one.faults)
    if json and not faults:
        terminal.print_json({
            "ok": True,
            "questionnaires": {
                name: {"rows": len(one.answers or ()), "notes": one.codebook.notes(words).to_dict("records")}
                for name, one in found.items()
            },
        })  # fmt: skip
    elif not json:
        survey_text.print_checked(found, words)
    faults.raise_if_any()


@survey.command()
def screen(
    directory: Folder = None, edition: EditionName = None, answers: Files = None, exclude: Exclude = None,
    key_file: KeyFile = None, out: Out = None, json: Json = False, lang: Lang = None,
) -> None:  # fmt: skip
    """Flag careless, repeated and ineligible answers with reasons; nobody is left out unless asked. 筛查答卷."""
    from yitihua.publish import survey_text, terminal

    words = language(lang, directory)
    sources, _ = _sources(directory, edition, answers, exclude, key_file)
    fielded = _fielded(sources, words)
    if out is not None:
        tables = {"screening.csv": {name: one.screening.table(words) for name, one in fielded.items()}}
        logs = {name: one.log.table(words) for name, one in fielded.items() if one.log is not None}
        _write(out, tables | ({"exclusions.csv": logs} if logs else {}), words)
    if json:
        terminal.print_json({name: one.screening.summary(words).to_dict("records") for name, one in fielded.items()})
        return
    survey_text.print_screened(fielded, words)
    _told(out, ["screening.csv", *(["exclusions.csv"] if sources.rule.exclude == "default" else [])], words)


@survey.command()
def weight(
    directory: Folder = None, edition: EditionName = None, answers: Files = None, exclude: Exclude = None,
    key_file: KeyFile = None, out: Out = None, json: Json = False, lang: Lang = None,
) -> None:  # fmt: skip
    """Weight the answers, step by step, each factor kept by respondent. 加权."""
    from yitihua.publish import survey_files, survey_text, terminal

    words = language(lang, directory)
    sources, _ = _sources(directory, edition, answers, exclude, key_file)
    fielded = _fielded(sources, words)
    if out is not None:
        _write(out, {"weights.csv": {name: survey_files.weight_table(one) for name, one in fielded.items()}}, words)
    if json:
        terminal.print_json({name: one.weights.summary.to_dict("records") for name, one in fielded.items()})
        return
    survey_text.print_weighted(fielded, words)
    _told(out, ["weights.csv"], words)


@survey.command()
def estimate(
    directory: Folder = None, edition: EditionName = None, answers: Files = None, exclude: Exclude = None,
    key_file: KeyFile = None, out: Out = None, json: Json = False, lang: Lang = None,
) -> None:  # fmt: skip
    """Estimate the surveyed indicators by county; in a project, as the dataset that is scored. 估计."""
    from yitihua.definitions.project import ESTIMATES
    from yitihua.publish import survey_files, survey_text, terminal
    from yitihua.publish.atomic import replace_files
    from yitihua.publish.folders import write_folder
    from yitihua.surveys import pipeline

    words = language(lang, directory)
    sources, project = _sources(directory, edition, answers, exclude, key_file)
    found = pipeline.estimate(sources, _fielded(sources, words))
    if out is None and project is not None:
        out = project.folder / f"{project.settings.out}-survey"
    records: dict[str, bytes] = {}
    if out is not None:
        records = survey_files.record_files(found, sources.edition, words)
        write_folder(out, records)
    written = []
    if project is not None:
        folder = project.folder / "data" / ESTIMATES
        period = project.settings.period or sources.edition.spec.period
        files = survey_files.dataset_files(found, sources.edition, _names(sources), period)
        replace_files({folder / name: content for name, content in files.items()})
        written.append(f"data/{ESTIMATES}/")
    if json:
        terminal.print_json(
            {"estimates": found.frame(words).to_dict("records"), "out": None if out is None else str(out)}
        )
        return
    survey_text.print_estimated(found, words)
    _told(out, list(records), words)
    if written:
        print(
            say(words, f"已写入 {written[0]}，计分时采用：", f"Written to {written[0]}, which scoring takes: "), end=""
        )
        print(f"yitihua score {directory}")


def _sources(
    directory: Path | None, edition: str | None, answers: list[str] | None, exclude: str | None, key_file: Path | None
) -> tuple[SurveySources, Project | None]:
    from yitihua.definitions.loader import load_edition
    from yitihua.definitions.project import load_project
    from yitihua.errors import InputError, refuse
    from yitihua.surveys.pipeline import SurveySources
    from yitihua.surveys.privacy.keys import read_key

    if exclude not in (None, "none", "default"):
        raise refuse("bad-choice", key="--exclude", found=exclude, options=["none", "default"])
    choice: Literal["none", "default"] | None = exclude  # type: ignore[assignment]
    if directory is None and edition is None:
        raise bad_call("未指明项目文件夹或版本", "no project folder and no edition", "DIR, --edition NAME")
    project = None if directory is None else load_project(directory, edition)
    loaded = load_edition(edition or "") if project is None else load_edition(project.edition, project.folder)
    try:
        key = read_key(key_file)
    except InputError as error:  # which key, never what is in it
        file, option = ("YITIHUA_HASH_KEY", "") if key_file is None else (str(key_file), "--key-file")
        raise InputError([replace(fault, file=file, key=option) for fault in error.faults]) from None
    return SurveySources.of(loaded, project, _pairs(answers or []), choice, key), project


def _pairs(answers: list[str]) -> dict[str, str]:
    found = {}
    for text in answers:
        name, mark, file = text.partition("=")
        if not mark or not name or not file:
            raise bad_call(f"--answers {text} 缺少“=”", f"--answers {text} has no '='", "NAME=FILE")
        found[name] = file
    return found


def _fielded(sources: SurveySources, words: str) -> dict[str, Fielded]:
    from yitihua.surveys.pipeline import field_surveys

    def track(names: Iterable[str], count: int) -> Iterable[str]:
        return tracked(list(names), say(words, "筛查加权", "screening and weighting"))

    return field_surveys(sources, track=track)


def _names(sources: SurveySources) -> dict[str, tuple[str, str]]:
    """Return the counties' names from the edition's list of units, where it has one."""
    from yitihua.indicators.datasets import find_dataset

    listed = sources.edition.spec.units
    dataset = None if listed is None else find_dataset(listed, sources.edition.project)
    if dataset is None:
        return {}
    columns = {column.role: name for name, column in dataset.passport.columns.items()}
    table = dataset.frame
    if not {"unit", "name_zh", "name_en"} <= set(columns):
        return {}
    zh, en = table[columns["name_zh"]], table[columns["name_en"]]
    return {str(code): (str(a), str(b)) for code, a, b in zip(table[columns["unit"]], zh, en, strict=True)}


def _write(out: Path, tables: dict[str, dict[str, Any]], words: str) -> None:
    from yitihua.publish.folders import write_folder
    from yitihua.publish.survey_files import stacked

    mark = "utf-8-sig" if words == "zh" else "utf-8"
    write_folder(
        out,
        {name: stacked(parts).to_csv(index=False, lineterminator="\n").encode(mark) for name, parts in tables.items()},
    )


def _told(out: Path | None, names: list[str], words: str) -> None:
    if out is not None:
        print(say(words, f"已写入 {out}/：", f"Written to {out}/: ") + ", ".join(names))
