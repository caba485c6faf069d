"""Where records are: in files that DuckDB reads, or on a server; what is asked of both is the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from yitihua.indicators.records import counting
from yitihua.indicators.records.periods import Period, workday_exceptions
from yitihua.indicators.records.rejects import Rejects
from yitihua.indicators.records.store import FileRead, Store, load

if TYPE_CHECKING:
    from yitihua.indicators.records.measuring import Asked
    from yitihua.indicators.records.servers import Server
    from yitihua.indicators.table import Floats


class Source(Protocol):
    """Clean records, and what is counted of them."""

    rejects: Rejects
    absent: set[str]
    files: list[FileRead]
    skipped: list[tuple[str, str]]
    #: The server's name; "" for files.
    where: str

    def senders(self) -> dict[str, frozenset[str]]:
        """Return the counties that have a sound record, by record type."""
        ...

    def counts(self, counties: Sequence[str]) -> dict[str, Floats]:
        """Return the counts of the measures that were asked for: shape (periods, counties)."""
        ...

    def annex(self, which: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns and rows of an annex."""
        ...

    def rows_of(self, measure: str, county: str, period: str) -> list[tuple[str, float | None]]:
        """Return the ids of the records behind one number, with their amounts."""
        ...


class FileRecords:
    """Records in files, read into DuckDB."""

    def __init__(self, store: Store, asked: Asked, periods: Sequence[Period], measures: Iterable[str] | None) -> None:
        self._store, self._periods, self._book = store, periods, asked.book
        self._days = workday_exceptions(asked.book.workdays, asked.edition.project)
        names = asked.book.counts if measures is None else measures
        self._asked = replace(asked.book, counts={name: asked.book.counts[name] for name in names})
        self._offered = False
        self.where = ""
        self.rejects, self.absent = store.rejects, store.absent
        self.files, self.skipped = store.files, store.skipped

    def senders(self) -> dict[str, frozenset[str]]:
        """Return the counties that have a sound record, by record type."""
        return counting.senders(self._store, self._book)

    def counts(self, counties: Sequence[str]) -> dict[str, Floats]:
        """Return the counts of the measures that were asked for."""
        self._offer()
        return counting.counts(self._store, self._asked, counties, self._periods)

    def annex(self, which: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns and rows of an annex."""
        self._offer()
        return counting.annex(self._store, self._book, which)

    def rows_of(self, measure: str, county: str, period: str) -> list[tuple[str, float | None]]:
        """Return the ids of the records behind one number, with their amounts."""
        self._offer()
        return counting.rows_of(self._store, self._book, measure, county, period)

    def _offer(self) -> None:
        if not self._offered:
            counting.offer(self._store, self._book, self._periods, self._days)
            self._offered = True


@contextmanager
def opened(
    asked: Asked,
    periods: Sequence[Period],
    *,
    server: Server | None = None,
    measures: Iterable[str] | None = None,
    skip_files: bool = False,
    track: Callable[[Iterable[Any]], Iterable[Any]] = iter,
    threads: int = 2,
    memory_limit: str = "2GB",
) -> Iterator[Source]:
    """Open records where they are; files are read and cleaned now.

    Raises
    ------
    InputError
        For what cannot be read, and a full disk at any time.
    """
    if server is not None:
        from yitihua.indicators.records.servers import ServerRecords

        yield ServerRecords(asked, server, periods, measures)
        return
    with Store.open(threads, memory_limit, asked.folder.is_large) as store, store.disk():
        load(store, asked.book, asked.folder, asked.words, skip_files=skip_files, track=track)
        yield FileRecords(store, asked, periods, measures)
