"""What a learner has done: attempts, hints and answers, as lines of JSON in the user's data folder.

Each kernel appends to a file of its own, so nothing is shared and nothing needs a lock; reading takes all files together.
A line that a killed kernel left half written was not acknowledged, and is passed over. Nothing leaves the machine.
"""

import json
import os
import sqlite3
import uuid
import warnings
from collections import namedtuple
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_data_path

_OLD = """SELECT time, exercise, status, mistakes, source FROM attempts
    UNION ALL SELECT time, exercise, 'hint', '', NULL FROM hints"""
Tally = namedtuple("Tally", "attempts passes hints")  # of an exercise, how often


class Store:
    """The record of what was done, of all kernels of a user.

    place: the folder, by default what COURSE_PROGRESS names, or one in the user's data folder. The name of a file, such
    as "progress.sqlite3", stands for the folder "progress" beside it; what an earlier version wrote there is read with it.
    """

    def __init__(self, place=None):
        place = place or os.environ.get("COURSE_PROGRESS")
        place = Path(place).expanduser() if place else user_data_path("backprop_shape_by_shape", appauthor=False)
        is_file = place.suffix and not place.is_dir()
        self.folder, self._old = (place.with_suffix(""), place) if is_file else (place, place / "progress.sqlite3")
        self._own = uuid.uuid4().hex  # how the file of this kernel is called

    def record(self, exercise, status, mistakes=(), source=""):
        """Keep one attempt, safe from the death of this process once it returns. Raises OSError if it is not kept."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{self._own}-{os.getpid()}.jsonl"  # a fork writes to a file of its own
        row = {"time": datetime.now(UTC).isoformat(), "exercise": exercise, "status": status}
        line = json.dumps({**row, "mistakes": list(mistakes), "source": source}).encode() + b"\n"
        with open(path, "ab", opener=lambda *each: os.open(*each, 0o600)) as file:
            own, self._own = self._own, uuid.uuid4().hex  # if it ends short, the next line must not follow half of it
            file.write(line)
        self._own = own

    def last(self, exercise, passing=False):
        """The source of the last attempt whose source is known, or of the last correct one; None if there is none."""
        rows = [row for row in self.rows() if row["exercise"] == exercise and row.get("source")]
        return next((row["source"] for row in reversed(rows) if row["status"] == "correct" or not passing), None)

    def summary(self):
        """A dictionary of the exercises with a row, by name: the `Tally` of each."""
        done = {}
        for row in self.rows():
            done.setdefault(row["exercise"], []).append(row["status"])
        counted = {name: [each.count(status) for status in ("correct", "hint")] for name, each in sorted(done.items())}
        return {name: Tally(len(done[name]) - hints, passes, hints) for name, (passes, hints) in counted.items()}

    def rows(self):
        """All that is kept, oldest first: dictionaries with "time", "exercise" and "status". What is damaged is said."""
        rows = self._old_rows()
        for file in self.folder.glob("*.jsonl"):
            try:
                *lines, _ = file.read_text(encoding="utf-8", errors="replace").split("\n")  # the rest: a write cut off
            except OSError as error:
                lines = [error.strerror]
            found = list(filter(None, map(_row, lines)))
            if lost := len(lines) - len(found):
                warnings.warn(f"Progress: {lost} of {len(lines)} lines of {file} cannot be read.", stacklevel=3)
            rows += found
        return sorted(rows, key=lambda row: row["time"])

    def export(self, path):
        """Write all that is kept to a JSON file, whole or not at all; return its path. Raises OSError if that fails."""
        path = Path(path).expanduser().absolute()
        draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            draft.write_text(json.dumps({"version": 2, "rows": self.rows()}, indent=1) + "\n", encoding="utf-8")
            return draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def forget(self):
        """Remove every row, and the SQLite file of an earlier version; return how many rows there were."""
        count = len(self.rows())
        for file in self.folder.glob("*.jsonl"):
            file.unlink(missing_ok=True)
        for part in ("", "-wal", "-shm") if self._old_rows() else ():
            Path(f"{self._old}{part}").unlink(missing_ok=True)
        return count

    def _old_rows(self):
        """What the SQLite file of an earlier version holds, read where it is."""
        if not self._old.is_file():
            return []
        try:
            with closing(sqlite3.connect(f"{self._old.absolute().as_uri()}?mode=ro", uri=True)) as old:
                old.text_factory, old.row_factory = lambda text: text.decode("utf-8", "replace"), sqlite3.Row
                return [{**row, "mistakes": row["mistakes"].split()} for row in map(dict, old.execute(_OLD))]
        except sqlite3.Error as error:
            warnings.warn(f"Progress: {self._old} is nothing that the course can read ({error}).", stacklevel=4)
            return []


def _row(line):
    """The row of a line; None if it is none."""
    try:
        row = json.loads(line)
        return row if {"time", "exercise", "status"} <= row.keys() else None
    except (ValueError, AttributeError):
        return None
