"""The map of the course: what it says in text and as a table, and that export and forget do what they say."""

import json
import sys
from xml.etree import ElementTree

import pytest

from course_lib.exercises.engine.course import found
from course_lib.exercises.engine.exercise import definitions
from course_lib.exercises.engine.progress import ProgressMap, progress
from course_lib.exercises.engine.puzzle import Puzzle
from course_lib.exercises.engine.store import Store, Tally

COURSE = {"05": ["grad_W", "dZ_dW", "grad_W_regularized"], "06": ["grad_b"]}


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "progress")
    for status in ("wrong", "error", "correct", "wrong"):
        store.record("grad_W", status, (), f"an answer that is {status}")
    store.record("dZ_dW", "wrong", ("transposed",), "an answer")
    store.hint_used("grad_W_regularized")
    store.hint_used("grad_W")
    return store


def lines_of_table(shown):
    """The text of every cell of the table, line by line; it has to be well-formed."""
    table = ElementTree.fromstring(f"<all>{shown._repr_html_()}</all>")
    return [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]


def test_as_text_the_map_says_what_is_done_tried_and_not_yet(store):
    assert repr(ProgressMap(COURSE, store.summary())).splitlines() == [
        "4 exercises: 1 done, 2 tried, 1 not yet",
        "05  [x] grad_W              done     4 attempts, 1 correct, 1 hint",
        "    [~] dZ_dW               tried    1 attempt, 0 correct, 0 hints",
        "    [~] grad_W_regularized  tried    0 attempts, 0 correct, 1 hint",
        "06  [ ] grad_b              not yet",
    ]


def test_as_a_table_the_map_says_the_same_in_words_beside_the_icons_and_every_line_has_a_header(store):
    shown = ProgressMap(COURSE, store.summary())
    assert lines_of_table(shown) == [
        ["notebook", "exercise", "state", "attempts", "correct", "hints"],
        ["05", "grad_W", "✓ done", "4", "1", "1"],
        ["dZ_dW", "◐ tried", "1", "0", "0"],
        ["grad_W_regularized", "◐ tried", "0", "0", "1"],
        ["06", "grad_b", "○ not yet", "", "", ""],
    ]
    table = ElementTree.fromstring(f"<all>{shown._repr_html_()}</all>")
    groups = [cell for cell in table.iter("th") if cell.get("scope") == "rowgroup"]
    assert [cell.get("rowspan") for cell in groups] == ["3", "1"]
    assert [cell.text for cell in table.iter("th") if cell.get("scope") == "row"] == COURSE["05"] + COURSE["06"]
    assert next(table.iter("caption")).text == "4 exercises: 1 done, 2 tried, 1 not yet"
    assert all(icon.get("aria-hidden") == "true" for icon in table.iter("span"))


def test_the_map_is_of_the_notebooks_that_are_there_in_their_order(store, monkeypatch, tmp_path):
    course = {}
    for name, each in (definitions() | found(Puzzle)).items():
        course.setdefault(each.notebook, []).append(name)
    monkeypatch.setattr(sys.modules[ProgressMap.__module__], "NOTEBOOKS", tmp_path)
    assert progress(store).course == course and list(course) == sorted(course)
    (tmp_path / "05_grad_W.ipynb").touch()
    assert progress(store).course == {"05_grad_W": course["05_grad_W"]}


def test_the_name_of_a_notebook_is_a_link_to_it():
    shown = ProgressMap({"05_grad_W": ["grad_W"], "06": ["grad_b"]}, {})
    table = ElementTree.fromstring(f"<all>{shown._repr_html_()}</all>")
    assert [(link.get("href"), link.text) for link in table.iter("a")] == [("05_grad_W.ipynb", "05_grad_W")]


def test_a_map_is_a_picture_of_one_moment(store):
    before = ProgressMap(COURSE, store.summary())
    text = repr(before)
    store.record("grad_b", "correct", (), "an answer")
    assert repr(before) == text
    assert ProgressMap(COURSE, store.summary()).state("grad_b") == "done"


def test_no_name_is_taken_for_html():
    name = "<img src=x onerror=alert(1)>&\"'"
    shown = ProgressMap({name: [name]}, {f"{name} gone": Tally(1, 0, 0)})
    assert "<img" not in shown._repr_html_()
    assert [line[:2] for line in lines_of_table(shown)][1] == [name, name]


def test_what_is_kept_of_an_exercise_that_is_gone_is_still_named(store):
    assert repr(ProgressMap({}, {})) == "0 exercises: 0 done, 0 tried, 0 not yet"
    shown = ProgressMap({"05": ["grad_W", "dZ_dW"]}, store.summary())
    assert repr(shown).splitlines()[-1] == "Also kept, of exercises that are not on this map: grad_W_regularized"
    assert "grad_W_regularized" in shown._repr_html_()
    assert repr(shown).startswith("2 exercises: 1 done, 1 tried, 0 not yet")


def test_export_and_forget_are_there_where_the_map_is(store, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(store.folder))
    monkeypatch.chdir(tmp_path)
    written = progress.export()
    assert written == tmp_path / "course_progress.json"
    assert len(json.loads(written.read_text(encoding="utf-8"))["rows"]) == 7
    assert progress.forget() == 7
    assert " 0 done, 0 tried, " in repr(progress())
    assert progress.forget() == 0


def test_without_brackets_it_says_what_it_can_do():
    assert all(call in repr(progress) for call in ("progress()", "progress.export()", "progress.forget()"))
