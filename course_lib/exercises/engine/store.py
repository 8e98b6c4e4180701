"""What a learner has done: attempts, hints and answers, in one file in the user's data folder.

Every attempt is a row of its own, so kernels never overwrite each other's. Nothing leaves the machine.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from course_lib.exercises.engine.database import Database

STATUSES = ("correct", "wrong", "error", "not attempted")
APPLICATION, VERSION = 0x53625342, 1
NOW = "TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))"
ANSWER = "exercise TEXT NOT NULL, status TEXT NOT NULL, mistakes TEXT NOT NULL, source TEXT"
SCHEMA = (
    f"CREATE TABLE attempts (id INTEGER PRIMARY KEY, time {NOW}, {ANSWER})",
    f"CREATE TABLE hints (id INTEGER PRIMARY KEY, time {NOW}, exercise TEXT NOT NULL)",
    "CREATE INDEX attempts_by_exercise ON attempts (exercise, status)",
)
ADD_ATTEMPT = "INSERT INTO attempts (exercise, status, mistakes, source) VALUES (?, ?, ?, ?)"
COUNTS = """
    SELECT exercise, SUM(attempt), SUM(pass), SUM(hint) FROM (
        SELECT exercise, 1 AS attempt, status = 'correct' AS pass, 0 AS hint FROM attempts
        UNION ALL SELECT exercise, 0, 0, 1 FROM hints
    ) GROUP BY exercise ORDER BY exercise"""
LAST = """
    SELECT source FROM attempts WHERE exercise = ? AND source IS NOT NULL AND (status = 'correct' OR NOT ?)
    ORDER BY id DESC LIMIT 1"""


class Tally(NamedTuple):
    """How often an exercise was attempted and passed, and how many hints were used."""

    attempts: int
    passes: int
    hints: int


def default_path():
    """The file that COURSE_PROGRESS names, else progress.sqlite3 in the user's data folder."""
    named = os.environ.get("COURSE_PROGRESS")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("backprop_shape_by_shape", appauthor=False) / "progress.sqlite3"


class Store:
    """The record of what was done, shared by all kernels of a user.

    path: the file; None stands for `default_path()`. It is made by the first row. patience: how many seconds a call
    waits while other kernels write. A file that is read-only, locked, damaged, from a newer version or another
    program's costs one warning, and never an exception: the methods then return what they return for an empty store.
    A damaged file is first moved to `<path>.damaged-<number>`; the row goes to a new file. A file that is from a newer
    version or another program's is not touched.

    Where a method takes an exercise, that is its name, or an object with the name in `.name`.
    """

    def __init__(self, path=None, patience=5.0):
        self.path = default_path() if path is None else Path(path)
        self._database = Database(self.path, SCHEMA, APPLICATION, VERSION, patience)

    def __repr__(self):
        return f"Store({str(self.path)!r})"

    def record(self, exercise, status, mistakes, source):
        """Keep one attempt; return True once it is safe from the death of this process, False if it is not kept.

        status: one of STATUSES. mistakes: the ids of the mistakes, without spaces. source: the answer as text, or
        None if it is not known. "not attempted" is not kept: an empty stub must not replace an answer.
        Raises TypeError or ValueError for arguments that are something else.
        """
        name = _name(exercise)
        if status not in STATUSES:
            raise ValueError(f"record: status is {status!r}, expected one of {', '.join(STATUSES)}")
        if isinstance(mistakes, str):
            raise TypeError(f"record: mistakes is the text {mistakes!r}, expected a tuple of ids")
        mistakes = tuple(mistakes)
        if not all(isinstance(mistake, str) and mistake.split() == [mistake] for mistake in mistakes):
            raise ValueError(f"record: mistakes is {mistakes!r}, expected ids without spaces")
        if not isinstance(source, (str, type(None))):
            raise TypeError(f"record: source is a {type(source).__name__}, expected a text or None")
        if status == "not attempted":
            return False
        row = [name, status, " ".join(mistakes), source and _storable(source)]
        return self._database.write(lambda database: bool(database.execute(ADD_ATTEMPT, row)), otherwise=False)

    def hint_used(self, exercise):
        """Keep that one more hint was shown; return True once that is safe, False if it is not kept."""
        row = [_name(exercise)]
        add = "INSERT INTO hints (exercise) VALUES (?)"
        return self._database.write(lambda database: bool(database.execute(add, row)), otherwise=False)

    def last(self, exercise, passing=False):
        """The source of the last attempt whose source is known, or of the last correct one; None if there is none."""
        question = [_name(exercise), bool(passing)]
        found = self._database.read(lambda database: database.execute(LAST, question).fetchone(), otherwise=None)
        return found and found[0]

    def summary(self):
        """A dictionary of the exercises with a row, by name: the `Tally` of each."""
        rows = self._database.read(lambda database: database.execute(COUNTS).fetchall(), otherwise=[])
        return {name: Tally(*counts) for name, *counts in rows}

    def export(self, path):
        """Write all that is kept to a JSON file, whole or not at all; return its path.

        If the store cannot be read, nothing is written, and None is returned. Raises OSError if the JSON file cannot
        be written; an older file of that name is then still there.
        """
        path = Path(path).expanduser().absolute()
        rows = self._database.read(_everything, otherwise=None)
        if rows is None:
            return None
        text = json.dumps({"version": VERSION, **rows}, ensure_ascii=False, indent=1)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with open(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        except BaseException:
            os.unlink(draft)
            raise
        return path

    def forget(self):
        """Remove every row, overwriting what it held; return how many there were. Files set aside as damaged stay."""
        if not self.path.exists():
            return 0
        removed = self._database.write(_remove_everything, otherwise=0)
        if removed:
            self._database.empty_journal()
        return removed

    def close(self):
        """Let go of the file, so that every system lets you move or remove it; the next call opens it again."""
        self._database.close()


def _name(exercise):
    name = getattr(exercise, "name", exercise)
    if not isinstance(name, str) or not name:
        raise TypeError(f"exercise is {exercise!r}, expected the name of an exercise")
    return _storable(name)


def _storable(text):
    """The text without lone surrogates, which UTF-8 has no bytes for; source that runs has none."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _everything(database):
    attempts = database.execute("SELECT time, exercise, status, mistakes, source FROM attempts ORDER BY id").fetchall()
    hints = database.execute("SELECT time, exercise FROM hints ORDER BY id").fetchall()
    keys = ("time", "exercise", "status", "mistakes", "source")
    return {
        "attempts": [
            dict(zip(keys, (time, exercise, status, mistakes.split(), source), strict=True))
            for time, exercise, status, mistakes, source in attempts
        ],
        "hints": [{"time": time, "exercise": exercise} for time, exercise in hints],
    }


def _remove_everything(database):
    database.execute("PRAGMA secure_delete=ON")
    return sum(database.execute(f"DELETE FROM {table}").rowcount for table in ("attempts", "hints"))
