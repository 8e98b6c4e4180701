"""Dense layers in a row: forward keeps every O and Z, backward runs (A), (B), (C) from the last layer to the first.

Layer l, counted from 0, takes O[l] to Z[l] to O[l + 1]: O[0] is X, and O[-1] the output. `course_lib.fast` is faster.
"""

import math
from dataclasses import dataclass, field
from itertools import chain, pairwise

import numpy as np
from jaxtyping import Shaped

from course_lib.activations import Activation, identity
from course_lib.arguments import Function, Number, Whole, converted, float_type, like_zeros, whole_numbers
from course_lib.initializers import glorot_uniform
from course_lib.losses import Loss, mse, softmax, softmax_cross_entropy
from course_lib.regularizers import Regularizer, none
from course_lib.shapes import ShapeError, copy_into, same_shapes, shape_checked

_Batch, _Target = Shaped[np.ndarray, "m n_in"], Shaped[np.ndarray, "m n_out"]
STEP, RATE = "Network.sgd_step(X, target, learning_rate)", Number(0)
_NAMES = "W", "b", "gamma", "beta"  # the parameters of a layer, in their order; a dense one has two


@dataclass
class Trace:
    """Everything that one pass computed, by layer. `forward` fills O and Z, `backward` fills the rest."""

    O: list  # n_layers + 1 arrays: O[l], (m, sizes[l]), is the input of layer l
    Z: list  # n_layers arrays: Z[l], (m, sizes[l + 1])
    G: list = field(default_factory=list)  # n_layers arrays: G[l] = dL/dZ[l], of the shape of Z[l]
    dL_dO: list = field(default_factory=list)  # like O; dL_dO[0] is None: nobody needs the gradient for the data


class Network:
    """A network of dense layers. sizes: units by layer, the inputs first: [64, 32, 10] has two layers.

    activation is that of the hidden layers, output_activation of the last one. lam weighs the regularizer. seed is for the
    weights; the biases start at 0. All is computed in dtype, float64 or float32; a batch of the other one is converted.
    What is assigned to `parameters`, or to an entry of it, is copied into the network's own arrays at once.
    """

    @shape_checked
    def __init__(
        self,
        sizes: whole_numbers,
        activation: Activation,
        loss: Loss = mse,
        regularizer: Regularizer = none,
        lam: Number(0) = 0.0,
        initializer: Function("(n_in, n_out, rng) -> W") = glorot_uniform,
        output_activation: Activation = identity,
        seed: Whole() = 0,
        dtype: float_type = np.float64,
    ):
        if lam and regularizer is none:
            raise ValueError(f"Network(...): lam is {lam} and regularizer is none, expected l2 or l1, or lam = 0")
        if loss is softmax_cross_entropy and output_activation is not identity:
            expected = "identity: softmax_cross_entropy takes the last layer's Z"
            raise ValueError(f"Network(...): output_activation is {output_activation}, expected {expected}")
        self.sizes, self.dtype, self.loss = sizes, np.dtype(dtype), loss
        self.regularizer, self.lam, rng = regularizer, float(lam), np.random.default_rng(seed)
        self.activations = [activation] * (len(sizes) - 2) + [output_activation]
        weights = [np.asarray(initializer(n_in, n_out, rng)) for n_in, n_out in pairwise(sizes)]
        same_shapes("Network(...)", "W, as initializer gave it,", weights, list(pairwise(sizes)))
        self._keep((W, np.zeros((1, W.shape[1]))) for W in weights)

    def _keep(self, layers):
        self._parameters = Parameters(tuple(np.array(P, self.dtype) for P in layer) for layer in layers)

    @property
    def parameters(self):
        """A list of (W, b), (n_in, n_out) and (1, n_out), first layer first. Gradients have the same form."""
        return self._parameters

    @parameters.setter
    def parameters(self, layers):
        own = {f"{a}{l}": P for l, layer in enumerate(self.parameters) for a, P in zip(_NAMES, layer, strict=False)}
        is_list = isinstance(layers, (list, tuple)) and all(isinstance(layer, (list, tuple)) for layer in layers)
        copy_into("Network.parameters", own, [P for layer in layers for P in layer] if is_list else layers)

    @property
    def n_parameters(self):
        """How many numbers are trained: the entries of all parameters."""
        return sum(P.size for layer in self.parameters for P in layer)

    @shape_checked
    def forward(self, X: _Batch) -> Trace:
        """Run the batch X, (m, sizes[0]), of floats, through all layers (rows S7, S8)."""
        return self._forward(X)

    @shape_checked
    def backward(self, trace: Trace, target: _Target):
        """The gradients of J, (dW, db) by layer; fills `trace.G`, `trace.dL_dO` (S5, S6, S9 to S21). target: (m, sizes[-1])."""
        self._check_trace("Network.backward(trace, target)", trace)
        return self._backward(trace, self._J_and_first_G(trace.O[-1], target)[1])

    @shape_checked
    def backward_from(self, trace: Trace, G: _Target):
        """What `backward` does, from any G = dL/dO of the last layer, (m, sizes[-1]): no loss is needed."""
        call = "Network.backward_from(trace, G)"
        self._check_trace(call, trace)
        same_shapes(call, "G", [G], [trace.O[-1].shape])
        return self._backward(trace, converted(call, "G", G, self.dtype))

    @shape_checked
    def objective(self, X: _Batch, target: _Target):
        """J = L + lam * Omega for the batch X, (m, sizes[0]), and its target, (m, sizes[-1]): a number."""
        return self._J_and_first_G(self._forward(X).O[-1], target)[0]

    @shape_checked
    def loss_and_gradients(self, X: _Batch, target: _Target):
        """(J, gradients of J) for the batch X, (m, sizes[0]), and its target, (m, sizes[-1])."""
        return self._loss_and_gradients(X, target)

    def predict(self, X):
        """The network's output for X, (m, sizes[-1]); with softmax_cross_entropy, the probabilities of the classes."""
        O = self.forward(X).O[-1]
        return softmax(O) if self.loss is softmax_cross_entropy else O

    def sgd_step(self, X, target, learning_rate, momentum=0.0, velocity=None):
        """One step of stochastic gradient descent, in place, on the batch X, (m, sizes[0]), and target, (m, sizes[-1]).

        Returns J, a float, as it was before. Each P becomes P - learning_rate * dP, or P + velocity, where velocity =
        momentum * velocity - learning_rate * dP: zeros, (n_parameters,), of the network's dtype, then the same array.
        """
        RATE(STEP, "learning_rate", learning_rate)
        RATE(STEP, "momentum", momentum)
        if velocity is not None or momentum:
            like_zeros(STEP, "velocity", velocity, (self.n_parameters,), self.dtype)
        is_plain = type(X) is type(target) is np.ndarray and X.ndim == 2 and X.dtype == target.dtype == self.dtype
        J, gradients = (self._loss_and_gradients if is_plain else self.loss_and_gradients)(X, target)
        if gradients[0][0].dtype != self.dtype:
            raise TypeError(f"{STEP}: X or target is complex, expected real floats")
        if not (math.isfinite(J) and math.isfinite(np.vdot(gradients[0][0], gradients[0][0]))):
            self.loss_and_gradients(X, target)  # looks at each entry: a run that diverges passes, a NaN in X does not
        start, rate = 0, np.asarray(-float(learning_rate), self.dtype)  # (): numpy takes it sooner than a float
        for P, dP in zip(chain(*self.parameters), chain(*gradients), strict=True):  # W, then b: arrays of one shape
            step = rate * dP
            if velocity is not None:
                V, start = velocity[start : start + P.size].reshape(P.shape), start + P.size  # a view
                step = V[...] = momentum * V + step
            P += step
        return J

    def astype(self, dtype):
        """A copy of the network, of its own, that computes in dtype, float64 or float32."""
        other = object.__new__(type(self))
        vars(other).update(vars(self), activations=list(self.activations))
        other.dtype = np.dtype(float_type("Network.astype(dtype)", "dtype", dtype))
        other._keep(self.parameters)
        return other

    def __copy__(self):
        return self.astype(self.dtype)

    def _forward(self, X):
        O, Z = [self._input(X)], []
        for (W, b), activation in zip(self.parameters, self.activations, strict=True):
            Z.append(O[-1].dot(W) + b)  # (m, n_in) @ (n_in, n_out) + (1, n_out) -> (m, n_out)
            O.append(activation.f(Z[-1]))  # (m, n_out)
        return Trace(O, Z)

    def _backward(self, trace, dL_dO):
        gradients, trace.G, trace.dL_dO = [], [], [dL_dO]  # dL_dO: (m, sizes[-1])
        ones = np.ones((1, len(dL_dO)), dL_dO.dtype)  # (1, m)
        for l in reversed(range(len(self.parameters))):
            W, _ = self.parameters[l]
            G = dL_dO * self.activations[l].f_prime(trace.Z[l])  # undo the activation: dL/dZ, (m, n_out)
            dW = trace.O[l].T.dot(G)  # (A): (n_in, m) @ (m, n_out) -> (n_in, n_out)
            db = ones.dot(G)  # (B): (1, m) @ (m, n_out) -> (1, n_out)
            dL_dO = G.dot(W.T) if l > 0 else None  # (C): (m, n_out) @ (n_out, n_in) -> (m, n_in)
            gradients.insert(0, (dW + self.lam * self.regularizer.f_gradient(W) if self.lam else dW, db))
            trace.G.insert(0, G)
            trace.dL_dO.insert(0, dL_dO)
        return gradients

    def _J_and_first_G(self, O, target):
        target = converted("Network.objective(X, target)", "target", target, self.dtype)
        L, G = self.loss.both(O, target)  # G: dL/dO, (m, sizes[-1])
        omega = sum(float(self.regularizer.f(W)) for W, *_ in self.parameters) if self.lam else 0.0
        return np.asarray(L).item() + self.lam * omega, G

    def _loss_and_gradients(self, X, target):
        trace = self._forward(X)
        J, G = self._J_and_first_G(trace.O[-1], target)
        return J, self._backward(trace, G)

    def _input(self, X):
        if X.shape[1] != self.sizes[0]:
            expected = f"(m, {self.sizes[0]}):\nn_in is {self.sizes[0]} because sizes is {self.sizes}."
            raise ShapeError(f"Network.forward(X): X has shape {X.shape}, expected {expected}")
        return converted("Network.forward(X)", "X", X, self.dtype)

    def _check_trace(self, call, trace):
        same_shapes(call, "trace.O", trace.O, [(len(trace.O[0]), n) for n in self.sizes])
        same_shapes(call, "trace.Z", trace.Z, [(len(trace.O[0]), n) for n in self.sizes[1:]])


class Parameters(list):
    """(W, b) of each layer, in arrays that stay: what is assigned to an entry is checked, and copied into them."""

    def __setitem__(self, l, layer):
        copy_into(f"Network.parameters[{l}]", dict(zip(_NAMES, self[l], strict=False)), layer)
