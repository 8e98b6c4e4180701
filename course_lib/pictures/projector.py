"""Large and with more contrast, for a projector: one call for a notebook that is shown to a class.

In a notebook, in a cell of its own: `from course_lib import projector; projector("dark")`. The variable
COURSE_PROJECTOR of the environment does the same for the pictures of a notebook that runs without anybody.
"""

from course_lib.arguments import Choice
from course_lib.pictures import look as looks

MODES = Choice(("light", "dark", "off"))

# 24 pixels are 18 points on a screen of 1280 by 720, and a projector's picture is seldom smaller. The doubled :root counts
# for more than that of a theme, which stands later in the page if it was chosen later.
_STYLE = """<style>
:root:root {
  --jp-content-font-size1: 24px; --jp-code-font-size: 24px; --jp-code-line-height: 1.35; --jp-ui-font-size1: 16px;
  --jp-content-line-height: 1.4; --jp-cell-prompt-width: 36px;
  --jp-content-font-color1: var(--jp-ui-font-color0); --jp-border-color1: currentColor;
}
.jp-Notebook .jp-Cell :is(pre, table), .jp-Notebook .cm-editor, .jp-Notebook .course-card { font-size: 24px; }
.jp-Notebook .jp-Cell .cm-content { white-space: pre-wrap; overflow-wrap: anywhere; flex-shrink: 1; }
.jp-Notebook .course-card :is(code, pre) { font-size: 1em; }
.jp-Notebook .jp-InputPrompt, .jp-Notebook .jp-OutputPrompt { visibility: hidden; }
.jp-Notebook :is(.bss-by-hand th, .bss-name, .bss-legend, .bss-strip, .bss-mistakes li) { font-size: 1em; }
.jp-Notebook .bss-stepper .bss-factor span { font-size: 1em; }
.jp-Notebook .jp-RenderedImage img { width: min(100%, 1168px); height: auto; }
</style>"""


class Projector(str):
    """What `projector` returns: words for the reader, and in a notebook the style that makes it large."""

    def _repr_html_(self):
        return (_STYLE if looks.look().large else "") + f"<p>{self}</p>"


def projector(mode="light"):
    """Make what the notebook shows from now on large: "light" or "dark", for the room, or "off".

    The style lasts as long as the output of the call is there; pictures that are drawn already stay as they are.
    """
    MODES("projector(mode)", "mode", mode)
    looks.from_now_on((looks.DARK if mode == "dark" else looks.LIGHT)._replace(large=mode != "off"))
    words = f"Projector: large, for a {mode} room. Run the notebook's cells again to draw its pictures large."
    words += " Choose Settings, Theme, JupyterLab Dark." if mode == "dark" else ""
    return Projector(words if mode != "off" else "Projector off: pictures are drawn as for reading.")
