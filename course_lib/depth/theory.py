"""What a random deep network does to Z going forwards and to G going backwards, predicted by two maps of one number.

Every layer has the same width, Z = O W + b and O = f(Z), and the entries of W and b are independent with mean 0:
weight_gain is n_in Var(W) = n_out Var(W), bias_variance is Var(b). With u standard normal, layer after layer

    q    <-  weight_gain E[f(sqrt(q) u)^2] + bias_variance      q = E[Z^2]: an entry of Z is a sum of n_in products
    chi   =  weight_gain E[f'(sqrt(q) u)^2]                     the factor on E[G^2], going back through (S6) and (C)

The first map asks for wide layers: then Z is close to normal. The second also takes W to be independent of G. It is
not: Z, and with it G, was made from W. The error fades with the width where the first G has mean 0 and is independent
of the network (slowest in a residual network of relu), and stays where it is not, as when the loss sends back the
network's own output.
Sources: Glorot and Bengio 2010 (linear f), He et al. 2015 (relu), Poole et al. 2016 (the map of q), Schoenholz et al.
2017 (chi), Yang and Schoenholz 2017 (residual connections), Yang 2019 (when W counts as
independent of G).
"""

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.polynomial.hermite_e import hermegauss

from course_lib.activations import Activation
from course_lib.arguments import Number, Whole
from course_lib.shapes import shape_checked

_ORDER, _SQUEEZE = 256, 0.28  # even: no node on the kink of relu
_TINY, _FAR, _HUGE = 1e-30, 1e40, 1e300  # where q counts as 0, as a fixed point at infinity, and as an overflow
_MARGIN = 1e-12  # a relative change of q below this is rounding


class Layers(NamedTuple):
    """q, chi: arrays of shape (depth,), E[Z^2] and the factor on E[G^2] of each layer, the first one first."""

    q: np.ndarray
    chi: np.ndarray


class Flow(NamedTuple):
    """Root mean squares by layer, first layer first; predicted by `MeanField.flow` or measured by `course_lib.depth.deep`.

    Z, G, grad_W: arrays of shape (depth,); G is dL/dZ. factor: of shape (depth - 1,): entry l - 1 is the mean square
    of dL/dO at the input of layer l, divided by that at its output. Layer 0 has none: its input is the data.
    """

    Z: np.ndarray
    G: np.ndarray
    grad_W: np.ndarray
    factor: np.ndarray

    @property
    def mean_factor(self):
        """The geometric mean of the factor: its power depth - 1 is what all layers together do to E[G^2]."""
        with np.errstate(divide="ignore"):
            return float(np.exp(np.log(self.factor).mean()))


@dataclass(frozen=True)
class MeanField:
    """The prediction for one activation and one scale of the weights: see `mean_field`.

    q: the fixed point of the map of q that is reached from q = 1; 0 or infinite where q shrinks or grows for ever.
    chi: the factor on E[G^2] per layer there. Where q is 0 or infinite it is the limit.
    """

    activation: Activation
    weight_gain: float
    bias_variance: float
    q: float
    chi: float

    def layers(self, depth, q_in, residual=False):
        """`Layers(q, chi)`, two arrays of shape (depth,). q_in is the mean square of an entry of the data O^(0).

        residual: O^(l) = O^(l-1) + f(Z) in place of f(Z); the factor on E[G^2] is then 1 + chi.
        Raises TypeError or ValueError unless depth is a whole number, at least 1, and q_in is above 0 and finite.
        """
        q, _ = self._walk("MeanField.layers(depth, q_in)", depth, q_in, residual)
        return Layers(q, _chi(self.activation, self.weight_gain, q))

    def flow(self, depth, q_in, batch, residual=False):
        """What `course_lib.depth.deep.measure` should see in wide layers: the `Flow` of `depth` of them, for `batch` samples.

        The entries of the first G, the gradient for the network's output, have mean square 1; the output layer that
        follows the `depth` layers has weights of the same variance, and no activation.
        Raises TypeError or ValueError for a number out of range.
        """
        call = "MeanField.flow(depth, q_in, batch)"
        Whole(1)(call, "batch", batch)
        q, O_square = self._walk(call, depth, q_in, residual)
        factor = _chi(self.activation, self.weight_gain, q) + residual
        slope = _chi(self.activation, 1.0, q)
        with np.errstate(all="ignore"):
            above = np.append(np.log(factor[:0:-1]).cumsum()[::-1], 0.0)  # logarithms: 100 factors may be no float
            G = np.exp((np.log(self.weight_gain) + above) / 2) * np.sqrt(slope)
            return Flow(np.sqrt(q), G, np.sqrt(batch * O_square) * G, factor[1:])

    def _walk(self, call, depth, q_in, residual):
        """q, and the mean square of an entry of the input O: two arrays of shape (depth,)."""
        Whole(1)(call, "depth", depth)
        mean, mean_square = 0.0, float(Number(0, above=True)(call, "q_in", q_in))
        q, O_square = np.full((2, depth), np.inf)
        u, weights = _quadrature()
        with np.errstate(all="ignore"):
            for layer in range(depth):
                O_square[layer] = mean_square
                q[layer] = self.weight_gain * mean_square + self.bias_variance
                if not q[layer] < _HUGE:
                    q[layer] = np.inf
                    break
                f = self.activation.f(np.sqrt(q[layer]) * u)
                step, step_square = f @ weights, (f * f) @ weights
                # f(Z) is independent of the O that goes past it, but neither needs to have mean 0
                mean_square = residual * (mean_square + 2 * mean * step) + step_square
                mean = residual * mean + step
        return q, O_square


@shape_checked
def mean_field(activation: Activation, weight_gain: Number(0), bias_variance: Number(0) = 0.0):
    """The prediction for one activation, weight_gain = n_in Var(W) = n_out Var(W) and bias_variance: a `MeanField`.

    The fixed point is that which the map of q reaches from q = 1. It is found by bisection, because the map itself
    can take for ever (tanh at gain 1: q falls like 1 / layer); this takes the map to grow with q, as it does for the
    activations of this course. At relu and gain 2, where every q is a fixed point, it is 1.

    The expectations are Gauss-Hermite sums of even order. Their nodes are pushed together by a factor s, which is
    exact as an integral, E[g(u)] = s E[g(s u) exp((1 - s^2) u^2 / 2)], and resolves an f that saturates far better:
    the relative error is below 1e-4 for q up to 100, and near rounding for q up to 10.
    Raises TypeError unless activation is an `Activation` and the others are numbers, ValueError for a negative or
    non-finite number.
    """
    weight_gain, bias_variance = float(weight_gain), float(bias_variance)
    with np.errstate(all="ignore"):  # cubes of huge numbers
        q = _fixed_point(lambda q: weight_gain * _mean_square(activation.f, q) + bias_variance)
        chi = _chi(activation, weight_gain, q)
    return MeanField(activation, weight_gain, bias_variance, q, float(chi))


def _fixed_point(step):
    """The fixed point of an increasing map that its iterates reach from q = 1. step takes an array of any shape."""

    def change(q):
        """step(q) - q as a part of q, with 0 for rounding."""
        with np.errstate(all="ignore"):
            part = np.where(q > 0, step(q) / q - 1, step(q))
        return np.where(abs(part) <= _MARGIN, 0, part)

    direction = float(np.sign(change(np.float64(1.0))))
    if direction == 0:
        return 1.0
    path = np.geomspace(1, _FAR, 401) if direction > 0 else np.append(np.geomspace(1, _TINY, 301), 0.0)
    ahead = direction * change(path)  # above 0 as long as the iterates go on
    for k in range(1, len(path)):
        near, far = path[k - 1], path[k]
        if k + 1 < len(path) and 0 < ahead[k] < min(ahead[k - 1], ahead[k + 1]):
            far = _smallest(
                lambda q: direction * change(q), near, path[k + 1]
            )  # two fixed points may lie between nodes
        if direction * change(far) < 0:
            for _ in range(200):
                middle = (near + far) / 2
                near, far = (near, middle) if direction * change(middle) < 0 else (middle, far)
            return float((near + far) / 2)
    return np.inf if direction > 0 else 0.0


def _smallest(f, start, end):
    """Where f, of an array, is smallest between the two numbers, if it falls and then rises there."""
    for _ in range(12):
        grid = np.linspace(start, end, 33)
        k = int(np.argmin(f(grid)))
        start, end = grid[max(k - 1, 0)], grid[min(k + 1, 32)]
    return grid[k]


@functools.cache
def _quadrature():
    """Nodes and weights for E[g(u)], two arrays of shape (order,)."""
    u, weights = hermegauss(_ORDER)
    weights = weights * _SQUEEZE * np.exp((1 - _SQUEEZE**2) * u**2 / 2) / np.sqrt(2 * np.pi)
    return _SQUEEZE * u, weights


def _mean_square(f, q):
    """E[f(sqrt(q) u)^2] for q of any shape."""
    u, weights = _quadrature()
    values = f(np.sqrt(q)[..., None] * u)
    return (values * values) @ weights


def _chi(activation, weight_gain, q):
    """The factor on E[G^2] at q, of any shape; at 0 and infinity the limit: f'(0) of relu is only a convention."""
    return weight_gain * _mean_square(activation.f_prime, np.clip(q, _TINY, _HUGE))
