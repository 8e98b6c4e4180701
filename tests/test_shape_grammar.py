"""Which comment states a shape, and what its symbols and operators come to."""

import ast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import not_refused

from course_lib.shape_comments.grammar import parse_comment, sizes, spelled
from course_lib.shapes import ShapeError

SYMBOLS = {"m": 7, "n_in": np.int64(5), "n_out": 3, "half": 3.5, "yes": True, "O": np.ones((7, 5)), "empty": 0}.get


def come_to(text):
    """The sizes of one shape, or of an expression of shapes."""
    _, left = parse_comment(f"{text} -> ()")
    return sizes(left, text, SYMBOLS)


@pytest.mark.parametrize(
    ("comment", "shapes"),
    [
        ("(m,)", ["(m,)"]),
        ("(größe,)", ["(größe,)"]),
        ("()", ["()"]),
        ("(2 * (m + 1), n)", ["(2 * (m + 1), n)"]),
        ("one row a sample: (m, n_in)", []),
        ("(m)", []),  # a tuple of one has a comma, as in Python
        ("(n_in, n_out), (1, n_out)", ["(n_in, n_out)", "(1, n_out)"]),
        ("W and b -> (n_in, n_out),(1, n_out)", ["(n_in, n_out)", "(1, n_out)"]),
        ("a -> b -> (m,)", ["(m,)"]),
        ("", []),
        ("(m, n) is the shape", []),
        ("(m - 1, n)", []),
        ("(-1, n)", []),
        ("(m, f(n))", []),
        ("(m, *n)", []),
        ("[m, n]", []),
        ("(m, n) -> nothing", []),
    ],
)
def test_a_comment_states_shapes_when_it_is_nothing_else_or_nothing_else_follows_its_arrow(comment, shapes):
    assert [ast.unparse(shape) for shape in parse_comment(comment)[0]] == shapes


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("((m, k) @ (k, n)) + (1, n) -> (m, n)", "(m, k) @ (k, n) + (1, n)"),
        ("( m, ) * (größe,) -> (m,)", "(m,) * (größe,)"),
        ("(2 * (m + 1), n) + (n,) -> (m, n)", "(2 * (m + 1), n) + (n,)"),
        ("O.T @ G -> (n_in, n_out)", None),
        ("(m, n) @ (n, k)", None),
        ("(m, n) == (m, n) -> (m, n)", None),
    ],
)
def test_an_expression_of_shapes_before_the_arrow_is_read(comment, left):
    tree = parse_comment(comment)[1]
    assert (tree and ast.unparse(tree)) == left


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("()", ()),
        ("(2 * (m + 1), 4)", (16, 4)),
        ("(empty, 3)", (0, 3)),
        ("(m, n_in) @ (n_in, n_out) + (1, n_out)", (7, 3)),
        ("(m, n_out) / ()", (7, 3)),
        ("(m, n_out) ** (1,)", (7, 3)),
    ],
)
def test_at_contracts_and_the_other_operators_broadcast_as_in_numpy(text, expected):
    assert come_to(text) == expected


SHAPES = st.lists(st.integers(1, 3), max_size=3).map(tuple)


@given(SHAPES, SHAPES, st.sampled_from("@+"))
def test_the_sizes_of_an_expression_are_those_that_numpy_gives(a, b, operator):
    left, right = np.ones(a), np.ones(b)
    try:
        expected = (left @ right if operator == "@" else left + right).shape
    except ValueError:
        with pytest.raises(ShapeError, match="contradicts itself"):
            come_to(f"{a} {operator} {b}")
    else:
        assert come_to(f"{a} {operator} {b}") == expected


def test_what_does_not_meet_or_is_no_size_is_told_in_full():
    both = "(m, n_in) = (7, 5) and (m, n_out) = (7, 3)"
    told = {
        "(m, n_in) @ (m, n_out)": f"contradicts itself: {both} do not contract: the inner sizes differ.",
        "(m, n_in) + (m, n_out)": f"contradicts itself: {both} do not broadcast.",
        "(7, 5) @ ()": "contradicts itself: (7, 5) and () do not contract: the inner sizes differ.",
        "(m, p)": "uses p, which is not defined where this line runs: define it first, for example p = 7 or p = O.shape[0].",
        "(m, half)": "uses half as a size, but half is a float.",
        "(m, yes)": "uses yes as a size, but yes is a bool.",
    }
    cases = [({"text": text}, ShapeError, f"the comment `{text}` {reason}") for text, reason in told.items()]
    assert not_refused(come_to, {"text": "()"}, cases) == []


def test_a_shape_is_spelled_in_symbols_and_sizes_or_once_where_they_are_the_same():
    assert spelled(ast.parse("(m,n_out)", mode="eval").body, (7, 3)) == "(m, n_out) = (7, 3)"
    assert spelled(ast.parse("(7, 3)", mode="eval").body, (7, 3)) == "(7, 3)"


@given(st.text(st.sampled_from(list("()mn12,+*@-> .[]'#\\=:")), max_size=30) | st.text(st.characters(codec="utf-8")))
def test_every_comment_is_read_without_an_error(comment):
    shapes, left = parse_comment(comment.replace("\0", ""))
    assert all(isinstance(shape, ast.Tuple) for shape in shapes)
    assert left is None or shapes
