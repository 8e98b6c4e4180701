"""The static picture of a training run: its curves, the norms of its gradients, and every G."""

import numpy as np

from course_lib.pictures import curves
from course_lib.pictures.blackboard import new_figure, styled
from course_lib.pictures.look import look


@styled
def picture(run):
    """A matplotlib Figure of a `course_lib.views.playground.run.Run` as it is now."""
    frame, settings = run.frame(), run.settings
    fig = new_figure(12, 7)
    fig.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1)
    above, below = fig.subfigures(2, 1, height_ratios=[1, 1.05])
    step, *measured = frame.curve.T
    loss, accuracy = (dict(zip(("training", "held out"), pair, strict=True)) for pair in (measured[:2], measured[2:]))
    norms = dict(zip(("now", "at first"), frame.norms, strict=True))
    charts = (loss, "step", "", "loss J", "log", (), step), (accuracy, "step", "", "accuracy", "linear", (), step)
    for ax, chart in zip(above.subplots(1, 3), (*charts, (norms, "layer", "", "norm of ∇_W J")), strict=True):
        curves.draw(ax, *chart)
        ax.legend(frameon=False)
    axes = below.subplots(1, len(frame.G), squeeze=False, width_ratios=[0.5 + G.shape[1] / 32 for G in frame.G])[0]
    for l, (ax, G) in enumerate(zip(axes, frame.G, strict=True)):
        finite = np.isfinite(G)
        limit = np.abs(G[finite]).max(initial=0) or 1
        ax.imshow(np.ma.masked_invalid(G), cmap=look().signed, vmin=-limit, vmax=limit, aspect="auto")
        ax.set_title(f"G[{l}]\n{(settings.batch_size, G.shape[1])}", size=12, parse_math=False)
        ax.set(xticks=[], yticks=[], xlabel=f"largest {limit:.2g}" if finite.all() else "not finite")
    units = "-".join(map(str, settings.sizes))
    words = f"{settings.data}, {units} {settings.activation} network, after {frame.step} steps"
    fig.suptitle(f"{words}. {frame.remark}" if frame.remark else words, size=12, parse_math=False, wrap=True)
    return fig
