"""Finds the lines of a notebook that make an array and do not say its shape; conftest.py loads it into each kernel."""

import ast
from fractions import Fraction

import numpy as np

from course_lib.shape_comments import ShapeComments
from course_lib.shape_comments.grammar import parse_comment


class Watch(ast.NodeTransformer):
    """Watches the assignments of every cell that a shell runs; `unsaid` are those of arrays whose shape is not said.

    Assignments inside functions count, each time they run, and each name of a tuple target does. A line that writes
    into an array (`A[0] = 1`) makes none. An array is one of numbers or Fractions and of rank 1 or more.
    """

    def __init__(self, shell):
        self.shell, self.reader, self.unsaid = shell, ShapeComments(), []
        shell.input_transformers_post.append(self.reader.record)
        shell.ast_transformers.insert(0, self)  # the extension, loaded later, must not see a changed line
        shell.user_ns |= {"_saw": self.saw, "_unsaid": self.unsaid}

    def visit_assignment(self, node):
        if node.value is None:
            return node
        checked = any(isinstance(transformer, ShapeComments) for transformer in self.shell.ast_transformers)
        comments = self.reader.comments if checked else {}
        comment = comments.get(node.end_lineno) or comments.get(node.lineno) or ""
        parts = [part for target in getattr(node, "targets", None) or [node.target] for part in ast.walk(target)]
        names = [part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
        calls = [ast.parse(f"_saw({name}, {ast.unparse(node)!r}, {comment!r})").body[0] for name in names]
        for part in [part for call in calls for part in ast.walk(call) if hasattr(part, "lineno")]:
            part.lineno = part.end_lineno = 0  # a line without a comment: nothing for the extension to check
        return [node, *calls]

    visit_Assign = visit_AugAssign = visit_AnnAssign = visit_assignment

    def saw(self, value, line, comment):
        if not parse_comment(comment)[0] and is_array(value) and line not in self.unsaid:
            self.unsaid.append(line)


def is_array(value):
    if not isinstance(value, np.ndarray) or value.ndim == 0:
        return False
    return value.dtype.kind in "biufc" or all(isinstance(entry, Fraction) for entry in value.flat)
