"""Projector mode: one call makes what is drawn from then on larger in proportion, for a light or a dark room."""

import subprocess
import sys

import numpy as np
import pytest

from course_lib import plots
from course_lib.pictures import look as looks
from course_lib.pictures.projector import MODES, projector

DRAWN = [plots.Panel("O", np.ones((7, 5)), ("m", "n_in")), plots.Panel("G", np.ones((7, 3)), ("m", "n_out"))]


@pytest.fixture(autouse=True)
def off():
    yield
    projector("off")


def share(figure):
    """The least text of a picture as a share of its width."""
    least = min(text.get_size() for ax in figure.axes for text in [*ax.texts, *ax.get_xticklabels(), ax.title])
    return least / 72 / figure.get_figwidth()


def test_text_is_larger_in_proportion_and_off_is_as_before():
    before = share(plots.equation(*DRAWN))
    projector()
    product = plots.product(
        ("O^T", np.ones((5, 7)), ("n_in", "m")), DRAWN[1], ("P", np.ones((5, 3)), ("n_in", "n_out"))
    )
    for figure in (plots.equation(*DRAWN), product):
        assert share(figure) * 1168 >= 24 and figure.dpi == 200  # of 1280 units of a slide, without the margins
    assert share(plots.equation(*DRAWN)) > 1.35 * before
    projector("off")
    assert share(plots.equation(*DRAWN)) == before


@pytest.mark.parametrize(("mode", "look"), [("light", looks.LIGHT), ("dark", looks.DARK)])
def test_the_mode_gives_the_colours(mode, look):
    projector(mode)
    assert looks.look() == look._replace(large=True)
    with looks.dark():
        assert looks.look() == looks.DARK
    assert looks.look() == look._replace(large=True)


def test_in_a_notebook_it_brings_a_style_while_it_is_on_and_another_mode_is_refused():
    for mode in MODES:
        assert ("<style>" in projector(mode)._repr_html_()) == (mode != "off")
    assert "large, for a light room" in projector()
    with pytest.raises(ValueError, match="mode is str 'bright', expected 'light' or 'dark' or 'off'"):
        projector("bright")


def test_a_kernel_takes_the_mode_from_its_environment():
    code = """import importlib, os
from course_lib.pictures import look as b
for variable in ("dark", "light", ""):
    os.environ["COURSE_PROJECTOR"] = variable
    look = importlib.reload(b).look()
    print(look.large, look.paper == b.DARK.paper)"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:3] == ["True True", "True False", "False False"]
