"""GraphStepper: a small expression as a graph, values above and gradients below each edge, and the way back step by step."""

import numpy as np
import traitlets
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from course_lib.arguments import describe
from course_lib.autodiff import Node, backward, in_order, unbroadcast
from course_lib.pictures.blackboard import new_figure
from course_lib.pictures.look import look
from course_lib.pictures.panel import checked_index
from course_lib.views.shared.view import View, script

MOST_NODES, MOST_ENTRIES, MOST_ROWS = 16, 12, 4
_CALL = "GraphStepper(node, names)"
_BOX, _LINE, _MARGIN = 44, 15, 16  # pixels


class GraphStepper(View):
    """The graph of a node that is a single number, and `backward` on it, one local rule a step.

    names: {"x": x, ...}, of nodes in it; all others show their operation. Above each edge stands the value that goes
    along it, below it the gradient that comes back: at a fork, one part for each edge. step: 0 shows values alone, 1 the
    gradient 1 of the node itself, and each further one the rule of one more node. `backward` is run on the node.

    Raises TypeError for other than Nodes, ShapeError for more than one number, ValueError for more than 16 nodes, for
    arrays of more than 12 entries, 4 rows or 2 axes, and for a step that does not exist.
    """

    _esm, _css = script(__file__)
    kept = ("step",)
    nodes = traitlets.List().tag(sync=True)
    edges = traitlets.List().tag(sync=True)
    words = traitlets.List().tag(sync=True)  # what is said at each step
    size = traitlets.List().tag(sync=True)
    step = traitlets.Any(0).tag(sync=True)

    def __init__(self, node, names=None, step=0):
        names = {} if names is None else names
        named = isinstance(names, dict) and all(isinstance(name, str) for name in names)
        if not named or not all(isinstance(each, Node) for each in names.values()):
            raise TypeError(f"{_CALL}: names is {describe(names)}, expected a dict of text and Nodes")
        backward(node)
        order = in_order(node)
        values = [each.value for each in order]
        large = [A.shape for A in values if A.size > MOST_ENTRIES or A.ndim > 2 or len(_lines(A)) > MOST_ROWS]
        if len(order) > MOST_NODES or large:
            found = f"an array of shape {large[0]}" if large else f"{len(order)} nodes"
            expected = f"up to {MOST_NODES} nodes of up to {MOST_ENTRIES} entries in up to {MOST_ROWS} rows"
            raise ValueError(f"{_CALL}: node depends on {found}, expected {expected}")
        given = {each: name for name, each in names.items()}
        called, unnamed = {}, 0
        for each in order:
            called[each] = given.get(each) or each.operation
            if not called[each]:
                unnamed += 1
                called[each] = _said(each.value) if each.value.size == 1 else f"input {unnamed}"
        inner = [each for each in reversed(order) if each.parents]
        checked_index("GraphStepper(node, names, step): step", step, len(inner) + 1)
        places = _places(order)
        gap = 56 + 2 * _LINE * max(len(_lines(A)) for A in values)
        widths = {each: max(34, 9 * len(name) + 12) for each, name in called.items()}
        across = min(132, 56 + 8 * max(len(line) for A in values for line in _lines(A)))
        places = _pixels(places, inner, gap, across, max(_BOX, *widths.values()))
        edges, words = _edges(inner, places, gap), [_forward_words(node, order, called)]
        words += [f"the way back begins: the gradient of {called[node]} with respect to itself is 1."]
        words += [_words(each, called, order) for each in inner]
        x, y = places[node]
        edges.append(_edge([x, y], [x + across, y], 0, 1, node.value, node.grad))
        steps = {each: step for step, each in enumerate(inner, 2)}
        nodes = [
            {"name": called[each], "place": places[each], "step": steps.get(each, 0), "width": widths[each]}
            for each in order
        ]
        _set_labels(edges, nodes)
        size = [x + across + _MARGIN, max(y for _, y in places.values()) + gap / 2]
        super().__init__(nodes=nodes, edges=edges, words=words, size=size, step=step)

    @traitlets.validate("step")
    def _one_that_exists(self, proposal):
        return checked_index("GraphStepper: step", proposal["value"], len(self.words) - 1)

    def __repr__(self):
        return (
            f"GraphStepper({len(self.nodes)} nodes, step {self.step} of {len(self.words) - 1}: {self.words[self.step]})"
        )

    def figure(self):
        """The graph, with the gradients that are known after the step."""
        width, height = self.size
        figure = new_figure(width / 90, height / 90)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, width), ylim=(height, 0))
        axes.axis("off")
        ink, paper = look().ink, look().paper
        text = {"family": "monospace", "fontsize": 9, "ha": "center", "linespacing": 1.15}
        text["bbox"] = {"facecolor": paper, "edgecolor": "none", "pad": 0.6}
        for edge in self.edges:
            curve = Path(edge["path"], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
            thick = 2.5 if edge["step"] == self.step else 1
            axes.add_patch(PathPatch(curve, facecolor="none", edgecolor=ink, lw=thick))
            x, y = edge["label"]
            axes.text(x, y - 4, "\n".join(edge["value"]), va="bottom", color=ink, **text)
            if edge["step"] <= self.step:
                gradient = "\n".join(edge["gradient"])
                axes.text(x, y + 4, gradient, va="top", color=look().curves[0], weight="bold", **text)
        for node in self.nodes:
            box = {"boxstyle": "round,pad=0.4", "facecolor": paper, "edgecolor": ink}
            box["lw"] = 2.5 if node["step"] == self.step > 0 else 1
            axes.text(*node["place"], node["name"], ha="center", va="center", color=ink, bbox=box)
        return figure


def _places(order):
    """{node: (column, row)}: each right of its parents, an input right before what it is used for first."""
    column, row, used = {}, {}, {}
    for each in order:
        column[each] = 1 + max((column[parent] for parent, _ in each.parents), default=-1)
        for parent, _ in each.parents:
            used[parent] = min(used.get(parent, column[each]), column[each])
    inputs = sorted((each for each in order if not each.parents), key=lambda each: used.get(each, 0))
    column |= {each: used.get(each, 1) - 1 for each in inputs}
    row = {each: float(k) for k, each in enumerate(inputs)}
    for each in order:
        if each.parents:
            row[each] = float(np.mean([row[parent] for parent, _ in each.parents]))
            beside = [row[other] for other in row if column[other] == column[each] and other is not each]
            while any(abs(other - row[each]) < 1 for other in beside):
                row[each] += 0.5
    return {each: (column[each], row[each]) for each in order}


def _pixels(places, inner, gap, across, widest):
    """The same places in pixels; the more edges pass between two columns, the further apart they are."""
    x = [_MARGIN + widest / 2]
    for k in range(max(column for column, _ in places.values())):
        passing = sum(places[parent][0] <= k < places[each][0] for each in inner for parent, _ in each.parents)
        x.append(x[-1] + max(across, 36 * passing))
    return {each: [x[column], (0.5 + row) * gap] for each, (column, row) in places.items()}


def _edges(inner, places, gap):
    """What the browser draws of each edge: a curve of three points, and its texts."""
    edges = []
    for step, each in enumerate(inner, 2):
        for k, (parent, rule) in enumerate(each.parents):
            same = [j for j, (other, _) in enumerate(each.parents) if other is parent]
            bend = (same.index(k) - (len(same) - 1) / 2) * 2 * gap
            gradient = unbroadcast(rule(each.grad), parent.shape)
            ends = places[parent], places[each]
            edges.append(_edge(*ends, bend, step, parent.value, gradient))
    return edges


def _edge(start, end, bend, step, value, gradient):
    (x0, y0), (x1, y1) = start, end
    path = [[x0, y0], [(x0 + x1) / 2, (y0 + y1) / 2 + bend], [x1, y1]]
    return {"path": path, "step": step, "value": _lines(value), "gradient": _lines(gradient)}


def _set_labels(edges, nodes):
    """Say where on its curve each edge has its texts: where they cover least of other texts, of nodes and of curves."""
    curves = [[_point(edge, t) for t in np.linspace(0, 1, 41)] for edge in edges]
    taken = [_around(node["place"], node["width"] / 2 + 5, _BOX / 2) for node in nodes]
    for k, edge in enumerate(edges):
        near = [_around(point, 4, 4) for other in (*curves[:k], *curves[k + 1 :]) for point in other]

        def covered(t, edge=edge, near=near):
            box = _box(edge, t)
            return sum(_common(box, other) for other in taken) + 0.5 * sum(_common(box, other) for other in near)

        t = min(sorted(np.linspace(0.2, 0.8, 31), key=lambda t: abs(t - 0.45)), key=covered)
        edge["label"] = _point(edge, t)
        taken.append(_box(edge, t))


def _point(edge, t):
    return [float((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c) for a, b, c in zip(*edge["path"], strict=True)]


def _box(edge, t):
    """What the two texts of an edge take around the point t of its curve: left, top, right, bottom."""
    lines = edge["value"] + edge["gradient"]
    return _around(_point(edge, t), 4 * max(map(len, lines)) + 3, _LINE * len(lines) / 2 + 5)


def _around(point, half, high):
    x, y = point
    return x - half, y - high, x + half, y + high


def _common(a, b):
    """The area that two boxes share."""
    return max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))


def _lines(A):
    """The rows of an array as text, with a minus and up to three digits."""
    rows = [[f"{x:.3g}".replace("-", "−") for x in row] for row in np.atleast_2d(A)]
    width = max((len(text) for row in rows for text in row), default=0)
    return [" ".join(text.rjust(width) for text in row) for row in rows]


def _said(A):
    """An array as numpy writes it, in one line; a single number without brackets."""
    rows = [", ".join(line.split()) for line in _lines(A)]
    if A.size == 1:
        return rows[0]
    rows = [f"[{row}]" for row in rows]
    return rows[0] if A.ndim == 1 else f"[{', '.join(rows)}]"


def _forward_words(node, order, called):
    inputs = {called[each]: _said(each.value) for each in order if not each.parents}
    inputs = ", ".join(name if name == value else f"{name} = {value}" for name, value in inputs.items())
    return f"values alone: from {inputs} to {_said(node.value)}."


def _words(each, called, order):
    parts = [(parent, unbroadcast(rule(each.grad), parent.shape)) for parent, rule in each.parents]
    gives = ", ".join(f"{_said(part)} to {called[parent]}" for parent, part in parts)
    uses = sum(parent is each for other in order for parent, _ in other.parents)
    added = f", the sum of {uses} edges" if uses > 1 else ""
    return f"{called[each]} has the gradient {_said(each.grad)}{added}; its rule gives {gives}."
