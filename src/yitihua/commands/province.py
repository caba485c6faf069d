"""A year's submissions on the command line: `collect`, and the part of `check` that looks at them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from yitihua.commands.options import say, tracked
from yitihua.errors import InputError, refuse

if TYPE_CHECKING:
    from yitihua.indicators.collecting import Asked, Collected, Line
    from yitihua.indicators.submissions import Submission

SUBMISSIONS = "submissions"
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


def refuse_if_nothing_came(directory: Path) -> None:
    """Say that there is no submission, where the data to check would have been made of them."""
    from yitihua.indicators.collecting import ACCEPTED

    if (directory / SUBMISSIONS).is_dir() and not is_collected(directory):
        raise refuse("no-submissions", file=str(directory / SUBMISSIONS), options=ACCEPTED)


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
            print("\n".join(report_lines(outcome.lines, asked, lang, written=False)))
            zh = "未写入任何文件：请改正以下问题后重新汇总；或加--keep-going，只汇总没有问题的报送。"
            en = "Nothing was written: correct the faults below and collect again; or leave them out with --keep-going."
            print(say(lang, zh, en), flush=True)
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
    print(
        say(lang, "下一步：", "Next: ") + f"yitihua score {directory}{_data_option(directory, data / 'collected.csv')}"
    )


def _data_option(directory: Path, collected: Path) -> str:
    """Return the option that scores what was collected, where project.toml names other data."""
    from yitihua.definitions.project import load_project

    stated = load_project(directory).data
    return "" if stated is not None and Path(stated) == collected else f" --data {collected}"


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
        return tracked(paths, say(lang, "读取报送文件", "submissions"))

    submissions = read_submissions(folder, asked, directory, track)
    return asked, submissions, collate(submissions, asked, newest)
