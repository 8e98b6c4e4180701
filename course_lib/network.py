"""Dense layers in a row: forward keeps every O and Z, backward runs (A), (B), (C) from the last layer to the first.

The lines here are the formulas of `course_lib.dense`, without their checks; a test holds the two together. Layers
count from 0: layer l takes O[l] to Z[l] to O[l + 1], so O[0] is X and O[-1] is the network's output.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from numbers import Integral, Real

import numpy as np
from jaxtyping import Shaped

from course_lib.activations import Activation, identity
from course_lib.initializers import glorot_uniform
from course_lib.losses import Loss, mse, softmax, softmax_cross_entropy
from course_lib.regularizers import Regularizer, none
from course_lib.shapes import ShapeError, shape_checked


@dataclass
class Trace:
    """Everything that one pass computed, by layer. `forward` fills O and Z, `backward` fills the rest."""

    O: list  # n_layers + 1 arrays: O[l], (m, sizes[l]), is the input of layer l
    Z: list  # n_layers arrays: Z[l], (m, sizes[l + 1])
    G: list = field(default_factory=list)  # n_layers arrays: G[l] = dL/dZ[l], of the shape of Z[l]
    dL_dO: list = field(default_factory=list)  # like O; dL_dO[0] is None: nobody needs the gradient for the data


class Network:
    """A network of dense layers.

    sizes: units by layer, the inputs first: [64, 32, 10] has two layers. activation: of the hidden layers;
    `output_activation` is that of the last one. loss, regularizer, initializer: see the modules of those names.
    lam: the weight of the regularizer. seed: for the initial weights; the biases start at 0.

    `parameters` is a list of (W, b), first layer first, W of shape (n_in, n_out) and b of (1, n_out); gradients have
    the same form. Raises TypeError or ValueError for an argument that is not as described.
    """

    def __init__(
        self,
        sizes,
        activation,
        loss=mse,
        regularizer=none,
        lam=0.0,
        initializer=glorot_uniform,
        output_activation=identity,
        seed=0,
    ):
        sizes = list(sizes) if isinstance(sizes, Iterable) else [sizes]
        if len(sizes) < 2 or not all(isinstance(n, Integral) and n is not True and n >= 1 for n in sizes):
            raise ValueError(
                f"Network(sizes, ...): sizes is {sizes}, expected two or more whole numbers, at least 1 each"
            )
        _check_parts(activation, output_activation, loss, regularizer, lam, initializer)
        self.sizes, self.loss, self.regularizer, self.lam = sizes, loss, regularizer, lam
        self.activations = [activation] * (len(sizes) - 2) + [output_activation]
        rng = np.random.default_rng(seed)
        self.parameters = []
        for n_in, n_out in itertools.pairwise(sizes):
            W = initializer(n_in, n_out, rng)
            if np.shape(W) != (n_in, n_out):
                raise ShapeError(
                    f"Network(...): initializer({n_in}, {n_out}, rng) has shape {np.shape(W)}, "
                    f"expected (n_in, n_out) = {(n_in, n_out)}."
                )
            self.parameters.append((W, np.zeros((1, n_out))))

    @shape_checked
    def forward(self, X: Shaped[np.ndarray, "m n_in"]) -> Trace:
        """Run the batch X, (m, sizes[0]), of floats, through all layers (rows S7, S8)."""
        self._check_input(X)
        trace = Trace(O=[X], Z=[])
        for (W, b), activation in zip(self.parameters, self.activations, strict=True):
            Z = trace.O[-1] @ W + b  # (m, n_in) @ (n_in, n_out) + (1, n_out) -> (m, n_out)
            trace.Z.append(Z)
            trace.O.append(activation.f(Z))
        return trace

    @shape_checked
    def backward(self, trace: Trace, target: Shaped[np.ndarray, "m n_out"]):
        """The gradients of J, a list of (dW, db); fills `trace.G` and `trace.dL_dO` (rows S5, S6, S9 to S21).

        target: (m, sizes[-1]), the shape of the network's output. Raises ShapeError if it is not, or if the trace is
        that of a network of other sizes.
        """
        self._check_trace("Network.backward(trace, target)", trace)
        self.loss.check_target(trace.O[-1], target)
        return self._backward(trace, self.loss.f_gradient(trace.O[-1], target))  # dL/dO of the last layer

    @shape_checked
    def backward_from(self, trace: Trace, G: Shaped[np.ndarray, "m n_out"]):
        """What `backward` does, from any G = dL/dO of the last layer, (m, sizes[-1]): no loss is needed.

        Raises ShapeError if G does not have the shape of the output, or if the trace is that of other sizes.
        """
        if G.dtype == object:
            raise TypeError("Network.backward_from(trace, G): G holds Fractions, expected floats, which W and b are")
        self._check_trace("Network.backward_from(trace, G)", trace, G)
        return self._backward(trace, G)

    def _backward(self, trace, G):
        gradients, trace.G, trace.dL_dO = [], [], [G]
        for layer in reversed(range(len(self.parameters))):
            W, _ = self.parameters[layer]
            O, Z = trace.O[layer], trace.Z[layer]
            G = G * self.activations[layer].f_prime(Z)  # undo the activation: G is now dL/dZ, (m, n_out)
            dW = O.T @ G + self.lam * self.regularizer.f_gradient(W)  # (A): (n_in, m) @ (m, n_out) -> (n_in, n_out)
            db = np.ones((1, len(G))) @ G  # (B): (1, m) @ (m, n_out) -> (1, n_out)
            gradients.append((dW, db))
            trace.G.append(G)
            G = G @ W.T if layer > 0 else None  # (C): (m, n_out) @ (n_out, n_in) -> (m, n_in), the G of layer - 1
            trace.dL_dO.append(G)
        for by_layer in (gradients, trace.G, trace.dL_dO):
            by_layer.reverse()
        return gradients

    @shape_checked
    def objective(self, X: Shaped[np.ndarray, "m n_in"], target: Shaped[np.ndarray, "m n_out"]):
        """J = L + lam * Omega for the batch X, (m, sizes[0]), and its target, (m, sizes[-1]): a number."""
        return self._objective_of(self.forward(X), target)

    @shape_checked
    def loss_and_gradients(self, X: Shaped[np.ndarray, "m n_in"], target: Shaped[np.ndarray, "m n_out"]):
        """(J, gradients of J) for the batch X, (m, sizes[0]), and its target, (m, sizes[-1])."""
        trace = self.forward(X)
        return self._objective_of(trace, target), self.backward(trace, target)

    def predict(self, X):
        """The network's output for X, (m, sizes[-1]); with softmax_cross_entropy, the probabilities of the classes."""
        O = self.forward(X).O[-1]
        return softmax(O) if self.loss is softmax_cross_entropy else O

    def _check_input(self, X):
        if X.dtype == object:
            raise TypeError("Network.forward(X): X holds Fractions, expected floats, which W and b are")
        if X.shape[1] != self.sizes[0]:
            raise ShapeError(
                f"Network.forward(X): X has shape {X.shape}, expected (m, {self.sizes[0]}): "
                f"n_in is {self.sizes[0]} because sizes is {self.sizes}."
            )

    def _check_trace(self, call, trace, G=None):
        traced = [O.shape[1] for O in trace.O]
        if traced != self.sizes:
            raise ShapeError(f"{call}: trace has layers of {traced}, expected {self.sizes}.")
        if G is not None and G.shape != trace.O[-1].shape:
            raise ShapeError(f"{call}: G has shape {G.shape}, expected {trace.O[-1].shape}, that of trace.O[-1].")

    def _objective_of(self, trace, target):
        self.loss.check_target(trace.O[-1], target)
        return self.loss.f(trace.O[-1], target) + self.lam * sum(self.regularizer.f(W) for W, *_ in self.parameters)


def _check_parts(activation, output_activation, loss, regularizer, lam, initializer):
    for name, value, kind in (
        ("activation", activation, Activation),
        ("output_activation", output_activation, Activation),
        ("loss", loss, Loss),
        ("regularizer", regularizer, Regularizer),
    ):
        if not isinstance(value, kind):
            raise TypeError(f"Network(...): {name} is {value!r}, expected one of course_lib's {kind.__name__} objects")
    if not callable(initializer):
        raise TypeError(f"Network(...): initializer is {initializer!r}, expected a function (n_in, n_out, rng) -> W")
    if isinstance(lam, bool) or not isinstance(lam, Real) or not 0 <= lam < np.inf:
        raise ValueError(f"Network(...): lam is {lam!r}, expected a finite number, at least 0")
    if loss is softmax_cross_entropy and output_activation is not identity:
        raise ValueError(
            f"Network(...): output_activation is {output_activation}, expected identity: "
            "softmax_cross_entropy takes the last layer's Z"
        )
