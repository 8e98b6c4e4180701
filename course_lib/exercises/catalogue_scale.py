"""Notebooks 08 and 09: standard deviations of weights, the gain of a layer, and sums in blocks."""

import numpy as np

from course_lib import dense
from course_lib.exercises.cases import Case, batch_cases
from course_lib.exercises.catalogue_gradients import data_part
from course_lib.exercises.definition import Definition, finish
from course_lib.exercises.mistakes import Words

_TWO_UNDER_THE_ROOT = Words(
    "Your result differs by a factor of the square root of 2 everywhere: the 2 under the root is missing.",
    "the 2 under the root is missing",
)


def _numbers(names, rows):
    """Cases whose arguments are the numbers of each row; the first two rows are the notebook's."""

    def cases(_):
        tags = ["notebook"] + ["primes"] * (len(rows) - 1)
        return tuple(
            Case(row, dict(zip(names, row, strict=True)), frozenset({tag})) for row, tag in zip(rows, tags, strict=True)
        )

    return cases


def _std(did, variance):
    variance = variance / 2 if did("factor_two:root") else 2 * variance if did("factor_two:root_twice") else variance
    return finish(did, variance if did("std_is_variance") else np.sqrt(variance))


def _gain(did, n_out, weight_std, mean_f_prime_squared):
    variance = weight_std if did("std_is_variance") else weight_std**2
    return finish(did, n_out * variance * mean_f_prime_squared)


_STD_WRONG = ("std_is_variance", "factor_two:root", "factor_two:root_twice", "factor_two", "factor_two:half", "sign")
_STD_SAYS = {
    "factor_two:root": _TWO_UNDER_THE_ROOT,
    "factor_two:root_twice": Words(
        "Your result is the square root of 2 times too large everywhere.", "there is one 2 too many under the root"
    ),
    "std_is_variance": Words(
        "Your result is the variance: the standard deviation is its square root.", "it is the variance"
    ),
}
he_std = Definition(
    name="he_std",
    notebook="08_gradient_flow",
    arguments="n_in",
    result="a number",
    of="the standard deviation",
    right=lambda n_in: np.sqrt(2 / n_in),
    formula=lambda did, n_in: _std(did, 2 / n_in),
    wrong=_STD_WRONG,
    cases=_numbers(("n_in",), [(512,), (3,), (7,), (64,), (1,), (2,), (1000,)]),
    hints=(
        "relu sets half of the entries to 0, and so halves the mean square. The weights make up for it.",
        "n_in Var(W) = 2. The standard deviation is the square root of the variance.",
    ),
    solution="def he_std(n_in):\n    return np.sqrt(2 / n_in)",
    look={"": "notebook 08, section 8: which variance makes up for the slopes of relu that are 0?"},
    says=_STD_SAYS,
)
glorot_std = Definition(
    name="glorot_std",
    notebook="08_gradient_flow",
    arguments="n_in, n_out",
    result="a number",
    of="the standard deviation",
    right=lambda n_in, n_out: np.sqrt(2 / (n_in + n_out)),
    formula=lambda did, n_in, n_out: _std(did, 2 / (n_in + n_out)),
    wrong=_STD_WRONG,
    cases=_numbers(("n_in", "n_out"), [(64, 32), (3, 7), (7, 5), (2, 11), (1, 1), (64, 64), (5, 1)]),
    hints=(
        "Forwards n_in Var(W) should be 1, backwards n_out Var(W). Both cannot hold: take a mean of the sizes.",
        "Var(W) is 1 over the mean of n_in and n_out. The standard deviation is its square root.",
    ),
    solution="def glorot_std(n_in, n_out):\n    return np.sqrt(2 / (n_in + n_out))",
    look={"": "notebook 08, section 7, and the last exercise: what do forwards and backwards ask for?"},
    says=_STD_SAYS,
)
gain = Definition(
    name="gain",
    notebook="08_gradient_flow",
    arguments="n_out, weight_std, mean_f_prime_squared",
    result="a number",
    of="the factor",
    right=lambda n_out, weight_std, mean_f_prime_squared: n_out * weight_std**2 * mean_f_prime_squared,
    formula=_gain,
    wrong=("std_is_variance", "factor_two", "factor_two:half", "sign"),
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
    look={"": "rows S20 and S6, notebook 08, sections 1 and 2"},
    says={
        "std_is_variance": Words(
            "Your result has the standard deviation where the variance belongs, its square.",
            "the standard deviation stands where the variance belongs",
        )
    },
)


def _append_ones(did, O):
    if did("bias_missing"):
        return finish(did, O)
    wide, tall = np.ones((len(O), 1), dtype=O.dtype), np.ones((1, O.shape[1]), dtype=O.dtype)
    if did("bias_missing:zeros"):
        wide, tall = 0 * wide, 0 * tall
    if did("wrong_axis"):
        return finish(did, np.vstack([tall, O] if did("order") else [O, tall]))
    return finish(did, np.hstack([wide, O] if did("order") else [O, wide]))


append_ones = Definition(
    name="append_ones",
    notebook="09_speed_and_scale",
    arguments="O",
    result="an array of shape (m, n_in + 1)",
    of="the right result",
    right=lambda O: np.hstack([O, np.ones((len(O), 1), dtype=O.dtype)]),
    formula=_append_ones,
    wrong=("wrong_axis", "order", "bias_missing", "bias_missing:zeros", "transposed"),
    cases=batch_cases(lambda draw, m, n_in, _: (draw(m, n_in),), names=("m", "n_in", None)),
    hints=("Each sample gets one more input, which is always 1. Where do inputs stand, in rows or in columns?",),
    solution="def append_ones(O):\n    return np.hstack([O, np.ones((len(O), 1))])",
    look={"": "row S16, notebook 09, section 5: one more input, which is always 1"},
    says={
        "wrong_axis": Words(
            "Your ones are a row, one more sample: each sample should get one more input.", "the ones are a row"
        ),
        "order": Words("Your ones stand in front: they belong behind the inputs.", "the ones stand in front"),
        "bias_missing": Words("There are no ones in your result.", "there are no ones"),
        "bias_missing:zeros": Words("Your new column holds 0: the bias is multiplied by it.", "the new entries are 0"),
    },
)


def _in_shards(did, O, G, shards):
    parts = [(o, g) for o, g in zip(np.array_split(O, shards), np.array_split(G, shards), strict=True)]
    if did("first_sample_only:shard"):
        parts = parts[:1]
    if did("first_sample_only:last"):
        parts = parts[-1:]
    partial = [data_part(did, *part) for part in parts]
    if did("batch_averaged:shard_means"):
        partial = [part / len(o) for part, (o, _) in zip(partial, parts, strict=True)]
    if did("batch_not_summed:stack"):
        return finish(did, np.stack(partial), len(O), G.size)
    total = sum(partial) / len(partial) if did("batch_averaged:shards") else sum(partial)
    return finish(did, total, len(O), G.size)


_SHARDS = {7: 3, 11: 4, 2: 2, 1: 1, 3: 2, 4: 3, 6: 2, 5: 2, 13: 5}  # by m; most of them leave blocks of two sizes
_ONE_SHARD = Words(
    "Your result is one block's part alone: the blocks' parts are added.", "one block's part stands alone"
)
grad_W_in_shards = Definition(
    name="grad_W_in_shards",
    notebook="09_speed_and_scale",
    arguments="O, G, shards",
    result="an array of shape (n_in, n_out)",
    of="the gradient",
    right=lambda O, G, shards: sum(
        dense.grad_W(o, g) for o, g in zip(np.array_split(O, shards), np.array_split(G, shards), strict=True)
    ),
    formula=_in_shards,
    wrong=(
        "batch_averaged:shards",
        "batch_averaged",
        "batch_averaged:shard_means",
        "first_sample_only:shard",
        "first_sample_only:last",
        "batch_not_summed:stack",
        "transposed",
        "order",
        "sign",
        "factor_two",
        "factor_two:half",
    ),
    cases=batch_cases(lambda draw, m, n_in, n_out: (draw(m, n_in), draw(m, n_out), _SHARDS[m])),
    hints=(
        "Each block of rows gives its own O^T G, of the same shape. What is done with them?",
        "np.array_split(O, shards) cuts the rows into blocks, also where they do not come out even.",
    ),
    solution="""def grad_W_in_shards(O, G, shards):
    blocks = zip(np.array_split(O, shards), np.array_split(G, shards))
    return sum(o.T @ g for o, g in blocks)""",
    look={"": "row S14, notebook 09, section 9: a sum over samples"},
    says={
        "batch_averaged:shards": Words(
            "Your result is the mean of the blocks' parts: O^T G is their sum.", "the blocks' parts are averaged"
        ),
        "batch_averaged:shard_means": Words(
            "Each block's part is divided by its number of rows: O^T G is a sum, and the 1/m is in G.",
            "each block's part is averaged",
        ),
        "batch_not_summed:stack": Words(
            "Your result still has one part for each block: they are not added up.",
            "the blocks' parts are not added up",
        ),
        "first_sample_only:shard": _ONE_SHARD,
        "first_sample_only:last": _ONE_SHARD,
    },
)
EXERCISES = (he_std, glorot_std, gain, append_ones, grad_W_in_shards)
