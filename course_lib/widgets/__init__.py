"""Live views of matrices: each is a small Python class with a .js and a .css of its name, and works without a kernel."""

from course_lib.widgets.backward_stepper import BackwardStepper
from course_lib.widgets.batch_view import BatchView
from course_lib.widgets.gradient_flow import GradientFlow
from course_lib.widgets.jacobian_explorer import JacobianExplorer
from course_lib.widgets.key_idea_explorer import KeyIdeaExplorer
from course_lib.widgets.matrix_view import MatrixView
from course_lib.widgets.product_explorer import ProductExplorer
from course_lib.widgets.training_playground import TrainingPlayground

__all__ = [
    "BackwardStepper",
    "BatchView",
    "GradientFlow",
    "JacobianExplorer",
    "KeyIdeaExplorer",
    "MatrixView",
    "ProductExplorer",
    "TrainingPlayground",
]
