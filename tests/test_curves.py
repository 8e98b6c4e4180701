"""Curves by layer and by epoch: what is drawn is what was given, and no curve is told by its colour alone."""

import numpy as np
from refusals import not_refused

from course_lib import curves
from course_lib.practice.training import History
from course_lib.shapes import ShapeError

MEASURED = {"Z": [1.0, 0.5, 0.25], "G": [1e-3, 1e-2, 1e-1]}


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].get_lines()}


def test_measured_numbers_have_points_and_the_theory_of_the_same_label_is_a_line_in_its_colour():
    drawn = lines(curves.by_layer(MEASURED, "root mean square", {"G": [2e-3, 2e-2, 2e-1]}))
    assert set(drawn) == {"Z", "G", "G, theory"}
    assert drawn["G"].get_ydata().tolist() == MEASURED["G"]
    assert drawn["G, theory"].get_ydata().tolist() == [2e-3, 2e-2, 2e-1]
    assert (drawn["G"].get_marker(), drawn["G"].get_linestyle()) == ("s", "None")
    assert drawn["G, theory"].get_marker() == "None" and drawn["G, theory"].get_linestyle() != "None"
    assert drawn["G"].get_color() == drawn["G, theory"].get_color() != drawn["Z"].get_color()


def test_the_axis_is_logarithmic_and_what_it_cannot_show_is_a_gap():
    figure = curves.by_layer({"G": [1.0, 0.0, np.inf, np.nan, 0.1]}, "root mean square", title="a title")
    axes = figure.axes[0]
    assert axes.get_yscale() == "log" and axes.get_title() == "a title"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("layer", "root mean square")
    assert np.isnan(lines(figure)["G"].get_ydata()).tolist() == [False, True, True, True, False]
    drawn = lines(curves.by_layer({str(k): [1.0, 2.0] for k in range(7)}, "y")).values()
    looks = [(line.get_color(), line.get_marker(), line._unscaled_dash_pattern) for line in drawn]
    assert [len(set(column)) for column in zip(*looks, strict=True)] == [7, 7, 7]  # none is told by its colour alone


def test_losses_are_drawn_by_epoch_and_a_run_that_diverged_says_when():
    figure = curves.losses({"a": History([2.0, 1.0, 0.5]), "b": History([2.0, np.inf], diverged=1)}, title="two runs")
    drawn = {label: line.get_ydata().tolist() for label, line in lines(figure).items()}
    assert drawn.keys() == {"a", "b, diverged at epoch 1"} and drawn["a"] == [2.0, 1.0, 0.5]
    assert np.isnan(drawn["b, diverged at epoch 1"]).tolist() == [False, True]
    assert figure.axes[0].get_xlabel() == "epoch"


def test_numbers_against_a_size_stand_on_two_logarithmic_axes():
    figure = curves.against([1, 10, 100], {"a": [1.0, 2.0, 0.0], "b": [3.0, 4.0, 5.0]}, "size", "cost")
    axes, drawn = figure.axes[0], {label: line.get_data() for label, line in lines(figure).items()}
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("size", "cost")
    assert [A.tolist() for A in drawn["b"]] == [[1, 10, 100], [3.0, 4.0, 5.0]]
    assert np.isnan(drawn["a"][1]).tolist() == [False, False, True]


def test_whole_numbers_stand_on_the_axis_as_they_are_and_others_as_powers_of_10():
    def labels(x):
        figure = curves.against(x, {"a": [0.5, 5.0, 50.0]}, "size", "cost")
        figure.canvas.draw()
        axis = figure.axes[0]
        return [[tick.get_text() for tick in ticks] for ticks in (axis.get_xticklabels(), axis.get_yticklabels())]

    across, up = labels([1, 4, 64])
    assert across == ["1", "4", "64"] and {"0.5", "1", "2", "5", "10", "50"} <= set(up)
    across, up = labels([0.1, 0.01, 0.001])
    assert all("10^" in label for label in across + up)


def test_a_cost_is_a_bar_with_its_multiple_of_the_limit():
    axes = curves.costs({"loops": 8.0, "product": 2.0}, 0.5, "grad_W").axes[0]
    assert [bar.get_width() for bar in axes.patches] == [8.0, 2.0]
    assert [text.get_text() for text in axes.texts] == ["16 times", "4.0 times"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["loops", "product"]
    (limit,) = axes.get_lines()
    assert set(limit.get_xdata()) == {0.5}
    low, high = axes.get_xlim()
    assert low < 0.5 and high > 8


def test_what_cannot_be_drawn_is_refused():
    cases = [({"theory": {"W": [1.0]}}, ValueError, "theory has ['W'], which is not measured")]
    for measured in ({}, {str(k): [1.0] for k in range(8)}):
        cases += [({"measured": measured}, ValueError, "expected a dict of 1 to 7 curves")]
    assert not_refused(curves.by_layer, {"measured": MEASURED, "ylabel": "y"}, cases) == []
    cases = [({"histories": {}}, ValueError, "the loss by epoch is dict {}, expected a dict of 1 to 7 curves")]
    assert not_refused(curves.losses, {"histories": {"a": History(loss=[1.0])}}, cases) == []
    cases = [({"x": [1, 2]}, ShapeError, "'Z' has shape (3,), expected (2,)")]
    good = {"x": [1, 2, 3], "measured": MEASURED, "xlabel": "x", "ylabel": "y"}
    assert not_refused(curves.against, good, cases) == []
    cases = [({"seconds": {"a": bad}}, ValueError, "expected a finite number, above 0") for bad in (0.0, np.nan)]
    cases += [({"limit": -1.0}, ValueError, "costs(seconds, limit): limit is -1.0, expected a finite number, above 0")]
    assert not_refused(curves.costs, {"seconds": {"a": 1.0}, "limit": 1.0}, cases) == []
