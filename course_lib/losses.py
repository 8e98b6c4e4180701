"""Losses: one number L for a whole batch, and the first G that it sends back.

A loss is called on the last layer's output and the target, `mse(O, target)`, both (m, n_out), and returns L; its
`.gradient(O, target)` is dL/dO, the first G, (m, n_out). Both losses are means over the batch: the 1/m lives in this
file and nowhere else (slip E9). Both raise ShapeError unless the two shapes are equal, and ValueError for an empty
batch, which has no mean. mse is exact on Fractions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped

from course_lib.shapes import Named, ShapeError, shape_checked

_Batch = Shaped[np.ndarray, "m n_out"]


@dataclass(frozen=True, repr=False)
class Loss(Named):
    """A loss and its gradient. `both` is the bare formula, without checks, of (L, dL/dO): they share most of their work."""

    name: str
    both: Callable
    takes_probabilities: bool = False  # each row of the target sums to 1

    @shape_checked
    def __call__(self, O: _Batch, target: _Batch):
        """L, a number."""
        self.check_target(O, target)
        return self.both(O, target)[0]

    @shape_checked
    def gradient(self, O: _Batch, target: _Batch) -> _Batch:
        """dL/dO: the first G (row S5)."""
        self.check_target(O, target)
        return self.both(O, target)[1]

    def check_target(self, O, target):
        """Raise ShapeError, TypeError or ValueError if target, (m, n_out), is not one for the output O, (m, n_out)."""
        call = f"{self.name}(O, target)"
        if target.shape != O.shape:
            raise ShapeError(f"{call}: target has shape {target.shape}, expected {O.shape}, the shape of O.")
        if O.size == 0:
            raise ValueError(f"{call}: O is empty, {O.shape}: there is no mean over nothing")
        if self.takes_probabilities:
            if O.dtype == object or target.dtype == object:
                raise TypeError(f"{call}: O or target holds Fractions, but exp is not rational: expected floats")
            excess = target.sum(axis=1) - 1  # (m,)
            if target.min() < 0 or (excess.dot(excess) > 1e-12 and abs(excess).max() > 1e-6):
                what = "a row of target does not sum to 1 with entries of at least 0"
                raise ValueError(f"{call}: {what}, expected one-hot rows (or probabilities)")


def softmax(Z):
    """exp(Z) divided by its row sums: each row becomes probabilities. Z: (m, n_out), of any size of entry."""
    E = np.exp(Z - Z.real.max(axis=1, keepdims=True))  # the largest exponent of a row is 0: no overflow
    return E / E.sum(axis=1, keepdims=True)


def _mse(O, target):
    D, m = O - target, len(O)  # (m, n_out)
    return (D * D).sum() / (2 * m), D / m


def _softmax_cross_entropy(Z, target):
    shifted, m = Z - Z.real.max(axis=1, keepdims=True), len(Z)  # (m, n_out): the largest exponent of a row is 0
    E = np.exp(shifted)  # (m, n_out)
    sums = E.sum(axis=1, keepdims=True)  # (m, 1)
    totals = target.sum(axis=1, keepdims=True)  # (m, 1): 1 but for rounding
    return (target * (np.log(sums) - shifted)).sum() / m, (totals / sums * E - target) / m


mse = Loss("mse", _mse)
softmax_cross_entropy = Loss("softmax_cross_entropy", _softmax_cross_entropy, takes_probabilities=True)
