"""What the notebooks claim of each row of the notes, read from the cells that show it.

A cell that proves a claim says so in its metadata: "course": {"row": "S14", "claim": "O^T G is the sum"}. This writes the
table of rows in CONTRIBUTING.md anew:

    .venv/bin/python tests/rows.py
"""

import ast
import re
from pathlib import Path
from typing import NamedTuple

import nbformat

ROOT = Path(__file__).parents[1]
ROWS = [f"S{i}" for i in range(1, 22)] + [f"E{i}" for i in range(1, 11)]
TABLE = re.compile(r"(?<=<!-- rows -->\n).*?(?=<!-- /rows -->)", re.DOTALL)


class Claim(NamedTuple):
    notebook: str  # 05_grad_W
    section: str  # the heading above the cell
    row: str
    claim: str
    holds: bool  # what the stored cell shows


def headings_in(markdown):
    """The headings of a text without their #s, in order."""
    text = re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#{1,6} +(.+?) *$", text, flags=re.MULTILINE)


def shows_that_it_holds(cell):
    """Whether a stored cell shows True, or several values that are all True, or ran through an assert."""
    results = [output.data["text/plain"] for output in cell.outputs if output.output_type == "execute_result"]
    try:
        value = ast.literal_eval(results[0])
    except (IndexError, ValueError, SyntaxError):  # no result, or one that is no plain value
        lines = [line for line in cell.source.splitlines() if not line.startswith("%")]
        return any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse("\n".join(lines))))
    values = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
    return len(values) > 0 and all(each is True for each in values)


def with_sections(cells):
    """(heading, cell) for each cell; one with several headings belongs to the first, as on the slides."""
    section = ""
    for cell in cells:
        found = headings_in(cell.source) if cell.cell_type == "markdown" else []
        yield (found or [section])[0], cell
        section = (found or [section])[-1]


def claims_of(name):
    """The claims of the stored notebook of that name, in order."""
    cells = with_sections(nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells)
    proofs = [(section, cell) for section, cell in cells if "course" in cell.metadata]
    return [
        Claim(name, section, **cell.metadata["course"], holds=shows_that_it_holds(cell)) for section, cell in proofs
    ]


def all_claims():
    return [claim for path in sorted((ROOT / "notebooks").glob("*.ipynb")) for claim in claims_of(path.stem)]


def table(claims):
    """The table of rows, in markdown: how many claims there are of each, and where they are shown."""
    lines = ["| row | claims | shown in |", "|---|---|---|"]
    for row in ROWS:
        places = {}
        for claim in claims:
            if claim.row == row:
                places.setdefault(claim.notebook, {})[claim.section] = None
        shown = "; ".join(f"[{name}](notebooks/{name}.ipynb): {', '.join(there)}" for name, there in places.items())
        lines.append(f"| {row} | {sum(claim.row == row for claim in claims)} | {shown} |")
    return "\n".join(lines) + "\n"


def with_table(document, claims):
    return TABLE.sub(lambda _: table(claims), document)


if __name__ == "__main__":
    path = ROOT / "CONTRIBUTING.md"
    path.write_text(with_table(path.read_text(encoding="utf-8"), all_claims()), encoding="utf-8")
