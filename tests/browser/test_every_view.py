"""What holds for every view of the course: drawn and used without an error, named for screen readers, in JupyterLab's theme."""

from chromium import axe
from playwright.sync_api import expect
from test_jupyterlab import ALL_KNOWN, CELLS, KNOWN, SETUP, TOLD, VIEWS, outputs, press_keys, use

from course_lib.publish import export

LIT = "all => all.map(getComputedStyle).map(style => [style.color, style.backgroundColor])"
OUTPUT = ".jp-OutputArea-output"
PAPER = "views => views.map(view => getComputedStyle(view).backgroundColor)"
BLANK = """all => all.filter((canvas) => canvas.width && canvas.height && canvas.checkVisibility({ visibilityProperty: true }))
  .filter((canvas) => !canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte))
  .map((canvas) => canvas.parentElement.outerHTML.slice(0, 200))"""
# Elements that a screen reader announces by their name; axe looks at those of buttons, fields and pictures alone.
UNNAMED = (
    ":is([role=grid], [role=group], [role=img], [role=slider], [role=toolbar]):not([aria-label], [aria-labelledby])"
)


def test_every_view_answers_keys_and_python_and_axe_finds_nothing_and_nothing_is_left_of_it(lab):
    page = lab.open(*CELLS, KNOWN)
    assert [
        view.cell for view, o in zip(VIEWS, outputs(page), strict=True) if not o.locator(".bss-hint, fieldset").count()
    ] == []
    assert page.locator(".bss-view canvas:not([role=grid] *)").evaluate_all(BLANK) == []
    press_keys(page)
    lab.run_until(page, len(CELLS), ALL_KNOWN)
    wrong = axe(page, OUTPUT)
    lab.change_theme(page, "dark")
    wrong += axe(page, OUTPUT)
    assert page.locator(UNNAMED).evaluate_all("all => all.map(e => e.outerHTML.slice(0, 200))") == []
    page.cells += (TOLD,)
    lab.run_cell(page, -1)
    for view, output in zip(VIEWS, outputs(page), strict=True):
        expect(output).to_contain_text(view.read)
    wrong += axe(page, OUTPUT)
    lab.change_theme(page, "light")
    for forced in ("active", "none"):
        page.emulate_media(forced_colors=forced)
        wrong += axe(page, OUTPUT)
        for ink, ground in page.locator(".bss-link.bss-on").evaluate_all(LIT):
            assert ink != ground
    assert wrong == []
    lab.clear_outputs(page)
    assert page.locator("[class*=bss-]").count() == 0


def test_every_view_lives_in_an_exported_page_that_asks_for_nothing_in_the_readers_theme_without_a_kernel(lab):
    page = lab.open_exported(export.page, *CELLS, color_scheme="dark")
    for view, output in zip(VIEWS, page.locator(".live-view").all(), strict=True):
        if not any(name in view.cell for name in ("GradientFlow", "TrainingPlayground")):  # theirs ask the kernel
            use(view, output)
    assert set(page.locator(".bss-view").evaluate_all(PAPER)) == {"rgb(17, 17, 17)"}
    policy = page.locator("meta[http-equiv]").get_attribute("content")
    assert policy.startswith("default-src 'none'") and "http" not in policy
    assert axe(page, "html") == []


def test_what_plays_stands_still_where_less_motion_is_asked_for(lab):
    page = lab.open(*CELLS, reduced_motion="reduce")
    page.get_by_role("button", name="As outer products").click()
    plays = page.locator(".bss-play:visible")
    assert plays.count() == 0
    page.emulate_media(reduced_motion="no-preference")
    expect(plays).to_have_count(6)
    playing = [output for output in outputs(page) if output.locator(plays).count()]
    before = [(status, status.text_content()) for output in playing if (status := output.get_by_role("status").first)]
    for output in playing:
        output.locator(plays).click()
    for status, text in before:
        expect(status).not_to_have_text(text)
    page.emulate_media(reduced_motion="reduce")
    expect(plays).to_have_count(0)
    assert set(page.locator(".bss-play").all_text_contents()) == {"Play"}


def test_every_view_follows_the_theme_while_it_is_shown(lab):
    """Alone on its page: the style of another view, which holds for all, could hide that its own does not."""
    wrong = []
    for cell in CELLS[1:]:
        seen = []
        for begins, *others in (("dark",), ("light", "dark")):
            page = lab.open(SETUP, cell, theme=begins)
            for theme in (begins, *others):
                lab.change_theme(page, theme)
                lab.settle(page)
                seen.append(page.locator(OUTPUT).screenshot())
        wrong += [(cell, "does not follow")] if seen[0] == seen[1] or seen[0] != seen[2] else []
        papers = page.locator(".bss-view").evaluate_all(PAPER)
        wrong += [(cell, paper) for paper in papers if paper != "rgb(17, 17, 17)"]
    assert wrong == []
