"""Indicators that say the same, pull against their parent, or hardly count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yitihua.analysis.correlations import correlation_matrix
from yitihua.analysis.importance import importance
from yitihua.analysis.stages import marked, parents_of
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard

if TYPE_CHECKING:
    import pandas as pd

#: |r| from which two indicators are redundant: where COINr flags "high" (R/plot_corr.R, flagthresh).
REDUNDANT = 0.9
#: Effective importance below this part of the nominal weight: hardly counts. A rule of this package.
SILENT = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Redundancy:
    """What the correlations of a board say against its framework.

    Attributes
    ----------
    pairs : DataFrame
        code, other, r, same_parent: ``|r|`` at or above the threshold, the closest first.
    contrary : DataFrame
        code, with (its parent or another node above), r: correlations below 0.
    silent : DataFrame
        code, nominal, share: effective importance far below the nominal weight in the index.
    """

    pairs: pd.DataFrame
    contrary: pd.DataFrame
    silent: pd.DataFrame


def redundancy(
    board: Scoreboard, threshold: float = REDUNDANT, silent: float = SILENT, level: str | None = None
) -> Redundancy:
    """Return redundant pairs of indicators, contrary ones, and those that hardly count.

    Parameters
    ----------
    board : Scoreboard
    threshold : float
        ``|r|`` from which two indicators are redundant, taken at two decimals as COINr does.
    silent : float
        Share of the nominal weight below which effective importance is hardly any.
    level : str, optional
        See `yitihua.analysis.stages.level_rows`.

    Raises
    ------
    InputError
        If a threshold is not between 0 and 1.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = redundancy(yt.evaluate("asem"), threshold=0.85)
    >>> "TBTs" in found.contrary["code"].to_list(), len(found.silent)
    (True, 4)
    """
    import pandas as pd

    for name, value in (("threshold", threshold), ("silent", silent)):
        if not 0 <= value <= 1:
            raise refuse("bad-value", key=name, found=f"{value:g}", reason="a share from 0 to 1")
    recipe = board.recipe
    matrix = correlation_matrix(board, "both", level=level)
    r, codes = matrix.to_numpy(), recipe.codes
    parents = parents_of(recipe)
    place = {code: i for i, code in enumerate(matrix.columns)}
    pairs = [
        {"code": a, "other": b, "r": r[i, j], "same_parent": parents[a] == parents[b]}
        for i, a in enumerate(codes)
        for j, b in enumerate(codes)
        if i < j and abs(np.round(r[i, j], 2)) >= threshold
    ]
    pairs.sort(key=lambda pair: -abs(pair["r"]))
    contrary = []
    for code in codes:
        above = parents[code]
        while above:
            value = r[place[code], place[above]]
            if value < 0:
                contrary.append({"code": code, "with": above, "r": value})
            above = parents.get(above, "")
    found = importance(board, of="indicators", level=level)
    hardly = [
        {"code": code, "nominal": found.nominal[j], "share": found.share[j]}
        for j, code in enumerate(found.codes)
        if found.nominal[j] > 0 and not found.share[j] >= silent * found.nominal[j]
    ]
    frames = [
        marked(pd.DataFrame(rows, columns=columns), board, "en")
        for rows, columns in (
            (pairs, ["code", "other", "r", "same_parent"]),
            (contrary, ["code", "with", "r"]),
            (hardly, ["code", "nominal", "share"]),
        )
    ]
    return Redundancy(*frames)
