"""What turns a file's text into typed columns, and what is wrong with a row: expressions of SQL for DuckDB.

A typed value is NULL where the text is empty or says nothing that is understood; a row's fault is the first that is
found: ``reason|column|found`` with a separator that no text holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yitihua.definitions.record_models import RecordColumn, RecordFile

#: Between the parts of a fault: a control character of its own, which no export holds.
SEPARATOR = "chr(31)"
#: Texts that mean "missing".
EMPTY = ("", "NULL", "null", "\\N", "NA", "None", "-", "--", "—", "——", "/")
LONGEST = max(len(word) for word in EMPTY)
TRUE = ("1", "1.0", "true", "t", "yes", "y", "是", "有", "√", "对", "已")
FALSE = ("0", "0.0", "false", "f", "no", "n", "否", "无", "×", "未")
#: Days outside of it are slips of the pen.
FIRST_DAY, LAST_DAY = "1949-10-01", "2100-12-31"
TYPES = {"text": "VARCHAR", "county": "VARCHAR", "code": "VARCHAR", "date": "DATE", "time": "TIMESTAMP",
         "integer": "BIGINT", "number": "DOUBLE", "flag": "BOOLEAN"}  # fmt: skip


def literal(text: str) -> str:
    """Return a text as a constant of SQL.

    Examples
    --------
    >>> literal("o'clock")
    "'o''clock'"
    """
    return "'" + text.replace("'", "''") + "'"


def name(column: str) -> str:
    """Return a name in quotes."""
    return '"' + column.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Found:
    """A column as it stands in a source: an expression of its text, and the type that the source gives it."""

    expression: str
    type: str = "VARCHAR"

    @property
    def text(self) -> str:
        """Its text, NULL where it is empty."""
        if self.type == "NULL":
            return "CAST(NULL AS VARCHAR)"
        if self.type != "VARCHAR":
            return f"CAST({self.expression} AS VARCHAR)"
        words = ", ".join(literal(word) for word in EMPTY)
        # Most texts are long and have no spaces at their ends: these are told first, since that costs little.
        found, bare = self.expression, f"TRIM({self.expression})"
        plain = f"LENGTH({found}) > {LONGEST} AND NOT starts_with({found}, ' ') AND NOT ends_with({found}, ' ')"
        return f"CASE WHEN {plain} THEN {found} WHEN {bare} IN ({words}) THEN NULL ELSE {bare} END"


def typed(column: RecordColumn, codes: Mapping[str, Sequence[str]] | None, found: Found, raw: str) -> str:
    """Return the expression of a typed value.

    Parameters
    ----------
    column : RecordColumn
        Its schema.
    codes : mapping or None
        Code -> words, for a column of codes.
    found : Found
        How the source has it.
    raw : str
        A name under which its text stands.
    """
    kind = column.type
    if kind in ("date", "time"):
        return found.expression if _is_day(found.type, kind) else _day(raw, TYPES[kind])
    if kind == "flag":
        if found.type == "BOOLEAN":
            return f"COALESCE({found.expression}, FALSE)"
        words = [", ".join(literal(word) for word in group) for group in (TRUE, FALSE)]
        yes, no = words
        return (
            f"CASE WHEN {raw} IS NULL OR {raw} IN ({no}) THEN FALSE WHEN {raw} IN ({yes}) THEN TRUE "
            f"WHEN LOWER({raw}) IN ({no}) THEN FALSE WHEN LOWER({raw}) IN ({yes}) THEN TRUE END"
        )
    if kind == "number":
        return f"TRY_CAST({raw} AS DOUBLE)"
    if kind == "integer":
        value = f"TRY_CAST({raw} AS DOUBLE)"
        return f"CASE WHEN {value} = ROUND({value}) THEN CAST({value} AS BIGINT) END"
    if kind == "code":
        assert codes is not None  # checked with the schema
        return _code(raw, codes)
    return raw


def _is_day(type_: str, kind: str) -> bool:
    return type_ == "DATE" or (kind == "time" and type_.startswith("TIMESTAMP"))


def _code(raw: str, codes: Mapping[str, Sequence[str]]) -> str:
    whens = []
    for code, words in codes.items():
        listed = ", ".join(literal(word) for word in dict.fromkeys([code, *words]))
        whens.append(f"WHEN {raw} IN ({listed}) THEN {literal(code)}")
    return f"CASE {' '.join(whens)} END"


def _day(raw: str, type_: str) -> str:
    """Return the expression of a day or time: ISO and slashes at once, other forms in a slower second look.

    20220301, 2022.3.1, 2022年3月1日 and Excel's numbers of days are understood; 1/3/2022 is not, since nobody can tell
    the day from the month.
    """
    plain = f"translate({raw}, '０１２３４５６７８９：．／－', '0123456789:./-')"
    dashed = f"regexp_replace(regexp_replace(translate({plain}, '年月.', '---'), '[日号]', ' '), '时|分', ':', 'g')"
    seconds = f"to_seconds(CAST(ROUND(86400 * CAST({raw} AS DOUBLE)) AS BIGINT))"
    forms = {
        "(19|20)[0-9]{6}": f"try_strptime({raw}, '%Y%m%d')",
        "(19|20)[0-9]{12}": f"try_strptime({raw}, '%Y%m%d%H%M%S')",
        "[1-9][0-9]{4}([.][0-9]+)?": f"TIMESTAMP '1899-12-30' + {seconds}",
    }
    whens = " ".join(
        f"WHEN regexp_full_match({raw}, {literal(form)}) THEN CAST({value} AS {type_})" for form, value in forms.items()
    )
    rest = f"RTRIM(TRIM(regexp_replace({dashed}, '秒|:$', '')), ':')"
    slow = f"CASE {whens} ELSE TRY_CAST({rest} AS {type_}) END"
    return f"COALESCE(TRY_CAST({raw} AS {type_}), {slow})"


def fault(
    schema: RecordFile, columns: Sequence[str], raws: Mapping[str, str], counties: bool, lossy: bool = False
) -> str:
    """Return the expression of a row's first fault, NULL for a sound row.

    Parameters
    ----------
    schema : RecordFile
        What the columns should be.
    columns : sequence of str
        Those that are read.
    raws : mapping
        Column -> the name under which its text stands.
    counties : bool
        Whether the counties are known, so that others are faults.
    lossy : bool
        Whether the file has bytes that no encoding explains.
    """
    whens = []
    if lossy:
        whole = f"concat_ws(' ', {', '.join(raws.values())})"
        whens.append(f"WHEN contains({whole}, chr(65533)) THEN {_said('encoding', '', whole)}")
    for column in columns:
        rule, raw, value = schema.columns[column], raws[column], name(column)
        if rule.required:
            whens.append(f"WHEN {raw} IS NULL THEN {_said('missing', column, literal(''))}")
        if rule.type == "county" and counties:
            whens.append(f"WHEN {value} IS NULL THEN {_said('unknown-county', column, raw)}")
        reason = {"date": "bad-date", "time": "bad-date", "integer": "bad-number", "number": "bad-number",
                  "flag": "bad-flag", "code": "unknown-code"}.get(rule.type)  # fmt: skip
        if reason is not None:
            broken = f"{value} IS NULL" if rule.type == "flag" else f"{raw} IS NOT NULL AND {value} IS NULL"
            whens.append(f"WHEN {broken} THEN {_said(reason, column, raw)}")
        if rule.type in ("date", "time"):
            outside = f"{value} < DATE '{FIRST_DAY}' OR {value} > DATE '{LAST_DAY}'"
            whens.append(f"WHEN {outside} THEN {_said('date-range', column, raw)}")
        if rule.type == "number":
            whens.append(f"WHEN NOT isfinite({value}) THEN {_said('bad-number', column, raw)}")
    for first, last in schema.record.order:
        if first in columns and last in columns:
            found = f"{raws[first]} || ' > ' || {raws[last]}"
            a, b = name(first), name(last)
            # A last day without its hour is the whole day.
            late = f"{a} > {b} AND (CAST({a} AS DATE) > CAST({b} AS DATE) OR CAST({b} AS DATE) <> {b})"
            whens.append(f"WHEN {late} THEN {_said('order', f'{first} > {last}', found)}")
    return f"CASE {' '.join(whens)} END" if whens else "NULL"


def _said(reason: str, column: str, found: str) -> str:
    return f"{literal(reason)} || {SEPARATOR} || {literal(column)} || {SEPARATOR} || COALESCE(LEFT({found}, 60), '')"


def county_column(schema: RecordFile) -> str:
    """Return the column of a type that holds the county."""
    return next(column for column, rule in schema.columns.items() if rule.type == "county")


def shown_key(schema: RecordFile, table: str = "") -> str:
    """Return the expression of a record's key as it is shown."""
    parts = (f"COALESCE(CAST({table}{name(column)} AS VARCHAR), '')" for column in schema.record.key)
    return " || '/' || ".join(parts)
