"""The predictions of notebook 08. tests/exercises/test_predictions.py computes what they state."""

from course_lib.exercises.questions import question, right, wrong

QUESTIONS = (
    question(
        "08 one relu layer more",
        "Layers of n relu units with weights of variance 1/n. You add one layer at the bottom.\n"
        "By which factor does E[G²] at the lowest layer change?",
        wrong(
            "1, since the variance is 1/n",
            "activation_not_undone",
            "That is n Var(W) alone. G is also multiplied by the slopes, and half of the slopes of relu are 0.",
        ),
        wrong(
            "1/4",
            "factor_two",
            "Half of the slopes are 0, and the others are 1, so the mean of f'(z)² is 1/2. The square does not halve it again.",
        ),
        right(
            "1/2",
            "χ = n Var(W) E[f'(z)²] = 1 · 1/2. Every layer takes half of it away; He's variance 2/n gives it back.",
        ),
        wrong(
            "1/n",
            "std_is_variance",
            "The entry is a sum of n products, each with a weight of variance 1/n: together 1, times the mean square of the slope.",
        ),
    ),
    question(
        "08 doubling the weights under layer norm",
        "Every layer normalizes the rows of Z. You multiply all weights by 2.\nWhat happens to G at the lowest layer?",
        wrong(
            "It doubles once for each layer.",
            "activation_not_undone",
            "G W^T doubles, but on its way back G is divided by s, the size of each row of Z, and that has doubled too.",
        ),
        right(
            "Nothing, but for ε and one factor 2 from the layers that are not normalized.",
            "N is the same for Z and for 2Z. In each normalized layer the 2 of G W^T meets the 1/2 of 1/s.",
        ),
        wrong(
            "It halves once for each layer.",
            "factor_two",
            "1/s halves it, and W^T doubles it: you counted one of the two.",
        ),
    ),
)
