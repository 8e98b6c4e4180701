"""Claims of the prose that no cell prints: each is computed here, with the numbers of the sentence itself."""

import re
from statistics import median

import numpy as np
import pytest
from test_notebooks import NAMES, START, code_cells, markdown, read

from course_lib import ProductExplorer
from course_lib.activations import relu, tanh
from course_lib.dense import dZ_dW, grad_b, grad_O, grad_W
from course_lib.depth.theory import mean_field
from course_lib.exercises.engine.course import found
from course_lib.exercises.engine.definition import Definition
from course_lib.exercises.engine.sandbox import TIME_LIMIT
from course_lib.initializers import he_normal
from course_lib.jacobian import numeric_jacobian
from course_lib.losses import softmax_cross_entropy
from course_lib.network import Network
from course_lib.practice.data import digits
from course_lib.practice.gradcheck import check_gradients
from course_lib.practice.training import fit
from course_lib.views.gradient_flow.run import critical_scale

WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "eight": 8, "fifteen": 15}


def numbers(name, sentence):
    """The numbers, or words for them, of the one sentence of a notebook that fits, in which N stands for each of them."""
    number = rf"((?i:{'|'.join(WORDS)})\\b|\\d[\\d.,\\\\ ]*)"
    pattern = re.sub(r"\bN\b", number, re.escape(sentence).replace(r"\ ", r"\s+"))
    (match,) = re.finditer(pattern, "\n".join(markdown(read(name))))
    return [WORDS.get(each.lower()) or float(re.sub(r"[,\\ ]|\.$", "", each)) for each in match.groups()]


rng = np.random.default_rng(0)


def test_00_how_an_exercise_is_run_when_it_is_stopped_and_how_many_questions_a_notebook_asks():
    (some,) = numbers(START, "run on some N cases")
    assert median(len(definition.cases(0)) for definition in found(Definition).values()) == some
    assert numbers(START, "stopped after N seconds") == [TIME_LIMIT]
    few, many = numbers(START, "From 01 on, N to N questions a notebook")
    cells = {name: code_cells(read(name)) for name in NAMES if name != START}
    counts = {name: sum("prediction(" in cell.source for cell in cells[name]) for name in cells}
    assert [name for name, count in counts.items() if not few <= count <= many] == []


def test_the_products_that_can_be_formed_are_as_many_as_the_answers_say():
    said = ("03_forward_batch", "makes N products to try", "N: $O W$"), (7, 5), (5, 3)
    more = ("05_grad_W", "makes N products. How many", "N can be formed with 7, 5 and 3"), (5, 7), (7, 3)
    for (name, written, formed), left, right in (said, more):
        variants = ProductExplorer(np.ones(left), np.ones(right)).variants
        assert numbers(name, written) == [len(variants)], name
        assert numbers(name, formed) == [sum(variant["product"] is not None for variant in variants)], name


def test_of_the_square_products_all_can_be_formed_and_one_is_right():
    assert "In a square case every one fits" in "\n".join(markdown(read("05_grad_W")))
    O, G = rng.integers(-4, 5, (2, 3, 3)).astype(float)
    products = [P @ Q for A, B in ((O, G), (G, O)) for P in (A, A.T) for Q in (B, B.T)]
    assert numbers("05_grad_W", "There are N products: two orders") == [len(products)]
    assert sum(np.array_equal(product, grad_W(O, G)) for product in products) == 1


def test_05_another_unit_moves_the_non_zeros_of_a_weight_and_keeps_their_numbers():
    assert "moves them and keeps the numbers" in "\n".join(markdown(read("05_grad_W")))
    tensor = dZ_dW(rng.random((7, 5)), 3)
    assert all(np.array_equal(tensor[:, k, 3, k], tensor[:, 0, 3, 0]) for k in range(3))
    assert not tensor[:, 0, 3, 1].any()


def test_05_how_many_entries_and_structural_non_zeros_the_case_in_letters_has():
    sizes = numbers("05_grad_W", "It has $N \\cdot N \\cdot N \\cdot N = N$ entries")
    in_all, m, weights = numbers("05_grad_W", "structural non-zeros: N, and $m = N$ for each of the N weights")
    m_, units, inputs, units_, entries = map(int, sizes)
    tensor = dZ_dW(np.ones((m_, inputs)), units)
    assert tensor.shape == (m_, units, inputs, units_) and tensor.size == entries
    assert (np.count_nonzero(tensor), m_, inputs * units) == (in_all, m, weights)
    O = np.ones((m_, inputs))
    O[0, 1] = 0
    assert np.argwhere((dZ_dW(O, units) == 0) & (tensor != 0))[:, 2:].tolist() == [[1, 0], [1, 1]]  # W_21 and W_22


def test_06_a_scaled_bias_has_the_gradient_s_transposed_G():
    assert numbers("06_grad_b", "$\\nabla_b L = s^T G$, $(N, n_{out}) = (N, m)") == [1, 1]
    O, W, b, s, G = (rng.standard_normal(shape) for shape in ((7, 5), (5, 3), (1, 3), (7, 1), (7, 3)))
    assert np.allclose(numeric_jacobian(lambda b: (G * (O @ W + s * b)).sum(), b), s.T @ G)


def test_06_slip_E5_at_its_word():
    a, b, c, d = numbers("06_grad_b", "$G$ has the rows $(N, N)$ and $(N, -N)$")
    G = np.array([[a, b], [c, -d]])
    assert numbers("06_grad_b", "$\\nabla_b L = (N, -N)$") == [grad_b(G)[0, 0], -grad_b(G)[0, 1]]
    *squares, total = numbers("06_grad_b", "E5 gives $N + N + N + N = N$")
    assert squares == [*np.square(G).ravel()] and total == sum(squares)


def test_07_slip_E6_in_numbers():
    terms = numbers("07_grad_O", "$Z_{11} = N \\cdot N + N \\cdot N + N = N$")
    n_out, stopped, zero = numbers("07_grad_O", "to $n_{out} = N$ it would be N, with a zero for the bias N.")
    *_, bias, Z = terms
    O, W = np.array([terms[0:4:2]]), np.array([terms[1:4:2]]).T
    assert (O @ W).item() + bias == Z and (O @ W).item() == zero
    assert (O[:, : int(n_out)] @ W[: int(n_out)]).item() + bias == stopped


def passes(network, X, target, *, G=lambda dO, slope: dO * slope, db=lambda G: G.sum(axis=0, keepdims=True)):
    """The loop of notebook 08, with its own line for G or for (B) in place of the right one."""
    trace = network.forward(X)
    dO, gradients = network.loss.gradient(trace.O[-1], target), []
    for (W, _), O, Z, f in reversed([*zip(network.parameters, trace.O, trace.Z, network.activations)]):
        here = G(dO, f.derivative(Z))
        gradients.insert(0, (grad_W(O, here), db(here)))
        dO = grad_O(here, W)
    return gradients


def test_08_a_mean_in_B_still_learns_the_digits():
    (percent,) = numbers("08_the_loop", "the network of section 3 still reads N% of the images")
    X, T, X_test, T_test = digits()
    network = Network([64, 32, 10], relu, loss=softmax_cross_entropy, initializer=he_normal, seed=0)
    order = np.random.default_rng(0)
    for _ in range(30):
        for rows in np.array_split(order.permutation(len(X)), 55):
            gradients = passes(network, X[rows], T[rows], db=lambda G: G.mean(axis=0, keepdims=True))
            for pair, steps in zip(network.parameters, gradients, strict=True):
                for P, dP in zip(pair, steps, strict=True):
                    P -= 0.3 * dP
    right = (network.predict(X_test).argmax(axis=1) == T_test.argmax(axis=1)).mean()
    assert 100 * right == pytest.approx(percent, abs=0.5)


def test_08_without_undoing_the_activation_only_the_last_layer_is_right():
    assert "Below it, every $W$ and every $b$ is wrong" in "\n".join(markdown(read("08_the_loop")))
    network, X, T = Network([3, 3, 3, 3], tanh, seed=0), rng.standard_normal((7, 3)), rng.standard_normal((7, 3))
    network.parameters = [(W, rng.standard_normal(b.shape)) for W, b in network.parameters]
    check = check_gradients(network, X, T, passes(network, X, T, G=lambda dO, slope: dO))
    assert [row.name for row in check if row.relative_error < 1e-6] == ["W2", "b2"]


def test_08_the_last_G_shrinks_while_the_digits_are_learnt_and_half_of_it_is_that_of_images_misread_or_not_sure():
    text = "\n".join(markdown(read("08_the_loop")))
    assert "Most shrink: the last $G$ is" in text and "misread with certainty stay near 1/m" in text
    assert "those that the network gets wrong, or is not sure of" in text
    X, T, *_ = digits()
    network, sizes = Network([64, 32, 10], relu, loss=softmax_cross_entropy, initializer=he_normal, seed=0), []
    for epochs in (0, 2, 2, 2, 24):
        fit(network, X, T, epochs=epochs, learning_rate=0.3, batch_size=28)
        G = softmax_cross_entropy.gradient(network.forward(X).O[-1], T)
        sizes.append(np.linalg.norm(G))
    assert sizes == sorted(sizes, reverse=True) and sizes[3] < sizes[0] / 4
    misread = softmax_cross_entropy.gradient(np.array([[0, 20.0], [0, 20.0]]), np.array([[0, 1.0], [1.0, 0]]))
    assert np.allclose(misread, [[0, 0], [-1 / 2, 1 / 2]])
    squares = np.square(G).sum(axis=1)
    order = np.argsort(-squares)
    handful = order[: np.searchsorted(squares[order].cumsum(), squares.sum() / 2) + 1]
    sure = 1 + len(X) * G[T == 1]  # the probability of the right class
    assert len(handful) < 15 and sure[handful].max() < 0.75 and np.median(sure) > 0.99


def test_09_doubling_the_scale_of_tanh_makes_the_lowest_G_as_much_larger_as_its_answer_says():
    (times,) = numbers("09_gradient_flow", "About N times larger")
    at_one, at_two = (mean_field(tanh, gain).flow(20, 1.0, 128).G[0] for gain in (1.0, 4.0))
    assert at_two / at_one == pytest.approx(times, rel=0.1)


def test_09_at_the_critical_scale_relu_is_flat_and_of_tanh_only_the_ends_of_G_agree():
    settings = {"depth": 20, "residual": False, "initializer": "normal"}
    relus, tanhs = (
        mean_field(f, critical_scale(settings | {"activation": f.name}) ** 2).flow(20, 1.0, 128) for f in (relu, tanh)
    )
    assert all(np.allclose(line, line[0], rtol=1e-3) for line in relus[:3])
    assert tanhs.G[0] == pytest.approx(tanhs.G[-1]) and tanhs.G.max() > 1.3 * tanhs.G[0]
    assert (np.diff(tanhs.Z) < 0).all() and tanhs.Z[-1] < 0.6 * tanhs.Z[0]


def test_14_how_many_products_are_saved_by_not_multiplying_with_zeros():
    m, n_in, n_out, products = numbers("14_speed", "(A) has $N \\cdot N \\cdot N = N$.")
    assert m * n_in * n_out == products
    zeros, of, again = numbers("14_speed", "N of every N are zeros, so $N \\cdot")
    assert (again, of) == (zeros, n_out)
    assert numbers("14_speed", "= N$ multiplications with a zero") == [zeros * products]
    tensor = dZ_dW(np.ones((2, 3)), 5)
    assert np.count_nonzero(tensor == 0) == (5 - 1) * 2 * 3 * 5


def test_15_a_task_that_loses_its_worker_for_the_fourth_time_is_given_up():
    dask = pytest.importorskip("dask")
    pytest.importorskip("distributed")
    assert "loses its worker for the fourth time" in "\n".join(markdown(read("15_scale")))
    assert dask.config.get("distributed.scheduler.allowed-failures") == 3
