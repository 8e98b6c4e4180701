"""GradientFlow: what it says and draws are the kernel's numbers, whatever the controls are set to."""

import re

import numpy as np
from grids import points, read, status, wait_for_answer

from course_lib.publish import export
from course_lib.views.gradient_flow.view import GradientFlow

START = "from course_lib.views import GradientFlow"
CELLS = (START, "view = GradientFlow(7, 24, batch=16, scale=1.3)\nview.layer = 2\nview")
SETTINGS = {"depth": 7, "width": 24, "batch": 16, "scale": 1.3}
WORDS = r"layer (\d+): RMS of Z (\S+) \(theory (\S+)\), of G (\S+) \(theory (\S+)\), of ∇_W L (\S+) \(theory (\S+)\)"


def check_numbers(page, view, layer):
    """The status tells the numbers of the layer, those of a view that Python has made."""
    found = re.fullmatch(WORDS, status(page))
    assert found, status(page)
    assert int(found[1]) == layer
    expected = [values[name][layer] for name in ("Z", "G", "grad_W") for values in (view.rms, view.theory)]
    assert np.allclose([float(text) for text in found.groups()[1:]], expected, rtol=6e-3)


def test_the_curves_are_drawn_where_the_numbers_are(lab):
    page = lab.open(*CELLS)
    view = GradientFlow(**SETTINGS)
    for kinds in (["Z"], ["G", "W"]):  # each chart has an axis of its own
        drawn, numbers = [], []
        for kind in kinds:
            for line, values in (("curve", view.rms), ("theory", view.theory)):
                curve = points(page, f".bss-{line}.bss-{kind}")
                assert np.allclose(np.diff(curve[:, 0], 2), 0, atol=0.3)
                drawn.extend(curve[:, 1])
                numbers.extend(np.log10(values["grad_W" if kind == "W" else kind]))
        slope, level = np.polyfit(numbers, drawn, 1)
        assert slope < 0
        assert np.allclose(np.multiply(numbers, slope) + level, drawn, atol=0.2)


def test_every_control_asks_the_kernel_and_the_numbers_are_numpys(lab):
    page = lab.open(*CELLS, "print('python has', view.settings)")
    settings = dict(SETTINGS)

    def asked(**changed):
        settings.update(changed)
        wait_for_answer(page)
        check_numbers(page, GradientFlow(**settings), 2)

    asked()
    page.get_by_label("activation", exact=True).select_option("sigmoid")
    asked(activation="sigmoid")
    page.get_by_text("More: depth").click()
    for name, key, value in (("depth", "ArrowRight", 8), ("width", "ArrowLeft", 23)):
        page.get_by_role("slider", name=name).press(key)
        asked(**{name: value})
    for name, value in (("activation", "relu"), ("initializer", "he_normal")):
        page.get_by_label(name, exact=True).select_option(value)
        asked(**{name: value})
    page.get_by_role("button", name="residual, O + f(Z)").click()
    asked(residual=True)
    slider = page.get_by_role("slider", name="scale")
    slider.press("ArrowRight")
    asked(scale=float(slider.get_attribute("aria-valuetext")))
    assert 1.3 < settings["scale"] < 1.35
    slider.press("Home")
    asked(scale=0.1)
    lab.run_until(page, 2, f"python has {GradientFlow(**settings).settings}")
    page.get_by_role("button", name="Reset").click()
    wait_for_answer(page)
    check_numbers(page, GradientFlow(**SETTINGS), 0)


def test_the_arrow_keys_move_along_the_layers(lab):
    page = lab.open(*CELLS)
    view = GradientFlow(**SETTINGS)
    page.get_by_text("More: depth").press("Enter")
    plot = page.get_by_role("slider", name="layer")
    for key, layer in (("ArrowRight", 3), ("End", 6), ("ArrowRight", 6), ("ArrowLeft", 5), ("Home", 0), ("ArrowUp", 1)):
        plot.press(key)
        assert plot.input_value() == str(layer)
        assert read(plot.get_attribute("aria-valuetext")) == status(page)
        check_numbers(page, view, layer)
        assert page.get_by_text(f"Z of layer {layer}; line: f′").count() == 1


def test_the_next_message_leaves_only_when_the_last_answer_is_drawn(lab):
    listen = "depths = []\nview.observe(lambda change: depths.append(change.new['depth']), 'asked')\nview"
    page = lab.open(START, f"view = GradientFlow(5, 8)\n{listen}", "print('asked', depths)")
    # The browser draws nothing for a while, as a slow one does: the first message leaves, and no other until it draws.
    page.evaluate("""async () => {
      const slider = document.querySelector('.bss-flow input[max="100"]');
      const [real, held] = [window.requestAnimationFrame, []];
      window.requestAnimationFrame = (callback) => held.push(callback);
      for (let k = 0; k < 30; k++) {
        slider.value = 6 + k;
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        while (asked !== answered) await new Promise(resolve => setTimeout(resolve));  // the kernel answers at once
      }
      window.requestAnimationFrame = real;
      held.forEach(callback => real(callback));
    }""")
    page.wait_for_function("() => document.querySelector(`.bss-flow input[max='100'] ~ span`).textContent === '35'")
    wait_for_answer(page)
    lab.run_until(page, 2, "asked [6, 35]")


def test_the_challenge_keeps_its_answer_until_the_learner_has_tried(lab):
    page = lab.open(*CELLS)
    critical = GradientFlow(**SETTINGS).answer["critical"]
    verdict, judge = page.locator(".bss-verdict"), page.get_by_role("button", name="Check my scale")
    reveal = page.get_by_role("button", name="Show the answer")
    assert reveal.count() == 0
    judge.press("Enter")
    side = "large" if critical < 1.3 else "small"
    assert verdict.inner_text().startswith(f"Try 1: scale 1.30 is too {side}.")
    assert f"{critical:.2f}" not in verdict.inner_text()
    reveal.click()
    assert f"it is scale {critical:.2f}, where n Var(W) = {critical**2:.2f}" in verdict.inner_text()
    scale = page.get_by_role("slider", name="scale")
    key = "ArrowLeft" if critical < 1.3 else "ArrowRight"
    while abs(float(scale.get_attribute("aria-valuetext")) / critical - 1) > 0.01:
        scale.press(key)
    wait_for_answer(page)
    judge.click()
    assert verdict.inner_text().startswith(
        f"Try 2: scale {scale.get_attribute('aria-valuetext')} is right, to within 2 %."
    )
    page.get_by_label("activation", exact=True).select_option("relu")
    wait_for_answer(page)
    assert (verdict.inner_text()[:9], reveal.count()) == ("Your turn", 0)


def test_what_overflows_or_vanishes_is_said_on_the_curves_and_in_words(lab):
    page = lab.open(START, "view = GradientFlow(100, 8, 'relu', scale=1e4, batch=3)\nview.layer = 99\nview")
    first = int(np.flatnonzero(~np.isfinite(GradientFlow(100, 8, "relu", scale=1e4, batch=3).rms["Z"]))[0])
    told = page.locator(".bss-problem")
    assert told.inner_text().startswith(f"Z: not finite, layers {first} to 99. G: ")
    assert re.match("layer 99: RMS of Z (inf|none)", status(page))


def test_an_exported_page_shows_every_layer_and_judges_and_says_that_settings_need_a_kernel(lab):
    page = lab.open_exported(export.page, *CELLS)
    assert page.get_by_text("This page has no running kernel").count() == 1
    settings = page.locator(".bss-controls :is(input, select, [aria-pressed])")
    assert settings.evaluate_all("all => all.length > 5 && all.every(one => one.disabled)")
    plot = page.get_by_role("slider", name="layer")
    for key, layer in (("Home", 0), ("End", 6), ("ArrowLeft", 5)):
        plot.press(key)
        check_numbers(page, GradientFlow(**SETTINGS), layer)
    page.get_by_role("button", name="Check my scale").click()
    assert page.locator(".bss-verdict").inner_text().startswith("Try 1: scale 1.30 is")
