"""What every test run needs before nbval starts a kernel, and how a notebook is run.

No progress bars, the same numbers on the sheets each time, and nobody's own progress.
"""

import os
import tempfile
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test, settings
from nbformat.v4 import new_code_cell, new_output
from nbval.plugin import IPyNbCell, IPyNbFile

TESTS = Path(__file__).parent / "tests"
_folder = tempfile.TemporaryDirectory(prefix="course-progress-")  # removed when the tests are over
os.environ["TQDM_DISABLE"] = "1"
# The two workers share the cores; matrix products that want all of them would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["COURSE_SEED"] = "0"
os.environ["COURSE_PROGRESS"] = str(Path(_folder.name, "progress.sqlite3"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Each file of tests, a notebook too, begins with nothing done; its kernel starts after this."""
    os.environ["COURSE_PROGRESS"] = str(Path(_folder.name, f"{item.path.stem}.sqlite3"))


def pytest_configure(config):
    """Property tests try the same examples in every run: few in the quick tier, many in the slow one."""
    examples = 100 if config.option.markexpr == "slow" else 10
    settings.register_profile("course", deadline=None, derandomize=True, max_examples=examples)
    settings.load_profile("course")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    for item in items if config.option.markexpr == "slow" else ():
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.slow)


class Notebook(IPyNbFile):
    """A notebook as nbval runs it, cell by cell, while tests/shape_watch.py looks at the arrays that its lines make."""

    def setup(self):
        super().setup()
        load = f"__import__('sys').path.append({str(TESTS)!r}); __import__('shape_watch').Watch(get_ipython())"
        self.kernel.await_reply(self.kernel.kc.execute(load, silent=True), timeout=60)

    def collect(self):
        cells = [*super().collect()]
        none = new_output("execute_result", {"text/plain": "[]"})
        cell, options = new_code_cell("_unsaid", outputs=[none]), defaultdict(bool, check=True)
        name = "arrays without a shape"
        cells.append(IPyNbCell.from_parent(self, name=name, cell_num=len(cells), cell=cell, options=options))
        for each in cells:
            each.cell.execution_count = 0  # nbval compares only cells that have one; they are stored without
            if "needs-distributed" in each.cell.metadata.get("tags", ()) and not find_spec("distributed"):
                each.add_marker(pytest.mark.skip(reason="needs: python -m pip install distributed cryptography"))
        return cells


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".ipynb":
        return Notebook.from_parent(parent, path=file_path)
