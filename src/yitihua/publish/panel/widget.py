"""The panel as a notebook's widget: its weights are Python's, and Python's are its."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from yitihua.analysis.uncertainty.weight_mix import full_set
from yitihua.errors import refuse
from yitihua.publish.panel.module import panel_module
from yitihua.publish.panel.payload import open_nodes, panel_json
from yitihua.publish.panel.sets import SAME, fits

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition
    from yitihua.index.scoreboard import Scoreboard


def panel_widget(
    board: Scoreboard,
    lang: str = "en",
    sets: Sequence[str] | Mapping[str, Mapping[str, float]] | None = None,
    edition: Edition | None = None,
) -> Any:
    """Return the live panel of a board for a notebook.

    Parameters
    ----------
    board : Scoreboard
    lang : {"en", "zh"}
    sets, edition
        As for `yitihua.publish.panel.payload.panel_data`.

    Returns
    -------
    anywidget.AnyWidget
        ``.weights`` are the weights on the sliders, by child, and may be set, as `board.whatif` takes them;
        ``.lang``; ``.board()`` is the board with these weights.

    Raises
    ------
    InputError
        If anywidget is not installed, or the panel cannot show the board (see `panel_data`).

    Examples
    --------
    >>> import yitihua as yt
    >>> panel = panel_widget(yt.evaluate("hdi"))
    >>> panel.weights = {"income": 0.5}
    >>> panel.weights["health"], panel.board().recipe.root.weights
    (0.25, (0.25, 0.25, 0.5))
    """
    return _panel_class()(board, lang, panel_json(board, sets, edition))


@cache
def _panel_class() -> Any:
    """Return the class, made when it is first asked for: anywidget is not needed by anything else."""
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise refuse("panel-package") from error

    class Panel(anywidget.AnyWidget):  # type: ignore[misc, unused-ignore]
        """The live what-if panel of a board."""

        _esm = panel_module()
        data = traitlets.Unicode().tag(sync=True)
        lang = traitlets.Enum(["en", "zh"], "en").tag(sync=True)
        weights = traitlets.Dict().tag(sync=True)

        def __init__(self, board: Scoreboard, lang: str, data: str) -> None:
            self._base = board
            super().__init__(data=data, lang=lang, weights=published_weights(board))

        @traitlets.validate("weights")  # type: ignore[untyped-decorator, unused-ignore]
        def _full(self, proposal: Any) -> dict[str, float]:
            return checked_weights(self._base, proposal["value"])

        def __repr__(self) -> str:
            # What a notebook keeps where it is read without a kernel, as on the web.
            recipe, zh = self._base.recipe, self.lang == "zh"
            name, simulated = recipe.title[0 if zh else 1], self._base.table.simulated or recipe.simulated
            if zh:
                return f"<权重试算面板 {name}{'，模拟数据' if simulated else ''}>"
            return f"<Live panel of {name}{', simulated' if simulated else ''}>"

        def board(self) -> Scoreboard:
            """Return the board with the weights on the sliders; the published one where they are its own."""
            weights = dict(self.weights)
            if _same(weights, published_weights(self._base)):
                return self._base
            return self._base.whatif(weights=weights).board

    return Panel


def published_weights(board: Scoreboard) -> dict[str, float]:
    """Return a board's own weights by child.

    Examples
    --------
    >>> import yitihua as yt
    >>> published_weights(yt.evaluate("hdi"))["le"]
    1.0
    """
    return {c: w for node in board.recipe.nodes for c, w in zip(node.children, node.weights, strict=True)}


def checked_weights(board: Scoreboard, stated: Any) -> dict[str, float]:
    """Return a weight for every child of a board, from what somebody set or the sliders sent.

    Raises
    ------
    InputError
        With every fault: unknown names, weights out of range, weights below a node whose scores are held fixed.

    Examples
    --------
    >>> import yitihua as yt
    >>> checked_weights(yt.evaluate("hdi"), {"health": 0.5})["education"]
    0.25
    """
    own = published_weights(board)
    # What the sliders send is full and sums to 1: it is taken as it is, so that it is not sent back changed.
    full = dict(stated) if set(stated) == set(own) else {}
    found = full_set(board.recipe, stated)
    if full and _same(full, found):
        found = full
    free = open_nodes(board.recipe)
    if not fits(board.recipe, found, free):
        held = [node.code for node in board.recipe.nodes if node.code not in free]
        raise refuse("panel-held", key="weights", name=", ".join(held), options=list(free))
    return found


def _same(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    return all(abs(one[code] - other[code]) <= SAME for code in one)
