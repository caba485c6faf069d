"""The few places where the engines' SQL differs, and how names and numbers are written into it.

Names of columns and codes of counties are data: a name is quoted and must be a column of the
source, a value is bound as a parameter. Nothing a definition says is ever run.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

#: What a column holds, as far as a query needs to know.
Kind = Literal["integer", "float", "boolean", "text", "other"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One engine's way of writing SQL.

    Attributes
    ----------
    quote : str
        The sign around identifiers; inside of one it is doubled.
    double : str
        The type of 64-bit floating point numbers.
    marker : callable
        Number of a parameter, from 1 -> its mark in the text.
    truth_by : str
        What truth is cast to on its way to a number; "" where it needs no way.
    """

    name: str
    quote: str
    double: str
    marker: Callable[[int], str]
    truth_by: str = ""

    def identifier(self, name: str) -> str:
        """Return a name in quotes.

        Examples
        --------
        >>> print(POSTGRES.identifier('q"1'))
        "q""1"
        >>> print(SPARK.identifier("county; DROP TABLE answers"))
        `county; DROP TABLE answers`
        """
        return self.quote + name.replace(self.quote, self.quote * 2) + self.quote

    def number(self, value: float) -> str:
        """Return a number as a constant of floating point.

        A bare ``0.1`` is a decimal in all three engines, and arithmetic with it would be decimal.

        Examples
        --------
        >>> POSTGRES.number(25)
        'CAST(25.0 AS DOUBLE PRECISION)'
        """
        if not math.isfinite(value):
            raise ValueError(f"{value} cannot stand in a query")
        return self.cast(repr(float(value)))

    def cast(self, expression: str) -> str:
        """Return an expression as floating point."""
        return f"CAST({expression} AS {self.double})"

    def truth(self, condition: str) -> str:
        """Return 1.0 where a condition holds, 0.0 where it does not, NULL where it is unknown.

        PostgreSQL casts truth to whole numbers only.
        """
        return self.cast(f"CAST({condition} AS {self.truth_by})" if self.truth_by else condition)


DUCKDB = Dialect("DuckDB", '"', "DOUBLE PRECISION", lambda i: f"${i}")
POSTGRES = Dialect("PostgreSQL", '"', "DOUBLE PRECISION", lambda i: f"${i}", truth_by="INTEGER")
SPARK = Dialect("Spark", "`", "DOUBLE", lambda i: "?")
