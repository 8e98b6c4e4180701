"""The times that notebooks and documents state are those of one rule; CONTRIBUTING.md says the rule."""

import json
import re

import pytest
import reading_time
from reading_time import ROOT


def cell(kind, source, *outputs):
    data = [{"data": {"image/png": "", "text/plain": words}} for words in outputs]
    return {"cell_type": kind, "source": source} | ({"outputs": data} if kind == "code" else {})


ONE_OF_EACH = [
    cell("markdown", "**1.** Four words, $a + b$ among [them](there.ipynb)\n\n$$a = b$$\n\n```sh\nno prose\n```"),
    cell("code", 'prediction("05 one")'),
    cell("code", "a = 1\n\nplot(a)", "<Figure size 1x1>", "BatchView(a (1, 1))"),
]


def test_all_stated_times_are_those_of_the_rule():
    """.venv/bin/python tests/reading_time.py writes them."""
    restated = reading_time.restated()
    assert {"00_start_here.ipynb", "README.md", "LECTURER.md"} < {path.name for path in restated}
    assert [path.name for path, text in restated.items() if path.read_text(encoding="utf-8") != text] == []


def test_the_rule_counts_what_is_on_the_page():
    assert reading_time.contents({"cells": ONE_OF_EACH}) == {
        "words": 6,  # the number of the exercise and the formula too
        "lines of code": 3,
        "formulas": 1,
        "pictures": 1,
        "questions": 1,
        "live views": 1,
        "exercises": 1,
    }
    reading, doing = reading_time.minutes({"cells": ONE_OF_EACH})
    assert reading == pytest.approx(6 / 200 + 3 / 15 + 1 / 3 + 1 / 2 + 1 + 2) and doing == reading + 4


def test_contributing_says_the_rule():
    text = " ".join((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split())
    rule = re.search(r"A minute is for ([^;]*); a live view takes (\d+) minutes, and an exercise (\d+)", text)
    rates = {what: float(n) for n, what in re.findall(r"(\d+) (words|lines of code|formulas|pictures)", rule[1])}
    assert "1 question" in rule[1]
    assert rates | {"questions": 1, "live views": 1 / int(rule[2])} == reading_time.PER_MINUTE
    assert int(rule[3]) == reading_time.EXERCISE


COUNTED = [path for path in sorted(ROOT.glob("notebooks/*.ipynb")) if path.stem[:2] not in ("10", "11", "12")]
WORDS = 21_000  # of prose in all of them
START = 900  # of prose in the first


def test_prose_is_counted_without_formulas_and_code():
    text = "Two words, $a + b$\n\n$$c$$\n\n`d e` [three](f.ipynb)\n\n```sh\ng\n```\n\n> four <b>five</b>"
    assert reading_time.prose({"cells": [cell("markdown", text), cell("code", "h")]}) == [
        *("Two", "words,", "three", "four", "five")
    ]


def test_the_derivations_and_what_follows_them_keep_to_their_words():
    counts = {path.stem: len(reading_time.prose(json.loads(path.read_text(encoding="utf-8")))) for path in COUNTED}
    assert sum(counts.values()) <= WORDS and counts["00_start_here"] <= START, counts


LONGEST = {"10_any_layer": 50}  # minutes to read; 30 for all others


@pytest.mark.parametrize("path", sorted(ROOT.glob("notebooks/*.ipynb")), ids=lambda path: path.stem)
def test_no_notebook_takes_longer_to_read_than_half_an_hour(path):
    reading, _ = reading_time.minutes(json.loads(path.read_text(encoding="utf-8")))
    assert reading <= LONGEST.get(path.stem, 30)


@pytest.mark.parametrize("name", ["05_grad_W", "00_start_here"])
def test_a_notebook_that_grows_is_stated_to_take_longer(name, tmp_path, monkeypatch):
    for path in [*ROOT.glob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]:
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(reading_time, "ROOT", tmp_path)
    path = tmp_path / "notebooks" / f"{name}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"].append(cell("markdown", "word " * 12_000))  # an hour
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False), encoding="utf-8")
    changed = {file.name for file, text in reading_time.restated().items() if file.read_text(encoding="utf-8") != text}
    assert changed == {f"{name}.ipynb", "00_start_here.ipynb", "README.md", "LECTURER.md"}
