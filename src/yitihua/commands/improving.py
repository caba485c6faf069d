"""Commands on indicators: `improve`, the cheapest way to a target, and `scenario`, what assumptions would do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yitihua.commands.certainty import board_at, board_before, parts_of
from yitihua.commands.options import (
    AllowCode,
    Cities,
    DataFile,
    Date,
    EditionName,
    Json,
    Lang,
    Period,
    Top,
    allowed_code,
    language,
    pairs,
)
from yitihua.errors import FaultList

if TYPE_CHECKING:
    import pandas as pd


def improve(
    words_: Annotated[list[str], typer.Argument(metavar="[DIR] UNIT", help="With --edition leave DIR out.")],
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    grade: Annotated[str | None, typer.Option("--grade", help="A grade to reach at least.")] = None,
    rank: Annotated[int | None, typer.Option("--rank", help="A rank to reach at least.")] = None,
    above: Annotated[str | None, typer.Option("--above", help="Another unit, to be ahead of.")] = None,
    scheme: Annotated[str | None, typer.Option("--scheme", help="Of the grade, such as stars.")] = None,
    costs: Annotated[
        Path | None,
        typer.Option("--costs", help="CSV: indicator, cost of one unit of its value, and perhaps limit."),
    ] = None,
    steps: Annotated[Path | None, typer.Option("--steps", help="CSV: indicator, attainable value, cost.")] = None,
    among: Annotated[str | None, typer.Option("--among", help="Indicators and nodes to look at, with commas.")] = None,
    cities: Cities = False,
    allow_code: AllowCode = False,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Say which indicators to improve, and how far, to reach a target most cheaply. 怎样改进指标最省."""
    from yitihua.commands.disputes import one_unit
    from yitihua.publish import terminal
    from yitihua.publish.improve_text import improve_lines, improve_rows

    allowed_code(allow_code)
    directory, unit, chosen = one_unit(words_, edition, lang, "improve")
    board, _ = board_at(directory, edition, data, period, date, cities)
    prices, limits = _costs(costs)
    found = board.improve(
        unit, grade=grade, rank=rank, above=above, scheme=scheme, costs=prices, limits=limits,
        steps=None if steps is None else _steps(steps), among=parts_of(among),
    )  # fmt: skip
    if json:
        terminal.print_json(found.to_dict(chosen))
        return
    terminal.print_lines(improve_lines(found, chosen))
    if not found.reached_already:
        terminal.print_rows(improve_rows(found, chosen), "", 0, chosen)


def _costs(path: Path | None) -> tuple[dict[str, float] | None, dict[str, float] | None]:
    """Return costs and limits by indicator."""
    from yitihua.commands.small_tables import small_table

    if path is None:
        return None, None
    table = small_table(path, ("indicator",), ("cost",), ("limit",))
    _once(path, table["indicator"].tolist())
    costs = dict(zip(table["indicator"], table["cost"].tolist(), strict=True))
    if "limit" not in table:
        return costs, None
    ends = zip(table["indicator"], table["limit"].tolist(), strict=True)
    return costs, {code: end for code, end in ends if end == end}  # an empty cell is no limit


def _once(path: Path, codes: list[str]) -> None:
    faults = FaultList()
    for code in dict.fromkeys(codes):
        if codes.count(code) > 1:
            faults.add("stated-twice", file=str(path), key="indicator", name=code, found=f"{codes.count(code)}")
    faults.raise_if_any()


def _steps(path: Path) -> pd.DataFrame:
    from yitihua.commands.small_tables import small_table

    return small_table(path, ("indicator",), ("value", "cost"))


def scenario(
    directory: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A project or a folder of results.")] = None,
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    assume: Annotated[
        str,
        typer.Option(
            "--assume", help="A02=95,D=gap 50%,E01=+5%/y: =95, +3, +5%, /y for every year, gap or best 50%, trend."
        ),
    ] = "",
    units: Annotated[str | None, typer.Option("--units", help="Of whom, with commas; default: all.")] = None,
    years: Annotated[float, typer.Option("--years", help="For yearly assumptions.")] = 1,
    before: Annotated[
        str | None, typer.Option("--before", help="For a trend: the period one year earlier, or its folder of results.")
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Show one unit.")] = None,
    top: Top = 20,
    cities: Cities = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="File: .csv or .json.")] = None,
    allow_code: AllowCode = False,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Work out a next period from assumptions; no forecast. 改革方向推演：按假设推算，不是预测."""
    from yitihua.commands.certainty import frames_out, suffix_of
    from yitihua.publish import terminal
    from yitihua.publish.improve_text import scenario_lines
    from yitihua.publish.whatif_text import whatif_tables

    allowed_code(allow_code)
    suffix = suffix_of(out, (".csv", ".json"))
    chosen = language(lang, directory)
    board, _ = board_at(directory, edition, data, period, date, cities)
    code = None if unit is None else board.table.units[board.table.row_of(unit)]
    stated = _assumptions(assume)
    earlier = None if before is None else board_before(before, directory, edition, data, date, cities)
    found = board.scenario(stated, parts_of(units), years, earlier)
    if out is not None:
        frames_out(found, list(board.level_rows), out, suffix, chosen)
    elif json:
        terminal.print_json(found.to_dict(chosen))
    else:
        terminal.print_lines(scenario_lines(found, chosen))
        for title, rows, more in whatif_tables(found.whatif, chosen, top or None, code):
            terminal.print_rows(rows, title, more, chosen)


def _assumptions(words: str) -> dict[str, str]:
    """Return code -> assumption of A02=95,D=gap 50%; after the first sign of equality all is the assumption."""
    from yitihua.analysis.scenario import FORMS

    faults = FaultList()
    found = pairs(words, "--assume", faults)
    if not found:
        faults.add("bad-assumption", key="--assume", found="-", options=list(FORMS))
    faults.raise_if_any()
    return found
