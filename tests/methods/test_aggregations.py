"""What every aggregation of this package must hold, and how they are declared and run from an index file."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import yitihua as yt
from yitihua.definitions.methods import AGGREGATE
from yitihua.errors import InputError
from yitihua.index.aggregate.method import AggregateMethod, Mixture
from yitihua.index.recipe import Recipe

NAMES = ("topsis", "copeland", "mpi", "ampi", "fuzzy", "grey", "vikor", "owa", "rsr")
#: Method and keys, every choice at least once.
VARIANTS: list[tuple[str, dict[str, object]]] = [
    ("topsis", {}),
    ("topsis", {"normalise": "minmax", "weights_in": "distance"}),
    ("topsis", {"normalise": "sum", "metric": "cityblock"}),
    ("topsis", {"ideal": "scale"}),
    ("topsis", {"ideal": "stated", "best": 95.0, "worst": 5.0}),
    ("copeland", {}),
    ("copeland", {"points": "raw", "ties": "loss"}),
    ("mpi", {}),
    ("mpi", {"penalty": "plus", "spread": "sample"}),
    ("ampi", {}),
    ("ampi", {"points": "raw"}),
    ("fuzzy", {}),
    ("fuzzy", {"operator": "min_sum", "thresholds": (20.0, 50.0, 90.0), "grade_scores": (0.0, 50.0, 100.0)}),
    ("fuzzy", {"operator": "product_max", "decide": "largest"}),
    ("grey", {}),
    ("grey", {"ideal": "sample", "rho": 0.2}),
    ("vikor", {}),
    ("vikor", {"ideal": "scale", "v": 0.2}),
    ("owa", {}),
    ("owa", {"order_weights": (0.1, 0.2, 0.7)}),
    ("owa", {"orness": 0.8, "spread_by": "entropy"}),
    ("rsr", {}),
    ("rsr", {"ranks": "interpolated"}),
]
IDS = ["-".join([name, *map(str, keys)]) for name, keys in VARIANTS]
W = np.array([0.3, 0.25, 0.2, 0.15, 0.1])
SCALE = (0.0, 100.0)


def prepared(name: str, keys: dict[str, object], sample: np.ndarray, w: np.ndarray) -> tuple[AggregateMethod, Mixture]:
    method = AGGREGATE[name]
    stated = method.settings(keys)
    numbers = {} if method.fit is None else method.fit(sample, w, stated, SCALE)
    return method, Mixture(w, stated, numbers, SCALE)


def scores(method: AggregateMethod, x: np.ndarray, mixture: Mixture) -> np.ndarray:
    found = method.combine(x, mixture)
    return np.asarray(found[0] if method.carries else found)


@pytest.fixture
def sample() -> np.ndarray:
    x = np.random.default_rng(8).uniform(0.0, 100.0, (30, 5)).round(1)
    x[3, 2] = x[7, 0] = x[7, 4] = np.nan
    return x


@pytest.mark.parametrize(("name", "keys"), VARIANTS, ids=IDS)
def test_a_row_is_scored_by_itself(name: str, keys: dict[str, object], sample: np.ndarray) -> None:
    """Given fitted numbers: alone, in another order, in a batch, or among other units."""
    method, mixture = prepared(name, keys, sample, W)
    whole = scores(method, sample, mixture)
    assert np.isfinite(whole).all()
    np.testing.assert_allclose(scores(method, sample[::-1], mixture), whole[::-1], rtol=1e-12)
    for unit in (0, 3, 7):
        np.testing.assert_allclose(scores(method, sample[[unit]], mixture), whole[[unit]], rtol=1e-12)
    batch = np.stack([sample, sample[::-1]])[:, None]
    found = scores(method, batch, mixture)
    assert found.shape == (2, 1, 30)
    np.testing.assert_allclose(found[1, 0], whole[::-1], rtol=1e-12)
    new = np.random.default_rng(1).uniform(-20.0, 120.0, (4, 5))
    assert np.isfinite(scores(method, new, mixture)).all()


@pytest.mark.parametrize(("name", "keys"), VARIANTS, ids=IDS)
def test_order_of_children_does_not_matter(name: str, keys: dict[str, object], sample: np.ndarray) -> None:
    order = [4, 0, 3, 1, 2]
    first, second = prepared(name, keys, sample, W), prepared(name, keys, sample[:, order], W[order])
    np.testing.assert_allclose(scores(first[0], sample, first[1]), scores(second[0], sample[:, order], second[1]))


@pytest.mark.parametrize(("name", "keys"), VARIANTS, ids=IDS)
def test_stays_on_the_scale(name: str, keys: dict[str, object], sample: np.ndarray) -> None:
    method, mixture = prepared(name, keys, sample, W)
    if method.off_scale(mixture.settings):
        return
    found = scores(method, np.vstack([sample, np.zeros(5), np.full(5, 100.0)]), mixture)
    assert (found >= 0.0).all()
    assert (found <= 100.0).all()
    assert found[-1] >= found.max() - 1e-9
    assert found[-2] <= found.min() + 1e-9


@pytest.mark.parametrize(("name", "keys"), VARIANTS, ids=IDS)
def test_missing_constant_all_missing_and_one_child(name: str, keys: dict[str, object], sample: np.ndarray) -> None:
    """A missing child is as one of weight 0; all missing is no score; and no warning is given."""
    method, mixture = prepared(name, keys, sample, W)
    weightless = np.array([0.2, 0.0, 0.4, 0.2, 0.2])
    complete = np.random.default_rng(9).uniform(0.0, 100.0, (20, 5))
    unweighted = prepared(name, keys, complete, weightless)[1]
    holed = complete.copy()
    holed[:, 1] = np.nan
    np.testing.assert_allclose(scores(method, holed, unweighted), scores(method, complete, unweighted), rtol=1e-12)
    empty = np.full((2, 5), np.nan)
    assert np.isnan(scores(method, empty, mixture)).all()
    constant = sample.copy()
    constant[:, 0] = 50.0
    zeros = sample.copy()
    zeros[:, 0] = 0.0
    for one in (constant, zeros):
        found = prepared(name, keys, one, W)
        assert np.isfinite(scores(method, one, found[1])).all()
    found = prepared(name, keys, sample[:, :1], np.ones(1))
    alone = scores(method, sample[:, :1], found[1])
    np.testing.assert_array_equal(np.isnan(alone), np.isnan(sample[:, 0]))
    order = np.argsort(sample[:, 0])[:-1]  # NaN last
    assert (np.diff(alone[order]) >= -1e-9).all()
    nothing = prepared(name, keys, empty, W)
    assert np.isnan(scores(method, empty, nothing[1])).all()
    assert scores(method, np.empty((0, 5)), mixture).shape == (0,)


#: Improving a child can cost under a penalty for imbalance (test_penalised.test_a_strength_can_cost), and the
#: operators that take the largest or smallest of weight and membership normalise B afterwards.
MONOTONE = [one for one in VARIANTS if one[0] not in ("mpi", "ampi") and "operator" not in one[1]]


@settings(max_examples=25)
@given(
    hnp.arrays(float, (6, 3), elements=st.integers(0, 100).map(float)),
    st.integers(0, 5),
    st.integers(0, 2),
    st.floats(0.0, 60.0),
)
def test_more_points_never_lower_a_score(x: np.ndarray, unit: int, j: int, more: float) -> None:
    better = x.copy()
    better[unit, j] += more
    for name, keys in MONOTONE:
        method, mixture = prepared(name, keys, x, np.array([0.5, 0.3, 0.2]))
        before, after = scores(method, x, mixture)[unit], scores(method, better, mixture)[unit]
        assert np.isnan(before) or after >= before - 1e-9, name


@pytest.mark.parametrize(("name", "keys"), VARIANTS, ids=IDS)
def test_runs_from_an_index_file_and_through_json(name: str, keys: dict[str, object]) -> None:
    """At every node of ASEM; the recipe survives JSON and scores the same, to the bit."""
    board = yt.evaluate(
        "asem", aggregate={"method": name, **{k: list(v) if isinstance(v, tuple) else v for k, v in keys.items()}}
    )
    assert np.isfinite(board.total).all()
    again = Recipe.from_json(board.recipe.to_json())
    assert again == board.recipe
    np.testing.assert_array_equal(yt.apply(board.table, again).total, board.total)
    assert str(board)
    if AGGREGATE[name].off_scale(AGGREGATE[name].settings(keys)):
        return
    shares = board.contributions.groupby(["unit", "depth"], sort=False)["contribution"].sum().unstack()
    for depth in (1, 2, 3):
        np.testing.assert_allclose(shares[depth], board.total, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_at_one_level_and_one_node(name: str) -> None:
    """Level 0 is the index; a pillar of its own."""
    base = yt.evaluate("asem")
    top = yt.evaluate("asem", aggregate={"method": "arithmetic", "levels": {"0": {"method": name}}})
    np.testing.assert_allclose(top.points[:, :-1], base.points[:, :-1])
    if name != "fuzzy":  # with its defaults it is the arithmetic mean
        assert not np.allclose(top.total, base.total)
    node = base.recipe.nodes[0].code
    one = yt.evaluate("asem", aggregate={"method": "arithmetic", "nodes": {node: {"method": name}}})
    assert one.recipe.nodes[0].method == name
    assert {rule.method for rule in one.recipe.nodes[1:]} == {"arithmetic"}


@pytest.mark.parametrize("name", NAMES)
def test_declared_with_words_source_and_keys_explained(name: str) -> None:
    method = AGGREGATE[name]
    assert method.words[0] and method.words[1] and method.source
    for key in method.keys:
        assert all(key.words) and key.about, key.name


@pytest.mark.parametrize(
    ("aggregate", "code"),
    [
        ({"method": "topsis", "best": 90.0}, "bad-value"),
        ({"method": "topsis", "ideal": "stated", "best": 90.0}, "bad-value"),
        ({"method": "vikor", "ideal": "stated", "best": 10.0, "worst": 20.0}, "bad-value"),
        ({"method": "topsis", "metric": "cityblock", "weights_in": "distance"}, "bad-value"),
        ({"method": "topsis", "normalise": "l2"}, "bad-choice"),
        ({"method": "grey", "rho": 0.0}, "bad-value"),
        ({"method": "grey", "rho": 2.0}, "bad-value"),
        ({"method": "fuzzy", "thresholds": [50.0, 20.0]}, "bad-value"),
        ({"method": "fuzzy", "thresholds": [20.0, 50.0], "grade_scores": [0.0, 50.0, 100.0]}, "bad-value"),
        ({"method": "fuzzy", "grade_scores": [0.0, 200.0]}, "bad-value"),
        ({"method": "owa", "orness": 0.4, "quantifier": "most"}, "bad-value"),
        ({"method": "owa", "order_weights": [-1.0, 2.0]}, "bad-value"),
        ({"method": "owa", "spread_by": "entropy"}, "bad-value"),
        ({"method": "copeland", "rho": 0.5}, "no-effect"),
        ({"method": "arithmetic", "orness": 0.5}, "no-effect"),
    ],
    ids=str,
)
def test_bad_settings_are_refused(aggregate: dict[str, object], code: str) -> None:
    with pytest.raises(InputError) as caught:
        yt.evaluate("asem", aggregate=aggregate)
    assert [fault.code for fault in caught.value.faults] == [code]
    text = caught.value.faults[0].text("zh")
    assert "{" not in text
    # Every reason has its Chinese words.
    assert "is only read" not in text and "expected" not in text


@pytest.mark.parametrize("name", NAMES)
def test_works_at_the_size_of_a_country(name: str) -> None:
    """2,844 x 51 with missing cells and a constant column, without a warning."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 100, (2_844, 51))
    x[rng.random(x.shape) < 0.05] = np.nan
    x[:, 7] = 50.0
    w = rng.dirichlet(np.ones(51))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        method, mixture = prepared(name, {}, x, w)
        assert np.isfinite(scores(method, x, mixture)).all()
