"""How long it takes to read a notebook, and to do its exercises as well: by one rule, written where a reader looks.

.venv/bin/python tests/reading_time.py

It rewrites the times at the head of each notebook, in the map of 00_start_here, in README.md and in LECTURER.md.
"""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PER_MINUTE = {"words": 200, "lines of code": 15, "formulas": 3, "pictures": 2, "questions": 1, "live views": 0.5}
EXERCISE = 4  # minutes
_HEAD = r"(?<=\*\*Time\*\* \| )[^|\n]*(?= \|)"
_ALL = r"some [\d.]+ hours, [\d.]+ with the exercises"
_EACH = r"\d+ to \d+ minutes to read"
_ROW = r"((?:\| |\(){name}[^|\n]*(?:\|[^|\n]*){{2}}\| )\d+, \d+(?= \|)"  # of the map; 00 itself has no link there


def contents(notebook):
    """What the rule counts in a notebook, a dict as it stands in the file: {"words": ..., ..., "exercises": ...}.

    Formulas are those that are set apart; one in a sentence counts as a word. Every exercise begins with its number.
    """
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    text = "\n\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    code += re.findall(r"^> ```python\n(.*?)^> ```", text, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^(> )?```.*?^(> )?```", "", text, flags=re.MULTILINE | re.DOTALL)
    prose, formulas = re.subn(r"\$\$.*?\$\$", "", prose, flags=re.DOTALL)
    prose = re.sub(r"\]\([^)]*\)|<[^>]+>", " ", re.sub(r"\$[^$]+\$", "formula", prose))
    shown = [output["data"] for cell in notebook["cells"] for output in cell.get("outputs", []) if "data" in output]
    drawn = ["".join(data.get("text/plain", "")) for data in shown if "image/png" in data]
    figures = sum(words.startswith("<Figure") for words in drawn)  # a live view says what it shows
    return {
        "words": len(re.findall(r"\w[\w'’.,-]*", prose)),
        "lines of code": sum(bool(line.strip()) for cell in code for line in cell.splitlines()),
        "formulas": formulas,
        "pictures": figures,
        "questions": sum(cell.startswith("prediction(") for cell in code),
        "live views": len(drawn) - figures,
        "exercises": len(re.findall(r"^\*\*\d+\.[ *]", text, flags=re.MULTILINE)),
    }


def prose(notebook):
    """The words of a notebook's text cells, in order: no formula, no code, no address of a link."""
    text = "\n\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    text = re.sub(r"^(> )?```.*?^(> )?```", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"\$\$.*?\$\$|\$[^$]+\$|`[^`]+`|\]\([^)]*\)|<[^>]+>", " ", text, flags=re.DOTALL)
    return re.findall(r"\w[\w'’.,-]*", text)


def minutes(notebook):
    """(to read it, to read it and do its exercises), in minutes."""
    found = contents(notebook)
    reading = sum(found[what] / rate for what, rate in PER_MINUTE.items())
    return reading, reading + EXERCISE * found["exercises"]


def restated():
    """{path: the text with its times as the rule has them} of every file that states one."""
    paths = sorted(ROOT.glob("notebooks/*.ipynb"))
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    times = {path: minutes(json.loads(text)) for path, text in texts.items()}
    to_five = {path: tuple(5 * max(1, round(time / 5)) for time in both) for path, both in times.items()}
    for path, (reading, doing) in to_five.items():
        texts[path] = _replaced(_HEAD, f"{reading} minutes, {doing} with the exercises", texts[path], path)
        row = _ROW.format(name=path.stem[:2] if path == paths[0] else path.name)
        texts[paths[0]] = _replaced(row, rf"\g<1>{reading}, {doing}", texts[paths[0]], paths[0])
    halves = (round(sum(column) / 30) for column in zip(*to_five.values()))  # hours, as the map adds up
    hours = "some {:g} hours, {:g} with the exercises".format(*(half / 2 for half in halves))
    each = "{} to {} minutes to read".format(*(end(t for t, _ in to_five.values()) for end in (min, max)))
    for path in (paths[0], ROOT / "README.md", ROOT / "LECTURER.md"):
        text = texts.get(path) or path.read_text(encoding="utf-8")
        texts[path] = _replaced(_EACH, each, _replaced(_ALL, hours, text, path), path)
    return texts


def _replaced(pattern, new, text, path):
    """The text with the one place that fits the pattern replaced. Raises ValueError if there is none, or several."""
    text, places = re.subn(pattern, new, text)
    if places != 1:
        raise ValueError(f"{path.name} states this {places} times, expected once: {new}")
    return text


if __name__ == "__main__":
    for path, text in restated().items():
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            print("other times in", path.name)
