"""Papers: `portrait` and `bulletin`."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yitihua.commands.options import (
    AllowCode,
    Cities,
    DataFile,
    Date,
    EditionName,
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
    from yitihua.index.scoreboard import Scoreboard
    from yitihua.publish.portraits import Portraits

Before = Annotated[
    str | None, typer.Option("--before", help="The period before: a folder of results, or a period of the same data.")
]


def portrait(
    words_: Annotated[
        list[str] | None, typer.Argument(metavar="[DIR] UNIT", help="With --edition leave DIR out, with --all UNIT.")
    ] = None,
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    weights: Weights = None,
    cities: Cities = False,
    before: Before = None,
    every: Annotated[bool, typer.Option("--all", help="Every unit: a PDF each in a folder, or one book.")] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="FILE.pdf; with --all a folder, or FILE.pdf for one book.")
    ] = None,
    allow_code: AllowCode = False,
    lang: Lang = None,
) -> None:
    """Write the portrait of a unit, or of all, as PDF. 精准画像."""
    from yitihua.commands.boards import asked_board
    from yitihua.publish.atomic import replace_files
    from yitihua.publish.papers.files import check_suffix
    from yitihua.publish.portraits import portraits

    allowed_code(allow_code)
    directory, unit = _place_and_unit(list(words_ or ()), edition, every)
    chosen = language(lang, directory)
    if out is not None and not every:
        check_suffix(out, (".pdf",), "--out")
    if every and out is None:
        raise bad_call("未指明写到哪里", "no place to write to", "--all -o FOLDER | --all -o FILE.pdf")
    asked = asked_board(directory, edition, data, period, date, weights, cities)
    earlier = _earlier(asked, before, data, cities)
    found = portraits(asked.board, before=earlier, edition=asked.edition)
    with _told(chosen):
        files = _portraits(found, unit, out, chosen)
    replace_files(files)
    where = next(iter(files)) if len(files) == 1 else out
    count = say(chosen, f"（{len(files)}个文件）", f" ({len(files)} files)") if len(files) > 1 else ""
    print(say(chosen, f"已写入 {where}{count}", f"Written to {where}{count}"))


def _portraits(found: Portraits, unit: str | None, out: Path | None, lang: str) -> dict[Path, bytes]:
    """Return the files of one portrait, of a book, or of a folder."""
    from yitihua.publish.papers.files import file_name, portrait_files
    from yitihua.publish.papers.portrait_pdf import portrait_pdf, portraits_book

    if unit is not None:
        one = found.of(unit)
        name = file_name(".pdf", say(lang, "画像", "portrait"), one.unit, one.name[0 if lang == "zh" else 1])
        return {out or Path(name): portrait_pdf(found, one.unit, lang)}
    assert out is not None  # as refused above
    if out.suffix.lower() == ".pdf":
        return {out: portraits_book(found, None, lang)}
    return {out / name: content for name, content in portrait_files(found, lang)}


def bulletin(
    directory: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A project or a folder of results.")] = None,
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    weights: Weights = None,
    cities: Cities = False,
    before: Before = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="FILE.docx or FILE.pdf.")] = None,
    template: Annotated[Path | None, typer.Option("--template", help="A Word template of your own: FILE.docx.")] = None,
    template_out: Annotated[
        Path | None, typer.Option("--template-out", help="Write the default template to FILE.docx, to be edited.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="Title. Default: from index and period.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Whom it is sent to.")] = None,
    issuer: Annotated[str | None, typer.Option("--issuer", help="Who issues it.")] = None,
    dated: Annotated[str | None, typer.Option("--dated", help="The date printed below it.")] = None,
    allow_code: AllowCode = False,
    lang: Lang = None,
) -> None:
    """Write the bulletin (通报), in Chinese, as Word document or PDF. 通报."""
    from yitihua.commands.boards import asked_board
    from yitihua.errors import refuse
    from yitihua.publish.atomic import replace_files
    from yitihua.publish.papers.bulletin import Stated
    from yitihua.publish.papers.bulletin_docx import default_template
    from yitihua.publish.papers.files import bulletin_bytes, check_suffix, file_name
    from yitihua.publish.portraits import portraits

    allowed_code(allow_code)
    chosen = language(lang, directory)
    if template_out is not None:
        if directory is not None or edition is not None or out is not None:
            zh, en = "--template-out只写出模板，不能再给DIR、--edition或-o", "--template-out writes the template alone"
            raise bad_call(zh, en, "--template-out FILE.docx")
        check_suffix(template_out, (".docx",), "--template-out")
        replace_files({template_out: default_template()})
        print(say(chosen, f"已写入模板 {template_out}", f"Template written to {template_out}"))
        return
    if lang == "en":
        raise refuse("papers-chinese", key="--lang")
    if out is not None:
        check_suffix(out, (".docx", ".pdf"), "--out")
    asked = asked_board(directory, edition, data, period, date, weights, cities)
    board = asked.board
    target = out or Path(file_name(".docx", "通报", board.recipe.edition, board.table.period or ""))
    found = portraits(board, before=_earlier(asked, before, data, cities), edition=asked.edition)
    said = {"title": title, "to": to, "issuer": issuer, "date": dated}
    stated = Stated(**{key: text for key, text in said.items() if text is not None})
    with _told(chosen):
        content = bulletin_bytes(found, target, template, stated)
    replace_files({target: content})
    print(say(chosen, f"已写入 {target}", f"Written to {target}"))


@contextmanager
def _told(lang: str) -> Iterator[None]:
    """Say which characters could not be drawn, in place of Python's own warning."""
    from yitihua.publish.papers.engine import MISSING, MissingCharactersWarning

    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always", MissingCharactersWarning)
        yield
    for one in found:
        if isinstance(one.message, MissingCharactersWarning):
            zh = f"没有字体含有以下字符，以{MISSING}代替：{one.message.shown}"
            print(
                say(lang, zh, f"No font has these characters, {MISSING} stands for them: {one.message.shown}"),
                file=sys.stderr,
            )
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)


def _place_and_unit(words: list[str], edition: str | None, every: bool) -> tuple[Path | None, str | None]:
    """Take apart [DIR] UNIT: UNIT is needed unless all are asked for, DIR unless an edition is."""
    wanted = (edition is None) + (not every)
    if len(words) != wanted:
        form = " ".join(["portrait", *([] if edition else ["DIR"]), *(["--all"] if every else ["UNIT"])])
        raise bad_call(
            f"给了{len(words)}个词，需要{wanted}个", f"{len(words)} words given where {wanted} are needed", form
        )
    directory = Path(words[0]) if edition is None else None
    return directory, None if every else words[-1]


def _earlier(asked: Asked, before: str | None, data: str | None, cities: bool) -> Scoreboard | None:
    """Return the board of the period before: a folder of results, or another period scored by the same recipe."""
    if before is None:
        return None
    if (Path(before) / "run.json").is_file():
        from yitihua.index.run import read_run

        return read_run(before).board
    if asked.edition is None:
        zh, en = f"“{before}”不是结果文件夹", f"'{before}' is no folder of results"
        raise bad_call(zh, en, "--before RUN")
    from yitihua.definitions.project import load_project
    from yitihua.index.apply import apply
    from yitihua.indicators.cities import with_cities
    from yitihua.indicators.reading import read_table

    if data is None and asked.edition.project is not None:
        data = load_project(asked.edition.project, asked.edition.name).data
    table = read_table(asked.edition, data, before)
    return apply(with_cities(table, asked.edition) if cities else table, asked.board.recipe)
