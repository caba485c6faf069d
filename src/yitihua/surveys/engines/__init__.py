"""Estimates over answers that stay where they are: one group-by on DuckDB, PostgreSQL or Spark, then numpy on its sums.

`SumsQuery` says once what is summed; an engine turns it into its dialect of SQL and returns a
`SumsTable`; `estimate` makes means, shares, totals and ratios with standard errors of it.
"""

from yitihua.surveys.engines.calibrate import margin_factors
from yitihua.surveys.engines.duckdb_engine import DuckDBEngine
from yitihua.surveys.engines.engine import Engine
from yitihua.surveys.engines.estimate import estimate
from yitihua.surveys.engines.postgres_engine import PostgresEngine
from yitihua.surveys.engines.query import SumsQuery
from yitihua.surveys.engines.scores import Score, Variable
from yitihua.surveys.engines.spark_engine import SparkEngine
from yitihua.surveys.engines.sums import SumsTable

__all__ = [
    "DuckDBEngine",
    "Engine",
    "PostgresEngine",
    "Score",
    "SparkEngine",
    "SumsQuery",
    "SumsTable",
    "Variable",
    "estimate",
    "margin_factors",
]
