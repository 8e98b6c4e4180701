"""Shapes that are checked: annotations say what a function takes, and a wrong array is told why it does not fit.

    @shape_checked
    def grad_W(O: Shaped[np.ndarray, "m n_in"], G: Shaped[np.ndarray, "m n_out"]) -> Shaped[np.ndarray, "n_in n_out"]:
        return O.T @ G

    grad_W(O, G): G has shape (7, 3), expected (m, n_out):
    m is 11 because O is (11, 5) = (m, n_in).

jaxtyping decides whether an array fits its annotation; this module checks the entries and writes the message.
"""

import functools
import inspect
import re
from fractions import Fraction

import numpy as np
from jaxtyping import AbstractArray, Shaped, jaxtyped

from course_lib.arguments import Whole, describe, finite_array, plain_array

Array = Shaped[np.ndarray, "..."]  # any shape


class Named:
    """Shown by its name. A copy is the same object, and a pickle holds the name alone: `is` stays true."""

    def __repr__(self):
        return self.name

    def __reduce__(self):
        return self.name


class ShapeError(ValueError):
    """An array whose shape is not the one that a function, or a comment, says it is."""


def shape_checked(function):
    """Check a function's arguments and its result against their annotations, each time it is called.

    - `Shaped[np.ndarray, "m n_in"]`: a numpy array of that shape whose entries are finite real or complex floats, or
      `Fraction`s; all arrays of a call are of one kind, so that exact stays exact. A symbol (m, n_in) means the same
      size in the whole signature. A float passes as an array of shape (). The result is checked for its shape alone.
    - `int`: a whole number, at least 0; the argument's name may then stand in later shapes.
    - another class, or a tuple of classes: an instance of it.
    - `Whole(1)`, `Number(0)` or another of `course_lib.arguments`: what that takes.

    An argument's own default passes as well.

    Raises ShapeError for a shape, TypeError for a type or a dtype, ValueError for NaN, infinity or a negative size;
    each names the argument, what it is and what was expected.
    """
    signature = inspect.signature(function)
    hints = {name: p.annotation for name, p in signature.parameters.items() if p.annotation is not p.empty}
    is_method = "self" in signature.parameters
    result_hint = signature.return_annotation
    defaults = {name: p.default for name, p in signature.parameters.items()}
    names = [name for name in signature.parameters if name != "self"]
    names = ", ".join([*names[:3], "..."] if len(names) > 4 else names)

    @functools.wraps(function)
    def checked(*args, **kwargs):
        owner = args[0] if is_method and args else None
        call = f"{_spoken_name(function, owner)}({names})"
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{call}: {error}") from None
        reasons, kinds = {}, []
        with jaxtyped("context"):
            for name, value in bound.arguments.items():
                if name in hints and value is not defaults[name]:
                    bound.arguments[name] = _check(call, name, value, hints[name], reasons, kinds)
            result = function(*bound.args, **bound.kwargs)
            if _is_array_hint(result_hint) and not isinstance(np.asarray(result), result_hint):
                raise ShapeError(_wrong_shape(call, "the result", np.asarray(result), result_hint, reasons))
        return result

    return checked


def as_fractions(A):
    """The array A with every entry as an exact `Fraction`, for arithmetic without rounding.

    A: array of any shape, of integers, floats or Fractions. Raises ValueError for NaN or infinity, TypeError for
    other entries, and for masked arrays and matrices.
    """
    A = plain_array("as_fractions(A): A", A)
    exact = np.empty(A.shape, dtype=object)
    for i, entry in np.ndenumerate(A):
        entry = entry.item() if isinstance(entry, np.generic) else entry
        if not isinstance(entry, (int, float, Fraction)):
            raise TypeError(f"as_fractions(A): A{list(i)} is {describe(entry)}, expected integers, floats or Fractions")
        if isinstance(entry, float) and not np.isfinite(entry):
            raise ValueError(f"as_fractions(A): A{list(i)} is {entry}, expected finite numbers")
        exact[i] = Fraction(entry)
    return exact


def zeros(shape, like):
    """Zeros of the given shape, of the same kind as the array `like`: floats, or Fractions that stay exact."""
    return np.full(shape, Fraction(0) if like.dtype == object else 0, like.dtype)


def same_shapes(call, name, arrays, expected):
    """Raise ShapeError unless the arrays have the expected shapes, one by one."""
    shapes = [A.shape for A in arrays]
    if shapes != expected:
        shapes, expected = (shapes[0], expected[0]) if len(shapes) == len(expected) == 1 else (shapes, expected)
        raise ShapeError(f"{call}: {name} has shape {shapes}, expected {expected}.")


def copy_into(name, arrays, given):
    """Copy a tuple of arrays into those that are there, {name: array}, if every one fits: of real floats, of its shape."""
    if not isinstance(given, (list, tuple)) or len(given) != len(arrays):
        raise TypeError(f"{name} is {describe(given)}, expected ({', '.join(arrays)})")
    new = [np.array(plain_array(f"{name}: {one}", A)) for one, A in zip(arrays, given, strict=True)]
    for (one, old), A in zip(arrays.items(), new, strict=True):
        same_shapes(name, one, [A], [old.shape])
        if A.dtype.kind not in "iuf":
            raise TypeError(f"{name}: {one} has dtype {A.dtype}, expected real floats")
    for old, A in zip(arrays.values(), new, strict=True):
        old[...] = A


def _check(call, name, value, hint, reasons, kinds):
    """Return the value, checked. `reasons` says of each symbol why it has its size, `kinds` which arrays are exact."""
    if _is_array_hint(hint):
        value = finite_array(call, name, value)
        kinds.append((name, value.dtype == object))
        (first, is_exact), (_, is_exact_too) = kinds[0], kinds[-1]
        if is_exact != is_exact_too:
            exact, floats = (first, name) if is_exact else (name, first)
            raise TypeError(
                f"{call}: of {first} and {name}, only {exact} holds Fractions, expected one kind: floats, or "
                f"as_fractions({floats})"
            )
        if not isinstance(value, hint):
            raise ShapeError(_wrong_shape(call, name, value, hint, reasons))
        symbols = hint.dim_str.split()
        for symbol, size in zip(symbols, value.shape, strict=False):  # "..." stands for any number of sizes
            reasons.setdefault(symbol, f"{symbol} is {size} because {name} is {value.shape} = {_in_symbols(symbols)}")
    elif hint is int:
        size = int(Whole(0)(call, name, value))
        isinstance(np.broadcast_to(0.0, (size,)), Shaped[np.ndarray, name])  # tells jaxtyping the symbol's size
        reasons[name] = f"{name} is {size} because {name}={size} was given"
    elif isinstance(hint, type) or type(hint) is tuple:
        if not isinstance(value, hint):
            expected = " or ".join(each.__name__ for each in np.atleast_1d(hint))
            raise TypeError(f"{call}: {name} is {describe(value)}, expected {expected}")
    else:
        value = hint(call, name, value)
    return value


def _wrong_shape(call, name, value, hint, reasons):
    symbols = re.findall(r"\w+", hint.dim_str)  # n_in of n_in + 1 too
    why = ",\nand ".join(reason for symbol, reason in reasons.items() if symbol in symbols)
    head = f"{call}: {name} has shape {value.shape}, expected {_in_symbols(hint.dim_str.split())}"
    return f"{head}:\n{why}." if why else f"{head}."


def _spoken_name(function, owner):
    """grad_W for a function; Network.forward for a method; sigmoid(Z) and sigmoid.derivative(Z) for a named object."""
    if owner is None:
        return function.__name__
    name = getattr(owner, "name", type(owner).__name__)
    return name if function.__name__ in ("__call__", "__init__") else f"{name}.{function.__name__}"


def _is_array_hint(hint):
    return isinstance(hint, type) and issubclass(hint, AbstractArray)


def _in_symbols(dims):
    return "(" + ", ".join(dims) + ("," if len(dims) == 1 and dims != ["..."] else "") + ")"
