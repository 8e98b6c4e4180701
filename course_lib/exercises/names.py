"""Finding something by its name, with the nearest name where there is none."""

import difflib
import re


class UnknownName(KeyError):
    """Nothing has that name. Unlike KeyError's, its message is shown as it is."""

    def __str__(self):
        return self.args[0]


def find(call, name, known, listing):
    """known[name]. call begins the message of an error, such as "prediction(name)"; listing is the call that lists all.

    Raises TypeError if the name is no text; UnknownName, a KeyError, with the nearest name, if nothing has it.
    """
    if not isinstance(name, str):
        raise TypeError(f"{call}: name is {name!r}, expected a text such as {next(iter(known))!r}")
    if name in known:
        return known[name]
    by_bare = {_bare(each): each for each in known}
    bare = _bare(name)
    near = difflib.get_close_matches(bare, by_bare, n=1, cutoff=0.5) or [
        each for each in by_bare if bare and bare in each
    ]
    help_ = f"; did you mean {by_bare[near[0]]!r}?" if near else f"; {listing} lists the names"
    raise UnknownName(f"{call}: there is nothing named {name!r}{help_}")


def _bare(text):
    return re.sub(r"[\W_]", "", text.lower())
