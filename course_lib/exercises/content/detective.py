"""Notebook 12: a training loop, the mistakes that are made in it, and what a witness says of it."""

from course_lib.exercises.engine.prediction import question, right, wrong

NOTEBOOK = "12_detective"

CODE = """\
def start(sizes, rng):
    parameters = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:]):
        W = rng.standard_normal((n_in, n_out)) / np.sqrt(n_in)
        parameters.append([W, np.zeros((1, n_out))])
    return parameters

def step(parameters, velocity, X, T, {given}):
    O, Z = [X], []
    for l, (W, b) in enumerate(parameters):
        Z.append(O[l] @ W + b)
        O.append({output} if l == len(parameters) - 1 else f(Z[l]))
    L = {loss}
    G = (O[-1] - T) / len(X)
    for l in reversed(range(len(parameters))):
        W, b = parameters[l]
        dW = {dW}
        db = G.sum(axis=0, keepdims=True)
        if l > 0:
            G = (G @ W.T) * f_prime(Z[l - 1])
        for P, V, dP in zip(parameters[l], velocity[l], (dW, db)):
            V[:] = {velocity}
            P += V
    return L
"""

# Rules as in `edits`, from right code to wrong: what is said of the line, the pattern, and what is made of it.
MISTAKES = """
the slope of the activation is missing | p * g(q) | p
the function is called for the layer before | g(p[i]) | g(p[i - 1])
the function and its derivative are exchanged | g(p) | F(p)
a factor is missing | {lam momentum rate} * p | p
a factor is missing | -rate * p | -p
the penalty's part of the gradient is missing | p + lam * q | p
the bias is missing | p @ q + x | p @ q
a division by a size, as in 1/m, is missing | p / s | p
the weights do not begin with the size of one over the root of n_in | p / np.sqrt(q) | p * np.sqrt(q)
a mean stands where a sum belongs | a.sum(axis=0, *r) | a.mean(axis=0, *r)
all entries are added up, where each bias has a column of its own | a.sum(axis=0, *r) | a.sum()
a sign is wrong | p - q : outside | p + q | q - p
a sign is wrong | -p : outside | p
the step goes in the wrong direction | t += p | t -= p
what an earlier step left is kept, and added | t = -rate * p | t += -rate * p
another array belongs in the step | {rate -rate} * x | {rate -rate} * V
G is not carried back to the first layer | p > q | p > 1
the loop leaves a layer out | range(p) | range(1, p)
"""
# Of each written case the network, what is right, what stands there, and what is said of it.
WRITTEN = """
2 | G @ W.T | G @ W | G goes back through the transpose of W; in a square layer the product runs without it
8 | db = G.sum( | db = G.mean( | b enters once for each sample, so its gradient is a sum; the 1/m is in G already
1 | f_prime(Z[l - 1]) | f_prime(O[l]) | f_prime takes Z, what f was applied to, and this is the output
6 | if l > 0: | if l > 1: | the first layer is given the G of the second: here G is not carried back to it
3 | {back}{update} | {update}{back} | W is updated in place before G has gone back through it
11 | keepdims=True) | keepdims=True) + lam * b | the penalty is on weights and never on biases
5 | f_prime(Z[l - 1]) | f_prime(Z[0]) | the slope of each layer is taken at its own Z, and not at that of the first
9 | softmax(Z[l]) | softmax(Z[l].T).T | softmax is taken over the units of a sample, and here over the samples
0 | V[:] = -rate | V[:] += -rate | what an earlier step left is kept and added: there is no momentum here
11 | reversed(range(len | reversed(range(1, len | the loop ends one layer early: the first one is never trained
2 | momentum * V - rate | -momentum * V - rate | the velocity is turned around at each step
10 | / np.sqrt(n_in) | / 100 | the weights begin so small that O and G fade from layer to layer
""".format(
    back="        if l > 0:\n            G = (G @ W.T) * f_prime(Z[l - 1])\n",
    update=CODE[CODE.index("        for P,") : CODE.index("    return L")].format(velocity="-rate * dP"),
)

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
