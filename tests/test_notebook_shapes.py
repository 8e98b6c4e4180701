"""Every line of a notebook that makes an array says its shape, in a comment that the course checks."""

import ast
import sys
from fractions import Fraction
from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import pytest
from IPython.utils.capture import capture_output
from shell import fresh_shell

from course_lib.shape_comments import ShapeComments
from course_lib.shape_comments.grammar import parse_comment

FOLDER = Path(__file__).parents[1] / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))


class Watch(ast.NodeTransformer):
    """Watches the assignments of every cell that a shell runs; `unsaid` are those of arrays whose shape is not said.

    Assignments inside functions count, each time they run, and each name of a tuple target does. A line that writes
    into an array (`A[0] = 1`) makes none. An array is one of numbers or Fractions and of rank 1 or more.
    """

    def __init__(self, shell):
        self.shell, self.reader, self.unsaid = shell, ShapeComments(), []
        shell.input_transformers_post.append(self.reader.record)
        shell.ast_transformers.insert(0, self)  # the extension, loaded later, must not see a changed line
        shell.user_ns["_saw"] = self.saw

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


@pytest.fixture
def run(monkeypatch):
    """A function that runs cells in a fresh shell, in the notebooks' folder, and returns what was left unsaid."""
    matplotlib.use("agg")
    monkeypatch.chdir(FOLDER)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # the shell puts its own there
    with fresh_shell() as shell:
        watch = Watch(shell)

        def run_cells(*sources):
            for source in sources:
                with capture_output():
                    result = shell.run_cell(source)
                result.raise_error()
            return watch.unsaid

        yield run_cells


@pytest.mark.parametrize("name", NAMES)
def test_every_line_that_makes_an_array_says_its_shape(name, run):
    cells = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells
    assert run(*[cell.source for cell in cells if cell.cell_type == "code"]) == []


LOAD = "%load_ext course_lib\nimport numpy as np\nm, n = 3, 2"


@pytest.mark.parametrize(
    "cell",
    [
        "A = np.zeros((m, n))",
        "A = np.zeros((m, n))  # zeros, to begin with",
        "A, k = np.zeros((m, n)), 1",
        "A = 1.0\nA += np.zeros((m, n))",
        "A: np.ndarray = np.zeros(m)",
        "A = np.zeros(m)  # (optional)",
        "if m:\n    A = np.zeros(m)",
        "def f(x):\n    y = x + np.zeros(m)\n    return 2 * y\n\n\nf(1)",
        "from course_lib import as_fractions\nA = as_fractions(np.zeros(m))",
    ],
)
def test_an_array_without_a_shape_is_found(cell, run):
    assert len(run(LOAD, cell)) == 1


@pytest.mark.parametrize(
    "cell",
    [
        "A = np.zeros((m, n))  # (m, n)",
        "A = np.zeros(\n    (m, n)\n)  # (m, n)",
        "A, k = np.zeros((m, n)), np.zeros(m)  # (m, n), (m,)",
        "A = np.zeros((m, n))  # (m, n)\nA[0] = np.ones(n)\nA[0] += 1",
        "def f(x):\n    k = len(x)\n    y = x + 1  # (k,)\n    return y\n\n\nf(np.zeros(5))",
        "A, k = [np.zeros(m)], np.float64(1)",
        "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots(1, 2)\nplt.close(figure)",
    ],
)
def test_a_shape_that_is_said_or_needs_no_saying_is_not_found(cell, run):
    assert run(LOAD, cell) == []


def test_a_comment_that_nothing_checks_does_not_count(run):
    assert len(run("import numpy as np\n%load_ext course_lib\nA = np.zeros(3)  # (3,)")) == 1
