"""ProductExplorer: what one reads, with the pointer and with the keyboard, is what numpy computes."""

import numpy as np
from grids import grid, point_at, read, status, values

from course_lib.publish import export

CELLS = (
    "import numpy as np\nfrom course_lib.views import ProductExplorer",
    "rng = np.random.default_rng(4)\nO = rng.integers(-4, 5, (7, 5))\nG = rng.integers(-4, 5, (7, 3))",
    "ProductExplorer(O.T, G, names=('O^T', 'G'), symbols=('n_in', 'm', 'n_out'), entry=(1, 2))",
)
rng = np.random.default_rng(4)
O = rng.integers(-4, 5, (7, 5))
G = rng.integers(-4, 5, (7, 3))
dW = O.T @ G
LEFT, RIGHT = "O transposed, 5 by 7, n_in by m", "G, 7 by 3, m by n_out"
PRODUCT = "O transposed G, 5 by 3, n_in by n_out"


def product_of(s, h, k):
    """Product s of the entry [h, k], as the view writes it: in letters, in numbers, and its value."""
    a, b = O[s, h], G[s, k]
    factors = "·".join(f"({x})" if x < 0 else f"{x}" for x in (a, b))
    return f"Oᵀ[{h}, {s}]·G[{s}, {k}]", factors, a * b


def test_an_entry_is_open_until_its_products_are_added_and_then_is_numpys(lab):
    page = lab.open(*CELLS, reduced_motion="reduce")
    product = grid(page, PRODUCT)
    assert {*values(product)} == {"?"}
    product.press("Control+Home")
    assert status(page) == "(Oᵀ G)[0, 0] = ?: row 0 of Oᵀ times column 0 of G, 7 products."
    for added in range(1, 8):
        page.get_by_role("button", name="Step ▶").press("Enter")
        letters, factors, value = product_of(added - 1, 0, 0)
        end = (
            f"The sum so far is {O[:added, 0] @ G[:added, 0]}."
            if added < 7
            else f"All are added: (Oᵀ G)[0, 0] = {dW[0, 0]}."
        )
        assert status(page) == f"Added product {added} of 7: {letters} = {factors} = {value}. {end}"
    assert {*values(product)} == {"?", f"{dW[0, 0]}"}
    page.get_by_role("button", name="Show all").click()
    assert np.array_equal([int(text) for text in values(product)], dW.ravel())
    page.get_by_role("button", name="Reset").click()
    assert {*values(product)} == {"?"}


def test_the_four_places_are_linked(lab):
    page = lab.open(*CELLS)
    letters, factors, value = product_of(3, 1, 2)
    lit = page.locator(".bss-link.bss-on")
    for label, (i, j) in ((LEFT, (1, 3)), (RIGHT, (3, 2))):  # the term 3 has both
        point_at(grid(page, label), i, j)
        assert status(page) == f"{letters} = {factors} = {value}, product 4 of 7 of (Oᵀ G)[1, 2]."
        assert [read(text) for text in lit.all_inner_texts()] == ["Oᵀ", "G", "O.T[1, :]", "G[:, 2]", factors]
    page.get_by_role("group", name="index sum").get_by_role("button").nth(1 + 3).hover()
    assert status(page) == f"{letters} = {factors} = {value}, product 4 of 7 of (Oᵀ G)[1, 2]."
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
    page.get_by_role("button", name="Show all").click()
    grid(page, "G transposed O, 3 by 5, n_out by n_in").press("Control+End")
    assert status(page).startswith(f"(Gᵀ O)[2, 4] = {dW[4, 2]}")


def test_the_outer_products_add_up_to_the_product(lab):
    page = lab.open(*CELLS)
    page.get_by_role("button", name="As outer products").click()
    product, step = grid(page, PRODUCT), page.get_by_role("button", name="Step ▶")
    for count in range(1, 8):
        step.press("Enter")
        assert page.locator("[data-moving]").count() == 1, "a step that nothing shows"
        product.press("Control+Home")  # ends what moves
        assert status(page) == f"(Oᵀ G)[0, 0] = {O[:count, 0] @ G[:count, 0]}, with {count} of 7 outer products added."
    step.focus()
    page.get_by_role("button", name="◀ Back").click()
    step.click()
    assert status(page).endswith("is added: 7 of 7, and the sum is Oᵀ G.")


def test_your_turn_tells_which_slip_gives_a_number_and_counts(lab):
    page = lab.open_exported(export.page, *CELLS)
    page.get_by_role("button", name="Your turn").click()
    typed, check = page.get_by_label("your number"), page.get_by_role("button", name="Check")
    right = int(dW[1, 2])
    for number, words in (
        (-right, "the right number with the other sign"),
        (right - O[0, 1] * G[0, 2], "the sum without product 1"),
        (right + 1000, "no usual slip gives it"),
    ):
        typed.fill(str(number))
        check.click()
        assert words in status(page) or "it is entry" in status(page), status(page)
    typed.fill(str(right))
    typed.press("Enter")
    assert status(page) == f"✓ (Oᵀ G)[1, 2] = {right} is right."
    assert page.locator(".bss-score").inner_text() == "1 of 4 right"
    page.get_by_role("button", name="Done").click()
    assert {*values(grid(page, PRODUCT))} == {"?", str(right)}
