"""What the notebooks do with each row of the notes, read from the cells that do it.

A cell names the rows that it is about in its metadata: "course": {"row": "S11 S12"}; one that proves a claim says which:
"course": {"row": "S14", "claim": "O^T G is the sum"}. What the cell is makes the mark. This writes the table of rows in
CONTRIBUTING.md anew:

    .venv/bin/python tests/rows.py
"""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbformat

from course_lib.exercises.engine.by_hand import Sheet
from course_lib.exercises.engine.course import found
from course_lib.exercises.engine.definition import Definition

ROOT = Path(__file__).parents[1]
ROWS = [f"S{i}" for i in range(1, 22)] + [f"E{i}" for i in range(1, 11)]
MARKS = {
    "derived": "a text with a formula that is about it; of a slip, the text that begins with its name",
    "run": "how many cells of code about it show something",
    "checked": "a cell that shows that a claim of it holds",
    "visible": "a picture or a live view of it",
    "exercised": "an exercise, a sheet or a prediction that names it",
}
NEEDED = {row: list(MARKS) if row.startswith("S") else ["derived", "run", "exercised"] for row in ROWS}
ROW = re.compile(r"\b[SE]\d+\b")
SLIP = re.compile(r"^\*\*(E\d+)\.\*\*", re.MULTILINE)
EXERCISE = re.compile(r"^\*\*\d+\..*?(?=^\*\*\d+\.|^## |\Z)", re.MULTILINE | re.DOTALL)  # it begins with its number
ASKED = re.compile(r'\b(exercise|by_hand)\("(.+?)"\)')
TABLE = re.compile(r"(?<=<!-- rows -->\n).*?(?=<!-- /rows -->)", re.DOTALL)


class Marked(NamedTuple):
    notebook: str  # 05_grad_W
    section: str  # the heading above the cell
    row: str
    mark: str


def headings_in(markdown):
    """The headings of a text without their #s, in order."""
    text = re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#{1,6} +(.+?) *$", text, flags=re.MULTILINE)


def shows_that_it_holds(cell):
    """Whether a stored cell shows True, or several values that are all True, or ran through an assert."""
    results = [output.data["text/plain"] for output in cell.outputs if output.output_type == "execute_result"]
    try:
        value = ast.literal_eval(results[0])
    except (IndexError, ValueError, SyntaxError):  # no result, or one that is no plain value
        lines = [line for line in cell.source.splitlines() if not line.startswith("%")]
        return any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse("\n".join(lines))))
    values = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
    return len(values) > 0 and all(each is True for each in values)


def with_sections(cells):
    """(heading, cell) for each cell; one with several headings belongs to the first, as on the slides."""
    section = ""
    for cell in cells:
        found = headings_in(cell.source) if cell.cell_type == "markdown" else []
        yield (found or [section])[0], cell
        section = (found or [section])[-1]


def cells_of(name):
    """(heading, cell) for each cell of the stored notebook of that name."""
    return with_sections(nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells)


def marks_of(cell):
    """(row, mark) for each mark that the cell gives to a row."""
    course = cell.metadata.get("course", {})
    named = course.get("row", "").split()
    if cell.cell_type == "markdown":
        slips, exercises = SLIP.findall(cell.source), "".join(EXERCISE.findall(cell.source))
        marks = {"derived": named * ("$" in cell.source) + slips, "exercised": ROW.findall(exercises)}
    else:
        asked, prediction = [asked_of(*match) for match in ASKED.findall(cell.source)], "prediction(" in cell.source
        marks = {
            "run": named * (bool(cell.outputs) and not prediction),
            "checked": named * ("claim" in course and shows_that_it_holds(cell)),
            "visible": named * any("image/png" in output.get("data", {}) for output in cell.outputs),
            "exercised": ROW.findall(" ".join(asked)) + named * prediction,
        }
    return [(row, mark) for mark, rows in marks.items() for row in rows]


def asked_of(kind, name):
    """Where an exercise or a sheet tells its reader to look: that text names its rows."""
    return found(Definition)[name].look if kind == "exercise" else found(Sheet)[name].where


@cache
def all_marks():
    """Every mark of all stored notebooks, in order."""
    names = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    cells = [(name, section, cell) for name in names for section, cell in cells_of(name)]
    return [Marked(name, section, *mark) for name, section, cell in cells for mark in marks_of(cell)]


def checked():
    """The rows of which a claim is shown to hold, as `Marked`."""
    return [each for each in all_marks() if each.mark == "checked"]


def table():
    """The table of rows, in markdown: for each mark where it is given."""
    lines = [f"| row | {' | '.join(MARKS)} |", "|---" * (len(MARKS) + 1) + "|"]
    for row in ROWS:
        given = {mark: [each for each in all_marks() if (each.row, each.mark) == (row, mark)] for mark in MARKS}
        shown = {mark: ", ".join(dict.fromkeys(map(place, each))) for mark, each in given.items()}
        lines.append(f"| {row} | {' | '.join((shown | {'run': str(len(given['run']))}).values())} |")
    return "\n".join([*lines, "", *(f"- **{mark}:** {meaning}" for mark, meaning in MARKS.items())]) + "\n"


def place(mark):
    """05.8 for section 8 of notebook 05; 05 for a section without a number."""
    number = re.match(r"\d+(?=\. )", mark.section)
    return mark.notebook[:2] + (f".{number[0]}" if number else "")


def with_table(document):
    return TABLE.sub(lambda _: table(), document)


if __name__ == "__main__":
    path = ROOT / "CONTRIBUTING.md"
    path.write_text(with_table(path.read_text(encoding="utf-8")), encoding="utf-8")
