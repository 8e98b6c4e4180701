"""Static pictures of matrices and of curves, in one style, which a projector makes large."""

from course_lib.pictures import curves, plots
from course_lib.pictures.projector import projector

__all__ = ["curves", "plots", "projector"]
