"""What a check says of an answer, in sentences: about the mistakes that explain it, or what is certain without them.

Each sentence is computed from the cases that were run; it holds of these, and of all that it counts.
"""

import numpy as np

from course_lib.exercises.engine.compare import TOLERANCE, Raised, differs, finite, same
from course_lib.exercises.engine.course import placed
from course_lib.exercises.engine.mistakes import MISTAKES, bare

_LISTED = 4  # so many numbers or places are listed
_LINE = 100  # characters; a longer line of the learner's is not quoted
# What a set of cases may have in common: words, and whether a case has it.
_IN_COMMON = {
    "one sample, one input or one unit": lambda case: 1 in case.counted(),
    "one layer": lambda case: case.sizes.get("layers") == 1,
    "all sizes equal": lambda case: len(set(case.counted())) == 1 < len(case.counted()),
    "two sizes equal": lambda case: len(set(case.counted())) < len(case.counted()),
    "float32": lambda case: "float32" in case.tags,
    "zeros": lambda case: "zeros" in case.tags,
    "two axes": lambda case: {len(size) for name, size in case.sizes.items() if "shape" in name} == {2},
}


class _Facts(dict):
    def __missing__(self, name):
        return name


def explanation(evidence, mistakes, i, others=False):
    """What these mistakes show, spoken of case i, and what is certain besides. others: if more is wrong, not known."""
    said = _sentences(evidence, mistakes, i, others)
    more = certain(evidence) if others else error(evidence) if evidence.raised else ""
    return f"{said} {more}".strip()


def place(definition, mistakes):
    """Where to look for these mistakes, and the view that shows the case."""
    mistakes = tuple(mistakes)
    look = placed(next((each.look for each in mistakes if each.look), definition.look))
    about_code = mistakes and all(MISTAKES[bare(each.key)].look for each in mistakes)
    view = f" In a cell, `{definition.view}` shows this very case." if definition.view and not about_code else ""
    return f"Look at {look}{'' if look.endswith('?') else '.'}{view}"


def error(evidence):
    """What was raised, in which line, and for which sizes."""
    raised, count = evidence.raised, len(evidence.cases)
    first = evidence.answers[raised[0]].value
    text = f": {first.text}" if first.text else ""
    cases = "in every case" if len(raised) == count else f"in {len(raised)} of {count} cases"
    where = f"{cases}, first for {evidence.cases[raised[0]].spoken()}"
    return f"Your code raises {first.kind}{quoted(first.line)} {where}{text}."


def quoted(line):
    """ " in the line `...`", or nothing for a line that is not known or too long."""
    return f" in the line `{line}`" if 0 < len(line) <= _LINE else ""


def variety(cases):
    """What a right answer was tried on, in words."""
    found = [words for words, has in _IN_COMMON.items() if any(map(has, cases))]
    return f"Right in all {len(cases)} cases{', also with ' * bool(found)}{'; '.join(found)}."


def certain(evidence):
    """Sentences about the first case with a wrong value, and about the cases in which the answer is right."""
    cases, answers = evidence.cases, evidence.answers
    good = [i for i in range(len(cases)) if evidence.is_right(i)]
    bad = [i for i in range(len(cases)) if i not in good and not isinstance(answers[i].value, Raised)]
    if not bad:
        return _where_right(cases, good) if good else ""
    first = bad[0]
    value, right, definition = answers[first].value, evidence.right[first], evidence.definition
    difference = compare(value, right, definition.tolerance, definition.outputs)
    more = _where_right(cases, good) if good else _unmoved(answers, bad, cases)
    return f"For {cases[first].spoken()}: {difference} {more}".rstrip()


def compare(value, right, tolerance=TOLERANCE, names=()):
    """How a value differs from the right one, in a sentence or two. names: of several arrays."""
    if isinstance(right, tuple):
        return _first_wrong(value, right, tolerance, names)
    if value is None or isinstance(value, tuple):
        return "there is no array of numbers to compare."
    if value.shape != right.shape:
        return f"the shape is {value.shape}, expected {right.shape}."
    if not np.isfinite(value).all() and np.isfinite(right).all():
        count = int((~np.isfinite(value)).sum())
        are = "is" if count == 1 else "are"
        return f"the shape is right, and {count} of {value.size} entries {are} NaN or infinite."
    wrong = differs(value, right, tolerance)
    return f"the shape is right; {_which(wrong)}{_ratio(value, right)}."


def _sentences(evidence, mistakes, i, others=False):
    """One mistake's own sentence; or a clause for each. others: True if there are mistakes besides, not known."""
    facts = _facts(evidence, i)
    if len(mistakes) == 1 and not others:
        return mistakes[0].alone.format_map(facts)
    clauses = "; ".join(each.beside.format_map(facts) for each in mistakes)
    if others:
        return f"{'One thing is' if len(mistakes) == 1 else 'Two things are'} certain: {clauses}."
    return f"{'Two' if len(mistakes) == 2 else 'Three'} things at once: {clauses}."


def _facts(evidence, i):
    definition, cases = evidence.definition, evidence.cases
    sizes = cases[i].sizes
    return _Facts(
        sizes,
        sizes=cases[i].spoken(),
        of=definition.of,
        result=definition.result,
        name=definition.name,
        what=next((answer.what for answer in evidence.answers if answer.what), "something else"),
        shape=getattr(evidence.answers[i].value, "shape", "?"),
        expected=getattr(evidence.right[i], "shape", "?"),
        notebook=next((case.spoken() for case in cases if "notebook" in case.tags), ""),
        others=next((case.spoken() for case in cases if "primes" in case.tags), ""),
        entries=sizes.get("m", 1) * sizes.get("n_out", 1),
    )


def _which(wrong):
    """How many entries differ; where, if they are few; else the rows, or the columns, that are right."""
    count, places = int(wrong.sum()), np.argwhere(wrong)
    if wrong.ndim == 0:
        return "the number differs"
    said = f"{count} of {wrong.size} entries {'differs' if count == 1 else 'differ'}"
    said = "every entry differs" if count == wrong.size else said
    if count <= _LISTED and count < wrong.size:
        return f"{said}: {', '.join(str(tuple(map(int, place))) for place in places)}"
    for axis, what in enumerate(("row", "column") if wrong.ndim == 2 else ()):
        right = np.flatnonzero(~wrong.any(axis=1 - axis))[: _LISTED + 1].tolist()
        if right:
            listed = ", ".join(map(str, right[:_LISTED])) + ", ..." * (len(right) > _LISTED)
            return f"{said}: {what} {listed} is right" if len(right) == 1 else f"{said}: {what}s {listed} are right"
    return said


def _ratio(value, right):
    nonzero = right != 0
    if not nonzero.any() or value[~nonzero].any():
        return ""
    ratios = np.divide(value[nonzero], right[nonzero], dtype=float)
    if np.ptp(ratios) > 1e-6 * (abs(ratios).max() or 1) or np.isclose(ratios[0], 1):
        return ""
    subject = ("it", "yours is 0") if value.ndim == 0 else ("each", "all of yours are 0")
    return f", {subject[0]} is {ratios[0]:.6g} times the right one" if ratios[0] else f", and {subject[1]}"


def _first_wrong(value, right, tolerance, names):
    if _form(value) != _form(right):
        what = f"arrays, {', '.join(names)}" if names else "pairs of arrays, one for each layer"
        return f"expected {len(right)} {what}."
    if names:
        parts = zip(names, value, right, strict=True)
    else:  # layers, in the order of a backward pass: the first wrong one is the cause
        backwards = [(n, k) for n in reversed(range(len(right))) for k in (0, 1)]
        parts = ((f"on the way back, {'Wb'[k]} of layer {n}", value[n][k], right[n][k]) for n, k in backwards)
    name, yours, wanted = next(part for part in parts if not same(*part[1:], tolerance))
    return f"{name} is the first that is wrong: {compare(yours, wanted, tolerance)}"


def _form(value):
    return tuple(map(_form, value)) if isinstance(value, tuple) else None


def _where_right(cases, good):
    """In which cases the answer is right; an example of sizes for which it never is wrong."""
    count = f"{len(good)} of {len(cases)} cases"
    for words, has in _IN_COMMON.items():
        having = [i for i, case in enumerate(cases) if has(case)]
        if good == having:
            return f"It is right in {count}: those with {words}, and no others."
        if having and set(good) == set(range(len(cases))) - set(having):
            return f"It is right in {count}: all but those with {words}."
    wrong_sizes = [case.sizes for i, case in enumerate(cases) if i not in good]
    example = next((cases[i].spoken() for i in good if cases[i].sizes not in wrong_sizes), "")
    return f"It is right in {count}{f', for example for {example}' if example else ''}."


def _unmoved(answers, bad, cases):
    """A sentence if cases of equal sizes, and other numbers, have the very same result."""
    first, *others = (answers[i].value for i in bad if cases[i].sizes == cases[bad[0]].sizes)
    if not others or first is None or not finite(first) or not all(same(each, first, 0) for each in others):
        return ""
    count = f"All {len(others) + 1}" if others[1:] else "Both"
    return f"{count} cases of these sizes give the same numbers, though the arguments differ: is the result computed from them?"
