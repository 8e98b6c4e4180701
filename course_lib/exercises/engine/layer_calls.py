"""A layer's two functions, called in their sandboxes, on copies; what they give back is read at once, or refused."""

import numpy as np

from course_lib.exercises.engine.compare import plain, whole
from course_lib.exercises.engine.run import raised
from course_lib.exercises.engine.sandbox import Sandbox, TimeUp

_LINE = 100  # characters; a longer line of the learner's is not quoted


class Ended(Exception):
    """The check cannot go on: (status, ids of mistakes, message)."""


class Calls:
    """A context in which `forward` and `backward` run the learner's functions, `limit` seconds in all.

    `changed` collects who wrote into what; `sandbox` keeps what the functions wrote. What stops a function, or makes its
    result useless, raises `Ended`.
    """

    def __init__(self, inputs, forward, backward, limit):
        self.inputs, self.limit, self.changed = inputs, limit, {}
        self._functions = {"forward": forward, "backward": backward}
        self.sandbox = Sandbox(forward, limit)
        self._calls, self._planned = 0, 0

    def __enter__(self):
        self.sandbox.__enter__()
        return self

    def __exit__(self, *error):
        return self.sandbox.__exit__(*error)

    def forward(self, arrays):
        """Z for the arguments `arrays`, a dict by name: an array of finite floats."""
        Z = self._Z(arrays)
        if Z.size == 0:
            raise Ended("error", ("wrong_shape",), f"forward gave an array without entries, of shape {Z.shape}.")
        if not np.isfinite(Z).all():
            message = (
                "forward gives NaN or infinity here. If an argument must be special, say positive, pass an array "
                f"instead of its shape, as in {self.inputs.names[0]}=np.array(...)."
            )
            raise Ended("error", ("not_finite",), message)
        self._planned = 4 * self.inputs.draws * self.inputs.entries
        return Z

    def forward_again(self, arrays, Z):
        """Z for other numbers, which may not be finite. Z: of the first call; the shape must be the same."""
        again = self._Z(arrays)
        if again.shape != Z.shape:
            message = f"forward gave shape {Z.shape}, and for other numbers of the same sizes {again.shape}."
            raise Ended("error", ("wrong_shape",), message)
        return again

    def repeat(self, arrays, Z):
        """Call forward for the arguments that gave Z, of any shape, once more: it must give Z."""
        again = self.forward_again(arrays, Z)
        if not (abs(again - Z) <= 1e-12 * abs(Z).max()).all():
            message = (
                "forward gives other results for the same arguments, so its derivatives cannot be measured. If it draws "
                "random numbers, as dropout does, make its generator from a fixed seed inside forward, or pass the mask "
                "as an argument."
            )
            raise Ended("error", (), message)

    def backward(self, arrays, G):
        """The gradients by name: (an array or None, what it is instead of an array or ""). Left out if not claimed."""
        given = self._call("backward", arrays, G)
        values = self._by_dict(given) if type(given) is dict else self._by_place(given)
        claimed = {name: plain(values[name]) for name in self.inputs.measured if values[name] is not None}
        if not claimed:
            raise Ended("wrong", ("wrong_type",), "backward claims no gradient: there is None for every argument.")
        return claimed

    def _by_dict(self, given):
        names = self.inputs.names
        if set(given) - set(names) or set(self.inputs.measured) - set(given):
            message = (
                f"backward gave a dict with the keys {', '.join(key if type(key) is str else type(key).__name__ for key in given)}; expected the names of forward's "
                f"arguments: {', '.join(names)}."
            )
            raise Ended("wrong", ("wrong_type",), message)
        return given

    def _by_place(self, given):
        names, measured = self.inputs.names, self.inputs.measured
        if type(given) not in (tuple, list) and given is not None and len(measured) == 1:
            given = (given,)
        if type(given) in (tuple, list):
            for each in (names, measured):
                if len(each) == len(given):
                    return dict(zip(each, given, strict=True))
            what = f"{len(given)} gradient{'s' * (len(given) != 1)}"
        elif type(given) is np.ndarray:
            what = f"one array, of shape {given.shape}"
        else:
            what = "None (is there no return?)" if given is None else f"an object of type {type(given).__name__}"
        expected = f"a gradient for each of {', '.join(names)}, in this order" if len(names) > 1 else "one gradient"
        raise Ended("wrong", ("wrong_type",), f"backward gave {what}; expected {expected}.")

    def _Z(self, arrays):
        Z, what = plain(self._call("forward", arrays))
        self._calls += 1
        if what or Z is None:
            message = f"forward gave {what if what == 'None' else f'an object of type {what}'}, expected one array Z."
            raise Ended("error", ("wrong_type",), message)
        if whole(Z):
            message = "forward gave integers, which have no derivative; expected floats."
            raise Ended("error", ("integer_result",), message)
        if Z.dtype != np.float64:
            message = f"forward gave {Z.dtype}, too coarse to measure a derivative: keep the float64 of its arguments."
            raise Ended("error", ("wrong_type",), message)
        return Z

    def _call(self, which, arrays, *G):
        sandbox, function = self.sandbox, self._functions[which]
        named = {name: A.copy() for name, A in (*arrays.items(), *(("dL/dZ", each) for each in G))}
        before = {name: A.copy() for name, A in named.items()}
        arguments = tuple(named.values()) if G else self.inputs.positional(named)
        value = None
        try:
            value = sandbox.call(function, *arguments)
        except TimeUp:
            pass  # it is late: below
        except KeyboardInterrupt:
            raise Ended("error", ("raises",), f"{which} was interrupted.") from None
        except SystemExit:
            message = f"{which} calls exit(): a function ends with return, and the kernel goes on."
            raise Ended("error", ("raises",), message) from None
        except BaseException as error:  # noqa: BLE001 - whatever a learner's code can raise
            raise Ended("error", ("raises",), self._raises(which, raised(error, function))) from None
        if sandbox.late:
            raise Ended("error", ("too_slow",), self._late(which))
        for name, A in before.items():
            if named[name].shape != A.shape or not np.array_equal(named[name], A, equal_nan=A.dtype.kind == "f"):
                self.changed.setdefault(which, []).append(name)
        return value

    def _raises(self, which, error):
        line = f" in the line `{error.line}`" if 0 < len(error.line) <= _LINE else ""
        shapes = ", ".join(f"{name} {shape}" for name, shape in self.inputs.shapes.items())
        return f"{which} raises {error.kind}{line} for {shapes}{f': {error.text}' if error.text else ''}."

    def _late(self, which):
        if self._calls > 4:
            return (
                f"The check was stopped after {self.limit:g} seconds and {self._calls} of {self._planned}, or more, "
                "calls of forward: smaller sizes will do. Or does a loop never end?"
            )
        return f"{which} was stopped after {self.limit:g} seconds: does a loop never end?"
