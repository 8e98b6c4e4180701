"""The batch that a view runs through a network, checked against it."""

from course_lib.arguments import finite_array
from course_lib.network import Network
from course_lib.shapes import ShapeError
from course_lib.views.shared.view import as_matrix


def checked_batch(call, network, X, target):
    """X, (m, sizes[0]), and target, (m, sizes[-1]), as floats; a vector is one sample. `call` begins the error message.

    Raises TypeError for anything but a Network and real numbers, ShapeError where shapes do not fit it, ValueError for
    an empty or huge batch and for numbers that are not finite.
    """
    if not isinstance(network, Network):
        raise TypeError(f"{call}: network is a {type(network).__name__}, expected a Network of course_lib.network")
    X, target = (as_matrix(call, name, A).astype(float) for name, A in (("X", X), ("target", target)))
    given = f"network.sizes is {network.sizes}"
    for name, A, layer, why in (("X", X, 0, given), ("target", target, -1, f"{given}, and X is {X.shape}")):
        expected = len(X), network.sizes[layer]
        if A.shape != expected:
            symbols = f"(m, n_{layer % len(network.sizes)})"
            raise ShapeError(f"{call}: {name} has shape {A.shape}, expected {symbols} = {expected}: {why}.")
        finite_array(call, name, A)
    return X, target
