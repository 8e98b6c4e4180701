"""One Chromium for all browser tests of a worker, and one JupyterLab where one is asked for; each test has pages of its own.

A test whose pages err or ask the network fails at its end; one that means them to calls `browser.close_pages()` itself.
"""

import os

import pytest
from chromium import BROWSERS, PATIENCE, Chromium, browser_path
from lab import Lab
from page_lab import PageLab
from playwright.sync_api import expect

expect.set_options(timeout=PATIENCE / 3 * 1000)  # as for all else that a page is waited for


@pytest.fixture(scope="package")  # Playwright's event loop must be gone when other tests run one of their own
def browser():
    """Without a browser the test is skipped; with CI set it fails."""
    if browser_path() is None:
        reason = f"no Chromium on this machine: none of {', '.join(BROWSERS)} is on the PATH"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and with CI set the browser tests must run")
        pytest.skip(reason)
    browser = Chromium()
    yield browser
    browser.close()


@pytest.fixture
def lab(browser):
    """The views on a plain page, see page_lab.py: `page = lab.open("cell 1", "cell 2", theme="dark")`."""
    lab = PageLab(browser)
    yield lab
    wrong = browser.close_pages()
    lab.end_test()
    assert wrong == [], "errors on a console, or requests that leave this machine"


@pytest.fixture(scope="package")
def server(browser):
    """A JupyterLab, see lab.py."""
    server = Lab(browser)
    yield server
    server.close()


@pytest.fixture
def jupyter(server):
    """The same `open` in JupyterLab, with a kernel, for what is about JupyterLab itself."""
    yield server
    assert server.end_test() == [], "errors on a console, or requests that leave this machine"
