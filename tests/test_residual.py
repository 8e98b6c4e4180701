"""A residual connection: exact against the key idea, and the automatic gradients of a residual layer."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import make_vjp
from hypothesis import given
from hypothesis import strategies as st
from reference import assert_close, assert_exactly, contract, fractions, layer_jacobian

from course_lib.activations import tanh
from course_lib.dense import dZ_dO, forward, grad_b, grad_O, grad_W, undo_activation
from course_lib.depth.residuals import dY_dO, grad_O_residual, residual
from course_lib.jacobian import key_idea
from course_lib.shapes import ShapeError, as_fractions

SIZE = st.integers(1, 4)
SEED = st.integers(0, 10_000)


@given(SIZE, SIZE, SEED)
def test_the_sum_of_the_two_gradients_is_the_key_idea_exactly(m, n, seed):
    rng = np.random.default_rng(seed)
    O, W, b, G = (fractions(rng, *shape) for shape in ((m, n), (n, n), (1, n), (m, n)))
    tensor = layer_jacobian("O", O, W)
    for i in np.ndindex(m, n):
        tensor[i + i] += 1  # by hand: O[i] itself, and what Z[i] has of it
    assert_exactly(dY_dO(dZ_dO(m, W)), tensor)
    assert_exactly(grad_O_residual(G, grad_O(G, W)), contract(tensor, G))
    assert_exactly(grad_O_residual(G, grad_O(G, W)), key_idea(dY_dO(dZ_dO(m, W)), G))
    assert_exactly(residual(O, forward(O, W, b)) - O, forward(O, W, b))


@given(SIZE, SIZE, SEED)
def test_a_residual_layer_sends_back_the_automatic_gradient(m, n, seed):
    rng = np.random.default_rng(seed)
    O, W, b, G = (rng.standard_normal(shape) for shape in ((m, n), (n, n), (1, n), (m, n)))

    dZ = undo_activation(G, forward(O, W, b), tanh)
    gradients = grad_O_residual(G, grad_O(dZ, W)), grad_W(O, dZ), grad_b(dZ)
    for argument, gradient in enumerate(gradients):
        vjp, _ = make_vjp(lambda O, W, b: O + anp.tanh(anp.dot(O, W) + b), argument)(O, W, b)
        assert_close(gradient, vjp(G))


def test_a_branch_of_another_shape_is_refused_and_no_tensor_is_changed():
    O = np.ones((7, 5))
    with pytest.raises(ShapeError, match=r"residual\(O, B\): B has shape \(7, 1\), expected \(m, n\): .* n is 5"):
        residual(O, O[:, :1])
    with pytest.raises(ShapeError, match=r"grad_O_residual\(G, grad_O_branch\): grad_O_branch has shape \(1, 5\)"):
        grad_O_residual(O, O[:1])
    with pytest.raises(ShapeError, match=r"dY_dO\(dB_dO\): dB_dO has shape \(7, 5, 5, 7\)"):
        dY_dO(np.ones((7, 5, 5, 7)))
    tensor = as_fractions(np.zeros((2, 3, 2, 3)))
    dY_dO(tensor)
    assert (tensor == 0).all()
