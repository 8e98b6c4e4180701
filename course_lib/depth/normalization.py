"""Layer and batch normalization: each row, or each column, of Z is shifted and scaled to mean 0 and variance 1.

    Z                 (m, n)    pre-activations
    N = (Z - mean)/s  (m, n)    standardized, with s = sqrt(variance + epsilon)
    Y = N (x) gamma + beta      (m, n), gamma and beta (1, n): a scale and a shift for each unit, which are learned

`layer_norm` takes mean and variance over a row, one sample's n units (Ba, Kiros and Hinton 2016). `batch_norm` takes
them over a column, one unit in all m samples (Ioffe and Szegedy 2015). In one such group of size p the mean gets 1/p
of each entry and ds/dZ[k] = N[k] / p, so

    dN[j] / dZ[k] = ((1 where j = k, else 0) - 1/p - N[j] N[k] / p) / s

and the key idea gives grad_Z L = (G - mean of G - N (x) mean of (G (x) N)) / s, with G = dL/dN and means over the
group: G loses its part along the ones, and its part along N. For batch_norm the group is the batch: the gradient of a
sample depends on all the others. It is the one layer of this course whose Jacobian has entries with i != h.

Entries are floats; a square root has no exact Fraction. Statistics are always those of the batch that is given.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped

from course_lib.shapes import Named, shape_checked

_Batch = Shaped[np.ndarray, "m n"]
_Row = Shaped[np.ndarray, "1 n"]


@dataclass(frozen=True, repr=False)
class Normalization(Named):
    """A normalization over one axis, with its derivatives; `standardize` and `undo_standardize` are without checks.

    Every method raises ShapeError, TypeError or ValueError for arrays that do not fit, TypeError for Fractions, and
    ValueError where a group is empty and has no mean.
    """

    name: str
    axis: int  # the axis that mean and variance run over
    epsilon: float = 1e-5  # keeps s above 0 where all entries of a group are equal

    @shape_checked
    def __call__(self, Z: _Batch, gamma: _Row, beta: _Row) -> _Batch:
        """Y = N (x) gamma + beta, (m, n); gamma and beta are (1, n)."""
        self._refuse("Z, gamma, beta", Z)
        N, _ = self.standardize(Z)
        return N * gamma + beta

    @shape_checked
    def undo(self, G: _Batch, Z: _Batch, gamma: _Row) -> _Batch:
        """From G = dL/dY to dL/dZ, both (m, n); gamma is (1, n)."""
        self._refuse("G, Z, gamma", Z)
        return self.undo_standardize(G * gamma, *self.standardize(Z))

    @shape_checked
    def dY_dZ(self, Z: _Batch, gamma: _Row) -> Shaped[np.ndarray, "m n m n"]:
        """dY[i, j] / dZ[h, k], (m, n, m, n): 0 where i != h for layer_norm, where j != k for batch_norm."""
        self._refuse("Z, gamma", Z)
        N, s = self.standardize(Z)
        (m, n), p = Z.shape, Z.shape[self.axis]
        tensor = np.zeros((m, n, m, n), dtype=N.dtype)
        for group in range(Z.shape[1 - self.axis]):
            at = (group, slice(None)) if self.axis == 1 else (slice(None), group)
            tensor[at + at] = (np.eye(p) - 1 / p - np.outer(N[at], N[at]) / p) / s.ravel()[group]
        return tensor * gamma[0][None, :, None, None]

    def standardize(self, Z):
        """(N, s): N of the shape of Z, (m, n), and s, (m, 1) for layer_norm and (1, n) for batch_norm."""
        centred = Z - Z.mean(axis=self.axis, keepdims=True)
        s = np.sqrt((centred * centred).mean(axis=self.axis, keepdims=True) + self.epsilon)
        return centred / s, s

    def undo_standardize(self, G, N, s):
        """From G = dL/dN to dL/dZ, both (m, n), where (N, s) is what `standardize` gave."""
        along_ones = G.mean(axis=self.axis, keepdims=True)
        along_N = (G * N).mean(axis=self.axis, keepdims=True)
        return (G - along_ones - N * along_N) / s

    def _refuse(self, arguments, Z):
        call = f"{self.name}({arguments})"
        if Z.dtype == object:
            raise TypeError(f"{call}: Z holds Fractions, but a square root is not rational: expected floats")
        if Z.size == 0:
            raise ValueError(f"{call}: Z is empty, {Z.shape}: there is no mean over nothing")


layer_norm = Normalization("layer_norm", axis=1)
batch_norm = Normalization("batch_norm", axis=0)
