"""What a learner's code gave back, as plain arrays, with what is certain about it before any number is compared.

A value is an array, or a tuple of values (a list of layers is a tuple of pairs). `Raised` stands in for the value of a
case that could not be computed. Values are compared by `same`; a tolerance is a part of the largest entry. It is wide
enough for an answer that was computed in float32 on the way, and far below what any mistake changes.
"""

from dataclasses import dataclass, field

import numpy as np

FLOAT32_TOLERANCE = 1e-4
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Raised:
    """A case that raised instead of giving a value."""

    kind: str = ""
    text: str = ""
    line: str = ""  # the learner's line, as text, if it is known
    error: object = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Answer:
    """One case of the learner's answer: a value or `Raised`, and the mistakes that show without comparing numbers."""

    value: object
    flags: tuple = ()
    what: str = ""  # for a wrong type: what it is


def plain(value):
    """(the value as arrays, what it is instead of arrays or ""): what is no array is converted where that loses nothing.

    The value is None if it cannot be read as real numbers.
    """
    if type(value) in (int, float, np.ndarray) or isinstance(value, np.generic):
        array = np.array(value)
        if array.dtype.kind in "fiu" or array.dtype.kind == "b" and type(value) is np.ndarray:
            return array, ""
    what = "None" if value is None else type(value).__name__
    return _converted(value), f"{what} of dtype {value.dtype}" if type(value) is np.ndarray else what


def plain_layers(value, depth=2):
    """Like `plain`, for a list (or tuple) of layers, each a pair of arrays: a tuple of tuples."""
    if type(value) not in (list, tuple) or depth == 0:
        return plain(value)
    parts = [plain_layers(part, depth - 1) for part in value]
    what = next((what for _, what in parts if what), "")
    return tuple(part for part, _ in parts), what


def _converted(value):
    if not isinstance(value, (np.ndarray, list, tuple, np.generic)):
        return None
    try:
        array = np.array(value)
        return np.array(array, dtype=float) if array.dtype.kind in "fiubO" else None
    except Exception:  # noqa: BLE001 - entries may be anything, with any method
        return None


def same(value, right, tolerance=TOLERANCE):
    """True if two values agree: the same form and shapes, NaN and infinity at the same places, entries to rounding.

    What is no array agrees with what is no array either, and of the same type.
    """
    pairs = zip(leaves(value), leaves(right), strict=False)
    return shapes(value) == shapes(right) and all(_same(*pair, tolerance) for pair in pairs)


def _same(value, right, tolerance):
    if shapes(right) is None:
        return type(value) is type(right)
    finite = np.isfinite(right)
    if not finite.all():
        if not np.array_equal(finite, np.isfinite(value)) or not np.array_equal(right[~finite], value[~finite], True):
            return False
        value, right = value[finite], right[finite]
    return not differs(value, right, tolerance).any()


def differs(value, right, tolerance=TOLERANCE):
    """Where two arrays of one shape differ by more than rounding, an array of booleans. right: finite; value: any."""
    if value.dtype == np.float32 or right.dtype == np.float32:
        tolerance = max(tolerance, FLOAT32_TOLERANCE)
    largest = float(np.abs(right).max(initial=0)) or 1
    return ~(np.abs(np.subtract(value, right, dtype=float)) <= tolerance * largest)  # True where the value is NaN


def leaves(value):
    """The arrays of a value, in order: a list."""
    return [leaf for part in value for leaf in leaves(part)] if isinstance(value, tuple) else [value]


def shapes(value):
    """The shape of an array, a tuple of those of several; None for what is no array."""
    return [shapes(part) for part in value] if isinstance(value, tuple) else getattr(value, "shape", None)


def cut_to_integers(value, right):
    """True if a part of the value holds integers (or booleans), and they are what is left of the right numbers without
    their fractions.
    """
    pairs = list(zip(leaves(value), leaves(right), strict=False))
    whole = any(getattr(leaf, "dtype", np.dtype(float)).kind in "iub" for leaf, _ in pairs)
    return whole and shapes(value) == shapes(right) and all(_is_cut(*pair) for pair in pairs)


def _is_cut(value, right):
    if value is None or not np.isfinite(right).all():
        return False
    cuts = (np.trunc, np.floor, np.rint) if value.dtype.kind in "iub" else ()
    return same(value, right) or any(np.array_equal(value, cut(right)) for cut in cuts)


def in_another_shape(value, right):
    """True if value and right hold the same numbers in the same order, but in different shapes."""
    if isinstance(right, tuple) or isinstance(value, tuple) or None in (shapes(value), shapes(right)):
        return False
    return value.size == right.size and value.shape != right.shape and same(value.reshape(right.shape), right)


def finite(value):
    """True if no part of the value is NaN or infinite."""
    return all(bool(np.isfinite(leaf).all()) for leaf in leaves(value) if isinstance(leaf, np.ndarray))
