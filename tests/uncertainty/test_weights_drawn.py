"""Weights that vary, and what is refused.

Authorities: moments of the Dirichlet distribution; rejection sampling; the bootstrap's own moments.
"""

import numpy as np
import pytest

import yitihua as yt
from yitihua.analysis.uncertainty.weight_draws import bounded_weights, dirichlet_around, uniform_weights


@pytest.fixture(scope="module")
def hdi():
    return yt.evaluate("hdi")


@pytest.fixture(scope="module")
def zhejiang():
    return yt.evaluate("zhejiang-2022")


def root_weights(found, n=300):
    return np.array([found.replicate(k).board.recipe.root.weights for k in range(n)])


def test_dirichlet_moments():
    """Mean w, variance w (1 - w) / (concentration + 1)."""
    nominal = np.array([0.2, 0.3, 0.5])
    drawn = dirichlet_around(nominal, 24.0, 40_000, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.sum(axis=1), 1.0)
    np.testing.assert_allclose(drawn.mean(axis=0), nominal, atol=0.003)
    np.testing.assert_allclose(drawn.var(axis=0), nominal * (1 - nominal) / 25.0, rtol=0.05)


def test_uniform_moments():
    """On the simplex of k weights: mean 1/k, variance (k - 1) / (k^2 (k + 1))."""
    drawn = uniform_weights(np.full(4, 0.25), 40_000, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.mean(axis=0), 0.25, atol=0.005)
    np.testing.assert_allclose(drawn.var(axis=0), 3 / (16 * 5), rtol=0.05)


def test_bounds_against_rejection():
    rng = np.random.default_rng(2)
    low, high = np.array([0.1, 0.0, 0.2]), np.array([0.4, 0.5, 0.6])
    drawn = bounded_weights(np.array([0.3, 0.3, 0.4]), low, high, 20_000, rng)
    tried = rng.dirichlet(np.ones(3), 200_000)
    kept = tried[((tried >= low) & (tried <= high)).all(axis=1)]
    assert (drawn >= low - 1e-12).all()
    assert (drawn <= high + 1e-12).all()
    np.testing.assert_allclose(drawn.mean(axis=0), kept.mean(axis=0), atol=0.01)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(kept.T), atol=0.001)


def test_experts_are_drawn_with_replacement(hdi):
    """Mean of the panel's shares; variance 1/k of the panel's own (the bootstrap of a mean)."""
    panel = {"health": [1, 2, 3, 2], "education": [1, 1, 1, 2], "income": [2, 1, 0, 0]}
    shares = np.array([panel[child] for child in hdi.recipe.root.children], dtype=float)
    shares /= shares.sum(axis=0)
    found = hdi.uncertainty(n=2000, seed=1, weights={"kind": "experts", "experts": {"HDI": panel}})
    drawn = root_weights(found, 1500)
    np.testing.assert_allclose(drawn.mean(axis=0), shares.mean(axis=1), atol=0.02)
    np.testing.assert_allclose(drawn.var(axis=0), shares.var(axis=1) / 4, rtol=0.2)


def test_rival_sets_are_drawn_alike(hdi):
    """The published set and each rival are as likely."""
    found = hdi.uncertainty(n=1000, seed=1, weights={"kind": "sets", "sets": {"h": {"health": 0.8}}})
    drawn = root_weights(found, 600)[:, list(hdi.recipe.root.children).index("health")]
    assert set(np.unique(drawn.round(6))) == {0.333333, 0.8}
    assert 0.4 < (drawn > 0.5).mean() < 0.6


def test_rival_sets_by_name(zhejiang):
    found = zhejiang.uncertainty(n=200, seed=1, weights={"kind": "sets", "sets": ["satisfaction-35", "entropy"]})
    drawn = {tuple(round(w, 4) for w in found.replicate(k).board.recipe.root.weights) for k in range(60)}
    assert (0.2, 0.2, 0.2, 0.2, 0.2) in drawn
    assert (0.1625, 0.1625, 0.1625, 0.1625, 0.35) in drawn
    assert len(drawn) == 3
    with pytest.raises(yt.InputError, match="fair"):
        zhejiang.uncertainty(n=200, weights={"kind": "sets", "sets": ["fair"]})


def test_only_the_nodes_that_are_named_vary(hdi):
    found = hdi.uncertainty(n=200, seed=1, weights={"kind": "uniform", "nodes": ["education"]})
    for k in range(20):
        nodes = {node.code: node for node in found.replicate(k).board.recipe.nodes}
        np.testing.assert_allclose(nodes["HDI"].weights, hdi.recipe.root.weights)
        assert nodes["education"].weights != (0.5, 0.5)


def test_measurement_error_is_relative_or_absolute(hdi):
    """The standard deviation of the value of a replicate is the one that was stated."""
    found = hdi.uncertainty(n=600, seed=1, measurement={"le": {"absolute": 0.5}, "gnipc": 0.1})
    values = np.array([found.replicate(k).board.denominated[0] for k in range(400)])
    place = {code: hdi.recipe.codes.index(code) for code in hdi.recipe.codes}
    assert values[:, place["le"]].std() == pytest.approx(0.5, rel=0.12)
    own = hdi.denominated[0, place["gnipc"]]
    assert values[:, place["gnipc"]].std() == pytest.approx(0.1 * own, rel=0.12)
    assert np.ptp(values[:, place["mys"]]) == 0


def test_imputed_cells_are_drawn_and_observed_ones_stay():
    """A hot deck draws values that other units have; reported cells never change."""
    board = yt.evaluate("asem")
    found = board.uncertainty(n=200, seed=1, imputation="hotdeck")
    first, second = (found.replicate(k).board for k in (0, 1))
    seen = np.isfinite(board.denominated) & ~board.imputed
    np.testing.assert_array_equal(first.filled[seen], board.filled[seen])
    assert (first.filled[board.imputed] != second.filled[board.imputed]).any()
    for row, column in np.argwhere(board.imputed)[:10].tolist():
        donors = board.denominated[seen[:, column], column]
        assert np.isclose(donors, first.filled[row, column]).any()


BAD = {
    "n = 0": ({"n": 0}, "100"),
    "n is no number": ({"n": True}, "100"),
    "level": ({"level": 1.0}, "0.5"),
    "seed": ({"seed": -1}, "-1"),
    "kind": ({"weights": "dirichlett"}, "dirichlet"),
    "kind is missing": ({"weights": {"share": 0.3}}, "kind"),
    "unknown field": ({"weights": {"kind": "uniform", "shares": 0.3}}, "shares"),
    "unknown node": ({"weights": {"kind": "uniform", "nodes": ["Q"]}}, "'Q'"),
    "concentration": ({"weights": {"kind": "dirichlet", "concentration": 0}}, "concentration"),
    "bounds that are no pair": ({"weights": {"kind": "bounds", "bounds": {"A": 0.3}}}, "0.3"),
    "bounds of an unknown child": ({"weights": {"kind": "bounds", "bounds": {"Q": (0, 1)}}}, "'Q'"),
    "bounds that exclude everything": (
        {"weights": {"kind": "bounds", "nodes": ["ZJ"], "bounds": dict.fromkeys("ABCDE", (0.3, 0.4))}},
        "1.5",
    ),
    "a set that does not sum": ({"weights": {"kind": "sets", "sets": {"x": {"A": 0.7, "B": 0.7}}}}, "1.4"),
    "a set with an unknown name": ({"weights": {"kind": "sets", "sets": {"x": {"Q": 0.7}}}}, "'Q'"),
    "no sets": ({"weights": {"kind": "sets"}}, "sets"),
    "no experts": ({"weights": {"kind": "experts"}}, "experts"),
    "experts without a child": ({"weights": {"kind": "experts", "experts": {"ZJ": {"A": [1, 2]}}}}, "B"),
    "unknown treatment": ({"treat": "winsor"}, "winsor"),
    "unknown mean": ({"aggregate": ["geometrical"]}, "geometric"),
    "unknown indicator": ({"drop": ["A99"]}, "A99"),
    "the index left out": ({"drop": ["ZJ"]}, "ZJ"),
    "measurement of a survey": ({"measurement": {"E01": 0.1}}, "E01"),
    "negative measurement": ({"measurement": -0.1}, "-0.1"),
    "unknown imputation": ({"imputation": "mean"}, "hotdeck"),
    "unknown source": ({"whatever": True}, "whatever"),
}


@pytest.mark.parametrize(("asked", "said"), BAD.values(), ids=BAD)
def test_bad_input(zhejiang, asked, said):
    with pytest.raises(yt.InputError) as error:
        zhejiang.uncertainty(**{"n": 100} | asked)
    text = str(error.value)
    assert said in text
    codes = {fault.code for fault in error.value.faults}
    assert len(codes) <= (2 if "imputation" in asked else 1)
    for fault in error.value.faults:
        assert fault.text("zh") != fault.text("en")


def test_faults_come_together(zhejiang):
    with pytest.raises(yt.InputError) as error:
        zhejiang.uncertainty(n=100, weights="x", drop=["y"], treat="z", measurement=-1)
    assert len({fault.key for fault in error.value.faults}) >= 4


def test_no_errors_to_draw(hdi):
    with pytest.raises(yt.InputError, match="standard error"):
        hdi.uncertainty(n=100, sampling=True)


def test_nothing_imputed(hdi):
    with pytest.raises(yt.InputError, match="imputed"):
        hdi.uncertainty(n=100, imputation=True)


def test_other_levels_and_places(zhejiang):
    board = yt.evaluate("zhejiang-2022", cities=True)
    found = board.uncertainty(n=100, weights="uniform")
    with pytest.raises(yt.InputError):
        found.beats("嘉善县", "嘉兴市")
    for k in (0, 91, True):
        with pytest.raises(yt.InputError):
            found.top(k)
    for number in (-1, 100):
        with pytest.raises(yt.InputError):
            found.replicate(number)
