"""What every test run needs before nbval starts a kernel; and stored cells count as run.

No progress bars, the same numbers on the sheets each time, and nobody's own progress.
"""

import os
import tempfile
from pathlib import Path

import pytest
from nbval.plugin import IPyNbCell

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


def pytest_itemcollected(item):
    """nbval compares only cells that have an execution count; the notebooks are stored without (CONTRIBUTING.md)."""
    if isinstance(item, IPyNbCell):
        item.cell.execution_count = 0
