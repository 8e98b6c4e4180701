"""One check, from a learner's function to a `Result`: run it on every case, find what explains it, and say so."""

import functools
import re
import warnings
from dataclasses import replace

import numpy as np

from course_lib.exercises.engine import say, say_repair
from course_lib.exercises.engine.card import Result
from course_lib.exercises.engine.compare import Raised, finite, same, shapes
from course_lib.exercises.engine.diagnose import Evidence, diagnose
from course_lib.exercises.engine.mistakes import bare
from course_lib.exercises.engine.repair import SECONDS, badness, repairs
from course_lib.exercises.engine.run import answer_to, is_stub, objection, run
from course_lib.exercises.engine.sandbox import TIME_LIMIT, Stopped
from course_lib.exercises.engine.variants import Variants


def check(definition, function, limit=TIME_LIMIT, seed=0, search=SECONDS):
    """Check a learner's function against an exercise's definition: a `Result`.

    limit: seconds for all cases together. seed: of the cases' numbers. search: seconds for a repair. Whatever the function does, a `Result` comes.
    """
    name = definition.name
    if why := objection(name, definition.arguments, function):
        not_a_function = not callable(function) or isinstance(function, type)
        return Result("error", ("wrong_type",) if not_a_function else (), why, exercise=name)
    if is_stub(function):
        message = f"Write {name}({definition.arguments}), and check again."
        return Result("not attempted", (), message, exercise=name)
    with np.errstate(all="ignore"), warnings.catch_warnings():  # whatever the notebook has set
        warnings.simplefilter("ignore")
        cases, right, variants = _prepared(definition, seed)
        try:
            answers, printed = run(definition, function, cases, limit)
        except Stopped as stopped:
            keys, why = stopped.told("Your code", stopped.case and f", at {stopped.case.spoken()}")
            return Result("error", keys, why, exercise=name, printed=stopped.args[-1], case=stopped.case)
        status, keys, message, case = verdict(Evidence(variants, answers))
    mistakes = tuple(dict.fromkeys(map(bare, keys)))
    result = Result(status, mistakes, message, exercise=name, printed=printed, case=case)
    if status != "correct" and search:
        order = sorted(range(len(cases)), key=lambda i: _telling(cases[i]))
        found = repairs(function, functools.partial(judged, definition, cases, right), order, search)
        result = with_repairs(result, found, definition.names)
    return result


def with_repairs(result, found, names=()):
    """The result with what the best of the repairs shows: where, and which kind of mistake."""
    if not found:
        return result
    best, said = found[0], say_repair.sentence(found, names)
    numbers, *look = re.split(r"(?<=[.?]) (?=Look at )", result.message, maxsplit=1)
    told = set(result.mistakes) - {"wrong_shape", "raises", "not_finite"}  # what the numbers explain comes first
    message = " ".join([numbers, said, *look] if told else [said, numbers, *look])
    return replace(
        result, message=message, line=best.steps[0].line, repaired=best.source, hints=say_repair.hints(found)
    )


def _telling(case):
    """The smaller the better, among those with different sizes: there mistakes show, and run quickly."""
    return not case.tags & {"primes", "higher"}, sum(map(_size, case.arguments))


def _size(value):
    return sum(map(_size, value)) if isinstance(value, (list, tuple)) else getattr(value, "size", 1)


def judged(definition, cases, right, function, i):
    """How wrong a function is in case i, see `repairs`."""
    answer = answer_to(definition, function, cases[i])
    if isinstance(answer.value, Raised):
        raise answer.value.error
    tolerant = functools.partial(same, tolerance=definition.tolerance)
    return badness(answer.value, right[i], tolerant) + 0.1 * len(answer.flags)


@functools.cache
def _prepared(definition, seed):
    """The cases, their right values, and the wrong variants: kept from one check to the next."""
    cases = definition.cases(seed)
    right = tuple(definition.value(case) for case in cases)
    return cases, right, Variants(definition, cases, right)


def verdict(evidence):
    """(status, keys of the mistakes, message, the case that the message speaks of)."""
    definition, cases = evidence.definition, evidence.cases
    flags = tuple(map(definition.known, evidence.flags))
    if "other_each_time" in evidence.flags:
        found = (definition.known("other_each_time"),)
    else:
        found = diagnose(evidence)
    if found == ():
        return "correct", (), say.variety(cases), None
    if found is None and flags and all(answer.value is None for answer in evidence.answers):
        found = flags  # there are no numbers to speak of
    told = found or flags
    keys = tuple(each.key for each in told)
    i = _spoken_of(evidence, keys)
    if told:
        said = say.explanation(evidence, told, i, others=found is None)
        return "wrong", keys, f"{said} {say.place(definition, told)}", cases[i]
    if evidence.raised:
        message = f"{say.error(evidence)} {say.certain(evidence)}".strip()
        return "error", ("raises",), message, cases[evidence.raised[0]]
    value, right = evidence.answers[i].value, evidence.right[i]
    if not finite(value) and finite(right):
        keys = ("not_finite",)
    elif shapes(value) != shapes(right):
        keys = ("wrong_shape",)
    message = (
        f"{say.certain(evidence)} Expected: {definition.result}. {say.place(definition, map(definition.known, keys))}"
    )
    return "wrong", keys, message, cases[i]


def _spoken_of(evidence, keys):
    """The case that shows the mistakes: wrong, with a value, and flagged or of another shape if that is what is said."""

    def rank(i):
        answer = evidence.answers[i]
        misshapen = "wrong_shape" in keys and shapes(answer.value) != shapes(evidence.right[i])
        right = not answer.flags and evidence.is_right(i)
        return right, i in evidence.raised, not (misshapen or {*keys} & {*answer.flags})

    return min(range(len(evidence.cases)), key=rank)
