"""How the cost of a step grows, and what training costs from end to end. From the project's root:

    python -m venv benchmarks/.venv
    benchmarks/.venv/bin/python -m pip install -r benchmarks/requirements.txt
    benchmarks/.venv/bin/python benchmarks/growth.py [seconds for each point of a curve, 3 unless told]

The steps are those of engine.py, in float32 and one thread: by batch, by width and by depth, the course and torch beside
their matrix products alone. Then the memory of a step, as tracemalloc sees it, beside the sum of all O and Z, and the
digits, trained until 96% of those held out are right: from the same weights, with the same batches in the same order.
Medians are printed, and written to growth.md and growth.png beside this file.
"""

import json
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import engine
import numpy as np

from course_lib.activations import relu
from course_lib.fast import FastNetwork
from course_lib.losses import softmax_cross_entropy
from course_lib.practice.data import digits
from course_lib.practice.training import accuracy, fit

HERE = Path(__file__).parent
CURVES = ("GEMM", "course", "torch")
# {what grows: {its value: (sizes, m)}}; the rest stays as it is.
GROWTH = {
    "batch": {2**k: ([256] * 4, 2**k) for k in range(3, 13)},
    "width": {2**k: ([2**k] * 4, 128) for k in range(4, 12)},
    "depth": {2**k: ([128] * (2**k + 1), 128) for k in range(7)},
}
FIXED = {"batch": "3 layers of 256", "width": "3 layers, a batch of 128", "depth": "layers of 128, a batch of 128"}
RATE = 1e-3  # where losses are compared: small, since 64 layers amplify what rounding does to five large steps
MEMORY = [([784, 256, 128, 10], 2**k) for k in range(5, 13)]
DIGITS, BATCH, LEARNING_RATE, ENOUGH, MOST_EPOCHS, TURNS = [64, 32, 10], 32, 0.3, 0.96, 60, 9


def measured_growth(seconds):
    """{what: {value: {tool: [lower quartile, median, upper quartile] of the seconds of a step}}}."""
    engine.RATE, engine.TOOLS = RATE, {tool: engine.TOOLS[tool] for tool in CURVES}
    found = {}
    for what, points in GROWTH.items():
        engine.ROWS = {f"{what} {value}": task for value, task in points.items()}
        found[what] = {value: engine.measure(f"{what} {value}", seconds) for value in points}
    return found


def peak(action):
    tracemalloc.start()
    action()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def measured_memory():
    """{m: {what: bytes}}: what a step allocates at most, beside the sum of all O and Z, and of the gradients."""
    return {m: memory_of_a_step(sizes, m) for sizes, m in MEMORY}


def memory_of_a_step(sizes, m):
    parameters, X, T = engine.task(sizes, m)
    network = FastNetwork(sizes, relu, softmax_cross_entropy, dtype="float32")
    network.parameters = parameters
    network.forward(X[:1])  # what is imported and cached once is not a step's
    return {
        "all O and Z": 4 * m * (sum(sizes) + sum(sizes[1:])),
        "all gradients": 4 * network.n_parameters,
        "forward and backward, all kept": peak(lambda: network.backward(network.forward(X), T)),
        "sgd_step, the first": peak(lambda: network.sgd_step(X, T, engine.CRAWL)),
        "sgd_step, the next": peak(lambda: network.sgd_step(X, T, engine.CRAWL)),
        "open formulas": peak(engine.open_formulas(parameters, X, T, engine.CRAWL)),
    }


def train_course(parameters, data, batches):
    network = FastNetwork(DIGITS, relu, softmax_cross_entropy, dtype="float32")
    network.parameters = parameters

    def epoch():
        for rows in next(batches):
            network.sgd_step(data.X_train[rows], data.target_train[rows], LEARNING_RATE)
        return accuracy(network, data.X_test, data.target_test)

    return epoch


def train_torch(parameters, data, batches):
    import torch

    X, T, X_test = (torch.from_numpy(A) for A in (data.X_train, data.target_train, data.X_test))
    layers = [[torch.tensor(P, requires_grad=True) for P in pair] for pair in parameters]
    descent = torch.optim.SGD([P for pair in layers for P in pair], lr=LEARNING_RATE)
    classes = data.target_test.argmax(axis=1)

    def forward(O):
        for l, (W, b) in enumerate(layers):
            O = torch.addmm(b, O, W)
            if l < len(layers) - 1:
                O = O.relu()
        return O

    def epoch():
        for rows in next(batches):
            rows = torch.from_numpy(rows)
            loss = torch.nn.functional.cross_entropy(forward(X[rows]), T[rows])
            descent.zero_grad()
            loss.backward()
            descent.step()
        with torch.no_grad():
            return float((forward(X_test).numpy().argmax(axis=1) == classes).mean())

    return epoch


def train_sklearn(parameters, data, batches):
    from sklearn.neural_network import MLPClassifier

    classes, every = data.target_train.argmax(axis=1), np.arange(DIGITS[-1])
    model = MLPClassifier(
        tuple(DIGITS[1:-1]), solver="sgd", alpha=0, learning_rate_init=LEARNING_RATE, momentum=0, shuffle=False
    )
    model.partial_fit(data.X_train[:BATCH], classes[:BATCH], classes=every)
    for (W, b), coefficients, intercepts in zip(parameters, model.coefs_, model.intercepts_, strict=True):
        coefficients[...], intercepts[...] = W, b[0]

    def epoch():
        for rows in next(batches):
            model.partial_fit(data.X_train[rows], classes[rows])
        return float((model.predict(data.X_test) == data.target_test.argmax(axis=1)).mean())

    return epoch


def train_fit(parameters, data, epochs):
    network = FastNetwork(DIGITS, relu, softmax_cross_entropy, dtype="float32")
    network.parameters = parameters
    fit(network, data.X_train, data.target_train, epochs, LEARNING_RATE, BATCH)
    return accuracy(network, data.X_test, data.target_test)


def shuffled(m):
    """The batches of each epoch, as `fit` takes them."""
    rng = np.random.default_rng(0)
    while True:
        order = rng.permutation(m)
        yield [order[start : start + BATCH] for start in range(0, m, BATCH)]


def measured_digits():
    """{way: (epochs, [lower quartile, median, upper quartile] of the seconds until ENOUGH are right)}."""
    data = type(digits())(*(A.astype(np.float32) for A in digits()))
    parameters = engine.task(DIGITS, 1)[0]
    ways = {"sgd_step": train_course, "torch": train_torch, "sklearn": train_sklearn}
    taken, epochs = {way: [] for way in ("fit", *ways)}, {}
    for turn in range(TURNS + 1):
        for way, make in ways.items():
            epoch, right, count = make(parameters, data, shuffled(len(data.X_train))), 0.0, 0
            start = time.perf_counter()
            while right < ENOUGH:
                right, count = epoch(), count + 1
                if count == MOST_EPOCHS:
                    raise SystemExit(f"{way}: {right:.1%} of the held-out digits are right after {count} epochs")
            taken[way].append(time.perf_counter() - start)
            if epochs.setdefault(way, count) != epochs["sgd_step"] or count != epochs[way]:
                raise SystemExit(f"{way} needed {count} epochs, sgd_step {epochs['sgd_step']}: not the same training")
        start = time.perf_counter()
        right = train_fit(parameters, data, epochs["sgd_step"])
        taken["fit"].append(time.perf_counter() - start)
        if right < ENOUGH:
            raise SystemExit(f"fit: {right:.1%} of the held-out digits are right, turn {turn}")
    return {way: (epochs["sgd_step"], statistics.quantiles(times[1:], n=4)) for way, times in taken.items()}


def worker(seconds):
    import torch

    torch.set_num_threads(1)
    print(json.dumps([measured_growth(seconds), measured_memory(), measured_digits()]))


def run(seconds):
    """The same in a process of its own, in one thread: these libraries count their threads when they start."""
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    environment |= dict.fromkeys(engine.LIMITS, "1") | {"TQDM_DISABLE": "1"}
    command = [sys.executable, __file__, "--worker", str(seconds)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def tables(growth, memory, training):
    """Lines of Markdown."""
    lines = ["# How the cost grows: one training step in float32, one thread", ""]
    for what, points in growth.items():
        lines += [f"By {what} ({FIXED[what]}); medians:", "", f"| {what} | GEMM, ms | course, ms | of GEMM | torch |"]
        lines.append("|---" * 5 + "|")
        for value, found in points.items():
            gemm, course, torch = (found[tool][1] for tool in CURVES)
            lines.append(
                f"| {value} | {1e3 * gemm:.3g} | {1e3 * course:.3g} | {course / gemm:.2f} | {torch / course:.2f} |"
            )
        lines += ["", "torch: of the course's time.", ""]
    ways = [way for way in next(iter(memory.values())) if not way.startswith("all ")]
    lines += [
        f"Memory that a step of {'-'.join(map(str, MEMORY[0][0]))} allocates at most, in MB, and as a multiple of"
    ]
    lines[-1] += " all O and Z with all gradients. O of layer 0 is X, which the open formulas only read; O of the last"
    lines[-1] += " layer is its Z. The course copies X to where its ones are, and keeps its arrays for the next step:"
    lines += ["", f"| batch | all O and Z | all gradients | {' | '.join(ways)} |", "|---" * (3 + len(ways)) + "|"]
    for m, found in memory.items():
        both = found["all O and Z"], found["all gradients"]
        cells = [f"{number / 1e6:.2f}" for number in both]
        cells += [f"{found[way] / 1e6:.2f} ({found[way] / sum(both):.2f})" for way in ways]
        lines.append(f"| {m} | {' | '.join(cells)} |")
    epochs, least = training["sgd_step"][0], training["sgd_step"][1][1]
    lines += [
        "",
        f"The digits, {'-'.join(map(str, DIGITS))}, batches of {BATCH}: {epochs} epochs to {ENOUGH:.0%} of those",
    ]
    lines[-1] += (
        " held out. With sgd_step, torch and sklearn the accuracy is measured after each epoch; fit measures the"
    )
    lines[-1] += " loss and the accuracy of the training digits."
    lines += ["", "| way | seconds (quartiles) | sgd_step = 1 |", "|---|---|---|"]
    for way, (_, (low, middle, high)) in training.items():
        lines.append(f"| {way} | {middle:.3g} ({low:.3g} to {high:.3g}) | {middle / least:.2f} |")
    return lines


def picture(growth, memory, path):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(13, 9), layout="constrained")
    styles = {"GEMM": {"color": "k", "linestyle": "--"}, "course": {"marker": "o"}, "torch": {"marker": "s"}}
    for axis, (what, points) in zip(axes.flat, growth.items(), strict=False):
        values = [int(value) for value in points]
        for tool, style in styles.items():
            low, middle, high = np.array([found[tool] for found in points.values()]).T
            (line,) = axis.plot(values, 1e3 * middle, label=tool, **style)
            axis.fill_between(values, 1e3 * low, 1e3 * high, color=line.get_color(), alpha=0.2, linewidth=0)
        axis.set(title=f"by {what}: {FIXED[what]}", xlabel=what, ylabel="time of one step, ms")
    axis, values = axes.flat[-1], [int(m) for m in memory]
    for way, marker in zip(next(iter(memory.values())), ("--", ":", *"osD^"), strict=True):
        style = {"color": "k", "linestyle": marker} if way.startswith("all ") else {"marker": marker}
        axis.plot(values, [found[way] / 1e6 for found in memory.values()], label=way, **style)
    axis.set(title="memory that one step allocates", xlabel="batch", ylabel="MB")
    for axis in axes.flat:
        values = axis.get_lines()[0].get_xdata()
        axis.set(xscale="log", yscale="log")
        axis.set_xticks(values, [str(value) for value in values])
        axis.tick_params(axis="x", which="minor", bottom=False)
        axis.grid(alpha=0.3)
        axis.legend()
    axes.flat[-1].legend(loc="lower right", bbox_to_anchor=(1, 0.08))
    figure.savefig(path, dpi=110)


def main():
    if sys.argv[1:2] == ["--worker"]:
        worker(float(sys.argv[2]))
        return
    growth, memory, training = run(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0)
    lines = tables(growth, memory, training)
    (HERE / "growth.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    picture(growth, memory, HERE / "growth.png")
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
