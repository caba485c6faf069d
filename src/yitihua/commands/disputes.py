"""Commands for a dispute: what changed between two runs, and from whom to learn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.index.scoreboard import Scoreboard


def unit_words(
    words: list[str], edition: str | None, lang: str | None, command: str
) -> tuple[Path | None, list[str], str]:
    """Take apart [DIR] UNIT [INDICATOR]; return the folder, the other words and the language."""
    from yitihua.commands.options import bad_call, language

    parts = list(words)
    directory = None if edition is not None else Path(parts.pop(0))
    chosen = language(lang, directory)
    if not 1 <= len(parts) <= 2:
        raise bad_call(
            f"需要单位和（可选）指标，给了{len(parts)}个词",
            f"a unit and perhaps an indicator are needed, {len(parts)} words given",
            f"{command} DIR UNIT [INDICATOR] | {command} --edition NAME UNIT [INDICATOR]",
        )
    return directory, parts, chosen


def print_diff(old: Path, new: Path, unit: str | None, json: bool, lang: str) -> None:
    """Print what changed between two folders of results and why units moved."""
    from yitihua.analysis.diff import diff
    from yitihua.index.run import read_run
    from yitihua.publish import terminal
    from yitihua.publish.diff_text import diff_dict, diff_text

    found = diff(read_run(old), read_run(new))
    if unit is not None:
        found.unit_code(unit)  # refuses an unknown unit even where nothing differs
    if json:
        terminal.print_json(diff_dict(found, unit, lang))
    else:
        print(diff_text(found, lang, unit))


def print_exemplars(
    board: Scoreboard, unit: str, indicator: str | None, k: int, traits: str | None, json: bool, lang: str
) -> None:
    """Print from which comparable units one can learn."""
    from yitihua.analysis.exemplars import exemplars, traits_from
    from yitihua.publish import terminal
    from yitihua.publish.exemplar_text import exemplar_dict, exemplar_text

    chosen = None if traits is None else traits_from(_trait_frame(traits))
    found = exemplars(board, unit, indicator, k, traits=chosen)
    if json:
        terminal.print_json(exemplar_dict(found, lang))
    else:
        print(exemplar_text(found, lang))


def print_audit(board: Scoreboard, out: Path | None, json: bool, lang: str) -> None:
    """Print the audit, or write it to a file."""
    from yitihua.analysis.audit.audit import audit
    from yitihua.errors import refuse
    from yitihua.publish import terminal
    from yitihua.publish.atomic import replace_files
    from yitihua.publish.audit_text import audit_dict, audit_document

    if out is not None and out.suffix.lower() not in (".md", ".json"):
        raise refuse("bad-choice", key="--out", found=out.name, options=["*.md", "*.json"])
    found = audit(board)
    if out is not None:
        as_json = json or out.suffix.lower() == ".json"
        text = terminal.json_text(audit_dict(found, lang)) if as_json else audit_document(found, lang)
        replace_files({out: (text.rstrip("\n") + "\n").encode()})
        counts = found.counts
        print(
            f"已写入{out}：通过{counts['pass']}项，关注{counts['concern']}项，说明{counts['note']}项。"
            if lang == "zh"
            else f"Written to {out}: {counts['pass']} pass, {counts['concern']} concerns, {counts['note']} notes."
        )
    elif json:
        terminal.print_json(audit_dict(found, lang))
    else:
        terminal.print_markdown(audit_document(found, lang))


def print_hygiene(
    directory: Path | None, edition: str | None, data: str | None, period: str | None, out: Path | None, json: bool,
    lang: str,
) -> None:  # fmt: skip
    """Print what operational data look like, or write it to a file: .csv, .json or .md."""
    from yitihua.commands.boards import inputs_of
    from yitihua.errors import refuse
    from yitihua.indicators.hygiene.report import hygiene
    from yitihua.publish import terminal
    from yitihua.publish.atomic import replace_files
    from yitihua.publish.hygiene_text import hygiene_dict, hygiene_document

    suffix = "" if out is None else out.suffix.lower()
    if out is not None and suffix not in (".csv", ".json", ".md"):
        raise refuse("bad-choice", key="--out", found=out.name, options=["*.csv", "*.json", "*.md"])
    loaded, table = inputs_of(directory, edition, data, period, None)
    found = hygiene(table, loaded)
    text = hygiene_document(found, (loaded.title.zh, loaded.title.en), lang)
    if out is not None:
        if suffix == ".csv":
            content = (
                found.frame(lang)
                .to_csv(index=False, lineterminator="\n")
                .encode("utf-8-sig" if lang == "zh" else "utf-8")
            )
        else:
            content = (terminal.json_text(hygiene_dict(found)) + "\n" if suffix == ".json" else text).encode()
        replace_files({out: content})
        count = len(found.flags)
        print(f"已写入{out}：{count}处线索。" if lang == "zh" else f"Written to {out}: {count} flags.")
    elif json:
        terminal.print_json(hygiene_dict(found))
    else:
        terminal.print_markdown(text)


def _trait_frame(file: str) -> pd.DataFrame:
    """Read a CSV file of traits; a column in which every cell is a number or empty is one of sizes."""
    import pandas as pd

    from yitihua.errors import FaultList
    from yitihua.indicators import cells

    faults = FaultList()
    raw = cells.read_csv(Path(file), file, faults)
    faults.raise_if_any()
    assert raw is not None  # or there was a fault
    data: dict[str, object] = {}
    for place, name in enumerate(raw.columns):
        attempt = FaultList()
        numbers = cells.numbers(raw, name, attempt)
        data[name] = raw.text(name) if place == 0 or attempt else numbers
    return pd.DataFrame(data)
