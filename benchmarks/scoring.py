"""How long scoring takes, as a ratio to a bare NumPy kernel and to a peer, in one run.

    python benchmarks/scoring.py

The kernel does the least that gives the same scores and ranks on complete data: one affine map,
one product per first-level node, one for the index, one sort. The library also fits, checks coverage, flags,
grades and keeps every stage. The peer is scikit-criteria (min-max and weighted sum without a
tree), where it is installed. Quote the ratios: single times depend on the machine.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

import yitihua as yt
from yitihua.definitions import Edition

SIZES = (90, 900, 2_844, 28_440)


def median_ms(call: Callable[[], object], least_seconds: float = 0.5) -> float:
    """Return the median time of a call in milliseconds, after one warm-up."""
    call()
    times: list[float] = []
    while sum(times) < least_seconds or len(times) < 7:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def made_up(edition: Edition, units: int) -> yt.IndicatorTable:
    """Return a complete table of the edition's shape, values around the goalposts."""
    rng = np.random.default_rng(units)
    posts = [indicator.goalposts for indicator in edition.indicators.values()]
    low = np.array([post.lower for post in posts if post is not None])
    high = np.array([post.upper for post in posts if post is not None])
    values = rng.uniform(low, high * 1.02, (units, len(low)))
    return yt.IndicatorTable(tuple(f"u{i}" for i in range(units)), tuple(edition.indicators), values)


def kernel(values: np.ndarray, recipe: yt.Recipe) -> tuple[np.ndarray, np.ndarray]:
    """Return scores and ranks with nothing else."""
    plan = recipe.plan
    x = values.copy()
    for j in plan.ln:
        x[:, j] = np.log(x[:, j])
    points = np.clip((x - plan.origin) / plan.width * plan.gain + plan.base, *recipe.scale)
    nodes = np.column_stack([points[:, step.children] @ step.weights for step in plan.steps[:-1]])
    score = np.round(nodes @ plan.steps[-1].weights, recipe.score_decimals)
    ordered = np.sort(-score)
    return score, np.searchsorted(ordered, -score) + 1


def whole(table: yt.IndicatorTable, edition: Edition) -> yt.Scoreboard:
    """Return a board with ranks and grades: what the library does from table to result."""
    board = yt.apply(table, yt.fit(table, edition))
    _ = board.rank, board.grade_indices
    return board


def peer(values: np.ndarray) -> Callable[[], object] | None:
    """Return scikit-criteria's min-max and weighted sum on the same matrix, if it is there."""
    try:
        import skcriteria
        from skcriteria.agg.simple import WeightedSumModel
        from skcriteria.preprocessing.scalers import MinMaxScaler
    except ImportError:
        return None
    data = skcriteria.mkdm(values, [max] * values.shape[1])
    return lambda: WeightedSumModel().evaluate(MinMaxScaler(target="matrix").transform(data))


def main() -> None:
    """Print the table."""
    edition = yt.load_edition("zhejiang-2022")
    print(f"{'units x 51':>12} {'fit+apply':>10} {'apply':>8} {'kernel':>8} {'ratio':>6} {'peer':>9} {'peer/ours':>9}")
    for units in SIZES:
        table = made_up(edition, units)
        recipe = yt.fit(table, edition)
        board = whole(table, edition)
        score, rank = kernel(table.values, recipe)
        assert np.allclose(board.total, score, atol=1e-8)
        assert (board.rank == rank).all()
        ours = median_ms(lambda table=table: whole(table, edition))
        apply_only = median_ms(lambda table=table, recipe=recipe: yt.apply(table, recipe).rank)
        bare = median_ms(lambda table=table, recipe=recipe: kernel(table.values, recipe))
        other = peer(table.values)
        theirs = median_ms(other) if other is not None else float("nan")
        print(
            f"{units:>12} {ours:>8.2f}ms {apply_only:>6.2f}ms {bare:>6.3f}ms {ours / bare:>6.1f} "
            f"{theirs:>7.2f}ms {theirs / ours:>9.1f}"
        )
    asem = yt.load_edition("asem")
    table = yt.read_table(asem)
    print(f"asem 51 x 49 with imputation, treatment and fitted grades: {median_ms(lambda: whole(table, asem)):.2f} ms")


if __name__ == "__main__":
    main()
