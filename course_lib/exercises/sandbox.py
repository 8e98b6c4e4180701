"""The learner's code, run so that the kernel lives: a limit of time, streams kept apart, and everything put back.

`Sandbox` is a context: within it, standard output, standard error and warnings are collected, and time runs. After
every call the guarded namespaces are put back as they were (see `guard`), and so is numpy's error state; on leaving,
the random states and the recursion limit too. `exit()` raises, also IPython's, which would end the kernel; `input()`
raises, because a check cannot wait for an answer.
"""

import builtins
import contextlib
import ctypes
import io
import random
import signal
import sys
import threading
import time
import warnings

import numpy as np

from course_lib.exercises.guard import Guard

TIME_LIMIT = 5.0  # seconds, for all cases together
_KEPT = 2000  # characters of what was printed
_RETRY = 0.05  # seconds until the next interruption, for code that catches the first one
_PATIENCE, _OFTEN = 4, 0.00005  # so many that were caught, and they come so often that one lands outside of any try
_GRACE = 0.3  # seconds that the alarm has, before another thread interrupts
_DEEPEST = 3000  # calls within calls; more could overflow the stack of the process
_NUMPY_DEFAULTS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


class TimeUp(BaseException):
    """Raised inside the learner's code when its time is over."""


class Kept(io.StringIO):
    """A stream that keeps its first characters, and counts the rest."""

    dropped = 0

    def write(self, text):
        """Keep what there is room for; like every stream, return how much was taken."""
        room = max(0, _KEPT - self.tell()) if self.dropped == 0 else 0
        if room:
            super().write(text[:room])
        self.dropped += max(0, len(text) - room)
        return len(text)

    def close(self):
        """Stay open: what was printed is shown after the run."""

    def text(self):
        """What was kept, and a note of what was not."""
        more = f"\n... and {self.dropped} more characters" if self.dropped else ""
        return self.getvalue() + more


class Sandbox:
    """A context in which `call` runs code of the learner, `limit` seconds in all. also: see `Guard`.

    After it, `printed` is what was written and `warned` are the first warnings' texts; `late` says whether the time ran
    out, even if the code caught the interruption. Raises RuntimeError within another sandbox.
    """

    _open = None  # the one that is entered, if any

    def __init__(self, function, limit=TIME_LIMIT, also=()):
        self.limit, self.late, self.printed, self.warned = limit, False, "", ()
        self._function, self._kept, self._also, self._running = function, Kept(), also, False

    def __enter__(self):
        if Sandbox._open is not None:
            raise RuntimeError("check was called by the code that is being checked")
        self._random = (random.getstate(), np.random.get_state(), sys.getrecursionlimit())
        self._stack = contextlib.ExitStack()
        enter = self._stack.enter_context
        self._caught = enter(warnings.catch_warnings(record=True))
        warnings.simplefilter("default")
        enter(contextlib.redirect_stdout(self._kept))
        enter(contextlib.redirect_stderr(self._kept))
        enter(_replaced(getattr(self._function, "__globals__", {})))
        self._guard = Guard(self._also)  # after what is replaced here, so that this stays replaced between the calls
        Sandbox._open = self
        self._deadline = time.monotonic() + self.limit
        return self

    def __exit__(self, *error):
        self._guard.restore()
        self._guard.restore_classes()
        Sandbox._open = None
        self.printed = self._kept.text()
        self.warned = tuple(str(w.message)[:200] for w in self._caught[:3])
        self._stack.close()
        random.setstate(self._random[0])
        np.random.set_state(self._random[1])
        sys.setrecursionlimit(self._random[2])
        return False

    def call(self, *arguments, **named):
        """Call the function; whatever it raises, `TimeUp` and SystemExit too, is raised here."""
        left = self._deadline - time.monotonic()
        try:
            if left <= 0:
                self.late = True
                raise TimeUp
            with np.errstate(**_NUMPY_DEFAULTS):
                return self._limited(left, arguments, named)
        finally:
            self.late = self.late or time.monotonic() > self._deadline

    def _limited(self, left, arguments, named):
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and hasattr(signal, "setitimer"):
            return self._with_alarm(left, arguments, named)
        return self._in_a_thread(left, arguments, named)

    def _with_alarm(self, left, arguments, named):
        caught, before = -1, (0, 0)

        def interrupt(*_):
            nonlocal caught
            if self._running:  # an alarm that comes too late must not hit the course's own lines
                self.late = True
                caught += 1
                if caught == _PATIENCE:
                    signal.setitimer(signal.ITIMER_REAL, _OFTEN, _OFTEN)
                raise TimeUp

        handler = signal.signal(signal.SIGALRM, interrupt)
        try:
            before = signal.setitimer(signal.ITIMER_REAL, left, _RETRY)
            with _insistence(left):
                return self._run(arguments, named)
        finally:
            self._running = False
            signal.setitimer(signal.ITIMER_REAL, *before)
            signal.signal(signal.SIGALRM, handler)

    def _run(self, arguments, named):
        try:
            self._running = True
            return self._function(*arguments, **named)
        finally:
            self._running = False
            self._guard.restore()  # before anything else runs: it may be the builtins that were replaced

    def _in_a_thread(self, left, arguments, named):
        """Where there is no alarm (Windows, or not the main thread): a thread, interrupted at its next line.

        Code that catches every interruption runs on in that thread, until the kernel is restarted.
        """
        box = {}

        def work():
            try:
                box["result"] = self._run(arguments, named)
            except BaseException as error:  # noqa: BLE001 - handed to the caller below, whatever it is
                box["error"] = error

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(left)
        for pause in [_RETRY] * _PATIENCE + [_RETRY / 50] * 200:
            if not thread.is_alive():
                break
            self.late = True
            _raise_in(thread.ident, TimeUp)
            thread.join(pause)
        if "result" in box:
            return box["result"]
        raise box.get("error", TimeUp())


def _raise_in(thread_id, error):
    """Have an exception raised in a thread at its next step; None takes back one that is not raised yet."""
    error = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), error)


@contextlib.contextmanager
def _insistence(left):
    """For code at the deepest call that there may be: no alarm can call its handler there, but another thread helps."""
    over, here = threading.Event(), threading.get_ident()

    def insist():
        over.wait(left + _GRACE)
        while not over.wait(_RETRY):
            _raise_in(here, TimeUp)

    helper = threading.Thread(target=insist, daemon=True)
    helper.start()
    try:
        yield
    finally:
        while helper is not None:
            try:
                over.set()
                helper.join()
                _raise_in(here, None)
                helper = None
            except TimeUp:  # it came while this was being done
                pass


@contextlib.contextmanager
def _replaced(function_globals):
    """What would end the kernel, wait for the keyboard or overflow the stack does nothing of the kind for now."""

    def leave(*_, **__):
        raise SystemExit

    def ask(*_, **__):
        raise EOFError("input() is not answered while your code is checked")

    set_recursion_limit, most = sys.setrecursionlimit, max(_DEEPEST, sys.getrecursionlimit())

    def set_limit(limit):
        set_recursion_limit(min(limit, most))

    main = vars(sys.modules["__main__"])
    instead = [(space, name, leave) for space in (vars(builtins), main, function_globals) for name in ("exit", "quit")]
    instead += [(vars(builtins), "input", ask), (vars(sys), "setrecursionlimit", set_limit)]
    before = [(space, name, space[name]) for space, name, _ in instead if name in space]
    for space, name, stand_in in instead:
        if name in space:
            space[name] = stand_in
    try:
        yield
    finally:
        for space, name, value in reversed(before):
            space[name] = value
