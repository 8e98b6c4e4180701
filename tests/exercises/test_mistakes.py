"""Every mistake, made as a learner makes it, is named; so are two at a time; and those that look alike are told apart.

`learners_answers.MADE` holds learners' code; the variants are those that are derived from the solutions.
"""

import re

import numpy as np
import pytest
from learner import NoStore, answer, checked, variants_of, written
from learners_answers import MADE
from public_mistakes import backward

from course_lib.exercises import exercise
from course_lib.exercises.content.G_and_activation import F_OF
from course_lib.exercises.engine.check import verdict
from course_lib.exercises.engine.compare import Answer, Raised, same
from course_lib.exercises.engine.diagnose import Evidence
from course_lib.exercises.engine.exercise import definitions
from course_lib.exercises.engine.mistakes import MISTAKES, bare


def test_a_mistake_that_a_learner_makes_is_named():
    results = [(name, ids, body, checked(name, body)) for name, ids, body in MADE]
    assert [(*made, result) for *made, result in results if {*result.mistakes} != {*made[1].split()}] == []
    assert {result.status for *_, result in results} == {"wrong"}
    elsewhere = {"raises", "too_slow", "other_each_time"}  # in test_learners_code.py
    assert {bare(key) for key in MISTAKES} - {id for _, ids, _ in MADE for id in ids.split()} == elsewhere


def told(variants, variant):
    """The status, the ids and the message for an answer that is exactly this variant."""
    answers = tuple(Answer(variant.value(i)) for i in range(len(variants.cases)))
    status, keys, message, _ = verdict(Evidence(variants, answers))
    return status, tuple(map(bare, keys)), message


def alike(variants, variant):
    """The ids of all wrong answers that give what this one gives, in every case: each of these names is right."""

    def is_alike(other):
        pairs = [(other.value(i), variant.value(i)) for i in range(len(variants.cases))]
        return all(type(a) is type(b) if Raised in (type(a), type(b)) else same(a, b) for a, b in pairs)

    return [other.ids for other in variants.alone if is_alike(other)]


@pytest.mark.parametrize("name", definitions())
def test_every_variant_of_a_solution_is_named_and_said_in_whole_sentences(name):
    variants, named = variants_of(name), 0
    for each in variants.alone:
        status, ids, message = told(variants, each)
        shown = status == "wrong" and "Look at" in message and not re.search(r"[{}]|\bNone\b", message)
        right = status == "correct" and each.source != variants.definition.solution
        nowhere = ids == ("raises",) and all(isinstance(each.value(i), Raised) for i in range(len(variants.cases)))
        assert right or nowhere or shown and ids in alike(variants, each), (each.source, ids, message)
        named += shown
    assert named >= 3


@pytest.mark.parametrize("count", [5, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", definitions())
def test_two_mistakes_at_once_are_named_or_a_single_one_that_they_amount_to(name, count):
    variants = variants_of(name)
    pairs = list(variants.pairs)
    for each in [pairs[k] for k in np.random.default_rng(0).integers(len(pairs), size=count)]:
        if any(not isinstance(each.value(i), Raised) for i in range(len(variants.cases))):
            status, ids, message = told(variants, each)
            assert status == "correct" or (ids and len(ids) <= 2), (each.source, each.ids, message)


def test_what_looks_like_a_known_mistake_or_is_right_on_some_shapes_is_told_apart():
    told = {
        ("mse_gradient", "(O - T) / 2"): ("factor_two", "batch_not_averaged"),  # right with m = 2, half with m = 1
        ("grad_W", "O.T @ G / G.shape[1]"): (),  # with n_out = m it is the mean over the batch
        ("relu_prime", "    O = np.maximum(Z, 0)\n    return np.where(O > 0, 1.0, 0.0)"): (),
        ("undo_activation", "G * (1 - np.tanh(Z) ** 2)"): (),  # right for tanh, and for no other
        ("undo_activation", "G * f_prime(np.maximum(Z, 0))"): (),
        ("key_idea", "np.tensordot(dz_dY, dY_dX, dz_dY.ndim)"): (),
    }
    assert {answer: checked(*answer).mistakes for answer in told} == told
    assert checked("relu_prime", "(np.maximum(Z, 0) > 0) * 1.0").status == "correct"
    assert checked("undo_activation", "G * (1 - np.tanh(Z) ** 2)").status == "wrong"


@pytest.mark.parametrize("name", ["undo_activation", "backward"])
def test_f_and_f_prime_at_the_output_are_recognised_where_the_learner_has_f(name):
    """A notebook has the activation's f beside its f_prime; here it is looked up."""
    for wrong, mistakes in (
        ("F_OF[f_prime](Z)", "activation_not_derivative"),
        ("f_prime(F_OF[f_prime](Z))", "derivative_at_output"),
    ):
        body = f"G * {wrong}" if name == "undo_activation" else backward(undo=f"G = G * {wrong.replace('Z', 'Zs[l]')}")
        assert checked(name, body, F_OF=F_OF).mistakes == (mistakes,)


def test_the_kink_of_relu_is_free_and_nothing_else_is():
    assert all(checked("relu_prime", f"(Z > 0) + {at_zero} * (Z == 0)").status == "correct" for at_zero in (0, 0.5, 1))
    assert checked("relu_prime", "(Z > 0) + 2.0 * (Z == 0)").status == "wrong"
    assert checked("relu_prime", "(Z > 0) + 0.5 * (Z < 0)").status == "wrong"


def test_the_message_speaks_of_the_numbers_and_names_a_place():
    for name, body, said in (
        ("grad_W", "O.T @ G / len(O)", "Your result is exactly 1/7 of the gradient, and m is 7: you averaged over the"),
        ("grad_W", "O.T @ G / len(O)", "batch. Look at row S13, notebook 05"),
        ("grad_W", "G.T @ O / len(O)", "Two things at once: rows and columns are exchanged"),
        ("grad_W", "G.T @ O / len(O)", "you averaged over the batch (divided by m = 7)"),
        (
            "grad_O",
            "G @ W",
            "Your code raises ValueError in the line `return G @ W` in 12 of 15 cases, first for m = 7,",
        ),
        ("mse_gradient", "(O - T) / 7", "Right for the sizes of the notebook, m = 7, n_out = 3, and wrong for others,"),
        ("he_std", "-np.sqrt(2 / n_in)", "exactly minus the standard deviation"),
    ):
        assert said in checked(name, body).message


def test_the_case_that_is_spoken_of_is_handed_out_for_the_views():
    ex = exercise("grad_W", NoStore())
    assert ex.case == {}
    ex.check(answer(written("grad_W", "G.T @ O")))
    assert {name: value.shape for name, value in ex.case.items()} == {"O": (7, 5), "G": (7, 3)}
    ex.case["O"][:] = 0
    assert np.abs(ex.case["O"]).min() > 0
    ex.check(answer(written("grad_W", "(O.T @ G).tolist() if len(O) == 2 else 0.37 * (O.T @ G)")))
    assert len(ex.case["O"]) == 2  # the first that is no array
    ex.check(answer(written("grad_W", "O.T @ G")))
    assert ex.case == {}
