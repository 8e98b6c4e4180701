"""Static pictures of the course's matrices, of G and of training: each function returns a matplotlib Figure.

A Figure is closed in pyplot, so a notebook shows it once, where it is the last value of a cell. Matrices are drawn as
on a blackboard: red above 0, blue below, white at 0. Highlights are outlined, with bold numbers; a matrix too big for
numbers has the highlights' indexes at its sides. What cannot be drawn raises ShapeError, TypeError or ValueError.
"""

import numpy as np
from jaxtyping import Shaped
from matplotlib import colormaps
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from course_lib.arguments import plain_array
from course_lib.network import Trace
from course_lib.pictures.blackboard import board, free_figure, new_figure, styled
from course_lib.pictures.curves import history  # noqa: F401 - offered as plots.history
from course_lib.pictures.graph import layer  # noqa: F401 - offered as plots.layer
from course_lib.pictures.look import SIZE, look
from course_lib.pictures.panel import Panel, check_numbers, check_symbols, checked_entry, in_symbols
from course_lib.practice.gradcheck import GradientCheck
from course_lib.shapes import ShapeError, same_shapes, shape_checked


def matrix(name, A, symbols, rows=(), columns=(), entries=()):
    """One matrix. A: (m, n) integers, floats, booleans or Fractions; the others as in `Panel`."""
    return board([[Panel(name, A, symbols, rows, columns, entries)]])


def equation(*parts, caption=""):
    """Panels and strings in one row, such as "⊙"; every matrix has cells of the same size and its own colours."""
    return board([parts], caption)


def product(left, right, result, entry=None, caption=""):
    """left @ right = result: three Panels or triples (name, array, symbols), of shapes (a, b), (b, c) and (a, c).

    entry: (h, k) highlights row h of left, column k of right and the entry of the result that they make.
    """
    left, right, result = (Panel(*part).check({}) for part in (left, right, result))
    shape = result.A.shape
    if left.A.shape[1] != right.A.shape[0] or shape != (left.A.shape[0], right.A.shape[1]):
        of = f"{left.name} {left.A.shape} @ {right.name} {right.A.shape} = {result.name} {result.A.shape}"
        raise ShapeError(f"{of}: expected shapes (a, b) @ (b, c) = (a, c).")
    if entry is not None:
        h, k = checked_entry("product(left, right, result, entry): entry", entry, shape, result.name)
        left, right, result = left._replace(rows=[h]), right._replace(columns=[k]), result._replace(entries=[(h, k)])
    return board([[left, "@", right, "=", result]], caption)


@shape_checked
def trace(trace: Trace):
    """A `course_lib.network.Trace`, a line for each layer, from O[l] to Z[l] to O[l + 1], and below it the way back.

    The gradient of Z[l] is G[l], that of O[l] is dL_dO[l], once `Network.backward` has run. n_0: the size of the data.
    """
    table = []
    for l, Z in enumerate(trace.Z):
        inside, outside = ("m", f"n_{l}"), ("m", f"n_{l + 1}")
        end = Panel(f"O[{l + 1}]", trace.O[l + 1], outside)
        table.append([Panel(f"O[{l}]", trace.O[l], inside), "→", Panel(f"Z[{l}]", Z, outside), "→", end])
        if trace.G:  # nobody computes the gradient for the data
            start = [Panel(f"dL_dO[{l}]", trace.dL_dO[l], inside), "←"] if l else [None, None]
            end = Panel(f"dL_dO[{l + 1}]", trace.dL_dO[l + 1], outside)
            table.append([*start, Panel(f"G[{l}]", trace.G[l], outside), "←", end])
    return board(table)


@styled
def nonzero_pattern(name, tensor, row_symbols, column_symbols, entry=None, structural=None):
    """Which entries of a Jacobian dZ/dX are non-zero: one small panel dZ/dX[:, :, h, k] for each entry (h, k) of X.

    tensor: (m, n_out, p, q), the indexes of Z first. row_symbols: the two of Z, a panel's rows and columns;
    column_symbols: the two of X, the rows and columns of panels. structural: a boolean array of the tensor's shape,
    True where the index allows an entry to be non-zero; by default, where it is not 0. An entry that is allowed and
    happens to be 0 reads "0". entry: the (h, k) whose panel to outline.
    """
    check_numbers(name, tensor, rank=4)
    symbols = (*row_symbols, *column_symbols)
    check_symbols(name, tensor.shape, symbols, {})
    structural = tensor != 0 if structural is None else np.asarray(structural, bool)
    same_shapes("nonzero_pattern(...)", "structural", [structural], [tensor.shape])
    if tensor.size == 0:
        raise ValueError(f"{name} is empty, {tensor.shape}: there is no pattern to show")
    (m, n_out, p, q), happens = tensor.shape, structural & (tensor == 0)
    if entry is not None:
        entry = checked_entry("nonzero_pattern(...): entry", entry, (p, q), f"the panels of {name}")

    counts = structural.sum(axis=(0, 1))
    count = " to ".join(str(count) for count in sorted({counts.min(), counts.max()}))
    words = f"Panel [h, k], {in_symbols(row_symbols)} = {(m, n_out)}:{look().wrap}"
    words += f"{count} of {m * n_out} entries are structural non-zeros."
    keys = {"allowed by the index": Patch(color=look().curves[0]), "0 by its index": Patch(color=look().pale)}
    if happens.any():
        read = Line2D([], [], linestyle="", marker="$0$", color=look().paper, markersize=7)
        keys["allowed, and happens to be 0"] = (keys["allowed by the index"], read)

    large, height, width = look().large, p * (m + 1) - 1, q * (n_out + 1) - 1  # of all panels, in cells, with the gaps
    side = min(0.3, (2.4 if large else 7) / height, (6 if large else 11) / width)  # of a cell, in inches
    fig = new_figure(max(side * width + 1.6, 3.8 if large else 7.4), side * height + (3.1 if large else 2.1))
    fig.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1)
    fig.suptitle(f"{name}{look().wrap}{in_symbols(symbols)} = {tensor.shape}", size=SIZE if large else 13)
    ax = fig.subplots()
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal", xlabel="k")
    colours = ListedColormap([look().pale, look().curves[0]])
    style = {"cmap": colours, "vmin": 0, "vmax": 1, "edgecolors": look().paper, "linewidth": min(1, 5 * side)}
    zero = {"color": look().paper, "weight": "bold", "size": 50 * side, "ha": "center", "va": "center"}
    for h, k in np.ndindex(p, q):
        corners = k * (n_out + 1) + np.arange(n_out + 1), h * (m + 1) + np.arange(m + 1)
        ax.pcolormesh(*corners, structural[:, :, h, k], **style)
        for i, j in np.argwhere(happens[:, :, h, k]):
            ax.text(corners[0][j] + 0.5, corners[1][i] + 0.5, "0", **zero)
        if (h, k) == entry:
            box = {"fill": False, "linewidth": 3, "edgecolor": look().ink, "clip_on": False, "zorder": 4}
            ax.add_patch(Rectangle((corners[0][0], corners[1][0]), n_out, m, **box))
    ax.set_xticks(np.arange(q) * (n_out + 1) + n_out / 2, labels=range(q))
    ax.set_yticks(np.arange(p) * (m + 1) + m / 2, labels=range(p))
    ax.tick_params(length=0, labeltop=True, labelbottom=False, labelsize=min(SIZE, 50 * side * (n_out + 1)))
    ax.xaxis.set_label_position("top")
    ax.set_ylabel("h", rotation="horizontal", ha="right", va="center")
    ax.spines[:].set_visible(False)
    style = {"loc": "outside lower center", "ncols": 1 if large else 3, "frameon": False, "fontsize": SIZE}
    fig.legend(list(keys.values()), list(keys), title=words, title_fontsize=SIZE, columnspacing=1.5, **style)
    return fig


@styled
@shape_checked
def gradient_check(check: GradientCheck):
    """Where a gradient is wrong: for each parameter a map of |gradient - numeric|, one column of maps for each layer.

    The differences are relative to the parameter's largest entry, on a logarithmic scale; the text under each map gives
    its verdict, `GradientCheck.passes`, and the worst entry.
    """
    if not check:
        raise ValueError("gradient_check(check): check holds no parameter")
    layers = -(-len(check) // 2)
    fig = free_figure(max(7, 3.2 * layers + 1.2), 6)
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
        verdict = "agrees: {:.0e} at most" if agrees else "DIFFERS: {:.1g} at {}"
        ax.set_xlabel(verdict.format(row.relative_error, worst), weight="normal" if agrees else "bold")
        ax.set_title(f"{row.name}  {row.gradient.shape}", size=12, parse_math=False)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
    fig.colorbar(image, ax=axes, label="|gradient − numeric| / largest entry")
    return fig


@styled
@shape_checked
def digits(X: Shaped[np.ndarray, "m 64"], labels=None, predicted=None):
    """Rows of X, (m, 64), as 8x8 images, ten to a line; captions "3", or "3 read as 5" where predicted differs.

    labels, predicted: m whole numbers each; at most 100 images.
    """
    m = len(X)
    if not 1 <= m <= 100:
        raise ValueError(f"digits(X): X has {m} rows, expected 1 to 100: take some, X[:20] for example")
    for name, given in (("labels", labels), ("predicted", predicted)):
        if given is not None:
            same_shapes("digits(X, labels, predicted)", name, [plain_array(name, given)], [(m,)])
    if labels is None and predicted is not None:
        raise ValueError("digits(X, labels, predicted): predicted was given without labels, expected both")
    lines, per_line = -(-m // 10), min(m, 10)
    fig = free_figure(1.15 * per_line, 1.42 * lines)
    bare = {"xticks": [], "yticks": [], "frame_on": False}
    for i, ax in zip(range(m), fig.subplots(lines, per_line, squeeze=False, subplot_kw=bare).flat, strict=False):
        ax.imshow(X[i].reshape(8, 8), cmap="gray_r")
        ax.set_title("" if labels is None else f"{labels[i]}", size=10)
        if predicted is not None and predicted[i] != labels[i]:
            arrow = "→" if look().large else " read as "
            ax.set_title(f"{labels[i]}{arrow}{predicted[i]}", size=10, weight="bold")
            ax.set_frame_on(True)
            ax.spines[:].set_linewidth(2.5)
    return fig
