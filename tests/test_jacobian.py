"""Jacobians, the chain rule for vectors, the key idea for tensors, and the numeric Jacobian that checks them."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import assert_close, assert_exactly, contract, fractions, matmul
from refusals import not_refused, unlike

from course_lib.jacobian import chain, inverse_of_product, key_idea, numeric_jacobian, transpose_of_product
from course_lib.shapes import ShapeError

RNG = np.random.default_rng(0)
SIZE = st.integers(1, 4)
SEED = st.integers(0, 10_000)
SHAPE = st.lists(st.integers(1, 3), max_size=3).map(tuple)


@given(SIZE, SIZE, SIZE, SEED)
def test_the_transpose_of_a_product_and_the_chain_rule_are_sums_over_the_middle_index_exactly(m, k, n, seed):
    rng = np.random.default_rng(seed)
    A, B = fractions(rng, m, k), fractions(rng, k, n)
    assert_exactly(chain(A, B), matmul(A, B))
    assert_exactly(transpose_of_product(A, B), matmul(A, B).T)


@given(SIZE, SEED)
def test_the_inverse_of_a_product_undoes_the_product_and_where_there_is_none_it_is_refused(n, seed):
    A, B = np.eye(n) + np.random.default_rng(seed).uniform(-0.2, 0.2, (2, n, n))
    inverse = inverse_of_product(A, B)
    assert_close(matmul(inverse, matmul(A, B)), np.eye(n), 1e-10)
    assert_close(matmul(matmul(A, B), inverse), np.eye(n), 1e-10)
    with pytest.raises(np.linalg.LinAlgError):
        inverse_of_product(A * 0, B)


@given(SHAPE, SHAPE, SEED)
def test_the_key_idea_is_the_sum_over_every_index_of_Y_for_any_ranks(shape_X, shape_Y, seed):
    rng = np.random.default_rng(seed)
    dY_dX, dz_dY = fractions(rng, *shape_Y, *shape_X), fractions(rng, *shape_Y)
    assert_exactly(np.asarray(key_idea(dY_dX, dz_dY)), contract(dY_dX, dz_dY))


def test_the_key_idea_over_no_index_is_zero_and_a_jacobian_that_does_not_begin_with_Y_is_refused():
    assert (key_idea(np.empty((0, 3, 2)), np.empty((0, 3))) == np.zeros(2)).all()
    message = "key_idea(dY_dX, dz_dY): dY_dX has shape (5, 3, 7, 3), expected Y.shape + X.shape: it must begin with "
    message += "(7, 3) because dz_dY, which has the shape of Y, is (7, 3)."
    assert unlike(ShapeError, {message: lambda: key_idea(np.zeros((5, 3, 7, 3)), np.zeros((7, 3)))}) == []


@given(SHAPE, SHAPE, SEED)
def test_a_numeric_jacobian_has_the_result_s_indexes_first(shape_X, shape_Y, seed):
    rng = np.random.default_rng(seed)
    X, M = rng.standard_normal(shape_X), rng.standard_normal(shape_Y + shape_X)

    def f(X):
        return np.tensordot(M, X, axes=X.ndim)

    assert_close(numeric_jacobian(f, X, "complex"), M)
    assert_close(numeric_jacobian(f, X, "central"), M, 1e-8)


@pytest.mark.parametrize("method", ["central", "complex"])
def test_f_may_change_its_argument_or_write_all_its_results_into_one_array_and_X_stays(method):
    X, W = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    X.flags.writeable = False
    results = {kind: np.empty((2, 4), kind) for kind in "dD"}  # real and complex
    found = numeric_jacobian(lambda X: np.dot(np.multiply(X, 3, out=X), W, out=results[X.dtype.char]), X, method)
    assert_close(found, numeric_jacobian(lambda X: 3 * X @ W, X, "complex"), 1e-8)


def test_float32_and_lists_of_floats_are_differentiated_in_double_precision():
    for X in (np.array([0.5], dtype=np.float32), [0.5]):
        assert_close(numeric_jacobian(np.sin, X), np.array([[np.cos(0.5)]]), 1e-9)


@pytest.mark.parametrize(
    ("f", "x", "slope", "tolerance"),
    [
        (np.sin, 1e6, np.cos(1e6), 1e-6),  # far out, where f changes as fast as near 0
        (lambda x: np.sin(1e6 * x), 0.1, 1e6 * np.cos(1e5), 1e-6),
        (lambda x: 1e12 + x, 1.0, 1.0, 1e-6),  # large beside its changes
        (lambda x: 1 / x, 1e-8, -1e16, 1e-6),  # near a pole, on both sides
        (np.log, 1e-7, 1e7, 1e-6),  # near the end of what f takes
        (lambda x: 1e-12 * np.sin(1e6 * x), 0.0, 1e-6, 1e-6),
        (lambda x: 1e6 + np.maximum(x, 0), -0.1, 0.0, 1e-10),  # a large step would pass the kink
        (lambda x: np.maximum(x, 0), 1e-7, 1.0, 1e-10),
        (lambda x: np.maximum(x, 0), 0.0, 0.5, 1e-10),  # at the kink, the mean of the two slopes
    ],
)
def test_the_central_difference_keeps_to_f_s_own_scale(f, x, slope, tolerance):
    with np.errstate(all="raise"):
        (found,) = numeric_jacobian(f, np.array([x])).ravel()
    assert found == pytest.approx(slope, rel=tolerance, abs=tolerance * min(1, abs(slope)) + 1e-10 * (slope == 0))


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::PendingDeprecationWarning")
def test_no_entries_have_an_empty_jacobian_and_what_has_none_is_refused():
    assert numeric_jacobian(lambda X: X.sum(axis=1), np.zeros((4, 0))).shape == (4, 4, 0)
    real, plain = "expected real floats", "expected a plain numpy array"
    cases = [
        ({"f": None}, TypeError, "f is NoneType None, expected a function"),
        ({"method": "forward"}, ValueError, "method is str 'forward', expected 'central' or 'complex'"),
        ({"X": np.ones(2, "int64")}, TypeError, f"X has dtype int64, {real}"),
        ({"X": np.ones(2, "complex128")}, TypeError, f"X has dtype complex128, {real}"),
        ({"X": np.full(2, Fraction(1))}, TypeError, f"X has dtype object, {real}"),
        ({"X": "1.0"}, TypeError, f"X is a str, {plain}"),
        ({"X": np.ma.array([1.0, 2.0], mask=[0, 1])}, TypeError, f"X is a MaskedArray, {plain}"),
        ({"X": np.array([np.nan])}, ValueError, "X is not finite everywhere"),
        ({"X": np.array([np.inf]), "method": "complex"}, ValueError, "X is not finite everywhere"),
        ({"f": lambda X: X.astype(int)}, TypeError, "f(X) has dtype int64"),
        ({"f": lambda X: np.float32(X)}, TypeError, "f(X) has dtype float32, expected float64: differences need all"),
        ({"f": lambda X: None}, TypeError, "f(X) is a NoneType"),
        ({"f": lambda X: X / 0}, ValueError, "f(X) is not finite everywhere"),
        ({"f": np.sqrt, "X": np.zeros(1)}, ValueError, "2h is not finite or does not settle at X[0] for any h"),
        ({"f": abs, "method": "complex"}, ValueError, "not analytic"),
        ({"f": lambda X: X[X <= 0.3]}, ShapeError, "f(X + h) has shape (0,), but f(X) has (1,)"),
    ]
    loses_the_imaginary_part = (
        lambda X: X / X.std(),
        lambda X: np.stack([X[0], abs(X[1]) * X[1]]),
        lambda X: X * np.real(X),
    )
    says = "it differs from the central difference"
    cases += [({"f": f, "method": "complex"}, ValueError, says) for f in loses_the_imaginary_part]
    unsteady = lambda X: np.sin(X.astype(np.float32)).astype(float), np.floor, lambda X: X + RNG.random()
    says = "does not settle at X[0] for any h, expected a function that has a deriv"
    cases += [({"f": f, "X": np.array([1.0])}, ValueError, says) for f in unsteady]
    assert not_refused(numeric_jacobian, {"f": np.sin, "X": np.array([0.3, 1.7]), "method": "central"}, cases) == []
