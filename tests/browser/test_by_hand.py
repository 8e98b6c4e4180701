"""By hand: entries are typed with the keyboard, and each wrong one is told what it is; predictions are opened with it."""

import re

from chromium import axe
from grids import grid, walk

from course_lib.exercises import by_hand, prediction
from course_lib.publish import export

CELLS = ("from course_lib.exercises import by_hand", "hand = by_hand('grad_W', seed=1)\nhand", "hand.answers")
hand = by_hand("grad_W", seed=1)
ROWS, COLUMNS = hand.case["shape"]
ENTRIES = [(h, k) for h in range(ROWS) for k in range(COLUMNS)]
RIGHT = dict(zip(ENTRIES, hand.case["right"], strict=True))
FOCUSED = "() => document.activeElement.ariaLabel"


def view(page):
    return page.get_by_role("group", name="By hand: ∇_W L", exact=True)


def entry(page, h, k):
    return view(page).get_by_label(f"entry ({h}, {k}) of ∇_W L")


def said(page, h, k, text):
    """What is said when this is typed into the entry and it is left."""
    entry(page, h, k).fill(text)
    entry(page, h, k).press("Enter")
    return status(page)


def status(page):
    return view(page).get_by_role("status").inner_text()


def test_with_the_keyboard_alone_all_entries_are_filled_in_and_nothing_moves(lab):
    page = lab.open(*CELLS)
    before = view(page).bounding_box()
    for name, A in hand.matrices.items():
        texts = walk(grid(page, re.compile(rf"^{name}, {len(A)} by {A.shape[1]}")))
        assert [float(text.split(" = ")[1]) for text in texts] == [*A.flat]
    entry(page, 0, 0).focus()
    for (h, k), right in RIGHT.items():
        assert page.evaluate(FOCUSED) == f"entry ({h}, {k}) of ∇_W L"
        page.keyboard.type(f"{right:g}")
        page.keyboard.press("Tab")
    assert status(page) == f"✓ (∇_W L)[{h}, {k}] = {right:g} is right. Right: {len(RIGHT)} of {len(RIGHT)}."
    for key in ("Shift+Tab", "End", "Backspace", f"{right:g}"[-1], "Tab"):  # it is what it was: there is no change
        page.keyboard.press(key)
    assert entry(page, h, k).get_attribute("aria-invalid") == "false"
    after = view(page).bounding_box()
    assert (after["width"], after["height"]) == (before["width"], before["height"])
    lab.run_until(page, 2, str([f"{x:g}" for x in RIGHT.values()]))


def test_every_known_wrong_number_is_told_what_it_is_and_the_forms_of_numbers_are_read_without_a_kernel_too(lab):
    page = lab.open_exported(export.page, *CELLS[:2])
    assert view(page).get_by_role("button", name="New numbers").count() == 0
    place, right = ENTRIES.index((1, 0)), RIGHT[1, 0]
    wrong = {numbers[place]: words for words, numbers in reversed(hand.case["wrong"]) if numbers[place] != right}
    assert len(wrong) > 5
    for number, words in wrong.items():
        text = f"{number:.4g}".replace("-", "−")
        told = f"✗ {text} is not (∇_W L)[1, 0]. A known mistake gives it: {words}. Right: 0 of {len(RIGHT)}."
        assert said(page, 1, 0, text) == told
        assert entry(page, 1, 0).get_attribute("aria-invalid") == "true"
    for text in ("777", "−777", "1/777"):
        told = f"{text} is not (∇_W L)[1, 0]. No known mistake gives it. Look again at row S13, notebook 05, section "
        assert told in said(page, 1, 0, text)
    for text in ("<b>x</b>", "1/0", "1e3", "nan", "--3", "3-"):
        assert f"“{text.replace('-', '−')}” is no number. Type one such as −3" in said(page, 1, 0, text)
    for text in (f"{2 * right}/2", f" {right},0 ", f"{right}".replace("-", "−"), f"{right}.0"):
        assert said(page, 1, 0, text).endswith(f" is right. Right: 1 of {len(RIGHT)}.")
        assert entry(page, 1, 0).get_attribute("aria-invalid") == "false"
    assert said(page, 1, 0, "") == f"Right: 0 of {len(RIGHT)}."
    assert entry(page, 1, 0).get_attribute("aria-invalid") is None


def test_what_is_typed_is_kept_until_new_numbers_come_from_the_kernel(lab):
    page = lab.open(*CELLS)
    entry(page, 0, 0).fill("5")
    entry(page, 0, 1).focus()
    lab.run_until(page, 2, "['5', ''")
    view(page).get_by_role("button", name="New numbers").click()
    again = by_hand("grad_W", seed=1)
    again.draws += 1
    page.wait_for_function("() => [...document.querySelectorAll('.bss-by-hand input')].every(e => !e.value)")
    boxes = view(page).get_by_role("textbox")
    assert boxes.count() == len(again.case["right"])
    for box, x in zip(boxes.all(), again.case["right"], strict=True):
        box.fill(f"{x:g}")
    boxes.last.press("Enter")
    assert status(page).endswith(f"Right: {boxes.count()} of {boxes.count()}.")


def test_a_question_is_answered_with_the_keyboard_one_choice_at_a_time_and_axe_finds_nothing(lab):
    page = lab.new_page()
    html = prediction("05 an input that is 0")._repr_html_()
    page.set_content(f"<div style='font: 14px/1.5 sans-serif'>{html}</div>")  # as JupyterLab has it
    for verdict in ("✗ Wrong.", "✓ Right."):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.locator("details[open]").inner_text().splitlines()[-1].startswith(verdict)
    assert axe(page, ".prediction") == []
