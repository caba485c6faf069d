"""The command line: thin; every command reads, calls one function and prints."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from yitihua import __version__
from yitihua.commands.barometer import barometer
from yitihua.commands.boards import board_dict, board_of, inputs_of, project_out
from yitihua.commands.bundling import bundle, verify
from yitihua.commands.certainty import robust, whatif
from yitihua.commands.change import change
from yitihua.commands.demo import demo
from yitihua.commands.editions import editions
from yitihua.commands.improving import improve, scenario
from yitihua.commands.options import (
    AllowCode,
    Cities,
    DataFile,
    Date,
    EditionName,
    Folder,
    Json,
    Lang,
    Out,
    Period,
    Top,
    Weights,
    allowed_code,
    language,
    language_of,
    spoken,
    until_end,
)
from yitihua.commands.options import say as _say
from yitihua.commands.papers import bulletin, portrait
from yitihua.commands.publishing import publish
from yitihua.commands.reach import reach
from yitihua.commands.records import records
from yitihua.commands.simulate import simulate
from yitihua.commands.survey import survey
from yitihua.commands.workbook import workbook
from yitihua.errors import InputError, refuse

app = typer.Typer(
    help="Composite indices that join survey answers with operational metrics. 综合指数：合成、评级、说明。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        print(f"yitihua {__version__}")
        raise typer.Exit


@app.command()
def score(
    directory: Folder = None,
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    weights: Weights = None,
    cities: Cities = False,
    out: Out = None,
    top: Top = 20,
    allow_code: AllowCode = False,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Score a project or an edition: ranking on screen, tables in OUT. 计分排名."""
    from yitihua.publish import terminal

    allowed_code(allow_code)
    words = language(lang, directory)
    if out is None and directory is not None:
        out = project_out(directory)
    board, loaded = board_of(directory, edition, data, period, date, weights, cities)
    written: dict[str, bytes] = {}
    if out is not None:
        from yitihua.publish.folders import write_folder
        from yitihua.publish.runs import board_files

        written = board_files(board, loaded, words)
        write_folder(out, written)
    if json:
        terminal.print_json(board_dict(board, words, out))
        return
    terminal.print_board(board, words, top or None)
    if out is not None:
        print(f"已写入 {out}/：" if words == "zh" else f"Written to {out}/:", ", ".join(written))
    else:
        print("加 -o 目录 可写出结果文件。" if words == "zh" else "Add -o FOLDER to write the tables.")


@app.command()
def check(
    directory: Folder = None,
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    marked: Annotated[
        Path | None, typer.Option("--marked", help="Folder for copies of faulty submissions, faults marked.")
    ] = None,
    allow_code: AllowCode = False,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Check definitions, data and submissions; every fault by file and place. 检查定义、数据和报送."""
    from yitihua.commands import province
    from yitihua.publish import terminal

    allowed_code(allow_code)
    words = language(lang, directory)
    if directory is not None and data is None and province.has_submissions(directory):
        lines = province.check_submissions(directory, marked, words)
        if not province.is_collected(directory):
            province.print_checked(directory, lines, json, words)
            return
    elif directory is not None and data is None:
        province.refuse_if_nothing_came(directory)
    loaded, table = inputs_of(directory, edition, data, period, date)
    from yitihua.index.apply import apply
    from yitihua.index.fit import fit
    from yitihua.publish.summary import notices

    board = apply(table, fit(table, loaded))
    filled = float((table.values == table.values).mean()) if table.values.size else 0.0
    facts = {
        "edition": loaded.name,
        "indicators": len(loaded.indicators),
        "measures": len(loaded.measures),
        "units": len(table.units),
        "filled": filled,
        "notices": notices(board, words),
    }
    if json:
        terminal.print_json({"ok": True, "faults": [], **facts})
    else:
        count, units = len(loaded.indicators), len(table.units)
        print(
            _say(
                words,
                f"未发现问题：{loaded.title.zh}，{count}个指标，{units}个单位，{filled:.0%}的单元格有值。",
                f"No faults: {loaded.title.en}: {count} indicators, {units} units, {filled:.0%} of the cells filled.",
            )
        )
    if not json:
        for notice in notices(board, words):
            print(notice)


@app.command()
def explain(
    words_: Annotated[
        list[str], typer.Argument(metavar="[DIR] UNIT [INDICATOR]", help="With --edition leave DIR out.")
    ],
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    weights: Weights = None,
    cities: Cities = False,
    allow_code: AllowCode = False,
    records_: Annotated[
        Path | None, typer.Option("--records", metavar="DIR", help="Records: name the rows behind each measure.")
    ] = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Explain a number: from raw measures to points and to the score. 说明一个数怎样得来."""
    from yitihua.commands.behind import with_records
    from yitihua.commands.disputes import unit_words
    from yitihua.publish import terminal

    allowed_code(allow_code)
    directory, parts, lang = unit_words(words_, edition, lang, "explain")
    board, _ = board_of(directory, edition, data, period, date, weights, cities)
    found = with_records(board.explain(*parts), board, directory, data, records_, lang)
    if json:
        terminal.print_json(found.to_dict(lang))
    else:
        print(found.text(lang))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="RUN", help="A folder of results.")],
    new: Annotated[Path, typer.Argument(metavar="RUN", help="A later one.")],
    unit: Annotated[str | None, typer.Argument(metavar="[UNIT]", help="One unit, by code or name.")] = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Say what changed between two runs and why units moved. 比较两次结果."""
    from yitihua.commands.disputes import print_diff

    print_diff(old, new, unit, json, language(lang))


@app.command()
def exemplars(
    words_: Annotated[
        list[str], typer.Argument(metavar="[DIR] UNIT [INDICATOR]", help="With --edition leave DIR out.")
    ],
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    weights: Weights = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many, at most.")] = 3,
    traits: Annotated[
        str | None, typer.Option("--traits", help="CSV: unit, then what makes units comparable: words or sizes.")
    ] = None,
    allow_code: AllowCode = False,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Name the comparable units that do best, the gap and what closing it brings. 示范单位与差距."""
    from yitihua.commands.disputes import print_exemplars, unit_words

    allowed_code(allow_code)
    directory, parts, chosen = unit_words(words_, edition, lang, "exemplars")
    board, _ = board_of(directory, edition, data, period, date, weights)
    print_exemplars(board, parts[0], parts[1] if len(parts) > 1 else None, k, traits, json, chosen)


@app.command()
def audit(
    directory: Folder = None,
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    date: Date = None,
    weights: Weights = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="File for the document: .md or .json.")] = None,
    allow_code: AllowCode = False,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Audit an index in the order of the OECD/JRC ten steps. 统计审计."""
    from yitihua.commands.quality import print_audit

    allowed_code(allow_code)
    chosen = language(lang, directory)
    board, _ = board_of(directory, edition, data, period, date, weights)
    print_audit(board, out, json, chosen)


@app.command()
def hygiene(
    directory: Folder = None,
    edition: EditionName = None,
    data: DataFile = None,
    period: Period = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="File: .csv, .json or .md.")] = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Look for numbers that were not counted: heaping, jumps, copies, ceilings. 数据质量核查."""
    from yitihua.commands.quality import print_hygiene

    print_hygiene(directory, edition, data, period, out, json, language(lang, directory))


@app.command()
def experts(
    directory: Folder = None,
    edition: EditionName = None,
    method: Annotated[str, typer.Option("--method", help="ahp: judgments of pairs; budget: points.")] = "ahp",
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The workbook to write: FILE.xlsx.")] = None,
    lang: Lang = None,
) -> None:
    """Write the form in which experts weigh indicators. 专家赋权表."""
    from yitihua.commands.experts import write_form

    write_form(directory, edition, method, out, language(lang, directory))


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or one with an edition of its own.")],
    edition: Annotated[
        str | None,
        typer.Option("--edition", "-e", help="Whose measures are asked for. Default: DIR's own, else zhejiang-2022."),
    ] = None,
    unit: Annotated[list[str] | None, typer.Option("--unit", help="A template for this unit; may be repeated.")] = None,
    every: Annotated[bool, typer.Option("--all", help="A template for every unit.")] = False,
    units: Annotated[
        str | None, typer.Option("--units", help="List of units: a CSV file (code, name) or a dataset.")
    ] = None,
    period: Period = None,
    demo: Annotated[bool, typer.Option("--demo", help="Fill them in with simulated values 模拟.")] = False,
    new_edition: Annotated[
        bool, typer.Option("--new-edition", help="Write the skeleton of an edition of your own instead.")
    ] = False,
    name: Annotated[str | None, typer.Option("--name", help="Name of the new edition; default: the folder's.")] = None,
    lang: Lang = None,
) -> None:
    """Write a project folder: Excel templates to send out, or an edition of your own. 新建项目."""
    words = language(lang)
    if not new_edition:
        from yitihua.commands.starting import Wanted, start_project

        start_project(directory, Wanted(edition, tuple(unit or ()), every, units, period, demo), words)
        return
    from yitihua.definitions.skeleton import write_skeleton

    made = write_skeleton(directory, name)
    zh, en = f"已写入 {directory}/，版本名为{made}。下一步：", f"Written to {directory}/, edition '{made}'. Next:"
    print(_say(words, zh, en))
    print(f"  yitihua check {directory}\n  yitihua score {directory}")


@app.command()
def collect(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A project folder with submissions/.")],
    newest: Annotated[bool, typer.Option("--newest", help="Of several from one unit take the newest.")] = False,
    keep_going: Annotated[bool, typer.Option("--keep-going", help="Leave units with faults out.")] = False,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Merge submissions into data/collected.csv; who is missing, late, double. 汇总报送."""
    from yitihua.commands import province

    province.collect(directory, newest, keep_going, json, language(lang, directory))


for command in (
    robust, whatif, reach, improve, scenario, change, barometer, publish, portrait, bulletin, bundle, verify,
    workbook, demo, simulate,
):  # fmt: skip
    app.command()(command)
app.add_typer(editions, name="editions")
app.add_typer(survey, name="survey")
app.add_typer(records, name="records")


def main() -> None:
    """Run the command line; bad input ends with exit code 2 and no traceback."""
    for stream in (sys.stdout, sys.stderr):
        # Where Chinese cannot be written it comes as \uXXXX, the same text in JSON, not as a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        spoken.clear()
        app(standalone_mode=True)
    except InputError as error:
        _print_faults(error)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _print_faults(refuse("no-access", name=error.filename or "", reason=error.strerror or str(error)))
        sys.exit(2)
    finally:
        until_end.close()


def _print_faults(error: InputError) -> None:
    from yitihua.publish import terminal

    arguments = sys.argv
    lang = spoken[0] if spoken else language_of(arguments)
    if "--json" in arguments:
        terminal.print_json({"ok": False, "faults": [fault.to_dict(lang) for fault in error.faults]})
    else:
        terminal.print_faults(error.faults, lang)


if __name__ == "__main__":
    main()
