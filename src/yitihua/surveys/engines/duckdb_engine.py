"""DuckDB in the process, the default: Parquet and CSV files larger than memory, or a table in memory."""

from __future__ import annotations

import glob
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from yitihua.errors import FaultList, InputError, refuse
from yitihua.indicators.dialects import DUCKDB, Kind
from yitihua.surveys.engines.engine import Columns, SqlEngine
from yitihua.surveys.engines.query import SumsQuery
from yitihua.surveys.engines.sql import Writer

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_NUMBERS = {"FLOAT", "DOUBLE", "HUGEINT", "UHUGEINT", "UBIGINT"}
#: What stands for a missing value in CSV files.
_NULLS = ["", "NA", "NaN", "nan", "NULL"]


class DuckDBEngine(SqlEngine):
    """Answers in Parquet or CSV files, or in a pandas table.

    Files are streamed: memory holds the cells of the group-by and a few blocks of the file, whatever
    the number of rows. CSV files are UTF-8; columns that are keys are read as text, so that "01" stays
    "01".

    Parameters
    ----------
    source : path, str, list of either, or DataFrame
        A file, a folder of them, a pattern as ``"answers/*.parquet"``, several, or a table.
    threads : int
        How many threads to use. 1 gives the same bits every time.
    memory_limit : str, optional
        As DuckDB writes it, ``"4GB"``; by default its own, four fifths of the machine.

    Raises
    ------
    InputError
        Where there is no such file.

    Examples
    --------
    >>> import pandas as pd
    >>> from yitihua.surveys.engines.query import SumsQuery
    >>> from yitihua.surveys.engines.scores import Score, Variable
    >>> answers = pd.DataFrame({"w": [1.0, 3.0, 2.0], "q1": [1, 5, 98], "county": ["a", "a", "b"]})
    >>> likert = Variable("q1", (Score.linear("q1", (1, 2, 3, 4, 5)),))
    >>> with DuckDBEngine(answers) as engine:
    ...     table = engine.sums(SumsQuery("w", (likert,), domain=("county",)))
    >>> table.domains, table.n.ravel().tolist(), table.wy.ravel().tolist()
    (('a', 'b'), [2.0, 0.0], [300.0, 0.0])
    """

    dialect = DUCKDB

    def __init__(
        self,
        source: str | Path | Sequence[str | Path] | pd.DataFrame,
        *,
        threads: int = 2,
        memory_limit: str | None = None,
    ) -> None:
        import duckdb

        self._files: list[str] = []
        self.source = "DataFrame"
        if _is_paths(source):
            self._files, self.source = _files(source)
        self._folder = tempfile.TemporaryDirectory(prefix="yitihua-")
        # Order is of no use to sums, and keeping it takes memory.
        config: dict[str, Any] = {"threads": threads, "preserve_insertion_order": False}
        config["temp_directory"] = self._folder.name
        if memory_limit is not None:
            config["memory_limit"] = memory_limit
        try:
            self._connection = duckdb.connect(config=config)
        except duckdb.Error:
            self._folder.cleanup()
            raise refuse("engine-setting", found=f"threads={threads}, memory_limit={memory_limit}") from None
        if not self._files:
            try:
                self._connection.register("answers", source)
            except (duckdb.Error, TypeError):
                self.close()
                raise refuse("engine-source", found=type(source).__name__) from None

    @property
    def _is_csv(self) -> bool:
        return bool(self._files) and not self._files[0].lower().endswith((".parquet", ".pq"))

    def columns(self) -> Mapping[str, Kind]:
        """Return every column of the source and what it holds."""
        described = self._run(f"DESCRIBE SELECT * FROM {self._scan({})}", ()).fetchall()
        return {str(name): _kind(str(kind)) for name, kind, *_ in described}

    def _kinds(self, query: SumsQuery) -> Mapping[str, Kind]:
        """Return the columns as the query reads them: of CSV files, keys are text."""
        kinds = dict(self.columns())
        if self._is_csv:
            for names, kind in ((query.numbers, "float"), (query.keys, "text")):
                kinds |= {name: cast("Kind", kind) for name in names if kinds.get(name) in ("integer", "float")}
        return kinds

    def _relation(self, query: SumsQuery) -> str:
        if not self._is_csv:
            return self._scan({})
        kinds = self._kinds(query)
        types = {name: "DOUBLE" for name in query.numbers if kinds[name] == "float"}
        return self._scan(types | dict.fromkeys(query.keys, "VARCHAR"))

    def _scan(self, types: Mapping[str, str]) -> str:
        if not self._files:
            return "answers"
        names = ", ".join(_literal(name) for name in self._files)
        if not self._is_csv:
            return f"read_parquet([{names}])"
        typed = ", ".join(f"{_literal(name)}: {_literal(kind)}" for name, kind in types.items())
        nulls = ", ".join(_literal(word) for word in _NULLS)
        return f"read_csv([{names}], header = true, nullstr = [{nulls}], types = {{{typed}}})"

    def _cells(self, writer: Writer) -> list[Columns]:
        """Return the cells of those who answered everything, and of the others if there are any.

        Files and tables in memory know how many rows they have, so that with complete answers and no conditions the
        second question is not asked.
        """
        limit = self.max_cells + 1
        complete = self._fetch(writer.text(limit, complete=True), writer.parameters)
        if not writer.query.where:
            rows = self._run(f"SELECT COUNT(*) FROM {writer.relation}", ()).fetchall()[0][0]
            if complete["n"].sum() == rows:
                return [complete]
        return [complete, self._fetch(writer.text(limit, complete=False), writer.parameters)]

    def _fetch(self, sql: str, parameters: Sequence[Any]) -> Columns:
        import duckdb

        try:
            found = self._run(sql, parameters).fetchnumpy()
        except duckdb.Error as error:
            raise self._refusal(error) from None
        # Text of few values comes as a pandas Categorical.
        return {name: v if isinstance(v, np.ndarray) else np.asarray(v, dtype=object) for name, v in found.items()}

    def _run(self, sql: str, parameters: Sequence[Any]) -> duckdb.DuckDBPyConnection:
        import duckdb

        try:
            return self._connection.execute(sql, list(parameters) or None)
        except duckdb.Error as error:
            raise self._refusal(error) from None

    def _refusal(self, error: duckdb.Error) -> InputError:
        """Return a refusal that tells the kind of error and nothing of the engine's text, which quotes rows."""
        import duckdb

        if isinstance(error, duckdb.OutOfMemoryException):
            return refuse("engine-memory", file=self.source)
        if isinstance(error, duckdb.ConversionException):
            return refuse("engine-conversion", file=self.source)
        if self._files and isinstance(
            error, duckdb.IOException | duckdb.InvalidInputException | duckdb.InternalException
        ):
            return refuse("engine-csv" if self._is_csv else "engine-parquet", file=self.source)
        return refuse("engine-refused", file=self.source, engine=self.dialect.name, found=type(error).__name__)

    def write_weights(self, query: SumsQuery, factors: pd.DataFrame, target: str | Path, column: str) -> None:
        """Write the answers to Parquet with calibrated weights as a further column; rows stay in the engine.

        Parameters
        ----------
        query : SumsQuery
            The query that the factors come from; rows outside of `where` get no weight.
        factors : DataFrame
            What `margin_factors` returned.
        target : path or str
            The file to write.
        column : str
            Name of the new column: the query's weight times the factor of the row's margins.

        Raises
        ------
        InputError
            If the source has a column of this name, or the file cannot be written.
        """
        kinds = self._kinds(query)
        query.check(kinds, self.source)
        if column in kinds:
            raise refuse("engine-column-taken", file=self.source, key=column, found=column)
        folder = Path(target).absolute().parent
        if not (folder.is_dir() and os.access(folder, os.W_OK)):
            reason = "Permission denied" if folder.is_dir() else "Not a directory"
            raise refuse("bad-output", name=str(target), reason=reason)
        writer = Writer(query, self.dialect, kinds, self._relation(query))
        name = self.dialect.identifier
        types = {key: "VARCHAR" if kinds[key] == "text" else "DOUBLE" for key in query.margins}
        join = " AND ".join(
            f"CAST(a.{name(key)} AS {kind}) IS NOT DISTINCT FROM CAST(f.m{j} AS {kind})"
            for j, (key, kind) in enumerate(types.items())
        )
        weight = f"CASE WHEN {writer.where()} THEN a.{name(query.weight)} * f.weighting_factor END AS {name(column)}"
        # Names of its own, so that conditions on the margins mean the columns of the answers.
        renamed = {**{key: f"m{j}" for j, key in enumerate(query.margins)}, "factor": "weighting_factor"}
        self._connection.register("factors", factors.rename(columns=renamed))
        try:
            selected = f"SELECT a.*, {weight} FROM {self._relation(query)} AS a LEFT JOIN factors AS f ON {join}"
            self._run(f"COPY ({selected}) TO {_literal(str(target))} (FORMAT parquet)", writer.parameters)
        finally:
            self._connection.unregister("factors")

    def close(self) -> None:
        """Close the connection and delete what was spilled to disk."""
        self._connection.close()
        self._folder.cleanup()


def _is_paths(source: Any) -> bool:
    return isinstance(source, str | Path | list | tuple)


def _files(source: Any) -> tuple[list[str], str]:
    """Return patterns that DuckDB reads, and how the source is called."""
    given = list(source) if isinstance(source, list | tuple) else [source]
    names: list[str] = []
    faults = FaultList()
    for each in given:
        path = Path(each)
        # An existing name stands for itself, even with brackets or stars in it.
        if path.is_file():
            names.append(glob.escape(str(path)))
        elif path.is_dir():
            names += [glob.escape(str(file)) for file in sorted(path.glob("*.parquet")) or sorted(path.glob("*.csv"))]
        elif not isinstance(each, Path) and glob.glob(each, recursive=True):  # noqa: PTH207 - the pattern may be absolute
            names.append(each)
        else:
            faults.add("file-not-found", file=str(each))
    suffixes = {Path(name).suffix.lower() for name in names}
    if not names and not faults:
        faults.add("file-not-found", file=str(given[0]) if given else "")
    if unread := suffixes - {".parquet", ".pq", ".csv", ".txt", ".gz"}:
        faults.add("unknown-suffix", file=str(given[0]), found=", ".join(sorted(unread)))
    elif len({suffix in (".parquet", ".pq") for suffix in suffixes}) > 1:
        faults.add("unknown-suffix", file=str(given[0]), found=", ".join(sorted(suffixes)))
    faults.raise_if_any()
    return names, str(given[0]) if len(given) == 1 else f"{given[0]} (+{len(given) - 1})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _kind(name: str) -> Kind:
    if name in _WHOLE:
        return "integer"
    if name in _NUMBERS or name.startswith("DECIMAL"):
        return "float"
    if name == "BOOLEAN":
        return "boolean"
    return "text" if name == "VARCHAR" or name.startswith("ENUM") else "other"
