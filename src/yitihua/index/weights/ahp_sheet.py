"""What a sheet of judgments of pairs holds, as the form draws it and the reader finds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition

Label = tuple[str, str]  # Chinese, English

#: Heading over the codes of rows; the headings to its right are codes of columns.
CODE_HEADING: Final = "代码 code"
NAME_HEADING: Final = "指标 indicator"
#: What else stands in the heading row or the code column, and is no label.
WEIGHT_HEADING: Final = "权重 weight"
RATIO_HEADING: Final = "(Aw)/w"
SUM_HEADING: Final = "列和 column sum"
NOT_LABELS: Final = frozenset({NAME_HEADING, WEIGHT_HEADING, RATIO_HEADING, SUM_HEADING})
#: Before the cell with the expert's name.
EXPERT_LABEL: Final = "专家姓名 expert's name"

COVER: Final = "填写说明"
SCALE_SHEET: Final = "_scale"
META: Final = "_meta"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One matrix that experts fill in: the children of a node, compared in pairs.

    Attributes
    ----------
    parent : str
        Code of the node.
    name : (str, str)
        Its name in Chinese and English.
    codes : tuple of str
        Its children, two or more.
    names : tuple of (str, str)
        Their names.
    """

    parent: str
    name: Label
    codes: tuple[str, ...]
    names: tuple[Label, ...]

    def label(self, text: str) -> str | None:
        """Return the code that a heading stands for: by code, or by name where only one has it.

        Examples
        --------
        >>> asked = Comparison("A", ("甲", "A"), ("A1", "A2"), (("速度", "speed"), ("成本", "cost")))
        >>> asked.label("A1"), asked.label("成本"), asked.label("cots")
        ('A1', 'A2', None)
        """
        if text in self.codes:
            return text
        named = [code for code, name in zip(self.codes, self.names, strict=True) if text in name and text]
        return named[0] if len(named) == 1 else None


def comparisons_of(edition: Edition) -> tuple[Comparison, ...]:
    """Return what experts are asked for the weights of an edition: one matrix a node with two children or more.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> [(asked.parent, len(asked.codes)) for asked in comparisons_of(load_edition("hdi"))]
    [('HDI', 3), ('education', 2)]
    """
    everything = edition.nodes | edition.indicators
    return tuple(
        Comparison(
            code,
            (edition.nodes[code].name.zh, edition.nodes[code].name.en),
            children,
            tuple((everything[child].name.zh, everything[child].name.en) for child in children),
        )
        for code, children in edition.children.items()
        if len(children) > 1
    )
