"""By hand: a wrong number is called what it is, a right one right, and no mistake is put down to chance."""

from fractions import Fraction

import numpy as np
import pytest
import traitlets
from refusals import not_refused

from course_lib.exercises.engine.by_hand import by_hand, by_hand_names
from course_lib.exercises.engine.course import UnknownName, found
from course_lib.exercises.engine.exercise import definitions
from course_lib.exercises.engine.hand_case import HandCase, number
from course_lib.exercises.engine.sheet import Sheet
from course_lib.shapes import ShapeError
from course_lib.views.shared.view import unpacked

SEEDS = range(4)

SHEETS = found(Sheet)


def right(name, matrices):
    """The result as the exercise of that name has it; its solution is measured in other tests."""
    return definitions()[name].right(*(A.astype(float) for A in matrices.values()))


def wrong_results(name, given):
    """(the mistake, the whole wrong matrix) as numpy computes it, where the sizes allow it to be computed."""
    R = right(name, given)
    first, last = given[next(iter(given))], list(given.values())[-1]
    yield "sign", -R
    yield "factor_two", 2 * R
    if len(R) == R.shape[1]:
        yield "transposed", R.T
    if name in ("grad_W", "grad_b", "grad_O"):
        yield "batch_averaged", R / len(given["G"])
    if name == "grad_W":
        O, G = given["O"], given["G"]
        yield "first_sample_only", np.outer(O[0], G[0])
        yield "batch_not_summed", np.outer(O[1], G[1])
        if O.shape[1] == G.shape[1]:
            yield "order", (G @ O.T)[: len(R), : len(R)]
            yield "wrong_axis", (O @ G.T)[: len(R), : len(R)]
        if len(O) == O.shape[1]:
            yield "scalar_rule", O @ G
    if name == "grad_b":
        yield "first_sample_only", first[:1]
        yield "averaged_over_entries", R / first.size
        yield "sign", R - 2 * first[:1]
    if name == "grad_O" and len(last) == last.shape[1]:
        yield "untransposed_weights", first @ last
    if name == "forward":
        yield "bias_missing", R - given["b"]
        if len(R) == R.shape[1]:
            yield "column_bias", R - given["b"] + given["b"].T


@pytest.mark.parametrize("name", SHEETS)
def test_the_right_numbers_are_those_of_the_exercise_and_pass(name):
    for seed in SEEDS:
        hand = by_hand(name, seed=seed)
        R = right(name, hand.matrices)
        result = hand.check(R)
        assert (result.status, result.mistakes) == ("correct", {})
        assert hand.case["right"] == R.tolist()
        for matrix, A in zip(hand.case["given"], hand.matrices.values(), strict=True):
            assert np.array_equal(unpacked(matrix), A)
            assert abs(A).max() <= 3


@pytest.mark.parametrize("name", SHEETS)
def test_each_known_mistake_is_named_where_its_number_differs_from_the_right_one(name):
    named, built = set(), set()
    for seed in range(16):
        case = HandCase.draw(SHEETS[name], (seed, 0))
        R = right(name, case.matrices)
        for mistake, wrong in wrong_results(name, case.matrices):
            built.add(mistake)
            result = case.check(wrong)
            for (h, k), value in np.ndenumerate(wrong):
                assert result.right[h, k] == (value == R[h, k])
                if not result.right[h, k]:
                    assert result.mistakes[h, k], f"{mistake} is not known at {(h, k)} of seed {seed}"
                    named |= {mistake} & set(result.mistakes[h, k])
    assert named == built


@pytest.mark.parametrize("name", SHEETS)
def test_cases_are_drawn_so_that_the_mistakes_show(name, monkeypatch):
    chosen = [HandCase.draw(SHEETS[name], (seed, 0)) for seed in range(16)]
    for case in chosen:
        for place, known in case.known.items():
            values = [case.R[place], *(each.value for each in known)]
            assert len(values) == len(set(values))
            assert all(each.words and each.mistakes for each in known)
    assert len({str(case.matrices) for case in chosen}) == 16 and len({case.R.shape for case in chosen}) > 1
    entries = sum(case.R.size for case in chosen)
    assert sum(len(np.unique(case.R)) for case in chosen) >= 0.9 * entries
    assert sum(np.count_nonzero(case.R) for case in chosen) >= 0.98 * entries
    monkeypatch.setattr("course_lib.exercises.engine.hand_case._DRAWS", 1)
    unchosen = [HandCase.draw(SHEETS[name], (seed, 0)) for seed in range(16)]
    assert np.mean([case.hidden for case in chosen]) < np.mean([case.hidden for case in unchosen]) / 2


def test_what_is_said_names_the_entry_the_number_and_the_mistake_and_shows_no_right_number():
    hand = by_hand("grad_W", seed=1)
    m, R = len(hand.matrices["O"]), right("grad_W", hand.matrices)
    answers = [[None] * R.shape[1] for _ in R]
    answers[0][1] = R[0, 1] / m
    result = hand.check(answers)
    assert (result.status, result.mistakes) == ("wrong", {(0, 1): ("batch_averaged",)})
    assert f"the sum divided by m = {m}: you averaged over the batch" in repr(result)
    assert repr(result).startswith(f"0 of {R.size} entries of ∇_W L are right, {R.size - 1} are not filled in.")
    far = hand.check(R + 500)
    assert set(far.mistakes.values()) == {()}
    assert "none of the known mistakes gives it. Look again at row S13" in repr(far)
    for text in (repr(hand), repr(far)):
        assert str(R.astype(int)) not in text and not any(f" {x:.0f}" in text for x in R.ravel() if abs(x) > 9)


def test_answers_that_are_typed_are_read_as_numbers():
    typed = {"-3": -3, "−3": -3, " 2.5 ": 2.5, "2,5": 2.5, "7/2": 3.5, "7 / 2": 3.5, "+4": 4}
    typed |= dict.fromkeys(("", "x", "1/0", "1e3", "nan", "--3", "3-"))
    assert {text: number(text) for text in typed} == typed
    hand = by_hand("grad_b", seed=2)
    R = right("grad_b", hand.matrices)
    m = len(hand.matrices["G"])
    hand.answers = [["" for _ in R[0]]]
    assert hand.check().status == "not attempted"
    hand.answers = [[f"{x:.0f}" for x in R[0]]]
    assert hand.check().status == "correct"
    for written in (f"{R[0, 0]:.0f}/{m}", f"{R[0, 0] / m:.2f}"):
        hand.answers = [[written, *[""] * (R.shape[1] - 1)]]
        assert hand.check().mistakes == {(0, 0): ("batch_averaged",)}
    hand.answers = [[f"{R[0, 0]:.0f}", *[""] * (R.shape[1] - 1)]]
    assert hand.check().status == "unfinished"
    assert hand.check([[Fraction(int(x)) for x in R[0]]]).status == "correct"


def test_new_numbers_are_other_numbers_and_the_seed_gives_them_again():
    hand, again = by_hand("forward", seed=5), by_hand("forward", seed=5)
    assert repr(hand) == repr(again)
    before = repr(hand)
    hand.answers = [["1"] * len(row) for row in hand.answers]
    hand.new()
    again.new()
    assert repr(hand) == repr(again) != before
    assert hand.answers == [[""] * hand._case.R.shape[1]] * len(hand._case.R)


def test_without_a_seed_the_numbers_are_others_each_time_unless_the_environment_fixes_them(monkeypatch):
    monkeypatch.delenv("COURSE_SEED", raising=False)
    assert len({repr(by_hand("forward")) for _ in range(5)}) == 5
    monkeypatch.setenv("COURSE_SEED", "7")
    assert {repr(by_hand("forward")) for _ in range(5)} == {repr(by_hand("forward", seed=7))}
    assert repr(by_hand("forward", seed=8)) != repr(by_hand("forward"))
    for bad in ("-1", "seven", "1.5"):
        monkeypatch.setenv("COURSE_SEED", bad)
        with pytest.raises(ValueError, match=f"COURSE_SEED is '{bad}', expected a whole number from 0 on"):
            by_hand("forward")


def test_as_text_the_given_matrices_stand_there_and_the_call_that_checks():
    hand = by_hand("grad_O", seed=1)
    text = hand._repr_mimebundle_()[0]["text/plain"]
    assert text == repr(hand)
    for A in hand.matrices.values():
        assert str(A) in text
    assert text.splitlines()[-1] == f"Fill it in: .check({[[None] * hand._case.R.shape[1]] * len(hand._case.R)})"


def test_bad_input_is_named():
    assert by_hand_names() == ["chain_linear", "forward", "grad_W", "grad_b", "grad_O"]
    cases = (
        ({"name": "grad w"}, UnknownName, "there is nothing named 'grad w'; did you mean 'grad_W'?"),
        ({"name": 3}, TypeError, "name is 3, expected a text"),
        ({"seed": 1.5}, TypeError, "seed is float 1.5, expected a whole number"),
        ({"seed": -1}, ValueError, "seed is -1, expected a whole number, at least 0"),
    )
    assert not_refused(by_hand, {"name": "grad_W", "seed": 1}, cases) == []
    hand = by_hand("grad_b", seed=2)
    n = hand._case.R.shape[1]
    more = [None] * (n - 1)
    cases = (
        ({"answers": [1] * n}, ShapeError, f"the answers have shape ({n},), expected (1, n_out) = (1, {n})"),
        ({"answers": [[1], [1, 2]]}, ShapeError, "the answers have shape (2,)"),
        ({"answers": "abc"}, ShapeError, "the answers have shape (), expected"),
        *(({"answers": [[bad, *more]]}, TypeError, "entry (0, 0) is ") for bad in ("three", 1j, True, {})),
        ({"answers": [[np.nan, *more]]}, ValueError, "entry (0, 0) is nan, expected a finite number"),
    )
    assert not_refused(hand.check, {"answers": [[1, *more]]}, cases) == []
    with pytest.raises((ValueError, traitlets.TraitError), match="answers are"):
        hand.answers = [["1"]]
