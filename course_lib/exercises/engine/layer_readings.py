"""What the gradient of a layer may have become: the wrong variants of each argument, from its tensor and G."""

import itertools
from types import SimpleNamespace

import numpy as np

from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.variants import Variant


def variants(layer, name, look):
    """Those of one argument, as `diagnose` takes them. layer: with cases, draws, and `settled_part`; look: what is right."""
    m = layer.inputs.m
    right = [draw.parts[name].right for draw in layer.draws]
    own = {
        "batch_not_averaged": f"is exactly {m} times the gradient: a mean over the batch lacks its 1/m",
        "flat_bias": f"is flat, {{shape}}; {name} has the shape {right[0].shape}",
        "column_bias": f"is a column, {{shape}}; {name} is a row, {right[0].shape}",
        "activation_not_undone": "is G itself: no slope of the layer appears in it",
        "activation_not_derivative": "is G times what forward gives, where its slope belongs",
        "scalar_rule": f"is G times a slope, entry by entry; the result depends on more than its own entry of {name}",
    }
    said = tuple(Mistake(key, f"Your result {what}.", f"it {what}") for key, what in own.items())
    asked = (f"an array of shape {right[0].shape}", layer.cases, (), f"def {name}():", look)
    definition = Definition(*asked, mistakes=said, of=f"the gradient for {name}")
    factors = {"sign": -1, "factor_two": 2, "factor_two:half": 1 / 2, "batch_averaged": 1 / m, "batch_not_averaged": m}

    def variant(mistakes, array):
        return Variant(mistakes, lambda i: layer.settled_part(name, i, array(i)))

    def scaled(mistakes, array):
        for key, factor in factors.items():
            yield variant((*mistakes, definition.known(key)), lambda i, factor=factor: factor * array(i))

    tables = [_shapes(name, draw, m) for draw in layer.draws]
    become = {key: lambda i, key=key: tables[i].get(key, np.zeros(0)) for key, A in tables[0].items() if A.any()}
    mistakes = {key: (definition.known(key) if isinstance(key, str) else key,) for key in become}
    return SimpleNamespace(
        definition=definition,
        cases=layer.cases,
        right=right,
        base=Variant((), right.__getitem__),
        alone=[*scaled((), right.__getitem__), *(variant(mistakes[key], become[key]) for key in become)],
        pairs=[
            pair for key in become for pair in scaled(mistakes[key], become[key]) if key != "activation_not_derivative"
        ],
    )


def difference(layer, name, values):
    """Of what each row, or column, of yours less the right one is a multiple in every draw, a sentence; or ""."""
    for (line, axis), other in itertools.product((("row", 1), ("column", 0)), (*layer.inputs.names, "G", "")):
        drawn = zip(values, layer.draws, strict=True)
        pairs = [(value, draw.parts[name].right, (draw.arrays | {"G": draw.G}).get(other)) for value, draw in drawn]
        if all(_is_multiple(*pair, axis) for pair in pairs):
            what = f"a multiple of that {line} of {other}" if other else "a constant"
            return f" In each {line}, yours and the right one differ by {what}."
    return ""


def _is_multiple(value, right, A, axis):
    A = np.ones(right.shape) if A is None else A
    if right.ndim != 2 or A.shape != right.shape or value is None or value.shape != A.shape or A.shape[axis] < 3:
        return False
    D = value - right
    factor = (D * A).sum(axis=axis, keepdims=True) / np.maximum((A * A).sum(axis=axis, keepdims=True), 1e-300)
    return bool((abs(D - factor * A) <= 1e-6 * abs(D).max()).all() and D.any())


def _shapes(name, draw, m):
    """{key of a mistake, or the mistake: array}, likelier first; zeros are many things at once, and do not count."""
    part, Z, G = draw.parts[name], draw.Z, draw.G
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
    for other, its in draw.parts.items():
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
