"""MatrixView: one matrix to point at and, if it may be edited, to change; what is computed from it follows."""

import numpy as np
import traitlets

from course_lib import plots
from course_lib.shapes import ShapeError
from course_lib.widgets.base import View, as_matrix, packed, script, unpacked


class MatrixView(View):
    """One matrix with its name, its shape in symbols and numbers, its entries and their colours.

    A: (m, n), real numbers, booleans or Fractions; a vector, (n,), is shown as one row. symbols: one for each size of A,
    such as ("m", "n_out"), or none. editable: whether entries can be typed over. entry: the one under the cursor.
    Raises ShapeError if the rank of A or the symbols do not fit, TypeError for other than real numbers, ValueError for
    an empty or huge matrix or an entry outside it.
    """

    _esm, _css = script("matrix_view")
    matrix = traitlets.Dict().tag(sync=True)
    entry = traitlets.List(traitlets.Int(), minlen=2, maxlen=2).tag(sync=True)
    editable = traitlets.Bool().tag(sync=True)
    sources = traitlets.List(traitlets.Unicode()).tag(sync=True)  # the names of what it is computed from
    problem = traitlets.Unicode().tag(sync=True)  # why it is not up to date
    _function, _views = None, ()

    def __init__(self, name, A, symbols=(), *, editable=False, entry=(0, 0), **kwargs):
        matrix = _checked(f"MatrixView({name!r})", name, A, symbols)
        super().__init__(matrix=matrix, editable=editable, entry=entry, **kwargs)

    @classmethod
    def computed(cls, name, symbols, function, *views, entry=(0, 0)):
        """A view of function(A, B, ...), the matrices of other MatrixViews, that follows when one of them changes.

        MatrixView.computed("Z", ("m", "n_out"), lambda O, W: O @ W, view_O, view_W). The function gets copies, each of
        shape (m, n). If it raises, or its result has another shape than at first, the view keeps its last numbers and
        says why. Raises what the function raises, and what MatrixView does for its result.
        """
        call = f"MatrixView.computed({name!r})"
        if not callable(function):
            raise TypeError(
                f"{call}: function is a {type(function).__name__}, expected a function of the views' arrays"
            )
        for number, view in enumerate(views):
            if not isinstance(view, MatrixView):
                raise TypeError(f"{call}: view number {number} is a {type(view).__name__}, expected a MatrixView")
        if not views:
            raise TypeError(f"{call}: no views were given, expected those whose matrices the function takes")
        sources = [view.matrix["name"] for view in views]
        follower = cls(name, function(*(view.A for view in views)), symbols, entry=entry, sources=sources)
        follower._function, follower._views = function, views
        for view in views:
            view.observe(follower._follow, ["matrix", "problem"])
        return follower

    @property
    def A(self):
        """A copy of the matrix as it is now, floats of shape (m, n)."""
        return unpacked(self.matrix).copy()

    @A.setter
    def A(self, new):
        """Show another matrix, of the same shape (m, n); for another shape make another view.

        Raises ShapeError for another shape, AttributeError where the matrix is computed from others.
        """
        name = self.matrix["name"]
        if self._function:
            raise AttributeError(f"{self!r}: {name} is computed from {', '.join(self.sources)}: change those instead")
        self.matrix = self._replaced(f"{self!r}: the new {name}", new)

    def close(self):
        """Take the view from the page; it follows nothing any more."""
        for view in self._views:
            view.unobserve(self._follow, ["matrix", "problem"])
        self._views = ()
        super().close()

    def figure(self):
        """The matrix as it is now, with the chosen entry outlined."""
        symbols = tuple(self.matrix["symbols"]) or tuple(map(str, self.matrix["shape"]))
        return plots.matrix(self.matrix["name"], self.A, symbols, entries=[tuple(self.entry)])

    def __repr__(self):
        what = f", computed from {', '.join(self.sources)}" if self.sources else ", editable" if self.editable else ""
        return f"MatrixView({self.matrix['name']} {tuple(self.matrix['shape'])}{what})"

    def _replaced(self, what, new):
        """The trait `matrix` with other numbers, of the same shape."""
        matrix = _checked(what, self.matrix["name"], new, self.matrix["symbols"])
        if matrix["shape"] != self.matrix["shape"]:
            shapes = f"has shape {tuple(matrix['shape'])}, expected {tuple(self.matrix['shape'])}"
            raise ShapeError(f"{what} {shapes}, as this view has shown so far: for another shape make another view.")
        return matrix

    def _follow(self, change=None):
        """Compute again from the matrices as they are now."""
        name = self.matrix["name"]
        try:
            for view in self._views:
                if view.problem:
                    raise RuntimeError(f"{view.matrix['name']} is not up to date")
            matrix = self._replaced(f"the function's {name}", self._function(*(view.A for view in self._views)))
        except Exception as error:  # noqa: BLE001 (whatever a learner's function raises)
            self.problem = f"{name} is not up to date: {type(error).__name__}: {error}"
        else:
            with self.hold_trait_notifications():
                self.problem, self.matrix = "", matrix

    @traitlets.validate("entry")
    def _inside(self, proposal):
        i, j = proposal["value"]
        m, n = self.matrix["shape"]
        if not (0 <= i < m and 0 <= j < n):
            name = self.matrix["name"]
            raise ValueError(f"MatrixView({name!r}): entry is {[i, j]}, expected one of {name}, which is {(m, n)}")
        return [i, j]


def _checked(call, name, A, symbols):
    """A as the trait `matrix`, a vector as one row."""
    if len(symbols) == 1 and not isinstance(symbols, str) and np.ndim(A) == 1:
        symbols = ("1", *symbols)
    return packed(name, as_matrix(call, name if isinstance(name, str) else "A", A), symbols)
