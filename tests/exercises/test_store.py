"""The store: what is acknowledged is there, whoever else writes, dies or fails; what cannot be used is said."""

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from course_lib.exercises import exercise
from course_lib.exercises.engine.store import Store, Tally

ROOT = Path(__file__).parents[2]
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "progress")


def sources(store):
    return [row["source"] for row in store.rows()]


def test_the_summary_counts_and_last_gives_the_last_answer_or_the_last_that_passed(store):
    for status, source in (("wrong", "1"), ("correct", "2"), ("error", "3"), ("wrong", "")):
        store.record("grad_W", status, ("sign",), source)
    store.record("grad_W", "hint")
    store.record("grad_b", "hint")
    assert store.summary() == {"grad_W": Tally(4, 1, 1), "grad_b": Tally(0, 0, 1)}
    assert (store.last("grad_W"), store.last("grad_W", passing=True)) == ("3", "2")
    assert store.last("grad_b") is None
    assert Store(store.folder).summary() == store.summary()


def test_every_source_comes_back_as_it_was(store):
    written = ["", "def f():\n\treturn '∇ 🎈'\r\n", '"' * 50, "\x00\x1b", "lone \ud800", "x" * 10**6]
    for source in written:
        store.record("grad_W", "wrong", (), source)
    assert sources(Store(store.folder)) == written


def test_the_environment_names_a_folder_or_a_file_that_stands_for_one(monkeypatch, tmp_path):
    (tmp_path / "a.folder").mkdir()
    for named, folder in (("here", "here"), ("progress.sqlite3", "progress"), ("a.folder", "a.folder")):
        monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / named))
        assert Store().folder == tmp_path / folder
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("COURSE_PROGRESS")
    assert Store().folder.name == "backprop_shape_by_shape"


def test_reading_begins_no_file_and_what_is_written_is_for_its_owner_alone(store, tmp_path):
    assert (store.summary(), store.last("grad_W"), store.rows(), store.forget()) == ({}, None, [], 0)
    assert list(tmp_path.iterdir()) == []
    store.record("grad_W", "hint")
    if os.name != "nt":
        for path in (store.folder, *store.folder.iterdir()):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_the_export_holds_every_row_in_order_whole_or_not_at_all(store, tmp_path, monkeypatch):
    store.record("grad_W", "wrong", ("transposed", "sign"), "1")
    store.record("grad_W", "hint")
    store.record("grad_b", "correct", (), "2")
    path = store.export(tmp_path / "out.json")
    written = path.read_text(encoding="utf-8")
    kept = json.loads(written)
    assert kept["version"] == 2
    assert [(row["exercise"], row["status"], row["mistakes"], row["source"]) for row in kept["rows"]] == [
        ("grad_W", "wrong", ["transposed", "sign"], "1"),
        ("grad_W", "hint", [], ""),
        ("grad_b", "correct", [], "2"),
    ]

    def full(*_):
        raise OSError("no space left")

    store.record("grad_b", "hint")
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        store.export(path)
    assert path.read_text(encoding="utf-8") == written
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["out.json"]


def test_forget_removes_every_row_also_those_of_other_kernels_which_go_on(store):
    other = Store(store.folder)
    store.record("grad_W", "wrong", (), "a secret")
    other.record("grad_W", "wrong", (), "a secret")
    assert store.forget() == 2
    assert not any("secret" in file.read_text() for file in store.folder.iterdir())
    other.record("grad_W", "wrong", (), "and on it goes")
    assert sources(store) == ["and on it goes"]


# Several kernels, forks, and kernels that are killed.
WRITER = """
import sys
from course_lib.exercises.engine.store import Store
store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    store.record("grad_W", "wrong", (), f"{sys.argv[2]} {number}")
    print(sys.argv[2], number, flush=True)
"""


def writers(store, count, rows):
    """Processes that write when their standard input closes."""
    command = [sys.executable, "-c", WRITER, str(store.folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    started = [subprocess.Popen([*command, str(number), str(rows)], **pipes) for number in range(count)]
    for writer in started:
        assert writer.stdout.readline() == "ready\n"
    return started


@pytest.mark.parametrize("kernels", [2, pytest.param(8, marks=pytest.mark.slow)])
def test_parallel_writes_from_several_kernels_lose_none(store, kernels):
    at_once = writers(store, kernels, 25)
    for writer in at_once:
        writer.stdin.close()
    assert [writer.wait(60) for writer in at_once] == [0] * kernels
    assert Counter(sources(store)) == Counter(f"{writer} {number}" for writer in range(kernels) for number in range(25))
    times = [row["time"] for row in store.rows()]
    assert times == sorted(times)
    for writer in at_once:
        writer.stdout.close()


@pytest.mark.skipif(os.name == "nt", reason="this system has no kill -9")
@pytest.mark.parametrize("rounds", [1, pytest.param(25, marks=pytest.mark.slow)])
def test_kernels_that_are_killed_lose_no_row_that_was_acknowledged(store, rounds):
    acknowledged = []
    for _ in range(rounds):
        at_once = writers(store, 2, 10**6)
        for writer in at_once:
            writer.stdin.close()
        for writer in at_once:
            acknowledged += [writer.stdout.readline().strip() for _ in range(20)]
        for writer in at_once:
            writer.send_signal(signal.SIGKILL)
            *rest, _ = writer.stdout.read().split("\n")
            acknowledged += rest
            writer.wait(60)
            writer.stdout.close()
    assert len(acknowledged) >= 40 * rounds
    assert not Counter(acknowledged) - Counter(sources(store))


@needs_fork
def test_a_fork_writes_to_a_file_of_its_own(store):
    store.record("grad_W", "wrong", (), "before")
    child = os.fork()
    if not child:
        store.record("grad_W", "wrong", (), "child")
        os._exit(0)
    os.waitpid(child, 0)
    store.record("grad_W", "wrong", (), "parent")
    assert sorted(sources(store)) == ["before", "child", "parent"]
    assert len(list(store.folder.iterdir())) == 2


# Files that are damaged, read-only or in the way; a disk that is full.
def test_half_a_line_at_the_end_is_passed_over_and_damage_is_said(store):
    store.record("grad_W", "wrong", (), "1")
    store.record("grad_W", "wrong", (), "2")
    (file,) = store.folder.iterdir()
    lines = file.read_bytes()
    file.write_bytes(lines + lines[:20])
    assert sources(store) == ["1", "2"]  # and no warning: nobody was told that it is kept
    file.write_bytes(b"\xff\x00{" + lines + b"17\n{}\n")
    with pytest.warns(UserWarning, match=r"3 of 4 lines of .* cannot be read"):
        assert sources(store) == ["2"]
    assert file.read_bytes() == b"\xff\x00{" + lines + b"17\n{}\n"


@pytest.fixture
def folder_of_nobody():
    """A folder that a user without rights can reach; what is read-only binds root too, as the test runs as nobody."""
    if not hasattr(os, "geteuid"):
        pytest.skip("this system has no file modes")
    with tempfile.TemporaryDirectory() as folder:
        was_root = os.geteuid() == 0
        if was_root:
            os.chown(folder, 65534, -1)
            os.seteuid(65534)
        yield Path(folder)
        if was_root:
            os.seteuid(0)


def test_in_a_folder_that_is_read_only_what_is_there_is_read_and_each_check_goes_on_with_one_warning(folder_of_nobody):
    store = Store(folder_of_nobody / "progress")
    store.record("grad_W", "wrong", (), "an answer")
    store.folder.chmod(0o500)
    store = Store(store.folder)  # another kernel: its file cannot be made
    ex = exercise("grad_W", store)
    with pytest.warns(UserWarning, match="Progress is not saved: PermissionError"):
        assert ex.check(lambda O, G: O.T @ G).status == "correct"
    assert ex.check(lambda O, G: O.T @ G).status == "correct"  # and no warning: they are errors here
    assert store.summary() == {"grad_W": Tally(1, 0, 0)}
    store.folder.chmod(0o700)


def test_a_file_in_the_place_of_the_folder_costs_a_warning_and_stays(tmp_path):
    (tmp_path / "progress").write_text("mine")
    with pytest.warns(UserWarning, match="Progress is not saved"):
        exercise("grad_W", Store(tmp_path / "progress")).hint()
    assert (tmp_path / "progress").read_text() == "mine"


@needs_fork
def test_on_a_full_disk_nothing_is_acknowledged_and_the_next_row_is_whole(store):
    resource = pytest.importorskip("resource")
    child = os.fork()
    if not child:
        code = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            store.record("grad_W", "wrong", (), "kept")
            most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
            resource.setrlimit(resource.RLIMIT_FSIZE, (500, most))  # a write ends short, as on a full disk
            try:
                store.record("grad_W", "wrong", (), "lost" * 1000)
            except OSError:
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
                store.record("grad_W", "wrong", (), "kept again")
                code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    assert sources(store) == ["kept", "kept again"]


# What an earlier version of the course kept in one SQLite file.
SCHEMA = """
CREATE TABLE attempts (id INTEGER PRIMARY KEY, time TEXT, exercise TEXT, status TEXT, mistakes TEXT, source TEXT);
CREATE TABLE hints (id INTEGER PRIMARY KEY, time TEXT, exercise TEXT);
INSERT INTO attempts VALUES (1, '2024-05-01T10:00:00Z', 'grad_W', 'wrong', 'transposed sign', 'old answer');
INSERT INTO attempts VALUES (2, '2024-05-01T10:00:01Z', 'grad_W', 'correct', '', CAST(X'61FF62' AS TEXT));
INSERT INTO hints VALUES (1, '2024-05-01T09:00:00Z', 'grad_W');
"""


def old_file(path, journal="WAL", schema=SCHEMA):
    with closing(sqlite3.connect(path)) as old:
        old.execute(f"PRAGMA journal_mode={journal}")
        old.executescript(schema)
    path.chmod(0o644)


@pytest.mark.parametrize("first", ["read", "write"])
@pytest.mark.parametrize("inside", [True, False])
def test_what_the_old_file_holds_is_there_once_and_forgotten_with_the_rest(tmp_path, first, inside):
    folder = tmp_path / "progress"
    folder.mkdir()
    path = folder / "progress.sqlite3" if inside else tmp_path / "progress.sqlite3"
    old_file(path)
    before = path.read_bytes()
    stores = [Store(folder if inside else path) for _ in range(2)]
    if first == "write":
        stores[0].record("grad_b", "wrong", (), "new answer")
    for store in stores:
        assert store.summary()["grad_W"] == Tally(2, 1, 1)
        assert [row["source"] for row in store.rows()][:3] == [None, "old answer", "a\ufffdb"]
        assert store.rows()[1]["mistakes"] == ["transposed", "sign"]
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert stores[1].forget() == 3 + (first == "write")
    assert not path.exists() and Store(folder).rows() == stores[0].rows() == []


@pytest.mark.parametrize("share", [0, 0.6, "another's"])
def test_an_old_file_that_is_damaged_or_anothers_costs_a_word_and_stays_also_when_all_is_forgotten(tmp_path, share):
    path = tmp_path / "progress.sqlite3"
    old_file(path, "DELETE", "CREATE TABLE recipes (id INTEGER)" if share == "another's" else SCHEMA)
    if share != "another's":
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)] or b"no database at all" * 100)
    before, store = path.read_bytes(), Store(path)
    store.record("grad_b", "hint")
    for read, there in ((store.summary, {"grad_b": Tally(0, 0, 1)}), (store.forget, 1)):
        with pytest.warns(UserWarning, match="is nothing that the course can read"):
            assert read() == there
    assert path.read_bytes() == before and stat.S_IMODE(path.stat().st_mode) == 0o644
