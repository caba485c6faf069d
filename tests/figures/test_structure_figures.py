"""Tree, correlation map and weights show what the analyses compute."""

import numpy as np
import pytest

from drawn import board_of, collection
from yitihua.analysis.correlations import correlation_matrix
from yitihua.analysis.importance import importance
from yitihua.analysis.stages import weights_below


@pytest.mark.parametrize("edition", ["zhejiang-2022", "asem", "hdi", "egdi-2022"])
def test_the_tree_has_every_code_its_weight_and_its_branch(edition: str) -> None:
    board = board_of(edition)
    recipe = board.recipe
    (ax,) = board.plot.tree().axes
    codes = [*recipe.codes, *(node.code for node in recipe.nodes)]
    dots = {code: collection(ax, f"code-{code}") for code in codes}
    # Leaves stand on lines of their own, in the order of the tree; a node stands amid its children.
    leaves = sorted(float(dots[code].get_ydata()[0]) for code in recipe.codes)
    assert leaves == list(range(len(recipe.codes)))
    for node in recipe.nodes:
        below = [float(dots[child].get_ydata()[0]) for child in node.children]
        assert min(below) <= float(dots[node.code].get_ydata()[0]) <= max(below)
    hollow = {code for code in recipe.codes if dots[code].get_markerfacecolor() == "white"}
    assert hollow == {rule.code for rule in recipe.indicators if not rule.positive}
    weights = weights_below(recipe, recipe.root.code)
    texts = [text.get_text() for text in ax.texts]
    for code in recipe.codes:
        assert any(text.split(" ")[0] == code and text.endswith(f"{weights[code] * 100:.3g}%") for text in texts)
    assert len([line for line in ax.lines if line.get_gid() == "branch"]) == len(codes) - 1


def test_the_map_of_correlations_is_their_matrix() -> None:
    board = board_of("asem")
    ax = board.plot.correlation(kind="spearman").axes[0]
    r = correlation_matrix(board, kind="spearman").to_numpy()
    assert np.array_equal(collection(ax, "correlations").get_array().filled(np.nan), r, equal_nan=True)
    off = r[~np.eye(len(r), dtype=bool)]
    marked = (np.round(off, 2) <= -0.4) | (np.round(off, 2) >= 0.9)
    assert len(collection(ax, "flags").get_offsets()) == marked.sum() > 0


def test_weights_are_those_of_importance() -> None:
    board = board_of("zhejiang-2022")
    for of, node in (("indicators", None), ("children", None), ("children", "A")):
        (ax,) = board.plot.weights(node, of=of).axes
        found = importance(board, node, of)
        assert np.allclose(collection(ax, "nominal").get_offsets()[:, 0], found.nominal * 100)
        assert np.allclose(collection(ax, "effective").get_offsets()[:, 0], found.share * 100)


@pytest.mark.parametrize(
    ("draw", "asked", "code"),
    [
        ("correlation", {"codes": ["nothing"]}, "unknown-reference"),
        ("correlation", {"kind": "person"}, "unknown-reference"),
        ("correlation", {"lang": "fr"}, "unknown-reference"),
        ("weights", {"node": "nothing"}, "unknown-reference"),
        ("weights", {"of": "leaves"}, "unknown-reference"),
        ("tree", {"lang": "fr"}, "unknown-reference"),
    ],
)
def test_bad_input(refused, draw: str, asked: dict, code: str) -> None:
    assert refused(getattr(board_of("hdi").plot, draw), **asked)[0].code == code
