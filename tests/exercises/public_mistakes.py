"""Mistakes that people made in public when they wrote a backward pass by hand, each as an answer to an exercise.

Each `Mistake` holds the source of the answer and the lines (the `def` line is 1) in which it goes wrong. They are one
half of a larger collection; the rest is kept to measure with. Facts only: the sources are written anew.
What must hold for each: it is not called right; the message is true; it names the mistake or its line.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    id: str  # the mistake, in words; a repair elsewhere may be right in numbers and still not be the mistake
    exercise: str  # the exercise's name, or "check_layer"
    source: str
    lines: tuple  # where it goes wrong; any of them is right to point at
    forward: str = ""  # for check_layer: the source of forward
    shapes: str = ""  # for check_layer: its keyword arguments


def one(id, exercise, body, *lines):
    """A function of the exercise's arguments; body: an expression, or indented lines."""
    from course_lib.exercises import exercise as find

    arguments = ", ".join(find(exercise).definition.names)
    text = body if body.startswith("    ") else f"    return {body}\n"
    return Mistake(id, exercise, f"def {exercise}({arguments}):\n{text}", lines)


def whole(id, exercise, source, *lines):
    return Mistake(id, exercise, source, lines)


def layer(id, forward, back, shapes, *lines):
    return Mistake(id, "check_layer", back, lines, forward, shapes)


BACKWARD = """def backward(Os, Zs, Ws, G, f_prime):
    grads = []
    for l in reversed(range(len(Ws))):
        {undo}
        dW = {dW}
        db = {db}
        grads.insert(0, (dW, db))
        {carry}
    return grads
"""
UNDO, DW, DB, CARRY = "G = G * f_prime(Zs[l])", "Os[l].T @ G", "G.sum(axis=0, keepdims=True)", "G = G @ Ws[l].T"


def backward(undo=UNDO, dW=DW, db=DB, carry=CARRY):
    return BACKWARD.format(undo=undo, dW=dW, db=db, carry=carry)


SOFTMAX = "    E = np.exp(Z - Z.max(axis=1, keepdims=True))\n    S = E / E.sum(axis=1, keepdims=True)\n"
DROPOUT = "def forward(X, mask):\n    return X * mask / 0.6\n"
MASK = "X=(5, 3), mask=np.array([[1.0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0], [1, 1, 1]])"
MISTAKES = [
    one("the slope is made from the gradient that arrives", "undo_activation", "G * (1 - G)", 2),
    one("the step back divides by the slope", "undo_activation", "G / f_prime(Z)", 2),
    one("relu' from the output with >=: 1 everywhere", "relu_prime", "(np.maximum(Z, 0) >= 0).astype(float)", 2),
    one("a factor O too many", "mse_gradient", "(O - T) * O / len(O)", 2),
    one("the mean is taken, twice, where the sum belongs", "grad_W", "O.T @ G / len(O) / len(O)", 2),
    one(
        "the slope of the activation is multiplied in once more",
        "softmax_cross_entropy_gradient",
        SOFTMAX + "    return (S - T) / len(Z) * S * (1 - S)\n",
        4,
    ),
    one("a reshape, not a transpose", "grad_W", "    m, n_in = O.shape\n    return O.reshape(n_in, m) @ G\n", 3),
    one("a reshape where a transpose belongs", "grad_W", "(G.T @ O).reshape(O.shape[1], G.shape[1])", 2),
    one("the penalty itself, not its gradient", "grad_W_regularized", "O.T @ G + lam * np.square(W).sum()", 2),
    one("the mean over units, not the sum over samples", "grad_b", "np.mean(G, axis=1, keepdims=True)", 2),
    one(
        "= for +=: the last sample alone is left",
        "grad_W",
        "    dW = np.zeros((O.shape[1], G.shape[1]))\n    for i in range(len(O)):\n        dW = np.outer(O[i], G[i])\n    return dW\n",
        4,
    ),
    whole(
        "W moves before its use", "backward", backward(carry="Ws[l] = Ws[l] - 0.1 * dW\n        G = G @ Ws[l].T"), 8, 9
    ),
    one(
        "db is made before the activation is undone",
        "backward",
        "    grads = []\n    for l in reversed(range(len(Ws))):\n        db = G.sum(axis=0, keepdims=True)\n        G = G * f_prime(Zs[l])\n        dW = Os[l].T @ G\n        grads.insert(0, (dW, db))\n        G = G @ Ws[l].T\n    return grads\n",
        4,
        5,
    ),
    whole("Z of the layer itself stands where its input O belongs", "backward", backward(dW="Zs[l].T @ G"), 5),
    whole("G is carried back through dW, not W", "backward", backward(carry="G = G @ dW.T"), 8),
    whole(
        "1/m in dW, db and the carry",
        "backward",
        backward(dW="Os[l].T @ G / len(G)", db="G.mean(axis=0, keepdims=True)", carry="G = G @ Ws[l].T / len(G)"),
        5,
        6,
        8,
    ),
    whole(
        "the activation is undone in the last layer only",
        "backward",
        backward(undo="if l == len(Ws) - 1:\n            G = G * f_prime(Zs[l])"),
        4,
        5,
    ),
    one(
        "the loop ends one layer early",
        "sgd_step",
        "    for l in range(len(parameters) - 1):\n        for P, dP in zip(parameters[l], gradients[l]):\n            P -= learning_rate * dP\n",
        2,
    ),
    one(
        "local names are bound anew: the arrays do not change",
        "sgd_step",
        "    for (W, b), (dW, db) in zip(parameters, gradients):\n        W = W - learning_rate * dW\n        b = b - learning_rate * db\n",
        3,
        4,
    ),
    one(
        "two names for one array",
        "numeric_jacobian",
        "    h, columns = 1e-5, []\n    for j in range(len(x)):\n        up, down = x, x\n        up[j] += h\n        down[j] -= h\n        columns.append((f(up) - f(down)) / (2 * h))\n    return np.stack(columns, axis=1)\n",
        4,
    ),
    one("the sum needs brackets", "glorot_std", "np.sqrt(2 / n_in + n_out)", 2),
    whole(
        "sums are kept from one call to the next",
        "grad_W",
        "def grad_W(O, G, kept={}):\n    key = O.shape, G.shape\n    kept[key] = kept.get(key, 0) + O.T @ G\n    return kept[key]\n",
        1,
        3,
    ),
    layer(
        "dX of batch normalization without gamma",
        "def forward(X, gamma, beta):\n    return gamma * (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + 1e-5) + beta\n",
        "def backward(X, gamma, beta, G):\n    s = np.sqrt(X.var(axis=0) + 1e-5)\n    N = (X - X.mean(axis=0)) / s\n    dN = G\n    dX = (dN - dN.mean(axis=0) - N * (dN * N).mean(axis=0)) / s\n    return dX, (G * N).sum(axis=0), G.sum(axis=0)\n",
        "X=(7, 5), gamma=(5,), beta=(5,)",
        4,
        5,
    ),
    layer("dropout's mask forgotten", DROPOUT, "def backward(X, mask, G):\n    return G / 0.6, None\n", MASK, 2),
    layer(
        "the gradient is never carried on to the step before",
        "def forward(X, h, Wx, Wh):\n    for x in X:\n        h = np.tanh(x @ Wx + h @ Wh)\n    return h\n",
        "def backward(X, h, Wx, Wh, G):\n    hs = [h]\n    for x in X:\n        hs.append(np.tanh(x @ Wx + hs[-1] @ Wh))\n    dX, dWx, dWh, dh = np.zeros_like(X), 0, 0, G\n    for t in reversed(range(len(X))):\n        D = dh * (1 - hs[t + 1] ** 2)\n        dX[t] = D @ Wx.T\n        dWx, dWh = dWx + X[t].T @ D, dWh + hs[t].T @ D\n        dh_prev = D @ Wh.T\n    return dX, dh_prev, dWx, dWh\n",
        "X=(3, 2, 5), h=(2, 4), Wx=(5, 4), Wh=(4, 4)",
        10,
    ),
    layer(
        "softmax backwards without the term that joins the row",
        "def forward(X):\n    E = np.exp(X - X.max(axis=1, keepdims=True))\n    return E / E.sum(axis=1, keepdims=True)\n",
        "def backward(X, G):\n    E = np.exp(X - X.max(axis=1, keepdims=True))\n    S = E / E.sum(axis=1, keepdims=True)\n    return G * S\n",
        "X=(7, 5)",
        4,
    ),
    layer(
        "the gradient that arrives is ignored",
        "def forward(Z, T):\n    E = np.exp(Z - Z.max(axis=1, keepdims=True))\n    return -(T * np.log(E / E.sum(axis=1, keepdims=True))).sum() / len(Z)\n",
        "def backward(Z, T, G):\n" + SOFTMAX + "    return (S - T) / len(Z), None\n",
        "Z=(5, 3), T=np.eye(3)[[0, 1, 2, 2, 1]]",
        4,
    ),
    layer(
        "wrong where an input is exactly 0; the draws must hold one",
        DROPOUT,
        "def backward(X, mask, G):\n    return np.where(X == 0, G, X * mask / 0.6 / np.where(X == 0, 1, X) * G), None\n",
        MASK,
        2,
    ),
]

# Right answers in forms that people use in public; each must be called right.
RIGHT = [
    (
        "numeric_jacobian",
        "def numeric_jacobian(f, x):\n    h, columns = 1e-5, []\n    for j in range(len(x)):\n        old = x[j]\n        x[j] = old + h\n        up = f(x)\n        x[j] = old - h\n        down = f(x)\n        x[j] = old\n        columns.append((up - down) / (2 * h))\n    return np.stack(columns, axis=1)\n",
        "moves x[j] and puts it back exactly",
    )
]
