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


def test_all_stated_times_are_those_of_the_rule_and_another_time_would_be_stated_everywhere(monkeypatch):
    """.venv/bin/python tests/reading_time.py writes them."""
    restated = reading_time.restated()
    assert {"00_start_here.ipynb", "README.md", "LECTURER.md"} < {path.name for path in restated}
    assert [path.name for path, text in restated.items() if path.read_text(encoding="utf-8") != text] == []
    monkeypatch.setattr(reading_time, "minutes", lambda notebook: (100, 200))
    assert [path.name for path, text in reading_time.restated().items() if text == restated[path]] == []


def test_the_rule_counts_what_is_on_the_page():
    counts = dict.fromkeys([*reading_time.PER_MINUTE, "exercises"], 1) | {"words": 6, "lines of code": 3}
    assert reading_time.contents({"cells": ONE_OF_EACH}) == counts  # the number of the exercise is a word too
    reading, doing = reading_time.minutes({"cells": ONE_OF_EACH})
    assert reading == pytest.approx(6 / 200 + 3 / 15 + 1 / 3 + 1 / 2 + 1 + 2) and doing == reading + 4


def test_contributing_says_the_rule():
    text = " ".join((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split())
    rule = re.search(r"A minute is for ([^;]*); a live view takes (\d+) minutes, and an exercise (\d+)", text)
    rates = {what: float(n) for n, what in re.findall(r"(\d+) (words|lines of code|formulas|pictures)", rule[1])}
    assert "1 question" in rule[1]
    assert rates | {"questions": 1, "live views": 1 / int(rule[2])} == reading_time.PER_MINUTE
    assert int(rule[3]) == reading_time.EXERCISE


NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
WORDS = 21_000  # of prose, without three long notebooks
START = 900  # of prose in the first


def test_prose_is_counted_without_formulas_and_code():
    text = "Two words, $a + b$\n\n$$c$$\n\n`d e` [three](f.ipynb)\n\n```sh\ng\n```\n\n> four <b>five</b>"
    words = reading_time.prose({"cells": [cell("markdown", text), cell("code", "h")]})
    assert words == ["Two", "words,", "three", "four", "five"]


def test_the_derivations_and_what_follows_them_keep_to_their_words():
    paths = [path for path in NOTEBOOKS if path.stem[:2] not in ("10", "11", "12")]
    counts = {path.stem: len(reading_time.prose(json.loads(path.read_text(encoding="utf-8")))) for path in paths}
    assert sum(counts.values()) <= WORDS and counts["00_start_here"] <= START, counts


def test_no_notebook_takes_longer_to_read_than_half_an_hour_and_10_than_50_minutes():
    times = {path.stem: reading_time.minutes(json.loads(path.read_text("utf-8")))[0] for path in NOTEBOOKS}
    assert {name: time for name, time in times.items() if time > (50 if name == "10_any_layer" else 30)} == {}
