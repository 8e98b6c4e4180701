"""What the slides cost: exporting all notebooks, the largest file, the first slide from disk, the next slide.

Run with .venv/bin/python benchmarks/slides.py. It drives a headless Chromium, and writes into a temporary folder.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from chromium import CHROMIUM_ARGUMENTS, browser_path

EXPORT_GOAL, SIZE_GOAL, PAINT_GOAL, NEXT_GOAL = 90, 5, 1000, 100  # seconds, MB, ms, ms
ROUNDS = 3

# From the press of a key to the end of the frame that shows the next slide, for every slide of a file.
TURN = """async () => {
  const times = [];
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  }));
  while (Reveal.getProgress() < 1) {
    await new Promise((done) => setTimeout(done, 50));
    const start = performance.now();
    Reveal.next();
    await painted();
    times.push(performance.now() - start);
  }
  return times;
}"""
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def show(name, value, goal, unit):
    """One line: a number beside its goal."""
    print(f"{name:52} {value:9.1f} {unit:3} goal {goal:g}: {'met' if value <= goal else 'MISSED'}", flush=True)


def export(folder):
    """Export copies of all notebooks by the documented command, and show how long that takes."""
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    (folder / "notebooks").mkdir()
    for notebook in notebooks:
        (folder / "notebooks" / notebook.name).write_bytes(notebook.read_bytes())
    for name in ("requirements.txt", "pyproject.toml"):  # notebook 00 compares what is installed with them
        (folder / name).write_bytes((ROOT / name).read_bytes())
    copies = [str(folder / "notebooks" / notebook.name) for notebook in notebooks]
    start, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-m", "course_lib.publish.slides", *copies], check=True, stdout=subprocess.DEVNULL)
    show(f"export of {len(notebooks)} notebooks", time.perf_counter() - start, EXPORT_GOAL, "s")
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"{'    processor time of it, for each of 2 cores':52} {used / 2:9.1f} s")
    decks = sorted((folder / "notebooks").glob("*.slides.html"))
    show("largest file", max(deck.stat().st_size for deck in decks) / 1e6, SIZE_GOAL, "MB")
    return decks


def opened(browser, deck):
    """A page with the deck, opened from disk, once all of its slides are laid out."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(deck.as_uri())
    page.locator("html[data-slides=ready]").wait_for(timeout=120_000)
    return page


def first_paint(browser, decks):
    """How long it takes until the first slide of each file is painted, and until all are laid out."""
    paints, ready = [], []
    for deck in decks * ROUNDS:
        start = time.perf_counter()
        page = opened(browser, deck)
        ready.append((time.perf_counter() - start) * 1000)
        paints.append(page.evaluate(FIRST_PAINT))
        page.close()
    show("first slide painted, from disk: median", statistics.median(paints), PAINT_GOAL, "ms")
    show("first slide painted, from disk: worst", max(paints), PAINT_GOAL, "ms")
    print(f"{'all slides laid out: median, worst':52} {statistics.median(ready):9.1f} {max(ready):9.1f} ms")


def next_slide(browser, decks):
    """How long it takes to turn to the next slide, for every slide."""
    times = {}
    for deck in decks:
        page = opened(browser, deck)
        times[deck.name.partition(".")[0]] = page.evaluate(TURN)
        page.close()
    every = [one for some in times.values() for one in some]
    show(f"next slide, of {len(every)}: median", statistics.median(every), NEXT_GOAL, "ms")
    show("next slide: 99th percentile", statistics.quantiles(every, n=100)[-1], NEXT_GOAL, "ms")
    worst = max(times, key=lambda name: max(times[name]))
    show(f"next slide: worst, in {worst}", max(every), NEXT_GOAL, "ms")


def main():
    """Export, then measure. Prints the load of the machine too: times on a busy one say little."""
    if browser_path() is None:
        sys.exit("no Chromium or Chrome is on the PATH")
    if hasattr(os, "getloadavg"):
        print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        decks = export(Path(folder))
        browser = playwright.chromium.launch(executable_path=browser_path(), args=CHROMIUM_ARGUMENTS)
        first_paint(browser, decks)
        next_slide(browser, decks)
        browser.close()
    if hasattr(os, "getloadavg"):
        print(f"load after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
