"""From a folder of records to measures: read, clean, count, and say what is missing and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.definitions.records import RecordBook, load_records
from yitihua.errors import refuse, suggest
from yitihua.indicators.records import counting
from yitihua.indicators.records.folder import RecordsFolder, find_records
from yitihua.indicators.records.periods import Period
from yitihua.indicators.records.rejects import Rejects
from yitihua.indicators.records.sources import opened
from yitihua.indicators.records.store import FileRead, Store, load
from yitihua.indicators.registry import Registry, read_registry

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.indicators.records.servers import Server
    from yitihua.indicators.table import Floats

Track = Callable[[Iterable[Any]], Iterable[Any]]


@dataclass(frozen=True)
class Counted:
    """Measures counted from records.

    Attributes
    ----------
    counties : tuple of str
        Codes, in the order of the edition's units.
    names, levels : dict
        Code -> (Chinese, English) name; code -> level.
    periods : tuple of Period
    values : dict of str to ndarray
        Measure -> shape (periods, counties); NaN is missing.
    absent : dict
        Measure -> the record types that its query needs and that have no file.
    silent : dict
        Record type -> counties without any record of it.
    files : tuple of FileRead
    unknown, skipped : tuple
        Files of no known type; files that cannot be read, with the reason.
    rejects : Rejects
    annexes : dict
        Annex -> (columns, rows).
    simulated : bool
    """

    counties: tuple[str, ...]
    names: dict[str, tuple[str, str]]
    levels: dict[str, str]
    periods: tuple[Period, ...]
    values: dict[str, Floats]
    absent: dict[str, tuple[str, ...]]
    silent: dict[str, tuple[str, ...]]
    files: tuple[FileRead, ...]
    unknown: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    rejects: Rejects
    annexes: dict[str, tuple[list[str], list[tuple[Any, ...]]]]
    simulated: bool = False
    where: str = ""

    def frame(self) -> pd.DataFrame:
        """Return one row a county and period, one column a measure, as `yitihua score` reads it.

        Measures that no county has are left out.
        """
        import pandas as pd

        parts = []
        kept = [measure for measure, values in self.values.items() if np.isfinite(values).any()]
        for row, period in enumerate(self.periods):
            data: dict[str, Any] = {
                "unit": list(self.counties),
                "name_zh": [self.names[county][0] for county in self.counties],
                "name_en": [self.names[county][1] for county in self.counties],
                "level": [self.levels.get(county, "county") for county in self.counties],
                "period": [period.name] * len(self.counties),
                "months": [period.months] * len(self.counties),
            }
            parts.append(pd.DataFrame(data | {measure: self.values[measure][row] for measure in kept}))
        frame = pd.concat(parts, ignore_index=True)
        frame.attrs = {"simulated": self.simulated}
        return frame


@dataclass(frozen=True)
class Asked:
    """What is to be counted, from where."""

    edition: Edition
    book: RecordBook
    folder: RecordsFolder
    registry: Registry

    @property
    def words(self) -> dict[str, str]:
        """Code or name of a county -> its code; 县, 市 or 区 may be left out where only one county is meant."""
        found = {code: code for code in self.registry.units}
        names: dict[str, set[str]] = {}
        for unit in self.registry.units.values():
            short = unit.name_zh[:-1] if len(unit.name_zh) > 2 and unit.name_zh[-1] in "县市区" else unit.name_zh
            for word in (unit.name_zh, unit.name_en, short):
                names.setdefault(word, set()).add(unit.code)
        return found | {
            word: next(iter(codes)) for word, codes in names.items() if len(codes) == 1 and word not in found
        }


def ask(edition: Edition, directory: Path, on_server: bool = False) -> Asked:
    """Find the records of a folder, or only what its records.toml says, and what the edition says of them.

    Raises
    ------
    InputError
        If there are none, or the edition's definitions of records are faulty.
    """
    book = load_records(edition)
    registry = read_registry(edition.spec.units, edition.spec.former, edition.project)
    return Asked(edition, book, find_records(directory, book, on_server), registry)


def check(asked: Asked, *, track: Track = iter, threads: int = 2) -> tuple[Rejects, tuple[FileRead, ...], Store]:
    """Read and clean records without counting; the store is open and is the caller's to close."""
    store = Store.open(threads, on_disk=asked.folder.is_large)
    try:
        with store.disk():
            load(store, asked.book, asked.folder, asked.words, skip_files=True, track=track)
    except BaseException:
        store.close()
        raise
    return store.rejects, tuple(store.files), store


def checked(
    asked: Asked, *, server: Server | None = None, track: Track = iter
) -> tuple[Rejects, tuple[FileRead, ...], list[tuple[str, str]]]:
    """Return what was rejected, and the files that were read and that cannot be; on a server there are no files."""
    if server is not None:
        from yitihua.indicators.records import servers

        return servers.check(asked, server), (), []
    rejects, files, store = check(asked, track=track)
    skipped = list(store.skipped)
    store.close()
    return rejects, files, skipped


def measure(
    asked: Asked,
    periods: Sequence[Period],
    *,
    max_rejects: float | None = None,
    skip_files: bool = False,
    track: Track = iter,
    threads: int = 2,
    memory_limit: str = "2GB",
    rejected: Callable[[Rejects], None] | None = None,
    server: Server | None = None,
) -> Counted:
    """Count every measure of an edition from a folder of records, or where they are.

    Parameters
    ----------
    asked : Asked
        As `ask` returns it.
    periods : sequence of Period
        What to count.
    max_rejects : float, optional
        Share of a type's records, of all counties or of one, above which the run stops; default: as records.toml says.
    skip_files : bool
        Whether files that cannot be read are left out.
    track : callable
        Shows progress over files.
    threads, memory_limit
        Of DuckDB.
    rejected : callable, optional
        Takes the rejects before they may stop the run.
    server : PostgresServer or SparkServer, optional
        Where the records are; it stays open. Default: they are files, and DuckDB counts.

    Raises
    ------
    InputError
        For unreadable files, absent columns, too many rejects, a query that cannot be run or a full disk.
    """
    settings = asked.folder.settings
    with opened(asked, periods, server=server, skip_files=skip_files, track=track, threads=threads,
                memory_limit=memory_limit) as source:  # fmt: skip
        if rejected is not None:
            rejected(source.rejects)
        source.rejects.check(settings.max_rejects if max_rejects is None else max_rejects, asked.book).raise_if_any()
        sent = source.senders()
        counties, names = _counties(asked.registry, sent)
        values = source.counts(counties)
        for name in values:
            kind = asked.edition.measures[name].record
            absent = asked.book.used[name] & source.absent
            if not absent and asked.book.counts[name].none == "zero":
                values[name], _ = counting.zeros(values[name], kind, counties, sent, settings.nothing)
        annexes = {which: source.annex(which) for which in asked.book.annexes}
        return Counted(
            counties, names, {c: u.level for c, u in asked.registry.units.items()}, tuple(periods), values,
            {name: tuple(sorted(kinds)) for name in values if (kinds := asked.book.used[name] & source.absent)},
            {kind: tuple(c for c in counties if c not in sent[kind] and kind not in settings.nothing.get(c, ()))
             for kind in asked.book.types if kind not in source.absent},
            tuple(source.files), asked.folder.unknown, tuple(source.skipped), source.rejects, annexes,
            settings.simulated, source.where,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Behind:
    """The records behind one number: its value, and ids, each with its amount where amounts are summed."""

    value: float | None
    rows: tuple[tuple[str, float | None], ...]


def rows_behind(
    asked: Asked, name: str, county: str, period: Period, *, skip_files: bool = False, track: Track = iter,
    server: Server | None = None,
) -> Behind:  # fmt: skip
    """Return the records behind a measure of a county and period.

    Raises
    ------
    InputError
        As `measure`, rejects aside; also for a county that no record knows.
    """
    with opened(asked, [period], server=server, measures=[name], skip_files=skip_files, track=track) as source:
        sent = source.senders()
        counties, _ = _counties(asked.registry, sent)
        county = asked.words.get(county, county)
        if county not in counties:
            raise refuse("unknown-unit", name=county, options=counties, hint=suggest(county, counties))
        value = source.counts([county])[name]
        if not asked.book.used[name] & source.absent and asked.book.counts[name].none == "zero":
            kind = asked.edition.measures[name].record
            value, _ = counting.zeros(value, kind, [county], sent, asked.folder.settings.nothing)
        rows = source.rows_of(name, county, period.name)
    return Behind(None if np.isnan(value[0, 0]) else float(value[0, 0]), tuple(rows))


def _counties(
    registry: Registry, sent: dict[str, frozenset[str]]
) -> tuple[tuple[str, ...], dict[str, tuple[str, str]]]:
    """Return the counties with any record, in the order of the registry, and their names."""
    some = frozenset().union(*sent.values())
    order = [code for code in registry.units if code in some] or sorted(some)
    names = {
        code: (registry.units[code].name_zh, registry.units[code].name_en) if code in registry.units else (code, code)
        for code in order
    }
    return tuple(order), names
