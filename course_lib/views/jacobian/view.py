"""JacobianExplorer: move a component of x, watch y, and see each entry of dy/dx as a slope (rows S2 and S3)."""

import functools

import numpy as np
import traitlets

from course_lib.jacobian import numeric_jacobian
from course_lib.pictures.blackboard import board
from course_lib.pictures.panel import Panel, check_numbers, checked_entry
from course_lib.shapes import ShapeError
from course_lib.views.shared.view import View, as_floats, as_matrix, packed, script, turn, unpacked

MOST_SLIDERS, MOST_RESULTS = 20, 64  # components of x and of y
CURVE_POINTS = 61  # of each curve; odd, so that 0, where relu has its kink, is one of them


class JacobianExplorer(View):
    """The map y = f(x) at a point, and its Jacobian dy/dx, entry by entry as a slope; sliders move the components of x.

    f: a matrix A, (m, n), for y = A x; or a function from a vector (n,) to a vector (m,) or a number.
    x: (n,), finite, n at most 20. entry: the (i, j) whose slope is drawn.

    Raises ShapeError where shapes do not fit, TypeError for other than real numbers, ValueError where x, y or dy/dx is
    not finite, and where x or y is too long.
    """

    _esm, _css = script(__file__)
    formula = traitlets.Unicode().tag(sync=True)  # y = A x
    entry = traitlets.Any((0, 0)).tag(sync=True)
    asked = traitlets.List(traitlets.Float()).tag(sync=True, echo_update=False)  # the x of the sliders
    answer = traitlets.Dict().tag(sync=True)  # all that follows from it
    turn = turn()
    kept = ("asked", "entry", "turn")

    def __init__(self, f, x, entry=(0, 0)):
        self._call = f"JacobianExplorer({'f' if callable(f) else 'A'}, x)"
        x = as_floats(self._call, "x", x, rank=1)
        if not 1 <= len(x) <= MOST_SLIDERS:
            sliders = f"the view has a slider for each, and shows 1 to {MOST_SLIDERS}"
            raise ValueError(f"{self._call}: x has {len(x)} components; {sliders}")
        self._reach = nice(1.5 * abs(x).max())  # sliders go from -reach to reach
        self._curve = functools.lru_cache(maxsize=1)(self._curve)  # it stays while x_j alone moves
        formula = self._take(f, x)
        m, n = self._shape = self._at(x)[1].shape
        if m > MOST_RESULTS:
            raise ValueError(f"{self._call}: f(x) has {m} components; the view shows up to {MOST_RESULTS}")
        super().__init__(formula=f"y = {formula}", entry=entry, asked=x.tolist(), answer=self._answer(x, range(n)))

    @property
    def x(self):
        """A copy of the x that is shown, floats of shape (n,)."""
        return unpacked(self.answer["x"])[:, 0].copy()

    def figure(self):
        """y, dy/dx and x as they are now, with the chosen entry outlined, and its slope in words."""
        i, j = self.entry
        parts = zip((self.answer[key] for key in "yJx"), ((i, 0), (i, j), (j, 0)), strict=True)
        y, J, x = (Panel(A["name"], unpacked(A), A["symbols"], entries=[place]) for A, place in parts)
        moves = f"If x[{j}] moves by a little, y[{i}] moves {J.A[i, j]:.3g} times as far."
        return board([[y, J, x]], f"{self.formula}. {moves}")

    def __repr__(self):
        return f"JacobianExplorer(dy/dx {self._shape})"

    @traitlets.observe("asked", "entry")
    def _move(self, change):
        """The answer for the x that is asked for; where f fails, the last one with the reason: the view lives on."""
        if self.asked == self.answer["asked"] and self.entry[1] in self.answer["columns"]:
            return
        try:
            self.answer = self._answer(np.array(self.asked), [self.entry[1]])
        except Exception as error:  # noqa: BLE001 (whatever a learner's function raises)
            self.answer = self.answer | {"asked": self.asked, "problem": f"{type(error).__name__}: {error}"}

    @traitlets.validate("entry")
    def _inside(self, proposal):
        return list(checked_entry(f"{self._call}: entry", proposal["value"], self._shape, "∂y/∂x"))

    def _answer(self, x, columns):
        """All that the browser draws for x; `columns` says for which x_j the curves of y against x_j are made."""
        y, J = self._at(x)
        return {
            "y": packed("y", y[:, np.newaxis], ("m", "1")),
            "J": packed("∂y/∂x", J, ("m", "n")),
            "x": packed("x", x[:, np.newaxis], ("n", "1")),
            "asked": x.tolist(),
            "reach": self._reach,
            "columns": list(columns),
            "curves": np.array([self._curve(j, *np.delete(x, j)) for j in columns]).tobytes(),
            "problem": "",
        }

    # The map: a matrix A, (m, n), for y = A x, and dy/dx = A; or a function from a vector to a vector or a number, with its
    # `numeric_jacobian`.

    def _take(self, f, x):
        """Keep f and its Jacobian; what is written behind "y ="."""
        self._f, self._shape = f, ()
        if callable(f):
            self._jacobian = lambda x: numeric_jacobian(self._y, x)  # (m, n)
            name = getattr(f, "__name__", str(f))
            return f"{name if name.isidentifier() else 'f'}(x)"
        A = as_matrix(self._call, "A", f).astype(float)  # (m, n)
        if A.shape[1] != len(x):
            expected = f"expected (n,): n is {A.shape[1]} because A is {A.shape}"
            raise ShapeError(f"{self._call}: x has shape {x.shape}, {expected}.")
        self._f, self._jacobian = A.__matmul__, lambda x: A
        return "A x"

    def _y(self, x):
        """f(x), (m,). Raises ShapeError or TypeError if f gives something else."""
        y = np.atleast_1d(np.asarray(self._f(x.copy())))
        check_numbers(f"{self._call}: f(x)", y, rank=1)
        if self._shape and y.shape != self._shape[:1]:
            raise ShapeError(f"{self._call}: f(x) has shape {y.shape}, expected {self._shape[:1]} as before.")
        return y.astype(float)

    def _at(self, x):
        """y and dy/dx at x, (m,) and (m, n). Raises ValueError where one of them is not finite, and what `_y` raises."""
        made = []
        for name, function in (("f(x)", self._y), ("dy/dx", self._jacobian)):
            with np.errstate(all="ignore"):
                made.append(function(x))
            if not np.isfinite(made[-1]).all():
                where = np.array2string(x, precision=4, max_line_width=1000)
                raise ValueError(f"{self._call}: {name} is not finite everywhere at x = {where}")
        return made

    def _curve(self, j, *others):
        """y where x_j goes from -reach to reach and the others stand still, (CURVE_POINTS, m); NaN where f fails."""
        ys, moved = np.full((CURVE_POINTS, self._shape[0]), np.nan), np.insert(others, j, 0.0)
        with np.errstate(all="ignore"):
            for k, moved[j] in enumerate(np.linspace(-self._reach, self._reach, CURVE_POINTS)):
                try:
                    ys[k] = self._y(moved)
                except Exception:  # noqa: BLE001, S112 (a gap in the curve, no more: at x itself f works)
                    continue
        return ys


def nice(size):
    """A size rounded up to one digit, a float; 1 for size 0."""
    power = int(np.floor(np.log10(size))) if size else 0
    return float(f"{np.ceil(size / 10.0**power) or 1:.0f}e{power}")
