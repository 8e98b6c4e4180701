"""Gradient check: every entry of every gradient beside a central difference that uses no formula at all."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped

from course_lib.arguments import describe, plain_array
from course_lib.jacobian import numeric_jacobian
from course_lib.network import Network
from course_lib.shapes import ShapeError, same_shapes, shape_checked

_STARTS = {"W": 0, "b": 0, "gamma": 1, "beta": 0}  # the parameters of a layer, in their order, as they begin


@dataclass(frozen=True)
class ParameterCheck:
    """One parameter: `W0` is the W of layer 0. gradient and numeric have its shape."""

    name: str
    gradient: np.ndarray
    numeric: np.ndarray

    @property
    def absolute_error(self):
        """The largest difference of an entry."""
        return float(abs(self.gradient - self.numeric).max())

    @property
    def relative_error(self):
        """The largest difference, divided by the largest entry of either gradient.

        0 where both are 0, infinity where an entry is NaN or infinite.
        """
        if not np.isfinite(self.absolute_error):
            return np.inf
        scale = max(abs(self.gradient).max(), abs(self.numeric).max())
        return float(self.absolute_error / scale) if scale > 0 else 0.0


class GradientCheck(tuple):
    """A table: one `ParameterCheck` for each parameter, first layer first, W before b."""

    def passes(self, tolerance=1e-6):
        """Whether every relative error is at most `tolerance`."""
        return all(row.relative_error <= tolerance for row in self)

    def __repr__(self):
        lines = [f"{'parameter':<10} {'shape':<12} {'largest absolute error':>22} {'largest relative error':>22}"]
        for row in self:
            errors = f"{row.absolute_error:>22.1e} {row.relative_error:>22.1e}"
            lines.append(f"{row.name:<10} {row.gradient.shape!s:<12} {errors}")
        return "\n".join(lines)


@shape_checked
def check_gradients(
    network: Network,
    X: Shaped[np.ndarray, "m n_in"],
    target: Shaped[np.ndarray, "m n_out"],
    gradients: (list, tuple) = None,
):
    """Compare the network's gradients of J, or the `gradients` that are given, with numerical ones: a `GradientCheck`.

    A mistake may show only where parameters are not what they are at first, b = 0, gamma = 1, beta = 0: a copy of the
    network is checked, in which such a parameter is drawn. The network stays as it is. gradients: a list of (dW, db) at
    the network's own parameters, and of their shapes; ValueError where every b is 0, since they cannot be drawn then.
    Where an entry of Z is at a kink of relu the numerical slope is the mean of both sides: that difference is not small,
    and no mistake.
    """
    if gradients is None:
        place = _drawn(network)
        gradients = place.loss_and_gradients(X, target)[1]
    else:
        place = network
        if not any(b.any() for _, b, *_ in network.parameters):
            raise ValueError(
                "check_gradients(...): every b of network is 0, where a mistake that shows only beside another b would "
                "pass. Draw them, network.parameters = [(W, rng.standard_normal(b.shape)) for W, b in "
                "network.parameters], and compute the gradients there"
            )
    if len(gradients) != len(place.parameters):
        expected = f"{len(place.parameters)}, one for each layer"
        raise ShapeError(f"check_gradients(...): gradients has {len(gradients)} pairs (dW, db), expected {expected}.")
    probe, rows = place.astype(float), []  # differences of nearly equal numbers need all digits
    for l, (layer, given) in enumerate(zip(place.parameters, gradients, strict=True)):
        if not isinstance(given, (list, tuple)) or len(given) != len(layer):
            expected = f"({', '.join('d' + letter for letter in list(_STARTS)[: len(layer)])})"
            raise TypeError(f"check_gradients(...): gradients[{l}] is {describe(given)}, expected {expected}")
        for which, letter in enumerate(list(_STARTS)[: len(layer)]):
            gradient = plain_array(f"check_gradients(...): the gradient for {letter}{l}", given[which])
            same_shapes("check_gradients(...)", f"the gradient for {letter}{l}", [gradient], [layer[which].shape])

            def objective(P, l=l, which=which):
                probe.parameters[l][which][...] = P
                return probe.objective(X, target)

            rows.append(ParameterCheck(f"{letter}{l}", gradient, numeric_jacobian(objective, layer[which])))
            probe.parameters[l][which][...] = layer[which]
    return GradientCheck(rows)


def _drawn(network):
    """A copy, in which each parameter that is still what it was at first is drawn."""
    place, rng = network.astype(network.dtype), np.random.default_rng(0)
    for layer in place.parameters:
        for P, start in zip(layer, _STARTS.values(), strict=False):
            if (start == P).all():
                P += 0.5 * rng.standard_normal(P.shape)
    return place
