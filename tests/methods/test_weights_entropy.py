"""Entropy weights against pymcdm, scikit-criteria and scipy, by hand under every zero rule, and stated answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from yitihua.index.weights.entropy import AMOUNTS, entropy, entropy_weights


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(3).lognormal(0.0, 0.7, (40, 6))


def by_scipy(x: np.ndarray) -> np.ndarray:
    """Return 1 - e_j scaled, with scipy's entropy (base n), which takes 0 ln 0 as 0."""
    d = 1 - stats.entropy(x, base=len(x), axis=0)
    return d / d.sum()


# Oracles.


def test_agrees_with_pymcdm(x):
    """Oracle: pymcdm, on values above 0."""
    import pymcdm.weights as peer

    assert entropy_weights(x) == pytest.approx(peer.entropy_weights(x), rel=1e-10)


def test_agrees_with_scikit_criteria_with_zeros(x):
    """Oracle: scikit-criteria, 0 ln 0 = 0."""
    from skcriteria.preprocessing.weighters import entropy_weights as peer

    x[[0, 3, 7], [1, 2, 2]] = 0.0
    assert entropy_weights(x) == pytest.approx(peer(x), rel=1e-10)


# Zero rules, each written out.


@pytest.fixture
def z(x) -> np.ndarray:
    """Points in 0..1 with zeros in all columns but the last."""
    scaled = (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))
    scaled[:, -1] = 0.2 + 0.5 * scaled[:, -1]
    return scaled


def test_zeros_are_the_limit_unless_stated(z):
    assert entropy_weights(z) == pytest.approx(by_scipy(z), rel=1e-10)


@pytest.mark.parametrize("amount", [None, 0.01, 1.0])
def test_shift_moves_columns_with_values_of_zero_or_less_only(z, amount):
    """SPSSAU (SOURCES.md, S1): |min| + 0.01 is added to a column with any value <= 0."""
    z[:, 0] -= 0.3
    moved = z.copy()
    for j in range(5):
        moved[:, j] += abs(z[:, j].min()) + (0.01 if amount is None else amount)
    found = entropy(z, "shift", amount)
    assert found.weights == pytest.approx(by_scipy(moved), rel=1e-10)
    assert found.shifted[-1] == 0 and found.shifted[0] == pytest.approx(0.3 + (amount or 0.01))


@pytest.mark.parametrize("amount", [None, 0.001, 1.0])
def test_shift_all_moves_every_column(z, amount):
    found = entropy(z, "shift_all", amount)
    assert found.weights == pytest.approx(by_scipy(z + (0.0001 if amount is None else amount)), rel=1e-10)
    assert found.shifted == pytest.approx(np.full(6, amount or 0.0001))


@pytest.mark.parametrize("amount", [None, 0.01])
def test_shrink_draws_the_scale_together(z, amount):
    """mathmodels (SOURCES.md, S8): values of 0..1 go to [0.002, 0.998]."""
    a = 0.002 if amount is None else amount
    assert entropy_weights(z, "shrink", amount) == pytest.approx(by_scipy(a + (1 - 2 * a) * z), rel=1e-10)


def test_rules_differ_in_the_order_that_methods_md_measured(z):
    """SOURCES.md, section 1: the further values are moved from 0, the further weights are from the limit."""
    far = [np.abs(entropy_weights(z, "shift_all", a) - entropy_weights(z)).max() for a in (1e-4, 0.01, 1.0)]
    assert 0 < far[0] < far[1] < far[2]
    assert AMOUNTS == {"limit": 0.0, "shift": 0.01, "shift_all": 0.0001, "shrink": 0.002}


# By hand and identities.


def test_by_hand():
    """Columns (0, 0, 1), (1, 1, 0), (1, 1, 1): e = 0, ln 2 / ln 3, 1."""
    found = entropy(np.array([[0.0, 1, 1], [0, 1, 1], [1, 0, 1]]))
    e = np.log(2) / np.log(3)
    assert found.entropy == pytest.approx([0, e, 1])
    assert found.weights == pytest.approx(np.array([1, 1 - e, 0]) / (2 - e))


@settings(max_examples=60)
@given(hnp.arrays(float, (8, 3), elements=st.floats(0, 100).map(lambda v: round(v, 3))), st.floats(0.01, 1e6))
def test_shares_scale_and_order(x, factor):
    """Identities: weights sum to 1; units of measurement and the order of rows do not count; e lies in 0..1."""
    found = entropy(x)
    assert found.weights.sum() == pytest.approx(1) and found.weights.min() >= 0
    assert entropy_weights(x * [factor, 1, 1]) == pytest.approx(found.weights, abs=1e-9)
    assert entropy_weights(x[::-1]) == pytest.approx(found.weights, abs=1e-12)
    assert (found.entropy > -1e-12).all() and (found.entropy <= 1).all()


def test_a_column_that_hardly_varies_keeps_its_digits():
    """By hand: for values 1 +- h the divergence is h^2 / (2 ln n) up to h^4, here 1e-12 / 2, where 1 - e has none."""
    h = 1e-6
    x = np.column_stack([np.tile([1 - h, 1 + h], 10), np.tile([1 - 2 * h, 1 + 2 * h], 10)])
    found = entropy(x)
    assert found.divergence == pytest.approx(np.array([1, 4]) * h**2 / 2 / np.log(20), rel=1e-4)
    assert found.weights == pytest.approx([0.2, 0.8], rel=1e-3)


def test_a_panel_is_its_rows_and_draws_stand_on_leading_axes(x):
    """Identity: stacked matrices are weighed one by one."""
    both = np.stack([x, x**2])
    assert entropy_weights(both) == pytest.approx(np.array([entropy_weights(x), entropy_weights(x**2)]))


# Stated answers.


def test_constant_zero_and_empty_columns(x):
    """Stated: weight 0; e is 1, and NaN without a value."""
    more = np.column_stack([x, np.full(40, 5.0), np.zeros(40), np.full(40, np.nan)])
    for rule in ("limit", "shift", "shift_all", "shrink"):
        found = entropy(more, rule)
        assert found.weights[6:] == pytest.approx(np.zeros(3), abs=0)
        assert found.entropy[6:8] == pytest.approx([1, 1]) and np.isnan(found.entropy[8])
    assert entropy_weights(more)[:6] == pytest.approx(entropy_weights(x))
    nothing = entropy(np.full((4, 3), [5.0, 0.0, np.nan]))
    assert nothing.weights == pytest.approx([0.5, 0.5, 0]) and nothing.equal


def test_a_missing_cell_is_left_out_of_its_column_alone(x):
    """Oracle: scipy on the values that are there, base their number."""
    x[:5, 0] = np.nan
    x[7, 2] = np.nan
    x[8, 2] = 0.0
    columns = [column[~np.isnan(column)] for column in x.T]
    d = np.array([1 - stats.entropy(column, base=len(column)) for column in columns])
    found = entropy(x)
    assert found.weights == pytest.approx(d / d.sum(), rel=1e-10)
    assert found.count.tolist() == [35, 40, 39, 40, 40, 40]


# Bad input.


def test_negative_values_are_refused_by_name(x, refused):
    x[0, [1, 4]] = -1.0
    faults = refused(entropy, x, names=list("abcdef"))
    assert [(fault.code, fault.key) for fault in faults] == [("entropy-negative", "b"), ("entropy-negative", "e")]
    assert np.isfinite(entropy_weights(x, "shift")).all()


@pytest.mark.parametrize(("zero", "amount"), [("shift", 0.0), ("shift_all", -1.0), ("shrink", 0.5), ("shift", np.nan)])
def test_bad_amounts_are_refused(x, refused, zero, amount):
    assert [fault.code for fault in refused(entropy, x, zero, amount)] == ["entropy-amount"]
