"""Notebook 08: the whole backward pass, from the last layer to the first, and a step of gradient descent."""

import itertools

import numpy as np

from course_lib import dense
from course_lib.activations import Activation
from course_lib.exercises.content.G_and_activation import F_OF, SMOOTH
from course_lib.exercises.content.grad_W import data_part
from course_lib.exercises.engine.cases import Case, Draw
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "08_the_loop"

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


backward = Definition(
    name="backward",
    notebook=NOTEBOOK,
    arguments="Os, Zs, Ws, G, f_prime",
    result="a list of pairs (dW, db), first layer first",
    of="the gradient",
    right=_right_backward,
    formula=_backward,
    form="layers",
    mistakes=(
        Mistake("activation_not_undone", look="row S6, {the_loop: The loop}: the first line of a layer"),
        Mistake(
            "activation_not_undone:last",
            "The activation is not undone in the last layer; in the others it is.",
            "the last activation is not undone",
        ),
        Mistake(
            "activation_not_undone:carried",
            "The last layer is right, but the G that goes to the layer before is the one of before the activation was undone.",
            "the G that is carried on is the one of before the activation was undone",
        ),
        "layers_reversed",
        Mistake(
            "last_layer_only",
            "Your list has one pair, that of the last layer: the loop ends too early, or the list is begun anew.",
            "only the last layer's pair is there",
        ),
        Mistake("untransposed_weights", look="row S20, {grad_O: The square trap}"),
        "untransposed_weights:hidden",
        "stale_gradient",
        "stale_gradient:first",
        "wrong_layer_weights",
        "wrong_layer_weights:next",
        Mistake("derivative_at_output", look="{G_and_activation: Three wrong forms}"),
        "derivative_at_output:hidden",
        "derivative_at_output:input",
        Mistake("activation_not_derivative", look="row S6, {G_and_activation: Undo the activation}"),
        Mistake("matrix_product_for_elementwise", look="row S6, {G_and_activation: Entry by entry}"),
        Mistake(
            "transposed",
            "Every dW is transposed: entry (h, k) stands at (k, h).",
            "rows and columns of every dW are exchanged",
            look="row S14, {grad_W: The matrix formula}",
        ),
        Mistake("order", look="row S14, {grad_W: Two traps}"),
        Mistake(
            "order:carried",
            "G is carried on with the factors in the wrong order: it runs only where sizes happen to be equal.",
            "G is carried on with the factors in the wrong order",
            look="row S20, {grad_O: The matrix formula}",
        ),
        Mistake(
            "order:carried_hidden",
            "G is carried on with the factors in the wrong order: it runs only where sizes happen to be equal.",
            "G is carried on with the factors in the wrong order",
            look="row S20, {grad_O: The matrix formula}",
        ),
        Mistake("order:pair", "Each pair is (db, dW): dW comes first.", "the pairs are (db, dW)"),
        "scalar_rule",
        Mistake("batch_averaged", look="slip E9, {G_and_activation: Whose 1/m it is}: whose 1/m is it?"),
        Mistake(
            "batch_averaged:W",
            "Every dW is exactly 1/{m} of the gradient, and m is {m}: you averaged over the batch.",
            "every dW is averaged over the batch",
        ),
        Mistake(
            "batch_averaged:b",
            "Every db is exactly 1/{m} of the gradient, and m is {m}: you averaged over the batch.",
            "every db is averaged over the batch",
        ),
        Mistake(
            "batch_averaged:carried",
            "The last layer is right; G is divided by m = {m} each time it is carried to the layer before.",
            "G is divided by m = {m} when it is carried on",
        ),
        Mistake(
            "first_sample_only",
            "Your gradients are what the first of the m = {m} samples gives alone.",
            "only the first sample is used",
        ),
        Mistake(
            "batch_not_summed:b",
            "Your db still has one row for each of the m = {m} samples: they are not added up.",
            "the rows of db are not added up",
        ),
        Mistake(
            "flat_bias",
            "The numbers are right, but every db is flat: the bias is a row with two axes, (1, n_out).",
            "every db is flat",
            look="{grad_b: In code: keep the row}: keep the row",
        ),
        Mistake(
            "column_bias",
            "The numbers are right, but every db stands as a column: the bias is a row, (1, n_out).",
            "every db stands as a column",
            look="{grad_b: In code: keep the row}: keep the row",
        ),
        Mistake("wrong_axis:b", "Your db adds up the units of each sample.", "db adds up the units"),
        Mistake("bias_missing", "The bias has no gradient in your result.", "the bias has no gradient"),
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
    look="row S21, {the_loop: The loop; The loop, step by step}",
)


def _sgd_cases(seed):
    rng = np.random.default_rng(seed)
    cases = []
    for _, widths, tags in NETWORKS:
        draw = Draw(rng, frozenset(tags.split()) - {"readonly"})
        pairs = list(itertools.pairwise(widths))
        parameters, gradients = ([(draw(*pair), draw(1, pair[1])) for pair in pairs] for _ in range(2))
        cases.append(Case((parameters, gradients, rng.uniform(0.1, 0.4)), {"widths": widths}, draw.tags))
    return tuple(cases)


def _sgd_step(did, parameters, gradients, learning_rate):
    rate = -learning_rate if did("ascent") else learning_rate
    rate = 2 * rate if did("factor_two") else rate / 2 if did("factor_two:half") else rate
    gradients = gradients[::-1] if did("layers_reversed") else gradients
    steps = list(zip(parameters, gradients, strict=True))
    for (W, b), (dW, db) in steps[-1:] if did("last_layer_only") else steps:
        W_new, b_new = W - rate * dW, b - rate * db  # before either changes: shapes that do not meet raise here
        if W_new.shape != W.shape or b_new.shape != b.shape:
            raise ValueError("the shapes do not meet")
        if not did("not_in_place:weights"):
            W[...] = W_new
        if not did("bias_missing"):
            b[...] = b_new


def _right_sgd_step(parameters, gradients, learning_rate):
    for pair, gradient in zip(parameters, gradients, strict=True):
        for P, dP in zip(pair, gradient, strict=True):
            P -= learning_rate * dP


sgd_step = Definition(
    name="sgd_step",
    notebook=NOTEBOOK,
    arguments="parameters, gradients, learning_rate",
    result="nothing: the arrays in parameters are changed in place",
    of="the step",
    right=_right_sgd_step,
    formula=_sgd_step,
    form="in place",
    mistakes=(
        "ascent",
        Mistake("bias_missing", "The biases hold the same numbers as before the step.", "the biases do not move"),
        Mistake(
            "not_in_place:weights",
            "The weights hold the same numbers as before: only the biases are changed in place.",
            "the weights do not move",
        ),
        Mistake("last_layer_only", "Only the last layer moves.", "only the last layer moves"),
        Mistake(
            "layers_reversed",
            "Each layer is moved by the gradient of another: the gradients are read in the reverse order.",
            "the gradients are read in the reverse order",
        ),
        Mistake(
            "factor_two", "Your step is twice, or half, as long as it should be.", "the step is off by a factor of 2"
        ),
        "factor_two:half",
    ),
    cases=_sgd_cases,
    hints=(
        "The gradient points to where the loss rises. In which direction should the step go?",
        "W -= ... changes the array; W = W - ... makes a new one, and leaves the old as it was.",
    ),
    solution="""def sgd_step(parameters, gradients, learning_rate):
    for (W, b), (dW, db) in zip(parameters, gradients):
        W -= learning_rate * dW
        b -= learning_rate * db""",
    look="{the_loop: Handwritten digits}: a step of the training loop",
)


QUESTIONS = (
    question(
        "08 a mean in (B)",
        "A network of three layers. Someone writes db = G.mean(axis=0, keepdims=True), a mean where (B) has a sum, in every "
        "layer.\nWhich of the gradients are wrong?",
        wrong(
            "that of b2 only",
            "last_layer_only",
            "Each layer computes its own db with the wrong line, so it is not the last one alone.",
        ),
        right(
            "those of b0, b1 and b2",
            "Every b and no W. What travels from layer to layer is G, and db is an end product that no other line reads.",
        ),
        wrong(
            "all of them: the 1/m is carried down from layer to layer",
            "batch_averaged",
            "Errors spread through (C) and through the undoing of the activation, never through (A) or (B). So it would be if G "
            "itself were divided by m.",
        ),
    ),
    question(
        "08 what the way back needs",
        "A layer with 64 inputs and 32 units, a batch of 28. The forward pass has 28 · 64 · 32 products.\n"
        "How many have (A) and (C) together?",
        right(
            "2 times as many",
            "(A) has n_in · n_out entries with m products each, (C) has m · n_in entries with n_out products each: both have as "
            "many as the forward pass.",
        ),
        wrong(
            "as many: (C) is the forward pass, turned",
            "rank_one_only",
            "(C) alone has as many. (A) is another product, with the sum over the 28 samples.",
        ),
        wrong(
            "28 times as many: one forward pass for each sample",
            "batch_not_summed",
            "One product of matrices takes all samples at once, forwards and backwards.",
        ),
    ),
)
