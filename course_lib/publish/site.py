"""The course as a site: a folder that any static host serves, and whose pages ask for nothing from elsewhere.

python -m course_lib.publish.site [-o FOLDER]

Each notebook is run twice, for its page and for its slides; the contents and the page of all exercises are made from the
notebooks' text. Pagefind (MIT), from the package pagefind, makes the index that the browser searches.
"""

import argparse
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from course_lib import exercises
from course_lib.publish import slides
from course_lib.publish.export import ExportError, page, read, run

COURSE = Path(__file__).parents[2]
_MARK = ".nojekyll"  # GitHub's pages are left as they are; and the sign of a folder that this command made
_EXERCISE = re.compile(r"""\bexercise\(["'](\w+)["']\)""")
_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' blob: 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src data:; media-src data:; connect-src 'self'"
)
_SEARCH = """<div id="search"></div>
<link href="pagefind/pagefind-ui.css" rel="stylesheet">
<script src="pagefind/pagefind-ui.js"></script>
<script>new PagefindUI({ element: "#search", showSubResults: true, showImages: false, autofocus: false });</script>"""


def build(output, notebooks=None):
    """Write the site to the folder `output`, in one move; notebooks: their paths, in order, by default all of the course.

    Raises ExportError; what was at `output` then stays.
    """
    output = Path(output).absolute()
    if output.exists() and not (output / _MARK).is_file() and (not output.is_dir() or any(output.iterdir())):
        raise ExportError(f"{output} is there and is no site that this command made, expected another -o")
    notebooks = sorted((COURSE / "notebooks").glob("[0-9]*.ipynb")) if notebooks is None else list(notebooks)
    course = {path: read(path) for path in notebooks}
    try:
        with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}.") as part:
            folder = Path(part, "site")
            folder.mkdir()
            _write(folder, course)
            folder.chmod(0o755)
            old = Path(part, "old")
            if output.exists():
                os.replace(output, old)
            os.replace(folder, output)
    except OSError as error:
        raise ExportError(f"{output} cannot be written: {error}") from error


def main(arguments=None):
    """The command. Returns the exit code: 1, and a message in one line, if there is no site."""
    parser = argparse.ArgumentParser(prog="python -m course_lib.publish.site", description=__doc__.split("\n")[0])
    parser.add_argument("-o", "--output", type=Path, default=Path("site"), help="the folder; site, if left out")
    output = parser.parse_args(arguments).output
    try:
        build(output)
    except ExportError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{output}: {sum(path.stat().st_size for path in output.rglob('*') if path.is_file()) / 1e6:,.1f} MB")
    return 0


def contents(course):
    """The contents as a notebook of one cell: each notebook with what it is for, its time and its slides.

    course: {path: the notebook as it is stored}, in order.
    """
    lines = ["# Backpropagation, Shape by Shape", (COURSE / "README.md").read_text(encoding="utf-8").split("\n\n")[1]]
    lines += ["## Search", _SEARCH, "## The notebooks"]
    for path, notebook in course.items():
        head = dict(re.findall(r"^\| \*\*(.+?)\*\* \| (.+) \|$", notebook.cells[0].source, flags=re.MULTILINE))
        able, time = head.get("You will be able to", ""), head.get("Time", "")
        lines.append(
            f"- **[{_title(path, notebook)}]({path.stem}.html)**: {able}. {time}; [slides]({path.stem}.slides.html)"
        )
    lines += ["## To practise, and to hand out"]
    lines += ["[All exercises](exercises.html), with their hints folded. [One page to hand out](handout.pdf)."]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("\n\n".join(lines))])


def all_exercises(course):
    """All exercises of the notebooks as one notebook: what is asked, where to write, and the hints, folded. As `contents`."""
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    cells = [text("# All exercises\n\nA page cannot check an answer: the notebooks do, in JupyterLab.")]
    for path, notebook in course.items():
        found, asked, is_section = [], "", False
        for cell in notebook.cells:
            names = _EXERCISE.findall(cell.source) if cell.cell_type == "code" else []
            if cell.cell_type == "markdown":
                headings = re.findall(r"^#+ (.+)$", cell.source, flags=re.MULTILINE)
                is_section = headings[-1] == "Exercises" if headings else is_section
                asked = re.sub(r"^#+ .+$", "", cell.source, flags=re.MULTILINE)
                found += [text(asked)] if is_section else []
            elif names:
                found += [] if is_section else [text(asked)]
                found += [code(cell.source), text("\n\n".join(_folded(exercises.exercise(name)) for name in names))]
        if found:
            cells += [text(f"## [{_title(path, notebook)}]({path.stem}.html)"), *found]
    return nbformat.v4.new_notebook(cells=cells)


def _folded(exercise):
    hints = exercise.definition.hints
    heads = [f"{exercise.name}: hint {i} of {len(hints)}" for i in range(1, len(hints) + 1)]
    return "\n".join(
        f"<details><summary>{head}</summary><p>{html.escape(hint)}</p></details>"
        for head, hint in zip(heads, hints, strict=True)
    )


def _write(folder, course):
    own = {"index": contents(course), "exercises": all_exercises(course)}
    for name, notebook in own.items():
        _save(folder / f"{name}.html", page(notebook, name, COURSE / "notebooks", _navigation(), _POLICY))
    with ThreadPoolExecutor(2) as pool:  # each waits for a kernel of its own
        for make in (_page, _slides):
            list(pool.map(lambda path, make=make: make(path, folder), course))
    shutil.copy(COURSE / "figures" / "handout.pdf", folder)
    (folder / _MARK).touch()
    command = [sys.executable, "-m", "pagefind", "--site", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise ExportError(f"pagefind, of requirements-tests.txt, made no index: {' '.join(last)}")


def _page(path, folder):
    _save(folder / f"{path.stem}.html", page(run(path), path.stem, path.parent, _navigation(path), _POLICY))


def _slides(path, folder):
    _save(folder / f"{path.stem}.slides.html", slides.page(run(path, COURSE_PROJECTOR="light"), path.stem, path.parent))


def _save(path, text):
    """Links out of the notebooks' folder become their text: what they lead to is in the repository, and not here."""
    path.write_text(re.sub(r'<a href="\.\./[^"]*">(.*?)</a>', r"\1", text), encoding="utf-8")


def _navigation(path=None):
    links = {"Contents": "index.html", "Search": "index.html#search", "Exercises": "exercises.html"}
    links |= {"Slides": f"{path.stem}.slides.html"} if path else {}
    items = "".join(f'<li><a href="{url}">{words}</a></li>' for words, url in links.items())
    return f'<nav class="site" aria-label="The course"><ul>{items}</ul></nav>'


def _title(path, notebook):
    """The notebook's number and heading."""
    return f"{path.stem[:2]} {re.search(r'^# (.+)$', notebook.cells[0].source, flags=re.MULTILINE)[1]}"


if __name__ == "__main__":
    sys.exit(main())
