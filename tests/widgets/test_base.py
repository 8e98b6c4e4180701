"""What the views share: how much script the views of a notebook carry."""

import re
from pathlib import Path

import nbformat
import pytest

from course_lib import widgets

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
MOST_SCRIPT = 150_000  # bytes


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_live_views_of_a_notebook_carry_little_script(path):
    code = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code")
    used = {getattr(widgets, name) for name in widgets.__all__ if re.search(rf"\b{name}\(|\b{name}\.", code)}
    assert sum(len(str(view._esm).encode()) for view in used) <= MOST_SCRIPT
