"""Deep networks with remedies, and the measurement of what their layers do to Z and G.

`DeepNetwork` is a `Network` whose hidden layers may be normalized and may carry their input past the layer:

    Z = O W + b,   Y = Z or its normalization,   O^(l) = f(Y)   or, where the sizes allow, O^(l-1) + f(Y)

`flow` takes root mean squares from the trace of any network; `measure` builds a random network of constant width and
does the same, to set beside `course_lib.depth.theory.mean_field`.
"""

import numpy as np

from course_lib.activations import Activation
from course_lib.arguments import Number, Whole, describe, float_type
from course_lib.depth.normalization import Normalization
from course_lib.depth.theory import Flow
from course_lib.network import Network, Trace
from course_lib.shapes import ShapeError, shape_checked


class DeepNetwork(Network):
    """A `Network` with residual connections, or normalization, or both; the other arguments are those of `Network`.

    residual: a hidden layer with as many inputs as units adds its input O to its output. normalization: `layer_norm`
    or `batch_norm` of every hidden layer's Z, or None; the layer's parameters are then (W, b, gamma, beta), with
    gamma (1, n_out), ones at first, and beta (1, n_out), zeros. The last layer is a plain dense layer.
    batch_norm uses the statistics of the batch that it is given, in `predict` too: there are no running averages.
    Raises TypeError if residual is no bool or normalization no `Normalization`, and what `Network` raises.
    """

    def __init__(self, sizes, activation, *arguments, residual=False, normalization=None, **named):
        super().__init__(sizes, activation, *arguments, **named)
        if not isinstance(residual, bool | np.bool_):
            raise TypeError(f"DeepNetwork(...): residual is {residual!r}, expected True or False")
        if normalization is not None and not isinstance(normalization, Normalization):
            raise TypeError(
                f"DeepNetwork(...): normalization is {normalization!r}, expected layer_norm, batch_norm or None"
            )
        self.normalization, last = normalization, len(sizes) - 2
        self.residual = [bool(residual) and l < last and sizes[l] == sizes[l + 1] for l in range(last + 1)]
        if normalization is not None:
            hidden = [(W, b, np.ones_like(b), np.zeros_like(b)) for W, b in self.parameters[:-1]]
            self._keep([*hidden, self.parameters[-1]])

    def _forward(self, X):
        O, Z = [self._input(X)], []
        for l, activation in enumerate(self.activations):
            W, b, *_ = self.parameters[l]
            Z.append(O[l] @ W + b)  # (m, n_in) @ (n_in, n_out) + (1, n_out) -> (m, n_out)
            branch = activation.f(self._normalized(l, Z[l])[0])  # (m, n_out)
            O.append(O[l] + branch if self.residual[l] else branch)
        return Trace(O, Z)

    def _backward(self, trace, dL_dO):
        gradients, trace.G, trace.dL_dO = [], [], [dL_dO]  # dL_dO: (m, sizes[-1])
        ones = np.ones((1, len(dL_dO)), dL_dO.dtype)  # (1, m)
        for l in reversed(range(len(self.parameters))):
            W, _, *scale_and_shift = self.parameters[l]
            Y, N, s = self._normalized(l, trace.Z[l])
            G, own = dL_dO * self.activations[l].f_prime(Y), []  # undo the activation: dL/dY, (m, n_out)
            if scale_and_shift:
                own = [ones @ (G * N), ones @ G]  # for gamma and beta: (1, m) @ (m, n_out) -> (1, n_out)
                G = self.normalization.undo_standardize(G * scale_and_shift[0], N, s)  # dL/dZ, (m, n_out)
            dW, db = trace.O[l].T @ G, ones @ G  # (A), (n_in, n_out), and (B), (1, n_out)
            gradients.insert(0, (dW + self.lam * self.regularizer.f_gradient(W) if self.lam else dW, db, *own))
            past = dL_dO if self.residual[l] else 0.0
            dL_dO = G @ W.T + past if l > 0 else None  # (C), plus what went past the layer: (m, n_in)
            trace.G.insert(0, G)
            trace.dL_dO.insert(0, dL_dO)
        return gradients

    def _normalized(self, l, Z):
        """Y, (m, n_out), and what it was made of: N, (m, n_out), and s; where nothing is normalized Z, None, None."""
        _, _, *scale_and_shift = self.parameters[l]
        if not scale_and_shift:
            return Z, None, None
        gamma, beta = scale_and_shift
        N, s = self.normalization.standardize(Z)
        return N * gamma + beta, N, s


@shape_checked
def flow(trace: Trace, gradients: (list, tuple)):
    """The `Flow` of one pass: root mean squares of Z, G and grad_W, and the factor on the mean square of dL/dO.

    trace: a `Trace` after `backward`; gradients: what `backward` gave, a list that begins each layer with its dW of
    shape (n_in, n_out). All layers are in it, the last one too. An entry is infinite or NaN where the pass was.
    Raises ShapeError if the gradients have another number of layers than the trace, or before `backward`.
    """
    for l, layer in enumerate(gradients):
        if not isinstance(layer, (list, tuple)) or not layer or type(layer[0]) is not np.ndarray:
            raise TypeError(f"flow(trace, gradients): gradients[{l}] is {describe(layer)}, expected (dW, db)")
    if not len(trace.Z) == len(trace.G) == len(gradients):
        raise ShapeError(
            f"flow(trace, gradients): trace holds Z of {len(trace.Z)} layers and G of {len(trace.G)}, gradients has "
            f"{len(gradients)}, expected the same number: run backward first"
        )
    back = np.array([_rms(dL_dO) for dL_dO in trace.dL_dO[1:]])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor = (back[:-1] / back[1:]) ** 2
    rms = [np.array([_rms(A) for A in arrays]) for arrays in (trace.Z, trace.G, [dW for dW, *_ in gradients])]
    return Flow(*rms, factor)


@shape_checked
def measure(
    activation: Activation,
    weight_gain: Number(0),
    depth: Whole(1),
    width: Whole(1),
    batch: Whole(1),
    rng: np.random.Generator,
    *,
    bias_variance: Number(0) = 0.0,
    residual: bool = False,
    normalization: Normalization = None,
    dtype: float_type = np.float64,
):
    """Send a random batch forwards and a random G backwards through one random network: the `Flow` of its layers.

    The network has `depth` hidden layers of `width` units and an output layer of as many; all weights are normal of
    variance weight_gain / width, biases of bias_variance. Entries of the data, (batch, width), and of the first G, of
    the same shape, are standard normal. The output layer is not in the Flow. rng: a `numpy.random.Generator`.
    Compare with `mean_field(activation, weight_gain, bias_variance).flow(depth, 1.0, batch)`.
    Raises TypeError or ValueError for an argument that is not as described.
    """
    shapes = [(width, width), (1, width)] * (depth + 1) + [(batch, width)] * 2
    *parameters, X, G = (rng.standard_normal(shape, dtype=dtype) for shape in shapes)
    scale, remaining = np.sqrt(weight_gain / width), iter(parameters[::2])
    network = DeepNetwork(
        [width] * (depth + 2),
        activation,
        initializer=lambda n_in, n_out, rng: X.dtype.type(scale) * next(remaining),
        residual=residual,
        normalization=normalization,
        dtype=dtype,
    )
    for (_, b, *_), drawn in zip(network.parameters, parameters[1::2], strict=True):
        b[...] = np.sqrt(bias_variance) * drawn  # (1, width)
    with np.errstate(over="ignore", invalid="ignore"):
        trace = network.forward(X)
        by_layer = flow(trace, network.backward_from(trace, G))
    return Flow(by_layer.Z[:-1], by_layer.G[:-1], by_layer.grad_W[:-1], by_layer.factor[:-1])


def _rms(A):
    """The root mean square, without squares that overflow or vanish; 0 for no entries."""
    square = float(np.vdot(A, A))
    if 1e-20 < square < 1e20:
        return float(np.sqrt(square / A.size))
    largest = float(abs(A).max(initial=0))
    if largest == 0 or not np.isfinite(largest):
        return largest
    scaled = A / A.dtype.type(largest)
    return largest * float(np.sqrt(np.vdot(scaled, scaled) / A.size))
