"""The pictures in figures/ are what figures/draw.py draws today, to the tolerance of another font renderer."""

import functools
import re
import sys
from contextlib import nullcontext
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from contrast import contrast
from matplotlib import pyplot
from matplotlib.colors import to_rgb
from PIL import Image
from reference import flat

from course_lib import plots
from course_lib.activations import relu
from course_lib.network import Network
from course_lib.pictures.look import DARK, LIGHT, dark

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "figures"
sys.path.insert(0, str(FOLDER))  # where a script's own folder stands

import draw
import handout
import pictures

FILES = [file.format(name=name) for name in pictures.PICTURES for file in draw.FILES]
PAGE = ["handout.pdf", "handout.svg"]
LARGEST, LARGEST_PAGE, LARGEST_FOLDER = 200_000, 450_000, 6_000_000  # bytes
PLACE = 2  # points by which a text or a line may move


@functools.cache
def contents(path):
    """The texts of an SVG, what its paths are drawn with, and all numbers that place the two."""
    texts, styles, places = [], [], []
    for element in ElementTree.parse(path).iter():
        kind = element.tag.split("}")[1]
        if kind == "text":
            texts.append("".join(element.itertext()))
        elif kind == "path":
            styles.append(element.get("style"))
        for words in (element.get("d"), element.get("transform")):
            places += map(float, re.findall(r"-?\d+\.?\d*", words or ""))
    return texts, styles, places


def same_contents(one, other, in_other_colours=False):
    (texts, styles, places), (other_texts, other_styles, other_places) = contents(one), contents(other)
    is_alike = texts == other_texts and len(styles) == len(other_styles) and len(places) == len(other_places)
    return (
        is_alike
        and (in_other_colours or styles == other_styles)
        and np.allclose(places, other_places, rtol=0, atol=PLACE)
    )


def test_the_svgs_in_the_folder_are_what_the_script_draws_and_another_look_has_other_colours_alone(tmp_path):
    for name, picture in pictures.PICTURES.items():
        draw.write_svg(picture.draw(), tmp_path / f"{name}.svg", {})
    changed = [path.name for path in tmp_path.iterdir() if not same_contents(FOLDER / path.name, path)]
    for name in pictures.PICTURES:
        light, dark = FOLDER / f"{name}.svg", FOLDER / f"{name}_dark.svg"
        changed += [dark.name] if not same_contents(light, dark, in_other_colours=True) else []
    assert changed == []
    assert pyplot.get_fignums() == []


@pytest.mark.slow
def test_the_handout_in_the_folder_is_what_the_script_draws_and_all_is_drawn_as_the_same_bytes_every_time(tmp_path):
    drawn = []
    for _ in range(2):
        draw.draw_handout(tmp_path)
        draw.draw(tmp_path, ["S18_grad_b"])
        drawn.append({path.name: path.read_bytes() for path in tmp_path.iterdir()})
    assert drawn[0] == drawn[1] and {*PAGE} < drawn[0].keys()
    assert same_contents(FOLDER / "handout.svg", tmp_path / "handout.svg")


def test_the_folder_holds_nothing_but_the_scripts_and_what_they_draw_and_write():
    found = {path.name for path in FOLDER.iterdir() if path.is_file()}
    assert found == {"draw.py", "pictures.py", "handout.py", "README.md", *FILES, *PAGE}
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == draw.readme()


def test_every_row_has_one_picture_in_four_files_with_a_caption_and_an_alternative_text():
    for row in [f"S{i}" for i in range(2, 22)]:
        ((name, picture),) = [named for named in pictures.PICTURES.items() if named[1].row == row]
        assert name.startswith(f"{row}_") and 30 < len(picture.caption) < 250 and 60 < len(picture.alt) < 350, name
        (line,) = [line for line in draw.readme().splitlines() if line.startswith(f"| {row} |")]
        assert line.count(picture.alt) == 2 and picture.caption in line
        assert all(file.format(name=name) in line for file in draw.FILES)


def test_the_alternative_text_travels_with_the_files():
    for name, picture in pictures.PICTURES.items():
        elements = ElementTree.parse(FOLDER / f"{name}.svg").iter()
        assert [text.text for text in elements if text.tag.endswith("description")] == [picture.alt]
        with Image.open(FOLDER / f"{name}_dark.png") as image:
            assert (image.text["Title"], image.text["Description"]) == (picture.caption, picture.alt)


def test_nothing_is_clipped_at_the_edge_of_a_picture():
    """The outermost pixels all have one colour, that of the paper."""
    clipped = []
    for file in FILES:
        if file.endswith(".png"):
            pixels = np.asarray(Image.open(FOLDER / file).convert("RGB"))
            edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
            paper = to_rgb((DARK if "_dark" in file else LIGHT).paper)
            clipped += [file] if (edge != np.round(255 * np.array(paper))).any() else []
    assert clipped == []


def test_a_picture_is_small_and_says_nothing_of_when_or_where_it_was_drawn():
    for file in [*FILES, *PAGE]:
        data = (FOLDER / file).read_bytes()
        assert len(data) <= (LARGEST_PAGE if file in PAGE else LARGEST), file
        said = (b"Matplotlib v", b"Software", b"<dc:date>", b"CreationDate", b"Producer", str(ROOT).encode())
        assert [(file, word) for word in said if word in data] == []
    assert sum(path.stat().st_size for path in FOLDER.glob("*.*")) <= LARGEST_FOLDER


def test_the_notebooks_own_numbers_stand_in_the_pictures_of_jacobian_chain_and_key_idea():
    """Notebook 01, section 1: [[5, 2, 0], [0, 1, 6]]; section 6: entry [2, 1] is the sum printed; 02: copies of g."""
    texts = {row: contents(FOLDER / f"{row}.svg")[0] for row in ("S2_jacobian", "S3_chain", "S4_key_idea")}
    assert any("= 6: row 1" in text for text in texts["S2_jacobian"])
    notebook = (ROOT / "notebooks" / "01_jacobians.ipynb").read_text(encoding="utf-8")
    products = re.findall(r"A\[2, \d\] \* ∂x\[\d\]/∂z\[1\] = +(-?\d+) \* +(-?\d+)", notebook)
    row_of_A, column = [o for o, _ in products], [d for _, d in products]
    shown = [text.replace("−", "-") for text in texts["S3_chain"]]
    assert len(products) == 5 and set(row_of_A + column) <= set(shown)
    assert str(sum(int(a) * int(d) for a, d in products)) in shown
    assert [texts["S4_key_idea"].count(x) for x in ("14", "−7", "21")] == [7, 7, 7]


LOOKS = pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
# What a colour is to people without red or green receptors: Machado, Oliveira and Fernandes, 2009, in linear RGB.
PROTANOPIA = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
DEUTERANOPIA = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]


@LOOKS
def test_text_curves_and_numbers_on_filled_cells_can_be_read(look):
    pairs = [(look.ink, look.paper), *((curve, look.paper) for curve in look.curves)]
    assert min(contrast(*pair) for pair in pairs) > 4.5
    assert contrast(look.curves[0], look.pale) > 2.9  # what is not 0 beside what is
    numbers = np.linspace(-1, 1, 20)
    with dark() if look is DARK else nullcontext():
        (ax,) = plots.matrix("A", np.vstack([numbers] * 2), ("2", "20")).axes
    for text, x in zip(ax.texts, np.tile(numbers, 2), strict=True):
        assert contrast(text.get_color(), look.signed((x + 1) / 2)[:3]) > 4.4


@LOOKS
@pytest.mark.parametrize("seen", [PROTANOPIA, DEUTERANOPIA], ids=["protanopia", "deuteranopia"])
def test_the_two_signs_are_told_apart_by_colour_blind_readers(look, seen):
    for size in (0.4, 0.7, 1):
        below, above = (np.array(seen) @ np.array(look.signed((1 + x) / 2)[:3]) ** 2.2 for x in (-size, size))
        difference = abs(np.clip(below, 0, 1) ** (1 / 2.2) - np.clip(above, 0, 1) ** (1 / 2.2)).max()
        assert difference > 0.2, size


def test_dark_ends_with_its_block_whatever_happens_in_it():
    with pytest.raises(ZeroDivisionError), dark():
        assert plots.matrix("A", np.eye(2), ("2", "2")).get_facecolor()[:3] == to_rgb(DARK.paper)
        1 / 0  # noqa: B018
    assert plots.matrix("A", np.eye(2), ("2", "2")).get_facecolor()[:3] == to_rgb(LIGHT.paper)


def test_the_pdf_is_one_page_of_a4_with_its_fonts_inside():
    objects = re.findall(rb"\d+ 0 obj\n(.*?)endobj", (FOLDER / "handout.pdf").read_bytes(), flags=re.DOTALL)
    pages = [body for body in objects if re.search(rb"/Type /Page\b", body)]
    assert len(pages) == 1
    box = [float(x) for x in re.search(rb"/MediaBox \[ ([^]]+)\]", pages[0])[1].split()]
    assert np.allclose(np.array(box) / 72 * 25.4, [0, 0, 210, 297], atol=0.1)
    descriptors = [body for body in objects if b"/Type /FontDescriptor" in body]
    assert len(descriptors) >= 4 and all(b"/FontFile2" in body for body in descriptors)
    assert not any(b"/Subtype /Type3" in body for body in objects)


def test_the_page_is_in_black_and_white():
    svg = (FOLDER / "handout.svg").read_text(encoding="utf-8")
    colours = set(re.findall(r"#[0-9a-fA-F]{6}\b", svg))
    assert colours and all(colour[1:3] == colour[3:5] == colour[5:7] for colour in colours)
    assert handout.GREY > "#c0c0c0" and handout.BLACK == "black"  # either can be read on the other


def test_every_formula_of_the_page_holds_and_none_is_missing():
    arrays = [[part.A for part in parts if isinstance(part, pictures.Panel)] for parts, _ in handout.FORMULAS.values()]
    assert list(handout.FORMULAS) == ["Forward", "Key idea", "First G", "Undo f", "(A)", "(A) for J", "(B)", "(C)"]
    (Z, O, W, b), _, (first, out, T), (undone, G, slopes), A, (dJ, O_turned, again, dOmega), B, C = arrays
    pairs = [(Z, O @ W + b), (first, (out - T) / len(out)), (undone, G * slopes)]
    pairs += [(dJ, O_turned @ again + pictures.lam * dOmega)]
    pairs += [(result, left @ right) for result, left, right in (A, B, C)]
    assert all(np.allclose(one, other) for one, other in pairs)


def test_the_patterns_of_the_page_cover_what_is_not_zero():
    for name, (*_, tensor, structural, _, count) in handout.PATTERNS.items():
        assert not tensor[~structural].any(), name
        expected = pictures.n_out if name == "dZ/dO" else pictures.m
        assert (structural.sum(axis=(0, 1)) == expected).all()
        assert count.startswith("n_out structural" if name == "dZ/dO" else "m structural")


def test_the_loop_of_the_page_gives_the_gradients():
    network, rng = Network([5, 4, 3], relu, seed=1), np.random.default_rng(2)
    trace, target = network.forward(rng.standard_normal((7, 5))), rng.standard_normal((7, 3))
    scope = {name: getattr(network, name) for name in ("parameters", "activations", "loss")}
    scope |= {"O": trace.O, "Z": trace.Z, "target": target}
    exec(handout.LOOP, scope)  # noqa: S102
    assert np.allclose(flat(scope["gradients"]), flat(network.backward(trace, target)))
