"""The grammar of shape comments: which comment states shapes, and what its symbols and operators come to.

A comment states shapes when it is nothing else, `(n_in, n_out), (1, n_out)`, or when nothing else follows its last `->`.
All other comments are prose. A shape is a bracketed list of integers, names, and their sums and products; one name alone,
`(p)`, is a shape where p is known as an integer, and `(optional)` is prose. Left of `->` may stand an expression of shapes,
in which `@` contracts and other operators broadcast.

Shapes are Python syntax trees: `(n_in + 1, n_out)` is an `ast.Tuple`, `(m, k) @ (k, n)` an `ast.BinOp`.
"""

import ast
import functools
import operator
import re
from numbers import Integral

import numpy as np

from course_lib.shapes import ShapeError

_LIST = re.compile(r"\((?:[^()]|\([^()]*\))*\)")  # brackets in brackets are as deep as a size needs: (2 * (m + 1), n)
_OPERATORS = {ast.Add: operator.add, ast.Mult: operator.mul}


@functools.lru_cache(maxsize=10_000)
def parse_comment(comment):
    """Return (shapes, left): the shapes that the comment states, and the expression of shapes left of `->`.

    shapes: a tuple of trees, empty for prose. left: a tree; None where there is no arrow, or no such expression before it.
    """
    head, arrow, tail = comment.rpartition("->")
    row = _tree(f"[{tail}]") if tail.lstrip().startswith("(") else None
    if not isinstance(row, ast.List) or not all(isinstance(part, ast.Tuple) and _is_shapes(part) for part in row.elts):
        return (), None
    left = _tree(head) if arrow else None
    return tuple(row.elts), left if left is not None and _is_shapes(left) else None


def states_shape(comment, symbols):
    """Whether the comment states a shape where it runs: `(m)` does where m is an integer, `(optional)` is prose."""
    shapes, _ = parse_comment(comment)
    if not shapes or "," in comment or "->" in comment or not shapes[0].elts:
        return bool(shapes)
    parts = list(ast.walk(shapes[0]))
    return any(isinstance(part, ast.Constant) for part in parts) or any(
        _is_integer(symbols(part.id)) for part in parts if isinstance(part, ast.Name)
    )


def sizes(node, comment, symbols):
    """The shape that a tree comes to, as a tuple of integers. `symbols` is a function from a name to its value.

    Raises ShapeError for an unknown symbol, one that is no integer, and for shapes that do not meet.
    """
    if isinstance(node, ast.Tuple):
        return tuple(_size(element, comment, symbols) for element in node.elts)
    if isinstance(node, ast.UnaryOp):
        return sizes(node.operand, comment, symbols)
    a, b = sizes(node.left, comment, symbols), sizes(node.right, comment, symbols)
    contracts = isinstance(node.op, ast.MatMult)
    try:
        if not contracts:
            return np.broadcast_shapes(a, b)
        if not a or not b or a[-1] != b[-2:][0]:
            raise ValueError
        return np.broadcast_shapes(a[:-2], b[:-2]) + a[-2:-1] + (b[-1:] if len(b) > 1 else ())
    except ValueError:
        reason = "do not contract: the inner sizes differ" if contracts else "do not broadcast"
        raise ShapeError(
            f"the comment `{comment}` contradicts itself: {spelled(node.left, a)} and {spelled(node.right, b)} {reason}."
        ) from None


def spelled(node, shape):
    """`(m, n_out) = (7, 3)`, and `(7, 3)` alone where the comment gives integers."""
    text = ast.unparse(node)
    return text if text == str(shape) else f"{text} = {shape}"


def _tree(text):
    """The syntax tree of the text, in which `(m)` is a list of one size as `(m,)` is; None if it is no expression."""
    with_commas = _LIST.sub(lambda match: match[0] if "," in match[0] else re.sub(r"(\S)\s*\)$", r"\1,)", match[0]), text)
    try:
        return ast.parse(with_commas.replace("(,)", "()").strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):  # as Python says of what it cannot read
        return None


def _is_shapes(node):
    if isinstance(node, ast.BinOp):
        return _is_shapes(node.left) and _is_shapes(node.right)
    if isinstance(node, ast.UnaryOp):
        return _is_shapes(node.operand)
    return isinstance(node, ast.Tuple) and all(map(_is_size, node.elts))


def _is_size(node):
    if isinstance(node, ast.BinOp):
        return type(node.op) in _OPERATORS and _is_size(node.left) and _is_size(node.right)
    return isinstance(node, ast.Name) or (isinstance(node, ast.Constant) and type(node.value) is int)


def _size(node, comment, symbols):
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_size(node.left, comment, symbols), _size(node.right, comment, symbols))
    value = symbols(node.id)
    if value is None:
        raise ShapeError(
            f"the comment `{comment}` uses {node.id}, which is not defined where this line runs: "
            f"define it first, for example {node.id} = 7 or {node.id} = O.shape[0]."
        )
    if not _is_integer(value):
        raise ShapeError(
            f"the comment `{comment}` uses {node.id} as a size, but {node.id} is a {type(value).__name__}."
        )
    return int(value)


def _is_integer(value):
    return isinstance(value, Integral) and not isinstance(value, bool)
