"""Wrong answers, derived from a right one: what a small change makes of the solution's code, or a last step of its result.

A wrong answer of a learner's is recognised if a variant gives the same numbers in every case. What changes the code are
rules, in the language of `edits`; here each has the mistakes that it makes for its kind.
"""

import functools

import numpy as np

from course_lib.exercises.engine.compare import Raised
from course_lib.exercises.engine.edits import ARRAYS, Scope, applied, changes, rule
from course_lib.exercises.engine.mistakes import bare
from course_lib.exercises.engine.repair import _kind


class Variant:
    """One wrong answer. mistakes: what it does wrong, of `Mistake`; compute: number of a case -> its value there.

    source: the solution as it changes it, or nothing.
    """

    def __init__(self, mistakes, compute, source=""):
        self.mistakes, self.value, self.source = tuple(mistakes), functools.cache(compute), source

    @property
    def ids(self):
        """The ids of the mistakes."""
        return tuple(bare(each.key) for each in self.mistakes)

    def after(self, name, step, definition, cases):
        """The variant, with a last step."""
        more = definition.known(name)
        return Variant((*self.mistakes, more), lambda i: _applied(step, self.value(i), cases[i]))


def _applied(step, value, case):
    if isinstance(value, Raised):
        return value
    if isinstance(value, tuple):
        return tuple(_applied(step, part, case) for part in value)
    try:
        return value if value is None else step(value, case)
    except (ValueError, IndexError) as error:  # a value of another shape has no such step
        return Raised(type(error).__name__, str(error))


class Variants:
    """The wrong variants of an exercise. Each value is computed when it is asked for, and kept."""

    def __init__(self, definition, cases, right):
        self.definition, self.cases, self.right = definition, cases, right
        self.base = Variant((), lambda i: right[i])

    @functools.cached_property
    def alone(self):
        """Those with one mistake."""
        last = [self.base.after(name, step, self.definition, self.cases) for name, step in self._steps]
        return [*self._own, *last, *(each for each in self._changed if len(each.mistakes) == 1), *self._of_samples]

    @property
    def pairs(self):
        """Those with two mistakes: one by one, as the changes of the code are made one after the other."""
        for one in self.alone:
            for name, step in self._steps:
                if one.ids[0] != bare(name):
                    yield one.after(name, step, self.definition, self.cases)
        yield from (each for each in self._changed if len(each.mistakes) == 2)

    def _of(self, mistakes, source):
        """A variant of the code."""
        return Variant(mistakes, lambda i: self.definition.value(self.cases[i], source), source)

    @functools.cached_property
    def _own(self):
        """Those that the exercise itself describes."""
        found = []
        for each in self.definition.mistakes:
            source = self.definition.solution
            for old, new in zip(each.change[::2], each.change[1::2], strict=True):
                source = source.replace(old, new)
            found += [self._of((self.definition.known(each.key),), source)] if each.change else []
        return found

    @functools.cached_property
    def _changed(self):
        """Those that a rule makes of the solution's code; what works along an axis, and a step, in each line at once too."""
        found, groups = {}, {}
        for change in changes(self._scope, table=_TABLE, price=_KINDS.index):
            found[change.spans] = change.kind
            if change.kind == "ascent" or change.new.isdigit():
                groups.setdefault((change.kind, change.new * change.new.isdigit()), []).extend(change.spans)
        for (kind, _), spans in groups.items():
            found.setdefault(tuple(spans), kind)
        solution = self.definition.solution.encode()
        return [self._of(map(self._in_part, kind.split()), applied(spans, solution)) for spans, kind in found.items()]

    def _in_part(self, key):
        """The mistake in the code: what is said of the whole result may be so for a part of it only."""
        known = self.definition.known(key)
        return known._replace(alone=f"{known.beside[0].upper()}{known.beside[1:]}.") if key in _OF_ALL else known

    @property
    def _scope(self):
        definition = self.definition
        kinds = dict(zip(definition.names, map(_kind, self.cases[0].arguments), strict=True))
        scope = Scope((definition.solution + "\n").encode(), kinds | ({"f": "call"} if definition.f else {}))
        rows = [name for name, has in zip(definition.names, self._rows, strict=True) if has]
        wide = [name for name in rows if self._is_wide(definition.names.index(name))]
        arrays = [name for name in definition.names if scope.kinds[name] in ARRAYS]
        scope.pools |= {"A": arrays, "B": [each for each in scope.slots if each.startswith("Os[")]}
        scope.pools |= {
            "S": [f"len({name})" for name in rows if name in arrays],
            "E": [f"{name}.size" for name in wide],
        }
        scope.pools |= {"K": [f"{name}.shape[1]" for name in arrays]}
        return scope

    def _is_wide(self, n):
        """True for an argument of shape (m, n_out)."""
        arrays = [(case.arguments[n], case.sizes.get("n_out")) for case in self.cases]
        return all(isinstance(A, np.ndarray) and A.shape[1:] == (n_out,) for A, n_out in arrays)

    @functools.cached_property
    def _rows(self):
        """For each argument, whether its rows are the samples."""
        m = [_samples(case) for case in self.cases]
        return [all(map(_has_rows, values, m)) for values in zip(*(c.arguments for c in self.cases), strict=True)]

    @functools.cached_property
    def _of_samples(self):
        """What the first sample gives alone."""

        def first(i):
            cut = [_first(a) if has else a for a, has in zip(self.cases[i].copies(), self._rows, strict=True)]
            return self.definition.value(self.cases[i], arguments=tuple(cut))

        return [Variant((self.definition.known("first_sample_only"),), first)] if any(self._rows) else []

    @functools.cached_property
    def _steps(self):
        return list(_last_steps(self.definition, self.cases, self.right))


def _last_steps(definition, cases, right):
    """(key, step) of what can be done to a right result in the end. A step: (array, its case) -> array."""
    m, shapes = [_samples(case) for case in cases], [getattr(R, "shape", ()) for R in right]
    rank = max(map(len, shapes))
    if rank == 4:
        yield "transposed:layout", lambda R, _: R.transpose(2, 3, 0, 1)
    elif rank > 1:
        yield "transposed", lambda R, _: R.transpose()
    yield "sign", lambda R, _: -1 * R
    yield "factor_two", lambda R, _: 2 * R
    yield "factor_two:half", lambda R, _: R / 2
    if all(m):
        yield "batch_averaged", lambda R, case: R / case.sizes["m"]
        if "/ len(" in definition.solution:
            yield "batch_not_averaged", lambda R, case: R * case.sizes["m"]
    if all(shape[:1] == (rows,) for shape, rows in zip(shapes, m, strict=True)):
        yield "first_sample_only:row", lambda R, _: R[:1]
        yield "first_sample_only:zeros", lambda R, _: np.concatenate([R[:1], 0 * R[1:]])
        yield "wrong_axis:rows", lambda R, _: R.sum(axis=0, keepdims=True)
        yield "batch_averaged:rows", lambda R, _: R.mean(axis=0, keepdims=True)
    if {*map(len, shapes)} == {rank}:
        for axis in range(rank):
            if all(shape[axis] == 1 for shape in shapes):
                yield "flat_bias", lambda R, _, axis=axis: R.reshape(R.shape[:axis] + R.shape[axis + 1 :])


def _samples(case):
    """The number of samples; None where m counts something else, or nothing."""
    return case.sizes.get("m") if {"n_in", "n_out", "layers"} & set(case.sizes) else None


def _has_rows(value, m):
    if isinstance(value, (list, tuple)):
        return all(_has_rows(each, m) for each in value)
    return m is not None and isinstance(value, np.ndarray) and value.shape[:1] == (m,)


def _first(value):
    return [_first(each) for each in value] if isinstance(value, (list, tuple)) else value[:1]


# Rules as in `edits`, from right code to wrong: the mistakes that each makes. S: a number of samples, E: of entries,
# K: of columns, B: an output of a layer, A: an argument.
_RULES = """
order untransposed_weights | a @ b.T : weights | b @ a
scalar_rule | a.T @ b | a @ b
scalar_rule | {a a.T} @ {b b.T} | a * b
untransposed_weights | a @ b.T : weights | a @ b
order | a @ b | b @ a
order transposed | a @ b | a.T @ b.T | b @ a.T | b.T @ a
column_bias | a.sum(axis=0, keepdims=True) | a.sum(axis=0, keepdims=True).T
column_bias | x : bias argument | x.T
transposed | a @ b | a @ b.T | a.T @ b | b.T @ a.T
transposed | x : argument unturned | x.T
matrix_product_for_elementwise | a * b | {a a.T} @ {b b.T} | {b b.T} @ {a a.T}
batch_not_summed | a.T @ b | (a[:, :, None] * b[:, None, :])
batch_not_summed | a.sum(*r) | a
regularizer_averaged | lam * p | lam * p / S
regularizer_on_data | p + lam * q | lam * p + lam * q
batch_averaged | a.sum(axis=0, *r) | a.mean(axis=0, *r)
batch_averaged | v : result | v / S
averaged_over_entries | v : result | v / E
averaged_over_entries | p / s | p / E
softmax_over_batch | n : axis softmax | 0
softmax_over_batch | a.sum(axis=1, *r) : softmax | a.sum()
wrong_axis | n : axis | 0 | 1
wrong_axis | p / s | p / K
wrong_axis | a.T @ b | (a[:, :, None] * b[:, None, :]).sum(axis={1 2})
untransposed_weights | x[p, q] : weights value | x[q, p]
wrong_axis | x[p, q] : value | x[q, p]
flat_bias | a.sum(axis=0, keepdims=True) | a.sum(axis=0)
bias_missing | p + q : bias | p
bias_missing | t -= p : bias | ...
ascent | t -= learning_rate * p | t += learning_rate * p
sign | v : result | -v
factor_two | v : result | 2 * v | v / 2
activation_not_undone | p * f_prime(q) | p
activation_not_undone | f_prime(p) | p
activation_not_derivative | f_prime(p) : activation | f(p)
activation_not_derivative | v : activation returned | f(A)
derivative_at_output | p * f_prime(q) | p * f_prime(B) | p * (1 - q ** 2) | p * (q * (1 - q))
derivative_at_output | f_prime(p) : activation | f_prime(f(p))
derivative_at_output | x : activation argument | f(x)
diagonal_missing | np.diag(p) | p | p[:, None] + 0 * p | p + 0 * p[:, None]
diagonal_missing | x[p, q, r, q] = u | x[p, q, r, :] = u
diagonal_missing | x[p, q, p, r] = u | x[p, q, :, r] = u
std_is_variance | np.sqrt(p) | p
std_is_variance | p ** 2 | p
lambda_missing | lam * p | p
lambda_squared | lam * p | lam ** 2 * p
regularizer_missing | p + lam * q | p
layers_reversed | reversed(p) : layers | p
layers_reversed | zip(p, q) : layers | zip(p, q[::-1]) | zip(p[::-1], q)
wrong_layer_weights | Ws[p] | Ws[p - 1]
stale_gradient | p @ Ws[q].T | p
"""
_KINDS = [_line.split(" | ")[0] for _line in _RULES.strip().splitlines()]  # the first wins where two make the same
_TABLE = {}
for _line in _RULES.strip().splitlines():
    rule(_line, _TABLE)
_OF_ALL = {
    "transposed",
    "sign",
    "factor_two",
    "ascent",
    "batch_averaged",
    "batch_not_averaged",
    "averaged_over_entries",
}
