"""`yitihua records check|measure|reconcile|rows|sql`: from records to measures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yitihua.commands.options import EditionName, Json, Lang, bad_call, language, say, tracked
from yitihua.errors import InputError, refuse, suggest

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition
    from yitihua.definitions.records import RecordBook
    from yitihua.indicators.records.measuring import Asked, Counted
    from yitihua.indicators.records.periods import Period
    from yitihua.indicators.records.rejects import Rejects
    from yitihua.indicators.records.servers import Server

records = typer.Typer(
    help="Exports of a platform -> checked -> counted measures. 业务记录：检查、计数、核对。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A project with records/, or a folder of records.")]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="Folder for tables. Default: DIR/data/counted/.")]
Periods = Annotated[
    str | None,
    typer.Option("--periods", metavar="P,...", help="2022 or 2022Q3. Default: the period scored, and before."),
]
By = Annotated[str, typer.Option("--by", help="year, or quarter: the quarters of these years.")]
MaxRejects = Annotated[
    float | None, typer.Option("--max-rejects", min=0, max=1, help="Share of rejected records that stops the run.")
]
Engine = Annotated[
    str,
    typer.Option("--engine", help="duckdb (files), or postgres or spark: where the records are; DIR has records.toml."),
]
SkipFiles = Annotated[bool, typer.Option("--skip-files", help="Leave files out that cannot be read.")]


@records.command()
def check(
    directory: Folder, edition: EditionName = None, out: Out = None, max_rejects: MaxRejects = None,
    engine: Engine = "duckdb", json: Json = False, lang: Lang = None,
) -> None:  # fmt: skip
    """Check records: encodings, columns, dates, codes, duplicates; what is rejected and why. 检查记录."""
    from yitihua.errors import FaultList
    from yitihua.indicators.records import measuring
    from yitihua.publish import records_files, records_text, terminal

    words = _language(lang, directory)
    with serving(directory, engine) as server:
        asked = asked_for(directory, edition, server is not None)
        rejects, files, skipped = measuring.checked(asked, server=server, track=tracker(words))
    faults = FaultList()
    for file, reason in skipped:
        faults.add("records-unreadable", file=file, reason=reason)
    limit = asked.folder.settings.max_rejects if max_rejects is None else max_rejects
    faults.extend(rejects.check(limit, asked.book))
    if out is not None:
        records_files.write_rejects(out, rejects)
    if json and not faults:
        terminal.print_json({
            "ok": True,
            "records": {kind: {"read": rejects.read[kind], "rejected": rejects.of(kind)}
                        for kind in asked.book.types if rejects.read[kind]},
            "rejected": [{"record": k, "reason": r, "count": n} for k, r, n in rejects.summary()],
        })  # fmt: skip
    elif not json:
        for line in records_text.notice(asked.folder.settings.simulated, words):
            print(line)
        print(records_text.checked_text(files, rejects, skipped, asked.folder.unknown, asked.book, words))
        if out is not None:
            print(say(words, f"逐条清单：{out / records_files.REJECTS}", f"One by one: {out / records_files.REJECTS}"))
    faults.raise_if_any()


@records.command()
def measure(
    directory: Folder, edition: EditionName = None, out: Out = None, periods: Periods = None, by: By = "year",
    max_rejects: MaxRejects = None, skip_files: SkipFiles = False, engine: Engine = "duckdb", json: Json = False,
    lang: Lang = None,
) -> None:  # fmt: skip
    """Count every measure from records, by county and period. 由记录计数."""
    from yitihua.publish import records_files, records_text, terminal

    words = _language(lang, directory)
    folder = _out(directory, out)
    with serving(directory, engine) as server:
        asked = asked_for(directory, edition, server is not None)
        counted = _counted(
            asked, _periods(asked, directory, periods, by), folder, max_rejects, skip_files, words, server
        )
    written = records_files.write_counted(folder, counted, asked.edition, asked.book)
    if json:
        terminal.print_json({
            "counties": len(counted.counties), "periods": [period.name for period in counted.periods],
            "measures": len(counted.values) - len(counted.absent), "simulated": counted.simulated,
            "missing": {name: list(kinds) for name, kinds in counted.absent.items()},
            "files": [str(path) for path in written],
        })  # fmt: skip
        return
    for line in records_text.notice(counted.simulated, words):
        print(line)
    print(
        records_text.checked_text(counted.files, counted.rejects, counted.skipped, counted.unknown, asked.book, words)
    )
    print(records_text.counted_text(counted, asked.edition, asked.book, words))
    print(say(words, "已写入：", "Written:"), *(f"  {path}" for path in written), sep="\n")
    ready = (
        f"{directory} --data {folder.name}"
        if (directory / "project.toml").is_file() and out is None
        else (f"--edition {asked.edition.name} --data {folder / records_files.COUNTED}")
    )
    print(say(words, "下一步：", "Next: ") + f"yitihua score {ready}")


@records.command()
def reconcile(
    directory: Folder, edition: EditionName = None, out: Out = None, periods: Periods = None, by: By = "year",
    against: Annotated[str | None, typer.Option("--against", help="Typed data. Default: the project's own.")] = None,
    max_rejects: MaxRejects = None, skip_files: SkipFiles = False, engine: Engine = "duckdb", json: Json = False,
    lang: Lang = None,
) -> None:  # fmt: skip
    """Lay typed measures beside counted ones, differences by size. 填报数与计数核对."""
    from yitihua.definitions.project import is_project, load_project
    from yitihua.indicators.reading import periods_of, read_table
    from yitihua.indicators.records.reconcile import reconcile as laid_beside
    from yitihua.publish import records_files, records_text, terminal

    words = _language(lang, directory)
    folder = _out(directory, out)
    typed = against or (load_project(directory, edition).data if is_project(directory) else None)
    with serving(directory, engine) as server:
        asked = asked_for(directory, edition, server is not None)
        counted = _counted(
            asked, _periods(asked, directory, periods, by), folder, max_rejects, skip_files, words, server
        )
    known = set(periods_of(asked.edition, typed))
    tables = {p.name: read_table(asked.edition, typed, p.name) for p in counted.periods if p.name in known}
    if not tables:
        raise bad_call(
            f"填报数据没有所计的各期：{', '.join(p.name for p in counted.periods)}",
            f"the typed data have none of the periods counted: {', '.join(p.name for p in counted.periods)}",
            ", ".join(sorted(known)),
        )
    found = laid_beside(counted, tables)
    path = records_files.write_differences(folder, found)
    if json:
        states = [one.state for one in found]
        terminal.print_json({"file": str(path), **{state: states.count(state) for state in sorted(set(states))}})
        return
    for line in records_text.notice(counted.simulated, words):
        print(line)
    print(records_text.differences_text(found, asked.edition, words))
    print(say(words, f"全部：{path}", f"All of them: {path}"))


@records.command()
def rows(
    directory: Folder,
    measure: Annotated[str, typer.Argument(metavar="MEASURE", help="A measure, as town_cases.")],
    unit: Annotated[str, typer.Option("--unit", help="A county's code or name.")],
    period: Annotated[str, typer.Option("--period", help="2022 or 2022Q3.")],
    edition: EditionName = None, skip_files: SkipFiles = False, engine: Engine = "duckdb", json: Json = False,
    lang: Lang = None,
) -> None:  # fmt: skip
    """List the records behind one number, by id: for who holds them. 列出一个数背后的记录."""
    from yitihua.indicators.records.measuring import rows_behind
    from yitihua.indicators.records.periods import Period
    from yitihua.publish import terminal

    words = _language(lang, directory)
    with serving(directory, engine) as server:
        asked = asked_for(directory, edition, server is not None)
        _check_measure(measure, asked.book)
        behind = rows_behind(
            asked, measure, unit, Period.of(period), skip_files=skip_files, track=tracker(words), server=server
        )
    if json:
        terminal.print_json({"measure": measure, "unit": unit, "period": period, "value": behind.value,
                             "rows": [{"id": key, "amount": amount} for key, amount in behind.rows]})  # fmt: skip
        return
    name = asked.edition.measures[measure].name.get(words)
    value = "-" if behind.value is None else f"{behind.value:g}"
    print(f"{unit} {period} {measure} {name}: {value}")
    for key, amount in behind.rows:
        print(f"  {key}" if amount is None else f"  {key}  {amount:g}")


@records.command()
def sql(
    measure: Annotated[str | None, typer.Argument(metavar="[MEASURE]", help="A measure; default: all.")] = None,
    edition: EditionName = None,
    directory: Annotated[Path | None, typer.Option("--project", help="A project folder.")] = None,
    engine: Annotated[
        str | None, typer.Option("--engine", help="postgres or spark: the whole statement, with cleaning, to be run.")
    ] = None,
    periods: Periods = None,
    lang: Lang = None,
) -> None:
    """Print the queries that count measures, in ANSI SQL; or whole statements of a server. 打印计数查询."""
    from yitihua.definitions import load_edition
    from yitihua.definitions.records import load_records, tables_in
    from yitihua.indicators.records.counting import query_of

    words = language(lang, directory)
    loaded = load_edition(edition or "zhejiang-2022", directory)
    book = load_records(loaded)
    _check_measure(measure, book)
    names = [measure] if measure else list(book.counts)
    if engine is not None:
        print(_statement(loaded, directory, names, periods, engine))
        return
    shared = [v for v in book.views if any(v in tables_in(book.counts[n].rows) for n in names)]
    for view in shared:
        print(f"-- {view}: {book.views[view].about.get(words)}\n{book.views[view].sql.strip()}\n")
    for name in names:
        entry = loaded.measures[name]
        rule = entry.counting_rule.get(words) if entry.counting_rule else ""
        print(f"-- {name}: {entry.name.get(words)}\n-- {rule}")
        print(query_of(book.counts[name].rows, book.counts[name].value), end="\n\n")


def _statement(edition: Edition, directory: Path | None, names: list[str], periods: str | None, engine: str) -> str:
    """Return the whole statement that counts measures in the tables that records.toml names."""
    from yitihua.indicators.dialects import POSTGRES, SPARK
    from yitihua.indicators.records.measuring import ask
    from yitihua.indicators.records.servers import statement

    dialects = {"postgres": POSTGRES, "spark": SPARK}
    if engine not in dialects:
        raise refuse("bad-choice", key="--engine", found=engine, options=list(dialects))
    folder = directory or Path()
    asked = ask(edition, folder, on_server=True)
    return statement(asked, names, _periods(asked, folder, periods, "year"), dialects[engine])


def _check_measure(measure: str | None, book: RecordBook) -> None:
    if measure is not None and measure not in book.counts:
        options, hint = list(book.counts), suggest(measure, book.counts)
        raise refuse("unknown-reference", key="MEASURE", kind="measure", name=measure, options=options, hint=hint)


def _language(lang: str | None, directory: Path) -> str:
    return language(lang, directory if directory.is_dir() else None)


def tracker(lang: str) -> Any:
    """Return what shows progress over files."""
    return lambda items: tracked(items, say(lang, "读取记录", "records"))


@contextmanager
def serving(directory: Path, engine: str) -> Iterator[Server | None]:
    """Open the server on which records are; None: they are files, which DuckDB reads."""
    if engine == "duckdb":
        yield None
        return
    server: Any
    if engine == "postgres":
        from yitihua.indicators.records.postgres import PostgresServer

        server = PostgresServer()
    elif engine == "spark":
        from yitihua.indicators.records.spark import SparkServer

        server = SparkServer(directory / "records" if (directory / "records").is_dir() else directory)
    else:
        raise refuse("bad-choice", key="--engine", found=engine, options=["duckdb", "postgres", "spark"])
    try:
        yield server
    finally:
        server.close()


def asked_for(directory: Path, edition: str | None, on_server: bool = False) -> Asked:
    """Return the records of a folder, or its records.toml alone, and what the edition, or a project's, says of them."""
    from yitihua.definitions import load_edition
    from yitihua.definitions.project import is_project, load_project
    from yitihua.indicators.records.measuring import ask

    if not directory.is_dir():
        raise refuse("file-not-found", file=str(directory))
    if is_project(directory):
        project = load_project(directory, edition)
        return ask(load_edition(project.edition, directory), directory, on_server)
    return ask(load_edition(edition or "zhejiang-2022"), directory, on_server)


def _out(directory: Path, out: Path | None) -> Path:
    """Return where tables go: as asked, else the dataset `counted` of the project or beside a folder of records."""
    from yitihua.publish.records_files import DATASET

    if out is not None:
        return out
    return (directory if (directory / "records").is_dir() else directory.parent) / "data" / DATASET


def _periods(asked: Asked, directory: Path, stated: str | None, by: str) -> list[Period]:
    from yitihua.definitions.project import project_settings
    from yitihua.indicators.records.periods import Period, periods_of_years

    if by not in ("year", "quarter"):
        raise refuse("bad-choice", key="--by", found=by, options=["year", "quarter"])
    if stated is not None:
        found = [Period.of(word) for word in stated.replace("，", ",").split(",") if word.strip()]
    else:
        last = project_settings(directory).period or asked.edition.spec.period
        if last is None:
            raise bad_call("没有说明要计哪一期", "no period is stated to be counted", "--periods 2022")
        year = Period.of(last).first_day.year
        found = [Period.of(str(year - 1)), Period.of(str(year))]
    if by == "quarter":
        return list(periods_of_years([p.first_day.year for p in found if p.months == 12], by)) + [
            p for p in found if p.months != 12
        ]
    return found


def _counted(
    asked: Asked, periods: list[Period], folder: Path, max_rejects: float | None, skip_files: bool, lang: str,
    server: Server | None = None,
) -> Counted:  # fmt: skip
    """Count; where rejects stop the run, their table is there to be looked at."""
    from yitihua.indicators.records.measuring import measure as count
    from yitihua.publish import records_files

    rejected: list[Rejects] = []
    try:
        return count(asked, periods, max_rejects=max_rejects, skip_files=skip_files, track=tracker(lang),
                     rejected=rejected.append, server=server)  # fmt: skip
    except InputError as error:
        if any(fault.code == "records-rejects" for fault in error.faults):
            records_files.write_rejects(folder, rejected[0])
        raise
