"""How long questions of a board take, beside bare kernels and peers, in one run.

    python benchmarks/analysis.py

At the size of China's counties, 2,844 x 51. Peers are pandas, scikit-learn, scipy and PySAL (esda), where they are
installed. Quote the ratios: single times depend on the machine.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from timing import Case, holed, median_ms, show

from yitihua.analysis.association import associate, covariances
from yitihua.analysis.distribution.dagum import dagum
from yitihua.analysis.distribution.gini import gini
from yitihua.analysis.distribution.moran import moran
from yitihua.analysis.distribution.neighbours import k_nearest
from yitihua.analysis.distribution.theil import theil
from yitihua.analysis.importance import correlation_ratio
from yitihua.analysis.obstacles import obstacle_degree
from yitihua.analysis.reliability import cronbach_alpha
from yitihua.index.aggregate.dea import benefit_of_doubt
from yitihua.index.grade import natural_breaks
from yitihua.index.impute.iterative import by_chain, fit_chain
from yitihua.index.impute.neighbours import by_neighbours, moments

UNITS, COLUMNS = 2_844, 51


def gini_kernel(x: np.ndarray) -> np.ndarray:
    """Return the Gini coefficient of values of equal weight."""
    ordered, n = np.sort(x), len(x)
    return (2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * ordered.sum())


def dagum_kernel(x: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the Gini coefficient from all pairs, which Dagum's parts sum to."""
    return np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean())


def theil_kernel(x: np.ndarray) -> np.ndarray:
    """Return Theil's T."""
    t = x / x.mean()
    return (t * np.log(t)).mean()


def alpha_kernel(z: np.ndarray) -> np.ndarray:
    """Return Cronbach's alpha from the covariance matrix."""
    c = np.cov(z.T)
    return len(c) / (len(c) - 1) * (1 - np.trace(c) / c.sum())


def obstacle_kernel(z: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return shares of the weighted shortfall."""
    lost = (1 - z) * w
    return 100 * lost / lost.sum(axis=1, keepdims=True)


def spatial(rng: np.random.Generator) -> list[Case]:
    """Return Moran's I, with 999 permutations, beside PySAL."""
    places = np.column_stack([rng.uniform(75, 130, UNITS), rng.uniform(20, 50, UNITS)])
    near = k_nearest(places, 4)
    y = rng.normal(size=UNITS)
    ours = lambda: moran(y, near, permutations=999).statistic  # noqa: E731
    peers = {}
    try:
        from esda.moran import Moran as theirs
        from libpysal.weights import W

        matrix = near.matrix
        w = W({i: matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]].tolist() for i in range(UNITS)})
        peers = {"esda": lambda: theirs(y, w, permutations=999).I}
    except ImportError:
        pass
    return [Case("Moran, 999 permutations", ours, None, peers, None)]


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(0)
    z = np.clip(rng.uniform(0, 1, (UNITS, COLUMNS)) * 0.7 + rng.uniform(0, 0.3, (UNITS, 1)), 0, 1)
    gaps, w, x = holed(z), rng.dirichlet(np.ones(COLUMNS)), rng.lognormal(3, 0.4, UNITS)
    groups = rng.integers(0, 31, UNITS).astype(str)
    frame = pd.DataFrame(z)
    cases = [
        Case("correlations", lambda: associate(z).r, lambda: np.corrcoef(z.T), {"pandas": frame.corr},
             lambda: associate(gaps).r),
        Case("rank correlations", lambda: associate(z, kind="spearman").r, None,
             {"pandas": lambda: frame.corr("spearman")}, lambda: associate(gaps, kind="spearman").r),
        Case("Cronbach's alpha", lambda: cronbach_alpha(covariances(z)[0]), lambda: alpha_kernel(z), {},
             lambda: cronbach_alpha(covariances(gaps)[0])),
        Case("obstacles", lambda: obstacle_degree(z, w), lambda: obstacle_kernel(z, w), {},
             lambda: obstacle_degree(gaps, w)),
        Case("Gini", lambda: gini(x), lambda: gini_kernel(x), {}, None),
        Case("Theil", lambda: theil(x), lambda: theil_kernel(x), {}, None),
        Case("Dagum, 31 groups", lambda: dagum(x, groups).gini, lambda: dagum_kernel(x, groups), {}, None),
        Case("correlation ratio", lambda: correlation_ratio(z[:, 0], x).ratio, None, {}, None),
        Case("natural breaks, 5", lambda: np.array(natural_breaks(np.round(x, 4), 5)), None, {}, None),
        *spatial(rng),
    ]  # fmt: skip
    show(f"{UNITS:,} x {COLUMNS}", cases)
    imputations(gaps)
    frontier(rng)


def imputations(gaps: np.ndarray) -> None:
    """Print nearest neighbours and chained regressions beside scikit-learn's."""
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer, KNNImputer

    def neighbours() -> np.ndarray:
        mean, sd = moments(gaps)
        return by_neighbours(gaps, (gaps - mean) / sd, mean, sd).values

    def chained() -> np.ndarray:
        return by_chain(gaps, fit_chain(gaps)).values

    show("imputation, 5% of the cells missing", [
        Case("5 neighbours", neighbours, None, {"scikit-learn": lambda: KNNImputer().fit_transform(gaps)}, None, None),
        Case("iterative", chained, None,
             {"scikit-learn": lambda: IterativeImputer(max_iter=10).fit_transform(gaps)}, None, None),
    ])  # fmt: skip


def frontier(rng: np.random.Generator) -> None:
    """Print benefit of the doubt beside one linear programme a unit by scipy, on a sample of the units."""
    from scipy.optimize import linprog

    y = rng.uniform(0, 1, (UNITS, 12))

    def by_scipy(rows: np.ndarray) -> np.ndarray:
        return np.array([-linprog(-row, A_ub=y, b_ub=np.ones(UNITS)).fun for row in rows])

    sample = y[:: UNITS // 40]
    own = benefit_of_doubt(y).scores
    assert np.allclose(by_scipy(sample), own[:: UNITS // 40], atol=1e-7)
    ours = median_ms(lambda: benefit_of_doubt(y))
    theirs = median_ms(lambda: by_scipy(sample)) / len(sample) * UNITS
    beside = f"one programme a unit by scipy: x {theirs / ours:.0f}"
    print(f"benefit of the doubt, {UNITS:,} x 12: {ours / 1e3:.2f} s; {beside}")
    bounded = median_ms(lambda: benefit_of_doubt(y, lower=0.02, upper=0.3))
    print(f"the same with bounds on shares: {bounded / 1e3:.2f} s")


if __name__ == "__main__":
    main()
