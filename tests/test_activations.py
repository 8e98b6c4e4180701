"""Activations: each f and f' against its definition, against numeric derivatives, and at the edges."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from autograd import elementwise_grad
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from reference import ACTIVATIONS, GELU_CUBIC, LEAK, assert_close, assert_exactly, fractions

from course_lib import activations
from course_lib.activations import Activation, gelu, identity, leaky_relu, relu, sigmoid, softplus, tanh
from course_lib.jacobian import numeric_jacobian

NAMES = sorted(ACTIVATIONS)
VALUES = arrays(float, st.lists(st.integers(0, 3), max_size=3).map(tuple), elements=st.floats(-20, 20))
SCALARS = {  # one number in, one number out, by Python's own math
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "relu": lambda z: max(z, 0.0),
    "leaky_relu": lambda z: z if z > 0 else LEAK * z,
    "softplus": lambda z: math.log(1 + math.exp(z)),
    "gelu": lambda z: z / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (z + GELU_CUBIC * z**3))),
}


def activation(name):
    return getattr(activations, name)


def test_every_activation_of_the_module_is_tested():
    found = {name for name, value in vars(activations).items() if isinstance(value, Activation)}
    assert found == set(NAMES)
    assert all(repr(activation(name)) == name for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
@given(Z=VALUES)
def test_an_activation_is_its_function_of_every_entry(name, Z):
    expected = np.array([SCALARS[name](z) for z in Z.flat]).reshape(Z.shape)
    assert_close(activation(name)(Z), expected)


@pytest.mark.parametrize("name", NAMES)
@given(Z=VALUES)
def test_a_derivative_is_that_of_automatic_differentiation(name, Z):
    assert_close(activation(name).derivative(Z), elementwise_grad(ACTIVATIONS[name])(Z))


@pytest.mark.parametrize("name", NAMES)
def test_a_derivative_is_the_diagonal_of_the_jacobian_by_complex_step(name):
    Z = np.random.default_rng(4).standard_normal((4, 3))
    jacobian = np.zeros(Z.shape * 2)
    for i in np.ndindex(Z.shape):
        jacobian[i + i] = activation(name).derivative(Z)[i]
    assert_close(numeric_jacobian(activation(name), Z, "complex"), jacobian)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("z", [-3.0, -0.4, 0.7, 2.5])
def test_a_derivative_is_the_central_difference(name, z):
    Z = np.array([z])
    assert_close(numeric_jacobian(activation(name), Z)[0], activation(name).derivative(Z), 1e-9)


@given(st.integers(0, 10_000))
def test_identity_and_relu_are_exact_on_fractions(seed):
    Z = fractions(np.random.default_rng(seed), 4, 3)
    positive = np.array([[Fraction(int(z > 0)) for z in row] for row in Z])
    assert_exactly(identity(Z), Z)
    assert_exactly(identity.derivative(Z), positive * 0 + 1)
    assert_exactly(relu(Z), Z * positive)
    assert_exactly(relu.derivative(Z), positive)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"identity", "relu"}))
@pytest.mark.parametrize("function", ["__call__", "derivative"])
def test_the_others_refuse_fractions(name, function):
    with pytest.raises(TypeError, match=rf"{name}\(Z\): Z holds Fractions, but {name} is not rational"):
        getattr(activation(name), function)(np.array([Fraction(1, 2)]))


def test_at_the_kink_the_slope_is_that_of_the_left_side():
    for zero in (0.0, -0.0):
        assert relu.derivative(np.array([zero])) == 0
        assert leaky_relu.derivative(np.array([zero])) == LEAK
    assert relu.derivative(np.array([Fraction(0)]))[0] == 0


def test_the_cubic_of_gelu_stays_close_to_the_normal_distribution():
    z = np.linspace(-4, 4, 81)
    exact = np.array([x / 2 * (1 + math.erf(x / math.sqrt(2))) for x in z])
    assert 1e-5 < abs(activations.gelu(z) - exact).max() < 1e-3


@pytest.mark.parametrize("name", NAMES)
def test_large_values_give_the_limit_without_a_warning(name):
    Z = np.array([-1e4, -1000.0, -50.0, 50.0, 1000.0, 1e4])
    left, right = {"sigmoid": (0, 1), "tanh": (-1, 1), "identity": (Z[:3], Z[3:])}.get(name, (0, Z[3:]))
    slope = {"identity": (1, 1), "sigmoid": (0, 0), "tanh": (0, 0)}.get(name, (0, 1))
    if name == "leaky_relu":
        left, slope = LEAK * Z[:3], (LEAK, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        f, f_prime = activation(name)(Z), activation(name).derivative(Z)
    assert_close(f, np.concatenate([np.broadcast_to(left, 3), np.broadcast_to(right, 3)]))
    assert_close(f_prime, np.repeat(np.array(slope, dtype=float), 3))


def test_sigmoid_and_softplus_keep_their_digits_far_from_0():
    z = np.array([-40.0])
    small = math.exp(-40) / (1 + math.exp(-40))
    assert sigmoid(z)[0] == pytest.approx(small, rel=1e-14)
    assert softplus(z)[0] == pytest.approx(math.exp(-40), rel=1e-14)
    for side in (z, -z):
        assert sigmoid.derivative(side)[0] == pytest.approx(small / (1 + math.exp(-40)), rel=1e-14)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64, np.complex128])
def test_the_dtype_and_the_shape_are_kept(name, dtype):
    for shape in [(), (3,), (2, 3), (0, 3), (2, 1, 3)]:
        Z = np.full(shape, -0.5, dtype=dtype)
        for result in (activation(name)(Z), activation(name).derivative(Z)):
            assert np.shape(result) == shape
            assert result.dtype == dtype


@pytest.mark.parametrize("name", NAMES)
def test_a_float_passes_as_an_array_of_no_indexes(name):
    assert np.shape(activation(name)(-1.5)) == ()
    assert activation(name)(-1.5) == pytest.approx(SCALARS[name](-1.5))


@pytest.mark.parametrize("name", NAMES)
def test_the_argument_is_not_changed_and_no_result_is_a_view_of_it(name):
    Z = np.array([[-1.0, 0.0], [2.0, 3.0]])
    Z.flags.writeable = False
    for result in (activation(name)(Z), activation(name).derivative(Z), activation(name)(Z.T)):
        result[...] = 99.0
    assert Z.tolist() == [[-1.0, 0.0], [2.0, 3.0]]


@pytest.mark.parametrize("name", NAMES)
def test_a_NaN_inside_a_network_is_never_turned_into_a_number(name):
    assert np.isnan(activation(name).f(np.array([np.nan]))).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_values_and_slopes_are_right_to_the_last_digits_however_large_Z_is(name, dtype):
    """Beside the definitions in extended precision, where a slope near 0 has all its digits too."""
    limits = np.finfo(dtype)
    sizes = np.geomspace(1e-6, np.sqrt(limits.max), 200).tolist() + [float(limits.max)]
    Z = np.array([*(-z for z in sizes), 0.0, *sizes], dtype)
    with np.errstate(under="ignore"):
        found, slopes = activation(name)(Z), activation(name).derivative(Z)
    assert found.dtype == slopes.dtype == dtype
    assert np.isfinite(found).all() and np.isfinite(slopes).all()
    wide = Z.astype(np.longdouble)
    with np.errstate(all="ignore"):
        e = np.exp(-2 * abs(wide))
        if name == "tanh":
            expected = 4 * e / (1 + e) ** 2
        elif name == "sigmoid":
            expected = np.exp(-abs(wide)) / (1 + np.exp(-abs(wide))) ** 2
        elif name == "softplus":
            expected = np.where(Z > 0, 1, np.exp(-abs(wide))) / (1 + np.exp(-abs(wide)))
        else:
            return
    assert (abs(slopes - expected) <= 8 * limits.eps * expected + limits.tiny).all()


def test_the_slope_of_tanh_keeps_its_digits_and_that_of_gelu_is_finite_far_out():
    assert tanh.derivative(np.array([20.0, -20.0])) == pytest.approx(1.699341702116839e-17, rel=1e-14)
    far = np.array([2e19, -2e19], "float32")
    assert gelu.derivative(far).tolist() == [1, 0]
    assert gelu(far).tolist() == [far[0], 0]
