"""Words of the text beside a view light what they name, and are the notebooks' own: on a page, exported, in JupyterLab."""

import re
from pathlib import Path

import nbformat
import pytest
from chromium import notebook_of
from grids import status
from playwright.sync_api import expect

from course_lib.publish import export

ROOT = Path(__file__).parents[2]
SETUP = """import numpy as np
from course_lib.views import KeyIdeaExplorer, ProductExplorer
rng = np.random.default_rng(5)
O, G, W, b = (rng.integers(-4, 5, shape) for shape in [(7, 5), (7, 3), (5, 3), (1, 3)])"""
NAMED = re.compile(r'\[([^]]+)\]\(#[^ )]+ "([^"]+) in the live view"\)')
# What each word lights in the formula of the view before it, by notebook.
LIT = {
    "05_grad_W": {"column $h$ of $O$": "Oᵀ", "column $k$ of $G$": "G"},
    "06_grad_b": {r"an entry of $\nabla_b L$": "∇_b L", "column $k$ of $G$": "G"},
    "07_grad_O": {"row $h$ of $G$": "G", "row $k$ of $W$": "Wᵀ"},
}
INSERT = "html => document.querySelector('main').insertAdjacentHTML('afterbegin', html)"
WORDS = "a[title$='in the live view']"


def of_notebook(name):
    """(text with linked words, the code of the view before it)"""
    cells = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
    (k,) = [k for k, cell in enumerate(cells) if NAMED.search(cell.source)]
    return cells[k], cells[k - 1].source


def lit(page):
    return page.get_by_role("group", name="matrix formula").first.locator(".bss-link.bss-on").all_inner_texts()


def check_words(page, text, lights):
    """Pointed at, or reached with Tab, each linked word lights its piece, and says so; left, it lights nothing."""
    assert [words for words, _ in NAMED.findall(text.source)] == list(lights)
    links = page.locator(WORDS)
    expect(links).to_have_count(len(lights))
    view = page.locator(".bss-view").first
    before = lit(page)
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    for link, piece in zip(links.all(), lights.values(), strict=True):
        link.hover()
        expect(view.locator(".bss-link.bss-on", has_text=piece).first).to_be_visible()
        assert lit(page) == [piece]
        page.mouse.move(0, 0)
        expect(page.locator(f"{WORDS}:hover")).to_have_count(0)
        assert lit(page) == before
        link.focus()
        assert lit(page) == [piece]
        assert piece in status(page)
        link.press("Enter")
        assert lit(page) == [piece]
        link.blur()
        assert lit(page) == before


@pytest.mark.parametrize("name", LIT)
def test_words_beside_a_view_light_what_they_name_on_an_exported_page_too(lab, name):
    text, view = of_notebook(name)
    page = lab.open(SETUP, view)
    page.evaluate(INSERT, export.to_html(notebook_of(text), "."))
    check_words(page, text, LIT[name])
    lab.clear_outputs(page)
    page.locator(WORDS).first.hover()  # nothing listens any more, and nothing errs
    page = lab.open_exported(export.page, SETUP, nbformat.v4.new_markdown_cell("## Live view"), view, text)
    check_words(page, text, LIT[name])
    scrolled = page.evaluate("scrollY")
    page.locator(WORDS).first.click()
    assert page.evaluate("scrollY") == scrolled


@pytest.mark.slow
def test_they_do_in_jupyterlab(jupyter):
    text, view = of_notebook("05_grad_W")
    page = jupyter.open(SETUP, view, text)
    check_words(page, text, LIT["05_grad_W"])
