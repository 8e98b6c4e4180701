"""What the pictures show, read back from their artists: numbers, shapes, highlights, and layouts without overlaps.

tests/test_figures.py compares the course's own equations, products, patterns and traces with the stored ones: the order
of their parts, captions, brackets, and where each text stands.
"""

import re
import warnings
from fractions import Fraction

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot, style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.patches import Rectangle
from refusals import not_refused

from course_lib import ShapeError, as_fractions, dense, plots
from course_lib.activations import tanh
from course_lib.network import Network
from course_lib.pictures.panel import number
from course_lib.pictures.plots import Panel
from course_lib.practice.data import digits as digit_images
from course_lib.practice.gradcheck import GradientCheck, check_gradients
from course_lib.practice.training import History

M, N_IN, N_OUT = 7, 5, 3
O_SYMBOLS, W_SYMBOLS, G_SYMBOLS = ("m", "n_in"), ("n_in", "n_out"), ("m", "n_out")


def integers(*shape, seed=0):
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(float)


def decimals(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def trace_and_check(spoil=lambda gradients: None):
    """The trace after the backward pass, and the check of the gradients, in which `spoil` may put a mistake."""
    network, X, target = Network((5, 4, 3), tanh), decimals(7, 5), decimals(7, 3, seed=1)
    network.parameters = [(W, 0.1 + b) for W, b in network.parameters]
    trace = network.forward(X)
    gradients = network.backward(trace, target)
    spoil(gradients)
    return trace, check_gradients(network, X, target, gradients)


# Reading a picture back


def panels(figure):
    """The axes that hold a matrix, by name."""
    return {ax.get_title().split("\n")[0]: ax for ax in figure.axes}


def cells(ax):
    """{(i, j): the text in that cell}: a text stands for the cell that its middle is in."""
    return {(int(y), int(x)): text.get_text() for text in ax.texts for x, y in [text.get_position()]}


def outlines(ax):
    """{(row, column, rows, columns)} of the outlined boxes."""
    boxes = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_linewidth() > 0]
    return {(box.get_y(), box.get_x(), box.get_height(), box.get_width()) for box in boxes}


def mesh(ax):
    (found,) = [collection for collection in ax.collections if isinstance(collection, QuadMesh)]
    return found


def labels(ax):
    """Those of the rows, and those of the columns."""
    return [[label.get_text() for label in ticks] for ticks in (ax.get_yticklabels(), ax.get_xticklabels())]


def shown_texts(figure):
    """The texts that are drawn: not the tick labels outside an axis's limits, nor those of axes that are off."""
    found = list(figure.texts)
    for legend in figure.legends:
        found += [legend.get_title(), *legend.get_texts()]
    for ax in figure.axes:
        found += [ax.title, *ax.texts]
        for axis in (ax.xaxis, ax.yaxis) if ax.axison else ():
            found += [axis.label, *(label for tick in axis._update_ticks() for label in (tick.label1, tick.label2))]
    return [text for text in found if text.get_visible() and text.get_text()]


def words(figure):
    return " ".join(text.get_text() for text in shown_texts(figure))


def drawn(figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas


# What is hardest to lay out, of every kind of picture

PICTURES = {
    "fractions": lambda: plots.matrix("Q", as_fractions(integers(4, 3)) / Fraction(7), ("m", "n")),
    "tiny and huge": lambda: plots.matrix("A", np.array([[1e-9, -1e22], [-0.00123, -99999.0]]), ("m", "n")),
    "twenty": lambda: plots.matrix("A", decimals(20, 20), ("m", "n"), columns=[19], rows=[0]),
    "empty": lambda: plots.matrix("G", np.zeros((0, N_OUT)), G_SYMBOLS),
    "not finite": lambda: plots.matrix("G", np.array([[1, np.nan, 2], [np.inf, -np.inf, 3]]), ("m", "n")),
    "equation": lambda: plots.equation(
        *(Panel("O", integers(M, N_IN), O_SYMBOLS), "@", Panel("W", integers(N_IN, N_OUT), W_SYMBOLS), "+"),
        *(Panel("b", integers(1, N_OUT), ("1", "n_out")), "=", Panel("Z", integers(M, N_OUT), G_SYMBOLS)),
        caption="A caption that is longer than the figure is wide. " * 4,
    ),
    "big product": lambda: plots.product(
        *(("Xᵀ", decimals(64, 150), ("n_in", "m")), ("G", decimals(150, 10), G_SYMBOLS)),
        *(("grad", decimals(64, 10), W_SYMBOLS), (10, 3)),
    ),
    "pattern": lambda: plots.nonzero_pattern(
        "dZ/dW", dense.dZ_dW(integers(M, N_IN), N_OUT), G_SYMBOLS, W_SYMBOLS, entry=(1, 2)
    ),
    "layer": lambda: plots.layer(M, N_IN, N_OUT, W=(1, 2), b=0, O=(4, 3)),
    "check": lambda: plots.gradient_check(trace_and_check()[1]),
    "history": lambda: plots.history(History([3.0, 1.0, 0.1], [0.1, 0.5, 0.9], [3.0, 1.0, 0.11], [0.1, 0.5, 0.9])),
    "diverged": lambda: plots.history(History([3.0, np.inf], [0.1, 0.1], diverged=1)),
    "digits": lambda: plots.digits(digit_images().X_test[:23], np.arange(23) % 10, np.arange(23) % 9),
    "trace": lambda: plots.trace(trace_and_check()[0]),
}


@pytest.fixture(autouse=True)
def no_figure_stays_open_and_nothing_warns():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("picture", PICTURES)
def test_no_text_is_clipped_or_touches_another(picture):
    figure = PICTURES[picture]()
    renderer, texts = drawn(figure).get_renderer(), shown_texts(figure)
    boxes = np.array([text.get_window_extent(renderer).extents for text in texts])  # x0, y0, x1, y1
    outside = (boxes[:, :2] < 0).any(axis=1) | (boxes[:, 2:] > figure.bbox.extents[2:]).any(axis=1)
    assert [text.get_text() for text, is_outside in zip(texts, outside, strict=True) if is_outside] == []
    low, high = np.maximum(boxes[:, None, :2], boxes[:, :2]), np.minimum(boxes[:, None, 2:], boxes[:, 2:])
    width, height = np.moveaxis(high - low, 2, 0)
    touch = np.argwhere(np.triu((width > 1) & (height >= 2), k=1))
    assert [(texts[i].get_text(), texts[j].get_text()) for i, j in touch] == []


@pytest.mark.parametrize("picture", ["not finite", "check"])
def test_a_dark_style_in_the_notebook_changes_nothing_and_is_left_alone(picture):
    expected = np.asarray(drawn(PICTURES[picture]()).buffer_rgba()).copy()
    with style.context(["dark_background", {"axes.grid": True, "figure.dpi": 50, "lines.linewidth": 9}]):
        before = dict(matplotlib.rcParams)
        figure = PICTURES[picture]()
        assert dict(matplotlib.rcParams) == before
        shown = np.asarray(drawn(figure).buffer_rgba())
    assert np.array_equal(shown, expected)
    assert (shown[[0, 0, -1, -1], [0, -1, 0, -1]] == 255).all()  # white, and opaque


def test_a_matrix_has_each_number_in_its_own_cell_and_its_shape_in_symbols_and_numbers():
    A = integers(M, N_IN)
    (ax,) = plots.matrix("O", A, O_SYMBOLS, rows=[2], columns=[0], entries=[(4, 1)]).axes
    assert cells(ax) == {(i, j): number(A[i, j]) for i, j in np.ndindex(A.shape)}
    assert np.array_equal(mesh(ax).get_array(), A)
    (x0, y0), (x1, y1) = ax.transData.transform([(0.5, 0.5), (1.5, 1.5)])
    assert x0 < x1 and y0 > y1  # row 0 at the top: pixels count upwards
    assert ax.get_title() == "O\n(m, n_in) = (7, 5)"
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("m = 7", "n_in = 5")
    assert labels(ax) == [[*"0123456"], [*"01234"]]
    assert outlines(ax) == {(2, 0, 1, N_IN), (0, 0, M, 1), (4, 1, 1, 1)}
    bold = {(int(y), int(x)) for t in ax.texts if t.get_weight() == "bold" for x, y in [t.get_position()]}
    assert bold == {(2, j) for j in range(N_IN)} | {(i, 0) for i in range(M)} | {(4, 1)}


def test_numbers_are_short_and_say_what_they_are():
    texts = {
        -3.0: "−3", 0.0: "0", True: "1", np.int8(-5): "−5", np.float32(0.1): "0.10", 0.5: "0.50", -1.96: "−2.0",
        9.96: "10", 123.4: "123", 0.012345: "0.012", 0.00123: "0.0012", 0.000123: "1.2e−4", 100000.5: "1.0e5",
        1e22: "1.0e22", np.nan: "nan", -np.inf: "−inf", Fraction(-3, 7): "−3/7", Fraction(4, 2): "2",
        Fraction(12345678, 7654321): "≈1.6",
    }  # fmt: skip
    assert {entry: number(entry) for entry in texts} == texts
    assert number(-0.0) == "0"


def test_the_colours_are_symmetric_about_0_and_what_is_not_finite_is_hatched_and_noted():
    for A in (integers(M, N_IN), abs(integers(M, N_IN)), np.array([[0.0, -3.0]]), np.zeros((2, 3))):
        (ax,) = (figure := plots.matrix("A", A, ("m", "n"))).axes
        low, high = mesh(ax).get_clim()
        assert -low == high == (abs(A).max() or 1)
        assert min(mesh(ax).cmap(mesh(ax).norm(0.0))[:3]) > 0.95  # white
        assert "not finite" not in words(figure)
    (ax,) = (figure := plots.matrix("G", np.array([[1, np.nan], [np.inf, -4]]), ("m", "n"))).axes
    assert {(patch.get_y(), patch.get_x()) for patch in ax.patches if patch.get_hatch()} == {(0, 1), (1, 0)}
    assert mesh(ax).get_clim() == (-4, 4) and "not finite" in words(figure)
    (ax,) = plots.matrix("A", decimals(30, 4), ("m", "n"), rows=[21], entries=[(3, 2)]).axes  # too big for numbers
    assert cells(ax) == {} and outlines(ax) == {(21, 0, 1, 4), (3, 2, 1, 1)}
    assert labels(ax) == [["3", "21"], ["2"]]


def test_names_and_symbols_are_plain_text_in_a_font_that_has_every_symbol_of_the_course():
    symbols = "$x_1$ 5% {a} \\frac Oᵀ Gᵀ Wᵀ ⊙ × · ∇ ∂ ∑ λ Ω → ← ≠ = + @ ′ ⁽ ⁾ ⁻ ¹ ₀ ₁ − ≈ …"
    figure = plots.equation(Panel(symbols, np.eye(2), ("a_b$", "$^")), caption=symbols)
    drawn(figure)  # a missing glyph warns
    (ax,) = figure.axes
    assert ax.get_title().startswith(f"{symbols}\n(a_b$, $^)")
    assert not any(text.get_parse_math() for text in (ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts))


def pattern(figure, m, n_out, p, q):
    """(m, n_out, p, q): which cells are filled, read from where the panels stand."""
    filled = np.full((m, n_out, p, q), -1)
    (ax,) = figure.axes
    for collection in ax.collections:
        (x, y) = collection.get_coordinates()[0, 0]
        filled[:, :, int(y) // (m + 1), int(x) // (n_out + 1)] = collection.get_array().reshape(m, n_out)
    return filled


def test_a_pattern_is_filled_at_structural_non_zeros_reads_0_at_such_a_0_and_outlines_the_panel_that_is_asked_for():
    O = abs(integers(M, N_IN)) + 1
    O[6, 4] = 0
    structural, tensor = dense.dZ_dW(np.ones((M, N_IN)), N_OUT) == 1, dense.dZ_dW(O, N_OUT)
    given = "dZ/dW", tensor, G_SYMBOLS, W_SYMBOLS
    figure = plots.nonzero_pattern(*given, structural=structural, entry=(3, 1))
    assert np.array_equal(pattern(figure, *tensor.shape), structural)
    assert outlines(figure.axes[0]) == {(3 * (M + 1), N_OUT + 1, M, N_OUT)}
    below = 4 * (M + 1) + 6  # panel row h = 4, entry i = 6
    assert cells(figure.axes[0]) == {(below, k * (N_OUT + 1) + k): "0" for k in range(N_OUT)}
    assert "dZ/dW (m, n_out, n_in, n_out) = (7, 3, 5, 3)" in words(figure)
    assert "Panel [h, k], (m, n_out) = (7, 3): 7 of 21 entries are structural non-zeros." in words(figure)
    by_value = plots.nonzero_pattern(*given)
    assert np.array_equal(pattern(by_value, *tensor.shape), tensor != 0)
    assert cells(by_value.axes[0]) == {} and "6 to 7 of 21" in words(by_value)


def strands(figure):
    """{label: how many lines the highlighted edges have}, by the colour of the label."""
    (ax,) = figure.axes
    labels = [text for text in ax.texts if "[" in text.get_text() and text.get_bbox_patch()]
    lines = [line.get_color() for line in ax.lines if len(line.get_xdata()) > 2]
    return {text.get_text(): lines.count(text.get_color()) for text in labels}


def test_a_highlighted_entry_of_a_layer_has_a_line_for_each_product_that_it_is_in_and_says_so_in_words():
    moved = {"W[1, 2]": dense.dZ_dW(np.ones((M, N_IN)), N_OUT)[:, :, 1, 2], "b[0]": dense.dZ_db(M, N_OUT)[:, :, 0, 0]}
    moved |= {"O[4, 3]": dense.dZ_dO(M, np.ones((N_IN, N_OUT)))[:, :, 4, 3]}
    assert strands(PICTURES["layer"]()) == {name: np.count_nonzero(dZ) for name, dZ in moved.items()}
    words = repr(plots.layer(2, 3, 1, W=(1, 0), O=(1, 2)))
    assert words.startswith("<Figure: A layer as a graph: 3 inputs and a 1 on the left, 1 units on the right")
    assert "W[1, 0] is in 2 products, one for each sample: a sum over samples" in words
    assert "O[1, 2] is in 1 products, one for each unit: a sum over units" in words


def by_parameter(spoil=lambda gradients: None):
    """{name: axes} of the picture of a check, and the check."""
    check = trace_and_check(spoil)[1]
    drawn(figure := plots.gradient_check(check))
    return {ax.get_title().split()[0]: ax for ax in figure.axes if ax.get_title()}, check


def test_a_check_that_passes_says_so_of_every_parameter_each_under_its_layer():
    found, _ = by_parameter()
    assert sorted(found) == ["W0", "W1", "b0", "b1"]
    assert all(ax.get_xlabel().startswith("agrees: ") for ax in found.values())
    W0, W1, b0, b1 = (found[name].get_position() for name in sorted(found))
    assert (W0.x0, W1.x0) == pytest.approx((b0.x0, b1.x0))
    assert W0.x1 < W1.x0 and b0.y1 < W0.y0


def test_a_planted_bug_shows_in_its_row_and_in_words():
    found, check = by_parameter(lambda gradients: np.multiply(2, gradients[0][0][2], out=gradients[0][0][2]))
    W0 = found.pop("W0")
    assert re.fullmatch(r"DIFFERS: 0\.\d+ at \[2, \d\]", W0.get_xlabel())
    assert all(ax.get_xlabel().startswith("agrees: ") for ax in found.values())
    image = W0.images[0].get_array()
    assert set(np.argwhere(image > 1e-6)[:, 0]) == {2}
    assert image.max() == pytest.approx(check[0].relative_error)
    assert W0.xaxis.label.get_weight() == "bold"
    for wrong in (np.nan, np.inf):
        with np.errstate(invalid="ignore"):
            ax = by_parameter(lambda gradients, wrong=wrong: gradients[1][0].__setitem__((3, 2), wrong))[0]["W1"]
        assert re.fullmatch(r"DIFFERS: \w+ at \[3, 2\]", ax.get_xlabel())
        assert ax.images[0].get_array().mask.sum() == 1  # the other entries keep their colours


def test_a_history_draws_train_and_test_with_their_names_and_says_where_it_diverged():
    history = History([3.0, 1.0, 0.1], [0.1, 0.5, 0.9], [3.1, 1.2, 0.2], [0.1, 0.6, 0.8])
    loss, accuracy = plots.history(history).axes
    assert [line.get_ydata().tolist() for line in loss.lines] == [history.loss, history.test_loss]
    assert [line.get_ydata().tolist() for line in accuracy.lines] == [history.accuracy, history.test_accuracy]
    assert loss.get_yscale() == "log" and len({line._unscaled_dash_pattern for line in loss.lines}) == 2
    assert [line.get_label() for line in loss.lines] == ["train", "test"]
    loss, _ = plots.history(History([3.0, 2.0, np.inf, 0.0, np.nan], [0.1] * 5, diverged=3)).axes
    assert loss.get_title() == "loss J, diverged at epoch 3" and [line.get_label() for line in loss.lines] == ["train"]
    assert np.isfinite(loss.lines[0].get_ydata()).tolist() == [True, True, False, False, False]  # no logarithm: a gap


def test_digits_are_drawn_row_by_row_with_what_they_were_read_as():
    X = digit_images().X_test[:12]
    figure = plots.digits(X, np.arange(12) % 10, np.where(np.arange(12) == 10, 5, np.arange(12) % 10))
    shown = [ax for ax in figure.axes if ax.images]
    assert np.array_equal([ax.images[0].get_array() for ax in shown], X.reshape(12, 8, 8))
    assert [ax.get_title() for ax in shown] == [*"0123456789", "0 read as 5", "1"]
    assert [ax.get_frame_on() for ax in shown] == [False] * 10 + [True, False]  # the frame


def test_a_trace_shows_every_matrix_and_its_gradient_once_there_are_gradients():
    trace = trace_and_check()[0]
    shown = [(ax.get_title().split("\n")[0], mesh(ax).get_array()) for ax in plots.trace(trace).figure.axes]
    first, second = (
        ["O[0]", "Z[0]", "O[1]", "G[0]", "dL_dO[1]"],
        ["O[1]", "Z[1]", "O[2]", "dL_dO[1]", "G[1]", "dL_dO[2]"],
    )
    assert [name for name, _ in shown] == first + second
    for name, array in shown:
        kind, layer = name[:-1].split("[")
        assert np.array_equal(array, getattr(trace, kind)[int(layer)])
    forward = plots.trace(Network([5, 4, 3], tanh).forward(decimals(7, 5)))
    assert list(panels(forward)) == ["O[0]", "Z[0]", "O[1]", "Z[1]", "O[2]"]
    assert [text.get_text() for text in forward.texts] == [*"→→→→"]


def refusals():
    """For each function: right arguments, and what is refused, with the error and the words."""
    trace, check = trace_and_check()
    yield (
        plots.matrix,
        {"name": "A", "A": np.ones((2, 3)), "symbols": ("m", "n")},
        [
            ({"A": [[1.0, 2.0]]}, TypeError, "A is a list, expected a numpy array"),
            ({"A": np.array([[1j, 2]])}, TypeError, "A has dtype complex128"),
            ({"A": np.ones(3)}, ShapeError, "A has shape (3,), expected 2 indexes"),
            ({"symbols": ("m",)}, ValueError, "A: symbols is ('m',), expected 2 strings"),
            ({"symbols": "mn"}, TypeError, "symbols is 'mn', expected a tuple or a list"),
            ({"symbols": ("n", "n")}, ShapeError, "n is 2 because A is (2, 3) = (n, n)"),
            ({"symbols": ("1", "n")}, ShapeError, "A has shape (2, 3), expected (1, n)"),
            ({"columns": [-1]}, ValueError, "A: a highlight is [0, -1], expected an entry of A, which is (2, 3)"),
        ],
    )
    yield (
        plots.nonzero_pattern,
        {"name": "dZ/dW", "tensor": np.ones((7, 3, 5, 3)), "row_symbols": ("m", "k"), "column_symbols": W_SYMBOLS},
        [
            ({"tensor": np.ones((7, 3, 5))}, ShapeError, "expected 4 indexes"),
            ({"tensor": np.zeros((0, 3, 5, 3))}, ValueError, "is empty"),
            ({"row_symbols": ("n_in", "n_out")}, ShapeError, "n_in is 7"),
            ({"entry": (5, 0)}, ValueError, "entry is [5, 0], expected an entry of the panels of dZ/dW"),
            ({"structural": np.ones((7, 3, 5, 2), bool)}, ShapeError, "structural has shape (7, 3, 5, 2), expected"),
        ],
    )
    layer = [({"m": 0}, ValueError, "m is 0"), ({"b": 3}, ValueError, "b is 3, expected a whole number from 0 to 2")]
    layer += [({"W": (5, 0)}, ValueError, "W is [5, 0], expected an entry of W, which is (5, 3)")]
    yield plots.layer, {"m": 7, "n_in": 5, "n_out": 3}, layer
    OT, G = integers(M, N_IN).T, integers(M, N_OUT)
    factors = [({"left": ("O", OT.T, O_SYMBOLS)}, ShapeError, "O (7, 5) @ G (7, 3) = dW (5, 3): expected")]
    wrong = "P", G.T @ OT.T, ("n_out", "n_in")
    factors += [({"result": wrong}, ShapeError, "= P (3, 5): expected shapes (a, b) @ (b, c)")]
    factors += [({"entry": (5, 0)}, ValueError, "expected an entry of dW")]
    good = {"left": ("Oᵀ", OT, ("n_in", "m")), "right": ("G", G, G_SYMBOLS), "result": ("dW", OT @ G, W_SYMBOLS)}
    yield plots.product, good, factors
    images = [({"X": np.ones((3, 63))}, ShapeError, "X has shape (3, 63), expected (m, 64)")]
    images += [({"X": np.ones((101, 64))}, ValueError, "X has 101 rows, expected 1 to 100")]
    images += [({"labels": [1, 2, 3], "predicted": [1]}, ShapeError, "predicted has shape (1,)")]
    images += [({"predicted": [1, 2, 3]}, ValueError, "predicted was given without labels")]
    yield plots.digits, {"X": np.ones((3, 64))}, images
    wrong = [({"check": ()}, TypeError, "check is tuple (), expected GradientCheck")]
    yield plots.gradient_check, {"check": check}, [*wrong, ({"check": GradientCheck()}, ValueError, "no parameter")]
    wrong = [({"history": [1.0]}, TypeError, "history is list [1.0], expected History")]
    wrong += [({"history": History()}, ValueError, "nothing was measured")]
    yield plots.history, {"history": History([1.0], [1.0])}, wrong
    yield plots.trace, {"trace": trace}, [({"trace": decimals(7, 5)}, TypeError, "trace is ndarray array([[")]


def test_what_a_picture_is_not_of_is_refused_by_name():
    assert [each for refusal in refusals() for each in not_refused(*refusal)] == []
