"""A headless Chromium whose pages note what goes wrong on them, and axe: what both kinds of lab stand on."""

import json
import os
import re
import shutil
import tempfile

from axe_playwright_python.base import AXE_SCRIPT
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
WCAG_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATIENCE = 90  # seconds until something that has not happened counts as never happening

# JupyterLab's body is 0 pixels high and hides what overflows, which axe takes to mean that no text can be seen: it would
# pass over every contrast. So the body has the window's height while axe looks.
RUN_AXE = """async ([selector, tags]) => {
  const height = document.body.style.height;
  if (window.jupyterapp) document.body.style.height = '100vh';
  try { return (await axe.run(selector, {runOnly: tags, resultTypes: ['violations']})).violations; }
  finally { document.body.style.height = height; }
}"""


def browser_path():
    """The path of the first Chromium that this machine has, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def notebook_of(*cells, kernel="python3"):
    """A notebook of these cells, each as nbformat has it, or the text of a cell of code."""
    cells = [cell if isinstance(cell, dict) else new_code_cell(cell) for cell in cells]
    kernelspec = {"display_name": "Python 3", "language": "python", "name": kernel}
    return new_notebook(cells=cells, metadata={"kernelspec": kernelspec})


def axe(page, selector):
    """The violations of WCAG 2.2 A and AA inside the elements that the selector finds, one readable line each."""
    assert page.locator(selector).count(), f"there is nothing to check: no element matches {selector}"
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate(RUN_AXE, [selector, WCAG_TAGS])
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:200]}: {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]


class Chromium:
    """One Chromium, with a home that is thrown away; close() ends it."""

    def __init__(self):
        self._home = tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True)
        own = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
        self._contexts, self._pages, self._playwright = {}, [], sync_playwright().start()
        try:
            self._browser = self._playwright.chromium.launch(
                executable_path=browser_path(), args=CHROMIUM_ARGUMENTS, env=own | {"HOME": self._home.name}
            )
        except BaseException:
            self.close()
            raise

    def new_page(self, port=None, **context):
        """An empty page with `console_errors` (texts) and `outside` (addresses beyond this machine, all of them blocked).

        port: of the one server on this machine that it may ask. `context` goes to Playwright's `new_context`: pages of the
        same options share one, one after another, and so what is kept there, such as scripts once compiled.
        """
        options = {"viewport": {"width": 1400, "height": 1000}, "service_workers": "block", **context}
        key = json.dumps(options, sort_keys=True)
        if key not in self._contexts:
            self._contexts[key] = self._browser.new_context(**options)
            self._contexts[key].set_default_timeout(PATIENCE / 3 * 1000)
        page = self._contexts[key].new_page()
        self._pages.append(page)
        page.console_errors, page.outside = [], []

        def block(route):
            page.outside.append(route.request.url)
            route.abort()

        def block_socket(socket):
            page.outside.append(socket.url)
            socket.close()

        local = rf"^(?!(data|blob|file|about):{rf'|(http|ws)://127.0.0.1:{port}/' if port else ''})"
        page.route(re.compile(local), block)
        page.route_web_socket(re.compile(local), block_socket)
        page.on("console", lambda message: page.console_errors.append(message.text) if message.type == "error" else 0)
        page.on("pageerror", lambda error: page.console_errors.append(str(error)))
        return page

    def close_pages(self):
        """Close all pages, and return the errors on their consoles and what they asked of the outside."""
        for context in self._contexts.values():
            for page in context.pages:
                page.close()
        pages, self._pages = self._pages, []
        return [text for page in pages for text in page.console_errors + page.outside]

    def close(self):
        """End Chromium, and remove its home."""
        self._playwright.stop()
        self._home.cleanup()
