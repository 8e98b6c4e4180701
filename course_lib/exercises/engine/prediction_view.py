"""Prediction: a question with its choices in the notebook; it answers each choice, without a kernel too."""

from html import escape

import anywidget
import traitlets

from course_lib.views.shared.view import script


class Prediction(anywidget.AnyWidget):
    """A question to choose an answer to, with the pointer or the keyboard.

    chosen: the number of the choice that was answered last, from 1; 0 before that. It can be set, too: the view follows.
    Where there is no kernel, in a stored notebook, the question stands as text, and each answer is folded up.
    """

    _esm, _css = script(__file__)
    ask = traitlets.Unicode().tag(sync=True)
    texts = traitlets.List(traitlets.Unicode()).tag(sync=True)  # of the choices
    answers = traitlets.List(traitlets.Unicode()).tag(sync=True)
    chosen = traitlets.Int().tag(sync=True)

    def __init__(self, question):
        self._question = question
        super().__init__(ask=question.ask, texts=[each.text for each in question.choices], answers=question.answers)

    def __repr__(self):
        return repr(self._question)

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        data["text/plain"] = repr(self)  # without it, the first 110 characters
        data["text/html"] = self._page()
        return data, metadata

    def _page(self):
        lines = "<br>".join(escape(self.ask).splitlines())
        items = "".join(f"<li>{escape(text)}</li>" for text in self.texts)
        folds = "".join(
            f"<details><summary>Answer to choice {number}</summary>{escape(answer)}</details>"
            for number, answer in enumerate(self.answers, 1)
        )
        return f'<div class="prediction"><p>{lines}</p><ol>{items}</ol>{folds}</div>'
