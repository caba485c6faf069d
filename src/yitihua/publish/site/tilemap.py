"""A tile a unit, coloured by a score, where every unit has a place in the grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from yitihua.indicators.table import Floats
from yitihua.publish.colours import MISSING, ink_on, shade
from yitihua.publish.site.context import Site
from yitihua.publish.site.render import number
from yitihua.publish.tiles import known_tiles, short_name


def tile_map(site: Site, rows: Sequence[int], values: Floats, digits: int) -> tuple[list[dict[str, Any]], int]:
    """Return a tile a unit, darker for higher values, and how many columns there are.

    Parameters
    ----------
    site : Site
    rows : sequence of int
        Units to show.
    values : ndarray, shape (units,)
        A value of every unit of the board; NaN has a colour of its own.
    digits : int
        Decimals that are shown.

    Returns
    -------
    tiles : list of dict
        None where a unit has no place in the grid.
    columns : int

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site.build import site_of
    >>> site = site_of(yt.evaluate("zhejiang-2022"), n=100)
    >>> tiles, columns = tile_map(site, range(90), site.board.total, 1)
    >>> len(tiles), columns
    (90, 11)
    """
    grid, units = known_tiles(), site.board.table.units
    if not rows or any(units[row] not in grid for row in rows):
        return [], 0
    seen = values[list(rows)][np.isfinite(values[list(rows)])]
    low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 0.0)
    top, left = (min(grid[units[row]][k] for row in rows) for k in (0, 1))
    found: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda row: grid[units[row]]):
        value = float(values[row])
        share = (value - low) / (high - low) if high > low else 0.5
        colour = MISSING if np.isnan(value) else shade(0.1 + 0.85 * share)
        zh, en = site.names[row]
        shown = number(value, digits)
        found.append({
            "row": grid[units[row]][0] - top + 1, "column": grid[units[row]][1] - left + 1,
            "href": site.files[row], "colour": colour, "ink": ink_on(colour), "score": shown,
            "name": (short_name(zh), short_name(en)), "told": (f"{zh} {shown}", f"{en} {shown}"),
        })  # fmt: skip
    return found, max(tile["column"] for tile in found)
