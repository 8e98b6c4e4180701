"""`check_layer`: is the backward pass of a layer of your own right? Its tensors are measured, and the key idea decides."""

import copy
import warnings

import numpy as np

from course_lib.exercises.engine.card import Result
from course_lib.exercises.engine.check import with_repairs
from course_lib.exercises.engine.compare import plain, whole
from course_lib.exercises.engine.layer_inputs import Inputs
from course_lib.exercises.engine.layer_readings import Part, read
from course_lib.exercises.engine.mistakes import MISTAKES
from course_lib.exercises.engine.repair import badness, repairs, source_text
from course_lib.exercises.engine.run import is_stub, objection, raised
from course_lib.exercises.engine.sandbox import TIME_LIMIT, Busy, Sandbox, TimeUp
from course_lib.exercises.engine.say import quoted
from course_lib.jacobian import numeric_jacobian

_STEP = 2.0**-18  # of an entry, to see a kink: a power of two, so that A + h is exact
_EPSILON = np.finfo(float).eps
_KINK = 1e-3  # by how much of the largest slope those on both sides may differ


class Ended(Exception):
    """The check cannot go on: (status, ids of mistakes, message)."""


def check_layer(forward, backward, /, **shapes):
    """Check the backward pass of a layer of your own: which gradient is wrong, and how. Returns a `Result`.

    forward(X, W, b, ...) -> Z: any arguments; Z is an array (or number) of any rank.
    backward(X, W, b, ..., G) -> gradients: it is called with forward's arguments in their order, and then G = dL/dZ, of
    the shape of Z; whatever else it needs, it computes from these. It returns a tuple (or list) with a gradient for
    each argument, in the same order, or a dict of them by the arguments' names; None for one that is not claimed. For
    a single argument, the gradient alone will do.
    shapes: for each argument of forward, by its name, a shape, as in `X=(7, 5)`; or an array, where random numbers will
    not do (positive numbers, a target). An array of integers or booleans, such as indices, has no gradient: give None
    for it, or leave it out. Arguments with a default may be left out; then backward does not get them either.

    For two draws of random numbers, more if they are few (float64, the same each time), and one with zeros, repeats and
    equal rows where forward allows them, dZ/dA of each argument A is measured by `numeric_jacobian`, and contracted
    with a random G by the key idea. Take different primes as sizes. All calls together may take 5 seconds.

    Raises TypeError, ValueError or ShapeError, which name the argument, for functions and shapes that cannot be
    checked, and ValueError if the tensors have more than a million entries. Whatever the two functions do when they
    run, a `Result` comes.
    """
    return _check(forward, backward, shapes, TIME_LIMIT)


def _check(forward, backward, shapes, limit):
    inputs = Inputs(forward, backward, shapes)
    names = ", ".join(inputs.names)
    arguments = f"{names}, {'dZ' if 'G' in inputs.names else 'G'}"
    if why := objection("backward", arguments, backward):
        why += " They are forward's, and then G = dL/dZ; whatever else it needs, such as Z, it computes from these."
        return Result("error", (), why, exercise="check_layer")
    if is_stub(forward) or is_stub(backward):
        message = f"Write forward({names}) and backward({arguments}), and check again."
        return Result("not attempted", (), message, exercise="check_layer")
    layer = _Layer(inputs, forward, backward)
    with np.errstate(all="ignore"), warnings.catch_warnings():  # whatever the notebook has set
        warnings.simplefilter("ignore")
        try:
            with Sandbox(forward, limit) as sandbox:
                verdict = _ended(layer, sandbox, limit)
        except Busy as busy:
            return Result("error", (), str(busy), exercise="check_layer")
    status, mistakes, message = verdict
    mistakes = tuple(dict.fromkeys(mistakes))
    result = Result(status, mistakes, message, exercise="check_layer", printed=sandbox.said)
    forward_failed = status == "error" and layer.running == "forward"
    if status == "correct" or forward_failed or "too_slow" in mistakes:
        return result
    return with_repairs(result, _repairs(inputs, forward, backward, limit))


def _repairs(inputs, forward, backward, limit):
    """The repairs of backward, see `repairs`; forward's factors and functions are in its scope."""

    def nothing(*_):
        return {name: np.zeros(inputs.shapes[name]) for name in inputs.measured}

    layer = _Layer(inputs, forward, nothing)
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings(), Sandbox(forward, limit) as sandbox:
            warnings.simplefilter("ignore")
            draws = sandbox.call(layer.draws)
    except (Ended, TimeUp, KeyboardInterrupt, SystemExit, RuntimeError):
        return []
    return repairs(backward, layer.judge(draws), range(len(draws)), beside=source_text(forward))


def _ended(layer, sandbox, limit):
    """(status, ids of the mistakes, message), however the two functions end."""
    try:
        found = sandbox.call(layer.verdict)
        if not sandbox.late:
            return found
    except Ended as ended:
        if not sandbox.late:
            return ended.args
    except TimeUp:
        pass
    except KeyboardInterrupt:
        return "error", ("raises",), f"{layer.running} was interrupted."
    except SystemExit:
        return (
            "error",
            ("raises",),
            f"{layer.running} calls exit(): a function ends with return, and the kernel goes on.",
        )
    if layer.calls > 4:
        done = f"{limit:g} seconds and {layer.calls} calls of forward"
        return "error", ("too_slow",), f"The check was stopped after {done}: smaller sizes need fewer."
    return "error", ("too_slow",), f"{layer.running} was stopped after {limit:g} seconds: does a loop never end?"


class _Layer:
    """A layer's two functions, called on copies; what they give back is read at once, or refused by `Ended`."""

    def __init__(self, inputs, forward, backward):
        self.inputs, self._functions = inputs, {"forward": forward, "backward": backward}
        self.running, self.calls, self.changed = "forward", 0, {}  # who wrote into what

    def draws(self):
        """Several draws, see `_draw`, and the special one if there is one; of each its arrays and its G too."""
        rng, inputs = np.random.default_rng(0), self.inputs
        every = [inputs.draw(rng) for _ in range(max(2, 16 // inputs.entries))]
        found = [(arrays, self._draw(arrays, rng)) for arrays in every]
        arrays = inputs.draw(rng, special=True)
        special = self._special(arrays, rng) if inputs.drawn else None
        return found + ([(arrays, special)] if special else [])

    def judge(self, draws):
        """How wrong another backward is in a draw, as `repairs` asks."""

        def judged(function, i):
            self._functions["backward"], self.changed = function, {}
            arrays, parts = draws[i]
            try:
                claimed = self._gradients(arrays, next(iter(parts.values())).G)
            except Ended as ended:
                raise ended.__context__ or ValueError from None
            leaves = [(0.1, None)] * bool(self.changed)
            for name, (value, what) in claimed.items():
                part = copy.copy(parts[name])
                part.value = value
                right = not what and part.agrees(part.right)
                leaves += [(0.0, value)] if right else badness(value, part.right, lambda *_: False)
            return leaves

        return judged

    def verdict(self):
        """(status, ids of the mistakes, message)."""
        rng, inputs = np.random.default_rng(0), self.inputs
        draws = [self._draw(inputs.draw(rng), rng) for _ in range(max(2, 16 // inputs.entries))]
        said, mistakes, wrong, undecided = [], [], [], []
        special = self._special(inputs.draw(rng, special=True), rng) if inputs.drawn else None
        for name in inputs.names:
            parts = [draw[name] for draw in draws if name in draw]
            if not parts:
                floats = name in inputs.measured
                said.append(f"{name}: not claimed" if floats else f"{name}: no gradient, it does not hold floats")
                continue
            kinks = max(int((~part.sure).sum()) for part in parts)
            decided = [part for part in parts if part.sure.any()]
            if not decided:
                undecided.append(name)
                said.append(f"{name}: it cannot be decided, forward has a kink or a jump at every entry")
                continue
            right, says, ids = read(decided, special and special.get(name))
            mistakes += ids
            wrong += [] if right else [name]
            left = (
                f" (except {kinks} of {parts[0].sure.size} entries, where forward has a kink or a jump)"
                if kinks
                else ""
            )
            said.append(f"{name}: {'right' if right else f'wrong. {says}'}{left}")
        message = " ".join(text if text.endswith("?") else f"{text}." for text in said)
        for which, names in self.changed.items():
            message += f" {which} writes into {', '.join(dict.fromkeys(names))}: work on a copy."
        if wrong:
            return (
                "wrong",
                ("mutates_input",) * bool(self.changed) + tuple(mistakes),
                f"{message} {self._look(wrong[0])}",
            )
        if self.changed:
            return "wrong", ("mutates_input",), f"{message} Look at {MISTAKES['mutates_input'].look}."
        if undecided:
            return "error", (), f"{message} Pass an array for it, of numbers that are no kinks."
        count = len(draws) + (special is not None)
        return "correct", (), f"{message} Each is what the key idea makes of the tensor, in {count} draws of numbers."

    def _special(self, arrays, rng):
        """The draw with zeros and repeats, or None: forward, or a slope, may have no value there."""
        try:
            return self._draw(arrays, rng)
        except Ended as ended:
            if ended.args[1] in (("not_finite",), ("raises",)) and self.running == "forward":
                return None
            raise

    def _draw(self, arrays, rng):
        """{name: Part} of each argument that backward claims a gradient for."""
        Z = self._Z(arrays)
        if Z.size == 0:
            raise Ended("error", ("wrong_shape",), f"forward gave an array without entries, of shape {Z.shape}.")
        if not np.isfinite(Z).all():
            example = f"{self.inputs.names[0]}=np.array(...)"
            message = f"forward gives NaN or infinity here. If an argument must be special, say positive, pass an array instead of its shape, as in {example}."
            raise Ended("error", ("not_finite",), message)
        self.inputs.check_size(Z.size)
        G = np.array(rng.standard_normal(Z.shape))
        claimed, again = self._gradients(arrays, G), self._gradients(arrays, G)
        for name, (value, _) in claimed.items():
            if name not in again or not np.array_equal(value, again[name][0], equal_nan=value is not None):
                message = f"backward gives another gradient for {name} when it is called again with the same arguments."
                raise Ended("wrong", ("other_each_time",), f"{message} Look at {MISTAKES['other_each_time'].look}.")
        self._repeat(arrays, Z)
        measured = {name: self._measure(name, arrays, Z) for name in claimed}
        self._repeat(arrays, Z)
        return {name: Part(name, self.inputs, value, what, Z, G, measured) for name, (value, what) in claimed.items()}

    def _measure(self, name, arrays, Z):
        """(dZ/dA, of shape Z.shape + A.shape; where it is sure: not at a kink or a jump; what rounding does to it)."""
        A = arrays[name]
        near = [abs(self._Z(arrays | {name: A * (1 + k * _EPSILON)}, Z.shape) - Z).max() for k in (-3, 3)]
        noise = 1e6 * max(np.nanmin(near), _EPSILON * abs(Z).max())  # at a jump, one of the two is far away
        J, sure = np.zeros(Z.shape + A.shape), np.zeros(A.shape, dtype=bool)
        typical = float(np.sqrt((A**2).mean())) or 1.0
        for i in np.ndindex(A.shape):
            size = max(1.0, abs(A[i])) if name in self.inputs.drawn else abs(A[i]) or typical
            unit = 2.0 ** np.floor(np.log2(size))

            def moved(t, i=i, unit=unit):
                B = A.copy()
                B[i] += float(np.sum(t)) * unit
                return self._Z(arrays | {name: B}, Z.shape)

            up, down = moved(_STEP) - Z, Z - moved(-_STEP)
            try:
                column = numeric_jacobian(moved, np.zeros(()))
            except ValueError:  # no slope: a jump, or no value so near
                continue
            coarse = (up + down) / (2 * _STEP)  # where nothing moves, a finer step would see rounding alone
            column = np.where(abs(column - coarse) <= 1e-4 * abs(coarse).max(initial=0), column, coarse)
            bend = abs(up - down).max(initial=0) / _STEP
            sure[i] = np.isfinite(bend) and bend <= _KINK * abs(column).max(initial=0) + 1e-8
            J[(..., *i)] = column / unit if sure[i] else 0
        return J, sure, noise

    def _repeat(self, arrays, Z):
        """Call forward for the arguments that gave Z, of any shape, once more: it must give Z."""
        if not (abs(self._Z(arrays, Z.shape) - Z) <= 1e-12 * abs(Z).max()).all():
            message = (
                "forward gives other results for the same arguments, so its derivatives cannot be measured. If it draws "
                "random numbers, as dropout does, make its generator from a fixed seed inside forward, or pass the mask "
                "as an argument."
            )
            raise Ended("error", (), message)

    def _Z(self, arrays, shape=None):
        """Z for the arguments `arrays`, a dict by name; of this shape, if one is given."""
        Z, what = plain(self._call("forward", arrays))
        self.calls += 1
        if what or Z is None:
            message = f"forward gave {what if what == 'None' else f'an object of type {what}'}, expected one array Z."
            raise Ended("error", ("wrong_type",), message)
        if whole(Z):
            message = "forward gave integers, which have no derivative; expected floats."
            raise Ended("error", ("integer_result",), message)
        if Z.dtype != np.float64:
            message = f"forward gave {Z.dtype}, too coarse to measure a derivative: keep the float64 of its arguments."
            raise Ended("error", ("wrong_type",), message)
        if shape is not None and Z.shape != shape:
            message = f"forward gave shape {shape}, and for other numbers of the same sizes {Z.shape}."
            raise Ended("error", ("wrong_shape",), message)
        return Z

    def _gradients(self, arrays, G):
        """{name: (an array or None, what it is instead of an array or "")}; without those that are not claimed."""
        given, names, measured = self._call("backward", arrays, G), self.inputs.names, self.inputs.measured
        if type(given) not in (tuple, list, dict) and given is not None and len(measured) == 1:
            given = (given,)
        if type(given) in (tuple, list):
            order = next((each for each in (names, measured) if len(each) == len(given)), None)
            what = f"{len(given)} gradient{'s' * (len(given) != 1)}"
            given = order and dict(zip(order, given, strict=True))
        elif type(given) is dict:
            keys = ", ".join(key if type(key) is str else type(key).__name__ for key in given)
            what = f"a dict with the keys {keys}"
            given = given if set(measured) <= set(given) <= set(names) else None
        else:
            kind = f"one array, of shape {given.shape}" if type(given) is np.ndarray else ""
            what = kind or (
                "None (is there no return?)" if given is None else f"an object of type {type(given).__name__}"
            )
            given = None
        if given is None:
            message = f"backward gave {what}; expected a gradient for each of {', '.join(names)}, in this order."
            raise Ended("wrong", ("wrong_type",), message)
        claimed = {name: plain(given[name]) for name in measured if given[name] is not None}
        if not claimed:
            raise Ended("wrong", ("wrong_type",), "backward claims no gradient: there is None for every argument.")
        return claimed

    def _call(self, which, arrays, *G):
        function = self._functions[which]
        named = {name: A.copy() for name, A in (*arrays.items(), *(("dL/dZ", each) for each in G))}
        before = {name: A.copy() for name, A in named.items()}
        self.running = which
        try:
            value = function(*(tuple(named.values()) if G else self.inputs.positional(named)))
        except (TimeUp, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever a learner's code can raise
            found = raised(error, function)
            shapes = ", ".join(f"{name} {shape}" for name, shape in self.inputs.shapes.items())
            text = f": {found.text}" if found.text else ""
            message = f"{which} raises {found.kind}{quoted(found.line)} for {shapes}{text}."
            raise Ended("error", ("raises",), message) from None
        for name, A in before.items():
            if named[name].shape != A.shape or not np.array_equal(named[name], A, equal_nan=A.dtype.kind == "f"):
                self.changed.setdefault(which, []).append(name)
        return value

    def _look(self, name):
        arguments = ", ".join(self.inputs.names)
        f = "forward" if arguments == name else f"lambda {name}: forward({arguments})"
        right = f"key_idea(numeric_jacobian({f}, {name}), G)"
        return f"Look at {right}, with both from course_lib.jacobian: it is what backward must give for {name}."
