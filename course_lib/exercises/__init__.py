"""The exercises of the notebooks: what is asked, how an answer is checked, and what is remembered.

The names are imported at once, because some of them are those of their modules.
"""

from course_lib.exercises.by_hand import by_hand, by_hand_names
from course_lib.exercises.exercise import exercise, exercises
from course_lib.exercises.layer import check_layer
from course_lib.exercises.predictions import prediction, predictions
from course_lib.exercises.progress import progress
from course_lib.exercises.result import Result

__all__ = [
    "Result",
    "by_hand",
    "by_hand_names",
    "check_layer",
    "exercise",
    "exercises",
    "prediction",
    "predictions",
    "progress",
]
