"""What the numbers show is tested without the search for a repair, which takes up to a second for each wrong answer.

Where it is tested, its time is the processor's alone: a busy machine finds the same.
"""

import sys

import pytest

from course_lib.exercises.engine import check, layer, repair

SEARCHED = {"test_repair", "test_edits", "test_learners_code"}  # these are about the search, or what it has to survive


@pytest.fixture(autouse=True)
def by_numbers_only(request, monkeypatch):
    if request.path.stem not in SEARCHED:
        for module in (check, layer):
            monkeypatch.setattr(module, "repairs", lambda *_, **__: [])
    else:  # an alarm may ring in a callback of the garbage collector: Python says so and goes on, and it rings again
        monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    monkeypatch.setattr(repair, "_BY_THE_CLOCK", 60)
