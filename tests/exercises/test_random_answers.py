"""Answers that are wrong in ways that nobody listed: never called right, and never given the name of a mistake."""

import dataclasses
import re

import numpy as np
import pytest
from learner import checked, variants_of

from course_lib.exercises.engine.check import check, verdict
from course_lib.exercises.engine.compare import Answer, Raised, same
from course_lib.exercises.engine.diagnose import Evidence
from course_lib.exercises.engine.exercise import definitions
from course_lib.exercises.engine.mistakes import Mistake
from course_lib.exercises.engine.say import compare

CERTAIN = {"wrong_shape", "not_finite", "raises"}  # what is seen without knowing the reason


def changed(value, change):
    """The value with each of its arrays changed."""
    return tuple(changed(part, change) for part in value) if isinstance(value, tuple) else change(value)


def ways(rng):
    """What may be done to each array of a right value, with other numbers each time; None: the code fails."""
    factor = rng.choice([-1, 1]) * rng.choice([0.37, 0.71, 1.3, 3.0, 1.01, 2.7, rng.uniform(0.6, 0.9)])
    share, size, axis, by = rng.uniform(0.05, 1), 10 ** rng.uniform(-2, 0), rng.integers(3), rng.integers(1, 3)
    bend = rng.choice([np.abs, np.sin, np.cbrt, np.tanh, lambda R: R + 0.3, lambda R: R**3, np.zeros_like])

    def noise(R):
        return size * (np.abs(R).max(initial=0) or 1) * (rng.random(R.shape) < share) * rng.standard_normal(R.shape)

    return (
        lambda R: factor * R,
        lambda R: rng.permutation(R.ravel()).reshape(R.shape),
        lambda R: R + noise(R),
        lambda R: np.roll(R, by, axis % R.ndim) if R.ndim else R + 0.1,
        lambda R: R[rng.integers(len(R), size=len(R))] if R.ndim and len(R) else R,
        lambda R: R[..., 1:] if R.ndim else R + 1.3,
        lambda R: rng.standard_normal(R.shape),
        bend,
        None,
    )


@pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", list(definitions()))
def test_a_random_wrong_answer_is_neither_right_nor_given_a_name(name, rounds):
    variants = variants_of(name)
    definition, cases, right = variants.definition, variants.cases, variants.right
    rng = np.random.default_rng(2)
    for number, way in ((number, way) for number in range(rounds) for way in range(9)):
        hit = rng.random(len(cases)) < (rng.uniform(0.1, 0.9) if number % 2 or way == 8 else 1)
        change = ways(rng)[way] or (lambda R: R)
        values = [changed(value, change) if here else value for value, here in zip(right, hit, strict=True)]
        if way == 8:
            values = [Raised("ValueError", "no", "") if here else value for value, here in zip(right, hit, strict=True)]
        if all(agree(*pair, definition) for pair in zip(values, right, strict=True)):
            continue  # numbers that the change leaves as they are
        settled = [v if isinstance(v, Raised) else definition.settled(v, c) for v, c in zip(values, cases, strict=True)]
        status, keys, message, _ = verdict(Evidence(variants, tuple(map(Answer, settled))))
        assert status != "correct", way
        assert set(keys) <= CERTAIN or truly(variants, keys, values), (way, keys, message)


def truly(variants, keys, values):
    """True if the random change happens to be exactly the mistake that was named, in every case.

    For hard_coded_sizes, that is: right for the notebook's sizes, and wrong wherever no size is the notebook's.
    """
    keys = [key for key in keys if key not in CERTAIN]
    alike = [each for each in (*variants.alone, *variants.pairs) if [m.key for m in each.mistakes] == keys]
    alike += [variants.base] * (keys == ["hard_coded_sizes"])
    agreeing = [[agree(each.value(i), value, variants.definition) for i, value in enumerate(values)] for each in alike]
    if keys != ["hard_coded_sizes"]:
        return any(map(all, agreeing))
    cases = variants.cases
    sizes = cases[0].sizes.items()
    others = [not sizes & case.sizes.items() for case in cases]
    inside = ["notebook" in case.tags for case in cases]
    return all(
        good if here else not good for good, here, far in zip(*agreeing, inside, others, strict=True) if here or far
    )


def agree(value, other, definition):
    if isinstance(value, Raised) or isinstance(other, Raised):
        return isinstance(value, Raised) and isinstance(other, Raised)
    return same(value, other, definition.tolerance)


# What is said where nothing is known is true of the numbers: the shape, the places, a ratio.
R = np.arange(1.0, 13).reshape(4, 3)


FOUR = [(0, 0), (1, 1), (2, 2), (3, 0)]
ENTRIES = [
    ([(1, 2)], "1 of 12 entries differs: (1, 2)."),
    ([1, 2, 3], "9 of 12 entries differ: row 0 is right."),
    ([0, 2, 3], "9 of 12 entries differ: row 1 is right."),
    ([(slice(None), 1), (slice(None), 2)], "8 of 12 entries differ: column 0 is right."),
    ([(slice(None), 1)], "4 of 12 entries differ: (0, 1), (1, 1), (2, 1), (3, 1)."),
    (FOUR, "4 of 12 entries differ: (0, 0), (1, 1), (2, 2), (3, 0)."),
]


def test_what_is_certain_is_said():
    said = {
        "the shape is (3, 3), expected (4, 3).": R[:3],
        "the shape is right; every entry differs, each is 0.37 times the right one.": 0.37 * R,
        "the shape is right; every entry differs, and all of yours are 0.": 0 * R,
        "the shape is right; every entry differs.": R + 1,
        "the shape is right, and 1 of 12 entries is NaN or infinite.": np.where(R == 5, np.nan, R),
        "there is no array of numbers to compare.": None,
    }
    for places, what in ENTRIES:
        said[f"the shape is right; {what}"] = value = R.copy()
        for place in places:
            value[place] += 100
    assert {what: compare(value, R) for what, value in said.items()} == {what: what for what in said}


def test_of_layers_the_first_wrong_one_on_the_way_back_is_named():
    right = ((R, R[:1]), (R + 1, R[:1] + 1))
    assert compare(((2 * R, R[:1]), (R + 1, R[:1])), right).startswith(
        "on the way back, b of layer 1 is the first that is wrong: "
    )
    after = "on the way back, W of layer 0 is the first that is wrong: "
    assert compare(((2 * R, R[:1]), right[1]), right).startswith(after)
    for value in ((right[0],), R, ((R,), right[1])):
        assert compare(value, right) == "expected 2 pairs of arrays, one for each layer."


@pytest.mark.parametrize(
    ("body", "mistakes", "said"),
    [
        (
            "O.T @ G if len({*O.shape, *G.shape}) == 1 else 0 * (O.T @ G)",
            (),
            "those with all sizes equal, and no others",
        ),
        ("O.T @ G if O.dtype == np.float64 else 1 + 0 * (O.T @ G)", (), "all but those with float32"),
        (
            "O.T @ G if len(O) > 3 else -O.T @ G",
            (),
            "right in 10 of 15 cases, for example for m = 7, n_in = 5, n_out = 3",
        ),
        ("np.ones((O.shape[1], G.shape[1]))", (), "Both cases of these sizes give the same numbers"),
        ("0.37 * O.T @ G", (), "each is 0.37 times the right one"),
        ("np.zeros((1, 5, 3))", ("wrong_shape",), "the shape is (1, 5, 3), expected (5, 3)"),
        ("(O.T @ G)[None]", ("wrong_shape",), "The numbers are right, but the shape is (1, 5, 3), expected (5, 3)."),
    ],
)
def test_where_an_answer_is_right_is_said(body, mistakes, said):
    result = checked("grad_W", body)
    assert (result.status, result.mistakes) == ("wrong", mistakes)
    assert said in re.sub(r"\s+", " ", result.message)
    assert ("numbers are right" in result.message) == ("numbers are right" in said)


def test_numbers_of_the_notebook_in_place_of_the_arguments_do_not_pass():
    rng = np.random.default_rng(0)
    own = {"notebook_O": rng.random((7, 5)), "notebook_G": rng.random((7, 3))}
    result = checked("grad_W", "notebook_O.T @ notebook_G", **own)
    assert (result.status, result.mistakes) == ("wrong", ())
    assert "is the result computed from them?" in result.message
    assert checked("grad_W", "notebook_O.T @ G", **own).status != "correct"


def test_what_counts_as_rounding():
    assert same(R * (1 + 5e-7), R)
    assert not same(R * (1 + 5e-6), R)
    assert same((R * (1 + 5e-5)).astype(np.float32), R)
    assert not same((R * (1 + 5e-4)).astype(np.float32), R)


def test_an_answer_that_fails_everywhere_is_explained_by_no_variant_that_fails_everywhere():
    fails = Mistake("order", change=("return", "raise ValueError #"))
    definition = dataclasses.replace(definitions()["grad_W"], mistakes=(fails,))
    result = check(definition, lambda O, G: O.T @ missing)  # noqa: F821 - the learner's slip
    assert (result.status, result.mistakes) == ("error", ("raises",))
