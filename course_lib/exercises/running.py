"""A learner's function, from what was passed to `check` to one `Answer` for each case.

What can be refused without running it is refused here; a stub is recognised by its compiled body. In a run, only names
that were bound before are used between the calls, and what comes back is copied at once.
"""

import dis
import inspect
import linecache

import numpy as np

from course_lib.exercises.answers import LARGEST, Answer, Raised, same
from course_lib.exercises.sandbox import Sandbox, TimeUp

_EMPTY_BODY = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "CACHE"}


class Stopped(Exception):
    """The run cannot go on: `kind` is "too_slow", "exit" or "interrupted"."""

    def __init__(self, kind, sandbox, case):
        super().__init__(kind)
        self.kind, self.sandbox, self.case = kind, sandbox, case


def objection(name, arguments, function):
    """Why an object cannot be checked as the function `name(arguments)`, in a sentence; "" if it can be tried."""
    call = f"{name}({arguments})"
    if not callable(function) or inspect.isclass(function):
        what = "a class" if inspect.isclass(function) else f"a {type(function).__name__}"
        return f"check takes your function, as in ex.check({name}); this is {what}."
    unusual = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    if any(kind(function) for kind in unusual):
        return f"{call} should be an ordinary function that returns its result; yours uses async or yield."
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ""  # written in C, as numpy's functions are: the call will tell
    wanted = [argument.strip() for argument in arguments.split(",")]
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if [p.name for p in places] != wanted and sorted(p.name for p in places) == sorted(wanted):
        yours = ", ".join(p.name for p in places)
        return f"The arguments are {call}, in this order; yours are ({yours})."
    needed = sum(p.default is p.empty for p in places)
    named = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    most = np.inf if any(p.kind is p.VAR_POSITIONAL for p in parameters) else len(places)
    if named or not needed <= len(wanted) <= most:
        yours = ", ".join(map(str, parameters))
        return f"The course calls {call}, with {len(wanted)} argument{'s' * (len(wanted) != 1)}; yours takes ({yours})."
    return ""


def is_stub(function):
    """True for a function whose body is empty: a docstring, `...`, `pass` or `return`, and nothing else."""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    steps = list(dis.get_instructions(code))
    empty = all(step.opname in _EMPTY_BODY for step in steps)
    return empty and all(step.argval is None for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST"))


def run(definition, function, cases, limit):
    """The learner's answers, one `Answer` a case, and the sandbox they ran in. Raises `Stopped` if it did not end."""
    prepared = [case.copies() for case in cases]
    held = [_leaves(arguments[0]) if arguments else () for arguments in prepared]
    outcomes, stop = [], None
    own = [vars(definition), *(each for each in vars(definition).values() if isinstance(each, dict))]
    with Sandbox(function, limit, also=own) as sandbox:
        for arguments in prepared:
            try:
                outcomes.append(_kept(sandbox.call(*arguments)))
            except TimeUp:
                stop = "too_slow"
            except KeyboardInterrupt:
                stop = "interrupted"
            except SystemExit:
                stop = "exit"
            except BaseException as error:  # noqa: BLE001 - whatever a learner's code can raise
                outcomes.append(_raised(error, function))
            stop = "too_slow" if sandbox.late else stop
            if stop:
                break
    if stop:
        raise Stopped(stop, sandbox, cases[min(len(outcomes), len(cases) - 1)])
    answer = _in_place if definition.form == "in place" else _returned
    rows = zip(cases, prepared, held, outcomes, strict=True)
    return [answer(definition, *row) for row in rows], sandbox


def _returned(definition, case, arguments, _, outcome):
    if isinstance(outcome, Raised):
        into_input = "readonly" in case.tags and "read-only" in outcome.text
        return Answer(outcome, ("mutates_input",) if into_input else (), skipped=into_input)
    value, what = definition.plain(outcome)
    value = definition.settle(value, *case.arguments)
    changed = not all(_unchanged(*pair) for pair in zip(arguments, case.arguments, strict=True))
    return Answer(value, ("mutates_input",) * changed + ("wrong_type",) * bool(what), what)


def _in_place(definition, case, arguments, held, outcome):
    """What the first argument's own arrays hold after the call, or what was made instead of changing them."""
    if isinstance(outcome, Raised):
        return Answer(outcome)
    before, now = (definition.plain(value)[0] for value in (case.arguments[0], held))
    if not same(now, before):
        return Answer(now)
    for instead in (arguments[0], outcome):
        value, what = definition.plain(instead)
        if not what and isinstance(value, tuple) and not same(value, before):
            return Answer(value, ("not_in_place",))
    return Answer(None, ("not_in_place",))


def _kept(value):
    """A copy of what came back: the learner's code may go on changing it."""
    if type(value) is np.ndarray and value.nbytes <= LARGEST:
        return value.copy()
    if type(value) in (list, tuple) and len(value) <= 1000:
        return type(value)(_kept(part) for part in value)
    return value


def _leaves(value):
    """The same arrays in new lists, so that they can be found again after the learner's code changed the lists."""
    return tuple(_leaves(part) for part in value) if isinstance(value, (list, tuple)) else value


def _unchanged(value, before):
    if isinstance(before, (list, tuple)):
        return len(value) == len(before) and all(map(_unchanged, value, before))
    if not isinstance(before, np.ndarray):
        return True
    return isinstance(value, np.ndarray) and value.shape == before.shape and bool((value == before).all())


def _raised(error, function):
    """What was raised, and the line of the function's own file in which it was."""
    code, line, trace = getattr(function, "__code__", None), "", error.__traceback__
    while trace is not None and code is not None:
        if trace.tb_frame.f_code.co_filename == code.co_filename:
            line = linecache.getline(code.co_filename, trace.tb_lineno).strip()
        trace = trace.tb_next
    try:
        text = " ".join(str(error).split())[:300]
    except BaseException:  # noqa: BLE001 - an exception of the learner's own, with a __str__ of its own
        text = ""
    return Raised(type(error).__name__, text, line)
