"""Shape comments that are checked: in a notebook, a comment that states a shape cannot lie.

    dW = O.T @ G                      # (n_in, m) @ (m, n_out) -> (n_in, n_out)

`%load_ext course_lib` rewrites each cell before it runs: every assignment with such a comment is followed by a check of
the array against it, inside function bodies too; so is a commented `return`, and a line that only makes an array. Where
the code has the form of the comment (here `_ @ _`), each operand is checked against its own part as well. The symbols
are looked up where the line runs: a function's own names first. `course_lib.shape_grammar` says what states a shape.
"""

import ast
import functools
import io
import sys
import tokenize
from fractions import Fraction
from numbers import Number
from types import TracebackType

import numpy as np

from course_lib.shape_grammar import parse_comment, shape_tree, sizes, spelled, states_shape
from course_lib.shapes import ShapeError

_CHECKED = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr)


class ShapeComments(ast.NodeTransformer):
    """The two halves of the extension: `record` reads a cell's comments, `visit` adds the checks to its syntax tree."""

    def __init__(self):
        self.comments = {}  # line number -> text of the comment that ends the line

    def record(self, lines):
        """Input transformer: remember the trailing comments of the cell, change nothing."""
        self.comments = {}
        try:
            for token in tokenize.generate_tokens(io.StringIO("".join(lines)).readline):
                if token.type == tokenize.COMMENT and token.line[: token.start[1]].strip():
                    self.comments[token.start[0]] = token.string.lstrip("#").strip()
        except (tokenize.TokenError, SyntaxError):
            self.comments = {}  # Python itself says what is wrong with this cell
        return lines

    def generic_visit(self, node):
        super().generic_visit(node)
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(node, field, None)
            if isinstance(statements, list):
                setattr(node, field, [new for old in statements for new in self._with_checks(old)])
        return node

    def _with_checks(self, node):
        """The statement among the checks that its comment asks for."""
        if not isinstance(node, _CHECKED) or node.value is None:
            return [node]
        comment = self.comments.get(node.end_lineno) or self.comments.get(node.lineno)
        shapes, left = parse_comment(comment) if comment else ((), None)
        if not shapes:
            return [node]
        call = functools.partial(_call, node, comment)
        if left is not None and not isinstance(node, ast.AugAssign):
            node.value = _with_operands_checked(node.value, left, call)
        if isinstance(node, (ast.Return, ast.Expr)):
            function = "check" if isinstance(node, ast.Return) else "check_if_array"
            node.value = call(function, node.value, ast.unparse(node.value), shapes[-1])
            return [_statement(call("check_comment", ast.Constant(None), "", "")), node]
        checks = []
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            names = _flat(target)
            if len(shapes) not in (1, len(names)) and len(names) > 1:
                checks.append(call("miscounted", ast.Constant(None), str(len(names)), str(len(shapes))))
            stated = shapes if len(shapes) == len(names) else shapes[-1:] * len(names)
            for name, shape in zip(names, stated, strict=True):
                value = ast.parse(ast.unparse(name), mode="eval").body  # the target, now read
                checks.append(call("check_target", value, ast.unparse(name), shape))
        return [_statement(call("check_comment", ast.Constant(None), "", "")), node, *map(_statement, checks)]


def show_at_the_line(shell, kind, error, trace, tb_offset=None):
    """Show a ShapeError at the line of the notebook that it is about, without the course's own frames below it."""
    frames = []
    while trace is not None:
        frames.append(trace)
        trace = trace.tb_next
    while len(frames) > 1 and not frames[-1].tb_frame.f_globals.get("__name__", "").startswith("__main__"):
        frames.pop()
    for frame in reversed(frames):
        trace = TracebackType(trace, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def check(value, name, stated, comment, symbols):
    """Raise ShapeError if the value does not have the stated shape; return the value."""
    symbols = _lookup(symbols)
    if not states_shape(stated, comment, symbols):
        return value
    tree = shape_tree(stated)
    expected = sizes(tree, comment, symbols)
    if not hasattr(value, "shape") and not isinstance(value, (Number, Fraction)):
        raise ShapeError(f"{name} is a {type(value).__name__}, but the comment says it has shape {ast.unparse(tree)}.")
    if np.shape(value) != expected:
        raise ShapeError(f"{name} is {np.shape(value)}, but the comment says {spelled(tree, expected)}.")
    return value


def check_target(*arguments):
    """The same for a line of its own, which must not leave a value for the notebook to show."""
    check(*arguments)


def check_if_array(value, name, stated, comment, symbols):
    """Check the value of a line that is only an expression, if it is an array; return the value."""
    return check(value, name, stated, comment, symbols) if isinstance(value, np.ndarray) else value


def check_comment(_, name, stated, comment, symbols):
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


def miscounted(_, targets, shapes, comment, symbols):
    """Raise the ShapeError of a line whose comment states neither one shape nor one for each target."""
    raise ShapeError(f"the comment `{comment}` states {shapes} shapes, but {targets} values are assigned.")


def _lookup(symbols):
    """A function from a symbol to its value where the line runs, None if it has none."""
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back

    def look_up(name):
        try:
            return symbols[name]()
        except NameError:  # unknown, or a name that the function itself defines only later
            return frame.f_globals.get(name)

    return look_up


def _with_operands_checked(value, left, call):
    """Check each operand of the code against its part of the comment, as far as the two have the same form."""
    if isinstance(left, ast.Tuple):
        return call("check", value, ast.unparse(value), ast.unparse(left))
    if isinstance(left, ast.BinOp) and isinstance(value, ast.BinOp) and type(left.op) is type(value.op):
        value.left = _with_operands_checked(value.left, left.left, call)
        value.right = _with_operands_checked(value.right, left.right, call)
    return value


def _call(where, comment, function, value, name, stated):
    """The syntax tree of `function(value, name, stated, comment, symbols)`, placed at the line of `where`.

    A symbol is passed as `lambda: m`, so that Python's own rules find it: local, enclosing, then global.
    """
    shapes, left = parse_comment(comment)
    trees = [shape_tree(shape) for shape in shapes] + ([left] if left is not None else [])
    names = sorted({part.id for tree in trees for part in ast.walk(tree) if isinstance(part, ast.Name)})
    symbols = ", ".join(f"{name!r}: lambda: {name}" for name in names)
    source = (
        f"__import__({__name__!r}, fromlist=['']).{function}(None, {name!r}, {stated!r}, {comment!r}, {{{symbols}}})"
    )
    call = ast.parse(source, mode="eval").body
    for new in ast.walk(call):
        ast.copy_location(new, where)
    call.args[0] = value
    for new in ast.walk(value):
        if not hasattr(new, "lineno"):
            ast.copy_location(new, where)
    return call


def _statement(call):
    return ast.copy_location(ast.Expr(call), call)


def _flat(target):
    """The names of a target: `(W1, b1), g` has three."""
    return [n for t in target.elts for n in _flat(t)] if isinstance(target, (ast.Tuple, ast.List)) else [target]
