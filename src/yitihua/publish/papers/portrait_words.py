"""What every part of a portrait's page needs: the language, labels safe to print, places on the axis."""

from __future__ import annotations

from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.papers.engine import plain
from yitihua.publish.papers.numbers import Printed, raw
from yitihua.publish.portraits import Portraits
from yitihua.publish.portraits.model import Branch, Label, Number, Row


class Words:
    """Words and positions of one language and one board.

    Parameters
    ----------
    found : Portraits
    lang : {"zh", "en"}
    """

    def __init__(self, found: Portraits, lang: str) -> None:
        self.found, self.lang, self.zh = found, lang, lang == "zh"
        self.shown = Printed(found.board)
        low, high = found.board.recipe.scale
        scores = [float(score) for part in found.sorted_scores.values() for score in part]
        self.low, self.high = min([low, *scores]), max([high, *scores])

    def say(self, zh: str, en: str) -> str:
        """Return the text in the page's language."""
        return zh if self.zh else en

    def pick(self, label: Label) -> str:
        """Return a label in the page's language, safe to print."""
        return plain(label[0 if self.zh else 1] or label[1 if self.zh else 0], 200)

    def place(self, value: Number) -> float | None:
        """Return where a score stands on the axis, 0 to 1."""
        if value is None or self.high == self.low:
            return None
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def rank(self, item: Branch | Row) -> str:
        """Return a rank and among how many."""
        return "—" if item.rank is None else f"{item.rank}/{item.of}"

    def coded(self, row: Row | Branch) -> str:
        """Return code and name, the code alone where they are the same."""
        code, name = plain(row.code, 12), self.pick(row.name)
        return name if name == code else f"{code} {name}"

    def value(self, row: Row) -> str:
        """Return the raw value of an indicator with its unit."""
        unit = self.pick(row.unit)
        return (
            f"{raw(row.value)}{'' if unit.startswith('%') else ' '}{unit}"
            if row.value is not None
            else self.say("缺失", "missing")
        )


def short_notice(board: Scoreboard, lang: str) -> str:
    """Return what every page repeats of the notices: that data are simulated, and what the edition says it is.

    Examples
    --------
    >>> import yitihua as yt
    >>> short_notice(yt.evaluate("zhejiang-2022"), "zh"), short_notice(yt.evaluate("egdi-2022"), "zh")
    ('模拟数据，本版为重构', '')
    """
    zh = lang == "zh"
    said = []
    if board.table.simulated or board.recipe.simulated:
        said.append("模拟数据" if zh else "SIMULATED DATA 模拟数据")
    if notice := plain(board.recipe.notice[0 if zh else 1], 400):
        said.append(notice.split("：")[0] if zh else notice.split(":")[0])  # up to the colon it says what it is
    return ("，" if zh else ", ").join(said)
