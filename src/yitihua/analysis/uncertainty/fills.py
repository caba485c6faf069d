"""Imputed cells drawn anew, so that a fill counts as what it is: a guess with an error.

Both ways are proper in Rubin's sense: what the fill is made of is drawn too, not only the fill.

hotdeck
    The approximate Bayesian bootstrap: as many donors as there are observed values are drawn with
    replacement, and every missing cell takes the value of one of them. Donors are of the unit's
    group where the published fill is by group, else of its level.
regression
    A normal linear regression on those siblings that are most correlated with the indicator, its
    coefficients and its variance drawn from their posterior. Draws are cut to what was observed.

References
----------
Rubin (1987), Multiple Imputation for Nonresponse in Surveys, pp. 166-167; Rubin and Schenker (1986),
J. Am. Stat. Assoc. 81: 366-374.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.analysis.stages import parents_of
from yitihua.index.apply import groups_of
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

Ints = npt.NDArray[np.int64]

#: Predictors of a regression at most, and observed units that each of them asks for.
PREDICTORS, UNITS_EACH = 5, 10


@dataclass(frozen=True, eq=False)
class Fill:
    """The filled cells of one indicator, and where their draws come from.

    Attributes
    ----------
    place : int
        Of the indicator among the drawn ones.
    rows : ndarray of int
        Units whose cell is filled.
    donors : tuple of (ndarray of int, ndarray)
        Hot deck: places among `rows`, and the values their donors have.
    design, predicted : ndarray or None
        Regression: (observed, p) design and its response; (rows, p) design of the filled cells.
    response : ndarray or None
    logarithm : bool
        Whether the regression is of the logarithm.
    """

    place: int
    rows: Ints
    donors: tuple[tuple[Ints, Floats], ...] = ()
    design: Floats | None = None
    predicted: Floats | None = None
    response: Floats | None = None
    logarithm: bool = False

    def draws(self, n: int, generator: np.random.Generator) -> Floats:
        """Return drawn values, shape (n, rows)."""
        if self.design is not None:
            return self._by_regression(n, generator)
        found = np.empty((n, len(self.rows)))
        for places, values in self.donors:
            size = len(values)
            pool = generator.integers(0, size, (n, size))
            picked = generator.integers(0, size, (n, len(places)))
            found[:, places] = values[np.take_along_axis(pool, picked, axis=1)]
        return found

    def _by_regression(self, n: int, generator: np.random.Generator) -> Floats:
        assert self.design is not None and self.predicted is not None and self.response is not None
        x, y = self.design, self.response
        inverse = np.linalg.inv(x.T @ x)
        estimate = inverse @ (x.T @ y)
        freedom = len(y) - x.shape[1]
        residual = float(((y - x @ estimate) ** 2).sum())
        sigma = np.sqrt(residual / generator.chisquare(freedom, n))
        root = np.linalg.cholesky(inverse)
        normal = generator.standard_normal((n, x.shape[1] + len(self.rows)))
        beta = estimate + sigma[:, None] * (normal[:, : x.shape[1]] @ root.T)
        drawn = beta @ self.predicted.T + sigma[:, None] * normal[:, x.shape[1] :]
        drawn = np.clip(drawn, y.min(), y.max())
        return np.asarray(np.exp(drawn) if self.logarithm else drawn)


def fills_of(board: Scoreboard, method: str, filled: Floats) -> dict[str, Fill]:
    """Return the draws of filled cells by indicator.

    Parameters
    ----------
    board : Scoreboard
    method : {"hotdeck", "regression"}
        Where too few units are observed for a regression the hot deck is taken.
    filled : ndarray, shape (units, indicators)
        Denominated values with every fill.

    Examples
    --------
    >>> import yitihua as yt
    >>> fills_of(yt.evaluate("hdi"), "hotdeck", yt.evaluate("hdi").filled)
    {}
    """
    found = {}
    for j, rule in enumerate(board.recipe.indicators):
        rows = np.flatnonzero(np.isnan(board.denominated[:, j]) & np.isfinite(filled[:, j]))
        if rows.size == 0:
            continue
        fill = _regression(board, j, rows, filled) if method == "regression" else None
        found[rule.code] = fill or _hotdeck(board, j, rows)
    return found


def _hotdeck(board: Scoreboard, j: int, rows: Ints) -> Fill:
    rule, observed = board.recipe.indicators[j], board.denominated[:, j]
    groups = groups_of(board.table, rule)
    labels = np.array(board.table.levels, dtype=object) if groups is None else groups
    seen = np.isfinite(observed)
    donors = []
    for label in dict.fromkeys(labels[rows].tolist()):
        own = seen & (labels == label)
        values = observed[own if own.any() else seen]
        donors.append((np.flatnonzero(labels[rows] == label), values))
    return Fill(0, rows, tuple(donors))


def _regression(board: Scoreboard, j: int, rows: Ints, filled: Floats) -> Fill | None:
    recipe, observed = board.recipe, board.denominated[:, j]
    parents = parents_of(recipe)
    seen = np.flatnonzero(np.isfinite(observed))
    logarithm = recipe.indicators[j].transform == "ln"
    y = np.log(observed[seen]) if logarithm else observed[seen]
    siblings = [
        k for k, code in enumerate(recipe.codes)
        if k != j and parents[code] == parents[recipe.codes[j]] and np.isfinite(filled[:, k]).all()
        and np.ptp(filled[seen, k]) > 0
    ]  # fmt: skip
    most = min(PREDICTORS, len(seen) // UNITS_EACH)
    if not siblings or most < 1 or np.ptp(y) == 0:
        return None
    strength = [abs(float(np.corrcoef(filled[seen, k], y)[0, 1])) for k in siblings]
    best = [siblings[i] for i in np.argsort(-np.array(strength), kind="stable")[:most]]
    middle, spread = filled[seen][:, best].mean(axis=0), filled[seen][:, best].std(axis=0)
    scaled = (filled[:, best] - middle) / spread
    design = np.column_stack([np.ones(len(filled)), scaled])
    if np.linalg.cond(design[seen]) > 1e6:
        return None
    return Fill(0, rows, (), design[seen], design[rows], y, logarithm)
