"""`puzzle("cumulative sum")`: the derivative of one entry for one entry, as one line; the card shows the whole tensor."""

from collections import Counter
from dataclasses import dataclass, field
from html import escape
from numbers import Real

import numpy as np

from course_lib.exercises.engine.card import Result
from course_lib.exercises.engine.compare import Raised
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
    """One puzzle. Its solution is `entry` of the places in the result, those in what moves, and the arrays, as source.

    To an `Exercise` it is what a `Definition` is.
    """

    title: str
    notebook: str  # where it stands, without .ipynb
    formula: str  # one entry of the result, in letters
    function: object  # of the arrays; the last of them moves
    shapes: tuple  # for each draw the shapes of the arrays, the first is that of the picture
    solution: str  # source code
    cases: tuple = ()  # (its name, its condition) of each case; the first that holds counts, all else is "the others"

    name = property(lambda self: f"puzzle {self.title}", doc="Under which it is kept, beside the exercises.")
    call = property(lambda self: (f'puzzle("{self.title}")', "entry"), doc="As `Definition.call`.")
    result = property(lambda self: f"the derivative of one entry, {self.formula}", doc="What comes out, in words.")
    arguments = property(
        lambda self: self.solution[10 : self.solution.index("):")], doc='As in a signature: "i, h, x".'
    )
    stub = property(lambda self: f"def entry({self.arguments}):\n    # your code\n    ...", doc="To begin with.")

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
        """For each draw the arrays, and the explicit tensor by the solution, of shape result + what moves."""
        rng, space, made = np.random.default_rng(18), {"np": np}, []
        exec(self.solution, space)  # noqa: S102 - the course's own text
        for shapes in self.shapes:
            arrays = [np.round(rng.uniform(-3, 3, shape), 1) for shape in shapes]
            tensor = np.zeros(np.shape(self.function(*arrays)) + arrays[-1].shape)
            for place in np.ndindex(tensor.shape):
                tensor[place] = space["entry"](*place, *arrays)
            made.append((arrays, tensor))
        return made

    def case_of(self, place, arrays):
        """The case of the analysis that a place belongs to."""
        names = dict(zip(self._names, (*place, *arrays), strict=True))
        return next((f"{name}, where {when}" for name, when in self.cases if eval(when, {**names})), "the others")

    def check(self, entry, limit=TIME_LIMIT):
        """Ask for every entry of the tensor, `limit` seconds in all, and say which case is wrong: a `Tensor`."""
        if why := objection("entry", self.arguments, entry):
            return Tensor("error", (), why, exercise=self.name)
        if is_stub(entry):
            message = f"{self.formula}. Write entry({self.arguments}), one number, and check again."
            return Tensor("not attempted", (), message, exercise=self.name)
        try:
            with Sandbox(limit) as sandbox:
                message, table, status = sandbox.call(self._verdict, entry)
        except Stopped as stopped:
            return Tensor("error", *stopped.told("Your code"), exercise=self.name)
        return Tensor(status, (), message, exercise=self.name, printed=sandbox.said, table=table)

    def _verdict(self, entry):
        draws = self.draws()
        for arrays, right in draws:
            yours = np.zeros(right.shape)
            for place in np.ndindex(right.shape):
                value = _called(entry, place, arrays)
                at = f"entry({', '.join(map(str, place))}, ...)"
                if isinstance(value, Raised):
                    return f"{at} raised {value.kind}: {value.text}", "", "error"
                if isinstance(value, str):
                    return f"{at} returned {value}, expected one number.", "", "error"
                yours[place] = value
            wrong = ~(np.abs(yours - right) <= 1e-6 * max(1, np.abs(right).max()))
            if wrong.any():
                return self._mistake(arrays, yours, right, wrong), self._table(yours, right, wrong), "wrong"
        right = draws[0][1]
        message = f"All {right.size} entries are right, and those of {len(draws) - 1} other sizes."
        return message, self._table(right, right, np.zeros(right.shape, bool)), "correct"

    def _mistake(self, arrays, yours, right, wrong):
        cases = {place: self.case_of(place, arrays) for place in np.ndindex(right.shape)}
        sizes, missed = Counter(cases.values()), Counter(case for place, case in cases.items() if wrong[place])
        told = [f"{n} of {sizes[case]} entries of {case}" for case, n in missed.items()]
        fine = [case for case in sizes if case not in missed]
        words = f"Wrong: {'; '.join(told)}." + (f" Right: {'; '.join(fine)}." if fine else "")
        return f"{words}{_pattern(yours, right)} {self._at(tuple(map(int, np.argwhere(wrong)[0])), yours, right)}."

    def _at(self, place, yours, right):
        return f"{self._where(place)} yours is {yours[place]:.4g}, expected {right[place]:.4g}"

    def _where(self, place):
        return "At " + ", ".join(f"{name} = {n}" for name, n in zip(self._names, place, strict=False))

    _names = property(lambda self: self.arguments.split(", "))

    def _table(self, yours, right, wrong):
        rank = right.ndim - len(self.shapes[0][-1])
        letters = self._names[: right.ndim]
        tops, sides = list(np.ndindex(right.shape[rank:])), list(np.ndindex(right.shape[:rank]))
        heads = "".join(f'<th scope="col">{",".join(map(str, top))}</th>' for top in tops)
        corner = f"{', '.join(letters[:rank])} \\ {', '.join(letters[rank:])}"
        rows = [f'<tr><th scope="col">{corner}</th>{heads}</tr>']
        for side in sides:
            cells = "".join(self._cell((*side, *top), yours, right, wrong) for top in tops)
            rows.append(f'<tr><th scope="row">{",".join(map(str, side))}</th>{cells}</tr>')
        label = f"{int(wrong.sum())} of {wrong.size} entries are wrong, marked ✗" if wrong.any() else "All are right"
        return f'{_STYLE}<div style="overflow-x:auto;padding-bottom:2em"><table class="course-tensor" aria-label="{label}">{"".join(rows)}</table></div>'

    def _cell(self, place, yours, right, wrong):
        shown = f"{yours[place]:.2g}" if yours[place] else "0"
        if not wrong[place]:
            return f'<td class="{"right" if right[place] else ""}">{shown}</td>'
        said = escape(self._at(place, yours, right))
        return f'<td class="wrong" tabindex="0" aria-label="wrong. {said}">✗ {shown}<span aria-hidden="true">{said}</span></td>'


@dataclass(frozen=True, repr=False)
class Tensor(Result):
    """The outcome of a puzzle: a `Result` whose card shows the whole tensor."""

    table: str = field(default="", compare=False)  # HTML of numbers alone

    def _repr_html_(self):
        return super()._repr_html_() + self.table


def _called(entry, place, arrays):
    """A number; or what came instead, in words; or `Raised`."""
    value = called(entry, (*place, *(array.copy() for array in arrays)))
    if value is None:
        return "None (a return is missing)"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    is_number = isinstance(value, (Real, np.bool_, np.ndarray)) and np.isrealobj(value)
    return float(value) if is_number else value if isinstance(value, Raised) else f"a {type(value).__name__}"


def _pattern(yours, right):
    """What the whole tensor is instead, where a simple change of the right one gives it; "" if none does."""
    k = right.ndim // 2
    swapped = np.moveaxis(right, range(k), range(k, 2 * k)) if right.ndim == 2 * k else right[:0]
    if swapped.shape == yours.shape and np.allclose(swapped, yours) and yours.any():
        return " Yours are the right ones with the two places exchanged."
    if not yours.any() or np.allclose(yours, -right):
        return " Yours have the wrong sign." if yours.any() else " All of yours are 0."
    for axis, step in ((axis, step) for axis in (0, right.ndim - 1) for step in (1, -1)):
        moved, own = (np.moveaxis(A, axis, 0)[1:-1] for A in (np.roll(right, step, axis), yours))
        if moved.any() and np.allclose(moved, own):
            return " Yours are the right ones, one place off."
    return ""


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
