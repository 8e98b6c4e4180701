"""Static pictures of several curves, by layer, by epoch or by size, and of costs. Each function returns a Figure.

What is measured has markers, what theory says is a line without; curves differ in colour, marker and dashes, so that
none of them is told by its colour alone. No number is computed here.
"""

from numbers import Real

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from course_lib.pictures.blackboard import new_figure, styled
from course_lib.pictures.look import SIZE, look
from course_lib.pictures.panel import check_text
from course_lib.practice.training import History

_MARKERS, _DASHES = "osD^vPX", ("-", (0, (5, 2)), (0, (2, 1)), (0, (6, 2, 1, 2)), (0, (1, 1)), (0, (8, 3)), (0, (3, 3)))
_MOST = len(_DASHES)


@styled
def by_layer(measured, ylabel, theory=None, title=""):
    """What is measured in each layer, {label: (depth,) numbers}, on a logarithmic axis; theory: the same, as lines.

    A curve of theory has the colour of the measured one of its label. Numbers that are 0 or not finite have no point.
    Raises ValueError for more than 7 curves, or if theory has a label that is not measured.
    """
    theory = {} if theory is None else theory
    _check("by_layer(measured, ylabel)", "measured", measured)
    _check("by_layer(measured, ylabel, theory)", "theory", theory)
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
    if not isinstance(histories, dict) or not all(isinstance(history, History) for history in histories.values()):
        raise TypeError(f"losses(histories): histories is {histories!r}, expected a dict, {{label: History}}")
    _check("losses(histories)", "histories", {label: history.loss for label, history in histories.items()})
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
    _check_numbers("against(x, measured, ...): x", x)
    _check("against(x, measured, ...)", "measured", measured)
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
    if not isinstance(seconds, dict) or not seconds:
        raise TypeError(f"costs(seconds, limit): seconds is {seconds!r}, expected a dict, {{label: seconds}}")
    named = {f"seconds[{label!r}]": number for label, number in seconds.items()}
    for what, number in (named | {"limit": limit}).items():
        if not isinstance(number, Real) or not 0 < number < 1e300:
            raise ValueError(f"costs(seconds, limit): {what} is {number!r}, expected a finite number above 0")
    check_text("costs(seconds, limit, title): title", title)
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
    for what, text in (("xlabel", xlabel), ("ylabel", ylabel), ("title", title)):
        check_text(what, text)
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


def _check(call, name, curves):
    """Raise TypeError or ValueError unless these are 1 to 7 curves, {label: numbers}."""
    if not isinstance(curves, dict):
        raise TypeError(f"{call}: {name} is a {type(curves).__name__}, expected a dict, {{label: numbers}}")
    if len(curves) > _MOST or (not curves and name != "theory"):
        raise ValueError(f"{call}: {name} has {len(curves)} curves, expected 1 to {_MOST}")
    for label, numbers in curves.items():
        check_text(f"{call}: a label of {name}", label)
        _check_numbers(f"{call}: {name}[{label!r}]", numbers)


def _check_numbers(what, numbers):
    """Raise TypeError or ValueError unless these are some numbers in a row."""
    try:
        numbers = np.asarray(numbers)
    except ValueError:  # rows of different lengths
        numbers = np.asarray(None)
    if numbers.dtype.kind not in "fiu" or numbers.ndim != 1:
        raise TypeError(f"{what} has shape {numbers.shape} and dtype {numbers.dtype}, expected numbers in a row, (n,)")
