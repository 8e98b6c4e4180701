"""`prediction("05 an input that is 0")`: a question with its choices, to answer before a cell is run.

As plain text it is complete: the view only draws it.
"""

from dataclasses import dataclass

from course_lib.exercises.engine.course import find, found


@dataclass(frozen=True)
class Choice:
    """One choice. answer: what is said to whoever chooses it. mistake: the id of the mistake it is, "" if it is right."""

    text: str
    answer: str
    mistake: str = ""


@dataclass(frozen=True, repr=False)
class Question:
    """One question to answer before a cell is run: its name, what is asked, and a tuple of `Choice`, numbered from 1."""

    name: str  # begins with the number of the notebook
    ask: str
    choices: tuple

    @property
    def answers(self):
        """The answer to each choice, with the verdict in words: a list."""
        verdicts = ["✗ Choice {} is wrong." if choice.mistake else "✓ Choice {} is right." for choice in self.choices]
        return [f"{verdicts[k].format(k + 1)} {choice.answer}" for k, choice in enumerate(self.choices)]

    def __repr__(self):
        return "\n".join([self.ask, *(f"{number}. {choice.text}" for number, choice in enumerate(self.choices, 1))])


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
    """The question of that name, to choose an answer to; as the last line of a cell it is shown.

    `.chosen` is the number of the choice that was answered last, 0 before that. Raises KeyError, with the nearest name,
    if there is none; TypeError if the name is no text.
    """
    from course_lib.exercises.engine.prediction_view import Prediction  # slow to load

    return Prediction(find("prediction(name)", name, found(Question), "predictions()"))
