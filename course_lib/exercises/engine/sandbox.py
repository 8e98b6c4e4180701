"""The learner's code, run so that the notebook goes on: a limit of time, and its output and warnings kept apart."""

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

TIME_LIMIT = 5.0  # seconds, for all cases together
_KEPT = 2000  # characters of what was printed
_RETRY = 0.05  # seconds until the next interruption, for code that catches the first one
_PATIENCE, _OFTEN = 4, 5e-5  # so many that were caught, and they come so often that one lands outside of any try
_NUMPY_DEFAULTS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


class TimeUp(BaseException):
    """Raised inside the learner's code when its time is over."""


class Stopped(Exception):
    """The learner's code did not end as code does: the id of the mistake, what happened, and what is said of it."""

    def told(self, whose, where=""):
        """(ids of the mistake, a sentence). whose: "Your code"; where: ", at m = 7", or nothing."""
        mistake, what, more = self.args
        return ((mistake,), f"{whose} {what}{where}{more}") if mistake else ((), f"{what}{more}")


class Busy(Stopped):
    """A check is running in another thread."""


class _Kept(io.StringIO):
    """A stream that keeps its first characters, and counts the rest."""

    dropped = 0

    def write(self, text):
        room = max(0, _KEPT - self.tell())
        self.dropped += max(0, len(text) - room)
        super().write(text[:room])
        return len(text)

    def close(self):
        """Stay open: what was printed is shown after the run."""


class Sandbox:
    """A context in which `call` runs code of the learner, `limit` seconds in all.

    In it, `exit()` raises SystemExit, also IPython's, which would end the kernel; `input()` raises, because a check
    cannot wait for an answer. After it, `said` is what was written and warned of, and the random states are as before.
    function: whose globals may have an `exit` of their own. Raises `Busy` while another thread has one open,
    RuntimeError within another one.
    """

    _open = None  # the one that is entered, if any

    def __init__(self, function, limit=TIME_LIMIT):
        self.limit, self.said = limit, ""
        self._globals, self._out = getattr(function, "__globals__", {}), _Kept()

    def __enter__(self):
        if Sandbox._open is not None:
            if threading.get_ident() in Sandbox._open.threads:
                raise RuntimeError("check was called by the code that is being checked")
            raise Busy("", "Another check is running", ", in another thread: check again when it has ended.")
        Sandbox._open, self.threads = self, {threading.get_ident()}
        self._states = random.getstate(), np.random.get_state(), sys.getrecursionlimit()
        self._stack = contextlib.ExitStack()
        self._caught = self._stack.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("default")
        self._stack.enter_context(contextlib.redirect_stdout(self._out))
        self._stack.enter_context(contextlib.redirect_stderr(self._out))
        self._stack.enter_context(_replaced(self._globals))
        self._deadline = time.monotonic() + self.limit
        return self

    def __exit__(self, *error):
        self._stack.close()
        random.setstate(self._states[0])
        np.random.set_state(self._states[1])
        sys.setrecursionlimit(self._states[2])
        more = f"\n... and {self._out.dropped} more characters" if self._out.dropped else ""
        warned = [f"warning: {str(each.message)[:200]}" for each in self._caught[:3]]
        self.said = "\n".join(filter(None, [(self._out.getvalue() + more).rstrip(), *warned]))
        Sandbox._open = None

    def call(self, function, *arguments):
        """Call a function; what it raises is raised here. Raises `Stopped` if it did not end in time, or would end the kernel."""
        left = max(self._deadline - time.monotonic(), 1e-3)
        try:
            with np.errstate(**_NUMPY_DEFAULTS):
                value = limited(left, function, *arguments)
        except TimeUp:
            raise Stopped("too_slow", f"was stopped after {self.limit:g} seconds", ": does a loop never end?") from None
        except KeyboardInterrupt:
            raise Stopped("raises", "was interrupted", ".") from None
        except SystemExit:
            raise Stopped("raises", "calls exit()", ": a function ends with return, and the kernel goes on.") from None
        if time.monotonic() > self._deadline:  # it caught the interruption
            raise Stopped("too_slow", f"took more than {self.limit:g} seconds", ".")
        return value


def limited(seconds, function, *arguments, processor=None):
    """Call a function; what it raises is raised here. Raises `TimeUp` after so many seconds, by the clock or of the processor."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        return _in_a_thread(processor or seconds, function, arguments)
    caught, running = 0, False

    def interrupt(_number, frame):
        nonlocal caught
        if running and getattr(frame, "f_code", None) is not limited.__code__:  # these lines it must not hit, too late
            caught += 1
            if caught == _PATIENCE:
                signal.setitimer(signal.ITIMER_REAL, _OFTEN, _OFTEN)
            raise TimeUp

    rings = [(signal.SIGALRM, signal.ITIMER_REAL, seconds), (signal.SIGVTALRM, signal.ITIMER_VIRTUAL, processor)]
    rings = [(timer, number, signal.signal(number, interrupt), after) for number, timer, after in rings if after]
    before = [signal.setitimer(timer, after, _RETRY) for timer, _, _, after in rings]
    try:
        running = True
        return function(*arguments)
    finally:
        running = False
        for (timer, number, handler, _), earlier in zip(rings, before, strict=True):
            signal.setitimer(timer, *earlier)
            signal.signal(number, handler)


def _in_a_thread(seconds, function, arguments):
    """Where there is no alarm (Windows, or not the main thread): a thread, interrupted at its next line.

    Code that catches every interruption runs on in that thread, until the kernel is restarted.
    """
    outcome = {}

    def work():
        Sandbox._open.threads.add(threading.get_ident())
        try:
            outcome["result"] = function(*arguments)
        except BaseException as error:  # noqa: BLE001 - handed to the caller below, whatever it is
            outcome["error"] = error

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    for pause in [_RETRY] * _PATIENCE + [_RETRY / 50] * 200:  # then it is left to itself
        if not thread.is_alive():
            break
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(TimeUp))
        thread.join(pause)
    if "result" in outcome:
        return outcome["result"]
    raise outcome.get("error", TimeUp())


@contextlib.contextmanager
def _replaced(function_globals):
    """What would end the kernel, wait for the keyboard or fill the memory does nothing of the kind for now."""
    set_recursion_limit, most = sys.setrecursionlimit, max(3000, sys.getrecursionlimit())

    def leave(*_, **__):
        raise SystemExit

    def ask(*_, **__):
        raise EOFError("input() is not answered while your code is checked")

    spaces = (vars(builtins), vars(sys.modules["__main__"]), function_globals)
    instead = [(space, name, leave) for space in spaces for name in ("exit", "quit") if name in space]
    instead += [(spaces[0], "input", ask)]
    instead += [(vars(sys), "setrecursionlimit", lambda limit: set_recursion_limit(min(limit, most)))]
    before = [(space, name, space[name]) for space, name, _ in instead]
    for space, name, stand_in in instead:
        space[name] = stand_in
    try:
        yield
    finally:
        for space, name, value in reversed(before):
            space[name] = value
