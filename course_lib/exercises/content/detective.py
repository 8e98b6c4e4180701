"""Notebook 12: what a witness says of a training loop."""

from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "12_detective"

QUESTIONS = (
    question(
        "12 every b and no W",
        "A network learns, and all its shapes fit. With a batch of 7 samples the gradient check finds every W right, and every b "
        "0.143 times what it should be. With one sample it finds nothing.\nWhich line do you read first?",
        wrong(
            "G = (O[-1] - T) / len(X)",
            "batch_averaged",
            "All gradients are made from this G. A factor too many there would show in every W as well.",
        ),
        right(
            "db = G.sum(axis=0, keepdims=True)",
            "No other line is read by every b and by no W. 0.143 is 1/7, and with one sample a mean is the sum.",
        ),
        wrong(
            "G = (G @ W.T) * f_prime(Z[l - 1])",
            "stale_gradient",
            "The last layer does not use this line, and its b is wrong too. And what G loses on its way, W loses as well.",
        ),
        wrong(
            "P += V",
            "not_in_place",
            "This line serves W and b alike: it cannot tell one from the other.",
        ),
    ),
    question(
        "12 right at first",
        "On a fresh network, whose every b is 0, the check finds all gradients right. After ten steps it finds every W right, and "
        "every b wrong.\nWhat do you look for?",
        wrong(
            "A sum over samples that is a mean",
            "batch_averaged",
            "A mean is wrong from the first step on.",
        ),
        wrong(
            "A G that is left from the step before",
            "stale_gradient",
            "Then W would be wrong too: dW and db are made from one G.",
        ),
        right(
            "A term with b in the gradient for b",
            "Where b is 0 it adds nothing, so a fresh network hides it. Draw the biases before you check, or train a little first.",
        ),
    ),
    question(
        "12 the check finds nothing",
        "The gradient check finds nothing: on a fresh network, after ten steps, with one sample and with many. The network still learns "
        "worse than it should.\nWhere can the mistake be?",
        wrong(
            "In the step back through W, (C)",
            "untransposed_weights",
            "Then all layers but the last would fail the check.",
        ),
        wrong(
            "In the slope of the activation",
            "activation_not_undone",
            "The check compares with the loss itself, in which the activation stands: another slope would show.",
        ),
        right(
            "In what is no gradient: how the weights begin, the velocity",
            "The check says that the gradient fits the loss. It says nothing of where the weights begin, nor of what is done with the "
            "gradient afterwards.",
        ),
    ),
)
