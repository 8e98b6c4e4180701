"""The checklist of a notebook: what holds is kept and shown in order, what does not hold stops the notebook."""

import numpy as np
import pytest

from course_lib.checklist import Checklist


def test_a_claim_that_holds_is_printed_and_kept(capsys):
    checked = Checklist()
    checked("S14", "The matrix formula", "O^T G is the sum", np.bool_(True))
    assert capsys.readouterr().out == "S14 holds: O^T G is the sum\n"
    assert repr(checked) == "S14  The matrix formula: O^T G is the sum"


def test_a_claim_that_does_not_hold_stops_and_is_not_kept():
    checked = Checklist()
    with pytest.raises(AssertionError, match=r"^S14 does not hold: O\^T G is the sum$"):
        checked("S14", "The matrix formula", "O^T G is the sum", False)
    assert repr(checked) == ""


@pytest.mark.parametrize("holds", [np.array([True, True]), np.array(True), 1, None, "yes", [True]])
def test_only_true_or_false_decides(holds):
    with pytest.raises(TypeError, match=r"checked\(\.\.\.\): holds is a .*, expected True or False"):
        Checklist()("S14", "section", "claim", holds)


@pytest.mark.parametrize("row", ["", "14", "S", "S0", "s14", "S10 to S15", "X1"])
def test_only_a_row_of_the_notes_is_a_row(row):
    with pytest.raises(ValueError, match="row is .*, expected S1 to S21 or E1 to E10"):
        Checklist()(row, "section", "claim", True)


def test_rows_are_shown_in_the_order_of_the_notes_each_once():
    checked = Checklist()
    for row in ("E2", "S10", "S9", "E1", "S10"):
        checked(row, "Some section", f"claim {row}", True)
    assert [line.split()[0] for line in repr(checked).splitlines()] == ["S9", "S10", "E1", "E2"]


def test_the_markdown_table_links_to_the_sections_and_survives_a_bar_in_a_claim():
    checked = Checklist()
    checked("S14", "The matrix formula", "|a| = 1", True)
    assert checked._repr_markdown_().splitlines() == [
        "| row | where it is shown | the check that passed |",
        "|---|---|---|",
        r"| S14 | [The matrix formula](#The-matrix-formula) | \|a\| = 1 |",
    ]
