"""How long aggregations take, beside a bare NumPy kernel and the fastest peer, in one run.

    python benchmarks/aggregation.py

A kernel does the least that gives the same numbers on complete data; ours also checks what it is
given, looks for missing cells and keeps fitted numbers apart from scoring. Peers are pymcdm and
scikit-criteria, where they are installed; Copeland has none in Python (COINr, in R, takes over a
minute for 300 x 51). Results of kernel and peer are compared with ours before anything is timed.
Quote the ratios: single times depend on the machine.
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from yitihua.index.aggregate.copeland import copeland, outranking
from yitihua.index.aggregate.fuzzy import compose, grade_score, memberships
from yitihua.index.aggregate.grey import fit_grey, grey_relation
from yitihua.index.aggregate.owa import owa, power_quantifier
from yitihua.index.aggregate.penalised import penalised_mean
from yitihua.index.aggregate.rsr import fit_rsr, rsr
from yitihua.index.aggregate.topsis import fit_topsis, topsis
from yitihua.index.aggregate.vikor import fit_vikor, vikor

UNITS, CHILDREN = 2_844, 51
Call = Callable[[], np.ndarray]


@dataclass(frozen=True)
class Case:
    """One method: ours on complete data and with gaps, the kernel, and peers."""

    name: str
    ours: Callable[[np.ndarray], np.ndarray]
    kernel: Call
    peers: dict[str, Call]


def median_ms(call: Call, least_seconds: float = 0.5) -> float:
    """Return the median time of a call in milliseconds, after one warm-up."""
    call()
    times: list[float] = []
    while sum(times) < least_seconds or len(times) < 3:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def topsis_kernel(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return the closeness of Hwang & Yoon."""
    v = x / np.sqrt((x**2).sum(axis=0)) * w
    far = np.sqrt(((v - v.max(axis=0)) ** 2).sum(axis=1))
    near = np.sqrt(((v - v.min(axis=0)) ** 2).sum(axis=1))
    return near / (far + near)


def vikor_kernel(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return Q."""
    regret = w * (x.max(axis=0) - x) / (x.max(axis=0) - x.min(axis=0))
    s, r = regret.sum(axis=1), regret.max(axis=1)
    return 0.5 * (s - s.min()) / (s.max() - s.min()) + 0.5 * (r - r.min()) / (r.max() - r.min())


def grey_kernel(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return the weighted grade of relation."""
    gap = x.max(axis=0) - x
    return ((gap.min() + 0.5 * gap.max()) / (gap + 0.5 * gap.max())) @ w


def copeland_kernel(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return wins minus losses, one unit against all others at a time."""
    net = np.empty(len(x))
    for i, row in enumerate(x):
        gap = (row > x) @ w - (row < x) @ w
        net[i] = (gap > 1e-12).sum() - (gap < -1e-12).sum()
    return net


def mpi_kernel(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return the mean less its penalty."""
    mean = x @ w
    return mean - ((x - mean[:, None]) ** 2 @ w) / mean


def owa_kernel(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return the ordered weighted average with importance, Q(r) = r^2."""
    order = np.argsort(-x, axis=1)
    share = np.diff(np.cumsum(w[order], axis=1) ** 2, axis=1, prepend=0.0)
    return (share * np.take_along_axis(x, order, axis=1)).sum(axis=1)


def rsr_kernel(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return the rank-sum ratio of data without ties."""
    return (np.argsort(np.argsort(x, axis=0), axis=0) + 1) / len(x) @ w


def fuzzy_kernel(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return the grade score of triangles on five even grades with sums."""
    place = np.clip(x / 25.0, 0, 4)
    r = np.maximum(0.0, 1.0 - np.abs(place[..., None] - np.arange(5)))
    return (w @ r) @ np.linspace(0, 100, 5)


def pymcdm_peers(x: np.ndarray, w: np.ndarray) -> dict[str, Call]:
    """Return TOPSIS and VIKOR of pymcdm."""
    try:
        from pymcdm.methods import TOPSIS, VIKOR
        from pymcdm.normalizations import vector_normalization
    except ImportError:
        return {}
    types, method, other = np.ones(x.shape[1]), TOPSIS(vector_normalization), VIKOR()
    return {"topsis": lambda: method(x, w, types), "vikor": lambda: other(x, w, types)}


def skcriteria_peers(x: np.ndarray, w: np.ndarray) -> dict[str, Call]:
    """Return TOPSIS and VIKOR of scikit-criteria."""
    try:
        import skcriteria
        from skcriteria.agg.topsis import TOPSIS
        from skcriteria.agg.vikor import VIKOR
        from skcriteria.preprocessing.scalers import VectorScaler
    except ImportError:
        return {}
    data = skcriteria.mkdm(x, [max] * x.shape[1], weights=w)
    scaler, method, other = VectorScaler(target="matrix"), TOPSIS(), VIKOR(use_compromise_set=False)
    return {
        "topsis": lambda: method.evaluate(scaler.transform(data)).e_.similarity,
        "vikor": lambda: other.evaluate(data).e_.q_k,
    }


def cases(x: np.ndarray, w: np.ndarray) -> list[Case]:
    """Return what is compared."""
    peers = {"pymcdm": pymcdm_peers(x, w), "scikit-criteria": skcriteria_peers(x, w)}

    def others(method: str) -> dict[str, Call]:
        return {name: calls[method] for name, calls in peers.items() if method in calls}

    ours: dict[str, tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray, np.ndarray], np.ndarray]]] = {
        "topsis": (lambda x: topsis(x, w, fit_topsis(x)), topsis_kernel),
        "vikor": (lambda x: vikor(x, w, fit_vikor(x, w)), vikor_kernel),
        "grey": (lambda x: grey_relation(x, w, fit_grey(x, "sample")), grey_kernel),
        "copeland": (lambda x: copeland(x, w), copeland_kernel),
        "mpi": (lambda x: penalised_mean(x, w), mpi_kernel),
        "owa": (lambda x: owa(x, w, power_quantifier(1 / 3)), owa_kernel),
        "rsr": (lambda x: rsr(x, w, fit_rsr(x)), rsr_kernel),
        "fuzzy": (
            lambda x: grade_score(compose(memberships(x, np.linspace(0, 100, 5)), w), np.linspace(0, 100, 5)),
            fuzzy_kernel,
        ),
    }
    return [Case(name, own, lambda kernel=kernel: kernel(x, w), others(name)) for name, (own, kernel) in ours.items()]


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(0)
    x, w = rng.uniform(0, 100, (UNITS, CHILDREN)), rng.dirichlet(np.ones(CHILDREN))
    holed = np.where(rng.random(x.shape) < 0.05, np.nan, x)
    print(f"{UNITS:,} x {CHILDREN}")
    titles = ("", "ours", "with gaps", "kernel", "ours/kernel", "fastest peer", "peer/ours")
    print(" ".join(f"{title:>{width}}" for title, width in zip(titles, (10, 10, 10, 10, 11, 16, 9), strict=True)))
    for case in cases(x, w):
        expected = case.ours(x)
        for other in (case.kernel, *case.peers.values()):
            assert np.allclose(other(), expected, atol=1e-9), case.name
        own = median_ms(lambda case=case: case.ours(x))
        gaps = median_ms(lambda case=case: case.ours(holed))
        kernel = median_ms(case.kernel)
        times = {name: median_ms(call) for name, call in case.peers.items()}
        fastest = min(times, key=lambda name: times[name]) if times else "none"
        ratio = f"{times[fastest] / own:>9.1f}" if times else f"{'':>9}"
        print(
            f"{case.name:>10} {own:>8.2f}ms {gaps:>8.2f}ms {kernel:>8.2f}ms {own / kernel:>11.2f} {fastest:>16} {ratio}"
        )
    start = time.perf_counter()
    found = outranking(x, w)
    print(f"outranking matrix with {found.dominance_pairs} dominance pairs: {time.perf_counter() - start:.2f} s")
    whole = time.perf_counter()
    copeland(x[:300], w)
    print(f"copeland 300 x 51: {(time.perf_counter() - whole) * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
