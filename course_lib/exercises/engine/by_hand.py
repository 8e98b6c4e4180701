"""`by_hand("grad_W")`: a small matrix of integers to fill in by hand, each entry checked on its own."""

import os
import secrets

from course_lib.arguments import Whole
from course_lib.exercises.engine.course import find, found
from course_lib.exercises.engine.sheet import Sheet


def by_hand_names():
    """The names that `by_hand` knows, in the order of the course: a list."""
    return list(found(Sheet))


def by_hand(name, seed=None):
    """A matrix to fill in, with the matrices that it is computed from; as the last line of a cell it is shown.

    Without a seed, other numbers every time, unless the variable COURSE_SEED of the environment fixes them, as it does
    for the stored notebooks. Raises KeyError, with the nearest name, if there is no such sheet; TypeError if the name is
    no text or the seed no integer; ValueError for a negative seed, or a COURSE_SEED that is none.
    """
    from course_lib.exercises.engine.by_hand_view import ByHand  # slow to load

    sheet = find("by_hand(name)", name, found(Sheet), "by_hand_names()")
    named = os.environ.get("COURSE_SEED", "")
    if named and not named.isdecimal():
        raise ValueError(f"COURSE_SEED is {named!r}, expected a whole number from 0 on")
    if seed is None:
        seed = int(named) if named else secrets.randbelow(10**6)
    return ByHand(sheet, int(Whole()(f"by_hand({name!r}, seed)", "seed", seed)))
