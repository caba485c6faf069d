"""What the tests of figures share: boards, and what is found in a figure."""

from functools import cache
from typing import Any

from matplotlib.axes import Axes

import yitihua as yt


@cache
def board_of(edition: str) -> yt.Scoreboard:
    if edition == "zhejiang-filled":
        return yt.evaluate("zhejiang-2022", impute="median")
    if edition == "asem-z":
        return yt.evaluate("asem", normalise="zscore")
    return yt.evaluate(edition)


@cache
def earlier_board() -> yt.Scoreboard:
    return yt.evaluate("zhejiang-2022", period="2021")


def collection(ax: Axes, gid: str) -> Any:
    """Return the one artist of axes with this gid."""
    (found,) = [artist for artist in ax.get_children() if artist.get_gid() == gid]
    return found


def printed(figure: Any) -> str:
    """Return title, notices and sub-title of a figure, with their lines joined."""
    return " ".join(text.get_text() for text in figure.texts)
