"""How long raking takes, as ratios to a bare NumPy kernel and to a peer, in one run.

    python benchmarks/raking.py [ROWS ...]

Three margins (6, 2 and 90 levels) are raked from coded columns until no level is off by more than 1e-8. The kernel
sweeps rows, as many times, and checks nothing; the library checks weights, codes and margins, reduces to cells,
sweeps those and joins the factors back. The peer is the package svy, where it is installed. A second table has
90 counties raked apart, each to its own 12 x 3 margins, in one call. Quote the ratios: single times depend on
the machine.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from yitihua.surveys.weighting.coded import CodedMargin, CodedMargins
from yitihua.surveys.weighting.projection import CodedProjection
from yitihua.surveys.weighting.raking import rake

LEVELS = {"age": 6, "sex": 2, "county": 90}
EPSILON = 1e-8


def median_ms(call: Callable[[], object], least_seconds: float = 1.0, runs: int = 5) -> float:
    """Return the median time of a call in milliseconds, after one warm-up."""
    call()
    times: list[float] = []
    while sum(times) < least_seconds or len(times) < runs:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def made_up(rows: int) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return weights, codes by variable and totals by variable, of a sample that is off in every margin."""
    rng = np.random.default_rng(rows)
    codes = {name: rng.choice(size, rows, p=rng.dirichlet(np.full(size, 20.0))) for name, size in LEVELS.items()}
    totals = {name: 1e7 * rng.dirichlet(np.full(size, 30.0)) for name, size in LEVELS.items()}
    return 1e7 / rows * np.exp(0.4 * rng.standard_normal(rows)), codes, totals


def kernel(weight: np.ndarray, codes: dict[str, np.ndarray], totals: dict[str, np.ndarray], sweeps: int) -> np.ndarray:
    """Rake rows with nothing else."""
    weight = weight.copy()
    for _ in range(sweeps):
        for name, column in codes.items():
            ratio = totals[name] / np.bincount(column, weight, len(totals[name]))
            weight *= ratio[column]
    return weight


def peer(
    weight: np.ndarray, codes: dict[str, np.ndarray], totals: dict[str, np.ndarray]
) -> Callable[[], np.ndarray] | None:
    """Return svy's raking of the same columns, or None where it is not installed."""
    try:
        import polars as pl
        import svy
    except ImportError:
        return None
    sample = svy.Sample(pl.DataFrame({**codes, "w": weight}), svy.Design(wgt="w"))
    controls = {name: dict(enumerate(goal.tolist())) for name, goal in totals.items()}

    def call() -> np.ndarray:
        raked = sample.weighting.rake(controls=controls, tol=EPSILON, wgt_name="raked")
        return raked.data["raked"].to_numpy()

    return call


def compare(rows: int) -> None:
    """Print times and ratios for so many rows."""
    weight, codes, totals = made_up(rows)

    def ours() -> np.ndarray:
        return weight * rake(weight, CodedMargins.of(codes, totals), epsilon=EPSILON).factor

    found = rake(weight, CodedMargins.of(codes, totals), epsilon=EPSILON)
    bare = kernel(weight, codes, totals, found.iterations)
    assert np.allclose(ours(), bare, rtol=1e-9), "the kernel and the library disagree"
    own, plain = median_ms(ours), median_ms(lambda: kernel(weight, codes, totals, found.iterations))
    print(f"{rows:>10,} rows, {found.iterations} sweeps, {found.cells} cells")
    print(f"    yitihua {own:9.1f} ms    bare NumPy {plain:9.1f} ms    ratio {own / plain:.2f} (wanted: below 3)")
    call = peer(weight, codes, totals)
    if call is None:
        print("    svy is not installed: not compared")
        return
    assert np.allclose(call(), bare, rtol=1e-6), "svy and the kernel disagree"
    theirs = median_ms(call)
    print(f"    svy     {theirs:9.1f} ms    {theirs / own:.1f} times as long as yitihua (wanted: over 10)")


def by_county(rows: int) -> None:
    """Print how long 90 counties take, each to its own margins, and their residuals for ten variables."""
    rng = np.random.default_rng(rows)
    county = rng.integers(0, 90, rows)
    names = tuple(f"{c:02d}" for c in range(90))
    made = []
    people = 1e5 * rng.uniform(1, 5, 90)
    for name, size in (("age_sex", 12), ("area", 3)):
        totals = people[:, None] * rng.dirichlet(np.full(size, 30.0), 90)
        code = county * size + rng.integers(0, size, rows)
        made.append(CodedMargin(name, tuple(map(str, range(size))), totals, code, names))
    weight = people[county] / np.bincount(county, minlength=90)[county]
    z = rng.standard_normal((rows, 10))

    def raked() -> object:
        return rake(weight, CodedMargins(tuple(made)), epsilon=EPSILON)

    seconds = (
        median_ms(raked),
        median_ms(lambda: CodedProjection(CodedMargins(tuple(made)), weight).residuals(z), 0.5, 3),
    )
    print(f"    90 counties apart {seconds[0]:9.1f} ms    residuals of 10 variables {seconds[1]:9.1f} ms")


if __name__ == "__main__":
    for size in [int(word) for word in sys.argv[1:]] or [100_000, 1_000_000]:
        compare(size)
        by_county(size)
