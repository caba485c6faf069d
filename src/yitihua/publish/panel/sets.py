"""The weight sets that the panel offers by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from yitihua.analysis.uncertainty.weight_mix import full_set
from yitihua.analysis.weight_sets import named_weights
from yitihua.errors import FaultList, InputError
from yitihua.publish.words import method_word

if TYPE_CHECKING:
    from yitihua.definitions.edition import Edition
    from yitihua.index.recipe import Recipe
    from yitihua.index.scoreboard import Scoreboard

#: Weights of the panel and of a board that differ by less are the same.
SAME = 1e-12


def panel_sets(
    board: Scoreboard,
    free: Collection[str],
    sets: Sequence[str] | Mapping[str, Mapping[str, float]] | None = None,
    edition: Edition | None = None,
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the weight sets of a panel, and the names of those that it cannot take.

    Parameters
    ----------
    board : Scoreboard
    free : collection of str
        Nodes whose weights the panel can change.
    sets : sequence of str or mapping, optional
        Names that `named_weights` knows ("equal", "entropy", a set of the index file), or name -> weights by
        child. Default: equal weights and the sets of the edition's index file that fit the board's tree.
    edition : Edition, optional
        Where names are looked up; default: the shipped one that the board's recipe names.

    Returns
    -------
    offered : list of dict
        ``name``, ``words`` (Chinese, English), ``weights`` (child -> weight, for every child).
    left_out : list of str
        Sets that would change a node whose scores are held fixed.

    Raises
    ------
    InputError
        With every fault of the sets that are asked for.

    Examples
    --------
    >>> import yitihua as yt
    >>> board = yt.evaluate("zhejiang-2022")
    >>> offered, left_out = panel_sets(board, [node.code for node in board.recipe.nodes])
    >>> [one["name"] for one in offered], left_out
    (['equal', 'indicators-equal', 'satisfaction-35', 'overlap-halved'], [])
    """
    found = _default(board, edition) if sets is None else _asked(board, sets, edition)
    kept = {name: weights for name, weights in found.items() if fits(board.recipe, weights, free)}
    offered = [
        {"name": name, "words": (method_word(name, "zh"), method_word(name, "en")), "weights": weights}
        for name, weights in kept.items()
    ]
    return offered, [name for name in found if name not in kept]


def _default(board: Scoreboard, edition: Edition | None) -> dict[str, dict[str, float]]:
    """Return equal weights and the edition's sets; a board without an edition at hand has the first alone."""
    from yitihua.definitions.loader import load_edition

    found = {"equal": named_weights(board, "equal")}
    try:
        known = load_edition(board.recipe.edition) if edition is None else edition
    except InputError:
        return found
    for name in known.spec.weights.sets:
        try:
            found[name] = named_weights(board, name, known)
        except InputError:  # of another tree, or a file with experts' judgments that is not at hand
            continue
    return found


def _asked(
    board: Scoreboard, sets: Sequence[str] | Mapping[str, Mapping[str, float]], edition: Edition | None
) -> dict[str, dict[str, float]]:
    faults, found = FaultList(), {}
    stated = sets if isinstance(sets, Mapping) else dict.fromkeys([sets] if isinstance(sets, str) else sets)
    for name, weights in stated.items():
        try:
            found[str(name)] = (
                named_weights(board, str(name), edition)
                if weights is None
                else full_set(board.recipe, weights, f"sets.{name}")
            )
        except InputError as error:
            faults.extend(error.faults)
    faults.raise_if_any()
    return found


def fits(recipe: Recipe, weights: Mapping[str, float], free: Collection[str]) -> bool:
    """Return whether a set leaves alone the nodes whose scores are held fixed.

    Examples
    --------
    >>> import yitihua as yt
    >>> recipe = yt.evaluate("hdi").recipe
    >>> fits(recipe, {"le": 1.0, "eys": 0.4, "mys": 0.6, "gnipc": 1.0}, ["HDI"])
    False
    """
    return all(
        abs(weights[child] - own) <= SAME
        for node in recipe.nodes
        if node.code not in free
        for child, own in zip(node.children, node.weights, strict=True)
    )
