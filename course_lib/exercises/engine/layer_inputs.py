"""What `check_layer` is given: two functions and a shape, or an array, for each argument. Refused here, or drawn."""

import inspect
import math
from numbers import Integral

import numpy as np

from course_lib.shapes import ShapeError, plain_array

MOST_ENTRIES = 10**6  # of all the tensors dZ/dA together
_CALL = "check_layer(forward, backward, **shapes)"


class Inputs:
    """The arguments of a layer, by name, in forward's order: `names`, `shapes`, and the arrays that were `given`.

    Raises TypeError, ValueError or ShapeError, which name the argument, for what cannot be a layer or a shape.
    """

    def __init__(self, forward, backward, shapes):
        for name, function in (("forward", forward), ("backward", backward)):
            if not callable(function) or inspect.isclass(function):
                what = f"the class {function.__name__}" if inspect.isclass(function) else f"a {type(function).__name__}"
                raise TypeError(f"{_CALL}: {name} is {what}, expected a function")
            if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
                raise TypeError(f"{_CALL}: {name} uses async or yield, expected a function that returns its result")
        self._parameters = _parameters(forward)
        names = ", ".join(self._parameters)
        for name in shapes:
            if name not in self._parameters:
                raise TypeError(f"{_CALL}: there is a shape for {name}, but forward takes ({names})")
        for name, parameter in self._parameters.items():
            if not shapes or (name not in shapes and parameter.default is parameter.empty):
                missing = f"the shape of {name} is missing" if shapes else "there are no shapes"
                raise TypeError(f"{_CALL}: {missing}; forward takes ({names}), as in {name}=(7, 5)")
        self.names = tuple(name for name in self._parameters if name in shapes)
        self.given = {n: _array(n, shapes[n]) for n in self.names if not isinstance(shapes[n], (tuple, list))}
        self.shapes = {n: self.given[n].shape if n in self.given else _shape(n, shapes[n]) for n in self.names}
        self.measured = tuple(n for n in self.names if n not in self.given or self.given[n].dtype.kind == "f")
        if not self.measured:
            raise ValueError(f"{_CALL}: no argument holds real numbers, so there is no gradient to check")
        self.entries = sum(math.prod(self.shapes[name]) for name in self.measured)
        self.drawn = [name for name in self.names if name not in self.given]
        self.m = (self.shapes[self.names[0]] or (1,))[0]
        self.check_size(1)

    def draw(self, rng, special=False):
        """Arrays by name: those that were given, and normal random numbers (float64); special: with zeros and repeats."""
        arrays = self.given | {n: np.array(rng.standard_normal(self.shapes[n])) for n in self.drawn}
        for A in [arrays[n] for n in self.drawn if special and arrays[n].ndim]:
            A.flat[:: max(2, A.size // 3)] = 0
            A.flat[-1] = A.flat[A.size // 2]
            A[len(A) // 2] = A[-1]
        return {name: arrays[name] for name in self.names}

    def positional(self, arrays):
        """The arrays as a tuple in the order of forward's arguments; between them, forward's defaults."""
        last = max(list(self._parameters).index(name) for name in self.names)
        return tuple(arrays.get(name, p.default) for name, p in list(self._parameters.items())[: last + 1])

    def check_size(self, entries):
        """Raise ValueError if the tensors are too large, where Z has so many entries."""
        count = entries * self.entries
        if count > MOST_ENTRIES:
            shapes = ", ".join(f"{name}={shape}" for name, shape in self.shapes.items())
            raise ValueError(
                f"{_CALL}: {shapes} make tensors dZ/dA of {'at least ' if entries == 1 else ''}{count:,} entries, "
                f"expected at most {MOST_ENTRIES:,}: small primes as sizes, such as 7, 5 and 3, show as much"
            )


def _parameters(forward):
    """Forward's positional parameters, by name, in order."""
    try:
        parameters = inspect.signature(forward).parameters
    except (TypeError, ValueError):
        raise TypeError(f"{_CALL}: the arguments of forward have no names, expected a function of your own") from None
    found = {name: p for name, p in parameters.items() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)}
    for name, p in parameters.items():
        if name not in found and (p.kind is not p.KEYWORD_ONLY or p.default is p.empty):
            raise TypeError(
                f"{_CALL}: forward has {p}, expected arguments with a name and a place, as in forward(X, W)"
            )
    if not found:
        raise TypeError(f"{_CALL}: forward takes no arguments, expected at least one, as in forward(X, W, b)")
    return found


def _shape(name, value):
    for size in value:
        if not isinstance(size, Integral) or isinstance(size, bool):
            raise TypeError(f"{_CALL}: {name} is {value!r}, expected a shape of whole numbers, or a numpy array")
        if size < 1:
            raise ShapeError(f"{_CALL}: {name} has shape {tuple(value)}, expected sizes of at least 1")
    return tuple(map(int, value))


def _array(name, value):
    """The given array as float64, or, if it holds integers or booleans, as it is."""
    if not isinstance(value, np.ndarray):
        raise TypeError(
            f"{_CALL}: {name} is a {type(value).__name__}, expected a shape such as (7, 5), or a numpy array"
        )
    value = plain_array(f"{_CALL}: {name}", value)
    if value.dtype.kind not in "fiub":
        raise TypeError(f"{_CALL}: {name} has dtype {value.dtype}, expected real floats, or integers")
    if value.size == 0:
        raise ShapeError(f"{_CALL}: {name} has shape {value.shape}, expected sizes of at least 1")
    if not np.isfinite(value).all():
        raise ValueError(f"{_CALL}: {name} is not finite everywhere, expected finite numbers")
    return value.astype(float) if value.dtype.kind == "f" else value.copy()
