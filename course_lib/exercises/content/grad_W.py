"""Notebook 05: the tensor dZ/dW and formula (A), with and without a regularizer."""

import numpy as np

from course_lib import dense
from course_lib.exercises.engine.cases import batch_cases
from course_lib.exercises.engine.definition import Definition, Mistake, finish
from course_lib.exercises.engine.prediction import question, right, wrong
from course_lib.exercises.engine.sheet import COLUMN, ROW, Product, Sheet
from course_lib.regularizers import l2

NOTEBOOK = "05_grad_W"

ORDER = Mistake("order", look="the square trap, {grad_W: Two traps}")
SCALAR_RULE = Mistake("scalar_rule", look="the scalar trap, {grad_W: Two traps}")
FIRST_SAMPLE_ONLY = Mistake(
    "first_sample_only",
    look="row S12, {grad_W: Which entries are not zero}: how many entries of Z does one weight move?",
)
BATCH_NOT_SUMMED = Mistake(
    "batch_not_summed", look="row S13, {grad_W: Multiply with G, and sum}: which index is summed?"
)


OF_A_TENSOR = (
    Mistake(
        "transposed:layout",
        "All numbers are there, but your tensor has the indexes of X first: the result's indexes, i and j, come first.",
        "the indexes of X stand first",
    ),
    Mistake(
        "first_sample_only",
        "Only the first of the m = {m} samples has entries in your tensor: every sample has its own.",
        "only the first sample has entries",
    ),
    Mistake(
        "transposed",
        "All numbers are there, but the axes of your tensor stand in the reverse order.",
        "the axes stand in the reverse order",
        look="row S2, {jacobians: Why the result comes first}: which index comes first?",
    ),
    Mistake(
        "batch_averaged",
        "Your entries are exactly 1/{m} of the right ones, and m is {m}: one entry of Z belongs to one sample.",
        "you divided by m = {m}",
    ),
    "sign",
    "factor_two",
    "factor_two:half",
)


def diagonal_missing(pair, look=""):
    """The mistake of a tensor that leaves out the case in which the two indexes of the pair differ."""
    return Mistake(
        "diagonal_missing",
        f"Your tensor has the same numbers for every {pair}: the case in which they differ is missing, where it is 0.",
        f"the case {pair} different is missing",
        look,
    )


def only_first(tensor):
    """The same tensor, with zeros for all samples but the first."""
    tensor = tensor.copy()
    tensor[1:] = 0
    return tensor


def turned(did, tensor):
    """The indexes of X first, those of Y last."""
    return tensor.transpose(2, 3, 0, 1) if did("transposed:layout") else tensor


def _dZ_dW(did, O, n_out):
    m, n_in = O.shape
    eye = np.eye(n_out)
    if did("diagonal_missing"):
        eye = np.ones((n_out, n_out))
    tensor = np.einsum("ih,jk->ijhk", O, eye)
    if did("wrong_axis"):  # the case is taken to be j = h
        tensor = np.einsum("ih,jh,k->ijhk", O, np.eye(n_out, n_in), np.ones(n_out))
    if did("wrong_axis:rows"):  # row i of O is taken for row h
        tensor = np.zeros((m, n_out, n_in, n_out))
        for i, j, h in np.ndindex(m, n_out, n_in):
            tensor[i, j, h, j] = O[h, i]
    if did("first_sample_only"):
        tensor = only_first(tensor)
    return turned(did, finish(did, tensor, m))


dZ_dW = Definition(
    name="dZ_dW",
    notebook=NOTEBOOK,
    arguments="O, n_out",
    result="an array of shape (m, n_out, n_in, n_out)",
    of="the Jacobian",
    right=dense.dZ_dW,
    formula=_dZ_dW,
    mistakes=(
        diagonal_missing("j and k"),
        Mistake(
            "wrong_axis",
            "Your case analysis compares the wrong pair of indexes.",
            "the case analysis compares the wrong pair of indexes",
        ),
        "wrong_axis:rows",
        *OF_A_TENSOR,
    ),
    cases=batch_cases(lambda draw, m, n_in, n_out: (draw(m, n_in), n_out)),
    hints=(
        "Write Z[i, j] out as a sum. In which column of W do all of its weights stand?",
        "W[h, k] is in that sum only if k is j; its factor is then O[i, h].",
    ),
    solution="""def dZ_dW(O, n_out):
    m, n_in = O.shape
    tensor = np.zeros((m, n_out, n_in, n_out))
    for i, j, h in np.ndindex(m, n_out, n_in):
        tensor[i, j, h, j] = O[i, h]
    return tensor""",
    look="rows S11 and S12, {grad_W: The case analysis; Which entries are not zero}",
    view="KeyIdeaExplorer(dense.dZ_dW(**ex.case), np.ones((len(ex.case['O']), ex.case['n_out'])))",
)


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


grad_W = Definition(
    name="grad_W",
    notebook=NOTEBOOK,
    arguments="O, G",
    result="an array of shape (n_in, n_out)",
    of="the gradient",
    right=dense.grad_W,
    formula=_grad_W,
    mistakes=(
        "transposed",
        Mistake(
            "batch_averaged",
            look="row S13, {grad_W: A sum over samples}: is it a sum or a mean? And slip E9: where does the 1/m live?",
        ),
        ORDER,
        SCALAR_RULE,
        "scalar_rule:product",
        FIRST_SAMPLE_ONLY,
        BATCH_NOT_SUMMED,
        Mistake("averaged_over_entries", look="slip E9, {G_and_activation: Whose 1/m it is}: where does the 1/m live?"),
        "sign",
        "factor_two",
        "factor_two:half",
        "wrong_axis",
        "wrong_axis:units",
    ),
    cases=batch_cases(lambda draw, m, n_in, n_out: (draw(m, n_in), draw(m, n_out))),
    hints=(
        "Entry (h, k) belongs to one weight. Which entries of Z move when only that weight moves?",
        "Only column k of Z moves, and Z[i, k] moves by O[i, h]. Multiply each with its G, and add.",
        "The entry is column h of O with column k of G: a sum over the samples. A matrix product takes rows with columns.",
    ),
    solution="def grad_W(O, G):\n    return O.T @ G",
    look="rows S13 and S14, {grad_W: Rows and columns; The matrix formula}",
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


grad_W_regularized = Definition(
    name="grad_W_regularized",
    notebook=NOTEBOOK,
    arguments="O, G, W, lam",
    result="an array of shape (n_in, n_out)",
    of="the gradient",
    right=lambda O, G, W, lam: dense.grad_W(O, G) + lam * l2.gradient(W),
    formula=_grad_W_regularized,
    mistakes=(
        "lambda_missing",
        "regularizer_missing",
        "lambda_squared",
        "regularizer_on_data",
        "regularizer_on_data:too",
        "regularizer_averaged",
        Mistake(
            "factor_two:regularizer",
            "The regularizer's part differs by a factor of 2: what is the derivative of Omega = 1/2 * the sum of W^2?",
            "the regularizer's part has a factor of 2 too many, or too few",
            look="row S15, {grad_W: Regularization}",
        ),
        Mistake(
            "factor_two:regularizer_half",
            "The regularizer's part differs by a factor of 2: what is the derivative of Omega = 1/2 * the sum of W^2?",
            "the regularizer's part has a factor of 2 too many, or too few",
        ),
        Mistake(
            "sign:regularizer",
            "The regularizer's part is subtracted.",
            "the regularizer's part is subtracted",
            look="row S15, {grad_W: Regularization}",
        ),
        Mistake("sign:all", "Your result is exactly minus {of}: a sign is wrong.", "a sign is wrong"),
        Mistake(
            "factor_two:all",
            "Your result differs from {of} by a factor of 2 everywhere.",
            "a factor 2 is missing, or one too many",
        ),
        Mistake(
            "factor_two:all_half",
            "Your result differs from {of} by a factor of 2 everywhere.",
            "a factor 2 is missing, or one too many",
        ),
        Mistake(
            "transposed:all",
            "Your result is {of}, transposed: entry (h, k) stands at (k, h).",
            "rows and columns are exchanged (a transpose is missing, or one too many)",
        ),
        Mistake(
            "transposed",
            "Rows and columns are exchanged in the part of your result that comes from the data.",
            "rows and columns are exchanged in the part of your result that comes from the data",
        ),
        Mistake(
            "batch_averaged",
            "The part of your result that comes from the data is exactly 1/{m} of what it should be, and m is {m}: you averaged over the batch.",
            "you averaged over the batch (divided by m = {m})",
            look="row S13, {grad_W: A sum over samples}: is it a sum or a mean? And slip E9: where does the 1/m live?",
        ),
        ORDER,
        SCALAR_RULE,
        "scalar_rule:product",
        FIRST_SAMPLE_ONLY,
        BATCH_NOT_SUMMED,
        Mistake(
            "averaged_over_entries",
            "You divided the part of your result that comes from the data by the number of entries, m n_out = {entries}.",
            "you divided by the number of entries, m n_out",
            look="slip E9, {G_and_activation: Whose 1/m it is}: where does the 1/m live?",
        ),
        Mistake(
            "sign",
            "Exactly one sign is wrong: that of the part of your result that comes from the data.",
            "the sign of the part of your result that comes from the data is wrong",
        ),
        Mistake(
            "factor_two",
            "A factor of 2 is wrong in the part of your result that comes from the data.",
            "a factor of 2 is wrong in the part of your result that comes from the data",
        ),
        "factor_two:half",
        "wrong_axis",
        "wrong_axis:units",
    ),
    cases=batch_cases(
        lambda draw, m, n_in, n_out: (draw(m, n_in), draw(m, n_out), draw(n_in, n_out), draw.rng.uniform(0.1, 0.4))
    ),
    hints=(
        "J = L + lambda Omega. The gradient of a sum is the sum of the gradients.",
        "Omega = 1/2 * the sum of W^2: what is its derivative with respect to one entry W[h, k]?",
    ),
    solution="def grad_W_regularized(O, G, W, lam):\n    return O.T @ G + lam * W",
    look="row S15, {grad_W: Regularization}",
)


grad_W_sheet = Sheet(
    name="grad_W",
    notebook=NOTEBOOK,
    result="∇_W L",
    symbols=("n_in", "n_out"),
    given=(("O", ("m", "n_in")), ("G", ("m", "n_out"))),
    sizes=({"m": 3, "n_in": 2, "n_out": 2}, {"m": 2, "n_in": 3, "n_out": 2}, {"m": 2, "n_in": 2, "n_out": 3}),
    ask="Z = O W + b, and G is ∂L/∂Z. Fill in ∇_W L.",
    where="row S13, {grad_W: Rows and columns}: which numbers of O and of G meet in this entry, one product for each sample?",
    right=lambda O, G: O.T @ G,
    wrong=Product(
        *("O", COLUMN, "G", COLUMN),
        {
            (ROW, COLUMN): ("scalar_rule", "as in O G; a row of O belongs to a sample, not to an input"),
            (ROW, ROW): (
                "wrong_axis",
                "as in O Gᵀ; rows belong to samples, and this entry to an input and a unit",
            ),
            (COLUMN, ROW): ("order", "a row of G belongs to a sample, not to a unit"),
        },
        samples=True,
        divisor=True,
    ),
)

QUESTIONS = (
    question(
        "05 one weight's entry",
        "O = [[1, 2], [0, 3], [2, -1]] and G = [[3, 1], [1, -2], [0, 2]]: 3 samples, 2 inputs, 2 units.\n"
        "What is entry (1, 0) of ∇_W L, that of the weight for input 1 of unit 0?",
        wrong(
            "3",
            "batch_averaged",
            "That is the mean over the 3 samples, 9/3. The sum over the samples has no division in it: the 1/m of a mean loss "
            "is in G already.",
        ),
        wrong(
            "6",
            "first_sample_only",
            "That is 2 · 3, the product of sample 0 alone. The weight is used for every sample, so every sample has a say.",
        ),
        wrong(
            "5",
            "transposed",
            "That is entry (0, 1): column 0 of O with column 1 of G, as in Gᵀ O. The first index is the input, the second the "
            "unit, as in W.",
        ),
        right(
            "9",
            "Column 1 of O with column 0 of G: 2 · 3 + 3 · 1 + (-1) · 0, one product for each sample.",
        ),
    ),
    question(
        "05 an input that is 0",
        "Input h = 0 is 0 for every sample of this batch (a pixel that is always white).\n"
        "Which entries of ∇_W L are then 0, whatever G is?",
        wrong(
            "column 0",
            "transposed",
            "A column of ∇_W L is about a unit, as a column of W is. In Gᵀ O, the transpose, it would be column 0.",
        ),
        right(
            "row 0",
            "Entry (h, k) is column h of O with column k of G; with h = 0 every product is 0, for every unit k. The network "
            "cannot learn anything about a pixel that never changes from 0.",
        ),
        wrong(
            "none: the other inputs make up for it",
            "wrong_axis",
            "For that the sum would have to run over the inputs. It runs over the samples, and in all of them this input is 0.",
        ),
    ),
    question(
        "05 every sample twice",
        "You put O below itself and G below itself: 2m rows, each sample twice, each with the same row of G as before.\n"
        "What happens to Oᵀ G?",
        right(
            "Every entry doubles.",
            "Each entry is a sum over the samples: 2m terms, each of the old ones twice.",
        ),
        wrong(
            "It stays the same.",
            "batch_averaged",
            "So it would be with a mean over the batch. Oᵀ G is a sum, and each term now stands in it twice. (With a mean loss "
            "the rows of G would be half as large; that is the loss's 1/m, and not that of (A).)",
        ),
        wrong(
            "It gets twice as many rows.",
            "batch_not_summed",
            "The samples' index is summed over and disappears: (n_in, 2m) (2m, n_out) is (n_in, n_out), the shape of W. Only "
            "if the samples' parts were kept apart would there be twice as many.",
        ),
    ),
)
