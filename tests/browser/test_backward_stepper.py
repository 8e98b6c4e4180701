"""BackwardStepper: every step and every sum that one reads is what numpy computes."""

import inspect
import re

import numpy as np
from grids import PAUSE, point_at, status
from playwright.sync_api import expect

from course_lib.activations import relu
from course_lib.losses import softmax_cross_entropy
from course_lib.network import Network
from course_lib.practice.data import digits
from course_lib.views import BackwardStepper
from course_lib.views.shared.view import unpacked


def small_pass():
    """A network, X and T of whole numbers: the target is chosen for a first G without fractions."""
    rng = np.random.default_rng(11)
    network = Network([5, 3, 2], relu)
    W0, b0, W1, b1, X, G = (
        rng.integers(-3, 4, shape).astype(float) for shape in ((5, 3), (1, 3), (3, 2), (1, 2), (7, 5), (7, 2))
    )
    network.parameters = [(W0, b0), (W1, b1)]
    return network, X, network.forward(X).O[-1] - 7 * G


def digits_pass():
    """64 digits in a network with more layers, and matrices too big for numbers."""
    X, T, _, _ = digits()
    return Network([64, 64, 32, 10], relu, loss=softmax_cross_entropy), X[:64], T[:64]


IMPORTS = """import numpy as np
from course_lib.activations import relu
from course_lib.practice.data import digits
from course_lib.losses import softmax_cross_entropy
from course_lib.network import Network
"""
# The notebook's cells run the functions above, and so does this process.
PASS = f"{IMPORTS}\n{inspect.getsource(small_pass)}\nnetwork, X, T = small_pass()"
DIGITS = f"{IMPORTS}\n{inspect.getsource(digits_pass)}\nnetwork, X, T = digits_pass()"
VIEW = """from course_lib.views.backward_stepper.view import BackwardStepper
view = BackwardStepper(network, X, T)
view"""


# What each step makes, as tests/views/test_backward_stepper.py checks it.
SHOWN = BackwardStepper(*small_pass())
EXPECTED = {step["result"]: unpacked(SHOWN.matrices[step["result"]]) for step in SHOWN.steps}


def lines(page):
    """The two lines of the status: the step, and the active entry."""
    return status(page).replace("·", "*").replace("ᵀ", "^T").split("\n")


def go_to(page, step):
    page.get_by_role("slider", name="Step").fill(str(step))


def thumb(page, name):
    return page.get_by_role("toolbar", name="All matrices").get_by_role(
        "button", name=re.compile(rf"^{re.escape(name)}, ")
    )


def test_the_keyboard_steps_through_the_pass_and_each_sum_comes_to_its_entry(lab):
    page = lab.open(PASS, VIEW)
    slider = page.get_by_role("slider", name="Step")
    assert lines(page)[0].endswith(": O[0] = X, with T. One row for each sample.")
    results = set()
    for step in range(1, 13):
        slider.press("ArrowRight")
        page.get_by_text(f"Step {step} of 12. ").wait_for()
        title = slider.get_attribute("aria-valuetext").removeprefix(f"{step} of 12: ")
        line, entry = lines(page)
        assert line.startswith(f"Step {step} of 12. {title}: ")
        result = re.search(r": (\S+\[\d\](?: L)?) = ", line)[1]
        A = EXPECTED[result]
        assert page.get_by_role("grid").first.get_attribute("aria-label").startswith(f"{result}, {A.shape[0]} by")
        results.add(result)
        page.get_by_role("grid").first.press("Control+End")
        i, j = A.shape[0] - 1, A.shape[1] - 1
        _, entry = lines(page)
        words = entry.split(": ")[0].split(" = ")
        assert words[0].replace("(", "").replace(")", "") == f"{result}[{i}, {j}]"
        assert float(words[1]) == A[i, j]
        if "relu" not in words[-1] and "identity" not in words[-1]:
            assert eval(words[-1]) == A[i, j], entry
    assert results == EXPECTED.keys() - {"O[0]"}


def test_the_entry_says_which_row_and_column_it_is_made_from(lab):
    page = lab.open(PASS, VIEW)
    grids = page.get_by_role("grid")
    go_to(page, 7)
    grids.nth(0).press("Control+Home")
    grids.nth(0).press("ArrowDown")
    dW = EXPECTED["∇_W[1] L"]
    assert lines(page)[1].startswith(f"(∇_W[1] L)[1, 0] = {dW[1, 0]:g} = ")
    assert lines(page)[1].endswith(": row 1 of O[1]^T, column 0 of G[1]")
    grids.nth(1).press("Control+End")
    assert lines(page)[1] == f"O[1]^T[2, 6] = {EXPECTED['O[1]'][6, 2]:g}"
    go_to(page, 10)
    point_at(grids.nth(0), 6, 2)
    assert lines(page)[1].endswith(": (∇_O[1] L)[6, 2], relu'(Z[0])[6, 2]")
    go_to(page, 1)
    point_at(grids.nth(0), 5, 1)
    assert lines(page)[1].endswith(": row 5 of O[0], column 1 of W[0], b[0][0, 1]")


def test_the_row_of_all_matrices_is_one_stop_of_the_tab_key_and_goes_to_steps(lab):
    page = lab.open(PASS, VIEW)
    page.keyboard.press("Tab")
    while not page.evaluate("document.activeElement.matches('.bss-thumb')"):
        page.keyboard.press("Tab")
    for _ in range(2):
        page.keyboard.press("ArrowRight")  # O[0], W[0], and what stands below it
    focused = page.locator(":focus")
    assert focused.get_attribute("aria-label") == "∇_W[0] L, 5 by 3: go to the step that makes it, not computed yet"
    assert not page.locator(":focus canvas").is_visible()
    page.keyboard.press("Enter")
    assert lines(page)[0].startswith("Step 11 of 12. Layer 0 backwards, (A)")
    assert focused.get_attribute("aria-label").endswith("go to the step that makes it, the result of this step")
    assert page.locator(":focus canvas").is_visible()
    roles = [thumb(page, name).get_attribute("data-role") for name in ("O[0]", "G[0]", "W[0]", "Z[0]")]
    assert roles == ["operand", "operand", "", ""]
    assert "not computed yet" in thumb(page, "∇_b[0] L").get_attribute("aria-label")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("role") == "grid"
    thumb(page, "W[1]").click()
    assert lines(page)[0].startswith("Step 3 of 12.")
    page.get_by_role("button", name="Reset").click()
    assert lines(page)[0].startswith("Step 0 of 12.")


def test_what_stands_above_the_formula_moves_from_no_step_to_another(lab):
    page = lab.open(PASS, VIEW, files=True, viewport={"width": 1100, "height": 700})
    places = set()
    for step in range(13):
        go_to(page, step)
        all_of_them = page.locator(".bss-thumb, .bss-status, .bss-board")
        places.add(all_of_them.evaluate_all("all => JSON.stringify(all.map(e => [e.offsetLeft, e.offsetTop]))"))
    assert len(places) == 1


def test_a_long_sum_says_how_many_more_terms_it_has(lab):
    page = lab.open(DIGITS, VIEW)
    go_to(page, 11)  # (C): ten terms for each entry of ∇_O[2] L
    page.get_by_role("grid").first.press("Control+End")
    assert lines(page)[1].startswith("(∇_O[2] L)[63, 31] = ") and lines(page)[1].count("*") == 3
    assert " + … (7 more): row 63 of G[2], " in lines(page)[1]


def test_in_formula_c_g_travels_and_a_key_ends_it_and_less_motion_has_none_of_it(lab):
    page = lab.open(PASS, VIEW)
    moving, flying = page.locator("[data-moving]"), page.locator(".bss-flying")
    slider, step = page.get_by_role("slider", name="Step"), page.get_by_role("button", name="Step ▶")
    go_to(page, 8)
    durations = "() => document.getAnimations().map(one => one.effect.getTiming().duration)"
    page.evaluate(PAUSE)
    step.click()
    assert (moving.count(), flying.count()) == (1, 7 + 7)  # the rows of G, and of what comes out
    assert 0 < max(page.evaluate(durations)) < 900
    assert lines(page)[1].startswith("(∇_O[1] L)[0, 0] = ? ")
    page.evaluate("() => document.getAnimations().forEach(one => one.finish())")
    expect(flying).to_have_count(0)
    assert moving.count() == 0
    go_to(page, 8)
    step.click()
    slider.press("ArrowRight")
    expect(flying).to_have_count(0)
    assert lines(page)[0].startswith("Step 10 of 12.") and page.evaluate(durations) == []
    page.emulate_media(reduced_motion="reduce")
    go_to(page, 8)
    step.click()
    assert lines(page)[0].startswith("Step 9 of 12.") and flying.count() == 0
