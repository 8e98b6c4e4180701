"""Every mistake, made as a learner makes it, is named; so is every two at a time; and those that look alike are told apart.

`learners_answers.MADE` holds learners' code, written without the definitions' own formulas. For pairs those are used.
"""

import itertools

import numpy as np
import pytest
from learner import NoStore, answer, checked, written
from learners_answers import MADE, loop

from course_lib.exercises import exercise
from course_lib.exercises.content.G_and_activation import F_OF
from course_lib.exercises.engine.check import verdict
from course_lib.exercises.engine.compare import Answer, Raised, same
from course_lib.exercises.engine.diagnose import Evidence
from course_lib.exercises.engine.exercise import definitions
from course_lib.exercises.engine.mistakes import bare


def test_a_mistake_that_a_learner_makes_is_named():
    missed = []
    for name, made in MADE.items():
        for ids, body in ((set(ids.split()), body) for ids, bodies in made.items() for body in bodies):
            result = checked(name, body)
            if set(result.mistakes) != ids or result.status != ("error" if ids == {"raises"} else "wrong"):
                missed.append((name, body, ids, result))
    assert missed == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (name, key)
        for name, each in definitions().items()
        for key in ("sign", "factor_two", "factor_two:half", "transposed")
        if key in each.wrong and each.form == "array"
    ],
)
def test_a_right_answer_with_a_last_step_too_many_is_named(name, key):
    definition = definitions()[name]
    last = {"sign": "-R", "factor_two": "2 * R", "factor_two:half": "R / 2", "transposed": "R.T"}[key]
    call = f"def {name}({definition.arguments}):\n    R = right({definition.arguments})\n    return {last}"
    right = answer(definition.solution)
    assert checked(name, call, right=right).mistakes == (bare(key),)


# What makes another mistake invisible, or leaves it no place: the two together are the first alone, number for number.
NO_PLACE = {
    # an element-wise product has no order that shows, and no weights to turn; a result without a product has neither
    "scalar_rule": "order batch_not_summed untransposed_weights",
    # all products of pairs, or a diagonal of them: no product is made wrongly, and no blocks are counted
    "batch_not_summed": "order scalar_rule wrong_axis column_bias flat_bias untransposed_weights batch_averaged",
    "wrong_axis": "order scalar_rule column_bias flat_bias diagonal_missing batch_not_averaged batch_not_summed",
    # what is missing has no sign, no factor and no shape
    "bias_missing": "column_bias sign flat_bias order wrong_axis batch_averaged batch_not_summed",
    "regularizer_missing": "factor_two lambda_missing lambda_squared regularizer_averaged sign",
    "lambda_squared": "lambda_missing",
    "regularizer_on_data": "lambda_missing",
    # one row has no column to stand in, and one that is flat cannot be turned
    "flat_bias": "column_bias transposed",
    "diagonal_missing": "transposed",
    # one sample has no mean, and nothing to add up; one layer has no order, and no layer before it
    "first_sample_only": "batch_averaged batch_not_summed",
    "last_layer_only": "activation_not_undone batch_averaged derivative_at_output layers_reversed wrong_layer_weights",
    # G that is not carried, or not multiplied with the derivative, shows nothing of how that would have been done
    "stale_gradient": "activation_not_undone order untransposed_weights wrong_layer_weights",
    "activation_not_undone": "activation_not_derivative derivative_at_output matrix_product_for_elementwise",
    "activation_not_derivative": "activation_not_undone derivative_at_output matrix_product_for_elementwise sign",
    "derivative_at_output": "activation_not_undone",
    "softmax_jacobian_missing": "activation_not_undone softmax_over_batch slope_twice",
    "slope_twice": "activation_not_undone",
    # with the factors in the wrong order W has another place; where n_out is 1, b is a row and a column
    "order": "untransposed_weights column_bias",
    # two ways to divide leave one: by n_out and by m is by m n_out
    "averaged_over_entries": "batch_not_averaged wrong_axis batch_averaged",
}
# Nothing is left of two mistakes that undo one another.
UNDONE = {frozenset({"batch_not_averaged", "batch_averaged"})}


def hidden(pair, found):
    """True if the name that was found for a pair is one of the ties above."""
    if not found:
        return frozenset(pair) in UNDONE
    left = [each for each in pair if each not in found]
    return all(any(each in NO_PLACE.get(shown, "").split() for shown in {*found, *pair}) for each in left)


@pytest.mark.parametrize("name", list(definitions()))
def test_every_mistake_is_named_alone_and_with_every_other_one(name):
    definition = definitions()[name]
    cases = definition.cases(0)
    right = tuple(definition.value(case) for case in cases)
    values = {}  # of the formulas, computed once for all answers
    for count, many in ((1, definition.wrong), (2, itertools.combinations(definition.wrong, 2))):
        for keys in [(each,) for each in many] if count == 1 else many:
            ids = {bare(key) for key in keys}
            if len(ids) < count:
                continue  # two forms of one mistake
            answers = tuple(Answer(definition.value(case, keys)) for case in cases)
            found = Evidence(definition, cases, right, answers, values)
            status, named, message, _ = verdict(found)
            named = {bare(key) for key in named}
            assert named == ids or (count == 2 and hidden(ids, named)), (keys, named)
            assert status == ("wrong" if named else "correct")
            assert "{" not in message, (keys, message)


def test_two_mistakes_that_are_found_in_a_pair_are_both_told():
    result = checked("grad_W", "G.T @ O / len(O)")
    assert result.mistakes == ("transposed", "batch_averaged")
    assert "Two things at once: rows and columns are exchanged" in result.message
    assert "you averaged over the batch (divided by m = 7)" in result.message


@pytest.mark.parametrize("name", list(definitions()))
def test_no_two_mistakes_of_an_exercise_are_one_and_the_same(name):
    """Two keys of different ids differ in a case at least: else one name would be given for the other."""
    definition = definitions()[name]
    cases = definition.cases(0)
    values = {key: [definition.value(case, (key,)) for case in cases] for key in definition.wrong}
    for one, other in itertools.combinations(definition.wrong, 2):
        alike = all(
            isinstance(a, Raised) and isinstance(b, Raised)
            if isinstance(a, Raised) or isinstance(b, Raised)
            else same(a, b)
            for a, b in zip(values[one], values[other], strict=True)
        )
        assert not alike, (one, other)


# Mistakes that give the same numbers for some sizes, or for some functions, are told apart by the others.
@pytest.mark.parametrize(
    ("name", "body", "ids"),
    [
        ("grad_W", "G.T @ O", ("transposed",)),  # where n_in is n_out the shapes are those of the next
        ("grad_W", "G @ O.T", ("order",)),
        ("grad_W", "O @ G", ("scalar_rule",)),
        ("grad_O", "G @ W", ("untransposed_weights",)),
        ("grad_O", "W.T @ G", ("order",)),
        ("grad_O", "G * W", ("scalar_rule",)),
        ("mse_gradient", "(O - T) / len(O) / len(O)", ("batch_averaged",)),  # with n_out = m that of the next
        ("mse_gradient", "(O - T) / O.size", ("averaged_over_entries",)),  # with n_out = 1 it is right
        ("mse_gradient", "(O - T) / O.shape[1]", ("wrong_axis",)),  # with m = n_out it is right
        (
            "mse_gradient",
            "(O - T) / 2",
            ("factor_two", "batch_not_averaged"),
        ),  # with m = 2 it is right, with m = 1 half
        ("grad_b", "G.mean(axis=0, keepdims=True)", ("batch_averaged",)),
        ("grad_b", "G.sum(axis=0, keepdims=True) / G.size", ("averaged_over_entries",)),
        ("grad_b", "G", ("batch_not_summed",)),  # with m = 1 it is right
        ("grad_b", "G[:1]", ("first_sample_only",)),
        ("grad_W", "O.T @ G / G.shape[1]", ()),  # with n_out = m it is the mean over the batch
        ("he_std", "2 / np.sqrt(n_in)", ("factor_two",)),
        ("he_std", "2 / n_in", ("std_is_variance",)),  # with n_in = 2 it is right
        ("relu_prime", "    O = np.maximum(Z, 0)\n    return np.where(O > 0, 1.0, 0.0)", ()),
        ("sigmoid_prime", "Z * (1 - Z)", ("derivative_at_output",)),
        ("undo_activation", "G * f_prime(np.tanh(Z))", ("derivative_at_output",)),
        ("undo_activation", "G * (1 - np.tanh(Z) ** 2)", ()),  # right for tanh, and for no other
        ("undo_activation", "G * f_prime(np.maximum(Z, 0))", ()),
        ("key_idea", "np.tensordot(dz_dY, dY_dX, dz_dY.ndim)", ()),
    ],
)
def test_what_looks_alike_on_some_shapes_is_told_apart(name, body, ids):
    assert checked(name, body).mistakes == ids


def test_the_derivative_of_relu_at_its_output_is_right():
    assert checked("relu_prime", "    O = np.maximum(Z, 0)\n    return (O > 0) * 1.0").status == "correct"
    assert checked("undo_activation", "G * (1 - np.tanh(Z) ** 2)").status == "wrong"


@pytest.mark.parametrize("name", ["undo_activation", "backward"])
def test_f_and_f_prime_at_the_output_are_recognised_where_the_learner_has_f(name):
    """A notebook has the activation's f beside its f_prime; here it is looked up."""
    for wrong, mistakes in (
        ("F_OF[f_prime](Z)", "activation_not_derivative"),
        ("f_prime(F_OF[f_prime](Z))", "derivative_at_output"),
    ):
        body = f"G * {wrong}" if name == "undo_activation" else loop(("f_prime(Z)", wrong))
        assert checked(name, body, F_OF=F_OF).mistakes == (mistakes,)


def test_the_kink_of_relu_is_free_and_nothing_else_is():
    assert all(checked("relu_prime", f"(Z > 0) + {at_zero} * (Z == 0)").status == "correct" for at_zero in (0, 0.5, 1))
    assert checked("relu_prime", "(Z > 0) + 2.0 * (Z == 0)").status == "wrong"
    assert checked("relu_prime", "(Z > 0) + 0.5 * (Z < 0)").status == "wrong"


def test_the_message_speaks_of_the_numbers_and_names_a_place():
    result = checked("grad_W", "O.T @ G / len(O)")
    assert result.message.startswith(
        "Your result is exactly 1/7 of the gradient, and m is 7: you averaged over the batch. Look at row S13, notebook 05"
    )
    result = checked("grad_O", "G @ W")
    assert "Your code raises ValueError in the line `return G @ W` in 12 of 15 cases" in result.message
    assert "first for m = 7, n_in = 5, n_out = 3: matmul" in result.message
    result = checked("mse_gradient", "(O - T) / 7")
    assert (
        "Right for the sizes of the notebook, m = 7, n_out = 3, and wrong for others, such as m = 11" in result.message
    )


def test_the_case_that_is_spoken_of_is_handed_out_for_the_views():
    ex = exercise("grad_W", NoStore())
    assert ex.case == {}
    ex.check(answer(written("grad_W", "G.T @ O")))
    assert {name: value.shape for name, value in ex.case.items()} == {"O": (7, 5), "G": (7, 3)}
    ex.case["O"][:] = 0
    assert np.abs(ex.case["O"]).min() > 0
    ex.check(answer(written("grad_W", "O.T @ G")))
    assert ex.case == {}
