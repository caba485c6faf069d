"""The live sheet after somebody changed a weight: LibreOffice computes, `board.whatif` is the authority."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from python_calamine import CalamineWorkbook

import yitihua as yt
from office import recalculated
from panel_boards import floored_at, with_gaps
from yitihua.publish.workbook import board_workbook
from yitihua.publish.workbook.live_plan import live_nodes

# openpyxl drops the ends of data bars when it saves a workbook, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

Rows = list[list[Any]]


def filled_and_uncounted() -> yt.Scoreboard:
    """Return a board whose filled cells have points but do not count for coverage, some units below it."""
    board = yt.evaluate("zhejiang-2022", impute="mean")
    assert not board.recipe.count_imputed
    return with_gaps(board, 0.22)


def two_levels(board: yt.Scoreboard) -> yt.Scoreboard:
    levels = tuple("city" if row % 3 == 0 else "county" for row in range(len(board.table.units)))
    return yt.apply(replace(board.table, levels=levels), board.recipe)


BOARDS: dict[str, Callable[[], yt.Scoreboard]] = {
    "zhejiang": lambda: yt.evaluate("zhejiang-2022"),
    "zhejiang-gaps": lambda: with_gaps(yt.evaluate("zhejiang-2022"), 0.3),
    "zhejiang-levels": lambda: two_levels(with_gaps(yt.evaluate("zhejiang-2022"), 0.1)),
    "hdi": lambda: yt.evaluate("hdi"),
    "egdi": lambda: yt.evaluate("egdi-2022"),
    "asem": lambda: yt.evaluate("asem"),
    "zhejiang-uncounted": filled_and_uncounted,
    "asem-geometric": lambda: yt.evaluate("asem", aggregate="geometric"),
    "asem-gaps-harmonic": lambda: with_gaps(yt.evaluate("asem", aggregate="harmonic")),
    "asem-power": lambda: yt.evaluate("asem", aggregate={"method": "generalised", "exponent": 0.5}),
    "egdi-floor-0": lambda: floored_at(yt.evaluate("egdi-2022", aggregate="geometric"), 0.0),
    "egdi-harmonic-floor-0": lambda: floored_at(yt.evaluate("egdi-2022", aggregate="harmonic"), 0.0),
    "hdi-held": lambda: yt.evaluate("hdi", aggregate={"method": "arithmetic", "nodes": {"education": "topsis"}}),
}  # fmt: skip


#: Boards of which the whole workbook is computed anew.
WHOLE = ("zhejiang", "hdi", "egdi", "asem")


def weight_sets(board: yt.Scoreboard) -> list[dict[str, float]]:
    """Return weights as published, one changed weight, round ones (halves on paper), one of 0, and random ones."""
    rng = np.random.default_rng(11)
    nodes = [node.rule for node in live_nodes(board)]
    root = nodes[-1]
    found: list[dict[str, float]] = [{}]
    size = len(root.children)
    one = np.array([0.35, *[0.65 / (size - 1)] * (size - 1)])
    found.append(dict(zip(root.children, one.tolist(), strict=True)))
    for number in range(4):
        weights: dict[str, float] = {}
        for node in nodes:
            k = len(node.children)
            own = rng.multinomial(20, np.ones(k) / k) / 20 if number < 2 else rng.dirichlet(np.ones(k))
            if number == 3 and k > 2:
                own[rng.integers(k)] = 0.0
            weights |= dict(zip(node.children, (own / own.sum()).tolist(), strict=True))
        found.append(weights)
    return found


def changed(content: bytes, sets: list[dict[str, float]], whole: int, folder: Path) -> list[Path]:
    """Write weights into the coloured cells, as an official would; they need not sum to 1.

    The first `whole` files are the whole workbook; the others hold only the sheets that are read here, for speed.
    """
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet, files = book["试算"], []
    entries = {row[0].value: row[2] for row in sheet.iter_rows(max_col=3) if not row[2].protection.locked}
    published = {code: cell.value for code, cell in entries.items()}
    for number, weights in enumerate(sets):
        if number == whole:
            for name in set(book.sheetnames) - {"试算", "试算数据"}:
                del book[name]
        assert set(weights) <= set(entries)
        for code, cell in entries.items():
            cell.value = published[code] if code not in weights else weights[code] * 0.9  # the sheet shares them out
        files.append(folder / f"{number}.xlsx")
        book.save(files[-1])
    return files


def table_of(rows: Rows, mark: str) -> tuple[dict[str, int], Rows]:
    """Return title -> column, and the rows below the heading in which `mark` stands."""
    head = next(k for k, row in enumerate(rows) if mark in row)
    titles: dict[str, int] = {}
    for column, title in enumerate(rows[head]):
        titles.setdefault(title, column)
    return titles, rows[head + 1 :]


def numbers(values: Any) -> np.ndarray:
    return np.array([np.nan if value == "" else value for value in values], dtype=float)


@pytest.mark.parametrize("name", list(BOARDS))
def test_ranking_follows_changed_weights_as_python_has_it(name: str, tmp_path: Path) -> None:
    board = BOARDS[name]()
    sets = weight_sets(board)
    files = changed(board_workbook(board), sets, 2 if name in WHOLE else 0, tmp_path)
    moved = 0
    for weights, file in zip(sets, recalculated(files, tmp_path), strict=True):
        expected = board.whatif(weights=weights).board if weights else board
        book = CalamineWorkbook.from_path(file)
        compare_data(book.get_sheet_by_name("试算数据").to_python(), expected)
        compare_list(book.get_sheet_by_name("试算").to_python(), expected)
        moved += int((expected.rank != board.rank).sum())
    assert moved > 0


def compare_data(rows: Rows, expected: yt.Scoreboard) -> None:
    """Every unit's score, rank and grades."""
    titles, rows = table_of(rows, "排序键")
    table, recipe = expected.table, expected.recipe
    by_unit = {row[titles["代码"]]: row for row in rows if row[titles["代码"]] != ""}
    found = [by_unit[unit] for unit in table.units]
    there = numbers(row[titles[f"{recipe.root.code}\n有分"]] for row in found) == 1
    score = numbers(row[titles[f"{recipe.root.code}\n得分"]] for row in found)
    np.testing.assert_allclose(np.where(there, score, np.nan), expected.total, atol=1e-9, rtol=0, equal_nan=True)
    np.testing.assert_array_equal(numbers(row[titles["排名"]] for row in found), expected.rank)
    for rule in recipe.grades:
        names = ["" if k < 0 else rule.names[k][0] for k in expected.grade_indices[rule.code]]
        assert [row[titles[rule.title[0]]] for row in found] == names


def compare_list(rows: Rows, expected: yt.Scoreboard) -> None:
    """The ranking beside the weights: every unit once, best first within its level, unscored ones last."""
    titles, rows = table_of(rows, "升降")
    place = titles["排名"]
    unit = place + 1
    listed = [row for row in rows if row[unit] != ""]
    table = expected.table
    row_of = {code: row for row, code in enumerate(table.units)}
    found = np.array([row_of[row[unit]] for row in listed])
    order = []
    for members in expected.level_rows.values():
        rank = expected.rank[members]
        order += members[np.argsort(np.where(np.isnan(rank), np.inf, rank), kind="stable")].tolist()
    assert found.tolist() == order
    np.testing.assert_array_equal(numbers(row[place] for row in listed), expected.rank[found])
    score = next(k for k in range(unit, len(rows[0])) if k > unit and titles["得分"] == k)
    np.testing.assert_allclose(
        numbers(row[score] for row in listed), expected.rounded_scores[found], atol=1e-12, rtol=0
    )


def test_formulas_use_functions_that_every_office_has() -> None:
    allowed = {"IF", "SUM", "SUMPRODUCT", "ROUND", "EXP", "LN", "RANK", "INDEX", "MATCH"}
    used: set[str] = set()
    for name in ("zhejiang", "hdi", "asem-gaps-harmonic"):
        book = openpyxl.load_workbook(io.BytesIO(board_workbook(BOARDS[name]())))
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        assert sheet.title in ("试算", "试算数据")
                        used |= functions(str(cell.value))
    assert used == allowed - ({"LN", "EXP"} - used)
    assert {"RANK", "INDEX", "MATCH"} <= used


def functions(formula: str) -> set[str]:
    import re

    return set(re.findall(r"([A-Z][A-Z.0-9]*)\(", re.sub(r"'[^']*'|\"[^\"]*\"", "", formula)))
