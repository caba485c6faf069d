"""How many dimensions a node's children have: principal components, and parallel analysis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from yitihua.analysis.stages import marked, node_of, stage_values
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

Missing = Literal["listwise", "pairwise"]
#: Share of random eigenvalues below the line that an eigenvalue has to pass (Glorfeld 1995).
QUANTILE = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Dimensions:
    """Components of the correlation matrix of a node's children.

    Attributes
    ----------
    board, node
        Where they are from.
    codes : tuple of str
        Children that vary; the others are in `left_out`.
    left_out : tuple of str
    units : int
        Units that count: those with all values (listwise), or all (pairwise).
    values : ndarray, shape (children,)
        Eigenvalues, largest first; they sum to the number of children.
    loadings : ndarray, shape (children, children)
        Correlations of children (rows) with components; the largest of a component is positive.
    random : ndarray, shape (children,)
        What independent normal columns of the same shape give: the quantile of every eigenvalue.
    kmo : float
        Kaiser-Meyer-Olkin measure of sampling adequacy; NaN where the matrix is singular.
    bartlett : (float, float)
        Chi-squared of Bartlett's test of sphericity and its p; NaN where the matrix is singular.
    """

    board: Scoreboard
    node: str
    codes: tuple[str, ...]
    left_out: tuple[str, ...]
    units: int
    values: Floats
    loadings: Floats
    random: Floats
    kmo: float
    bartlett: tuple[float, float]

    @property
    def explained(self) -> Floats:
        """Share of the variance of each component."""
        return np.asarray(self.values / self.values.sum() if len(self.values) else self.values)

    @property
    def kaiser(self) -> int:
        """Eigenvalues above 1 (Kaiser 1960)."""
        return int((self.values > 1).sum())

    @property
    def parallel(self) -> int:
        """First eigenvalues above those of random columns (Horn 1965)."""
        above = self.values > self.random
        return int(len(above) if above.all() else np.argmin(above))

    def frame(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a component: eigenvalue, explained, cumulative, random, kept, and a loading a child."""
        import pandas as pd

        data = {
            "component": np.arange(1, len(self.values) + 1),
            "eigenvalue": self.values,
            "explained": self.explained,
            "cumulative": np.cumsum(self.explained),
            "random": self.random,
            "kept": np.arange(len(self.values)) < self.parallel,
        } | {code: self.loadings[j] for j, code in enumerate(self.codes)}
        return marked(pd.DataFrame(data), self.board, lang, node=self.node, units=self.units)


def components(
    board: Scoreboard,
    node: str | None = None,
    stage: str = "normalised",
    level: str | None = None,
    missing: Missing = "listwise",
    draws: int = 500,
    seed: int | np.random.Generator = 0,
) -> Dimensions:
    """Return the principal components of a node's children, and how many are more than chance.

    Parameters
    ----------
    board : Scoreboard
    node : str, optional
        Default: the index itself.
    stage, level
        See `yitihua.analysis.stages.stage_values`.
    missing : {"listwise", "pairwise"}
        Units with all values, as COINr's `get_PCA` with ``na.omit``; or each pair on its own units.
    draws : int
        Random tables for the parallel analysis, 20 or more.
    seed : int or numpy Generator

    Returns
    -------
    Dimensions
        Without children that do not vary. Fewer than three units or two children: no components.

    Raises
    ------
    InputError
        If an option is unknown, or there are too few draws.

    References
    ----------
    Horn, J. L. (1965). A rationale and test for the number of factors in factor analysis. Psychometrika 30,
    179-185. Glorfeld, L. W. (1995). Educational and Psychological Measurement 55, 377-393: the 95th percentile.
    Kaiser, H. F. (1974). An index of factorial simplicity. Psychometrika 39, 31-36. Bartlett, M. S. (1951).
    Biometrika 38, 337-344.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = components(yt.evaluate("asem"), "Social", draws=200)
    >>> found.units, found.kaiser, float(found.explained[0].round(3)) > 0.5
    (51, 1, True)
    """
    if draws < 20:
        raise refuse("bad-count", name="draws", found=draws, least=20)
    rule = node_of(board.recipe, node)
    x = stage_values(board, rule.children, stage, level)
    x = x[np.isfinite(x).all(axis=1)] if missing == "listwise" else x[np.isfinite(x).any(axis=1)]
    seen = np.isfinite(x)
    size = np.maximum(np.abs(np.where(seen, x, 0.0)).max(axis=0, initial=0.0), 1e-300)
    low = np.where(seen, x, np.inf).min(axis=0, initial=np.inf)
    high = np.where(seen, x, -np.inf).max(axis=0, initial=-np.inf)
    varies = (high - low > 1e-12 * size) if len(x) else np.zeros(x.shape[1], dtype=bool)
    codes = tuple(code for code, moves in zip(rule.children, varies, strict=True) if moves)
    out = tuple(code for code in rule.children if code not in codes)
    n, k = len(x), len(codes)
    if n < 3 or k < 2:
        none = np.zeros(0)
        return Dimensions(board, rule.code, codes, out, n, none, np.zeros((k, 0)), none, np.nan, (np.nan, np.nan))
    r = correlations_of(x[:, varies])
    values, vectors = np.linalg.eigh(r)
    values, vectors = values[::-1], vectors[:, ::-1]
    sign = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(k)])
    loadings = vectors * sign * np.sqrt(np.maximum(values, 0.0))
    random = random_eigenvalues(n, k, draws, seed)
    return Dimensions(board, rule.code, codes, out, n, values, loadings, random, kmo(r), bartlett(r, n))


def correlations_of(x: Floats) -> Floats:
    """Return the correlation matrix of columns that vary, each pair over the units that have both.

    Examples
    --------
    >>> correlations_of(np.array([[1.0, 2.0], [2.0, 4.0], [3.0, np.nan]])).round(6)
    array([[1., 1.],
           [1., 1.]])
    """
    seen = np.isfinite(x).astype(float)
    z = np.where(seen > 0, x - np.nanmean(x, axis=0), 0.0)
    n = np.maximum(seen.T @ seen, 1.0)
    a, b = z.T @ seen, seen.T @ z
    product, square = z.T @ z, (z**2).T @ seen
    cov, var = product - a * b / n, square - a**2 / n
    size = np.sqrt(np.maximum(var * var.T, 0.0))
    r = np.divide(cov, size, out=np.zeros_like(cov), where=size > 0)
    np.fill_diagonal(r, 1.0)
    return np.asarray(np.clip(r, -1.0, 1.0))


def random_eigenvalues(
    n: int, k: int, draws: int = 500, seed: int | np.random.Generator = 0, quantile: float = QUANTILE
) -> Floats:
    """Return quantiles of the eigenvalues that n units with k independent normal columns give.

    Examples
    --------
    >>> random_eigenvalues(50, 3, 200).round(1)
    array([1.4, 1.1, 0.9])
    """
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((draws, n, k))
    z -= z.mean(axis=1, keepdims=True)
    z /= np.sqrt((z**2).sum(axis=1, keepdims=True))
    values = np.linalg.eigvalsh(z.swapaxes(1, 2) @ z)[:, ::-1]
    return np.asarray(np.quantile(values, quantile, axis=0))


def kmo(r: Floats) -> float:
    """Return the Kaiser-Meyer-Olkin measure: squared correlations against squared partial ones.

    Examples
    --------
    >>> round(kmo(np.array([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]])), 4)
    0.6923
    """
    if np.linalg.cond(r) > 1e10:
        return float("nan")
    inverse = np.linalg.inv(r)
    scale = np.sqrt(np.outer(np.diag(inverse), np.diag(inverse)))
    off = ~np.eye(len(r), dtype=bool)
    simple, partial = (r[off] ** 2).sum(), ((inverse / scale)[off] ** 2).sum()
    return float(simple / (simple + partial)) if simple + partial > 0 else float("nan")


def bartlett(r: Floats, n: int) -> tuple[float, float]:
    """Return Bartlett's chi-squared that all correlations are 0, and its p.

    Examples
    --------
    >>> chi, p = bartlett(np.array([[1, 0.5], [0.5, 1]]), 30)
    >>> round(chi, 3), round(p, 4)
    (7.911, 0.0049)
    """
    from scipy.stats import chi2

    sign, log = np.linalg.slogdet(r)
    if sign <= 0 or log < -25 * len(r):
        return float("nan"), float("nan")
    k = len(r)
    chi = -(n - 1 - (2 * k + 5) / 6) * log
    return float(chi), float(chi2.sf(chi, k * (k - 1) / 2))
