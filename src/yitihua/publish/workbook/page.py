"""What all sheets share: names, looks, the opening lines, and one way to write a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.summary import notices, score_digits, width
from yitihua.publish.template_words import LOOKS
from yitihua.publish.workbook.inert import in_footer, inert, starts_like_formula

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition

#: Sheet -> its tab in Chinese and English, in the order of the book.
TABS: Final[dict[str, tuple[str, str]]] = {
    "ranking": ("排名", "Ranking"),
    "charts": ("图", "Charts"),
    "live": ("试算", "What-if"),
    "barometer": ("晴雨表", "Barometer"),
    "scores": ("得分", "Scores"),
    "indicators": ("指标", "Indicators"),
    "contributions": ("贡献", "Contributions"),
    "weights": ("权重", "Weights"),
    "method": ("方法", "Method"),
    "problems": ("数据问题", "Data problems"),
    "live_data": ("试算数据", "What-if data"),
}
#: Where notices are told why a unit has no score.
REASONS: Final = ("排名表的备注", "the notes on the sheet Ranking")
_EDGE: Final = {key: LOOKS["plain"][key] for key in ("font_name", "font_size", "valign", "border", "border_color")}
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "title": LOOKS["title"],
    "name": LOOKS["title"] | {"font_size": 11, "text_wrap": True},
    "sub": LOOKS["sub"] | {"text_wrap": True, "valign": "top"},
    "warn": LOOKS["warn"] | {"text_wrap": True, "valign": "top"},
    "head": LOOKS["head"],
    "section": {"font_name": "等线", "font_size": 11, "bold": True, "font_color": "#1F4E79", "bottom": 2},
    "text": _EDGE | {"text_wrap": True, "align": "left", "indent": 1},
    "centre": _EDGE | {"align": "center"},
    "code": _EDGE | {"font_color": "#6B7280", "font_size": 9, "align": "left", "indent": 1},
    "number": _EDGE | {"align": "right", "indent": 1},
    "strong": _EDGE | {"align": "right", "indent": 1, "bold": True, "bg_color": "#EAF1F8"},
    "strong_text": _EDGE | {"bold": True, "bg_color": "#EAF1F8", "text_wrap": True, "align": "left", "indent": 1},
    "entry": _EDGE | {"align": "right", "bg_color": "#FFF2B3", "locked": False, "bold": True, "font_color": "#1D4ED8"},
    "formula": _EDGE | {"align": "right", "indent": 1, "bg_color": "#F3F4F6"},
    "formula_text": _EDGE | {"align": "left", "indent": 1, "bg_color": "#F3F4F6"},
    "bad": {"font_color": "#9C0006", "bg_color": "#F8CBAD"},
    "up": {"font_color": "#166534"},
    "down": {"font_color": "#B42318"},
}
#: Of a probability: what is not certain is not printed as 100%.
LIKELY: Final = '[=1]0%;[>=0.995]">99%";0%'
#: Rows of an Excel sheet.
MOST_ROWS: Final = 1_048_576
#: Columns of characters across which notices are wrapped, about an A4 page in landscape.
_PAPER: Final = 130.0


@dataclass(frozen=True)
class Column:
    """A column of a table: heading, one value a row, looks, and the widths it may take."""

    title: str
    values: Sequence[Any]
    look: str = "text"
    fmt: str = ""
    least: float = 6.0
    most: float = 40.0
    fmts: Sequence[str] = ()  # number formats row by row, where they differ

    @property
    def wraps(self) -> bool:
        """Whether some value takes more than one line."""
        if self.fmt or self.fmts or not _STYLES[self.look].get("text_wrap"):
            return False
        return any("\n" in str(value) or width(str(value)) > self.width - 2 for value in self.values)

    @cached_property
    def width(self) -> float:
        """Width that fits heading (wrapped) and values (wrapped beyond the most)."""
        if self.fmt or self.fmts:
            formats = self.fmts or [self.fmt] * len(self.values)
            shown = (len(_sample(value, fmt)) for value, fmt in zip(self.values, formats, strict=True))
            longest = max(shown, default=0)
        else:
            longest = max((max(map(width, str(value).split("\n"))) for value in self.values), default=0)
        head = max((width(part) for part in self.title.split("\n")), default=0)
        # A heading may take two lines; the arrow of the filter covers two signs.
        return float(min(max(self.least, longest + 3, min(head, max(head / 2 + 3, 8.0)) + 2), self.most))


def _sample(value: Any, fmt: str) -> str:
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return ""
    if fmt == LIKELY:
        return ">99%"
    decimals = len(fmt.partition(".")[2].rstrip("%"))  # "#,##0.00", "0.0%"
    return f"{value * 100:.{decimals}f}%" if fmt.endswith("%") else f"{value:,.{decimals}f}"


class Desk:
    """One workbook in the making: the board, the language, and the formats made so far."""

    def __init__(self, book: Any, board: Scoreboard, edition: Edition | None, lang: str) -> None:
        self.book, self.board, self.edition, self.lang = book, board, edition, lang
        #: What the workbook leaves out, and why: told on the sheet of methods.
        self.left_out: list[str] = []
        self._looks: dict[tuple[str, str, bool], Any] = {}

    def say(self, zh: str, en: str) -> str:
        """Return the text in the book's language."""
        return zh if self.lang == "zh" else en

    def pick(self, pair: tuple[str, str]) -> str:
        """Return the Chinese or the English of a pair."""
        return self.say(*pair)

    def tab(self, key: str) -> str:
        """Return the name of a sheet."""
        return self.pick(TABS[key])

    @property
    def digits(self) -> int:
        """Decimals of published scores, as everywhere else."""
        return score_digits(self.board.recipe)

    @property
    def score_format(self) -> str:
        """Number format of the index."""
        return f"0.{'0' * self.digits}"

    @property
    def node_format(self) -> str:
        """Number format of scores below the index."""
        return f"0.{'0' * (self.digits - (self.digits == 2))}"

    @cached_property
    def opening(self) -> list[str]:
        """What must be said beside any number: simulated data, a reconstruction, units without a score."""
        return notices(self.board, self.lang, REASONS)

    @property
    def marked(self) -> bool:
        """Whether every sheet says that values are simulated."""
        return bool(self.board.table.simulated or self.board.recipe.simulated)

    def _mark(self) -> str:
        """Return what stands at the foot of every page: simulated data, and the edition's own notice."""
        mark = self.say("模拟数据，不得作为结论引用", "SIMULATED DATA, no finding may be drawn") if self.marked else ""
        return "　".join(part for part in (mark, self.pick(self.board.recipe.notice)) if part)

    def look(self, name: str, fmt: str = "", quoted: bool = False) -> Any:
        """Return a format, made when first asked for."""
        key = (name, fmt, quoted)
        if key not in self._looks:
            style = _STYLES[name] | ({"num_format": fmt} if fmt else {})
            # Typed anew, a text that begins with = would run; as text with a quote before it, it stays text.
            style |= {"quote_prefix": True, "num_format": "@"} if quoted else {}
            self._looks[key] = self.book.add_format(style)
        return self._looks[key]

    def text(self, sheet: Any, row: int, column: int, text: object, look: str = "text") -> None:
        """Write a text that stays one."""
        words = inert(text)
        sheet.write_string(row, column, words, self.look(look, quoted=starts_like_formula(words)))

    def cell(self, sheet: Any, row: int, column: int, value: Any, look: str = "text", fmt: str = "") -> None:
        """Write a text or a number; nothing where it is missing."""
        if value is None or (isinstance(value, float) and not math.isfinite(value)) or value == "":
            sheet.write_blank(row, column, None, self.look(look, fmt))
        elif isinstance(value, str):
            self.text(sheet, row, column, value, look)
        else:
            sheet.write_number(row, column, float(value), self.look(look, fmt))

    def sheet(self, key: str, title: str, remarks: Sequence[str] = (), room: float = _PAPER, columns: int = 8,
              across: bool = True, scale: int = 75) -> tuple[Any, int]:  # fmt: skip
        """Add a sheet with title, notices and remarks; return it and the first free row.

        Parameters
        ----------
        key : str
            Of `TABS`.
        room : float
            Width of the first `columns` columns, over which the lines are wrapped.
        across : bool
            Whether it is printed on one page across; else columns run over several pages.
        scale : int
            Percent, where it is not.
        """
        sheet = self.book.add_worksheet(self.tab(key))
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.set_margins(0.4, 0.4, 0.6, 0.6)
        if across:
            sheet.fit_to_pages(1, 0)
        else:
            sheet.set_print_scale(scale)
        sheet.set_footer(f"&L&9&A　{in_footer(self._mark())}&R&9&P / &N")
        recipe, table = self.board.recipe, self.board.table
        name = self.pick(recipe.title) + (f" · {table.period}" if table.period else "")
        label = self.say("【模拟】", "[SIMULATED] ") if self.marked else ""
        sheet.set_row(0, 26)
        self.text(sheet, 0, 0, f"{label}{title}", "title")
        # Unit codes are text of digits; without this Excel marks every one of them.
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        row = 1
        opening = [(name, "name"), *((text, "warn") for text in self.opening), *((text, "sub") for text in remarks)]
        for words, look in opening:
            sheet.set_row(row, 15 * wrapped(words, room))
            if columns > 1:
                sheet.merge_range(row, 0, row, columns - 1, "", self.look(look))
            self.text(sheet, row, 0, words, look)
            row += 1
        return sheet, row

    def table(self, key: str, title: str, columns: Sequence[Column], remarks: Sequence[str] = (), frozen: int = 3,
              across: bool = True) -> tuple[Any, int]:  # fmt: skip
        """Add a sheet that is one table; return it and the row of its heading.

        Parameters
        ----------
        frozen : int
            Columns that stay in sight, and on every page where a sheet is not printed on one across.
        """
        room, count = columns[0].width, 1
        while count < len(columns) and room + columns[count].width <= _PAPER:
            room, count = room + columns[count].width, count + 1
        sheet, head = self.sheet(key, title, remarks, max(room, 40.0), count, across)
        self.rows(sheet, head, columns)
        rows = len(columns[0].values)
        sheet.autofilter(head, 0, head + max(rows, 1), len(columns) - 1)
        sheet.freeze_panes(head + 1, frozen)
        sheet.repeat_rows(head)
        if not across:
            sheet.repeat_columns(0, frozen - 1)
        return sheet, head

    def rows(self, sheet: Any, head: int, columns: Sequence[Column], first: int = 0) -> None:
        """Write heading and rows of a table, and set widths and heights: not every reader fits rows to wrapped text."""
        sheet.set_row(head, 15 * max(2, *(_lines(column) for column in columns)))
        for c, column in enumerate(columns, start=first):
            sheet.set_column(c, c, column.width)
            self.text(sheet, head, c, column.title, "head")
            formats = column.fmts or [column.fmt] * len(column.values)
            for row, (value, fmt) in enumerate(zip(column.values, formats, strict=True), start=head + 1):
                self.cell(sheet, row, c, value, column.look, fmt)
        tall: dict[int, int] = {}
        for column in columns:
            if column.wraps:
                for row, value in enumerate(column.values, start=head + 1):
                    tall[row] = max(tall.get(row, 1), wrapped(str(value), column.width - 2))
        for row, lines in tall.items():
            if lines > 1:
                sheet.set_row(row, min(15 * lines, 409))


def wrapped(text: str, room: float) -> int:
    r"""Return how many lines a text takes in a column of some width; a little is lost at the end of every line.

    Examples
    --------
    >>> wrapped("abc", 10), wrapped("指标指标指标", 10), wrapped("a\nb", 10)
    (1, 2, 2)
    """
    return sum(max(1, math.ceil(width(part) * 1.05 / room)) for part in inert(text).split("\n"))


def value_format(values: Sequence[float], more: int = 0) -> str:
    """Return a number format that shows about four figures of the largest value; `more` adds decimals.

    Examples
    --------
    >>> value_format([12345.6]), value_format([3.14159, float("nan")]), value_format([])
    ('#,##0', '0.000', '0.00')
    """
    sizes = [abs(value) for value in values if math.isfinite(value) and value]
    if not sizes:
        return "0.00"
    decimals = min(max(0, 3 - math.floor(math.log10(max(sizes)))), 8) + more
    whole = "#,##0" if max(sizes) >= 1000 else "0"
    return f"{whole}.{'0' * decimals}" if decimals else whole


def _lines(column: Column) -> int:
    return wrapped(column.title, column.width - 2)
