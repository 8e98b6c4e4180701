"""Notebook 15: sums in blocks."""

from course_lib.exercises.engine.cases import batch_cases
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "15_scale"


_SHARDS = {7: 3, 11: 4, 2: 2, 1: 1, 3: 2, 4: 3, 6: 2, 5: 2, 13: 5}  # by m; most of them leave blocks of two sizes


grad_W_in_shards = Definition(
    result="an array of shape (n_in, n_out)",
    of="the gradient",
    mistakes=(
        Mistake(
            "batch_averaged:shards",
            "Your result is the mean of the blocks' parts: O^T G is their sum.",
            "the blocks' parts are averaged",
            change=("in blocks)", "in blocks) / shards"),
        ),
        Mistake(
            "batch_averaged:shard_means",
            "Each block's part is divided by its number of rows: O^T G is a sum, and the 1/m is in G.",
            "each block's part is averaged",
            change=("o.T @ g", "o.T @ g / len(o)"),
        ),
        Mistake(
            "first_sample_only:shard",
            "Your result is one block's part alone: the blocks' parts are added.",
            "one block's part stands alone",
            change=("in blocks)", "in list(blocks)[:1])"),
        ),
        Mistake(
            "first_sample_only:last",
            "Your result is one block's part alone: the blocks' parts are added.",
            "one block's part stands alone",
            change=("in blocks)", "in list(blocks)[-1:])"),
        ),
        Mistake(
            "batch_not_summed:stack",
            "Your result still has one part for each block: they are not added up.",
            "the blocks' parts are not added up",
            change=("sum(o.T @ g for o, g in blocks)", "np.stack([o.T @ g for o, g in blocks])"),
        ),
        Mistake(
            "batch_not_summed:rest",
            "The last rows are in no block: len(O) // shards rows for each block leave a rest.",
            "the rows of the rest are in no block",
            change=(
                "split(O",
                "split(O[: len(O) // shards * shards]",
                "split(G",
                "split(G[: len(O) // shards * shards]",
            ),
        ),
    ),
    cases=batch_cases(lambda draw, m, n_in, n_out: (draw(m, n_in), draw(m, n_out), _SHARDS[m])),
    hints=(
        "Each block of rows gives its own O^T G, of the same shape. What is done with them?",
        "np.array_split(O, shards) cuts the rows into blocks, also where they do not come out even.",
    ),
    solution="""def grad_W_in_shards(O, G, shards):
    blocks = zip(np.array_split(O, shards), np.array_split(G, shards))
    return sum(o.T @ g for o, g in blocks)""",
    look="row S14, {scale: Shards of a batch add up}: a sum over samples",
)


QUESTIONS = (
    question(
        "15 shards of two sizes",
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
        "15 through the scheduler",
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
