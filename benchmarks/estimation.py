"""Estimates with standard errors from Parquet, as a ratio to the bare DuckDB query, in one run.

    python benchmarks/estimation.py                 # 1 and 10 million respondents
    python benchmarks/estimation.py --rows 1
    python benchmarks/estimation.py --large         # 100 million as well: about 1.3 GB of disk, minutes
    python benchmarks/estimation.py --peer          # svy as well, at 1 million, where it is installed

10 items of 5 points, 90 counties, 180 strata, 3,600 clusters. The bare query is what an analyst writes by hand for
the sums that means and their errors need, grouped by county, stratum and cluster: on complete answers the sum of
weights and ten sums of weight times answer; on answers as they come from the field (3% "don't know" as code 98, 2%
missing), a count and two sums an item, CASE by CASE. Ours reads the same file, checks columns and weights, scores 0
to 100 and returns means, standard errors and degrees of freedom. Both run in turn on open connections with the same
threads. Quote the ratios: single times depend on the machine. Memory is the peak of a process of its own, and the
second figure what Python and its packages take before the first row is read.
"""

from __future__ import annotations

import argparse
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np

from yitihua.surveys.engines import DuckDBEngine, Score, SumsQuery, Variable, estimate
from yitihua.surveys.estimation.results import Estimates

ITEMS = [f"q{i}" for i in range(1, 11)]
THREADS = 2
MILLION = 1_000_000
LIMIT = "3GB"


def generate(path: Path, rows: int, *, complete: bool) -> None:
    """Write answers; 20 clusters a stratum, two strata a county."""
    answer = "1 + CAST(floor(5 * random()) AS TINYINT)"
    if not complete:
        answer = f"CASE WHEN random() < 0.03 THEN 98 WHEN random() < 0.02 THEN NULL ELSE {answer} END"
    items = ", ".join(f"CAST({answer} AS TINYINT) AS {name}" for name in ITEMS)
    place = "CAST(330100 + i % 90 AS VARCHAR)"
    with duckdb.connect(config={"threads": THREADS, "preserve_insertion_order": False}) as connection:
        connection.execute("SELECT setseed(0.2)")
        connection.execute(
            f"COPY (SELECT {place} AS county, {place} || '-' || (i // 90) % 2 AS stratum,"
            f" {place} || '-' || (i // 90) % 2 || '-' || (i // 180) % 20 AS psu, 0.5 + random() AS weight, {items}"
            f" FROM range({rows}) AS t(i)) TO '{path}' (FORMAT parquet)"
        )


def bare_sql(path: Path, *, complete: bool) -> str:
    """Return the group-by as written by hand."""
    each = "SUM(weight * {q})"
    if not complete:
        known = "CASE WHEN {q} BETWEEN 1 AND 5 THEN "
        each = f"COUNT({known}1 END), SUM({known}weight END), SUM({known}weight * {{q}} END)"
    sums = ", ".join(each.format(q=name) for name in ITEMS)
    return f"SELECT county, stratum, psu, COUNT(*), SUM(weight), {sums} FROM '{path}' GROUP BY county, stratum, psu"


def question() -> SumsQuery:
    """Return the same question, declared."""
    variables = tuple(Variable(name, (Score.linear(name, (1, 2, 3, 4, 5)),)) for name in ITEMS)
    return SumsQuery("weight", variables, domain=("county",), stratum=("stratum",), psu="psu")


def ours(engine: DuckDBEngine) -> Estimates:
    """Return means and their errors."""
    return estimate(engine.sums(question()))


def check(found: Estimates, path: Path) -> None:
    """Compare means with DuckDB's own."""
    means = ", ".join(
        f"SUM(CASE WHEN {q} BETWEEN 1 AND 5 THEN weight * ({q} - 1) * 25 END)"
        f" / SUM(CASE WHEN {q} BETWEEN 1 AND 5 THEN weight END)"
        for q in ITEMS
    )
    rows = duckdb.sql(f"SELECT {means} FROM '{path}' GROUP BY county ORDER BY county").fetchall()
    np.testing.assert_allclose(found.value, np.array(rows, dtype=float), rtol=1e-10)


def in_turn(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return seconds of each call, taken in turn after one warm-up."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(rounds + 1):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            if turn:
                times[name].append(time.perf_counter() - start)
    return times


def compare(path: Path, rows: int, *, complete: bool) -> None:
    """Print one line: the bare query, ours, their ratio and the memory of ours."""
    sql = bare_sql(path, complete=complete)
    bare = duckdb.connect(config={"threads": THREADS, "preserve_insertion_order": False})
    with bare, DuckDBEngine(path, threads=THREADS) as engine:
        check(ours(engine), path)
        rounds = 31 if rows <= MILLION else 7 if rows <= 10 * MILLION else 1
        calls = {"bare": lambda: bare.execute(sql).fetchnumpy(), "ours": lambda: ours(engine)}
        times = in_turn(calls, rounds)
    ratios = [one / other for one, other in zip(times["ours"], times["bare"], strict=True)]
    peak, before = memory(path)
    kind = "complete" if complete else "fielded"
    print(
        f"{rows // MILLION:>4} M {kind:<9} bare {statistics.median(times['bare']):8.3f} s"
        f"   estimates {statistics.median(times['ours']):8.3f} s   ratio {statistics.median(ratios):5.2f}"
        f" (least {min(ratios):.2f})   peak {peak:6.0f} MB (before {before:.0f})",
        flush=True,
    )


def memory(path: Path) -> tuple[float, float]:
    """Return the peak memory of a process that makes the estimates, and of its imports, in MB."""
    run = subprocess.run([sys.executable, __file__, "--measure", str(path)], capture_output=True, text=True, check=True)
    peak, before = run.stdout.split()[-2:]
    return float(peak), float(before)


def measure(path: Path) -> None:
    """Make the estimates and print the peak memory."""
    before = peak_memory()
    with DuckDBEngine(path, threads=THREADS, memory_limit=LIMIT) as engine:
        ours(engine)
    print(peak_memory(), before)


def peak_memory() -> float:
    """Return the peak memory of this process in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage, which on Linux starts with the peak of the parent.
        return int(re.findall(r"VmHWM:\s+(\d+)", status.read_text())[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def peer(path: Path) -> None:
    """Print the time of svy for the same means and errors."""
    try:
        import polars
        import svy
    except ImportError:
        print("  svy is not installed")
        return
    items = [
        polars.when(polars.col(q).is_between(1, 5)).then((polars.col(q).cast(polars.Float64) - 1) * 25).alias(q)
        for q in ITEMS
    ]
    frame = polars.read_parquet(path).with_columns(items)
    sample = svy.Sample(data=frame, design=svy.Design(stratum="stratum", psu="psu", wgt="weight"))

    with DuckDBEngine(path, threads=THREADS) as engine:
        calls: dict[str, Callable[[], object]] = {
            "ours": lambda: ours(engine),
            "svy": lambda: sample.estimation.mean(ITEMS, by="county", drop_nulls=True),
        }
        times = in_turn(calls, 1)
    one, other = (statistics.median(times[name]) for name in ("ours", "svy"))
    print(f"  svy {svy.__version__}, rows in memory: {other:.2f} s, {other / one:.0f} times ours")


def main() -> None:
    """Run the sizes asked for in a folder that is deleted afterwards."""
    parser = argparse.ArgumentParser(description="Estimates from Parquet against the bare DuckDB query.")
    parser.add_argument("--rows", type=int, nargs="+", default=[1, 10], help="millions of respondents")
    parser.add_argument("--large", action="store_true", help="100 million as well")
    parser.add_argument("--peer", action="store_true", help="svy as well, at 1 million")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        measure(options.measure)
        return
    print(f"DuckDB {duckdb.__version__}, {THREADS} threads, memory limit {LIMIT}")
    for millions in [*options.rows, *([100] if options.large else [])]:
        for complete in (True, False):
            with tempfile.TemporaryDirectory(prefix="yitihua-bench-") as folder:
                path = Path(folder) / "answers.parquet"
                generate(path, millions * MILLION, complete=complete)
                compare(path, millions * MILLION, complete=complete)
                if options.peer and millions == 1 and not complete:
                    peer(path)


if __name__ == "__main__":
    main()
