"""Run the replicates: blocks in order, on as many workers as there are; the numbers do not depend on how many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from yitihua.analysis.uncertainty.combos import Combo
from yitihua.analysis.uncertainty.engine import BLOCK, Engine
from yitihua.analysis.uncertainty.mix import Mix, default_mix, mix_of
from yitihua.analysis.uncertainty.result import Uncertainty
from yitihua.analysis.uncertainty.summary import Summary
from yitihua.errors import FaultList, refuse, suggest
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

#: Of what is printed and written by default.
REPLICATES, SEED, LEVEL = 10_000, 0, 0.90
FEWEST = 100
#: Blocks that a worker is given at a time.
TASK = 8

Progress = Callable[[int, int], None]


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
    _check(n, level, seed, sources)
    if mix is None:
        mix = mix_of(board, **(sources or default_mix(board)))
    if not mix.sources:
        raise refuse("nothing-varied", key="mix", options=list(Mix.__dataclass_fields__))
    number = int(seed.integers(2**63)) if isinstance(seed, np.random.Generator) else int(seed)
    engine = Engine.of(board, mix, number)
    summary = Summary(board)
    sound = np.array([isinstance(one, Combo) for one in engine.combos])
    on_scale = np.array([isinstance(one, Combo) and one.on_scale for one in engine.combos])
    done = 0
    try:
        for block, (scores, combo) in enumerate(_blocks(engine, -(-n // BLOCK), n_jobs)):
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


def _check(n: int, level: float, seed: Any, sources: Mapping[str, Any]) -> None:
    faults, allowed = FaultList(), list(Mix.__dataclass_fields__)
    for name in sources:
        if name not in allowed:
            faults.add("unknown-key", key="sources", name=name, options=allowed, hint=suggest(name, allowed))
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < FEWEST:
        faults.add("number-range", key="n", found=str(n), low=str(FEWEST), high="∞")
    if not isinstance(level, (int, float)) or not 0.5 <= level < 1:
        faults.add("number-range", key="level", found=str(level), low="0.5", high="1")
    whole = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool)
    if not isinstance(seed, np.random.Generator) and not (whole and seed >= 0):
        faults.add("number-range", key="seed", found=str(seed), low="0", high="∞")
    faults.raise_if_any()


def _blocks(engine: Engine, count: int, n_jobs: int) -> Iterator[tuple[Floats, Any]]:
    """Yield scores and combinations of every block, in order."""
    if n_jobs == 1:
        for number in range(count):
            yield _block(engine, number)
        return
    from joblib import Parallel, delayed

    tasks = [range(start, min(start + TASK, count)) for start in range(0, count, TASK)]
    work = Parallel(n_jobs=n_jobs, return_as="generator", pre_dispatch="2*n_jobs")
    for found in work(delayed(_some_blocks)(engine, numbers) for numbers in tasks):
        yield from found


def _some_blocks(engine: Engine, numbers: range) -> list[tuple[Floats, Any]]:
    return [_block(engine, number) for number in numbers]


def _block(engine: Engine, number: int) -> tuple[Floats, Any]:
    scores, choices = engine.scores(number)
    return scores, choices.combo
