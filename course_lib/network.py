"""Dense layers in a row: forward keeps every O and Z, backward runs (A), (B), (C) from the last layer to the first.

The lines that compute are in `course_lib.engine`; they give what the formulas of `course_lib.dense` give, to rounding,
and a test holds the two together. Here is the rest: the parameters, the checks, and what is handed out and kept.
Layers count from 0: layer l takes O[l] to Z[l] to O[l + 1], so O[0] is X and O[-1] is the network's output.
"""

import copy
import itertools
import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from numbers import Integral

import numpy as np
from jaxtyping import Shaped

from course_lib import engine
from course_lib.activations import identity
from course_lib.initializers import glorot_uniform
from course_lib.losses import mse, softmax, softmax_cross_entropy
from course_lib.network_checks import (
    check_parts,
    check_range,
    check_rates,
    check_trace,
    check_width,
    float_type,
)
from course_lib.network_checks import sgd_step as check_step
from course_lib.parameters import Parameters, split, stacked
from course_lib.regularizers import none
from course_lib.shapes import ShapeError, shape_checked

_KEPT = 4  # batch sizes whose buffers a network keeps


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
    lam: the weight of the regularizer. seed: for the initial weights; the biases start at 0. dtype: float64 or
    float32, in which all is computed; a batch of the other one is converted.

    `parameters` is a list of (W, b), first layer first, W of shape (n_in, n_out) and b of (1, n_out); gradients have
    the same form. W and b are views of one vector; change their entries, or assign other arrays, whose entries are
    then copied. Threads may share a network: one call runs after the other. A copy or a pickle is a network of its own.
    Raises TypeError or ValueError for an argument that is not as described.
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
        dtype=np.float64,
    ):
        sizes = list(sizes) if isinstance(sizes, Iterable) else [sizes]
        if len(sizes) < 2 or not all(isinstance(n, Integral) and n is not True and n >= 1 for n in sizes):
            raise ValueError(
                f"Network(sizes, ...): sizes is {sizes}, expected two or more whole numbers, at least 1 each"
            )
        check_parts(activation, output_activation, loss, regularizer, lam, initializer)
        self.sizes, self.loss, self.regularizer, self.lam = sizes, loss, regularizer, lam
        self.activations = [activation] * (len(sizes) - 2) + [output_activation]
        self.dtype = float_type("Network(...)", dtype)
        rng, parameters = np.random.default_rng(seed), []
        for n_in, n_out in itertools.pairwise(sizes):
            W = initializer(n_in, n_out, rng)
            if np.shape(W) != (n_in, n_out):
                raise ShapeError(
                    f"Network(...): initializer({n_in}, {n_out}, rng) has shape {np.shape(W)}, "
                    f"expected (n_in, n_out) = {(n_in, n_out)}."
                )
            parameters.append((W, np.zeros((1, n_out))))
        self._lock, self._buffers, self._names = threading.RLock(), {}, [("W", "b")] * len(parameters)
        self.parameters = parameters

    @property
    def parameters(self):
        """A list of (W, b), (n_in, n_out) and (1, n_out), first layer first."""
        with self._lock:
            self._parameters.take_over()
            return self._parameters.layers

    @parameters.setter
    def parameters(self, parameters):
        with self._lock:
            self._parameters = Parameters(self.sizes, self.dtype, parameters, self._names)

    @property
    def n_parameters(self):
        """How many numbers are trained: the entries of all parameters."""
        return sum(rows * columns for rows, columns in self._parameters.shapes)

    @shape_checked
    def forward(self, X: Shaped[np.ndarray, "m n_in"]) -> Trace:
        """Run the batch X, (m, sizes[0]), of floats, through all layers (rows S7, S8)."""
        with self._lock:
            at = self._run_forward(X)
        return Trace(O=[X, *at.O[1:]], Z=at.Z)

    @shape_checked
    def backward(self, trace: Trace, target: Shaped[np.ndarray, "m n_out"]):
        """The gradients of J, a list of (dW, db); fills `trace.G` and `trace.dL_dO` (rows S5, S6, S9 to S21).

        target: (m, sizes[-1]), the shape of the network's output. Raises ShapeError if it is not, or if the trace is
        that of a network of other sizes.
        """
        check_trace("Network.backward(trace, target)", trace, self.sizes)
        self.loss.check_target(trace.O[-1], target)
        return self._backward(trace, target, lambda at: engine.loss_and_first_G(at, self.loss, target))

    @shape_checked
    def backward_from(self, trace: Trace, G: Shaped[np.ndarray, "m n_out"]):
        """What `backward` does, from any G = dL/dO of the last layer, (m, sizes[-1]): no loss is needed.

        Raises ShapeError if G does not have the shape of the output, or if the trace is that of other sizes.
        """
        check_trace("Network.backward_from(trace, G)", trace, self.sizes, G)
        return self._backward(trace, G, lambda at: engine.first_G(at, G))

    @shape_checked
    def objective(self, X: Shaped[np.ndarray, "m n_in"], target: Shaped[np.ndarray, "m n_out"]):
        """J = L + lam * Omega for the batch X, (m, sizes[0]), and its target, (m, sizes[-1]): a number."""
        with self._lock:
            at = self._run_forward(X, target)
            self.loss.check_target(at.O[-1], target)
            return engine.loss_and_first_G(at, self.loss, target) + self._penalty()

    @shape_checked
    def loss_and_gradients(self, X: Shaped[np.ndarray, "m n_in"], target: Shaped[np.ndarray, "m n_out"]):
        """(J, gradients of J) for the batch X, (m, sizes[0]), and its target, (m, sizes[-1])."""
        with self._lock:
            at = self._run_forward(X, target)
            self.loss.check_target(at.O[-1], target)
            J = engine.loss_and_first_G(at, self.loss, target) + self._penalty()
            return J, self._gradients(at)

    def sgd_step(self, X, target, learning_rate, momentum=0.0, velocity=None):
        """One step of stochastic gradient descent, in place, on the batch X, (m, sizes[0]), and target, (m, sizes[-1]).

        Returns J, a float, as it was before the step. learning_rate: at least 0. Without a velocity every parameter P
        becomes P - learning_rate * dP. velocity: zeros of the network's dtype and of shape (n_parameters,) for the
        first step, which changes it, and the same array for the next: velocity = momentum * velocity - learning_rate *
        dP, and P + velocity. Raises what `loss_and_gradients` raises, before anything is changed.
        """
        with self._lock:
            self._parameters.checked()
            steps = self._parameters.steps()
            at = self._checked_buffers(X, target, learning_rate, momentum, velocity)
            learning_rate, momentum = float(learning_rate), float(momentum)
            self._forward_pass(at, X)
            # The gradient is linear in the first G, so the learning rate may go in there, where there are few entries.
            early = learning_rate if velocity is None else 1.0
            J = engine.loss_and_first_G(at, self.loss, target, early) + self._penalty()
            if not (math.isfinite(J) and math.isfinite(at.first_units.dot(at.first_units))):
                check_step(self, X, target, learning_rate)  # a run that diverges passes, a NaN in X does not
            self._backward_pass(at, steps)
            self._add_penalties(steps, early)
            if velocity is None:
                engine.step(self._parameters.pieces)
            else:
                engine.step_with_velocity(self._parameters.pieces, learning_rate, momentum, velocity)
        return J

    def predict(self, X):
        """The network's output for X, (m, sizes[-1]); with softmax_cross_entropy, the probabilities of the classes."""
        O = self.forward(X).O[-1]
        return softmax(O) if self.loss is softmax_cross_entropy else O

    def astype(self, dtype):
        """A copy of the network, of its own, that computes in dtype, float64 or float32."""
        other = copy.copy(self)
        other.dtype = float_type("Network.astype(dtype)", dtype)
        other.parameters = other.parameters
        return other

    def __getstate__(self):
        with self._lock:
            self._parameters.checked()
            layers = [tuple(P.copy() for P in layer) for layer in self._parameters.layers]
        own = {"_lock": None, "_buffers": None, "_parameters": layers, "activations": list(self.activations)}
        return {**vars(self), **own}

    def __setstate__(self, state):
        vars(self).update(state, _lock=threading.RLock(), _buffers={})
        self.parameters = state["_parameters"]

    def _forward_pass(self, at, X):
        """From X, (m, sizes[0]), to every Z and O of the buffers."""
        engine.forward(at, X, self._parameters.matrices, self.activations)

    def _backward_pass(self, at, gradients):
        """From the first G, which the buffers hold, to the gradients: for each layer an array like its parameters'."""
        engine.backward(at, self._parameters.matrices, gradients)

    def _backward(self, trace, last, write_first_G):
        """The gradients of J from a trace and the function that writes the first G, made from `last`, (m, n_out)."""
        with self._lock:
            self._parameters.checked()
            at = engine.Buffers(self.sizes, len(last), self._type(*trace.O, *trace.Z, last), keep=True)
            at.choose_functions(self.activations)
            for mine, given in zip(at.O + at.Z, trace.O + trace.Z, strict=True):
                mine[...] = given
            write_first_G(at)
            gradients = self._gradients(at)
        trace.G, trace.dL_dO = at.G, at.dL_dO
        return gradients

    def _type(self, *arrays):
        """The dtype to compute in: the network's, or complex if a parameter or one of the arrays is."""
        is_complex = self._parameters.is_complex or any(A.dtype.kind == "c" for A in arrays)
        return np.result_type(self.dtype, np.complex64) if is_complex else self.dtype

    def _run_forward(self, X, target=None):
        """New buffers after the forward pass; with a target they are not for keeping."""
        check_width(X, self.sizes)
        check_range("Network.forward(X)", self.dtype, X=X)
        self._parameters.checked()
        dtype = self._type(X) if target is None else self._type(X, target)
        at = engine.Buffers(self.sizes, len(X), dtype, keep=target is None)
        self._forward_pass(at, X)
        return at

    def _gradients(self, at):
        """The gradients of J, new arrays in the form of `parameters`, from buffers that hold the first G."""
        _, gradients = stacked(self._parameters.shapes, at.dtype)
        self._backward_pass(at, gradients)
        self._add_penalties(gradients, 1.0)
        return [split(gradient, names) for gradient, names in zip(gradients, self._names, strict=True)]

    def _penalty(self):
        """lam * Omega, a number."""
        if self.lam == 0 or self.regularizer is none:
            return 0.0
        omega = sum(self.regularizer.f(W) for W, *_ in self._parameters.layers)
        return float(self.lam) * np.asarray(omega).item()

    def _add_penalties(self, gradients, factor):
        if self.lam != 0 and self.regularizer is not none:
            for (W, *_), gradient in zip(self._parameters.layers, gradients, strict=True):
                gradient[: len(W)] += factor * float(self.lam) * self.regularizer.f_gradient(W)  # (n_in, n_out)

    def _checked_buffers(self, X, target, learning_rate, momentum, velocity):
        """The buffers for a step with these arguments, which are checked.

        The entries of X and target are looked at only if a batch of this form is new: each time, that would cost as
        much as a small layer. An entry that is not finite is found by `sgd_step`, in J and in the first column of Z.
        """
        form = at = None
        if type(X) is type(target) is np.ndarray:
            form = X.shape, target.shape, X.dtype.char, target.dtype.char
            at = self._buffers.get(form)
        if at is None or self._parameters.is_complex:
            check_step(self, X, target, learning_rate)
            at = next((kept for kept in self._buffers.values() if kept.m == len(X)), None)
            at = at or engine.Buffers(self.sizes, len(X), self.dtype, keep=False)
            self._buffers[form] = at
            while len({id(kept) for kept in self._buffers.values()}) > _KEPT:
                del self._buffers[next(iter(self._buffers))]
        if velocity is not None or momentum or not (type(learning_rate) is float and 0 <= learning_rate < math.inf):
            check_rates(learning_rate, momentum, velocity, self.n_parameters, self.dtype)
        return at
