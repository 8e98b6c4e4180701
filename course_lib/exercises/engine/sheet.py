"""A sheet to fill in by hand: which matrices are given, and which number each known mistake puts into an entry.

Every result here is a sum of products for each entry. A wrong number is a wrong sum: the wrong rows or columns, one term
too few, a sign, a mean. So the mistakes are computed for each entry on its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

ROW, COLUMN = 0, 1
_WORD = {ROW: "row", COLUMN: "column"}


class Known(NamedTuple):
    """A wrong number for one entry: which mistakes give it, and what it is, in words that follow "... is"."""

    value: float
    mistakes: tuple
    words: str


@dataclass(frozen=True)
class Sheet:
    """What is asked. `entry(matrices, h, k)` gives the terms of entry (h, k) and its bias; `wrong(...)` its mistakes.

    matrices: {name: array} of the given ones, in order. sizes: the sizes to draw from, each a dict.
    """

    name: str
    result: str  # its name, as in "∇_W L"
    symbols: tuple  # of the result
    given: tuple  # of (name, symbols)
    sizes: tuple
    ask: str
    where: str  # what to read again, for a number that no mistake explains
    right: Callable  # of the given matrices
    wrong: Callable  # (matrices, R, h, k) -> list of Known, the likelier first
    notebook: str = ""  # which the file of content says


@dataclass(frozen=True)
class Product:
    """The mistakes of entry (h, k), the `x` (ROW or COLUMN) h of the matrix X with the `y` k of the matrix Y, plus a bias.

    readings: for wrong pairs of rows and columns, (x, y) -> (the mistake's id, what is wrong about it). samples: True
    if the sum runs over the samples. bias: the name of the row that is added, if there is one.
    """

    X: str
    x: int
    Y: str
    y: int
    readings: dict
    samples: bool = False
    divisor: bool = False  # True where somebody may divide by m
    bias: str = ""

    def __call__(self, matrices, R, h, k):
        """All known wrong numbers of entry (h, k) of R, shape (rows, columns), the likelier first."""
        X, Y = matrices[self.X], matrices[self.Y]
        b = matrices[self.bias][0] if self.bias else np.zeros(R.shape[1], int)  # (n_out,)
        found = []
        if self.divisor:
            why = "you averaged over the batch, where the samples are added"
            why = why if self.samples else "a row belongs to one sample, whatever m is"
            found.append(Known(R[h, k] / len(X), ("batch_averaged",), f"the sum divided by m = {len(X)}: {why}"))
        found += _turned(R, h, k)
        if self.bias:
            alone, why = "the sum of products alone", "a bias belongs to the unit, not to the sample"
            found.append(Known(R[h, k] - b[k], ("bias_missing",), f"{alone}: the bias is missing"))
            swapped = f"the sum of products plus {self.bias}[0, {h}]: {why}"
            found += [Known(R[h, k] - b[k] + other, ("column_bias",), swapped) for other in b[h : h + 1]]
        terms = _line(X, self.x, h) * _line(Y, self.y, k)
        names = [f"{_entry(self.X, self.x, h, i)} · {_entry(self.Y, self.y, k, i)}" for i in range(len(terms))]
        sums = [*self._readings(X, Y, h, k), *_sums(terms, names, self.samples)]
        one = f"{self.X}[{h}, {k}] · {self.Y}[{h}, {k}]"
        if h < min(len(X), len(Y)) and k < min(X.shape[1], Y.shape[1]) and one not in names:
            why = "that is entry by entry, where a sum of products belongs"
            sums.append((X[h, k] * Y[h, k], "scalar_rule", one, why))
        for value, mistake, what, why in sums:
            plus = f", plus {self.bias}[0, {k}]" if b[k] else ""
            found.append(Known(value + b[k], (mistake,), f"{what}{plus}: {why}"))
            if b[k]:
                found.append(Known(value, (mistake, "bias_missing"), f"{what}: {why}; and the bias is missing"))
        return [*found, *_scaled(R, h, k), *_others(R, h, k)]

    def _readings(self, X, Y, h, k):
        """Sums of products along the wrong lines: (value, mistake, what, why). The shorter line ends the sum."""
        lines = [(x, h, y, k, mistake, why) for (x, y), (mistake, why) in self.readings.items()]
        if h != k:
            swapped = "so it is with the factors, or the two indexes, swapped"
            lines += [(x, k, y, h, "order", swapped) for x, y in self.readings]
        for x, i, y, j, mistake, why in lines:
            left, right = _line(X, x, i), _line(Y, y, j)
            if left is None or right is None or (mistake == "order" and len(left) != len(right)):
                continue  # nobody comes to another order by accident, and small integers are soon equal by accident
            length = min(len(left), len(right))
            short = "" if len(left) == len(right) else ", as far as both go"
            what = f"{_WORD[x]} {i} of {self.X} with {_WORD[y]} {j} of {self.Y}{short}"
            yield left[:length] @ right[:length], mistake, what, why


def column_sums(matrices, R, h, k):
    """The mistakes of entry (0, k) of R, shape (1, n_out), the column sums of G, shape (m, n_out)."""
    G = matrices["G"]
    m = len(G)
    rows = sorted(range(m), key=lambda i: i != k)
    why = "a bias belongs to a unit, and so to a column"
    sums = [
        (R[0, k] / m, "batch_averaged", f"the mean of the column, divided by m = {m}", "the samples are added up"),
        *((G[i].sum(), "wrong_axis", f"the sum of row {i} of G", why) for i in rows),
        *_sums(G[:, k], [f"G[{i}, {k}]" for i in range(m)], True),
        (G.sum(), "wrong_axis", "the sum of all of G", "only one column has to do with this bias"),
        (
            R[0, k] / G.size,
            "averaged_over_entries",
            f"the sum divided by m n_out = {G.size}",
            "the samples are added up",
        ),
    ]
    found = [Known(value, (mistake,), f"{what}: {why}") for value, mistake, what, why in sums]
    return [*found, *_scaled(R, h, k), *_others(R, h, k)]


def _sums(terms, names, samples):
    """Single terms, and sums with one term too few or with a wrong sign: (value, mistake, what, why)."""
    for i, (term, one) in enumerate(zip(terms, names, strict=True)):
        if samples:
            mistake = "batch_not_summed" if i else "first_sample_only"
            yield term, mistake, one, f"that is sample {i} alone, and the samples are added up"
        else:
            yield term, "scalar_rule", one, f"that is one product, where a sum of {len(terms)} belongs"
    for term, one in zip(terms, names, strict=True):
        if len(terms) > 2:
            mistake = "batch_not_summed" if samples else "term_missing"
            yield terms.sum() - term, mistake, f"the sum without {one}", "a term is missing"
        yield terms.sum() - 2 * term, "sign", f"the sum with {one} subtracted", "a sign is wrong"


def _entry(name, axis, index, i):
    """Entry i of row or column `index`, in letters."""
    return f"{name}[{index}, {i}]" if axis == ROW else f"{name}[{i}, {index}]"


def _line(A, axis, index):
    """Row or column `index` of A, (m, n), or None where A has no such."""
    if index >= A.shape[axis]:
        return None
    return A[index] if axis == ROW else A[:, index]


def _turned(R, h, k):
    if h != k and k < R.shape[0] and h < R.shape[1]:
        yield Known(R[k, h], ("transposed",), f"entry ({k}, {h}): the result is transposed")


def _scaled(R, h, k):
    yield Known(-R[h, k], ("sign",), "the right size with the wrong sign")
    yield Known(2 * R[h, k], ("factor_two",), "twice what it should be")


def _others(R, h, k):
    for i, j in np.ndindex(R.shape):
        if (i, j) not in ((h, k), (k, h)):
            yield Known(R[i, j], ("other_entry",), f"entry ({i}, {j}), in another place")
