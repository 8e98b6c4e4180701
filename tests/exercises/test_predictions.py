"""Predictions: every number in a choice is what course_lib computes, and every wrong choice is the mistake it is said to be."""

import functools
import re
from fractions import Fraction
from html import escape

import nbformat
import numpy as np
import pytest

import course_lib
from course_lib.exercises.engine.course import NOTEBOOKS, found
from course_lib.exercises.engine.mistakes import MISTAKES
from course_lib.exercises.engine.prediction import Choice, Question, prediction, predictions


def line(zero):
    """Where a matrix of booleans is True: "row 3", "column 0", or "none"."""
    for name, lines in (("row", zero), ("column", zero.T)):
        whole = np.flatnonzero(lines.all(axis=1))
        if len(whole) == 1 and zero.sum() == lines.shape[1]:
            return f"{name} {whole[0]}"
    return "none" if not zero.any() else "elsewhere"


def products(P, Q):
    """How many products of two numbers P Q has."""
    return P.shape[0] * P.shape[1] * Q.shape[1]


# For each prediction what stands in its choices, by the mistake that each is, where it can be computed: an expression,
# after what it needs. It sees the numbers that the question itself states, else a layer with other ones, and the `cell`
# that decides. The right choice is left out where its numbers, and no other choice's, stand in what that cell prints.
# Where a choice is words alone, the expression says that they are true.
FACTS = """
00 three products that fit
  right: "Oᵀ G" * ("O^T G: shape (3, 3), the gradient for W: True" in cell)
  wrong_axis: "O Gᵀ" * ("O G^T: shape (3, 3), the gradient for W: False" in cell)
  scalar_rule: "G O" * ("G O  : shape (3, 3), the gradient for W: False" in cell)
01 one component moves
  transposed: A[1]
  activation_not_derivative: A[:, 1] * x[1]
  scalar_rule: [0, A[1, 1]]
01 the Jacobian of a row
  J = numeric_jacobian(lambda r: r @ W, np.arange(5.0))
  transposed: W.shape
  scalar_rule: J.shape
01 a square in the chain
  activation_not_undone: B[1, 0]
  activation_not_derivative: u[1] ** 2 * B[1, 0]
  derivative_at_output: 2 * u[1] ** 2 * B[1, 0]
02 a vector used twice
  batch_not_summed: z
  batch_averaged: (z[:3] + z[3:]) / 2
  first_sample_only: z[:3]
02 which indexes are summed
  J, dz_dY = np.ones((7, 3, 5, 3)), np.ones((7, 3))
  right: key_idea(J, dz_dY).shape
  rank_one_only: np.tensordot(dz_dY, J, axes=(0, 0)).shape
  wrong_axis: np.tensordot(J, np.ones((5, 3)), axes=2).shape
02 column sums, backwards
  dX = key_idea(numeric_jacobian(lambda X: X.sum(axis=0), np.zeros((7, 3))).round(6), z)
  right: f"{row(dX[4])} in each of the 7 rows" if (dX == dX[0]).all() else ""
  batch_averaged: f"{row(dX[0] / 7)} in each of the 7 rows"
  first_sample_only: f"{row(dX[0])} in row 0"
  wrong_shape: f"{row(z)}, one row"
03 what one weight moves
  moved = dense.dZ_dW(O, n_out)[:, :, 1, 2]
  right: f"{np.count_nonzero(moved)}: " if moved[:, 2].all() else ""
  first_sample_only: f"{np.count_nonzero(moved[0])}: "
  wrong_axis: f"{n_out}: "
  diagonal_missing: f"{m * n_out}: "
03 what one input moves
  right: f"{np.count_nonzero(dense.dZ_dO(m, W)[:, :, 4, 3])}: "
  wrong_axis: f"{m}: "
  diagonal_missing: f"{m * n_out}: "
03 whose bias it is
  product = np.dot((1, 2), (3, -1))
  bias_missing: product
  column_bias: product + b[0]
  wrong_axis: product + b.sum()
03 every bias is raised
  first_sample_only: f"by {n_out}"
  column_bias: f"by {m}"
04 a batch twice
  Y, T = np.array([[22.0, 1, 4]] * m), np.array([[1.0, 22, 4]] * m)
  right: row(mse.gradient(np.vstack([Y, Y]), np.vstack([T, T]))[0])
  batch_not_averaged: row(mse.gradient(Y, T)[0])
  factor_two: row(2 * mse.gradient(Y, T)[0])
04 a silent sample
  Z = np.where(np.arange(m) == 4, -1.0, 3.0)[:, None] * np.ones((m, n_out))
  undone, by_f = dense.undo_activation(G, Z, relu), G * relu(Z)
  right: line(undone != G) == line(undone == 0) == "row 4"
  activation_not_derivative: line(by_f == 0) == "row 4"
04 one entry through the sigmoid
  Z, G = np.zeros((1, 1)), np.full((1, 1), 8.0)
  activation_not_undone: G[0, 0]
  activation_not_derivative: (G * sigmoid(Z))[0, 0]
  derivative_at_output: (G * Z * (1 - Z))[0, 0]
05 one weight's entry
  dW = dense.grad_W(O, G)
  batch_averaged: dW[1, 0] / len(O)
  first_sample_only: np.outer(O[0], G[0])[1, 0]
  transposed: dW.T[1, 0]
05 an input that is 0
  O[:, 0] = 0
  right: line(dense.grad_W(O, G) == 0)
  transposed: line(G.T @ O == 0)
  wrong_axis: line((O[:, :, None] * G[:, None, :]).sum(axis=1) == 0)
05 every sample twice
  right: "every entry doubles: True" in cell
06 rows that sum to 0
  right: "its sum: 0.0" in cell
  wrong_axis: "row sums: [0. 0. 0. 0. 0. 0. 0.]" in cell
06 the gradient of two biases
  batch_averaged: f"[{row(G.mean(axis=0), '[]')}]"
  wrong_axis: f"[{row(G.sum(axis=1), '[]')}]"
  first_sample_only: f"[{row(G[0], '[]')}]"
06 a line of code for (B)
  db = dense.grad_b(G)
  right: next(t for t in texts if np.array_equal(eval(t), db))
  flat_bias: next(t for t in texts if np.array_equal(eval(t), db[0]))
  column_bias: next(t for t in texts if eval(t).shape == (m, 1))
  batch_averaged: next(t for t in texts if np.array_equal(eval(t), db / m))
07 one row through W
  g = np.array([[1.0, 10]])
  untransposed_weights: g @ W
  scalar_rule: g[0] * np.diag(W)
07 a sample without error
  G[3] = 0
  right: line(dense.grad_O(G, W) == 0)
  transposed: line((W @ G.T) == 0)
  wrong_axis: line(np.ones((1, m)) @ dense.grad_O(G, W) == 0)
08 a mean in (B)
  right: '== ["b0", "b1", "b2"]' in cell and "True" in cell
08 what the way back needs
  O, W, G = np.ones((28, 64)), np.ones((64, 32)), np.ones((28, 32))
  rank_one_only: products(G, W.T) == products(O, W)
  batch_not_summed: f"{len(O)} times"
09 one relu layer more
  squares = [mean_field(relu, 1.0).flow(depth, 1.0, batch=1).G[0] ** 2 for depth in (10, 11)]
  right: Fraction(squares[1] / squares[0]).limit_denominator(100)
  factor_two: Fraction(1, 2) ** 2
09 doubling the weights under layer norm
  right: "G of the lowest layer: 1.000 times what it was" in cell
10 a tie in a pair
  up, down = (max(2 + step, 2) - 2 for step in (0.5, -0.5))
  right: f"{up:g} and {down:g}"
  wrong_axis: f"{up:g} and {-up:g}"
  averaged_over_entries: f"{up / 2:g} and {-up / 2:g}"
10 a word that comes twice
  rows, dE = np.array([[2.0, 3], [5, -3]]), np.zeros((3, 2))
  dE[[1, 1]] += rows
  right: rows.sum(axis=0)
  batch_not_summed: dE[1]
  batch_averaged: rows.mean(axis=0)
10 the same G in a row
  right: np.zeros(4) if "True" in cell else ""
  activation_not_undone: np.full(4, 2)
11 a fork without its sum
  x = autodiff.Node(3.0)
  y = x * x
  autodiff.backward(y)
  left, right = (float(rule(1.0)) for _, rule in y.parents)
  right: right if left + right == x.grad else ""
  factor_two: float(x.grad)
  slope_twice: left * right
11 which way is cheaper
  results, inputs = numeric_jacobian(lambda x: np.tanh(x @ np.ones((3, 500))), np.ones(3)).shape
  right: f"forwards {inputs}, backwards {results}"
  transposed: f"forwards {results}, backwards {inputs}"
11 backward twice
  x = autodiff.Node(3.0)
  y = x * x
  grads = [autodiff.backward(y) or float(x.grad) for _ in range(2)]
  factor_two: sum(grads)
12 every b and no W
  right: re.findall(r"^(.).*wrong, 0.143", cell, re.M) == ["b"] * 3
12 right at first
  right: re.findall(r"^(.).*wrong", cell, re.M) == ["b"] * 3
12 the check finds nothing
  right: re.findall("^[0-9]+ (.+)$", cell, re.M) == ["True"] * 3
13 the gradient of turned weights
  right: "Gᵀ O, of shape (3, 5)" * ("G^T O     shape (3, 5), the gradient for V: True" in cell)
  transposed: f"Oᵀ G, of shape {(O.T @ G).shape}"
  order: "O Gᵀ" * ("O G^T     fits: False" in cell)
  batch_averaged: f"Gᵀ O / {m}, of shape {(G.T @ O).shape}"
13 a mean over all entries
  T = rng.standard_normal((m, n_out))
  of = lambda f: Fraction((numeric_jacobian(f, G) / mse.gradient(G, T))[0, 0]).limit_denominator(99)
  right: of(lambda O: ((O - T) ** 2).mean())
  averaged_over_entries: of(lambda O: ((O - T) ** 2).mean() / 2)
  factor_two: of(lambda O: ((O - T) ** 2).sum() / m)
  batch_averaged: of(lambda O: ((O - T) ** 2).mean() / m)
13 whose weights they are
  right: "holds W: False" in cell and "transpose:    True" in cell
14 twice as many units
  one, two = (dense.dZ_dW(O, units) for units in (n_out, 2 * n_out))
  right: f"{two.nbytes // one.nbytes} times"
  factor_two: f"{np.count_nonzero(two) // np.count_nonzero(one)} times"
14 one input more
  O, W = np.ones((61, 67)), np.ones((67, 31))
  more = products(np.ones((61, 68)), np.ones((68, 31))) - products(O, W)
  right: "61 · 31" * (more == 61 * 31)
  batch_not_summed: "67 · 31" * (W.size == 67 * 31)
15 shards of two sizes
  T = np.array([[-2.0], [-2], [-2], [-6]])
  whole, three, one = (mse.gradient(0 * rows, rows).sum() for rows in (T, T[:3], T[3:]))
  right: whole
  batch_not_averaged: three + one
  batch_averaged: (three + one) / 2
  first_sample_only: three
15 through the scheduler
  p, P = 3, 11
  right: f"{2 * p * P // P} P"
  factor_two: f"{p * P // P} P"
  first_sample_only: f"{2 * P // P} P"
  batch_averaged: f"{Fraction(2 * (p - 1) * P, p * P)} P"
"""
FACTS = {block.splitlines()[0]: block.splitlines()[1:] for block in re.split(r"\n(?=\d)", FACTS.strip())}


def row(numbers, brackets="()"):
    """(1, -2, 2.5), as a choice writes it."""
    return brackets[0] + ", ".join(f"{x:g}" for x in np.ravel(numbers)) + brackets[1]


def stated(text):
    """The matrices and vectors that a question states, as in "A = [[2, -1], [3, 4]] and x = (1, 2)"."""
    found = re.findall(r"(\w+) = (\[\[[-\d, \[\]]+\]\]|\([-\d, ]+\))", text)
    return {name: np.array(eval(numbers), dtype=float) for name, numbers in found}


def shown(value):
    """A value as a choice writes it."""
    if isinstance(value, (str, tuple, Fraction)):
        return str(value)
    return row(value) if np.ndim(value) else f"{value:g}"


def numbers(text):
    """The numbers of a text in their order, as a text."""
    return "".join(f"{float(number)};" for number in re.findall(r"-?\d+(?:\.\d+)?", text))


@functools.cache
def decides(name):
    """The source of the cell after a question, and what it prints."""
    (path,) = NOTEBOOKS.glob(f"{name[:2]}_*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    after = cells[[cell.source for cell in cells].index(f'prediction("{name}")') + 1]
    return after.source, "".join(output.get("text") or output.data["text/plain"] for output in after.outputs)


def decided(name):
    """The choices of which the cell after a question prints the numbers."""
    printed = numbers(decides(name)[1])
    found_in = [(choice, numbers(choice.text)) for choice in found(Question)[name].choices]
    return [choice.mistake or "right" for choice, its in found_in if its and f";{its}" in f";{printed}"]


@pytest.mark.parametrize("name", predictions())
def test_each_choice_holds_what_its_mistake_gives(name):
    rng = np.random.default_rng(3)
    m, n_in, n_out = 7, 5, 3
    layer = {
        name: rng.integers(1, 5, shape).astype(float)
        for name, shape in zip("OGW", ((m, n_in), (m, n_out), (n_in, n_out)), strict=True)
    }
    asked = found(Question)[name]
    choices = {choice.mistake or "right": choice.text for choice in asked.choices}
    space = {name: getattr(course_lib, name) for name in dir(course_lib)} | globals()
    space |= {"rng": rng, "m": m, "n_in": n_in, "n_out": n_out, "bias": np.ones((1, n_out)), **layer}
    space |= stated(asked.ask) | {"texts": list(choices.values()), "cell": "\n".join(decides(name))}
    said = {}
    for text in FACTS.get(name, []):
        mistake, _, expression = text.strip().partition(": ")
        if mistake in choices:
            said[mistake] = eval(expression, space)
        else:
            exec(text.strip(), space)  # noqa: S102 - the tests' own text
    assert "right" in said or decided(name) == ["right"]
    for mistake, value in said.items():
        if isinstance(value, bool):
            assert value, mistake
            continue
        text = shown(value)
        pattern = rf"(?<![\w.,/-]){re.escape(text)}(?![\d/])"
        assert text and re.search(pattern, choices[mistake]), f"{mistake}: {text!r} is not in {choices[mistake]!r}"


@pytest.mark.parametrize("name", predictions())
def test_one_choice_is_right_each_wrong_one_is_a_known_mistake_and_each_answer_is_folded_under_its_choice(name):
    asked = prediction(name)
    mistakes = [choice.mistake for choice in asked.choices]
    assert mistakes.count("") == 1 and {*mistakes} <= {"", *MISTAKES}
    assert len({choice.text for choice in asked.choices}) == len(asked.choices)
    folds = re.findall(r"<li><details.*?<summary.*?>(.*?)</summary>(.*?)</details></li>", asked._repr_html_())
    verdicts = [f"{'✗ Wrong.' if choice.mistake else '✓ Right.'} {choice.answer}" for choice in asked.choices]
    assert folds == [(escape(choice.text), escape(said)) for choice, said in zip(asked.choices, verdicts, strict=True)]
    lines = (f"{number}. {choice.text}" for number, choice in enumerate(asked.choices, 1))
    assert repr(asked) == "\n".join((asked.ask, *lines))


def test_right_choices_stand_in_all_places():
    places = [[not choice.mistake for choice in each.choices].index(True) for each in found(Question).values()]
    assert set(places) == {0, 1, 2, 3}


def test_no_text_of_a_question_is_taken_for_html():
    shown = Question("<b>", "<b> & <i>", (Choice("<b>", "<i>"), Choice("<b> & c", "<i>", "transposed")))._repr_html_()
    assert not re.search("<[bi]>|& ", shown)
