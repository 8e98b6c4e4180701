"""Notebook 03: the forward pass of one sample, of the batch, and with a column of ones."""

from course_lib import dense
from course_lib.exercises.cases import batch_cases
from course_lib.exercises.definition import Definition, finish
from course_lib.exercises.mistakes import Words


def _forward(did, O, W, b):
    if did("first_sample_only"):
        O = O[:1]
    if did("transposed:W"):
        W = W.T
    if did("scalar_rule"):
        Z = O * W
    else:
        Z = W @ O if did("order") else O @ W
    if did("batch_averaged"):
        Z = Z.mean(axis=0, keepdims=True)
    if not did("bias_missing"):
        b = b.reshape(-1, 1) if did("column_bias") else b
        Z = Z - b if did("sign:b") else Z + b
    return finish(did, Z[0] if did("flat_bias") else Z)


_SAYS = {
    "sign:b": Words("Your code subtracts the bias.", "the bias is subtracted"),
    "transposed:W": Words(
        "Your code turns W: it runs only where W is square, and there unit j has the weights of input j.", "W is turned"
    ),
    "column_bias": Words(
        "Your bias is added as a column: it runs only where sizes happen to be equal (or 1), and there each sample, "
        "instead of each unit, has its own.",
        "the bias is added as a column",
    ),
    "flat_bias": Words(
        "The numbers are right, but the shape is {shape}: a sample is a row with two axes, {expected}.",
        "the result is flat, without its axis of length 1",
    ),
    "batch_averaged": Words(
        "Your result has one row, the mean over the samples: each sample keeps its own row.", "the samples are averaged"
    ),
    "transposed": Words(
        "Your result is Z, transposed: the samples stand in columns.", "rows and columns are exchanged in the result"
    ),
    "order": Words(
        "Your factors meet in the wrong order: W on the left meets O only where sizes happen to be equal.",
        "W stands on the left",
    ),
}
_LOOK = {
    "": "row S8, notebook 03, section 4",
    "bias_missing": "row S8, notebook 03, section 5",
    "column_bias": "slip E4, notebook 03, sections 5 and 6",
    "order": "slip E1, notebook 03, section 'Where the notes differ'",
    "transposed": "slip E1, notebook 03, section 3: where do the samples stand?",
    "transposed:W": "slip E1, notebook 03, section 'Where the notes differ'",
}
_WRONG = ("bias_missing", "order", "transposed", "transposed:W", "column_bias", "scalar_rule", "sign:b", "sign")
_VIEW = "ProductExplorer(ex.case['O'], ex.case['W'], ('O', 'W'))"


def _cases(samples=None):
    names = ("m" if samples is None else None, "n_in", "n_out")
    return batch_cases(
        lambda draw, m, n_in, n_out: (draw(samples or m, n_in), draw(n_in, n_out), draw(1, n_out)), names=names
    )


forward_sample = Definition(
    name="forward_sample",
    notebook="03_forward_batch",
    arguments="o, W, b",
    result="an array of shape (1, n_out)",
    of="z",
    right=dense.forward,
    formula=_forward,
    wrong=("flat_bias", *_WRONG),
    cases=_cases(samples=1),
    hints=(
        "Unit j has its weights in column j of W. It adds o[0, h] W[h, j] over all inputs h, and then b[0, j].",
        "The sample is a row. A row times a matrix is a row.",
    ),
    solution="def forward_sample(o, W, b):\n    return o @ W + b",
    look=_LOOK
    | {"": "row S7, notebook 03, section 2", "flat_bias": "row S7, notebook 03, section 2: what shape has o?"},
    says=_SAYS,
    view="ProductExplorer(ex.case['o'], ex.case['W'], ('o', 'W'))",
)
forward = Definition(
    name="forward",
    notebook="03_forward_batch",
    arguments="O, W, b",
    result="an array of shape (m, n_out)",
    of="Z",
    right=dense.forward,
    formula=_forward,
    wrong=(*_WRONG, "first_sample_only", "batch_averaged"),
    cases=_cases(),
    hints=(
        "Row i of O is sample i. What you did with one row happens with each of them.",
        "A matrix product takes each row of O with W; numpy repeats the row b for every sample.",
    ),
    solution="def forward(O, W, b):\n    return O @ W + b",
    look=_LOOK,
    says=_SAYS,
    view=_VIEW,
)
forward_ones = Definition(
    name="forward_ones",
    notebook="03_forward_batch",
    arguments="O, W, b",
    result="an array of shape (m, n_out)",
    of="Z",
    right=dense.forward,
    formula=_forward,
    wrong=(*_WRONG, "first_sample_only", "batch_averaged"),
    cases=_cases(),
    hints=(
        "A column of ones, (m, 1), times the row b, (1, n_out), is (m, n_out): which rows has it?",
        "Z = O W + 1 b. How many ones are needed?",
    ),
    solution="def forward_ones(O, W, b):\n    ones = np.ones((len(O), 1))\n    return O @ W + ones @ b",
    look=_LOOK | {"": "row S16, notebook 03, section 6", "bias_missing": "row S16, notebook 03, section 6"},
    says=_SAYS,
    view=_VIEW,
)
EXERCISES = (forward_sample, forward, forward_ones)
