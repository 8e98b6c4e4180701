"""A second collection of wrong answers, in the forms in which people write a backward pass: loops, einsum, helpers, in place."""

from public_mistakes import SOFTMAX, backward, layer, one, whole

DENSE = "def forward(X, W, b):\n    return X @ W + b\n"
RELU = "def forward(X, W, b):\n    return np.maximum(X @ W + b, 0)\n"
DENSE_SHAPES = "X=(7, 5), W=(5, 3), b=(1, 3)"
LAYER_NORM = "def forward(X, gamma, beta):\n    mu = X.mean(axis=1, keepdims=True)\n    return gamma * (X - mu) / np.sqrt(X.var(axis=1, keepdims=True) + 1e-5) + beta\n"
RNN = "def forward(X, h, Wx, Wh):\n    for x in X:\n        h = np.tanh(x @ Wx + h @ Wh)\n    return h\n"
RNN_SHAPES = "X=(3, 2, 5), h=(2, 4), Wx=(5, 4), Wh=(4, 4)"
RNN_BACK = """def backward(X, h, Wx, Wh, G):
    hs = [h]
    for x in X:
        hs.append(np.tanh(x @ Wx + hs[-1] @ Wh))
    dX, dWx, dWh = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh)
    dh = G
    for t in reversed(range(len(X))):
        dz = dh * (1 - hs[t + 1] ** 2)
        dX[t] = dz @ Wx.T
        dWx += X[t].T @ dz
        dWh += hs[t].T @ dz
        dh = dz @ Wh.T
    return dX, dh, dWx, dWh
"""
FLAT = """def backward(Os, Zs, Ws, G, f_prime):
    L = len(Ws)
    dWs, dbs = [None] * L, [None] * L
    delta = G * f_prime(Zs[-1])
    dWs[-1] = np.dot(Os[-1].T, delta)
    dbs[-1] = np.sum(delta, axis=0, keepdims=True)
    for l in range(2, L + 1):
        delta = np.dot(delta, Ws[-l + 1].T) * f_prime(Zs[-l])
        dWs[-l] = np.dot(Os[-l].T, delta)
        dbs[-l] = np.sum(delta, axis=0, keepdims=True)
    return list(zip(dWs, dbs))
"""


def put(source, *pairs):
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source


FURTHER = [
    # loops over samples and units
    one(
        "loop, one sample early",
        "grad_W",
        "    dW = np.zeros((O.shape[1], G.shape[1]))\n    for i in range(len(O) - 1):\n        dW += np.outer(O[i], G[i])\n    return dW\n",
        3,
    ),
    one(
        "loop, outer the wrong way",
        "grad_W",
        "    dW = np.zeros((O.shape[1], G.shape[1]))\n    for o, g in zip(O, G):\n        dW += np.outer(g, o)\n    return dW\n",
        4,
    ),
    one(
        "loop, return inside",
        "grad_W",
        "    dW = np.zeros((O.shape[1], G.shape[1]))\n    for i in range(len(O)):\n        dW += np.outer(O[i], G[i])\n        return dW\n",
        5,
    ),
    one(
        "loop, reset inside",
        "grad_W",
        "    for i in range(len(O)):\n        dW = np.zeros((O.shape[1], G.shape[1]))\n        dW += np.outer(O[i], G[i])\n    return dW\n",
        3,
    ),
    one(
        "loop, indexes of G",
        "grad_W",
        "    m, n_in = O.shape\n    n_out = G.shape[1]\n    dW = np.zeros((n_in, n_out))\n    for i in range(m):\n        for h in range(n_in):\n            for k in range(n_out):\n                dW[h, k] += O[i, h] * G[i, h]\n    return dW\n",
        8,
    ),
    one(
        "loop, assigned",
        "grad_W",
        "    m, n_in = O.shape\n    n_out = G.shape[1]\n    dW = np.zeros((n_in, n_out))\n    for i in range(m):\n        for h in range(n_in):\n            for k in range(n_out):\n                dW[h, k] = O[i, h] * G[i, k]\n    return dW\n",
        8,
    ),
    one(
        "loop, over the wrong size",
        "grad_b",
        "    db = np.zeros((1, G.shape[1]))\n    for k in range(len(G)):\n        db[0, k] = G[:, k].sum()\n    return db\n",
        3,
    ),
    one(
        "loop, row for column",
        "grad_b",
        "    db = np.zeros((1, G.shape[1]))\n    for k in range(G.shape[1]):\n        db[0, k] = G[k].sum()\n    return db\n",
        4,
    ),
    one(
        "loop, integer array",
        "grad_W",
        "    dW = np.zeros((O.shape[1], G.shape[1]), dtype=int)\n    for h in range(O.shape[1]):\n        for k in range(G.shape[1]):\n            dW[h, k] = O[:, h] @ G[:, k]\n    return dW\n",
        2,
    ),
    one("einsum, output letters", "grad_W", "np.einsum('ih,ik->kh', O, G)", 2),
    one("einsum, nothing summed", "grad_W", "np.einsum('ih,ik->ihk', O, G)", 2),
    one("dot, not turned", "grad_W", "np.dot(O, G)", 2),
    one("matmul, order", "grad_W", "np.matmul(G.T, O)", 2),
    one("tensordot, other axes", "grad_W", "np.tensordot(O, G, axes=(1, 1))", 2),
    one("mean, method", "grad_W", "    m = O.shape[0]\n    dW = (1 / m) * np.dot(O.T, G)\n    return dW\n", 3),
    one("no keepdims", "grad_b", "np.sum(G, axis=0)", 2),
    one("axis 1", "grad_b", "np.sum(G, axis=1, keepdims=True)", 2),
    one("mean of b, m", "grad_b", "    m = G.shape[0]\n    return 1. / m * np.sum(G, axis=0, keepdims=True)\n", 3),
    one("column", "grad_b", "G.sum(axis=0).reshape(-1, 1)", 2),
    one("W not turned", "grad_O", "G.dot(W)", 2),
    one("carry through inverse", "grad_O", "G @ np.linalg.pinv(W)", 2),
    one("carry, element-wise", "grad_O", "G * W.T", 2),
    one(
        "carry, loop by unit",
        "grad_O",
        "    dO = np.zeros((len(G), len(W)))\n    for j in range(G.shape[1]):\n        dO = np.outer(G[:, j], W[:, j])\n    return dO\n",
        4,
    ),
    one("l2 without lambda", "grad_W_regularized", "O.T @ G + W", 2),
    one("l2 over m", "grad_W_regularized", "    m = len(O)\n    return O.T @ G + lam / m * W\n", 3),
    one("l2 twice", "grad_W_regularized", "np.dot(O.T, G) + 2 * lam * W", 2),
    one("l2 subtracted", "grad_W_regularized", "O.T @ G - lam * W", 2),
    one("l2 brackets", "grad_W_regularized", "lam * (O.T @ G + W)", 2),
    one("l2 squared", "grad_W_regularized", "O.T @ G + lam * W ** 2", 2),
    one("mse, sign", "mse_gradient", "    m = O.shape[0]\n    return (T - O) / m\n", 3),
    one("mse, two", "mse_gradient", "2 * (O - T) / len(O)", 2),
    one("mse, no mean", "mse_gradient", "O - T", 2),
    one("mse, np.mean", "mse_gradient", "np.mean(O - T)", 2),
    one("mse, size", "mse_gradient", "(O - T) / O.size", 2),
    one("mse, squared", "mse_gradient", "(O - T) ** 2 / len(O)", 2),
    one("mse, brackets", "mse_gradient", "O - T / len(O)", 2),
    one(
        "sigmoid of sigmoid",
        "sigmoid_prime",
        "    s = 1 / (1 + np.exp(-np.clip(Z, -500, 500)))\n    s = 1 / (1 + np.exp(-s))\n    return s * (1 - s)\n",
        3,
    ),
    one(
        "sigmoid, Z in it",
        "sigmoid_prime",
        "    s = 1 / (1 + np.exp(-np.clip(Z, -500, 500)))\n    return s * (1 - Z)\n",
        3,
    ),
    one(
        "sigmoid, tanh's form",
        "sigmoid_prime",
        "    s = 1 / (1 + np.exp(-np.clip(Z, -500, 500)))\n    return 1 - s ** 2\n",
        3,
    ),
    one(
        "sigmoid, not the derivative",
        "sigmoid_prime",
        "    s = 1 / (1 + np.exp(-np.clip(Z, -500, 500)))\n    return s\n",
        3,
    ),
    whole(
        "helper, missing minus",
        "sigmoid_prime",
        "def sigmoid(Z):\n    return 1 / (1 + np.exp(np.clip(Z, -500, 500)))\n\n\ndef sigmoid_prime(Z):\n    return sigmoid(Z) - sigmoid(Z) ** 3\n",
        2,
        6,
    ),
    whole(
        "helper at the output",
        "sigmoid_prime",
        "def sigmoid(Z):\n    return 1 / (1 + np.exp(-np.clip(Z, -500, 500)))\n\n\ndef sigmoid_prime(Z):\n    A = sigmoid(Z)\n    return sigmoid(A) * (1 - sigmoid(A))\n",
        2,
        3,
    ),
    one("relu, wrong side", "relu_prime", "(Z < 0).astype(float)", 2),
    one("relu, in place", "relu_prime", "    Z[Z <= 0] = 0\n    Z[Z > 0] = 1\n    return Z\n", 2, 3),
    one("relu, its value", "relu_prime", "np.where(Z > 0, Z, 0.0)", 2),
    one("relu, not zero", "relu_prime", "    D = np.ones_like(Z)\n    D[Z > 0] = 0\n    return D\n", 3),
    one("undo, matrix product", "undo_activation", "np.dot(G, f_prime(Z))", 2),
    one("undo, slope of slope", "undo_activation", "    d = f_prime(Z)\n    return G * f_prime(d)\n", 3),
    one("undo, twice", "undo_activation", "G * f_prime(Z) * f_prime(Z)", 2),
    one("undo, missing", "undo_activation", "    D = f_prime(Z)\n    return G\n", 3),
    one("undo, in place", "undo_activation", "    G *= f_prime(Z)\n    return G\n", 2),
    one("undo, slope at G", "undo_activation", "G * f_prime(G)", 2),
    one("undo, added", "undo_activation", "G + f_prime(Z)", 2),
    one(
        "softmax over samples",
        "softmax_cross_entropy_gradient",
        "    E = np.exp(Z - Z.max(axis=0, keepdims=True))\n    S = E / E.sum(axis=0, keepdims=True)\n    return (S - T) / len(Z)\n",
        2,
        3,
    ),
    one(
        "softmax, all summed",
        "softmax_cross_entropy_gradient",
        "    E = np.exp(Z - np.max(Z))\n    S = E / np.sum(E)\n    return (S - T) / len(Z)\n",
        2,
        3,
    ),
    one(
        "softmax, no keepdims",
        "softmax_cross_entropy_gradient",
        "    E = np.exp(Z - Z.max(axis=1, keepdims=True))\n    S = E / E.sum(axis=1)\n    return (S - T) / len(Z)\n",
        3,
    ),
    one("softmax, sign", "softmax_cross_entropy_gradient", SOFTMAX + "    dZ = T - S\n    return dZ / len(Z)\n", 4),
    one(
        "softmax, no mean",
        "softmax_cross_entropy_gradient",
        SOFTMAX + "    dZ = S.copy()\n    dZ[np.arange(len(Z)), T.argmax(axis=1)] -= 1\n    return dZ\n",
        6,
    ),
    one(
        "softmax, labels of samples",
        "softmax_cross_entropy_gradient",
        SOFTMAX + "    dZ = S.copy()\n    dZ[np.arange(len(Z)), T.argmax(axis=0)] -= 1\n    return dZ / len(Z)\n",
        5,
    ),
    one(
        "softmax, plus one",
        "softmax_cross_entropy_gradient",
        SOFTMAX + "    m = len(Z)\n    S[range(m), T.argmax(axis=1)] += 1\n    return S / m\n",
        5,
    ),
    one("softmax, units' mean", "softmax_cross_entropy_gradient", SOFTMAX + "    return (S - T) / Z.shape[1]\n", 4),
    one(
        "softmax, overflow",
        "softmax_cross_entropy_gradient",
        "    E = np.exp(Z)\n    S = E / E.sum(axis=1, keepdims=True)\n    return (S - T) / len(Z)\n",
        2,
    ),
    # the loop
    whole("no slope", "backward", backward(undo="pass"), 4),
    whole("slope at output", "backward", backward(undo="G = G * f_prime(Os[l])"), 4),
    whole("slope of layer before", "backward", backward(undo="G = G * f_prime(Zs[l - 1])"), 4),
    whole("matrix product with slope", "backward", backward(undo="G = G @ f_prime(Zs[l]).T"), 4),
    whole("W not turned", "backward", backward(carry="G = G @ Ws[l]"), 8),
    whole("W of layer before", "backward", backward(carry="G = G @ Ws[l - 1].T"), 8),
    whole("carry order", "backward", backward(carry="G = Ws[l].T @ G"), 8),
    whole("carry forgotten", "backward", backward(carry="pass"), 8),
    whole(
        "carry outside",
        "backward",
        "def backward(Os, Zs, Ws, G, f_prime):\n    grads = []\n    for l in reversed(range(len(Ws))):\n        G = G * f_prime(Zs[l])\n        dW = Os[l].T @ G\n        db = G.sum(axis=0, keepdims=True)\n        grads.insert(0, (dW, db))\n    G = G @ Ws[l].T\n    return grads\n",
        8,
    ),
    whole("appended", "backward", backward().replace("grads.insert(0, (dW, db))", "grads.append((dW, db))"), 7),
    whole("pair turned", "backward", backward().replace("(dW, db))", "(db, dW))"), 7),
    whole("dW turned", "backward", backward(dW="G.T @ Os[l]"), 5),
    whole("dW, next input", "backward", backward(dW="Os[l - 1].T @ G"), 5),
    whole("db mean", "backward", backward(db="G.mean(axis=0, keepdims=True)"), 6),
    whole("db axis", "backward", backward(db="G.sum(axis=1, keepdims=True)"), 6),
    whole("db flat", "backward", backward(db="np.sum(G, axis=0)"), 6),
    whole("both means", "backward", backward(dW="Os[l].T @ G / len(G)", db="np.mean(G, axis=0, keepdims=True)"), 5, 6),
    whole("slope twice", "backward", backward(carry="G = (G @ Ws[l].T) * f_prime(Zs[l - 1])"), 8, 4),
    whole(
        "first layer left out",
        "backward",
        backward().replace("reversed(range(len(Ws)))", "range(len(Ws) - 1, 0, -1)"),
        3,
    ),
    whole("forwards", "backward", backward().replace("reversed(range(len(Ws)))", "range(len(Ws))"), 3),
    whole(
        "delta not carried",
        "backward",
        "def backward(Os, Zs, Ws, G, f_prime):\n    grads = []\n    for l in reversed(range(len(Ws))):\n        delta = G * f_prime(Zs[l])\n        grads.insert(0, (Os[l].T @ delta, delta.sum(axis=0, keepdims=True)))\n        G = G @ Ws[l].T\n    return grads\n",
        6,
    ),
    whole(
        "delta never handed on",
        "backward",
        "def backward(Os, Zs, Ws, G, f_prime):\n    grads = []\n    for l in range(len(Ws) - 1, -1, -1):\n        delta = G * f_prime(Zs[l])\n        grads.insert(0, (Os[l].T @ delta, delta.sum(axis=0, keepdims=True)))\n        dA = delta @ Ws[l].T\n    return grads\n",
        4,
        6,
    ),
    whole(
        "zip not reversed",
        "backward",
        "def backward(Os, Zs, Ws, G, f_prime):\n    out = []\n    for O, Z, W in zip(Os[::-1], Zs, Ws[::-1]):\n        G = G * f_prime(Z)\n        out.append((O.T @ G, G.sum(axis=0, keepdims=True)))\n        G = G @ W.T\n    return out[::-1]\n",
        3,
    ),
    whole("in place into Zs", "backward", backward(undo="G *= f_prime(Zs[l])"), 4),
    whole("Nielsen, same W", "backward", put(FLAT, ("Ws[-l + 1].T", "Ws[-l].T")), 8),
    whole("Nielsen, no slope", "backward", put(FLAT, (" * f_prime(Zs[-l])", "")), 8),
    whole("Nielsen, no last slope", "backward", put(FLAT, ("delta = G * f_prime(Zs[-1])", "delta = G")), 4),
    whole("Nielsen, loop short", "backward", put(FLAT, ("range(2, L + 1)", "range(2, L)")), 7),
    whole(
        "Nielsen, input of next",
        "backward",
        put(FLAT, ("dWs[-l] = np.dot(Os[-l].T, delta)", "dWs[-l] = np.dot(Os[-l + 1].T, delta)")),
        9,
    ),
    whole(
        "Nielsen, dot turned", "backward", put(FLAT, ("np.dot(delta, Ws[-l + 1].T)", "np.dot(Ws[-l + 1], delta.T)")), 8
    ),
    # the step
    whole(
        "ascent",
        "sgd_step",
        "def sgd_step(parameters, gradients, learning_rate):\n    for (W, b), (dW, db) in zip(parameters, gradients):\n        W += learning_rate * dW\n        b += learning_rate * db\n",
        3,
        4,
    ),
    whole(
        "b forgotten",
        "sgd_step",
        "def sgd_step(parameters, gradients, learning_rate):\n    for (W, b), (dW, db) in zip(parameters, gradients):\n        W -= learning_rate * dW\n",
        3,
    ),
    whole(
        "b with dW",
        "sgd_step",
        "def sgd_step(parameters, gradients, learning_rate):\n    for (W, b), (dW, db) in zip(parameters, gradients):\n        W -= learning_rate * dW\n        b -= learning_rate * dW\n",
        4,
    ),
    whole(
        "no rate",
        "sgd_step",
        "def sgd_step(parameters, gradients, learning_rate):\n    for l in range(len(parameters)):\n        W, b = parameters[l]\n        dW, db = gradients[l]\n        W -= dW\n        b -= db\n",
        5,
        6,
    ),
    whole(
        "new list",
        "sgd_step",
        "def sgd_step(parameters, gradients, learning_rate):\n    for l in range(len(parameters)):\n        W, b = parameters[l]\n        dW, db = gradients[l]\n        parameters[l] = (W - learning_rate * dW, b - learning_rate * db)\n",
        5,
    ),
    whole(
        "same layer's gradient",
        "sgd_step",
        "def sgd_step(parameters, gradients, learning_rate):\n    for l in range(len(parameters)):\n        parameters[l][0][...] -= learning_rate * gradients[-1][0]\n        parameters[l][1][...] -= learning_rate * gradients[-1][1]\n",
        3,
        4,
    ),
    # jacobians, forward, tensors, standard deviations
    one(
        "one-sided, two h",
        "numeric_jacobian",
        "    h = 1e-6\n    J = np.zeros((len(f(x)), len(x)))\n    for j in range(len(x)):\n        e = np.zeros(len(x))\n        e[j] = h\n        J[:, j] = (f(x + e) - f(x)) / (2 * h)\n    return J\n",
        7,
    ),
    one(
        "columns as rows",
        "numeric_jacobian",
        "    h = 1e-6\n    J = []\n    for j in range(len(x)):\n        e = np.zeros(len(x))\n        e[j] = h\n        J.append((f(x + e) - f(x - e)) / (2 * h))\n    return np.array(J)\n",
        7,
        8,
    ),
    one(
        "step never put back",
        "numeric_jacobian",
        "    h = 1e-6\n    J = np.zeros((len(f(x)), len(x)))\n    e = np.zeros(len(x))\n    for j in range(len(x)):\n        e[j] = h\n        J[:, j] = (f(x + e) - f(x - e)) / (2 * h)\n    return J\n",
        4,
        6,
    ),
    one(
        "step into x",
        "numeric_jacobian",
        "    h = 1e-5\n    J = np.zeros((len(f(x)), len(x)))\n    for j in range(len(x)):\n        x[j] += h\n        up = f(x)\n        x[j] -= h\n        J[:, j] = (up - f(x)) / (2 * h)\n    return J\n",
        7,
        8,
    ),
    one(
        "no brackets under",
        "numeric_jacobian",
        "    h, columns = 1e-5, []\n    for j in range(len(x)):\n        step = np.zeros(len(x))\n        step[j] = h\n        columns.append((f(x + step) - f(x - step)) / 2 * h)\n    return np.stack(columns, axis=1)\n",
        6,
    ),
    one("diag forgotten", "jacobian_elementwise", "f_prime(x)", 2),
    one("chain turned", "chain_linear", "dx_dz @ A", 2),
    one(
        "key idea, first axis",
        "key_idea",
        "    out = 0\n    for j in np.ndindex(dz_dY.shape):\n        out = dY_dX[j] * dz_dY[j]\n    return out\n",
        4,
    ),
    one("bias forgotten", "forward", "np.dot(O, W)", 2),
    one("bias turned", "forward", "O @ W + b.T", 2),
    one("W in front", "forward", "W @ O + b", 2),
    one(
        "loop, bias inside",
        "forward",
        "    Z = np.zeros((len(O), W.shape[1]))\n    for i in range(len(O)):\n        for j in range(W.shape[1]):\n            for h in range(W.shape[0]):\n                Z[i, j] += O[i, h] * W[h, j] + b[0, j]\n    return Z\n",
        6,
    ),
    one(
        "loop, bias by sample",
        "forward",
        "    Z = O @ W\n    for i in range(len(O)):\n        Z[i] += b[0, i]\n    return Z\n",
        4,
    ),
    one(
        "tensor, indexes",
        "dZ_dW",
        "    m, n_in = O.shape\n    tensor = np.zeros((m, n_out, n_in, n_out))\n    for i, j, h in np.ndindex(m, n_out, n_in):\n        tensor[i, j, h, j] = O[h, i]\n    return tensor\n",
        5,
    ),
    one("tensor, no case", "dZ_db", "np.ones((m, n_out, 1, n_out))", 2),
    one(
        "tensor, W not turned",
        "dZ_dO",
        "    n_in, n_out = W.shape\n    J = np.zeros((m, n_out, m, n_in))\n    for i in range(m):\n        J[i, :, i, :] = W\n    return J\n",
        5,
    ),
    one("he, no root", "he_std", "2 / n_in", 2),
    one("he, one", "he_std", "np.sqrt(1 / n_in)", 2),
    one("he, root of part", "he_std", "np.sqrt(2) / n_in", 2),
    one("glorot, product", "glorot_std", "np.sqrt(2 / (n_in * n_out))", 2),
    one("gain, not squared", "gain", "n_out * weight_std * mean_f_prime_squared", 2),
    one("ones in rows", "append_ones", "np.vstack([O, np.ones((1, O.shape[1]))])", 2),
    one("ones, front", "append_ones", "np.concatenate([np.ones((len(O), 1)), O], axis=1)", 2),
    one("ones, axis", "append_ones", "np.concatenate([O, np.ones((len(O), 1))], axis=0)", 2),
    one(
        "shards, mean",
        "grad_W_in_shards",
        "    parts = [o.T @ g for o, g in zip(np.array_split(O, shards), np.array_split(G, shards))]\n    return np.mean(parts, axis=0)\n",
        3,
    ),
    one(
        "shards, last",
        "grad_W_in_shards",
        "    dW = np.zeros((O.shape[1], G.shape[1]))\n    for o, g in zip(np.array_split(O, shards), np.array_split(G, shards)):\n        dW = o.T @ g\n    return dW\n",
        4,
    ),
    # layers
    layer(
        "dense, mean",
        DENSE,
        "def backward(X, W, b, G):\n    m = X.shape[0]\n    return G @ W.T, X.T @ G / m, G.sum(axis=0, keepdims=True) / m\n",
        DENSE_SHAPES,
        3,
    ),
    layer(
        "dense, b flat",
        DENSE,
        "def backward(X, W, b, G):\n    dX = G @ W.T\n    dW = X.T @ G\n    db = G.sum(axis=0)\n    return dX, dW, db\n",
        DENSE_SHAPES,
        4,
    ),
    layer(
        "dense, order of result",
        DENSE,
        "def backward(X, W, b, G):\n    return X.T @ G, G @ W.T, G.sum(axis=0, keepdims=True)\n",
        DENSE_SHAPES,
        2,
    ),
    layer(
        "relu, slope in dX only",
        RELU,
        "def backward(X, W, b, G):\n    Z = X @ W + b\n    dZ = G * (Z > 0)\n    dX = dZ @ W.T\n    dW = X.T @ G\n    db = G.sum(axis=0, keepdims=True)\n    return dX, dW, db\n",
        DENSE_SHAPES,
        5,
        6,
    ),
    layer(
        "relu, no bias in Z",
        RELU,
        "def backward(X, W, b, G):\n    Z = X @ W\n    dZ = G * (Z > 0)\n    return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)\n",
        DENSE_SHAPES,
        2,
    ),
    layer(
        "relu, slope at G",
        RELU,
        "def backward(X, W, b, G):\n    Z = X @ W + b\n    dZ = G * (G > 0)\n    return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)\n",
        DENSE_SHAPES,
        3,
    ),
    layer(
        "layer norm, gamma late",
        LAYER_NORM,
        "def backward(X, gamma, beta, G):\n    s = np.sqrt(X.var(axis=1, keepdims=True) + 1e-5)\n    N = (X - X.mean(axis=1, keepdims=True)) / s\n    dX = gamma * (G - G.mean(axis=1, keepdims=True) - N * (G * N).mean(axis=1, keepdims=True)) / s\n    return dX, (G * N).sum(axis=0), G.sum(axis=0)\n",
        "X=(7, 5), gamma=(5,), beta=(5,)",
        4,
    ),
    layer(
        "layer norm, constant variance",
        LAYER_NORM,
        "def backward(X, gamma, beta, G):\n    s = np.sqrt(X.var(axis=1, keepdims=True) + 1e-5)\n    N = (X - X.mean(axis=1, keepdims=True)) / s\n    D = G * gamma\n    dX = (D - D.mean(axis=1, keepdims=True)) / s\n    return dX, (G * N).sum(axis=0), G.sum(axis=0)\n",
        "X=(7, 5), gamma=(5,), beta=(5,)",
        5,
    ),
    layer(
        "layer norm, axis of gamma",
        LAYER_NORM,
        "def backward(X, gamma, beta, G):\n    s = np.sqrt(X.var(axis=1, keepdims=True) + 1e-5)\n    N = (X - X.mean(axis=1, keepdims=True)) / s\n    D = G * gamma\n    dX = (D - D.mean(axis=1, keepdims=True) - N * (D * N).mean(axis=1, keepdims=True)) / s\n    return dX, (G * N).sum(axis=1), G.sum(axis=1)\n",
        "X=(7, 5), gamma=(5,), beta=(5,)",
        6,
    ),
    layer(
        "residual, one path",
        "def forward(X, W):\n    return X + np.tanh(X @ W)\n",
        "def backward(X, W, G):\n    D = G * (1 - np.tanh(X @ W) ** 2)\n    return D @ W.T, X.T @ D\n",
        "X=(7, 5), W=(5, 5)",
        3,
    ),
    layer(
        "residual, tanh at Z",
        "def forward(X, W):\n    return X + np.tanh(X @ W)\n",
        "def backward(X, W, G):\n    Z = X @ W\n    D = G * (1 - Z ** 2)\n    return G + D @ W.T, X.T @ D\n",
        "X=(7, 5), W=(5, 5)",
        3,
    ),
    layer("rnn, no slope", RNN, put(RNN_BACK, ("dh * (1 - hs[t + 1] ** 2)", "dh")), RNN_SHAPES, 8),
    layer("rnn, slope one early", RNN, put(RNN_BACK, ("hs[t + 1] ** 2", "hs[t] ** 2")), RNN_SHAPES, 8),
    layer("rnn, last step's W", RNN, put(RNN_BACK, ("dWh += hs", "dWh = hs")), RNN_SHAPES, 11),
    layer("rnn, G at the end", RNN, put(RNN_BACK, ("dh = dz @ Wh.T", "dh = dh @ Wh.T")), RNN_SHAPES, 12),
    layer("rnn, Wh not turned", RNN, put(RNN_BACK, ("dz @ Wh.T", "dz @ Wh")), RNN_SHAPES, 12),
    layer("rnn, forwards", RNN, put(RNN_BACK, ("reversed(range(len(X)))", "range(len(X))")), RNN_SHAPES, 7),
    layer(
        "gate, one branch",
        "def forward(X, A, B):\n    return (X @ A) * np.tanh(X @ B)\n",
        "def backward(X, A, B, G):\n    U, V = X @ A, np.tanh(X @ B)\n    dU = G * V\n    dV = G * U * (1 - V ** 2)\n    return dU @ A.T, X.T @ dU, X.T @ dV\n",
        "X=(7, 5), A=(5, 3), B=(5, 3)",
        5,
    ),
    layer(
        "gate, mixed",
        "def forward(X, A, B):\n    return (X @ A) * np.tanh(X @ B)\n",
        "def backward(X, A, B, G):\n    U, V = X @ A, np.tanh(X @ B)\n    dU = G * U\n    dV = G * V * (1 - V ** 2)\n    return dU @ A.T + dV @ B.T, X.T @ dU, X.T @ dV\n",
        "X=(7, 5), A=(5, 3), B=(5, 3)",
        3,
        4,
    ),
    layer(
        "softmax, sum over samples",
        "def forward(X):\n    E = np.exp(X - X.max(axis=1, keepdims=True))\n    return E / E.sum(axis=1, keepdims=True)\n",
        "def backward(X, G):\n    E = np.exp(X - X.max(axis=1, keepdims=True))\n    S = E / E.sum(axis=1, keepdims=True)\n    return S * (G - (G * S).sum(axis=0, keepdims=True))\n",
        "X=(7, 5)",
        4,
    ),
    layer(
        "attention, scale",
        "def forward(Q, K):\n    return Q @ K.T / np.sqrt(Q.shape[1])\n",
        "def backward(Q, K, G):\n    return G @ K, G.T @ Q\n",
        "Q=(7, 5), K=(3, 5)",
        2,
    ),
    layer(
        "embedding, overwritten",
        "def forward(index, table):\n    return table[index]\n",
        "def backward(index, table, G):\n    dtable = np.zeros_like(table)\n    for i, k in enumerate(index):\n        dtable[k] = G[i]\n    return None, dtable\n",
        "index=np.array([0, 2, 2, 3, 0, 1, 2]), table=(5, 3)",
        4,
    ),
    layer(
        "kept sums",
        DENSE,
        "def backward(X, W, b, G, sums=[0]):\n    sums[0] = sums[0] + X.T @ G\n    return G @ W.T, sums[0], G.sum(axis=0, keepdims=True)\n",
        DENSE_SHAPES,
        1,
        2,
    ),
    layer(
        "max pool, all equal",
        "def forward(X):\n    return X.max(axis=1, keepdims=True)\n",
        "def backward(X, G):\n    return G * np.ones_like(X)\n",
        "X=(7, 5)",
        2,
    ),
    layer(
        "mse, G ignored",
        "def forward(O, T):\n    return ((O - T) ** 2).sum() / (2 * len(O))\n",
        "def backward(O, T, G):\n    return (O - T) / len(O), None\n",
        "O=(7, 3), T=(7, 3)",
        2,
    ),
]
