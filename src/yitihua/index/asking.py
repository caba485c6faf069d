"""What can be asked of a board: each question is an analysis, fetched when it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from yitihua.errors import refuse

if TYPE_CHECKING:
    import pandas as pd

    from yitihua.analysis.audit.audit import Audit
    from yitihua.analysis.change import ExplainedChange
    from yitihua.analysis.distribution.of_periods import Convergence
    from yitihua.analysis.improve import Improvement
    from yitihua.analysis.reach import Lift
    from yitihua.analysis.scenario import Scenario
    from yitihua.analysis.sensitivity.result import Sensitivity
    from yitihua.analysis.transitions import Transitions
    from yitihua.analysis.uncertainty.result import Uncertainty
    from yitihua.analysis.whatif import WhatIf
    from yitihua.definitions.edition import Edition
    from yitihua.index.panel import Panel
    from yitihua.index.scoreboard import Scoreboard


class Asking:
    """The questions of a `Scoreboard`, apart from its numbers."""

    @property
    def _board(self) -> Scoreboard:
        return cast("Scoreboard", self)

    def audit(self, level: str | None = None) -> Audit:
        """Return the statistical audit in the order of the OECD/JRC ten steps.

        Parameters
        ----------
        level : str, optional
            Whose units are looked at; default: the level with the most.

        Raises
        ------
        InputError
            If the level is unknown, or fewer than three units have a score.
        """
        from yitihua.analysis.audit.audit import audit

        return audit(self._board, level)

    def uncertainty(
        self,
        n: int = 10_000,
        seed: int | np.random.Generator = 0,
        level: float = 0.90,
        n_jobs: int = 1,
        progress: Callable[[int, int], None] | None = None,
        **sources: Any,
    ) -> Uncertainty:
        """Return scores, ranks and grades over replicates of every disputable choice and error.

        Parameters
        ----------
        n : int
            Replicates, 100 or more.
        seed : int or numpy Generator
            The same seed gives the same replicates on any number of workers.
        level : float
            Of intervals.
        n_jobs : int
            Workers; the backend is joblib's own.
        progress : function, optional
            ``progress(done, n)``.
        **sources
            What is varied: ``sampling=True``, ``measurement=0.02``, ``imputation="hotdeck"``,
            ``treat=[...]``, ``normalise=[...]``, ``weights="dirichlet"``, ``aggregate=[...]``,
            ``drop=True``; see `yitihua.analysis.uncertainty.mix.mix_of`.

        Raises
        ------
        InputError
            With every fault of what is asked for.
        """
        from yitihua.analysis.uncertainty.run import uncertainty

        return uncertainty(self._board, n, seed, level, n_jobs, progress, **sources)

    def sensitivity(
        self,
        target: str | Mapping[str, Any] = "mean_rank_shift",
        n: int = 1024,
        seed: int | np.random.Generator = 0,
        level: float = 0.90,
        second: bool = False,
        method: str = "sobol",
        n_jobs: int = 1,
        progress: Callable[[int, int], None] | None = None,
        **sources: Any,
    ) -> Sensitivity:
        """Return how much every choice, weight and error counts for the spread of a target, and whom it moves.

        Parameters
        ----------
        target : str or mapping
            ``"mean_rank_shift"``, ``{"unit": U, "of": "score" | "rank"}``, ``{"pair": (U, V)}``,
            ``{"unit": U, "grade": G}`` or ``"grade_changes"``.
        n : int
            Base points: a power of 2 from 64 for Sobol' indices, 64 or more for Shapley effects.
        seed : int or numpy Generator
            The same seed gives the same numbers on any number of workers.
        level : float
            Of intervals.
        second : bool
            Second order too.
        method : {"sobol", "shapley"}
            Shapley effects hold where inputs depend on each other, as weights that sum to 1 do.
        n_jobs, progress, **sources
            As for `uncertainty`.

        Raises
        ------
        InputError
            With every fault of what is asked for.
        """
        from yitihua.analysis.sensitivity.run import sensitivity

        return sensitivity(self._board, target, n, seed, level, second, method, n_jobs, progress, **sources)

    def whatif(
        self,
        weights: str | Mapping[str, float] | None = None,
        normalise: str | Mapping[str, Any] | None = None,
        aggregate: str | Mapping[str, Any] | None = None,
        drop: str | Sequence[str] | None = None,
        values: Mapping[str, Mapping[str, float]] | pd.DataFrame | None = None,
        edition: Edition | None = None,
    ) -> WhatIf:
        """Return the board with some choices or numbers changed, and who moves for which of them.

        Parameters
        ----------
        weights, normalise, aggregate, drop, values, edition
            See `yitihua.analysis.whatif.whatif`: ``weights={"A": 0.3}``, ``normalise="minmax"``,
            ``aggregate="geometric"``, ``drop=["A01"]``, ``values={"嘉善县": {"A02": 95}}``.

        Raises
        ------
        InputError
            With every fault of what is asked.
        """
        from yitihua.analysis.whatif import whatif

        return whatif(self._board, weights, normalise, aggregate, drop, values, edition)

    def reach(self, unit: str, **asked: Any) -> Lift:
        """Return the smallest change of weights that lifts a unit, proven and tried.

        Parameters
        ----------
        unit : str
            Code or name.
        **asked
            ``grade="B"``, ``rank=10`` or ``above="海宁市"``; `node`, `bounds`, `share`, `scheme`, `distance`: see
            `yitihua.analysis.reach.lift.lift`.

        Raises
        ------
        InputError
            If no weights within the bounds reach it: it says what can be reached.
        """
        from yitihua.analysis.reach import lift

        return lift(self._board, unit, **asked)

    def improve(self, unit: str, **asked: Any) -> Improvement:
        """Return the cheapest improvement of a unit's indicators that reaches a target, proven and tried.

        Parameters
        ----------
        unit : str
            Code or name.
        **asked
            ``grade="B"``, ``rank=10`` or ``above="海宁市"``; `costs`, `steps`, `limits`, `among`, `scheme`: see
            `yitihua.analysis.improve.improve.improve`.

        Raises
        ------
        InputError
            If nothing within the limits reaches it: it says what can be reached.
        """
        from yitihua.analysis.improve import improve

        return improve(self._board, unit, **asked)

    def scenario(
        self,
        assume: Mapping[str, Any],
        units: Sequence[str] | None = None,
        years: float = 1,
        before: Scoreboard | None = None,
    ) -> Scenario:
        """Return the board of a next period in which stated assumptions hold (改革方向推演): no forecast.

        Parameters
        ----------
        assume, units, years, before
            See `yitihua.analysis.scenario.scenario`: ``{"A02": "+5%/y", "E": "gap 50%"}``.

        Raises
        ------
        InputError
            With every fault of what is assumed.
        """
        from yitihua.analysis.scenario import scenario

        return scenario(self._board, assume, units, years, before)


class AskingPanel:
    """The questions of a `Panel`, apart from its boards."""

    @property
    def _panel(self) -> Panel:
        return cast("Panel", self)

    def change(self, old: str | int | None = None, new: str | int | None = None, **options: Any) -> ExplainedChange:
        """Explain the change between two periods: an exact split, and tests against the surveys' noise.

        Parameters
        ----------
        old, new : str or int, optional
            Periods; default: the first and the last.
        **options
            ``errors``, ``adjust``, ``draws``, ``seed``, ``level``; see `yitihua.change`.

        Raises
        ------
        InputError
            If the panel has no such period.
        """
        from yitihua.analysis.change import change

        boards, periods = self._panel.boards, self._panel.periods
        chosen = [periods[end] if one is None else str(one) for one, end in ((old, 0), (new, -1))]
        for key, one in zip(("old", "new"), chosen, strict=True):
            if one not in boards:
                raise refuse("unknown-period", key=key, name=one, options=periods)
        return change(boards[chosen[0]], boards[chosen[1]], rule=self._panel.rule, **options)

    def transitions(self, scheme: str | None = None, **options: Any) -> Transitions:
        """Count moves between grades over neighbouring periods, as a Markov chain.

        Parameters
        ----------
        scheme : str, optional
            A grade scheme; default: the first.
        **options
            ``level``, ``interval``, ``errors``, ``draws``, ``seed``; see `yitihua.analysis.transitions.transitions`.

        Raises
        ------
        InputError
            If there are fewer than two periods, or the scheme is unknown.
        """
        from yitihua.analysis.transitions import transitions

        return transitions(self._panel.boards, scheme, rule=self._panel.rule, **options)

    def convergence(self, code: str | None = None, **options: Any) -> Convergence:
        """Return whether scores converge: the spread by period (sigma), and whether those behind gain more (beta).

        Parameters
        ----------
        code : str, optional
            Indicator or node; default: the index.
        **options
            ``form``, ``measure``, ``mixed``, ``level``; see `yitihua.analysis.distribution.of_periods.convergence`.

        Raises
        ------
        InputError
            If there are fewer than two periods, recipes differ, or a period does not say when it is.
        """
        from yitihua.analysis.distribution.of_periods import convergence
        from yitihua.indicators.period_ends import period_time

        times = {period: period_time(period) for period in self._panel.periods}
        if unclear := [period for period, time in times.items() if time is None]:
            raise refuse("convergence-periods", key="periods", reason="are not numbers", found=unclear)
        return convergence({float(times[p] or 0): board for p, board in self._panel.boards.items()}, code, **options)
