"""The run that TrainingPlayground shows: its mini-batch steps, and what one frame of it holds.

It takes the steps that `course_lib.practice.training.fit` takes, in the same order on the same seed, but it can stop after each of
them. It draws nothing, and takes its steps by `Network.sgd_step`.
"""

import contextlib
import functools
import math
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from course_lib.losses import softmax_cross_entropy
from course_lib.network import Network
from course_lib.practice.training import accuracy
from course_lib.regularizers import l2
from course_lib.views.playground.settings import ACTIVATIONS, DATA
from course_lib.views.shared.one_thread import one_thread

MOST_POINTS = 200  # of a curve; beyond that it is thinned
MOST_ROWS = 32  # samples whose G is shown
GRID = 32  # points of the plane to a side
_TOO_MUCH = 2  # times the first loss: then the remark says so


@contextlib.contextmanager
def _at_work():
    """Small matrices in one thread, and no warnings: a run that explodes is told by its remark."""
    with np.errstate(over="ignore", invalid="ignore"), one_thread():
        yield


class Run:
    """A network in training. `network` is a `course_lib.network.Network`; `step` counts the mini-batches so far.

    exploded: after how many steps the loss was no longer finite, where the run stopped; None if all is well.
    """

    @_at_work()
    def __init__(self, settings):
        self.settings, self.data = settings, settings.split
        self.network = Network(
            settings.sizes,
            ACTIVATIONS[settings.activation],
            softmax_cross_entropy,
            regularizer=l2,
            lam=settings.lam,
            seed=settings.seed,
        )
        self.step, self.epoch, self.exploded = 0, 0.0, None
        self._rng = np.random.default_rng(settings.seed)
        self._order, self._start = [], 0
        self._curve = []
        self.is_plane = settings.sizes[0] == 2  # or else images
        first = self._measure()
        self._record([0, *first])
        self._first_J, self._first_norms = first[0], self._gradients()[1]

    def with_setting(self, name, value):
        """The run that goes on with another learning rate, batch size or lambda, or a new one for any other setting.

        A batch is at most all of the data. Raises what `Settings` raises; the run is then as it was.
        """
        changed = {name: value}
        if name == "data":
            changed["batch_size"] = min(self.settings.batch_size, len(DATA[value]().X_train))
        settings = replace(self.settings, **changed)
        if name not in ("learning_rate", "batch_size", "lam"):
            return Run(settings)
        self.settings, self.network.lam = settings, settings.lam
        return self

    @_at_work()
    def advance(self, steps, seconds=math.inf):
        """Take so many steps of gradient descent, or fewer where time is up or the loss is no longer finite."""
        end = time.perf_counter() + seconds
        for _ in range(steps):
            if self.exploded is not None or time.perf_counter() > end:
                break
            self._descend()

    @_at_work()
    def frame(self):
        """Measure, and return what the run is like after `step` steps, in a namespace.

        curve: (n, 5), by step: the step, J and J on the held-out data, then the two accuracies.
        G: by layer, (rows, n_out), of the mini-batch that is measured in every frame: the first samples.
        norms: (2, layers), of grad_W of J on that mini-batch, now and before the first step.
        boundary: (GRID, GRID), the probability of class 1 minus that of class 0 on a grid over the plane, or None.
        wrong: (k, 3), held-out images that are read as another digit: row, label, read as; or None.
        """
        measured = self._measure()
        if not math.isfinite(measured[0]) and self.exploded is None:
            self.exploded = self.step
        G, norms = self._gradients()
        return SimpleNamespace(
            step=self.step,
            epoch=self.epoch,
            curve=self._record([self.step, *measured]),
            G=[by_layer[:MOST_ROWS] for by_layer in G],
            norms=np.stack([norms, self._first_norms]),
            boundary=self._boundary() if self.is_plane else None,
            wrong=None if self.is_plane else self._wrong(),
            remark=self._remark(measured[0], G),
            exploded=self.exploded,
        )

    @functools.cached_property
    def extent(self):
        """((x from, to), (y from, to)) of the plane that is shown."""
        X = np.vstack([self.data.X_train, self.data.X_test])
        return tuple((float(x.min() - 0.3), float(x.max() + 0.3)) for x in X.T)

    def _descend(self):
        """One step; the next rows of this epoch's order, or the first of a new one, as in `fit`."""
        X, target = self.data.X_train, self.data.target_train
        if self._start >= len(self._order):
            self._order, self._start = self._rng.permutation(len(X)), 0
        rows = self._order[self._start : self._start + self.settings.batch_size]
        if not math.isfinite(self.network.sgd_step(X[rows], target[rows], self.settings.learning_rate)):
            self.exploded = self.step  # the step from a loss that is not finite does not count
            return
        self._start += len(rows)
        self.step += 1
        self.epoch += len(rows) / len(X)

    def _measure(self):
        """[J, J held out, accuracy, accuracy held out]."""
        net, train, test = self.network, self.data[:2], self.data[2:]
        return [net.objective(*train), net.objective(*test), accuracy(net, *train), accuracy(net, *test)]

    def _gradients(self):
        """G by layer, and the norms of grad_W, (layers,), on the mini-batch that is measured in every frame."""
        m = self.settings.batch_size
        trace = self.network.forward(self.data.X_train[:m])
        gradients = self.network.backward(trace, self.data.target_train[:m])
        return trace.G, np.array([np.linalg.norm(dW) for dW, _ in gradients])

    def _record(self, row):
        """The curve with this row, the only one of its step, (n, 5): the first, the last, and few of those between."""
        if self._curve and self._curve[-1][0] == row[0]:
            self._curve.pop()
        self._curve.append(row)
        few = np.linspace(0, len(self._curve) - 1, min(len(self._curve), MOST_POINTS)).astype(int)
        return np.array([self._curve[k] for k in few])

    def _boundary(self):
        x, y = (np.linspace(low, high, GRID) for low, high in self.extent)
        P = self.network.predict(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))  # (GRID * GRID, 2), row by row
        return (P[:, 1] - P[:, 0]).reshape(GRID, GRID)

    def _wrong(self):
        read = self.network.predict(self.data.X_test).argmax(axis=1)
        labels = self.data.target_test.argmax(axis=1)
        rows = np.flatnonzero(read != labels)
        return np.stack([rows, labels[rows], read[rows]], axis=1)

    def _remark(self, J, Gs):
        """What went wrong, in words, or nothing."""
        s = self.settings
        cause = f"the learning rate {s.learning_rate:g} is too large for this {s.activation} network"
        if self.exploded is not None:
            return f"The loss is not finite since step {self.exploded}, and the run has stopped: {cause}."
        if not Gs[0].any() and Gs[-1].any():
            dead = max(l for l, G in enumerate(Gs) if not G.any())
            flat = f"{s.activation} is flat there for all of these samples"
            return f"G[{dead}] is zero throughout: {flat}, so no weight up to layer {dead} moves with the loss."
        if 0 < self._first_J * _TOO_MUCH < J:
            return f"The loss is {J / self._first_J:.3g} times what it was before the first step: {cause}."
        return ""
