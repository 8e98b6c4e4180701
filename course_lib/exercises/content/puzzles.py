"""The index puzzles, in rising order: one entry of the result, and its derivative for one entry of what moves, as a line."""

import numpy as np

from course_lib.exercises.engine.puzzle import Puzzle

NOTEBOOK = "10_any_layer"

VECTORS = (((5,),), ((3,),), ((8,),))
MATRICES = (((2, 3),), ((3, 3),), ((4, 2),))
DIAGONAL = (("the diagonal", "i == h"),)


def _softmax(x):
    return np.exp(x) / np.exp(x).sum()


def _running_mean(x):
    return np.array([x[max(0, i - 1) : i + 2].mean() for i in range(len(x))])


PUZZLES = (
    Puzzle("identity", "y[i] = x[i]", lambda x: x, VECTORS, "i, h, x", "i == h", DIAGONAL, "02_key_idea"),
    Puzzle("scale", "y[i] = 3 x[i]", lambda x: 3 * x, VECTORS, "i, h, x", "3 * (i == h)", DIAGONAL, "02_key_idea"),
    Puzzle(
        "mean",
        "y[0] = the mean of x",
        lambda x: x.mean(keepdims=True),
        VECTORS,
        "i, h, x",
        "1 / len(x)",
        (),
        "03_forward_batch",
    ),
    Puzzle(
        "repeat",
        "y[i] = x[i // 2], each number twice",
        lambda x: x.repeat(2),
        VECTORS,
        "i, h, x",
        "i // 2 == h",
        (("the copies of x[h]", "i // 2 == h"),),
        "03_forward_batch",
    ),
    Puzzle(
        "slice",
        "y[i] = x[i + 2]",
        lambda x: x[2:],
        (((6,),), ((4,),), ((9,),)),
        "i, h, x",
        "i + 2 == h",
        (("the shifted diagonal", "h == i + 2"),),
        "05_grad_W",
    ),
    Puzzle(
        "cumulative sum",
        "y[i] = x[0] + ... + x[i]",
        np.cumsum,
        VECTORS,
        "i, h, x",
        "h <= i",
        (("the border", "h == i"), ("what lies before it", "h < i")),
        "05_grad_W",
    ),
    Puzzle(
        "outer product",
        "Y[i, j] = x[i] x[j]",
        lambda x: np.outer(x, x),
        (((3,),), ((4,),), ((2,),)),
        "i, j, h, x",
        "x[j] * (i == h) + x[i] * (j == h)",
        (("the diagonal", "i == j == h"), ("the first factor", "i == h"), ("the second factor", "j == h")),
    ),
    Puzzle(
        "transpose",
        "Y[i, j] = X[j, i]",
        np.transpose,
        MATRICES,
        "i, j, h, k, X",
        "i == k and j == h",
        (("the entry itself", "i == k and j == h"),),
    ),
    Puzzle(
        "matrix product",
        "Z[i, j] = the sum over h of O[i, h] W[h, j]; W moves",
        np.matmul,
        (((3, 2), (2, 2)), ((2, 3), (3, 2)), ((4, 2), (2, 3))),
        "i, j, h, k, O, W",
        "O[i, h] * (j == k)",
        (("the unit's own column", "j == k"),),
    ),
    Puzzle(
        "relu",
        "y[i] = max(x[i], 0)",
        lambda x: np.maximum(x, 0),
        VECTORS,
        "i, h, x",
        "i == h and x[i] > 0",
        (("the diagonal with x[i] > 0", "i == h and x[i] > 0"), ("the diagonal with x[i] < 0", "i == h")),
    ),
    Puzzle(
        "max",
        "y[0] = the largest of x",
        lambda x: x.max(keepdims=True),
        VECTORS,
        "i, h, x",
        "h == x.argmax()",
        (("the largest", "h == x.argmax()"),),
    ),
    Puzzle(
        "running mean",
        "y[i] = the mean of x[i - 1], x[i], x[i + 1], as far as they exist",
        _running_mean,
        VECTORS,
        "i, h, x",
        "(abs(i - h) <= 1) / len(x[max(0, i - 1):i + 2])",
        (
            ("the border", "abs(i - h) <= 1 and i in (0, len(x) - 1)"),
            ("the diagonal", "i == h"),
            ("the neighbours", "abs(i - h) == 1"),
        ),
    ),
    Puzzle(
        "convolution",
        "y[i] = w[0] x[i] + w[1] x[i + 1] + ...; x moves",
        lambda w, x: np.convolve(x, w[::-1], "valid"),
        (((3,), (7,)), ((2,), (5,)), ((4,), (6,))),
        "i, h, w, x",
        "w[h - i] if 0 <= h - i < len(w) else 0",
        (
            ("the window's border", "h - i in (0, len(w) - 1)"),
            ("the inside of the window", "0 < h - i < len(w) - 1"),
        ),
    ),
    Puzzle(
        "centring",
        "y[i] = x[i] - the mean of x",
        lambda x: x - x.mean(),
        VECTORS,
        "i, h, x",
        "(i == h) - 1 / len(x)",
        DIAGONAL,
    ),
    Puzzle(
        "softmax",
        "y[i] = exp(x[i]) / the sum of exp(x)",
        _softmax,
        VECTORS,
        "i, h, x",
        "np.exp(x[i]) / np.exp(x).sum() * ((i == h) - np.exp(x[h]) / np.exp(x).sum())",
        DIAGONAL,
    ),
    Puzzle(
        "attention scores",
        "S[i, j] = (row i of X · row j of X) / sqrt(d), where X is (n, d)",
        lambda X: X @ X.T / np.sqrt(X.shape[1]),
        (((3, 2),), ((2, 3),), ((4, 2),)),
        "i, j, h, k, X",
        "((i == h) * X[j, k] + (j == h) * X[i, k]) / np.sqrt(X.shape[1])",
        (("the diagonal", "i == j == h"), ("the row that asks", "i == h"), ("the row that is asked", "j == h")),
    ),
)
