"""The gradient check: right gradients pass, and a mistake is found where it is."""

import numpy as np
import pytest
import test_network
from hypothesis import given
from hypothesis import strategies as st
from reference import ACTIVATIONS, flat
from refusals import not_refused

from course_lib import activations
from course_lib.activations import tanh
from course_lib.depth.deep import DeepNetwork
from course_lib.depth.normalization import layer_norm
from course_lib.losses import mse, softmax_cross_entropy
from course_lib.network import Network
from course_lib.practice.gradcheck import GradientCheck, ParameterCheck, check_gradients
from course_lib.regularizers import l1, l2
from course_lib.shapes import ShapeError

SIZES = [5, 4, 2, 3]
NAMES = ["W0", "b0", "W1", "b1", "W2", "b2"]


def task(activation=tanh, loss=softmax_cross_entropy, regularizer=l2):
    return test_network.task(Network, SIZES, loss=loss, activation=activation, regularizer=regularizer, lam=0.3)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_right_gradients_pass(activation):
    for loss, regularizer in ((mse, l1), (softmax_cross_entropy, l2)):
        table = check_gradients(*task(getattr(activations, activation), loss, regularizer))
        assert table.passes() and [row.name for row in table] == NAMES
        assert max(row.relative_error for row in table) < 1e-7


def test_the_gradients_of_a_float32_network_are_compared_with_differences_in_float64():
    wide, X, target = task()
    network = wide.astype("float32")
    table = check_gradients(network, X, target)
    assert [row.gradient.dtype for row in table] == [np.dtype("float32")] * 6
    assert 1e-9 < max(row.relative_error for row in table) < 1e-5


def planted(change):
    """The table of gradients into which `change` has put a mistake."""
    network, X, target = task()
    gradients = [[dW.copy(), db.copy()] for dW, db in network.loss_and_gradients(X, target)[1]]
    change(gradients)
    return check_gradients(network, X, target, gradients)


def wrong_rows(table):
    return [row.name for row in table if row.relative_error > 1e-6]


@given(st.integers(0, 2), st.integers(0, 1), st.data())
def test_a_mistake_in_one_entry_is_found_at_that_entry(layer, which, data):
    shape = (SIZES[layer], SIZES[layer + 1]) if which == 0 else (1, SIZES[layer + 1])
    entry = tuple(data.draw(st.integers(0, n - 1)) for n in shape)

    def change(gradients):
        gradients[layer][which][entry] += 1e-3

    table = planted(change)
    assert not table.passes()
    assert wrong_rows(table) == [NAMES[2 * layer + which]]
    row = table[2 * layer + which]
    assert row.absolute_error == pytest.approx(1e-3, rel=1e-4)
    assert np.argwhere(abs(row.gradient - row.numeric) > 1e-6).tolist() == [list(entry)]


def test_an_entry_that_is_not_finite_never_passes():
    for value in (np.nan, np.inf, -np.inf):
        table = planted(lambda gradients, value=value: gradients[0][0].__setitem__((1, 1), value))
        assert not table.passes() and not table.passes(tolerance=1e9) and wrong_rows(table) == ["W0"]


def test_errors_are_the_largest_difference_and_its_share_of_the_largest_entry_and_the_tolerance_passes():
    row = ParameterCheck("W0", gradient=np.array([[1.0, -4.0]]), numeric=np.array([[1.5, -5.0]]))
    assert row.absolute_error == 1.0
    assert row.relative_error == 0.2
    zero = ParameterCheck("b0", gradient=np.zeros((1, 2)), numeric=np.zeros((1, 2)))
    assert zero.relative_error == zero.absolute_error == 0.0
    table = GradientCheck([ParameterCheck("W0", np.array([[1.0]]), np.array([[0.5]]))])
    assert [table.passes(tolerance=tolerance) for tolerance in (0.5, 0.499)] == [True, False] and not table.passes()


def test_the_table_shows_every_parameter_with_its_shape_and_errors():
    head, *lines = [line.split() for line in repr(planted(lambda gradients: None)).splitlines()]
    assert head == ["parameter", "shape", "largest", "absolute", "error", "largest", "relative", "error"]
    assert [line[0] for line in lines] == NAMES and lines[0][1:3] == ["(5,", "4)"]
    assert all(float(error) < 1e-7 for line in lines for error in line[-2:])


def test_gradients_of_another_form_or_for_a_network_whose_every_b_is_0_are_refused_by_name():
    network, X, target = task()
    right = network.loss_and_gradients(X, target)[1]
    cases = [
        ({"gradients": right[:2]}, ShapeError, "gradients has 2 pairs (dW, db), expected 3, one for each layer"),
        ({"gradients": [(dW.T, db) for dW, db in right]}, ShapeError, "W0 has shape (4, 5), expected (5, 4)."),
        ({"gradients": [(dW, db[0]) for dW, db in right]}, ShapeError, "b0 has shape (4,), expected (1, 4)."),
        ({"network": Network(SIZES, tanh, mse)}, ValueError, "every b of network is 0, "),
    ]
    assert not_refused(check_gradients, {"network": network, "X": X, "target": target, "gradients": right}, cases) == []


class Penalty(DeepNetwork):
    """Its gradients for b, gamma and beta are wrong where these are not what they are at first."""

    def _backward(self, trace, dL_dO):
        gradients = super()._backward(trace, dL_dO)
        for (_, *parameters), (_, *others) in zip(self.parameters, gradients, strict=True):
            for P, dP, start in zip(parameters, others, (0, 1, 0), strict=False):
                dP += 0.3 * (P - start)
        return gradients


def test_a_fresh_network_s_mistake_that_shows_only_beside_other_parameters_is_found_and_the_network_left_as_it_is():
    network, (X, target) = Penalty([5, 4, 3], tanh, normalization=layer_norm), task()[1:]
    before = flat(network.parameters)
    for A in (X, target):
        A.flags.writeable = False
    assert wrong_rows(check_gradients(network, X, target)) == ["b0", "gamma0", "beta0", "b1"]
    assert (flat(network.parameters) == before).all()
