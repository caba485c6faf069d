"""Commands on certainty: `robust`, how sure a ranking is, and `whatif`, what a change would do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
    bad_call,
    language,
    say,
)

if TYPE_CHECKING:
    from yitihua.analysis.scenario import Scenario
    from yitihua.analysis.sensitivity.result import Sensitivity
    from yitihua.analysis.uncertainty.result import Uncertainty
    from yitihua.analysis.whatif import WhatIf
    from yitihua.definitions.edition import Edition
    from yitihua.index.scoreboard import Scoreboard

#: Exit code of a command that was stopped by Ctrl-C.
STOPPED = 130


def board_at(
    directory: Path | None,
    edition: str | None,
    data: str | None = None,
    period: str | None = None,
    date: str | None = None,
    cities: bool = False,
) -> tuple[Scoreboard, Edition | None]:
    """Return the board of a project, of an edition, or of a folder of results, with its edition if at hand.

    Raises
    ------
    InputError
        If neither is named, or options of data are given beside results, which hold their own.
    """
    from yitihua.commands.boards import board_of
    from yitihua.index.run import read_run

    if edition is None and directory is not None and (directory / "run.json").is_file():
        if given := [name for name, v in (("--data", data), ("--period", period), ("--date", date)) if v is not None]:
            names = ", ".join(given)
            raise bad_call(
                f"结果文件夹自带数据，不能再给{names}",
                f"a folder of results holds its data, so {names} cannot be given",
                "DIR",
            )
        return read_run(directory).board, None
    return board_of(directory, edition, data, period, date, None, cities)


def board_before(
    before: str, directory: Path | None, edition: str | None, data: str | None, date: str | None, cities: bool
) -> Scoreboard:
    """Return the board of the period before: of a folder of results, or of another period of the same data.

    Raises
    ------
    InputError
        If there is no such board, or `directory` is a folder of results and `before` is none.
    """
    if (Path(before) / "run.json").is_file():
        return board_at(Path(before), None)[0]
    if edition is None and directory is not None and (directory / "run.json").is_file():
        raise bad_call(
            f"结果文件夹只有一期，“{before}”不是另一个结果文件夹",
            f"a folder of results holds one period, and '{before}' is no other folder of results",
            "--before RUN",
        )
    return board_at(directory, edition, data, before, date, cities)[0]


def robust(
    directory: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A project or a folder of results.")] = None,
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    replicates: Annotated[int, typer.Option("-n", help="Replicates.")] = 10_000,
    seed: Annotated[
        int, typer.Option("--seed", help="The same seed gives the same numbers on any number of workers.")
    ] = 0,
    level: Annotated[float, typer.Option("--level", help="Of intervals.")] = 0.90,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Workers; -1 for all cores.")] = 1,
    sampling: Annotated[
        bool | None, typer.Option("--sampling/--no-sampling", help="Sampling error of surveys.")
    ] = None,
    measurement: Annotated[
        float | None, typer.Option("--measurement", help="Relative standard deviation of operational data.")
    ] = None,
    imputation: Annotated[
        str | None, typer.Option("--imputation", help="Draw imputed cells: hotdeck, regression.")
    ] = None,
    weights: Annotated[
        str | None, typer.Option("--weights", help="dirichlet, uniform, bounds, none, or names of sets with commas.")
    ] = None,
    treat: Annotated[str | None, typer.Option("--treat", help="Rival treatments, with commas.")] = None,
    normalise: Annotated[str | None, typer.Option("--normalise", help="Rival normalisations, with commas.")] = None,
    aggregate: Annotated[str | None, typer.Option("--aggregate", help="Rival aggregations, with commas.")] = None,
    drop: Annotated[str | None, typer.Option("--drop", help="Leave out one of these, or one of: all.")] = None,
    why: Annotated[
        bool, typer.Option("--why", help="Also which choice ranks depend on, and which moves whom (Sobol' indices).")
    ] = False,
    top: Top = 20,
    cities: Cities = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="File: .csv, .json or .md.")] = None,
    allow_code: AllowCode = False,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Say how sure scores, ranks and grades are. 排名有多可靠."""
    allowed_code(allow_code)
    suffix = suffix_of(out, (".csv", ".json", ".md"))
    if why and suffix == ".csv":
        raise bad_call("--why的结果不是一张表", "what --why finds is no single table", "--why -o FILE.md | FILE.json")
    chosen = language(lang, directory)
    with _told_when_stopped(chosen, replicates):
        board, loaded = board_at(directory, edition, data, period, date, cities)
        stated = {
            "sampling": sampling,
            "measurement": measurement,
            "imputation": imputation,
            "treat": parts_of(treat),
            "normalise": parts_of(normalise),
            "aggregate": parts_of(aggregate),
            "drop": _drop(drop),
            "weights": _weight_mix(board, loaded, weights),
        }
        sources = {name: value for name, value in stated.items() if value is not None}
        with _progress(chosen) as progress:
            found = board.uncertainty(replicates, seed, level, jobs, progress, **sources)
        reasons = board.sensitivity(seed=seed, level=level, n_jobs=jobs, **sources) if why else None
        _show_certainty(found, reasons, chosen, top, out, suffix, json)


def suffix_of(out: Path | None, allowed: tuple[str, ...]) -> str:
    """Return how the name of a file ends, which says what is written; "" without a file.

    Raises
    ------
    InputError
        If nothing is written to such a file.
    """
    from yitihua.errors import refuse

    suffix = "" if out is None else out.suffix.lower()
    if out is not None and suffix not in allowed:
        raise refuse("bad-choice", key="--out", found=out.name, options=[f"*{one}" for one in allowed])
    return suffix


def parts_of(words: str | None) -> list[str] | None:
    """Return the parts of a list with commas, Chinese ones too; None where none is given.

    Examples
    --------
    >>> parts_of("A01，A02, B")
    ['A01', 'A02', 'B']
    """
    return None if words is None else [word.strip() for word in words.replace("，", ",").split(",") if word.strip()]


def _drop(words: str | None) -> bool | list[str] | None:
    return True if words == "all" else parts_of(words)


def _weight_mix(board: Scoreboard, edition: Edition | None, words: str | None) -> Any:
    """Return how weights are varied: a kind by name, or the weight sets that are named."""
    from yitihua.analysis.uncertainty.mix import KINDS
    from yitihua.analysis.weight_sets import named_weights

    if words is None:
        return None
    if words == "none":
        return False
    if words in KINDS and words not in ("sets", "experts"):
        return words
    return {"kind": "sets", "sets": {name: named_weights(board, name, edition) for name in parts_of(words) or ()}}


def _show_certainty(
    found: Uncertainty, reasons: Sensitivity | None, lang: str, top: int, out: Path | None, suffix: str, json: bool
) -> None:
    from yitihua.publish import terminal
    from yitihua.publish.atomic import replace_files
    from yitihua.publish.certainty_text import certainty_dict, certainty_document, certainty_rows, effect_rows
    from yitihua.publish.sensitivity_text import sensitivity_dict, sensitivity_document

    def whole() -> dict[str, Any]:
        return certainty_dict(found, lang) | (
            {} if reasons is None else {"sensitivity": sensitivity_dict(reasons, lang)}
        )

    if out is not None:
        if suffix == ".csv":
            encoding = "utf-8-sig" if lang == "zh" else "utf-8"
            content = found.table(lang).to_csv(index=False, lineterminator="\n").encode(encoding)
        elif suffix == ".json":
            content = (terminal.json_text(whole()) + "\n").encode()
        else:
            parts = [certainty_document(found, lang)]
            parts += [] if reasons is None else [sensitivity_document(reasons, lang)]
            content = ("\n".join(part.rstrip("\n") + "\n" for part in parts)).encode()
        replace_files({out: content})
        print(say(lang, f"已写入{out}：{found.n}次试算。", f"Written to {out}: {found.n} replicates."))
    elif json:
        terminal.print_json(whole())
    else:
        terminal.print_lines(found.notes(lang))
        for level, rows, more in certainty_rows(found, lang, top or None):
            terminal.print_rows(rows, f"[{level}]", more, lang)
        alone = say(lang, "各来源单独的作用", "What every source does by itself")
        terminal.print_rows(effect_rows(found, lang), alone, 0, lang)
        if reasons is not None:
            _show_reasons(reasons, lang, top)


def _show_reasons(found: Sensitivity, lang: str, top: int) -> None:
    from yitihua.publish import terminal
    from yitihua.publish.sensitivity_text import mover_rows, sensitivity_rows, source_rows

    print()
    terminal.print_lines(found.notes(lang))
    terminal.print_rows(source_rows(found, lang), say(lang, "排名取决于什么", "What ranks depend on"), 0, lang)
    rows, more = sensitivity_rows(found, lang, min(top or 10, 10))
    terminal.print_rows(rows, say(lang, "各因素", "Factors"), more, lang)
    for level, rows, more in mover_rows(found, lang, top or None):
        title = say(lang, f"[{level}] 影响最大的因素", f"[{level}] which choice moves whom")
        terminal.print_rows(rows, title, more, lang)


@contextmanager
def _told_when_stopped(lang: str, n: int) -> Iterator[None]:
    """Say on Ctrl-C how many replicates were done, and that nothing was written."""
    try:
        yield
    except KeyboardInterrupt as stopped:
        done = getattr(stopped, "done", 0)
        zh, en = f"已中断：完成了{n}次试算中的{done}次", f"Stopped: {done} of {n} replicates were done"
        print(say(lang, f"{zh}，没有写出任何文件。", f"{en}; nothing was written."), file=sys.stderr)
        raise typer.Exit(STOPPED) from None


@contextmanager
def _progress(lang: str) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function that moves a progress bar, where somebody is looking."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say(lang, "试算", "replicates"), total=None)
        yield lambda done, n: bar.update(task, completed=done, total=n)


def whatif(
    directory: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A project or a folder of results.")] = None,
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    weights: Annotated[
        str | None, typer.Option("--weights", help="FILE.toml, A=0.3,B=0.2 or the name of a set; the rest is shared.")
    ] = None,
    normalise: Annotated[str | None, typer.Option("--normalise", help="Another normalisation.")] = None,
    aggregate: Annotated[str | None, typer.Option("--aggregate", help="Another aggregation.")] = None,
    drop: Annotated[str | None, typer.Option("--drop", help="Indicators and nodes to leave out, with commas.")] = None,
    values: Annotated[Path | None, typer.Option("--values", help="CSV: unit, indicator, value.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Show one unit.")] = None,
    top: Top = 20,
    cities: Cities = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="File: .csv or .json.")] = None,
    allow_code: AllowCode = False,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Say what other weights, methods or values would do to the ranking. 假如改变权重、方法或数值."""
    from yitihua.commands.small_tables import small_table
    from yitihua.commands.weights_file import stated_weights
    from yitihua.publish import terminal
    from yitihua.publish.whatif_text import whatif_lines, whatif_tables

    allowed_code(allow_code)
    suffix = suffix_of(out, (".csv", ".json"))
    chosen = language(lang, directory)
    board, loaded = board_at(directory, edition, data, period, date, cities)
    code = None if unit is None else board.table.units[board.table.row_of(unit)]
    found = board.whatif(
        weights=None if weights is None else stated_weights(board, weights),
        normalise=normalise,
        aggregate=aggregate,
        drop=parts_of(drop),
        values=None if values is None else small_table(values, ("unit", "indicator"), ("value",)),
        edition=loaded,
    )
    if out is not None:
        frames_out(found, list(board.level_rows), out, suffix, chosen)
    elif json:
        terminal.print_json(found.to_dict(chosen))
    else:
        terminal.print_lines(whatif_lines(found, chosen))
        for title, rows, more in whatif_tables(found, chosen, top or None, code):
            terminal.print_rows(rows, title, more, chosen)


def frames_out(found: WhatIf | Scenario, levels: list[str], out: Path, suffix: str, lang: str) -> None:
    """Write a comparison to a file: a row a unit as CSV, or all of it as JSON."""
    from yitihua.publish import terminal
    from yitihua.publish.atomic import replace_files

    if suffix == ".csv":
        import pandas as pd

        whole = pd.concat([found.table(lang, level) for level in levels], ignore_index=True)
        content = whole.to_csv(index=False, lineterminator="\n").encode("utf-8-sig" if lang == "zh" else "utf-8")
    else:
        content = (terminal.json_text(found.to_dict(lang)) + "\n").encode()
    replace_files({out: content})
    print(say(lang, f"已写入{out}。", f"Written to {out}."))
