"""Clusters of units by profile: k-means on the scores of several nodes, as typologies of counties are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yitihua.analysis.asked import known_codes
from yitihua.analysis.stages import level_rows, marked
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """A typology of units.

    Attributes
    ----------
    board : Scoreboard
    codes : tuple of str
        Nodes or indicators whose points make the profile.
    rows : ndarray of int
        Rows of the units that have all of them.
    cluster : ndarray of int, shape (rows,)
        0 for the cluster with the highest mean score, then falling.
    centres : ndarray, shape (clusters, codes)
        Means of the points.
    within, total : float
        Sum of squared distances of standardised profiles to their centres, and to the common mean.
    silhouette : float
        Mean silhouette width, from -1 to 1.
    """

    board: Scoreboard
    codes: tuple[str, ...]
    rows: npt.NDArray[np.int64]
    cluster: npt.NDArray[np.int64]
    centres: Floats
    within: float
    total: float
    silhouette: float

    def frame(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a unit, by cluster and rank: unit, name, cluster (from 1), score, and the profile."""
        import pandas as pd

        board, place = self.board, self.board.recipe.plan.column
        order = np.lexsort((board.rank[self.rows], self.cluster))
        rows = self.rows[order]
        data = {
            "unit": [board.table.units[row] for row in rows],
            "name": [board.table.name_of(row, lang) for row in rows],
            "cluster": self.cluster[order] + 1,
            "score": board.total[rows],
            **{code: board.points[rows, place[code]] for code in self.codes},
        }
        return marked(pd.DataFrame(data), board, lang, silhouette=self.silhouette)

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Return one row a cluster: number, units, mean score, and the centre."""
        import pandas as pd

        total = self.board.total[self.rows]
        count = np.bincount(self.cluster)
        data = {
            "cluster": np.arange(len(count)) + 1,
            "units": count,
            "score": np.bincount(self.cluster, weights=total) / count,
            **{code: self.centres[:, j] for j, code in enumerate(self.codes)},
        }
        return marked(pd.DataFrame(data), self.board, lang, silhouette=self.silhouette)


def clusters(
    board: Scoreboard,
    k: int = 4,
    codes: Sequence[str] | None = None,
    seed: int = 0,
    starts: int = 20,
    level: str | None = None,
) -> Clusters:
    """Group units by their profiles with k-means.

    Parameters
    ----------
    board : Scoreboard
    k : int
        Number of clusters, 2 or more and fewer than the units.
    codes : sequence of str, optional
        Nodes or indicators; default: the first-level nodes. Their points are standardised, so that each counts
        the same; one that does not differ between units counts nothing.
    seed, starts : int
        Of the starting points; the best of so many runs is taken.
    level : str, optional
        Default: the level with the most units.

    Returns
    -------
    Clusters
        Units that lack a score of the profile, or the total, are in none.

    Raises
    ------
    InputError
        If a code or the level is unknown, or there are not more different profiles than clusters.

    References
    ----------
    MacQueen, J. (1967). Some methods for classification and analysis of multivariate observations. Arthur, D. and
    Vassilvitskii, S. (2007). k-means++. Rousseeuw, P. (1987). Silhouettes. J Comput Appl Math 20, 53-65.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = clusters(yt.evaluate("zhejiang-2022"), k=3)
    >>> found.table()["units"].sum(), bool((np.diff(found.table()["score"]) < 0).all())
    (np.int64(90), True)
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    wanted = known_codes(board.recipe, codes or board.recipe.first_level)
    place = board.recipe.plan.column
    rows = level_rows(board, level)
    points = board.points[:, [place[code] for code in wanted]]
    rows = rows[np.isfinite(points[rows]).all(axis=1) & np.isfinite(board.total[rows])]
    profile = points[rows]
    spread = profile.std(axis=0) if len(rows) else np.zeros(len(wanted))
    alike = spread <= 1e-12 * np.abs(profile).max(axis=0, initial=1.0)
    z = (profile - profile.mean(axis=0)) / np.where(alike, 1.0, spread) if len(rows) else profile
    z[:, alike] = 0.0
    different = len(np.unique(z, axis=0))
    if not 2 <= k < different:
        raise refuse("clusters-k", key="k", found=k, most=max(different - 1, 0))
    fitted = KMeans(n_clusters=k, n_init=starts, random_state=seed).fit(z)
    means = np.array([board.total[rows][fitted.labels_ == number].mean() for number in range(k)])
    position = np.empty(k, dtype=np.int64)
    position[np.argsort(-means, kind="stable")] = np.arange(k)
    cluster = position[fitted.labels_]
    return Clusters(
        board=board,
        codes=wanted,
        rows=rows,
        cluster=cluster,
        centres=np.array([profile[cluster == number].mean(axis=0) for number in range(k)]),
        within=float(fitted.inertia_),
        total=float((z**2).sum()),
        silhouette=float(silhouette_score(z, cluster)),
    )
