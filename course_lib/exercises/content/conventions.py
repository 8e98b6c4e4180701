"""Notebook 13: the same gradients in other conventions."""

from course_lib.exercises.content import the_loop
from course_lib.exercises.engine.cases import drawn_cases
from course_lib.exercises.engine.definition import Definition, Mistake
from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "13_conventions"


backward_turned = Definition(
    result="a list of pairs (dV, db), db flat, first layer first",
    of="the gradient",
    form="layers",
    mistakes=(
        Mistake(
            "transposed",
            "Your gradients for the weights are those for the notes' W: V is stored turned, and so is its gradient.",
            "the gradients for the weights are those for the notes' W",
            "row S14, {conventions: PyTorch's layer}",
            ("D.T @ Os[l]", "Os[l].T @ D"),
        ),
        Mistake(
            "transposed:carried",
            "G is carried on with V turned: V is the notes' W turned already, and G V is their G W^T.",
            "G is carried on with V turned",
            "row S20, {conventions: PyTorch's layer}",
            ("D @ Vs[l]", "D @ Vs[l].T"),
        ),
        Mistake("activation_not_undone", look="row S6, {the_loop: The loop}: the first line of a layer"),
        Mistake("layers_reversed", change=("insert(0, ", "append(")),
        Mistake("batch_averaged", look="slip E9, {conventions: Where the notes differ}"),
    ),
    cases=drawn_cases(
        the_loop.passed(lambda Os, Zs, parameters, G, f_prime: (Os, Zs, [W.T for W, _ in parameters], G, f_prime)),
        the_loop.NAMES,
        the_loop.NETWORKS,
    ),
    f=the_loop.backward.f,
    hints=(
        "Write the letters: (A) is si,so->oi, (C) is so,oi->si. Which factor has the result's first letter?",
        "(A) is G^T O, (C) is G V. Undoing the activation is as it was; db is flat.",
    ),
    solution="""def backward_turned(Os, Zs, Vs, G, f_prime):
    gradients = []
    for l in reversed(range(len(Vs))):
        D = G * f_prime(Zs[l])
        gradients.insert(0, (D.T @ Os[l], D.sum(axis=0)))
        G = D @ Vs[l]
    return gradients""",
    look="row S21, {conventions: From letters to a product; A whole network}",
)


QUESTIONS = (
    question(
        "13 the gradient of turned weights",
        "PyTorch stores the weights as V of shape (n_out, n_in), and Z = O Vᵀ + b. Sizes: m = 7, n_in = 5, n_out = 3.\n"
        "What is the gradient for V?",
        wrong(
            "Oᵀ G, of shape (5, 3)",
            "transposed",
            "That is the gradient for W = Vᵀ. A gradient has the shape of the thing: V is (3, 5).",
        ),
        wrong(
            "O Gᵀ, which fits no sizes but equal ones",
            "order",
            "(7, 5) (3, 7) do not meet. Turning a product also exchanges its factors: (Oᵀ G)ᵀ is Gᵀ O.",
        ),
        right(
            "Gᵀ O, of shape (3, 5)",
            "V is Wᵀ, so its gradient is (Oᵀ G)ᵀ = Gᵀ O: the same numbers, turned.",
        ),
        wrong(
            "Gᵀ O / 7, of shape (3, 5)",
            "batch_averaged",
            "Another convention for the weights changes no factor. The 1/m of a mean loss is in G, there as here.",
        ),
    ),
    question(
        "13 a mean over all entries",
        "This course's mse is 1/(2m) times the sum of (O - T)². Another library takes the mean of (O - T)² over all entries. "
        "m = 7, n_out = 3.\nIts first G is the course's G times what?",
        right(
            "2/3",
            "The course's G is (O - T)/m. The other one is 2 (O - T)/(m n_out): the 2 of the square stays, and n_out = 3 comes "
            "into the denominator.",
        ),
        wrong(
            "1/3",
            "averaged_over_entries",
            "That is the mean over all entries, with a 1/2 in front. That loss has no 1/2 which would take away the 2 of the "
            "square.",
        ),
        wrong(
            "2",
            "factor_two",
            "That is the 2 of the square alone: right for the sum of (O - T)² divided by m. A mean over all entries divides by "
            "m n_out.",
        ),
        wrong(
            "2/21",
            "batch_averaged",
            "That divides by m n_out = 21. But the course's G has its 1/m already, so m would be divided by twice.",
        ),
    ),
    question(
        "13 whose weights they are",
        "You load a file with square weights, and nobody can tell you whether they are W or Wᵀ. You can run the original layer "
        "on any batch.\nWhich experiment decides?",
        wrong(
            "Compare the shape of its output with (m, n_out).",
            "untransposed_weights",
            "O W and O Wᵀ have the same shape here. That is the square trap.",
        ),
        wrong(
            "Load the weights as they are, train on, and see whether the loss goes down.",
            "transposed",
            "A layer learns in either convention, and the loss goes down from a wrong start too. You would only find that the "
            "loaded weights were of little use.",
        ),
        right(
            "Run it on the identity matrix as a batch, and on a batch of zeros. Subtract.",
            "Sample i of the identity matrix is 1 for input i and 0 for the others, so row i of the output is row i of W, plus "
            "b; a sample of zeros gives b alone. The difference is W: compare it with the file.",
        ),
        wrong(
            "Compare the shape of ∇_W L with the shape in the file.",
            "order",
            "Both are (n, n), and so is every other product of square factors, in any order.",
        ),
    ),
)
