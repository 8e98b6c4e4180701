"""The layers of notebook 10, as its cells define them, beside autograd: the forward passes are written here anew."""

import re

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from reference import normalized
from test_notebooks import code_cells, read

CELLS = code_cells(read("10_any_layer"))
RNG = np.random.default_rng(4)


@pytest.fixture(scope="module")
def layers():
    """The functions that the notebook's cells define."""
    space = {"np": np, "eps": 1e-5, "sliding_window_view": np.lib.stride_tricks.sliding_window_view}
    for cell in CELLS:
        if "# your code" not in cell.source:
            for function in re.findall(r"^def .+?(?=^\S|\Z)", cell.source, re.MULTILINE | re.DOTALL):
                exec(function, space)  # noqa: S102 - the notebook's own functions
    return space


def softmax(X):
    return anp.exp(X) / anp.exp(X).sum(axis=-1, keepdims=True)


def convolved(x, w):
    return anp.stack([anp.dot(x[i : i + len(w)], w) for i in range(len(x) - len(w) + 1)])


def attended(X, Q, K, V):
    S = anp.dot(anp.dot(X, Q), anp.dot(X, K).T) / Q.shape[1] ** 0.5
    return anp.dot(softmax(S), anp.dot(X, V))


def convolved_in_2d(X, W):
    (p, q), (m, n) = W.shape, X.shape
    rows = [[(X[i : i + p, j : j + q] * W).sum() for j in range(n - q + 1)] for i in range(m - p + 1)]
    return anp.array(rows)


def attended_by_heads(X, Q, K, V):
    return anp.stack([attended(X, *each) for each in zip(Q, K, V, strict=True)])


@pytest.mark.parametrize(
    ("back", "forward", "shapes"),
    [
        ("convolution_back", convolved, [11, 3]),
        ("convolution_2d_back", convolved_in_2d, [(7, 5), (3, 2)]),
        ("softmax_back", softmax, [(7, 5)]),
        ("layer_norm_back", lambda X, gamma, beta: gamma * normalized(X, axis=1) + beta, [(7, 5), 5, 5]),
        ("tied_back", lambda X, W: anp.dot(anp.dot(X, W), W.T), [(7, 5), (5, 3)]),
        ("max_pool_back", lambda X: anp.maximum(X[:, ::2], X[:, 1::2]), [(7, 6)]),
        ("attention_back", attended, [(7, 5), (5, 3), (5, 3), (5, 2)]),
        ("heads_back", attended_by_heads, [(7, 5), (2, 5, 3), (2, 5, 3), (2, 5, 4)]),
    ],
)
def test_its_gradients_are_autograds(layers, back, forward, shapes):
    arrays = [RNG.standard_normal(shape) for shape in shapes]
    G = RNG.standard_normal(forward(*arrays).shape)
    found = layers[back](*arrays, G)
    found = found if isinstance(found, tuple) else (found,)
    for k, ours in enumerate(found):
        theirs = grad(lambda *each: (forward(*each) * G).sum(), k)(*arrays)
        np.testing.assert_allclose(ours, theirs, atol=1e-10)


def test_an_embeddings_gradient_is_autograds(layers):
    E, t, G = RNG.standard_normal((5, 3)), np.array([3, 0, 3, 1]), RNG.standard_normal((4, 3))
    theirs = grad(lambda E: (E[t] * G).sum())(E)
    np.testing.assert_allclose(layers["embedding_back"](E, t, G)["E"], theirs)
