"""Regularizers: Omega and its gradient against their definitions."""

from fractions import Fraction

import numpy as np
import pytest
from autograd import grad
from hypothesis import given
from hypothesis import strategies as st
from reference import REGULARIZERS, assert_close, assert_exactly, exact_difference, fractions

from course_lib import regularizers
from course_lib.jacobian import numeric_jacobian
from course_lib.regularizers import Regularizer, l1, l2, none

NAMES = sorted(REGULARIZERS)
SIZE = st.integers(1, 5)
SEED = st.integers(0, 10_000)


def test_every_regularizer_of_the_module_is_tested():
    assert {name for name, value in vars(regularizers).items() if isinstance(value, Regularizer)} == set(NAMES)
    assert [repr(getattr(regularizers, name)) for name in NAMES] == NAMES


@given(SIZE, SIZE, SEED)
def test_omega_is_its_sum_over_the_weights_exactly(n_in, n_out, seed):
    W = fractions(np.random.default_rng(seed), n_in, n_out)
    assert l2(W) == sum(w * w for w in W.flat) / 2
    assert l1(W) == sum(w if w > 0 else -w for w in W.flat)
    assert none(W) == 0


@given(SIZE, SIZE, SEED)
def test_the_gradients_are_exact(n_in, n_out, seed):
    W = fractions(np.random.default_rng(seed), n_in, n_out)
    assert_exactly(l2.gradient(W), exact_difference(l2, W))
    assert_exactly(none.gradient(W), W * 0)
    signs = np.array([[Fraction((w > 0) - (w < 0)) for w in row] for row in W])
    assert_exactly(l1.gradient(W), signs)


@pytest.mark.parametrize("name", NAMES)
@given(n_in=SIZE, n_out=SIZE, seed=SEED)
def test_omega_and_its_gradient_are_those_of_automatic_differentiation(name, n_in, n_out, seed):
    W, omega = np.random.default_rng(seed).standard_normal((n_in, n_out)), getattr(regularizers, name)
    W = np.where(abs(W) < 0.01, 0.01, W)  # l1 has no derivative at 0
    assert_close(omega(W), REGULARIZERS[name](W))
    assert_close(omega.gradient(W), numeric_jacobian(omega, W), 1e-8)
    if name != "none":  # which is constant: nothing for autograd to differentiate
        assert_close(omega.gradient(W), grad(REGULARIZERS[name])(W))


@pytest.mark.parametrize("name", NAMES)
def test_the_weights_are_not_changed_and_float32_stays_float32(name):
    W = np.ones((5, 3), dtype=np.float32)
    W.flags.writeable = False
    gradient = getattr(regularizers, name).gradient(W)
    gradient += 1
    assert gradient.dtype == np.float32
    assert (W == 1).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(0, 3), (5, 0)])
def test_no_weights_are_a_sum_without_terms(name, shape):
    assert getattr(regularizers, name)(np.zeros(shape)) == 0
    assert getattr(regularizers, name).gradient(np.zeros(shape)).shape == shape
