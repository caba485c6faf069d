"""How a column lies over the units: what a chart of it draws, and how many decimals its numbers need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from yitihua.indicators.table import Floats
from yitihua.publish.site.context import Site
from yitihua.publish.site.render import Pair

#: Most units that are drawn one by one beneath the bars.
DOTS = 400


def main_level(site: Site) -> str:
    """Return the level with the most units, whose distribution is drawn.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site.build import site_of
    >>> main_level(site_of(yt.evaluate("hdi"), n=100))
    'country'
    """
    rows = site.board.level_rows
    return max(rows, key=lambda level: len(rows[level]))


def decimals_for(values: Floats) -> int:
    """Return how many decimals show a column: about four figures of its larger values, none for whole numbers.

    Examples
    --------
    >>> decimals_for(np.array([3.0, 12.0])), decimals_for(np.array([0.123, 0.9])), decimals_for(np.array([51234.5]))
    (0, 4, 0)
    """
    seen = values[np.isfinite(values)]
    if not seen.size or (seen == np.round(seen)).all():
        return 0
    largest = float(np.abs(seen).max())
    return min(max(3 - math.floor(math.log10(largest)), 0), 6) if largest > 0 else 2


def bars(values: Floats) -> list[tuple[float, float, int]]:
    """Return from, to and count of bars of one width: about the root of the number of values, 5 to 30.

    Examples
    --------
    >>> bars(np.array([0.0, 1.0, 1.0, np.nan]))[0], sum(bar[2] for bar in bars(np.arange(100.0)))
    ((0.0, 0.2, 1), 100)
    """
    seen = values[np.isfinite(values)]
    if not seen.size:
        return []
    if seen.min() == seen.max():
        half = max(abs(float(seen[0])) * 0.05, 0.5)
        return [(float(seen[0]) - half, float(seen[0]) + half, int(seen.size))]
    counts, edges = np.histogram(seen, bins=min(max(math.ceil(math.sqrt(seen.size)), 5), 30))
    ends = [float(f"{edge:.10g}") for edge in edges]
    return [(a, b, int(count)) for a, b, count in zip(ends, ends[1:], counts, strict=False)]


def spread(
    values: Floats, what: Pair, marks: Sequence[tuple[float, Pair]], rows: Sequence[int], order: Sequence[int]
) -> dict[str, Any]:
    """Return what the chart `spread` draws of a column: bars, a dot a unit, marked values.

    Parameters
    ----------
    values : ndarray, shape (units,)
    what : (str, str)
        What the axis shows.
    marks : sequence of (float, (str, str))
        Values that are marked, such as goalposts.
    rows : sequence of int
        Units that are drawn.
    order : sequence of int
        Rows as they stand in the table beside the chart, from which dots take their names.

    Examples
    --------
    >>> found = spread(np.array([3.0, 1.0, np.nan]), ("值", "value"), (), [0, 1], [2, 0, 1])
    >>> found["dots"], found["marks"]
    ([None, 3.0, 1.0], [{'at': 2.0, 'word': ('中位数', 'median')}])
    """
    shown = values[list(rows)]
    shown = shown[np.isfinite(shown)]
    drawn = set(rows)
    dots = [float(values[row]) if row in drawn and np.isfinite(values[row]) else None for row in order]
    median = [(float(np.median(shown)), ("中位数", "median"))] if shown.size else []
    return {
        "bars": bars(shown),
        "dots": dots if shown.size <= DOTS else [],
        "marks": [{"at": at, "word": word} for at, word in (*marks, *median)],
        "what": what,
        "digits": decimals_for(shown),
    }
