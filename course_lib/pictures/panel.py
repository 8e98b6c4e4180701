"""What a picture of a matrix is made from: its name, its checked array and symbols, and its entries as text."""

from fractions import Fraction
from numbers import Integral
from typing import NamedTuple

import numpy as np

from course_lib.pictures.look import look
from course_lib.shapes import ShapeError


class Panel(NamedTuple):
    """One matrix of a picture: its name, the array, its two symbols, and the rows, columns and entries to highlight.

    Panel("O", O, ("m", "n_in"), rows=[2], entries=[(2, 0)]). A: (m, n), of real numbers, booleans or Fractions; what
    is masked shows a "?". A symbol may be the size itself: ("1", "n_out").
    """

    name: str
    A: np.ndarray
    symbols: tuple
    rows: tuple = ()
    columns: tuple = ()
    entries: tuple = ()

    @property
    def title(self):
        """Two lines, O and (m, n_in) = (7, 5), or three that are short."""
        return f"{self.name}\n{in_symbols(self.symbols)}{look().wrap}= {self.A.shape}"

    @property
    def values(self):
        """A as floats, (m, n); what is masked counts as 0."""
        return np.ma.filled(self.A.astype(float), 0)

    @property
    def boxes(self):
        """The highlights, as (i, j, rows, columns) from entry (i, j) on."""
        m, n = self.A.shape
        rows, columns = [(i, 0, 1, n) for i in self.rows], [(0, j, m, 1) for j in self.columns]
        return [*rows, *columns, *((i, j, 1, 1) for i, j in self.entries)]

    def check(self, known):
        """The panel, if array, symbols and highlights fit; `known` remembers the symbols of the whole picture, a dict."""
        check_text("Panel(name, A, symbols, ...): name", self.name)
        check_numbers(self.name, self.A, rank=2)
        check_symbols(self.name, self.A.shape, self.symbols, known)
        rows, columns, entries = (listed(f"{self.name}: a highlight", places) for places in self[3:])
        for place in [*((i, 0) for i in rows), *((0, j) for j in columns), *entries]:
            checked_entry(f"{self.name}: a highlight", place, self.A.shape, self.name)
        return self


def check_numbers(name, A, rank):
    """Raise TypeError unless A is a numpy array of real numbers, booleans or Fractions, ShapeError for another rank."""
    if not isinstance(A, np.ndarray):
        raise TypeError(f"{name} is a {type(A).__name__}, expected a numpy array")
    if A.dtype.kind not in "fiub" and not (A.dtype == object and all(isinstance(x, Fraction) for x in A.flat)):
        raise TypeError(f"{name} has dtype {A.dtype}, expected real numbers or Fractions")
    if A.ndim != rank:
        raise ShapeError(f"{name} has shape {A.shape}, expected {rank} indexes.")


def check_symbols(name, shape, symbols, known):
    """Raise ShapeError unless there is one symbol for each size, and each stands for the same size as in `known`."""
    check_texts(f"{name}: symbols", symbols, len(shape))
    for symbol, size in zip(symbols, shape, strict=True):
        here = size, f":\n{symbol} is {size} because {name} is {shape} = {in_symbols(symbols)}"
        known_size, why = (int(symbol), "") if symbol.isdecimal() else known.setdefault(symbol, here)
        if size != known_size:
            raise ShapeError(f"{name} has shape {shape}, expected {in_symbols(symbols)}{why}.")


def check_text(what, value):
    """Raise TypeError unless the value is a string."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is {value!r}, expected a string")


def check_texts(what, value, count):
    """Raise TypeError or ValueError unless the value is so many strings."""
    if not all(isinstance(text, str) for text in listed(what, value)) or len(value) != count:
        raise ValueError(f"{what} is {value!r}, expected {count} strings")


def listed(what, value):
    """The value, a tuple, a list or a range; TypeError for anything else."""
    if not isinstance(value, (tuple, list, range)):
        raise TypeError(f"{what} is {value!r}, expected a tuple or a list")
    return value


def is_whole(value):
    """Whether the value is a whole number, and no boolean."""
    return isinstance(value, Integral) and not isinstance(value, bool | np.bool_)


def checked_index(what, value, last, first=0, why=""):
    """The value as an int from first to last; TypeError for what is no whole number, ValueError for one outside."""
    expected = f"expected a whole number from {first} to {last}{why}"
    if not is_whole(value):
        raise TypeError(f"{what} is {value!r}, {expected}")
    if not first <= value <= last:
        raise ValueError(f"{what} is {value}, {expected}")
    return int(value)


def checked_entry(what, value, shape, of):
    """The value as a pair of ints, an entry of a matrix of this shape; `of` says which. TypeError or ValueError."""
    if not isinstance(value, (tuple, list)) or len(value) != 2 or not all(map(is_whole, value)):
        raise TypeError(f"{what} is {value!r}, expected two whole numbers: the indexes of an entry of {of}")
    if not all(0 <= k < size for k, size in zip(value, shape, strict=True)):
        raise ValueError(f"{what} is {list(value)}, expected an entry of {of}, which is {tuple(shape)}")
    return tuple(map(int, value))


def in_symbols(symbols):
    """(m, n_in), as on the blackboard."""
    return f"({', '.join(symbols)})"


def number(x):
    """An entry as it stands in its cell: whole numbers as such, short Fractions as p/q, others with two digits."""
    if x is np.ma.masked:
        return "?"
    if isinstance(x, Fraction):
        text = str(x) if len(str(x)) <= 7 else "≈" + number(float(x))
    elif not np.isfinite(x):
        text = str(x)
    elif isinstance(x, (Integral, np.bool_)) or (x == int(x) and abs(x) < 1e5):
        text = str(int(x))
    else:
        mantissa, exponent = f"{x:.1e}".split("e")
        exponent = int(exponent)
        text = f"{x:.{max(0, 1 - exponent)}f}" if -3 <= exponent < 5 else f"{mantissa}e{exponent}"
    return text.replace("-", "−")
