"""BatchView: rows are samples, and their parts add up to numpy's gradient, with the pointer and by keyboard."""

import re

import numpy as np
import pytest
from grids import grid, outlined, point_at, size, status, walk

from course_lib.activations import sigmoid, tanh
from course_lib.losses import softmax_cross_entropy
from course_lib.network import Network
from course_lib.practice.data import digits

IMPORTS = """import numpy as np
from course_lib.activations import sigmoid, tanh
from course_lib.practice.data import digits
from course_lib.losses import softmax_cross_entropy
from course_lib.network import Network
from course_lib.views.batch.view import BatchView"""
DIGITS = """X, target = digits().X_train[:11], digits().target_train[:11]
network = Network([64, 16, 10], sigmoid, softmax_cross_entropy)
view = BatchView(network, X, target, images=X.reshape(-1, 8, 8), sample=3)
view"""
SMALL = """rng = np.random.default_rng(4)
view = BatchView(Network([5, 4, 3], tanh), rng.normal(size=(7, 5)), rng.normal(size=(7, 3)), {settings})
view"""
PART, SUM, GRADIENT, O_, Z_, G_ = map(re.compile, (r"^o_", "^sum, ", "^∇_W L, ", "^O,", "^Z,", "^G,"))


def traced(network, X, target):
    trace = network.forward(X)
    network.backward(trace, target)
    return trace


def small_trace():
    rng = np.random.default_rng(4)
    return traced(Network([5, 4, 3], tanh), rng.normal(size=(7, 5)), rng.normal(size=(7, 3)))


def pressed(page):
    return page.locator(".bss-sample[aria-pressed=true]").all_text_contents()


def numbers(page, label):
    """The matrix as one reads it with the keyboard, entry by entry: four digits of each."""
    place = grid(page, label)
    shape = size(place)
    entries = [re.fullmatch(r".*\[(\d+), (\d+)\] = (.*)", text).groups() for text in walk(place)]
    assert [(int(i), int(j)) for i, j, _ in entries] == list(np.ndindex(*shape))
    return np.array([float(x) for _, _, x in entries]).reshape(shape)


def same(read, computed):
    """To the four digits that a read-out gives."""
    return read.shape == computed.shape and np.allclose(read, computed, rtol=1e-3, atol=0)


def test_a_sample_is_chosen_with_the_keyboard_and_its_row_and_its_part_are_numpys(lab):
    page = lab.open(IMPORTS, DIGITS, "print('the kernel has', view.sample)")
    split = digits()
    network = Network([64, 16, 10], sigmoid, softmax_cross_entropy)
    trace = traced(network, split.X_train[:11], split.target_train[:11])
    samples = page.get_by_role("toolbar", name="Samples of the batch").get_by_role("button")
    ink = "c => [...c.getContext('2d').getImageData(0, 0, 8, 8).data].filter((_, k) => k % 4 === 0)"
    assert np.allclose(np.array(samples.nth(6).locator("canvas").evaluate(ink)) / 255, 1 - split.X_train[6], atol=0.004)
    page.get_by_role("button", name="sample 3, class 4", exact=True).press("ArrowRight")
    page.keyboard.press("Enter")
    assert status(page) == "Row 4 of O, Z and G belongs to sample 4, class 5. Its part of ∇_W L is o_4ᵀ g_4."
    assert [outlined(grid(page, label)) for label in (O_, Z_, G_)] == [[[4], []]] * 3
    assert grid(page, G_).get_by_role("gridcell").text_content().startswith("G[4, 0] = ")
    assert same(numbers(page, PART), np.outer(trace.O[0][4], trace.G[0][4]))
    for place, A in ((O_, trace.O[0]), (Z_, trace.Z[0]), (G_, trace.G[0])):
        assert same(numbers(page, place), A)  # walking down the rows has come to the last sample
    page.get_by_role("button", name="sample 10").focus()
    page.keyboard.press("Tab")  # one stop for all samples
    assert page.locator(":focus").get_attribute("role") == "grid"
    grid(page, O_).press("End")
    page.keyboard.press("ArrowRight")  # over its edge to the next matrix
    assert page.locator(":focus").get_attribute("aria-label").startswith("Z, ")
    assert status(page).startswith("Z[10, 0] = ")
    lab.run_until(page, 2, "the kernel has 10")


def test_samples_added_one_by_one_become_the_kernels_gradient(lab):
    page = lab.open(IMPORTS, SMALL.format(settings="layer=1"))
    trace = small_trace()
    O, G = trace.O[1], trace.G[1]
    step, words = page.get_by_role("button", name="Step ▶"), page.locator(".bss-progress")
    assert words.inner_text().startswith("0 of 7 samples added: an entry of the sum is off")
    assert same(numbers(page, GRADIENT), O.T @ G)
    for added in range(1, 8):
        assert not words.inner_text().startswith("All")
        step.press("Enter")
        assert same(numbers(page, SUM), O[:added].T @ G[:added])
        assert same(numbers(page, PART), np.outer(O[added - 1], G[added - 1]))
    assert words.inner_text() == "All 7 samples added: the sum equals OᵀG. A sum, and nothing is divided."
    page.get_by_role("button", name="◀ Back").click()
    off = abs(O.T @ G - O[:6].T @ G[:6]).max()
    written = re.fullmatch(r"6 of 7 .* is off from OᵀG by up to (.*)\.", words.inner_text())
    assert float(written[1]) == pytest.approx(off, rel=1e-3)


def test_the_switch_takes_the_1_over_m_out_of_g_and_nothing_moves(lab):
    page = lab.open(IMPORTS, SMALL.format(settings="sample=2, added=3"))
    trace = small_trace()
    O, G = trace.O[0], trace.G[0]
    places = [grid(page, label) for label in (O_, G_, PART, SUM, GRADIENT)]
    before = [place.bounding_box() for place in places]
    seen = page.locator("p").first
    assert seen.inner_text().startswith("1/m = 1/7 is in G")
    page.get_by_role("button", name="Loss as a sum").press("Enter")
    assert seen.inner_text().startswith("No 1/m anywhere: G, each part and OᵀG are m = 7 times as large.")
    assert same(numbers(page, O_), O)  # ends in row 6
    assert same(numbers(page, G_), 7 * G)
    assert same(numbers(page, PART), 7 * np.outer(O[6], G[6]))
    assert same(numbers(page, SUM), 7 * O[:3].T @ G[:3])
    assert same(numbers(page, GRADIENT), 7 * O.T @ G)
    assert [place.bounding_box() for place in places] == before
    page.get_by_role("button", name="Loss as a sum").click()
    assert same(numbers(page, GRADIENT), O.T @ G)


def test_the_pointer_reads_an_entry_and_the_sum_it_stands_for(lab):
    page = lab.open(IMPORTS, SMALL.format(settings="sample=2, added=2"))
    trace = small_trace()
    O, G = trace.O[0], trace.G[0]
    point_at(grid(page, SUM), 3, 1)
    said = re.fullmatch(
        r"sum\[3, 1\] = (\S+): the sum of O\[s, 3\] G\[s, 1\] over the samples s = 0 to 1.", status(page)
    )
    assert float(said[1]) == pytest.approx(O[:2, 3] @ G[:2, 1], rel=1e-3)
    assert [outlined(grid(page, label)) for label in (O_, G_)] == [[[2], [3]], [[2], [1]]]
    point_at(grid(page, PART), 4, 0)
    said = re.fullmatch(r"\(o_2ᵀ g_2\)\[4, 0\] = (\S+) = O\[2, 4\] G\[2, 0\] = (\S+) · (\S+)", status(page))
    assert [float(x) for x in said.groups()] == pytest.approx([O[2, 4] * G[2, 0], O[2, 4], G[2, 0]], rel=0.06)
    point_at(grid(page, O_), 5, 3)
    assert [outlined(grid(page, label)) for label in (O_, G_, SUM)] == [[[2], [3]], [[2], []], [[3], []]]
    point_at(grid(page, G_), 5, 3)
    assert [outlined(grid(page, label)) for label in (O_, G_, SUM)] == [[[2], []], [[2], [3]], [[], [3]]]
    assert status(page).endswith("how the loss answers to Z[5, 3], unit 3 of sample 5.")
    assert [text[:8] for text in pressed(page)] == ["sample 2"]  # pointing chooses nothing
    page.mouse.down()
    assert [text[:8] for text in pressed(page)] == ["sample 5"]
    page.mouse.up()
    assert same(numbers(page, PART), np.outer(O[5], G[5]))


def test_a_list_of_64_samples_has_scrolled_to_the_one_that_is_chosen(lab):
    big = "X = np.zeros((64, 5))\nBatchView(Network([5, 3], tanh), X, np.ones((64, 3)), np.ones((64, 8, 8)), sample=63)"
    page = lab.open(IMPORTS, big)
    box = page.get_by_role("toolbar", name="Samples of the batch").bounding_box()
    chosen = page.get_by_role("button", name="sample 63", exact=True).bounding_box()
    assert box["y"] <= chosen["y"] and chosen["y"] + chosen["height"] <= box["y"] + box["height"]
