"""TrainingPlayground: it plays, pauses, steps and starts anew, and the page has the kernel's numbers."""

import re
import time

import numpy as np
import pytest
from grids import points, status

from course_lib.publish import export
from course_lib.views.playground.run import Run
from course_lib.views.playground.settings import Settings

CELLS = ("from course_lib.views import TrainingPlayground", "view = TrainingPlayground(steps=26)\nview")
COUNT = """() => { window.read = 0;
  new MutationObserver(() => { read++; }).observe(document.querySelector('[role=status]'), { childList: true, subtree: true });
}"""
STATE = "s = view._run\nprint('kernel has', s.step, repr(float(s.network.objective(*s.data[:2]))))"


def check_status(page, run):
    """The status says what a Run says that was advanced here; JavaScript and Python round 88.25 differently."""
    _, loss, loss_test, rate, rate_test = run.frame().curve[-1]
    words = (
        f"Step {run.step:,}, epoch {run.epoch:.1f}: training loss {loss:.4g}, accuracy {100 * rate:.4g}%; "
        f"held out loss {loss_test:.4g}, accuracy {100 * rate_test:.4g}%."
    )
    page.get_by_role("status").first.get_by_text(f"Step {run.step:,}, ").wait_for()  # it is written once a second
    told, expected = (re.split(r"(\d+(?:\.\d+)?)", text) for text in (status(page), words))
    assert told[::2] == expected[::2]
    assert np.allclose(np.array(told[1::2], float), np.array(expected[1::2], float), rtol=3e-3)


def step_of(page, k=0):
    return int(page.locator(".bss-where").nth(k).inner_text().removeprefix("step ").replace(",", ""))


def button(page, name):
    return page.get_by_role("button", name=name, exact=True).first


def wait_for_step(page, test, k=0):
    """Wait until the number of the k-th view's step meets a condition, in JavaScript: "step > 20"."""
    where = f"Number(document.querySelectorAll('.bss-where')[{k}].textContent.replace(/[^0-9]/g, ''))"
    page.wait_for_function(f"() => {{ const step = {where}; return {test}; }}")


def test_the_first_picture_has_the_numbers_of_the_run(lab):
    page = lab.open(*CELLS)
    run = Run(Settings())
    run.advance(26)
    check_status(page, run)
    frame = run.frame()
    for l, G in enumerate(frame.G):
        label = page.get_by_role("img", name=f"G[{l}], 32 by {G.shape[1]}: largest").get_attribute("aria-label")
        assert float(label.rsplit(" ", 1)[1]) == pytest.approx(np.abs(G).max(), rel=1e-3)
    label = page.get_by_role("img", name="norm of ∇_W J, by layer: ").get_attribute("aria-label")
    assert np.allclose([float(number) for number in label.partition(": ")[2].split(", ")], frame.norms[0], rtol=1e-3)


def test_the_boundary_is_drawn_where_the_network_changes_its_mind(lab):
    page = lab.open(CELLS[0], "TrainingPlayground(steps=400)")
    run = Run(Settings())
    run.advance(400)
    places = np.array([(x, y) for y in (0.1, 0.3, 0.7, 0.9) for x in (0.1, 0.35, 0.65, 0.9)])  # from the lower left
    colour = """(canvas, places) => { const { width, height } = canvas, pen = canvas.getContext('2d');
      const pixels = places.map(([x, y]) => pen.getImageData(Math.round(x * width), Math.round(y * height), 1, 1).data);
      return pixels.map(([red, green, blue]) => red - blue); }"""
    redness = np.array(page.locator(".bss-plane canvas").first.evaluate(colour, places.tolist()))
    (x0, x1), (y0, y1) = run.extent
    grid = [x0, y0] + places * [x1 - x0, y1 - y0]
    assert page.locator(".bss-plane").evaluate("e => getComputedStyle(e).transform") == "matrix(1, 0, 0, -1, 0, 0)"
    of_class_0 = run.data.X_train[run.data.target_train[:, 0] == 1][0]
    dot = re.match(r"M(\S+) ([\d.]+)a", page.locator(".bss-plane path.bss-class0").first.get_attribute("d"))
    share = (np.array(dot.groups(), float) + [3.5, 0]) / 320
    assert np.allclose(share * [x1 - x0, y1 - y0] + [x0, y0], of_class_0)
    P = run.network.predict(grid)
    difference = P[:, 1] - P[:, 0]
    clear = abs(difference) > 0.3
    assert clear.sum() > 8
    assert (np.sign(redness) == np.sign(difference))[clear].all()


def test_steps_play_pause_and_reset_move_the_kernels_run(lab):
    page = lab.open(*CELLS, STATE)
    run = Run(Settings())
    run.advance(26)
    button(page, "One step").click()
    wait_for_step(page, "step === 27")
    run.advance(1)
    check_status(page, run)
    page.evaluate(COUNT)
    start = time.perf_counter()
    button(page, "Play").press("Space")
    wait_for_step(page, "step > 400")
    assert page.evaluate("read") <= 1 + time.perf_counter() - start, "the status is read at most once a second"
    button(page, "Pause").click()
    lab.settle(page)
    still = step_of(page)
    lab.settle(page)
    assert step_of(page) == still
    run.advance(still - 27)
    check_status(page, run)
    lab.run_until(page, 2, f"kernel has {still} ")

    button(page, "Reset").click()
    wait_for_step(page, "step === 0")
    check_status(page, Run(Settings()))


def test_settings_are_changed_on_the_way(lab):
    page = lab.open(*CELLS)

    def choose(name, text):
        page.get_by_role("combobox", name=name, exact=True).select_option(text)

    choose("learning rate", "0.01")
    choose("λ (L2)", "0.1")
    choose("batch size", "8")
    page.get_by_role("img", name="G[0], 8 by 16").wait_for()
    button(page, "One step").click()
    wait_for_step(page, "step === 27")
    run = Run(Settings())
    run.advance(26)
    for name, value in (("learning_rate", 0.01), ("lam", 0.1), ("batch_size", 8)):
        run.with_setting(name, value)
    run.advance(1)
    check_status(page, run)
    choose("hidden units", "none")
    page.get_by_role("img", name="G[0], 8 by 2").wait_for()
    assert step_of(page) == 0
    choose("data", "digits")
    page.get_by_text("of 257 held-out digits read wrong").wait_for()


def test_the_digits_that_are_shown_are_those_read_wrong(lab):
    page = lab.open(CELLS[0], "TrainingPlayground('digits', (16,), steps=20)")
    run = Run(Settings("digits", (16,)))
    run.advance(20)
    wrong = run.frame().wrong
    page.get_by_text(f"{len(wrong)} of 257 held-out digits read wrong").wait_for()
    items = page.locator(".bss-mistakes li")
    assert items.all_inner_texts() == [f"{label} as {read}" for _, label, read in wrong[:12]]
    ink = items.first.locator("canvas").evaluate("c => [...c.getContext('2d').getImageData(0, 0, 8, 8).data]")
    assert np.allclose(1 - np.array(ink[::4]) / 255, run.data.X_test[wrong[0, 0]], atol=0.01)


def test_a_run_that_explodes_says_so_and_stops_by_itself(lab):
    page = lab.open(CELLS[0], "TrainingPlayground(activation='identity', learning_rate=100)")
    button(page, "Play").click()
    page.get_by_text("The loss is not finite since step").wait_for()
    run = Run(Settings(activation="identity", learning_rate=100))
    run.advance(100)
    notice = page.locator(".bss-problem")
    assert notice.inner_text() == run.frame().remark
    assert button(page, "Play").is_visible()
    assert step_of(page) == run.exploded
    button(page, "Reset").click()
    wait_for_step(page, "step === 0")
    assert notice.inner_text() == ""


def test_two_views_of_one_run_show_it_and_each_can_play_and_pause(lab):
    page = lab.open(*CELLS, "view")
    plays = page.locator(".bss-play")
    plays.nth(0).click()
    wait_for_step(page, "step > 60", k=1)  # the other view shows the same run
    plays.nth(1).click()
    wait_for_step(page, f"step > {step_of(page) + 80}")
    for play in plays.all():
        play.click()
    lab.settle(page)
    still = step_of(page)
    lab.settle(page)
    assert step_of(page) == step_of(page, 1) == still


def test_an_exported_page_replays_what_was_recorded(lab):
    page = lab.open_exported(export.page, *CELLS)
    page.get_by_text("This page has no running kernel").first.wait_for()
    assert step_of(page) == 26
    assert all(one.is_disabled() for one in page.get_by_role("combobox").all())
    slider = page.get_by_role("slider", name="recorded frame").first
    slider.press("Home")
    slider.press("ArrowRight")
    run = Run(Settings())
    run.advance(1)
    check_status(page, run)
    assert len(points(page, ".bss-chart .bss-first >> nth=0")) == 2  # the curve ends at this step
    button(page, "Play").click()
    wait_for_step(page, "step === 26")
