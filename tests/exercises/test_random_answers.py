"""Answers that are wrong in ways that nobody listed: never called right, and never given the name of a mistake."""

import dataclasses
import re

import numpy as np
import pytest
from learner import checked

from course_lib.exercises.engine.check import check, verdict
from course_lib.exercises.engine.compare import Answer, Raised, same
from course_lib.exercises.engine.diagnose import Evidence
from course_lib.exercises.engine.exercise import definitions
from course_lib.exercises.engine.mistakes import Mistake
from course_lib.exercises.engine.say import compare
from course_lib.exercises.engine.variants import Variants

ROUNDS = [22, pytest.param(200, marks=pytest.mark.slow)]  # two in each way; the full length
VARIANTS = {}  # name: the variants of that exercise
CERTAIN = {"wrong_shape", "not_finite", "raises"}  # what is seen without knowing the reason


def leaves(value):
    return [leaf for part in value for leaf in leaves(part)] if isinstance(value, tuple) else [value]


def changed(value, change):
    """The value with each of its arrays changed."""
    return tuple(changed(part, change) for part in value) if isinstance(value, tuple) else change(value)


def mixture(rng, definition, cases):
    """The right result, mixed with a wrong one where that has its shape."""
    variant, (a, b) = VARIANTS[definition.name].alone[rng.integers(3)], rng.uniform(0.1, 0.9, 2)

    def wrong(value, i):
        other = variant.value(i)
        alike = not isinstance(other, Raised) and [np.shape(leaf) for leaf in leaves(value)] == [
            np.shape(leaf) for leaf in leaves(other)
        ]
        others = iter(leaves(other) if alike else leaves(value))
        return changed(value, lambda R: a * R + b * next(others) + 0.01)

    return wrong


def scaled(rng, definition, cases):
    factor = rng.choice([-1, 1]) * rng.choice([0.37, 0.71, 1.3, 3.0, 1.01, 2.7, rng.uniform(0.6, 0.9)])
    return lambda value, i: changed(value, lambda R: factor * R)


def permuted(rng, definition, cases):
    return lambda value, i: changed(value, lambda R: rng.permutation(R.ravel()).reshape(R.shape))


def noisy(rng, definition, cases):
    share, size = rng.uniform(0.05, 1), 10 ** rng.uniform(-2, 0)

    def noise(R):
        return R + size * (np.abs(R).max(initial=0) or 1) * (rng.random(R.shape) < share) * rng.standard_normal(R.shape)

    return lambda value, i: changed(value, noise)


def noisy_somewhere(rng, definition, cases):
    hit = rng.random(len(cases)) < rng.uniform(0.1, 0.9)
    hit[rng.integers(len(cases))] = True
    return lambda value, i: changed(value, lambda R: R + rng.uniform(0.1, 1, R.shape)) if hit[i] else value


def rolled(rng, definition, cases):
    axis, by = rng.integers(3), rng.integers(1, 3)
    return lambda value, i: changed(value, lambda R: np.roll(R, by, axis % R.ndim) if R.ndim else R + 0.1)


def a_row_for_another(rng, definition, cases):
    one, other = rng.integers(0, 7, 2)

    def wrong(R):
        R = np.array(R, dtype=float)
        if R.ndim and len(R):
            R[one % len(R)] = R[other % len(R)]
        return R

    return lambda value, i: changed(value, wrong)


def shorter(rng, definition, cases):
    return lambda value, i: changed(value, lambda R: R[..., 1:] if R.ndim else R + 1.3)


def random_numbers(rng, definition, cases):
    return lambda value, i: changed(value, lambda R: rng.standard_normal(R.shape))


def bent(rng, definition, cases):
    bend = [np.abs, np.sin, np.cbrt, np.tanh, lambda R: R + 0.3, lambda R: R**3, np.zeros_like][rng.integers(7)]
    return lambda value, i: changed(value, bend)


def failing_here_and_there(rng, definition, cases):
    fails = rng.random(len(cases)) < rng.uniform(0.1, 0.9)
    return lambda value, i: Raised("ValueError", "no", "") if fails[i] else value


WAYS = (
    mixture,
    scaled,
    permuted,
    noisy,
    noisy_somewhere,
    rolled,
    a_row_for_another,
    shorter,
    random_numbers,
    bent,
    failing_here_and_there,
)


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize("name", list(definitions()))
def test_a_random_wrong_answer_is_neither_right_nor_given_a_name(name, rounds):
    definition = definitions()[name]
    cases = definition.cases(0)
    right = tuple(definition.value(case) for case in cases)
    variants = VARIANTS[name] = Variants(definition, cases, right)
    rng = np.random.default_rng(2)
    for number in range(rounds):
        way = WAYS[number % len(WAYS)]
        wrong = way(rng, definition, cases)
        values = [wrong(value, i) for i, value in enumerate(right)]
        if all(
            not isinstance(v, Raised) and same(v, r, definition.tolerance) for v, r in zip(values, right, strict=True)
        ):
            continue  # numbers that the change leaves as they are
        settled = [v if isinstance(v, Raised) else definition.settled(v, c) for v, c in zip(values, cases, strict=True)]
        evidence = Evidence(variants, tuple(map(Answer, settled)))
        status, keys, message, _ = verdict(evidence)
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


def with_entries(*changes):
    other = R.copy()
    for place in changes:
        other[place] += 100
    return other


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (R[:3], "the shape is (3, 3), expected (4, 3)."),
        (0.37 * R, "the shape is right; every entry differs, each is 0.37 times the right one."),
        (-3 * R, "the shape is right; every entry differs, each is -3 times the right one."),
        (0 * R, "the shape is right; every entry differs, and all of yours are 0."),
        (R + 1, "the shape is right; every entry differs."),
        (with_entries((1, 2)), "the shape is right; 1 of 12 entries differs: (1, 2)."),
        (
            with_entries(1, 2, 3),
            "the shape is right; 9 of 12 entries differ: row 0, the first sample's if rows are samples, is right.",
        ),
        (with_entries(0, 2, 3), "the shape is right; 9 of 12 entries differ: row 1 is right."),
        (
            with_entries((slice(None), 1), (slice(None), 2)),
            "the shape is right; 8 of 12 entries differ: column 0 is right.",
        ),
        (with_entries((slice(None), 1)), "the shape is right; 4 of 12 entries differ: columns 0, 2 are right."),
        (
            with_entries((0, 0), (1, 1), (2, 2), (3, 0)),
            "the shape is right; 4 of 12 entries differ: (0, 0), (1, 1), (2, 2), (3, 0).",
        ),
        (np.where(R == 5, np.nan, R), "the shape is right, and 1 of 12 entries is NaN or infinite."),
        (None, "there is no array of numbers to compare."),
    ],
)
def test_what_is_certain_is_said(value, said):
    assert compare(value, R) == said


def test_of_layers_the_first_wrong_one_on_the_way_back_is_named():
    right = ((R, R[:1]), (R + 1, R[:1] + 1))
    assert compare(((R, R[:1]), (R + 1, R[:1])), right).startswith(
        "the array for b of layer 1 is the first that is wrong: "
    )
    after = "the array for W of layer 0 is the first that is wrong (the layers after it are right): "
    assert compare(((2 * R, R[:1]), right[1]), right).startswith(after)
    assert compare((right[0],), right) == "the number of layers is 1, expected 2."
    assert compare(R, right) == "it is no list of pairs; expected 2 of them, one for each layer."
    assert compare(((R,), right[1]), right) == "layer 0 has no pair of arrays."


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "O.T @ G if len({*O.shape, *G.shape}) == 1 else np.zeros((O.shape[1], G.shape[1]))",
            "those with all sizes equal, and no others",
        ),
        (
            "O.T @ G if O.dtype == np.float64 else np.ones((O.shape[1], G.shape[1]))",
            "all but those with float32",
        ),
        ("np.ones((O.shape[1], G.shape[1]))", "Both cases of these sizes give the same numbers"),
        ("0.37 * O.T @ G", "each is 0.37 times the right one"),
        (
            "O.T @ G if len(O) > 3 else -O.T @ G",
            "It is right in 10 of 15 cases, for example for m = 7, n_in = 5, n_out = 3",
        ),
    ],
)
def test_where_an_answer_is_right_is_said(body, said):
    result = checked("grad_W", body)
    assert result.status == "wrong"
    assert result.mistakes == ()
    assert said in re.sub(r"\s+", " ", result.message)


def test_numbers_of_the_notebook_do_not_pass():
    """O and G of the notebook instead of the arguments."""
    rng = np.random.default_rng(0)
    result = checked(
        "grad_W", "notebook_O.T @ notebook_G", notebook_O=rng.random((7, 5)), notebook_G=rng.random((7, 3))
    )
    assert (result.status, result.mistakes) == ("wrong", ())
    assert "is the result computed from them?" in result.message
    result = checked("grad_W", "notebook_O.T @ G", notebook_O=rng.random((7, 5)))
    assert result.status != "correct"


def test_what_counts_as_rounding():
    assert same(R * (1 + 5e-7), R)
    assert not same(R * (1 + 5e-6), R)
    assert same((R * (1 + 5e-5)).astype(np.float32), R)
    assert not same((R * (1 + 5e-4)).astype(np.float32), R)


def test_right_numbers_in_another_shape_are_told_from_wrong_ones():
    result = checked("grad_W", "(O.T @ G)[None]")
    assert result.message.startswith("The numbers are right, but the shape is (1, 5, 3), expected (5, 3).")
    result = checked("grad_W", "np.zeros((1, 5, 3))")
    assert result.mistakes == ("wrong_shape",)
    assert "The numbers are right" not in result.message


def test_an_answer_that_fails_everywhere_is_explained_by_no_variant_that_fails_everywhere():
    fails = Mistake("order", change=("return", "raise ValueError #"))
    definition = dataclasses.replace(definitions()["grad_W"], mistakes=(fails,))
    result, _ = check(definition, lambda O, G: O.T @ missing)  # noqa: F821 - the learner's slip
    assert (result.status, result.mistakes) == ("error", ("raises",))
