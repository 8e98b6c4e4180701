"""A notebook that was run and saved shows its views when it is opened again, whose kernel has computed nothing yet."""

import nbformat
import pytest
from grids import read
from lab import PATIENCE

pytestmark = pytest.mark.slow
NEWS = "Would you like to get notified about official Jupyter news?"
CELLS = (
    "import numpy as np\nfrom course_lib import ProductExplorer",
    "ProductExplorer(np.arange(6).reshape(2, 3), np.arange(12).reshape(3, 4), entry=(1, 2))",
)


def test_the_views_of_a_saved_notebook_are_drawn_and_answer_without_its_kernel(jupyter):
    page = jupyter.open(*CELLS)
    assert "[1, 2]" in read(page.get_by_role("status").inner_text())
    jupyter.command(page, "docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    path = page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path")
    saved = nbformat.read(jupyter.root / path, as_version=4)
    assert "application/vnd.jupyter.widget-state+json" in saved.metadata["widgets"]
    page.evaluate("async () => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.reload()
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.content?.model")
    grid = page.get_by_role("grid").last
    grid.wait_for(timeout=PATIENCE * 1000)
    before = read(page.get_by_role("status").inner_text())
    grid.press("ArrowLeft")
    page.wait_for_function("before => document.querySelector('[role=status]').innerText !== before", arg=before)
    assert page.get_by_text("model not found").count() == 0
    assert (page.console_errors, page.outside) == ([], [])
    assert page.get_by_text(NEWS).count() == 0
