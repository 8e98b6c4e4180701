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
    """A loss and its gradient. `formula` is that of (L, dL/dO): they share most of their work."""

    name: str
    formula: Callable

    @shape_checked
    def __call__(self, O: _Batch, target: _Batch):
        """L, a number."""
        return self.both(O, target)[0]

    @shape_checked
    def gradient(self, O: _Batch, target: _Batch) -> _Batch:
        """dL/dO: the first G (row S5)."""
        return self.both(O, target)[1]

    def both(self, O, target):
        """(L, dL/dO), without a look at whether the entries of O and target, both (m, n_out), are finite."""
        if target.shape != O.shape:
            what = f"target has shape {target.shape}, expected {O.shape}, the shape of O."
            raise ShapeError(f"{self.name}(O, target): {what}")
        if O.size == 0:
            raise ValueError(f"{self.name}(O, target): O is empty, {O.shape}: there is no mean over nothing")
        return self.formula(O, target)


def softmax(Z):
    """exp(Z) divided by its row sums: each row becomes probabilities. Z: (m, n_out), of any size of entry."""
    E = np.exp(Z - Z.real.max(axis=1, keepdims=True))  # the largest exponent of a row is 0: no overflow
    return E / E.sum(axis=1, keepdims=True)


def _mse(O, target):
    D, m = O - target, len(O)  # (m, n_out)
    return (D * D).sum() / (2 * m), D / m


def _check_probabilities(target, totals):
    """Refuse a target, (m, n_out), whose rows, of the sums `totals`, (m, 1), are no probabilities."""
    if target.dtype == object:
        what = "O or target holds Fractions, but exp is not rational: expected floats"
        raise TypeError(f"softmax_cross_entropy(O, target): {what}")
    excess = totals - 1  # (m, 1)
    if target.flat[target.argmin()] < 0 or (np.vdot(excess, excess) > 1e-12 and abs(excess).max() > 1e-6):
        what = "a row of target does not sum to 1 with entries of at least 0, expected one-hot rows (or probabilities)"
        raise ValueError(f"softmax_cross_entropy(O, target): {what}")


def _softmax_cross_entropy(Z, target):
    m, ones = len(Z), np.ones((Z.shape[1], 1), Z.dtype)  # (n_out, 1)
    totals = target.dot(ones)  # (m, 1): 1 but for rounding
    _check_probabilities(target, totals)
    shifted = Z - Z.real.max(axis=1, keepdims=True)  # (m, n_out): the largest exponent of a row is 0
    E = np.exp(shifted)  # (m, n_out)
    sums = E.dot(ones)  # (m, 1)
    minus_log_P = np.log(sums) - shifted  # (m, n_out)
    return target.ravel().dot(minus_log_P.ravel()) / m, (totals / sums * E - target) / m


mse = Loss("mse", _mse)
softmax_cross_entropy = Loss("softmax_cross_entropy", _softmax_cross_entropy)
