"""Training loops of which a line is wrong: right code, broken by the edits that repair a learner's code."""

import functools
import re
from dataclasses import dataclass, replace
from os.path import commonprefix

import numpy as np

from course_lib import activations
from course_lib.arguments import Whole
from course_lib.exercises.content import detective as content
from course_lib.exercises.engine.compare import same
from course_lib.exercises.engine.edits import Scope, applied, changes, rule
from course_lib.exercises.engine.say_repair import cost
from course_lib.losses import softmax
from course_lib.practice.data import digits, moons

LEVELS = (1, 2, 3)
SIZES, DIGITS, STEPS = (2, 6, 6, 2), (64, 6, 6, 10), 60
GIVEN = {"rate": 0.5, "momentum": 0.5, "lam": 0.01}
_LISTS, _NUMBERS = ("parameters", "velocity", "O", "Z"), (*GIVEN, "L", "l", "n_in", "n_out")
_KINDS = dict.fromkeys(_LISTS, "list") | dict.fromkeys(_NUMBERS, "number") | dict.fromkeys(("f", "f_prime"), "call")
_DEAREST = 1.2  # of the changes that are tried in other lines: what people do by mistake
_WRITTEN_SIZES = {1: (2, 2, 2, 2)} | dict.fromkeys((6, 10), DIGITS)  # 1 is square: it runs without its transpose
WRITTEN = [line.split(" | ") for line in re.split(r"\n(?=\d)", content.WRITTEN.strip())]
_TABLE = {}
for _line in content.MISTAKES.strip().splitlines():
    rule(_line, _TABLE)


@dataclass(frozen=True)
class Case:
    """Right code and wrong code of one training loop. lines, says: for each thing that is wrong, the lines of the wrong
    code, from 1, and the words; f: the name of the hidden layers' activation.
    """

    right: str
    wrong: str
    lines: tuple
    says: tuple
    f: str
    sizes: tuple = SIZES

    @property
    def data(self):
        """What it is trained on, in a word."""
        return "Digits" if self.sizes == DIGITS else "Moons"


class Loop:
    """A code at work on m samples, X, (m, n_in), and T, (m, n_out): `parameters` are those before the first step."""

    def __init__(self, case, code, m=60, **names):
        hidden = getattr(activations, case.f)
        names |= {"np": np, "softmax": softmax, "f": hidden.f, "f_prime": hidden.f_prime}
        exec(compile(code, "<detective>", "exec"), names)  # noqa: S102 - ours, or the learner's own
        self._step = names["step"]
        self._given = {name: GIVEN[name] for name in self._step.__code__.co_varnames if name in GIVEN}
        self.samples = [A[:m].copy() for A in _samples(case.sizes)]
        with np.errstate(all="ignore"):
            self.parameters = names["start"](case.sizes, np.random.default_rng(0))

    @np.errstate(all="ignore")
    def step(self, parameters, velocity=None):
        """L, and the parameters and the velocity after a step; those that it is given stay."""
        after = [[P.copy() for P in pair] for pair in parameters]
        velocity = [[V.copy() for V in pair] for pair in velocity or still(parameters)]
        return self._step(after, velocity, *self.samples, **self._given), after, velocity

    def run(self, steps=STEPS):
        """Train: the losses, (steps,), and the parameters after the last step, pairs of arrays."""
        losses, parameters, velocity = [], self.parameters, None
        for _ in range(steps):
            L, parameters, velocity = self.step(parameters, velocity)
            losses.append(L)
        return np.array(losses, dtype=float), parameters


def still(parameters):
    """Zeros of the parameters' shapes: the velocity of a network that has not moved."""
    return [[np.zeros_like(P) for P in pair] for pair in parameters]


def flat(parameters):
    """All their entries: (n,)."""
    return np.concatenate([np.asarray(P, dtype=float).ravel() for pair in parameters for P in pair])


@functools.cache
def _samples(sizes):
    return (digits() if sizes == DIGITS else moons(75, seed=0))[:2]  # X, (m, n_in), and T, (m, n_out)


def is_right(case, code):
    """Whether the code computes what the right code does: with a batch, with one sample, over three steps."""
    try:
        return all(same(_numbers(case, code, *how), _numbers(case, case.right, *how), 1e-9) for how in ((1, 1), (7, 3)))
    except Exception:  # noqa: BLE001 - whatever wrong code raises
        return False


@functools.lru_cache(64)
def _numbers(case, code, m, steps):
    losses, parameters = Loop(case, code, m).run(steps)
    return losses, *(np.array(P, dtype=float) for pair in parameters for P in pair)


def draw(seed, level=1):
    """A `Case`, the same for the same seed and level: of level 1 to 3. It runs, and differs from the right code in numbers.

    At level 2 its loss falls all the same; at level 3 two lines are wrong. Raises TypeError or ValueError, with the
    name, for a seed that is no whole number and for another level.
    """
    call = "detective(seed, level)"
    Whole(0)(call, "seed", seed)
    if isinstance(level, bool) or level not in LEVELS:
        raise ValueError(f"{call}: level is {level!r}, expected 1, 2 or 3")
    rng = np.random.default_rng([int(seed), level])
    network = _network(int(rng.integers(12)))
    while True:
        cases = [_drawn(*network, rng, level % 3) for _ in range(2 if level == 3 else 1)]
        lines = [line for case in cases for line in case.lines[0]]
        case = functools.reduce(_together, cases)
        if len({*lines}) == len(lines) and _is_case(case, level):
            return case


def written(number):
    """The written `Case` of this number, from 1 to 12. Raises TypeError or ValueError, with the name, for another."""
    Whole(1)("detective_case(number)", "number", number)
    if number > len(WRITTEN):
        expected = f"expected a whole number from 1 to {len(WRITTEN)}"
        raise ValueError(f"detective_case(number): number is {number}, {expected}")
    network, old, new, says = WRITTEN[number - 1]
    right, f, _ = _network(int(network))
    return _case(right, right.replace(old, new), says, f, _WRITTEN_SIZES.get(number, SIZES))


def broken(right, f, edit):
    """The `Case` of an edit, an `edits.Change`, that is applied to right code."""
    return _case(right, applied(edit.spans, right.encode()), edit.kind, f)


def _case(right, wrong, says, f, sizes=SIZES):
    """The lines that answer are those that differ; of lines in another order, those that were moved and those passed."""
    a, b = right.splitlines(), wrong.splitlines()
    lines = range(1 + len(commonprefix([a, b])), 1 + len(b) - len(commonprefix([a[::-1], b[::-1]])))
    return Case(right, wrong, (tuple(lines),), (says,), f, sizes)


def _together(one, other):
    """The case of both: each changes other lines, and their number stays."""
    lines = zip(*(code.splitlines(keepends=True) for code in (one.right, one.wrong, other.wrong)), strict=True)
    wrong = "".join(b if a == right else a for right, a, b in lines)
    return replace(one, wrong=wrong, lines=one.lines + other.lines, says=one.says + other.says)


@functools.lru_cache(64)
def places(case):
    """For each thing that is wrong, the lines that answer: those that were changed; of one thing, also the lines where a
    small change makes the code right.
    """
    if len(case.lines) > 1:
        return case.lines
    small = [e for e in _edits(case.wrong) if e.old and cost(e.kind) <= _DEAREST and len(e.new) < len(e.old) + 4]
    tried = {edit.line for edit in small if is_right(case, applied(edit.spans, case.wrong.encode()))}
    return (tuple(dict.fromkeys((*case.lines[0], *sorted(tried)))),)


@functools.cache
def _network(number):
    """(right code, the name of its activation, its edits) of one of twelve networks."""
    classes, penalty, f = number % 2, number // 2 % 2, ("tanh", "relu", "sigmoid")[number // 4]
    numbers = ("rate", *["momentum"] * bool(number % 3), *["lam"] * bool(penalty))
    code = content.CODE.format(
        given=", ".join(numbers),
        output="softmax(Z[l])" if classes else "Z[l]",
        loss="-(T * np.log(O[-1])).sum() / len(X)" if classes else "((O[-1] - T) ** 2).sum() / (2 * len(X))",
        dW="O[l].T @ G + lam * W" if penalty else "O[l].T @ G",
        velocity="momentum * V - rate * dP" if number % 3 else "-rate * dP",
    )
    lines = code.splitlines()
    edits = _edits(code, table=_TABLE, price=lambda says: 0)
    return code, f, [edit for edit in edits if not lines[edit.line - 1].startswith("    L =")]


def _edits(code, **rules):
    """The changes of both functions of the code."""
    scope = Scope(code.encode(), _KINDS)
    scope.function = scope.tree
    return changes(scope, **rules)


def _drawn(right, f, edits, rng, level):
    """The case of a kind of mistake, and then of an edit: a kind with many edits is drawn no more often."""
    for kind in rng.permutation(sorted({edit.kind for edit in edits})):
        alike = [edit for edit in edits if edit.kind == kind]
        for i in rng.permutation(len(alike)):
            if _is_case(case := broken(right, f, alike[i]), level):
                return case


def _is_case(case, level):
    """Whether the wrong code is wrong, and trains all the same; at level 2, so that the loss falls."""
    if is_right(case, case.wrong):
        return False
    try:
        losses, parameters = Loop(case, case.wrong).run()
    except Exception:  # noqa: BLE001 - a case must run
        return False
    is_finite = np.isfinite(losses).all() and np.isfinite(flat(parameters)).all()
    return bool(is_finite and (level != 2 or losses[-1] < 0.7 * losses[0]))
