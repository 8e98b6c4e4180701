"""The map of the course with what is done, drawn from the store; the export and the removal of what is stored."""

import re
from html import escape

from course_lib.exercises.engine.course import NOTEBOOKS, found
from course_lib.exercises.engine.definition import Definition
from course_lib.exercises.engine.puzzle import Puzzle
from course_lib.exercises.engine.store import Store

STATES = {"done": ("[x]", "✓"), "tried": ("[~]", "◐"), "not yet": ("[ ]", "○")}  # its mark in plain text, its icon
_LEFT = 'style="text-align: left"'  # JupyterLab would set it right; it takes care of the colours itself


class ProgressMap:
    """The exercises of each notebook, and which of them are done, tried or not yet; shown as a table or as text.

    course: {notebook: [name of an exercise, ...]}, shown in this order. tallies: {name: Tally}, as `Store.summary`
    returns it. Names in there that the course does not have (any more) are listed at the end.
    """

    def __init__(self, course, tallies):
        self.course, self.tallies = course, tallies
        self._names = [name for names in course.values() for name in names]

    def state(self, name):
        """The state of an exercise: "done" once it was passed, "tried" after an attempt or a hint, else "not yet"."""
        attempts, passes, hints = self.tallies.get(name, (0, 0, 0))
        return "done" if passes else "tried" if attempts or hints else "not yet"

    def __repr__(self):
        wide, column = (max(map(len, names), default=0) for names in (self._names, self.course))
        lines = [self._headline()]
        for label, name, state, tally in self._lines():
            attempts, passes, hints = tally or (0, 0, 0)
            counts = f"{_count(attempts, 'attempt')}, {passes} correct, {_count(hints, 'hint')}" * bool(tally)
            lines.append(f"{label:<{column}}  {STATES[state][0]} {name:<{wide}}  {state:<7}  {counts}".rstrip())
        return "\n".join([*lines, *self._elsewhere()])

    def _repr_html_(self):
        titles = ("notebook", "exercise", "state", "attempts", "correct", "hints")
        body = "".join(f'<th scope="col" {_LEFT}>{title}</th>' for title in titles) + "</tr></thead><tbody>"
        for label, name, state, tally in self._lines():
            if label:
                link = f'<a href="{label}.ipynb">{label}</a>' if re.fullmatch(r"\d\d_\w+", label) else escape(label)
                label = f'<th scope="rowgroup" rowspan="{len(self.course[label])}" {_LEFT}>{link}</th>'
            icon = f'<span aria-hidden="true">{STATES[state][1]}</span> {state}'
            cells = "".join(f"<td {_LEFT}>{cell}</td>" for cell in (icon, *(tally or ("", "", ""))))
            body += f'<tr>{label}<th scope="row" {_LEFT}>{escape(name)}</th>{cells}</tr>'
        below = "".join(f"<p>{escape(line)}</p>" for line in self._elsewhere())
        return f"<table><caption {_LEFT}>{escape(self._headline())}</caption><thead><tr>{body}</tbody></table>{below}"

    def _lines(self):
        """For each exercise its notebook, "" but for the first one there, its name, its state, and what is counted, or None."""
        for notebook, names in self.course.items():
            for label, name in zip([notebook] + [""] * len(names), names, strict=False):
                yield label, name, self.state(name), self.tallies.get(name)

    def _headline(self):
        states = [self.state(name) for name in self._names]
        counts = ", ".join(f"{states.count(state)} {state}" for state in STATES)
        return f"{_count(len(states), 'exercise')}: {counts}"

    def _elsewhere(self):
        others = sorted(set(self.tallies) - set(self._names))
        rest = [name for name in others if not name.startswith("detective ")]
        said = [f"Detective: {_count(len(others) - len(rest), 'case')} solved."] * (len(others) > len(rest))
        return said + [f"Also kept, of exercises that are not on this map: {', '.join(rest)}"] * bool(rest)


class Progress:
    """`progress()` draws the map; `progress.export()` writes everything to a file; `progress.forget()` removes it."""

    def __call__(self, store=None):
        """The `ProgressMap` of the notebooks that are there, with what a `Store` holds, by default the user's."""
        there = {path.stem for path in NOTEBOOKS.glob("*.ipynb")}
        course = {}
        for name, each in (found(Definition) | found(Puzzle)).items():
            if each.notebook in there or not there:
                course.setdefault(each.notebook, []).append(name)
        return ProgressMap(course, (store or Store()).summary())

    def export(self, path="course_progress.json"):
        """Write all attempts, answers and hints to a JSON file, whole or not at all; return its path."""
        return Store().export(path)

    def forget(self):
        """Remove all attempts, answers and hints for good; return how many rows that were. There is no way back."""
        return Store().forget()

    def __repr__(self):
        return self.__doc__


def _count(number, noun):
    return f"{number} {noun}{'s' * (number != 1)}"


progress = Progress()
