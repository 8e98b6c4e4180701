"""What can be measured from outside of a training loop: each witness is a few lines of text about a `Case`."""

import functools
import itertools
import re

import numpy as np

from course_lib.exercises.detective.cases import GIVEN, Loop, flat, still

_H = 1e-5
_NAMES = [f"{name}{l}" for l in range(9) for name in "Wb"]


def shapes(case):
    """The shapes of W and b, and of G as it goes back, each with the number of its layer."""
    parameters = itertools.chain(*Loop(case, case.wrong).parameters)
    own = ", ".join(f"{name} {P.shape}" for name, P in zip(_NAMES, parameters, strict=False))
    back = ", ".join(f"{name} {G.shape}" for name, G in _Gs(case, case.wrong, 7).items())
    return f"A batch of 7 samples. {own}.\nG, last layer first: {back}."


def second_step(case):
    """Two steps, the parameters put back and the velocity kept: how much longer the second is, in right code 1 + momentum."""
    loop = Loop(case, case.wrong, 7)
    _, first, velocity = loop.step(loop.parameters)
    _, second, _ = loop.step(loop.parameters, velocity)
    one, two = (flat(after) - flat(loop.parameters) for after in (first, second))
    ratio = two @ one / (one @ one or 1)
    momentum = GIVEN["momentum"] * ("momentum" in case.right)
    return f"The parameters put back, the second step is {ratio:.3g} times the first; in right code {1 + momentum:.3g}."


def sizes_of_G(case):
    """The root mean square of G in each layer at the first step, beside that of the right code."""
    wrong, right = (
        {name: f"{np.sqrt(np.mean(np.square(G))):.2g}" for name, G in _Gs(case, code, 60).items()}
        for code in (case.wrong, case.right)
    )
    return "\n".join(f"{name}, root mean square: {wrong[name]}, in right code {right[name]}" for name in wrong)


def zero_weights(case):
    """The loss of a network whose W and b are all 0, which can be told in advance."""
    loops = Loop(case, case.wrong), Loop(case, case.right)
    wrong, right = (loop.step(still(loop.parameters))[0] for loop in loops)
    return f"L is {wrong:.4g}; in right code {right:.4g}."


def _Gs(case, code, m):
    """Each G of the first step of the code by its name, last layer first."""
    found = []
    kept = re.sub(r"^( +G\b.*)", r"\1; _keep(G)", code, flags=re.MULTILINE)
    loop = Loop(case, kept, m, _keep=lambda G: found.append(np.array(G)))
    loop.step(loop.parameters)
    return dict(zip(("G2", "G1", "G0"), found, strict=False))  # every case has three layers


@np.errstate(all="ignore")
def gradient_check(case, m=7, steps=0):
    """What a step subtracts, over the rate, beside the differences of L: a map of the entries by parameter, after some steps."""
    loop = Loop(case, case.wrong, m)
    _, parameters = loop.run(steps)
    _, after, _ = loop.step(parameters)  # without velocity: the step is the gradient alone

    def moved(P, entry, move):
        """L with one entry of P, one of the parameters, moved."""
        kept, P[entry] = P[entry], P[entry] + move
        L, *_ = loop.step(parameters)
        P[entry] = kept
        return L

    lines = []
    for name, (l, which) in zip(_NAMES, np.ndindex(len(parameters), 2), strict=False):
        # By hand, and not by numeric_jacobian, which refuses an L that jumps: that of wrong code may.
        P, numeric = parameters[l][which], np.empty(parameters[l][which].shape)
        for entry in np.ndindex(P.shape):
            numeric[entry] = (moved(P, entry, _H) - moved(P, entry, -_H)) / (2 * _H)
        numeric += GIVEN["lam"] * P * (which == 0 and "lam" in case.right)  # the penalty is in the step, and not in L
        lines.append(f"{name} {P.shape}: {_compared((P - after[l][which]) / GIVEN['rate'], numeric)}")
    return "\n".join(lines)


def _compared(found, numeric):
    right = np.isclose(found, numeric, 1e-4, 1e-7)
    if right.all():
        return "right"
    ratio = found[abs(numeric) > 1e-9] / numeric[abs(numeric) > 1e-9]
    is_constant = ratio.size and np.ptp(ratio) <= 1e-3 * abs(ratio.mean())
    if not right.any():
        return f"wrong, {ratio.mean():.3g} times what it should be" if is_constant else "wrong in every entry"
    grid = "\n".join("   " + " ".join("·" if each else "×" for each in row) for row in right)
    return f"{(~right).sum()} of {right.size} entries wrong\n{grid}"


WITNESSES = {
    "Shapes": shapes,
    "Gradient check": gradient_check,
    "One sample": functools.partial(gradient_check, m=1),  # of one sample a sum and a mean are the same
    "After ten steps": functools.partial(gradient_check, steps=10),  # where no b is 0 any more
    "Second step": second_step,
    "Size of G by layer": sizes_of_G,
    "Zero weights": zero_weights,
}
