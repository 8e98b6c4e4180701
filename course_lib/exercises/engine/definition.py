"""What an exercise is made of: one `Definition` in a file of content; the engine reads nothing else."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_lib.exercises.engine.check import check
from course_lib.exercises.engine.compare import TOLERANCE, Raised, plain, plain_layers
from course_lib.exercises.engine.mistakes import MISTAKES, Mistake, bare


@dataclass(frozen=True, eq=False)
class Definition:
    """One exercise: what is asked, and what is right. Its wrong variants are derived from the solution, see `variants`."""

    result: str  # what comes out, in words: "an array of shape (n_in, n_out)"
    cases: Callable  # seed -> tuple of Case
    hints: tuple
    solution: str  # source code; its first line names the exercise and its arguments
    look: str  # where to look if no mistake says it
    notebook: str = ""  # its name without .ipynb, which the file of content says
    mistakes: tuple = ()  # of `Mistake`: those with words, a place to look or a change of their own
    of: str = "the right result"  # what is asked for, within a sentence
    view: str = ""  # an expression, of what the notebook imports, that shows `ex.case` in one of its views
    form: str = "array"  # or "layers": a list of (dW, db); "in place": what the first argument then holds; "several"
    outputs: tuple = ()  # of several arrays, their names
    tolerance: float = TOLERANCE
    f: Callable | None = None  # of the arguments: the activation that a notebook has beside its derivative
    settle: Callable | None = None  # (value, *arguments) -> value, with what is a matter of taste put right: relu'(0)
    check = check

    @functools.cached_property
    def name(self):
        """The name of the exercise, which is the function's."""
        return re.match(r"def (\w+)", self.solution)[1]

    @functools.cached_property
    def arguments(self):
        """The arguments, as in a signature: "O, G"."""
        return re.match(r"def \w+\((.*)\):", self.solution)[1]

    @property
    def names(self):
        """The names of the arguments, in order."""
        return tuple(name.strip() for name in self.arguments.split(","))

    @property
    def stub(self):
        """The source that the learner begins with."""
        return f"def {self.name}({self.arguments}):\n    # your code\n    ..."

    @property
    def call(self):
        """What a notebook's cell writes to ask for it, and the name of the function that it checks."""
        return f'exercise("{self.name}")', self.name

    def known(self, key):
        """The mistake of this key, with the words of this exercise, of its bare id, or the general ones."""
        own = {each.key: each for each in self.mistakes}
        form = MISTAKES.get(key) if key != bare(key) else None
        return own.get(key, Mistake(key)).filled(form, own.get(bare(key)), MISTAKES[bare(key)])

    def plain(self, value):
        """The value of a run as arrays, and what it is instead ("" if it is as it should be)."""
        return plain(value) if self.form == "array" else plain_layers(value)

    def right(self, *arguments, source=""):
        """What the solution, or another source in its place, gives for these arguments."""
        space = {"np": np, "f": self.f and self.f(*arguments)}
        exec(_compiled(source or self.solution), space)  # noqa: S102 - the course's own code
        return space[self.name](*arguments)

    def value(self, case, source="", arguments=None):
        """What the solution gives for a case, or `Raised`. source, arguments: what is to be taken in place of its own."""
        arguments = case.copies() if arguments is None else arguments
        with np.errstate(all="ignore"):
            try:
                given = self.right(*arguments, source=source)
            except Exception as error:  # noqa: BLE001 - shapes that do not meet: then the learner's code must raise too
                return Raised(type(error).__name__, str(error))
        value, _ = self.plain(arguments[0] if self.form == "in place" else given)
        return self.settled(value, case)

    def settled(self, value, case):
        """The value of a case, with what is a matter of taste put right."""
        return value if self.settle is None else self.settle(value, *case.arguments)


@functools.lru_cache(4096)
def _compiled(source):
    return compile(source, "<variant>", "exec")
