"""What the gradient of a layer may have become: the wrong variants of each argument, from its tensor and G."""

import itertools
from types import SimpleNamespace

import numpy as np

from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.variants import Variant


def variants(layer, name, look):
    """Those of one argument, as `diagnose` takes them. layer: with `cases` and `settled_part`; look: what is right."""
    m = layer.m
    shape = layer.shapes[name]
    own = {
        "batch_not_averaged": f"is exactly {m} times the gradient: a mean over the batch lacks its 1/m",
        "flat_bias": f"is flat, {{shape}}; {name} has the shape {shape}",
        "column_bias": f"is a column, {{shape}}; {name} is a row, {shape}",
        "activation_not_undone": "is G itself: no slope of the layer appears in it",
        "activation_not_derivative": "is G times what forward gives, where its slope belongs",
        "scalar_rule": f"is G times a slope, entry by entry; the result depends on more than its own entry of {name}",
    }
    said = tuple(Mistake(key, f"Your result {what}.", f"it {what}") for key, what in own.items())
    asked = (f"an array of shape {shape}", layer.cases, (), f"def {name}():", look)
    definition = Definition(*asked, mistakes=said, of=f"the gradient for {name}")
    factors = {"sign": -1, "factor_two": 2, "factor_two:half": 1 / 2, "batch_averaged": 1 / m, "batch_not_averaged": m}
    tables = [{"": case.parts[name].right} | _shapes(name, case, m) for case in layer.cases]

    def become(key, factor=""):
        mistakes = tuple(definition.known(each) if isinstance(each, str) else each for each in (key, factor) if each)
        arrays = [factors.get(factor, 1) * table.get(key, np.zeros(0)) for table in tables]
        return Variant(mistakes, lambda i: layer.settled_part(name, layer.cases[i], arrays[i]))

    _, *keys = (key for key, A in tables[0].items() if A.any() or not key)
    right, base = [table[""] for table in tables], become("")
    alone = [*(become("", factor) for factor in factors), *map(become, keys)]
    pairs = [become(key, factor) for key in keys for factor in factors if key != "activation_not_derivative"]
    return SimpleNamespace(definition=definition, cases=layer.cases, right=right, base=base, alone=alone, pairs=pairs)


def difference(layer, name, values):
    """Of what each row, or column, of yours less the right one is a multiple in every draw, a sentence; or ""."""
    names = (*layer.names, "G", "")
    for (line, axis), other in itertools.product((("row", 1), ("column", 0)), names):
        for value, case in zip(values, layer.cases, strict=True):
            right = case.parts[name].right
            A = dict(zip(names, (*case.arguments, np.ones(right.shape)), strict=True))[other]
            if value is None or not value.shape == A.shape == right.shape or right.ndim != 2 or A.shape[axis] < 3:
                break
            D, squares = value - right, (A * A).sum(axis=axis, keepdims=True)
            factor = (D * A).sum(axis=axis, keepdims=True) / np.maximum(squares, 1e-300)
            if (abs(D - factor * A) > 1e-6 * abs(D).max()).any():
                break
        else:
            what = f"a multiple of that {line} of {other}" if other else "a constant"
            return f" In each {line}, yours and the right one differ by {what}."
    return ""


def _shapes(name, case, m):
    """{key of a mistake, or the mistake: array}, likelier first; zeros are many things at once, and do not count."""
    part, Z, G = case.parts[name], case.Z, case.arguments[-1]
    right, J = part.right, part.J
    terms = J * G.reshape(G.shape + (1,) * right.ndim)  # the sum's, before they are added
    found = {"column_bias" if len(right) == 1 else "transposed": right.T} if right.ndim == 2 else {}
    if right.shape[:1] == (1,):
        found["flat_bias"] = right[0]
    if Z.ndim and len(Z) == m > 1:
        found["first_sample_only"] = np.asarray(terms[0].sum(axis=tuple(range(Z.ndim - 1))))
        for count in range(Z.ndim):
            for others in itertools.combinations(range(1, Z.ndim), count):  # are added, and the samples are not
                found[f"batch_not_summed:{others}"] = np.squeeze(terms.sum(axis=others))
    for axis in range(Z.ndim) if right.size > 1 else ():
        along = terms.sum(axis=tuple(set(range(terms.ndim)) - {axis}))
        found[f"wrong_axis:{axis}"] = along.reshape(right.shape) if along.size == right.size else along
    for other, its in case.parts.items():
        said = f"is the gradient for {other}: they stand in the order of forward's arguments"
        if other != name:
            found[Mistake("order:arguments", f"It {said}.", f"it {said}")] = its.right
    if right.shape == Z.shape:
        J = J.reshape(Z.size, Z.size)
        diagonal = np.diagonal(J).reshape(Z.shape)
        if np.allclose(J, np.diag(diagonal.ravel())):
            found |= {"activation_not_undone": G, "activation_not_derivative": G * Z}
        else:
            softmax = (Z > 0).all() and any(np.allclose(Z.sum(axis=axis), 1) for axis in range(Z.ndim))
            found["softmax_jacobian_missing" if softmax else "scalar_rule"] = diagonal * G
    return found
