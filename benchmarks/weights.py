"""How long weights take, beside a bare NumPy kernel and the fastest peer, in one run.

    python benchmarks/weights.py

Peers are pymcdm, scikit-criteria and scikit-learn, where they are installed. Quote the ratios: single times depend
on the machine.
"""

from __future__ import annotations

import warnings

import numpy as np
from timing import Case, holed, show

from yitihua.index.weights.common_weights import common_weights
from yitihua.index.weights.components import component_shares, first_component, rotated_factors
from yitihua.index.weights.critic import critic_weights
from yitihua.index.weights.entropy import entropy_weights
from yitihua.index.weights.importance import importance_weights
from yitihua.index.weights.independence import independence
from yitihua.index.weights.variation import sd_weights, variation_weights

SIZES = ((90, 51), (2_844, 51))


def entropy_kernel(z: np.ndarray) -> np.ndarray:
    """Return weights of shares without zeros."""
    p = z / z.sum(axis=0)
    d = 1 + (p * np.log(p)).sum(axis=0) / np.log(len(z))
    return d / d.sum()


def critic_kernel(z: np.ndarray) -> np.ndarray:
    """Return weights by standard deviation and conflict."""
    c = z.std(axis=0, ddof=1) * (1 - np.corrcoef(z.T)).sum(axis=0)
    return c / c.sum()


def cv_kernel(z: np.ndarray) -> np.ndarray:
    """Return weights by coefficient of variation."""
    v = z.std(axis=0, ddof=1) / z.mean(axis=0)
    return v / v.sum()


def sd_kernel(z: np.ndarray) -> np.ndarray:
    """Return weights by standard deviation."""
    s = z.std(axis=0, ddof=1)
    return s / s.sum()


def pca_kernel(z: np.ndarray) -> np.ndarray:
    """Return first loadings, negative ones cut."""
    first = np.linalg.eigh(np.corrcoef(z.T))[1][:, -1]
    first = np.maximum(first * (1 if first.sum() >= 0 else -1), 0)
    return first / first.sum()


def independence_kernel(z: np.ndarray) -> np.ndarray:
    """Return 1 / R from the inverse of the correlation matrix."""
    r = np.sqrt(1 - 1 / np.diag(np.linalg.inv(np.corrcoef(z.T))))
    return (1 / r) / (1 / r).sum()


def peers(z: np.ndarray) -> dict[str, dict]:
    """Return what other packages offer, by method."""
    found: dict[str, dict] = {}
    try:
        from pymcdm import weights as pymcdm

        scaled = (z - z.min(axis=0)) / (z.max(axis=0) - z.min(axis=0))
        found = {
            "entropy": {"pymcdm": lambda: pymcdm.entropy_weights(z)},
            "critic": {"pymcdm": lambda: pymcdm.critic_weights(scaled)},
            "sd": {"pymcdm": lambda: pymcdm.standard_deviation_weights(z)},
        }
    except ImportError:
        pass
    try:
        from skcriteria.preprocessing import weighters

        found.setdefault("entropy", {})["scikit-criteria"] = lambda: weighters.entropy_weights(z)
    except ImportError:
        pass
    return found


def cases(z: np.ndarray) -> list[Case]:
    """Return all methods on one matrix of values from 0 to 1, both ends taken."""
    positive, gaps = 0.01 + 0.99 * z, holed(z)
    others, critic_peers = peers(positive), peers(z).get("critic", {})
    return [
        Case("entropy", lambda: entropy_weights(positive), lambda: entropy_kernel(positive),
             others.get("entropy", {}), lambda: entropy_weights(gaps)),
        Case("entropy, with zeros", lambda: entropy_weights(z), None, {}, lambda: entropy_weights(gaps)),
        Case("critic", lambda: critic_weights(z), lambda: critic_kernel(z), critic_peers, lambda: critic_weights(gaps)),
        Case("cv", lambda: variation_weights(z), lambda: cv_kernel(z), {}, lambda: variation_weights(gaps)),
        Case("sd", lambda: sd_weights(positive), lambda: sd_kernel(positive), others.get("sd", {}),
             lambda: sd_weights(gaps)),
        Case("pca", lambda: first_component(z, "clip").weights, lambda: pca_kernel(z), {},
             lambda: first_component(gaps, "clip", "pairwise").weights),
        Case("rotated factors", lambda: rotated_factors(z).weights, None, {},
             lambda: rotated_factors(gaps, missing="pairwise").weights),
        Case("component shares", lambda: component_shares(z).weights, None, {},
             lambda: component_shares(gaps, missing="pairwise").weights),
        Case("independence", lambda: independence(z).weights, lambda: independence_kernel(z), {},
             lambda: independence(gaps, "pairwise").weights),
        Case("importance-targeted", lambda: importance_weights(z).weights, None, {},
             lambda: importance_weights(gaps).weights),
        Case("common-weight DEA", lambda: common_weights(z[:, :12]).weights, None, {}, None),
    ]  # fmt: skip


def main() -> None:
    """Print the tables."""
    warnings.simplefilter("ignore")
    for units, children in SIZES:
        rng = np.random.default_rng(0)
        # A common factor, as indicators have; both ends taken, as min-max gives them.
        raw = rng.uniform(0.2, 1, (units, children)) + rng.uniform(0, 0.6, (units, 1))
        show(f"{units:,} x {children}", cases((raw - raw.min(axis=0)) / (raw.max(axis=0) - raw.min(axis=0))))


if __name__ == "__main__":
    main()
