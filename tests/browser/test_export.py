"""The exported page: opened from disk with the network off it shows the formulas, and the views answer."""

import subprocess
import sys
from pathlib import Path

import bs4
import nbformat
import pytest
from chromium import axe, notebook_of
from playwright.sync_api import expect

from course_lib.publish.export import main, mathml, page

ROOT = Path(__file__).parents[2]
CODE, TEXT = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
SCRIPT_OF_THE_COUNTER = """const each_script_once = 1;
export default () => ({
  initialize({ model }) { model.set("made", model.get("made") + 1); },
  render({ model, el }) {
    const button = document.createElement("button");
    const numbers = () => new Float64Array(model.get("matrix").data.buffer);
    const draw = () => { button.textContent = `${model.get("n")} of ${numbers().join(" ")}, made ${model.get("made")}`; };
    const twice = () => new DataView(numbers().map((x) => 2 * x).buffer);
    button.onclick = () => {
      if (model.get("n") === 7) model.set("n", 8);
      else model.set({ matrix: { data: twice() } });
      model.save_changes();
      model.send({});
    };
    model.on("change:n change:matrix", draw);
    draw();
    el.append(button);
  },
});"""
COUNTER = f"""import anywidget, traitlets
class Counter(anywidget.AnyWidget):
    _esm = '''{SCRIPT_OF_THE_COUNTER}'''
    _css = 'button {{ letter-spacing: 3px }}'
    n = traitlets.Int(3).tag(sync=True)
    made = traitlets.Int(0).tag(sync=True)
    matrix = traitlets.Dict({{"data": np.array([0.5, -2]).tobytes()}}).tag(sync=True)
counter = Counter()
counter.n = 7"""
EVERYTHING = [
    TEXT(
        "# $O^T G$ on a page\n\n$$\\boxed{\\underbrace{O^T}_{(n_{in},\\, m)} G}$$\n\n"
        "$$a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r$$\n\n[next](06_b.ipynb#a)"
    ),
    CODE("import numpy as np\nO = np.arange(35).reshape(7, 5) - 10\nG = np.arange(21).reshape(7, 3) - 4"),
    CODE("from course_lib.views import ProductExplorer\nProductExplorer(O.T, G, names=('O^T', 'G'))"),
    CODE(COUNTER),
    CODE("counter"),
    CODE("counter"),
    CODE("Counter()"),
    CODE("import ipywidgets\nipywidgets.IntSlider()"),
    CODE("from IPython.display import Math\nMath(r'\\frac{1}{2m}')"),
    CODE("from course_lib import plots\nplots.equation(plots.Panel('G', G, ('m', 'n_out')))"),
    CODE("class Broken(Counter):\n    _esm = 'export default { render() { throw Error(\"on purpose\") } }'\nBroken()"),
]


def saved(folder, *cells, **kernel):
    """The path of a notebook, in the folder, of these cells."""
    path = folder / "some notebook.ipynb"
    nbformat.write(notebook_of(*cells, **kernel), path)
    return path


def command(*arguments, module="course_lib.publish.export"):
    """The documented command, in a process of its own."""
    line = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A page with one of everything, made by the command; its last view is one that fails."""
    source = saved(tmp_path_factory.mktemp("export"), *EVERYTHING)
    before = source.read_bytes()
    result = command(source)
    assert result.returncode == 0, result.stderr
    assert source.read_bytes() == before, "the notebook itself was changed"
    assert result.stderr == ""
    return source.with_suffix(".html")


def opened(lab, path, **context):
    opened_page = lab.new_page(offline=True, **context)
    opened_page.goto(path.as_uri())
    if context.get("java_script_enabled", True):
        opened_page.locator("html[data-views=drawn]").wait_for()
    return opened_page


def test_what_a_notebook_takes_from_the_network_stays_out(lab, browser, tmp_path):
    hungry = notebook_of(
        TEXT("# A\n\n![b](http://example.org/b.png)\n\n<script src='http://example.org/c.js'></script>"),
        TEXT("<script>fetch('http://example.org/d'); new Image().src = 'http://example.org/e'</script>"),
        TEXT("<link rel=stylesheet href='http://example.org/f.css'><iframe src='http://example.org/g'></iframe>"),
    )
    path = tmp_path / "page.html"
    path.write_text(page(hungry, "A"), encoding="utf-8")
    shown = lab.new_page()
    shown.goto(path.as_uri())
    shown.locator("html[data-views=drawn]").wait_for()
    assert shown.outside == [] and len(browser.close_pages()) >= 5  # the browser says what it refused


@pytest.mark.slow
def test_a_page_shows_formulas_and_views_says_what_it_cannot_and_follows_the_readers_theme(lab, browser, exported):
    shown = opened(lab, exported, color_scheme="light")
    assert shown.locator("html").get_attribute("lang") == "en"
    assert shown.title() == shown.locator("h1").text_content() == "OTG on a page"
    assert shown.get_by_text("next").get_attribute("href") == "06_b.html#a"
    assert shown.locator("math").count() == 4
    assert shown.locator("munder > mo", has_text="⏟").count() == 1
    assert shown.locator("math mfrac").text_content() == "12m"
    box = shown.locator("menclose")
    assert box.evaluate("box => getComputedStyle(box).borderTopWidth") == "1px"
    slider, broken = shown.locator(".note").all_inner_texts()
    assert "IntSlider" in slider and "on purpose" in broken
    assert shown.content().count("each_script_once") == 2  # once, and in the cell that is shown

    buttons = shown.get_by_role("button", name=", made")  # two views of one model with its last values, and another
    assert buttons.all_inner_texts() == ["7 of 0.5 -2, made 1"] * 2 + ["3 of 0.5 -2, made 1"]
    for number, words in ((1, "8 of 0.5 -2, made 1"), (0, "8 of 1 -4, made 1")):
        buttons.nth(number).click()
        assert buttons.all_inner_texts() == [words] * 2 + ["3 of 0.5 -2, made 1"]
    assert buttons.first.evaluate("button => getComputedStyle(button).letterSpacing") == "3px"

    for theme, colour, width in (("light", "rgb(255, 255, 255)", 1400), ("dark", "rgb(17, 17, 17)", 390)):
        shown.emulate_media(color_scheme=theme)
        shown.set_viewport_size({"width": width, "height": 900})
        expect(shown.locator(".bss-view").first).to_have_css("background-color", colour)  # it hears of it later
        expect(shown.locator("body")).to_have_attribute("data-jp-theme-light", str(theme == "light").lower())
        expect(shown.locator("html")).to_have_js_property("scrollWidth", width)
        assert axe(shown, "html") == []
    assert browser.close_pages() and all("on purpose" in error for error in shown.console_errors + shown.outside)


@pytest.mark.slow
def test_without_scripts_the_views_pictures_stand_in(lab, exported):
    picture = opened(lab, exported, java_script_enabled=False).locator(".live-view noscript img, .live-view img").first
    assert "ProductExplorer" in picture.get_attribute("alt")
    assert picture.bounding_box()["width"] > 100


def test_a_table_in_a_quotation_is_a_table_and_what_is_no_latex_stays_as_it_is_and_is_told(capsys):
    quoted = TEXT("# A\n\n> | a | b |\n> |---|---|\n> | $x$ | 2 |")
    soup = bs4.BeautifulSoup(page(notebook_of(quoted), "A"), "html.parser")
    assert [cell.text for cell in soup.select("blockquote td")] == ["x", "2"]
    assert mathml("\\nothing{x} < 1", "inline") == "<code>\\nothing{x} &lt; 1</code>"
    assert "\\nothing" in capsys.readouterr().err


def test_what_is_no_notebook_or_has_no_kernel_or_cannot_be_written_is_told_in_one_line(tmp_path, capsys):
    for content in (None, "no JSON", '{"cells": 3}'):
        source = tmp_path / "some.ipynb"
        if content is not None:
            source.write_text(content, encoding="utf-8")
        assert main([str(source)]) == 1
        error = capsys.readouterr().err
        assert error.startswith(f"{source} cannot be read as a notebook: ") and error.count("\n") == 1
    assert main([str(saved(tmp_path, CODE("1"), kernel="no such kernel"))]) == 1
    assert "no such kernel" in capsys.readouterr().err
    source = saved(tmp_path, TEXT("# A"))
    assert main([str(source), "-o", str(tmp_path / "no folder" / "page.html")]) == 1
    assert "cannot be written" in capsys.readouterr().err
