"""The graph's gradients: each local rule against the explicit tensor, and whole expressions against autograd."""

import itertools
import operator
import warnings
from fractions import Fraction

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad as autograd_grad
from reference import assert_close, contract, exact_tensor, flat
from refusals import unlike

from course_lib import Network, activations, digits, losses
from course_lib import autodiff as ad
from course_lib.autodiff import Node, backward, in_order, unbroadcast
from course_lib.shapes import ShapeError, as_fractions

RNG = np.random.default_rng(18)


def gradients(f, *arrays):
    """The gradient of the number f(*nodes) for each of the arrays."""
    nodes = [Node(A) for A in arrays]
    backward(f(*nodes))
    return [node.grad for node in nodes]


# ---- whole expressions, against autograd


def random_step(rng, pool):
    """One operation on members of the pool, as a function of a library and a pool."""
    i, j = rng.integers(len(pool), size=2).tolist()
    ndim, constant = np.ndim(pool[i]), rng.standard_normal(np.shape(pool[j]))
    axes = rng.permutation(ndim)[: rng.integers(ndim + 1)].tolist()
    axis = [None, tuple(axes), axes[0] if axes else None, axes[0] - ndim if axes else ()][rng.integers(4)]
    keepdims = bool(rng.integers(2))
    binary = [operator.add, operator.sub, operator.mul, operator.matmul][rng.integers(4)]
    index = tuple(
        [slice(None), int(rng.integers(size)), rng.integers(size, size=3), slice(None, None, -1)][rng.integers(4)]
        for size in np.shape(pool[i])[: rng.integers(ndim + 1)]
    )
    turned = np.shape(pool[i])[::-1]
    return [
        lambda lib, p: binary(p[i], p[j]),
        lambda lib, p: binary(p[i], constant),
        lambda lib, p: binary(constant, p[i]),
        lambda lib, p: p[i] / (2.5 + lib.tanh(p[j])),
        lambda lib, p: 1.5 / (2.5 + lib.tanh(p[i])) - 2 * p[i] + 3,
        lambda lib, p: p[i] ** 2 + p[i] ** 3,
        lambda lib, p: (1.5 + lib.tanh(p[i])) ** -0.5,
        lambda lib, p: p[i].sum(axis=axis, keepdims=keepdims),
        lambda lib, p: p[i].mean(axis=axis, keepdims=keepdims),
        lambda lib, p: p[i].max(axis=axis, keepdims=keepdims),
        lambda lib, p: p[i][index] if index else p[i] + p[i],  # autograd cannot add to a number's entry
        lambda lib, p: p[i].T,
        lambda lib, p: p[i].reshape(turned),
        lambda lib, p: lib.exp(lib.tanh(p[i])) + lib.log(2.5 + lib.tanh(p[i])),
        lambda lib, p: lib.maximum(p[i], p[j]),
        lambda lib, p: lib.maximum(p[i], 0.0) if lib is anp else lib.relu(p[i]),
        lambda lib, p: 1 / (1 + lib.exp(-p[i])) if lib is anp else lib.sigmoid(p[i]),
        lambda lib, p: lib.concatenate([p[i], p[i], p[j]], axis=axis if isinstance(axis, int) else -1),
    ][rng.integers(18)]


def random_expression(rng):
    """(leaves, f): f(lib, leaves) is a number that all of some ten operations have a part in."""
    m, n, k = rng.integers(1, 5, 3).tolist()
    shapes = [(m, n), (n,), (1, n), (m, 1), (), (n, k), (k, m, n), (1, 1)]  # of which many fit
    leaves = [rng.standard_normal(shapes[k]) for k in rng.integers(len(shapes), size=3)]
    values, steps = list(leaves), []
    while len(steps) < 10:
        step = random_step(rng, values)
        try:
            with np.errstate(all="ignore"):
                value = step(anp, values)
        except (ValueError, IndexError, TypeError):  # shapes that do not meet: another one
            continue
        if np.size(value) <= 300 and np.isfinite(value).all() and np.abs(value).max(initial=0) < 300:
            steps.append(step)
            values.append(value)

    def f(lib, leaves):
        pool = list(leaves)
        for step in steps:
            pool.append(step(lib, pool))
        return sum(lib.tanh(each).sum() for each in pool)

    return leaves, f


@pytest.mark.parametrize("seeds", [range(300), pytest.param(range(1000, 6000), marks=pytest.mark.slow)], ids=len)
def test_random_expressions_have_autograds_gradients(seeds):
    for seed in seeds:
        leaves, f = random_expression(np.random.default_rng(seed))
        found = gradients(lambda *nodes, f=f: f(ad, nodes), *leaves)
        expected = autograd_grad(lambda leaves, f=f: f(anp, leaves))(leaves)
        for A, B in zip(found, expected, strict=True):
            assert_close(A, B, 1e-10)


# ---- each rule alone, against its explicit tensor, in exact fractions: dyadic numbers, which float64 does not round


def dyadic(*shape, choices=(-3, -2, -1.5, -1, -0.5, 0.25, 0.5, 1, 2, 2.5)):
    """Numbers whose sums and products are exact."""
    return RNG.choice(choices, shape)


A34, B34, b4, C3, V4 = dyadic(3, 4), dyadic(3, 4), dyadic(1, 4), dyadic(3, 1), dyadic(4)
DISTINCT = RNG.permutation(12).reshape(3, 4) / 2 - 2.75  # no two entries are equal, and none is 0
BATCH = dyadic(2, 3, 4)
REPEATED = ([0, 2, 0, 0], slice(1, 3))

RATIONAL = {
    "a + b, b a row": (lambda lib, a, b: a + b, A34, b4),
    "a - b, a a column": (lambda lib, a, b: a - b, C3, A34),
    "a * b": (lambda lib, a, b: a * b, A34, B34),
    "a * b, b copied to a stack": (lambda lib, a, b: a * b, BATCH, C3),
    "a @ b": (lambda lib, a, b: a @ b, A34, dyadic(4, 2)),
    "a @ b, stacks that broadcast": (lambda lib, a, b: a @ b, dyadic(2, 1, 3, 2), dyadic(3, 2, 2)),
    "a @ b, a a vector": (lambda lib, a, b: a @ b, V4, dyadic(4, 2)),
    "-a": (lambda lib, a: -a, A34),
    "a ** 3, of negative numbers and 0": (lambda lib, a: a**3, np.array([-2.0, 0, 1.5])),
    "a ** 0, of 0": (lambda lib, a: a**0, np.array([-2.0, 0])),
    "a.sum(axis=-2, keepdims=True)": (lambda lib, a: a.sum(axis=-2, keepdims=True), BATCH),
    "a.sum(axis=(0, -1))": (lambda lib, a: a.sum(axis=(0, -1)), BATCH),
    "a.mean(axis=-1)": (lambda lib, a: a.mean(axis=-1), A34),
    "a.max(axis=(0, 2), keepdims)": (lambda lib, a: a.max(axis=(0, 2), keepdims=True), DISTINCT.reshape(2, 3, 2)),
    "a.reshape(4, 3)": (lambda lib, a: a.reshape(4, 3), A34),
    "a.T of rank 3": (lambda lib, a: a.T, BATCH),
    "a[:, ::-2]": (lambda lib, a: a[:, ::-2], A34),
    "a[..., None]": (lambda lib, a: a[..., None], A34),
    "a[mask]": (lambda lib, a: a[DISTINCT > 0], A34),
    "a[[0, 2, 0, 0], 1:3]": (lambda lib, a: a[REPEATED], A34),
    "relu": (lambda lib, a: lib.relu(a), DISTINCT),
    "maximum": (lambda lib, a, b: lib.maximum(a, b), DISTINCT, np.zeros(4) + 0.125),
    "concatenate": (lambda lib, a, b: lib.concatenate([a, b, a]), A34, b4),
    "concatenate, axis=-1": (lambda lib, a, b: lib.concatenate([a, b], axis=-1), A34, C3),
}


class Exact:
    """The functions of autodiff for arrays of Fractions."""

    relu = staticmethod(lambda A: np.maximum(A, Fraction(0)))
    maximum, concatenate = np.maximum, np.concatenate


@pytest.mark.parametrize("name", RATIONAL)
def test_each_rule_is_the_key_idea_with_the_explicit_tensor_exactly(name):
    f, *arrays = RATIONAL[name]
    Y = f(ad, *map(Node, arrays)).value
    G = dyadic(*Y.shape)
    found = gradients(lambda *nodes: (f(ad, *nodes) * G).sum(), *arrays)
    exact = [as_fractions(A) for A in arrays]
    for k, gradient in enumerate(found):
        assert gradient.shape == arrays[k].shape
        tensor = exact_tensor(lambda A, k=k: f(Exact, *exact[:k], A, *exact[k + 1 :]), exact[k])
        assert (as_fractions(gradient) == contract(tensor, as_fractions(G))).all()


# ---- ties, kinks and large numbers


@pytest.mark.parametrize("axis", [None, 0, -1, (-1, 0)])
def test_of_equal_entries_the_first_gets_all_that_max_sends(axis):
    A = np.array([[2.0, 7, 7], [7, 1, 7]])
    for keepdims in (True, False):
        node, expected = Node(A), A.max(axis=axis, keepdims=keepdims)
        largest = node.max(axis=axis, keepdims=keepdims)
        assert np.array_equal(largest.value, expected) and largest.shape == expected.shape
        backward(largest.sum())
        first = {0: [[0, 1, 1], [1, 0, 0]], -1: [[0, 1, 0], [1, 0, 0]]}.get(axis, [[0, 1, 0], [0, 0, 0]])
        assert node.grad.tolist() == first


def test_of_two_equal_numbers_maximum_sends_all_to_the_first_and_relu_has_slope_0_at_0():
    a, b = gradients(lambda a, b: ad.maximum(a, b).sum(), [1.0, 5, 2], [1.0, 2, 3])
    assert (a.tolist(), b.tolist()) == ([1, 1, 0], [0, 0, 1])
    assert gradients(lambda a: ad.relu(a).sum(), [-1.0, 0, 2])[0].tolist() == [0, 0, 1]


def test_large_numbers_overflow_nowhere_and_warn_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        large = [-1e300, -1e4, -745.0, 0.0, 745.0, 1e4, 1e300]
        for f in (ad.sigmoid, ad.tanh, ad.relu):
            (slope,) = gradients(lambda a, f=f: f(a).sum(), large)
            assert np.isfinite(slope).all()
        Z, T = np.array([[1e4, -1e4, 0.0], [-1e300, 1e300, 5.0]]), np.eye(3)[[1, 1]]
        assert np.isfinite(gradients(lambda Z: ad.softmax_cross_entropy(Z, T), Z)[0]).all()


# ---- the graph


def test_a_fork_adds_an_unused_entry_gets_0_and_each_call_begins_at_0():
    x, unused = Node([1.0, 2.0]), Node(3.0)
    aside = unused * 2
    for loss, expected in [((x * x + 3 * x).sum(), [5, 7]), (x[0] * 4, [4, 0])] * 2:
        backward(loss)
        assert x.grad.tolist() == expected
    assert unused.grad is aside.grad is None  # no loss depends on them
    (dx,) = gradients(lambda x: sum(row.sum() * k for k, row in enumerate(x)), np.ones((3, 2)))
    assert dx.tolist() == [[0, 0], [1, 1], [2, 2]]


def test_a_chain_of_30000_operations_has_its_gradient_and_can_be_dropped():
    x = y = Node(1.0)
    for _ in range(30_000):
        y = y + 1.0
    backward(y)
    assert x.grad == 1 and y.value == 30_001
    del y


def test_the_order_has_every_node_once_and_after_its_parents_and_a_graph_is_passed_once():
    x = y = Node(1.0)
    for _ in range(60):  # 2^60 paths
        y = ad.exp(y - y) * y + 0 * x
    order = in_order(y)
    places = {node: k for k, node in enumerate(order)}
    assert order[-1] is y and len(order) == len(places)
    assert all(places[parent] < places[node] for node in order for parent, _ in node.parents)
    backward(y)
    assert x.grad == 1


def test_a_gradient_is_an_array_of_its_own_and_has_the_shape_of_the_value():
    x, y = Node([[1.0, 2.0]]), Node([[3.0], [4.0]])
    z = x + y
    backward(z.sum(keepdims=True))
    assert [node.grad.shape for node in (x, y, z)] == [(1, 2), (2, 1), (2, 2)]
    x.grad *= 10
    assert y.grad.tolist() == [[2], [2]] and z.grad.tolist() == [[1, 1], [1, 1]]
    for shape in ((), (1,), (1, 1)):  # a single number of any rank is an end
        x = Node(np.full(shape, 3.0))
        backward(x * x)
        assert x.grad.shape == shape and (x.grad == 6).all()


# ---- operands, and what is refused


def test_arrays_lists_and_numbers_stand_on_either_side():
    x, operators = np.array([[3.0, 5.0]]), [operator.add, operator.sub, operator.mul, operator.truediv]
    for constant, op in itertools.product([np.array([[2, 4]]), [[2, 4]], np.float64(2), 2], operators):
        c = np.asarray(constant)
        assert np.array_equal(op(constant, Node(x)).value, op(c, x)) and isinstance(op(constant, Node(x)), Node)
        assert np.array_equal(op(Node(x), constant).value, op(x, c))
    for right in (x.T, x.T.tolist()):
        assert (Node(x) @ right).value == 34 == (x.tolist() @ Node(right)).value


def test_nothing_that_a_rule_needs_can_be_changed():
    A, index, constant = np.ones((2, 2)), [0, 1], np.full(2, 3.0)
    x = Node(A)
    y = (x * constant)[index] * x
    A[:], index[:], constant[:] = 100, [1, 1], 0
    for view in (x, x.T, x.reshape(4), x[0], x + 0):
        with pytest.raises(ValueError, match="read-only"):
            view.value[:] = 5
    with pytest.raises(AttributeError, match="value"):
        x.value = 5
    backward(y.sum())
    assert x.grad.tolist() == [[6, 6], [6, 6]]


NODE = Node(np.ones((2, 3)))
REFUSED = {
    TypeError: {
        "Node(value): value has dtype bool": lambda: Node([True, False]),
        "Node(value): value is a bool": lambda: Node(np.True_),
        "dtype object": lambda: Node([Fraction(1, 2)]),
        "dtype complex128": lambda: Node(1j),
        "value is a Node": lambda: Node(NODE),
        "a * b: b has dtype bool": lambda: NODE * (np.ones(3) > 0),
        "a + b: a has dtype bool": lambda: (np.ones(3) > 0) + NODE,
        "exp(node): node is a str": lambda: ad.exp("x"),
        "concatenate(nodes): nodes[1]": lambda: ad.concatenate([NODE, [[True]]]),
        "does not support ufuncs": lambda: np.exp(NODE),
        "node ** p: p is Node": lambda: NODE**NODE,
        "unsized": lambda: list(Node(1.0)),
        "backward(node): node is float 3.0, expected a Node": lambda: backward(3.0),
        "T is a Node": lambda: ad.softmax_cross_entropy(NODE, NODE),
    },
    ShapeError: {
        "a + b is not defined for shape (2, 3) and shape (2,)": lambda: NODE + np.ones(2),
        "a @ b is not defined for shape (2, 3) and shape (2, 3)": lambda: NODE @ NODE,
        "a @ b is not defined for shape (4,) and shape (2, 3)": lambda: np.ones(4) @ NODE,
        "a @ b is not defined for shape (2, 3) and shape ()": lambda: NODE @ 2,
        "maximum(a, b) is not defined for shape (2, 3) and": lambda: ad.maximum(NODE, [1, 2]),
        "axis=0) is not defined for shape (2, 3) and shape (3, 2)": lambda: ad.concatenate([NODE, NODE.T]),
        "no array at all": lambda: ad.concatenate([]),
        "node.reshape(4, 2) is not defined for shape (2, 3)": lambda: NODE.reshape(4, 2),
        "backward(node): node has shape (2, 3)": lambda: backward(NODE),
        "unbroadcast(G, shape): G has shape (), expected one that (2, 3)": lambda: unbroadcast(np.ones(()), (2, 3)),
        "G has shape (3, 2), expected one that (2, 3)": lambda: backward(Node(1, [(NODE, lambda G: np.ones((3, 2)))])),
        "Z has shape (2, 3) and T (2, 2)": lambda: ad.softmax_cross_entropy(NODE, np.eye(2)),
        "Z has shape (0, 3)": lambda: ad.softmax_cross_entropy(Node(np.ones((0, 3))), np.ones((0, 3))),
    },
    ValueError: {
        "node ** p: p is inf": lambda: NODE**np.inf,
        "zero-size": lambda: Node(np.ones((0, 2))).max(axis=0),
        "a row of T does not sum to 1": lambda: ad.softmax_cross_entropy(NODE, np.ones((2, 3))),
    },
    np.exceptions.AxisError: {"axis 2 is out of bounds": lambda: NODE.sum(axis=2)},
    IndexError: {"index 2 is out of bounds": lambda: NODE[2]},
}


def test_what_is_wrong_is_named():
    assert [each for error, calls in REFUSED.items() for each in unlike(error, calls)] == []


# ---- the network of the course


def test_the_digits_network_has_the_same_numbers_to_rounding_for_twenty_steps():
    data = digits()
    network = Network([64, 32, 10], activations.relu, losses.softmax_cross_entropy, seed=1)
    for k in range(20):
        X, T = data.X_train[32 * k : 32 * k + 32], data.target_train[32 * k : 32 * k + 32]
        (W0, b0), (W1, b1) = nodes = [tuple(map(Node, layer)) for layer in network.parameters]
        L = ad.softmax_cross_entropy(ad.relu(X @ W0 + b0) @ W1 + b1, T)
        backward(L)
        J, expected = network.loss_and_gradients(X, T)
        assert abs(L.value - J) <= 1e-13
        assert_close(flat([[P.grad for P in layer] for layer in nodes]), flat(expected), 1e-13)
        network.sgd_step(X, T, 0.5)
