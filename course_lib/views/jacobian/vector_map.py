"""A map from a vector to a vector with its Jacobian, checked at every call: what JacobianExplorer computes with."""

import numpy as np

from course_lib.activations import Activation
from course_lib.jacobian import numeric_jacobian
from course_lib.pictures.panel import check_numbers
from course_lib.shapes import ShapeError
from course_lib.views.shared.view import as_matrix

CURVE_POINTS = 61  # of each curve; odd, so that 0, where relu has its kink, is one of them


class VectorMap:
    """y = f(x) for x of shape (n,), y of shape (m,), and dy/dx of shape (m, n). `call` begins the error messages.

    f: a matrix A, (m, n), for y = A x, and dy/dx = A; or an activation, with the diagonal of its derivative; or a function
    from a vector to a vector or a number, with its `numeric_jacobian`.
    """

    def __init__(self, call, f, x):
        self.call, self.shape = call, ()
        self._f, self._jacobian = f, lambda x: numeric_jacobian(self.y, x)
        if isinstance(f, Activation):
            self._jacobian = lambda x: np.diag(f.derivative(x))  # (n, n)
        elif not callable(f):
            if np.ndim(np.asarray(f, dtype=object)) == 0:
                raise TypeError(f"{call}: f is {f!r}, expected a matrix, an activation, or a function of a vector")
            A = as_matrix(call, "A", f).astype(float)  # (m, n)
            if A.shape[1] != len(x):
                raise ShapeError(
                    f"{call}: x has shape {x.shape}, expected (n,): n is {A.shape[1]} because A is {A.shape}."
                )
            self._f, self._jacobian = A.__matmul__, lambda x: A
        self.shape = self.at(x)[1].shape

    def y(self, x):
        """f(x), (m,). Raises ShapeError or TypeError if f gives something else."""
        y = np.atleast_1d(np.asarray(self._f(x.copy())))
        check_numbers(f"{self.call}: f(x)", y, rank=1)
        if self.shape and y.shape != self.shape[:1]:
            raise ShapeError(f"{self.call}: f(x) has shape {y.shape}, expected {self.shape[:1]} as before.")
        return y.astype(float)

    def at(self, x):
        """y and dy/dx at x, (m,) and (m, n). Raises ValueError where one of them is not finite, and what `y` raises."""
        with np.errstate(all="ignore"):
            y = self.y(x)
            self._check_finite("f(x)", y, x)
            J = self._jacobian(x)
        self._check_finite("dy/dx", J, x)
        return y, J

    def curve(self, x, j, reach):
        """y where x_j goes from -reach to reach and the others stand still, (CURVE_POINTS, m); NaN where f fails."""
        ys, moved = np.full((CURVE_POINTS, self.shape[0]), np.nan), x.copy()
        with np.errstate(all="ignore"):
            for k, xj in enumerate(np.linspace(-reach, reach, CURVE_POINTS)):
                moved[j] = xj
                try:
                    ys[k] = self.y(moved)
                except Exception:  # noqa: BLE001, S112 (a gap in the curve, no more: at x itself f works)
                    continue
        return ys

    def _check_finite(self, name, A, x):
        if not np.isfinite(A).all():
            at = np.array2string(x, precision=4, max_line_width=1000)
            raise ValueError(f"{self.call}: {name} is not finite everywhere at x = {at}")
