"""What is recorded stays: in one kernel, in several, in one that is killed; and a file that is unusable stops nobody."""

import gc
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from course_lib.exercises.engine.store import Store, Tally, default_path

ROOT = Path(__file__).parents[2]
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "some folder" / "progress.sqlite3"


@pytest.fixture
def store(path):
    return Store(path, patience=0.1)


def query(path, question):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(question).fetchall()


def sources(path):
    return [source for (source,) in query(path, "SELECT source FROM attempts ORDER BY id")]


def run(program, *arguments, **options):
    """What a program prints that is run in a Python of its own."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60, **options)
    assert result.returncode == 0, result.stderr
    return result.stdout


def contents(folder):
    return {entry.name: entry.read_bytes() for entry in folder.iterdir()}


@contextmanager
def one_warning(*words):
    """Exactly one warning is given, and it contains these words."""
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        yield
    messages = [str(warning.message) for warning in given]
    assert len(messages) == 1, messages
    assert all(str(word) in messages[0] for word in words), messages[0]


def use_all(store, export_to):
    """Call every method of a store whose file is unusable; none raises, and each returns what an empty one would."""
    assert store.record("grad_W", "correct", (), "an answer") is False
    assert store.hint_used("grad_W") is False
    assert store.last("grad_W") is None
    assert store.summary() == {}
    assert store.export(export_to) is None
    assert store.forget() == 0


# Who may read it


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps users apart in another way")
class TestPrivacy:
    @staticmethod
    def modes(path):
        return {each.name: stat.S_IMODE(each.stat().st_mode) for each in [path.parent, *path.parent.iterdir()]}

    def test_a_new_file_its_folder_and_its_journals_are_for_their_owner_alone(self, store, path):
        assert store.record("grad_W", "correct", (), "an answer")
        names = {path.name, f"{path.name}-wal", f"{path.name}-shm"}
        assert self.modes(path) == {path.parent.name: 0o700, **dict.fromkeys(names, 0o600)}

    def test_a_file_that_others_could_read_is_closed_to_them_and_keeps_what_it_holds(self, store, path):
        store.record("grad_W", "correct", (), "an answer")
        for each in path.parent.iterdir():
            each.chmod(0o664)
        assert Store(path).last("grad_W") == "an answer"
        assert set(self.modes(path).values()) == {0o700, 0o600}

    def test_a_folder_that_is_there_is_left_as_it_is(self, tmp_path):
        tmp_path.chmod(0o755)
        Store(tmp_path / "progress.sqlite3").record("grad_W", "correct", (), "an answer")
        assert self.modes(tmp_path / "progress.sqlite3")[tmp_path.name] == 0o755

    def test_asking_an_empty_store_makes_no_file(self, store, path):
        assert store.summary() == {}
        assert not path.parent.exists()


# What is kept


def test_the_summary_counts_attempts_passes_and_hints(store):
    for status in ("wrong", "error", "correct", "correct"):
        assert store.record("grad_W", status, (), "an answer") is True
    assert store.hint_used("grad_W") is True
    assert store.hint_used("grad_b") is True
    assert store.summary() == {"grad_W": Tally(4, 2, 1), "grad_b": Tally(0, 0, 1)}


def test_last_gives_the_last_answer_or_the_last_one_that_passed(store):
    assert store.last("grad_W") is None
    store.record("grad_W", "wrong", ("sign",), "first")
    assert (store.last("grad_W"), store.last("grad_W", passing=True)) == ("first", None)
    store.record("grad_W", "correct", (), "second")
    store.record("grad_W", "error", ("raises",), "third")
    store.record("grad_b", "correct", (), "of another exercise")
    assert (store.last("grad_W"), store.last("grad_W", passing=True)) == ("third", "second")


def test_an_answer_whose_source_is_unknown_hides_no_older_answer(store):
    store.record("grad_W", "correct", (), "known")
    assert store.record("grad_W", "correct", (), None) is True
    assert store.last("grad_W") == store.last("grad_W", passing=True) == "known"
    assert store.summary() == {"grad_W": Tally(2, 2, 0)}


def test_an_empty_stub_replaces_no_answer(store):
    store.record("grad_W", "correct", (), "an answer")
    assert store.record("grad_W", "not attempted", (), "def grad_W(O, G): ...") is False
    assert store.last("grad_W") == "an answer"
    assert store.summary() == {"grad_W": Tally(1, 1, 0)}


def test_an_exercise_may_stand_for_its_name(store):
    class Exercise:
        name = "grad_W"

    store.record(Exercise(), "correct", (), "an answer")
    store.hint_used(Exercise())
    assert store.last(Exercise()) == "an answer"
    assert store.summary() == {"grad_W": Tally(1, 1, 1)}


SOURCES = {
    "empty": "",
    "accents, signs, emoji": "def ∇W(O, G):\n\treturn O.T @ G  # größer, 行列, 🧮\r\n",
    "a zero byte": "a\0b",
    "quotes": "'); DROP TABLE attempts; --\"",
    "ten megabytes": "x = 1\n" * 1_700_000,
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_every_source_comes_back_as_it_was(store, source, tmp_path):
    assert store.record("grad_W", "correct", (), source) is True
    assert store.last("grad_W", passing=True) == source
    exported = json.loads(store.export(tmp_path / "export.json").read_text(encoding="utf-8"))
    assert exported["attempts"][0]["source"] == source


def test_a_lone_surrogate_is_replaced_and_the_rest_is_kept(store):
    assert store.record("grad_W", "wrong", (), "x = '\ud800' + 'ü'") is True
    assert store.last("grad_W") == "x = '?' + 'ü'"


def test_a_source_that_sqlite_cannot_hold_costs_a_warning(store, path, monkeypatch):
    connect = sqlite3.connect

    def with_a_small_limit(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 5000)
        return connection

    monkeypatch.setattr(sqlite3, "connect", with_a_small_limit)
    with one_warning(path, "too big"):
        assert store.record("grad_W", "wrong", (), "x" * 6000) is False
    assert store.record("grad_W", "wrong", (), "x") is True


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((5, "wrong", (), ""), "exercise is 5, expected the name"),
        (("", "wrong", (), ""), "exercise is '', expected the name"),
        (("grad_W", "right", (), ""), "status is 'right', expected one of correct, wrong, error, not attempted"),
        (("grad_W", "wrong", "sign", ""), "mistakes is the text 'sign', expected a tuple"),
        (("grad_W", "wrong", ("sign order",), ""), "expected ids without spaces"),
        (("grad_W", "wrong", (3,), ""), "expected ids without spaces"),
        (("grad_W", "wrong", (), b"bytes"), "source is a bytes, expected a text or None"),
    ],
)
def test_an_argument_that_makes_no_sense_is_named(store, arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        store.record(*arguments)


# Where it is kept


def test_the_environment_says_which_file_else_it_is_in_the_users_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "mine"))
    assert default_path() == Store().path == tmp_path / "mine"
    monkeypatch.delenv("COURSE_PROGRESS")
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
        assert default_path() == tmp_path / "backprop_shape_by_shape" / "progress.sqlite3"
    assert default_path().name == "progress.sqlite3"


def test_reading_begins_no_file(store, tmp_path):
    assert store.last("grad_W") is None
    assert store.summary() == {}
    assert store.forget() == 0
    assert json.loads(store.export(tmp_path / "export.json").read_text(encoding="utf-8"))["attempts"] == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["export.json"]


def test_nothing_leaves_the_machine(path, tmp_path):
    program = """
import sys
seen = []
sys.addaudithook(lambda event, arguments: seen.append(event))
from course_lib.exercises.engine.progress import progress
from course_lib.exercises.engine.store import Store
store = Store()
store.record("grad_W", "correct", (), "an answer"), store.hint_used("grad_W"), store.last("grad_W")
progress({"05": ["grad_W"]}), progress.export(sys.argv[1]), progress.forget()
assert "sqlite3.connect" in seen and "open" in seen
outside = ("socket", "urllib", "http", "ftplib", "smtplib", "subprocess", "os.exec", "os.spawn", "os.posix_spawn",
           "os.system", "os.fork", "webbrowser")
print([event for event in seen if event.startswith(outside)])
"""
    printed = run(program, tmp_path / "export.json", env={**os.environ, "COURSE_PROGRESS": str(path)})
    assert printed == "[]\n"


# Export and forget


def test_the_export_holds_every_row_in_order(store, tmp_path):
    store.record("grad_W", "wrong", ["sign", "transposed"], "first")
    store.record("grad_b", "correct", (), None)
    store.hint_used("grad_W")
    exported = json.loads(store.export(tmp_path / "export.json").read_text(encoding="utf-8"))
    times = [row.pop("time") for row in exported["attempts"] + exported["hints"]]
    assert exported == {
        "version": 1,
        "attempts": [
            {"exercise": "grad_W", "status": "wrong", "mistakes": ["sign", "transposed"], "source": "first"},
            {"exercise": "grad_b", "status": "correct", "mistakes": [], "source": None},
        ],
        "hints": [{"exercise": "grad_W"}],
    }
    assert all(time.strptime(moment, "%Y-%m-%dT%H:%M:%SZ") for moment in times)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_an_export_is_written_whole_or_not_at_all(store, tmp_path, monkeypatch, step):
    target = tmp_path / "export.json"
    target.write_text("the export of yesterday", encoding="utf-8")
    store.record("grad_W", "correct", (), "an answer")

    def disk_full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, disk_full)
    with pytest.raises(OSError, match="No space left"):
        store.export(target)
    assert target.read_text(encoding="utf-8") == "the export of yesterday"
    assert {entry.name for entry in tmp_path.iterdir()} == {"export.json", "some folder"}
    monkeypatch.undo()
    store.export(target)
    assert len(json.loads(target.read_text(encoding="utf-8"))["attempts"]) == 1


def test_an_export_to_nowhere_says_so(store, tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder of that name"):
        store.export(tmp_path / "no folder of that name" / "export.json")


def test_forget_removes_every_row_and_what_it_held(store, path):
    secret = "a sentence that stands nowhere else"
    for number in range(50):
        store.record("grad_W", "wrong", (), f"{secret} {number}" * 50)
    store.hint_used("grad_W")
    assert any(secret.encode() in file.read_bytes() for file in path.parent.iterdir())
    assert store.forget() == 51
    assert store.summary() == {}
    assert not any(secret.encode() in file.read_bytes() for file in path.parent.iterdir())
    assert store.record("grad_W", "wrong", (), "and on it goes") is True


# Several kernels, threads, forks, and kernels that are killed


def test_200_parallel_writes_from_8_processes_lose_none(path):
    program = """
import sys, warnings
from course_lib.exercises.engine.store import Store
warnings.simplefilter("error")
store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
print(sum(store.record("grad_W", "wrong", (), f"{sys.argv[2]} {number}") for number in range(25)))
"""
    command = [sys.executable, "-c", program, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    writers = [subprocess.Popen([*command, str(number)], **pipes) for number in range(8)]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:  # now they all begin, on a file that none of them has made yet
        writer.stdin.write("\n")
        writer.stdin.flush()
    assert [writer.communicate(timeout=60)[0] for writer in writers] == ["25\n"] * 8
    assert Counter(sources(path)) == Counter(f"{writer} {number}" for writer in range(8) for number in range(25))


def test_threads_of_one_kernel_lose_none(path):
    store = Store(path)
    kept = []

    def write(thread):
        kept.extend(store.record("grad_W", "wrong", (), f"{thread} {number}") for number in range(10))

    threads = [threading.Thread(target=write, args=[name]) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept == [True] * 80
    assert len(store._database._kept) == 1  # the last connection, and no others
    assert Counter(sources(path)) == Counter(f"{thread} {number}" for thread in range(8) for number in range(10))


KILLED_IN_MID_WRITE = """
import itertools, os, random, signal, sys, time, warnings
from pathlib import Path
from course_lib.exercises.engine.store import Store

warnings.simplefilter("error")
path, rounds = sys.argv[1], int(sys.argv[2])
store, delays = Store(path), random.Random(5)


def begin(name):
    # A child that records for ever, and says so after each row; its process and the end of the pipe to read from.
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        return child, os.fdopen(read)
    for number in itertools.count():
        if store.record("grad_W", "wrong", (), f"{name} {number}"):
            os.write(write, f"{name} {number}\\n".encode())


def kill(child):
    os.kill(child, signal.SIGKILL)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])


acknowledged, in_mid_write = [], 0
bystander = None
for number in range(rounds):
    if number == rounds // 2:  # from here on the others do not find the file alone
        bystander, bystander_says = begin("bystander")
    child, says = begin(number)
    acknowledged.append(says.readline())
    time.sleep(delays.uniform(0, 0.01))
    kill(child)
    acknowledged += says.readlines()
    in_mid_write += bystander is None and Path(path + "-wal").exists()
kill(bystander)
acknowledged += bystander_says.readlines()
print(in_mid_write, *acknowledged, sep="\\n")
"""


@needs_fork
def test_100_kills_in_mid_write_lose_no_row_that_was_acknowledged(path):
    in_mid_write, *acknowledged = run(KILLED_IN_MID_WRITE, path, 100).split("\n")
    acknowledged = Counter(filter(None, acknowledged))
    assert int(in_mid_write) > 0  # a journal was left behind: the kill has hit an open transaction or connection
    assert len(acknowledged) > 100
    assert not acknowledged - Counter(sources(path))
    assert [entry.name for entry in path.parent.iterdir() if "damaged" in entry.name] == []
    assert query(path, "PRAGMA integrity_check") == [("ok",)]


@needs_fork
def test_a_fork_in_the_middle_of_a_write_harms_neither_side(path):
    program = """
import os, signal, sys, threading, time, warnings
from course_lib.exercises.engine.store import ADD_ATTEMPT, Store

warnings.simplefilter("error", UserWarning)
store = Store(sys.argv[1])
store.record("grad_W", "wrong", (), "before")
writing = threading.Event()


def slow(database):
    database.execute(ADD_ATTEMPT, ["grad_W", "wrong", "", "slow"])
    writing.set()
    time.sleep(0.3)


thread = threading.Thread(target=store._database.write, args=[slow, None])
thread.start()
writing.wait()
child = os.fork()
if child == 0:
    signal.alarm(20)  # where the child waits for a lock that nobody holds any more
    os._exit(0 if store.record("grad_W", "wrong", (), "child") else 1)
kept = store.record("grad_W", "wrong", (), "parent")
thread.join()
print(kept, os.waitpid(child, 0)[1])
"""
    assert run(program, path) == "True 0\n"
    assert sorted(sources(path)) == ["before", "child", "parent", "slow"]


@needs_fork
def test_forks_between_writes_lose_none(path):
    program = """
import os, sys, warnings
from course_lib.exercises.engine.store import Store

warnings.simplefilter("error", UserWarning)
store, children = Store(sys.argv[1]), []
for number in range(20):
    assert store.record("grad_W", "wrong", (), f"parent {number}")
    assert store._database._kept  # there is a connection that a child could inherit
    child = os.fork()
    assert not store._database._kept
    if child == 0:
        kept = [store.record("grad_W", "wrong", (), f"child {number} {row}") for row in range(3)]
        sys.exit(0 if all(kept) else 1)
    children.append(child)
print({os.waitpid(child, 0)[1] for child in children})
"""
    assert run(program, path) == "{0}\n"
    expected = [f"parent {number}" for number in range(20)]
    expected += [f"child {number} {row}" for number in range(20) for row in range(3)]
    assert Counter(sources(path)) == Counter(expected)


# Files that cannot be used


def test_a_folder_in_the_place_of_the_file_costs_one_warning(store, path, tmp_path):
    path.mkdir(parents=True)
    with one_warning(path, "cannot be used", "the exercise goes on"):
        use_all(store, tmp_path / "export.json")
    assert not (tmp_path / "export.json").exists()


def test_a_file_in_the_place_of_the_folder_costs_one_warning(store, path, tmp_path):
    path.parent.write_text("not a folder", encoding="utf-8")
    with one_warning(path, "cannot be used", "the exercise goes on"):
        use_all(store, tmp_path / "export.json")
    assert path.parent.read_text(encoding="utf-8") == "not a folder"


@pytest.fixture
def open_folder():
    """A folder that a user without rights can reach; what is read-only binds root too, as the test runs as nobody."""
    if not hasattr(os, "geteuid"):
        pytest.skip("this system has no file modes")
    was_root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        if was_root:
            os.chown(folder, 65534, -1)
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            if was_root:
                os.seteuid(0)
            os.chmod(folder, 0o700)


def test_in_a_folder_that_is_read_only_nothing_is_saved(open_folder):
    store = Store(open_folder / "progress.sqlite3")
    open_folder.chmod(0o500)
    with one_warning(store.path, "cannot be used", "the exercise goes on"):
        assert store.record("grad_W", "correct", (), "an answer") is False
        assert store.hint_used("grad_W") is False
    assert list(open_folder.iterdir()) == []


def test_a_file_that_is_read_only_is_read_and_not_written(open_folder):
    store = Store(open_folder / "progress.sqlite3")
    store.record("grad_W", "correct", (), "an answer")
    store.path.chmod(0o400)
    with one_warning(store.path, "readonly", "the exercise goes on"):
        assert store.record("grad_W", "wrong", (), "another") is False
        assert store.forget() == 0
    assert store.summary() == {"grad_W": Tally(1, 1, 0)}
    assert store.last("grad_W") == "an answer"


@pytest.mark.parametrize("held", ["while one row is written", "for good"])
def test_a_file_that_another_program_locks_costs_one_warning_until_it_is_free(store, path, tmp_path, held):
    store.record("grad_W", "correct", (), "before")
    store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        if held == "for good":
            other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("DELETE FROM hints")
        with one_warning(path, "locked", "the exercise goes on"):
            assert store.record("grad_W", "correct", (), "lost") is False
            assert store.record("grad_W", "correct", (), "lost too") is False
            if held == "for good":
                use_all(store, tmp_path / "export.json")
            else:  # readers do not wait for a writer
                assert store.last("grad_W") == "before"
    assert store.record("grad_W", "correct", (), "after") is True
    assert sources(path) == ["before", "after"]


def test_a_reader_of_the_file_that_is_being_begun_is_waited_for(path):
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE scratch (x)")
        other.execute("DROP TABLE scratch")  # no table, but a page to hold a lock on
        other.execute("BEGIN")
        other.execute("SELECT * FROM sqlite_master").fetchall()
        threading.Timer(0.3, other.execute, ["COMMIT"]).start()
        assert Store(path, patience=20).record("grad_W", "correct", (), "an answer") is True
    assert sources(path) == ["an answer"]


def test_a_lock_that_ends_in_time_is_waited_for(path):
    patient = Store(path, patience=20)
    patient.record("grad_W", "correct", (), "before")
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        threading.Timer(0.3, other.execute, ["COMMIT"]).start()
        assert patient.record("grad_W", "correct", (), "after") is True
    assert sources(path) == ["before", "after"]


def test_a_file_from_a_newer_version_is_left_untouched(store, path, tmp_path):
    store.record("grad_W", "correct", (), "an answer")
    with closing(sqlite3.connect(path, isolation_level=None)) as newer:
        newer.execute("PRAGMA user_version=2")
    store.close()
    before = contents(path.parent)
    with one_warning(path, "version 2", "knows version 1", "left as it is", "the exercise goes on"):
        use_all(store, tmp_path / "export.json")
    assert contents(path.parent) == before
    assert not (tmp_path / "export.json").exists()


@pytest.mark.parametrize("mark", ["CREATE TABLE recipes (cake TEXT)", "PRAGMA user_version=1"])
def test_the_database_of_another_program_is_left_untouched(store, path, tmp_path, mark):
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(mark)
    before = contents(path.parent)
    with one_warning(path, "belongs to another program", "the exercise goes on"):
        use_all(store, tmp_path / "export.json")
    assert contents(path.parent) == before


GARBAGE = {
    "two bytes": b"\xff\xff",
    "text": b"My notes on backpropagation.\n" * 300,
    "zeros": bytes(4096),
    "only the header": b"SQLite format 3\0" + bytes(range(200)),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_a_file_that_is_no_database_is_kept_aside_and_a_new_one_begun(store, path, garbage):
    path.parent.mkdir()
    path.write_bytes(garbage)
    aside = Path(f"{path}.damaged-1")
    with one_warning(path, "is damaged", aside, "a new one is begun"):
        assert store.record("grad_W", "correct", (), "an answer") is True
        assert store.summary() == {"grad_W": Tally(1, 1, 0)}
    assert aside.read_bytes() == garbage
    assert sources(path) == ["an answer"]


@pytest.mark.parametrize("fraction", [0.05, 0.5, 0.99])
@pytest.mark.parametrize("first_call", ["write", "read"])
def test_a_file_that_was_cut_off_is_kept_aside_and_a_new_one_begun(store, path, fraction, first_call):
    for number in range(20):
        store.record("grad_W", "correct", (), f"answer {number}" * 1000)
    store.close()
    rest = path.read_bytes()[: int(fraction * path.stat().st_size)]
    path.write_bytes(rest)
    with one_warning(path, "is damaged", "damaged-1", "a new one is begun"):
        if first_call == "read":
            assert store.last("grad_W") is None
        assert store.record("grad_W", "correct", (), "an answer") is True
    assert Path(f"{path}.damaged-1").read_bytes() == rest
    assert sources(path) == ["an answer"]


def test_a_page_that_was_overwritten_is_noticed_where_it_is_read(store, path):
    for number in range(20):
        store.record("grad_W", "correct", (), f"answer {number}" * 100)
    store.close()
    page = 4096
    bad = path.read_bytes()
    bad = bad[:page] + bytes([255]) * (len(bad) - page)  # the header stays
    path.write_bytes(bad)
    with one_warning(path, "is damaged", "damaged-1"):
        assert store.summary() == {}
    assert Path(f"{path}.damaged-1").read_bytes() == bad
    assert store.record("grad_W", "correct", (), "an answer") is True


def test_a_file_that_is_replaced_or_removed_under_a_store_takes_the_next_row(store, path):
    store.record("grad_W", "correct", (), "first")
    other = Store(f"{path}.other")
    other.record("grad_W", "correct", (), "of the other")
    other.close()
    os.replace(other.path, path)
    assert store.record("grad_W", "correct", (), "second") is True
    assert store.last("grad_W") == "second"
    shutil.rmtree(path.parent)
    assert store.record("grad_W", "correct", (), "third") is True
    assert sources(path) == ["third"]


def test_a_file_that_is_replaced_while_it_is_opened_gets_the_row_where_it_now_is(store, path, monkeypatch):
    store.record("grad_W", "correct", (), "in the old file")
    store.close()
    new = Store(f"{path}.new")
    new.record("grad_W", "correct", (), "in the new file")
    new.close()
    connect = sqlite3.connect

    def and_then_it_is_replaced(*arguments, **options):
        connection = connect(*arguments, **options)
        if new.path.exists():
            os.replace(new.path, path)
        return connection

    monkeypatch.setattr(sqlite3, "connect", and_then_it_is_replaced)
    assert store.record("grad_W", "correct", (), "an answer") is True
    assert sources(path) == ["in the new file", "an answer"]


def test_a_file_that_another_kernel_is_making_longer_is_not_taken_for_one_that_was_cut_off(store, path):
    store.record("grad_W", "correct", (), "before")
    with open(path, "ab") as file:
        file.write(b"a part of a page, whose whole is in the journal")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert store.record("grad_W", "correct", (), "after") is True
    assert sources(path) == ["before", "after"]


def test_a_store_that_is_closed_or_gone_leaves_one_file(store, path):
    store.record("grad_W", "correct", (), "an answer")
    assert len(contents(path.parent)) > 1  # the journal, as long as it is open
    store.close()
    assert list(contents(path.parent)) == [path.name]
    Store(path).record("grad_W", "correct", (), "another")
    gc.collect()
    assert list(contents(path.parent)) == [path.name]


def test_no_damaged_file_overwrites_another(store, path):
    path.parent.mkdir()
    for number in (1, 2, 3):
        path.write_bytes(b"damage %d" % number)
        with one_warning(path, f"damaged-{number}"):
            assert store.record("grad_W", "correct", (), f"answer {number}") is True
        store.close()
    assert [Path(f"{path}.damaged-{number}").read_bytes() for number in (1, 2, 3)] == [
        b"damage 1",
        b"damage 2",
        b"damage 3",
    ]
    assert sources(path) == ["answer 3"]


def test_a_journal_stays_with_the_damaged_file_and_does_not_get_into_the_new_one(store, path):
    for number in range(20):
        store.record("grad_W", "correct", (), f"answer {number}")
    store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:  # as long as it is open, the journal is kept
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM attempts").fetchall()
        store.record("grad_W", "correct", (), "the answer in the journal")
        store.close()
        path.write_bytes(b"damage" * 1000)
        assert b"the answer in the journal" in Path(f"{path}-wal").read_bytes()
        with one_warning(path, "is damaged"):
            assert store.record("grad_W", "correct", (), "an answer") is True
    assert sources(path) == ["an answer"]
    kept = [file.read_bytes() for file in path.parent.iterdir() if "damaged-1" in file.name]
    assert any(b"the answer in the journal" in content for content in kept)


def test_a_damaged_file_that_cannot_be_moved_costs_one_warning(store, path, tmp_path, monkeypatch):
    path.parent.mkdir()
    path.write_bytes(b"damage")

    def refused(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "rename", refused)
    with one_warning(path, "is damaged", "cannot be moved", "Permission denied"):
        use_all(store, tmp_path / "export.json")
    assert path.read_bytes() == b"damage"


def test_while_another_kernel_sets_the_damage_aside_nothing_is_moved(store, path):
    path.parent.mkdir()
    path.write_bytes(b"damage")
    with closing(sqlite3.connect(f"{path}.repair", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with one_warning(path, "is damaged", "cannot be moved", "locked"):
            assert store.record("grad_W", "correct", (), "an answer") is False
    assert path.read_bytes() == b"damage"
    with one_warning(path, "is damaged", "damaged-1"):
        assert store.record("grad_W", "correct", (), "an answer") is True


def test_kernels_that_find_the_damage_at_once_set_aside_one_file_and_lose_no_row(path):
    path.parent.mkdir()
    path.write_bytes(b"damage")
    program = """
import sys
from course_lib.exercises.engine.store import Store
store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
print(sum(store.record("grad_W", "wrong", (), f"{sys.argv[2]} {number}") for number in range(5)))
"""
    command = [sys.executable, "-W", "ignore", "-c", program, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    writers = [subprocess.Popen([*command, str(number)], **pipes) for number in range(4)]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()
    assert [writer.communicate(timeout=60)[0] for writer in writers] == ["5\n"] * 4
    assert Counter(sources(path)) == Counter(f"{writer} {number}" for writer in range(4) for number in range(5))
    assert [entry.read_bytes() for entry in path.parent.iterdir() if "damaged" in entry.name] == [b"damage"]
