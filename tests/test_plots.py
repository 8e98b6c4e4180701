"""What the pictures show, read back from their artists: numbers, shapes, highlights, and layouts without overlaps."""

import re
import warnings
from fractions import Fraction
from itertools import combinations

import matplotlib
import nbclient
import nbformat
import numpy as np
import pytest
from matplotlib import pyplot, style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.patches import Rectangle

from course_lib import ShapeError, as_fractions, dense, plots
from course_lib.activations import tanh
from course_lib.data import digits as digit_images
from course_lib.gradcheck import GradientCheck, check_gradients
from course_lib.network import Network
from course_lib.pictures.panel import number
from course_lib.pictures.plots import Panel
from course_lib.training import History

M, N_IN, N_OUT = 7, 5, 3
O_SYMBOLS, W_SYMBOLS, G_SYMBOLS = ("m", "n_in"), ("n_in", "n_out"), ("m", "n_out")


def integers(*shape, seed=0):
    return np.random.default_rng(seed).integers(-9, 10, shape).astype(float)


def decimals(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def ran_network(sizes=(5, 4, 3), m=7, activation=tanh):
    """A network, its data, and the trace after the backward pass."""
    network, X, target = Network(sizes, activation), decimals(m, sizes[0]), decimals(m, sizes[-1], seed=1)
    trace = network.forward(X)
    network.backward(trace, target)
    return network, X, target, trace


def checked(spoil=lambda gradients: None):
    network, X, target, _ = ran_network()
    network.parameters = [(W, 0.1 + b) for W, b in network.parameters]
    gradients = network.loss_and_gradients(X, target)[1]
    spoil(gradients)
    return check_gradients(network, X, target, gradients)


# Reading a picture back


def panels(figure):
    """The axes that hold a matrix, by name."""
    return {ax.get_title().split("\n")[0]: ax for ax in figure.axes}


def cells(ax):
    """{(i, j): the text in that cell}: a text stands for the cell that its middle is in."""
    return {(int(y), int(x)): text.get_text() for text in ax.texts for x, y in [text.get_position()]}


def bold(ax):
    return {(int(y), int(x)) for t in ax.texts if t.get_weight() == "bold" for x, y in [t.get_position()]}


def outlines(ax):
    """{(row, column, rows, columns)} of the outlined boxes."""
    boxes = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_linewidth() > 0]
    return {(box.get_y(), box.get_x(), box.get_height(), box.get_width()) for box in boxes}


def mesh(ax):
    (found,) = [collection for collection in ax.collections if isinstance(collection, QuadMesh)]
    return found


def labels(ticks):
    return [label.get_text() for label in ticks]


def shown_texts(figure):
    """The texts that are drawn: not the tick labels outside an axis's limits, nor those of axes that are off."""
    found = list(figure.texts)
    for ax in figure.axes:
        found += [ax.title, *ax.texts]
        for axis in (ax.xaxis, ax.yaxis) if ax.axison else ():
            found += [axis.label, *(label for tick in axis._update_ticks() for label in (tick.label1, tick.label2))]
    return [text for text in found if text.get_visible() and text.get_text()]


def texts(figure):
    return [text.get_text() for text in shown_texts(figure)]


def drawn(figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas


def pixels(figure):
    return np.asarray(drawn(figure).buffer_rgba()).copy()


# Every kind of picture, for the promises that all of them keep

PICTURES = {
    "matrix": lambda: plots.matrix("O", integers(M, N_IN), O_SYMBOLS, rows=[2], columns=[0], entries=[(4, 1)]),
    "fractions": lambda: plots.matrix("Q", as_fractions(integers(4, 3)) / Fraction(7), ("m", "n")),
    "one entry": lambda: plots.matrix("a name longer than its matrix", integers(1, 1), ("1", "1")),
    "tiny and huge": lambda: plots.matrix("A", np.array([[1e-9, -1e22], [-0.00123, -99999.0]]), ("m", "n")),
    "twenty": lambda: plots.matrix("A", decimals(20, 20), ("m", "n"), columns=[19], rows=[0]),
    "empty": lambda: plots.matrix("G", np.zeros((0, N_OUT)), G_SYMBOLS),
    "not finite": lambda: plots.matrix("G", np.array([[1, np.nan, 2], [np.inf, -np.inf, 3]]), ("m", "n")),
    "equation": lambda: plots.equation(
        *(Panel("O", integers(M, N_IN), O_SYMBOLS), "@", Panel("W", integers(N_IN, N_OUT), W_SYMBOLS), "+"),
        *(Panel("b", integers(1, N_OUT), ("1", "n_out")), "=", Panel("Z", integers(M, N_OUT), G_SYMBOLS)),
        caption="A caption that is longer than the figure is wide. " * 4,
    ),
    "product": lambda: plots.product(
        ("Oᵀ", integers(M, N_IN).T, ("n_in", "m")),
        ("G", decimals(M, N_OUT), G_SYMBOLS),
        ("grad_W L", integers(M, N_IN).T @ decimals(M, N_OUT), W_SYMBOLS),
        entry=(1, 2),
    ),
    "big product": lambda: plots.product(
        ("Xᵀ", decimals(64, 150), ("n_in", "m")),
        ("G", decimals(150, 10), G_SYMBOLS),
        ("grad", decimals(64, 10), W_SYMBOLS),
        entry=(10, 3),
    ),
    "pattern W": lambda: plots.nonzero_pattern(
        "dZ/dW", dense.dZ_dW(integers(M, N_IN), N_OUT), G_SYMBOLS, W_SYMBOLS, entry=(1, 2)
    ),
    "pattern b": lambda: plots.nonzero_pattern("dZ/db", dense.dZ_db(M, N_OUT), G_SYMBOLS, ("1", "n_out")),
    "pattern O": lambda: plots.nonzero_pattern("dZ/dO", dense.dZ_dO(M, integers(N_IN, N_OUT)), G_SYMBOLS, O_SYMBOLS),
    "check": lambda: plots.gradient_check(checked()),
    "check of one layer": lambda: plots.gradient_check(GradientCheck(checked()[:2])),
    "history": lambda: plots.history(History([3.0, 1.0, 0.1], [0.1, 0.5, 0.9], [3.0, 1.0, 0.11], [0.1, 0.5, 0.9])),
    "diverged": lambda: plots.history(History([3.0, np.inf], [0.1, 0.1], diverged=1)),
    "digits": lambda: plots.digits(digit_images().X_test[:23], np.arange(23) % 10, np.arange(23) % 9),
    "one digit": lambda: plots.digits(digit_images().X_test[:1]),
    "trace": lambda: plots.trace(ran_network()[3]),
    "big trace": lambda: plots.trace(ran_network([64, 32, 10], 50)[3]),
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
    renderer = drawn(figure).get_renderer()
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in shown_texts(figure)]
    for text, box in boxes:
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
        assert inside, f"{text!r} is clipped"
    for (text, box), (other, other_box) in combinations(boxes, 2):
        if min(box.x1, other_box.x1) - max(box.x0, other_box.x0) > 1:
            assert min(box.y1, other_box.y1) - max(box.y0, other_box.y0) < 2, f"{text!r} is on top of {other!r}"


@pytest.mark.parametrize("picture", ["matrix", "not finite", "pattern b", "check", "history", "one digit"])
def test_a_dark_style_in_the_notebook_changes_nothing_and_is_left_alone(picture):
    expected = pixels(PICTURES[picture]())
    with style.context(["dark_background", {"axes.grid": True, "figure.dpi": 50, "lines.linewidth": 9}]):
        before = dict(matplotlib.rcParams)
        figure = PICTURES[picture]()
        assert dict(matplotlib.rcParams) == before
        shown = pixels(figure)
    assert np.array_equal(shown, expected)
    assert (shown[[0, 0, -1, -1], [0, -1, 0, -1]] == 255).all()  # white, and opaque


def test_a_kernel_that_imports_nothing_but_plots_shows_a_figure_once():
    sources = [
        "import course_lib.pictures.plots",
        "import numpy\ncourse_lib.pictures.plots.matrix('I', numpy.eye(2), ('n', 'n'))",
        "1",
    ]
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    nbclient.NotebookClient(nb, kernel_name="python3").execute()
    shown = [[(o.output_type, "image/png" in o.get("data", {})) for o in cell.outputs] for cell in nb.cells]
    assert shown == [[], [("execute_result", True)], [("execute_result", False)]]


# One matrix


def test_each_number_stands_in_its_own_cell():
    A = integers(M, N_IN)
    (ax,) = plots.matrix("O", A, O_SYMBOLS).axes
    assert cells(ax) == {(i, j): number(A[i, j]) for i, j in np.ndindex(A.shape)}
    assert np.array_equal(mesh(ax).get_array(), A)


def test_row_0_is_at_the_top_and_column_0_on_the_left():
    (ax,) = plots.matrix("O", integers(M, N_IN), O_SYMBOLS).axes
    (x0, y0), (x1, y1) = ax.transData.transform([(0.5, 0.5), (1.5, 1.5)])
    assert x0 < x1
    assert y0 > y1  # pixels count upwards


def test_numbers_are_short_and_say_what_they_are():
    texts = {
        -3.0: "−3", 0.0: "0", True: "1", np.int8(-5): "−5", np.float32(0.1): "0.10", 0.5: "0.50", -1.96: "−2.0",
        9.96: "10", 123.4: "123", 0.012345: "0.012", 0.00123: "0.0012", 0.000123: "1.2e−4", 100000.5: "1.0e5",
        1e22: "1.0e22", np.nan: "nan", -np.inf: "−inf", Fraction(-3, 7): "−3/7", Fraction(4, 2): "2",
        Fraction(12345678, 7654321): "≈1.6",
    }  # fmt: skip
    assert {entry: number(entry) for entry in texts} == texts
    assert number(-0.0) == "0"


def test_title_and_sides_give_the_shape_in_symbols_and_numbers():
    (ax,) = plots.matrix("O", integers(M, N_IN), O_SYMBOLS).axes
    assert ax.get_title() == "O\n(m, n_in) = (7, 5)"
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("m = 7", "n_in = 5")
    assert labels(ax.get_yticklabels()) == [str(i) for i in range(M)]
    assert labels(ax.get_xticklabels()) == [str(j) for j in range(N_IN)]


def test_a_symbol_that_is_a_number_is_not_said_twice():
    (ax,) = plots.matrix("b", integers(1, N_OUT), ("1", "n_out")).axes
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("1", "n_out = 3")


def test_highlights_are_outlined_and_bold():
    (ax,) = plots.matrix("O", integers(M, N_IN), O_SYMBOLS, rows=[2], columns=[0], entries=[(4, 1)]).axes
    assert outlines(ax) == {(2, 0, 1, N_IN), (0, 0, M, 1), (4, 1, 1, 1)}
    assert bold(ax) == {(2, j) for j in range(N_IN)} | {(i, 0) for i in range(M)} | {(4, 1)}


def test_the_colours_are_symmetric_about_0():
    for A in (integers(M, N_IN), abs(integers(M, N_IN)), np.array([[0.0, -3.0]]), np.zeros((2, 3))):
        (ax,) = plots.matrix("A", A, ("m", "n")).axes
        low, high = mesh(ax).get_clim()
        assert low == -high
        assert high == (abs(A).max() or 1)
        white = mesh(ax).cmap(mesh(ax).norm(0.0))[:3]
        assert min(white) > 0.95


def test_square_brackets_stand_around_the_matrix():
    (ax,) = plots.matrix("O", integers(M, N_IN), O_SYMBOLS).axes
    left, right = (line.get_xydata() for line in ax.lines)
    assert left[1, 0] < 0 < N_IN < right[1, 0]
    assert left[0, 0] > left[1, 0]  # the hooks point inwards
    assert right[0, 0] < right[1, 0]
    assert left[:, 1].min() < 0 < M < left[:, 1].max()


def test_a_big_matrix_has_colours_without_numbers_and_the_indexes_of_its_highlights():
    A = decimals(30, 4)
    (ax,) = plots.matrix("A", A, ("m", "n"), rows=[21], entries=[(3, 2)]).axes
    assert cells(ax) == {}
    assert np.array_equal(mesh(ax).get_array(), A)
    assert outlines(ax) == {(21, 0, 1, 4), (3, 2, 1, 1)}
    assert labels(ax.get_yticklabels()) == ["3", "21"]
    assert labels(ax.get_xticklabels()) == ["2"]


def test_entries_that_are_not_finite_are_hatched_and_noted():
    figure = plots.matrix("G", np.array([[1, np.nan], [np.inf, -4]]), ("m", "n"))
    (ax,) = figure.axes
    hatched = {(patch.get_y(), patch.get_x()) for patch in ax.patches if patch.get_hatch()}
    assert hatched == {(0, 1), (1, 0)}
    assert mesh(ax).get_clim() == (-4, 4)
    assert "not finite" in " ".join(texts(figure))
    assert "not finite" not in " ".join(texts(plots.matrix("G", np.eye(2), ("m", "n"))))


def test_names_and_symbols_are_plain_text():
    figure = plots.matrix("$x_1$ 5% {a} \\frac", np.eye(2), ("a_b$", "$^"))
    drawn(figure)
    (ax,) = figure.axes
    assert ax.get_title().startswith("$x_1$ 5% {a} \\frac\n(a_b$, $^)")
    assert not any(text.get_parse_math() for text in (ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts))


def test_the_font_has_every_symbol_of_the_course():
    symbols = "Oᵀ Gᵀ Wᵀ ⊙ × · ∇ ∂ ∑ λ Ω → ← ≠ = + @ ′ ⁽ ⁾ ⁻ ¹ ₀ ₁ − ≈ …"
    pixels(plots.equation(Panel(symbols, np.eye(2), ("m", "n")), caption=symbols))  # a missing glyph warns


@pytest.mark.parametrize(
    ("A", "symbols", "error", "says"),
    [
        ([[1.0, 2.0]], ("m", "n"), TypeError, "A is a list, expected a numpy array"),
        (None, ("m", "n"), TypeError, "A is a NoneType"),
        (np.array([["a", "b"]]), ("m", "n"), TypeError, "A has dtype <U1"),
        (np.array([[1j, 2]]), ("m", "n"), TypeError, "A has dtype complex128"),
        (np.array([[None, 2]]), ("m", "n"), TypeError, "A has dtype object"),
        (np.ones(3), ("m", "n"), ShapeError, "A has shape (3,), expected 2 indexes"),
        (np.ones((2, 3, 4)), ("m", "n"), ShapeError, "A has shape (2, 3, 4), expected 2 indexes"),
        (np.array(1.0), (), ShapeError, "A has shape (), expected 2 indexes"),
        (np.eye(2), ("m",), ShapeError, "1 symbols were given: (m)"),
        (np.eye(2), "mn", TypeError, "symbols is 'mn', expected a tuple or a list"),
        (np.eye(2), (2, 2), TypeError, "symbols is (2, 2), expected 2 strings"),
        (np.ones((2, 3)), ("n", "n"), ShapeError, "n is 2 because A is (2, 3) = (n, n)"),
        (np.ones((2, 3)), ("1", "n"), ShapeError, "A has shape (2, 3), expected (1, n)"),
    ],
)
def test_an_array_that_is_no_matrix_is_refused(A, symbols, error, says):
    with pytest.raises(error, match=re.escape(says)):
        plots.matrix("A", A, symbols)


@pytest.mark.parametrize("highlight", [{"rows": [7]}, {"columns": [-1]}, {"entries": [(0, 5)]}])
def test_a_highlight_outside_the_matrix_is_refused(highlight):
    with pytest.raises(IndexError, match=re.escape("O has shape (7, 5): there is no entry [")):
        plots.matrix("O", integers(M, N_IN), O_SYMBOLS, **highlight)


# Equations and products


def test_an_equation_keeps_the_order_of_its_parts_and_the_size_of_its_cells():
    O, W = integers(M, N_IN), integers(N_IN, N_OUT)
    figure = plots.equation(Panel("O", O, O_SYMBOLS), "@", Panel("W", W, W_SYMBOLS), "=", Panel("Z", O @ W, G_SYMBOLS))
    places = [(ax.get_position().x0, ax.get_title().split("\n")[0]) for ax in figure.axes]
    places += [(text.get_position()[0], text.get_text()) for text in figure.texts]
    assert [text for _, text in sorted(places)] == ["O", "@", "W", "=", "Z"]
    sizes = [ax.get_position().size * figure.get_size_inches() for ax in figure.axes]
    shapes = [(N_IN, M), (N_OUT, N_IN), (N_OUT, M)]
    assert np.allclose(np.array(sizes) / shapes, sizes[0] / shapes[0])


def test_a_caption_is_shown_whole():
    caption = "One product for each of the m = 7 samples: $5 of_text, " * 5
    figure = plots.equation(Panel("I", np.eye(2), ("n", "n")), caption=caption)
    assert " ".join(text.get_text() for text in figure.texts) == caption.strip()


def test_a_symbol_means_one_size_in_the_whole_equation():
    says = "G has shape (6, 3), expected (m, n_out): m is 7 because O is (7, 5) = (m, n_in)."
    with pytest.raises(ShapeError, match=re.escape(says)):
        plots.equation(Panel("O", integers(M, N_IN), O_SYMBOLS), "", Panel("G", integers(6, N_OUT), G_SYMBOLS))


def test_a_product_highlights_row_h_column_k_and_the_entry_they_make():
    OT, G = integers(M, N_IN).T, integers(M, N_OUT)
    figure = plots.product(("Oᵀ", OT, ("n_in", "m")), ("G", G, G_SYMBOLS), ("dW", OT @ G, W_SYMBOLS), entry=(4, 2))
    ax = panels(figure)
    assert outlines(ax["Oᵀ"]) == {(4, 0, 1, M)}
    assert outlines(ax["G"]) == {(0, 2, M, 1)}
    assert outlines(ax["dW"]) == {(4, 2, 1, 1)}
    assert cells(ax["dW"])[4, 2] == number((OT @ G)[4, 2])


def test_a_product_without_an_entry_has_no_highlight_but_those_of_its_panels():
    OT, G = integers(M, N_IN).T, integers(M, N_OUT)
    figure = plots.product(Panel("Oᵀ", OT, ("n_in", "m"), rows=[0]), ("G", G, G_SYMBOLS), ("dW", OT @ G, W_SYMBOLS))
    assert {name: outlines(ax) for name, ax in panels(figure).items()} == {
        "Oᵀ": {(0, 0, 1, M)},
        "G": set(),
        "dW": set(),
    }


def test_a_product_whose_shapes_do_not_meet_is_refused():
    O, G = integers(M, N_IN), integers(M, N_OUT)
    with pytest.raises(ShapeError, match=re.escape("O @ G: (7, 5) and (7, 3) do not contract")):
        plots.product(("O", O, O_SYMBOLS), ("G", G, G_SYMBOLS), ("dW", O.T @ G, W_SYMBOLS))


def test_a_result_of_another_shape_is_refused():
    O, G = integers(M, N_IN), integers(M, N_OUT)
    with pytest.raises(ShapeError, match=re.escape("dW has shape (3, 5), expected (5, 3), that of Oᵀ @ G.")):
        plots.product(("Oᵀ", O.T, ("n_in", "m")), ("G", G, G_SYMBOLS), ("dW", G.T @ O, ("n_out", "n_in")))


@pytest.mark.parametrize("entry", [(5, 0), (0, 3), (-1, 0)])
def test_an_entry_outside_the_product_is_refused(entry):
    O, G = integers(M, N_IN), integers(M, N_OUT)
    with pytest.raises(ValueError, match="expected an entry of dW"):
        plots.product(("Oᵀ", O.T, ("n_in", "m")), ("G", G, G_SYMBOLS), ("dW", O.T @ G, W_SYMBOLS), entry=entry)


# The pattern of a Jacobian


def pattern(figure, m, n_out, p, q):
    """(m, n_out, p, q): which cells are filled, read from where the panels stand."""
    filled = np.full((m, n_out, p, q), -1)
    (ax,) = figure.axes
    for collection in ax.collections:
        (x, y) = collection.get_coordinates()[0, 0]
        filled[:, :, int(y) // (m + 1), int(x) // (n_out + 1)] = collection.get_array().reshape(m, n_out)
    return filled


@pytest.mark.parametrize("which", ["W", "b", "O"])
def test_the_pattern_is_filled_where_the_jacobian_is_not_zero(which):
    O, W = abs(integers(M, N_IN)) + 1, abs(integers(N_IN, N_OUT)) + 1  # no entry is 0
    tensor, symbols = {
        "W": (dense.dZ_dW(O, N_OUT), W_SYMBOLS),
        "b": (dense.dZ_db(M, N_OUT), ("1", "n_out")),
        "O": (dense.dZ_dO(M, W), O_SYMBOLS),
    }[which]
    figure = plots.nonzero_pattern(f"dZ/d{which}", tensor, G_SYMBOLS, symbols)
    assert np.array_equal(pattern(figure, *tensor.shape), tensor != 0)
    count = {"W": M, "b": M, "O": N_OUT}[which]
    assert f"Panel [h, k], (m, n_out) = (7, 3): {count} of 21 entries are structural non-zeros." in texts(figure)


def test_a_structural_non_zero_that_is_0_is_filled_and_reads_0():
    O = abs(integers(M, N_IN)) + 1
    O[6, 4] = 0
    structural = dense.dZ_dW(np.ones((M, N_IN)), N_OUT) == 1
    tensor = dense.dZ_dW(O, N_OUT)
    figure = plots.nonzero_pattern("dZ/dW", tensor, G_SYMBOLS, W_SYMBOLS, structural=structural)
    assert np.array_equal(pattern(figure, *tensor.shape), structural)
    below = 4 * (M + 1) + 6  # panel row h = 4, entry i = 6
    assert cells(figure.axes[0]) == {(below, k * (N_OUT + 1) + k): "0" for k in range(N_OUT)}
    by_value = plots.nonzero_pattern("dZ/dW", tensor, G_SYMBOLS, W_SYMBOLS)
    assert cells(by_value.axes[0]) == {}
    assert "6 to 7 of 21" in " ".join(texts(by_value))


def test_the_pattern_outlines_the_panel_that_is_asked_for():
    tensor = dense.dZ_dW(integers(M, N_IN), N_OUT)
    figure = plots.nonzero_pattern("dZ/dW", tensor, G_SYMBOLS, W_SYMBOLS, entry=(3, 1))
    assert outlines(figure.axes[0]) == {(3 * (M + 1), N_OUT + 1, M, N_OUT)}
    assert "dZ/dW  (m, n_out, n_in, n_out) = (7, 3, 5, 3)" in texts(figure)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"tensor": np.ones((7, 3, 5))}, ShapeError, "expected 4 indexes"),
        ({"tensor": [1.0]}, TypeError, "is a list"),
        ({"tensor": np.zeros((0, 3, 5, 3))}, ValueError, "is empty"),
        ({"row_symbols": ("m", "k")}, None, ""),
        ({"row_symbols": ("n_in", "n_out")}, ShapeError, "n_in is 7"),
        ({"entry": (5, 0)}, ValueError, "entry is [5, 0], expected an entry of the panels of dZ/dW"),
        ({"structural": np.ones((7, 3, 5, 3))}, ShapeError, "structural is float64"),
        ({"structural": np.ones((7, 3, 5, 2), dtype=bool)}, ShapeError, "structural is bool of shape (7, 3, 5, 2)"),
        ({"structural": True}, TypeError, "structural is a bool"),
    ],
)
def test_a_pattern_of_something_else_is_refused(change, error, says):
    good = {"tensor": np.ones((7, 3, 5, 3)), "row_symbols": G_SYMBOLS, "column_symbols": W_SYMBOLS}
    if error is None:
        plots.nonzero_pattern("dZ/dW", **good | change)
        return
    with pytest.raises(error, match=re.escape(says)):
        plots.nonzero_pattern("dZ/dW", **good | change)


# Gradients and training


def verdicts(figure):
    return {ax.get_title().split()[0]: ax.get_xlabel() for ax in figure.axes if ax.get_title()}


def test_a_gradient_check_that_passes_says_so_of_every_parameter():
    found = verdicts(plots.gradient_check(checked()))
    assert sorted(found) == ["W0", "W1", "b0", "b1"]
    assert all(text.startswith("agrees: ") for text in found.values())


def test_a_planted_bug_shows_in_its_row_and_in_words():
    def spoil(gradients):
        gradients[0][0][2] *= 2

    check = checked(spoil)
    figure = plots.gradient_check(check)
    found = verdicts(figure)
    assert re.fullmatch(r"DIFFERS: 0\.\d+ at \[2, \d\]", found.pop("W0"))
    assert all(text.startswith("agrees: ") for text in found.values())
    image = figure.axes[0].images[0].get_array()
    assert set(np.argwhere(image > 1e-6)[:, 0]) == {2}
    assert image.max() == pytest.approx(check[0].relative_error)
    assert figure.axes[0].xaxis.label.get_weight() == "bold"


def test_each_map_stands_under_its_layer():
    figure = plots.gradient_check(checked())
    drawn(figure)
    place = {ax.get_title().split()[0]: ax.get_position() for ax in figure.axes if ax.get_title()}
    assert place["W0"].x0 == pytest.approx(place["b0"].x0)
    assert place["W0"].x1 < place["W1"].x0 == pytest.approx(place["b1"].x0)
    assert place["b0"].y1 < place["W0"].y0


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_differs(wrong):
    def spoil(gradients):
        gradients[1][0][3, 2] = wrong

    with np.errstate(invalid="ignore"):
        figure = plots.gradient_check(checked(spoil))
    assert re.fullmatch(r"DIFFERS: \w+ at \[3, 2\]", verdicts(figure)["W1"])
    (ax,) = [ax for ax in figure.axes if ax.get_title().startswith("W1")]
    assert ax.images[0].get_array().mask.sum() == 1  # the other entries keep their colours


def test_a_check_without_parameters_is_refused():
    with pytest.raises(ValueError, match="no parameter"):
        plots.gradient_check(GradientCheck())
    with pytest.raises(TypeError, match="check is a tuple, expected a GradientCheck"):
        plots.gradient_check(tuple(checked()))


def test_a_history_draws_train_and_test_with_their_names_at_the_ends():
    history = History([3.0, 1.0, 0.1], [0.1, 0.5, 0.9], [3.1, 1.2, 0.2], [0.1, 0.6, 0.8])
    loss, accuracy = plots.history(history).axes
    assert [line.get_ydata().tolist() for line in loss.lines] == [history.loss, history.test_loss]
    assert [line.get_ydata().tolist() for line in accuracy.lines] == [history.accuracy, history.test_accuracy]
    assert loss.get_yscale() == "log"
    assert [line.get_linestyle() for line in loss.lines] == ["-", "--"]
    assert {text.get_text(): text.xy for text in loss.texts} == {"train": (2, 0.1), "test": (2, 0.2)}


def test_a_history_that_diverged_says_when_and_stops_at_its_last_finite_loss():
    loss, _ = plots.history(History([3.0, 2.0, np.inf, np.nan], [0.1] * 4, diverged=3)).axes
    assert loss.get_title() == "loss J: diverged at epoch 3"
    assert [text.xy for text in loss.texts] == [(1, 2.0)]


@pytest.mark.parametrize("losses", [[0.0], [np.nan, np.nan], [1.0, 0.0]])
def test_a_loss_that_has_no_logarithm_leaves_a_gap(losses):
    loss, _ = plots.history(History(losses, [1.0] * len(losses))).axes
    assert np.isfinite(loss.lines[0].get_ydata()).tolist() == [x > 0 for x in losses]


def test_what_is_no_history_is_refused():
    with pytest.raises(ValueError, match="nothing was measured"):
        plots.history(History())
    with pytest.raises(TypeError, match="history is a list, expected a History"):
        plots.history([1.0, 2.0])


def test_digits_are_drawn_row_by_row_with_what_they_were_read_as():
    X = digit_images().X_test[:12]
    figure = plots.digits(X, np.array([3] * 12), np.array([3] * 10 + [5, 3]))
    shown = [ax for ax in figure.axes if ax.images]
    assert np.array_equal([ax.images[0].get_array() for ax in shown], X.reshape(12, 8, 8))
    assert [ax.get_title() for ax in shown] == ["3"] * 10 + ["3 read as 5", "3"]
    assert [ax.axison for ax in shown] == [False] * 10 + [True, False]  # the frame


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ([np.ones((3, 63))], ShapeError, "X has shape (3, 63), expected (m, 64)"),
        ([np.ones(64)], ShapeError, "X has shape (64,), expected 2 indexes"),
        ([[1.0]], TypeError, "X is a list"),
        ([np.ones((0, 64))], ValueError, "X has 0 rows, expected 1 to 100"),
        ([np.ones((101, 64))], ValueError, "X has 101 rows, expected 1 to 100"),
        ([np.ones((3, 64)), [1, 2]], ShapeError, "labels has shape (2,), expected (m,) = (3,)"),
        ([np.ones((3, 64)), np.eye(3)], ShapeError, "labels has shape (3, 3), expected (m,) = (3,)"),
        ([np.ones((3, 64)), [1, 2, 3], [1]], ShapeError, "predicted has shape (1,)"),
        ([np.ones((3, 64)), None, [1, 2, 3]], ValueError, "predicted was given without labels"),
    ],
)
def test_digits_that_do_not_fit_are_refused(arguments, error, says):
    with pytest.raises(error, match=re.escape(says)):
        plots.digits(*arguments)


def test_a_trace_shows_every_matrix_with_its_gradient_below():
    trace = ran_network()[3]
    ax = panels(plots.trace(trace))
    assert list(ax) == ["O[0]", "Z[0]", "O[1]", "Z[1]", "O[2]", "G[0]", "dL_dO[1]", "G[1]", "dL_dO[2]"]
    for name in ax:
        kind, layer = name[:-1].split("[")
        assert np.array_equal(mesh(ax[name]).get_array(), getattr(trace, kind)[int(layer)])
    for upper, lower in (("Z[0]", "G[0]"), ("O[1]", "dL_dO[1]"), ("Z[1]", "G[1]"), ("O[2]", "dL_dO[2]")):
        assert ax[upper].get_position().x0 == pytest.approx(ax[lower].get_position().x0)
        assert ax[upper].get_position().y0 > ax[lower].get_position().y1
    assert [ax[name].get_xlabel() for name in ("O[0]", "Z[0]", "G[1]")] == ["n_0 = 5", "n_1 = 4", "n_2 = 3"]


def test_a_trace_before_the_backward_pass_has_one_row():
    figure = plots.trace(Network([5, 4, 3], tanh).forward(decimals(7, 5)))
    assert list(panels(figure)) == ["O[0]", "Z[0]", "O[1]", "Z[1]", "O[2]"]
    assert [text.get_text() for text in figure.texts] == ["→"] * 4


def test_what_is_no_trace_is_refused():
    with pytest.raises(TypeError, match="trace is a ndarray, expected a Trace"):
        plots.trace(decimals(7, 5))
