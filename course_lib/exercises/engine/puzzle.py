"""`puzzle("cumulative sum")`: the derivative of one entry for one entry, as one line; the card shows the whole tensor."""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from numbers import Real

import numpy as np

from course_lib.exercises.engine.card import Result
from course_lib.exercises.engine.compare import Raised, differs
from course_lib.exercises.engine.course import find, found
from course_lib.exercises.engine.exercise import Exercise
from course_lib.exercises.engine.run import called, is_stub, objection
from course_lib.exercises.engine.sandbox import TIME_LIMIT, Sandbox, Stopped

_STYLE = """<style>
.course-tensor{border-collapse:collapse;margin-top:.6em;font:12px monospace}
.course-tensor th,.course-tensor td{min-width:2.2em;padding:2px 4px;text-align:center;font-weight:normal;position:relative}
.course-tensor td{border:1px solid var(--jp-border-color1,#8a8a8a)}
.course-tensor .right{background:#1b6e3c;color:#fff}.course-tensor .wrong{background:#a8321e;color:#fff}
.course-tensor td span{display:none;position:absolute;z-index:9;left:0;top:100%;padding:3px 6px;white-space:nowrap;
background:#222;color:#fff;border:1px solid #fff}
.course-tensor td:hover span,.course-tensor td:focus span{display:block}
.course-tensor td:focus{outline:3px solid var(--jp-brand-color1,#1976d2)}</style>"""


@dataclass(frozen=True, eq=False)
class Puzzle:
    """One puzzle: the line that gives an entry from the places in the result, those in what moves, and the arrays.

    To an `Exercise` it is what a `Definition` is.
    """

    title: str
    formula: str  # one entry of the result, in letters
    function: object  # of the arrays; the last of them moves
    shapes: tuple  # for each draw the shapes of the arrays, the first is that of the picture
    arguments: str  # as in a signature: "i, h, x"
    line: str  # an expression, the right one
    cases: tuple = ()  # (its name, its condition) of each case; the first that holds counts, all else is "the others"
    notebook: str = ""  # where it stands, without .ipynb; where not said, that of the file of content

    name = property(lambda self: f"puzzle {self.title}", doc="Under which it is kept, beside the exercises.")
    call = property(lambda self: (f'puzzle("{self.title}")', "entry"), doc="As `Definition.call`.")
    result = property(lambda self: f"the derivative of one entry, {self.formula}", doc="What comes out, in words.")
    solution = property(lambda self: f"def entry({self.arguments}):\n    return {self.line}", doc="As source.")
    stub = property(lambda self: f"def entry({self.arguments}):\n    # your code\n    ...", doc="To begin with.")
    _names = property(lambda self: self.arguments.split(", "))

    @property
    def hints(self):
        """Which cases there are, and an entry of each, with the numbers of the picture."""
        arrays, tensor = self.draws()[0]
        places = {self.case_of(place, arrays): place for place in reversed(list(np.ndindex(tensor.shape)))}
        examples = "; ".join(f"{self._where(place)}: {tensor[place]:.4g}" for place in places.values())
        given = zip(self._names[tensor.ndim :], arrays, strict=True)
        numbers = ", ".join(f"{name} = {A.tolist()}" for name, A in given)
        return f"Tell the cases apart: {'; '.join(places)}.", f"One entry of each, for {numbers}. {examples}."

    def draws(self):
        """For each draw the arrays, and the explicit tensor by the right line, of shape result + what moves."""
        rng, made = np.random.default_rng(18), []
        for shapes in self.shapes:
            arrays = [np.round(rng.uniform(-3, 3, shape), 1) for shape in shapes]
            tensor = np.zeros(np.shape(self.function(*arrays)) + arrays[-1].shape)
            for place in np.ndindex(tensor.shape):
                tensor[place] = self._value(self.line, place, arrays)
            made.append((arrays, tensor))
        return made

    def case_of(self, place, arrays):
        """The case of the analysis that a place belongs to."""
        return next(
            (f"{name}, where {when}" for name, when in self.cases if self._value(when, place, arrays)), "the others"
        )

    def _value(self, expression, place, arrays):
        return eval(expression, {"np": np, **dict(zip(self._names, (*place, *arrays), strict=True))})

    def check(self, entry, limit=TIME_LIMIT):
        """Ask for every entry of the tensor, `limit` seconds in all, and say which case is wrong: a `Tensor`."""
        outcome = partial(Tensor, exercise=self.name)
        if why := objection("entry", self.arguments, entry):
            return outcome("error", (), why)
        if is_stub(entry):
            message = f"{self.formula}. Write entry({self.arguments}), one number, and check again."
            return outcome("not attempted", (), message)
        try:
            with Sandbox(limit) as sandbox:
                status, message, table = sandbox.call(self._verdict, entry)
        except Stopped as stopped:
            return outcome("error", *stopped.told("Your code"))
        return outcome(status, (), message, printed=sandbox.said, table=table)

    def _verdict(self, entry):
        draws = self.draws()
        for arrays, right in draws:
            yours = np.zeros(right.shape)
            for place in np.ndindex(right.shape):
                value = called(entry, (*place, *(array.copy() for array in arrays)))
                if why := _no_number(value):
                    return "error", f"entry({', '.join(map(str, place))}, ...) {why}.", ""
                yours[place] = value
            if (wrong := differs(yours, right)).any():
                return "wrong", self._mistake(arrays, yours, right, wrong), self._table(yours, right, wrong)
        right = draws[0][1]
        message = f"All {right.size} entries are right, and those of {len(draws) - 1} other sizes."
        return "correct", message, self._table(right, right, np.zeros(right.shape, bool))

    def _mistake(self, arrays, yours, right, wrong):
        cases = {place: self.case_of(place, arrays) for place in np.ndindex(right.shape)}
        sizes, missed = Counter(cases.values()), Counter(case for place, case in cases.items() if wrong[place])
        told = "; ".join(f"{n} of {sizes[case]} entries of {case}" for case, n in missed.items())
        fine = "; ".join(case for case in sizes if case not in missed)
        first = next(place for place in cases if wrong[place])
        return f"Wrong: {told}. {f'Right: {fine}. ' if fine else ''}{self._at(first, yours, right)}."

    def _at(self, place, yours, right):
        return f"{self._where(place)} yours is {yours[place]:.4g}, expected {right[place]:.4g}"

    def _where(self, place):
        return "At " + ", ".join(f"{name} = {n}" for name, n in zip(self._names, place, strict=False))

    def _table(self, yours, right, wrong):
        """The tensor as HTML: a row for each place in the result, a column for each in what moves."""
        rank = right.ndim - len(self.shapes[0][-1])
        heads = [",".join(map(str, top)) for top in np.ndindex(right.shape[rank:])]
        corner = f"{', '.join(self._names[:rank])} \\ {', '.join(self._names[rank : right.ndim])}"
        rows = [f'<th scope="col">{head}</th>' for head in (corner, *heads)]
        for place in np.ndindex(right.shape):
            if not any(place[rank:]):
                rows.append(f'</tr><tr><th scope="row">{",".join(map(str, place[:rank]))}</th>')
            rows.append(self._cell(place, yours, right, wrong))
        label = f"{wrong.sum()} of {wrong.size} entries are wrong, marked ✗" if wrong.any() else "All are right"
        table = f'<table class="course-tensor" aria-label="{label}"><tr>{"".join(rows)}</tr></table>'
        return f'{_STYLE}<div style="overflow-x:auto;padding-bottom:2em">{table}</div>'

    def _cell(self, place, yours, right, wrong):
        shown = f"{yours[place]:.2g}" if yours[place] else "0"
        if not wrong[place]:
            return f'<td class="{"right" if right[place] else ""}">{shown}</td>'
        said = self._at(place, yours, right)
        return f'<td class="wrong" tabindex="0" aria-label="wrong. {said}">✗ {shown}<span aria-hidden="true">{said}</span></td>'


@dataclass(frozen=True, repr=False)
class Tensor(Result):
    """The outcome of a puzzle: a `Result` whose card shows the whole tensor."""

    table: str = field(default="", compare=False)  # HTML of numbers alone

    def _repr_html_(self):
        return super()._repr_html_() + self.table


def _no_number(value):
    """What came instead of a number, in words; "" if one came."""
    if isinstance(value, Raised):
        return f"raised {value.kind}: {value.text}"
    is_number = isinstance(value, (Real, np.bool_, np.ndarray)) and not np.ndim(value) and np.isrealobj(value)
    if is_number:
        return ""
    what = f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
    return f"returned {'None' if value is None else what}, expected one number"


def puzzles():
    """The names of all index puzzles, in rising order: a list."""
    return [each.title for each in found(Puzzle).values()]


def puzzle(name, store=None):
    """The index puzzle of that name, an `Exercise`, and store as there. Raises KeyError, with the nearest name, if there is
    none; TypeError for no text.
    """
    known = {each.title: each for each in found(Puzzle).values()}
    asked = find("puzzle(name)", name, known, "puzzles()")
    return Exercise(asked, store)
