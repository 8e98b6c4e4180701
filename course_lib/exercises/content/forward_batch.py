"""Notebook 03: the forward pass of one sample, of the batch, and with a column of ones."""

from dataclasses import replace

from course_lib.exercises.engine.by_hand import Sheet
from course_lib.exercises.engine.cases import batch_cases
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "03_forward_batch"

MISTAKES = (
    Mistake("bias_missing", look="row S8, {forward_batch: Broadcasting}"),
    Mistake(
        "order",
        "Your factors meet in the wrong order: W on the left meets O only where sizes happen to be equal.",
        "W stands on the left",
        "slip E1, {forward_batch: Where the notes differ}",
    ),
    Mistake("transposed", look="slip E1, {forward_batch: The same sample as a column}: where do the samples stand?"),
    Mistake(
        "transposed:W",
        "Your code turns W: it runs only where W is square, and there unit j has the weights of input j.",
        "W is turned",
        "slip E1, {forward_batch: Where the notes differ}",
        ("@ W", "@ W.T"),
    ),
    Mistake(
        "column_bias",
        "Your bias is added as a column: it runs only where sizes happen to be equal (or 1), and there each sample, instead of each unit, has its own.",
        "the bias is added as a column",
        "slip E4, {forward_batch: Broadcasting; Without broadcasting}",
    ),
    Mistake("sign:b", "Your code subtracts the bias.", "the bias is subtracted", change=(" + ", " - ")),
)


def _cases(samples=None):
    names = ("m" if samples is None else None, "n_in", "n_out")
    return batch_cases(
        lambda draw, m, n_in, n_out: (draw(samples or m, n_in), draw(n_in, n_out), draw(1, n_out)), names=names
    )


forward_sample = Definition(
    result="an array of shape (1, n_out)",
    of="z",
    mistakes=(
        Mistake(
            "flat_bias",
            "The numbers are right, but the shape is {shape}: a sample is a row with two axes, {expected}.",
            "the result is flat, without its axis of length 1",
            "row S7, {forward_batch: All units of one sample, as a row}: what shape has o?",
        ),
        *MISTAKES,
    ),
    cases=_cases(samples=1),
    hints=(
        "Unit j has its weights in column j of W. It adds o[0, h] W[h, j] over all inputs h, and then b[0, j].",
        "The sample is a row. A row times a matrix is a row.",
    ),
    solution="def forward_sample(o, W, b):\n    return o @ W + b",
    look="row S7, {forward_batch: All units of one sample, as a row}",
    view="ProductExplorer(ex.case['o'], ex.case['W'], ('o', 'W'))",
)


forward = Definition(
    result="an array of shape (m, n_out)",
    of="Z",
    mistakes=MISTAKES,
    cases=_cases(),
    hints=(
        "Row i of O is sample i. What you did with one row happens with each of them.",
        "A matrix product takes each row of O with W; numpy repeats the row b for every sample.",
    ),
    solution="def forward(O, W, b):\n    return O @ W + b",
    look="row S8, {forward_batch: The whole batch}",
    view="ProductExplorer(ex.case['O'], ex.case['W'], ('O', 'W'))",
)


forward_ones = replace(
    forward,
    mistakes=(Mistake("column_bias:ones", change=("ones @ b", "b.T")), *MISTAKES),
    hints=(
        "A column of ones, (m, 1), times the row b, (1, n_out), is (m, n_out): which rows has it?",
        "Z = O W + 1 b. How many ones are needed?",
    ),
    solution="def forward_ones(O, W, b):\n    ones = np.ones((len(O), 1))\n    return O @ W + ones @ b",
    look="row S16, {forward_batch: Without broadcasting}",
)


forward_sheet = Sheet(
    forward,
    "Z",
    "Samples are rows. Fill in Z = O W + b.",
    "row S8, {forward_batch: The whole batch}: sample i is a row of O; which numbers of W belong to unit j?",
)

QUESTIONS = (
    question(
        "03 whose bias it is",
        "One entry of Z = O W + b: sample 0 is o = (1, 2), column 2 of W is (3, -1), and b = (100, 200, 300).\n"
        "What is Z[0, 2]?",
        wrong(
            "101",
            "column_bias",
            "That adds b[0], the bias with the number of the sample. A bias belongs to a unit: Z[i, j] gets b[j] (slip E2). With 7 "
            "samples and 3 biases most samples would have none.",
        ),
        wrong(
            "1",
            "bias_missing",
            "That is the sum over the inputs, 1 · 3 + 2 · (-1), without the bias.",
        ),
        right(
            "301",
            "1 · 3 + 2 · (-1) + b[2] = 1 + 300. The row b is added to every sample, entry by entry: unit 2 has b[2].",
        ),
        wrong(
            "601",
            "wrong_axis",
            "That adds all three biases, a sum along the row b. Z[0, 2] has one unit, and so one bias.",
        ),
    ),
    question(
        "03 what one weight moves",
        "A batch of m = 7 samples goes through a layer with 5 inputs and 3 units, Z = O W + b. No entry of O is 0.\n"
        "You change one weight, W[1, 2]. How many entries of Z move?",
        right(
            "7: one in each row, in column 2",
            "Every sample uses the weight, each in its own Z[i, 2]. So its gradient will be a sum over the samples.",
        ),
        wrong(
            "1: the entry Z[1, 2]",
            "first_sample_only",
            "So it would be with one sample. The 1 in W[1, 2] is an input, not a sample: all samples have an input 1.",
        ),
        wrong(
            "3: one for each unit",
            "wrong_axis",
            "The weight belongs to unit 2 alone. What goes to every unit is an input.",
        ),
        wrong(
            "21: all of Z",
            "diagonal_missing",
            "The other units have weights of their own for input 1: where j is not 2, W[1, 2] is not in Z[i, j].",
        ),
    ),
    question(
        "03 every bias is raised",
        "Z = O W + b with m = 7 samples and n_out = 3 units. Every bias is raised by 1.\n"
        "By how much does the sum of all entries of Z rise?",
        right(
            "by 21",
            "Each of the 3 biases is copied into each of the 7 samples, so every entry of Z rises by 1. Whatever goes back to "
            "b will therefore be a sum over 7 samples.",
        ),
        wrong(
            "by 3",
            "first_sample_only",
            "That counts each bias once, as with a single sample. b is added to every row.",
        ),
        wrong(
            "by 7",
            "column_bias",
            "That is 1 for each sample: one bias for a row, shared by its units. A bias belongs to a unit, and each row gets "
            "all 3.",
        ),
    ),
    question(
        "03 what one input moves",
        "The same layer: 7 samples, 5 inputs, 3 units, and no weight is 0. You change one input of one sample, O[4, 3].\n"
        "How many entries of Z move?",
        right(
            "3: row 4, all of it",
            "The input goes to every unit, and to no other sample. So its gradient will be a sum over the units.",
        ),
        wrong(
            "1: the entry Z[4, 3]",
            "first_sample_only",
            "There is no unit 3 of 3: the 3 in O[4, 3] is an input. Each of the units has a weight for it.",
        ),
        wrong(
            "7: one for each sample",
            "wrong_axis",
            "So it is for a weight, which all samples share. An input belongs to one sample, and samples do not mix.",
        ),
        wrong(
            "21: all of Z",
            "diagonal_missing",
            "The other samples do not have this input: where i is not 4, O[4, 3] is not in Z[i, j].",
        ),
    ),
)
