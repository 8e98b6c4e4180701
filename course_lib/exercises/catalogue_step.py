"""Notebook 07: a step of gradient descent, in place."""

import itertools

import numpy as np

from course_lib.exercises.cases import Case, Draw
from course_lib.exercises.catalogue_loop import NETWORKS
from course_lib.exercises.definition import Definition
from course_lib.exercises.mistakes import Words


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
    notebook="07_grad_O_and_the_loop",
    arguments="parameters, gradients, learning_rate",
    result="nothing: the arrays in parameters are changed in place",
    of="the step",
    right=_right_sgd_step,
    formula=_sgd_step,
    form="in place",
    wrong=(
        "ascent",
        "bias_missing",
        "not_in_place:weights",
        "last_layer_only",
        "layers_reversed",
        "factor_two",
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
    look={"": "notebook 07, section 11: a step of the training loop"},
    says={
        "bias_missing": Words("The biases hold the same numbers as before the step.", "the biases do not move"),
        "not_in_place:weights": Words(
            "The weights hold the same numbers as before: only the biases are changed in place.",
            "the weights do not move",
        ),
        "factor_two": Words(
            "Your step is twice, or half, as long as it should be.", "the step is off by a factor of 2"
        ),
        "layers_reversed": Words(
            "Each layer is moved by the gradient of another: the gradients are read in the reverse order.",
            "the gradients are read in the reverse order",
        ),
        "last_layer_only": Words("Only the last layer moves.", "only the last layer moves"),
    },
)
EXERCISES = (sgd_step,)
