"""Non-response: respondents of a weighting class stand in for the eligible people of the class who did not answer.

In a class the factor of a respondent is ``(ER + EN + e UN) / ER``, in base weights: ER eligible respondents, EN
eligible non-respondents, UN unknown eligibility. With e the class's own eligible part among the known, that
equals the usual two steps (unknown shared among the known, then non-respondents among respondents). All
others get the factor 0: they stay in the file and out of the estimates; what the ineligible stand for is no
part of the population.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from yitihua.errors import FaultList, InputError
from yitihua.surveys.estimation.design import Codes, Floats
from yitihua.surveys.weighting.base import check_weights
from yitihua.surveys.weighting.collapse import Merge, collapse

if TYPE_CHECKING:
    import pandas as pd

Eligibility = Literal["class", "overall"] | float


@dataclass(frozen=True, eq=False)
class NonResponse:
    """What an adjustment for non-response did.

    Attributes
    ----------
    factor : ndarray, shape (people,)
        0 for all but respondents.
    classes : tuple of str
        Names of the classes at the start, in their order.
    to : ndarray of int, shape (classes,)
        The class each ended in.
    n : ndarray of int
        Respondents of each class at the start.
    class_factor : ndarray
        Factor of each class after merging.
    merges : tuple of Merge
    """

    factor: Floats
    classes: tuple[str, ...]
    to: Codes
    n: Codes
    class_factor: Floats
    merges: tuple[Merge, ...]

    @property
    def log(self) -> pd.DataFrame:
        """One row a merge: the class given up, where it went, its respondents and the factor it had."""
        import pandas as pd

        rows = [
            (self.classes[m.giver], self.classes[m.taker] if m.taker != m.giver else "", m.n, m.factor)
            for m in self.merges
        ]
        return pd.DataFrame(rows, columns=["class", "merged_into", "respondents", "factor"])


def adjust_nonresponse(
    weight: Floats,
    category: Codes,
    cell: Codes,
    classes: tuple[str, ...] | None = None,
    *,
    parent: Codes | None = None,
    partial: bool = True,
    e: Eligibility = "class",
    minimum: int = 20,
    limit: float = 3.0,
    neighbour: Mapping[str, str] | None = None,
    file: str = "",
) -> NonResponse:
    """Adjust base weights for non-response in weighting classes.

    Parameters
    ----------
    weight : ndarray, shape (people,)
        Base weights of all who were selected, respondents or not.
    category : ndarray of int, shape (people,)
        Index into `responses.CATEGORIES`.
    cell : ndarray of int, shape (people,)
        Weighting class, from 0, in the order in which neighbours are alike.
    classes : tuple of str, optional
        Their names; numbers if left out.
    parent : ndarray of int, shape (classes,), optional
        Classes merge within a parent (county) only.
    partial : bool
        Whether partial interviews count as respondents.
    e : {"class", "overall"} or float
        Eligible part of the unknown: the part among the known of the class or of all, or a number.
    minimum, limit : int, float
        A class with fewer respondents or a higher factor is merged; see `collapse` for the rule.
    neighbour : mapping, optional
        Class -> the class it is to merge with.

    Raises
    ------
    InputError
        For bad weights, a class (after merging) with eligible people but no respondent, a neighbour
        that is no class or lies in another parent.

    Examples
    --------
    >>> category = np.array([0, 0, 2, 0, 6])  # three complete, a refusal, one not reached
    >>> found = adjust_nonresponse(np.full(5, 2.0), category, np.array([0, 0, 0, 1, 1]), minimum=1)
    >>> found.factor
    array([1.5, 1.5, 0. , 2. , 0. ])
    """
    count = int(cell.max(initial=-1)) + 1
    names = classes or tuple(str(i) for i in range(count))
    faults = FaultList()
    faults.extend(check_weights(weight, file=file))
    stated = _stated(neighbour or {}, names, parent, faults, file)
    faults.raise_if_any()
    size = len(names)
    respondent = (category == 0) | (category == 1) & partial
    known = category < 5
    sums = {
        key: np.asarray(np.bincount(cell[mask], weight[mask], size), dtype=float)
        for key, mask in (("er", respondent), ("known", known), ("un", (category == 5) | (category == 6)),
                          ("out", category == 7))
    }  # fmt: skip
    need = sums["known"] + sums["un"] * _eligible(sums, e)
    n = np.bincount(cell[respondent], minlength=size)
    above = np.zeros(size, dtype=np.int64) if parent is None else parent
    to, merges = collapse(n, sums["er"], need, above, minimum=minimum, limit=limit, neighbour=stated)
    er, needed = np.bincount(to, sums["er"], size), np.bincount(to, need, size)
    for c in np.flatnonzero((er == 0) & (needed > 0)):
        faults.add("class-no-respondents", file=file, key=names[c], n=int((known & (to[cell] == c)).sum()))
    faults.raise_if_any()
    by_class = np.where(er > 0, needed / np.where(er > 0, er, 1.0), 1.0)[to]
    return NonResponse(np.where(respondent, by_class[cell], 0.0), names, to, n, by_class, merges)


def _eligible(sums: dict[str, Floats], e: Eligibility) -> Floats:
    """Return e by class."""
    if e == "class" or e == "overall":
        known, out = sums["known"], sums["out"]
        overall = known.sum() / max(known.sum() + out.sum(), np.finfo(float).tiny)
        seen = known + out
        # A class in which nobody's eligibility is known takes the part of all.
        own = np.where(seen > 0, known / np.where(seen > 0, seen, 1.0), overall)
        return own if e == "class" else np.full(len(own), overall)
    if not 0 <= e <= 1:
        faults = FaultList()
        faults.add("eligible-part", key="e", found=e)
        raise InputError(faults)
    return np.full(len(sums["known"]), float(e))


def _stated(
    neighbour: Mapping[str, str], names: tuple[str, ...], parent: Codes | None, faults: FaultList, file: str
) -> dict[int, int]:
    place = {name: i for i, name in enumerate(names)}
    found = {}
    for giver, taker in neighbour.items():
        missing = [name for name in (giver, taker) if name not in place]
        for name in missing:
            faults.add("class-unknown", file=file, key="neighbour", found=name, options=list(names))
        if missing:
            continue
        if parent is not None and parent[place[giver]] != parent[place[taker]]:
            faults.add("class-other-parent", file=file, key="neighbour", first=giver, other=taker)
        found[place[giver]] = place[taker]
    return found


def classes_of(*columns: npt.ArrayLike, parents: int = 1) -> tuple[Codes, tuple[str, ...], Codes]:
    """Cross columns to weighting classes, in the order of their sorted levels.

    Parameters
    ----------
    *columns : array, shape (people,)
        The first may be the county; a missing value becomes the level "".
    parents : int
        So many of the first columns make the parent, within which classes merge; 0 lets all merge.

    Returns
    -------
    cell : ndarray of int, shape (people,)
    classes : tuple of str
        Levels joined by " | ".
    parent : ndarray of int, shape (classes,)

    Examples
    --------
    >>> classes_of(["b", "a", "a"], [1, 2, 2])
    (array([1, 0, 0]), ('a | 2', 'b | 1'), array([0, 1]))
    """
    from yitihua.surveys.weighting.labels import label_codes

    coded = [label_codes(column) for column in columns]
    key = np.zeros(len(coded[0][0]), dtype=np.int64)
    for codes, levels in coded:
        key = key * (len(levels) + 1) + (codes + 1)
    present, cell = np.unique(key, return_inverse=True)
    rest, parts = present, []
    for _, levels in reversed(coded):
        rest, place = np.divmod(rest, len(levels) + 1)
        parts.append([levels[p - 1] if p else "" for p in place])
    names = tuple(" | ".join(row) for row in zip(*reversed(parts), strict=True))
    above = [" | ".join(row) for row in zip(*list(reversed(parts))[:parents], strict=True)] or [""] * len(names)
    parent = np.unique(np.array(above), return_inverse=True)[1]
    return cell.astype(np.int64), names, parent.astype(np.int64)
