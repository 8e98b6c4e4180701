"""How pictures look: dark on white or light on black, and larger for a projector. Each picture asks `look()`."""

import os
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import LinearSegmentedColormap

SIZE = 11
_FONT = {"font.family": ["DejaVu Sans", "sans-serif"], "font.size": SIZE}  # it comes with matplotlib
_INKED = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "hatch.color")


class Look(NamedTuple):
    """The colours of a picture, told apart by colour-blind readers too: curves by lightness, `signed` by two hues.

    ink: text and lines. paper: what is behind them. pale: lines between cells, and what is 0 by its index. curves: the
    first of them also fills what is not 0, under numbers in the colour of the paper. signed: the colormap of a matrix.
    """

    ink: str
    paper: str
    pale: str
    curves: tuple
    signed: LinearSegmentedColormap
    large: bool = False  # for a projector: the same text in a smaller picture, so that it is larger on a slide

    @property
    def scale(self):
        """What lengths are multiplied with; the size of text stays."""
        return 0.7 if self.large else 1.0

    @property
    def wrap(self):
        """What stands between the two halves of a line that is too long for a large picture."""
        return "\n" if self.large else " "

    @property
    def style(self):
        """The settings of matplotlib that go with it."""
        return _FONT | dict.fromkeys(_INKED, self.ink) | {"axes.facecolor": self.paper}


def _signed(name, start, end, pale):
    """One of matplotlib's colormaps of two hues, from start to end."""
    colours = colormaps[name](np.linspace(start, end, 255))
    return LinearSegmentedColormap.from_list("signed", colours, N=255).with_extremes(bad=pale)


# Light: blue below 0, white at 0, red above; curves are Okabe and Ito's blue, vermilion, green, purple, black, darkened.
# Dark: light blue below 0, black at 0, light red above.
LIGHT = Look(
    *("#1a1a1a", "white", "#d9d9d9"),
    ("#0b5394", "#b45f06", "#00614a", "#7a3b69", "#1a1a1a", "#6b6b6b", "#8c1c13"),
    _signed("RdBu_r", 0.1, 0.9, pale="#d9d9d9"),
)
DARK = Look(
    *("#f2f2f2", "#111111", "#4d4d4d"),
    ("#8ec5ff", "#ffb454", "#5fd7af", "#f0a6d8", "#f2f2f2", "#b0b0b0", "#ff8f80"),
    _signed("berlin", 0, 1, pale="#4d4d4d"),
)
# A notebook that is run for slides has the mode of `course_lib.pictures.projector` in its environment.
_mode = os.environ.get("COURSE_PROJECTOR") or "off"
_now = {"look": (DARK if _mode == "dark" else LIGHT)._replace(large=_mode != "off")}


def look():
    """The `Look` of the pictures that are drawn now."""
    return _now["look"]


def from_now_on(new):
    """Draw pictures in this `Look`."""
    _now["look"] = new


@contextmanager
def dark():
    """Draw light on black, for dark slides and dark rooms: `with dark(): figure = plots.matrix(...)`."""
    before = look()
    from_now_on(DARK)
    try:
        yield
    finally:
        from_now_on(before)
