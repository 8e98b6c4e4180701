"""MatrixView: what one reads and types, with the pointer and with the keyboard, is what numpy has."""

import numpy as np
import pytest
from chromium import axe
from grids import PLACE, point_at, read, size, walk

from course_lib.widgets import export

CELLS = (
    "import numpy as np\nfrom course_lib.widgets.matrix_view import MatrixView\nrng = np.random.default_rng(6)",
    "O, W = rng.integers(-9, 10, (7, 5)), rng.integers(-9, 10, (5, 3))",
    "view_O = MatrixView('O', O, ('m', 'n_in'), editable=True, entry=(2, 1))\nview_O",
    "view_W = MatrixView('W', W, ('n_in', 'n_out'))",
    "MatrixView.computed('Z', ('m', 'n_out'), lambda O, W: O @ W, view_O, view_W)",
)
rng = np.random.default_rng(6)
O, W = rng.integers(-9, 10, (7, 5)), rng.integers(-9, 10, (5, 3))
GRID_O, GRID_Z = "O, 7 by 5, m by n_in", "Z, 7 by 3, m by n_out"
COLOUR = """(grid, [x, y]) => {
  const canvas = grid.querySelector('canvas'), pixel = canvas.getContext('2d').getImageData(
    x * devicePixelRatio, y * devicePixelRatio, 1, 1).data;
  return [...pixel].slice(0, 3);
}"""


def view(page, name):
    return page.get_by_role("group", name=f"Matrix {name}", exact=True)


def status(page, name):
    return read(view(page, name).get_by_role("status").inner_text())


def matrix(page, label):
    """The numbers of a matrix, read entry by entry as its cursor walks through it."""
    grid = page.get_by_role("grid", name=label)
    texts = [text.split(" = ") for text in walk(grid)]
    shape = size(grid)
    assert [entry for entry, _ in texts] == [f"{label[0]}[{i}, {j}]" for i, j in np.ndindex(*shape)]
    return np.array([float(value) for _, value in texts]).reshape(shape)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_drawn_without_an_error_in_the_colours_that_its_legend_names(lab, theme):
    A = "A = rng.normal(size=(64, 64)); A[0, :3] = 0, np.nan, 9; A[1, 0] = -9"
    page = lab.open(*CELLS, f"{A}\nMatrixView('A', A)", "MatrixView('T', [[np.inf, 2, -2, 0]])", theme=theme)
    assert axe(page, ".jp-OutputArea-output") == []
    assert (page.console_errors, page.outside) == ([], [])
    legend = view(page, "A").locator(".bss-legend").inner_text()
    assert "red above 0," in legend
    assert "blank at 0; strongest at the largest size, |A[0, 2]| = 9." in legend
    for name, places in (
        ("A, 64 by 64", [(0, 2), (1, 0), (0, 0), (0, 1)]),
        ("T, 1 by 4", [(0, 1), (0, 2), (0, 3), (0, 0)]),
    ):
        grid = page.get_by_role("grid", name=name)
        colours = []
        for i, j in places:
            x, y, width, height = grid.evaluate(PLACE, [i, j])
            colours.append(grid.evaluate(COLOUR, [x - 0.35 * width, y - 0.3 * height]))
        (red, _, blue), (red2, _, blue2), zero, other = colours
        assert red > blue + 60
        assert blue2 > red2 + 60
        assert all(part > 250 for part in zero) if theme == "light" else all(part < 40 for part in zero)
        assert max(other) - min(other) < 40
        assert other != zero


def test_every_entry_can_be_read_with_the_keyboard_and_with_the_pointer(lab):
    page = lab.open(*CELLS)
    assert status(page, "O") == f"O[2, 1] = {O[2, 1]}"
    assert np.array_equal(matrix(page, GRID_O), O)
    assert np.array_equal(matrix(page, GRID_Z), O @ W)
    grid = page.get_by_role("grid", name=GRID_O)
    for key, (i, j) in (
        ("Control+Home", (0, 0)),
        ("End", (0, 4)),
        ("PageDown", (6, 4)),
        ("Home", (6, 0)),
        ("PageUp", (0, 0)),
    ):
        grid.press(key)
        assert status(page, "O") == f"O[{i}, {j}] = {O[i, j]}"
    point_at(grid, 3, 2)
    assert status(page, "O") == f"O[3, 2] = {O[3, 2]}"
    page.mouse.move(1, 1)
    assert status(page, "O") == f"O[0, 0] = {O[0, 0]}"
    point_at(page.get_by_role("grid", name=GRID_Z), 6, 2)
    assert status(page, "Z") == f"Z[6, 2] = {(O @ W)[6, 2]}"


def test_a_large_matrix_is_read_as_a_small_one(lab):
    page = lab.open(CELLS[0], "A = np.arange(512 * 512).reshape(512, 512) // 8\nMatrixView('A', A)")
    grid = page.get_by_role("grid", name="A, 512 by 512")
    point_at(grid, 100, 300)
    assert status(page, "A") == f"A[100, 300] = {(100 * 512 + 300) // 8}"
    grid.press("Control+End")
    assert status(page, "A") == "A[511, 511] = 32767"


def test_what_is_typed_over_an_entry_reaches_python_and_what_is_computed_from_it(lab):
    page = lab.open(*CELLS)
    grid = page.get_by_role("grid", name=GRID_O)
    field = page.get_by_role("textbox", name="a number for O[2, 1]")
    grid.press("4")
    assert field.input_value() == "4"
    field.press_sequentially("x")
    field.press("Enter")
    assert "4x is not a number" in view(page, "O").inner_text()
    field.press("Escape")
    assert status(page, "O") == f"O[2, 1] = {O[2, 1]}"
    grid.press("F2")
    field.fill("-12.5")
    field.press("Enter")
    new = O.astype(float)
    new[2, 1] = -12.5
    assert status(page, "O") == "O[2, 1] = -12.50"
    lab.settle(page)
    assert np.array_equal(matrix(page, GRID_Z), new @ W)
    point_at(grid, 4, 3)
    page.mouse.dblclick(
        *(grid.bounding_box()[k] + d for k, d in zip("xy", grid.evaluate(PLACE, [4, 3])[:2], strict=True))
    )
    page.get_by_role("textbox", name="a number for O[4, 3]").fill("7")
    page.keyboard.press("Enter")
    new[4, 3] = 7
    lab.settle(page)
    assert np.array_equal(matrix(page, GRID_Z), new @ W)
    assert page.console_errors == []


def test_python_moves_the_cursor_and_other_numbers_are_drawn(lab):
    page = lab.open(*CELLS, "view_O.entry = [6, 4]; view_O.A = 2 * O")
    assert status(page, "O") == f"O[6, 4] = {2 * O[6, 4]}"
    assert np.array_equal(matrix(page, GRID_Z), 2 * O @ W)


def test_where_the_function_fails_the_reason_is_shown_nothing_is_lost_and_nothing_moves(lab):
    page = lab.open(
        *CELLS[:-1], CELLS[-1].replace("O @ W", "O @ W if O[0, 0] < 99 else 1 / 0"), "view_O.entry = [0, 0]"
    )
    grid, z = page.get_by_role("grid", name=GRID_O), view(page, "Z")
    height = z.bounding_box()["height"]
    for value, problem in (("99", "Z is not up to date: ZeroDivisionError: division by zero"), (str(O[0, 0]), "")):
        grid.press("Enter")
        page.get_by_role("textbox", name="a number for O[0, 0]").fill(value)
        page.keyboard.press("Enter")
        lab.settle(page)
        assert z.locator(".bss-problem").inner_text() == problem
        assert z.bounding_box()["height"] == height
        assert np.array_equal(matrix(page, GRID_Z), O @ W)
        grid.press("Control+Home")
    assert page.console_errors == []


def test_in_an_exported_page_an_entry_can_be_changed_and_the_page_says_that_nothing_follows(lab):
    page = lab.open_exported(export.page, *CELLS)
    grid = page.get_by_role("grid", name=GRID_O)
    grid.press("7")
    page.keyboard.press("Enter")
    new = O.copy()
    new[2, 1] = 7
    assert np.array_equal(matrix(page, GRID_O), new)
    assert np.array_equal(matrix(page, GRID_Z), O @ W)
    assert "No kernel is here" in view(page, "O").inner_text()
    assert (page.console_errors, page.outside) == ([], [])
