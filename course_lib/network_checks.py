"""What `course_lib.network` refuses, and in which words. All raise TypeError, ValueError or ShapeError, or return."""

from numbers import Real

import numpy as np
from jaxtyping import Shaped

from course_lib.activations import Activation, identity
from course_lib.losses import Loss, softmax_cross_entropy
from course_lib.regularizers import Regularizer
from course_lib.shapes import ShapeError, shape_checked

_STEP = "Network.sgd_step(X, target, learning_rate)"


def check_parts(activation, output_activation, loss, regularizer, lam, initializer):
    """The parts that a network is made of, apart from its sizes."""
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


def float_type(call, dtype):
    """dtype as a numpy dtype, which has to be float64 or float32; `call` is named if it is not."""
    for allowed in (np.dtype(np.float64), np.dtype(np.float32)):
        if dtype is not None and _is_dtype(dtype, allowed):
            return allowed
    raise ValueError(f"{call}: dtype is {dtype}, expected float64 or float32")


def _is_dtype(dtype, allowed):
    try:
        return np.dtype(dtype) == allowed
    except TypeError:  # no dtype at all
        return False


def check_width(X, sizes):
    """X, (m, sizes[0]), is a batch of floats for layers of these sizes."""
    if X.dtype == object:
        raise TypeError("Network.forward(X): X holds Fractions, expected floats, which W and b are")
    if X.shape[1] != sizes[0]:
        raise ShapeError(
            f"Network.forward(X): X has shape {X.shape}, expected (m, {sizes[0]}): "
            f"n_in is {sizes[0]} because sizes is {sizes}."
        )


def check_range(call, dtype, **arrays):
    """The arrays, of any shapes, have no entries that dtype cannot hold."""
    for name, A in arrays.items():
        if A.dtype.kind in "fc" and A.dtype.itemsize > dtype.itemsize and A.size:
            most = np.finfo(dtype).max
            if abs(A).max() > most:
                raise ValueError(f"{call}: {name} has entries beyond {most:.1e}, the largest that {dtype} holds")


def check_trace(call, trace, sizes, G=None):
    """The trace is one of a network of these sizes: its O, (m, sizes[l]), and Z, (m, sizes[l + 1]), for one m.

    G, if there is one, is that of the output, (m, sizes[-1]), of floats. `call` is named where something is not.
    """
    if G is not None and G.dtype == object:
        raise TypeError(f"{call}: G holds Fractions, expected floats, which W and b are")
    traced = [O.shape[1] for O in trace.O]
    if traced != sizes:
        raise ShapeError(f"{call}: trace has layers of {traced}, expected {sizes}.")
    m = len(trace.O[0])
    for name, arrays, units in (("O", trace.O, sizes), ("Z", trace.Z, sizes[1:])):
        shapes, expected = [A.shape for A in arrays], [(m, n) for n in units]
        if shapes != expected:
            raise ShapeError(f"{call}: trace.{name} has shapes {shapes}, expected {expected}.")
    if G is not None and G.shape != trace.O[-1].shape:
        raise ShapeError(f"{call}: G has shape {G.shape}, expected {trace.O[-1].shape}, that of trace.O[-1].")


@shape_checked
def sgd_step(
    self, X: Shaped[np.ndarray, "m n_in"], target: Shaped[np.ndarray, "m n_out"], learning_rate: float
):  # its name stands in the messages
    """The checks of `Network.sgd_step` for X, (m, n_in), and target, (m, n_out), entry by entry; makes no step."""
    check_width(X, self.sizes)
    output = np.broadcast_to(np.zeros((), self.dtype), (len(X), self.sizes[-1]))
    self.loss.check_target(output, target)
    for name, A in (
        ("X", X),
        ("target", target),
        *((f"parameters[{l}]", W) for l, (W, *_) in enumerate(self.parameters)),
    ):
        if A.dtype.kind != "f":
            raise TypeError(f"{_STEP}: {name} has dtype {A.dtype}, expected real floats")
    check_range(_STEP, self.dtype, X=X, target=target)


def check_rates(learning_rate, momentum, velocity, n_parameters, dtype):
    """The numbers of a step, and its velocity, (n_parameters,), of this dtype."""
    for name, value in (("learning_rate", learning_rate), ("momentum", momentum)):
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(f"{_STEP}: {name} is {type(value).__name__} {value!r}, expected a finite number")
        if not 0 <= value < np.inf:
            raise ValueError(f"{_STEP}: {name} is {value}, expected a finite number, at least 0")
    if velocity is None:
        if momentum:
            raise ValueError(
                f"{_STEP}: momentum is {momentum} and velocity is None, expected an array of {n_parameters}"
            )
    elif type(velocity) is not np.ndarray:
        raise TypeError(f"{_STEP}: velocity is a {type(velocity).__name__}, expected a numpy array")
    elif velocity.shape != (n_parameters,):
        raise ShapeError(f"{_STEP}: velocity has shape {velocity.shape}, expected (n_parameters,) = ({n_parameters},).")
    elif velocity.dtype != dtype or not velocity.flags.writeable:
        raise TypeError(f"{_STEP}: velocity is read-only or has dtype {velocity.dtype}, expected {dtype} to write to")
