"""Initializers: `(n_in, n_out, rng) -> W` of shape (n_in, n_out), where rng is a `numpy.random.Generator`.

The entries have mean 0; a size of 0 gives an empty W. Raises TypeError for sizes that are not whole numbers or an rng
that is no Generator, ValueError for sizes below 0.
"""

import numpy as np
from jaxtyping import Shaped

from course_lib.arguments import Number
from course_lib.shapes import shape_checked

_Weights = Shaped[np.ndarray, "n_in n_out"]
_Generator = np.random.Generator


@shape_checked
def zeros(n_in: int, n_out: int, rng: _Generator) -> _Weights:
    """All zeros: every unit of a hidden layer then stays the same as every other."""
    return np.zeros((n_in, n_out))


@shape_checked
def normal(std: Number(0)):
    """Return the initializer that draws from the normal distribution of standard deviation `std`, at least 0."""

    @shape_checked
    def normal_with_std(n_in: int, n_out: int, rng: _Generator) -> _Weights:
        return float(std) * rng.standard_normal((n_in, n_out))

    return normal_with_std


@shape_checked
def fan_in_uniform(n_in: int, n_out: int, rng: _Generator) -> _Weights:
    """Uniform between -1/sqrt(n_in) and 1/sqrt(n_in), with variance 1 / (3 n_in): what was standard before 2010."""
    limit = 1 / np.sqrt(max(1, n_in))
    return rng.uniform(-limit, limit, (n_in, n_out))


@shape_checked
def glorot_uniform(n_in: int, n_out: int, rng: _Generator) -> _Weights:
    """Uniform with variance 2 / (n_in + n_out) (Glorot and Bengio 2010, "normalized initialization")."""
    limit = np.sqrt(6 / max(1, n_in + n_out))
    return rng.uniform(-limit, limit, (n_in, n_out))


@shape_checked
def glorot_normal(n_in: int, n_out: int, rng: _Generator) -> _Weights:
    """Normal with variance 2 / (n_in + n_out) (Glorot and Bengio 2010)."""
    return np.sqrt(2 / max(1, n_in + n_out)) * rng.standard_normal((n_in, n_out))


@shape_checked
def he_normal(n_in: int, n_out: int, rng: _Generator) -> _Weights:
    """Normal with variance 2 / n_in, made for relu (He et al. 2015); not truncated, unlike Keras's."""
    return np.sqrt(2 / max(1, n_in)) * rng.standard_normal((n_in, n_out))


@shape_checked
def orthogonal(n_in: int, n_out: int, rng: _Generator) -> _Weights:
    """Orthonormal columns if n_in >= n_out, else orthonormal rows (Saxe et al. 2014)."""
    Q, R = np.linalg.qr(rng.standard_normal((max(n_in, n_out), min(n_in, n_out))))
    Q = Q * np.sign(np.diag(R))  # so that every orthogonal matrix is equally likely
    return Q if n_in >= n_out else Q.T
