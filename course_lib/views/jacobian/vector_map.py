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

    f: a matrix A, (m, n), for y = A x; or an activation; or a function from a vector to a vector or a number. jacobian:
    a function of x, or None: A for a matrix, the diagonal of f' for an activation, `numeric_jacobian` for others.
    """

    def __init__(self, call, f, jacobian, x):
        self.call = call
        if jacobian is not None and not callable(jacobian):
            raise TypeError(f"{call}: jacobian is a {type(jacobian).__name__}, expected a function of x, or none")
        if isinstance(f, Activation):
            jacobian = jacobian or (lambda x: np.diag(f.derivative(x)))  # (n, n)
        elif not callable(f):
            if np.ndim(np.asarray(f, dtype=object)) == 0:
                raise TypeError(f"{call}: f is {f!r}, expected a matrix, an activation, or a function of a vector")
            A = as_matrix(call, "A", f).astype(float)  # (m, n)
            if A.shape[1] != len(x):
                raise ShapeError(
                    f"{call}: x has shape {x.shape}, expected (n,): n is {A.shape[1]} because A is {A.shape}."
                )
            f, jacobian = A.__matmul__, jacobian or (lambda x: A)
        self._f, self._jacobian, self.shape = f, jacobian, None
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
            J = numeric_jacobian(self.y, x) if self._jacobian is None else np.asarray(self._jacobian(x.copy()))
        check_numbers(f"{self.call}: jacobian(x)", J, rank=2)
        if J.shape != (len(y), len(x)):
            expected = f"expected (m, n) = {(len(y), len(x))}: f(x) is {y.shape}, x is {x.shape}"
            raise ShapeError(f"{self.call}: jacobian(x) has shape {J.shape}, {expected}.")
        self._check_finite("jacobian(x)", J.astype(float), x)
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

    def check_elementwise(self, J):
        """Raise ShapeError or ValueError unless y_i depends on x_i alone. J: dy/dx, (m, n)."""
        m, n = J.shape
        if m != n:
            raise ShapeError(f"{self.call}: f(x) has shape {(m,)}, expected {(n,)}, that of x: elementwise is given.")
        for i, j in np.argwhere((J != 0) & ~np.eye(n, dtype=bool)):
            slope = f"y[{i}] depends on x[{j}] too, with slope {J[i, j]:.3g}"
            raise ValueError(f"{self.call}: elementwise is given, so y[{i}] depends on x[{i}] alone, but {slope}")

    def doubt(self, x, J):
        """In words, where a given J, (m, n), is not what moving the components of x says; "" where it is."""
        moved = numeric_jacobian(self.y, x)
        for i, j in np.argwhere(~np.isclose(J.astype(float), moved, rtol=1e-5, atol=1e-6)):
            said = f"jacobian(x)[{i}, {j}] is {J[i, j]:.4g}"
            return f"{said}, but moving x[{j}] gives the slope {moved[i, j]:.4g} (at the x given in Python)."
        return ""

    def _check_finite(self, name, A, x):
        if not np.isfinite(A).all():
            at = np.array2string(x, precision=4, max_line_width=1000)
            raise ValueError(f"{self.call}: {name} is not finite everywhere at x = {at}")
