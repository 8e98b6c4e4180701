"""The view of a case: lines are chosen by pointer and keyboard, witnesses and wrong lines cost points, with a kernel and without."""

from chromium import axe
from playwright.sync_api import expect

from course_lib.exercises.detective.cases import draw
from course_lib.publish.export import page as exported_page

SHOWN = """import tempfile
from course_lib.exercises.detective.cases import draw, written
from course_lib.exercises.detective.view import Detective
from course_lib.exercises.engine.store import Store
case = Detective("case 2", written(2), Store(tempfile.mkdtemp()))
case"""
WRONG_LINE = "db = G.mean(axis=0, keepdims=True)"


def choose(page, text):
    page.get_by_role("radio", name=text).check()
    page.get_by_role("button", name="It is this line").click()


def test_a_line_is_found_by_pointer_a_witness_and_a_wrong_line_cost_points_and_progress_knows(lab):
    page = lab.open(SHOWN, "case.points, case.solved, case.opened, [row['exercise'] for row in case._store.rows()]")
    status = page.get_by_role("status")
    page.get_by_role("button", name="Gradient check").click()
    expect(page.get_by_role("region", name="Gradient check")).to_contain_text("0.143 times what it should be")
    page.get_by_role("button", name="Gradient check").click()  # it is paid for
    choose(page, "G = (O[-1] - T) / len(X)")
    expect(status).to_contain_text("is not it")
    expect(page.get_by_text("7 points")).to_be_visible()
    choose(page, WRONG_LINE)
    expect(status).to_contain_text("✓ Line 18: b enters once for each sample")
    page.get_by_role("button", name="Shapes").click()  # the case is solved: nothing is paid any more
    lab.run_until(page, 1, "(7, True, ['Gradient check'], ['detective case 2'])")


def test_by_keyboard_alone_a_line_is_chosen_and_another_text_of_it_is_run(lab):
    page = lab.open(SHOWN)
    page.get_by_role("button", name="It is this line").click()
    expect(page.get_by_role("status")).to_contain_text("Choose a line first.")
    page.get_by_role("radio", name="line 24:").focus()
    for key in ["Space"] + ["ArrowUp"] * 6 + ["Enter"]:
        page.keyboard.press(key)
    expect(page.locator(".bss-source:has(:checked)")).to_contain_text(WRONG_LINE)
    expect(page.locator(".bss-source:has(:checked) code")).to_have_css("font-weight", "700")
    text = page.get_by_role("textbox", name="the line as it should be")
    expect(text).to_have_value(WRONG_LINE)
    for typed, says in (("db = G", "not right yet"), ("db = G.sum(axis=0, keepdims=True)", "Right: with this line")):
        text.fill(typed)
        text.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text(says)


def test_it_is_one_screen_for_everybody(lab):
    page = lab.open(SHOWN)
    page.set_viewport_size({"width": 820, "height": 900})  # of 1100 pixels, those beside the file browser
    page.get_by_role("button", name="Gradient check").click()
    view = page.locator(".bss-detective")
    assert view.bounding_box()["height"] <= 640
    wrong = axe(page, ".bss-detective")
    lab.change_theme(page, "dark")
    assert wrong + axe(page, ".bss-detective") == []
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("html")).to_have_js_property("scrollWidth", 390)


def test_without_a_kernel_a_case_of_two_lines_is_solved_and_nothing_can_be_typed(lab):
    shown = lab.open_exported(exported_page, SHOWN.replace("written(2)", "draw(0, 3)"))
    expect(shown.get_by_role("textbox")).to_have_count(0)
    shown.get_by_role("button", name="Zero weights").click()
    first, second = (lines[0] for lines in draw(0, 3).lines)
    choose(shown, f"line {first}:")
    expect(shown.get_by_role("status")).to_contain_text("One more line is wrong.")
    choose(shown, f"line {second}:")
    expect(shown.get_by_role("status")).not_to_contain_text("One more")
    expect(shown.locator(".bss-right")).to_have_count(2)
