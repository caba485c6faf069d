"""The faces of a board: each is a renderer of `yitihua.publish`, fetched when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from yitihua.errors import refuse

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition
    from yitihua.index.scoreboard import Scoreboard
    from yitihua.publish.figures.plotting import Plot


class Faces:
    """What a `Scoreboard` can be shown as, apart from its numbers."""

    @property
    def _board(self) -> Scoreboard:
        return cast("Scoreboard", self)

    def panel(
        self,
        lang: str = "en",
        sets: Sequence[str] | Mapping[str, Mapping[str, float]] | None = None,
        edition: Edition | None = None,
    ) -> Any:
        """Return the live what-if panel for a notebook: weights on sliders, the ranking sorted anew at every step.

        Parameters
        ----------
        lang : {"en", "zh"}
            Language to begin with.
        sets : sequence of str or mapping, optional
            Weight sets to offer: names ("equal", "entropy", a set of the index file), or name -> weights by
            child. Default: equal weights and the sets of the edition.
        edition : Edition, optional
            Where sets are looked up; default: the shipped one that the recipe names.

        Returns
        -------
        anywidget.AnyWidget
            ``.weights`` are those on the sliders, ``.board()`` is the board with them.

        Raises
        ------
        InputError
            If anywidget is not installed, a set is unknown, or the index is not made by a mean.
        """
        from yitihua.publish.panel.widget import panel_widget

        return panel_widget(self._board, lang, sets, edition)

    @cached_property
    def plot(self) -> Plot:
        """Figures of this board, each a matplotlib figure: ``board.plot.ranking()``, ``.tiles()``, ...

        Raises
        ------
        InputError
            If matplotlib is not installed.
        """
        from yitihua.publish.figures.plotting import Plot

        return Plot(self._board)

    def to_excel(
        self, path: str | Path, lang: str = "zh", edition: Edition | None = None, barometer: Any = None
    ) -> None:
        """Write the results as an Excel workbook, with a sheet on which weights can be tried.

        Parameters
        ----------
        path : str or Path
            The file, .xlsx; one that is there is replaced.
        lang : {"zh", "en"}
        edition : Edition, optional
            Adds the sha256 of its definitions, and what looks odd in its measures.
        barometer : Barometer, optional
            Adds its sheet.

        Raises
        ------
        InputError
            If the file cannot be written, or a value rests on fewer respondents than may be shown.
        """
        from yitihua.publish.atomic import replace_files
        from yitihua.publish.workbook import board_workbook

        if Path(path).suffix.lower() != ".xlsx":
            raise refuse("bad-choice", key="path", found=Path(path).name, options=["*.xlsx"])
        replace_files({Path(path): board_workbook(self._board, edition, lang, None, barometer)})

    def to_site(
        self, path: str | Path, edition: Edition | None = None, before: Scoreboard | None = None, n: int = 1000,
        barometer: Any = None,
    ) -> None:  # fmt: skip
        """Write the results as a static site that opens without a server and without the network.

        Parameters
        ----------
        path : str or Path
            The folder, or a file that ends with .zip; a site that is there is replaced in one step.
        edition : Edition, optional
            Adds its definitions to the pages of indicators and to the downloads.
        before : Scoreboard, optional
            An earlier period, for what has changed.
        n : int
            Replicates over other weights and methods, 100 or more.
        barometer : Barometer, optional
            Of the same units, as `yitihua.barometer` returns it: a page of its own, and signs on the pages of units.

        Raises
        ------
        InputError
            If the folder holds what is no site, nobody has a score, or a value rests on fewer respondents than may
            be shown.
        """
        from yitihua.publish.site import site_files, site_of
        from yitihua.publish.site_folder import replace_site

        replace_site(path, site_files(site_of(self._board, edition, before, n=n, barometer=barometer)))

    def portrait(
        self,
        unit: str,
        path: str | Path,
        lang: str = "zh",
        before: Scoreboard | None = None,
        edition: Edition | None = None,
    ) -> None:
        """Write the portrait (精准画像) of a unit as PDF: ``board.portrait("嘉善县", "嘉善县.pdf")``.

        Parameters
        ----------
        unit : str
            Code or name.
        path, lang, edition
            As for `to_excel`; the file is a .pdf.
        before : Scoreboard, optional
            Of the period before.

        Raises
        ------
        InputError
            As `to_excel`, or if typst is not installed.
        """
        from yitihua.publish.papers.files import write_portrait

        write_portrait(self._board, unit, path, lang, before, edition)

    def bulletin(
        self,
        path: str | Path,
        before: Scoreboard | None = None,
        edition: Edition | None = None,
        template: str | Path | None = None,
    ) -> None:
        """Write the bulletin (通报), in Chinese: .docx, from a template of one's own perhaps, or .pdf.

        Parameters
        ----------
        path, before, edition
            As for `portrait`.
        template : str or Path, optional
            A Word document with the marks of the default one; see `yitihua bulletin --template-out`.

        Raises
        ------
        InputError
            As `portrait`, or if the template is faulty.
        """
        from yitihua.publish.papers.files import write_bulletin

        write_bulletin(self._board, path, before, edition, template)

    # Summary: one text feeds str, repr and HTML.

    def __repr__(self) -> str:
        from yitihua.publish.summary import summary_text

        return summary_text(self._board)

    def _repr_html_(self) -> str:
        from yitihua.publish.summary import summary_html

        return summary_html(self._board)
