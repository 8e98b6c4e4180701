"""One sheet with numbers in it: drawn so that the mistakes show, and checked entry by entry."""

import re
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from course_lib.arguments import Number
from course_lib.exercises.engine.course import placed
from course_lib.exercises.engine.sheet import Known
from course_lib.shapes import ShapeError

_DRAWS = 50  # that are compared for one case
_LIKELY = 8  # mistakes of an entry that ought to give another number than the right one
_EXACT = 1e-9
_CLOSE = 0.005  # a number that is not whole may be typed with two digits
_NUMBER = re.compile(r"([+-]?\d+(?:[.,]\d+)?)(?:\s*/\s*(\d+))?")


@dataclass(frozen=True)
class HandResult:
    """What is said about the entries. right: {(h, k): True or False} for the entries that are filled in.

    mistakes: {(h, k): ids} of the wrong ones, likelier reading first; () where no known mistake gives the number.
    message: a line for each entry that is not right. As text it is the message.
    """

    status: str  # "correct", "wrong", "unfinished" (what is there is right) or "not attempted"
    right: dict
    mistakes: dict
    message: str = field(compare=False)

    def __repr__(self):
        return self.message


class HandCase:
    """A sheet with numbers. matrices: {name: array of shape (rows, columns)} of the given ones; R: the right result."""

    def __init__(self, sheet, matrices):
        self.sheet, self.matrices = sheet, matrices
        self.R = sheet.right(*matrices.values())  # (rows, columns)

    @classmethod
    def draw(cls, sheet, seed):
        """The case of a seed, a sequence of integers: of several, the one in which the most mistakes show."""
        rng = np.random.default_rng(seed)
        sizes = sheet.sizes[rng.integers(len(sheet.sizes))]
        cases = (cls(sheet, _numbers(sheet, sizes, rng)) for _ in range(_DRAWS))
        return min(cases, key=lambda case: case.hidden)

    @cached_property
    def known(self):
        """{(h, k): [Known, ...]}: the numbers of the known mistakes, each number once, none of them right."""
        return {entry: self._merged(*entry) for entry in np.ndindex(self.R.shape)}

    @property
    def hidden(self):
        """How much this case hides: likely mistakes that give the right number, or the same; right numbers 0 or equal."""
        hidden = self.R.size - len(np.unique(self.R))
        for h, k in np.ndindex(self.R.shape):
            likely = self.sheet.wrong(self.matrices, self.R, h, k)[:_LIKELY]
            hidden += sum(known.value == self.R[h, k] for known in likely) + 3 * (self.R[h, k] == 0)
            hidden += (len(likely) - len({known.value for known in likely})) / 4
        return hidden

    @property
    def unexplained(self):
        """What is said about a wrong number that no known mistake gives."""
        return f"not right, and none of the known mistakes gives it. Look again at {placed(self.sheet.where)}"

    def check(self, answers):
        """A `HandResult` for the answers: an array, or rows of numbers and texts; None or "" is not filled in.

        Raises ShapeError for another shape than the result's, TypeError or ValueError for what is no finite number.
        """
        table = self._table(answers)
        right, mistakes, lines = {}, {}, []
        for (h, k), wanted in np.ndenumerate(self.R):
            value = self._value(table[h, k], h, k)
            if value is None:
                continue
            right[h, k] = bool(abs(value - wanted) <= _EXACT)
            if right[h, k]:
                continue
            known = next((each for each in self.known[h, k] if _agree(value, each.value)), None)
            mistakes[h, k] = known.mistakes if known else ()
            words = f"{known.words}." if known else self.unexplained
            lines.append(f"✗ Entry ({h}, {k}): {_written(table[h, k])} is {words}")
        return HandResult(self._status(right), right, mistakes, "\n".join([self._heading(right), *lines]))

    def _heading(self, right):
        count, some = sum(right.values()), f"entries of {self.sheet.result}"
        if not right or count == self.R.size:
            return (
                f"✓ All {count} {some} are right."
                if right
                else f"○ No {some.replace('entries', 'entry')} is filled in yet."
            )
        missing = self.R.size - len(right)
        rest = f", {missing} {'is' if missing == 1 else 'are'} not filled in" if missing else ""
        return f"{count} of {self.R.size} {some} {'is' if count == 1 else 'are'} right{rest}."

    def _status(self, right):
        if not right or not all(right.values()):
            return "wrong" if right else "not attempted"
        return "correct" if len(right) == self.R.size else "unfinished"

    def _table(self, answers):
        """The answers as an array of objects, of the result's shape."""
        table = np.array(answers, dtype=object)
        if table.shape != self.R.shape:
            expected = f"expected {_shape(self.sheet.symbols, self.R)}, such as {self.blank()}"
            raise ShapeError(f"{self.call}: the answers have shape {table.shape}, {expected}")
        return table

    def _value(self, answer, h, k):
        if answer is None or (isinstance(answer, str) and not answer.strip()):
            return None
        value = number(answer) if isinstance(answer, str) else answer
        return Number()(self.call, f"entry ({h}, {k})", answer if value is None else value)

    def _merged(self, h, k):
        merged = {}
        for value, mistakes, words in self.sheet.wrong(self.matrices, self.R, h, k):
            if value != self.R[h, k]:
                merged.setdefault(float(value), []).append((mistakes, words))
        return [
            Known(value, likeliest[0][0], "; or it is ".join(words for _, words in likeliest[:2]))
            for value, likeliest in merged.items()
        ]

    @property
    def call(self):
        """How messages begin."""
        return f'by_hand("{self.sheet.name}").check'

    def blank(self):
        """The rows of an empty answer, as text: [[None, None], ...]."""
        return str([[None] * self.R.shape[1]] * len(self.R))

    def __repr__(self):
        given = "\n".join(
            f"{name}, {_shape(symbols, self.matrices[name])}:\n{self.matrices[name]}"
            for name, symbols in self.sheet.given
        )
        return f"{self.sheet.ask} Its shape is {_shape(self.sheet.symbols, self.R)}.\n{given}"


def number(text):
    """The number that is written: "-3", "2.5", "2,5" or "7/3", with a hyphen or a minus sign; None if it is none."""
    found = _NUMBER.fullmatch(text.strip().replace("−", "-"))
    if not found or (found[2] and int(found[2]) == 0):
        return None
    return float(found[1].replace(",", ".")) / int(found[2] or 1)


def _agree(value, known):
    return abs(value - known) <= (_EXACT if known == int(known) else _CLOSE)


def _numbers(sheet, sizes, rng):
    drawn = {}
    for name, symbols in sheet.given:
        shape = tuple(int(sizes.get(symbol, 1)) for symbol in symbols)
        if symbols[0] == "1":  # a bias of 0, or the same for two units, would hide mistakes
            drawn[name] = rng.permutation([-3, -2, -1, 1, 2, 3])[np.newaxis, : shape[1]]  # (1, n_out)
        else:
            drawn[name] = rng.integers(-3, 4, shape)  # (rows, columns)
    return drawn


def _shape(symbols, A):
    return f"({', '.join(symbols)}) = {A.shape}"


def _written(answer):
    return str(answer).strip().replace("-", "−")
