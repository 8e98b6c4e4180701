"""A network: its gradients are those of autograd and of the open formulas, and so is each step, slow and fast, in both
precisions; its Trace; what it keeps; what it refuses, by name.
"""

import copy
import itertools
import pickle
from functools import partial

import numpy as np
import pytest
from autograd import grad
from hypothesis import given
from hypothesis import strategies as st
from reference import ACTIVATIONS, LOSSES, REGULARIZERS, assert_close, flat, objective, one_hot
from refusals import not_refused

from course_lib import activations, dense, initializers, losses, regularizers
from course_lib.activations import Activation, identity, relu, sigmoid, tanh
from course_lib.depth.deep import DeepNetwork
from course_lib.depth.normalization import batch_norm, layer_norm
from course_lib.fast import KEPT, FastNetwork
from course_lib.losses import Loss, mse, softmax, softmax_cross_entropy
from course_lib.network import Network
from course_lib.regularizers import Regularizer, l2
from course_lib.shapes import ShapeError, as_fractions

BOTH = pytest.mark.parametrize("kind", [Network, FastNetwork])
REMEDIED = pytest.param(partial(DeepNetwork, residual=True, normalization=layer_norm), id="DeepNetwork")
KINDS = pytest.mark.parametrize("kind", [Network, FastNetwork, REMEDIED])
TASKS = st.fixed_dictionaries(
    {
        "sizes": st.lists(st.integers(1, 5), min_size=2, max_size=6),
        "activation": st.sampled_from(sorted(ACTIVATIONS)),
        "output_activation": st.sampled_from(sorted(ACTIVATIONS)),
        "loss": st.sampled_from(sorted(LOSSES)),
        "regularizer": st.sampled_from(sorted(REGULARIZERS)),
        "lam": st.sampled_from([0.0, 0.3, 2]),
        "initializer": st.sampled_from(["glorot_uniform", "glorot_normal", "he_normal", "orthogonal"]),
        "dtype": st.sampled_from(["float32", "float64"]),
        "seed": st.integers(0, 10_000),
    }
)
MODULES = {"loss": losses, "activation": activations, "output_activation": activations}
MODULES |= {"regularizer": regularizers, "initializer": initializers}


def task(kind=FastNetwork, sizes=(3, 4, 2), m=7, loss=mse, seed=0, dtype=np.float64, activation=tanh, **options):
    """A network whose biases are not 0, a batch X, (m, sizes[0]), and its target, (m, sizes[-1])."""
    rng = np.random.default_rng(seed)
    network = kind(sizes, activation, loss, seed=seed, dtype=dtype, **options)
    network.parameters = [(W, *(P + rng.standard_normal(P.shape) for P in more)) for W, *more in network.parameters]
    target = one_hot(rng, m, sizes[-1]) if loss is softmax_cross_entropy else rng.standard_normal((m, sizes[-1]))
    return network, rng.standard_normal((m, sizes[0])).astype(dtype), target.astype(dtype)


def drawn_task(kind, choice, m):
    choice = choice | {name: getattr(module, choice[name]) for name, module in MODULES.items()}
    choice["lam"] *= choice["regularizer"] is not regularizers.none
    if choice["loss"] is softmax_cross_entropy:
        choice["output_activation"] = identity
    return task(kind, m=m, **choice)


def tolerance(network):
    return {"float32": 1e-4, "float64": 1e-12}[network.dtype.name]


def assert_steps_follow_the_gradients(network, X, target, momentum=None):
    """Those of `loss_and_gradients` in float64: the tests below compare these with autograd and with the open formulas."""
    V = np.zeros(network.n_parameters)
    velocity, momentum = (None, 0.0) if momentum is None else (V.astype(network.dtype), momentum)
    for _ in range(2):  # the second step finds the buffers, and the velocity, of the first
        wide = network.astype(float)
        before, (J, gradients) = flat(wide.parameters), wide.loss_and_gradients(X, target)
        found = network.sgd_step(X, target, 0.1, momentum, velocity)
        V = momentum * V - 0.1 * flat(gradients)
        assert type(found) is float
        assert_close(found, J, tolerance(network))
        assert_close(flat(network.parameters), before + V, tolerance(network))
        assert velocity is None or assert_close(velocity, V, tolerance(network)) is None


@pytest.mark.parametrize("kind", [Network, DeepNetwork])
@given(TASKS, st.booleans(), st.sampled_from([None, layer_norm, batch_norm]), st.integers(1, 5))
def test_J_and_its_gradients_are_those_of_automatic_differentiation(kind, choice, residual, norm, m):
    remedies = {"residual": residual, "normalization": norm} if kind is DeepNetwork else {}
    network, X, target = drawn_task(kind, choice | remedies | {"dtype": "float64"}, m)
    J, gradients = network.loss_and_gradients(X, target)
    names = [f.name for f in network.activations]
    arguments = X, target, names, choice["loss"], choice["regularizer"], network.lam
    given_to_deep = (residual, {layer_norm: 1, batch_norm: 0}.get(norm)) if remedies else ()
    assert_close(J, objective(network.parameters, *arguments, *given_to_deep))
    assert J == network.objective(X, target)
    expected = grad(objective)(list(network.parameters), *arguments, *given_to_deep)
    assert_close(flat(gradients), flat(expected), 1e-9 if remedies else 1e-11)


@given(TASKS, st.integers(1, 6))
def test_each_array_of_a_trace_is_what_the_open_formulas_make_of_those_before_it_in_both_precisions(choice, m):
    network, X, target = drawn_task(FastNetwork, choice, m)
    trace = network.forward(X)
    assert trace.O[0] is X and trace.G == trace.dL_dO == []
    for _ in range(2):  # the second begins anew
        gradients = network.backward(trace, target)
    assert (flat(network.loss_and_gradients(X, target)[1]) == flat(gradients)).all()
    assert len(trace.O) == len(trace.dL_dO) == len(trace.G) + 1 == len(trace.Z) + 1 and trace.dL_dO[0] is None
    pairs = [(trace.dL_dO[-1], network.loss.gradient(trace.O[-1], target))]
    for l, ((W, b), f) in enumerate(zip(network.parameters, network.activations, strict=True)):
        O, Z, G, (dW, db) = trace.O[l], trace.Z[l], trace.G[l], gradients[l]
        pairs += [(Z, dense.forward(O, W, b)), (trace.O[l + 1], f(Z)), (db, dense.grad_b(G))]
        pairs += [(G, dense.undo_activation(trace.dL_dO[l + 1], Z, f))]
        pairs += [(dW, dense.grad_W(O, G) + network.lam * network.regularizer.gradient(W))]
        pairs += [(trace.dL_dO[l], dense.grad_O(G, W))] if l else []
    for found, expected in pairs:
        assert_close(found, expected, tolerance(network))
        assert found.dtype == network.dtype


@KINDS
@given(TASKS, st.integers(1, 6), st.sampled_from([None, 0.0, 0.5, 0.9]))
def test_a_step_is_the_gradient_s_to_rounding(kind, choice, m, momentum):
    assert_steps_follow_the_gradients(*drawn_task(kind, choice, m), momentum)


@KINDS
def test_so_is_a_step_of_parts_that_are_a_learner_s_own_or_written_into_the_list_and_of_batches_taken_in_pieces(kind):
    own = {"activation": Activation("square", lambda Z: Z**2, lambda Z: 2 * Z), "lam": 0.1}
    own |= {"regularizer": Regularizer("cubes", lambda W: (W**3).sum(), lambda W: 3 * W**2)}
    own |= {"loss": Loss("half", lambda O, target: ((O - target).sum() / 2, np.full_like(O, 0.5)))}
    network, X, target = task(kind, (3, 4, 4, 2), **own)
    assert_steps_follow_the_gradients(network, X * 0.1, target)
    for n_out in (2, 70):  # rows of the target that sum to 1 but for rounding
        network, X, target = task(kind, (3, 4, n_out), loss=softmax_cross_entropy)
        assert_steps_follow_the_gradients(network, X, target * (1 + 9e-7))
    network, X, target = task(kind, (3, 4, 5, 4, 2))
    for hidden in ([relu, tanh, relu], [tanh, relu, sigmoid], [relu, relu, identity], [relu] * 3):
        network.activations[:3] = hidden
        assert_steps_follow_the_gradients(network, X, target)
    assert_steps_follow_the_gradients(*task(kind, (3, 700), m=300, loss=softmax_cross_entropy))
    assert_steps_follow_the_gradients(*task(kind, (300, 300), m=5), momentum=0.9)


def test_biases_begin_at_0_the_seed_decides_the_weights_of_each_layer_and_the_last_has_an_activation_of_its_own():
    assert Network([5, 4, 6, 3], tanh, output_activation=relu).activations == [tanh, tanh, relu]
    assert Network([5, 3], tanh).activations == [identity]
    assert all((b == 0).all() for _, b in Network([5, 4, 3], tanh).parameters)
    first, again, other = ([W for W, _ in Network([4, 4, 4], tanh, seed=seed).parameters] for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other) and not np.array_equal(*first)


@pytest.mark.parametrize(("loss", "output"), [(mse, identity), (softmax_cross_entropy, softmax)])
def test_predict_gives_the_output_and_probabilities_for_classes(loss, output):
    network, X, _ = task(Network, loss=loss)
    assert_close(network.predict(X), output(network.forward(X).Z[-1]), 0)


@BOTH
def test_what_is_assigned_is_copied_at_once_into_arrays_that_stay(kind):
    network, X, target = task(kind)
    (W0, b0), (W1, b1) = network.parameters
    new = W1 * 2
    network.parameters[1] = (new, b1 + 1)
    new[:] = 7
    J = network.objective(X, target)
    assert network.parameters[1][0] is W1 and not (W1 == 7).any()
    assert_close(network.sgd_step(X, target, 0.1), J)
    W0[:] = 0
    assert network.parameters[0][0] is W0 and (network.forward(X).Z[0] == b0).all()
    other = task(kind, seed=1)[0]
    other.parameters = network.parameters
    other.sgd_step(X, target, 0.1)
    assert not np.array_equal(other.parameters[1][0], W1)
    (A, c), _ = square = kind([2, 2, 2], tanh).parameters
    square[0] = (A.T, c)  # what is read is not what was written before
    assert np.array_equal(A, kind([2, 2, 2], tanh).parameters[0][0].T)


@BOTH
def test_parameters_that_are_none_of_these_layers_are_refused_by_name_and_nothing_is_changed(kind):
    network = task(kind)[0]
    before, right, W, b = flat(network.parameters), network.parameters[0], np.ones((3, 4)), np.ones((1, 4))
    says = "Network.parameters is list [], expected (W0, b0, W1, b1)"
    cases = [
        ({"parameters": []}, TypeError, says),
        ({"parameters": None}, TypeError, says.replace("list []", "NoneType None")),
        ({"parameters": [right, (W[:2], b[:, :2])]}, ShapeError, "parameters: W1 has shape (2, 4), expected (4, 2)"),
    ]
    good = {"parameters": list(network.parameters)}
    assert not_refused(lambda parameters: setattr(network, "parameters", parameters), good, cases) == []
    cases = [
        ({"pair": np.ones(2)}, TypeError, "parameters[0] is ndarray"),
        ({"pair": (W, b[0])}, ShapeError, "parameters[0]: b has shape (4,), expected (1, 4)"),
        ({"pair": (1j * W, b)}, TypeError, "parameters[0]: W has dtype complex128, expected real floats"),
    ]
    assert not_refused(lambda pair: network.parameters.__setitem__(0, pair), {"pair": right}, cases) == []
    assert (flat(network.parameters) == before).all()


@BOTH
def test_a_batch_may_change_its_size_and_its_layout_from_step_to_step(kind):
    network, X, target = task(kind, m=40)
    for m in [7, 1, 40, 7, 2, 3, 4, 5, 6, 7, 1]:
        rows = np.random.default_rng(m).permutation(40)[:m]
        for layout in (np.asfortranarray(X[rows]), np.repeat(X[rows], 2, axis=0)[::2], X[rows][:, ::-1][:, ::-1]):
            layout.flags.writeable = False
            J = network.objective(X[rows], target[rows])
            assert_close(network.sgd_step(layout, target[rows], 0.1), J)
    assert len(getattr(network, "_buffers", [])) <= KEPT


@KINDS
def test_nothing_that_was_handed_in_or_out_is_overwritten(kind):
    network, X, target = task(kind, loss=softmax_cross_entropy)
    X, target = np.asfortranarray(X), np.repeat(target, 2, axis=0)[::2]
    for A in (X, target):
        A.flags.writeable = False
    trace = network.forward(X)
    gradients = network.backward(trace, target)
    _, more = network.loss_and_gradients(X, target)
    passed = trace.O[1:], trace.Z, trace.G, trace.dL_dO[1:], [network.predict(X)]
    arrays = [*itertools.chain(*passed, *gradients, *more)]
    before = [A.copy() for A in arrays]
    assert not any(np.shares_memory(A, P) for A in arrays for P in itertools.chain(*network.parameters))
    for _ in range(3):
        network.sgd_step(X * 2, target, 0.5)
        network.loss_and_gradients(X, target)
    assert all(np.array_equal(A, old) for A, old in zip(arrays, before, strict=True))


@KINDS
def test_precisions_may_be_mixed_and_the_network_s_own_is_kept(kind):
    network, twin = (task(kind, dtype="float32")[0] for _ in range(2))
    _, X, target = task(kind)
    narrow = X.astype("float32"), target.astype("float32")
    assert_close(network.sgd_step(X, target, 0.1), twin.sgd_step(*narrow, 0.1), 1e-6)
    assert_close(network.sgd_step(narrow[0], target, np.float64(0.1)), twin.sgd_step(X, narrow[1], 0.1), 1e-6)
    assert_close(network.objective(X, target), twin.objective(*narrow), 1e-6)
    network.parameters = network.astype(float).parameters
    assert {P.dtype for pair in network.parameters for P in pair} == {network.predict(X).dtype} == {network.dtype}
    X[2, 1] = -1e300
    for call in (lambda: network.sgd_step(X, target, 0.1), lambda: network.forward(X)):
        with pytest.raises(ValueError, match=r"X has entries beyond 3\.4e\+38, the largest that float32 holds"):
            call()


@KINDS
@pytest.mark.parametrize(
    "make", [copy.copy, copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net)), lambda net: net.astype(net.dtype)]
)
@pytest.mark.parametrize("loss", [mse, softmax_cross_entropy])
def test_a_copy_in_the_middle_of_training_goes_on_alike_and_alone(kind, make, loss):
    network, X, target = task(kind, loss=loss, regularizer=l2, lam=0.1, dtype="float32")
    network.sgd_step(X, target, 0.1)
    twin = make(network)
    assert twin.loss is loss and twin.activations == [tanh, identity] and twin.activations is not network.activations
    assert np.array_equal(twin.predict(X), network.predict(X))
    before, first = flat(network.parameters), twin.sgd_step(X, target, 0.1)
    assert (flat(network.parameters) == before).all()
    assert network.sgd_step(X, target, 0.1) == first and (flat(network.parameters) == flat(twin.parameters)).all()


def test_arguments_that_make_no_network_are_refused_by_name():
    whole = "expected two or more whole numbers, at least 1 each"
    gave, turned = "W, as initializer gave it, has shape", lambda n_in, n_out, rng: np.ones((n_out, n_in))
    output = "output_activation is tanh, expected identity: softmax_cross_entropy takes the last layer's Z"
    cases = [({"sizes": sizes}, ValueError, whole) for sizes in ([5], 5)]
    cases += [({"sizes": sizes}, TypeError, "sizes[0] is ") for sizes in ("53", [5.0, 3.0], [True, 3])]
    cases += [
        ({"sizes": [5, 0, 3]}, ValueError, "sizes[1] is 0, expected a whole number, at least 1"),
        ({"lam": 0.1}, ValueError, "lam is 0.1 and regularizer is none, expected l2 or l1, or lam = 0"),
        ({"initializer": turned}, ShapeError, f"{gave} [(4, 5), (3, 4)], expected [(5, 4), (4, 3)]"),
        ({"loss": softmax_cross_entropy, "output_activation": tanh}, ValueError, output),
    ]
    dtypes = [None, int, "float16", complex, "numbers", object]
    cases += [({"dtype": dtype}, ValueError, "expected float64 or float32") for dtype in dtypes]
    assert not_refused(Network, {"sizes": [5, 4, 3], "activation": tanh}, cases) == []
    network = Network(np.array([5, 3]), tanh, regularizer=l2, lam=np.float32(0.5))  # numpy's own numbers will do
    assert not_refused(network.astype, {"dtype": float}, [({"dtype": "float16"}, ValueError, "dtype is ")]) == []


def test_a_pass_of_another_width_target_network_or_kind_is_refused():
    network, X, target = Network([5, 4, 3], tanh), np.ones((7, 5)), np.ones((7, 3))
    says = "Network.forward(X): X has shape (7, 4), expected (m, 5):\nn_in is 5 because sizes is [5, 4, 3]."
    wide = [({"X": X[:, :4]}, ShapeError, says), ({"X": as_fractions(X)}, TypeError, "X holds Fractions, expected ")]
    assert not_refused(network.predict, {"X": X}, wide) == []
    cases = [({"target": np.ones(shape)}, ShapeError, "target has shape") for shape in [(7, 1), (1, 3), (7, 4), (3, 7)]]
    cases += [({"X": X[:0], "target": target[:0]}, ValueError, "O is empty, (0, 3)")]
    for call in (network.objective, network.loss_and_gradients):
        assert not_refused(call, {"X": X, "target": target}, wide + cases) == []
    traces = [Network(sizes, tanh).forward(X) for sizes in ([5, 1, 3], [5, 4, 4, 3])]
    strange = [({"trace": trace}, ShapeError, "(trace, target): trace.O has shape") for trace in traces]
    good = {"trace": network.forward(X), "target": target}
    assert not_refused(network.backward, good, cases[:4] + strange) == []
    assert network.forward(X[:0]).O[-1].shape == (0, 3)


def test_backward_from_any_G_is_what_backward_does_from_that_of_the_loss():
    network, X, target = task(Network, (5, 4, 3), regularizer=l2, lam=0.1)
    by_loss, by_G = network.forward(X), network.forward(X)
    gradients = network.backward(by_loss, target)
    assert_close(flat(network.backward_from(by_G, mse.gradient(by_G.O[-1], target))), flat(gradients), 1e-14)
    assert_close(flat([by_G.G, by_G.dL_dO[1:]]), flat([by_loss.G, by_loss.dL_dO[1:]]), 1e-14)
    cases = [
        ({"G": np.ones((3, 7))}, ShapeError, "backward_from(trace, G): G has shape (3, 7), expected (7, 3)"),
        ({"trace": Network([5, 3], tanh).forward(X)}, ShapeError, "trace.O has shape [(7, 5), (7, 3)], expected"),
    ]
    assert not_refused(network.backward_from, {"trace": by_G, "G": target}, cases) == []


BAD_STEPS = [  # one of each kind: tests/test_bad_input.py has the others
    ({"X": np.ones((7, 3)) * 1j}, TypeError, "X or target is complex, expected real floats"),
    ({"X": np.ones((7, 4))}, ShapeError, "X has shape (7, 4), expected (m, 3):\nn_in is 3"),
    ({"X": np.ones((6, 3))}, ShapeError, "target has shape (7, 2), expected ("),
    ({"target": np.array([[1.5, -0.5]] * 7)}, ValueError, "does not sum to 1 with entries of at least 0"),
    ({"momentum": 0.9}, TypeError, "velocity is NoneType None, expected np.zeros((26,), float64)"),
    ({"velocity": np.zeros(25)}, TypeError, "expected np.zeros((26,), float64)"),
    ({"velocity": np.broadcast_to(0.0, (26,))}, TypeError, "velocity is ndarray"),
]


@BOTH
@pytest.mark.filterwarnings("ignore:invalid value")  # numpy's own word about infinity, before the error
def test_a_step_that_cannot_be_is_refused_by_name_and_changes_nothing_first_or_later(kind):
    network, X, target = task(kind, (3, 4, 2), loss=softmax_cross_entropy)
    before = flat(network.parameters)

    def first_step(**given):
        fresh = task(kind, (3, 4, 2), loss=softmax_cross_entropy)[0]
        try:
            fresh.sgd_step(**given)
        finally:
            assert (flat(fresh.parameters) == before).all()

    good = {"X": X, "target": target, "learning_rate": 0.0}
    for step in (first_step, network.sgd_step):
        assert not_refused(step, good, BAD_STEPS) == []
    assert (flat(network.parameters) == before).all()


@BOTH
@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("activation", [relu, tanh, sigmoid])
@pytest.mark.parametrize("name", ["X", "target"])
@pytest.mark.parametrize("m", [1, 7])
def test_one_entry_that_is_not_finite_is_found_in_a_batch_of_a_known_form(kind, m, name, activation, value):
    network, X, target = task(kind, (5, 4, 2), m, activation=activation)
    network.sgd_step(X, target, 0.1)
    network.parameters[0][0][:] = -abs(network.parameters[0][0])  # relu: infinity then gives 0 everywhere
    network.parameters[0][0][-1] = 0  # and 0 times infinity is NaN
    before = flat(network.parameters)
    {"X": X, "target": target}[name][-1, -1] = value
    with pytest.raises(ValueError, match=rf"{name}\[{m - 1}, \d\] is .*, expected finite numbers"):
        network.sgd_step(X, target, 0.1)
    assert (flat(network.parameters) == before).all()


@BOTH
def test_a_run_that_diverges_goes_on_to_nan_as_the_formulas_do(kind):
    network, X, target = task(kind, activation=relu)
    with np.errstate(all="ignore"):
        Js = [network.sgd_step(X, target, 1e200) for _ in range(5)]
    assert np.isfinite(Js[0]) and not np.isfinite(Js[-1])
