"""Notebook 00: its question before anything is derived."""

from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "00_start_here"


QUESTIONS = (
    question(
        "00 three products that fit",
        "Z = O W with m = n_in = n_out = 3. L is the sum of all G[i, j] Z[i, j]: it rises G[i, j] times as fast as Z[i, j].\n"
        "The next cell moves every weight a little and watches L. Which of the three products does it find?",
        right(
            "Oᵀ G",
            "It is what you may have heard, and the next cell shows it for one case, in numbers. You do not yet know why; that "
            "is notebooks 01 to 05.",
        ),
        wrong(
            "O Gᵀ",
            "wrong_axis",
            "It has the right factors and transposes the other one. Its entry (h, k) joins row h of O with row k of G: two "
            "samples, and nothing about input h or unit k. With sizes 7, 5, 3 it would not even fit.",
        ),
        wrong(
            "G O",
            "scalar_rule",
            "That is the scalar rule “g times o”, taken to the letter. Its entry (h, k) joins row h of G with column k of O: "
            "what belongs to unit j is multiplied by what belongs to sample j. With sizes 7, 5, 3 it would not even fit.",
        ),
    ),
)
