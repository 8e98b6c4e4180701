"""One check, from a learner's function to a `Result`: run it on every case, find what explains it, and say so."""

import warnings

import numpy as np

from course_lib.exercises.answers import Raised, finite
from course_lib.exercises.diagnose import Evidence, diagnose, mistake
from course_lib.exercises.facts import certain
from course_lib.exercises.guard import put_back_originals
from course_lib.exercises.mistakes import LOOK, sentences
from course_lib.exercises.result import Result
from course_lib.exercises.running import Stopped, is_stub, objection, run
from course_lib.exercises.sandbox import TIME_LIMIT

_material = {}
_LINE = 100  # characters; a longer line of the learner's is not quoted


def check(definition, function, limit=TIME_LIMIT, seed=0):
    """Check a learner's function against an exercise's definition: `(Result, the case it speaks of or None)`.

    limit: seconds for all cases together. seed: of the cases' numbers. Whatever the function does, a `Result` comes.
    """
    name = definition.name
    if why := objection(name, definition.arguments, function):
        not_a_function = not callable(function) or isinstance(function, type)
        return Result("error", ("wrong_type",) if not_a_function else (), why, name), None
    if is_stub(function):
        return Result("not attempted", (), f"Write {name}({definition.arguments}), and check again.", name), None
    replaced = put_back_originals()
    with np.errstate(all="ignore"), warnings.catch_warnings():  # whatever the notebook has set
        warnings.simplefilter("ignore")
        cases, right, values = _prepared(definition, seed)
        try:
            answers, sandbox = run(definition, function, cases, limit)
        except Stopped as stopped:
            keys, why = _stopped(stopped, limit)
            return Result("error", keys, why, name, printed(stopped.sandbox, replaced)), stopped.case
        status, keys, message, case = verdict(Evidence(definition, cases, right, answers, values))
    return Result(status, tuple(dict.fromkeys(map(mistake, keys))), message, name, printed(sandbox, replaced)), case


def _prepared(definition, seed):
    """The cases, their right values, and a dictionary for those of wrong formulas: kept from one check to the next."""
    if (id(definition), seed) not in _material:
        cases = definition.cases(seed)
        right = tuple(definition.value(case) for case in cases)
        _material[id(definition), seed] = definition, (cases, right, {})  # the definition is kept, and so is its id
    return _material[id(definition), seed][1]


def printed(sandbox, replaced=()):
    """What the learner's code wrote and what it was warned of, as text. replaced: names that were put back before."""
    warned = [*(f"{name} had been replaced, and is the original again" for name in replaced), *sandbox.warned]
    return "\n".join(filter(None, [sandbox.printed.rstrip(), *(f"warning: {text}" for text in warned)]))


def verdict(evidence):
    """(status, keys of the mistakes, message, the case that the message speaks of)."""
    definition = evidence.definition
    keys = diagnose(evidence)
    if keys == ():
        return "correct", (), f"Right in all {len(evidence.cases)} cases: {_variety(evidence.cases)}.", None
    i = _spoken_of(evidence, keys)
    if keys is not None:
        return "wrong", keys, f"{_shows(evidence, keys, i)} {_look(definition, keys)}", evidence.cases[i]
    facts = certain(evidence)
    keys = evidence.flags
    if keys:
        message = f"{sentences(keys, definition, _known(evidence, i), others=True)} {facts}"
        return "wrong", keys, f"{message.strip()} {_look(definition, keys)}", evidence.cases[i]
    raised = [j for j, answer in enumerate(evidence.answers) if isinstance(answer.value, Raised)]
    if raised:
        message = f"{_error(evidence, raised)} {facts}".strip()
        return "error", ("raises",), message, evidence.cases[raised[0]]
    value, right = evidence.answers[i].value, evidence.right[i]
    if not finite(value) and finite(right):
        keys = ("not_finite",)
    elif not _alike(value, right):
        keys = ("wrong_shape",)
    return "wrong", keys, f"{facts} Expected: {definition.result}. {_look(definition, keys)}", evidence.cases[i]


def _alike(value, right):
    if isinstance(value, tuple) and isinstance(right, tuple):
        return len(value) == len(right) and all(map(_alike, value, right))
    return isinstance(value, np.ndarray) and isinstance(right, np.ndarray) and value.shape == right.shape


def _spoken_of(evidence, keys):
    """The first case whose answer is a value and not the right one; else the first that is not right; else case 0."""
    wrong = [
        i
        for i, answer in enumerate(evidence.answers)
        if not answer.skipped and (answer.flags or evidence.agreement((), i) != ())
    ]
    with_value = [i for i in wrong if not isinstance(evidence.answers[i].value, Raised)]
    return next(iter([*with_value, *wrong, 0]))


def _known(evidence, i):
    definition, answer, right = evidence.definition, evidence.answers[i], evidence.right[i]
    sizes = evidence.cases[i].sizes
    return sizes | {
        "of": definition.of,
        "result": definition.result,
        "name": definition.name,
        "what": next((answer.what for answer in evidence.answers if answer.what), "something else"),
        "shape": getattr(answer.value, "shape", "?"),
        "expected": getattr(right, "shape", "?"),
        "notebook": next((case.spoken() for case in evidence.cases if "notebook" in case.tags), ""),
        "others": next((case.spoken() for case in evidence.cases if "primes" in case.tags), ""),
        "entries": sizes.get("m", 1) * sizes.get("n_out", 1),
    }


def _shows(evidence, keys, i):
    said = sentences(keys, evidence.definition, _known(evidence, i))
    raised = [j for j, answer in enumerate(evidence.answers) if isinstance(answer.value, Raised) and not answer.skipped]
    return f"{said} {_error(evidence, raised)}" if raised else said


def _error(evidence, raised):
    """What was raised, in which line, and for which sizes."""
    error = evidence.answers[raised[0]].value
    line = f" in the line `{error.line}`" if 0 < len(error.line) <= _LINE else ""
    text = f": {error.text}" if error.text else ""
    count = (
        "in every case" if len(raised) == len(evidence.cases) else f"in {len(raised)} of {len(evidence.cases)} cases"
    )
    return f"Your code raises {error.kind}{line} {count}, first for {evidence.cases[raised[0]].spoken()}{text}."


def _look(definition, keys):
    look = LOOK | definition.look
    places = [look[key] for key in (*keys, *map(mistake, keys)) if key in look]
    place = (places or [look[""]])[0]
    about_code = keys and all(mistake(key) in LOOK for key in keys)
    view = f" In a cell, `{definition.view}` shows this very case." if definition.view and not about_code else ""
    return f"Look at {place}{'' if place.endswith('?') else '.'}{view}"


def _stopped(stopped, limit):
    where = stopped.case.spoken()
    if stopped.kind == "too_slow":
        return ("too_slow",), f"Your code was stopped after {limit:g} seconds, at {where}: does a loop never end?"
    if stopped.kind == "exit":
        return ("raises",), "Your code calls exit(): a function ends with return, and the kernel goes on."
    return ("raises",), f"Your code was interrupted, at {where}."


def _variety(cases):
    words = {
        "edge": "one sample, one unit",
        "square": "equal sizes",
        "float32": "float32",
        "readonly": "read-only arrays",
    }
    found = [text for tag, text in words.items() if any(tag in case.tags for case in cases)]
    return ", ".join(["different sizes", *found])
