"""A layer as others store it, made from the letters of its axes: what notebook 13 arrives at.

s counts samples, i inputs, o units, and 1 is an axis of length 1. In letters nothing is turned, (A) is si,so->io
everywhere; a convention is the order in which an array has its letters.
"""

from dataclasses import dataclass, fields

import numpy as np
from IPython.display import Markdown

from course_lib import dense

_ORDERS = {"O": ("si", "is"), "W": ("io", "oi"), "b": ("1o", "o1", "o"), "Z": ("so", "os")}  # the notes' own first
_SIZES = {"s": "m", "i": "n_in", "o": "n_out", "1": "1"}


@dataclass(frozen=True)
class Convention:
    """How a layer's arrays are stored: O is "si" or "is", W "io" or "oi", b "1o", "o1" or "o", Z (and G) "so" or "os".

    Raises ValueError for other letters.
    """

    O: str = "si"
    W: str = "io"
    b: str = "1o"
    Z: str = "so"

    def __post_init__(self):
        for name, orders in _ORDERS.items():
            if getattr(self, name) not in orders:
                expected = " or ".join(map(repr, orders))
                raise ValueError(f"Convention(...): {name} is {getattr(self, name)!r}, expected {expected}")

    def stored(self, name, A):
        """The notes' O, W, b or Z (or G, as "Z"), of shape (m, n_in) and so on, in this convention's order."""
        letters, (notes, *_) = getattr(self, name), _ORDERS[name]
        return A[0] if len(letters) == 1 else A if letters == notes else A.T

    def formulas(self, O, W, b, G):
        """{"forward", "(A)", "(B)" and "(C)": (code, value)}, of this convention's own arrays.

        The arguments are the notes' arrays, (m, n_in), (n_in, n_out), (1, n_out), (m, n_out).
        """
        flat = len(self.b) == 1
        inputs, weights = ("O", self.O, self.stored("O", O)), ("W", self.W, self.stored("W", W))
        gradient, column = ("G", self.Z, self.stored("Z", G)), np.ones((len(G), 1), int)
        ones = ("ones", "s", column[:, 0]) if flat else ("ones", "s1", column)
        row = self.Z.replace("s", "1")  # the bias broadcasts along the samples
        code, _, bias = _turned(("b", row if flat else self.b, self.stored("b", b)), row)
        if flat and row == "o1":
            code, bias = "b[:, None]", bias[:, None]
        product, _, Z = _product(self.Z, inputs, weights)
        return {
            "forward": (f"{product} + {code}", Z + bias),
            "(A)": _product(self.W, inputs, gradient)[::2],
            "(B)": _product(self.b, ones, gradient)[::2],
            "(C)": _product(self.O, gradient, weights)[::2],
        }

    def holds(self, O, W, b, G):
        """{formula: whether its value is what `dense` gives, stored this way}: equality, so take fractions.

        The arguments are those of `formulas`, (m, n_in), (n_in, n_out), (1, n_out), (m, n_out).
        """
        right = {
            "forward": self.stored("Z", dense.forward(O, W, b)),
            "(A)": self.stored("W", dense.grad_W(O, G)),
            "(B)": self.stored("b", dense.grad_b(G)),
            "(C)": self.stored("O", dense.grad_O(G, W)),
        }
        found = self.formulas(O, W, b, G)
        return {name: np.array_equal(found[name][1], right[name]) for name in right}


def table(conventions, O, W, b, G):
    """{name: Convention} as a table: the shapes that are stored, and the formulas as code, with whether they hold.

    The arrays are the notes' own, (m, n_in), (n_in, n_out), (1, n_out), (m, n_out).
    """
    lines = ["| | " + " | ".join(conventions) + " |", "|---" * (len(conventions) + 1) + "|"]
    for field in fields(Convention):
        shapes = [", ".join(_SIZES[s] for s in getattr(each, field.name)) for each in conventions.values()]
        cells = [f"({shape})" if "," in shape else f"({shape},)" for shape in shapes]
        lines.append(f"| **{field.name}** | " + " | ".join(cells) + " |")
    found = [(each.formulas(O, W, b, G), each.holds(O, W, b, G)) for each in conventions.values()]
    for name in ("forward", "(A)", "(B)", "(C)"):
        cells = [f"`{made[name][0]}`<br>{'holds' if holds[name] else 'WRONG'}" for made, holds in found]
        lines.append(f"| **{name}** | " + " | ".join(cells) + " |")
    return Markdown("\n".join(lines))


def _turned(P, letters):
    """P, that is (code, letters, array), with its axes in the order of these letters."""
    code, own, A = P
    return P if own == letters else (f"{code}.T", letters, A.T)


def _product(letters, P, Q):
    """The matrix product of P and Q with these letters: that with the first one stands left; the shared one is summed."""
    left, right = (P, Q) if letters[0] in P[1] else (Q, P)
    (summed,) = {*P[1]} & {*Q[1]}
    (first, _, A), (second, _, B) = _turned(left, letters[0] + summed), _turned(right, summed + letters[1:])
    return f"{first} @ {second}", letters, A @ B
