"""The course as a site: one folder, whose links all lead somewhere, whose search needs no server of its own."""

import functools
import http.server
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote, urlsplit

import bs4
import nbformat
import pytest
from chromium import axe, notebook_of
from page_lab import executed
from playwright.sync_api import expect

from course_lib.publish import site

NOTEBOOKS = sorted((site.COURSE / "notebooks").glob("[0-9]*.ipynb"))
COURSE = {path: site.read(path) for path in NOTEBOOKS}
FIRST, SECOND = "01_jacobians", "02_key_idea"


def small(folder):
    """Two notebooks of the course's form, with links to one another, a view and an exercise."""
    text = nbformat.v4.new_markdown_cell
    head = "| | |\n|---|---|\n| **You will be able to** | derive $O^T G$ |\n| **Time** | 5 minutes |"
    view = "import numpy as np\nfrom course_lib import ProductExplorer\nProductExplorer(np.eye(3), np.ones((3, 2)))"
    links = f"[next]({SECOND}.ipynb#Exercises), [code](../course_lib/dense.py)"
    exercise = 'from course_lib import exercise\nex = exercise("grad_W")\n\n\ndef grad_W(O, G):\n    ...'
    asked = text("## Exercises\n\n**1.** Turn the marmalade over.")
    cells = {FIRST: [text(f"# First\n\n{links}\n\n{head}"), view]}
    cells |= {SECOND: [text(f"# Second\n\n{head}"), asked, exercise]}
    for name, own in cells.items():
        nbformat.write(notebook_of(*own), folder / f"{name}.ipynb")
    return [folder / f"{name}.ipynb" for name in cells]


@pytest.fixture(scope="module", params=["in this process", pytest.param("in kernels", marks=pytest.mark.slow)])
def built(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "in this process":
            patch.setattr(site, "run", lambda path, **_: executed(site.read(path)))
            patch.setattr(site, "ThreadPoolExecutor", lambda _: ThreadPoolExecutor(1))
        site.build(folder / "site", small(folder))
    return folder / "site"


@pytest.fixture(scope="module")
def address(built):
    """Served as any static host would."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *words):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=built)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def broken_links(pages):
    """Links, of {name: soup of a page}, that lead to no page, or to nothing on it."""
    anchors = {name: {each["id"] for each in soup.select("[id]")} for name, soup in pages.items()}
    broken = []
    for name, soup in pages.items():
        for url in (link["href"] for link in soup.select("a[href]")):
            scheme, _, path, _, fragment = urlsplit(unquote(url))
            page = path or name
            is_there = page in pages or page in ("handout.pdf",) or page.endswith(".slides.html")
            if not scheme and not (is_there and (not fragment or fragment in anchors[page])):
                broken.append((name, url))
    return broken


@pytest.mark.slow
def test_every_link_formula_and_picture_of_the_course_comes_out(tmp_path, monkeypatch, capsys):
    """Of the notebooks as they are stored: nothing is run."""
    monkeypatch.setattr(site, "run", site.read)
    for path in NOTEBOOKS:
        site._page(path, tmp_path)
    for name, notebook in {"index": site.contents(COURSE), "exercises": site.all_exercises(COURSE)}.items():
        site._save(tmp_path / f"{name}.html", site.page(notebook, name, tmp_path, site._navigation(), site._POLICY))
    pages = {path.name: bs4.BeautifulSoup(path.read_bytes(), "html.parser") for path in tmp_path.glob("*.html")}
    assert broken_links(pages) == []
    assert capsys.readouterr().err == "", "formulas that stay as LaTeX, and pictures that are missing, are told there"
    wrong = []
    for name, soup in pages.items():
        text = "".join(node for node in soup.main.strings if not node.find_parent(["pre", "code", "script"]))
        wrong += [(name, "LaTeX", left) for left in re.findall(r"\\[a-zA-Z]+|\[\d+ex\]|\$", text)]
        wrong += [(name, "picture", i["src"]) for i in soup.select("img") if not i["src"].startswith("data:")]
    assert wrong == []
    titles = [soup.title.text for soup in pages.values()]
    assert len(set(titles) - {""}) >= len(pages) - 1  # 00 has the course's own, as the contents have
    listed = [link["href"] for link in pages["index.html"].select("main li a") if "slides" not in link["href"]]
    assert listed == [f"{path.stem}.html" for path in NOTEBOOKS]


def test_every_exercise_of_the_notebooks_stands_on_the_page_of_exercises_with_all_its_hints_folded():
    sources = "\n".join(cell.source for notebook in COURSE.values() for cell in notebook.cells)
    named = re.findall(r"""\bexercise\(["'](\w+)["']\)""", sources)
    page = "\n".join(cell.source for cell in site.all_exercises(COURSE).cells)
    for name in named:
        for number, hint in enumerate(site.exercises.exercise(name).definition.hints, 1):
            assert f"<summary>{name}: hint {number} of " in page and site.html.escape(hint) in page


def test_the_site_is_found_read_and_searched_on_a_screen_and_on_a_phone_and_asks_nobody_else(lab, address, browser):
    shown = browser.new_page(port=urlsplit(address).port, color_scheme="dark")  # whatever else is asked for is an error
    shown.goto(address)
    shown.get_by_role("textbox").fill("marmalade")
    expect(shown.locator(".pagefind-ui__result").first).to_contain_text("marmalade")
    assert axe(shown, "html") == []
    shown.locator(".pagefind-ui__result-link").first.click()
    expect(shown.get_by_role("heading", level=1)).to_have_text(re.compile("Second|All exercises"))
    shown.goto(f"{address}{FIRST}.html")
    shown.locator("html[data-views=drawn]").wait_for()
    shown.get_by_role("grid").last.press("Control+End")
    assert "[2, 1] = " in shown.get_by_role("status").inner_text()
    assert shown.get_by_text("code").count() == 1 and shown.get_by_role("link", name="code").count() == 0
    shown.get_by_role("link", name="next").click()
    shown.get_by_role("link", name="Exercises", exact=True).click()
    expect(shown.get_by_text("hint 1 of")).to_be_visible()
    shown.set_viewport_size({"width": 390, "height": 844})
    for name in ("index", "exercises", FIRST, SECOND):
        shown.goto(f"{address}{name}.html")
        expect(shown.locator("html")).to_have_js_property("scrollWidth", 390)
        assert axe(shown, "html") == []


def test_another_folder_is_not_overwritten_and_a_site_is_replaced_as_a_whole(tmp_path, capsys, monkeypatch):
    (tmp_path / "mine.txt").write_text("mine")
    assert site.main(["-o", str(tmp_path)]) == 1
    assert "is no site that this command made" in capsys.readouterr().err
    assert (tmp_path / "mine.txt").read_text() == "mine"
    old = tmp_path / "site"
    old.mkdir()
    (old / site._MARK).touch()
    monkeypatch.setattr(site, "_write", lambda folder, course: (folder / "index.html").write_text("new"))
    site.build(old, NOTEBOOKS[:1])
    assert [path.name for path in old.iterdir()] == ["index.html"]
    (old / site._MARK).touch()

    def fails(folder, course):
        raise OSError("the disk is full")

    monkeypatch.setattr(site, "_write", fails)
    assert site.main(["-o", str(old)]) == 1
    assert "the disk is full" in capsys.readouterr().err
    assert (old / "index.html").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt", "site"]
