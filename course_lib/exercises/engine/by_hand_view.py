"""ByHand: a matrix to fill in beside the matrices that it is computed from. The browser compares, the kernel computes."""

import re

import anywidget
import traitlets

from course_lib.exercises.engine.course import placed
from course_lib.views.shared.view import packed, script


class ByHand(anywidget.AnyWidget):
    """A matrix to fill in, entry by entry. What is typed stays, whatever is drawn again, until other numbers are asked for.

    matrices: {name: array of shape (rows, columns)} of the given ones. answers: what is typed, along the rows, ""
    where nothing is. draws: how often other numbers were asked for.
    """

    _esm, _css = script(__file__)
    case = traitlets.Dict().tag(
        sync=True
    )  # what is asked and given, the right numbers, and those of the known mistakes
    answers = traitlets.List(traitlets.Unicode()).tag(sync=True)
    draws = traitlets.Int().tag(sync=True)

    def __init__(self, sheet, seed):
        self._sheet, self._seed = sheet, seed
        super().__init__()
        self._draw()

    @traitlets.observe("draws")
    def _draw(self, _change=None):
        sheet = self._sheet
        given, R, wrong = sheet.draw((self._seed, self.draws))
        names = [re.sub(r"^d(.+)_d(.+)$", r"∂\1/∂\2", name) for name in sheet.definition.names]
        self.matrices = dict(zip(names, given, strict=True))
        *symbols, own = sheet.symbols
        with self.hold_sync():  # both in one message
            self.answers = [""] * R.size
            self.case = {
                "ask": sheet.ask,
                "name": sheet.result,
                "symbols": list(own),
                "shape": list(R.shape),
                "given": [packed(*matrix) for matrix in zip(names, given, symbols, strict=True)],
                "right": R.ravel().tolist(),
                "wrong": [[words, A.ravel().tolist()] for words, A in wrong],
                "none": f"No known mistake gives it. Look again at {placed(sheet.where)}",
            }

    def __repr__(self):
        lines = [f"{self._sheet.ask} Its shape is ({', '.join(self.case['symbols'])})."]
        for matrix, A in zip(self.case["given"], self.matrices.values(), strict=True):
            lines.append(f"{matrix['name']}, ({', '.join(matrix['symbols'])}) = {A.shape}:\n{A}")
        return "\n".join(lines)

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        data["text/plain"] = repr(self)  # without it, the first 110 characters
        return data, metadata
