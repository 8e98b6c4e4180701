"""The grammar of shape comments: which comment states shapes, and what its symbols and operators come to.

A comment states shapes when it is nothing else, `(n_in, n_out), (1, n_out)`, or when nothing else follows its last `->`.
All others are prose. A shape is a tuple as Python writes it, `()` or `(m,)` or `(2 * n_in + 1, n_out)`, of integers, names,
and their sums and products. Left of `->` may stand an expression of shapes: `@` contracts, other operators broadcast.
"""

import ast
import functools
import operator
import warnings
from numbers import Integral

import numpy as np

from course_lib.shapes import ShapeError

_OPERATORS = {ast.Add: operator.add, ast.Mult: operator.mul}


@functools.lru_cache(maxsize=10_000)
def parse_comment(text):
    """(shapes, left): the shapes that a comment states, () for prose; the expression of shapes left of `->`, or None."""
    head, arrow, tail = text.rpartition("->")
    row = _tree(f"[{tail}]") if tail.lstrip().startswith("(") else None
    if not isinstance(row, ast.List) or not all(isinstance(part, ast.Tuple) and _is_shapes(part) for part in row.elts):
        return (), None
    left = _tree(head) if arrow else None
    return tuple(row.elts), left if _is_shapes(left) else None


def sizes(node, text, symbols):
    """The shape that a tree comes to, a tuple. symbols: a function from a name to its value, None for an unknown one.

    Raises ShapeError for a symbol that is no integer, and for shapes that do not meet.
    """
    if isinstance(node, ast.Tuple):
        return tuple(_size(element, text, symbols) for element in node.elts)
    a, b = sizes(node.left, text, symbols), sizes(node.right, text, symbols)
    contracts = isinstance(node.op, ast.MatMult)
    try:
        if not contracts:
            return np.broadcast_shapes(a, b)
        if not a or not b or a[-1] != b[-2:][0]:
            raise ValueError
        return np.broadcast_shapes(a[:-2], b[:-2]) + a[-2:-1] + (b[-1:] if len(b) > 1 else ())
    except ValueError:
        both = f"{spelled(node.left, a)} and {spelled(node.right, b)}"
        reason = "do not contract: the inner sizes differ" if contracts else "do not broadcast"
        raise ShapeError(f"the comment `{text}` contradicts itself: {both} {reason}.") from None


def spelled(node, shape):
    """`(m, n_out) = (7, 3)`, and `(7, 3)` alone where the comment gives integers."""
    text = ast.unparse(node)
    return text if text == str(shape) else f"{text} = {shape}"


def _size(node, text, symbols):
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_size(node.left, text, symbols), _size(node.right, text, symbols))
    name, value = node.id, symbols(node.id)
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    raise ShapeError(
        f"the comment `{text}` uses {name} as a size, but {name} is a {type(value).__name__}."
        if value is not None
        else f"the comment `{text}` uses {name}, which is not defined where this line runs: "
        f"define it first, for example {name} = 7 or {name} = O.shape[0]."
    )


def _tree(text):
    """The syntax tree of the text; None if it is no expression."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of backslashes in prose
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):  # as Python says of what it cannot read
        return None


def _is_shapes(node):
    if isinstance(node, ast.BinOp):
        return _is_shapes(node.left) and _is_shapes(node.right)
    return isinstance(node, ast.Tuple) and all(map(_is_size, node.elts))


def _is_size(node):
    if isinstance(node, ast.BinOp):
        return type(node.op) in _OPERATORS and _is_size(node.left) and _is_size(node.right)
    return isinstance(node, ast.Name) or (isinstance(node, ast.Constant) and type(node.value) is int)
