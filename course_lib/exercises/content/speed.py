"""Notebook 14: the column of ones, and what the explicit tensor costs."""

from course_lib.exercises.engine.cases import batch_cases
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "14_speed"


append_ones = Definition(
    result="an array of shape (m, n_in + 1)",
    mistakes=(
        Mistake(
            "wrong_axis",
            "Your ones are a row, one more sample: each sample should get one more input.",
            "the ones are a row",
            change=("(len(O), 1)", "(1, O.shape[1])", "hstack", "vstack"),
        ),
        Mistake(
            "order",
            "Your ones stand in front: they belong behind the inputs.",
            "the ones stand in front",
            change=("[O, ones]", "[ones, O]"),
        ),
        Mistake(
            "bias_missing",
            "There are no ones in your result.",
            "there are no ones",
            change=("np.hstack([O, ones])", "O"),
        ),
        Mistake(
            "bias_missing:zeros",
            "Your new column holds 0: the bias is multiplied by it.",
            "the new entries are 0",
            change=("np.ones", "np.zeros"),
        ),
    ),
    cases=batch_cases(lambda draw, m, n_in, _: (draw(m, n_in),), names=("m", "n_in", None)),
    hints=("Each sample gets one more input, which is always 1. Where do inputs stand, in rows or in columns?",),
    solution="def append_ones(O):\n    ones = np.ones((len(O), 1))\n    return np.hstack([O, ones])",
    look="row S16, {speed: The column of ones}: one more input, which is always 1",
)


QUESTIONS = (
    question(
        "14 twice as many units",
        "dZ/dW is kept as an array, (m, n_out, n_in, n_out). You double n_out.\nHow much memory does the array take?",
        wrong(
            "as much as before",
            "diagonal_missing",
            "Each weight does have m non-zero values, whatever n_out is. But there are twice as many weights, and the zeros are stored too.",
        ),
        wrong(
            "2 times as much",
            "factor_two",
            "That is how W and O^T G grow, and the number of values that are not zero. In the shape n_out stands twice.",
        ),
        right(
            "4 times as much",
            "n_out stands twice in the shape: once for the unit of Z, once for the unit of W. All entries with j ≠ k are zeros.",
        ),
    ),
    question(
        "14 one input more",
        "A layer has m = 61 samples, 67 inputs and 31 units. [O 1] has one column more than O.\n"
        "How many products more does the forward pass take with it?",
        wrong(
            "67 · 31, one for each weight",
            "batch_not_summed",
            "The weights stay as they are. The ones meet the row b, in every sample.",
        ),
        right("61 · 31, one for each entry of Z", "Each entry of Z is a sum with one term more: a 1 times a bias."),
        wrong("61, one for each sample", "first_sample_only", "In each sample the 1 meets the bias of every unit."),
    ),
)
