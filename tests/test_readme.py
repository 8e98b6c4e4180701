"""The documents keep their word: commands, links, the map of the notebooks, the floor plan."""

import ast
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from rows import ROWS, checked
from test_notebooks import NAMES
from test_package import FLOOR

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LECTURER = (ROOT / "LECTURER.md").read_text(encoding="utf-8")
SET_UP = "python3 -m venv .venv && .venv/bin/python -m pip install -r requirements.txt && .venv/bin/python -m "
OPEN_THE_COURSE = SET_UP + "jupyterlab --allow-root --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb"
RUN_THE_TESTS = SET_UP.replace("requirements.txt", "requirements.txt -r requirements-tests.txt") + "pytest"
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

documents = pytest.mark.parametrize(
    "document", [README, CONTRIBUTING, LECTURER], ids=["README", "CONTRIBUTING", "LECTURER"]
)


def section(document, heading):
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", document, flags=re.MULTILINE | re.DOTALL)[1]


def blocks(text, language):
    """The code blocks of one language, each as its lines."""
    return [block.splitlines() for block in re.findall(rf"(?ms)^```{language}\n(.*?)^```", text)]


def table(text, first_column):
    """The rows, as lists of cells, of the table whose head begins with the given column."""
    lines = text[text.index(f"| {first_column} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def spelled_out(rows):
    """{"S1", "S2", "S3", "E7"} for `S1 to S3, E7`."""
    spans = re.findall(r"([SE])(\d+)(?: to [SE](\d+))?", rows)
    return {f"{kind}{i}" for kind, first, last in spans for i in range(int(first), int(last or first) + 1)}


def test_the_readme_has_exactly_two_set_up_commands_and_the_same_two_for_windows():
    commands = [OPEN_THE_COURSE, RUN_THE_TESTS]
    assert blocks(section(README, "Two commands"), "sh") == [[command] for command in commands]
    commands = [
        c.replace("python3 -m venv", "py -3 -m venv").replace(".venv/bin/", ".venv\\Scripts\\") for c in commands
    ]
    assert blocks(section(README, "Two commands"), "bat") == [[command] for command in commands]


def test_ci_runs_exactly_the_readmes_test_command_and_then_the_slow_tier():
    commands = [line for line in CI.splitlines() if line and not line.startswith("#")]
    assert CI.startswith("#!/usr/bin/env bash\n") and commands[0] == "set -euo pipefail"
    assert commands[2] == 'cd "$(dirname "${BASH_SOURCE[0]}")/.."'
    assert commands[-2:] == ["export CI=1", f"{RUN_THE_TESTS} && .venv/bin/python -m pytest -m slow"]


@pytest.mark.skipif(sys.platform == "win32", reason="a bash script")
def test_ci_may_be_executed_and_refuses_arguments_before_it_does_anything():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    command = [shutil.which("bash"), ROOT / ".ci" / "run", "--help"]
    done = subprocess.run(command, env={"PATH": ""}, capture_output=True, text=True, check=False)  # finds no program
    assert done.returncode == 2 and "takes no arguments, but got: --help" in done.stderr


def test_ci_installs_a_browser_only_where_the_browser_tests_would_find_none():
    looked_for = re.search(r"^if ! command -v ([\w -]+?) > /dev/null", CI, re.MULTILINE)[1].split()
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "browser").glob("*.py")]
    (found,) = re.findall(r"^BROWSERS = (.+)$", "\n".join(sources), flags=re.MULTILINE)
    assert tuple(looked_for) == ast.literal_eval(found)


@documents
def test_every_command_names_files_and_modules_that_exist(document):
    words = [word for block in blocks(document, "sh") for line in block for word in line.partition("#")[0].split()]
    files = [word for word in words if re.search(r"\.(py|ipynb|txt|toml)$", word)]
    paths = [re.split("/lab/tree/|/srv/course/", word)[-1] for word in files]
    assert paths and [path for path in paths if not (ROOT / path).is_file()] == []
    modules = set(re.findall(r"python3? -m ([\w.]+)", " ".join(words)))
    elsewhere = {"uv", *["jupyterhub"] * (sys.platform == "win32")}  # the command before it installs uv
    assert {module for module in modules - elsewhere if not find_spec(module)} == set()


@documents
def test_links_and_pictures_lead_to_files_and_headings_that_exist(document):
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", document) if not target.startswith("http")]
    headings = re.findall(r"^#+ (.+)$", document, flags=re.MULTILINE)
    anchors = {"#" + re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert targets and [target for target in targets if target not in anchors and not (ROOT / target).exists()] == []
    assert set(re.findall(r"\d\d_\w+(?=\.ipynb)", document)) <= set(NAMES)


def test_the_map_lists_every_notebook_with_rows_that_it_shows_and_leaves_no_row_out():
    rows = table(section(README, "The notebooks"), "notebook")
    assert [row[0] for row in rows] == [f"[{name}](notebooks/{name}.ipynb)" for name in NAMES]
    mapped = {name: spelled_out(row[1]) for name, row in zip(NAMES, rows, strict=True)}
    shown = {name: {each.row for each in checked() if each.notebook == name} for name in NAMES}
    assert [name for name in NAMES if not mapped[name] <= shown[name]] == []
    assert set().union(*mapped.values()) == set(ROWS)


def test_the_floor_plan_is_the_one_that_the_imports_are_held_to():
    """tests/test_package.py holds every module to it."""
    there = {part: floor for part, floor in FLOOR.items() if (ROOT / "course_lib" / part).is_dir()}
    there |= {path.stem: FLOOR[path.stem] for path in (ROOT / "course_lib").glob("*.py") if path.stem != "__init__"}
    plan = table(section(CONTRIBUTING, "The floor plan"), "floor")
    assert {module.strip(): int(floor) for floor, modules, _ in plan for module in modules.split(",")} == there
