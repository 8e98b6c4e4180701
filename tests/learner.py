"""Answers as a learner writes them, for the tests of the exercises: source that sees nothing but numpy as np."""

import functools
import linecache

import numpy as np

from course_lib.exercises.engine.check import check
from course_lib.exercises.engine.exercise import definitions
from course_lib.exercises.engine.variants import Variants


class NoStore:
    """A store that keeps nothing."""

    def record(self, *_):
        return False

    def last(self, *_, **__):
        return None


def answer(source, **names):
    """The last function that the source defines, in a namespace of its own, with its lines known as those of a cell."""
    filename = f"<cell {abs(hash(source))}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    space = {"np": np, "__name__": "__main__", **names}
    exec(compile(source, filename, "exec"), space)  # noqa: S102 - the tests' own text
    return [value for value in space.values() if callable(value) and hasattr(value, "__code__")][-1]


def written(name, body):
    """The source of an exercise's function: body is an expression, or indented lines; or it is the source already."""
    if body.startswith(("def ", "import ", "class ", "from ", "@")):
        return body
    body = body if body.startswith("    ") else f"    return {body}"
    return f"def {name}({definitions()[name].arguments}):\n{body}"


def checked(name, body, **names):
    """The result of checking such an answer by its numbers; test_repair.py has the code read too."""
    return check(definitions()[name], answer(written(name, body), **names), search=0)


@functools.cache
def variants_of(name):
    """The wrong answers to an exercise that are derived from its solution; each is computed once in a run."""
    definition = definitions()[name]
    cases = definition.cases(0)
    return Variants(definition, cases, tuple(map(definition.value, cases)))
