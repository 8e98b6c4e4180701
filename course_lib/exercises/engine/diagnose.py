"""Which mistake explains an answer: the simplest that gives the same arrays, or fails, in every single case."""

from course_lib.exercises.engine.compare import Raised, cut_to_integers, finite, in_another_shape, same, shapes

LIMITS = {  # what is right in the cases with the first tag, and wrong in those with the second
    "hard_coded_sizes": ("notebook", "primes"),
    "overflow": ("moderate", "huge"),
    "rank_one_only": ("rankone", "higher"),
}


class Evidence:
    """The learner's answers to the cases, beside the right values and those of the wrong variants, a `Variants`."""

    def __init__(self, variants, answers):
        self.variants, self.answers = variants, answers
        self.definition, self.cases, self.right = variants.definition, variants.cases, variants.right
        self.base = variants.base

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

    def agreement(self, variant, i, reshaped=False):
        """How answer i agrees with a variant: a tuple of further mistakes (empty if to the number), or None.

        reshaped: whether the same numbers agree in a shape that is not the right one.
        """
        answer, target = self.answers[i].value, variant.value(i)
        if same(answer, target, self.definition.tolerance):
            return ()
        if cut_to_integers(answer, target):
            return ("integer_result",)
        misshapen = reshaped and shapes(answer) != shapes(self.right[i])
        return ("wrong_shape",) if misshapen and in_another_shape(answer, target) else None

    def is_right(self, i):
        """Whether answer i is the right one, to the number."""
        return self.agreement(self.base, i) == ()

    def explained(self, variant, cases=None, reshaped=False):
        """The mistakes besides the variant's that are needed to explain the answers of these cases (all), or None."""
        further, has_numbers = {}, False
        for i in range(len(self.cases)) if cases is None else cases:
            agreement = self.agreement(variant, i, reshaped)
            if agreement is None:
                return None
            further.update(dict.fromkeys(agreement))
            has_numbers = has_numbers or not isinstance(variant.value(i), Raised)
        return tuple(further) if has_numbers else None


def diagnose(evidence):
    """The mistakes that explain every case, a tuple of `Mistake`; () if the answer is right, None if nothing does."""
    variants = evidence.variants
    for step in (
        lambda: _simplest(evidence, [evidence.base]),
        lambda: _simplest(evidence, variants.alone),
        lambda: _simplest(evidence, [evidence.base], reshaped=True),
        lambda: _limited(evidence, [evidence.base]),
        lambda: _simplest(evidence, variants.pairs),
        lambda: _limited(evidence, variants.alone),
    ):
        if (found := step()) is not None:
            return found
    return None


def _simplest(evidence, variants, reshaped=False):
    """The explanation by the first of these variants that gives one; None if there is none."""
    for variant in variants:
        further = evidence.explained(variant, reshaped=reshaped)
        if further is not None and (found := _all_mistakes(evidence, further, variant)) is not None:
            return found
    return None


def _limited(evidence, variants):
    """What is explained in the cases within a limit, and wrong (or failing) in all those beyond it."""
    for limit, (tag_inside, tag_beyond) in LIMITS.items():
        inside = [i for i, case in enumerate(evidence.cases) if tag_inside in case.tags]
        own = evidence.cases[inside[0]].sizes.items() if inside else {}
        far = [tag_inside == "notebook" and not own & case.sizes.items() for case in evidence.cases]
        beyond = [i for i, case in enumerate(evidence.cases) if tag_beyond in case.tags or far[i]]
        is_finite = all(finite(evidence.answers[i].value) for i in beyond)
        if not inside or not beyond or (limit == "overflow" and is_finite):
            continue
        for variant in variants:
            further = evidence.explained(variant, inside)
            if further is None or any(evidence.agreement(variant, i) is not None for i in beyond):
                continue
            shows = variant is evidence.base or evidence.explained(evidence.base, inside) is None
            if shows and (found := _all_mistakes(evidence, (limit, *further), variant)) is not None:
                return found
    return None


def _all_mistakes(evidence, further, variant):
    """All mistakes of an explanation, those that show without numbers first; None if there are too many of them."""
    keys = dict.fromkeys((*evidence.flags, *further))
    found = (*map(evidence.definition.known, keys), *variant.mistakes)
    return found if len(found) <= max(2, 1 + len(evidence.flags)) else None
