"""The workbook put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.small_cells import fewest, refuse_few
from yitihua.publish.workbook.barometer import draw_barometer
from yitihua.publish.workbook.inert import inert
from yitihua.publish.workbook.live import begin_live, finish_live
from yitihua.publish.workbook.method import draw_method
from yitihua.publish.workbook.page import Desk
from yitihua.publish.workbook.problems import draw_problems
from yitihua.publish.workbook.ranking import draw_charts, draw_ranking
from yitihua.publish.workbook.tables import draw_contributions, draw_indicators, draw_scores, draw_weights

if TYPE_CHECKING:
    from yitihua.analysis.barometer.barometer import Barometer
    from yitihua.definitions.edition import Edition

#: No text becomes a formula, a link or a number.
OPTIONS: Final[dict[str, Any]] = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip


def board_workbook(
    board: Scoreboard,
    edition: Edition | None = None,
    lang: str = "zh",
    inputs: Mapping[str, str] | None = None,
    barometer: Barometer | None = None,
) -> bytes:
    """Return the results of a board as an Excel workbook.

    Parameters
    ----------
    board : Scoreboard
    edition : Edition, optional
        Adds the sha256 of its definitions to the sheet of methods, and leads of hygiene to the problems.
    lang : {"zh", "en"}
    inputs : mapping, optional
        Name of every input -> sha256, where a run's record has them.
    barometer : Barometer, optional
        Adds its sheet.

    Returns
    -------
    bytes
        Of an .xlsx file; the same board gives the same bytes.

    Raises
    ------
    InputError
        If a value is an estimate on fewer respondents than may be shown.

    Examples
    --------
    >>> import yitihua as yt
    >>> board_workbook(yt.evaluate("egdi-2022"), lang="en")[:2]
    b'PK'
    """
    if lang not in ("zh", "en"):
        raise refuse("bad-choice", key="lang", found=lang, options=["zh", "en"])
    refuse_few(board, fewest(edition))
    target = BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        desk = Desk(book, board, edition, lang)
        # A fixed date, so that the same board gives the same bytes.
        book.set_properties({"title": inert(desk.pick(board.recipe.title))[:255], "created": dt.datetime(2022, 1, 1)})
        _draw(desk, inputs, barometer)
    return target.getvalue()


def _draw(desk: Desk, inputs: Mapping[str, str] | None, barometer: Barometer | None) -> None:
    place = draw_ranking(desk)
    draw_charts(desk, place)
    live = begin_live(desk)
    if barometer is not None:
        draw_barometer(desk, barometer)
    draw_scores(desk)
    draw_indicators(desk)
    draw_contributions(desk)
    draw_weights(desk)
    draw_method(desk, inputs)
    draw_problems(desk)
    if live is not None:
        finish_live(live)
