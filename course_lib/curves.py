"""Static pictures of several curves, by layer, by epoch or by size, and of costs. Each function returns a Figure.

What is measured has markers, what theory says is a line without; curves differ in colour, marker and dashes, so that
none of them is told by its colour alone. No number is computed here.
"""

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from course_lib.blackboard import new_figure, styled
from course_lib.look import SIZE, look

_MARKERS, _DASHES = "osD^vPX", ("-", (0, (5, 2)), (0, (2, 1)), (0, (6, 2, 1, 2)), (0, (1, 1)), (0, (8, 3)), (0, (3, 3)))
_MOST = len(_DASHES)


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
        style = {"color": look().curves[k], "marker": _MARKERS[k], "markevery": step, "markersize": 6}
        axes.plot(_drawable(numbers), linestyle="none" if label in theory else _DASHES[k], label=label, **style)
        if label in theory:
            axes.plot(_drawable(theory[label]), color=look().curves[k], linestyle=_DASHES[k], label=f"{label}, theory")
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
        style = {"color": look().curves[k], "marker": _MARKERS[k], "markersize": 6, "linestyle": _DASHES[k]}
        axes.plot(_drawable(history.loss), label=label + end, markevery=max(1, len(history.loss) // 10), **style)
    _finish(axes)
    return fig


@styled
def against(x, measured, xlabel, ylabel, title=""):
    """Numbers beside the numbers x, (n,), {label: (n,)}, on two logarithmic axes.

    Numbers that are 0 or not finite have no point. Whole numbers x stand on the axis as they are, not as powers of 10.
    Raises ValueError for more than 7 curves, or one of another length.
    """
    _check("against(x, measured, xlabel, ylabel)", measured)
    fig, axes = _axes(xlabel, ylabel, title)
    axes.set_xscale("log")
    for k, (label, numbers) in enumerate(measured.items()):
        if len(numbers) != len(x):
            raise ValueError(f"against(x, ...): {label!r} has {len(numbers)} numbers, expected {len(x)}, as many as x")
        style = {"color": look().curves[k], "marker": _MARKERS[k], "markersize": 6, "linestyle": _DASHES[k]}
        axes.plot(x, _drawable(numbers), label=label, **style)
    if np.issubdtype(np.asarray(x).dtype, np.integer):
        axes.set_xticks(x, [str(number) for number in x])
        axes.tick_params(which="minor", bottom=False)
        axes.yaxis.set(major_locator=LogLocator(subs=(1, 2, 5)), major_formatter="{x:g}", minor_locator=NullLocator())
    _finish(axes)
    return fig


@styled
def costs(seconds, limit, title=""):
    """What each way costs, {label: seconds}, as a bar on a logarithmic axis, with its multiple of the limit, a line.

    limit: the seconds of the arithmetic alone. Raises ValueError if one of these numbers is not above 0 and finite.
    """
    for label, number in {**seconds, "limit": limit}.items():
        if not 0 < number < np.inf:
            raise ValueError(f"costs(seconds, limit): {label} is {number}, expected a finite number above 0")
    large = look().large
    fig = new_figure(7 if large else 10.5, (1.8 if large else 1.4) + 0.45 * len(seconds))
    fig.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1)
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
    if large:
        fig.legend(loc="outside lower center", frameon=False)
    else:
        _finish(axes)
    return fig


def _axes(xlabel, ylabel, title):
    fig = new_figure(*(7, 3.8) if look().large else (10.5, 4.4))
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
