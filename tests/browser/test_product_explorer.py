"""ProductExplorer: what one reads, with the pointer and with the keyboard, is what numpy computes."""

import numpy as np
from grids import grid, point_at, read, status

CELLS = (
    "import numpy as np\nfrom course_lib.views import ProductExplorer",
    "rng = np.random.default_rng(4)\nO = rng.integers(-4, 5, (7, 5))\nG = rng.integers(-4, 5, (7, 3))",
    "view = ProductExplorer(O.T, G, names=('O^T', 'G'), symbols=('n_in', 'm', 'n_out'), entry=(1, 2))\nview",
)
rng = np.random.default_rng(4)
O = rng.integers(-4, 5, (7, 5))
G = rng.integers(-4, 5, (7, 3))
dW = O.T @ G


LEFT, RIGHT, PRODUCT = (
    "O transposed, 5 by 7, n_in by m",
    "G, 7 by 3, m by n_out",
    "O transposed G, 5 by 3, n_in by n_out",
)


def test_every_entry_can_be_reached_with_the_keyboard_and_reads_as_numpy_computes_it(lab):
    page = lab.open(*CELLS)
    product = grid(page, PRODUCT)
    product.focus()
    page.keyboard.press("Control+Home")
    for i in range(5):
        page.keyboard.press("Home")
        for j in range(3):
            active = product.locator(f"#{product.get_attribute('aria-activedescendant')}").text_content()
            assert read(active) == f"Oᵀ G[{i}, {j}] = {dW[i, j]}"
            assert status(page).startswith(f"(Oᵀ G)[{i}, {j}] = {dW[i, j]}: row {i} of Oᵀ times column {j} of G")
            page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
    page.keyboard.press("PageUp")
    assert status(page).startswith("(Oᵀ G)[0, 2]")
    page.keyboard.press("Control+End")
    assert status(page).startswith("(Oᵀ G)[4, 2]")


def test_the_four_places_are_linked(lab):
    page = lab.open(*CELLS)
    term = f"({O[3, 1]})" if O[3, 1] < 0 else f"{O[3, 1]}"
    factor = f"({G[3, 2]})" if G[3, 2] < 0 else f"{G[3, 2]}"
    partial = (O[:4, 1] * G[:4, 2]).sum()
    expected = f"Oᵀ[1, 3] · G[3, 2] = {term} · {factor} = {O[3, 1] * G[3, 2]}; sum up to here {partial} of {dW[1, 2]}."
    lit = page.locator(".bss-link.bss-on")

    point_at(grid(page, LEFT), 1, 3)  # a matrix: the entry [1, 3] of O^T is in the term 3
    assert status(page) == expected
    assert [read(text) for text in lit.all_inner_texts()] == [f"{term}·{factor}", "Oᵀ", "G", "O.T[1, 3]", "G[3, 2]"]
    point_at(grid(page, RIGHT), 3, 2)
    assert status(page) == expected
    page.get_by_role("group", name="index sum").get_by_role("button").nth(1 + 3).hover()
    assert status(page) == expected
    page.get_by_role("group", name="matrix formula").get_by_role("button", name="Oᵀ").hover()
    assert lit.all_inner_texts() == ["Oᵀ", "O.T[1, :]"]
    page.get_by_role("group", name="numpy").get_by_role("button").nth(1).focus()
    assert lit.all_inner_texts() == ["G", "G[:, 2]"]


def test_the_transpose_lab_says_why_shapes_do_not_meet(lab):
    page = lab.open(*CELLS)
    words = page.locator(".bss-words")
    page.get_by_role("button", name="Swap the factors").press("Enter")
    assert "a row of G has n_out = 3 entries, a column of Oᵀ has n_in = 5" in words.inner_text()
    assert grid(page, PRODUCT).count() == 0
    page.get_by_role("button", name="Transpose Oᵀ").click()
    page.get_by_role("button", name="Transpose G").click()
    assert "Its entries are those of Oᵀ G, transposed." in words.inner_text()
    grid(page, "G transposed O, 3 by 5, n_out by n_in").press("Control+End")
    assert status(page).startswith(f"(Gᵀ O)[2, 4] = {dW[4, 2]}")


def test_the_outer_products_add_up_to_the_product(lab):
    page = lab.open(*CELLS)
    page.get_by_role("button", name="Build it from outer products").click()
    product = grid(page, PRODUCT)
    for count in range(1, 8):
        page.get_by_role("button", name="Step ▶").press("Enter")
        product.press("Control+Home")
        assert status(page) == f"Oᵀ G[0, 0] = {O[:count, 0] @ G[:count, 0]}, with what has been added so far."
    page.get_by_role("button", name="◀ Back").click()
    page.get_by_role("button", name="Step ▶").click()
    assert status(page).endswith("is added: 7 of 7, and the sum is Oᵀ G.")
