"""Varimax against statsmodels, and rotations that do not come to rest."""

from __future__ import annotations

import numpy as np
import pytest

from yitihua.index.weights import components
from yitihua.index.weights.components import METHODS, rotated_factors
from yitihua.index.weights.method import Siblings
from yitihua.index.weights.rotation import Rotated, varimax


def loadings(seed: int) -> np.ndarray:
    """Three blocks of columns with a factor each, and some noise, so that the optimum is one and plain."""
    rng = np.random.default_rng(seed)
    mixed = np.kron(np.eye(3), np.ones((4, 1))) + 0.15 * rng.normal(size=(12, 3))
    return mixed @ np.linalg.qr(rng.normal(size=(3, 3)))[0]


@pytest.mark.parametrize("seed", range(5))
def test_varimax_is_that_of_statsmodels(seed):
    """Oracle: statsmodels' rotate_factors, which has no Kaiser scaling; factors in any order and sign."""
    rotate = pytest.importorskip("statsmodels.multivariate.factor_rotation").rotate_factors
    given = loadings(seed)
    want, _ = rotate(given, "varimax", algorithm="gpa", tol=1e-10, max_tries=5000)
    found = varimax(given, kaiser=False)
    assert found.converged
    overlap = np.abs(want.T @ found.loadings) / np.linalg.norm(want, axis=0)[:, None]
    place = overlap.argmax(axis=1)
    assert sorted(place) == [0, 1, 2]
    assert np.abs(found.loadings[:, place]) == pytest.approx(np.abs(want), abs=1e-4)
    assert found.rotation.T @ found.rotation == pytest.approx(np.eye(3))


def test_a_rotation_that_does_not_come_to_rest_says_so(monkeypatch):
    """By construction: one sweep is not enough for these; the note stands with the weights."""
    given = np.random.default_rng(0).normal(size=(51, 17))
    assert not varimax(given, sweeps=1).converged

    def one_sweep(x: np.ndarray) -> Rotated:
        return varimax(x, sweeps=1)

    z = np.random.default_rng(1).uniform(size=(60, 8))
    siblings = Siblings(z=z, raw=z, positive=np.ones(8, dtype=bool), codes=tuple("abcdefgh"), names=(("甲", "a"),) * 8,
                        parent="p", parent_name=("总", "All"))  # fmt: skip
    method = next(method for method in METHODS if method.name == "rotated_factor")
    settings = {"pick": True, "rule": "fixed", "share": 0.85, "count": 4, "missing": "listwise"}
    assert method.weigh(siblings, settings).notes == ()
    monkeypatch.setattr(components, "varimax", one_sweep)
    assert not rotated_factors(z, rule="fixed", count=4).converged
    (note,) = method.weigh(siblings, settings).notes
    assert "未收敛" in note[0]
    assert "not converged" in note[1]
