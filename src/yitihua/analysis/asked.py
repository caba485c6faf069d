"""What an analysis is asked about, by name: a level, indicators and nodes."""

from __future__ import annotations

from collections.abc import Sequence

from yitihua.analysis.stages import choose
from yitihua.errors import FaultList, InputError
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard


def level_name(board: Scoreboard, level: str | None = None) -> str:
    """Return a level of a board: as asked, or the one with the most units (the first of equals).

    Raises
    ------
    InputError
        If the board has no such level.

    Examples
    --------
    >>> import yitihua as yt
    >>> level_name(yt.evaluate("zhejiang-2022"))
    'county'
    """
    if level is None:
        return max(board.level_rows, key=lambda name: len(board.level_rows[name]))
    choose("level", level, list(board.level_rows))
    return level


def known_codes(recipe: Recipe, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return indicators and nodes by code or name, each once, in the order asked for.

    Raises
    ------
    InputError
        Naming all that are unknown.

    Examples
    --------
    >>> import yitihua as yt
    >>> known_codes(yt.evaluate("hdi").recipe, ["income", "Life expectancy at birth"])
    ('income', 'le')
    """
    faults, found = FaultList(), []
    for name in wanted:
        try:
            found.append(recipe.code_of(name))
        except InputError as error:
            faults.extend(error.faults)
    faults.raise_if_any()
    return tuple(dict.fromkeys(found))
