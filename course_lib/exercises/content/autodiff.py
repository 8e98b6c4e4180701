"""Notebook 11: what a graph needs beside (A), (B) and (C): the sum over copies, a rule of one's own, an order."""

import numpy as np

from course_lib.exercises.engine.cases import batch_cases, drawn_cases
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "11_autodiff"

# The shape of G, the shape before broadcasting, and tags.
BROADCASTS = (
    ((7, 5), (1, 5), "notebook"),
    ((7, 5), (5,), "notebook"),
    ((7, 3), (7, 1), "primes"),
    ((2, 3, 5), (3, 5), "primes"),
    ((2, 3, 5), (2, 1, 5), "primes"),
    ((2, 3, 5), (3, 1), "primes"),
    ((5, 3), (), "edge"),
    ((5, 3), (5, 3), "edge"),
    ((1, 3), (1, 3), "edge"),
    ((4, 4), (1, 4), "square"),
    ((4, 4), (4, 1), "square"),
    ((3, 3, 3), (3,), "square"),
    ((5, 7), (1, 7), "float32"),
    ((13, 2), (2,), "strided"),
)


unbroadcast = Definition(
    result="an array of that shape",
    of="the gradient",
    mistakes=(
        Mistake(
            "batch_not_summed",
            "Your result is G as it came: the copies that broadcasting made are not added up.",
            "the copies are not added up",
            change=(
                "    G = G.sum(axis=tuple(range(G.ndim - len(shape))))\n",
                "",
                "return G.sum(axis=copied, keepdims=True)",
                "return G",
            ),
        ),
        Mistake(
            "flat_bias",
            "The numbers are right, but an axis of length 1 is gone: the shape is {shape}, expected {expected}.",
            "an axis of length 1 is gone",
            change=(", keepdims=True", ""),
        ),
        Mistake(
            "wrong_axis:new axes alone",
            "Your sum runs over the axes that are new in front, and not over those of length 1 that were copied.",
            "the axes of length 1 are forgotten",
            change=("return G.sum(axis=copied, keepdims=True)", "return G"),
        ),
        Mistake(
            "batch_averaged",
            "Your result is the mean of the copies' gradients: forwards nothing was divided, so backwards it is their sum.",
            "a mean stands where a sum belongs",
            change=("G.sum(", "G.mean("),
        ),
    ),
    cases=drawn_cases(lambda draw, shape, before: (draw(*shape), before), ("G.shape", "shape"), BROADCASTS),
    hints=(
        "Broadcasting does two things: it puts new axes in front, and it copies along axes of length 1.",
        "For both, the gradient is the sum over the copies. Sum over the first G.ndim - len(shape) axes first.",
        "Then sum over each axis whose size in shape is 1, and keep that axis. keepdims helps.",
    ),
    solution="""def unbroadcast(G, shape):
    G = G.sum(axis=tuple(range(G.ndim - len(shape))))
    copied = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return G.sum(axis=copied, keepdims=True)""",
    look="row S18, {autodiff: A local rule for each operation}",
)


cumsum_rule = Definition(
    result="an array of the shape of G",
    of="the gradient",
    mistakes=(
        Mistake(
            "order:forwards",
            "Your sums run over the rows up to i: those are the results that row i does not reach.",
            "the sums run the wrong way",
            change=("np.cumsum(G[::-1], axis=0)[::-1]", "np.cumsum(G, axis=0)"),
        ),
        Mistake(
            "order:all",
            "Your sums run over all rows: the results above row i do not depend on it.",
            "the sums run over all rows",
            change=("np.cumsum(G[::-1], axis=0)[::-1]", "np.broadcast_to(G.sum(axis=0, keepdims=True), G.shape)"),
        ),
        Mistake("wrong_axis", change=("[::-1], axis=0)[::-1]", "[:, ::-1], axis=1)[:, ::-1]")),
    ),
    cases=batch_cases(lambda draw, m, _, n: (draw(m, n),), names=("m", None, "n")),
    hints=(
        "Y[i, j] = X[1, j] + ... + X[i, j]. In which entries of Y is X[h, k]?",
        "In Y[i, k] for every i from h on, each time with the factor 1: so add G[h, k], G[h + 1, k], ..., G[m, k].",
        "Turn the rows over, take running sums, and turn them back.",
    ),
    solution="def cumsum_rule(G):\n    return np.cumsum(G[::-1], axis=0)[::-1]",
    look="row S4, {autodiff: A local rule for each operation}",
)


def _graph(draw, n):
    rng = draw.rng
    new = rng.permutation(n).tolist()  # node k of the computation is called new[k]
    if n > 100:  # a visit that begins at either end of the numbers goes deep at once
        new = [each for each in new if each not in (0, n - 1)] + [0, n - 1]
    parents = [[] for _ in range(n)]
    for k in range(1, n):
        several = [k - 1] if n > 100 else rng.integers(k, size=rng.integers(1, 4)).tolist()
        parents[new[k]] = [new[each] for each in several]
    if n == 6:
        parents[new[5]] = [new[4], new[4]]
    return (parents,)


SIZES = ((6, "notebook"), (6, "notebook"), (11, "primes"), (13, "primes"), (1, "edge"), (2, "edge"), (1500, "edge"))


def _is_order(order, parents):
    """Whether the array holds every node once, and each after its parents."""
    if order.shape != (len(parents),) or sorted(order.tolist()) != list(range(len(parents))):
        return False
    place = np.argsort(order)
    return all(place[parent] < place[node] for node, several in enumerate(parents) for parent in several)


def _an_order(parents):
    order, waiting, children = [], [len(several) for several in parents], [[] for _ in parents]
    for node, several in enumerate(parents):
        for parent in several:
            children[parent].append(node)
    ready = [node for node, several in enumerate(parents) if not several]
    while ready:
        order.append(ready.pop())
        for child in children[order[-1]]:
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    return np.array(order, dtype=float)


in_order = Definition(
    result="an array of the numbers of all nodes",
    of="an order",
    mistakes=(
        Mistake(
            "order:backwards",
            "Your order is right for the way back: each node stands before its parents, and here it should stand after them.",
            "the order is turned round",
            change=("np.array(order)", "np.array(order[::-1])"),
        ),
        Mistake(
            "order:as given",
            "Your order is that of the numbers, which say nothing of what was computed first.",
            "the nodes stand in the order of their numbers",
            change=("np.array(order)", "np.arange(len(parents))"),
        ),
    ),
    cases=drawn_cases(_graph, ("nodes",), SIZES),
    hints=(
        "A node is ready when all of its parents have their place. Which nodes are ready at the beginning?",
        "Keep for each node how many of its parents still wait. When a node gets its place, each of its children has one less.",
        "A function that calls itself for each parent fails on a long chain: keep a list of nodes that are ready.",
    ),
    solution="""def in_order(parents):
    waiting = [len(several) for several in parents]
    children = [[] for _ in parents]
    for node, several in enumerate(parents):
        for parent in several:
            children[parent].append(node)
    order = [node for node, count in enumerate(waiting) if count == 0]
    for node in order:
        for child in children[node]:
            waiting[child] -= 1
            if waiting[child] == 0:
                order.append(child)
    return np.array(order)""",
    look="row S21, {autodiff: The order to visit}",
    settle=lambda order, parents: (
        _an_order(parents) if isinstance(order, np.ndarray) and _is_order(order, parents) else order
    ),
)


QUESTIONS = (
    question(
        "11 a fork without its sum",
        "y = x · x at x = 3, and the gradient of y is 1. The rule of the product gives 3 to its left factor and 3 to its right one.\n"
        "What is x.grad if every rule writes its part with = in place of +=?",
        wrong("9", "slope_twice", "That is 3 · 3: parts of one node are added, never multiplied."),
        wrong(
            "6",
            "factor_two",
            "That is what += gives, and what is right: d(x²)/dx = 2x. Here the second part overwrites the first.",
        ),
        right(
            "3",
            "Both factors are the same node, and the second = overwrites what the first has written. Right is 3 + 3 = 6.",
        ),
    ),
    question(
        "11 which way is cheaper",
        "A function takes 3 numbers to 500, and you want its whole Jacobian, (500, 3).\n"
        "How many passes does each way need, forwards (one input moves) and backwards (one output is asked)?",
        wrong(
            "forwards 500, backwards 3",
            "transposed",
            "It is the other way round: a pass forwards fills a column, one for each input.",
        ),
        right(
            "forwards 3, backwards 500",
            "A pass forwards fills a column, a pass backwards a row. A loss has one row: hence one pass backwards.",
        ),
        wrong(
            "1 pass for both",
            "rank_one_only",
            "A pass backwards gives G times the Jacobian, one row. Only a single number, a loss, has no other row.",
        ),
    ),
    question(
        "11 backward twice",
        "L = x · x at x = 3. You call backward(L), and then backward(L) once more.\nWhat is x.grad then, here?",
        wrong(
            "12",
            "factor_two",
            "So it is in PyTorch, where gradients pile up from call to call until you set them to zero. Here each call begins at zero.",
        ),
        right(
            "6",
            "Each call sets the gradients to zero first. In PyTorch it would be 12: there you call zero_grad() yourself.",
        ),
        wrong(
            "0: the graph has been used up",
            "not_in_place",
            "The graph stays: values and rules are there as long as somebody holds the last node.",
        ),
    ),
)
