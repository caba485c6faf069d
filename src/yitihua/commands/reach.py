"""`yitihua reach`: the smallest change of weights that lifts a unit."""

from __future__ import annotations

from typing import Annotated

import typer

from yitihua.commands.certainty import board_at
from yitihua.commands.options import (
    AllowCode,
    Cities,
    DataFile,
    Date,
    EditionName,
    Json,
    Lang,
    Period,
    allowed_code,
    pairs,
)
from yitihua.errors import FaultList


def reach(
    words_: Annotated[list[str], typer.Argument(metavar="[DIR] UNIT", help="With --edition leave DIR out.")],
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    grade: Annotated[str | None, typer.Option("--grade", help="A grade to reach at least.")] = None,
    rank: Annotated[int | None, typer.Option("--rank", help="A rank to reach at least.")] = None,
    above: Annotated[str | None, typer.Option("--above", help="Another unit, to be ahead of.")] = None,
    scheme: Annotated[str | None, typer.Option("--scheme", help="Of the grade, such as stars.")] = None,
    node: Annotated[
        str | None, typer.Option("--node", help="Whose children's weights vary; default: the index.")
    ] = None,
    bounds: Annotated[str | None, typer.Option("--bounds", help="A=0.1:0.4,B=0:0.3; others 0 to 1.")] = None,
    share: Annotated[float | None, typer.Option("--share", help="All within this share of their weight.")] = None,
    distance: Annotated[str, typer.Option("--distance", help="sum: weight moved; max: largest change.")] = "sum",
    time_limit: Annotated[
        float, typer.Option("--time-limit", min=0.0, help="Seconds; then the answer has a gap, which is said.")
    ] = 60.0,
    cities: Cities = False,
    allow_code: AllowCode = False,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Say what change of weights would lift a unit, exactly. 至少改变多少权重才能达到."""
    from yitihua.analysis.reach import lift
    from yitihua.commands.disputes import one_unit
    from yitihua.publish import terminal
    from yitihua.publish.reach_text import lift_lines, lift_rows

    allowed_code(allow_code)
    directory, unit, chosen = one_unit(words_, edition, lang, "reach")
    board, _ = board_at(directory, edition, data, period, date, cities)
    found = lift(
        board, unit, grade=grade, rank=rank, above=above, scheme=scheme, node=node,
        bounds=None if bounds is None else _bounds(bounds), share=share, distance=distance,  # type: ignore[arg-type]
        time_limit=time_limit,
    )  # fmt: skip
    if json:
        terminal.print_json(found.to_dict(chosen))
        return
    terminal.print_lines(lift_lines(found, chosen))
    if not found.reached_already:
        terminal.print_rows(lift_rows(found, chosen), "", 0, chosen)


def _bounds(words: str) -> dict[str, tuple[float, float]]:
    faults = FaultList()
    found: dict[str, tuple[float, float]] = {}
    for name, pair in pairs(words, "--bounds", faults).items():
        low, _, high = pair.replace("：", ":").partition(":")
        try:
            found[name] = (float(low), float(high))
        except ValueError:
            faults.add("weight-bounds-pair", key=f"--bounds {name}", found=pair)
    faults.raise_if_any()
    return found
