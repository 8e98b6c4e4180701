"""The rewriting of a cell before it runs: each commented line is followed by the check that its comment asks for.

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
        comment = self.comments[line]
        name, left = ast.unparse(node.value), parse_comment(comment)[1]
        if left is not None and not isinstance(node, ast.AugAssign):
            node.value = _with_operands_checked(node.value, left, comment, line)
        before = [ast.Expr(_call("check_comment", [], comment, line))] if left is not None else []
        after = []
        if isinstance(node, _ASSIGNMENTS):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            parts = [_flat(target) for target in targets]
            numbers = itertools.count()
            for names in parts:
                spelled = [ast.unparse(name) for name in names]
                read = ", ".join(_call_kept(name, next(numbers)) for name in names)
                after.append(ast.Expr(_call("check_values", [f"[{read}]", repr(spelled)], comment, line)))
        else:
            function = "check_returned" if isinstance(node, ast.Return) else "check_shown"
            node.value = _call(function, [repr(name)], comment, line, node.value)
        return [*(ast.copy_location(each, each.value) for each in before), node, *(ast.copy_location(each, each.value) for each in after)]

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

    def __init__(self, prefix, read):
        self.prefix, self.read, self.numbers = prefix, read, itertools.count()

    def visit_Call(self, node):
        name = ast.Name(f"{self.prefix}_{next(self.numbers)}", ast.Load() if self.read else ast.Store())
        return ast.fix_missing_locations(ast.copy_location(name if self.read else ast.NamedExpr(name, node), node))

    visit_Await = visit_Yield = visit_NamedExpr = visit_Call
    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_Lambda = visit_Call


def _call_kept(target, number):
    """The source that reads a target again; in the target itself, calls keep what they give under a name."""
    prefix, source = f"_call_{number}", ast.unparse(target)
    if isinstance(target, ast.Name):
        return source
    read = _CallsKept(prefix, read=True).visit(ast.parse(source, mode="eval").body)  # parsed anew: see the tests
    _CallsKept(prefix, read=False).visit(target)
    return ast.unparse(read)


def _with_operands_checked(value, left, comment, line):
    """Check each operand of the code against its part of the comment, as far as the two have the same form."""
    if isinstance(left, ast.Tuple):
        return _call("check_operand", [repr(ast.unparse(value)), repr(ast.unparse(left))], comment, line, value)
    if isinstance(left, ast.BinOp) and isinstance(value, ast.BinOp) and type(left.op) is type(value.op):
        value.left = _with_operands_checked(value.left, left.left, comment, line)
        value.right = _with_operands_checked(value.right, left.right, comment, line)
    return value


def _call(function, arguments, comment, line, value=None):
    """The syntax tree of a call of a function of `checks`, at the comment's line.

    arguments: as source. value: a tree that becomes the first argument. The last one is a function that names the
    comment's symbols, so that Python keeps those of enclosing functions where the line runs.
    """
    shapes, left = parse_comment(comment)
    parts = [part for tree in (*shapes, left) if tree for part in ast.walk(tree)]
    symbols = "".join(f"{name}, " for name in sorted({part.id for part in parts if isinstance(part, ast.Name)}))
    first = ["None"] if value is not None else []
    source = ", ".join([*first, *arguments, repr(comment), f"lambda: ({symbols})"])
    call = ast.parse(f"__import__({checks.__name__!r}, fromlist=['']).{function}({source})", mode="eval").body
    for node in ast.walk(call):
        if hasattr(node, "lineno"):
            node.lineno, node.end_lineno, node.col_offset, node.end_col_offset = line, line, 0, 0
    if value is not None:
        call.args[0] = value
    return call


def _flat(target):
    """The names of a target: `(W1, b1), g` has three; those of `first, *rest` are `first` and `rest`."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for part in target.elts for name in _flat(part)]
    return [target.value] if isinstance(target, ast.Starred) else [target]
