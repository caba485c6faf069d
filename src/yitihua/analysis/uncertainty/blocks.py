"""What runs of many draws have in common: how they are asked for, and blocks done in order on several workers."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

from yitihua.analysis.uncertainty.mix import Mix, default_mix, mix_of
from yitihua.errors import FaultList, refuse, suggest
from yitihua.index.scoreboard import Scoreboard

Progress = Callable[[int, int], None]
Made = TypeVar("Made")


def check_run(faults: FaultList, level: Any, seed: Any, n_jobs: Any, sources: Mapping[str, Any]) -> None:
    """Add what is wrong with the level of intervals, the seed, the number of workers and the names of sources.

    Examples
    --------
    >>> faults = FaultList()
    >>> check_run(faults, 1.5, -1, 0, {"wieghts": "uniform"})
    >>> [fault.key for fault in faults]
    ['level', 'seed', 'n_jobs', 'sources']
    """
    if isinstance(level, bool) or not isinstance(level, (int, float)) or not 0.5 <= level < 1:
        faults.add("number-range", key="level", found=str(level), low="0.5", high="1")
    whole = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool)
    if not isinstance(seed, np.random.Generator) and not (whole and seed >= 0):
        faults.add("number-range", key="seed", found=str(seed), low="0", high="∞")
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, (int, np.integer)) or n_jobs == 0:
        faults.add("bad-choice", key="n_jobs", found=str(n_jobs), options=[1, 2, "...", -1])
    allowed = list(Mix.__dataclass_fields__)
    for name in sources:
        if name not in allowed:
            faults.add("unknown-key", key="sources", name=name, options=allowed, hint=suggest(name, allowed))


def seed_number(seed: int | np.random.Generator) -> int:
    """Return the number that a run is keyed on: the seed itself, or one that a generator draws.

    Examples
    --------
    >>> seed_number(0)
    0
    """
    return int(seed.integers(2**63)) if isinstance(seed, np.random.Generator) else int(seed)


def asked_mix(board: Scoreboard, mix: Mix | None, sources: Mapping[str, Any]) -> Mix:
    """Return what is varied: the mix that is given, else what the sources say, else the default.

    Raises
    ------
    InputError
        With every fault of the sources, or if nothing is varied.

    Examples
    --------
    >>> import yitihua as yt
    >>> asked_mix(yt.evaluate("hdi"), None, {}).sources
    ('normalise', 'weights', 'aggregate')
    """
    found = mix_of(board, **(sources or default_mix(board))) if mix is None else mix
    if not found.sources:
        raise refuse("nothing-varied", key="mix", options=list(Mix.__dataclass_fields__))
    return found


def in_order(make: Callable[[int], Made], count: int, n_jobs: int, task: int) -> Iterator[Made]:
    """Yield what is made of the numbers 0, 1, ... in their order, on as many workers as are asked for.

    Parameters
    ----------
    make : function
        Of one number; sent to the workers.
    count : int
    n_jobs : int
        As joblib counts workers; the backend is joblib's own.
    task : int
        Numbers that a worker is given at a time.

    Examples
    --------
    >>> list(in_order(abs, 3, n_jobs=1, task=2))
    [0, 1, 2]
    """
    if n_jobs == 1:
        yield from map(make, range(count))
        return
    from joblib import Parallel, delayed

    # A thread of joblib's writes it out for the workers while we go on, and what a board works out when it is first
    # asked is kept on it: so the workers are sent a copy that nobody asks.
    make = copy.deepcopy(make)
    tasks = [range(start, min(start + task, count)) for start in range(0, count, task)]
    work = Parallel(n_jobs=n_jobs, return_as="generator", pre_dispatch="2*n_jobs")
    results = work(delayed(_some)(make, numbers) for numbers in tasks)
    try:
        for some in results:
            yield from some
    finally:
        with warnings.catch_warnings():  # stopped on the way, joblib gives advice on tasks that were cancelled
            warnings.simplefilter("ignore", UserWarning)
            results.close()


def _some(make: Callable[[int], Made], numbers: range) -> list[Made]:
    return [make(number) for number in numbers]
