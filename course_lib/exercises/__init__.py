"""The exercises of the notebooks: what is asked, how an answer is checked, and what is remembered."""

from course_lib.exercises.exercise import exercise, exercises
from course_lib.exercises.result import Result

__all__ = ["Result", "exercise", "exercises"]
