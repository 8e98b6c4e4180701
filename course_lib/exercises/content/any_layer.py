"""Notebook 10: the backward passes of layers that no list holds, each from one entry of its result."""

import numpy as np

from course_lib.exercises.engine.cases import batch_cases, drawn_cases
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "10_any_layer"


def _exercise(name, arguments, result, cases, hints, body, section, **more):
    return Definition(
        result=result,
        of="the gradient",
        cases=cases,
        hints=hints,
        solution=f"def {name}({arguments}):\n{body}",
        look=f"row S4, {{any_layer: {section}}}",
        **more,
    )


embedding_back = _exercise(
    "embedding_back",
    "t, G, v",
    "an array of shape (v, d)",
    drawn_cases(
        lambda draw, m, v, d: (draw.rng.integers(v, size=m), draw(m, d), v),
        ("m", "v", "d"),
        (
            (7, 5, 3, "notebook"),
            (7, 5, 3, "notebook"),
            (11, 7, 2, "primes"),
            (13, 3, 5, "primes"),
            (1, 2, 3, "edge"),
            (5, 5, 5, "square"),
        ),
    ),
    (
        "E[h, k] is in Y[i, k] for every place i at which the text has word h.",
        "Go through the places i, and add row i of G to a row of zeros(v, d): which one?",
    ),
    "    dE = np.zeros((v, G.shape[1]))\n    for i in range(len(t)):\n        dE[t[i]] += G[i]\n    return dE",
    "Embedding: a gather",
)

LENGTHS = (
    (8, 3, "notebook"),
    (8, 3, "notebook"),
    (11, 4, "primes"),
    (7, 2, "primes"),
    (5, 1, "edge"),
    (5, 5, "edge"),
    (13, 7, "square"),
)


SIGNALS = drawn_cases(lambda draw, n, f: (draw(n), draw(f), draw(n - f + 1)), ("n", "f"), LENGTHS)


convolution_w = _exercise(
    "convolution_w",
    "x, w, G",
    "an array of shape (f,), that of w",
    SIGNALS,
    ("In code z[i] = w[0] x[i] + w[1] x[i + 1] + ... Which numbers of x does w[h] meet?", "Sum x[i + h] G[i] over i."),
    "    return np.array([x[h : h + len(G)] @ G for h in range(len(w))])",
    "Convolution: a shifted index",
)

convolution_x = _exercise(
    "convolution_x",
    "x, w, G",
    "an array of shape (n,), that of x",
    SIGNALS,
    (
        "x[h] is in z[i] with the factor w[h - i], if 0 <= h - i < f.",
        "For each i, add w G[i] to the places of window i.",
    ),
    "    dx = np.zeros(len(x))\n    for i in range(len(G)):\n        dx[i : i + len(w)] += w * G[i]\n    return dx",
    "Convolution: a shifted index",
)


def _tie_is_free(value, X, G):
    """Of two equal neighbours either may get G, or each a part: what a tie gets is put to the first of them."""
    if not isinstance(value, np.ndarray) or value.shape != X.shape:
        return value
    pairs, tie = value.reshape(*G.shape, 2), (X[:, ::2] == X[:, 1::2])[..., None]
    return np.where(tie, pairs.sum(axis=2, keepdims=True) * [1, 0], pairs).reshape(X.shape)


max_pool_back = _exercise(
    "max_pool_back",
    "X, G",
    "an array of shape (m, 2 n), that of X",
    batch_cases(lambda draw, m, n, _: (draw(m, 2 * n), draw(m, n)), names=("m", "n", None)),
    (
        "X[h, k] is in one result, that of its pair, if it is the larger.",
        "Repeat G to the shape of X; where is it kept?",
    ),
    "    dX = np.zeros(X.shape)\n    for i, j in np.ndindex(G.shape):\n"
    "        dX[i, 2 * j + X[i, 2 * j : 2 * j + 2].argmax()] = G[i, j]\n    return dX",
    "Max pool: a maximum routes",
    settle=_tie_is_free,
    mistakes=(
        Mistake(
            "tie_counted_twice",
            change=(
                "dX[i, 2 * j + X[i, 2 * j : 2 * j + 2].argmax()] = G[i, j]",
                "pair = X[i, 2 * j :][:2]\n        dX[i, 2 * j :][:2] = G[i, j] * (pair == pair.max())",
            ),
        ),
    ),
)


tied_W = _exercise(
    "tied_W",
    "X, W, G",
    "an array of shape (n, p), that of W",
    batch_cases(lambda draw, m, n, p: (draw(m, n), draw(n, p), draw(m, n)), names=("m", "n", "p")),
    (
        "Hold the second W still: Y = X W B with a fixed B. What is the gradient for W?",
        "Then hold the first. Add both.",
    ),
    "    return X.T @ (G @ W) + G.T @ (X @ W)",
    "Tied weights: two paths",
)


dropout_back = _exercise(
    "dropout_back",
    "mask, keep, G",
    "an array of the shape of G",
    batch_cases(
        lambda draw, m, _, n: (
            draw.rng.permutation(np.arange(m * n) % 3 > 0).reshape(m, n).astype(float),
            2 / 3,
            draw(m, n),
        ),
        names=("m", None, "n"),
    ),
    ("Y[i, j] = X[i, j] mask[i, j] / keep: what is the slope of Y[i, j] for X[i, j]?", "The mask is the forward one."),
    "    return G * mask / keep",
    "The method",
)


scores_Q = _exercise(
    "scores_Q",
    "Q, K, G",
    "an array of shape (n, p), that of Q",
    batch_cases(lambda draw, m, n, p: (draw(m, p), draw(n, p), draw(m, n)), names=("n", "other", "p")),
    ("S[i, j] has Q[h, k] in it where i = h, with K[j, k] and one over the root of p.", "Sum G[h, j] K[j, k] over j."),
    "    return G @ K / np.sqrt(Q.shape[1])",
    "Attention, one head",
)

QUESTIONS = (
    question(
        "10 a tie in a pair",
        "A pair holds 2 and 2, and max keeps the larger. You raise the first by 0.5, and then lower it by 0.5.\n"
        "By how much does the result move in the two cases?",
        wrong("0.5 and -0.5", "wrong_axis", "Lowered, it is not the larger any more: the other 2 stays."),
        right(
            "0.5 and 0", "The slope is 1 on one side and 0 on the other: a kink. The code chooses one place, the first."
        ),
        wrong("0.25 and -0.25", "averaged_over_entries", "That would be a mean of the two."),
    ),
    question(
        "10 a word that comes twice",
        "The word 1 stands at both places of a text: t = (1, 1), and the rows of G are (2, 3) and (5, -3).\n"
        "What is row 1 of the table's gradient?",
        right("(7, 0)", "The vector was copied to two places, and a copy adds."),
        wrong(
            "(5, -3)",
            "batch_not_summed",
            "So it is with dE[t] += G: numpy writes both into one place, and the last stays.",
        ),
        wrong("(3.5, 0)", "batch_averaged", "A mean of the two: nothing divides by 2."),
    ),
    question(
        "10 the same G in a row",
        "Softmax of one row, and G is (2, 2, 2, 2). What is the gradient for the row?",
        wrong("(2, 2, 2, 2)", "activation_not_undone", "That is G as it came."),
        right(
            "(0, 0, 0, 0)", "From each G its weighted mean, 2, is subtracted. The results add up to 1 whatever moves."
        ),
        wrong("twice the softmax", "diagonal_missing", "Each entry is A (G - r), and r is 2 as well."),
    ),
)
