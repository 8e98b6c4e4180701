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


# The key, and a clause; below it what is said where it is the only one, if that is more, and where in the code to look.
_TABLE = """
transposed | rows and columns are exchanged (a transpose is missing, or one too many)
    Your result is {of}, transposed: entry (h, k) stands at (k, h).
transposed:layout | all numbers are there, but the indexes of X come first: the result's indexes, i and j, come first
untransposed_weights | W is used as it is, where its transpose belongs: that runs only where W is square
order | the factors stand in the wrong order: that runs only where sizes happen to be equal
scalar_rule | the scalar rule is used where a sum of products belongs: that runs only where sizes happen to be equal, or 1
matrix_product_for_elementwise | a matrix product stands where each entry has its own factor
batch_averaged | you averaged over the batch (divided by m = {m})
    Your result is exactly 1/{m} of {of}, and m is {m}: you averaged over the batch.
batch_averaged:rows | the samples are averaged, where each should keep its own row
batch_not_summed | there still is one part for each of the m = {m} samples: they are not added up
batch_not_averaged | the 1/m of the loss is missing
    Your result is exactly {m} times {of}, and m is {m}: the loss is a mean over the batch, and its 1/m is missing.
first_sample_only | only the first of the m = {m} samples is used
first_sample_only:row | only the first sample's row is there: each of the m = {m} samples has its own
first_sample_only:zeros | only the first of the m = {m} samples has entries
wrong_axis | your code works along the wrong axis
wrong_axis:rows | the samples are summed, where each should keep its own row
flat_bias | the bias part is flat, without its axis of length 1
    The numbers are right, but the shape is {shape}: the bias is a row with two axes, {expected}.
column_bias | the bias part stands as a column; b is a row, with one entry for each unit
bias_missing | the bias does not appear in the result
activation_not_undone | the activation is not undone: the derivative f'(Z) does not appear
activation_not_derivative | the activation f stands where its derivative f' belongs
derivative_at_output | the derivative mixes up the output O = f(Z) and the pre-activation Z
slope_twice | a slope is multiplied in once more: the way back through the function is in it already
averaged_over_entries | you divided by the number of entries, m n_out = {entries}, instead of by what the loss says
sign | a sign is wrong
    Your result is exactly minus {of}: a sign is wrong.
factor_two | a factor 2 is missing, or one too many
    Your result differs from {of} by a factor of 2 everywhere.
lambda_missing | the regularizer's part is there without its factor lambda
lambda_squared | lambda is multiplied in twice
regularizer_missing | the regularizer's part of J = L + lambda Omega is missing
regularizer_on_data | lambda multiplies the part that comes from the data
regularizer_averaged | the regularizer's part is divided by m = {m}: Omega is a sum over weights and knows of no samples
softmax_jacobian_missing | softmax is treated as if it were element-wise: each output of a row depends on every Z of that row
softmax_over_batch | softmax is normalised over the batch: each sample, a row, has its own sum
overflow | an exponential is too large for a float, or 0, where Z has entries such as 1000
    Right for entries of ordinary size, but not finite where Z has entries such as 1000: an exponential is too large for a float there, or 0.
diagonal_missing | entries that belong to different indexes are not zero: the case analysis has a second case
rank_one_only | right for vectors only: the sum must run over every index of Y
tie_counted_twice | where two entries are equal, each of them gets the whole of G, which counts it twice
last_layer_only | only the last layer is worked on
layers_reversed | the layers stand in the reverse order
wrong_layer_weights | G is carried on with the weights of another layer
stale_gradient | G is not carried through W to the layer before: it is the same G again
ascent | the step goes up the gradient, where the loss rises
not_in_place | the arrays that were passed in are not changed in place
    The arrays that were passed in hold the same numbers as before: the step is not made in place.
std_is_variance | the standard deviation and the variance, its square, are mixed up
mutates_input | your code writes into the arrays that it was given
    The numbers are right, but your code writes into the arrays that it was given: whoever called it finds them changed.
    the line that assigns into an argument (`A[...] = ` or `A += `): work on a copy
other_each_time | it gives another result when it is called again
    Called a second time with the arguments {sizes}, your function gives another result: what does it keep from one call to the next, or draw at random?
    what your function uses beside its arguments: a default that is changed, a global name, random numbers
wrong_type | it gave {what}, where {result} is expected
    Your function gave {what}, expected {result}.
    what stands behind return in your code
wrong_shape | the shape is {shape}, expected {expected}
    The numbers are right, but the shape is {shape}, expected {expected}.
integer_result | the result holds integers, and the fractions are cut off
    Your result holds integers: the fractions are cut off.
    the line that makes your result's array: which dtype has it?
hard_coded_sizes | right for the notebook's sizes only: is a size, or an array, written into your code?
    Right for the sizes of the notebook, {notebook}, and wrong for others, such as {others}: is a size, or an array of the notebook, written into your code?
    each number and each name in your code that is no argument: sizes come from the arguments' shapes
not_finite | the result holds NaN or infinity
raises | your code raises an error
too_slow | your code was stopped: it ran too long
"""
MISTAKES = {}
for _block in re.split(r"\n(?=\S)", _TABLE.strip()):
    _key, _beside, _alone, _look = [*re.split(r" \| |\n\s+", _block), "", ""][:4]
    MISTAKES[_key] = Mistake(_key, _alone, _beside, _look)
