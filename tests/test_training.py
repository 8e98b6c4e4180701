"""Training: the update is the one that is documented, divergence is told, and the digits are learned."""

import warnings

import numpy as np
import pytest
import test_network
from reference import flat
from refusals import not_refused

from course_lib.activations import relu, tanh
from course_lib.initializers import he_normal
from course_lib.losses import mse, softmax_cross_entropy
from course_lib.network import Network
from course_lib.practice.data import moons
from course_lib.practice.training import accuracy, clip_by_norm, fit
from course_lib.regularizers import l2
from course_lib.shapes import ShapeError


def task(m=23, seed=0):
    """A small network, and a batch whose length no batch size below divides."""
    return test_network.task(Network, (2, 5, 3), m, softmax_cross_entropy, seed, regularizer=l2, lam=0.01)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("batch_size", [1, 5, 22, 23, 1000])
def test_the_parameters_are_those_of_the_documented_loop_to_the_last_bit(momentum, batch_size):
    (network, X, target), (by_hand, _, _), rng = task(), task(), np.random.default_rng(4)
    velocity = [[np.zeros_like(P) for P in layer] for layer in by_hand.parameters]
    for _ in range(3):
        order = rng.permutation(23)
        for start in range(0, 23, batch_size):  # the last batch is the short one
            rows = order[start : start + batch_size]
            gradients = by_hand.loss_and_gradients(X[rows], target[rows])[1]
            for of_layer in zip(by_hand.parameters, gradients, velocity, strict=True):
                for P, dP, V in zip(*of_layer, strict=True):
                    V[...] = momentum * V - 0.1 * dP
                    P += V
    fit(network, X, target, epochs=3, learning_rate=0.1, batch_size=batch_size, momentum=momentum, seed=4)
    assert (flat(network.parameters) == flat(by_hand.parameters)).all()


def test_the_history_holds_J_and_accuracy_before_the_first_and_after_every_epoch():
    network, X, target = task()
    held_out = task(m=9, seed=1)[1:]

    def measured():
        both = (X, target), held_out
        return [f(*data) for data in both for f in (network.objective, lambda *data: accuracy(network, *data))]

    start = measured()
    history = fit(network, X, target, epochs=4, learning_rate=0.1, test=held_out)
    columns = history.loss, history.accuracy, history.test_loss, history.test_accuracy
    assert [len(column) for column in columns] == [5] * 4 and history.diverged is None
    assert [[column[k] for column in columns] for k in (0, -1)] == [start, measured()]


def test_data_that_is_measured_is_never_trained_on_and_nothing_is_changed_but_the_network():
    (network, X, target), without, held_out = task(), task()[0], task(m=9, seed=1)[1:]
    for A in (X, target, *held_out):
        A.flags.writeable = False
    fit(network, X, target, epochs=2, learning_rate=0.1, test=held_out)
    history = fit(without, X, target, epochs=2, learning_rate=0.1)
    assert (flat(network.parameters) == flat(without.parameters)).all()
    assert history.test_loss == history.test_accuracy == []


@pytest.mark.parametrize("activation", [tanh, relu])
@pytest.mark.parametrize("loss", [mse, softmax_cross_entropy])
def test_a_run_that_diverges_stops_and_says_when_without_a_warning(activation, loss):
    X_train, target_train, X_test, target_test = moons(m=50)
    network = Network([2, 8, 2], activation, loss, l2, lam=1.0, initializer=he_normal)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = fit(network, X_train, target_train, epochs=9, learning_rate=1e60, test=(X_test, target_test))
    assert 1 <= history.diverged < 9 and len(history.loss) == len(history.test_loss) == history.diverged + 1
    assert not np.isfinite(history.loss[-1]) and np.isfinite(history.loss[:-1]).all()


def test_accuracy_is_the_share_of_rows_whose_largest_entries_meet_and_no_number_for_what_is_not_finite():
    network = Network([3, 3], tanh)
    network.parameters = [(np.eye(3), np.zeros((1, 3)))]
    X = np.array([[5.0, 1.0, 1.0], [1.0, 5.0, 1.0], [1.0, 1.0, 5.0], [5.0, 1.0, 1.0]])
    assert accuracy(network, X, np.eye(3)[[0, 1, 2, 0]]) == 1.0
    assert accuracy(network, X, np.eye(3)[[0, 1, 0, 1]]) == 0.5
    with np.errstate(over="ignore"):
        network.parameters = [(np.full((3, 3), 1e200), np.zeros((1, 3)))]
        assert np.isnan(accuracy(network, 1e200 * X, np.eye(3)[[0, 1, 0, 1]]))


def test_a_target_that_would_broadcast_and_a_number_out_of_range_are_refused_before_anything_is_trained():
    network, X, target = task()
    before = flat(network.parameters)
    targets = [({"target": target[:k, :n]}, ShapeError, "target") for k, n in ((1, 3), (23, 1), (22, 3))]
    good = {"network": network, "X": X, "target": target}
    assert not_refused(accuracy, good, targets) == []
    numbers = {"batch_size": 0, "momentum": -0.5, "clip_norm": np.inf}.items()
    cases = [({name: value}, ValueError, f"fit(network, X, target, ...): {name} is ") for name, value in numbers]
    assert not_refused(fit, good | {"epochs": 1, "learning_rate": 0.0}, targets + cases) == []
    assert (flat(network.parameters) == before).all()


def test_clipping_keeps_the_direction_and_brings_the_norm_down_to_the_limit_or_leaves_what_is_shorter():
    gradients = [(np.full((2, 3), 3.0), np.full((1, 3), -4.0)), (np.full((3, 1), 1.0),)]
    norm = np.sqrt(6 * 9 + 3 * 16 + 3)
    for limit in (0.0, 0.5, norm / 2, norm + 0.01, 1e9):
        clipped = clip_by_norm(gradients, limit)
        assert [[dP.shape for dP in layer] for layer in clipped] == [[(2, 3), (1, 3)], [(3, 1)]]
        assert flat(clipped) == pytest.approx(flat(gradients) * min(1, limit / norm), rel=1e-15)
    assert (gradients[0][0] == 3).all() and (clip_by_norm([(np.zeros(3),)], 0.0)[0][0] == 0).all()


def test_clipping_squares_nothing_that_overflows_and_returns_what_has_no_direction():
    (huge,) = clip_by_norm([(np.array([[3e200, -4e200]]),)], 5.0)[0]
    assert huge == pytest.approx(np.array([[3.0, -4.0]]))
    for entry in (np.inf, np.nan):
        (same,) = clip_by_norm([(np.array([[entry, 1.0]]),)], 5.0)[0]
        assert np.array_equal(same, np.array([[entry, 1.0]]), equal_nan=True)


def test_a_clipped_step_is_as_long_as_the_learning_rate_times_the_limit():
    network, X, target = task()
    before = flat(network.parameters)
    fit(network, X, target, epochs=1, learning_rate=0.5, batch_size=23, clip_norm=0.01)
    assert np.linalg.norm(flat(network.parameters) - before) == pytest.approx(0.5 * 0.01)
