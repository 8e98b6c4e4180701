"""Every fact that a check states is true of the answer it is said of: shapes, counts, ratios, cases, computed again here.

The answers are the known mistakes of every exercise, those of learners, and a collection of public ones. Nothing of the
engine is used but the cases: answers are run here, and the right values come from the solutions.
"""

import functools
import re

import numpy as np
import pytest
from learner import NoStore, answer, variants_of, written
from learners_answers import MADE
from public_mistakes import MISTAKES

from course_lib.exercises import exercise
from course_lib.exercises.engine.exercise import definitions

EITHER = r"(?:is|are)"


def answers_to(definition, every):
    """(what it is, a function) for each wrong answer to an exercise that is known; of the variants, one in `every`."""
    name = definition.name
    for each in variants_of(name).alone[::every]:
        if each.source and not re.search(r"\bf\(", each.source):
            yield each.source, answer(each.source)
    steps = ["-R", "R / 2", "R.T", "R if R.sum() > 0 else 0.37 * R"]
    for last in (*steps, "R + np.arange(R.size).reshape(R.shape) // max(R[:1].size, 1)") * (definition.form == "array"):
        call = f"def {name}({definition.arguments}):\n    R = np.asarray(right({definition.arguments}), dtype=float)\n"
        yield last, answer(f"{call}    return {last}", right=answer(definition.solution))
    yield from ((body, answer(written(name, body))) for made, _, body in MADE if made == name)
    yield from ((each.id, answer(each.source)) for each in MISTAKES if each.exercise == name)


def arrays(value):
    """A value as nested tuples of arrays; None where it is none of real numbers."""
    if isinstance(value, (list, tuple)) and any(isinstance(each, (list, tuple, np.ndarray)) for each in value):
        return tuple(arrays(each) for each in value)
    try:
        return None if value is None or np.iscomplexobj(value) else np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return None


def run(definition, function, case):
    """What an answer gives in one case, or the exception that it raises."""
    arguments = case.copies()
    held = [[*pair] for pair in arguments[0]] if definition.form == "in place" else None
    with np.errstate(all="ignore"):
        try:
            given = function(*arguments)
        except Exception as error:  # noqa: BLE001 - answers are wrong in every way
            return error
    return arrays(held or given)


def leaves(value):
    return [leaf for each in value for leaf in leaves(each)] if isinstance(value, tuple) else [value]


def close(value, right, tolerance=1e-6):
    if isinstance(value, Exception) or isinstance(right, Exception):
        return False
    one, other = leaves(value), leaves(right)
    return len(one) == len(other) and all(
        a is not None
        and a.shape == b.shape
        and np.allclose(a, b, rtol=0, atol=tolerance * (abs(b).max(initial=0) or 1))
        for a, b in zip(one, other, strict=True)
    )


@functools.cache
def right_values(definition):
    return [run(definition, answer(definition.solution), case) for case in definition.cases(0)]


class Told:
    """One wrong answer with its message, and what is true of it."""

    def __init__(self, definition, function):
        self.definition, self.cases = definition, definition.cases(0)
        self.result = exercise(definition.name, NoStore()).check(function)
        self.message = self.result.message
        self.values = [run(definition, function, case) for case in self.cases]
        self.right = right_values(definition)
        loose = max(definition.tolerance, 1e-6)
        float32 = ["float32" in case.tags for case in self.cases]
        self.good = [
            close(v, r, 1e-4 if f else loose) for v, r, f in zip(self.values, self.right, float32, strict=True)
        ]
        self.raised = [isinstance(value, Exception) for value in self.values]

    def named(self, spoken):
        """The numbers of the cases with these sizes in words."""
        return [i for i, case in enumerate(self.cases) if case.spoken() == spoken]

    def false(self):
        """The sentences of the message that are not so."""
        checks = (self._raises, self._counts, self._shapes, self._scaled, self._differs, self._limits, self._in_place)
        return [said for check in checks for said in check()]

    def _raises(self):
        for kind, count, of, spoken in re.findall(
            r"raises (\w+).*? in (?:every case|(\d+) of (\d+) cases), first for (.*?)(?:: |\.(?: |$))", self.message
        ):
            first, n = self.raised.index(True), len(self.cases)
            counts = (sum(self.raised), n) == (int(count or n), int(of or n))
            if not counts or first not in self.named(spoken) or type(self.values[first]).__name__ != kind:
                yield f"raises {kind} {count} of {of} at {spoken}"

    def _counts(self):
        for count, of, rest in re.findall(r"It is right in (\d+) of (\d+) cases(.*?)\.(?: |$)", self.message):
            good = [i for i, each in enumerate(self.good) if each]
            sizes = [[size for name, size in case.sizes.items() if name != "layers"] for case in self.cases]
            numbers = [np.hstack([[], *each]).tolist() for each in sizes]
            has = {
                "one sample, one input or one unit": [1 in each for each in numbers],
                "one layer": [case.sizes.get("layers") == 1 for case in self.cases],
                "all sizes equal": [len(each) > 1 == len(set(each)) for each in numbers],
                "two sizes equal": [len(each) > len(set(each)) for each in numbers],
                "float32": ["float32" in case.tags for case in self.cases],
                "zeros": ["zeros" in case.tags for case in self.cases],
            }
            true = (int(count), int(of)) == (len(good), len(self.cases))
            if found := re.match(r": those with (.*), and no others", rest):
                true &= has[found[1]] == self.good
            elif found := re.match(r": all but those with (.*)", rest):
                true &= [not each for each in has[found[1]]] == self.good
            elif found := re.match(r", for example for (.*)", rest):
                true &= all(self.good[i] for i in self.named(found[1]))
            if not true:
                yield f"right in {count} of {of}{rest}"

    def _shapes(self):
        for got, wanted in re.findall(r"the shape is (\([\d, ]*\)),? expected (\([\d, ]*\))", self.message):
            pairs = [
                (str(v.shape), str(r.shape))
                for value, right, raised in zip(self.values, self.right, self.raised, strict=True)
                for v, r in ([] if raised else zip(leaves(value), leaves(right), strict=False))
                if v is not None
            ]
            if got == wanted or (got, wanted) not in pairs:
                yield f"shape {got} for {wanted}"
        if self.message.startswith("The numbers are right, but the shape"):
            flat = [
                [np.concatenate([leaf.ravel() for leaf in leaves(value)]) for value in pair]
                for *pair, raised in zip(self.values, self.right, self.raised, strict=True)
                if not raised
            ]
            if not all(a.shape == b.shape and np.allclose(a, b, atol=1e-4, rtol=1e-4) for a, b in flat):
                yield "the numbers are right"

    def _scaled(self):
        m = [case.sizes.get("m") for case in self.cases]
        part = re.search("part.*exactly|Every d", self.message, re.DOTALL)  # of a sum, of a pair: not the whole
        for words, factor in (
            (r"exactly 1/(\d+) of", lambda i: 1 / m[i]),
            (r"exactly (\d+) times", lambda i: m[i]),
            (r"exactly minus", lambda i: -1),
        ):
            if not part and (found := re.search(words, self.message)):
                cases = [i for i in range(len(self.cases)) if not self.raised[i]]
                said = not found.groups() or int(found[1]) in [m[i] for i in cases if not self.good[i]]
                if not said or not all(close(self.values[i], tuple_of(self.right[i], factor(i)), 1e-4) for i in cases):
                    yield found[0]

    def _differs(self):
        found = re.search(
            r"For (.*?): (?:on the way back, ([Wb]) of layer (\d+) is the first that is wrong(): |(\w+) is the first that is wrong: )?the (?:shape is right|number)",
            self.message,
        )
        if not found:
            return
        i = next(j for j in self.named(found[1]) if not self.good[j] and not self.raised[j])
        value, right = self.values[i], self.right[i]
        if found[2]:
            layer, part = int(found[3]), "Wb".index(found[2])
            before = [pair for pair in zip(value[layer + 1 :], right[layer + 1 :], strict=True)]
            if not all(close(*pair) for pair in before) or (part and not close(value[layer][0], right[layer][0])):
                yield found[0]
            value, right = value[layer][part], right[layer][part]
        if found[5]:
            k = self.definition.outputs.index(found[5])
            if not all(close(*pair) for pair in zip(value[:k], right[:k], strict=True)):
                yield found[0]
            value, right = value[k], right[k]
        if np.isnan(value).any():
            return
        wrong = abs(value - right) > max(self.definition.tolerance, 1e-6) * max(abs(right).max(initial=0), 1e-300)
        count = re.search(r"(\d+) of (\d+) entries differs?", self.message)
        if (int(count[1]), int(count[2])) != (wrong.sum(), wrong.size) if count else not wrong.all():
            yield count[0] if count else "every entry differs"
        for what, numbers in re.findall(
            rf"(row|column)s? ([\d, ]+?)(?:, \.\.\.)? {EITHER} right",
            self.message,
        ):
            lines = np.moveaxis(wrong, ["row", "column"].index(what), 0)
            if any(lines[int(number)].any() for number in numbers.split(",")):
                yield f"{what} {numbers}"
        ratio = re.search(r"(?:each|it) is (-?[\d.e+-]+) times the right one", self.message)
        if ratio and not np.allclose(value, float(ratio[1]) * right, rtol=1e-4):
            yield ratio[0]
        if re.search(r"yours (?:are|is) 0", self.message) and value.any():
            yield "all are 0"

    def _limits(self):
        found = re.search(
            r"Right for the sizes of the notebook, (.*?), and wrong for others, such as (.*?):", self.message
        )
        if found:
            inside, others = ([self.good[i] for i in self.named(each)] for each in found.groups())
            if not all(inside) or any(others):
                yield found[0]
        if "cases of these sizes give the same numbers" in self.message:
            first, *others = (self.values[i] for i in self.named(re.match(r"For (.*?): ", self.message)[1]))
            if not others or not all(close(other, first, 0) for other in others):
                yield "the same numbers"

    def _in_place(self):
        if "hold the same numbers as before: the step is not made in place" in self.message:
            before = [arrays(case.arguments[0]) for case in self.cases]
            if not all(close(*pair) for pair in zip(self.values, before, strict=True)):
                yield "the same numbers as before"


def tuple_of(value, factor):
    return tuple(tuple_of(each, factor) for each in value) if isinstance(value, tuple) else factor * value


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")  # an answer that is one
@pytest.mark.parametrize("definition", definitions().values(), ids=list(definitions()))
def test_what_is_said_of_a_wrong_answer_is_so(definition, every):
    false, stated = [], 0
    for what, function in answers_to(definition, every):
        told = Told(definition, function)
        assert told.result.status in ("wrong", "error") or all(told.good), what
        false += [(what, said, told.message) for said in told.false()]
        stated += bool(re.search(r"\d|exactly|every|all", told.message))
    assert false == []
    assert stated
