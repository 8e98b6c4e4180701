"""check_layer: right layers of any kind pass, each mistake is named for its argument, and the kernel survives."""

import time
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.exercises import check_layer
from course_lib.exercises.engine.layer import _check
from course_lib.exercises.engine.layer_inputs import MOST_ENTRIES
from course_lib.exercises.engine.mistakes import MISTAKES
from course_lib.jacobian import key_idea, numeric_jacobian
from course_lib.shapes import ShapeError

DENSE = {"X": (7, 5), "W": (5, 3), "b": (1, 3)}
EPS = 1e-5


def dense(X, W, b):
    return X @ W + b


def dense_back(X, W, b, G):
    return G @ W.T, X.T @ G, G.sum(axis=0, keepdims=True)


def layer_norm(X, gamma, beta):
    centred = X - X.mean(axis=1, keepdims=True)
    return gamma * centred / np.sqrt(X.var(axis=1, keepdims=True) + EPS) + beta


def layer_norm_back(X, gamma, beta, G):
    std = np.sqrt(X.var(axis=1, keepdims=True) + EPS)
    H = (X - X.mean(axis=1, keepdims=True)) / std
    D = G * gamma
    dX = (D - D.mean(axis=1, keepdims=True) - H * (D * H).mean(axis=1, keepdims=True)) / std
    return dX, (G * H).sum(axis=0, keepdims=True), G.sum(axis=0, keepdims=True)


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


def convolution(x, kernel):
    return np.correlate(x, kernel, mode="valid")


def convolution_back(x, kernel, G):
    return np.convolve(G, kernel), np.correlate(x, G, mode="valid")


def residual(X, W):
    return X + np.tanh(X @ W)


def residual_back(X, W, G):
    D = G * (1 - np.tanh(X @ W) ** 2)
    return G + D @ W.T, X.T @ D


def gate(X, W, b, s):
    return (X @ W + b) * s


def gate_back(X, W, b, s, G):
    D = G * s
    return D @ W.T, X.T @ D, D.sum(axis=0, keepdims=True), (G * (X @ W + b)).sum(axis=0, keepdims=True)


def mean_square(X, T):
    return ((X - T) ** 2).sum() / (2 * len(X))


def mean_square_back(X, T, G):
    return G * (X - T) / len(X), None


def attention(Q, K):
    return np.einsum("bqd,bkd->bqk", Q, K)


def attention_back(Q, K, G):
    return np.einsum("bqk,bkd->bqd", G, K), np.einsum("bqk,bqd->bkd", G, Q)


def centred(X, b):
    return (X + b) - (X + b).mean(axis=0)


class Cached:
    """The usual class: forward keeps what backward needs."""

    def forward(self, X, W):
        self.X = X
        return X @ W

    def backward(self, X, W, G):
        return G @ W.T, self.X.T @ G


CACHED = Cached()
INDEX = np.array([0, 2, 2, 3, 0, 1, 2])
RIGHT = {
    "dense": (dense, dense_back, DENSE),
    "layer normalisation": (layer_norm, layer_norm_back, {"X": (7, 5), "gamma": (1, 5), "beta": (1, 5)}),
    "batch normalisation, a dict": (batch_norm, batch_norm_back, {"X": (7, 5), "gamma": (5,)}),
    "softmax, one gradient": (softmax, softmax_back, {"Z": (7, 5)}),
    "embedding": (embedding, embedding_back, {"index": INDEX, "table": (5, 3)}),
    "embedding, indices left out": (
        embedding,
        lambda index, table, G: embedding_back(index, table, G)[1],
        {"index": INDEX, "table": (5, 3)},
    ),
    "convolution of vectors": (convolution, convolution_back, {"x": (11,), "kernel": (3,)}),
    "residual": (residual, residual_back, {"X": (7, 5), "W": (5, 5)}),
    "gate": (gate, gate_back, DENSE | {"s": (1, 3)}),
    "scalar output, a target": (mean_square, mean_square_back, {"X": (7, 3), "T": (7, 3)}),
    "rank 3": (attention, attention_back, {"Q": (2, 3, 5), "K": (2, 7, 5)}),
    "no parameters": (lambda X: X.T.copy(), lambda X, G: G.T, {"X": (7, 5)}),
    "its argument, as it is": (lambda X: X, lambda X, G: [G], {"X": (7, 5)}),
    "a number": (lambda X, s: s * X, lambda X, s, G: (s * G, (G * X).sum()), {"X": (7, 5), "s": ()}),
    "a python number out": (lambda x: float(x @ x), lambda x, G: 2 * G * x, {"x": (5,)}),
    "positive numbers": (
        lambda X, p: np.log(p) * X,
        lambda X, p, G: (np.log(p) * G, X * G / p),
        {"X": (3, 2), "p": np.array([[1e-6, 1e-3], [1.0, 2.0], [1e3, 1e6]])},
    ),
    "kinks": (lambda X: np.maximum(X, 0), lambda X, G: G * (X > 0), {"X": (7, 5)}),
    "float32 gradients": (dense, lambda *a: [g.astype(np.float32) for g in dense_back(*a)], DENSE),
    "a default left out": (
        lambda X, eps=EPS: X / np.sqrt((X**2).mean() + eps),
        lambda X, G: (G - X * (G * X).sum() / ((X**2).mean() + EPS) / X.size) / np.sqrt((X**2).mean() + EPS),
        {"X": (3, 2)},
    ),
    "a default between": (lambda X, a=2.0, b=None: a * X + b, lambda X, b, G: (2 * G, G), {"X": (3, 2), "b": (3, 2)}),
    "no influence": (
        centred,
        lambda X, b, G: (G - G.mean(axis=0), (G - G.mean(axis=0)).sum(axis=0, keepdims=True)),
        {"X": (7, 5), "b": (1, 5)},
    ),
    "fixed dropout": (
        lambda X: X * (np.random.default_rng(3).random(X.shape) > 0.5),
        lambda X, G: G * (np.random.default_rng(3).random(X.shape) > 0.5),
        {"X": (7, 5)},
    ),
    "a cache of its own": (CACHED.forward, CACHED.backward, {"X": (7, 5), "W": (5, 3)}),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_layer_is_correct(name):
    forward, backward, shapes = RIGHT[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = check_layer(forward, backward, **shapes)
    assert (result.status, result.mistakes) == ("correct", ()), result
    assert "wrong" not in result.message and "except" not in result.message and result.exercise == "check_layer"


def instead(backward, **gradients):
    """The backward of a layer, with some gradients replaced by functions of (the right one, all arguments)."""

    def wrong(*arguments):
        right = backward(*arguments)
        right = right if isinstance(right, dict) else dict(zip(gradients, right, strict=True))
        return {
            name: right[name] if change is None else change(right[name], *arguments)
            for name, change in gradients.items()
        }

    return wrong


def dense_wrong(X=None, W=None, b=None):
    return dense, instead(dense_back, X=X, W=W, b=b), DENSE


def last_rows_win(index, table, G):
    gradient = np.zeros_like(table)
    gradient[index] += G
    return gradient


WRONG = {
    "sign": (
        dense_wrong(W=lambda R, *_: -R),
        ("sign",),
        "W: wrong. Your result is exactly minus the gradient for W: a sign is wrong.",
    ),
    "twice": (
        dense_wrong(X=lambda R, *_: 2 * R),
        ("factor_two",),
        "X: wrong. Your result differs from the gradient for X by a factor of 2",
    ),
    "half": (
        dense_wrong(b=lambda R, *_: R / 2),
        ("factor_two",),
        "b: wrong. Your result differs from the gradient for b by a factor of 2",
    ),
    "averaged": (
        dense_wrong(W=lambda R, *_: R / 7),
        ("batch_averaged",),
        "exactly 1/7 of the gradient for W, and m is 7",
    ),
    "another ratio": (dense_wrong(W=lambda R, *_: 3 * R), (), "each is 3 times the right one"),
    "zero": (dense_wrong(W=lambda R, *_: 0 * R), (), "all of yours are 0"),
    "transposed": (dense_wrong(W=lambda R, *_: R.T), ("transposed",), "the gradient for W, transposed"),
    "transposed square": (
        (lambda X, W: X @ W, lambda X, W, G: (G @ W.T, G.T @ X), {"X": (7, 5), "W": (5, 5)}),
        ("transposed",),
        "W: wrong. Your result is the gradient for W, transposed",
    ),
    "flat": (
        dense_wrong(b=lambda R, *_: R[0]),
        ("flat_bias",),
        "b: wrong. Your result is flat, (3,); b has the shape (1, 3).",
    ),
    "column": (
        dense_wrong(b=lambda R, *_: R.T),
        ("column_bias",),
        "b: wrong. Your result is a column, (3, 1); b is a row, (1, 3).",
    ),
    "flat mean": (
        dense_wrong(b=lambda R, *_: R[0] / 7),
        ("flat_bias", "batch_averaged"),
        "it is flat, (3,); b has the shape (1, 3); you averaged over the batch (divided by m = 7)",
    ),
    "minus transposed": (
        dense_wrong(W=lambda R, *_: -R.T),
        ("transposed", "sign"),
        "rows and columns are exchanged (a transpose is missing, or one too many); a sign is wrong",
    ),
    "bias not summed": (
        dense_wrong(b=lambda R, X, W, b, G: G),
        ("batch_not_summed",),
        "one part for each of the m = 7 samples",
    ),
    "weights not summed": (
        dense_wrong(W=lambda R, X, W, b, G: X[:, :, None] * G[:, None]),
        ("batch_not_summed",),
        "W: wrong. Your result still has one part for each of the m = 7 samples",
    ),
    "number not summed": (
        (lambda X, s: s * X, lambda X, s, G: (s * G, G * X), {"X": (7, 5), "s": ()}),
        ("batch_not_summed",),
        "s: wrong. Your result still has one part",
    ),
    "wrong axis": (dense_wrong(b=lambda R, X, W, b, G: G.sum(1)), ("wrong_axis",), "along the wrong axis"),
    "wrong axis of a square": (
        (lambda X, b: X + b, lambda X, b, G: (G, G.sum(axis=1)[None]), {"X": (5, 5), "b": (1, 5)}),
        ("wrong_axis",),
        "b: wrong. Your code works along the wrong axis.",
    ),
    "first sample": (
        dense_wrong(W=lambda R, X, W, b, G: X[:1].T @ G[:1]),
        ("first_sample_only",),
        "what the first of the m = 7 samples gives alone",
    ),
    "swapped": (
        (dense, lambda *a: (dense_back(*a)[1], dense_back(*a)[0], dense_back(*a)[2]), DENSE),
        ("order",),
        "X: wrong. It is the gradient for W: they stand in the order of forward's arguments.",
    ),
    "diagonal": (
        (softmax, lambda Z, G: G * softmax(Z) * (1 - softmax(Z)), {"Z": (7, 5)}),
        ("softmax_jacobian_missing",),
        "as if it were element-wise",
    ),
    "diagonal of another": (
        (lambda X: X + X.mean(axis=0), lambda X, G: G * (1 + 1 / len(X)), {"X": (7, 5)}),
        ("scalar_rule",),
        "Your result is G times a slope, entry by entry; the result depends on more than its own entry of X.",
    ),
    "G as it came": (
        (lambda X: np.tanh(X), lambda X, G: G, {"X": (7, 5)}),
        ("activation_not_undone",),
        "Your result is G itself: no slope of the layer appears in it.",
    ),
    "f for f'": (
        (lambda X: np.tanh(X), lambda X, G: G * np.tanh(X), {"X": (7, 5)}),
        ("activation_not_derivative",),
        "Your result is G times what forward gives, where its slope belongs.",
    ),
    "no 1/m": (
        (mean_square, lambda X, T, G: (G * (X - T), None), {"X": (7, 3), "T": (7, 3)}),
        ("batch_not_averaged",),
        "X: wrong. Your result is exactly 7 times the gradient: a mean over the batch lacks its 1/m",
    ),
    "not 0": (
        (centred, lambda X, b, G: (G - G.mean(axis=0), G.sum(axis=0)[None]), {"X": (7, 5), "b": (1, 5)}),
        (),
        "b: wrong. For m = 7: the shape is right; every entry differs",
    ),
    "integers": (dense_wrong(W=lambda R, *_: R.astype(int)), ("integer_result",), "the fractions are cut off"),
    "nan": (dense_wrong(W=lambda R, *_: R * np.nan), ("not_finite",), "15 of 15 entries are NaN"),
    "one row": (
        dense_wrong(W=lambda R, *_: R + np.eye(5)[:, :1]),
        (),
        "3 of 15 entries differ: rows 1, 2, 3, 4 are right",
    ),
    "too long": (
        dense_wrong(W=lambda R, *_: np.ones((2, 9))),
        ("wrong_shape",),
        "the shape is (2, 9), expected (5, 3)",
    ),
    "two": (dense_wrong(X=lambda R, *_: -R, W=lambda R, *_: R / 7), ("sign", "batch_averaged"), "b: right."),
    "a kernel that is not turned": (
        (
            convolution,
            instead(convolution_back, x=lambda R, x, kernel, G: np.convolve(G, kernel[::-1]), kernel=None),
            {"x": (11,), "kernel": (3,)},
        ),
        (),
        "x: wrong. For m = 11: the shape is right; every entry differs",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_gradient_is_told_what_it_is(name):
    (forward, backward, shapes), mistakes, says = WRONG[name]
    result = check_layer(forward, backward, **shapes)
    assert (result.status, result.mistakes) == ("wrong", mistakes), result
    assert says in result.message and set(mistakes) <= set(MISTAKES)
    assert "Look at key_idea(numeric_jacobian(" in result.message and "?." not in result.message


# Wrong in ways that the numbers give no name to: said is where they differ.
UNNAMED = {
    "columns not summed": (lambda X, c: X * c, lambda X, c, G: (G * c, G * X), {"X": (7, 5), "c": (7, 1)}),
    "last sample": dense_wrong(W=lambda R, X, W, b, G: X[-1:].T @ G[-1:]),
    "rows overwritten": (embedding, last_rows_win, {"index": INDEX, "table": (5, 3)}),
    "weights as they are": (lambda X, W: X @ W, lambda X, W, G: (G @ W, X.T @ G), {"X": (7, 5), "W": (5, 5)}),
    "the same sum forwards": (lambda X: np.cumsum(X, axis=0), lambda X, G: np.cumsum(G, axis=0), {"X": (7, 2)}),
    "statistics constant": (
        batch_norm,
        instead(batch_norm_back, X=lambda R, X, g, G: G * g / np.sqrt(X.var(axis=0) + EPS), gamma=None),
        {"X": (7, 5), "gamma": (5,)},
    ),
    "no skip": (residual, instead(residual_back, X=lambda R, X, W, G: R - G, W=None), {"X": (7, 5), "W": (5, 5)}),
    "rank 3 exchanged": (
        attention,
        instead(attention_back, Q=None, K=lambda R, *_: R.swapaxes(1, 2)),
        {"Q": (2, 3, 5), "K": (2, 5, 5)},
    ),
}


@pytest.mark.parametrize("name", UNNAMED)
def test_a_wrong_gradient_without_a_name_is_wrong(name):
    forward, backward, shapes = UNNAMED[name]
    result = check_layer(forward, backward, **shapes)
    assert result.status == "wrong" and set(result.mistakes) <= {"wrong_shape"}, result
    assert (
        "entries differ" in result.message or "every entry differs" in result.message or "expected (" in result.message
    )


def test_what_the_card_says_to_look_at_is_the_right_gradient():
    def backward(X, W, b, s, G):
        dX, dW, db, ds = gate_back(X, W, b, s, G)
        return dX, dW / s, db, ds

    result = check_layer(gate, backward, **DENSE, s=(1, 3))
    expression = result.message.partition("Look at ")[2].partition(", with both")[0]
    rng = np.random.default_rng(1)
    X, W, b, s, G = (rng.standard_normal(shape) for shape in ((7, 5), (5, 3), (1, 3), (1, 3), (7, 3)))
    names = {"key_idea": key_idea, "numeric_jacobian": numeric_jacobian, "forward": gate}
    found = eval(expression, names | {"X": X, "W": W, "b": b, "s": s, "G": G})
    assert np.allclose(found, gate_back(X, W, b, s, G)[1]) and "W: wrong" in result.message


def test_a_rule_that_holds_on_one_side_of_a_kink_is_not_right():
    result = check_layer(lambda X: np.maximum(X, 0), lambda X, G: G, X=(1,))
    assert (result.status, result.mistakes) == ("wrong", ("activation_not_undone",))


def test_zeros_are_called_zeros_and_not_a_formula_that_is_0_here():
    result = check_layer(lambda X: X[::-1], lambda X, G: 0 * G, X=(2, 3))
    assert result.status == "wrong" and "all of yours are 0" in result.message and result.mistakes == ()


def test_what_explains_one_draw_alone_is_not_named():
    def backward(X, G):
        return (3 if X[0, 0] > 0 else -1) * G * np.cos(X)

    assert {np.random.default_rng(0).standard_normal() > 0} == {True}  # the first draw; a later one is below 0
    result = check_layer(lambda X: np.sin(X), backward, X=(7, 5))
    assert result.status == "wrong" and result.mistakes == ()


def test_sums_that_are_kept_from_call_to_call_are_noticed():
    def backward(X, W, b, G, kept=[0]):  # noqa: B006 - the mistake
        kept[0] = kept[0] + X.T @ G
        return G @ W.T, kept[0], G.sum(axis=0, keepdims=True)

    result = check_layer(dense, backward, **DENSE)
    assert (result.status, result.mistakes) == ("wrong", ("other_each_time",))
    assert "backward gives other gradients when it is called again" in result.message


def test_zeros_and_repeats_are_drawn_where_forward_allows_them():
    mask = np.array([[1.0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0], [1, 1, 1]])

    def guessed(X, mask, G):  # from the output: wrong where an input is exactly 0
        kept = X * mask / 0.6
        return np.where(kept == 0, 0, G / 0.6), None

    result = check_layer(lambda X, mask: X * mask / 0.6, guessed, X=(5, 3), mask=mask)
    assert result.status == "wrong" and "It is right in 2 of 3 cases: all but those with zeros" in result.message
    right = check_layer(lambda X, mask: X * mask / 0.6, lambda X, mask, G: (G * mask / 0.6, None), X=(5, 3), mask=mask)
    assert right.status == "correct" and "in 3 draws" in right.message
    for forward, backward in (
        (lambda X: 1 / X, lambda X, G: -G / X**2),  # no value at 0: that draw is left out
        (lambda X: np.log(abs(X)), lambda X, G: G / X),
        (lambda X: np.maximum(X, 0), lambda X, G: G * (X >= 0)),  # a kink that only this draw meets: either is right
        (lambda X: np.maximum(X, 0), lambda X, G: G * (X > 0)),
        (lambda X: np.sort(X, axis=0), lambda X, G: np.take_along_axis(G, X.argsort(axis=0).argsort(axis=0), axis=0)),
    ):
        result = check_layer(forward, backward, X=(7, 5))
        assert result.status == "correct" and "except" not in result.message, result


def test_where_m_is_2_a_half_is_not_put_down_to_one_cause():
    result = check_layer(
        dense, instead(dense_back, X=None, W=lambda R, *_: R / 2, b=None), X=(2, 5), W=(5, 3), b=(1, 3)
    )
    assert result.mistakes == ("factor_two",) and "batch" not in result.message


def test_what_is_not_claimed_is_not_called_right():
    result = check_layer(dense, lambda X, W, b, G: (None, X.T @ G, None), **DENSE)
    assert result.status == "correct" and "X: not claimed. W: right. b: not claimed." in result.message


def test_an_integer_array_is_not_called_right_and_has_no_gradient():
    result = check_layer(embedding, embedding_back, index=INDEX, table=(5, 3))
    assert "index: no gradient, it does not hold floats. table: right." in result.message
    result = check_layer(dense, dense_back, **DENSE | {"X": np.arange(35).reshape(7, 5)})
    assert (result.status, result.mistakes) == ("wrong", ("wrong_type",))
    assert "a gradient for X, which holds no floats: pass X.astype(float), or give None for it" in result.message


def rms_norm(X):
    return X / np.sqrt((X**2).mean(axis=1, keepdims=True) + EPS)


@pytest.mark.parametrize(
    ("forward", "backward", "said"),
    [
        (
            rms_norm,
            lambda X, G: G / np.sqrt((X**2).mean(axis=1, keepdims=True) + EPS),
            "In each row, yours and the right one differ by a multiple of that row of X.",
        ),
        (lambda X: X - X.mean(axis=0), lambda X, G: G, "In each column, yours and the right one differ by a constant."),
        (
            lambda X: X + 0.1 * X @ np.ones((5, 5)),
            lambda X, G: G,
            "In each row, yours and the right one differ by a constant.",
        ),
        (lambda X: X[::-1] + X, lambda X, G: G, ""),
    ],
)
def test_what_is_missing_is_said_where_it_is_a_multiple_of_one_array_in_each_line(forward, backward, said):
    message = check_layer(forward, backward, X=(7, 5)).message
    assert said in message and (said != "") == ("differ by" in message)


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
    st.lists(st.integers(1, 4), min_size=0, max_size=2),
    st.integers(0, 99),
)
def test_any_linear_layer_is_right_and_wrong_where_one_entry_is_wrong(shape, out, seed):
    shape, out = tuple(shape), tuple(out)
    A = np.random.default_rng(seed).standard_normal((*out, *shape))

    def forward(X):
        return np.tensordot(A, X, axes=X.ndim)

    def backward(X, G):
        return np.tensordot(G, A, axes=G.ndim)

    def off(X, G):
        gradient = np.array(backward(X, G))
        gradient.flat[seed % gradient.size] += 1 + seed
        return gradient

    assert check_layer(forward, backward, X=shape).status == "correct"
    assert check_layer(forward, off, X=shape).status == "wrong"


FUNCTIONS = {
    "tanh": (np.tanh, lambda X: 1 - np.tanh(X) ** 2),
    "sigmoid": (lambda X: 1 / (1 + np.exp(-X)), lambda X: np.exp(-X) / (1 + np.exp(-X)) ** 2),
    "square": (np.square, lambda X: 2 * X),
    "leaky": (lambda X: np.where(X > 0, X, 0.1 * X), lambda X: np.where(X > 0, 1.0, 0.1)),
    "exp": (np.exp, np.exp),
    "sin": (lambda X: np.sin(5 * X), lambda X: 5 * np.cos(5 * X)),
}


@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(st.integers(1, 5), min_size=1, max_size=3))
def test_any_elementwise_layer_is_right_and_its_undone_G_is_not(name, shape):
    f, f_prime = FUNCTIONS[name]
    assert check_layer(lambda X: f(X), lambda X, G: G * f_prime(X), X=tuple(shape)).status == "correct"
    assert check_layer(lambda X: f(X), lambda X, G: G, X=tuple(shape)).status == "wrong"


@given(st.integers(0, 10**6), st.sampled_from(["X", "W", "b"]))
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
    result = check_layer(dense, instead(dense_back, **{"X": None, "W": None, "b": None} | {which: change}), **DENSE)
    assert (result.status, result.mistakes) == (
        "wrong",
        (),
    ) and f"{which}: wrong. For m = 7: the shape is right" in result.message


def test_a_kink_is_left_out_and_said():
    X = np.array([[0.0, 1.0, -2.0], [3.0, -1.0, 0.0]])
    result = check_layer(lambda X: np.maximum(X, 0), lambda X, G: G * (X > 0), X=X)
    assert result.status == "correct"
    assert "X: right (except where forward has a kink or a jump)." in result.message
    assert check_layer(lambda X: np.maximum(X, 0), lambda X, G: G * (X >= 0), X=X) == result
    wrong = check_layer(lambda X: np.maximum(X, 0), lambda X, G: G * (X < 0), X=X)
    assert wrong.status == "wrong" and "4 of 6 entries differ" in wrong.message


def test_where_all_are_kinks_nothing_is_decided():
    result = check_layer(lambda X: abs(X), lambda X, G: G * np.sign(X), X=np.zeros((2, 3)))
    assert result.status == "error" and "X: not decided, forward has a kink" in result.message


@pytest.mark.parametrize("edge", [0.0, 0.5])
def test_jumps_do_not_hide_a_wrong_entry(edge):
    def forward(X):
        return X * 1.0 + 1e3 * (edge <= X)

    result = check_layer(forward, lambda X, G: G * (1 + 1e-3 * (X > 2)), X=np.array([edge, 1.0, 3.0]))
    assert result.status == "wrong" and "1 of 3 entries differ" in result.message and "(2,)" in result.message


def test_numbers_that_cancel_within_forward_are_no_kinks():
    def forward(Z):
        return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))

    result = check_layer(forward, lambda Z, G: G - softmax(Z) * G.sum(axis=1, keepdims=True), Z=(7, 1))
    assert result.status == "correct" and "kink" not in result.message


def test_random_numbers_in_forward_are_noticed():
    rng = np.random.default_rng()
    state = np.random.get_state()[1].copy()
    for draw in (np.random.rand, lambda *shape: rng.random(shape)):
        result = check_layer(lambda X, draw=draw: X * (draw(*X.shape) > 0.5), lambda X, G: G, X=(7, 5))
        assert result.status == "error" and "other results for the same arguments" in result.message
        assert "seed" in result.message and "mask" in result.message
    assert (np.random.get_state()[1] == state).all()


def test_random_numbers_are_noticed_before_the_long_measurement():
    calls = []
    check_layer(lambda X: calls.append(1) or X * np.random.rand(), lambda X, G: G, X=(7, 5))
    assert len(calls) == 2


def test_a_state_that_drifts_is_noticed():
    calls = []
    result = check_layer(lambda X: calls.append(1) or X * (1 + (len(calls) > 20)), lambda X, G: G, X=(7, 5))
    assert result.status == "error" and "other results for the same arguments" in result.message


def test_a_mask_as_an_argument_is_fine():
    mask = np.random.default_rng(0).random((7, 5)) > 0.5
    result = check_layer(lambda X, mask: X * mask, lambda X, mask, G: G * mask, X=(7, 5), mask=mask)
    assert result.status == "correct"


def test_writing_into_the_arguments_is_noticed():
    def forward(X):
        X *= 2
        return X

    def backward(X, G):
        G *= 2
        return G

    result = check_layer(forward, backward, X=(7, 5))
    assert (result.status, result.mistakes) == ("wrong", ("mutates_input",))
    assert "forward writes into the arrays that it was given: work on a copy. backward writes" in result.message
    assert result.message.count("writes") == 2
    given = np.ones((2, 2))
    check_layer(forward, backward, X=given)
    assert (given == 1).all()


def fails(text):
    raise ValueError(text)


BACKWARD_GIVES = {
    "none": (lambda *a: print(), "wrong", "wrong_type", "backward gave None (is there no return?)"),
    "two": (
        lambda *a: dense_back(*a)[:2],
        "wrong",
        "wrong_type",
        "2 gradients; expected a gradient for each of X, W, b",
    ),
    "one array": (
        lambda *a: dense_back(*a)[0],
        "wrong",
        "wrong_type",
        "an object of type ndarray; expected a gradient for each of X, W, b",
    ),
    "all none": (lambda *a: (None, None, 1j), "wrong", "wrong_type", "an object of type complex for b"),
    "other names": (
        lambda *a: {"dX": 1},
        "wrong",
        "wrong_type",
        "type dict; expected a gradient for each of X, W, b",
    ),
    "lists": (lambda *a: [R.tolist() for R in dense_back(*a)], "wrong", "wrong_type", "an object of type list for X"),
    "text": (lambda *a: "abc", "wrong", "wrong_type", "an object of type str"),
    "texts": (lambda *a: list("abc"), "wrong", "wrong_type", "an object of type str for X"),
    "error": (lambda *a: fails("no such luck"), "error", "raises", "backward raises ValueError"),
    "exit": (lambda *a: exit(), "error", "raises", "backward calls exit()"),  # noqa: PLR1722
}


@pytest.mark.parametrize("name", BACKWARD_GIVES)
def test_what_is_no_gradient_is_named(name):
    backward, status, mistake, says = BACKWARD_GIVES[name]
    result = check_layer(dense, backward, **DENSE)
    assert (result.status, result.mistakes) == (status, (mistake,)) and says in result.message, result


def recursion(X):
    return recursion(X)


FORWARD_GIVES = {
    "none": (lambda X: print(), "wrong_type", "an object of type None, expected one array Z"),
    "pair": (lambda X: (X, X), "wrong_type", "an object of type tuple"),
    "integers": (lambda X: (X > 0).astype(int), "wrong_type", "an array of int64, expected one array Z of float64"),
    "float32": (lambda X: X.astype(np.float32), "wrong_type", "an array of float32"),
    "complex": (lambda X: X * 1j, "wrong_type", "complex128"),
    "nan": (lambda X: np.log(X), "not_finite", "X=np.array(...)"),
    "nothing": (lambda X: X[:0], "wrong_shape", "an array without entries"),
    "error": (lambda X: X @ X, "raises", "forward raises ValueError"),
    "recursion": (recursion, "raises", "forward raises RecursionError"),
    "exit": (lambda X: exit(), "raises", "forward calls exit()"),  # noqa: PLR1722
}


@pytest.mark.parametrize("name", FORWARD_GIVES)
def test_a_forward_that_cannot_be_measured_is_named(name):
    forward, mistake, says = FORWARD_GIVES[name]
    result = check_layer(forward, lambda X, G: G, X=(7, 5))
    assert (result.status, result.mistakes) == ("error", (mistake,)) and says in result.message, result


def test_an_endless_loop_is_stopped_and_the_kernel_lives():
    def endless(X, G=None):
        while True:
            pass

    for forward, backward, which in ((endless, lambda X, G: G, "forward"), (lambda X: X, endless, "backward")):
        result = _check(forward, backward, {"X": (3, 2)}, 0.1)
        assert (result.status, result.mistakes) == ("error", ("too_slow",))
        assert f"{which} was stopped after 0.1 seconds" in result.message


def test_a_layer_that_is_slow_but_ends_is_told_to_be_smaller():
    def slow(X):
        end = time.monotonic() + 0.01
        while time.monotonic() < end:
            pass
        return X

    result = _check(slow, lambda X, G: G, {"X": (7, 5)}, 0.1)
    assert result.mistakes == ("too_slow",) and "Smaller sizes need fewer calls." in result.message


def test_what_is_printed_and_warned_is_kept_apart(capsys):
    def forward(X):
        print("forward was here")
        return np.sqrt(X * 0 - 1) * 0 if X[0, 0] > 1e9 else X * 1.0

    def backward(X, G):
        warnings.warn("be careful", stacklevel=1)
        return G

    result = check_layer(forward, backward, X=(3, 2))
    assert result.status == "correct" and capsys.readouterr().out == ""
    assert "forward was here" in result.printed and "warning: be careful" in result.printed


def test_settings_are_as_they_were():
    def forward(X):
        np.seterr(all="raise")
        return X * 1.0

    before = np.geterr()
    assert check_layer(forward, lambda X, G: G, X=(3, 2)).status == "correct"
    assert np.geterr() == before


def test_a_stub_is_not_attempted():
    def stub(X, G):
        """Not written yet."""

    def stub_forward(X): ...

    assert check_layer(lambda X: X, stub, X=(3, 2)).status == "not attempted"
    assert check_layer(stub_forward, lambda X, G: G, X=(3, 2)).status == "not attempted"


SIGNATURES = {
    "G first": (lambda G, X, W, b: None, "in this order"),
    "another name first": (lambda dout, X, W, b: None, "in this order"),
    "too few": (lambda X, W, G: None, "in this order"),
    "Z too": (lambda X, W, b, G, Z: None, "whatever else it needs, such as Z, it computes from these"),
    "no G": (lambda X, W, b: None, "with 4 arguments"),
    "keyword": (lambda X, W, b, *, G: None, "with 4 arguments"),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_backward_that_takes_other_arguments_is_told_which(name):
    backward, says = SIGNATURES[name]
    result = check_layer(dense, backward, **DENSE)
    assert result.status == "error" and says in result.message and "backward(X, W, b, G)" in result.message


def test_an_argument_may_be_called_G():
    result = check_layer(lambda X, G: X * G, lambda X, G, dZ: (dZ * G, dZ * X), X=(3, 2), G=(3, 2))
    assert result.status == "correct"


def test_backward_may_have_defaults_and_stars():
    assert check_layer(dense, lambda *arguments, scale=1: dense_back(*arguments), **DENSE).status == "correct"
    assert check_layer(dense, lambda X, W, b, grad, cache=None: dense_back(X, W, b, grad), **DENSE).status == "correct"


BAD = {
    "forward a string": ("forward", lambda X, G: G, {"X": (3, 2)}, TypeError, "forward is str"),
    "backward a class": (lambda X: X, Cached, {"X": (3, 2)}, TypeError, "backward is type"),
    "no names": (np.add, lambda X, G: G, {"X": (3, 2)}, TypeError, "."),
    "star": (lambda *X: X, lambda X, G: G, {"X": (3, 2)}, TypeError, r"forward takes \(\*X\)"),
    "keyword only": (lambda X, *, W: X, lambda X, G: G, {"X": (3, 2)}, TypeError, r"forward takes \(X, \*, W\)"),
    "no arguments": (lambda: 1.0, lambda G: G, {}, TypeError, r"forward takes \(\)"),
    "no shapes": (dense, dense_back, {}, TypeError, r"shapes for \(\), expected shapes .*X=\(7, 5\)"),
    "other name": (
        dense,
        dense_back,
        DENSE | {"V": (1,)},
        TypeError,
        r"shapes for \(X, W, b, V\), expected shapes for forward's \(X, W, b\)",
    ),
    "missing": (
        dense,
        dense_back,
        {"X": (7, 5), "b": (1, 3)},
        TypeError,
        r"shapes for \(X, b\), expected shapes for forward's \(X, W, b\)",
    ),
    "a number": (dense, dense_back, DENSE | {"b": 3}, TypeError, r"b is int 3, expected a shape such as \(7, 5\)"),
    "a float size": (
        dense,
        dense_back,
        DENSE | {"b": (1, 3.0)},
        TypeError,
        "a size in b is float 3.0, expected a whole number",
    ),
    "a boolean size": (dense, dense_back, DENSE | {"b": (True, 3)}, TypeError, "a size in b is bool"),
    "nested": (dense, dense_back, DENSE | {"b": [[1.0, 2.0]]}, TypeError, "a size in b is list"),
    "zero": (dense, dense_back, DENSE | {"X": (0, 5)}, ValueError, "a size in X is 0, expected a whole number"),
    "negative": (dense, dense_back, DENSE | {"X": (-7, 5)}, ValueError, "a size in X is -7"),
    "an empty array": (dense, dense_back, DENSE | {"X": np.ones((0, 5))}, ShapeError, "X has shape"),
    "complex": (dense, dense_back, DENSE | {"X": np.ones((7, 5)) * 1j}, TypeError, "X has dtype complex128"),
    "masked": (dense, dense_back, DENSE | {"X": np.ma.ones((7, 5))}, TypeError, "X is MaskedArray"),
    "NaN": (dense, dense_back, DENSE | {"X": np.full((7, 5), np.nan)}, ValueError, r"X\[0, 0\] is nan"),
    "integers only": (
        lambda i: i * 1.0,
        lambda i, G: G,
        {"i": np.arange(3)},
        ValueError,
        "no argument holds real numbers",
    ),
    "huge": (dense, dense_back, {"X": (10**9, 10**9), "W": (10**9, 3), "b": (1, 3)}, ValueError, "at least 1,000,0"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_refused_by_name(name):
    forward, backward, shapes, error, says = BAD[name]
    with pytest.raises(error, match=says) as caught:
        check_layer(forward, backward, **shapes)
    assert str(caught.value).startswith("check_layer(forward, backward, **shapes): ")


def test_tensors_that_are_too_large_are_refused_with_sizes_that_do():
    with pytest.raises(ValueError, match="expected at most 1,000,000") as caught:
        check_layer(dense, dense_back, X=(64, 100), W=(100, 64), b=(1, 64))
    entries = 64 * 64 * (6400 + 6400 + 64)
    assert f"{entries:,} entries" in str(caught.value) and entries > MOST_ENTRIES


def test_the_same_check_gives_the_same_card():
    wrong = dense_wrong(W=lambda R, *_: np.sin(R))
    first, second = (check_layer(*wrong[:2], **wrong[2]) for _ in range(2))
    assert repr(first) == repr(second) and "W: wrong" in first._repr_html_()
