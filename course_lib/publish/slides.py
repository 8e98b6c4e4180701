"""Notebooks as slides: for each one HTML file with reveal.js, formulas, pictures, live views and speaker notes inside.

python -m course_lib.publish.slides NOTEBOOK... [-o FILE] [--theme light|dark]

A cell's metadata says where a slide begins: "slideshow": {"slide_type": ...} is slide, subslide, fragment, notes, skip
or "-", and "lecture": {"minutes": 2, "say": "..."} goes into the speaker notes. slides.js lays the cells out when the
file is opened; what does not fit on a slide goes on on the next. reveal.js comes from the package pyreveal.
"""

import argparse
import html
import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.resources import files
from pathlib import Path
from string import Template

import nbformat

from course_lib.publish.export import ExportError, as_json, bake, heading_of, own_file, replace_file, run, to_html
from course_lib.publish.fonts import font_faces

_REVEAL = files("pyreveal") / "revealjs" / "dist"
# A picture's text has 11 points; with so many units for each of its 200 dots an inch it has 24 units.
_POINTS = 24 * 72 / 11 / 200

# The speaker's window is the same file in two frames; nothing else may be asked for.
_PAGE = Template("""<!DOCTYPE html>
<html lang="en" data-theme="$theme" data-points="$points">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="$theme">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' blob:; \
style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data:; frame-src 'self' file:">
<title>$title</title>
<style>$style</style>
</head>
<body>
<main class="reveal">
<div class="slides"></div>
</main>
<div class="cells">
$body
</div>
<script type="application/json" id="live-views">$views</script>
<script>$reveal</script>
<script type="module">$script</script>
</body>
</html>
""")


def page(notebook, title, folder=".", theme="light"):
    """The slides, a string of HTML, of a notebook that `export.run` has returned. Changes the notebook.

    title: used if the notebook has no heading; folder: where the pictures named in its text are.
    """
    views, styles = bake(notebook)
    body = "\n".join(_article(cell, folder) for cell in notebook.cells if _slide_type(cell) != "skip")
    reveal = [(_REVEAL / name).read_text(encoding="utf-8") for name in ("reveal.js", "plugin/notes.js")]
    fonts = font_faces(html.unescape(body) + json.dumps(views, ensure_ascii=False), _formulas(body))
    style = [
        fonts,
        (_REVEAL / "reveal.css").read_text(encoding="utf-8"),
        own_file("export.css"),
        own_file("dark.css") if theme == "dark" else "",
        *styles,
        own_file("slides.css"),
    ]
    return _PAGE.substitute(
        theme=theme,
        points=_POINTS,
        title=heading_of(body) or html.escape(title),
        style="\n".join(style).replace("</style", "<\\/style"),
        body=body,
        views=as_json(views),
        reveal="\n".join(reveal).replace("</script", "<\\/script"),
        script=own_file("export.js") + own_file("slides.js"),
    )


def export(source, output, theme="light"):
    """Run the notebook `source`, its pictures large and in the theme, and write its slides to the file `output`.

    Raises ExportError; what was at `output` then stays.
    """
    source, output = Path(source), Path(output)
    replace_file(output, page(run(source, COURSE_PROJECTOR=theme), source.stem, source.parent, theme))


def main(arguments=None):
    """The command. Returns the exit code: 1, and a message in one line, if a notebook has no slides."""
    parser = argparse.ArgumentParser(prog="python -m course_lib.publish.slides", description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="+", type=Path, metavar="notebook")
    parser.add_argument("-o", "--output", type=Path, help="the file, of one notebook; NOTEBOOK.slides.html if left out")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="for a light or a dark room")
    chosen = parser.parse_args(arguments)
    if chosen.output and len(chosen.notebooks) > 1:
        parser.error("-o is for one notebook")
    failed = False
    with ThreadPoolExecutor(2) as pool:  # each waits for a kernel of its own
        for error, told in pool.map(partial(_exported, output=chosen.output, theme=chosen.theme), chosen.notebooks):
            print(told, file=sys.stderr if error else sys.stdout, flush=True)
            failed |= error
    return int(failed)


def _exported(notebook, output, theme):
    """Export one notebook: (whether there is an error, what is to be said)."""
    output = output or notebook.with_suffix(".slides.html")
    try:
        export(notebook, output, theme)
    except ExportError as error:
        return True, str(error)
    return False, f"{output}: {os.path.getsize(output) / 1000:,.0f} kB"


def _formulas(body):
    """The text of all formulas in a page's HTML."""
    return html.unescape("".join(re.findall(r"<math.*?</math>", body, flags=re.DOTALL)))


def _slide_type(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type") or ""


def _article(cell, folder):
    """One cell as an article; what the lecturer says is inside it, as speaker notes."""
    lecture = cell.metadata.get("lecture", {})
    alone = nbformat.v4.new_notebook(cells=[cell])
    notes = f'<aside class="notes"><p>{html.escape(lecture["say"])}</p></aside>' if lecture.get("say") else ""
    minutes = html.escape(str(lecture.get("minutes", "")))
    content = to_html(alone, folder, suffix=".slides.html")
    return f'<article data-type="{html.escape(_slide_type(cell))}" data-minutes="{minutes}">{content}{notes}</article>'


if __name__ == "__main__":
    sys.exit(main())
