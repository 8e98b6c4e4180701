"""The predictions of notebook 09. tests/exercises/test_predictions.py computes what they state."""

from course_lib.exercises.questions import question, right, wrong

QUESTIONS = (
    question(
        "09 twice as many units",
        "dZ/dW is kept as an array, (m, n_out, n_in, n_out). You double n_out.\nHow much memory does the array take?",
        wrong(
            "as much as before",
            "diagonal_missing",
            "Each weight does have m non-zero values, whatever n_out is. But there are twice as many weights, and the zeros are stored too.",
        ),
        wrong(
            "2 times as much",
            "factor_two",
            "That is how W and O^T G grow, and the number of values that are not zero. In the shape n_out stands twice.",
        ),
        right(
            "4 times as much",
            "n_out stands twice in the shape: once for the unit of Z, once for the unit of W. All entries with j ≠ k are zeros.",
        ),
    ),
    question(
        "09 shards of two sizes",
        "One worker has 3 samples, another has 1. Each takes the mean loss of its own samples.\n"
        "For one weight their gradients are 2 and 6. What is the gradient of the mean loss of all 4 samples?",
        wrong(
            "8, the sum",
            "batch_not_averaged",
            "Shards add up where the factor is 1/m for all. Here each worker has divided by its own number of samples already.",
        ),
        wrong(
            "4, the mean of the two",
            "batch_averaged",
            "The mean of means is the mean only where all shards have one size: the single sample would count three times.",
        ),
        wrong(
            "2, that of the larger shard",
            "first_sample_only",
            "The sum runs over all samples, and so over both shards.",
        ),
        right(
            "3, each weighted by its number of samples",
            "(3 · 2 + 1 · 6) / 4 = 3. The sums over samples add up, and then comes one 1/m, with the m of the whole batch.",
        ),
    ),
    question(
        "09 through the scheduler",
        "A network has P parameters. In each step a scheduler sends them to 3 workers, and each sends back a gradient.\n"
        "How many numbers pass through the scheduler's network card, both ways together?",
        wrong(
            "4/3 P, as in a ring of 3",
            "batch_averaged",
            "In a ring that is what each of the workers sends. There everybody adds up a part; here one machine does.",
        ),
        right(
            "6 P: 3 times P down, 3 times P up",
            "Each worker needs the new parameters and has its own gradient, and all of it crosses one card: 2 p P.",
        ),
        wrong(
            "2 P: P down, P up",
            "first_sample_only",
            "That is what one of the workers gets and sends. The scheduler does it with each of them.",
        ),
        wrong(
            "3 P: a gradient from each worker",
            "factor_two",
            "The gradients, yes. But after each step the parameters are new, and have to go down again.",
        ),
    ),
)
