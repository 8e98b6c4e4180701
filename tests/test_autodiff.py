"""The graph's gradients: each local rule against the explicit tensor, and whole expressions against autograd."""

import itertools
import operator
import threading
import warnings
from fractions import Fraction

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad as autograd_grad
from reference import assert_close, contract

from course_lib import Network, activations, digits, losses
from course_lib import autodiff as ad
from course_lib.autodiff import Node, backward, in_order, unbroadcast
from course_lib.jacobian import numeric_jacobian
from course_lib.shapes import ShapeError, as_fractions

RNG = np.random.default_rng(18)


def gradients(f, *arrays):
    """The gradient of the number f(*nodes) for each of the arrays."""
    nodes = [Node(A) for A in arrays]
    backward(f(*nodes))
    return [node.grad for node in nodes]


# ---- whole expressions, against autograd


def sizes_that_fit(rng):
    m, n, k = rng.integers(1, 5, 3).tolist()
    return [(m, n), (n,), (1, n), (m, 1), (), (n, k), (k, m, n), (1, 1)]


def random_step(rng, pool):
    """One operation on members of the pool, as a function of a library and a pool."""
    i, j = rng.integers(len(pool), size=2).tolist()
    ndim, constant = np.ndim(pool[i]), rng.standard_normal(np.shape(pool[j]))
    axes = rng.permutation(ndim)[: rng.integers(ndim + 1)].tolist()
    axis = [None, tuple(axes), axes[0] if axes else None, axes[0] - ndim if axes else ()][rng.integers(4)]
    keepdims, binary = (
        bool(rng.integers(2)),
        [operator.add, operator.sub, operator.mul, operator.matmul][rng.integers(4)],
    )
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
        lambda lib, p: -p[i],
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
        lambda lib, p: lib.maximum(p[i], constant),
        lambda lib, p: lib.maximum(p[i], 0.0) if lib is anp else lib.relu(p[i]),
        lambda lib, p: 1 / (1 + lib.exp(-p[i])) if lib is anp else lib.sigmoid(p[i]),
        lambda lib, p: lib.concatenate([p[i], p[i], p[j]], axis=axis if isinstance(axis, int) else -1),
    ][rng.integers(20)]


def random_expression(rng):
    """(leaves, f): f(lib, leaves) is a number that all of some ten operations have a part in."""
    shapes = sizes_that_fit(rng)
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


def compare_with_autograd(seed):
    leaves, f = random_expression(np.random.default_rng(seed))
    found = gradients(lambda *nodes: f(ad, nodes), *leaves)
    expected = autograd_grad(lambda leaves: f(anp, leaves))(leaves)
    for A, B in zip(found, expected, strict=True):
        assert_close(A, B, 1e-10)


def test_300_random_expressions_have_autograds_gradients():
    for seed in range(300):
        compare_with_autograd(seed)


@pytest.mark.slow
def test_5000_more_expressions_have_autograds_gradients():
    for seed in range(1000, 6000):
        compare_with_autograd(seed)


# ---- each rule alone, against its explicit tensor, in exact fractions: dyadic numbers, which float64 does not round


def dyadic(*shape, choices=(-3, -2, -1.5, -1, -0.5, 0.25, 0.5, 1, 2, 2.5)):
    """Numbers whose sums and products are exact."""
    return RNG.choice(choices, shape)


def exact_tensor(f, X):
    """dY/dX of Fractions, where f is a polynomial of degree 4 or less near X, or its pieces: then this has no error."""
    columns = {}
    for i in np.ndindex(X.shape):
        slopes = []
        for h in (Fraction(1, 64), Fraction(1, 128)):
            up, down = X.copy(), X.copy()
            up[i], down[i] = X[i] + h, X[i] - h
            slopes.append(np.asarray((f(up) - f(down)) / (2 * h), dtype=object))
        columns[i] = np.asarray((4 * slopes[1] - slopes[0]) / 3, dtype=object)
    shape = next(iter(columns.values())).shape
    tensor = np.empty(shape + X.shape, dtype=object)
    for i, column in columns.items():
        tensor[(..., *i)] = column
    return tensor


A34, B34, b4, C3, V4 = dyadic(3, 4), dyadic(3, 4), dyadic(1, 4), dyadic(3, 1), dyadic(4)
DISTINCT = RNG.permutation(12).reshape(3, 4) / 2 - 2.75  # no two entries are equal, and none is 0
BATCH = dyadic(2, 3, 4)
POWERS_OF_TWO = dyadic(3, 4, choices=(-2, -1, 0.5, 4))
REPEATED = ([0, 2, 0, 0], slice(1, 3))

RATIONAL = {
    "a + b, b a row": (lambda lib, a, b: a + b, A34, b4),
    "a + b, b a vector": (lambda lib, a, b: a + b, A34, V4),
    "a - b, a a column": (lambda lib, a, b: a - b, C3, A34),
    "a - b, both copied": (lambda lib, a, b: a - b, C3, V4),
    "a * b": (lambda lib, a, b: a * b, A34, B34),
    "a * b, b a number": (lambda lib, a, b: a * b, A34, dyadic()),
    "a * b, b copied to a stack": (lambda lib, a, b: a * b, BATCH, C3),
    "a * a": (lambda lib, a: a * a, A34),
    "a @ b": (lambda lib, a, b: a @ b, A34, dyadic(4, 2)),
    "a @ b, a stack of a": (lambda lib, a, b: a @ b, BATCH, dyadic(4, 2)),
    "a @ b, a stack of b": (lambda lib, a, b: a @ b, A34, dyadic(2, 4, 3)),
    "a @ b, stacks that broadcast": (lambda lib, a, b: a @ b, dyadic(2, 1, 3, 2), dyadic(3, 2, 2)),
    "a @ b, a a vector": (lambda lib, a, b: a @ b, V4, dyadic(4, 2)),
    "a @ b, b a vector": (lambda lib, a, b: a @ b, A34, V4),
    "a @ b, both vectors": (lambda lib, a, b: a @ b, V4, dyadic(4)),
    "a @ b, a vector and a stack": (lambda lib, a, b: a @ b, V4, dyadic(2, 4, 3)),
    "-a": (lambda lib, a: -a, A34),
    "a ** 2": (lambda lib, a: a**2, A34),
    "a ** 3, of negative numbers and 0": (lambda lib, a: a**3, np.array([-2.0, 0, 1.5])),
    "a ** 1, of 0": (lambda lib, a: a**1, np.array([-2.0, 0])),
    "a ** 0, of 0": (lambda lib, a: a**0, np.array([-2.0, 0])),
    "a.sum()": (lambda lib, a: a.sum(), A34),
    "a.sum(axis=0)": (lambda lib, a: a.sum(axis=0), A34),
    "a.sum(axis=-2, keepdims=True)": (lambda lib, a: a.sum(axis=-2, keepdims=True), BATCH),
    "a.sum(axis=(0, -1))": (lambda lib, a: a.sum(axis=(0, -1)), BATCH),
    "a.sum(axis=())": (lambda lib, a: a.sum(axis=()), A34),
    "a.mean(axis=-1)": (lambda lib, a: a.mean(axis=-1), A34),
    "a.mean()": (lambda lib, a: a.mean(), dyadic(2, 4)),
    "a.max()": (lambda lib, a: a.max(), DISTINCT),
    "a.max(axis=-1)": (lambda lib, a: a.max(axis=-1), DISTINCT),
    "a.max(axis=(0, 2), keepdims)": (lambda lib, a: a.max(axis=(0, 2), keepdims=True), DISTINCT.reshape(2, 3, 2)),
    "a.reshape(4, 3)": (lambda lib, a: a.reshape(4, 3), A34),
    "a.reshape((2, -1))": (lambda lib, a: a.reshape((2, -1)), A34),
    "a.T": (lambda lib, a: a.T, A34),
    "a.T of rank 3": (lambda lib, a: a.T, BATCH),
    "a[1]": (lambda lib, a: a[1], A34),
    "a[1, 2]": (lambda lib, a: a[1, 2], A34),
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


def test_the_rule_of_a_quotient_is_the_key_idea_with_the_explicit_tensor_exactly():
    A, B, G = dyadic(3, 4), POWERS_OF_TWO, dyadic(3, 4)
    dA, dB = gradients(lambda a, b: (a / b * G).sum(), A, B)
    a, b, g = (as_fractions(X) for X in (A, B, G))
    for i in np.ndindex(A.shape):  # dY[i]/dA[i] = 1/B[i] and dY[i]/dB[i] = -A[i]/B[i]^2, else 0
        assert Fraction(dA[i]) == g[i] / b[i] and Fraction(dB[i]) == -g[i] * a[i] / b[i] ** 2
    assert (gradients(lambda b: (1 / b).sum(), B)[0] == -1 / B**2).all()


def test_the_rule_of_a_power_below_zero_is_the_key_idea_with_the_explicit_tensor_exactly():
    A, G = POWERS_OF_TWO, dyadic(3, 4)
    (dA,) = gradients(lambda a: (a**-2 * G).sum(), A)
    a, g = as_fractions(A), as_fractions(G)
    for i in np.ndindex(A.shape):  # dY[i]/dA[i] = -2/A[i]^3, else 0
        assert Fraction(dA[i]) == -2 * g[i] / a[i] ** 3


SMOOTH = {
    "exp": ad.exp,
    "log": lambda a: ad.log(a**2 + 0.5),
    "tanh": ad.tanh,
    "sigmoid": ad.sigmoid,
    "a ** 0.5": lambda a: (a**2 + 1) ** 0.5,
    "a ** -2": lambda a: (a**2 + 1) ** -2,
    "softmax_cross_entropy": lambda a: ad.softmax_cross_entropy(a, np.eye(4)[[1, 3, 0]]),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_each_rule_is_the_key_idea_with_the_numerical_tensor(name):
    f, A = SMOOTH[name], RNG.standard_normal((3, 4))
    Y = f(Node(A)).value
    G = RNG.standard_normal(Y.shape)
    (found,) = gradients(lambda a: (f(a) * G).sum(), A)
    assert_close(found, contract(numeric_jacobian(lambda A: f(Node(A)).value, A), G), 1e-8)


def test_a_product_and_a_row_added_get_A_C_and_B():
    O, W, b, G = (RNG.standard_normal(shape) for shape in [(7, 5), (5, 3), (1, 3), (7, 3)])
    dO, dW, db = gradients(lambda O, W, b: ((O @ W + b) * G).sum(), O, W, b)
    assert_close(dW, O.T @ G)
    assert_close(db, np.ones((1, 7)) @ G)
    assert_close(dO, G @ W.T)


# ---- ties, kinks and large numbers


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1), (-1, 0)])
@pytest.mark.parametrize("keepdims", [True, False])
def test_of_equal_entries_the_first_gets_all_that_max_sends(axis, keepdims):
    A = np.array([[2.0, 7, 7], [7, 1, 7]])
    node = Node(A)
    largest = node.max(axis=axis, keepdims=keepdims)
    assert (largest.value == A.max(axis=axis, keepdims=keepdims)).all()
    assert largest.shape == A.max(axis=axis, keepdims=keepdims).shape
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


def test_a_nan_stays_one():
    with np.errstate(all="ignore"):
        for f in (ad.exp, ad.log, ad.tanh, ad.relu, ad.sigmoid, lambda a: a.max(), lambda a: ad.maximum(a, 1.0)):
            assert np.isnan(f(Node([[1.0, np.nan]])).value).any()
            assert np.isnan(f(Node([[np.nan, 3.0]])).value).any()
        assert np.isnan(ad.softmax_cross_entropy(Node([[np.nan, 0.0]]), [[1.0, 0.0]]).value)


# ---- the graph


def test_a_fork_adds():
    (dx,) = gradients(lambda x: (x * x + 3 * x).sum(), [2.0, 5.0])
    assert dx.tolist() == [7, 13]
    (dx,) = gradients(lambda x: sum(row.sum() * k for k, row in enumerate(x)), np.ones((3, 2)))
    assert dx.tolist() == [[0, 0], [1, 1], [2, 2]]


def test_gradients_begin_at_zero_at_each_call():
    x = Node([1.0, 2.0])
    L = (x * x).sum()
    other = (x * 5).sum()
    for loss, expected in [(L, [2, 4]), (L, [2, 4]), (other, [5, 5]), (L, [2, 4])]:
        backward(loss)
        assert x.grad.tolist() == expected


def test_what_the_number_does_not_depend_on_keeps_what_it_had_and_an_unused_entry_gets_0():
    x, unused = Node([1.0, 2.0]), Node(3.0)
    aside = unused * 2
    backward(x[0] * 4)
    assert (x.grad.tolist(), unused.grad, aside.grad) == ([4, 0], None, None)


def test_a_chain_of_3000_operations_and_of_30000_has_its_gradient_and_can_be_dropped():
    for length in (3_000, 30_000):
        x = y = Node(1.0)
        for _ in range(length):
            y = y + 1.0
        backward(y)
        assert x.grad == 1 and y.value == length + 1
        del y


def test_a_graph_in_which_every_node_is_used_twice_is_passed_once():
    x = y = Node(1.0)
    for _ in range(60):  # 2^60 paths
        y = y + y
    backward(y)
    assert x.grad == 2.0**60


def test_the_order_has_every_node_once_and_after_its_parents():
    x = Node([[1.0, 2], [3, 4]])
    y = ad.exp(x) @ x + x.sum(axis=0) * x
    order = in_order(y)
    assert order[-1] is y and len(order) == len({*order})
    places = {node: k for k, node in enumerate(order)}
    assert all(places[parent] < places[node] for node in order for parent, _ in node.parents)


def test_a_gradient_is_an_array_of_its_own_and_has_the_shape_of_the_value():
    x, y = Node([[1.0, 2.0]]), Node([[3.0], [4.0]])
    z = x + y
    backward(z.sum(keepdims=True))
    assert [node.grad.shape for node in (x, y, z)] == [(1, 2), (2, 1), (2, 2)]
    x.grad *= 10
    assert y.grad.tolist() == [[2], [2]] and z.grad.tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_a_single_number_of_any_rank_is_the_end(shape):
    x = Node(np.full(shape, 3.0))
    y = x * x
    backward(y)
    assert y.grad.shape == x.grad.shape == shape and (x.grad == 6).all()


def test_threads_that_build_graphs_do_not_meet():
    found = []

    def work(k):
        x = y = Node(float(k))
        for _ in range(200):
            y = y * 1.0 + x
        backward(y)
        found.append(float(x.grad))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [201.0] * 8


# ---- operands, and what is refused


@pytest.mark.parametrize("constant", [np.array([[2.0, 4.0]]), [[2, 4]], np.float64(2), 2, 2.0, np.array([[2, 4]])])
def test_arrays_lists_and_numbers_stand_on_either_side(constant):
    x, c = np.array([[3.0, 5.0]]), np.asarray(constant, dtype=float)
    operations = [operator.add, operator.sub, operator.mul, operator.truediv]
    for op, left in itertools.product(operations, [True, False]):
        node = Node(x)
        result = op(constant, node) if left else op(node, constant)
        assert isinstance(result, Node) and (result.value == (op(c, x) if left else op(x, c))).all()
        backward(result.sum())
        expected = autograd_grad(lambda x, op=op, left=left: anp.sum(op(c, x) if left else op(x, c)))(x)
        assert_close(node.grad, expected)


def test_a_product_has_an_array_or_a_list_on_either_side():
    A, B = RNG.standard_normal((2, 3)), RNG.standard_normal((3, 4))
    for left, right in [(A, Node(B)), (A.tolist(), Node(B)), (Node(A), B), (Node(A), B.tolist())]:
        assert_close((left @ right).value, A @ B)
    assert_close(([1, 2, 3] @ Node(B)).value, [1, 2, 3] @ B)
    assert_close((Node(A) @ [1, 2, 3]).value, A @ [1, 2, 3])


def test_a_constant_costs_no_rule():
    x = Node(2.0)
    y = Node(6.0, [(3.0, None), (x, lambda G: 3 * G)], "tripled")
    backward(y)
    assert [node for node, _ in y.parents] == [x] and x.grad == 3


def test_nothing_that_a_rule_needs_can_be_changed():
    A, index, constant = np.ones((2, 2)), [0, 1], np.full(2, 3.0)
    x = Node(A)
    y = (x * constant)[index] * x
    A[:], index[:], constant[:] = 100, [1, 1], 0
    with pytest.raises(ValueError, match="read-only"):
        x.value[0] = 5
    with pytest.raises(AttributeError, match="value"):
        x.value = 5
    with pytest.raises(TypeError):
        x[0] = 5
    for view in (x.T, x.reshape(4), x[0], x + 0):
        with pytest.raises(ValueError, match="read-only"):
            view.value[:] = 5
    backward(y.sum())
    assert x.grad.tolist() == [[6, 6], [6, 6]]


NODE = Node(np.ones((2, 3)))
REFUSED = {
    "a node of booleans": (lambda: Node([True, False]), TypeError, r"Node\(value\): value has dtype bool"),
    "a boolean": (lambda: Node(True), TypeError, r"Node\(value\): value has dtype bool"),
    "a numpy boolean": (lambda: Node(np.True_), TypeError, r"Node\(value\): value is a bool"),
    "a node of objects": (lambda: Node(np.array([1, None])), TypeError, "dtype object"),
    "a node of Fractions": (lambda: Node([Fraction(1, 2)]), TypeError, "dtype object"),
    "a node of text": (lambda: Node(np.array(["1"])), TypeError, "dtype <U1"),
    "text": (lambda: Node("1"), TypeError, "value is a str"),
    "nothing": (lambda: Node(None), TypeError, "value is a NoneType"),
    "complex numbers": (lambda: Node(1j), TypeError, "dtype complex128"),
    "a masked array": (lambda: Node(np.ma.ones(2)), TypeError, "value is a MaskedArray"),
    "rows that differ in length": (lambda: Node([[1, 2], [3]]), TypeError, "rows differ in length"),
    "a node in a node": (lambda: Node(NODE), TypeError, "value is a Node"),
    "a mask beside a node": (lambda: NODE * (np.ones(3) > 0), TypeError, r"a \* b: b has dtype bool"),
    "a mask before a node": (lambda: (np.ones(3) > 0) + NODE, TypeError, r"a \+ b: a has dtype bool"),
    "text beside a node": (lambda: NODE + "x", TypeError, r"a \+ b: b is a str"),
    "text in exp": (lambda: ad.exp("x"), TypeError, r"exp\(node\): node is a str"),
    "a mask in concatenate": (lambda: ad.concatenate([NODE, [[True]]]), TypeError, r"concatenate\(nodes\): nodes\[1\]"),
    "a function of numpy": (lambda: np.exp(NODE), TypeError, "does not support ufuncs"),
    "a node as exponent": (lambda: NODE**NODE, TypeError, r"node \*\* p: p is Node"),
    "a boolean as exponent": (lambda: NODE**True, TypeError, r"node \*\* p: p is bool"),
    "an infinite exponent": (lambda: NODE**np.inf, ValueError, r"node \*\* p: p is inf"),
    "a + b": (lambda: NODE + np.ones(2), ShapeError, r"a \+ b is not defined for shape \(2, 3\) and shape \(2,\)"),
    "a @ b": (lambda: NODE @ NODE, ShapeError, r"a @ b is not defined for shape \(2, 3\) and shape \(2, 3\)"),
    "b @ a": (lambda: np.ones(4) @ NODE, ShapeError, r"a @ b is not defined for shape \(4,\) and shape \(2, 3\)"),
    "a @ 2": (lambda: NODE @ 2, ShapeError, r"a @ b is not defined for shape \(2, 3\) and shape \(\)"),
    "maximum": (lambda: ad.maximum(NODE, [1, 2]), ShapeError, r"maximum\(a, b\) .* \(2, 3\) and shape \(2,\)"),
    "concatenate": (lambda: ad.concatenate([NODE, NODE.T]), ShapeError, r"axis=0\) .* \(2, 3\) and shape \(3, 2\)"),
    "concatenate, axis": (lambda: ad.concatenate([NODE], axis=2), ShapeError, r"axis=2\) is not defined"),
    "concatenate nothing": (lambda: ad.concatenate([]), ShapeError, "no array at all"),
    "reshape": (lambda: NODE.reshape(4, 2), ShapeError, r"node.reshape\(4, 2\) is not defined for shape \(2, 3\)"),
    "an axis that is not there": (lambda: NODE.sum(axis=2), ValueError, "axis 2 is out of bounds"),
    "the largest of nothing": (lambda: Node(np.ones((0, 2))).max(axis=0), ValueError, "zero-size"),
    "an index that is not there": (lambda: NODE[2], IndexError, "index 2 is out of bounds"),
    "the rows of a number": (lambda: list(Node(1.0)), TypeError, "unsized"),
    "backward of an array": (lambda: backward(NODE), ShapeError, r"backward\(node\): node has shape \(2, 3\)"),
    "backward of a number": (lambda: backward(3.0), TypeError, r"backward\(node\): node is float 3.0, expected a Node"),
    "a rule with too few axes": (
        lambda: backward(Node(1.0, [(NODE, lambda G: G)], "mine")),
        ShapeError,
        r"unbroadcast\(G, shape\): G has shape \(\), expected one that \(2, 3\)",
    ),
    "a rule of another size": (
        lambda: backward(Node(1.0, [(NODE, lambda G: np.ones((3, 2)))], "mine")),
        ShapeError,
        r"G has shape \(3, 2\), expected one that \(2, 3\)",
    ),
    "a target of another shape": (
        lambda: ad.softmax_cross_entropy(NODE, np.eye(2)),
        ShapeError,
        r"Z has shape \(2, 3\) and T \(2, 2\)",
    ),
    "a target that is a node": (lambda: ad.softmax_cross_entropy(NODE, NODE), TypeError, "T is a Node"),
    "a target of numbers": (
        lambda: ad.softmax_cross_entropy(NODE, np.ones((2, 3))),
        ValueError,
        "a row of T does not sum to 1",
    ),
    "a target with NaN": (
        lambda: ad.softmax_cross_entropy(NODE, np.full((2, 3), np.nan)),
        ValueError,
        "a row of T does not sum to 1",
    ),
    "an empty batch": (
        lambda: ad.softmax_cross_entropy(Node(np.ones((0, 3))), np.ones((0, 3))),
        ShapeError,
        r"Z has shape \(0, 3\)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_named(name):
    call, error, message = REFUSED[name]
    with pytest.raises(error, match=message) as found:
        call()
    assert type(found.value) is error or error in (ValueError,)


# ---- unbroadcast


@pytest.mark.parametrize("shape", [(), (1,), (4,), (1, 4), (3, 1), (3, 4), (1, 1), (2, 3, 4), (2, 1, 1), (1, 3, 1)])
def test_unbroadcast_adds_over_the_copies_that_broadcasting_makes(shape):
    G, copies = dyadic(2, 3, 4), np.broadcast_to(np.arange(np.prod(shape, dtype=int)).reshape(shape), (2, 3, 4))
    sums = [sum(Fraction(g) for g in G[copies == k]) for k in range(np.prod(shape, dtype=int))]
    assert [Fraction(entry) for entry in unbroadcast(G, shape).ravel()] == sums
    assert unbroadcast(G, shape).shape == shape


def test_unbroadcast_of_nothing_is_0():
    assert unbroadcast(np.ones((0, 3)), (1, 3)).tolist() == [[0, 0, 0]]


# ---- the network of the course


def step_by_graph(layers, X, T):
    """(L, gradients) of a network with relu, by the graph."""
    nodes = [tuple(map(Node, layer)) for layer in layers]
    O = X
    for W, b in nodes[:-1]:
        O = ad.relu(O @ W + b)
    L = ad.softmax_cross_entropy(O @ nodes[-1][0] + nodes[-1][1], T)
    backward(L)
    return float(L.value), [(W.grad, b.grad) for W, b in nodes]


def test_the_digits_network_has_the_same_numbers_to_rounding_for_twenty_steps():
    data = digits()
    network = Network([64, 32, 10], activations.relu, losses.softmax_cross_entropy, seed=1)
    layers = [(W.copy(), b.copy()) for W, b in network.parameters]
    for k in range(20):
        X, T = data.X_train[32 * k : 32 * k + 32], data.target_train[32 * k : 32 * k + 32]
        L, found = step_by_graph(layers, X, T)
        J, expected = network.loss_and_gradients(X, T)
        assert abs(L - J) <= 1e-13
        for dW_db, expected_dW_db in zip(found, expected, strict=True):
            for A, B in zip(dW_db, expected_dW_db, strict=True):
                assert_close(A, B, 1e-13)
        network.sgd_step(X, T, 0.5)
        layers = [(W - 0.5 * dW, b - 0.5 * db) for (W, b), (dW, db) in zip(layers, found, strict=True)]
    for layer, expected in zip(layers, network.parameters, strict=True):
        for A, B in zip(layer, expected, strict=True):
            assert_close(A, B, 1e-12)
