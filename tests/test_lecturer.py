"""LECTURER.md keeps its word: minutes, sections, predictions and their answers, exercises, mistakes, slips, commands."""

import re
from pathlib import Path

from rows import checked, with_sections
from test_notebooks import headings, read
from test_readme import blocks, section, table

from course_lib.exercises import exercise
from course_lib.exercises.engine.course import found
from course_lib.exercises.engine.mistakes import MISTAKES
from course_lib.exercises.engine.prediction import Question
from course_lib.exercises.engine.variants import Variants
from course_lib.pictures.look import look
from course_lib.pictures.projector import projector

ROOT = Path(__file__).parents[1]
LECTURER = (ROOT / "LECTURER.md").read_text(encoding="utf-8")
LECTURES = re.findall(r"^## (Lecture \d: .+)$", LECTURER, flags=re.MULTILINE)
SHORT = "The course as two lectures of 90 minutes"


def rows(first_column, heading=None):
    """The rows of every table whose head begins with the given column, of one section or of the whole page."""
    text = section(LECTURER, re.escape(heading)) if heading else LECTURER
    parts = text.split(f"| {first_column} |")
    return [row for part in parts[1:] for row in table(f"| {first_column} |{part}", first_column)]


def notebook_of(link):
    """05_grad_W for [05](notebooks/05_grad_W.ipynb)."""
    number, name = re.fullmatch(r"\[(\d\d)\]\(notebooks/(\w+)\.ipynb\)", link).groups()
    assert name.startswith(number)
    return name


def cells_under(name, heading):
    return [cell for section_of_cell, cell in with_sections(read(name).cells) if section_of_cell == heading]


def test_there_are_seven_lectures_and_two_of_90_minutes_are_made_of_parts_of_45():
    assert [lecture[:10] for lecture in LECTURES] == [f"Lecture {i}:" for i in range(1, 8)]
    assert "The first is lectures 1 and 2. The second is lecture 3, and then this" in section(LECTURER, SHORT)
    for lecture in LECTURES:
        assert all(word in section(LECTURER, re.escape(lecture)) for word in ("**Goal.**", "**Draw.**", "**Ask.**"))
        assert len(rows("prediction", lecture)) >= 3 and len(rows("exercise", lecture)) >= 4
    for heading in [*LECTURES, SHORT]:
        minutes = [int(row[0]) for row in rows("minutes", heading)]
        assert len(minutes) > 5 and min(minutes) > 0 and sum(minutes) == 45, heading


def test_every_section_that_is_given_minutes_exists_in_its_notebook():
    planned = [(notebook_of(link), heading) for _, link, heading, _ in rows("minutes")]
    assert len(planned) > 60
    assert [(name, heading) for name, heading in planned if heading not in headings(read(name))] == []


def test_the_slides_of_a_section_have_the_minutes_that_the_lectures_give_it_once():
    planned = [(notebook_of(link), heading, int(n)) for l in LECTURES for n, link, heading, _ in rows("minutes", l)]
    assert len({(name, heading) for name, heading, _ in planned}) == len(planned)
    of_cells = [[cell.metadata.get("lecture", {}) for cell in cells_under(*each[:2])] for each in planned]
    assert [sum(cell.get("minutes", 0) for cell in cells) for cells in of_cells] == [minutes for *_, minutes in planned]


def test_every_wrong_answer_to_a_prediction_is_a_wrong_choice_of_it_with_that_mistake():
    for name, text, mistake, _ in rows("prediction"):
        choices = {choice.text: choice.mistake for choice in found(Question)[name.strip("`")].choices}
        assert choices[text] == mistake.strip("`") != "", (name, text)


def test_a_prediction_stands_in_the_lecture_in_which_its_section_is_shown():
    for lecture in LECTURES:
        places = [(notebook_of(link), heading) for _, link, heading, _ in rows("minutes", lecture)]
        shown = "\n".join(cell.source for place in places for cell in cells_under(*place))
        asked = re.findall(r'^prediction\("(.+)"\)', shown, re.MULTILINE)
        assert [name for name, *_ in rows("prediction", lecture) if name.strip("`") not in asked] == [], lecture


def test_every_card_is_one_that_its_exercise_can_show():
    for name, mistake, _ in rows("exercise"):
        definition = exercise(name.strip("`")).definition
        cases = definition.cases(0)
        alone = Variants(definition, cases, tuple(map(definition.value, cases))).alone
        known = {id for each in alone for id in each.ids}
        assert mistake.strip("`") in known and mistake.strip("`") in MISTAKES, (name, mistake)


def test_the_cell_for_the_projector_runs():
    ((*lines,),) = blocks(LECTURER, "python")
    try:
        exec("\n".join(lines), {})  # noqa: S102
        assert look().large
    finally:
        projector("off")


def test_every_slip_is_checked_in_the_section_that_is_named_for_it():
    named = [(slip, notebook_of(link), heading) for slip, _, _, link, heading in rows("slip")]
    assert {slip for slip, _, _ in named} == {f"E{i}" for i in range(1, 11)}
    shown = {(each.row, each.notebook, each.section) for each in checked()}
    assert [each for each in named if each not in shown] == []


def test_every_section_of_the_page_is_in_its_list():
    listed = re.findall(r"^- \[(.+)\]\(#", LECTURER, flags=re.MULTILINE)
    assert listed == re.findall(r"^## (.+)$", LECTURER, flags=re.MULTILINE)
    assert "](LECTURER.md)" in section((ROOT / "README.md").read_text(encoding="utf-8"), "For a lecturer")
