"""A folder of records: which file holds what, and what records.toml says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from yitihua.definitions.framework_models import Strict
from yitihua.definitions.records import RecordBook
from yitihua.definitions.source import read_toml
from yitihua.definitions.validation import validate
from yitihua.errors import FaultList, refuse

#: Kinds of files that are read.
SUFFIXES = (".csv", ".txt", ".tsv", ".parquet", ".xlsx")
MANIFEST = "records.toml"
#: Bytes of text above which tables are kept in a file, and how many bytes of text one of a packed file stands for.
LARGE, PACKED = 1 << 29, {".parquet": 5, ".xlsx": 5}


class RecordsFile(Strict):
    """records.toml; every key may be left out."""

    simulated: bool = Field(False, description="Every record is simulated; every result says so.")
    max_rejects: float = Field(0.02, ge=0, le=1, description="The run stops above this share of rejected records.")
    nothing: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="County -> record types of which it has none: its counts are 0, not missing."
    )
    tables: dict[str, str] = Field(
        default_factory=dict,
        description="Record type -> its table on a server (schema.table), or Parquet files that Spark reads.",
    )


@dataclass(frozen=True)
class RecordsFolder:
    """A folder of records.

    Attributes
    ----------
    path : Path
        The folder.
    files : dict
        Record type -> its files, by name.
    unknown : tuple of str
        Files that belong to no type.
    settings : RecordsFile
        What records.toml says.
    """

    path: Path
    files: Mapping[str, tuple[Path, ...]]
    unknown: tuple[str, ...]
    settings: RecordsFile

    @property
    def is_large(self) -> bool:
        """Whether the files are too large for their tables to be kept in memory."""
        sizes = {path: path.stat().st_size for paths in self.files.values() for path in paths}
        return sum(size * PACKED.get(path.suffix.lower(), 1) for path, size in sizes.items()) > LARGE


def find_records(directory: Path, book: RecordBook, on_server: bool = False) -> RecordsFolder:
    """Return the records of a folder, or of the folder records/ in it.

    A file belongs to the type whose name, or one of whose `files`, its own name begins with; the longest counts.

    Parameters
    ----------
    directory : Path
    book : RecordBook
    on_server : bool
        Whether the records are on a server, so that records.toml is all that is looked for.

    Raises
    ------
    InputError
        If there is no such folder, or no file in it is known.
    """
    folder = directory / "records" if (directory / "records").is_dir() else directory
    if not folder.is_dir():
        raise refuse("file-not-found", file=str(directory))
    if on_server:
        return RecordsFolder(folder, {}, (), _settings(folder, book))
    starts = [(start, kind) for kind, schema in book.types.items() for start in {kind, *schema.record.files}]
    starts.sort(key=lambda pair: -len(pair[0]))
    files: dict[str, list[Path]] = {}
    unknown = []
    for path in sorted(folder.rglob("*")):
        if path.name.startswith((".", "~$")) or path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        kind = next((kind for start, kind in starts if path.stem.startswith(start)), None)
        # A folder cases/ holds cases, whatever its files are called.
        kind = kind or next(
            (kind for start, kind in starts if path.parent != folder and path.parent.name == start), None
        )
        if kind is None:
            unknown.append(str(path.relative_to(folder)))
        else:
            files.setdefault(kind, []).append(path)
    if not files:
        raise refuse("records-folder", file=str(folder), options=[s.record.files[-1] for s in book.types.values()])
    ordered = {kind: tuple(files[kind]) for kind in book.types if kind in files}
    return RecordsFolder(folder, ordered, tuple(unknown), _settings(folder, book))


def _settings(folder: Path, book: RecordBook) -> RecordsFile:
    path = folder / MANIFEST
    if not path.is_file():
        return RecordsFile()
    faults = FaultList()
    source = read_toml(path, faults, folder)
    made = validate(RecordsFile, source.data, source, (), faults)
    options = list(book.types)
    named = [("nothing", county, kind) for county, kinds in (made.nothing if made else {}).items() for kind in kinds]
    named += [("tables", kind, kind) for kind in (made.tables if made else {})]
    for table, key, kind in named:
        if kind not in book.types:
            place = source.place((table, key))
            faults.add("unknown-key", file=place.file, line=place.line, key=f"{table}.{key}",
                       name=kind, options=options, hint="")  # fmt: skip
    faults.raise_if_any()
    assert made is not None  # None comes with a fault
    return made
