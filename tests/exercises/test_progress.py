"""The map of the course: what it says, that nothing in it is taken for HTML, and that export and forget do what they say."""

import json
import sys

import mistune
import pytest

from course_lib.exercises.engine.course import found
from course_lib.exercises.engine.exercise import definitions
from course_lib.exercises.engine.progress import ProgressMap, progress
from course_lib.exercises.engine.puzzle import Puzzle
from course_lib.exercises.engine.store import Store, Tally

COURSE = {"05_grad_W": ["grad_W", "dZ_dW", "grad_W_regularized"], "06_grad_b": ["grad_b"]}


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "progress")
    for status in ("wrong", "error", "correct", "wrong"):
        store.record("grad_W", status, (), f"an answer that is {status}")
    store.record("dZ_dW", "wrong", ("transposed",), "an answer")
    store.record("grad_W_regularized", "hint")
    store.record("grad_W", "hint")
    return store


def test_the_map_says_what_is_done_tried_and_not_yet_and_what_else_is_kept(store):
    store.record("detective case 2", "correct")
    assert repr(ProgressMap(COURSE, store.summary())).splitlines() == [
        "4 exercises: 1 done, 2 tried, 1 not yet",
        "",
        "| notebook                     | exercise           | state     | attempts | correct | hints |",
        "| :--------------------------- | :----------------- | :-------- | :------- | :------ | :---- |",
        "| [05_grad_W](05_grad_W.ipynb) | grad_W             | ✓ done    | 4        | 1       | 1     |",
        "|                              | dZ_dW              | ◐ tried   | 1        | 0       | 0     |",
        "|                              | grad_W_regularized | ◐ tried   | 0        | 0       | 1     |",
        "| [06_grad_b](06_grad_b.ipynb) | grad_b             | ○ not yet |          |         |       |",
        "",
        "Also kept, 1 that are not on this map: detective case 2",
    ]


def test_it_is_shown_as_a_table_in_which_the_notebooks_are_links_and_no_name_is_html():
    name = "<img src=x onerror=alert(1)>&\"'"
    shown = ProgressMap(COURSE | {name: [name]}, {f"{name} gone": Tally(1, 0, 0)})._repr_markdown_()
    page = mistune.create_markdown(escape=False, plugins=["table"])(shown)
    assert page.count("<tr>") == 6 and '<a href="05_grad_W.ipynb">05_grad_W</a>' in page and "<img" not in page


def test_the_map_is_of_the_notebooks_that_are_there_in_their_order(store, monkeypatch, tmp_path):
    course = {}
    for name, each in (definitions() | found(Puzzle)).items():
        course.setdefault(each.notebook, []).append(name)
    monkeypatch.setattr(sys.modules[ProgressMap.__module__], "NOTEBOOKS", tmp_path)
    assert progress(store).course == course and list(course) == sorted(course)
    (tmp_path / "05_grad_W.ipynb").touch()
    assert progress(store).course == {"05_grad_W": course["05_grad_W"]}


def test_export_and_forget_are_there_where_the_map_is(store, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(store.folder))
    monkeypatch.chdir(tmp_path)
    written = progress.export()
    assert written == tmp_path / "course_progress.json"
    assert len(json.loads(written.read_text(encoding="utf-8"))["rows"]) == 7
    assert progress.forget() == 7
    assert " 0 done, 0 tried, " in repr(progress())
    assert progress.forget() == 0
    assert all(call in repr(progress) for call in ("progress()", "progress.export()", "progress.forget()"))
