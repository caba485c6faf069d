"""Run a sensitivity analysis: blocks of base points, on as many workers as there are."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from yitihua.analysis.sensitivity.design import Design, evaluate, rows_in_block, sobol_design
from yitihua.analysis.sensitivity.draws import Draws
from yitihua.analysis.sensitivity.factors import Space, space_of
from yitihua.analysis.sensitivity.movers import UnitSums
from yitihua.analysis.sensitivity.result import Sensitivity
from yitihua.analysis.sensitivity.shapley import (
    EXACT,
    INNER,
    effects_of_permutations,
    effects_of_subsets,
    no_effects,
    subset_letters,
)
from yitihua.analysis.sensitivity.sobol import FEWEST, check_points, indices_of, sobol_points
from yitihua.analysis.sensitivity.targets import SHIFT, Target, check_scale, target_of
from yitihua.analysis.uncertainty.blocks import Progress, asked_mix, check_run, in_order, seed_number
from yitihua.analysis.uncertainty.engine import Engine
from yitihua.analysis.uncertainty.mix import Mix
from yitihua.analysis.uncertainty.run import StoppedError
from yitihua.errors import FaultList, InputError, suggest
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

POINTS, SEED, LEVEL = 1024, 0, 0.90
METHODS = ("sobol", "shapley")
#: Blocks that a worker is given at a time.
TASK = 4
#: What the random numbers of a run are keyed on, beside those of blocks.
_POINTS, _BOOTSTRAP, _ORDERS = 2**32 - 3, 2**32 - 4, 2**32 - 5


def sensitivity(
    board: Scoreboard,
    target: Any = SHIFT,
    n: int = POINTS,
    seed: int | np.random.Generator = SEED,
    level: float = LEVEL,
    second: bool = False,
    method: str = "sobol",
    n_jobs: int = 1,
    progress: Progress | None = None,
    mix: Mix | None = None,
    **sources: Any,
) -> Sensitivity:
    """Say how much every choice, weight and error counts for the spread of scores, ranks or grades.

    Parameters
    ----------
    board : Scoreboard
    target : str or mapping
        What is looked at: ``"mean_rank_shift"``, ``{"unit": U, "of": "score" | "rank"}``, ``{"pair": (U, V)}``,
        ``{"unit": U, "grade": G}``, ``"grade_changes"``; see `yitihua.analysis.sensitivity.targets`.
    n : int
        Base points: a power of 2 from 64 for Sobol' indices, 64 or more for Shapley effects.
    seed : int or Generator
        The same seed gives the same numbers, on any number of workers; 0 is a seed.
    level : float
        Of intervals, 0.5 or more and below 1.
    second : bool
        Second order too, of pairs of factors; twice the runs. Sobol' indices only.
    method : {"sobol", "shapley"}
        Sobol' indices are of independent inputs: weights before they are made to sum to 1. Shapley effects are of the
        weights themselves, and of choices of which some do not go together.
    n_jobs : int
        Workers, as joblib counts them.
    progress : function, optional
        ``progress(done, n)``, called as base points are done.
    mix : Mix, optional
        What is varied, ready-made.
    **sources
        What is varied, as for `uncertainty`; default: what `default_mix` says.

    Returns
    -------
    Sensitivity

    Raises
    ------
    InputError
        With every fault of what is asked for.
    StoppedError
        If it is interrupted; says how many base points were done.

    References
    ----------
    Saisana, Saltelli and Tarantola (2005), Uncertainty and sensitivity analysis techniques as tools for the
    quality assessment of composite indicators, J. R. Stat. Soc. A 168: 307-323; OECD/JRC Handbook 2008, step 7.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = sensitivity(yt.evaluate("hdi"), n=256, weights="dirichlet", aggregate="arithmetic")
    >>> found.table()["factor"].tolist()[:2]
    ['weights.education', 'weights.health']
    """
    wanted = _check(board, target, n, level, seed, second, method, n_jobs, sources)
    mix, n, number = asked_mix(board, mix, sources), int(n), seed_number(seed)
    engine = Engine.of(board, mix, number)
    check_scale(engine, wanted)
    space = space_of(engine, together=method == "shapley")
    if method == "shapley":
        return _by_shapley(space, wanted, n, number, level, n_jobs, progress)
    return _by_sobol(space, wanted, n, number, level, second, n_jobs, progress)


def _check(
    board: Scoreboard, target: Any, n: Any, level: Any, seed: Any, second: Any, method: Any, n_jobs: Any, sources: Any
) -> Target:
    faults, found = FaultList(), None
    if method not in METHODS:
        hint = suggest(str(method), METHODS)
        faults.add("bad-choice", key="method", found=str(method), options=list(METHODS), hint=hint)
    elif method == "sobol":
        try:
            check_points(n)
        except InputError as error:
            faults.extend(error.faults)
    elif isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < FEWEST:
        faults.add("number-range", key="n", found=str(n), low=str(FEWEST), high="∞")
    check_run(faults, level, seed, n_jobs, sources)
    if second and method == "shapley":
        faults.add("no-effect", key="second", name="second", method="sobol")
    try:
        found = target_of(board, target)
    except InputError as error:
        faults.extend(error.faults)
    faults.raise_if_any()
    assert found is not None
    return found


def _stream(seed: int, key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key,)))


def _by_sobol(
    space: Space,
    target: Target,
    n: int,
    seed: int,
    level: float,
    second: bool,
    n_jobs: int,
    progress: Progress | None,
) -> Sensitivity:
    d, design = len(space.factors), sobol_design(space, second)
    points = sobol_points(n, 2 * d, _stream(seed, _POINTS)) if d else np.zeros((n, 0))
    uniforms = np.stack([points[:, :d], points[:, d:]])
    draws = Draws.of(space, uniforms, seed, rows_in_block(space, design.each))
    values, sums = _all(draws, design, target, n, n_jobs, progress, by_unit=True)
    f_ba = values[-d:] if second else None
    f_ab = values[2 : 2 + d + len(design.groups)]
    found = indices_of(values[0], values[1], f_ab, f_ba, level, _stream(seed, _BOOTSTRAP))
    return Sensitivity(
        space, target, "sobol", n, seed, level, *_told(values, values[:2]), design.groups, found, None, sums
    )


def _by_shapley(
    space: Space, target: Target, n: int, seed: int, level: float, n_jobs: int, progress: Progress | None
) -> Sensitivity:
    d = len(space.factors)
    exact = d <= EXACT
    if exact:
        letters = subset_letters(d).reshape(-1, d) if d else np.zeros((INNER, 0), dtype=np.int8)
        design = Design(letters)
    else:
        generator = _stream(seed, _ORDERS)
        orders = generator.permuted(np.tile(np.arange(d), (n, 1)), axis=1)
        design = Design(np.zeros((0, d), dtype=np.int8), orders)
    uniforms = _stream(seed, _POINTS).random((1 + INNER, n, d))
    draws = Draws.of(space, uniforms, seed, rows_in_block(space, design.each))
    values, _ = _all(draws, design, target, n, n_jobs, progress, by_unit=False)
    y = np.moveaxis(values.reshape(-1, INNER, n), 2, 0)
    generator = _stream(seed, _BOOTSTRAP)
    if not d:
        found = no_effects(0, y, exact=True)
    elif design.orders is None:
        found = effects_of_subsets(y, level, generator)
    else:
        found = effects_of_permutations(y, design.orders, level, generator)
    return Sensitivity(space, target, "shapley", n, seed, level, *_told(values, y[:, -1]), (), None, found, None)


def _told(values: Floats, independent: Floats) -> tuple[int, int, int]:
    """Return the number of runs, of those without a value, and of independent ones with an uncommon value."""
    finite = independent[np.isfinite(independent)]
    _, counts = np.unique(finite, return_counts=True)
    return values.size, int(np.isnan(values).sum()), int(finite.size - counts.max(initial=0))


def _all(
    draws: Draws,
    design: Design,
    target: Target,
    n: int,
    n_jobs: int,
    progress: Progress | None,
    by_unit: bool,
) -> tuple[Floats, UnitSums | None]:
    """Return the target over all evaluations, shape (evaluations, n), and the sums over units."""
    found, sums, done = np.empty((design.each, n)), None, 0
    try:
        for values, own in in_order(partial(evaluate, draws, design, target, by_unit), draws.blocks, n_jobs, TASK):
            found[:, done : done + values.shape[1]] = values
            done += values.shape[1]
            if sums is None:
                sums = own
            elif own is not None:
                sums.add(own)
            if progress is not None:
                progress(done, n)
    except KeyboardInterrupt:
        raise StoppedError(done, n) from None
    return found, sums
