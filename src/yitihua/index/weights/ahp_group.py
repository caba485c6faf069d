"""Several experts' judgments of pairs brought together: by judgments (AIJ) or by priorities (AIP).

Geometric means of judgments keep the matrix reciprocal, arithmetic ones do not. AIJ lets the group speak as one
judge; AIP keeps judges apart until their weights are averaged. Each judge's own CR is kept in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from yitihua.definitions.methods import Key, Label, Settings
from yitihua.errors import FaultList, refuse
from yitihua.index.weights.ahp import CR_LIMIT, Priorities, Priority, RandomIndex, ahp
from yitihua.index.weights.ahp_reading import read_judgments
from yitihua.index.weights.ahp_sheet import Comparison
from yitihua.index.weights.judgments import as_fraction, check_judgments, reciprocal
from yitihua.index.weights.method import Siblings, Weighed, WeightMethod
from yitihua.index.weights.notes import under
from yitihua.index.weights.strength import Floats

Group = Literal["judgments", "priorities"]


@dataclass(frozen=True, slots=True, eq=False)
class GroupPriority:
    """Priorities of a group.

    Attributes
    ----------
    labels : tuple of str
        What was compared.
    weights : ndarray, shape (k,)
        Sum to 1.
    group : str
        "judgments" (AIJ) or "priorities" (AIP).
    experts : tuple of str
        Who judged.
    shares : ndarray, shape (experts,)
        Their weights in the group; sum to 1.
    own : tuple of Priority
        Each expert's priorities and consistency.
    joint : Priority or None
        Of the matrix of mean judgments; None for AIP, which has none.
    """

    labels: tuple[str, ...]
    weights: Floats
    group: str
    experts: tuple[str, ...]
    shares: Floats
    own: tuple[Priority, ...]
    joint: Priority | None

    @property
    def inconsistent(self) -> tuple[str, ...]:
        """Experts whose CR is 0.10 or more."""
        return tuple(name for name, found in zip(self.experts, self.own, strict=True) if not found.acceptable)


def mean_judgments(matrices: Floats, shares: Floats | None = None) -> Floats:
    """Return the weighted geometric mean of judgment matrices, cell by cell (AIJ).

    Parameters
    ----------
    matrices : ndarray, shape (experts, k, k)
        Reciprocal.
    shares : ndarray, shape (experts,), optional
        Weights of experts, scaled to sum to 1; equal unless given.

    References
    ----------
    Aczel, J. and Saaty, T. L. (1983). Procedures for synthesizing ratio judgements. Journal of Mathematical
    Psychology 27, 93-102.

    Examples
    --------
    >>> mean_judgments(np.array([[[1, 2], [1 / 2, 1]], [[1, 8], [1 / 8, 1]]]))
    array([[1.  , 4.  ],
           [0.25, 1.  ]])
    """
    return np.asarray(np.exp(np.tensordot(_scaled(shares, len(matrices)), np.log(matrices), axes=1)))


def mean_priorities(weights: Floats, shares: Floats | None = None) -> Floats:
    """Return the weighted arithmetic mean of experts' priorities (AIP), which sums to 1 again.

    Parameters
    ----------
    weights : ndarray, shape (experts, k)
        Each with a sum of 1.
    shares : ndarray, shape (experts,), optional
        As `mean_judgments`.

    References
    ----------
    Forman, E. and Peniwati, K. (1998). Aggregating individual judgments and priorities with the analytic
    hierarchy process. European Journal of Operational Research 108, 165-169.

    Examples
    --------
    >>> mean_priorities(np.array([[0.5, 0.5], [0.9, 0.1]]))
    array([0.7, 0.3])
    """
    return np.asarray(_scaled(shares, len(weights)) @ weights)


def group_ahp(
    matrices: Floats,
    labels: Sequence[str] | None = None,
    experts: Sequence[str] | None = None,
    shares: Sequence[float] | None = None,
    group: Group = "judgments",
    method: Priorities = "eigenvector",
    random_index: RandomIndex = "saaty1980",
) -> GroupPriority:
    """Return the priorities of a group of experts, with everyone's own.

    Parameters
    ----------
    matrices : ndarray, shape (experts, k, k)
        Judgments; every expert judged every pair.
    labels, experts : sequence of str, optional
        Names; numbers from 1 unless given.
    shares : sequence of float, optional
        Weights of experts, above 0; equal unless given.
    group : {"judgments", "priorities"}
        Geometric mean of judgments, or arithmetic mean of priorities.
    method, random_index
        See `ahp`.

    Raises
    ------
    InputError
        With every fault of every matrix, the expert's name in front.

    Examples
    --------
    >>> one = np.array([[1.0, 2.0], [0.5, 1.0]])
    >>> found = group_ahp(np.array([one, 1 / one]), ["x", "y"])
    >>> found.weights, [float(own.weights[0].round(3)) for own in found.own]
    (array([0.5, 0.5]), [0.667, 0.333])
    """
    names = tuple(labels) if labels is not None else tuple(str(i + 1) for i in range(matrices.shape[-1]))
    who = tuple(experts) if experts is not None else tuple(str(i + 1) for i in range(len(matrices)))
    if len(matrices) == 0:
        raise refuse("ahp-nobody", key="experts")
    faults = FaultList()
    for name, matrix in zip(who, matrices, strict=True):
        check_judgments(matrix, names, faults, sheet=name)
    faults.raise_if_any()
    part = _scaled(shares, len(who))
    own = tuple(ahp(matrix, names, method, random_index) for matrix in matrices)
    if group == "priorities":
        return GroupPriority(
            names, mean_priorities(np.array([one.weights for one in own]), part), group, who, part, own, None
        )
    joint = ahp(mean_judgments(reciprocal(matrices), part), names, method, random_index, group=True)
    return GroupPriority(names, joint.weights, group, who, part, own, joint)


def _scaled(shares: Sequence[float] | Floats | None, count: int) -> Floats:
    part = np.ones(count) if shares is None else np.asarray(shares, dtype=float)
    if part.shape != (count,) or not (part > 0).all() or np.isinf(part).any():
        raise refuse("ahp-judges", key="shares", found=[f"{value:g}" for value in np.atleast_1d(part)], count=count)
    return np.asarray(part / part.sum())


def _weigh(siblings: Siblings, settings: Settings) -> Weighed:
    paths = list(dict.fromkeys(path for pattern in settings["files"] for path in siblings.find_all(pattern)))
    asked = Comparison(siblings.parent, siblings.parent_name, siblings.codes, siblings.names)
    read = read_judgments(paths, [asked])[siblings.parent]
    found = group_ahp(
        read.matrices, siblings.codes, read.experts, None, settings["group"], settings["priorities"], settings["ri"]
    )
    return Weighed(found.weights, tuple(consistency_notes(siblings, found)))


def consistency_notes(siblings: Siblings, found: GroupPriority) -> list[Label]:
    """Return the consistency of every matrix, and what a matrix that contradicts itself should look at.

    Examples
    --------
    >>> a = np.array([[1.0, 2.0, 9.0], [0.5, 1.0, 1 / 9], [1 / 9, 9.0, 1.0]])
    >>> nothing = np.zeros((0, 3))
    >>> names = (("甲", "x"), ("乙", "y"), ("丙", "z"))
    >>> three = Siblings(nothing, nothing, np.ones(3, dtype=bool), ("x", "y", "z"), names, "A", ("上级", "parent"))
    >>> for note in consistency_notes(three, group_ahp(a[None], ["x", "y", "z"], ["Wang"])):
    ...     print(note[1])
    parent (A): 1 expert, CR 1.49
    parent (A): CR of Wang is 1.49, above 0.1: look at x against z, judged 9, implied 2.6
    """
    zh, en = under(siblings)
    many = len(found.experts)
    own = [one.cr for one in found.own]
    joint = found.joint.cr if found.joint is not None else None
    spread_zh = f"个人CR {min(own):.2f}至{max(own):.2f}" if many > 1 else f"CR {own[0]:.2f}"
    spread_en = f"CR of each {min(own):.2f} to {max(own):.2f}" if many > 1 else f"CR {own[0]:.2f}"
    if joint is not None and many > 1:
        spread_zh, spread_en = f"{spread_zh}，合成矩阵CR {joint:.2f}", f"{spread_en}, of the group {joint:.2f}"
    notes = [(f"{zh}：{many}位专家，{spread_zh}", f"{en}: {many} expert{'s' * (many > 1)}, {spread_en}")]
    if found.joint is not None and many > 1 and not found.joint.acceptable:
        notes.append(
            (
                f"{zh}：合成矩阵的CR为{joint:.2f}，超过{CR_LIMIT:g}，权重不宜直接采用",
                f"{en}: CR of the group is {joint:.2f}, above {CR_LIMIT:g}: its weights should not be relied on",
            )
        )
    for expert, one in zip(found.experts, found.own, strict=True):
        if one.acceptable or one.worst is None:
            continue
        worst = one.worst
        judged, implied = as_fraction(worst.judgment), f"{worst.implied:.2g}"
        notes.append(
            (
                f"{zh}：{expert}的CR为{one.cr:.2f}，超过{CR_LIMIT:g}，请复核{worst.row}与{worst.column}："
                f"判断为{judged}，按其余判断推得{implied}",
                f"{en}: CR of {expert} is {one.cr:.2f}, above {CR_LIMIT:g}: look at {worst.row} against "
                f"{worst.column}, judged {judged}, implied {implied}",
            )
        )
    return notes


METHODS = (
    WeightMethod(
        name="ahp",
        words=("层次分析法（AHP）", "AHP"),
        source="Saaty 1980; Aczel & Saaty 1983; Forman & Peniwati 1998",
        keys=(
            Key(
                "files",
                tuple[str, ...],
                required=True,
                words=("判断矩阵", "judgments"),
                about='Experts\' workbooks or CSV files in the project, as ["experts/*.xlsx"]; see `yitihua experts`.',
            ),
            Key(
                "group",
                Group,
                default="judgments",
                words=("专家合成", "group"),
                about="Geometric mean of judgments (AIJ), or mean of priorities (AIP).",
            ),
            Key(
                "priorities",
                Priorities,
                default="eigenvector",
                words=("权重算法", "priorities"),
                about="Principal eigenvector, geometric means of rows, or means of scaled columns.",
            ),
            Key(
                "ri",
                RandomIndex,
                default="saaty1980",
                words=("RI表", "RI"),
                about="Table of the random index: Saaty (1980), or that of many Chinese tools.",
            ),
        ),
        weigh=_weigh,
    ),
)
