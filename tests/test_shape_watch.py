"""Every line of a notebook that makes an array says its shape: the watch that each notebook is run with finds others."""

import subprocess
import sys
from pathlib import Path

import matplotlib
import nbformat
import pytest
from IPython.utils.capture import capture_output
from shape_watch import Watch
from shell import fresh_shell

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run(monkeypatch):
    """A function that runs cells in a fresh shell, and returns what was left unsaid."""
    matplotlib.use("agg")
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # the shell puts its own there
    with fresh_shell() as shell:
        watch = Watch(shell)

        def run_cells(*sources):
            with capture_output():
                for source in sources:
                    shell.run_cell(source).raise_error()
            return watch.unsaid

        yield run_cells


LOAD = "%load_ext course_lib\nimport numpy as np\nm, n = 3, 2"


@pytest.mark.parametrize(
    "cell",
    [
        "A = np.zeros((m, n))  # zeros, to begin with",
        "A, k = np.zeros((m, n)), 1",
        "A: np.ndarray = np.zeros(m)",
        "def f(x):\n    y = x + np.zeros(m)\n    return 2 * y\n\n\nf(1)",
        "from course_lib import as_fractions\nA = as_fractions(np.zeros(m))",
    ],
)
def test_an_array_without_a_shape_is_found(cell, run):
    assert len(run(LOAD, cell)) == 1


def test_a_comment_that_nothing_checks_does_not_count(run):
    assert len(run("import numpy as np\n%load_ext course_lib\nA = np.zeros(3)  # (3,)")) == 1


@pytest.mark.parametrize(
    "cell",
    [
        "A, k = np.zeros((m, n)), np.zeros(m)  # (m, n), (m,)",
        "A = np.zeros((m, n))  # (m, n)\nA[0] = np.ones(n)\nA[0] += 1",
        "def f(x):\n    k = len(x)\n    y = x + 1  # (k,)\n    return y\n\n\nf(np.zeros(5))",
        "A, k = [np.zeros(m)], np.float64(1)",
        "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots(1, 2)\nplt.close(figure)",
    ],
)
def test_a_shape_that_is_said_or_needs_no_saying_is_not_found(cell, run):
    assert run(LOAD, cell) == []


def test_a_run_of_a_notebook_tells_a_line_without_a_shape_a_wrong_shape_and_a_changed_output(tmp_path):
    """As `pytest notebooks` runs them all: one kernel, and each of the three is named."""
    sources = [LOAD, "A = np.zeros((m, n))", "B = np.ones((m, n))  # (n, m)", "print(m)", "C = A + 1  # (m, n)"]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    cells[3].outputs = [nbformat.v4.new_output("stream", text="4\n")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "found.ipynb")
    own = str(ROOT / "conftest.py")
    (tmp_path / "conftest.py").write_text(f"import runpy\n\nglobals().update(runpy.run_path({own!r}))")
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-c", ROOT / "pyproject.toml", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert len(failed) == 3 and all("found.ipynb::" in line for line in failed), done.stdout
    assert [line.split("::")[1].split(" - ")[0] for line in failed] == ["Cell 2", "Cell 3", "arrays without a shape"]
    for part in ("['A = np.zeros((m, n))']", "B is (3, 2), but the comment says (n, m)", "+ 4"):
        assert part in done.stdout
