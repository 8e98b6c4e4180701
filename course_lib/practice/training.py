"""Training: stochastic gradient descent on mini-batches, with a progress bar and a history."""

import os
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Shaped
from tqdm.auto import tqdm

from course_lib.arguments import Number, Whole, describe
from course_lib.network import Network
from course_lib.shapes import shape_checked


@dataclass
class History:
    """What training did. Entry 0 of each list is before the first step, entry e after epoch e.

    loss: J on the training data. accuracy: the share of samples whose largest output is where the target's is.
    test_loss, test_accuracy: the same on the held-out data, if `fit` was given any, else empty.
    diverged: the epoch at which J was no longer finite, where training stopped; None if all went well.
    """

    loss: list = field(default_factory=list)
    accuracy: list = field(default_factory=list)
    test_loss: list = field(default_factory=list)
    test_accuracy: list = field(default_factory=list)
    diverged: int | None = None


@shape_checked
def fit(
    network: Network,
    X: Shaped[np.ndarray, "m n_in"],
    target: Shaped[np.ndarray, "m n_out"],
    epochs: Whole(),
    learning_rate: Number(0),
    batch_size: Whole(1) = 32,
    momentum: Number(0) = 0.0,
    test: (tuple, list) = None,
    seed: Whole() = 0,
    clip_norm: Number(0) = None,
):
    """Train the network in place on X, (m, n_in), and target, (m, n_out); return a `History`.

    Each epoch goes once through the samples in a new random order (`seed`), `batch_size` rows at a time; the last
    batch may be shorter. A step is velocity = momentum * velocity - learning_rate * gradient, parameter += velocity.
    clip_norm: every step's gradients pass `clip_by_norm` with this limit first; None: no clipping.
    test: a pair (X, target) that is only measured, never trained on. Where J stops being finite, training ends and
    `History.diverged` says when. Raises ValueError for a number out of range, ShapeError if arrays do not fit.
    """
    if test is not None and not (len(test) == 2 and all(type(A) is np.ndarray for A in test)):
        raise TypeError(
            f"fit(network, X, target, ...): test is {describe(test)}, expected a pair of arrays, X and target"
        )
    quiet = bool(os.environ.get("TQDM_DISABLE"))  # tqdm reads it too, but not for its bar in a notebook
    rng, history = np.random.default_rng(seed), History()
    if clip_norm is None:
        velocity = np.zeros(network.n_parameters, network.dtype)
    else:
        velocity = [tuple(np.zeros_like(P) for P in layer) for layer in network.parameters]
    _measure(history, network, X, target, test)
    with np.errstate(over="ignore", invalid="ignore"):  # a run that explodes is told by History.diverged
        for epoch in tqdm(range(1, epochs + 1), desc="epochs", leave=False, disable=quiet):
            order = rng.permutation(len(X))
            for start in range(0, len(X), batch_size):
                rows = order[start : start + batch_size]
                if clip_norm is None:
                    network.sgd_step(X[rows], target[rows], learning_rate, momentum, velocity)
                    continue
                _, gradients = network.loss_and_gradients(X[rows], target[rows])
                _step(network.parameters, clip_by_norm(gradients, clip_norm), velocity, learning_rate, momentum)
            _measure(history, network, X, target, test)
            if not np.isfinite(history.loss[-1]):
                history.diverged = epoch
                break
    return history


@shape_checked
def accuracy(network: Network, X: Shaped[np.ndarray, "m n_in"], target: Shaped[np.ndarray, "m n_out"]):
    """The share of the samples X, (m, n_in), whose largest output stands where the largest entry of target stands.

    target: (m, n_out). NaN where the network's output is not finite: there no entry is the largest.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        O = network.predict(X)
        network.loss.both(O, target)  # refuses a target that is none
    if not np.isfinite(O).all():
        return float("nan")
    return float((O.argmax(axis=1) == target.argmax(axis=1)).mean())


@shape_checked
def clip_by_norm(gradients: (list, tuple), limit: Number(0)):
    """The gradients, all scaled by the one factor that brings their norm down to `limit`; a shorter norm is left.

    gradients: a list of tuples of arrays, of any shapes, as `Network.backward` gives; the norm is the root of the sum
    of all squared entries. This is a rule for the step and not a derivative: the direction stays, the length does not
    (Pascanu, Mikolov and Bengio 2013). Gradients with an entry that is infinite or NaN come back as they are: they
    have lost the direction. Raises TypeError or ValueError unless limit is a finite number, at least 0.
    """
    for l, layer in enumerate(gradients):
        if not isinstance(layer, (list, tuple)) or not all(type(dP) is np.ndarray for dP in layer):
            raise TypeError(f"clip_by_norm(gradients, limit): gradients[{l}] is {describe(layer)}, expected (dW, db)")
    arrays = [dP for layer in gradients for dP in layer if dP.size]
    largest = max((float(abs(dP).max()) for dP in arrays), default=0.0)
    if largest == 0 or not np.isfinite(largest):
        return gradients
    norm = largest * np.sqrt(sum(float(((dP / largest) ** 2).sum()) for dP in arrays))  # no square overflows
    factor = min(1.0, limit / norm)
    return [tuple(factor * dP for dP in layer) for layer in gradients]


def _step(parameters, gradients, velocity, learning_rate, momentum):
    for layer in zip(parameters, gradients, velocity, strict=True):
        for P, dP, V in zip(*layer, strict=True):  # W, then b: three arrays of one shape
            V *= momentum
            V -= learning_rate * dP
            P += V


def _measure(history, network, X, target, test):
    history.loss.append(float(network.objective(X, target)))
    history.accuracy.append(accuracy(network, X, target))
    if test is not None:
        history.test_loss.append(float(network.objective(*test)))
        history.test_accuracy.append(accuracy(network, *test))
