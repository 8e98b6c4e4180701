"""The formulas of `course_lib.dense` for a whole network, in arrays that exist already: what `Network` runs.

Three things make these lines fast, and none of them is a new formula:

- The column of ones (row S16). With [O 1], and W over b in one matrix WB, one product gives Z, and one gives grad_W
  and grad_b together.
- Every line writes into an array that is there. Each batch of m samples needs the same arrays, so `Buffers` allocates
  them once: at these sizes a new array for each result costs as much as the arithmetic.
- All WB lie one after another in one vector, and their gradients in another: an update does not count layers.

Layers count from 0, as in `course_lib.network`. Nothing here checks an argument: `Network` does, at its door.
"""

import numpy as np

from course_lib.activations import identity, leaky_relu, relu, tanh
from course_lib.losses import mse, softmax_cross_entropy

PIECE = 2**16  # entries of a vector that are updated at once: they and their gradients fit into the cache
FEW = 64  # columns: an array with fewer is stored by columns, from which maxima and sums of rows come sooner


class Buffers:
    """The arrays of one pass over m samples, for layers of the given sizes.

    O_one[l] is [O 1], (m, sizes[l] + 1), for the input of each layer, and O[l], (m, sizes[l]), the part without the
    ones; O[-1] is the output. Z[l], G[l] and slope[l], which is f'(Z[l]), are (m, sizes[l + 1]); dL_dO[l] is like O[l].

    keep: each is an array of its own, as a Trace needs. Otherwise the slope is written over Z, G[l] over dL_dO[l + 1],
    and that over the one of the layer after the next: whoever only wants the gradients reads none of them again.
    """

    def __init__(self, sizes, m, dtype, keep):
        self.m, self.dtype, self.keep, self.sizes = m, np.dtype(dtype), keep, sizes
        self.O_one = [np.ones((m, n + 1), dtype) for n in sizes[:-1]]
        self.output = np.empty((m, sizes[-1]), dtype)
        self.O = [*(O_one[:, :-1] for O_one in self.O_one), self.output]
        self.Z, self.hidden_Z = self._in_a_row()
        self.first_units = self.Z[0][:, 0]  # finite only if X is: each sum there runs over a whole row of X
        self.zero, self.one = np.zeros((), dtype), np.ones((), dtype)
        self.activations, self.G = None, None  # choose_functions and add_gradients fill what they need

    def _in_a_row(self):
        """Arrays (m, sizes[l + 1]); those of the hidden layers lie one after another in one vector, which comes too."""
        hidden = np.empty(self.m * sum(self.sizes[1:-1]), self.dtype)
        ends = np.cumsum([self.m * n for n in self.sizes[1:-1]])
        pieces = np.split(hidden, ends[:-1]) if len(ends) else []
        by_layer = [piece.reshape(self.m, n) for piece, n in zip(pieces, self.sizes[1:-1], strict=True)]
        return [*by_layer, np.empty((self.m, self.sizes[-1]), self.dtype)], hidden

    def choose_functions(self, activations):
        """How each layer's f and f' are computed: in place if `_IN_PLACE` says how, else by the open formula."""
        self.activations = list(activations)
        table = _IN_PLACE if self.dtype.kind == "f" else {}  # complex entries take the open formulas
        found = [table.get(a.f) or _by_formula(a) for a in activations]
        self.f, self.slope_of, of_Z_alone = zip(*found, strict=True)
        hidden = self.activations[:-1]
        self.slopes_at_once = bool(hidden) and of_Z_alone[0] and all(a is hidden[0] for a in hidden)
        if not self.keep:
            self.O[-1] = self.Z[-1] if activations[-1] is identity else self.output

    def add_gradients(self):
        """The arrays that `loss_and_first_G` and `backward` fill."""
        m, n_out = self.output.shape
        if self.keep:
            self.slope, self.hidden_slope = self._in_a_row()
            between = self._in_a_row()[0][:-1]
        else:
            self.slope, self.hidden_slope = self.Z, self.hidden_Z
            turns = np.empty((2, m * max(self.sizes[1:-1], default=0)), self.dtype)
            between = [turns[l % 2, : m * n].reshape(m, n) for l, n in enumerate(self.sizes[1:-1])]
        first = np.empty((m, n_out), self.dtype, "F" if n_out < FEW else "C")
        self.first_flat = first.ravel(order="K")  # a view: the array is contiguous
        self.dL_dO = [None, *between, first]  # nobody needs the gradient for the data
        self.G = [np.empty_like(dL_dO) for dL_dO in self.dL_dO[1:]] if self.keep else self.dL_dO[1:]
        self.cross_entropy = None


def forward(at, X, matrices, activations):
    """From X, (m, sizes[0]), to every Z and O. matrices: for each layer W over b, (n_in + 1, n_out)."""
    if at.activations != activations:
        at.choose_functions(activations)
    at.O[0][...] = X  # (m, n_in)
    for O_one, WB, Z, O, f in zip(at.O_one, matrices, at.Z, at.O[1:], at.f, strict=True):
        O_one.dot(WB, out=Z)  # (m, n_in + 1) @ (n_in + 1, n_out) -> (m, n_out)
        if O is not Z:
            f(at, Z, O)  # (m, n_out)


def loss_and_first_G(at, loss, target, factor=1.0):
    """L, a number; the first G, times the factor, is written into dL_dO[-1], (m, n_out) (rows S5, S9).

    target: (m, n_out). Raises what `loss.check_target` raises.
    """
    if at.G is None:
        at.add_gradients()
    O, G = at.O[-1], at.dL_dO[-1]
    if loss is softmax_cross_entropy and at.dtype.kind == "f":
        at.cross_entropy = at.cross_entropy or _CrossEntropy(*G.shape, G.dtype)
        return at.cross_entropy(O, target, G, factor / at.m) / at.m
    loss.check_target(O, target)
    if loss is mse and at.dtype.kind == "f":
        np.subtract(O, target, out=G)  # (m, n_out)
        L = at.first_flat.dot(at.first_flat).item() / (2 * at.m)
        np.multiply(G, factor / at.m, out=G)  # (m, n_out)
        return L
    np.multiply(loss.f_gradient(O, target), factor, out=G)  # (m, n_out)
    return np.asarray(loss.f(O, target)).item()


def first_G(at, G):
    """G = dL/dO of the last layer, (m, n_out), is copied to where `loss_and_first_G` writes its own."""
    at.add_gradients()
    at.dL_dO[-1][...] = G  # (m, n_out)


def backward(at, matrices, gradients):
    """From dL_dO[-1] to every G, and to the gradients: for each layer grad_W over grad_b, (n_in + 1, n_out)."""
    if at.slopes_at_once:
        at.slope_of[0](at, at.hidden_Z, None, at.hidden_slope)
    for l in range(len(matrices) - 1, -1, -1):
        G, slope = at.G[l], at.slope[l]
        if at.activations[l] is not identity:
            if l == len(matrices) - 1 or not at.slopes_at_once:
                at.slope_of[l](at, at.Z[l], at.O[l + 1], slope)
            np.multiply(at.dL_dO[l + 1], slope, out=G)  # undo the activation: G is now dL/dZ, (m, n_out)
        elif at.keep:
            G[...] = at.dL_dO[l + 1]
        at.O_one[l].T.dot(G, out=gradients[l])  # (A) over (B): (n_in + 1, m) @ (m, n_out) -> (n_in + 1, n_out)
        if l > 0:
            W = matrices[l][:-1]
            G.dot(W.T, out=at.dL_dO[l])  # (C): (m, n_out) @ (n_out, n_in) -> (m, n_in), for layer l - 1


def pieces(vector, gradient, start=0):
    """Both vectors, of one length, cut into pieces that the cache holds: a list of (P, dP, place).

    place: where P stands in the vector of all parameters, of which `vector` begins at `start`.
    """
    cuts = [slice(k, k + PIECE) for k in range(0, len(vector), PIECE)]
    return [
        (vector[cut], gradient[cut], slice(start + cut.start, start + cut.start + len(vector[cut]))) for cut in cuts
    ]


def step(pieces):
    """P - dP for each piece, where dP is the gradient times the learning rate: one pass over the parameters."""
    for P, dP, _ in pieces:
        np.subtract(P, dP, out=P)


def step_with_velocity(pieces, learning_rate, momentum, velocity):
    """velocity = momentum * velocity - learning_rate * dP, and P + velocity, for each piece; dP is overwritten."""
    for P, dP, place in pieces:
        V = velocity[place]
        np.multiply(dP, learning_rate, out=dP)
        if momentum:
            np.multiply(V, momentum, out=V)
            np.subtract(V, dP, out=V)
            np.add(P, V, out=P)
        else:
            np.negative(dP, out=V)
            np.subtract(P, dP, out=P)


class _CrossEntropy:
    """m times L of `losses.softmax_cross_entropy`, and its gradient: both need exp(shifted), which is computed once.

    A batch whose output is large is taken some rows at a time, so that the cache holds them: L is a sum over samples.
    """

    def __init__(self, m, n_out, dtype):
        rows, order = (m, "F") if n_out < FEW else (max(1, PIECE // n_out), "C")
        T, shifted = (np.empty((min(rows, m), n_out), dtype, order) for _ in range(2))
        columns = np.empty((3, min(rows, m), 1), dtype)
        self.ones, self.blocks = np.ones((n_out, 1), dtype), []
        for start in range(0, m, rows):
            n = min(rows, m - start)
            flat = [A[:n].ravel(order="K") for A in (T, shifted)]  # views: these rows are contiguous
            sums_of_1 = np.ones((n, 1), dtype).tobytes()
            self.blocks.append((slice(start, start + n), T[:n], shifted[:n], *columns[:, :n], *flat, sums_of_1))

    def __call__(self, Z, target, G, factor):
        """m L, a number, for Z and target, (m, n_out); writes the softmax less the target, times the factor, into G."""
        L = 0.0
        for rows, T, shifted, top, sums, target_sums, flat_T, flat_shifted, sums_of_1 in self.blocks:
            P = G[rows]  # here will be the softmax, (n, n_out) for n rows
            T[...] = target[rows]  # (n, n_out)
            T.dot(self.ones, out=target_sums)  # (n, n_out) @ (n_out, 1) -> (n, 1)
            if target_sums.tobytes() != sums_of_1 or flat_T[flat_T.argmin()] < 0:
                softmax_cross_entropy.check_target(Z, target)  # the sums may be 1 but for rounding
            shifted[...] = Z[rows]  # (n, n_out)
            np.maximum.reduce(shifted, axis=1, out=top, keepdims=True)  # (n, 1)
            np.subtract(shifted, top, out=shifted)  # (n, n_out) - (n, 1): the largest exponent of a row is 0
            np.exp(shifted, out=P)  # (n, n_out)
            P.dot(self.ones, out=sums)  # (n, n_out) @ (n_out, 1) -> (n, 1)
            np.divide(P, sums, out=P)  # (n, n_out) / (n, 1)
            np.subtract(P, T, out=P)  # (n, n_out)
            np.multiply(P, factor, out=P)  # (n, n_out)
            np.log(sums, out=sums)  # (n, 1)
            L += target_sums.T.dot(sums).item() - flat_T.dot(flat_shifted).item()
        return L


def _by_formula(activation):
    def f(_at, Z, O):
        O[...] = activation.f(Z)

    def slope_of(_at, Z, _O, slope):
        slope[...] = activation.f_prime(Z)

    return f, slope_of, False


def _identity(_at, Z, O):
    O[...] = Z


def _relu(at, Z, O):
    np.maximum(Z, at.zero, out=O)  # a NaN of a run that diverges stays one


def _relu_slope(at, Z, _O, slope):
    np.greater(Z, at.zero, out=slope)


def _leaky_relu(_at, Z, O):
    np.multiply(Z, 0.01, out=O)
    np.maximum(Z, O, out=O)


def _leaky_relu_slope(at, Z, _O, slope):
    np.greater(Z, at.zero, out=slope)
    np.maximum(slope, 0.01, out=slope)


def _tanh(_at, Z, O):
    np.tanh(Z, out=O)


def _tanh_slope(at, _Z, O, slope):
    np.multiply(O, O, out=slope)
    np.subtract(at.one, slope, out=slope)


# f and f' of the activations that need no temporary array, and whether f' is computed from Z alone; tanh' comes from O.
_IN_PLACE = {
    identity.f: (_identity, None, False),
    relu.f: (_relu, _relu_slope, True),
    leaky_relu.f: (_leaky_relu, _leaky_relu_slope, True),
    tanh.f: (_tanh, _tanh_slope, False),
}
