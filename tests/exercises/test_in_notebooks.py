"""The exercises, sheets and predictions as they stand in the notebooks; and the notebooks with everything filled in."""

import copy
import functools
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
from learner import checked, variants_of
from nbclient import NotebookClient
from test_notebooks import FOLDER, NAMES, code_cells, read

from course_lib.exercises import by_hand_names, exercise, exercises, predictions
from course_lib.exercises.engine.by_hand import Sheet
from course_lib.exercises.engine.course import found
from course_lib.exercises.engine.exercise import definitions
from course_lib.exercises.engine.puzzle import Puzzle

DEFINITIONS = {name: each for name, each in definitions().items() if each.notebook in NAMES}

VIEW_OF_THE_CASE = r"""
import re

found = re.search("In a cell, `(.+)` shows this very case", repr([*Out.values()][-1]))
eval(found[1]) if found else None
"""


def stub(definition):
    """The whole cell of an exercise that is not attempted yet."""
    return f'ex = exercise("{definition.name}")\n\n\n{definition.stub}\n\n\nex.check({definition.name})'


def with_answer(definition, source):
    return stub(definition).replace(definition.stub, source)


def wrong(definition):
    """The source of an answer with a known mistake."""
    sources = (each.source for each in variants_of(definition.name).alone if each.source)
    minus = definition.solution.replace("return ", "return -")
    return next((source for source in sources if checked(definition.name, source).status == "wrong"), minus)


def asked_in(cell):
    """The exercise whose empty answer a cell is, after what it may import first; None if it is none."""
    return next((each for each in DEFINITIONS.values() if cell.source.endswith(stub(each))), None)


def section(nb, cell):
    """The heading under which a cell stands."""
    before = "\n\n".join(c.source for c in nb.cells[: nb.cells.index(cell)] if c.cell_type == "markdown")
    return re.findall(r"^## (.+)$", before, flags=re.MULTILINE)[-1]


def text_of(cell):
    """What a cell shows, without pictures: its streams, the text and HTML of its results; no sizes of figures."""
    streams = {}
    for output in cell.outputs:
        if output.output_type == "stream":
            streams[output.name] = streams.get(output.name, "") + output.text
    results = [output.data for output in cell.outputs if "data" in output]
    shown = [streams, *[sorted((k, v) for k, v in data.items() if k.startswith("text/")) for data in results]]
    return re.sub(r"<Figure size [0-9.]+x[0-9.]+ with", "<Figure with", str(shown))


def card(cell):
    """The text of a cell's last output."""
    return cell.outputs[-1].data["text/plain"]


@functools.cache
def filled_in(name):
    """The notebook run with every solution in it; and then the exercises' cells, run again with wrong answers.

    After each of these comes a cell that runs the code which the card gives, if it gives any.
    """
    nb = copy.deepcopy(read(name))
    again = []
    for cell in code_cells(nb):
        if definition := asked_in(cell):
            again += map(nbformat.v4.new_code_cell, (with_answer(definition, wrong(definition)), VIEW_OF_THE_CASE))
            cell.source = cell.source.replace(definition.stub, definition.solution)
    again.append(nbformat.v4.new_code_cell(code_cells(nb)[-1].source))
    nb.cells += again
    client = NotebookClient(nb, resources={"metadata": {"path": str(FOLDER)}}, timeout=120)
    client.execute()  # an error in any cell is raised here
    count = len(again)
    return nb.cells[:-count], nb.cells[-count:-1]


@pytest.mark.parametrize("name", DEFINITIONS)
def test_its_stub_stands_once_among_the_exercises_of_its_notebook_and_says_not_attempted(name):
    definition = DEFINITIONS[name]
    nb = read(definition.notebook)
    cells = [cell for cell in code_cells(nb) if asked_in(cell) is definition]
    assert len(cells) == 1
    assert section(nb, cells[0]) == "Exercises"
    assert card(cells[0]).startswith(f"○ {name}: Not attempted yet.")
    asked = nb.cells[nb.cells.index(cells[0]) - 1]
    assert asked.cell_type == "markdown" and re.search(r"^\*\*\d+\.\*\* ", asked.source, flags=re.MULTILINE)


def test_the_exercises_stand_in_the_order_of_the_course():
    sources = "\n".join(cell.source for name in NAMES[1:] for cell in code_cells(read(name)))
    assert re.findall(r'exercise\("(\w+)"\)', sources) == list(DEFINITIONS) == exercises()


@pytest.mark.parametrize("name", by_hand_names())
def test_its_sheet_stands_among_the_exercises_of_its_notebook(name):
    nb = read(found(Sheet)[name].notebook)
    (cell,) = (cell for cell in code_cells(nb) if cell.source == f'hand = by_hand("{name}")\nhand')
    assert section(nb, cell) == "Exercises" and card(cell).startswith(found(Sheet)[name].ask)


@pytest.mark.parametrize("name", predictions())
def test_its_question_stands_once_before_a_cell_that_decides(name):
    nb = read(next(each for each in NAMES if each.startswith(name[:2])))
    (place,) = (i for i, cell in enumerate(nb.cells) if cell.source == f'prediction("{name}")')
    question, decides = nb.cells[place : place + 2]
    assert {"text/html", "text/plain"} <= set(question.outputs[0].data)
    assert decides.cell_type == "code" and decides.outputs


@pytest.mark.parametrize("notebook", NAMES)
def test_a_question_stands_under_predict_first(notebook):
    nb = read(notebook)
    sections = [section(nb, cell) for cell in code_cells(nb) if cell.source.startswith("prediction(")]
    assert "Predict first" in sections


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NAMES)
def test_with_all_solutions_it_is_green_and_shows_what_it_shows_without(notebook):
    cells, _ = filled_in(notebook)
    stored = read(notebook).cells
    for before, after in zip(stored, cells, strict=True):
        if before.cell_type != "code":
            continue
        if asked_in(before):
            assert re.match(r"✓ \w+: Correct\.", card(after)), card(after)
        elif before.source == "progress()":
            assert f"{len(DEFINITIONS) + len(found(Puzzle))} exercises: 1 done, 0 tried" in card(after)
        else:
            assert text_of(after) == text_of(before), before.source


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NAMES)
def test_a_classic_mistake_in_each_exercise_is_named_and_stops_nothing(notebook):
    _, again = filled_in(notebook)
    asked = [each.name for each in map(asked_in, code_cells(read(notebook))) if each]
    for name, cell, view in zip(asked, again[::2], again[1::2], strict=True):
        assert card(cell).startswith(f"✗ {name}: Not yet right."), card(cell)
        assert ("shows this very case" in card(cell)) == bool(view.outputs)


def test_reset_and_restore_offer_a_cell_as_it_stands_in_the_notebook(monkeypatch):
    offered, saved = [], SimpleNamespace(last=lambda name, passing=False: f"{DEFINITIONS[name].solution}\n")
    monkeypatch.setattr(
        "IPython.get_ipython", lambda: SimpleNamespace(set_next_input=lambda text, replace: offered.append(text))
    )
    ex = exercise("grad_b", store=saved)
    ex.reset()
    ex.restore()
    definition = DEFINITIONS["grad_b"]
    assert offered == [stub(definition), stub(definition).replace(definition.stub, definition.solution)]


COMMANDS = {
    "nbconvert": ["nbconvert", "--config", str(FOLDER / "nbconvert_config.py"), "attempt.ipynb"],
    "export": ["course_lib.publish.export", "attempt.ipynb"],
}


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_running_a_notebook_by_a_documented_command_leaves_the_learners_progress_alone(command, tmp_path):
    definition = DEFINITIONS["grad_b"]
    cells = [
        "from course_lib.exercises import exercise, progress",
        with_answer(definition, "def grad_b(G):\n    return G.sum(axis=0)"),
        "progress().tallies",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, tmp_path / "attempt.ipynb")
    own = tmp_path / "own.sqlite3"
    environment = {**os.environ, "COURSE_PROGRESS": str(own)}
    run = [sys.executable, "-m", *COMMANDS[command]]
    subprocess.run(run, cwd=tmp_path, env=environment, check=True, capture_output=True)
    written = (tmp_path / "attempt.html" if command == "export" else tmp_path / "attempt.ipynb").read_text("utf-8")
    assert "Tally(attempts=1, passes=0, hints=0)" in written
    assert not own.exists()


def test_the_tests_themselves_have_a_file_of_progress_of_their_own():
    assert "course-progress-" in os.environ["COURSE_PROGRESS"]
