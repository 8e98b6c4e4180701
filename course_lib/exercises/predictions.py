"""`prediction("05 an input that is 0")`: a multiple-choice question to answer before a cell is run."""

import importlib.util

from course_lib.exercises.names import find
from course_lib.exercises.questions import questions


def predictions():
    """The names of all predictions, in the order of the course: a list."""
    return list(questions())


def prediction(name):
    """The question of that name, to choose an answer to; as the last line of a cell it is shown.

    `.choices` are what a lecturer asks for a show of hands, `.answer(2)` prints the answer to choice 2, and `.chosen` is
    the number of the choice that was answered last, 0 before that. Where the package of the widgets is not installed it
    is a `Question`, plain text, without `chosen`. Raises KeyError, with the nearest name, if there is none; TypeError if
    the name is no text.
    """
    found = find("prediction(name)", name, questions(), "predictions()")
    if importlib.util.find_spec("anywidget") is None:
        return found
    from course_lib.exercises.prediction_view import Prediction  # slow to load, and of no use to plain text

    return Prediction(found)
