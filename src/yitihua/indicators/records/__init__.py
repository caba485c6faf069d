"""Records -> measures: exports of a platform are read, cleaned and counted, in DuckDB, PostgreSQL or Spark."""
