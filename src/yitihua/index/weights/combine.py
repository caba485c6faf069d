"""Combinations of weight vectors: linear, product, geometric mean, and game-theoretic least squares.

Shapes: ``vectors`` (k, indicators), each with a sum of 1 -> (indicators,). A weight of 0 is a weight; there is
no missing one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from yitihua.definitions.methods import Complaints, Key, Number, Settings
from yitihua.errors import refuse
from yitihua.index.weights.method import Siblings, Weighed, WeightMethod
from yitihua.index.weights.notes import under
from yitihua.index.weights.strength import Floats

#: What becomes of a negative coefficient of the game-theoretic combination.
NegativeCoefficient = Literal["zero", "abs", "refuse"]


@dataclass(frozen=True, slots=True, eq=False)
class Game:
    """The game-theoretic combination.

    Attributes
    ----------
    weights : ndarray, shape (indicators,)
        Sum to 1.
    coefficients : ndarray, shape (k,)
        Share of each vector in it, after scaling; sum to 1.
    solved : ndarray, shape (k,)
        Coefficients as the equations give them.
    """

    weights: Floats
    coefficients: Floats
    solved: Floats


def linear(vectors: Floats, alphas: Sequence[float] | None = None) -> Floats:
    """Return sum_k alpha_k w_k, with alphas scaled to sum to 1; equal ones unless stated.

    Examples
    --------
    >>> linear(np.array([[0.4, 0.6], [0.8, 0.2]]), [0.75, 0.25])
    array([0.5, 0.5])
    """
    w = checked(vectors)
    share = np.full(len(w), 1.0) if alphas is None else np.asarray(alphas, dtype=float)
    if share.shape != (len(w),) or not np.isfinite(share).all() or share.min() < 0 or share.sum() <= 0:
        raise refuse("combine-alphas", key="alphas", found=list(np.atleast_1d(share)), count=len(w))
    return np.asarray(share / share.sum() @ w)


def product(vectors: Floats) -> Floats:
    """Return the products of the weights, scaled to sum to 1 (乘法集成).

    It doubles what the vectors agree on: with equal weights in one of them the other comes out unchanged.

    Raises
    ------
    InputError
        If no indicator has a weight above 0 in all vectors.

    Examples
    --------
    >>> product(np.array([[0.5, 0.5], [0.8, 0.2]]))
    array([0.8, 0.2])
    """
    return _scaled(np.prod(checked(vectors), axis=0))


def geometric_mean(vectors: Floats) -> Floats:
    """Return the geometric means of the weights, scaled to sum to 1 (最小相对信息熵).

    Of all vectors with sum 1 it has the smallest sum of relative entropies sum_k sum_j w_j ln(w_j / w_kj); for
    two vectors it is sqrt(w_1 w_2) / sum sqrt(w_1 w_2).

    Raises
    ------
    InputError
        If no indicator has a weight above 0 in all vectors.

    References
    ----------
    Kullback, S. (1959). Information theory and statistics. SOURCES.md, section 15 (S8).

    Examples
    --------
    >>> geometric_mean(np.array([[0.5, 0.5], [0.8, 0.2]])).round(4)
    array([0.6667, 0.3333])
    """
    w = checked(vectors)
    return _scaled(np.exp(np.log(np.where(w > 0, w, 1.0)).mean(axis=0)) * (w > 0).all(axis=0))


def game(vectors: Floats, negative: NegativeCoefficient = "zero") -> Game:
    """Return the combination sum_k a_k w_k that is nearest to all vectors at once.

    The coefficients make |sum_l a_l w_l - w_k|^2 stationary for every k: sum_l (w_k . w_l) a_l = w_k . w_k.
    They are scaled to sum to 1. Where vectors depend on each other, such as two that are equal or more vectors
    than indicators, many coefficients solve the equations, or none do: the shortest least-squares solution is
    taken, which treats equal vectors alike.

    Parameters
    ----------
    vectors : ndarray, shape (k, indicators)
        Weights, each with a sum of 1.
    negative : {"zero", "abs", "refuse"}
        A coefficient can come out below 0, and then weights can too. Leave that vector out (coefficient
        0) and solve for the others; take |a_k| / sum |a|, as many papers do, which turns a vector that
        should be subtracted into one that is added; or refuse.

    Returns
    -------
    Game

    Raises
    ------
    InputError
        If a coefficient is negative and refused.

    Notes
    -----
    A vector of equal weights gets the coefficient 0 beside one that is not: its product with every vector is 1/m,
    so that the equations hold without it.

    References
    ----------
    SOURCES.md, section 15 (`game_linear` of `mathmodels`, S8, which scales by the sum and keeps negative
    ones).

    Examples
    --------
    >>> found = game(np.array([[0.4, 0.3, 0.2, 0.1], [0.25, 0.2, 0.3, 0.25]]))
    >>> found.coefficients.round(4), found.weights.round(4)
    (array([0.8238, 0.1762]), array([0.3736, 0.2824, 0.2176, 0.1264]))
    """
    w = checked(vectors)
    solved = _equations(w)
    coefficients = solved.copy()
    if negative == "refuse" and solved.min() < -1e-12:
        raise refuse("combine-negative", key="negative_coefficient", found=[f"{a:.4g}" for a in solved])
    if negative == "abs":
        coefficients = np.abs(coefficients)
    kept = np.arange(len(w))
    while negative == "zero" and coefficients.min() < -1e-12:
        kept = kept[coefficients[kept] > 1e-12]
        coefficients = np.zeros(len(w))
        coefficients[kept] = _equations(w[kept])
    coefficients = coefficients / coefficients.sum()
    return Game(coefficients @ w, coefficients, solved)


def _equations(w: Floats) -> Floats:
    gram = w @ w.T
    return np.asarray(np.linalg.lstsq(gram, np.diag(gram), rcond=1e-12)[0])


def checked(vectors: Floats) -> Floats:
    """Return vectors scaled to sum to 1.

    Raises
    ------
    InputError
        If there are fewer than two, or one has a weight that is missing or below 0, or none above 0.

    Examples
    --------
    >>> checked(np.array([[1.0, 3.0], [2.0, 2.0]]))
    array([[0.25, 0.75],
           [0.5 , 0.5 ]])
    """
    w = np.asarray(vectors, dtype=float)
    if w.ndim != 2 or len(w) < 2:
        raise refuse("combine-few", key="sets", found=len(w) if w.ndim == 2 else 1)
    bad = ~np.isfinite(w).all(axis=1) | (w < 0).any(axis=1) | ~(w.sum(axis=1) > 0)
    if bad.any():
        raise refuse("combine-vector", key="sets", found=[int(k) + 1 for k in np.flatnonzero(bad)])
    return np.asarray(w / w.sum(axis=1, keepdims=True))


def _scaled(w: Floats) -> Floats:
    if not w.sum() > 0:
        raise refuse("combine-nothing", key="sets")
    return np.asarray(w / w.sum())


def _weigh(siblings: Siblings, settings: Settings) -> Weighed:
    names, how = settings["sets"], settings["combine"]
    if siblings.others is None or len(names) < 2:
        raise refuse("combine-few", key="sets", found=len(names))
    vectors = np.array([siblings.others(name) for name in names])
    if how == "linear":
        return Weighed(linear(vectors, settings["alphas"]))
    if how != "game":
        return Weighed(product(vectors) if how == "product" else geometric_mean(vectors))
    found = game(vectors, settings["negative_coefficient"])
    zh, en = under(siblings)
    shares = [f"{name} {share:.4f}" for name, share in zip(names, found.coefficients, strict=True)]
    notes = [(f"{zh}：博弈论组合系数为{'、'.join(shares)}", f"{en}: game-theoretic shares {', '.join(shares)}")]
    if found.solved.min() < -1e-12:
        solved = "、".join(f"{value:.4f}" for value in found.solved)
        done = settings["negative_coefficient"]
        notes.append(
            (f"{zh}：求解所得系数有负值（{solved}），按{done}处理", f"{en}: solved as {solved}; negative: {done}")
        )
    return Weighed(found.weights, tuple(notes))


def _check(settings: Settings, scale: tuple[float, float]) -> Complaints:
    sets, alphas, how = settings["sets"] or (), settings["alphas"], settings["combine"]
    found: Complaints = []
    if len(set(sets)) < 2 or len(set(sets)) < len(sets):
        found.append(("sets", "two or more different sets are needed"))
    if alphas is not None and how != "linear":
        found.append(("alphas", 'only with combine = "linear"'))
    elif alphas is not None and (len(alphas) != len(sets) or min(alphas) < 0 or sum(alphas) <= 0):
        found.append(("alphas", "one number of 0 or more a set, not all 0"))
    return found


METHODS = (
    WeightMethod(
        name="combination",
        words=("组合赋权法", "combination"),
        source="SOURCES.md section 15",
        keys=(
            Key(
                "sets",
                tuple[str, ...],
                required=True,
                words=("所组合的方案", "sets"),
                about="Names of two or more weight sets, or of weighting methods.",
            ),
            Key(
                "combine",
                Literal["linear", "product", "geometric", "game"],
                default="linear",
                words=("组合方式", "combined by"),
                about="Weighted mean, product, geometric mean (least relative entropy), or game theory.",
            ),
            Key(
                "alphas",
                tuple[Number, ...],
                words=("组合系数", "shares"),
                about="linear: share of each set, scaled to sum to 1; equal unless stated.",
            ),
            Key(
                "negative_coefficient",
                NegativeCoefficient,
                default="zero",
                words=("负系数处理", "negative coefficients"),
                about="game: leave a set with a negative coefficient out and solve again (zero), take its size "
                "(abs, as many papers do), or refuse.",
            ),
        ),
        check=_check,
        weigh=_weigh,
    ),
)
