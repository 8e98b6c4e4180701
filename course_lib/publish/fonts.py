"""The fonts of the slides, inside the file: text, code and formulas look the same on any machine.

DejaVu Sans and DejaVu Sans Mono come with matplotlib, STIX Two Math, whose MATH table says how roots, braces and
scripts are built, with ziamath. Of each the file holds the glyphs that it uses, and the font's own licence.
"""

import base64
import io
import unicodedata
from functools import cache
from importlib.metadata import distribution
from string import printable

from fontTools import subset

_DEJAVU = "matplotlib/mpl-data/fonts/ttf/DejaVuSans"
# The name in CSS, weight, style, the package, the file in it.
FONTS = (
    ("course-text", "normal", "normal", "matplotlib", f"{_DEJAVU}.ttf"),
    ("course-text", "bold", "normal", "matplotlib", f"{_DEJAVU}-Bold.ttf"),
    ("course-text", "normal", "italic", "matplotlib", f"{_DEJAVU}-Oblique.ttf"),
    ("course-code", "normal", "normal", "matplotlib", f"{_DEJAVU}Mono.ttf"),
    ("course-code", "bold", "normal", "matplotlib", f"{_DEJAVU}Mono-Bold.ttf"),
    ("course-code", "normal", "italic", "matplotlib", f"{_DEJAVU}Mono-Oblique.ttf"),
    ("course-math", "normal", "normal", "ziamath", "ziamath/fonts/STIXTwoMath-Regular.ttf"),
)
_ALWAYS = frozenset(printable) | frozenset(map(chr, range(0xA0, 0x100)))  # for what a reader types into a view
_MATH_FEATURES = ["ccmp", "dtls", "flac", "ssty"]  # glyphs for scripts, and for what stands under an accent
_LEGAL = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # of the names in a font: its copyright, its own names, its licence


def font_faces(text, formulas):
    """CSS that holds the fonts: @font-face rules for the characters of two strings, text (and code) and formulas.

    The families are course-text, course-code and course-math. A character that a font lacks is left to the machine.
    Raises importlib.metadata.PackageNotFoundError if a package that brings a font is not installed.
    """
    rules, notices = [], {}
    for family, weight, style, package, path in FONTS:
        is_math = family == "course-math"
        characters = _ALWAYS | (_italic(formulas) if is_math else frozenset(text))
        font, notice = _subset(str(distribution(package).locate_file(path)), characters, is_math)
        notices[notice] = None  # a dict keeps the order, and each notice once
        source = f"url(data:font/woff;base64,{base64.b64encode(font).decode()}) format('woff')"
        rules.append(
            f"@font-face {{ font-family: {family}; font-weight: {weight}; font-style: {style}; src: {source}; }}"
        )
    return "\n".join([f"/* Parts of these fonts are in this file:\n{chr(10).join(notices)} */", *rules])


def _subset(path, characters, is_math):
    """(the font of these characters as WOFF, its name with its copyright and licence)."""
    options = subset.Options(
        hinting=False,
        flavor="woff",
        notdef_outline=True,
        glyph_names=False,
        name_IDs=_LEGAL,
        ignore_missing_unicodes=True,
    )
    options.layout_features = _MATH_FEATURES if is_math else []
    if not is_math:  # ligatures and accents that move are for other scripts
        options.drop_tables += ["GSUB", "GPOS", "GDEF", "MATH", "kern", "FFTM"]
    font = subset.load_font(path, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, characters))
    subsetter.subset(font)
    name = font["name"]
    legal = " ".join(f"{name.getDebugName(4)}. {name.getDebugName(0)} {name.getDebugName(14)}".split())
    file = io.BytesIO()
    subset.save_font(font, file, options)
    return file.getvalue(), legal.replace("*/", "")


def _italic(formulas):
    """The characters of the formulas, and the slanted letters by which a browser draws a variable of one letter."""
    used = frozenset(formulas) | {"−"}  # a hyphen in a formula is drawn as a minus
    return used | {slanted for slanted, letter in _slanted().items() if letter in used}


@cache
def _slanted():
    """{a mathematical italic letter: the letter}; Unicode has that of h elsewhere."""
    found = {chr(k): unicodedata.normalize("NFKC", chr(k)) for k in range(0x1D434, 0x1D7CC)}
    italic = {k: v for k, v in found.items() if unicodedata.name(k, "").startswith("MATHEMATICAL ITALIC ")}
    return italic | {"ℎ": "h"}
