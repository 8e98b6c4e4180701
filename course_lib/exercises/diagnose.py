"""Which mistake explains an answer: the simplest that gives the same arrays, or fails, in every single case.

First the right formula, then each wrong one, then those that are right (or wrong in one way) only within a limit, such
as the notebook's sizes, then two mistakes at once. What is certain without numbers (a flag: an argument was changed, a
list came back) is added to what the numbers say.
"""

import itertools

from course_lib.exercises.answers import Raised, cut_to_integers, finite, in_another_shape, same, whole

HARD_CODED = "hard_coded_sizes"


class Evidence:
    """The cases, the right values and the learner's answers, and every wrong formula's values as they are asked for.

    values: a dictionary of the latter, filled here; it may be shared by all evidence about the same cases.
    """

    def __init__(self, definition, cases, right, answers, values=None):
        self.definition, self.cases, self.right, self.answers = definition, cases, right, answers
        self.flags = tuple(dict.fromkeys(flag for answer in answers for flag in answer.flags))
        self.reshaped = False  # whether the same numbers in another shape count as explained
        self._values = {} if values is None else values

    def value(self, wrong, i):
        """The value of the formula with the mistakes `wrong`, a tuple of keys, in case i."""
        if not wrong:
            return self.right[i]
        if (wrong, i) not in self._values:
            self._values[wrong, i] = self.definition.value(self.cases[i], wrong)
        return self._values[wrong, i]

    def agreement(self, wrong, i):
        """How answer i agrees with a formula: a tuple of further mistakes (empty if to the number), or None."""
        answer, target = self.answers[i], self.value(wrong, i)
        if isinstance(answer.value, Raised) or isinstance(target, Raised):
            return () if isinstance(answer.value, Raised) and isinstance(target, Raised) else None
        if same(answer.value, target, self.definition.tolerance):
            return ()
        if whole(answer.value) and cut_to_integers(answer.value, target):
            return ("integer_result",)
        if self.reshaped and in_another_shape(answer.value, target):
            return ("wrong_shape",)
        return None

    def explained(self, wrong, cases=None):
        """The mistakes besides `wrong` that are needed to explain the answers of these cases (all of them), or None."""
        further, numbers = {}, False
        for i in range(len(self.cases)) if cases is None else cases:
            if self.answers[i].skipped:
                continue
            agreement = self.agreement(wrong, i)
            if agreement is None:
                return None
            further.update(dict.fromkeys(agreement))
            numbers = numbers or not isinstance(self.value(wrong, i), Raised)
        return tuple(further) if numbers else None


def diagnose(evidence):
    """The keys of the mistakes that explain every case, a tuple; () if the answer is right, None if nothing does."""
    wrong = evidence.definition.wrong
    singles = [(key,) for key in wrong]
    pairs = (pair for pair in itertools.combinations(wrong, 2) if mistake(pair[0]) != mistake(pair[1]))
    steps = (
        (False, lambda: _simplest(evidence, [(), *singles])),
        (True, lambda: _simplest(evidence, [()])),
        (False, lambda: _limited(evidence, [()])),
        (False, lambda: next(filter(None, (_simplest(evidence, [pair]) for pair in pairs)), None)),
        (False, lambda: _limited(evidence, singles)),
        (True, lambda: _simplest(evidence, singles)),
    )
    for evidence.reshaped, step in steps:
        found = step()
        if found is not None:
            break
    evidence.reshaped = False
    return found


def mistake(key):
    """The id of a mistake, from its key "id" or "id:variant"."""
    return key.split(":")[0]


def _simplest(evidence, candidates):
    """The explanation with the fewest mistakes, at most two besides the flags; None if there is none."""
    found = {}
    for wrong in candidates:
        further = evidence.explained(wrong)
        keys = None if further is None else _together(evidence, further, wrong)
        if keys == ():
            return ()
        if keys is not None:
            found.setdefault(len(keys), keys)
    return found[min(found)] if found else None


def _limited(evidence, candidates):
    """The answer that is explained in the cases within a limit, and wrong (or failing) in all those beyond it."""
    limits = {HARD_CODED: ("notebook", "primes"), **evidence.definition.limits}
    for limit, (tag_inside, tag_beyond) in limits.items():
        inside = [i for i, case in enumerate(evidence.cases) if tag_inside in case.tags]
        beyond = [i for i, case in enumerate(evidence.cases) if tag_beyond in case.tags]
        if limit == HARD_CODED and inside:
            notebook = evidence.cases[inside[0]].sizes.items()
            beyond += [
                i for i, case in enumerate(evidence.cases) if i not in beyond and not notebook & case.sizes.items()
            ]
        if not inside or not beyond:
            continue
        if limit == "overflow" and all(finite(evidence.answers[i].value) for i in beyond):
            continue
        for wrong in candidates:
            further = evidence.explained(wrong, inside)
            if further is None or any(evidence.agreement(wrong, i) is not None for i in beyond):
                continue
            keys = _together(evidence, further, (limit, *wrong))
            if keys is not None:
                return keys
    return None


def _together(evidence, further, wrong):
    """All mistakes of an explanation, those that show without numbers first; None if there are too many of them."""
    further = tuple(key for key in further if key not in evidence.flags)
    keys = (*evidence.flags, *further, *wrong)
    return keys if len(keys) <= max(2, 1 + len(evidence.flags)) else None
