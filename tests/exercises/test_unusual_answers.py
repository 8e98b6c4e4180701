"""Right answers pass however they are written: loops, einsum, lists, float32, blocks of the batch; and whatever the numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from learner import answer, checked

from course_lib.exercises.engine.compare import same
from course_lib.exercises.engine.exercise import definitions

# What the check can see of an answer: its type, its layout, its rounding, what it does with the arguments. How numpy
# came by the same numbers it cannot see, so each kind stands here once.
RIGHT = {
    "grad_W": [
        "sum(np.outer(o, g) for o, g in zip(O, G))",
        "(O.T.astype(np.float32) @ G.astype(np.float32))",
        "(O.T.astype(np.float32) @ G.astype(np.float32)).astype(float)",
        "np.asfortranarray(O.T @ G)",
        "    O, G = O.copy(), G.copy()\n    O *= 2\n    return O.T @ G / 2",
        "np.matmul(O.transpose(), G, dtype=np.longdouble)",
    ],
    "grad_b": ["np.atleast_2d(G.sum(0))", "len(G) * G.mean(axis=0, keepdims=True)"],
    "grad_O": ["(W @ G.T).T", "np.vectorize(lambda i, k: G[i] @ W[k])(*np.indices((len(G), len(W))))"],
    "undo_activation": [
        "np.array([[g * f_prime(np.array(z)) for g, z in zip(*rows)] for rows in zip(G, Z)])",
        "    out = G.copy()\n    out *= f_prime(Z.copy())\n    return out",
    ],
    "max_pool_back": [  # the second of two equal neighbours gets G
        "np.stack([G * (X[:, ::2] > X[:, 1::2]), G * (X[:, ::2] <= X[:, 1::2])], axis=2).reshape(X.shape)",
    ],
    "key_idea": [
        "sum(dY_dX[j] * dz_dY[j] for j in np.ndindex(dz_dY.shape))",
        "np.tensordot(dz_dY.astype(np.float32), dY_dX.astype(np.float32), dz_dY.ndim)",
    ],
    "mse_gradient": [
        "    R = O - T\n    R /= len(R)\n    return R",
        (
            "    def L(O):\n        return ((O - T) ** 2).sum() / (2 * len(O))\n    D = np.zeros(O.shape)\n    for i in np.ndindex(O.shape):\n"
            "        E = np.zeros(O.shape)\n        E[i] = 1e-4\n        D[i] = (L(O + E) - L(O - E)) / 2e-4\n    return D"
        ),
    ],
    "softmax_cross_entropy_gradient": [
        "    L = Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)\n    return (np.exp(L) - T) / len(Z)",
        "    D = Z[:, :, None] - Z[:, None, :]\n    with np.errstate(over='ignore'):\n        S = 1 / np.exp(-D).sum(axis=2)\n    return (S - T) / len(Z)",
        "    E = np.exp(Z - Z.max(1, keepdims=True))\n    S = E / (E.sum(1, keepdims=True) + 1e-12)\n    return (S - T) / len(Z)",
        "    E = np.exp((Z - Z.max(1, keepdims=True)).astype(np.longdouble))\n    return (E / E.sum(1, keepdims=True) - T) / len(Z)",
    ],
    "backward": [
        (
            "    if not Ws:\n        return []\n    G = G * f_prime(Zs[-1])\n    last = (Os[-1].T @ G, G.sum(0, keepdims=True))\n"
            "    return backward(Os[:-1], Zs[:-1], Ws[:-1], G @ Ws[-1].T, f_prime) + [last]"
        ),
        (
            "    out = []\n    for l in reversed(range(len(Ws))):\n        G = G * f_prime(Zs[l])\n        out.insert(0, [Os[l].T @ G, G.sum(0, keepdims=True)])\n"
            "        G = G @ Ws[l].T\n    return tuple(out)"
        ),
    ],
    "sigmoid_prime": [
        "1 / (2 + 2 * np.cosh(Z))",
        "    E = np.exp(-np.abs(Z))\n    return E / (1 + E) ** 2",
    ],
    "numeric_jacobian": [
        "    h = 1e-6\n    return np.column_stack([(f(x + h * e) - f(x)) / h for e in np.eye(len(x))])",
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
    "jacobian_linear": ["A", "np.array([A @ e for e in np.eye(A.shape[1])]).T"],
    "sgd_step": [
        "    for pair, grads in zip(parameters, gradients):\n        for P, dP in zip(pair, grads):\n            P[...] = P - learning_rate * dP",
        "    for l in range(len(parameters)):\n        for k in (0, 1):\n            np.subtract(parameters[l][k], learning_rate * gradients[l][k], out=parameters[l][k])\n    return parameters",
    ],
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_passes_however_it_is_written(name):
    results = {body: checked(name, body) for body in RIGHT[name]}
    assert {body: each for body, each in results.items() if (each.status, each.mistakes) != ("correct", ())} == {}


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
