"""MatrixView: it holds the numbers of the array, and what is computed from it follows, or says why it does not."""

from fractions import Fraction

import numpy as np
import pytest
import traitlets

from course_lib import ShapeError
from course_lib.widgets.base import packed, unpacked
from course_lib.widgets.matrix_view import MatrixView

m, n_in, n_out = 7, 5, 3
rng = np.random.default_rng(3)
O, W = rng.normal(size=(m, n_in)), rng.normal(size=(n_in, n_out))

ARRAYS = {
    "floats": O,
    "one entry": np.array([[2.5]]),
    "zeros": np.zeros((2, 3)),
    "nan and infinity": np.array([[np.nan, np.inf], [-np.inf, 1.0]]),
    "very large and very small": np.array([[1e300, -1e-300]]),
    "integers": np.arange(6).reshape(2, 3),
    "booleans": np.eye(3, dtype=bool),
    "not contiguous": O[::2, ::-1],
    "transposed": O.T,
    "a list": [[1, 2], [3, 4]],
    "64 x 64": rng.normal(size=(64, 64)),
}


def edited_in_the_browser(view, A):
    """What arrives when somebody types a number over an entry."""
    name, symbols = view.matrix["name"], view.matrix["symbols"]
    view.set_state({"matrix": packed(name, A, symbols) | {"data": memoryview(np.ascontiguousarray(A).tobytes())}})


def changed(A, entry, value):
    A = A.copy()
    A[entry] = value
    return A


@pytest.mark.parametrize("A", ARRAYS.values(), ids=ARRAYS)
def test_it_holds_exactly_the_numbers_of_the_array_and_draws_them(A):
    view = MatrixView("A", A)
    assert np.array_equal(unpacked(view.matrix), np.asarray(A, dtype=float), equal_nan=True)
    assert view.figure().axes
    assert repr(view) == f"MatrixView(A {np.shape(A)})"


def test_fractions_are_shown_as_floats():
    assert np.array_equal(MatrixView("A", np.array([[Fraction(1, 4), Fraction(3)]])).A, [[0.25, 3.0]])


def test_a_vector_is_one_row_and_may_have_one_symbol():
    view = MatrixView("b", np.arange(3.0), ("n_out",), entry=(0, 2))
    assert (view.matrix["shape"], view.matrix["symbols"]) == ([1, 3], ["1", "n_out"])
    assert view.A.shape == (1, 3)


def test_later_changes_of_the_array_and_of_the_copy_do_not_reach_the_view():
    A = O.copy()
    view = MatrixView("O", A)
    A[0, 0] = view.A[1, 1] = 99
    assert np.array_equal(view.A, O)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("G", np.zeros((0, 3))), ValueError, r"G is empty, \(0, 3\)"),
        (("G", np.zeros((2, 3, 4))), ShapeError, r"G has shape \(2, 3, 4\), expected 2 indexes"),
        (("G", np.zeros((513, 512))), ValueError, r"\(513, 512\).*a view shows up to"),
        (("G", "abc"), TypeError, "G has dtype"),
        (("G", O * 1j), TypeError, "G has dtype complex128"),
        ((3, O), TypeError, "name of a matrix is 3"),
        (("G", O, ("m", "7")), ShapeError, r"G has shape \(7, 5\), expected \(m, 7\)"),
        (("G", O, ("m",)), ShapeError, "1 symbols were given"),
        (("G", O, "mn"), TypeError, "symbols is 'mn'"),
    ],
)
def test_what_cannot_be_shown_is_refused_before_anything_is_drawn(arguments, error, words):
    with pytest.raises(error, match=words):
        MatrixView(*arguments)


@pytest.mark.parametrize("entry", [(7, 0), (0, 5), (-1, 0)])
def test_an_entry_outside_the_matrix_is_refused_and_the_old_one_stays(entry):
    with pytest.raises(ValueError, match=r"expected one of O, which is \(7, 5\)"):
        MatrixView("O", O, entry=entry)
    view = MatrixView("O", O, entry=(6, 4))
    with pytest.raises(ValueError, match=r"expected one of O, which is \(7, 5\)"):
        view.entry = entry
    assert view.entry == [6, 4]
    with pytest.raises(traitlets.TraitError):
        view.entry = 3


def test_another_matrix_of_the_same_shape_can_be_shown_and_no_other():
    view = MatrixView("O", O, ("m", "n_in"), editable=True)
    view.A = 2 * O
    assert np.array_equal(view.A, 2 * O)
    with pytest.raises(ShapeError, match=r"the new O has shape \(5, 7\), expected \(7, 5\)"):
        view.A = O.T
    assert np.array_equal(view.A, 2 * O)


def test_what_is_computed_from_it_follows_an_edit_through_every_step():
    view_O, view_W = MatrixView("O", O, ("m", "n_in"), editable=True), MatrixView("W", W, ("n_in", "n_out"))
    Z = MatrixView.computed("Z", ("m", "n_out"), lambda O, W: O @ W, view_O, view_W)
    squares = MatrixView.computed("S", ("n_out", "n_out"), lambda Z: Z.T @ Z, Z)
    assert np.array_equal(Z.A, O @ W)
    for new in (changed(O, (2, 1), 9.0), changed(O, (6, 4), -3.0)):
        edited_in_the_browser(view_O, new)
        assert np.array_equal(view_O.A, new)
        assert np.array_equal(Z.A, new @ W)
        assert np.array_equal(squares.A, (new @ W).T @ (new @ W))
    view_W.A = -W
    assert np.array_equal(Z.A, new @ -W)
    assert [repr(view) for view in (view_O, Z)] == [
        "MatrixView(O (7, 5), editable)",
        "MatrixView(Z (7, 3), computed from O, W)",
    ]


def test_a_function_that_changes_its_arguments_changes_no_view():
    view = MatrixView("O", O)
    MatrixView.computed("P", (), lambda O: np.add(O, 1, out=O), view)
    assert np.array_equal(view.A, O)


def test_where_the_function_fails_the_views_that_follow_keep_their_numbers_and_say_why():
    view = MatrixView("A", np.eye(3), editable=True)
    inverse = MatrixView.computed("B", ("n", "n"), np.linalg.inv, view)
    double = MatrixView.computed("D", ("n", "n"), lambda B: 2 * B, inverse)
    edited_in_the_browser(view, np.zeros((3, 3)))
    assert inverse.problem == "B is not up to date: LinAlgError: Singular matrix"
    assert double.problem == "D is not up to date: RuntimeError: B is not up to date"
    assert np.array_equal(inverse.A, np.eye(3))
    assert np.array_equal(double.A, 2 * np.eye(3))
    edited_in_the_browser(view, 4 * np.eye(3))
    assert (inverse.problem, double.problem) == ("", "")
    assert np.array_equal(double.A, np.eye(3) / 2)


def test_a_function_whose_result_changes_its_shape_is_told_so():
    view = MatrixView("A", np.eye(3))
    follower = MatrixView.computed("B", (), lambda A: A[: int(A[0, 0]) + 1], view)
    view.A = 2 * np.eye(3)
    assert follower.problem.startswith(
        "B is not up to date: ShapeError: the function's B has shape (3, 3), expected (2, 3)"
    )
    assert np.array_equal(follower.A, np.eye(3)[:2])


def test_a_view_that_is_computed_cannot_be_set():
    Z = MatrixView.computed("Z", (), lambda O: O, MatrixView("O", O))
    with pytest.raises(AttributeError, match="Z is computed from O: change those instead"):
        Z.A = O


def test_a_view_that_is_closed_computes_no_more():
    view, calls = MatrixView("O", O), []
    follower = MatrixView.computed("P", (), lambda O: calls.append(1) or O, view)
    follower.close()
    view.A = 2 * O
    assert (len(calls), follower.problem) == (1, "")


@pytest.mark.parametrize(
    ("function", "views", "error", "words"),
    [
        (3, [MatrixView("O", O)], TypeError, "function is a int"),
        (np.sum, [], TypeError, "no views were given"),
        (np.sum, [O], TypeError, "view number 0 is a ndarray, expected a MatrixView"),
        (np.sum, [MatrixView("O", O)], ShapeError, r"P has shape \(\)"),
        (np.linalg.inv, [MatrixView("O", O)], np.linalg.LinAlgError, "square"),
    ],
)
def test_what_cannot_be_computed_is_refused(function, views, error, words):
    with pytest.raises(error, match=words):
        MatrixView.computed("P", (), function, *views)
