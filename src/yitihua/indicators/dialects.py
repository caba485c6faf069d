"""The few places where the engines' SQL differs, and how names and numbers are written into it.

Names of columns and codes of counties are data: a name is quoted and must be a column of the
source; a value of answers is bound as a parameter, one of records is written as a quoted constant, so that a
statement can be read and run by hand.
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
    text, time : str
        The types of text, and of a day with its hour that has no zone.
    backslash : bool
        Whether a backslash escapes inside of a constant.
    unzoned : str
        How a moment that has a zone becomes one that has none: the time of all China, or Spark's of its session.
    bytewise : str
        What makes texts be ordered by their bytes, as DuckDB does.
    """

    name: str
    quote: str
    double: str
    marker: Callable[[int], str]
    truth_by: str = ""
    text: str = "VARCHAR"
    time: str = "TIMESTAMP"
    backslash: bool = False
    unzoned: str = "{}"
    bytewise: str = ""

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

    def relation(self, table: str) -> str:
        """Return a table as it stands after FROM: "law.cases", its parts in quotes.

        Examples
        --------
        >>> print(SPARK.relation("law.cases"))
        `law`.`cases`
        """
        return ".".join(self.identifier(part) for part in table.split("."))

    def literal(self, text: str) -> str:
        r"""Return a text as a constant.

        Examples
        --------
        >>> print(POSTGRES.literal("o'clock"), SPARK.literal("o'clock"))
        'o''clock' 'o\'clock'
        """
        if self.backslash:
            return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return "'" + text.replace("'", "''") + "'"

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
POSTGRES = Dialect("PostgreSQL", '"', "DOUBLE PRECISION", lambda i: f"${i}", truth_by="INTEGER", text="TEXT",
                   unzoned="({} AT TIME ZONE 'Asia/Shanghai')", bytewise=' COLLATE "C"')  # fmt: skip
SPARK = Dialect("Spark", "`", "DOUBLE", lambda i: "?", text="STRING", time="TIMESTAMP_NTZ", backslash=True)
