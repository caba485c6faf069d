"""What benchmarks share: shortest and median times, and one table of ours, a bare kernel and peers."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

Call = Callable[[], object]
Found = TypeVar("Found")


@dataclass(frozen=True)
class Case:
    """One method: ours, ours with gaps, a bare kernel, and peers by name.

    What kernel and peers return is compared with ours within `tolerance` before anything is timed; None where a
    peer answers another question of the same size.
    """

    name: str
    ours: Call
    kernel: Call | None = None
    peers: Mapping[str, Call] = field(default_factory=dict)
    gaps: Call | None = None
    tolerance: float | None = 1e-9


def seconds(
    call: Callable[[], Found], times: int = 3, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, Found]:
    """Return the shortest time of some calls, and what the last returned."""
    shortest = float("inf")
    for _ in range(times):
        start = clock()
        found = call()
        shortest = min(shortest, clock() - start)
    return shortest, found


def median_ms(call: Call, least_seconds: float = 0.5) -> float:
    """Return the median time of a call in milliseconds, after one warm-up; one run where it takes seconds."""
    start = time.perf_counter()
    call()
    if time.perf_counter() - start > 2.0:
        return (time.perf_counter() - start) * 1e3
    times: list[float] = []
    while sum(times) < least_seconds or len(times) < 3:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def show(title: str, cases: list[Case]) -> None:
    """Print the table of some cases."""
    print(title)
    heads = ("", "ours", "with gaps", "kernel", "ours/kernel", "fastest peer", "peer/ours")
    widths = (22, 11, 11, 11, 11, 18, 9)
    print(" ".join(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True)))
    for case in cases:
        expected = case.ours()
        others = [*([case.kernel] if case.kernel else []), *case.peers.values()]
        if case.tolerance is not None:
            for other in others:
                assert np.allclose(other(), expected, atol=case.tolerance, equal_nan=True), case.name
        own = median_ms(case.ours)
        gaps = f"{median_ms(case.gaps):.2f}ms" if case.gaps else ""
        kernel = median_ms(case.kernel) if case.kernel else None
        times = {name: median_ms(call) for name, call in case.peers.items()}
        fastest = min(times, key=lambda name: times[name]) if times else ""
        cells = (
            case.name,
            f"{own:.2f}ms",
            gaps,
            "" if kernel is None else f"{kernel:.2f}ms",
            "" if kernel is None else f"{own / kernel:.2f}",
            fastest,
            f"{times[fastest] / own:.1f}" if times else "",
        )
        print(" ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)))


def holed(x: np.ndarray, share: float = 0.05, seed: int = 1) -> np.ndarray:
    """Return an array with some cells missing."""
    return np.where(np.random.default_rng(seed).random(x.shape) < share, np.nan, x)
