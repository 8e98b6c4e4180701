"""The matrix that all views share: its colours, and what one reads in it with the pointer and with the keyboard."""

import numpy as np
import pytest
from grids import PLACE, outlined, point_at, read, size, status, walk

SETUP = "import numpy as np\nfrom course_lib.views import ProductExplorer"
A = np.random.default_rng(6).integers(-9, 10, (7, 5))
COLOUR = """(grid, [x, y]) => {
  const canvas = grid.querySelector('canvas'), pixel = canvas.getContext('2d').getImageData(
    x * devicePixelRatio, y * devicePixelRatio, 1, 1).data;
  return [...pixel].slice(0, 3);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_red_is_above_0_blue_below_and_what_is_no_number_is_neither(lab, theme):
    cell = "A = {}\nProductExplorer(A, np.ones((A.shape[1], 1)), names=('A', 'B'))"
    large = "np.where(np.eye(64, dtype=bool), np.nan, 1.0); A[0, :3] = 0, np.nan, 9; A[1, 0] = -9"
    page = lab.open(SETUP, cell.format(large), cell.format("np.array([[np.inf, 2, -2, 0]])"), theme=theme)
    cases = {"A, 64 by 64": [(0, 2), (1, 0), (0, 0), (0, 1)], "A, 1 by 4": [(0, 1), (0, 2), (0, 3), (0, 0)]}
    for name, places in cases.items():
        grid = page.get_by_role("grid", name=name)
        colours = []
        for i, j in places:
            x, y, width, height = grid.evaluate(PLACE, [i, j])
            colours.append(grid.evaluate(COLOUR, [x - 0.35 * width, y - 0.3 * height]))
        (red, _, blue), (red2, _, blue2), zero, other = colours
        assert red > blue + 60
        assert blue2 > red2 + 60
        assert all(part > 250 for part in zero) if theme == "light" else all(part < 50 for part in zero)
        assert max(other) - min(other) < 40
        assert other != zero


def test_every_entry_can_be_read_with_the_keyboard_and_with_the_pointer(lab):
    page = lab.open(SETUP, f"ProductExplorer(np.array({A.tolist()}), np.eye(5))")
    grid = page.get_by_role("grid", name="A, 7 by 5")
    texts = [text.split(" = ") for text in walk(grid)]
    assert [entry for entry, _ in texts] == [f"A[{i}, {j}]" for i, j in np.ndindex(*size(grid))]
    assert np.array_equal([float(value) for _, value in texts], A.ravel())
    product = page.get_by_role("grid", name="A B, 7 by 5")  # B is the unit matrix: the same numbers
    page.get_by_role("button", name="Show all").click()
    keys = {"Control+Home": (0, 0), "End": (0, 4), "PageDown": (6, 4), "Home": (6, 0), "PageUp": (0, 0)}
    for key, (i, j) in keys.items():
        product.press(key)
        assert f"(A B)[{i}, {j}] = {A[i, j]}" in status(page).replace("A B[", "(A B)[")
    point_at(product, 3, 2)
    page.mouse.down()
    page.mouse.up()
    assert f"[3, 2] = {A[3, 2]}" in status(page)
    assert outlined(grid) == [[3], []], "row 3 of A is what the sum runs over"


def test_a_large_matrix_is_read_as_a_small_one(lab):
    page = lab.open(SETUP, "ProductExplorer(np.arange(512 * 512).reshape(512, 512) // 8, np.ones((512, 1)))")
    grid = page.get_by_role("grid", name="A, 512 by 512")
    point_at(grid, 100, 300)
    assert read(grid.get_by_role("gridcell").inner_text()) == "A[0, 0] = 0"  # the pointer does not move the cursor
    grid.press("Control+End")
    assert read(grid.get_by_role("gridcell").inner_text()) == "A[511, 511] = 32767"
