"""The map of the course with what is done, drawn from the store; the export and the removal of what is stored."""

from html import escape

from course_lib.exercises.engine.course import NOTEBOOKS, found
from course_lib.exercises.engine.definition import Definition
from course_lib.exercises.engine.puzzle import Puzzle
from course_lib.exercises.engine.store import Store

STATES = {"done": "✓", "tried": "◐", "not yet": "○"}
_TITLES = ("notebook", "exercise", "state", "attempts", "correct", "hints")


class ProgressMap:
    """The exercises of each notebook, and which of them are done, tried or not yet: a table in Markdown, as text too.

    course: {notebook: [name of an exercise, ...]}, shown in this order. tallies: {name: Tally}, as `Store.summary`
    returns it. Names in there that the course does not have (any more) are listed at the end.
    """

    def __init__(self, course, tallies):
        self.course, self.tallies = course, tallies

    def state(self, name):
        """The state of an exercise: "done" once it was passed, "tried" after an attempt or a hint, else "not yet"."""
        tally = self.tallies.get(name)
        return "not yet" if tally is None else "done" if tally.passes else "tried"

    def __repr__(self):
        rows, states = [_TITLES], []
        for notebook, names in self.course.items():
            for name, where in zip(names, [f"[{notebook}]({notebook}.ipynb)", *[""] * len(names)], strict=False):
                states.append(self.state(name))
                rows.append((where, name, f"{STATES[states[-1]]} {states[-1]}", *self.tallies.get(name, ("", "", ""))))
        cells = [[escape(str(cell)) for cell in row] for row in rows]
        wide = [max(map(len, column)) for column in zip(*cells, strict=True)]
        cells.insert(1, [f":{'-' * (width - 1)}" for width in wide])
        head = f"{len(states)} exercises: {', '.join(f'{states.count(state)} {state}' for state in STATES)}"
        table = "\n".join(f"| {' | '.join(map(str.ljust, row, wide))} |" for row in cells)
        others = sorted(map(escape, self.tallies.keys() - {name for names in self.course.values() for name in names}))
        below = [f"Also kept, {len(others)} that are not on this map: {', '.join(others)}"] * bool(others)
        return "\n\n".join([head, table, *below])

    _repr_markdown_ = __repr__


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


progress = Progress()
