"""Wrong calls: whatever stands in the place of one argument, the error names it, or the call goes on.

The public functions, and the methods of `Network`, are found in the modules; their right arguments in RIGHT, by the
argument's name. Every wrong value is tried for every argument; all offenders are listed in one failure.
"""

import importlib
import inspect
import re

import numpy as np

import course_lib
from course_lib import activations, initializers, losses, regularizers
from course_lib.activations import relu
from course_lib.depth.deep import DeepNetwork
from course_lib.depth.normalization import layer_norm
from course_lib.fast import FastNetwork
from course_lib.network import Network
from course_lib.shapes import ShapeError

m, n_in, n_out = 7, 5, 3
RNG = np.random.default_rng(0)
O, W, b, G = (
    RNG.standard_normal((m, n_in)),
    RNG.standard_normal((n_in, n_out)),
    np.ones((1, n_out)),
    np.ones((m, n_out)),
)
NETWORK = Network([n_in, n_out], relu, losses.softmax_cross_entropy)
NETWORK.parameters = [(W, b)]
TRACE = NETWORK.forward(O)
GRADIENTS = NETWORK.backward(TRACE, np.eye(n_out)[np.arange(m) % n_out])

RIGHT = {
    "O": O,
    "X": O,
    "W": W,
    "b": b,
    "G": G,
    "Z": G,
    "A": np.eye(n_in),
    "B": np.eye(n_in),
    "grad_O_branch": G,
    "target": np.eye(n_out)[np.arange(m) % n_out],
    "dy_dx": O,
    "dx_dz": W,
    "dY_dX": np.ones((m, n_out, 2)),
    "dz_dY": G,
    "dB_dO": np.ones((2, 3, 2, 3)),
    "gamma": b,
    "beta": b,
    "m": m,
    "n_in": n_in,
    "n_out": n_out,
    "rng": RNG,
    "std": 1.0,
    "activation": relu,
    "output_activation": activations.identity,
    "loss": losses.mse,
    "regularizer": regularizers.l2,
    "initializer": initializers.he_normal,
    "lam": 0.1,
    "seed": 0,
    "dtype": "float64",
    "sizes": [n_in, 4, n_out],
    "network": NETWORK,
    "trace": TRACE,
    "gradients": GRADIENTS,
    "learning_rate": 0.1,
    "momentum": 0.0,
    "velocity": None,
    "f": np.sin,
    "method": "central",
    "epochs": 1,
    "batch_size": 4,
    "test": None,
    "clip_norm": None,
    "limit": 1.0,
    "noise": 0.1,
    "weight_gain": 1.0,
    "bias_variance": 0.1,
    "depth": 3,
    "width": 6,
    "batch": 5,
    "networks": 1,
    "residual": False,
    "normalization": None,
    "cases": [(relu, 2.0)],
    "function": np.sin,
}
# Of the same name, but for another thing.
ELSEWHERE = {"moons": {"m": 20}, "spirals": {"m": 20}, "residual": {"B": O}, "transpose_of_product": {"A": O, "B": W}}
# What takes no argument, or is no function of arguments that can be wrong: a decorator, a formula without checks, what checks itself.
LEFT_OUT = {"digits", "shape_checked", "softmax", "of_kind", "copy_into", "same_shapes"}
# Modules whose names are checked by tests of their own folders: they build views, cards and pictures.
OTHERS = {"exercises", "views", "shape_comments", "pictures"}


class Table:
    """As of another library: no array, but it gives one."""

    def to_numpy(self, dtype=None):
        """(7, 5)"""
        return O


ARRAYS = {
    "None": lambda right: None,
    "a string": lambda right: "text",
    "a list": lambda right: np.asarray(right).tolist(),
    "a dict": lambda right: {"a": 1},
    "an object": lambda right: object(),
    "a table of another library": lambda right: Table(),
    "a masked array": lambda right: np.ma.array(right, mask=np.zeros(np.shape(right), bool)),
    "integers": lambda right: np.asarray(right).astype(int),
    "NaN": lambda right: np.full(np.shape(right), np.nan),
    "strings": lambda right: np.asarray(right).astype(str),
    "one axis more": lambda right: np.asarray(right, dtype=float)[None],
    "no axis": lambda right: np.array(1.0),
    "transposed": lambda right: np.asarray(right, dtype=float).T.copy(),
    "one column less": lambda right: np.asarray(right, dtype=float)[..., :-1],
    "nothing": lambda right: np.asarray(right, dtype=float)[:0],
}
OBJECTS = [
    None,
    "text",
    b"x",
    [],
    {},
    object(),
    -1,
    0,
    1.5,
    10**400,
    True,
    float("nan"),
    float("inf"),
    1j,
    O,
    [1, 2],
    (1, 2, 3),
    int,
    np.sin,
]


def public_functions():
    """{name: function} of all modules that `course_lib` offers names of, `dense`, and the methods of the networks."""
    found = {}
    for module_name in dict.fromkeys(["dense", *course_lib._modules_by_name().values()]):
        if module_name in OTHERS:
            continue
        module = importlib.import_module(f"course_lib.{module_name}")
        for name, value in vars(module).items():
            is_own = getattr(value, "__module__", "").startswith(module.__name__)
            if not name.startswith("_") and is_own and inspect.isfunction(value):
                found[name] = value
    for kind in (Network, FastNetwork, DeepNetwork):
        found[kind.__name__] = kind
    for instance in (
        NETWORK,
        FastNetwork([n_in, n_out], relu),
        layer_norm,
        activations.gelu,
        losses.mse,
        regularizers.l2,
    ):
        for name, method in inspect.getmembers(instance, inspect.ismethod):
            if not name.startswith("_") or name == "__call__":
                found[f"{type(instance).__name__}.{name}"] = method
    bare = {"Loss.both", "Loss.check_target", "Normalization.standardize", "Normalization.undo_standardize"}
    return {name: f for name, f in found.items() if name not in LEFT_OUT | bare}


def right_arguments(name, function):
    special = ELSEWHERE.get(name, {})
    if name.startswith(("Loss.", "mse")):
        special = {"O": G}
    parameters = inspect.signature(function).parameters.values()
    named = [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return {argument: special.get(argument, RIGHT[argument]) for argument in named}


def outcome(function, arguments):
    """None if the call went on, or was refused by a word about an argument; else what it said."""
    try:
        with np.errstate(all="ignore"):
            function(**arguments)
    except (TypeError, ValueError, ShapeError) as error:
        text = str(error)
        if re.search(rf"\b({'|'.join(arguments)})\b", text) and re.search("expected|there is no", text):
            return None
        return f"{type(error).__name__}: {text}"
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    return None


def test_right_calls_go_on():
    refused = {}
    for name, function in public_functions().items():
        try:
            function(**right_arguments(name, function))
        except Exception as error:  # noqa: BLE001
            refused[name] = error
    assert refused == {}


def test_a_wrong_argument_is_refused_by_name_whatever_it_is(monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    offenders = []
    for name, function in public_functions().items():
        right = right_arguments(name, function)
        for changed, value in right.items():
            is_array = isinstance(value, np.ndarray)
            wrong = (
                [(kind, change(value)) for kind, change in ARRAYS.items()]
                if is_array
                else [(repr(v), v) for v in OBJECTS]
            )
            for kind, bad in wrong:
                if callable(bad) and changed in ("f", "initializer"):
                    continue  # what a function says that is not ours is its own word
                said = outcome(function, right | {changed: bad})
                if said is not None:
                    offenders.append(f"{name}({changed} = {kind[:30]}): {said[:150]}")
    assert offenders == [], "\n".join(offenders)
