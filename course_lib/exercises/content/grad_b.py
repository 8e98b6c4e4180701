"""Notebook 06: the tensor dZ/db and formula (B)."""

from course_lib.exercises.content.grad_W import OF_A_TENSOR, diagonal_missing
from course_lib.exercises.engine.by_hand import Sheet
from course_lib.exercises.engine.cases import batch_cases
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "06_grad_b"


dZ_db = Definition(
    result="an array of shape (m, n_out, 1, n_out)",
    of="the Jacobian",
    mistakes=(
        diagonal_missing("j and k"),
        Mistake("flat_bias", look="row S17, {grad_b: The case analysis}: b has two axes"),
        Mistake(
            "wrong_axis:i is k",
            look="slip E2: the bias belongs to the unit, not to the sample; {grad_b: The case analysis}",
            change=("tensor[i, j, 0, j] = 1", "tensor[i, j, 0, i:] = np.eye(1, n_out)[:, : max(n_out - i, 0)]"),
        ),
        Mistake(
            "column_bias",
            "The numbers are right, but the shape is {shape}, expected {expected}: b is a row, and not a column.",
            "b stands as a column",
            change=("return tensor", "return tensor.swapaxes(2, 3)"),
        ),
        *OF_A_TENSOR,
    ),
    cases=batch_cases(lambda draw, m, _, n_out: (m, n_out), names=("m", None, "n_out")),
    hints=(
        "Z[i, j] = ... + b[j]. Which b moves it, and by how much?",
        "1 where j = k, for every sample i. The shape is Z's, then b's: (m, n_out, 1, n_out).",
    ),
    solution="""def dZ_db(m, n_out):
    tensor = np.zeros((m, n_out, 1, n_out))
    for i, j in np.ndindex(m, n_out):
        tensor[i, j, 0, j] = 1
    return tensor""",
    look="row S17, {grad_b: The case analysis; A column of G}",
    view="KeyIdeaExplorer(dense.dZ_db(**ex.case), np.ones((ex.case['m'], ex.case['n_out'])))",
)


grad_b = Definition(
    result="an array of shape (1, n_out)",
    of="the gradient",
    mistakes=(
        Mistake("flat_bias", look="{grad_b: In code: keep the row}"),
        Mistake(
            "column_bias",
            "The numbers are right, but they stand in a column, {shape}: b is a row, {expected}.",
            "the result stands in a column",
            "{grad_b: In code: keep the row}",
            ("keepdims=True)", "keepdims=True).T"),
        ),
        Mistake("batch_averaged", look="row S18, {grad_b: A column of G}: is it a sum or a mean?"),
        Mistake(
            "batch_not_summed",
            look="{grad_b: Forward copies, backward adds}: what does adding a row to every sample do backwards?",
        ),
        Mistake(
            "wrong_axis",
            "Your sum runs over the units, and not over the samples: entry k should add up column k of G.",
            "the sum runs over the units",
            "row S18, {grad_b: A column of G}: which column belongs to b[k]?",
        ),
        Mistake(
            "wrong_axis:everything",
            "Your sum runs over all entries of G: each unit has a bias, and a sum, of its own.",
            "the sum runs over all entries",
            change=("axis=0, keepdims=True", ""),
        ),
    ),
    cases=batch_cases(lambda draw, m, _, n_out: (draw(m, n_out),), names=("m", None, "n_out")),
    hints=(
        "b[k] is added to Z[i, k] of every sample i. So how many entries of Z move with it, and by how much?",
        "Each of the m entries moves by 1: add column k of G.",
        "A gradient has the shape of the thing: b is a row, (1, n_out). Look for keepdims.",
    ),
    solution="def grad_b(G):\n    return G.sum(axis=0, keepdims=True)",
    look="row S18, {grad_b: A column of G; The matrix formula}",
    view="KeyIdeaExplorer(dense.dZ_db(*ex.case['G'].shape), ex.case['G'], ('Z', 'b', 'G'))",
)


grad_b_sheet = Sheet(
    grad_b,
    "∇_b L",
    "Z = O W + b, and G is ∂L/∂Z. Fill in ∇_b L.",
    "rows S17 and S18, {grad_b: A column of G}: which entries of Z move when b[k] moves, and by how much?",
)

QUESTIONS = (
    question(
        "06 rows that sum to 0",
        "With softmax and cross-entropy at the end of a network, each row of the first G sums to 0.\n"
        "What does that say about ∇_b L of the last layer?",
        wrong(
            "All its entries are 0.",
            "wrong_axis",
            "That takes rows for columns: the entries of ∇_b L are column sums of G, and nothing makes those 0.",
        ),
        right(
            "Its entries add up to 0.",
            "The sum of the column sums is the sum of all of G, and so is the sum of the row sums, which are 0. Softmax does "
            "not change when every entry of a row of Z gets the same amount more, so raising all biases together changes no "
            "loss.",
        ),
        wrong(
            "It is a column of m zeros.",
            "column_bias",
            "One number for each sample: the row sums of G as a column. So it would be if every sample had a bias of its own. "
            "∇_b L has the shape of b, (1, n_out).",
        ),
    ),
    question(
        "06 the gradient of two biases",
        "G = [[2, 1], [3, -1], [-2, 5], [1, 3]]: 4 samples, 2 units.\nWhat is ∇_b L?",
        wrong(
            "[[1, 2]]",
            "batch_averaged",
            "These are the means of the columns. Copied forwards means added backwards; if the loss is a mean, its 1/m is in G "
            "already.",
        ),
        wrong(
            "[[3, 2, 3, 4]]",
            "wrong_axis",
            "These are the sums along the rows, one for each sample. A bias belongs to a unit, and its gradient is a sum over "
            "the samples.",
        ),
        right(
            "[[4, 8]]",
            "The column sums: 2 + 3 - 2 + 1 and 1 - 1 + 5 + 3. Each bias is added to all 4 samples, with the slope 1.",
        ),
        wrong(
            "[[2, 1]]",
            "first_sample_only",
            "That is row 0 of G, one sample alone.",
        ),
    ),
    question(
        "06 a line of code for (B)",
        "G has the shape (7, 3), and b has the shape (1, 3).\nWhich line gives ∇_b L, in numbers and in shape?",
        wrong(
            "G.sum(axis=0)",
            "flat_bias",
            "The numbers are right, the shape is (3,): the axis of length 1 is gone. numpy puts a missing axis on the left, so a "
            "step still finds a row; but whoever turns the flat sum into a column, (3, 1), makes a table of b.",
        ),
        wrong(
            "G.sum(axis=1, keepdims=True)",
            "column_bias",
            "That sums over the units and gives a column, (7, 1): one number for each sample.",
        ),
        wrong(
            "G.mean(axis=0, keepdims=True)",
            "batch_averaged",
            "The shape is right, and each number is 1/7 of the gradient. The sum is not a mean.",
        ),
        right(
            "G.sum(axis=0, keepdims=True)",
            "A sum along axis 0 runs over the samples, and keepdims keeps the row: (1, 3).",
        ),
    ),
)
