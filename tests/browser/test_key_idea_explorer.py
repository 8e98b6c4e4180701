"""KeyIdeaExplorer: the products one reads, with pointer, keyboard or player, add up to numpy's gradient."""

import re

import numpy as np
import pytest
from grids import grid, point_at, read, status

from course_lib import dense
from course_lib.jacobian import key_idea

CELLS = (
    "import numpy as np\nfrom course_lib.views.key_idea.view import KeyIdeaExplorer\nrng = np.random.default_rng(5)",
    "O, G, W, b = (rng.integers(-4, 5, shape) for shape in [(7, 5), (7, 3), (5, 3), (1, 3)])\nO[2, 1] = 0",
)
VIEW = "view = KeyIdeaExplorer.of_layer('{}', O, W, b, G, entry=({}, {}))\nview"
rng = np.random.default_rng(5)
O, G, W, b = (rng.integers(-4, 5, shape) for shape in [(7, 5), (7, 3), (5, 3), (1, 3)])
O[2, 1] = 0
LEFT, SLOPES, RIGHT = "O, 7 by 5, m by n_in", "∂Z/∂W[1, 2], 7 by 3, m by n_out", "G, 7 by 3, m by n_out"
RESULT = "∇_W L, 5 by 3, n_in by n_out"
LIT = ".bss-link.bss-on"
SAMPLES, REST = "m, one for each sample, at [i, 2].", "The other 14 of 21 entries are 0 by their index."


def number(text):
    """The number at the end of a sentence."""
    return float(re.search(r"(-?[\d.]*\d)\.$", text)[1])


def terms(page):
    return page.get_by_role("group", name="index sum").get_by_role("button")


CASES = {  # the entry, the cells of its slopes that are not 0 by their index, ∂Z/∂X, and how they are counted
    "W": (
        (1, 2),
        [(i, 2) for i in range(7)],
        dense.dZ_dW(O * 1.0, 3),
        f"{SAMPLES} 1 of the 7 happens to be 0, and still counts. {REST}",
    ),
    "b": ((0, 2), [(i, 2) for i in range(7)], dense.dZ_db(7, 3), f"{SAMPLES} {REST}"),
    "O": (
        (2, 1),
        [(2, j) for j in range(3)],
        dense.dZ_dO(7, W * 1.0),
        f"n_out, one for each unit, at [2, j]. {REST.replace('14', '18')}",
    ),
}


@pytest.mark.parametrize("wrt", CASES)
def test_the_products_are_added_one_by_one_up_to_the_gradient(lab, wrt):
    entry, cells, tensor, count = CASES[wrt]
    factors = [(int(tensor[cell + entry]), G[cell]) for cell in cells]
    page = lab.open(*CELLS, VIEW.format(wrt, *entry))
    structural = f"{len(factors)} structural non-zeros in ∂Z/∂{wrt}[{entry[0]}, {entry[1]}]: "
    assert page.locator(".bss-counted").inner_text() == structural + count
    assert status(page) == f"(∇_{wrt} L){list(entry)} = ?: the sum of {len(factors)} products."
    step, total = page.get_by_role("button", name="Step ▶"), 0
    for added, (left, right) in enumerate(factors, start=1):
        step.press("Enter")
        total += left * right
        assert f"Added product {added} of {len(factors)}: {terms(page).nth(added).inner_text()} = " in status(
            page
        ).replace("-", "−")
        product = "·".join(f"({x})" if x < 0 else f"{x}" for x in (left, right))
        assert f" = {product} = {left * right}. " in status(page)
        assert number(status(page)) == total
    assert status(page).endswith(f"All are added: (∇_{wrt} L){list(entry)} = {int(key_idea(tensor, G * 1.0)[entry])}.")
    page.get_by_role("button", name="◀ Back").press("Enter")
    assert number(status(page)) == total - factors[-1][0] * factors[-1][1]


def test_the_four_places_are_linked_and_stand_in_one_row(lab):
    page = lab.open(*CELLS, VIEW.format("W", 1, 2), files=True, viewport={"width": 1100, "height": 700})
    assert len({title.bounding_box()["y"] for title in page.locator(".bss-title").all()}) == 1
    left, right = (f"({x})" if x < 0 else f"{x}" for x in (O[3, 1], G[3, 2]))
    term = f"O[3, 1]·G[3, 2] = {left}·{right} = {O[3, 1] * G[3, 2]}, product 4 of 7 of (∇_W L)[1, 2]."
    lit = ["Oᵀ", "G", "O.T", "G", "O[3, 1]·G[3, 2]"]
    for label, (i, j), name, value in [
        (LEFT, (3, 1), "O[3, 1]", O[3, 1]),
        (SLOPES, (3, 2), "∂Z[3, 2]/∂W[1, 2]", O[3, 1]),
        (RIGHT, (3, 2), "G[3, 2]", G[3, 2]),
    ]:
        point_at(grid(page, label), i, j)
        assert status(page) == f"{name} = {value}: {term}"
        assert page.locator(LIT).all_inner_texts() == lit
    terms(page).nth(1 + 3).hover()
    assert status(page) == term
    assert page.locator(LIT).all_inner_texts() == lit
    page.get_by_role("group", name="matrix formula").get_by_role("button", name="Oᵀ").focus()
    page.mouse.move(0, 0)
    page.get_by_role("group", name="numpy").get_by_role("button", name="[1, 2]").hover()
    assert page.locator(LIT).all_inner_texts() == ["∇_W L", "[1, 2]", "(∇_W L)[1, 2]"]
    assert status(page) == "(∇_W L)[1, 2] = ?, the sum of 7 products."
    point_at(grid(page, RIGHT), 0, 1)
    zero = "is multiplied by ∂Z[0, 1]/∂W[1, 2], which is 0 by its index: it adds nothing."
    assert status(page) == f"G[0, 1] = {G[0, 1]} {zero}"
    assert page.locator(LIT).count() == 0


def test_entries_are_picked_with_the_keyboard_and_nothing_else_moves(lab):
    page = lab.open(*CELLS, VIEW.format("W", 1, 2))
    picker = grid(page, RESULT)
    places = [grid(page, label).bounding_box() for label in (LEFT, SLOPES, RIGHT, RESULT)]
    grid(page, SLOPES).press("Control+End")  # its cursor stays there, whatever entry is picked
    picker.press("Control+Home")
    for h in range(5):
        picker.press("Home")
        for k in range(3):
            assert status(page) == f"(∇_W L)[{h}, {k}] = ?: the sum of 7 products."
            assert terms(page).first.inner_text() == f"(∇_W L)[{h}, {k}]"
            assert terms(page).nth(7).inner_text() == f"O[6, {h}]·G[6, {k}]"
            slopes = grid(page, f"∂Z/∂W[{h}, {k}], 7 by 3, m by n_out")
            active = slopes.locator(f"#{slopes.get_attribute('aria-activedescendant')}").text_content()
            zero = "" if k == 2 else " by its index"
            assert read(active) == f"∂Z[6, 2]/∂W[{h}, {k}] = {O[6, h] if k == 2 else 0}{zero}"
            picker.press("ArrowRight")
        picker.press("ArrowDown")
    labels = (LEFT, "∂Z/∂W[4, 2], 7 by 3, m by n_out", RIGHT, RESULT)
    assert [grid(page, label).bounding_box() for label in labels] == places
    page.evaluate("() => { document.querySelector('.bss-view').style.fontSize = '28px' }")  # as on a projector
    for label, place in zip(labels, places, strict=True):
        doubled = "([grid, width]) => Math.abs(grid.getBoundingClientRect().width - 2 * width) < 0.04 * width"
        page.wait_for_function(doubled, arg=[grid(page, label).element_handle(), place["width"]])


def test_a_long_sum_shows_the_terms_around_the_active_one(lab):
    cell = "A = np.arange(60.).reshape(20, 3) - 7\nKeyIdeaExplorer(A, A[:, 1], names=('y', 'x', 'g'), entry=2)"
    page = lab.open(*CELLS, cell)
    pick = grid(page, "g, 20 components")
    A = np.arange(60.0).reshape(20, 3) - 7
    counted = [j for j in range(20) if A[j, 2]]
    for place in (0, 12, 19, 3):
        pick.press("Home")
        for _ in range(place):
            pick.press("ArrowRight")
        assert f"product {counted.index(place) + 1} of {len(counted)}" in status(page)
        assert f"∂y[{place}]/∂x[2]·g[{place}]" in terms(page).all_inner_texts()
        assert terms(page).count() == 1 + 8
    page.get_by_label("Products added", exact=True).press("End")
    assert number(status(page)) == A[:, 2] @ A[:, 1]
