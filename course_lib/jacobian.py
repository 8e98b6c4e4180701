"""Jacobians of any rank, and the key idea: the chain rule as one contraction over every index of Y (rows S1 to S4).

A Jacobian dY/dX has the result's indexes first, then those of X: dY_dX[j + i] = dY[j] / dX[i] for tuples j and i.
"""

import numpy as np
from jaxtyping import Shaped

from course_lib.shapes import Array, ShapeError, plain_array, shape_checked


@shape_checked
def transpose_of_product(A: Shaped[np.ndarray, "m k"], B: Shaped[np.ndarray, "k n"]) -> Shaped[np.ndarray, "n m"]:
    """(A B)^T = B^T A^T (row S1)."""
    return B.T @ A.T


@shape_checked
def inverse_of_product(A: Shaped[np.ndarray, "n n"], B: Shaped[np.ndarray, "n n"]) -> Shaped[np.ndarray, "n n"]:
    """(A B)^-1 = B^-1 A^-1 (row S1), for square invertible A and B only (slip E7); floats.

    Raises numpy.linalg.LinAlgError where A or B has no inverse, TypeError for Fractions.
    """
    if A.dtype == object:
        raise TypeError("inverse_of_product(A, B): A and B hold Fractions, expected floats")
    return np.linalg.inv(B) @ np.linalg.inv(A)


@shape_checked
def chain(dy_dx: Shaped[np.ndarray, "n_y n_x"], dx_dz: Shaped[np.ndarray, "n_x n_z"]) -> Shaped[np.ndarray, "n_y n_z"]:
    """dy/dz = dy/dx dx/dz for vectors, where y depends on z through x alone (row S3).

    For y = A x this is A dx/dz, provided that A does not depend on z (slip E8).
    """
    return dy_dx @ dx_dz


@shape_checked
def key_idea(dY_dX: Array, dz_dY: Array):
    """grad_X z = sum over j of (grad_X Y_j) dz/dY_j, where j runs over every index of Y (row S4).

    dY_dX: the Jacobian, of shape Y.shape + X.shape. dz_dY: the gradient of a number z, of the shape of Y.
    Returns the gradient of z with respect to X, of the shape of X. Any ranks; floats, or Fractions (then exact).
    Raises ShapeError if the shape of dY_dX does not begin with the shape of dz_dY.
    """
    if dY_dX.shape[: dz_dY.ndim] != dz_dY.shape:
        raise ShapeError(
            f"key_idea(dY_dX, dz_dY): dY_dX has shape {dY_dX.shape}, expected Y.shape + X.shape: "
            f"it must begin with {dz_dY.shape} because dz_dY, which has the shape of Y, is {dz_dY.shape}."
        )
    return np.tensordot(dz_dY, dY_dX, axes=dz_dY.ndim)


def numeric_jacobian(f, X, method="central"):
    """dY/dX of Y = f(X) without any formula: move one entry of X at a time, and watch all of Y.

    f: a function from an array to an array (or number), of any ranks. X: floats. Returns Y.shape + X.shape.

    method: "central" takes (f(X + h) - f(X - h)) / 2h, with an error near 1e-10 for values near 1. "complex" takes
    the imaginary part of f(X + ih) / h, with an error near 1e-16, for analytic f: one that does not
    use abs, maximum or comparisons of the entries that move (Squire and Trapp 1998).

    Raises TypeError if X or Y is not made of real floats, ValueError for NaN or infinity in X or Y, for another
    method, and where the complex step finds that f drops the imaginary part; ShapeError if Y changes its shape.
    """
    if not callable(f):
        raise TypeError(f"numeric_jacobian(f, X): f is a {type(f).__name__}, expected a function")
    if method not in ("central", "complex"):
        raise ValueError(f"numeric_jacobian(f, X, method): method is {method!r}, expected 'central' or 'complex'")
    X = np.array(_real_floats("X", X), dtype=float)
    Y = _real_floats("f(X)", f(X.copy()))
    columns = np.empty(X.shape + Y.shape)
    for i in np.ndindex(X.shape):
        columns[i] = (_complex_step if method == "complex" else _central_difference)(f, X, i, Y.shape)
    return np.moveaxis(columns, range(X.ndim), range(Y.ndim, Y.ndim + X.ndim))


def _central_difference(f, X, i, shape):
    h = np.cbrt(np.finfo(float).eps) * max(1.0, abs(X[i]))
    up, down = X.copy(), X.copy()
    up[i] += h
    down[i] -= h
    width = up[i] - down[i]  # taken now: f may change its argument
    return (_value("f(X + h)", f(up), shape) - _value("f(X - h)", f(down), shape)) / width


def _complex_step(f, X, i, shape):
    h = 1e-200  # nothing is subtracted, so h can be as small as one likes
    moved = X.astype(complex)
    moved[i] += 1j * h
    Y = np.asarray(f(moved))
    if Y.dtype.kind != "c":
        raise ValueError(
            "numeric_jacobian(f, X, method='complex'): f gave real numbers for complex ones, so it is not analytic "
            "(abs, maximum, a cast?): use method='central'"
        )
    return _value("f(X + ih)", Y.imag, shape) / h


def _value(name, Y, shape):
    Y = _real_floats(name, Y)
    if Y.shape != shape:
        raise ShapeError(f"numeric_jacobian(f, X): {name} has shape {Y.shape}, but f(X) has {shape}.")
    return Y


def _real_floats(name, A):
    A = plain_array(f"numeric_jacobian(f, X): {name}", A)
    if A.dtype.kind != "f":
        raise TypeError(f"numeric_jacobian(f, X): {name} has dtype {A.dtype}, expected real floats")
    if not np.isfinite(A).all():
        raise ValueError(f"numeric_jacobian(f, X): {name} is not finite everywhere, expected finite numbers")
    return A
