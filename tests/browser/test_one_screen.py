"""Each view on one screen: beside JupyterLab's file browser in a window of 1100 by 700, and what a tap changes on a phone."""

from typing import NamedTuple

SETUP = """import numpy as np
from course_lib import views
from course_lib.activations import relu, sigmoid
from course_lib.autodiff import Node
from course_lib.losses import softmax_cross_entropy
from course_lib.network import Network
from course_lib.practice.data import digits
rng = np.random.default_rng(0)
A, O, G, W = np.arange(35.0).reshape(7, 5) - 17, np.ones((7, 5)), np.ones((7, 3)), np.ones((5, 3))
X, target = digits().X_train[:7], digits().target_train[:7]
O2 = Node([[1.0, 2.0], [3.0, -1.0]])
Z2 = O2 @ Node([[2.0], [1.0]]) + Node([[-1.0]])
square = (Z2 * Z2).sum()
layers, reader = Network([5, 3, 2], sigmoid), Network([64, 5, 10], relu, softmax_cross_entropy)
wide = Network([64, 64, 32, 10], relu, softmax_cross_entropy)"""


class View(NamedTuple):
    """A view as the notebooks have it; a control of it, and what that changes; how tall the view may be."""

    cell: str
    control: str
    effect: str
    tallest: int = 600


STEP = "role=button[name='Step ▶']"
LAYER = "rng.integers(-4, 5, (7, 5)), rng.integers(-4, 5, (5, 3)), np.ones((1, 3)), rng.integers(-4, 5, (7, 3))"
VIEWS = [
    View("ProductExplorer(rng.integers(-4, 5, (5, 7)), rng.integers(-4, 5, (7, 3)))", STEP, "role=grid >> nth=-1"),
    *(View(f"KeyIdeaExplorer.of_layer('{wrt}', {LAYER})", STEP, "role=grid >> nth=-1") for wrt in "WbO"),
    View("JacobianExplorer(A, np.ones(5))", "role=slider[name='x[1]']", ".bss-chart"),
    View(
        "BackwardStepper(layers, rng.normal(size=(7, 5)), rng.normal(size=(7, 2)), step=7)", STEP, "role=grid >> nth=0"
    ),
    View("BackwardStepper(wide, X, target, step=10)", STEP, "role=grid >> nth=0"),
    View("BatchView(reader, X, target, X.reshape(-1, 8, 8), sample=2, layer=1)", STEP, "role=grid[name=/^sum/]"),
    View(
        "BatchView(reader, X, target, X.reshape(-1, 8, 8))",
        "role=button[name='sample 1, class 2']",
        "role=grid[name=/^O,/]",
    ),
    View("GraphStepper(square, {'O': O2}, step=2)", STEP, ".bss-graph"),
    View("GradientFlow()", "role=button[name='Check my scale']", ".bss-verdict"),
    View("GradientFlow(100, 64, 'relu')", "role=slider[name='scale of W']", ".bss-plot svg >> nth=0"),
    View("TrainingPlayground(steps=200)", "role=button[name='One step']", ".bss-plane", 640),
    View("TrainingPlayground('digits', (32,), batch_size=28)", "role=button[name='One step']", ".bss-mistakes", 640),
]
NARROW = {"files": True, "viewport": {"width": 1100, "height": 700}}
PHONE = {"viewport": {"width": 390, "height": 700}}
TWICE = {"viewport": {"width": 550, "height": 350}, "device_scale_factor": 2}  # the window of 1100 by 700 at 200 %
# What is cut off, or stands beside the view; what is said to screen readers alone has no width to speak of.
OUTSIDE = """view => {
  const { left, right } = view.getBoundingClientRect();
  const seen = [...view.querySelectorAll('*')].filter((e) => !e.closest('.bss-unseen, defs') && e.getClientRects().length);
  const out = seen.filter((e) => e.getBoundingClientRect().right > right + 1 || e.getBoundingClientRect().left < left - 1);
  const scrolls = [view, ...seen].filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible');
  return [...out, ...scrolls].map((e) => e.outerHTML.slice(0, 100));
}"""
ON_A_PHONE = OUTSIDE.replace("defs", "defs, .bss-scrolls")  # a wide graph scrolls in itself, to where the step is

STOPS = """view => [...view.querySelectorAll('button, input, select, [tabindex]')]
  .filter((e) => e.tabIndex >= 0 && !e.disabled && e.getClientRects().length).length"""


def opened(lab, **size):
    """A page of that size with all views, and each with its place on it."""
    page = lab.open(SETUP, *(f"rng = np.random.default_rng(0)\nviews.{view.cell}" for view in VIEWS), **size)
    return page, list(zip(VIEWS, page.locator(".bss-view").all(), strict=True))


def together(view, shown):
    """How many pixels a window needs for a control and what it changes."""
    boxes = [shown.locator(part).first.bounding_box() for part in (view.control, view.effect)]
    return max(box["y"] + box["height"] for box in boxes) - min(box["y"] for box in boxes)


def test_a_view_and_all_that_it_says_after_a_tap_stand_on_one_screen(lab):
    page, views = opened(lab, **NARROW)
    wrong = []
    for _ in range(2):
        lab.settle(page)
        for view, shown in views:
            height, stops, out = shown.bounding_box()["height"], shown.evaluate(STOPS), shown.evaluate(OUTSIDE)
            wrong += [(view.cell, height, stops, out)] if height > view.tallest or stops > 8 or out else []
            shown.locator(view.control).first.click()
    assert wrong == []


def test_on_a_phone_what_a_tap_changes_is_in_sight_and_nothing_is_cut(lab):
    page, views = opened(lab, **PHONE)
    for view, shown in views:
        shown.locator(view.control).first.click()
    lab.settle(page)
    found = [(view.cell, together(view, shown), shown.evaluate(ON_A_PHONE)) for view, shown in views]
    assert [each for each in found if each[1] > PHONE["viewport"]["height"] or each[2]] == []


def test_at_twice_the_size_nothing_is_cut_and_nothing_scrolls_sideways(lab):
    page, views = opened(lab, **TWICE)
    for _ in range(2):
        lab.settle(page)
        assert [(view.cell, out) for view, shown in views if (out := shown.evaluate(OUTSIDE))] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for view, shown in views:
            shown.locator(view.control).first.click()
