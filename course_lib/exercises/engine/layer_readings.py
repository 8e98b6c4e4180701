"""What a wrong gradient of a layer is, where one reading of the numbers explains every draw; else how it differs."""

import itertools

import numpy as np

from course_lib.exercises.engine.compare import FLOAT32_TOLERANCE, TOLERANCE, cut_to_integers, whole
from course_lib.exercises.engine.say import compare
from course_lib.jacobian import key_idea


class Part:
    """One argument in one draw: the gradient that backward gave, and all that it can be compared with.

    value: an array, or None; what: what it is instead, or "". measured: {name: (J, sure, noise)} of each argument that
    is claimed: dZ/dA, of shape Z.shape + A.shape; where it is known, of A's shape; and what rounding does to it.
    """

    def __init__(self, name, inputs, value, what, Z, G, measured):
        self.name, self.first, self.m, self.value, self.what = name, inputs.names[0], inputs.m, value, what
        self.Z, self.G, (self.J, self.sure, noise) = Z, G, measured[name]
        self.right = np.asarray(key_idea(self.J, G))
        self.others = {other: np.asarray(key_idea(each[0], G)) for other, each in measured.items() if other != name}
        self.terms = self.J * G.reshape(G.shape + (1,) * self.right.ndim)  # the sum's, before they are added
        coarse = value is not None and value.dtype in (np.float32, np.float16)
        scale = abs(self.terms).sum(axis=tuple(range(Z.ndim))).max(initial=0)
        self.tolerance = (FLOAT32_TOLERANCE if coarse else TOLERANCE) * float(scale) + noise * abs(G).sum()

    def agrees(self, target):
        """True if the value has the target's shape and, where the tensor is sure, its numbers."""
        if self.value is None or self.value.shape != target.shape:
            return False
        near = abs(np.subtract(self.value, target, dtype=float)) <= self.tolerance
        return bool((near | ~self.sure if near.shape == self.sure.shape else near).all())

    @property
    def difference(self):
        """How the value differs from the right one, in words; what agrees, or is not sure, counts as right."""
        value, right = self.value, self.right
        if value is not None and value.shape == right.shape:
            if (abs(right) <= self.tolerance).all():
                return f"It is not 0, but {self.name} does not change Z here: the right gradient is 0 everywhere"
            value = np.where((abs(value - right) <= self.tolerance) | ~self.sure, right, value)
        said = compare(value, right, self.tolerance / (abs(right).max(initial=0) or 1.0)).rstrip(".")
        return said[0].upper() + said[1:]


def read(parts, special=None):
    """(is it right, what it is, ids of mistakes) for one argument; parts: a `Part` for each draw, special: or None."""
    kind = next((part.what for part in parts if part.what), "")
    if kind:
        return False, f"It is an object of type {kind}, expected an array", ("wrong_type",)
    wrong = [part for part in parts if not part.agrees(part.right)]
    if not wrong:
        if special is None or special.agrees(special.right):
            return True, "", ()
        return False, f"{special.difference} (it is right where no entry is 0 and none is repeated)", ()
    part = wrong[0]
    if not np.isfinite(part.value).all():
        return False, part.difference, ("not_finite",)
    if whole(part.value) and cut_to_integers(part.value, part.right):
        return False, "It holds integers: the fractions are cut off", ("integer_result",)
    if len(wrong) == len(parts):
        found = [_explanations(each) for each in parts]
        for says, ids in found[0].items():
            if all(says in other for other in found):
                return False, says, ids
    ids = () if part.value.shape == part.right.shape else ("wrong_shape",)
    return False, part.difference + " (it is right for other numbers)" * (len(wrong) < len(parts)), ids


def _explanations(part):
    """All that the value is, simplest first: {sentence: ids}."""
    found = []
    for noun, target, why, ids in _structures(part) if part.value.any() else ():  # 0 is many things at once
        for factor, phrase, shows, factor_ids in _factors(part):
            if part.agrees(factor * target):
                hints = "; ".join(filter(None, (shows, why)))
                cost = (noun != "the gradient") + (factor != 1)
                found.append((cost, f"It is {phrase}{noun}" + (f": {hints}" if hints else ""), (*ids, *factor_ids)))
                break
    return {says: ids for _, says, ids in sorted(found, key=lambda each: each[0])}


def _factors(part):
    """(number, words before the structure, what it shows, ids); of those that coincide, the first counts."""
    m, entries = part.m, part.Z.size
    batch = f"the first axis of {part.first} is {m}"
    too = f" ({batch}, too)" * (m == 2)
    return [
        (1, "", "", ()),
        (-1, "exactly minus ", "a sign is wrong", ("sign",)),
        (2, "exactly twice ", f"a factor 2 too many{too}", ("factor_two",)),
        (1 / 2, "exactly half of ", f"a factor 2 is missing{too}", ("factor_two",)),
        (1 / m, f"exactly 1/{m} of ", f"{batch}, so you averaged over the batch", ("batch_averaged",)),
        (m, f"exactly {m} times ", f"{batch}, so a mean over the batch lacks its 1/m", ("batch_not_averaged",)),
        (1 / entries, f"exactly 1/{entries} of ", f"Z has {entries} entries", ("averaged_over_entries",)),
    ]


def _structures(part):
    """What the gradient may have become, likelier first: (words, array, what it shows, ids)."""
    right, value, terms, Z, G = part.right, part.value, part.terms, part.Z, part.G
    shown = f"the shape is {value.shape}, expected {right.shape}"
    yield "the gradient", right, "", ()
    if right.ndim == 2:
        yield "the gradient, transposed", right.T, shown, ("column_bias",) if len(right) == 1 else ("transposed",)
    if value.size == right.size and value.shape != right.shape:
        flat = right.shape[:1] == (1,) and value.shape == right.shape[1:]
        ids = ("flat_bias",) if flat else ("wrong_shape",)
        yield "the gradient in another shape", right.reshape(value.shape), shown, ids
    batch = Z.ndim > 0 and len(Z) == part.m > 1
    if batch:
        first = np.asarray(terms[0].sum(axis=tuple(range(Z.ndim - 1))))
        yield "what the first sample alone gives", first, "the others must be added", ("first_sample_only",)
    for kept in (kept for n in range(1, Z.ndim + 1) for kept in itertools.combinations(range(Z.ndim), n)):
        unsummed = np.asarray(terms.sum(axis=tuple(set(range(Z.ndim)) - set(kept))))
        if value.shape != right.shape and value.shape == tuple(size for size in unsummed.shape if size > 1):
            axes = f"ax{'i' if len(kept) == 1 else 'e'}s {' and '.join(map(str, kept))}"
            ids = ("batch_not_summed",) if batch and 0 in kept else ("wrong_shape",)
            yield f"the gradient before its terms are added over {axes} of Z", unsummed.reshape(value.shape), shown, ids
    for axis in range(Z.ndim) if right.size > 1 else ():
        along = terms.sum(axis=tuple(set(range(terms.ndim)) - {axis}))
        if value.size == along.size == max(value.shape, default=1):
            words, why = f"one number for each index of axis {axis} of Z", "the sum runs along the wrong axis"
            yield words, along.reshape(value.shape), why, ("wrong_axis",)
    for other, gradient in part.others.items():
        why = "the gradients stand in the order of forward's arguments"
        yield f"the gradient with respect to {other}", gradient, why, ()
    if right.shape == Z.shape:
        diagonal = np.diagonal(part.J.reshape(Z.size, Z.size)).reshape(Z.shape)
        elementwise = np.allclose(part.J.reshape(Z.size, Z.size), np.diag(diagonal.ravel()))
        missing = f"the tensor dZ/d{part.name} does not appear in it"
        yield "G itself", G, missing, ("activation_not_undone",) if elementwise else ()
        if elementwise:
            yield "G times Z", G * Z, "does f stand where its derivative belongs?", ("activation_not_derivative",)
        else:
            why = f"each entry of Z depends on more than its own entry of {part.name}"
            softmax = (Z > 0).all() and any(np.allclose(Z.sum(axis=axis), 1) for axis in range(Z.ndim))
            ids = ("softmax_jacobian_missing",) if softmax else ("scalar_rule",)
            yield f"G times the diagonal of dZ/d{part.name}", diagonal * G, why, ids
