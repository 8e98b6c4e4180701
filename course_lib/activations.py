"""Activations: element-wise functions f, each beside its derivative f'.

An activation is called on an array of any shape, `relu(Z)`, and has `.derivative(Z)`, of the same shape; both check
their argument and raise TypeError for integers and ValueError for NaN or infinity. identity and relu are rational, so
they are exact on Fractions; the others raise TypeError there. All take complex entries, for the complex step.
The slope of relu and leaky_relu at the kink, Z = 0, is that of the left side: relu'(0) = 0. leaky_relu has slope 0.01
there; gelu is the tanh form.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_lib.shapes import Array, Named, as_fractions, shape_checked


@dataclass(frozen=True, repr=False)
class Activation(Named):
    """An element-wise function and its derivative. `f` and `f_prime` are the bare formulas, without checks."""

    name: str
    f: Callable
    f_prime: Callable
    rational: bool = False

    @shape_checked
    def __call__(self, Z: Array):
        """f(Z), entry by entry, of the shape of Z."""
        return self._checked(self.f, Z)

    @shape_checked
    def derivative(self, Z: Array):
        """f'(Z), entry by entry, of the shape of Z (row S6)."""
        return self._checked(self.f_prime, Z)

    def _checked(self, formula, Z):
        if Z.dtype == object and not self.rational:
            raise TypeError(f"{self.name}(Z): Z holds Fractions, but {self.name} is not rational: expected floats")
        return as_fractions(formula(Z)) if Z.dtype == object else formula(Z)


def _sigmoid(Z):
    t = np.exp(np.where(Z.real > 0, -Z, Z))  # at most 1 in size: no overflow
    return np.where(Z.real > 0, 1, t) / (1 + t)


def _sigmoid_prime(Z):
    t = np.exp(np.where(Z.real > 0, -Z, Z))
    return t / (1 + t) ** 2  # s (1 - s), without losing digits where s is near 1


def _softplus(Z):
    t = np.exp(np.where(Z.real > 0, -Z, Z))
    return np.where(Z.real > 0, Z, 0) + np.log1p(t)


def _relu(Z):
    return np.maximum(Z, 0)  # a NaN of a run that diverges stays one


def _relu_prime(Z):
    return (Z.real > 0).astype(Z.dtype)


def _tanh_prime(Z):
    return 4 * _sigmoid_prime(2 * Z)  # 1 - tanh^2, without losing digits where that is near 0


_LEAK = 0.01
_GELU_SCALE, _GELU_CUBIC = math.sqrt(2 / math.pi), 0.044715  # the tanh form of Hendrycks and Gimpel 2016


def _gelu_argument(Z):
    limits = np.copysign(20, Z.real).astype(Z.dtype)  # beyond, gelu is Z or 0, and no cube overflows
    Z = np.where(abs(Z.real) > 20, limits, Z)
    return Z, _GELU_SCALE * (Z + _GELU_CUBIC * Z * Z * Z)


def _gelu(Z):
    return 0.5 * Z * (1 + np.tanh(_gelu_argument(Z)[1]))


def _gelu_prime(Z):
    Z, U = _gelu_argument(Z)
    return 0.5 * (1 + np.tanh(U)) + 0.5 * Z * _tanh_prime(U) * _GELU_SCALE * (1 + 3 * _GELU_CUBIC * Z**2)


identity = Activation("identity", lambda Z: Z.copy(), lambda Z: np.ones(Z.shape, Z.dtype), rational=True)
sigmoid = Activation("sigmoid", _sigmoid, _sigmoid_prime)
tanh = Activation("tanh", np.tanh, _tanh_prime)
relu = Activation("relu", _relu, _relu_prime, rational=True)
leaky_relu = Activation(
    "leaky_relu",
    lambda Z: np.where(Z.real > 0, Z, _LEAK * Z),
    lambda Z: np.where(Z.real > 0, 1.0, _LEAK).astype(Z.dtype),
)
softplus = Activation("softplus", _softplus, _sigmoid)
gelu = Activation("gelu", _gelu, _gelu_prime)

ACTIVATIONS = {name: f for name, f in list(globals().items()) if isinstance(f, Activation)}  # what a view lets choose
