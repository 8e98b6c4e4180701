"""One JupyterLab and one Chromium for all browser tests of a worker; each test has pages and kernels of its own."""

import os
from pathlib import Path

import pytest
from lab import BROWSERS, Lab, browser_path


def pytest_collection_modifyitems(items):
    """A browser test that fails is tried once more, and counted as rerun: a server, a kernel and a browser share two cores."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="package")  # Playwright's event loop must be gone when other tests run one of their own
def shared_lab():
    """The server and the browser. Without a browser the test is skipped; with CI set it fails."""
    if browser_path() is None:
        reason = f"no Chromium on this machine: none of {', '.join(BROWSERS)} is on the PATH"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and with CI set the browser tests must run")
        pytest.skip(reason)
    lab = Lab()
    yield lab
    lab.close()


@pytest.fixture
def lab(shared_lab):
    """The `Lab`, see lab.py: `page = lab.open("cell 1", "cell 2", theme="dark")`."""
    yield shared_lab
    shared_lab.end_test()
