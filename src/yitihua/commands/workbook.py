"""The results workbook."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from yitihua.commands.options import (
    AllowCode,
    BarometerData,
    Cities,
    DataFile,
    Date,
    EditionName,
    Lang,
    Period,
    Weights,
    allowed_code,
    language,
    say,
)


def workbook(
    directory: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A project or a folder of results.")] = None,
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    weights: Weights = None,
    cities: Cities = False,
    barometer: BarometerData = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The workbook to write: FILE.xlsx.")] = None,
    allow_code: AllowCode = False,
    lang: Lang = None,
) -> None:
    """Write the results as an Excel workbook, with a sheet to try weights on. 结果工作簿."""
    from yitihua.commands.boards import asked_barometer, asked_board
    from yitihua.errors import refuse
    from yitihua.publish.atomic import replace_files
    from yitihua.publish.workbook import board_workbook

    allowed_code(allow_code)
    chosen = language(lang, directory)
    if out is not None and out.suffix.lower() != ".xlsx":
        raise refuse("bad-choice", key="--out", found=out.name, options=["*.xlsx"])
    asked = asked_board(directory, edition, data, period, date, weights, cities)
    board = asked.board
    target = out or Path(file_name(say(chosen, "评价结果", "results"), board.recipe.edition, board.table.period or ""))
    weather, remark = asked_barometer(barometer, asked, directory, edition, data, date)
    replace_files({target: board_workbook(board, asked.edition, chosen, asked.inputs, weather)})
    if remark is not None:
        print(say(chosen, *remark))
    print(say(chosen, f"已写入 {target}", f"Written to {target}"))


def file_name(*parts: str) -> str:
    """Return the name of a workbook; what comes from a file of somebody's cannot lead to another folder.

    Examples
    --------
    >>> file_name("results", "hdi", "2022"), file_name("results", "../../x:y", "")
    ('results_hdi_2022.xlsx', 'results_x_y.xlsx')
    """
    plain = [re.sub(r"[^\w-]+", "_", part).strip("_")[:36] for part in parts]
    return "_".join(part for part in plain if part) + ".xlsx"
