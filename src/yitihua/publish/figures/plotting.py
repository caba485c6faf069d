"""`board.plot`: every figure of a board by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from yitihua.errors import refuse

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from yitihua.index.scoreboard import Scoreboard


class Plot:
    """Figures of a board.

    Every method returns a matplotlib figure. What they share: `lang` is "en" or "zh"; `ax` draws on axes that are
    there instead of a figure of its own; simulated data and reconstructed editions are called so in the figure;
    units without a score are not drawn, and counted; `figure_alt` of `yitihua.publish.figures.drawing` returns the
    figure in words, `save` writes it to a file of the same bytes every time.

    Parameters
    ----------
    board : Scoreboard

    Raises
    ------
    InputError
        If matplotlib is not installed.

    Examples
    --------
    >>> import yitihua as yt
    >>> figure = yt.evaluate("hdi").plot.ranking(top=10)
    >>> len(figure.axes)
    1
    """

    def __init__(self, board: Scoreboard) -> None:
        try:
            import matplotlib  # noqa: F401
        except ImportError:
            raise refuse("figure-package") from None
        self._board = board

    def __repr__(self) -> str:
        names = [name for name in vars(type(self)) if not name.startswith("_")]
        return f"<Plot {self._board.recipe.edition}: {', '.join(names)}>"

    def ranking(
        self,
        units: Sequence[str] | None = None,
        level: str | None = None,
        top: int | None = None,
        uncertainty: Any = None,
        scheme: str | None = None,
        lang: str = "en",
        ax: Axes | None = None,
    ) -> Figure:
        """Draw scores best first, with intervals of scores and ranks, coloured by grade.

        Parameters
        ----------
        units : sequence of str, optional
            Codes or names; default: all of the level.
        level : str, optional
            Default: the level with the most units.
        top : int, optional
            The first so many; default: all up to 184, else the first 50.
        uncertainty : Uncertainty, optional
            What `board.uncertainty` has found: its intervals are drawn. Default: those of the surveys' sampling
            errors, where there are any.
        scheme : str, optional
            Grade scheme of the colours; default: the first.
        lang, ax
            See `Plot`.

        Raises
        ------
        InputError
            If a name is unknown, units are of several levels, or there are too many for the figure.
        """
        from yitihua.publish.figures.ranking import ranking

        return ranking(self._board, units, level, top, uncertainty, scheme, lang, ax)
