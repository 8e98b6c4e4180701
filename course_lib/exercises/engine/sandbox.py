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
_SHOWN = 600  # characters of what was printed
_RETRY = 0.05  # seconds until the next interruption, for code that catches the first one
_NUMPY_DEFAULTS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


class TimeUp(BaseException):
    """Raised inside the learner's code when its time is over."""


class Stopped(Exception):
    """The learner's code did not end as code does: the id of the mistake, what happened, and what is said of it."""

    def told(self, whose, where=""):
        """(ids of the mistake, a sentence). whose: "Your code"; where: ", at m = 7", or nothing."""
        mistake, what, more = self.args
        return (mistake,), f"{whose} {what}{where}{more}"


class Sandbox:
    """A context in which `call` runs code of the learner, `limit` seconds in all.

    In it, `exit()` raises SystemExit, also IPython's, which would end the kernel; `input()` raises, because a check
    cannot wait for an answer. After it, `said` is what was written and warned of, and the random states are as before.
    Raises RuntimeError within another one.
    """

    _open = False

    def __init__(self, limit=TIME_LIMIT):
        self.limit, self.said = limit, ""

    def __enter__(self):
        if Sandbox._open:
            raise RuntimeError("check was called by the code that is being checked, or beside another check")
        self._stack, self._out = contextlib.ExitStack(), io.StringIO()
        Sandbox._open = True
        self._stack.callback(setattr, Sandbox, "_open", False)
        self._stack.callback(random.setstate, random.getstate())
        self._stack.callback(np.random.set_state, np.random.get_state())
        self._caught = self._stack.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("default")
        self._stack.enter_context(contextlib.redirect_stdout(self._out))
        self._stack.enter_context(contextlib.redirect_stderr(self._out))
        for space in (vars(builtins), vars(sys.modules["__main__"])):
            for name, stand_in in (("exit", _leave), ("quit", _leave), ("input", _ask)):
                if name in space:
                    self._stack.callback(space.__setitem__, name, space[name])
                    space[name] = stand_in
        self._deadline = time.monotonic() + self.limit
        return self

    def __exit__(self, *error):
        self._stack.close()
        text = self._out.getvalue().rstrip()
        text = text if len(text) <= _SHOWN else text[:_SHOWN] + "\n..."
        self.said = "\n".join([text, *(f"warning: {str(each.message)[:200]}" for each in self._caught[:3])]).strip("\n")

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
    pause, running = _RETRY, False

    def interrupt(_number, frame):
        nonlocal pause
        if running and getattr(frame, "f_code", None) is not limited.__code__:  # these lines it must not hit, too late
            pause = max(pause / 2, 5e-5)  # where each is caught, one will land outside of any try
            signal.setitimer(signal.ITIMER_REAL, pause, pause)
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

    Code that catches every interruption, or waits, runs on in that thread, until the kernel is restarted.
    """
    outcome = {}

    def work():
        try:
            outcome["result"] = function(*arguments)
        except BaseException as error:  # noqa: BLE001 - handed to the caller below, whatever it is
            outcome["error"] = error

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    for _ in range(20):  # then it is left to itself
        if thread.is_alive():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(TimeUp))
            thread.join(_RETRY)
    if "result" in outcome:
        return outcome["result"]
    raise outcome.get("error", TimeUp())


def _leave(*_, **__):
    raise SystemExit


def _ask(*_, **__):
    raise EOFError("input() is not answered while your code is checked")
