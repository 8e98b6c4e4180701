"""What the files of `course_lib.exercises.content` ask, found there, and by its name: with the nearest where there is none."""

import difflib
import functools
import importlib
import json
import pkgutil
import re
from dataclasses import replace
from pathlib import Path

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
_CONTENT = "course_lib.exercises.content"
_PLACE = re.compile(r"\{(\w+): ([^}]+)\}")


@functools.cache
def found(kind):
    """{name: thing} of all things of a class that the files of content hold, in the order of the course."""
    folder = importlib.import_module(_CONTENT).__path__
    files = [importlib.import_module(f"{_CONTENT}.{each.name}") for each in pkgutil.iter_modules(folder)]
    things = {}
    for file in sorted(files, key=_place):
        for value in vars(file).values():
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(each, kind) and each.name not in things:
                    placed_in = getattr(each, "notebook", None) == ""
                    things[each.name] = replace(each, notebook=file.NOTEBOOK) if placed_in else each
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


def placed(text):
    """The text with "{grad_W: Rows and columns; Two traps}" as a reader finds it: "notebook 05, sections 5 and 'Two traps'"."""
    return _PLACE.sub(lambda found: _sections(found[1], found[2].split("; ")), text)


def _sections(notebook, titles):
    number, there = headings(notebook)
    *others, last = [there.get(title) or f"'{title}'" for title in titles]
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"notebook {number}, section{'s' * bool(others)} {listed}"


@functools.cache
def headings(notebook):
    """(its number, {the title of each section: its number, "" if it has none}) of the notebook whose name holds this."""
    for path in sorted(NOTEBOOKS.glob(f"*{notebook}*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        found = re.findall(r"^##+ (?:(\d+)\. )?(.*)$", text, re.MULTILINE)
        return path.stem[:2], {title: number for number, title in found}
    return f"'{notebook}'", {}  # the package alone is installed
