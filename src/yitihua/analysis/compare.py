"""Compare units on the indicators they share, within their level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from yitihua.index.scoreboard import Scoreboard

if TYPE_CHECKING:
    import pandas as pd


def compare(board: Scoreboard, units: Sequence[str] | None = None, lang: str = "en") -> pd.DataFrame:
    """Compare units of the same level on every indicator that at least two of them have.

    A board may be too thin to score anybody and still allow this: it needs no total.

    Parameters
    ----------
    board : Scoreboard
        Any board, scored or partial.
    units : sequence of str, optional
        Codes or names; default: all.
    lang : {"en", "zh"}
        Language of names.

    Returns
    -------
    DataFrame
        level, indicator, indicator_name, unit, name, reference, value, measure_unit, points,
        gap_to_best (points, 0 for the best), gap_to_reference (points; NaN where the reference
        unit has no value at that level), flags.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("zhejiang-2022", "zhejiang-2022-published")
    >>> table = compare(board, ["嘉善县", "萧山区"])
    >>> table["indicator"].unique().tolist()
    ['A02', 'A04', 'A05', 'A08']
    """
    import pandas as pd

    table, recipe = board.table, board.recipe
    rows = range(len(table.units)) if units is None else [table.row_of(unit) for unit in units]
    which = 0 if lang == "zh" else 1
    records = []
    for level in dict.fromkeys(table.levels[row] for row in rows):
        members = [row for row in rows if table.levels[row] == level]
        for j, rule in enumerate(recipe.indicators):
            shared = [row for row in members if np.isfinite(board.normalised[row, j])]
            if len(shared) < 2:
                continue
            points = board.normalised[shared, j]
            reference = [p for row, p in zip(shared, points, strict=True) if table.units[row] == recipe.reference_unit]
            for row, own in sorted(zip(shared, points, strict=True), key=lambda pair: (-pair[1], pair[0])):
                unit = table.units[row]
                records.append(
                    {
                        "level": level,
                        "indicator": rule.code,
                        "indicator_name": rule.name[which],
                        "unit": unit,
                        "name": table.name_of(row, lang),
                        "reference": unit == recipe.reference_unit,
                        "value": float(table.values[row, table.indicators.index(rule.code)]),
                        "measure_unit": rule.unit[which],
                        "points": float(own),
                        "gap_to_best": float(own - points.max()),
                        "gap_to_reference": float(own - reference[0]) if reference else np.nan,
                        "flags": "; ".join(remark[which] for remark in table.flags.get((unit, rule.code), ())),
                    }
                )
    columns = ["level", "indicator", "indicator_name", "unit", "name", "reference", "value", "measure_unit",
               "points", "gap_to_best", "gap_to_reference", "flags"]  # fmt: skip
    frame = pd.DataFrame(records, columns=columns)
    frame.attrs = {"simulated": table.simulated or recipe.simulated, "notice": recipe.notice[which]}
    return frame
