"""Weights by name: the sets of an edition's index file and the methods that make weights, for a board at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from yitihua.definitions.methods import WEIGHTS
from yitihua.errors import InputError, refuse, suggest
from yitihua.index.recipe import Recipe, Weighting
from yitihua.index.scoreboard import Scoreboard

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition


def named_weights(board: Scoreboard, name: str, edition: Edition | None = None) -> dict[str, float]:
    """Return the weights of a named set for every indicator and node of a board but the index.

    Parameters
    ----------
    board : Scoreboard
    name : str
        "equal", a set of the edition's index file, or a method that makes weights from data (entropy, ...).
    edition : Edition, optional
        Where sets are looked up; default: the shipped one that the board's recipe names.

    Returns
    -------
    dict
        Child -> weight; children of a parent sum to 1. Weights made from data are fitted to the units
        that the board's own numbers were fitted to.

    Raises
    ------
    InputError
        If the name is unknown, the edition is not at hand or has another tree, or its method needs to be told
        something.

    Examples
    --------
    >>> import yitihua as yt
    >>> found = named_weights(yt.evaluate("zhejiang-2022"), "satisfaction-35")
    >>> found["A"], found["E"]
    (0.1625, 0.35)
    """
    recipe = board.recipe
    if name == "equal":
        return {child: 1.0 / len(node.children) for node in recipe.nodes for child in node.children}
    edition = _edition(recipe, name) if edition is None else edition
    options = weight_names(edition)
    if name not in options:
        raise refuse("bad-choice", key="weights", found=name, options=options, hint=suggest(name, options))
    if {node.code: node.children for node in recipe.nodes} != {code: edition.children[code] for code in edition.nodes}:
        raise refuse("other-tree", key="weights", name=edition.name, found=name)
    made = _fitted(board, edition, name)
    return {c: w for node in made.nodes for c, w in zip(node.children, node.weights, strict=True)}


def weight_names(edition: Edition) -> list[str]:
    """Return the names that `named_weights` knows of an edition.

    Examples
    --------
    >>> import yitihua as yt
    >>> names = weight_names(yt.load_edition("zhejiang-2022"))
    >>> names[:3], "entropy" in names
    (['equal', 'indicators-equal', 'satisfaction-35'], True)
    """
    free = [one.name for one in WEIGHTS if not any(key.required for key in one.keys)]
    return list(dict.fromkeys(["equal", *edition.spec.weights.sets, *free]))


def weighted(recipe: Recipe, weights: Mapping[str, float], name: str) -> Recipe:
    """Return a recipe with a full set of weights, stated and under a name.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("hdi")
    >>> found = weighted(board.recipe, named_weights(board, "equal"), "mine")
    >>> found.weight_set, found.root.weights == board.recipe.root.weights
    ('mine', True)
    """
    nodes = tuple(replace(node, weights=tuple(weights[child] for child in node.children)) for node in recipe.nodes)
    return replace(recipe, nodes=nodes, weight_set=name, weighting=Weighting())


def _edition(recipe: Recipe, name: str) -> Edition:
    from yitihua.definitions.loader import load_edition

    try:
        return load_edition(recipe.edition)
    except InputError as error:
        raise refuse("no-edition-for-set", key="weights", name=recipe.edition, found=name) from error


def _fitted(board: Scoreboard, edition: Edition, name: str) -> Recipe:
    from yitihua.analysis.refit import own_fit
    from yitihua.definitions.changes import with_changes
    from yitihua.index.fit import fit

    table = board.table.take(own_fit(board).rows)
    return fit(table, with_changes(edition, {"weights": name}))
