"""What the files of `course_lib.exercises.content` ask, found there, and by its name: with the nearest where there is none."""

import difflib
import functools
import importlib
import pkgutil
import re

_CONTENT = "course_lib.exercises.content"


@functools.cache
def found(kind):
    """{name: thing} of all things of a class that the files of content hold, in the order of the course."""
    folder = importlib.import_module(_CONTENT).__path__
    files = [importlib.import_module(f"{_CONTENT}.{each.name}") for each in pkgutil.iter_modules(folder)]
    things = {}
    for file in sorted(files, key=_place):
        for value in vars(file).values():
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(each, kind):
                    things.setdefault(each.name, each)
    return things


def _place(file):
    """In the order of the notebooks; where two files serve one notebook, as its name names them."""
    return file.NOTEBOOK, file.NOTEBOOK.find(file.__name__.split(".")[-1])


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
    by_letters = {_letters(each): each for each in known}
    letters = _letters(name)
    near = difflib.get_close_matches(letters, by_letters, n=1, cutoff=0.5)
    near = near or [each for each in by_letters if letters and letters in each]
    advice = f"; did you mean {by_letters[near[0]]!r}?" if near else f"; {listing} lists the names"
    raise UnknownName(f"{call}: there is nothing named {name!r}{advice}")


def _letters(text):
    return re.sub(r"[\W_]", "", text.lower())
