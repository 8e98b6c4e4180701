"""What holds for every view: the picture in its place shows where the view starts, and a wrong call says what is wrong."""

import functools
import inspect
import io
import re

import numpy as np
import pytest
from traitlets import TraitError

from course_lib import views
from course_lib.activations import relu
from course_lib.autodiff import Node
from course_lib.losses import softmax_cross_entropy
from course_lib.network import Network
from course_lib.shapes import as_fractions
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
STARTS = {"entry": (2, 1), "step": 3, "steps": 3, "variant": 1, "sample": 2, "layer": 1, "added": 4}
MADE_BY = {name: getattr(views, name) for name in views.__all__ if name in MADE}
CASES = [
    (name, start) for name, view in MADE_BY.items() for start in inspect.signature(view).parameters if start in STARTS
]


def picture(view):
    """What is seen of the view's figure, as bytes."""
    raw = io.BytesIO()
    view.figure().savefig(raw, format="raw", dpi=40)
    return raw.getvalue()


@functools.cache
def first_picture(name):
    return picture(MADE_BY[name](**MADE[name]))


def test_every_view_is_made_here():
    assert set(MADE) == set(views.__all__)


def state(view):
    """What the view draws from."""
    return {name: value for name, value in view.get_state().items() if not name.startswith("_") and name != "layout"}


WORDS = {
    "BackwardStepper": "BackwardStepper(5-4-3 network, X (7, 5), target (7, 3), step 0 of 12)",
    "BatchView": "BatchView(7 samples, layer 0: 5 → 4, relu)",
    "GradientFlow": "GradientFlow(depth 4, width 5, tanh, normal weights at scale 1, batch 32)",
    "GraphStepper": "GraphStepper(4 nodes, step 0 of 3: values alone: from W = [[1], [1]], input 2 = [[1, 1], [1, 1]] to 4.)",
    "JacobianExplorer": "JacobianExplorer(dy/dx (5, 5))",
    "KeyIdeaExplorer": "KeyIdeaExplorer(dY/dX (7, 3, 5, 3), G (7, 3))",
    "ProductExplorer": "ProductExplorer(A (5, 7), B (7, 3))",
    "TrainingPlayground": "TrainingPlayground(moons, 2-3-2 tanh, step 0)",
}


@pytest.mark.parametrize("name", MADE_BY)
def test_it_says_what_it_is_draws_the_same_picture_twice_and_keeps_the_numbers_that_it_was_given(name):
    given = {key: value.copy() if isinstance(value, np.ndarray) else value for key, value in MADE[name].items()}
    view = MADE_BY[name](**given)
    before, (data, _) = state(view), view._repr_mimebundle_()
    assert data["text/plain"] == repr(view) == WORDS[name]
    assert "application/vnd.jupyter.widget-view+json" in data
    for array in given.values():
        if isinstance(array, np.ndarray):
            array[:] = 0
    assert state(view) == before
    assert data["image/png"] and picture(view) == first_picture(name), "a picture that differs from run to run"


@pytest.mark.parametrize("name", ["BatchView", "KeyIdeaExplorer", "ProductExplorer"])
def test_real_numbers_of_every_kind_and_layout_are_shown_as_they_are(name):
    good = MADE[name] | {key: np.round(A) + 0.0 for key, A in MADE[name].items() if isinstance(A, np.ndarray)}
    expected = state(MADE_BY[name](**good))
    for key in [key for key, A in good.items() if isinstance(A, np.ndarray) and key != "target"]:
        A = good[key]
        for same in (A.tolist(), A.astype(int), as_fractions(A), np.repeat(A, 2, axis=-1)[..., ::2], A.copy("F")):
            assert state(MADE_BY[name](**good | {key: same})) == expected


@pytest.mark.parametrize(("name", "start"), CASES)
def test_a_place_that_is_not_there_is_refused_at_first_and_later_and_the_old_one_stays(name, start):
    view = MADE_BY[name](**MADE[name], **{start: STARTS[start]})
    for bad in (10**6, -1, "first", 0.5, (99, 0), (0, -1), (0.5, 1)):
        with pytest.raises((TypeError, ValueError, TraitError), match=rf"\b{start}\b"):
            MADE_BY[name](**MADE[name], **{start: bad})
        if start in view.traits():
            before = state(view)
            with pytest.raises((TypeError, ValueError, TraitError), match=rf"\b{start}\b"):
                setattr(view, start, bad)
            assert state(view) == before


@pytest.mark.parametrize(("name", "start"), CASES)
def test_the_picture_shows_where_the_view_starts(name, start):
    there = MADE_BY[name](**MADE[name], **{start: STARTS[start]})
    assert picture(there) != first_picture(name)
    if start in there.traits():  # one that is moved there later shows the same
        moved = MADE_BY[name](**MADE[name])
        setattr(moved, start, STARTS[start])
        assert state(moved) | {"initial": 0} == state(there) | {"initial": 0}


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
