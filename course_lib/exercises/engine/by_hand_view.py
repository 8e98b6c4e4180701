"""ByHand: a matrix to fill in beside the matrices that it is computed from. The browser compares, the kernel computes."""

import anywidget
import traitlets

from course_lib.exercises.engine.hand_case import HandCase
from course_lib.views.shared.view import packed, script


class ByHand(anywidget.AnyWidget):
    """A matrix to fill in, entry by entry. What is typed stays, whatever is drawn again, until other numbers are asked for.

    answers: what is typed, rows of texts, "" where nothing is. draws: how often other numbers were asked for.
    """

    _esm, _css = script(__file__)
    ask = traitlets.Unicode().tag(sync=True)
    case = traitlets.Dict().tag(sync=True)  # the given matrices, the right numbers, and those of the known mistakes
    answers = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    draws = traitlets.Int().tag(sync=True)

    def __init__(self, sheet, seed):
        self._sheet, self._seed = sheet, seed
        self._case = HandCase.draw(sheet, (seed, 0))
        super().__init__(ask=sheet.ask, case=_sent(self._case), answers=_empty(self._case))

    @property
    def matrices(self):
        """Copies of the given matrices: a dict of name and array, each of shape (rows, columns)."""
        return {name: A.copy() for name, A in self._case.matrices.items()}

    def check(self, answers=None):
        """What is wrong, entry by entry: a `HandResult`. answers: rows of numbers; by default, what is typed in the view.

        None or "" is an entry not filled in. Raises ShapeError for another shape, TypeError for what is no number.
        """
        return self._case.check(self.answers if answers is None else answers)

    def new(self):
        """Draw other numbers, and begin with an empty matrix."""
        self.draws += 1

    @traitlets.observe("draws")
    def _draw(self, change):
        self._case = HandCase.draw(self._sheet, (self._seed, change["new"]))
        with self.hold_sync():  # both in one message
            self.answers = _empty(self._case)
            self.case = _sent(self._case)

    @traitlets.validate("answers")
    def _fits(self, proposal):
        answers = proposal["value"]
        rows, columns = self._case.R.shape
        if [len(row) for row in answers] != [columns] * rows:
            raise ValueError(
                f"by_hand({self._sheet.name!r}): answers are {answers}, expected {rows} rows of {columns} texts"
            )
        return answers

    def __repr__(self):
        return f"{self._case!r}\nFill it in: .check({self._case.blank()})"

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        data["text/plain"] = repr(self)  # without it, the first 110 characters
        return data, metadata


def _empty(case):
    rows, columns = case.R.shape
    return [[""] * columns for _ in range(rows)]


def _sent(case):
    """The case as the browser takes it."""
    sheet = case.sheet
    known = [
        {"entry": list(entry), "value": each.value, "words": each.words}
        for entry, found in case.known.items()
        for each in found
    ]
    return {
        "result": sheet.result,
        "symbols": list(sheet.symbols),
        "given": [packed(name, case.matrices[name], symbols) for name, symbols in sheet.given],
        "right": case.R.tolist(),
        "known": known,
        "unexplained": case.unexplained,
    }
