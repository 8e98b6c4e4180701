"""All W and b of a network, one after another in one vector; what is assigned to them is copied in.

Each layer has a matrix WB, (n_in + 1, n_out): W, and b as the row that goes with the column of ones (row S16). WB is a
view of the vector, W and b are views of WB.
"""

import itertools
import operator
from collections.abc import Iterable

import numpy as np

from course_lib import engine
from course_lib.shapes import ShapeError


class Parameters:
    """The parameters of layers of the given sizes, from pairs (W, b) of shapes (n_in, n_out) and (1, n_out).

    `pairs` is the list of (W, b) that a learner sees and may write to. An array that stands there and is not the
    network's own is copied: into a new vector if no layer kept its own, else into a new WB of that layer alone. So
    arrays that were taken from `pairs` before stay what they were.
    """

    def __init__(self, sizes, dtype, pairs):
        if not isinstance(pairs, Iterable):
            raise TypeError(f"Network.parameters is {pairs!r}, expected a list of pairs (W, b)")
        self.shapes = [(n_in + 1, n_out) for n_in, n_out in itertools.pairwise(sizes)]
        self.base_type, self.is_complex = dtype, False
        self.pairs, self.own, self.matrices = list(pairs), [None] * len(self.shapes), [None] * len(self.shapes)
        self.trouble = self.vector = self._steps = None
        self.take_over()

    def take_over(self):
        """Copy what was assigned since the last call; `trouble` is then None, or the error that says what is wrong."""
        if len(self.pairs) == len(self.own) and all(map(operator.is_, self.pairs, self.own)):
            self.trouble = None
            return
        self.trouble = self._what_is_wrong()
        if self.trouble is None:
            self._copy([l for l, pair in enumerate(self.pairs) if pair is not self.own[l]])

    def checked(self):
        """WB of each layer. Raises ShapeError or TypeError if what was assigned is no parameter of these layers."""
        self.take_over()
        if self.trouble is not None:
            raise self.trouble
        return self.matrices

    def steps(self):
        """For each layer an array of the shape of WB, for the next step; made once."""
        if self._steps is None:
            vector, self._steps = stacked(self.shapes, self.matrices[0].dtype)
            if self.vector is not None:
                self.pieces = engine.pieces(self.vector, vector)
            else:
                self.pieces, start = [], 0
                for WB, step in zip(self.matrices, self._steps, strict=True):
                    self.pieces += engine.pieces(WB.reshape(-1), step.reshape(-1), start)
                    start += WB.size
        return self._steps

    def _copy(self, layers):
        given = [self.pairs[l] for l in layers]
        dtype = self.base_type
        if any(np.iscomplexobj(P) for pair in given for P in pair):
            dtype = np.result_type(dtype, np.complex64)
        if len(layers) == len(self.shapes):
            self.vector, matrices = stacked(self.shapes, dtype)
        else:
            self.vector, matrices = None, [np.empty(self.shapes[l], dtype) for l in layers]
        for l, WB, (W, b) in zip(layers, matrices, given, strict=True):
            WB[:-1], WB[-1:] = W, b  # (n_in, n_out), (1, n_out)
            self.matrices[l] = WB
            self.pairs[l] = self.own[l] = (WB[:-1], WB[-1:])
        self.is_complex = any(WB.dtype.kind == "c" for WB in self.matrices)
        self._steps = None

    def _what_is_wrong(self):
        if len(self.pairs) != len(self.shapes):
            return ShapeError(
                f"Network.parameters has {len(self.pairs)} pairs (W, b), expected {len(self.shapes)}, one for each layer."
            )
        for l, (pair, (rows, n_out)) in enumerate(zip(self.pairs, self.shapes, strict=True)):
            if not isinstance(pair, (tuple, list)) or len(pair) != 2:
                return TypeError(f"Network.parameters[{l}] is a {type(pair).__name__}, expected a pair (W, b)")
            for which, (P, shape) in enumerate(zip(pair, ((rows - 1, n_out), (1, n_out)), strict=True)):
                name = f"Network.parameters[{l}][{which}], which is {'Wb'[which]},"
                if np.shape(P) != shape:
                    return ShapeError(f"{name} has shape {np.shape(P)}, expected {shape}.")
                if np.asarray(P).dtype.kind not in "iufc":
                    return TypeError(f"{name} has dtype {np.asarray(P).dtype}, expected floats")
        return None


def stacked(shapes, dtype):
    """A vector of zeros, and arrays of the given shapes, (n_in + 1, n_out) each, that are its parts, in order."""
    ends = np.cumsum([rows * columns for rows, columns in shapes])
    vector = np.zeros(ends[-1], dtype)
    return vector, [part.reshape(shape) for part, shape in zip(np.split(vector, ends[:-1]), shapes, strict=True)]
