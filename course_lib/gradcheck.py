"""Gradient check: every entry of every gradient beside a central difference that uses no formula at all."""

from dataclasses import dataclass

import numpy as np

from course_lib.jacobian import numeric_jacobian
from course_lib.shapes import ShapeError

_NAMES = "W", "b", "gamma", "beta"  # the parameters of a layer, in the order of `network.parameters`


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


def check_gradients(network, X, target, gradients=None):
    """Compare the network's gradients of J, or the `gradients` that are given, with numerical ones.

    X: (m, n_in), target: (m, n_out); gradients: a list of (dW, db) of the shapes of `network.parameters`. Returns a
    `GradientCheck`. The network is left as it was. Raises ShapeError if a gradient does not have its parameter's shape.
    A kink of relu that lies within 1e-5 of an entry of Z makes a small difference that is no mistake.
    """
    gradients = network.loss_and_gradients(X, target)[1] if gradients is None else gradients
    if len(gradients) != len(network.parameters):
        raise ShapeError(
            f"check_gradients(...): gradients has {len(gradients)} pairs (dW, db), "
            f"expected {len(network.parameters)}, one for each layer."
        )
    probe = network.astype(float)  # differences of nearly equal numbers need all digits
    rows = []
    for layer, pair in enumerate(network.parameters):
        for which, letter in enumerate(_NAMES[: len(pair)]):
            gradient = np.asarray(gradients[layer][which])
            if gradient.shape != pair[which].shape:
                raise ShapeError(
                    f"check_gradients(...): the gradient for {letter}{layer} has shape {gradient.shape}, "
                    f"expected {pair[which].shape}, the shape of {letter}{layer}."
                )

            def objective(P, layer=layer, which=which):
                moved = list(network.parameters[layer])
                moved[which] = P
                probe.parameters[layer] = tuple(moved)
                return probe.objective(X, target)

            rows.append(ParameterCheck(f"{letter}{layer}", gradient, numeric_jacobian(objective, pair[which])))
            probe.parameters[layer] = pair
    return GradientCheck(rows)
