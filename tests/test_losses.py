"""Losses: L and the first G against their definitions, with the 1/m of a mean over the batch."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from autograd import grad
from hypothesis import given
from hypothesis import strategies as st
from reference import LOSSES, assert_close, assert_exactly, exact_difference, fractions, one_hot

from course_lib import losses
from course_lib.jacobian import numeric_jacobian
from course_lib.losses import Loss, mse, softmax, softmax_cross_entropy
from course_lib.shapes import ShapeError

NAMES = sorted(LOSSES)
SIZE = st.integers(1, 5)
SEED = st.integers(0, 10_000)


def draw(m, n_out, seed):
    """An output and a target that both losses take."""
    rng = np.random.default_rng(seed)
    return 3 * rng.standard_normal((m, n_out)), one_hot(rng, m, n_out)


def test_every_loss_of_the_module_is_tested():
    assert {name for name, value in vars(losses).items() if isinstance(value, Loss)} == set(NAMES)
    assert [repr(getattr(losses, name)) for name in NAMES] == NAMES


@given(SIZE, SIZE, SEED)
def test_mse_is_the_sum_of_squares_over_2m_exactly(m, n_out, seed):
    rng = np.random.default_rng(seed)
    O, target = fractions(rng, m, n_out), fractions(rng, m, n_out)
    total = sum((O[i] - target[i]) ** 2 for i in np.ndindex(O.shape))
    assert mse(O, target) == total / (2 * m)
    assert isinstance(mse(O, target), Fraction)


@given(SIZE, SIZE, SEED)
def test_the_gradient_of_mse_is_exact(m, n_out, seed):
    rng = np.random.default_rng(seed)
    O, target = fractions(rng, m, n_out), fractions(rng, m, n_out)
    assert_exactly(mse.gradient(O, target), exact_difference(lambda O: mse(O, target), O))
    assert_exactly(mse.gradient(O, target), np.array([[(o - t) / m for o, t in zip(*rows)] for rows in zip(O, target)]))


@given(SIZE, SIZE, SEED)
def test_softmax_cross_entropy_is_the_mean_of_minus_the_log_of_the_probability(m, n_out, seed):
    Z, target = draw(m, n_out, seed)
    L = 0.0
    for i in range(m):
        probabilities = [math.exp(z) / sum(math.exp(other) for other in Z[i]) for z in Z[i]]
        L -= sum(t * math.log(p) for t, p in zip(target[i], probabilities, strict=True)) / m
    assert softmax_cross_entropy(Z, target) == pytest.approx(L, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
@given(m=SIZE, n_out=SIZE, seed=SEED)
def test_the_first_G_is_the_numeric_gradient(name, m, n_out, seed):
    loss, (O, target) = getattr(losses, name), draw(m, n_out, seed)
    assert_close(loss.gradient(O, target), numeric_jacobian(lambda O: loss(O, target), O, "complex"))
    assert_close(loss.gradient(O, target), numeric_jacobian(lambda O: loss(O, target), O), 1e-8)


@pytest.mark.parametrize("name", NAMES)
@given(m=SIZE, n_out=SIZE, seed=SEED)
def test_L_and_the_first_G_are_those_of_automatic_differentiation(name, m, n_out, seed):
    loss, (O, target) = getattr(losses, name), draw(m, n_out, seed)
    assert_close(loss(O, target), LOSSES[name](O, target))
    assert_close(loss.gradient(O, target), grad(LOSSES[name])(O, target))


def test_probabilities_are_taken_as_targets_too():
    rng = np.random.default_rng(0)
    Z, target = rng.standard_normal((7, 3)), softmax(rng.standard_normal((7, 3)))
    loss = softmax_cross_entropy
    assert_close(loss.gradient(Z, target), numeric_jacobian(lambda Z: loss(Z, target), Z, "complex"))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_batch_twice_has_the_same_loss_and_half_the_gradient_of_each_sample(name):
    loss, (O, target) = getattr(losses, name), draw(7, 3, seed=1)
    twice, target_twice = np.tile(O, (2, 1)), np.tile(target, (2, 1))
    assert_close(loss(twice, target_twice), loss(O, target))
    assert_close(loss.gradient(twice, target_twice)[:7], loss.gradient(O, target) / 2)


def test_softmax_cross_entropy_is_finite_and_right_at_a_thousand():
    Z = np.array([[1000.0, -1000.0], [-1000.0, 1000.0], [1000.0, 1000.0]])
    target = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert softmax_cross_entropy(Z, target) == pytest.approx((0 + 2000 + math.log(2)) / 3, rel=1e-15)
        assert_close(softmax_cross_entropy.gradient(Z, target), np.array([[0, 0], [-1, 1], [-0.5, 0.5]]) / 3)
        assert_close(softmax(Z), np.array([[1, 0], [0, 1], [0.5, 0.5]]))


@given(SIZE, SIZE, SEED)
def test_softmax_gives_probabilities_in_the_ratio_of_the_exponentials(m, n_out, seed):
    Z, _ = draw(m, n_out, seed)
    P = softmax(Z)
    assert_close(P.sum(axis=1), np.ones(m))
    assert_close(P, np.exp(Z) / np.exp(Z).sum(axis=1).reshape(-1, 1))
    assert_close(softmax(Z + 5), P)


@pytest.mark.parametrize("name", NAMES)
def test_the_arguments_are_not_changed_and_float32_stays_float32(name):
    O, target = (A.astype(np.float32) for A in draw(7, 3, seed=2))
    loss, copies = getattr(losses, name), (O.copy(), target.copy())
    O.flags.writeable = target.flags.writeable = False
    G = loss.gradient(O, target)
    G += 1
    assert G.dtype == loss(O, target).dtype == np.float32
    assert (O == copies[0]).all()
    assert (target == copies[1]).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("function", ["__call__", "gradient"])
@pytest.mark.parametrize("shape", [(7, 1), (1, 3), (3, 7), (6, 3), (7, 4)])
def test_a_target_of_another_shape_is_refused_even_where_it_would_broadcast(name, function, shape):
    O, target = draw(7, 3, seed=3)[0], np.ones(shape)
    with pytest.raises(ShapeError, match=r"\(.*target\): target has shape"):
        getattr(getattr(losses, name), function)(O, target)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("function", ["__call__", "gradient"])
@pytest.mark.parametrize("shape", [(0, 3), (7, 0)])
def test_an_empty_batch_has_no_mean(name, function, shape):
    with pytest.raises(ValueError, match=r"O is empty, .* there is no mean over nothing"):
        getattr(getattr(losses, name), function)(np.zeros(shape), np.zeros(shape))


@pytest.mark.parametrize("target", [[[0.5, 0.4]], [[1.5, -0.5]], [[0.0, 0.0]], [[2.0, 3.0]]])
def test_rows_that_are_no_probabilities_are_refused(target):
    for function in (softmax_cross_entropy, softmax_cross_entropy.gradient):
        with pytest.raises(ValueError, match=r"softmax_cross_entropy\(O, target\): a row of target does not sum to 1"):
            function(np.zeros((1, 2)), np.array(target))


def test_softmax_cross_entropy_refuses_fractions():
    exact = fractions(np.random.default_rng(0), 1, 1)
    with pytest.raises(TypeError, match=r"O or target holds Fractions, but exp is not rational: expected floats"):
        softmax_cross_entropy(exact, exact)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 10_000))
def test_the_gradient_is_that_of_the_value_for_rows_that_sum_to_1_but_for_rounding(m, n_out, seed):
    rng = np.random.default_rng(seed)
    Z, target = rng.standard_normal((m, n_out)), rng.dirichlet(np.ones(n_out), m)
    target *= 1 + rng.uniform(-9e-7, 9e-7, (m, 1))
    numeric = numeric_jacobian(lambda Z: softmax_cross_entropy(Z, target), Z, "complex")
    assert abs(softmax_cross_entropy.gradient(Z, target) - numeric).max() < 1e-14
