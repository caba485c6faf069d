"""Internal consistency of a node's children: Cronbach's alpha, McDonald's omega, item-rest correlations.

A reliability says how far children measure one thing; an index may well be made of children that do not.
Children without spread, or without a value, are left out, and named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.analysis.association import covariances
from yitihua.analysis.one_factor import OneFactor, one_factor
from yitihua.analysis.stages import marked, node_of, stage_values
from yitihua.index.recipe import Label
from yitihua.index.scoreboard import Scoreboard
from yitihua.index.weights.strength import columns_of
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

#: Acceptable from here (Nunnally 1978, as quoted in OECD/JRC 2008, step 4).
ACCEPTABLE = 0.7

ONE_CHILD: Label = ("只有一项，信度无从谈起", "one child only: no reliability to speak of")
TWO_CHILDREN: Label = (
    "只有两项，ω按两项载荷相等计算",
    "two children: omega takes their loadings as equal",
)
OPPOSED: Label = ("两项不是正相关，ω无法计算", "two children without a positive correlation: no omega")
NO_PAIRS: Label = ("有的两项没有足够的共同单位", "some pairs of children share too few units")
HEYWOOD: Label = (
    "有载荷达到1（Heywood情形），ω不可靠",
    "a loading is at 1 (a Heywood case): omega is not to be relied on",
)
NOT_CONVERGED: Label = ("单因子模型未收敛，ω不可靠", "the one-factor model has not converged: no reliance on omega")
NEGATIVE: Label = ("各项平均负相关，α为负", "children are negatively related on the whole: alpha is below 0")
NO_SPREAD: Label = ("合计没有差异", "the sum of the children does not vary")


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Internal consistency of items.

    Attributes
    ----------
    items : tuple of str
        Those that entered: with values that differ.
    left_out : tuple of str
        Those without spread or values.
    units : int
        Units with all items; under "pairwise", the fewest that two items share.
    alpha, alpha_standardised : float
        Cronbach's, from covariances and from correlations.
    omega, omega_standardised : float
        McDonald's omega total of the sum of the items, and of the standardised items.
    mean_correlation : float
        Mean over pairs of items.
    alpha_if_dropped : ndarray, shape (items,)
        Alpha of the others; NaN below three items.
    item_rest : ndarray, shape (items,)
        Correlation of the item with the sum of the others.
    factor : OneFactor
        The model behind omega: loadings of standardised items.
    notes : tuple of Label
        What must be said of it, in Chinese and English.
    """

    items: tuple[str, ...]
    left_out: tuple[str, ...]
    units: int
    alpha: float
    alpha_standardised: float
    omega: float
    omega_standardised: float
    mean_correlation: float
    alpha_if_dropped: Floats
    item_rest: Floats
    factor: OneFactor
    notes: tuple[Label, ...]


def cronbach_alpha(covariance: Floats) -> float:
    """Return Cronbach's alpha, k / (k - 1) (1 - trace / sum) of a covariance or correlation matrix.

    Parameters
    ----------
    covariance : ndarray, shape (items, items)
        Of a correlation matrix it is the standardised alpha.

    Returns
    -------
    float
        NaN for fewer than two items, with NaN among the entries, or where the sum does not vary. Below 0
        where items are negatively related on the whole.

    References
    ----------
    Cronbach, L. J. (1951). Psychometrika 16, 297-334. COINr, R/correlations.R, `get_cronbach`: ``(k^2 *
    sigav) / sigall``, sigav the mean off the diagonal, which is the same; there a column without values
    still counts in k.

    Examples
    --------
    >>> cronbach_alpha(np.array([[1.0, 0.5], [0.5, 1.0]])).__round__(4)
    0.6667
    """
    k, total = len(covariance), float(np.sum(covariance))
    if k < 2 or not total > 1e-12 * np.abs(covariance).sum():
        return float("nan")
    return float(k / (k - 1) * (1 - np.trace(covariance) / total))


def omega_total(factor: OneFactor, spread: Floats | None = None) -> float:
    """Return McDonald's omega total of a sum of items under one factor.

    omega = (sum s l)^2 / ((sum s l)^2 + sum s^2 (1 - l^2)): the share of the sum's variance that is of the
    factor.

    Parameters
    ----------
    factor : OneFactor
        Loadings l of standardised items.
    spread : ndarray, shape (items,), optional
        Standard deviations s of the items in the sum (times their weights, if it is weighted); default 1.

    References
    ----------
    McDonald, R. P. (1999). Test Theory: A Unified Treatment. The denominator is the variance
    that the model gives the sum, not the observed one.

    Examples
    --------
    >>> omega_total(OneFactor(np.array([0.5, 0.5, 0.5]), False, True))
    0.5
    """
    s = np.ones_like(factor.loadings) if spread is None else spread
    common = float(s @ factor.loadings) ** 2
    return common / (common + float(s**2 @ factor.uniquenesses))


def reliability(z: Floats, missing: str = "pairwise", items: Sequence[str] | None = None) -> Reliability:
    """Return the internal consistency of columns.

    Parameters
    ----------
    z : ndarray, shape (units, items)
        Directed values: an item that runs against the rest lowers all coefficients. NaN missing.
    missing : {"pairwise", "listwise"}
        See `covariances`; "pairwise" is COINr's default. Correlations are from these covariances.
    items : sequence of str, optional
        Names; default: 1, 2, ...

    Returns
    -------
    Reliability
        One item: all NaN. Two: alpha from both, omega with equal loadings (which makes the standardised
        omega the standardised alpha), NaN where they are not positively related.

    Raises
    ------
    InputError
        If the rule for missing cells is unknown.

    Examples
    --------
    >>> z = np.array([[1.0, 2.0, 1.0], [2.0, 1.0, 2.0], [3.0, 4.0, 4.0], [4.0, 3.0, 3.0]])
    >>> found = reliability(z)
    >>> round(found.alpha, 3), found.item_rest.round(3)
    (0.892, array([0.738, 0.738, 0.894]))
    """
    names = tuple(items) if items is not None else tuple(str(j + 1) for j in range(z.shape[1]))
    live = columns_of(z).live
    if missing == "listwise" and live.any():
        live = live & columns_of(z[np.isfinite(z[:, live]).all(axis=1)]).live
    kept = tuple(name for name, is_live in zip(names, live, strict=True) if is_live)
    out = tuple(name for name, is_live in zip(names, live, strict=True) if not is_live)
    matrix, units = covariances(z[:, live], missing)
    k, notes = len(kept), []
    spread = np.sqrt(np.diag(matrix))
    correlation = matrix / np.outer(spread, spread)
    if k < 2 or np.isnan(correlation).any():
        notes.append(ONE_CHILD if k < 2 else NO_PAIRS)
        nothing, none = float("nan"), np.full(k, np.nan)
        factor = OneFactor(none, False, True)
        return Reliability(
            kept, out, units if k else 0, nothing, nothing, nothing, nothing, nothing, none, none, factor, tuple(notes)
        )
    alpha = cronbach_alpha(matrix)
    factor = one_factor(correlation)
    if k == 2:
        notes.append(OPPOSED if np.isnan(factor.loadings).any() else TWO_CHILDREN)
    notes += [note for note, holds in ((HEYWOOD, factor.heywood), (NOT_CONVERGED, not factor.converged)) if holds]
    notes += [note for note, holds in ((NEGATIVE, alpha < 0), (NO_SPREAD, np.isnan(alpha))) if holds]
    return Reliability(
        items=kept,
        left_out=out,
        units=units,
        alpha=alpha,
        alpha_standardised=cronbach_alpha(correlation),
        omega=omega_total(factor, spread),
        omega_standardised=omega_total(factor),
        mean_correlation=float((correlation.sum() - k) / (k * (k - 1))),
        alpha_if_dropped=np.array([cronbach_alpha(np.delete(np.delete(matrix, j, 0), j, 1)) for j in range(k)]),
        item_rest=item_rest(matrix),
        factor=factor,
        notes=tuple(notes),
    )


def item_rest(covariance: Floats) -> Floats:
    """Return the correlation of each item with the sum of the others (corrected item-total correlation).

    Parameters
    ----------
    covariance : ndarray, shape (items, items)

    Returns
    -------
    ndarray, shape (items,)
        NaN where the sum of the others does not vary.

    References
    ----------
    Henrysson, S. (1963). Psychometrika 28, 211-218, without his correction.

    Examples
    --------
    >>> item_rest(np.array([[1.0, 0.5], [0.5, 1.0]]))
    array([0.5, 0.5])
    """
    own = np.diag(covariance)
    with_rest = covariance.sum(axis=1) - own
    rest = covariance.sum() - 2 * covariance.sum(axis=1) + own
    scale = np.abs(covariance).sum()
    spread = np.sqrt(np.where(rest > 1e-12 * scale, rest, np.nan) * own)
    return np.asarray(np.clip(with_rest / spread, -1.0, 1.0))


def node_reliability(
    board: Scoreboard,
    node: str | None = None,
    stage: str = "normalised",
    level: str | None = None,
    directed: bool = True,
    missing: str = "pairwise",
) -> Reliability:
    """Return the internal consistency of a node's children.

    Parameters
    ----------
    board : Scoreboard
    node : str, optional
        Code or name; default: the index, that is, its first level.
    stage, level : str
        See `yitihua.analysis.stages.stage_values`; a child that is a node enters by its score.
    directed : bool
        Turn indicators of which less is better, at stages before the points. COINr by default does not.
    missing : {"pairwise", "listwise"}

    Raises
    ------
    InputError
        If the node or an option is unknown.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = node_reliability(yt.evaluate("asem"), "P2P", stage="raw", directed=False)
    >>> round(found.alpha, 8)
    0.05126659
    """
    children = node_of(board.recipe, node).children
    return reliability(stage_values(board, children, stage, level, directed), missing, children)


def reliability_table(
    board: Scoreboard,
    stage: str = "normalised",
    level: str | None = None,
    directed: bool = True,
    missing: str = "pairwise",
    lang: str = "en",
) -> pd.DataFrame:
    """Return the internal consistency of every node, one line a node, the index last.

    Parameters
    ----------
    board, stage, level, directed, missing
        See `node_reliability`.
    lang : {"en", "zh"}

    Returns
    -------
    DataFrame
        node, name, children, items (that entered), units, alpha, alpha_standardised, omega,
        omega_standardised, mean_correlation, acceptable (alpha from 0.7; missing without alpha), left_out, notes.

    Examples
    --------
    >>> import yitihua as yt
    >>> reliability_table(yt.evaluate("asem")).set_index("node").loc["Social", "alpha"].round(3)
    np.float64(0.886)
    """
    import pandas as pd

    which, lines = 0 if lang == "zh" else 1, []
    for rule in board.recipe.nodes:
        found = node_reliability(board, rule.code, stage, level, directed, missing)
        line: dict[str, Any] = {"node": rule.code, "name": rule.name[which], "children": len(rule.children)}
        line |= {"items": len(found.items), "units": found.units}
        for key in ("alpha", "alpha_standardised", "omega", "omega_standardised", "mean_correlation"):
            line[key] = getattr(found, key)
        line["acceptable"] = pd.NA if np.isnan(found.alpha) else bool(found.alpha >= ACCEPTABLE)
        line["left_out"] = ("、" if lang == "zh" else ", ").join(found.left_out)
        line["notes"] = ("；" if lang == "zh" else "; ").join(note[which] for note in found.notes)
        lines.append(line)
    frame = pd.DataFrame(lines).astype({"acceptable": "boolean"})
    return marked(frame, board, lang, stage=stage, missing=missing, threshold=ACCEPTABLE)


def item_table(
    board: Scoreboard,
    node: str | None = None,
    stage: str = "normalised",
    level: str | None = None,
    directed: bool = True,
    missing: str = "pairwise",
    lang: str = "en",
) -> pd.DataFrame:
    """Return what each child does to the consistency of its node.

    Parameters
    ----------
    board, node, stage, level, directed, missing
        See `node_reliability`; node None takes every node.
    lang : {"en", "zh"}

    Returns
    -------
    DataFrame
        node, code, name, item_rest, loading, alpha (of the node), alpha_if_dropped, better_without (whether
        alpha rises if it is dropped). A child without spread has NaN.

    Examples
    --------
    >>> import yitihua as yt
    >>> table = item_table(yt.evaluate("asem"), "Instit")
    >>> table[table["item_rest"] < 0]["code"].to_list()
    ['TBTs']
    """
    import pandas as pd

    which, lines = 0 if lang == "zh" else 1, []
    rules = board.recipe.nodes if node is None else (node_of(board.recipe, node),)
    for rule in rules:
        found = node_reliability(board, rule.code, stage, level, directed, missing)
        numbers = zip(found.item_rest, found.factor.loadings, found.alpha_if_dropped, strict=True)
        known = dict(zip(found.items, numbers, strict=True))
        for code in rule.children:
            rest, loading, dropped = known.get(code, (np.nan, np.nan, np.nan))
            name = board.recipe.labels[code][which]
            lines.append((rule.code, code, name, rest, loading, found.alpha, dropped, bool(dropped > found.alpha)))
    columns = ["node", "code", "name", "item_rest", "loading", "alpha", "alpha_if_dropped", "better_without"]
    return marked(pd.DataFrame(lines, columns=columns), board, lang, stage=stage, missing=missing)
