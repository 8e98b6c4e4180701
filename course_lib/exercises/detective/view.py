"""The view of a case: code without marks, the loss, witnesses at a price, and a click on the line that is wrong."""

from html import escape

import anywidget
import traitlets

from course_lib.exercises.detective.cases import GIVEN, STEPS, Loop, draw, is_right, places, written
from course_lib.exercises.detective.witnesses import WITNESSES
from course_lib.exercises.engine.sandbox import apart
from course_lib.exercises.engine.store import Store
from course_lib.views.shared.view import script

SECONDS = 2.0  # for a line that is typed
POINTS = 10  # at the start; a witness costs one, a wrong line two


class Detective(anywidget.AnyWidget):
    """A case to solve, with the pointer or the keyboard; `points` are what is left, 0 at least, and `solved` says if it is.

    A line is right where a small change makes the code right. A changed line can be typed as well: it is run, and is right
    if the code then computes what it should. Where there is no kernel, the answers are folded below the code.
    """

    _esm, _css = script(__file__)
    title, facts, code = (traitlets.Unicode().tag(sync=True) for _ in range(3))
    places = traitlets.List().tag(sync=True)  # for each thing that is wrong {"lines", "says"}
    losses = traitlets.Dict().tag(sync=True)  # {"this code": [L, ...], "right code": [L, ...]}
    witnesses = traitlets.Dict().tag(sync=True)  # {name: what it says}
    asked = traitlets.List().tag(sync=True)  # [line, what is typed for it]
    answer = traitlets.Dict({"asked": []}).tag(sync=True)  # {"asked", "says"}
    found, opened = (traitlets.List().tag(sync=True) for _ in range(2))  # numbers of places; names of witnesses
    points = traitlets.Int(POINTS).tag(sync=True)

    def __init__(self, name, case, store=None):
        self._name, self._case, self._store = name, case, store
        numbers = ", ".join(f"{name} = {value}" for name, value in GIVEN.items() if name in case.right)
        codes = {"this code": case.wrong, "right code": case.right}
        super().__init__(
            title=name,
            facts=f"{case.data}, sizes {case.sizes}, {STEPS} steps. f is {case.f}, f_prime its derivative; {numbers}.",
            code=case.wrong.rstrip("\n"),
            places=[{"lines": list(lines), "says": says} for lines, says in zip(places(case), case.says, strict=True)],
            losses={words: Loop(case, code).run()[0].tolist() for words, code in codes.items()},
            witnesses={name: witness(case) for name, witness in WITNESSES.items()},
        )

    @property
    def solved(self):
        """Whether every line that is wrong was found."""
        return len(self.found) == len(self.places)

    def check(self, line, text):
        """Run the code with this text in the place of a line, counted from 1: what is said of it. Raises ValueError."""
        lines = self.code.split("\n")
        if isinstance(line, bool) or not isinstance(line, int) or not 1 <= line <= len(lines):
            raise ValueError(f"check(line, text): line is {line!r}, expected a whole number from 1 to {len(lines)}")
        old = lines[line - 1]
        lines[line - 1] = text if text[:1] == " " else old[: len(old) - len(old.lstrip())] + text
        code = "\n".join(lines) + "\n"
        try:
            right, _ = apart(SECONDS, is_right, self._case, code)
        except Exception as error:  # noqa: BLE001 - whatever the changed code raises
            return f"This does not run to its end: {type(error).__name__}."
        if not right:
            return "With this line the code is not right yet."
        self.found = list(range(len(self.places)))
        return "Right: with this line the code computes what it should."

    @traitlets.observe("asked")
    def _reply(self, change):
        line, text = change["new"]
        self.answer = {"asked": change["new"], "says": self.check(line, text)}

    @traitlets.observe("found")
    def _keep(self, _change):
        if self.solved:
            (self._store or Store()).record(f"detective {self._name}", "correct", (), "")

    def __repr__(self):
        return f"Detective, {self.title}. {self.facts}\n{self.code}"

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        data["text/plain"] = repr(self)
        folds = [*self.witnesses.items(), *((f"The line, {each['lines'][0]}", each["says"]) for each in self.places)]
        data["text/html"] = f"<p>{escape(self.facts)}</p><pre>{escape(self.code)}</pre>"
        for head, text in folds:
            data["text/html"] += f"<details><summary>{escape(head)}</summary><pre>{escape(text)}</pre></details>"
        return data, metadata


def detective(seed, level=1):
    """A training loop of which a line is wrong, to find it: the same for the same seed, a whole number, and level.

    level 1: one line; 2: one line, and the loss falls all the same; 3: two lines. Raises TypeError or ValueError, with the
    name, for another seed or level.
    """
    return Detective(f"seed {seed}, level {level}", draw(seed, level))


def detective_case(number):
    """One of the twelve written cases, of notebook 12, by its number. Raises TypeError or ValueError for another."""
    return Detective(f"case {number}", written(number))
