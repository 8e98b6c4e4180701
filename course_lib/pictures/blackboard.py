"""Matrices in square brackets, laid out as on a blackboard: the drawing that the pictures of `course_lib.pictures.plots` share.

Lengths are in inches. Every matrix gets its own axes, where entry (i, j) is the square from (j, i) to (j + 1, i + 1).
Pictures are dark on white; `course_lib.pictures.look` has their colours.
"""

import functools
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

    Raises ShapeError unless every array has two indexes and a symbol means one size in the whole picture; TypeError
    for anything but arrays of real numbers or Fractions; IndexError for a highlight outside its matrix.
    """
    check_text("caption", caption)
    for part in (part for row in table for part in row):
        if not (part is None or isinstance(part, (str, Panel))):
            raise TypeError(f"a part of the picture is {part!r}, expected a Panel, a string, or None for a blank")
    panels = [part for row in table for part in row if isinstance(part, Panel)]
    known = {}
    for panel in panels:
        panel.check(known)
    cells = _cells(panels)
    halves = [np.max([_halves(part, cells) for part in column], axis=0) for column in zip(*table, strict=True)]
    heights = [max(_size(part, cells)[1] for part in row) for row in table]
    width = max(np.sum(halves) + 0.2, 2.4)

    notes = [caption] if caption else []
    if not all(np.isfinite(np.ma.filled(panel.A.astype(float), 0)).all() for panel in panels):
        notes.append("Hatched entries are not finite numbers.")
    lines = [line for note in notes for line in textwrap.wrap(note, int((width - 0.4) / (SIZE * _CHARACTER)))]
    below = 0.25 * len(lines)
    height = sum(heights) + len(table) * (look().top + _BOTTOM) + below

    fig = new_figure(width, height)
    y = height
    for row, row_height in zip(table, heights, strict=True):
        y -= look().top + row_height / 2  # the middle of this row's matrices
        x = (width - np.sum(halves)) / 2
        for part, (left, right) in zip(row, halves, strict=True):
            w, h = _size(part, cells)
            if isinstance(part, Panel):
                ax = fig.add_axes([(x + left - w / 2) / width, (y - h / 2) / height, w / width, h / height])
                _draw_matrix(ax, part, cells)
            elif part is not None:
                write(fig, (x + left) / width, y / height, part, size=_string_size(part))
            x += left + right
        y -= row_height / 2 + _BOTTOM
    for i, line in enumerate(lines):
        write(fig, 0.5, (below - 0.25 * i - 0.08) / height, line)
    return fig


def _cells(panels):
    """Cells of one size for all panels: square, wider where a number needs it, smaller where a matrix is big."""
    rows = max((panel.A.shape[0] for panel in panels), default=0)
    columns = max((panel.A.shape[1] for panel in panels), default=0)
    if max(rows, columns) > _MOST_NUMBERED:
        return _Cells(min(0.42, _LONGEST_SIDE / columns), min(0.42, _LONGEST_SIDE / rows), 0)
    longest = max((len(number(x)) for panel in panels for x in panel.A.flat), default=1)
    number_size = SIZE if longest <= 5 or look().large else 9
    characters = longest + (0.5 if look().large else 1)
    return _Cells(max(look().cell, characters * 1.1 * number_size * _CHARACTER), look().cell, number_size)


def _size(part, cells):
    """The width and height of a part's cells; an empty matrix is drawn as high or wide as one cell."""
    if not isinstance(part, Panel):
        return 0, 0
    m, n = part.A.shape
    return max(n, 1) * cells.width, max(m, 1) * cells.height


def _halves(part, cells):
    """How far a part with its labels reaches to the left and to the right of its middle."""
    if part is None:
        return 0, 0
    if isinstance(part, str):
        half = 0.12 + len(part) * _string_size(part) * _CHARACTER / 2
        return half, half
    w, _ = _size(part, cells)
    title = max(len(line) for line in look().title(part).split("\n")) * 12 * _CHARACTER
    return max(look().left + w / 2, title / 2), max(_RIGHT + w / 2, title / 2)


def _string_size(part):
    return 20 if len(part) <= 2 else 12  # an operator, or words


def _draw_matrix(ax, panel, cells):
    m, n = panel.A.shape
    values = np.ma.filled(panel.A.astype(float), 0)
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
    highlights = panel.highlights
    for i, j in np.ndindex(relative.shape):
        style = {"size": size, "weight": "bold" if highlights[i, j] else "normal", "color": "black"}
        if not np.isfinite(relative[i, j]):
            style["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # legible on the hatching
        elif _luminance(look().signed((relative[i, j] + 1) / 2)) < 0.179:
            style["color"] = "white"
        ax.text(j + 0.5, i + 0.5, number(panel.A[i, j]), ha="center", va="center", parse_math=False, **style)


def _luminance(colour):
    """How light a colour is, from 0 to 1; at 0.179 black and white text on it have the same contrast."""
    return np.array(colour[:3]) ** 2.2 @ (0.2126, 0.7152, 0.0722)


def _outline_highlights(ax, panel, thickness):
    m, n = panel.A.shape
    boxes = [(0, i, n, 1) for i in panel.rows] + [(j, 0, 1, m) for j in panel.columns]
    for x, y, width, height in boxes + [(j, i, 1, 1) for i, j in panel.entries]:
        outline = Rectangle((x, y), width, height, fill=False, edgecolor=look().ink, linewidth=thickness, zorder=4)
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
    ax.tick_params(
        length=0, pad=8, labelsize=SIZE if look().large else 9, top=True, labeltop=True, bottom=False, labelbottom=False
    )
    row, column = (
        symbol if symbol.isdecimal() else f"{symbol} = {size}"
        for symbol, size in zip(panel.symbols, panel.A.shape, strict=True)
    )
    upright = {"rotation": "horizontal", "ha": "right", "va": "center"} if row.isdecimal() else {}
    ax.set_ylabel(row, parse_math=False, labelpad=6 if rows else 14, **upright)
    ax.set_xlabel(column, parse_math=False, labelpad=9)
    ax.set_title(look().title(panel), size=12, parse_math=False, pad=9 if columns else 14)
