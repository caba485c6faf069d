"""Whether scores converge over boards of several periods: their spread, and who catches up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yitihua.analysis.distribution.convergence import BetaConvergence, beta_convergence, panel_convergence
from yitihua.analysis.distribution.inputs import choice
from yitihua.analysis.distribution.on_boards import scores_of
from yitihua.analysis.distribution.sigma import Measure, SigmaConvergence, sigma_convergence
from yitihua.analysis.stages import marked
from yitihua.errors import listing, refuse
from yitihua.index.recipe import Recipe
from yitihua.index.scoreboard import Scoreboard
from yitihua.indicators.table import Floats

if TYPE_CHECKING:
    import pandas as pd

FORMS = ("cross-section", "panel")


@dataclass(frozen=True, eq=False)
class Convergence:
    """Convergence of scores over periods.

    Attributes
    ----------
    boards : dict of float to Scoreboard
        By period, rising.
    code : str
    units : tuple of str
        Those on every board.
    values : ndarray, shape (units, periods)
    sigma : SigmaConvergence
    beta : BetaConvergence
    """

    boards: dict[float, Scoreboard]
    code: str
    units: tuple[str, ...]
    values: Floats
    sigma: SigmaConvergence
    beta: BetaConvergence

    def frame(self, lang: str = "en") -> pd.DataFrame:
        """Return the spread by period; beta, speed, half-life and notes are in `.attrs`."""
        beta, which = self.beta, 0 if lang == "zh" else 1
        said = {"beta": beta.beta, "se": beta.se, "p": beta.p, "speed": beta.speed, "half_life": beta.half_life}
        notes = tuple(note[which] for note in beta.notes)
        board = list(self.boards.values())[-1]
        return marked(self.sigma.frame, board, lang, code=self.code, form=beta.form, notes=notes, **said)


def convergence(
    boards: Mapping[float, Scoreboard],
    code: str | None = None,
    *,
    form: str = "cross-section",
    measure: Measure = "cv",
    mixed: bool = False,
    level: str | None = None,
) -> Convergence:
    """Return whether the spread of scores falls (sigma) and units behind grow faster (beta).

    Parameters
    ----------
    boards : mapping of year to Scoreboard
        Two or more, of one recipe: score every period with the bounds of one.
    code : str, optional
        Indicator or node, by code or name; default: the index.
    form : {"cross-section", "panel"}
        Beta from the first period to the last; or from period to period with effects of units and
        periods, which needs periods evenly spaced.
    measure : {"cv", "sd_log", "sd"}
        Of the spread.
    mixed : bool
        Whether boards of different recipes are let through: then changes of bounds are in the result.
    level : str, optional

    Returns
    -------
    Convergence
        Units are those on every board. One without a score in some period is left out of sigma, and
        of the steps of beta that need it.

    Raises
    ------
    InputError
        If there are fewer than two boards, recipes differ, no unit is on all boards, or a score of 0
        leaves no logarithm.

    Examples
    --------
    See tests/methods/test_distribution_boards.py: a shipped edition has one period.
    """
    choice(form, FORMS, "form")
    if len(boards) < 2:
        raise refuse("convergence-boards", key="boards", reason="too few boards", found=str(len(boards)))
    try:
        ordered = {float(period): boards[period] for period in sorted(boards, key=float)}
    except (TypeError, ValueError):
        raise refuse("convergence-periods", key="boards", reason="are not numbers", found=list(boards)) from None
    _one_recipe(ordered, mixed)
    columns = [scores_of(board, code, level) for board in ordered.values()]
    places = [{unit: i for i, unit in enumerate(scores.units)} for scores in columns]
    units = tuple(unit for unit in columns[0].units if all(unit in place for place in places))
    if not units:
        raise refuse("convergence-boards", key="boards", reason="the boards share no unit with a score", found="0")
    pairs = zip(columns, places, strict=True)
    values = np.column_stack([scores.values[[place[unit] for unit in units]] for scores, place in pairs])
    periods = list(ordered)
    sigma = sigma_convergence(values, periods, measure)
    if form == "panel":
        beta = panel_convergence(values, periods)
    else:
        beta = beta_convergence(values[:, 0], values[:, -1], periods[-1] - periods[0])
    return Convergence(ordered, columns[0].code, units, values, sigma, beta)


def _one_recipe(boards: Mapping[float, Scoreboard], mixed: bool) -> None:
    """Refuse boards of different recipes."""
    first = next(iter(boards.values())).recipe
    others = [f"{period:g}" for period, board in boards.items() if not _same(board.recipe, first)]
    if others and not mixed:
        raise refuse("convergence-recipes", key="boards", found=listing(others))


def _same(one: Recipe, other: Recipe) -> bool:
    return one is other or one == other
