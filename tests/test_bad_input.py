"""Bad input for every public function: the error names the argument, and tells a shape from a type from a value."""

import inspect
import re
from fractions import Fraction

import numpy as np
import pytest

from course_lib import (
    activations,
    dense,
    initializers,
    jacobian,
    losses,
    network,
    regularizers,
)
from course_lib.activations import relu
from course_lib.depth import residuals as residual
from course_lib.network import Network
from course_lib.practice import gradcheck, training
from course_lib.shapes import ShapeError

m, n_in, n_out = 7, 5, 3
O, W, b, G = np.ones((m, n_in)), np.ones((n_in, n_out)), np.ones((1, n_out)), np.ones((m, n_out))
TARGET = np.eye(n_out)[np.arange(m) % n_out]
RNG = np.random.default_rng(0)
NETWORK = Network([n_in, n_out], relu)
SQUARE, JACOBIAN = np.eye(n_in), np.ones((m, n_out, n_in, n_out))

# Every public function, with right arguments by name. Those in ANY_RANK take arrays of any rank, or tell what does not
# fit from two ranks (key_idea: tests/test_jacobian.py).
CALLS = {
    "forward": (dense.forward, {"O": O, "W": W, "b": b}),
    "undo_activation": (dense.undo_activation, {"G": G, "Z": G, "activation": relu}),
    "grad_W": (dense.grad_W, {"O": O, "G": G}),
    "grad_b": (dense.grad_b, {"G": G}),
    "grad_O": (dense.grad_O, {"G": G, "W": W}),
    "dZ_dW": (dense.dZ_dW, {"O": O, "n_out": n_out}),
    "dZ_db": (dense.dZ_db, {"m": m, "n_out": n_out}),
    "dZ_dO": (dense.dZ_dO, {"m": m, "W": W}),
    "residual": (residual.residual, {"O": O, "B": O}),
    "grad_O_residual": (residual.grad_O_residual, {"G": G, "grad_O_branch": G}),
    "dY_dO": (residual.dY_dO, {"dB_dO": np.ones((2, 3, 2, 3))}),
    "transpose_of_product": (jacobian.transpose_of_product, {"A": O, "B": W}),
    "inverse_of_product": (jacobian.inverse_of_product, {"A": SQUARE, "B": SQUARE}),
    "chain": (jacobian.chain, {"dy_dx": O, "dx_dz": W}),
    "key_idea": (jacobian.key_idea, {"dY_dX": JACOBIAN, "dz_dY": G}),
    **{
        f"{f}{function}": (getattr(f, function), {"Z": G})
        for f in vars(activations).values()
        if isinstance(f, activations.Activation)
        for function in ("__call__", "derivative")
    },
    **{
        f"{loss}{function}": (getattr(loss, function), {"O": G, "target": TARGET})
        for loss in vars(losses).values()
        if isinstance(loss, losses.Loss)
        for function in ("__call__", "gradient")
    },
    **{
        f"{omega}{function}": (getattr(omega, function), {"W": W})
        for omega in vars(regularizers).values()
        if isinstance(omega, regularizers.Regularizer)
        for function in ("__call__", "gradient")
    },
    **{
        name: (getattr(initializers, name), {"n_in": n_in, "n_out": n_out, "rng": RNG})
        for name in ("zeros", "fan_in_uniform", "glorot_uniform", "glorot_normal", "he_normal", "orthogonal")
    },
    "normal": (initializers.normal(1.0), {"n_in": n_in, "n_out": n_out, "rng": RNG}),
    "Network.forward": (NETWORK.forward, {"X": O}),
    "Network.predict": (NETWORK.predict, {"X": O}),
    "Network.backward": (NETWORK.backward, {"trace": NETWORK.forward(O), "target": TARGET}),
    "Network.backward_from": (NETWORK.backward_from, {"trace": NETWORK.forward(O), "G": G}),
    "Network.objective": (NETWORK.objective, {"X": O, "target": TARGET}),
    "Network.loss_and_gradients": (NETWORK.loss_and_gradients, {"X": O, "target": TARGET}),
    "accuracy": (lambda X, target: training.accuracy(NETWORK, X, target), {"X": O, "target": TARGET}),
    "fit": (lambda X, target: training.fit(NETWORK, X, target, 1, 0.1), {"X": O, "target": TARGET}),
    "check_gradients": (lambda X, target: gradcheck.check_gradients(NETWORK, X, target), {"X": O, "target": TARGET}),
}
ANY_RANK = ["key_idea", *(name for name, (_, arguments) in CALLS.items() if "Z" in arguments)]
ARRAYS = [(name, arg) for name, (_, args) in CALLS.items() for arg, A in args.items() if isinstance(A, np.ndarray)]
SIZES = [(name, arg) for name, (_, args) in CALLS.items() for arg, n in args.items() if isinstance(n, int)]
OTHERS = [(name, arg) for name, (_, args) in CALLS.items() for arg in args if arg in ("activation", "rng", "trace")]


def with_entry(A, entry, dtype=float):
    changed = A.astype(dtype)
    changed[(-1,) * A.ndim] = entry
    return changed


def call(name, **changed):
    function, arguments = CALLS[name]
    return function(**(arguments | changed))


def is_refused(error, message, name, argument, bad):
    """Whether the call with a bad argument raises exactly this error, with a message that matches."""
    try:
        call(name, **{argument: bad})
    except Exception as caught:  # noqa: BLE001
        return type(caught) is error and re.search(message, str(caught)) is not None
    return False


@pytest.mark.parametrize("name", CALLS)
def test_right_arguments_are_taken(name):
    call(name)


def test_no_public_function_is_left_out():
    # softmax and the functions below have tests of their own: softmax is a bare formula, numeric_jacobian and normal
    # take what this file calls bad (a list, a float), clip_by_norm takes arrays of any shapes, moons and spirals take no arrays, and digits takes nothing
    elsewhere = {"softmax", "numeric_jacobian", "digits", "moons", "spirals", "clip_by_norm"}
    modules = (
        dense,
        jacobian,
        activations,
        losses,
        regularizers,
        initializers,
        network,
    )
    for module in modules:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                assert name in CALLS.keys() | elsewhere


WRONG_TYPES = {
    "a list": lambda A: A.tolist(),
    "a tuple": lambda A: tuple(A),
    "None": lambda A: None,
    "a string": lambda A: "matrix",
    "an int": lambda A: 3,
    "integers": lambda A: A.astype(int),
    "unsigned integers": lambda A: A.astype(np.uint8),
    "booleans": lambda A: A > 0,
    "strings": lambda A: A.astype(str),
    "dates": lambda A: A.astype("datetime64[s]"),
    "objects that are floats": lambda A: A.astype(object),
    "one object among Fractions": lambda A: with_entry(A.astype(int), 0.5, object),
    "a masked array": lambda A: np.ma.array(A, mask=A > 5),
    "a matrix": lambda A: np.asmatrix(A) if A.ndim == 2 else A.view(np.ma.MaskedArray),
    "a record array": lambda A: A.view(np.recarray),
}


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize(("name", "argument"), ARRAYS)
def test_what_is_no_array_of_floats_is_a_type_error_that_names_the_argument(name, argument):
    A, message = CALLS[name][1][argument], rf"\w\(.*\): {argument}\b.* expected"
    bad = {kind: change(A) for kind, change in WRONG_TYPES.items()}
    assert [kind for kind in bad if not is_refused(TypeError, message, name, argument, bad[kind])] == []


@pytest.mark.parametrize(("name", "argument"), ARRAYS)
def test_an_entry_that_is_not_finite_is_a_value_error_that_names_it(name, argument):
    A = CALLS[name][1][argument]
    last = ", ".join(str(n - 1) for n in A.shape)
    for value in (np.nan, np.inf, -np.inf):
        message = rf"\): {argument}\[{last}\] is {value}, expected finite numbers"
        assert is_refused(ValueError, message, name, argument, with_entry(A, value))


@pytest.mark.parametrize(("name", "argument"), [pair for pair in ARRAYS if pair[0] not in ANY_RANK])
def test_an_array_of_another_rank_is_a_shape_error_that_names_the_argument(name, argument):
    A = CALLS[name][1][argument]
    bad = [A[0], A[None], A[..., None], A[0, 0], np.array(1.0), 1.0]
    refused = [is_refused(ShapeError, rf"\): {argument} has shape", name, argument, value) for value in bad]
    assert refused == [True] * len(bad)


@pytest.mark.parametrize(("name", "argument"), SIZES)
def test_a_size_that_is_no_whole_number_or_is_negative_is_told_by_name(name, argument):
    message = rf"\): {argument} is .*, expected a whole number"
    for bad in (3.0, True, "3", None, np.array(3), [3]):
        assert is_refused(TypeError, message, name, argument, bad)
    assert is_refused(ValueError, rf"\): {argument} is -1, expected a whole number, at least 0", name, argument, -1)


@pytest.mark.parametrize(("name", "argument"), OTHERS)
def test_another_object_is_a_type_error_that_names_the_argument(name, argument):
    message = rf"\): {argument} is .*, expected (Activation|Generator|Trace)"
    for bad in (None, 0, "relu", np.tanh, np.random):
        assert is_refused(TypeError, message, name, argument, bad)


RATIONAL = {
    *["forward", "undo_activation", "grad_W", "grad_b", "grad_O", "dZ_dW", "dZ_dO"],
    *["transpose_of_product", "chain", "key_idea", "residual", "grad_O_residual", "dY_dO"],
    *[f + function for f in ("identity", "relu") for function in ("__call__", "derivative")],
    *[f + function for f in ("mse", "none", "l2", "l1") for function in ("__call__", "gradient")],
}


@pytest.mark.parametrize("name", [name for name in CALLS if name in dict(ARRAYS) and name != "Network.backward"])
def test_fractions_stay_fractions_where_the_formula_is_rational_and_are_refused_elsewhere(name):
    function, arguments = CALLS[name]
    exact = {key: np.full(A.shape, Fraction(1, 3)) if isinstance(A, np.ndarray) else A for key, A in arguments.items()}
    if name in RATIONAL:
        result = np.asarray(function(**exact), dtype=object)
        assert all(isinstance(entry, Fraction) or entry == 0 for entry in result.flat)
    else:
        with pytest.raises(TypeError, match="holds? Fractions"):
            function(**exact)
