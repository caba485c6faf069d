"""Files to take away: tables, workbook and bundle, each with its size and sha256, and the page that lists them."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from yitihua.errors import InputError
from yitihua.publish.bundle.packing import bundle_of_board
from yitihua.publish.site.context import Site
from yitihua.publish.site.render import Pair, render
from yitihua.publish.workbook.inert import starts_like_formula
from yitihua.publish.workbook.live_plan import MEANS
from yitihua.publish.zip_entry import zip_entry

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.index.scoreboard import Scoreboard

#: Most units of a workbook and a bulletin among the downloads: at 2,844 units a workbook takes a minute and 15 MB.
MOST_UNITS = 500
FOLDER = "downloads"


@dataclass(frozen=True)
class Download:
    """A file to take away.

    Attributes
    ----------
    name : str
        Within the folder of downloads.
    title, what : (str, str)
        What it is, and what it is for.
    content : bytes
    """

    name: str
    title: Pair
    what: Pair
    content: bytes

    @property
    def sha256(self) -> str:
        """Of the content."""
        return hashlib.sha256(self.content).hexdigest()


def downloads(site: Site) -> tuple[list[Download], list[tuple[Pair, list[Pair]]]]:
    """Return the files, and what there is not, with the reasons.

    Returns
    -------
    files : list of Download
    left_out : list of ((str, str), list of (str, str))

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site.build import site_of
    >>> files, left_out = downloads(site_of(yt.evaluate("hdi"), yt.load_edition("hdi"), n=100))
    >>> [file.name for file in files], left_out
    (['results.xlsx', 'bulletin.docx', 'scores.csv', 'indicators.zip', 'bundle.zip'], [])
    """
    left_out: list[tuple[Pair, list[Pair]]] = []
    found = [*_workbook(site, left_out), *_bulletin(site, left_out), *_tables(site), *_bundle(site, left_out)]
    return found, left_out


def _workbook(site: Site, left_out: list[tuple[Pair, list[Pair]]]) -> Iterator[Download]:
    title = ("结果工作簿（Excel）", "Workbook of results (Excel)")
    units = len(site.board.table.units)
    if units > MOST_UNITS:
        why = (
            f"共{units:,}个单位，超过{MOST_UNITS}个的工作簿过大，请用下列命令生成：yitihua workbook",
            f"With {units:,} units, more than {MOST_UNITS}, it would be too large; make it with: yitihua workbook",
        )
        left_out.append((title, [why]))
        return
    from yitihua.publish.workbook import board_workbook

    try:
        content = board_workbook(site.board, site.edition, "zh", site.inputs, site.barometer)
    except InputError as error:
        left_out.append((title, _problems(error)))
        return
    # One language: a second workbook would be as large as all pages of indicators in a small site.
    yield Download(
        "results.xlsx",
        title,
        (f"排名、得分、贡献、方法和数据问题{'；“试算”表改权重即重排' if live_sheet(site) else ''}。",
         "In Chinese (in English: yitihua workbook --lang en): ranking, scores, contributions, method, problems"
         f"{'; weights can be changed on the sheet 试算' if live_sheet(site) else ''}."),
        content,
    )  # fmt: skip


def live_sheet(site: Site) -> bool:
    """Return whether there is a workbook with a sheet to try weights on: only a mean can be told in plain formulas."""
    return len(site.board.table.units) <= MOST_UNITS and site.board.recipe.root.method in MEANS


def _bulletin(site: Site, left_out: list[tuple[Pair, list[Pair]]]) -> Iterator[Download]:
    title = ("通报（Word）", "Bulletin (Word)")
    if len(site.board.table.units) > MOST_UNITS:
        why = "单位过多，请用下列命令生成：yitihua bulletin", "Too many units; make it with: yitihua bulletin"
        left_out.append((title, [why]))
        return
    from yitihua.publish.papers.bulletin_docx import bulletin_docx

    try:
        content = bulletin_docx(site.portraits)
    except InputError as error:
        left_out.append((title, _problems(error)))
        return
    yield Download(
        "bulletin.docx",
        title,
        ("由模板生成的通报，可在Word、WPS中修改。", "The notice, in Chinese, from a template; it can be edited."),
        content,
    )  # fmt: skip


def _tables(site: Site) -> Iterator[Download]:
    board = site.board
    yield Download(
        "scores.csv",
        ("得分表", "Scores"),
        ("每个单位一行：得分、排名、区间、等级、覆盖率、各一级指标得分。",
         "A row a unit: score, rank, intervals, grades, coverage, first-level scores."),
        _csv(_noticed(board)),
    )  # fmt: skip
    yield Download(
        "indicators.zip",
        ("指标明细（压缩包，内为indicators.csv）", "Indicators (indicators.csv in a ZIP)"),
        ("每个单位每个指标一行：原始值、标准误、样本量、各步处理结果、得分、权重、贡献。",
         "A row a unit and indicator: value, error, respondents, every step, points, weight, contribution."),
        _zipped("indicators.csv", _csv(board.indicator_table("zh"))),
    )  # fmt: skip


def _noticed(board: Scoreboard) -> pd.DataFrame:
    """Return the scores, each with the edition's notice too: a table is passed on without the page it came from."""
    frame = board.score_table("zh")
    notice = board.recipe.notice[0]
    if notice and "note" in frame:
        frame["note"] = [f"{note}；{notice}" if isinstance(note, str) and note else notice for note in frame["note"]]
    return frame


def _zipped(name: str, content: bytes) -> bytes:
    """Return an archive of one file, with a fixed date: the table of a province of thousands is 16 MB without."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zip_entry(name), content)
    return target.getvalue()


def _csv(frame: pd.DataFrame) -> bytes:
    """Return a table for Excel: a mark of byte order, and an apostrophe before texts that would become formulas."""
    texts = frame.select_dtypes(exclude=["number", "bool"])
    safe = {
        str(name): [f"'{text}" if isinstance(text, str) and starts_like_formula(text) else text for text in texts[name]]
        for name in texts
    }
    return frame.assign(**safe).to_csv(index=False, lineterminator="\n").encode("utf-8-sig", "replace")


def _bundle(site: Site, left_out: list[tuple[Pair, list[Pair]]]) -> Iterator[Download]:
    title = ("复算包", "Bundle")
    try:
        content = bundle_of_board(site.board, site.edition)
    except InputError as error:
        left_out.append((title, _problems(error)))
        return
    except UnicodeEncodeError:
        why = ("名称中有不能写入文件的字符", "a name holds a character that no file can hold")
        left_out.append((title, [why]))
        return
    yield Download(
        "bundle.zip",
        title,
        ("定义、原始量和估计值、全部结果；执行 yitihua verify bundle.zip，任何人都能从头复算。",
         "Definitions, measures and estimates, all results: with yitihua verify bundle.zip anybody computes it again."),
        content,
    )  # fmt: skip


def _problems(error: InputError) -> list[Pair]:
    return [(fault.problem("zh"), fault.problem("en")) for fault in error.faults]


def downloads_files(site: Site, version: str, bar: Any) -> Iterator[tuple[str, bytes]]:
    """Yield downloads.html and the files it lists.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.site.build import site_of
    >>> [name for name, _ in downloads_files(site_of(yt.evaluate("hdi"), n=100), "0", ())][-1]
    'downloads/bundle.zip'
    """
    files, left_out = downloads(site)
    page = {
        "title": ("下载", "Downloads"), "root": "", "file": "downloads.html", "scripts": ("site.js",),
        "files": files, "left_out": left_out, "folder": FOLDER,
    }  # fmt: skip
    yield "downloads.html", render("downloads.html", page=page, site=site, version=version, bar=bar)
    for file in files:
        yield f"{FOLDER}/{file.name}", file.content
