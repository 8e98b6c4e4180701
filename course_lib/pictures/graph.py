"""A layer as a graph: circles for inputs and units, an edge for each weight, and what one entry has to do with others."""

import numpy as np
from matplotlib.lines import Line2D

from course_lib.arguments import Whole
from course_lib.pictures.blackboard import new_figure, styled
from course_lib.pictures.look import SIZE, look
from course_lib.pictures.panel import checked_entry, checked_index

_LEFT, _RIGHT = 0, 10  # where inputs and units stand; the inputs are 1 apart


@styled
def layer(m, n_in, n_out, W=None, b=None, O=None):
    """A layer of n_in inputs and n_out units, for m samples. A highlighted entry has a line for each product it is in.

    W: the (h, k) of a weight, in a product of every sample. b: the k of a bias, added in every sample. O: the (h, k) of
    an input, which goes to every unit. The Figure says in words what it shows.
    Raises TypeError or ValueError for what is no size of at least 1 or no index of such an entry.
    """
    call = "layer(m, n_in, n_out)"
    for name, size in (("m", m), ("n_in", n_in), ("n_out", n_out)):
        Whole(1)(call, name, size)
    fig = new_figure(*(7, 4.6) if look().large else (8.4, 5))
    ax = fig.add_axes([0.02, 0.02, 0.96, 0.96])
    ax.set_axis_off()
    inputs = {h: (_LEFT, -float(h)) for h in range(n_in)} | {"1": (_LEFT, -float(n_in))}
    units = {k: (_RIGHT, -(n_in - n_out + 1) / 2 - k) for k in range(n_out)}
    for start, end in ((start, end) for start in inputs.values() for end in units.values()):
        ax.plot(*zip(start, end, strict=True), color=look().curves[5], linewidth=0.7, alpha=0.6, zorder=1)

    lines, words, ends = [], [], {}

    def highlight(edges, strands, label, said):
        """Edges, pairs (input, unit), each of so many strands, with the label on the first of them."""
        colour, dashes = look().curves[len(lines)], ("-", (0, (5, 1.5)), (0, (1.5, 1)))[len(lines)]
        style = {"color": colour, "linestyle": dashes, "linewidth": 1.6 if strands > 1 else 3}
        t = np.linspace(0, 1, 50)
        for start, end in edges:
            (x0, y0), (x1, y1) = inputs[start], units[end]
            for bend in np.linspace(-0.4, 0.4, strands) if strands > 1 else [0]:
                ax.plot(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t + bend * np.sin(np.pi * t), zorder=2, **style)
            ends.update({("input", start): colour, ("unit", end): colour})
        (x0, y0), (x1, y1) = inputs[edges[0][0]], units[edges[0][1]]
        at = (0.35, 0.62, 0.2)[len(lines)]
        box = {"facecolor": look().paper, "edgecolor": colour, "boxstyle": "round,pad=0.25"}
        words_there = {"size": 15, "weight": "bold", "color": colour, "ha": "center", "va": "center", "bbox": box}
        ax.text(x0 + (x1 - x0) * at, y0 + (y1 - y0) * at, label, zorder=5, **words_there)
        lines.append(Line2D([], [], **style | {"linewidth": 3}))
        words.append(f"{label} {said}")

    if W is not None:
        h, k = checked_entry(f"{call}: W", W, (n_in, n_out), "W")
        highlight([(h, k)], m, f"W[{h}, {k}]", f"is in {m} products, one for each sample: a sum over samples")
    if b is not None:
        k = checked_index(f"{call}: b", b, n_out - 1)
        highlight([("1", k)], m, f"b[{k}]", f"is added {m} times, once in each sample: a sum over samples")
    if O is not None:
        h, k = checked_entry(f"{call}: O", O, (m, n_in), "O")
        edges = [(k, j) for j in units]
        highlight(edges, 1, f"O[{h}, {k}]", f"is in {n_out} products, one for each unit: a sum over units")

    for side, nodes in (("input", inputs), ("unit", units)):
        for name, (x, y) in nodes.items():
            colour, width = ends.get((side, name), look().ink), 3.5 if (side, name) in ends else 1.5
            shape = {"marker": "s" if name == "1" else "o", "markersize": 25, "markerfacecolor": look().paper}
            ax.plot([x], [y], markeredgecolor=colour, markeredgewidth=width, zorder=3, **shape)
            ax.text(x, y, str(name), size=14, ha="center", va="center", zorder=4)
    for x, text in ((_LEFT, "inputs of a sample i\nO[i, …]"), (_RIGHT, "units\nZ[i, …]")):
        ax.text(x, 1.15, text, size=13, ha="center", va="center")
    ax.text(_LEFT - 0.8, -n_in, "always 1", size=SIZE, ha="right", va="center")
    ax.set(xlim=(_LEFT - 2.6, _RIGHT + 1.4), ylim=(-n_in - 1 - 0.55 * len(lines), 1.8))
    if lines:
        ax.legend(lines, words, loc="lower center", frameon=False, fontsize=12, handlelength=2.6)
    graph = f"A layer as a graph: {n_in} inputs and a 1 on the left, {n_out} units on the right, and an edge from each to each"
    fig.alt = ". ".join([graph, *words]) + "."
    return fig
