"""TrainingPlayground: its run is that of `fit` and Network, it says what goes wrong, and bad input is named."""

import re
import warnings

import numpy as np
import pytest
from refusals import not_refused

from course_lib.activations import relu, tanh
from course_lib.losses import softmax_cross_entropy
from course_lib.network import Network
from course_lib.practice.data import digits, moons, spirals
from course_lib.practice.training import fit
from course_lib.regularizers import l2
from course_lib.views import TrainingPlayground
from course_lib.views.playground.run import GRID, MOST_POINTS, Run
from course_lib.views.playground.settings import DATA, Settings
from course_lib.views.shared.view import unpacked


def ask(view, **question):
    """What a view in the browser sends; the answer is in `view.answer`."""
    asked = {"id": 0.5, "steps": 0, "reset": False, "settings": {}}
    view._handle_custom_msg(asked | question, [])
    return view.answer


def measured(view):
    return unpacked(view.answer["curve"])[-1, 1:]


def same_parameters(one, other):
    return all(
        np.allclose(P, Q, rtol=1e-9, atol=1e-12)
        for pair, other_pair in zip(one.parameters, other.parameters, strict=True)
        for P, Q in zip(pair, other_pair, strict=True)
    )


@pytest.mark.parametrize(
    ("name", "data", "hidden", "activation", "lam"),
    [
        ("moons", moons, (16, 16), tanh, 0.0),
        ("spirals", spirals, (7,), relu, 0.01),
        ("digits", digits, (11, 5), tanh, 0.001),
    ],
)
def test_its_steps_are_those_of_fit(name, data, hidden, activation, lam):
    split, epochs, batch_size = data(), 3, 60
    sizes = [split.X_train.shape[1], *hidden, split.target_train.shape[1]]
    net = Network(sizes, activation, softmax_cross_entropy, regularizer=l2, lam=lam, seed=5)
    history = fit(net, *split[:2], epochs, 0.2, batch_size, test=split[2:], seed=5)
    steps = epochs * -(-len(split.X_train) // batch_size)  # the last batch of an epoch is shorter
    view = TrainingPlayground(name, hidden, activation.name, 0.2, batch_size, lam, seed=5, steps=steps)
    assert same_parameters(view.network, net)
    assert view.answer["step"] == steps
    assert view.answer["epoch"] == pytest.approx(epochs)
    told = np.transpose([history.loss, history.test_loss, history.accuracy, history.test_accuracy])
    assert np.allclose(unpacked(view.answer["curve"])[[0, -1], 1:], told[[0, -1]])


def test_steps_one_by_one_at_once_and_from_the_browser_lead_to_the_same_network():
    at_once, one_by_one, played = TrainingPlayground(steps=30), TrainingPlayground(), TrainingPlayground()
    for _ in range(30):
        ask(one_by_one, steps=1)
    ask(played, steps=30)
    while (left := 30 - played.answer["step"]) > 0:  # the time of a frame was over
        ask(played, steps=left)
    assert same_parameters(at_once.network, one_by_one.network)
    assert same_parameters(at_once.network, played.network)
    assert np.array_equal(measured(one_by_one), measured(at_once))


def test_G_and_the_norms_are_those_of_network_on_the_first_samples():
    view, split = TrainingPlayground(lam=0.1, batch_size=50, steps=20), moons()
    trace = view.network.forward(split.X_train[:50])
    gradients = view.network.backward(trace, split.target_train[:50])
    for sent, G in zip(view.answer["G"], trace.G, strict=True):
        assert sent["shape"] == [32, G.shape[1]]
        limit = np.abs(G[:32]).max()
        shown = np.frombuffer(sent["data"], np.int8).reshape(sent["shape"]) / 127 * sent["limit"]
        assert sent["limit"] == pytest.approx(limit)
        assert np.allclose(shown, G[:32], atol=limit / 250)
    now, first = unpacked(view.answer["norms"])
    assert np.allclose(now, [np.sqrt((dW**2).sum()) for dW, _ in gradients])
    assert np.allclose(unpacked(TrainingPlayground(lam=0.1, batch_size=50).answer["norms"]), [first, first])


def test_the_boundary_is_the_networks_output_on_a_grid_over_all_points():
    view = TrainingPlayground(steps=200)
    (x0, x1), (y0, y1) = view._run.extent
    shown = np.frombuffer(view.answer["boundary"]["data"], np.int8).reshape(GRID, GRID) / 127
    for i, j in ((0, 0), (3, 30), (GRID - 1, GRID - 1)):
        at = np.array([[x0 + j * (x1 - x0) / (GRID - 1), y0 + i * (y1 - y0) / (GRID - 1)]])
        P = view.network.predict(at)[0]
        assert shown[i, j] == pytest.approx(P[1] - P[0], abs=0.01)
    points, split = unpacked(view.setup["points"]), moons()
    shares = (np.vstack([split.X_train, split.X_test]) - [x0, y0]) / [x1 - x0, y1 - y0]
    assert np.allclose(points[:, :2], shares) and 0 < shares.min() < shares.max() < 1
    for x, y in re.findall(r"([\d.]+) ([\d.]+)", view.answer["line"]):  # where both classes are as likely
        P = view.network.predict(np.array([[x0 + float(x) * (x1 - x0) / 31, y0 + float(y) * (y1 - y0) / 31]]))[0]
        assert abs(P[0] - P[1]) < 0.2
    assert np.array_equal(points[:, 2], np.vstack([split.target_train, split.target_test])[:, 1])
    assert points[:, 3].sum() == len(split.X_test)


def test_the_digits_it_shows_are_those_that_the_network_reads_wrong():
    view, split = TrainingPlayground("digits", (32,), steps=100), digits()
    read = view.network.predict(split.X_test).argmax(axis=1)
    labels = split.target_test.argmax(axis=1)
    wrong = view.answer["wrong"]
    assert wrong["count"] == (read != labels).sum() == round((1 - measured(view)[3]) * len(labels))
    assert len(wrong["first"]) == min(12, wrong["count"]) > 0
    for row, label, said in wrong["first"]:
        assert (label, said) == (labels[row], read[row]) and label != said
    images = np.frombuffer(view.setup["images"], np.uint8).reshape(-1, 64)
    assert np.allclose(images / 255, split.X_test, atol=0.01)
    assert view.answer["boundary"] is None


def test_curves_are_thinned_and_keep_the_first_and_the_last():
    run = Run(Settings())
    for _ in range(MOST_POINTS):
        run.advance(3)
        curve = run.frame().curve
        assert len(curve) <= MOST_POINTS + 1
        assert curve[0, 0] == 0 and curve[-1, 0] == run.step
        assert (np.diff(curve[:, 0]) > 0).all()
    assert np.diff(curve[:, 0]).max() < 10 * np.median(np.diff(curve[:, 0]))


def test_a_run_that_explodes_says_when_and_why_and_stops_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        view = TrainingPlayground(activation="identity", learning_rate=100, steps=100)
        view.figure().savefig("/dev/null", format="png")
        ask(view, steps=100)
    step = view.answer["exploded"]
    assert 0 < step == view.answer["step"] < 100
    before = TrainingPlayground(activation="identity", learning_rate=100, steps=step - 1)
    assert np.isfinite(measured(before)).all() and not np.isfinite(measured(view)[0])
    assert view.answer["remark"] == (
        f"The loss is not finite since step {step}, and the run has stopped: "
        "the learning rate 100 is too large for this identity network."
    )
    assert not view.answer["G"][0]["finite"]
    run = Run(Settings(activation="identity", learning_rate=100))
    run.advance(100)  # no frame is measured on the way: the step itself has to see it
    assert run.exploded == run.step == step
    ask(view, reset=True)
    assert (view.answer["step"], view.answer["exploded"], view.answer["remark"]) == (0, None, "")
    ask(view, settings={"learning_rate": 0.1}, steps=5)
    assert view.answer["step"] == 5 and np.isfinite(measured(view)).all()


def test_a_loss_that_grows_and_units_that_are_flat_are_remarked():
    growing = TrainingPlayground(learning_rate=10, steps=1000)
    first, now = (unpacked(growing.answer["curve"])[k, 1] for k in (0, -1))
    assert growing.answer["exploded"] is None
    assert growing.answer["remark"].startswith(f"The loss is {now / first:.3g} times what it was")
    dead = TrainingPlayground(activation="relu", learning_rate=1e6, steps=100)
    assert dead.answer["remark"].startswith("G[1] is zero throughout: relu is flat there")
    assert (np.frombuffer(dead.answer["G"][1]["data"], np.int8) == 0).all()
    assert np.frombuffer(dead.answer["G"][2]["data"], np.int8).any()
    assert TrainingPlayground(steps=50).answer["remark"] == ""


def test_rate_batch_and_lambda_change_on_the_way_and_everything_else_begins_anew():
    view = TrainingPlayground(steps=10)
    net = view.network
    for name, value in (("learning_rate", 0.5), ("batch_size", 7), ("lam", 0.25)):
        frame = ask(view, settings={name: value})
        assert (frame["step"], view.network, frame["settings"][name]) == (10, net, value)
    assert np.all(np.diff(unpacked(frame["curve"])[:, 0]) > 0)  # no step twice
    assert net.lam == 0.25
    assert view.answer["G"][0]["shape"] == [7, 16]
    W = net.parameters[0][0].copy()
    ask(view, steps=1)
    assert view.answer["step"] == 11 and not np.array_equal(net.parameters[0][0], W)
    for name, value in (("hidden", (5,)), ("activation", "relu"), ("data", "spirals")):
        ask(view, steps=3)
        frame = ask(view, settings={name: list(value) if name == "hidden" else value})
        assert (frame["step"], frame["settings"][name]) == (0, value)
    assert view.network.sizes == [2, 5, 2] and view.network.activations[0] is relu
    assert np.array_equal(view._run.data.X_train, spirals().X_train)
    assert frame["settings"]["learning_rate"] == 0.5
    ask(view, settings={"data": "digits"})
    assert view.network.sizes == [64, 5, 10] and "points" not in view.setup
    ask(view, settings={"batch_size": 1540})
    assert ask(view, settings={"data": "moons"})["settings"]["batch_size"] == 400  # it has no more


@pytest.mark.parametrize("name", DATA)
def test_everything_that_the_page_offers_can_be_chosen_and_what_the_view_was_made_with_is_there(name):
    view = TrainingPlayground(name, (7, 3), "gelu", 0.2, 11, 0.3)
    offered = view.setup["choices"]
    assert all(value in offered[setting] for setting, value in view.answer["settings"].items())
    for setting, values in offered.items():
        for value in values:
            assert ask(view, settings={setting: value})["settings"][setting] == value


def test_a_frame_is_one_message_and_keeps_to_its_time():
    view = TrainingPlayground("digits", (128,) * 6, batch_size=1540)
    sent = []
    view.observe(lambda change: sent.append(change["name"]))
    ask(view, steps=1000)
    assert sent == ["answer"]
    assert 0 < view.answer["step"] < 20


def test_an_exported_page_gets_frames_from_the_first_to_the_last_step():
    view = TrainingPlayground(steps=100)
    steps = [frame["step"] for frame in view.recorded]
    assert (len(steps), steps[0], steps[-1]) == (41, 0, 100)
    assert steps == sorted(set(steps))
    for frame in view.recorded:
        assert unpacked(frame["curve"])[-1, 0] == frame["step"]  # the curve ends with the frame
    assert [len(TrainingPlayground(steps=steps).recorded) for steps in (0, 3)] == [0, 4]


def test_the_picture_shows_the_curves_and_every_G():
    axes = TrainingPlayground(steps=40).figure().axes
    assert [ax.get_title().split("\n")[0] for ax in axes] == [
        "loss J",
        "accuracy",
        "norm of ∇_W J",
        "G[0]",
        "G[1]",
        "G[2]",
    ]


def test_bad_settings_are_named():
    layers = "expected up to 6 whole numbers from 1 to 128, such as (16, 16)"
    cases = [
        ({"learning_rate": 0}, ValueError, "learning_rate is 0, expected a finite number, above 0"),
        ({"learning_rate": "fast"}, TypeError, "learning_rate is str 'fast', expected a finite number"),
        ({"lam": -1}, ValueError, "lam is -1, expected a finite number, at least 0"),
        (
            {"batch_size": 401},
            ValueError,
            "is 401, expected a whole number from 1 to 400, the training samples of moons",
        ),
        *(({"hidden": bad}, ValueError, layers) for bad in ([0], [4] * 7, "16", 1.5)),
        ({"activation": "swish"}, ValueError, "activation is str 'swish', expected 'identity' or 'sigmoid'"),
        ({"data": "circles"}, ValueError, "data is str 'circles', expected 'moons' or 'spirals' or 'digits'"),
    ]
    cases += [({"steps": -1}, ValueError, "steps is -1, expected a whole number from 0 to 100000")]
    assert not_refused(TrainingPlayground, {}, cases) == []
