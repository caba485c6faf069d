"""How long replicates take, beside the least that the same draws cost, in one run.

    python benchmarks/uncertainty.py [--whole]

Weights only: the kernel is `W @ points.T`, one argsort and ranks, for weights that are ready-made; "with the
same draws" adds the random numbers that ours draws. The full mix (survey errors, goalposts or min-max, Dirichlet
weights, arithmetic or geometric means): the kernel draws the same random numbers, takes one bare min-max of the
points that move and scores once. No kernel knows gaps, coverage, grades, pairs or intervals, or keeps anything.
SIMULATED (模拟) data. `--whole` runs 100,000 replicates at 90 units and 10,000 at 2,844, with the peak of memory.
Quote the ratios: single times depend on the machine.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scoring import made_up

import yitihua as yt
from yitihua.analysis.uncertainty.engine import BLOCK

UNITS = 2_844


def seconds(call: Callable[[], Any], times: int = 3) -> float:
    """Return the shortest time of some calls."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return min(found)


def draw_weights(board: yt.Scoreboard, rng: np.random.Generator, n: int) -> np.ndarray:
    """Return Dirichlet weights of all indicators: gammas for every child of every node, multiplied down the tree."""
    whole = {board.recipe.root.code: np.ones(n)}
    for node in reversed(board.recipe.nodes):
        amounts = rng.standard_gamma(99.0 * np.array(node.weights), (n, len(node.children)))
        shares = amounts / amounts.sum(axis=1, keepdims=True)
        for k, child in enumerate(node.children):
            whole[child] = whole[node.code] * shares[:, k]
    return np.column_stack([whole[code] for code in board.recipe.codes])


def ranked(scores: np.ndarray) -> np.ndarray:
    """Return ranks, one argsort and one scatter."""
    order = np.argsort(-scores, axis=1)
    ranks = np.empty(scores.shape, dtype=np.int32)
    np.put_along_axis(ranks, order, np.arange(scores.shape[1], dtype=np.int32)[None, :], axis=1)
    return ranks


def kernels(board: yt.Scoreboard, n: int, sampled: int) -> dict[str, Callable[[], object]]:
    """Return what is compared with: the product alone, with its draws, and with survey errors and one min-max."""
    points = np.nan_to_num(board.normalised, nan=50.0)
    ready = draw_weights(board, np.random.default_rng(1), BLOCK)
    units = len(points)

    def product() -> None:
        for _ in range(0, n, BLOCK):
            ranked(ready @ points.T)

    def with_draws() -> None:
        rng = np.random.default_rng(1)
        for _ in range(0, n, BLOCK):
            ranked(draw_weights(board, rng, BLOCK) @ points.T)

    def full() -> None:
        rng = np.random.default_rng(1)
        for _ in range(0, n, BLOCK):
            weights = draw_weights(board, rng, BLOCK)
            moved = points[:, :sampled].T + rng.standard_normal((BLOCK, sampled, units))
            low, high = moved.min(axis=2, keepdims=True), moved.max(axis=2, keepdims=True)
            moved = (moved - low) / (high - low) * 100.0
            scores = weights[:, sampled:] @ points[:, sampled:].T
            scores += np.matmul(weights[:, None, :sampled], moved)[:, 0]
            ranked(scores)

    return {"product and ranks": product, "with draws": with_draws, "full": full}


def line(name: str, n: int, own: float, least: float) -> None:
    """Print one comparison."""
    print(f"{name:44}{own / n * 1e6:>9.1f}us{least / n * 1e6:>9.1f}us{own / least:>9.2f}", flush=True)


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
    for name, board, n in (("90 units with gaps", small, 20 * BLOCK), (f"{UNITS} units", large, 2 * BLOCK)):
        least = kernels(board, n, 9)
        own = seconds(lambda b=board, m=n: b.uncertainty(n=m, seed=1, weights="dirichlet").rank_interval)  # type: ignore[misc]
        line(f"weights only, {name}", n, own, seconds(least["product and ranks"]))
        line("    with the same draws", n, own, seconds(least["with draws"]))
    n = 10 * BLOCK
    own = seconds(lambda: small.uncertainty(n=n, seed=1).rank_interval)
    line("full mix, 90 units with gaps", n, own, seconds(kernels(small, n, 9)["full"]))
    if asked.whole:
        for board, n, jobs in ((small, 100_000, 2), (large, 10_000, 2)):
            sources: dict[str, Any] = {} if board is small else {
                "weights": "dirichlet", "normalise": ["minmax"], "aggregate": ["geometric"], "measurement": 0.02,
            }  # fmt: skip
            start = time.perf_counter()
            _ = board.uncertainty(n=n, seed=1, n_jobs=jobs, **sources).rank_interval
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            took = time.perf_counter() - start
            print(f"{n:,} replicates, {len(board.table.units)} units, {jobs} workers: {took:.1f} s, peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
