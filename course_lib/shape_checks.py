"""The checks that `course_lib.shape_comments` adds to a cell; each runs where the commented line runs.

Their arguments are all alike: the value, its name in the code, the shapes that are stated for it, the whole comment,
and for each symbol of the comment a function without arguments that gives its value.
"""

import ast
import sys
from fractions import Fraction
from numbers import Number

import numpy as np

from course_lib.shape_grammar import parse_comment, shape_tree, sizes, spelled, states_shape
from course_lib.shapes import ShapeError


def check_targets(values, names, stated, comment, symbols):
    """Raise ShapeError if a value does not have its stated shape: one shape for each value, or one for all."""
    symbols, shapes = _lookup(symbols), parse_comment(stated)[0]
    if len(shapes) == 1 and not states_shape(stated, comment, symbols):
        return
    if len(names) == 1 < len(shapes) and isinstance(values[0], (tuple, list)):
        names, values = [f"{names[0]}[{i}]" for i in range(len(values[0]))], values[0]
    if len(shapes) not in (1, len(names)):
        raise ShapeError(
            f"the comment `{comment}` states {len(shapes)} shapes, but {len(names)} values are assigned or returned."
        )
    for value, name, shape in zip(values, names, shapes * (len(names) // len(shapes)), strict=True):
        tree = shape_tree(shape)
        expected = sizes(tree, comment, symbols)
        if not hasattr(value, "shape") and not isinstance(value, (Number, Fraction)):
            kind = type(value).__name__
            raise ShapeError(f"{name} is a {kind}, but the comment says it has shape {ast.unparse(tree)}.")
        if np.shape(value) != expected:
            raise ShapeError(f"{name} is {np.shape(value)}, but the comment says {spelled(tree, expected)}.")


def check(value, name, stated, comment, symbols):
    """The same for one value; return it."""
    check_targets([value], [name], stated, comment, symbols)
    return value


def check_if_array(value, name, stated, comment, symbols):
    """Check the value of a line that is only an expression, if it is an array or a number of numpy; return the value."""
    return check(value, name, stated, comment, symbols) if isinstance(value, (np.ndarray, np.generic)) else value


def check_comment(_value, _name, _stated, comment, symbols):
    """Raise ShapeError if what stands left of `->` does not give the shape right of it."""
    shapes, left = parse_comment(comment)
    if left is None:
        return
    found = sizes(left, comment, _lookup(symbols))
    tree = shape_tree(shapes[-1])
    expected = sizes(tree, comment, _lookup(symbols))
    if found != expected:
        raise ShapeError(
            f"the comment `{comment}` contradicts itself: left of -> stands {found}, "
            f"right of it {spelled(tree, expected)}."
        )


def _lookup(symbols):
    """A function from a symbol to its value where the line runs, None if it has none."""
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back

    def look_up(name):
        if name in frame.f_locals:  # a class body's own names, which no lambda sees, are here alone
            return frame.f_locals[name]
        try:
            return symbols[name]()
        except NameError:  # unknown, or a name that the function itself defines only later
            return frame.f_globals.get(name)

    return look_up
