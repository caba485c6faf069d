"""What an engine is: columns it knows, and one way to run the group-by.

Engines add in parallel, and floating point sums depend on the order: the same question asked twice
may differ in the last bits (relative 1e-15 or so; engines agree to 1e-12). The order of the rows and
the number of threads change nothing else. Round before cutting grades.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

import numpy.typing as npt

from yitihua.errors import refuse
from yitihua.indicators.dialects import Dialect, Kind
from yitihua.surveys.engines.query import SumsQuery
from yitihua.surveys.engines.sql import Writer
from yitihua.surveys.engines.sums import SumsTable

#: What a query returns: names -> values.
Columns = Mapping[str, npt.NDArray[Any]]


class Engine(Protocol):
    """Anything that sums answers where they are."""

    def sums(self, query: SumsQuery) -> SumsTable:
        """Return the sums of a query; rows never leave the engine."""
        ...


class SqlEngine(ABC):
    """An engine that speaks SQL, over one table of answers.

    Attributes
    ----------
    max_cells : int
        More cells than this are refused: a group-by that is nearly as long as the table would hand
        rows over instead of sums.
    """

    dialect: ClassVar[Dialect]
    source: str
    max_cells: int = 2_000_000

    @abstractmethod
    def columns(self) -> Mapping[str, Kind]:
        """Return every column of the source and what it holds."""

    def _kinds(self, query: SumsQuery) -> Mapping[str, Kind]:
        """Return the columns as the query reads them."""
        return self.columns()

    @abstractmethod
    def _relation(self, query: SumsQuery) -> str:
        """Return what stands after FROM."""

    @abstractmethod
    def _fetch(self, sql: str, parameters: Sequence[Any]) -> Columns:
        """Run a query and return its columns."""

    @abstractmethod
    def close(self) -> None:
        """Let go of connections and temporary files."""

    def sums(self, query: SumsQuery) -> SumsTable:
        """Return the sums of a query; rows never leave the engine.

        Parameters
        ----------
        query : SumsQuery

        Raises
        ------
        InputError
            For columns the source does not have or of the wrong kind, rows without stratum or
            weight, more than `max_cells` cells, and whatever the engine refuses.
        """
        kinds = self._kinds(query)
        query.check(kinds, self.source)
        writer = Writer(query, self.dialect, kinds, self._relation(query))
        found = self._cells(writer)
        if any(len(part["n"]) > self.max_cells for part in found):
            raise refuse("engine-too-many-cells", file=self.source, limit=f"{self.max_cells:,}", keys=query.keys)
        return SumsTable.of_parts(found, query, self.source)

    def _cells(self, writer: Writer) -> list[Columns]:
        """Return the cells of the group-by, in one or more parts."""
        return [self._fetch(writer.text(self.max_cells + 1), writer.parameters)]

    def sql(self, query: SumsQuery) -> str:
        """Return the text of a query in the engine's dialect, values as parameters, to be read by people."""
        kinds = self._kinds(query)
        query.check(kinds, self.source)
        return Writer(query, self.dialect, kinds, self._relation(query)).text(self.max_cells + 1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.source!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
