"""The engine: steps are the open formulas to rounding, in both precisions; nothing that was handed out is overwritten."""

import copy
import pickle
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import ACTIVATIONS, LOSSES, REGULARIZERS, assert_close, one_hot

from course_lib import activations, dense, losses, regularizers
from course_lib.activations import Activation, identity, relu, sigmoid, tanh
from course_lib.losses import Loss, mse, softmax_cross_entropy
from course_lib.network import Network
from course_lib.regularizers import Regularizer, l2
from course_lib.shapes import ShapeError, as_fractions

STEPS = st.fixed_dictionaries(
    {
        "sizes": st.lists(st.integers(1, 5), min_size=2, max_size=6),
        "activation": st.sampled_from(sorted(ACTIVATIONS)),
        "output_activation": st.sampled_from(sorted(ACTIVATIONS)),
        "loss": st.sampled_from(sorted(LOSSES)),
        "regularizer": st.sampled_from(sorted(REGULARIZERS)),
        "lam": st.sampled_from([0.0, 0.3]),
        "dtype": st.sampled_from(["float32", "float64"]),
        "seed": st.integers(0, 10_000),
    }
)


def task(sizes=(3, 4, 2), m=7, loss=mse, seed=0, dtype=np.float64, activation=tanh, **options):
    """A network whose biases are not 0, a batch X, (m, sizes[0]), and its target, (m, sizes[-1])."""
    rng = np.random.default_rng(seed)
    network = Network(sizes, activation, loss, seed=seed, dtype=dtype, **options)
    network.parameters = [(W, rng.standard_normal(b.shape)) for W, b in network.parameters]
    target = one_hot(rng, m, sizes[-1]) if loss is softmax_cross_entropy else rng.standard_normal((m, sizes[-1]))
    return network, rng.standard_normal((m, sizes[0])).astype(dtype), target.astype(dtype)


def drawn_task(choice, m):
    choice = {**choice, "loss": getattr(losses, choice["loss"])}
    names = ["activation", "output_activation"]
    choice |= {name: getattr(activations, choice[name]) for name in names}
    choice["regularizer"] = getattr(regularizers, choice["regularizer"])
    if choice["loss"] is softmax_cross_entropy:
        choice["output_activation"] = identity
    return task(m=m, **choice)


def open_formulas(network, X, target):
    """J and its gradients in float64, by the checked functions of `dense` and the parts of the network alone."""
    X, target, parameters = X.astype(float), target.astype(float), as_floats(network.parameters)
    inputs, Zs, omega = [X], [], 0.0
    for (W, b), f in zip(parameters, network.activations, strict=True):
        Zs.append(dense.forward(inputs[-1], W, b))
        inputs.append(f(Zs[-1]))
        omega += network.regularizer(W)
    G, gradients = network.loss.gradient(inputs[-1], target), []
    for l in reversed(range(len(Zs))):
        W, _ = parameters[l]
        G = dense.undo_activation(G, Zs[l], network.activations[l])
        dW = dense.grad_W(inputs[l], G) + network.lam * network.regularizer.gradient(W)
        gradients.insert(0, (dW, dense.grad_b(G)))
        G = dense.grad_O(G, W)
    return network.loss(inputs[-1], target) + network.lam * omega, gradients


def as_floats(pairs):
    return [tuple(np.array(P, dtype=float) for P in pair) for pair in pairs]


def assert_pairs(pairs, expected, tolerance):
    for pair, expected_pair in zip(pairs, expected, strict=True):
        for P, expected_P in zip(pair, expected_pair, strict=True):
            assert_close(P, expected_P, tolerance)


def tolerance(dtype):
    return {"float32": 2e-5, "float64": 1e-12}[np.dtype(dtype).name]


@settings(max_examples=150, deadline=None)
@given(STEPS, st.integers(1, 6), st.booleans())
def test_a_step_is_that_of_the_open_formulas_to_rounding(choice, m, with_velocity):
    network, X, target = drawn_task(choice, m)
    velocity = np.zeros(network.n_parameters, network.dtype) if with_velocity else None
    V = [tuple(0 * P for P in pair) for pair in as_floats(network.parameters)]
    for _ in range(2):  # the second step finds the buffers of the first
        before = as_floats(network.parameters)
        J, gradients = open_formulas(network, X, target)
        if with_velocity:
            found = network.sgd_step(X, target, 0.1, 0.9, velocity)
            V = [tuple(0.9 * v - 0.1 * d for v, d in zip(*z, strict=True)) for z in zip(V, gradients, strict=True)]
        else:
            found = network.sgd_step(X, target, 0.1)
            V = [tuple(-0.1 * d for d in pair) for pair in gradients]
        moved = [tuple(P + v for P, v in zip(*z, strict=True)) for z in zip(before, V, strict=True)]
        assert type(found) is float
        assert_close(found, J, tolerance(network.dtype))
        assert_pairs(network.parameters, moved, tolerance(network.dtype))


@settings(max_examples=100, deadline=None)
@given(STEPS, st.integers(1, 6))
def test_J_and_gradients_are_the_open_formulas_in_both_precisions(choice, m):
    network, X, target = drawn_task(choice, m)
    J, gradients = open_formulas(network, X, target)
    found, found_gradients = network.loss_and_gradients(X, target)
    assert_close(found, J, tolerance(network.dtype))
    assert_pairs(found_gradients, gradients, tolerance(network.dtype))
    trace = network.forward(X)
    assert_pairs(network.backward(trace, target), gradients, tolerance(network.dtype))
    arrays = trace.O + trace.Z + trace.G + trace.dL_dO[1:] + [P for pair in found_gradients for P in pair]
    assert {A.dtype for A in arrays} == {network.dtype}


def test_rows_of_the_target_that_sum_to_1_but_for_rounding_count_as_they_are():
    network, X, target = task((3, 4, 3), loss=softmax_cross_entropy)
    target = target * (1 + 9e-7)
    J, gradients = open_formulas(network, X, target)
    assert_close(network.objective(X, target), J, 1e-13)
    assert_pairs(network.loss_and_gradients(X, target)[1], gradients, 1e-13)


def test_hidden_layers_may_have_different_activations():
    network, X, target = task((3, 4, 5, 4, 2))
    for hidden in ([relu, tanh, relu], [tanh, relu, sigmoid], [relu, relu, identity]):
        network.activations[:3] = hidden
        _, gradients = open_formulas(network, X, target)
        assert_pairs(network.loss_and_gradients(X, target)[1], gradients, 1e-12)
        before = as_floats(network.parameters)
        network.sgd_step(X, target, 0.1)
        moved = [tuple(P - 0.1 * dP for P, dP in zip(*z, strict=True)) for z in zip(before, gradients, strict=True)]
        assert_pairs(network.parameters, moved, 1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_out", [63, 64, 300])
def test_many_classes_are_taken_some_rows_at_a_time_and_give_the_same(n_out, dtype):
    network, X, target = task((3, n_out), 500, softmax_cross_entropy, dtype=dtype)  # 300: 3 blocks, the last one short
    target = np.random.default_rng(1).dirichlet(np.ones(n_out), 500)
    J, gradients = open_formulas(network, X, target)
    found, found_gradients = network.loss_and_gradients(X, target)
    assert_close(found, J, tolerance(dtype))
    assert_pairs(found_gradients, gradients, tolerance(dtype))


@pytest.mark.parametrize("scattered", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_every_piece_of_a_long_vector_makes_the_step(momentum, scattered):
    network, X, target = task((200, 400, 150, 3))  # 140,000 parameters in 3 pieces
    if scattered:
        network.parameters[1] = network.parameters[1][0] * 2, network.parameters[1][1]
    J, gradients = network.loss_and_gradients(X, target)
    before, velocity = as_floats(network.parameters), np.ones(network.n_parameters)
    assert network.sgd_step(X, target, 0.1, momentum, velocity) == J
    moved = [
        tuple(P + momentum - 0.1 * dP for P, dP in zip(*pairs, strict=True))
        for pairs in zip(before, gradients, strict=True)
    ]
    assert_pairs(network.parameters, moved, 1e-14)


def test_W_and_b_are_views_of_one_vector_in_order():
    network, _, _ = task((3, 4, 2))
    vector = np.concatenate([P.ravel() for pair in network.parameters for P in pair])
    bases = {id(P.base) for pair in network.parameters for P in pair}
    assert len(bases) == 1
    assert np.array_equal(network.parameters[0][0].base, vector)
    assert network.n_parameters == len(vector)


def test_changes_in_place_are_seen_by_every_method():
    network, X, target = task()
    network.sgd_step(X, target, 0.1)
    for W, b in network.parameters:
        W[:] = 0
        b += 1
    assert (network.predict(X) == network.parameters[-1][1]).all()
    J, _ = open_formulas(network, X, target)
    assert_close(network.objective(X, target), J)
    assert_close(network.sgd_step(X, target, 0.0), J)


def test_what_is_assigned_is_copied_and_what_was_taken_before_stays():
    network, X, target = task()
    W0, b0 = network.parameters[0]
    W1, b1 = network.parameters[1]
    old, moved = W1.copy(), W1 * 2
    network.parameters[1] = (moved, b1)
    assert np.array_equal(W1, old)
    assert network.parameters[0] == (W0, b0)  # the same objects: a layer that was not assigned keeps its arrays
    J = network.sgd_step(X, target, 0.0)
    moved[:] = 7
    assert network.sgd_step(X, target, 0.0) == J
    network.parameters[1] = (W1, b1)
    network.sgd_step(X, target, 0.1)
    assert np.array_equal(W1, old)
    W0[:] = 0
    assert (network.forward(X).Z[0] == b0).all()
    other = task(seed=1)[0]
    other.parameters = network.parameters
    other.sgd_step(X, target, 0.1)
    assert not np.array_equal(other.parameters[0][0], network.parameters[0][0])


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ([], ShapeError, r"Network.parameters has 0 pairs \(W, b\), expected 1, one for each layer"),
        ([(np.ones((2, 3)), np.ones((1, 2)))], ShapeError, r"parameters\[0\]\[0\], .* W, has shape \(2, 3\), expected"),
        ([(np.ones((3, 2)), np.ones(2))], ShapeError, r"\[0\]\[1\], which is b, has shape \(2,\), expected \(1, 2\)"),
        ([(as_fractions(np.ones((3, 2))), np.ones((1, 2)))], TypeError, "has dtype object, expected floats"),
        ([np.ones((3, 2))], TypeError, r"parameters\[0\] is a ndarray, expected a pair \(W, b\)"),
        (None, TypeError, "Network.parameters is None, expected a list"),
    ],
)
def test_parameters_that_are_none_of_these_layers_are_refused_by_name(parameters, error, message):
    network, X, target = task((3, 2))
    for method in (network.forward, network.objective, network.sgd_step):
        with pytest.raises(error, match=message):
            network.parameters = parameters
            method(*[X, target, 0.1][: {"forward": 1, "objective": 2}.get(method.__name__, 3)])


def test_a_batch_may_change_its_size_and_its_layout_from_step_to_step():
    network, X, target = task(m=40)
    twin = task(m=40)[0]
    rng = np.random.default_rng(3)
    for m in [7, 1, 40, 7, 2, 3, 4, 5, 6, 7, 1]:
        rows = rng.permutation(40)[:m]
        layouts = [X[rows], np.asfortranarray(X[rows]), np.repeat(X[rows], 2, axis=0)[::2], X[rows][:, ::-1][:, ::-1]]
        for layout in layouts:
            layout.flags.writeable = False
            J = network.sgd_step(layout, target[rows], 0.1)
            assert_close(J, open_formulas(twin, X[rows], target[rows])[0])
            assert twin.sgd_step(X[rows].copy(), target[rows].copy(), 0.1) == J
    assert_pairs(network.parameters, as_floats(twin.parameters), 0)
    assert len({id(at) for at in network._buffers.values()}) <= 4


def test_nothing_that_was_handed_out_is_overwritten():
    network, X, target = task(loss=softmax_cross_entropy)
    trace = network.forward(X)
    gradients = network.backward(trace, target)
    _, more = network.loss_and_gradients(X, target)
    held = trace.O + trace.Z + trace.G + trace.dL_dO[1:] + [network.predict(X)]
    held += [dP for pair in gradients + more for dP in pair]
    before = [A.copy() for A in held]
    for A in held:
        assert not any(np.shares_memory(A, P) for pair in network.parameters for P in pair)
    for k, A in enumerate(held):
        assert not any(np.shares_memory(A, B) for B in held[k + 1 :])
    for _ in range(3):
        network.sgd_step(X * 2, target, 0.5)
        network.backward(network.forward(X * 3), target)
        network.loss_and_gradients(X, target)
    assert all(np.array_equal(A, old) for A, old in zip(held, before, strict=True))


def test_a_trace_that_its_owner_has_changed_is_what_backward_runs_on():
    network, X, target = task((3, 4, 2))
    trace = network.forward(X)
    trace.O[1] = np.ones((7, 4))
    (_, _), (dW, _) = network.backward(trace, target)
    assert_close(dW, np.ones((4, 7)) @ ((trace.O[2] - target) / 7))
    trace.Z[0] = trace.Z[0][:6]
    with pytest.raises(ShapeError, match=r"trace.Z has shapes \[\(6, 4\), \(7, 2\)\], expected \[\(7, 4\), \(7, 2\)\]"):
        network.backward(trace, target)


def test_precisions_may_be_mixed_and_the_network_s_own_is_kept():
    network, X, target = task(dtype="float32")
    twin = task(dtype="float32")[0]
    rng = np.random.default_rng(5)
    X, target = rng.standard_normal((7, 3)), rng.standard_normal((7, 2))
    narrow = X.astype("float32"), target.astype("float32")
    assert network.sgd_step(X, target, 0.1) == twin.sgd_step(*narrow, 0.1)
    assert network.sgd_step(narrow[0], target, np.float64(0.1)) == twin.sgd_step(X, narrow[1], 0.1)
    assert network.objective(X, target) == twin.objective(*narrow)
    assert {P.dtype for pair in network.parameters for P in pair} == {np.dtype("float32")}
    network.parameters = as_floats(network.parameters)
    assert network.parameters[0][0].dtype == network.predict(X).dtype == np.float32
    wide = task(dtype="float64")[0]
    assert_close(wide.sgd_step(*narrow, 0.0), wide.sgd_step(*(A.astype(float) for A in narrow), 0.0), 0)


def test_a_number_that_float32_cannot_hold_is_refused():
    network, X, target = task(dtype="float32")
    network.sgd_step(X.astype(float), target, 0.1)
    huge = X.astype(float)
    huge[2, 1] = -1e300
    with np.errstate(over="ignore", invalid="ignore"):
        for call in (lambda: network.sgd_step(huge, target, 0.1), lambda: network.forward(huge)):
            with pytest.raises(ValueError, match=r"X has entries beyond 3\.4e\+38, the largest that float32 holds"):
                call()


@pytest.mark.parametrize("dtype", [None, int, "float16", complex, "longdouble", "numbers", object])
def test_another_precision_is_refused(dtype):
    with pytest.raises(ValueError, match=r"Network\(\.\.\.\): dtype is .*, expected float64 or float32"):
        Network([3, 2], tanh, dtype=dtype)


def test_astype_gives_a_copy_in_the_other_precision():
    network, X, target = task(dtype="float32")
    wide = network.astype(float)
    assert_pairs(wide.parameters, as_floats(network.parameters), 0)
    assert wide.predict(X).dtype == np.float64
    wide.sgd_step(X, target, 0.1)
    assert not np.array_equal(wide.parameters[0][0], network.parameters[0][0])


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))])
@pytest.mark.parametrize("loss", [mse, softmax_cross_entropy])
def test_a_copy_in_the_middle_of_training_goes_on_alike_and_alone(make, loss):
    network, X, target = task(loss=loss, regularizer=l2, lam=0.1, dtype="float32")
    network.sgd_step(X, target, 0.1)
    twin = make(network)
    assert twin.loss is loss
    assert twin.activations == [tanh, identity]
    assert np.array_equal(twin.predict(X), network.predict(X))
    before = as_floats(network.parameters)
    first = twin.sgd_step(X, target, 0.1)
    assert_pairs(network.parameters, before, 0)
    assert network.sgd_step(X, target, 0.1) == first
    assert_pairs(network.parameters, as_floats(twin.parameters), 0)


def test_networks_that_take_turns_do_not_meet():
    nets = [task(seed=seed)[0] for seed in (1, 2, 1, 2)]
    _, X, target = task()
    turns = [[net.sgd_step(X, target, 0.1) for net in nets[:2]] for _ in range(3)]
    alone = [[net.sgd_step(X, target, 0.1) for _ in range(3)] for net in nets[2:]]
    assert turns == [list(step) for step in zip(*alone, strict=True)]


def in_threads(*actions):
    """Run the actions at once, each many times; raise the first error of any."""
    errors, start = [], threading.Barrier(len(actions))

    def run(action):
        try:
            start.wait()
            for _ in range(60):
                action()
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_threads_that_share_a_network_get_right_results():
    network, _, _ = task((30, 40, 20), loss=softmax_cross_entropy)
    batches = [task((30, 40, 20), 200, softmax_cross_entropy, seed=seed)[1:] for seed in range(3)]
    expected = [(network.loss_and_gradients(*batch), network.predict(batch[0])) for batch in batches]

    def check(k):
        (J, gradients), P = expected[k]
        assert network.sgd_step(*batches[k], 0.0) == network.objective(*batches[k]) == J
        assert_pairs(network.loss_and_gradients(*batches[k])[1], gradients, 0)
        assert np.array_equal(network.predict(batches[k][0]), P)

    in_threads(*(lambda k=k: check(k) for k in range(3)))


def test_no_step_of_a_thread_is_lost():
    total = Loss("total", lambda O, target: O.sum(), lambda O, target: np.ones_like(O))
    network = Network([200, 100], identity, total)
    network.parameters = [(np.zeros((200, 100)), np.zeros((1, 100)))]
    X, target = np.ones((3, 200)), np.zeros((3, 100))
    in_threads(*[lambda: network.sgd_step(X, target, 1.0)] * 4)  # dW is 3 everywhere, whatever W is
    assert all((P == -3 * 4 * 60).all() for P in network.parameters[0])


def test_a_learner_s_own_activation_loss_and_regularizer_are_run():
    square = Activation("square", lambda Z: Z**2, lambda Z: 2 * Z)
    half = Loss("half", lambda O, target: (O - target).sum() / 2, lambda O, target: np.full_like(O, 0.5))
    cubes = Regularizer("cubes", lambda W: (W**3).sum(), lambda W: 3 * W**2)
    network, X, target = task((3, 4, 4, 2), loss=half, activation=square, regularizer=cubes, lam=0.1)
    network.activations[1] = relu  # a list that may be written to
    for _ in range(2):
        J, gradients = open_formulas(network, X, target)
        before = as_floats(network.parameters)
        assert_close(network.sgd_step(X, target, 0.01), J)
        moved = [tuple(P - 0.01 * dP for P, dP in zip(*z, strict=True)) for z in zip(before, gradients, strict=True)]
        assert_pairs(network.parameters, moved, 1e-12)
        network.activations[1] = sigmoid


BAD_STEPS = [
    (
        {"X": np.ones((7, 3), int)},
        TypeError,
        r"sgd_step\(X, target, learning_rate\): X has dtype int64, expected floats",
    ),
    ({"X": [[1.0, 2.0, 3.0]]}, TypeError, "X is list .*, expected a numpy array of floats"),
    ({"X": np.ones((7, 4))}, ShapeError, r"X has shape \(7, 4\), expected \(m, 3\): n_in is 3"),
    ({"X": np.ones(3)}, ShapeError, r"X has shape \(3,\)"),
    ({"X": np.ones((7, 3)) * 1j}, TypeError, "X has dtype complex128, expected real floats"),
    ({"X": as_fractions(np.ones((7, 3))), "target": as_fractions(np.eye(2)[[0] * 7])}, TypeError, "X holds Fractions"),
    ({"X": np.ones((6, 3))}, ShapeError, r"target has shape \(7, 2\), expected \(m, n_out\)"),
    ({"X": np.ones((0, 3)), "target": np.ones((0, 2))}, ValueError, "is empty"),
    ({"X": np.full((7, 3), np.nan)}, ValueError, r"X\[0, 0\] is nan, expected finite numbers"),
    ({"X": np.full((7, 3), -np.inf)}, ValueError, r"X\[0, 0\] is -inf, expected finite numbers"),
    ({"target": np.ones((7, 3))}, ShapeError, r"target has shape \(7, 3\), expected \(7, 2\)"),
    ({"target": np.full((7, 2), np.nan)}, ValueError, r"target\[0, 0\] is nan, expected finite numbers"),
    ({"target": np.ones((7, 2))}, ValueError, "a row of target does not sum to 1"),
    (
        {"target": np.array([[1.5, -0.5]] * 7)},
        ValueError,
        "a row of target does not sum to 1 with entries of at least 0",
    ),
    ({"target": np.eye(2, dtype=bool)[[0] * 7]}, TypeError, "target has dtype bool, expected floats"),
    ({"learning_rate": -0.1}, ValueError, "learning_rate is -0.1, expected a finite number, at least 0"),
    ({"learning_rate": np.nan}, ValueError, "learning_rate is nan"),
    ({"learning_rate": "0.1"}, TypeError, "learning_rate is str '0.1', expected a"),
    ({"learning_rate": True}, TypeError, "learning_rate is bool True"),
    ({"momentum": 0.9}, ValueError, "momentum is 0.9 and velocity is None, expected an array of 26"),
    ({"momentum": -1, "velocity": np.zeros(26)}, ValueError, "momentum is -1"),
    ({"velocity": np.zeros(25)}, ShapeError, r"velocity has shape \(25,\), expected \(n_parameters,\) = \(26,\)"),
    ({"velocity": np.zeros(26, "float32")}, TypeError, "has dtype float32, expected float64"),
    ({"velocity": [0.0] * 26}, TypeError, "velocity is a list, expected a numpy array"),
]


@pytest.mark.filterwarnings("ignore:invalid value")  # numpy's own word about infinity, before the error
@pytest.mark.parametrize("known", [False, True], ids=["first step", "later step"])
@pytest.mark.parametrize(("arguments", "error", "message"), BAD_STEPS)
def test_a_step_that_cannot_be_is_refused_by_name_and_changes_nothing(arguments, error, message, known):
    network, X, target = task((3, 4, 2), loss=softmax_cross_entropy)
    if known:
        network.sgd_step(X, target, 0.1)
    before = as_floats(network.parameters)
    for _ in range(2):
        with pytest.raises(error, match=message):
            network.sgd_step(**({"X": X, "target": target, "learning_rate": 0.1} | arguments))
    assert_pairs(network.parameters, before, 0)


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("activation", [relu, tanh, sigmoid])
@pytest.mark.parametrize("name", ["X", "target"])
@pytest.mark.parametrize("m", [1, 7])
def test_one_entry_that_is_not_finite_is_found_in_a_batch_of_a_known_form(m, name, activation, value):
    network, X, target = task((5, 4, 2), m, activation=activation)
    network.sgd_step(X, target, 0.1)
    network.parameters[0][0][:] = -abs(network.parameters[0][0])  # relu: infinity then gives 0 everywhere
    network.parameters[0][0][-1] = 0  # and 0 times infinity is NaN
    before = as_floats(network.parameters)
    {"X": X, "target": target}[name][-1, -1] = value
    with pytest.raises(ValueError, match=rf"{name}\[{m - 1}, \d\] is .*, expected finite numbers"):
        network.sgd_step(X, target, 0.1)
    assert_pairs(network.parameters, before, 0)


def test_a_complex_parameter_can_be_looked_at_but_not_trained():
    network, X, target = task()
    W, b = network.parameters[0]
    network.parameters[0] = (W + 1e-20j, b)
    assert np.iscomplexobj(network.predict(X))
    with pytest.raises(TypeError, match=r"parameters\[0\] has dtype complex128, expected real floats"):
        network.sgd_step(X, target, 0.1)


@pytest.mark.parametrize("part", [tanh, relu, mse, softmax_cross_entropy, l2], ids=repr)
def test_a_copy_or_a_pickle_of_a_part_is_the_part_itself(part):
    assert copy.deepcopy(part) is copy.copy(part) is pickle.loads(pickle.dumps(part)) is part


def test_a_run_that_diverges_goes_on_to_nan_as_the_formulas_do():
    network, X, target = task((3, 4, 2), activation=relu)
    with np.errstate(all="ignore"):
        Js = [network.sgd_step(X, target, 1e200) for _ in range(5)]
    assert np.isfinite(Js[0])
    assert not np.isfinite(Js[-1])
