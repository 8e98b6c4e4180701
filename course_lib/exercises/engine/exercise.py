"""`exercise("grad_W")`: what a notebook holds in its hand, with `check`, `hint`, `solution`, `reset` and `restore`."""

import functools
import os
import warnings

from course_lib.exercises.engine.card import Result
from course_lib.exercises.engine.course import find, found
from course_lib.exercises.engine.definition import Definition
from course_lib.exercises.engine.repair import source_text
from course_lib.exercises.engine.sandbox import TIME_LIMIT
from course_lib.exercises.engine.store import Store


class Exercise:
    """One exercise of a notebook.

    store: what keeps attempts and hints, a `Store` or what has its methods; by default, that in the user's data
    folder. A store that fails costs a warning, and the exercise goes on.
    """

    def __init__(self, definition, store=None):
        self.definition, self.store = definition, store
        self._last, self._hinted = Result(""), 0  # what the last check said, and how many hints were given since

    @property
    def name(self):
        """The exercise's name, under which the store keeps it."""
        return self.definition.name

    @property
    def case(self):
        """The arguments, by name, of the case that the last check spoke of; empty before that, and once it is right."""
        case = self._last.case
        return {} if case is None else dict(zip(self.definition.names, case.copies(), strict=True))

    def check(self, function, limit=TIME_LIMIT):
        """Run the learner's function on all cases, `limit` seconds in all, and say what went wrong: a `Result`."""
        self._last, self._hinted = self.definition.check(function, limit), 0
        if self._last.status != "not attempted":
            self._tell("record", self.name, self._last.status, self._last.mistakes, source_text(function))
        return self._last

    def hint(self):
        """The first hint; called again, the next one. After a check, they begin with what the learner's code shows."""
        hints = (*self._last.hints, *((text, "") for text in self.definition.hints))
        if self._hinted >= len(hints):
            return self._note("hint", f"That was the last hint. {self.name}'s solution is in ex.solution().")
        text, code = hints[self._hinted]
        self._hinted += 1
        self._tell("record", self.name, "hint")
        return self._note("hint", f"({self._hinted} of {len(hints)}) {text}", code)

    def solution(self):
        """One right answer, as source."""
        return self._note("solution", "One right answer:", self.definition.solution)

    def reset(self):
        """Begin again: the hints start from the first, and the cell that says this becomes an empty answer."""
        self._last, self._hinted = Result(""), 0
        return self._offer("An empty answer", self.definition.stub)

    def restore(self):
        """The cell that says this becomes the saved answer: the last one that was right, or else the last one."""
        source = self._tell("last", self.name, passing=True) or self._tell("last", self.name)
        if not isinstance(source, str) or not source:
            return self._note("note", "No answer of this exercise is saved.")
        return self._offer("Your saved answer", source)

    def _note(self, kind, message, code=""):
        return Result(kind, (), message, exercise=self.name, code=code)

    def _offer(self, what, source):
        """In a notebook the cell now holds the source and its check; everywhere the source is shown."""
        from IPython import get_ipython  # slow to load

        shell = get_ipython()
        if shell is None:
            return self._note("note", f"{what}:", source)
        call, name = self.definition.call
        text = f"ex = {call}\n\n\n{source.strip()}\n\n\nex.check({name})"
        shell.set_next_input(text, replace=True)  # a second cell with the same answer would be one too many
        return self._note("note", f"{what} stands in this cell.", source)

    def _tell(self, method, *arguments, **named):
        """Call a method of the store. Whatever fails there costs one warning, and never the exercise."""
        try:
            store = self.store or _default_store(os.environ.get("COURSE_PROGRESS"))
            return getattr(store, method)(*arguments, **named)
        except Exception as error:  # noqa: BLE001 - a store that fails, in whatever way, must not cost the answer
            _warn_once(f"Progress is not saved: {type(error).__name__}: {error}")
            return None

    def __repr__(self):
        call, name = self.definition.call
        return f"{call}: {name}({self.definition.arguments}) gives {self.definition.result}"


def definitions():
    """All definitions by name, in the order of the course."""
    return found(Definition)


def exercises():
    """The names of all exercises, in the order of the course: a list."""
    return list(definitions())


def exercise(name, store=None):
    """The exercise of that name. store: see `Exercise`.

    Raises KeyError, with the nearest name, if there is none; TypeError if the name is no text.
    """
    return Exercise(find("exercise(name)", name, definitions(), "exercises()"), store)


@functools.cache
def _warn_once(message):
    warnings.warn(message, stacklevel=4)


_default_store = functools.cache(Store)
