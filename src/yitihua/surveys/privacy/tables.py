"""Suppression in two-way tables of counts whose margins are published."""

from __future__ import annotations

import numpy as np

from yitihua.surveys.answer_table import Bools, Floats, Ints
from yitihua.surveys.privacy.suppression import MINIMUM, primary


def suppress_counts(counts: Floats, minimum: int = MINIMUM) -> Bools:
    """Return which cells of a two-way table with published margins must be hidden.

    Every row and column with a hidden cell has at least two, resting together on at least `minimum`
    respondents, and no hidden cell follows from the margins: hidden cells are edges between rows and
    columns, and an edge is known exactly if it is a bridge (Gusfield 1988, SIAM Journal on Computing
    17: 552-571). Small cells are hidden first, those that close a circle before others.

    Parameters
    ----------
    counts : ndarray, shape (rows, columns)
        Respondents, without margins. Empty cells stay as they are: 0 is no secret.

    Returns
    -------
    ndarray of bool, shape (rows, columns)
        Where nothing is left to hide in a line, its margin must be hidden as well: `open_margins`.

    Examples
    --------
    >>> int(suppress_counts(np.array([[4.0, 30.0, 40.0], [20.0, 50.0, 60.0], [30.0, 40.0, 50.0]])).sum())
    4
    """
    gone = primary(counts, minimum)
    changed = True
    while changed:
        before = int(gone.sum())
        for values, away in ((counts, gone), (counts.T, gone.T)):
            for line, hidden in zip(values, away, strict=True):
                _fill(line, hidden, np.asarray(away.any(axis=0)), minimum)
        changed = int(gone.sum()) > before or _close_bridge(counts, gone)
    return gone


def open_margins(counts: Floats, hidden: Bools, minimum: int = MINIMUM) -> tuple[Ints, Ints]:
    """Return the rows and columns whose margin would still give a hidden cell away.

    Examples
    --------
    >>> counts = np.array([[4.0, 0.0], [0.0, 50.0]])
    >>> open_margins(counts, suppress_counts(counts))
    (array([0]), array([0]))
    """
    found = []
    for values, away in ((counts, hidden), (counts.T, hidden.T)):
        n, total = away.sum(axis=1), np.where(away, values, 0).sum(axis=1)
        found.append(np.flatnonzero((n > 0) & ((n < 2) | (total < minimum))))
    return found[0], found[1]


def _fill(line: Floats, hidden: Bools, across: Bools, minimum: int) -> None:
    """Hide cells of one row or column until those hidden cover one another; `hidden` is a view."""
    while hidden.any() and (hidden.sum() < 2 or line[hidden].sum() < minimum):
        left = np.flatnonzero(~hidden & (line > 0))
        if not len(left):
            return
        hidden[left[np.lexsort((line[left], ~across[left]))[0]]] = True


def _close_bridge(counts: Floats, gone: Bools) -> bool:
    """Hide one more cell where a hidden one follows from the margins; return whether that was done."""
    rows, columns = counts.shape
    edges = np.argwhere(gone) + np.array([0, rows])
    for k, (row, column) in enumerate(edges.tolist()):
        side = _reached(row, np.delete(edges, k, axis=0), rows + columns)
        if side[column]:
            continue
        # Any shown cell between the two sides closes a circle through the bridge.
        closes = (side[:rows, None] != side[None, rows:]) & ~gone & (counts > 0)
        if closes.any():
            place = np.argmin(np.where(closes, counts, np.inf))
            gone[np.unravel_index(place, counts.shape)] = True
            return True
    return False


def _reached(start: int, edges: Ints, nodes: int) -> Bools:
    found = np.zeros(nodes, dtype=bool)
    found[start] = True
    while True:
        ends = found[edges]
        new = edges[ends.any(axis=1) & ~ends.all(axis=1)]
        if not len(new):
            return found
        found[new] = True
