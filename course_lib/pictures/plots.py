"""Static pictures of the course's matrices, of G and of training: each function returns a matplotlib Figure.

A Figure is closed in pyplot, so a notebook shows it once, where it is the last value of a cell. Matrices are drawn as
on a blackboard: red above 0, blue below, white at 0. Highlights are outlined, with bold numbers; a matrix too big for
numbers has the highlights' indexes at its sides. Names are plain text, and no gradient is computed here.
"""

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from course_lib.network import Trace
from course_lib.pictures.blackboard import board, new_figure, styled, write
from course_lib.pictures.graph import layer  # noqa: F401 - offered as plots.layer
from course_lib.pictures.look import SIZE, look
from course_lib.pictures.panel import (
    Panel,
    check_numbers,
    check_symbols,
    check_text,
    check_texts,
    checked_entry,
    in_symbols,
)
from course_lib.practice.gradcheck import GradientCheck
from course_lib.practice.training import History
from course_lib.shapes import ShapeError

_MOST_DIGITS = 100


def matrix(name, A, symbols, rows=(), columns=(), entries=()):
    """One matrix. A: (m, n); symbols: two, such as ("m", "n_in"); rows, columns, entries: what to highlight.

    A may hold integers, floats, booleans or Fractions. Raises ShapeError unless A has two indexes with the sizes that
    the symbols say, TypeError for other entries, IndexError for a highlight outside A.
    """
    return board([[Panel(name, A, symbols, rows, columns, entries)]])


def equation(*parts, caption=""):
    """Panels and strings in one row: equation(Panel("G", G, ("m", "n_out")), "⊙", ..., caption="...").

    Every matrix has cells of the same size and its own colours. Raises what `matrix` raises, and ShapeError where a
    symbol means two sizes.
    """
    return board([parts], caption)


def product(left, right, result, entry=None, caption=""):
    """left @ right = result: three Panels or triples (name, array, symbols), of shapes (a, b), (b, c) and (a, c).

    entry: (h, k) highlights row h of left, column k of right and the entry of the result that they make.
    Raises ShapeError where the shapes do not meet, and what `matrix` raises.
    """
    parts = []
    for what, part in (("left", left), ("right", right), ("result", result)):
        if not isinstance(part, (tuple, list)) or len(part) not in (3, 6):
            raise TypeError(
                f"product(left, right, result): {what} is {part!r}, expected a Panel, or (name, A, symbols)"
            )
        parts.append(Panel(*part))
        parts[-1].check({})
    left, right, result = parts
    if left.A.shape[1] != right.A.shape[0]:
        raise ShapeError(
            f"{left.name} @ {right.name}: {left.A.shape} and {right.A.shape} do not contract: the inner sizes differ."
        )
    shape = (left.A.shape[0], right.A.shape[1])
    if result.A.shape != shape:
        raise ShapeError(
            f"{result.name} has shape {result.A.shape}, expected {shape}, that of {left.name} @ {right.name}."
        )
    if entry is not None:
        h, k = checked_entry("product(left, right, result, entry): entry", entry, shape, result.name)
        left, right, result = left._replace(rows=[h]), right._replace(columns=[k]), result._replace(entries=[(h, k)])
    return board([[left, "@", right, "=", result]], caption)


def trace(trace):
    """A `course_lib.network.Trace`: every O and Z of the forward pass, and below each its gradient, by layer.

    Layer l takes O[l] to Z[l] to O[l + 1]; the gradient of Z[l] is G[l], that of O[l] is dL_dO[l]. Before
    `Network.backward` has run there is one row. n_0, n_1, ... are the units by layer, n_0 those of the data.
    Raises TypeError for anything but a Trace.
    """
    _check_kind("trace(trace): trace", trace, Trace)
    forward, backward = [Panel("O[0]", trace.O[0], ("m", "n_0"))], [None]
    for l, Z in enumerate(trace.Z):
        symbols = ("m", f"n_{l + 1}")
        forward += ["→", Panel(f"Z[{l}]", Z, symbols), "→", Panel(f"O[{l + 1}]", trace.O[l + 1], symbols)]
        if trace.G:
            G, dL_dO = trace.G[l], trace.dL_dO[l + 1]
            arrow = "←" if l > 0 else None  # nobody computes the gradient for the data
            backward += [arrow, Panel(f"G[{l}]", G, symbols), "←", Panel(f"dL_dO[{l + 1}]", dL_dO, symbols)]
    return board([forward, backward] if trace.G else [forward])


@styled
def nonzero_pattern(name, tensor, row_symbols, column_symbols, entry=None, structural=None):
    """Which entries of a Jacobian dZ/dX are non-zero: one small panel dZ/dX[:, :, h, k] for each entry (h, k) of X.

    tensor: (m, n_out, p, q), the indexes of Z first. row_symbols: the two of Z, a panel's rows and columns;
    column_symbols: the two of X, the rows and columns of panels. structural: a boolean array of the tensor's shape,
    True where the index allows an entry to be non-zero; by default, where it is not 0. An entry that is allowed and
    happens to be 0 reads "0". entry: the (h, k) whose panel to outline. Raises ShapeError or TypeError; ValueError for
    an empty tensor or an entry outside.
    """
    call = "nonzero_pattern(name, tensor, row_symbols, column_symbols)"
    check_text(f"{call}: name", name)
    check_numbers(f"{call}: tensor" if not isinstance(tensor, np.ndarray) else name, tensor, rank=4)
    check_texts(f"{call}: row_symbols", row_symbols, 2)
    check_texts(f"{call}: column_symbols", column_symbols, 2)
    symbols = (*row_symbols, *column_symbols)
    check_symbols(name, tensor.shape, symbols, {})
    structural = tensor != 0 if structural is None else structural
    check_numbers("structural", structural, rank=4)
    if structural.dtype != bool or structural.shape != tensor.shape:
        raise ShapeError(
            f"structural is {structural.dtype} of shape {structural.shape}, expected bool of {tensor.shape}, like {name}."
        )
    if tensor.size == 0:
        raise ValueError(f"{name} is empty, {tensor.shape}: there is no pattern to show")
    m, n_out, p, q = tensor.shape
    if entry is not None:
        entry = checked_entry(f"{call}: entry", entry, (p, q), f"the panels of {name}")

    large = look().large
    cell = min(0.3, (2.4 if large else 7) / (p * (m + 1)), (6 if large else 11) / (q * (n_out + 1)))
    w, h = cell * (q * (n_out + 1) - 1), cell * (p * (m + 1) - 1)
    width, height = (max(w + 1.2, 3.5), h + 2.7) if large else (max(w + 1.6, 7), h + 1.75)
    fig = new_figure(width, height)
    ax = fig.add_axes([(width - w + 0.5) / 2 / width, (1.4 if large else 0.9) / height, w / width, h / height])
    ax.set(xlim=(0, q * (n_out + 1) - 1), ylim=(p * (m + 1) - 1, 0))
    colours = ListedColormap([look().pale, look().curves[0]])
    zero = {"color": look().paper, "weight": "bold", "size": 50 * cell, "ha": "center", "va": "center"}
    for i, j in np.ndindex(p, q):
        x, y, filled = j * (n_out + 1), i * (m + 1), structural[:, :, i, j]
        edges = np.arange(x, x + n_out + 1), np.arange(y, y + m + 1)
        ax.pcolormesh(*edges, filled, cmap=colours, vmin=0, vmax=1, edgecolors=look().paper, linewidth=min(1, 5 * cell))
        for row, column in np.argwhere(filled & (tensor[:, :, i, j] == 0)):
            ax.text(x + column + 0.5, y + row + 0.5, "0", **zero)
        if (i, j) == entry:
            outline = {"fill": False, "linewidth": 3, "edgecolor": look().ink, "clip_on": False, "zorder": 4}
            ax.add_patch(Rectangle((x, y), n_out, m, **outline))
    ax.set_xticks(np.arange(q) * (n_out + 1) + n_out / 2, labels=range(q) if large else [f"k = {k}" for k in range(q)])
    ax.set_yticks(np.arange(p) * (m + 1) + m / 2, labels=range(p) if large else [f"h = {h}" for h in range(p)])
    size = SIZE if large else min(SIZE, 18 * cell * (n_out + 1))
    ax.tick_params(length=0, labeltop=True, labelbottom=False, labelsize=size)
    ax.spines[:].set_visible(False)
    title = f"{name}{look().wrap}{look().wrap}{in_symbols(symbols)} = {tensor.shape}".replace("\n\n", "\n")
    write(fig, 0.5, 1 - 0.25 / height, title, size=SIZE if large else 13)
    counts = structural.sum(axis=(0, 1))
    count = " to ".join(str(c) for c in sorted({counts.min(), counts.max()}))
    words = f"Panel [h, k], {in_symbols(row_symbols)} = {(m, n_out)}:{look().wrap}"
    words += f"{count} of {m * n_out} entries are structural non-zeros."
    write(fig, 0.5, (1.1 if large else 0.55) / height, words)
    keys = {"allowed by the index": Patch(color=look().curves[0]), "0 by its index": Patch(color=look().pale)}
    if (structural & (tensor == 0)).any():
        read = Line2D([], [], linestyle="", marker="$0$", color=look().paper, markersize=7)
        keys["allowed, and happens to be 0"] = (keys["allowed by the index"], read)
    rows = (
        [[*keys]] if large else [[words] for words in keys]
    )  # each in its own place, whatever its letters are drawn in
    starts = np.cumsum([0, *(0.55 + 0.08 * max(map(len, row)) for row in rows)])  # inches
    style = {"loc": "lower left", "frameon": False, "fontsize": SIZE, "borderaxespad": 0.2, "labelspacing": 0.2}
    for row, start in zip(rows, (width - starts[-1]) / 2 + starts, strict=False):
        fig.legend([keys[words] for words in row], row, bbox_to_anchor=(start / width, 0), **style)
    return fig


@styled
def gradient_check(check):
    """Where a gradient is wrong: for each parameter a map of |gradient - numeric|, one column of maps for each layer.

    check: a `course_lib.practice.gradcheck.GradientCheck`. The differences are relative to the parameter's largest entry, on a
    logarithmic scale; the text under each map gives its verdict, `GradientCheck.passes`, and the worst entry.
    Raises TypeError for anything else, ValueError if it holds no parameter.
    """
    _check_kind("gradient_check(check): check", check, GradientCheck)
    if not check:
        raise ValueError("gradient_check(check): check holds no parameter")
    layers = -(-len(check) // 2)
    fig = new_figure(*(max(6.5, 2.2 * layers + 1), 4) if look().large else (max(6.5, 3.2 * layers + 1.2), 6))
    fig.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1)
    axes = fig.subplots(2, layers, squeeze=False, height_ratios=[4, 1])
    scale, colours = LogNorm(1e-16, 1), colormaps["cividis"].with_extremes(bad=look().pale)
    for row, ax in zip(check, axes.T.flat, strict=False):
        difference = abs(row.gradient - row.numeric)
        entries = np.abs([row.gradient, row.numeric])
        largest = entries[np.isfinite(entries)].max(initial=0) or 1
        shown = np.ma.masked_invalid(np.maximum(difference / largest, scale.vmin))
        image = ax.imshow(shown, cmap=colours, norm=scale, aspect="auto")
        worst = [int(i) for i in np.unravel_index(difference.argmax(), difference.shape)]
        agrees = GradientCheck([row]).passes()
        verdict = (
            f"agrees: {row.relative_error:.0e} at most" if agrees else f"DIFFERS: {row.relative_error:.1g} at {worst}"
        )
        ax.set_xlabel(verdict, weight="normal" if agrees else "bold")
        ax.set_title(f"{row.name}  {row.gradient.shape}", size=12, parse_math=False)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
        ax.yaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
    fig.colorbar(image, ax=axes, label="|gradient − numeric| / largest entry")
    return fig


@styled
def history(history):
    """Loss J (logarithmic) and accuracy by epoch, of a `course_lib.practice.training.History`; test data dashed.

    A loss that is 0 or not finite has no point; a run that diverged says so. Raises TypeError for anything else,
    ValueError for an empty history.
    """
    _check_kind("history(history): history", history, History)
    if not history.loss:
        raise ValueError("history(history): history.loss is empty: nothing was measured")
    fig = new_figure(*(7, 3.6) if look().large else (10.5, 4.2))
    fig.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1)
    left, right = fig.subplots(1, 2)
    diverged = "" if history.diverged is None else f": diverged at epoch {history.diverged}"
    _draw_lines(left, "epoch", {"train": history.loss, "test": history.test_loss}, log=True)
    left.set_title("loss J" + diverged, size=13)
    _draw_lines(right, "epoch", {"train": history.accuracy, "test": history.test_accuracy})
    right.set_title("accuracy", size=13)
    return fig


@styled
def digits(X, labels=None, predicted=None):
    """Rows of X, (m, 64), as 8x8 images, ten to a line; captions "3", or "3 read as 5" where predicted differs.

    labels, predicted: m whole numbers each. Raises ShapeError for other shapes, TypeError for what is no array of
    numbers, ValueError for no image, for more than 100, and for predicted without labels.
    """
    check_numbers("X", X, rank=2)
    if X.shape[1] != 64:
        raise ShapeError(f"digits(X): X has shape {X.shape}, expected (m, 64).")
    m = len(X)
    if not 1 <= m <= _MOST_DIGITS:
        raise ValueError(f"digits(X): X has {m} rows, expected 1 to {_MOST_DIGITS}: take some, X[:20] for example")
    for name, given in (("labels", labels), ("predicted", predicted)):
        if given is not None and not isinstance(given, (np.ndarray, tuple, list, range)):
            raise TypeError(f"digits(X, ...): {name} is a {type(given).__name__}, expected {m} whole numbers")
        if given is not None and np.shape(np.asarray(given, dtype=object)) != (m,):
            raise ShapeError(
                f"digits(X, ...): {name} has shape {np.shape(np.asarray(given, dtype=object))}, expected (m,) = ({m},), as X has."
            )
    if labels is None and predicted is not None:
        raise ValueError("digits(X, labels, predicted): predicted was given without labels, expected both")
    lines, per_line = -(-m // 10), min(m, 10)
    fig = new_figure(*(0.72 * per_line, 0.95 * lines) if look().large else (1.15 * per_line, 1.42 * lines))
    fig.set_layout_engine("constrained")
    axes = fig.subplots(lines, per_line, squeeze=False).ravel()
    for ax in axes:
        ax.set_axis_off()
    for i, ax in zip(range(m), axes, strict=False):
        ax.imshow(X[i].astype(float).reshape(8, 8), cmap="gray_r")
        caption = "" if labels is None else str(labels[i])
        wrong = predicted is not None and predicted[i] != labels[i]
        if wrong:
            caption += f"→{predicted[i]}" if look().large else f" read as {predicted[i]}"
            ax.set_axis_on()
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_linewidth(2.5)
        ax.set_title(caption, size=SIZE if look().large else 10, weight="bold" if wrong else "normal", parse_math=False)
    return fig


def _draw_lines(ax, xlabel, series, log=False):
    """Two lines over 0, 1, 2, ..., the second dashed, each named at its end; what the axis cannot show is a gap."""
    ax.set_yscale("log" if log else "linear")
    least = 0 if log else -np.inf
    series = {name: np.array(values, dtype=float) for name, values in series.items() if len(values)}
    for values in series.values():
        values[~((least < values) & (values < np.inf))] = np.nan
    seen = {name: np.flatnonzero(np.isfinite(values)) for name, values in series.items()}
    ends = {name: (at[-1], series[name][at[-1]]) for name, at in seen.items() if len(at)}
    top = max(ends, key=lambda name: ends[name][1], default=None)
    for (name, values), colour, line in zip(series.items(), look().curves, ("-", "--"), strict=False):
        ax.plot(values, line, color=colour, linewidth=2.2, marker="o" if len(values) < 3 else "")
        if name in ends:
            at_end = {"color": colour, "weight": "bold", "va": "bottom" if name == top else "top"}
            ax.annotate(name, ends[name], xytext=(6, 0), textcoords="offset points", **at_end)
    ax.set_xlabel(xlabel)
    last = max(len(values) for values in series.values()) - 1
    ticks = MaxNLocator(integer=True, min_n_ticks=1).tick_values(0, last)
    ax.set_xticks([int(tick) for tick in ticks if 0 <= tick <= last])
    ax.set_xlim(-0.05 * (last or 1), last + 0.17 * (last or 1))  # room for the names
    ax.spines[["top", "right"]].set_visible(False)


def _check_kind(what, value, kind):
    if not isinstance(value, kind):
        raise TypeError(f"{what} is a {type(value).__name__}, expected a {kind.__name__}")
