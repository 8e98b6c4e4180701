"""What is certain about a wrong answer that no known mistake explains: its shape, where it differs, and by how much."""

import numpy as np

from course_lib.exercises.answers import TOLERANCE, Raised, differs, same

_LISTED, _FEW = 4, 2  # so many numbers or places are listed; so few places are, whatever rows they leave right


def certain(evidence):
    """Sentences about the first case with a wrong value, and about the cases in which the answer is right."""
    cases, answers = evidence.cases, evidence.answers
    compared = [i for i in range(len(cases)) if not answers[i].skipped]
    good = [i for i in compared if evidence.agreement((), i) == ()]
    bad = [i for i in compared if i not in good and not isinstance(answers[i].value, Raised)]
    if not bad:
        return ""
    first = bad[0]
    said = [
        f"For {cases[first].spoken()}: {compare(answers[first].value, evidence.right[first], evidence.definition.tolerance)}"
    ]
    if good:
        said.append(_where_right(cases, good, [i for i in compared if i not in good]))
    elif _same_for_all(answers, bad, cases):
        said.append("The same numbers come out whatever goes in: is the result computed from the arguments?")
    return " ".join(said)


def compare(value, right, tolerance=TOLERANCE):
    """How a value differs from the right one, in a sentence or two."""
    if isinstance(right, tuple):
        return _compare_layers(value, right, tolerance)
    if value is None or isinstance(value, tuple):
        return "there is no array of numbers to compare."
    if value.shape != right.shape:
        return f"the shape is {value.shape}, expected {right.shape}."
    if not np.isfinite(value).all() and np.isfinite(right).all():
        count = int((~np.isfinite(value)).sum())
        return (
            f"the shape is right, and {count} of {value.size} entries {'is' if count == 1 else 'are'} NaN or infinite."
        )
    wrong = differs(value, right, tolerance)
    return f"the shape is right; {_which(wrong)}{_ratio(value, right)}."


def _which(wrong):
    count = int(wrong.sum())
    if wrong.ndim == 0:
        return "the number differs"
    some = f"{count} of {wrong.size} entries {'differs' if count == 1 else 'differ'}"
    said = "every entry differs" if count == wrong.size else some
    if wrong.ndim == 2 and _FEW < count < wrong.size:
        rows, columns = np.flatnonzero(~wrong.any(axis=1)), np.flatnonzero(~wrong.any(axis=0))
        if len(rows):
            first = ", the first sample's if rows are samples," if list(rows) == [0] else ""
            return f"{said}: {_right('row', rows)[0]}{first} {_right('row', rows)[1]}"
        if len(columns):
            return f"{said}: {' '.join(_right('column', columns))}"
    if count <= _LISTED and count < wrong.size:
        said += ": " + ", ".join(str(tuple(map(int, index))) for index in np.argwhere(wrong))
    return said


def _right(what, numbers):
    shown = ", ".join(map(str, numbers[:_LISTED])) + (", ..." if len(numbers) > _LISTED else "")
    return (f"{what} {shown}", "is right") if len(numbers) == 1 else (f"{what}s {shown}", "are right")


def _ratio(value, right):
    nonzero = right != 0
    if not nonzero.any() or value[~nonzero].any():
        return ""
    ratios = np.divide(value[nonzero], right[nonzero], dtype=float)
    if np.ptp(ratios) > 1e-6 * (abs(ratios).max() or 1) or np.isclose(ratios[0], 1):
        return ""
    return f", each is {ratios[0]:.6g} times the right one" if ratios[0] else ", and all of yours are 0"


def _compare_layers(value, right, tolerance):
    if not isinstance(value, tuple):
        return f"expected {len(right)} pairs, one for each layer."
    if len(value) != len(right):
        return f"the number of layers is {len(value)}, expected {len(right)}."
    for layer in reversed(range(len(right))):  # the order of a backward pass: the first wrong one is the cause
        if not isinstance(value[layer], tuple) or len(value[layer]) != len(right[layer]):
            return f"layer {layer} has no pair of arrays."
        for part, yours, wanted in zip(("W", "b"), value[layer], right[layer], strict=True):
            if not same(yours, wanted, tolerance):
                after = "" if layer == len(right) - 1 else " (the layers after it are right)"
                said = compare(yours, wanted, tolerance)
                return f"the array for {part} of layer {layer} is the first that is wrong{after}: {said}"
    return "all agree to rounding."


def _where_right(cases, good, bad):
    tags = {
        "edge": "one sample, one input or one unit",
        "square": "equal sizes",
        "float32": "float32",
        "zeros": "zeros",
    }
    for tag, words in tags.items():
        if all(tag in cases[i].tags for i in good):
            return f"It is right only for cases with {words}."
        if all(tag in cases[i].tags for i in bad):
            return f"It is wrong only for cases with {words}."
    return f"It is right in {len(good)} of {len(good) + len(bad)} cases, for example for {cases[good[0]].spoken()}."


def _same_for_all(answers, bad, cases):
    alike = [i for i in bad if cases[i].sizes == cases[bad[0]].sizes]
    return len(alike) > 1 and all(same(answers[i].value, answers[bad[0]].value) for i in alike[1:])
