"""Gini, Theil and Dagum: their definitions by brute force, closed forms, identities, and PySAL's `inequality`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yitihua.analysis.distribution.dagum import DagumParts, dagum
from yitihua.analysis.distribution.gini import gini, grouped_gini, lorenz
from yitihua.analysis.distribution.theil import theil, theil_nested, theil_parts
from yitihua.errors import InputError

Array = np.ndarray[Any, Any]
NAN = float("nan")


def gini_by_definition(y: Array, w: Array) -> float:
    """Mean absolute difference over all pairs, by twice the mean."""
    pairs = sum(w[i] * w[j] * abs(y[i] - y[j]) for i in range(len(y)) for j in range(len(y)))
    return float(pairs / (2 * w.sum() * (w @ y)))


def dagum_by_definition(y: Array, groups: Array, w: Array) -> tuple[float, float, float]:
    """Dagum (1997) in loops: within, net between, overlap."""
    names = sorted(set(groups.tolist()))
    people = {g: w[groups == g].sum() for g in names}
    mean = {g: (w * y)[groups == g].sum() / people[g] for g in names}
    p = {g: people[g] / w.sum() for g in names}
    s = {g: people[g] * mean[g] / (w @ y) for g in names}

    def moment(g: str, h: str) -> float:
        """Mean of max(y in g - y in h, 0)."""
        own = [(y[i], w[i]) for i in range(len(y)) if groups[i] == g]
        other = [(y[i], w[i]) for i in range(len(y)) if groups[i] == h]
        return sum(a * b * max(x - z, 0) for x, a in own for z, b in other) / (people[g] * people[h])

    within = sum(2 * moment(g, g) / (2 * mean[g]) * p[g] * s[g] for g in names if mean[g] > 0)
    between = overlap = 0.0
    for g, h in itertools.combinations(names, 2):
        high, low = (g, h) if mean[g] >= mean[h] else (h, g)
        d, q = moment(high, low), moment(low, high)
        if d + q == 0:
            continue
        share = (d + q) / (mean[g] + mean[h]) * (p[g] * s[h] + p[h] * s[g])
        between += share * (d - q) / (d + q)
        overlap += share * 2 * q / (d + q)
    return within, between, overlap


SAMPLES = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from("abcd"), st.integers(1, 9)), min_size=1, max_size=14
).filter(lambda rows: sum(row[0] for row in rows) > 0)


@settings(deadline=None, max_examples=80)
@given(SAMPLES)
def test_gini_is_its_double_sum(rows: list[tuple[int, str, int]]) -> None:
    y, w = np.array([row[0] for row in rows], float), np.array([row[2] for row in rows], float)
    assert float(gini(y)) == pytest.approx(gini_by_definition(y, np.ones(len(y))), abs=1e-12)
    assert float(gini(y, w)) == pytest.approx(gini_by_definition(y, w), abs=1e-12)
    # A weight is so many people with one value: the Gini of them one by one.
    assert float(gini(y, w)) == pytest.approx(float(gini(np.repeat(y, w.astype(int)))), abs=1e-12)
    # Twice the area between diagonal and Lorenz curve.
    assert lorenz(y, w).gini == pytest.approx(float(gini(y, w)), abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 7, 100])
def test_gini_of_one_to_n_has_a_closed_form(n: int) -> None:
    """sum_{i<j} (j - i) = n(n^2 - 1)/6, so G = 2 n(n^2-1)/6 / (n n(n+1)) = (n - 1)/(3n)."""
    assert float(gini(np.arange(1.0, n + 1))) == pytest.approx((n - 1) / (3 * n), abs=1e-14)


def test_gini_of_a_large_exponential_sample_is_a_half() -> None:
    """Its Lorenz curve p + (1 - p) ln(1 - p) leaves G = 1/2 exactly."""
    assert float(gini(np.random.default_rng(3).exponential(7.0, 200_000))) == pytest.approx(0.5, abs=0.004)


@settings(deadline=None, max_examples=60)
@given(SAMPLES, st.floats(0.01, 1000))
def test_gini_knows_no_unit_of_money_and_no_order(rows: list[tuple[int, str, int]], factor: float) -> None:
    y = np.array([row[0] for row in rows], float)
    found = float(gini(y))
    assert 0 <= found <= 1 - 1 / len(y) + 1e-12
    assert float(gini(y * factor)) == pytest.approx(found, abs=1e-11)
    assert float(gini(y[::-1])) == pytest.approx(found, abs=1e-12)


def test_gini_of_totals_is_that_of_means_per_head() -> None:
    """By the definition on people one by one."""
    totals, people = np.array([10.0, 9.0, 2.0]), np.array([5, 3, 2])
    assert float(grouped_gini(totals, people)) == pytest.approx(
        float(gini(np.repeat(totals / people, people))), abs=1e-14
    )


def test_measures_work_over_rows_and_leave_missing_units_out() -> None:
    y = np.array([[1.0, NAN, 3.0, 8.0], [2.0, 2.0, 2.0, NAN], [NAN] * 4, [0.0] * 4])
    for measure in (gini, theil):
        found = measure(y)
        assert found[0] == pytest.approx(float(measure([1.0, 3.0, 8.0])), abs=1e-15)
        assert found[1] == 0 and np.isnan(found[2]) and found[3] == 0
    # The population of a unit without a value may be missing.
    assert float(gini([1, NAN, 3], [1, NAN, 1])) == 0.25


def test_equal_values_are_equal_even_where_floats_round() -> None:
    assert float(gini(np.full(2_844, 0.1))) == pytest.approx(0, abs=1e-15)
    assert 0 <= float(theil(np.full(2_844, 0.1))) < 1e-15


# Theil.


@settings(deadline=None, max_examples=80)
@given(SAMPLES)
def test_theil_is_its_sum_and_adds_up_over_groups(rows: list[tuple[int, str, int]]) -> None:
    """T and L by their definitions, and the parts by definition as in Shorrocks (1980)."""
    groups = np.array([row[1] for row in rows])
    w = np.array([row[2] for row in rows], float)
    for index, y in (
        ("T", np.array([row[0] for row in rows], float)),
        ("L", np.array([row[0] + 1 for row in rows], float)),
    ):
        p, s = w / w.sum(), w * y / (w @ y)
        terms = [
            (b * math.log(b / a) if b > 0 else 0.0) if index == "T" else a * math.log(a / b)
            for a, b in zip(p, s, strict=True)
        ]
        parts = theil_parts(y, groups, w, index)  # type: ignore[arg-type]
        assert float(theil(y, w, index)) == pytest.approx(math.fsum(terms), abs=1e-12)  # type: ignore[arg-type]
        assert parts.total == pytest.approx(parts.between + parts.within, abs=1e-12)
        assert parts.within_parts.sum() == pytest.approx(parts.within, abs=1e-12)
        inside = [float(theil(y[groups == g], w[groups == g], index)) for g in parts.groups]  # type: ignore[arg-type]
        np.testing.assert_allclose(parts.inside, inside, atol=1e-12)
        share = [(s if index == "T" else p)[groups == g].sum() for g in parts.groups]
        assert parts.within == pytest.approx(float(np.dot(inside, share)), abs=1e-12)


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 7), st.integers(1, 9)), min_size=1, max_size=25),
    st.sampled_from("TL"),
)
def test_nested_parts_sum_exactly(rows: list[tuple[int, int, int]], index: str) -> None:
    """Three levels: the total is what lies between at each level, plus what is left within the innermost."""
    y, w = np.array([row[0] + (index == "L") for row in rows], float), np.array([row[2] for row in rows], float)
    city = np.array([row[1] for row in rows])
    levels = {"half": city // 4, "province": city // 2, "city": city}
    found = theil_nested(y, levels, w, index)  # type: ignore[arg-type]
    assert found.total == pytest.approx(float(found.between.sum()) + found.within, abs=1e-12)
    assert float(found.frame["value"].sum()) == pytest.approx(found.total, abs=1e-12)
    # Between at the first k levels together is the plain part between groups of level k.
    for between, level in zip(np.cumsum(found.between), found.by_level, strict=True):
        assert between == pytest.approx(level.between, abs=1e-12)
    assert (found.between >= -1e-12).all() and found.within >= -1e-12


def test_theil_of_a_lognormal_is_half_its_variance() -> None:
    """E[ln] and E[x ln x] of the lognormal give T = L = sigma^2 / 2."""
    y = np.random.default_rng(0).lognormal(1.0, 0.6, 400_000)
    assert float(theil(y)) == pytest.approx(0.18, abs=0.002)
    assert float(theil(y, index="L")) == pytest.approx(0.18, abs=0.002)


# Dagum.


@settings(deadline=None, max_examples=80)
@given(SAMPLES)
def test_dagum_is_its_definition_and_adds_up(rows: list[tuple[int, str, int]]) -> None:
    y, w = np.array([row[0] for row in rows], float), np.array([row[2] for row in rows], float)
    groups = np.array([row[1] for row in rows])
    for weight in (None, w):
        found = dagum(y, groups, weight)
        expected = dagum_by_definition(y, groups, np.ones(len(y)) if weight is None else weight)
        assert (found.within, found.between, found.overlap) == pytest.approx(expected, abs=1e-12)
        assert found.within + found.between + found.overlap == pytest.approx(float(gini(y, weight)), abs=1e-12)
        assert min(found.within, found.between, found.overlap) >= -1e-15
        pairs = found.pairs
        assert pairs["between"].sum() == pytest.approx(found.between, abs=1e-12)
        assert pairs["overlap"].sum() == pytest.approx(found.overlap, abs=1e-12)
        assert found.frame["within"].sum() == pytest.approx(found.within, abs=1e-12)


def test_dagum_of_groups_that_do_not_overlap_has_no_overlap_and_of_twins_nothing_between() -> None:
    apart = dagum([1, 2, 3, 10, 20], ["a", "a", "a", "b", "b"])
    assert apart.overlap == pytest.approx(0, abs=1e-15) and apart.distance[0, 1] == pytest.approx(1)
    twins = dagum([1, 5, 1, 5], ["a", "a", "b", "b"])
    assert twins.between == pytest.approx(0, abs=1e-15) and twins.distance[0, 1] == pytest.approx(0)


def test_dagum_of_one_group_of_zeros_and_of_equals() -> None:
    alone = dagum([1, 2, 4], ["a"] * 3)
    assert alone.within == pytest.approx(alone.gini) and alone.between == alone.overlap == 0
    zeros = dagum([0, 0, 3, 1, NAN], ["a", "a", "b", "b", None])
    assert zeros.groups == ("a", "b") and zeros.units.tolist() == [2, 2] and zeros.pair_gini[0, 0] == 0
    equal = dagum([2.0] * 4, list("aabb"))
    assert equal.gini == 0 and math.isnan(equal.rates["within"])


@pytest.mark.parametrize("groups", [31, 400])
def test_dagum_adds_up_at_the_size_of_a_country(groups: int) -> None:
    """2,844 units with missing ones, far from zero: to 1e-12."""
    rng = np.random.default_rng(5)
    y, of = rng.lognormal(10, 0.4, 2_844), rng.integers(0, groups, 2_844)
    y[rng.random(2_844) < 0.02] = np.nan
    people = rng.integers(10_000, 2_000_000, 2_844)
    found = dagum(y, of, people)
    assert abs(found.within + found.between + found.overlap - found.gini) < 1e-12


def test_measures_agree_with_pysal_inequality() -> None:
    """`inequality` 1.1.2: Gini and Theil's T of all units, and its split by groups."""
    peer_gini = pytest.importorskip("inequality.gini")
    peer_theil = pytest.importorskip("inequality.theil")
    rng = np.random.default_rng(2)
    y, groups = rng.lognormal(3, 0.7, 300), rng.integers(0, 9, 300)
    assert float(gini(y)) == pytest.approx(peer_gini.Gini(y).g, abs=1e-12)
    peer, own = peer_theil.TheilD(y, groups), theil_parts(y, groups)
    assert (own.total, own.between, own.within) == pytest.approx((peer.T, peer.bg[0], peer.wg[0]), abs=1e-12)


# What is refused.

Run = Callable[[], object]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: gini([1, -2]), "distribution-negative"),
        (lambda: gini([1, float("inf")]), "infinite"),
        (lambda: gini(["a", 1]), "distribution-text"),
        (lambda: gini([1, 2], [1, -1]), "distribution-population"),
        (lambda: gini([1, 2], [1, NAN]), "distribution-population"),
        (lambda: gini([1, 2], [0, 0]), "distribution-population"),
        (lambda: gini([1, 2], [1, 2, 3]), "distribution-shape"),
        (lambda: grouped_gini([1, 2], [1, 0]), "distribution-population"),
        (lambda: lorenz([NAN]), "distribution-few"),
        (lambda: theil([1, -2]), "distribution-negative"),
        (lambda: theil([1, 0], index="L"), "distribution-not-positive"),
        (lambda: theil([1, 2], index="M"), "bad-choice"),  # type: ignore[arg-type]
        (lambda: theil_parts([1, 2], ["a", None]), "distribution-group"),
        (lambda: theil_parts([1, 2], ["a"]), "distribution-shape"),
        (lambda: theil_parts([[1, 2]], ["a", "b"]), "distribution-shape"),
        (lambda: theil_nested([1, 2], {}), "distribution-few"),
        (lambda: theil_nested([1, 2], {"p": ["p", "q"], "c": ["x", "x"]}), "distribution-nesting"),
        (lambda: dagum([1, -2], ["a", "b"]), "distribution-negative"),
        (lambda: dagum([1, 2], ["a", ""]), "distribution-group"),
        (lambda: dagum([NAN, NAN], ["a", "b"]), "distribution-few"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_both_languages(call: Run, code: str) -> None:
    with pytest.raises(InputError) as caught:
        call()
    (fault,) = caught.value.faults
    assert fault.code == code
    assert "{" not in fault.text("zh") + fault.text("en")


def test_a_result_cannot_be_changed() -> None:
    found: DagumParts = dagum([1, 2], ["a", "b"])
    with pytest.raises(AttributeError):
        found.gini = 0.0  # type: ignore[misc]
