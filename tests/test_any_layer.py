"""The layers of notebook 10, as its cells define them, beside autograd: the forward passes are written here anew."""

import re
from pathlib import Path

import autograd.numpy as anp
import nbformat
import numpy as np
import pytest
from autograd import grad

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "10_any_layer.ipynb"
RNG = np.random.default_rng(4)


@pytest.fixture(scope="module")
def layers():
    """The functions that the notebook's cells define."""
    space = {"np": np, "eps": 1e-5}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type == "code" and not re.search("# your code", cell.source):
            for function in re.findall(r"^def .+?(?=^\S|\Z)", cell.source, re.MULTILINE | re.DOTALL):
                exec(function, space)  # noqa: S102 - the notebook's own functions
    return space


def softmax(X):
    return anp.exp(X) / anp.exp(X).sum(axis=-1, keepdims=True)


def normed(X, gamma, beta):
    C = X - X.mean(axis=1, keepdims=True)
    return gamma * C / anp.sqrt((C * C).mean(axis=1, keepdims=True) + 1e-5) + beta


def convolved(x, w):
    return anp.stack([anp.dot(x[i : i + len(w)], w) for i in range(len(x) - len(w) + 1)])


def attended(X, Q, K, V):
    S = anp.dot(anp.dot(X, Q), anp.dot(X, K).T) / Q.shape[1] ** 0.5
    return anp.dot(softmax(S), anp.dot(X, V))


SENTENCE = [[word.count(c) for c in "aeotn"] for word in ["a", "gradient", "has", "the", "shape", "of", "the", "thing"]]


@pytest.mark.parametrize(
    ("back", "forward", "arrays"),
    [
        ("convolution_back", convolved, [RNG.standard_normal(n) for n in (11, 3)]),
        ("softmax_back", softmax, [RNG.standard_normal((7, 5))]),
        ("layer_norm_back", normed, [RNG.standard_normal(n) for n in ((7, 5), 5, 5)]),
        ("tied_back", lambda X, W: anp.dot(anp.dot(X, W), W.T), [RNG.standard_normal(n) for n in ((7, 5), (5, 3))]),
        ("max_pool_back", lambda X: anp.maximum(X[:, ::2], X[:, 1::2]), [RNG.standard_normal((7, 6))]),
        ("attention_back", attended, [np.array(SENTENCE, float), *RNG.standard_normal((3, 5, 3))]),
    ],
)
def test_its_gradients_are_autograds(layers, back, forward, arrays):
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
