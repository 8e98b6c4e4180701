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
        "(O.T.astype(np.float32) @ G.astype(np.float32))",
        "np.asfortranarray(O.T @ G)",
        "    O, G = O.copy(), G.copy()\n    O *= 2\n    return O.T @ G / 2",
        "np.matmul(O.transpose(), G, dtype=np.longdouble)",
    ],
    "grad_b": ["len(G) * G.mean(axis=0, keepdims=True)"],
    "max_pool_back": [  # the second of two equal neighbours gets G
        "np.stack([G * (X[:, ::2] > X[:, 1::2]), G * (X[:, ::2] <= X[:, 1::2])], axis=2).reshape(X.shape)",
    ],
    "mse_gradient": [  # by differences
        (
            "    def L(O):\n        return ((O - T) ** 2).sum() / (2 * len(O))\n    D = np.zeros(O.shape)\n    for i in np.ndindex(O.shape):\n"
            "        E = np.zeros(O.shape)\n        E[i] = 1e-4\n        D[i] = (L(O + E) - L(O - E)) / 2e-4\n    return D"
        ),
    ],
    "softmax_cross_entropy_gradient": [
        "    E = np.exp(Z - Z.max(1, keepdims=True))\n    S = E / (E.sum(1, keepdims=True) + 1e-12)\n    return (S - T) / len(Z)",
    ],
    "backward": [
        (
            "    out = []\n    for l in reversed(range(len(Ws))):\n        G = G * f_prime(Zs[l])\n        out.insert(0, [Os[l].T @ G, G.sum(0, keepdims=True)])\n"
            "        G = G @ Ws[l].T\n    return tuple(out)"
        ),
    ],
    "sigmoid_prime": ["1 / (2 + 2 * np.cosh(Z))"],
    "numeric_jacobian": [
        "    h = 1e-6\n    return np.column_stack([(f(x + h * e) - f(x)) / h for e in np.eye(len(x))])",
        "    return np.column_stack([f(x + 1e-20j * e).imag / 1e-20 for e in np.eye(len(x))])",
    ],
    "dZ_db": ["np.broadcast_to(np.eye(n_out, dtype=int)[:, None], (m, n_out, 1, n_out))"],
    "relu_prime": ["Z > 0", "np.heaviside(Z, 0.5)"],
    "he_std": ["(2 / n_in) ** 0.5", "np.float32(np.sqrt(2 / n_in))", "np.array(np.sqrt(2 / n_in))"],
    "jacobian_linear": ["A"],
    "sgd_step": [
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
