"""Wrong answers, derived from a right one: what a small change makes of the solution's code, or a last step of its result.

A wrong answer of a learner's is recognised if a variant gives the same numbers in every case. The changes are those of
`edits`, made where a learner's code would need them undone; `_mistake` says which mistake such a change makes.
"""

import functools
import itertools
import re

import numpy as np

from course_lib.exercises.engine.compare import Raised
from course_lib.exercises.engine.edits import Change, Scope, changes, rule
from course_lib.exercises.engine.mistakes import bare
from course_lib.exercises.engine.repair import _kind


class Variant:
    """One wrong answer. mistakes: what it does wrong, of `Mistake`; compute: number of a case -> its value there.

    spans, source: what it changes in the solution, `(start, end, text)` each, and what comes of it; or nothing.
    """

    def __init__(self, mistakes, compute, spans=(), source=""):
        self.mistakes, self.value, self.spans, self.source = mistakes, functools.cache(compute), spans, source

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
        yield from self._both

    @functools.cached_property
    def _distinct(self):
        """The variants of the code that differ, one of each, by their values in a case of the notebook and a square one."""
        tags = [case.tags for case in self.cases]
        shown = sorted({next((i for i, each in enumerate(tags) if tag in each), 0) for tag in ("notebook", "square")})
        found = {}
        for each in self.alone:
            if each.spans:
                found.setdefault(str([_rounded(each.value(i)) for i in shown]), each)
        return list(found.values())

    @functools.cached_property
    def _both(self):
        """Those that two changes of the code make."""
        pairs = ((a, b) for a, b in itertools.combinations(self._distinct, 2) if a.ids != b.ids)
        both = ((a, b, _joined(self.definition.solution, a.spans, b.spans)) for a, b in pairs)
        return [self._of((*a.mistakes, *b.mistakes), spans) for a, b, spans in both if spans]

    def _of(self, mistakes, spans):
        """A variant of the code."""
        source = Change("", spans, 0, "", "", "").apply(self.definition.solution.encode()).decode()
        return Variant(mistakes, lambda i: self.definition.value(self.cases[i], source), spans, source)

    @functools.cached_property
    def _own(self):
        """Those that the exercise itself describes."""
        found, solution = [], self.definition.solution
        for each in self.definition.mistakes:
            spans = [
                (at.start(), at.end(), new)
                for old, new in zip(each.change[::2], each.change[1::2], strict=True)
                for at in re.finditer(re.escape(old), solution)
            ]
            if spans:
                found.append(self._of((self.definition.known(each.key),), tuple(spans)))
        return found

    @functools.cached_property
    def _changed(self):
        """Those that a change of the solution's code makes, of `edits`, at one place or wherever it can be made."""
        scope = self._scope
        found, groups = {}, {}
        for change in [*changes(scope), *changes(scope, table=_APART)]:
            ids = _mistake(change, scope)
            if ids:
                found.setdefault(change.spans, (ids, change))
            if ids and change.kind in ("axis", "step"):  # made in each line at once
                groups.setdefault(change.alike, {}).update(dict.fromkeys(change.spans, (ids, None)))
        for spans in groups.values():
            found.setdefault(tuple(spans), next(iter(spans.values())))
        return [self._of(self._said(ids, change), spans) for spans, (ids, change) in found.items()]

    @property
    def _scope(self):
        definition = self.definition
        kinds = dict(zip(definition.names, map(_kind, self.cases[0].arguments), strict=True))
        scope = Scope((definition.solution + "\n").encode(), kinds | ({"f": "call"} if definition.f else {}))
        rows = [name for name, has in zip(definition.names, self._rows, strict=True) if has]
        scope.samples = {f"len({name})" for name in rows}
        scope.entries = {f"{name}.size" for name in rows if self._is_wide(definition.names.index(name))}
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

    def _said(self, ids, change):
        """The mistakes of a change, of which something is said that holds for the whole result, or for a part of it."""
        known = [self.definition.known(each) for each in ids]
        return tuple(self._in_part(each, change) if change and bare(each.key) in _IN_A_PART else each for each in known)

    def _in_part(self, mistake, change):
        turned = _turned(change.old, change.new)
        old = turned[0] if len(turned) == 1 else change.old
        where = next((words for code, words in self.definition.parts if old in code or code in old), "")
        names = [name for name in self.definition.names if name in _names(old)]
        if names and not where:
            where = f"what is made of {' and '.join(names)}"
        clause = f"in {where}, {mistake.beside}" if where else mistake.beside
        return mistake._replace(alone=f"{clause[0].upper()}{clause[1:]}.", beside=clause)

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
    if rank > 1:
        yield "transposed:axes" if rank == 4 else "transposed", lambda R, _: R.transpose()
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
        for a, b in itertools.combinations(range(rank), 2):
            if all(_is_diagonal(R, a, b) for R in right):
                yield "diagonal_missing:first", lambda R, _, a=a, b=b: _spread(R, a, b)
                yield (
                    "diagonal_missing:second",
                    lambda R, _, a=a, b=b: _spread(np.swapaxes(R, a, b), a, b).swapaxes(a, b),
                )


def _is_diagonal(R, a, b):
    off = np.not_equal.outer(np.arange(R.shape[a]), np.arange(R.shape[b]))
    return R.shape[a] == R.shape[b] and not np.moveaxis(R, (a, b), (0, 1))[off].any()


def _spread(R, a, b):
    """The numbers of the diagonal of the axes a and b, for every index of b."""
    return np.broadcast_to(np.expand_dims(np.moveaxis(np.diagonal(R, 0, a, b), -1, a), b), R.shape)


def _joined(solution, *changed):
    """The spans of two changes together; one may be inside of what the other one puts something around; else None."""
    joined = []
    for start, end, text in sorted(itertools.chain(*changed), key=lambda span: (span[0], -span[1])):
        if not joined or joined[-1][1] <= start:
            joined.append((start, end, text))
            continue
        first, last, around = joined[-1]
        old = solution[first:last]
        if last < end or old not in around:
            return None
        joined[-1] = first, last, around.replace(old, old[: start - first] + text + old[end - first :])
    return tuple(joined)


def _rounded(value):
    if isinstance(value, tuple):
        return [_rounded(part) for part in value]
    return (value.shape, value.round(9).tobytes()) if isinstance(value, np.ndarray) else str(value)


def _samples(case):
    """The number of samples; None where m counts something else, or nothing."""
    return case.sizes.get("m") if {"n_in", "n_out", "layers"} & set(case.sizes) else None


def _has_rows(value, m):
    if isinstance(value, (list, tuple)):
        return all(_has_rows(each, m) for each in value)
    return m is not None and isinstance(value, np.ndarray) and value.shape[:1] == (m,)


def _first(value):
    return [_first(each) for each in value] if isinstance(value, (list, tuple)) else value[:1]


_APART = {}  # a matrix product as a sum of outer products that are not added up, or along another axis
for _line in (
    "summed too many | a.T @ b | (a[:, :, None] * b[:, None, :])",
    "summed too many | a @ b.T | (a[:, None, :] * b[None, :, :])",
    "summed apart | a.T @ b | (a[:, :, None] * b[:, None, :]).sum(axis={1 2})",
):
    rule(_line, _APART)
# What is said of these is about the whole result: where the code is changed, only a part of it is concerned, as what
# changes the whole of it is a last step.
_IN_A_PART = {"transposed", "sign", "factor_two", "ascent"}
_IN_A_PART |= {"batch_averaged", "batch_not_averaged", "averaged_over_entries"}
_BY_KIND = {
    "matrix product": "scalar_rule",
    "elementwise": "matrix_product_for_elementwise",
    "elementwise, turned": "matrix_product_for_elementwise",
    "averaged": "batch_not_averaged",
    "summed too many": "batch_not_summed",
    "summed apart": "wrong_axis",
    "power": "std_is_variance",
}


def _mistake(change, scope):
    """The ids of the mistakes that a change of right code makes, a tuple; () where it has no name."""
    if change.kind in ("transposes", "order", "order, turned"):
        return _of_product(change.old, change.new)
    found = _BY_KIND.get(change.kind) or _by_text(change, scope)
    return (found,) if found else ()


def _by_text(change, scope):
    """The id, where it depends on what was changed into what."""
    kind, old, new, code, arguments = change.kind, change.old, change.new, scope.source.decode(), scope.arguments
    names, lost, behind = _names(old), _names(old) - _names(new), code[change.spans[0][1] :]
    computed = re.search(r"[@*/+]|\.sum\(", old)
    if old.startswith(f"{new}.sum("):
        return "batch_not_summed"
    if old == f"np.diag({new})":
        return "diagonal_missing"
    if old.startswith("f_prime(") and new == old.replace("f_prime", "f"):
        return "activation_not_derivative"
    if new.startswith("f_prime(Os"):
        return "derivative_at_output"
    match kind:
        case "transpose too many":
            return "untransposed_weights" if "W" in new else "scalar_rule"
        case "transpose missing" if behind.startswith(".sum("):
            return "softmax_over_batch" if "np.exp" in code else "wrong_axis"
        case "keepdims" if ".sum(axis=0, keepdims=True)" in old:
            return "flat_bias"
        case "transpose missing" if old == "b" or old.endswith(".sum(axis=0, keepdims=True)"):
            return "column_bias"
        case "transpose missing" if old in arguments and behind[0] != "[":
            return "transposed"
        case "sign" | "two" if computed and (kind == "two" or new[0] == "-"):
            return "sign" if kind == "sign" else "factor_two"
        case "indexes exchanged" if old.split("[")[0] in arguments:
            return "untransposed_weights" if "W" in names else "wrong_axis"
        case "index" if old.startswith("Ws["):
            return "wrong_layer_weights"
        case "name" if f"{old} = {new} * f_prime" in code:
            return "activation_not_undone"
        case "slope too many" if "f_prime" in lost:
            return "activation_not_undone"
        case "own slope" if new.startswith("f(") and new[2:-1] in arguments and f"return {old}" in code:
            return "activation_not_derivative"
        case "call missing" if (
            new == f"f({old})" and "f" not in arguments and (old in arguments or f"f_prime({old})" in code)
        ):
            return "derivative_at_output"
        case "own slope, written" if lost == {"f_prime"} and "Z" in old and not re.search(r">|1\]", new):
            return "derivative_at_output"
        case "axis" | "axis, 2" if "-1" not in new and ("axis" in old or new in ("0", "1")):
            if ".max(" in old or code[: change.spans[0][0]].endswith(
                ".max("
            ):  # what is subtracted from a row changes no softmax
                return None
            return "softmax_over_batch" if "np.exp" in code else "wrong_axis"
        case "reduced" if "axis=0" in old and ".mean(axis=0" in new:
            return "batch_averaged"
        case "size" if f"/ {old}" in code and new.endswith(".shape[1]"):
            return "wrong_axis"
        case "size" | "not averaged, size" if new.split("/ ")[-1] in scope.entries and (computed or f"/ {old}" in code):
            return "averaged_over_entries"
        case "not averaged" if new.split("/ ")[-1] in scope.samples and computed:
            return "batch_averaged" if "lam" not in names or "@" in old else "regularizer_averaged"
        case "number missing" if new.startswith("lam *") and "lam" not in names:
            return "regularizer_on_data"
        case "number" if f"{old} / " in code and new in (str(2 * int(old)), str(int(old) / 2), str(int(old) // 2)):
            return "factor_two"
        case "step" if "learning_rate" in code:
            return "ascent"
        case "squared" if old == "lam":
            return "lambda_squared"
        case "call too many" if old.startswith("np.sqrt("):
            return "std_is_variance"
        case "factor too many" if lost == {"lam"}:
            return "lambda_missing"
        case "factor too many" if "Ws" in lost:
            return "stale_gradient"
        case "term too many":
            return "regularizer_missing" if "lam" in lost else "bias_missing" if "b" in lost else None
        case "statement too many":
            return {"b": "bias_missing", "W": "not_in_place"}.get(old.split()[0])
        case "other block" if old.startswith("return") and "Ws" in arguments:
            return "last_layer_only"
        case "reversed" | "reversed list" if {"Ws", "parameters"} & set(arguments):
            return "layers_reversed"


def _names(text):
    return set(re.findall(r"[A-Za-z_]\w*", text)) - {"T", "np"}


def _of_product(old, new):
    """What is wrong about the order and the transposes of a product of two factors."""
    turned, swapped = _turned(old, new), ("order",) * (_factors(old)[0][0] != _factors(new)[0][0])
    if len(turned) == 2:
        return ("transposed",) if swapped else ("order", "transposed")
    if not turned:
        return swapped
    lost = "untransposed_weights" if "W" in turned[0] else "scalar_rule"
    gained = "column_bias" if turned == ["b"] else "transposed"
    return (*swapped, lost if f"{turned[0]}.T" in old else gained)


def _factors(text):
    return [(factor.removesuffix(".T"), factor.endswith(".T")) for factor in text.split(" @ ")]


def _turned(old, new):
    """The factors of a product that are transposed in one of the two, and not in the other."""
    before, after = dict(_factors(old)), dict(_factors(new))
    return [name for name in before if before[name] != after.get(name, before[name])]
