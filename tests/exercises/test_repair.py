"""The learner's own code, read: where it goes wrong and the change that makes it right; and nothing of it is disturbed."""

import functools
import linecache
import threading
import time

import numpy as np
import pytest
from learner import NoStore, answer, written
from public_mistakes import MISTAKES, RIGHT

from course_lib.exercises import check_layer, exercise
from course_lib.exercises.engine import repair


def function(source, name, **names):
    """The function of that name, of a source whose lines are known as those of a cell."""
    file = f"<cell {abs(hash(source))}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    space = {"np": np, "__name__": "__main__", **names}
    exec(compile(source, file, "exec"), space)  # noqa: S102 - the tests' own text
    return space[name]


def checked(name, body):
    """The result of checking the answer with this body."""
    return exercise(name, NoStore()).check(answer(written(name, body)))


def result(mistake, source=None):
    """What the check says of a mistake, or of another source in its place."""
    source = source or mistake.source
    if mistake.exercise == "check_layer":
        shapes = eval(f"dict({mistake.shapes})", {"np": np})
        return check_layer(function(mistake.forward, "forward"), function(source, "backward"), **shapes)
    return exercise(mistake.exercise, NoStore()).check(function(source, mistake.exercise))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.id)
def test_a_public_mistake_is_found_in_its_line_and_its_repair_is_right(mistake):
    found = result(mistake)
    assert found.status == "wrong"
    assert found.line in mistake.lines, found
    assert f"line {found.line}" in found.message.lower()
    assert result(mistake, found.repaired).status == "correct"


@pytest.mark.parametrize(("name", "source", "why"), RIGHT)
def test_a_right_answer_in_a_form_that_people_use_is_right(name, source, why):
    assert exercise(name, NoStore()).check(function(source, name)).status == "correct", why


def test_a_card_gives_nothing_away_and_hints_go_one_step_further():
    ex = exercise("grad_W", NoStore())
    card = ex.check(answer("def grad_W(O, G):\n    return G.T @ O\n"))
    assert "Line 2, `return G.T @ O`" in card.message and "O.T @ G" not in repr(card)
    kind, line = ex.hint(), ex.hint()
    assert "transpose" in kind.message.lower() and not kind.code
    assert "return" in line.code and ".T" in line.code
    assert ex.hint().message.endswith(ex.definition.hints[0])
    ex.check(answer("def grad_W(O, G):\n    return O.T @ G\n"))
    assert ex.hint().message.endswith(ex.definition.hints[0])


def test_a_mistake_in_a_helper_is_found_there():
    source = "def sigmoid(Z):\n    return 1 / (1 + np.exp(np.clip(Z, -500, 500)))\n\n\ndef sigmoid_prime(Z):\n    s = sigmoid(Z)\n    return s * (1 - sigmoid(s))\n"
    found = exercise("sigmoid_prime", NoStore()).check(function(source, "sigmoid_prime"))
    assert found.line == 3 and "Line 3" in found.message
    source = "def slope(Z, f_prime):\n    return 1 / f_prime(Z)\n\n\ndef undo_activation(G, Z, f_prime):\n    return G * slope(Z, f_prime)\n"
    found = exercise("undo_activation", NoStore()).check(function(source, "undo_activation"))
    assert "of `slope`" in found.message and found.line == 2
    again = function(found.repaired, "undo_activation")
    assert exercise("undo_activation", NoStore()).check(again).status == "correct"


def test_two_places_that_would_do_are_both_told():
    body = "    E = np.exp(Z - Z.max(axis=1, keepdims=True))\n    S = E / E.sum(axis=1, keepdims=True)\n    D = -S + T\n    return D / len(Z)\n"
    assert "line 4" in checked("softmax_cross_entropy_gradient", body).message


def test_a_repair_that_only_cancels_what_stands_there_is_not_told():
    """`W *= 1 - dW / W` has the right numbers: but no divisor is missing."""
    body = "    for (W, b), (dW, db) in zip(parameters, gradients):\n        W *= 1 - learning_rate * dW\n        b *= 1 - learning_rate * db\n"
    found = checked("sgd_step", body)
    assert "divisor" not in found.message and found.line == 3
    assert "W -= learning_rate * dW" in found.repaired and "b -= learning_rate * db" in found.repaired
    body = "    Z = np.zeros((len(O), W.shape[1]))\n    for i in range(len(O)):\n        for j in range(W.shape[1]):\n            for h in range(len(W)):\n                Z[i, j] += O[i, h] * W[h, j] + b[0, j]\n    return Z\n"
    assert "every round" in checked("forward", body).message


def test_a_method_and_code_without_source_are_left_to_the_numbers():
    class Model:
        def grad_b(self, G):
            return G.sum(axis=1, keepdims=True)

    space = {"np": np}
    exec("def grad_b(G):\n    return G.mean(axis=0, keepdims=True)\n", space)  # noqa: S102 - the tests' own text
    for f in (Model().grad_b, space["grad_b"], functools.partial(np.mean, axis=0)):
        found = exercise("grad_b", NoStore()).check(f)
        assert found.status == "wrong" and found.line is None and found.repaired == ""


@pytest.mark.parametrize("line", ["np.random.rand()", "open('x', 'w')", "input()", "time.time()"])
def test_code_with_effects_that_cannot_be_repeated_is_not_run_again(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    calls = []
    source = f"def grad_b(G):\n    calls.append(1)\n    if len(G) == 0:\n        {line}\n    return G.mean(axis=0, keepdims=True)\n"
    found = exercise("grad_b", NoStore()).check(function(source, "grad_b", calls=calls, time=time))
    assert found.mistakes == ("batch_averaged",) and found.repaired == ""
    assert len(calls) == 16 and not list(tmp_path.iterdir())


def test_the_learners_arrays_and_globals_are_as_they_were():
    kept, seen = np.zeros(3), []
    source = "def grad_b(G):\n    seen.append(len(G))\n    kept[0] += 1\n    return G.mean(axis=0, keepdims=True)\n"
    f = function(source, "grad_b", kept=kept, seen=seen)
    before = dict(f.__globals__)
    found = exercise("grad_b", NoStore()).check(f)
    assert found.repaired and len(seen) == kept[0] == 16  # each case, and the first once more
    assert {name: f.__globals__[name] for name in before} == before or f.__globals__["grad_b"] is f


def test_a_search_ends_in_time_whatever_changes_make_of_the_code():
    body = "    i, out = 0, 0 * G[:1]\n    while i < len(G):\n        out = out + G[i] * 1.7\n        i += 1\n    return out\n"
    lines = "".join(f"    a{n} = G * {n} + a{n - 1}\n" for n in range(1, 90))
    long = f"def grad_b(G):\n    a0 = G\n{lines}    return a89.max(axis=0)\n"
    for source in (written("grad_b", body), long):
        began = time.thread_time()
        found = exercise("grad_b", NoStore()).check(answer(source))
        assert found.status == "wrong" and time.thread_time() - began < repair.SECONDS + 2


@pytest.mark.parametrize(
    "body",
    ["np.cosh(O).T @ np.sin(G)", "O.sum() * G.sum()", "np.ones((O.shape[1], G.shape[1]))", "O.T @ G + np.sin(O.T @ G)"],
)
def test_what_is_no_slip_is_not_replaced_by_the_formula(body):
    found = checked("grad_W", body)
    assert found.status == "wrong"
    assert found.repaired == "" or "sin" in body


def test_a_search_ends_in_a_thread_too_where_there_is_no_alarm():
    """As on Windows; of what is changed here, much never ends."""
    body = "    i, out = 0, 0 * G[:1]\n    while i < len(G):\n        out = out + G[i]\n        i += 1\n    return out / len(G)\n"
    found = []
    thread = threading.Thread(target=lambda: found.append(checked("grad_b", body)), daemon=True)
    thread.start()
    thread.join(30)
    assert found and found[0].line == 6
