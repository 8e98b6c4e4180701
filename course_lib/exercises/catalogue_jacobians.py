"""Notebooks 01 and 02: Jacobians of vectors, and the key idea for any ranks."""

import numpy as np

from course_lib import jacobian
from course_lib.activations import gelu, sigmoid, softplus, tanh
from course_lib.exercises.cases import Case, Draw, batch_cases
from course_lib.exercises.definition import Definition, finish
from course_lib.exercises.mistakes import Words

_SCALES = ("sign", "factor_two", "factor_two:half")
_SLOPES = (tanh.f_prime, sigmoid.f_prime, softplus.f_prime, gelu.f_prime)


def _jacobian_linear(did, A):
    return finish(did, A)


def _jacobian_elementwise(did, f_prime, x):
    slopes = f_prime(x)
    if did("diagonal_missing"):
        return finish(did, slopes)
    if did("diagonal_missing:rows"):
        return finish(did, np.tile(slopes, (len(x), 1)))
    if did("diagonal_missing:columns"):
        return finish(did, np.tile(slopes[:, None], (1, len(x))))
    return finish(did, np.diag(slopes))


def _chain_linear(did, A, dx_dz):
    A = A.T if did("transposed:A") else A
    dx_dz = dx_dz.T if did("transposed:dx_dz") else dx_dz
    if did("scalar_rule"):
        return finish(did, A * dx_dz)
    return finish(did, dx_dz @ A if did("order") else A @ dx_dz)


def _numeric_jacobian(did, f, x):
    J = jacobian.numeric_jacobian(f, np.array(x))
    return finish(did, J.sum(axis=1) if did("diagonal_missing") else J)


def _vector_function_cases(seed):
    """Functions from (n,) to (m,), not linear; of columns of an (n, k) matrix too."""
    rng = np.random.default_rng(seed)
    sizes = [(7, 5, "notebook"), (7, 5, "notebook"), (2, 3, "primes"), (5, 7, "primes"), (1, 3, "edge"), (3, 1, "edge")]
    sizes += [(4, 4, "square"), (3, 3, "square"), (5, 2, "strided readonly")]
    cases = []
    for m, n, tags in sizes:
        A, B = rng.standard_normal((2, m, n)) / 2

        def f(x, A=A, B=B):
            return np.sin(A @ x) + B @ (x * x)

        cases.append(Case((f, rng.standard_normal(n)), {"m": m, "n": n}, frozenset(tags.split())))
    return tuple(cases)


def _key_idea(did, dY_dX, dz_dY):
    rank = dz_dY.ndim
    if did("scalar_rule"):
        return finish(did, dY_dX * dz_dY[(...,) + (None,) * (dY_dX.ndim - rank)])
    if did("order"):
        return finish(did, np.tensordot(dY_dX, dz_dY, axes=rank))
    return finish(did, np.tensordot(dz_dY, dY_dX, axes=rank))


def _key_idea_cases(seed):
    rng = np.random.default_rng(seed)
    shapes = [
        ((5, 3), (3, 7), "notebook higher"),
        ((5, 3), (3, 7), "notebook higher"),
        ((5,), (3,), "rankone"),
        ((2,), (7,), "rankone"),
        ((4,), (4,), "rankone"),
        ((3,), (3,), "rankone"),
        ((2, 7), (5, 2), "primes higher"),
        ((2, 5), (3,), "primes higher"),
        ((3, 2, 5), (2, 2), "primes higher"),
        ((3, 2), (), "higher"),
        ((), (3, 2), ""),
        ((3,), (2, 5), ""),
        ((4, 4), (4, 4), "square higher"),
        ((3, 3), (3, 3), "square higher"),
        ((1, 2), (2, 1), "edge higher"),
        ((5, 2), (2, 3), "float32 higher"),
        ((3, 2), (5, 2), "strided readonly higher"),
    ]
    cases = []
    for y, x, tags in shapes:
        tags = frozenset(tags.split())
        draw = Draw(rng, tags)
        arguments = (np.asarray(draw(*y, *x)), np.asarray(draw(*y)))
        cases.append(Case(arguments, {"Y.shape": y, "X.shape": x}, tags))
    return tuple(cases)


_DIAGONAL = Words(
    "Your result has numbers where y_i and x_j belong to different entries, or none of its rows at all: dy/dx is a matrix.",
    "the entries of different indexes are not zero, or the matrix is missing",
)
jacobian_linear = Definition(
    name="jacobian_linear",
    notebook="01_jacobians",
    arguments="A",
    result="dy/dx of y = A x, an array of shape (m, n)",
    of="the Jacobian",
    right=lambda A: A,
    formula=_jacobian_linear,
    wrong=("transposed", *_SCALES),
    cases=batch_cases(lambda draw, m, n, _: (draw(m, n),), names=("m", "n", None)),
    hints=(
        "Write one entry of y out: y_i = A[i, 1] x_1 + A[i, 2] x_2 + ...",
        "Which factor stands at x_j in that sum? That number is entry (i, j) of dy/dx.",
    ),
    solution="def jacobian_linear(A):\n    return A.copy()",
    look={
        "": "row S3, notebook 01, section 4",
        "transposed": "row S2, notebook 01, section 2: which index comes first?",
    },
    view="JacobianExplorer(ex.case['A'], np.ones(ex.case['A'].shape[1]))",
)
jacobian_elementwise = Definition(
    name="jacobian_elementwise",
    notebook="01_jacobians",
    arguments="f_prime, x",
    result="dy/dx of y = f(x), an array of shape (n, n)",
    of="the Jacobian",
    right=lambda f_prime, x: np.diag(f_prime(x)),
    formula=_jacobian_elementwise,
    wrong=("diagonal_missing", "diagonal_missing:rows", "diagonal_missing:columns", *_SCALES),
    cases=batch_cases(lambda draw, m, n, _: (_SLOPES[m % 4], draw(n)), names=(None, "n", None)),
    hints=(
        "y_i = f(x_i): how much does y_i move when another entry x_j moves?",
        "So entry (i, j) is 0 for i and j that differ. Only the diagonal is left.",
    ),
    solution="def jacobian_elementwise(f_prime, x):\n    return np.diag(f_prime(x))",
    look={"": "row S2, notebook 01, section 5"},
    says={"diagonal_missing": _DIAGONAL},
)
chain_linear = Definition(
    name="chain_linear",
    notebook="01_jacobians",
    arguments="A, dx_dz",
    result="dy/dz of y = A x, an array of shape (m, p)",
    of="the Jacobian",
    right=lambda A, dx_dz: jacobian.chain(A, dx_dz),
    formula=_chain_linear,
    wrong=("order", "transposed", "scalar_rule", "transposed:A", "transposed:dx_dz", *_SCALES),
    cases=batch_cases(lambda draw, m, n, p: (draw(m, n), draw(n, p)), names=("m", "n", "p")),
    hints=(
        "z moves x, and x moves y: there is one path from z_k to y_i for each entry x_j. Add the paths.",
        "Entry (i, k) is the sum over j of A[i, j] times dx_j/dz_k.",
    ),
    solution="def chain_linear(A, dx_dz):\n    return A @ dx_dz",
    look={"": "row S3, notebook 01, section 6"},
    says={
        "transposed:A": Words(
            "Your code turns A: it runs only for equal sizes, and there the numbers are those of A turned.",
            "A is turned",
        ),
        "transposed:dx_dz": Words(
            "Your code turns dx_dz: it runs only for equal sizes, and there the numbers are those of dx_dz turned.",
            "dx_dz is turned",
        ),
    },
    view="ProductExplorer(ex.case['A'], ex.case['dx_dz'], ('A', 'dx/dz'))",
)
numeric_jacobian = Definition(
    name="numeric_jacobian",
    notebook="01_jacobians",
    arguments="f, x",
    result="dy/dx of y = f(x), an array of shape (m, n)",
    of="the Jacobian",
    right=lambda f, x: jacobian.numeric_jacobian(f, np.array(x)),
    formula=_numeric_jacobian,
    wrong=("transposed", "diagonal_missing", "factor_two", "factor_two:half", "sign"),
    cases=_vector_function_cases,
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
    look={
        "": "row S2, notebook 01, section 3",
        "transposed": "row S2, notebook 01, section 2: which index comes first?",
        "diagonal_missing": "notebook 01, section 3: how many entries of x move at a time?",
        "factor_two": "notebook 01, section 3: how far apart are the two points that you compare?",
    },
    says={
        "diagonal_missing": Words(
            "Your result is what y moves when all entries of x move at once: one number for each y_i.",
            "all entries of x move at once",
        )
    },
)
key_idea = Definition(
    name="key_idea",
    notebook="02_key_idea",
    arguments="dY_dX, dz_dY",
    result="an array of the shape of X",
    of="the gradient",
    right=jacobian.key_idea,
    formula=_key_idea,
    wrong=("order", "scalar_rule", "transposed", *_SCALES),
    cases=_key_idea_cases,
    limits={"rank_one_only": ("rankone", "higher")},
    hints=(
        "Each entry of Y is a path from X to z. Weigh each path by how much z cares for it, and add them all.",
        "dY_dX has the indexes of Y first. As many of them as dz_dY has are summed: dz_dY.ndim.",
        "A loop over np.ndindex(dz_dY.shape) does it: dY_dX[j] has the shape of X.",
    ),
    solution="def key_idea(dY_dX, dz_dY):\n    return sum(dY_dX[j] * dz_dY[j] for j in np.ndindex(dz_dY.shape))",
    look={
        "": "row S4, notebook 02, sections 2 and 4",
        "rank_one_only": "row S4, notebook 02, section 5: how many indexes has Y?",
        "order": "row S4, notebook 02, section 2: which indexes are summed, those of Y or those of X?",
        "scalar_rule": "row S4, notebook 02, section 1: what happens to the paths at the end?",
    },
    says={
        "order": Words(
            "Your code sums over the last indexes of dY_dX, those of X: it runs only where X and Y have equal sizes.",
            "the sum runs over the indexes of X",
        ),
        "scalar_rule": Words(
            "Your result has the shape of dY_dX, {shape}: the products are there, but they are not added up.",
            "the products are not added up",
        ),
    },
    view="KeyIdeaExplorer(*ex.case.values())",
)
EXERCISES = (jacobian_linear, jacobian_elementwise, chain_linear, numeric_jacobian, key_idea)
