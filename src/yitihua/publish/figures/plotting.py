"""`board.plot`: every figure of a board by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from yitihua.errors import refuse

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from yitihua.analysis.sensitivity.result import Sensitivity
    from yitihua.analysis.uncertainty.result import Uncertainty
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
        uncertainty: Uncertainty | None = None,
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

    def dumbbell(
        self,
        other: Scoreboard,
        units: Sequence[str] | None = None,
        level: str | None = None,
        top: int | None = None,
        labels: tuple[str, str] | None = None,
        lang: str = "en",
        ax: Axes | None = None,
    ) -> Figure:
        """Draw every unit's score in another board and in this one, with the change between.

        Parameters
        ----------
        other : Scoreboard
            The earlier, or the one to compare with; units are matched by code.
        units, level, top
            As for `ranking`.
        labels : (str, str), optional
            What the other and this one are called; default: their periods.
        lang, ax
            See `Plot`.

        Raises
        ------
        InputError
            As for `ranking`, and if the boards share no scored unit.
        """
        from yitihua.publish.figures.change import dumbbell

        return dumbbell(self._board, other, units, level, top, labels, lang, ax)

    def slope(
        self,
        other: Scoreboard,
        units: Sequence[str] | None = None,
        level: str | None = None,
        top: int | None = None,
        labels: tuple[str, str] | None = None,
        lang: str = "en",
        ax: Axes | None = None,
    ) -> Figure:
        """Draw the order of units in another board and in this one, a line a unit, the largest moves in colour.

        Parameters
        ----------
        other, units, level, top, labels
            As for `dumbbell`. Lines join places among the units drawn; printed ranks are those of the boards.
        lang, ax
            See `Plot`.

        Raises
        ------
        InputError
            As for `dumbbell`; the figure holds 120 units.
        """
        from yitihua.publish.figures.change import slope

        return slope(self._board, other, units, level, top, labels, lang, ax)

    def uncertainty(
        self,
        found: Uncertainty,
        units: Sequence[str] | None = None,
        level: str | None = None,
        top: int | None = None,
        lang: str = "en",
        ax: Axes | None = None,
    ) -> Figure:
        """Draw the range of every rank over replicates: by itself, and of all units jointly.

        Parameters
        ----------
        found : Uncertainty
            What `board.uncertainty` returned.
        units, level, top
            As for `ranking`.
        lang, ax
            See `Plot`.

        Raises
        ------
        InputError
            As for `ranking`, and if `found` is not of this board.
        """
        from yitihua.publish.figures.certainty import uncertainty

        return uncertainty(self._board, found, units, level, top, lang, ax)

    def sobol(
        self, found: Sensitivity, of: str = "factors", top: int = 20, lang: str = "en", ax: Axes | None = None
    ) -> Figure:
        """Draw how much every choice counts for the spread of a target: Sobol' indices or Shapley effects.

        Parameters
        ----------
        found : Sensitivity
            What `board.sensitivity` returned.
        of : {"factors", "sources"}
            Every factor, or all factors of a source together.
        top : int
            The strongest so many, 1 to 60.
        lang, ax
            See `Plot`.

        Raises
        ------
        InputError
            If `found` is not of this board, or an option is unknown.
        """
        from yitihua.publish.figures.certainty import sobol

        return sobol(self._board, found, of, top, lang, ax)

    def density(
        self,
        by: str | Mapping[str, str] | None = "city",
        code: str | None = None,
        level: str | None = None,
        lang: str = "en",
        ax: Axes | None = None,
    ) -> Figure:
        """Draw kernel densities of scores: of all units, and of every group.

        Parameters
        ----------
        by : str, mapping or None
            Group of a unit: "city" or "province" by its code, a column of the data, or unit -> group; None: all alone.
        code : str, optional
            Indicator or node; default: the index.
        level : str, optional
            Default: the level with the most units.
        lang, ax
            See `Plot`.

        Raises
        ------
        InputError
            If a name is unknown, or there are fewer than two different scores.
        """
        from yitihua.publish.figures.density import density

        return density(self._board, by, code, level, lang, ax)

    def portrait(self, unit: str, lang: str = "en", ax: Axes | None = None) -> Figure:
        """Draw one unit's scores and points as bars beside its peers, with intervals of what is estimated.

        Parameters
        ----------
        unit : str
            Code or name.
        lang, ax
            See `Plot`.

        Raises
        ------
        InputError
            If the unit is unknown.
        """
        from yitihua.publish.figures.portrait import portrait

        return portrait(self._board, unit, lang, ax)

    def radar(
        self,
        units: str | Sequence[str],
        codes: Sequence[str] | None = None,
        lang: str = "en",
        ax: Axes | None = None,
    ) -> Figure:
        """Draw up to four units on spokes, beside the median of their peers.

        Parameters
        ----------
        units : str or sequence of str
            Codes or names, of one level.
        codes : sequence of str, optional
            Indicators or nodes, 3 to 20; default: the highest level of the framework with three or more.
        lang, ax
            See `Plot`; `ax` must be polar.

        Raises
        ------
        InputError
            If a name is unknown, units are of several levels, or there are too few spokes.
        """
        from yitihua.publish.figures.portrait import radar

        return radar(self._board, units, codes, lang, ax)

    def heatmap(
        self,
        codes: str | Sequence[str] = "indicators",
        units: Sequence[str] | None = None,
        level: str | None = None,
        top: int | None = None,
        lang: str = "en",
        ax: Axes | None = None,
    ) -> Figure:
        """Draw points, units down and indicators across: missing cells grey, filled ones dotted.

        Parameters
        ----------
        codes : {"indicators", "nodes", "both"} or sequence of str
            Up to 80; up to 12 have their numbers in the cells.
        units, level, top
            As for `ranking`.
        lang, ax
            See `Plot`.

        Raises
        ------
        InputError
            As for `ranking`, and if a code is unknown.
        """
        from yitihua.publish.figures.maps import heatmap

        return heatmap(self._board, codes, units, level, top, lang, ax)

    def tiles(
        self,
        what: str = "score",
        level: str | None = None,
        where: Mapping[str, tuple[int, int]] | None = None,
        lang: str = "en",
        ax: Axes | None = None,
    ) -> Figure:
        """Draw the tile map of Zhejiang's counties: a tile a county, thick lines between cities.

        Parameters
        ----------
        what : str
            "score", an indicator or node, or a grade scheme ("stars").
        level : str, optional
            Default: the level with the most units.
        where : mapping, optional
            Unit -> (row, column) of its tile, for units elsewhere; default: the dataset `zhejiang-tilegrid`.
        lang, ax
            See `Plot`.

        Raises
        ------
        InputError
            If a unit has no tile, or `what` is unknown.
        """
        from yitihua.publish.figures.maps import tiles

        return tiles(self._board, what, level, where, lang, ax)

    def tree(self, lang: str = "en", ax: Axes | None = None) -> Figure:
        """Draw the framework as a tree with weights; hollow dots are indicators of which less is better.

        Parameters
        ----------
        lang, ax
            See `Plot`.

        Raises
        ------
        InputError
            If there are more than 120 indicators.
        """
        from yitihua.publish.figures.structure import tree

        return tree(self._board, lang, ax)

    def correlation(
        self,
        codes: str | Sequence[str] = "indicators",
        kind: str = "pearson",
        stage: str = "normalised",
        level: str | None = None,
        lang: str = "en",
        ax: Axes | None = None,
    ) -> Figure:
        """Draw the map of correlations; dots mark negative and very high ones.

        Parameters
        ----------
        codes, kind, stage, level
            As for `yitihua.analysis.correlations.correlation_matrix`; up to 80 codes.
        lang, ax
            See `Plot`.

        Raises
        ------
        InputError
            If a code or an option is unknown.
        """
        from yitihua.publish.figures.structure import correlation

        return correlation(self._board, codes, kind, stage, level, lang, ax)

    def weights(
        self,
        node: str | None = None,
        of: str = "indicators",
        level: str | None = None,
        lang: str = "en",
        ax: Axes | None = None,
    ) -> Figure:
        """Draw what share of the variance every part accounts for, against its nominal weight.

        Parameters
        ----------
        node, of, level
            As for `yitihua.analysis.importance.importance`, which computes the shares.
        lang, ax
            See `Plot`.

        Raises
        ------
        InputError
            If the node, the level or an option is unknown.
        """
        from yitihua.publish.figures.structure import weights

        return weights(self._board, node, of, level, lang, ax)
