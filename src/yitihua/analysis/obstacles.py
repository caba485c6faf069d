"""Obstacle degree: which indicators keep a unit from full points, and by how much (障碍度).

For unit i and indicator j: factor contribution F_j, the weight in the whole index; index deviation
I_ij = 1 - z_ij, with z on [0, 1]; obstacle degree O_ij = F_j I_ij / sum_j F_j I_ij, in percent. The
first-level degree is the sum of those below. (The form as in zhjx19, mathmodels-book, chapter
系统评价, and R package mathmodels, `obstacle_degree`; there the plain product F_j I_ij is the default
and its share an option, here the other way round, as papers print shares.)

Under arithmetic means sum_j F_j I_ij = 1 - score on [0, 1], so the degrees are shares of the points
that are lost. Under other means the formula is the same, with the weights as F: the degrees then
still rank obstacles, but the products no longer sum to what is lost; `Obstacles.unexplained` says by
how much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis.stages import ancestors_of, level_rows, marked, parents_of
from yitihua.errors import FaultList, refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

#: How far beyond [0, 1] rounding may carry a value.
SLACK = 1e-9
#: A deviation below it is 0.
ROUNDING = 1e-12


def obstacle_degree(z: Floats, weights: Floats, normalised: bool = True) -> Floats:
    """Return the obstacle degrees of units.

    Parameters
    ----------
    z : ndarray, shape (..., units, indicators)
        Directed values from 0 to 1, 1 the best; NaN is missing and has no degree: the others share
        the 100 percent.
    weights : ndarray, shape (indicators,) or the shape of z
        Weights in the whole index, or those in force for each unit; NaN counts as 0.
    normalised : bool
        Shares of the unit's sum; else the products F_j I_ij, for weights scaled to sum to 1 over
        the indicators that the unit has.

    Returns
    -------
    ndarray, shape of z
        Percent. A unit with full points on everything has obstacles of 0, not 0 / 0; a unit
        without a value has NaN.

    Raises
    ------
    InputError
        If a value is not from 0 to 1, or weights are negative or do not fit.

    References
    ----------
    mathmodels 0.0.9 (R), `obstacle_degree(data, w, scaled)`.

    Examples
    --------
    >>> obstacle_degree(np.array([[0.5, 0.0], [1.0, 1.0]]), np.array([0.5, 0.5])).round(2)
    array([[33.33, 66.67],
           [ 0.  ,  0.  ]])
    >>> obstacle_degree(np.array([[0.5, 0.0]]), np.array([0.5, 0.5]), normalised=False)
    array([[25., 50.]])
    """
    z, w = np.asarray(z, dtype=float), np.asarray(weights, dtype=float)
    _check(z, w)
    there = np.isfinite(z)
    force = np.where(there & np.isfinite(w), np.broadcast_to(w, z.shape), 0.0)
    total = force.sum(axis=-1, keepdims=True)
    deviation = np.where(there, 1.0 - np.clip(z, 0.0, 1.0), 0.0)
    # What rounding leaves below full points is no obstacle: as the only one it would have 100 percent.
    deviation = np.where(deviation < ROUNDING, 0.0, deviation)
    product = force / np.where(total > 0, total, np.nan) * deviation
    if normalised:
        lost = product.sum(axis=-1, keepdims=True)
        product = np.where(lost == 0, 0.0, product / np.where(lost == 0, 1.0, lost))
    return np.where(there, 100.0 * product, np.nan)


def _check(z: Floats, w: Floats) -> None:
    faults = FaultList()
    beyond = z[np.isfinite(z) & ((z < -SLACK) | (z > 1.0 + SLACK))]
    if beyond.size or np.isinf(z).any():
        worst = beyond[np.argmax(np.abs(beyond - 0.5))] if beyond.size else np.inf
        faults.add("unit-interval", key="z", name="z", n=int(beyond.size + np.isinf(z).sum()), found=f"{worst:g}")
    if w.shape not in (z.shape, z.shape[-1:]):
        faults.add("obstacle-weights", key="weights", reason="have another shape", found=str(w.shape))
    elif (w < 0).any() or np.isinf(w).any():
        faults.add("obstacle-weights", key="weights", reason="are negative or infinite", found=f"{np.nanmin(w):g}")
    elif w.size and not np.nansum(w) > 0:
        faults.add("obstacle-weights", key="weights", reason="sum to 0", found="0")
    faults.raise_if_any()


@dataclass(frozen=True, eq=False)
class Obstacles:
    """Obstacle degrees of every unit on a board.

    Attributes
    ----------
    board : Scoreboard
        The board.
    degrees : ndarray, shape (units, indicators)
        Percent; NaN for missing cells and for units without a score.
    first_level : ndarray, shape (units, first-level nodes)
        Their sums below each node of the first level.
    normalised : bool
        Whether degrees are shares of 100.
    linear : bool
        Whether all means of the index are arithmetic.
    unexplained : ndarray, shape (units,)
        Points lost by the score, in percent of the scale, less the sum of F I: 0 in a linear index.
    """

    board: Scoreboard
    degrees: Floats
    first_level: Floats
    normalised: bool
    linear: bool
    unexplained: Floats

    def top(self, k: int = 5, level: str | None = None, lang: str = "en") -> pd.DataFrame:
        """Return the k largest obstacles of every unit of a level.

        Parameters
        ----------
        k : int
            At most so many a unit; those of 0 are none. Ties keep the order of the framework.
        level : str, optional
            Of units; default: the level with the most.
        lang : {"en", "zh"}
            Language of names.

        Returns
        -------
        DataFrame
            unit, name, place, code, indicator, first_level, weight (in force), points, degree.

        Raises
        ------
        InputError
            If k is not positive or there is no such level.
        """
        import pandas as pd

        if k < 1:
            raise refuse("bad-count", key="k", name="k", found=k, least=1)
        board, recipe, which = self.board, self.board.recipe, 0 if lang == "zh" else 1
        rows = level_rows(board, level)
        degrees = np.nan_to_num(self.degrees[rows])
        order = np.argsort(-degrees, axis=1, kind="stable")[:, :k]
        at, places = np.nonzero(np.take_along_axis(degrees, order, axis=1) > 0)
        columns, at_rows = order[at, places], rows[at]
        above = branches(board)
        codes, table = np.array(recipe.codes, dtype=object), board.table
        frame = pd.DataFrame(
            {
                "unit": [table.units[row] for row in at_rows],
                "name": [table.name_of(int(row), lang) for row in at_rows],
                "place": places + 1,
                "code": codes[columns],
                "indicator": [recipe.indicators[j].name[which] for j in columns],
                "first_level": [above[j] for j in columns],
                "weight": board.contribution_arrays[1][at_rows, columns],
                "points": board.normalised[at_rows, columns],
                "degree": self.degrees[at_rows, columns],
            }
        )
        return marked(frame, board, lang, **self._said())

    def frame(self, level: str | None = None, lang: str = "en") -> pd.DataFrame:
        """Return one row a unit: unit, name, level, score, and the degree of each first-level node.

        Parameters
        ----------
        level : str, optional
            Of units; default: the level with the most.
        lang : {"en", "zh"}
            Language of names.
        """
        import pandas as pd

        board = self.board
        rows = level_rows(board, level)
        data: dict[str, Any] = {
            "unit": [board.table.units[row] for row in rows],
            "name": [board.table.name_of(int(row), lang) for row in rows],
            "level": [board.table.levels[row] for row in rows],
            "score": board.total[rows],
            **{code: self.first_level[rows, k] for k, code in enumerate(board.recipe.first_level)},
        }
        return marked(pd.DataFrame(data), board, lang, **self._said())

    def indicators(self, level: str | None = None, lang: str = "en") -> pd.DataFrame:
        """Return one row an indicator: code, name, first_level, weight, mean degree, units that have it first.

        Parameters
        ----------
        level : str, optional
            Of units; default: the level with the most.
        lang : {"en", "zh"}
            Language of names.
        """
        import pandas as pd

        board, recipe, which = self.board, self.board.recipe, 0 if lang == "zh" else 1
        degrees = self.degrees[level_rows(board, level)]
        seen = np.isfinite(degrees)
        known = np.where(seen, degrees, 0.0)
        largest = known.argmax(axis=1)[known.max(axis=1, initial=0.0) > 0]
        frame = pd.DataFrame(
            {
                "code": list(recipe.codes),
                "name": [rule.name[which] for rule in recipe.indicators],
                "first_level": branches(board),
                "weight": [recipe.global_weights[code] for code in recipe.codes],
                "units": seen.sum(axis=0),
                "mean_degree": np.where(seen.any(axis=0), known.sum(axis=0) / np.maximum(seen.sum(axis=0), 1), np.nan),
                "first_in": np.bincount(largest, minlength=len(recipe.codes)),
            }
        )
        return marked(frame, board, lang, **self._said())

    def _said(self) -> dict[str, Any]:
        return {"normalised": self.normalised, "linear": self.linear}


def branches(board: Scoreboard) -> list[str]:
    """Return the first-level code above each indicator, in column order; its own where it stands there.

    Examples
    --------
    >>> import yitihua as yt
    >>> branches(yt.evaluate("hdi"))
    ['health', 'education', 'education', 'income']
    """
    recipe, parents = board.recipe, parents_of(board.recipe)
    chains = {code: (code, *ancestors_of(recipe, code)) for code in dict.fromkeys(parents[c] for c in recipe.codes)}
    return [(code, *chains[parents[code]])[-2] for code in recipe.codes]


def obstacles(board: Scoreboard, normalised: bool = True) -> Obstacles:
    """Return the obstacle degrees of a board.

    Parameters
    ----------
    board : Scoreboard
        Its points must lie on the scale: goalposts, min-max, percentile ranks and the like.
    normalised : bool
        Shares that sum to 100 a unit; else percent of the scale lost, F_j I_ij.

    Raises
    ------
    InputError
        If points lie beyond the scale (z-scores, ranks, or no cutting at the bounds).

    Notes
    -----
    Missing cells: the weights in force are used, those of missing siblings shared out as in the
    score, so that the identity with the score holds. Units below coverage have no degrees.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = obstacles(yt.evaluate("asem"))
    >>> bool(abs(found.first_level.sum(axis=1) - 100).max() < 1e-9)
    True
    >>> found.top(1).query("unit == 'CHE'")[["code", "degree"]].round(2).values.tolist()
    [['GDPGrow', 9.7]]
    """
    (low, high), recipe = board.recipe.scale, board.recipe
    weights = board.contribution_arrays[1][:, : len(recipe.codes)]
    z = (board.normalised - low) / (high - low)
    scored = np.isfinite(board.total)
    z = np.where(scored[:, None] & np.isfinite(weights), z, np.nan)
    products = obstacle_degree(z, weights, normalised=False)
    degrees = obstacle_degree(z, weights) if normalised else products
    above = branches(board)
    into = np.array([[branch == code for code in recipe.first_level] for branch in above], dtype=float)
    first_level = np.where(scored[:, None], np.nan_to_num(degrees) @ into, np.nan)
    lost = 100.0 * (high - board.total) / (high - low)
    linear = all(node.method == "arithmetic" for node in recipe.nodes)
    return Obstacles(board, degrees, first_level, normalised, linear, lost - np.nansum(products, axis=1))
