"""What the views share: how much script the views of a notebook carry."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from contrast import contrast

from course_lib import views

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
FOLDER = Path(views.__file__).parent
SCRIPTS = sorted(path for folder in (FOLDER, FOLDER.parent / "exercises") for path in folder.rglob("*.js"))
MOST_SCRIPT = 150_000  # bytes


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_live_views_of_a_notebook_carry_little_script(path):
    code = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code")
    used = {getattr(views, name) for name in views.__all__ if re.search(rf"\b{name}\(|\b{name}\.", code)}
    assert sum(len(str(view._esm).encode()) for view in used) <= MOST_SCRIPT


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_text_in_backquotes_goes_over_a_line_s_end(path):
    """Its indentation would be lost on the way to the browser."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.count("`") % 2 and not line.lstrip().startswith(("*", "/"))] == []


def test_a_script_loses_comments_and_indentation_and_nothing_else_and_has_what_it_uses_of_the_shared_files():
    names = ("names", "colours", "data", "matrix", "page", "pixels", "motion", "quiz", "stepped")
    written = "".join((FOLDER / "shared" / f"{name}.js").read_text(encoding="utf-8") for name in names)
    written += (FOLDER / "product" / "view.js").read_text(encoding="utf-8")
    code = re.sub(r"/\*\*.*?\*/", "", written, flags=re.DOTALL)
    kept = [line.strip() for line in code.splitlines() if line.strip() and not line.strip().startswith("//")]
    assert sorted(line for line in str(views.ProductExplorer._esm).splitlines() if line) == sorted(kept)


def test_what_a_reader_has_chosen_is_there_when_the_cell_runs_again_and_gone_with_other_numbers():
    O, G = np.arange(6.0).reshape(2, 3), np.ones((3, 2))
    view = views.ProductExplorer(O, G)
    view.entry = [0, 1]  # from Python: not a reader's choice
    assert views.ProductExplorer(O, G).entry == [0, 0]
    view.set_state({"entry": [1, 0], "step": 3, "made": [2]})
    again = views.ProductExplorer(O, G)
    assert (again.entry, again.step, again.made) == ([1, 0], 3, [2])
    assert again.initial["entry"] == [0, 0]
    assert views.ProductExplorer(O + 1, G).entry == [0, 0]
    assert views.ProductExplorer(O, G, entry=(0, 1)).entry == [0, 1]


FUNCTION = re.compile(r"^( *)(?:async |static |function )*(?!if|for|while|switch)[#\w]+\([^()]*\) \{$")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/view.js")), ids=lambda path: path.parent.name)
def test_no_function_of_a_view_is_longer_than_60_lines(path):
    """The functions in it included."""
    lines, long = path.read_text(encoding="utf-8").splitlines(), []
    for start, line in enumerate(lines):
        if found := FUNCTION.match(line):
            length = next(k for k, end in enumerate(lines[start:]) if end.startswith(f"{found[1]}}}")) + 1
            long += [(line.strip(), length)] if length > 60 else []
    assert long == []


def test_each_letter_of_a_layer_has_a_hue_that_can_be_read_in_both_themes():
    style = (FOLDER / "shared" / "matrix.css").read_text(encoding="utf-8")
    for block, paper in ((0, "#ffffff"), (1, "#111111")):
        hues = {letter: re.findall(rf"--bss-{letter}: (#\w+);", style)[block] for letter in "OWGZb"}
        assert len(set(hues.values())) == 5
        assert {letter: contrast(hue, paper) for letter, hue in hues.items() if contrast(hue, paper) < 4.5} == {}
