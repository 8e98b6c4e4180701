"""What holds for every view: the picture in its place shows where the view starts, and a wrong call says what is wrong."""

import inspect
import io
import re

import numpy as np
import pytest

from course_lib import views
from course_lib.activations import relu
from course_lib.autodiff import Node
from course_lib.losses import softmax_cross_entropy
from course_lib.network import Network
from course_lib.views import KeyIdeaExplorer

m, n_in, n_out = 7, 5, 3
RNG = np.random.default_rng(0)
O, G, W = RNG.standard_normal((m, n_in)), RNG.standard_normal((m, n_out)), RNG.standard_normal((n_in, n_out))
b, T = np.ones((1, n_out)), np.eye(n_out)[np.arange(m) % n_out]  # (1, n_out), (m, n_out)
NETWORK = Network([n_in, 4, n_out], relu, loss=softmax_cross_entropy)
W_NODE = Node(np.ones((2, 1)))
Z_NODE = (Node(np.ones((2, 2))) @ W_NODE).sum()
# Each view with the arguments that it needs.
MADE = {
    "BackwardStepper": {"network": NETWORK, "X": O, "target": T},
    "BatchView": {"network": NETWORK, "X": O, "target": T},
    "GradientFlow": {"depth": 4, "width": 5},
    "GraphStepper": {"node": Z_NODE, "names": {"W": W_NODE}},
    "JacobianExplorer": {"f": np.tanh, "x": O[0]},
    "KeyIdeaExplorer": {"dY_dX": RNG.standard_normal((m, n_out, n_in, n_out)), "dz_dY": G},
    "ProductExplorer": {"A": O.T, "B": G},
    "TrainingPlayground": {"hidden": (3,)},
}
# Where a view can start, in every way that there is: another value for each argument of one of these names.
STARTS = {"entry": (2, 1), "step": 3, "steps": 3, "variant": 1, "sample": 2, "layer": 1, "added": 4, "mean": False}
MADE_BY = {name: getattr(views, name) for name in views.__all__ if name in MADE}
CASES = [
    (name, start) for name, view in MADE_BY.items() for start in inspect.signature(view).parameters if start in STARTS
]


def picture(view):
    """What is seen of the view's figure, as bytes."""
    raw = io.BytesIO()
    view.figure().savefig(raw, format="raw", dpi=40)
    return raw.getvalue()


def test_every_view_is_made_here():
    assert set(MADE) == set(views.__all__)


@pytest.mark.parametrize(("name", "start"), CASES)
def test_the_picture_shows_where_the_view_starts(name, start):
    here = picture(MADE_BY[name](**MADE[name]))
    there = MADE_BY[name](**MADE[name], **{start: STARTS[start]})
    assert picture(there) != here
    if start in there.traits():  # one that is moved there later shows the same
        moved = MADE_BY[name](**MADE[name])
        setattr(moved, start, STARTS[start])
        assert picture(moved) == picture(there)


BAD = [None, "q", 10**30, -1, float("nan"), {}, object(), [1, 2], [[1, 2], [3]], np.zeros((0, 3)), np.ones(4) * 1j]
OF_LAYER = {"wrt": "W", "O": O, "W": W, "b": b, "G": G}
CALLS = {name: (view, MADE[name]) for name, view in MADE_BY.items()} | {
    "of_layer": (KeyIdeaExplorer.of_layer, OF_LAYER)
}


def complaint(call, arguments, argument, bad):
    """What is wrong with how a wrong argument is refused, in words; "" where it is taken, or refused as it should be."""
    try:
        call(**(arguments | {argument: bad}))
    except (TypeError, ValueError) as error:
        said = re.search(rf"\b({argument}|a row of {argument}|A)\b", str(error).partition(": ")[2])
        return "" if said else f"{argument}={bad!r}: {error}"
    except Exception as error:  # noqa: BLE001 (what must not come)
        return f"{argument}={bad!r}: {type(error).__name__}: {error}"
    return ""


@pytest.mark.parametrize("name", CALLS)
def test_a_wrong_call_names_the_argument(name):
    call, arguments = CALLS[name]
    names = [argument for argument in inspect.signature(call).parameters if argument != "traits"]
    complaints = [complaint(call, arguments, argument, bad) for argument in names for bad in BAD]
    assert not list(filter(None, complaints))
