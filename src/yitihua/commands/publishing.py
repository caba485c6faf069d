"""`publish`: the static site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yitihua.commands.options import (
    NONE,
    AllowCode,
    BarometerData,
    Cities,
    DataFile,
    Date,
    EditionName,
    Json,
    Lang,
    Period,
    Weights,
    allowed_code,
    bad_call,
    language,
    say,
)

if TYPE_CHECKING:
    from yitihua.commands.boards import Asked
    from yitihua.definitions.edition import Edition
    from yitihua.index.scoreboard import Scoreboard


def publish(
    directory: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A project or a folder of results.")] = None,
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    weights: Weights = None,
    cities: Cities = False,
    before: Annotated[
        str | None, typer.Option("--before", help="To compare with: an earlier period, its results, or none.")
    ] = None,
    barometer: BarometerData = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="SITE", help="The folder to write, or SITE.zip.")
    ] = None,
    n: Annotated[int, typer.Option("-n", "--replicates", help="Replicates over other choices.")] = 1000,
    jobs: Annotated[int, typer.Option("--jobs", help="Workers for the replicates.")] = 1,
    allow_code: AllowCode = False,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Write the ranking as a static site that opens without a server. 发布静态网站."""
    from yitihua.commands.boards import asked_barometer, asked_board
    from yitihua.index.tables import pick
    from yitihua.publish import terminal
    from yitihua.publish.site import site_files, site_of
    from yitihua.publish.site_folder import replace_site
    from yitihua.publish.summary import notices

    allowed_code(allow_code)
    chosen = language(lang, directory)
    if out is None:
        raise bad_call("未指明要写的文件夹", "no folder to write to", "-o SITE | -o SITE.zip")
    asked = asked_board(directory, edition, data, period, date, weights, cities)
    earlier, remark = _compared(before, asked, directory, edition, data, date, cities)
    definitions = asked.edition or _recorded(directory)
    weather, unread = asked_barometer(barometer, asked, directory, edition, data, date)
    site = site_of(asked.board, definitions, earlier, asked.inputs, n, jobs, weather)
    written, count, size = replace_site(out, site_files(site))
    start = written if written.suffix.lower() == ".zip" else written / "index.html"
    if json:
        terminal.print_json({"out": str(out), "start": str(start), "files": count, "bytes": size})
        return
    remarks = [pick(one, chosen) for one in (remark, unread) if one]
    for text in [*notices(asked.board, chosen), *remarks]:
        print(text)
    zh = f"已写入 {out}：{count}个文件，{size / 1e6:.1f} MB。用浏览器打开 {start}"
    print(say(chosen, zh, f"Written to {out}: {count} files, {size / 1e6:.1f} MB. Open {start} in a browser."))


def _recorded(results: Path | None) -> Edition | None:
    """Return the definitions that a folder of results was scored with, where their files are found unchanged."""
    from yitihua.index.run import read_run
    from yitihua.publish.bundle.sources import edition_of_run

    return None if results is None else edition_of_run(read_run(results))


def _compared(
    before: str | None,
    asked: Asked,
    directory: Path | None,
    edition: str | None,
    data: str | None,
    date: str | None,
    cities: bool,
) -> tuple[Scoreboard | None, tuple[str, str] | None]:
    """Return the board to compare with, and what to say of it: as asked, or the last earlier period of the data.

    A period that nobody asked for must not stop a ranking: where it cannot be shown there is no comparison.
    """
    from yitihua.commands.boards import period_before
    from yitihua.errors import InputError
    from yitihua.publish.small_cells import fewest, refuse_few

    if before is not None and before.lower() in NONE:
        return None, None
    if before is not None:
        return _earlier(before, asked, directory, edition, data, date, cities), None
    if asked.edition is None:
        return None, None
    last = None
    try:
        last = period_before(asked.board.table.period, directory, edition, data, date)
        if last is None:
            return None, None
        earlier = _earlier(last, asked, directory, edition, data, date, cities)
        refuse_few(earlier, fewest(asked.edition))
        return earlier, None
    except InputError as error:
        problem = error.faults[0]
        zh = f"未与上一期（{last or ''}）比较：{problem.problem('zh')}"
        return None, (zh, f"Not compared with the period before ({last or ''}): {problem.problem('en')}")


def _earlier(
    before: str,
    asked: Asked,
    directory: Path | None,
    edition: str | None,
    data: str | None,
    date: str | None,
    cities: bool,
) -> Scoreboard:
    """Return the board to compare with: another period is scored by the rules and numbers of this one."""
    from yitihua.commands.boards import inputs_of
    from yitihua.commands.certainty import board_before
    from yitihua.index.apply import apply
    from yitihua.indicators.cities import with_cities

    if asked.edition is None or (Path(before) / "run.json").is_file():
        return board_before(before, directory, edition, data, date, cities)
    _, table = inputs_of(directory, edition, data, before, date)
    return apply(with_cities(table, asked.edition) if cities else table, asked.board.recipe)
