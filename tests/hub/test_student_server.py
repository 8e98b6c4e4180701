"""A student's copy of the course is brought up to date, what the student has written stays, and the server starts."""

import importlib.util
import json
import os
import stat
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import pytest

if os.name == "nt":
    pytest.skip("JupyterHub does not run on Windows", allow_module_level=True)

HUB = Path(__file__).parents[2] / "hub"
spec = importlib.util.spec_from_file_location("student_server", HUB / "student_server.py")
student_server = importlib.util.module_from_spec(spec)
spec.loader.exec_module(student_server)
NAME = "notebooks/05_grad_W.ipynb"


def notebook(*sources):
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources]}, indent=1)


def git(folder, *arguments):
    who = ["-c", "user.name=lecturer", "-c", "user.email=lecturer@localhost", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def course(tmp_path):
    """The lecturer's repository, with one notebook; `course(text)` makes it another version of it."""
    folder = tmp_path / "course"
    (folder / "notebooks").mkdir(parents=True)
    git(folder, "init", "--initial-branch=main")

    def publish(text):
        (folder / NAME).write_text(text)
        git(folder, "add", "--all")
        git(folder, "commit", "--message=a version")

    publish(notebook("a", "b"))
    publish.address = folder.as_uri()
    return publish


@pytest.fixture
def copy(course, tmp_path):
    folder = tmp_path / "home" / "backprop"
    student_server.update(course.address, folder)
    return folder


def sources(path):
    return ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"]]


def test_a_new_student_gets_the_course_and_new_versions_replace_what_is_not_changed_and_nothing_else(course, copy):
    assert sources(copy / NAME) == ["a", "b"]
    course(notebook("a", "c"))
    student_server.update(course.address, copy)
    assert sources(copy / NAME) == ["a", "c"]
    (copy / NAME).write_text(notebook("a", "my answer"))
    (copy / "notebooks" / "mine.ipynb").write_text("{}")
    for version in range(3):
        course(notebook(f"version {version}", "c"))
        student_server.update(course.address, copy)
        assert "my answer" in sources(copy / NAME)
    assert "version 2" in sources(copy / NAME)
    files = {path.name: path.read_text() for path in (copy / "notebooks").iterdir()}
    assert files.keys() == {"05_grad_W.ipynb", "mine.ipynb"} and files["mine.ipynb"] == "{}"


def test_a_notebook_that_a_merge_would_break_is_as_the_student_had_it(course, copy, monkeypatch):
    (copy / NAME).write_text(notebook("a", "my answer"))
    course(notebook("new", "b"))
    monkeypatch.setattr(Path, "read_bytes", lambda path: b"{")  # as a merge of lines may leave it
    student_server.update(course.address, copy)
    assert sources(copy / NAME) == ["a", "my answer"]


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["none", "no repository", "a damaged copy", "modules' names"])
def test_the_server_starts_whatever_the_copy_is_like(trouble, course, copy, tmp_path):
    address = course.address if trouble != "no repository" else (tmp_path / "nothing").as_uri()
    if trouble == "a damaged copy":
        (copy / ".git" / "HEAD").write_text("?")
    if trouble == "modules' names":
        for folder in (copy, copy.parent):
            (folder / "random.py").write_text("raise SystemExit(1)")
    command = [sys.executable, "-P", HUB / "student_server.py", "--version"]
    environment = {**os.environ, "HOME": str(copy.parent), "COURSE_REPOSITORY": address}
    ran = subprocess.run(command, env=environment, cwd=copy.parent, capture_output=True, text=True, check=True)
    assert (trouble in ("no repository", "a damaged copy")) == ("not brought up to date" in ran.stderr)


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
