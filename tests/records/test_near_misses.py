"""Simulated records tell counting rules apart: a rule that forgets a condition counts something else.

Authority: the counting rules themselves. Every condition of every query, shared tables included, is left out once; some
number must move. Those that may be left out say nothing that another condition does not say, or are named with why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recording import asked
from yitihua.definitions import load_edition
from yitihua.definitions.records import RecordBook, tables_in
from yitihua.indicators.datasets import load_dataset
from yitihua.indicators.records import counting
from yitihua.indicators.records.measuring import measure
from yitihua.indicators.records.periods import Period, periods_of_years, workday_exceptions
from yitihua.indicators.records.store import Store, load
from yitihua.indicators.simulation.records.files import write_records

#: A model county, one with many towns that have no team, one whose towns have no powers.
COUNTIES = ("330421", "331024", "330411")
PERIODS = [Period.of("2021"), Period.of("2022")]
NO_ROWS = "NULL joins nothing"
#: (Table or measure, condition) -> why no record can tell whether it is there.
IDLE = {
    ("used_items", "c.body IN ('town', 'comprehensive')"): "each measure names its body",
    ("used_items", "DISTINCT"): "measures take DISTINCT themselves",
    ("latest_scores", "l.checklist = s.checklist"): "no two lists share the code of a point",
    ("concluded", "s.decision IN ('penalty', 'coercion')"): "asked of both sides of the join",
    ("concluded", "r.decision IN ('penalty', 'coercion')"): "asked of both sides of the join",
    ("valid_ratings", "d.device IS NOT NULL"): NO_ROWS,
    ("towns_team_operating", "v.town IS NOT NULL"): NO_ROWS,
    ("towns_team_operating", "d.town IS NOT NULL"): NO_ROWS,
    ("supervision_items_with_forms", "DISTINCT"): "each form is used once",
    ("planned_checks_cancelled", "v.departments >= 2"): "two planned checks are of two departments",
    ("population", "s.figure = 'population'"): "both figures are registered on the same days",
    ("fields_department_used", "s.period = u.period"): "in these counties fields stay comprehensive",
    ("fields_town_used", "e.period = u.period"): "in these counties used fields stay empowered",
    ("towns_supervised", "e.happened_at < t.next_day"): "an answer within the period is asked for",
}
_END = ("AND", "OR", "WHERE", "HAVING", "GROUP BY", "JOIN", "LEFT JOIN", "UNION", "THEN")
_TOKEN = re.compile(r"\(|\)|\b(?:ON|GROUP BY|LEFT JOIN|JOIN|WHERE|HAVING|AND|OR|UNION|THEN)\b")


def without_one(sql: str) -> Iterator[tuple[str, str]]:
    """Yield (condition, query without it) for every condition but that of the county, and for DISTINCT."""
    tokens = list(_TOKEN.finditer(sql))
    for i, token in enumerate(tokens):
        if token.group() not in ("WHERE", "HAVING", "AND", "ON"):
            continue
        depth, end = 0, len(sql)
        for other in tokens[i + 1 :]:
            word = other.group()
            if depth == 0 and (word == ")" or word in _END):
                end = other.start()
                break
            depth += {"(": 1, ")": -1}.get(word, 0)
        condition = " ".join(sql[token.end() : end].split())
        if not re.fullmatch(r"\w+\.county = \w+\.county", condition):
            yield condition, f"{sql[: token.end()]} TRUE {sql[end:]}"
    if "SELECT DISTINCT" in sql:
        yield "DISTINCT", sql.replace("SELECT DISTINCT", "SELECT", 1)


def needed(book: RecordBook, sql: str) -> set[str]:
    """Return the shared tables that a query needs."""
    found: set[str] = set()
    for table in tables_in(sql):
        if table in book.views:
            found |= {table} | needed(book, book.views[table].sql)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("near") / "records"
    write_records(path, 2022, 90, COUNTIES)
    return path


def test_a_condition_left_out_moves_a_number(folder: Path) -> None:
    what = asked(folder)
    book = what.book
    idle = set()
    with Store.open(on_disk=False) as store:
        load(store, book, what.folder, what.words)
        counting.offer(store, book, PERIODS, workday_exceptions(book.workdays))

        def count(measure: str, rows: str, shared: str = "", sql: str = "") -> list[tuple[object, ...]]:
            # A table of this name within the query stands before the one that is offered, for all that use it.
            later = list(book.views)[list(book.views).index(shared) + 1 :] if shared else []
            texts = {shared: sql} | {v: book.views[v].sql for v in later if shared in needed(book, book.views[v].sql)}
            start = "WITH " + ", ".join(f"{v} AS ({t})" for v, t in texts.items()) + " " if shared else ""
            return sorted(
                store.connection.execute(start + counting.query_of(rows, book.counts[measure].value)).fetchall()
            )

        true = {name: count(name, query.rows) for name, query in book.counts.items()}
        tried = 0
        for view, shared in book.views.items():
            users = [name for name, query in book.counts.items() if view in needed(book, query.rows)]
            for condition, sql in without_one(shared.sql):
                tried += 1
                if all(count(name, book.counts[name].rows, view, sql) == true[name] for name in users):
                    idle.add((view, condition))
        for name, query in book.counts.items():
            for condition, sql in without_one(query.rows):
                tried += 1
                if count(name, sql) == true[name]:
                    idle.add((name, condition))
    assert tried > 240
    assert idle == set(IDLE)


def test_near_misses_move_no_quarter_that_is_shipped(folder: Path) -> None:
    quarters = periods_of_years([2021, 2022], "quarter")
    found = measure(asked(folder), quarters)
    shipped = load_dataset("zhejiang-2022-simulated-quarters").frame
    place = shipped.set_index(["period", "unit"])
    for name, values in found.values.items():
        for row, period in enumerate(quarters):
            rows = [(period.name, county) for county in found.counties]
            np.testing.assert_array_equal(
                values[row],
                pd.to_numeric(place[name].reindex(rows)).to_numpy(dtype=float),
                err_msg=f"{name} {period.name}",
            )
    assert set(found.counties) == set(COUNTIES) and len(load_edition("zhejiang-2022").measures) == len(found.values)
