"""What a run of TrainingPlayground is made from, and the checks of it: each error names the argument."""

import functools
from dataclasses import dataclass

import numpy as np

from course_lib.activations import ACTIVATIONS
from course_lib.arguments import Choice, Number
from course_lib.pictures.panel import checked_index, is_whole
from course_lib.practice import data

DATA = {f.__name__: functools.cache(f) for f in (data.moons, data.spirals, data.digits)}
MOST_LAYERS, MOST_UNITS = 6, 128
OFFERED = {  # in the page, beside what the view was made with; in Python there is more
    "data": list(DATA),
    "hidden": [(), (4,), (16,), (64,), (16, 16), (64, 32), (16, 16, 16, 16)],
    "activation": list(ACTIVATIONS),
    "learning_rate": [0.001, 0.01, 0.03, 0.1, 0.3, 1, 5, 100],
    "batch_size": [1, 8, 32, 128, 400],
    "lam": [0, 0.0001, 0.001, 0.01, 0.1, 1],
}
_CALL = "TrainingPlayground(...)"


@dataclass(eq=False)
class Settings:
    """What a run is made from, checked: see `TrainingPlayground`, which has the same arguments.

    Raises TypeError or ValueError that names the argument.
    """

    data: str = "moons"
    hidden: tuple = (16, 16)
    activation: str = "tanh"
    learning_rate: float = 0.1
    batch_size: int = 32
    lam: float = 0.0
    seed: int = 0

    def __post_init__(self):
        self.hidden = tuple(self.hidden) if np.iterable(self.hidden) else (self.hidden,)
        if len(self.hidden) > MOST_LAYERS or not all(is_whole(n) and 1 <= n <= MOST_UNITS for n in self.hidden):
            expected = f"up to {MOST_LAYERS} whole numbers from 1 to {MOST_UNITS}, such as (16, 16)"
            raise ValueError(f"{_CALL}: hidden is {self.hidden}, expected {expected}")
        self.activation = Choice(ACTIVATIONS)(_CALL, "activation", getattr(self.activation, "name", self.activation))
        Number(0, above=True)(_CALL, "learning_rate", self.learning_rate)
        Number(0)(_CALL, "lam", self.lam)
        m = len(self.split.X_train)
        checked_index(f"{_CALL}: batch_size", self.batch_size, m, 1, f", the training samples of {self.data}")
        checked_index(f"{_CALL}: seed", self.seed, 2**32 - 1)

    @functools.cached_property
    def split(self):
        """The data, a `course_lib.practice.data.Split`."""
        return DATA[Choice(DATA)(_CALL, "data", self.data)]()

    @property
    def sizes(self):
        """Units by layer, the inputs first."""
        return [self.split.X_train.shape[1], *self.hidden, self.split.target_train.shape[1]]
