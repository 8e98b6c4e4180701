"""JacobianExplorer: its numbers are numpy's, wherever the sliders are and whichever entry is chosen."""

import numpy as np
from grids import points, read, status, values, wait_for_answer

from course_lib.publish import export

CELLS = (
    "import numpy as np\nfrom course_lib.views.jacobian.view import JacobianExplorer",
    "rng = np.random.default_rng(8)\nA, x = rng.integers(-4, 5, (7, 5)), np.array([4, 0, -3, 1, 2])",
    "view = JacobianExplorer(A, x, entry=(2, 3))\nview",
)
rng = np.random.default_rng(8)
A, x = rng.integers(-4, 5, (7, 5)), np.array([4, 0, -3, 1, 2])


def numbers(page, label):
    """The numbers of a matrix or vector, in the order of its rows, read as its cursor walks through it."""
    return [float(text) for text in values(page.locator(f'[role=grid][aria-label^="{label},"]'))]


def slope_words(page):
    return read(page.locator(".bss-slope-words").inner_text())


def test_each_entry_is_told_as_a_slope_with_rise_and_run(lab):
    page = lab.open(*CELLS)
    assert np.array_equal(numbers(page, "∂y/∂x"), A.ravel())
    assert np.array_equal(numbers(page, "y"), A @ x)
    assert np.array_equal(numbers(page, "x"), x)
    grid = page.get_by_role("grid", name="∂y/∂x")
    grid.press("Control+Home")
    for key, (i, j) in (("ArrowDown", (1, 0)), ("End", (1, 4)), ("Control+End", (6, 4)), ("ArrowLeft", (6, 3))):
        grid.press(key)
        moves = f"if x[{j}] moves by a little, y[{i}] moves {A[i, j]} times as far."
        assert status(page) == f"(∂y/∂x)[{i}, {j}] = {A[i, j]}: {moves}"
        words = slope_words(page)
        assert words.startswith(f"y[{i}] against x[{j}]")
        assert f"At x[{j}] = {x[j]}, y[{i}] = {(A @ x)[i]}." in words
        assert (
            f"Slope of the dashed tangent = rise / run = {2 * A[i, j]} / 2 = {A[i, j]}, the entry [{i}, {j}] of ∂y/∂x."
            in words
        )
        picture = page.get_by_role("img", name=f"Curve of y[{i}] against x[{j}], with the tangent of slope")
        assert read(picture.get_attribute("aria-label")).endswith(f" {A[i, j]}")


def test_the_curve_the_tangent_and_the_point_are_drawn_where_the_numbers_say(lab):
    page = lab.open(CELLS[0], "JacobianExplorer(lambda x: x**2, np.array([1.0]))")
    curve = points(page, ".bss-curve")
    xs = np.linspace(-2, 2, len(curve))
    scale, shift = np.polyfit(curve[:, 0], xs, 1)  # from the picture's units to those of x and y
    up, level = np.polyfit(curve[:, 1], xs**2, 1)
    assert np.allclose(curve * [scale, up] + [shift, level], np.column_stack([xs, xs**2]), atol=0.01)
    point = page.locator(".bss-point")
    at = [float(point.get_attribute(name)) for name in ("cx", "cy")]
    assert np.allclose([at[0] * scale + shift, at[1] * up + level], [1, 1], atol=0.01)
    rise = np.diff(points(page, ".bss-tangent"), axis=0)[0] * [scale, up]
    assert np.isclose(rise[1] / rise[0], 2, atol=0.01)


def test_a_slider_moves_a_component_and_y_follows_with_numpys_numbers(lab):
    page = lab.open(*CELLS, "print('python has', view.x.tolist())")
    slider = page.get_by_role("slider", name="x[1]")
    place, entries = slider.bounding_box(), page.get_by_role("grid", name="x, 5").bounding_box()
    assert place["x"] >= entries["x"] + entries["width"], "it stands beside its entry"
    assert entries["y"] < place["y"] < entries["y"] + entries["height"]
    slider.press("Home")
    slider.press("ArrowRight")
    moved = x.astype(float)
    moved[1] = float(slider.input_value())
    assert moved[1] != x[1]
    wait_for_answer(page)
    assert status(page).endswith("Move it by dx: dy = column 1 of ∂y/∂x times dx.")
    assert slope_words(page).startswith("y[2] against x[1]"), "the picture does not follow the slider"
    assert np.allclose(numbers(page, "y"), A @ moved, rtol=1e-3)
    assert np.array_equal(numbers(page, "∂y/∂x"), A.ravel())
    lab.run_until(page, 3, f"python has {moved.tolist()}")


def test_where_the_function_fails_the_reason_is_shown_and_the_view_lives_on(lab):
    page = lab.open(CELLS[0], "JacobianExplorer(np.log, np.array([1.0, 2.0]))")
    slider, notice = page.get_by_role("slider", name="x[0]"), page.locator(".bss-problem")
    slider.press("Home")
    wait_for_answer(page)
    assert "f(x) is not finite everywhere at x = [-3.  2.]" in notice.inner_text()
    assert notice.inner_text().endswith("The numbers are those of the last x that worked.")
    assert numbers(page, "x") == [1, 2]
    slider.press("End")
    wait_for_answer(page)
    assert notice.inner_text() == ""


def test_an_exported_page_has_every_slope_and_says_that_sliders_need_a_kernel(lab):
    page = lab.open_exported(export.page, *CELLS)
    assert page.get_by_text("This page has no running kernel").count() == 1
    assert all(slider.is_disabled() for slider in page.get_by_role("slider").all())
    grid = page.get_by_role("grid", name="∂y/∂x")
    grid.press("Control+Home")
    for j in range(5):  # each column has a curve of its own, and no kernel sends it now
        assert slope_words(page).startswith(f"y[{j}] against x[{j}]")
        assert f"Slope of the dashed tangent = rise / run = {2 * A[j, j]} / 2 = {A[j, j]}, the entry" in slope_words(
            page
        )
        grid.press("ArrowRight")
        grid.press("ArrowDown")
