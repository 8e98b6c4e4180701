"""Initializers: shapes, variances, orthogonality, and the same weights for the same generator."""

import numpy as np
import pytest
from reference import assert_close

from course_lib import initializers

N_IN, N_OUT = 300, 200
VARIANCES = {
    "zeros": 0.0,
    "normal": 0.25,
    "fan_in_uniform": 1 / (3 * N_IN),
    "glorot_uniform": 2 / (N_IN + N_OUT),
    "glorot_normal": 2 / (N_IN + N_OUT),
    "he_normal": 2 / N_IN,
    "orthogonal": 1 / N_IN,
}


def initializer(name):
    return initializers.normal(0.5) if name == "normal" else getattr(initializers, name)


def draw(name, n_in, n_out, seed=0):
    return initializer(name)(n_in, n_out, np.random.default_rng(seed))


@pytest.mark.parametrize("name", VARIANCES)
def test_the_mean_is_0_and_the_variance_is_the_one_in_the_docstring(name):
    W, variance = draw(name, N_IN, N_OUT), VARIANCES[name]
    assert W.shape == (N_IN, N_OUT)
    assert abs(W.mean()) <= 5 * np.sqrt(variance / W.size)
    # the variance of n squares is at most 2 variance^2 / n for these distributions: five standard errors
    assert abs((W**2).mean() - variance) <= 5 * variance * np.sqrt(2 / W.size)
    if name.endswith("uniform"):  # which fill their interval, and no more
        assert 0.999 * np.sqrt(3 * variance) < abs(W).max() <= np.sqrt(3 * variance)
    elif "normal" in name:
        assert (abs(W) < np.sqrt(variance)).mean() == pytest.approx(0.682689, abs=5 * np.sqrt(0.22 / W.size))


@pytest.mark.parametrize(("n_in", "n_out"), [(7, 5), (5, 7), (5, 5), (1, 4)])
def test_orthogonal_weights_have_orthonormal_columns_or_rows(n_in, n_out):
    W = draw("orthogonal", n_in, n_out)
    assert W.shape == (n_in, n_out)
    assert_close(W.T @ W if n_in >= n_out else W @ W.T, np.eye(min(n_in, n_out)))
    rng = np.random.default_rng(1)
    corners = np.sign([np.diag(initializers.orthogonal(2, 2, rng)) for _ in range(400)])
    assert (abs(corners.mean(axis=0)) < 5 / np.sqrt(400)).all()  # no sign is preferred


@pytest.mark.parametrize("name", VARIANCES)
def test_the_generator_decides_and_a_size_of_0_gives_an_empty_W(name):
    rng = np.random.default_rng(1)
    first, second = (initializer(name)(5, 3, rng) for _ in range(2))
    assert np.array_equal(first, draw(name, 5, 3, seed=1)) and (name == "zeros") == np.array_equal(first, second)
    for shape in [(0, 3), (3, 0), (0, 0)]:
        assert draw(name, *shape).shape == shape
