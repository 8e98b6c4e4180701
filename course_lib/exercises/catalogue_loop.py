"""Notebook 07: the whole backward pass, from the last layer to the first."""

import itertools

import numpy as np

from course_lib import dense
from course_lib.activations import Activation
from course_lib.exercises.cases import Case, Draw
from course_lib.exercises.catalogue_activations import F_OF, SMOOTH
from course_lib.exercises.catalogue_gradients import data_part
from course_lib.exercises.definition import Definition
from course_lib.exercises.mistakes import Words

# m, the widths, and tags. Equal widths let the mistakes run that forget or exchange weights.
NETWORKS = (
    (7, (5, 3, 2), "notebook"),
    (7, (5, 3, 2), "notebook"),
    (3, (2, 5, 7, 3), "primes"),
    (2, (3, 7, 5), "primes"),
    (5, (3, 2), "edge"),
    (1, (3, 2, 5), "edge"),
    (5, (3, 2, 1), "edge"),
    (4, (4, 4, 4), "square"),
    (3, (3, 3, 3, 3), "square"),
    (5, (3, 3, 3, 3), "square"),
    (2, (6, 6, 6), "square"),
    (6, (4, 4, 4, 2), "square"),
    (5, (2, 7, 3), "float32"),
    (11, (2, 3, 5), "strided readonly"),
)


def _backward_cases(seed):
    rng = np.random.default_rng(seed)
    cases = []
    for number, (m, widths, tags) in enumerate(NETWORKS):
        draw, f = Draw(rng, frozenset(tags.split())), SMOOTH[number % len(SMOOTH)]
        Os, Zs, Ws = [draw(m, widths[0])], [], []
        for n_in, n_out in itertools.pairwise(widths):
            Ws.append(draw(n_in, n_out))
            Zs.append(Os[-1] @ Ws[-1] + draw(1, n_out))
            Os.append(f.f(Zs[-1]))
        arguments = (Os[:-1], Zs, Ws, draw(m, widths[-1]), f.f_prime)
        cases.append(Case(arguments, {"m": m, "layers": len(Ws), "widths": widths}, draw.tags))
    return tuple(cases)


def _right_backward(Os, Zs, Ws, G, f_prime):
    """(A), (B) and (C) of `dense`, layer by layer."""
    gradients = []
    for O, Z, W in reversed(list(zip(Os, Zs, Ws, strict=True))):
        G = dense.undo_activation(G, Z, Activation("f", F_OF.get(f_prime), f_prime))
        gradients.insert(0, (dense.grad_W(O, G), dense.grad_b(G)))
        G = dense.grad_O(G, W)
    return gradients


def _slopes(did, layer, Os, Zs, f_prime):
    f, last = F_OF.get(f_prime, np.tanh), len(Zs) - 1
    if did("activation_not_derivative"):
        return f(Zs[layer])
    if did("derivative_at_output"):
        return f_prime(f(Zs[layer]))
    if did("derivative_at_output:hidden"):
        return f_prime(Os[layer + 1] if layer < last else Zs[layer])
    if did("derivative_at_output:input"):
        return f_prime(Os[layer])
    if did("activation_not_undone") or (did("activation_not_undone:last") and layer == last):
        return np.ones_like(Zs[layer])
    return f_prime(Zs[layer])


def _pair(did, O, G, m):
    dW = data_part(did, O, G)
    db = G.sum(axis=0, keepdims=True)
    if did("first_sample_only"):
        db = G[:1]
    if did("batch_not_summed:b"):
        db = G
    if did("wrong_axis:b"):
        db = G.sum(axis=1, keepdims=True).T
    if did("batch_averaged") or did("batch_averaged:W"):
        dW = dW / m
    if did("batch_averaged") or did("batch_averaged:b"):
        db = db / m
    if did("transposed"):
        dW = dW.T
    if did("flat_bias"):
        db = db[0]
    if did("column_bias"):
        db = db.T
    for key, factor in (("sign", -1), ("factor_two", 2), ("factor_two:half", 0.5)):
        if did(key):
            dW, db = factor * dW, factor * db
    if did("bias_missing"):
        return (dW,)
    if did("bias_missing:zero"):
        db = np.zeros_like(db)
    return (db, dW) if did("order:pair") else (dW, db)


def _backward(did, Os, Zs, Ws, G, f_prime):
    gradients, m, last, first_G = [], len(G), len(Ws) - 1, G
    for layer in reversed(range(len(Ws))):
        arrived, slopes = G, _slopes(did, layer, Os, Zs, f_prime)
        G = G @ slopes if did("matrix_product_for_elementwise") else G * slopes
        gradients.insert(0, _pair(did, Os[layer], G, m))
        if layer == 0 and not did("untransposed_weights") and not did("order:carried"):
            break  # code that forgets the transpose of W may go on until it fails at the first layer's W, or stop here
        W = Ws[layer]
        if did("wrong_layer_weights"):
            W = Ws[layer - 1]
        if did("wrong_layer_weights:next"):
            W = Ws[min(layer + 1, last)]
        carried = arrived if did("activation_not_undone:carried") else G
        if did("stale_gradient"):
            G = carried
        elif did("stale_gradient:first"):
            G = first_G
        elif did("order:carried") or did("order:carried_hidden"):
            G = W.T @ carried
        else:
            G = carried @ (W if did("untransposed_weights") or did("untransposed_weights:hidden") else W.T)
        if did("batch_averaged:carried"):
            G = G / m
    if did("last_layer_only"):
        gradients = gradients[-1:]
    return gradients[::-1] if did("layers_reversed") else gradients


_ORDER_CARRIED = Words(
    "G is carried on with the factors in the wrong order: it runs only where sizes happen to be equal.",
    "G is carried on with the factors in the wrong order",
)
backward = Definition(
    name="backward",
    notebook="07_grad_O_and_the_loop",
    arguments="Os, Zs, Ws, G, f_prime",
    result="a list of pairs (dW, db), first layer first",
    of="the gradient",
    right=_right_backward,
    formula=_backward,
    form="layers",
    wrong=(
        "activation_not_undone",
        "activation_not_undone:last",
        "activation_not_undone:carried",
        "layers_reversed",
        "last_layer_only",
        "untransposed_weights",
        "untransposed_weights:hidden",
        "stale_gradient",
        "stale_gradient:first",
        "wrong_layer_weights",
        "wrong_layer_weights:next",
        "derivative_at_output",
        "derivative_at_output:hidden",
        "derivative_at_output:input",
        "activation_not_derivative",
        "matrix_product_for_elementwise",
        "transposed",
        "order",
        "order:carried",
        "order:carried_hidden",
        "order:pair",
        "scalar_rule",
        "batch_averaged",
        "batch_averaged:W",
        "batch_averaged:b",
        "batch_averaged:carried",
        "first_sample_only",
        "batch_not_summed:b",
        "flat_bias",
        "column_bias",
        "wrong_axis:b",
        "bias_missing",
        "bias_missing:zero",
        "sign",
        "factor_two",
        "factor_two:half",
    ),
    cases=_backward_cases,
    hints=(
        "Go from the last layer to the first. In each: undo the activation, then (A) and (B), then (C).",
        "(A) and (B) use the G of after the activation is undone. So does (C).",
        "(C) gives the G of the layer before. Put each pair in front of the list, so that the first layer comes first.",
    ),
    solution="""def backward(Os, Zs, Ws, G, f_prime):
    gradients = []
    for O, Z, W in zip(reversed(Os), reversed(Zs), reversed(Ws)):
        G = G * f_prime(Z)
        gradients.insert(0, (O.T @ G, G.sum(axis=0, keepdims=True)))
        G = G @ W.T
    return gradients""",
    look={
        "": "row S21, notebook 07, sections 8 and 9, and its view, 'The loop, step by step'",
        "activation_not_undone": "row S6, notebook 07, section 9: the first line of a layer",
        "derivative_at_output": "notebook 04, section 'Three wrong forms'",
        "activation_not_derivative": "row S6, notebook 04, section 5",
        "matrix_product_for_elementwise": "row S6, notebook 04, section 7",
        "transposed": "row S14, notebook 05, section 6",
        "order": "row S14, notebook 05, section 'Two traps'",
        "order:carried": "row S20, notebook 07, section 6",
        "order:carried_hidden": "row S20, notebook 07, section 6",
        "untransposed_weights": "row S20, notebook 07, section 'The square trap'",
        "batch_averaged": "slip E9, notebook 04, section 4: whose 1/m is it?",
        "flat_bias": "notebook 06, section 10: keep the row",
        "column_bias": "notebook 06, section 10: keep the row",
    },
    says={
        "batch_averaged:carried": Words(
            "The last layer is right; G is divided by m = {m} each time it is carried to the layer before.",
            "G is divided by m = {m} when it is carried on",
        ),
        "batch_averaged:W": Words(
            "Every dW is exactly 1/{m} of the gradient, and m is {m}: you averaged over the batch.",
            "every dW is averaged over the batch",
        ),
        "batch_averaged:b": Words(
            "Every db is exactly 1/{m} of the gradient, and m is {m}: you averaged over the batch.",
            "every db is averaged over the batch",
        ),
        "activation_not_undone:last": Words(
            "The activation is not undone in the last layer; in the others it is.", "the last activation is not undone"
        ),
        "activation_not_undone:carried": Words(
            "The last layer is right, but the G that goes to the layer before is the one of before the activation was "
            "undone.",
            "the G that is carried on is the one of before the activation was undone",
        ),
        "order:pair": Words("Each pair is (db, dW): dW comes first.", "the pairs are (db, dW)"),
        "order:carried": _ORDER_CARRIED,
        "order:carried_hidden": _ORDER_CARRIED,
        "transposed": Words(
            "Every dW is transposed: entry (h, k) stands at (k, h).", "rows and columns of every dW are exchanged"
        ),
        "batch_not_summed:b": Words(
            "Your db still has one row for each of the m = {m} samples: they are not added up.",
            "the rows of db are not added up",
        ),
        "wrong_axis:b": Words("Your db adds up the units of each sample.", "db adds up the units"),
        "flat_bias": Words(
            "The numbers are right, but every db is flat: the bias is a row with two axes, (1, n_out).",
            "every db is flat",
        ),
        "column_bias": Words(
            "The numbers are right, but every db stands as a column: the bias is a row, (1, n_out).",
            "every db stands as a column",
        ),
        "bias_missing": Words("The bias has no gradient in your result.", "the bias has no gradient"),
        "last_layer_only": Words(
            "Your list has one pair, that of the last layer: the loop ends too early, or the list is begun anew.",
            "only the last layer's pair is there",
        ),
        "first_sample_only": Words(
            "Your gradients are what the first of the m = {m} samples gives alone.", "only the first sample is used"
        ),
    },
)
EXERCISES = (backward,)
