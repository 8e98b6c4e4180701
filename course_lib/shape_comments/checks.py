"""The checks that the transformer adds to a cell; each runs where the commented line runs."""

import ast
import sys
from collections import ChainMap
from fractions import Fraction
from numbers import Number

import numpy as np

from course_lib.shape_comments.grammar import parse_comment, sizes, spelled, states_shape
from course_lib.shapes import ShapeError


def check_comment(comment, _symbols):
    """Raise ShapeError if what stands left of `->` does not give the shape right of it."""
    shapes, left = parse_comment(comment)
    found, expected = (sizes(tree, comment, _look_up()) for tree in (left, shapes[-1]))
    if found != expected:
        raise ShapeError(
            f"the comment `{comment}` contradicts itself: left of -> stands {found}, "
            f"right of it {spelled(shapes[-1], expected)}."
        )


def check_values(values, names, comment, _symbols):
    """Raise ShapeError if a value does not have its stated shape: one shape for each value, or one for all.

    names: the values' names in the code. comment: the whole of it. _symbols: a function that is never called; by naming
    the comment's symbols it makes Python keep those of enclosing functions where the line runs.
    """
    symbols, (shapes, _) = _look_up(), parse_comment(comment)
    if not states_shape(comment, symbols):
        return
    if len(names) == 1 < len(shapes) and isinstance(values[0], (tuple, list)):
        names, values = [f"{names[0]}[{i}]" for i in range(len(values[0]))], values[0]
    if len(shapes) not in (1, len(names)):
        raise ShapeError(
            f"the comment `{comment}` states {len(shapes)} shapes, but {len(names)} values are assigned or returned."
        )
    for value, name, shape in zip(values, names, shapes * (len(names) // len(shapes)), strict=True):
        _check(value, name, shape, comment, symbols)


def check_returned(value, name, comment, _symbols):
    """Check the value of a `return` line; return it."""
    check_values([value], [name], comment, _symbols)
    return value


def check_shown(value, name, comment, _symbols):
    """Check the value of a line that is only an expression, if it is an array or a number of numpy; return the value."""
    return check_returned(value, name, comment, _symbols) if isinstance(value, (np.ndarray, np.generic)) else value


def check_operand(value, name, stated, comment, _symbols):
    """Check an operand of the code against its own part of the comment, `stated`; return it."""
    _check(value, name, parse_comment(stated)[0][0], comment, _look_up())
    return value


def _check(value, name, shape, comment, symbols):
    expected = sizes(shape, comment, symbols)
    if not hasattr(value, "shape") and not isinstance(value, (Number, Fraction)):
        kind = type(value).__name__
        raise ShapeError(f"{name} is a {kind}, but the comment says it has shape {ast.unparse(shape)}.")
    if np.shape(value) != expected:
        raise ShapeError(f"{name} is {np.shape(value)}, but the comment says {spelled(shape, expected)}.")


def _look_up():
    """A function from a symbol to its value where the line runs, None if it has none."""
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    return ChainMap(frame.f_locals, frame.f_globals, frame.f_builtins).get
