"""Notebook 07: the tensor dZ/dO and formula (C)."""

from course_lib.exercises.content.grad_W import OF_A_TENSOR, diagonal_missing
from course_lib.exercises.engine.by_hand import Sheet
from course_lib.exercises.engine.cases import batch_cases
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "07_grad_O"


dZ_dO = Definition(
    result="an array of shape (m, n_out, m, n_in)",
    of="the Jacobian",
    mistakes=(
        diagonal_missing("i and h", "row S19, {grad_O: The case analysis; Samples do not mix}"),
        *OF_A_TENSOR,
    ),
    cases=batch_cases(lambda draw, m, n_in, n_out: (m, draw(n_in, n_out))),
    hints=(
        "Write Z[i, j] out as a sum. Entries of which row of O are in it?",
        "O[h, k] is in that sum only if h is i; its factor is then W[k, j].",
    ),
    solution="""def dZ_dO(m, W):
    n_in, n_out = W.shape
    tensor = np.zeros((m, n_out, m, n_in))
    for i, j, k in np.ndindex(m, n_out, n_in):
        tensor[i, j, i, k] = W[k, j]
    return tensor""",
    look="row S19, {grad_O: The case analysis; Which entries are not zero}",
    view="KeyIdeaExplorer(dense.dZ_dO(**ex.case), np.ones((ex.case['m'], ex.case['W'].shape[1])))",
)


grad_O = Definition(
    result="an array of shape (m, n_in)",
    of="the gradient",
    mistakes=(
        Mistake("untransposed_weights", look="row S20, {grad_O: The square trap; Rows with rows}"),
        Mistake("order", look="{grad_O: The square trap}"),
        Mistake("scalar_rule", look="{key_idea: The scalar trap}"),
        Mistake("batch_averaged", look="{grad_O: Samples do not mix}"),
        Mistake("first_sample_only:row", look="{grad_O: Samples do not mix}"),
        Mistake(
            "batch_not_summed",
            "Your products with the units are not added up: the sum over the n_out = {n_out} units is missing.",
            "the products with the units are not added up",
        ),
    ),
    cases=batch_cases(lambda draw, m, n_in, n_out: (draw(m, n_out), draw(n_in, n_out))),
    hints=(
        "Entry (h, k) belongs to input k of sample h. Which entries of Z move when only it moves?",
        "Only row h of Z moves: Z[h, j] by W[k, j]. Multiply each with its G, and add.",
        "The entry is row h of G with row k of W. A matrix product takes rows with columns.",
    ),
    solution="def grad_O(G, W):\n    return G @ W.T",
    look="rows S19 and S20, {grad_O: Multiply with G, and sum; Rows with rows; The matrix formula}",
    view="KeyIdeaExplorer(dense.dZ_dO(len(ex.case['G']), ex.case['W']), ex.case['G'], ('Z', 'O', 'G'))",
)


grad_O_sheet = Sheet(
    grad_O,
    "∇_O L",
    "Z = O W + b, and G is ∂L/∂Z. Fill in ∇_O L.",
    "row S20, {grad_O: Rows with rows}: one product for each unit; which number of G, and which weight?",
)

QUESTIONS = (
    question(
        "07 one row through W",
        "One sample has the row g = (1, 10) of G, and W = [[1, 2], [3, 4]]: 2 inputs, 2 units.\nWhat is its row of ∇_O L?",
        right(
            "(21, 43)",
            "Row h of W with g: 1 · 1 + 2 · 10, and 3 · 1 + 4 · 10. Input h reaches the units through row h of W. As a "
            "product: g Wᵀ.",
        ),
        wrong(
            "(31, 42)",
            "untransposed_weights",
            "That is g W: columns of W, each of which belongs to one unit. W is square here, so the product exists; with 5 "
            "inputs and 3 units it would not.",
        ),
        wrong(
            "(1, 40)",
            "scalar_rule",
            "That is g[h] · W[h, h], as if input h fed only unit h. Each input feeds every unit, so each entry is a sum over "
            "the units.",
        ),
    ),
    question(
        "07 a sample without error",
        "m = 7, n_in = 5, n_out = 3. Row 3 of G is 0: sample 3 has no error.\n"
        "Which entries of ∇_O L are 0 because of that, whatever W is?",
        wrong(
            "column 3",
            "transposed",
            "Column 3 of ∇_O L belongs to input 3, in all samples. In W Gᵀ, the transpose, it would be column 3.",
        ),
        wrong(
            "none: the sum over the batch has other terms",
            "wrong_axis",
            "(A) and (B) sum over the samples. (C) sums over the units, and the units of sample 3 all have G = 0.",
        ),
        right(
            "row 3",
            "Entry (h, k) is row h of G with row k of W: with h = 3 every product is 0. Samples do not mix, forwards or "
            "backwards.",
        ),
    ),
    question(
        "07 a sample of the batch moves",
        "m = 7, n_in = 5, n_out = 3. The input O[2, 1] gets a little more, and nothing else changes.\n"
        "Which entries of Z can move?",
        wrong(
            "row 1, that of the sample before",
            "wrong_layer_weights",
            "Read to the letter, the notes' o with i - 1 would be that. The small number there names the layer.",
        ),
        wrong(
            "column 1",
            "transposed",
            "Column 1 of Z belongs to unit 1, in all samples. The 1 in O[2, 1] counts inputs, and Z has no inputs to count.",
        ),
        right(
            "row 2",
            "A sample meets no other sample, and its input 1 meets every unit: n_out entries, all in row 2.",
        ),
    ),
)
