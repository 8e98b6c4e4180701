"""Notebook 01: Jacobians of vectors."""

import numpy as np

from course_lib.activations import gelu, sigmoid, softplus, tanh
from course_lib.exercises.engine.by_hand import Sheet
from course_lib.exercises.engine.cases import batch_cases, drawn_cases
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "01_jacobians"

TRANSPOSED = Mistake("transposed", look="row S2, {jacobians: Why the result comes first}: which index comes first?")

_SLOPES = (tanh.f_prime, sigmoid.f_prime, softplus.f_prime, gelu.f_prime)


def _vector_function(draw, m, n):
    """A function from (n,) to (m,), not linear; of columns of an (n, k) matrix too; and where it is to be taken."""
    A, B = draw.rng.standard_normal((2, m, n)) / 2
    return lambda x: np.sin(A @ x) + B @ (x * x), draw.rng.standard_normal(n)


SIZES = (
    *((7, 5, "notebook"), (7, 5, "notebook"), (2, 3, "primes"), (5, 7, "primes"), (1, 3, "edge"), (3, 1, "edge")),
    *((4, 4, "square"), (3, 3, "square"), (5, 2, "strided")),
)


jacobian_linear = Definition(
    result="dy/dx of y = A x, an array of shape (m, n)",
    of="the Jacobian",
    mistakes=(TRANSPOSED,),
    cases=batch_cases(lambda draw, m, n, _: (draw(m, n),), names=("m", "n", None)),
    hints=(
        "Write one entry of y out: y_i = A[i, 1] x_1 + A[i, 2] x_2 + ...",
        "Which factor stands at x_j in that sum? That number is entry (i, j) of dy/dx.",
    ),
    solution="def jacobian_linear(A):\n    return A.copy()",
    look="row S3, {jacobians: A matrix times a vector}",
    view="JacobianExplorer(ex.case['A'], np.ones(ex.case['A'].shape[1]))",
)


jacobian_elementwise = Definition(
    result="dy/dx of y = f(x), an array of shape (n, n)",
    of="the Jacobian",
    mistakes=(
        Mistake(
            "diagonal_missing",
            "Your result has numbers where y_i and x_j belong to different entries, or none of its rows at all: dy/dx is a matrix.",
            "the entries of different indexes are not zero, or the matrix is missing",
        ),
    ),
    cases=batch_cases(lambda draw, m, n, _: (_SLOPES[m % 4], draw(n)), names=(None, "n", None)),
    hints=(
        "y_i = f(x_i): how much does y_i move when another entry x_j moves?",
        "So entry (i, j) is 0 for i and j that differ. Only the diagonal is left.",
    ),
    solution="def jacobian_elementwise(f_prime, x):\n    return np.diag(f_prime(x))",
    look="row S2, {jacobians: Element-wise maps}",
)


chain_linear = Definition(
    result="dy/dz of y = A x, an array of shape (m, p)",
    of="the Jacobian",
    cases=batch_cases(lambda draw, m, n, p: (draw(m, n), draw(n, p)), names=("m", "n", "p")),
    hints=(
        "z moves x, and x moves y: there is one path from z_k to y_i for each entry x_j. Add the paths.",
        "Entry (i, k) is the sum over j of A[i, j] times dx_j/dz_k.",
    ),
    solution="def chain_linear(A, dx_dz):\n    return A @ dx_dz",
    look="row S3, {jacobians: The chain}",
)


numeric_jacobian = Definition(
    result="dy/dx of y = f(x), an array of shape (m, n)",
    of="the Jacobian",
    mistakes=(
        TRANSPOSED,
        Mistake(
            "diagonal_missing",
            "Your result is what y moves when all entries of x move at once: one number for each y_i.",
            "all entries of x move at once",
            "{jacobians: Slopes without a formula}: how many entries of x move at a time?",
            ("np.stack(columns, axis=1)", "sum(columns)"),
        ),
        Mistake(
            "factor_two",
            look="{jacobians: Slopes without a formula}: how far apart are the two points that you compare?",
        ),
    ),
    cases=drawn_cases(_vector_function, ("m", "n"), SIZES),
    tolerance=1e-3,  # a one-sided difference with a step of 1e-4 is good enough
    hints=(
        "Move one entry of x a little, and leave the others. How far does y move, for each unit of the step?",
        "That gives one column: column j is about x_j. Fill the columns one after the other, on a copy of x.",
        "With a step of 1e-5 to both sides, divide by the whole way between them.",
    ),
    solution="""def numeric_jacobian(f, x):
    h, columns = 1e-5, []
    for j in range(len(x)):
        step = np.zeros(len(x))
        step[j] = h
        columns.append((f(x + step) - f(x - step)) / (2 * h))
    return np.stack(columns, axis=1)""",
    look="row S2, {jacobians: Slopes without a formula}",
)


chain_linear_sheet = Sheet(
    chain_linear,
    "∂y/∂z",
    "y = A x, and x depends on z. Fill in ∂y/∂z.",
    "row S3, {jacobians: The chain}: by which paths does z[k] reach y[i]?",
)

QUESTIONS = (
    question(
        "01 one component moves",
        "y = A x with A = [[2, -1, 0], [3, 4, 5]] and x = (1, 2, -1).\n"
        "You raise x[1] by 1, and nothing else. By how much do the components of y move?",
        wrong(
            "by (3, 4, 5)",
            "transposed",
            "That is row 1 of A. A row belongs to one result, y[1]; here you ask what one variable does, and that is a "
            "column. y has two components, and so has what they move by.",
        ),
        wrong(
            "by (-2, 8)",
            "activation_not_derivative",
            "These are the terms A[i, 1] x[1] that stand in y, with x[1] = 2. A Jacobian holds slopes: how much a term "
            "grows for 1 more of x[1], and that is A[i, 1] alone.",
        ),
        right(
            "by (-1, 4)",
            "It is column 1 of A: y[i] = A[i, 0] x[0] + A[i, 1] x[1] + A[i, 2] x[2] grows by A[i, 1], whatever x is.",
        ),
        wrong(
            "by (0, 4)",
            "scalar_rule",
            "That is the entry at (1, 1) alone, as if x[1] could move only y[1]. So it is for element-wise maps; in a "
            "product with a matrix every component of x may move every component of y. y[0] moves by A[0, 1] = -1.",
        ),
    ),
    question(
        "01 the Jacobian of a row",
        "A sample is a row. Let r be a row of 5 numbers, and s = r B with B of shape (5, 3): a row of 3 numbers.\n"
        "Which matrix is ∂s/∂r, with the result's index first?",
        wrong(
            "B, of shape (5, 3)",
            "transposed",
            "B is right for B x, with B on the left of a column. Here it would be the transpose of the Jacobian: 3 results "
            "and 5 variables make (3, 5).",
        ),
        right(
            "Bᵀ, of shape (3, 5)",
            "s[i] = r[0] B[0, i] + ... + r[4] B[4, i], so ∂s[i]/∂r[j] = B[j, i], and that is entry (i, j) of Bᵀ. It comes "
            "back as a Wᵀ in notebook 07.",
        ),
        wrong(
            "the numbers B[i, i] at (i, i) and 0 elsewhere, of shape (3, 5)",
            "scalar_rule",
            "That would be an element-wise map, in which s[i] depends on r[i] alone. In r B each of the 5 numbers of r goes "
            "into each of the 3 results: all 15 entries are slopes, and none is 0 because of its indexes.",
        ),
    ),
    question(
        "01 a square in the chain",
        "u = B z with B = [[1, 2], [3, -1], [0, 4]] and z = (2, 1), so u = (4, 5, 4). Then x[j] = u[j]².\n"
        "What is ∂x[1]/∂z[0]?",
        wrong(
            "3",
            "activation_not_undone",
            "That is B[1, 0] = ∂u[1]/∂z[0] alone: the step from u to x, with its slope 2 u[1] = 10, is left out.",
        ),
        wrong(
            "75",
            "activation_not_derivative",
            "That is u[1]² · B[1, 0] = 25 · 3: the value of the square where its slope, 2 u[1], belongs.",
        ),
        right(
            "30",
            "∂x[1]/∂u[1] · ∂u[1]/∂z[0] = 2 u[1] · B[1, 0] = 10 · 3. The other u[j] are not in x[1], so there is no other path.",
        ),
        wrong(
            "150",
            "derivative_at_output",
            "That is 2 x[1] · B[1, 0] = 50 · 3: the slope of the square taken at its output, x[1] = 25. It belongs to what "
            "goes in, u[1] = 5.",
        ),
    ),
)
