"""Notebooks 05 to 07: the explicit tensors of the three case analyses, of rank 4."""

import numpy as np

from course_lib import dense
from course_lib.exercises.cases import batch_cases
from course_lib.exercises.definition import Definition, finish
from course_lib.exercises.mistakes import Words

_SCALES = ("transposed", "batch_averaged", "sign", "factor_two", "factor_two:half")


def _only_first(tensor):
    """The same tensor, with zeros for all samples but the first."""
    tensor = tensor.copy()
    tensor[1:] = 0
    return tensor


def _turned(did, tensor):
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
        tensor = _only_first(tensor)
    return _turned(did, finish(did, tensor, m))


def _dZ_db(did, m, n_out):
    eye = np.ones((n_out, n_out)) if did("diagonal_missing") else np.eye(n_out)
    tensor = np.broadcast_to(eye[:, None, :], (m, n_out, 1, n_out))
    if did("wrong_axis"):  # the case is taken to be i = k
        tensor = np.broadcast_to(np.eye(m, n_out)[:, None, None, :], (m, n_out, 1, n_out))
    if did("first_sample_only"):
        tensor = _only_first(tensor)
    tensor = _turned(did, finish(did, tensor, m))
    if did("flat_bias"):
        return tensor.reshape(
            [size for axis, size in enumerate(tensor.shape) if axis != (0 if did("transposed:layout") else 2)]
        )
    return np.swapaxes(tensor, 2, 3) if did("column_bias") else tensor


def _dZ_dO(did, m, W):
    n_in, n_out = W.shape
    W = W if did("untransposed_weights") else W.T
    eye = np.ones((m, m)) if did("diagonal_missing") else np.eye(m)
    tensor = np.empty((m, n_out, m, n_in), dtype=W.dtype)
    tensor[:] = eye[:, None, :, None] * W[None, :, None, :]
    if did("first_sample_only"):
        tensor = _only_first(tensor)
    return _turned(did, finish(did, tensor, m))


_SAYS = {
    "transposed:layout": Words(
        "All numbers are there, but your tensor has the indexes of X first: the result's indexes, i and j, come first.",
        "the indexes of X stand first",
    ),
    "transposed": Words(
        "All numbers are there, but the axes of your tensor stand in the reverse order.",
        "the axes stand in the reverse order",
    ),
    "batch_averaged": Words(
        "Your entries are exactly 1/{m} of the right ones, and m is {m}: one entry of Z belongs to one sample, and nothing "
        "is averaged.",
        "you divided by m = {m}",
    ),
    "first_sample_only": Words(
        "Only the first of the m = {m} samples has entries in your tensor: every sample has its own.",
        "only the first sample has entries",
    ),
    "wrong_axis": Words(
        "Your case analysis compares the wrong pair of indexes.", "the case analysis compares the wrong pair of indexes"
    ),
}
_DIAGONAL = (
    "Your tensor has the same numbers for every {pair}: the case in which they differ is missing, where it is 0."
)


def _diagonal(pair):
    return {"diagonal_missing": Words(_DIAGONAL.replace("{pair}", pair), f"the case {pair} different is missing")}


dZ_dW = Definition(
    name="dZ_dW",
    notebook="05_grad_W",
    arguments="O, n_out",
    result="an array of shape (m, n_out, n_in, n_out)",
    of="the Jacobian",
    right=dense.dZ_dW,
    formula=_dZ_dW,
    wrong=("diagonal_missing", "transposed:layout", "wrong_axis", "wrong_axis:rows", "first_sample_only", *_SCALES),
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
    look={
        "": "rows S11 and S12, notebook 05, sections 2 and 3",
        "transposed": "row S2: the result's indexes come first; notebook 05, section 2",
    },
    says=_SAYS | _diagonal("j and k"),
    view="KeyIdeaExplorer(dense.dZ_dW(**ex.case), np.ones((len(ex.case['O']), ex.case['n_out'])))",
)
dZ_db = Definition(
    name="dZ_db",
    notebook="06_grad_b",
    arguments="m, n_out",
    result="an array of shape (m, n_out, 1, n_out)",
    of="the Jacobian",
    right=dense.dZ_db,
    formula=_dZ_db,
    wrong=(
        "diagonal_missing",
        "flat_bias",
        "transposed:layout",
        "wrong_axis",
        "column_bias",
        "first_sample_only",
        *_SCALES,
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
    look={
        "": "row S17, notebook 06, sections 2 and 3",
        "flat_bias": "row S17, notebook 06, section 2: b has two axes",
        "wrong_axis": "slip E2: the bias belongs to the unit, not to the sample; notebook 06, section 2",
        "transposed": "row S2: the result's indexes come first; notebook 06, section 2",
    },
    says=_SAYS
    | _diagonal("j and k")
    | {
        "flat_bias": Words(
            "The numbers are right, but the shape is {shape}, expected {expected}: b is a row with two axes.",
            "b's axis of length 1 is missing",
        ),
        "column_bias": Words(
            "The numbers are right, but the shape is {shape}, expected {expected}: b is a row, and not a column.",
            "b stands as a column",
        ),
    },
    view="KeyIdeaExplorer(dense.dZ_db(**ex.case), np.ones((ex.case['m'], ex.case['n_out'])))",
)
dZ_dO = Definition(
    name="dZ_dO",
    notebook="07_grad_O_and_the_loop",
    arguments="m, W",
    result="an array of shape (m, n_out, m, n_in)",
    of="the Jacobian",
    right=dense.dZ_dO,
    formula=_dZ_dO,
    wrong=("diagonal_missing", "untransposed_weights", "transposed:layout", "first_sample_only", *_SCALES),
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
    look={
        "": "row S19, notebook 07, sections 2 and 3",
        "transposed": "row S2: the result's indexes come first; notebook 07, section 2",
        "diagonal_missing": "row S19, notebook 07, sections 2 and 7: samples do not mix",
    },
    says=_SAYS | _diagonal("i and h"),
    view="KeyIdeaExplorer(dense.dZ_dO(**ex.case), np.ones((ex.case['m'], ex.case['W'].shape[1])))",
)
EXERCISES = (dZ_dW, dZ_db, dZ_dO)
