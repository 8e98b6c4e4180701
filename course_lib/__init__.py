"""Backpropagation, Shape by Shape: the code behind the course.

`course_lib.dense` is the file to read first: one layer's forward pass and the formulas (A), (B), (C).
"""

from course_lib.shapes import ShapeError, as_fractions, shape_checked

__all__ = ["ShapeError", "as_fractions", "load_ipython_extension", "shape_checked", "unload_ipython_extension"]


def load_ipython_extension(shell):
    """`%load_ext course_lib`: check the shape comments of every cell that runs from now on."""
    from course_lib.shape_comments import ShapeComments, show_at_the_line

    unload_ipython_extension(shell)  # loading twice checks once
    checker = ShapeComments()
    shell.set_custom_exc((ShapeError,), show_at_the_line)
    shell.input_transformers_post.append(checker.record)
    shell.ast_transformers.append(checker)


def unload_ipython_extension(shell):
    """`%unload_ext course_lib`: comments are only comments again."""
    from course_lib.shape_comments import ShapeComments

    shell.set_custom_exc((), None)
    checkers = [t for t in shell.ast_transformers if isinstance(t, ShapeComments)]
    for checker in checkers:
        shell.ast_transformers.remove(checker)
        shell.input_transformers_post.remove(checker.record)
