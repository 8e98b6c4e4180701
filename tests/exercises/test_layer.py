"""check_layer: right layers of any kind pass, each mistake is named for its argument, and the kernel survives."""

import time
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import not_refused

from course_lib.exercises import check_layer
from course_lib.exercises.engine import layer
from course_lib.jacobian import key_idea, numeric_jacobian

DENSE = {"X": (7, 5), "W": (5, 3), "b": (1, 3)}
EPS = 1e-5


def dense(X, W, b):
    return X @ W + b


def dense_back(X, W, b, G):
    return G @ W.T, X.T @ G, G.sum(axis=0, keepdims=True)


def batch_norm(X, gamma):
    return gamma * (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + EPS)


def batch_norm_back(X, gamma, G):
    std = np.sqrt(X.var(axis=0) + EPS)
    H, D = (X - X.mean(axis=0)) / std, G * gamma
    return {"gamma": (G * H).sum(axis=0), "X": (D - D.mean(axis=0) - H * (D * H).mean(axis=0)) / std}


def softmax(Z):
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def softmax_back(Z, G):
    S = softmax(Z)
    return S * (G - (G * S).sum(axis=1, keepdims=True))


def embedding(index, table):
    return table[index]


def embedding_back(index, table, G):
    gradient = np.zeros_like(table)
    np.add.at(gradient, index, G)
    return None, gradient


def mean_square(X, T):
    return ((X - T) ** 2).sum() / (2 * len(X))


def centred(X, b):
    return (X + b) - (X + b).mean(axis=0)


def rms(X):
    return np.sqrt((X**2).mean(axis=1, keepdims=True) + EPS)


def relu(X):
    return np.maximum(X, 0)


def cached(X, W):
    cached.X = X  # as forward usually keeps what backward needs
    return X @ W


INDEX = np.array([0, 2, 2, 3, 0, 1, 2])
MASK = np.array([[1.0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0], [1, 1, 1]])
ONE = {"X": (7, 5)}
RIGHT = {
    "dense": (dense, dense_back, DENSE),
    "batch norm, a dict": (batch_norm, batch_norm_back, {"X": (7, 5), "gamma": (5,)}),
    "softmax": (softmax, softmax_back, {"Z": (7, 5)}),
    "embedding": (embedding, embedding_back, {"index": INDEX, "table": (5, 3)}),
    "mean square": (mean_square, lambda X, T, G: (G * (X - T) / len(X), None), {"X": (7, 3), "T": (7, 3)}),
    "scale": (lambda X, s: s * X, lambda X, s, G: (s * G, (G * X).sum()), {"X": (7, 5), "s": ()}),
    "a python number out": (lambda x: float(x @ x), lambda x, G: 2 * G * x, {"x": (5,)}),
    "product": (lambda X, W: X @ W, lambda X, W, G: (G @ W.T, X.T @ G), {"X": (7, 5), "W": (5, 5)}),
    "tanh": (lambda X: np.tanh(X), lambda X, G: G * (1 - np.tanh(X) ** 2), ONE),
    "sine": (lambda X: np.sin(X), lambda X, G: G * np.cos(X), ONE),
    "plus its mean": (lambda X: X + X.mean(axis=0), lambda X, G: G + G.mean(axis=0), ONE),
    "less its mean": (lambda X: X - X.mean(axis=0), lambda X, G: G - G.mean(axis=0), ONE),
    "turned": (lambda X: X[::-1], lambda X, G: G[::-1], {"X": (2, 3)}),
    "positive numbers": (
        lambda X, p: np.log(p) * X,
        lambda X, p, G: (np.log(p) * G, X * G / p),
        {"X": (3, 2), "p": np.array([[1e-6, 1e-3], [1.0, 2.0], [1e3, 1e6]])},
    ),
    "relu": (relu, lambda X, G: G * (X > 0), ONE),
    "no value at 0": (lambda X: 1 / X, lambda X, G: -G / X**2, ONE),  # that draw is left out
    "numbers that cancel": (
        lambda Z: Z - np.log(np.exp(Z).sum(axis=1, keepdims=True)),
        lambda Z, G: G - softmax(Z) * G.sum(axis=1, keepdims=True),
        {"Z": (7, 1)},
    ),
    "float32 gradients": (dense, lambda *a: [g.astype(np.float32) for g in dense_back(*a)], DENSE),
    "root mean square": (
        lambda X: X / rms(X),
        lambda X, G: (G - X * (G * X).mean(axis=1, keepdims=True) / rms(X) ** 2) / rms(X),
        ONE,
    ),
    "a default left out": (lambda X, slope=0.1: slope * X, lambda X, G: 0.1 * G, ONE),
    "a default between": (lambda X, a=2.0, b=None: a * X + b, lambda X, b, G: (2 * G, G), {"X": (3, 2), "b": (3, 2)}),
    "centred": (
        centred,
        lambda X, b, G: (G - G.mean(axis=0), (G - G.mean(axis=0)).sum(axis=0, keepdims=True)),
        {"X": (7, 5), "b": (1, 5)},
    ),
    "a mask": (lambda X, mask: X * mask, lambda X, mask, G: G * mask, {"X": (5, 3), "mask": MASK > 0}),
    "a cache of its own": (cached, lambda X, W, G: (G @ W.T, cached.X.T @ G), {"X": (7, 5), "W": (5, 3)}),
    "an argument called G": (lambda X, G: X * G, lambda X, G, dZ: (dZ * G, dZ * X), {"X": (3, 2), "G": (3, 2)}),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_layer_is_correct(name):
    forward, backward, shapes = RIGHT[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = check_layer(forward, backward, **shapes)
    assert (result.status, result.mistakes) == ("correct", ()), result
    assert "wrong" not in result.message and "except" not in result.message and result.exercise == "check_layer"


def dense_with(which, change):
    """The backward pass of a dense layer with one gradient changed: a function of the right one and all arguments."""

    def backward(*arguments):
        gradients = dict(zip("XWb", dense_back(*arguments), strict=True))
        return gradients | {which: change(gradients[which], *arguments)}

    return backward


# Which gradient is wrong, and how: the ids, and what is said.
DENSE_WRONG = [
    ("W", lambda R, *_: -R, "sign", "Your result is exactly minus the gradient for W: a sign is wrong."),
    ("X", lambda R, *_: 2 * R, "factor_two", "Your result differs from the gradient for X by a factor of 2"),
    ("W", lambda R, *_: R / 7, "batch_averaged", "exactly 1/7 of the gradient for W, and m is 7"),
    ("W", lambda R, *_: 3 * R, "", "each is 3 times the right one"),
    ("b", lambda R, *_: R[0], "flat_bias", "Your result is flat, (3,); b has the shape (1, 3)."),
    ("b", lambda R, *_: R.T, "column_bias", "Your result is a column, (3, 1); b is a row, (1, 3)."),
    ("b", lambda R, *_: R[0] / 7, "flat_bias batch_averaged", "it is flat, (3,); b has the shape (1, 3); you averaged"),
    ("W", lambda R, *_: -R.T, "transposed sign", "(a transpose is missing, or one too many); a sign is wrong"),
    ("b", lambda R, X, W, b, G: G, "batch_not_summed", "one part for each of the m = 7 samples"),
    ("b", lambda R, X, W, b, G: G.sum(1), "wrong_axis", "along the wrong axis"),
    ("W", lambda R, X, W, b, G: X[:1].T @ G[:1], "first_sample_only", "Only the first of the m = 7 samples is used"),
    ("W", lambda R, *_: R.astype(int), "integer_result", "the fractions are cut off"),
    ("W", lambda R, *_: R * np.nan, "not_finite", "15 of 15 entries are NaN"),
    ("W", lambda R, *_: R + np.eye(5)[:, :1], "", "3 of 15 entries differ: (0, 0), (0, 1), (0, 2)"),
    ("W", lambda R, *_: np.ones((2, 9)), "wrong_shape", "the shape is (2, 9), expected (5, 3)"),
]


@pytest.mark.parametrize(("which", "change", "ids", "says"), DENSE_WRONG)
def test_a_wrong_gradient_is_told_what_it_is_and_the_others_are_right(which, change, ids, says):
    result = check_layer(dense, dense_with(which, change), **DENSE)
    assert (result.status, result.mistakes) == ("wrong", tuple(ids.split())), result
    assert f"{which}: wrong. " in result.message and says in result.message
    assert result.message.count(": right.") == 2
    assert "Look at key_idea(numeric_jacobian(" in result.message and "?." not in result.message


def sums_are_kept(X, W, b, G, kept=[0]):  # noqa: B006 - the mistake
    kept[0] = kept[0] + X.T @ G
    return G @ W.T, kept[0], G.sum(axis=0, keepdims=True)


# Of one of those layers a wrong backward pass, the ids, and what is said.
OTHER_WRONG = [
    ("product", lambda X, W, G: (G @ W.T, G.T @ X), "transposed", "W: wrong."),
    ("scale", lambda X, s, G: (s * G, G * X), "batch_not_summed", "s: wrong."),
    ("product", lambda X, W, G: (X.T @ G, G @ W.T), "order", "X: wrong. It is the gradient for W: they stand in the"),
    (
        "softmax",
        lambda Z, G: G * softmax(Z) * (1 - softmax(Z)),
        "softmax_jacobian_missing",
        "as if it were element-wise",
    ),
    (
        "plus its mean",
        lambda X, G: G * (1 + 1 / len(X)),
        "scalar_rule",
        "the result depends on more than its own entry of",
    ),
    ("tanh", lambda X, G: G, "activation_not_undone", "is G itself: no slope of the layer appears"),
    ("tanh", lambda X, G: G * np.tanh(X), "activation_not_derivative", "is G times what forward gives"),
    (
        "mean square",
        lambda X, T, G: (G * (X - T), None),
        "batch_not_averaged",
        "exactly 7 times the gradient: a mean over",
    ),
    (
        "centred",
        lambda X, b, G: (G - G.mean(axis=0), G.sum(axis=0)[None]),
        "",
        "b: wrong. For m = 7: the shape is right; ",
    ),
    ("turned", lambda X, G: 0 * G, "", "all of yours are 0"),
    # Right where the first entry is above 0, as in the first draw: what explains one draw alone is not named.
    ("sine", lambda X, G: (1 if X[0, 0] > 0 else -1) * G * np.cos(X), "", "X: wrong."),
    # Of what stands in a slope's place the sign says nothing.
    ("sine", lambda X, G: -G * np.sin(X), "", "X: wrong. For m = "),
    ("dense", sums_are_kept, "other_each_time", "backward gives other gradients when it is called again with the same"),
    # From the output: wrong where an input is exactly 0.
    ("a mask", lambda X, mask, G: np.where(X * mask == 0, 0, G), "", "right in 2 of 3 cases: all but those with zeros"),
    # Said is what is missing, where that is a multiple of one array in each line.
    (
        "root mean square",
        lambda X, G: G / rms(X),
        "",
        "In each row, yours and the right one differ by a multiple of that",
    ),
    ("less its mean", lambda X, G: G, "", "In each column, yours and the right one differ by a constant."),
]


@pytest.mark.parametrize(("name", "backward", "ids", "says"), OTHER_WRONG)
def test_a_wrong_gradient_of_any_layer_is_told_what_it_is(name, backward, ids, says):
    forward, _, shapes = RIGHT[name]
    result = check_layer(forward, backward, **shapes)
    assert (result.status, result.mistakes) == ("wrong", tuple(ids.split())), result
    assert says in result.message
    assert ("In each " in says) == ("differ by" in result.message)


def test_what_the_card_says_to_look_at_is_the_right_gradient():
    message = check_layer(dense, dense_with("W", lambda R, *_: R + 1), **DENSE).message
    expression = message.partition("Look at ")[2].partition(", with both")[0]
    rng = np.random.default_rng(1)
    names = {name: rng.standard_normal(shape) for name, shape in (DENSE | {"G": (7, 3)}).items()}
    found = eval(expression, {"key_idea": key_idea, "numeric_jacobian": numeric_jacobian, "forward": dense} | names)
    assert np.allclose(found, dense_back(**names)[1]) and "W: wrong" in message


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
    st.lists(st.integers(1, 4), min_size=0, max_size=2),
    st.integers(0, 99),
)
def test_any_linear_layer_is_right_and_wrong_where_one_entry_is_wrong(shape, out, seed):
    A = np.random.default_rng(seed).standard_normal((*out, *shape))

    def backward(X, G):
        return np.tensordot(G, A, axes=G.ndim)

    def off(X, G):
        gradient = np.array(backward(X, G))
        gradient.flat[seed % gradient.size] += 1 + seed
        return gradient

    for back, status in ((backward, "correct"), (off, "wrong")):
        assert check_layer(lambda X: np.tensordot(A, X, axes=X.ndim), back, X=shape).status == status


@given(st.integers(0, 10**6), st.sampled_from("XWb"))
def test_random_wrong_gradients_get_no_false_name(seed, which):
    rng = np.random.default_rng(seed)
    share, more = rng.uniform(0.5, 1.5, (7, 5)), rng.standard_normal((7, 5))
    change = [
        lambda R, *_: R * share[: len(R), : R.shape[1]],
        lambda R, *_: R + more[: len(R), : R.shape[1]],
        lambda R, *_: np.sin(R),
        lambda R, *_: R**2,
        lambda R, X, W, b, G: R * (1 + abs(G).mean()),
    ][seed % 5]
    result = check_layer(dense, dense_with(which, change), **DENSE)
    assert (result.status, result.mistakes) == ("wrong", ())
    assert f"{which}: wrong. For m = 7: the shape is right" in result.message


def test_what_is_not_decided_not_claimed_or_has_no_gradient_is_not_called_right():
    at_0, zeros, whole = {"X": np.array([[0.0, 1, -2]])}, {"X": np.zeros((2, 3))}, {"X": np.arange(35).reshape(7, 5)}
    for forward, backward, shapes, status, says in (
        (
            relu,
            lambda X, G: G * (X > 0),
            at_0,
            "correct",
            "X: right (except where forward has a kink or a jump).",
        ),
        (lambda X: abs(X), lambda X, G: G, zeros, "error", "X: not decided, forward has a kink"),
        (dense, lambda X, W, b, G: (None, X.T @ G, None), DENSE, "correct", "X: not claimed. W: right. b: not"),
        (embedding, embedding_back, RIGHT["embedding"][2], "correct", "index: no gradient, it does not hold floats."),
        (relu, lambda X, G: G * (X < 0), at_0, "wrong", "2 of 3 entries differ"),
        (relu, lambda X, G: G, {"X": (1,)}, "wrong", "is G itself"),  # right on one side of the kink
        (dense, dense_back, DENSE | whole, "wrong", "X, which holds no floats: pass X.astype(float), or give None"),
        (relu, lambda X, G: G * (X > 0), ONE, "correct", "in 3 draws of numbers"),  # one with zeros and repeats
    ):
        result = check_layer(forward, backward, **shapes)
        assert (result.status, says in result.message) == (status, True), result


@pytest.mark.parametrize("edge", [0.0, 0.5])
def test_jumps_do_not_hide_a_wrong_entry(edge):
    def forward(X):
        return X * 1.0 + 1e3 * (edge <= X)

    result = check_layer(forward, lambda X, G: G * (1 + 1e-3 * (X > 2)), X=np.array([edge, 1.0, 3.0]))
    assert result.status == "wrong" and "1 of 3 entries differ" in result.message and "(2,)" in result.message


def test_random_numbers_are_noticed_before_the_long_measurement():
    rng, calls = np.random.default_rng(), []
    state = np.random.get_state()[1].copy()
    for factor in (np.random.rand, rng.random):
        calls.clear()
        result = check_layer(lambda X, factor=factor: calls.append(1) or X * factor(), lambda X, G: G, **ONE)
        assert result.status == "error" and "other results for the same arguments" in result.message
        assert "seed" in result.message and "mask" in result.message
        assert len(calls) == 2
    assert (np.random.get_state()[1] == state).all()


def test_writing_into_the_arguments_is_noticed():
    given = np.ones((2, 2))
    result = check_layer(lambda X: 2 * X, lambda X, G: np.multiply(G, 2, out=G), X=given)
    assert (result.status, result.mistakes) == ("wrong", ("mutates_input",))
    assert "backward writes into the arrays that it was given: work on a copy" in result.message and (given == 1).all()


def fails(text):
    raise ValueError(text)


BACKWARD_GIVES = [
    (lambda *a: print(), "wrong", "wrong_type", "backward gave None (is there no return?)"),
    (lambda *a: dense_back(*a)[:2], "wrong", "wrong_type", "2 gradients; expected a gradient for each of X, W, b"),
    (lambda *a: dense_back(*a)[0], "wrong", "wrong_type", "an object of type ndarray; expected a gradient for each"),
    (lambda *a: (None, None, 1j), "wrong", "wrong_type", "an object of type complex for b"),
    (lambda *a: {"dX": 1}, "wrong", "wrong_type", "type dict; expected a gradient for each of X, W, b"),
    (lambda *a: [R.tolist() for R in dense_back(*a)], "wrong", "wrong_type", "an object of type list for X"),
    (lambda *a: fails("no such luck"), "error", "raises", "backward raises ValueError"),
    (lambda *a: exit(), "error", "raises", "backward calls exit()"),  # noqa: PLR1722
    (lambda G, X, W, b: None, "error", "", "backward(X, W, b, G), in this order"),
    (lambda X, W, b, G, Z: None, "error", "", "whatever else it needs, such as Z, it computes from these"),
    (lambda X, W, b: None, "error", "", "backward(X, W, b, G), in this order"),
]


@pytest.mark.parametrize(("backward", "status", "ids", "says"), BACKWARD_GIVES)
def test_what_is_no_gradient_or_no_backward_pass_of_the_layer_is_named(backward, status, ids, says):
    result = check_layer(dense, backward, **DENSE)
    assert (result.status, result.mistakes) == (status, tuple(ids.split())) and says in result.message, result


def recursion(X):
    return recursion(X)


FORWARD_GIVES = [
    (lambda X: print(), "wrong_type", "an object of type None, expected one array Z"),
    (lambda X: (X, X), "wrong_type", "an object of type tuple"),
    (lambda X: (X > 0).astype(int), "wrong_type", "an array of int64 of shape (7, 5), expected one array Z of float64"),
    (lambda X: np.log(X), "not_finite", "X=np.array(...)"),
    (lambda X: X[:0], "wrong_type", "an array of float64 of shape (0, 5), expected one array Z of float64, with"),
    (lambda X: X @ X, "raises", "forward raises ValueError"),
    (recursion, "raises", "forward raises RecursionError"),
    (lambda X: exit(), "raises", "forward calls exit()"),  # noqa: PLR1722
]


@pytest.mark.parametrize(("forward", "mistake", "says"), FORWARD_GIVES)
def test_a_forward_that_cannot_be_measured_is_named(forward, mistake, says):
    result = check_layer(forward, lambda X, G: G, **ONE)
    assert (result.status, result.mistakes) == ("error", (mistake,)) and says in result.message, result


def test_an_endless_loop_is_stopped_and_one_that_is_slow_is_told_to_be_smaller(monkeypatch):
    def endless(X, G=None):
        while True:
            pass

    def slow(X):
        end = time.monotonic() + 0.01
        while time.monotonic() < end:
            pass
        return X

    for forward, backward, limit, says in (
        (endless, lambda X, G: G, 0.1, "forward was stopped after 0.1 seconds"),
        (lambda X: X, endless, 1, "backward was stopped after 1 seconds"),  # forward ends in time on a busy machine too
        (slow, lambda X, G: G, 0.1, "Smaller sizes need fewer calls."),
    ):
        monkeypatch.setattr(layer, "TIME_LIMIT", limit)
        result = check_layer(forward, backward, X=(3, 3))
        assert (result.status, result.mistakes) == ("error", ("too_slow",))
        assert says in result.message


def test_tensors_that_would_fill_the_memory_are_not_made():
    result = check_layer(dense, dense_back, X=(64, 100), W=(100, 64), b=(1, 64))
    assert (result.status, result.mistakes) == ("error", ("too_slow",))
    assert f"{64 * 64 * (6400 + 6400 + 64):,} entries, expected at most 1,000,000" in result.message


def test_what_is_printed_warned_or_set_is_kept_apart(capsys):
    def forward(X):
        print("forward was here")
        np.seterr(all="raise")
        return X * 1.0

    def backward(X, G):
        warnings.warn("be careful", stacklevel=1)
        return G

    before = np.geterr()
    result = check_layer(forward, backward, X=(3, 2))
    assert result.status == "correct" and capsys.readouterr().out == "" and np.geterr() == before
    assert "forward was here" in result.printed and "warning: be careful" in result.printed


def test_a_stub_is_not_attempted():
    def stub(X, G=None):
        """Not written yet."""

    assert check_layer(lambda X: X, stub, **ONE).status == "not attempted"
    assert check_layer(stub, lambda X, G: G, **ONE).status == "not attempted"


def test_bad_arguments_are_refused_by_name():
    call, missing = "check_layer(forward, backward, **shapes): ", "do not fit forward: missing a required argument"
    cases = (
        ({"forward": "X"}, TypeError, f"{call}forward is str"),
        ({"backward": dict}, TypeError, "backward is type"),
        ({"forward": max}, TypeError, "no signature found"),  # written in C: nothing says its names
        ({"forward": lambda X, W, b, /: X}, TypeError, "'X' parameter is positional only"),
        ({"forward": lambda **X: X}, TypeError, "do not fit forward: 'W' is not in list"),
        (
            {"shapes": {}},
            TypeError,
            f"{call}shapes for () {missing}: 'X'; expected a shape for each",
        ),
        ({"shapes": DENSE | {"V": (1,)}}, TypeError, "shapes for (X, W, b, V) do not fit forward: got an unexpected"),
        ({"shapes": DENSE | {"b": 3}}, TypeError, "b is int 3, expected a shape such as (7, 5)"),
        ({"shapes": DENSE | {"b": (1, 3.0)}}, TypeError, "a size in b is float 3.0, expected a whole number"),
        ({"shapes": DENSE | {"X": (0, 5)}}, ValueError, "a size in X is 0, expected a whole number"),
        ({"shapes": DENSE | {"X": np.ones((7, 5)) * 1j}}, TypeError, "X has dtype complex128"),
        ({"shapes": DENSE | {"X": np.ma.ones((7, 5))}}, TypeError, "X is MaskedArray"),
        ({"shapes": DENSE | {"X": np.full((7, 5), np.nan)}}, ValueError, "X[0, 0] is nan"),
        ({"forward": lambda i: i, "shapes": {"i": np.arange(3)}}, ValueError, "no argument holds real numbers"),
    )
    assert (
        not_refused(
            lambda shapes, **both: check_layer(*both.values(), **shapes),
            {"forward": dense, "backward": dense_back, "shapes": DENSE},
            cases,
        )
        == []
    )
