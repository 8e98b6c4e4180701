"""Bad input for every public function: the error names the argument, and tells a shape from a type from a value.

The public functions, and the methods of the networks and of what they are made of, are found in the modules; their right
arguments follow from their annotations. Every wrong value is tried for every argument; one failure lists all offenders.
"""

import importlib
import inspect
import re
from fractions import Fraction

import numpy as np

import course_lib
from course_lib import activations, losses, regularizers
from course_lib.activations import relu
from course_lib.depth.deep import DeepNetwork
from course_lib.depth.normalization import layer_norm
from course_lib.fast import FastNetwork
from course_lib.network import Network
from course_lib.shapes import ShapeError

m, n_in, n_out = 7, 5, 3
RNG = np.random.default_rng(0)
O, W, b = (RNG.standard_normal(shape) for shape in ((m, n_in), (n_in, n_out), (1, n_out)))
NETWORK = Network([n_in, n_out], relu, losses.softmax_cross_entropy)
NETWORK.parameters = [(W, b)]
TRACE = NETWORK.forward(O)
GRADIENTS = NETWORK.backward(TRACE, np.eye(n_out)[np.arange(m) % n_out])

# The right arguments that do not follow from an annotation or a default: see `right_argument`.
RIGHT = {"network": NETWORK, "trace": TRACE, "gradients": GRADIENTS, "target": np.eye(n_out)[np.arange(m) % n_out]}
RIGHT |= {"f": np.sin, "rng": RNG, "activation": relu, "dtype": "float64"}
RIGHT |= {"sizes": [n_in, 4, n_out], "dY_dX": np.ones((m, n_out, 2)), "dz_dY": np.ones((m, n_out)), "std": 1.0}
RIGHT |= {"epochs": 1, "learning_rate": 0.1, "limit": 1.0, "depth": 3, "width": 6, "batch": 5, "weight_gain": 1.0}
SIZES = {"m": m, "n_in": n_in, "n_out": n_out, "n": 5, "k": 2, "n_y": 7, "n_x": 5, "n_z": 3, "1": 1}
# What takes no argument, or is no function of arguments that can be wrong: a decorator, a formula without checks, what checks itself.
LEFT_OUT = {"digits", "shape_checked", "softmax", "copy_into", "same_shapes"}
BARE = {"both", "formula", "f", "f_prime", "f_gradient", "standardize", "undo_standardize"}  # without checks
PARTS = {
    name: value
    for module in (activations, losses, regularizers)
    for name, value in vars(module).items()
    if isinstance(value, (activations.Activation, losses.Loss, regularizers.Regularizer))
}
# Modules whose names are checked by tests of their own folders: they build views, cards and pictures.
OTHERS = {"exercises", "views", "shape_comments", "pictures"}


def with_entry(right, entry, dtype=float):
    changed = right.astype(dtype)
    changed[(-1,) * right.ndim] = entry
    return changed


NO_FLOATS = {
    "a list": lambda right: right.tolist(),
    "a masked array": lambda right: np.ma.array(right, mask=right > 5),
    "integers": lambda right: right.astype(int),
    "booleans": lambda right: right > 0,
    "objects that are floats": lambda right: right.astype(object),
    "one object among whole numbers": lambda right: with_entry(right.astype(int), 0.5, object),
}
NOT_FINITE = {str(value): lambda right, value=value: with_entry(right, value) for value in (np.nan, np.inf, -np.inf)}
OTHER_RANKS = {
    "one axis more, last": lambda right: right[..., None],
    "one axis less": lambda right: right[0],
}
OTHER_SHAPES = {
    "transposed": lambda right: right.T.copy(),
    "one column less": lambda right: right[..., :-1],
    "nothing": lambda right: right[:0],
}
NUMBERS = [0, 1.5, 10**400]  # which an argument may be that is a number; the others are refused
OBJECTS = [None, "text", b"x", [], {}, object(), -1, True, float("nan"), float("inf"), 1j, O, [1, 2], (1, 2, 3), int]
OBJECTS += [np.sin, *NUMBERS]


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
    found |= {kind.__name__: kind for kind in (Network, FastNetwork, DeepNetwork)}
    instances = {"Network": NETWORK, "FastNetwork": FastNetwork([n_in, n_out], relu), "Normalization": layer_norm}
    for kind, instance in (instances | PARTS).items():
        for name, method in inspect.getmembers(instance, inspect.ismethod):
            if (not name.startswith("_") or name == "__call__") and name not in BARE:
                found[f"{kind}.{name}"] = method
    return {name: f for name, f in found.items() if name not in LEFT_OUT}


def right_argument(parameter):
    """What a parameter takes: the shape that its annotation states, or its default, or a size of its name."""
    shape = getattr(parameter.annotation, "dim_str", "...").split()
    if parameter.name in RIGHT:
        return RIGHT[parameter.name]
    if parameter.default is not parameter.empty:
        return parameter.default
    return SIZES.get(parameter.name, O if "..." in shape else RNG.standard_normal([SIZES[symbol] for symbol in shape]))


def right_arguments(function):
    parameters = inspect.signature(function).parameters.values()
    return {p.name: right_argument(p) for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}


def said(function, arguments):
    """The error that the call raises, as its type and its text; None if it goes on."""
    try:
        with np.errstate(all="ignore"):
            function(**arguments)
    except Exception as error:  # noqa: BLE001
        return type(error), str(error)
    return None


# What takes arrays of any rank, or tells what does not fit from two ranks; and what takes a list for an array.
ANY_RANK = {"chain", "key_idea", "numeric_jacobian", "clip_by_norm"}
NO_ARRAY = {"numeric_jacobian", "clip_by_norm", "as_fractions"}


def wrong_arrays(name, argument, right):
    """(what is wrong, the value, the error, what it has to say) of each wrong value of an array."""
    for kind, change in NO_FLOATS.items():
        yield kind, change(right), TypeError, rf"\w\(.*\): {argument}\b.* expected"
    last = ", ".join(str(n - 1) for n in right.shape)
    for value, change in NOT_FINITE.items():
        says = rf"{argument}\[{last}\] is {value}, expected finite numbers"
        if (name, argument) == ("Network.sgd_step", "target"):
            says += "|a row of target does not sum to 1"  # true as well, and found first
        yield value, change(right), ValueError, rf"\): ({says})"
    if name not in ANY_RANK and not isinstance(PARTS.get(name.split(".")[0]), activations.Activation):
        for kind, change in OTHER_RANKS.items():
            yield kind, change(right), ShapeError, rf"\): {argument} has shape"


def test_right_calls_go_on():
    refused = {name: said(function, right_arguments(function)) for name, function in public_functions().items()}
    assert {name: error for name, error in refused.items() if error} == {}


def each_argument():
    """(name, function, right arguments, one of them, what it is) for each argument of each function."""
    for name, function in public_functions().items():
        right = right_arguments(function)
        yield from ((name, function, right, argument, value) for argument, value in right.items())


def test_an_array_that_is_wrong_is_refused_by_its_name_and_shapes_types_and_values_are_told_apart(monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    offenders = []
    for name, function, right, argument, value in each_argument():
        if isinstance(value, np.ndarray) and name not in NO_ARRAY:
            for kind, bad, error, message in wrong_arrays(name, argument, value):
                found = said(function, right | {argument: bad})
                if not (found and found[0] is error and re.search(message, found[1])):
                    offenders.append(f"{name}({argument} = {kind}): {found}")
    assert offenders == [], "\n".join(offenders)


def test_whatever_stands_for_an_argument_the_call_goes_on_or_an_error_names_it_and_a_number_is_none_below_0(
    monkeypatch,
):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    offenders = []
    for name, function, right, argument, value in each_argument():
        for bad in [*OBJECTS, *(change(value) for change in OTHER_SHAPES.values() if isinstance(value, np.ndarray))]:
            if callable(bad) and argument in ("f", "initializer"):
                continue  # what a function says that is not ours is its own word
            found = said(function, right | {argument: bad})
            if not found and type(value) in (int, float) and not any(bad is number for number in NUMBERS):
                offenders.append(f"{name}({argument} = {bad!r:.30}) goes on")
            is_told = found and re.search(rf"\b({'|'.join(right)})\b.*(expected|there is no)", found[1], re.DOTALL)
            if found and not (issubclass(found[0], (TypeError, ValueError)) and is_told):
                offenders.append(f"{name}({argument} = {bad!r:.30}): {found}")
    assert offenders == [], "\n".join(offenders)


RATIONAL = {
    *["forward", "undo_activation", "grad_W", "grad_b", "grad_O", "dZ_dW", "dZ_dO"],
    *["transpose_of_product", "chain", "key_idea", "residual", "grad_O_residual", "dY_dO"],
    *["identity.__call__", "identity.derivative", "relu.__call__", "relu.derivative"],
    *[f"{name}.{method}" for name in ("mse", "none", "l2", "l1") for method in ("__call__", "gradient")],
}


def test_fractions_stay_fractions_where_the_formula_is_rational_and_are_refused_elsewhere():
    offenders = []
    for name, function in public_functions().items():
        right = right_arguments(function)
        exact = {key: np.full(A.shape, Fraction(1, 3)) if isinstance(A, np.ndarray) else A for key, A in right.items()}
        if name in NO_ARRAY or name == "Network.backward" or not any(exact[key] is not right[key] for key in right):
            continue
        found = said(function, exact)
        if name in RATIONAL:
            result = np.asarray(function(**exact), dtype=object)
            if not all(isinstance(entry, Fraction) or entry == 0 for entry in result.flat):
                offenders.append(f"{name}: {result}")
        elif not (found and found[0] is TypeError and re.search("holds? Fractions", found[1])):
            offenders.append(f"{name}: {found}")
    assert offenders == [], "\n".join(offenders)
