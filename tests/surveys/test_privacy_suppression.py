"""What is hidden stays hidden: checked by solving for it, as somebody would who wants to know."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from yitihua.surveys.privacy.suppression import (
    complementary,
    primary,
    rounded_counts,
    suppress_estimates,
    unreliable,
    wave_differences,
)
from yitihua.surveys.privacy.tables import open_margins, suppress_counts

COUNTS = st.integers(0, 60).map(float)


def determined(equations: np.ndarray) -> np.ndarray:
    """Which unknowns a linear system fixes: those with no part in its null space."""
    if not equations.shape[1]:
        return np.zeros(0, dtype=bool)
    _, s, vt = np.linalg.svd(equations)
    rank = int((s > 1e-9).sum())
    return np.all(np.abs(vt[rank:]) < 1e-9, axis=0)


def tree(cities: int, counties: int) -> np.ndarray:
    """Parents of a province, its cities and their counties."""
    return np.array([-1] + [0] * cities + [1 + k // counties for k in range(cities * counties)])


def system(parent: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Equations 'parent = sum of children' over the hidden cells."""
    unknown = np.flatnonzero(hidden)
    rows = []
    for head in np.unique(parent[parent >= 0]):
        row = np.where(parent[unknown] == head, 1.0, 0.0) - (unknown == head)
        rows.append(row)
    return np.array(rows).reshape(len(rows), len(unknown))


@settings(max_examples=200)
@given(arrays(float, 12, elements=COUNTS))
def test_no_hidden_number_follows_from_the_totals(leaves):
    """An attacker solves all sums of the hierarchy; nothing under 10 comes out."""
    parent = tree(3, 4)
    cities = leaves.reshape(3, 4).sum(axis=1)
    n = np.concatenate([[leaves.sum()], cities, leaves])
    small = primary(n)
    hidden = small | complementary(n, small, parent)
    out = np.flatnonzero(hidden)[determined(system(parent, hidden))]
    assert not [cell for cell in out if 0 < n[cell] < 10]
    for head in range(4):
        children = np.flatnonzero((parent == head) & hidden & (n > 0))
        if not hidden[head] and len(children):
            assert len(children) > 1
            assert n[children].sum() >= 10


def test_complementary_by_hand():
    # A city of 160 with counties 5, 60, 95: the 60 goes too, else 160 - 60 - 95 = 5.
    n, parent = np.array([160.0, 5, 60, 95]), np.array([-1, 0, 0, 0])
    assert complementary(n, primary(n), parent).tolist() == [False, False, True, False]
    # 3 and 4 are two, but together 7 people: one more goes.
    n, parent = np.array([107.0, 3, 4, 40, 60]), np.array([-1, 0, 0, 0, 0])
    assert complementary(n, primary(n), parent).tolist() == [False, False, False, True, False]
    # 6 and 7 cover one another.
    n, parent = np.array([113.0, 6, 7, 40, 60]), np.array([-1, 0, 0, 0, 0])
    assert not complementary(n, primary(n), parent).any()
    # An only child is its parent.
    n, parent = np.array([5.0, 5.0, 200.0, 195.0]), np.array([2, 0, -1, 2])
    assert (primary(n) | complementary(n, primary(n), parent)).tolist() == [True, True, False, True]
    # Nothing small, nothing hidden.
    assert not complementary(np.array([100.0, 40, 60]), np.zeros(3, bool), np.array([-1, 0, 0])).any()


def bounds(counts: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Smallest and largest value each hidden cell can have, given the margins and the shown cells."""
    cells = np.argwhere(hidden)
    sums, totals = [], []
    for axis in (0, 1):
        for line in range(counts.shape[axis]):
            sums.append((cells[:, axis] == line).astype(float))
            totals.append(np.where(hidden, counts, 0).sum(axis=1 - axis)[line])
    found = []
    for k in range(len(cells)):
        goal = np.eye(len(cells))[k]
        ends = [linprog(sign * goal, A_eq=np.array(sums), b_eq=totals, method="highs").fun * sign for sign in (1, -1)]
        found.append(ends)
    return np.array(found)


@settings(max_examples=60, deadline=None)
@given(arrays(float, (4, 4), elements=COUNTS))
def test_no_hidden_cell_of_a_table_follows_from_its_margins(counts):
    """Linear programming: within the margins every hidden cell could be another, unless its margin is to go too."""
    hidden = suppress_counts(counts)
    assert hidden[(counts > 0) & (counts < 10)].all()
    assert not hidden[counts == 0].any()
    rows, columns = open_margins(counts, hidden)
    if not hidden.any() or len(rows) or len(columns):
        return
    ends = bounds(counts, hidden)
    assert (ends[:, 1] - ends[:, 0] > 1e-6).all()


def test_a_bridge_between_two_circles_is_closed():
    """At least two a line is not enough: a cell that alone joins two blocks of hidden cells is known."""
    counts = np.full((4, 4), 50.0)
    counts[:2, :2] = 8
    counts[2:, 2:] = 8
    counts[0, 2] = 9
    hidden = suppress_counts(counts)
    assert hidden.sum() == 10
    ends = bounds(counts, hidden)
    assert (ends[:, 1] - ends[:, 0] > 1e-6).all()
    without = counts < 10  # what the rule of two a line would leave
    assert np.isclose(*bounds(counts, without).T).any()


def test_counts_by_the_10_5_rule():
    found = rounded_counts(np.array([0, 1, 9, 10, 12, 13, 17.5, 102]))
    np.testing.assert_array_equal(found, [0, np.nan, np.nan, 10, 10, 15, 20, 100])


def estimates() -> pd.DataFrame:
    rows = [("33", 600, 70), ("3301", 305, 71), ("3302", 295, 69), ("330102", 5, 90), ("330103", 120, 72),
            ("330104", 180, 70), ("330201", 140, 68), ("330202", 155, 70)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["county", "n", "estimate"]).assign(indicator="E01", se=2.0)
    other = frame.assign(indicator="E02", n=frame["n"].replace(5, 50))
    return pd.concat([frame, other], ignore_index=True)


PARENTS = {"3301": "33", "3302": "33"} | {code: code[:4] for code in ("330102", "330103", "330104", "330201", "330202")}


def test_a_table_of_estimates():
    shown = suppress_estimates(estimates(), PARENTS)
    kinds = dict(zip(zip(shown["indicator"], shown["county"], strict=True), shown["suppressed"], strict=True))
    assert {key: kind for key, kind in kinds.items() if kind} == {
        ("E01", "330102"): "small",
        ("E01", "330103"): "complement",
    }
    gone = shown["suppressed"] != ""
    assert shown.loc[gone, ["n", "estimate", "se"]].isna().all().all()
    assert shown.loc[~gone, ["n", "estimate", "se"]].notna().all().all()
    assert shown["suppressed_zh"][3] == "为保护隐私不予显示：答卷不足10份"
    assert shown["suppressed_en"][3] == "hidden for privacy: fewer than 10 respondents"
    assert "total" in shown["suppressed_en"][4]
    # The rest of the table cannot give the 5 back.
    n = shown["n"].to_numpy(dtype=float, na_value=np.nan)
    assert np.isnan(n[3])
    assert n[1] - np.nansum(n[4:6]) != 5


def test_the_minimum_can_be_raised():
    shown = suppress_estimates(estimates(), PARENTS, minimum=200)
    assert (shown["suppressed"] == "small").sum() == 10


def test_differences_between_waves():
    before = estimates().assign(n=lambda t: t["n"] - np.where(t["county"] == "330201", 4, 20))
    shown = suppress_estimates(estimates(), PARENTS, before=before)
    kinds = shown.set_index(["indicator", "county"])["suppressed"]
    assert kinds[("E02", "330201")] == "difference"
    assert kinds[("E02", "330202")] == "complement"
    assert wave_differences(np.array([50.0, 50.0]), np.array([50.0, np.nan])).tolist() == [False, False]


def test_parents_in_a_circle(refused):
    (fault,) = refused(suppress_estimates, estimates(), {"3301": "33", "33": "3301"})
    assert fault.code == "suppress-tree"


def test_unreliable_is_another_word_than_hidden():
    table = pd.DataFrame(
        {"n": [150, 20, 400, 60], "n_eff": [120.0, 18, 25, np.nan], "df": [40, 5, 100, 9], "ci_low": [60.0] * 4,
         "ci_high": [70.0, 75, 70, 90]}
    )  # fmt: skip
    english, chinese = unreliable(table), unreliable(table, lang="zh")
    assert english[0] == ""
    assert english[1] == "unreliable: n = 20 < 30; effective n = 18 < 30; degrees of freedom = 5 < 8"
    assert english[2] == "unreliable: effective n = 25 < 30"
    assert english[3] == "unreliable: interval ± 15 > 10"
    assert chinese[3] == "不够可靠：区间 ± 15 > 10"
    assert not [text for text in english + chinese if "hidden" in text or "隐私" in text]


@pytest.mark.parametrize("table", [pd.DataFrame({"n": []}), pd.DataFrame({"x": [1]})])
def test_unreliable_of_little(table):
    assert unreliable(table) == [""] * len(table)
