"""What every test run needs before nbval starts a kernel: no progress bars, and stored cells that count as run."""

import os

from nbval.plugin import IPyNbCell

os.environ["TQDM_DISABLE"] = "1"


def pytest_itemcollected(item):
    """nbval compares only cells that have an execution count; the notebooks are stored without (CONTRIBUTING.md)."""
    if isinstance(item, IPyNbCell):
        item.cell.execution_count = 0
