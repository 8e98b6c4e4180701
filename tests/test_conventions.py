"""Every order of the letters gives formulas that hold; the code that is shown is the code that gives the value."""

import itertools

import numpy as np
import pytest

from course_lib import as_fractions, conventions
from course_lib.conventions import Convention, table

m, n_in, n_out = 7, 5, 3
rng = np.random.default_rng(13)
O, W, b, G = (
    as_fractions(rng.integers(-4, 5, shape).astype(float)) / 7
    for shape in [(m, n_in), (n_in, n_out), (1, n_out), (m, n_out)]
)
ALL = [Convention(*letters) for letters in itertools.product(*conventions._ORDERS.values())]


def test_all_24_conventions_hold_in_exact_fractions():
    assert len(ALL) == 24
    assert [each for each in ALL if not all(each.holds(O, W, b, G).values())] == []


@pytest.mark.parametrize("convention", ALL, ids=str)
def test_the_code_that_is_shown_gives_the_value_from_arrays_of_that_convention(convention):
    arrays = {name: convention.stored(name, A) for name, A in {"O": O, "W": W, "b": b}.items()}
    arrays |= {"G": convention.stored("Z", G), "ones": np.ones(m if convention.b == "o" else (m, 1), int)}
    for code, value in convention.formulas(O, W, b, G).values():
        assert np.array_equal(eval(code, arrays.copy()), value), code


@pytest.mark.parametrize(
    ("convention", "codes"),
    [
        (Convention(), ["O @ W + b", "O.T @ G", "ones.T @ G", "G @ W.T"]),
        (Convention(W="oi", b="o"), ["O @ W.T + b", "G.T @ O", "G.T @ ones", "G @ W"]),
        (Convention("is", "oi", "o1", "os"), ["W @ O + b", "G @ O.T", "G @ ones", "W.T @ G"]),
        (Convention("is", "io", "1o", "os"), ["W.T @ O + b.T", "O @ G.T", "ones.T @ G.T", "W @ G"]),
    ],
    ids=["the notes", "PyTorch", "columns", "columns, the notes' W"],
)
def test_known_conventions_have_their_known_formulas(convention, codes):
    assert [code for code, _ in convention.formulas(O, W, b, G).values()] == codes


def test_the_table_says_shapes_and_code_and_what_does_not_hold(monkeypatch):
    both = {"the notes": Convention(), "PyTorch": Convention(W="oi", b="o")}
    shown = table(both, O, W, b, G).data
    assert "| **W** | (n_in, n_out) | (n_out, n_in) |" in shown and "| **b** | (1, n_out) | (n_out,) |" in shown
    assert "| **(A)** | `O.T @ G`<br>holds | `G.T @ O`<br>holds |" in shown and "WRONG" not in shown
    monkeypatch.setattr(conventions.dense, "grad_b", lambda G: G.sum(axis=0, keepdims=True) / len(G))
    assert table(both, O, W, b, G).data.count("WRONG") == 2


@pytest.mark.parametrize("name", ["O", "W", "b", "Z"])
def test_other_letters_are_refused_by_name(name):
    with pytest.raises(ValueError, match=rf"Convention\(\.\.\.\): {name} is 'xy', expected '\w\w' or "):
        Convention(**{name: "xy"})
