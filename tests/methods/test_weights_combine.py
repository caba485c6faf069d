"""Combined weights: formulas by hand, the equations of the game solved by NumPy, properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import yitihua as yt
from yitihua.index.weights.combine import game, geometric_mean, linear, product

TWO = np.array([[0.4, 0.3, 0.2, 0.1], [0.25, 0.2, 0.3, 0.25]])
vectors = hnp.arrays(float, (3, 5), elements=st.integers(1, 50).map(float))


def test_linear_by_hand():
    """By hand: 0.75 and 0.25 of each; shares are scaled."""
    assert linear(TWO, [3, 1]) == pytest.approx(0.75 * TWO[0] + 0.25 * TWO[1])
    assert linear(TWO) == pytest.approx(TWO.mean(axis=0))


def test_product_and_geometric_mean_by_hand():
    """By hand: products .1 .06 .06 .025, and their roots, scaled."""
    products = np.array([0.1, 0.06, 0.06, 0.025])
    assert product(TWO) == pytest.approx(products / products.sum())
    assert geometric_mean(TWO) == pytest.approx(np.sqrt(products) / np.sqrt(products).sum())


def test_geometric_mean_has_the_least_relative_entropy():
    """Identity: no small step from it lowers sum_k KL(w, w_k)."""

    def loss(w):
        return sum((w * np.log(w / other)).sum() for other in TWO)

    w = geometric_mean(TWO)
    rng = np.random.default_rng(0)
    for _ in range(50):
        step = rng.normal(size=4) * 0.01
        assert loss(w + step - step.mean()) >= loss(w)


def test_game_solves_its_equations():
    """Oracle: numpy.linalg.solve of sum_l (w_k . w_l) a_l = w_k . w_k."""
    gram = TWO @ TWO.T
    a = np.linalg.solve(gram, np.diag(gram))
    found = game(TWO)
    assert found.solved == pytest.approx(a)
    assert found.coefficients == pytest.approx(a / a.sum())
    assert found.weights == pytest.approx(a / a.sum() @ TWO)


@given(vectors)
def test_weights_are_weights(w):
    for found in (linear(w), product(w), geometric_mean(w), game(w).weights):
        assert found.sum() == pytest.approx(1)
        assert (found >= -1e-12).all()


@given(hnp.arrays(float, 5, elements=st.integers(1, 50).map(float)))
def test_vectors_that_agree_return_themselves(w):
    """Identity; the product alone sharpens what they agree on."""
    w = w / w.sum()
    same = np.array([w, w])
    for found in (linear(same), geometric_mean(same), game(same).weights):
        assert found == pytest.approx(w)
    assert product(same) == pytest.approx(w**2 / (w**2).sum())


@given(vectors)
def test_the_order_of_vectors_does_not_count(w):
    assume(np.linalg.matrix_rank(w / w.sum(axis=1, keepdims=True), tol=1e-6) == 3)
    for combine in (linear, product, geometric_mean):
        assert combine(w[::-1]) == pytest.approx(combine(w))
    assert np.sort(game(w[::-1]).solved) == pytest.approx(np.sort(game(w).solved), abs=1e-6)


def test_negative_coefficients_have_three_answers():
    """Oracle: numpy.linalg.solve. A vector that the others overshoot comes out below 0: it is left out and the other
    two are solved for again, or it is turned positive, or refused."""
    w = np.array([[0.21, 0.21, 0.33, 0.25], [0.25, 0.21, 0.21, 0.33], [0.18, 0.41, 0.35, 0.06]])
    gram = w @ w.T
    a = np.linalg.solve(gram, np.diag(gram))
    assert a.min() < 0
    assert game(w).solved == pytest.approx(a)
    zero = game(w)
    kept = np.flatnonzero(a > 0)
    rest = np.linalg.solve(gram[np.ix_(kept, kept)], np.diag(gram)[kept])
    assert rest.min() > 0
    assert zero.coefficients[kept] == pytest.approx(rest / rest.sum())
    assert zero.coefficients[a < 0].tolist() == [0]
    assert game(w, "abs").coefficients == pytest.approx(np.abs(a) / np.abs(a).sum())
    with pytest.raises(yt.InputError) as caught:
        game(w, "refuse")
    assert caught.value.faults[0].code == "combine-negative"


@given(hnp.arrays(float, (4, 2), elements=st.integers(1, 50).map(float)))
def test_more_vectors_than_indicators(w):
    """Oracle: numpy.linalg.pinv; the equations then have no solution, and the shortest least-squares one is stated."""
    v = w / w.sum(axis=1, keepdims=True)
    gram = v @ v.T
    values = np.linalg.svd(gram, compute_uv=False)
    assume(values[1] > 1e-6 or values[1] < 1e-15)
    assert game(w).solved == pytest.approx(np.linalg.pinv(gram, rcond=1e-10) @ np.diag(gram), abs=1e-6)
    assert game(w).weights.sum() == pytest.approx(1)


def test_equal_vectors_share_alike():
    """By hand: for w twice, |w|^2 (a + b) = |w|^2; the shortest solution is a = b = 1/2."""
    assert game(np.array([TWO[0], TWO[0]])).solved == pytest.approx([0.5, 0.5])


def test_the_game_in_an_index():
    """Identity: node by node game() of the two sets' weights; its shares stand in the notes."""
    stated = {"by_hand": {"weights": {"health": 4, "education": 2, "income": 1, "eys": 3, "mys": 1}},
              "joint": {"method": "combination", "sets": ["by_hand", "entropy"], "combine": "game"}}  # fmt: skip
    joint = yt.evaluate("hdi", weights={"use": "joint", "sets": stated}).recipe
    entropy = {node.code: node.weights for node in yt.evaluate("hdi", weights="entropy").recipe.nodes}
    below = next(node for node in joint.nodes if node.code == "education")
    assert below.children == ("eys", "mys")
    found = game(np.array([[0.75, 0.25], entropy["education"]]))
    assert below.weights == pytest.approx(tuple(found.weights))
    shares = f"by_hand {found.coefficients[0]:.4f}, entropy {found.coefficients[1]:.4f}"
    assert any(shares in note[1] and "博弈论组合系数" in note[0] for note in joint.weighting.notes)


def test_in_an_index():
    """Identity: node by node the mean of the two sets' weights; two methods are named without being stated."""
    sets = {"joint": {"method": "combination", "sets": ["entropy", "equal"]}}
    joint = yt.evaluate("asem", weights={"use": "joint", "sets": sets}).recipe
    entropy, equal = (yt.evaluate("asem", weights=name).recipe for name in ("entropy", "equal"))
    found = {node.code: np.array(node.weights) for node in joint.nodes}
    first = {node.code: np.array(node.weights) for node in entropy.nodes}
    leaf = next(node for node in equal.nodes if set(node.children) <= set(equal.codes))
    assert found[leaf.code] == pytest.approx((first[leaf.code] + np.array(leaf.weights)) / 2)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: linear(TWO[:1]), "combine-few"),
        (lambda: linear(TWO, [1.0]), "combine-alphas"),
        (lambda: linear(TWO, [-1.0, 2.0]), "combine-alphas"),
        (lambda: product(np.array([[1.0, 0.0], [0.0, 1.0]])), "combine-nothing"),
        (lambda: linear(np.array([[1.0, -1.0], [1.0, 1.0]])), "combine-vector"),
    ],
)
def test_refuses(call, code):
    with pytest.raises(yt.InputError) as caught:
        call()
    assert caught.value.faults[0].code == code


def test_a_circle_is_refused():
    sets = {
        "a": {"method": "combination", "sets": ["b", "equal"]},
        "b": {"method": "combination", "sets": ["a", "equal"]},
    }
    with pytest.raises(yt.InputError) as caught:
        yt.evaluate("asem", weights={"use": "a", "sets": sets})
    assert caught.value.faults[0].code == "weights-circle"
