"""What every source does by itself, and which choices have no effect at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yitihua.analysis.stages import marked
from yitihua.analysis.uncertainty.combos import STAGES, Combo, Failure
from yitihua.analysis.uncertainty.counts import ranks_of
from yitihua.analysis.uncertainty.engine import Engine
from yitihua.analysis.uncertainty.mix import Mix
from yitihua.index.grade import rounded
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

#: Replicates that tell what a source does by itself.
PROBES = 128


def effects(board: Scoreboard, mix: Mix, seed: int) -> pd.DataFrame:
    """Return one row a source, and one a rival method: all else stays as published.

    Returns
    -------
    DataFrame
        source, rival (the method, or ""), replicates, largest_change (of a score; NaN where scores are on
        another scale), unscored (units that lose or gain their score in some replicate, by coverage),
        mean_shift (of ranks, absolute, in places), reason (why it cannot be scored, or ""). What has no
        effect has 0 in all three.
    """
    import pandas as pd

    rows = []
    for source in mix.sources:
        if source not in STAGES:
            engine = Engine.of(board, mix.only(source), seed)
            scores = engine.probe(PROBES)
            rows.append({"source": source, "rival": "", **_moved(board, scores, True), "reason": ""})
            continue
        engine = Engine.of(board, mix.only(source), seed)
        offered = getattr(mix, source)
        found = {one.choices[STAGES.index(source)]: one for one in engine.combos}
        for rival in offered:
            own = found.get(rival)
            if isinstance(own, Failure):
                nothing = {"replicates": 0, "largest_change": np.nan, "unscored": 0, "mean_shift": np.nan}
                rows.append({"source": source, "rival": rival, **nothing, "reason": own.reason[1]})
                continue
            # A rival that is the published choice itself is not among the combinations.
            scores = board.total[None] if own is None else own.tree.totals(1, {})
            on_scale = own is None or (isinstance(own, Combo) and own.on_scale)
            rows.append({"source": source, "rival": rival, **_moved(board, scores, on_scale), "reason": ""})
    return marked(pd.DataFrame(rows), board, "en")


def _moved(board: Scoreboard, scores: Floats, on_scale: bool) -> dict[str, float]:
    """Return how far scores and ranks are from the published ones."""
    own = rounded(scores, board.recipe.score_decimals)
    change = np.abs(own - board.rounded_scores)
    flips = np.isnan(own) != np.isnan(board.rounded_scores)
    shifts = []
    for rows in board.level_rows.values():
        ranks = ranks_of(own[:, rows], board.recipe.score_decimals).astype(float)
        there = (ranks > 0) & np.isfinite(board.rank[rows])
        shifts.append(np.abs(ranks - board.rank[rows])[there])
    every = np.concatenate(shifts)
    largest = float(np.nanmax(change, initial=0.0))
    # Below the digits that are published a change is none.
    return {
        "replicates": len(scores),
        "largest_change": largest if on_scale or largest == 0 else np.nan,
        "unscored": int(flips.any(axis=0).sum()),
        "mean_shift": float(every.mean()) if every.size else np.nan,
    }
