"""Answers with mistakes as learners make them: MADE, {exercise: {ids of what is found: [body, ...]}}."""

SOFTMAX = "    E = np.exp(Z - Z.max(axis=1, keepdims=True))\n    S = E / E.sum(axis=1, keepdims=True)\n"
NUMERIC = """    h, columns = 1e-5, []
    for j in range(len(x)):
        step = np.zeros(len(x)); step[j] = h
        columns.append((f(x + step) - f(x - step)) / (2 * h))
"""
SHARDS = "    blocks = list(zip(np.array_split(O, shards), np.array_split(G, shards)))\n"
SIGMOID = "(1 / (1 + np.exp(-np.clip(Z, -500, 500))))"
LOOP = """    gradients = []
    for O, Z, W in zip(reversed(Os), reversed(Zs), reversed(Ws)):
        G = G * f_prime(Z)
        gradients.insert(0, (O.T @ G, G.sum(axis=0, keepdims=True)))
        G = G @ W.T
    return gradients
"""
STEP = """    for (W, b), (dW, db) in zip(parameters, gradients):
        W -= learning_rate * dW
        b -= learning_rate * db
"""


DESCEND = """    for l in reversed(range(len(parameters))):
        W, b = parameters[l]
        D = G * f_prime(Zs[l])
        G = D @ W.T
        W -= learning_rate * (Os[l].T @ D)
        b -= learning_rate * D.sum(axis=0, keepdims=True)
"""
NORM_DZ = "(H - H.mean(axis=1, keepdims=True) - N * (H * N).mean(axis=1, keepdims=True)) / s"
NORM = f"""    s = np.sqrt(Z.var(axis=1, keepdims=True) + 1e-5)
    N = (Z - Z.mean(axis=1, keepdims=True)) / s
    H = G * gamma
    return {NORM_DZ}, (G * N).sum(axis=0, keepdims=True), G.sum(axis=0, keepdims=True)
"""


def loop(*changes):
    return replaced(LOOP, *changes)


def replaced(text, *changes):
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


TENSOR = "    m, n_in = O.shape\n    J = np.zeros((m, n_out, n_in, n_out))\n"

MADE = {
    "jacobian_linear": {
        "transposed factor_two": ["2 * A.T"],
        "mutates_input": ["    A *= 1.5\n    return A / 1.5"],
        "wrong_type": [
            "A.tolist()",
            "np.asmatrix(A)",
            "A + 0j",
            "A.astype(object)",
            "np.ma.masked_array(A)",
            "    J = A",
        ],
        "integer_result": ["A.astype(int)", "np.round(A).astype(np.int64)"],
        "wrong_shape": ["A[None]", "A.ravel()", "A.reshape(-1, 1, 1)"],
        "not_finite": ["np.full(A.shape, np.nan)", "A / 0 * 1"],
        "hard_coded_sizes": ["    J = np.zeros((7, 5))\n    J[:, :] = A\n    return J"],
    },
    "jacobian_elementwise": {
        "diagonal_missing": ["f_prime(x)"],
        "diagonal_missing sign": ["-f_prime(x)"],
        "hard_coded_sizes": ["np.eye(5) * f_prime(x)"],
    },
    "chain_linear": {"order": ["dx_dz @ A"], "scalar_rule": ["A * dx_dz"], "order transposed": ["A.T @ dx_dz.T"]},
    "numeric_jacobian": {
        "diagonal_missing": ["    h = 1e-5\n    return (f(x + h) - f(x - h)) / (2 * h)"],
        "transposed factor_two": [NUMERIC.replace("(2 * h)", "h") + "    return np.array(columns)"],
        "mutates_input": [
            (
                "    y, columns, x0 = f(x), [], x.copy()\n    for j in range(len(x)):\n        x[:] = x0\n"
                "        x[j] += 1e-6\n        columns.append((f(x) - y) / 1e-6)\n    return np.stack(columns, axis=1)"
            )
        ],
    },
    "key_idea": {
        "rank_one_only": ["dz_dY @ dY_dX", "dY_dX.T @ dz_dY", "np.einsum('i,ij->j', dz_dY, dY_dX)"],
        "order": ["np.tensordot(dY_dX, dz_dY, dz_dY.ndim)"],
        "scalar_rule": ["dY_dX * dz_dY.reshape(dz_dY.shape + (1,) * (dY_dX.ndim - dz_dY.ndim))"],
        "wrong_shape": ["dz_dY.ravel() @ dY_dX.reshape(dz_dY.size, -1)"],
        "rank_one_only sign": ["-dz_dY @ dY_dX"],
    },
    "forward_sample": {
        "bias_missing": ["o @ W"],
        "flat_bias": ["(o @ W + b)[0]"],
        "order": ["W @ o + b"],
        "column_bias": ["o @ W + b.T"],
        "scalar_rule": ["o * W + b"],
        "flat_bias bias_missing": ["(o @ W)[0]"],
    },
    "forward": {
        "bias_missing": ["O @ W"],
        "order": ["W @ O + b"],
        "order transposed": ["W.T @ O + b"],
        "column_bias": ["O @ W + b.T"],
        "scalar_rule": ["O * W + b"],
        "first_sample_only": ["O[:1] @ W + b"],
        "batch_averaged": ["O.mean(axis=0, keepdims=True) @ W + b"],
        "bias_missing transposed": ["W.T @ O.T"],
        "mutates_input": ["    O[:] = O\n    Z = O @ W + b\n    O[0] = 0\n    return Z"],
    },
    "forward_ones": {
        "bias_missing": ["O @ W"],
        "order": ["W @ O + np.ones((len(O), 1)) @ b"],
        "column_bias": ["O @ W + (np.ones((len(O), 1)) @ b).T[:, :1]"],
        "scalar_rule": ["O * W + np.ones((len(O), 1)) @ b"],
        "first_sample_only": ["O[:1] @ W + np.ones((1, 1)) @ b"],
        "batch_averaged": ["(O @ W).mean(axis=0)[None] + b"],
        "hard_coded_sizes": ["O @ W + np.ones((7, 1)) @ b"],
    },
    "sigmoid_prime": {
        "activation_not_derivative": [SIGMOID],
        "derivative_at_output": ["Z * (1 - Z)"],
        "matrix_product_for_elementwise": [f"{SIGMOID} @ (1 - {SIGMOID})"],
        "overflow": [
            "np.exp(-Z) / (1 + np.exp(-Z)) ** 2",
            "    E = np.exp(Z)\n    S = E / (1 + E)\n    return S * (1 - S)",
        ],
        "overflow sign": ["-np.exp(-Z) / (1 + np.exp(-Z)) ** 2"],
    },
    "relu_prime": {"activation_not_derivative": ["np.maximum(Z, 0)"]},
    "undo_activation": {
        "activation_not_undone": ["G"],
        "matrix_product_for_elementwise": ["G @ f_prime(Z)"],
        "derivative_at_output": ["G * f_prime(np.tanh(Z))"],
        "batch_averaged": ["G * f_prime(Z) / len(G)"],
        "averaged_over_entries": ["G * f_prime(Z) / G.size"],
        "first_sample_only": ["G[:1] * f_prime(Z[:1])"],
        "batch_averaged derivative_at_output": ["G * f_prime(np.tanh(Z)) / len(Z)"],
        "mutates_input": ["    G *= f_prime(Z)\n    return G"],
        "mutates_input sign": ["    G *= -f_prime(Z)\n    return G"],
    },
    "mse_gradient": {
        "batch_not_averaged": ["O - T"],
        "averaged_over_entries": ["(O - T) / O.size"],
        "first_sample_only": ["(O[:1] - T[:1]) / len(O)"],
        "wrong_axis": ["(O - T) / O.shape[1]"],
        "batch_averaged": ["(O - T) / len(O) ** 2"],
        "batch_not_averaged sign": ["T - O"],
        "batch_not_averaged factor_two": ["2 * (O - T)"],
        "hard_coded_sizes": ["(O - T) / 7"],
    },
    "softmax_cross_entropy_gradient": {
        "batch_not_averaged": [SOFTMAX + "    return S - T"],
        "averaged_over_entries": [SOFTMAX + "    return (S - T) / Z.size"],
        "activation_not_undone": [SOFTMAX + "    return -T / S / len(Z)"],
        "slope_twice": [SOFTMAX + "    return (S - T) * S * (1 - S) / len(Z)"],
        "softmax_jacobian_missing": [SOFTMAX + "    return -T * (1 - S) / len(Z)"],
        "softmax_over_batch": ["    E = np.exp(Z - Z.max(axis=0))\n    return (E / E.sum(axis=0) - T) / len(Z)"],
        "overflow": ["    E = np.exp(Z)\n    return (E / E.sum(axis=1, keepdims=True) - T) / len(Z)"],
        "overflow batch_not_averaged": ["    E = np.exp(Z)\n    return E / E.sum(axis=1, keepdims=True) - T"],
        "overflow softmax_over_batch": ["    E = np.exp(Z)\n    return (E / E.sum(axis=0) - T) / len(Z)"],
        "first_sample_only": [SOFTMAX + "    return (S - T)[:1] / len(Z)"],
        "wrong_axis": [SOFTMAX + "    return (S - T) / Z.shape[1]"],
        "batch_averaged": [SOFTMAX + "    return (S - T) / len(Z) ** 2"],
    },
    "dZ_dW": {
        "diagonal_missing": [TENSOR + "    for j in range(n_out):\n        J[:, j] = O[:, :, None]\n    return J"],
        "first_sample_only": [TENSOR + "    for j in range(n_out):\n        J[0, j, :, j] = O[0]\n    return J"],
        "wrong_axis": [
            TENSOR
            + "    for i, j, k in np.ndindex(m, n_out, n_out):\n        if j < n_in:\n            J[i, j, j, k] = O[i, j]\n    return J"
        ],
        "batch_averaged": ["np.einsum('ih,jk->ijhk', O, np.eye(n_out)) / len(O)"],
    },
    "grad_W": {
        "batch_averaged": ["O.T @ G / len(O)"],
        "order": ["G @ O.T"],
        "scalar_rule": ["O * G"],
        "order scalar_rule": ["G @ O"],
        "first_sample_only": ["np.outer(O[0], G[0])"],
        "batch_not_summed": ["O[:, :, None] * G[:, None, :]"],
        "averaged_over_entries": ["O.T @ G / G.size"],
        "wrong_axis": ["np.einsum('ih,ik->ik', O, G)"],
        "transposed batch_averaged": ["G.T @ O / O.shape[0]"],
        "mutates_input": ["    G *= 2\n    return O.T @ G / 2"],
        "wrong_type": ["[[float(x) for x in row] for row in O.T @ G]", "np.matrix(O.T @ G)", "list(O.T @ G)"],
        "wrong_shape": ["(O.T @ G)[None]", "(O.T @ G).ravel()"],
        "integer_result": ["(O.T @ G).astype(int)"],
        "hard_coded_sizes": [
            "    dW = np.zeros((5, 3))\n    for i in range(7):\n        dW += np.outer(O[i], G[i])\n    return dW",
            "sum(np.outer(O[i], G[i]) for i in range(7))",
            "np.array([[sum(O[i, h] * G[i, k] for i in range(len(O))) for k in range(3)] for h in range(5)])",
        ],
        "raises": ["O.T @ g", "np.dot(O.T)", "    raise ValueError('no')"],
    },
    "grad_W_regularized": {
        "lambda_missing": ["O.T @ G + W"],
        "regularizer_missing": ["O.T @ G"],
        "lambda_squared": ["O.T @ G + lam ** 2 * W"],
        "regularizer_on_data": ["lam * O.T @ G + W"],
        "regularizer_averaged": ["O.T @ G + lam * W / len(O)"],
        "batch_averaged": ["O.T @ G / len(O) + lam * W"],
        "order": ["G @ O.T + lam * W"],
        "scalar_rule": ["O * G + lam * W"],
        "lambda_missing batch_averaged": ["O.T @ G / len(O) + W"],
        "regularizer_missing transposed": ["G.T @ O"],
        "mutates_input": ["    W *= lam\n    return O.T @ G + W"],
        "averaged_over_entries": ["O.T @ G / G.size + lam * W"],
        "wrong_axis": ["np.einsum('ih,ik->ih', O, G) + lam * W"],
        "batch_not_summed": ["O[:, :, None] * G[:, None, :] + lam * W"],
        "first_sample_only": ["np.outer(O[0], G[0]) + lam * W"],
    },
    "dZ_db": {
        "diagonal_missing": ["np.ones((m, n_out, 1, n_out))"],
        "flat_bias": ["np.broadcast_to(np.eye(n_out), (m, n_out, n_out))"],
        "column_bias": ["np.tile(np.eye(n_out)[None, :, :, None], (m, 1, 1, 1))"],
        "wrong_axis": ["np.tile(np.eye(m, n_out)[:, None, None, :], (1, n_out, 1, 1))"],
        "first_sample_only": ["    J = np.zeros((m, n_out, 1, n_out))\n    J[0, :, 0] = np.eye(n_out)\n    return J"],
        "hard_coded_sizes": ["    J = np.zeros((7, 3, 1, 3))\n    J[:, :, 0] = np.eye(3)\n    return J"],
        "batch_averaged": ["np.tile(np.eye(n_out)[None, :, None, :], (m, 1, 1, 1)) / m"],
    },
    "grad_b": {
        "flat_bias": ["G.sum(axis=0)"],
        "column_bias": ["G.sum(axis=0)[:, None]"],
        "batch_averaged": ["G.mean(axis=0, keepdims=True)"],
        "batch_not_summed": ["G"],
        "wrong_axis": ["G.sum(axis=1, keepdims=True)"],
        "first_sample_only": ["G[:1]"],
        "averaged_over_entries": ["G.sum(axis=0, keepdims=True) / G.size"],
        "flat_bias batch_averaged": ["G.mean(axis=0)"],
        "wrong_axis averaged_over_entries": ["G.mean()"],
    },
    "dZ_dO": {
        "diagonal_missing": ["np.tile(W.T[None, :, None, :], (m, 1, m, 1))"],
        "untransposed_weights": [
            (
                "    J = np.zeros((m, W.shape[1], m, W.shape[0]))\n    for i, j, k in np.ndindex(m, W.shape[1], W.shape[0]):\n"
                "        J[i, j, i, k] = W[j, k]\n    return J"
            )
        ],
        "first_sample_only": ["    J = np.einsum('ih,kj->ijhk', np.eye(m), W)\n    J[1:] = 0\n    return J"],
        "batch_averaged": ["np.einsum('ih,kj->ijhk', np.eye(m), W) / m"],
    },
    "grad_O": {
        "untransposed_weights": ["G @ W"],
        "order": ["W.T @ G"],
        "order untransposed_weights": ["W @ G"],
        "scalar_rule": ["G * W"],
        "batch_averaged": ["G @ W.T / len(G)"],
        "first_sample_only": ["G[:1] @ W.T"],
        "batch_not_summed": ["G[:, None, :] * W"],
        "averaged_over_entries": ["G @ W.T / G.size"],
        "untransposed_weights batch_averaged": ["G @ W / len(G)"],
    },
    "backward": {
        "activation_not_undone": [loop(("        G = G * f_prime(Z)\n", ""))],
        "layers_reversed": [loop(("insert(0, ", "append("))],
        "last_layer_only": [loop(("        G = G @ W.T\n    return", "        return"))],
        "untransposed_weights": [loop(("G @ W.T", "G @ W"))],
        "stale_gradient": [loop(("        G = G @ W.T\n", ""))],
        "wrong_layer_weights": [
            loop(
                ("reversed(Ws)", "[None, *Ws[::-1]]"),
                ("G = G @ W.T\n", "pass\n"),
                ("        G = G * f", "        G = G if W is None else G @ W.T\n        G = G * f"),
            ).replace("[None, *Ws[::-1]]", "[None, *Ws[::-1][1:]]")
        ],
        "derivative_at_output": [loop(("f_prime(Z)", "f_prime(O)"))],
        "matrix_product_for_elementwise": [loop(("G * f_prime(Z)", "G @ f_prime(Z)"))],
        "transposed": [loop(("O.T @ G,", "G.T @ O,"))],
        "order": [loop(("O.T @ G,", "G @ O.T,"))],
        "scalar_rule": [loop(("O.T @ G,", "O * G,"))],
        "batch_averaged": [loop(("O.T @ G,", "O.T @ G / len(O),"), ("G.sum(", "G.mean("))],
        "first_sample_only": [loop(("O.T @ G, G.sum(axis=0, keepdims=True)", "O[:1].T @ G[:1], G[:1]"))],
        "batch_not_summed": [loop(("G.sum(axis=0, keepdims=True)", "G"))],
        "flat_bias": [loop((", keepdims=True", ""))],
        "column_bias": [loop(("G.sum(axis=0, keepdims=True)", "G.sum(axis=0)[:, None]"))],
        "wrong_axis": [loop(("G.sum(axis=0, keepdims=True)", "G.sum(axis=1)[None]"))],
        "bias_missing": [
            loop(("(O.T @ G, G.sum(axis=0, keepdims=True))", "(O.T @ G,)")),
            loop(("G.sum(axis=0, keepdims=True)", "np.zeros((1, G.shape[1]))")),
        ],
        "sign": [loop(("O.T @ G,", "-O.T @ G,"), (" G.sum", " -G.sum"))],
        "factor_two": [loop(("O.T @ G,", "2 * O.T @ G,"), (" G.sum", " 2 * G.sum"))],
        "layers_reversed flat_bias": [loop(("insert(0, ", "append("), (", keepdims=True", ""))],
        "activation_not_undone untransposed_weights": [
            loop(("        G = G * f_prime(Z)\n", ""), ("G @ W.T", "G @ W"))
        ],
        "mutates_input": [
            loop(("G = G * f_prime(Z)", "G *= f_prime(Z)")),
            "    Os.reverse(); Zs.reverse(); Ws.reverse()\n"
            + loop(("reversed(Os), reversed(Zs), reversed(Ws)", "Os, Zs, Ws")),
        ],
        "hard_coded_sizes": [
            (
                "    G = G * f_prime(Zs[1])\n    last = (Os[1].T @ G, G.sum(axis=0, keepdims=True))\n    G = G @ Ws[1].T * f_prime(Zs[0])\n"
                "    return [(Os[0].T @ G, np.ones((1, 7)) @ G), last]"
            )
        ],
        "wrong_type": [
            loop(("    return gradients", "    return [(dW.tolist(), db.tolist()) for dW, db in gradients]")),
            loop(("    return gradients\n", "")),
        ],
    },
    "sgd_step": {
        "ascent": [replaced(STEP, ("-=", "+="))],
        "bias_missing": [replaced(STEP, ("        b -= learning_rate * db\n", ""))],
        "not_in_place": [
            replaced(STEP, ("W -= ", "W = W - "), ("b -= ", "b = b - ")),
            replaced(STEP, ("W -= ", "W = W - ")),
            "[(W - learning_rate * dW, b - learning_rate * db) for (W, b), (dW, db) in zip(parameters, gradients)]",
            "    parameters[:] = [(W - learning_rate * dW, b - learning_rate * db) for (W, b), (dW, db) in zip(parameters, gradients)]",
        ],
        "not_in_place ascent": [
            "[(W + learning_rate * dW, b + learning_rate * db) for (W, b), (dW, db) in zip(parameters, gradients)]"
        ],
        "last_layer_only": ["    for P, dP in zip(parameters[-1], gradients[-1]):\n        P -= learning_rate * dP"],
        "layers_reversed": [replaced(STEP, ("zip(parameters, gradients)", "zip(parameters, reversed(gradients))"))],
        "factor_two": [replaced(STEP, ("learning_rate * ", "2 * learning_rate * "))],
        "ascent bias_missing": [replaced(STEP, ("-=", "+="), ("        b += learning_rate * db\n", ""))],
    },
    "descend": {
        "stale_gradient": [
            replaced(
                DESCEND, ("        G = D @ W.T\n", ""), ("keepdims=True)\n", "keepdims=True)\n        G = D @ W.T\n")
            )
        ],
        "ascent": [replaced(DESCEND, ("-=", "+="))],
        "bias_missing": [replaced(DESCEND, ("        b -= learning_rate * D.sum(axis=0, keepdims=True)\n", ""))],
        "not_in_place": [replaced(DESCEND, ("W -= ", "W = W - "), ("b -= ", "b = b - "))],
        "batch_averaged": [replaced(DESCEND, ("learning_rate *", "learning_rate / len(G) *"))],
        "activation_not_undone": [replaced(DESCEND, (" * f_prime(Zs[l])", ""))],
    },
    "layer_norm_backward": {
        "softmax_jacobian_missing": [replaced(NORM, (NORM_DZ, "H / s"))],
        "lambda_missing": [replaced(NORM, ("H = G * gamma", "H = G"))],
        "lambda_squared": [replaced(NORM, ("(G * N).sum", "(H * N).sum"))],
        "derivative_at_output": [replaced(NORM, ("(G * N).sum", "(G * Z).sum"))],
        "flat_bias": [replaced(NORM, ("0, keepdims=True", "0"))],
        "wrong_axis": [replaced(NORM, ("axis=1", "axis=0"))],
        "batch_averaged": [replaced(NORM, ("G.sum(", "G.mean("))],
        "wrong_type": [replaced(NORM, ("return", "{}  # no return:\n    loss ="))],
    },
    "he_std": {
        "std_is_variance": ["2 / n_in"],
        "std_is_variance factor_two": ["1 / n_in"],
        "hard_coded_sizes": ["np.sqrt(2 / 512)"],
    },
    "glorot_std": {"std_is_variance": ["2 / (n_in + n_out)"], "std_is_variance factor_two": ["1 / (n_in + n_out)"]},
    "gain": {"std_is_variance": ["n_out * weight_std * mean_f_prime_squared"]},
    "append_ones": {
        "wrong_axis": ["np.vstack([O, np.ones((1, O.shape[1]))])"],
        "order": ["np.hstack([np.ones((len(O), 1)), O])"],
        "bias_missing": ["O.copy()"],
        "order wrong_axis": ["np.vstack([np.ones((1, O.shape[1])), O])"],
        "hard_coded_sizes": ["np.hstack([O, np.ones((7, 1))])"],
    },
    "grad_W_in_shards": {
        "batch_averaged": [SHARDS + "    return sum(o.T @ g for o, g in blocks) / len(blocks)"],
        "first_sample_only": [SHARDS + "    return blocks[0][0].T @ blocks[0][1]"],
        "batch_not_summed": [SHARDS + "    return np.array([o.T @ g for o, g in blocks])"],
        "order": [SHARDS + "    return sum(g @ o.T for o, g in blocks)"],
    },
}
