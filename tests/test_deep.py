"""Deep networks with remedies: what is measured in them, and theory beside measurement."""

import numpy as np
import pytest
from refusals import not_refused
from test_network import task

from course_lib.activations import gelu, identity, relu, sigmoid, softplus, tanh
from course_lib.depth.deep import DeepNetwork, flow, measure
from course_lib.depth.normalization import batch_norm, layer_norm
from course_lib.depth.theory import Flow, mean_field
from course_lib.network import Network
from course_lib.shapes import ShapeError


def test_only_hidden_layers_of_equal_sizes_are_residual_and_the_last_layer_is_plain():
    network = DeepNetwork([4, 4, 4, 3, 3], tanh, residual=True, normalization=layer_norm)
    assert network.residual == [True, True, False, False]
    assert [len(layer) for layer in network.parameters] == [4, 4, 4, 2]
    assert all((layer[2] == 1).all() and (layer[3] == 0).all() for layer in network.parameters[:3])


def test_a_remedy_that_is_none_is_refused_by_name():
    cases = [
        ({"residual": 1}, TypeError, "DeepNetwork(...): residual is 1, expected True or False"),
        ({"normalization": "layer_norm"}, TypeError, "normalization is 'layer_norm', expected layer_norm, batch_norm"),
        ({"normalization": True}, TypeError, "normalization is True"),
    ]
    assert not_refused(DeepNetwork, {"sizes": [4, 4, 3], "activation": tanh}, cases) == []


def test_flow_has_the_root_mean_squares_of_the_trace_by_layer():
    network, X, target = task(Network, (4, 5, 6, 3))
    trace = network.forward(X)
    gradients = network.backward(trace, target)
    measured, squares = flow(trace, gradients), [(dL_dO**2).mean() for dL_dO in trace.dL_dO[1:]]
    for found, arrays in ((measured.Z, trace.Z), (measured.G, trace.G), (measured.grad_W, [dW for dW, _ in gradients])):
        assert found**2 == pytest.approx([(A**2).mean() for A in arrays])
    assert measured.factor == pytest.approx(np.divide(squares[:-1], squares[1:]))
    with pytest.raises(ShapeError, match=r"flow\(trace, gradients\): trace holds Z of 3 layers and G of 0"):
        flow(network.forward(X), gradients)


@pytest.mark.parametrize("size", [1e-200, 1e-30, 1.0, 1e30, 1e200])
def test_no_square_overflows_or_vanishes_in_a_root_mean_square(size):
    network, X, target = task(Network, (4, 5, 3))
    trace = network.forward(X)
    gradients = network.backward(trace, target)
    usual, trace.G = flow(trace, gradients), [size * G for G in trace.G]
    assert flow(trace, gradients).G == pytest.approx(size * usual.G, rel=1e-12)


def average(activation, gain, networks, depth=12, width=128, batch=16, **settings):
    """What `measure` gives for several networks: root mean squares, and the geometric mean of the factors."""
    seeds = range(networks)
    runs = [measure(activation, gain, depth, width, batch, np.random.default_rng(k), **settings) for k in seeds]
    Z, G, grad_W, factor = (np.array(by_network) for by_network in zip(*runs, strict=True))
    return Flow(*(np.sqrt((A**2).mean(axis=0)) for A in (Z, G, grad_W)), np.exp(np.log(factor).mean(axis=0)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("activation", "gain", "bias_variance"),
    [(sigmoid, 4.0, 0.0), (tanh, 2.25, 0.1), (relu, 2.0, 0.0), (gelu, 3.0, 0.0), (softplus, 1.5, 0.0)],
)
@pytest.mark.parametrize("with_residual", [False, True])
def test_measured_Z_G_and_factor_are_those_of_the_theory_layer_by_layer(activation, gain, bias_variance, with_residual):
    measured = average(activation, gain, 16, depth=8, bias_variance=bias_variance, residual=with_residual)
    predicted = mean_field(activation, gain, bias_variance).flow(8, 1.0, 16, residual=with_residual)
    assert measured.Z == pytest.approx(predicted.Z, rel=0.12)
    assert measured.G == pytest.approx(predicted.G, rel=0.15)
    assert measured.mean_factor == pytest.approx(predicted.mean_factor, rel=0.04)


def test_grad_W_is_the_theory_s_where_the_samples_stay_apart():
    measured = average(tanh, 2.25, networks=8)
    predicted = mean_field(tanh, 2.25).flow(12, 1.0, 16)
    assert measured.grad_W == pytest.approx(predicted.grad_W, rel=0.12)


def test_batch_norm_makes_G_of_a_relu_network_explode_by_the_published_factor_and_layer_norm_does_not():
    for norm, factor in ((batch_norm, np.pi / (np.pi - 1)), (layer_norm, 1)):  # Yang et al. 2019
        measured = average(relu, 2.0, networks=2, depth=20, width=128, batch=128, normalization=norm)
        assert measured.mean_factor == pytest.approx(factor, rel=0.05)


def test_a_run_that_overflows_is_told_by_its_numbers_and_not_by_warnings():
    exploding = measure(identity, 1e30, 100, 8, 4, np.random.default_rng(0))
    assert np.isfinite(exploding.Z[0]) and not np.isfinite(exploding.Z[-1])
