"""`check_layer`: is the backward pass of a layer of your own right? Its tensors are measured, and the key idea decides."""

import warnings

import numpy as np

from course_lib.exercises.engine.card import Result
from course_lib.exercises.engine.layer_calls import Calls, Ended
from course_lib.exercises.engine.layer_inputs import Inputs, misfit
from course_lib.exercises.engine.layer_numbers import Part, measure
from course_lib.exercises.engine.layer_readings import Reading, read
from course_lib.exercises.engine.mistakes import MISTAKES
from course_lib.exercises.engine.run import is_stub
from course_lib.exercises.engine.sandbox import TIME_LIMIT

_ATTEMPTS = 3  # to draw numbers at which forward has no kink


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

    For two draws of random numbers, more if they are few (float64, the same each time), dZ/dA of each argument A is measured by central
    differences, and contracted with a random G by the key idea. Take different primes as sizes. All calls together may
    take 5 seconds.

    Raises TypeError, ValueError or ShapeError, which name the argument, for functions and shapes that cannot be
    checked, and ValueError if the tensors have more than a million entries. Whatever the two functions do when they
    run, a `Result` comes.
    """
    return _check(forward, backward, shapes, TIME_LIMIT)


def _check(forward, backward, shapes, limit):
    inputs = Inputs(forward, backward, shapes)
    names = ", ".join(inputs.names)
    if why := misfit(backward, inputs.names):
        return Result("error", (), why, exercise="check_layer")
    if is_stub(forward) or is_stub(backward):
        message = f"Write forward({names}) and backward({names}, G), and check again."
        return Result("not attempted", (), message, exercise="check_layer")
    with np.errstate(all="ignore"), warnings.catch_warnings():  # whatever the notebook has set
        warnings.simplefilter("ignore")
        with Calls(inputs, forward, backward, limit) as calls:
            try:
                status, mistakes, message = _verdict(inputs, _draws(inputs, calls), calls.changed)
            except Ended as ended:
                status, mistakes, message = ended.args
    return Result(status, tuple(dict.fromkeys(mistakes)), message, exercise="check_layer", printed=calls.sandbox.said)


def _draws(inputs, calls):
    """A list of draws, each a dict of one `Part` by name; of a few attempts the one with the fewest kinks."""
    rng, found = np.random.default_rng(0), []
    for _ in range(inputs.draws):
        attempts = []
        for _ in range(_ATTEMPTS if inputs.drawn else 1):
            attempts.append(_draw(inputs, calls, rng))
            if not _kinks(attempts[-1]):
                break
        found.append(min(attempts, key=_kinks))
    return found


def _draw(inputs, calls, rng):
    arrays = inputs.draw(rng)
    Z = calls.forward(arrays)
    inputs.check_size(Z.size)
    G = np.array(rng.standard_normal(Z.shape))
    values = calls.backward(arrays, G)
    calls.repeat(arrays, Z)
    parts = {}
    for name in inputs.measured:
        tensor = measure(
            lambda A, name=name: calls.forward_again(arrays | {name: A}, Z), arrays[name], Z, name not in inputs.given
        )
        others = {other: arrays[other] for other in inputs.names if other != name}
        value, what = values.get(name, (None, None))
        parts[name] = Part(name, inputs.names[0], value, what, arrays[name], tensor, Z, G, inputs.m, others, {})
    calls.repeat(arrays, Z)
    for part in parts.values():
        part.gradients.update({name: other.right for name, other in parts.items() if other is not part})
    return parts


def _kinks(parts):
    return sum(int((~part.tensor.sure).sum()) for part in parts.values())


def _verdict(inputs, draws, changed):
    """(status, ids of the mistakes, message)."""
    said, mistakes, wrong, open_ = [], [], [], []
    for name in inputs.names:
        if name not in inputs.measured:
            said.append(f"{name}: no gradient, it does not hold floats")
            continue
        parts = [draw[name] for draw in draws]
        if parts[0].what is None:
            said.append(f"{name}: not claimed")
            continue
        kinks = max(int((~part.tensor.sure).sum()) for part in parts)
        reading = _read(parts)
        if reading is None:
            open_.append(name)
            said.append(f"{name}: it cannot be decided, forward has a kink or a jump at every entry")
            continue
        mistakes += reading.mistakes
        wrong += [] if reading.right else [name]
        left = f" (except {kinks} of {parts[0].A.size} entries, where forward has a kink or a jump)" if kinks else ""
        said.append(f"{name}: {'right' if reading.right else f'wrong. {reading.says}'}{left}")
    message = " ".join(text if text.endswith("?") else f"{text}." for text in said)
    for which, names in changed.items():
        message += f" {which} writes into {', '.join(dict.fromkeys(names))}: work on a copy."
    if wrong:
        return "wrong", ("mutates_input",) * bool(changed) + tuple(mistakes), f"{message} {_look(inputs, wrong[0])}"
    if changed:
        return "wrong", ("mutates_input",), f"{message} Look at {MISTAKES['mutates_input'].look}."
    if open_:
        return "error", (), f"{message} Pass an array for it, of numbers that are no kinks."
    return "correct", (), f"{message} Each is what the key idea makes of the tensor, in {len(draws)} draws of numbers."


def _read(parts):
    """A `Reading` of one argument; None if nothing about it can be decided."""
    decided = tuple(part for part in parts if part.tensor.sure.any())
    if not decided:
        return None
    kinds = [part.what for part in parts if part.what]
    if kinds:
        return Reading(False, f"It is an object of type {kinds[0]}, expected an array", ("wrong_type",))
    return read(decided)


def _look(inputs, name):
    arguments = ", ".join(inputs.names)
    f = "forward" if arguments == name else f"lambda {name}: forward({arguments})"
    right = f"key_idea(numeric_jacobian({f}, {name}), G)"
    return f"Look at {right}, with both from course_lib.jacobian: it is what backward must give for {name}."
