"""JupyterLab itself, with every view of the course in one notebook; how the views behave in full is tested on the plain page."""

from typing import NamedTuple

import numpy as np
import pytest
from lab import IS_DRAWN
from playwright.sync_api import expect

SETUP = """import numpy as np
from course_lib import views
from course_lib.activations import tanh
from course_lib.exercises import by_hand
from course_lib.autodiff import Node
from course_lib.network import Network
A, network = np.diag([2.0, 3, 5]), Network([3, 3, 3], tanh)"""
RIGHT = "answers = [str(x) for x in view.case['right']]"


class View(NamedTuple):
    """A view; an element of it, keys for that, what then is to be read without a kernel too; what Python then has of it.

    And what Python does, and what then is to be read.
    """

    cell: str
    element: str
    keys: str
    seen: str
    known: str
    told: str
    read: str


G, S, B = "role=grid >> nth=-1", "role=slider", "role=button[name='{}']"
W = "views."
VIEWS = [
    View(W + "ProductExplorer(A, A)", G, "End", "B)[0, 2] = ?", "entry == [0, 2]", "entry = [1, 1]", "B)[1, 1] = ?"),
    View(
        W + "JacobianExplorer(A, np.ones(3))",
        "role=grid >> nth=1",
        *("End", "(∂y/∂x)[0, 2] = 0", "entry == [0, 2]", "entry = [1, 1]", "At x[1] = 1, y[1] = 3."),
    ),
    View(
        W + "KeyIdeaExplorer.of_layer('W', A, A, A[:1], A)",
        S,
        *("ArrowRight", "Added product 1 of 3", "step == 1", "step = 2", "Added product 2 of 3"),
    ),
    View(
        W + "BackwardStepper(network, A, A)",
        S,
        *("ArrowRight", "Step 1 of 12", "step == 1", "step = 2", "Step 2 of 12"),
    ),
    View(
        W + "BatchView(network, A, A)",
        B.format("Step ▶"),
        *("Enter", "1 of 3 samples added", "added == 1", "added = 2", "2 of 3 samples added"),
    ),
    View(
        W + "GradientFlow(5, 8)",
        S,
        *("Home", "scale of W0.1", "settings['scale'] == 0.1", "layer = 4", "layer 4: RMS of Z"),
    ),
    View(
        W + "GraphStepper((Node(A) * Node(A)).sum())",
        S,
        *("ArrowRight", "Step 1 of 3", "step == 1", "step = 2", "Step 2 of 3: sum has the gradient 1"),
    ),
    View(
        W + "TrainingPlayground()",
        B.format("One step"),
        *("Enter", "One step", "answer['step'] == 1", "answer = view.answer | {'step': 5}", "Step 5, epoch"),
    ),
    View(
        "by_hand('grad_W', seed=1)", "role=textbox", "7 Enter", "7 is not", "answers[0] == '7'", RIGHT, "Right: 6 of 6."
    ),
]
CELLS = [SETUP, *(f"view_{k} = {view.cell}\nview_{k}" for k, view in enumerate(VIEWS))]
KNOWN = "print('known', [" + ", ".join(f"view_{k}.{view.known}" for k, view in enumerate(VIEWS)) + "])"
ALL_KNOWN = f"known {[True] * len(VIEWS)}"
TOLD = "\n".join(f"view = view_{k}\nview.{view.told}" for k, view in enumerate(VIEWS))

NEWS = "Would you like to get notified about official Jupyter news?"
LISTEN = """() => {
  window.heard = [];
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  kernel.anyMessage.connect((_, { msg, direction }) => heard.push(`${direction} ${msg.header.msg_type}`));
}"""
DRAG = """async slider => {
  for (let k = 0; k < 120; k++) {
    slider.value = Number(slider.min) + (slider.max - slider.min) * (0.5 + Math.cos(k / 9) / 3);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise(requestAnimationFrame);
  }
  return Number(slider.value);
}"""


def outputs(page):
    """The outputs of the views, in their order."""
    found = page.locator(".jp-OutputArea-output:has([class*=bss-])")
    assert found.count() == len(VIEWS)
    return found.all()


def use(view, output):
    """Press the view's keys on its element, and wait until it reads what the keys lead to."""
    element = output.locator(view.element).first
    for key in view.keys.split():
        element.press(key)
    expect(output).to_contain_text(view.seen)


def press_keys(page):
    for view, output in zip(VIEWS, outputs(page), strict=True):
        use(view, output)


def boxes(page):
    """Where each view's output begins, and how large it is."""
    return [tuple(output.bounding_box()[kind] for kind in ("x", "width", "height")) for output in outputs(page)]


WINDOWS = [{}, pytest.param({"files": True, "viewport": {"width": 1100, "height": 700}}, marks=pytest.mark.slow)]


@pytest.mark.parametrize("window", WINDOWS, ids=["alone", "file browser"])
def test_every_view_is_drawn_as_on_the_page_and_answers_a_key_and_the_kernel(jupyter, lab, window):
    page = jupyter.open(*CELLS, KNOWN, TOLD, run=False, **window)
    for index in range(len(CELLS)):
        jupyter.run_cell(page, index)
    page.wait_for_function(IS_DRAWN)
    assert np.allclose(boxes(page), boxes(lab.open(*CELLS, **window)), atol=1)
    press_keys(page)
    jupyter.run_until(page, len(CELLS), ALL_KNOWN)
    jupyter.run_cell(page, len(CELLS) + 1)
    for view, output in zip(VIEWS, outputs(page), strict=True):
        expect(output).to_contain_text(view.read)


@pytest.mark.slow
def test_the_views_outlive_their_kernel_and_live_again_after_a_run_and_leave_nothing_behind(jupyter):
    page = jupyter.open(*CELLS, KNOWN)
    jupyter.restart(page)
    press_keys(page)
    expect(page.get_by_text("The kernel has not answered yet").first).to_be_visible()
    jupyter.run_all(page)
    press_keys(page)
    jupyter.run_until(page, len(CELLS), ALL_KNOWN)
    page.evaluate("() => { window.grids = [...document.querySelectorAll('.bss-grid')].map(grid => new WeakRef(grid)) }")
    page.get_by_role("button", name="Play").last.click()
    jupyter.clear_outputs(page)
    assert page.locator("[class*=bss-]").count() == 0
    page.evaluate("() => { CanvasRenderingContext2D.prototype.fillText = () => { window.drawn = true } }")
    page.evaluate("() => document.body.classList.toggle('another-theme')")  # what is left would draw itself anew
    jupyter.run_cell(page, len(CELLS))  # the last question has been answered
    page.evaluate(LISTEN)
    jupyter.run_cell(page, len(CELLS))
    heard = page.evaluate("() => heard")
    assert "recv execute_reply" in heard
    assert "send comm_msg" not in heard, "a view that is gone asks on"
    assert page.evaluate("() => window.drawn") is None
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.enable")
    devtools.send("HeapProfiler.collectGarbage")
    assert page.evaluate("() => window.grids.filter(grid => grid.deref()).length") == 0


@pytest.mark.slow
@pytest.mark.parametrize("kernel", ["lives", "is gone"])
def test_what_a_reader_chose_is_there_when_a_saved_notebook_is_opened_again(jupyter, kernel):
    chosen = [view for view in VIEWS if any(name in view.cell for name in ("ProductExplorer", "BackwardStepper"))]
    cells = [f"view_{k} = {view.cell}\nview_{k}" for k, view in enumerate(chosen)]
    known = "print([" + ", ".join(f"view_{k}.{v.known}" for k, v in enumerate(chosen)) + "])"
    page = jupyter.open(SETUP, *cells, known)
    shown = page.locator(".jp-OutputArea-output:has(.bss-view)")
    for view, output in zip(chosen, shown.all(), strict=True):
        use(view, output)
    jupyter.command(page, "docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    if kernel == "is gone":
        page.evaluate("async () => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.reload()
    for k, view in enumerate(chosen):
        expect(shown.nth(k)).to_contain_text(view.seen)
    if kernel == "lives":
        jupyter.run_until(page, len(cells) + 1, str([True] * len(chosen)))
    for k, view in enumerate(chosen):
        shown.nth(k).locator(view.element).first.press("Home")
        expect(shown.nth(k)).not_to_contain_text(view.seen)
    if kernel == "lives":  # and it is the kernel's own view that is shown
        jupyter.run_until(page, len(cells) + 1, str([False] * len(chosen)))
    assert page.get_by_text("model not found").count() == page.get_by_text(NEWS).count() == 0


@pytest.mark.slow
def test_after_a_fast_drag_the_latest_setting_has_won(jupyter):
    cells = ["flow = views.GradientFlow(30, 64)\nflow", "slopes = views.JacobianExplorer(A, np.ones(3))\nslopes"]
    page = jupyter.open(SETUP, *cells, "print('python has', flow.settings['depth'], float(slopes.x[0]))")
    page.get_by_text("More: depth").click()
    depth = page.get_by_role("slider", name="depth").evaluate(DRAG)
    x = page.get_by_role("slider", name="x[0]").evaluate(DRAG)
    jupyter.run_until(page, 3, f"python has {depth} {float(x)}")
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
    expect(page.locator(".bss-jacobian")).to_contain_text(f"At x[0] = {x:g}".replace("-", "−"))


@pytest.mark.slow
def test_a_cell_that_runs_while_a_network_trains_returns_at_once(jupyter):
    page = jupyter.open(SETUP, "views.TrainingPlayground()", "print('here', 6 * 7)")
    jupyter.command(page, "notebook:clear-all-cell-outputs")
    jupyter.run_cell(page, 1)
    where = "Number(document.querySelector('.bss-where').textContent.replace(/[^0-9]/g, ''))"
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"() => {where} > 100")
    page.evaluate(LISTEN)
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 2 }")
    jupyter.command(page, "notebook:run-cell")
    page.get_by_text("here 42").wait_for()
    heard = page.evaluate("() => heard")
    meanwhile = heard[heard.index("send execute_request") : heard.index("recv stream")]
    # A loop in the kernel that plays until Pause would let none of it happen; a busy machine lets a few frames pass.
    assert meanwhile.count("recv comm_msg") <= 20
    page.wait_for_function(f"before => {where} > before + 100", arg=page.evaluate(f"() => {where}"))


@pytest.mark.slow
def test_what_is_typed_is_kept_where_a_cell_is_drawn_again_and_keys_in_a_view_are_no_shortcuts(jupyter):
    page = jupyter.open(*CELLS[:2], next(cell for cell in CELLS if "by_hand(" in cell))
    entry = page.get_by_label("entry (0, 0) of ∇_W L")
    entry.fill("5")
    entry.press("Enter")
    jupyter.command(page, "notebook:move-cell-up")  # draws the outputs of both cells again
    page.wait_for_function(IS_DRAWN)
    expect(entry).to_have_value("5")
    assert entry.get_attribute("aria-invalid") == "true"
    for key in ("b", "d", "d", "Shift+Enter"):  # in JupyterLab: a new cell, a cell less, run
        page.get_by_role("grid", name="A, 3 by 3").press(key)
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == 3
