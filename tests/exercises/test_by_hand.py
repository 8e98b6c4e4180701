"""By hand: the right numbers are right, and what a known mistake gives is called that, and nothing is put down to chance."""

import numpy as np
import pytest
from refusals import not_refused

from course_lib.exercises.engine.by_hand import Sheet, by_hand, by_hand_names
from course_lib.exercises.engine.course import UnknownName, found
from course_lib.exercises.engine.mistakes import MISTAKES
from course_lib.views.shared.view import unpacked

SHEETS = found(Sheet)
SEEDS = range(16)


def words(mistake):
    """How what is said of a mistake begins, whatever the sizes."""
    return MISTAKES[mistake].beside.split("{")[0]


def wrong_results(name, given, R):
    """(what is said of it, the wrong matrix as numpy computes it), where the sizes allow it to be computed."""
    yield words("sign"), -R
    yield words("factor_two"), 2 * R
    first, last = given[0], given[-1]
    if len(R) == R.shape[1]:
        yield words("transposed"), R.T
    if name in ("grad_W", "grad_b", "grad_O"):
        yield words("batch_averaged"), R / len(given[0])
    if name == "grad_W":
        O, G = given
        yield words("first_sample_only"), np.outer(O[0], G[0])
        yield "only sample 1 counts, where a sum of", np.outer(O[1], G[1])
        yield "sample 1 is missing", R - np.outer(O[1], G[1])
        yield "sample 1 has the wrong sign", R - 2 * np.outer(O[1], G[1])
        if O.shape == G.shape:
            yield words("order"), (G @ O.T)[: len(R), : len(R)]
        if len(O) == len(R):
            yield words("scalar_rule"), O @ G
    if name == "grad_b":
        yield words("batch_not_summed"), first[:1]
        yield words("averaged_over_entries"), R / first.size
        yield "the sum runs over all entries", R * 0 + first.sum()
        yield "sample 0 has the wrong sign", R - 2 * first[:1]
        if len(first) > R.shape[1]:
            yield "the sum runs over the units", first.sum(axis=1)[None, : R.shape[1]]
    if name == "grad_O":
        yield "unit 1 is missing", R - np.outer(first[:, 1], last[:, 1])
        if len(last) == last.shape[1]:
            yield words("untransposed_weights"), first @ last
    if name == "forward":
        yield words("bias_missing"), R - last
        if len(R) == R.shape[1]:
            yield "the bias is added as a column", R - last + last.T
    if name == "chain_linear":
        yield "only path 0 counts, where a sum of", np.outer(first[:, 0], last[0])


@pytest.mark.parametrize("name", SHEETS)
def test_the_numbers_of_each_mistake_are_known_and_the_right_ones_are_right(name):
    asked, told = set(), set()
    for seed in SEEDS:
        given, R, known = SHEETS[name].draw((seed, 0))
        assert np.array_equal(R, SHEETS[name].definition.right(*given)) and max(abs(A).max() for A in given) <= 3
        assert all(A.shape == R.shape and (A != R).any() for _, A in known)
        assert len({A.tobytes() for _, A in known}) == len(known)
        for said, wrong in wrong_results(name, given, R):
            asked.add(said)
            explained = [begins for begins, A in known if np.array_equal(A, wrong)]
            assert explained or (wrong == R).all(), f"{said} is not known, seed {seed}"
            told |= {said for begins in explained if begins.startswith(said)}
    assert told == asked


@pytest.mark.parametrize("name", SHEETS)
def test_other_seeds_give_other_numbers_and_sizes_and_few_entries_are_0_or_alike(name):
    drawn = [SHEETS[name].draw((seed, 0)) for seed in SEEDS]
    assert len({str(given) for given, _, _ in drawn}) == len(drawn) and len({R.shape for _, R, _ in drawn}) > 1
    entries = sum(R.size for _, R, _ in drawn)
    assert sum(np.count_nonzero(R == 0) for _, R, _ in drawn) <= 0.02 * entries
    assert sum(R.size - len(np.unique(R)) for _, R, _ in drawn) <= 0.1 * entries


def test_what_is_shown_and_sent_is_what_was_drawn_and_new_numbers_begin_with_an_empty_matrix():
    hand, again = by_hand("grad_O", seed=1), by_hand("grad_O", seed=1)
    for draws in (0, 1):
        given, R, known = SHEETS["grad_O"].draw((1, draws))
        assert hand.case["right"] == [*R.flat] and hand.case["wrong"] == [[words, [*A.flat]] for words, A in known]
        assert all(np.array_equal(unpacked(matrix), A) for matrix, A in zip(hand.case["given"], given, strict=True))
        assert hand._repr_mimebundle_()[0]["text/plain"] == repr(hand) == repr(again)
        assert all(f"{each}" in repr(hand) for each in (*given, "G, (m, n_out) = ")) and f"{R}" not in repr(hand)
        assert hand.answers == [""] * R.size
        hand.answers = ["1"] * R.size
        hand.draws += 1
        again.draws += 1


def test_without_a_seed_the_numbers_are_others_each_time_unless_the_environment_fixes_them(monkeypatch):
    monkeypatch.delenv("COURSE_SEED", raising=False)
    assert len({repr(by_hand("forward")) for _ in range(5)}) == 5
    monkeypatch.setenv("COURSE_SEED", "7")
    assert repr(by_hand("forward")) == repr(by_hand("forward", seed=7)) != repr(by_hand("forward", seed=8))


def test_bad_input_is_named():
    assert by_hand_names() == ["chain_linear", "forward", "grad_W", "grad_b", "grad_O"]
    cases = (
        ({"name": "grad w"}, UnknownName, "there is nothing named 'grad w'; did you mean 'grad_W'?"),
        ({"name": 3}, TypeError, "name is 3, expected a text"),
        ({"seed": 1.5}, TypeError, "seed is float 1.5, expected a whole number"),
        ({"seed": -1}, ValueError, "seed is -1, expected a whole number, at least 0"),
    )
    assert not_refused(by_hand, {"name": "grad_W", "seed": 1}, cases) == []
