"""What `yitihua records` writes: the counted measures, how they were counted, what was rejected, the annexes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.records import RecordBook
from yitihua.indicators.records.rejects import Rejects
from yitihua.publish.atomic import replace_files

if TYPE_CHECKING:
    from yitihua.indicators.records.measuring import Counted
    from yitihua.indicators.records.reconcile import Difference

#: The dataset that `yitihua records measure` writes, and its files.
DATASET = "counted"
COUNTED, ACCOUNT, REJECTS, RECONCILED = "counted.csv", "counted.json", "rejects.csv", "differences.csv"
#: Opens in Excel as UTF-8.
_MARK = b"\xef\xbb\xbf"


def number(value: float) -> str:
    """Return a count without a point, other numbers as they are, nothing for a missing one.

    Examples
    --------
    >>> number(12.0), number(0.5), number(float("nan"))
    ('12', '0.5', '')
    """
    if np.isnan(value):
        return ""
    return str(int(value)) if value == int(value) else repr(float(value))


def write_counted(folder: Path, counted: Counted, edition: Edition, book: RecordBook) -> list[Path]:
    """Write the measures as a dataset with its passport, the account of how they were counted, rejects and annexes.

    Raises
    ------
    InputError
        If they cannot be written; then none has changed.
    """
    table = counted_csv(counted)
    sha256 = hashlib.sha256(table).hexdigest()
    files = {
        folder / COUNTED: table,
        folder / "passport.toml": passport(counted, edition, sha256).encode(),
        folder / ACCOUNT: account(counted, book, sha256),
        folder / REJECTS: counted.rejects.to_csv(),
    }
    for name, (columns, rows) in counted.annexes.items():
        if columns:
            files[folder / f"{name}.csv"] = _csv([columns, *rows])
    replace_files(files)
    return list(files)


def passport(counted: Counted, edition: Edition, sha256: str) -> str:
    """Return the passport of counted measures."""
    measures = [c for c in counted.frame().columns if c in edition.measures]
    zh, en = "由业务记录计数的原始量", "measures counted from records"
    if counted.simulated:
        zh, en = f"模拟数据：{zh}", f"SIMULATED: {en}"
    lines = [
        "[dataset]",
        f'title = {{ zh = "{zh}", en = "{en}" }}',
        'producer = "yitihua records measure"',
        f'citation = "counted from {_where(counted)}; see {ACCOUNT}"',
        'licence = "that of the records"',
        f"date = {max(period.last_day for period in counted.periods).isoformat()}",
        f'edition = "{edition.name}"',
        f'origin = "{"simulated" if counted.simulated else "counted"}"',
        f"simulated = {str(counted.simulated).lower()}",
        "",
        "[file]",
        f'name = "{COUNTED}"',
        f'sha256 = "{sha256}"',
        "",
        "[columns]",
        'unit = { role = "unit", unit = "code" }',
        *(f'{name} = {{ role = "{name}", unit = "text" }}' for name in ("name_zh", "name_en", "level")),
        'period = { role = "period", unit = "date" }',
        'months = { role = "months", unit = "months" }',
        *(f'{name} = {{ role = "measure", unit = "{edition.measures[name].unit.en}" }}' for name in measures),
    ]
    return "\n".join(lines) + "\n"


def _where(counted: Counted) -> str:
    return f"records in {counted.where}" if counted.where else f"{len(counted.files)} files of records"


def write_rejects(folder: Path, rejects: Rejects) -> Path:
    """Write the table of rejects alone.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    replace_files({folder / REJECTS: rejects.to_csv()})
    return folder / REJECTS


def write_differences(folder: Path, differences: list[Difference]) -> Path:
    """Write typed beside counted measures, the largest differences first.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    header = ["unit", "name", "period", "measure", "typed", "counted", "difference", "relative", "state"]
    rows = [[d.unit, d.name, d.period, d.measure, number(d.typed), number(d.counted), number(d.difference),
             "" if np.isnan(d.relative) else f"{d.relative:.6g}", d.state] for d in differences]  # fmt: skip
    replace_files({folder / RECONCILED: _csv([header, *rows])})
    return folder / RECONCILED


def counted_csv(counted: Counted) -> bytes:
    """Return the measures as CSV: a row a county and period, a column a measure."""
    frame = counted.frame()
    rows = [list(frame.columns)]
    rows += [
        [number(cell) if isinstance(cell, float) else str(cell) for cell in row]
        for row in frame.itertuples(index=False)
    ]
    return _csv(rows)


def account(counted: Counted, book: RecordBook, sha256: str) -> bytes:
    """Return how the measures were counted, as JSON: files with sha256, rejects, queries, what is missing and why."""
    said: dict[str, Any] = {
        "counted": {"file": COUNTED, "sha256": sha256, "simulated": counted.simulated},
        "periods": [period.name for period in counted.periods],
        "engine": counted.where or "DuckDB",
        "counties": len(counted.counties),
        "files": [{"file": f.name, "record": f.kind, "encoding": f.encoding, "rows": f.rows, "sha256": f.sha256}
                  for f in counted.files],
        "left_out_files": [{"file": file, "reason": reason} for file, reason in counted.skipped],
        "unknown_files": list(counted.unknown),
        "records": {kind: {"read": counted.rejects.read[kind], "rejected": counted.rejects.of(kind)}
                    for kind in book.types if counted.rejects.read[kind]},
        "rejected": [{"record": kind, "reason": reason, "count": count}
                     for kind, reason, count in counted.rejects.summary()],
        "missing": {measure: list(kinds) for measure, kinds in counted.absent.items()},
        "counties_without": {kind: list(counties) for kind, counties in counted.silent.items() if counties},
        "measures": {name: {"records": sorted(book.used[name]), "rows": query.rows.strip(), "value": query.value}
                     for name, query in book.counts.items() if name not in counted.absent},
        "shared": {name: view.sql.strip() for name, view in book.views.items()},
    }  # fmt: skip
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def read_account(data: Path) -> Mapping[str, Any] | None:
    """Return how a file of measures was counted; None where no account of these very bytes stands beside it."""
    beside = data.with_name(ACCOUNT)
    if not beside.is_file() or not data.is_file():
        return None
    try:
        said = json.loads(beside.read_text(encoding="utf-8"))
        same = said["counted"]["sha256"] == hashlib.sha256(data.read_bytes()).hexdigest()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return said if same else None


def _csv(rows: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return _MARK + text.getvalue().encode()
