"""KeyIdeaExplorer: one entry of a gradient, and the sum over every index of Y that makes it (rows S4 and S10 to S20)."""

import re

import numpy as np
import traitlets

from course_lib import dense
from course_lib.arguments import plain_array
from course_lib.jacobian import key_idea
from course_lib.pictures.blackboard import board
from course_lib.pictures.panel import Panel, check_symbols, check_texts, checked_entry, checked_index, listed
from course_lib.shapes import ShapeError
from course_lib.views.shared.view import View, as_floats, as_made, check_size, packed, script, turn, unpacked

_CALL = "KeyIdeaExplorer(dY_dX, dz_dY)"
_OF_LAYER = "KeyIdeaExplorer.of_layer(wrt, O, W, b, G)"
_SYMBOLS = {"O": ("m", "n_in"), "W": ("n_in", "n_out"), "b": ("1", "n_out"), "G": ("m", "n_out")}

# What the view of a layer says. {i}, {j} is an entry of Z, and {h}, {k} the chosen one. A piece with a key is linked
# with what it stands for: "left" with the factors beside G, "right" with G, "result" with the entry of the gradient.
# The left factor of a product stands in the matrix `source`, at the place `at`; without one it is 1.
_G, _ENTRY, _ONE_FOR_EACH_SAMPLE = ["G", "right"], ["[{h}, {k}]", "result"], "m, one for each sample, at [i, {k}]"
_TEXTS = {
    "W": {
        "counted": _ONE_FOR_EACH_SAMPLE,
        "source": "O",
        "at": ["i", "h"],
        "formula": [["∇_W L", "result"], " = ", ["O^T", "left"], " ", _G, "   (n_in, m) (m, n_out) → (n_in, n_out)"],
        "code": ["(", ["O.T", "left"], " @ ", _G, ")", _ENTRY],
    },
    "b": {
        "counted": _ONE_FOR_EACH_SAMPLE,
        "formula": [["∇_b L", "result"], " = ", ["[1 … 1]", "left"], " ", _G, "   (1, m) (m, n_out) → (1, n_out)"],
        "code": [_G, ".sum(axis=0, keepdims=True)", _ENTRY],
    },
    "O": {
        "counted": "n_out, one for each unit, at [{h}, j]",
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
    dY_dX, those of Y first. structural: a boolean array of the shape of dY_dX, True where an entry can differ from 0 by
    its index; by default, where it is not 0. entry: (h, k). It and step, how many products are added, can be set later too;
    a new entry keeps the step, as far as it has that many products.

    Raises ShapeError for shapes and symbols that do not fit, TypeError for what is no array of real numbers, ValueError
    for another rank, an empty or non-finite array, more than 512 x 512 entries, a structural that is False where dY_dX is
    not 0, or an entry or step that is not there.
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

    def __init__(self, dY_dX, dz_dY, names=("Y", "X", "G"), symbols=(), structural=None, entry=(0, 0), **traits):
        check_texts(f"{_CALL}: names", names, 3)
        dY_dX, dz_dY = as_floats(_CALL, "dY_dX", dY_dX), as_floats(_CALL, "dz_dY", dz_dY)
        gradient = key_idea(dY_dX, dz_dY)  # raises ShapeError
        y_shape, x_shape = dz_dY.shape, gradient.shape
        if not {len(y_shape), len(x_shape)} <= {1, 2}:
            given = f"dz_dY gives Y the shape {y_shape}, and dY_dX gives X the shape {x_shape}"
            raise ValueError(f"{_CALL}: {given}, expected one or two indexes for each")
        check_size(_CALL, "dY_dX", dY_dX.shape)
        if listed(f"{_CALL}: symbols", symbols):
            check_symbols(f"{_CALL}: dY_dX", dY_dX.shape, symbols, {})
        marked = _structure(structural, dY_dX)
        texts = _texts(names, y_shape, x_shape, structural is not None) | traits.pop("texts", {})
        sides = tuple(symbols)[: len(y_shape)], tuple(symbols)[len(y_shape) :]
        of_y, of_x = (side and ("1", *side)[-2:] for side in sides)  # a vector is one row
        self._repr = f"KeyIdeaExplorer(d{names[0]}/d{names[1]} {dY_dX.shape}, {names[2]} {y_shape})"
        G, gradient = np.atleast_2d(dz_dY), np.atleast_2d(gradient)
        super().__init__(
            tensor=packed(f"∂{names[0]}/∂{names[1]}", dY_dX.reshape(G.shape + gradient.shape), of_y + of_x),
            structural=marked.tobytes(),
            G=packed(names[2], G, of_y),
            gradient=packed(texts["gradient"], gradient, of_x),
            texts=texts,
            **traits,
            entry=entry,
        )

    @classmethod
    def of_layer(cls, wrt, O, W, b, G, entry=(0, 0)):
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
        check_size(_OF_LAYER, f"∂Z/∂{wrt}", (m, n_out, *layer[wrt].shape))
        slopes = {
            "W": lambda: dense.dZ_dW(layer["O"], n_out),
            "b": lambda: dense.dZ_db(m, n_out),
            "O": lambda: dense.dZ_dO(m, layer["W"]),
        }[wrt]()  # (m, n_out) + the shape of wrt
        i, j, h, k = np.indices(slopes.shape)
        source = texts.get("source")
        left = "{}[{{{}}}, {{{}}}]".format(source, *texts["at"]) if source else "1"  # O[{i}, {h}]
        return cls(
            slopes,
            layer["G"],
            names=("Z", wrt, "G"),
            symbols=_SYMBOLS["G"] + _SYMBOLS[wrt],
            structural=i == h if wrt == "O" else j == k,
            entry=entry,
            source=packed(source, layer[source], _SYMBOLS[source]) if source else {},
            texts=texts | {"z": "L", "gradient": f"∇_{wrt} L", "term": [left, "G[{i}, {j}]"]},
        )

    @traitlets.validate("entry")
    def _one_of_X(self, proposal):
        return checked_entry("KeyIdeaExplorer: entry", proposal["value"], self.gradient["shape"], "X")

    @traitlets.validate("step")
    def _one_of_the_steps(self, proposal):
        return checked_index("KeyIdeaExplorer: step", proposal["value"], len(self._cells()))

    @traitlets.observe("entry")
    def _no_more_steps_than_products(self, change):
        self.step = min(self.step, len(self._cells()))

    def __repr__(self):
        return self._repr

    def figure(self):
        """dY/dX[entry] and G, the structural non-zeros outlined, and what of the gradient is made; below, the sum in words."""
        cells, step, texts = self._cells(), self.step, self.texts
        slopes, G = unpacked(self.tensor)[:, :, *self.entry], unpacked(self.G)
        gradient = as_made(self.gradient, self.made)
        if step:
            gradient[self.entry] = sum(slopes[cell] * G[cell] for cell in cells[:step])
        of_y, of_x = (tuple(A["symbols"] or map(str, A["shape"])) for A in (self.G, self.gradient))
        name = f"∂{texts['Y']}/∂({texts['X']}{list(self.entry)})"
        left, right = Panel(name, slopes, of_y, entries=cells), Panel(self.G["name"], G, of_y, entries=cells)
        result = Panel(self.gradient["name"], gradient, of_x, entries=[self.entry])
        terms = [_filled("·".join(texts["term"]), (*cell, *self.entry)) for cell in cells]
        terms = [*terms[:2], "…", terms[-1]] if len(terms) > 4 else terms or ["0, an empty sum"]
        sofar = gradient[self.entry]
        total = "?" if sofar is np.ma.masked else f"{sofar:.4g}".replace("-", "−")
        end = f"after {step} of {len(cells)} products: {total}" if step else total
        words = f"({self.gradient['name']}){list(self.entry)} = {' + '.join(terms)} = {end}"
        return board([[left, "⊙", right, "→", result]], words)

    def _cells(self):
        """The indexes (i, j) of the structural non-zeros of dY/dX[entry]."""
        marked = np.frombuffer(self.structural, dtype=bool).reshape(self.tensor["shape"])
        return [(int(i), int(j)) for i, j in np.argwhere(marked[:, :, *self.entry])]


def _filled(text, index):
    """A text with numbers in place of {i}, {j}, {h} and {k}."""
    return re.sub(r"\{([ijhk])\}", lambda found: str(index["ijhk".index(found[1])]), text)


def _structure(structural, dY_dX):
    if structural is None:
        return dY_dX != 0
    structural = plain_array(f"{_CALL}: structural", structural)
    if structural.dtype != bool or structural.shape != dY_dX.shape:
        given = f"{structural.dtype} of shape {structural.shape}"
        raise ShapeError(f"{_CALL}: structural is {given}, expected bool of {dY_dX.shape}, like dY_dX.")
    if denied := np.argwhere(~structural & (dY_dX != 0)).tolist():
        raise ValueError(f"{_CALL}: structural{denied[0]} is False, expected True: dY_dX is not 0 there")
    return structural


def _texts(names, y_shape, x_shape, by_index):
    """What the view says where it is given a tensor: the key idea itself (row S4)."""
    Y, X, G = names
    gradient, indexes = f"∇_{X} z", [":"] * len(y_shape) + ["{h}", "{k}"][-len(x_shape) :]
    left, right = [f"∂{Y}/∂{X}", "left"], [G, "right"]
    return {"Y": Y, "X": X, "z": "z", "by_index": by_index, "counted": "", "at": [], "gradient": gradient} | {
        "term": [f"∂{Y}[{{i}}, {{j}}]/∂{X}[{{h}}, {{k}}]", f"{G}[{{i}}, {{j}}]"],
        "formula": [[gradient, "result"], " = Σ ", left, " · ", right, f"   over every index of {Y}"],
        "code": [["np.sum", "result"], "(", [f"d{Y}_d{X}[{', '.join(indexes)}]", "left"], " * ", right, ")"],
    }
