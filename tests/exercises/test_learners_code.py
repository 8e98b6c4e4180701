"""Whatever a learner passes to check, or does in the code: a clear card comes, and a right answer then still passes."""

import builtins
import contextlib
import functools
import linecache
import math
import random
import signal
import sys
import threading
import time
import warnings
from unittest import mock

import numpy as np
import pytest
from learner import NoStore, answer, checked, written

from course_lib.exercises import exercise
from course_lib.exercises.engine import check as check_module
from course_lib.exercises.engine.check import check as check_against
from course_lib.exercises.engine.exercise import definitions
from course_lib.exercises.engine.sandbox import TIME_LIMIT, Stopped, apart


@pytest.fixture
def ex():
    return exercise("grad_W", NoStore())


@pytest.fixture
def short_search(monkeypatch):
    """What the search has to survive it meets at once; where it finds nothing, it goes on for more than a second."""
    search = check_module.repairs
    monkeypatch.setattr(
        check_module, "repairs", lambda function, judge, order, seconds: search(function, judge, order, 0.2)
    )


def surroundings():
    """What a check has to leave as it was."""
    modules = {
        (module, name): id(value)
        for module in (np, math, builtins, time, warnings)
        for name, value in vars(module).items()
    }
    kept = {each: modules[each] for each in modules if each[1] not in ("_", "filters", "_filters_version")}
    numbers = random.getstate(), np.random.get_state()[1].tobytes(), str(np.geterr())
    clock = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)
    return kept | {"rest": (numbers, clock, sys.stdout, sys.stderr, str(warnings.filters))}


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    """After each test everything is as it was, and a right answer passes and a wrong one does not."""
    before = surroundings()
    yield
    assert before.items() - surroundings().items() == set()
    assert checked("grad_W", "O.T @ G").status == "correct"
    assert checked("grad_W", "np.zeros((O.shape[1], G.shape[1]))").status == "wrong"


# What is no function, or none with these arguments.
REFUSED = [
    ("grad_W", "check takes your function, as in ex.check(grad_W); this is a str."),
    (None, "this is a NoneType."),
    (np.ones((5, 3)), "this is a ndarray."),
    (dict, "this is a class."),
    (lambda O: O, "The course calls grad_W(O, G), in this order; yours takes (O)."),
    (lambda O, G, W: O, "yours takes (O, G, W)."),
    (lambda: 0, "yours takes ()."),
    (lambda *, O, G: O, "yours takes (*, O, G)."),
    (lambda O, G, *, m: O, "yours takes (O, G, *, m)."),
    (lambda G, O: O.T @ G, "The course calls grad_W(O, G), in this order; yours takes (G, O)."),
]


@pytest.mark.parametrize(("given", "message"), REFUSED)
def test_what_cannot_be_called_as_the_exercise_asks_is_refused(ex, given, message):
    result = ex.check(given)
    assert (result.status, result.mistakes) == ("error", ("wrong_type",) * ("this is a" in message))
    assert message in result.message


class Adder:
    def __call__(self, O, G):
        return O.T @ G

    def method(self, O, G):
        return O.T @ G


@pytest.mark.parametrize(
    "function",
    [
        lambda X, Y: X.T @ Y,
        lambda *both: both[0].T @ both[1],
        lambda O, G, scale=1: scale * O.T @ G,
        Adder(),
        Adder().method,
        functools.partial(lambda scale, O, G: scale * O.T @ G, 1),
    ],
)
def test_anything_that_can_be_called_with_the_arguments_is_checked(ex, function):
    assert ex.check(function).status == "correct"


def test_a_body_is_attempted_if_something_is_in_it():
    for body in ("...", "pass", "return", "return None", '"""What it does."""', '"""Text."""\n    ...'):
        result = checked("grad_W", f"    # your code\n    {body}")
        assert (result.status, result.mistakes) == ("not attempted", ())
        assert result.message == "Write grad_W(O, G), and check again."
    for body in ("G", "x = None", "return 0", "return 'text'", "print('hello')"):
        assert checked("grad_W", f"    {body}").status == "wrong"


SPARSE = """class csr_matrix:
    def __init__(self, A):
        self.A = A
        self.shape = A.shape
    def __getattr__(self, name):
        raise RuntimeError(name)
def grad_W(O, G):
    return csr_matrix(O.T @ G)"""
# What comes back and is no array, and what it is called.
TYPES = {
    "    O.T @ G": "None",
    "(O.T @ G).tolist()": "list",
    "[O.T @ G, [1]]": "list",
    "{'dW': O.T @ G}": "dict",
    "'O.T @ G'": "str",
    "np.matrix(O.T @ G)": "matrix",
    "np.ma.masked_array(O.T @ G, O.T @ G > 0)": "MaskedArray",
    "O.T @ G + 0j": "ndarray of dtype complex128",
    "(O.T @ G).astype(object)": "ndarray of dtype object",
    "np.array([[{}]])": "ndarray of dtype object",
    "(O.T @ G).astype(str)": "ndarray of dtype ",
    "np.zeros((5, 3), dtype=[('a', float)])": "ndarray of dtype ",
    "(x for x in O.T @ G)": "generator",
    "type": "type",
    SPARSE: "csr_matrix",
    "    loop = []\n    loop.append(loop)\n    return loop": "",
}


@pytest.mark.parametrize("body", list(TYPES))
def test_what_is_no_array_is_called_by_its_name(body):
    result = checked("grad_W", body)
    assert result.status == "wrong" and result.mistakes[0] == "wrong_type"
    assert TYPES[body] in result.message and "an array of shape (n_in, n_out)" in result.message


# What raises, ends the program, or fills the screen; more in a kernel of its own.
ENDS = {
    "    raise ValueError('a text <b>of</b> mine')": "Your code raises ValueError in the line `raise ValueError('a text <b>of</b> mine')` in every case",
    "O.T @ gradient": "Your code raises NameError in the line `return O.T @ gradient` in every case",
    "    raise BaseException('bad')": "Your code raises BaseException",
    "    class Odd(Exception):\n        def __str__(self):\n            raise TypeError\n    raise Odd": "Your code raises Odd",
    "    import sys\n    sys.exit(3)": "Your code calls exit()",
    "ex.check(grad_W)": "check was called by the code that is being checked",
    "    assert False, 'm' * 10**6": "Your code raises AssertionError",
}


@pytest.mark.parametrize("body", list(ENDS))
@pytest.mark.usefixtures("short_search")
def test_code_that_ends_in_an_unusual_way_gives_an_error(ex, body):
    function = answer(written("grad_W", body), ex=ex)
    function.__globals__.setdefault("grad_W", function)
    result = ex.check(function)
    assert (result.status, result.mistakes) == ("error", ("raises",))
    assert ENDS[body] in result.message
    assert len(result.message) < 1500


# Code that does not end in time: what it waits for never comes; `late` hears of what only happens where it is not stopped, or only after the time is over.
SLOW = {
    "a wait": "    never.acquire()\n    late.append(1)",
    "a loop": "    while True:\n        pass",
    "a loop of numpy": "    while True:\n        O.T @ G",
    "a wait whose interruption is caught": "    while True:\n        try:\n            never.acquire()\n        except BaseException:\n            pass",
    "a right answer, too late": "    try:\n        never.acquire()\n        late.append(1)\n    except BaseException:\n        pass\n    return O.T @ G",
    "a number that loops when it is read": "class Number:\n    def __float__(self):\n        while True:\n            pass\ndef grad_W(O, G):\n    return [[Number()]]",
    "an error whose text loops": "class Odd(Exception):\n    def __str__(self):\n        while True:\n            pass\ndef grad_W(O, G):\n    raise Odd",
    "slow in each case": "    never.acquire(timeout=0.02)\n    if len(O) == 13:\n        late.append(1)\n    return O.T @ G",
}


@pytest.mark.parametrize(
    ("where", "why"),
    [("main", why) for why in SLOW] + [("thread", why) for why in SLOW if "caught" not in why],
)
def test_code_that_takes_too_long_is_stopped(ex, why, where):
    late, results, never = [], [], threading.Lock()
    never.acquire()
    function = answer(written("grad_W", SLOW[why]), late=late, never=never)

    def check():
        results.append(ex.check(function, limit=0.1))

    if where == "main":
        check()
    else:  # as on Windows: without an alarm
        thread = threading.Thread(target=check)
        thread.start()
        thread.join()
    assert (results[0].status, results[0].mistakes) == ("error", ("too_slow",))
    stopped, ended = (f"Your code {what} 0.1 seconds, at m = " for what in ("was stopped after", "took more than"))
    may_end = why in ("a right answer, too late", "slow in each case")  # when its time is over
    assert results[0].message.startswith((stopped, ended) if may_end else stopped)
    assert late == []


def test_what_catches_its_interruption_and_ends_is_too_late():
    def waits():
        with contextlib.suppress(BaseException):
            threading.Event().wait()

    with pytest.raises(Stopped, match="took more than"):
        apart(0.05, waits)


ROWS, MEAN, AXIS = (f"G.{what}, keepdims=True)" for what in ("sum(axis=1", "mean(axis=0", "mean(axis=axis"))
LONG = "".join(f"    A{n} = G * {n} + A{n - 1}\n" for n in range(1, 270))
# Wrong answers of any form: the status, the line that is spoken of (None where the numbers alone speak, ... where that
# depends on the time that is left), the source.
FORMS = {
    "raises": ("error", 3, "def grad_b(G):\n    S = G.sum(axis=0)\n    return S.reshape(1, len(G))\n"),
    "endless": ("error", None, "def grad_b(G):\n    while True:\n        pass\n"),
    "slow": ("wrong", ..., f"def grad_b(G):\n    for _ in range(10**5):\n        pass\n    return {MEAN}\n"),
    "a lambda": ("wrong", 1, f"grad_b = lambda G: {ROWS}\n"),
    "a lambda in a call": ("wrong", None, f"def of(f):\n    return f\ngrad_b = of(lambda G: {ROWS})\n"),
    "an object that is called": (
        "wrong",
        None,
        f"class Sum:\n    def __call__(self, G):\n        return {ROWS}\ngrad_b = Sum()\n",
    ),
    "a closure": (
        "wrong",
        2,
        f"def make(axis):\n    def grad_b(G):\n        return {AXIS}\n    return grad_b\ngrad_b = make(0)\n",
    ),
    "a decorator": (
        "wrong",
        2,
        f"def same(f):\n    @functools.wraps(f)\n    def same(G):\n        return f(G)\n    return same\n@same\ndef grad_b(G):\n    return {ROWS}\n",
    ),
    "functools.partial": (
        "wrong",
        None,
        f"def total(axis, G):\n    return {AXIS}\ngrad_b = functools.partial(total, 0)\n",
    ),
    "typed in a console": ("wrong", None, f"def grad_b(G):\n    return {MEAN}\n"),
    "a helper's mistake": (
        "wrong",
        3,
        "def total(A):\n    m = len(A)\n    return A.mean(axis=0, keepdims=True)\ndef grad_b(G):\n    return total(G)\n",
    ),
    "tabs": ("wrong", 3, f"def grad_b(G):\n\tif len(G):\n\t\treturn {ROWS}\n"),
    "many lines": ("wrong", ..., f"def grad_b(G):\n    A0 = G\n{LONG}    return {MEAN}\n"),
    "unicode names": ("wrong", 2, f"def grad_b(G):\n    größe, Σ = len(G), {ROWS}\n    return Σ\n"),
    "a global is bound": ("wrong", None, f"def grad_b(G):\n    global calls\n    calls += 1\n    return {MEAN}\n"),
    "a global array is changed": ("wrong", 3, f"def grad_b(G):\n    kept[0] += 1\n    return {MEAN}\n"),
    "a global list grows": ("wrong", 3, f"def grad_b(G):\n    seen.append(1)\n    return {MEAN}\n"),
    "beside one with effects": (
        "wrong",
        2,
        f"def log(A):\n    seen.append(1)\n    kept[:] = 9\n    return A\ndef grad_b(G):\n    return {ROWS}\n",
    ),
    "a global is read": ("wrong", 2, "def grad_b(G):\n    return G.sum(axis=axis, keepdims=True)\n"),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_of_any_form_has_its_verdict_and_its_repair_and_nothing_of_the_learners_is_disturbed(form):
    """The search runs hundreds of changed answers: none of them may write where the learner's own code writes."""
    status, line, source = FORMS[form]
    file = "<no file>" if form == "typed in a console" else f"<{form}>"
    linecache.cache[f"<{form}>"] = (len(source), None, source.splitlines(keepends=True), file)

    def made(source):
        arrays = {"G": np.ones((2, 3)), "kept": np.zeros(2)}
        space = {"np": np, "functools": functools, "axis": 1, "calls": 0, "seen": [], **arrays}
        exec(compile(source, file, "exec"), space)  # noqa: S102 - the tests' own text
        return space

    space = made(source)
    before = dict(space)
    result = exercise("grad_b", NoStore()).check(space["grad_b"], limit=0.2 if form == "endless" else TIME_LIMIT)
    assert result.status == status and line in (result.line, ...), result
    assert bool(result.repaired) == (result.line is not None)
    if result.repaired:
        bound = "axis = 0" if form == "a closure" else ""
        again = made(f"{result.repaired}\n{bound}")["grad_b"]
        assert check_against(definitions()["grad_b"], again, search=0).status == "correct", result.repaired
    runs = len(definitions()["grad_b"].cases(0)) + 1  # each case once, and the first once more: no candidate counts
    own = {"a global is bound": "calls", "a global array is changed": "kept", "a global list grows": "seen"}.get(form)
    assert (space["G"] == 1).all() and space["axis"] == 1 and space.keys() == before.keys()
    assert space["kept"].tolist() == [runs * (own == "kept"), 0]
    assert (space["calls"], len(space["seen"])) == (runs * (own == "calls"), runs * (own == "seen"))
    assert all(space[name] is value for name, value in before.items() if name != "calls")


def test_what_is_printed_or_warned_is_shown_beside_the_verdict_and_cut(ex, capsys, recwarn):
    for stream in ("print('x' * 10**6)", "[print(i) for i in range(10**4)]", "sys.stderr.write('x' * 10**6)"):
        result = ex.check(answer(f"import sys\ndef grad_W(O, G):\n    {stream}\n    return O.T @ G"))
        assert result.status == "correct"
        assert 0 < len(repr(result)) < 2500 and len(result._repr_html_()) < 3500
    result = ex.check(answer("def grad_W(O, G):\n    print(O.shape)\n    np.log(-1.0)\n    return O.T @ G"))
    assert result.printed.startswith("(7, 5)\n(7, 5)\n(11, 7)\n")
    assert "warning: invalid value encountered in log" in result.printed
    assert capsys.readouterr() == ("", "") and len(recwarn) == 0


# What a function may change on its way, and finds as it was the next time; its verdict does not hang on it.
SETTINGS = [
    "np.random.seed(0); import random; random.seed(0); np.random.random(10**4)",
    "np.seterr(all='raise')",
    "np.seterr(all='ignore')",
    "import warnings; warnings.simplefilter('ignore')",
    "import sys; sys.stdout.truncate(0)",
]


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_setting_that_the_code_changes_changes_a_verdict(ex, setting):
    for body, mistakes in (("O.T @ G", ()), ("G.T @ O", ("transposed",)), ("(O.T @ G) * 0.37", ())):
        result = ex.check(answer(f"def grad_W(O, G):\n    R = {body}\n    {setting}\n    return R"))
        assert (result.status, result.mistakes) == ("correct" if body == "O.T @ G" else "wrong", mistakes)


def test_an_argument_that_is_changed_and_put_back_is_not_said(ex):
    restored = "def grad_W(O, G):\n    O *= 2\n    R = O.T @ G / 2\n    O /= 2\n    return R"
    assert ex.check(answer(restored)).status == "correct"


@pytest.mark.parametrize("setting", ["raise", "ignore"])
def test_what_the_notebook_has_set_changes_no_verdict(setting):
    with np.errstate(all=setting), warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, definition in definitions().items():
            assert exercise(name, NoStore()).check(answer(definition.solution)).status == "correct"
        assert checked("grad_W", "O.T @ G / 0").mistakes == ("not_finite",)
        assert checked("grad_W", "np.full((O.shape[1], G.shape[1]), 1e308)").mistakes == ()  # ratios that overflow
        overflow = "    E = np.exp(Z)\n    return (E / E.sum(axis=1, keepdims=True) - T) / len(Z)"
        assert checked("softmax_cross_entropy_gradient", overflow).mistakes == ("overflow",)


def test_what_comes_back_is_taken_as_it_was(ex):
    source = "def grad_W(O, G, kept=[]):\n    for R in kept:\n        R[:] = 0\n    kept.append(O.T @ G)\n    return kept[-1]"
    assert ex.check(answer(source)).status == "correct"
    source = "first = []\ndef grad_W(O, G):\n    first.append(O.T @ G)\n    return first[0]"
    assert ex.check(answer(source)).status == "wrong"


@pytest.mark.parametrize(
    "body",
    [
        "O.T @ G if len(O) == len(O.T) == len(G.T) else np.ones((O.shape[1], G.shape[1]))",
        "O.T @ G if O.shape == (7, 5) else G.T @ O",
        "O.T @ G if len(O) > 1 else 2 * O.T @ G",
        "O.T @ G if G.shape[1] > 1 else O.T @ G + 1",
        "O.T @ G if O.dtype == np.float64 else 1.5 * O.T @ G",
        "O.T @ G if O.flags.c_contiguous else -O.T @ G",
        "O.T @ G if O.any(axis=1).all() else np.nan * O.T @ G",
        "np.dot(O.T.reshape(5, 7), G.reshape(7, 3))",
        "    dW = np.zeros((5, 3))\n    dW += O.T @ G\n    return dW",
    ],
)
def test_an_answer_that_is_right_for_some_cases_only_does_not_pass(body):
    assert checked("grad_W", body).status != "correct"


def test_the_store_hears_of_attempts_with_their_source_and_of_hints():
    store = mock.Mock()
    ex = exercise("grad_b", store)
    source = "def grad_b(G):\n    return G.sum(axis=0)"
    ex.check(answer(source))
    ex.check(answer("def grad_b(G):\n    ..."))  # not an attempt
    ex.check("text")
    ex.hint()
    assert store.method_calls == [
        mock.call.record("grad_b", "wrong", ("flat_bias",), source),
        mock.call.record("grad_b", "error", ("wrong_type",), ""),
        mock.call.record("grad_b", "hint"),
    ]


def test_a_store_that_fails_costs_a_warning():
    broken = mock.Mock(**{"record.side_effect": OSError("no space left")})
    with pytest.warns(UserWarning, match="Progress is not saved: OSError: no space left"):
        assert exercise("grad_b", broken).check(lambda G: G.sum(axis=0)).mistakes == ("flat_bias",)


def test_the_cases_have_different_sizes_edges_and_layouts():
    cases = definitions()["grad_W"].cases(0)
    tags = set().union(*(case.tags for case in cases))
    assert {"notebook", "primes", "edge", "square", "zeros", "float32", "strided"} <= tags
    sizes = [tuple(case.sizes.values()) for case in cases]
    assert len({len(set(each)) for each in sizes}) == 3
    assert {1} <= {each[0] for each in sizes} & {each[2] for each in sizes} & {each[1] for each in sizes}
    for case in cases:
        O, _G = case.copies()
        assert not ("strided" in case.tags and O.flags.contiguous)
        assert (O.dtype == np.float32) == ("float32" in case.tags)
        assert (not O.any(axis=1).all()) == ("zeros" in case.tags)
        assert O is not case.arguments[0]
