"""Shape comments that are checked: in a notebook, a comment that states a shape cannot lie.

    dW = O.T @ G                      # (n_in, m) @ (m, n_out) -> (n_in, n_out)

`%load_ext course_lib` rewrites each cell before it runs: every assignment with such a comment is followed by a check of
the array against it, inside function bodies too; so is a commented `return`, and a line that only makes an array. The
symbols are looked up where the line runs: a function's own names first. `grammar` says what states a shape, `transform`
where the checks stand, `checks` what they say.
"""

from types import TracebackType

from course_lib.shape_comments.transform import ShapeComments
from course_lib.shapes import ShapeError


def load_ipython_extension(shell):
    """`%load_ext course_lib`: check the shape comments of every cell that runs from now on."""
    unload_ipython_extension(shell)  # loading twice checks once
    checker = ShapeComments()
    shell.set_custom_exc((ShapeError,), show_at_the_line)
    shell.input_transformers_post.append(checker.record)
    shell.ast_transformers.append(checker)


def unload_ipython_extension(shell):
    """`%unload_ext course_lib`: comments are only comments again."""
    shell.set_custom_exc((), None)
    for checker in [each for each in shell.ast_transformers if isinstance(each, ShapeComments)]:
        shell.ast_transformers.remove(checker)
        shell.input_transformers_post.remove(checker.record)


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
