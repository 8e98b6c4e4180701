"""Training loops of which a line is wrong: right code, broken by the edits that repair a learner's code."""

import functools
import re
from dataclasses import dataclass, replace
from os.path import commonprefix

import numpy as np

from course_lib import activations
from course_lib.arguments import Whole
from course_lib.exercises.engine.edits import Scope, changes
from course_lib.exercises.engine.say_repair import of
from course_lib.losses import softmax
from course_lib.practice.data import digits, moons

LEVELS = (1, 2, 3)
SIZES, DIGITS, STEPS = (2, 6, 6, 2), (64, 6, 6, 10), 60
GIVEN = {"rate": 0.5, "momentum": 0.5, "lam": 0.01}
_CODE = """\
def start(sizes, rng):
    parameters = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:]):
        W = rng.standard_normal((n_in, n_out)) / np.sqrt(n_in)
        parameters.append([W, np.zeros((1, n_out))])
    return parameters

def step(parameters, velocity, X, T, {given}):
    O, Z = [X], []
    for l, (W, b) in enumerate(parameters):
        Z.append(O[l] @ W + b)
        O.append({output} if l == len(parameters) - 1 else f(Z[l]))
    L = {loss}
    G = (O[-1] - T) / len(X)
    for l in reversed(range(len(parameters))):
        W, b = parameters[l]
        dW = {dW}
        db = G.sum(axis=0, keepdims=True)
        if l > 0:
            G = (G @ W.T) * f_prime(Z[l - 1])
        for P, V, dP in zip(parameters[l], velocity[l], (dW, db)):
            V[:] = {velocity}
            P += V
    return L
"""
_ARRAYS = dict.fromkeys(("X", "T", "W", "b", "G", "dW", "db", "P", "V", "dP"), "matrix")
_LISTS = dict.fromkeys(("parameters", "velocity", "O", "Z"), "list")
_NUMBERS = dict.fromkeys((*GIVEN, "L", "l", "n_in", "n_out"), "number")
_NAMES = _ARRAYS.keys() | {"O", "Z"}
_KINDS = _ARRAYS | _LISTS | _NUMBERS | {"sizes": "other", "rng": "other"}
# What people do by mistake; an edit of another kind, applied to right code, makes what nobody would write.
_LIKELY = set(
    re.split(
        r"\s*\|\s*",
        """transpose too many | transpose missing | order | transposes | transposes +0.1 | elementwise | matrix product | averaged
        | reduced | axis | sign | divided | factor too many | term too many | name | index | bound | added
        | too early | too late | other block | step | reversed""",
    )
)
# An edit is named for the code that it puts right. Applied to right code it makes the mistake of another one, where that differs.
_REVERSE = {
    "transpose too many": "transpose missing",
    "transpose missing": "transpose too many",
    "too early": "too late",
    "too late": "too early",
    "matrix product": "elementwise",
    "elementwise": "matrix product",
    "factor too many": "factor missing",
    "term too many": "term missing",
    "averaged": "not averaged",
    "added": "assigned",
    "divided": "operator",
}
_FORGOTTEN = re.compile(
    r"[\s()*/+-]*(b|lam \* W|lam|momentum|rate|f_prime\(Z\[l - 1\]\)|\.T|f\(?|len\(X\)?)[\s()*/+-]*"
)
_BACK = "        if l > 0:\n            G = (G @ W.T) * f_prime(Z[l - 1])\n"
_UPDATE = "        for P, V, dP in zip(parameters[l], velocity[l], (dW, db)):\n            V[:] = -rate * dP\n            P += V\n"
# The network, what is right, what stands there, and what is to be said.
WRITTEN = (
    (2, "G @ W.T", "G @ W", "G goes back through the transpose of W; in a square layer the product runs without it"),
    (
        8,
        "db = G.sum(",
        "db = G.mean(",
        "b enters once for each sample, so its gradient is a sum; the 1/m is in G already",
    ),
    (1, "f_prime(Z[l - 1])", "f_prime(O[l])", "f_prime takes Z, what f was applied to, and this is the output"),
    (6, "if l > 0:", "if l > 1:", "the first layer is given the G of the second: here G is not carried back to it"),
    (3, _BACK + _UPDATE, _UPDATE + _BACK, "W is updated in place before G has gone back through it"),
    (11, "keepdims=True)", "keepdims=True) + lam * b", "the penalty is on weights and never on biases"),
    (
        5,
        "f_prime(Z[l - 1])",
        "f_prime(Z[0])",
        "the slope of each layer is taken at its own Z, and not at that of the first",
    ),
    (9, "softmax(Z[l])", "softmax(Z[l].T).T", "softmax is taken over the units of a sample, and here over the samples"),
    (0, "V[:] = -rate", "V[:] += -rate", "what an earlier step left is kept and added: there is no momentum here"),
    (
        11,
        "reversed(range(len",
        "reversed(range(1, len",
        "the loop ends one layer early: the first one is never trained",
    ),
    (2, "momentum * V - rate", "-momentum * V - rate", "the velocity is turned around at each step"),
    (10, "/ np.sqrt(n_in)", "/ 100", "the weights begin so small that O and G fade from layer to layer"),
)
_WRITTEN_SIZES = {1: (2, 2, 2, 2)} | dict.fromkeys((6, 10), DIGITS)  # 1 is square: it runs without its transpose


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


def run(case, functions, steps=STEPS, m=60):
    """Train by the functions of a code, on m samples: the losses, (steps,), and the parameters after the last step, arrays."""
    parameters, velocity, X, T = begin(case, functions, m)
    losses = [stepped(functions, parameters, velocity, X, T) for _ in range(steps)]
    return np.array(losses, dtype=float), [np.array(P, dtype=float) for pair in parameters for P in pair]


def begin(case, functions, m):
    """Parameters, velocity, X, (m, n_in), and T, (m, n_out), before the first step."""
    with np.errstate(all="ignore"):
        parameters = functions["start"](case.sizes, np.random.default_rng(0))
    return parameters, still(parameters), *(A[:m].copy() for A in _batch(case.sizes))


def still(parameters):
    """The velocity of a network that has not moved."""
    return [[np.zeros_like(P) for P in pair] for pair in parameters]


@np.errstate(all="ignore")
def stepped(functions, parameters, velocity, X, T):
    """L, and a step in place by the code, with the numbers that it asks for. X: (m, n_in), T: (m, n_out)."""
    given = {name: GIVEN[name] for name in functions["step"].__code__.co_varnames if name in GIVEN}
    return functions["step"](parameters, velocity, X, T, **given)


def compiled(case, code):
    """The functions of the code, in a namespace of their own."""
    hidden = getattr(activations, case.f)
    names = {"np": np, "softmax": softmax, "f": hidden.f, "f_prime": hidden.f_prime}
    exec(compile(code, "<detective>", "exec"), names)  # noqa: S102 - ours, or the learner's own
    return names


@functools.cache
def _batch(sizes):
    return (digits() if sizes == DIGITS else moons(75, seed=0))[:2]  # X, (m, n_in), and T, (m, n_out)


def is_right(case, code):
    """Whether the code computes what the right code does: with a batch, with one sample, over three steps."""
    try:
        functions = compiled(case, code)
        for m, steps, (right_losses, right_parameters) in _right_values(case.right, case.f, case.sizes):
            losses, parameters = run(case, functions, steps, m)
            pairs = zip([losses, *parameters], [right_losses, *right_parameters], strict=True)
            if not all(a.shape == b.shape and np.allclose(a, b, 1e-9, 1e-12) for a, b in pairs):
                return False
    except Exception:  # noqa: BLE001 - whatever wrong code raises
        return False
    return True


@functools.lru_cache(64)
def _right_values(right, f, sizes):
    case = Case(right, right, (), (), f, sizes)
    functions = compiled(case, right)
    return [(m, steps, run(case, functions, steps, m)) for m, steps in ((1, 1), (7, 3))]


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
    right, f, edits = _network(int(rng.integers(12)))

    def one():
        while not _is_case(case := broken(right, f, _drawn(edits, rng)), level):
            pass
        return case

    case = one()
    while level == 3 and not (len(case.lines) == 2 and _is_case(case, level)):
        case = _together(one(), one())
    return case


def written(number):
    """The written `Case` of this number, from 1 to 12. Raises TypeError or ValueError, with the name, for another."""
    Whole(1)("detective_case(number)", "number", number)
    if number > len(WRITTEN):
        raise ValueError(
            f"detective_case(number): number is {number}, expected a whole number from 1 to {len(WRITTEN)}"
        )
    network, old, new, says = WRITTEN[number - 1]
    right, f, _ = _network(network)
    wrong = right.replace(old, new)
    return Case(right, wrong, (_changed(right, wrong),), (says,), f, _WRITTEN_SIZES.get(number, SIZES))


def broken(right, f, edit):
    """The `Case` of an edit, an `edits.Change`, that is applied to right code."""
    wrong = edit.apply(right.encode()).decode()
    return Case(right, wrong, (_changed(right, wrong),), (of(_REVERSE.get(edit.kind, edit.kind)).says,), f)


def _together(one, other):
    """The case of both, if each changes another line and nothing else; else the first."""
    lines = [case.wrong.splitlines(keepends=True) for case in (one, other)]
    right = one.right.splitlines(keepends=True)
    if not len(lines[0]) == len(lines[1]) == len(right) or {*one.lines[0]} & {*other.lines[0]}:
        return one
    wrong = "".join(b if a == r else a for r, a, b in zip(right, *lines, strict=True))
    return Case(one.right, wrong, (*one.lines, *other.lines), (*one.says, *other.says), one.f)


@functools.lru_cache(64)
def places(case):
    """For each thing that is wrong, the lines that answer: those that were changed; of one thing, also the lines where a
    small change makes the code right.
    """
    if len(case.lines) > 1:
        return case.lines
    code = case.wrong.encode()
    tried = {edit.line for edit in _edits(case.wrong) if is_right(case, edit.apply(code).decode())}
    return (tuple(dict.fromkeys((*case.lines[0], *sorted(tried)))),)


@functools.cache
def _network(number):
    """(right code, the name of its activation, its edits) of one of twelve networks."""
    classes, penalty, f = number % 2, number // 2 % 2, ("tanh", "relu", "sigmoid")[number // 4]
    numbers = ("rate", *["momentum"] * bool(number % 3), *["lam"] * bool(penalty))
    code = _CODE.format(
        given=", ".join(numbers),
        output="softmax(Z[l])" if classes else "Z[l]",
        loss="-(T * np.log(O[-1])).sum() / len(X)" if classes else "((O[-1] - T) ** 2).sum() / (2 * len(X))",
        dW="O[l].T @ G + lam * W" if penalty else "O[l].T @ G",
        velocity="momentum * V - rate * dP" if number % 3 else "-rate * dP",
    )
    return code, f, [edit for edit in _edits(code) if _is_likely(edit, code.splitlines()[edit.line - 1].strip())]


@functools.lru_cache(8)
def _edits(code):
    """The likely edits of both functions of the code, with their places in all of it."""
    found, start = [], 0
    for part in re.split(r"(?<=\n)(?=def )", code):
        line, size = code[:start].count("\n"), len(code[:start].encode())
        for edit in changes(Scope(part.encode(), _KINDS), wanted=_LIKELY):
            spans = tuple((first + size, end + size, text) for first, end, text in edit.spans)
            found.append(replace(edit, spans=spans, line=edit.line + line))
        start += len(part)
    return found


def _is_likely(edit, line):
    """Whether somebody would write this, and a small change takes it back: arrays in the place of arrays, no sign in the
    forward pass, no 1 - 1; and what is forgotten is one thing.
    """
    if line.startswith(("return", "L =", "for", "O, Z")) or re.search(r"1 [-+] 1|-0", edit.new):
        return False
    if edit.kind == "name":
        return {re.split(r"\W", text.strip())[0] for text in (edit.old, edit.new)} <= _NAMES
    if edit.kind == "sign":
        return not re.match(r"W =|\w+\.append", line)
    return not edit.kind.endswith("too many") or bool(_FORGOTTEN.fullmatch(edit.old.replace(edit.new.strip("()"), "")))


def _drawn(edits, rng):
    """A line, then a kind of mistake in it, then an edit: lines with many edits are drawn no more often."""
    for what in ("line", "kind"):
        values = sorted({getattr(edit, what) for edit in edits})
        chosen = values[rng.integers(len(values))]
        edits = [edit for edit in edits if getattr(edit, what) == chosen]
    return edits[rng.integers(len(edits))]


def _changed(right, wrong):
    """The lines of the wrong code that differ; of lines in another order, those that were moved and those that were passed."""
    a, b = right.splitlines(), wrong.splitlines()
    return tuple(range(1 + len(commonprefix([a, b])), 1 + len(b) - len(commonprefix([a[::-1], b[::-1]]))))


def _is_case(case, level):
    try:
        losses, parameters = run(case, compiled(case, case.wrong))
    except Exception:  # noqa: BLE001 - a case must run
        return False
    is_whole = losses.shape == (STEPS,) and len(parameters) == 2 * len(case.sizes) - 2
    if not is_whole or not all(np.isfinite(A).all() for A in (losses, *parameters)) or is_right(case, case.wrong):
        return False
    return level != 2 or bool(losses[-1] < 0.7 * losses[0])
