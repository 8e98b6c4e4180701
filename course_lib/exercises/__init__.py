"""The exercises of the notebooks: what is asked, how an answer is checked, and what is remembered.

content/ is what is asked, a file for each notebook; engine/ is what runs an answer, compares it and tells; detective/ breaks right code.
"""

from course_lib.exercises.detective.view import detective, detective_case
from course_lib.exercises.engine.by_hand import by_hand, by_hand_names
from course_lib.exercises.engine.card import Result
from course_lib.exercises.engine.exercise import exercise, exercises
from course_lib.exercises.engine.layer import check_layer
from course_lib.exercises.engine.prediction import prediction, predictions
from course_lib.exercises.engine.progress import progress
from course_lib.exercises.engine.puzzle import puzzle, puzzles
