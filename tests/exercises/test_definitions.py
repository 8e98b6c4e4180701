"""The exercises themselves, whatever they are: arguments, solutions, hints, words and places, views."""

import inspect
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from learner import NoStore, answer
from refusals import not_refused

from course_lib import dense
from course_lib.exercises import exercise
from course_lib.exercises.engine.by_hand import Sheet
from course_lib.exercises.engine.card import Result
from course_lib.exercises.engine.course import UnknownName, found, headings, placed
from course_lib.exercises.engine.exercise import definitions
from course_lib.exercises.engine.mistakes import MISTAKES, bare
from course_lib.jacobian import numeric_jacobian
from course_lib.views import JacobianExplorer, KeyIdeaExplorer, ProductExplorer

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def each_definition():
    """A parameter for each exercise."""
    return pytest.mark.parametrize("definition", definitions().values(), ids=list(definitions()))


def test_a_name_that_is_not_there_suggests_the_near_one():
    near = {"grad w": "grad_W", "gradW": "grad_W", "Forward": "forward", "he std": "he_std", "mse": "mse_gradient"}
    says = "exercise(name): there is nothing named {!r}; did you mean {!r}?"
    cases = [({"name": name}, UnknownName, says.format(name, other)) for name, other in near.items()]
    cases += [({"name": "zzzzzzzz"}, UnknownName, "exercises() lists the names")]
    cases += [({"name": 5}, TypeError, "expected a text such as")]
    assert not_refused(exercise, {"name": "grad_W"}, cases) == []


@each_definition()
def test_the_solution_is_right_as_a_cell_with_numpy_alone_and_the_stub_is_not_attempted(definition):
    function = answer(definition.solution)
    assert function.__name__ == definition.name
    assert tuple(inspect.signature(function).parameters) == definition.names
    result = exercise(definition.name, NoStore()).check(function)
    assert (result.status, result.mistakes, result.line, result.repaired) == ("correct", (), None, "")
    assert repr(result).startswith(f"✓ {definition.name}: Correct. Right in all ")
    result = exercise(definition.name, NoStore()).check(answer(definition.stub))
    assert result.status == "not attempted"
    assert repr(result).startswith(f"○ {definition.name}: Not attempted yet. Write {definition.name}(")


# The references by their definitions, for those that are not course_lib's own.
SCALARS = {
    "mse_gradient": lambda O, T: ((O - T) ** 2).sum() / (2 * len(O)),
    "softmax_cross_entropy_gradient": lambda Z, T: (
        -(T * np.log(np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True))).sum() / len(Z)
    ),
    "grad_W_regularized": lambda W, O, G, lam: (O @ W * G).sum() + lam * (W**2).sum() / 2,  # L is linear, dL/dZ = G
}


@pytest.mark.parametrize("name", SCALARS)
def test_the_gradient_of_a_loss_or_with_a_regularizer_is_that_of_its_numbers(name):
    definition = definitions()[name]
    case = definition.cases(3)[0]
    arguments = dict(zip(definition.names, case.copies(), strict=True))
    A = arguments.pop("W" if "W" in arguments else definition.names[0])
    measured = numeric_jacobian(lambda A: SCALARS[name](A, *arguments.values()), A)
    np.testing.assert_allclose(definition.value(case), measured, atol=1e-8)


def test_the_gain_is_the_measured_factor_on_the_mean_square_of_G():
    rng = np.random.default_rng(0)
    n, std = 300, 0.07
    G = rng.standard_normal((2000, n))
    slopes = rng.random((2000, n)) < 0.5  # relu's, of mean square 1/2
    back = (G * slopes) @ (std * rng.standard_normal((n, n))).T
    assert np.mean(back**2) / np.mean(G**2) == pytest.approx(definitions()["gain"].right(n, std, 0.5), rel=0.02)
    he, glorot = definitions()["he_std"], definitions()["glorot_std"]
    assert n * he.right(n) ** 2 * 0.5 == pytest.approx(1)
    assert n * glorot.right(n, n) ** 2 == pytest.approx(1)


def test_ones_that_are_appended_carry_the_bias_and_shards_add_up():
    rng = np.random.default_rng(0)
    O, W, b, G = (rng.standard_normal(shape) for shape in ((7, 5), (5, 3), (1, 3), (7, 3)))
    assert np.allclose(definitions()["append_ones"].right(O) @ np.vstack([W, b]), O @ W + b)
    assert np.allclose(definitions()["grad_W_in_shards"].right(O, G, 3), dense.grad_W(O, G))


# Words.
FORMULAS = re.compile(r"\.T\b|\bT @|@ |np\.(sum|mean|outer|dot|einsum)|\.sum\(|keepdims=True")


def words(mistakes):
    """Every text that is said about some mistakes."""
    return [text for each in mistakes for text in (each.alone, each.beside, each.look) if text]


def test_no_message_gives_the_formula_away():
    general = words(MISTAKES.values())
    texts = {
        name: [*words(map(each.known, {m.key for m in each.mistakes})), each.look, each.view]
        for name, each in definitions().items()
    }
    assert [
        text for text in [*general, *(text for each in texts.values() for text in each)] if FORMULAS.search(text)
    ] == []
    for name, each in definitions().items():
        solution = each.solution.split("return")[-1].strip()
        assert solution.isidentifier() or [text for text in texts[name] if solution in text] == []


@each_definition()
def test_a_mistake_of_an_exercise_has_a_known_id_and_changes_the_solution_or_only_the_words(definition):
    keys = [each.key for each in definition.mistakes]
    assert len(keys) == len(set(keys))
    assert {bare(key) for key in keys} <= set(MISTAKES)
    assert all(old in definition.solution for each in definition.mistakes for old in each.change[::2])
    assert definition.look and all(each.alone and each.beside for each in map(definition.known, keys))


def test_every_general_mistake_is_made_by_an_exercise_or_seen_by_the_engine():
    engine = Path(inspect.getfile(definitions)).parent
    seen = "".join(path.read_text(encoding="utf-8") for path in engine.glob("*.py") if path.name != "mistakes.py")
    made = {each.key for definition in definitions().values() for each in definition.mistakes}
    named = {
        *re.findall(r'"([\w:]+)"', seen),
        *re.findall(r"\w+", "".join(re.findall(r"^[\w ]+ \|", seen, re.MULTILINE))),
    }
    assert [id for id in MISTAKES if id not in made | named] == []


def test_every_section_that_a_message_names_is_a_heading_of_its_notebook():
    places = [
        text for each in definitions().values() for text in [each.look, *(m.look for m in each.mistakes if m.look)]
    ]
    places = {*places, *(each.where for each in found(Sheet).values())} - {each.look for each in MISTAKES.values()}
    named = {text: re.findall(r"{(\w+): ([^}]+)}", text) for text in places}
    assert [text for text, each in named.items() if not each or re.search(r"notebook|section", text)] == []
    for notebook, titles in [each for several in named.values() for each in several]:
        number, there = headings(notebook)
        assert number.isdigit() and not set(titles.split("; ")) - set(there), (notebook, titles)


def test_a_place_is_said_by_the_numbers_that_its_notebook_has_today():
    (number, there), title = headings("grad_W"), "Rows and columns"
    assert (
        placed("{grad_W: Rows and columns; Two traps}?")
        == f"notebook {number}, sections {there[title]} and 'Two traps'?"
    )
    assert placed("b[k] in {nowhere: A title}") == "b[k] in notebook 'nowhere', section 'A title'"


@pytest.mark.parametrize("name", [name for name, each in definitions().items() if each.view])
def test_the_view_of_every_message_can_be_run_where_it_is_read(name):
    definition = definitions()[name]
    ex = exercise(name, NoStore())
    wrong = answer(f"def {name}({definition.arguments}):\n    return np.array([[0.25]])")
    result = ex.check(wrong)
    assert f"In a cell, `{definition.view}` shows this very case." in result.message
    names = {"ex": ex, "np": np, "dense": dense, "KeyIdeaExplorer": KeyIdeaExplorer}
    names |= {"ProductExplorer": ProductExplorer, "JacobianExplorer": JacobianExplorer}
    shown = eval(definition.view, names)
    assert type(shown).__name__ in definition.view
    source = (NOTEBOOKS / f"{definition.notebook}.ipynb").read_text(encoding="utf-8")
    assert re.search(rf"from course_lib.views import [^\n]*{type(shown).__name__}", source)
    assert "dense." not in definition.view or re.search(r"from course_lib import [^\n]*\bdense\b", source)


# Hints, solutions, and what is put back.
@each_definition()
def test_the_hints_come_one_after_the_other_and_end_and_the_solution_and_the_stub_are_shown_as_source(definition):
    name, hints, call = definition.name, definition.hints, f"{definition.name}({definition.arguments})"
    ex = exercise(name, NoStore())
    said = [ex.hint() for _ in range(len(hints) + 2)]
    counted = [f"({i} of {len(hints)}) {hint}" for i, hint in enumerate(hints, 1)]
    last = f"That was the last hint. {name}'s solution is in ex.solution()."
    assert [note.message for note in said] == [*counted, last, last]
    assert ex.reset().code == f"def {call}:\n    # your code\n    ..."
    assert ex.hint() == said[0]
    assert ex.solution() == Result("solution", (), "One right answer:", exercise=name, code=definition.solution)
    assert repr(ex) == f'exercise("{name}"): {call} gives {definition.result}'


def test_a_saved_answer_comes_back_the_right_one_first():
    saved = {True: None, False: None}  # by whether it passed
    store = SimpleNamespace(last=lambda name, passing=False: saved[passing])
    ex = exercise("grad_b", store)
    assert ex.restore().message == "No answer of this exercise is saved."
    for passing, source in ((False, "def grad_b(G): 1"), (True, "def grad_b(G): 2")):
        saved[passing] = source
        assert ex.restore().code == source
