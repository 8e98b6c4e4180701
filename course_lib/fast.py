"""The step of `Network`, fast: the same formulas, in arrays that exist already. Notebook "speed" arrives at these lines.

Three things make them fast, and none of them is a new formula:

- The column of ones (row S16). With [O 1], and W over b in one matrix WB, one product gives Z, and one gives grad_W
  and grad_b together.
- Every line writes into an array that is there. Each batch of m samples needs the same arrays, so `Buffers` allocates
  them once: at small sizes a new array for each result costs as much as the arithmetic.
- All WB lie one after another in one vector, and their gradients in another: an update does not count layers.
"""

import math
from itertools import pairwise

import numpy as np

from course_lib.activations import identity, leaky_relu, relu, tanh
from course_lib.arguments import like_zeros
from course_lib.losses import mse, softmax_cross_entropy
from course_lib.network import RATE, STEP, Network, Parameters

PIECE = 2**16  # entries of a vector that are updated at once: they and their gradients fit into the cache
FEW = 64  # columns: an array with fewer is stored by columns, from which maxima and sums of rows come sooner
KEPT = 4  # batch sizes whose buffers a network keeps


class FastNetwork(Network):
    """A `Network` whose `sgd_step` alone is another: [O 1], one vector behind all parameters, kept buffers.

    `vector` holds all parameters, (n_parameters,): W of layer 0 row by row, its b, and so on. A network of its own is
    for one thread at a time.
    """

    def _keep(self, layers):
        shapes = [(n_in + 1, n_out) for n_in, n_out in pairwise(self.sizes)]
        self.vector, self._WB = _stacked(shapes, self.dtype)
        step, self._dWB = _stacked(shapes, self.dtype)
        cuts = [slice(k, k + PIECE) for k in range(0, len(step), PIECE)]
        self._pieces = [(self.vector[cut], step[cut], cut) for cut in cuts]
        self._buffers = {}
        self._parameters = Parameters((WB[:-1], WB[-1:]) for WB in self._WB)
        self.parameters = list(layers)

    def sgd_step(self, X, target, learning_rate, momentum=0.0, velocity=None):
        """What `Network.sgd_step` does, to rounding: X is (m, sizes[0]), target (m, sizes[-1])."""
        RATE(STEP, "learning_rate", learning_rate)
        RATE(STEP, "momentum", momentum)
        if velocity is not None or momentum:
            like_zeros(STEP, "velocity", velocity, self.vector.shape, self.dtype)
        is_plain = type(X) is type(target) is np.ndarray and X.ndim == 2 and X.dtype == target.dtype == self.dtype
        if not is_plain or X.shape[1] != self.sizes[0]:
            return super().sgd_step(X, target, learning_rate, momentum, velocity)
        at = self._buffers_for(X, target)
        at.forward(X, self._WB, self.activations)
        # The gradient is linear in the first G, so the learning rate may go in there, where there are few entries.
        rate = float(learning_rate)
        early = rate if velocity is None else 1.0
        J = at.loss_and_first_G(self.loss, target, early)
        if self.lam:
            J += self.lam * float(sum(self.regularizer.f(W) for W, _ in self.parameters))
        if not math.isfinite(J) or not math.isfinite(at.first_units.dot(at.first_units)):
            self.loss_and_gradients(X, target)  # looks at each entry: a run that diverges passes, a NaN in X does not
        at.backward(self._WB, self._dWB)
        if self.lam:
            for (W, _), dWB in zip(self.parameters, self._dWB, strict=True):
                dWB[:-1] += early * self.lam * self.regularizer.f_gradient(W)  # (n_in, n_out)
        for P, dP, place in self._pieces:
            if velocity is not None:
                V = velocity[place]
                np.multiply(dP, rate, out=dP)
                np.multiply(V, momentum, out=V)
                np.subtract(V, dP, out=V)
                np.add(P, V, out=P)
            else:
                np.subtract(P, dP, out=P)
        return J

    def __getstate__(self):
        made_again = "vector", "_WB", "_dWB", "_pieces", "_buffers", "_parameters"
        state = {name: value for name, value in vars(self).items() if name not in made_again}
        return state | {"layers": [tuple(P.copy() for P in layer) for layer in self.parameters]}

    def __setstate__(self, state):
        layers = state.pop("layers")
        vars(self).update(state)
        self._keep(layers)

    def _buffers_for(self, X, target):
        """The buffers for a batch like this; where none is kept, a batch whose every entry has been looked at."""
        at = self._buffers.get(len(X))
        if at is None or target.shape != at.Z[-1].shape:
            self.objective(X, target)
            self._buffers[len(X)] = at = Buffers(self.sizes, len(X), self.dtype)
            while len(self._buffers) > KEPT:
                del self._buffers[next(iter(self._buffers))]
        return at


class Buffers:
    """The arrays of one step with m samples, for layers of the given sizes, and the lines that fill them.

    O_one[l] is [O 1], (m, sizes[l] + 1), and O[l] the part without the ones; O[-1] is the output. Z[l], (m, sizes[l + 1]),
    becomes f'(Z[l]) on the way back. dL_dO[l] is like O[l], and becomes G[l - 1]; it lies where dL_dO[l + 2] did.
    """

    def __init__(self, sizes, m, dtype):
        self.m, hidden = m, sizes[1:-1]
        self.O_one = [np.ones((m, n + 1), dtype) for n in sizes[:-1]]
        self.hidden_Z, by_layer = _stacked([(m, n) for n in hidden], dtype)
        self.Z = [*by_layer, np.empty((m, sizes[-1]), dtype)]
        self.O = [*(O_one[:, :-1] for O_one in self.O_one), np.empty_like(self.Z[-1])]
        self.first_units = self.Z[0][:, 0]  # finite only if X is: each sum there runs over a whole row of X
        turns = np.empty((2, m * max(hidden, default=0)), dtype)
        between = [turns[l % 2, : m * n].reshape(m, n) for l, n in enumerate(hidden)]
        first = np.empty((m, sizes[-1]), dtype, "F" if sizes[-1] < FEW else "C")
        self.dL_dO = [None, *between, first]
        self.first_flat = first.ravel(order="K")  # a view: the array is contiguous
        self.one, self.activations, self.cross_entropy = np.ones((), dtype), None, _CrossEntropy(*first.shape, dtype)

    def forward(self, X, WB, activations):
        """From X, (m, sizes[0]), to every Z and O. WB: for each layer W over b, (n_in + 1, n_out)."""
        if self.activations != activations:
            self.activations, hidden = list(activations), activations[:-1]
            self.slopes_at_once = bool(hidden) and hidden[0] in (relu, leaky_relu) and len(set(hidden)) == 1
        self.O[0][...] = X  # (m, n_in)
        for O_one, layer, Z, O, f in zip(self.O_one, WB, self.Z, self.O[1:], activations, strict=True):
            O_one.dot(layer, out=Z)  # (m, n_in + 1) @ (n_in + 1, n_out) -> (m, n_out)
            if f is relu:
                np.maximum(Z, 0, out=O)
            elif f is tanh:
                np.tanh(Z, out=O)
            else:
                O[...] = f.f(Z)

    def loss_and_first_G(self, loss, target, factor):
        """L, a number; the first G, times the factor, is written into dL_dO[-1], (m, n_out) (rows S5, S9)."""
        O, G = self.O[-1], self.dL_dO[-1]
        if loss is softmax_cross_entropy:
            return self.cross_entropy(O, target, G, factor / self.m) / self.m
        if loss is mse:
            np.subtract(O, target, out=G)  # (m, n_out)
            L = self.first_flat.dot(self.first_flat).item() / (2 * self.m)
            np.multiply(G, factor / self.m, out=G)  # (m, n_out)
            return L
        L, first = loss.both(O, target)
        np.multiply(first, factor, out=G)  # (m, n_out)
        return float(L)

    def backward(self, WB, gradients):
        """From dL_dO[-1] to the gradients: for each layer grad_W over grad_b, (n_in + 1, n_out)."""
        last = len(WB) - 1
        if self.slopes_at_once:
            self._slope(0, self.hidden_Z, None)
        for l in range(last, -1, -1):
            G = self.dL_dO[l + 1]
            if self.activations[l] is not identity:
                if l == last or not self.slopes_at_once:
                    self._slope(l, self.Z[l], self.O[l + 1])
                np.multiply(G, self.Z[l], out=G)  # undo the activation: G is now dL/dZ, (m, n_out)
            self.O_one[l].T.dot(G, out=gradients[l])  # (A) over (B): (n_in + 1, m) @ (m, n_out) -> (n_in + 1, n_out)
            if l > 0:
                G.dot(WB[l][:-1].T, out=self.dL_dO[l])  # (C): (m, n_out) @ (n_out, n_in) -> (m, n_in)

    def _slope(self, l, Z, O):
        """Z becomes f'(Z)."""
        f = self.activations[l]
        if f is relu:
            np.greater(Z, 0, out=Z)
        elif f is tanh:
            np.multiply(O, O, out=Z)
            np.subtract(self.one, Z, out=Z)
        else:
            Z[...] = f.f_prime(Z)


class _CrossEntropy:
    """m times L of `losses.softmax_cross_entropy`, and its gradient, in arrays that are kept.

    A batch whose output is large is taken some rows at a time, so that the cache holds them: L is a sum over samples.
    """

    def __init__(self, m, n_out, dtype):
        rows, order = (m, "F") if n_out < FEW else (max(1, PIECE // n_out), "C")
        T, shifted = (np.empty((min(rows, m), n_out), dtype, order) for _ in range(2))
        columns = np.empty((3, min(rows, m), 1), dtype)
        self.ones, self.blocks = np.ones((n_out, 1), dtype), []
        for start in range(0, m, max(1, rows)):
            n = min(rows, m - start)
            flat = [A[:n].ravel(order="K") for A in (T, shifted)]  # views: these rows are contiguous
            sums_of_1 = np.ones((n, 1), dtype).tobytes()
            self.blocks.append((slice(start, start + n), T[:n], shifted[:n], *columns[:, :n], *flat, sums_of_1))

    def __call__(self, Z, target, G, factor):
        """m L, a number, for Z and target, (m, n_out); writes the gradient of m L, times the factor, into G."""
        L = 0.0
        for rows, T, shifted, top, sums, totals, flat_T, flat_shifted, sums_of_1 in self.blocks:
            P = G[rows]  # here will be the softmax, (n, n_out) for n rows
            T[...] = target[rows]  # (n, n_out)
            T.dot(self.ones, out=totals)  # (n, n_out) @ (n_out, 1) -> (n, 1)
            exactly_1 = totals.tobytes() == sums_of_1
            if not exactly_1 or flat_T[flat_T.argmin()] < 0:
                softmax_cross_entropy.both(Z[rows], T)  # refuses it, unless its sums are 1 but for rounding
            shifted[...] = Z[rows]  # (n, n_out)
            np.maximum.reduce(shifted, axis=1, out=top, keepdims=True)  # (n, 1)
            np.subtract(shifted, top, out=shifted)  # (n, n_out) - (n, 1): the largest exponent of a row is 0
            np.exp(shifted, out=P)  # (n, n_out)
            P.dot(self.ones, out=sums)  # (n, n_out) @ (n_out, 1) -> (n, 1)
            np.divide(P, sums if exactly_1 else sums / totals, out=P)  # (n, n_out) / (n, 1)
            np.subtract(P, T, out=P)  # (n, n_out)
            np.multiply(P, factor, out=P)  # (n, n_out)
            np.log(sums, out=sums)  # (n, 1)
            L += totals.T.dot(sums).item() - flat_T.dot(flat_shifted).item()
        return L


def _stacked(shapes, dtype):
    """A vector of zeros, and arrays of the given shapes that are its parts, in order."""
    vector = np.zeros(sum(math.prod(shape) for shape in shapes), dtype)
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    parts = np.split(vector, ends[:-1]) if shapes else []
    return vector, [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
