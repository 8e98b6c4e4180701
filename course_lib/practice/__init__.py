"""Training in practice: mini-batches and their history, data, and the gradient check."""

from course_lib.practice.data import Split, digits, moons, spirals
from course_lib.practice.gradcheck import GradientCheck, ParameterCheck, check_gradients
from course_lib.practice.training import History, accuracy, clip_by_norm, fit

__all__ = [
    "GradientCheck",
    "History",
    "ParameterCheck",
    "Split",
    "accuracy",
    "check_gradients",
    "clip_by_norm",
    "digits",
    "fit",
    "moons",
    "spirals",
]
