"""Notebook 04: derivatives of activations, undoing an activation, and the gradients of the two losses."""

import numpy as np

from course_lib.activations import gelu, relu, sigmoid, softplus, tanh
from course_lib.exercises.engine.cases import batch_cases
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "04_G_and_activation"

MEAN = (
    Mistake("batch_not_averaged", look="slip E9, {G_and_activation: Whose 1/m it is}: whose 1/m is it?"),
    Mistake(
        "batch_averaged",
        "Your result is exactly 1/{m} of the gradient, and m is {m}: the mean over the batch is taken twice.",
        "the mean over the batch is taken twice",
        "slip E9, {G_and_activation: Whose 1/m it is}: whose 1/m is it?",
    ),
    Mistake(
        "wrong_axis",
        "Your mean runs over the n_out = {n_out} units, and not over the m = {m} samples.",
        "the mean runs over the units",
    ),
)
# Activations for which f'(f(Z)) is wrong; for relu it would be right.
SMOOTH = (tanh, sigmoid, softplus, gelu)
F_OF = {activation.f_prime: activation.f for activation in SMOOTH}

_HUGE = ((5, 7, 3, "huge"), (3, 2, 5, "huge"))
_TWO_SIZES = ("m", None, "n_out")


def _kink_is_free(value, Z):
    """At Z = 0 relu has no slope: anything from 0 to 1 passes. value and Z are of equal shapes, or value is wrong."""
    if not isinstance(value, np.ndarray) or value.shape != Z.shape:
        return value
    return np.where((Z == 0) & (value >= 0) & (value <= 1), 0, value)


def _one_hot(draw, m, n_out):
    return np.eye(n_out, dtype=np.float32 if "float32" in draw.tags else float)[draw.rng.integers(n_out, size=m)]


sigmoid_prime = Definition(
    result="an array of the shape of Z",
    of="the derivative",
    mistakes=(
        Mistake("derivative_at_output", look="row S6, {G_and_activation: Three wrong forms}"),
        Mistake("derivative_at_output:form", change=("S * (1 - S)", "Z * (1 - Z)")),
        Mistake("overflow", look="{G_and_activation: Large scores}: what is exp(-Z) for Z = -1000?"),
    ),
    cases=batch_cases(lambda draw, m, _, n: (draw(m, n),), names=_TWO_SIZES, more=_HUGE),
    f=lambda Z: sigmoid.f,
    hints=(
        "Differentiate 1 / (1 + exp(-z)). The result can be written with s = sigmoid(z) alone.",
        "f' = s (1 - s), where s is f(Z) and not Z.",
        "exp(1000) is too large for a float. Where z < 0, write s as exp(z) / (1 + exp(z)).",
    ),
    solution="def sigmoid_prime(Z):\n    S = np.exp(-np.logaddexp(0, -Z))\n    return S * (1 - S)",
    look="row S6, {G_and_activation: Three wrong forms}",
)


relu_prime = Definition(
    result="an array of the shape of Z",
    of="the derivative",
    mistakes=(
        Mistake(
            "sign:side",
            "Your slope is 1 where Z is negative: the two sides are exchanged.",
            "the two sides are exchanged",
            change=("Z > 0", "Z < 0"),
        ),
    ),
    cases=batch_cases(lambda draw, m, _, n: (draw(m, n),), names=_TWO_SIZES),
    f=lambda Z: relu.f,
    settle=_kink_is_free,
    hints=("Draw relu. What is its slope to the right of 0, and to the left?",),
    solution="def relu_prime(Z):\n    return np.where(Z > 0, 1.0, 0.0)",
    look="row S6, {G_and_activation: Entry by entry}",
)


undo_activation = Definition(
    result="an array of shape (m, n_out)",
    of="dL/dZ",
    mistakes=(
        Mistake(
            "matrix_product_for_elementwise",
            look="row S6, {G_and_activation: One term is left; Entry by entry}: how many terms are left?",
        ),
        Mistake("derivative_at_output", look="{G_and_activation: Three wrong forms}"),
        Mistake("derivative_at_output:tanh", change=("f_prime(Z)", "f_prime(np.tanh(Z))")),
        Mistake("derivative_at_output:sigmoid", change=("f_prime(Z)", "f_prime(1 / (1 + np.exp(-Z)))")),
        Mistake("batch_averaged", look="slip E9, {G_and_activation: Whose 1/m it is}: whose 1/m is it?"),
    ),
    # neighbours have different activations: an answer that holds for one of them only is not right
    cases=batch_cases(
        lambda draw, m, n_in, n: (draw(m, n), draw(m, n), SMOOTH[draw.rng.integers(4)].f_prime), names=_TWO_SIZES
    ),
    f=lambda G, Z, f_prime: F_OF[f_prime],
    hints=(
        "O[i, j] = f(Z[i, j]), and depends on no other entry of Z. How many terms has the key idea's sum?",
        "One: G[i, j] times the slope of f at Z[i, j].",
    ),
    solution="def undo_activation(G, Z, f_prime):\n    return G * f_prime(Z)",
    look="row S6, {G_and_activation: Undo the activation; One term is left}",
)


mse_gradient = Definition(
    result="an array of shape (m, n_out)",
    of="the gradient",
    mistakes=MEAN,
    cases=batch_cases(lambda draw, m, _, n: (draw(m, n), draw(m, n)), names=_TWO_SIZES),
    hints=(
        "L = 1/(2m) * the sum of (O - T)^2. Which terms hold O[i, j]? Differentiate only that one.",
        "The 2 of the square meets the 2 below; the m stays.",
    ),
    solution="def mse_gradient(O, T):\n    return (O - T) / len(O)",
    look="row S5, {G_and_activation: The first G: mse}",
)


softmax_cross_entropy_gradient = Definition(
    result="an array of shape (m, n_out)",
    of="the gradient",
    mistakes=(
        *MEAN,
        Mistake("softmax_jacobian_missing", look="{key_idea: Softmax of one row}", change=("S - T", "-T * (1 - S)")),
        Mistake("softmax_jacobian_missing:sigmoid", change=("S - T", "1 / (1 + np.exp(-Z)) - T")),
        Mistake("slope_twice", change=("S - T", "(S - T) * S * (1 - S)")),
        Mistake(
            "softmax_over_batch",
            look="{G_and_activation: The first G: cross-entropy}: along which axis do the probabilities sum to 1?",
        ),
        Mistake("softmax_over_batch:all", change=("axis=1, keepdims=True", "")),
        Mistake(
            "activation_not_undone",
            "Your result is the gradient for softmax's output: the way back through softmax is missing.",
            "the way back through softmax is missing",
            change=("S - T", "-T / S"),
        ),
        Mistake(
            "overflow",
            look="{G_and_activation: The first G: cross-entropy}: what is exp(1000), and what may be subtracted from a row?",
        ),
    ),
    cases=batch_cases(lambda draw, m, _, n: (draw(m, n), _one_hot(draw, m, n)), names=_TWO_SIZES, more=_HUGE),
    hints=(
        "For one row, L = -log of the probability of the right class. Every Z of the row is in that probability.",
        "Carried through softmax, the row's gradient is its probabilities minus its row of T. Then the mean.",
        "Subtract each row's largest Z before exp: the probabilities stay the same, and nothing overflows.",
    ),
    solution="""def softmax_cross_entropy_gradient(Z, T):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    S = E / E.sum(axis=1, keepdims=True)
    return (S - T) / len(Z)""",
    look="row S5, {G_and_activation: The first G: cross-entropy}",
)


binary_cross_entropy = Definition(
    result="a number",
    of="the loss",
    mistakes=(
        *MEAN,
        Mistake("overflow", look="{G_and_activation: Large scores}: what is exp(1000)?"),
        Mistake(
            "sign:targets",
            "The targets 0 and 1 are exchanged: the loss is small where the network is wrong.",
            "the targets are exchanged",
            change=("np.logaddexp(0, Z)", "np.logaddexp(0, -Z)", "- T * Z", "+ T * Z"),
        ),
    ),
    cases=batch_cases(
        lambda draw, m, _, n: (draw(m, n), 1.0 * (draw(m, n) > 0)), names=_TWO_SIZES, more=_HUGE, without=("edge",)
    ),
    hints=(
        "With y = sigmoid(z), an entry's loss is -log(y) where T is 1, and -log(1 - y) where T is 0.",
        "-log(1 - sigmoid(z)) is log(1 + exp(z)), and -log(sigmoid(z)) is that minus z.",
        "np.logaddexp(0, Z) is log(1 + exp(Z)), and does not overflow.",
    ),
    solution="def binary_cross_entropy(Z, T):\n    return (np.logaddexp(0, Z) - T * Z).sum() / len(Z)",
    look="row S5, {G_and_activation: The first G: cross-entropy}",
)


binary_cross_entropy_gradient = Definition(
    result="an array of shape (m, n_out)",
    of="the gradient",
    mistakes=(
        *MEAN,
        Mistake(
            "slope_twice",
            look="{G_and_activation: The first G: cross-entropy}: the way back through the sigmoid",
            change=("S - T", "(S - T) * S * (1 - S)"),
        ),
        Mistake(
            "activation_not_undone",
            "Your result is the gradient for the sigmoid's output: the way back through the sigmoid is missing.",
            "the way back through the sigmoid is missing",
            change=("S - T", "(S - T) / (S * (1 - S))"),
        ),
        Mistake("overflow", look="{G_and_activation: Large scores}: what is exp(-Z) for Z = -1000?"),
    ),
    cases=batch_cases(lambda draw, m, _, n: (draw(m, n), 1.0 * (draw(m, n) > 0)), names=_TWO_SIZES, more=_HUGE),
    hints=(
        "L is the mean over the batch of log(1 + exp(z)) - t z. Which terms hold Z[i, j]?",
        "The derivative of log(1 + exp(z)) is sigmoid(z), so what is left is sigmoid(z) - t.",
        "1 / (1 + exp(-z)) overflows for z = -1000: np.exp(-np.logaddexp(0, -Z)) does not.",
    ),
    solution="""def binary_cross_entropy_gradient(Z, T):
    S = np.exp(-np.logaddexp(0, -Z))
    return (S - T) / len(Z)""",
    look="row S5, {G_and_activation: The first G: cross-entropy}",
)


QUESTIONS = (
    question(
        "04 a batch twice",
        "Put the batch below itself: 2m = 14 samples, each of them twice. The loss is mse, a mean over the batch. Row 0 of G "
        "was (3, -3, 0).\nWhat is row 0 of the new G?",
        wrong(
            "(3, -3, 0), the same: the mean did not change",
            "batch_not_averaged",
            "Right about L and wrong about G. So it would be if G had no 1/m in it. One row of the batch now has half the "
            "influence on the mean.",
        ),
        right(
            "(1.5, -1.5, 0), half as large",
            "G[i, j] = (O[i, j] - T[i, j]) / m, and the new m is twice the old one.",
        ),
        wrong(
            "(6, -6, 0), twice as large: each sample counts twice",
            "factor_two",
            "In a loss that is a sum, the two copies together count twice. But a row of G is about one row of the output, the "
            "copy has a row of its own, and this loss is a mean.",
        ),
    ),
    question(
        "04 a silent sample",
        "The layer uses relu, and all entries of Z in row 4 are negative.\nWhat does undoing the activation leave of G?",
        wrong(
            "All of it: relu does not change G.",
            "activation_not_undone",
            "That takes the mask for the identity: G passes unchanged only where Z is positive.",
        ),
        right(
            "Row 4 becomes 0. Another row keeps its G where Z is positive.",
            "The slope of relu is 0 where Z is negative, so each entry of row 4 is multiplied by 0. This sample has no "
            "influence on this layer's gradients, however wrong its output is.",
        ),
        wrong(
            "Row 4 becomes 0. In the other rows G is multiplied by relu(Z).",
            "activation_not_derivative",
            "That is f where f' belongs. Row 4 comes out right, as relu(Z) is 0 there too; where Z is 3, G would be three "
            "times as large, and relu has the slope 1 there.",
        ),
        wrong(
            "All of it becomes 0: one dead sample stops the batch.",
            "diagonal_missing",
            "For that, an entry of Z in one row would have to reach the output of another. The activation works entry by "
            "entry, so it cannot.",
        ),
    ),
    question(
        "04 one entry through the sigmoid",
        "The activation is the sigmoid. At one entry Z is 0, so the output is f(0) = 0.5, and G, as it comes in, is 8.\n"
        "What is this entry of G once the activation is undone?",
        wrong(
            "8",
            "activation_not_undone",
            "That is ∂L/∂O, as it came in. The slope of the sigmoid at 0 is not 1.",
        ),
        wrong(
            "4",
            "activation_not_derivative",
            "That is 8 · f(0) = 8 · 0.5: the value of the sigmoid where its slope belongs.",
        ),
        wrong(
            "0",
            "derivative_at_output",
            "That is 8 · Z (1 - Z), with Z = 0. The short form of the slope, y (1 - y), is for the output y = f(Z) = 0.5.",
        ),
        right(
            "2",
            "f'(0) = f(0) (1 - f(0)) = 0.5 · 0.5 = 0.25, and 8 · 0.25 = 2. The slope of the sigmoid is nowhere larger.",
        ),
    ),
)
