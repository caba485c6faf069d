"""Records that stand typed in a server's tables: the rules by which files are cleaned, in portable SQL.

What `store` and `cleaning` do to files in DuckDB step by step is here a chain of queries, none of which leaves
anything behind: ``yt_read_TYPE`` (typed, with the first fault of each row), ``yt_ranked_TYPE`` (sound rows, ranked
within their key), ``yt_joined_TYPE`` (the first of each key, with what it refers to) and TYPE itself, what is sound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yitihua.definitions.record_models import RecordColumn, RecordFile
from yitihua.definitions.records import RecordBook
from yitihua.errors import FaultList
from yitihua.indicators.dialects import Dialect
from yitihua.indicators.records.typing_sql import EMPTY, FIRST_DAY, LAST_DAY, county_column

#: What DuckDB's TRIM takes away: every kind of space, the full-width one of Chinese text among them.
SPACES = "\u0020\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u202f\u205f\u3000"
#: Type of a schema's column -> what a server's column may be.
TAKEN: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "integer", "date"), "county": ("text", "integer"), "code": ("text", "integer"),
    "date": ("date", "time", "zoned"), "time": ("date", "time", "zoned"),
    "integer": ("integer", "number"), "number": ("integer", "number"), "flag": ("flag",),
}  # fmt: skip
#: What such a column is called in databases.
CALLED = {"text": "text", "integer": "bigint", "number": "numeric", "flag": "boolean", "date": "date",
          "time": "timestamp", "zoned": "timestamptz"}  # fmt: skip
COUNTIES = "yt_counties"


@dataclass(frozen=True, slots=True)
class ServerColumn:
    """A column of a server's table: its name, what it holds, and what the server calls that."""

    name: str
    kind: str
    type: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the records of a type stand: what comes after FROM, and its column by the schema's; None: absent."""

    relation: str
    columns: Mapping[str, ServerColumn | None]


def placed(
    schema: RecordFile, columns: Sequence[str], found: Sequence[ServerColumn], shown: str, faults: FaultList
) -> dict[str, ServerColumn | None]:
    """Return which column of a table each column of a type is, by the schema's name or another of its names.

    Parameters
    ----------
    schema : RecordFile
    columns : sequence of str
        Those that are needed.
    found : sequence of ServerColumn
        Those of the table.
    shown : str
        The table, as faults name it.
    faults : FaultList
        Takes required columns that are absent, names that stand there twice, and columns of another type.
    """
    folded: dict[str, list[ServerColumn]] = {}
    for one in found:
        folded.setdefault(re.sub(r"\s+", "", one.name).casefold(), []).append(one)
    place: dict[str, ServerColumn | None] = {}
    for column in columns:
        rule = schema.columns[column]
        words = dict.fromkeys(word.casefold() for word in (column, *rule.names))
        fits = [one for word in words for one in folded.get(word, ())]
        place[column] = fits[0] if fits else None
        if not fits and rule.required:
            faults.add("records-header", file=shown, name=rule.names[0] if rule.names else column,
                       found=[one.name for one in found], options=[column, *rule.names])  # fmt: skip
        elif len(fits) > 1:
            faults.add("records-twice", file=shown, name=column, found=[one.name for one in fits])
        elif fits and fits[0].kind not in TAKEN[rule.type]:
            faults.add("records-type", file=shown, name=fits[0].name, found=fits[0].type, type=rule.type,
                       options=[CALLED[kind] for kind in TAKEN[rule.type]])  # fmt: skip
    return place


def as_stated(schema: RecordFile, columns: Sequence[str]) -> dict[str, ServerColumn | None]:
    """Return the columns of a table that is as the schema says, for a statement that is printed and not run."""
    kinds = {"county": "text", "code": "text"}
    return {c: ServerColumn(c, kinds.get(t := schema.columns[c].type, t), t) for c in columns}


def steps(
    book: RecordBook, standing: Mapping[str, Standing], counties: Mapping[str, str], dialect: Dialect
) -> dict[str, str]:
    """Return the queries that clean records, each using only those before it.

    Parameters
    ----------
    book : RecordBook
    standing : mapping
        Record type -> where it stands; types that are not there are absent.
    counties : mapping
        Code or name -> code of the counties that are known; empty: any is taken.
    dialect : Dialect
    """
    kinds = [kind for kind in book.types if kind in standing]
    made: dict[str, str] = {}
    if counties:
        words = ",\n  ".join(f"({dialect.literal(w)}, {dialect.literal(c)})" for w, c in counties.items())
        made[COUNTIES] = f"SELECT word, code FROM (VALUES\n  {words}\n) AS k (word, code)"
    # What is read comes first: from then on the name of a type means what is sound of it.
    for kind in kinds:
        made[f"yt_read_{kind}"] = _read(book.types[kind], standing[kind], bool(counties), dialect)
    for kind in kinds:
        made[f"yt_ranked_{kind}"] = _ranked(book.types[kind], kind, book.columns_of(kind), dialect)
    for kind in kinds:
        columns = ", ".join(dialect.identifier(column) for column in book.columns_of(kind))
        if joined := _joined(book, kind, made, dialect):
            made[f"yt_joined_{kind}"] = joined
            made[kind] = f"SELECT {columns}\nFROM yt_joined_{kind}\nWHERE NOT yt_unknown"
        else:
            made[kind] = f"SELECT {columns}\nFROM yt_ranked_{kind}\nWHERE yt_place = 1"
    return made


def rejects(
    book: RecordBook, kinds: Iterable[str], made: Mapping[str, str], dialect: Dialect
) -> dict[tuple[str, str], str]:
    """Return the queries of what was read and rejected: (what, type) -> (county, label, value).

    "read" counts what was read, the label its first fault or nothing; "rejected" what is no fault of one row alone;
    "sent" what is sound.
    """
    found = {}
    for kind in kinds:
        schema = book.types[kind]
        county = dialect.identifier(county_column(schema))

        def counted(rows: str, label: str, county: str = county) -> str:
            grouped = f"SELECT {county} AS county, {label} AS label FROM {rows}"
            return (
                f"SELECT county, label, {dialect.cast('COUNT(*)')} AS value FROM ({grouped}) g GROUP BY county, label"
            )

        found[("read", kind)] = counted(f"yt_read_{kind}", "COALESCE(yt_fault, '')")
        found[("behind", kind)] = counted(f"yt_ranked_{kind} WHERE yt_place > 1", _behind(schema, book, kind, dialect))
        if f"yt_joined_{kind}" in made:
            found[("unknown", kind)] = counted(f"yt_joined_{kind} WHERE yt_unknown", "'unknown-reference'")
        found[("sent", kind)] = counted(kind, "''")
    return found


def _read(schema: RecordFile, standing: Standing, counties: bool, dialect: Dialect) -> str:
    """Return the query that types the rows of a table and finds the first fault of each."""
    raws, values = [], []
    join = ""
    for i, (column, theirs) in enumerate(standing.columns.items()):
        rule = schema.columns[column]
        source = None if theirs is None else dialect.identifier(theirs.name)
        raws.append(f"{_text(source, theirs, dialect)} AS r{i}")
        if source is not None:
            raws.append(f"{source} AS s{i}")
        if rule.type == "county" and counties:
            join = f"\n    LEFT JOIN {COUNTIES} k ON k.word = a.r{i}"
            value = "k.code"
        else:
            value = _typed(rule, schema.codes.get(column, {}), theirs, i, dialect)
        values.append(f"{value} AS {dialect.identifier(column)}")
    kept = ", ".join(dialect.identifier(column) for column in standing.columns)
    inner = f"SELECT {', '.join(raws)}\n      FROM {standing.relation}"
    between = ",\n      ".join(values)
    return (
        f"SELECT {kept},\n  {_fault(schema, list(standing.columns), counties, dialect)} AS yt_fault\nFROM (\n"
        f"    SELECT a.*,\n      {between}\n    FROM (\n      {inner}\n    ) a{join}\n) b"
    )


def _text(source: str | None, column: ServerColumn | None, dialect: Dialect) -> str:
    """Return the text of a column, NULL where it is empty or means "missing"."""
    if source is None or column is None:
        return f"CAST(NULL AS {dialect.text})"
    text = f"CAST({source} AS {dialect.text})"
    if column.kind != "text":
        return text
    bare = f"TRIM(BOTH {dialect.literal(SPACES)} FROM {text})"
    return f"CASE WHEN {bare} IN ({', '.join(dialect.literal(word) for word in EMPTY)}) THEN NULL ELSE {bare} END"


def _typed(
    rule: RecordColumn, codes: Mapping[str, Sequence[str]], column: ServerColumn | None, i: int, dialect: Dialect
) -> str:
    types = {"date": "DATE", "time": dialect.time, "integer": "BIGINT", "number": dialect.double}
    if column is None:
        return "FALSE" if rule.type == "flag" else f"CAST(NULL AS {types.get(rule.type, dialect.text)})"
    source = f"a.s{i}"
    if rule.type == "flag":
        return f"COALESCE({source}, FALSE)"
    if rule.type in ("date", "time"):
        if column.kind == "zoned":
            source = dialect.unzoned.format(source)
        return f"CAST({source} AS {types[rule.type]})"
    if rule.type == "integer" and column.kind == "number":
        value = dialect.cast(source)
        return f"CASE WHEN {value} = ROUND({value}) AND ABS({value}) < 9e18 THEN CAST({value} AS BIGINT) END"
    if rule.type in ("integer", "number"):
        return f"CAST({source} AS {types[rule.type]})"
    if rule.type == "code":
        whens = []
        for code, words in codes.items():
            listed = ", ".join(dialect.literal(word) for word in dict.fromkeys([code, *words]))
            whens.append(f"WHEN a.r{i} IN ({listed}) THEN {dialect.literal(code)}")
        return f"CASE {' '.join(whens)} END"
    return f"a.r{i}"


def _fault(schema: RecordFile, columns: Sequence[str], counties: bool, dialect: Dialect) -> str:
    """Return the reason of a row's first fault, in the order of `typing_sql.fault`; NULL for a sound row."""
    whens = []
    for i, column in enumerate(columns):
        rule, raw, value = schema.columns[column], f"r{i}", dialect.identifier(column)
        if rule.required:
            whens.append(f"WHEN {raw} IS NULL THEN 'missing'")
        if rule.type == "county" and counties:
            whens.append(f"WHEN {value} IS NULL THEN 'unknown-county'")
        if rule.type in ("code", "integer"):
            reason = "unknown-code" if rule.type == "code" else "bad-number"
            whens.append(f"WHEN {raw} IS NOT NULL AND {value} IS NULL THEN '{reason}'")
        if rule.type in ("date", "time"):
            whens.append(f"WHEN {value} < DATE '{FIRST_DAY}' OR {value} > DATE '{LAST_DAY}' THEN 'date-range'")
        if rule.type == "number":
            # Infinite minus infinite is no number, and no number is not 0.
            whens.append(f"WHEN {value} - {value} <> 0 THEN 'bad-number'")
    for first, last in schema.record.order:
        if first in columns and last in columns:
            a, b = dialect.identifier(first), dialect.identifier(last)
            # A last day without its hour is the whole day.
            late = f"{a} > {b} AND (CAST({a} AS DATE) > CAST({b} AS DATE) OR CAST({b} AS DATE) <> {b})"
            whens.append(f"WHEN {late} THEN 'order'")
    lines = "\n    ".join(whens)
    return f"CASE\n    {lines}\n  END" if whens else f"CAST(NULL AS {dialect.text})"


def _told_by(schema: RecordFile, columns: Sequence[str]) -> list[str]:
    """Return the columns whose first values tell a part, or an older state, from a duplicate."""
    heavier = [schema.record.heavier] if schema.record.heavier in columns else []
    return [column for column in (*heavier, *schema.record.furthest) if column in columns and column is not None]


def _ranked(schema: RecordFile, kind: str, columns: Sequence[str], dialect: Dialect) -> str:
    """Return the query that ranks the rows of a record exactly as `cleaning.drop_duplicates` does."""

    def last_first(column: str) -> str:
        is_text = schema.columns[column].type in ("text", "county", "code")
        return f"{dialect.identifier(column)}{dialect.bytewise if is_text else ''} DESC NULLS LAST"

    order = []
    heavier = schema.record.heavier
    if heavier is not None and heavier in columns:
        ranks = " ".join(f"WHEN {dialect.literal(code)} THEN {i}" for i, code in enumerate(schema.codes[heavier], 1))
        order.append(f"CASE {dialect.identifier(heavier)} {ranks} ELSE 0 END DESC")
    order += [last_first(column) for column in schema.record.furthest if column in columns]
    order += [last_first(column) for column in columns]
    key = ", ".join(dialect.identifier(column) for column in schema.record.key)
    firsts = [f"FIRST_VALUE({dialect.identifier(column)}) OVER w AS yt_first_{i}"
              for i, column in enumerate(_told_by(schema, columns))]  # fmt: skip
    kept = ", ".join(dialect.identifier(column) for column in columns)
    return (
        f"SELECT {', '.join([kept, 'ROW_NUMBER() OVER w AS yt_place', *firsts])}\nFROM yt_read_{kind}\n"
        f"WHERE yt_fault IS NULL\nWINDOW w AS (PARTITION BY {key} ORDER BY {', '.join(order)})"
    )


def _behind(schema: RecordFile, book: RecordBook, kind: str, dialect: Dialect) -> str:
    """Return why a row does not stand for its record: a part of it, an older state, or a duplicate."""
    whens, older = "", []
    for i, column in enumerate(_told_by(schema, book.columns_of(kind))):
        differs = f"{dialect.identifier(column)} IS DISTINCT FROM yt_first_{i}"
        if column == schema.record.heavier:
            whens += f"WHEN {differs} THEN 'merged' "
        else:
            older.append(differs)
    if older:
        whens += f"WHEN {' OR '.join(older)} THEN 'superseded' "
    return f"CASE {whens}ELSE 'duplicate' END" if whens else "'duplicate'"


def _joined(book: RecordBook, kind: str, made: Mapping[str, str], dialect: Dialect) -> str | None:
    """Return the query that lays beside each record whether it refers to one that is not there; None: it never does.

    Types that are absent are not asked; one that is only checked after this one is asked for what is sound so far.
    """
    schema = book.types[kind]
    county = dialect.identifier(county_column(schema))
    joins, unknown = [], []
    for i, column in enumerate(book.columns_of(kind)):
        other, _, target = (schema.columns[column].refers or "").partition(".")
        if not other or f"yt_ranked_{other}" not in made:
            continue
        sound = other if other in made else f"yt_ranked_{other} WHERE yt_place = 1"
        of, theirs = dialect.identifier(target), dialect.identifier(county_column(book.types[other]))
        ours = dialect.identifier(column)
        joins.append(
            f"LEFT JOIN (SELECT DISTINCT {of} AS target, {theirs} AS place FROM {sound}) o{i}\n"
            f"  ON o{i}.target = t.{ours} AND o{i}.place = t.{county}"
        )
        unknown.append(f"t.{ours} IS NOT NULL AND o{i}.target IS NULL")
    if not joins:
        return None
    kept = ", ".join(f"t.{dialect.identifier(column)}" for column in book.columns_of(kind))
    lines = "\n".join(joins)
    told = " OR ".join(f"({one})" for one in unknown)
    return f"SELECT {kept}, ({told}) AS yt_unknown\nFROM yt_ranked_{kind} t\n{lines}\nWHERE t.yt_place = 1"
