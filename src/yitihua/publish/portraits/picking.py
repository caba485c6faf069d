"""One portrait, picked from the arrays of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yitihua.analysis.strengths import best_and_worst
from yitihua.definitions.levels import level_pair, origin_label
from yitihua.index import grade
from yitihua.index.tables import CLIPPED_GOALPOSTS, CLIPPED_RANGE, IMPUTED, NO_SPREAD, WINSORISED
from yitihua.publish.portraits.model import (
    Branch,
    Change,
    Exemplar,
    Label,
    Lift,
    Number,
    Peers,
    Portrait,
    Row,
    Standing,
)  # fmt: skip

if TYPE_CHECKING:
    from yitihua.publish.portraits.making import Portraits

#: A gain below it is what rounding leaves.
NOTHING = 1e-9


def number(value: float) -> Number:
    """Return a number, None where there is none.

    Examples
    --------
    >>> number(np.float64(1.5)), number(np.nan)
    (1.5, None)
    """
    return float(value) if np.isfinite(value) else None


def whole(value: float) -> int | None:
    """Return a whole number, None where there is none."""
    return int(value) if np.isfinite(value) else None


def portrait_of(found: Portraits, row: int) -> Portrait:
    """Return the portrait of a row."""
    from yitihua.publish.portraits.making import LISTED

    board, table = found.board, found.board.table
    level = table.levels[row]
    low = high = best = worst = np.nan
    if found.intervals is not None and np.isfinite(board.total[row]):
        low, high = (end[row] for end in found.intervals.score)
        best, worst = (end[row] for end in found.intervals.rank)
    strong = found.strengths
    above, below = best_and_worst(strong.measure[row], strong.sign[row], LISTED)
    return Portrait(
        unit=table.units[row],
        name=_name(found, row),
        level=level_pair(level),
        groups=tuple(
            (_without_same(group.title), group.names[group.of[row]])
            for group in found.groups
            if group.kind not in ("level", "grade") and group.of[row] >= 0
        ),
        reference=table.units[row] == board.recipe.reference_unit,
        note=(found.notes[0][row], found.notes[1][row]),
        score=number(board.total[row]),
        low=number(low),
        high=number(high),
        rank=whole(board.rank[row]),
        of=len(found.sorted_scores[level]),
        best=whole(best),
        worst=whole(worst),
        tied=found.tied[row],
        coverage=float(board.coverage[row]),
        standings=_standings(found, row),
        peers=_peers(found, row),
        branches=_branches(found, row),
        rows=_rows(found, row),
        strengths=tuple(strong.codes[j] for j in above.tolist()),
        weaknesses=tuple(strong.codes[j] for j in below.tolist()),
        obstacles=_obstacles(found, row, LISTED),
        lifts=_lifts(found, row, LISTED),
        exemplars=_exemplars(found, row),
        change=_change(found, row),
    )


def _name(found: Portraits, row: int) -> Label:
    return found.board.table.name_of(row, "zh"), found.board.table.name_of(row, "en")


def _without_same(title: Label) -> Label:
    return title[0].removeprefix("同"), title[1].removeprefix("same ")


def _standings(found: Portraits, row: int) -> tuple[Standing, ...]:
    board, made = found.board, []
    for rule in board.recipe.grades:
        index = int(board.grade_indices[rule.code][row])
        if index < 0:
            continue
        cuts = rule.cuts_of(board.table.levels[row]) or ()
        top = index == len(rule.labels) - 1
        cut = None if top else float(cuts[index])
        chance = number(found.probabilities[rule.code][row]) if rule.code in found.probabilities else None
        made.append(Standing(
            rule.code, rule.title, rule.labels[index], rule.names[index], index + 1, len(rule.labels), chance,
            None if top else rule.names[index + 1], cut, None if cut is None else float(cut - board.total[row]),
        ))  # fmt: skip
    return tuple(made)


def _peers(found: Portraits, row: int) -> tuple[Peers, ...]:
    made = []
    for group in found.groups:
        at = int(group.of[row])
        if at >= 0 and group.scored[at]:
            branches = tuple(number(value) for value in group.branches[at].tolist())
            made.append(Peers(group.kind, group.title, group.names[at], int(group.scored[at]), whole(group.rank[row]),
                              number(group.score[at]), branches))  # fmt: skip
    return tuple(made)


def _branches(found: Portraits, row: int) -> tuple[Branch, ...]:
    board, recipe = found.board, found.board.recipe
    contribution, weight = board.contribution_arrays
    nodes = {node.code: k for k, node in enumerate(recipe.nodes)}
    made = []
    for k, code in enumerate(recipe.first_level):
        j = recipe.plan.column[code]
        low, middle, high = (number(value) for value in found.quartiles[:, row, j])
        covered = board.node_coverage[row, nodes[code]] if code in nodes else float(np.isfinite(board.points[row, j]))
        degree = None if found.obstacles is None else number(found.obstacles.first_level[row, k])
        made.append(Branch(
            code, recipe.labels[code], number(board.points[row, j]), whole(found.ranks[row, j]),
            int(found.counts[row, j]), number(weight[row, j]), number(contribution[row, j]), float(covered), degree,
            low, middle, high, _gained(found, row, j),
        ))  # fmt: skip
    return tuple(made)


def _gained(found: Portraits, row: int, column: int) -> Number:
    return None if found.before is None else number(found.board.points[row, column] - found.before.points[row, column])


def _rows(found: Portraits, row: int) -> tuple[Row, ...]:
    board, table, recipe = found.board, found.board.table, found.board.recipe
    contribution, weight = board.contribution_arrays
    values, above = table.select(recipe.codes)[row], found.branch_of
    made = []
    for j, rule in enumerate(recipe.indicators):
        place = table.indicators.index(rule.code)
        low, high = (np.nan, np.nan) if found.value_interval is None else (end[row, j] for end in found.value_interval)
        n = np.nan if table.n is None else table.n[row, place]
        there = bool(np.isfinite(values[j]))
        filled = bool(board.imputed[row, j])
        assert table.origin is not None
        word = "imputed" if filled else str(table.origin[row, place] or "missing") if there else "missing"
        degree = np.nan if found.obstacles is None else found.obstacles.degrees[row, j]
        made.append(Row(
            rule.code, rule.name, above[rule.code], rule.unit, rule.positive, number(values[j]), number(low),
            number(high), int(n) if there and np.isfinite(n) and n >= found.minimum else None,
            number(board.normalised[row, j]), whole(found.ranks[row, j]), int(found.counts[row, j]),
            number(found.means[row, j]), number(found.quartiles[1, row, j]), number(weight[row, j]),
            number(contribution[row, j]), number(degree), origin_label(word), not there, filled,
            _remarks(found, row, j), None if found.before is None else number(found.before.values[row, j]),
            _gained(found, row, j),
        ))  # fmt: skip
    return tuple(made)


def _remarks(found: Portraits, row: int, j: int) -> Label:
    """Return what must be said of a cell: clipped, filled, winsorised, and the remarks that came with the data."""
    board, rule = found.board, found.board.recipe.indicators[j]
    cut = CLIPPED_GOALPOSTS if rule.normalise.method == "goalposts" else CLIPPED_RANGE
    said = [words for mask, words in ((board.clipped, cut), (board.imputed, IMPUTED), (board.winsorised, WINSORISED))
            if mask[row, j]]  # fmt: skip
    if np.isfinite(board.treated[row, j]) and np.isnan(board.normalised[row, j]):
        said.append(NO_SPREAD)
    said += board.table.flags.get((board.table.units[row], rule.code), ())
    return "；".join(words[0] for words in said), "; ".join(words[1] for words in said)


def _obstacles(found: Portraits, row: int, k: int) -> tuple[str, ...]:
    if found.obstacles is None:
        return ()
    degrees = np.nan_to_num(found.obstacles.degrees[row])
    order = np.argsort(-degrees, kind="stable")[:k]
    return tuple(found.board.recipe.codes[j] for j in order.tolist() if degrees[j] > 0)


def _lifts(found: Portraits, row: int, k: int) -> tuple[Lift, ...]:
    board, raised = found.board, found.raised
    gains = np.nan_to_num(raised.gain[row])
    made = []
    for j in np.argsort(-gains, kind="stable")[:k].tolist():
        if gains[j] <= NOTHING:
            break
        score = float(board.total[row] + gains[j])
        code, peer = board.recipe.codes[j], int(raised.peer[row, j])
        own = float(board.table.select(board.recipe.codes)[row, j])
        made.append(Lift(
            code, float(board.normalised[row, j]), float(raised.points[row, j]), number(own),
            number(board.denominated[peer, j] * found.divisors[row, j]), float(gains[j]), score,
            _rank_with(found, row, score), _grades_with(found, row, score),
        ))  # fmt: skip
    return tuple(made)


def _rank_with(found: Portraits, row: int, score: float) -> int:
    """Return the rank a unit would have with another score, the others staying."""
    board = found.board
    scores = found.sorted_scores[board.table.levels[row]]
    rounded = grade.rounded(np.array([score]), board.recipe.score_decimals)[0]
    ahead = len(scores) - int(np.searchsorted(scores, rounded, side="right"))
    return 1 + ahead - int(board.rounded_scores[row] > rounded)


def _grades_with(found: Portraits, row: int, score: float) -> tuple[tuple[str, Label], ...]:
    board, made = found.board, []
    rounded = grade.rounded(np.array([score]), board.recipe.score_decimals)
    for rule in board.recipe.grades:
        cuts, now = rule.cuts_of(board.table.levels[row]), int(board.grade_indices[rule.code][row])
        if cuts is not None and now >= 0:
            then = int(grade.grade_index(rounded, [round(cut, 12) for cut in cuts])[0])
            if then > now:
                made.append((rule.code, rule.names[then]))
    return tuple(made)


def _exemplars(found: Portraits, row: int) -> tuple[Exemplar, ...]:
    """Return two exemplars by each first-level node, and one by each of the largest obstacles."""
    from yitihua.publish.portraits.making import EXEMPLARS, LISTED

    board, learnt = found.board, found.learning
    first = board.recipe.first_level
    weakest = _obstacles(found, row, LISTED) or tuple(_weakest(found, row, LISTED))
    wanted = [*((code, EXEMPLARS) for code in first), *((code, 1) for code in weakest if code not in first)]
    made = []
    for code, most in wanted:
        c, j = learnt.codes.index(code), board.recipe.plan.column[code]
        for k in range(most):
            peer = int(learnt.rows[row, c, k])
            if peer < 0:
                break
            value = own = None
            if j < len(board.recipe.codes):
                value, own = number(board.denominated[peer, j]), number(board.denominated[row, j])
            made.append(Exemplar(
                code, board.table.units[peer], _name(found, peer), found.rule_words[int(learnt.rule[row, c])],
                float(board.points[peer, j]), float(board.points[row, j]), value, own,
                number(found.learning_gains[row, c, k]),
            ))  # fmt: skip
    return tuple(made)


def _weakest(found: Portraits, row: int, k: int) -> list[str]:
    _, below = best_and_worst(found.strengths.measure[row], found.strengths.sign[row], k)
    return [found.strengths.codes[j] for j in below.tolist()]


def _change(found: Portraits, row: int) -> Change | None:
    if found.before is None or found.before.row[row] < 0:
        return None
    old, at = found.before.board, int(found.before.row[row])
    same_level = old.table.levels[at] == found.board.table.levels[row]
    places = old.rank[at] - found.board.rank[row] if same_level else np.nan
    grades = tuple(
        (rule.code, rule.names[index])
        for rule in old.recipe.grades
        if (index := int(old.grade_indices[rule.code][at])) >= 0
    )
    gained = number(found.board.total[row] - old.total[at])
    return Change(old.table.period, number(old.total[at]), whole(old.rank[at]), gained, whole(places), grades)
