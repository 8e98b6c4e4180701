"""How well one colour can be read on another, as WCAG has it."""

import numpy as np
from matplotlib.colors import to_rgb


def contrast(one, other):
    """WCAG's contrast of two colours, from 1 to 21."""
    parts = np.array([to_rgb(one), to_rgb(other)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    dark, light = sorted(linear @ (0.2126, 0.7152, 0.0722))
    return (light + 0.05) / (dark + 0.05)
