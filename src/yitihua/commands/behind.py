"""What `explain` adds for measures that were counted: the records behind them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yitihua.index.explain import Explanation
    from yitihua.index.scoreboard import Scoreboard


def with_records(
    found: Explanation, board: Scoreboard, directory: Path | None, data: str | None, records: Path | None, lang: str
) -> Explanation:
    """Return an explanation that goes down to counts, and with a folder of records to the ids of their rows.

    Raises
    ------
    InputError
        If the records cannot be read.
    """
    from yitihua.commands.records import asked_for, tracker
    from yitihua.definitions.passport import find_passport
    from yitihua.definitions.project import is_project, load_project
    from yitihua.indicators.records.measuring import rows_behind
    from yitihua.indicators.records.periods import Period
    from yitihua.publish.records_files import COUNTED, read_account
    from yitihua.publish.records_text import counted_steps

    measures = board.table.formula_measures.get(found.code, ())
    period = board.table.period
    if not measures or period is None:
        return found
    stated = data or (load_project(directory).data if directory is not None and is_project(directory) else None)
    passport = None if stated is None else find_passport(stated, directory)
    said = read_account(passport.with_name(COUNTED) if passport else Path(stated)) if stated is not None else None
    behind = {}
    if records is not None:
        asked = asked_for(records, None)
        for measure in measures:
            if measure in asked.book.counts:
                track = tracker(lang)
                behind[measure] = rows_behind(asked, measure, found.unit, Period.of(period), track=track)
    place = str(records or directory or "DIR")
    steps = counted_steps(measures, said or {}, found.unit, period, place, behind)
    return replace(found, steps=(*found.steps, *steps)) if steps else found
