"""GradientFlow: its numbers are those of a pass written out here, and what overflows or vanishes is said."""

import warnings

import numpy as np
import pytest
from refusals import not_refused
from threadpoolctl import threadpool_info

from course_lib import activations
from course_lib.depth.theory import mean_field
from course_lib.views.gradient_flow.run import (
    ACTIVATIONS,
    BINS,
    COUNTED,
    INITIALIZERS,
    SATURATED,
    critical_scale,
    weight_gain,
)
from course_lib.views.gradient_flow.view import GradientFlow, gaps
from course_lib.views.shared.one_thread import one_thread
from course_lib.views.shared.view import unpacked

SETTINGS = {"depth": 7, "width": 23, "activation": "tanh", "initializer": "normal", "scale": 1.3}
SETTINGS |= {"batch": 11, "residual": False}
F = {  # each activation and its derivative, written out again
    "identity": (lambda Z: Z, np.ones_like),
    "sigmoid": (lambda Z: 1 / (1 + np.exp(-Z)), lambda Z: np.exp(-Z) / (1 + np.exp(-Z)) ** 2),
    "tanh": (np.tanh, lambda Z: 1 / np.cosh(Z) ** 2),
    "relu": (lambda Z: np.maximum(Z, 0), lambda Z: (Z > 0) * 1.0),
}


def drag(view, **settings):
    """What arrives from the browser when a control is moved."""
    view.set_state({"asked": view.asked | settings})


def the_pass(s, seed=0):
    """Z, G and grad_W of each layer, three lists, by loops of their own."""
    n, m, (f, f_prime) = s["width"], s["batch"], F[s["activation"]]
    W = [
        s["scale"] * np.random.default_rng([seed, l]).standard_normal((n, n)) / np.sqrt(n)
        for l in range(s["depth"] + 1)
    ]
    X, R = np.random.default_rng([seed, 101]).standard_normal((2, 256, n))[:, :m]
    O, Z, back, G, dW = [X], [], R / m @ W[-1].T, [], []
    for l in range(s["depth"]):
        Z.append(O[l] @ W[l])
        O.append(f(Z[l]) + s["residual"] * O[l])
    for l in reversed(range(s["depth"])):
        G.insert(0, back * f_prime(Z[l]))
        dW.insert(0, O[l].T @ G[0])
        back = G[0] @ W[l].T + s["residual"] * back
    return Z, G, dW


def rms(matrices):
    return [np.sqrt(np.mean(A**2)) for A in matrices]


def table(view, part):
    """A part of the run, (depth, ...), or its lines, (8, depth)."""
    return unpacked(view.answer["run"][part])


@pytest.mark.parametrize("activation", F)
@pytest.mark.parametrize("residual", [False, True])
def test_the_root_mean_squares_are_those_of_a_pass_written_out(activation, residual):
    s = SETTINGS | {"activation": activation, "residual": residual}
    view = GradientFlow(**s, seed=3)
    for name, matrices in zip(("Z", "G", "grad_W"), the_pass(s, seed=3), strict=True):
        assert np.allclose(view.rms[name], rms(matrices), rtol=1e-9, atol=0)
    factor = table(view, "lines")[6]
    assert np.isnan(factor[0])
    assert np.isfinite(factor[1:]).all()
    if not residual:  # dL/dO at the output of layer l is G[l + 1] W[l + 1]^T
        _, G, _ = the_pass(s, seed=3)
        W = [s["scale"] * np.random.default_rng([3, l]).standard_normal((23, 23)) / np.sqrt(23) for l in range(7)]
        back = [np.mean((G[l] @ W[l].T) ** 2) for l in range(1, 7)]
        assert np.allclose(factor[1:-1], np.divide(back[:-1], back[1:]), rtol=1e-9)


def test_the_histogram_of_every_z_is_that_of_the_pass():
    s = SETTINGS | {"width": 40, "batch": 60, "scale": 3.0}
    view = GradientFlow(**s)
    Z, _, _ = the_pass(s)
    rows = COUNTED // 40
    for l, counts in enumerate(table(view, "counts")):
        reach = table(view, "shares")[l, 0]
        assert 4 * np.sqrt(np.mean(Z[l] ** 2)) <= reach <= 2 * max(4, 4 * np.sqrt(np.mean(Z[l] ** 2)))
        expected, _ = np.histogram(np.clip(Z[l][:rows], -reach, reach), BINS, (-reach, reach))
        assert np.array_equal(counts, expected)
        assert np.isclose(table(view, "shares")[l, 1], np.mean(1 / np.cosh(Z[l][:rows]) ** 2 < SATURATED))
        points = np.linspace(-reach, reach, BINS)
        assert np.allclose(table(view, "slopes")[l], 1 / np.cosh(points) ** 2, atol=1e-12)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_n_var_w_is_what_the_weights_have(name):
    draw, at_one = INITIALIZERS[name]
    W = draw(400, 400, np.random.default_rng(1))
    assert np.isclose(400 * W.var(), at_one, rtol=0.02)
    assert weight_gain(SETTINGS | {"initializer": name, "scale": 3.0}) == 9 * at_one


def test_the_theory_is_that_of_course_lib():
    view = GradientFlow(**SETTINGS)
    field = mean_field(activations.tanh, 1.3**2)
    assert np.allclose(view.theory["Z"], np.sqrt(field.layers(7, 1.0).q), rtol=1e-12)
    flow = field.flow(7, 1.0, 11)
    assert np.allclose(view.theory["G"], flow.G / 11, rtol=1e-12)  # the first G is R / m
    assert np.allclose(view.theory["grad_W"], flow.grad_W / 11, rtol=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("depth", [2, 20])
def test_at_the_critical_scale_the_theory_has_the_same_g_at_both_ends(activation, depth):
    s = SETTINGS | {"activation": activation, "depth": depth, "initializer": "he_normal"}
    scale = critical_scale(s)
    G = GradientFlow(**s | {"scale": scale}).theory["G"]
    assert np.isclose(G[0], G[-1], rtol=1e-4)
    below, above = (GradientFlow(**s | {"scale": scale * factor}).theory["G"] for factor in (0.9, 1.1))
    assert below[0] < below[-1]
    assert above[0] > above[-1]


def test_the_critical_scale_of_relu_in_wide_layers_is_that_of_he_and_there_is_none_with_a_residual_or_one_layer():
    wide = {"activation": "relu", "width": 256, "depth": 30}
    assert np.isclose(critical_scale(SETTINGS | wide | {"initializer": "he_normal"}), 1, rtol=0.01)
    assert np.isclose(critical_scale(SETTINGS | wide), np.sqrt(2), rtol=0.01)
    assert GradientFlow(**SETTINGS | {"residual": True}).answer["critical"] is None
    assert GradientFlow(**SETTINGS | {"depth": 1}).answer["critical"] is None


def test_the_controls_move_it_and_another_setting_keeps_the_random_numbers():
    view = GradientFlow(**SETTINGS)
    for settings in ({"scale": 1.31}, {"depth": 9}, {"activation": "relu"}, {"residual": True}, {"batch": 5}):
        drag(view, **settings)
        assert {name: view.settings[name] for name in settings} == settings
        assert view.answer["asked"] == view.asked
        for name, matrices in zip(("Z", "G", "grad_W"), the_pass(view.settings), strict=True):
            assert np.allclose(view.rms[name], rms(matrices), rtol=1e-9, atol=0)
    drag(view, **SETTINGS)
    before = view.rms["G"]
    drag(view, scale=1.3001)
    assert 0 < abs(view.rms["G"] / before - 1).max() < 0.01  # a small step, and no new network
    drag(view, initializer="orthogonal")
    drag(view, initializer="normal", scale=1.3)
    assert np.array_equal(view.rms["G"], before)


def test_what_overflows_or_vanishes_is_said_with_its_layer_and_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        view = GradientFlow(100, 16, "relu", scale=1e4, batch=7)
        first = int(np.flatnonzero(~np.isfinite(view.rms["Z"]))[0])
        assert 70 < first < 90
        assert view.answer["gaps"] == [f"Z: not finite, layers {first} to 99"] + [
            f"{name}: not finite, layers 0 to 99" for name in ("G", "∇_W L")
        ]
        view.figure()
        view = GradientFlow(scale=0)
        assert view.answer["gaps"] == [f"{name}: vanished (exactly 0), layers 0 to 19" for name in ("Z", "G", "∇_W L")]
        view.figure()
        assert GradientFlow(100, 1, "gelu", batch=1).answer["gaps"] == GradientFlow(1, 1, batch=1).answer["gaps"] == []
        for name in ACTIVATIONS:
            for residual in (False, True):
                view = GradientFlow(100, 2, name, scale=1e100, batch=1, residual=residual)
                assert not np.isfinite(view.rms["Z"]).all() or view.rms["Z"].max() < 1e300


def test_g_that_overflows_on_its_way_back_says_where():
    by_layer = np.array([[1.0, 1, 1, 1], [np.inf, np.nan, 5, 1], [np.inf, 3, 2, 0]])
    assert gaps(by_layer) == [
        "G: not finite, layers 0 to 1",
        "∇_W L: not finite, layers 0 to 0",
        "∇_W L: vanished (exactly 0), layers 3 to 3",
    ]


def test_matrix_products_get_their_threads_back():
    def threads():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    before = threads()
    with one_thread():
        assert set(threads()) <= {1}
    assert threads() == before


def test_the_picture_and_the_words_say_what_is_shown():
    view = GradientFlow(**SETTINGS)
    assert repr(view) == "GradientFlow(depth 7, width 23, tanh, normal weights at scale 1.3, batch 11)"
    drag(view, depth=1, width=1, residual=True)
    assert repr(view) == "GradientFlow(depth 1, width 1, tanh, residual, normal weights at scale 1.3, batch 11)"
    drag(view, depth=7, width=23, residual=False)
    lines = iter(view.figure().axes[0].lines)
    for name in ("Z", "G", "grad_W"):
        assert np.array_equal(next(lines).get_ydata(), view.rms[name])
        assert np.array_equal(next(lines).get_ydata(), view.theory[name])


def test_a_wrong_argument_is_named():
    cases = [
        ({"depth": 101}, ValueError, "depth is 101, expected a whole number from 1 to 100"),
        ({"activation": "swish"}, ValueError, "activation is str 'swish', expected 'identity' or 'sigmoid' or 'tanh'"),
        ({"initializer": "zeros"}, ValueError, "initializer is str 'zeros', expected 'normal' or 'fan_in_uniform'"),
        ({"scale": -1.0}, ValueError, "scale is -1.0, expected a finite number, at least 0"),
    ]
    assert not_refused(GradientFlow, SETTINGS, cases) == []
