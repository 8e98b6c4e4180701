"""Matrices in square brackets, laid out as on a blackboard: the drawing that pictures and views share.

Lengths are in inches. Every matrix gets its own axes, where entry (i, j) is the square from (j, i) to (j + 1, i + 1).
"""

import functools
import itertools
import textwrap
from typing import NamedTuple

import numpy as np
from matplotlib import pyplot
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from course_lib.pictures.look import SIZE, look
from course_lib.pictures.panel import Panel, check_text, number

_LONGEST_SIDE = 5.0
_CHARACTER = 0.6 / 72  # an average character's width, for each point of its size
_RIGHT, _BOTTOM = 0.2, 0.42  # room around a matrix for its labels
_MOST_NUMBERED = 20  # rows or columns; beyond that a picture shows colours alone


def styled(function):
    """Draw in the course's own style, whatever the settings of the notebook."""

    @functools.wraps(function)
    def drawn(*args, **kwargs):
        with pyplot.style.context(["default", look().style]):
            figure = function(*args, **kwargs)
            figure.draw_without_rendering()  # ticks take their style from the settings when they are first drawn
            return figure

    return drawn


class Figure(MatplotlibFigure):
    """A Figure that can say in words what it shows: `alt` is read to those who do not see it."""

    alt = ""

    def __repr__(self):
        return f"<Figure: {self.alt}>" if self.alt else super().__repr__()


def new_figure(width, height):
    """An empty Figure that pyplot has already closed: a notebook shows it once, where it is the value of a cell."""
    style = {"dpi": 200 if look().large else 100, "facecolor": look().paper}
    fig = pyplot.figure(figsize=(width, height), FigureClass=Figure, **style)
    pyplot.close(fig)
    return fig


def free_figure(width, height):
    """A new Figure whose parts are laid out by matplotlib; for a projector it is smaller, and its text as large."""
    fig = new_figure(width * look().scale, height * (1 + look().scale) / 2)
    fig.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1)
    return fig


def write(fig, x, y, text, size=SIZE):
    """Write plain text around the point (x, y), in fractions of the figure."""
    fig.text(x, y, text, size=size, ha="center", va="center", parse_math=False)


class _Cells(NamedTuple):
    """How a picture shows entries: the size of its cells, and that of the numbers in them, 0 for no numbers."""

    width: float
    height: float
    number_size: float


@styled
def board(table, caption=""):
    """A Figure of a table: rows of one length, made of Panels, strings such as "@" or a few words, and None for a blank.

    Raises ShapeError, TypeError or ValueError for what is none of these, or where a symbol means two sizes.
    """
    check_text("caption", caption)
    for part in itertools.chain(*table):
        if not isinstance(part, Panel | str | None):
            raise TypeError(f"a part of the picture is {part!r}, expected a Panel, a string, or None for a blank")
    known = {}
    panels = [part.check(known) for part in itertools.chain(*table) if isinstance(part, Panel)]
    cells = _cells(panels)
    extents = np.array([[_extent(part, cells) for part in row] for row in table])
    left, right = extents[:, :, :2].max(axis=0).T
    top = 0.85 if not look().large else 1.02  # room for the title of a matrix
    width = max((left + right).sum() + 0.2, 2.4)
    middles = (width - (left + right).sum()) / 2 + (left + right).cumsum() - right

    notes = [caption] if caption else []
    if not all(np.isfinite(panel.values).all() for panel in panels):
        notes.append("Hatched entries are not finite numbers.")
    lines = [line for note in notes for line in textwrap.wrap(note, int((width - 0.4) / (SIZE * _CHARACTER)))]
    below = 0.25 * len(lines)
    heights = extents[:, :, 3].max(axis=1) + top + _BOTTOM
    height = heights.sum() + below

    fig = new_figure(width, height)
    for row, sizes, end in zip(table, extents[:, :, 2:], height - heights.cumsum() + _BOTTOM, strict=True):
        y = end + sizes[:, 1].max() / 2
        for part, (w, h), x in zip(row, sizes, middles, strict=True):
            if isinstance(part, Panel):
                ax = fig.add_axes([(x - w / 2) / width, (y - h / 2) / height, w / width, h / height])
                _draw_matrix(ax, part, cells)
            elif part is not None:
                write(fig, x / width, y / height, part, size=_string_size(part))
    for i, line in enumerate(lines):
        write(fig, 0.5, (below - 0.25 * i - 0.08) / height, line)
    return fig


def _cells(panels):
    """Cells of one size for all panels: square, wider where a number needs it, smaller where a matrix is big."""
    rows, columns = np.max([(1, 1), *(panel.A.shape for panel in panels)], axis=0)
    if max(rows, columns) > _MOST_NUMBERED:
        return _Cells(min(0.42, _LONGEST_SIDE / columns), min(0.42, _LONGEST_SIDE / rows), 0)
    longest = max((len(number(x)) for panel in panels for x in panel.A.flat), default=1)
    size, side = SIZE if longest <= 5 or look().large else 9, 0.42 * look().scale
    return _Cells(max(side, (longest + look().scale) * 1.1 * size * _CHARACTER), side, size)


def _extent(part, cells):
    """How far a part with its labels reaches to the left and right of its middle; the width and height of its cells."""
    if not isinstance(part, Panel):
        half = 0.12 + len(part) * _string_size(part) * _CHARACTER / 2 if part else 0
        return half, half, 0, 0
    m, n = part.A.shape
    w, h = max(n, 1) * cells.width, max(m, 1) * cells.height  # an empty matrix is as high or wide as one cell
    title = max(map(len, part.title.split("\n"))) * 12 * _CHARACTER / 2
    return max(0.72 * look().scale + w / 2, title), max(_RIGHT + w / 2, title), w, h


def _string_size(part):
    return 20 if len(part) <= 2 else 12  # an operator, or words


def _draw_matrix(ax, panel, cells):
    (m, n), values = panel.A.shape, panel.values
    finite = np.isfinite(values)
    limit = abs(values[finite]).max(initial=0) or 1
    ax.set(xlim=(0, max(n, 1)), ylim=(max(m, 1), 0), facecolor="none")
    ax.spines[:].set_visible(False)
    if panel.A.size:
        shown = np.ma.masked_where(~finite, values)
        lines = {"edgecolors": look().pale, "linewidth": 0.5} if cells.number_size else {"rasterized": True}
        ax.pcolormesh(shown, cmap=look().signed, vmin=-limit, vmax=limit, clip_on=False, **lines)
    for i, j in np.argwhere(~finite):
        ax.add_patch(Rectangle((j, i), 1, 1, fill=False, hatch="xxx", linewidth=0))
    if cells.number_size:
        _write_numbers(ax, panel, cells.number_size, values / limit)
    _outline_highlights(ax, panel, thickness=2.5 if cells.number_size else 1.2)
    _draw_brackets(ax, max(m, 1), max(n, 1), cells)
    _write_labels(ax, panel, cells)


def _write_numbers(ax, panel, size, relative):
    for i, j in np.ndindex(relative.shape):
        is_bold = any(0 <= i - top < rows and 0 <= j - left < columns for top, left, rows, columns in panel.boxes)
        style = {"size": size, "weight": "bold" if is_bold else "normal"}
        if not np.isfinite(relative[i, j]):
            style |= {
                "color": "black",
                "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 1},
            }  # on the hatching
        else:
            light = np.array(look().signed((relative[i, j] + 1) / 2)[:3]) ** 2.2 @ (0.2126, 0.7152, 0.0722)
            style["color"] = "black" if light > 0.179 else "white"  # there both have the same contrast
        ax.text(j + 0.5, i + 0.5, number(panel.A[i, j]), ha="center", va="center", parse_math=False, **style)


def _outline_highlights(ax, panel, thickness):
    for top, left, rows, columns in panel.boxes:
        outline = Rectangle((left, top), columns, rows, fill=False, edgecolor=look().ink, linewidth=thickness, zorder=4)
        outline.set_path_effects([withStroke(linewidth=2 * thickness, foreground=look().paper)])
        ax.add_patch(outline).set_clip_on(False)


def _draw_brackets(ax, m, n, cells):
    gap, hook, over = 0.08 / cells.width, 0.1 / cells.width, 0.06 / cells.height
    for x, inwards in ((-gap, hook), (n + gap, -hook)):
        xs, ys = [x + inwards, x, x, x + inwards], [-over, -over, m + over, m + over]
        ax.add_line(Line2D(xs, ys, color=look().ink, linewidth=1.8, clip_on=False, solid_joinstyle="miter"))


def _write_labels(ax, panel, cells):
    """The title, a symbol on each side, and indexes: all of them beside numbers, else those of the highlights."""
    rows = sorted({*panel.rows, *(i for i, _ in panel.entries)})
    columns = sorted({*panel.columns, *(j for _, j in panel.entries)})
    if cells.number_size:
        rows, columns = (range(size) for size in panel.A.shape)
    ax.set_xticks([j + 0.5 for j in columns], labels=columns)
    ax.set_yticks([i + 0.5 for i in rows], labels=rows)
    ax.tick_params(length=0, pad=8, labelsize=SIZE if look().large else 9, labeltop=True, labelbottom=False)
    sizes = zip(panel.symbols, panel.A.shape, strict=True)
    row, column = (symbol if symbol.isdecimal() else f"{symbol} = {size}" for symbol, size in sizes)
    upright = {"rotation": "horizontal", "ha": "right", "va": "center"} if row.isdecimal() else {}
    ax.set_ylabel(row, parse_math=False, labelpad=6 if rows else 14, **upright)
    ax.set_xlabel(column, parse_math=False, labelpad=9)
    ax.set_title(panel.title, size=12, parse_math=False, pad=9 if columns else 14)
