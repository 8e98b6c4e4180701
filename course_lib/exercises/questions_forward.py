"""The predictions of notebooks 01 to 04. tests/exercises/test_predictions.py computes what they state."""

from course_lib.exercises.questions import question, right, wrong

QUESTIONS = (
    question(
        "01 one component moves",
        "y = A x with A = [[2, -1, 0], [3, 4, 5]] and x = (1, 2, -1).\n"
        "You raise x[1] by 1, and nothing else. By how much do the components of y move?",
        wrong(
            "by (3, 4, 5)",
            "transposed",
            "That is row 1 of A. A row belongs to one result, y[1]; here you ask what one variable does, and that is a "
            "column. y has two components, and so has what they move by.",
        ),
        wrong(
            "by (-2, 8)",
            "activation_not_derivative",
            "These are the terms A[i, 1] x[1] that stand in y, with x[1] = 2. A Jacobian holds slopes: how much a term "
            "grows for 1 more of x[1], and that is A[i, 1] alone.",
        ),
        right(
            "by (-1, 4)",
            "It is column 1 of A: y[i] = A[i, 0] x[0] + A[i, 1] x[1] + A[i, 2] x[2] grows by A[i, 1], whatever x is.",
        ),
        wrong(
            "by (0, 4)",
            "scalar_rule",
            "That is the entry at (1, 1) alone, as if x[1] could move only y[1]. So it is for element-wise maps; in a "
            "product with a matrix every component of x may move every component of y. y[0] moves by A[0, 1] = -1.",
        ),
    ),
    question(
        "01 the Jacobian of a row",
        "A sample is a row. Let r be a row of 5 numbers, and s = r B with B of shape (5, 3): a row of 3 numbers.\n"
        "Which matrix is ∂s/∂r, with the result's index first?",
        wrong(
            "B, of shape (5, 3)",
            "transposed",
            "B is right for B x, with B on the left of a column. Here it would be the transpose of the Jacobian: 3 results "
            "and 5 variables make (3, 5).",
        ),
        right(
            "Bᵀ, of shape (3, 5)",
            "s[i] = r[0] B[0, i] + ... + r[4] B[4, i], so ∂s[i]/∂r[j] = B[j, i], and that is entry (i, j) of Bᵀ. It comes "
            "back as the Wᵀ in formula (C), in notebook 07.",
        ),
        wrong(
            "the numbers B[i, i] at (i, i) and 0 elsewhere, of shape (3, 5)",
            "scalar_rule",
            "That would be an element-wise map, in which s[i] depends on r[i] alone. In r B each of the 5 numbers of r goes "
            "into each of the 3 results: all 15 entries are slopes, and none is 0 because of its indexes.",
        ),
    ),
    question(
        "01 a square in the chain",
        "u = B z with B = [[1, 2], [3, -1], [0, 4]] and z = (2, 1), so u = (4, 5, 4). Then x[j] = u[j]².\n"
        "What is ∂x[1]/∂z[0]?",
        wrong(
            "3",
            "activation_not_undone",
            "That is B[1, 0] = ∂u[1]/∂z[0] alone: the step from u to x, with its slope 2 u[1] = 10, is left out.",
        ),
        wrong(
            "75",
            "activation_not_derivative",
            "That is u[1]² · B[1, 0] = 25 · 3: the value of the square where its slope, 2 u[1], belongs.",
        ),
        right(
            "30",
            "∂x[1]/∂u[1] · ∂u[1]/∂z[0] = 2 u[1] · B[1, 0] = 10 · 3. The other u[j] are not in x[1], so there is no other path.",
        ),
        wrong(
            "150",
            "derivative_at_output",
            "That is 2 x[1] · B[1, 0] = 50 · 3: the slope of the square taken at its output, x[1] = 25. It belongs to what "
            "goes in, u[1] = 5.",
        ),
    ),
    question(
        "02 a vector used twice",
        "A vector is used twice: y = (x[0], x[1], x[2], x[0], x[1], x[2]), two copies one behind the other. Behind it comes "
        "some f with ∇_y z = (1, 2, 3, 10, 20, 30).\nWhat is ∇_x z?",
        wrong(
            "(1, 2, 3, 10, 20, 30)",
            "batch_not_summed",
            "That is ∇_y z: nothing is added up yet. A gradient has the shape of the thing, and x has three entries.",
        ),
        wrong(
            "(5.5, 11, 16.5)",
            "batch_averaged",
            "That is the mean of the two copies. The sum over j has no division in it: moving x[0] moves both copies fully.",
        ),
        right(
            "(11, 22, 33)",
            "From x[0] there are two paths to z, through y[0] and through y[3], each with the slope 1, and the key idea adds "
            "them: 1 · 1 + 1 · 10. Wherever something is used twice, its gradients are added.",
        ),
        wrong(
            "(1, 2, 3)",
            "first_sample_only",
            "That is the first copy alone. The path through the second one is missing, as if z did not depend on it.",
        ),
    ),
    question(
        "02 which indexes are summed",
        "Y = g(X) with X of shape (5, 3) and Y of shape (7, 3). So ∂Y/∂X has the shape (7, 3, 5, 3), with indexes i, j, h, k, "
        "and ∂z/∂Y has the shape (7, 3), with indexes i, j.\nWhich sum gives ∇_X z?",
        wrong(
            "over i: what is left has the shape (3, 3, 5, 3)",
            "rank_one_only",
            "Over the first index alone, as for vectors, where y has no other. Here j is left twice, once from each factor. "
            "The sum runs over every index of Y.",
        ),
        wrong(
            "over h and k: what is left has the shape (7, 3)",
            "wrong_axis",
            "These are the indexes of X. That answers another question: how Y moves when all of X moves. A gradient for X has "
            "X's shape, (5, 3).",
        ),
        right(
            "over i and j: what is left has the shape (5, 3)",
            "z depends on X through every entry Y[i, j], so every path counts: the sum runs over both indexes of Y. What is "
            "left is the shape of X.",
        ),
    ),
    question(
        "02 column sums, backwards",
        "y is the row of column sums of X, with X of shape (7, 3), and ∇_y z = (14, -7, 21).\nWhat is ∇_X z?",
        wrong(
            "(2, -1, 3) in each of the 7 rows",
            "batch_averaged",
            "That is one seventh of it, as for a mean. It is tempting to hand each row a seventh, so that nothing is counted "
            "twice. But 1 more in X[4, 0] is 1 more in y[0], not 1/7 more.",
        ),
        wrong(
            "(14, -7, 21) in row 0, and 0 in the other rows",
            "first_sample_only",
            "Then only row 0 of X would be in the sums. Every row is, with the slope 1.",
        ),
        wrong(
            "(14, -7, 21), one row",
            "wrong_shape",
            "That is ∇_y z. The numbers are right, the shape is not: X has 21 entries, and each has its own slope.",
        ),
        right(
            "(14, -7, 21) in each of the 7 rows",
            "∂y[k]/∂X[h, k] = 1 for every row h, so ∇_X z[h, k] = ∇_y z[k]. Backwards, a sum becomes copies; in notebook 06 "
            "copies become a sum.",
        ),
    ),
    question(
        "03 a sample is doubled",
        "Row 2 of Z = O W + b is (113, 206, 287), and b = (100, 200, 300). Every input of sample 2 is doubled.\n"
        "What happens to Z?",
        wrong(
            "Row 2 becomes (226, 412, 574): it doubles.",
            "bias_missing",
            "So it would be without a bias. The bias is not multiplied by any input, so it does not double.",
        ),
        right(
            "Row 2 becomes (126, 212, 274): it doubles, and then loses b once.",
            "The new row is 2 o W + b = 2 (o W + b) - b. Only o W is doubled.",
        ),
        wrong(
            "Every row changes, because all samples share W.",
            "diagonal_missing",
            "Sharing W is not mixing samples: ∂Z[i, j]/∂O[2, h] is 0 wherever i is not 2. A sample moves its own row alone.",
        ),
        wrong(
            "Column 2 changes, in every row.",
            "wrong_axis",
            "That takes a sample for a unit. Samples are rows; column 2 belongs to unit 2.",
        ),
    ),
    question(
        "03 whose bias it is",
        "One entry of Z = O W + b: sample 0 is o = (1, 2), column 2 of W is (3, -1), and b = (100, 200, 300).\n"
        "What is Z[0, 2]?",
        wrong(
            "101",
            "column_bias",
            "That adds b[0], the bias with the number of the sample. A bias belongs to a unit: Z[i, j] gets b[j]. With 7 "
            "samples and 3 biases most samples would have none.",
        ),
        wrong(
            "1",
            "bias_missing",
            "That is the sum over the inputs, 1 · 3 + 2 · (-1), without the bias.",
        ),
        right(
            "301",
            "1 · 3 + 2 · (-1) + b[2] = 1 + 300. The row b is added to every sample, entry by entry: unit 2 has b[2].",
        ),
        wrong(
            "601",
            "wrong_axis",
            "That adds all three biases, a sum along the row b. Z[0, 2] has one unit, and so one bias.",
        ),
    ),
    question(
        "03 every bias is raised",
        "Z = O W + b with m = 7 samples and n_out = 3 units. Every bias is raised by 1.\n"
        "By how much does the sum of all entries of Z rise?",
        right(
            "by 21",
            "Each of the 3 biases is copied into each of the 7 samples, so every entry of Z rises by 1. Whatever goes back to "
            "b will therefore be a sum over 7 samples: formula (B).",
        ),
        wrong(
            "by 3",
            "first_sample_only",
            "That counts each bias once, as with a single sample. b is added to every row.",
        ),
        wrong(
            "by 7",
            "column_bias",
            "That is 1 for each sample: one bias for a row, shared by its units. A bias belongs to a unit, and each row gets "
            "all 3.",
        ),
    ),
    question(
        "04 a batch twice",
        "Put the batch below itself: 2m = 14 samples, each of them twice. The loss is mse, a mean over the batch. Row 0 of G "
        "was (3, -3, 0).\nWhat is row 0 of the new G?",
        wrong(
            "(3, -3, 0), the same: the mean did not change",
            "batch_not_averaged",
            "Right about L and wrong about G. So it would be if G had no 1/m in it. One row of the batch now has half the "
            "influence on the mean.",
        ),
        right(
            "(1.5, -1.5, 0), half as large",
            "G[i, j] = (O[i, j] - T[i, j]) / m, and the new m is twice the old one.",
        ),
        wrong(
            "(6, -6, 0), twice as large: each sample counts twice",
            "factor_two",
            "In a loss that is a sum, the two copies together count twice. But a row of G is about one row of the output, the "
            "copy has a row of its own, and this loss is a mean.",
        ),
    ),
    question(
        "04 a silent sample",
        "The layer uses relu, and all entries of Z in row 4 are negative.\nWhat does undoing the activation leave of G?",
        wrong(
            "All of it: relu does not change G.",
            "activation_not_undone",
            "That takes the mask for the identity: G passes unchanged only where Z is positive.",
        ),
        right(
            "Row 4 becomes 0. Another row keeps its G where Z is positive.",
            "The slope of relu is 0 where Z is negative, so each entry of row 4 is multiplied by 0. This sample has no "
            "influence on this layer's gradients, however wrong its output is.",
        ),
        wrong(
            "Row 4 becomes 0. In the other rows G is multiplied by relu(Z).",
            "activation_not_derivative",
            "That is f where f' belongs. Row 4 comes out right, as relu(Z) is 0 there too; where Z is 3, G would be three "
            "times as large, and relu has the slope 1 there.",
        ),
        wrong(
            "All of it becomes 0: one dead sample stops the batch.",
            "diagonal_missing",
            "For that, an entry of Z in one row would have to reach the output of another. The activation works entry by "
            "entry, so it cannot.",
        ),
    ),
    question(
        "04 one entry through the sigmoid",
        "The activation is the sigmoid. At one entry Z is 0, so the output is f(0) = 0.5, and G, as it comes in, is 8.\n"
        "What is this entry of G once the activation is undone?",
        wrong(
            "8",
            "activation_not_undone",
            "That is ∂L/∂O, as it came in. The slope of the sigmoid at 0 is not 1.",
        ),
        wrong(
            "4",
            "activation_not_derivative",
            "That is 8 · f(0) = 8 · 0.5: the value of the sigmoid where its slope belongs.",
        ),
        wrong(
            "0",
            "derivative_at_output",
            "That is 8 · Z (1 - Z), with Z = 0. The short form of the slope, y (1 - y), is for the output y = f(Z) = 0.5.",
        ),
        right(
            "2",
            "f'(0) = f(0) (1 - f(0)) = 0.5 · 0.5 = 0.25, and 8 · 0.25 = 2. The slope of the sigmoid is nowhere larger.",
        ),
    ),
)
