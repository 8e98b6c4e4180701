"""The grammar of shape comments: which comment states a shape, and what its symbols and operators come to.

A comment states a shape when it ends in `()` or in a bracketed list of integers, names, and their sums and products,
and that list holds a comma, an integer or a known integer name, or follows `->`. Several lists with commas between
them are one shape for each target: `(n_in, n_out), (1, n_out)`. Left of `->` may stand an expression of shapes, in
which `@` contracts and other operators broadcast. Anything else is prose.

Shapes are kept as Python syntax trees: `(n_in + 1, n_out)` is an `ast.Tuple`, `(m, k) @ (k, n)` an `ast.BinOp`.
"""

import ast
import functools
import operator
import re
from numbers import Integral

import numpy as np

from course_lib.shapes import ShapeError

_LAST_LIST = re.compile(r"(?<![\w)\].])(\((?:[^()]|\([^()]*\))*\))\s*$")
_OPERATORS = {ast.Add: operator.add, ast.Mult: operator.mul}


@functools.lru_cache(maxsize=1000)
def parse_comment(comment):
    """Return (shapes, left): the shapes that end the comment, as text, and the tree of what stands left of `->`.

    ((), None) for prose; left is None where there is no arrow, or no expression of shapes before it.
    """
    head, arrow, tail = comment.rpartition("->")
    shapes = ()
    while (match := _LAST_LIST.search(tail)) and shape_tree(match.group(1)) is not None:
        shapes = (match.group(1), *shapes)
        tail = tail[: match.start()].rstrip()
        if not tail.endswith(","):
            break
        tail = tail[:-1]
    return shapes, (shape_tree(head, operators=True) if arrow and shapes else None)


@functools.lru_cache(maxsize=1000)
def shape_tree(text, operators=False):
    """The syntax tree of one shape, or with `operators` of shapes joined by operators; None if it is neither."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return None
    node = _with_lists_of_one(node, text.strip().encode())
    return node if _is_shapes(node) and (operators or isinstance(node, ast.Tuple)) else None


def states_shape(text, comment, symbols):
    """Whether a bracketed list states a shape: `(m)` does where m is an integer, `(optional)` is prose."""
    shape = shape_tree(text)
    _, arrow, tail = comment.rpartition("->")
    if "," in text or not shape.elts or (arrow and tail.lstrip().startswith("(")):
        return True
    parts = list(ast.walk(shape))
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


def _with_lists_of_one(node, text):
    """The tree with every size that stands alone in brackets as a tuple: `(m)` is the shape `(m,)`."""
    before, after = text[: node.col_offset].rstrip(), text[node.end_col_offset :].lstrip()
    if _is_size(node) and before.endswith(b"(") and after.startswith(b")"):
        return ast.Tuple([node], ast.Load())
    if isinstance(node, ast.BinOp):
        node.left, node.right = _with_lists_of_one(node.left, text), _with_lists_of_one(node.right, text)
    if isinstance(node, ast.UnaryOp):
        node.operand = _with_lists_of_one(node.operand, text)
    return node


def _is_shapes(node):
    if isinstance(node, ast.BinOp):
        return _is_shapes(node.left) and _is_shapes(node.right)
    if isinstance(node, ast.UnaryOp):
        return _is_shapes(node.operand)
    return isinstance(node, ast.Tuple) and all(_is_size(element) for element in node.elts)


def _is_size(node):
    if isinstance(node, ast.BinOp):
        return type(node.op) in _OPERATORS and _is_size(node.left) and _is_size(node.right)
    return isinstance(node, ast.Name) or (isinstance(node, ast.Constant) and type(node.value) is int)
