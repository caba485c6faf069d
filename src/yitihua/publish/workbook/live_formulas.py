"""The formulas of the live sheet: a node from its children, rounding, and which cells they need.

Nothing but + - * / ^ and functions that every Excel, WPS and LibreOffice has: IF, SUM, SUMPRODUCT, ROUND, EXP, LN,
RANK, INDEX, MATCH. No macro, no dynamic array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from xlsxwriter.utility import xl_col_to_name

from yitihua.index.grade import NOISE_DECIMALS
from yitihua.publish.workbook.live_plan import LiveNode

Floats = npt.NDArray[np.float64]
#: Stands for the infinite: ln 0, and a negative power of 0. A share of it is as good as infinite.
_ENDLESS: Final = "1E+300"


@dataclass(frozen=True)
class Block:
    """Where a node's numbers stand on the data sheet: columns from 0, one row a unit.

    Attributes
    ----------
    node : LiveNode
    start : int
        First column of the children's points.
    share_row : int
        Row, from 0, that holds the children's shares above their points.
    """

    node: LiveNode
    start: int
    share_row: int

    @property
    def size(self) -> int:
        """Number of children."""
        return len(self.node.rule.children)

    @property
    def has(self) -> int:
        """First column of 1 where a child has a score; there are such columns only with gaps."""
        return self.start + self.size

    @property
    def count(self) -> int:
        """First column of what counts for coverage: that of `has` unless filled cells do not count."""
        return self.has + self.size if self.node.own_count else self.has

    @property
    def bent(self) -> int:
        """First column of transformed points: the points themselves under an arithmetic mean."""
        if not self.node.bent:
            return self.start
        return self.start + self.size * (1 + self.node.gaps + self.node.own_count)

    @property
    def tested(self) -> int:
        """Column of the share that the coverage rule looks at; behind it stand whether there is a score, and it."""
        return self.start + self.size * (1 + self.node.gaps + self.node.own_count + self.node.bent)

    @property
    def scored(self) -> int:
        """Column of 1 where the node has a score."""
        return self.tested + 1

    @property
    def score(self) -> int:
        """Column of the node's score, 0 where it has none."""
        return self.tested + 2

    @property
    def end(self) -> int:
        """The first column behind the block."""
        return self.tested + 3

    def across(self, first: int, row: int, fixed: bool = False) -> str:
        """Return the cells of all children in a row."""
        left, right = xl_col_to_name(first, fixed), xl_col_to_name(first + self.size - 1, fixed)
        mark = "$" if fixed else ""
        return f"{left}{mark}{row + 1}:{right}{mark}{row + 1}"

    @property
    def shares(self) -> str:
        """The children's shares."""
        return self.across(self.start, self.share_row, fixed=True)

    def weight_there(self, row: int) -> str:
        """Return the weight of the children that have a score."""
        return f"SUMPRODUCT({self.shares},{self.across(self.has, row)})" if self.node.gaps else f"SUM({self.shares})"

    def tested_formula(self, row: int) -> str:
        """Return the share that the coverage rule looks at."""
        return (
            f"=SUMPRODUCT({self.shares},{self.across(self.count, row)})" if self.node.gaps else f"=SUM({self.shares})"
        )

    def scored_formula(self, row: int) -> str:
        """Return whether the node has a score: enough of its weight, and some child to weigh."""
        tested = cell(self.tested, row)
        return f"=IF({self.weight_there(row)}>0,IF({tested}>={self.node.rule.coverage!r}-1E-9,1,0),0)"

    def score_formula(self, row: int) -> str:
        """Return the mean of the children that have a score, their weights shared anew."""
        mean = f"SUMPRODUCT({self.shares},{self.across(self.bent, row)})/{self.weight_there(row)}"
        power = self.node.power
        if power == 0:
            mean = f"EXP({mean})"
        elif power != 1:
            mean = f"({mean})^(1/{_number(power)})"
        return f"=IF({cell(self.scored, row)}=1,{mean},0)"

    def bent_formula(self, child: int, row: int) -> str:
        """Return a child's points as the mean adds them up: raised to the floor, then ln or a power."""
        x, floor, power = cell(self.start + child, row), self.node.rule.floor, self.node.power
        if power == 0:
            low = f"LN({_number(floor)})" if floor > 0 else f"-{_ENDLESS}"
            made = f"IF({x}>{_number(floor)},LN({x}),{low})"
        elif power < 0 and floor <= 0:
            made = f"IF({x}>0,{x}^{_number(power)},{_ENDLESS})"
        else:
            made = f"IF({x}>{_number(floor)},{x},{_number(floor)})"
            made = made if power == 1 else f"{made}^{_number(power)}"
        return f"=IF({cell(self.has + child, row)}=1,{made},0)" if self.node.gaps else f"={made}"


def blocks_of(nodes: tuple[LiveNode, ...], start: int, share_row: int) -> list[Block]:
    """Return the nodes' blocks side by side."""
    found: list[Block] = []
    for node in nodes:
        found.append(Block(node, found[-1].end if found else start, share_row))
    return found


def cell(column: int, row: int) -> str:
    """Return the address of a cell; column and row from 0."""
    return f"{xl_col_to_name(column)}{row + 1}"


def _number(value: float) -> str:
    return f"({value!r})" if value < 0 else repr(value)


def scaled_formula(score: str, decimals: int) -> str:
    """Return a score in units of its last published decimal, what hangs on the order of a sum rounded away.

    Examples
    --------
    >>> scaled_formula("K8", 3)
    '=ROUND(K8,12)*10^3'
    """
    return f"=ROUND({score},{NOISE_DECIMALS})*10^{decimals}" if decimals < NOISE_DECIMALS else f"={score}*10^{decimals}"


def whole_formula(scored: str, scaled: str) -> str:
    """Return the nearest whole number, a half to the even one as `grade.rounded` does; "" without a score."""
    off = f"(ROUND({scaled},0)-{scaled})"
    return f'=IF({scored}=1,IF({off}*{off}=0.25,2*ROUND({scaled}/2,0),ROUND({scaled},0)),"")'
