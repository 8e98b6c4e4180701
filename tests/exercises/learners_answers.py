"""Answers with mistakes as learners make them, one for each way in which a mistake comes about: (exercise, ids, body)."""

SOFTMAX = "    E = np.exp(Z - Z.max(axis=1, keepdims=True))\n    S = E / E.sum(axis=1, keepdims=True)\n"
SIGMOID = "(1 / (1 + np.exp(-np.clip(Z, -500, 500))))"
LOOP = """    gradients = []
    for l in reversed(range(len(Ws))):
        G = G * f_prime(Zs[l])
        gradients.insert(0, (Os[l].T @ G, G.sum(axis=0, keepdims=True)))
        G = G @ Ws[l].T
    return gradients
"""
STEP = """    for (W, b), (dW, db) in zip(parameters, gradients):
        W -= learning_rate * dW
        b -= learning_rate * db
"""
STEPS = "[(W - learning_rate * dW, b - learning_rate * db) for (W, b), (dW, db) in zip(parameters, gradients)]"


def replaced(text, *changes):
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def loop(*changes):
    return replaced(LOOP, *changes)


MADE = [
    ("jacobian_linear", "transposed factor_two", "2 * A.T"),
    ("jacobian_linear", "integer_result", "np.round(A).astype(np.int64)"),
    ("jacobian_linear", "wrong_shape", "A.ravel()"),
    ("jacobian_linear", "not_finite", "np.full(A.shape, np.nan)"),
    ("jacobian_linear", "hard_coded_sizes", "    J = np.zeros((7, 5))\n    J[:, :] = A\n    return J"),
    ("jacobian_elementwise", "diagonal_missing", "f_prime(x)"),
    ("chain_linear", "order", "dx_dz @ A"),
    ("chain_linear", "scalar_rule", "A * dx_dz"),
    ("chain_linear", "order transposed", "A.T @ dx_dz.T"),
    ("numeric_jacobian", "diagonal_missing", "    h = 1e-5\n    return (f(x + h) - f(x - h)) / (2 * h)"),
    ("key_idea", "rank_one_only", "dz_dY @ dY_dX"),
    ("key_idea", "rank_one_only sign", "-dz_dY @ dY_dX"),
    ("key_idea", "order", "np.tensordot(dY_dX, dz_dY, dz_dY.ndim)"),
    ("key_idea", "wrong_shape", "dz_dY.ravel() @ dY_dX.reshape(dz_dY.size, -1)"),
    ("forward", "bias_missing", "O @ W"),
    ("forward", "column_bias", "O @ W + b.T"),
    ("forward", "batch_averaged", "O.mean(axis=0, keepdims=True) @ W + b"),
    ("forward", "bias_missing transposed", "W.T @ O.T"),
    ("forward", "mutates_input", "    O[:] = O\n    Z = O @ W + b\n    O[0] = 0\n    return Z"),
    ("sigmoid_prime", "activation_not_derivative", SIGMOID),
    ("sigmoid_prime", "derivative_at_output", "Z * (1 - Z)"),
    ("sigmoid_prime", "matrix_product_for_elementwise", f"{SIGMOID} @ (1 - {SIGMOID})"),
    ("sigmoid_prime", "overflow", "    E = np.exp(Z)\n    S = E / (1 + E)\n    return S * (1 - S)"),
    ("sigmoid_prime", "overflow sign", "-np.exp(-Z) / (1 + np.exp(-Z)) ** 2"),
    ("undo_activation", "activation_not_undone", "G"),
    ("undo_activation", "averaged_over_entries", "G * f_prime(Z) / G.size"),
    ("undo_activation", "first_sample_only", "G[:1] * f_prime(Z[:1])"),
    ("undo_activation", "batch_averaged derivative_at_output", "G * f_prime(np.tanh(Z)) / len(Z)"),
    ("undo_activation", "mutates_input sign", "    G *= -f_prime(Z)\n    return G"),
    ("mse_gradient", "batch_not_averaged", "O - T"),
    ("mse_gradient", "batch_not_averaged sign", "T - O"),
    ("mse_gradient", "averaged_over_entries", "(O - T) / O.size"),
    ("mse_gradient", "wrong_axis", "(O - T) / O.shape[1]"),
    ("mse_gradient", "hard_coded_sizes", "(O - T) / 7"),
    ("softmax_cross_entropy_gradient", "activation_not_undone", f"{SOFTMAX}    return -T / S / len(Z)"),
    ("softmax_cross_entropy_gradient", "slope_twice", f"{SOFTMAX}    return (S - T) * S * (1 - S) / len(Z)"),
    ("softmax_cross_entropy_gradient", "softmax_jacobian_missing", f"{SOFTMAX}    return -T * (1 - S) / len(Z)"),
    (
        "softmax_cross_entropy_gradient",
        "softmax_over_batch",
        "    E = np.exp(Z - Z.max(axis=0))\n    return (E / E.sum(axis=0) - T) / len(Z)",
    ),
    (
        "softmax_cross_entropy_gradient",
        "overflow batch_not_averaged",
        "    E = np.exp(Z)\n    return E / E.sum(axis=1, keepdims=True) - T",
    ),
    ("grad_W", "batch_averaged", "O.T @ G / len(O)"),
    ("grad_W", "first_sample_only", "np.outer(O[0], G[0])"),
    ("grad_W", "batch_not_summed", "O[:, :, None] * G[:, None, :]"),
    ("grad_W", "wrong_axis", "np.einsum('ih,ik->ik', O, G)"),
    ("grad_W", "transposed batch_averaged", "G.T @ O / O.shape[0]"),
    ("grad_W", "mutates_input", "    G *= 2\n    return O.T @ G / 2"),
    ("grad_W", "integer_result", "(O.T @ G).astype(int)"),
    ("grad_W", "hard_coded_sizes", "sum(np.outer(O[i], G[i]) for i in range(7))"),
    ("grad_W_regularized", "lambda_missing", "O.T @ G + W"),
    ("grad_W_regularized", "regularizer_missing", "O.T @ G"),
    ("grad_W_regularized", "lambda_squared", "O.T @ G + lam ** 2 * W"),
    ("grad_W_regularized", "regularizer_on_data", "lam * O.T @ G + W"),
    ("grad_W_regularized", "regularizer_averaged", "O.T @ G + lam * W / len(O)"),
    ("grad_W_regularized", "batch_averaged", "O.T @ G / len(O) + lam * W"),
    ("dZ_db", "diagonal_missing", "np.ones((m, n_out, 1, n_out))"),
    ("dZ_db", "column_bias", "np.tile(np.eye(n_out)[None, :, :, None], (m, 1, 1, 1))"),
    (
        "dZ_db",
        "first_sample_only",
        "    J = np.zeros((m, n_out, 1, n_out))\n    J[0, :, 0] = np.eye(n_out)\n    return J",
    ),
    ("grad_b", "column_bias", "G.sum(axis=0)[:, None]"),
    ("grad_b", "wrong_axis", "G.sum(axis=1, keepdims=True)"),
    ("grad_b", "flat_bias batch_averaged", "G.mean(axis=0)"),
    ("grad_O", "untransposed_weights", "G @ W"),
    ("grad_O", "order untransposed_weights", "W @ G"),
    ("backward", "activation_not_undone", loop(("        G = G * f_prime(Zs[l])\n", ""))),
    ("backward", "derivative_at_output", loop(("f_prime(Zs[l])", "f_prime(Os[l])"))),
    ("backward", "transposed", loop(("Os[l].T @ G,", "G.T @ Os[l],"))),
    ("backward", "flat_bias", loop((", keepdims=True", ""))),
    ("backward", "bias_missing", loop((", G.sum(axis=0, keepdims=True)", ","))),
    ("backward", "sign", loop(("Os[l].T @ G,", "-Os[l].T @ G,"), (" G.sum", " -G.sum"))),
    ("backward", "factor_two", loop(("Os[l].T @ G,", "2 * Os[l].T @ G,"), (" G.sum", " 2 * G.sum"))),
    ("backward", "layers_reversed", loop(("insert(0, ", "append("))),
    ("backward", "last_layer_only", loop(("        G = G @ Ws[l].T\n    return", "        return"))),
    ("backward", "stale_gradient", loop(("        G = G @ Ws[l].T\n", ""))),
    ("backward", "wrong_layer_weights", loop(("Ws[l].T", "Ws[l - 1].T if l else G"))),
    ("backward", "mutates_input", "    Ws.reverse()\n" + loop(("Ws[l].T", "Ws[-l - 1].T"))),
    ("backward", "wrong_type", loop(("    return gradients\n", ""))),
    ("sgd_step", "ascent", replaced(STEP, ("-=", "+="))),
    ("sgd_step", "bias_missing", replaced(STEP, ("        b -= learning_rate * db\n", ""))),
    ("sgd_step", "not_in_place", replaced(STEP, ("W -= ", "W = W - "))),
    ("sgd_step", "not_in_place", f"    parameters[:] = {STEPS}"),
    ("sgd_step", "not_in_place ascent", STEPS.replace(" - ", " + ")),
    ("sgd_step", "layers_reversed", replaced(STEP, ("gradients)", "gradients[::-1])"))),
    ("he_std", "std_is_variance factor_two", "1 / n_in"),
    ("he_std", "hard_coded_sizes", "np.sqrt(2 / 512)"),
    ("gain", "std_is_variance", "n_out * weight_std * mean_f_prime_squared"),
    ("append_ones", "order wrong_axis", "np.vstack([np.ones((1, O.shape[1])), O])"),
]
