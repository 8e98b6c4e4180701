"""What an exercise is made of: one `Definition` in a file of content; the engine reads nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course_lib.exercises.engine.compare import TOLERANCE, Raised, plain, plain_layers
from course_lib.exercises.engine.mistakes import MISTAKES, Mistake, bare

__all__ = ["Definition", "Mistake", "finish"]


@dataclass(frozen=True, eq=False)
class Definition:
    """One exercise: what is asked, what is right, and which mistakes are known.

    `formula(did, *arguments)` is the right formula and all the wrong ones: `did(key)` says whether the mistake of that
    key is made, and any two can be made at once. A new wrong formula is therefore one line, and its pairs come for free.
    """

    name: str
    notebook: str  # the notebook's name without .ipynb
    arguments: str  # as in a signature: "O, G"
    result: str  # what comes out, in words: "an array of shape (n_in, n_out)"
    right: Callable  # the reference, called with the arguments
    formula: Callable
    mistakes: tuple  # of `Mistake`, the likelier first; a key alone where the general words fit
    cases: Callable  # seed -> tuple of Case
    hints: tuple
    solution: str  # source code
    look: str  # where to look if no mistake says it
    of: str = "the right result"  # what is asked for, within a sentence
    view: str = ""  # an expression, of what the notebook imports, that shows `ex.case` in one of its views
    form: str = "array"  # or "layers": a list of (dW, db); or "in place": what the first argument then holds
    tolerance: float = TOLERANCE
    settle: Callable | None = (
        None  # (value, *arguments) -> value: lets pass what is a matter of taste, such as relu'(0)
    )

    @cached_property
    def known(self):
        """{key: Mistake}, in order, with the words of the bare id, or the general ones, where a mistake has none."""
        own = {each.key: each for each in (Mistake(m) if isinstance(m, str) else m for m in self.mistakes)}
        return {key: each.filled(own.get(bare(key)), MISTAKES[bare(key)]) for key, each in own.items()}

    @property
    def wrong(self):
        """The keys of the mistakes that `formula` can make, in order."""
        return tuple(key for key, each in self.known.items() if not each.limit)

    @property
    def limits(self):
        """{key: its two tags} of the mistakes that are right within a limit."""
        return {key: each.limit for key, each in self.known.items() if each.limit}

    @property
    def names(self):
        """The names of the arguments, in order."""
        return tuple(name.strip() for name in self.arguments.split(","))

    @property
    def stub(self):
        """The source that the learner begins with."""
        return f"def {self.name}({self.arguments}):\n    # your code\n    ..."

    def plain(self, value):
        """The value of a run as arrays, and what it is instead ("" if it is as it should be)."""
        return plain(value) if self.form == "array" else plain_layers(value)

    def value(self, case, wrong=()):
        """What the formula with these mistakes gives for a case, or `Raised`; without mistakes, the right value."""
        arguments = case.copies() if self.form == "in place" else case.arguments
        with np.errstate(all="ignore"):
            try:
                if not wrong:
                    given = self.right(*arguments)
                else:
                    given = self.formula(frozenset(wrong).__contains__, *arguments)
            except Exception as error:  # noqa: BLE001 - shapes that do not meet: then the learner's code must raise too
                return Raised(type(error).__name__, str(error))
        value, _ = self.plain(arguments[0] if self.form == "in place" else given)
        return self.settled(value, case)

    def settled(self, value, case):
        """The value of a case, with what is a matter of taste put right."""
        return value if self.settle is None else self.settle(value, *case.arguments)


def finish(did, R, m=None, entries=None):
    """The last steps in which most formulas can go wrong: scaled, with the wrong sign, or transposed.

    R: the result, of any shape. m: the number of samples. entries: what a mean over all entries divides by.
    """
    if m is not None and did("batch_averaged"):
        R = R / m
    if entries is not None and did("averaged_over_entries"):
        R = R / entries
    if did("factor_two"):
        R = 2 * R
    if did("factor_two:half"):
        R = R / 2
    if did("sign"):
        R = -R
    return np.transpose(R) if did("transposed") else R
