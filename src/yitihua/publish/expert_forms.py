"""Draw the forms that experts fill in: judgments of pairs (AHP), and points to be spread (budget allocation).

Only the cells to be filled in are unlocked. The AHP form computes the lower triangle, weights and CR while it is
filled in, by the column method, so that an expert sees a contradiction at once; the index itself takes the method
that its edition states.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from yitihua.definitions.edition import Edition
from yitihua.definitions.text import Text
from yitihua.index.weights.ahp import RANDOM_INDEX
from yitihua.index.weights.ahp_sheet import (
    CODE_HEADING,
    COVER,
    EXPERT_LABEL,
    NAME_HEADING,
    RATIO_HEADING,
    SCALE_SHEET,
    SUM_HEADING,
    WEIGHT_HEADING,
    Comparison,
    comparisons_of,
)
from yitihua.index.weights.expert_table import EXPERT_HEADINGS
from yitihua.index.weights.judgments import SCALE
from yitihua.publish.template_words import LOOKS

FORMS: Final = ("ahp", "budget")
#: First row and column of the matrix, from 0.
_TOP, _LEFT = 4, 2
#: Rows of the budget form.
_EXPERTS: Final = 30
_FRACTION: Final = {"num_format": "# ?/?"}

_HOW_TO: Final[tuple[tuple[str, str], ...]] = (
    ("每张表比较同一上级之下的各项，两两相比，只填黄色单元格（对角线以上）。",
     "Each sheet compares the parts of one node in pairs: fill in the yellow cells above the diagonal."),
    ("填“行比列重要多少”：3表示行比列稍重要，1/3表示列比行稍重要。",
     "Enter how much more the row matters than the column: 3 moderately more, 1/3 moderately less."),
    ("右侧的权重和一致性比率CR随填随算（列归一法）；CR大于0.1时，请复核判断。",
     "Weights and the consistency ratio CR are computed as you go; look again where CR is above 0.1."),
)  # fmt: skip
_SCALE_WORDS: Final[tuple[tuple[str, str, str], ...]] = (
    ("1", "同等重要", "equally important"),
    ("3", "稍重要", "moderately more important"),
    ("5", "明显重要", "strongly more important"),
    ("7", "强烈重要", "very strongly more important"),
    ("9", "极端重要", "extremely more important"),
    ("2、4、6、8", "介于两者之间", "in between"),
    ("1/2…1/9", "相反的判断", "the reverse"),
)


def ahp_form(edition: Edition) -> bytes:
    """Return the workbook for one expert's judgments: a cover, and a sheet for each node with two children or more.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> ahp_form(load_edition("hdi"))[:2]
    b'PK'
    """
    return _workbook(edition, _draw_ahp)


def budget_form(edition: Edition) -> bytes:
    """Return the workbook for points of several experts: a sheet for each node, a row for each expert.

    Examples
    --------
    >>> from yitihua.definitions import load_edition
    >>> budget_form(load_edition("hdi"))[:2]
    b'PK'
    """
    return _workbook(edition, _draw_budget)


def _workbook(edition: Edition, draw: Callable[[Any, dict[str, Any], Edition], None]) -> bytes:
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        # A fixed date, so that the same form gives the same bytes.
        book.set_properties({"title": edition.title.zh, "created": dt.datetime(2022, 1, 1)})
        looks = {name: book.add_format(look) for name, look in LOOKS.items()}
        looks["judgment"] = book.add_format(LOOKS["number"] | _FRACTION | {"align": "center"})
        looks["mirror"] = book.add_format(LOOKS["code"] | _FRACTION | {"align": "center", "font_size": 11})
        looks["share"] = book.add_format(LOOKS["code"] | {"num_format": "0.000", "font_size": 11})
        looks["alarm"] = book.add_format({"bg_color": "#FDE9D9", "font_color": "#9C0006", "bold": True})
        draw(book, looks, edition)
    return target.getvalue()


def _sheet(book: Any, looks: dict[str, Any], name: str, title: str, note: str) -> Any:
    sheet = book.add_worksheet(name)
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, title, looks["title"])
    sheet.write_string(1, 0, note, looks["sub"])
    return sheet


def _sheet_names(asked: Sequence[Comparison]) -> list[str]:
    """Return names that Excel takes: 31 letters, some signs barred, none twice whatever the case.

    Examples
    --------
    >>> both = (("", ""), ("a", "b"), (("", ""), ("", "")))
    >>> _sheet_names([Comparison("A/B", *both), Comparison("a:b", *both), Comparison("history", *both)])
    ['A_B', 'a_b 2', 'history 2']
    """
    taken, names = {"history", COVER, SCALE_SHEET}, []
    for comparison in asked:
        stem = re.sub(r"[\[\]:*?/\\']", "_", comparison.parent)[:28] or "_"
        name, number = stem, 2
        while name.casefold() in taken:
            name, number = f"{stem} {number}", number + 1
        taken.add(name.casefold())
        names.append(name)
    return names


def _heading(comparison: Comparison) -> str:
    return f"{comparison.parent}　{comparison.name[0]}　{comparison.name[1]}"


# Judgments of pairs


def _draw_ahp(book: Any, looks: dict[str, Any], edition: Edition) -> None:
    asked = comparisons_of(edition)
    _cover(book, looks, edition.title)
    for name, comparison in zip(_sheet_names(asked), asked, strict=True):
        _matrix(book, looks, name, comparison)
    scale = book.add_worksheet(SCALE_SHEET)
    for row, value in enumerate(sorted(SCALE, reverse=True)):
        scale.write_number(row, 0, value, looks["mirror"])
    scale.very_hidden()


def _cover(book: Any, looks: dict[str, Any], title: Text) -> None:
    sheet = _sheet(book, looks, COVER, f"{title.zh}　专家判断表", f"{title.en}: judgments of experts")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 2, 44)
    sheet.write_string(3, 0, EXPERT_LABEL, looks["text"])
    sheet.write_blank(3, 1, None, looks["words"])
    row = 5
    for zh, en in _HOW_TO:
        sheet.write_string(row, 0, zh, looks["sub"])
        sheet.write_string(row + 1, 0, en, looks["sub"])
        row += 2
    row += 1
    for column, text in enumerate(("标度 scale", "含义", "meaning")):
        sheet.write_string(row, column, text, looks["head"])
    for words in _SCALE_WORDS:
        row += 1
        for column, text in enumerate(words):
            sheet.write_string(row, column, text, looks["text"])
    sheet.protect()
    sheet.activate()


def _matrix(book: Any, looks: dict[str, Any], name: str, comparison: Comparison) -> None:
    codes, k = comparison.codes, len(comparison.codes)
    sheet = _sheet(book, looks, name, _heading(comparison), "行比列重要多少？ How much more does the row matter?")
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 34)
    sheet.set_column(_LEFT, _LEFT + k + 1, 9)
    head = _TOP - 1
    titles = (CODE_HEADING, NAME_HEADING, *codes, WEIGHT_HEADING, RATIO_HEADING)
    for column, text in enumerate(titles):
        sheet.write_string(head, column, text, looks["head"])
    sheet.set_row(head, 32)
    for i, (code, words) in enumerate(zip(codes, comparison.names, strict=True)):
        row = _TOP + i
        sheet.set_row(row, 30)
        sheet.write_string(row, 0, code, looks["code"])
        sheet.write_string(row, 1, f"{words[0]}\n{words[1]}", looks["text"])
        for j in range(k):
            if i == j:
                sheet.write_number(row, _LEFT + j, 1, looks["mirror"])
            elif i < j:
                _judgment(sheet, looks, row, _LEFT + j, (comparison.names[i], comparison.names[j]))
            else:
                mirrored = xl_rowcol_to_cell(_TOP + j, _LEFT + i)
                sheet.write_formula(row, _LEFT + j, f'=IF({mirrored}="","",1/{mirrored})', looks["mirror"], "")
    _consistency(sheet, looks, k)
    sheet.freeze_panes(_TOP, _LEFT)
    sheet.protect()


def _judgment(sheet: Any, looks: dict[str, Any], row: int, column: int, pair: tuple[tuple[str, str], ...]) -> None:
    sheet.write_blank(row, column, None, looks["judgment"])
    (row_zh, row_en), (column_zh, column_en) = pair
    message = f"{row_zh} : {column_zh}\n{row_en} : {column_en}"
    sheet.data_validation(row, column, row, column, {
        "validate": "list", "source": f"={SCALE_SHEET}!$A$1:$A${len(SCALE)}", "ignore_blank": True,
        "input_title": "行比列重要多少", "input_message": message[:250],
        "error_title": "1/9至9", "error_message": "请从列表中选择，或直接填列表中的数，如3、1/3。",
    })  # fmt: skip


def _consistency(sheet: Any, looks: dict[str, Any], k: int) -> None:
    """Write column sums, weights, (Aw)/w and CR as formulas; blank until the matrix is full."""
    first, last = _TOP, _TOP + k - 1
    left, right = xl_col_to_name(_LEFT), xl_col_to_name(_LEFT + k - 1)
    cells = f"${left}${first + 1}:${right}${last + 1}"
    full = f"COUNT({cells})={k * k}"
    sums, weights = last + 1, xl_col_to_name(_LEFT + k)
    sheet.write_string(sums, 1, SUM_HEADING, looks["text"])
    for j in range(k):
        column = xl_col_to_name(_LEFT + j)
        formula = f'=IF({full},SUM({column}{first + 1}:{column}{last + 1}),"")'
        sheet.write_formula(sums, _LEFT + j, formula, looks["share"], "")
    across = f"${left}${sums + 1}:${right}${sums + 1}"
    down = f"${weights}${first + 1}:${weights}${last + 1}"
    for row in range(first, last + 1):
        own = f"${left}{row + 1}:${right}{row + 1}"
        share = f'=IF({full},SUMPRODUCT({own}/{across})/{k},"")'
        ratio = f'=IF({full},SUM(MMULT({own},{down}))/{weights}{row + 1},"")'
        sheet.write_formula(row, _LEFT + k, share, looks["share"], "")
        sheet.write_formula(row, _LEFT + k + 1, ratio, looks["share"], "")
    ratios = xl_col_to_name(_LEFT + k + 1)
    mean = f"AVERAGE({ratios}{first + 1}:{ratios}{last + 1})"
    index = RANDOM_INDEX["saaty1980"].get(k)
    # Two things cannot contradict each other; beyond the table there is no CR, and the reader refuses the matrix.
    cr = "0" if k < 3 else '"-"' if index is None else f"({mean}-{k})/{k - 1}/{index:g}"
    sheet.write_string(sums, _LEFT + k, "CR", looks["text"])
    sheet.write_formula(sums, _LEFT + k + 1, f'=IF({full},{cr},"")', looks["share"], "")
    place = xl_rowcol_to_cell(sums, _LEFT + k + 1)
    rule = {"type": "formula", "criteria": f"=AND(ISNUMBER({place}),{place}>0.1)", "format": looks["alarm"]}
    sheet.conditional_format(sums, _LEFT + k + 1, sums, _LEFT + k + 1, rule)


# Points to be spread


def _draw_budget(book: Any, looks: dict[str, Any], edition: Edition) -> None:
    asked = comparisons_of(edition)
    for name, comparison in zip(_sheet_names(asked), asked, strict=True):
        note = "每位专家一行，把100分分给各项，合计须为100。 One row an expert: spread 100 points, the sum must be 100."
        sheet = _sheet(book, looks, name, _heading(comparison), note)
        listed = zip(comparison.codes, comparison.names, strict=True)
        sheet.write_string(2, 0, "；".join(f"{code} {zh} {en}" for code, (zh, en) in listed), looks["sub"])
        _points(sheet, looks, comparison)


def _points(sheet: Any, looks: dict[str, Any], comparison: Comparison) -> None:
    codes, head = comparison.codes, 3
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, len(codes) + 1, 12)
    for column, text in enumerate((EXPERT_HEADINGS[0], *codes, "合计 sum")):
        sheet.write_string(head, column, text, looks["head"])
    last = xl_col_to_name(len(codes))
    for row in range(head + 1, head + 1 + _EXPERTS):
        sheet.write_blank(row, 0, None, looks["words"])
        for column in range(1, len(codes) + 1):
            sheet.write_blank(row, column, None, looks["number"])
        own = f"B{row + 1}:{last}{row + 1}"
        sheet.write_formula(row, len(codes) + 1, f'=IF(COUNT({own})=0,"",SUM({own}))', looks["share"], "")
    for column, (code, words) in enumerate(zip(codes, comparison.names, strict=True), start=1):
        sheet.data_validation(head + 1, column, head + _EXPERTS, column, {
            "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100, "ignore_blank": True,
            "input_title": code[:32], "input_message": f"{words[0]}\n{words[1]}"[:250],
            "error_title": "0至100", "error_message": "请填0至100之间的数。",
        })  # fmt: skip
    total = len(codes) + 1
    place = f"${xl_col_to_name(total)}{head + 2}"
    rule = {"type": "formula", "criteria": f"=AND(ISNUMBER({place}),ABS({place}-100)>0.000001)"}
    sheet.conditional_format(head + 1, total, head + _EXPERTS, total, rule | {"format": looks["alarm"]})
    sheet.freeze_panes(head + 1, 1)
    sheet.protect()
