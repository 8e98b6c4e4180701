"""Right answers pass however they are written: loops, einsum, lists, float32, blocks of the batch; and for any sizes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learner import answer, checked, written

from course_lib.exercises.engine.cases import Case
from course_lib.exercises.engine.check import verdict
from course_lib.exercises.engine.compare import Answer, same
from course_lib.exercises.engine.diagnose import Evidence
from course_lib.exercises.engine.exercise import definitions

# One of the right answers is written with numpy's matrix class, which numpy would rather see gone.
pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")

RIGHT = {
    "grad_W": [
        "O.T @ G",
        "np.einsum('ih,ik->hk', O, G)",
        "np.tensordot(O, G, axes=(0, 0))",
        "np.tensordot(O.T, G, 1)",
        "sum(np.outer(o, g) for o, g in zip(O, G))",
        "np.dot(O.T, G)",
        "(G.T @ O).T",
        "np.sum(O[:, :, None] * G[:, None, :], axis=0)",
        "np.array([[float(sum(o * g for o, g in zip(O[:, h], G[:, k]))) for k in range(G.shape[1])] for h in range(O.shape[1])])",
        "    dW = np.zeros((O.shape[1], G.shape[1]))\n    for i in range(len(O)):\n        dW += np.outer(O[i], G[i])\n    return dW",
        "np.array(O.T.tolist()) @ np.array(G.tolist())",
        "(O.T.astype(np.float32) @ G.astype(np.float32))",
        "(O.T.astype(np.float32) @ G.astype(np.float32)).astype(float)",
        "O[:2].T @ G[:2] + O[2:].T @ G[2:]",
        "sum(o.T @ g for o, g in zip(np.array_split(O, 3), np.array_split(G, 3)))",
        "len(O) * np.mean([np.outer(o, g) for o, g in zip(O, G)], axis=0)",
        "np.vstack([O[:, h] @ G for h in range(O.shape[1])])",
        "np.column_stack([O.T @ G[:, k] for k in range(G.shape[1])])",
        "np.linalg.multi_dot([O.T, np.eye(len(O)), G])",
        "np.asfortranarray(O.T @ G)",
        "(O.T @ G)[::-1][::-1]",
        "    O, G = O.copy(), G.copy()\n    O *= 2\n    return O.T @ G / 2",
        "    J = np.einsum('ih,jk->ijhk', O, np.eye(G.shape[1]))\n    return np.tensordot(G, J, 2)",
        "np.matmul(O.transpose(), G, dtype=np.longdouble)",
        "np.asarray(np.matrix(O).T * np.matrix(G))",
    ],
    "grad_b": [
        "G.sum(axis=0, keepdims=True)",
        "G.sum(axis=0)[None]",
        "np.ones((1, len(G))) @ G",
        "np.atleast_2d(G.sum(0))",
        "np.array([[G[:, k].sum() for k in range(G.shape[1])]])",
        "np.einsum('ik->k', G).reshape(1, -1)",
        "len(G) * G.mean(axis=0, keepdims=True)",
        "    db = np.zeros((1, G.shape[1]))\n    for g in G:\n        db += g\n    return db",
        "np.add.reduce(G)[np.newaxis, :]",
        "np.array([np.sum(G, axis=0).tolist()])",
        "np.cumsum(G, axis=0)[-1:]",
        "G.astype(np.float32).sum(axis=0, keepdims=True)",
        "np.array([list(map(sum, zip(*G.tolist())))])",
    ],
    "grad_O": [
        "G @ W.T",
        "(W @ G.T).T",
        "np.einsum('ij,kj->ik', G, W)",
        "np.tensordot(G, W, axes=(1, 1))",
        "np.inner(G, W)",
        "np.array([W @ g for g in G])",
        "np.stack([G @ w for w in W], axis=1)",
        "(G[:, None, :] * W).sum(axis=2)",
        "sum(np.outer(G[:, j], W[:, j]) for j in range(G.shape[1]))",
        "np.vstack([g[None] @ W.T for g in G])",
        "np.array([[sum(a * b for a, b in zip(g, w)) for w in W.tolist()] for g in G.tolist()])",
        "(G.astype(np.float32) @ W.T.astype(np.float32)).astype(np.float64)",
        "np.vectorize(lambda i, k: G[i] @ W[k])(*np.indices((len(G), len(W))))",
    ],
    "forward": [
        "O @ W + b",
        "np.dot(O, W) + b[0]",
        "np.einsum('ih,hj->ij', O, W) + b",
        "np.hstack([O, np.ones((len(O), 1))]) @ np.vstack([W, b])",
        "(W.T @ O.T + b.T).T",
        "np.array([o @ W + b[0] for o in O])",
        "np.vstack([o[None] @ W + b for o in O])",
        "np.stack([O @ w for w in W.T], axis=1) + b",
        "O @ W + np.repeat(b, len(O), axis=0)",
        "np.add(np.matmul(O, W), np.tile(b, (len(O), 1)))",
        "    Z = np.empty((len(O), W.shape[1]))\n    for i, j in np.ndindex(Z.shape):\n        Z[i, j] = O[i] @ W[:, j] + b[0, j]\n    return Z",
        "sum(np.outer(O[:, h], W[h]) for h in range(O.shape[1])) + b",
        "np.array([[sum(x * y for x, y in zip(o, w)) + c for w, c in zip(W.T.tolist(), b[0].tolist())] for o in O.tolist()])",
    ],
    "undo_activation": [
        "G * f_prime(Z)",
        "f_prime(Z) * G",
        "np.multiply(G, f_prime(Z))",
        "np.einsum('ij,ij->ij', G, f_prime(Z))",
        "np.array([g * f_prime(z) for g, z in zip(G, Z)])",
        "np.stack([G[:, j] * f_prime(Z[:, j]) for j in range(G.shape[1])], axis=1)",
        "(G.T * f_prime(Z).T).T",
        "np.exp(np.log(np.abs(G) + (G == 0)) + np.log(1)) * np.sign(G) * f_prime(Z)",
        "np.array([[g * f_prime(np.array(z)) for g, z in zip(*rows)] for rows in zip(G, Z)])",
        "np.reshape(G.ravel() * f_prime(Z.ravel()), G.shape)",
        "np.vstack([np.diag(f_prime(z)) @ g for g, z in zip(G, Z)])",
        "    out = G.copy()\n    out *= f_prime(Z.copy())\n    return out",
        "G / (1 / f_prime(Z)) if np.all(f_prime(Z)) else G * f_prime(Z)",
    ],
    "key_idea": [
        "np.tensordot(dz_dY, dY_dX, axes=dz_dY.ndim)",
        "sum(dY_dX[j] * dz_dY[j] for j in np.ndindex(dz_dY.shape))",
        "(dz_dY.ravel() @ dY_dX.reshape(dz_dY.size, -1)).reshape(dY_dX.shape[dz_dY.ndim:])",
        "    n = dz_dY.ndim\n    return (dz_dY.reshape(dz_dY.shape + (1,) * (dY_dX.ndim - n)) * dY_dX).sum(axis=tuple(range(n)))",
        "np.einsum(dY_dX, [*range(dY_dX.ndim)], dz_dY, [*range(dz_dY.ndim)], [*range(dz_dY.ndim, dY_dX.ndim)])",
        "np.tensordot(dY_dX, dz_dY, axes=(range(dz_dY.ndim), range(dz_dY.ndim)))",
        "    g = np.zeros(dY_dX.shape[dz_dY.ndim:])\n    for j, z in np.ndenumerate(dz_dY):\n        g = g + dY_dX[j] * z\n    return g",
        "    J = dY_dX.reshape(-1, *dY_dX.shape[dz_dY.ndim:])\n    return sum(z * r for z, r in zip(dz_dY.flat, J))",
        "    J = dY_dX.reshape(dz_dY.size, -1)\n    return np.array([J[:, i] @ dz_dY.ravel() for i in range(J.shape[1])]).reshape(dY_dX.shape[dz_dY.ndim:])",
        "np.tensordot(dz_dY.astype(np.float32), dY_dX.astype(np.float32), dz_dY.ndim)",
        "    g = dY_dX\n    for _ in range(dz_dY.ndim):\n        g = np.moveaxis(g, 0, -1)\n    return g @ dz_dY if dz_dY.ndim == 1 else np.tensordot(g, dz_dY, dz_dY.ndim)",
    ],
    "mse_gradient": [
        "(O - T) / len(O)",
        "-(T - O) / O.shape[0]",
        "1 / len(O) * (O - T)",
        "np.subtract(O, T) / np.float64(len(T))",
        "2 * (O - T) / (2 * len(O))",
        "np.array([(o - t) / len(O) for o, t in zip(O, T)])",
        "O / len(O) - T / len(T)",
        "np.true_divide(O - T, O.shape[0])",
        "    m, n = O.shape\n    return np.array([[(O[i, j] - T[i, j]) / m for j in range(n)] for i in range(m)])",
        "((O - T).T / len(O)).T",
        "    R = O - T\n    R /= len(R)\n    return R",
        "(O.astype(np.float32) - T.astype(np.float32)) / np.float32(len(O))",
        (
            "    def L(O):\n        return ((O - T) ** 2).sum() / (2 * len(O))\n    D = np.zeros(O.shape)\n    for i in np.ndindex(O.shape):\n"
            "        E = np.zeros(O.shape)\n        E[i] = 1e-4\n        D[i] = (L(O + E) - L(O - E)) / 2e-4\n    return D"
        ),
    ],
    "softmax_cross_entropy_gradient": [
        "    E = np.exp(Z - Z.max(axis=1, keepdims=True))\n    return (E / E.sum(axis=1, keepdims=True) - T) / len(Z)",
        "    E = np.exp(Z - Z.max(1)[:, None])\n    S = E / E.sum(1)[:, None]\n    S[np.arange(len(Z)), T.argmax(1)] -= 1\n    return S / len(Z)",
        "    L = Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)\n    return (np.exp(L) - T) / len(Z)",
        "np.array([(np.exp(z - z.max()) / np.exp(z - z.max()).sum() - t) / len(Z) for z, t in zip(Z, T)])",
        "    out = np.zeros(Z.shape)\n    for i in range(len(Z)):\n        e = np.exp(Z[i] - max(Z[i]))\n        out[i] = (e / sum(e) - T[i]) / len(Z)\n    return out",
        "    E = np.exp(Z - Z.max(1, keepdims=True))\n    return E / (E.sum(1, keepdims=True) * len(Z)) - T / len(Z)",
        "    D = Z[:, :, None] - Z[:, None, :]\n    with np.errstate(over='ignore'):\n        S = 1 / np.exp(-D).sum(axis=2)\n    return (S - T) / len(Z)",
        "    E = np.exp(Z - Z.max(1, keepdims=True))\n    S = E / (E.sum(1, keepdims=True) + 1e-12)\n    return (S - T) / len(Z)",
        (
            "    from math import exp\n    rows = []\n    for z, t in zip(Z.tolist(), T.tolist()):\n        e = [exp(x - max(z)) for x in z]\n"
            "        rows.append([(x / sum(e) - y) / len(Z) for x, y in zip(e, t)])\n    return np.array(rows)"
        ),
        "    E = np.exp((Z - Z.max(1, keepdims=True)).astype(np.longdouble))\n    return (E / E.sum(1, keepdims=True) - T) / len(Z)",
    ],
    "backward": [
        definitions()["backward"].solution,
        (
            "    out = [None] * len(Ws)\n    for l in range(len(Ws) - 1, -1, -1):\n        G = G * f_prime(Zs[l])\n"
            "        out[l] = (Os[l].T @ G, G.sum(axis=0)[None])\n        if l:\n            G = G @ Ws[l].T\n    return out"
        ),
        (
            "    if not Ws:\n        return []\n    G = G * f_prime(Zs[-1])\n    last = (Os[-1].T @ G, G.sum(0, keepdims=True))\n"
            "    return backward(Os[:-1], Zs[:-1], Ws[:-1], G @ Ws[-1].T, f_prime) + [last]"
        ),
        (
            "    out = []\n    for O, Z, W in list(zip(Os, Zs, Ws))[::-1]:\n        G = np.multiply(G, f_prime(Z))\n"
            "        out.append((np.einsum('ih,ik->hk', O, G), np.ones((1, len(G))) @ G))\n        G = np.inner(G, W)\n    return out[::-1]"
        ),
        (
            "    from collections import deque\n    out = deque()\n    for l in reversed(range(len(Ws))):\n        G = G * f_prime(Zs[l])\n"
            "        out.appendleft((Os[l].T @ G, G.sum(0, keepdims=True)))\n        G = G @ Ws[l].T\n    return list(out)"
        ),
        (
            "    out = []\n    for l in reversed(range(len(Ws))):\n        G = G * f_prime(Zs[l])\n        out.insert(0, [Os[l].T @ G, G.sum(0, keepdims=True)])\n"
            "        G = G @ Ws[l].T\n    return tuple(out)"
        ),
        (
            "    Gs = [G * f_prime(Zs[-1])]\n    for l in range(len(Ws) - 1, 0, -1):\n        Gs.insert(0, Gs[0] @ Ws[l].T * f_prime(Zs[l - 1]))\n"
            "    return [(O.T @ D, D.sum(axis=0, keepdims=True)) for O, D in zip(Os, Gs)]"
        ),
        (
            "    parts = [backward_one(i, Os, Zs, Ws, G, f_prime) for i in range(len(G))]\n"
            "    return [(sum(p[l][0] for p in parts), sum(p[l][1] for p in parts)) for l in range(len(Ws))]"
        ),
        (
            "    G = G.copy()\n    Os, Zs, Ws = list(Os), list(Zs), list(Ws)\n    out = []\n    while Ws:\n        O, Z, W = Os.pop(), Zs.pop(), Ws.pop()\n"
            "        G *= f_prime(Z)\n        out = [(O.T @ G, G.sum(0, keepdims=True))] + out\n        G = G @ W.T\n    return out"
        ),
        (
            "    out = {}\n    for l, (O, Z, W) in sorted(enumerate(zip(Os, Zs, Ws)), reverse=True):\n        G = G * f_prime(Z)\n"
            "        out[l] = (O.T @ G, G.sum(0, keepdims=True))\n        G = G @ W.T\n    return [out[l] for l in sorted(out)]"
        ),
    ],
    "sigmoid_prime": [
        "    S = 1 / (1 + np.exp(-Z))\n    return S * (1 - S)",
        "    S = np.tanh(Z / 2)\n    return (1 - S * S) / 4",
        "1 / (2 + 2 * np.cosh(Z))",
        "    E = np.exp(-np.abs(Z))\n    return E / (1 + E) ** 2",
        "    h, Z = 1e-6, Z.astype(float)\n    s = lambda Z: 0.5 * (1 + np.tanh(Z / 2))\n    return (s(Z + h) - s(Z - h)) / (2 * h)",
    ],
    "numeric_jacobian": [
        "    h = 1e-6\n    return np.column_stack([(f(x + h * e) - f(x)) / h for e in np.eye(len(x))])",
        "    h = 1e-4\n    return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))]).T",
        "    return np.column_stack([f(x + 1e-20j * e).imag / 1e-20 for e in np.eye(len(x))])",
        (
            "    x = x.copy()\n    J = np.empty((len(f(x)), len(x)))\n    for j in range(len(x)):\n        x[j] += 1e-6\n        up = f(x)\n"
            "        x[j] -= 2e-6\n        J[:, j] = (up - f(x)) / 2e-6\n        x[j] += 1e-6\n    return J"
        ),
    ],
    "dZ_dW": ["np.einsum('ih,jk->ijhk', O, np.eye(n_out))", "O[:, None, :, None] * np.eye(n_out)[None, :, None, :]"],
    "dZ_db": [
        "np.tile(np.eye(n_out, dtype=int)[:, None], (m, 1, 1, 1))",
        "np.broadcast_to(np.eye(n_out)[:, None], (m, n_out, 1, n_out))",
    ],
    "relu_prime": [
        "(Z > 0).astype(int)",
        "Z > 0",
        "np.heaviside(Z, 0.5)",
        "(np.sign(Z) + 1) / 2",
        "np.minimum(np.maximum(Z, 0) * 1e12, 1)",
    ],
    "he_std": ["(2 / n_in) ** 0.5", "np.float32(np.sqrt(2 / n_in))", "np.array(np.sqrt(2 / n_in))"],
    "jacobian_linear": ["A", "A.copy()", "np.array([A @ e for e in np.eye(A.shape[1])]).T"],
    "sgd_step": [
        "    for pair, grads in zip(parameters, gradients):\n        for P, dP in zip(pair, grads):\n            P[...] = P - learning_rate * dP",
        "    for l in range(len(parameters)):\n        for k in (0, 1):\n            np.subtract(parameters[l][k], learning_rate * gradients[l][k], out=parameters[l][k])\n    return parameters",
    ],
}
ONE_SAMPLE = """def backward_one(i, Os, Zs, Ws, G, f_prime):
    out, G = [], G[i : i + 1]
    for O, Z, W in zip(reversed(Os), reversed(Zs), reversed(Ws)):
        G = G * f_prime(Z[i : i + 1])
        out.insert(0, (O[i : i + 1].T @ G, G))
        G = G @ W.T
    return out"""


@pytest.mark.parametrize(("name", "body"), [(name, body) for name, bodies in RIGHT.items() for body in bodies])
def test_a_right_answer_passes_however_it_is_written(name, body):
    result = checked(name, body, backward_one=answer(ONE_SAMPLE))
    assert (result.status, result.mistakes) == ("correct", ()), result
    assert result.message.startswith("Right in all ")


@pytest.mark.parametrize(
    "name",
    [
        "grad_W",
        "grad_b",
        "grad_O",
        "forward",
        "undo_activation",
        "key_idea",
        "backward",
        "mse_gradient",
        "softmax_cross_entropy_gradient",
    ],
)
def test_there_are_ten_ways_to_write_each_main_formula(name):
    assert len(set(RIGHT[name])) >= 10


SIZES = st.integers(1, 6)


@given(seed=st.integers(0, 2**32 - 1), m=SIZES, n_in=SIZES, n_out=SIZES)
@pytest.mark.parametrize("name", ["grad_W", "grad_b", "grad_O", "forward", "undo_activation", "mse_gradient"])
def test_a_right_answer_passes_for_any_sizes(name, seed, m, n_in, n_out):
    definition = definitions()[name]
    rng = np.random.default_rng(seed)
    shapes = {"O": (m, n_in), "W": (n_in, n_out), "b": (1, n_out), "G": (m, n_out), "Z": (m, n_out), "T": (m, n_out)}
    if name == "mse_gradient":
        shapes["O"] = (m, n_out)
    arguments = tuple(rng.standard_normal(shapes[each]) if each in shapes else np.cos for each in definition.names)
    case = Case(arguments, {"m": m, "n_in": n_in, "n_out": n_out})
    right = definition.value(case)
    for body in RIGHT[name]:
        value = answer(written(name, body))(*case.copies())
        if value.dtype == np.float32:
            continue
        assert same(value, right, definition.tolerance), body
        status, *_ = verdict(Evidence(definition, (case,), (right,), (Answer(value),)))
        assert status == "correct"


@given(seed=st.integers(0, 2**32 - 1))
@pytest.mark.parametrize("name", list(definitions()))
def test_the_reference_is_right_whatever_the_numbers_of_the_cases(name, seed):
    definition = definitions()[name]
    function = answer(definition.solution)
    for case in definition.cases(seed):
        arguments = case.copies()
        given = function(*arguments)
        value, what = definition.plain(arguments[0] if definition.form == "in place" else given)
        assert not what
        assert same(definition.settled(value, case), definition.value(case), definition.tolerance)
