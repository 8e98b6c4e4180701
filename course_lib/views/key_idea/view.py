"""KeyIdeaExplorer: one entry of a gradient, and the sum over every index of Y that makes it (rows S4 and S10 to S20)."""

import math
import re

import numpy as np
import traitlets

from course_lib import dense
from course_lib.arguments import plain_array
from course_lib.jacobian import key_idea
from course_lib.pictures.blackboard import board
from course_lib.pictures.panel import (
    Panel,
    check_symbols,
    check_texts,
    checked_entry,
    checked_index,
    is_whole,
    listed,
)
from course_lib.shapes import ShapeError
from course_lib.views.shared.view import View, as_floats, as_made, packed, script, turn, unpacked

MOST_ENTRIES = 200_000
_CALL = "KeyIdeaExplorer(dY_dX, dz_dY)"
_OF_LAYER = "KeyIdeaExplorer.of_layer(wrt, O, W, b, G)"
_SYMBOLS = {"O": ("m", "n_in"), "W": ("n_in", "n_out"), "b": ("1", "n_out"), "G": ("m", "n_out")}

# What the view of a layer says. {i}, {j} is an entry of Z, and {h}, {k} the chosen one. A piece with a key is linked
# with what it stands for: "left" with the factors beside G, "right" with G, "result" with the entry of the gradient.
# The left factor of a product stands in the matrix `source`, at the place `at`.
_G, _ENTRY, _ONE_FOR_EACH_SAMPLE = ["G", "right"], ["[{h}, {k}]", "result"], "m, one for each sample, at [i, {k}]"
_TEXTS = {
    "W": {
        "counted": _ONE_FOR_EACH_SAMPLE,
        "term": ["O[{i}, {h}]", "G[{i}, {j}]"],
        "source": "O",
        "at": ["i", "h"],
        "formula": [["∇_W L", "result"], " = ", ["O^T", "left"], " ", _G, "   (n_in, m) (m, n_out) → (n_in, n_out)"],
        "code": ["(", ["O.T", "left"], " @ ", _G, ")", _ENTRY],
    },
    "b": {
        "counted": _ONE_FOR_EACH_SAMPLE,
        "term": ["1", "G[{i}, {j}]"],
        "formula": [["∇_b L", "result"], " = ", ["[1 … 1]", "left"], " ", _G, "   (1, m) (m, n_out) → (1, n_out)"],
        "code": [_G, ".sum(axis=0, keepdims=True)", _ENTRY],
    },
    "O": {
        "counted": "n_out, one for each unit, at [{h}, j]",
        "term": ["W[{k}, {j}]", "G[{i}, {j}]"],
        "source": "W",
        "at": ["k", "j"],
        "formula": [["∇_O L", "result"], " = ", _G, " ", ["W^T", "left"], "   (m, n_out) (n_out, n_in) → (m, n_in)"],
        "code": ["(", _G, " @ ", ["W.T", "left"], ")", _ENTRY],
    },
}


class KeyIdeaExplorer(View):
    """Pick an entry of X, and watch the products of dY/dX[entry] with G add up to the entry of the gradient.

    dY_dX: the Jacobian, of shape Y.shape + X.shape; X and Y have one or two indexes, and a vector is shown as one row.
    dz_dY: the gradient G of a number z, of the shape of Y. names: those of Y, X and G. symbols: one for each index of
    dY_dX, those of Y first. structural: a boolean array of the shape of dY_dX, True where an entry is non-zero by its
    index; by default, where it is not 0. entry, (h, k) or k for a vector, and step, how many products are added, can be
    set later too; a new entry keeps the step, as far as it has that many products.

    Raises ShapeError for shapes and symbols that do not fit, TypeError for what is no array of real numbers, ValueError
    for another rank, an empty or non-finite array, more than 200,000 entries, or an entry or step that is not there.
    """

    _esm, _css = script(__file__)
    tensor = traitlets.Dict().tag(sync=True)
    structural = traitlets.Bytes().tag(sync=True)
    G = traitlets.Dict().tag(sync=True)
    gradient = traitlets.Dict().tag(sync=True)
    source = traitlets.Dict().tag(sync=True)  # the matrix that the left factors stand in, if there is one
    texts = traitlets.Dict().tag(sync=True)
    entry = traitlets.Any((0, 0)).tag(sync=True)
    step = traitlets.Any(0).tag(sync=True)
    made = traitlets.List(traitlets.Int()).tag(sync=True)  # the entries that are made, in the order of the rows
    turn = turn()
    kept = ("entry", "made", "step", "turn")

    def __init__(
        self, dY_dX, dz_dY, names=("Y", "X", "G"), symbols=(), structural=None, entry=(0, 0), step=0, **traits
    ):
        check_texts(f"{_CALL}: names", names, 3)
        dY_dX, dz_dY = as_floats(_CALL, "dY_dX", dY_dX), as_floats(_CALL, "dz_dY", dz_dY)
        gradient = key_idea(dY_dX, dz_dY)  # raises ShapeError
        y_shape, x_shape = dz_dY.shape, gradient.shape
        if not {len(y_shape), len(x_shape)} <= {1, 2}:
            given = f"dz_dY gives Y the shape {y_shape}, and dY_dX gives X the shape {x_shape}"
            raise ValueError(f"{_CALL}: {given}, expected one or two indexes for each")
        _check_size(_CALL, "dY_dX", dY_dX.shape)
        if listed(f"{_CALL}: symbols", symbols):
            check_symbols(f"{_CALL}: dY_dX", dY_dX.shape, symbols, {})
        marked = _structure(structural, dY_dX)
        texts = _texts(names, y_shape, x_shape, structural is not None) | traits.pop("texts", {})
        of_y, of_x = tuple(symbols)[: len(y_shape)], tuple(symbols)[len(y_shape) :]
        self._repr = f"KeyIdeaExplorer(d{names[0]}/d{names[1]} {dY_dX.shape}, {names[2]} {y_shape})"
        (y_rows, of_y), (x_rows, of_x) = _as_rows(y_shape, of_y), _as_rows(x_shape, of_x)
        super().__init__(
            tensor=packed(f"∂{names[0]}/∂{names[1]}", dY_dX.reshape(y_rows + x_rows), of_y + of_x),
            structural=marked.tobytes(),
            G=packed(names[2], dz_dY.reshape(y_rows), of_y),
            gradient=packed(texts["gradient"], gradient.reshape(x_rows), of_x),
            texts=texts,
            **traits,
            entry=_entry(entry, x_rows),  # now: whether there is such a step depends on it, and traits have no order
            step=step,
        )

    @classmethod
    def of_layer(cls, wrt, O, W, b, G, entry=(0, 0), step=0):
        """The key idea on a layer: wrt "W" (rows S10 to S14), "b" (rows S17, S18) or "O" (rows S19, S20).

        O: (m, n_in). W: (n_in, n_out). b: (1, n_out). G = dL/dZ: (m, n_out). entry: the (h, k) of W or O, the (0, k) of
        b. The non-zeros are known by index: an O[i, h] that happens to be 0 counts. Raises what the class raises.
        """
        if not isinstance(wrt, str) or wrt not in _TEXTS:
            raise ValueError(f"{_OF_LAYER}: wrt is {wrt!r}, expected 'W', 'b' or 'O'")
        layer, known = {}, {}
        for name, A in (("O", O), ("W", W), ("b", b), ("G", G)):
            layer[name] = as_floats(_OF_LAYER, name, A)
            try:
                Panel(name, layer[name], _SYMBOLS[name]).check(known)
            except ShapeError as error:
                raise ShapeError(f"{_OF_LAYER}: {error}") from None
        (m, n_out), texts = layer["G"].shape, _TEXTS[wrt]
        _check_size(_OF_LAYER, f"∂Z/∂{wrt}", (m, n_out, *layer[wrt].shape))
        slopes = {
            "W": lambda O, W: dense.dZ_dW(O, n_out),
            "b": lambda O, W: dense.dZ_db(m, n_out),
            "O": lambda O, W: dense.dZ_dO(m, W),
        }[wrt]  # (m, n_out) + the shape of wrt
        source = texts.get("source")
        return cls(
            slopes(layer["O"], layer["W"]),
            layer["G"],
            names=("Z", wrt, "G"),
            symbols=_SYMBOLS["G"] + _SYMBOLS[wrt],
            structural=slopes(np.ones_like(layer["O"]), np.ones_like(layer["W"])) == 1,
            entry=entry,
            step=step,
            source=packed(source, layer[source], _SYMBOLS[source]) if source else {},
            texts=texts | {"z": "L", "gradient": f"∇_{wrt} L", "result": f"(∇_{wrt} L)[{{h}}, {{k}}]"},
        )

    @traitlets.validate("entry")
    def _one_of_X(self, proposal):
        return _entry(proposal["value"], self.gradient["shape"])

    @traitlets.validate("step")
    def _one_of_the_steps(self, proposal):
        value, last = proposal["value"], len(self._cells())
        return checked_index("KeyIdeaExplorer: step", value, last)

    @traitlets.observe("entry")
    def _no_more_steps_than_products(self, change):
        self.step = min(self.step, len(self._cells()))

    def __repr__(self):
        return self._repr

    def figure(self):
        """dY/dX[entry] and G, the structural non-zeros outlined, and what of the gradient is made; below, the sum in words."""
        G, gradient = unpacked(self.G), self._made()
        of_y, of_x = (tuple(A["symbols"] or map(str, A["shape"])) for A in (self.G, self.gradient))
        name, cells = self._written("∂{Y}/∂({X}{x})".format_map(self.texts)), self._cells()
        left = Panel(name, unpacked(self.tensor)[:, :, *self.entry], of_y, entries=cells)
        right = Panel(self.G["name"], G, of_y, entries=cells)
        result = Panel(self.gradient["name"], gradient, of_x, entries=[self.entry])
        fig = board([[left, "⊙", right, "→", result]], self._in_words())
        fig.set_dpi(min(100, 900 / fig.get_figwidth()))
        return fig

    def _made(self):
        """The gradient as far as it is made, with the sum up to here at the entry whose products are being added."""
        gradient = as_made(self.gradient, self.made)
        if self.step:
            slopes, G = unpacked(self.tensor)[:, :, *self.entry], unpacked(self.G)
            gradient[self.entry] = sum(slopes[cell] * G[cell] for cell in self._cells()[: self.step])
        return gradient

    def _cells(self):
        """The indexes (i, j) of the structural non-zeros of dY/dX[entry]."""
        marked = np.frombuffer(self.structural, dtype=bool).reshape(self.tensor["shape"])
        return [(int(i), int(j)) for i, j in np.argwhere(marked[:, :, *self.entry])]

    def _written(self, text, cell=(0, 0)):
        """A text with the numbers of an entry of Y and of the chosen entry in place of {i}, {j}, {h} and {k}."""
        numbers = dict(zip("ijhk", (*cell, *self.entry), strict=True))
        return re.sub(r"\{([ijhk])\}", lambda found: str(numbers[found[1]]), text)

    def _in_words(self):
        """How many products there are and where, and what they add up to."""
        cells, texts = self._cells(), self.texts
        terms = [self._written("·".join(texts["term"]), cell) for cell in cells]
        terms = [*terms[:2], "…", terms[-1]] if len(terms) > 4 else terms
        kind = "can differ from 0" if texts["by_index"] else "other than 0"
        counted = f": {self._written(texts['counted'])}" if texts["counted"] else ""
        total = self._made()[self.entry] if self.step in (0, len(cells)) else np.ma.masked
        total = "?" if total is np.ma.masked else f"{total:.4g}".replace("-", "−")
        said = f"{len(cells)} {'entry' if len(cells) == 1 else 'entries'} {kind}{counted}. "
        said += self._written(texts["result"]) + " = " + " + ".join(terms) + (" = " if terms else "") + total
        return f"{said}. Added so far: {self.step} of {len(cells)}." if self.step else said


def _check_size(call, name, shape):
    size = math.prod(shape)
    if size == 0:
        raise ValueError(f"{call}: {name} is empty, {shape}: there is no entry to show")
    if size > MOST_ENTRIES:
        raise ValueError(
            f"{call}: {name} has shape {shape}, {size:,} entries; the view shows up to {MOST_ENTRIES:,}. "
            "Take smaller sizes: a few samples, inputs and units show the same sum."
        )


def _entry(value, shape):
    """value as the (h, k) of a matrix of this shape; in a row one index is enough. Raises TypeError or ValueError."""
    rows, columns = shape
    index = (value,) if is_whole(value) else tuple(value) if isinstance(value, (tuple, list)) else ()
    index = (0, *index) if rows == len(index) == 1 else index
    return checked_entry("KeyIdeaExplorer: entry", index or value, (rows, columns), "X")


def _structure(structural, dY_dX):
    if structural is None:
        return dY_dX != 0
    structural = plain_array(f"{_CALL}: structural", structural)
    if structural.dtype != bool or structural.shape != dY_dX.shape:
        given = f"{structural.dtype} of shape {structural.shape}"
        raise ShapeError(f"{_CALL}: structural is {given}, expected bool of {dY_dX.shape}, like dY_dX.")
    lost = np.argwhere((dY_dX != 0) & ~structural)
    if len(lost):
        i = lost[0].tolist()
        raise ValueError(f"{_CALL}: structural{i} is False, but dY_dX{i} is {dY_dX[tuple(i)]:g}, expected True there")
    return structural


def _as_rows(shape, symbols):
    """Shape and symbols of a matrix; a vector is one row."""
    return ((1, *shape), ("1", *symbols) if symbols else ()) if len(shape) == 1 else (shape, symbols)


def _texts(names, y_shape, x_shape, by_index):
    """What the view says where it is given a tensor: the key idea itself (row S4)."""
    (Y, X, G), all_of_Y = names, ", ".join(":" * len(y_shape))
    y, x = ("[{j}]" if len(y_shape) == 1 else "[{i}, {j}]"), ("[{k}]" if len(x_shape) == 1 else "[{h}, {k}]")
    left, right, slopes = [f"∂{Y}/∂{X}", "left"], [G, "right"], f"d{Y}_d{X}[{all_of_Y}, {x[1:]}"
    about = {"Y": Y, "X": X, "z": "z", "y": y, "x": x, "by_index": by_index, "counted": "", "at": []}
    return about | {
        "gradient": f"∇_{X} z",
        "result": f"(∇_{X} z){x}",
        "term": [f"∂{Y}{y}/∂{X}{x}", f"{G}{y}"],
        "formula": [[f"∇_{X} z", "result"], " = Σ ", left, " · ", right, f"   over every index of {Y}"],
        "code": [["np.sum", "result"], "(", [slopes, "left"], " * ", right, ")"],
    }
