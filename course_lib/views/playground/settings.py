"""What a run of TrainingPlayground is made from, and the checks of it: each error names the argument."""

import functools
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from course_lib.activations import ACTIVATIONS
from course_lib.arguments import Choice, Number
from course_lib.pictures.panel import check_numbers, checked_index, is_whole
from course_lib.practice import data
from course_lib.practice.data import Split
from course_lib.shapes import ShapeError

DATA = {f.__name__: functools.cache(f) for f in (data.moons, data.spirals, data.digits)}
MOST_LAYERS, MOST_UNITS, MOST_SAMPLES, MOST_ENTRIES = 6, 128, 5_000, 1_000_000
_CALL = "TrainingPlayground(...)"


@dataclass(frozen=True, eq=False)
class Settings:
    """What a run is made from, checked: see `TrainingPlayground`, which has the same arguments.

    Raises TypeError or ValueError (for data also ShapeError) that names the argument.
    """

    data: object = "moons"
    hidden: tuple = (16, 16)
    activation: str = "tanh"
    learning_rate: float = 0.1
    batch_size: int = 32
    lam: float = 0.0
    seed: int = 0

    def __post_init__(self):
        m = len(self.split.X_train)
        hidden = (self.hidden,) if isinstance(self.hidden, Integral) else self.hidden
        expected = f"up to {MOST_LAYERS} whole numbers from 1 to {MOST_UNITS}, such as (16, 16)"
        if isinstance(hidden, str) or not np.iterable(hidden):
            raise TypeError(f"{_CALL}: hidden is {self.hidden!r}, expected {expected}")
        hidden = tuple(hidden)
        if len(hidden) > MOST_LAYERS or not all(is_whole(n) and 1 <= n <= MOST_UNITS for n in hidden):
            raise ValueError(f"{_CALL}: hidden is {hidden}, expected {expected}")
        name = Choice(ACTIVATIONS)(_CALL, "activation", getattr(self.activation, "name", self.activation))
        Number(0, above=True)(_CALL, "learning_rate", self.learning_rate)
        Number(0)(_CALL, "lam", self.lam)
        samples = f", the training samples of {data_name(self.data)}"
        checked_index(f"{_CALL}: batch_size", self.batch_size, m, 1, samples)
        checked_index(f"{_CALL}: seed", self.seed, 2**32 - 1)
        for field, value in (("hidden", tuple(int(n) for n in hidden)), ("activation", name)):
            object.__setattr__(self, field, value)

    @functools.cached_property
    def split(self):
        """The data, a `course_lib.practice.data.Split`."""
        if isinstance(self.data, str):
            if self.data not in DATA:
                raise ValueError(f"{_CALL}: data is {self.data!r}, expected one of {', '.join(DATA)}, or a Split")
            return DATA[self.data]()
        return _checked_split(self.data)

    @property
    def sizes(self):
        """Units by layer, the inputs first."""
        return [self.split.X_train.shape[1], *self.hidden, self.split.target_train.shape[1]]


def data_name(given):
    """The name of a set of data as it is written in messages and in the view."""
    return given if isinstance(given, str) else "your data"


def _checked_split(given):
    """A Split of the reader's own, as floats."""
    if not isinstance(given, tuple) or len(given) != 4:
        kinds = f"one of {', '.join(DATA)}, or a Split(X_train, target_train, X_test, target_test)"
        raise TypeError(f"{_CALL}: data is a {type(given).__name__}, expected {kinds}")
    arrays = []
    for name, A in zip(Split._fields, given, strict=True):
        check_numbers(f"{_CALL}: data.{name}", A, rank=2)
        arrays.append(A.astype(float))
        if not np.isfinite(arrays[-1]).all():
            raise ValueError(f"{_CALL}: data.{name} holds a number that is not finite")
    split = Split(*arrays)
    (m, n), m_test = split.X_train.shape, len(split.X_test)
    classes = split.target_train.shape[1]
    for name, shape in (("target_train", (m, classes)), ("X_test", (m_test, n)), ("target_test", (m_test, classes))):
        if getattr(split, name).shape != shape:
            raise ShapeError(f"{_CALL}: data.{name} has shape {getattr(split, name).shape}, expected {shape}.")
    for name, target in (("target_train", split.target_train), ("target_test", split.target_test)):
        if not (np.isin(target, (0, 1)).all() and (target.sum(axis=1) == 1).all()):
            raise ValueError(f"{_CALL}: data.{name} has a row that is not one-hot: one 1, and zeros")
    if not (2 <= m <= MOST_SAMPLES and 1 <= m_test <= MOST_SAMPLES and n >= 1 and m * n <= MOST_ENTRIES):
        limits = f"2 to {MOST_SAMPLES:,} for training, 1 to {MOST_SAMPLES:,} held out, {MOST_ENTRIES:,} numbers"
        raise ValueError(
            f"{_CALL}: data has {m} training and {m_test} held-out samples of {n} numbers; limits: {limits}"
        )
    present = int(split.target_train.any(axis=0).sum())
    if present < 2 or (n == 2 and classes != 2):
        expected = "exactly 2 for points of the plane" if n == 2 else "at least 2"
        raise ValueError(
            f"{_CALL}: data has training samples of {present} class(es), of {classes}; expected {expected}"
        )
    return split
