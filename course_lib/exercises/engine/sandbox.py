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
    """The learner's code did not end as code does: the id of the mistake, what happened, what is said of it, what was printed."""

    def told(self, whose, where=""):
        """(ids of the mistake, a sentence). whose: "Your code"; where: ", at m = 7", or nothing."""
        mistake, what, more, *_ = self.args
        return (mistake,), f"{whose} {what}{where}{more}"


@contextlib.contextmanager
def quiet():
    """A context for code of the learner; gives a list, in which then stands what was written and warned of.

    In it, `exit()` raises SystemExit, also IPython's, which would end the kernel; `input()` raises, because a check
    cannot wait for an answer. The random states are as before after it. Raises RuntimeError within another one.
    """
    if not _one_at_a_time.acquire(blocking=False):
        raise RuntimeError("check was called by the code that is being checked, or beside another check")
    out, said = io.StringIO(), []
    with contextlib.ExitStack() as stack:
        stack.callback(_one_at_a_time.release)
        stack.callback(random.setstate, random.getstate())
        stack.callback(np.random.set_state, np.random.get_state())
        caught = stack.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("default")
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(out))
        stack.enter_context(np.errstate(**_NUMPY_DEFAULTS))
        for space in (vars(builtins), vars(sys.modules["__main__"])):
            for name in _INSTEAD.keys() & space.keys():
                stack.callback(space.__setitem__, name, space[name])
                space[name] = _INSTEAD[name]
        try:
            yield said
        finally:
            text = out.getvalue().rstrip()
            said += [text if len(text) <= _SHOWN else text[:_SHOWN] + "\n..."] * bool(text)
            said += [f"warning: {str(each.message)[:200]}" for each in caught[:3]]


def apart(seconds, function, *arguments):
    """(what a function of the learner's gives, what it wrote and warned of), `quiet`; what it raises is raised here.

    Raises `Stopped` if it did not end in time, or would end the kernel.
    """
    end, said = time.monotonic() + seconds, []
    try:
        with quiet() as said:
            value = limited(seconds, function, *arguments)
        if time.monotonic() <= end:
            return value, "\n".join(said)
        why = "too_slow", f"took more than {seconds:g} seconds", "."  # it caught the interruption
    except Stopped as stopped:
        why = stopped.args
    except TimeUp:
        why = "too_slow", f"was stopped after {seconds:g} seconds", ": does a loop never end?"
    except KeyboardInterrupt:
        why = "raises", "was interrupted", "."
    except SystemExit:
        why = "raises", "calls exit()", ": a function ends with return, and the kernel goes on."
    raise Stopped(*why, "\n".join(said))


def limited(seconds, function, *arguments, processor=False):
    """Call a function; what it raises is raised here. Raises `TimeUp` after so many seconds, by the clock or of the processor."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        return _in_a_thread(seconds, function, arguments)
    number, timer = signal.SIGALRM, signal.ITIMER_REAL
    if processor:
        number, timer = signal.SIGVTALRM, signal.ITIMER_VIRTUAL
    pause, running = _RETRY, False

    def interrupt(_number, frame):
        nonlocal pause
        if running and getattr(frame, "f_code", None) is not limited.__code__:  # these lines it must not hit, too late
            pause = max(pause / 2, 5e-5)  # where each is caught, one will land outside of any try
            signal.setitimer(timer, pause, pause)
            raise TimeUp

    handler, before = signal.signal(number, interrupt), signal.setitimer(timer, seconds, _RETRY)
    try:
        running = True
        return function(*arguments)
    finally:
        running = False
        signal.setitimer(timer, *before)
        signal.signal(number, handler)


def _in_a_thread(seconds, function, arguments):
    """Where there is no alarm (Windows, or not the main thread): a thread, interrupted at its next line.

    Code that catches every interruption, or waits, runs on in that thread, until the kernel is restarted.
    """
    outcome = []

    def work():
        try:
            outcome[:] = function(*arguments), None
        except BaseException as error:  # noqa: BLE001 - handed to the caller below, whatever it is
            outcome[:] = None, error

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    for _ in range(20):  # then it is left to itself
        if thread.is_alive():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(TimeUp))
            thread.join(_RETRY)
    value, error = outcome or (None, TimeUp())
    if error:
        raise error
    return value


def _leave(*_, **__):
    raise SystemExit


def _ask(*_, **__):
    raise EOFError("input() is not answered while your code is checked")


_INSTEAD = {"exit": _leave, "quit": _leave, "input": _ask}
_one_at_a_time = threading.Lock()
