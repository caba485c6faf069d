"""One group-by in ANSI SQL on DuckDB, PostgreSQL or Spark; only sums leave the engine."""
