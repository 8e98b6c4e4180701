"""What a wrong gradient of a layer is: the readings that numbers allow on any layer, each held against the tensor.

A reading is a structure (transposed, not summed, of one sample only, ...), a factor, or one of each. It is given only
if it explains every draw; so each sentence here is a fact about the numbers.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from course_lib.exercises.engine.compare import cut_to_integers, whole
from course_lib.exercises.engine.say import compare


@dataclass(frozen=True)
class Reading:
    """What the gradient of one argument is, in a sentence without its full stop, and the ids of the mistakes that this amounts to."""

    right: bool
    says: str
    mistakes: tuple = ()


def read(parts):
    """What backward gave for one argument; parts: a tuple of `Part`, one for each draw. Returns a `Reading`."""
    wrong = [part for part in parts if not part.is_(part.right)]
    if not wrong:
        return Reading(True, "")
    part = wrong[0]
    if part.value is None:
        return Reading(False, "There is no array of numbers", ("wrong_type",))
    if not np.isfinite(part.value).all():
        return Reading(False, _compared(part.value, part.right), ("not_finite",))
    if whole(part.value) and cut_to_integers(part.value, part.right):
        return Reading(False, "It holds integers: the fractions are cut off", ("integer_result",))
    if len(wrong) == len(parts):
        found = [_explanations(each) for each in parts]
        for key, (ids, says) in found[0].items():
            if all(key in other for other in found):
                return Reading(False, says, ids)
        if all(map(_separable, parts)):
            says = (
                "It is G times one factor for each row and one for each column, as if each entry of Z depended on its "
                f"own entry of {part.name} alone; but others take part too (are a mean or a variance treated as "
                "constants?)"
            )
            return Reading(False, says, ("scalar_rule",))
    return _certain(part, len(parts) - len(wrong))


def _certain(part, good):
    """The facts about one wrong draw, where `good` other draws are right."""
    right, ids = part.right, () if part.value.shape == part.right.shape else ("wrong_shape",)
    if not ids and (abs(right) <= part.tolerance).all():
        says = f"It is not 0, but {part.name} does not change Z here: the right gradient is 0 everywhere"
    else:
        value = part.snapped()
        if not ids and part.is_(ratio := (value * right).sum() / (right**2).sum() * right):
            value = ratio
        says = _compared(value, right)
    return Reading(False, f"{says} (it is right for other numbers)" if good else says, ids)


def _compared(value, right):
    says = compare(value, right).rstrip(".")
    return says[0].upper() + says[1:]


def _explanations(part):
    """All that the value is, simplest first: {(structure, factor): (ids, sentence)}."""
    found = []
    if not part.value.any():
        return {}  # 0 is many things at once
    structures = [("the gradient", part.right, "", ()), *_shapes(part), *_sums(part), *_products(part)]
    for noun, target, why, ids in structures:
        if target.shape != part.value.shape:
            continue
        for scale, phrase, scale_why, scale_ids in _factors(part):
            if part.is_(scale * target):
                hints = "; ".join(filter(None, (scale_why, why)))
                says = f"It is {phrase}{noun}" + (f": {hints}" if hints else "")
                cost = (noun != "the gradient") + (scale != 1)
                found.append((cost, (noun, phrase), (tuple(dict.fromkeys((*ids, *scale_ids))), says)))
                break
    return {key: what for _, key, what in sorted(found, key=lambda each: each[0])}


def _factors(part):
    """(number, words before the structure, what it shows, ids); of those that coincide, the first counts."""
    m, entries = part.m, part.Z.size
    batch = f"the first axis of {part.first} is {m}"
    return [
        (1, "", "", ()),
        (-1, "exactly minus ", "a sign is wrong", ("sign",)),
        (2, "exactly twice ", f"a factor 2 too many{f' ({batch}, too)' * (m == 2)}", ("factor_two",)),
        (1 / 2, "exactly half of ", f"a factor 2 is missing{f' ({batch}, too)' * (m == 2)}", ("factor_two",)),
        (1 / m, f"exactly 1/{m} of ", f"{batch}, so you averaged over the batch", ("batch_averaged",)),
        (m, f"exactly {m} times ", f"{batch}, so a mean over the batch lacks its 1/m", ("batch_not_averaged",)),
        (1 / entries, f"exactly 1/{entries} of ", f"Z has {entries} entries", ("averaged_over_entries",)),
    ]


def _shapes(part):
    """The right numbers in another arrangement: (words, array, what it shows, ids)."""
    right, value = part.right, part.value
    shown = f"the shape is {value.shape}, expected {right.shape}"
    if right.ndim == 2:
        column = right.shape[0] == 1
        yield ("the gradient, transposed", right.T, shown, ("column_bias",) if column else ("transposed",))
    for i, j in itertools.combinations(range(right.ndim), 2):
        if right.ndim > 2:
            yield (f"the gradient with axes {i} and {j} exchanged", right.swapaxes(i, j), "", ("transposed",))
    if value.size == right.size and value.shape != right.shape:
        flat = right.shape[:1] == (1,) and value.shape == right.shape[1:]
        ids = ("flat_bias",) if flat else ("wrong_shape",)
        yield ("the gradient in another shape", right.reshape(value.shape), shown, ids)


def _sums(part):
    """The terms of the key idea, of which some are not added: (words, array, what it shows, ids)."""
    parts, rank, value = part.parts, part.Z.ndim, part.value
    batch = rank > 0 and part.Z.shape[0] == part.m > 1
    if batch:
        first = np.asarray(parts[0].sum(axis=tuple(range(rank - 1))))
        yield ("what the first sample alone gives", first, "the others must be added", ("first_sample_only",))
    yield from _last_terms(part)
    for kept in _subsets(rank) if value.shape != part.right.shape else ():
        terms = parts.sum(axis=tuple(set(range(rank)) - set(kept)))
        axes = f"ax{'i' if len(kept) == 1 else 'e'}s {' and '.join(map(str, kept))}"
        shown = f"the shape is {value.shape}, expected {part.right.shape}"
        ids = ("batch_not_summed",) if batch and 0 in kept else ("wrong_shape",)
        for target in _arranged(terms, value.shape):
            yield (f"the gradient before its terms are added over {axes} of Z", target, shown, ids)
    for kept in range(rank) if part.right.size > 1 else ():
        along = parts.sum(axis=tuple(set(range(parts.ndim)) - {kept}))
        for target in _arranged(along, value.shape):
            why = "the sum runs along the wrong axis"
            yield (f"one number for each index of axis {kept} of Z", target, why, ("wrong_axis",))


def _last_terms(part):
    """Of the terms that belong to an entry of A, the last: what is left when each overwrites the one before."""
    J, terms = (each.reshape(part.Z.size, part.A.size) for each in (part.J, part.parts))
    used = abs(J) > 1e-9 * abs(J).max()
    if (used.sum(axis=0) > 1).any():
        last = part.Z.size - 1 - used[::-1].argmax(axis=0)
        target = terms[last, np.arange(part.A.size)].reshape(part.A.shape)
        why = "does each one overwrite the one before it?"
        yield ("the last of the terms that must be added", target, why, ("batch_not_summed",))


def _products(part):
    """Other products than the key idea's, and other gradients: (words, array, what it shows, ids)."""
    A, G, Z, J, name = part.A, part.G, part.Z, part.J, part.name
    for other, gradient in part.gradients.items():
        why = "the gradients stand in the order of forward's arguments"
        yield (f"the gradient with respect to {other}", gradient, why, ())
    if A.shape != Z.shape:
        return
    plain = A.ndim == 2 and any(
        other.ndim == 2 and other.shape == (G.shape[1],) * 2 and part.is_(G @ other) for other in part.others.values()
    )
    if part.elementwise:
        yield ("G itself", G, f"the tensor dZ/d{name} does not appear in it", ("activation_not_undone",))
        yield ("G times Z", G * Z, "does f stand where its derivative belongs?", ("activation_not_derivative",))
        return
    yield ("G itself", G, f"the tensor dZ/d{name} does not appear in it", ())
    ids = ("untransposed_weights",) if plain else ()
    over = f"dZ/d{name} summed with G over the indexes of {name}, where those of Z belong"
    yield (over, np.tensordot(J, G, axes=A.ndim), "a transpose is missing, or one too many", ids)
    diagonal = np.diagonal(J.reshape(Z.size, A.size)).reshape(Z.shape)
    ids = ("softmax_jacobian_missing",) if _sums_to_one(Z) else ("scalar_rule",)
    why = f"each entry of Z depends on more than its own entry of {name}"
    yield (f"G times the diagonal of dZ/d{name}", diagonal * G, why, ids)
    why = f"a path on which {name} reaches Z as it is (Z = {name} + ...) is missing"
    yield ("the gradient less G", part.right - G, why, ())


def _separable(part):
    """True if the value is G times u_i v_j (for vectors: times one number), though dZ/dA is not element-wise."""
    value, G = part.value, part.G
    if value.shape != G.shape or part.elementwise or part.A.shape != G.shape or G.size < 3 or not value.all():
        return False
    ratio = (value / G).reshape(-1, G.shape[-1]) if G.ndim > 1 else (value / G)[:, None]
    if G.ndim > 1 and 1 in ratio.shape:
        return False
    fitted = ratio[:, :1] * ratio[:1] / ratio[0, 0] if G.ndim > 1 else ratio[:1]
    return bool((abs(ratio - fitted) <= 1e-7 * abs(ratio).max()).all())


def _sums_to_one(Z):
    return Z.ndim > 0 and (Z > 0).all() and any(np.allclose(Z.sum(axis=axis), 1) for axis in range(Z.ndim))


def _subsets(rank):
    return itertools.chain.from_iterable(itertools.combinations(range(rank), n) for n in range(1, rank + 1))


def _arranged(terms, shape):
    """The terms in this shape, if they fit: axes of length 1 left out or put in, the others in any order."""
    terms, wanted = terms.squeeze(), tuple(size for size in shape if size != 1)
    if sorted(terms.shape) == sorted(wanted) and terms.ndim <= 4:
        for order in itertools.permutations(range(terms.ndim)):
            if terms.transpose(order).shape == wanted:
                yield terms.transpose(order).reshape(shape)
