"""What a person reads on a page: a matrix, with the pointer on an entry or with the cursor; a view's status; a curve."""

import re

import numpy as np

# The middle of an entry and its size, from the sizes that matrix.js gives a matrix.
PLACE = """(grid, [i, j]) => {
  const em = parseFloat(getComputedStyle(grid).fontSize), box = grid.getBoundingClientRect();
  const [left, top] = [Math.ceil(1.7 * em), Math.ceil(1.5 * em)];
  const width = (box.width - left - Math.ceil(0.6 * em)) / grid.getAttribute('aria-colcount');
  const height = (box.height - top - Math.ceil(0.5 * em)) / grid.getAttribute('aria-rowcount');
  return [left + (j + 0.5) * width, top + (i + 0.5) * height, width, height];
}"""
WALK = """grid => {
  const press = (key, ctrlKey = false) => grid.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true }));
  const texts = [];
  press('Home', true);
  for (let i = 0; i < grid.getAttribute('aria-rowcount'); i++) {
    for (let j = 0; j < grid.getAttribute('aria-colcount'); j++) {
      texts.push(grid.querySelector('[role=gridcell]').textContent);
      press('ArrowRight');
    }
    press('Home');
    press('ArrowDown');
  }
  return texts;
}"""


# What flies stands still at its start: the test goes on when it has seen it.
PAUSE = """() => {
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (...a) { const one = animate.apply(this, a); one.pause(); return one; };
}"""


def read(text):
    """The text with its minus signs as Python writes them."""
    return text.replace("−", "-")


def status(page):
    """What the first view on the page says to screen readers."""
    return read(page.get_by_role("status").first.inner_text())


def grid(page, label):
    """The matrix with this name, a text or a pattern."""
    return page.get_by_role("grid", name=label, exact=isinstance(label, str))


def wait_for_answer(page):
    """Wait until the kernel has answered what the controls have asked for."""
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")


def points(page, selector):
    """The points of a drawn line, (points, 2), in the units of its picture."""
    d = page.locator(selector).get_attribute("d")
    return np.array([[float(number) for number in pair.split()] for pair in re.split("[ML]", d)[1:]])


def point_at(grid, i, j):
    """Move the pointer onto entry [i, j]; grid: the locator of one element with the role grid."""
    grid.scroll_into_view_if_needed()
    box, (x, y, _, _) = grid.bounding_box(), grid.evaluate(PLACE, [i, j])
    grid.page.mouse.move(box["x"] + x, box["y"] + y)


def size(grid):
    """(rows, columns)"""
    return tuple(int(grid.get_attribute(f"aria-{kind}count")) for kind in ("row", "col"))


def walk(grid):
    """What the cursor reads, entry by entry, in the order of the rows."""
    return [read(text) for text in grid.evaluate(WALK)]


def values(grid):
    """The numbers that it reads, as text."""
    return [text.split(" = ")[1] for text in walk(grid)]


COVERED = """(grid, [x, y]) => {
  const pen = grid.querySelector('.bss-overlay').getContext('2d');
  return pen.getImageData(x * devicePixelRatio, y * devicePixelRatio, 1, 1).data[3] > 0;
}"""


def outlined(grid):
    """The rows whose left edge, and the columns whose upper edge, an outline on the matrix covers."""
    shape = size(grid)
    edges = [[], []]
    for axis in (0, 1):
        for k in range(shape[axis]):
            x, y, width, height = grid.evaluate(PLACE, [k, 0] if axis == 0 else [0, k])
            if grid.evaluate(COVERED, [x - width / 2, y] if axis == 0 else [x, y - height / 2]):
                edges[axis].append(k)
    return edges
