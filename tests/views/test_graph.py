"""GraphStepper: what stands on each edge is what the graph computed, and what a view cannot show is refused."""

import numpy as np
import pytest

from course_lib import autodiff
from course_lib.autodiff import Node
from course_lib.shapes import ShapeError
from course_lib.views import GraphStepper


def small():
    O, W, b = Node([[1.0, 2.0], [3.0, -1.0]]), Node([[2.0], [1.0]]), Node([[-1.0]])
    Z = O @ W + b
    return (Z * Z).sum(), {"O": O, "W": W, "b": b}


def lines(A):
    return [" ".join(f"{x:g}".replace("-", "−") for x in row) for row in np.atleast_2d(A)]


def shown(edge, kind):
    return [" ".join(line.split()) for line in edge[kind]]


def test_above_each_edge_stands_the_value_and_below_it_the_gradient_that_comes_back_along_it():
    node, names = small()
    view = GraphStepper(node, names)
    assert [n["name"] for n in view.nodes] == ["O", "W", "b", "@", "+", "*", "sum"]
    _, square, add, product, out = [[e for e in view.edges if e["step"] == k] for k in (0, 3, 4, 5, 1)]
    assert shown(out[0], "value") == ["25"] and shown(out[0], "gradient") == ["1"]
    assert square[0]["path"] != square[1]["path"]  # both are seen
    assert len(square) == 2 and all(shown(e, "value") == shown(e, "gradient") == ["3", "4"] for e in square)
    for name, edge in zip(("O", "W", "b"), [*product, add[1]], strict=True):
        assert shown(edge, "value") == lines(names[name].value)
        assert shown(edge, "gradient") == lines(names[name].grad)


def test_each_step_says_what_its_rule_gives_and_where_parts_add():
    node, names = small()
    words = GraphStepper(node, names).words
    assert words[0] == "values alone: from O = [[1, 2], [3, −1]], W = [[2], [1]], b = −1 to 25."
    assert words[3] == "* has the gradient [[1], [1]]; its rule gives [[3], [4]] to +, [[3], [4]] to +."
    assert words[4] == "+ has the gradient [[6], [8]], the sum of 2 edges; its rule gives [[6], [8]] to @, 14 to b."
    assert words[-1] == "@ has the gradient [[6], [8]]; its rule gives [[12, 6], [16, 8]] to O, [[30], [4]] to W."


def test_a_node_without_a_name_is_called_by_its_operation_its_number_or_its_place_among_the_inputs():
    view = GraphStepper(((Node([1.0, 2.0]) + Node([3.0, 4.0])) * Node(2.0)).sum())
    assert sorted(n["name"] for n in view.nodes) == ["*", "+", "2", "input 1", "input 2", "sum"]
    assert view.words[0] == "values alone: from input 1 = [1, 2], input 2 = [3, 4], 2 to 20."


def test_every_node_stands_right_of_its_parents_and_no_two_on_one_place():
    x, y = Node(2.0), Node(3.0)
    w = Node(1.0)  # used far to the right, then at the left
    late = autodiff.exp(autodiff.tanh(autodiff.tanh(x))) * w
    node = late + w * 2 + (y - x) * (x + y)
    view = GraphStepper(node, {"x": x, "y": y})
    places = [n["place"] for n in view.nodes]
    assert all(abs(a[1] - b[1]) >= 60 for k, a in enumerate(places) for b in places[:k] if a[0] == b[0])
    assert all(edge["path"][0][0] < edge["path"][2][0] for edge in view.edges)
    width, height = view.size
    assert all(0 < x < width and 0 < y < height for x, y in places)

    x = {n["name"]: n["place"][0] for n in GraphStepper(*small()).nodes}  # an input right before what uses it
    assert x["O"] == x["W"] < x["@"] == x["b"] < x["+"] < x["*"] < x["sum"]


def test_no_two_texts_and_no_text_and_node_stand_on_one_place_where_many_edges_cross():
    a, b, c = Node([[1.0, 2.0], [3.0, -1.0]]), Node([[2.0, 0.0], [1.0, 5.0]]), Node([[0.5, -1.0], [2.0, 1.0]])
    first, second, third = c * a, a + b, b - c
    view = GraphStepper((first * second + third * first + second * third).sum(), {"a": a, "b": b, "c": c})
    boxes = [
        (x, y, 4 * max(map(len, edge["value"] + edge["gradient"])), 15 * len(edge["value"]))  # half of its sides
        for edge in view.edges
        for x, y in [edge["label"]]
    ] + [(*node["place"], 17, 15) for node in view.nodes]
    touch = [
        (one, other)
        for k, one in enumerate(boxes)
        for other in boxes[:k]
        if all(abs(one[axis] - other[axis]) < one[axis + 2] + other[axis + 2] for axis in (0, 1))
    ]
    assert touch == []


def test_what_is_too_large_to_be_seen_is_refused():
    chain = Node(1.0)
    for _ in range(16):
        chain = chain + 1
    for node, says in [
        (chain, "17 nodes"),
        (Node(np.ones((1, 13))).sum(), r"\(1, 13\)"),
        (Node(np.ones((2, 2, 2))).sum(), r"\(2, 2, 2\)"),
    ]:
        with pytest.raises(ValueError, match=rf"GraphStepper\(node, names\): node depends on .*{says}"):
            GraphStepper(node)
    with pytest.raises(ShapeError, match=r"node has shape \(2,\), expected a single number"):
        GraphStepper(Node([1.0, 2.0]))


@pytest.mark.parametrize("step", range(6))
def test_the_picture_shows_the_gradients_that_are_known_after_the_step_and_no_others(step):
    view = GraphStepper(*small(), step=step)
    known = [edge for edge in view.edges if edge["step"] <= step]
    texts = [text.get_text() for text in view.figure().axes[0].texts]
    assert len(known) == [0, 1, 2, 4, 6, 8][step]
    assert len(texts) == len(view.edges) + len(known) + len(view.nodes)
