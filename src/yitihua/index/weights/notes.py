"""What must be said of fitted weights, in Chinese and English; it is kept in the recipe and printed."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from yitihua.index.weights.agreement import Concordance
from yitihua.index.weights.method import Siblings
from yitihua.index.weights.strength import Columns, Mask

Note = tuple[str, str]


def listed(siblings: Siblings, which: Iterable[int]) -> Note:
    """Return children by name, in both languages.

    Examples
    --------
    >>> nothing = np.zeros((0, 2))
    >>> two = Siblings(nothing, nothing, np.ones(2, dtype=bool), ("a", "b"), (("甲", "first"), ("乙", "second")))
    >>> listed(two, [0, 1])
    ('甲（a）、乙（b）', 'first (a), second (b)')
    """
    at = list(which)
    zh = "、".join(f"{siblings.names[j][0] or siblings.codes[j]}（{siblings.codes[j]}）" for j in at)
    en = ", ".join(f"{siblings.names[j][1] or siblings.codes[j]} ({siblings.codes[j]})" for j in at)
    return zh, en


def under(siblings: Siblings) -> Note:
    """Return the parent by name, in both languages.

    Examples
    --------
    >>> nothing = np.zeros((0, 1))
    >>> under(Siblings(nothing, nothing, np.ones(1, dtype=bool), ("a",), (("甲", "first"),), "A", ("上级", "parent")))
    ('上级（A）', 'parent (A)')
    """
    zh, en = siblings.parent_name
    return f"{zh or siblings.parent}（{siblings.parent}）", f"{en or siblings.parent} ({siblings.parent})"


def left_out(siblings: Siblings, columns: Columns) -> list[Note]:
    """Return notes on children that say nothing: without values, or the same for all units.

    Examples
    --------
    >>> from yitihua.index.weights.strength import columns_of
    >>> z = np.array([[1.0, 0.2], [1.0, 0.4]])
    >>> two = Siblings(z, z, np.ones(2, dtype=bool), ("a", "b"), (("甲", "first"), ("乙", "second")))
    >>> left_out(two, columns_of(z))
    [('甲（a）在各单位间没有差异，权重为0', 'first (a): no difference between units, weight 0')]
    """
    notes = []
    if (missing := np.flatnonzero(~columns.seen)).size:
        zh, en = listed(siblings, missing.tolist())
        notes.append((f"{zh}没有数据，权重为0", f"{en}: no data, weight 0"))
    if (same := np.flatnonzero(columns.seen & ~columns.live)).size:
        zh, en = listed(siblings, same.tolist())
        notes.append((f"{zh}在各单位间没有差异，权重为0", f"{en}: no difference between units, weight 0"))
    return notes


def fitted(siblings: Siblings, columns: Columns, equal: bool | Mask) -> list[Note]:
    """Return what is said of weights fitted to columns: those left out, and equal ones that had to stand in.

    Examples
    --------
    >>> from yitihua.index.weights.strength import columns_of
    >>> z = np.full((3, 2), 0.5)
    >>> two = Siblings(z, z, np.ones(2, dtype=bool), ("a", "b"), (("甲", "a"), ("乙", "b")), "A", ("上级", "up"))
    >>> fitted(two, columns_of(z), True)[0][1]
    'up (A): nothing tells the children apart, equal weights'
    """
    if not bool(equal):
        return left_out(siblings, columns)
    zh, en = under(siblings)
    said = (f"{zh}之下没有可据以赋权的差异，按相等处理", f"{en}: nothing tells the children apart, equal weights")
    return [said, *(left_out(siblings, columns) if columns.live.any() else [])]


def agreed(siblings: Siblings, experts: int, found: Concordance) -> Note:
    """Return how many experts there were, and how far they agree.

    Examples
    --------
    >>> nothing = np.zeros((0, 1))
    >>> one = Siblings(nothing, nothing, np.ones(1, dtype=bool), ("a",), (("甲", "first"),), "A", ("上级", "parent"))
    >>> agreed(one, 5, Concordance(0.75, 7.5, 2, 0.0235, 5, 3))[1]
    "parent (A): 5 experts, Kendall's W 0.75 (p = 0.024)"
    """
    zh, en = under(siblings)
    many = f"{experts} expert{'s' * (experts > 1)}"
    if np.isnan(found.w):
        return f"{zh}：{experts}位专家，无法计算Kendall协调系数", f"{en}: {many}, no Kendall's W"
    p = "p < 0.001" if found.p < 0.001 else f"p = {found.p:.3f}"
    return (
        f"{zh}：{experts}位专家，Kendall协调系数W {found.w:.2f}（{p}）",
        f"{en}: {many}, Kendall's W {found.w:.2f} ({p})",
    )
