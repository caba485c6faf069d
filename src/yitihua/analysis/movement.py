"""How units moved between two runs: the tables of a `Diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis.split import UNSPLIT
from yitihua.index.scoreboard import Scoreboard
from yitihua.index.tables import grade_labels, whole_or_na
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.analysis.diff import Diff
    from yitihua.analysis.split import Split


def score_frame(found: Diff, split: Split) -> pd.DataFrame:
    """Return one row a unit of both runs, the largest moves first."""
    import pandas as pd

    old, new = found.old, found.new
    rows_old, rows_new = (_rows(board, found.units) for board in (old, new))
    change = new.total[rows_new] - old.total[rows_old]
    own, others = rank_parts(old, new, rows_old, rows_new)
    data: dict[str, Any] = {
        "unit": list(found.units),
        "name": [new.table.name_of(row) for row in rows_new],
        "level": [new.table.levels[row] for row in rows_new],
        "score_old": old.total[rows_old],
        "score_new": new.total[rows_new],
        "change": change,
        **{block: np.where(np.isnan(change), np.nan, part) for block, part in split.parts.items()},
        "refitted": np.where(np.isnan(change), np.nan, split.refitted.sum(axis=1)),
        "rank_old": whole_or_na(old.rank[rows_old]),
        "rank_new": whole_or_na(new.rank[rows_new]),
        "rank_change": whole_or_na(old.rank[rows_old] - new.rank[rows_new]),
        "rank_own": own,
        "rank_others": others,
    }
    schemes = [rule.code for rule in new.recipe.grades if rule.code in {r.code for r in old.recipe.grades}]
    for scheme in schemes:
        for board, rows, word in ((old, rows_old, "old"), (new, rows_new, "new")):
            labels = grade_labels(board, scheme)
            data[f"{scheme}_{word}"] = pd.array([labels[row] for row in rows], dtype="string")
    frame = pd.DataFrame(data)
    order = np.argsort(-np.nan_to_num(np.abs(change), nan=np.inf), kind="stable")
    return frame.iloc[order].reset_index(drop=True)


def rank_parts(old: Scoreboard, new: Scoreboard, rows_old: list[int], rows_new: list[int]) -> tuple[Floats, Floats]:
    """Return the places gained by a unit's own score, and by the movement of the others.

    A unit's own part is the mean of two answers: its place with its new score among the old
    scores of the others, against its old place; and its new place against the place its old
    score would have among the new scores of the others. The two parts sum to the places gained.

    Returns
    -------
    own, others : ndarray, shape (units,)
        Positive is up; halves occur. NaN where a unit has no rank in one run.
    """
    own = np.full(len(rows_old), np.nan)
    among_old, among_new = _rivals(old), _rivals(new)
    for i, (a, b) in enumerate(zip(rows_old, rows_new, strict=True)):
        before, after = old.rounded_scores[a], new.rounded_scores[b]
        if np.isnan(before) or np.isnan(after):
            continue
        first, second = among_old[old.table.levels[a]], among_new[new.table.levels[b]]
        moved_first = _place(first, before) - _place_instead(first, before, after)
        moved_last = _place_instead(second, after, before) - _place(second, after)
        own[i] = (moved_first + moved_last) / 2
    return own, (old.rank[rows_old] - new.rank[rows_new]) - own


def _rivals(board: Scoreboard) -> dict[str, Floats]:
    """Return the sorted scores of every level."""
    levels = np.array(board.table.levels, dtype=object)
    scored = np.isfinite(board.rounded_scores)
    return {level: np.sort(board.rounded_scores[(levels == level) & scored]) for level in set(board.table.levels)}


def _place(scores: Floats, score: float) -> int:
    return 1 + len(scores) - int(np.searchsorted(scores, score, side="right"))


def _place_instead(scores: Floats, own: float, score: float) -> int:
    """Return the place of a score among the others; `own`, which it replaces, does not count."""
    return _place(scores, score) - int(own > score)


def indicator_frame(found: Diff, split: Split) -> pd.DataFrame:
    """Return the data part by indicator, the largest first."""
    import pandas as pd

    touched = _touched(found, split.columns)
    low, high = found.new.recipe.scale
    least = 1e-13 * (high - low)  # below it is what adding up in another order leaves
    records: list[tuple[str, str, float, float]] = []
    for i, unit in enumerate(found.units):
        whole, lines = split.parts["data"][i], split.lines[i]
        if not np.isfinite(whole):
            continue
        if np.isnan(lines).any():
            records.append((unit, UNSPLIT, float(whole), np.nan))
            continue
        moved = (np.abs(lines) > least) | (np.abs(split.refitted[i]) > least)
        kept = np.flatnonzero(moved if found.is_slow else moved | touched[i]).tolist()
        kept.sort(key=lambda j: -abs(lines[j]))
        records += [(unit, split.columns[j], float(lines[j]), float(split.refitted[i, j])) for j in kept]
    return pd.DataFrame(records, columns=["unit", "indicator", "part", "refitted"])


def _touched(found: Diff, codes: tuple[str, ...]) -> Any:
    """Return which scored values differ, shape (units, codes); what is no indicator of both runs does not."""
    touched = np.zeros((len(found.units), len(codes)), dtype=bool)
    plans = [board.recipe.plan.column for board in (found.old, found.new)]
    for j, code in enumerate(codes):
        if all(code in plan for plan in plans):
            before, after = (
                board.denominated[_rows(board, found.units), plan[code]]
                for board, plan in zip((found.old, found.new), plans, strict=True)
            )
            touched[:, j] = (before != after) & ~(np.isnan(before) & np.isnan(after))
    return touched


def _rows(board: Scoreboard, units: tuple[str, ...]) -> list[int]:
    place = {unit: row for row, unit in enumerate(board.table.units)}
    return [place[unit] for unit in units]
