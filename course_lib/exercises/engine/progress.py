"""The map of the course with what is done, drawn from the store; the export and the removal of what is stored."""

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

from course_lib.exercises.engine.store import Store, Tally

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NOTHING = Tally(attempts=0, passes=0, hints=0)
# state: its mark in plain text, its icon, and the edge of its line. The word always stands beside them.
STATES = {
    "done": ("[x]", "✓", "solid var(--jp-success-color1, #2e7d32)"),
    "tried": ("[~]", "◐", "dashed var(--jp-warn-color1, #b26a00)"),
    "not yet": ("[ ]", "○", "dotted var(--jp-border-color1, #757575)"),
}
CELL = "text-align: left"  # JupyterLab would set it right; it takes care of the colours of text and lines itself


def course_of_exercises():
    """The names of the exercises by notebook, both in the order of the course: {notebook: [name, ...]}.

    Where the folder of notebooks is known, only those of notebooks that are in it.
    """
    from course_lib.exercises.engine.exercise import exercise, exercises

    course = {}
    for name in exercises():
        course.setdefault(exercise(name).notebook, []).append(name)
    there = {path.stem for path in NOTEBOOKS.glob("*.ipynb")} or set(course)
    return {notebook: course[notebook] for notebook in sorted(course) if notebook in there}


class ProgressMap:
    """The exercises of each notebook, and which of them are done, tried or not yet; shown as a table or as text.

    course: {notebook: [name of an exercise, ...]}, shown in this order. summary: {name: Tally}, as `Store.summary`
    returns it. Names in the summary that the course does not have (any more) are listed at the end.
    Raises TypeError if the course is no such mapping.
    """

    def __init__(self, course, summary):
        if not isinstance(course, Mapping) or any(isinstance(names, str) for names in course.values()):
            raise TypeError(f"course is {course!r}, expected a mapping {{notebook: [names of exercises]}}")
        self.notebooks = {str(notebook): [str(name) for name in names] for notebook, names in course.items()}
        self.tallies = dict(summary)

    def state(self, name):
        """The state of an exercise: "done" once it was passed, "tried" after an attempt or a hint, else "not yet"."""
        tally = self.tallies.get(name, NOTHING)
        return "done" if tally.passes else "tried" if tally.attempts or tally.hints else "not yet"

    def __repr__(self):
        names = self._names()
        wide = max((len(name) for name in names), default=0)
        column = max((len(notebook) for notebook in self.notebooks), default=0)
        lines = [self._headline()]
        for notebook, exercises in self.notebooks.items():
            labels = [notebook] + [""] * len(exercises)
            for label, name in zip(labels, exercises or [None], strict=False):
                lines.append(f"{label:<{column}}  {self._line(name, wide)}".rstrip())
        return "\n".join(lines + self._elsewhere())

    def _repr_html_(self):
        rows = "".join(self._html_rows(notebook, exercises) for notebook, exercises in self.notebooks.items())
        titles = ("notebook", "exercise", "state", "attempts", "correct", "hints")
        head = "".join(f'<th scope="col" style="{CELL}">{title}</th>' for title in titles)
        below = "".join(f"<p>{escape(line)}</p>" for line in self._elsewhere())
        return (
            f'<table><caption style="{CELL}">{escape(self._headline())}</caption>'
            f"<thead><tr>{head}</tr></thead>{rows}</table>{below}"
        )

    def _names(self):
        return [name for names in self.notebooks.values() for name in names]

    def _headline(self):
        states = [self.state(name) for name in self._names()]
        counts = ", ".join(f"{states.count(state)} {state}" for state in STATES)
        return f"{_count(len(states), 'exercise')}: {counts}"

    def _line(self, name, wide):
        if name is None:
            return "no exercises"
        state, tally = self.state(name), self.tallies.get(name, NOTHING)
        told = [_count(tally.attempts, "attempt"), f"{tally.passes} correct", _count(tally.hints, "hint")]
        return f"{STATES[state][0]} {name:<{wide}}  {state:<7}  {', '.join(told) if any(tally) else ''}"

    def _elsewhere(self):
        names = self._names()
        others = sorted(name for name in self.tallies if name not in names)
        return [f"Also kept, of exercises that are not on this map: {', '.join(others)}"] if others else []

    def _html_rows(self, notebook, exercises):
        first = f'<th scope="rowgroup" rowspan="{len(exercises) or 1}" style="{CELL}; vertical-align: top">{_link(notebook)}</th>'
        if not exercises:
            return f'<tbody><tr>{first}<td colspan="5" style="{CELL}">no exercises</td></tr></tbody>'
        rows = []
        for name in exercises:
            state, tally = self.state(name), self.tallies.get(name, NOTHING)
            _, icon, edge = STATES[state]
            cells = [f'<span aria-hidden="true">{icon}</span> {state}', *(tally if any(tally) else ("", "", ""))]
            line = f'<th scope="row" style="{CELL}; border-left: 4px {edge}">{escape(name)}</th>'
            rows.append(f"<tr>{first}{line}" + "".join(f'<td style="{CELL}">{cell}</td>' for cell in cells) + "</tr>")
            first = ""
        return f"<tbody>{''.join(rows)}</tbody>"


class Progress:
    """`progress()` draws the map; `progress.export()` writes everything to a file; `progress.forget()` removes it."""

    def __call__(self, course=None, store=None):
        """The `ProgressMap` of a course, by default of all exercises, with what a `Store` holds, by default the user's.

        course: {notebook: [name of an exercise, ...]}. Raises TypeError if it is no such mapping.
        """
        course = course_of_exercises() if course is None else course
        return ProgressMap(course, (store or Store()).summary())

    def export(self, path="course_progress.json", store=None):
        """Write all attempts, answers and hints to a JSON file, whole or not at all; see `Store.export`."""
        return (store or Store()).export(path)

    def forget(self, store=None):
        """Remove all attempts, answers and hints for good; return how many rows that were. There is no way back."""
        return (store or Store()).forget()

    def __repr__(self):
        return self.__doc__


def _count(number, noun):
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _link(notebook):
    """The notebook's name; where it is that of a file of the course, with a link from its neighbours to it."""
    name = escape(notebook)
    return f'<a href="{name}.ipynb">{name}</a>' if re.fullmatch(r"\d\d_\w+", notebook) else name


progress = Progress()
