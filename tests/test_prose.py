"""Numbers that a notebook's prose states and none of its cells prints: read from the sentence, and computed."""

import re
from statistics import median

import nbformat
import numpy as np
import pytest
from test_notebooks import FOLDER, NAMES, START

from course_lib import ProductExplorer, dense
from course_lib.exercises.engine.course import found
from course_lib.exercises.engine.definition import Definition
from course_lib.exercises.engine.sandbox import TIME_LIMIT

NUMBERS = {"two": 2, "three": 3, "five": 5, "eight": 8, "fifteen": 15}


def said(name, sentence):
    """The words that stand for the brackets of the pattern in the notebook's text, as numbers."""
    cells = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    (match,) = re.finditer(sentence, text)
    return [NUMBERS.get(word.lower()) or int(word) for word in match.groups()]


def cells_that_begin(name, beginning):
    cells = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells
    return sum(cell.cell_type == "code" and beginning in cell.source for cell in cells)


def test_an_exercise_is_run_on_as_many_cases_as_is_said():
    (some,) = said(START, r"run on some (\w+) cases")
    assert median(len(definition.cases(0)) for definition in found(Definition).values()) == some


def test_a_function_that_never_ends_is_stopped_when_it_is_said():
    assert said(START, r"stopped after (\d+) seconds") == [TIME_LIMIT]


def test_as_many_notebooks_as_is_said_have_a_matrix_to_fill_in():
    (some,) = said(START, r"(\w+) notebooks have a small matrix")
    assert sum(cells_that_begin(name, "= by_hand(") > 0 for name in NAMES if name != START) == some


def test_each_notebook_has_as_many_questions_as_is_said():
    few, many = said(START, r"Each notebook has (\w+) or (\w+) questions")
    counts = {name: cells_that_begin(name, "prediction(") for name in NAMES if name != START}
    assert [name for name, count in counts.items() if not few <= count <= many] == []


@pytest.mark.parametrize(
    ("name", "sentence", "left", "right"),
    [
        ("03_forward_batch", r"makes (\w+) products to try.*?\n\n(\w+): \$O W\$", (7, 5), (5, 3)),
        ("05_grad_W", r"makes (\w+) products\. How many.*?\n\n(\w+) can be formed with 7, 5 and 3", (5, 7), (7, 3)),
    ],
)
def test_the_products_that_can_be_formed_are_as_many_as_the_answer_says(name, sentence, left, right):
    written, formed = said(name, f"(?s){sentence}")
    variants = ProductExplorer(np.ones(left), np.ones(right)).variants
    assert (len(variants), sum(variant["product"] is not None for variant in variants)) == (written, formed)


def test_of_the_square_products_all_can_be_formed_and_one_is_right():
    (formed,) = said("05_grad_W", r"In a square case all (\w+) can be formed, and one is right")
    O, G = np.random.default_rng(0).integers(-4, 5, (2, 3, 3)).astype(float)
    products = [P @ Q for A, B in ((O, G), (G, O)) for P in (A, A.T) for Q in (B, B.T)]
    assert len(products) == formed
    assert sum(np.array_equal(product, dense.grad_W(O, G)) for product in products) == 1


def test_another_unit_moves_the_non_zeros_of_a_weight_and_keeps_their_numbers():
    """05, "Live view": going to the side, to another k, moves them and keeps the numbers."""
    said("05_grad_W", r"moves them and keeps the numbers")
    tensor = dense.dZ_dW(np.random.default_rng(0).random((7, 5)), 3)
    assert all(np.array_equal(tensor[:, k, 3, k], tensor[:, 0, 3, 0]) for k in range(3))
    assert not tensor[:, 0, 3, 1].any()
