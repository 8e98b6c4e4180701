"""The notebooks as they are stored: in order, linked, complete, without what differs from run to run.

nbval runs them and compares what they print; tests/test_shape_watch.py looks at the arrays that they make.
"""

import functools
import itertools
import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
import rows
from reading_time import prose
from rows import EXERCISE, ROWS, all_marks, cells_of, checked, headings_in, marks_of, shows_that_it_holds

FOLDER = Path(__file__).parents[1] / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
LONGEST_CELL = 15  # lines
START = "00_start_here"  # has no derivation of its own
WITH_LIVE_VIEWS = [name for name in NAMES if "01" <= name < "10" or name.startswith("11")]
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]+\$", re.DOTALL)
LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)(?: \"[^\"]*\")?\)")


@functools.cache  # no test changes what it reads
def read(name):
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def outputs(nb):
    return [output for cell in code_cells(nb) for output in cell.outputs]


def markdown(nb):
    """Every piece of markdown that a reader sees: text cells, and outputs such as a table."""
    cells = [cell.source for cell in nb.cells if cell.cell_type == "markdown"]
    return cells + [o.data["text/markdown"] for o in outputs(nb) if "text/markdown" in o.get("data", {})]


def headings(nb):
    """The headings of the notebook without their #s, in order."""
    return headings_in("\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown"))


def broken_links(nb, folder):
    """The link targets in the notebook's markdown that lead to no file, or to no heading of their notebook."""
    broken, targets = [], [match["target"] for text in markdown(nb) for match in LINK.finditer(text)]
    for target in [target for target in targets if not re.match(r"https?://|mailto:", target)]:
        file, _, anchor = unquote(target).partition("#")
        exists = not file or (folder / file).is_file()
        there = headings(nbformat.read(folder / file, as_version=4) if file else nb) if exists and anchor else []
        if not exists or anchor and anchor not in [heading.replace(" ", "-") for heading in there]:
            broken.append(target)
    return broken


every_notebook = pytest.mark.parametrize("name", NAMES)
every_derivation = pytest.mark.parametrize("name", [name for name in NAMES if name != START])


@every_notebook
def test_links_lead_to_files_and_headings_that_exist_and_back_and_forth_in_order(name):
    assert broken_links(read(name), FOLDER) == []
    links, place = LINK.findall(read(name).cells[0].source), NAMES.index(name)
    back = [target for text, target in links if text.startswith("←")]
    forth = [target for text, target in links if text.endswith("→")]
    assert back == [f"{other}.ipynb" for other in NAMES[:place][-1:]]
    assert forth == [f"{other}.ipynb" for other in NAMES[place + 1 :][:1]]
    targets = {match["target"] for text in markdown(read(START)) for match in LINK.finditer(text)}
    assert name == START or f"{name}.ipynb" in targets


@every_notebook
def test_it_is_stored_as_the_documented_command_writes_it(name):
    """CONTRIBUTING.md, "Edit a notebook and run it again": then a diff shows what changed and nothing else."""
    nb = read(name)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    assert nb.metadata == {"kernelspec": kernel, "language_info": {"name": "python"}}
    assert {key for cell in nb.cells for key in cell.metadata} <= {"tags", "slideshow", "lecture", "jupyter", "course"}
    assert [cell.source for cell in code_cells(nb) if cell.execution_count is not None] == []
    assert [output for output in outputs(nb) if output.get("execution_count") is not None] == []
    assert (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8") == nbformat.writes(nb) + "\n"  # so the ids stay
    assert (nb.nbformat, nb.nbformat_minor) >= (4, 5) and len({cell.id for cell in nb.cells}) == len(nb.cells)


@every_notebook
def test_every_cell_says_how_it_stands_on_slides(name):
    """Each slide has its minutes, and somewhere there is something to say.

    A cell that goes on on the slide before it has "", as JupyterLab stores it: with "-" the live slides would leave it out.
    """
    cells = [(cell, cell.metadata.get("slideshow", {}).get("slide_type")) for cell in read(name).cells]
    lectures = [cell.metadata.get("lecture", {}) for cell, _ in cells]
    assert {kind for _, kind in cells} <= {"slide", "subslide", "fragment", "notes", "skip", ""}
    headed = {kind for cell, kind in cells if re.search("^## ", cell.source, re.MULTILINE)}
    assert headed == {cells[0][1]} == {"slide"}, "the notebook and each section begin a slide"
    slides = [lecture for lecture, (_, kind) in zip(lectures, cells, strict=True) if kind in ("slide", "subslide")]
    assert all(lecture.get("minutes", 0) > 0 for lecture in slides)
    assert any(lecture.get("say") for lecture in lectures) and {*itertools.chain(*lectures)} <= {"minutes", "say"}


@every_notebook
def test_it_is_stored_with_outputs_that_any_machine_gives_again(name):
    shown = outputs(read(name))
    assert shown and [o for o in shown if o.output_type == "error" or o.get("name") == "stderr"] == []
    pieces = [piece for output in shown for piece in output.get("data", {}).items()]
    assert {mime for mime, _ in pieces} <= {"text/plain", "text/markdown", "text/html", "text/latex", "image/png"}
    texts = [output.get("text", "") for output in shown] + [text for mime, text in pieces if mime != "image/png"]
    address, path = r"at 0x[0-9a-f]+", r"/(?:home|root|Users|tmp)/\S*|[A-Z]:\\\S*"  # of one machine
    assert re.findall(f"{address}|{path}", "\n".join(texts)) == []


@every_notebook
def test_what_decides_a_prediction_is_stored_collapsed_and_nothing_else_is(name):
    """Else the answer stands right under the question."""
    cells, deciding = read(name).cells, []
    for cell, after in itertools.pairwise(cells):
        asked = cell.source.startswith("prediction(") or cell in deciding
        if asked and after.cell_type == "code" and not after.source.startswith("prediction("):
            deciding.append(after)
    assert [cell for cell in cells if cell.metadata.get("jupyter") == {"outputs_hidden": True}] == deciding
    assert len(deciding) >= sum(cell.source.startswith("prediction(") for cell in cells)


@every_derivation
def test_its_sections_are_those_of_the_anatomy_in_order(name):
    nb = read(name)
    found = headings(nb)
    slips = any(each.notebook == name and each.row.startswith("E") for each in checked())
    numbered = [heading for heading in found if re.match(r"\d+\. ", heading)]
    assert [int(heading.split(".")[0]) for heading in numbered] == list(range(1, len(numbered) + 1)) != []
    middle = [*["Where the notes differ"] * slips, *["Live view"] * (name in WITH_LIVE_VIEWS)]
    anatomy = ["The question", *numbered, *middle, "Predict first", "Exercises", "Summary"]
    assert [heading for heading in found if heading in {*anatomy, "Where the notes differ", "Live view"}] == anatomy
    assert found[-1] == "Summary"


@every_notebook
def test_an_exercise_without_code_has_its_answer_folded_below_it(name):
    cells, unanswered = read(name).cells, []
    for cell, after in itertools.zip_longest(cells, cells[1:], fillvalue=cells[0]):
        exercises = EXERCISE.findall(cell.source) if cell.cell_type == "markdown" else []
        own_cell = exercises[-1:] if after.cell_type == "code" else []
        unanswered += [text for text in exercises if text not in own_cell and "<summary>Answer</summary>" not in text]
    assert [text for text in unanswered if "On paper" in text or not re.search(r"`\w+\(", text)] == []


@every_notebook
def test_formulas_count_from_1_and_what_counts_from_0_is_set_as_code(name):
    """W_12 is `W[0, 1]`."""
    found = []
    for text in (re.sub(r"```.*?```|`[^`]*`", "", cell, flags=re.DOTALL) for cell in markdown(read(name))):
        found += re.findall(r"_\{?0|_\{\w*[ ,]*0", "".join(FORMULA.findall(text)))
        found += re.findall(r"\w\[[\w, ]*\](?!\()", LINK.sub("", FORMULA.sub("", text)))
    assert found == []


POINTS = {  # what a notebook is there to say
    "00_start_here": "Where does the transpose come from, and why do the factors stand in their order?",
    "01_jacobians": "with the result's index first",
    "02_key_idea": "a sum over every path",
    "03_forward_batch": "the one line $Z = O W + b$",
    "04_G_and_activation": "row $i$ is sample $i$'s own gradient",
    "05_grad_W": "that is the product $O^T G$",
    "06_grad_b": "m$ paths lead from it to the loss, and paths are added",
    "07_grad_O": "together they are $G\\,W^T$",
    "08_the_loop": "dO = G @ W.T",
    "09_gradient_flow": r"\chi = n_{out}\,\mathrm{Var}(W)\; E[f'(z)^2]",
    "13_conventions": r"(O^T G)^T = \underbrace{G^T}",
    "14_speed": "the same sum, with the loop over $i$ inside the matrix product",
    "15_scale": r"\sum_{s=1}^{p} O_s^T G_s",
}


@pytest.mark.parametrize("name", POINTS)
def test_the_point_comes_within_8_cells_and_600_words(name):
    cells = read(name).cells
    (first, *_) = [place for place, cell in enumerate(cells) if POINTS[name] in cell.source]
    assert first < 8 and len(prose({"cells": cells[: first + 1]})) <= 600


@every_notebook
def test_a_cell_that_is_about_rows_names_rows_that_there_are_and_gives_each_a_mark(name):
    about = [cell for _, cell in cells_of(name) if "course" in cell.metadata]
    assert [cell.source for cell in about if not {"row"} <= {*cell.metadata["course"]} <= {"row", "claim"}] == []
    assert {row for cell in about for row in cell.metadata["course"]["row"].split()} <= set(ROWS)
    assert [cell.source for cell in about if not {mark for _, mark in marks_of(cell)} - {"run"}] == []


@every_derivation
def test_each_claim_is_of_one_row_and_shown_to_hold_by_its_cell(name):
    claims = [cell for _, cell in cells_of(name) if "claim" in cell.metadata.get("course", {})]
    assert claims and all(cell.metadata["course"]["claim"].strip() for cell in claims)
    assert [cell.source for cell in claims if [mark for _, mark in marks_of(cell)].count("checked") != 1] == []


@pytest.mark.parametrize(
    ("source", "result", "shown"),
    [
        ("np.array_equal(dW, right)", "True", True),
        ("{'(A)': A, '(B)': B}", "{'(A)': True, '(B)': False}", False),
        ("(dW == right).all()", "np.True_", False),  # a plain True is what a reader knows
        ("assert entry == sum(terms)", None, True),
        ("%load_ext course_lib\nprint(entry)", None, False),
    ],
)
def test_what_counts_as_shown(source, result, shown):
    cell = nbformat.v4.new_code_cell(source)
    if result:
        cell.outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": result})]
    assert shows_that_it_holds(cell) is shown


def test_every_row_of_the_notes_has_every_mark_and_every_slip_three_and_is_derived_before_it_is_shown_to_hold():
    first = {(each.row, each.mark): place for place, each in reversed([*enumerate(all_marks())])}
    assert [(row, mark) for row, needed in rows.NEEDED.items() for mark in needed if (row, mark) not in first] == []
    assert [row for row in ROWS[:21] if first[row, "derived"] > first[row, "checked"]] == []


def test_the_table_of_rows_is_the_one_that_its_command_writes():
    """CONTRIBUTING.md, "The rows of the notes"."""
    document = (FOLDER.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert rows.with_table(document) == document


@every_notebook
def test_it_opens_with_the_check_of_shape_comments_and_few_imports_and_no_cell_is_too_long_to_show_one_thing(name):
    (first, *_) = cells = [cell.source.splitlines() for cell in code_cells(read(name))]
    assert [cell for cell in cells if len(cell) > LONGEST_CELL] == [] and first[0] == "%load_ext course_lib"
    imports = [line for line in first[1:] if line.strip()]
    assert len(imports) <= 3 and [line for line in imports if not line.startswith(("import ", "from "))] == []
