"""The views on a plain page, without a JupyterLab: their classes run in this process, Chromium shows them.

A cell is run as a notebook's cell is, and a view that is its value is shown. Traits and messages go both ways, one after
another: while a cell runs or a message is dealt with, what the views say is kept, and goes to the page afterwards.
"""

import ast
import base64
import contextlib
import functools
import io
import logging
import sys
import tempfile
import warnings
from pathlib import Path

import nbformat
from chromium import notebook_of
from ipywidgets import Widget
from playwright.sync_api import TimeoutError as NothingHappened

from course_lib.views.shared.view import _chosen

PAGE = Path(__file__).with_suffix(".html").read_text(encoding="utf-8")
THEMES = Path(sys.prefix, "share", "jupyter", "lab", "themes", "@jupyterlab")
WIDGET = "application/vnd.jupyter.widget-{}+json"
SET_THEME = """([theme, css]) => {
  document.getElementById('theme').textContent = css;
  document.body.dataset.jpThemeLight = theme === 'light';
  document.body.dataset.jpThemeName = theme;
}"""
SETTLED = """() => new Promise(done =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(asked === answered))))"""


def run(cell, names):
    """Run a cell in the names, a dict, and return its value: that of its last line if that is an expression."""
    tree = ast.parse(cell)
    last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)  # noqa: S102
    return eval(compile(last, "cell", "eval"), names) if last else None


def executed(notebook):
    """The notebook with the outputs of the cells that show a view, run without a kernel."""
    names, views = {}, []
    for cell in notebook.cells:
        if cell.cell_type == "code" and hasattr(value := run(cell.source, names), "_esm"):
            views.append(value)
            shown = {WIDGET.format("view"): {"model_id": value.model_id}, "text/plain": repr(value)}
            cell.outputs = [nbformat.v4.new_output("display_data", shown)]
    state = Widget.get_manager_state(widgets=views)
    notebook.metadata["widgets"] = {WIDGET.format("state"): state}
    return notebook


class PageLab:
    """Pages of views, in a `Chromium`."""

    def __init__(self, browser):
        self.new_page = browser.new_page
        self._views = {}

    def open(self, *cells, theme="light", files=False, **context):
        """Run the cells, and return the page with their views; see `Chromium.new_page` for what it has and takes.

        files: as wide as JupyterLab leaves it with the file browser open. An error or a warning of a cell is raised.
        """
        page = self.new_page(**{"color_scheme": theme, **context})
        page.cells, page.names = cells, {"__name__": "__main__"}
        page.expose_function("toKernel", self._hear)
        page.set_content(PAGE)
        self.change_theme(page, theme)
        page.evaluate("files => document.body.toggleAttribute('data-files', files)", files)
        for index in range(len(cells)):
            self.run_cell(page, index)
        return page

    def open_exported(self, export, *cells, **context):
        """The page that `export` makes of a notebook of the cells (code as text, or cells), off the network and with no kernel.

        export: a function of a notebook that was run, and of a title, such as `course_lib.publish.export.page`.
        """
        page = self.new_page(offline=True, **context)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "views.html")
            path.write_text(export(executed(notebook_of(*cells)), "views"), encoding="utf-8")
            page.goto(path.as_uri())
        page.locator("html[data-views=drawn]").wait_for()
        return page

    def change_theme(self, page, theme):
        """Give the page JupyterLab's colours of its light or its dark theme."""
        css = Path(THEMES, f"theme-{theme}-extension", "index.css").read_text(encoding="utf-8")
        page.evaluate(SET_THEME, [theme, css])

    def run_cell(self, page, index):
        """Run one cell, counted from 0, show what it shows in place of what it has shown, and return what it printed."""
        printed = io.StringIO()
        with self._said() as said, contextlib.redirect_stdout(printed):
            value = run(page.cells[index], page.names)
            if hasattr(value, "_esm") and value.comm.comm_id not in self._views:
                self._views[value.comm.comm_id] = value
                value.comm.publish_msg = functools.partial(self._say, value.comm.comm_id)
                value.send_state()
        if hasattr(value, "_esm"):
            page.evaluate("([messages, cell]) => { hear(messages); return clear(cell) }", [said, index])
            page.evaluate("([cell, id]) => show(cell, id)", [index, value.comm.comm_id])
        elif said:
            page.evaluate("messages => hear(messages)", said)
        return printed.getvalue() + ("" if value is None else repr(value))

    def run_until(self, page, index, text):
        """Run one cell, again after each message of the page, until it prints the text or shows it as its value."""
        while True:
            answered = page.evaluate("answered")
            printed = self.run_cell(page, index)
            if text in printed:
                return
            try:
                page.wait_for_function("before => answered > before", arg=answered)
            except NothingHappened:
                raise AssertionError(f"the cell printed {printed!r}, expected {text!r}") from None

    def settle(self, page):
        """Wait until every message of the page is answered, and what the answers change is drawn."""
        page.wait_for_function(SETTLED)

    def clear_outputs(self, page):
        """Take all views off the page."""
        page.evaluate("() => Promise.all(Object.keys(outputs).map(clear))")

    def end_test(self):
        """Close the views of the test."""
        for view in self._views.values():
            view.close()
        self._views.clear()
        _chosen.clear()  # what a reader has chosen does not outlive the test

    # Messages

    def _hear(self, identity, data, buffers):
        """Deal with a message of the page, and return what the views say to it."""
        with self._said() as said:
            buffers = [memoryview(base64.b64decode(buffer)) for buffer in buffers]
            self._views[identity].comm.handle_msg({"content": {"data": data}, "buffers": buffers})
        return said

    @contextlib.contextmanager
    def _said(self):
        self._kept = []
        log = logging.getLogger("traitlets")  # where ipywidgets puts an error of a view that hears a message
        log.addFilter(_raise)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                yield self._kept
        finally:
            log.removeFilter(_raise)

    def _say(self, identity, kind, data=None, metadata=None, buffers=None, **_):
        if kind == "comm_msg":
            self._kept.append([identity, data, [base64.b64encode(buffer).decode() for buffer in buffers or []]])


def _raise(record):
    raise AssertionError(record.getMessage())
