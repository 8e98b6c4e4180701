"""Notebook 09: standard deviations of weights, and the gain of a layer."""

from course_lib.exercises.engine.cases import batch_cases, drawn_cases
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "09_gradient_flow"

STD_IS_VARIANCE = Mistake(
    "std_is_variance", "Your result is the variance: the standard deviation is its square root.", "it is the variance"
)


def _numbers(names, rows):
    """Cases whose arguments are the numbers of each row; the first two rows are the notebook's."""

    tags = ["notebook"] + ["primes"] * (len(rows) - 1)
    return drawn_cases(lambda _, *row: row, names, [(*row, tag) for row, tag in zip(rows, tags, strict=True)])


he_std = Definition(
    result="a number",
    of="the standard deviation",
    mistakes=(STD_IS_VARIANCE,),
    cases=_numbers(("n_in",), [(512,), (3,), (7,), (64,), (1,), (2,), (1000,)]),
    hints=(
        "relu sets half of the entries to 0, and so halves the mean square. The weights make up for it.",
        "n_in Var(W) = 2. The standard deviation is the square root of the variance.",
    ),
    solution="def he_std(n_in):\n    return np.sqrt(2 / n_in)",
    look="{gradient_flow: Glorot and Bengio, 2010, and He et al., 2015}: which variance makes up for the slopes of relu that are 0?",
)


glorot_std = Definition(
    result="a number",
    of="the standard deviation",
    mistakes=(STD_IS_VARIANCE,),
    cases=_numbers(("n_in", "n_out"), [(64, 32), (3, 7), (7, 5), (2, 11), (1, 1), (64, 64), (5, 1)]),
    hints=(
        "Forwards n_in Var(W) should be 1, backwards n_out Var(W). Both cannot hold: take a mean of the sizes.",
        "Var(W) is 1 over the mean of n_in and n_out. The standard deviation is its square root.",
    ),
    solution="def glorot_std(n_in, n_out):\n    return np.sqrt(2 / (n_in + n_out))",
    look="{gradient_flow: Glorot and Bengio, 2010, and He et al., 2015}, and the last exercise: what do forwards and backwards ask for?",
)


gain = Definition(
    result="a number",
    of="the factor",
    mistakes=(
        Mistake(
            "std_is_variance",
            "Your result has the standard deviation where the variance belongs, its square.",
            "the standard deviation stands where the variance belongs",
        ),
    ),
    cases=_numbers(
        ("n_out", "weight_std", "mean_f_prime_squared"),
        [(512, 0.05, 0.5), (3, 0.7, 0.25), (7, 0.3, 0.9), (64, 0.125, 1.0), (1, 1.5, 0.5), (100, 0.1, 0.0625)],
    ),
    hints=(
        "An entry of G W^T is a sum of n_out products. For independent factors of mean 0 the mean squares multiply.",
        "E[G^2] is multiplied by n_out times the variance of a weight, and by the mean of f'^2.",
    ),
    solution="""def gain(n_out, weight_std, mean_f_prime_squared):
    return n_out * weight_std**2 * mean_f_prime_squared""",
    look="rows S20 and S6, {gradient_flow: An entry of grad_O is a sum over the units; Undo the activation}",
)


layer_norm_backward = Definition(
    result="three arrays (dZ, dgamma, dbeta), each of the shape of what it belongs to",
    of="the gradients",
    form="several",
    outputs=("dZ", "dgamma", "dbeta"),
    mistakes=(
        Mistake(
            "softmax_jacobian_missing",
            "The mean and the size of a row are treated as constants: every entry of a row moves them.",
            "the row's mean and size are treated as constants",
            change=("(H - H.mean(axis=1, keepdims=True) - N * (H * N).mean(axis=1, keepdims=True)) / s", "H / s"),
        ),
        Mistake(
            "softmax_jacobian_missing:size",
            "Your result lacks the way through the size of the row: only its mean is differentiated.",
            "the way through the row's size is missing",
            change=(" - N * (H * N).mean(axis=1, keepdims=True)", ""),
        ),
        Mistake(
            "lambda_missing",
            "dZ does not hold gamma: G is multiplied by it on the way back to N.",
            "gamma is missing in dZ",
            change=("H = G * gamma", "H = G"),
        ),
        Mistake(
            "lambda_squared",
            "dgamma holds gamma itself: it is made of the G that comes in, not of what goes back to N.",
            "dgamma holds gamma itself",
            change=("(G * N)", "(H * N)"),
        ),
        Mistake(
            "derivative_at_output",
            "dgamma is made with Z: what gamma multiplies is N.",
            "dgamma is made with Z instead of N",
            change=("(G * N)", "(G * Z)"),
        ),
        Mistake(
            "flat_bias",
            "The numbers are right, but a sum over the samples is flat: gamma and beta are rows with two axes, (1, n_out).",
            "a sum over the samples is flat",
            change=("sum(axis=0, keepdims=True)", "sum(axis=0)"),
        ),
        Mistake(
            "wrong_axis",
            "Mean and size are taken over the columns: layer normalization works along a row.",
            "mean and size are taken over the columns",
            change=("axis=1", "axis=0"),
        ),
    ),
    cases=batch_cases(
        lambda draw, m, _, n: (draw(m, n), draw(m, n), draw(1, n)), names=("m", None, "n_out"), without=("zeros",)
    ),
    hints=(
        "With s the root of the row's variance plus 1e-5, N = (Z - mean) / s; the result is gamma N + beta. gamma and beta meet every sample, as a bias does.",
        "Each entry of Z reaches its row of N by three paths: directly, through the mean, and through s.",
        "dbeta are the column sums of G, and dgamma those of G * N. For dZ, with H = G * gamma: subtract from H its mean over the row, and N times the mean of H * N; divide by s.",
    ),
    solution="""def layer_norm_backward(G, Z, gamma):
    s = np.sqrt(Z.var(axis=1, keepdims=True) + 1e-5)
    N = (Z - Z.mean(axis=1, keepdims=True)) / s
    H = G * gamma
    dZ = (H - H.mean(axis=1, keepdims=True) - N * (H * N).mean(axis=1, keepdims=True)) / s
    return dZ, (G * N).sum(axis=0, keepdims=True), G.sum(axis=0, keepdims=True)""",
    look="{gradient_flow: Layer normalization: over a row}",
)


QUESTIONS = (
    question(
        "09 one relu layer more",
        "Layers of n relu units with weights of variance 1/n. You add one layer at the bottom.\n"
        "By which factor does E[G²] at the lowest layer change?",
        wrong(
            "1, since the variance is 1/n",
            "activation_not_undone",
            "That is n Var(W) alone. G is also multiplied by the slopes, and half of the slopes of relu are 0.",
        ),
        wrong(
            "1/4",
            "factor_two",
            "Half of the slopes are 0, and the others are 1, so the mean of f'(z)² is 1/2. The square does not halve it again.",
        ),
        right(
            "1/2",
            "χ = n Var(W) E[f'(z)²] = 1 · 1/2. Every layer takes half of it away; He's variance 2/n gives it back.",
        ),
        wrong(
            "1/n",
            "std_is_variance",
            "The entry is a sum of n products, each with a weight of variance 1/n: together 1, times the mean square of the slope.",
        ),
    ),
    question(
        "09 doubling the weights under layer norm",
        "Hidden layers that normalize the rows of Z, then a plain last layer; its G is the same before and after.\n"
        "You multiply all weights by 2. What happens to G = ∂L/∂Z at the lowest layer?",
        wrong(
            "It doubles once for each layer.",
            "activation_not_undone",
            "G Wᵀ doubles, but on its way back G is divided by s, the size of each row of Z, and that has doubled too.",
        ),
        right(
            "Nothing, but for ε.",
            "N is the same for Z and for 2Z, so the slopes are. In each normalized layer the 2 of G Wᵀ meets the 1/2 of "
            "1/s. Only between the two, in ∂L/∂O, the 2 is seen.",
        ),
        wrong(
            "It halves once for each layer.",
            "factor_two",
            "1/s halves it, and Wᵀ doubles it: you counted one of the two.",
        ),
    ),
)
