"""Training: stochastic gradient descent on mini-batches, with a progress bar and a history."""

import os
from dataclasses import dataclass, field
from numbers import Integral, Real

import numpy as np
from jaxtyping import Shaped
from tqdm.auto import tqdm

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


def fit(network, X, target, epochs, learning_rate, batch_size=32, momentum=0.0, test=None, seed=0):
    """Train the network in place on X, (m, n_in), and target, (m, n_out); return a `History`.

    Each epoch goes once through the samples in a new random order (`seed`), `batch_size` rows at a time; the last
    batch may be shorter. A step is velocity = momentum * velocity - learning_rate * gradient, parameter += velocity.
    test: a pair (X, target) that is only measured, never trained on. Where J stops being finite, training ends and
    `History.diverged` says when. Raises ValueError for a number out of range, ShapeError if arrays do not fit.
    """
    _check("epochs", epochs, whole=True, least=0)
    _check("batch_size", batch_size, whole=True, least=1)
    _check("learning_rate", learning_rate, whole=False, least=0)
    _check("momentum", momentum, whole=False, least=0)
    quiet = bool(os.environ.get("TQDM_DISABLE"))  # tqdm reads it too, but not for its bar in a notebook
    rng, history = np.random.default_rng(seed), History()
    velocity = np.zeros(network.n_parameters, network.dtype)
    _measure(history, network, X, target, test)
    with np.errstate(over="ignore", invalid="ignore"):  # a run that explodes is told by History.diverged
        for epoch in tqdm(range(1, epochs + 1), desc="epochs", leave=False, disable=quiet):
            order = rng.permutation(len(X))
            for start in range(0, len(X), batch_size):
                rows = order[start : start + batch_size]
                network.sgd_step(X[rows], target[rows], learning_rate, momentum, velocity)
            _measure(history, network, X, target, test)
            if not np.isfinite(history.loss[-1]):
                history.diverged = epoch
                break
    return history


@shape_checked
def accuracy(network, X: Shaped[np.ndarray, "m n_in"], target: Shaped[np.ndarray, "m n_out"]):
    """The share of the samples X, (m, n_in), whose largest output stands where the largest entry of target stands.

    Raises ShapeError, TypeError or ValueError if X or target, (m, n_out), is not one for the network.
    """
    O = network.predict(X)
    network.loss.check_target(O, target)
    return float((O.argmax(axis=1) == target.argmax(axis=1)).mean())


def _measure(history, network, X, target, test):
    history.loss.append(float(network.objective(X, target)))
    history.accuracy.append(accuracy(network, X, target))
    if test is not None:
        history.test_loss.append(float(network.objective(*test)))
        history.test_accuracy.append(accuracy(network, *test))


def _check(name, value, whole, least):
    kind = "whole number" if whole else "finite number"
    if isinstance(value, bool) or not isinstance(value, Integral if whole else Real):
        raise TypeError(f"fit(...): {name} is {type(value).__name__} {value!r}, expected a {kind}")
    if not least <= value < np.inf:
        raise ValueError(f"fit(...): {name} is {value}, expected a {kind}, at least {least}")
