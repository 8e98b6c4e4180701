"""KeyIdeaExplorer: the traits hold numpy's numbers, and the products are counted by their index."""

import re
from fractions import Fraction

import numpy as np
import pytest
from refusals import not_refused

from course_lib import ShapeError, dense
from course_lib.jacobian import key_idea
from course_lib.views.key_idea.view import KeyIdeaExplorer
from course_lib.views.shared.view import unpacked

m, n_in, n_out = 7, 5, 3
rng = np.random.default_rng(5)
O, G, W, b = (rng.integers(-4, 5, shape) for shape in [(m, n_in), (m, n_out), (n_in, n_out), (1, n_out)])
O[2, 1] = O[5, 1] = 0  # zeros by chance, not by their index
LAYER = {
    "W": (dense.dZ_dW(O * 1.0, n_out), O.T @ G, W),
    "b": (dense.dZ_db(m, n_out), G.sum(axis=0, keepdims=True), b),
    "O": (dense.dZ_dO(m, W * 1.0), G @ W.T, O),
}
dy_dx, g = np.array([[3.0, 2], [1, 1], [4, 0]]), np.array([5.0, 6, 1])


def caption(view):
    """The words under the picture once all is made, in one line, with minus signs as Python writes them."""
    view.made = list(range(unpacked(view.gradient).size))
    return " ".join(text.get_text() for text in view.figure().texts[2:]).replace("−", "-")


def code(view):
    """The line of numpy, with {h} and {k} in it."""
    return "".join(part if isinstance(part, str) else part[0] for part in view.texts["code"])


def marked(view):
    return np.frombuffer(view.structural, dtype=bool).reshape(view.tensor["shape"])


@pytest.mark.parametrize("wrt", LAYER)
def test_a_layers_view_holds_the_tensor_and_the_gradient_and_counts_its_non_zeros_by_their_index(wrt):
    tensor, gradient, _ = LAYER[wrt]
    view = KeyIdeaExplorer.of_layer(wrt, O, W, b, G)
    for packed, expected in [(view.tensor, tensor), (view.G, G), (view.gradient, gradient)]:
        assert np.array_equal(unpacked(packed), expected)
    assert view.tensor["symbols"] == ["m", "n_out", *view.gradient["symbols"]]
    i, j, h, k = np.indices(tensor.shape)
    assert np.array_equal(marked(view), i == h if wrt == "O" else j == k)


@pytest.mark.parametrize("wrt", LAYER)
def test_the_sum_in_words_and_the_numpy_line_are_the_sum_that_numpy_computes(wrt):
    arrays = {"np": np, "O": O, "W": W, "G": G, "m": m}
    _, gradient, _ = LAYER[wrt]
    for h, k in np.ndindex(gradient.shape):
        view = KeyIdeaExplorer.of_layer(wrt, O, W, b, G, entry=(h, k))
        words = caption(view)
        assert f"(∇_{wrt} L)[{h}, {k}] = " in words
        assert float(words.split()[-1]) == eval(code(view).format(h=h, k=k), arrays) == gradient[h, k]
        if wrt == "O":  # all three terms are written out
            terms = re.findall(r"(\w)\[(\d+), (\d+)\]·(\w)\[(\d+), (\d+)\]", words)
            products = [arrays[A][int(i), int(j)] * arrays[B][int(p), int(q)] for A, i, j, B, p, q in terms]
            assert (len(products), sum(products)) == (n_out, gradient[h, k])


@pytest.mark.parametrize(("y_shape", "x_shape"), [((3,), (2,)), ((3,), (2, 5)), ((3, 7), (2,)), ((3, 7), (2, 5))])
def test_tensors_of_every_rank_it_takes_are_the_key_idea(y_shape, x_shape):
    dY_dX, dz_dY = rng.normal(size=y_shape + x_shape), rng.normal(size=y_shape)
    view = KeyIdeaExplorer(dY_dX, dz_dY)
    assert np.array_equal(unpacked(view.gradient), np.atleast_2d(key_idea(dY_dX, dz_dY)))
    value = eval(code(view).format(h=view.entry[0], k=view.entry[1]), {"np": np, "dY_dX": dY_dX, "G": dz_dY})
    assert np.isclose(value, unpacked(view.gradient)[view.entry])
    assert float(caption(view).split()[-1]) == pytest.approx(value, rel=1e-3)


def test_a_vector_is_a_row_and_its_words_say_how_far_the_sum_is():
    view = KeyIdeaExplorer(dy_dx, g, names=("y", "x", "g"), symbols=("n_y", "n_x"), entry=(0, 1))
    assert (view.G["shape"], view.G["symbols"]) == ([1, 3], ["1", "n_y"])
    terms = " + ".join(f"∂y[0, {j}]/∂x[0, 1]·g[0, {j}]" for j in range(2))
    assert caption(view) == f"(∇_x z)[0, 1] = {terms} = 16"
    assert repr(view) == "KeyIdeaExplorer(dy/dx (3, 2), g (3,))"
    assert caption(KeyIdeaExplorer(np.zeros((3, 2)), g)) == "(∇_X z)[0, 0] = 0, an empty sum = 0"


def test_the_picture_shows_a_question_mark_where_the_gradient_is_not_made():
    view = KeyIdeaExplorer(dy_dx, g, names=("y", "x", "g"), entry=(0, 1))  # dy_dx^T g = [25, 16]

    def shown():
        figure = view.figure()
        return [text.get_text() for text in figure.axes[-1].texts], " ".join(text.get_text() for text in figure.texts)

    assert shown()[0] == ["?", "?"] and shown()[1].endswith(" = ?")
    view.step = 1
    assert shown()[0] == ["?", "10"] and shown()[1].endswith(" = after 1 of 2 products: 10")
    view.made = [0]
    view.step = 2
    assert shown()[0] == ["25", "16"]


def test_a_new_entry_keeps_the_step_as_far_as_it_has_that_many_products():
    view = KeyIdeaExplorer(dy_dx, g)
    view.step = 3
    view.entry = (0, 1)
    assert (view.entry, view.step) == ((0, 1), 2)


def test_what_it_cannot_show_is_named():
    ones, exact = np.ones, np.full((1, 1), Fraction(10**400))
    structure = "expected bool of (3, 2), like dY_dX"
    cases = [
        *(({"structural": bad}, ShapeError, structure) for bad in (ones((2, 3), dtype=bool), ones((3, 2)), True)),
        ({"structural": np.eye(3, 2) > 0}, ValueError, "structural[0, 1] is False, expected True: dY_dX is not 0"),
        ({"dz_dY": ones(4)}, ShapeError, "dY_dX has shape (3, 2), expected Y.shape + X.shape: it must begin with (4,)"),
        ({"dz_dY": 1.0}, ValueError, "dz_dY gives Y the shape (), and"),
        ({"dY_dX": ones((3, 2, 5, 7))}, ValueError, "dY_dX gives X the shape (2, 5, 7)"),
        ({"dY_dX": ones((0, 2)), "dz_dY": ones(0)}, ValueError, "dY_dX is empty, (0, 2)"),
        ({"dY_dX": ones((64, 64, 9, 8)), "dz_dY": ones((64, 64))}, ValueError, "(64, 64, 9, 8), 294,912 entries"),
        ({"dz_dY": np.array([1, np.inf, 0])}, ValueError, "dz_dY[1] is inf, expected finite numbers"),
        ({"dY_dX": exact, "dz_dY": ones(1)}, ValueError, "dY_dX holds Fractions that are too large"),
        ({"symbols": ("n", "n")}, ShapeError, "dY_dX has shape (3, 2), expected (n, n)"),
    ]
    assert not_refused(KeyIdeaExplorer, {"dY_dX": dy_dx, "dz_dY": g}, cases) == []
    big = {"O": ones((64, 64)), "W": ones((64, 10)), "b": ones((1, 10)), "G": ones((64, 10))}
    cases = [
        ({"G": G.T}, ShapeError, "G has shape (3, 7), expected (m, n_out):\nm is 7 because O is (7, 5)"),
        ({"wrt": "Z"}, ValueError, "wrt is 'Z', expected 'W', 'b' or 'O'"),
        (big, ValueError, "409,600 entries"),
        ({"wrt": "O", "O": O[:0], "G": G[:0]}, ValueError, "∂Z/∂O is empty, (0, 3, 0, 5)"),
    ]
    good = {"wrt": "W", "O": O, "W": W, "b": b, "G": G, "entry": (0, 0)}
    assert not_refused(KeyIdeaExplorer.of_layer, good, cases) == []
