"""What the live views cost in time and memory, in a real JupyterLab. From the project's root:

.venv/bin/python benchmarks/views.py [highlight] [kernel] [paint] [memory] [playground] [motion]

Without a name all parts run, which takes some minutes. Times are milliseconds: medians, and 95th percentiles. Times differ
between machines: a slider that asks the kernel takes turns with a widget that only sends and gets, the views of a notebook
take turns with as many that draw one word in their places, and the ratios of the medians are printed beside their goals.
"""

import ast
import copy
import re
import statistics
import sys
from pathlib import Path

import nbformat

from course_lib import views

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from lab import Lab

MOVES, ROUNDS, UPDATES, DRAG = 60, 3, 1000, 5000  # DRAG: milliseconds
HIGHLIGHT_GOAL, HUGE_GOAL, BACKLOG_GOAL, SCRIPT_GOAL = 4, 50, 150, 150  # milliseconds, and at last kB
SLIDER_RATIO, PAINT_RATIO = 1.4, 1.5  # times a widget that only sends and gets, and as many that draw one word
FRAMES_GOAL, STEPS_GOAL = {"moons": 30, "digits": 15}, {"moons": 20, "digits": 1}  # a second; of training a frame
PAUSE_GOAL, MOTION_GOAL = 50, 20  # milliseconds

MATRIX = """import numpy as np
from course_lib.views import ProductExplorer
A = np.random.default_rng(0).normal(size=({0}, {1}))
ProductExplorer(A, np.eye({1}))"""
JACOBIAN = """import numpy as np
from course_lib.views import JacobianExplorer
A = np.random.default_rng(0).normal(size=(16, 10)) / 4
JacobianExplorer(lambda x: np.tanh(A @ x), np.ones(10))"""
# What JupyterLab and ipywidgets cost by themselves: a slider, and a kernel that answers with as many bytes.
ECHO = """import anywidget, traitlets
class Echo(anywidget.AnyWidget):
    _esm = '''export default { render({ model, el }) {
        el.innerHTML = "<div class='bss-view bss-echo'><input type=range min=-1 max=1 step=any><canvas></canvas></div>";
        const view = el.firstChild, input = view.firstChild, canvas = view.lastChild.getContext("2d");
        input.oninput = () => {
            view.setAttribute("aria-busy", true); model.set("asked", Number(input.value)); model.save_changes();
        };
        model.on("change:answer", () => {
            const { asked, data } = model.get("answer");
            if (asked === Number(input.value)) view.setAttribute("aria-busy", false);
            canvas.fillRect(0, 0, 50 + 50 * asked, data.byteLength);
        });
    } }'''
    asked = traitlets.Float().tag(sync=True, echo_update=False)
    answer = traitlets.Dict().tag(sync=True)
    @traitlets.observe("asked")
    def _reply(self, change):
        self.answer = {"asked": self.asked, "data": bytes(8 * 16 * 10)}
Echo()"""
BARE = """import anywidget
class Bare(anywidget.AnyWidget):
    _esm = "export default { render({ el }) { el.innerHTML = '<div class=bss-view><p>drawn</p></div>'; } }\""""
PYPLOT = """import numpy as np, matplotlib.pyplot as plt, ipywidgets
A = np.random.default_rng(0).normal(size=(16, 10))
def draw(x):
    figure, axes = plt.subplots(1, 4, figsize=(8, 2))
    for k, axis in enumerate(axes):
        axis.imshow(np.tanh(A * x / (k + 1)), cmap="RdBu", vmin=-1, vmax=1)
    plt.show()
slider = ipywidgets.IntSlider(value=0, min=0, max=100)
ipywidgets.VBox([slider, ipywidgets.interactive_output(draw, {"x": slider})])"""

# `painted` is over when the next frame has been painted: a message comes only after the frame that is under way.
JS = """
const message = () => new Promise(done => {
  const { port1, port2 } = new MessageChannel(); port1.onmessage = done; port2.postMessage(0);
});
const frame = () => new Promise(requestAnimationFrame);
const painted = async () => { await frame(); await message(); };
const pause = (time) => new Promise(done => setTimeout(done, time));
const waitFor = async (test) => { while (!test()) await message(); };
"""

# Script is what runs at once, and what runs in the next frame between two callbacks of our own.
HIGHLIGHT = """async ([kind, moves]) => {
  const grid = document.querySelector('.bss-grid'), status = document.querySelector('.bss-status');
  const keys = ['ArrowRight', 'ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowLeft', 'ArrowLeft'], times = [];
  const { x, y, width, height } = grid.getBoundingClientRect();
  const [seenWidth, seenHeight] = [Math.min(width, innerWidth - x), Math.min(height, innerHeight - y)];
  const event = (k) => kind === 'key'
    ? new KeyboardEvent('keydown', { key: keys[k % keys.length], bubbles: true, cancelable: true })
    : new PointerEvent('pointermove', { bubbles: true, clientX: x + seenWidth * (0.3 + 0.2 * (k % 3)),
                                        clientY: y + seenHeight * (0.4 + 0.3 * (k % 2)) });
  grid.focus();
  for (let k = -5; k < moves; k++) {
    const before = status.textContent, next = event(k + 5);
    let first, last;
    requestAnimationFrame(() => { first = performance.now(); });
    const start = performance.now();
    grid.dispatchEvent(next);
    const atOnce = performance.now() - start;
    requestAnimationFrame(() => { last = performance.now(); });
    await painted();
    const whole = performance.now() - start;
    if (k > -5 && status.textContent === before) throw Error(`move ${k} was not shown in the next frame: ${before}`);
    if (k >= 0) times.push([atOnce + last - first, whole]);
    await pause(20);
  }
  return times;
}"""

# The view is busy from the moment the slider moves until it shows the kernel's answer to its last place.
SLIDER = """async ([slider, moves, rest]) => {
  const input = document.querySelector(slider), view = input.closest('.bss-view'), times = [];
  view.scrollIntoView({ block: 'center' });
  for (let k = -5; k < moves; k++) {
    const start = performance.now();
    input.value = Number(input.min) + (input.max - input.min) * (0.1 + 0.8 * ((7 * (k + 5)) % 60) / 60);
    input.dispatchEvent(new Event('input', { bubbles: true }));
    if (view.getAttribute('aria-busy') !== 'true') throw Error('the slider does not ask the kernel');
    await waitFor(() => view.getAttribute('aria-busy') === 'false');
    await painted();
    if (k >= 0) times.push(performance.now() - start);
    await pause(rest && rest + (7 * (k + 5)) % 17); // so that moves begin at all moments between two frames
  }
  return times;
}"""
BACKLOG = """async ([slider, time]) => {
  const input = document.querySelector(slider), view = input.closest('.bss-view');
  view.scrollIntoView({ block: 'center' });
  const start = performance.now();
  let moves = 0;
  for (; performance.now() - start < time; moves++) {
    const share = Math.abs(((performance.now() - start) / 1000) % 2 - 1);
    input.value = Number(input.min) + (input.max - input.min) * share;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await frame();
  }
  const released = performance.now();
  await waitFor(() => view.getAttribute('aria-busy') === 'false');
  await painted();
  return [moves, performance.now() - released];
}"""
FIGURE = """async (moves) => {
  const handle = document.querySelector('.noUi-handle'), times = [];
  const image = () => document.querySelector('.jp-OutputArea-output .jp-OutputArea img');
  await waitFor(image);
  for (let k = -3; k < moves; k++) {
    const before = image(), source = before.src, start = performance.now();
    const key = k % 2 ? 'ArrowRight' : 'ArrowLeft';
    handle.dispatchEvent(new KeyboardEvent('keydown', { key: k < -1 ? 'ArrowRight' : key, bubbles: true }));
    await waitFor(() => image() && (image() !== before || image().src !== source) && image().complete);
    await painted();
    if (k >= 0) times.push(performance.now() - start);
    await pause(50);
  }
  return times;
}"""

FLOW = """from course_lib.views import GradientFlow
GradientFlow({}, {}, "{}")"""
ECHO_SLIDER, JACOBIAN_SLIDER = ".bss-echo input", ".bss-jacobian input[type=range]"
FLOW_SLIDER = '.bss-flow input[max="1.5"]'  # its scale
SLIDERS = {
    "a bare echo": (ECHO, ECHO_SLIDER),
    "JacobianExplorer, Python function, 16x10": (JACOBIAN, JACOBIAN_SLIDER),
    "GradientFlow, 20 layers of 64": (FLOW.format(20, 64, "tanh"), FLOW_SLIDER),
}

PLAYGROUND = """from course_lib.views import TrainingPlayground
TrainingPlayground("{}", {})"""
# A frame is in the page when the text with its step has changed.
PLAYED = """
const press = () => document.querySelector('.bss-play').click();
const step = () => Number(document.querySelector('.bss-where').textContent.replace(/[^0-9]/g, ''));
const watched = () => {
  const times = [], steps = [];
  const watch = new MutationObserver(() => { times.push(performance.now()); steps.push(step()); });
  watch.observe(document.querySelector('.bss-where'), { childList: true, characterData: true, subtree: true });
  return { times, steps, end: () => watch.disconnect() };
};
"""
PLAY = """async (time) => {
  press();
  await pause(1000);
  const { times, steps, end } = watched();
  await pause(time);
  end();
  press();
  await pause(200);
  return [times.slice(1).map((t, k) => t - times[k]), (steps.at(-1) - steps[0]) / (steps.length - 1)];
}"""
PAUSE = """async (rounds) => {
  const late = [];
  for (let k = 0; k < rounds; k++) {
    press();
    await pause(200 + 7 * k);
    press();
    const start = performance.now(), { times, end } = watched();
    await pause(300);
    end();
    late.push((times.at(-1) ?? start) - start);
  }
  return late;
}"""
FRAMES = """async (frames) => {
  const { times, end } = watched();
  press();
  while (times.length < frames) await frame();
  end();
  press();
  await pause(300);
}"""

# From frame to frame while entries fly: one step, again and again.
MOTION = """async (steps) => {
  const times = [];
  const named = (words) => [...document.querySelectorAll('.bss-view button')].find(one => one.textContent.includes(words));
  for (let k = 0; k < steps; k++) {
    if (k) named('Back').click();
    named('Step').click();
    for (let before = await frame(), now; document.querySelector('[data-moving]'); before = now) {
      now = await frame();
      times.push(now - before);
    }
  }
  return times;
}"""
MOVED = {
    "ProductExplorer, 5x7 @ 7x3": "ProductExplorer(O.T, G)",
    "KeyIdeaExplorer, W": "KeyIdeaExplorer.of_layer('W', O, W, W[:1], G)",
    "BackwardStepper, 5-4-3, from (B) to (C)": "BackwardStepper(Network([5, 4, 3], tanh), O, G, step=8)",
}

# For each cell with a view: when its prompt stops saying [*], and when the view in it has been painted.
WATCH = """() => {
  window.seen = new Map();
  new MutationObserver(() => {
    for (const cell of document.querySelectorAll('.jp-CodeCell')) {
      const done = /\\d/.test(cell.querySelector('.jp-InputPrompt').textContent);
      const view = cell.querySelector('.bss-view');
      if (!seen.has(cell)) seen.set(cell, {});
      const times = seen.get(cell);
      if (done) times.done ??= performance.now();
      if (view?.childElementCount && !times.drawn) {
        times.drawn = true;
        painted().then(() => { times.painted = performance.now(); });
      }
    }
  }).observe(document.querySelector('.jp-Notebook'), { subtree: true, childList: true, characterData: true });
}"""
DELAYS = """async () => {
  await waitFor(() => [...seen.values()].every(times => !times.drawn || times.painted));
  const cells = [...document.querySelectorAll('.jp-CodeCell')], shown = [...seen].filter(([, times]) => times.painted);
  return shown.map(([cell, times]) => [cells.indexOf(cell), Math.max(0, times.painted - times.done)]);
}"""


def javascript(page, function, argument=None):
    """What a JavaScript function gives for the argument; it can use the functions of JS."""
    return page.evaluate(f"async argument => {{ {JS} return await ({function})(argument) }}", argument)


def p95(times):
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def show(name, times, goal=None, p95_goal=None, unit="ms"):
    """One line: median and 95th percentile, beside their goals."""
    middle, high = statistics.median(times), p95(times)
    goals = [f"median {goal:g}" if goal else "", f"p95 {p95_goal:g}" if p95_goal else ""]
    met = (not goal or middle <= goal) and (not p95_goal or high <= p95_goal)
    verdict = f"goal: {', '.join(filter(None, goals))}: {'met' if met else 'MISSED'}" if any(goals) else ""
    print(f"{name:54} {middle:8.1f} {high:8.1f} {unit}  {verdict}", flush=True)


def highlight(lab):
    """From a key or a move of the pointer to the highlight, without a kernel."""
    print(f"{'highlight, no kernel':54} {'median':>8} {'p95':>8}")
    for rows, columns in ((5, 3), (64, 64), (512, 512)):
        page = lab.open(MATRIX.format(rows, columns))
        for kind in ("key", "pointer"):
            times = javascript(page, HIGHLIGHT, [kind, MOVES])
            script, whole = zip(*times, strict=True)
            show(f"{rows}x{columns}, {kind}: script", script, HUGE_GOAL if rows == 512 else HIGHLIGHT_GOAL)
            show(f"{rows}x{columns}, {kind}: to the end of the next frame", whole, HUGE_GOAL if rows == 512 else None)
        lab.end_test()


def kernel(lab):
    """Sliders whose every move goes through the kernel, in turns, and a pyplot figure that does."""
    print(f"{'a slider that needs the kernel':54} {'median':>8} {'p95':>8}")
    page = lab.open(*[cell for cell, _ in SLIDERS.values()])
    times = {name: [] for name in SLIDERS}
    for _ in range(ROUNDS):
        for name, (_, slider) in SLIDERS.items():
            times[name] += javascript(page, SLIDER, [slider, MOVES // ROUNDS, 30])
    echo = statistics.median(times["a bare echo"])
    for name, all_times in times.items():
        show(f"{name}: to pixels", all_times)
        if name != "a bare echo":
            show_ratio(statistics.median(all_times) / echo, "of a bare echo", SLIDER_RATIO)
            ends = [javascript(page, BACKLOG, [SLIDERS[name][1], DRAG])[1] for _ in range(ROUNDS)]
            show("    after dragging for 5 s: until it is still", ends, BACKLOG_GOAL)
    lab.end_test()
    figure = javascript(lab.open(PYPLOT), FIGURE, MOVES)
    show("interactive_output, pyplot, 4 heat maps: to pixels", figure)
    lab.end_test()


def show_ratio(ratio, scale, goal):
    print(
        f"{f'    times that {scale}':54} {ratio:8.2f}  goal: {goal}: {'met' if ratio <= goal else 'MISSED'}", flush=True
    )


def paint(lab):
    """First paint of the views of each notebook after their cells' execution, and how much script they are."""
    print(f"{'all views of a notebook, sum of first paints':54} {'median':>8} {'p95':>8}")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
        used = [name for name in views.__all__ if re.search(rf"\b{name}\(|\b{name}\.", code)]
        if not used:
            continue
        sums, bare_sums = [], []
        for _ in range(ROUNDS):
            delays = first_paints(lab, notebook)
            sums.append(sum(delays.values()))
            bare_sums.append(sum(first_paints(lab, with_bare_views(notebook, delays)).values()))
        show(f"{path.stem}: {len(delays)} views", sums)
        show_ratio(
            statistics.median(sums) / statistics.median(bare_sums),
            "of the same notebook with views of one word",
            PAINT_RATIO,
        )
        sizes = {name: len(getattr(views, name)._esm.encode()) / 1000 for name in used}
        parts = ", ".join(f"{name} {size:.0f}" for name, size in sizes.items())
        total = sum(sizes.values())
        met = "met" if total <= SCRIPT_GOAL else "MISSED"
        print(f"    script: {total:.0f} kB ({parts}); goal: {SCRIPT_GOAL}: {met}", flush=True)


def with_bare_views(notebook, shown):
    """The notebook whose code cells with these numbers show a view that draws one word, in place of what they show."""
    bare = copy.deepcopy(notebook)
    cells = [cell for cell in bare.cells if cell.cell_type == "code"]
    for number in shown:
        last = ast.parse(cells[number].source).body[-1]
        cells[number].source = "\n".join([*cells[number].source.splitlines()[: last.lineno - 1], "Bare()"])
    cells[0].source = f"{BARE}\n{cells[0].source}"
    return bare


def first_paints(lab, notebook):
    """{number of a code cell that shows a view: milliseconds from its end to the first paint}, of a notebook that is run."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    page = lab.open_notebook(notebook, run=False)
    page.evaluate(f"() => {{ {JS} Object.assign(window, {{ painted, waitFor }}); ({WATCH})() }}")
    lab.run_all(page)
    delays = dict(javascript(page, DELAYS))
    lab.end_test()
    return delays


def memory(lab):
    """What is left in the browser's memory after 1,000 updates, once the garbage is collected."""
    print(f"{f'memory, growth over {UPDATES:,} updates':54} {'heap kB':>8} {'nodes':>8}")
    for name, cell, function, arguments in (
        ("ProductExplorer 64x64, cursor", MATRIX.format(64, 64), HIGHLIGHT.replace("pause(20)", "0"), ["key", UPDATES]),
        ("JacobianExplorer 16x10, slider", JACOBIAN, SLIDER, [JACOBIAN_SLIDER, UPDATES, 0]),
        ("GradientFlow, 20 layers of 64, slider", FLOW.format(20, 64, "tanh"), SLIDER, [FLOW_SLIDER, UPDATES, 0]),
        ("an anywidget that only sends and gets, slider", ECHO, SLIDER, [ECHO_SLIDER, UPDATES, 0]),
    ):
        page = lab.open(cell)
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable")
        javascript(page, function, [200 if each == UPDATES else each for each in arguments])  # caches fill
        before = used_memory(devtools)
        javascript(page, function, arguments)
        heap, nodes = (after - first for after, first in zip(used_memory(devtools), before, strict=True))
        print(f"{name:54} {heap / 1000:8.0f} {nodes:8.0f}", flush=True)
        lab.end_test()


def playground(lab):
    """A network that trains while one watches: time for a frame, for pause, and memory."""
    print(f"{'a training run that plays':54} {'median':>8} {'p95':>8}")
    play, paused, frames = (
        f"argument => {{ {PLAYED} return ({function})(argument) }}" for function in (PLAY, PAUSE, FRAMES)
    )
    for data, hidden in (("moons", (16, 16)), ("digits", (64, 32))):
        page = lab.open(PLAYGROUND.format(data, hidden))
        times, steps = javascript(page, play, DRAG)
        show(f"{data} {hidden}: from frame to frame", times, 1000 / FRAMES_GOAL[data])
        rate, goals = len(times) / sum(times) * 1000, (FRAMES_GOAL[data], STEPS_GOAL[data])
        met = "met" if rate >= goals[0] and steps >= goals[1] else "MISSED"
        print(f"    {rate:.1f} frames a second of {steps:.1f} steps; goal: {goals[0]} of {goals[1]}: {met}", flush=True)
        show(f"{data} {hidden}: from pause to the last frame", javascript(page, paused, MOVES // 3), None, PAUSE_GOAL)
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable")
        javascript(page, frames, UPDATES // 2)  # curves are full, caches fill
        before = used_memory(devtools)
        javascript(page, frames, UPDATES)
        heap, nodes = (after - first for after, first in zip(used_memory(devtools), before, strict=True))
        print(f"{f'    growth over {UPDATES:,} frames: heap kB, nodes':54} {heap / 1000:8.0f} {nodes:8.0f}", flush=True)
        lab.end_test()


def motion(lab):
    """What flies from the factors to the result: frame to frame."""
    print(f"{'a step that moves, from frame to frame':54} {'median':>8} {'p95':>8}")
    setup = "import numpy as np\nfrom course_lib.views import *\nfrom course_lib import Network, tanh\n"
    setup += "O, G, W = np.arange(35.0).reshape(7, 5), np.ones((7, 3)), np.ones((5, 3))\n"
    for name, cell in MOVED.items():
        times = javascript(lab.open(setup + cell), MOTION, 6)
        show(f"{name}, {len(times)} frames", times, None, MOTION_GOAL)
        lab.end_test()


def used_memory(devtools):
    """(bytes of the JavaScript heap, nodes of the document) after a garbage collection."""
    devtools.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
    return metrics["JSHeapUsedSize"], metrics["Nodes"]


def main():
    parts = {"highlight": highlight, "kernel": kernel, "paint": paint, "memory": memory}
    parts |= {"playground": playground, "motion": motion}
    unknown = set(sys.argv[1:]) - set(parts)
    if unknown:
        sys.exit(f"there is no part {', '.join(sorted(unknown))}; choose from {', '.join(parts)}")
    lab = Lab()
    try:
        for name in sys.argv[1:] or parts:
            parts[name](lab)
    finally:
        lab.close()


if __name__ == "__main__":
    main()
