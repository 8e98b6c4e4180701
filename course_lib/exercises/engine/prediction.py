"""`prediction("05 an input that is 0")`: a question with its choices, to answer before a cell is run.

As plain text it is complete: the view only draws it.
"""

from dataclasses import dataclass, field

from course_lib.exercises.engine.course import find, found


@dataclass(frozen=True)
class Choice:
    """One choice. answer: what is said to whoever chooses it. mistake: the id of the mistake it is, "" if it is right."""

    text: str
    answer: str = field(repr=False)
    mistake: str = field(default="", repr=False)

    @property
    def is_right(self):
        """Whether it is the right choice."""
        return not self.mistake

    def said(self, number):
        """The answer to it as choice `number`, with the verdict in words."""
        return (
            f"{'✓' if self.is_right else '✗'} Choice {number} is {'right' if self.is_right else 'wrong'}. {self.answer}"
        )


class Choices(tuple):
    """The choices of a question, in order. As text: numbered from 1, and nothing tells which is right."""

    def __repr__(self):
        return "\n".join(f"{number}. {choice.text}" for number, choice in enumerate(self, 1))


@dataclass(frozen=True, repr=False)
class Question:
    """One question to answer before a cell is run: its name, what is asked, and the `Choices`."""

    name: str  # begins with the number of the notebook
    ask: str
    choices: Choices

    def said(self, number):
        """The answer to choice `number`, counted from 1, as text. Raises ValueError if there is no such choice."""
        count = len(self.choices)
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= count:
            raise ValueError(f"prediction({self.name!r}): choice is {number!r}, expected a number from 1 to {count}")
        return self.choices[number - 1].said(number)

    def __repr__(self):
        return f"{self.ask}\n{self.choices!r}"


def question(name, ask, *choices):
    """A `Question`; its choices are made by `right` and `wrong`."""
    return Question(name, ask, Choices(choices))


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

    `.choices` are what a lecturer asks for a show of hands, `.answer(2)` prints the answer to choice 2, and `.chosen` is
    the number of the choice that was answered last, 0 before that. Raises KeyError, with the nearest name, if there is
    none; TypeError if the name is no text.
    """
    from course_lib.exercises.engine.prediction_view import Prediction  # slow to load

    return Prediction(find("prediction(name)", name, found(Question), "predictions()"))
