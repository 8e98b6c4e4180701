"""`check_layer`: is the backward pass of a layer of your own right? Its tensors are measured, and the key idea decides."""

import contextlib
import functools
import inspect
import re
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from course_lib.arguments import Whole, describe, finite_array
from course_lib.exercises.engine.card import Result
from course_lib.exercises.engine.cases import Case
from course_lib.exercises.engine.check import judged, verdict, with_repairs
from course_lib.exercises.engine.compare import FLOAT32_TOLERANCE, TOLERANCE, Answer, Raised, plain, same
from course_lib.exercises.engine.diagnose import Evidence
from course_lib.exercises.engine.layer_readings import difference, variants
from course_lib.exercises.engine.mistakes import MISTAKES, bare
from course_lib.exercises.engine.repair import repairs, source_text
from course_lib.exercises.engine.run import called, is_stub, objection, run
from course_lib.exercises.engine.sandbox import TIME_LIMIT, Stopped, apart
from course_lib.exercises.engine.say import quoted
from course_lib.jacobian import key_idea, numeric_jacobian

_CALL = "check_layer(forward, backward, **shapes)"
_MOST_ENTRIES = 10**6  # of all the tensors dZ/dA together
_STEP = 2.0**-24  # of an entry, to see a kink
_KINK, _ROUNDING = 1e-3, 1e-13  # the slopes on both sides may differ by a part of the largest, and by rounding
_MEASURED = 1e-9  # the error of a measured tensor, where Z is near 1


def check_layer(forward, backward, /, **shapes):
    """Check the backward pass of a layer of your own: which gradient is wrong, and how. Returns a `Result`.

    forward(X, W, b, ...) -> Z: any arguments; Z is an array (or number) of any rank.
    backward(X, W, b, ..., G) -> gradients: forward's arguments in their order, and then G = dL/dZ, of the shape of Z. It
    returns a gradient for each argument, in a tuple or list in this order, or in a dict by the arguments' names; None
    for one that is not claimed. For a single argument, the gradient alone will do.
    shapes: for each argument of forward, by its name, a shape, as in `X=(7, 5)`; or an array, where random numbers will
    not do (positive numbers, a target, indices, which have no gradient). Those with a default may be left out.

    In two draws of random numbers, more if they are few, and one with zeros, repeats and equal rows where forward
    allows them, dZ/dA of each argument A is measured by `numeric_jacobian`, and contracted with a random G by the key
    idea. Take different primes as sizes. Each of the two functions may take 5 seconds.

    Raises TypeError or ValueError, which name the argument, for functions and shapes that cannot be checked. Whatever
    the functions do, a `Result` comes.
    """
    for name, function in (("forward", forward), ("backward", backward)):
        if not callable(function) or inspect.isclass(function):
            raise TypeError(f"{_CALL}: {name} is {describe(function)}, expected a function")
    layer = _Layer(forward, shapes)
    arguments = f"{layer.listed}, {'dZ' if 'G' in layer.names else 'G'}"
    if why := objection("backward", arguments, backward):
        why += " They are forward's, and then G = dL/dZ; whatever else it needs, such as Z, it computes from these."
        return Result("error", (), why, exercise="check_layer")
    if is_stub(forward) or is_stub(backward):
        message = f"Write forward({layer.listed}) and backward({arguments}), and check again."
        return Result("not attempted", (), message, exercise="check_layer")
    running = "forward"
    try:
        _, printed = apart(TIME_LIMIT, layer.measure)
        running = "backward"
        answers, printed = run(layer, layer.behind_forward(backward), layer.cases, TIME_LIMIT)
        status, mistakes, message = layer.verdict(answers)
    except Stopped as stopped:
        status, (mistakes, message) = "error", stopped.told(running)
        message += " Smaller sizes need fewer calls." * (running == "forward" and "too_slow" in mistakes)
        printed = stopped.args[-1]
    mistakes = tuple(dict.fromkeys(mistakes))
    result = Result(status, mistakes, message, exercise="check_layer", printed=printed)
    if status == "correct" or {"too_slow", "order"} & {*mistakes} or running == "forward":
        return result
    right = [tuple(part.right for part in case.parts.values()) for case in layer.cases]
    judge = functools.partial(judged, layer, layer.cases, right)
    return with_repairs(result, repairs(backward, judge, range(len(layer.cases)), beside=source_text(forward)))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Drawn(Case):
    """A case with Z, and parts {name: its tensor J, where that is sure, the right gradient, and its tolerance}."""

    Z: np.ndarray
    parts: dict


class _Layer:
    """A layer as an exercise, for `run`: its cases are draws whose tensors are measured; the answers are backward's.

    names: of the arguments, in forward's order; measured: those that have a gradient; m: the first axis of the first.
    """

    form, tolerance = "several", TOLERANCE

    def __init__(self, forward, shapes):
        self._forward, self.cases, self.unclaimed = forward, [], ()
        try:
            self._bind = inspect.signature(forward).bind
            order = list(self._bind(**shapes).arguments)
            self.names = tuple(sorted(shapes, key=order.index))
        except (TypeError, ValueError) as error:  # ValueError: it is written in C
            expected = "expected a shape for each of its arguments by name, as in X=(7, 5)"
            why = f"shapes for ({', '.join(shapes)}) do not fit forward: {error}"
            raise TypeError(f"{_CALL}: {why}; {expected}") from None
        self.listed = ", ".join(self.names)
        self._given = {n: _array(n, shapes[n]) for n in self.names if not isinstance(shapes[n], (tuple, list))}
        asked = shapes | {name: A.shape for name, A in self._given.items()}
        self.shapes = {n: tuple(Whole(1)(_CALL, f"a size in {n}", k) for k in asked[n]) for n in self.names}
        self.measured = [n for n in self.names if n not in self._given or self._given[n].dtype.kind == "f"]
        if not self.measured:
            raise ValueError(f"{_CALL}: no argument holds real numbers, so there is no gradient to check")
        self.m = (*self.shapes[self.names[0]], 1)[0]

    def measure(self):
        """Fill `cases`; the last one has zeros and repeats, if forward has a value there. Raises `Stopped`."""
        rng, entries = np.random.default_rng(0), sum(int(np.prod(self.shapes[name])) for name in self.measured)
        for special in [False] * max(2, 16 // entries) + [True] * (len(self._given) < len(self.names)):
            with contextlib.suppress(*[Stopped] * special):
                self.cases.append(self._drawn(rng, special, entries))

    def _drawn(self, rng, special, entries):
        """A case of the given arrays, and normal random numbers; special: with zeros, repeats and equal rows."""
        arrays = {
            n: self._given[n] if n in self._given else np.array(rng.standard_normal(self.shapes[n])) for n in self.names
        }
        for A in [arrays[n] for n in self.names if special and n not in self._given and arrays[n].ndim]:
            A.flat[:: max(2, A.size // 3)] = 0
            A.flat[-1] = A.flat[A.size // 2]
            A[len(A) // 2] = A[-1]
        Z = self._Z(arrays)
        if not np.isfinite(Z).all():
            advice = ". If an argument must be special, say positive, pass an array instead of its shape, as in "
            raise Stopped("not_finite", "gives NaN or infinity here", f"{advice}{self.names[0]}=np.array(...).")
        if Z.size * entries > _MOST_ENTRIES:
            what = f"makes tensors dZ/dA of {Z.size * entries:,} entries, expected at most {_MOST_ENTRIES:,}"
            raise Stopped("too_slow", what, ": small primes as sizes, such as 7, 5 and 3, show as much.")
        if not same(self._Z(arrays), Z, 1e-12):
            what = "gives other results for the same arguments, so its derivatives cannot be measured"
            advice = ". If it draws random numbers, make their generator from a fixed seed inside it, or pass the mask"
            raise Stopped("other_each_time", what, f"{advice} as an argument.")
        G = np.array(rng.standard_normal(Z.shape))
        parts = {name: self._part(name, arrays, Z, G) for name in self.measured}
        return _Drawn((*arrays.values(), G), {"m": self.m}, frozenset(["zeros"] * special), Z=Z, parts=parts)

    def _part(self, name, arrays, Z, G):
        A = arrays[name]
        J, sure = np.zeros(Z.shape + A.shape), np.zeros(A.shape, dtype=bool)
        typical = float(np.sqrt((A**2).mean())) or 1.0
        for i in np.ndindex(A.shape):

            def moved(t, i=i):
                B = A.copy()
                B[i] += float(np.sum(t))
                return self._Z(arrays | {name: B})

            h = _STEP * (abs(A[i]) or typical)
            try:
                slope = numeric_jacobian(moved, np.zeros(()))
                bend = abs(moved(h) - 2 * Z + moved(-h)).max()
            except ValueError:  # a jump, or no value so near
                continue
            sure[i] = bend <= _KINK * h * abs(slope).max() + _ROUNDING * max(1, abs(Z).max())
            J[(..., *i)] = slope if sure[i] else 0
        right, error = np.asarray(key_idea(J, G)), _MEASURED * max(1, abs(Z).max()) * abs(G).sum()
        scale = np.asarray(key_idea(abs(J), abs(G))).max(initial=0)
        right = np.where(abs(right) <= error, 0, right)
        return SimpleNamespace(J=J, sure=sure, right=right, tolerance=lambda share: share * scale + error)

    def _Z(self, arrays):
        """What forward gives for these arguments, a dict by name. Raises `Stopped`."""
        bound = self._bind(**{name: A.copy() for name, A in arrays.items()})
        value = called(self._forward, bound.args, bound.kwargs)
        if isinstance(value, Raised):
            raise Stopped("raises", *self._raised(value))
        Z, what = plain(value)
        if what or Z.dtype != np.float64 or not Z.size:
            what = f"gave an object of type {what}" if what else f"gave an array of {Z.dtype} of shape {Z.shape}"
            raise Stopped("wrong_type", what, ", expected one array Z of float64, with entries.")
        return Z

    def behind_forward(self, backward):
        """A function that calls forward first, which may keep there what backward needs."""

        @functools.wraps(backward)
        def behind(*arguments):
            self._Z(dict(zip(self.names, arguments, strict=False)))
            return backward(*arguments)

        return behind

    def plain(self, value):
        """An array, or None, for each argument that has a gradient: a tuple; and what came instead, "" if nothing did."""
        if not isinstance(value, (tuple, list, dict)) and value is not None and len(self.measured) == 1:
            value = (value,)
        what = "None (is there no return?)" if value is None else f"an object of type {type(value).__name__}"
        if isinstance(value, (tuple, list)):
            what = f"{len(value)} gradient{'s' * (len(value) != 1)}"
            order = next((order for order in (self.names, self.measured) if len(order) == len(value)), ())
            value = dict(zip(order, value, strict=False))
        if not isinstance(value, dict) or not set(self.measured) <= set(value) <= set(self.names):
            return None, what
        if extra := [name for name in value if name not in self.measured and value[name] is not None]:
            advice = f"pass {extra[0]}.astype(float), or give None for it"
            return None, f"a gradient for {extra[0]}, which holds no floats: {advice}"
        found = {name: (None, "") if value[name] is None else plain(value[name]) for name in self.measured}
        what = next((f"an object of type {what} for {name}" for name, (_, what) in found.items() if what), "")
        return tuple(array for array, _ in found.values()), what

    def settled(self, value, case):
        """The gradients of a case, with what agrees or is not sure put right, and what was never claimed."""
        return value and tuple(self.settled_part(name, case, part) for name, part in zip(self.measured, value))

    def settled_part(self, name, case, value):
        """The same for one argument."""
        part = case.parts[name]
        if name in self.unclaimed or value is None or value.shape != part.right.shape:
            return part.right if name in self.unclaimed else value
        share = FLOAT32_TOLERANCE if value.dtype in (np.float32, np.float16) else TOLERANCE
        near = abs(np.subtract(value, part.right, dtype=float)) <= part.tolerance(share)
        settled = np.where(near | ~part.sure, part.right, value)
        return settled if near.all() or value.dtype.kind == "f" else value

    def verdict(self, answers):
        """(status, ids of the mistakes, message)."""
        flags = {flag: answer for answer in answers for flag in answer.flags}
        if raised := next((answer.value for answer in answers if isinstance(answer.value, Raised)), None):
            return "error", ("raises",), f"backward {''.join(self._raised(raised))}"
        if "wrong_type" in flags:
            expected = f"expected a gradient for each of {self.listed}, in this order"
            return "wrong", ("wrong_type",), f"backward gave {flags['wrong_type'].what}; {expected}."
        for flag, what in (
            ("other_each_time", "gives other gradients when it is called again with the same arguments"),
            ("mutates_input", "writes into the arrays that it was given: work on a copy"),
        ):
            if flag in flags:
                return "wrong", (flag,), f"backward {what}. Look at {MISTAKES[flag].look}."
        columns = dict(zip(self.measured, zip(*(answer.value for answer in answers), strict=True), strict=True))
        self.unclaimed = tuple(name for name, column in columns.items() if all(value is None for value in column))
        told = {name: self._told(name, columns.get(name)) for name in self.names}
        said = [f"{name}: {what}{'' if what.endswith('?') else '.'}" for name, (what, _, _) in told.items()]
        if look := [look for _, _, look in told.values() if look]:
            ids = [key for _, keys, _ in told.values() for key in keys]
            return "wrong", ids, f"{' '.join(said)} Look at {look[0]}."
        if not any(what.startswith("right") for what, _, _ in told.values()):
            return "error", (), " ".join(said)
        said.append(f"Each is what the key idea makes of the tensor, in {len(self.cases)} draws of numbers.")
        return "correct", (), " ".join(said)

    def _told(self, name, column):
        """What is said of one gradient, the ids of its mistakes, and where to look, "" if it is not wrong."""
        if column is None or name in self.unclaimed:
            return "no gradient, it does not hold floats" if column is None else "not claimed", (), ""
        sure = [case.parts[name].sure for case in self.cases if not case.tags]
        if not any(map(np.any, sure)):
            return "not decided, forward has a kink or a jump at every entry: pass another array", (), ""
        but = " (except where forward has a kink or a jump)" * (not all(map(np.all, sure)))
        f = "forward" if self.listed == name else f"lambda {name}: forward({self.listed})"
        look = f"key_idea(numeric_jacobian({f}, {name}), G), with both from course_lib.jacobian: it is what"
        look += f" backward must give for {name}; subtract yours to see what is missing"
        status, keys, message, _ = verdict(Evidence(variants(self, name, look), tuple(map(Answer, column))))
        if status == "correct":
            return f"right{but}", (), ""
        differ = "" if keys else difference(self, name, column)
        says = f"{re.split(' Expected: | Look at ', message)[0]}{differ}".rstrip(".")
        return f"wrong. {says}{but}", map(bare, keys), look

    def _raised(self, value):
        """What was raised, and for which arguments."""
        sizes = ", ".join(f"{name} {shape}" for name, shape in self.shapes.items())
        return f"raises {value.kind}{quoted(value.line)}", f" for {sizes}{': ' * bool(value.text)}{value.text}."


def _array(name, value):
    """The given array as float64, or, if it holds integers or booleans, as it is."""
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{_CALL}: {name} is {describe(value)}, expected a shape such as (7, 5), or a numpy array")
    if type(value) is not np.ndarray or value.dtype.kind not in "iub":
        if finite_array(_CALL, name, value).dtype.kind != "f":
            raise TypeError(f"{_CALL}: {name} has dtype {value.dtype}, expected real floats, or integers")
        value = value.astype(float)
    return value.copy()
