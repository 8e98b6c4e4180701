"""What a check costs a learner in time. From the project's root: .venv/bin/python benchmarks/exercises.py

The first check is that of a fresh process: import and call. The others are medians, of the reference solution (right),
of an answer that no mistake explains (all of them are tried), and of the database's part of a check. Times differ
between machines, and with what else they do: the yardstick, importing numpy in a fresh process, takes turns with the
first check.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from course_lib.exercises.engine.exercise import Exercise, definitions
from course_lib.exercises.engine.store import Store

ROOT = Path(__file__).parents[1]
FIRST_ROUNDS, ROUNDS = 7, 15
FIRST_GOAL, CHECK_GOAL, STORE_GOAL = 400, 150, 10  # ms
TIMED = "import time; start = time.perf_counter(); {}; print(1000 * (time.perf_counter() - start))"
NUMPY = TIMED.format("import numpy")
FIRST = "import numpy; " + TIMED.format(
    "from course_lib.exercises import exercise; exercise('grad_W').check(lambda O, G: O.T @ G)"
)


class NoStore:
    """A store that keeps nothing: what a check costs without the database."""

    def record(self, *_):
        return False


def milliseconds(action):
    start = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - start)


def median(action, rounds=ROUNDS):
    action()
    return statistics.median(milliseconds(action) for _ in range(rounds))


def fresh(code):
    """The milliseconds that the code prints, in a fresh process."""
    return float(subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True).stdout)


def solution(definition):
    space = {"np": np}
    exec(definition.solution, space)  # noqa: S102 - the course's own text
    return space[definition.name]


def unexplained(definition):
    """An answer that is off by 1% and a little, which no mistake explains; in place, the same for the parameters."""

    def moved(value):
        return [moved(part) for part in value] if isinstance(value, (list, tuple)) else 1.01 * value + 0.001

    right = solution(definition)

    def wrong(*arguments):
        if definition.form == "in place":
            for pair in arguments[0]:
                for P in pair:
                    P += 0.001
            return None
        return moved(right(*arguments))

    return wrong


def row(name, time_taken, goal):
    print(f"{name:44} {time_taken:8.1f} ms   goal: {goal} ms{'' if time_taken <= goal else '   MISSED'}", flush=True)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COURSE_PROGRESS"] = str(Path(folder) / "progress.sqlite3")
        rounds = [(fresh(NUMPY), fresh(FIRST)) for _ in range(FIRST_ROUNDS + 1)][1:]  # the first one fills caches
        yardstick, first = (statistics.median(times) for times in zip(*rounds, strict=True))
        print(f"{'yardstick: import numpy':44} {yardstick:8.1f} ms")
        row("import and first check", first, FIRST_GOAL)
        for kind, make in (("right", solution), ("unexplained", unexplained)):
            for name, definition in definitions().items():
                function, exercise = make(definition), Exercise(definition, NoStore())
                row(f"{name}, {kind}", median(lambda e=exercise, f=function: e.check(f)), CHECK_GOAL)
        store = Store(Path(folder) / "progress.sqlite3")
        source = definitions()["backward"].solution
        row("progress, one attempt", median(lambda: store.record("backward", "correct", (), source), 100), STORE_GOAL)


if __name__ == "__main__":
    main()
