"""A finding of the audit: what was checked, the figure, the threshold and where it is from, pass or concern."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from yitihua.definitions.methods import Registry
from yitihua.definitions.own_code import is_own_code
from yitihua.index.recipe import Label

Verdict = Literal["pass", "concern", "note"]

#: Words of verdicts. A note is a figure for which no threshold is agreed.
VERDICTS: Final[dict[Verdict, Label]] = {
    "pass": ("通过", "pass"),
    "concern": ("关注", "concern"),
    "note": ("说明", "note"),
}

#: The ten steps of the handbook.
STEPS: Final[tuple[Label, ...]] = (
    ("理论框架", "Theoretical framework"),
    ("数据选取", "Data selection"),
    ("缺失值填补", "Imputation of missing data"),
    ("多元分析", "Multivariate analysis"),
    ("标准化与异常值", "Normalisation and outliers"),
    ("权重与合成", "Weighting and aggregation"),
    ("稳健性与不确定性", "Robustness and uncertainty"),
    ("回到数据", "Back to the data"),
    ("与其他变量的关系", "Links to other variables"),
    ("结果的发布", "Presentation of results"),
)

#: Where the order of the steps is from.
HANDBOOK: Final = (
    "OECD/JRC (2008), Handbook on Constructing Composite Indicators: Methodology and User Guide, OECD Publishing"
)

#: Source of a threshold that this package sets itself, because none is agreed in the literature.
OWN: Final[Label] = ("本审计自定，文献中无公认界限", "a rule of this audit: the literature has no agreed one")

NO_THRESHOLD: Final[Label] = ("无公认界限", "none is agreed")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the audit.

    Attributes
    ----------
    step : int
        1 to 10, of `STEPS`.
    code : str
        Name that stays the same over versions and languages.
    checked : (str, str)
        What was checked, in Chinese and English.
    figure : (str, str)
        The figure.
    threshold : (str, str)
        What passes.
    source : (str, str)
        Where the threshold is from.
    verdict : {"pass", "concern", "note"}
    words : (str, str)
        What the figure means; names what is concerned.
    value : float or None
        The figure as a number.
    """

    step: int
    code: str
    checked: Label
    figure: Label
    threshold: Label
    source: Label
    verdict: Verdict
    words: Label
    value: float | None = None


def judged(fine: bool) -> Verdict:
    """Return "pass" or "concern".

    Examples
    --------
    >>> judged(True), judged(False)
    ('pass', 'concern')
    """
    return "pass" if fine else "concern"


def both(text: str) -> Label:
    """Return a text that is the same in both languages."""
    return text, text


def methods_in_words(names: Iterable[str], registry: Registry) -> Label:
    """Return the words of methods, each once, in both languages; a user's own function stands for itself.

    Examples
    --------
    >>> from yitihua.definitions.methods import AGGREGATE
    >>> methods_in_words(["geometric", "arithmetic", "geometric"], AGGREGATE)
    ('算术平均、几何平均', 'arithmetic, geometric')
    """
    words = [both(name) if is_own_code(name) else registry[name].words for name in sorted(set(names))]
    return "、".join(word[0] for word in words), ", ".join(word[1] for word in words)


def some(names: Sequence[str], most: int = 60) -> Label:
    """Return the first names of a list in both languages, and how many there are beyond.

    Examples
    --------
    >>> some(["A", "B", "C"], most=2)
    ('A、B等3项', 'A, B and 1 more')
    """
    if len(names) <= most:
        return "、".join(names), ", ".join(names)
    return f"{'、'.join(names[:most])}等{len(names)}项", f"{', '.join(names[:most])} and {len(names) - most} more"
