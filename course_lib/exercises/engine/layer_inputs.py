"""What `check_layer` is given: two functions and a shape, or an array, for each argument. Refused here, or drawn."""

import inspect
import math

import numpy as np

from course_lib.arguments import Whole, describe, finite_array
from course_lib.shapes import ShapeError

MOST_ENTRIES = 10**6  # of all the tensors dZ/dA together
_CALL = "check_layer(forward, backward, **shapes)"


class Inputs:
    """The arguments of a layer, by name, in forward's order: `names`, `shapes`, and the arrays that were `given`.

    measured: those that have a gradient; drawn: those that are random. m: the first axis of the first one.
    Raises TypeError, ValueError or ShapeError, which name the argument, for what cannot be a layer or a shape.
    """

    def __init__(self, forward, backward, shapes):
        for name, function in (("forward", forward), ("backward", backward)):
            if not callable(function) or inspect.isclass(function):
                raise TypeError(f"{_CALL}: {name} is {describe(function)}, expected a function")
        self._parameters = parameters = _parameters(forward)
        needed = {name for name, p in parameters.items() if p.default is p.empty}
        if not shapes or not needed <= set(shapes) <= set(parameters):
            expected = f"expected shapes for forward's ({', '.join(parameters)}), as in {next(iter(parameters))}=(7, 5)"
            raise TypeError(f"{_CALL}: there are shapes for ({', '.join(shapes)}), {expected}")
        self.names = tuple(name for name in parameters if name in shapes)
        self.drawn = [name for name in self.names if isinstance(shapes[name], (tuple, list))]
        self.given = {name: _array(name, shapes[name]) for name in self.names if name not in self.drawn}
        sizes = {n: tuple(Whole(1)(_CALL, f"a size in {n}", k) for k in shapes[n]) for n in self.drawn}
        self.shapes = {n: sizes[n] if n in sizes else self.given[n].shape for n in self.names}
        self.measured = [n for n in self.names if n in self.drawn or self.given[n].dtype.kind == "f"]
        if not self.measured:
            raise ValueError(f"{_CALL}: no argument holds real numbers, so there is no gradient to check")
        self.entries = sum(math.prod(self.shapes[name]) for name in self.measured)
        self.m = (*self.shapes[self.names[0]], 1)[0]
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
        if entries * self.entries > MOST_ENTRIES:
            shapes = ", ".join(f"{name}={shape}" for name, shape in self.shapes.items())
            count = (
                f"{'at least ' * (entries == 1)}{entries * self.entries:,} entries, expected at most {MOST_ENTRIES:,}"
            )
            advice = "small primes as sizes, such as 7, 5 and 3, show as much"
            raise ValueError(f"{_CALL}: {shapes} make tensors dZ/dA of {count}: {advice}")


def _parameters(forward):
    """Forward's positional parameters, by name, in order."""
    try:
        signature = inspect.signature(forward)
    except (TypeError, ValueError):  # it is written in C
        signature = inspect.Signature()
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    found = {name: p for name, p in signature.parameters.items() if p.kind in kinds}
    others = [p for name, p in signature.parameters.items() if name not in found]
    if not found or any(p.kind != p.KEYWORD_ONLY or p.default is p.empty for p in others):
        expected = "expected arguments with a name and a place, as in forward(X, W, b)"
        raise TypeError(f"{_CALL}: forward takes {signature}, {expected}")
    return found


def _array(name, value):
    """The given array as float64, or, if it holds integers or booleans, as it is."""
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{_CALL}: {name} is {describe(value)}, expected a shape such as (7, 5), or a numpy array")
    if type(value) is not np.ndarray or value.dtype.kind not in "iub":
        if finite_array(_CALL, name, value).dtype.kind != "f":
            raise TypeError(f"{_CALL}: {name} has dtype {value.dtype}, expected real floats, or integers")
        value = value.astype(float)
    if value.size == 0:
        raise ShapeError(f"{_CALL}: {name} has shape {value.shape}, expected sizes of at least 1")
    return value.copy()
