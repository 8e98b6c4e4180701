"""What a training step of the digits costs by the graph of course_lib/autodiff.py, in steps of `Network`; from the root:

    .venv/bin/python benchmarks/autodiff.py [turns, 200 unless told]

Both compute in float64, from the same weights, on the same batches; their losses have to agree. They take turns of a few
steps each; printed is the median over the turns of the ratio, with its quartiles. The goal is at most 6.
"""

import os
import statistics
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from course_lib import Network, autodiff, digits, relu, softmax_cross_entropy
from course_lib.autodiff import Node, backward

GOAL, STEPS, RATE = 6, 10, 0.1


def by_graph(parameters):
    values = [P.copy() for layer in parameters for P in layer]

    def step(X, T):
        W1, b1, W2, b2 = nodes = [Node(P) for P in values]
        L = autodiff.softmax_cross_entropy(autodiff.relu(X @ W1 + b1) @ W2 + b2, T)
        backward(L)
        values[:] = [node.value - RATE * node.grad for node in nodes]
        return float(L.value)

    return step


def seconds(step, batches):
    begin = time.perf_counter()
    losses = [step(*batch) for batch in batches]
    return (time.perf_counter() - begin) / len(batches), losses


def main(turns=200):
    data = digits()
    for m in (28, 110, 1540):
        network = Network([64, 32, 10], relu, softmax_cross_entropy, seed=1)
        graph, ratios = by_graph(network.parameters), []
        for turn in range(turns if m < 1000 else turns // 10):
            starts = [(turn * STEPS + k) * m % (1541 - m) for k in range(STEPS)]
            batches = [(data.X_train[s : s + m], data.target_train[s : s + m]) for s in starts]
            plain, expected = seconds(lambda X, T, network=network: network.sgd_step(X, T, RATE), batches)
            ours, losses = seconds(graph, batches)
            assert all(abs(a - b) < 1e-9 for a, b in zip(losses, expected, strict=True))
            ratios.append(ours / plain)
        low, middle, high = statistics.quantiles(ratios, n=4)
        print(f"batch {m:>4}: {middle:.2f} steps of Network ({low:.2f} to {high:.2f}), goal {GOAL}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
