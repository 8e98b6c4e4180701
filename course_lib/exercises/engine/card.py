"""What a check says: a `Result`, as plain text and as a card; and a `Note`, for hints and solutions."""

import re
from dataclasses import dataclass, field
from html import escape

# status: icon, words, and the colour under the words, which are white: the contrast is at least 4.5 in any theme.
LOOKS = {
    "correct": ("✓", "Correct", "#1b6e3c"),
    "wrong": ("✗", "Not yet right", "#a8321e"),
    "error": ("!", "Could not be checked", "#7a4100"),
    "not attempted": ("○", "Not attempted yet", "#4a5663"),
    "hint": ("?", "Hint", "#1f5c99"),
    "solution": ("=", "Solution", "#5b4a99"),
    "note": ("i", "Note", "#4a5663"),
}
_SHOWN = 600  # characters of what the learner's code printed


@dataclass(frozen=True)
class Result:
    """The outcome of a check.

    status: "correct", "wrong", "error" or "not attempted". mistakes: ids of the mistakes that explain the answer, empty
    if it is correct or if none explains it. message: what the numbers show, and where to look. line: the line of the
    learner's code that is spoken of (1 is the `def` line), None if none is. repaired: the learner's source with the
    smallest change that makes it right, "" if none is known; it is not shown. printed: what the learner's code wrote,
    and what it was warned of.
    """

    status: str
    mistakes: tuple = ()
    message: str = ""
    line: int | None = None
    repaired: str = field(default="", repr=False)
    exercise: str = ""
    printed: str = field(default="", compare=False)
    hints: tuple = field(default=(), repr=False, compare=False)  # of (text, code): what `hint` says first

    def __repr__(self):
        return plain_card(self.status, self.exercise, self.message, self._shown(), self._help())

    def _repr_html_(self):
        return card(self.status, self.exercise, self.message, self._shown(), below=self._help())

    def _help(self):
        """How to get help, where there is some."""
        stuck = self.status in ("wrong", "error") and self.exercise not in ("", "check_layer")
        return "`ex.hint()` helps a step further, `ex.solution()` shows one answer." if stuck else ""

    def _shown(self):
        text = self.printed.rstrip()
        return text if len(text) <= _SHOWN else text[:_SHOWN] + "\n..."


@dataclass(frozen=True)
class Note:
    """A hint or a solution. kind: "hint", "solution" or "note". code: source, shown as such."""

    kind: str
    exercise: str
    message: str
    code: str = ""

    def __repr__(self):
        return plain_card(self.kind, self.exercise, self.message, self.code)

    def _repr_html_(self):
        return card(self.kind, self.exercise, self.message, self.code, label="")


def plain_card(status, exercise, message, block="", below=""):
    """The card as text: one line of icon, words and message, and the block and a quiet line below it."""
    icon, words, _ = LOOKS[status]
    line = f"{icon} {exercise}: {words}." + (f" {message}" if message else "")
    return line + "".join(f"\n    {text}" for text in [*block.splitlines(), *below.splitlines()])


def _with_code(message):
    """The message as HTML: escaped, and what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(message))


def card(status, exercise, message, block="", label="Your code printed", below=""):
    """The card as HTML. Everything that comes from the learner is escaped; the colours are JupyterLab's."""
    icon, words, colour = LOOKS[status]
    more = ""
    if block:
        shown = (
            f'<pre style="margin:0.3em 0 0;white-space:pre-wrap;color:inherit;background:none">{escape(block)}</pre>'
        )
        more = f"<details><summary>{label}</summary>{shown}</details>" if label else shown
    if below:
        more += f'<div style="margin-top:0.4em;font-size:smaller">{_with_code(below)}</div>'
    return (
        f'<div class="course-card" data-status="{status}" style="border:1px solid var(--jp-border-color1,#8a8a8a);'
        f"border-left:6px solid {colour};border-radius:3px;padding:0.5em 0.8em;max-width:46em;"
        'color:var(--jp-content-font-color1,inherit);background:var(--jp-layout-color1,transparent)">'
        f'<span style="background:{colour};color:#ffffff;border-radius:3px;padding:0.1em 0.5em;font-weight:600">'
        f'<span aria-hidden="true">{icon}</span> {escape(words)}</span> <code>{escape(exercise)}</code>'
        f'<div style="margin-top:0.4em;overflow-wrap:anywhere">{_with_code(message)}</div>{more}</div>'
    )
