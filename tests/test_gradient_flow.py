"""The theory of gradient flow: its maps against closed forms and finer sums, its fixed points, and bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import not_refused

from course_lib import activations
from course_lib.activations import Activation, gelu, identity, relu, sigmoid, softplus, tanh
from course_lib.depth.theory import mean_field

ALL = [f for f in vars(activations).values() if isinstance(f, Activation)]
Q = st.floats(1e-6, 1e6)


def gaussian_means(f, q):
    """E[f(z)^2] and E[f'(z)^2] for z normal of variance q: midpoint sums over 200,000 cells, none with a kink inside."""
    edges = np.linspace(-12, 12, 200_001)
    u = (edges[1:] + edges[:-1]) / 2
    weights = np.exp(-(u**2) / 2)
    weights /= weights.sum()
    return weights @ f(np.sqrt(q) * u) ** 2, weights @ f.derivative(np.sqrt(q) * u) ** 2


@pytest.mark.parametrize("f", ALL, ids=str)
@pytest.mark.parametrize(("q", "tolerance"), [(1e-4, 1e-12), (0.3, 1e-12), (3.0, 1e-12), (10.0, 1e-9), (100.0, 1e-4)])
def test_the_maps_are_those_of_a_far_finer_sum(f, q, tolerance):
    gain = 1.7
    layers = mean_field(f, gain).layers(2, q / gain)
    square, slope = gaussian_means(f, layers.q[0])
    assert layers.q[1] == pytest.approx(gain * square, rel=tolerance)
    assert layers.chi[0] == pytest.approx(gain * slope, rel=tolerance)


@pytest.mark.parametrize("f", ALL, ids=str)
@pytest.mark.parametrize(("gain", "bias_variance"), [(0.5, 0.0), (1.0, 0.0), (1.5, 0.3), (4.0, 0.0), (4.0, 0.3)])
def test_the_fixed_point_is_where_many_layers_from_q_1_end(f, gain, bias_variance):
    theory = mean_field(f, gain, bias_variance)
    start = (1 - bias_variance) / gain  # so that q = 1 in the first layer
    layers = theory.layers(3000, start)
    if np.isinf(theory.q):
        assert layers.q[-1] > 100
        assert (np.diff(layers.q[:500]) > 0).all()
    elif theory.q == 0 and f is tanh and gain == 1:
        assert layers.q[-1] == pytest.approx(1 / (2 * 3000), rel=0.01)  # q falls like 1 / (2 l)
    else:
        assert layers.q[-1] == pytest.approx(theory.q, rel=1e-9, abs=1e-30)
        assert layers.chi[-1] == pytest.approx(theory.chi, rel=1e-9)


def test_tanh_at_gain_1_dies_so_slowly_that_thirty_layers_see_another_factor_than_the_fixed_point():
    theory = mean_field(tanh, 1.0)
    assert (theory.q, theory.chi) == (0.0, pytest.approx(1))
    assert np.exp(np.log(theory.layers(30, 1.0).chi).mean()) == pytest.approx(0.88, abs=0.005)


@pytest.mark.parametrize(
    ("f", "gain", "q", "chi"),
    [(relu, 1.0, 0.0, 0.5), (relu, 2.2, np.inf, 1.1), (gelu, 4.0, np.inf, 2.0), (softplus, 3.0, np.inf, 1.5)],
)
def test_what_shrinks_or_grows_for_ever_has_the_limit_of_chi_and_not_the_convention_for_the_kink(f, gain, q, chi):
    theory = mean_field(f, gain)
    assert (theory.q, theory.chi) == (q, pytest.approx(chi))  # far out, gelu and softplus are relu


@given(st.sampled_from([identity, tanh, relu, gelu, softplus]), st.floats(0.2, 4), st.integers(1, 40), st.booleans())
def test_flow_is_the_product_of_the_factors(f, gain, depth, residual):
    theory = mean_field(f, gain)
    q, chi = theory.layers(depth, 1.5, residual)
    flow = theory.flow(depth, 1.5, 7, residual=residual)
    assert flow.Z**2 == pytest.approx(q, rel=1e-9)
    assert flow.factor == pytest.approx(chi[1:] + residual, rel=1e-9)
    back = gain * np.cumprod(np.append(chi + residual, 1.0)[:0:-1])[::-1]  # mean squares at the outputs, last first
    assert flow.G**2 == pytest.approx(back * chi / gain, rel=1e-9)
    assert flow.grad_W**2 == pytest.approx(7 * q / gain * flow.G**2, rel=1e-9)


def test_what_overflows_is_infinite_and_what_vanishes_is_0_without_a_warning():
    exploding, vanishing = mean_field(relu, 1e30).flow(100, 1.0, 7), mean_field(tanh, 0.0).flow(5, 1.0, 7)
    assert np.isinf(exploding.Z[20:]).all() and np.isinf(exploding.G[0]) and np.isfinite(exploding.G[-1])
    assert [A.max() for A in vanishing] == [0, 0, 0, 0]
    assert mean_field(sigmoid, 1e-3).flow(100, 1.0, 7).G[0] > 0  # some 1e-210, whose square is no float


def test_what_cannot_be_layers_of_a_theory_is_refused_by_name():
    cases = [
        ({"depth": 0}, ValueError, "depth is 0, expected a whole number, at least 1"),
        ({"q_in": 0.0}, ValueError, "q_in is 0.0, expected a finite number, above 0"),
    ]
    theory, good = mean_field(tanh, 1.0), {"depth": 3, "q_in": 1.0}
    assert not_refused(theory.layers, good, cases) == []
    assert not_refused(theory.flow, good | {"batch": 7}, [({"batch": 0}, ValueError, "batch is 0"), *cases]) == []


@pytest.mark.parametrize(
    ("gain", "bias_variance"), [(2.0092, 0.15), (2.005, 0.15), (2.0, 0.15), (1.9, 0.2), (2.0, 0.05)]
)
def test_two_fixed_points_close_to_each_other_are_not_passed_over(gain, bias_variance):
    theory = mean_field(gelu, gain, bias_variance)
    assert theory.q == pytest.approx(theory.layers(4000, 1 / gain).q[-1], rel=1e-3)
