"""A residual connection: a layer's output is its input plus what a branch makes of it (He et al. 2016).

    O         (m, n)    the input, which is also carried past the branch
    B         (m, n)    what the branch makes of O, of the same shape
    Y = O + B (m, n)    the output

By the key idea dL/dO is the sum over every index of Y of dY/dO times G. The Jacobian dY/dO is an identity, whose
entry [i, j, h, k] is 1 where i = h and j = k, plus dB/dO. The identity hands G on unchanged, whatever the branch does
to its own part; so the two add up. Exact on Fractions.
"""

import numpy as np
from jaxtyping import Shaped

from course_lib.shapes import shape_checked, zeros

_Batch = Shaped[np.ndarray, "m n"]


@shape_checked
def residual(O: _Batch, B: _Batch) -> _Batch:
    """Y = O + B, both (m, n): Y[i, j] = O[i, j] + B[i, j]."""
    return O + B


@shape_checked
def grad_O_residual(G: _Batch, grad_O_branch: _Batch) -> _Batch:
    """dL/dO = G + what the branch sends back. G: dL/dY; grad_O_branch: G after it has passed the branch; all (m, n).

    For a dense branch B = f(O W + b) that is `grad_O(undo_activation(G, Z, f), W)`; the gradients of W and b are
    those of a dense layer, since dY/dB is an identity too.
    """
    return G + grad_O_branch


@shape_checked
def dY_dO(dB_dO: Shaped[np.ndarray, "m n m n"]) -> Shaped[np.ndarray, "m n m n"]:
    """dY[i, j] / dO[h, k] = dB[i, j] / dO[h, k], plus 1 where i = h and j = k."""
    tensor = dB_dO.copy()
    for i in np.ndindex(tensor.shape[:2]):
        tensor[i + i] += zeros((), like=dB_dO) + 1
    return tensor
