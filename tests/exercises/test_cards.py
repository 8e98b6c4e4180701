"""Cards: an icon and words, as text and as HTML, with everything escaped and colours that can be read."""

from xml.etree import ElementTree

import pytest
from contrast import contrast

from course_lib.exercises.engine.card import LOOKS, Result
from course_lib.exercises.engine.exercise import exercise

EVIL = '<script>alert(1)</script> & "quotes" \''


def parsed(html):
    """The card as a tree: it has to be well-formed."""
    return ElementTree.fromstring(html)


def text_of(html):
    return " ".join("".join(parsed(html).itertext()).split())


@pytest.mark.parametrize("status", ["correct", "wrong", "error", "not attempted"])
def test_the_card_says_the_same_as_the_text_with_icon_and_words(status):
    result = Result(status, (), "What the numbers show.", exercise="grad_W")
    icon, words, _ = LOOKS[status]
    help_ = "ex.hint() helps a step further, ex.solution() shows one answer." * (status in ("wrong", "error"))
    lines = [line.strip().replace("`", "") for line in repr(result).splitlines()]
    assert lines == [f"{icon} grad_W: {words}. What the numbers show.", *filter(None, [help_])]
    assert text_of(result._repr_html_()) == f"{icon} {words} grad_WWhat the numbers show.{help_}"
    assert "ex.hint" not in repr(Result(status, (), "A layer's.", exercise="check_layer"))
    assert parsed(result._repr_html_()).get("data-status") == status


def test_every_status_has_an_icon_and_words_of_its_own():
    assert len({icon for icon, _, _ in LOOKS.values()}) == len(LOOKS)
    assert len({words for _, words, _ in LOOKS.values()}) == len(LOOKS)
    icons = [each for each in parsed(Result("wrong")._repr_html_()).iter("span") if each.get("aria-hidden")]
    assert [icon.text for icon in icons] == ["✗"]


def test_everything_is_escaped():
    html = Result("wrong", (), EVIL, exercise=EVIL, printed=EVIL, code=EVIL)._repr_html_()
    assert "<script" not in html
    assert "".join(parsed(html).itertext()).count(EVIL) == 4


@pytest.mark.parametrize("status", list(LOOKS))
def test_the_words_can_be_read_on_their_colour(status):
    colour = LOOKS[status][2]
    assert contrast(colour, "#ffffff") >= 4.5
    html = Result(status)._repr_html_()
    assert f"background:{colour};color:#ffffff" in html
    # the text below has the notebook's own colours, in both themes
    assert "color:var(--jp-content-font-color1,inherit);background:var(--jp-layout-color1,transparent)" in html


def test_what_was_printed_is_folded():
    (fold,) = parsed(Result("correct", printed="x" * 50)._repr_html_()).iter("details")
    assert next(fold.iter("summary")).text == "Your code printed"
    assert next(fold.iter("pre")).text == "x" * 50


def test_a_solution_is_shown_open_as_source():
    note = exercise("grad_b").solution()
    tree = parsed(note._repr_html_())
    assert list(tree.iter("details")) == []
    assert next(tree.iter("pre")).text == note.code
    assert repr(note).splitlines()[1] == "    def grad_b(G):"


def test_code_in_a_message_is_shown_as_code_and_still_escaped():
    html = Result("wrong", (), "In the line `a < b` and in `<b>`, nothing.")._repr_html_()
    assert [each.text for each in parsed(html).iter("code")][1:] == ["a < b", "<b>"]
    assert "`" not in html
