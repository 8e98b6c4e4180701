"""Notebook 02: the key idea for any ranks."""

import numpy as np

from course_lib.exercises.engine.cases import drawn_cases
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "02_key_idea"


SHAPES = (
    ((5, 3), (3, 7), "notebook higher"),
    ((5, 3), (3, 7), "notebook higher"),
    ((5,), (3,), "rankone"),
    ((2,), (7,), "rankone"),
    ((4,), (4,), "rankone"),
    ((3,), (3,), "rankone"),
    ((2, 7), (5, 2), "primes higher"),
    ((2, 5), (3,), "primes higher"),
    ((3, 2, 5), (2, 2), "primes higher"),
    ((3, 2), (), "higher"),
    ((), (3, 2), ""),
    ((3,), (2, 5), ""),
    ((4, 4), (4, 4), "square higher"),
    ((3, 3), (3, 3), "square higher"),
    ((1, 2), (2, 1), "edge higher"),
    ((5, 2), (2, 3), "float32 higher"),
    ((3, 2), (5, 2), "strided higher"),
)


key_idea = Definition(
    result="an array of the shape of X",
    of="the gradient",
    mistakes=(
        Mistake(
            "order",
            "Your code sums over the last indexes of dY_dX, those of X: it runs only where X and Y have equal sizes.",
            "the sum runs over the indexes of X",
            "row S4, {key_idea: The key idea}: which indexes are summed, those of Y or those of X?",
            ("np.tensordot(dz_dY, dY_dX,", "np.tensordot(dY_dX, dz_dY,"),
        ),
        Mistake(
            "scalar_rule",
            "Your result has the shape of dY_dX, {shape}: the products are there, but they are not added up.",
            "the products are not added up",
            "row S4, {key_idea: Every path counts}: what happens to the paths at the end?",
            ("np.tensordot(dz_dY, dY_dX, axes=dz_dY.ndim)", "(dY_dX.T * dz_dY.T).T"),
        ),
        Mistake("rank_one_only", look="row S4, {key_idea: Any ranks}: how many indexes has Y?"),
    ),
    cases=drawn_cases(
        lambda draw, y, x: (np.asarray(draw(*y, *x)), np.asarray(draw(*y))), ("Y.shape", "X.shape"), SHAPES
    ),
    hints=(
        "Each entry of Y is a path from X to z. Weigh each path by how much z cares for it, and add them all.",
        "dY_dX has the indexes of Y first. As many of them as dz_dY has are summed: dz_dY.ndim.",
        "A loop over np.ndindex(dz_dY.shape) does it: dY_dX[j] has the shape of X.",
    ),
    solution="def key_idea(dY_dX, dz_dY):\n    return np.tensordot(dz_dY, dY_dX, axes=dz_dY.ndim)",
    look="row S4, {key_idea: The key idea; With matrices: four indexes}",
    view="KeyIdeaExplorer(*ex.case.values())",
)


QUESTIONS = (
    question(
        "02 a vector used twice",
        "A vector is used twice: y = (x[0], x[1], x[2], x[0], x[1], x[2]), two copies one behind the other. Behind it comes "
        "some f with ∇_y z = (1, 2, 3, 10, 20, 30).\nWhat is ∇_x z?",
        wrong(
            "(1, 2, 3, 10, 20, 30)",
            "batch_not_summed",
            "That is ∇_y z: nothing is added up yet. A gradient has the shape of the thing, and x has three entries.",
        ),
        wrong(
            "(5.5, 11, 16.5)",
            "batch_averaged",
            "That is the mean of the two copies. The sum over j has no division in it: moving x[0] moves both copies fully.",
        ),
        right(
            "(11, 22, 33)",
            "From x[0] there are two paths to z, through y[0] and through y[3], each with the slope 1, and the key idea adds "
            "them: 1 · 1 + 1 · 10. Wherever something is used twice, its gradients are added.",
        ),
        wrong(
            "(1, 2, 3)",
            "first_sample_only",
            "That is the first copy alone. The path through the second one is missing, as if z did not depend on it.",
        ),
    ),
    question(
        "02 which indexes are summed",
        "Y = g(X) with X of shape (5, 3) and Y of shape (7, 3). So ∂Y/∂X has the shape (7, 3, 5, 3), with indexes i, j, h, k, "
        "and ∂z/∂Y has the shape (7, 3), with indexes i, j.\nWhich sum gives ∇_X z?",
        wrong(
            "over i: what is left has the shape (3, 3, 5, 3)",
            "rank_one_only",
            "Over the first index alone, as for vectors, where y has no other. Here j is left twice, once from each factor. "
            "The sum runs over every index of Y.",
        ),
        wrong(
            "over h and k: what is left has the shape (7, 3)",
            "wrong_axis",
            "These are the indexes of X. That answers another question: how Y moves when all of X moves. A gradient for X has "
            "X's shape, (5, 3).",
        ),
        right(
            "over i and j: what is left has the shape (5, 3)",
            "z depends on X through every entry Y[i, j], so every path counts: the sum runs over both indexes of Y. What is "
            "left is the shape of X.",
        ),
    ),
    question(
        "02 column sums, backwards",
        "y is the row of column sums of X, with X of shape (7, 3), and ∇_y z = (14, -7, 21).\nWhat is ∇_X z?",
        wrong(
            "(2, -1, 3) in each of the 7 rows",
            "batch_averaged",
            "That is one seventh of it, as for a mean. It is tempting to hand each row a seventh, so that nothing is counted "
            "twice. But 1 more in X[4, 0] is 1 more in y[0], not 1/7 more.",
        ),
        wrong(
            "(14, -7, 21) in row 0, and 0 in the other rows",
            "first_sample_only",
            "Then only row 0 of X would be in the sums. Every row is, with the slope 1.",
        ),
        wrong(
            "(14, -7, 21), one row",
            "wrong_shape",
            "That is ∇_y z. The numbers are right, the shape is not: X has 21 entries, and each has its own slope.",
        ),
        right(
            "(14, -7, 21) in each of the 7 rows",
            "∂y[k]/∂X[h, k] = 1 for every row h, so ∇_X z[h, k] = ∇_y z[k]. Backwards, a sum becomes copies; in notebook 06 "
            "copies become a sum.",
        ),
    ),
)
