"""Deep networks: what keeps G alive in them, what theory says of it, and what is measured (notebook 09)."""

from course_lib.depth.deep import DeepNetwork, flow, measure
from course_lib.depth.normalization import Normalization, batch_norm, layer_norm
from course_lib.depth.residuals import dY_dO, grad_O_residual, residual
from course_lib.depth.theory import Flow, Layers, MeanField, mean_field

__all__ = [
    "DeepNetwork",
    "Flow",
    "Layers",
    "MeanField",
    "Normalization",
    "batch_norm",
    "dY_dO",
    "flow",
    "grad_O_residual",
    "layer_norm",
    "mean_field",
    "measure",
    "residual",
]
