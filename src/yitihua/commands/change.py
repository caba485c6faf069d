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
    bad_call,
    language,
)
from yitihua.errors import InputError

if TYPE_CHECKING:
    from yitihua.analysis.distribution.of_periods import Convergence
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
    draws: Annotated[int | None, typer.Option("--draws", min=100, help="Of the errors; default: 2000.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    units_of: Annotated[
        str | None, typer.Option("--units-of", help="Day or period in whose units all periods are told.")
    ] = None,
    unit_changes: Annotated[
        str | None, typer.Option("--unit-changes", help="Another table of changed units, or none.")
    ] = None,
    transitions: Annotated[
        bool, typer.Option("--transitions", help="Moves between grades over all periods, and convergence.")
    ] = False,
    scheme: Annotated[str | None, typer.Option("--scheme", help="Of the moves: a grade scheme, such as abc.")] = None,
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
    _check(unit, out, scheme, transitions)
    panel = panel_of(
        directory, edition, data, date, fitted=fitted, units_of=units_of, weights=weights, unit_changes=unit_changes
    )
    if transitions:
        chosen_panel = _between(panel, old, new)
        _print_transitions(chosen_panel, scheme, errors, (draws, seed), json, chosen)
        return
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
    if unit in found.units and len(rows := unit_change_rows(found, unit, chosen)) > 1:
        terminal.print_rows(rows, "", 0, chosen)


def panel_of(
    directory: Path | None, edition: str | None, data: str | None, date: str | None, *,
    fitted: str, units_of: str | None, **changes: str | None,
) -> Panel:  # fmt: skip
    """Return the panel of all periods of the data that a command is about; changes that are None are not made."""
    from yitihua.api import panel
    from yitihua.commands.boards import source_of

    loaded, source, _ = source_of(directory, edition, data, None, date)
    stated = {name: value for name, value in changes.items() if value is not None}
    return panel(loaded, source, fitted=fitted, units_of=units_of, **stated)


def _check(unit: str | None, out: Path | None, scheme: str | None, transitions: bool) -> None:
    """Refuse options that would do nothing."""
    if not transitions and scheme is not None:
        raise bad_call(
            "--scheme只用于--transitions", "--scheme is for --transitions alone", "--transitions --scheme NAME"
        )
    given = [name for name, value in (("--unit", unit), ("--out", out)) if value is not None]
    if transitions and given:
        names = ", ".join(given)
        raise bad_call(
            f"--transitions不能与{names}同用",
            f"--transitions does not go with {names}",
            "--transitions [--scheme NAME]",
        )


def _between(panel: Panel, old: str | None, new: str | None) -> Panel:
    """Return the panel from one period to another."""
    from dataclasses import replace

    from yitihua.errors import refuse

    places = [0, len(panel.periods) - 1]
    for k, (key, one) in enumerate((("--from", old), ("--to", new))):
        if one is not None:
            if one not in panel.periods:
                raise refuse("unknown-period", key=key, name=one, options=panel.periods)
            places[k] = panel.periods.index(one)
    kept = panel.periods[places[0] : places[1] + 1]
    return replace(panel, boards={period: panel.boards[period] for period in kept})


def _print_transitions(
    panel: Panel, scheme: str | None, errors: str, how: tuple[int | None, int], json: bool, lang: str
) -> None:
    from yitihua.publish import terminal
    from yitihua.publish.change_text import panel_notices
    from yitihua.publish.transition_text import (
        convergence_lines,
        transition_lines,
        transition_rows,
        transitions_dict,
    )

    found = panel.transitions(scheme, errors=errors, draws=how[0], seed=how[1])
    spread, why = _convergence(panel)
    which = 0 if lang == "zh" else 1
    if json:
        terminal.print_json(transitions_dict(found, spread, lang))
        return
    boards = list(panel.boards.values())
    terminal.print_lines(panel_notices(boards, panel.periods, lang))
    terminal.print_lines([f"{found.periods[0]} – {found.periods[-1]}", found.said[which]])
    title = found.rule.title[which]
    terminal.print_rows(
        transition_rows(found, lang), f"{title}：等级转移" if lang == "zh" else f"{title}: moves", 0, lang
    )
    lines = [*transition_lines(found, lang), *(note[which] for note in found.notes)]
    lines += [why[which]] if spread is None else convergence_lines(spread, lang)
    terminal.print_lines(lines)


def _convergence(panel: Panel) -> tuple[Convergence | None, tuple[str, str]]:
    """Return whether scores converge, or why that is not told."""
    if panel.fitted == "each":
        return None, (
            "各期参数不同，得分不可跨期比较，不算收敛",
            "periods stand on different recipes: convergence is not told",
        )
    try:
        return panel.convergence(), ("", "")
    except InputError as error:
        fault = error.faults[0]
        return None, (f"收敛不能计算：{fault.problem('zh')}", f"convergence is not told: {fault.problem('en')}")
