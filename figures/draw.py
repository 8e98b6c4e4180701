"""Draw every picture in this folder, as SVG and as PNG: `python figures/draw.py`.

Each picture is drawn by course_lib from one small batch of whole numbers, and every result in it is computed here.
FIGURES maps the name of a picture to the function that makes its Figure.
"""

from itertools import product
from pathlib import Path

import numpy as np
from matplotlib import rc_context

from course_lib import dense, plots
from course_lib.activations import relu, sigmoid
from course_lib.blackboard import board
from course_lib.jacobian import key_idea
from course_lib.network import Network
from course_lib.panel import number
from course_lib.plots import Panel

m, n_in, n_out = 7, 5, 3  # different primes: no size can stand for another
h, k = 1, 2  # the entry that the pictures follow

rng = np.random.default_rng(452)  # a seed that leaves few zeros, so that a structural zero stands out
O = rng.integers(-3, 4, (m, n_in)).astype(float)
W = rng.integers(-3, 4, (n_in, n_out)).astype(float)
b = rng.integers(-3, 4, (1, n_out)).astype(float)
G = rng.integers(-3, 4, (m, n_out)).astype(float)
Z = dense.forward(O, W, b)
dW = dense.grad_W(O, G)

ROWS, WEIGHTS, UNITS = ("m", "n_in"), ("n_in", "n_out"), ("m", "n_out")


def overview():
    """One entry of grad_W L = Oᵀ G: column h of O times column k of G, one product for each sample."""
    products = O[:, [h]] * G[:, [k]]  # (m, 1)
    terms = " + ".join(f"({number(o)})({number(g)})" for o, g in zip(O[:, h], G[:, k], strict=True))
    return plots.equation(
        *(Panel("O", O, ROWS, columns=[h]), "with", Panel("G", G, UNITS, columns=[k]), "→"),
        *(Panel(f"O[:, {h}] ⊙ G[:, {k}]", products, ("m", "1"), columns=[0]), "sum →"),
        Panel("grad_W L = Oᵀ G", dW, WEIGHTS, entries=[(h, k)]),
        caption=f"(grad_W L)[{h}, {k}] = {terms} = {number(dW[h, k])}, one product for each sample.",
    )


def batch_forward():
    """Z = O W + b, with row 2 of O and of Z: one sample."""
    return plots.equation(
        *(Panel("O", O, ROWS, rows=[2]), "@", Panel("W", W, WEIGHTS), "+", Panel("b", b, ("1", "n_out")), "="),
        Panel("Z", Z, UNITS, rows=[2]),
        caption="One sample is one row, from O to Z. The row b is added to every sample.",
    )


def undo_activation():
    """G ⊙ f'(Z): from dL/dO of the layer's output to dL/dZ."""
    return plots.equation(
        *(Panel("G = dL/dO", G, UNITS), "⊙", Panel("f′(Z), f = relu", relu.derivative(Z), UNITS), "="),
        Panel("G = dL/dZ", dense.undo_activation(G, Z, relu), UNITS),
        caption="Entry by entry: G passes where Z is above 0.",
    )


def dZ_dW_pattern():
    """m structural non-zeros for each entry of W."""
    structural = dense.dZ_dW(np.ones_like(O), n_out) == 1
    tensor = dense.dZ_dW(O, n_out)
    return plots.nonzero_pattern("dZ/dW", tensor, UNITS, WEIGHTS, entry=(h, k), structural=structural)


def dZ_db_pattern():
    """m structural non-zeros for each entry of b."""
    return plots.nonzero_pattern("dZ/db", dense.dZ_db(m, n_out), UNITS, ("1", "n_out"), entry=(0, k))


def dZ_dO_pattern():
    """n_out structural non-zeros for each entry of O."""
    structural = dense.dZ_dO(m, np.ones_like(W)) == 1
    return plots.nonzero_pattern("dZ/dO", dense.dZ_dO(m, W), UNITS, ROWS, entry=(h, k), structural=structural)


def key_idea_for_W():
    """The key idea for W[h, k]: the panel [h, k] of dZ/dW times G, summed over every index of Z."""
    panel = dense.dZ_dW(O, n_out)[:, :, h, k]  # (m, n_out)
    return plots.equation(
        *(Panel(f"dZ/dW[{h}, {k}]", panel, UNITS, columns=[k]), "⊙", Panel("G", G, UNITS, columns=[k]), "="),
        *(Panel("products", panel * G, UNITS, columns=[k]), "sum →", Panel("grad_W L", dW, WEIGHTS, entries=[(h, k)])),
        caption=f"Only column {k} of dZ/dW[{h}, {k}] is not zero, and it is column {h} of O. "
        f"The sum of all products is {number((panel * G).sum())}.",
    )


def grad_W():
    """(A) grad_W L = Oᵀ G."""
    return plots.product(
        *(("Oᵀ", O.T, ("n_in", "m")), ("G", G, UNITS), ("grad_W L", dW, WEIGHTS)),
        entry=(h, k),
        caption=f"(A) Row {h} of Oᵀ is column {h} of O. Its product with column {k} of G is entry [{h}, {k}].",
    )


def grad_b():
    """(B) grad_b L = [1 ... 1] G."""
    return plots.product(
        *(("[1 … 1]", np.ones((1, m)), ("1", "m")), ("G", G, UNITS), ("grad_b L", dense.grad_b(G), ("1", "n_out"))),
        entry=(0, k),
        caption=f"(B) Ones times column {k} of G: its sum over the m = {m} samples.",
    )


def grad_O():
    """(C) grad_O L = G Wᵀ."""
    return plots.product(
        *(("G", G, UNITS), ("Wᵀ", W.T, ("n_out", "n_in")), ("grad_O L", dense.grad_O(G, W), ROWS)),
        entry=(h, k),
        caption=f"(C) Column {k} of Wᵀ is row {k} of W. Its product with row {h} of G is entry [{h}, {k}].",
    )


def backward_loop():
    """Two layers: every matrix of the forward pass, and below it its gradient."""
    network = Network([n_in, 3, 2], sigmoid)
    trace = network.forward(O / 4)  # not too far out, where sigmoid is flat
    network.backward(trace, target=G[:, :2])
    return plots.trace(trace)


def square_trap():
    """m = n_in = n_out = 3: eight products of O and G have the shape of W, and one of them is the gradient."""
    n = 3
    O_square, G_square = O[:n, :n], G[:n, :n]
    true = key_idea(dense.dZ_dW(O_square, n), G_square)
    factors = {
        "O": (O_square, ROWS),
        "Oᵀ": (O_square.T, ROWS[::-1]),
        "G": (G_square, UNITS),
        "Gᵀ": (G_square.T, UNITS[::-1]),
    }
    table = [[Panel("grad_W L, by the key idea", true, WEIGHTS)], [None]]
    for i, (o, g, swapped) in enumerate(product(("Oᵀ", "O"), ("G", "Gᵀ"), (False, True))):
        left, right = (g, o) if swapped else (o, g)
        (A, (rows, _)), (B, (_, columns)) = factors[left], factors[right]
        sign = "=" if np.array_equal(A @ B, true) else "≠"
        table[i // 4] += [sign, Panel(f"{left} {right}", A @ B, (rows, columns))]
    equal = sum(part == "=" for row in table for part in row)
    caption = f"m = n_in = n_out = {n}: eight products have the shape of W. Equal to the gradient: {equal}."
    return board(table, caption)


def gradient_flow():
    """Ten layers of sigmoid units: G shrinks on its way back."""
    network = Network([20] * 11, sigmoid)
    data = np.random.default_rng(0)
    trace = network.forward(data.standard_normal((50, 20)))
    network.backward(trace, target=data.standard_normal((50, 20)))
    return plots.gradient_flow(trace)


FIGURES = {
    function.__name__: function
    for function in (
        *(overview, batch_forward, undo_activation, key_idea_for_W),
        *(dZ_dW_pattern, grad_W, dZ_db_pattern, grad_b, dZ_dO_pattern, grad_O),
        *(backward_loop, square_trap, gradient_flow),
    )
}


def draw(folder):
    """Write every picture into the folder, as name.svg, where text stays text, and name.png; always the same bytes."""
    for name, function in FIGURES.items():
        figure, title = function(), function.__doc__
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
            figure.savefig(Path(folder, f"{name}.svg"), metadata={"Title": title, "Date": None, "Creator": None})
        figure.savefig(Path(folder, f"{name}.png"), metadata={"Title": title, "Software": None})


if __name__ == "__main__":
    draw(Path(__file__).parent)
