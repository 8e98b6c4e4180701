"""Shape comments that are checked: in a notebook, a comment that states a shape cannot lie.

`%load_ext course_lib` rewrites each cell before it runs: an assignment with such a comment is followed by a check of the
array against it, in functions too; so is a commented `return`, and a line that only makes an array.
"""

from course_lib.shape_comments.transform import ShapeComments
from course_lib.shapes import ShapeError


def load_ipython_extension(shell):
    """`%load_ext course_lib`: check the shape comments of every cell that runs from now on."""
    unload_ipython_extension(shell)  # loading twice checks once
    checker = ShapeComments()
    shell.set_custom_exc((ShapeError,), _show_at_the_line)
    shell.input_transformers_post.append(checker.record)
    shell.ast_transformers.append(checker)


def unload_ipython_extension(shell):
    """`%unload_ext course_lib`: comments are only comments again."""
    shell.set_custom_exc((), None)
    for checker in [each for each in shell.ast_transformers if isinstance(each, ShapeComments)]:
        shell.ast_transformers.remove(checker)
        shell.input_transformers_post.remove(checker.record)


def _show_at_the_line(shell, kind, error, trace, tb_offset=None):
    """Show a ShapeError at the line of the notebook that it is about, without the course's own frames below it."""
    last = step = trace
    while (step := step.tb_next) is not None:
        last = step if step.tb_frame.f_globals.get("__name__") == "__main__" else last
    last.tb_next = None
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
