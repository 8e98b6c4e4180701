"""A layer as a graph: circles for inputs and units, an edge for each weight, and what one entry has to do with others."""

from itertools import product

import numpy as np

from course_lib.arguments import Whole
from course_lib.pictures.blackboard import new_figure, styled
from course_lib.pictures.look import SIZE, look
from course_lib.pictures.panel import checked_entry, checked_index
from course_lib.shapes import shape_checked

_LEFT, _RIGHT = 0.0, 10.0  # where inputs and units stand; the inputs are 1 apart
_STYLES = ("-", 0.35), ((0, (5, 1.5)), 0.62), ((0, (1.5, 1)), 0.2)  # of lines, and of the label on the first


@styled
@shape_checked
def layer(m: Whole(1), n_in: Whole(1), n_out: Whole(1), W=None, b=None, O=None):
    """A layer of n_in inputs and n_out units, for m samples. A highlighted entry has a line for each product it is in.

    W: the (h, k) of a weight, in a product of every sample. b: the k of a bias, added in every sample. O: the (h, k) of
    an input, which goes to every unit. The Figure says in words what it shows.
    """
    highlights = []  # what is said of an entry, its edges, and how many lines each of them has
    if W is not None:
        h, k = checked_entry("layer(...): W", W, (n_in, n_out), "W")
        highlights.append((f"W[{h}, {k}] is in {m} products, one for each sample: a sum over samples", [(h, k)], m))
    if b is not None:
        k = checked_index("layer(...): b", b, n_out - 1)
        highlights.append((f"b[{k}] is added {m} times, once in each sample: a sum over samples", [("1", k)], m))
    if O is not None:
        h, k = checked_entry("layer(...): O", O, (m, n_in), "O")
        words = f"O[{h}, {k}] is in {n_out} products, one for each unit: a sum over units"
        highlights.append((words, [(k, j) for j in range(n_out)], 1))

    fig = new_figure(8, 4.8)
    ax = fig.add_axes([0.02, 0.02, 0.96, 0.96], frame_on=False, xticks=[], yticks=[])
    inputs = {h: np.array([_LEFT, -h]) for h in range(n_in)} | {"1": np.array([_LEFT, -n_in])}
    units = {k: np.array([_RIGHT, -(n_in - n_out + 1) / 2 - k]) for k in range(n_out)}
    for start, end in product(inputs.values(), units.values()):
        ax.plot(*zip(start, end, strict=True), color=look().curves[5], linewidth=0.7, alpha=0.6, zorder=1)
    ends, t = {}, np.linspace(0, 1, 50)[:, None]  # colours; from an input to a unit
    for (words, edges, strands), colour, (dashes, at) in zip(highlights, look().curves, _STYLES, strict=False):
        ax.plot([], [], color=colour, linestyle=dashes, linewidth=3, label=words)
        for start, end in edges:
            straight = inputs[start] + (units[end] - inputs[start]) * t  # (50, 2)
            for bend in np.linspace(-0.4, 0.4, strands) if strands > 1 else [0]:
                style = {"color": colour, "linestyle": dashes, "linewidth": 1.6 if strands > 1 else 3}
                ax.plot(*(straight + [0, bend] * np.sin(np.pi * t)).T, zorder=2, **style)
            ends |= {("input", start): colour, ("unit", end): colour}
        start, end = edges[0]
        box = {"facecolor": look().paper, "edgecolor": colour, "boxstyle": "round,pad=0.25"}
        style = {"size": 15, "weight": "bold", "color": colour, "ha": "center", "va": "center", "bbox": box}
        ax.text(*(inputs[start] + (units[end] - inputs[start]) * at), words.split(" is ")[0], zorder=5, **style)

    for side, nodes in (("input", inputs), ("unit", units)):
        for name, (x, y) in nodes.items():
            colour, width = ends.get((side, name), look().ink), 3.5 if (side, name) in ends else 1.5
            shape = {"marker": "s" if name == "1" else "o", "markersize": 25, "markerfacecolor": look().paper}
            ax.plot([x], [y], markeredgecolor=colour, markeredgewidth=width, zorder=3, **shape)
            ax.text(x, y, str(name), size=14, ha="center", va="center", zorder=4)
    for x, text in ((_LEFT, "inputs of a sample i\nO[i, …]"), (_RIGHT, "units\nZ[i, …]")):
        ax.text(x, 1.15, text, size=13, ha="center", va="center")
    ax.text(_LEFT - 0.8, -n_in, "always 1", size=SIZE, ha="right", va="center")
    ax.set(xlim=(_LEFT - 2.6, _RIGHT + 1.4), ylim=(-n_in - 1 - 0.55 * len(highlights), 1.8))
    if highlights:
        ax.legend(loc="lower center", frameon=False, fontsize=12, handlelength=2.6)
    graph = f"A layer as a graph: {n_in} inputs and a 1 on the left, {n_out} units on the right, and an edge from each to each"
    fig.alt = ". ".join([graph, *(words for words, *_ in highlights)]) + "."
    return fig
