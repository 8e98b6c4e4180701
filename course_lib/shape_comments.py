"""Shape comments that are checked: in a notebook, a comment that states a shape cannot lie.

    dW = O.T @ G                      # (n_in, m) @ (m, n_out) -> (n_in, n_out)

`%load_ext course_lib` rewrites each cell before it runs: every assignment with such a comment is followed by a check of
the array against it, inside function bodies too; so is a commented `return`, and a line that only makes an array. Where
the code has the form of the comment (here `_ @ _`), each operand is checked against its own part as well. The symbols
are looked up where the line runs: a function's own names first. `course_lib.shape_grammar` says what states a shape,
`course_lib.shape_checks` what is then checked.

The comment stands at the end of the statement, or after the bracket that opens on its first line.
"""

import ast
import functools
import io
import itertools
import tokenize
from copy import deepcopy
from types import TracebackType

from course_lib import shape_checks
from course_lib.shape_grammar import parse_comment, shape_tree

_ASSIGNMENTS = (ast.Assign, ast.AugAssign, ast.AnnAssign)


class ShapeComments(ast.NodeTransformer):
    """The two halves of the extension: `record` reads a cell's comments, `visit` adds the checks to its syntax tree."""

    def __init__(self):
        self.comments = {}  # line number -> text of the comment that ends the line

    def record(self, lines):
        """Input transformer: remember the comments that a statement may have, change nothing."""
        self.comments = {}
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO("".join(lines)).readline))
        except (tokenize.TokenError, SyntaxError):
            return lines  # Python itself says what is wrong with this cell
        for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
            ends = after.type == tokenize.NEWLINE or before.string in ("(", "[", "{")
            if token.type == tokenize.COMMENT and ends:
                self.comments[token.start[0]] = token.string.lstrip("#").strip()
        return lines

    def generic_visit(self, node):
        super().generic_visit(node)
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(node, field, None)
            if isinstance(statements, list):
                pairs = itertools.zip_longest(statements, statements[1:])
                setattr(node, field, [new for pair in pairs for new in self._with_checks(*pair)])
        return node

    def _with_checks(self, node, following):
        """The statement among the checks that its comment asks for."""
        line = self._line_of_comment(node, following)
        if line is None:
            return [node]
        shapes, left = parse_comment(self.comments[line])
        call, stated = functools.partial(_call, line, self.comments[line]), ", ".join(shapes)
        name = ast.unparse(node.value)
        if left is not None and not isinstance(node, ast.AugAssign):
            node.value = _with_operands_checked(node.value, left, call)
        if not isinstance(node, _ASSIGNMENTS):
            function = "check" if isinstance(node, ast.Return) else "check_if_array"
            node.value = call(function, node.value, name, stated)
            return [_statement(call("check_comment")), node]
        checks = []
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            names = [ast.unparse(part) for part in _flat(target)]
            read = "".join(f"{ast.unparse(_CallsKept(read=True).visit(deepcopy(part)))}, " for part in _flat(target))
            values = _placed(ast.parse(f"({read})", mode="eval").body, line)
            checks.append(_statement(call("check_targets", values, names, stated)))
            _CallsKept(read=False).visit(target)
        return [_statement(call("check_comment")), node, *checks]

    def _line_of_comment(self, node, following):
        """The line of the comment that states shapes for a statement; None if there is none."""
        if not isinstance(node, (*_ASSIGNMENTS, ast.Return, ast.Expr)) or node.value is None:
            return None
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return None  # a docstring stays one
        if following is not None and following.lineno == node.end_lineno:
            return None  # after a semicolon: the comment is about the last statement
        lines = (line for line in (node.end_lineno, node.lineno) if parse_comment(self.comments.get(line, ""))[0])
        return next(lines, None)


class _CallsKept(ast.NodeTransformer):
    """Keeps what a call in a target gives, `rows[next(i)] = row`, under a name: reading the target calls nothing.

    What could call too, a comprehension for example, is kept as a whole.
    """

    def __init__(self, read):
        self.read = read

    def visit_Call(self, node):
        name = ast.Name(f"_call_{node.lineno}_{node.col_offset}", ast.Load() if self.read else ast.Store())
        return ast.fix_missing_locations(ast.copy_location(name if self.read else ast.NamedExpr(name, node), node))

    visit_Await = visit_Yield = visit_NamedExpr = visit_Call
    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_Lambda = visit_Call


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
    shell.showtraceback((kind, error.with_traceback(trace), trace), tb_offset=tb_offset)


def _with_operands_checked(value, left, call):
    """Check each operand of the code against its part of the comment, as far as the two have the same form."""
    if isinstance(left, ast.Tuple):
        return call("check", value, ast.unparse(value), ast.unparse(left))
    if isinstance(left, ast.BinOp) and isinstance(value, ast.BinOp) and type(left.op) is type(value.op):
        value.left = _with_operands_checked(value.left, left.left, call)
        value.right = _with_operands_checked(value.right, left.right, call)
    return value


def _call(line, comment, function, value=None, name="", stated=""):
    """The syntax tree of `function(value, name, stated, comment, symbols)`, of shape_checks, at the comment's line.

    A symbol is passed as `lambda: m`, so that Python's own rules find it: local, enclosing, then global.
    """
    shapes, left = parse_comment(comment)
    trees = [shape_tree(shape) for shape in shapes] + ([left] if left is not None else [])
    names = sorted({part.id for tree in trees for part in ast.walk(tree) if isinstance(part, ast.Name)})
    symbols = ", ".join(f"{name!r}: lambda: {name}" for name in names)
    module = f"__import__({shape_checks.__name__!r}, fromlist=[''])"
    source = f"{module}.{function}(None, {name!r}, {stated!r}, {comment!r}, {{{symbols}}})"
    call = _placed(ast.parse(source, mode="eval").body, line)
    if value is not None:
        call.args[0] = value
    return call


def _placed(tree, line):
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            node.lineno, node.end_lineno, node.col_offset, node.end_col_offset = line, line, 0, 0
    return tree


def _statement(call):
    return ast.copy_location(ast.Expr(call), call)


def _flat(target):
    """The names of a target: `(W1, b1), g` has three; those of `first, *rest` are `first` and `rest`."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for part in target.elts for name in _flat(part)]
    return [target.value] if isinstance(target, ast.Starred) else [target]
