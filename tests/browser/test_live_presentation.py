"""A notebook of the course as live slides in JupyterLab, with jupyterlab-slideshow: cells run, and views answer."""

import re
from pathlib import Path

import nbformat
import pytest
from chromium import PATIENCE, axe
from grids import point_at

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "05_grad_W.ipynb"
SLIDE_OF_VIEW = "KeyIdeaExplorer.of_layer("
PROJECTOR = 'from course_lib import projector\n\nprojector("{}")'
SCREEN = {"width": 1280, "height": 720}

# What is on the slide: the visible text of each cell in the deck, by its index.
ON_SCREEN = """() => [...document.querySelectorAll('.jp-Deck .jp-Notebook .jp-Cell')].flatMap((cell, index) =>
  cell.classList.contains('jp-deck-mod-visible') ? [index] : [])"""
ACTIVE = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"
# The text below 24 pixels, 18 points of a screen of 1280 by 720, with its size; text of a drawing is as large as it is drawn.
SMALL = """() => {
  const found = [], walker = document.createTreeWalker(document.querySelector('.jp-Deck .jp-Notebook'), NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const parent = node.parentElement, range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const hidden = !parent.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!node.textContent.trim() || box.width < 2 || box.height < 2 || hidden || parent.closest('mjx-assistive-mml, sub')) continue; // a name's index is smaller, as in a formula
    const scale = parent.closest('svg') ? parent.getScreenCTM().a : 1;
    const size = scale * parseFloat(getComputedStyle(parent).fontSize);
    if (size < 23.9) found.push(`${size.toFixed(1)} px: ${node.textContent.trim().slice(0, 40)} (${parent.className || parent.tagName})`);
  }
  return found;
}"""


def notebook(mode):
    """The notebook of (A) for a projector: its first sections and its views, and a cell after the first that reads it."""
    nb = nbformat.read(NOTEBOOK, as_version=4)
    headings = {
        name: i for i, cell in enumerate(nb.cells) for name in re.findall("^## (.+)$", cell.source, re.MULTILINE)
    }
    views = nb.cells[headings["Live view"] : headings["Predict first"]]
    nb.cells = nb.cells[: headings["7. Rows and columns"] - 3] + views
    skipped, there_at_once = ({"slideshow": {"slide_type": kind}} for kind in ("skip", ""))
    nb.cells.insert(1, nbformat.v4.new_code_cell(PROJECTOR.format(mode), metadata=skipped))
    (place,) = [i for i, cell in enumerate(nb.cells) if SLIDE_OF_VIEW in cell.source]
    source = nb.cells[place].source.replace("KeyIdeaExplorer.of", "view = KeyIdeaExplorer.of")
    nb.cells[place].source = f"{source}\nview"
    nb.cells.insert(place + 1, nbformat.v4.new_code_cell("print('entry', view.entry)", metadata=there_at_once))
    return nb, place


def start(jupyter, page):
    """Start the slides from the first cell, with the button that the lecturer clicks."""
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0; }")
    page.locator(".jp-NotebookPanel-toolbar [data-command='deck:toggle']:visible").click()
    page.wait_for_function("() => document.querySelector('.jp-Deck .jp-deck-mod-visible')", timeout=PATIENCE * 1000)


def step(page):
    """Press Space, and wait until the slides have gone on; False where they end."""
    before = page.evaluate(ACTIVE)
    page.keyboard.press("Space")
    page.wait_for_function(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
    )
    return page.evaluate(ACTIVE) != before


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_it_steps_through_the_slides_runs_cells_and_the_view_answers(jupyter, mode):
    nb, place = notebook(mode)
    page = jupyter.open_notebook(nb, theme=mode, viewport=SCREEN)
    page.evaluate("i => window.jupyterapp.shell.currentWidget.content.widgets[i].model.clearExecution()", place)
    start(jupyter, page)
    seen, small = set(), set()
    while page.evaluate(ACTIVE) != place:
        seen.update(page.evaluate(ON_SCREEN))
        small.update(page.evaluate(SMALL))
        assert step(page), "the slides end before the view"
    kinds = [cell.metadata["slideshow"]["slide_type"] for cell in nb.cells[:place]]
    assert seen == {i for i, kind in enumerate(kinds) if kind not in ("skip", "notes")}

    page.keyboard.press("Control+Enter")  # the cell on the slide runs, and its view appears
    picker = page.get_by_role("grid", name="∇_W L, 5 by 3, n_in by n_out")
    picker.wait_for(timeout=PATIENCE * 1000)
    jupyter.wait_until_idle(page)
    point_at(picker, 1, 2)
    page.mouse.down()
    page.mouse.up()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate(ACTIVE) == place, "the arrow key has turned the slide"
    small.update(page.evaluate(SMALL))
    assert axe(page, f".jp-Deck .jp-Cell:nth-child({place + 1}) .jp-OutputArea-output") == []

    page.get_by_title("Go to next fragment or subslide in Deck").click()  # from the view back to the slides
    assert page.evaluate(ACTIVE) == place + 1
    jupyter.run_until(page, place + 1, "entry (2, 2)")
    assert small == set()
    assert (page.console_errors, page.outside) == ([], [])

    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('.jp-Deck')")
