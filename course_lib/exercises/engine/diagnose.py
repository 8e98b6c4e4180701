"""Which mistake explains an answer: the simplest that gives the same arrays, or fails, in every single case."""

import itertools

from course_lib.exercises.engine.compare import Raised, cut_to_integers, finite, in_another_shape, same, whole
from course_lib.exercises.engine.mistakes import bare

HARD_CODED = "hard_coded_sizes"


class Evidence:
    """The cases, the right values and the learner's answers, and every wrong formula's values as they are asked for.

    values: a dictionary of the latter, filled here; it may be shared by all evidence about the same cases.
    """

    def __init__(self, definition, cases, right, answers, values=None):
        self.definition, self.cases, self.right, self.answers = definition, cases, right, answers
        self._values = {} if values is None else values

    @property
    def flags(self):
        """The mistakes that show without comparing numbers. That nothing is changed in place holds of all cases, or not."""
        found = dict.fromkeys(flag for answer in self.answers for flag in answer.flags)
        if not all("not_in_place" in answer.flags for answer in self.answers if not isinstance(answer.value, Raised)):
            found.pop("not_in_place", None)
        return tuple(found)

    @property
    def raised(self):
        """The numbers of the cases in which the code raised an error."""
        return [i for i, answer in enumerate(self.answers) if isinstance(answer.value, Raised)]

    def value(self, wrong, i):
        """The value of the formula with the mistakes `wrong`, a tuple of keys, in case i."""
        if not wrong:
            return self.right[i]
        if (wrong, i) not in self._values:
            self._values[wrong, i] = self.definition.value(self.cases[i], wrong)
        return self._values[wrong, i]

    def agreement(self, wrong, i, reshaped=False):
        """How answer i agrees with a formula: a tuple of further mistakes (empty if to the number), or None.

        reshaped: whether the same numbers agree in a shape that is not the right one.
        """
        answer, target = self.answers[i].value, self.value(wrong, i)
        if isinstance(answer, Raised) or isinstance(target, Raised):
            return () if isinstance(answer, Raised) and isinstance(target, Raised) else None
        if same(answer, target, self.definition.tolerance):
            return ()
        if whole(answer) and cut_to_integers(answer, target):
            return ("integer_result",)
        misshapen = reshaped and getattr(answer, "shape", None) != getattr(self.right[i], "shape", None)
        return ("wrong_shape",) if misshapen and in_another_shape(answer, target) else None

    def is_right(self, i):
        """Whether answer i is the right one, to the number."""
        return self.agreement((), i) == ()

    def explained(self, wrong, cases=None, reshaped=False):
        """The mistakes besides `wrong` that are needed to explain the answers of these cases (all of them), or None."""
        further, has_numbers = {}, False
        for i in range(len(self.cases)) if cases is None else cases:
            agreement = self.agreement(wrong, i, reshaped)
            if agreement is None:
                return None
            further.update(dict.fromkeys(agreement))
            has_numbers = has_numbers or not isinstance(self.value(wrong, i), Raised)
        return tuple(further) if has_numbers else None


def diagnose(evidence):
    """The keys of the mistakes that explain every case, a tuple; () if the answer is right, None if nothing does."""
    right, wrong = (), evidence.definition.wrong
    alone = [(key,) for key in wrong]
    found = _simplest(evidence, [right, *alone])
    if found is None:
        found = _simplest(evidence, [right], reshaped=True)
    if found is None:
        found = _limited(evidence, [right])
    if found is None:
        for pair in itertools.combinations(wrong, 2):
            if bare(pair[0]) != bare(pair[1]) and (found := _simplest(evidence, [pair])):
                return found
    if found is None:
        found = _limited(evidence, alone)
    if found is None:
        found = _simplest(evidence, alone, reshaped=True)
    return found


def _simplest(evidence, candidates, reshaped=False):
    """The explanation with the fewest mistakes, at most two besides the flags; None if there is none."""
    found = {}
    for wrong in candidates:
        further = evidence.explained(wrong, reshaped=reshaped)
        keys = None if further is None else _all_keys(evidence, further, wrong)
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
            others = [i for i, case in enumerate(evidence.cases) if not notebook & case.sizes.items()]
            beyond += [i for i in others if i not in beyond]
        if not inside or not beyond:
            continue
        if limit == "overflow" and all(finite(evidence.answers[i].value) for i in beyond):
            continue
        for wrong in candidates:
            further = evidence.explained(wrong, inside)
            if further is None or any(evidence.agreement(wrong, i) is not None for i in beyond):
                continue
            keys = _all_keys(evidence, further, (limit, *wrong))
            if keys is not None:
                return keys
    return None


def _all_keys(evidence, further, wrong):
    """All mistakes of an explanation, those that show without numbers first; None if there are too many of them."""
    further = tuple(key for key in further if key not in evidence.flags)
    keys = (*evidence.flags, *further, *wrong)
    return keys if len(keys) <= max(2, 1 + len(evidence.flags)) else None
