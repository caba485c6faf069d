"""How often the intervals hold the truth: a simulation with a known truth, by error against spread.

Units have true scores; a survey measures them with a known standard error; `board.uncertainty` with
survey errors alone gives intervals. Printed: the share of units whose true score or rank lies in its own
interval, and the share of datasets in which the joint rank sets hold all true ranks at once.

python benchmarks/coverage.py [--datasets 400] [--replicates 1000]
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

import yitihua as yt
from yitihua.index import grade

#: Standard error of a score against the spread of true scores.
RATIOS = (0.1, 0.25, 0.5, 1.0, 2.0)
UNITS = 60


def coverage(ratio: float, datasets: int, replicates: int, seed: int, units: int = UNITS) -> tuple[float, float, float]:
    """Return how often score intervals, marginal rank intervals and joint rank sets hold the truth.

    Parameters
    ----------
    ratio : float
        Standard error of a score over the standard deviation of the true ones.
    datasets, replicates : int
    seed : int
    units : int

    Returns
    -------
    tuple of float
        Mean over units and datasets of the first two; share of datasets of the third.
    """
    rng = np.random.default_rng(seed)
    found = np.zeros(3)
    spread = 0.05
    codes = ["osi", "tii", "hci"]
    for k in range(datasets):
        truth = np.clip(rng.normal(0.5, spread, units), 0.2, 0.8)
        # The index is the mean of three: each has an error of sqrt(3) times the one of the score.
        error = ratio * spread * np.sqrt(3.0)
        seen = truth[:, None] + rng.normal(0.0, error, (units, 3))
        frame = pd.DataFrame(seen, columns=codes).assign(**{f"{code}_se": error for code in codes})
        board = yt.evaluate("egdi-2022", frame.assign(unit=[f"U{i:03d}" for i in range(units)]), normalise="none",
                            score_decimals=9)  # fmt: skip
        result = board.uncertainty(n=replicates, seed=seed + k, sampling=True)
        ranks = grade.ranks(np.round(truth, 9))
        for place, ((low, high), true) in enumerate(
            ((result.score_interval, truth), (result.rank_interval, ranks), (result.rank_sets, ranks))
        ):
            held = (low <= true) & (true <= high)
            found[place] += held.all() if place == 2 else held.mean()
    first, second, third = (found / datasets).tolist()
    return first, second, third


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=400)
    parser.add_argument("--replicates", type=int, default=1000)
    asked = parser.parse_args()
    start = time.perf_counter()
    print("se/sd   score interval   rank interval   joint rank sets   (90% stated)")
    for ratio in RATIOS:
        score, rank, joint = coverage(ratio, asked.datasets, asked.replicates, 1)
        print(f"{ratio:5g}   {score:14.1%}   {rank:13.1%}   {joint:15.1%}", flush=True)
    print(f"{UNITS} units, {asked.datasets} datasets a line, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
