"""`prediction("05 an input that is 0")`: a question with its choices, to answer before a cell is run.

Each choice is folded over its answer. That takes neither a kernel nor a script: a page, a slide and a stored notebook
show the same, and the browser knows the keys.
"""

from dataclasses import dataclass
from html import escape

from course_lib.exercises.engine.course import find, found


@dataclass(frozen=True)
class Choice:
    """One choice. answer: what is said to whoever chooses it. mistake: the id of the mistake it is, "" if it is right."""

    text: str
    answer: str
    mistake: str = ""

    @property
    def verdict(self):
        """What opens under the choice."""
        return f"{'✗ Wrong.' if self.mistake else '✓ Right.'} {self.answer}"


@dataclass(frozen=True, repr=False)
class Question:
    """One question to answer before a cell is run: its name, what is asked, and a tuple of `Choice`, numbered from 1.

    In a notebook a choice is opened to see its answer; opening another one closes it.
    """

    name: str  # begins with the number of the notebook
    ask: str
    choices: tuple

    def __repr__(self):
        return "\n".join([self.ask, *(f"{number}. {choice.text}" for number, choice in enumerate(self.choices, 1))])

    def _repr_html_(self):
        asked = "<br>".join(map(escape, self.ask.splitlines()))
        folds = "".join(
            f'<li><details name="{escape(self.name)}"><summary style="cursor:pointer;padding:0.25em;width:fit-content">'
            f"{escape(choice.text)}</summary>{escape(choice.verdict)}</details></li>"
            for choice in self.choices
        )
        return f'<div class="prediction" role="group" aria-label="Predict first"><p>{asked}</p><ol>{folds}</ol></div>'


def question(name, ask, *choices):
    """A `Question`; its choices are made by `right` and `wrong`."""
    return Question(name, ask, choices)


def right(text, answer):
    """The right choice."""
    return Choice(text, answer)


def wrong(text, mistake, answer):
    """A wrong choice. mistake: the id of the mistake that leads to it, or that it would let pass."""
    return Choice(text, answer, mistake)


def predictions():
    """The names of all predictions, in the order of the course: a list."""
    return list(found(Question))


def prediction(name):
    """The `Question` of that name; as the last line of a cell it is shown.

    Raises KeyError, with the nearest name, if there is none; TypeError if the name is no text.
    """
    return find("prediction(name)", name, found(Question), "predictions()")
