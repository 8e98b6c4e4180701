"""What `loss.backward()` does: a graph of what was computed, and for each operation a local rule (notebook 11).

A `Node` holds a value, and the nodes that it was computed from, each with a rule: given G, the gradient of the result,
the rule says what that node gets of it. `backward` goes over the graph once, from the last node to the first, and adds
what the rules say. Those of a product are (A) and (C) of `course_lib.dense`; (B) is what `unbroadcast` does to G.
"""

import itertools

import numpy as np

from course_lib import activations, losses
from course_lib.arguments import Number, describe, plain_array
from course_lib.shapes import ShapeError

_clock = itertools.count()


class Node:
    """A value of any shape, in float64, and how it came about. `.grad` is what the last `backward` that met it found.

    value: a number, or an array or list of numbers. It is copied, and the copy cannot be written to: a rule may need it
    later. parents: pairs (node, rule), where rule(G), of an array G of the value's shape, gives the gradient for that
    node, of its shape or one that it is broadcast to. A parent that is an array or a number is a constant: no rule of
    it is asked. Raises TypeError for booleans, text, objects and complex numbers; NaN and infinity pass, as in numpy.
    """

    __array_ufunc__ = None  # so that numpy leaves array + node and array @ node to the node

    def __init__(self, value, parents=(), operation=""):
        self._value, self.grad, self.operation = _own("Node(value): value", value), None, operation
        self.parents = [(parent, rule) for parent, rule in parents if isinstance(parent, Node)]
        self.time = next(_clock)  # later than that of every parent

    value = property(lambda self: self._value, doc="The array, of any shape. A new value needs a new node.")
    shape = property(lambda self: self._value.shape, doc="The shape of the value, and so of the gradient.")
    T = property(lambda self: Node(self._value.T, [(self, lambda G: G.T)], "T"), doc="All axes in reverse order.")

    def __repr__(self):
        return f"Node of shape {self.shape}" + (f" from {self.operation}" if self.operation else "")

    def __add__(a, b):
        return _pair("+", np.add, a, b, lambda G, A, B: G, lambda G, A, B: G)

    def __sub__(a, b):
        return _pair("-", np.subtract, a, b, lambda G, A, B: G, lambda G, A, B: -G)

    def __mul__(a, b):
        return _pair("*", np.multiply, a, b, lambda G, A, B: G * B, lambda G, A, B: G * A)

    def __truediv__(a, b):
        return _pair("/", np.divide, a, b, lambda G, A, B: G / B, lambda G, A, B: -G * (A / B) / B)

    def __matmul__(a, b):
        A, B = _array("a @ b: a", a), _array("a @ b: b", b)
        if 1 in (A.ndim, B.ndim):  # a vector is a row on the left, and a column on the right
            shape = _meet("a @ b", np.matmul, A, B).shape
            a, b = a if isinstance(a, Node) else A, b if isinstance(b, Node) else B
            a, b = a.reshape(1, -1) if A.ndim == 1 else a, b.reshape(-1, 1) if B.ndim == 1 else b
            return Node.__matmul__(a, b).reshape(shape)
        return _pair("@", np.matmul, a, b, lambda G, A, B: G @ B.mT, lambda G, A, B: A.mT @ G)  # (C) and (A)

    __radd__, __rsub__, __rmul__, __rtruediv__, __rmatmul__ = (
        lambda b, a, f=f: f(a, b) for f in (__add__, __sub__, __mul__, __truediv__, __matmul__)
    )

    def __neg__(self):
        return Node(-self.value, [(self, lambda G: -G)], "-")

    def __pow__(self, p):
        p, A = float(Number()("node ** p", "p", p)), self.value
        return Node(A**p, [(self, lambda G: G * p * A ** (p - 1) if p else 0 * G)], f"** {p:g}")

    def __getitem__(self, index):
        return self._gather(_places(self)[index], "[]")

    def __iter__(self):
        return (self[i] for i in range(len(self.value)))  # a TypeError for a single number

    def sum(self, axis=None, keepdims=False):
        """As numpy's, over one axis, several or all. The rule: each entry was added once, so each gets a copy of G."""
        A, kept = self.value, self.value.sum(axis=axis, keepdims=True).shape
        rule = lambda G: np.broadcast_to(G.reshape(kept), A.shape)
        return Node(A.sum(axis=axis, keepdims=keepdims), [(self, rule)], "sum")

    def mean(self, axis=None, keepdims=False):
        """As numpy's: the sum, divided by how many entries were added."""
        total = self.sum(axis, keepdims)
        return total / (self.value.size // (total.value.size or 1))

    def max(self, axis=None, keepdims=False):
        """As numpy's. The rule: all of G goes to the entry that was the largest, the first of them in a tie."""
        A, places = self.value, _places(self)
        largest = (A == A.max(axis=axis, keepdims=True)) | np.isnan(A)
        return self._gather(np.where(largest, places, A.size).min(axis=axis, keepdims=keepdims), "max")

    def reshape(self, *shape):
        """As numpy's: the same entries, in the same order, in another shape, a tuple or numbers."""
        A = self.value
        value = _meet(f"node.reshape{shape}", lambda A: A.reshape(*shape), A)
        return Node(value, [(self, lambda G: G.reshape(A.shape))], "reshape")

    def _gather(self, places, operation):
        """The entries at these places, counted through the whole array; one that is taken twice gets both gradients."""
        A = self.value
        rule = lambda G: np.bincount(np.ravel(places), np.ravel(G), A.size).reshape(A.shape)
        return Node(A.ravel()[places], [(self, rule)], operation)


def backward(node):
    """Fill `.grad` of this node, a single number, and of every node that it depends on, from zero at each call.

    A gradient has the shape of the value. Raises TypeError for what is no Node, ShapeError for more than one number.
    """
    if not isinstance(node, Node):
        raise TypeError(f"backward(node): node is {describe(node)}, expected a Node")
    if node.value.size != 1:
        raise ShapeError(f"backward(node): node has shape {node.shape}, expected a single number, such as its sum.")
    order = in_order(node)
    for each in order:
        each.grad = np.zeros(each.shape)
    node.grad += 1
    for each in reversed(order):
        for parent, rule in each.parents:
            parent.grad += unbroadcast(rule(each.grad), parent.shape)


def in_order(node):
    """The node and all that it depends on, of any shapes, each after its parents: as they were computed."""
    found, to_visit = {node}, [node]
    while to_visit:
        new = {parent for parent, _ in to_visit.pop().parents} - found
        found |= new
        to_visit += new
    return sorted(found, key=lambda each: each.time)


def unbroadcast(G, shape):
    """The gradient for an array of this shape that was broadcast to the shape of G: the sum over all of its copies."""
    if G.ndim < len(shape) or any(n not in (1, size) for n, size in zip(shape[::-1], G.shape[::-1], strict=False)):
        raise ShapeError(f"unbroadcast(G, shape): G has shape {G.shape}, expected one that {shape} is broadcast to.")
    G = G.sum(axis=tuple(range(G.ndim - len(shape))))
    return G.sum(axis=tuple(axis for axis, size in enumerate(shape) if size == 1), keepdims=True)


def _each(name, f, f_prime):
    def operation(node):
        A = _array(f"{name}(node): node", node)
        return Node(f(A), [(node, lambda G: G * f_prime(A))], name)

    operation.__name__, operation.__doc__ = name, f"The node of {name} of each entry, of any shape."
    return operation


exp, log = _each("exp", np.exp, np.exp), _each("log", np.log, np.reciprocal)
tanh, relu, sigmoid = (_each(f.name, f.f, f.f_prime) for f in (activations.tanh, activations.relu, activations.sigmoid))


def maximum(a, b):
    """The larger one, entry by entry, of two shapes that broadcast. All of G goes to the larger one, to a if they are equal."""
    return _pair("maximum", np.maximum, a, b, lambda G, A, B: G * ~(A < B), lambda G, A, B: G * (A < B))


def concatenate(nodes, axis=0):
    """As numpy's: shapes that are equal but for that axis. Each node gets its own part of G."""
    nodes = list(nodes)
    arrays = [_array(f"concatenate(nodes): nodes[{k}]", node) for k, node in enumerate(nodes)]
    value = _meet(f"concatenate(nodes, axis={axis})", lambda *arrays: np.concatenate(arrays, axis), *arrays)
    ends = np.cumsum([A.shape[axis] for A in arrays])[:-1]
    return Node(value, [(n, lambda G, k=k: np.split(G, ends, axis)[k]) for k, n in enumerate(nodes)], "concatenate")


def softmax_cross_entropy(Z, T):
    """As `losses.softmax_cross_entropy`, errors too. Z: a node, (m, n_out). T: an array of that shape, and no Node."""
    call = "softmax_cross_entropy(Z, T)"
    A, T = _array(f"{call}: Z", Z), _own(f"{call}: T", T)
    if A.shape != T.shape or A.ndim != 2 or not A.size:
        raise ShapeError(f"{call}: Z has shape {A.shape} and T {T.shape}, expected (m, n_out) for both.")
    if not (T.min() >= 0 and abs(T.sum(axis=1) - 1).max() <= 1e-6):
        raise ValueError(f"{call}: a row of T does not sum to 1 with entries of at least 0, expected one-hot rows")
    L, first_G = losses.softmax_cross_entropy.both(A, T)
    return Node(L, [(Z, lambda G: G * first_G)], "softmax_cross_entropy")


def _pair(name, f, a, b, rule_a, rule_b):
    """The node f(a, b). rule_a(G, A, B) is the gradient for the value A of a, or for what A was broadcast to."""
    call = f"a {name} b" if len(name) == 1 else f"{name}(a, b)"
    A, B = _array(f"{call}: a", a), _array(f"{call}: b", b)
    return Node(_meet(call, f, A, B), [(a, lambda G: rule_a(G, A, B)), (b, lambda G: rule_b(G, A, B))], name)


def _meet(call, f, *arrays):
    try:
        return f(*arrays)
    except ValueError:
        shapes = " and ".join(f"shape {A.shape}" for A in arrays) or "no array at all"
        raise ShapeError(f"{call} is not defined for {shapes}.") from None


def _array(name, x):
    return x.value if isinstance(x, Node) else _own(name, x)


def _own(name, value):
    A = plain_array(name, value)
    if A.dtype.kind not in "iuf":
        raise TypeError(f"{name} has dtype {A.dtype}, expected numbers")
    A = np.array(A, dtype=np.float64)
    A.flags.writeable = False
    return A


def _places(node):
    return np.arange(node.value.size).reshape(node.shape)
