"""ProductExplorer and KeyIdeaExplorer: the products one reads, with pointer, keyboard or player, add up to what numpy computes."""

from typing import NamedTuple

import numpy as np
import pytest
from grids import PAUSE, grid, point_at, read, status, values

from course_lib.publish import export

SETUP = """import numpy as np
from course_lib.views import KeyIdeaExplorer, ProductExplorer
rng = np.random.default_rng(5)
O, G, W, b = (rng.integers(-4, 5, shape) for shape in [(7, 5), (7, 3), (5, 3), (1, 3)])
O[2, 1] = 0"""
PRODUCT = "ProductExplorer(O.T, G, names=('O^T', 'G'), symbols=('n_in', 'm', 'n_out'), entry=(1, 2))"
exec(SETUP, arrays := {})  # noqa: S102
O, G, W = (arrays[name].astype(object) for name in "OGW")
dW = O.T @ G


class Sum(NamedTuple):
    """A view; its result's name for screen readers, its numbers, its entry and the name of that; its products, in letters and
    as pairs of factors."""

    view: str
    label: str
    numbers: np.ndarray
    entry: tuple
    name: str
    letters: list
    pairs: list


SYMBOLS = {"W": "n_in by n_out", "b": "1 by n_out", "O": "m by n_in"}


def of_layer(wrt, numbers, entry, letters, pairs):
    rows, columns = numbers.shape
    label = f"∇_{wrt} L, {rows} by {columns}, {SYMBOLS[wrt]}"
    view = f"KeyIdeaExplorer.of_layer('{wrt}', O, W, b, G, entry={entry})"
    return Sum(view, label, numbers, entry, f"(∇_{wrt} L){list(entry)}", letters, pairs)


S, J = range(7), range(3)
COLUMN = [(O[s, 1], G[s, 2]) for s in S]
SUMS = {
    "product": Sum(
        *(PRODUCT, "O transposed G, 5 by 3, n_in by n_out", dW, (1, 2), "(Oᵀ G)[1, 2]"),
        *([f"Oᵀ[1, {s}]·G[{s}, 2]" for s in S], COLUMN),
    ),
    "W": of_layer("W", dW, (1, 2), [f"O[{s}, 1]·G[{s}, 2]" for s in S], COLUMN),
    "b": of_layer("b", np.ones((1, 7)) @ G, (0, 2), [f"1·G[{s}, 2]" for s in S], [(1, G[s, 2]) for s in S]),
    "O": of_layer("O", G @ W.T, (2, 1), [f"W[1, {j}]·G[2, {j}]" for j in J], [(W[1, j], G[2, j]) for j in J]),
}
LIT = ".bss-link.bss-on"


def written(pair):
    return "·".join(f"({x})" if x < 0 else f"{x}" for x in pair)


def terms(page):
    return page.get_by_role("group", name="index sum").get_by_role("button")


@pytest.mark.parametrize("kind", SUMS)
def test_an_entry_is_open_until_its_products_are_added_and_then_is_numpys(lab, kind):
    view, label, numbers, entry, name, letters, pairs = SUMS[kind]
    page = lab.open(SETUP, view, reduced_motion="reduce")
    result, step, place = (
        grid(page, label),
        page.get_by_role("button", name="Step ▶"),
        np.ravel_multi_index(entry, numbers.shape),
    )
    assert {*values(result)} == {"?"}
    result.press("Control+Home")
    for key in ["ArrowDown"] * entry[0] + ["ArrowRight"] * entry[1]:
        result.press(key)
    assert status(page).startswith(f"{name} = ?: ")
    for added, (a, b) in enumerate(pairs, 1):
        step.press("Enter")
        sofar = sum(x * y for x, y in pairs[:added])
        end = f"The sum so far is {sofar}." if added < len(pairs) else f"All are added: {name} = {sofar}."
        product = f"{letters[added - 1]} = {written((a, b))} = {a * b}"
        assert status(page) == f"Added product {added} of {len(pairs)}: {product}. {end}"
        assert read(page.locator(LIT).last.inner_text()) in (letters[added - 1], written((a, b)))
    assert sofar == numbers[entry]
    assert [k for k, text in enumerate(values(result)) if text != "?"] == [place]
    page.get_by_role("button", name="Show all").click()
    assert page.get_by_label("Products added", exact=True).input_value() == "0"
    assert np.array_equal([float(text) for text in values(result)], numbers.ravel())
    page.get_by_role("button", name="Reset").click()
    assert {*values(result)} == {"?"}


LEFT, SLOPES, RIGHT = "O, 7 by 5, m by n_in", "∂Z/∂(W[1, 2]), 7 by 3, m by n_out", "G, 7 by 3, m by n_out"
PLACES = {  # where the factors of product 3 stand, and how a look at each begins
    "product": {("O transposed, 5 by 7, n_in by m", (1, 3)): "", (RIGHT, (3, 2)): ""},
    "W": {
        (LEFT, (3, 1)): "",
        (SLOPES, (3, 2)): f"∂Z[3, 2]/∂W[1, 2] = {O[3, 1]}: ",
        (RIGHT, (3, 2)): "",
    },
}


@pytest.mark.parametrize("kind", PLACES)
def test_matrices_formula_numpy_and_sum_are_linked(lab, kind):
    _, _, _, _, name, letters, pairs = SUMS[kind]
    page = lab.open(SETUP, SUMS[kind].view, files=True, viewport={"width": 1100, "height": 700})
    product = f"{letters[3]} = {written(pairs[3])} = {np.prod(pairs[3])}, product 4 of 7 of {name}."
    numpy = ["O.T", "G"] if kind == "W" else ["O.T[1, :]", "G[:, 2]"]
    for (label, entry), before in PLACES[kind].items():
        point_at(grid(page, label), *entry)
        assert status(page) == before + product
        lit = ["Oᵀ", "G", *numpy, letters[3] if kind == "W" else written(pairs[3])]
        assert [read(text) for text in page.locator(LIT).all_inner_texts()] == lit
    terms(page).nth(1 + 3).hover()
    assert status(page) == product
    page.get_by_role("group", name="matrix formula").get_by_role("button", name="Oᵀ").hover()
    assert page.locator(LIT).all_inner_texts() == ["Oᵀ", numpy[0]]
    assert status(page) == f"Oᵀ: outlined is what it gives to the 7 products of {name}."
    page.get_by_role("group", name="numpy").get_by_role("button", name="G").focus()
    assert page.locator(LIT).all_inner_texts() == ["G", numpy[1]]


def test_a_factor_that_is_multiplied_by_0_adds_nothing_and_the_titles_stand_in_one_row(lab):
    page = lab.open(SETUP, SUMS["W"].view, files=True, viewport={"width": 1100, "height": 700})
    assert len({title.bounding_box()["y"] for title in page.locator(".bss-title").all()}) == 1
    point_at(grid(page, RIGHT), 0, 1)
    assert status(page) == f"G[0, 1] = {G[0, 1]} is in no product of (∇_W L)[1, 2]."
    assert page.locator(LIT).count() == 0


SAMPLES = "m, one for each sample, at [i, 2]."
COUNTED = {
    "W": f"7 of 21 entries of ∂Z/∂(W[1, 2]) can differ from 0: {SAMPLES}",
    "b": f"7 of 21 entries of ∂Z/∂(b[0, 2]) can differ from 0: {SAMPLES}",
    "O": "3 of 21 entries of ∂Z/∂(O[2, 1]) can differ from 0: n_out, one for each unit, at [2, j].",
}


def test_the_non_zeros_are_counted_by_their_index(lab):
    page = lab.open(SETUP, *(SUMS[wrt].view for wrt in COUNTED))
    assert page.locator(".bss-counted").all_inner_texts() == [*COUNTED.values()]


def test_entries_are_picked_with_the_keyboard_and_nothing_else_moves(lab):
    page = lab.open(SETUP, SUMS["W"].view)
    picker = grid(page, SUMS["W"].label)
    labels = [LEFT, SLOPES, RIGHT, SUMS["W"].label]
    places = [grid(page, label).bounding_box() for label in labels]
    grid(page, SLOPES).press("Control+End")  # its cursor stays there, whatever entry is picked
    for h, k in np.ndindex(5, 3):
        picker.press("Control+Home")
        for key in ["ArrowDown"] * h + ["ArrowRight"] * k:
            picker.press(key)
        assert status(page) == f"(∇_W L)[{h}, {k}] = ?: the sum of 7 products."
        assert terms(page).all_inner_texts() == [f"(∇_W L)[{h}, {k}]", *(f"O[{i}, {h}]·G[{i}, {k}]" for i in range(7))]
        slopes = grid(page, f"∂Z/∂(W[{h}, {k}]), 7 by 3, m by n_out")
        active = slopes.locator(f"#{slopes.get_attribute('aria-activedescendant')}").text_content()
        said = f"{O[6, h]}" if k == 2 else "0 by its index"
        assert read(active) == f"∂Z[6, 2]/∂W[{h}, {k}] = {said}"
    labels[1] = "∂Z/∂(W[4, 2]), 7 by 3, m by n_out"
    assert [grid(page, label).bounding_box() for label in labels] == places


def test_a_long_sum_shows_the_terms_around_the_active_one(lab):
    A = np.arange(60.0).reshape(20, 3) - 7
    view = "view = KeyIdeaExplorer(A, A[:, 1], names=('y', 'x', 'g'), entry=(0, 2))"
    page = lab.open(SETUP, f"A = np.arange(60.).reshape(20, 3) - 7\n{view}\nview.step = 12\nview")
    assert page.locator(LIT).last.inner_text() == "∂y[0, 11]/∂x[0, 2]·g[0, 11]"
    pick, counted = grid(page, "g, 1 by 20"), [j for j in range(20) if A[j, 2]]
    for place in (0, 12, 19, 3):
        pick.press("Home")
        for _ in range(place):
            pick.press("ArrowRight")
        assert f"product {counted.index(place) + 1} of {len(counted)}" in status(page)
        assert f"∂y[0, {place}]/∂x[0, 2]·g[0, {place}]" in terms(page).all_inner_texts()
        assert terms(page).count() == 1 + 8
    page.get_by_label("Products added", exact=True).press("End")
    assert status(page).endswith(f" = {A[:, 2] @ A[:, 1]:.0f}.")


def test_the_transpose_lab_says_why_shapes_do_not_meet_without_a_kernel_too(lab):
    page = lab.open_exported(export.page, SETUP, PRODUCT.replace("(1, 2)", "(4, 2)"))
    words = page.locator(".bss-words")
    page.get_by_role("button", name="Swap the factors").press("Enter")
    assert "a row of G has n_out = 3 entries, a column of Oᵀ has n_in = 5" in words.inner_text()
    assert grid(page, SUMS["product"].label).count() == 0
    page.get_by_role("button", name="Transpose Oᵀ").click()
    page.get_by_role("button", name="Transpose G").click()
    assert "Its entries are those of Oᵀ G, transposed." in words.inner_text()
    assert status(page) == "(Gᵀ O)[2, 2] = ?: row 2 of Gᵀ times column 2 of O, 7 products."
    page.get_by_role("button", name="Show all").click()
    grid(page, "G transposed O, 3 by 5, n_out by n_in").press("Control+End")
    assert status(page).startswith(f"(Gᵀ O)[2, 4] = {dW[4, 2]}")


@pytest.mark.parametrize("kind", SUMS)
def test_the_first_factors_fly_and_then_their_product(lab, kind):
    page = lab.open(SETUP, SUMS[kind].view)
    page.evaluate(PAUSE)
    for flying in (slice(None), slice(1, 2)):  # at the first step all of them turn
        page.get_by_role("button", name="Step ▶").click()
        pairs = SUMS[kind].pairs[flying]
        factors = [] if kind == "b" else [a for a, _ in pairs]  # ones stand in no matrix
        assert [float(read(text)) for text in page.locator(".bss-flying").all_inner_texts()] == [
            *factors,
            np.prod(pairs[0]),
        ]


def test_the_outer_products_add_up_to_the_product(lab):
    page = lab.open(SETUP, PRODUCT)
    page.get_by_role("button", name="As outer products").click()
    product, step = grid(page, SUMS["product"].label), page.get_by_role("button", name="Step ▶")
    for count in range(1, 8):
        step.press("Enter")
        assert page.locator("[data-moving]").count() == 1, "a step that nothing shows"
        product.press("Control+Home")  # ends what moves
        assert status(page) == f"(Oᵀ G)[0, 0] = {O[:count, 0] @ G[:count, 0]}, with {count} of 7 outer products added."
    point_at(product, 2, 1)
    assert status(page) == f"(Oᵀ G)[2, 1] = {dW[2, 1]}, with 7 of 7 outer products added."
    point_at(grid(page, RIGHT), 2, 1)
    assert status(page) == f"G[2, 1] = {G[2, 1]}"
    step.hover()
    assert status(page).endswith("is added: 7 of 7, and the sum is Oᵀ G.")
    page.get_by_role("button", name="◀ Back").click()
    step.click()
    assert status(page).endswith("is added: 7 of 7, and the sum is Oᵀ G.")


def test_your_turn_tells_which_slip_gives_a_number_and_counts(lab):
    page = lab.open_exported(export.page, SETUP, PRODUCT)
    page.get_by_role("button", name="Your turn").click()
    typed, check, right = page.get_by_label("your number"), page.get_by_role("button", name="Check"), int(dW[1, 2])
    slips = {
        -right: "the right number with the other sign",
        right - COLUMN[0][0] * COLUMN[0][1]: "the sum without product 1",
    }
    for number, words in {**slips, right + 1000: "No usual slip gives it"}.items():
        typed.fill(str(number))
        check.click()
        assert words in status(page)
    typed.fill(str(right))
    typed.press("Enter")
    assert status(page) == f"✓ (Oᵀ G)[1, 2] = {right} is right."
    assert page.locator(".bss-score").inner_text() == "1 of 4 right"
    page.get_by_role("button", name="Done").click()
    assert {*values(grid(page, SUMS["product"].label))} == {"?", str(right)}


def test_your_turn_asks_which_entries_are_not_0_by_their_index(lab):
    page = lab.open(SETUP, SUMS["W"].view)  # an O[2, 1] that is 0 counts
    page.get_by_role("button", name="Your turn").click()
    page.get_by_label("Question").select_option("zeros")
    slopes, check = grid(page, SLOPES), page.get_by_role("button", name="Check")
    assert {*values(slopes)} == {"?"}
    slopes.press("Control+Home")
    slopes.press(" ")  # column 0, which is wrong
    for _ in range(7):
        slopes.press("End")
        slopes.press("Enter")
        slopes.press("ArrowDown")
    check.click()
    assert status(page).startswith("✗ 0 missing, 1 too many. Ask of each: does Z[i, j] depend on W[1, 2]?")
    slopes.press("Control+Home")
    slopes.press(" ")
    check.click()
    assert status(page) == "✓ These 7 entries of ∂Z/∂(W[1, 2]) are not 0, and no others."
    assert "?" not in {*values(slopes)}
