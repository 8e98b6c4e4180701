"""The pictures of the course: one function for each, named after the row of the derivation that it shows.

PICTURES maps the name of a picture to its `Picture`. The layer's pictures follow one small batch of whole numbers from
O to G; those of S2 to S4 have the maps of notebooks 01 and 02. Every result in them is computed here, by course_lib. A
function's docstring is the caption of its picture.
"""

from itertools import product
from typing import NamedTuple

import numpy as np

from course_lib import curves, dense, plots
from course_lib.activations import relu, sigmoid
from course_lib.jacobian import chain, key_idea, numeric_jacobian
from course_lib.losses import mse
from course_lib.network import Network
from course_lib.pictures.blackboard import board
from course_lib.pictures.panel import number
from course_lib.pictures.plots import Panel
from course_lib.regularizers import l2

m, n_in, n_out = 7, 5, 3  # different primes: no size can stand for another
h, k = 1, 2  # the entry that the pictures follow
i = 2  # the sample
lam = 0.5

rng = np.random.default_rng(452)  # a seed that leaves few zeros, so that a structural zero stands out
O = rng.integers(-3, 4, (m, n_in)).astype(float)
W = rng.integers(-3, 4, (n_in, n_out)).astype(float)
b = rng.integers(-3, 4, (1, n_out)).astype(float)
G = rng.integers(-3, 4, (m, n_out)).astype(float)
Z = dense.forward(O, W, b)
O_out = relu(Z)
T = O_out - m * G  # the targets for which G is the first G of mse
dW = dense.grad_W(O, G)

ROWS, WEIGHTS, UNITS, BIAS = ("m", "n_in"), ("n_in", "n_out"), ("m", "n_out"), ("1", "n_out")
PICTURES = {}


class Picture(NamedTuple):
    """A function that makes a Figure, the row that it shows ("" for none), and its text for those who do not see it."""

    draw: callable
    row: str
    alt: str

    @property
    def caption(self):
        """One line."""
        return " ".join(self.draw.__doc__.split())


def picture(alt):
    """Put the function below into PICTURES."""

    def keep(function):
        name = function.__name__
        PICTURES[name] = Picture(function, name.split("_")[0] if name.startswith("S") else "", alt)
        return function

    return keep


@picture(
    "x is the column (2, 5, 3), with entry 2 outlined; y is the column (10, 14), with entry 1 outlined. The Jacobian "
    "dy/dx is 2 by 3: its rows are (5, 2, 0) and (0, 1, 6), and entry [1, 2], which is 6, is outlined."
)
def S2_jacobian():
    """The Jacobian of y = (x₀x₁, x₁ + x₂²): one slope for each pair of a result and a variable, the result's index
    first."""
    x = np.array([2.0, 5.0, 3.0])

    def g(x):
        return np.array([x[0] * x[1], x[1] + x[2] ** 2])

    dy_dx = numeric_jacobian(g, x, method="complex").round(9)
    return plots.equation(
        *(Panel("x", x[:, None], ("n", "1"), rows=[2]), "g →", Panel("y", g(x)[:, None], ("m", "1"), rows=[1])),
        *("slopes →", Panel("dy/dx", dy_dx, ("m", "n"), entries=[(1, 2)])),
        caption=f"(∂y/∂x)[1, 2] = ∂y[1]/∂x[2] = {number(dy_dx[1, 2])}: row 1 belongs to y[1], column 2 to x[2].",
    )


@picture(
    "A is 7 by 5 with row 2 outlined, dx/dz is 5 by 3 with column 1 outlined, and their product dy/dz is 7 by 3 with "
    "entry [2, 1] outlined."
)
def S3_chain():
    """y = A x, where x depends on z: dy/dz = A dx/dz, a sum over every x[j] that lies on the way from z[k] to y[i]."""
    data = np.random.default_rng(1)  # as in notebook 01, section 6
    A = data.integers(-4, 5, (7, 5)).astype(float)
    data.integers(-4, 5, 5)  # its x, which is not needed here
    B = data.choice([-2.0, -1.0, 1.0, 2.0], (5, 3))
    z = np.array([2.0, -1.0, 1.0])
    dx_dz = numeric_jacobian(lambda z: (B @ z) ** 2, z, method="complex").round(9)
    return plots.product(
        *(("A", A, ("m", "n")), ("dx/dz", dx_dz, ("n", "p")), ("dy/dz", chain(A, dx_dz), ("m", "p"))),
        entry=(2, 1),
        caption="∂y[2]/∂z[1]: z[1] moves every x[j], and each x[j] moves y[2]. The products are added.",
    )


@picture(
    "Three matrices of the shape of X, 7 by 3, one for each y[j]: the gradient of y[j] is 1 in column j and 0 elsewhere. "
    "They are multiplied by 14, -7 and 21 and added. The sum is 7 by 3, and each of its rows is (14, -7, 21)."
)
def S4_key_idea():
    """The key idea, for y = the column sums of X: one array of the shape of X for every entry of y, weighed with
    ∂z/∂y[j] and added. X and Y may have any number of indexes."""
    dz_dy = np.array([14.0, -7.0, 21.0])  # as in notebook 02, section 7
    slopes = numeric_jacobian(lambda X: X.sum(axis=0), np.zeros((7, 3)), method="complex").round(9)  # (3, 7, 3)
    parts = []
    for j, weight in enumerate(dz_dy):
        parts += [f"{number(weight)} ·" if j == 0 else f"{'−' if weight < 0 else '+'} {number(abs(weight))} ·"]
        parts += [Panel(f"grad_X y[{j}]", slopes[j], ("m", "n"))]
    return plots.equation(
        *(*parts, "=", Panel("grad_X z", key_idea(slopes, dz_dy), ("m", "n"))),
        caption="Every path from X to z counts, through y[0], y[1] and y[2]: paths are added. The numbers in front are ∂z/∂y.",
    )


@picture(
    "The outputs of a layer and its targets, both 7 by 3, and G, 7 by 3, which is their difference divided by m = 7. Row 2 "
    "is outlined in all three."
)
def S5_rows_of_G():
    """G has one row for each sample: row i is the gradient of the loss for the output of sample i. Here the loss is
    mse, and its 1/m is in G."""
    return plots.equation(
        *(Panel("O⁽ˡ⁾", O_out, UNITS, rows=[i]), "−", Panel("T", T, UNITS, rows=[i]), "divided by m →"),
        Panel("G = dL/dO⁽ˡ⁾", mse.gradient(O_out, T), UNITS, rows=[i]),
        caption=f"Row {i} of G needs row {i} of the output and of the targets, and no other sample.",
    )


@picture(
    "G, 7 by 3, is multiplied entry by entry with the slopes of relu, which are 1 where Z is positive and 0 elsewhere. The "
    "result is G with zeros where the slope is 0."
)
def S6_undo_activation():
    """Undo the activation: G ⊙ f′(Z), from dL/dO of the layer's output to dL/dZ."""
    return plots.equation(
        *(Panel("G = dL/dO", G, UNITS), "⊙", Panel("f′(Z), f = relu", relu.derivative(Z), UNITS), "="),
        Panel("G = dL/dZ", dense.undo_activation(G, Z, relu), UNITS),
        caption="Entry by entry: G passes where Z is above 0.",
    )


@picture(
    "Above, a sample as a row: o, 1 by 5, times W, 5 by 3, plus b, 1 by 3, is z, 1 by 3. Below, the same numbers turned: W "
    "transposed, 3 by 5, times o transposed, 5 by 1, plus b transposed is z transposed, 3 by 1."
)
def S7_one_sample():
    """One sample as a row, z = o W + b, and the same sample as a column: both sides are transposed, and so the product
    turns around."""
    o = O[[i]]
    z = dense.forward(o, W, b)
    row = [
        Panel("o", o, ("1", "n_in")),
        "@",
        Panel("W", W, WEIGHTS),
        "+",
        Panel("b", b, BIAS),
        "=",
        Panel("z", z, BIAS),
    ]
    turned = [part if isinstance(part, str) else _turned(part) for part in row]
    turned[0], turned[2] = turned[2], turned[0]
    return board([row, turned], "W[h, j] is the weight for input h of unit j, in both lines.")


def _turned(panel):
    return Panel(f"{panel.name}ᵀ", panel.A.T, panel.symbols[::-1])


@picture(
    "O, 7 by 5, times W, 5 by 3, plus the row b, 1 by 3, is Z, 7 by 3. Row 2 of O and row 2 of Z are outlined: one sample."
)
def S8_batch_forward():
    """The whole batch: Z = O W + b. One sample is one row, from O to Z."""
    return plots.equation(
        *(Panel("O", O, ROWS, rows=[i]), "@", Panel("W", W, WEIGHTS), "+", Panel("b", b, BIAS), "="),
        Panel("Z", Z, UNITS, rows=[i]),
        caption="One sample is one row, from O to Z. The row b is added to every sample.",
    )


@picture(
    "Z, 7 by 3, with entry [4, 1] outlined, and the gradient of L for Z, 7 by 3, with the same entry outlined. Every entry "
    "of the gradient was measured by moving one entry of Z."
)
def S9_G_of_Z():
    """Now G is the gradient for Z: G[i, j] = dL/dZ[i, j] belongs to component j of sample i. Here it is measured,
    without any formula."""
    measured = numeric_jacobian(lambda Z: mse(relu(Z), T), Z).round(6)
    slope = number(measured[4, 1])
    return plots.equation(
        *(
            Panel("Z", Z, UNITS, entries=[(4, 1)]),
            "move each →",
            Panel("G = grad_Z L", measured, UNITS, entries=[(4, 1)]),
        ),
        caption=f"Z[4, 1] moves by a little, and L moves {slope} times as far.",
    )


@picture(
    "dZ/dW[1, 2], 7 by 3, is 0 but for its column 2; it is multiplied entry by entry with G, and the products are summed "
    "to entry [1, 2] of the gradient for W, 5 by 3."
)
def S10_key_idea_for_W():
    """The key idea for W[h, k]: the panel [h, k] of dZ/dW times G, summed over every index of Z."""
    panel = dense.dZ_dW(O, n_out)[:, :, h, k]  # (m, n_out)
    return plots.equation(
        *(Panel(f"dZ/dW[{h}, {k}]", panel, UNITS, columns=[k]), "⊙", Panel("G", G, UNITS, columns=[k]), "="),
        *(Panel("products", panel * G, UNITS, columns=[k]), "sum →", Panel("grad_W L", dW, WEIGHTS, entries=[(h, k)])),
        caption=f"Only column {k} of dZ/dW[{h}, {k}] is not zero, and it is column {h} of O. "
        f"The sum of all products is {number((panel * G).sum())}.",
    )


@picture(
    "Row 2 of O and column 2 of W are outlined, and entry 2 of b: they make Z[2, 2]. Its derivatives for W, 5 by 3, are row "
    "2 of O in column 2, outlined, and 0 in the other columns."
)
def S11_one_entry_of_Z():
    """One entry of Z has one column of W in it: dZ[i, j]/dW[h, k] is O[i, h] where j = k, and 0 elsewhere."""
    slopes = dense.dZ_dW(O, n_out)[i, k]  # (n_in, n_out)
    return plots.equation(
        *(Panel("O", O, ROWS, rows=[i]), "@", Panel("W", W, WEIGHTS, columns=[k]), "+"),
        *(Panel("b", b, BIAS, entries=[(0, k)]), "slopes →"),
        Panel(f"dZ[{i}, {k}]/dW", slopes, WEIGHTS, columns=[k]),
        caption=f"Z[{i}, {k}] is row {i} of O with column {k} of W, plus b[{k}]. Its slope for W[h, {k}] is O[{i}, h].",
    )


@picture(
    "5 by 3 small panels, one for each weight W[h, k], each 7 by 3, the shape of Z. In each panel the column k is filled, "
    "7 entries of 21, and all other entries are pale. The panel [1, 2] is outlined."
)
def S12_m_nonzeros():
    """Each weight W[h, k] moves m entries of Z: those of unit k, one for every sample."""
    structural = dense.dZ_dW(np.ones_like(O), n_out) == 1
    tensor = dense.dZ_dW(O, n_out)
    return plots.nonzero_pattern("dZ/dW", tensor, UNITS, WEIGHTS, entry=(h, k), structural=structural)


@picture(
    "Column 1 of O, (7, 5), and column 2 of G, (7, 3), are outlined; multiplied sample by sample and summed they give entry "
    "(1, 2) of the gradient for W, which is O transposed times G, (5, 3)."
)
def S13_column_with_column():
    """One entry of grad_W L: column h of O times column k of G, one product for each sample."""
    products = O[:, [h]] * G[:, [k]]  # (m, 1)
    terms = " + ".join(f"({number(o)})({number(g)})" for o, g in zip(O[:, h], G[:, k], strict=True))
    return plots.equation(
        *(Panel("O", O, ROWS, columns=[h]), "with", Panel("G", G, UNITS, columns=[k]), "→"),
        *(Panel(f"O[:, {h}] ⊙ G[:, {k}]", products, ("m", "1"), columns=[0]), "sum →"),
        Panel("grad_W L = Oᵀ G", dW, WEIGHTS, entries=[(h, k)]),
        caption=f"(grad_W L)[{h}, {k}] = {terms} = {number(dW[h, k])}, one product for each sample.",
    )


@picture(
    "O transposed, 5 by 7, with row 1 outlined, times G, 7 by 3, with column 2 outlined, is the gradient for W, 5 by 3, with "
    "entry [1, 2] outlined."
)
def S14_grad_W():
    """The gradient for the weights: grad_W L = Oᵀ G. The columns of O are laid down as rows."""
    return plots.product(
        *(("Oᵀ", O.T, ("n_in", "m")), ("G", G, UNITS), ("grad_W L", dW, WEIGHTS)),
        entry=(h, k),
        caption=f"(A) Row {h} of Oᵀ is column {h} of O. Its product with column {k} of G is entry [{h}, {k}].",
    )


@picture(
    "O transposed times G, 5 by 3, plus 0.5 times the gradient of the regularizer, which is W itself, 5 by 3, is the "
    "gradient of the objective J, 5 by 3."
)
def S15_regularizer():
    """(A) for the objective J = L + λ Ω: the data's part plus λ times the regularizer's, here Ω = ½ Σ W² with λ = 0.5."""
    grad_Omega = l2.gradient(W)
    return plots.equation(
        *(Panel("Oᵀ G", dW, WEIGHTS, entries=[(h, k)]), f"+ {lam} ·"),
        *(Panel("grad_W Ω = W", grad_Omega, WEIGHTS, entries=[(h, k)]), "="),
        Panel("grad_W J", dW + lam * grad_Omega, WEIGHTS, entries=[(h, k)]),
        caption=f"[{h}, {k}]: {number(dW[h, k])} + {lam} · ({number(grad_Omega[h, k])}) = "
        f"{number(dW[h, k] + lam * grad_Omega[h, k])}. No 1/m in front of W: Ω knows of no samples.",
    )


@picture(
    "O W, 7 by 3, plus a column of seven ones times the row b, 1 by 3, is Z, 7 by 3. Row 2 of O W, of the ones and of Z is "
    "outlined."
)
def S16_column_of_ones():
    """The bias without broadcasting: Z = O W + 1 b. A column of m ones times the row b is b in every row."""
    ones = np.ones((m, 1))
    return plots.equation(
        *(Panel("O W", O @ W, UNITS, rows=[i]), "+", Panel("1", ones, ("m", "1"), rows=[i])),
        *("@", Panel("b", b, BIAS), "=", Panel("Z", O @ W + ones @ b, UNITS, rows=[i])),
        caption="The 1 of sample i takes the row b once. 1 b has the form of O W, so what holds for W holds for b.",
    )


@picture(
    "Three small panels, one for each bias b[k], each 7 by 3, the shape of Z. In each panel the column k is filled, 7 "
    "entries of 21. The panel of k = 2 is outlined."
)
def S17_m_ones():
    """Each bias b[k] moves m entries of Z: those of unit k, one for every sample, with the slope 1."""
    return plots.nonzero_pattern("dZ/db", dense.dZ_db(m, n_out), UNITS, BIAS, entry=(0, k))


@picture(
    "A row of seven ones times G, 7 by 3, with column 2 outlined, is the gradient for b, 1 by 3, with entry [0, 2] outlined."
)
def S18_grad_b():
    """The gradient for the bias: grad_b L = [1 … 1] G, the column sums of G as a row."""
    return plots.product(
        *(("[1 … 1]", np.ones((1, m)), ("1", "m")), ("G", G, UNITS), ("grad_b L", dense.grad_b(G), BIAS)),
        entry=(0, k),
        caption=f"(B) Ones times column {k} of G: its sum over the m = {m} samples.",
    )


@picture(
    "7 by 5 small panels, one for each input O[h, k], each 7 by 3, the shape of Z. In each panel the row h is filled, 3 "
    "entries of 21, and all other entries are pale. The panel [1, 2] is outlined."
)
def S19_n_out_nonzeros():
    """Each input O[h, k] moves n_out entries of Z: those of sample h, one for every unit."""
    structural = dense.dZ_dO(m, np.ones_like(W)) == 1
    return plots.nonzero_pattern("dZ/dO", dense.dZ_dO(m, W), UNITS, ROWS, entry=(h, k), structural=structural)


@picture(
    "G, 7 by 3, with row 1 outlined, times W transposed, 3 by 5, with column 2 outlined, is the gradient for O, 7 by 5, with "
    "entry [1, 2] outlined."
)
def S20_grad_O():
    """The gradient for the inputs: grad_O L = G Wᵀ, row h of G with row k of W. A sum over the units."""
    return plots.product(
        *(("G", G, UNITS), ("Wᵀ", W.T, ("n_out", "n_in")), ("grad_O L", dense.grad_O(G, W), ROWS)),
        entry=(h, k),
        caption=f"(C) Column {k} of Wᵀ is row {k} of W. Its product with row {h} of G is entry [{h}, {k}].",
    )


@picture(
    "Two layers, a line for each: from left to right O[0], Z[0], O[1], and then O[1], Z[1], O[2]. Below each but the first, "
    "from right to left, its gradient, which has the same shape: dL_dO[2], G[1], dL_dO[1], and then dL_dO[1], G[0]."
)
def S21_backward_loop():
    """The recursion: grad_O L of a layer is where the layer before begins. Every matrix of the forward pass, and below it
    its gradient, for 4 samples."""
    network = Network([n_in, 3, 2], sigmoid)
    trace = network.forward(O[:4] / 4)  # not too far out, where sigmoid is flat
    network.backward(trace, target=G[:4, :2])
    return plots.trace(trace)


@picture(
    "The gradient for W in a square case, 3 by 3, and eight products of O, G and their transposes in both orders, all 3 by "
    "3. One of them, O transposed times G, is equal to the gradient; seven are not."
)
def square_trap():
    """The square trap: where m = n_in = n_out every product of O and G has the shape of W, and one is the gradient."""
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
    for place, (o, g, swapped) in enumerate(product(("Oᵀ", "O"), ("G", "Gᵀ"), (False, True))):
        left, right = (g, o) if swapped else (o, g)
        (A, (rows, _)), (B, (_, columns)) = factors[left], factors[right]
        sign = "=" if np.array_equal(A @ B, true) else "≠"
        table[place // 4] += [sign, Panel(f"{left} {right}", A @ B, (rows, columns))]
    equal = sum(part == "=" for row in table for part in row)
    caption = f"m = n_in = n_out = {n}: eight products have the shape of W. Equal to the gradient: {equal}."
    return board(table, caption)


@picture(
    "Two curves over the layers 0 to 9, on a logarithmic axis: the root mean square of Z stays nearly level, and that of G "
    "falls towards layer 0 by several orders of magnitude."
)
def G_over_depth():
    """Ten layers of sigmoid units: G shrinks on its way back, from layer 9 to layer 0."""
    network = Network([20] * 11, sigmoid)
    data = np.random.default_rng(0)
    trace = network.forward(data.standard_normal((50, 20)))
    network.backward(trace, target=data.standard_normal((50, 20)))
    rms = {"Z": trace.Z, "G": trace.G}
    rms = {name: [np.sqrt(np.mean(A**2)) for A in by_layer] for name, by_layer in rms.items()}
    return curves.by_layer(rms, "root mean square of the entries")


@picture(
    "A graph of a layer: 5 inputs and a 1 at the left, 3 units at the right, and an edge from each to each. Seven lines "
    "lead from input 1 to unit 2, seven from the 1 to unit 0, and one from input 3 to each of the 3 units."
)
def layer_graph():
    """A layer as a graph, with a line for each product that an entry is in: a weight and a bias are used by every sample,
    an input by every unit."""
    return plots.layer(m, n_in, n_out, W=(h, k), b=0, O=(4, 3))
