"""The rewriting of a cell before it runs: each commented line is joined by the checks that its comment asks for.

The comment stands at the end of the statement, or after the bracket that opens on its first line. Where the code has the
form of the comment, `O.T @ G  # (n_in, m) @ (m, n_out) -> (n_in, n_out)`, each operand is checked against its own part.
"""

import ast
import io
import itertools
import tokenize

from course_lib.shape_comments import checks
from course_lib.shape_comments.grammar import parse_comment

_ASSIGNMENTS = (ast.Assign, ast.AugAssign, ast.AnnAssign)
_MAY_CALL = (ast.Call, ast.Await, ast.Yield, ast.NamedExpr, ast.Lambda, ast.comprehension)


class ShapeComments(ast.NodeTransformer):
    """`record` reads a cell's comments, `visit` adds the checks that they ask for to its syntax tree."""

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
            if token.type == tokenize.COMMENT and (after.type == tokenize.NEWLINE or before.string in ("(", "[", "{")):
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
        """The statement, with the checks that its comment asks for."""
        line = self._line_of_comment(node, following)
        if line is None:
            return [node]
        comment, left = (line, self.comments[line]), parse_comment(self.comments[line])[1]
        name = ast.unparse(node.value)
        if left is not None and not isinstance(node, ast.AugAssign):
            node.value = _with_operands_checked(node.value, left, line)
        if not isinstance(node, _ASSIGNMENTS):
            node.value = _check("check_value", comment, node.value, repr(name), str(isinstance(node, ast.Expr))).value
            return [node]
        after = []
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            names = [ast.unparse(part) for part in _flat(target)]
            if not any(isinstance(part, _MAY_CALL) for part in ast.walk(target)):
                after.append(_check("check_values", comment, f"[{', '.join(names)}]", repr(names)))
            elif isinstance(node, ast.Assign):  # to read `rows[next(i)]` would call again: what is assigned is checked
                node.value = _check("check_value", comment, node.value, repr(ast.unparse(target)), "True").value
        return [node, *after]

    def _line_of_comment(self, node, following):
        """The line of the comment that states shapes for a statement; None if there is none."""
        if not isinstance(node, (*_ASSIGNMENTS, ast.Return, ast.Expr)) or node.value is None:
            return None
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        before_a_semicolon = (
            following is not None and following.lineno == node.end_lineno
        )  # the comment is the last one's
        if docstring or before_a_semicolon:
            return None
        lines = (line for line in (node.end_lineno, node.lineno) if parse_comment(self.comments.get(line, ""))[0])
        return next(lines, None)


def _check(function, comment, *arguments):
    """The statement that calls a function of `checks`. comment: its line and text; arguments: source, or a tree first."""
    line, text = comment
    shapes, left = parse_comment(text)
    parts = [part for tree in (*shapes, left) if tree for part in ast.walk(tree)]
    capture = f"lambda: [{', '.join({part.id for part in parts if isinstance(part, ast.Name)})}]"
    source = ", ".join(argument if isinstance(argument, str) else "None" for argument in arguments)
    module = f"__import__({checks.__name__!r}, fromlist=[''])"
    tree = ast.parse(f"{module}.{function}({text!r}, {capture}, {source})")
    statement = ast.increment_lineno(tree, line - 1).body[0]
    if not isinstance(arguments[0], str):
        statement.value.args[2] = arguments[0]
    return statement


def _with_operands_checked(value, left, line):
    """Check each operand of the code against its part of the comment, as far as the two have the same form."""
    if isinstance(left, ast.Tuple):
        return _check("check_value", (line, ast.unparse(left)), value, repr(ast.unparse(value)), "False").value
    if isinstance(left, ast.BinOp) and isinstance(value, ast.BinOp) and type(left.op) is type(value.op):
        value.left = _with_operands_checked(value.left, left.left, line)
        value.right = _with_operands_checked(value.right, left.right, line)
    return value


def _flat(target):
    """The names of a target: `(W1, b1), g` has three; those of `first, *rest` are `first` and `rest`."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for part in target.elts for name in _flat(part)]
    return [target.value] if isinstance(target, ast.Starred) else [target]
