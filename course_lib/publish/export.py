"""A notebook as one HTML page on which the views live without a kernel, and without the network.

python -m course_lib.publish.export NOTEBOOK [-o FILE]

It runs a copy of the notebook. What each view needs (its script, its style, the values of its traits) is written into
the page, and export.js stands in for the kernel; formulas become MathML.
"""

import argparse
import hashlib
import html
import json
import os
import re
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from string import Template

import nbformat
from jinja2 import pass_context
from jupyter_client.kernelspec import NoSuchKernel
from math_core import LatexError, LatexToMathML
from mistune.plugins.table import table_in_quote
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

_VIEW = "application/vnd.jupyter.widget-view+json"
_STATE = "application/vnd.jupyter.widget-state+json"
_LATEX = LatexToMathML(fancy_error=False)
_EXTRA_SPACE = re.compile(r"\\\\\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\]")  # \\[2ex], which the converter would print
# Two kernels with two threads each wait for each other: on two busy cores notebook 09 takes minutes in place of seconds.
_ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
_PICTURE = re.compile(r"""<img\b[^>]*?\bsrc=["']?(?!["']?data:)([^"'>\s]*)[^>]*>""")  # that is not in the page
_LINK = re.compile(r"""(<a\b[^>]*\bhref="(?![a-z]+:|//)[^"]*)\.ipynb(?=[#"])""")  # to another notebook
_FROM_THE_NETWORK = re.compile(r"""<(script|link|iframe|img)\b[^>]*\b(src|href)\s*=\s*["']?(https?:)?//""")
_NO_NETWORK = "What this cell shows comes from the network, and this page asks for nothing there."
_ALT = "The picture that the code above draws"
# What is stored collapsed, since it decides a question, is folded on a page too; slides.js gives it a step of its own.
_FOLDED = """{%- extends "basic/index.html.j2" -%}
{% block output_group %}
{% if cell.metadata.get("jupyter", {}).get("outputs_hidden") -%}
<details class="folded"><summary>What the code shows</summary>{{ super() }}</details>
{%- else %}{{ super() }}{% endif %}
{% endblock output_group %}"""

# Keeps whatever a notebook shows from asking the network for anything.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; media-src data:"
)
_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<meta http-equiv="Content-Security-Policy" content="$policy">
<title>$title</title>
<style>$style</style>
</head>
<body>
$before<main data-pagefind-body>
$body
</main>
<script type="application/json" id="live-views">$views</script>
<script type="module">$script</script>
</body>
</html>
""")


class ExportError(Exception):
    """A notebook that cannot be read or run; the message names it, and the cell and the error if a cell failed."""


def read(path):
    """The notebook as it is stored. Raises ExportError."""
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # what is no notebook is met with errors of many kinds
        raise ExportError(f"{path} cannot be read as a notebook: {str(error).partition(chr(10))[0]}") from error


def run(path, **environment):
    """Run a copy of the notebook in a kernel of its own, in the notebook's folder, and return it with its outputs.

    environment: variables for the kernel. The state of its widgets is in its metadata. Raises ExportError.
    """
    notebook = read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []  # what is stored is of another run
    client = NotebookClient(
        notebook,
        kernel_name=notebook.metadata.get("kernelspec", {}).get("name", "python3"),
        resources={"metadata": {"path": str(path.parent)}},
        timeout=None,
        store_widget_state=True,
    )
    try:
        # neither a progress bar, nor what a learner has done, nor what a kernel says when it is ended belongs on a page
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            own = {"TQDM_DISABLE": "1", "COURSE_PROGRESS": str(Path(folder, "progress.sqlite3"))}
            client.execute(env={**_ONE_THREAD, **os.environ, **own, **environment}, stderr=subprocess.DEVNULL)
    except CellExecutionError as error:
        number, cell = [(i, cell) for i, cell in enumerate(notebook.cells, 1) if _failed(cell)][-1]
        place = f"cell {number}, which begins with {cell.source.partition(chr(10))[0]!r},"
        raise ExportError(f"{path}: {place} failed with {error.ename}: {error.evalue}") from error
    except (NoSuchKernel, RuntimeError) as error:  # RuntimeError: the kernel died
        raise ExportError(f"{path} could not be run: {error}") from error
    return notebook


def page(notebook, title, folder=".", before="", policy=_POLICY):
    """The HTML page, a string, of a notebook that `run` has returned. Changes the notebook.

    title: used if the notebook has no heading; folder: where the pictures named in its text are; before: HTML that
    stands above the notebook; policy: what the page may load.
    """
    views, styles = bake(notebook)
    body = to_html(notebook, folder)
    dark = f"@media (prefers-color-scheme: dark) {{ {own_file('dark.css')} }}"
    return _PAGE.substitute(
        title=heading_of(body) or html.escape(title),
        style="\n".join([own_file("export.css"), dark, *styles]).replace("</style", "<\\/style"),
        before=before,
        policy=policy,
        body=body,
        views=as_json(views),
        script=own_file("export.js"),
    )


def bake(notebook):
    """Make the outputs of a notebook that `run` has returned ready for a page without a kernel. Changes the notebook.

    Returns what its views need: the JSON that export.js reads, as a dict, and their styles, a list of strings.
    """
    widgets = notebook.metadata.pop("widgets", {}).get(_STATE, {}).get("state", {})
    views, styles = {"modules": {}, "models": {}}, {}
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        if _VIEW in output.get("data", {}):
            _bake(output, widgets, views, styles)
        elif "text/html" in output.get("data", {}) and _FROM_THE_NETWORK.search(output["data"]["text/html"]):
            output["data"]["text/html"] = f'<p class="note">{_NO_NETWORK}</p>'
        elif "text/latex" in output.get("data", {}):
            output["data"] = {"text/html": mathml(output["data"]["text/latex"].strip().strip("$"), "block")}
        elif "image/png" in output.get("data", {}):
            words = output["data"].get("text/plain", "")  # what it shows, of a view that was stored and of some Figures
            alt = words.removeprefix("<Figure: ").removesuffix(">") if words[:8] != "<Figure " else ""
            output["metadata"].setdefault("image/png", {}).setdefault("alt", alt or _ALT)
    return views, list(styles)


def to_html(notebook, folder, suffix=".html"):
    """The cells of a notebook that has been through `bake` as HTML; links to other notebooks get the suffix."""
    body = _exporter().from_notebook_node(notebook, {"metadata": {"path": str(folder)}})[0]
    return _LINK.sub(rf"\1{suffix}", _PICTURE.sub(_left_out, body))


def heading_of(body):
    """The text of the first heading of level 1, or None."""
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", body, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", "", heading[1]).strip() if heading else None


def as_json(value):
    """JSON that may stand in a script element."""
    return json.dumps(value).replace("<", "\\u003c")


def export(source, output):
    """Run the notebook `source` and write its page to the file `output`. Raises ExportError."""
    source, output = Path(source), Path(output)
    replace_file(output, page(run(source), source.stem, source.parent))


def replace_file(output, text):
    """Write the text to the file `output`, in one move: there is never half a page.

    Raises ExportError; what was at `output` then stays.
    """
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, output)
    except OSError as error:
        raise ExportError(f"{output} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def mathml(formula, display):
    """LaTeX without its dollar signs as MathML; display is "block" or "inline". What is no LaTeX stays as it is."""
    try:
        return _LATEX.convert_with_local_state(_EXTRA_SPACE.sub(r"\\\\", formula), displaystyle=display == "block")
    except LatexError as error:
        print(f"this formula stays as LaTeX, {error}: {formula}", file=sys.stderr)
        return f"<code>{html.escape(formula)}</code>"


def main(arguments=None):
    """The command. Returns the exit code: 1, and a message in one line, if there is no page."""
    parser = argparse.ArgumentParser(prog="python -m course_lib.publish.export", description=__doc__.split("\n")[0])
    parser.add_argument("notebook", type=Path)
    parser.add_argument("-o", "--output", type=Path, help="the page; beside the notebook, with its name, if left out")
    chosen = parser.parse_args(arguments)
    output = chosen.output or chosen.notebook.with_suffix(".html")
    try:
        export(chosen.notebook, output)
    except ExportError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{output}: {output.stat().st_size / 1000:,.0f} kB")
    return 0


class _Renderer(IPythonRenderer):
    """Markdown to HTML, with MathML."""

    def block_math(self, body):
        return mathml(body, "block")

    def inline_math(self, body):
        return mathml(body, "inline")

    def latex_environment(self, name, body):
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")

    def block_html(self, html):
        """HTML as it stands; the base class would close what a later block closes, such as details."""
        return super().block_html(html) if "<img" in html else html

    def heading(self, text, level, **attributes):
        """A heading with the id that JupyterLab gives it, but without the sign that links to itself."""
        return re.sub(r'<a class="anchor-link".*?</a>', "", super().heading(text, level, **attributes))


class _Exporter(HTMLExporter):
    """nbconvert's exporter, with this module's renderer of Markdown."""

    embed_images = True

    @pass_context
    def markdown2html(self, context, source):
        renderer = _Renderer(
            escape=False,
            attachments=context.get("cell", {}).get("attachments", {}),
            embed_images=True,
            path=context.get("resources", {}).get("metadata", {}).get("path", ""),
        )
        markdown = MarkdownWithMath(renderer=renderer)
        table_in_quote(markdown)
        return markdown.render(source)


@cache
def _exporter():
    """The exporter of pages and of slides; it compiles its templates once."""
    return _Exporter(raw_template=_FOLDED, template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)


def _bake(output, widgets, views, styles):
    """Put a place for the view into the output, and what the view needs into `views` and `styles`."""
    identity = output["data"][_VIEW]["model_id"]
    words = html.escape(output["data"].get("text/plain", "a view"))
    widget = widgets.get(identity, {"state": {}})
    state = dict(widget["state"])
    if "_esm" not in state:
        kind = html.escape(state.get("_model_name", "unknown").removesuffix("Model"))
        note = f"Here the notebook shows a widget ({kind}) that does not work without a kernel."
        output["data"] = {"text/html": f'<p class="note">{note}</p>'}
        return
    picture = output["data"].get("image/png")
    still = f'<noscript><img alt="{words}" src="data:image/png;base64,{picture}"></noscript>' if picture else ""
    output["data"] = {"text/html": f'<div class="live-view" data-model="{html.escape(identity)}">{still}</div>'}
    script = state.pop("_esm")
    module = hashlib.sha256(script.encode()).hexdigest()[:16]
    views["modules"][module] = script
    styles[state.pop("_css", "")] = None  # a dict keeps the order, and each style once
    values = {name: value for name, value in state.items() if not name.startswith("_") and name != "layout"}
    views["models"][identity] = {"module": module, "values": values, "buffers": widget.get("buffers", [])}


def _left_out(match):
    """What stands in the place of a picture that is neither in the notebook nor in its folder; it is told, too."""
    print(f"the picture {match[1]} is neither in the notebook nor in its folder, and is left out", file=sys.stderr)
    return f'<span class="note">Here is a picture, {match[1]}, that is not in this file.</span>'


def own_file(name):
    """The text of a script or a style that stands beside this module."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _failed(cell):
    return any(output["output_type"] == "error" for output in cell.get("outputs", []))


if __name__ == "__main__":
    sys.exit(main())
