"""What holds for any sample: margins are met, factors multiply to the weight, scale and order do not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from yitihua.surveys.weighting.calibration import calibrate
from yitihua.surveys.weighting.coded import CodedMargin, CodedMargins
from yitihua.surveys.weighting.design_effect import kish
from yitihua.surveys.weighting.raking import rake
from yitihua.surveys.weighting.steps import Weights
from yitihua.surveys.weighting.trimming import trim


def sample(seed: int) -> tuple[np.ndarray, CodedMargins]:
    """Weights, some of them 0, and margins that a full table of respondents can meet."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 6, rng.integers(1, 5))
    groups = int(rng.integers(1, 4))
    # Every combination occurs, so that any positive margins of one total can be met.
    full = np.stack(np.meshgrid(np.arange(groups), *map(np.arange, sizes), indexing="ij"), -1).reshape(
        -1, len(sizes) + 1
    )
    rows = rng.permutation(np.concatenate([full, full[rng.integers(0, len(full), 60)]]))
    weight = np.exp(rng.normal(0, 1, len(rows))) * 10 ** rng.uniform(-3, 5)
    weight[-int(rng.integers(1, 30)) :] = 0.0
    weight[np.unique(rows, axis=0, return_index=True)[1]] = 1.0
    people = 10 ** rng.uniform(0, 6, groups)
    names = tuple(f"C{g}" for g in range(groups)) if groups > 1 else ("",)
    margins = [
        CodedMargin(
            f"v{m}", tuple(map(str, range(size))), people[:, None] * rng.dirichlet(np.full(size, 5.0), groups),
            rows[:, 0] * size + rows[:, m + 1], names,
        )
        for m, size in enumerate(sizes)
    ]  # fmt: skip
    return weight, CodedMargins(tuple(margins))


def achieved(margin: CodedMargin, weight: np.ndarray) -> np.ndarray:
    return np.bincount(margin.codes, weight, margin.totals.size).reshape(margin.totals.shape)


SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_raked_margins_equal_their_targets(seed: int) -> None:
    weight, margins = sample(seed)
    found = rake(weight, margins)
    assert found.converged
    for margin in margins.margins:
        np.testing.assert_allclose(achieved(margin, weight * found.factor), margin.totals, rtol=1e-8)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
@example(seed=162744368)  # 2,000 sweeps leave 3e-8
def test_raking_by_sweeps_and_by_newton_agree(seed: int) -> None:
    weight, margins = sample(seed)
    by_newton = calibrate(weight, margins, "raking", epsilon=1e-12)
    np.testing.assert_allclose(
        weight * rake(weight, margins, epsilon=1e-13).factor, weight * by_newton.factor, rtol=1e-7
    )


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, scale=st.floats(1e-6, 1e6))
def test_raking_does_not_depend_on_the_scale_of_the_base_weights(seed: int, scale: float) -> None:
    weight, margins = sample(seed)
    one, other = rake(weight, margins), rake(weight * scale, margins)
    np.testing.assert_allclose(weight * one.factor, weight * scale * other.factor, rtol=1e-7)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_raking_does_not_depend_on_the_order_of_respondents(seed: int) -> None:
    weight, margins = sample(seed)
    order = np.random.default_rng(seed).permutation(len(weight))
    moved = CodedMargins(
        tuple(CodedMargin(m.name, m.levels, m.totals, m.codes[order], m.groups) for m in margins.margins)
    )
    before, after = weight * rake(weight, margins).factor, weight[order] * rake(weight[order], moved).factor
    np.testing.assert_allclose(before[order], after, rtol=1e-7)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_raking_twice_is_raking_once(seed: int) -> None:
    weight, margins = sample(seed)
    once = weight * rake(weight, margins).factor
    np.testing.assert_allclose(rake(once, margins).factor[weight > 0], 1.0, rtol=1e-7)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, high=st.floats(1.2, 3.0))
def test_the_factors_multiply_to_the_weight_exactly(seed: int, high: float) -> None:
    weight, margins = sample(seed)
    start = Weights.start(weight, zero=True).rake(margins)
    done = start.trim(upper=high * float(start.final[start.final > 0].mean())).calibrate(margins, "raking")
    frame = done.frame
    product = frame["base"].to_numpy().copy()
    for step in done.steps:
        product *= frame[step.name].to_numpy()
    assert np.array_equal(product, frame["weight"].to_numpy())
    assert np.array_equal(product, done.final)
    assert np.all(done.final[weight == 0] == 0)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, high=st.floats(1.05, 4.0), low=st.floats(0.0, 0.9), share=st.sampled_from(["equal", "proportional"]))
def test_strict_trimming_holds_the_limits_and_the_sum(seed: int, high: float, low: float, share: str) -> None:
    weight, _ = sample(seed)
    mean = weight[weight > 0].mean()
    found = trim(weight, low * mean, high * mean, strict=True, share=share)  # type: ignore[arg-type]
    trimmed = (weight * found.factor)[weight > 0]
    assert trimmed.sum() == pytest.approx(weight.sum(), rel=1e-9)
    assert trimmed.max() <= high * mean * (1 + 1e-9)
    assert trimmed.min() >= low * mean * (1 - 1e-9)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_kish_by_domain(seed: int) -> None:
    """n_eff lies between 1 and n, is n for equal weights, and deff is 1 + the squared CV (Kish 1992)."""
    weight, margins = sample(seed)
    domain = margins.margins[0].codes
    found = kish(weight, domain)
    for d in np.unique(domain[weight > 0]):
        own = weight[(domain == d) & (weight > 0)]
        assert found.deff[d] == pytest.approx(1 + own.var() / own.mean() ** 2)
        assert 1 - 1e-9 <= found.n_eff[d] <= len(own) + 1e-9
    np.testing.assert_allclose(kish((weight > 0) * 3.0, domain).deff[found.n > 0], 1.0)
