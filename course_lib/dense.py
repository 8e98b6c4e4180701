"""THE file: one dense layer for a whole batch, forwards and backwards.

    O = O^(l-1)   (m, n_in)       the layer's inputs, one sample a row
    W             (n_in, n_out)   W[i, j] is the weight for input i of unit j
    b             (1, n_out)      one bias for each unit, as a row
    Z             (m, n_out)      the pre-activations; the layer's output is O^(l) = f(Z), element-wise
    G             (m, n_out)      the gradient carried backwards: first dL/dO^(l), then dL/dZ

The first half holds the formulas, one function each. The second half holds the explicit tensors that they come from:
with the key idea, `key_idea(dZ_dW(O, n_out), G)` is `grad_W(O, G)`, and so on. Nobody needs those tensors to
train a network; they are here so that every formula can be checked against the sum that it stands for.

Entries are floats, or `Fraction`s for exact arithmetic. An empty batch (m = 0) is a sum without terms: zeros.
"""

import numpy as np
from jaxtyping import Shaped

from course_lib.activations import Activation
from course_lib.shapes import shape_checked, zeros


@shape_checked
def forward(
    O: Shaped[np.ndarray, "m n_in"], W: Shaped[np.ndarray, "n_in n_out"], b: Shaped[np.ndarray, "1 n_out"]
) -> Shaped[np.ndarray, "m n_out"]:
    """Z = O W + b, the row b added to every sample (row S8): Z[i, j] = sum over h of O[i, h] W[h, j], plus b[j]."""
    return O @ W + b


@shape_checked
def undo_activation(
    G: Shaped[np.ndarray, "m n_out"], Z: Shaped[np.ndarray, "m n_out"], activation: Activation
) -> Shaped[np.ndarray, "m n_out"]:
    """From dL/dO^(l) to dL/dZ: G (x) f'(Z), entry by entry, for an element-wise activation (row S6)."""
    return G * activation.derivative(Z)


@shape_checked
def grad_W(O: Shaped[np.ndarray, "m n_in"], G: Shaped[np.ndarray, "m n_out"]) -> Shaped[np.ndarray, "n_in n_out"]:
    """(A) grad_W L = O^T G (row S14). Entry (h, k) is column h of O times column k of G: a sum over the samples."""
    return O.T @ G


@shape_checked
def grad_b(G: Shaped[np.ndarray, "m n_out"]) -> Shaped[np.ndarray, "1 n_out"]:
    """(B) grad_b L = [1 ... 1] G (row S18): the column sums of G, as a row like b."""
    ones = zeros((1, len(G)), like=G) + 1
    return ones @ G


@shape_checked
def grad_O(G: Shaped[np.ndarray, "m n_out"], W: Shaped[np.ndarray, "n_in n_out"]) -> Shaped[np.ndarray, "m n_in"]:
    """(C) grad_O L = G W^T (row S20). Entry (h, k) is row h of G times row k of W: a sum over the units."""
    return G @ W.T


@shape_checked
def dZ_dW(O: Shaped[np.ndarray, "m n_in"], n_out: int) -> Shaped[np.ndarray, "m n_out n_in n_out"]:
    """dZ[i, j] / dW[h, k] = O[i, h] where j = k, else 0 (row S11): m structural non-zeros for each (h, k) (row S12)."""
    m, n_in = O.shape
    tensor = zeros((m, n_out, n_in, n_out), like=O)
    for k in range(n_out):
        tensor[:, k, :, k] = O
    return tensor


@shape_checked
def dZ_db(m: int, n_out: int) -> Shaped[np.ndarray, "m n_out 1 n_out"]:
    """dZ[i, j] / db[k] = 1 where j = k, else 0 (row S17): m structural non-zeros for each k, all ones."""
    tensor = np.zeros((m, n_out, 1, n_out))
    for k in range(n_out):
        tensor[:, k, 0, k] = 1
    return tensor


@shape_checked
def dZ_dO(m: int, W: Shaped[np.ndarray, "n_in n_out"]) -> Shaped[np.ndarray, "m n_out m n_in"]:
    """dZ[i, j] / dO[h, k] = W[k, j] where i = h, else 0 (row S19): n_out structural non-zeros for each (h, k)."""
    n_in, n_out = W.shape
    tensor = zeros((m, n_out, m, n_in), like=W)
    for h in range(m):
        tensor[h, :, h, :] = W.T
    return tensor
