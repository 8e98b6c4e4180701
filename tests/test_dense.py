"""One layer: every formula against the sum it stands for, exactly, and against automatic differentiation."""

from fractions import Fraction

import numpy as np
import pytest
from autograd import jacobian as autograd_jacobian
from autograd import make_vjp
from hypothesis import given
from hypothesis import strategies as st
from reference import ACTIVATIONS, assert_close, assert_exactly, contract, fractions, layer, layer_jacobian

from course_lib import activations
from course_lib.dense import dZ_db, dZ_dO, dZ_dW, forward, grad_b, grad_O, grad_W, undo_activation
from course_lib.jacobian import numeric_jacobian
from course_lib.shapes import as_fractions

SIZE = st.integers(1, 4)
SEED = st.integers(0, 10_000)


def draw(m, n_in, n_out, seed, exact=False):
    """O, W, b, G of one layer."""
    rng = np.random.default_rng(seed)
    shapes = (m, n_in), (n_in, n_out), (1, n_out), (m, n_out)
    return [fractions(rng, *shape) if exact else rng.standard_normal(shape) for shape in shapes]


@given(SIZE, SIZE, SIZE, SEED)
def test_forward_is_the_sum_over_inputs_plus_the_bias_of_the_unit(m, n_in, n_out, seed):
    O, W, b, _ = draw(m, n_in, n_out, seed, exact=True)
    assert_exactly(forward(O, W, b), layer(O, W, b))


@given(SIZE, SIZE, SIZE, SEED)
def test_the_explicit_tensors_have_the_entries_of_the_case_analyses(m, n_in, n_out, seed):
    O, W, _, _ = draw(m, n_in, n_out, seed, exact=True)
    assert_exactly(dZ_dW(O, n_out), layer_jacobian("W", O, W))
    assert_exactly(dZ_dO(m, W), layer_jacobian("O", O, W))
    assert_exactly(as_fractions(dZ_db(m, n_out)), layer_jacobian("b", O, W))


@given(SIZE, SIZE, SIZE, SEED)
def test_A_B_and_C_are_the_key_idea_contracted_by_brute_force(m, n_in, n_out, seed):
    O, W, _, G = draw(m, n_in, n_out, seed, exact=True)
    assert_exactly(grad_W(O, G), contract(layer_jacobian("W", O, W), G))
    assert_exactly(grad_b(G), contract(layer_jacobian("b", O, W), G))
    assert_exactly(grad_O(G, W), contract(layer_jacobian("O", O, W), G))


@given(SIZE, SIZE, SEED, st.sampled_from(["identity", "relu"]))
def test_undoing_a_rational_activation_is_the_key_idea_on_its_diagonal_jacobian(m, n_out, seed, name):
    _, _, _, G = draw(m, 1, n_out, seed, exact=True)
    _, _, _, Z = draw(m, 1, n_out, seed + 1, exact=True)
    jacobian = np.full((m, n_out, m, n_out), Fraction(0))
    for i in np.ndindex(Z.shape):
        jacobian[i + i] = Fraction(1 if name == "identity" or Z[i] > 0 else 0)
    assert_exactly(undo_activation(G, Z, getattr(activations, name)), contract(jacobian, G))


@given(SIZE, SIZE, SIZE, SEED, st.sampled_from(sorted(ACTIVATIONS)))
def test_a_layer_sends_back_what_automatic_differentiation_does(m, n_in, n_out, seed, name):
    O, W, b, G = draw(m, n_in, n_out, seed)
    dZ = undo_activation(G, forward(O, W, b), getattr(activations, name))
    gradients = {0: grad_O(dZ, W), 1: grad_W(O, dZ), 2: grad_b(dZ)}
    for argument, gradient in gradients.items():
        vjp, _ = make_vjp(lambda O, W, b: ACTIVATIONS[name](O @ W + b), argument)(O, W, b)
        assert_close(gradient, vjp(G))


@given(SIZE, SIZE, SIZE, SEED)
def test_the_explicit_tensors_are_the_numeric_ones_and_those_of_automatic_differentiation(m, n_in, n_out, seed):
    O, W, b, _ = draw(m, n_in, n_out, seed)
    tensors = {0: dZ_dO(m, W), 1: dZ_dW(O, n_out), 2: dZ_db(m, n_out)}
    for argument, tensor in tensors.items():
        assert_close(tensor, autograd_jacobian(lambda O, W, b: O @ W + b, argument)(O, W, b))
        arguments = [O, W, b]

        def Z(A, argument=argument, arguments=arguments):
            return forward(*arguments[:argument], A, *arguments[argument + 1 :])

        assert_close(tensor, numeric_jacobian(Z, arguments[argument]), 1e-8)


@given(SIZE, SIZE, SIZE, SEED, st.sampled_from(sorted(ACTIVATIONS)))
def test_what_a_layer_sends_back_is_the_numeric_gradient(m, n_in, n_out, seed, name):
    O, W, b, G = draw(m, n_in, n_out, seed)
    f = getattr(activations, name)
    dZ = undo_activation(G, forward(O, W, b), f)
    assert_close(dZ, numeric_jacobian(lambda Z: (G * f(Z)).sum(), forward(O, W, b), "complex"))
    assert_close(grad_O(dZ, W), numeric_jacobian(lambda O: (G * f(forward(O, W, b))).sum(), O, "complex"))
    assert_close(grad_W(O, dZ), numeric_jacobian(lambda W: (G * f(forward(O, W, b))).sum(), W, "complex"))
    assert_close(grad_b(dZ), numeric_jacobian(lambda b: (G * f(forward(O, W, b))).sum(), b, "complex"))


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("sizes", [(0, 5, 3), (7, 0, 3), (7, 5, 0), (0, 0, 0)])
def test_an_empty_batch_and_layers_without_units_are_sums_without_terms(sizes, exact):
    m, n_in, n_out = sizes
    O, W, b, G = draw(*sizes, seed=0, exact=exact)
    Z = forward(O, W, b)
    assert Z.shape == (m, n_out)
    if n_in == 0:
        assert (Z == b).all()  # no input, only the bias
    assert grad_W(O, G).shape == (n_in, n_out)
    assert grad_b(G).shape == (1, n_out)
    assert grad_O(G, W).shape == (m, n_in)
    assert (grad_W(O[:0], G[:0]) == 0).all()
    assert (grad_b(G[:0]) == 0).all()
    assert (grad_O(G[:, :0], W[:, :0]) == 0).all()
    assert dZ_dW(O, n_out).shape == (m, n_out, n_in, n_out)
    assert dZ_db(m, n_out).shape == (m, n_out, 1, n_out)
    assert dZ_dO(m, W).shape == (m, n_out, m, n_in)


def calls(O, W, b, G):
    m, n_out = G.shape
    return {
        "forward": forward(O, W, b),
        "undo_activation": undo_activation(G, 2 * G, activations.relu),
        "grad_W": grad_W(O, G),
        "grad_b": grad_b(G),
        "grad_O": grad_O(G, W),
        "dZ_dW": dZ_dW(O, n_out),
        "dZ_dO": dZ_dO(m, W),
    }


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64, np.complex128, object])
def test_the_kind_of_the_entries_is_kept(dtype):
    arrays = draw(7, 5, 3, seed=1, exact=dtype is object)
    for name, result in calls(*[A.astype(dtype) for A in arrays]).items():
        assert result.dtype == dtype, name


def test_views_that_are_not_contiguous_give_the_same_as_copies():
    O, W, b, G = draw(7, 5, 3, seed=2)
    views = [np.repeat(A, 2, axis=1)[:, ::2] for A in (O, W, b)] + [np.asfortranarray(G[::-1])[::-1]]
    assert not any(view.flags.c_contiguous for view in views[:2])
    for name, result in calls(*views).items():
        assert_close(result, calls(O, W, b, G)[name])


def test_read_only_arrays_are_taken_and_no_argument_is_changed():
    arrays = draw(7, 5, 3, seed=3)
    copies = [A.copy() for A in arrays]
    for A in arrays:
        A.flags.writeable = False
    for name, result in calls(*arrays).items():
        assert result.flags.writeable, name
        result[...] = 99.0  # a result is no view of an argument
    for A, copy in zip(arrays, copies, strict=True):
        assert np.array_equal(A, copy)
