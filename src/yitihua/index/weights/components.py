"""Weights from principal components: first loadings, rotated factors, and components by explained share.

All start from the eigenvectors a_f and eigenvalues lambda_f of the correlation matrix of directed columns.
What "PCA weights" are is not settled; three readings are kept apart:

- `first_component`: the coefficients of the first component, scaled to sum to 1 (COINr);
- `rotated_factors`: squared loadings of rotated factors (OECD/JRC handbook, after Nicoletti);
- `component_shares`: the mean of |a_f| or a_f^2 over components, by explained share (Zhang's `mathmodels`).

With squares and without picking, the second and the third are the same: the communality of the indicator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from yitihua.definitions.methods import Complaints, Key, PositiveInt, Settings, Share
from yitihua.errors import refuse
from yitihua.index.weights.correlation import pearson
from yitihua.index.weights.method import Siblings, Weighed, WeightMethod
from yitihua.index.weights.notes import fitted, under
from yitihua.index.weights.rotation import varimax
from yitihua.index.weights.strength import Columns, Floats, Mask, columns_of, refuse_columns, to_weights

Missing = Literal["listwise", "pairwise"]
Negative = Literal["refuse", "clip"]
FactorRule = Literal["kaiser", "share", "fixed"]


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Principal components of the correlation matrix.

    Attributes
    ----------
    values : ndarray, shape (live,)
        Eigenvalues, falling, 0 or more; they sum to the number of columns that vary.
    vectors : ndarray, shape (indicators, live)
        Eigenvectors of length 1, each with a sum of 0 or more; rows of columns that do not vary are 0.
    used : int
        Units they are from; the fewest that a pair shares, where pairs were used.
    dropped : float
        Share of |eigenvalues| below 0 that was set to 0; pairs with missing cells need not fit together.
    columns : Columns
        Among the units used.
    """

    values: Floats
    vectors: Floats
    used: int
    dropped: float
    columns: Columns

    @property
    def shares(self) -> Floats:
        """Explained shares of the variance, shape (live,)."""
        return np.asarray(self.values / self.values.sum())

    @property
    def live(self) -> Mask:
        """Columns that vary, shape (indicators,)."""
        return self.columns.live


@dataclass(frozen=True, slots=True, eq=False)
class ComponentWeights:
    """Weights from components, and what they were made from.

    Attributes
    ----------
    weights : ndarray, shape (indicators,)
        Sum to 1; 0 for a column that does not vary or has no value.
    components : Components
        All of them.
    loadings : ndarray, shape (indicators, factors)
        What the weights were made from: coefficients, or loadings after rotation, falling by explained share.
    shares : ndarray, shape (factors,)
        Share of all variance that each explains.
    negative : ndarray of bool, shape (indicators,)
        Columns whose coefficient was below 0, and whose weight was set to 0.
    equal : bool
        Whether no column varied, so that all were weighed equally.
    converged : bool
        Whether the rotation came to rest.
    """

    weights: Floats
    components: Components
    loadings: Floats
    shares: Floats
    negative: Mask
    equal: bool
    converged: bool = True


def principal_components(z: Floats, missing: Missing = "listwise") -> Components:
    """Return the principal components of the correlation matrix of columns.

    Parameters
    ----------
    z : ndarray, shape (units, indicators)
        Directed values; NaN missing.
    missing : {"listwise", "pairwise"}
        Take the units without a missing cell, as COINr does, or each correlation on the units that have both
        values. A column that does not vary is left out of the components, and one without values does not
        make a unit incomplete.

    Raises
    ------
    InputError
        If fewer than three units are left, or a pair shares so few that it has no correlation.

    Notes
    -----
    R's ``prcomp(scale. = TRUE)`` gives the same eigenvectors, with signs that depend on the LAPACK at hand.
    Here a vector's sum is 0 or more.

    References
    ----------
    Jolliffe, I. T. (2002). Principal component analysis. COINr, R/PCA.R (get_PCA).

    Examples
    --------
    >>> z = np.array([[1.0, 2.0, 1.0], [2.0, 1.0, 2.0], [3.0, 4.0, 4.0], [4.0, 3.0, 3.0]])
    >>> found = principal_components(z)
    >>> found.values.round(3)
    array([2.47, 0.4 , 0.13])
    """
    rows = z[~np.isnan(z[:, columns_of(z).seen]).any(axis=1)] if missing == "listwise" else z
    columns = columns_of(rows)
    live = np.flatnonzero(columns.live)
    m = len(live)
    if len(rows) < 3 and columns_of(z).live.any():
        raise refuse("components-units", key="missing", found=len(rows), units=len(z))
    vectors = np.zeros((z.shape[1], m))
    if m == 0:
        return Components(np.zeros(0), vectors, len(rows), 0.0, columns)
    part = rows[:, live]
    r = pearson(part, columns_of(part))
    if np.isnan(r).any():
        raise refuse("components-pairs", key="missing", found=int(np.isnan(r).sum() // 2))
    np.fill_diagonal(r, 1.0)
    values, found = np.linalg.eigh(r)
    values, found = values[::-1], found[:, ::-1]
    dropped = float(np.maximum(-values, 0.0).sum() / np.abs(values).sum())
    vectors[live] = found * np.where(found.sum(axis=0) < 0, -1.0, 1.0)
    seen = (~np.isnan(part)).astype(float)
    used = len(rows) if columns.complete else int((seen.T @ seen).min())
    return Components(np.maximum(values, 0.0), vectors, used, dropped if dropped > 1e-12 else 0.0, columns)


def first_component(
    z: Floats, negative: Negative = "refuse", missing: Missing = "listwise", names: Sequence[str] | None = None
) -> ComponentWeights:
    """Return the coefficients of the first principal component, scaled to sum to 1.

    Parameters
    ----------
    z : ndarray, shape (units, indicators)
        Directed values; NaN missing.
    negative : {"refuse", "clip"}
        What is done with an indicator whose coefficient is below 0: it runs against the rest, and a weight
        below 0 would reward low values. Refuse, with all such named; or give it the weight 0 and mark it.
    missing : {"listwise", "pairwise"}
        See `principal_components`.
    names : sequence of str, optional
        Indicators, for messages.

    Returns
    -------
    ComponentWeights
        `loadings` holds the coefficients as COINr has them, up to their common sign.

    Raises
    ------
    InputError
        If coefficients are negative and refused, and as `principal_components`.

    References
    ----------
    COINr, R/PCA.R: ``wts <- as.numeric(PCAres$rotation[,1])``, which keeps the sign that LAPACK gives and
    does not scale; its documentation warns of negative weights. Becker, W. et al. (2021), Environmental
    Modelling & Software 145, 105208.

    Examples
    --------
    >>> z = np.array([[1.0, 2.0, 1.0], [2.0, 1.0, 2.0], [3.0, 4.0, 4.0], [4.0, 3.0, 3.0]])
    >>> first_component(z).weights.round(3)
    array([0.324, 0.324, 0.352])
    """
    found = principal_components(z, missing)
    loadings = found.vectors[:, :1]
    below = loadings[:, 0] < -1e-12 if loadings.size else np.zeros(z.shape[1], dtype=bool)
    if negative == "refuse" and below.any():
        refuse_columns(below, "components-negative", names, loadings[:, 0])
    strength = np.maximum(loadings[:, 0], 0.0) if loadings.size else np.zeros(z.shape[1])
    weights, equal = to_weights(strength, found.live, found.columns.seen)
    return ComponentWeights(weights, found, loadings, found.shares[:1], below, bool(equal))


def number_of_factors(
    values: Floats, rule: FactorRule = "kaiser", share: float = 0.85, count: int | None = None
) -> int:
    """Return how many components are kept, at least one.

    Parameters
    ----------
    values : ndarray, shape (components,)
        Eigenvalues of a correlation matrix, falling.
    rule : {"kaiser", "share", "fixed"}
        Eigenvalues above 1 (Kaiser 1960); the fewest that explain `share` of the variance (0.80 or 0.85 in
        Chinese practice, 0.60 at least in the OECD/JRC handbook); or `count`, and all where there are fewer.

    Examples
    --------
    >>> number_of_factors(np.array([2.0, 1.2, 0.5, 0.3]))
    2
    >>> number_of_factors(np.array([2.0, 1.2, 0.5, 0.3]), "share", 0.9)
    3
    """
    if rule == "fixed" and count is not None:
        return max(1, min(count, len(values)))
    if rule == "share":
        reached = np.cumsum(values) / values.sum()
        return min(int(np.searchsorted(reached, share - 1e-12)) + 1, len(values))
    return max(1, int((values > 1.0 + 1e-12).sum()))


def rotated_factors(
    z: Floats,
    pick: bool = True,
    rule: FactorRule = "kaiser",
    share: float = 0.85,
    count: int | None = None,
    missing: Missing = "listwise",
) -> ComponentWeights:
    """Return weights from squared loadings of varimax-rotated principal components.

    Loadings are l_jf = a_jf sqrt(lambda_f), rotated; factor f explains v_f = sum_j l_jf^2. The weight of an
    indicator within a factor is l_jf^2 / v_f, and that of a factor is v_f / sum v.

    Parameters
    ----------
    z : ndarray, shape (units, indicators)
        Directed values; NaN missing. The sign of a loading does not count.
    pick : bool
        As Nicoletti et al. (2000): an indicator counts with the factor on which it loads most, and with no
        other. Else with all factors: then the weight is its communality, rotated or not.
    rule, share, count
        How many factors; see `number_of_factors`.
    missing : {"listwise", "pairwise"}
        See `principal_components`.

    Returns
    -------
    ComponentWeights

    Raises
    ------
    InputError
        As `principal_components`.

    References
    ----------
    OECD/JRC (2008). Handbook on constructing composite indicators, step 6 (weights based on principal
    components analysis or factor analysis). Nicoletti, G., Scarpetta, S. and Boylaud, O. (2000). OECD
    Economics Department Working Paper 226. With `pick` the products l_jf^2 / v_f * v_f / sum v do not sum
    to 1, since loadings on other factors are passed over; they are scaled to.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> a, b = rng.normal(size=(2, 50, 1))
    >>> z = np.hstack([a, a, b]) + 0.3 * rng.normal(size=(50, 3))
    >>> found = rotated_factors(z, count=2, rule="fixed")
    >>> found.weights.round(3)
    array([0.329, 0.329, 0.343])
    """
    found = principal_components(z, missing)
    if not found.live.any():
        return _equal(found)
    kept = number_of_factors(found.values, rule, share, count)
    loadings, converged = found.vectors[:, :kept] * np.sqrt(found.values[:kept]), True
    if kept > 1:
        turned = varimax(loadings[found.live])
        loadings[found.live], converged = turned.loadings, turned.converged
    squares = loadings**2
    explained = squares.sum(axis=0)
    order = np.argsort(-explained, kind="stable")
    loadings, squares, explained = loadings[:, order], squares[:, order], explained[order]
    weights, equal = to_weights(squares.max(axis=1) if pick else squares.sum(axis=1), found.live, found.columns.seen)
    return ComponentWeights(
        weights, found, loadings, explained / found.values.sum(), np.zeros_like(found.live), bool(equal), converged
    )


def component_shares(
    z: Floats,
    power: Literal[1, 2] = 1,
    rule: FactorRule = "share",
    share: float = 0.85,
    count: int | None = None,
    missing: Missing = "listwise",
) -> ComponentWeights:
    """Return weights beta_j / sum beta, beta_j = sum_f eta_f |a_jf|, eta_f the explained share of component f.

    Parameters
    ----------
    z : ndarray, shape (units, indicators)
        Directed values; NaN missing. The sign of a coefficient does not count.
    power : {1, 2}
        |a_jf| or a_jf^2.
    rule, share, count
        How many components; see `number_of_factors`.
    missing : {"listwise", "pairwise"}
        See `principal_components`.

    Returns
    -------
    ComponentWeights

    Raises
    ------
    InputError
        As `principal_components`.

    Notes
    -----
    |a_jf| forgets directions: an indicator that runs against the rest weighs as much as one that goes
    along. `mathmodels` 0.0.11 by default rotates the coefficients before and keeps the shares of the
    components that were not rotated, which then belong to other axes; here nothing is rotated.

    References
    ----------
    Zhang Jingxin, chapter on PCA weights (SOURCES.md, S8).

    Examples
    --------
    >>> z = np.array([[1.0, 2.0, 1.0], [2.0, 1.0, 2.0], [3.0, 4.0, 4.0], [4.0, 3.0, 3.0]])
    >>> component_shares(z, rule="fixed", count=1).weights.round(3)
    array([0.324, 0.324, 0.352])
    """
    found = principal_components(z, missing)
    if not found.live.any():
        return _equal(found)
    kept = number_of_factors(found.values, rule, share, count)
    vectors, shares = found.vectors[:, :kept], found.shares[:kept]
    weights, equal = to_weights(np.abs(vectors) ** power @ shares, found.live, found.columns.seen)
    return ComponentWeights(weights, found, vectors, shares, np.zeros_like(found.live), bool(equal))


def _equal(found: Components) -> ComponentWeights:
    nothing = np.zeros(len(found.live))
    weights, equal = to_weights(nothing, found.live, found.columns.seen)
    return ComponentWeights(weights, found, found.vectors, np.zeros(0), np.zeros_like(found.live), bool(equal))


MISSING = Key(
    "missing",
    Missing,
    "listwise",
    words=("缺失", "missing"),
    about="Correlations from units complete in all children, or from the units each pair shares.",
)
_RULE = Key("rule", FactorRule, "kaiser", words=("个数规则", "factors by"), about="How many factors or components.")
_SHARE = Key("share", Share, 0.85, words=("累计贡献率", "share"), about="rule share: explained share to reach.")
_COUNT = Key("count", PositiveInt, words=("个数", "count"), about="rule fixed: how many.")


def _told(siblings: Siblings, found: ComponentWeights) -> Weighed:
    return Weighed(found.weights, tuple(fitted(siblings, columns_of(siblings.z), found.equal)))


def _pca(siblings: Siblings, settings: Settings) -> Weighed:
    found = first_component(siblings.z, settings["negative"], settings["missing"], siblings.codes)
    return _told(siblings, found)


def _rotated(siblings: Siblings, settings: Settings) -> Weighed:
    how = (settings["rule"], settings["share"], settings["count"], settings["missing"])
    found = rotated_factors(siblings.z, settings["pick"], *how)
    told = _told(siblings, found)
    if found.converged:
        return told
    zh, en = under(siblings)
    return Weighed(told.weights, (*told.notes, (f"{zh}：因子旋转未收敛", f"{en}: rotation of factors not converged")))


def _shares(siblings: Siblings, settings: Settings) -> Weighed:
    how = (settings["rule"], settings["share"], settings["count"], settings["missing"])
    return _told(siblings, component_shares(siblings.z, 1, *how))


def _count_is_stated(settings: Settings, scale: tuple[float, float]) -> Complaints:
    fixed = settings["rule"] == "fixed"
    return [] if fixed == (settings["count"] is not None) else [("count", "it goes with rule = fixed")]


METHODS = (
    WeightMethod(
        name="pca",
        words=("第一主成分", "first principal component"),
        source="COINr get_PCA",
        keys=(
            Key(
                "negative", Negative, "refuse", words=("负系数", "negative"), about="What a coefficient below 0 brings."
            ),
            MISSING,
        ),
        weigh=_pca,
    ),
    WeightMethod(
        name="rotated_factor",
        words=("旋转因子", "rotated factors"),
        source="Nicoletti, Scarpetta and Boylaud 2000; OECD/JRC Handbook 2008, step 6",
        keys=(
            Key(
                "pick",
                bool,
                True,
                words=("只取最大因子", "pick"),
                about="Whether an indicator counts in its factor only.",
            ),
            _RULE,
            _SHARE,
            _COUNT,
            MISSING,
        ),
        check=_count_is_stated,
        weigh=_rotated,
    ),
    WeightMethod(
        name="component_shares",
        words=("主成分贡献率", "component shares"),
        source="Zhang Jingxin (SOURCES.md, S8)",
        keys=(_RULE, _SHARE, _COUNT, MISSING),
        check=_count_is_stated,
        weigh=_shares,
    ),
)
