"""Static pictures of several curves, by layer, by epoch or by size, and of costs. Each function returns a Figure.

What is measured has markers, what theory says is a line without; curves differ in colour, marker and dashes, so that
none of them is told by its colour alone. No number is computed here.
"""

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from course_lib.arguments import Number, describe, plain_array
from course_lib.pictures.blackboard import free_figure, styled
from course_lib.pictures.look import SIZE, look
from course_lib.pictures.panel import check_numbers
from course_lib.practice.training import History
from course_lib.shapes import same_shapes, shape_checked

_MARKERS, _DASHES = "osD^vPX", ("-", (0, (5, 2)), (0, (2, 1)), (0, (6, 2, 1, 2)), (0, (1, 1)), (0, (8, 3)), (0, (3, 3)))


@styled
def by_layer(measured, ylabel, theory=(), title=""):
    """What is measured in each layer, {label: (depth,) numbers}, on a logarithmic axis; theory: the same, as lines.

    A curve of theory has the colour of the measured one of its label, and raises ValueError where there is none.
    """
    if unknown := set(theory) - set(measured):
        raise ValueError(f"by_layer(measured, ylabel, theory): theory has {sorted(unknown)}, which is not measured")
    return _figure((measured, "layer", ylabel, title), theory=theory)


@styled
def losses(histories, title=""):
    """The training loss by epoch of several runs, {label: History}, on a logarithmic axis; a label says of divergence."""
    if not isinstance(histories, dict) or not all(isinstance(history, History) for history in histories.values()):
        raise TypeError(f"losses(histories): histories is {histories!r}, expected a dict, {{label: History}}")
    curves = {f"{label}{_end(history)}": history.loss for label, history in histories.items()}
    return _figure((curves, "epoch", "loss", title))


@styled
def against(x, measured, xlabel, ylabel, title=""):
    """Numbers beside the numbers x, (n,), {label: (n,)}, on two logarithmic axes.

    Whole numbers x stand on the axis as they are, not as powers of 10. Raises ValueError for a curve of another length.
    """
    for label, numbers in measured.items():
        same_shapes("against(x, measured, ...)", f"{label!r}", [np.array(numbers)], [(len(x),)])
    fig = _figure((measured, xlabel, ylabel, title), x=x)
    (axes,) = fig.axes
    axes.set_xscale("log")
    if np.issubdtype(np.asarray(x).dtype, np.integer):
        axes.set_xticks(x, [str(number) for number in x])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.yaxis.set(major_locator=LogLocator(subs=(1, 2, 5)), major_formatter="{x:g}", minor_locator=NullLocator())
    return fig


@styled
@shape_checked
def history(history: History):
    """Loss J, on a logarithmic axis, and accuracy by epoch, in training and in test; a title says of divergence."""
    if not history.loss:
        raise ValueError("history(history): history.loss is empty: nothing was measured")
    loss = {"train": history.loss, "test": history.test_loss}
    accuracy = {"train": history.accuracy, "test": history.test_accuracy}
    return _figure((loss, "epoch", "", f"loss J{_end(history)}"), (accuracy, "epoch", "", "accuracy", "linear"))


@styled
def costs(seconds, limit, title=""):
    """What each way costs, {label: seconds}, as a bar on a logarithmic axis, with its multiple of the limit, a line.

    limit: the seconds of the arithmetic alone. Raises ValueError if one of these numbers is not above 0 and finite.
    """
    for name, number in [*((f"seconds[{label!r}]", number) for label, number in seconds.items()), ("limit", limit)]:
        Number(0, above=True)("costs(seconds, limit)", name, number)
    fig = free_figure(10.5 if look().large else 8.8, 1.8 + 0.45 * len(seconds))
    axes = fig.subplots()
    bars = axes.barh(list(seconds), list(seconds.values()), color=look().curves[0], height=0.6)
    multiples = [number / limit for number in seconds.values()]
    axes.bar_label(bars, [f"{multiple:,.{0 if multiple > 10 else 1}f} times" for multiple in multiples], padding=4)
    axes.axvline(limit, color=look().curves[1], linestyle=_DASHES[1], label="the arithmetic alone")
    longest = max([limit, *seconds.values()])
    room = max(30, (2 * longest / limit) ** 0.54)  # for the words behind the longest bar: a third of the axis, or more
    axes.set(xscale="log", xlabel="seconds", xlim=(limit / 2, room * longest))
    axes.invert_yaxis()
    axes.set_title(title, size=SIZE)
    fig.legend(loc="outside lower center", frameon=False)
    return fig


def _end(history):
    return "" if history.diverged is None else f", diverged at epoch {history.diverged}"


def _figure(*parts, **options):
    """A Figure with one axes for each part, the arguments of `draw`, and one legend."""
    fig = free_figure(10.5 if look().large else 8.8, 4.4)
    for axes, part in zip(fig.subplots(1, len(parts), squeeze=False).flat, parts, strict=True):
        draw(axes, *part, **options)
    fig.legend(*fig.axes[0].get_legend_handles_labels(), loc="outside right center", frameon=False)
    return fig


def draw(axes, curves, xlabel, ylabel, title, scale="log", theory=(), x=None):
    """Draw 1 to 7 curves, {label: (n,) numbers}, over 0, 1, 2, ... or over x, (n,); what the axis cannot show is a gap."""
    if not isinstance(curves, dict) or not 1 <= len(curves) <= len(_DASHES):
        raise ValueError(f"the {ylabel} by {xlabel} is {describe(curves)}, expected a dict of 1 to 7 curves, by label")
    axes.set(xlabel=xlabel, ylabel=ylabel, yscale=scale)
    axes.set_title(title, size=SIZE)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.3)
    for k, (label, numbers) in enumerate((label, numbers) for label, numbers in curves.items() if len(numbers)):
        line = {"color": look().curves[k], "linestyle": _DASHES[k]}
        points = {"marker": _MARKERS[k], "markersize": 6, "markevery": max(1, len(numbers) // 15)}
        points |= line | ({"linestyle": "none"} if label in theory else {})
        axes.plot(range(len(numbers)) if x is None else x, _drawable(label, numbers, scale), label=label, **points)
        if label in theory:
            axes.plot(_drawable(label, theory[label], scale), label=f"{label}, theory", **line)


def _drawable(label, numbers, scale):
    """The numbers, (n,), with NaN in place of what the axis cannot show."""
    numbers = plain_array(label, numbers)
    check_numbers(label, numbers, rank=1)
    return np.where(np.isfinite(numbers) & ((numbers > 0) | (scale == "linear")), numbers, np.nan)
