"""Neighbours and Moran's I: PySAL (esda, libpysal), full enumeration of permutations, and cases by hand."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from yitihua.analysis.distribution.distance_weights import economic_distance, inverse_distance
from yitihua.analysis.distribution.distances import great_circle
from yitihua.analysis.distribution.local_moran import corrected, local_moran
from yitihua.analysis.distribution.moran import moran
from yitihua.analysis.distribution.neighbours import Neighbours, adjacency, from_matrix, join_islands, k_nearest
from yitihua.errors import InputError

Array = np.ndarray[Any, Any]
NAN = float("nan")


def grid(side: int) -> Neighbours:
    """Rook contiguity of a square grid."""
    name = np.arange(side * side).reshape(side, side)
    right, down = zip(name[:, :-1].flat, name[:, 1:].flat, strict=True), zip(name[:-1].flat, name[1:].flat, strict=True)
    return adjacency([str(i) for i in name.flat], [(str(a), str(b)) for a, b in (*right, *down)])


def as_pysal(neighbours: Neighbours) -> Any:
    """The same weights as a libpysal W, not standardised."""
    weights = pytest.importorskip("libpysal.weights")
    matrix = neighbours.matrix
    near = {i: matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]].tolist() for i in range(neighbours.n)}
    size = {i: matrix.data[matrix.indptr[i] : matrix.indptr[i + 1]].tolist() for i in range(neighbours.n)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return weights.W(near, size, silence_warnings=True)


def smooth(neighbours: Neighbours, seed: int) -> Array:
    """Values that are alike among neighbours."""
    y = np.random.default_rng(seed).normal(size=neighbours.n)
    return np.asarray(y + neighbours.standardised() @ y)


SOME = {
    "grid": grid(9),
    "nearest": k_nearest(np.random.default_rng(1).uniform([118, 27], [122, 31], (80, 2)), 5),
    "distance": inverse_distance(np.random.default_rng(2).uniform([118, 27], [122, 31], (40, 2)), power=2),
    "island": adjacency([str(i) for i in range(12)], [(str(i), str(i + 1)) for i in range(10)]),
}


@pytest.mark.parametrize("standardise", [True, False])
@pytest.mark.parametrize("name", SOME)
def test_moran_and_its_moments_are_those_of_esda(name: str, standardise: bool) -> None:
    """I, both variances and both z to rounding; p by permutation within 4 simulation errors."""
    esda = pytest.importorskip("esda")
    neighbours = SOME[name]
    y, runs = smooth(neighbours, 4), 1999
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.random.seed(0)  # noqa: NPY002  esda draws from the global generator
        w, kind = as_pysal(neighbours), "r" if standardise else "o"
        peer = esda.Moran(y, w, transformation=kind, permutations=runs, two_tailed=True)
    found = moran(y, neighbours, standardise=standardise, permutations=runs, seed=1)
    exact = (
        found.statistic,
        found.expected,
        found.variance_normal,
        found.z_normal,
        found.variance_random,
        found.z_random,
    )
    np.testing.assert_allclose(
        exact, (peer.I, peer.EI, peer.VI_norm, peer.z_norm, peer.VI_rand, peer.z_rand), rtol=1e-9
    )
    np.testing.assert_allclose((found.p_normal, found.p_random), (peer.p_norm, peer.p_rand), rtol=1e-8, atol=1e-12)
    # esda's p_sim is one tail, the smaller.
    p = peer.p_sim
    assert found.p / 2 == pytest.approx(p, abs=4 * np.sqrt(2 * p * (1 - p) / runs) + 2 / runs)


def test_p_of_moran_is_that_of_all_permutations() -> None:
    """Six units: all 720 orders by brute force."""
    row = adjacency("abcdef", list(itertools.pairwise("abcdef")))
    y = np.array([1.0, 2.5, 2.0, 4.0, 7.0, 5.0])
    z, w = y - y.mean(), row.standardised().toarray()
    every = np.array([np.array(order) @ w @ np.array(order) for order in itertools.permutations(z)])
    share = float((every >= z @ w @ z - 1e-9).mean())
    found = moran(y, row, permutations=20_000, seed=2, alternative="greater")
    assert found.p == pytest.approx(share, abs=4 * np.sqrt(share / 20_000))
    scaled = every * len(y) / w.sum() / (z @ z)
    # Moments under randomisation are those over all orders.
    assert found.expected == pytest.approx(scaled.mean(), abs=1e-12)
    assert found.variance_random == pytest.approx(scaled.var(), rel=1e-10)
    assert found.permuted.mean() == pytest.approx(found.expected, abs=4 * scaled.std() / np.sqrt(20_000))


def test_local_moran_and_its_moments_are_those_over_all_permutations() -> None:
    """Each unit keeps its value and the other five take all 120 orders."""
    row = adjacency("abcdef", list(itertools.pairwise("abcdef")))
    y = np.array([1.0, 2.5, 2.0, 4.0, 7.0, 5.0])
    z, w = y - y.mean(), row.standardised().toarray()
    m2 = z @ z / 6
    for form in (row, from_matrix(w)):
        found = local_moran(y, form, permutations=20_000, seed=5, alternative="greater", correction="none")
        for i in range(6):
            others = np.delete(np.arange(6), i)
            every = np.array([z[i] * (w[i, others] @ np.array(o)) / m2 for o in itertools.permutations(z[others])])
            assert found.statistic[i] == pytest.approx(z[i] * (w[i] @ z) / m2)
            assert found.expected[i] == pytest.approx(every.mean(), abs=1e-12)
            assert found.variance[i] == pytest.approx(every.var(), rel=1e-9)
            share = float((every >= found.statistic[i] - 1e-9).mean())
            assert found.p[i] == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 20_000) + 1e-4)


@pytest.mark.parametrize("name", ["grid", "nearest", "distance"])
def test_local_moran_is_that_of_esda(name: str) -> None:
    """esda divides by n - 1 and reports the smaller tail; quadrants 1 HH, 2 LH, 3 LL, 4 HL."""
    esda = pytest.importorskip("esda")
    neighbours, runs = SOME[name], 1999
    y = smooth(neighbours, 8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = esda.Moran_Local(y, as_pysal(neighbours), transformation="r", permutations=runs, seed=3, n_jobs=1)
    found = local_moran(y, neighbours, permutations=runs, seed=1, correction="none")
    n = neighbours.n
    np.testing.assert_allclose(found.statistic * (n - 1) / n, peer.Is, rtol=1e-9, atol=1e-12)
    assert found.quadrant.tolist() == [("", "HH", "LH", "LL", "HL")[q] for q in peer.q]
    half = np.minimum(found.p / 2, 1 - found.p / 2)
    error = 5 * np.sqrt(2 * np.maximum(peer.p_sim * (1 - peer.p_sim), 1e-3) / runs)
    assert (np.abs(half - peer.p_sim) < error + 0.01).all()
    whole = moran(y, neighbours, permutations=0)
    assert found.statistic.sum() == pytest.approx(whole.s0 * whole.statistic)


def test_full_and_sparse_matrices_give_the_same_permutations(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two ways of putting a unit's value back; same seed, same orders, same p."""
    side = grid(4)  # 48 links of 256: above the share that is multiplied as a full matrix
    y = np.random.default_rng(0).normal(size=16)
    full = local_moran(y, side, seed=3, permutations=400)
    monkeypatch.setattr("yitihua.analysis.distribution.moran.FULL_SHARE", 2.0)
    np.testing.assert_array_equal(full.p, local_moran(y, side, seed=3, permutations=400).p)


def test_random_values_are_called_clustered_at_the_stated_rate() -> None:
    """Simulated truth: no pattern; at 0.05 about 5 in 100 of 300 samples, within 3 standard errors."""
    neighbours, rng = grid(6), np.random.default_rng(11)
    found = [moran(rng.normal(size=36), neighbours, permutations=199, seed=rng).p <= 0.05 for _ in range(300)]
    assert np.mean(found) == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / 300))


def test_a_hot_spot_is_found_and_named() -> None:
    y = np.random.default_rng(7).normal(50, 3, 81)
    block = [9 * r + c for r in (3, 4, 5) for c in (3, 4, 5)]
    y[block] += 30
    found = local_moran(y, grid(9), permutations=4999, seed=0)
    assert found.clusters()[40] == "HH"
    assert set(np.flatnonzero(found.clusters() == "HH")) <= set(block)


# Islands and missing values: the stated rules.


def test_an_island_stays_with_a_lag_of_zero_or_is_dropped() -> None:
    island = SOME["island"]  # the twelfth unit is alone
    y = smooth(island, 2)
    kept, dropped = moran(y, island, permutations=0), moran(y, island, islands="drop", permutations=0)
    z = y - y.mean()
    assert kept.islands == dropped.islands == (11,) and (kept.n, dropped.n) == (12, 11)
    assert kept.statistic == pytest.approx(12 / 11 * (z @ island.standardised() @ z) / (z @ z))
    assert dropped.statistic == pytest.approx(moran(y[:11], island.take(range(11)), permutations=0).statistic)
    local = local_moran(y, island, seed=0)
    assert local.statistic[11] == 0 and local.quadrant[11] == "" and np.isnan(local.p[11])
    assert np.isnan(local_moran(y, island, islands="drop").statistic[11])
    joined = join_islands(island, np.column_stack([np.arange(12.0), np.zeros(12)]), metric="plane")
    assert moran(y, joined, permutations=0).islands == () and joined.joined == (11,)


def test_a_unit_without_a_value_is_nobodys_neighbour() -> None:
    """The same as without its row and column; who is left alone by it becomes an island."""
    row = adjacency("abcdefg", list(itertools.pairwise("abcdefg")))
    y = np.array([1.0, NAN, 3.0, 2.0, 5.0, 6.0, 4.0])
    found = moran(y, row, seed=0)
    rest = [0, 2, 3, 4, 5, 6]
    assert found.left_out == 1 and found.islands == (0,)
    assert found.statistic == pytest.approx(moran(y[rest], row.take(rest), seed=0).statistic)
    local = local_moran(y, row)
    assert np.isnan(local.statistic[1]) and local.quadrant[1] == "" and np.isnan(local.p_adjusted[1])
    assert len(local.frame) == 7


def test_corrections_are_those_of_statsmodels() -> None:
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(0).uniform(0, 0.2, 30)
    for name, other in (("bh", "fdr_bh"), ("by", "fdr_by"), ("bonferroni", "bonferroni")):
        np.testing.assert_allclose(corrected(p, name), multipletests(p, method=other)[1], rtol=1e-12)  # type: ignore[arg-type]


# Who is near.


def test_nearest_units_are_those_of_libpysal() -> None:
    """On a plane as it is; on the sphere against all distances by the haversine formula, sorted."""
    weights = pytest.importorskip("libpysal.weights")
    rng = np.random.default_rng(6)
    flat = rng.uniform(0, 10, (120, 2))
    peer = weights.KNN.from_array(flat, k=4)
    found = k_nearest(flat, 4, metric="plane")
    for i in range(120):
        assert sorted(peer.neighbors[i]) == found.matrix[[i]].indices.tolist()
    globe = np.column_stack([rng.uniform(-180, 180, 150), rng.uniform(-89, 89, 150)])
    lon, lat = np.radians(globe.T)
    hav = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    distance = 2 * 6371.0088 * np.arcsin(np.sqrt(hav))
    np.testing.assert_allclose(great_circle(globe[:, None], globe[None]), distance, rtol=1e-7, atol=1e-4)
    np.fill_diagonal(distance, np.inf)
    near = k_nearest(globe, 3).matrix
    for i in range(150):
        assert near[[i]].indices.tolist() == sorted(np.argsort(distance[i])[:3].tolist())


def test_ties_all_count_or_the_first() -> None:
    """A cross: four units at distance 1 of the middle."""
    cross = [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]]
    assert k_nearest(cross, 2, metric="plane").counts[0] == 4
    assert k_nearest(cross, 2, metric="plane", ties="first").matrix[[0]].indices.tolist() == [1, 2]


def test_weights_by_distance_are_those_of_libpysal() -> None:
    weights = pytest.importorskip("libpysal.weights")
    flat = np.random.default_rng(6).uniform(0, 10, (40, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = weights.DistanceBand(flat, threshold=3.0, binary=False, alpha=-1.5, silence_warnings=True)
    found = inverse_distance(flat, power=1.5, within=3.0, metric="plane").matrix.toarray()
    np.testing.assert_allclose(found, peer.full()[0], rtol=1e-10)


def test_economy_times_geography_is_the_product_entry_by_entry() -> None:
    flat, x = np.random.default_rng(1).uniform(0, 10, (12, 2)), np.random.default_rng(2).uniform(1, 9, 12)
    near = inverse_distance(flat, metric="plane")
    both = economic_distance(x, nearness=near).matrix.toarray()
    np.testing.assert_allclose(both, economic_distance(x).matrix.toarray() * near.matrix.toarray())


@pytest.mark.parametrize("permutations", [999])
def test_a_country_with_missing_values_is_tested(permutations: int) -> None:
    """2,844 units, missing values, four nearest: global and local, 999 permutations each."""
    rng = np.random.default_rng(0)
    neighbours = k_nearest(rng.uniform([75, 20], [130, 50], (2_844, 2)), 4)
    y = smooth(neighbours, 0)
    y[rng.random(2_844) < 0.02] = np.nan
    moran(y, neighbours, permutations=permutations)
    assert np.isfinite(local_moran(y, neighbours, permutations=99).p).sum() > 2_700


# What is refused.

ROW = adjacency("abcde", list(itertools.pairwise("abcde")))


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: moran([1, 1, 1, 1, 1], ROW), "distribution-constant"),
        (lambda: local_moran([1, 1, 1, 1, NAN], ROW), "distribution-constant"),
        (lambda: moran([1, 2, 3], ROW), "distribution-shape"),
        (lambda: moran([1, 2, 3, NAN, NAN], ROW), "distribution-few"),
        (lambda: moran([1, NAN, 3, NAN, 2], ROW), "neighbours-none"),
        (lambda: moran([1, 2, 3, 4, 5], ROW, islands="move"), "bad-choice"),  # type: ignore[arg-type]
        (lambda: moran([1, 2, 3, 4, 5], ROW, alternative="both"), "bad-choice"),  # type: ignore[arg-type]
        (lambda: moran([1, 2, 3, 4, 5], ROW, permutations=-1), "number-range"),
        (lambda: local_moran([1, 2, 3, 4, 5], ROW, correction="holm"), "bad-choice"),  # type: ignore[arg-type]
        (lambda: local_moran([1, 2, 3, 4, 5], ROW).clusters(0), "number-range"),
        (lambda: adjacency("ab", [("a", "c")]), "neighbours-pair"),
        (lambda: adjacency("ab", [("a", "a")]), "neighbours-pair"),
        (lambda: adjacency("ab", [("a", "b", -1)]), "neighbours-pair"),
        (lambda: adjacency("ab", [("a", "b", 1), ("b", "a", 2)]), "neighbours-pair"),
        (lambda: adjacency("ab", ["ab"]), "neighbours-pair"),
        (lambda: from_matrix([[0, 1]]), "neighbours-matrix"),
        (lambda: from_matrix([[0, -1], [1, 0]]), "neighbours-matrix"),
        (lambda: from_matrix([[1, 1], [1, 0]]), "neighbours-matrix"),
        (lambda: k_nearest([[0, 0], [1, 1]], 2), "neighbours-k"),
        (lambda: k_nearest([[0, 0], [200, 1]], 1), "neighbours-coordinates"),
        (lambda: k_nearest([[0, 0], [NAN, 1]], 1), "neighbours-coordinates"),
        (lambda: k_nearest([0, 1], 1), "distribution-shape"),
        (lambda: inverse_distance([[0, 0], [0, 0]]), "neighbours-distance"),
        (lambda: inverse_distance([[0, 0], [1, 0]], within=-1), "number-range"),
        (lambda: economic_distance([1, 1, 2]), "neighbours-distance"),
        (lambda: economic_distance([1, NAN, 2]), "distribution-few"),
        (lambda: join_islands(ROW, [[0, 0]] * 5, weight=0), "number-range"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_both_languages(call: Callable[[], object], code: str) -> None:
    with pytest.raises(InputError) as caught:
        call()
    (fault,) = caught.value.faults
    assert fault.code == code
    assert "{" not in fault.text("zh") + fault.text("en")
