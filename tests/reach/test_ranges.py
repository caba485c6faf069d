"""How far a weight can move: checked by scoring just inside and just outside of each end (`board.whatif`)."""

import numpy as np
import pandas as pd
import pytest

import yitihua as yt
from yitihua.analysis.reach import weight_ranges

STEP = 1e-6


@pytest.fixture(scope="module")
def boards():
    return {name: yt.evaluate(name, score_decimals=9) for name in ("zhejiang-2022", "hdi", "asem")}


CASES = {
    "top 10": ("zhejiang-2022", {"top": 10}),
    "top 3, geometric": ("hdi", {"top": 3}),
    "top 5 below a node": ("asem", {"top": 5, "node": "Conn"}),
    "a grade": ("zhejiang-2022", {"unit": "诸暨市", "scheme": "abc"}),
    "stars": ("zhejiang-2022", {"unit": "江山市", "scheme": "stars"}),
    "top 10, gaps": ("zhejiang-2022", {"top": 10, "node": "A"}),
    "stars, gaps": ("zhejiang-2022", {"unit": "江山市", "scheme": "stars", "node": "C"}),
    "a group, geometric": ("hdi", {"unit": "Albania", "scheme": "group"}),
}


@pytest.mark.parametrize(("name", "asked"), CASES.values(), ids=CASES)
def test_it_stays_inside_and_goes_outside(boards, name, asked):
    board = boards[name]
    level = "country" if name == "hdi" else board.table.levels[0]
    rows = board.level_rows[level]

    def answer(child, weight):
        at = board.whatif(weights={child: weight}).board
        if "top" in asked:
            return set(rows[at.rank[rows] <= asked["top"]].tolist())
        return at.grade_indices[asked["scheme"]][board.table.row_of(asked["unit"])]

    found = weight_ranges(board, level=level, **asked)
    ends = 0
    for one in found.to_dict("records"):
        now = answer(one["code"], one["weight"])
        assert one["low"] <= one["weight"] <= one["high"]
        for end, sign, words in ((one["low"], -1, one["ends_low"]), (one["high"], 1, one["ends_high"])):
            assert answer(one["code"], float(np.clip(end - sign * STEP, 0, 1))) == now
            if words == "coverage":  # beyond it a county gains or loses its score of the node
                at = board.whatif(weights={one["code"]: end + sign * STEP}).board
                scored = [np.isfinite(b.points[:, b.recipe.plan.column[asked["node"]]]) for b in (at, board)]
                assert (scored[0] != scored[1]).any()
            elif words:
                assert answer(one["code"], end + sign * STEP) != now
                ends += 1
            else:
                assert end in (0.0, 1.0)
    assert ends


def test_every_node(boards):
    """All 56 weights: what is said of a node alone is said in the whole."""
    board = boards["zhejiang-2022"]
    every = weight_ranges(board, top=10, every=True)
    assert len(every) == 5 + 51
    assert every["below"].nunique() == 6
    for node in (None, "C"):
        alone = weight_ranges(board, top=10, node=node)
        part = every[every["below"] == alone["below"][0]].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, alone)


BAD = {
    "one node and every": ({"top": 3, "node": "A", "every": True}, "every"),
    "neither": ({}, "exactly one"),
    "both": ({"top": 3, "unit": "江山市"}, "exactly one"),
    "top 0": ({"top": 0}, "89"),
    "top of all": ({"top": 90}, "89"),
    "unknown unit": ({"unit": "Atlantis"}, "Atlantis"),
    "unknown scheme": ({"unit": "江山市", "scheme": "q"}, "'q'"),
}


@pytest.mark.parametrize(("asked", "said"), BAD.values(), ids=BAD)
def test_bad_input(boards, asked, said):
    with pytest.raises(yt.InputError) as error:
        weight_ranges(boards["zhejiang-2022"], **asked)
    assert len(error.value.faults) == 1
    assert said in str(error.value)
