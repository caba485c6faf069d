"""How long replicates take, beside the least that the same draws cost, in one run.

    python benchmarks/uncertainty.py [--whole]

Weights only: the kernel is `W @ points.T`, one argsort and ranks, for weights that are ready-made; "with the
same draws" adds the random numbers that ours draws, which alone cost as much as that kernel at 90 units. "First
level alone": 5 weights are drawn, and the kernel multiplies the 5 scores below the index. The full
mix (errors, goalposts or min-max, Dirichlet weights, arithmetic or geometric means): the kernel draws the same
random numbers, takes one bare min-max of the points that move and scores once. No kernel knows gaps, coverage,
geometric means, grades, pairs or intervals, or keeps anything. Ours gives scores, kept, and rank intervals; pairs,
grades and intervals of scores are counted when they are asked for: "and all counts" asks for them.

All run on one core, linear algebra too, and the time is that of the processor, so that others on the machine count
less: threads that wait for each other cost the kernel more than ours. SIMULATED (模拟) data. `--whole` runs 100,000
replicates at 90 units and 10,000 at 2,844 on two workers, with all counts and the peak of memory. Quote the ratios:
single times depend on the machine.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded

import numpy as np
from scoring import made_up
from timing import seconds

import yitihua as yt
from yitihua.analysis.uncertainty.engine import BLOCK
from yitihua.analysis.uncertainty.result import Uncertainty

UNITS = 2_844
#: Drawn values that the kernel works on at a time, so that they stay in the cache.
CHUNK = 250_000
#: Every source at 2,844 units, where there are no surveys.
LARGE: dict[str, Any] = {
    "weights": "dirichlet", "normalise": ["minmax"], "aggregate": ["geometric"], "measurement": 0.02,
}  # fmt: skip


def draw_weights(board: yt.Scoreboard, rng: np.random.Generator, n: int) -> np.ndarray:
    """Return Dirichlet weights of all indicators: gammas for every child of every node, multiplied down the tree."""
    whole = {board.recipe.root.code: np.ones(n)}
    for node in reversed(board.recipe.nodes):
        amounts = rng.standard_gamma(99.0 * np.array(node.weights), (n, len(node.children)))
        shares = amounts / amounts.sum(axis=1, keepdims=True)
        for k, child in enumerate(node.children):
            whole[child] = whole[node.code] * shares[:, k]
    return np.column_stack([whole[code] for code in board.recipe.codes])


def first_level(board: yt.Scoreboard) -> np.ndarray:
    """Return the scores of the nodes below the index, shape (units, nodes)."""
    codes = [node.code for node in board.recipe.nodes]
    return np.nan_to_num(board.node_values[:, [codes.index(code) for code in board.recipe.root.children]], nan=50.0)


def first_weights(board: yt.Scoreboard, rng: np.random.Generator, n: int) -> np.ndarray:
    """Return Dirichlet weights of the nodes below the index."""
    root = board.recipe.root
    amounts = rng.standard_gamma(99.0 * np.array(root.weights), (n, len(root.children)))
    return amounts / amounts.sum(axis=1, keepdims=True)


def ranked(scores: np.ndarray) -> np.ndarray:
    """Return ranks, one argsort and one scatter."""
    order = np.argsort(-scores, axis=1)
    ranks = np.empty(scores.shape, dtype=np.int32)
    np.put_along_axis(ranks, order, np.arange(scores.shape[1], dtype=np.int32)[None, :], axis=1)
    return ranks


def kernels(board: yt.Scoreboard, n: int, sampled: int) -> dict[str, Callable[[], object]]:
    """Return what is compared with: the product alone, with its draws, and with errors and one min-max."""
    points = np.nan_to_num(board.normalised, nan=50.0)
    ready = draw_weights(board, np.random.default_rng(1), BLOCK)
    units = len(points)
    size = max(1, CHUNK // (sampled * units))

    def product() -> None:
        for _ in range(0, n, BLOCK):
            ranked(ready @ points.T)

    def with_draws() -> None:
        rng = np.random.default_rng(1)
        for _ in range(0, n, BLOCK):
            ranked(draw_weights(board, rng, BLOCK) @ points.T)

    first, few = first_level(board), first_weights(board, np.random.default_rng(1), BLOCK)

    def first_product() -> None:
        for _ in range(0, n, BLOCK):
            ranked(few @ first.T)

    def first_with_draws() -> None:
        rng = np.random.default_rng(1)
        for _ in range(0, n, BLOCK):
            ranked(first_weights(board, rng, BLOCK) @ first.T)

    def full() -> None:
        rng = np.random.default_rng(1)
        for _ in range(0, n, BLOCK):
            weights = draw_weights(board, rng, BLOCK)
            scores = weights[:, sampled:] @ points[:, sampled:].T
            for start in range(0, BLOCK, size):
                own = weights[start : start + size, None, :sampled]
                moved = points[:, :sampled].T + rng.standard_normal((len(own), sampled, units))
                low, high = moved.min(axis=2, keepdims=True), moved.max(axis=2, keepdims=True)
                moved = (moved - low) / (high - low) * 100.0
                scores[start : start + size] += np.matmul(own, moved)[:, 0]
            ranked(scores)

    return {
        "product and ranks": product, "with draws": with_draws, "full": full,
        "first level": first_product, "first level with draws": first_with_draws,
    }  # fmt: skip


def cpu_seconds(call: Callable[[], object]) -> float:
    """Return the shortest processor time of some calls."""
    return seconds(call, times=5, clock=time.process_time)[0]


def line(name: str, n: int, own: float, least: float) -> None:
    """Print one comparison."""
    print(f"{name:44}{own / n * 1e6:>9.1f}us{least / n * 1e6:>9.1f}us{own / least:>9.2f}", flush=True)


def all_counts(found: Uncertainty) -> None:
    """Ask for everything that is counted over replicates."""
    _ = found.rank_interval, found.grade_probability, found.score_interval, found.mean
    for level, rows in found.board.level_rows.items():
        if len(rows) <= 500:
            found.ahead(level)


def ours(board: yt.Scoreboard, n: int, everything: bool, **sources: Any) -> float:
    """Return the seconds of our own replicates."""

    def call() -> None:
        found = board.uncertainty(n=n, seed=1, **sources)
        _ = all_counts(found) if everything else found.rank_interval

    return cpu_seconds(call)


def whole(board: yt.Scoreboard, n: int, sources: dict[str, Any]) -> None:
    """Print how long a large run takes on two workers."""
    start = time.perf_counter()
    all_counts(board.uncertainty(n=n, seed=1, n_jobs=2, **sources))
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{n:,} replicates, {len(board.table.units)} units, 2 workers: {took:.1f} s, peak {peak:.0f} MB", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--whole", action="store_true")
    asked = parser.parse_args()
    edition = yt.load_edition("zhejiang-2022")
    small = yt.evaluate("zhejiang-2022")
    table = made_up(edition, UNITS)
    large = yt.apply(table, yt.fit(table, edition))
    print(f"{'a replicate':44}{'ours':>11}{'kernel':>11}{'ratio':>9}")
    for name, board, n in (("90 units with gaps", small, 100 * BLOCK), (f"{UNITS} units", large, 8 * BLOCK)):
        least = kernels(board, n, 8)
        own, drawn = ours(board, n, False, weights="dirichlet"), cpu_seconds(least["with draws"])
        line(f"weights only, {name}", n, own, cpu_seconds(least["product and ranks"]))
        line("    with the same draws", n, own, drawn)
        line("    and all counts", n, ours(board, n, True, weights="dirichlet"), drawn)
        own = ours(board, n, False, weights={"kind": "dirichlet", "nodes": [board.recipe.root.code]})
        line("    first level alone", n, own, cpu_seconds(least["first level"]))
        line("    with the same draws", n, own, cpu_seconds(least["first level with draws"]))
    for name, board, n, moved, mix in (
        ("90 units with gaps", small, 20 * BLOCK, 8, {}),
        (f"{UNITS} units", large, BLOCK, 51, LARGE),
    ):
        drawn = cpu_seconds(kernels(board, n, moved)["full"])
        line(f"full mix, {name}", n, ours(board, n, False, **mix), drawn)
        line("    and all counts", n, ours(board, n, True, **mix), drawn)
    if asked.whole:
        whole(small, 100_000, {})
        whole(large, 10_000, LARGE)


if __name__ == "__main__":
    main()
