"""What the command line prints: tables for people, JSON for machines."""

from __future__ import annotations

import json
import math
import os
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from yitihua.errors import Fault
from yitihua.publish.summary import natural_width, summarise

if TYPE_CHECKING:
    from yitihua.index.scoreboard import Scoreboard


def console(*, error: bool = False) -> Console:
    """Return a console; without a terminal it is 80 columns wide unless COLUMNS says otherwise."""
    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else 80
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def print_board(board: Scoreboard, lang: str, top: int | None = 20, methods: bool = True, levels: int = 0) -> None:
    """Print title, notices, ranking and method; `levels` limits how many levels are shown, 0 for all.

    First-level nodes are shown where the ranking fits the width with them.
    """
    out = console()
    summary = summarise(board, lang, top)
    if natural_width(summary) > out.width:
        summary = summarise(board, lang, top, dimensions=False)
    out.print(Text(summary.title, style="bold"))
    for notice in summary.notices:
        out.print(Text(notice, style="yellow"))
    for ranking in summary.rankings[: levels or None]:
        if len(summary.rankings) > 1:
            out.print(Text(f"[{ranking.level}]", style="bold"))
        out.print(_ranking(summary.header, ranking.rows))
        if ranking.more:
            more = f"另有{ranking.more}个未显示" if lang == "zh" else f"{ranking.more} more"
            out.print(Text(more, style="dim"))
    if methods:
        _print_methods(out, summary.methods)


def print_lines(lines: list[str]) -> None:
    """Print lines, wrapped to the width."""
    out = console()
    for line in lines:
        out.print(Text(line))


def print_rows(rows: list[list[str]], title: str, more: int, lang: str) -> None:
    """Print a table whose first row is the header, and how many rows are not shown."""
    out = console()
    out.print(Text(title, style="bold"))
    out.print(_ranking(rows[0], rows[1:]))
    if more:
        out.print(Text(f"另有{more}个未显示" if lang == "zh" else f"{more} more", style="dim"))


def _ranking(header: list[str], rows: list[list[str]]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold", pad_edge=False)
    for column, title in enumerate(header):
        words = column == 1
        numeric = not words and all(_looks_numeric(row[column]) for row in rows)
        table.add_column(Text(title), justify="right" if numeric else "left", no_wrap=not words, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _looks_numeric(cell: str) -> bool:
    return cell == "-" or cell.rstrip("%").replace(".", "").replace("-", "").isdigit()


def _print_methods(out: Console, methods: list[tuple[str, str]]) -> None:
    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(style="dim", overflow="fold")
    for what, how in methods:
        table.add_row(Text(what), Text(how))
    out.print(table)


def print_faults(faults: tuple[Fault, ...], lang: str) -> None:
    """Print faults on the error stream, one block each: place, problem, allowed, mend."""
    out = console(error=True)
    zh = lang == "zh"
    count = len(faults)
    out.print(Text(f"发现{count}处问题" if zh else f"{count} fault{'s' * (count > 1)} found", style="bold red"))
    for number, fault in enumerate(faults, start=1):
        where = "  ".join(part for part in (fault.file, fault.place(lang)) if part)
        out.print(Text(f"{number}. {where}" if where else f"{number}. {fault.problem(lang)}", style="bold"))
        lines = [("问题" if zh else "found", fault.problem(lang))] if where else []
        lines += [
            ("允许" if zh else "allowed", fault.allowed(lang)),
            ("处理" if zh else "mend", fault.mend(lang)),
        ]
        table = Table.grid(padding=(0, 1))
        table.add_column(no_wrap=True, style="dim")
        table.add_column(overflow="fold")
        for label, text in lines:
            if text:
                table.add_row(Text(f"   {label}"), Text(text))
        out.print(table)


def print_markdown(text: str) -> None:
    """Print a document: on a terminal with headings and marks drawn, else wrapped to the width."""
    from rich.markdown import Markdown

    console().print(Markdown(text))


def print_json(value: Any) -> None:
    """Print JSON; NaN becomes null."""
    print(json_text(value))


def json_text(value: Any) -> str:
    """Return JSON; NaN becomes null."""
    return json.dumps(_plain(value), ensure_ascii=False, indent=1)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return None if str(value) == "<NA>" else str(value)
