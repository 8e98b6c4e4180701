"""BatchView: it holds the rows of one pass through the network, its gradients are right, and bad input is named."""

import numpy as np
import pytest
from refusals import not_refused

from course_lib import ShapeError
from course_lib.activations import sigmoid, tanh
from course_lib.jacobian import numeric_jacobian
from course_lib.losses import Loss, mse, softmax_cross_entropy
from course_lib.network import Network
from course_lib.regularizers import l2
from course_lib.views.batch.view import BatchView
from course_lib.views.shared.view import unpacked

m, n_in, n_hidden, n_out = 7, 5, 4, 3
rng = np.random.default_rng(4)
X, T = rng.normal(size=(m, n_in)), rng.normal(size=(m, n_out))
ONE_HOT = np.eye(n_out)[np.arange(m) % n_out]


def network(**settings):
    return Network([n_in, n_hidden, n_out], tanh, **settings)


SUM_LOSS = Loss("half_squares", lambda O, target: (((O - target) ** 2).sum() / 2, O - target))


def titles(figure):
    return [ax.get_title().split("\n")[0] for ax in figure.axes]


@pytest.mark.parametrize("loss", [mse, softmax_cross_entropy])
@pytest.mark.parametrize("layer", [0, 1])
def test_its_rows_are_those_of_the_layer_and_its_gradient_is_that_of_the_loss_without_the_regularizer(loss, layer):
    net = network(loss=loss, regularizer=l2, lam=0.5)
    shown = BatchView(net, X, ONE_HOT, layer=layer)
    trace = net.forward(X)
    net.backward(trace, ONE_HOT)
    O, Z, G = (unpacked(packed) for packed in (shown.O, shown.Z, shown.G))
    for A, expected in ((O, trace.O[layer]), (Z, trace.Z[layer]), (G, trace.G[layer])):
        assert np.array_equal(A, expected)
    assert (shown.O["symbols"], shown.G["symbols"]) == (["m", "n_in"], ["m", "n_out"])
    assert shown.where == ("layer 0: 5 → 4, tanh", "layer 1: 4 → 3, identity")[layer]
    W, b = net.parameters[layer]

    def loss_of(moved):
        net.parameters[layer] = (moved, b)
        return loss(net.forward(X).O[-1], ONE_HOT)

    assert np.allclose(O.T @ G, numeric_jacobian(loss_of, W.copy()), atol=1e-8)


def test_one_hot_rows_name_the_samples_and_other_targets_do_not():
    images = rng.normal(size=(m, 2, 3))
    shown = BatchView(network(), X, ONE_HOT, images)
    assert shown.labels[:4] == ["class 0", "class 1", "class 2", "class 0"]
    assert np.array_equal(unpacked(shown.images), images)
    assert BatchView(network(), X, T).labels == [""] * m


def test_a_network_of_single_units_and_one_sample_is_shown():
    shown = BatchView(Network([1, 1], sigmoid), [2.0], [1.0], added=1)
    assert titles(shown.figure()) == ["O", "Z", "G", "o_0ᵀ g_0", "sum, 1 of 1 samples", "OᵀG"]


def test_its_picture_shows_the_state():
    shown = BatchView(network(), X, ONE_HOT, sample=2, added=3)
    shown.mean = False
    figure = shown.figure()
    assert titles(figure) == ["O", "Z", "G", "o_2ᵀ g_2", "sum, 3 of 7 samples", "OᵀG"]
    assert any("Sample 2, class 2: its row" in text.get_text() for text in figure.texts)
    assert any("loss is a sum: G without" in text.get_text() for text in figure.texts)
    O, G = unpacked(shown.O), m * unpacked(shown.G)
    drawn = {ax.get_title().split("\n")[0]: ax.collections[0].get_array().reshape(n_in, -1) for ax in figure.axes[3:]}
    assert np.allclose(drawn["o_2ᵀ g_2"], np.outer(O[2], G[2]))
    assert np.allclose(drawn["sum, 3 of 7 samples"], O[:3].T @ G[:3])
    assert np.allclose(drawn["OᵀG"], O.T @ G)


@pytest.mark.filterwarnings("error", "ignore::ResourceWarning")  # fonts that an earlier test left open
def test_what_does_not_fit_is_named():
    exploded = network()
    exploded.parameters = [(1e308 * np.ones(W.shape), b) for W, b in exploded.parameters]
    many = np.ones((101, n_in + n_out))
    cases = [
        ({"network": network().forward(X)}, TypeError, "network is a Trace, expected a Network"),
        ({"X": X.T}, ShapeError, "X has shape (5, 7), expected (m, n_0) = (5, 5): network.sizes is [5, 4, 3]"),
        ({"target": T[:6]}, ShapeError, "target has shape (6, 3), expected (m, n_2) = (7, 3): "),
        ({"X": many[:, :n_in], "target": many[:, n_in:]}, ValueError, "X has 101 rows, expected up to 100"),
        ({"target": np.full_like(T, np.inf)}, ValueError, "target[0, 0] is inf"),
        ({"network": exploded, "X": abs(X)}, ValueError, "Z of layer 0[0, 0] is inf"),
        ({"images": np.ones((6, 8, 8))}, ShapeError, "images has shape (6, 8, 8), "),
        ({"images": np.ones((m, 0, 8))}, ShapeError, "images has shape (7, 0, 8)"),
        (
            {"network": network(loss=SUM_LOSS)},
            ValueError,
            "loss is half_squares, expected mse or softmax_cross_entropy",
        ),
        ({"network": Network([n_in, 600, 600, n_out], tanh), "layer": 1}, ValueError, "360,000 entries"),
    ]
    assert not_refused(BatchView, {"network": network(), "X": X, "target": T}, cases) == []
