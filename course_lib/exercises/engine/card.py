"""What a check, a hint or a solution says: a `Result`, as plain text and as a card."""

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


@dataclass(frozen=True)
class Result:
    """The outcome of a check; or a hint, a solution or a note, whose status that word is.

    status: "correct", "wrong", "error" or "not attempted". mistakes: ids of the mistakes that explain the answer, empty
    if it is correct or if none explains it. message: what the numbers show, and where to look. line: the line of the
    learner's code that is spoken of (1 is the `def` line), None if none is. repaired: the learner's source with the
    smallest change that makes it right, "" if none is known; it is not shown. printed: what the learner's code wrote,
    and what it was warned of. code: source, shown as such.
    """

    status: str
    mistakes: tuple = ()
    message: str = ""
    line: int | None = None
    repaired: str = field(default="", repr=False)
    exercise: str = ""
    printed: str = field(default="", compare=False)
    hints: tuple = field(default=(), repr=False, compare=False)  # of (text, code): what `hint` says first
    code: str = ""
    picture: str = field(default="", repr=False, compare=False)  # HTML of the course's own, under the card
    case: object = field(default=None, repr=False, compare=False)  # the one that the message speaks of, or None

    def __repr__(self):
        icon, words, _ = LOOKS[self.status]
        below = f"{self.code}\n{self.printed}\n{self._help()}"
        line = f"{icon} {self.exercise}: {words}. {self.message}".rstrip()
        return line + "".join(f"\n    {text}" for text in below.splitlines() if text)

    def _repr_html_(self):
        """Everything that comes from the learner is escaped; the colours are JupyterLab's."""
        icon, words, colour = LOOKS[self.status]
        pre = '<pre style="margin:0.3em 0 0;white-space:pre-wrap;color:inherit;background:none">'
        more = f"{pre}{escape(self.code)}</pre>" if self.code else ""
        if self.printed:
            more += f"<details><summary>Your code printed</summary>{pre}{escape(self.printed)}</pre></details>"
        if self._help():
            more += f'<div style="margin-top:0.4em;font-size:smaller">{_with_code(self._help())}</div>'
        return (
            f'<div class="course-card" data-status="{self.status}" style="border:1px solid var(--jp-border-color1,#8a8a8a);'
            f"border-left:6px solid {colour};border-radius:3px;padding:0.5em 0.8em;max-width:46em;"
            'color:var(--jp-content-font-color1,inherit);background:var(--jp-layout-color1,transparent)">'
            f'<span style="background:{colour};color:#ffffff;border-radius:3px;padding:0.1em 0.5em;font-weight:600">'
            f'<span aria-hidden="true">{icon}</span> {escape(words)}</span> <code>{escape(self.exercise)}</code>'
            f'<div style="margin-top:0.4em;overflow-wrap:anywhere">{_with_code(self.message)}</div>{more}</div>{self.picture}'
        )

    def _help(self):
        """How to get help, where there is some."""
        stuck = self.status in ("wrong", "error") and self.exercise not in ("", "check_layer")
        return "`ex.hint()` helps a step further, `ex.solution()` shows one answer." if stuck else ""


def _with_code(message):
    """The message as HTML: escaped, and what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(message))
