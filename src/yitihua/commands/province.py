"""A year's submissions on the command line: `init`, `collect`, and the part of `check` that looks at them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yitihua.commands.options import bad_call, say
from yitihua.errors import InputError, refuse, suggest

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition
    from yitihua.indicators.collecting import Asked, Collected, Line
    from yitihua.indicators.registry import Registry, Unit
    from yitihua.indicators.submissions import Submission
    from yitihua.publish.template import Filling

SUBMISSIONS, TEMPLATES = "submissions", "templates"
#: Edition -> the list of units that report, and their old names.
UNITS_OF = {"zhejiang-2022": ("zhejiang-counties", "zhejiang-former-names")}


# init


def start_project(
    directory: Path, edition: str, units: list[str], every: bool, period: str | None, demo: bool, lang: str
) -> None:
    """Write a project folder: project.toml, templates, and with `demo` filled forms of simulated values."""
    from yitihua.definitions import load_edition
    from yitihua.indicators.form import form_of
    from yitihua.indicators.registry import read_registry
    from yitihua.publish.atomic import new_folder

    loaded = load_edition(edition)
    form = form_of(loaded)
    listed, former = UNITS_OF.get(edition, (None, None))
    registry = read_registry(listed, former)
    when = period or loaded.spec.period or _year_in(edition)
    chosen = _chosen(registry, units, every)
    if demo:
        if loaded.spec.dataset is None:
            raise bad_call("该版本没有示例数据", "this edition has no data to make an example of", "init DIR")
        chosen = chosen or list(registry.units.values())
    fillings = _demo(loaded, registry, chosen, when) if demo else _blank(chosen, when)
    files = _project_files(loaded, when, listed, former, chosen if demo else None)

    def written() -> Iterator[tuple[str, bytes]]:
        from yitihua.publish.template import workbook_bytes

        yield from files.items()
        for name, filling in _tracked(list(fillings), say(lang, "写模板", "templates")):
            yield name, workbook_bytes(form, registry, filling)

    new_folder(directory, written())
    _print_started(directory, len(chosen), demo, lang)


def _year_in(edition: str) -> str:
    import re

    if match := re.search(r"(?<!\d)(20\d\d)(?!\d)", edition):
        return match[1]
    raise bad_call("需要说明时期", "say for which period", "init DIR --period 2022")


def _chosen(registry: Registry, words: list[str], every: bool) -> list[Unit]:
    if every:
        return list(registry.units.values())
    found = []
    for word in words:
        unit = registry.units.get(word)
        matches = [unit] if unit is not None else registry.named(word)
        if len(matches) != 1:
            options = [f"{unit.code} {unit.name_zh}" for unit in registry.units.values()]
            codes = {unit.name_zh: unit.code for unit in registry.units.values()}
            near = suggest(word, [*registry.units, *codes])
            raise refuse("unknown-unit", key="--unit", name=word, options=options, hint=codes.get(near, near))
        found += matches
    return list(dict.fromkeys(found))


def _blank(chosen: list[Unit], period: str) -> Iterator[tuple[str, Filling]]:
    from yitihua.publish.template import Filling

    if not chosen:
        yield f"{TEMPLATES}/填报模板_{period}.xlsx", Filling(period=period)
    for unit in chosen:
        name = f"{TEMPLATES}/{unit.code}_{unit.name_zh}_{period}.xlsx"
        yield name, Filling(unit.code, unit.name_zh, period)


def _demo(edition: Edition, registry: Registry, chosen: list[Unit], period: str) -> Iterator[tuple[str, Filling]]:
    """Yield one blank form and a filled one for each unit, of the shipped simulated measures."""
    import datetime as dt

    from yitihua.indicators.demo import demo_measures
    from yitihua.indicators.form import form_of
    from yitihua.publish.template import Filling

    form = form_of(edition)
    yield f"{TEMPLATES}/填报模板_{period}.xlsx", Filling(period=period)
    made = demo_measures(edition, form, period)
    year = int(period) + 1 if period.isdigit() else 2023
    for unit in chosen:
        entries: dict[tuple[str, str], Any] = dict(made.get(unit.code, {}))
        entries[("cover", "person")] = "模拟"
        entries[("cover", "date")] = dt.date(year, 1, 15)
        absent = {code: "未开展" for code in form.fields if (code, "now") not in entries}
        name = f"{SUBMISSIONS}/{unit.code}_{unit.name_zh}_{period}_模拟.xlsx"
        yield name, Filling(unit.code, unit.name_zh, period, entries=entries, reasons=absent, simulated=True)


def _project_files(
    edition: Edition, period: str, listed: str | None, former: str | None, demo: list[Unit] | None
) -> dict[str, bytes]:
    lines = [
        "# 一年的报送：模板发出，收回放入submissions/，再 yitihua check / collect / score 本文件夹。",
        "# A year's submissions: send the templates out, put what comes back into submissions/; check, collect, score.",
        f'edition = "{edition.name}"',
        f'period = "{period}"',
        'data = "data/collected.csv"',
    ]
    if listed:
        lines.append(f'units = "{listed}"')
    if former:
        lines.append(f'former = "{former}"')
    year = int(period) + 1 if period.isdigit() else 2023
    lines.append(f"deadline = {year}-01-31" if demo else f"# deadline = {year}-01-31")
    files: dict[str, bytes] = {}
    survey = _demo_survey(edition, period, {unit.code for unit in demo}) if demo else None
    if survey is not None:
        files["data/survey_simulated_模拟.csv"] = survey
        lines.append('survey = "data/survey_simulated_模拟.csv"')
    else:
        lines.append('# survey = "data/survey.csv"')
    if demo:
        lines.append("simulated = true  # 数值全部为模拟，不得作为任何县的评价结论")
    else:
        files[f"{SUBMISSIONS}/.keep"] = b""
    return {"project.toml": ("\n".join(lines) + "\n").encode("utf-8"), **files}


def _demo_survey(edition: Edition, period: str, chosen: set[str]) -> bytes | None:
    """Return the survey estimates of the shipped simulated dataset, or None where it has none."""
    import numpy as np

    from yitihua.indicators.collecting import csv_bytes
    from yitihua.indicators.reading import read_table

    table = read_table(edition, period=period)
    codes = [c for c, i in edition.indicators.items() if i.formula is None and np.isfinite(table.select([c])).any()]
    if not codes:
        return None
    columns = {code: table.select([code])[:, 0] for code in codes}
    if table.se is not None:
        place = {code: j for j, code in enumerate(table.indicators)}
        columns |= {f"{c}_se": table.se[:, place[c]] for c in codes if np.isfinite(table.se[:, place[c]]).any()}
    rows = [["unit", *columns]]
    for i, unit in enumerate(table.units):
        if unit in chosen:
            rows.append([unit, *("" if np.isnan(column[i]) else f"{column[i]:.10g}" for column in columns.values())])
    return csv_bytes(rows)


def _print_started(directory: Path, count: int, demo: bool, lang: str) -> None:
    if demo:
        zh = f"已写入 {directory}/：{count}份填好的报送，数值全部为模拟。下一步："
        print(say(lang, zh, f"Written to {directory}/: {count} filled submissions, all simulated 模拟. Next:"))
        print(f"  yitihua check {directory}\n  yitihua collect {directory}\n  yitihua score {directory}")
        return
    zh = f"已写入 {directory}/：{TEMPLATES}/中有{max(count, 1)}份模板。收回的文件放入{SUBMISSIONS}/，然后："
    en = f"Written to {directory}/: {max(count, 1)} in {TEMPLATES}/. Put what comes back into {SUBMISSIONS}/, then:"
    print(say(lang, zh, en))
    print(f"  yitihua check {directory} --marked OUT\n  yitihua collect {directory}\n  yitihua score {directory}")


# check and collect


def has_submissions(directory: Path) -> bool:
    """Return whether a project's submissions are to be checked."""
    from yitihua.indicators.collecting import submission_files

    folder = directory / SUBMISSIONS
    return folder.is_dir() and bool(submission_files(folder))


def check_submissions(directory: Path, marked: Path | None, lang: str) -> list[Line]:
    """Check every submission; write marked copies first if asked for.

    Raises
    ------
    InputError
        With every fault of every file.
    """
    asked, submissions, outcome = _read(directory, newest=False, lang=lang)
    if outcome.faults:
        if marked is not None:
            _write_marked(marked, submissions, outcome, asked, lang)
        raise InputError(outcome.faults)
    return outcome.lines


def is_collected(directory: Path) -> bool:
    """Return whether the project's data file is there, so that data can be checked as well."""
    from yitihua.definitions.project import load_project

    data = load_project(directory).data
    return data is None or not Path(data).suffix or Path(data).exists()


def print_checked(directory: Path, lines: list[Line], json: bool, lang: str) -> None:
    """Say that the submissions are sound."""
    sent = sum(line.status != "missing" for line in lines)
    missing = len(lines) - sent
    if json:
        from yitihua.publish import terminal

        terminal.print_json({"ok": True, "faults": [], "submissions": sent, "missing": missing})
        return
    zh = f"{sent}份报送未发现问题，{missing}个单位未报送。下一步：yitihua collect {directory}"
    en = f"No faults in {sent} submissions, {missing} units missing. Next: yitihua collect {directory}"
    print(say(lang, zh, en))


def _write_marked(target: Path, submissions: list[Submission], outcome: Collected, asked: Asked, lang: str) -> None:
    from yitihua.publish.atomic import replace_files
    from yitihua.publish.marked import marked_copies

    across = [fault for fault in outcome.faults if fault.code == "submission-double"]
    copies = dict(marked_copies(submissions, asked.form, asked.registry, asked.period, lang, across))
    replace_files({target / name: content for name, content in copies.items()})
    zh, en = f"已写入{len(copies)}份标注副本：{target}/", f"{len(copies)} marked copies written to {target}/"
    print(say(lang, zh, en), file=sys.stderr)


def collect(directory: Path, newest: bool, keep_going: bool, json: bool, lang: str) -> None:
    """Merge the submissions into data/collected.csv, and report who is missing, late, double or faulty."""
    from yitihua.indicators.collecting import collected_csv, remarks_csv
    from yitihua.publish import terminal
    from yitihua.publish.atomic import replace_files
    from yitihua.publish.collecting_text import report_csv, report_dict, report_lines

    asked, _, outcome = _read(directory, newest, lang)
    left_out = bool(outcome.faults)
    if left_out and not keep_going:
        if not json:
            print("\n".join(report_lines(outcome.lines, asked, lang)))
        raise InputError(outcome.faults)
    if not outcome.kept:
        raise InputError([*outcome.faults, *refuse("nothing-left", file=str(directory / SUBMISSIONS)).faults])
    data = directory / "data"
    written = {
        data / "collected.csv": collected_csv(outcome.kept, asked),
        data / "collect-report.csv": report_csv(outcome.lines, lang),
        data / "collect-remarks.csv": remarks_csv(outcome.kept, asked),
    }
    replace_files(written)
    if json:
        terminal.print_json(report_dict(outcome, asked, lang, [str(path) for path in written]))
        return
    print("\n".join(report_lines(outcome.lines, asked, lang)))
    if left_out:
        terminal.print_faults(tuple(outcome.faults), lang)
        count = Counter(line.status for line in outcome.lines)
        bad = count["faulty"] + count["double"]
        zh = f"--keep-going：有问题的{bad}份报送已排除在汇总之外。"
        print(say(lang, zh, f"--keep-going: {bad} submissions with faults were left out."))
    print(say(lang, f"已写入 {data}/：", f"Written to {data}/: ") + ", ".join(path.name for path in written))
    print(say(lang, "下一步：", "Next: ") + f"yitihua score {directory}")


def _read(directory: Path, newest: bool, lang: str) -> tuple[Asked, list[Submission], Collected]:
    from yitihua.definitions import load_edition
    from yitihua.definitions.project import load_project
    from yitihua.indicators.collecting import ACCEPTED, Asked, collate, read_submissions
    from yitihua.indicators.form import form_of
    from yitihua.indicators.registry import registry_of

    project = load_project(directory)
    settings = project.settings
    edition = load_edition(project.edition, project.folder)
    period = settings.period or edition.spec.period
    if period is None:
        raise refuse("no-submission-period", file="project.toml", key="period")
    form, registry = form_of(edition), registry_of(settings, project.folder)
    asked = Asked(form, registry, period, settings.deadline, settings.simulated)
    folder = directory / SUBMISSIONS
    if not has_submissions(directory):
        raise refuse("no-submissions", file=str(folder), options=ACCEPTED)

    def track(paths: list[Path]) -> Iterable[Path]:
        return _tracked(paths, say(lang, "读取报送文件", "submissions"))

    submissions = read_submissions(folder, asked, directory, track)
    return asked, submissions, collate(submissions, asked, newest)


def _tracked(items: list[Any], what: str) -> Iterable[Any]:
    """Return the items, with a progress bar where somebody is looking."""
    if not sys.stderr.isatty() or len(items) < 2:
        return items
    from rich.console import Console
    from rich.progress import track

    tracker: Callable[..., Iterable[Any]] = track
    return tracker(items, description=what, console=Console(stderr=True), transient=True)
