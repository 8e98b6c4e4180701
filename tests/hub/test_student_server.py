"""A student's copy of the course is brought up to date, and what the student has written stays."""

import importlib.util
import json
import os
import stat
import tempfile
import uuid
from pathlib import Path

import pytest

HUB = Path(__file__).parents[2] / "hub"
spec = importlib.util.spec_from_file_location("student_server", HUB / "student_server.py")
student_server = importlib.util.module_from_spec(spec)
spec.loader.exec_module(student_server)
NAME = "notebooks/05_grad_W.ipynb"


def notebook(*sources, outputs=()):
    cells = [{"cell_type": "code", "source": source, "outputs": list(outputs)} for source in sources]
    return json.dumps({"cells": cells})


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "course"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "requirements.txt").write_text("numpy")
    (folder / NAME).write_text(notebook("a", "b"))
    return folder


@pytest.fixture
def copy(course, tmp_path):
    folder = tmp_path / "home" / "backprop"
    assert student_server.update(course, folder) == []
    return folder


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()}


def test_a_new_student_gets_the_notebooks_and_what_they_need(course, copy):
    there = contents(copy)
    del there[student_server.DELIVERED]
    assert there == contents(course)
    assert os.name == "nt" or stat.S_IMODE(copy.stat().st_mode) == 0o700


def test_a_notebook_that_was_only_run_is_replaced_by_the_new_version(course, copy):
    (copy / NAME).write_text(notebook("a", "b", outputs=["7"]))
    (course / NAME).write_text(notebook("a", "b", "c"))
    assert student_server.update(course, copy) == []
    assert contents(copy)[NAME] == notebook("a", "b", "c")


def test_a_notebook_that_the_student_has_changed_stays_and_the_new_one_lies_beside_it(course, copy):
    (copy / NAME).write_text(notebook("a", "my answer"))
    (course / NAME).write_text(notebook("a", "b", "c"))
    assert student_server.update(course, copy) == [NAME]
    assert contents(copy)[NAME] == notebook("a", "my answer")
    assert contents(copy)["notebooks/05_grad_W_new.ipynb"] == notebook("a", "b", "c")


@pytest.mark.parametrize("sources", [("a", "my answer"), ("a", "b")])
def test_without_a_new_version_what_was_changed_or_run_is_left_alone(course, copy, sources):
    (copy / NAME).write_text(notebook(*sources, outputs=["7"]))
    before = contents(copy)
    assert student_server.update(course, copy) == []
    assert contents(copy) == before


def test_a_changed_notebook_stays_through_every_later_update(course, copy):
    (copy / NAME).write_text(notebook("a", "my answer"))
    for version in range(3):
        (course / NAME).write_text(notebook("a", f"version {version}"))
        assert student_server.update(course, copy) == [NAME]
    assert contents(copy)[NAME] == notebook("a", "my answer")
    assert contents(copy)["notebooks/05_grad_W_new.ipynb"] == notebook("a", "version 2")


def test_a_notebook_that_was_deleted_comes_back_and_files_of_the_students_own_stay(course, copy):
    (copy / NAME).unlink()
    (copy / "notebooks" / "mine.ipynb").write_text("mine")
    student_server.update(course, copy)
    assert contents(copy)[NAME] == notebook("a", "b")
    assert contents(copy)["notebooks/mine.ipynb"] == "mine"


def test_a_notebook_that_is_broken_counts_as_changed(course, copy):
    (copy / NAME).write_text("{")
    (course / NAME).write_text(notebook("c"))
    assert student_server.update(course, copy) == [NAME]
    assert contents(copy)[NAME] == "{"


def test_a_new_student_gets_all_that_the_notebooks_of_the_course_need(tmp_path):
    student_server.update(HUB.parent, tmp_path)
    names = set(contents(tmp_path))
    assert {path.relative_to(HUB.parent).as_posix() for path in (HUB.parent / "notebooks").glob("*.ipynb")} <= names
    assert "requirements.txt" in names


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.parametrize("name", ["ada", "x" * 60])
def test_the_sockets_are_private_and_their_paths_not_too_long(name, monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="h") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        home = Path(folder, name)
        home.mkdir()
        found = student_server.folder_of_sockets(home)
        assert found.is_dir() and stat.S_IMODE(found.stat().st_mode) == 0o700
        assert len(str(found)) + len(f"/kernel-{uuid.uuid4()}-ipc-5") <= 104
        assert (found.parent == home) == (name == "ada")
