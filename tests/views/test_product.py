"""ProductExplorer: what it sends to the browser is numpy's, and what it says about each order of the factors is true."""

import numpy as np
import pytest
from refusals import not_refused

from course_lib import ShapeError
from course_lib.views import ProductExplorer
from course_lib.views.shared.view import unpacked

m, n_in, n_out = 7, 5, 3
rng = np.random.default_rng(4)
O = rng.integers(-4, 5, (m, n_in))
G = rng.integers(-4, 5, (m, n_out))
GRADIENT = {"names": ("O^T", "G"), "symbols": ("n_in", "m", "n_out")}


def test_each_order_and_transpose_that_can_be_formed_is_numpys():
    A, B = rng.normal(size=(2, 4, 4))
    arrays = {"A": A, "B": B, "A^T": A.T, "B^T": B.T}
    variants = ProductExplorer(A, B).variants
    assert [v["name"] for v in variants] == ["A B", "A B^T", "A^T B", "A^T B^T", "B A", "B^T A", "B A^T", "B^T A^T"]
    for v in variants:
        left, right = v["name"].split()
        assert np.array_equal(unpacked(v["product"]), arrays[left] @ arrays[right]), v["name"]
    product = ProductExplorer(O.T, G, **GRADIENT).variants[0]["product"]
    assert np.array_equal(unpacked(product), O.T @ G)
    assert (product["name"], product["symbols"], product["shape"]) == ("O^T G", ["n_in", "n_out"], [n_in, n_out])


SQUARE_O, SQUARE_G = rng.integers(1, 9, (2, 3, 3))
WRONG = np.count_nonzero(SQUARE_O @ SQUARE_G != SQUARE_O.T @ SQUARE_G)
SYMMETRIC, TALL = np.array([[2.0, 1], [1, 3]]), np.ones((1000, 2))
SAID = [
    (O.T, G, "G O^T", ["a row of G has n_out = 3 entries, a column of O^T has n_in = 5"]),
    (O.T, G, "G^T O", ["its shape is (3, 5), and O^T G is (5, 3)", "Its entries are those of O^T G, transposed."]),
    (SQUARE_O.T, SQUARE_G, "O G", [f"{WRONG} of 9 entries differ from O^T G", "by chance: n_in and m are both 3."]),
    (SYMMETRIC, SYMMETRIC, "O G", ["For these numbers it is equal to O^T G."]),
    (TALL.T, TALL, "G O^T", ["too large to be drawn"]),
]


@pytest.mark.parametrize(("A", "B", "name", "words"), SAID, ids=[said[3][0] for said in SAID])
def test_each_order_of_the_factors_is_told_what_is_wrong_with_it(A, B, name, words):
    assert WRONG > 0
    variant = next(v for v in ProductExplorer(A, B, **GRADIENT).variants if v["name"] == name)
    assert [text for text in words if text not in variant["words"]] == []


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


def test_the_entry_moves_inside_when_the_product_gets_another_shape():
    view = ProductExplorer(O.T, G, entry=(4, 2))
    view.variant = 7  # G^T O, (3, 5)
    assert view.entry == [2, 2]


def test_what_has_no_product_to_show_is_named():
    says = "a row of O, (7, 5), has 5 entries, a column of G, (7, 3), has 7"
    cases = [
        ({"A": O, "names": ("O", "G")}, ShapeError, says),
        ({"symbols": ("n_in", "m", "n_in")}, ShapeError, "G has shape (7, 3), expected (m, n_in):\nn_in is 5"),
        ({"A": O[:0].T, "B": G[:0]}, ValueError, "A is empty, (5, 0)"),
        ({"A": O.T.astype(str)}, TypeError, "expected real numbers"),
        ({"A": np.broadcast_to(1.0, (200_000, 7))}, ValueError, "1,400,000 entries; a view shows up to 262,144"),
        ({"entry": [5, 0]}, ValueError, "entry is [5, 0], expected an entry of the product, which is (5, 3)"),
    ]
    assert not_refused(ProductExplorer, {"A": O.T, "B": G, "names": ("A", "G")}, cases) == []
    not_finite = np.array([[np.nan, np.inf, 1], [-np.inf, 1e300, 1e-300]])
    view = ProductExplorer(not_finite, np.ones((3, 1)))
    assert np.array_equal(unpacked(view.factors[0]), not_finite, equal_nan=True) and view.figure().axes
