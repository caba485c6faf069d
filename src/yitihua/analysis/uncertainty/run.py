"""Run the replicates: blocks in order, on as many workers as there are; the numbers do not depend on how many."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from yitihua.analysis.uncertainty.blocks import Progress, asked_mix, check_run, in_order, seed_number
from yitihua.analysis.uncertainty.combos import Combo
from yitihua.analysis.uncertainty.engine import BLOCK, Engine
from yitihua.analysis.uncertainty.mix import Mix
from yitihua.analysis.uncertainty.result import Uncertainty
from yitihua.analysis.uncertainty.summary import Summary
from yitihua.errors import FaultList, refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

#: Of what is printed and written by default.
REPLICATES, SEED, LEVEL = 10_000, 0, 0.90
FEWEST = 100
#: Blocks that a worker is given at a time.
TASK = 8


class StoppedError(KeyboardInterrupt):
    """The run was stopped by hand.

    Attributes
    ----------
    done, n : int
        Replicates that were done, and asked for.
    """

    def __init__(self, done: int, n: int) -> None:
        super().__init__(f"stopped: {done} of {n} replicates were done")
        self.done, self.n = done, n


def uncertainty(
    board: Scoreboard,
    n: int = REPLICATES,
    seed: int | np.random.Generator = SEED,
    level: float = LEVEL,
    n_jobs: int = 1,
    progress: Progress | None = None,
    mix: Mix | None = None,
    **sources: Any,
) -> Uncertainty:
    """Carry disputable choices and errors through to every unit's score, rank and grade.

    Parameters
    ----------
    board : Scoreboard
    n : int
        Replicates, 100 or more.
    seed : int or Generator
        The same seed gives the same replicates, on any number of workers; 0 is a seed.
    level : float
        Of intervals, 0.5 or more and below 1.
    n_jobs : int
        Workers, as joblib counts them; the backend is joblib's own (`joblib.parallel_config`).
    progress : function, optional
        ``progress(done, n)``, called as replicates are done.
    mix : Mix, optional
        What is varied, ready-made.
    **sources
        What is varied, see `yitihua.analysis.uncertainty.mix.mix_of`; default: what `default_mix` says.

    Returns
    -------
    Uncertainty

    Raises
    ------
    InputError
        With every fault of what is asked for.
    StoppedError
        If it is interrupted; says how many replicates were done.

    References
    ----------
    Saisana, Saltelli and Tarantola (2005), Uncertainty and sensitivity analysis techniques as tools for the
    quality assessment of composite indicators, J. R. Stat. Soc. A 168: 307-323; OECD/JRC Handbook 2008, step 7.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = uncertainty(yt.evaluate("hdi"), n=1000, seed=1, weights="dirichlet", aggregate="arithmetic")
    >>> found.table()[["name", "rank", "rank_low", "rank_high"]].head(2).to_numpy().tolist()
    [['Switzerland', 1, 1, 2], ['Norway', 2, 1, 2]]
    """
    faults = FaultList()
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < FEWEST:
        faults.add("number-range", key="n", found=str(n), low=str(FEWEST), high="∞")
    check_run(faults, level, seed, n_jobs, sources)
    faults.raise_if_any()
    mix, number = asked_mix(board, mix, sources), seed_number(seed)
    engine = Engine.of(board, mix, number)
    summary = Summary(board)
    sound = np.array([isinstance(one, Combo) for one in engine.combos])
    on_scale = np.array([isinstance(one, Combo) and one.on_scale for one in engine.combos])
    done = 0
    try:
        for block, (scores, combo) in enumerate(in_order(partial(_block, engine), -(-n // BLOCK), n_jobs, TASK)):
            wanted = min(BLOCK, n - block * BLOCK)
            summary.add(scores[:wanted], sound[combo[:wanted]], on_scale[combo[:wanted]])
            done += wanted
            if progress is not None:
                progress(done, n)
    except KeyboardInterrupt:
        raise StoppedError(done, n) from None
    if summary.sound == 0:
        raise refuse("no-replicate", found=str(n))
    return Uncertainty(board, mix, n, number, level, engine, summary)


def _block(engine: Engine, number: int) -> tuple[Floats, Any]:
    """Return scores and combinations of a block."""
    scores, choices = engine.scores(number)
    return scores, choices.combo
