"""In a real Jupyter kernel: whatever an answer does, the kernel lives, the next answer is checked, progress is kept."""

import re

import nbformat
import pytest
from nbclient import NotebookClient

from course_lib.exercises.engine.store import Store

START = """import os, threading
import numpy as np
from course_lib.exercises import exercise
from course_lib.exercises.engine import check
search = check.repairs
check.repairs = lambda function, judge, order, seconds: search(function, judge, order, 0.2)
pid, never = os.getpid(), threading.Lock()
never.acquire()
ex = exercise("grad_W")"""
# What an answer does: and what the card says. The limit is short for those that never end, and the search for all.
STOPPED = "Your code was stopped after 0.2 seconds"
ANSWERS = {
    "    exit()": "Your code calls exit()",
    "    quit()": "Your code calls exit()",
    "    get_ipython().user_ns['exit']()": "Your code calls exit()",
    "    return input('O?')": "EOFError",
    "    return grad_W(O, G)": "RecursionError",
    "    never.acquire()": STOPPED,
    "    while True:\n        try:\n            G = G + 1\n        except:\n            pass": STOPPED,
    "    print('x' * 10**6)\n    return G.T @ O": "Your result is the gradient, transposed",
    "    raise KeyboardInterrupt": "Your code was interrupted",
    "    raise ValueError('<b>bold</b>')": "Your code raises ValueError in the line `raise ValueError('<b>bold</b>')` in every case",
}


def cell(body):
    limit = ", limit=0.2" * (ANSWERS.get(body) == STOPPED)
    return f"def grad_W(O, G):\n{body}\nex.check(grad_W{limit})"


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """The cells' outputs, by body, and the store they wrote to."""
    folder = tmp_path_factory.mktemp("kernel")
    right = cell("    return O.T @ G")
    sources = [START, *(source for body in ANSWERS for source in (cell(body), right))]
    sources += ["ex.hint()", "ex.reset()", "ex.restore()", "(pid == os.getpid(), ex.case)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_PROGRESS", str(folder / "progress.sqlite3"))
        NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return [each.outputs for each in notebook.cells], Store(folder / "progress.sqlite3")


def shown(output):
    (result,) = output
    assert result.output_type == "execute_result"
    return result.data


@pytest.mark.parametrize("number", range(len(ANSWERS)))
def test_a_card_says_what_happened_and_a_right_answer_then_passes(outputs, number):
    body = list(ANSWERS)[number]
    wrong, right = (shown(output) for output in outputs[0][1 + 2 * number : 3 + 2 * number])
    assert ANSWERS[body] in wrong["text/plain"]
    assert 'class="course-card"' in wrong["text/html"]
    assert "<b>" not in wrong["text/html"]
    assert right["text/plain"].startswith("✓ grad_W: Correct. Right in all 15 cases")


def test_the_kernel_is_the_same_to_the_end(outputs):
    assert shown(outputs[0][-1])["text/plain"] == "(True, {})"


def test_every_attempt_is_kept_with_its_source(outputs):
    store = outputs[1]
    tally = store.summary()["grad_W"]
    assert (tally.attempts, tally.passes, tally.hints) == (2 * len(ANSWERS), len(ANSWERS), 1)
    assert store.last("grad_W", passing=True) == "def grad_W(O, G):\n    return O.T @ G\n"


def test_hints_and_saved_answers_are_shown_in_the_notebook(outputs):
    hint, reset, restored = (shown(output)["text/plain"] for output in outputs[0][-4:-1])
    assert re.match(r"\? grad_W: Hint\. \(1 of 3\) ", hint)
    assert "An empty answer stands in this cell." in reset
    assert "Your saved answer stands in this cell." in restored
    assert "return O.T @ G" in restored
