"""What holds for every view of the course: drawn and used without an error, named for screen readers, in JupyterLab's theme."""

from chromium import axe
from test_jupyterlab import ALL_KNOWN, CELLS, KNOWN, SETUP, press_keys

OUTPUT = ".jp-OutputArea-output"
PAPER = "views => views.map(view => getComputedStyle(view).backgroundColor)"
# Elements that a screen reader announces by their name; axe looks at those of buttons, fields and pictures alone.
UNNAMED = (
    ":is([role=grid], [role=group], [role=img], [role=slider], [role=toolbar]):not([aria-label], [aria-labelledby])"
)


def test_every_view_is_drawn_and_used_without_an_error_and_axe_finds_nothing(lab):
    page = lab.open(*CELLS, KNOWN)
    press_keys(page)
    lab.run_until(page, len(CELLS), ALL_KNOWN)
    assert axe(page, OUTPUT) == []
    assert page.locator(UNNAMED).evaluate_all("all => all.map(e => e.outerHTML.slice(0, 200))") == []
    assert (page.console_errors, page.outside) == ([], [])


def test_every_view_follows_the_theme_while_it_is_shown(lab):
    """Alone on its page: the style of another view, which holds for all, could hide that its own does not."""
    wrong = []
    for cell in CELLS[1:]:
        dark = lab.open(SETUP, cell, theme="dark").locator(OUTPUT).screenshot()
        page = lab.open(SETUP, cell, color_scheme="dark")
        light = page.locator(OUTPUT).screenshot()
        lab.change_theme(page, "dark")
        lab.settle(page)
        followed = page.locator(OUTPUT).screenshot()
        wrong += [(cell, "does not follow")] if light == followed or followed != dark else []
        wrong += [
            (cell, paper) for paper in page.locator(".bss-view").evaluate_all(PAPER) if paper != "rgb(17, 17, 17)"
        ]
        wrong += [(cell, violation) for violation in axe(page, OUTPUT)]
    assert wrong == []
