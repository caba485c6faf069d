"""How long a sensitivity analysis takes, beside the least that as many boards cost, in one run.

    python benchmarks/sensitivity.py

On the 90 simulated (模拟) counties of zhejiang-2022. The bare kernel scores as many boards as the analysis does, with
one product of ready-made weights and points without gaps, and ranks them by two sorts; it draws no weights, knows no
gaps, coverage or ties, keeps no index and no interval. Quote the ratios: single times depend on the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from timing import seconds

import yitihua as yt

N = 1024


def kernel(points: np.ndarray, boards: int) -> Callable[[], np.ndarray]:
    """Return a function that scores and ranks so many boards, in blocks that fit a cache."""
    weights = np.random.default_rng(1).dirichlet(np.ones(points.shape[1]), boards)

    def call() -> np.ndarray:
        total = np.zeros(len(points))
        for start in range(0, boards, 4096):
            scores = weights[start : start + 4096] @ points.T
            ranks = np.argsort(np.argsort(-scores, axis=1), axis=1)
            total += ranks.sum(axis=0)
        return total

    return call


def main() -> None:
    """Print a line a case."""
    board = yt.evaluate("zhejiang-2022")
    points = np.nan_to_num(board.normalised, nan=50.0)
    cases: list[tuple[str, dict[str, Any]]] = [
        ("56 weights", {"weights": "dirichlet"}),
        ("56 weights, second order", {"weights": "dirichlet", "second": True}),
        ("all default sources", {}),
        ("56 weights, Shapley", {"weights": "dirichlet", "method": "shapley"}),
    ]
    board.sensitivity(n=64)
    print(f"n = {N}, target mean_rank_shift, 90% intervals of 1000 resamples")
    print(f"{'':26}{'boards':>9}{'ours':>10}{'kernel':>10}{'ours/kernel':>13}")
    for name, sources in cases:
        own, found = seconds(lambda s=sources: board.sensitivity(n=N, **s), times=2)  # type: ignore[misc]
        least, _ = seconds(kernel(points, found.runs), times=2)
        print(f"{name:26}{found.runs:>9,}{own:>9.2f}s{least:>9.2f}s{own / least:>13.1f}")


if __name__ == "__main__":
    main()
