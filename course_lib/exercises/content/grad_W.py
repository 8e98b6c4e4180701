"""Notebook 05: the tensor dZ/dW and formula (A), with and without a regularizer."""

from course_lib.exercises.engine.by_hand import Sheet
from course_lib.exercises.engine.cases import batch_cases
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "05_grad_W"

PRODUCT = (
    Mistake("order", look="the square trap, {grad_W: Two traps}"),
    Mistake("scalar_rule", look="the scalar trap, {grad_W: Two traps}"),
    Mistake(
        "first_sample_only",
        look="row S12, {grad_W: Which entries are not zero}: how many entries of Z does one weight move?",
    ),
    Mistake("batch_not_summed", look="row S13, {grad_W: Multiply with G, and sum}: which index is summed?"),
    Mistake(
        "batch_averaged",
        look="row S13, {grad_W: A sum over samples}: is it a sum or a mean? And slip E9: where does the 1/m live?",
    ),
    Mistake("averaged_over_entries", look="slip E9, {G_and_activation: Whose 1/m it is}: where does the 1/m live?"),
)


# What is said of a tensor's case analysis.
def diagonal_missing(pair, look=""):
    """The mistake of a tensor that leaves out the case in which the two indexes of the pair differ."""
    return Mistake(
        "diagonal_missing",
        f"Your tensor has the same numbers for every {pair}: the case in which they differ is missing, where it is 0.",
        f"the case {pair} different is missing",
        look,
    )


OF_A_TENSOR = (
    Mistake(
        "batch_averaged",
        "Your entries are exactly 1/{m} of the right ones, and m is {m}: one entry of Z belongs to one sample.",
        "you divided by m = {m}",
    ),
    Mistake(
        "wrong_axis",
        "Your case analysis compares the wrong pair of indexes.",
        "the case analysis compares the wrong pair of indexes",
    ),
)


dZ_dW = Definition(
    result="an array of shape (m, n_out, n_in, n_out)",
    of="the Jacobian",
    mistakes=(
        diagonal_missing("j and k"),
        Mistake("wrong_axis:j is h", change=("tensor[i, j, h, j] = O[i, h]", "tensor[i, h : h + 1, h, j] = O[i, h]")),
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


grad_W = Definition(
    result="an array of shape (n_in, n_out)",
    of="the gradient",
    mistakes=PRODUCT,
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


grad_W_regularized = Definition(
    result="an array of shape (n_in, n_out)",
    of="the gradient",
    mistakes=(
        *PRODUCT,
        Mistake("regularizer_on_data", change=("O.T @ G + lam * W", "lam * (O.T @ G) + W")),
        Mistake(
            "factor_two:regularizer",
            "The regularizer's part differs by a factor of 2: what is the derivative of Omega = 1/2 * the sum of W^2?",
            "the regularizer's part has a factor of 2 too many, or too few",
            "row S15, {grad_W: Regularization}",
            ("lam * W", "2 * lam * W"),
        ),
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
    grad_W,
    "∇_W L",
    "Z = O W + b, and G is ∂L/∂Z. Fill in ∇_W L.",
    "row S13, {grad_W: Rows and columns}: which numbers of O and of G meet in this entry, one product for each sample?",
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
