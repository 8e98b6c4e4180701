"""Static pictures of several curves: root mean squares by layer, losses by epoch. Each function returns a Figure.

What is measured has markers, what theory says is a line without; curves differ in colour, marker and dashes, so that
none of them is told by its colour alone. No number is computed here.
"""

import numpy as np
from matplotlib.ticker import MaxNLocator

from course_lib.blackboard import SIZE, new_figure, styled

# Dark enough on white, and told apart by colour-blind readers: Okabe and Ito's blue, vermilion, green, purple, black.
_COLOURS = ("#0b5394", "#b45f06", "#00614a", "#7a3b69", "#1a1a1a", "#6b6b6b", "#8c1c13")
_MARKERS, _DASHES = "osD^vPX", ("-", (0, (5, 2)), (0, (2, 1)), (0, (6, 2, 1, 2)), (0, (1, 1)), (0, (8, 3)), (0, (3, 3)))
_MOST = len(_COLOURS)


@styled
def by_layer(measured, ylabel, theory=None, title=""):
    """What is measured in each layer, {label: (depth,) numbers}, on a logarithmic axis; theory: the same, as lines.

    A curve of theory has the colour of the measured one of its label. Numbers that are 0 or not finite have no point.
    Raises ValueError for more than 7 curves, or if theory has a label that is not measured.
    """
    _check("by_layer(measured, ylabel)", measured)
    theory = theory or {}
    if unknown := set(theory) - set(measured):
        raise ValueError(f"by_layer(measured, ylabel, theory): theory has {sorted(unknown)}, which is not measured")
    fig, axes = _axes("layer", ylabel, title)
    for k, (label, numbers) in enumerate(measured.items()):
        step = max(1, len(numbers) // 15)
        style = {"color": _COLOURS[k], "marker": _MARKERS[k], "markevery": step, "markersize": 6}
        axes.plot(_drawable(numbers), linestyle="none" if label in theory else _DASHES[k], label=label, **style)
        if label in theory:
            axes.plot(_drawable(theory[label]), color=_COLOURS[k], linestyle=_DASHES[k], label=f"{label}, theory")
    _finish(axes)
    return fig


@styled
def losses(histories, title=""):
    """The training loss by epoch of several runs, {label: History}, on a logarithmic axis.

    A run that diverged ends where its loss stops being finite, and its label says so. Raises ValueError for more than
    7 runs.
    """
    _check("losses(histories)", histories)
    fig, axes = _axes("epoch", "loss", title)
    for k, (label, history) in enumerate(histories.items()):
        end = "" if history.diverged is None else f", diverged at epoch {history.diverged}"
        style = {"color": _COLOURS[k], "marker": _MARKERS[k], "markersize": 6, "linestyle": _DASHES[k]}
        axes.plot(_drawable(history.loss), label=label + end, markevery=max(1, len(history.loss) // 10), **style)
    _finish(axes)
    return fig


def _axes(xlabel, ylabel, title):
    fig = new_figure(10.5, 4.4)
    fig.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1)
    axes = fig.subplots()
    axes.set(xlabel=xlabel, ylabel=ylabel, yscale="log")
    axes.set_title(title, size=SIZE)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
    return fig, axes


def _finish(axes):
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)


def _drawable(numbers):
    """The numbers, (length,), with NaN in place of what a logarithmic axis cannot show."""
    numbers = np.asarray(numbers, dtype=float)
    return np.where(np.isfinite(numbers) & (numbers > 0), numbers, np.nan)


def _check(call, curves):
    if not 0 < len(curves) <= _MOST:
        raise ValueError(f"{call}: there are {len(curves)} curves, expected 1 to {_MOST}")
