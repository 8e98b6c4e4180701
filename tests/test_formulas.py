"""Every formula and its gradient: exactly, against the sums it stands for; against automatic and numeric derivatives.

Layers, activations, losses, regularizers, normalizations and the residual connection are rows of one table, BACKWARDS.
What holds for all functions of arrays is tried on all that `test_bad_input` finds in the modules.
"""

import dataclasses
import math
import warnings
from fractions import Fraction

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import make_vjp
from hypothesis import given
from hypothesis import strategies as st
from reference import (
    ACTIVATIONS,
    LEAK,
    LOSSES,
    REGULARIZERS,
    assert_close,
    assert_exactly,
    contract,
    exact_tensor,
    fractions,
    matmul,
    normalized,
    one_hot,
)
from refusals import not_refused
from test_bad_input import PARTS, RATIONAL, public_functions, right_arguments

from course_lib import activations, losses, regularizers
from course_lib.activations import identity, leaky_relu, relu
from course_lib.dense import dZ_db, dZ_dO, dZ_dW, forward, grad_b, grad_O, grad_W, undo_activation
from course_lib.depth.normalization import batch_norm, layer_norm
from course_lib.depth.residuals import dY_dO, grad_O_residual, residual
from course_lib.jacobian import key_idea, numeric_jacobian
from course_lib.losses import mse, softmax, softmax_cross_entropy
from course_lib.regularizers import l1, l2, none
from course_lib.shapes import ShapeError, as_fractions

SIZE, SEED = st.integers(1, 4), st.integers(0, 10_000)


def draw(m, n_in, n_out, seed, exact=False):
    """O, W, b, G of one layer."""
    rng = np.random.default_rng(seed)
    shapes = (m, n_in), (n_in, n_out), (1, n_out), (m, n_out)
    return [fractions(rng, *shape) if exact else rng.standard_normal(shape) for shape in shapes]


# Exactly, in fractions


@given(SIZE, SIZE, SIZE, SEED)
def test_a_layer_and_A_B_and_C_are_the_key_idea_contracted_by_brute_force(m, n_in, n_out, seed):
    O, W, b, G = draw(m, n_in, n_out, seed, exact=True)
    assert_exactly(forward(O, W, b), matmul(O, W) + b)
    rows = [
        (exact_tensor(lambda W: matmul(O, W) + b, W), dZ_dW(O, n_out), grad_W(O, G)),
        (exact_tensor(lambda b: matmul(O, W) + b, b), as_fractions(dZ_db(m, n_out)), grad_b(G)),
        (exact_tensor(lambda O: matmul(O, W) + b, O), dZ_dO(m, W), grad_O(G, W)),
    ]
    for by_definition, tensor, gradient in rows:
        assert_exactly(tensor, by_definition)
        assert_exactly(gradient, contract(by_definition, G))


@given(SIZE, SIZE, SEED)
def test_a_residual_connection_adds_the_gradient_of_its_branch_to_G(m, n, seed):
    O, W, b, G = draw(m, n, n, seed, exact=True)
    tensor = exact_tensor(lambda O: O + matmul(O, W) + b, O)
    assert_exactly(dY_dO(dZ_dO(m, W)), tensor)
    assert_exactly(grad_O_residual(G, grad_O(G, W)), contract(tensor, G))
    assert_exactly(residual(O, forward(O, W, b)) - O, forward(O, W, b))


@given(SIZE, SIZE, SEED)
def test_rational_activations_and_undoing_them_are_exact(m, n, seed):
    G, Z = draw(m, 1, n, seed, exact=True)[3], draw(m, 1, n, seed + 1, exact=True)[3]
    for f, slopes in ((identity, Z * 0 + 1), (relu, as_fractions((Z > 0) * 1.0))):
        jacobian = np.full(Z.shape * 2, Fraction(0))
        for i in np.ndindex(Z.shape):
            jacobian[i + i] = slopes[i]
        assert_exactly(f(Z), Z * slopes)
        assert_exactly(f.derivative(Z), slopes)
        assert_exactly(undo_activation(G, Z, f), contract(jacobian, G))


@given(SIZE, SIZE, SEED)
def test_mse_and_the_regularizers_are_their_sums_exactly(m, n, seed):
    O, target = (fractions(np.random.default_rng(seed + k), m, n) for k in range(2))
    assert mse(O, target) == sum((O[i] - target[i]) ** 2 for i in np.ndindex(O.shape)) / (2 * m)
    assert_exactly(mse.gradient(O, target), exact_tensor(lambda O: mse(O, target), O))
    assert (l2(O), none(O)) == (sum(w * w for w in O.flat) / 2, 0)
    assert l1(O) == sum(w if w > 0 else -w for w in O.flat)
    assert_exactly(l2.gradient(O), exact_tensor(l2, O))
    assert_exactly(none.gradient(O), O * 0)
    assert_exactly(l1.gradient(O), np.array([[Fraction((w > 0) - (w < 0)) for w in row] for row in O]))


# Beside automatic and numeric differentiation


def of_layer(name, is_residual=False):
    """Forward by the course, forward for autograd, and what the course gives of G: one gradient, or several equal ones."""
    f = getattr(activations, name)

    def ours(O, W, b):
        return residual(O, f(forward(O, W, b))) if is_residual else f(forward(O, W, b))

    def back(G, O, W, b):
        dZ = undo_activation(G, forward(O, W, b), f)
        past = (lambda dO: grad_O_residual(G, dO)) if is_residual else (lambda dO: dO)
        yield past(grad_O(dZ, W)), past(contract(dZ_dO(len(O), W), dZ))
        yield grad_W(O, dZ), contract(dZ_dW(O, W.shape[1]), dZ)
        yield grad_b(dZ), contract(dZ_db(len(O), W.shape[1]), dZ)

    def definition(O, W, b):
        branch = ACTIVATIONS[name](anp.dot(O, W) + b)
        return O + branch if is_residual else branch

    return ours, definition, back


def of_normalization(norm, axis):
    def definition(Z, gamma, beta):
        return normalized(Z, axis) * gamma + beta

    def back(G, Z, gamma, beta):
        dY_dbeta = np.tile(np.eye(Z.shape[1])[:, None, :], (len(Z), 1, 1, 1))  # 1 where j = k
        yield norm.undo(G, Z, gamma), contract(norm.dY_dZ(Z, gamma), G), key_idea(norm.dY_dZ(Z, gamma), G)
        N, _ = norm.standardize(Z)
        yield grad_b(G * N), contract(dY_dbeta * N[:, :, None, None], G)  # Y = N (x) gamma + beta
        yield grad_b(G), contract(dY_dbeta, G)

    return norm, definition, back


BACKWARDS = {f"a layer, {name}": of_layer(name) for name in ACTIVATIONS} | {
    "a residual layer": of_layer("tanh", is_residual=True),
    "layer_norm": of_normalization(layer_norm, axis=1),
    "batch_norm": of_normalization(batch_norm, axis=0),
}
for module, definitions in ((losses, LOSSES), (regularizers, REGULARIZERS)):
    for name, definition in definitions.items():
        part = getattr(module, name)
        BACKWARDS[name] = part, definition, lambda G, *arguments, part=part: [(G * part.gradient(*arguments),)]


def drawn(name, m, n_in, n_out, seed):
    rng = np.random.default_rng(seed)
    O, W, b, Z = draw(m, n_in, n_in if name == "a residual layer" else n_out, seed)
    W = np.where(abs(W) < 0.01, 0.01, W)  # l1 has no derivative at 0
    probabilities = rng.dirichlet(np.ones(n_out), m) if seed % 2 else one_hot(rng, m, n_out)
    given_to = {"layer": (O, W, b), "norm": (Z, b, b + 1), "mse": (3 * Z, W[:1] * Z), "entropy": (3 * Z, probabilities)}
    return next((arrays for part, arrays in given_to.items() if part in name.replace("layer_norm", "norm")), (W,))


@pytest.mark.parametrize("name", BACKWARDS)
@given(SIZE, SIZE, SIZE, SEED)
def test_what_is_computed_and_sent_back_is_what_automatic_and_numeric_differentiation_give(name, m, n_in, n_out, seed):
    ours, definition, back = BACKWARDS[name]
    arrays = drawn(name, m, n_in, n_out, seed)
    assert_close(ours(*arrays), definition(*arrays))
    G = np.random.default_rng(seed + 1).standard_normal(np.shape(ours(*arrays)))
    for k, gradients in enumerate(back(G, *arrays)):

        def z(A, k=k):
            return (G * ours(*arrays[:k], A, *arrays[k + 1 :])).sum()

        is_analytic = name not in ("l1", "none")
        numeric = numeric_jacobian(z, arrays[k], "complex" if is_analytic else "central")
        for gradient in gradients:
            assert_close(gradient, numeric, 1e-10 if is_analytic else 1e-8)
            if name != "none":  # which is constant: nothing for autograd to differentiate
                assert_close(gradient, make_vjp(definition, k)(*arrays)[0](G), 1e-10)


def test_every_part_of_the_modules_is_tested_and_says_its_name():
    assert set(PARTS) == {*ACTIVATIONS, *LOSSES, *REGULARIZERS}
    assert [repr(part) for part in PARTS.values()] == list(PARTS)


# Far out, and at the edges


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_and_slopes_are_right_to_the_last_digits_however_large_Z_is(name, dtype):
    """Beside the definitions in extended precision, where a value or a slope near 0 has all its digits too."""
    f, limits = PARTS[name], np.finfo(dtype)
    sizes = np.geomspace(1e-6, np.sqrt(limits.max), 200).tolist() + [float(limits.max)]
    Z = np.array([*(-z for z in sizes), 0.0, *sizes], dtype)
    with np.errstate(under="ignore", over="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        found = f(Z), f.derivative(Z)
    with np.errstate(all="ignore"):
        wide, step = Z.astype(np.longdouble), Z > 0
        e, e2 = np.exp(-abs(wide)), np.exp(-2 * abs(wide))
        sigmoid = np.where(step, 1, e) / (1 + e)
        expected = {
            "identity": (wide, np.ones_like(wide)),
            "sigmoid": (sigmoid, e / (1 + e) ** 2),
            "tanh": (np.tanh(wide), 4 * e2 / (1 + e2) ** 2),
            "leaky_relu": (np.where(step, wide, LEAK * wide), np.where(step, 1, LEAK)),
            "softplus": (np.maximum(wide, 0) + np.log1p(e), sigmoid),
        }.get(name, (np.maximum(wide, 0), step))  # of relu, and of gelu far out
    checked, near_0 = (abs(Z) > 50, 1e-15) if name == "gelu" else (abs(Z) >= 0, limits.tiny)
    for A, B in zip(found, expected, strict=True):
        assert A.dtype == dtype and np.isfinite(A).all()
        assert (abs(A - B) <= 8 * limits.eps * abs(B) + near_0)[checked].all()


def test_at_the_kink_the_slope_is_that_of_the_left_side_and_a_NaN_never_becomes_a_number():
    for zero in (0.0, -0.0):
        assert (relu.derivative(np.array([zero])), leaky_relu.derivative(np.array([zero]))) == (0, LEAK)
    assert relu.derivative(np.array([Fraction(0)]))[0] == 0
    assert [f for f in PARTS.values() if f.name in ACTIVATIONS and not np.isnan(f.f(np.array([np.nan])))] == []


def test_softmax_and_its_cross_entropy_are_finite_and_right_at_a_thousand():
    Z = np.array([[1000.0, -1000.0], [-1000.0, 1000.0], [1000.0, 1000.0]])
    target = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert softmax_cross_entropy(Z, target) == pytest.approx((0 + 2000 + math.log(2)) / 3, rel=1e-15)
        assert_close(softmax_cross_entropy.gradient(Z, target), np.array([[0, 0], [-1, 1], [-0.5, 0.5]]) / 3)
        assert_close(softmax(Z), np.array([[1, 0], [0, 1], [0.5, 0.5]]))
    assert_close(softmax(Z / 1e3), np.exp(Z / 1e3) / np.exp(Z / 1e3).sum(axis=1, keepdims=True))


@given(SIZE, SIZE, SEED)
def test_the_gradient_is_that_of_the_value_for_rows_that_sum_to_1_but_for_rounding(m, n_out, seed):
    Z, target = drawn("entropy", m, 1, n_out, seed)
    target = target * (1 + np.random.default_rng(seed).uniform(-9e-7, 9e-7, (m, 1)))
    numeric = numeric_jacobian(lambda Z: softmax_cross_entropy(Z, target), Z, "complex")
    assert abs(softmax_cross_entropy.gradient(Z, target) - numeric).max() < 1e-14


def test_a_constant_group_has_no_variance_and_another_epsilon_makes_another_normalization():
    Z, (_, _, beta, G) = np.full((5, 3), 2.0), draw(5, 3, 3, seed=3)
    for norm in (layer_norm, batch_norm):
        assert_close(norm(Z, beta, beta), np.tile(beta, (5, 1)))
        assert np.isfinite(norm.undo(G, Z, beta)).all()
    wide = dataclasses.replace(layer_norm, epsilon=3.0)
    assert_close(wide.standardize(G)[1] ** 2 - layer_norm.standardize(G)[1] ** 2, np.full((5, 1), 3.0 - 1e-5))


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("sizes", [(0, 5, 3), (7, 0, 3), (7, 5, 0), (0, 0, 0)])
def test_an_empty_batch_and_layers_without_units_are_sums_without_terms(sizes, exact):
    m, n_in, n_out = sizes
    O, W, b, G = draw(*sizes, seed=0, exact=exact)
    Z = forward(O, W, b)
    assert Z.shape == (m, n_out) and (n_in or (Z == b).all())  # no input, only the bias
    assert [A.shape for A in (grad_W(O, G), grad_b(G), grad_O(G, W))] == [(n_in, n_out), (1, n_out), (m, n_in)]
    sums = grad_W(O[:0], G[:0]), grad_b(G[:0]), grad_O(G[:, :0], W[:, :0]), l2(W[:0]), l1(W[:0]), none(W[:0])
    assert all((A == 0).all() if isinstance(A, np.ndarray) else A == 0 for A in sums)
    assert dZ_dW(O, n_out).shape == (m, n_out, n_in, n_out)
    assert (dZ_db(m, n_out).shape, dZ_dO(m, W).shape) == ((m, n_out, 1, n_out), (m, n_out, m, n_in))


def test_what_has_no_mean_or_would_broadcast_or_is_no_probability_is_refused():
    good = {"O": np.zeros((7, 3)), "target": np.eye(3)[[0, 1, 2, 0, 1, 2, 0]]}
    shapes = [(7, 1), (1, 3), (3, 7), (6, 3), (7, 4)]
    cases = [({"target": np.ones(shape)}, ShapeError, "target): target has shape") for shape in shapes]
    nothing = [dict.fromkeys(good, np.zeros(shape)) for shape in [(0, 3), (7, 0)]]
    cases += [(each, ValueError, "there is no mean over nothing") for each in nothing]
    rows = [[0.5, 0.4, 0], [1.5, -0.5, 0], [0.0, 0, 0], [2.0, 3, 0]]
    unlikely = [({"target": np.array([row] * 7)}, ValueError, "a row of target does not sum to 1") for row in rows]
    for function in (softmax_cross_entropy, softmax_cross_entropy.gradient):
        assert not_refused(function, good, cases + unlikely) == []
    for function in (mse, mse.gradient):
        assert not_refused(function, good, cases) == []
    O = np.ones((7, 5))
    cases = [({"B": O[:, :1]}, ShapeError, "B has shape (7, 1), expected (m, n)")]
    assert not_refused(residual, {"O": O, "B": O}, cases) == []
    for norm in (layer_norm, batch_norm):
        empty = {"Z": O[:0], "gamma": O[:1], "beta": O[:1]}
        assert not_refused(norm, empty | {"Z": O}, [(empty, ValueError, "there is no mean over nothing")]) == []


# What holds for all functions of arrays


def functions_of_arrays():
    """(name, function, random right arguments) of each public one whose result has the kind of its arguments."""
    rng = np.random.default_rng(1)
    other = ("Network", "numeric_jacobian", "clip_by_norm", "as_fractions", "dZ_db", "inverse_of_product")
    for name, function in public_functions().items():
        right = right_arguments(function)
        arrays = [key for key, value in right.items() if isinstance(value, np.ndarray)]
        if arrays and not any(part in name for part in other) and "practice" not in function.__module__:
            random = {key: rng.standard_normal(right[key].shape) for key in arrays if key != "target"}
            yield name, function, right | random


def arrays_of(value):
    return [part for each in value for part in arrays_of(each)] if isinstance(value, tuple) else [np.asarray(value)]


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "complex64", "complex128", "object"])
def test_the_kind_of_the_entries_is_kept(kind):
    changed = []
    for name, function, right in functions_of_arrays():
        if kind == "object" and name not in RATIONAL or kind == "float16" and "softmax" in name:
            continue  # whose targets are told to sum to 1
        as_kind = as_fractions if kind == "object" else lambda A: A.astype(kind)
        results = function(**{key: as_kind(A) if isinstance(A, np.ndarray) else A for key, A in right.items()})
        changed += [(name, A.dtype) for A in arrays_of(results) if A.ndim and A.dtype != kind]
    assert changed == []
    for f in PARTS.values():
        for shape in [(), (3,), (0, 3), (2, 1, 3)] if f.name in ACTIVATIONS and kind != "object" else ():
            Z = np.full(shape, -0.5, kind)
            assert {(np.shape(A), A.dtype.name) for A in (f(Z), f.derivative(Z))} == {(shape, kind)}
            assert np.shape(f(-1.5)) == ()  # a float is an array of no indexes


def test_no_argument_is_changed_no_result_is_a_view_of_one_and_their_layout_does_not_matter():
    for name, function, right in functions_of_arrays():
        layouts = [lambda A: A.copy(), lambda A: np.repeat(A, 2, axis=-1)[..., ::2], lambda A: A[::-1].copy("F")[::-1]]
        results = []
        for layout in layouts:
            given_arrays = {key: layout(A) if isinstance(A, np.ndarray) else A for key, A in right.items()}
            for A in given_arrays.values():
                if isinstance(A, np.ndarray):
                    A.flags.writeable = False
            results.append(arrays_of(function(**given_arrays)))
            assert all(np.array_equal(given_arrays[key], A) for key, A in right.items() if isinstance(A, np.ndarray))
            assert [name for A in results[-1] if A.ndim and not A.flags.writeable] == []
            inputs = [A for A in given_arrays.values() if isinstance(A, np.ndarray)]
            assert [name for A in results[-1] for I in inputs if np.shares_memory(A, I)] == []
        for other in results[1:]:
            for A, B in zip(results[0], other, strict=True):
                assert_close(B, A)
