"""What an argument may be, with one wording for each refusal: `call: name is TYPE VALUE, expected WHAT`.

`Whole`, `Number` and `Choice` are called with the call, the argument's name and its value, which they give back, and
may stand as annotations for `course_lib.shapes.shape_checked`. TypeError is for a type, ValueError for a value.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from numbers import Integral, Real
from numbers import Number as AnyNumber

import numpy as np

_LARGEST, _LARGEST_FLOAT = 2**62, float(np.finfo(float).max)
# How objects of other libraries become numpy arrays, by a method that they have.
_WAYS = {"detach": "detach().numpy()", "to_numpy": "to_numpy(dtype=float)", "filled": "filled(...)"}


@dataclass(frozen=True)
class Whole:
    """A whole number, at least `least`."""

    least: int = 0

    def __call__(self, call, name, value):
        expected = f"a whole number, at least {self.least}"
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise TypeError(f"{call}: {name} is {describe(value)}, expected {expected}")
        if not self.least <= value <= _LARGEST:
            raise ValueError(f"{call}: {name} is {_short(value)}, expected {expected}")
        return value


@dataclass(frozen=True)
class Number:
    """A finite real number, at least `least`, or above it."""

    least: float = -np.inf
    above: bool = False

    def __call__(self, call, name, value):
        is_real = isinstance(value, (float, Real)) and not isinstance(value, bool)  # float is found sooner than Real
        size = float(value) if isinstance(value, np.floating) else value  # a float32 cannot hold the largest float
        if is_real and (self.least < size if self.above else self.least <= size) and abs(size) <= _LARGEST_FLOAT:
            return value
        limit = "" if self.least == -np.inf else f", {'above' if self.above else 'at least'} {self.least}"
        error, what = (ValueError, _short(value)) if is_real else (TypeError, describe(value))
        raise error(f"{call}: {name} is {what}, expected a finite number{limit}")


class Choice(tuple):
    """One of a few strings."""

    def __call__(self, call, name, value):
        if not isinstance(value, str) or value not in self:
            raise ValueError(f"{call}: {name} is {describe(value)}, expected {' or '.join(map(repr, self))}")
        return value


class Function(str):
    """A function; the text says which one."""

    def __call__(self, call, name, value):
        if not callable(value):
            raise TypeError(f"{call}: {name} is {describe(value)}, expected a function {self}")
        return value


def whole_numbers(call, name, value):
    """The sizes of a network: two or more whole numbers, at least 1 each, in a list or another sequence."""
    sizes = list(value) if isinstance(value, Iterable) else []
    if len(sizes) < 2:
        raise ValueError(f"{call}: {name} is {describe(value)}, expected two or more whole numbers, at least 1 each")
    return [int(Whole(1)(call, f"{name}[{l}]", size)) for l, size in enumerate(sizes)]


def float_type(call, name, value):
    """float64 or float32, in any form that numpy takes."""
    try:
        if value is not None and np.dtype(value) in (np.dtype("float64"), np.dtype("float32")):
            return value
    except (TypeError, ValueError):
        pass
    raise ValueError(f"{call}: {name} is {describe(value)}, expected float64 or float32")


def converted(call, name, A, dtype):
    """A, floats of any shape, in dtype, if that can hold it; complex entries stay, for the complex step."""
    if A.dtype == dtype or A.dtype.kind == "c":
        return A
    if A.dtype == object:
        raise TypeError(f"{call}: {name} holds Fractions, expected floats")
    with np.errstate(over="ignore"):
        new = A.astype(dtype)
    if not np.isfinite(new).all():
        raise ValueError(f"{call}: {name} has entries beyond {np.finfo(dtype).max:.1e}, the largest that {dtype} holds")
    return new


def like_zeros(call, name, A, shape, dtype):
    """An array of this shape and dtype that may be written to, as np.zeros gives one."""
    if type(A) is not np.ndarray or (A.shape, A.dtype, A.flags.writeable) != (shape, dtype, True):
        raise TypeError(f"{call}: {name} is {describe(A)}, expected np.zeros({shape}, {dtype}), or what became of it")
    return A


def finite_array(call, name, value):
    """A numpy array, of any shape, of finite real or complex floats, or of Fractions; a float counts as one of shape ()."""
    if isinstance(value, (float, complex, Fraction, np.inexact)):
        value = np.asarray(value)
    if type(value) is not np.ndarray:
        raise TypeError(f"{call}: {name} is {describe(value)}, expected a numpy array of floats{_way(name, value)}")
    if value.dtype == object:
        for i, entry in np.ndenumerate(value):
            if not isinstance(entry, Fraction):
                expected = "every object to be a Fraction"
                raise TypeError(f"{call}: {name}{list(i)} is {describe(entry)}, expected {expected}")
    elif value.dtype.kind not in "fc":
        ways = f"{name}.astype(float) (or as_fractions({name}) for exact arithmetic)"
        raise TypeError(f"{call}: {name} has dtype {value.dtype}, expected floats: write {ways}")
    elif not np.isfinite(value).all():
        i = np.argwhere(~np.isfinite(value))[0].tolist()
        raise ValueError(f"{call}: {name}{i if i else ''} is {value[tuple(i)]}, expected finite numbers")
    return value


def plain_array(name, A):
    """A, of any shape, as a numpy array, if it is one, or a list or a number; name: with the call before it.

    TypeError for all else: a masked array, or a table of another library, would lose what makes it one.
    """
    if type(A) is not np.ndarray and not isinstance(A, (list, tuple, AnyNumber)):
        raise TypeError(f"{name} is a {type(A).__name__}, expected a plain numpy array{_way(name.split()[-1], A)}")
    try:
        return np.asarray(A)
    except ValueError:
        raise TypeError(f"{name} is {describe(A)}, expected a plain numpy array: its rows differ in length") from None


def describe(value):
    """Its type and its text, in one line."""
    return f"{type(value).__name__} {_short(repr(value))}"


def _short(value):
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else text[:37] + "..."


def _way(name, value):
    return next((f": write {name}.{way}" for method, way in _WAYS.items() if hasattr(value, method)), "")
