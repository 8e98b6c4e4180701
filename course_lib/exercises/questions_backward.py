"""The predictions of notebooks 05, 06, 07 and 10. tests/exercises/test_predictions.py computes what they state."""

from course_lib.exercises.questions import question, right, wrong

QUESTIONS = (
    question(
        "05 one weight's entry",
        "O = [[1, 2], [0, 3], [2, -1]] and G = [[3, 1], [1, -2], [0, 2]]: 3 samples, 2 inputs, 2 units.\n"
        "What is entry (1, 0) of ∇_W L, that of the weight for input 1 of unit 0?",
        wrong(
            "3",
            "batch_averaged",
            "That is the mean over the 3 samples, 9/3. The sum over the samples has no division in it: the 1/m of a mean loss "
            "is in G already.",
        ),
        wrong(
            "6",
            "first_sample_only",
            "That is 2 · 3, the product of sample 0 alone. The weight is used for every sample, so every sample has a say.",
        ),
        wrong(
            "5",
            "transposed",
            "That is entry (0, 1): column 0 of O with column 1 of G, as in Gᵀ O. The first index is the input, the second the "
            "unit, as in W.",
        ),
        right(
            "9",
            "Column 1 of O with column 0 of G: 2 · 3 + 3 · 1 + (-1) · 0, one product for each sample.",
        ),
    ),
    question(
        "05 an input that is 0",
        "Input h = 0 is 0 for every sample of this batch (a pixel that is always white).\n"
        "Which entries of ∇_W L are then 0, whatever G is?",
        wrong(
            "column 0",
            "transposed",
            "A column of ∇_W L is about a unit, as a column of W is. In Gᵀ O, the transpose, it would be column 0.",
        ),
        right(
            "row 0",
            "Entry (h, k) is column h of O with column k of G; with h = 0 every product is 0, for every unit k. The network "
            "cannot learn anything about a pixel that never changes from 0.",
        ),
        wrong(
            "none: the other inputs make up for it",
            "wrong_axis",
            "For that the sum would have to run over the inputs. It runs over the samples, and in all of them this input is 0.",
        ),
    ),
    question(
        "05 every sample twice",
        "You put O below itself and G below itself: 2m rows, each sample twice, each with the same row of G as before.\n"
        "What happens to Oᵀ G?",
        right(
            "Every entry doubles.",
            "Each entry is a sum over the samples: 2m terms, each of the old ones twice.",
        ),
        wrong(
            "It stays the same.",
            "batch_averaged",
            "So it would be with a mean over the batch. Oᵀ G is a sum, and each term now stands in it twice. (With a mean loss "
            "the rows of G would be half as large; that is the loss's 1/m, and not that of (A).)",
        ),
        wrong(
            "It gets twice as many rows.",
            "batch_not_summed",
            "The samples' index is summed over and disappears: (n_in, 2m) (2m, n_out) is (n_in, n_out), the shape of W. Only "
            "if the samples' parts were kept apart would there be twice as many.",
        ),
    ),
    question(
        "06 rows that sum to 0",
        "With softmax and cross-entropy at the end of a network, each row of the first G sums to 0.\n"
        "What does that say about ∇_b L of the last layer?",
        wrong(
            "All its entries are 0.",
            "wrong_axis",
            "That takes rows for columns: the entries of ∇_b L are column sums of G, and nothing makes those 0.",
        ),
        right(
            "Its entries add up to 0.",
            "The sum of the column sums is the sum of all of G, and so is the sum of the row sums, which are 0. Softmax does "
            "not change when every entry of a row of Z gets the same amount more, so raising all biases together changes no "
            "loss.",
        ),
        wrong(
            "It is a column of m zeros.",
            "column_bias",
            "One number for each sample: the row sums of G as a column. So it would be if every sample had a bias of its own. "
            "∇_b L has the shape of b, (1, n_out).",
        ),
    ),
    question(
        "06 the gradient of two biases",
        "G = [[2, 1], [3, -1], [-2, 5], [1, 3]]: 4 samples, 2 units.\nWhat is ∇_b L?",
        wrong(
            "[[1, 2]]",
            "batch_averaged",
            "These are the means of the columns. Copied forwards means added backwards; if the loss is a mean, its 1/m is in G "
            "already.",
        ),
        wrong(
            "[[3, 2, 3, 4]]",
            "wrong_axis",
            "These are the sums along the rows, one for each sample. A bias belongs to a unit, and its gradient is a sum over "
            "the samples.",
        ),
        right(
            "[[4, 8]]",
            "The column sums: 2 + 3 - 2 + 1 and 1 - 1 + 5 + 3. Each bias is added to all 4 samples, with the slope 1.",
        ),
        wrong(
            "[[2, 1]]",
            "first_sample_only",
            "That is row 0 of G, one sample alone.",
        ),
    ),
    question(
        "06 a line of code for (B)",
        "G has the shape (7, 3), and b has the shape (1, 3).\nWhich line gives ∇_b L, in numbers and in shape?",
        wrong(
            "G.sum(axis=0)",
            "flat_bias",
            "The numbers are right, the shape is (3,): the axis of length 1 is gone. Sooner or later numpy will put it on the "
            "side where you do not want it.",
        ),
        wrong(
            "G.sum(axis=1, keepdims=True)",
            "column_bias",
            "That sums over the units and gives a column, (7, 1): one number for each sample.",
        ),
        wrong(
            "G.mean(axis=0, keepdims=True)",
            "batch_averaged",
            "The shape is right, and each number is 1/7 of the gradient. The sum is not a mean.",
        ),
        right(
            "G.sum(axis=0, keepdims=True)",
            "A sum along axis 0 runs over the samples, and keepdims keeps the row: (1, 3).",
        ),
    ),
    question(
        "07 one row through W",
        "One sample has the row g = (1, 10) of G, and W = [[1, 2], [3, 4]]: 2 inputs, 2 units.\nWhat is its row of ∇_O L?",
        right(
            "(21, 43)",
            "Row h of W with g: 1 · 1 + 2 · 10, and 3 · 1 + 4 · 10. Input h reaches the units through row h of W. As a "
            "product: g Wᵀ.",
        ),
        wrong(
            "(31, 42)",
            "untransposed_weights",
            "That is g W: columns of W, each of which belongs to one unit. W is square here, so the product exists; with 5 "
            "inputs and 3 units it would not.",
        ),
        wrong(
            "(1, 40)",
            "scalar_rule",
            "That is g[h] · W[h, h], as if input h fed only unit h. Each input feeds every unit, so each entry is a sum over "
            "the units.",
        ),
    ),
    question(
        "07 a sample without error",
        "m = 7, n_in = 5, n_out = 3. Row 3 of G is 0: sample 3 has no error.\n"
        "Which entries of ∇_O L are 0 because of that, whatever W is?",
        wrong(
            "column 3",
            "transposed",
            "Column 3 of ∇_O L belongs to input 3, in all samples. In W Gᵀ, the transpose, it would be column 3.",
        ),
        wrong(
            "none: the sum over the batch has other terms",
            "wrong_axis",
            "(A) and (B) sum over the samples. (C) sums over the units, and the units of sample 3 all have G = 0.",
        ),
        right(
            "row 3",
            "Entry (h, k) is row h of G with row k of W: with h = 3 every product is 0. Samples do not mix, forwards or "
            "backwards.",
        ),
    ),
    question(
        "07 a mean in (B)",
        "A network of three layers. Someone writes db = G.mean(axis=0, keepdims=True), a mean where (B) has a sum, in every "
        "layer.\nWhich of the gradients are wrong?",
        wrong(
            "that of b2 only",
            "last_layer_only",
            "Each layer computes its own db with the wrong line, so it is not the last one alone.",
        ),
        right(
            "those of b0, b1 and b2",
            "Every b and no W. What travels from layer to layer is G, and db is an end product that no other line reads.",
        ),
        wrong(
            "all of them: the 1/m is carried down from layer to layer",
            "batch_averaged",
            "Errors spread through (C) and through the undoing of the activation, never through (A) or (B). So it would be if G "
            "itself were divided by m.",
        ),
    ),
    question(
        "10 the gradient of turned weights",
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
        "10 a mean over all entries",
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
        "10 whose weights they are",
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
