"""Predictions: every number in a choice is what course_lib computes, and every wrong choice is the mistake it is said to be."""

import re
from fractions import Fraction

import numpy as np
import pytest
import traitlets

from course_lib import dense
from course_lib.activations import relu, sigmoid, tanh
from course_lib.autodiff import Node, backward
from course_lib.depth.deep import DeepNetwork
from course_lib.depth.normalization import layer_norm
from course_lib.depth.theory import mean_field
from course_lib.exercises.detective.cases import written
from course_lib.exercises.detective.witnesses import WITNESSES
from course_lib.exercises.engine.course import found
from course_lib.exercises.engine.mistakes import MISTAKES
from course_lib.exercises.engine.prediction import Question, prediction, predictions
from course_lib.jacobian import key_idea, numeric_jacobian
from course_lib.losses import mse, softmax_cross_entropy
from course_lib.network import Network

NOTEBOOKS = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15")
rng = np.random.default_rng(3)
m, n_in, n_out = 7, 5, 3
O = rng.integers(1, 5, (m, n_in)).astype(float)
G = rng.integers(1, 5, (m, n_out)).astype(float)
W = rng.integers(1, 5, (n_in, n_out)).astype(float)
b = np.array([[100.0, 200.0, 300.0]])


def row(numbers):
    """(1, -2, 2.5), as a choice writes it."""
    return "(" + ", ".join(f"{x:g}" for x in np.ravel(numbers)) + ")"


def shape(A):
    return str(A.shape)


# For each prediction: what stands in each choice, computed by the mistake it is; "right" is the right one.
FACTS = {}


def facts(name):
    """Register a function that gives {"right" or a mistake: what its choice must begin with, or hold}."""
    return lambda function: FACTS.setdefault(name, function)


@facts("00 three products that fit")
def _():
    O, G, W = rng.integers(-3, 4, (3, 3, 3)).astype(float)
    measured = numeric_jacobian(lambda W: (G * (O @ W)).sum(), W)
    products = {"right": ("Oᵀ G", O.T @ G), "wrong_axis": ("O Gᵀ", O @ G.T), "scalar_rule": ("G O", G @ O)}
    assert [name for name, (_, product) in products.items() if np.allclose(product, measured)] == ["right"]
    return {name: text for name, (text, _) in products.items()}


@facts("01 one component moves")
def _():
    A, x = np.array([[2.0, -1, 0], [3, 4, 5]]), np.array([1.0, 2, -1])
    moved = A @ (x + [0, 1, 0]) - A @ x
    slopes = numeric_jacobian(lambda x: A @ x, x, method="complex")[:, 1]
    assert np.allclose(moved, slopes)
    return {
        "right": row(moved),
        "transposed": row(A[1]),
        "activation_not_derivative": row(A[:, 1] * x[1]),
        "scalar_rule": row([0, A[1, 1]]),
    }


@facts("01 the Jacobian of a row")
def _():
    B = W
    jacobian = numeric_jacobian(lambda r: r @ B, np.arange(5.0), method="complex")
    assert np.allclose(jacobian, B.T)
    assert np.count_nonzero(jacobian) == 15
    return {"right": shape(B.T), "transposed": shape(B), "scalar_rule": shape(B.T)}


@facts("01 a square in the chain")
def _():
    B, z = np.array([[1.0, 2], [3, -1], [0, 4]]), np.array([2.0, 1])
    u = B @ z
    exact = numeric_jacobian(lambda z: (B @ z) ** 2, z, method="complex")[1, 0]
    assert np.allclose(exact, 2 * u[1] * B[1, 0])
    return {
        "right": f"{exact:g}",
        "activation_not_undone": f"{B[1, 0]:g}",
        "activation_not_derivative": f"{u[1] ** 2 * B[1, 0]:g}",
        "derivative_at_output": f"{2 * u[1] ** 2 * B[1, 0]:g}",
    }


@facts("02 a vector used twice")
def _():
    dz_dy = np.array([1.0, 2, 3, 10, 20, 30])
    dy_dx = numeric_jacobian(lambda x: np.concatenate([x, x]), np.zeros(3), method="complex")
    return {
        "right": row(key_idea(dy_dx, dz_dy)),
        "batch_not_summed": row(dz_dy),
        "batch_averaged": row((dz_dy[:3] + dz_dy[3:]) / 2),
        "first_sample_only": row(dz_dy[:3]),
    }


@facts("02 which indexes are summed")
def _():
    dY_dX, dz_dY = np.ones((7, 3, 5, 3)), np.ones((7, 3))
    return {
        "right": shape(key_idea(dY_dX, dz_dY)),
        "rank_one_only": shape(np.tensordot(dz_dY, dY_dX, axes=(0, 0))),
        "wrong_axis": shape(np.tensordot(dY_dX, np.ones((5, 3)), axes=2)),
    }


@facts("02 column sums, backwards")
def _():
    g = np.array([14.0, -7, 21])
    dy_dX = numeric_jacobian(lambda X: X.sum(axis=0), np.zeros((7, 3)), method="complex")
    gradient = key_idea(dy_dX, g)
    assert (gradient == gradient[0]).all()
    return {
        "right": f"{row(gradient[0])} in each of the 7 rows",
        "batch_averaged": f"{row(gradient[0] / 7)} in each of the 7 rows",
        "first_sample_only": f"{row(gradient[0])} in row 0, and 0 in the other rows",
        "wrong_shape": f"{row(g)}, one row",
    }


@facts("03 what one weight moves")
def _():
    moved = dense.dZ_dW(O, n_out)[:, :, 1, 2]
    assert np.count_nonzero(moved[:, 2]) == np.count_nonzero(moved)
    counts = {"right": np.count_nonzero(moved), "first_sample_only": np.count_nonzero(moved[0])}
    return {
        name: f"{count}: " for name, count in (counts | {"wrong_axis": n_out, "diagonal_missing": m * n_out}).items()
    }


@facts("03 what one input moves")
def _():
    moved = dense.dZ_dO(m, W)[:, :, 4, 3]
    assert np.count_nonzero(moved[4]) == np.count_nonzero(moved)
    counts = {"right": np.count_nonzero(moved), "first_sample_only": 1, "wrong_axis": m, "diagonal_missing": m * n_out}
    return {name: f"{count}: " for name, count in counts.items()}


@facts("03 whose bias it is")
def _():
    o, column = np.array([[1.0, 2]]), np.array([[3.0], [-1]])
    product = (o @ column)[0, 0]
    W = np.hstack([np.zeros((2, 2)), column])
    return {
        "right": f"{dense.forward(o, W, b)[0, 2]:g}",
        "bias_missing": f"{product:g}",
        "column_bias": f"{product + b[0, 0]:g}",
        "wrong_axis": f"{product + b.sum():g}",
    }


@facts("03 every bias is raised")
def _():
    rise = dense.forward(O, W, b + 1).sum() - dense.forward(O, W, b).sum()
    first = dense.forward(O[:1], W, b + 1).sum() - dense.forward(O[:1], W, b).sum()
    return {
        "right": f"by {rise:g}",
        "first_sample_only": f"by {first:g}",
        "column_bias": f"by {np.ones((m, 1)).sum():g}",
    }


@facts("04 a batch twice")
def _():
    out, T = np.array([[22.0, 1, 4]] * m), np.array([[1.0, 22, 4]] * m)
    twice = np.vstack([out, out]), np.vstack([T, T])
    old = mse.gradient(out, T)
    assert row(old[0]) == "(3, -3, 0)"
    assert mse(*twice) == mse(out, T)
    unaveraged = [mse.gradient(*pair)[0] * len(pair[0]) for pair in (twice, (out, T))]
    assert np.array_equal(*unaveraged)
    return {
        "right": row(mse.gradient(*twice)[0]) + ", half as large",
        "batch_not_averaged": row(old[0]) + ", the same",
        "factor_two": row(2 * old[0]) + ", twice as large",
    }


@facts("04 a silent sample")
def _():
    Z = np.array([3.0, 2, 1, -1, 5, 3, 2])[:, None] * np.ones((m, n_out))
    Z[4] *= -1
    undone = dense.undo_activation(G, Z, relu)
    assert (undone[4] == 0).all()
    assert np.array_equal(undone[:3], G[:3])
    f_itself = G * relu(Z)
    assert (f_itself[4] == 0).all()
    assert np.array_equal(f_itself[0], 3 * G[0])
    return {
        "right": "Row 4 becomes 0. Another row keeps its G",
        "activation_not_undone": "All of it: relu does not change G",
        "activation_not_derivative": "In the other rows G is multiplied by relu(Z)",
        "diagonal_missing": "All of it becomes 0",
    }


@facts("04 one entry through the sigmoid")
def _():
    Z, G = np.zeros((1, 1)), np.full((1, 1), 8.0)
    assert sigmoid(Z) == 0.5
    return {
        "right": f"{dense.undo_activation(G, Z, sigmoid)[0, 0]:g}",
        "activation_not_undone": f"{G[0, 0]:g}",
        "activation_not_derivative": f"{(G * sigmoid(Z))[0, 0]:g}",
        "derivative_at_output": f"{(G * Z * (1 - Z))[0, 0]:g}",
    }


@facts("05 one weight's entry")
def _():
    O, G = np.array([[1.0, 2], [0, 3], [2, -1]]), np.array([[3.0, 1], [1, -2], [0, 2]])
    dW = dense.grad_W(O, G)
    return {
        "right": f"{dW[1, 0]:g}",
        "batch_averaged": f"{dW[1, 0] / len(O):g}",
        "first_sample_only": f"{np.outer(O[0], G[0])[1, 0]:g}",
        "transposed": f"{dW.T[1, 0]:g}",
    }


@facts("05 an input that is 0")
def _():
    O_white = O.copy()
    O_white[:, 0] = 0
    zero = dense.grad_W(O_white, G) == 0
    assert zero[0].all()
    assert zero.sum() == n_out
    turned = (G.T @ O_white) == 0
    assert turned[:, 0].all()
    assert turned.sum() == n_out
    over_inputs = (O_white[:, :, None] * G[:, None, :]).sum(axis=1)
    assert (over_inputs != 0).all()
    return {"right": "row 0", "transposed": "column 0", "wrong_axis": "none"}


@facts("05 every sample twice")
def _():
    twice = np.vstack([O, O]), np.vstack([G, G])
    assert np.array_equal(dense.grad_W(*twice), 2 * dense.grad_W(O, G))
    assert np.allclose(dense.grad_W(*twice) / (2 * m), dense.grad_W(O, G) / m)
    apart = [(X[:, :, None] * Y[:, None, :]).reshape(-1, n_out) for X, Y in (twice, (O, G))]
    assert len(apart[0]) == 2 * len(apart[1])
    return {"right": "Every entry doubles", "batch_averaged": "It stays the same", "batch_not_summed": "It gets twice"}


@facts("06 rows that sum to 0")
def _():
    Z, T = rng.normal(size=(m, n_out)), np.eye(n_out)[rng.integers(n_out, size=m)]
    first_G = softmax_cross_entropy.gradient(Z, T)
    assert np.allclose(first_G.sum(axis=1), 0)
    db = dense.grad_b(first_G)
    assert np.isclose(db.sum(), 0)
    assert abs(db).min() > 1e-3
    assert np.isclose(softmax_cross_entropy(Z + 5, T), softmax_cross_entropy(Z, T))
    return {
        "right": "Its entries add up to 0",
        "wrong_axis": "All its entries are 0",
        "column_bias": "It is a column of m",
    }


@facts("06 the gradient of two biases")
def _():
    G = np.array([[2.0, 1], [3, -1], [-2, 5], [1, 3]])

    def written(numbers):
        return f"[{[int(x) for x in np.ravel(numbers)]}]"

    assert (G.mean(axis=0) % 1 == 0).all()
    return {
        "right": written(dense.grad_b(G)),
        "batch_averaged": written(G.mean(axis=0)),
        "wrong_axis": written(G.sum(axis=1)),
        "first_sample_only": written(G[0]),
    }


@facts("06 a line of code for (B)")
def _():
    lines = {choice.mistake or "right": choice.text for choice in found(Question)["06 a line of code for (B)"].choices}
    values = {mistake: eval(line, {"G": G}) for mistake, line in lines.items()}
    assert np.array_equal(values["right"], dense.grad_b(G))
    assert values["right"].shape == (1, 3)
    assert values["flat_bias"].shape == (3,)
    assert np.array_equal(values["flat_bias"], dense.grad_b(G)[0])
    assert values["column_bias"].shape == (7, 1)
    assert np.allclose(7 * values["batch_averaged"], dense.grad_b(G))
    return lines


@facts("07 one row through W")
def _():
    g, W = np.array([[1.0, 10]]), np.array([[1.0, 2], [3, 4]])
    return {
        "right": row(dense.grad_O(g, W)),
        "untransposed_weights": row(g @ W),
        "scalar_rule": row(g[0] * np.diag(W)),
    }


@facts("07 a sample without error")
def _():
    G_silent = G.copy()
    G_silent[3] = 0
    zero = dense.grad_O(G_silent, W) == 0
    assert zero[3].all()
    assert zero.sum() == n_in
    assert (dense.grad_O(G_silent, W).T == 0)[:, 3].all()
    assert (np.ones((1, m)) @ dense.grad_O(G_silent, W) != 0).all()
    return {"right": "row 3", "transposed": "column 3", "wrong_axis": "none"}


@facts("07 a sample of the batch moves")
def _():
    moved = dense.dZ_dO(m, W)[:, :, 2, 1] != 0
    assert np.argwhere(moved).tolist() == [[2, j] for j in range(n_out)]
    return {"right": "row 2", "wrong_layer_weights": "row 1", "transposed": "column 1"}


def wrong_gradients(network, X, T, grad_b=dense.grad_b, scale=1):
    """Which gradients differ from the network's own, if grad_b is the formula for b and G is scaled in each layer."""
    trace = network.forward(X)
    right, wrong = network.backward(trace, T), set()
    Os, dO = [X], mse.gradient(network.predict(X), T)
    for (W, b), activation in zip(network.parameters, network.activations, strict=True):
        Os.append(activation(dense.forward(Os[-1], W, b)))
    for layer, (W, b) in reversed(list(enumerate(network.parameters))):
        Z = dense.forward(Os[layer], W, b)
        G = scale * dense.undo_activation(dO, Z, network.activations[layer])
        for name, mine, exact in zip("Wb", (dense.grad_W(Os[layer], G), grad_b(G)), right[layer], strict=True):
            if not np.allclose(mine, exact, atol=1e-12):
                wrong.add(f"{name}{layer}")
        dO = dense.grad_O(G, W)
    return wrong


@facts("08 a mean in (B)")
def _():
    network = Network([3, 3, 3, 3], tanh, seed=1)
    X, T = rng.standard_normal((m, 3)), rng.standard_normal((m, 3))
    assert wrong_gradients(network, X, T) == set()
    mean = wrong_gradients(network, X, T, grad_b=lambda G: G.mean(axis=0, keepdims=True))
    assert len(wrong_gradients(network, X, T, scale=1 / m)) == 6
    return {
        "right": "those of " + ", ".join(sorted(mean)).replace(", b2", " and b2"),
        "last_layer_only": "that of b2 only",
        "batch_averaged": "all of them",
    }


def products(P, Q):
    return P.shape[0] * P.shape[1] * Q.shape[1]


@facts("08 what the way back needs")
def _():
    O, W, G = np.ones((28, 64)), np.ones((64, 32)), np.ones((28, 32))
    forward, A, C = products(O, W), products(O.T, G), products(G, W.T)
    return {"right": f"{(A + C) // forward} times", "rank_one_only": "as many", "batch_not_summed": f"{len(O)} times"}


@facts("14 one input more")
def _():
    O, W = np.ones((61, 67)), np.ones((67, 31))
    more = products(np.ones((61, 68)), np.ones((68, 31))) - products(O, W)
    assert more == 61 * 31
    return {"right": "61 · 31", "batch_not_summed": "67 · 31", "first_sample_only": "61,"}


@facts("09 one relu layer more")
def _():
    deep, deeper = (mean_field(relu, 1.0).flow(depth, 1.0, batch=1).G[0] ** 2 for depth in (10, 11))
    assert np.isclose(deeper / deep, 1 / 2)
    slopes = {"right": 1 / 2, "factor_two": 1 / 4, "activation_not_undone": 1}
    return {name: str(Fraction(slope)) for name, slope in slopes.items()} | {"std_is_variance": "1/n"}


@facts("09 doubling the weights under layer norm")
def _():
    traces = []
    for scale in (1, 2):
        network = DeepNetwork([5] * 8, tanh, seed=0, normalization=layer_norm)
        for W, *_ in network.parameters:
            W *= scale
        trace = network.forward(np.random.default_rng(1).standard_normal((7, 5)))
        network.backward_from(trace, np.random.default_rng(2).standard_normal((7, 5)))
        traces.append(trace)
    one, two = traces
    assert all(np.allclose(G, H, rtol=1e-3, atol=1e-3) for G, H in zip(one.G, two.G, strict=True))
    assert np.allclose(2 * one.dL_dO[1], two.dL_dO[1], rtol=1e-3, atol=1e-3)
    return {"right": "Nothing", "activation_not_undone": "doubles", "factor_two": "halves"}


@facts("14 twice as many units")
def _():
    sizes = [dense.dZ_dW(O, units).nbytes for units in (n_out, 2 * n_out)]
    in_use = [np.count_nonzero(dense.dZ_dW(O, units)) for units in (n_out, 2 * n_out)]
    return {
        "right": f"{sizes[1] // sizes[0]} times",
        "factor_two": f"{in_use[1] // in_use[0]} times",
        "diagonal_missing": "as before",
    }


@facts("15 shards of two sizes")
def _():
    x, T = np.ones((4, 1)), np.array([[-2.0], [-2], [-2], [-6]])  # outputs are 0, so each gradient is minus the target
    of = {
        name: mse.gradient(0 * T[rows], T[rows]).sum()
        for name, rows in {"all": slice(4), "3": slice(3), "1": slice(3, 4)}.items()
    }
    assert (of["3"], of["1"]) == (2, 6) and dense.grad_W(x, mse.gradient(0 * T, T)).item() == of["all"]
    numbers = {"right": of["all"], "batch_not_averaged": of["3"] + of["1"]}
    numbers |= {"batch_averaged": (of["3"] + of["1"]) / 2, "first_sample_only": of["3"]}
    return {name: f"{number:g}" for name, number in numbers.items()}


@facts("15 through the scheduler")
def _():
    p, P = 3, 11
    parameters, gradients = np.ones((p, P)), np.ones((p, P))  # a copy for each worker, a gradient from each
    chunk_sums = 2 * (p - 1) * np.ones(P).size  # p chunks of P / p numbers, passed on 2 (p - 1) times
    return {
        "right": f"{(parameters.size + gradients.size) // P} P",
        "factor_two": f"{gradients.size // P} P",
        "first_sample_only": f"{(parameters[0].size + gradients[0].size) // P} P",
        "batch_averaged": f"{Fraction(chunk_sums, p * P)} P",
    }


@facts("10 a tie in a pair")
def _():
    up, down = (np.max(np.array([2 + step, 2])) - 2 for step in (0.5, -0.5))
    return {
        "right": f"{up:g} and {down:g}",
        "wrong_axis": f"{up:g} and {-up:g}",
        "averaged_over_entries": f"{up / 2:g} and {-up / 2:g}",
    }


@facts("10 a word that comes twice")
def _():
    G = np.array([[2.0, 3.0], [5.0, -3.0]])
    dE = np.zeros((3, 2))
    dE[[1, 1]] += G
    rows = {"right": G.sum(axis=0), "batch_not_summed": dE[1], "batch_averaged": G.mean(axis=0)}
    return {key: f"({row[0]:g}, {row[1]:g})" for key, row in rows.items()}


@facts("10 the same G in a row")
def _():
    S = np.exp([1.0, 0.0, -1.0, 2.0]) / np.exp([1.0, 0.0, -1.0, 2.0]).sum()
    measured = (np.diag(S) - np.outer(S, S)) @ np.full(4, 2.0)
    assert np.allclose(measured, 0)
    return {"right": "(0, 0, 0, 0)", "activation_not_undone": "(2, 2, 2, 2)", "diagonal_missing": "twice the softmax"}


@facts("11 a fork without its sum")
def _():
    x = Node(3.0)
    y = x * x
    backward(y)
    (_, left), (_, right) = y.parents
    parts = float(left(1.0)), float(right(1.0))
    assert sum(parts) == x.grad == 6 and parts[0] == 3
    return {"right": f"{parts[1]:g}", "factor_two": f"{sum(parts):g}", "slope_twice": f"{parts[0] * parts[1]:g}"}


@facts("11 which way is cheaper")
def _():
    rows, columns = numeric_jacobian(lambda x: np.tanh(x @ np.ones((3, 500))), np.ones(3)).shape
    return {
        "right": f"forwards {columns}, backwards {rows}",
        "transposed": f"forwards {rows}, backwards {columns}",
        "rank_one_only": "1 pass",
    }


@facts("11 backward twice")
def _():
    x = Node(3.0)
    y = x * x
    backward(y)
    once = float(x.grad)
    backward(y)
    return {"right": f"{float(x.grad):g}", "factor_two": f"{once + float(x.grad):g}", "not_in_place": "0"}


@facts("12 every b and no W")
def _():
    check, one = (WITNESSES[name](written(2)).splitlines() for name in ("Gradient check", "One sample"))
    assert [line.split(": ")[1] for line in check] == ["right", "wrong, 0.143 times what it should be"] * 3
    assert {line.split(": ")[1] for line in one} == {"right"}
    wrong = {"batch_averaged": "G = (O[-1]", "stale_gradient": "G = (G @ W.T)", "not_in_place": "P += V"}
    return {"right": "db = G.sum(axis=0, keepdims=True)"} | wrong


@facts("12 right at first")
def _():
    fresh, later = (WITNESSES[name](written(6)).splitlines() for name in ("Gradient check", "After ten steps"))
    assert {line.split(": ")[1] for line in fresh} == {"right"}
    assert [line[0] for line in later if "wrong" in line] == ["b"] * 3
    return {"right": "A term with b", "batch_averaged": "A sum over samples", "stale_gradient": "A G that is left"}


@facts("12 the check finds nothing")
def _():
    for number in (9, 11, 12):
        assert "wrong" not in "".join(
            WITNESSES[n](written(number)) for n in ("Gradient check", "One sample", "After ten steps")
        )
    return {
        "right": "In what is no gradient",
        "untransposed_weights": "In the step back",
        "activation_not_undone": "In the slope",
    }


@facts("13 the gradient of turned weights")
def _():
    V = W.T
    exact = numeric_jacobian(lambda V: (G * (O @ V.T + b)).sum(), V)
    assert np.allclose(exact, G.T @ O)
    with pytest.raises(ValueError, match="matmul"):
        O @ G.T
    return {
        "right": f"Gᵀ O, of shape {shape(exact)}",
        "transposed": f"Oᵀ G, of shape {shape(O.T @ G)}",
        "order": "O Gᵀ",
        "batch_averaged": f"Gᵀ O / {m}, of shape {shape(exact)}",
    }


@facts("13 a mean over all entries")
def _():
    T = rng.integers(-3, 4, (m, n_out)) + 0.5
    ours, theirs = mse.gradient(O[:, :3], T), numeric_jacobian(lambda O: ((O - T) ** 2).mean(), O[:, :3])
    assert np.allclose(theirs, ours * 2 / 3)
    with_half = numeric_jacobian(lambda O: ((O - T) ** 2).mean() / 2, O[:, :3])
    assert np.allclose(with_half, ours / 3)
    per_sample = numeric_jacobian(lambda O: ((O - T) ** 2).sum() / m, O[:, :3])
    assert np.allclose(per_sample, 2 * ours)
    return {"right": "2/3", "averaged_over_entries": "1/3", "factor_two": "2", "batch_averaged": f"2/{m * n_out}"}


@facts("13 whose weights they are")
def _():
    W = rng.integers(-4, 5, (n_in, n_in)).astype(float)
    bias = np.full((1, n_in), 2.0)
    assert dense.forward(O, W, bias).shape == dense.forward(O, W.T, bias).shape
    assert not np.array_equal(W, W.T)
    found = dense.forward(np.eye(n_in), W, bias) - dense.forward(np.zeros((n_in, n_in)), W, bias)
    assert np.array_equal(found, W)
    assert dense.grad_W(O, O).shape == W.shape
    return {
        "right": "Run it on the identity matrix",
        "untransposed_weights": "Compare the shape of its output",
        "transposed": "Load the weights",
        "order": "Compare the shape of ∇_W L",
    }


@pytest.mark.parametrize("name", predictions())
def test_each_choice_holds_the_number_that_its_mistake_gives(name):
    expected = FACTS[name]()
    found = {choice.mistake or "right": choice.text for choice in prediction(name).choices}
    assert set(found) == set(expected)
    for mistake, text in expected.items():
        pattern = rf"(?<![\w.,/-]){re.escape(text)}(?![\d/])"
        assert re.search(pattern, found[mistake]), f"{mistake}: {text!r} is not in {found[mistake]!r}"
    assert len(set(found.values())) == len(found)


def test_every_notebook_has_two_to_four_the_first_has_one_and_their_names_say_which():
    by_notebook = {number: [name for name in predictions() if name.startswith(f"{number} ")] for number in NOTEBOOKS}
    at_the_start = [name for name in predictions() if name.startswith("00 ")]
    assert sum(map(len, by_notebook.values())) == len(predictions()) - len(at_the_start)
    assert len(at_the_start) == 1
    assert all(2 <= len(names) <= 4 for names in by_notebook.values()), by_notebook
    assert predictions() == sorted(predictions(), key=lambda name: name[:2])


@pytest.mark.parametrize("name", predictions())
def test_one_choice_is_right_and_each_wrong_one_is_a_known_mistake(name):
    choices = prediction(name).choices
    assert sum(choice.is_right for choice in choices) == 1
    assert {choice.mistake for choice in choices if choice.mistake} <= set(MISTAKES)
    assert all(len(choice.answer) > 20 for choice in choices)


def test_right_choices_stand_in_all_places():
    places = [[choice.is_right for choice in found(Question)[name].choices].index(True) for name in predictions()]
    assert set(places) == {0, 1, 2, 3}


@pytest.mark.parametrize("name", predictions())
def test_nothing_tells_the_answer_before_one_is_given(name):
    asked = prediction(name)
    page = asked._repr_mimebundle_()[0]["text/html"]
    visible = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    for text in (repr(asked), repr(asked.choices), visible):
        assert not any(choice.answer in text for choice in asked.choices)
        assert "✓" not in text
    assert page.count("<details>") == len(asked.choices)
    assert "text/plain" in asked._repr_mimebundle_()[0]


def test_as_text_the_choices_are_numbered_and_an_answer_is_printed(capsys):
    asked = prediction("05 an input that is 0")
    assert repr(asked).splitlines()[-3:] == ["1. column 0", "2. row 0", "3. none: the other inputs make up for it"]
    assert asked._repr_mimebundle_()[0]["text/plain"] == repr(asked)
    assert asked.chosen == 0
    asked.answer(2)
    assert capsys.readouterr().out.startswith("✓ Choice 2 is right. Entry (h, k) is column h of O")
    assert asked.chosen == 2
    asked.answer(1)
    assert capsys.readouterr().out.startswith("✗ Choice 1 is wrong. A column of ∇_W L")
    assert [choice.text for choice in asked.choices] == list(asked.texts)


def test_without_the_package_of_the_widgets_it_is_plain_text(monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    asked = prediction("05 an input that is 0")
    assert type(asked) is Question
    asked.answer(2)
    assert "Choice 2 is right" in capsys.readouterr().out


def test_bad_input_is_named():
    with pytest.raises(KeyError, match=r"nothing named '05 input zero'; did you mean '05 an input that is 0'\?"):
        prediction("05 input zero")
    with pytest.raises(KeyError, match=r"predictions\(\) lists the names"):
        prediction("xyz")
    with pytest.raises(TypeError, match="name is 5, expected a text"):
        prediction(5)
    asked = prediction("05 an input that is 0")
    for bad in (0, 4, -1, 1.0, "2", True, None):
        with pytest.raises(ValueError, match="expected a number from 1 to 3"):
            asked.answer(bad)
    with pytest.raises((ValueError, traitlets.TraitError), match="expected a number from 1 to 3"):
        asked.chosen = 9
