"""One random deep network, run forwards and backwards for GradientFlow: all that the view draws for its settings.

The network has `depth` hidden layers of `width` units, Z = O W and O = f(Z) or O + f(Z), and an output layer of as many
units without activation, which is not shown. Entries of the data X and of R, both (batch, width), are standard normal;
the loss is L = 1/m times the sum of O * R over all entries of the output O, so that the first G is R / m whatever the
network does. What is drawn at random depends on the seed alone: a new scale moves every number a little.
"""

import functools

import numpy as np

from course_lib import initializers
from course_lib.activations import ACTIVATIONS
from course_lib.arguments import Choice, Number
from course_lib.depth.deep import DeepNetwork, flow
from course_lib.depth.theory import Flow, MeanField
from course_lib.pictures.panel import checked_index
from course_lib.views.jacobian.view import nice
from course_lib.views.shared.one_thread import one_thread

MOST = {"depth": 100, "width": 256, "batch": 256}
MOST_Z = 1e20  # where the prediction counts Z as infinite
BINS, COUNTED = 41, 1024  # of the histogram; entries of Z in it
SATURATED = 0.1  # of the largest slope: below that share of it, a unit hardly passes G on
# Each with n Var(W) at scale 1, for as many inputs as units.
INITIALIZERS = {
    "normal": (lambda n_in, n_out, rng: initializers.normal(n_in**-0.5)(n_in, n_out, rng), 1.0),
    "fan_in_uniform": (initializers.fan_in_uniform, 1 / 3),
    "glorot_uniform": (initializers.glorot_uniform, 1.0),
    "glorot_normal": (initializers.glorot_normal, 1.0),
    "he_normal": (initializers.he_normal, 2.0),
    "orthogonal": (initializers.orthogonal, 1.0),
}

# Linux's malloc gives freed memory back, and new memory takes as long as a pass; once 16 MB were freed, it keeps so much.
np.empty(2**21)


def checked_settings(call, settings):
    """A dict of depth, width, activation (its name), initializer, scale, batch and residual, as plain numbers and words.

    Raises TypeError for a value of the wrong kind and ValueError for one outside its range; both name the argument.
    """
    checked = {name: checked_index(f"{call}: {name}", settings[name], most, first=1) for name, most in MOST.items()}
    for name, known in (("activation", ACTIVATIONS), ("initializer", INITIALIZERS)):
        checked[name] = Choice(known)(call, name, getattr(settings[name], "name", settings[name]))
    checked["scale"] = float(Number(0)(call, "scale", settings["scale"]))
    if not isinstance(settings["residual"], bool | np.bool_):
        raise TypeError(f"{call}: residual is {settings['residual']!r}, expected True or False")
    return checked | {"residual": bool(settings["residual"])}


def run(seed, settings):
    """A dict of arrays for checked settings, first layer first; NaN and infinity where the run has them.

    seed: a whole number, at least 0; networks of one seed share their random numbers.
    lines: (8, depth), the root mean squares of Z, G and grad_W, those of the theory, and the measured and the predicted
    factor on the mean square of dL/dO, going back through the layer; NaN for layer 0, which has none.
    counts: (depth, BINS), the histogram of Z from -reach to reach, the outer bins with all beyond; slopes: f' at
    BINS points; shares: (depth, 2), reach, and the part of the counted entries whose slope is below SATURATED of
    the largest.
    """
    m, f = settings["batch"], ACTIVATIONS[settings["activation"]]
    X, R = _data(seed, settings["width"])
    with one_thread(), np.errstate(all="ignore"):  # what overflows is told by the view
        network = _network(seed, settings["depth"], settings["width"], f, settings["initializer"], settings["residual"])
        for layer, (W, _) in enumerate(network.parameters):
            np.multiply(_weights(seed, settings["initializer"], settings["width"], layer), settings["scale"], out=W)
        trace = network.forward(X[:m])
        Z, G, dW, factor = flow(trace, network.backward_from(trace, R[:m] / m))
        theory = _theory(settings)
        factors = np.insert([factor[:-1], theory.factor], 0, np.nan, axis=1)  # (2, depth)
        lines = np.array([Z[:-1], G[:-1], dW[:-1], *theory[:3], *factors])  # (8, depth)
        if not np.isfinite(Z[:-1]).all():  # what was made from it means nothing, even where it is a number
            lines[[1, 2, 6]] = np.nan
        return {"lines": lines} | _histograms(trace.Z[:-1], Z[:-1], f)


@functools.lru_cache(maxsize=1)
def _network(seed, depth, width, f, initializer, residual):
    """Made once for all its scales: `run` sets its weights."""
    units = (_weights(seed, initializer, width, layer) for layer in range(depth + 1))
    return DeepNetwork([width] * (depth + 2), f, initializer=lambda *_: next(units), residual=residual)


@functools.lru_cache(maxsize=MOST["depth"] + 1)
def _weights(seed, initializer, width, layer):
    """W of a layer at scale 1, which depends on nothing else."""
    return INITIALIZERS[initializer][0](width, width, np.random.default_rng([seed, layer]))


@functools.lru_cache(maxsize=10)
def _data(seed, width):
    """X and R, (most batch, width)."""
    return np.random.default_rng([seed, MOST["depth"] + 1]).standard_normal((2, MOST["batch"], width))


def weight_gain(settings):
    """n Var(W), for as many inputs as units."""
    return settings["scale"] ** 2 * INITIALIZERS[settings["initializer"]][1]


def critical_scale(settings):
    """The scale at which the theory's root mean square of G is the same in the first layer as in the last; or None.

    There is none for one layer, and none with a residual connection, whose factor 1 + chi is above 1 at every scale.
    """
    if settings["depth"] == 1 or settings["residual"]:
        return None
    gain = _critical_gain(settings["activation"], settings["depth"])
    return float(np.sqrt(gain / INITIALIZERS[settings["initializer"]][1]))


@functools.lru_cache(maxsize=1000)
def _critical_gain(name, depth):
    """The weight gain at which G is the same at both ends: where a function of its logarithm that rises crosses 0."""

    def growth(log_gain):
        with np.errstate(all="ignore"):
            G = _mean_field(name, np.exp(log_gain)).flow(depth, 1.0, 1).G
            return np.log(G[0] / G[-1]) / (depth - 1)

    low, high = np.log(0.01), np.log(1000)
    for _ in range(26):
        middle = (low + high) / 2
        low, high = (middle, high) if growth(middle) < 0 else (low, middle)
    return float(np.exp(middle))


def _theory(settings):
    """The prediction for wide layers, a `Flow`; NaN where Z is beyond what the prediction covers."""
    depth, m = settings["depth"], settings["batch"]
    field = _mean_field(settings["activation"], weight_gain(settings))
    Z, G, grad_W, factor = field.flow(depth, 1.0, m, residual=settings["residual"])
    beyond = np.arange(depth) > np.append(np.flatnonzero(Z > MOST_Z), depth)[0]
    Z, grad_W = (np.where(beyond, np.nan, by_layer) for by_layer in (Z, grad_W))
    return Flow(Z, G / m, grad_W / m, factor)  # the first G is R / m


def _mean_field(name, gain):
    """The `MeanField` without its fixed point, which takes longer to find, and is not needed layer by layer."""
    return MeanField(ACTIVATIONS[name], gain, 0.0, q=np.nan, chi=np.nan)


def _histograms(Z, rms, f):
    """Counts of the entries of each Z, (m, n), in equal bins, and f' over them."""
    rows = max(1, min(len(Z[0]), COUNTED // Z[0].shape[1]))
    values = np.array([A[:rows].ravel() for A in Z])  # (depth, counted entries)
    finite = np.isfinite(values).all(axis=1, keepdims=True)
    reach = np.array([max(4.0, nice(4 * size)) if np.isfinite(size) else 4.0 for size in rms])[:, None]
    place = np.clip((np.where(finite, values, 0) / reach + 1) * (BINS / 2), 0, BINS - 1).astype(int)
    slopes = f.f_prime(reach * np.linspace(-1, 1, BINS))
    saturated = (f.f_prime(values) < SATURATED * slopes.max(axis=1, keepdims=True)).mean(axis=1, keepdims=True)
    return {
        "counts": finite * [np.bincount(row, minlength=BINS) for row in place],
        "slopes": slopes,
        "shares": np.hstack([reach, np.where(finite, saturated, np.nan)]),
    }
