"""All parameters of a network, one after another in one vector; what is assigned to them is copied in.

Each layer has a block, a view of the vector: W, (n_in, n_out), then b, (1, n_out), and then a row, (1, n_out), for
whatever else the layer has, such as a scale and a shift. W and the rows are views of the block; so is WB, its first
n_in + 1 rows, in which b goes with the column of ones (row S16).
"""

import itertools
import operator
from collections.abc import Iterable

import numpy as np

from course_lib import engine
from course_lib.shapes import ShapeError


class Parameters:
    """The parameters of layers of the given sizes; `names` has those of each layer, ("W", "b") or more.

    `layers` is the list of (W, b), or (W, b, ...), that a learner sees and may write to. An array that stands there
    and is not the network's own is copied: into a new vector if no layer kept its own, else into a new block of that
    layer alone. So arrays that were taken from `layers` before stay what they were.
    `shapes` are those of the blocks; `matrices` holds WB of each layer, (n_in + 1, n_out).
    """

    def __init__(self, sizes, dtype, layers, names):
        if not isinstance(layers, Iterable):
            raise TypeError(f"Network.parameters is {layers!r}, expected a list of pairs (W, b)")
        self.names = names
        self.shapes = [
            (n_in + len(own) - 1, n_out) for (n_in, n_out), own in zip(itertools.pairwise(sizes), names, strict=True)
        ]
        self.base_type, self.is_complex = dtype, False
        self.layers, count = list(layers), len(names)
        self.own, self.blocks, self.matrices = [None] * count, [None] * count, [None] * count
        self.trouble = self.vector = self._steps = None
        self.take_over()

    def take_over(self):
        """Copy what was assigned since the last call; `trouble` is then None, or the error that says what is wrong."""
        if len(self.layers) == len(self.own) and all(map(operator.is_, self.layers, self.own)):
            self.trouble = None
            return
        self.trouble = self._what_is_wrong()
        if self.trouble is None:
            self._copy([l for l, layer in enumerate(self.layers) if layer is not self.own[l]])

    def checked(self):
        """WB of each layer. Raises ShapeError or TypeError if what was assigned is no parameter of these layers."""
        self.take_over()
        if self.trouble is not None:
            raise self.trouble
        return self.matrices

    def steps(self):
        """For each layer an array of the shape of its block, for the next step; made once."""
        if self._steps is None:
            vector, self._steps = stacked(self.shapes, self.blocks[0].dtype)
            if self.vector is not None:
                self.pieces = engine.pieces(self.vector, vector)
            else:
                self.pieces, start = [], 0
                for block, step in zip(self.blocks, self._steps, strict=True):
                    self.pieces += engine.pieces(block.reshape(-1), step.reshape(-1), start)
                    start += block.size
        return self._steps

    def _copy(self, copied):
        dtype = self.base_type
        if any(np.iscomplexobj(P) for l in copied for P in self.layers[l]):
            dtype = np.result_type(dtype, np.complex64)
        if len(copied) == len(self.shapes):
            self.vector, blocks = stacked(self.shapes, dtype)
        else:
            self.vector, blocks = None, [np.empty(self.shapes[l], dtype) for l in copied]
        for l, block in zip(copied, blocks, strict=True):
            own = split(block, self.names[l])
            for mine, given in zip(own, self.layers[l], strict=True):
                mine[...] = given  # (n_in, n_out) or (1, n_out)
            self.blocks[l], self.matrices[l] = block, block[: len(own[0]) + 1]
            self.layers[l] = self.own[l] = own
        self.is_complex = any(block.dtype.kind == "c" for block in self.blocks)
        self._steps = None

    def _what_is_wrong(self):
        if len(self.layers) != len(self.shapes):
            return ShapeError(
                f"Network.parameters has {len(self.layers)} pairs (W, b), expected {len(self.shapes)}, "
                "one for each layer."
            )
        for l, (layer, names, (rows, n_out)) in enumerate(zip(self.layers, self.names, self.shapes, strict=True)):
            if not isinstance(layer, (tuple, list)) or len(layer) != len(names):
                expected = f"{'a pair' if len(names) == 2 else 'a tuple'} ({', '.join(names)})"
                return TypeError(f"Network.parameters[{l}] is a {type(layer).__name__}, expected {expected}")
            for which, P in enumerate(layer):
                shape = (rows - len(names) + 1, n_out) if which == 0 else (1, n_out)
                name = f"Network.parameters[{l}][{which}], which is {names[which]},"
                if np.shape(P) != shape:
                    return ShapeError(f"{name} has shape {np.shape(P)}, expected {shape}.")
                if np.asarray(P).dtype.kind not in "iufc":
                    return TypeError(f"{name} has dtype {np.asarray(P).dtype}, expected floats")
        return None


def split(block, names):
    """Views of a layer's block, or of an array like it: W, (n_in, n_out), and a row, (1, n_out), for each other name."""
    n_in = len(block) + 1 - len(names)
    return (block[:n_in], *(block[row : row + 1] for row in range(n_in, len(block))))


def stacked(shapes, dtype):
    """A vector of zeros, and arrays of the given shapes, (n_in + 1, n_out) each, that are its parts, in order."""
    ends = np.cumsum([rows * columns for rows, columns in shapes])
    vector = np.zeros(ends[-1], dtype)
    return vector, [part.reshape(shape) for part, shape in zip(np.split(vector, ends[:-1]), shapes, strict=True)]
