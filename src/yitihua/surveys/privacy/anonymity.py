"""k-anonymity: before a table of respondents leaves, how many share what is known of each.

Sweeney 2002, International Journal of Uncertainty, Fuzziness and Knowledge-Based Systems 10: 557-570;
l-diversity after Machanavajjhala et al. 2007. A table that leaves has been looked at for identifiers
as well: no reason lets those through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.errors import FaultList, refuse, suggest
from yitihua.indicators.cells import column_letters
from yitihua.surveys.answer_table import Ints, distinct
from yitihua.surveys.privacy.identifiers import KINDS, kind_of_header, personal_rows

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Anonymity:
    """How well a table hides its respondents.

    Attributes
    ----------
    quasi : tuple of str
        Columns that together may point to a person; an empty cell is a value of its own.
    k : int
        What was asked for.
    respondents : int
        Rows.
    smallest : int
        Size of the smallest group of respondents alike in `quasi`: the table is that-anonymous.
    unique, below : int
        Respondents alone in their group, and in groups of fewer than k.
    sizes : dict
        Size of a group -> how many groups, of those below k.
    diversity : dict
        Sensitive column -> fewest different values in a group: the table is that-diverse in it.
    """

    quasi: tuple[str, ...]
    k: int
    respondents: int
    smallest: int
    unique: int
    below: int
    sizes: dict[int, int]
    diversity: dict[str, int]

    @property
    def holds(self) -> bool:
        """Whether every group has at least k respondents."""
        return self.below == 0

    def text(self, lang: str = "en") -> str:
        """Return the report in words; it names no respondent and no combination."""
        names = "、".join(self.quasi) if lang == "zh" else ", ".join(self.quasi)
        if lang == "zh":
            lines = [
                f"按{names}组合：{self.respondents}人，最小组合{self.smallest}人（要求{self.k}人）",
                f"不足{self.k}人的组合共{sum(self.sizes.values())}个，涉及{self.below}人，其中唯一者{self.unique}人",
            ]
            return "\n".join(lines + [f"敏感列{name}：每组至少{n}种取值" for name, n in self.diversity.items()])
        groups = sum(self.sizes.values())
        lines = [
            f"by {names}: {self.respondents} respondents, the smallest group has {self.smallest} (asked for: {self.k})",
            f"{groups} groups below {self.k} with {self.below} respondents, {self.unique} of them unique",
        ]
        return "\n".join(lines + [f"{name}: at least {n} values a group" for name, n in self.diversity.items()])


def anonymity(frame: pd.DataFrame, quasi: Sequence[str], k: int = 10, sensitive: Sequence[str] = ()) -> Anonymity:
    """Return how well a table of respondents hides them.

    Parameters
    ----------
    frame : DataFrame
        A row a respondent.
    quasi : sequence of str
        Quasi-identifiers: what a neighbour or a colleague would know.
    k : int
        Fewest respondents alike.
    sensitive : sequence of str
        Columns of which each group should have several values.

    Raises
    ------
    InputError
        If a column is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> found = anonymity(pd.DataFrame({"sex": [1, 1, 2], "age": [3, 3, 4]}), ["sex", "age"], k=2)
    >>> found.smallest, found.unique, found.below
    (1, 1, 1)
    """
    for name in (*quasi, *sensitive):
        if name not in frame.columns:
            options = [str(column) for column in frame.columns]
            raise refuse("release-column", name=name, options=options, hint=suggest(name, options))
    group, size = _groups(frame, quasi)
    own = size[group] if len(group) else np.zeros(0, dtype=np.int64)
    small = size[size < k]
    sizes = {int(n): int(count) for n, count in zip(*np.unique(small, return_counts=True), strict=True)}
    return Anonymity(
        tuple(quasi), k, len(frame), int(size.min(initial=len(frame))), int((own == 1).sum()), int((own < k).sum()),
        sizes, {name: _fewest(group, len(size), frame[name]) for name in sensitive},
    )  # fmt: skip


def _groups(frame: pd.DataFrame, quasi: Sequence[str]) -> tuple[Ints, Ints]:
    """Return each row's group, and the groups' sizes."""
    group = np.zeros(len(frame), dtype=np.int64)
    for name in quasi:
        number, different = _numbered(frame[name])
        _, group = np.unique(group * (different + 1) + number + 1, return_inverse=True)
    return group, np.bincount(group)


def _numbered(column: pd.Series[Any]) -> tuple[Ints, int]:
    import pandas as pd

    codes, found = pd.factorize(column)
    return np.asarray(codes, dtype=np.int64), len(found)


def _fewest(group: Ints, groups: int, column: pd.Series[Any]) -> int:
    number, different = _numbered(column)
    pairs = np.unique(group * (different + 1) + number + 1)
    return int(np.bincount(pairs // (different + 1), minlength=groups).min(initial=different))


def check_release(
    frame: pd.DataFrame, quasi: Sequence[str], k: int = 10, sensitive: Sequence[str] = (), despite: str = ""
) -> Anonymity:
    """Return the report of a table that may leave; refuse one that may not.

    Whatever writes a table of respondents to where others can read it calls this first.

    Parameters
    ----------
    frame : DataFrame
        A row a respondent.
    quasi, k, sensitive
        As in `anonymity`.
    despite : str
        A reason to let it leave though groups are smaller than k. No reason lets identifiers leave.

    Raises
    ------
    InputError
        If a column holds identifiers, by its header or its values, or if groups are smaller than k.
    """
    faults = FaultList()
    for place, header in enumerate(frame.columns):
        values = frame.iloc[:, place]
        numeric = values.dtype.kind in "fiu"
        cells = values.to_numpy(dtype=float, na_value=np.nan) if numeric else values.tolist()
        found = personal_rows(cells, None if numeric else distinct(cells))
        kind = kind_of_header(str(header)) or next(iter(found.values()), "")
        if kind:
            zh, en = KINDS[kind]
            letters = column_letters(place)
            faults.add("release-personal", cell=f"{letters}1", column=letters, zh=zh, en=en)
    faults.raise_if_any()
    report = anonymity(frame, quasi, k, sensitive)
    if not report.holds and not despite.strip():
        raise refuse("release-small-cells", quasi=list(quasi), found=report.below, k=k, unique=report.unique)
    return report
