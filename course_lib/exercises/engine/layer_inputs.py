"""What `check_layer` is given: two functions and a shape, or an array, for each argument. Refused here, or drawn."""

import inspect
import math

import numpy as np

from course_lib.arguments import Whole, describe, finite_array

MOST_ENTRIES = 10**6  # of all the tensors dZ/dA together
_CALL = "check_layer(forward, backward, **shapes)"


class Inputs:
    """The arguments of a layer, by name, in forward's order: `names`, `shapes`, and the arrays that were `given`.

    measured: those that have a gradient; drawn: those that are random. m: the first axis of the first one.
    Raises TypeError or ValueError, which name the argument, for what cannot be a layer or a shape.
    """

    def __init__(self, forward, backward, shapes):
        for name, function in (("forward", forward), ("backward", backward)):
            if not callable(function) or inspect.isclass(function):
                raise TypeError(f"{_CALL}: {name} is {describe(function)}, expected a function")
        try:
            self.bind = inspect.signature(forward).bind
            order = list(self.bind(**shapes).arguments)
            self.names = tuple(sorted(shapes, key=order.index))
        except (TypeError, ValueError) as error:  # ValueError: it is written in C
            expected = "expected a shape for each of its arguments by name, as in X=(7, 5)"
            why = f"shapes for ({', '.join(shapes)}) do not fit forward: {error}"
            raise TypeError(f"{_CALL}: {why}; {expected}") from None
        self.drawn = [name for name in self.names if isinstance(shapes[name], (tuple, list))]
        self.given = {name: _array(name, shapes[name]) for name in self.names if name not in self.drawn}
        asked = shapes | {name: A.shape for name, A in self.given.items()}
        self.shapes = {n: tuple(Whole(1)(_CALL, f"a size in {n}", k) for k in asked[n]) for n in self.names}
        self.measured = [n for n in self.names if n in self.drawn or self.given[n].dtype.kind == "f"]
        if not self.measured:
            raise ValueError(f"{_CALL}: no argument holds real numbers, so there is no gradient to check")
        self.entries = sum(math.prod(self.shapes[name]) for name in self.measured)
        self.spoken = ", ".join(f"{name} {shape}" for name, shape in self.shapes.items())
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

    def check_size(self, entries):
        """Raise ValueError if the tensors are too large, where Z has so many entries."""
        if entries * self.entries > MOST_ENTRIES:
            count = f"{'at least ' * (entries == 1)}{entries * self.entries:,} entries"
            expected = f"expected at most {MOST_ENTRIES:,}: small primes as sizes, such as 7, 5 and 3, show as much"
            raise ValueError(f"{_CALL}: {self.spoken} make tensors dZ/dA of {count}, {expected}")


def _array(name, value):
    """The given array as float64, or, if it holds integers or booleans, as it is."""
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{_CALL}: {name} is {describe(value)}, expected a shape such as (7, 5), or a numpy array")
    if type(value) is not np.ndarray or value.dtype.kind not in "iub":
        if finite_array(_CALL, name, value).dtype.kind != "f":
            raise TypeError(f"{_CALL}: {name} has dtype {value.dtype}, expected real floats, or integers")
        value = value.astype(float)
    return value.copy()
