"""The files of requirements pin every package that the project names, to one exact version."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FILES = [ROOT / name for name in ("requirements.txt", "requirements-tests.txt", "hub/requirements.txt")]


def lines_of(path):
    """The lines of a file of requirements, without comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


LEARNER, TESTS, HUB = map(lines_of, FILES)
LINES = LEARNER + TESTS
PINNED = {line.split("==")[0] for line in LINES if line != "-e ."}


def normal(name):
    """The name of a package as requirements.txt spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_line_is_one_exact_version_or_the_project_itself():
    version = re.compile(r"[a-z0-9-]+==[\w.+!]+( ; .+)?")
    assert [line for line in LINES if line != "-e ." and not version.fullmatch(line)] == []
    assert LINES.count("-e .") == 1 and len(PINNED) == len(LINES) - 1  # none twice


def test_every_name_of_the_short_lists_is_pinned():
    project = PROJECT["project"]
    wanted = [name for names in (project["dependencies"], *project["optional-dependencies"].values()) for name in names]
    assert {normal(name.partition(";")[0]) for name in wanted} - PINNED == set()


def test_what_the_comparison_needs_is_pinned_in_its_own_file_to_the_versions_of_the_project():
    own = lines_of(ROOT / "benchmarks" / "requirements.txt")
    assert own and all(re.fullmatch(r"[a-z0-9-]+==[\d.]+", line) for line in own)
    assert {line for line in own if line.split("==")[0] in PINNED} <= set(LINES)


def test_a_hub_has_the_versions_that_are_tested():
    assert {line.split()[0] for line in HUB} <= {line.split()[0] for line in TESTS}


def test_a_learner_needs_no_more_than_120_packages_on_linux_and_nothing_of_the_tests():
    elsewhere = ("sys_platform == 'win32'", "sys_platform == 'darwin'", "os_name == 'nt'")
    assert len([line for line in LEARNER if not line.endswith(elsewhere)]) <= 120
    extras = PROJECT["project"]["optional-dependencies"]
    added = {normal(name.partition(";")[0]) for extra in ("tests", "hub", "scale") for name in extras[extra]}
    shared = {"jupyter-client", "psutil", "requests", "websocket-client"}
    assert added & {line.split("==")[0] for line in LEARNER} <= shared


def test_a_container_by_repo2docker_has_the_python_that_the_pins_are_compiled_for():
    version = re.fullmatch(r"python-(\d+\.\d+)\n", (ROOT / "runtime.txt").read_text(encoding="utf-8"))[1]
    assert PROJECT["project"]["requires-python"] == f">={version}"
    assert f"--python-version {version} " in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
