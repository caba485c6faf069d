"""Records in DuckDB: files are read, typed and checked in one pass, and what is sound stands in a table a type.

The tables live in a file of a temporary folder, so that memory holds a part of them however many they are; nothing of
them is kept. Rejected rows are taken out and listed.
"""

from __future__ import annotations

import glob
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from yitihua.definitions.passport import sha256_of
from yitihua.definitions.record_models import RecordFile
from yitihua.definitions.records import RecordBook
from yitihua.errors import FaultList, refuse
from yitihua.indicators.records import cleaning, text_files
from yitihua.indicators.records.folder import RecordsFolder
from yitihua.indicators.records.rejects import Reject, Rejects, from_rows
from yitihua.indicators.records.typing_sql import (
    TYPES,
    Found,
    county_column,
    fault,
    literal,
    name,
    shown_key,
    typed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import duckdb

#: What DuckDB says of a line that it cannot read -> our reason.
_LINES = {
    "MISSING COLUMNS": "columns",
    "TOO MANY COLUMNS": "columns",
    "UNQUOTED VALUE": "quote",
    "LINE SIZE OVER MAXIMUM": "columns",
    "INVALID ENCODING": "encoding",
    "INVALID STATE": "quote",
}


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read: its name, what it holds, its encoding, how many records and its sha256."""

    name: str
    kind: str
    encoding: str
    rows: int
    sha256: str


@dataclass
class Store:
    """Clean records in DuckDB.

    Attributes
    ----------
    connection : duckdb connection
        With a table a record type, sound rows only; types without a file are empty tables.
    files : list of FileRead
        What was read.
    absent : set of str
        Record types without a file.
    rejects : Rejects
        What was left out.
    skipped : list of (str, str)
        Files that cannot be read, and why.
    """

    connection: duckdb.DuckDBPyConnection
    scratch: Path
    files: list[FileRead] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    rejects: Rejects = field(default_factory=Rejects)
    skipped: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def open(cls, threads: int = 2, memory_limit: str = "2GB", on_disk: bool = True) -> Self:
        """Return an empty store in a temporary folder.

        Raises
        ------
        InputError
            If there is no room for it.
        """
        import duckdb

        try:
            scratch = Path(tempfile.mkdtemp(prefix="yitihua-records-"))
            config: dict[str, Any] = {"threads": threads, "memory_limit": memory_limit, "temp_directory": str(scratch)}
            connection = duckdb.connect(str(scratch / "records.duckdb") if on_disk else ":memory:", config=config)
        except (OSError, duckdb.Error) as error:
            raise refuse("records-disk", reason=short(error)) from None
        # A handful of periods is cheaper to look through than to sort for.
        connection.execute("SET nested_loop_join_threshold = 64")
        return cls(connection, scratch)

    def close(self) -> None:
        """Forget everything."""
        import duckdb

        with suppress(duckdb.Error):  # a full disk may fail once more
            self.connection.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def disk(self) -> Iterator[None]:
        """Turn a full or read-only disk into a refusal, whatever the statement that met it."""
        import duckdb

        try:
            yield
        except (
            duckdb.IOException,
            duckdb.OutOfMemoryException,
            duckdb.TransactionException,
            duckdb.FatalException,
            OSError,
        ) as error:
            raise refuse("records-disk", reason=short(error)) from None


def load(
    store: Store,
    book: RecordBook,
    folder: RecordsFolder,
    counties: Mapping[str, str],
    *,
    skip_files: bool = False,
    track: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> None:
    """Read every file of a folder into a store, and take out what is not sound.

    Parameters
    ----------
    store : Store
    book : RecordBook
        What the types are.
    folder : RecordsFolder
        Which files there are.
    counties : mapping
        Code or name -> code of the counties that are known; empty: any is taken.
    skip_files : bool
        Whether a file that cannot be read is left out instead of ending the run.
    track : callable
        Shows progress over the files.

    Raises
    ------
    InputError
        With every file that cannot be read or lacks a column; when the disk is full.
    """
    _known_counties(store.connection, counties)
    faults = FaultList()
    made: dict[str, None] = {}
    for kind in book.types:
        _create(store, kind, book)
    for kind, path in track([(kind, path) for kind, paths in folder.files.items() for path in paths]):
        shown = str(path.relative_to(folder.path))
        before = len(faults)
        try:
            _load_file(store, book, kind, path, shown, bool(counties), faults)
        except _UnreadableError as error:
            store.skipped.append((shown, str(error)))
            if not skip_files:
                faults.add("records-unreadable", file=shown, reason=str(error))
            continue
        if len(faults) == before:
            made[kind] = None
    faults.raise_if_any()
    store.absent = {kind for kind in book.types if kind not in made}
    for kind in made:
        cleaning.drop_duplicates(store, kind, book)
    for kind in book.types:
        if kind in made:
            cleaning.drop_unknown(store, kind, book)


class _UnreadableError(Exception):
    """A file that cannot be read at all."""


def short(error: Exception) -> str:
    """Return the words of an error without paths."""
    words = re.sub(r"[\"'][^\"']*[\"']", "", str(error).splitlines()[0].split(": ", 1)[-1])
    return " ".join(words.split())[:100] or type(error).__name__


def _known_counties(connection: duckdb.DuckDBPyConnection, counties: Mapping[str, str]) -> None:
    connection.execute("CREATE TABLE _counties (word VARCHAR, code VARCHAR)")
    if counties:
        connection.executemany("INSERT INTO _counties VALUES (?, ?)", list(counties.items()))


def _create(store: Store, kind: str, book: RecordBook) -> None:
    schema = book.types[kind]
    columns = ", ".join(f"{name(column)} {TYPES[schema.columns[column].type]}" for column in book.columns_of(kind))
    store.connection.execute(f"CREATE TABLE {name(kind)} ({columns}, _file USMALLINT, _fault VARCHAR)")


def _load_file(
    store: Store, book: RecordBook, kind: str, path: Path, shown: str, counties: bool, faults: FaultList
) -> None:
    """Read one file into its type's table, faulty rows taken out and listed."""
    schema = book.types[kind]
    connection = store.connection
    number = len(store.files)
    try:
        source, found, encoding, text = _source(store, path, number)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == 28:
            raise
        raise _UnreadableError(short(error)) from None
    placed = _placed(schema, book.columns_of(kind), found, shown, faults)
    if placed is None:
        return
    lossy = text is not None and text.lossy
    import duckdb

    try:
        connection.execute(f"INSERT INTO {name(kind)} {_select(schema, placed, source, number, counties, lossy)}")
    except (duckdb.InvalidInputException, duckdb.SerializationException, duckdb.ConversionException) as error:
        raise _UnreadableError(short(error)) from None
    except duckdb.IOException as error:
        if path.suffix.lower() == ".parquet" and ("magic" in str(error) or "too small" in str(error)):
            raise _UnreadableError(short(error)) from None
        raise
    broken = _broken_lines(store, kind, shown, number) if text is not None else []
    by_county = connection.execute(
        f"SELECT {name(county_column(schema))}, COUNT(*), COUNT(_fault), MIN(rowid) FROM {name(kind)} "
        f"WHERE _file = {number} GROUP BY ALL"
    ).fetchall()
    rows = sum(count for _, count, _, _ in by_county)
    store.files.append(FileRead(shown, kind, encoding, rows, sha256_of(path)))
    if text is not None:
        lost = text.lines - 1 - rows - len(broken)
        if any(reject.reason == "quote" for reject in broken) and lost > 0:
            broken += [Reject(kind, shown, None, "", "", "", "", "quote")] * lost
    store.rejects.listed += broken
    store.rejects.read[kind] += rows + len(broken)
    store.rejects.read_in.update({(kind, str(code)): count for code, count, _, _ in by_county})
    if any(faulty for _, _, faulty, _ in by_county):
        _list_faulty(store, schema, kind, number, min(start for *_, start in by_county))


def _list_faulty(store: Store, schema: RecordFile, kind: str, number: int, start: int) -> None:
    """List the faulty rows of a file, and take them out."""
    bad = store.connection.execute(
        f"SELECT rowid - {start} + 1, {shown_key(schema)}, {name(county_column(schema))}, _fault FROM {name(kind)} "
        f"WHERE _file = {number} AND _fault IS NOT NULL ORDER BY rowid"
    ).fetchall()
    store.rejects.listed += from_rows(kind, store.files[number].name, bad)
    store.connection.execute(f"DELETE FROM {name(kind)} WHERE _file = {number} AND _fault IS NOT NULL")


def _source(store: Store, path: Path, number: int) -> tuple[str, dict[str, Found], str, text_files.TextFile | None]:
    """Return what stands after FROM, the columns by header, the encoding, and the lines of a text file."""
    if path.suffix.lower() == ".parquet":
        return (*_parquet(store, path), "parquet", None)
    inside = store.scratch / "text"
    inside.mkdir(exist_ok=True)
    plain = text_files.sheet_to_text(path, inside) if path.suffix.lower() == ".xlsx" else path
    text = text_files.prepare(plain, inside)
    if not text.header or REPLACED_ONLY.fullmatch("".join(text.header)):
        raise ValueError("no header")
    columns = {header: Found(f"c{i}") for i, header in enumerate(text.header)}
    kinds = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(text.header)))
    source = (
        f"read_csv({literal(glob.escape(str(text.path)))}, header = false, skip = 1, columns = {{{kinds}}}, "
        f"delim = {literal(text.separator)}, quote = '\"', escape = '\"', auto_detect = false, buffer_size = 4000000, "
        f"store_rejects = true, rejects_table = '_lines_{number}', rejects_scan = '_scans_{number}', "
        "rejects_limit = 100000)"
    )
    encoding = "xlsx" if path.suffix.lower() == ".xlsx" else text.encoding
    return source, columns, encoding, text


#: A header of nothing but signs that no encoding explains.
REPLACED_ONLY = re.compile(r"[\ufffd\x00]*")


def _parquet(store: Store, path: Path) -> tuple[str, dict[str, Found]]:
    import duckdb

    source = f"read_parquet({literal(glob.escape(str(path)))})"
    try:
        described = store.connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    except duckdb.Error as error:
        raise ValueError(short(error)) from None
    return source, {str(column): Found(name(str(column)), str(kind)) for column, kind, *_ in described}


def _placed(
    schema: RecordFile, columns: Sequence[str], found: Mapping[str, Found], shown: str, faults: FaultList
) -> dict[str, Found] | None:
    """Return where each column of a type stands in a file, None after a fault; one that may be absent is empty."""
    folded = {re.sub(r"\s+", "", header).casefold(): header for header in reversed(list(found))}
    placed: dict[str, Found] = {}
    before = len(faults)
    for column in columns:
        rule = schema.columns[column]
        words = [word for word in (column, *rule.names) if word.casefold() in folded]
        if not words and rule.required:
            faults.add("records-header", file=shown, line=1, name=rule.names[0] if rule.names else column,
                       found=list(found), options=[column, *rule.names])  # fmt: skip
        elif len({folded[word.casefold()] for word in words}) > 1:
            faults.add("records-twice", file=shown, line=1, name=column, found=words)
        placed[column] = found[folded[words[0].casefold()]] if words else Found("NULL", "NULL")
    return placed if len(faults) == before else None


def _select(
    schema: RecordFile, placed: Mapping[str, Found], source: str, number: int, counties: bool, lossy: bool
) -> str:
    """Return the query that types and checks the rows of a file."""
    columns = list(placed)
    raws = {column: f"r{i}" for i, column in enumerate(columns)}
    texts = ", ".join(f"{placed[c].text} AS {raws[c]}, {placed[c].expression} AS s{i}" for i, c in enumerate(columns))
    values = []
    for i, column in enumerate(columns):
        kind = schema.columns[column].type
        if kind == "county" and counties:
            values.append(f"(SELECT code FROM _counties k WHERE k.word = {raws[column]}) AS {name(column)}")
            continue
        here = Found(f"s{i}", placed[column].type)
        values.append(
            f"{typed(schema.columns[column], schema.codes.get(column), here, raws[column])} AS {name(column)}"
        )
    wrong = fault(schema, columns, raws, counties, lossy)
    kept = ", ".join(name(column) for column in columns)
    return (
        f"SELECT {kept}, {number} AS _file, {wrong} AS _fault "
        f"FROM (SELECT *, {', '.join(values)} FROM (SELECT {texts} FROM {source}) a) b"
    )


def _broken_lines(store: Store, kind: str, shown: str, number: int) -> list[Reject]:
    """Return the lines that could not be read as rows."""
    found = store.connection.execute(
        f"SELECT DISTINCT line, error_type, csv_line FROM _lines_{number} ORDER BY line"
    ).fetchall()
    broken = {
        int(line): Reject(
            kind, shown, int(line) - 1, "", "", "", str(text or "").strip()[:60], _LINES.get(str(said), "columns")
        )
        for line, said, text in found
    }
    return list(broken.values())
