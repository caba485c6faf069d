"""The panel's arithmetic in a browser is Python's: authority is `board.whatif`, weights are random and named."""

from typing import Any

import numpy as np
import pytest

import yitihua as yt
from browsing import opened
from panel_boards import BOARDS, board_of
from yitihua.publish.panel.payload import open_nodes

#: Random weight sets: over all boards far more than the 200 that were promised of each published page.
SETS = 200
#: JavaScript's answer to weight sets, in one call: scores, ranks and grades.
ASK = """(sets) => {
  const panel = document.querySelector("[data-yitihua-panel]").yitihuaPanel;
  return sets.map((weights) => {
    panel.setWeights(weights);
    const { score, rank, grades } = panel.result();
    const plain = (values) => [...values].map((value) => Number.isFinite(value) ? value : null);
    return { score: plain(score), rank: plain(rank), grades: grades.map((one) => [...one]) };
  });
}"""


def random_sets(board: yt.Scoreboard, count: int) -> list[dict[str, float]]:
    """Return weights of every child: random and round ones, of all nodes and of some, with zeros and as they were."""
    rng, free = np.random.default_rng(7), open_nodes(board.recipe)
    found = []
    for number in range(count):
        weights: dict[str, float] = {}
        for node in board.recipe.nodes:
            own = np.array(node.weights)
            if node.code in free and (number % 3 or rng.random() < 0.3):
                own = rng.dirichlet(np.ones(len(own)))
                if number % 4 == 1:  # as people choose them: many scores are then halves of the last decimal
                    own = rng.multinomial(20, np.ones(len(own)) / len(own)) / 20
                if number % 5 == 0 and len(own) > 2:
                    own[rng.integers(len(own))] = 0.0
            weights |= dict(zip(node.children, (own / own.sum()).tolist(), strict=True))
        found.append(weights)
    return found


def plain(values: Any) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


@pytest.mark.parametrize("name", list(BOARDS))
def test_scores_ranks_and_grades_are_those_of_python(name: str, browser: Any, panel_file: Any) -> None:
    board = board_of(name)
    sets = random_sets(board, SETS)
    with opened(browser, panel_file(name)) as found:
        answers = found.page.evaluate(ASK, sets)
    moved = 0
    for weights, answer in zip(sets, answers, strict=True):
        expected = board.whatif(weights=weights).board
        np.testing.assert_allclose(plain(answer["score"]), expected.total, atol=1e-9, rtol=0, equal_nan=True)
        np.testing.assert_array_equal(plain(answer["rank"]), expected.rank)
        for scheme, grades in zip(board.recipe.grades, answer["grades"], strict=True):
            np.testing.assert_array_equal(grades, expected.grade_indices[scheme.code])
        moved += int((expected.rank != board.rank).sum())
    assert moved > 0
