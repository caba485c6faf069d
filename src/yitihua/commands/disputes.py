"""Commands for a dispute: what changed between two runs, and from whom to learn."""

from __future__ import annotations

from pathlib import Path


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
        terminal.print_json(diff_dict(found, unit))
    else:
        print(diff_text(found, lang, unit))
