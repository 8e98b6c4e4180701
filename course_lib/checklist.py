"""The checklist of a notebook: which row of the notes is shown where, and the check that passed there."""

import re

import numpy as np


class Checklist:
    """Collects a notebook's checks; shown at its end as a table.

    checked = Checklist()
    checked("S14", "The matrix formula", "O^T G equals the sum over all entries", np.array_equal(dW, by_hand))
    """

    def __init__(self):
        self.lines = []

    def __call__(self, row, section, claim, holds):
        """Print the claim if it holds, and keep it; raise AssertionError if it does not.

        row: the row of the notes, S1 to S21 or E1 to E10. section: the heading of the notebook that shows it.
        holds: True or False. Raises TypeError for anything else, an array for example: write .all(); ValueError for
        a row that is not one.
        """
        if not re.fullmatch(r"[SE][1-9][0-9]?", row):
            raise ValueError(f"checked(...): row is {row!r}, expected S1 to S21 or E1 to E10")
        if not isinstance(holds, (bool, np.bool_)):
            raise TypeError(f"checked(...): holds is a {type(holds).__name__}, expected True or False")
        if not holds:
            raise AssertionError(f"{row} does not hold: {claim}")
        line = (row, section, claim)
        if line not in self.lines:  # a cell may run twice
            self.lines.append(line)
        print(f"{row} holds: {claim}")

    def __repr__(self):
        return "\n".join(f"{row:<4} {section}: {claim}" for row, section, claim in self._in_order())

    def _repr_markdown_(self):
        lines = ["| row | where it is shown | the check that passed |", "|---|---|---|"]
        for row, section, claim in self._in_order():
            anchor = section.replace(" ", "-")
            claim = claim.replace("|", r"\|")  # a bar would end the table's cell
            lines.append(f"| {row} | [{section}](#{anchor}) | {claim} |")
        return "\n".join(lines)

    def _in_order(self):
        return sorted(self.lines, key=lambda line: (line[0][0] != "S", int(line[0][1:])))
