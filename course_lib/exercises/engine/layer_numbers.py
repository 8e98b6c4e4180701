"""The explicit tensor dZ/dA of any layer, measured; and one argument's gradient beside it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course_lib.jacobian import key_idea

_STEPS = (2.0**-13, 2.0**-18)  # powers of two: A + h is then exact
_AGREE = 1e-6  # by how much of the largest entry two steps may differ where there is no kink
_EPSILON = np.finfo(float).eps


@dataclass(frozen=True)
class Tensor:
    """dZ/dA as it was measured. J: Z.shape + A.shape; sure, noise: A.shape.

    sure is False where two step sizes do not agree, as at a kink; J is then 0. noise is what rounding does to an entry of J.
    """

    J: np.ndarray
    sure: np.ndarray
    noise: np.ndarray


def measure(f, A, Z, drawn):
    """dZ/dA for Z = f(A), as `numeric_jacobian` finds it, but with two step sizes for each entry: a `Tensor`.

    f: a function from an array of A's shape to one of Z's. A, Z: floats, Z = f(A). drawn: True for an A of numbers of
    size 1, of which some are near 0 by chance; else the step is a part of the entry itself, whatever its size. Where
    f gives NaN or infinity, the entry is not sure. What f raises is raised.
    """
    J, sure, noise = np.zeros(Z.shape + A.shape), np.ones(A.shape, dtype=bool), np.zeros(A.shape)
    typical = float(np.sqrt((A**2).mean())) or 1.0
    rounding = _rounding(f, A, Z)
    for i in np.ndindex(A.shape):
        size = max(1.0, abs(A[i])) if drawn else abs(A[i]) or typical
        unit = 2.0 ** np.floor(np.log2(size))
        for step in _STEPS:
            noise[i] = rounding / (step * unit)
            column, sure[i] = _column(f, A, i, Z, step * unit, noise[i])
            if sure[i]:
                J[(..., *i)] = column
                break
    return Tensor(J, sure, noise)


def _rounding(f, A, Z):
    """How far rounding moves an entry of Z: within f, numbers may be larger than what they come to."""
    moved = [f(A * (1 + k * _EPSILON)) for k in (-3, -1, 1, 3)]
    apart = sorted(abs(each - Z).max() for each in moved if np.isfinite(each).all())
    return max(_EPSILON * abs(Z).max(), *apart[1:2], 0.0)  # at a jump, two of the four are far away


def _column(f, A, i, Z, h, noise):
    """dZ/dA[i] from A[i] +- h and A[i] +- 2h, and whether the two agree and see no kink; noise: rounding, over h."""
    at = {}
    for k in (-2, -1, 1, 2):
        moved = A.copy()
        moved[i] += k * h
        at[k] = f(moved)
    if not all(np.isfinite(value).all() for value in at.values()):
        return np.zeros(Z.shape), False
    narrow, wide = (at[1] - at[-1]) / (2 * h), (at[2] - at[-2]) / (4 * h)
    # Second differences: where f is smooth the wide one is twice the narrow one, at a kink they are equal.
    bend, wide_bend = (at[1] - 2 * Z + at[-1]) / h, (at[2] - 2 * Z + at[-2]) / (2 * h)
    doubt = max(abs(narrow - wide).max(), abs(2 * bend - wide_bend).max())
    sure = bool(doubt <= _AGREE * abs(narrow).max() + 100 * noise)
    return (4 * narrow - wide) / 3, sure


@dataclass(frozen=True)
class Part:
    """One argument in one draw: the gradient that backward gave, and all that it can be compared with.

    name, first: the names of this argument and of forward's first. value: an array, or None. what: what it was instead
    of an array, "" if it was one, None if it was not claimed. A: the argument. Z, G: of one shape. m: the first axis of
    forward's first argument. others, gradients: the other arguments, and their right gradients, by name.
    """

    name: str
    first: str
    value: np.ndarray
    what: str
    A: np.ndarray
    tensor: Tensor
    Z: np.ndarray
    G: np.ndarray
    m: int
    others: dict
    gradients: dict

    @property
    def J(self):
        """dZ/dA, of shape Z.shape + A.shape."""
        return self.tensor.J

    @cached_property
    def right(self):
        """The gradient with respect to A, of A's shape: the key idea on the measured tensor."""
        return np.asarray(key_idea(self.J, self.G))

    @cached_property
    def parts(self):
        """The terms of the key idea's sum before they are added: J times G, of shape Z.shape + A.shape."""
        return self.J * self.G.reshape(self.G.shape + (1,) * self.A.ndim)

    @cached_property
    def tolerance(self):
        """By how much each entry of a right gradient may differ from `right`: what the measurement leaves open."""
        scale = abs(self.parts).sum(axis=tuple(range(self.Z.ndim))).max()
        float32 = self.value is not None and self.value.dtype in (np.float32, np.float16)
        return (1e-4 if float32 else 1e-7) * scale + 30 * self.tensor.noise * (abs(self.G).sum() + 1)

    @cached_property
    def elementwise(self):
        """True if each entry of Z depends on its own entry of A alone."""
        if self.Z.shape != self.A.shape:
            return False
        J = abs(self.J.reshape(self.Z.size, self.A.size))
        return bool((J - np.diag(np.diag(J))).max() <= _AGREE * J.max())

    def is_(self, target):
        """True if the value has the target's shape and, where the tensor is sure, its numbers."""
        value = self.value
        if value is None or value.shape != target.shape:
            return False
        own = target.shape == self.A.shape
        with np.errstate(invalid="ignore"):
            near = abs(np.subtract(value, target, dtype=float)) <= (self.tolerance if own else self.tolerance.max())
        return bool((near | ~self.tensor.sure).all() if own else near.all())

    def snapped(self):
        """The value with the right numbers wherever it agrees with them, so that only true differences are left."""
        if self.value is None or self.value.shape != self.right.shape:
            return self.value
        with np.errstate(invalid="ignore"):
            near = abs(self.value - self.right) <= self.tolerance
        return np.where(near | ~self.tensor.sure, self.right, self.value)
