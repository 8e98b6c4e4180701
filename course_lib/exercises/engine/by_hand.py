"""`by_hand("grad_W")`: a small matrix of integers to fill in by hand, each entry checked on its own."""

import importlib.util
import numbers
import os
import secrets

from course_lib.exercises.engine.course import find, found
from course_lib.exercises.engine.hand_case import HandCase
from course_lib.exercises.engine.sheet import Sheet


def by_hand_names():
    """The names that `by_hand` knows, in the order of the course: a list."""
    return list(found(Sheet))


def by_hand(name, seed=None):
    """A matrix to fill in, with the matrices that it is computed from; as the last line of a cell it is shown.

    Without a seed, other numbers every time, unless the variable COURSE_SEED of the environment fixes them, as it does
    for the stored notebooks. `.check([[1, 2], [3, 4]])` says as text which entries are wrong, and how; `.new()` draws
    other numbers. Where the package of the widgets is not installed it is a `HandCase`, plain text.
    Raises KeyError, with the nearest name, if there is no such sheet; TypeError if the name is no text or the seed no
    integer; ValueError for a negative seed, or a COURSE_SEED that is none.
    """
    sheet = find("by_hand(name)", name, found(Sheet), "by_hand_names()")
    if seed is None:
        named = os.environ.get("COURSE_SEED", "")
        if named and not named.isdecimal():
            raise ValueError(f"COURSE_SEED is {named!r}, expected a whole number from 0 on")
        seed = int(named) if named else secrets.randbelow(10**6)
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
        raise TypeError(
            f"by_hand({name!r}): seed is {seed!r}, expected an integer, or None for other numbers each time"
        )
    if seed < 0:
        raise ValueError(f"by_hand({name!r}): seed is {seed}, expected 0 or more")
    if importlib.util.find_spec("anywidget") is None:
        return HandCase.draw(sheet, (int(seed), 0))
    from course_lib.exercises.engine.by_hand_view import ByHand  # slow to load, and of no use to plain text

    return ByHand(sheet, int(seed))
