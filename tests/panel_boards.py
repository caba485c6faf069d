"""Boards that the panel is tried on: shipped ones, with gaps, other means and floors, a node that is held fixed."""

from dataclasses import replace
from functools import cache

import numpy as np

import yitihua as yt


def with_gaps(board: yt.Scoreboard, share: float = 0.15) -> yt.Scoreboard:
    """Return a board whose table has lost some of its values: coverage then decides who is scored."""
    rng = np.random.default_rng(5)
    values = np.where(rng.random(board.table.values.shape) < share, np.nan, board.table.values)
    return yt.apply(replace(board.table, values=values, covariance=None, se=None), board.recipe)


def floored_at(board: yt.Scoreboard, floor: float) -> yt.Scoreboard:
    """Return a board with the floor of its means at another place."""
    nodes = tuple(replace(node, floor=floor) for node in board.recipe.nodes)
    return yt.apply(board.table, replace(board.recipe, nodes=nodes))


BOARDS = {
    "zhejiang": lambda: yt.evaluate("zhejiang-2022"),
    "zhejiang-gaps": lambda: with_gaps(yt.evaluate("zhejiang-2022")),
    "hdi": lambda: yt.evaluate("hdi"),
    "egdi": lambda: yt.evaluate("egdi-2022"),
    "asem": lambda: yt.evaluate("asem"),
    "asem-geometric": lambda: yt.evaluate("asem", aggregate="geometric"),
    "asem-gaps-harmonic": lambda: with_gaps(yt.evaluate("asem", aggregate="harmonic")),
    "egdi-floor-0": lambda: floored_at(yt.evaluate("egdi-2022", aggregate="geometric"), 0.0),
    "asem-power": lambda: yt.evaluate("asem", aggregate={"method": "generalised", "exponent": 0.5}),
    "hdi-held": lambda: yt.evaluate("hdi", aggregate={"method": "arithmetic", "nodes": {"education": "topsis"}}),
}  # fmt: skip


@cache
def board_of(name: str) -> yt.Scoreboard:
    return BOARDS[name]()
