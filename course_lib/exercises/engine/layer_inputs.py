"""What `check_layer` is given: two functions and a shape, or an array, for each argument. Refused here, or drawn."""

import inspect
import math
from numbers import Integral

import numpy as np

from course_lib.shapes import ShapeError, plain_array

MOST_ENTRIES = 10**6  # of all the tensors dZ/dA together
_CALL = "check_layer(forward, backward, **shapes)"
_PRIMES = (7, 11, 13, 17, 19, 23, 29, 31)
_PLACES = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Inputs:
    """The arguments of a layer, by name, in forward's order: `names`, `shapes`, and the arrays that were `given`.

    Raises TypeError, ValueError or ShapeError, which name the argument, for what cannot be a layer or a shape.
    """

    def __init__(self, forward, backward, shapes):
        for name, function in (("forward", forward), ("backward", backward)):
            _check_function(name, function)
        self._parameters = _parameters(forward)
        self._check_names(shapes)
        self.names = tuple(name for name in self._parameters if name in shapes)
        self.given = {n: _array(n, shapes[n]) for n in self.names if not isinstance(shapes[n], (tuple, list))}
        self.shapes = {n: self.given[n].shape if n in self.given else _shape(n, shapes[n]) for n in self.names}
        self.measured = tuple(n for n in self.names if n not in self.given or self.given[n].dtype.kind == "f")
        if not self.measured:
            raise ValueError(f"{_CALL}: no argument holds real numbers, so there is no gradient to check")
        self.check_size(1)

    @property
    def drawn(self):
        """True if some argument is drawn: then other numbers can be tried."""
        return len(self.given) < len(self.names)

    @property
    def entries(self):
        """How many entries the arguments that have a gradient hold."""
        return sum(math.prod(self.shapes[name]) for name in self.measured)

    @property
    def draws(self):
        """How many draws to check: two, and more for so few numbers that all may lie on one side of a kink."""
        return max(2, 16 // self.entries)

    @property
    def m(self):
        """The first axis of the first argument; 1 if it has none."""
        return (self.shapes[self.names[0]] or (1,))[0]

    def draw(self, rng):
        """Arrays by name: those that were given, and normal random numbers (float64) for the rest."""
        return {
            n: self.given[n] if n in self.given else np.array(rng.standard_normal(self.shapes[n])) for n in self.names
        }

    def positional(self, arrays):
        """Fresh copies of the arrays, a tuple in the order of forward's arguments; between them, forward's defaults."""
        last = max(list(self._parameters).index(name) for name in self.names)
        order = list(self._parameters.items())[: last + 1]
        return tuple(arrays.get(name, p.default) for name, p in order)

    def check_size(self, entries):
        """Raise ValueError if the tensors are too large, where Z has so many entries; it says what size would do."""
        count = entries * self.entries
        if count > MOST_ENTRIES:
            shapes = ", ".join(f"{name}={shape}" for name, shape in self.shapes.items())
            raise ValueError(
                f"{_CALL}: {shapes} make tensors dZ/dA of {'at least ' if entries == 1 else ''}{count:,} entries, "
                f"expected at most {MOST_ENTRIES:,}: small sizes show as much, such as {self._smaller()}"
            )

    def _smaller(self):
        """The same shapes with small, different primes, equal where the sizes were equal."""
        large = sorted({size for shape in self.shapes.values() for size in shape if size > _PRIMES[0]})
        small = dict(zip(large, _PRIMES, strict=False))
        made = {
            name: tuple(small.get(size, min(size, _PRIMES[-1])) for size in self.shapes[name]) for name in self.names
        }
        return ", ".join(f"{name}={shape}" for name, shape in made.items())

    def _check_names(self, shapes):
        names = ", ".join(self._parameters)
        if not shapes:
            first = next(iter(self._parameters))
            raise TypeError(
                f"{_CALL}: there are no shapes; expected one for each argument of forward, as in {first}=(7, 5)"
            )
        for name in shapes:
            if name not in self._parameters:
                raise TypeError(f"{_CALL}: there is a shape for {name}, but forward takes ({names})")
        for name, parameter in self._parameters.items():
            if name not in shapes and parameter.default is parameter.empty:
                raise TypeError(
                    f"{_CALL}: the shape of {name} is missing; forward takes ({names}), as in {name}=(7, 5)"
                )


def misfit(backward, names):
    """Why backward cannot be called with these arguments and then G, in a sentence; "" if it can be tried."""
    wanted = (*names, "dZ" if "G" in names else "G")
    call = f"backward({', '.join(wanted)})"
    try:
        parameters = inspect.signature(backward).parameters.values()
    except (TypeError, ValueError):
        return ""  # written in C: the call will tell
    places = [p for p in parameters if p.kind in _PLACES]
    yours = ", ".join(map(str, parameters))
    theirs = [p.name for p in places]
    if any(name in theirs[: len(wanted)] and theirs.index(name) != i for i, name in enumerate(wanted)):
        return f"The course calls {call}, in this order: forward's arguments, then G = dL/dZ; yours takes ({yours})."
    needed = sum(p.default is p.empty for p in places)
    named = any(p.kind is p.KEYWORD_ONLY and p.default is p.empty for p in parameters)
    most = math.inf if any(p.kind is p.VAR_POSITIONAL for p in parameters) else len(places)
    if named or not needed <= len(wanted) <= most:
        return (
            f"The course calls {call}, with forward's arguments and G = dL/dZ; yours takes ({yours}). Whatever else it "
            "needs, such as Z, it computes from these."
        )
    return ""


def _check_function(name, function):
    if not callable(function) or inspect.isclass(function):
        what = f"the class {function.__name__}" if inspect.isclass(function) else f"a {type(function).__name__}"
        raise TypeError(f"{_CALL}: {name} is {what}, expected a function")
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise TypeError(f"{_CALL}: {name} uses async or yield, expected a function that returns its result")


def _parameters(forward):
    """Forward's positional parameters, by name, in order."""
    try:
        parameters = inspect.signature(forward).parameters
    except (TypeError, ValueError):
        raise TypeError(f"{_CALL}: the arguments of forward have no names, expected a function of your own") from None
    found = {name: p for name, p in parameters.items() if p.kind in _PLACES}
    for name, p in parameters.items():
        if name not in found and (p.kind is not p.KEYWORD_ONLY or p.default is p.empty):
            raise TypeError(
                f"{_CALL}: forward has {p}, expected arguments with a name and a place, as in forward(X, W, b)"
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
    return tuple(int(size) for size in value)


def _array(name, value):
    """The given array as float64, or, if it holds integers or booleans, as it is."""
    if not isinstance(value, np.ndarray):
        kind = type(value).__name__
        raise TypeError(f"{_CALL}: {name} is a {kind}, expected a shape such as (7, 5), or a numpy array")
    value = plain_array(f"{_CALL}: {name}", value)
    if value.dtype.kind not in "fiub":
        raise TypeError(
            f"{_CALL}: {name} has dtype {value.dtype}, expected real floats, or integers (then it gets no gradient)"
        )
    if value.size == 0:
        raise ShapeError(f"{_CALL}: {name} has shape {value.shape}, expected sizes of at least 1")
    if not np.isfinite(value).all():
        raise ValueError(f"{_CALL}: {name} is not finite everywhere, expected finite numbers")
    return value.astype(float) if value.dtype.kind == "f" else value.copy()
