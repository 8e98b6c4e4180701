"""A sheet to fill in by hand: an exercise with small whole numbers, and the numbers that its mistakes give.

Which matrices are given and what is right follows from the exercise. So do the wrong numbers: they are those of its
variants, and those of its sum with one term alone, without one, or with one of the wrong sign.
"""

from dataclasses import dataclass

import numpy as np

from course_lib.exercises.engine.cases import Case
from course_lib.exercises.engine.compare import Raised
from course_lib.exercises.engine.definition import Definition
from course_lib.exercises.engine.variants import Variants

_DRAWS = 50  # of which the one is taken in which the most mistakes show
_SIZES = {2: (3, 4), 3: (2, 2, 3)}  # to give out, by how many there are
_TERMS = {"m": "sample", "n_in": "input", "n_out": "unit"}  # what the terms of a sum over it belong to


@dataclass(frozen=True)
class Sheet:
    """What is asked of an exercise whose result is a matrix, a sum of products, and whose arguments are matrices."""

    definition: Definition
    result: str  # its name, as in "∇_W L"
    ask: str
    where: str  # what to read again, for a number that no mistake explains
    notebook: str = ""  # which the file of content says

    name = property(lambda self: self.definition.name, doc="The name of the exercise.")

    @property
    def symbols(self):
        """The shapes in symbols, as ("m", "n_out"), those of the arguments first and that of the result last: a list."""
        case = self.definition.cases(0)[0]  # its sizes differ
        letters = {1: "1"} | {size: symbol for symbol, size in case.sizes.items()}
        return [tuple(letters[n] for n in A.shape) for A in (*case.arguments, self.definition.value(case))]

    def draw(self, seed):
        """The matrices of a seed, a sequence of integers: (those that are given, the right result R, [(words, wrong R)])."""
        rng = np.random.default_rng(seed)
        names = self.definition.cases(0)[0].sizes
        sizes = dict(zip(names, rng.permutation(_SIZES[len(names)]).tolist(), strict=True))
        shapes = [tuple(sizes.get(symbol, 1) for symbol in symbols) for symbols in self.symbols[:-1]]
        cases = [Case(tuple(rng.integers(-3, 4, shape) for shape in shapes), sizes) for _ in range(_DRAWS)]
        case = max(cases, key=self._shown)
        R = self.definition.value(case)
        return case.arguments, R, self._wrong(case, R)

    def _shown(self, case):
        """How much a case shows: right numbers that are neither 0 nor equal, and slips that give others; whatever the rules."""
        R = self.definition.value(case)
        values = np.array([R, *(A for _, A in self._slips(case, R))])  # (1 + slips, rows, columns)
        apart = sum(len(np.unique(values[:, h, k])) for h, k in np.ndindex(R.shape))
        return apart + 9 * np.count_nonzero(R) + 3 * len(np.unique(np.abs(R)))

    def _wrong(self, case, R):
        """[(words, a wrong R)], the likelier first, each matrix once."""
        variants = Variants(self.definition, [case], [R]).alone
        facts = case.sizes | {"entries": case.sizes.get("m", 1) * case.sizes.get("n_out", 1)}
        of_code = [(each.mistakes[0].beside.format_map(facts), each.value(0)) for each in variants]
        elsewhere = [("the number belongs to another entry", np.roll(R, step)) for step in range(1, R.size)]
        found = {}
        for words, value in [*of_code, *self._slips(case, R), *elsewhere]:
            A = _laid(value, R)
            if (A != R).any():
                found.setdefault(A.tobytes(), (words, A))
        return [*found.values()]

    def _slips(self, case, R):
        """What can be wrong with one term of the sum, and what comes out: (words, wrong R)."""
        *given, result = self.symbols
        summed = next(symbol for symbols in given for symbol in symbols if symbol not in result)
        axes = [symbols.index(summed) if summed in symbols else None for symbols in given]
        all_terms = range(case.sizes[summed])

        def value(terms):
            cut = [A if axis is None else A.take(terms, axis) for A, axis in zip(case.arguments, axes, strict=True)]
            return self.definition.value(case, arguments=cut)

        for i in all_terms:
            one, without = f"{_TERMS.get(summed, 'path')} {i}", value([j for j in all_terms if j != i])
            yield f"only {one} counts, where a sum of {len(all_terms)} belongs", value([i])
            yield f"{one} is missing", without
            yield f"{one} has the wrong sign", 2 * without - R


def _laid(value, R):
    """The wrong numbers at the places of R, shape (rows, columns), and those of R where there are none."""
    laid = R.astype(float)
    if isinstance(value, Raised) or value.ndim not in (0, 2):
        return laid
    if value.ndim == 0 or len(R) == 1:
        value = np.broadcast_to(value, R.shape) if value.ndim == 0 else value.reshape(1, -1)
    rows, columns = np.minimum(value.shape, R.shape)
    laid[:rows, :columns] = value[:rows, :columns]
    return laid
