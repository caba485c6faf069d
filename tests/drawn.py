"""What the tests of figures share: boards, and what is found in a figure."""

from functools import cache
from typing import Any

from matplotlib.axes import Axes

import yitihua as yt


@cache
def board_of(edition: str) -> yt.Scoreboard:
    return yt.evaluate(edition)


def collection(ax: Axes, gid: str) -> Any:
    """Return the one artist of axes with this gid."""
    (found,) = [artist for artist in ax.get_children() if artist.get_gid() == gid]
    return found
