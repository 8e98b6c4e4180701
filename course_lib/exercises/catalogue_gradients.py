"""Notebooks 05 to 07, one layer: the formulas (A), with and without a regularizer, (B) and (C)."""

import numpy as np

from course_lib import dense
from course_lib.exercises.cases import batch_cases
from course_lib.exercises.definition import Definition, finish
from course_lib.exercises.mistakes import SAYS, Words
from course_lib.regularizers import l2


def data_part(did, O, G):
    """O^T G, or what is taken for it, before it is scaled or turned. O: (m, n_in), G: (m, n_out)."""
    if did("first_sample_only"):
        O, G = O[:1], G[:1]
    if did("batch_not_summed"):
        return O[:, :, None] * G[:, None, :]
    if did("wrong_axis"):
        return (O[:, :, None] * G[:, None, :]).sum(axis=1)
    if did("wrong_axis:units"):
        return (O[:, :, None] * G[:, None, :]).sum(axis=2)
    if did("scalar_rule:product"):
        return G @ O if did("order") else O @ G
    if did("scalar_rule"):
        return O * G
    return G @ O.T if did("order") else O.T @ G


def _grad_W(did, O, G):
    return finish(did, data_part(did, O, G), len(O), G.size)


_GRAD_W_WRONG = (
    "transposed",
    "batch_averaged",
    "order",
    "scalar_rule",
    "scalar_rule:product",
    "first_sample_only",
    "batch_not_summed",
    "averaged_over_entries",
    "sign",
    "factor_two",
    "factor_two:half",
    "wrong_axis",
    "wrong_axis:units",
)
grad_W = Definition(
    name="grad_W",
    notebook="05_grad_W",
    arguments="O, G",
    result="an array of shape (n_in, n_out)",
    of="the gradient",
    right=dense.grad_W,
    formula=_grad_W,
    wrong=_GRAD_W_WRONG,
    cases=batch_cases(lambda draw, m, n_in, n_out: (draw(m, n_in), draw(m, n_out))),
    hints=(
        "Entry (h, k) belongs to one weight. Which entries of Z move when only that weight moves?",
        "Only column k of Z moves, and Z[i, k] moves by O[i, h]. Multiply each with its G, and add.",
        "The entry is column h of O with column k of G: a sum over the samples. A matrix product takes rows with columns.",
    ),
    solution="def grad_W(O, G):\n    return O.T @ G",
    look={
        "": "rows S13 and S14, notebook 05, sections 5 and 6",
        "batch_averaged": "row S13, notebook 05, section 7: is it a sum or a mean? And slip E9: where does the 1/m live?",
        "averaged_over_entries": "slip E9, notebook 04, section 4: where does the 1/m live?",
        "batch_not_summed": "row S13, notebook 05, section 4: which index is summed?",
        "first_sample_only": "row S12, notebook 05, section 3: how many entries of Z does one weight move?",
        "scalar_rule": "the scalar trap, notebook 05, section 'Two traps'",
        "order": "the square trap, notebook 05, section 'Two traps'",
    },
    view="KeyIdeaExplorer(dense.dZ_dW(ex.case['O'], ex.case['G'].shape[1]), ex.case['G'], ('Z', 'W', 'G'))",
)


def _grad_W_regularized(did, O, G, W, lam):
    part = finish(did, data_part(did, O, G), len(O), G.size)
    if did("regularizer_on_data") or did("regularizer_on_data:too"):
        part = lam * part
    without = did("lambda_missing") or did("regularizer_on_data")
    weight = lam**2 if did("lambda_squared") else 1 if without else lam
    penalty = np.zeros_like(W) if did("regularizer_missing") else weight * W
    if did("regularizer_averaged"):
        penalty = penalty / len(O)
    if did("factor_two:regularizer"):
        penalty = 2 * penalty
    if did("factor_two:regularizer_half"):
        penalty = penalty / 2
    if did("sign:regularizer"):
        penalty = -penalty
    total = part + penalty
    for key, factor in (("sign:all", -1), ("factor_two:all", 2), ("factor_two:all_half", 0.5)):
        total = factor * total if did(key) else total
    return total.T if did("transposed:all") else total


_TWICE = Words(
    "The regularizer's part differs by a factor of 2: what is the derivative of Omega = 1/2 * the sum of W^2?",
    "the regularizer's part has a factor of 2 too many, or too few",
)
_OF_DATA = "the part of your result that comes from the data"
grad_W_regularized = Definition(
    name="grad_W_regularized",
    notebook="05_grad_W",
    arguments="O, G, W, lam",
    result="an array of shape (n_in, n_out)",
    of="the gradient",
    right=lambda O, G, W, lam: dense.grad_W(O, G) + lam * l2.gradient(W),
    formula=_grad_W_regularized,
    wrong=(
        "lambda_missing",
        "regularizer_missing",
        "lambda_squared",
        "regularizer_on_data",
        "regularizer_on_data:too",
        "regularizer_averaged",
        "factor_two:regularizer",
        "factor_two:regularizer_half",
        "sign:regularizer",
        "sign:all",
        "factor_two:all",
        "factor_two:all_half",
        "transposed:all",
        *_GRAD_W_WRONG,
    ),
    cases=batch_cases(
        lambda draw, m, n_in, n_out: (draw(m, n_in), draw(m, n_out), draw(n_in, n_out), draw.rng.uniform(0.1, 0.4))
    ),
    hints=(
        "J = L + lambda Omega. The gradient of a sum is the sum of the gradients.",
        "Omega = 1/2 * the sum of W^2: what is its derivative with respect to one entry W[h, k]?",
    ),
    solution="def grad_W_regularized(O, G, W, lam):\n    return O.T @ G + lam * W",
    look=grad_W.look
    | {"": "row S15, notebook 05, section 8"}
    | {f"{kind}:regularizer": "row S15, notebook 05, section 8" for kind in ("sign", "factor_two")},
    says={
        "factor_two:regularizer": _TWICE,
        "factor_two:regularizer_half": _TWICE,
        "sign:regularizer": Words("The regularizer's part is subtracted.", "the regularizer's part is subtracted"),
        "sign:all": SAYS["sign"],
        "factor_two:all": SAYS["factor_two"],
        "factor_two:all_half": SAYS["factor_two"],
        "transposed:all": SAYS["transposed"],
        "transposed": Words(
            f"Rows and columns are exchanged in {_OF_DATA}.", f"rows and columns are exchanged in {_OF_DATA}"
        ),
        "batch_averaged": Words(
            "The part of your result that comes from the data is exactly 1/{m} of what it should be, and m is {m}: you "
            "averaged over the batch.",
            "you averaged over the batch (divided by m = {m})",
        ),
        "averaged_over_entries": Words(
            f"You divided {_OF_DATA} by the number of entries, m n_out = {{entries}}.",
            "you divided by the number of entries, m n_out",
        ),
        "sign": Words(f"Exactly one sign is wrong: that of {_OF_DATA}.", f"the sign of {_OF_DATA} is wrong"),
        "factor_two": Words(f"A factor of 2 is wrong in {_OF_DATA}.", f"a factor of 2 is wrong in {_OF_DATA}"),
    },
)


def _grad_b(did, G):
    m, entries = len(G), G.size
    if did("first_sample_only"):
        G = G[:1]
    if did("batch_not_summed"):
        return finish(did, G, m, entries)
    if did("wrong_axis"):
        return finish(did, G.sum(axis=1)[None], m, entries)
    if did("wrong_axis:column"):
        return finish(did, G.sum(axis=1)[:, None], m, entries)
    if did("wrong_axis:flat"):
        return finish(did, G.sum(axis=1), m, entries)
    if did("wrong_axis:everything"):
        return finish(did, G.sum(), m, entries)
    row = finish(did, G.sum(axis=0, keepdims=True), m, entries)
    return row[0] if did("flat_bias") else row.T if did("column_bias") else row


_WRONG_SUM = Words(
    "Your sum runs over the units, and not over the samples: entry k should add up column k of G.",
    "the sum runs over the units",
)
grad_b = Definition(
    name="grad_b",
    notebook="06_grad_b",
    arguments="G",
    result="an array of shape (1, n_out)",
    of="the gradient",
    right=dense.grad_b,
    formula=_grad_b,
    wrong=(
        "flat_bias",
        "column_bias",
        "batch_averaged",
        "batch_not_summed",
        "wrong_axis",
        "wrong_axis:column",
        "wrong_axis:flat",
        "wrong_axis:everything",
        "first_sample_only",
        "averaged_over_entries",
        "sign",
        "factor_two",
        "factor_two:half",
    ),
    cases=batch_cases(lambda draw, m, _, n_out: (draw(m, n_out),), names=("m", None, "n_out")),
    hints=(
        "b[k] is added to Z[i, k] of every sample i. So how many entries of Z move with it, and by how much?",
        "Each of the m entries moves by 1: add column k of G.",
        "A gradient has the shape of the thing: b is a row, (1, n_out). Look for keepdims.",
    ),
    solution="def grad_b(G):\n    return G.sum(axis=0, keepdims=True)",
    look={
        "": "row S18, notebook 06, sections 4 to 6",
        "batch_averaged": "row S18, notebook 06, section 9: is it a sum or a mean?",
        "flat_bias": "notebook 06, section 10: keep the row",
        "column_bias": "notebook 06, section 10: keep the row",
        "wrong_axis": "row S18, notebook 06, section 5: which column belongs to b[k]?",
        "batch_not_summed": "notebook 06, section 8: what does adding a row to every sample do backwards?",
    },
    says={
        "wrong_axis": _WRONG_SUM,
        "wrong_axis:everything": Words(
            "Your sum runs over all entries of G: each unit has a bias, and a sum, of its own.",
            "the sum runs over all entries",
        ),
        "column_bias": Words(
            "The numbers are right, but they stand in a column, {shape}: b is a row, {expected}.",
            "the result stands in a column",
        ),
    },
    view="KeyIdeaExplorer(dense.dZ_db(*ex.case['G'].shape), ex.case['G'], ('Z', 'b', 'G'))",
)


def _grad_O(did, G, W):
    m, entries = len(G), G.size
    if did("first_sample_only"):
        G = G[:1]
    if did("scalar_rule"):
        return finish(did, G * W, m, entries)
    if did("batch_not_summed"):  # the products with each unit, not added up
        return finish(did, G[:, None, :] * W[None, :, :], m, entries)
    W = W if did("untransposed_weights") else W.T
    return finish(did, W @ G if did("order") else G @ W, m, entries)


grad_O = Definition(
    name="grad_O",
    notebook="07_grad_O_and_the_loop",
    arguments="G, W",
    result="an array of shape (m, n_in)",
    of="the gradient",
    right=dense.grad_O,
    formula=_grad_O,
    wrong=(
        "untransposed_weights",
        "order",
        "transposed",
        "scalar_rule",
        "batch_averaged",
        "first_sample_only",
        "batch_not_summed",
        "averaged_over_entries",
        "sign",
        "factor_two",
        "factor_two:half",
    ),
    cases=batch_cases(lambda draw, m, n_in, n_out: (draw(m, n_out), draw(n_in, n_out))),
    hints=(
        "Entry (h, k) belongs to input k of sample h. Which entries of Z move when only it moves?",
        "Only row h of Z moves: Z[h, j] by W[k, j]. Multiply each with its G, and add.",
        "The entry is row h of G with row k of W. A matrix product takes rows with columns.",
    ),
    solution="def grad_O(G, W):\n    return G @ W.T",
    look={
        "": "rows S19 and S20, notebook 07, sections 4 to 6",
        "untransposed_weights": "the square trap in notebook 07, and row S20, section 5: rows with rows",
        "order": "the square trap in notebook 07",
        "batch_averaged": "notebook 07, section 7: samples do not mix",
        "first_sample_only": "notebook 07, section 7: samples do not mix",
        "scalar_rule": "the scalar trap, notebook 02",
    },
    says={
        "batch_not_summed": Words(
            "Your products with the units are not added up: the sum over the n_out = {n_out} units is missing.",
            "the products with the units are not added up",
        ),
        "first_sample_only": Words(
            "Your result holds the first sample's row only: each of the m = {m} samples has its own.",
            "only the first sample's row is there",
        ),
    },
    view="KeyIdeaExplorer(dense.dZ_dO(len(ex.case['G']), ex.case['W']), ex.case['G'], ('Z', 'O', 'G'))",
)
EXERCISES = (grad_W, grad_W_regularized, grad_b, grad_O)
