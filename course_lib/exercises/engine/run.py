"""A learner's function, from what was passed to `check` to one `Answer` for each case.

What can be refused without running it is refused here; a stub is recognised by its compiled body. What comes back is
read and copied within the limit of time, because its own methods may be called for that.
"""

import dis
import inspect
import traceback

from course_lib.exercises.engine.compare import Answer, Raised, plain_layers, same
from course_lib.exercises.engine.sandbox import Stopped, TimeUp, apart

_GIVE = {"LOAD_CONST", "RETURN_CONST"}
_EMPTY_BODY = {"RESUME", "NOP", "RETURN_VALUE", "CACHE"} | _GIVE


def objection(name, arguments, function):
    """Why an object cannot be checked as the function `name(arguments)`, in a sentence; "" if it can be tried."""
    call = f"{name}({arguments})"
    if not callable(function) or inspect.isclass(function):
        what = "a class" if inspect.isclass(function) else f"a {type(function).__name__}"
        return f"check takes your function, as in ex.check({name}); this is {what}."
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ""  # written in C, as numpy's functions are: the call will tell
    wanted = [argument.strip() for argument in arguments.split(",")]
    try:
        bound = signature.bind(*wanted).arguments
        fits = all(name not in wanted or name == given for name, given in bound.items())
    except TypeError:
        fits = False
    return "" if fits else f"The course calls {call}, in this order; yours takes {signature}."


def is_stub(function):
    """True for a function whose body is empty: a docstring, `...`, `pass` or `return`, and nothing else."""
    code = getattr(function, "__code__", None)
    steps = [(step.opname, step.argval) for step in dis.get_instructions(code)] if code else [("", None)]
    return all(name in _EMPTY_BODY and (name not in _GIVE or value is None) for name, value in steps)


def run(definition, function, cases, limit):
    """The learner's answers, one `Answer` a case, and what was printed.

    The first case is run once more after all others: what then differs is flagged in its answer. Raises `Stopped`, with
    the case that was being run, if it did not end.
    """
    answers, case = [], None

    def every():
        nonlocal case
        for case in (*cases, cases[0]):
            answers.append(answer_to(definition, function, case))

    try:
        _, printed = apart(limit, every)
    except Stopped as stopped:
        stopped.case = case
        raise
    again = answers.pop()
    if not same(again.value, answers[0].value):
        answers[0] = Answer(answers[0].value, ("other_each_time", *answers[0].flags), answers[0].what)
    return answers, printed


def answer_to(definition, function, case):
    """The `Answer` of a function to one case, run here and now, with whatever it prints; see `apart` for its limits."""
    arguments = case.copies()
    before = _leaves(arguments[0])
    outcome = called(function, arguments)
    if isinstance(outcome, Raised):
        return Answer(outcome)
    if definition.form == "in place":
        return _in_place(definition, case, arguments[0], before, outcome)
    value, what = definition.plain(outcome)
    changed = not all(map(_unchanged, arguments, case.arguments))
    flags = ("mutates_input",) * changed + ("wrong_type",) * bool(what)
    return Answer(definition.settled(value, case), flags, what)


def raised(error, function):
    """What was raised, and the line of the function's own file in which it was."""
    file = getattr(getattr(inspect.unwrap(function), "__code__", None), "co_filename", None)
    lines = [frame.line for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    try:
        text = " ".join(str(error).split())[:300]
    except Exception:  # noqa: BLE001 - an exception of the learner's own, with a __str__ of its own
        text = ""
    known = error if isinstance(error, Exception) else ValueError(text)
    return Raised(type(error).__name__, text, (lines or [""])[-1], known)


def called(function, arguments, named=None):
    """What a function of the learner's gives, or `Raised`. named: further arguments, by name."""
    try:
        return function(*arguments, **(named or {}))
    except (TimeUp, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a learner's code can raise
        return raised(error, function)


def _in_place(definition, case, parameters, arrays, outcome):
    """What the first argument's own arrays hold after the call, or what was made instead of changing them."""
    before, now = (definition.plain(value)[0] for value in (case.arguments[0], arrays))
    if not same(now, before):
        return Answer(now)
    for instead in (parameters, outcome):
        value, what = definition.plain(instead)
        if not what and isinstance(value, tuple) and not same(value, before):
            return Answer(value, ("not_in_place",))
    return Answer(None, ("not_in_place",))


def _leaves(value):
    """The same arrays in new lists, so that they can be found again after the learner's code changed the lists."""
    return tuple(_leaves(part) for part in value) if isinstance(value, (list, tuple)) else value


def _unchanged(value, before):
    return same(plain_layers(value)[0], plain_layers(before)[0], 0)
