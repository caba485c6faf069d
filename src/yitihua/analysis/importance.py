"""Effective importance: what share of an index's variance its parts account for, beside their nominal weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis.stages import indicators_below, level_rows, marked, node_of, stage_values, weights_below
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

#: Most segments of the spline, and how many different values there are to each at least.
SEGMENTS, VALUES_EACH = 20, 4
#: Fewer different values than this are taken as classes, each with its mean.
CLASSES = 5
#: Smoothing parameters that are tried, in units of the middle eigenvalue of the penalty.
_GRID = np.logspace(-6.0, 8.0, 57)


@dataclass(frozen=True, slots=True, eq=False)
class Smooth:
    """The mean of y as a smooth function of x.

    Attributes
    ----------
    ratio : float
        Correlation ratio Var(E[y|x]) / Var(y), 0 to 1; NaN where x or y does not vary or pairs are too few.
    freedom : float
        Effective degrees of freedom of the curve, 2 for a straight line. Under independence the ratio is
        about (freedom - 1) / (pairs - 1), not 0.
    pairs : int
        Units with both values.
    """

    ratio: float
    freedom: float
    pairs: int


def correlation_ratio(x: Floats, y: Floats) -> Smooth:
    """Return the first-order sensitivity index of y to x, by a penalised spline.

    Parameters
    ----------
    x, y : ndarray, shape (units,)
        NaN is missing; only units with both values count.

    Returns
    -------
    Smooth

    Notes
    -----
    A cubic spline on equal segments with a penalty on second differences (Eilers and Marx 1996); how smooth it
    is follows from generalised cross-validation over a grid. Fewer than five different values of x are classes,
    and the ratio is Pearson's eta squared. Nothing changes when x or y is shifted or scaled.

    References
    ----------
    Paruolo, P., Saisana, M. and Saltelli, A. (2013). Ratings and rankings: voodoo or science? Journal of the
    Royal Statistical Society A 176, 609-634, who estimate S_i = V(E(y|x_i)) / V(y) by smoothing.

    Examples
    --------
    >>> x = np.linspace(-1, 1, 201)
    >>> found = correlation_ratio(x, x**2)
    >>> round(found.ratio, 3), round(float(np.corrcoef(x, x**2)[0, 1]) ** 2, 3)
    (1.0, 0.0)
    """
    seen = np.isfinite(x) & np.isfinite(y)
    x, y = x[seen], y[seen]
    n = len(x)
    if n < 3:
        return Smooth(np.nan, np.nan, n)
    x, y = x - x.mean(), y - y.mean()
    spread, total = np.ptp(x), float(y @ y)
    # What rounding leaves of a constant is no variation.
    if spread <= 1e-12 * max(abs(x).max(), 1.0) or total <= 1e-24 * n * max(float(np.ptp(y)), 1.0) ** 2:
        return Smooth(np.nan, np.nan, n)
    values, group, counts = np.unique(np.round(x / spread, 12), return_inverse=True, return_counts=True)
    if len(values) < CLASSES:
        fitted = (np.bincount(group, y) / counts)[group]
        return Smooth(float(fitted @ fitted) / total, float(len(values)), n)
    fitted, freedom = _spline((x - x.min()) / spread, y, min(SEGMENTS, len(values) // VALUES_EACH + 1))
    fitted = fitted - fitted.mean()
    return Smooth(min(float(fitted @ fitted) / total, 1.0), freedom, n)


def _spline(u: Floats, y: Floats, segments: int) -> tuple[Floats, float]:
    """Return fitted values and degrees of freedom at the smoothing that cross-validates best; u in 0..1."""
    from scipy.interpolate import BSpline

    knots = np.arange(-3, segments + 4) / segments
    basis = BSpline.design_matrix(np.clip(u, 0.0, 1.0), knots, 3).toarray()
    differences = np.diff(np.eye(basis.shape[1]), 2, axis=0)
    penalty = differences.T @ differences
    gram = basis.T @ basis
    # Segments without a value leave the basis singular, so it is turned against the sum with the penalty, which is not:
    # there z'z is g, and the penalty s, with g + share * s = 1.
    share = np.trace(gram) / np.trace(penalty)
    root = np.linalg.cholesky(gram + share * penalty)
    half = np.linalg.solve(root, np.linalg.solve(root, penalty).T)
    s, turned = np.linalg.eigh((half + half.T) / 2)
    s[:2] = 0.0  # straight lines have no second difference; noise here would grow with the smoothing
    g = np.maximum(1.0 - share * s, 0.0)
    z = np.linalg.solve(root, basis.T).T @ turned
    along = z.T @ y
    middle = np.median(s / np.maximum(g, 1e-9))
    bent = 1.0 / (g + np.outer(_GRID / middle, s))
    freedom = (bent * g).sum(axis=1)
    left = y @ y - 2 * (bent * along**2).sum(axis=1) + (bent**2 * g * along**2).sum(axis=1)
    with np.errstate(divide="ignore"):
        score = np.where(freedom < len(y) - 1, np.maximum(left, 0.0) / (len(y) - freedom) ** 2, np.inf)
    best = int(np.flatnonzero(score <= score.min() * (1 + 1e-9))[-1])
    return z @ (bent[best] * along), float(freedom[best])


@dataclass(frozen=True, slots=True, eq=False)
class Importance:
    """Effective importance of the parts of a node.

    Attributes
    ----------
    node : str
    codes : tuple of str
        Children of the node, or all indicators below it.
    nominal : ndarray, shape (parts,)
        Weights in the node, they sum to 1: the product down the tree.
    correlation : ndarray
        Pearson's r with the node's score.
    ratio : ndarray
        Correlation ratio, 0 to 1; see `correlation_ratio`.
    freedom, pairs : ndarray
        See `Smooth`.
    """

    board: Scoreboard
    node: str
    codes: tuple[str, ...]
    nominal: Floats
    correlation: Floats
    ratio: Floats
    freedom: Floats
    pairs: Floats

    @property
    def share(self) -> Floats:
        """The ratios as shares of their sum; 0 for a part that does not vary."""
        known = np.nan_to_num(self.ratio)
        return np.asarray(known / known.sum() if known.sum() > 0 else np.full(len(known), np.nan))

    @property
    def discrepancy(self) -> float:
        """Largest difference between effective and nominal shares (d_m of Paruolo, Saisana and Saltelli)."""
        return float(np.abs(self.share - self.nominal).max())

    def frame(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a part, in the order of the framework.

        Columns: code, name, nominal, r, linear (r squared), ratio, share (of the sum of ratios), difference
        (share less nominal), times (share / nominal), freedom, pairs.
        """
        import pandas as pd

        place = 0 if lang == "zh" else 1
        times = np.divide(self.share, self.nominal, out=np.full(len(self.codes), np.nan), where=self.nominal > 0)
        data: dict[str, Any] = {
            "code": list(self.codes),
            "name": [self.board.recipe.labels[code][place] for code in self.codes],
            "nominal": self.nominal,
            "r": self.correlation,
            "linear": self.correlation**2,
            "ratio": self.ratio,
            "share": self.share,
            "difference": self.share - self.nominal,
            "times": times,
            "freedom": self.freedom,
            "pairs": self.pairs.astype(int),
        }
        return marked(pd.DataFrame(data), self.board, lang, node=self.node)


def importance(
    board: Scoreboard,
    node: str | None = None,
    of: str = "children",
    stage: str = "normalised",
    level: str | None = None,
) -> Importance:
    """Return how much of a node's variance each of its parts accounts for, beside the nominal weights.

    Parameters
    ----------
    board : Scoreboard
    node : str, optional
        Default: the index itself.
    of : {"children", "indicators"}
        The children of the node, or all indicators below it.
    stage, level
        See `yitihua.analysis.stages.stage_values`.

    Returns
    -------
    Importance

    Raises
    ------
    InputError
        If the node, the stage or the level is unknown.

    Notes
    -----
    A weight is a rate of exchange between parts, not a measure of importance: parts that vary more, or go
    together with others, account for more of the variance. The ratios of correlated parts overlap and sum to
    more than 1; hence the shares. A part without spread has no ratio and the share 0.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = importance(yt.evaluate("asem"))
    >>> found.codes, found.nominal
    (('Sust', 'Conn'), array([0.5, 0.5]))
    """
    from yitihua.analysis.stages import choose

    choose("of", of, ("children", "indicators"))
    rule = node_of(board.recipe, node)
    codes = rule.children if of == "children" else indicators_below(board.recipe, rule.code)
    below = weights_below(board.recipe, rule.code)
    nominal = np.array([below[code] for code in codes])
    x = stage_values(board, codes, stage, level)
    y = board.node_values[level_rows(board, level), [n.code for n in board.recipe.nodes].index(rule.code)]
    smooth = [correlation_ratio(x[:, j], y) for j in range(len(codes))]
    found = [np.array([getattr(s, name) for s in smooth], dtype=float) for name in ("ratio", "freedom", "pairs")]
    return Importance(board, rule.code, tuple(codes), nominal, _pearson(x, y), *found)


def _pearson(x: Floats, y: Floats) -> Floats:
    """Return the correlations of columns with y over units with both; NaN without spread."""
    seen = np.isfinite(x) & np.isfinite(y)[:, None]
    n = np.maximum(seen.sum(axis=0), 1)
    a, b = np.where(seen, x, 0.0), np.where(seen, y[:, None], 0.0)
    a, b = np.where(seen, a - a.sum(axis=0) / n, 0.0), np.where(seen, b - b.sum(axis=0) / n, 0.0)
    size = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    scale = np.maximum(np.abs(np.where(seen, x, 0.0)).max(axis=0, initial=0.0), 1e-300)
    varies = np.ptp(a, axis=0) > 1e-12 * scale
    r: Floats = np.divide((a * b).sum(axis=0), size, out=np.full(x.shape[1], np.nan), where=varies & (size > 0))
    return r


def effective_weights(board: Scoreboard, lang: str = "en") -> pd.DataFrame:
    """Return the weight of everything in the index: the product of the weights down the tree.

    COINr calls these effective weights (``get_eff_weights``); on every level they sum to 1.

    Returns
    -------
    DataFrame
        code, name, parent, level (1 for indicators, as COINr counts; a node one above its highest child),
        weight (in the parent), effective (in the index).

    References
    ----------
    COINr, R/weights.R, `get_eff_weights`.

    Examples
    --------
    >>> import yitihua as yt
    >>> table = effective_weights(yt.evaluate("asem")).set_index("code")
    >>> table.loc[["Conn", "Physical", "Goods"], "effective"].round(4).tolist()
    [0.5, 0.1, 0.02]
    """
    import pandas as pd

    recipe, place = board.recipe, 0 if lang == "zh" else 1
    level = dict.fromkeys(recipe.codes, 1)
    above: dict[str, tuple[str, float]] = {}
    for node in recipe.nodes:
        level[node.code] = 1 + max(level[child] for child in node.children)
        above |= {child: (node.code, weight) for child, weight in zip(node.children, node.weights, strict=True)}
    everything = [*recipe.codes, *(node.code for node in recipe.nodes)]
    effective = {recipe.root.code: 1.0}
    for node in reversed(recipe.nodes):
        for child, weight in zip(node.children, node.weights, strict=True):
            effective[child] = effective[node.code] * weight
    rows = [
        {
            "code": code,
            "name": recipe.labels[code][place],
            "parent": above.get(code, ("", 1.0))[0],
            "level": level[code],
            "weight": above.get(code, ("", 1.0))[1],
            "effective": effective[code],
        }
        for code in everything
    ]
    return marked(pd.DataFrame(rows), board, lang)
