"""A panel: the boards of several periods, under one frozen recipe or one fitted to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from yitihua.definitions.edition import Edition
from yitihua.errors import refuse
from yitihua.index.apply import apply
from yitihua.index.asking import AskingPanel
from yitihua.index.fit import fit, fit_periods
from yitihua.index.recipe import Label
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import IndicatorTable

if TYPE_CHECKING:
    import pandas as pd

#: To what fitted numbers (bounds, limits, weights, cuts) are fitted: all periods together, or each by itself.
ALL, EACH = "all", "each"


@dataclass(frozen=True, slots=True, eq=False)
class Panel(AskingPanel):
    """Boards of several periods.

    Attributes
    ----------
    boards : dict of str to Scoreboard
        By period, rising.
    fitted : str
        "all": one recipe, fitted to the rows of all periods together; "each": one recipe a period, so that
        scores of different periods stand on different scales; a period: the recipe of that one for all.
    """

    boards: Mapping[str, Scoreboard]
    fitted: str

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods, rising."""
        return tuple(self.boards)

    @property
    def rule(self) -> Label:
        """What may be compared, in Chinese and English."""
        if self.fitted == ALL:
            return (
                f"各期同一套参数，由{self.periods[0]}–{self.periods[-1]}全部数据共同拟合；得分可跨期比较",
                f"one recipe for all periods, fitted to {self.periods[0]}–{self.periods[-1]} together: "
                "scores compare between periods",
            )
        if self.fitted == EACH:
            return (
                "每期各自拟合参数；得分不可跨期比较，只可比较位次",
                "a recipe fitted to each period: ranks compare between periods, scores do not",
            )
        return (
            f"各期同一套参数，由{self.fitted}数据拟合后固定；得分可跨期比较",
            f"one recipe for all periods, fitted to {self.fitted} and frozen: scores compare between periods",
        )

    def frame(self, lang: str = "en") -> pd.DataFrame:
        """Return the rankings of all periods one below the other, with a column for the period."""
        import pandas as pd

        parts = []
        for period, board in self.boards.items():
            scores = board.score_table(lang)
            scores.insert(0, "period", period)
            parts.append(scores)
        frame = pd.concat(parts, ignore_index=True)
        frame.attrs = {"rule": self.rule[0 if lang == "zh" else 1], "simulated": self.simulated}
        return frame

    def wide(self, code: str | None = None, what: Literal["score", "rank"] = "score") -> pd.DataFrame:
        """Return one row a unit and one column a period.

        Parameters
        ----------
        code : str, optional
            Indicator or node; default: the index.
        what : {"score", "rank"}
            Ranks are of the index and of nodes, within levels.

        Returns
        -------
        DataFrame
            Indexed by unit; missing where a unit is not in a period, or has no score in it.

        Raises
        ------
        InputError
            If the code is unknown, or an indicator is asked for its rank.
        """
        import pandas as pd

        columns = {period: pd.Series(_of(board, code, what)) for period, board in self.boards.items()}
        units = dict.fromkeys(unit for board in self.boards.values() for unit in board.table.units)
        frame = pd.DataFrame(columns).reindex(list(units)).rename_axis(index="unit")
        frame.attrs = {"rule": self.rule[1], "simulated": self.simulated}
        return frame

    @property
    def simulated(self) -> bool:
        """Whether any of it is simulated."""
        return any(board.table.simulated or board.recipe.simulated for board in self.boards.values())

    def __repr__(self) -> str:
        units = ", ".join(f"{period}: {len(board.table.units)}" for period, board in self.boards.items())
        simulated = ", simulated 模拟" if self.simulated else ""
        return f"<Panel of {len(self.boards)} periods ({units} units), {self.rule[1]}{simulated}>"


def _of(board: Scoreboard, code: str | None, what: str) -> dict[str, float]:
    recipe = board.recipe
    options = [*recipe.codes, *(node.code for node in recipe.nodes)]
    wanted = recipe.root.code if code is None else code
    if wanted not in options:
        raise refuse("unknown-reference", key="code", name=wanted, options=options)
    if what not in ("score", "rank"):
        raise refuse("bad-choice", key="what", found=what, options=["score", "rank"])
    if what == "score":
        values = board.points[:, recipe.plan.column[wanted]]
    else:
        nodes = [node.code for node in recipe.nodes]
        if wanted not in nodes:
            raise refuse("unknown-reference", key="code", name=wanted, options=nodes)
        values = board.node_ranks[:, nodes.index(wanted)]
    return dict(zip(board.table.units, np.asarray(values, dtype=float).tolist(), strict=True))


def score_panel(tables: Sequence[IndicatorTable], edition: Edition, fitted: str = ALL) -> Panel:
    """Score several periods.

    Parameters
    ----------
    tables : sequence of IndicatorTable
        One a period, in rising order; units may come and go.
    edition : Edition
    fitted : str
        "all", "each" or a period; see `Panel`.

    Raises
    ------
    InputError
        If there is no table, two are of the same period, or `fitted` is not one of them.

    Examples
    --------
    >>> import yitihua as yt
    >>> hdi = yt.load_edition("hdi")
    >>> found = score_panel([yt.read_table(hdi, period=period) for period in (2021, 2022)], hdi)
    >>> found.wide().loc["CHE"].round(3).tolist()
    [0.965, 0.967]
    """
    periods = [table.period or "" for table in tables]
    if not tables or len(set(periods)) < len(periods):
        raise refuse("panel-periods", key="periods", found=periods)
    if fitted not in (ALL, EACH, *periods):
        raise refuse("bad-choice", key="fitted", found=fitted, options=[ALL, EACH, *periods])
    if fitted == EACH:
        boards = [apply(table, fit(table, edition)) for table in tables]
    else:
        on = tables if fitted == ALL else [tables[periods.index(fitted)]]
        recipe = fit_periods(on, edition)
        boards = [apply(table, recipe) for table in tables]
    return Panel(dict(zip(periods, boards, strict=True)), fitted)
