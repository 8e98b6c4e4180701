"""What holds for every view of the course: drawn and used without an error, named for screen readers, in JupyterLab's theme."""

import pytest
from chromium import axe
from test_jupyterlab import ALL_KNOWN, CELLS, KNOWN, VIEWS, outputs, press_keys

# Elements that a screen reader announces by their name; axe looks at those of buttons, fields and pictures alone.
UNNAMED = (
    ":is([role=grid], [role=group], [role=img], [role=slider], [role=toolbar]):not([aria-label], [aria-labelledby])"
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_view_is_drawn_and_used_without_an_error_and_axe_finds_nothing(lab, theme):
    page = lab.open(*CELLS, KNOWN, theme=theme)
    press_keys(page)
    lab.run_until(page, len(CELLS), ALL_KNOWN)
    assert axe(page, ".jp-OutputArea-output") == []
    assert page.locator(UNNAMED).evaluate_all("all => all.map(e => e.outerHTML.slice(0, 200))") == []
    assert (page.console_errors, page.outside) == ([], [])


def test_every_view_follows_the_theme_while_it_is_shown(lab):
    def pictures(page):
        return dict(zip((view.cell for view in VIEWS), (one.screenshot() for one in outputs(page)), strict=True))

    dark = pictures(lab.open(*CELLS, theme="dark"))
    page = lab.open(*CELLS, color_scheme="dark")
    light = pictures(page)
    lab.change_theme(page, "dark")
    lab.settle(page)
    followed = pictures(page)
    assert [name for name in dark if followed[name] != dark[name]] == []
    assert [name for name in dark if light[name] == dark[name]] == []
