"""Delphi rounds: how important experts find items, how far they agree, and what moved between rounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yitihua.definitions.methods import Key, PositiveNumber, Settings
from yitihua.errors import refuse
from yitihua.index.weights.agreement import Concordance, kendall_w
from yitihua.index.weights.ahp_sheet import Comparison
from yitihua.index.weights.expert_table import read_expert_table
from yitihua.index.weights.method import Siblings, Weighed, WeightMethod
from yitihua.index.weights.notes import agreed, listed, under
from yitihua.index.weights.strength import Floats, columns_of, standard_deviation


@dataclass(frozen=True, slots=True, eq=False)
class DelphiRound:
    """One round; arrays have the shape (items,) and are NaN for an item without a score.

    Attributes
    ----------
    weights : ndarray
        Means scaled to sum to 1; 0 for an item without a score.
    mean, median : ndarray
        Mean, by authority where it was given; median without it.
    sd, cv : ndarray
        Standard deviation (n - 1) of the scores and sd / mean, without authority; NaN for a single score.
    count : ndarray of int
        Experts who scored the item.
    full_share : ndarray
        Share of them with the highest score (满分率).
    agree_share : ndarray
        Share of them with at least `agree_from`.
    consensus : ndarray of bool
        cv below its limit and agree_share at its limit or above.
    full_score, agree_from : float
        The scores that count as full and as agreement.
    concordance : Concordance
        Kendall's W over experts who scored every item that has a score.
    """

    weights: Floats
    mean: Floats
    median: Floats
    sd: Floats
    cv: Floats
    count: npt.NDArray[np.int64]
    full_share: Floats
    agree_share: Floats
    consensus: npt.NDArray[np.bool_]
    full_score: float
    agree_from: float
    concordance: Concordance


@dataclass(frozen=True, slots=True, eq=False)
class DelphiChange:
    """What moved from one round to the next; arrays have the shape (items,).

    Attributes
    ----------
    mean, cv : ndarray
        Later less earlier.
    p : ndarray
        Wilcoxon's signed-rank test over experts who scored the item in both rounds; 1 where none of them
        moved, NaN where there is none.
    w : float
        Later less earlier W.
    """

    mean: Floats
    cv: Floats
    p: Floats
    w: float


def delphi_round(
    scores: Floats,
    full_score: float | None = None,
    agree_from: float | None = None,
    authority: Floats | None = None,
    cv_limit: float = 0.25,
    agree_limit: float = 0.75,
) -> DelphiRound:
    """Return the statistics of one round.

    Parameters
    ----------
    scores : ndarray, shape (experts, items)
        Importance, above 0; NaN missing, left out of the item alone.
    full_score : float, optional
        The highest score of the scale; else the highest that was given, as SPSSAU has it.
    agree_from : float, optional
        From which score on an expert counts as agreeing; else 0.8 of the full score (4 of 5).
    authority : ndarray, shape (experts,), optional
        Authority coefficients, above 0, by which means are weighted; see `authority`.
    cv_limit, agree_limit : float
        Where items count as agreed upon; 0.25 and 0.75 are common in Chinese practice, not a theorem.

    Returns
    -------
    DelphiRound

    Raises
    ------
    InputError
        If a score is 0 or less, or above a stated full score; if nobody scored anything; if an authority
        coefficient is not above 0.

    References
    ----------
    SPSSAU help, Delphi method: mean, standard deviation (n - 1), coefficient of variation, full-score
    frequency, Kendall's W. Dalkey, N. and Helmer, O. (1963). Management Science 9, 458-467.

    Examples
    --------
    >>> found = delphi_round(np.array([[5.0, 3.0], [4.0, 4.0], [5.0, 2.0]]))
    >>> found.mean.round(3), found.full_share.round(3), found.cv.round(3)
    (array([4.667, 3.   ]), array([0.667, 0.   ]), array([0.124, 0.333]))
    """
    _check(scores, full_score)
    columns = columns_of(scores)
    seen, known = ~np.isnan(scores), columns.seen
    trust = _trust(authority, len(scores))
    total = np.where(seen, trust[:, None], 0.0).sum(axis=0)
    mean = _over(np.where(seen, scores * trust[:, None], 0.0).sum(axis=0), total)
    plain = _over(np.where(seen, scores, 0.0).sum(axis=0), columns.count)
    sd = np.where(columns.count > 1, standard_deviation(scores, columns), np.nan)
    cv = sd / plain
    top = float(np.nanmax(scores)) if full_score is None else float(full_score)
    least = 0.8 * top if agree_from is None else float(agree_from)
    # A missing score compares as False.
    full = _over((scores >= top).sum(axis=0), columns.count)
    agree = _over((scores >= least - 1e-12).sum(axis=0), columns.count)
    return DelphiRound(
        weights=np.where(known, mean, 0.0) / mean[known].sum(),
        mean=mean,
        median=_medians(scores),
        sd=sd,
        cv=cv,
        count=columns.count,
        full_share=full,
        agree_share=agree,
        consensus=(cv < cv_limit) & (agree >= agree_limit),
        full_score=top,
        agree_from=least,
        concordance=kendall_w(scores[:, known]),
    )


def delphi_change(earlier: Floats, later: Floats) -> DelphiChange:
    """Return what moved between two rounds of the same experts and items.

    Parameters
    ----------
    earlier, later : ndarray, shape (experts, items)
        The same experts in the same rows; NaN missing, such as an expert who left.

    Raises
    ------
    InputError
        If the shapes differ, and as `delphi_round`.

    References
    ----------
    Wilcoxon, F. (1945). Individual comparisons by ranking methods. Biometrics Bulletin 1, 80-83.

    Examples
    --------
    >>> moved = delphi_change(np.array([[5.0, 3.0], [4.0, 4.0]]), np.array([[5.0, 3.0], [5.0, 3.0]]))
    >>> moved.mean, round(moved.w, 3)
    (array([ 0.5, -0.5]), 0.5)
    """
    from scipy.stats import wilcoxon

    if earlier.shape != later.shape:
        raise refuse("delphi-shape", key="rounds", found=f"{earlier.shape}", wanted=f"{later.shape}")
    first, second = delphi_round(earlier), delphi_round(later)
    p = np.full(earlier.shape[1], np.nan)
    for j in range(earlier.shape[1]):
        gap = later[:, j] - earlier[:, j]
        gap = gap[~np.isnan(gap)]
        if len(gap):
            p[j] = float(wilcoxon(gap[gap != 0]).pvalue) if gap.any() else 1.0
    return DelphiChange(second.mean - first.mean, second.cv - first.cv, p, second.concordance.w - first.concordance.w)


def authority(basis: Floats, familiarity: Floats) -> Floats:
    """Return authority coefficients Cr = (Ca + Cs) / 2 of experts (专家权威程度).

    Parameters
    ----------
    basis, familiarity : ndarray, shape (experts,)
        Ca, on what an expert judges (theory, practice, literature, intuition, added up), and Cs, how familiar
        with the subject, both in 0..1. 0.70 and more counts as acceptable in Chinese practice.

    Raises
    ------
    InputError
        If a value is missing or not in 0..1.

    Examples
    --------
    >>> authority(np.array([0.9, 0.8]), np.array([0.7, 0.6]))
    array([0.8, 0.7])
    """
    for key, part in (("basis", basis), ("familiarity", familiarity)):
        if not ((part >= 0) & (part <= 1)).all():
            raise refuse("delphi-authority", key=key, found=[f"{value:g}" for value in part])
    return np.asarray((basis + familiarity) / 2.0)


def _check(scores: Floats, full_score: float | None) -> None:
    if scores.ndim != 2 or not (~np.isnan(scores)).any():
        raise refuse("delphi-empty", key="scores")
    bad = scores <= 0 if full_score is None else (scores <= 0) | (scores > full_score)
    if bad.any() or np.isinf(scores).any():
        i, j = np.argwhere(bad | np.isinf(scores))[0]
        raise refuse("delphi-score", key=f"{i + 1}, {j + 1}", found=f"{scores[i, j]:g}", top=full_score or "")


def _trust(authority: Floats | None, experts: int) -> Floats:
    if authority is None:
        return np.ones(experts)
    trust = np.asarray(authority, dtype=float)
    if trust.shape != (experts,) or not (trust > 0).all() or np.isinf(trust).any():
        raise refuse("delphi-authority", key="authority", found=[f"{value:g}" for value in np.atleast_1d(trust)])
    return trust


def _over(top: npt.NDArray[np.number], under: npt.NDArray[np.number]) -> Floats:
    return np.asarray(np.divide(top, under, out=np.full(len(under), np.nan), where=under > 0))


def _medians(scores: Floats) -> Floats:
    return np.array([np.median(kept) if len(kept := column[~np.isnan(column)]) else np.nan for column in scores.T])


def _weigh(siblings: Siblings, settings: Settings) -> Weighed:
    asked = Comparison(siblings.parent, siblings.parent_name, siblings.codes, siblings.names)
    experts, scores = read_expert_table(siblings.find(settings["file"]), asked, settings["file"])
    found = delphi_round(scores, settings["full_score"])
    notes = [agreed(siblings, len(experts), found.concordance)]
    if not found.consensus.all():
        (zh, en), apart = under(siblings), listed(siblings, np.flatnonzero(~found.consensus).tolist())
        notes.append((f"{zh}：专家意见尚不一致的有{apart[0]}", f"{en}: no consensus yet on {apart[1]}"))
    return Weighed(found.weights, tuple(notes))


METHODS = (
    WeightMethod(
        name="delphi",
        words=("德尔菲法", "Delphi"),
        source="Dalkey and Helmer 1963",
        keys=(
            Key(
                "file",
                str,
                required=True,
                words=("末轮评分表", "scores"),
                about="Table of the last round in the project, one row an expert, one column an indicator or node.",
            ),
            Key(
                "full_score",
                PositiveNumber,
                words=("满分", "full score"),
                about="Highest score of the scale; the highest that was given unless stated.",
            ),
        ),
        weigh=_weigh,
    ),
)
