"""Jacobians of any rank, and the key idea: the chain rule as one contraction over every index of Y (rows S1 to S4).

A Jacobian dY/dX has the result's indexes first, then those of X: dY_dX[j + i] = dY[j] / dX[i] for tuples j and i.
"""

import numpy as np
from jaxtyping import Shaped

from course_lib.arguments import Choice, Function, plain_array
from course_lib.shapes import Array, ShapeError, shape_checked

_CALL = "numeric_jacobian(f, X)"
_EPSILON, _TINY = np.finfo(float).eps, np.finfo(float).tiny


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

    method: "central" takes (f(X + h) - f(X - h)) / 2h, with an error near 1e-10 for values near 1; h becomes larger or
    smaller where a second h, or the rounding of f, says that it has to. At a kink that is the mean of the two
    slopes. "complex" takes the imaginary part of f(X + ih) / h, with an error near 1e-16, for analytic f: one that does
    not use abs, maximum or comparisons of the entries that move (Squire and Trapp 1998).

    Raises TypeError if X or Y is not made of real floats, Y of float64; ShapeError if Y changes its shape; ValueError for
    NaN or infinity in X or Y, for another method, where no h gives a steady quotient (f jumps, or differs from call to
    call), and where the complex step is not what the central difference is.
    """
    Function("from an array to an array")(_CALL, "f", f)
    Choice(("central", "complex"))("numeric_jacobian(f, X, method)", "method", method)
    X = _real_floats("X", X).astype(float)
    Y = _real_floats("f(X)", f(X.copy())).copy()
    for name, A in (("X", X), ("f(X)", Y)):
        if not np.isfinite(A).all():
            raise ValueError(f"{_CALL}: {name} is not finite everywhere, expected finite numbers")
    columns = np.empty(X.shape + Y.shape)
    for i in np.ndindex(X.shape):
        columns[i], error = _central_difference(f, X, i, Y.shape)
        if method == "complex":
            columns[i] = _complex_step(f, X, i, columns[i], error)
    return np.moveaxis(columns, range(X.ndim), range(Y.ndim, Y.ndim + X.ndim))


def _central_difference(f, X, i, shape):
    """dY/dX[i], of the given shape, and its error: entry by entry from the h whose error is the least part of it."""
    h = np.cbrt(_EPSILON) * max(1.0, abs(X[i]))
    best = _quotient(f, X, i, shape, h)
    for factor in (1e-2, 1e-4, 1e-6, 1e-8, 1e2, 1e5, 1e8):  # smaller where f changes fast, then larger against rounding
        D, spread, rounding = best
        enough = 1e-6 * abs(D).max(initial=0)
        if (spread + rounding <= enough if factor > 1 else spread <= np.maximum(enough, rounding)).all():
            continue
        try:  # so far from X, f may have no value at all
            new = _quotient(f, X, i, shape, factor * h)
        except Exception:  # noqa: BLE001, S112
            continue
        share, new_share = ((s + r) / (abs(d) + r + _TINY) for d, s, r in (best, new))
        if factor > 1:
            safe = abs(new[0] - D) <= 10 * (spread + rounding)  # a step so large may pass a kink
        else:
            safe = new[1] + new[2] <= 0.01 * abs(new[0])  # a step so small may see nothing but rounding
        best = np.where((new_share < share) & safe | np.isnan(share), new, best)
    D, spread, rounding = best
    if not (np.isfinite(spread) & (spread <= 1e-5 * abs(D).max(initial=0) + 1e-9 + 100 * rounding)).all():
        raise ValueError(
            f"{_CALL}: (f(X + h) - f(X - h)) / 2h is not finite or does not settle at X{list(i)} for any h, expected a "
            "function that has a derivative there, computes in float64, and gives the same for the same X"
        )
    return D, spread + rounding


def _quotient(f, X, i, shape, h):
    """(f(X + h) - f(X - h)) / 2h where h moves X[i], its distance from that of a smaller h, and its error by rounding."""
    quotients = []
    for step in (0.618 * h, h):  # no simple fraction: results that are rounded in the same way would agree by chance
        up, down = X.copy(), X.copy()
        up[i] += step
        down[i] -= step
        width = up[i] - down[i]  # taken now: f may change its argument
        with np.errstate(all="ignore"):
            Y_up = _value("f(X + h)", f(up), shape).copy()  # a copy: f may write all its results into one array
            Y_down = _value("f(X - h)", f(down), shape)
            quotients.append((Y_up - Y_down) / width)
    rounding = _EPSILON * np.maximum(abs(Y_up), abs(Y_down)) / h
    return np.array([quotients[1], abs(quotients[1] - quotients[0]), rounding])


def _complex_step(f, X, i, D, error):
    h = 1e-200  # nothing is subtracted, so h can be as small as one likes
    moved = X.astype(complex)
    moved[i] += 1j * h
    slope = _value("f(X + ih)", np.asarray(f(moved)).imag, D.shape) / h
    if not (abs(slope - D) <= 10 * error + 1e-6 * abs(D).max(initial=0)).all():
        raise ValueError(
            f"numeric_jacobian(f, X, method='complex'): at X{list(i)} it differs from the central difference, so a part "
            "of f that moves is not analytic (abs, norm, std, maximum, a cast?): use method='central'"
        )
    return slope


def _value(name, Y, shape):
    Y = _real_floats(name, Y)
    if Y.shape != shape:
        raise ShapeError(f"{_CALL}: {name} has shape {Y.shape}, but f(X) has {shape}.")
    return Y


def _real_floats(name, A):
    A = plain_array(f"{_CALL}: {name}", A)
    if A.dtype.kind != "f":
        raise TypeError(f"{_CALL}: {name} has dtype {A.dtype}, expected real floats")
    if name != "X" and A.dtype.itemsize < 8:
        raise TypeError(f"{_CALL}: {name} has dtype {A.dtype}, expected float64: differences need all its digits")
    return A
