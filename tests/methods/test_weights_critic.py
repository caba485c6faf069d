"""CRITIC weights against pymcdm, scikit-criteria and pandas, by hand, and stated answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yitihua.index.weights.correlation import correlations
from yitihua.index.weights.critic import critic, critic_weights
from yitihua.index.weights.entropy import entropy


@pytest.fixture
def z() -> np.ndarray:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(40, 5)) + rng.normal(size=(40, 1))
    x[:, 3] = -x[:, 2] + rng.normal(size=40)
    x = x.round(1)  # ties
    return (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))


def written_out(s: np.ndarray, r: np.ndarray) -> np.ndarray:
    c = s * (1 - r).sum(axis=0)
    return c / c.sum()


# Oracles.


def test_agrees_with_pymcdm(z):
    """Oracle: pymcdm, which scales by min-max itself."""
    import pymcdm.weights as peer

    assert critic_weights(z) == pytest.approx(peer.critic_weights(z), rel=1e-10)


@pytest.mark.parametrize("kind", ["pearson", "spearman", "kendall"])
def test_agrees_with_scikit_criteria(z, kind):
    """Oracle: scikit-criteria with its own scaling to 0..1; the n or n - 1 of spreads cancels."""
    from skcriteria.preprocessing.weighters import critic_weights as peer

    assert critic_weights(z, kind) == pytest.approx(peer(z, np.ones(5), kind), rel=1e-10)


def test_direction_comes_first(z):
    """Oracle: scikit-criteria with a cost column; pymcdm leaves directions out (SOURCES.md, section 2)."""
    from skcriteria.preprocessing.weighters import critic_weights as peer

    cost = z.copy()
    cost[:, 1] = 1 - z[:, 1]
    assert critic_weights(z) == pytest.approx(peer(cost, np.array([1, -1, 1, 1, 1]), "pearson"), rel=1e-10)
    assert np.abs(critic_weights(z) - critic_weights(cost)).max() > 0.01


def distance_correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Return it as Székely et al. (2007) define it: by distance matrices centred by rows and columns."""
    centred = []
    for v in (x, y):
        d = np.abs(v[:, None] - v)
        centred.append(d - d.mean(axis=0) - d.mean(axis=1)[:, None] + d.mean())
    a, b = centred
    return float(np.sqrt((a * b).mean() / np.sqrt((a * a).mean() * (b * b).mean())))


def test_variants_are_as_written(z):
    """The definitions written out, with numpy's correlations and distances, and the entropy tested elsewhere."""
    s, r = z.std(axis=0, ddof=1), np.corrcoef(z.T)
    assert critic_weights(z, absolute=True) == pytest.approx(written_out(s, np.abs(r)))
    assert critic_weights(z, spread="entropy") == pytest.approx(written_out(entropy(z).divergence, r))
    far = np.array([[distance_correlation(a, b) for a in z.T] for b in z.T])
    assert correlations(z, "distance") == pytest.approx(far)
    assert critic_weights(z, "distance") == pytest.approx(written_out(s, far))


# By hand and identities.


def test_by_hand():
    """Two columns: R_1 = R_2 = 1 - r, so weights are in proportion to spreads, 1 and 2 here."""
    x = np.array([[0.0, 0.0], [0.25, 1.0], [0.5, 0.0], [0.25, 0.5]])
    s = x.std(axis=0, ddof=1)
    assert critic_weights(x) == pytest.approx(s / s.sum())


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 100), st.floats(-5, 5))
def test_shares_shifts_and_scales(seed, factor, shift):
    """Identities: only ratios of spreads count, not where columns lie, nor the order of rows."""
    z = np.random.default_rng(seed).uniform(size=(12, 4))
    found = critic_weights(z)
    assert found.sum() == pytest.approx(1) and found.min() >= 0
    assert critic_weights(factor * z[::-1] + shift) == pytest.approx(found, abs=1e-9)


def test_a_contrary_indicator_adds_conflict_unless_absolute(z):
    """By hand: turning a column changes r to -r for it alone; |r| stays."""
    turned = z.copy()
    turned[:, 0] = 1 - z[:, 0]
    assert critic(turned).conflict[0] > critic(z).conflict[0]
    assert critic_weights(turned, absolute=True) == pytest.approx(critic_weights(z, absolute=True))


# Stated answers.


@pytest.mark.parametrize("kind", ["pearson", "spearman", "kendall", "distance"])
def test_constant_zero_and_empty_columns_leave_the_others_alone(z, kind):
    more = np.column_stack([z, np.full(40, 0.7), np.zeros(40), np.full(40, np.nan)])
    found = critic(more, kind)
    assert found.weights[5:] == pytest.approx(np.zeros(3), abs=0)
    assert np.isnan(found.conflict[5:]).all() and (found.spread[5:] == 0).all()
    assert found.weights[:5] == pytest.approx(critic_weights(z, kind))


def test_without_conflict_weights_are_equal(z):
    """Two columns that agree fully; one column; none that varies."""
    twice = critic(np.column_stack([z[:, 0], 0.5 * z[:, 0], np.ones(40)]))
    assert twice.weights == pytest.approx([0.5, 0.5, 0]) and twice.equal
    assert critic_weights(z[:, :1]) == pytest.approx([1])
    assert critic(np.full((4, 2), 0.5)).weights == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("kind", ["pearson", "spearman", "kendall"])
def test_missing_cells_are_left_out_pair_by_pair(z, kind):
    """Oracle: pandas' corr and std pass over missing cells in the same way."""
    z[np.random.default_rng(4).random(z.shape) < 0.15] = np.nan
    frame = pd.DataFrame(z)
    want = written_out(frame.std().to_numpy(), frame.corr(kind).to_numpy())
    assert critic_weights(z, kind) == pytest.approx(want, rel=1e-9)


def test_a_pair_that_shares_no_units_does_not_count_and_conflict_is_scaled_up():
    """By hand: columns a, b share no unit with each other; each has one pair, with c, which counts twice."""
    rng = np.random.default_rng(5)
    z = rng.uniform(size=(20, 3))
    z[:10, 0] = np.nan
    z[10:, 1] = np.nan
    found = critic(z)
    ac, bc = np.corrcoef(z[10:, 0], z[10:, 2])[0, 1], np.corrcoef(z[:10, 1], z[:10, 2])[0, 1]
    assert found.conflict == pytest.approx([2 * (1 - ac), 2 * (1 - bc), 2 - ac - bc])


# Bad input.


def test_entropy_spread_refuses_negative_values_by_name(z, refused):
    faults = refused(critic, z - 0.5, "pearson", False, "entropy", list("abcde"))
    assert [(fault.code, fault.key) for fault in faults] == [("entropy-negative", name) for name in "abcde"]
