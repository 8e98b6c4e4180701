"""JacobianExplorer: y, dy/dx and the curves are those of the map, at the x that the sliders ask for."""

import numpy as np
import pytest
from refusals import not_refused

from course_lib import ShapeError
from course_lib.activations import relu
from course_lib.views.jacobian.view import CURVE_POINTS, JacobianExplorer, nice
from course_lib.views.shared.view import unpacked

m, n = 7, 5
rng = np.random.default_rng(5)
A, x = rng.normal(size=(m, n)), rng.normal(size=n)


def values(view):
    return [unpacked(view.answer[key]) for key in ("y", "J", "x")]


def curves(view):
    """(columns, points, m)"""
    answer = view.answer
    return np.frombuffer(answer["curves"]).reshape(len(answer["columns"]), CURVE_POINTS, -1)


def drag(view, j, value):
    """What arrives from the browser when slider j is moved."""
    asked = list(view.asked)
    asked[j] = value
    view.set_state({"asked": asked})


MAPS = {
    "matrix": (A, x, lambda x: A @ x, lambda x: A),
    "function": (lambda x: A @ x**2, x, lambda x: A @ x**2, lambda x: 2 * A * x),
    "number": (lambda x: x @ x, x, lambda x: np.array([x @ x]), lambda x: 2 * x[None, :]),
}


@pytest.mark.parametrize(("f", "x", "y", "J"), MAPS.values(), ids=MAPS)
def test_it_shows_the_map_its_jacobian_and_its_curves_and_follows_the_sliders(f, x, y, J):
    view = JacobianExplorer(f, x)
    asked = x.copy()
    for j, value in ((0, asked[0]), (1, 0.25), (len(x) - 1, -0.75)):
        drag(view, j, value)
        asked[j] = value
        shown_y, shown_J, shown_x = values(view)
        assert np.array_equal(shown_x[:, 0], asked)
        assert np.array_equal(shown_y[:, 0], y(asked))
        assert np.allclose(shown_J, J(asked), rtol=0, atol=1e-8)
        assert view.answer["asked"] == asked.tolist()
        assert view.answer["problem"] == ""
        for column, curve in zip(view.answer["columns"], curves(view), strict=True):
            for xj, ys in zip(np.linspace(-1, 1, CURVE_POINTS) * view.answer["reach"], curve, strict=True):
                moved = asked.copy()
                moved[column] = xj
                assert np.allclose(ys, y(moved), rtol=0, atol=1e-12)


def test_all_curves_are_there_at_first_and_the_curve_of_the_entry_after_that():
    view = JacobianExplorer(A, x, entry=(2, 3))
    assert view.answer["columns"] == list(range(n))
    drag(view, 0, 0.5)
    assert view.answer["columns"] == [3]
    view.set_state({"entry": [2, 1]})
    assert view.answer["columns"] == [1]


def test_the_formula_names_the_function():
    said = {relu: "y = relu(x)", np.sin: "y = sin(x)", (lambda x: x): "y = f(x)"}
    assert {f: JacobianExplorer(f, x).formula for f in said} == said
    assert JacobianExplorer(A, x).formula == "y = A x"


@pytest.mark.parametrize(
    ("size", "reach"), [(0, 1), (1, 1), (1.01, 2), (6.3, 7), (9.5, 10), (0.025, 0.03), (4.1e7, 5e7)]
)
def test_sliders_reach_as_far_as_a_number_that_is_short_to_write(size, reach):
    assert nice(size) == reach


def test_where_the_function_fails_the_view_keeps_its_numbers_says_why_and_lives_on():
    def root(x):
        if x[0] > 4:
            raise RuntimeError("more than 4")
        return np.sqrt(x) if x[1] < 4 else x[:2]

    view = JacobianExplorer(root, np.array([1.0, 2.0, 3.0]))
    before = values(view)
    for j, value, words in (
        (2, -1.0, "ValueError: JacobianExplorer(f, x): f(x) is not finite everywhere at x = [ 1.  2. -1.]"),
        (0, 4.5, "RuntimeError: more than 4"),
        (1, 4.5, "ShapeError: JacobianExplorer(f, x): f(x) has shape (2,), expected (3,) as before."),
    ):
        view.set_state({"asked": [1.0, 2.0, 3.0]})
        drag(view, j, value)
        assert view.answer["problem"] == words
        assert view.answer["asked"][j] == value
        assert all(np.array_equal(now, then) for now, then in zip(values(view), before, strict=True))
    drag(view, 1, 1.0)
    assert view.answer["problem"] == ""
    assert values(view)[0][1, 0] == 1


def test_a_curve_has_gaps_where_the_function_fails():
    curve = curves(JacobianExplorer(np.log, np.array([1.0, 2.0])))[0, :, 0]
    points = np.linspace(-3, 3, CURVE_POINTS)
    assert np.array_equal(np.isfinite(curve), points > 0)


def test_what_cannot_be_shown_is_refused_before_anything_is_drawn():
    cases = [
        ({"x": x[:4]}, ShapeError, "x has shape (4,)"),
        ({"x": A}, ShapeError, "x has shape (7, 5), expected 1 indexes"),
        ({"f": "A"}, TypeError, "A is a str"),
        ({"x": np.zeros(21)}, ValueError, "x has 21 components"),
        ({"x": x * np.nan}, ValueError, "x[0] is nan"),
        ({"entry": (7, 0)}, ValueError, "expected an entry of ∂y/∂x, which is (7, 5)"),
        ({"f": lambda x: np.log(-np.exp(x))}, ValueError, "f(x) is not finite everywhere"),
        ({"f": lambda x: np.outer(x, x)}, ShapeError, "f(x) has shape (5, 5)"),
        ({"f": lambda x: None}, TypeError, "f(x) has dtype object"),
        ({"f": lambda x: np.zeros(65)}, ValueError, "f(x) has 65 components"),
    ]
    assert not_refused(JacobianExplorer, {"f": A, "x": x}, cases) == []
