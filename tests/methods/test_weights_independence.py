"""Multiple correlations by the inverse, where it can be had, and by regression, where it cannot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from yitihua.index.weights.independence import independence


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1.0), st.floats(-3.5, 0.0))
def test_near_and_far_from_singular(seed, common, power):
    """Oracle: scikit-learn, with a column that is others' sum but for 10^power of noise."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(60, 4)) + common * rng.normal(size=(60, 1))
    z = np.column_stack([z, z[:, 0] + z[:, 1] + 10**power * rng.normal(size=60)])
    want = []
    for j in range(5):
        others = np.delete(z, j, axis=1)
        want.append(np.sqrt(max(LinearRegression().fit(others, z[:, j]).score(others, z[:, j]), 0.0)))
    assert independence(z).multiple == pytest.approx(np.array(want), abs=1e-6)


def test_a_small_multiple_correlation_keeps_its_digits():
    """By hand, a and b orthogonal: R of a beside b + h a is h / sqrt(1 + h^2)."""
    q = np.linalg.qr(np.column_stack([np.ones(40), np.random.default_rng(0).normal(size=(40, 2))]))[0][:, 1:]
    for h in (1e-2, 1e-4, 1e-6):
        z = np.column_stack([q[:, 0], q[:, 1] + h * q[:, 0]])
        assert independence(z).multiple == pytest.approx(np.full(2, h / np.sqrt(1 + h * h)), rel=1e-6)


@pytest.mark.parametrize("seed", range(60))
def test_what_is_uncorrelated_is_refused_and_not_weighed_by_rounding(seed, refused):
    """By construction: the third column is orthogonal to the others, so R is 0 but for rounding; seed 30 passed 1e-8
    where R^2 was taken as a difference from 1.
    """
    q = np.linalg.qr(np.column_stack([np.ones(40), np.random.default_rng(seed).normal(size=(40, 3))]))[0][:, 1:]
    z = np.column_stack([q[:, 0], q[:, 0] + q[:, 1], q[:, 2]])
    assert [fault.code for fault in refused(independence, z)] == ["independence-none"]
