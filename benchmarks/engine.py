"""What a training step costs, beside other tools, and beside its own matrix products. From the project's root:

    python -m venv benchmarks/.venv
    benchmarks/.venv/bin/python -m pip install -r benchmarks/requirements.txt
    benchmarks/.venv/bin/python benchmarks/engine.py [seconds for each row and number of threads, 60 unless told]

A step is: forward, softmax cross-entropy, backward, and the update of stochastic gradient descent, in float32, on the
same batch, from the same weights. First all tools make five steps, and their losses have to agree. Then they take
turns; medians and quartiles are printed, and written to engine.md and engine.png beside this file.

GEMM is the time of the step's matrix products alone, with the column of ones, by np.matmul into arrays that exist;
torch's GEMM is that of the same products by torch.matmul, which brings a library of its own for them.
"""

import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from course_lib.activations import relu
from course_lib.fast import FastNetwork
from course_lib.initializers import he_normal
from course_lib.losses import softmax_cross_entropy
from course_lib.network import Network

ROWS = {
    "2-16-16-2, 32": ([2, 16, 16, 2], 32),
    "64-64-32-10, 64": ([64, 64, 32, 10], 64),
    "784-256-128-10, 64": ([784, 256, 128, 10], 64),
    "784-256-128-10, 1024": ([784, 256, 128, 10], 1024),
    "1024-1024-1024-1024, 512": ([1024] * 4, 512),
    "20 layers of 64, 128": ([64] * 21, 128),
}
GOALS = dict(zip(ROWS, (2.5, 2.0, 1.2, 1.1, 1.1, 1.4), strict=True))  # times GEMM, with two threads
THREADS = (1, 2)
LIMITS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NPROC")
TURN, STEPS, AGREE = 2e-3, 5, 1e-3  # seconds of steps in a turn; steps that are compared; relative difference
RATE, CRAWL = 0.05, 1e-5  # learning rates: where losses are compared, and while time is taken


def course(parameters, X, T, rate, kind=FastNetwork):
    network = kind([len(W) for W, _ in parameters] + [T.shape[1]], relu, softmax_cross_entropy, dtype="float32")
    network.parameters = parameters
    return lambda: network.sgd_step(X, T, rate)


def plain_network(*arguments):
    return course(*arguments, Network)


def open_formulas(parameters, X, T, rate):
    parameters = [(W.copy(), b.copy()) for W, b in parameters]

    def step():
        Os, Zs = [X], []
        for l, (W, b) in enumerate(parameters):
            Zs.append(Os[-1] @ W + b)
            Os.append(np.maximum(Zs[-1], 0) if l < len(parameters) - 1 else Zs[-1])
        shifted = Zs[-1] - Zs[-1].max(axis=1, keepdims=True)
        E = np.exp(shifted)
        sums = E.sum(axis=1, keepdims=True)
        G = (E / sums - T) / len(X)
        for l in range(len(parameters) - 1, -1, -1):
            W, b = parameters[l]
            dW, db = Os[l].T @ G, G.sum(axis=0, keepdims=True)
            if l:
                G = (G @ W.T) * (Zs[l - 1] > 0)
            W -= rate * dW
            b -= rate * db
        return float((T * (np.log(sums) - shifted)).sum() / len(X))

    return step


def torch(parameters, X, T, rate):
    import torch as library

    X, T = library.from_numpy(X), library.from_numpy(T)
    layers = [[library.tensor(P, requires_grad=True) for P in pair] for pair in parameters]
    descent = library.optim.SGD([P for pair in layers for P in pair], lr=rate)

    def step():
        O = X
        for l, (W, b) in enumerate(layers):
            O = library.addmm(b, O, W)
            if l < len(layers) - 1:
                O = O.relu()
        loss = library.nn.functional.cross_entropy(O, T)
        descent.zero_grad()
        loss.backward()
        descent.step()
        return loss.item()

    return step


def jax(parameters, X, T, rate):
    import jax as library

    def J(layers, X, T):
        O = X
        for l, (W, b) in enumerate(layers):
            O = O @ W + b
            if l < len(layers) - 1:
                O = library.nn.relu(O)
        return -(T * library.nn.log_softmax(O)).sum() / len(X)

    def one(layers, X, T):
        loss, gradients = library.value_and_grad(J)(layers, X, T)
        return loss, library.tree.map(lambda P, dP: P - rate * dP, layers, gradients)

    compiled, X, T = library.jit(one, donate_argnums=0), library.numpy.asarray(X), library.numpy.asarray(T)
    state = [library.tree.map(library.numpy.array, parameters)]

    def step():
        loss, state[0] = compiled(state[0], X, T)
        library.block_until_ready(state[0])
        return float(loss)

    return step


def autograd(parameters, X, T, rate):
    import autograd.numpy as anp
    from autograd import value_and_grad

    parameters = [(W.copy(), b.copy()) for W, b in parameters]

    def J(parameters):
        O = X
        for l, (W, b) in enumerate(parameters):
            O = anp.dot(O, W) + b
            if l < len(parameters) - 1:
                O = anp.maximum(O, 0)
        shifted = O - anp.max(O, axis=1, keepdims=True)
        return anp.sum(T * (anp.log(anp.sum(anp.exp(shifted), axis=1, keepdims=True)) - shifted)) / len(X)

    gradient = value_and_grad(J)

    def step():
        loss, gradients = gradient(parameters)
        for (W, b), (dW, db) in zip(parameters, gradients, strict=True):
            W -= rate * dW
            b -= rate * db
        return float(loss)

    return step


def mygrad(parameters, X, T, rate):
    import mygrad as library
    from mygrad.nnet import relu as rectified
    from mygrad.nnet import softmax_crossentropy

    layers, classes = [[library.tensor(P.copy()) for P in pair] for pair in parameters], T.argmax(axis=1)

    def step():
        O = X
        for l, (W, b) in enumerate(layers):
            O = library.matmul(O, W) + b
            if l < len(layers) - 1:
                O = rectified(O)
        loss = softmax_crossentropy(O, classes)
        loss.backward()
        for pair in layers:
            for P in pair:
                P.data -= rate * P.grad
        return loss.item()

    return step


def sklearn(parameters, X, T, rate):
    from sklearn.neural_network import MLPClassifier

    if T.shape[1] == 2:
        return None  # it has one logistic output then, which is another network
    classes, every = T.argmax(axis=1), np.arange(T.shape[1])
    hidden = tuple(len(W) for W, _ in parameters[1:])
    model = MLPClassifier(
        hidden, solver="sgd", alpha=0, batch_size=len(X), learning_rate_init=rate, momentum=0, shuffle=False
    )
    model.partial_fit(X, classes, classes=every)
    for (W, b), coefficients, intercepts in zip(parameters, model.coefs_, model.intercepts_, strict=True):
        coefficients[...], intercepts[...] = W, b[0]

    def step():
        model.partial_fit(X, classes)
        return model.loss_

    return step


def gemm(parameters, X, _T, _rate, matmul=np.matmul, of_library=np.asarray):
    sizes, m, rng = [len(W) for W, _ in parameters] + [parameters[-1][0].shape[1]], len(X), np.random.default_rng(0)
    O_one = [of_library(rng.standard_normal((m, n + 1), np.float32)) for n in sizes[:-1]]
    WB = [of_library(np.concatenate(pair)) for pair in parameters]
    Z, dL_dO = ([of_library(np.empty((m, n), np.float32)) for n in ns] for ns in (sizes[1:], sizes))
    dWB = [of_library(np.empty((n_in + 1, n_out), np.float32)) for n_in, n_out in itertools.pairwise(sizes)]

    def products():
        for l in range(len(WB)):
            matmul(O_one[l], WB[l], out=Z[l])
        for l in range(len(WB) - 1, -1, -1):
            matmul(O_one[l].T, Z[l], out=dWB[l])
            if l > 0:
                matmul(Z[l], WB[l][:-1].T, out=dL_dO[l])

    return products


def torch_gemm(*arguments):
    import torch as library

    return gemm(*arguments, library.matmul, library.from_numpy)


TOOLS = {
    "GEMM": gemm,
    "torch's GEMM": torch_gemm,
    "course": course,
    "Network": plain_network,
    "open formulas": open_formulas,
    "torch": torch,
    "jax (jit)": jax,
    "autograd": autograd,
    "mygrad": mygrad,
    "sklearn": sklearn,
}
PRODUCTS = ("GEMM", "torch's GEMM")  # no steps


def task(sizes, m):
    """Weights and biases, X, (m, sizes[0]), and one-hot rows T, (m, sizes[-1]), all float32."""
    rng = np.random.default_rng(0)
    parameters = [
        (he_normal(n_in, n_out, rng).astype(np.float32), np.zeros((1, n_out), np.float32))
        for n_in, n_out in itertools.pairwise(sizes)
    ]
    X = rng.standard_normal((m, sizes[0]), np.float32)
    return parameters, X, np.eye(sizes[-1], dtype=np.float32)[rng.integers(sizes[-1], size=m)]


def check_losses(name, arguments):
    losses = {}
    for tool, make in TOOLS.items():
        step = make(*arguments, RATE) if tool not in PRODUCTS else None
        if step is not None:
            losses[tool] = [step() for _ in range(STEPS)]
    expected = np.array(losses["course"])
    for tool, found in losses.items():
        if not np.allclose(found, expected, rtol=AGREE):
            raise SystemExit(f"{name}: the losses of {tool}, {found}, are not those of the course, {expected.tolist()}")


def measure(row, seconds):
    """{tool: [lower quartile, median, upper quartile] of the seconds of a step} for one row of the table."""
    arguments = task(*ROWS[row])
    check_losses(row, arguments)
    steps = {tool: step for tool, make in TOOLS.items() if (step := make(*arguments, CRAWL)) is not None}
    repeats, times = {}, {tool: [] for tool in steps}
    for tool, step in steps.items():
        step()
        start = time.perf_counter()
        step()
        repeats[tool] = max(1, int(TURN / (time.perf_counter() - start)))
    rng, end = np.random.default_rng(0), time.perf_counter() + seconds
    while time.perf_counter() < end or len(times["GEMM"]) < 5:
        for tool in rng.permutation(list(steps)):
            step = steps[tool]
            step()  # what the tool before left in the caches is not its fault
            start = time.perf_counter()
            for _ in range(repeats[tool]):
                step()
            times[tool].append((time.perf_counter() - start) / repeats[tool])
    return {tool: statistics.quantiles(taken, n=4) for tool, taken in times.items()}


def worker(row, threads, seconds):
    if "torch" in TOOLS:
        import torch as library

        library.set_num_threads(threads)
    print(json.dumps(measure(row, seconds)))


def run(row, threads, seconds):
    """The same in a process of its own: most of these libraries count their threads when they start."""
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    environment |= dict.fromkeys(LIMITS, str(threads))
    if threads == 1:
        environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    command = [sys.executable, __file__, "--worker", row, str(threads), str(seconds)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def table(results, threads):
    """Lines of Markdown: multiples of the course's step, and the step as a multiple of GEMM."""
    others = [tool for tool in TOOLS if tool != "course"]
    lines = [f"| network, batch | course, ms | of GEMM | goal | {' | '.join(others)} |"]
    lines.append("|---" * (4 + len(others)) + "|")
    for row in ROWS:
        if (row, threads) not in results:
            continue
        found = results[row, threads]
        own = found["course"][1]
        spread = f"{1e3 * own:.3g} ({1e3 * found['course'][0]:.3g} to {1e3 * found['course'][2]:.3g})"
        goal = f"{GOALS[row]}" if threads == 2 else ""
        cells = [f"{found[tool][1] / own:.2f}" if tool in found else "" for tool in others]
        lines.append(f"| {row} | {spread} | {own / found['GEMM'][1]:.2f} | {goal} | {' | '.join(cells)} |")
    return lines


def picture(results, path):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(THREADS), figsize=(14, 5), sharey=True, layout="constrained")
    for axis, threads in zip(axes, THREADS, strict=True):
        rows = [row for row in ROWS if (row, threads) in results]
        for k, tool in enumerate(TOOLS):
            here = [i for i, row in enumerate(rows) if tool in results[row, threads]]
            low, middle, high = np.array(
                [np.array(results[rows[i], threads][tool]) / results[rows[i], threads]["course"][1] for i in here]
            ).T
            style = {"marker": "__oPsDv^<>"[k]} | (
                {"color": ("0", "0.5")[k], "markersize": 14} if tool in PRODUCTS else {}
            )
            axis.errorbar(here, middle, (middle - low, high - middle), label=tool, linestyle="none", capsize=3, **style)
        axis.set_yscale("log")
        axis.set_xticks(range(len(rows)), rows, rotation=20, ha="right")
        axis.set_title(f"{threads} thread{'s' * (threads > 1)}")
        axis.grid(axis="y", which="both", alpha=0.3)
    axes[0].set_ylabel("time of one step, course = 1")
    figure.legend(*axes[-1].get_legend_handles_labels(), loc="outside right upper")
    figure.savefig(path, dpi=120)


def main():
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
        return
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    results, lines = {}, ["# One training step in float32: the course = 1", ""]
    for threads in THREADS:
        for row in ROWS:
            results[row, threads] = run(row, threads, seconds)
            print(*table({(row, threads): results[row, threads]}, threads)[2:], flush=True)
        lines += [f"{threads} thread{'s' * (threads > 1)}; medians, in brackets the quartiles:", ""]
        lines += [*table(results, threads), ""]
    (HERE / "engine.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    picture(results, HERE / "engine.png")
    print(*lines, sep="\n")


if __name__ == "__main__":
    main()
