"""The map of the course with what is done, drawn from the store; the export and the removal of what is stored."""

import re
from html import escape

from course_lib.exercises.engine.course import NOTEBOOKS, found
from course_lib.exercises.engine.definition import Definition
from course_lib.exercises.engine.store import Store, Tally

STATES = {"done": ("[x]", "✓"), "tried": ("[~]", "◐"), "not yet": ("[ ]", "○")}  # its mark in plain text, its icon
_TITLES = ("notebook", "exercise", "state", "attempts", "correct", "hints")
_LEFT = 'style="text-align: left"'  # JupyterLab would set it right; it takes care of the colours itself


class ProgressMap:
    """The exercises of each notebook, and which of them are done, tried or not yet; shown as a table or as text.

    course: {notebook: [name of an exercise, ...]}, shown in this order. summary: {name: Tally}, as `Store.summary`
    returns it. Names in the summary that the course does not have (any more) are listed at the end.
    """

    def __init__(self, course, summary):
        self.course, self.tallies = course, summary

    def state(self, name):
        """The state of an exercise: "done" once it was passed, "tried" after an attempt or a hint, else "not yet"."""
        attempts, passes, hints = self.tallies.get(name, (0, 0, 0))
        return "done" if passes else "tried" if attempts or hints else "not yet"

    def __repr__(self):
        wide = max((len(name) for name in self._names()), default=0)
        column = max((len(notebook) for notebook in self.course), default=0)
        lines = [self._headline()]
        for notebook, names in self.course.items():
            for label, name in zip([notebook] + [""] * len(names), names, strict=False):
                attempts, passes, hints = tally = self.tallies.get(name, Tally(0, 0, 0))
                counts = f"{_count(attempts, 'attempt')}, {passes} correct, {_count(hints, 'hint')}" * any(tally)
                state = self.state(name)
                lines.append(f"{label:<{column}}  {STATES[state][0]} {name:<{wide}}  {state:<7}  {counts}".rstrip())
        return "\n".join([*lines, *self._elsewhere()])

    def _repr_html_(self):
        head = "".join(f'<th scope="col" {_LEFT}>{title}</th>' for title in _TITLES)
        body = ""
        for notebook, names in self.course.items():
            first = f'<th scope="rowgroup" rowspan="{len(names)}" {_LEFT}>{_link(notebook)}</th>'
            for name in names:
                tally, state = self.tallies.get(name), self.state(name)
                icon = f'<span aria-hidden="true">{STATES[state][1]}</span> {state}'
                cells = "".join(f"<td {_LEFT}>{cell}</td>" for cell in (icon, *(tally or ("", "", ""))))
                body += f'<tr>{first}<th scope="row" {_LEFT}>{escape(name)}</th>{cells}</tr>'
                first = ""
        below = "".join(f"<p>{escape(line)}</p>" for line in self._elsewhere())
        caption = f"<caption {_LEFT}>{escape(self._headline())}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"

    def _names(self):
        return [name for names in self.course.values() for name in names]

    def _headline(self):
        states = [self.state(name) for name in self._names()]
        counts = ", ".join(f"{states.count(state)} {state}" for state in STATES)
        return f"{_count(len(states), 'exercise')}: {counts}"

    def _elsewhere(self):
        others = sorted(set(self.tallies) - set(self._names()))
        cases = [name for name in others if name.startswith("detective ")]
        rest = [name for name in others if name not in cases]
        said = [f"Detective: {_count(len(cases), 'case')} solved."] if cases else []
        return said + ([f"Also kept, of exercises that are not on this map: {', '.join(rest)}"] if rest else [])


class Progress:
    """`progress()` draws the map; `progress.export()` writes everything to a file; `progress.forget()` removes it."""

    def __call__(self, store=None):
        """The `ProgressMap` of the notebooks that are there, with what a `Store` holds, by default the user's."""
        there = {path.stem for path in NOTEBOOKS.glob("*.ipynb")}
        course = {}
        for name, each in found(Definition).items():
            if each.notebook in there or not there:
                course.setdefault(each.notebook, []).append(name)
        return ProgressMap(course, (store or Store()).summary())

    def export(self, path="course_progress.json", store=None):
        """Write all attempts, answers and hints to a JSON file, whole or not at all; return its path."""
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
