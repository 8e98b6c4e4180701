"""Layer and batch normalization: formulas against the key idea, numeric Jacobians and automatic differentiation.

A square root has no exact Fraction, so the brute-force contraction runs in floats here.
"""

import dataclasses

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import jacobian as autograd_jacobian
from autograd import make_vjp
from hypothesis import given
from hypothesis import strategies as st
from reference import assert_close, contract
from refusals import not_refused

from course_lib.dense import grad_b
from course_lib.depth.normalization import Normalization, batch_norm, layer_norm
from course_lib.jacobian import key_idea
from course_lib.shapes import ShapeError, as_fractions

SIZE = st.integers(1, 4)
SEED = st.integers(0, 10_000)
BOTH = pytest.mark.parametrize("norm", [layer_norm, batch_norm], ids=str)
AXIS = {"layer_norm": 1, "batch_norm": 0}


def draw(m, n, seed):
    """Z and G, (m, n), gamma and beta, (1, n)."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape) for shape in ((m, n), (m, n), (1, n), (1, n))]


def by_autograd(norm):
    """The forward pass from its definition, for autograd: the variance is the mean square of the differences."""
    axis = AXIS[norm.name]

    def forward(Z, gamma, beta):
        mean = anp.mean(Z, axis=axis, keepdims=True)
        variance = anp.mean((Z - mean) ** 2, axis=axis, keepdims=True)
        return (Z - mean) / anp.sqrt(variance + 1e-5) * gamma + beta

    return forward


def test_layer_norm_gives_each_row_mean_0_and_variance_1_and_batch_norm_each_column():
    Z = 100 + 7 * draw(11, 5, seed=0)[0]
    ones, zeros = np.ones((1, 5)), np.zeros((1, 5))
    for norm, axis in ((layer_norm, 1), (batch_norm, 0)):
        Y = norm(Z, ones, zeros)
        assert_close(Y.mean(axis=axis), np.zeros(Y.shape[1 - axis]))
        variance = (Y**2).mean(axis=axis)  # short of 1 by epsilon / variance, where the variance of Z is above 1
        assert_close(variance, np.ones(len(variance)), 1e-5)


@BOTH
@given(m=SIZE, n=SIZE, seed=SEED)
def test_the_gradients_are_the_key_idea_contracted_by_brute_force(norm, m, n, seed):
    Z, G, gamma, _ = draw(m, n, seed)
    assert_close(norm.undo(G, Z, gamma), contract(norm.dY_dZ(Z, gamma), G), 1e-10)
    assert_close(norm.undo(G, Z, gamma), key_idea(norm.dY_dZ(Z, gamma), G), 1e-10)
    assert_close(norm.grad_gamma(G, Z), contract(norm.dY_dgamma(Z), G))
    dY_dbeta = np.tile(np.eye(n)[:, None, :], (m, 1, 1, 1))  # 1 where j = k
    assert_close(grad_b(G), contract(dY_dbeta, G))


@BOTH
@given(m=SIZE, n=SIZE, seed=SEED)
def test_forward_tensors_and_gradients_are_those_of_the_definition_by_automatic_differentiation(norm, m, n, seed):
    Z, G, gamma, beta = draw(m, n, seed)
    assert_close(norm(Z, gamma, beta), by_autograd(norm)(Z, gamma, beta))
    assert_close(norm.dY_dZ(Z, gamma), autograd_jacobian(by_autograd(norm), 0)(Z, gamma, beta), 1e-10)
    for argument, gradient in enumerate((norm.undo(G, Z, gamma), norm.grad_gamma(G, Z), grad_b(G))):
        vjp, _ = make_vjp(by_autograd(norm), argument)(Z, gamma, beta)
        assert_close(gradient, vjp(G), 1e-10)


def test_layer_norm_keeps_samples_apart_and_batch_norm_keeps_units_apart_and_couples_the_samples():
    m, n = 7, 5
    Z, _, gamma, _ = draw(m, n, seed=1)
    row, column = layer_norm.dY_dZ(Z, gamma) != 0, batch_norm.dY_dZ(Z, gamma) != 0
    assert (row.any(axis=(1, 3)) == np.eye(m, dtype=bool)).all()  # i = h
    assert row.any(axis=(0, 2)).all()
    assert column.any(axis=(1, 3)).all()  # every i with every h
    assert (column.any(axis=(0, 2)) == np.eye(n, dtype=bool)).all()  # j = k


@BOTH
def test_what_goes_back_has_no_part_along_the_ones_and_hardly_any_along_N(norm):
    Z, G, gamma, _ = draw(11, 7, seed=2)
    N, _ = norm.standardize(Z)
    back = norm.undo(G, Z, gamma)
    axis = AXIS[norm.name]
    assert_close(back.mean(axis=axis), np.zeros(back.shape[1 - axis]))
    assert abs((back * N).mean(axis=axis)).max() < 1e-3 * abs(back).max()  # epsilon leaves a share of 1e-5 / variance


@BOTH
def test_a_constant_group_has_no_variance_and_gives_finite_numbers(norm):
    Z, G, gamma, beta = np.full((5, 3), 2.0), *draw(5, 3, seed=3)[1:]
    assert_close(norm(Z, gamma, beta), np.tile(beta, (5, 1)))
    assert np.isfinite(norm.undo(G, Z, gamma)).all()


@BOTH
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_the_kind_of_the_entries_is_kept_and_no_argument_changed(norm, dtype):
    arrays = [A.astype(dtype) for A in draw(7, 5, seed=5)]
    copies = [A.copy() for A in arrays]
    Z, G, gamma, beta = arrays
    for result in (norm(Z, gamma, beta), norm.undo(G, Z, gamma), norm.grad_gamma(G, Z), norm.dY_dZ(Z, gamma)):
        assert result.dtype == dtype
    for A, copy in zip(arrays, copies, strict=True):
        assert np.array_equal(A, copy)


@BOTH
def test_what_does_not_fit_is_refused_by_name(norm):
    Z, G, gamma, beta = draw(7, 5, seed=6)
    cases = [
        ({"gamma": gamma[0]}, ShapeError, f"{norm}(Z, gamma, beta): gamma has shape (5,), expected (1, n)"),
        (dict(zip(["Z", "gamma", "beta"], map(as_fractions, (Z, gamma, beta)))), TypeError, "Z holds Fractions, but a"),
        ({"Z": Z[:0]}, ValueError, "Z is empty, (0, 5): there is no mean over nothing"),
    ]
    assert not_refused(norm, {"Z": Z, "gamma": gamma, "beta": beta}, cases) == []
    cases = [
        ({"Z": Z.T}, ShapeError, f"{norm}.undo(G, Z, gamma): Z has shape (5, 7), expected (m, n)"),
        ({"G": G[:, :0], "Z": Z[:, :0], "gamma": gamma[:, :0]}, ValueError, "Z is empty, (7, 0)"),
    ]
    assert not_refused(norm.undo, {"G": G, "Z": Z, "gamma": gamma}, cases) == []
    cases = [({"Z": Z[:, :4]}, ShapeError, f"{norm}.grad_gamma(G, Z): Z has shape (7, 4)")]
    assert not_refused(norm.grad_gamma, {"G": G, "Z": Z}, cases) == []


def test_another_epsilon_makes_another_normalization():
    Z = draw(7, 5, seed=7)[0]
    wide = dataclasses.replace(layer_norm, epsilon=3.0)
    assert isinstance(wide, Normalization)
    N, s = wide.standardize(Z)
    assert_close(s**2 - layer_norm.standardize(Z)[1] ** 2, np.full((7, 1), 3.0 - 1e-5))
    assert_close(N * s, Z - Z.mean(axis=1, keepdims=True))
