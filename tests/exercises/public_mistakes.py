"""Mistakes that people made in public when they wrote a backward pass by hand, each as an answer to an exercise.

Each `Mistake` holds the source of the answer and the lines (the `def` line is 1) in which it goes wrong. They are one
half of a larger collection; the rest is kept to measure with. Facts only: the sources are written anew.
What must hold for each: it is not called right; the message is true; it names the mistake or its line.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    id: str
    exercise: str  # the exercise's name, or "check_layer"
    source: str
    lines: tuple  # where it goes wrong; any of them is right to point at
    what: str  # the mistake, in words; a repair elsewhere may be right in numbers and still not be the mistake
    forward: str = ""  # for check_layer: the source of forward
    shapes: str = ""  # for check_layer: its keyword arguments


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


MISTAKES = [
    Mistake(
        "slope of the gradient",
        "undo_activation",
        "def undo_activation(G, Z, f_prime):\n    return G * (1 - G)\n",
        (2,),
        "the slope is made from the gradient that arrives",
    ),
    Mistake(
        "divides",
        "undo_activation",
        "def undo_activation(G, Z, f_prime):\n    return G / f_prime(Z)\n",
        (2,),
        "the step back divides by the slope",
    ),
    Mistake(
        "slope of the output",
        "relu_prime",
        "def relu_prime(Z):\n    return (np.maximum(Z, 0) >= 0).astype(float)\n",
        (2,),
        "relu' from the output with >=: 1 everywhere",
    ),
    Mistake(
        "factor O too many",
        "mse_gradient",
        "def mse_gradient(O, T):\n    return (O - T) * O / len(O)\n",
        (2,),
        "a factor O too many",
    ),
    Mistake(
        "twice the mean",
        "grad_W",
        "def grad_W(O, G):\n    return O.T @ G / len(O) / len(O)\n",
        (2,),
        "the mean is taken, twice, where the sum belongs",
    ),
    Mistake(
        "slope on top",
        "softmax_cross_entropy_gradient",
        "def softmax_cross_entropy_gradient(Z, T):\n    E = np.exp(Z - Z.max(axis=1, keepdims=True))\n    S = E / E.sum(axis=1, keepdims=True)\n    return (S - T) / len(Z) * S * (1 - S)\n",
        (4,),
        "the slope of the activation is multiplied in once more",
    ),
    Mistake(
        "reshape, inner",
        "grad_W",
        "def grad_W(O, G):\n    m, n_in = O.shape\n    return O.reshape(n_in, m) @ G\n",
        (3,),
        "a reshape where a transpose belongs",
    ),
    Mistake(
        "reshape, outer",
        "grad_W",
        "def grad_W(O, G):\n    return (G.T @ O).reshape(O.shape[1], G.shape[1])\n",
        (2,),
        "a reshape where a transpose belongs",
    ),
    Mistake(
        "penalty's value",
        "grad_W_regularized",
        "def grad_W_regularized(O, G, W, lam):\n    return O.T @ G + lam * np.square(W).sum()\n",
        (2,),
        "the value of the penalty in the place of its gradient",
    ),
    Mistake(
        "mean, other axis",
        "grad_b",
        "def grad_b(G):\n    return np.mean(G, axis=1, keepdims=True)\n",
        (2,),
        "the mean over the units in the place of the sum over the samples",
    ),
    Mistake(
        "assigned, not added",
        "grad_W",
        "def grad_W(O, G):\n    dW = np.zeros((O.shape[1], G.shape[1]))\n    for i in range(len(O)):\n        dW = np.outer(O[i], G[i])\n    return dW\n",
        (4,),
        "= for +=: the last sample alone is left",
    ),
    Mistake(
        "updated before use",
        "backward",
        backward(carry="Ws[l] = Ws[l] - 0.1 * dW\n        G = G @ Ws[l].T"),
        (8, 9),
        "W is updated before it is used",
    ),
    Mistake(
        "bias before undoing",
        "backward",
        "def backward(Os, Zs, Ws, G, f_prime):\n    grads = []\n    for l in reversed(range(len(Ws))):\n        db = G.sum(axis=0, keepdims=True)\n        G = G * f_prime(Zs[l])\n        dW = Os[l].T @ G\n        grads.insert(0, (dW, db))\n        G = G @ Ws[l].T\n    return grads\n",
        (4, 5),
        "db is made before the activation is undone",
    ),
    Mistake(
        "Z for O",
        "backward",
        backward(dW="Zs[l].T @ G"),
        (5,),
        "Z of the layer itself stands where its input O belongs",
    ),
    Mistake(
        "carried through dW", "backward", backward(carry="G = G @ dW.T"), (8,), "G is carried back through dW, not W"
    ),
    Mistake(
        "mean everywhere",
        "backward",
        backward(dW="Os[l].T @ G / len(G)", db="G.mean(axis=0, keepdims=True)", carry="G = G @ Ws[l].T / len(G)"),
        (5, 6, 8),
        "1/m in dW, db and the carry",
    ),
    Mistake(
        "slope in the last layer only",
        "backward",
        "def backward(Os, Zs, Ws, G, f_prime):\n    grads = []\n    last = len(Ws) - 1\n    for l in reversed(range(len(Ws))):\n        if l == last:\n            G = G * f_prime(Zs[l])\n        grads.insert(0, (Os[l].T @ G, G.sum(axis=0, keepdims=True)))\n        G = G @ Ws[l].T\n    return grads\n",
        (5, 6),
        "the activation is undone in the last layer only",
    ),
    Mistake(
        "last layer left out",
        "sgd_step",
        "def sgd_step(parameters, gradients, learning_rate):\n    for l in range(len(parameters) - 1):\n        for P, dP in zip(parameters[l], gradients[l]):\n            P -= learning_rate * dP\n",
        (2,),
        "the loop ends one layer early",
    ),
    Mistake(
        "names bound anew",
        "sgd_step",
        "def sgd_step(parameters, gradients, learning_rate):\n    for (W, b), (dW, db) in zip(parameters, gradients):\n        W = W - learning_rate * dW\n        b = b - learning_rate * db\n",
        (3, 4),
        "local names are bound anew: the arrays do not change",
    ),
    Mistake(
        "two names, one array",
        "numeric_jacobian",
        "def numeric_jacobian(f, x):\n    h, columns = 1e-5, []\n    for j in range(len(x)):\n        up, down = x, x\n        up[j] += h\n        down[j] -= h\n        columns.append((f(up) - f(down)) / (2 * h))\n    return np.stack(columns, axis=1)\n",
        (4,),
        "two names for one array",
    ),
    Mistake(
        "missing brackets",
        "glorot_std",
        "def glorot_std(n_in, n_out):\n    return np.sqrt(2 / n_in + n_out)\n",
        (2,),
        "the sum needs brackets",
    ),
    Mistake(
        "kept from call to call",
        "grad_W",
        "def grad_W(O, G, kept={}):\n    key = O.shape, G.shape\n    kept[key] = kept.get(key, 0) + O.T @ G\n    return kept[key]\n",
        (1, 3),
        "sums are kept from one call to the next",
    ),
    Mistake(
        "gamma forgotten",
        "check_layer",
        "def backward(X, gamma, beta, G):\n    s = np.sqrt(X.var(axis=0) + 1e-5)\n    N = (X - X.mean(axis=0)) / s\n    dN = G\n    dX = (dN - dN.mean(axis=0) - N * (dN * N).mean(axis=0)) / s\n    return dX, (G * N).sum(axis=0), G.sum(axis=0)\n",
        (4, 5),
        "dX of batch normalization without gamma",
        "def forward(X, gamma, beta):\n    return gamma * (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + 1e-5) + beta\n",
        "X=(7, 5), gamma=(5,), beta=(5,)",
    ),
    Mistake(
        "mask forgotten",
        "check_layer",
        "def backward(X, mask, G):\n    return G / 0.6, None\n",
        (2,),
        "dropout's mask is not applied backwards",
        "def forward(X, mask):\n    return X * mask / 0.6\n",
        "X=(5, 3), mask=np.array([[1.0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0], [1, 1, 1]])",
    ),
    Mistake(
        "never carried on",
        "check_layer",
        "def backward(X, h, Wx, Wh, G):\n    hs = [h]\n    for x in X:\n        hs.append(np.tanh(x @ Wx + hs[-1] @ Wh))\n    dX, dWx, dWh, dh = np.zeros_like(X), 0, 0, G\n    for t in reversed(range(len(X))):\n        D = dh * (1 - hs[t + 1] ** 2)\n        dX[t] = D @ Wx.T\n        dWx, dWh = dWx + X[t].T @ D, dWh + hs[t].T @ D\n        dh_prev = D @ Wh.T\n    return dX, dh_prev, dWx, dWh\n",
        (10,),
        "the gradient is never carried on to the step before",
        "def forward(X, h, Wx, Wh):\n    for x in X:\n        h = np.tanh(x @ Wx + h @ Wh)\n    return h\n",
        "X=(3, 2, 5), h=(2, 4), Wx=(5, 4), Wh=(4, 4)",
    ),
    Mistake(
        "softmax, no sum",
        "check_layer",
        "def backward(X, G):\n    E = np.exp(X - X.max(axis=1, keepdims=True))\n    S = E / E.sum(axis=1, keepdims=True)\n    return G * S\n",
        (4,),
        "softmax backwards without the term that joins the row",
        "def forward(X):\n    E = np.exp(X - X.max(axis=1, keepdims=True))\n    return E / E.sum(axis=1, keepdims=True)\n",
        "X=(7, 5)",
    ),
    Mistake(
        "arriving gradient ignored",
        "check_layer",
        "def backward(Z, T, G):\n    E = np.exp(Z - Z.max(axis=1, keepdims=True))\n    S = E / E.sum(axis=1, keepdims=True)\n    return (S - T) / len(Z), None\n",
        (4,),
        "the gradient that arrives is ignored",
        "def forward(Z, T):\n    E = np.exp(Z - Z.max(axis=1, keepdims=True))\n    return -(T * np.log(E / E.sum(axis=1, keepdims=True))).sum() / len(Z)\n",
        "Z=(5, 3), T=np.eye(3)[[0, 1, 2, 2, 1]]",
    ),
    Mistake(
        "mask guessed from the output",
        "check_layer",
        "def backward(X, mask, G):\n    return np.where(X == 0, G, X * mask / 0.6 / np.where(X == 0, 1, X) * G), None\n",
        (2,),
        "wrong where an input is exactly 0; the draws must hold one",
        "def forward(X, mask):\n    return X * mask / 0.6\n",
        "X=(5, 3), mask=np.array([[1.0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0], [1, 1, 1]])",
    ),
]

# Right answers in forms that people use in public; each must be called right.
RIGHT = [
    (
        "numeric_jacobian",
        "def numeric_jacobian(f, x):\n    h, columns = 1e-5, []\n    for j in range(len(x)):\n        old = x[j]\n        x[j] = old + h\n        up = f(x)\n        x[j] = old - h\n        down = f(x)\n        x[j] = old\n        columns.append((up - down) / (2 * h))\n    return np.stack(columns, axis=1)\n",
        "moves x[j] and puts it back exactly",
    ),
]
