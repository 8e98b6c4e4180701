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

MOST_NODES, MOST_ENTRIES = 16, 12
_CALL = "GraphStepper(node, names)"
_BOX, _LINE, _MARGIN = 44, 15, 16  # pixels


class GraphStepper(View):
    """The graph of a node that is a single number, and `backward` on it, one local rule a step.

    names: {"x": x, ...}, of nodes in it; all others show their operation. Above each edge stands the value that goes
    along it, below it the gradient that comes back: at a fork, one part for each edge. step: 0 shows values alone, 1 the
    gradient 1 of the node itself, and each further one the rule of one more node. `backward` is run on the node.

    Raises TypeError for other than Nodes, ShapeError for more than one number, ValueError for more than 16 nodes, for
    arrays of more than 12 entries or 2 axes, and for a step that does not exist.
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
        large = [A.shape for A in values if A.size > MOST_ENTRIES or A.ndim > 2]
        if len(order) > MOST_NODES or large:
            found = f"an array of shape {large[0]}" if large else f"{len(order)} nodes"
            expected = f"up to {MOST_NODES} nodes of up to {MOST_ENTRIES} entries in one or two axes"
            raise ValueError(f"{_CALL}: node depends on {found}, expected {expected}")
        given = {each: name for name, each in names.items()}
        called = {
            each: given.get(each) or each.operation or (_said(each.value) if each.value.size == 1 else f"input {k}")
            for k, each in enumerate(order, 1)
        }
        gives = {  # what each node's rule gives to each of its factors
            each: [(parent, unbroadcast(rule(each.grad), parent.shape)) for parent, rule in each.parents]
            for each in reversed(order)
            if each.parents
        }
        gap = 56 + 2 * _LINE * max(len(_lines(A)) for A in values)
        across = min(132, 56 + 8 * max(len(line) for A in values for line in _lines(A)))
        places = _places(order, across, gap)
        x, y = places[node]
        edges, steps = [_edge([x, y], [x + across, y], 0, 1, node.value, node.grad)], {}
        for step_of, (each, parts) in enumerate(gives.items(), 2):
            steps[each] = step_of
            twice = len(parts) == 2 and parts[0][0] is parts[1][0]  # then the two edges are bent apart
            for k, (parent, gradient) in enumerate(parts):
                bend = (2 * k - 1) * gap * twice
                edges.append(_edge(places[parent], places[each], bend, step_of, parent.value, gradient))
        nodes = [
            {"name": name, "place": places[each], "step": steps.get(each, 0), "width": max(34, 9 * len(name) + 12)}
            for each, name in called.items()
        ]
        _set_labels(edges, nodes)
        size = [x + across + _MARGIN, max(y for _, y in places.values()) + gap / 2]
        super().__init__(nodes=nodes, edges=edges, words=_words(order, called, gives), size=size, step=step)

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


def _places(order, across, gap):
    """{node: [x, y]}: each right of its parents, an input right before what it is used for first."""
    edges, column, row = [(parent, each) for each in order for parent, _ in each.parents], {}, {}
    for each in order:
        column[each] = 1 + max((column[parent] for parent, _ in each.parents), default=-1)
    inputs = [each for each in order if not each.parents]
    column |= {each: min((column[to] for start, to in edges if start is each), default=1) - 1 for each in inputs}
    for each in sorted(inputs, key=column.get) + [each for each in order if each.parents]:
        row[each] = float(np.mean([row[parent] for parent, _ in each.parents] or len(row)))
        beside = [row[other] for other in row if column[other] == column[each] and other is not each]
        while any(abs(other - row[each]) < 1 for other in beside):
            row[each] += 0.5
    # The more edges pass between two columns, the further apart the columns are.
    passing = [sum(column[start] <= k < column[to] for start, to in edges) for k in range(max(column.values()))]
    x = _MARGIN + _BOX + np.cumsum([0, *(max(across, 36 * count) for count in passing)])
    return {each: [float(x[column[each]]), (0.5 + row[each]) * gap] for each in order}


def _edge(start, end, bend, step, value, gradient):
    """What the browser draws of an edge: a curve of three points, and its texts."""
    (x0, y0), (x1, y1) = start, end
    path = [[x0, y0], [(x0 + x1) / 2, (y0 + y1) / 2 + bend], [x1, y1]]
    return {"path": path, "step": step, "value": _lines(value), "gradient": _lines(gradient)}


def _set_labels(edges, nodes):
    """Say where on its curve each edge has its texts: where they cover least of other texts, of nodes and of curves."""
    curves = [[_point(edge, t) for t in np.linspace(0, 1, 41)] for edge in edges]
    taken = [
        (node["place"], (node["width"] / 2 + 5, _BOX / 2), 1) for node in nodes
    ]  # middle, half of the sides, weight
    for k, edge in enumerate(edges):
        lines = edge["value"] + edge["gradient"]
        half = np.array([4 * max(map(len, lines)) + 3, _LINE * len(lines) / 2 + 5])
        passing = [(point, (4, 4), 0.5) for other in (*curves[:k], *curves[k + 1 :]) for point in other]
        middles, halves, weights = (np.array(part) for part in zip(*taken, *passing, strict=True))
        places = np.array([_point(edge, 0.45 + t) for t in sorted(np.linspace(-0.3, 0.3, 31), key=abs)])
        sides = np.clip(halves + half - abs(middles - places[:, np.newaxis]), 0, 2 * np.minimum(halves, half))
        edge["label"] = places[np.argmin(sides.prod(axis=2) @ weights)].tolist()
        taken.append((edge["label"], half, 1))


def _point(edge, t):
    return [float((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c) for a, b, c in zip(*edge["path"], strict=True)]


def _lines(A):
    """The rows of an array as text, with a minus and up to three digits."""
    rows = [[f"{x:.3g}".replace("-", "−") for x in row] for row in np.atleast_2d(A)]
    width = max((len(text) for row in rows for text in row), default=0)
    return [" ".join(text.rjust(width) for text in row) for row in rows]


def _said(A):
    """An array as numpy writes it, in one line; a single number without brackets."""
    text = np.array2string(A, separator=", ", formatter={"all": lambda x: f"{x:.3g}".replace("-", "−")})
    return text.strip("[]") if A.size == 1 else " ".join(text.split())


def _words(order, called, gives):
    """What is said at each step."""
    inputs = [(called[each], _said(each.value)) for each in order if not each.parents]
    inputs = ", ".join(name if name == value else f"{name} = {value}" for name, value in inputs)
    words = [f"values alone: from {inputs} to {_said(order[-1].value)}."]
    words += [f"the way back begins: the gradient of {called[order[-1]]} with respect to itself is 1."]
    for each, parts in gives.items():
        given = ", ".join(f"{_said(part)} to {called[parent]}" for parent, part in parts)
        uses = sum(parent is each for others in gives.values() for parent, _ in others)
        added = f", the sum of {uses} edges" if uses > 1 else ""
        words.append(f"{called[each]} has the gradient {_said(each.grad)}{added}; its rule gives {given}.")
    return words
