"""What is said about each mistake: what the numbers show when it is the only one, and a few words for it beside another.

The words in braces are sizes of the case that is spoken of, `{of}` is what was asked for ("the gradient"), `{shape}` the
shape that came back, `{expected}` the shape that should have.
"""

from typing import NamedTuple


class Words(NamedTuple):
    """The sentence for a mistake that comes alone, and the clause ("you ...") for one that comes with another."""

    alone: str
    beside: str


SAYS = {
    "transposed": Words(
        "Your result is {of}, transposed: entry (h, k) stands at (k, h).",
        "rows and columns are exchanged (a transpose is missing, or one too many)",
    ),
    "untransposed_weights": Words(
        "Your code uses W where its transpose belongs: it runs only where W is square, and there the numbers are those of "
        "W as it is.",
        "W is used as it is, where its transpose belongs",
    ),
    "order": Words(
        "Your factors meet in the wrong order: the product exists only where sizes happen to be equal, and there it has "
        "other numbers.",
        "the factors stand in the wrong order",
    ),
    "scalar_rule": Words(
        "Your code multiplies as scalar calculus does: it runs only where sizes happen to be equal (or 1), and there "
        "nothing is summed over the right index.",
        "the scalar rule is used where a sum of products belongs",
    ),
    "matrix_product_for_elementwise": Words(
        "Your code uses a matrix product where each entry has its own factor.",
        "a matrix product stands where each entry has its own factor",
    ),
    "batch_averaged": Words(
        "Your result is exactly 1/{m} of {of}, and m is {m}: you averaged over the batch.",
        "you averaged over the batch (divided by m = {m})",
    ),
    "batch_not_summed": Words(
        "Your result still has one part for each of the m = {m} samples: they are not added up.",
        "the samples' parts are not added up",
    ),
    "batch_not_averaged": Words(
        "Your result is exactly {m} times {of}, and m is {m}: the loss is a mean over the batch, and its 1/m is missing.",
        "the 1/m of the loss is missing",
    ),
    "first_sample_only": Words(
        "Your result is what the first of the m = {m} samples gives alone.",
        "only the first sample is used",
    ),
    "wrong_axis": Words(
        "Your code works along the wrong axis.",
        "it works along the wrong axis",
    ),
    "flat_bias": Words(
        "The numbers are right, but the shape is {shape}: the bias is a row with two axes, {expected}.",
        "the bias part is flat, without its axis of length 1",
    ),
    "column_bias": Words(
        "Your bias part stands as a column; b is a row, with one entry for each unit.",
        "the bias part stands as a column",
    ),
    "bias_missing": Words(
        "The bias does not appear in your result.",
        "the bias does not appear",
    ),
    "activation_not_undone": Words(
        "Your result is what comes in before the activation is undone: the derivative f'(Z) does not appear in it.",
        "the activation is not undone",
    ),
    "activation_not_derivative": Words(
        "Your numbers are those of the activation f itself, and not of its derivative f'.",
        "f stands where its derivative f' belongs",
    ),
    "derivative_at_output": Words(
        "Your derivative is taken at the wrong place: the output O = f(Z) and the pre-activation Z are mixed up.",
        "the derivative mixes up the output O = f(Z) and the pre-activation Z",
    ),
    "averaged_over_entries": Words(
        "Your result is divided by the number of entries, m n_out = {entries}, instead of by what the loss says.",
        "you divided by the number of entries, m n_out",
    ),
    "sign": Words("Your result is exactly minus {of}: a sign is wrong.", "a sign is wrong"),
    "factor_two": Words(
        "Your result differs from {of} by a factor of 2 everywhere.",
        "a factor 2 is missing, or one too many",
    ),
    "lambda_missing": Words(
        "The regularizer's part is there, but without its factor lambda.",
        "the factor lambda is missing",
    ),
    "lambda_squared": Words(
        "The regularizer's part is multiplied by lambda twice.",
        "lambda is multiplied in twice",
    ),
    "regularizer_missing": Words(
        "Your result is the gradient of L alone: the regularizer's part of J = L + lambda Omega is missing.",
        "the regularizer's part is missing",
    ),
    "regularizer_on_data": Words(
        "Your lambda multiplies the part that comes from the data.",
        "lambda multiplies the part that comes from the data",
    ),
    "regularizer_averaged": Words(
        "The regularizer's part is divided by m = {m}: Omega is a sum over weights and knows of no samples.",
        "the regularizer's part is divided by m",
    ),
    "softmax_jacobian_missing": Words(
        "Your softmax is treated as if it were element-wise: each output of a row depends on every Z of that row.",
        "softmax is treated as if it were element-wise",
    ),
    "softmax_over_batch": Words(
        "Your softmax is normalised over the batch: each sample, a row, has its own sum.",
        "softmax is normalised over the samples",
    ),
    "overflow": Words(
        "Right for entries of ordinary size, but not finite where Z has entries such as 1000: an exponential overflows.",
        "an exponential overflows where Z is large",
    ),
    "diagonal_missing": Words(
        "Entries that belong to different indexes are not zero in your result: the case analysis has a second case.",
        "the entries of different indexes are not zero",
    ),
    "rank_one_only": Words(
        "Right for vectors, but not where Y has more than one axis: the sum must run over every index of Y.",
        "it holds for vectors only",
    ),
    "last_layer_only": Words(
        "Only the last layer is right in number and place: the others are missing.",
        "only the last layer is worked on",
    ),
    "layers_reversed": Words(
        "All the numbers are there, but the layers stand in the reverse order.",
        "the layers stand in the reverse order",
    ),
    "wrong_layer_weights": Words(
        "G is carried to the layer before with the weights of another layer than the one it leaves.",
        "G is carried on with the weights of another layer",
    ),
    "stale_gradient": Words(
        "The last layer is right, but the G of the layers before it was never carried through W: it is the same G again.",
        "G is not carried through W to the layer before",
    ),
    "ascent": Words(
        "Your step goes up the gradient: the loss rises.",
        "the step goes up the gradient",
    ),
    "not_in_place": Words(
        "The arrays that were passed in hold the same numbers as before: the step is not made in place.",
        "the arrays that were passed in are not changed in place",
    ),
    "std_is_variance": Words(
        "The standard deviation and the variance are mixed up: one is the square of the other.",
        "the standard deviation and the variance are mixed up",
    ),
    "mutates_input": Words(
        "The numbers are right, but your code writes into the arrays that it was given: whoever called it finds them "
        "changed.",
        "your code writes into the arrays that it was given",
    ),
    "wrong_type": Words(
        "Your function gave {what}, expected {result}.",
        "it gave {what}, where {result} is expected",
    ),
    "wrong_shape": Words(
        "The numbers are right, but the shape is {shape}, expected {expected}.",
        "the shape is {shape}, expected {expected}",
    ),
    "integer_result": Words(
        "Your result holds integers: the fractions are cut off.",
        "the result holds integers, and the fractions are cut off",
    ),
    "hard_coded_sizes": Words(
        "Right for the sizes of the notebook, {notebook}, and wrong for others, such as {others}: is a size, or an array "
        "of the notebook, written into your code?",
        "right for the notebook's sizes only: is a size, or an array, written into your code",
    ),
    "not_finite": Words("Your result holds NaN or infinity.", "the result holds NaN or infinity"),
    "raises": Words("Your code raises an error.", "your code raises an error"),
    "too_slow": Words("Your code was stopped: it ran for more than {limit} seconds.", "it is too slow"),
}

# Where to look for mistakes that are about the code, and not about the formula.
LOOK = {
    "mutates_input": "the line that assigns into an argument (`A[...] = ` or `A += `): work on a copy",
    "wrong_type": "what stands behind return in your code",
    "integer_result": "the line that makes your result's array: which dtype has it?",
    "hard_coded_sizes": "each number and each name in your code that is no argument: sizes come from the arguments' shapes",
}


class _Known(dict):
    def __missing__(self, name):
        return name


def sentences(keys, definition, known, others=False):
    """What the numbers show, in a sentence, for the mistakes `keys`; an exercise's own words come before the general.

    definition: may be None. known: what stands in the sentences' braces, by name. others: True if the answer has
    mistakes besides these, which are not known.
    """
    own = {} if definition is None else definition.says
    words = [own.get(key) or own.get(key.split(":")[0]) or SAYS[key.split(":")[0]] for key in keys]
    if len(words) == 1 and not others:
        return words[0].alone.format_map(_Known(known))
    clauses = "; ".join(word.beside.format_map(_Known(known)) for word in words)
    if others:
        return f"One thing is certain: {clauses}."
    return f"{'Two' if len(words) == 2 else 'Three'} things at once: {clauses}."
