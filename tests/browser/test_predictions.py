"""Predictions: asked, chosen with the keyboard or the pointer, and answered without anything moving."""

import re

import pytest
from test_jupyterlab import CELLS as ALL_VIEWS

from course_lib.exercises import prediction

NAME = "05 an input that is 0"
CELLS = ("from course_lib.exercises import prediction", f"asked = prediction({NAME!r})\nasked", "asked.chosen")
ASKED = prediction(NAME)


def view(page):
    return page.get_by_role("group", name="Predict first", exact=True)


def status(page):
    return view(page).get_by_role("status").inner_text()


def test_with_keys_or_the_pointer_each_choice_gets_its_answer_and_nothing_moves(lab):
    page = lab.open(*CELLS)
    radios = page.get_by_role("group", name=ASKED.ask.replace("\n", " ")).get_by_role("radio")
    assert not re.search("[✓✗]", view(page).inner_text())
    before = view(page).bounding_box()
    radios.first.focus()
    page.keyboard.press("Enter")
    assert status(page) == "Choose one first."
    page.keyboard.press("Space")
    for k, answer in enumerate(ASKED.answers):
        assert radios.nth(k).is_checked()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert status(page) == answer
        after = view(page).bounding_box()
        assert (after["width"], after["height"]) == (before["width"], before["height"])
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("ArrowDown")
    assert radios.first.is_checked()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert status(page) == ASKED.answers[-1]
    view(page).get_by_text(ASKED.texts[1], exact=True).click()
    view(page).get_by_role("button", name="Answer").click()
    assert status(page) == ASKED.answers[1]
    lab.run_until(page, 2, "2")
    lab.run_cell(page, 1)  # anew, and so empty
    page.wait_for_function("() => !document.querySelector('.bss-prediction input:checked')")
    assert (view(page).count(), status(page)) == (1, "")


def test_the_styles_of_the_other_views_on_the_page_do_not_reach_it(lab):
    """Each view's style sheet holds for the whole page."""
    heights = "() => [...document.querySelectorAll('.bss-prediction *')].map(e => e.getBoundingClientRect().height)"
    alone = lab.open(*CELLS[:2]).evaluate(heights)
    page = lab.open(*ALL_VIEWS)
    assert page.locator(".jp-OutputArea-output").count() == len(ALL_VIEWS) - 1
    assert len(alone) > 10 and page.evaluate(heights) == pytest.approx(alone, abs=0.1)
