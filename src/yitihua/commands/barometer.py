"""The command `barometer`: progress and activity as signs, and what the next sign needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yitihua.commands.options import (
    AllowCode,
    DataFile,
    Date,
    EditionName,
    Json,
    Lang,
    Top,
    allowed_code,
    language,
    say,
)

if TYPE_CHECKING:
    from yitihua.analysis.barometer.barometer import Barometer


def barometer(
    directory: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A project folder.")] = None,
    edition: EditionName = None,
    data: DataFile = None,
    date: Date = None,
    periods: Annotated[
        str | None, typer.Option("--periods", help="Which to show, with commas; default: all. Others are their past.")
    ] = None,
    surveys: Annotated[
        str | None, typer.Option("--surveys", help="Data whose survey estimates stand in, as the years for quarters.")
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="One unit: its periods, and what is next.")] = None,
    draws: Annotated[int, typer.Option("-n", help="Draws behind intervals and probabilities.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same draws.")] = 0,
    level: Annotated[float, typer.Option("--level", help="Of intervals.")] = 0.95,
    top: Top = 20,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="File: .csv or .json, all periods shown.")] = None,
    allow_code: AllowCode = False,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Read progress and activity as weather signs, and say what the next sign needs. 晴雨表：进展、活跃与反馈."""
    from yitihua.analysis.barometer.making import barometer_of, tables_of
    from yitihua.commands.boards import source_of
    from yitihua.commands.certainty import parts_of, suffix_of
    from yitihua.publish import terminal

    allowed_code(allow_code)
    suffix, chosen = suffix_of(out, (".csv", ".json")), language(lang, directory)
    loaded, source, _ = source_of(directory, edition, data, None, date)
    tables, lenders = tables_of(loaded, source, surveys)
    found = barometer_of(tables, loaded, parts_of(periods), n=draws, seed=seed, level=level, lenders=lenders)
    if unit is not None:
        found.row_of(unit)  # refused before anything is written
    if out is not None:
        _write(found, unit, out, suffix, chosen)
    elif json:
        terminal.print_json(found.to_dict(chosen) if unit is None else found.unit(unit).to_dict(chosen))
    elif unit is None:
        _print_all(found, top, chosen)
    else:
        _print_unit(found, unit, chosen)


def _write(found: Barometer, unit: str | None, out: Path, suffix: str, lang: str) -> None:
    from yitihua.publish import terminal
    from yitihua.publish.atomic import replace_files

    one = None if unit is None else found.unit(unit)
    if suffix == ".csv":
        frame = (found if one is None else one).frame(lang)
        frame["rule"] = found.rule[0 if lang == "zh" else 1]
        content = frame.to_csv(index=False, lineterminator="\n").encode("utf-8-sig" if lang == "zh" else "utf-8")
    else:
        plain = found.to_dict(lang) if one is None else one.to_dict(lang)
        content = (terminal.json_text(plain) + "\n").encode()
    replace_files({out: content})
    print(say(lang, f"已写入{out}。", f"Written to {out}."))


def _print_all(found: Barometer, top: int, lang: str) -> None:
    from yitihua.definitions.levels import level_word
    from yitihua.publish import terminal
    from yitihua.publish.barometer_text import barometer_lines, barometer_rows

    terminal.print_lines(barometer_lines(found, lang))
    levels = list(dict.fromkeys(found.last.table.levels))
    for level in levels:
        rows = barometer_rows(found, lang, level)
        shown = rows if not top else rows[: top + 1]
        terminal.print_rows(shown, f"[{level_word(level, lang)}]", len(rows) - len(shown), lang)


def _print_unit(found: Barometer, unit: str, lang: str) -> None:
    from yitihua.publish import terminal
    from yitihua.publish.barometer_text import feedback_lines, grade_lines, unit_lines, unit_rows

    one = found.unit(unit)
    terminal.print_lines(unit_lines(one, lang))
    terminal.print_rows(unit_rows(one, lang), "", 0, lang)
    feedback = one.feedback()
    terminal.print_lines(feedback_lines(feedback, lang))
    lines, rows = grade_lines(feedback, lang)
    terminal.print_lines(lines)
    if rows:
        terminal.print_rows(rows, "", 0, lang)
