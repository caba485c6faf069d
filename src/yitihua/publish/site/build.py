"""A site put together: which pages there are, and in which order they are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from yitihua import __version__
from yitihua.errors import refuse
from yitihua.index.scoreboard import Scoreboard
from yitihua.publish.site.audit import audit_page
from yitihua.publish.site.barometer import barometer_page
from yitihua.publish.site.comparing import compare_data, compare_page
from yitihua.publish.site.context import Site
from yitihua.publish.site.downloads import downloads_files
from yitihua.publish.site.figures import figures_page
from yitihua.publish.site.indicators import Rooms, framework_page, indicator_pages, units_data
from yitihua.publish.site.method import method_page
from yitihua.publish.site.panel import panel_assets, panel_page
from yitihua.publish.site.ranking import ranking_page
from yitihua.publish.site.units import unit_pages
from yitihua.publish.small_cells import fewest, refuse_few

if TYPE_CHECKING:
    from yitihua.analysis.barometer.barometer import Barometer
    from yitihua.definitions.edition import Edition

#: Replicates of intervals where no sampling error is known, and of ranks under other choices.
REPLICATES = 1000
ASSETS = Path(__file__).parent / "assets"


def site_of(
    board: Scoreboard,
    edition: Edition | None = None,
    before: Scoreboard | None = None,
    inputs: Mapping[str, str] | None = None,
    n: int = REPLICATES,
    n_jobs: int = 1,
    barometer: Barometer | None = None,
) -> Site:
    """Return what the pages of a board are made from.

    Parameters
    ----------
    board : Scoreboard
    edition : Edition, optional
        Its definitions.
    before : Scoreboard, optional
        An earlier period of the same units.
    inputs : mapping, optional
        Name of every input -> sha256, where a record has them.
    n : int
        Replicates over other choices, 100 or more.
    n_jobs : int
        Workers for them.
    barometer : Barometer, optional
        Progress and activity over periods, for a page of its own and the pages of units.

    Raises
    ------
    InputError
        If a value is an estimate on fewer respondents than may be shown, or nobody has a score.
    """
    minimum = fewest(edition)
    refuse_few(board, minimum)
    if before is not None:
        refuse_few(before, minimum)
    if not np.isfinite(board.total).any():
        raise refuse("site-empty", name=board.recipe.edition)
    robust = board.uncertainty(n=n, seed=0, n_jobs=n_jobs)
    return Site(board, board.sampled or robust, robust, edition, before, inputs, minimum, barometer)


def site_files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every file of a site, one page at a time.

    Parameters
    ----------
    site : Site
        As of `site_of`.

    Yields
    ------
    (str, bytes)

    Examples
    --------
    >>> import yitihua as yt
    >>> names = [name for name, _ in site_files(site_of(yt.evaluate("egdi-2022")))]
    >>> "index.html" in names, "assets/echarts/LICENSE" in names
    (True, True)
    """
    bar = site.bar
    yield "index.html", ranking_page(site, __version__, bar)
    if site.barometer is not None:
        yield "barometer.html", barometer_page(site, __version__, bar)
    yield from unit_pages(site, __version__, bar)
    yield "compare.html", compare_page(site, __version__, bar)
    yield "assets/compare-data.js", compare_data(site)
    rooms = Rooms(site)
    yield "indicators.html", framework_page(rooms, __version__, bar)
    yield from indicator_pages(rooms, __version__, bar)
    yield "assets/units-data.js", units_data(site)
    yield "figures.html", figures_page(site, __version__, bar)
    yield "method.html", method_page(rooms, __version__, bar)
    yield "audit.html", audit_page(site, __version__, bar)
    yield "panel.html", panel_page(site, __version__, bar)
    yield from panel_assets().items()
    yield from downloads_files(site, __version__, bar)
    for path in sorted(ASSETS.rglob("*")):
        if path.is_file():
            yield f"assets/{path.relative_to(ASSETS).as_posix()}", path.read_bytes()
