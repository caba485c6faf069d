"""The command `change`: what moved scores between two periods, and what of it is beyond the surveys' noise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yitihua.commands.options import (
    AllowCode,
    DataFile,
    Date,
    EditionName,
    Folder,
    Json,
    Lang,
    Out,
    Top,
    Weights,
    allowed_code,
    language,
)

if TYPE_CHECKING:
    from yitihua.index.panel import Panel


def change(
    directory: Folder = None,
    edition: EditionName = None,
    data: DataFile = None,
    old: Annotated[str | None, typer.Option("--from", help="The earlier period; default: the first.")] = None,
    new: Annotated[str | None, typer.Option("--to", help="The later period; default: the last.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="One unit, indicator by indicator.")] = None,
    fitted: Annotated[
        str, typer.Option("--fitted", help="One recipe fitted to 'all' periods, to 'each', or to one that is named.")
    ] = "all",
    errors: Annotated[
        str, typer.Option("--errors", help="Where a period states no errors: the other's (same), or none (known).")
    ] = "same",
    adjust: Annotated[str, typer.Option("--adjust", help="For many tests: holm, bh or none.")] = "holm",
    draws: Annotated[int, typer.Option("--draws", min=100, help="Draws of the surveys' errors.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    date: Date = None,
    weights: Weights = None,
    allow_code: AllowCode = False,
    top: Top = 20,
    out: Out = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Explain the change between two periods: exact parts, ranks, and what is beyond noise. 两期变动及其原因."""
    from yitihua.publish import terminal
    from yitihua.publish.change_text import (
        change_dict,
        change_files,
        change_lines,
        change_rows,
        unit_change_lines,
        unit_change_rows,
    )

    allowed_code(allow_code)
    chosen = language(lang, directory)
    panel = panel_of(directory, edition, data, fitted, date, weights)
    found = panel.change(old, new, errors=errors, adjust=adjust, draws=draws, seed=seed)
    if unit is not None:
        unit = found.diff.unit_code(unit)
    if out is not None:
        from yitihua.publish.atomic import new_folder

        new_folder(out, change_files(found, chosen).items())
    if json:
        terminal.print_json(change_dict(found, chosen, unit))
        return
    terminal.print_lines(change_lines(found, chosen))
    if unit is None:
        rows, more = change_rows(found, chosen, top or None)
        terminal.print_rows(rows, "", more, chosen)
        return
    terminal.print_lines(unit_change_lines(found, unit, chosen))
    if unit in found.units:
        terminal.print_rows(unit_change_rows(found, unit, chosen), "", 0, chosen)


def panel_of(
    directory: Path | None, edition: str | None, data: str | None, fitted: str, date: str | None, weights: str | None
) -> Panel:
    """Return the panel of all periods of the data that a command is about."""
    from yitihua.api import panel
    from yitihua.commands.boards import source_of

    loaded, source, _ = source_of(directory, edition, data, None, date)
    return panel(loaded, source, fitted=fitted, **({} if weights is None else {"weights": weights}))
