"""What several commands share: the language to speak, and how a bad call is refused."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from yitihua.errors import FaultList, InputError, refuse

Folder = Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A project folder.")]
EditionName = Annotated[str | None, typer.Option("--edition", "-e", help="A shipped edition; see `yitihua editions`.")]
DataFile = Annotated[str | None, typer.Option("--data", help="A CSV file or the name of a dataset.")]
Period = Annotated[str | None, typer.Option("--period", help="Which period of the data.")]
Date = Annotated[str | None, typer.Option("--date", help="Day as of which dated values are taken (YYYY-MM-DD).")]
Weights = Annotated[
    str | None, typer.Option("--weights", help="A weight set of the index file, or a method: entropy, critic, ...")
]
AllowCode = Annotated[
    bool, typer.Option("--allow-code", help="Let the index file name functions of your own (pkg.mod:fn).")
]
Cities = Annotated[bool, typer.Option("--cities", help="Add cities, ranked apart: measures are summed, then scored.")]
BarometerData = Annotated[
    str | None, typer.Option("--barometer", metavar="DATA", help="Data of several periods; none. Default: these.")
]
#: What options take for nothing.
NONE = ("none", "无")
Out = Annotated[Path | None, typer.Option("-o", "--out", help="Folder for results.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Lang = Annotated[str | None, typer.Option("--lang", help="zh or en. Default: YITIHUA_LANG, else the locale.")]
Top = Annotated[int, typer.Option("--top", min=0, help="Units printed a level; 0 for all.")]

#: The language a command settled on, so that faults raised later are told in the same.
spoken: list[str] = []


def language(stated: str | None, directory: Path | None = None) -> str:
    """Return "zh" or "en": the option, YITIHUA_LANG, the project's own, or the locale; a folder of results has none."""
    chosen = _language(stated, directory)
    spoken[:] = [chosen]
    return chosen


def language_of(arguments: list[str]) -> str:
    """Return the language where a command failed before it settled on one: --lang zh, --lang=zh."""
    parts = [part for word in arguments for part in (word.split("=", 1) if word.startswith("--lang=") else [word])]
    stated = next((parts[i + 1] for i, word in enumerate(parts[:-1]) if word == "--lang"), None)
    try:
        return _language(stated, None)
    except InputError:
        return "en"


def _language(stated: str | None, directory: Path | None) -> str:
    chosen = stated or os.environ.get("YITIHUA_LANG")
    if chosen is None and directory is not None and not (directory / "run.json").is_file():
        from yitihua.definitions.project import project_settings

        chosen = project_settings(directory).lang
    if chosen is None:
        locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
        return "zh" if locale.lower().startswith("zh") else "en"
    if chosen not in ("zh", "en"):
        raise refuse("bad-choice", key="--lang", found=chosen, options=["zh", "en"])
    return chosen


def say(lang: str, zh: str, en: str) -> str:
    """Return the text in one language."""
    return zh if lang == "zh" else en


def bad_call(zh: str, en: str, allowed: str) -> InputError:
    """Return the error of a call whose options do not fit together."""
    return refuse("bad-call", problem_zh=zh, problem_en=en, allowed_zh=allowed, allowed_en=allowed)


def tracked(items: list[Any], what: str) -> Iterable[Any]:
    """Return the items, with a progress bar where somebody is looking."""
    if not sys.stderr.isatty() or len(items) < 2:
        return items
    from rich.console import Console
    from rich.progress import track

    tracker: Callable[..., Iterable[Any]] = track
    return tracker(items, description=what, console=Console(stderr=True), transient=True)


#: What a command has opened and `main` closes.
until_end = ExitStack()


def allowed_code(allowed: bool) -> None:
    """Let functions of the user's own run until the command ends, where its option says so."""
    if allowed:
        from yitihua.definitions.own_code import allow_code

        until_end.enter_context(allow_code())


def pairs(words: str, option: str, faults: FaultList) -> dict[str, str]:
    """Return name -> text of ``A=0.3,B=0.2``; what stands behind the first sign of equality is the text.

    A name that is there twice is a fault; commas may be Chinese ones, and nothing between two of them is nothing.

    Examples
    --------
    >>> pairs("A = 0.1:0.4，B=gap 50%,", "--assume", FaultList())
    {'A': '0.1:0.4', 'B': 'gap 50%'}
    """
    found: dict[str, str] = {}
    for part in words.replace("，", ",").split(","):
        name, _, text = (word.strip() for word in part.partition("="))
        if name in found:
            faults.add("stated-twice", key=option, name=name, found=[found[name], text])
        if name or text:
            found[name] = text
    return found
