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


def one_unit(words: list[str], edition: str | None, lang: str | None, command: str) -> tuple[Path | None, str, str]:
    """Take apart [DIR] UNIT; return the folder, the unit and the language."""
    from yitihua.commands.options import bad_call

    directory, parts, chosen = unit_words(words, edition, lang, command)
    if len(parts) != 1:
        raise bad_call(
            f"需要一个单位，给了{len(parts)}个词",
            f"one unit is needed, {len(parts)} words given",
            f"{command} DIR UNIT",
        )
    return directory, parts[0], chosen


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
