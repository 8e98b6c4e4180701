"""What JupyterLab leaves beside its file browser in a window of 1100 by 700, and a reader's own colours, are enough."""

import pytest

SETUP = """import numpy as np
from course_lib.views import JacobianExplorer, KeyIdeaExplorer, TrainingPlayground
A, O, G, W = np.arange(35.0).reshape(7, 5) - 17, np.ones((7, 5)), np.ones((7, 3)), np.ones((5, 3))"""
NARROW = {"files": True, "viewport": {"width": 1100, "height": 700}}
JACOBIAN, PLAYGROUND = "JacobianExplorer(A, np.ones(5))", "TrainingPlayground('digits', hidden=(3,), activation='relu')"


def inside(page, selector):
    """Whether all of these elements stand inside the view, from left to right."""
    room = page.locator(".bss-view").bounding_box()
    boxes = [one.bounding_box() for one in page.locator(selector).all()]
    return bool(boxes) and all(
        room["x"] <= box["x"] and box["x"] + box["width"] <= room["x"] + room["width"] for box in boxes
    )


def test_each_slider_of_the_jacobian_is_seen_beside_its_entry(lab):
    page = lab.open(SETUP, JACOBIAN, **NARROW)
    assert inside(page, ".bss-sliders input")
    x = page.get_by_role("grid").last.bounding_box()
    for slider in page.locator(".bss-sliders input").all():
        box = slider.bounding_box()
        assert box["x"] >= x["x"] + x["width"] and x["y"] < box["y"] < x["y"] + x["height"]


@pytest.mark.parametrize("wrt", ["W", "O"])
def test_the_steps_of_the_key_idea_stand_in_one_row(lab, wrt):
    page = lab.open(SETUP, f"KeyIdeaExplorer.of_layer('{wrt}', O, W, np.ones((1, 3)), G)", **NARROW)
    titles = [title.bounding_box() for title in page.locator(".bss-title").all()]
    assert len({box["y"] for box in titles}) == 1
    assert inside(page, ".bss-paths .bss-grid")


def test_the_count_of_misread_digits_stays_beside_the_loss(lab):
    page = lab.open(SETUP, PLAYGROUND, "KeyIdeaExplorer(np.ones((3, 2)), np.ones(3))", **NARROW)
    count, panel = page.locator(".bss-misread").first, page.locator(".bss-panel").nth(1)
    assert "the first 12" in count.inner_text()  # so long that it takes two lines
    box = count.evaluate(
        "e => { const r = document.createRange(); r.selectNodeContents(e); const b = r.getBoundingClientRect(); return [b.right, b.bottom]; }"
    )
    assert box[0] <= panel.bounding_box()["x"] + panel.bounding_box()["width"]
    assert count.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_in_the_readers_own_colours_what_is_lit_can_be_read(lab):
    page = lab.open(SETUP, "KeyIdeaExplorer.of_layer('W', O, W, np.ones((1, 3)), G)", forced_colors="active")
    page.get_by_role("button", name="Step").click()
    lit = page.locator(".bss-link.bss-on").first
    ink, ground = lit.evaluate("e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]")
    assert ink != ground
    assert lit.evaluate("e => getComputedStyle(e).forcedColorAdjust") == "none"
