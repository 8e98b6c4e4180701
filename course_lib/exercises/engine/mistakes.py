"""What is said about each mistake, wherever it is made; an exercise has words of its own where these do not fit."""

import re
from typing import NamedTuple


class Mistake(NamedTuple):
    """A mistake: its key, and what is said about it. "" where the words of the bare id, or the general ones, fit.

    key: the mistake's id, or "id:variant" where one mistake has several forms. alone: what the numbers show when it is
    the only one, by default the clause `beside`, for when it comes with another. look: where to look. change: what the
    solution has, and what this mistake has in its place, one after the other; () where the engine derives it.

    Words in braces are sizes of the case that is spoken of, `{of}` is what was asked for ("the gradient"), `{shape}` the
    shape that came back, `{expected}` the shape that should have.
    """

    key: str
    alone: str = ""
    beside: str = ""
    look: str = ""
    change: tuple = ()

    def filled(self, *others):
        """The same mistake, with the first words and place that the others (or None) have, where it has none."""
        sources = [self, *filter(None, others)]
        words = next((each for each in sources if each.beside), self)
        look = next((each.look for each in sources if each.look), "")
        alone = words.alone or f"{words.beside[:1].upper()}{words.beside[1:]}."
        return self._replace(alone=alone, beside=words.beside, look=look)


def bare(key):
    """The id of a mistake, from its key "id" or "id:variant"."""
    return key.split(":")[0]


# The id; what is said of it alone, if that is more; a clause; where to look, if that is in the learner's code.
_TABLE = """
transposed
    Your result is {of}, transposed: entry (h, k) stands at (k, h).
    rows and columns are exchanged (a transpose is missing, or one too many)
transposed:layout
    All numbers are there, but your tensor has the indexes of X first: the result's indexes, i and j, come first.
    the indexes of X stand first
transposed:axes
    All numbers are there, but the axes of your tensor stand in the reverse order.
    the axes stand in the reverse order
untransposed_weights
    Your code uses W where its transpose belongs: it runs only where W is square, and there the numbers are those of W as it is.
    W is used as it is, where its transpose belongs
order
    Your factors meet in the wrong order: the product exists only where sizes happen to be equal, and there it has other numbers.
    the factors stand in the wrong order
scalar_rule
    Your code multiplies as scalar calculus does: it runs only where sizes happen to be equal (or 1), and there nothing is summed over the right index.
    the scalar rule is used where a sum of products belongs
matrix_product_for_elementwise
    a matrix product stands where each entry has its own factor
batch_averaged
    Your result is exactly 1/{m} of {of}, and m is {m}: you averaged over the batch.
    you averaged over the batch (divided by m = {m})
batch_averaged:rows
    Your result has one row, the mean over the samples: each sample keeps its own row.
    the samples are averaged
batch_not_summed
    Your result still has one part for each of the m = {m} samples: they are not added up.
    the samples' parts are not added up
batch_not_averaged
    Your result is exactly {m} times {of}, and m is {m}: the loss is a mean over the batch, and its 1/m is missing.
    the 1/m of the loss is missing
first_sample_only
    Your result is what the first of the m = {m} samples gives alone.
    only the first sample is used
first_sample_only:row
    Your result holds the first sample's row only: each of the m = {m} samples has its own.
    only the first sample's row is there
first_sample_only:zeros
    Only the first of the m = {m} samples has entries in your result: every sample has its own.
    only the first sample has entries
wrong_axis
    Your code works along the wrong axis.
    it works along the wrong axis
wrong_axis:rows
    Your result has one row, the sum over the samples: each sample keeps its own row.
    the samples are summed
flat_bias
    The numbers are right, but the shape is {shape}: the bias is a row with two axes, {expected}.
    the bias part is flat, without its axis of length 1
column_bias
    Your bias part stands as a column; b is a row, with one entry for each unit.
    the bias part stands as a column
bias_missing
    the bias does not appear in the result
activation_not_undone
    Your result is what comes in before the activation is undone: the derivative f'(Z) does not appear in it.
    the activation is not undone
activation_not_derivative
    Your numbers are those of the activation f itself, and not of its derivative f'.
    f stands where its derivative f' belongs
derivative_at_output
    the derivative mixes up the output O = f(Z) and the pre-activation Z
slope_twice
    Your result is {of}, multiplied once more by a slope: the way back through the function is in it already.
    a slope is multiplied in once more
averaged_over_entries
    Your result is divided by the number of entries, m n_out = {entries}, instead of by what the loss says.
    you divided by the number of entries, m n_out
sign
    Your result is exactly minus {of}: a sign is wrong.
    a sign is wrong
factor_two
    Your result differs from {of} by a factor of 2 everywhere.
    a factor 2 is missing, or one too many
lambda_missing
    the regularizer's part is there without its factor lambda
lambda_squared
    lambda is multiplied in twice
regularizer_missing
    Your result is the gradient of L alone: the regularizer's part of J = L + lambda Omega is missing.
    the regularizer's part is missing
regularizer_on_data
    lambda multiplies the part that comes from the data
regularizer_averaged
    The regularizer's part is divided by m = {m}: Omega is a sum over weights and knows of no samples.
    the regularizer's part is divided by m
softmax_jacobian_missing
    Your softmax is treated as if it were element-wise: each output of a row depends on every Z of that row.
    softmax is treated as if it were element-wise
softmax_over_batch
    Your softmax is normalised over the batch: each sample, a row, has its own sum.
    softmax is normalised over the samples
overflow
    Right for entries of ordinary size, but not finite where Z has entries such as 1000: an exponential is too large for a float there, or 0.
    an exponential is too large or 0 where Z is large
diagonal_missing
    Entries that belong to different indexes are not zero in your result: the case analysis has a second case.
    the entries of different indexes are not zero
rank_one_only
    Right for vectors, but not where Y has more than one axis: the sum must run over every index of Y.
    it holds for vectors only
tie_counted_twice
    Right where a maximum stands alone; where two entries are equal, each of them gets the whole of G, which counts it twice.
    where entries are equal, G is counted twice
last_layer_only
    Only the last layer is right in number and place: the others are missing.
    only the last layer is worked on
layers_reversed
    All the numbers are there, but the layers stand in the reverse order.
    the layers stand in the reverse order
wrong_layer_weights
    G is carried on with the weights of another layer
stale_gradient
    The last layer is right, but the G of the layers before it was never carried through W: it is the same G again.
    G is not carried through W to the layer before
ascent
    the step goes up the gradient, where the loss rises
not_in_place
    The arrays that were passed in hold the same numbers as before: the step is not made in place.
    the arrays that were passed in are not changed in place
std_is_variance
    the standard deviation and the variance, its square, are mixed up
mutates_input
    The numbers are right, but your code writes into the arrays that it was given: whoever called it finds them changed.
    your code writes into the arrays that it was given
    the line that assigns into an argument (`A[...] = ` or `A += `): work on a copy
other_each_time
    Called a second time with the arguments {sizes}, your function gives another result: what does it keep from one call to the next, or draw at random?
    it gives another result when it is called again
    what your function uses beside its arguments: a default that is changed, a global name, random numbers
wrong_type
    Your function gave {what}, expected {result}.
    it gave {what}, where {result} is expected
    what stands behind return in your code
wrong_shape
    The numbers are right, but the shape is {shape}, expected {expected}.
    the shape is {shape}, expected {expected}
integer_result
    Your result holds integers: the fractions are cut off.
    the result holds integers, and the fractions are cut off
    the line that makes your result's array: which dtype has it?
hard_coded_sizes
    Right for the sizes of the notebook, {notebook}, and wrong for others, such as {others}: is a size, or an array of the notebook, written into your code?
    right for the notebook's sizes only: is a size, or an array, written into your code
    each number and each name in your code that is no argument: sizes come from the arguments' shapes
not_finite
    the result holds NaN or infinity
raises
    your code raises an error
too_slow
    Your code was stopped: it ran for more than {limit} seconds.
    it is too slow
"""
MISTAKES = {
    key: Mistake(key, *(words if words[1:] else ("", *words)))
    for key, *words in (re.split(r"\n\s+", block) for block in re.split(r"\n(?=\S)", _TABLE.strip()))
}
