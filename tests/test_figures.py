"""The pictures in figures/ are what figures/draw.py draws today, to the tolerance of another font renderer."""

import importlib.util
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib import pyplot, rc_context
from PIL import Image, ImageFilter

from course_lib.shapes import ShapeError

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "figures"
BLUR, TOLERANCE = 15, 7.5  # pixels, about a third of a cell; levels of 255 (the tests below say why)
LARGEST = 200_000  # bytes
PLACE = 2  # points by which a text may move

spec = importlib.util.spec_from_file_location("draw", FOLDER / "draw.py")
draw = importlib.util.module_from_spec(spec)
spec.loader.exec_module(draw)


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    draw.draw(folder)
    return folder


def difference(one, other):
    """The largest difference of a pixel, once both PNGs are blurred: hinting moves ink by a pixel, and makes none."""
    images = [Image.open(path).convert("RGB") for path in (one, other)]
    if images[0].size != images[1].size:
        return np.inf
    a, b = (np.asarray(image.filter(ImageFilter.GaussianBlur(BLUR)), dtype=float) for image in images)
    return abs(a - b).max()


def contents(path):
    """Every text of an SVG with its place, and the number of paths."""
    texts, places, paths = [], [], 0
    for element in ElementTree.parse(path).iter():
        tag = element.tag.split("}")[1]
        paths += tag in ("path", "use")
        if tag == "text":
            texts.append("".join(element.itertext()))
            places.append([float(x) for x in re.findall(r"-?\d+\.?\d*", element.get("transform", ""))])
    return texts, places, paths


def same_contents(one, other):
    (texts, places, paths), (other_texts, other_places, other_paths) = contents(one), contents(other)
    if texts != other_texts or paths != other_paths:
        return False
    return all(np.allclose(*pair, rtol=0, atol=PLACE) for pair in zip(places, other_places, strict=True))


def drawn_with(monkeypatch, folder, name, **changed):
    """The picture as draw.py draws it with other numbers: the paths of its PNG and SVG."""
    for variable, value in changed.items():
        monkeypatch.setattr(draw, variable, value)
    monkeypatch.setattr(draw, "FIGURES", {name: draw.FIGURES[name]})
    draw.draw(folder)
    return folder / f"{name}.png", folder / f"{name}.svg"


@pytest.mark.parametrize("name", draw.FIGURES)
def test_the_png_in_the_folder_is_what_the_script_draws(redrawn, name):
    assert difference(FOLDER / f"{name}.png", redrawn / f"{name}.png") < TOLERANCE


@pytest.mark.parametrize("name", draw.FIGURES)
def test_the_svg_in_the_folder_has_the_texts_and_paths_that_the_script_draws(redrawn, name):
    assert same_contents(FOLDER / f"{name}.svg", redrawn / f"{name}.svg")


def test_the_folder_holds_nothing_but_the_script_and_its_pictures():
    found = {path.name for path in FOLDER.iterdir() if path.is_file()}
    assert found == {"draw.py"} | {f"{name}.{ending}" for name in draw.FIGURES for ending in ("svg", "png")}


def test_every_picture_that_a_text_shows_exists():
    texts = [*ROOT.glob("*.md"), *ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("figures/*.md")]
    shown = [
        (path.name, name)
        for path in texts
        for name in re.findall(r"figures/([\w.-]+\.(?:svg|png))", path.read_text("utf-8"))
    ]
    missing = [(path, name) for path, name in shown if not (FOLDER / name).exists()]
    assert not missing


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.[sp][vn]g")), ids=lambda path: path.name)
def test_a_picture_is_small_and_says_nothing_of_when_or_where_it_was_drawn(path):
    data = path.read_bytes()
    assert len(data) <= LARGEST
    for word in (b"Matplotlib v", b"Software", b"<dc:date>", str(ROOT).encode()):
        assert word not in data


def test_the_same_bytes_are_drawn_every_time(monkeypatch, tmp_path):
    first = [path.read_bytes() for path in drawn_with(monkeypatch, tmp_path, "grad_b")]
    assert first == [path.read_bytes() for path in drawn_with(monkeypatch, tmp_path, "grad_b")]


def test_no_pyplot_figure_is_left_open(redrawn):
    assert pyplot.get_fignums() == []


def test_the_texts_of_an_svg_are_text(redrawn):
    texts, _, _ = contents(redrawn / "grad_W.svg")
    assert "Oᵀ" in texts
    assert texts.count("n_out = 3") == 2


# Why the comparison can be trusted: it fails for what is wrong, and for that alone


@pytest.mark.parametrize("hinting", ["none", "force_autohint"])
@pytest.mark.parametrize("name", ["overview", "dZ_dO_pattern", "gradient_flow"])
def test_letters_that_are_rendered_otherwise_are_not_a_difference(name, hinting, monkeypatch, tmp_path):
    with rc_context({"text.hinting": hinting}):
        png, svg = drawn_with(monkeypatch, tmp_path, name)
    assert 0 < difference(png, FOLDER / f"{name}.png") < TOLERANCE
    assert same_contents(svg, FOLDER / f"{name}.svg")


def one_more(A, i, j):
    A = A.copy()
    A[i, j] += 1
    return A


WRONG = {
    "one number off by one": ("grad_W", {"dW": one_more(draw.dW, 3, 0)}),
    "a highlighted number off by one": ("grad_W", {"dW": one_more(draw.dW, 1, 2)}),
    "one sign": ("overview", {"O": draw.O * np.where(np.arange(35).reshape(7, 5) == 15, -1, 1)}),
    "the wrong row": ("grad_W", {"h": 2}),
    "the wrong column": ("grad_O", {"k": 0}),
    "the wrong panel": ("dZ_db_pattern", {"k": 1}),
    "a transposed matrix": ("square_trap", {"G": draw.G[:3, :3].T}),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_picture_is_a_difference(wrong, monkeypatch, tmp_path):
    name, changed = WRONG[wrong]
    png, svg = drawn_with(monkeypatch, tmp_path, name, **changed)
    assert difference(png, FOLDER / f"{name}.png") > TOLERANCE
    assert not same_contents(svg, FOLDER / f"{name}.svg") or name.endswith("pattern")  # whose texts stay


def test_a_matrix_of_another_shape_cannot_be_drawn(monkeypatch, tmp_path):
    with pytest.raises(ShapeError, match=re.escape("grad_W L has shape (3, 5), expected (5, 3)")):
        drawn_with(monkeypatch, tmp_path, "grad_W", dW=draw.dW.T)


# The numbers in the pictures


def test_the_overview_adds_up_to_the_entry_that_it_follows(redrawn):
    texts, _, _ = contents(redrawn / "overview.svg")
    (caption,) = [text.replace("−", "-") for text in texts if text.startswith("(grad_W L)[")]
    terms, total = re.fullmatch(r"\(grad_W L\)\[\d, \d\] = (.*) = (-?\d+), one product .*", caption).groups()
    pairs = re.findall(r"\((-?\d)\)\((-?\d)\)", terms)
    assert len(pairs) == draw.m
    assert sum(int(o) * int(g) for o, g in pairs) == int(total) == (draw.O.T @ draw.G)[draw.h, draw.k]


def test_one_product_of_the_square_trap_equals_the_gradient(redrawn):
    texts, _, _ = contents(redrawn / "square_trap.svg")
    assert (texts.count("="), texts.count("≠")) == (1, 7)
    assert any("Equal to the gradient: 1." in text for text in texts)
