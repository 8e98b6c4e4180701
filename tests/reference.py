"""What the tests compare the course with: sums written out index by index, and forward passes for autograd.

Nothing here uses a formula of course_lib. The sums come from the definitions, one Python loop for each index, and run
in exact arithmetic where their entries are Fractions. The forward passes are for the `autograd` package.
"""

import itertools
from fractions import Fraction

import autograd.numpy as anp
import numpy as np

LEAK, GELU_CUBIC = 0.01, 0.044715

ACTIVATIONS = {
    "identity": lambda Z: Z,
    "sigmoid": lambda Z: 1 / (1 + anp.exp(-Z)),
    "tanh": lambda Z: (anp.exp(Z) - anp.exp(-Z)) / (anp.exp(Z) + anp.exp(-Z)),
    "relu": lambda Z: anp.where(Z > 0, Z, 0.0),
    "leaky_relu": lambda Z: anp.where(Z > 0, Z, LEAK * Z),
    "softplus": lambda Z: anp.logaddexp(0.0, Z),
    "gelu": lambda Z: Z / 2 * (1 + anp.tanh((2 / anp.pi) ** 0.5 * (Z + GELU_CUBIC * Z**3))),
}
LOSSES = {
    "mse": lambda O, target: anp.mean(anp.sum((O - target) ** 2, axis=1)) / 2,
    "softmax_cross_entropy": lambda Z, target: (
        -anp.mean(anp.sum(target * (Z - anp.log(anp.sum(anp.exp(Z), axis=1, keepdims=True))), axis=1))
    ),
}
REGULARIZERS = {"none": lambda W: 0.0, "l2": lambda W: anp.sum(W * W) / 2, "l1": lambda W: anp.sum(anp.abs(W))}


def normalized(Z, axis):
    """Z with mean 0 and variance 1 over one axis but for epsilon, 1e-5, for autograd."""
    centred = Z - anp.mean(Z, axis=axis, keepdims=True)
    return centred / anp.sqrt(anp.mean(centred**2, axis=axis, keepdims=True) + 1e-5)


def objective(parameters, X, target, activations, loss, regularizer, lam, residual=False, axis=None):
    """J of a network, for autograd. activations: one name for each layer.

    residual: whether hidden layers as wide as their input add it. A layer that also has gamma and beta is normalized
    over the axis.
    """
    O = X
    for l, ((W, b, *scale_and_shift), activation) in enumerate(zip(parameters, activations, strict=True)):
        Y = anp.dot(O, W) + b
        if scale_and_shift:
            Y = normalized(Y, axis) * scale_and_shift[0] + scale_and_shift[1]
        is_past = residual and l < len(parameters) - 1 and W.shape[0] == W.shape[1]
        O = ACTIVATIONS[activation](Y) + (O if is_past else 0)
    return LOSSES[loss](O, target) + lam * sum(REGULARIZERS[regularizer](W) for W, *_ in parameters)


def contract(dY_dX, dz_dY):
    """The key idea, by brute force: entry i is the sum over every index j of Y of dY[j]/dX[i] dz/dY[j]."""
    total = zeros_like_shape(dY_dX.shape[dz_dY.ndim :], dY_dX)
    for i in np.ndindex(total.shape):
        for j in np.ndindex(dz_dY.shape):
            total[i] += dY_dX[j + i] * dz_dY[j]
    return total


def matmul(A, B):
    """A B, one sum for each entry: entry (i, j) is the sum over k of A[i, k] B[k, j]."""
    return np.array([[sum(a * b for a, b in zip(row, column, strict=True)) for column in B.T] for row in A])


def exact_tensor(f, X):
    """dY/dX of Fractions, (*Y.shape, *X.shape): without error where Y = f(X) is a polynomial of degree 4 or less near X."""

    def slope(i, h):
        E = zeros_like_shape(X.shape, X)
        E[i] = h
        return np.asarray((f(X + E) - f(X - E)) / (2 * h), dtype=object)

    h = Fraction(1, 64)
    columns = [(4 * slope(i, h / 2) - slope(i, h)) / 3 for i in np.ndindex(X.shape)]
    return np.stack(columns, axis=-1).reshape(*np.shape(columns[0]), *X.shape)


def fractions(rng, *shape):
    """Random Fractions, of which some are 0 and most are no float."""
    return np.vectorize(Fraction, otypes=[object])(rng.integers(-9, 10, shape), rng.integers(1, 8, shape))


def flat(layers):
    """The entries of all arrays of all layers, one after another."""
    return np.concatenate([np.ravel(P) for layer in layers for P in layer])


def one_hot(rng, m, n_out):
    return np.eye(n_out)[rng.integers(n_out, size=m)]


def zeros_like_shape(shape, like):
    """Zeros of the kind of `like`: floats of its dtype, or Fractions."""
    return np.full(shape, Fraction(0) if like.dtype == object else 0, like.dtype)


def assert_exactly(A, expected):
    """Equal without tolerance: the same shape, and every entry a Fraction."""
    assert A.shape == expected.shape
    assert all(isinstance(entry, Fraction) for entry in itertools.chain(A.flat, expected.flat))
    assert (A == expected).all()


def assert_close(A, expected, tolerance=1e-12):
    """Equal shapes, and no entry differs by more than the tolerance times the largest entry (at least 1)."""
    A, expected = np.asarray(A), np.asarray(expected)
    assert A.shape == expected.shape
    if A.size:
        assert abs(A - expected).max() <= tolerance * max(1.0, abs(expected).max())
