"""Exported slides: opened from disk with the network off, every slide fits, is legible and full, and its live views answer.

By default 06 stands for all; SLIDES=12 steps through every slide of 12, and SLIDES=all through those of every notebook.
"""

import base64
import functools
import io
import os
import re
from pathlib import Path

import nbformat
import pytest
from chromium import axe
from fontTools.ttLib import TTFont
from grids import point_at, status
from test_export import command as export_command
from test_export import saved

from course_lib.publish.fonts import font_faces
from course_lib.publish.slides import main, page

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SIZES = [(1280, 720), (1920, 1080)]
WHERE = "Object.values(Reveal.getIndices()).join()"
LARGEST_FILE = 5_000_000  # bytes
LEAST = {"text": 24, "code": 15.5, "picture": 12, "view": 14, "used": 1 / 3}  # units, 1280 to a slide: 24 are 18 points
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # a PNG
CODE, TEXT = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell

# What a canvas says: the sizes of the text since it was cleared last, in pixels of the page.
CANVAS_TEXT = """(() => {
  const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (...all) {
    (this.canvas.sizes ??= []).push(parseFloat(this.font));
    return fillText.apply(this, all);
  };
  CanvasRenderingContext2D.prototype.clearRect = function (...all) {
    this.canvas.sizes = [];
    return clearRect.apply(this, all);
  };
})()"""

# What is wrong with each slide, all of its steps shown, in words: what leaves its frame; text, in live views and pictures too,
# below the least size of its kind; what is seen before the step above it; a line of code that takes two; a picture without
# heading, or without words unless it fills the slide; less than a third of the height used, but for what is asked (a
# question, an exercise, a view).
STEP_THROUGH = """async (least) => {
  const found = [];
  for (const section of Reveal.getSlides()) {
    const { h, v } = Reveal.getIndices(section);
    Reveal.slide(h, v, 99);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const sheet = section.querySelector('.slide-page'), frame = sheet.getBoundingClientRect(), unit = frame.width / 1280;
    for (const answer of sheet.querySelectorAll('.block > details, .prediction details')) answer.open = true;
    const wrong = new Set(), points = Number(document.documentElement.dataset.points);
    const seen = (kind, size, e) => {
      if (size / unit < least[kind] - 0.1) wrong.add(`${kind} of ${(size / unit).toFixed(1)}: ${e.textContent.slice(0, 30)}`);
    };
    for (const e of sheet.querySelectorAll('*')) {
      const box = e.getBoundingClientRect(), style = getComputedStyle(e);
      if (!box.width || !box.height || style.visibility === 'hidden' || e.closest('.bss-unseen, noscript, sub')) continue;
      const over = Math.max(box.right - frame.right, frame.left - box.left, box.bottom - frame.bottom, frame.top - box.top);
      if (over > 0.5 * unit) wrong.add(`${e.tagName}.${e.className} is ${Math.round(over / unit)} outside`);
      const text = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
      const kind = e.closest('.live-view') ? 'view' : e.closest('pre') ? 'code' : 'text';
      const scale = e.ownerSVGElement ? e.getScreenCTM().a : 1;
      if ((text || e.matches('select, input[type=text], input[type=number]')) && !e.closest('math'))
        seen(kind, parseFloat(style.fontSize) * scale, e);
      if (e.sizes?.length) seen('view', Math.min(...e.sizes), e);
      if (e.matches('.output_png img')) seen('picture', (24 * box.width) / e.naturalWidth / points, e);
      const lines = e.matches('.input pre') && e.textContent.trimEnd().split('\\n').length;
      if (lines && e.clientHeight - 2 * parseFloat(style.paddingTop) > (lines + 0.5) * parseFloat(style.lineHeight)) wrong.add('a line of code takes two');
    }
    const steps = [...sheet.querySelectorAll('.block')].map((block) => Number(block.dataset.fragmentIndex ?? -1));
    if (steps.some((step, k) => step < steps[k - 1])) wrong.add('seen before the step above it');
    const words = sheet.querySelector('.block > :is(p, ul, ol, table, blockquote), pre');
    if (sheet.querySelector('.output_png') && !(sheet.querySelector('h1, h2, h3, .running') && (words || steps.length === 1)))
      wrong.add('a picture without heading or words');
    const used = (Math.max(...[...sheet.children].map((e) => e.getBoundingClientRect().bottom)) - frame.top) / frame.height;
    if (used < least.used && !sheet.querySelector('.live-view, .course-card') && !sheet.textContent.includes('?')) wrong.add(`${Math.round(100 * used)} % used`);
    found.push({ slide: `${h + 1}.${v + 1} ${sheet.innerText.slice(0, 40)}`, wrong: [...wrong] });
  }
  return found;
}"""


def faults(page, **least):
    """What is wrong with the slides of a page, see STEP_THROUGH; least: other sizes than LEAST."""
    slides = page.evaluate(STEP_THROUGH, LEAST | least)
    assert slides
    return [slide for slide in slides if slide["wrong"]]


command = functools.partial(export_command, module="course_lib.publish.slides")


def cell(make, source, kind, **lecture):
    return make(source, metadata={"slideshow": {"slide_type": kind}, "lecture": lecture})


SETUP = "import numpy as np\nfrom course_lib import plots\nG = np.arange(21).reshape(7, 3) - 4"
WORDS = "a batch of samples goes through one layer after the other " * 3
LONG = "\n\n".join(f"Sentence {i}: {WORDS}" for i in range(12))
LINES = "\n".join(f"x{i} = {i}  # a comment that is rather long, so that the line is too" for i in range(60))
EVERYTHING = [
    cell(TEXT, "# Title\n\n$$a = b$$", "slide", minutes=2, say="Ask why & <how>."),
    cell(CODE, SETUP, "skip"),
    cell(TEXT, "## First\n\nText.\n\n$$x = 1$$\n\nThen:\n\n$$y = 2$$", "slide", minutes=1),
    cell(CODE, "plots.matrix('G', G, ('m', 'n_out'))", "fragment"),
    cell(TEXT, "**Try** what only the speaker reads.", "notes"),
    cell(CODE, "from course_lib.views import ProductExplorer\nProductExplorer(G.T, G)", "subslide", minutes=1),
    cell(TEXT, "## Too long\n\n" + LONG, "slide", minutes=3),
    cell(CODE, LINES, "no type of a slide"),
    cell(CODE, "print('\\n'.join(str(i) for i in range(80)))", "-"),
    cell(TEXT, "| a | b |\n|---|---|\n" + "\n".join(f"| {i} | row |" for i in range(40)), "-"),
    TEXT("A learner's own text without metadata."),
    CODE("import matplotlib.pyplot as plt\nfig = plt.figure(figsize=(4, 30)); plt.close(fig); fig"),
    TEXT("## Mine\n\n![attached](attachment:a.png)", attachments={"a.png": {"image/png": PIXEL}}),
    TEXT("<img src='own.png' alt='a tag'>\n\n![a file](own.png)\n\n![gone](gone.png)"),
    CODE("from IPython.display import HTML\nHTML('<script src=https://example.org/plotly.js></script>')"),
    CODE("HTML('<table><tr><td>my own table</td></tr></table>')"),
    CODE("from course_lib import prediction, predictions"),
    *(CODE(f"prediction(predictions()[{k}])") for k in range(10)),
]
GONE = "the picture gone.png is neither in the notebook nor in its folder, and is left out\n"


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    source = saved(tmp_path_factory.mktemp("slides"), *EVERYTHING)
    source.with_name("own.png").write_bytes(base64.b64decode(PIXEL))
    before = source.read_bytes()
    result = command(source)
    assert (result.returncode, result.stderr) == (0, GONE)
    assert source.read_bytes() == before, "the notebook itself was changed"
    return source.with_suffix(".slides.html")


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    """The exported notebooks of the course: by default one that has views, predictions and pictures."""
    chosen = [path for path in NOTEBOOKS if os.environ.get("SLIDES", "06") in ("all", path.name[:2])]
    folder, made = tmp_path_factory.mktemp("decks"), []
    for source in chosen:
        made.append(folder / f"{source.stem}.html")
        result = command(source, "-o", made[-1])
        assert (result.returncode, result.stderr) == (0, "")
    return made


def opened(lab, path, width=1280, height=720, **context):
    page = lab.new_page(offline=True, viewport={"width": width, "height": height}, **context)
    page.add_init_script(CANVAS_TEXT)
    page.goto(path.as_uri())
    page.locator("html[data-slides=ready]").wait_for()
    return page


def visible(element):
    """Whether the step that the element belongs to is shown."""
    return element.evaluate("e => getComputedStyle(e.closest('.block')).visibility === 'visible'")


def show(page, text):
    """Go to the slide that holds the element, all steps shown."""
    page.evaluate(
        "s => { const { h, v } = Reveal.getIndices(document.querySelector(s).closest('.slides > section > section'));"
        " Reveal.slide(h, v, 99) }",
        text,
    )


def test_slides_ask_for_nothing_fit_their_frame_and_their_view_answers_a_key(lab):
    cells = [SETUP, "from course_lib.views import ProductExplorer\nProductExplorer(G.T, G)"]
    shown = lab.open_exported(page, *cells, viewport={"width": 1280, "height": 720})
    shown.locator("html[data-slides=ready]").wait_for()
    assert faults(shown, used=0) == []
    show(shown, ".live-view")
    grid = shown.get_by_role("grid").last
    grid.press("Control+Home")
    grid.press("ArrowRight")
    assert "[0, 1] = " in status(shown)
    point_at(grid, 2, 2)
    shown.mouse.down()
    shown.mouse.up()
    shown.get_by_role("status").first.get_by_text("[2, 2] = ").wait_for()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_slide_of_the_course_lies_inside_its_frame_and_is_legible(lab, decks, width, height):
    for path in decks:
        assert path.stat().st_size <= LARGEST_FILE
        page = opened(lab, path, width, height)
        assert page.evaluate("Reveal.getTotalSlides()") > 5
        assert faults(page) == []
        assert page.locator("math").count() > 0
        assert re.findall(r"\$\$|\\frac", page.locator(".slides").inner_text()) == []
        assert page.locator("img:not([alt])").count() == page.locator("img[alt='']").count() == 0


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [*SIZES, (1024, 768)])
def test_what_is_too_long_goes_on_on_the_next_slide_and_nothing_is_lost(lab, everything, width, height):
    page = opened(lab, everything, width, height)
    assert faults(page, picture=1, used=0) == []  # one of them is 30 inches tall
    text = page.evaluate("[...document.querySelectorAll('.slides .slide-page')].map(s => s.textContent).join('\\n')")
    assert [i for i in range(12) if f"Sentence {i}:" not in text] == []
    assert [i for i in range(60) if f"x{i} = " not in text] == []
    assert set(map(str, range(80))) <= set(text.split())
    assert page.locator(".slides td", has_text="row").count() == 40
    assert "own text without metadata" in text
    assert "plt.figure" in text and "prediction(predictions" not in text


@pytest.mark.slow
def test_text_code_formulas_and_views_are_drawn_with_the_fonts_in_the_file(lab, everything):
    page = opened(lab, everything)
    assert set(page.evaluate("[...document.fonts].map(font => font.status)")) == {"loaded"}
    devtools = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        devtools.send(f"{domain}.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    selector = ".slides :is(p, h1, h2, pre, td, mi, mo, mn, .bss-view, .bss-status, .bss-caption)"
    nodes = devtools.send("DOM.querySelectorAll", {"nodeId": root, "selector": selector})["nodeIds"]
    used = [devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"] for node in nodes]
    names = {(font["familyName"], font["isCustomFont"]) for fonts in used for font in fonts}
    assert names == {("DejaVu Sans", True), ("DejaVu Sans Mono", True), ("STIX Two Math", True)}
    canvas = page.locator(".bss-view canvas").first
    assert canvas.evaluate("c => c.getContext('2d').font").endswith("px course-text, system-ui, sans-serif")


def test_the_formulas_font_builds_braces_and_roots_from_its_variants():
    css = font_faces("abc", "x√⏟(")
    math = next(line for line in css.splitlines() if "course-math" in line)
    font = TTFont(io.BytesIO(base64.b64decode(re.search("base64,([^)]+)", math)[1])))
    assert {"MATH", "GSUB"} <= set(font.keys())
    assert {0x1D465, ord("√"), ord("⏟"), ord("−")} <= set(font.getBestCmap()), "a variable x is drawn as a slanted x"
    variants = font["MATH"].table.MathVariants
    assert font.getBestCmap()[ord("√")] in variants.VertGlyphCoverage.glyphs
    assert font.getBestCmap()[ord("⏟")] in variants.HorizGlyphCoverage.glyphs
    assert "Open Font License" in font["name"].getDebugName(13)
    assert "STIX Two Math" in css.partition("*/")[0] and "Bitstream" in css.partition("*/")[0]


@pytest.mark.slow
def test_the_speaker_has_notes_and_timings(lab, everything):
    page = opened(lab, everything)
    notes = page.locator("aside.notes").all_text_contents()
    assert "2 min" in notes[0]
    assert "Ask why & <how>." in notes[0]
    assert any("only the speaker reads" in note for note in notes)
    assert page.locator(".slide-page", has_text="only the speaker reads").count() == 0
    assert page.evaluate("Reveal.getSlides()[0].dataset.timing") == "120"
    pages = "[...Reveal.getHorizontalSlides()[2].querySelectorAll('section')].map(s => +s.dataset.timing)"
    timings = page.evaluate(pages)
    assert len(timings) > 3 and abs(sum(timings) - 180) <= len(timings), "pages of a slide share its minutes"
    with page.context.expect_page() as opening:
        page.keyboard.press("s")
    speaker = opening.value
    speaker.locator(".speaker-controls-notes").get_by_text("Ask why & <how>.").wait_for()
    speaker.frame_locator("#current-slide iframe").locator("h1", has_text="Title").first.wait_for()


@pytest.mark.slow
def test_a_learners_pictures_are_in_the_file_and_what_cannot_be_is_told(lab, everything):
    page = opened(lab, everything)
    own = page.locator(".slides img[alt^=a]")
    assert own.evaluate_all("all => all.map(i => i.alt)") == ["attached", "a tag", "a file"]
    assert own.evaluate_all("all => all.every(i => i.naturalWidth === 1)")
    notes = page.locator(".slides .note").all_inner_texts()
    assert len(notes) == 2 and "gone.png" in notes[0] and "from the network" in notes[1]
    assert page.locator(".slides td", has_text="my own table").count() == 1


@pytest.mark.slow
def test_axe_finds_nothing_a_derivation_and_what_follows_appear_step_by_step_and_a_slide_is_one_printed_page(
    lab, everything, tmp_path
):
    dark = tmp_path / "dark.html"
    assert main([str(everything.with_suffix("").with_suffix(".ipynb")), "-o", str(dark), "--theme", "dark"]) == 0
    for path, background in ((dark, "rgb(17, 17, 17)"), (everything, "rgb(255, 255, 255)")):
        page = opened(lab, path)
        assert page.title() == "Title"
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == background
        found = []
        for h in range(page.evaluate("Reveal.getHorizontalSlides().length")):
            page.evaluate("h => Reveal.slide(h, 0, 99)", h)
            found += axe(page, "html")
        show(page, ".live-view")
        assert found + axe(page, "html") == []
        before = page.evaluate(WHERE)
        for key, turns in (("ArrowRight", False), ("PageDown", True)):  # arrow keys belong to the view
            page.get_by_role("grid").last.press(key)
            assert (page.evaluate(WHERE) != before) == turns
    page = opened(lab, everything)
    page.evaluate("Reveal.slide(1, 0)")
    states = []
    for _ in range(5):
        states.append([visible(each) for each in page.locator(".present .present :is(math, img)").all()])
        page.keyboard.press("PageDown")
    one, two = [True, False, False], [True, True, False]  # formulas, then the picture; "Then:" is a step too
    assert states == [[False] * 3, one, one, two, [True] * 3]
    count = page.evaluate("Reveal.getTotalSlides()")
    page.goto(everything.as_uri() + "?print-pdf")
    page.locator("html[data-slides=ready]").wait_for()
    page.locator(".pdf-page").first.wait_for(state="attached")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == count


@pytest.mark.slow
def test_a_failing_notebook_is_named_the_old_file_stays_and_the_others_are_told_in_their_order(tmp_path):
    allowed = CODE("1 / 0", metadata={"tags": ["raises-exception"]})
    stored = [nbformat.v4.new_output("error", ename="OldError", evalue="of another run", traceback=[])]
    fails = [allowed, CODE("x = {}\nx['a key']"), CODE("1", outputs=stored)]
    sources = []
    for name, cells in (("a", [CODE("sum(range(10**7))")]), ("b", fails), ("c", [CODE("1")])):
        (tmp_path / name).mkdir()
        sources.append(saved(tmp_path / name, TEXT(f"# {name}"), *cells))
    first, old, last = (source.with_suffix(".slides.html") for source in sources)
    old.write_text("the old slides", encoding="utf-8")
    result = command(*sources)
    assert result.returncode == 1
    assert result.stderr == f"{sources[1]}: cell 3, which begins with 'x = {{}}', failed with KeyError: 'a key'\n"
    assert old.read_text(encoding="utf-8") == "the old slides"
    assert sorted(os.listdir(old.parent)) == [sources[1].name, old.name]
    assert [line.partition(": ")[0] for line in result.stdout.splitlines()] == [str(first), str(last)]
    assert "<title>c</title>" in last.read_text(encoding="utf-8")


@pytest.mark.slow
def test_answers_are_folded_on_a_page_and_what_decides_a_question_has_a_key_of_its_own_on_slides(lab, tmp_path):
    folded = "# A\n\n<details><summary>Answer</summary>\n\nHidden text.\n\n</details>\n\n## B"
    decides = CODE("print('decided'); 6 * 7", metadata={"jupyter": {"outputs_hidden": True}})
    source = saved(tmp_path, TEXT(folded), CODE("print('before')"), decides, CODE("print('after')"))
    assert command(source).returncode == export_command(source).returncode == 0
    page = lab.new_page(offline=True)
    page.goto(source.with_suffix(".html").as_uri())
    page.locator("html[data-views]").wait_for()
    shown = [page.get_by_text(text, exact=True) for text in ("before", "decided", "42", "after", "Hidden text.")]
    assert [text.is_visible() for text in shown] == [True, False, False, True, False]
    page.get_by_text("What the code shows").click()
    page.get_by_text("Answer").first.click()
    assert all(text.is_visible() for text in shown)
    page = opened(lab, source.with_suffix(".slides.html"))
    page.evaluate("Reveal.slide(1, 0)")
    decided, value = (page.locator(".present").get_by_text(text, exact=True) for text in ("decided", "42"))
    assert page.locator(".present .present pre", has_text="print('decided')").is_visible()
    assert not visible(decided)
    page.keyboard.press("Space")
    assert visible(decided) and visible(value)
    page.evaluate("Reveal.slide(0, 0)")
    assert not page.locator("details p").is_visible()
    page.get_by_text("Answer").first.click()
    assert page.locator("details p").is_visible()
