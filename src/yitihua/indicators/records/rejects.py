"""Rejected records: counted by reason, listed one by one, and when there are too many."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from yitihua.definitions.records import RecordBook
from yitihua.errors import FaultList

#: Reason -> words in Chinese and in English.
REASONS: dict[str, tuple[str, str]] = {
    "columns": ("列数不符", "wrong number of columns"),
    "quote": ("引号未闭合，其后各行无法读取", "a quotation mark is not closed; the lines after it are lost"),
    "encoding": ("有无法识别的字符", "characters that no encoding explains"),
    "missing": ("必需的列为空", "a required column is empty"),
    "unknown-county": ("县级单位不在名单内", "the county is not on the list"),
    "bad-date": ("日期无法识别", "not a date"),
    "date-range": ("日期超出1949—2100年", "a date outside 1949-2100"),
    "bad-number": ("不是数字或整数", "not a number, or not a whole one"),
    "bad-flag": ("不是“是”或“否”", "neither yes nor no"),
    "unknown-code": ("代码不在表内", "a code that is not on the list"),
    "order": ("结束早于开始", "the end lies before the start"),
    "duplicate": ("重复", "a duplicate"),
    "unknown-reference": ("所指的记录不存在", "what it refers to is not there"),
}
#: Reasons that are no fault: a newer state of the record, or another penalty of the case, stands in its place.
REPLACED = ("superseded", "merged")
NOTES: dict[str, tuple[str, str]] = {
    "superseded": ("同一记录有更新的状态", "a newer state of the record stands"),
    "merged": ("同一记录的较轻一项已并入", "the lighter part of one record, merged"),
}
#: Fewer rejected records of a county than this do not stop a run by their share.
FEW = 20


@dataclass(frozen=True, slots=True)
class Reject:
    """One rejected record."""

    kind: str
    file: str
    row: int | None
    key: str
    county: str
    column: str
    found: str
    reason: str


@dataclass(slots=True)
class Rejects:
    """What was rejected.

    Attributes
    ----------
    listed : list of Reject
        In the order of types, files and rows.
    summed : Counter
        (Record type, reason, county) -> how many, where the rows stay on a server and none can be listed.
    read : Counter
        Record type -> records read, sound or not.
    read_in : Counter
        (Record type, county) -> records read of a county that is known.
    """

    listed: list[Reject] = field(default_factory=list)
    summed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    read_in: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """(Record type, reason) -> how many."""
        found: Counter[tuple[str, str]] = Counter()
        for (kind, reason, _), count in self.by_county.items():
            found[(kind, reason)] += count
        return found

    @property
    def by_county(self) -> Counter[tuple[str, str, str]]:
        """(Record type, reason, county) -> how many."""
        return Counter((reject.kind, reject.reason, reject.county) for reject in self.listed) + self.summed

    def of(self, kind: str) -> int:
        """Return how many records of a type were rejected as faulty."""
        return sum(count for (of, reason), count in self.counts.items() if of == kind and reason not in REPLACED)

    def share(self, kind: str) -> float:
        """Return the share of a type's records that were rejected as faulty."""
        return self.of(kind) / self.read[kind] if self.read[kind] else 0.0

    def check(self, limit: float, book: RecordBook) -> FaultList:
        """Return the types, and counties of types, of which more than a share was rejected."""
        faults = FaultList()
        per_county: Counter[tuple[str, str]] = Counter()
        for (kind, reason, county), count in self.by_county.items():
            if reason not in REPLACED and county:
                per_county[(kind, county)] += count

        def add(kind: str, count: int, read: int, county: str = "") -> None:
            name = book.types[kind].record.name
            faults.add(
                "records-rejects", record=name.zh, record_en=name.en, count=f"{count:,}", share=f"{count / read:.1%}",
                limit=f"{limit:.1%}", where=f"（{county}）" if county else "",
                where_en=f" in {county}" if county else "",
            )  # fmt: skip

        for kind, read in self.read.items():
            if read and self.of(kind) / read > limit:
                add(kind, self.of(kind), read)
                continue
            for (of_kind, county), count in sorted(per_county.items()):
                whole = self.read_in[(kind, county)]
                if of_kind == kind and whole and count >= FEW and count / whole > limit:
                    add(kind, count, whole, county)
        return faults

    def to_csv(self) -> bytes:
        """Return the table of rejects, one by one or counted by county, as CSV that Excel opens."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        if self.summed:
            writer.writerow(["record", "county", "count", "reason", "reason_zh", "reason_en"])
            for (kind, reason, county), count in sorted(self.summed.items()):
                writer.writerow([kind, _inert(county), count, reason, *(REASONS | NOTES)[reason]])
            return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")
        writer.writerow(
            ["record", "file", "row", "key", "county", "column", "found", "reason", "reason_zh", "reason_en"]
        )
        for r in self.listed:
            words = (REASONS | NOTES)[r.reason]
            cells = [
                r.kind,
                r.file,
                "" if r.row is None else r.row,
                r.key,
                r.county,
                r.column,
                r.found,
                r.reason,
                *words,
            ]
            writer.writerow([_inert(cell) for cell in cells])
        return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")

    def summary(self) -> list[tuple[str, str, int]]:
        """Return (record type, reason, count), the most frequent first within each type."""
        order = list(self.read)
        return sorted(
            ((kind, reason, count) for (kind, reason), count in self.counts.items()),
            key=lambda line: (order.index(line[0]) if line[0] in order else -1, -line[2], line[1]),
        )


def _inert(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def from_rows(kind: str, file: str, rows: Sequence[tuple[object, ...]]) -> list[Reject]:
    """Return rejects from (row, key, county, reason|column|found)."""
    made = []
    for row, key, county, said in rows:
        reason, column, found = (*str(said).split("\x1f"), "", "")[:3]
        made.append(Reject(kind, file, None if row is None else int(str(row)), str(key or ""), str(county or ""),
                           column, found, reason))  # fmt: skip
    return made
