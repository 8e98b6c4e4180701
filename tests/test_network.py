"""A network: its gradients are those of autograd and of the formulas of one layer; its Trace; what it refuses."""

import itertools

import numpy as np
import pytest
from autograd import grad
from hypothesis import given
from hypothesis import strategies as st
from reference import ACTIVATIONS, LOSSES, REGULARIZERS, assert_close, objective, one_hot

from course_lib import activations, initializers, losses, regularizers
from course_lib.activations import identity, relu, tanh
from course_lib.dense import forward, grad_b, grad_O, grad_W, undo_activation
from course_lib.jacobian import numeric_jacobian
from course_lib.losses import mse, softmax, softmax_cross_entropy
from course_lib.network import Network, Trace
from course_lib.regularizers import l1, l2
from course_lib.shapes import ShapeError, as_fractions

NETWORKS = st.fixed_dictionaries(
    {
        "sizes": st.lists(st.integers(1, 4), min_size=2, max_size=6),
        "activation": st.sampled_from(sorted(ACTIVATIONS)),
        "output_activation": st.sampled_from(sorted(ACTIVATIONS)),
        "loss": st.sampled_from(sorted(LOSSES)),
        "regularizer": st.sampled_from(sorted(REGULARIZERS)),
        "lam": st.sampled_from([0.0, 0.3, 2]),
        "initializer": st.sampled_from(["glorot_uniform", "glorot_normal", "he_normal", "orthogonal"]),
        "seed": st.integers(0, 10_000),
    }
)


def build(choice, m):
    """The network of a choice with biases that are not 0, a batch of m samples, and the names of its activations."""
    choice = dict(choice)
    choice["lam"] *= choice["regularizer"] != "none"
    if choice["loss"] == "softmax_cross_entropy":
        choice["output_activation"] = "identity"
    sizes, rng = choice["sizes"], np.random.default_rng(choice["seed"])
    names = [choice["activation"]] * (len(sizes) - 2) + [choice["output_activation"]]
    modules = {
        "activation": activations,
        "output_activation": activations,
        "loss": losses,
        "regularizer": regularizers,
        "initializer": initializers,
    }
    network = Network(**{key: getattr(modules[key], v) if key in modules else v for key, v in choice.items()})
    network.parameters = [(W, rng.standard_normal(b.shape)) for W, b in network.parameters]
    target = one_hot(rng, m, sizes[-1]) if "entropy" in choice["loss"] else rng.standard_normal((m, sizes[-1]))
    return network, rng.standard_normal((m, sizes[0])), target, names


def assert_gradients_close(gradients, expected, tolerance=1e-11):
    for pair, expected_pair in zip(gradients, expected, strict=True):
        for gradient, expected_gradient in zip(pair, expected_pair, strict=True):
            assert_close(gradient, expected_gradient, tolerance)


@given(NETWORKS, st.integers(1, 4))
def test_J_and_its_gradients_are_those_of_automatic_differentiation(choice, m):
    network, X, target, names = build(choice, m)
    J, gradients = network.loss_and_gradients(X, target)
    arguments = (X, target, names, choice["loss"], choice["regularizer"], choice["lam"])
    assert_close(J, objective(network.parameters, *arguments))
    assert J == network.objective(X, target)
    assert_gradients_close(gradients, grad(objective)(list(network.parameters), *arguments))


@pytest.mark.parametrize("n_layers", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_every_depth_activation_and_loss_agrees_with_automatic_differentiation(n_layers, activation, loss):
    sizes = [5, 3, 4, 2, 3, 4][: n_layers + 1]
    for regularizer in REGULARIZERS:
        choice = {"sizes": sizes, "activation": activation, "output_activation": activation, "loss": loss}
        network, X, target, names = build(choice | {"regularizer": regularizer, "lam": 0.7, "seed": n_layers}, m=7)
        _, gradients = network.loss_and_gradients(X, target)
        expected = grad(objective)(list(network.parameters), X, target, names, loss, regularizer, network.lam)
        assert_gradients_close(gradients, expected)


@given(NETWORKS, st.integers(1, 4))
def test_the_network_s_lines_are_the_formulas_of_one_layer(choice, m):
    network, X, target, _ = build(choice, m)
    trace = network.forward(X)
    gradients = network.backward(trace, target)
    O, inputs, Zs = X, [], []
    for (W, b), f in zip(network.parameters, network.activations, strict=True):
        inputs.append(O)
        Zs.append(forward(O, W, b))
        O = f(Zs[-1])
    dL_dO, expected = network.loss.gradient(O, target), []
    for l in reversed(range(len(Zs))):
        W, _ = network.parameters[l]
        G = undo_activation(dL_dO, Zs[l], network.activations[l])
        expected.insert(0, (grad_W(inputs[l], G) + network.lam * network.regularizer.gradient(W), grad_b(G)))
        assert_close(trace.Z[l], Zs[l])
        assert_close(trace.O[l + 1], network.activations[l](Zs[l]))
        assert_close(trace.G[l], G)
        assert_close(trace.dL_dO[l + 1], dL_dO)
        dL_dO = grad_O(G, W)
    assert_gradients_close(gradients, expected, 1e-12)


def test_the_gradients_are_the_numeric_ones():
    network = Network([5, 4, 3], tanh, softmax_cross_entropy, l2, lam=0.1, seed=3)
    rng = np.random.default_rng(0)
    X, target = rng.standard_normal((7, 5)), one_hot(rng, 7, 3)
    _, gradients = network.loss_and_gradients(X, target)
    for layer, which in itertools.product(range(2), range(2)):
        original = [P.copy() for P in network.parameters[layer]]

        def J(P, layer=layer, which=which, original=original):
            network.parameters[layer] = (P, original[1]) if which == 0 else (original[0], P)
            return network.objective(X, target)

        assert_close(gradients[layer][which], numeric_jacobian(J, original[which]), 1e-9)
        network.parameters[layer] = original
    by_moving_X = numeric_jacobian(network.predict, X, "complex")
    assert_close(by_moving_X, numeric_jacobian(network.predict, X), 1e-9)


def test_the_trace_holds_every_array_of_the_pass_by_layer():
    network = Network([5, 4, 6, 3], tanh, seed=1)
    X, target = np.random.default_rng(0).standard_normal((7, 5)), np.ones((7, 3))
    trace = network.forward(X)
    assert isinstance(trace, Trace)
    assert trace.O[0] is X
    assert [O.shape for O in trace.O] == [(7, 5), (7, 4), (7, 6), (7, 3)]
    assert [Z.shape for Z in trace.Z] == [(7, 4), (7, 6), (7, 3)]
    assert trace.G == trace.dL_dO == []
    network.backward(trace, target)
    network.backward(trace, target)  # a second pass replaces what the first one wrote
    assert [G.shape for G in trace.G] == [(7, 4), (7, 6), (7, 3)]
    assert trace.dL_dO[0] is None
    assert [G.shape for G in trace.dL_dO[1:]] == [(7, 4), (7, 6), (7, 3)]


def test_every_G_of_the_trace_is_the_gradient_of_L_for_its_Z():
    network = Network([5, 4, 3], tanh, regularizer=l2, lam=0.5, seed=2)
    X, target = np.random.default_rng(1).standard_normal((7, 5)), np.ones((7, 3))
    trace = network.forward(X)
    network.backward(trace, target)

    def L_from(Z, layer):
        for l in range(layer, 2):
            O = network.activations[l](Z)
            if l == 1:
                return mse(O, target)
            Z = forward(O, *network.parameters[l + 1])

    for layer in (0, 1):
        numeric = numeric_jacobian(lambda Z, layer=layer: L_from(Z, layer), trace.Z[layer], "complex")
        assert_close(trace.G[layer], numeric)


def test_J_is_L_plus_lam_omega_of_the_weights_and_not_of_the_biases():
    X, target = np.ones((7, 5)), np.zeros((7, 3))
    for regularizer in (l1, l2):
        plain, regular = Network([5, 4, 3], tanh), Network([5, 4, 3], tanh, regularizer=regularizer, lam=0.5)
        for network in (plain, regular):
            network.parameters = [(W, b + 2.0) for W, b in network.parameters]
        omega = sum(regularizer(W) for W, _ in plain.parameters)
        assert_close(regular.objective(X, target), plain.objective(X, target) + 0.5 * omega)
        gradients = zip(regular.loss_and_gradients(X, target)[1], plain.loss_and_gradients(X, target)[1], strict=True)
        assert all(np.array_equal(db, db_plain) for (_, db), (_, db_plain) in gradients)


def test_the_hidden_layers_have_the_activation_and_the_last_one_its_own():
    assert Network([5, 4, 6, 3], tanh, output_activation=relu).activations == [tanh, tanh, relu]
    assert Network([5, 3], tanh).activations == [identity]


def test_parameters_come_first_layer_first_with_biases_of_0():
    network = Network([5, 4, 3], tanh)
    assert [(W.shape, b.shape) for W, b in network.parameters] == [((5, 4), (1, 4)), ((4, 3), (1, 3))]
    assert all((b == 0).all() for _, b in network.parameters)


def test_the_seed_decides_the_weights_and_each_layer_has_its_own():
    weights = [[W for W, _ in Network([4, 4, 4], tanh, seed=seed).parameters] for seed in (1, 1, 2)]
    assert np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])
    assert not np.array_equal(weights[0][0], weights[0][1])


def test_predict_gives_the_output_and_probabilities_for_classes():
    X = np.random.default_rng(0).standard_normal((7, 5))
    assert np.array_equal(Network([5, 3], tanh).predict(X), Network([5, 3], tanh).forward(X).O[-1])
    network = Network([5, 3], tanh, softmax_cross_entropy)
    assert_close(network.predict(X), softmax(network.forward(X).Z[-1]))


def test_no_argument_and_no_parameter_is_changed_by_a_pass():
    network = Network([5, 4, 3], tanh, regularizer=l1, lam=0.5)
    X, target = np.asfortranarray(np.ones((7, 5))), np.zeros((14, 3))[::2]
    for A in (X, target, *itertools.chain(*network.parameters)):
        A.flags.writeable = False
    for dW, db in network.loss_and_gradients(X, target)[1]:
        dW += 1
        db += 1
    assert (X == 1).all()
    assert (target == 0).all()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        *[
            ({"sizes": sizes}, ValueError, "sizes is .*, expected two or more whole numbers, at least 1 each")
            for sizes in ([], [5], 5, None, "53", [5, 0, 3], [5, -4, 3], [5.0, 3.0], [True, 3])
        ],
        ({"lam": 0.1}, ValueError, "lam is 0.1 and regularizer is none, expected l2 or l1, or lam = 0"),
        (
            {"initializer": lambda n_in, n_out, rng: rng.standard_normal((n_out, n_in))},
            ShapeError,
            r"W, as initializer gave it, has shape \[\(4, 5\), \(3, 4\)\], expected \[\(5, 4\), \(4, 3\)\]",
        ),
        (
            {"loss": softmax_cross_entropy, "output_activation": tanh},
            ValueError,
            "output_activation is tanh, expected identity: softmax_cross_entropy takes the last layer's Z",
        ),
    ],
)
def test_arguments_that_make_no_network_are_refused_by_name(arguments, error, message):
    with pytest.raises(error, match=r"Network\(.*\): " + message):
        Network(**({"sizes": [5, 4, 3], "activation": tanh} | arguments))


def test_numpy_integers_are_sizes_and_any_real_number_is_lam():
    network = Network(np.array([5, 3]), tanh, regularizer=l2, lam=np.float32(0.5))
    assert network.parameters[0][0].shape == (5, 3)
    assert Network((5, 3), tanh, regularizer=l2, lam=np.int64(1)).lam == 1


@pytest.mark.parametrize("method", ["forward", "predict", "objective", "loss_and_gradients"])
def test_a_batch_of_another_width_is_refused(method):
    network = Network([5, 4, 3], tanh)
    arguments = [np.ones((7, 4))] if method in ("forward", "predict") else [np.ones((7, 4)), np.ones((7, 3))]
    message = r"Network.forward\(X\): X has shape \(7, 4\), expected \(m, 5\): n_in is 5 because sizes is \[5, 4, 3\]\."
    with pytest.raises(ShapeError, match=message):
        getattr(network, method)(*arguments)


def test_backward_from_any_G_is_what_backward_does_from_that_of_the_loss():
    network = Network([5, 4, 3], tanh, regularizer=l2, lam=0.1)
    rng = np.random.default_rng(0)
    X, target = rng.standard_normal((7, 5)), rng.standard_normal((7, 3))
    by_loss, by_G = network.forward(X), network.forward(X)
    gradients = network.backward(by_loss, target), network.backward_from(by_G, mse.gradient(by_G.O[-1], target))
    for pair in zip(*gradients, strict=True):
        for dP, same in zip(*pair, strict=True):
            assert_close(dP, same, 1e-14)
    for G, same in zip(by_loss.G + by_loss.dL_dO[1:], by_G.G + by_G.dL_dO[1:], strict=True):
        assert_close(G, same, 1e-14)
    with pytest.raises(ShapeError, match=r"Network.backward_from\(trace, G\): G has shape \(3, 7\), expected \(7, 3\)"):
        network.backward_from(by_G, np.ones((3, 7)))
    with pytest.raises(
        ShapeError, match=r"Network.backward_from\(trace, G\): trace.O has shape \[\(7, 5\), \(7, 3\)\], expected"
    ):
        network.backward_from(Network([5, 3], tanh).forward(X), np.ones((7, 3)))


@pytest.mark.parametrize("shape", [(7, 1), (1, 3), (7, 4), (6, 3), (3, 7)])
def test_a_target_of_another_shape_is_refused(shape):
    network = Network([5, 4, 3], tanh)
    X, target = np.ones((7, 5)), np.ones(shape)
    for call in (
        lambda: network.backward(network.forward(X), target),
        lambda: network.objective(X, target),
        lambda: network.loss_and_gradients(X, target),
    ):
        with pytest.raises(ShapeError, match="target has shape"):
            call()


def test_the_trace_of_another_network_is_refused():
    network, other, deeper = (Network(sizes, tanh) for sizes in ([5, 4, 3], [5, 1, 3], [5, 4, 4, 3]))
    for stranger in (other, deeper):
        with pytest.raises(ShapeError, match=r"Network.backward\(trace, target\): trace.O has shape"):
            network.backward(stranger.forward(np.ones((7, 5))), np.ones((7, 3)))


def test_an_empty_batch_passes_forward_and_has_no_loss():
    network = Network([5, 4, 3], tanh)
    assert network.forward(np.ones((0, 5))).O[-1].shape == (0, 3)
    with pytest.raises(ValueError, match=r"mse\(O, target\): O is empty, \(0, 3\)"):
        network.loss_and_gradients(np.ones((0, 5)), np.ones((0, 3)))


def test_a_network_computes_in_floats():
    network, X, target = Network([5, 3], tanh, softmax_cross_entropy), np.ones((7, 5)), np.eye(3)[[0] * 7]
    with pytest.raises(TypeError, match=r"Network.forward\(X\): X holds Fractions, expected floats"):
        network.forward(as_fractions(X))
    with pytest.raises(TypeError, match="only target holds Fractions, expected one kind"):
        network.objective(X, as_fractions(target))
    with pytest.raises(TypeError, match="target holds Fractions"):
        network.backward(network.forward(X), as_fractions(target))
