"""One SQLite file that several kernels write to: opening it, waiting for the others, and what to do when it is unusable.

Every call opens the file anew, so it notices when the file was moved away or replaced. The connection of the last call
stays open behind it, unused: SQLite syncs the disk several times whenever the last connection is closed, and a learner
would wait for that. SQLite forbids to take a connection through a fork, so it is closed before one.
"""

import os
import sqlite3
import stat
import threading
import time
import warnings
import weakref
from contextlib import closing, suppress
from pathlib import Path

BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_one_call_at_a_time = threading.RLock()
_databases = weakref.WeakSet()


def _before_a_fork():
    _one_call_at_a_time.acquire()  # waits for the call of another thread
    for database in list(_databases):
        database.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_a_fork,
        after_in_parent=_one_call_at_a_time.release,
        after_in_child=_one_call_at_a_time.release,
    )
_warned = set()


class Unusable(Exception):
    """The file is sound, but not one that this version of the course may write to; says why, and what to do."""


class CutOff(sqlite3.DatabaseError):
    """The file ends within a page. SQLite would fill that page with zeros and read them as a text."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT

    def __str__(self):
        return "the end of the file is missing"


class Database:
    """An SQLite file with a schema, which is made on the first write.

    path: of the file. schema: the statements that make its tables. application, version: the numbers that mark the
    file (PRAGMA application_id and user_version). patience: how many seconds to wait while other programs write.
    """

    def __init__(self, path, schema, application, version, patience):
        self.path = Path(path)
        self.schema, self.application, self.version = schema, application, version
        self.patience = self._wait = patience
        self._kept = []  # the connection of the last call
        weakref.finalize(self, _close, self._kept)
        _databases.add(self)

    def read(self, work, otherwise):
        """Return work(connection), or `otherwise` after a warning if that cannot be; a missing file counts as empty."""
        return self._run(work, otherwise, create=False)

    def write(self, work, otherwise):
        """Return work(connection), done in one transaction and kept, or `otherwise` after a warning: nothing is kept.

        Once it has returned, the change outlives the process, however that ends. The disk is not synced for each
        change (synchronous=NORMAL): a loss of power may cost the last ones, and does not damage the file.
        """

        def in_a_transaction(connection):
            connection.execute("BEGIN IMMEDIATE")  # a transaction that begins as a reader could not wait its turn
            result = work(connection)
            connection.execute("COMMIT")
            return result

        return self._run(in_a_transaction, otherwise, create=True)

    def empty_journal(self):
        """Move the journal's content to the file and remove it from the journal, unless another kernel is reading."""
        self.read(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall(), otherwise=None)

    def close(self):
        """Let go of the file; the next call opens it again."""
        with _one_call_at_a_time:
            _close(self._kept)

    def _run(self, work, otherwise, create):
        deadline = time.monotonic() + self._wait
        moved = 0
        while True:
            file = None
            try:
                with _one_call_at_a_time:
                    file = _identity(self.path)
                    connection = self._open(file, create)
                    try:
                        result = work(connection)
                    except BaseException:
                        connection.close()
                        raise
                    _close(self._kept)
                    self._kept.append(connection)
                self._wait = self.patience
                return result
            except Unusable as reason:
                self._warn(f"{reason} It is left as it is. Nothing is read from it or saved; the exercise goes on.")
                return otherwise
            except (sqlite3.Error, OSError) as error:
                code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte; the rest is detail
                if (code in BUSY or self._was_replaced(file)) and time.monotonic() < deadline:
                    time.sleep(0.005)  # SQLite itself waits for most locks, not for all
                elif code in DAMAGED and moved < 2:
                    moved += 1
                    if not self._set_aside(file, error):
                        return otherwise
                else:
                    if code in BUSY:
                        self._wait = min(self.patience, 0.2)  # waiting in vain once is enough
                    self._warn(f"cannot be used ({error}). Nothing is read from it or saved; the exercise goes on.")
                    return otherwise

    def _open(self, file, create):
        """A connection to the file, whose tables exist; if there is none to create, to an empty one in memory."""
        on_disk = create or file is not None
        if on_disk:
            self._keep_private(create)
        size = 0 if file is None else self._size_at_rest()
        place = self.path if on_disk else ":memory:"
        connection = sqlite3.connect(place, timeout=self._wait, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("BEGIN")  # what is asked is then answered for one moment
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # this opens the journal too
            if self._was_replaced(file):  # then SQLite may have the old file open with the journal of the new one
                raise FileNotFoundError("the file was replaced while it was opened")
            if size > 1 and size % connection.execute("PRAGMA page_size").fetchone()[0]:  # SQLite counts 1 as 0
                raise CutOff
            is_ready = self._is_ready(connection)
            connection.execute("COMMIT")
            if not is_ready:
                connection.execute("PRAGMA journal_mode=WAL")  # stays in the file
                connection.execute("BEGIN IMMEDIATE")
                if not self._is_ready(connection):  # another kernel may have been quicker
                    for statement in self.schema:
                        connection.execute(statement)
                    connection.execute(f"PRAGMA application_id={self.application}")
                    connection.execute(f"PRAGMA user_version={self.version}")
                connection.execute("COMMIT")
            connection.execute("PRAGMA synchronous=NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection

    def _keep_private(self, create):
        """The file, and a folder that is made for it, are for their owner alone; SQLite gives its journals the same mode."""
        if create:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError, PermissionError):  # SQLite says it better if no file can be made
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        for part in ("", "-wal", "-shm"):  # those of an earlier version of the course could be read by all
            with suppress(OSError):
                mode = stat.S_IMODE(os.stat(f"{self.path}{part}").st_mode)
                if mode & 0o077 and os.name != "nt":
                    os.chmod(f"{self.path}{part}", mode & ~0o077)

    def _is_ready(self, connection):
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if (application, version) == (self.application, self.version):
            return True
        if application == self.application:
            raise Unusable(f"is of version {version}, and this course knows version {self.version}: update the course.")
        if version or application or connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise Unusable("belongs to another program.")
        return False

    def _was_replaced(self, file):
        """Whether another kernel has set the file aside, since it was seen; then the call begins anew."""
        try:
            return file is not None and _identity(self.path) != file
        except OSError:
            return False

    def _size_at_rest(self):
        """The size of the file, or 0 if a journal exists: then it may be changing, or the journal may mend it."""
        size = os.path.getsize(self.path)
        in_use = any(os.path.lexists(f"{self.path}{part}") for part in ("-wal", "-journal"))
        return 0 if in_use or os.path.getsize(self.path) != size else size

    def _set_aside(self, file, error):
        """Move the damaged file, with its journals, to a name that is free; return whether a new one can be begun."""
        try:
            # Two kernels may find the damage at once. A lock that SQLite frees when its holder dies lets one act, and
            # the other then sees a new file in the old one's place.
            with closing(sqlite3.connect(f"{self.path}.repair", timeout=self.patience, isolation_level=None)) as lock:
                lock.execute("BEGIN EXCLUSIVE")
                if _identity(self.path) != file:
                    return True
                number = 1
                while any(os.path.lexists(f"{self.path}.damaged-{number}{part}") for part in ("", "-wal", "-shm")):
                    number += 1
                aside = f"{self.path}.damaged-{number}"
                self.close()  # some systems move no file that is open
                for part in ("-wal", "-shm", ""):  # the file last: if this is cut off, what is left is still damaged
                    if os.path.lexists(f"{self.path}{part}"):
                        os.rename(f"{self.path}{part}", f"{aside}{part}")
        except (sqlite3.Error, OSError) as problem:
            self._warn(f"is damaged ({error}) and cannot be moved ({problem}). Nothing is saved; the exercise goes on.")
            return False
        self._warn(f"is damaged ({error}). It is kept as {aside}, and a new one is begun.")
        return True

    def _warn(self, what):
        message = f"the progress file {self.path} {what}"
        if message not in _warned:  # once for each trouble, not at every check
            _warned.add(message)
            warnings.warn(message, stacklevel=5)


def _close(connections):
    while connections:
        with suppress(sqlite3.Error):  # what was done with them is done
            connections.pop().close()


def _identity(path):
    """What tells a file from another one that takes its place; None where there is none."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
