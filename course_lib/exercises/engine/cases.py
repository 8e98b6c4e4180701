"""Cases: the arguments that an answer is tried on, with sizes and layouts at which mistakes show.

The first two have the notebook's own sizes, so that numbers typed in for them show; then come other primes, one
sample, one unit, equal sizes (where formulas run that cannot run elsewhere), rows of zeros, float32, and arrays that
are not contiguous. The numbers come from a fixed seed: the same answer gets the same card.
"""

from dataclasses import dataclass

import numpy as np

# m, n_in, n_out, and tags. "notebook": the sizes of the notebooks. "primes": three other, different sizes.
BATCHES = (
    (7, 5, 3, "notebook"),
    (7, 5, 3, "notebook"),
    (11, 7, 2, "primes"),
    (2, 3, 5, "primes"),
    (1, 3, 2, "edge"),
    (2, 3, 1, "edge"),
    (3, 1, 2, "edge"),
    (4, 4, 4, "square"),
    (6, 6, 6, "square"),
    (4, 4, 3, "square"),
    (4, 3, 4, "square"),
    (3, 4, 4, "square"),
    (5, 7, 2, "zeros"),
    (5, 2, 7, "float32"),
    (13, 2, 5, "strided"),
)


@dataclass(frozen=True)
class Case:
    """One set of arguments. They are never handed out: `copies` makes fresh ones, in the layout that the tags say."""

    arguments: tuple
    sizes: dict
    tags: frozenset = frozenset()

    def copies(self):
        """Fresh copies of the arguments, for one run of the learner's code."""
        return tuple(map(self._copy, self.arguments))

    def spoken(self):
        """The sizes in words: "m = 7, n_in = 5, n_out = 3"."""
        return ", ".join(f"{name} = {size}" for name, size in self.sizes.items()) or "this case"

    def counted(self):
        """The numbers of samples, inputs and units, in order."""
        named = [size for name, size in self.sizes.items() if name != "layers"]
        return [n for size in named for n in (size if isinstance(size, tuple) else (size,))]

    def _copy(self, value):
        if isinstance(value, (list, tuple)):
            return type(value)(map(self._copy, value))
        if not isinstance(value, np.ndarray):
            return value
        if "strided" not in self.tags or not value.ndim:
            return value.copy()
        copy = np.empty(tuple(2 * size for size in value.shape), dtype=value.dtype)[
            (slice(None, None, 2),) * value.ndim
        ]
        copy[...] = value
        return copy


class Draw:
    """`draw(7, 5)` is an array of that shape of normal numbers; tags make a row zero, all but one huge, or float32."""

    def __init__(self, rng, tags):
        self.rng, self.tags = rng, tags

    def __call__(self, *shape):
        values = self.rng.standard_normal(shape)
        if "zeros" in self.tags and len(shape) == 2 and shape[0] > 1:
            values[self.rng.integers(shape[0])] = 0
        if "huge" in self.tags:
            values[1:] *= 10000  # the first row stays: beside tiny numbers only, rounding would look like a mistake
        return values.astype(np.float32) if "float32" in self.tags else values


def drawn_cases(make, names, rows):
    """A function `seed -> cases`, one case for each row, which holds sizes and ends with tags.

    make: `(draw, *sizes) -> arguments`. names: what the sizes are called in messages; None leaves one out.
    """

    def cases(seed):
        rng = np.random.default_rng(seed)
        made = []
        for *sizes, tags in rows:
            draw = Draw(rng, frozenset(tags.split()))
            spoken = {name: size for name, size in zip(names, sizes, strict=True) if name}
            made.append(Case(tuple(make(draw, *sizes)), spoken, draw.tags))
        return tuple(made)

    return cases


def batch_cases(make, without=(), names=("m", "n_in", "n_out"), more=()):
    """The same for the lines of BATCHES. without: tags of lines to leave out. more: further lines; with them, all others
    have the tag "moderate" too.
    """
    lines = [line if not more else (*line[:-1], f"{line[-1]} moderate") for line in BATCHES]
    return drawn_cases(make, names, [line for line in (*lines, *more) if not {*line[-1].split()} & {*without}])
