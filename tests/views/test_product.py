"""ProductExplorer: what it sends to the browser is numpy's, and what it says about each order of the factors is true."""

from fractions import Fraction

import numpy as np
import pytest

from course_lib import ShapeError
from course_lib.views import ProductExplorer
from course_lib.views.shared.view import unpacked

m, n_in, n_out = 7, 5, 3
rng = np.random.default_rng(4)
O = rng.integers(-4, 5, (m, n_in))
G = rng.integers(-4, 5, (m, n_out))
GRADIENT = {"names": ("O^T", "G"), "symbols": ("n_in", "m", "n_out")}


def variant(view, name):
    return next(v for v in view.variants if v["name"] == name)


def test_it_holds_the_factors_and_their_product():
    view = ProductExplorer(O.T, G, **GRADIENT)
    left, right = map(unpacked, view.factors)
    assert np.array_equal(left, O.T)
    assert np.array_equal(right, G)
    product = view.variants[0]["product"]
    assert np.array_equal(unpacked(product), O.T @ G)
    assert (product["name"], product["symbols"], product["shape"]) == ("O^T G", ["n_in", "n_out"], [n_in, n_out])


def test_the_variant_number_counts_the_changes_to_the_factors():
    names = [v["name"] for v in ProductExplorer(O.T, G, **GRADIENT).variants]
    assert names == ["O^T G", "O^T G^T", "O G", "O G^T", "G O^T", "G^T O^T", "G O", "G^T O"]


def test_each_variant_that_can_be_formed_is_numpys():
    A, B = rng.normal(size=(2, 4, 4))
    view = ProductExplorer(A, B)
    arrays = {"A": A, "B": B, "A^T": A.T, "B^T": B.T}
    for v in view.variants:
        left, right = v["name"].split()
        assert np.array_equal(unpacked(v["product"]), arrays[left] @ arrays[right]), v["name"]


def test_shapes_that_do_not_meet_are_named_with_their_symbols():
    v = variant(ProductExplorer(O.T, G, **GRADIENT), "G O^T")
    assert v["product"] is None
    assert "a row of G has n_out = 3 entries, a column of O^T has n_in = 5" in v["words"]


def test_the_transposed_product_is_recognised():
    words = variant(ProductExplorer(O.T, G, **GRADIENT), "G^T O")["words"]
    assert "its shape is (3, 5), and O^T G is (5, 3)" in words
    assert "Its entries are those of O^T G, transposed." in words


def test_square_factors_meet_by_chance_and_the_wrong_entries_are_counted():
    square_O, square_G = rng.integers(1, 9, (2, 3, 3))
    words = variant(ProductExplorer(square_O.T, square_G, **GRADIENT), "O G")["words"]
    wrong = np.count_nonzero(square_O @ square_G != square_O.T @ square_G)
    assert wrong > 0
    assert f"{wrong} of 9 entries differ from O^T G" in words
    assert "The sizes meet by chance: n_in and m are both 3." in words


def test_a_product_that_happens_to_be_equal_is_not_called_wrong():
    symmetric = np.array([[2.0, 1], [1, 3]])
    words = variant(ProductExplorer(symmetric, symmetric), "A^T B")["words"]
    assert "equal to A B" in words
    assert "differ" not in words


def test_a_row_of_ones_sums_the_samples():
    view = ProductExplorer(np.ones((1, m)), G, names=("1^T", "G"), symbols=("1", "m", "n_out"))
    assert np.array_equal(unpacked(view.variants[0]["product"]), G.sum(axis=0, keepdims=True))


def test_the_view_keeps_the_numbers_that_it_was_given():
    mine = O.T.astype(float)
    view = ProductExplorer(mine, G)
    mine[:] = 0
    assert np.array_equal(unpacked(view.factors[0]), O.T)


@pytest.mark.parametrize(
    "A",
    [
        np.full((2, 3), Fraction(1, 2)),
        np.ones((2, 3), dtype=bool),
        np.zeros((2, 3)),
        np.array([[np.nan, np.inf, 1], [-np.inf, 1e300, 1e-300]]),
        np.ones((4, 6))[::2, ::2],
        [[1, 2, 3], [4, 5, 6]],
    ],
    ids=["fractions", "booleans", "zeros", "not finite", "not contiguous", "lists"],
)
def test_unusual_entries_are_shown_as_they_are(A):
    view = ProductExplorer(A, np.ones((3, 1)))
    expected = np.asarray(A).astype(float)
    assert np.array_equal(unpacked(view.factors[0]), expected, equal_nan=True)
    assert view.figure().get_axes()


def test_the_picture_shows_a_question_mark_where_the_product_is_not_made():
    A, B = np.array([[1, 2], [3, 4]]), np.array([[5, 6], [7, 8]])  # A B = [[19, 22], [43, 50]]
    view = ProductExplorer(A, B, entry=(1, 0))

    def shown():
        return [text.get_text() for text in view.figure().axes[-1].texts][:4]

    assert shown() == ["?"] * 4
    view.step = 1
    assert shown() == ["?", "?", "15", "?"]
    view.made = [1, 2]
    view.step = 2
    assert shown() == ["?", "22", "43", "?"]
    view.outer, view.step = True, 1
    assert shown() == ["5", "6", "15", "18"]


def test_two_numbers_have_a_product_too():
    assert unpacked(ProductExplorer([[2]], [[3]]).variants[0]["product"]) == 6


def test_shapes_without_a_product_are_refused_before_anything_is_drawn():
    with pytest.raises(ShapeError, match=r"a row of O, \(7, 5\), has 5 entries, a column of G, \(7, 3\), has 7"):
        ProductExplorer(O, G, names=("O", "G"))


def test_a_symbol_stands_for_one_size():
    with pytest.raises(ShapeError, match=r"G has shape \(7, 3\), expected \(m, n_in\): n_in is 5"):
        ProductExplorer(O.T, G, names=("O^T", "G"), symbols=("n_in", "m", "n_in"))


@pytest.mark.parametrize(
    ("A", "error", "message"),
    [
        (np.ones((0, 3)), ValueError, r"A is empty, \(0, 3\)"),
        (np.ones((3, 3), dtype=complex), TypeError, "dtype complex128, expected real numbers"),
        (np.array([["a", "b", "c"]]), TypeError, "expected real numbers"),
        (np.ones((2, 3, 3)), ShapeError, "expected 2 indexes"),
        (np.broadcast_to(1.0, (200_000, 3)), ValueError, r"600,000 entries; a view shows up to 262,144"),
    ],
)
def test_what_is_no_matrix_to_show_is_named(A, error, message):
    with pytest.raises(error, match=message):
        ProductExplorer(A, np.ones((3, 2)))


def test_a_variant_too_large_to_draw_says_so_and_the_others_are_there():
    tall = np.ones((1000, 2))
    view = ProductExplorer(tall.T, tall)
    assert "too large to be drawn" in variant(view, "B A")["words"]
    assert np.array_equal(unpacked(view.variants[0]["product"]), tall.T @ tall)


def test_an_entry_outside_the_product_is_refused_and_the_old_one_stays():
    view = ProductExplorer(O.T, G, entry=(1, 2))
    with pytest.raises(ValueError, match=r"entry is \[5, 0\], expected an entry of the product, which is \(5, 3\)"):
        view.entry = [5, 0]
    assert view.entry == [1, 2]
    with pytest.raises(ValueError, match="variant is 8, expected a whole number from 0 to 7"):
        view.variant = 8
    with pytest.raises(TypeError):
        view.entry = "first"


def test_the_entry_moves_inside_when_the_product_gets_another_shape():
    view = ProductExplorer(O.T, G, entry=(4, 2))
    view.variant = 7  # G^T O, (3, 5)
    assert view.entry == [2, 2]


def test_its_words_name_the_factors_and_its_picture_stands_in_where_there_is_no_kernel():
    view = ProductExplorer(O.T, G, **GRADIENT)
    assert repr(view) == "ProductExplorer(O^T (5, 7), G (7, 3))"
    data, _ = view._repr_mimebundle_()
    assert data["text/plain"] == repr(view)
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["image/png"] == view._repr_mimebundle_()[0]["image/png"], "a picture that differs from run to run"
