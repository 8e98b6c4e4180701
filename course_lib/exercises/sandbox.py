"""The learner's code, run so that the kernel lives: a limit of time, streams kept apart, and everything put back.

`Sandbox` is a context: within it, standard output, standard error and warnings are collected, and time runs. On leaving
it, and after every call, the namespaces of numpy, random, the builtins and the course are put back as they were; on
leaving, the random states, numpy's error state and the recursion limit too. `exit()` raises, also IPython's, which
would end the kernel.
"""

import builtins
import contextlib
import ctypes
import io
import math
import operator
import random
import signal
import sys
import threading
import time
import warnings

import numpy as np

TIME_LIMIT = 5.0  # seconds, for all cases together
_KEPT = 2000  # characters of what was printed
_RETRY = 0.05  # seconds until the next interruption, for code that catches the first one
_GUARDED = (np, np.linalg, np.random, random, math, builtins, time)
_ModuleType = type(np)


class TimeUp(BaseException):
    """Raised inside the learner's code when its time is over."""


class Kept(io.StringIO):
    """A stream that keeps its first characters, and counts the rest."""

    dropped = 0

    def write(self, text):
        """Keep what there is room for; like every stream, return how much was taken."""
        room = max(0, _KEPT - self.tell())
        super().write(str(text)[:room])
        self.dropped += max(0, len(text) - room)
        return len(text)

    def text(self):
        """What was kept, and a note of what was not."""
        more = f"\n... and {self.dropped} more characters" if self.dropped else ""
        return self.getvalue() + more


class Sandbox:
    """A context in which `call` runs code of the learner, `limit` seconds in all.

    After it, `printed` is what was written and `warned` are the first warnings' texts; `late` says whether the time ran
    out, even if the code caught the interruption.
    """

    def __init__(self, function, limit=TIME_LIMIT):
        self.limit, self.late, self.printed, self.warned = limit, False, "", ()
        self._function, self._kept = function, Kept()

    def __enter__(self):
        course = [module for name, module in sys.modules.items() if name.split(".")[0] == "course_lib"]
        self._snapshots = [(vars(module), dict(vars(module))) for module in (*_GUARDED, *course)]
        self._random = (random.getstate(), np.random.get_state(), sys.getrecursionlimit())
        self._stack = contextlib.ExitStack()
        enter = self._stack.enter_context
        enter(np.errstate())
        self._caught = enter(warnings.catch_warnings(record=True))
        warnings.simplefilter("default")
        enter(contextlib.redirect_stdout(self._kept))
        enter(contextlib.redirect_stderr(self._kept))
        enter(_exits_that_raise(getattr(self._function, "__globals__", {})))
        self._deadline = time.monotonic() + self.limit
        return self

    def __exit__(self, *error):
        self._restore_namespaces()
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
            return self._limited(left, arguments, named)
        finally:
            self._restore_namespaces()
            self.late = self.late or time.monotonic() > self._deadline

    def _limited(self, left, arguments, named):
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and hasattr(signal, "setitimer"):
            return self._with_alarm(left, arguments, named)
        return self._in_a_thread(left, arguments, named)

    def _with_alarm(self, left, arguments, named):
        running = True

        def interrupt(*_):
            if running:  # an alarm that comes too late must not hit the course's own lines
                self.late = True
                raise TimeUp

        handler = signal.signal(signal.SIGALRM, interrupt)
        before = signal.setitimer(signal.ITIMER_REAL, left, _RETRY)
        try:
            try:
                return self._function(*arguments, **named)
            finally:
                running = False
        finally:
            running = False
            signal.setitimer(signal.ITIMER_REAL, *before)
            signal.signal(signal.SIGALRM, handler)

    def _in_a_thread(self, left, arguments, named):
        """Where there is no alarm (Windows, or not the main thread): a thread, interrupted at its next line."""
        box = {}

        def work():
            try:
                box["result"] = self._function(*arguments, **named)
            except BaseException as error:  # noqa: BLE001 - handed to the caller below, whatever it is
                box["error"] = error

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(left)
        for _ in range(20):
            if not thread.is_alive():
                break
            self.late = True
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(TimeUp))
            thread.join(_RETRY)
        if "result" in box:
            return box["result"]
        raise box.get("error", TimeUp())

    def _restore_namespaces(self):
        for now, before in self._snapshots:
            if len(now) != len(before) or not all(map(operator.is_, before.values(), map(now.get, before))):
                for name in set(now) - set(before):
                    if not isinstance(now[name], _ModuleType):  # a module that was imported stays where it is
                        del now[name]
                now.update(before)


@contextlib.contextmanager
def _exits_that_raise(function_globals):
    """IPython's `exit` asks the kernel to end, and Python's closes the input: for now, both only raise."""

    def leave(*_, **__):
        raise SystemExit

    places = [
        (namespace, name, namespace[name])
        for namespace in (vars(builtins), function_globals)
        for name in ("exit", "quit")
        if name in namespace
    ]
    for namespace, name, _ in places:
        namespace[name] = leave
    try:
        yield
    finally:
        for namespace, name, value in places:
            namespace[name] = value
