"""Made-up records of every type, planted with faults, as typed tables and as the files of a platform.

They stand for nothing: numbers drawn so that every measure of Zhejiang's edition counts something, with everything
that cleaning must meet, in shares that are far above those of real exports.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from yitihua.definitions.record_models import RecordFile
from yitihua.definitions.records import RecordBook

Row = dict[str, Any]
COUNTIES = ("330102", "330203", "330302", "330421", "330482", "330604")
#: A county by its names, spaces of both kinds around it, and one that is not on the list.
SPELT = {"330421": ("330421", "嘉善县", " 330421\u3000"), "330102": ("330102", "上城区")}
FIELDS = ("streets", "water", "planning", "farms", "fire", "roads")
#: Type -> how many records; others have 150.
SIZES = {
    "cases": 1500, "inspections": 1200, "items": 300, "problems": 500, "user_actions": 600, "theme_flows": 1500,
    "towns": 60, "themes": 30, "checklist_scores": 400, "empowered_items": 300, "users": 120, "officers": 300,
}  # fmt: skip
VISITS, FIRMS = tuple(f"V{i}" for i in range(500)), tuple(f"F{i}" for i in range(80))
#: (Type, column) -> its possible values, where that is no name of its own.
FEW = {
    ("items", "field"): FIELDS, ("cases", "field"): FIELDS[:2], ("inspections", "department"): ("D1", "D2", "D3", "D4"),
    ("inspections", "visit_id"): VISITS, ("ratings", "visit_id"): VISITS,
    ("inspections", "target_id"): FIRMS, ("ratings", "target_id"): FIRMS,
    ("ratings", "device"): tuple(f"M{i}" for i in range(400)), ("problems", "spot"): tuple(f"P{i}" for i in range(150)),
    ("checklist_scores", "scored"): ("L1", "L2", "L3"), ("checklist_scores", "point"): ("1", "2", "3", "4"),
    ("complaints", "person"): tuple(f"X{i}" for i in range(30)), ("complaints", "matter"): ("Y1", "Y2"),
    ("reviews", "decision_id"): tuple(f"Z{i}" for i in range(60)),
}  # fmt: skip


def made(book: RecordBook, seed: int = 11) -> dict[str, list[Row]]:
    """Return rows of every type, by the schema's columns; dates, whole numbers and flags are typed."""
    draw = random.Random(seed)
    tables: dict[str, list[Row]] = {}
    for kind, schema in book.types.items():
        rows = [_row(kind, schema, n, tables, draw) for n in range(SIZES.get(kind, 150))]
        tables[kind] = rows + list(_again(schema, rows, draw))
        draw.shuffle(tables[kind])
    _coded(tables, draw)
    return tables


def _row(kind: str, schema: RecordFile, n: int, tables: Mapping[str, list[Row]], draw: random.Random) -> Row:
    row: Row = {}
    county = draw.choice(COUNTIES)
    day = dt.datetime(2020, 7, 1) + dt.timedelta(minutes=draw.randrange(800 * 1440))
    for column, rule in schema.columns.items():
        if rule.type == "county":
            row[column] = "999999" if draw.random() < 0.01 else draw.choice(SPELT.get(county, (county,)))
        elif not rule.required and rule.type != "flag" and draw.random() < 0.2:
            row[column] = draw.choice([None, "", "—"]) if rule.type in ("text", "code") else None
        elif rule.refers:
            row[column] = _referred(rule.refers, county, tables, draw)
        elif rule.type == "code":
            words = [word for code, names in schema.codes[column].items() for word in (code, *names)]
            row[column] = "？" if draw.random() < 0.005 else draw.choice(words)
        elif rule.type in ("date", "time"):
            # Each later than the one before it, mostly.
            day += dt.timedelta(minutes=draw.choice([5, 60, 1440, 30000, 60000]) * (1 if draw.random() < 0.99 else -1))
            when = dt.datetime(1900, 1, 1) if draw.random() < 0.003 else day
            if draw.random() < 0.3:
                when = dt.datetime.combine(when.date(), dt.time())
            row[column] = when.date() if rule.type == "date" else when
        elif rule.type == "flag":
            row[column] = draw.choice([True, True, True, True, True, True, False, None])
        elif rule.type == "integer":
            row[column] = draw.randrange(6)
        elif rule.type == "number":
            row[column] = draw.choice([1.5, 2.0, 3.0, 10.1])
        elif (kind, column) in FEW:
            row[column] = draw.choice(FEW[(kind, column)])
        else:
            row[column] = f"{kind[:2]}{n}"
    if kind == "registers":
        row["on_day"] = dt.date(draw.choice([2020, 2021, 2022]), *draw.choice([(12, 31), (3, 31), (6, 30), (9, 30)]))
    if kind == "officers":
        row["enforcing_since"], row["certificate_until"] = dt.date(2016, draw.randrange(1, 13), 1), dt.date(2026, 1, 31)
    if kind == "squads" and row["passed_on"] and row["passed_until"]:
        row["passed_until"] += dt.timedelta(days=draw.choice([100, 365, 730]))
    if kind == "cases" and draw.random() < 0.4:
        row["evidence_at"] = row["decided_at"]
    if draw.random() < 0.004:
        row[next(c for c, rule in schema.columns.items() if rule.required and rule.type != "county")] = None
    return row


def _referred(refers: str, county: str, tables: Mapping[str, list[Row]], draw: random.Random) -> str:
    other, _, target = refers.partition(".")
    known = [row[target] for row in tables[other] if _code(row["county"]) == county and row[target]]
    return "nowhere" if draw.random() < 0.02 or not known else str(draw.choice(known))


def _code(word: str) -> str:
    return next((code for code, words in SPELT.items() if word in words), word)


def _again(schema: RecordFile, rows: list[Row], draw: random.Random) -> Iterator[Row]:
    """Yield rows for a second time: as they are, in a later state, with another penalty, with another text."""
    for row in rows:
        if draw.random() > 0.06:
            continue
        row = dict(row)
        others = [c for c in schema.columns if c not in schema.record.key and schema.columns[c].type != "county"]
        for column in draw.sample(others, min(len(others), draw.randrange(3))):
            rule = schema.columns[column]
            if isinstance(row[column], dt.date):
                row[column] += dt.timedelta(days=draw.choice([0, 1, 9]))
            elif rule.type == "code":
                row[column] = draw.choice(list(schema.codes[column]))
            elif rule.type == "flag":
                row[column] = not row[column]
        yield row


def _coded(tables: dict[str, list[Row]], draw: random.Random) -> None:
    """Let codes of acts be of visits and cases that are there."""
    acts = {"check": tables["inspections"], "case": tables["cases"]}
    for row in tables["coded_acts"]:
        what = draw.choice(["check", "check", "case"])
        of = draw.choice(acts[what])
        started = of["started_at" if what == "check" else "decided_at"] or dt.datetime(2022, 1, 1)
        row |= {"act": what, "act_id": of["visit_id" if what == "check" else "case_id"], "county": of["county"],
                "generated_at": started - dt.timedelta(days=draw.randrange(3)), "scannable": True}  # fmt: skip


def as_files(tables: Mapping[str, list[Row]], folder: Path) -> Path:
    """Write the tables as CSV; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, rows in tables.items():
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(rows[0])
            writer.writerows([["" if cell is None else cell for cell in row.values()] for row in rows])
    return folder


#: Type of a schema's column -> type of a server's.
TYPES = {"date": "DATE", "time": "TIMESTAMP", "integer": "BIGINT", "number": "DOUBLE PRECISION", "flag": "BOOLEAN"}


def declared(schema: RecordFile, rows: list[Row], text: str = "TEXT") -> str:
    """Return the columns of a table with their types, as CREATE TABLE has them."""
    return ", ".join(f'"{column}" {TYPES.get(schema.columns[column].type, text)}' for column in rows[0])


def as_parquet(tables: Mapping[str, list[Row]], book: RecordBook, folder: Path) -> Path:
    """Write the tables as Parquet; return the folder."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for kind, rows in tables.items():
            connection.execute(f'CREATE TABLE "{kind}" ({declared(book.types[kind], rows)})')
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f'INSERT INTO "{kind}" VALUES ({marks})', [list(row.values()) for row in rows])
            connection.execute(f"COPY \"{kind}\" TO '{folder / kind}.parquet' (FORMAT parquet)")
    return folder


def into_postgres(tables: Mapping[str, list[Row]], book: RecordBook, connection: Any, schema: str = "") -> None:
    """Copy the tables into a PostgreSQL server."""
    before = f'"{schema}".' if schema else ""
    if schema:
        connection.execute(f'CREATE SCHEMA "{schema}"')
    for kind, rows in tables.items():
        connection.execute(f'CREATE TABLE {before}"{kind}" ({declared(book.types[kind], rows)})')
        with connection.cursor().copy(f'COPY {before}"{kind}" FROM STDIN') as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))
    connection.commit()
