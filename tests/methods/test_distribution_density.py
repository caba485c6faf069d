"""Kernel density: scipy's gaussian_kde, masses and images by hand, known distributions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gaussian_kde, norm

from yitihua.analysis.distribution.density import bandwidth, densities, density
from yitihua.errors import InputError

NAN = float("nan")


@pytest.mark.parametrize("rule", ["scott", "silverman"])
def test_without_bounds_it_is_scipys(rule: str) -> None:
    y = np.random.default_rng(0).gamma(3, 10, 300)
    found = density(y, None, bandwidth=rule)  # type: ignore[arg-type]
    peer = gaussian_kde(y, bw_method=rule)
    assert found.bandwidth == pytest.approx(peer.factor * y.std(ddof=1))
    np.testing.assert_allclose(found.f, peer(found.x), rtol=1e-9, atol=1e-14)
    assert found.integral == pytest.approx(1, abs=6e-7)


def test_reflected_it_is_scipys_with_images_added() -> None:
    """f(x) + f(-x) + f(200 - x) of the plain density, which reaches no further here."""
    y = np.concatenate([np.random.default_rng(1).uniform(0, 20, 80), np.full(30, 99.5), [0.0, 100.0]])
    found = density(y, bandwidth=4.0)
    peer = gaussian_kde(y, bw_method=4.0 / y.std(ddof=1))
    expected = peer(found.x) + peer(-found.x) + peer(200 - found.x)
    np.testing.assert_allclose(found.f, expected, rtol=1e-9, atol=1e-14)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=20), st.floats(0.3, 400))
def test_the_mass_on_the_scale_is_one(values: list[float], width: float) -> None:
    """However wide the kernel: by trapezoids to 1e-6, for a bandwidth holds 8 steps."""
    found = density(values, bandwidth=width)
    assert found.integral == pytest.approx(1, abs=1e-6)
    assert (found.f >= 0).all() and found.x[[0, -1]].tolist() == [0, 100]


def test_one_bound_is_the_folded_normal() -> None:
    """A single value at a bound: twice the normal density on its side."""
    found = density([0.0], (0.0, None), bandwidth=2.0)
    np.testing.assert_allclose(found.f, 2 * norm.pdf(found.x, scale=2.0), rtol=1e-12, atol=1e-15)


def test_a_uniform_sample_does_not_sag_at_the_ends() -> None:
    """Truth: 1/100 everywhere. Plain estimates halve at the ends."""
    y = np.random.default_rng(3).uniform(0, 100, 20_000)
    assert density(y).f[[0, -1]] == pytest.approx(0.01, rel=0.1)
    plain = density(y, None)
    assert np.interp(0, plain.x, plain.f) == pytest.approx(0.005, rel=0.1)


def test_shape_of_a_normal_is_that_of_theory() -> None:
    """Half-height width 2.3548 sd, 5% and 95% points 1.6449 sd away, of the sample's sd and the kernel's together."""
    y = 50 + 10 * norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    found = density(y, bandwidth=2.0)
    shape, sd = found.shape(), np.sqrt(104)
    assert shape.peaks == pytest.approx((50,), abs=0.3) and shape.median == pytest.approx(50, abs=0.01)
    assert shape.width == pytest.approx(2 * np.sqrt(2 * np.log(2)) * sd, rel=2e-3)
    assert (shape.left_tail, shape.right_tail) == pytest.approx((1.6449 * sd,) * 2, rel=0.02)
    assert shape.skew == pytest.approx(0, abs=1e-3) and shape.height == pytest.approx(norm.pdf(0) / sd, rel=2e-3)


def test_peaks_are_counted_also_at_the_bounds() -> None:
    rng = np.random.default_rng(1)
    two = density(np.concatenate([rng.normal(30, 4, 500), rng.normal(70, 4, 300)])).shape()
    assert [round(peak, -1) for peak in two.peaks] == [30, 70] and two.mode == two.peaks[0]
    assert len(density(np.r_[np.zeros(50), np.full(50, 100.0), 50.0], bandwidth=3.0).shape().peaks) == 2


def test_missing_values_are_left_out_and_counted() -> None:
    found = density([10, NAN, 30, 20])
    np.testing.assert_array_equal(found.f, density([10, 30, 20]).f)
    assert (found.n, found.left_out) == (3, 1)
    assert list(found.frame) == ["x", "density"]


def test_rules_of_bandwidth_by_hand() -> None:
    y = np.array([1.0, 2.0, 3.0, 4.0, 20.0])
    sd = y.std(ddof=1)
    assert bandwidth(y) == pytest.approx(0.9 * 2 / 1.349 * 5**-0.2)  # quartiles 2 and 4
    assert bandwidth(y, "scott") == pytest.approx(sd * 5**-0.2)
    assert bandwidth(y, "silverman") == pytest.approx(sd * (5 * 3 / 4) ** -0.2)
    assert bandwidth([0, 0, 0, 0, 5]) == pytest.approx(0.9 * np.sqrt(5) * 5**-0.2)  # no IQR: sd


def test_groups_have_the_density_of_their_own() -> None:
    found = densities([1, 5, 9, 40, 40, NAN], ["a", "a", "a", "b", "b", "c"])
    assert list(found) == ["a"]
    np.testing.assert_array_equal(found["a"].f, density([1, 5, 9]).f)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: density([5, 101]), "distribution-outside"),
        (lambda: density([5, -1]), "distribution-outside"),
        (lambda: density([5, 6], (10, 0)), "distribution-bounds"),
        (lambda: density([5, 5, 5]), "distribution-constant"),
        (lambda: density([5, NAN]), "distribution-few"),
        (lambda: density([NAN, NAN], bandwidth=2.0), "distribution-few"),
        (lambda: density([NAN], None, bandwidth=2.0), "distribution-few"),
        (lambda: density([5, 6], bandwidth=0.0), "number-range"),
        (lambda: density([5, 6], bandwidth="normal"), "bad-choice"),  # type: ignore[arg-type]
        (lambda: density([5, 6], points=1), "distribution-few"),
        (lambda: density([5, 6], points=0), "distribution-few"),
        (lambda: density([5, 6]).shape(0), "number-range"),
        (lambda: densities([5, 6], ["a", None]), "distribution-group"),
    ],
)
def test_what_has_no_density_is_refused_in_both_languages(call: Callable[[], object], code: str) -> None:
    with pytest.raises(InputError) as caught:
        call()
    (fault,) = caught.value.faults
    assert fault.code == code
    assert "{" not in fault.text("zh") + fault.text("en")
