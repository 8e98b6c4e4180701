"""Draw every picture in this folder, in light and in dark, as SVG and as PNG, and the handout: `python figures/draw.py`.

The pictures are in pictures.py, the handout in handout.py. README.md, which lists them with their captions and their
texts for those who do not see them, is written here too.
"""

from contextlib import nullcontext
from io import BytesIO
from pathlib import Path

from handout import handout
from matplotlib import rc_context
from pictures import PICTURES
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from course_lib.pictures.look import dark

FILES = ("{name}.svg", "{name}.png", "{name}_dark.svg", "{name}_dark.png")
HEAD = """# Pictures for your slides

Every row of the derivation, S2 to S21, as a picture: SVG and PNG, for light and for dark slides, and one page to hand
out. Free to use, with attribution (CC BY 4.0, see [LICENSE](../LICENSE)). In an SVG the text is text, in the font DejaVu
Sans; where that is not installed, use the PNG. Red is above 0 and blue below, which colour-blind readers tell apart in
both looks; every number is written out, with its sign.

`python figures/draw.py` draws all of this from course_lib, and writes this page.

**To hand out:** [handout.pdf](handout.pdf), [handout.svg](handout.svg): one A4 page, in black and white, with all
formulas and shapes, the non-zero patterns and the backward loop.

| row | picture | files | caption | alternative text |
|---|---|---|---|---|
"""


def draw(folder, names=PICTURES):
    """Write these pictures into the folder, always as the same bytes."""
    for name in names:
        for look, suffix in ((nullcontext, ""), (dark, "_dark")):
            with look():
                figure = PICTURES[name].draw()
            words = {"Title": PICTURES[name].caption, "Description": PICTURES[name].alt}
            write_svg(figure, Path(folder, f"{name}{suffix}.svg"), words)
            _write_png(figure, Path(folder, f"{name}{suffix}.png"), words)


def write_svg(figure, path, words):
    """In which text stays text."""
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": path.stem}):
        figure.savefig(path, metadata={**words, "Date": None, "Creator": None})


def _write_png(figure, path, words):
    """With a palette of 256 colours."""
    drawn, info = BytesIO(), PngInfo()
    figure.savefig(drawn, format="png")
    for key, text in words.items():
        info.add_itxt(key, text)
    image = Image.open(drawn).convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    image.save(path, optimize=True, pnginfo=info)


def draw_handout(folder):
    """Write handout.pdf and handout.svg into the folder, always as the same bytes."""
    page = handout()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "handout", "pdf.fonttype": 42}):
        title = "Backpropagation, shape by shape"
        page.savefig(Path(folder, "handout.svg"), metadata={"Title": title, "Date": None, "Creator": None})
        no_dates = dict.fromkeys(("CreationDate", "Creator", "Producer"))
        page.savefig(Path(folder, "handout.pdf"), metadata={"Title": title, **no_dates})


def readme():
    """The text of README.md: every picture with its row, its files, its caption and its alternative text."""
    lines = []
    for name, picture in PICTURES.items():
        files = (file.format(name=name) for file in FILES)
        links = ", ".join(f"[{kind}]({file})" for kind, file in zip(("SVG", "PNG", "dark SVG", "dark PNG"), files))
        shown = f'<img src="{name}.png" alt="{picture.alt}" width="320">'
        lines.append(f"| {picture.row} | {shown} | {links} | {picture.caption} | {picture.alt} |\n")
    return HEAD + "".join(lines)


if __name__ == "__main__":
    here = Path(__file__).parent
    draw(here)
    draw_handout(here)
    (here / "README.md").write_text(readme(), encoding="utf-8", newline="\n")
