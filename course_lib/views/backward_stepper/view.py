"""BackwardStepper: one pass of a network, forwards and backwards, one formula at a time."""

import itertools
import re

import numpy as np
import traitlets

from course_lib.losses import mse, softmax, softmax_cross_entropy
from course_lib.pictures.blackboard import board
from course_lib.pictures.panel import Panel, checked_index
from course_lib.views.shared.batch import checked_batch
from course_lib.views.shared.view import View, as_matrix, packed, script, unpacked

_CALL = "BackwardStepper(network, X, target)"


class BackwardStepper(View):
    """Every step of a pass: Z = O W + b and O = f(Z) by layer, the loss, and back with f', (A), (B), (C) (rows S5 to S21).

    X: (m, sizes[0]), target: (m, sizes[-1]); a vector is one sample. step: which step is shown, from 0, the data, to
    6 * layers. The view runs `network.forward` and `network.backward` itself: a Trace alone would not hold the
    gradients, and the weights may have changed since it was made. It keeps copies; layers count from 0.
    Raises TypeError for anything but a Network and real numbers, ShapeError where shapes do not fit, ValueError for a
    network with a regularizer, an empty or huge batch, entries that are not finite, a target that the loss refuses, or
    a step that does not exist.
    """

    _esm, _css = script(__file__)
    kept = ("step",)
    sizes = traitlets.List().tag(sync=True)
    matrices = traitlets.Dict().tag(sync=True)  # by name
    steps = traitlets.List().tag(sync=True)  # see _step
    step = traitlets.Any(0).tag(sync=True)

    def __init__(self, network, X, target, step=0):
        X, target = checked_batch(_CALL, network, X, target)  # (m, n_0), (m, n_last)
        if network.lam:
            raise ValueError(f"{_CALL}: network.lam is {network.lam:g}, expected 0: the steps are those of L alone")
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is drawn as inf and nan
            trace = network.forward(X)
            gradients = network.backward(trace, target)
            L = network.loss.both(trace.O[-1], target)[0]
            matrices = _matrices(network, trace, gradients, target)
        super().__init__(
            sizes=list(network.sizes),
            matrices={
                name: packed(name, as_matrix(_CALL, name, A), symbols) for name, (A, symbols) in matrices.items()
            },
            steps=[_step(*parts) for parts in itertools.chain(_forwards(network), _backwards(network, L))],
            step=step,
        )

    @traitlets.validate("step")
    def _one_of_the_steps(self, proposal):
        return checked_index("BackwardStepper: step", proposal["value"], len(self.steps) - 1)

    def __repr__(self):
        X, T = (tuple(self.matrices[name]["shape"]) for name in ("O[0]", "T"))
        units = "-".join(map(str, self.sizes))
        return f"BackwardStepper({units} network, X {X}, target {T}, step {self.step} of {len(self.steps) - 1})"

    def figure(self):
        """The matrices of the step, laid out as its formula, with the formula and what it says in words below."""
        step, parts = self.steps[self.step], []
        for part in step["parts"]:
            matrix = self.matrices.get(part)
            panel = matrix and Panel(part, unpacked(matrix), tuple(matrix["symbols"]))
            parts.append(panel or part.strip() or "@")
        return board([parts], f"Step {self.step} of {len(self.steps) - 1}. {step['words']}")


def _matrices(network, trace, gradients, target):
    """{name: (array, its two symbols)} of everything that a step may show. Layer l takes n_l units to n_(l + 1)."""
    m, last = len(target), len(gradients)
    named = {"O[0]": (trace.O[0], ("m", "n_0")), "T": (target, ("m", f"n_{last}"))}
    named["1^T"] = (np.ones((1, m)), ("1", "m"))
    for l, ((W, b), (dW, db), Z, G) in enumerate(zip(network.parameters, gradients, trace.Z, trace.G, strict=True)):
        n_in, n_out, activation = f"n_{l}", f"n_{l + 1}", network.activations[l]
        named |= {f"W[{l}]": (W, (n_in, n_out)), f"b[{l}]": (b, ("1", n_out))}
        named |= {f"Z[{l}]": (Z, ("m", n_out)), f"O[{l + 1}]": (trace.O[l + 1], ("m", n_out))}
        named |= {f"{activation}'(Z[{l}])": (activation.f_prime(Z), ("m", n_out)), f"G[{l}]": (G, ("m", n_out))}
        named |= {f"O[{l}]^T": (trace.O[l].T, (n_in, "m")), f"W[{l}]^T": (W.T, (n_out, n_in))}
        named |= {f"∇_W[{l}] L": (dW, (n_in, n_out)), f"∇_b[{l}] L": (db, ("1", n_out))}
        named[f"∇_O[{l + 1}] L"] = trace.dL_dO[l + 1], ("m", n_out)
    if network.loss is softmax_cross_entropy:
        named[f"softmax(O[{last}])"] = softmax(trace.O[-1]), ("m", f"n_{last}")
    return named


def _step(title, formula, form, note):
    """One step as the browser takes it; names of matrices stand between angle brackets in the formula, result first.

    form: how an entry of the result is made: "product" (a row times a column, plus an entry of b),
    "entries" (from the same entry of each matrix), or "whole" (no sum to show).
    """
    pieces = re.split(r"<(.+?)>", formula)
    sources = [re.search(r"^T$|∇_O\[\d+\] L|\b[OZWbG]\[\d+\]", name) for name in pieces[3::2]]
    uses = [source.group() for source in sources if source]  # those that the row of all matrices has
    words = f"{title}: {''.join(pieces)}. {note}"
    parts = {"parts": [piece for piece in pieces if piece], "result": pieces[1], "uses": uses}
    return {"title": title, "words": words, "form": form} | parts


def _forwards(network):
    yield "The batch X and its target T are given", "<O[0]> = X, with <T>", "whole", "One row for each sample."
    last = len(network.activations) - 1
    for l, f in enumerate(network.activations):
        formula = f"<Z[{l}]> = <O[{l}]> <W[{l}]> + <b[{l}]>"
        yield f"Layer {l} forwards: the pre-activations", formula, "product", "The row b is added to every sample."
        note = "Entry by entry. This is the " + ("network's output." if l == last else f"input of layer {l + 1}.")
        yield f"Layer {l} forwards: the activation {f}", f"<O[{l + 1}]> = {f}( <Z[{l}]> )", "entries", note


def _backwards(network, L):
    last = len(network.activations)
    formula, form = f"{network.loss}.gradient( <O[{last}]> , <T> )", "whole"
    note = f"L = {L:.4g}, one number for the whole batch."
    if network.loss in (mse, softmax_cross_entropy):
        output = f"<O[{last}]>" if network.loss is mse else f"<softmax(O[{last}])>"
        formula, form = f"( {output} − <T> ) / m", "entries"
        note += " The 1/m of its mean stands here and nowhere else."
    yield f"The loss {network.loss} gives the first G", f"<∇_O[{last}] L> = {formula}", form, note
    for l in reversed(range(last)):
        here, f = f"Layer {l} backwards", network.activations[l]
        note = f"Entry by entry: from the gradient for the output O[{l + 1}] to the gradient for Z[{l}]."
        formula = f"<G[{l}]> = <∇_O[{l + 1}] L> ⊙ <{f}'(Z[{l}])>"
        yield f"{here}: undo the activation {f}", formula, "entries", note
        formula, note = f"<∇_W[{l}] L> = <O[{l}]^T> <G[{l}]>", "A sum over the m samples, for each entry of W."
        yield f"{here}, (A)", formula, "product", note
        note = "The column sums of G: a sum over the m samples." + ("" if l else " The pass is complete.")
        yield f"{here}, (B)", f"<∇_b[{l}] L> = <1^T> <G[{l}]>", "product", note
        if l:
            note = f"A sum over the units of layer {l}. For layer {l - 1} this is G, with the activation still to undo."
            formula = f"<∇_O[{l}] L> = <G[{l}]> <W[{l}]^T>"
            yield f"{here}, (C)", formula, "product", note
