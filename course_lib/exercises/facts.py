"""What is certain about a wrong answer that no known mistake explains: its shape, where it differs, and by how much."""

import numpy as np

from course_lib.exercises.answers import Raised, same

_LISTED = 4


def certain(evidence):
    """Sentences about the first case with a wrong value, and about the cases in which the answer is right."""
    cases, answers = evidence.cases, evidence.answers
    compared = [i for i in range(len(cases)) if not answers[i].skipped]
    good = [i for i in compared if evidence.agreement((), i) == ()]
    bad = [i for i in compared if i not in good and not isinstance(answers[i].value, Raised)]
    if not bad:
        return ""
    first = bad[0]
    said = [f"For {cases[first].spoken()}: {compare(answers[first].value, evidence.right[first])}"]
    if good:
        said.append(_where_right(cases, good, [i for i in compared if i not in good]))
    elif _same_for_all(answers, bad, cases):
        said.append("The same numbers come out whatever goes in: is the result computed from the arguments?")
    return " ".join(said)


def compare(value, right):
    """How a value differs from the right one, in a sentence or two."""
    if isinstance(right, tuple):
        return _compare_layers(value, right)
    if value is None or isinstance(value, tuple):
        return "there is no array of numbers to compare."
    if value.shape != right.shape:
        return f"the shape is {value.shape}, expected {right.shape}."
    if not np.isfinite(value).all() and np.isfinite(right).all():
        count = int((~np.isfinite(value)).sum())
        return f"the shape is right, and {count} of {value.size} entries are NaN or infinite."
    tolerance = 1e-4 if value.dtype == np.float32 else 1e-9
    wrong = ~(np.abs(np.subtract(value, right, dtype=float)) <= tolerance * (np.abs(right).max(initial=0) or 1))
    return f"the shape is right; {_which(wrong)}{_ratio(value, right)}."


def _which(wrong):
    count = int(wrong.sum())
    if wrong.ndim == 0:
        return "the number differs"
    said = "every entry differs" if count == wrong.size else f"{count} of {wrong.size} entries differ"
    if wrong.ndim == 2 and count < wrong.size:
        rows, columns = np.flatnonzero(~wrong.any(axis=1)), np.flatnonzero(~wrong.any(axis=0))
        if len(rows):
            where = "row" if len(rows) == 1 else "rows"
            first = ", the first sample's if rows are samples," if 0 in rows and len(rows) == 1 else ""
            return f"{said}: {where} {_listed(rows)}{first} {'is' if len(rows) == 1 else 'are'} right"
        if len(columns):
            return f"{said}: column{'s' * (len(columns) > 1)} {_listed(columns)} right"
    if count <= _LISTED:
        said += ": " + ", ".join(str(tuple(map(int, index))) for index in np.argwhere(wrong))
    return said


def _ratio(value, right):
    nonzero = right != 0
    if not nonzero.any() or value[~nonzero].any():
        return ""
    ratios = np.divide(value[nonzero], right[nonzero], dtype=float)
    if np.ptp(ratios) > 1e-6 * (abs(ratios).max() or 1) or np.isclose(ratios[0], 1):
        return ""
    return f", each is {ratios[0]:.6g} times the right one" if ratios[0] else ", and all of yours are 0"


def _listed(numbers):
    shown = ", ".join(map(str, numbers[:_LISTED]))
    return shown + (", ..." if len(numbers) > _LISTED else "")


def _compare_layers(value, right):
    if not isinstance(value, tuple):
        return f"expected {len(right)} pairs, one for each layer."
    if len(value) != len(right):
        return f"there are {len(value)} layers, expected {len(right)}."
    for layer in reversed(range(len(right))):  # the order of a backward pass: the first wrong one is the cause
        if not isinstance(value[layer], tuple) or len(value[layer]) != len(right[layer]):
            return f"layer {layer} has no pair of arrays."
        for part, yours, wanted in zip(("W", "b"), value[layer], right[layer], strict=True):
            if not same(yours, wanted):
                after = "" if layer == len(right) - 1 else " (the layers after it are right)"
                return (
                    f"the array for {part} of layer {layer} is the first that is wrong{after}: {compare(yours, wanted)}"
                )
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
