"""What the course costs a learner in time. From the project's root: .venv/bin/python benchmarks/run.py

Times differ between machines, so each is also given as a multiple of one yardstick, measured in the same run: a fresh
Python process that imports numpy. Things that are compared take turns, and the medians are printed.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
IMPORT_ROUNDS, NOTEBOOK_ROUNDS = 25, 3
IMPORT_GOAL, TESTS_GOAL = 2.5, 900  # times the yardstick; seconds on 2 cores, most of them in the browser


def seconds(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def medians(actions, rounds):
    """{name: median seconds} of the actions {name: function}, which take turns; one more round comes first, unused."""
    times = [{name: seconds(action) for name, action in actions.items()} for _ in range(rounds + 1)][1:]
    return {name: statistics.median(one[name] for one in times) for name in actions}


def python(*arguments):
    return lambda: subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def notebook(path):
    place = {"metadata": {"path": str(path.parent)}}
    return lambda: NotebookClient(nbformat.read(path, as_version=4), resources=place).execute()


def main():
    os.environ["TQDM_DISABLE"] = "1"
    statements = ("pass", "import numpy", "import course_lib")
    imports = medians({statement: python("-c", statement) for statement in statements}, IMPORT_ROUNDS)
    yardstick = imports["import numpy"]

    def show(name, time_taken, goal=""):
        print(f"{name:34} {time_taken:8.2f} s {time_taken / yardstick:8.2f} x import numpy  {goal}", flush=True)

    print(f"a fresh process, medians of {IMPORT_ROUNDS}, in turns")
    for statement, time_taken in imports.items():
        show(statement, time_taken, f"goal: {IMPORT_GOAL} x" if statement == "import course_lib" else "")
    print(f"each notebook from its first to its last cell, medians of {NOTEBOOK_ROUNDS}, in turns")
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    for name, time_taken in medians({path.stem: notebook(path) for path in paths}, NOTEBOOK_ROUNDS).items():
        show(name, time_taken)
    print("the test command, once")
    show("python -m pytest", seconds(python("-m", "pytest", "-q")), f"goal: {TESTS_GOAL} s on 2 cores")


if __name__ == "__main__":
    main()
