"""A change explained: the parts of every score's change, what moved its rank, and what is beyond noise.

The split is that of `yitihua.diff` (Shapley, see `yitihua.analysis.split`): data by indicator, numbers fitted anew,
definition, recipe. Parts sum to the change without a rest; with one recipe and unchanged data all are 0. What is
added here are the tests of `yitihua.analysis.change.noise`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yitihua.analysis.change import noise
from yitihua.analysis.change.errors import SAME, BothErrors, both_errors
from yitihua.analysis.diff import FITTED_NODES, UNSPLIT, Diff, diff
from yitihua.errors import refuse
from yitihua.index.recipe import Label
from yitihua.index.run import Run
from yitihua.index.sampling import SEED, default_draws
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats, Remark

if TYPE_CHECKING:
    import pandas as pd

#: Lines of the split that are no indicator.
REFITTED, DEFINITION, RECIPE = "(refitted)", "(definition)", "(recipe)"
LINES = (REFITTED, DEFINITION, RECIPE, UNSPLIT)


@dataclass(frozen=True, eq=False)
class ExplainedChange:
    """Why scores and ranks changed between two boards, and what of it is beyond the surveys' noise.

    Attributes
    ----------
    diff : Diff
        What differs between both, and the split of every change.
    errors : BothErrors
        Sampling errors of both, with what is assumed.
    rule : (str, str)
        Whether scores compare: one recipe or two, in Chinese and English.
    draws, seed : int
    level : float
        1 - level is the chance of a false alarm.
    adjust : {"holm", "bh", "none"}
        For how many tests there are: by which p-value verdicts are given.
    """

    diff: Diff
    errors: BothErrors
    rule: Label
    draws: int
    seed: int
    level: float
    adjust: str

    @property
    def periods(self) -> tuple[str, str]:
        """The periods compared, or the editions where tables state none."""
        first, second = (b.table.period or b.recipe.edition for b in (self.diff.old, self.diff.new))
        return first, second

    @property
    def units(self) -> tuple[str, ...]:
        """Units of both boards."""
        return self.diff.units

    @property
    def has_errors(self) -> bool:
        """Whether any indicator has a sampling error in either period."""
        return bool(self.errors.indicators)

    @property
    def simulated(self) -> bool:
        """Whether any of it is simulated."""
        return any(b.table.simulated or b.recipe.simulated for b in (self.diff.old, self.diff.new))

    @property
    def notes(self) -> tuple[Remark, ...]:
        """What is assumed, in Chinese and English."""
        if not self.has_errors:
            none = ("两期均无抽样误差，不作检验", "neither period states a sampling error: nothing is tested")
            return (self.rule, none)
        about: Remark = (
            f"检验：各期估计值按其抽样误差抽取{self.draws}次（种子{self.seed}），双侧，{self.level:.0%}，"
            f"{_ADJUST[self.adjust][0]}；上报数据无抽样误差，按原数计入",
            f"test: the estimates of both periods drawn {self.draws} times (seed {self.seed}), two-sided, "
            f"{self.level:.0%}, {_ADJUST[self.adjust][1]}; reported data have no sampling error and count as they are",
        )
        return (self.rule, about, *self.errors.notes)

    @cached_property
    def parts(self) -> pd.DataFrame:
        """The split of every change: unit, name, code, part; by unit they sum to the change.

        Code is an indicator (what its values brought), or one of ``(refitted)``: numbers fitted anew to other data,
        ``(definition)``, ``(recipe)`` and ``(not split)``.
        """
        import pandas as pd

        matrix, columns = self._matrix
        table = self.diff.new.table
        names = {unit: table.name_of(table.units.index(unit)) for unit in self.units}
        records = [
            (unit, names[unit], columns[j], float(matrix[i, j]))
            for i, unit in enumerate(self.units)
            for j in np.argsort(-np.abs(matrix[i]), kind="stable").tolist()
            if matrix[i, j] != 0 and not np.isnan(matrix[i]).all()
        ]
        return self._marked(pd.DataFrame(records, columns=["unit", "name", "code", "part"]))

    @cached_property
    def _matrix(self) -> tuple[Floats, tuple[str, ...]]:
        """Return the parts as an array, shape (units, columns), and what the columns are; rows sum to the change."""
        split = self.diff.split
        codes = tuple(code for code in split.columns if code not in (FITTED_NODES, UNSPLIT))
        own = [split.columns.index(code) for code in codes]
        whole = split.parts["data"]
        rest = np.isnan(split.lines).any(axis=1) & np.isfinite(whole)
        values = split.lines[:, own] - split.refitted[:, own]
        refitted = split.refitted.sum(axis=1)
        unsplit = split.lines[:, split.columns.index(UNSPLIT)] - split.refitted[:, split.columns.index(UNSPLIT)]
        values, refitted = np.where(rest[:, None], 0.0, values), np.where(rest, 0.0, refitted)
        unsplit = np.where(rest, whole, unsplit)
        extra = np.column_stack([refitted, split.parts["definition"], split.parts["recipe"], unsplit])
        return np.hstack([values, extra]), (*codes, *LINES)

    @cached_property
    def _rows(self) -> tuple[list[int], list[int]]:
        old, new = self.diff.old.table.units, self.diff.new.table.units
        first, second = ({unit: row for row, unit in enumerate(units)} for units in (old, new))
        return [first[unit] for unit in self.units], [second[unit] for unit in self.units]

    @cached_property
    def _drawn(self) -> tuple[noise.Draws, noise.Draws]:
        pairs = ((self.diff.old, self.errors.old), (self.diff.new, self.errors.new))
        first, second = (
            noise.draw_board(board, errors, self.draws, np.random.default_rng([self.seed, k]))
            for k, (board, errors) in enumerate(pairs)
        )
        return first, second

    def tests_of(self, code: str | None = None) -> noise.Tests:
        """Return the tests of the change of a node's points or of an indicator's points, over the units of both.

        Parameters
        ----------
        code : str, optional
            Default: the index.

        Raises
        ------
        InputError
            If it is not in both recipes.
        """
        plans = [board.recipe.plan.column for board in (self.diff.old, self.diff.new)]
        if code is None:
            columns = [board.points.shape[1] - 1 for board in (self.diff.old, self.diff.new)]
        elif all(code in plan for plan in plans):
            columns = [plan[code] for plan in plans]
        else:
            raise refuse("unknown-reference", key="code", name=code, options=[c for c in plans[1] if c in plans[0]])
        old, new = (
            board.points[rows, column]
            for board, rows, column in zip((self.diff.old, self.diff.new), self._rows, columns, strict=True)
        )
        variance = [
            drawn.variance[rows, column]
            for drawn, rows, column in zip(self._drawn, self._rows, columns, strict=True)
        ]  # fmt: skip
        return noise.tested(
            new - old, np.sqrt(variance[0] + variance[1]), self._untold(code), 1 - self.level, self.adjust,
            self.has_errors, self._estimated(code),
        )  # fmt: skip

    def _estimated(self, code: str | None) -> npt.NDArray[np.bool_]:
        """Return which units have an estimate at or below a code in either period."""
        found = np.zeros(len(self.units), dtype=bool)
        for board, rows in zip((self.diff.old, self.diff.new), self._rows, strict=True):
            below = [
                one for one in self.errors.indicators if one in leaves_of(board, code) and one in board.recipe.codes
            ]
            found |= np.isfinite(board.table.select(below)[rows]).any(axis=1)
        return found

    def _untold(self, code: str | None) -> npt.NDArray[np.bool_]:
        """Return which units have an estimate at or below a code of which an error is not known."""
        found = np.zeros(len(self.units), dtype=bool)
        boards = (self.diff.old, self.diff.new)
        for board, rows, unknown in zip(boards, self._rows, self.errors.unknown, strict=True):
            below = leaves_of(board, code)
            columns = [j for j, one in enumerate(self.errors.indicators) if one in below]
            found |= unknown[rows][:, columns].any(axis=1)
        return found

    @cached_property
    def _ranks(self) -> noise.RankDraws:
        return noise.rank_draws((self.diff.old, self.diff.new), self._drawn, self._rows, self.level)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a unit of both, the largest moves first.

        Columns: those of `Diff.scores`; surveys and reported (the parts of the data that came by estimates and by
        other indicators); se, p, p_holm, p_bh and verdict of the change; up, down: in which share of the draws the
        unit stands higher or lower than before; rank_verdict.
        """
        tests, ranks = self.tests_of(), self._ranks
        place = {unit: i for i, unit in enumerate(self.units)}
        scores = self.diff.scores
        order = [place[unit] for unit in scores["unit"]]
        matrix, columns = self._matrix
        estimated = [j for j, code in enumerate(columns) if code in self.errors.indicators]
        reported = [j for j, code in enumerate(columns) if code not in self.errors.indicators and code not in LINES]
        frame = scores.copy()
        added: dict[str, Any] = {
            "surveys": matrix[:, estimated].sum(axis=1), "reported": matrix[:, reported].sum(axis=1),
            "se": tests.se, "p": tests.p, "p_holm": tests.holm, "p_bh": tests.bh, "verdict": tests.verdict,
            "up": ranks.up, "down": ranks.down, "places_low": ranks.low, "places_high": ranks.high,
            "rank_verdict": self._rank_verdict(tests),
        }  # fmt: skip
        for name, values in added.items():
            frame[name] = np.asarray(values)[order]
        return self._marked(frame)

    def _rank_verdict(self, tests: noise.Tests) -> npt.NDArray[np.object_]:
        """Return whether a unit's move in rank is beyond noise; the others' errors move it too, so none is exact."""
        ranks = self._ranks
        told = np.isfinite(ranks.up)
        found = np.full(len(self.units), "", dtype=object)
        found[told] = noise.WITHIN if self.has_errors else noise.UNTOLD
        if self.has_errors:
            least = 1 - (1 - self.level) / 2
            found[told & ((ranks.up >= least) | (ranks.down >= least))] = noise.BEYOND
            found[told & (tests.verdict == noise.UNTOLD)] = noise.UNTOLD
        return found

    @cached_property
    def tests(self) -> pd.DataFrame:
        """Tests of the index, of its nodes and of the estimated indicators, in points: one row a unit and code.

        Columns: unit, code, change, se, p, p_holm, p_bh, verdict. Adjusted over the units of a code.
        """
        import pandas as pd

        old = {node.code for node in self.diff.old.recipe.nodes}
        codes = [node.code for node in reversed(self.diff.new.recipe.nodes) if node.code in old]
        codes += [code for code in self.errors.indicators if code in self.diff.old.recipe.codes]
        parts = []
        for code in codes:
            if code not in self.diff.new.recipe.plan.column:
                continue
            found = self.tests_of(code)
            parts.append(pd.DataFrame({
                "unit": list(self.units), "code": code, "change": found.change, "se": found.se, "p": found.p,
                "p_holm": found.holm, "p_bh": found.bh, "verdict": found.verdict,
            }))  # fmt: skip
        return self._marked(pd.concat(parts, ignore_index=True))

    def counts(self) -> dict[str, int]:
        """Return how many units have each verdict."""
        verdicts = self.frame["verdict"].tolist()
        return {key: verdicts.count(key) for key in (noise.BEYOND, noise.WITHIN, noise.EXACT, noise.UNTOLD)}

    def _marked(self, frame: pd.DataFrame) -> pd.DataFrame:
        notes = tuple(note[1] for note in self.notes)
        frame.attrs = {"rule": self.rule[1], "simulated": self.simulated, "notes": notes}
        return frame

    def __repr__(self) -> str:
        simulated = ", simulated 模拟" if self.simulated else ""
        said = ", ".join(f"{count} {noise.VERDICTS[key][1]}" for key, count in self.counts().items() if count)
        return f"<ExplainedChange {self.periods[0]} -> {self.periods[1]}: {len(self.units)} units: {said}{simulated}>"


_ADJUST = {
    "holm": ("按Holm法校正多重比较", "adjusted for many tests by Holm"),
    "bh": ("按Benjamini-Hochberg法校正多重比较", "adjusted for many tests by Benjamini and Hochberg"),
    "none": ("未校正多重比较", "not adjusted for many tests"),
}


def leaves_of(board: Scoreboard, code: str | None) -> frozenset[str]:
    """Return the indicators at or below a code; all for the index.

    Examples
    --------
    >>> import yitihua as yt
    >>> sorted(leaves_of(yt.evaluate("hdi"), "education"))
    ['eys', 'mys']
    """
    if code is None:
        return frozenset(board.recipe.codes)
    children = {node.code: node.children for node in board.recipe.nodes}
    found, waiting = set(), [code]
    while waiting:
        one = waiting.pop()
        if one in children:
            waiting += children[one]
        else:
            found.add(one)
    return frozenset(found)


def change(
    old: Run | Scoreboard,
    new: Run | Scoreboard,
    *,
    errors: str = SAME,
    adjust: str = "holm",
    draws: int | None = None,
    seed: int = SEED,
    level: float = 0.95,
    rule: Label | None = None,
) -> ExplainedChange:
    """Explain the change between two boards: an exact split, and tests against the surveys' noise.

    Parameters
    ----------
    old, new : Run or Scoreboard
    errors : {"same", "known"}
        What is taken where one period does not state its errors; see `yitihua.analysis.change.errors.both_errors`.
    adjust : {"holm", "bh", "none"}
        For many tests.
    draws : int, optional
        100 or more; default: 2000, or 200 where a node costs a linear programme a unit.
    seed : int
        The same seed gives the same draws.
    level : float
        Of the tests.
    rule : (str, str), optional
        What is said of the recipe, such as `Panel.rule`; default: whether both boards have one recipe.

    Returns
    -------
    ExplainedChange

    Raises
    ------
    InputError
        If the boards share no unit or indicator, or an option is out of range.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = yt.panel("hdi").change("2021", "2022")
    >>> sums = found.parts.groupby("unit")["part"].sum()
    >>> bool((found.frame.set_index("unit")["change"] - sums).abs().max() < 1e-12)
    True
    """
    if adjust not in noise.ADJUSTMENTS:
        raise refuse("bad-choice", key="adjust", found=adjust, options=noise.ADJUSTMENTS)
    if draws is not None and draws < 100:
        raise refuse("number-range", key="draws", found=str(draws), low="100", high="∞")
    if not 0.5 <= level < 1:
        raise refuse("number-range", key="level", found=f"{level:g}", low="0.5", high="1")
    found = diff(old, new)
    stated = _rule_of(found) if rule is None else rule
    if draws is None:
        draws = min(default_draws(found.old), default_draws(found.new))
    return ExplainedChange(found, both_errors(found.old, found.new, errors), stated, draws, seed, level, adjust)


def _rule_of(found: Diff) -> Label:
    same = not (found.definition or found.recipe or found.refitted)
    if same:
        return "两期用同一套参数；得分可跨期比较", "both periods stand on one recipe: scores compare"
    return (
        "两期参数不同；变动中由参数带来的部分单列",
        "the periods stand on different recipes: what these bring to a change is told apart",
    )
