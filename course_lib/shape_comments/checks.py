"""The checks that `transform` adds to a cell; each runs where the commented line runs.

capture: never called; it names the comment's symbols, so that Python keeps those of enclosing functions.
"""

import ast
import sys
from collections import ChainMap
from fractions import Fraction
from numbers import Number
from types import CellType

import numpy as np

from course_lib.shape_comments.grammar import parse_comment, sizes, spelled
from course_lib.shapes import ShapeError


def check_values(comment, capture, values, names):
    """Raise ShapeError if a value does not have its stated shape: one shape for each value, or one for all."""
    symbols, (shapes, left) = _symbols(capture), parse_comment(comment)
    if left is not None and (found := sizes(left, comment, symbols)) != (right := sizes(shapes[-1], comment, symbols)):
        raise ShapeError(
            f"the comment `{comment}` contradicts itself: left of -> stands {found}, "
            f"right of it {spelled(shapes[-1], right)}."
        )
    if len(names) == 1 < len(shapes) and isinstance(values[0], (tuple, list)):
        names, values = [f"{names[0]}[{i}]" for i in range(len(values[0]))], values[0]
    if len(shapes) not in (1, len(names)):
        raise ShapeError(
            f"the comment `{comment}` states {len(shapes)} shapes, but {len(names)} values are assigned or returned."
        )
    for value, name, shape in zip(values, names, shapes * (len(names) // len(shapes)), strict=True):
        expected, kind = sizes(shape, comment, symbols), type(value).__name__
        if not hasattr(value, "shape") and not isinstance(value, (Number, Fraction)):
            raise ShapeError(f"{name} is a {kind}, but the comment says it has shape {ast.unparse(shape)}.")
        if np.shape(value) != expected:
            raise ShapeError(f"{name} is {np.shape(value)}, but the comment says {spelled(shape, expected)}.")


def check_value(comment, capture, value, name, arrays_only):
    """The same for one value; return it. arrays_only: pass over what is neither an array nor a number of numpy."""
    if not arrays_only or isinstance(value, (np.ndarray, np.generic)):
        check_values(comment, capture, [value], [name])
    return value


def _symbols(capture):
    """A function from a symbol to its value where the line runs, None if it has none."""
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    cells = zip(capture.__code__.co_freevars, capture.__closure__ or (), strict=True)
    enclosing = {
        name: cell.cell_contents for name, cell in cells if cell != CellType()
    }  # an empty one: not yet defined
    return ChainMap(frame.f_locals, enclosing, frame.f_globals, frame.f_builtins).get
