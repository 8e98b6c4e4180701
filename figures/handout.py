"""One A4 page to hand out, in black and white: formulas with shapes, non-zero patterns, and the backward loop.

Every shape under a formula is that of an array, and every pattern is a tensor of course_lib.
"""

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle
from pictures import BIAS, ROWS, UNITS, WEIGHTS, G, O, O_out, T, W, Z, b, dW, h, k, lam, m, n_in, n_out

from course_lib import dense
from course_lib.activations import relu
from course_lib.losses import mse
from course_lib.pictures.blackboard import new_figure, styled
from course_lib.pictures.panel import Panel, check_symbols, in_symbols, number
from course_lib.regularizers import l2

WIDTH, HEIGHT, MARGIN = 210 / 25.4, 297 / 25.4, 0.5  # inches
GREY, BLACK = "#e0e0e0", "black"

# Panels say a factor and its shape, pairs say it in words, and strings stand between factors.
FORMULAS = {
    "Forward": (
        (
            *(Panel("$Z$", Z, UNITS), "=", Panel("$O$", O, ROWS), Panel("$W$", W, WEIGHTS), "+"),
            Panel("$b$", b, BIAS),
        ),
        (
            "$Z_{ij} = \\Sigma_h\\, O_{ih} W_{hj} + b_j$,  h = 1 … n_in.  Samples are rows.\n"
            "b is added to every row:  Z = O W + 1 b,  1 is (m, 1).\n"
            "The layer's output is  $O^{(l)} = f(Z)$,  (m, n_out)."
        ),
    ),
    "Key idea": (
        (
            *(("$\\nabla_X\\, z$", "as X"), "=", ("$\\Sigma_j$", "every index of Y"), ("$(\\nabla_X Y_j)$", "as X")),
            ("$\\partial z / \\partial Y_j$", "()"),
        ),
        (
            "X → Y → z, X and Y of any ranks: all paths are added.\n"
            "$(\\nabla_X z)_i = \\Sigma_j\\; (\\partial Y_j / \\partial X_i)\\; (\\partial z / \\partial Y_j)$,"
            "  i and j tuples of indexes."
        ),
    ),
    "First G": (
        (
            *(Panel("$G$", mse.gradient(O_out, T), UNITS), "= $\\frac{1}{m}$ (", Panel("$O^{(l)}$", O_out, UNITS), "−"),
            *(Panel("$T$", T, UNITS), ")"),
        ),
        (
            "for a mean loss, L = 1/(2m) Σ (O − T)².  The 1/m is here,\n"
            "and nowhere else.  Softmax and cross-entropy:\n"
            "(softmax(Z) − T) / m, which is $\\nabla_Z L$ already."
        ),
    ),
    "Undo f": (
        (
            *(Panel("$G$", dense.undo_activation(G, Z, relu), UNITS), "←", Panel("$G$", G, UNITS), "⊙"),
            Panel("$f\\,′(Z)$", relu.derivative(Z), UNITS),
        ),
        (
            "from $\\nabla L$ for the layer's output to $\\nabla_Z L$.  f works entry by\n"
            "entry, so ⊙ does: nothing is summed or transposed."
        ),
    ),
    "(A)": (
        (Panel("$\\nabla_W L$", dW, WEIGHTS), "=", Panel("$O^T$", O.T, ("n_in", "m")), Panel("$G$", G, UNITS)),
        (
            "$(\\nabla_W L)_{hk} = \\Sigma_i\\, O_{ih} G_{ik}$:\n"
            "column h of O with column k of G.\n"
            "A sum over the samples, and no mean."
        ),
    ),
    "(A) for J": (
        (
            *(Panel("$\\nabla_W J$", dW + lam * l2.gradient(W), WEIGHTS), "=", Panel("$O^T$", O.T, ("n_in", "m"))),
            *(Panel("$G$", G, UNITS), "+ λ", Panel("$\\nabla_W \\Omega$", l2.gradient(W), WEIGHTS)),
        ),
        (
            "J = L + λ Ω.  For Ω = ½ Σ W² it is $\\nabla_W \\Omega$ = W, without 1/m.\n"
            "If Ω holds biases too, (B) needs a term + λ $\\nabla_b \\Omega$."
        ),
    ),
    "(B)": (
        (
            *(Panel("$\\nabla_b L$", dense.grad_b(G), BIAS), "=", Panel("[1 … 1]", np.ones((1, m)), ("1", "m"))),
            Panel("$G$", G, UNITS),
        ),
        (
            "$(\\nabla_b L)_k = \\Sigma_i\\, G_{ik}$:  the sum of column k of G, as a row.\n"
            "It is (A) for an input that is always 1.\n"
            "A sum over the samples, and no mean."
        ),
    ),
    "(C)": (
        (
            *(Panel("$\\nabla_O L$", dense.grad_O(G, W), ROWS), "=", Panel("$G$", G, UNITS)),
            Panel("$W^T$", W.T, ("n_out", "n_in")),
        ),
        (
            "$(\\nabla_O L)_{hk} = \\Sigma_j\\, G_{hj} W_{kj}$:\n"
            "row h of G with row k of W.  A sum over the units.\n"
            "It is the G of layer l − 1: undo its f, and go on."
        ),
    ),
}

# For each case analysis: its two cases, the symbols of the tensor, the tensor, where it is not 0 by its index, the
# panel that is shown larger, and how many entries are not 0.
PATTERNS = {
    "dZ/dW": (
        *(
            "$\\partial Z_{ij} / \\partial W_{hk}$ = $O_{ih}$ if j = k, else 0",
            (*UNITS, *WEIGHTS),
            dense.dZ_dW(O, n_out),
        ),
        *(dense.dZ_dW(np.ones_like(O), n_out) == 1, (h, k), "m structural\nnon-zeros,\ncolumn k of Z"),
    ),
    "dZ/db": (
        *("$\\partial Z_{ij} / \\partial b_k$ = 1 if j = k, else 0", (*UNITS, *BIAS), dense.dZ_db(m, n_out)),
        *(dense.dZ_db(m, n_out) == 1, (0, k), "m structural\nnon-zeros,\ncolumn k of Z"),
    ),
    "dZ/dO": (
        *("$\\partial Z_{ij} / \\partial O_{hk}$ = $W_{kj}$ if i = h, else 0", (*UNITS, *ROWS), dense.dZ_dO(m, W)),
        *(dense.dZ_dO(m, np.ones_like(W)) == 1, (h, k), "n_out structural\nnon-zeros,\nrow h of Z"),
    ),
}

LOOP = """\
dO, gradients = loss.gradient(O[-1], target), []       # the first G, (m, n_out)
for layer in reversed(range(len(parameters))):
    W, b = parameters[layer]
    G = dO * activations[layer].derivative(Z[layer])   # undo f
    dW = O[layer].T @ G                                # (A)
    db = G.sum(axis=0, keepdims=True)                  # (B)
    dO = G @ W.T                                       # (C): the first G of the layer before
    gradients.insert(0, (dW, db))                      # dW is (n_in, n_out), db is (1, n_out)
"""


@styled
def handout():
    """The page, a Figure of the size of A4."""
    with rc_context({"mathtext.fontset": "dejavusans", "axes.linewidth": 0.6}):
        page = new_figure(WIDTH, HEIGHT)
        _text(page, MARGIN, 0.6, "Backpropagation, shape by shape", size=17, weight="bold")
        notation = (
            "One layer and a whole batch: m samples, n_in inputs, n_out units.  L is the loss, f the activation, "
            "⊙ the product\nentry by entry.  A gradient has the shape of the thing.  G is the gradient that is carried "
            "backwards: first for the\nlayer's output O⁽ˡ⁾, then for Z.  In the formulas indexes count from 1, in the code "
            "from 0."
        )
        _text(page, MARGIN, 0.82, notation, size=8.5, va="top", linespacing=1.3)
        y = 1.65
        for label, (parts, note) in FORMULAS.items():
            _text(page, MARGIN, y, label, size=10, weight="bold")
            _formula(page, MARGIN + 0.9, y, parts)
            _text(page, 4.55, y + 0.05, note, size=7.5, linespacing=1.4)
            y += 0.56
        _rule(page, y - 0.22)
        _text(page, MARGIN, y - 0.02, "Which entries are not zero", size=10, weight="bold")
        about = (
            f"A small panel is all of Z, for one entry of W, b or O: black where that entry can move it. Here m = {m}, "
            f"n_in = {n_in}, n_out = {n_out}."
        )
        _text(page, MARGIN, y + 0.16, about, size=7.5)
        for x, (name, pattern) in zip((MARGIN, 3.0, 5.3), PATTERNS.items(), strict=True):
            _pattern(page, x, y + 0.42, name, *pattern)
        _rule(page, 9.88)
        _text(page, MARGIN, 10.05, "The backward loop", size=10, weight="bold")
        code = {"family": "DejaVu Sans Mono", "parse_math": False, "linespacing": 1.25}
        _text(page, MARGIN, 10.18, LOOP, size=7.8, va="top", **code)
    return page


def _text(page, x, y, text, va="center", **look):
    """Text whose left edge is at x inches from the left, y inches from the top."""
    return page.text(x / WIDTH, 1 - y / HEIGHT, text, va=va, ha=look.pop("ha", "left"), color=BLACK, **look)


def _rule(page, y):
    page.add_artist(Rectangle((MARGIN / WIDTH, 1 - y / HEIGHT), 1 - 2 * MARGIN / WIDTH, 0, color=BLACK, linewidth=0.6))


def _formula(page, x, y, parts):
    """Factors side by side, each above its shape; a symbol means one size in the whole formula."""
    known, renderer = {}, FigureCanvasAgg(page).get_renderer()
    for part in parts:
        if isinstance(part, Panel):
            part.check(known)
            part = part.name, in_symbols(part.symbols)
        factor, shape = (part, "") if isinstance(part, str) else part
        texts = [_text(page, x, y, factor, size=12, ha="center")]
        if shape:
            texts.append(_text(page, x, y + 0.19, shape, size=6.5, ha="center", parse_math=False))
        width = max(text.get_window_extent(renderer).width for text in texts) / page.dpi
        for text in texts:
            text.set_x((x + width / 2) / WIDTH)
        x += width + 0.07


def _pattern(page, x, y, name, cases, symbols, tensor, structural, entry, count):
    """All panels of a Jacobian, small, and one of them large, with its numbers. tensor: (m, n_out, p, q)."""
    check_symbols(name, tensor.shape, symbols, {})
    rows, columns, p, q = tensor.shape
    _text(page, x, y, cases, size=8)
    _text(page, x, y + 0.2, f"{name}: {in_symbols(symbols)}", size=7, parse_math=False)
    small, large, top = 0.044, 0.175, y + 0.56
    for place in np.ndindex(p, q):
        left, upper = x + 0.25 + place[1] * (columns + 1) * small, top + place[0] * (rows + 1) * small
        ax = _cells(page, left, upper, structural[:, :, *place], small, lines=0.2)
        if place == entry:
            ax.add_patch(Rectangle((0, 0), columns, rows, fill=False, linewidth=1.5, edgecolor=BLACK, clip_on=False))
        if place[0] == 0:
            _text(page, left + columns * small / 2, top - 0.08, str(place[1]), size=5.5, ha="center")
        if place[1] == 0:
            _text(page, x + 0.2, upper + rows * small / 2, str(place[0]), size=5.5, ha="right")
    _text(page, x, top + (p * (rows + 1) - 1) * small / 2, "h", size=7, style="italic")
    _text(page, x + 0.25 + (q * (columns + 1) - 1) * small / 2, top - 0.19, "k", size=7, style="italic", ha="center")

    left = x + 0.25 + (q * (columns + 1) - 1) * small + 0.38
    one = _cells(page, left, top + 0.12, structural[:, :, *entry], large, lines=0.5)
    for i, j in np.ndindex(rows, columns):
        colour = "white" if structural[i, j, *entry] else BLACK
        look = {"size": 6.5, "ha": "center", "va": "center", "color": colour, "parse_math": False}
        one.text(j + 0.5, i + 0.5, number(tensor[i, j, *entry]), **look)
    one.set_xticks(np.arange(columns) + 0.5, labels=range(columns))
    one.set_yticks(np.arange(rows) + 0.5, labels=range(rows))
    one.tick_params(length=0, pad=2, labelsize=5.5, labeltop=True, labelbottom=False, colors=BLACK)
    _text(page, left + columns * large + 0.08, top + 0.12 + rows * large / 2, "i", size=7, style="italic")
    at = f"h, k = {', '.join(str(index) for index in entry)};  j →"
    _text(page, left - 0.1, top - 0.19, at, size=7, parse_math=False)
    _text(page, left - 0.1, top + 0.2 + rows * large, count, size=6.5, va="top", parse_math=False)


def _cells(page, x, y, filled, cell, lines):
    """A matrix of booleans as black and grey cells; its upper left corner is at x, y."""
    rows, columns = filled.shape
    box = [x / WIDTH, 1 - (y + rows * cell) / HEIGHT, columns * cell / WIDTH, rows * cell / HEIGHT]
    ax = page.add_axes(box, xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[], label=f"{x} {y}")
    ax.spines[:].set_visible(False)
    look = {"cmap": ListedColormap([GREY, BLACK]), "vmin": 0, "vmax": 1, "edgecolors": "white", "linewidth": lines}
    ax.pcolormesh(filled, **look)
    return ax
