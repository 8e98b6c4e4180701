"""By hand: entries are typed with the keyboard, and each wrong one is told what it is, as Python says it."""

import re

from grids import grid, walk

from course_lib.exercises.engine.by_hand import by_hand
from course_lib.publish import export

CELLS = ("from course_lib.exercises import by_hand", "hand = by_hand('grad_W', seed=1)\nhand", "hand.answers")
hand = by_hand("grad_W", seed=1)
R = hand.case["right"]
ROWS, COLUMNS = len(R), len(R[0])
FOCUSED = "() => document.activeElement.ariaLabel"


def view(page):
    return page.get_by_role("group", name="By hand: ∇_W L", exact=True)


def entry(page, h, k):
    return view(page).get_by_label(f"entry ({h}, {k}) of ∇_W L")


def type_in(page, h, k, text):
    entry(page, h, k).fill(text)
    entry(page, h, k).press("Enter")


def status(page):
    return view(page).get_by_role("status").inner_text()


def said(h, k, text):
    """What Python says about this one entry."""
    answers = [[""] * COLUMNS for _ in range(ROWS)]
    answers[h][k] = text
    return repr(hand.check(answers)).splitlines()[1]


def test_with_the_keyboard_alone_all_entries_are_filled_in_and_nothing_moves(lab):
    page = lab.open(*CELLS)
    before = view(page).bounding_box()
    for name, A in hand.matrices.items():
        texts = walk(grid(page, re.compile(rf"^{name}, {len(A)} by {A.shape[1]}")))
        assert [float(text.split(" = ")[1]) for text in texts] == [*A.flat]
    entry(page, 0, 0).focus()
    for h in range(ROWS):
        for k in range(COLUMNS):
            assert page.evaluate(FOCUSED) == f"entry ({h}, {k}) of ∇_W L"
            page.keyboard.type(str(R[h][k]))
            page.keyboard.press("Enter")
    assert status(page) == f"✓ Entry ({ROWS - 1}, {COLUMNS - 1}) is right. All {ROWS * COLUMNS} entries are right."
    for keys, where in ((["ArrowUp"], (ROWS - 2, COLUMNS - 1)), (["ArrowLeft", "ArrowDown"], (ROWS - 1, COLUMNS - 2))):
        for key in keys:
            page.keyboard.press(key)
        assert page.evaluate(FOCUSED) == f"entry {where} of ∇_W L: right"
    after = view(page).bounding_box()
    assert (after["width"], after["height"]) == (before["width"], before["height"])
    lab.run_until(page, 2, str([[str(x) for x in row] for row in R]))


def test_every_known_wrong_number_is_told_what_it_is_as_in_python_without_a_kernel_too(lab):
    page = lab.open_exported(export.page, *CELLS[:2])
    assert view(page).get_by_role("button", name="New numbers").count() == 0
    known = [each for each in hand.case["known"] if each["entry"] == [1, 0]]
    assert len(known) > 5
    for each in known:
        text = f"{each['value']:g}"
        type_in(page, 1, 0, text)
        assert status(page) == f"{said(1, 0, text)} 0 of {ROWS * COLUMNS} entries are right."
        assert entry(page, 1, 0).get_attribute("aria-invalid") == "true"
    for text in ("777", "−777", "1/777"):
        type_in(page, 1, 0, text)
        assert status(page).startswith(said(1, 0, text))
    type_in(page, 1, 0, "<b>x</b>")
    assert "“<b>x</b>” is no number. Type one such as −3." in status(page)
    type_in(page, 1, 0, f"{2 * R[1][0]}/2")
    assert status(page).startswith("✓ Entry (1, 0) is right. 1 of")
    assert entry(page, 1, 0).get_attribute("aria-invalid") is None


def test_what_is_typed_is_kept_until_new_numbers_come_from_the_kernel(lab):
    page = lab.open(*CELLS)
    entry(page, 0, 0).fill("5")
    entry(page, 0, 1).focus()
    lab.run_until(page, 2, "[['5', ''")
    view(page).get_by_role("button", name="New numbers").click()
    again = by_hand("grad_W", seed=1)
    again.new()
    rows, columns = len(again.case["right"]), len(again.case["right"][0])
    page.wait_for_function("() => [...document.querySelectorAll('.bss-entry')].every(e => !e.value)")
    assert view(page).get_by_role("textbox").count() == rows * columns
    for h, row in enumerate(again.case["right"]):
        for k, x in enumerate(row):
            entry(page, h, k).fill(str(x))
    entry(page, 0, 0).focus()
    assert status(page).endswith(f"All {rows * columns} entries are right.")
    lab.run_cell(page, 1)
    page.wait_for_function("() => [...document.querySelectorAll('.bss-entry')].every(e => !e.value)")
