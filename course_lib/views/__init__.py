"""Live views of matrices: each has a folder with view.py, view.js and view.css, and works without a kernel."""

from course_lib.views.backward_stepper.view import BackwardStepper
from course_lib.views.batch.view import BatchView
from course_lib.views.gradient_flow.view import GradientFlow
from course_lib.views.graph.view import GraphStepper
from course_lib.views.jacobian.view import JacobianExplorer
from course_lib.views.key_idea.view import KeyIdeaExplorer
from course_lib.views.playground.view import TrainingPlayground
from course_lib.views.product.view import ProductExplorer

__all__ = [
    "BackwardStepper",
    "BatchView",
    "GradientFlow",
    "GraphStepper",
    "JacobianExplorer",
    "KeyIdeaExplorer",
    "ProductExplorer",
    "TrainingPlayground",
]
