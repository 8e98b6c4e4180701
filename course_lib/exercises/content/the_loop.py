"""Notebook 08: the whole backward pass, from the last layer to the first, and a step of gradient descent."""

import itertools

from course_lib.exercises.content.G_and_activation import F_OF, SMOOTH
from course_lib.exercises.engine.cases import drawn_cases
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "08_the_loop"

# m, the widths, and tags. Equal widths let the mistakes run that forget or exchange weights.
SIZES = (
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
    (11, (2, 3, 5), "strided"),
)


# The same with the number of layers, and with the activation of each.
NETWORKS = [(m, len(widths) - 1, widths, SMOOTH[i % len(SMOOTH)], tags) for i, (m, widths, tags) in enumerate(SIZES)]
NAMES = ("m", "layers", "widths", None)


def passed(make):
    """A function `(draw, sizes) -> arguments`. make: gives them from what the forward pass of a network kept, and a first G."""

    def arguments(draw, m, _, widths, f):
        Os, Zs, parameters = [draw(m, widths[0])], [], []
        for n_in, n_out in itertools.pairwise(widths):
            W, b = draw(n_in, n_out), draw(1, n_out)
            parameters.append((W, b))
            Zs.append(Os[-1] @ W + b)
            Os.append(f.f(Zs[-1]))
        return make(Os[:-1], Zs, parameters, draw(m, widths[-1]), f.f_prime)

    return arguments


backward = Definition(
    result="a list of pairs (dW, db), first layer first",
    of="the gradient",
    form="layers",
    mistakes=(
        Mistake("activation_not_undone", look="row S6, {the_loop: The loop}: the first line of a layer"),
        Mistake(
            "activation_not_undone:last",
            "The activation is not undone in the last layer; in the others it is.",
            "the last activation is not undone",
            change=("f_prime(Zs[l])", "(f_prime(Zs[l]) if l + 1 < len(Ws) else 1)"),
        ),
        Mistake(
            "activation_not_undone:carried",
            "The last layer is right, but the G that goes to the layer before is the one of before the activation was undone.",
            "the G that is carried on is the one of before the activation was undone",
            change=("D @", "G @"),
        ),
        Mistake(
            "activation_not_undone:db",
            beside="the db of a layer is made of the G of before the activation is undone",
            change=("D.sum(", "G.sum("),
        ),
        Mistake(
            "last_layer_only",
            "Your list has one pair, that of the last layer: the loop ends too early, or the list is begun anew.",
            "only the last layer's pair is there",
            change=("    return", "        return"),
        ),
        Mistake("untransposed_weights", look="row S20, {grad_O: The square trap}"),
        Mistake("stale_gradient:first", change=("G = D @ Ws[l].T", "...")),
        Mistake("layers_reversed", change=("insert(0, ", "append(")),
        Mistake("wrong_layer_weights:next", change=("Ws[l].T", "Ws[min(l + 1, len(Ws) - 1)].T")),
        Mistake("derivative_at_output", look="{G_and_activation: Three wrong forms}"),
        Mistake("derivative_at_output:hidden", change=("f_prime(Zs[l])", "f_prime([*Os[1:], Zs[-1]][l])")),
        Mistake("activation_not_derivative", look="row S6, {G_and_activation: Undo the activation}"),
        Mistake("matrix_product_for_elementwise", look="row S6, {G_and_activation: Entry by entry}"),
        Mistake("transposed", look="row S14, {grad_W: The matrix formula}"),
        Mistake("order", look="row S14, {grad_W: Two traps}"),
        Mistake(
            "order:carried",
            "G is carried on with the factors in the wrong order: it runs only where sizes happen to be equal.",
            "G is carried on with the factors in the wrong order",
            "row S20, {grad_O: The matrix formula}",
            ("D @ Ws[l].T", "Ws[l].T @ D"),
        ),
        Mistake(
            "order:pair",
            "Each pair is (db, dW): dW comes first.",
            "the pairs are (db, dW)",
            change=("(Os[l].T @ D, D.sum(axis=0, keepdims=True))", "(D.sum(axis=0, keepdims=True), Os[l].T @ D)"),
        ),
        Mistake("batch_averaged", look="slip E9, {G_and_activation: Whose 1/m it is}: whose 1/m is it?"),
        Mistake(
            "batch_not_summed",
            "Your gradients still have one part for each of the m = {m} samples: they are not added up.",
            "the samples are not added up",
        ),
        Mistake(
            "flat_bias",
            "The numbers are right, but every db is flat: the bias is a row with two axes, (1, n_out).",
            "every db is flat",
            "{grad_b: In code: keep the row}",
        ),
        Mistake(
            "column_bias",
            "The numbers are right, but every db stands as a column: the bias is a row, (1, n_out).",
            "every db stands as a column",
            "{grad_b: In code: keep the row}",
        ),
        Mistake(
            "bias_missing",
            "The bias has no gradient in your result.",
            "the bias has no gradient",
            change=("(Os[l].T @ D, D.sum(axis=0, keepdims=True))", "(Os[l].T @ D,)"),
        ),
        Mistake("bias_missing:zero", change=("D.sum(axis=0, keepdims=True)", "0 * D[:1]")),
    ),
    cases=drawn_cases(
        passed(lambda Os, Zs, parameters, G, f_prime: (Os, Zs, [W for W, _ in parameters], G, f_prime)),
        NAMES,
        NETWORKS,
    ),
    f=lambda Os, Zs, Ws, G, f_prime: F_OF[f_prime],
    hints=(
        "Go from the last layer to the first. In each: undo the activation, then (A) and (B), then (C).",
        "(A) and (B) use the G of after the activation is undone. So does (C).",
        "(C) gives the G of the layer before. Put each pair in front of the list, so that the first layer comes first.",
    ),
    solution="""def backward(Os, Zs, Ws, G, f_prime):
    gradients = []
    for l in reversed(range(len(Ws))):
        D = G * f_prime(Zs[l])
        gradients.insert(0, (Os[l].T @ D, D.sum(axis=0, keepdims=True)))
        G = D @ Ws[l].T
    return gradients""",
    look="row S21, {the_loop: The loop; The loop, step by step}",
)


def _step(draw, _, layers, widths, f):
    pairs = list(itertools.pairwise(widths))
    parameters, gradients = ([(draw(*pair), draw(1, pair[1])) for pair in pairs] for _ in range(2))
    return parameters, gradients, draw.rng.uniform(0.1, 0.4)


sgd_step = Definition(
    result="nothing: the arrays in parameters are changed in place",
    of="the step",
    form="in place",
    mistakes=(
        Mistake("bias_missing", "The biases hold the same numbers as before the step.", "the biases do not move"),
        Mistake(
            "not_in_place:weights",
            "The weights hold the same numbers as before: only the biases are changed in place.",
            "the weights do not move",
            change=("W -= learning_rate * dW", "..."),
        ),
        Mistake(
            "last_layer_only",
            "Only the last layer moves.",
            "only the last layer moves",
            change=("zip(parameters, gradients)", "zip(parameters[-1:], gradients[-1:])"),
        ),
        Mistake(
            "layers_reversed",
            "Each layer is moved by the gradient of another: the gradients are read in the reverse order.",
            "the gradients are read in the reverse order",
        ),
        Mistake(
            "factor_two",
            "Your step is twice, or half, as long as it should be.",
            "the step is off by a factor of 2",
            change=("learning_rate * ", "2 * learning_rate * "),
        ),
        Mistake("factor_two:half", change=("learning_rate * ", "0.5 * learning_rate * ")),
    ),
    cases=drawn_cases(_step, (None, None, "widths", None), NETWORKS),
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


def _steps(draw, steps, n_in, n_out):
    gradients = [draw(n_in, n_out) for _ in range(steps)]
    return draw(n_in, n_out), gradients, draw.rng.uniform(0.1, 0.4), draw.rng.uniform(0.5, 0.9)


momentum_steps = Definition(
    result="an array of the shape of W",
    of="W after the steps",
    mistakes=(
        Mistake(
            "stale_gradient:order",
            "Your velocity is used before it is updated: each step goes where the steps before it pointed.",
            "the velocity is used before it is updated",
            change=(
                "        V = mu * V - learning_rate * dW\n        W = W + V",
                "        W = W + V\n        V = mu * V - learning_rate * dW",
            ),
        ),
        Mistake(
            "stale_gradient:forgotten",
            "Your velocity is that of the last gradient alone: what came before is forgotten.",
            "the velocity forgets what came before",
            change=("mu * V - ", "-"),
        ),
        Mistake("ascent", change=("V - learning_rate", "V + learning_rate")),
    ),
    cases=drawn_cases(
        _steps,
        ("steps", "n_in", "n_out"),
        (
            (3, 5, 3, "notebook"),
            (3, 5, 3, "notebook"),
            (7, 2, 5, "primes"),
            (5, 7, 3, "primes"),
            (1, 3, 2, "edge"),
            (2, 1, 1, "edge"),
            (4, 4, 4, "square"),
            (2, 7, 2, "float32"),
            (5, 2, 3, "strided"),
        ),
    ),
    hints=(
        "The velocity begins with 0. In each step it is mu times what it was, minus learning_rate times the gradient.",
        "Update the velocity first, and then move with it: the new W is W + V.",
    ),
    solution="""def momentum_steps(W, gradients, learning_rate, mu):
    V = np.zeros_like(W)
    for dW in gradients:
        V = mu * V - learning_rate * dW
        W = W + V
    return W""",
    look="{the_loop: Handwritten digits}: a step of the training loop",
)


descend = Definition(
    result="nothing: the arrays in parameters are changed in place",
    of="the step",
    form="in place",
    mistakes=(
        Mistake(
            "stale_gradient:order",
            "The last layer moves as it should, but G goes on through a W that has made its step: (C) belongs to the W that the forward pass used.",
            "G goes on through a W that has made its step",
            "row S20, {the_loop: The loop}: which lines of a layer read W, and which changes it?",
            (
                "        G = D @ W.T\n        W -= learning_rate * (Os[l].T @ D)",
                "        W -= learning_rate * (Os[l].T @ D)\n        G = D @ W.T",
            ),
        ),
        Mistake("stale_gradient:first", change=("G = D @ W.T", "...")),
        Mistake(
            "activation_not_undone",
            "A line works with the G of before the activation is undone.",
            "a line works with the G of before the activation is undone",
            change=("G * f_prime(Zs[l])", "G"),
        ),
        Mistake(
            "activation_not_undone:carried",
            "The last layer moves as it should, but the G that goes to the layer before is the one of before the activation was undone.",
            "the G that is carried on is the one of before the activation was undone",
            change=("D @ W.T", "G @ W.T"),
        ),
        Mistake("bias_missing", "The biases hold the same numbers as before the step.", "the biases do not move"),
        Mistake(
            "not_in_place:weights",
            "The weights hold the same numbers as before: only the biases are changed in place.",
            "the weights do not move",
            change=("W -= learning_rate * (Os[l].T @ D)", "..."),
        ),
        Mistake(
            "batch_averaged",
            "Your step is that of a mean over the batch: the 1/m is in the first G already.",
            "the step is divided by m",
            change=("learning_rate * ", "learning_rate / len(G) * "),
        ),
        Mistake("ascent", change=("-= learning_rate", "+= learning_rate")),
    ),
    cases=drawn_cases(
        passed(lambda Os, Zs, parameters, G, f_prime: (parameters, Os, Zs, G, f_prime, 0.25)), NAMES, NETWORKS
    ),
    f=lambda parameters, Os, Zs, G, f_prime, learning_rate: F_OF[f_prime],
    hints=(
        "The loop of backward, with the step of sgd_step inside: no list of gradients is needed.",
        "(C) asks for the W that the forward pass used. What must come first, (C) or the step of W?",
        "In each layer: undo the activation, carry G on through W, and only then move W and b.",
    ),
    solution="""def descend(parameters, Os, Zs, G, f_prime, learning_rate):
    for l in reversed(range(len(parameters))):
        W, b = parameters[l]
        D = G * f_prime(Zs[l])
        G = D @ W.T
        W -= learning_rate * (Os[l].T @ D)
        b -= learning_rate * D.sum(axis=0, keepdims=True)""",
    look="row S21, {the_loop: The loop; The loop, step by step}",
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
