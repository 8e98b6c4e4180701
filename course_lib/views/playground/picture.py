"""The static picture of a training run: its curves, the norms of its gradients, its data, and every G."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from course_lib.pictures.blackboard import new_figure, styled
from course_lib.pictures.look import look
from course_lib.views.playground.settings import data_name

_IMAGES = 8


@styled
def picture(run):
    """A matplotlib Figure of a `course_lib.views.playground.run.Run` as it is now."""
    first, second = look().curves[:2]
    frame, settings = run.frame(), run.settings
    fig = new_figure(12, 7)
    fig.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1)
    above, below = fig.subfigures(2, 1, height_ratios=[1, 1.05])
    loss, rates, norms = above.subplots(1, 3)
    steps = frame.curve[:, 0]
    for ax, columns, title in ((loss, (1, 2), "loss J"), (rates, (3, 4), "accuracy")):
        for column, name, line, colour in zip(
            columns, ("training", "held out"), ("-", "--"), (first, second), strict=True
        ):
            values = np.where(np.isfinite(frame.curve[:, column]), frame.curve[:, column], np.nan)
            ax.plot(steps, values, line, color=colour, label=name, marker="o" if len(steps) < 3 else "")
        ax.set_title(title, size=12)
        ax.set_xlabel("step")
        ax.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        ax.legend(frameon=False)
        ax.set_xlim(0, max(1, frame.step))
    rates.set_ylim(-0.03, 1.03)
    layers = np.arange(frame.norms.shape[1])
    for values, line, colour, name in zip(
        frame.norms, ("o-", "s--"), (first, second), ("now", "at first"), strict=True
    ):
        shown = (values > 0) & np.isfinite(values)
        norms.plot(layers[shown], values[shown], line, color=colour, label=name)
    norms.legend(frameon=False)
    norms.set(xlabel="layer", xticks=layers)
    norms.set_title("norm of ∇_W L", size=12)
    for ax in (loss, norms):
        ax.set_yscale("log")
    widths = [1.35] + [0.5 + min(1.2, G.shape[1] / 32) for G in frame.G]
    left, *axes = below.subplots(1, len(widths), width_ratios=widths)
    _draw_data(left, run, frame)
    for l, (ax, G) in enumerate(zip(axes, frame.G, strict=True)):
        finite = np.isfinite(G)
        limit = np.abs(G[finite]).max(initial=0) or 1
        ax.imshow(np.ma.masked_invalid(G), cmap=look().signed, vmin=-limit, vmax=limit, aspect="auto")
        ax.set_title(f"G[{l}]\n{(settings.batch_size, G.shape[1])}", size=12, parse_math=False)
        ax.set(xticks=[], yticks=[], xlabel=f"largest {limit:.2g}" if finite.all() else "not finite")
    units = "-".join(map(str, settings.sizes))
    words = f"{data_name(settings.data)}, {units} {settings.activation} network, after {frame.step} steps"
    fig.suptitle(f"{words}. {frame.remark}" if frame.remark else words, size=12, parse_math=False, wrap=True)
    return fig


def _draw_data(ax, run, frame):
    """The plane with its points and its boundary, or the first held-out images that are read wrong."""
    ax.set(xticks=[], yticks=[])
    if run.is_plane:
        (x0, x1), (y0, y1) = run.extent
        below, above = look().signed([0.0, 1.0])
        ax.imshow(frame.boundary, cmap=look().signed, vmin=-1.6, vmax=1.6, origin="lower", extent=(x0, x1, y0, y1))
        for k, (marker, colour) in enumerate(zip("os", (below, above), strict=True)):
            for X, target, face in ((*run.data[:2], colour), (*run.data[2:], look().paper)):
                points = X[target[:, k] == 1]
                ax.scatter(*points.T, marker=marker, s=12, facecolors=face, edgecolors=colour, linewidths=0.8)
        ax.set_aspect("auto")
        ax.set_title("boundary; circles are class 0,\nsquares class 1, hollow held out", size=11)
    elif run.is_images:
        wrong = frame.wrong[:_IMAGES]
        for spine in ax.spines.values():
            spine.set_visible(False)
        ax.set_title(f"{len(frame.wrong)} of {len(run.data.X_test)} held-out images wrong", size=11)
        for n, (row, label, read) in enumerate(wrong):
            x, y = n % 4 / 4, 0.55 - n // 4 / 2
            inset = ax.inset_axes([x, y, 0.24, 0.36])
            inset.imshow(run.data.X_test[row].reshape(8, 8), cmap="gray_r")
            inset.set(xticks=[], yticks=[])
            inset.set_title(f"{label} as {read}", size=9, pad=2)
    else:
        ax.set_axis_off()
