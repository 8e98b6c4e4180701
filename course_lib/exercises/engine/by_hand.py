"""`by_hand("grad_W")`: a matrix to fill in: an exercise with small whole numbers, and the numbers that its mistakes give.

Which matrices are given and what is right follows from the exercise. So do the wrong numbers: they are those of its
variants, and those of its sum with one term alone, without one, or with one of the wrong sign.
"""

import os
import secrets
from dataclasses import dataclass

import numpy as np

from course_lib.arguments import Whole
from course_lib.exercises.engine.cases import Case
from course_lib.exercises.engine.compare import Raised
from course_lib.exercises.engine.course import find, found
from course_lib.exercises.engine.definition import Definition
from course_lib.exercises.engine.variants import Variants

_DRAWS = 50  # of which the one is taken that has the most different numbers in its result, none of them 0
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
        case = max(cases, key=lambda case: len({*np.abs(self.definition.value(case)).flat} - {0}))
        R = self.definition.value(case)
        return case.arguments, R, self._wrong(case, R)

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
        first, *others = case.arguments
        axis = next(axis for axis, symbol in enumerate(self.symbols[0]) if symbol not in self.symbols[-1])
        count = first.shape[axis]
        for i in range(count):
            term = np.indices(first.shape)[axis] == i
            only, without = (self.definition.value(case, arguments=(first * kept, *others)) for kept in (term, ~term))
            named = f"{_TERMS.get(self.symbols[0][axis], 'path')} {i}"
            yield f"only {named} counts, where a sum of {count} belongs", only
            yield f"{named} is missing", without
            yield f"{named} has the wrong sign", 2 * without - R


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


def by_hand_names():
    """The names that `by_hand` knows, in the order of the course: a list."""
    return list(found(Sheet))


def by_hand(name, seed=None):
    """A matrix to fill in, with the matrices that it is computed from; as the last line of a cell it is shown.

    Without a seed, other numbers every time, unless the variable COURSE_SEED of the environment fixes them, as it does
    for the stored notebooks. Raises KeyError, with the nearest name, if there is no such sheet; TypeError if the name is
    no text or the seed no integer; ValueError for a negative seed.
    """
    from course_lib.exercises.engine.by_hand_view import ByHand  # slow to load

    sheet = find("by_hand(name)", name, found(Sheet), "by_hand_names()")
    if seed is None:
        seed = int(os.environ.get("COURSE_SEED") or secrets.randbelow(10**6))
    return ByHand(sheet, int(Whole()(f"by_hand({name!r}, seed)", "seed", seed)))
