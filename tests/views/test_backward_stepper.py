"""BackwardStepper: each step holds the numbers of the pass, and its formula gives its result from its operands."""

import re

import numpy as np
import pytest
from refusals import not_refused

from course_lib import ShapeError
from course_lib.activations import identity, relu, tanh
from course_lib.losses import Loss, mse, softmax_cross_entropy
from course_lib.network import Network
from course_lib.regularizers import l2
from course_lib.views.backward_stepper.view import BackwardStepper
from course_lib.views.shared.view import unpacked

m = 7
rng = np.random.default_rng(7)
X = rng.normal(size=(m, 5))
T = rng.normal(size=(m, 2))
ONE_HOT = np.eye(2)[rng.integers(0, 2, m)]


def deep(**options):
    """A network of three layers, 5-4-3-2, whose biases are not 0."""
    network = Network([5, 4, 3, 2], tanh, **options)
    network.parameters = [(W, rng.normal(size=b.shape)) for W, b in network.parameters]
    return network


def formula(step):
    return "".join(step["parts"])


def names(view, step):
    return [part for part in step["parts"] if part in view.matrices]


def arrays(view):
    return {name: unpacked(matrix) for name, matrix in view.matrices.items()}


@pytest.mark.parametrize(("loss", "target"), [(mse, T), (softmax_cross_entropy, ONE_HOT)], ids=["mse", "entropy"])
def test_the_formula_of_each_step_gives_its_result(loss, target):
    network = deep(loss=loss)
    view = BackwardStepper(network, X, target)
    shown = arrays(view)
    given = {"O[0]": X, "T": target} | {f"W[{l}]": W for l, (W, _) in enumerate(network.parameters)}
    for name, A in given.items():
        assert np.array_equal(shown[name], A)
    checked = 0
    for step in view.steps[1:]:
        result, *operands = (shown[name] for name in names(view, step))
        text = formula(step)
        if step["form"] == "product":
            expected = operands[0] @ operands[1]
            if len(operands) == 3:
                expected = expected + operands[2]
        elif "⊙" in text:
            expected = operands[0] * operands[1]
        elif "−" in text:
            assert text.endswith("− T ) / m")
            expected = (operands[0] - operands[1]) / m
        else:
            function = re.search(r"= (\w+)\( Z", text)[1]
            expected = {"tanh": tanh, "identity": identity}[function](operands[0])
        assert np.allclose(result, expected, rtol=1e-13), text
        assert step["result"] == names(view, step)[0]
        checked += 1
    assert checked == 6 * 3


def test_the_steps_stand_in_the_order_of_the_recipe():
    steps = BackwardStepper(Network([5, 3, 2], relu), X, T).steps
    assert [step["result"] for step in steps] == [
        *("O[0]", "Z[0]", "O[1]", "Z[1]", "O[2]", "∇_O[2] L"),
        *("G[1]", "∇_W[1] L", "∇_b[1] L", "∇_O[1] L", "G[0]", "∇_W[0] L", "∇_b[0] L"),
    ]
    assert [step["title"].split(", ")[1][:3] for step in steps[7:10]] == ["(A)", "(B)", "(C)"]


def test_no_step_uses_what_no_step_before_it_has_made():
    view = BackwardStepper(deep(), X, T)
    known = {"T"} | {name for name in view.matrices if re.match(r"[Wb]\[\d\]$", name)}
    for step in view.steps:
        assert set(step["uses"]) <= known, step["title"]
        known.add(step["result"])


def test_a_loss_of_your_own_is_shown_without_a_formula_for_its_entries():
    total = Loss("total", lambda O, target: ((O - target).sum(), np.ones_like(O)))
    step = BackwardStepper(Network([5, 2], relu, loss=total), X, T).steps[3]
    assert (formula(step), step["form"]) == ("∇_O[1] L = total.gradient( O[1] , T )", "whole")
    assert "1/m" not in step["words"]


def test_shapes_are_in_symbols_that_count_the_layers():
    view = BackwardStepper(Network([5, 3, 2], relu), X, T)
    sizes = {"m": m, "1": 1, "n_0": 5, "n_1": 3, "n_2": 2}
    assert all([sizes[symbol] for symbol in A["symbols"]] == A["shape"] for A in view.matrices.values())


@pytest.mark.filterwarnings("error", "ignore::ResourceWarning")  # fonts that an earlier test left open
def test_a_pass_that_overflows_is_shown_without_a_warning():
    network = Network([5, 3, 2], relu)
    network.parameters = [(W * 1e200, b) for W, b in network.parameters]
    view = BackwardStepper(network, X, T, step=4)
    assert not np.isfinite(arrays(view)["∇_W[0] L"]).all()
    assert view.figure().get_axes()


def test_what_is_no_pass_is_named_before_anything_is_drawn():
    wide, classes = Network([5, 600, 600, 2], relu), Network([5, 2], relu, loss=softmax_cross_entropy)
    cases = [
        ({"X": X[:, :4]}, ShapeError, "X has shape (7, 4), expected (m, n_0) = (7, 5)"),
        ({"X": X[:0], "target": T[:0]}, ValueError, "X is empty, (0, 5)"),
        ({"network": Network([5, 2], relu, regularizer=l2, lam=0.5)}, ValueError, "network.lam is 0.5, expected 0"),
        ({"network": classes}, ValueError, "a row of target does not sum to 1"),
        ({"network": wide}, ValueError, "W[1] has shape (600, 600), 360,000 entries"),
    ]
    assert not_refused(BackwardStepper, {"network": Network([5, 2], relu), "X": X, "target": T}, cases) == []


def test_the_picture_of_each_step_has_its_matrices_and_its_words():
    view = BackwardStepper(Network([5, 2], relu), X, T)
    for step in range(len(view.steps)):
        view.step = step
        figure = view.figure()
        assert [ax.get_title().split("\n")[0] for ax in figure.get_axes()] == names(view, view.steps[step])
        assert view.steps[step]["title"] in " ".join(text.get_text() for text in figure.texts)
