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
    ask = traitlets.Unicode().tag(sync=True)
    case = traitlets.Dict().tag(sync=True)  # the given matrices, the right numbers, and those of the known mistakes
    answers = traitlets.List(traitlets.Unicode()).tag(sync=True)
    draws = traitlets.Int().tag(sync=True)

    def __init__(self, sheet, seed):
        self._sheet, self._seed = sheet, seed
        super().__init__(ask=sheet.ask, **self._drawn(0))

    @traitlets.observe("draws")
    def _draw(self, change):
        with self.hold_sync():  # both in one message
            for name, value in self._drawn(change["new"]).items():
                setattr(self, name, value)

    def _drawn(self, draws):
        """The traits that other numbers change."""
        sheet = self._sheet
        given, R, wrong = sheet.draw((self._seed, draws))
        names = [re.sub(r"^d(.+)_d(.+)$", r"∂\1/∂\2", name) for name in sheet.definition.names]
        self.matrices = dict(zip(names, given, strict=True))
        *symbols, own = sheet.symbols
        case = {
            "name": sheet.result,
            "symbols": list(own),
            "shape": list(R.shape),
            "given": [packed(*matrix) for matrix in zip(names, given, symbols, strict=True)],
            "right": R.ravel().tolist(),
            "wrong": [[words, A.ravel().tolist()] for words, A in wrong],
            "where": placed(sheet.where),
        }
        return {"case": case, "answers": [""] * R.size}

    def __repr__(self):
        lines = [f"{self.ask} Its shape is ({', '.join(self.case['symbols'])})."]
        for matrix, A in zip(self.case["given"], self.matrices.values(), strict=True):
            lines.append(f"{matrix['name']}, ({', '.join(matrix['symbols'])}) = {A.shape}:\n{A}")
        return "\n".join(lines)

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        data["text/plain"] = repr(self)  # without it, the first 110 characters
        return data, metadata
