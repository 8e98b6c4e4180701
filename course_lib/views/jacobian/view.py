"""JacobianExplorer: move a component of x, watch y, and see each entry of dy/dx as a slope (rows S2 and S3)."""

from numbers import Real

import numpy as np
import traitlets

from course_lib.activations import Activation
from course_lib.arguments import plain_array
from course_lib.pictures.blackboard import board
from course_lib.pictures.panel import Panel, check_numbers, check_symbols, check_texts, checked_entry
from course_lib.shapes import ShapeError
from course_lib.views.jacobian.vector_map import VectorMap
from course_lib.views.shared.view import View, packed, script, turn, unpacked

MOST_SLIDERS, MOST_RESULTS = 20, 64  # components of x and of y
MOST_REACH = 1e100


class JacobianExplorer(View):
    """The map y = f(x) at a point, and its Jacobian dy/dx, entry by entry as a slope; sliders move the components of x.

    f: a matrix A, (m, n), for y = A x; or an activation; or a function from a vector (n,) to a vector (m,) or a number.
    x: (n,), finite, n at most 20. names: of y and x. symbols: for m and n. elementwise: y_i depends on x_i alone (known of
    activations), so the other entries are zero by index, and pale. reach: sliders go from -reach to reach, or a little
    further, to a number that is short to write. entry: the (i, j) whose slope is drawn.

    Raises ShapeError where shapes do not fit, TypeError for other than real numbers, ValueError where x, y or dy/dx is
    not finite, where x or y is too long, and where elementwise is given for a map that is not.
    """

    _esm, _css = script(__file__)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)  # of y, ∂y/∂x and x
    symbols = traitlets.List(traitlets.Unicode()).tag(sync=True)
    elementwise = traitlets.Bool().tag(sync=True)
    entry = traitlets.Any((0, 0)).tag(sync=True)
    asked = traitlets.List(traitlets.Float()).tag(sync=True, echo_update=False)  # the x of the sliders
    answer = traitlets.Dict().tag(sync=True)  # all that follows from it
    turn = turn()
    kept = ("asked", "entry", "turn")

    def __init__(self, f, x, names=("y", "x"), symbols=None, *, elementwise=False, reach=None, entry=(0, 0)):
        self._call = f"JacobianExplorer({'f' if callable(f) else 'A'}, x)"
        x = self._point(x)
        if reach is not None and not (isinstance(reach, Real) and 0 < reach <= MOST_REACH):
            raise ValueError(f"{self._call}: reach is {reach!r}, expected a number above 0, up to {MOST_REACH:g}")
        check_texts(f"{self._call}: names", names, 2)
        if not isinstance(elementwise, bool):
            raise TypeError(f"{self._call}: elementwise is {elementwise!r}, expected True or False")
        self._reach = nice(float(reach)) if reach else 0
        self._map = VectorMap(self._call, f, x)
        m, n = self._map.shape
        if m > MOST_RESULTS:
            raise ValueError(f"{self._call}: f(x) has {m} components; the view shows up to {MOST_RESULTS}")
        J = self._map.at(x)[1]  # (m, n)
        elementwise = elementwise or isinstance(f, Activation)
        if elementwise:
            self._map.check_elementwise(J)
        y_name, x_name = names
        self._names = [y_name, f"∂{y_name}/∂{x_name}", x_name]
        symbols = symbols if symbols is not None else (("n", "n") if elementwise else ("m", "n"))
        check_symbols(self._names[1], (m, n), symbols, {})
        traits = {"names": self._names, "symbols": list(symbols), "elementwise": elementwise, "entry": entry}
        super().__init__(**traits, asked=x.tolist(), answer=self._answer(x, range(n)))

    @property
    def x(self):
        """A copy of the x that is shown, floats of shape (n,)."""
        return unpacked(self.answer["x"])[:, 0].copy()

    @x.setter
    def x(self, new):
        """Move to another x, (n,). Raises what the constructor raises, and then shows what it showed before."""
        x = self._point(new)
        if x.shape != self._map.shape[1:]:
            raise ShapeError(f"{self._call}: the new x has shape {x.shape}, expected {self._map.shape[1:]} as before.")
        with self.hold_sync():
            self.answer = self._answer(x, range(len(x)))
            self.asked = x.tolist()

    def figure(self):
        """y, dy/dx and x as they are now, with the chosen entry outlined, and its slope in words."""
        (i, j), (m, n), (y_name, name, x_name) = self.entry, self.symbols, self.names
        y, J, x = (unpacked(self.answer[key]) for key in "yJx")
        parts = [Panel(y_name, y, (m, "1"), entries=[(i, 0)]), Panel(name, J, (m, n), entries=[(i, j)])]
        parts.append(Panel(x_name, x, (n, "1"), entries=[(j, 0)]))
        return board([parts], f"If {x_name}[{j}] moves by a little, {y_name}[{i}] moves {J[i, j]:.3g} times as far.")

    def __repr__(self):
        y, _, x = self._names
        return f"JacobianExplorer(d{y}/d{x} {self._map.shape})"

    @traitlets.observe("asked")
    def _move(self, change):
        if self.asked != self.answer["asked"]:
            self.answer = self._answer_or_problem(np.array(self.asked), [self.entry[1]])

    @traitlets.observe("entry")
    def _choose(self, change):
        if self.entry[1] not in self.answer["columns"]:
            now = {key: self.answer[key] for key in ("asked", "problem")}
            self.answer = self._answer_or_problem(self.x, [self.entry[1]]) | now

    @traitlets.validate("entry")
    def _inside(self, proposal):
        return list(checked_entry(f"{self._call}: entry", proposal["value"], self._map.shape, self._names[1]))

    def _point(self, x):
        """x as a vector of floats."""
        x = plain_array(f"{self._call}: x", x)
        check_numbers(f"{self._call}: x", x, rank=1)
        if not 1 <= len(x) <= MOST_SLIDERS:
            sliders = f"the view has a slider for each, and shows 1 to {MOST_SLIDERS}"
            raise ValueError(f"{self._call}: x has {len(x)} components; {sliders}")
        x = x.astype(float)
        if not np.isfinite(x).all():
            raise ValueError(f"{self._call}: x is {x}, expected finite numbers")
        return x

    def _answer(self, x, columns):
        """All that the browser draws for x; `columns` says for which x_j the curves of y against x_j are made."""
        y, J = self._map.at(x)
        y_name, name, x_name = self._names
        self._reach = max(self._reach, nice(abs(x).max()) if self._reach else nice(1.5 * abs(x).max()))
        return {
            "asked": x.tolist(),
            "reach": self._reach,
            "y": packed(y_name, y[:, np.newaxis]),
            "J": packed(name, J),
            "x": packed(x_name, x[:, np.newaxis]),
            "columns": list(columns),
            "curves": np.array([self._map.curve(x, j, self._reach) for j in columns]).tobytes(),
            "problem": "",
        }

    def _answer_or_problem(self, x, columns):
        """The answer for x; where f fails, the last one with the reason: the view lives on."""
        try:
            return self._answer(x, columns)
        except Exception as error:  # noqa: BLE001 (whatever a learner's function raises)
            return self.answer | {"asked": x.tolist(), "problem": f"{type(error).__name__}: {error}"}


def nice(size):
    """The first of 1, 2, 3, 4, 5, 6, 8 and 10, times a power of ten, that is not below a size; 1 for size 0."""
    power = int(np.floor(np.log10(size))) if size else 0
    return next(
        (r for r in (float(f"{k}e{power}") for k in (1, 2, 3, 4, 5, 6, 8)) if r >= size), float(f"1e{power + 1}")
    )
