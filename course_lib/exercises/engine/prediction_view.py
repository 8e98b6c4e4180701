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
        answers = [choice.said(number) for number, choice in enumerate(question.choices, 1)]
        super().__init__(ask=question.ask, texts=[choice.text for choice in question.choices], answers=answers)

    @property
    def name(self):
        """The name of the question, which begins with the number of its notebook."""
        return self._question.name

    @property
    def choices(self):
        """The choices in order: a tuple that shows as a numbered list and does not tell which one is right."""
        return self._question.choices

    def answer(self, number):
        """Print the answer to choice `number`, counted from 1, and note it as chosen. Raises ValueError for any other."""
        print(self._question.said(number))
        self.chosen = number

    @traitlets.validate("chosen")
    def _one_of_them(self, proposal):
        number = proposal["value"]
        if number:
            self._question.said(number)  # raises ValueError
        return number

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
