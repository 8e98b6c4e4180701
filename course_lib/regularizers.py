"""Regularizers Omega: J = L + lam * Omega, summed over the weights of all layers and never over biases (slip E9).

A regularizer is called on W, `l2(W)`, and has `.gradient(W)`, of the shape of W (row S15). Exact on Fractions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped

from course_lib.shapes import Named, shape_checked, zeros

_Weights = Shaped[np.ndarray, "n_in n_out"]


@dataclass(frozen=True, repr=False)
class Regularizer(Named):
    """A regularizer and its gradient. `f` and `f_gradient` are the bare formulas, without checks."""

    name: str
    f: Callable
    f_gradient: Callable

    @shape_checked
    def __call__(self, W: _Weights):
        """Omega(W), a number."""
        return self.f(W)

    @shape_checked
    def gradient(self, W: _Weights) -> _Weights:
        """grad_W Omega."""
        return self.f_gradient(W)


none = Regularizer("none", lambda W: 0.0, lambda W: zeros(W.shape, like=W))
l2 = Regularizer("l2", lambda W: (W**2).sum() / 2, lambda W: W.copy())
l1 = Regularizer("l1", lambda W: abs(W).sum(), lambda W: zeros(W.shape, like=W) + (W > 0) - (W < 0))  # 0 at 0
