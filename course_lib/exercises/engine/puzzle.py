"""`puzzle("cumulative sum")`: the derivative of one entry for one entry, as one line; the card shows the whole tensor."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from course_lib.exercises.engine.card import Result
from course_lib.exercises.engine.compare import Raised, differs
from course_lib.exercises.engine.course import find, found
from course_lib.exercises.engine.exercise import Exercise
from course_lib.exercises.engine.run import is_stub, objection, raised
from course_lib.exercises.engine.sandbox import TIME_LIMIT, Stopped, apart
from course_lib.exercises.engine.say import quoted
from course_lib.jacobian import numeric_jacobian

_RIGHT, _WRONG = (f' style="background:{colour};color:#fff"' for colour in ("#1b6e3c", "#a8321e"))


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
        """Which cases there are, with an entry of each: one hint."""
        arrays, tensor = self.draws()[0]
        places = {self.case_of(place, arrays): place for place in reversed([*np.ndindex(tensor.shape)])}
        given = zip(self._names[tensor.ndim :], arrays, strict=True)
        numbers = ", ".join(f"{name} = {A.tolist()}" for name, A in given)
        examples = "; ".join(f"{case}: {tensor[place]:.4g} at {self._at(place)}" for case, place in places.items())
        return (f"Tell the cases apart. For {numbers}: {examples}.",)

    def draws(self):
        """For each draw the arrays, and what is right: the measured tensor, of shape result + what moves."""
        rng, made = np.random.default_rng(18), []
        for shapes in self.shapes:
            *others, moves = arrays = [np.round(rng.uniform(-3, 3, shape), 1) for shape in shapes]
            made.append((arrays, numeric_jacobian(partial(self.function, *others), moves).round(8)))
        return made

    def case_of(self, place, arrays):
        """The case of the analysis that a place belongs to."""
        known = {"np": np, **dict(zip(self._names, (*place, *arrays), strict=True))}
        return next((f"{name}, where {when}" for name, when in self.cases if eval(when, known)), "the others")

    def check(self, entry, limit=TIME_LIMIT):
        """Ask for every entry of the tensor, `limit` seconds in all, and say which case is wrong: a `Result`."""
        outcome = partial(Result, exercise=self.name)
        if why := objection("entry", self.arguments, entry):
            return outcome("error", (), why)
        if is_stub(entry):
            message = f"{self.formula}. Write entry({self.arguments}), one number, and check again."
            return outcome("not attempted", (), message)
        draws = self.draws()

        def every():
            try:
                return [_tensor(entry, arrays, right.shape) for arrays, right in draws]
            except Exception as error:  # noqa: BLE001 - whatever a learner's code can raise
                return raised(error, entry)

        try:
            tensors, printed = apart(limit, every)
        except Stopped as stopped:
            return outcome("error", *stopped.told("Your code"))
        outcome = partial(outcome, printed=printed)
        if isinstance(tensors, Raised):
            message = f"{tensors.kind}{quoted(tensors.line)}: {tensors.text}. Each entry is to be one number."
            return outcome("error", ("raises",), message)
        for (arrays, right), yours in zip(draws, tensors, strict=True):
            if (wrong := differs(yours, right)).any():
                message = self._mistake(arrays, yours, right, wrong)
                return outcome("wrong", (), message, picture=self._picture(yours, right, wrong))
        right = draws[0][1]
        message = f"All {right.size} entries are right, and those of {len(draws) - 1} other sizes."
        return outcome("correct", (), message, picture=self._picture(right, right, np.zeros(right.shape, bool)))

    def _mistake(self, arrays, yours, right, wrong):
        """Which cases are wrong and which are right, and the first entry that is wrong."""
        cases = {}
        for place in np.ndindex(right.shape):
            cases.setdefault(self.case_of(place, arrays), []).append(wrong[place])
        counts = {
            case: f"{sum(missed)} of {len(missed)} entries of {case}" for case, missed in cases.items() if any(missed)
        }
        told, fine = "; ".join(counts.values()), "; ".join(case for case in cases if case not in counts)
        first = tuple(np.argwhere(wrong)[0])
        numbers = f"At {self._at(first)} yours is {yours[first]:.4g}, expected {right[first]:.4g}"
        return f"Wrong: {told}. {f'Right: {fine}. ' if fine else ''}{numbers}."

    def _at(self, place):
        return ", ".join(f"{name} = {n}" for name, n in zip(self._names, place, strict=False))

    def _picture(self, yours, right, wrong):
        """The tensor as HTML of numbers alone: a row for each place in the result, a column for each in what moves."""
        rank = right.ndim - len(self.shapes[0][-1])
        parts = right.shape[:rank], right.shape[rank:]
        beside, above = ([",".join(map(str, place)) for place in np.ndindex(shape)] for shape in parts)
        corner = f"{', '.join(self._names[:rank])} \\ {', '.join(self._names[rank : right.ndim])}"
        cells = [_cell(*entry) for entry in zip(yours.flat, right.flat, wrong.flat, strict=True)]
        rows = [["", *(f'<th scope="col">{text}</th>' for text in (corner, *above))]]
        for text, row in zip(beside, np.reshape(cells, (len(beside), -1)), strict=True):
            rows.append([f'<th scope="row">{text}</th>', *row])
        caption = f"{wrong.sum()} of {wrong.size} are wrong{': ✗ yours ≠ expected' if wrong.any() else ''}"
        body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
        return f'<div style="overflow-x:auto"><table><caption style="white-space:nowrap">{caption}</caption>{body}</table></div>'


def _tensor(entry, arrays, shape):
    tensor = np.empty(shape)
    for place in np.ndindex(shape):
        tensor[place] = float(entry(*place, *(array.copy() for array in arrays)))
    return tensor


def _cell(yours, right, wrong):
    if wrong:
        return f"<td{_WRONG}>✗ {yours:.4g} ≠ {right:.4g}</td>"
    return f"<td{_RIGHT if right else ''}>{right:.2g}</td>"


def puzzles():
    """The names of all index puzzles, in rising order: a list."""
    return [each.title for each in found(Puzzle).values()]


def puzzle(name, store=None):
    """The index puzzle of that name, an `Exercise`, and store as there. Raises KeyError, with the nearest name, if there is
    none; TypeError for no text.
    """
    known = {each.title: each for each in found(Puzzle).values()}
    return Exercise(find("puzzle(name)", name, known, "puzzles()"), store)
