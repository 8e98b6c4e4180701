"""Checked shapes: what passes, what does not, and the exact words that say why."""

from fractions import Fraction
from inspect import signature

import numpy as np
from jaxtyping import Shaped
from refusals import not_refused, unlike

from course_lib import dense, jacobian
from course_lib.activations import relu
from course_lib.arguments import Number
from course_lib.shapes import ShapeError, as_fractions, shape_checked, zeros

O, W, b, G = np.ones((7, 5)), np.ones((5, 3)), np.ones((1, 3)), np.ones((7, 3))


@shape_checked
def scaled(A: Shaped[np.ndarray, "m n"], times: Number(), kind: (int, str) = "rows") -> Shaped[np.ndarray, "m n"]:
    """A times a number."""
    return A * times if kind != "wrong" else A.T


class Layer:
    """A method is checked like a function."""

    @shape_checked
    def apply(self, O: Shaped[np.ndarray, "m n_in"]):
        """O as it is."""
        return O


@shape_checked
def padded(m: int, A: Shaped[np.ndarray, "m n"]):
    """A size that is given as a number explains a later shape."""


def test_a_wrong_shape_is_told_with_the_symbols_and_where_their_sizes_come_from():
    """tests/test_bad_input.py gives every public function arrays of another rank; here are the words."""
    forward = "forward(O, W, b): b has shape {}, expected (1, n_out):\nn_out is 3 because W is (5, 3) = (n_in, n_out)."
    shapes = ((3,), (3, 1), (7, 3), (1, 1), (7, 1), ())  # numpy would broadcast them all
    calls = {forward.format(shape): lambda shape=shape: dense.forward(O, W, np.ones(shape)) for shape in shapes}
    calls |= {
        "G has shape (7, 3), expected (m, n_out):\nm is 11 because O is (11, 5)": lambda: dense.grad_W(
            np.ones((11, 5)), G
        ),
        "undo_activation(G, Z, activation): Z has shape (1, 3), expected (m, n_out):\nm is 7 because G is (7, 3) = "
        "(m, n_out),\nand n_out is 3 because G is (7, 3) = (m, n_out).": lambda: dense.undo_activation(G, G[:1], relu),
        "scaled(A, times, kind): the result has shape (3, 7), expected (m, n):\nm is": lambda: scaled(G, 2.0, "wrong"),
        "dZ_dO(m, W): W has shape (1, 5, 3), expected (n_in, n_out).": lambda: dense.dZ_dO(7, W[None]),
        "inverse_of_product(A, B): A has shape (7, 5), expected (n, n).": lambda: jacobian.inverse_of_product(O, O),
        "Layer.apply(O): O has shape (5,), expected (m, n_in).": lambda: Layer().apply(O[0]),
        "padded(m, A): A has shape (7, 3), expected (m, n):\nm is 4 because m=4 was given.": lambda: padded(4, G),
    }
    assert unlike(ShapeError, calls) == []
    padded(7, G)
    padded(np.int64(7), G)


def test_a_wrong_type_and_a_value_out_of_range_are_told_by_name():
    types = {
        "grad_W(O, G): missing a required argument: 'G'": lambda: dense.grad_W(O, Z=G),
        "grad_W(O, G): too many positional arguments": lambda: dense.grad_W(O, G, W),
        "G has dtype int64, expected floats: write G.astype(float) (or": lambda: dense.grad_W(O, G.astype(int)),
        "grad_b(G): G[0, 0] is float 1.0, expected every object to be a": lambda: dense.grad_b(G.astype(object)),
        "only G holds Fractions, expected one kind: floats, or as": lambda: dense.grad_W(O, as_fractions(G)),
        "activation is ufunc <ufunc 'tanh'>, expected Activation": lambda: dense.undo_activation(G, G, np.tanh),
        "dZ_db(m, n_out): n_out is bool True, expected a whole number, at least 0": lambda: dense.dZ_db(7, True),
        "scaled(A, times, kind): times is str '2', expected a finite number": lambda: scaled(G, "2"),
        "scaled(A, times, kind): kind is NoneType None, expected int or str": lambda: scaled(G, 2.0, None),
    }
    assert unlike(TypeError, types) == []
    values = {
        "grad_b(G): G[1, 0] is -inf, expected finite numbers": lambda: dense.grad_b(np.array([[1.0], [-np.inf]])),
        "relu(Z): Z is nan, expected finite numbers": lambda: relu(float("nan")),
        "dZ_db(m, n_out): m is -1, expected a whole number, at least 0": lambda: dense.dZ_db(-1, 3),
        "scaled(A, times, kind): times is inf, expected a finite number": lambda: scaled(G, np.inf),
    }
    assert unlike(ValueError, values) == []


def test_numbers_of_every_real_kind_are_numbers():
    for times in (2, 2.0, np.float32(2), np.int64(2), Fraction(2)):
        assert (scaled(G, times) == 2).all()


def test_a_checked_function_keeps_its_name_docstring_and_signature_and_a_shape_error_is_a_value_error():
    assert dense.grad_W.__name__ == "grad_W" and dense.grad_W.__doc__.startswith("(A) grad_W L = O^T G")
    assert list(signature(dense.grad_W).parameters) == ["O", "G"] and issubclass(ShapeError, ValueError)


def test_as_fractions_keeps_every_entry_exactly():
    A = as_fractions(np.array([[0.1, -2.0], [1e-300, 0.0]]))
    assert A.dtype == object and all(type(entry) is Fraction for entry in A.flat)
    exact = Fraction(3602879701896397, 36028797018963968)
    assert A.tolist() == [[exact, -2], [Fraction(1e-300), 0]] == as_fractions(A).tolist() and exact != Fraction(1, 10)
    assert as_fractions(np.array(0.5))[()] == Fraction(1, 2) and as_fractions(np.zeros((0, 3))).shape == (0, 3)
    assert as_fractions([1, 2.5, Fraction(1, 3)]).tolist() == [1, Fraction(5, 2), Fraction(1, 3)]
    assert as_fractions(np.array([1, 2], dtype=np.int8)).tolist() == [1, 2]
    assert as_fractions(np.array([0.1], dtype=np.float32))[0] == Fraction(float(np.float32(0.1)))


def test_what_is_no_exact_number_is_refused():
    cases = [
        ({"A": np.array([1.0, np.nan])}, ValueError, "as_fractions(A): A[1] is nan, expected finite numbers"),
        ({"A": np.array([1j])}, TypeError, "A[0] is complex 1j, expected integers, floats or Fractions"),
        ({"A": np.array(["1/3"])}, TypeError, "A[0] is str '1/3', expected integers, floats or Fractions"),
        ({"A": None}, TypeError, "A is a NoneType, expected a plain numpy array"),
        ({"A": np.ma.array([1.0], mask=[1])}, TypeError, "A is a MaskedArray, expected a plain numpy array"),
    ]
    assert not_refused(as_fractions, {"A": O}, cases) == []


def test_zeros_are_of_the_kind_of_the_other_array():
    assert zeros((2, 3), like=np.ones(1, dtype=np.float32)).dtype == np.float32
    exact = zeros((2, 3), like=as_fractions(np.ones(1)))
    assert all(type(entry) is Fraction and entry == 0 for entry in exact.flat)
