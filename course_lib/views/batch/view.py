"""BatchView: the rows of O, Z and G are samples, and the gradient for W is the sum of what each sample gives to it."""

import numpy as np
import traitlets

from course_lib import dense
from course_lib.arguments import finite_array
from course_lib.losses import mse, softmax_cross_entropy
from course_lib.pictures.blackboard import board
from course_lib.pictures.panel import Panel, checked_index
from course_lib.shapes import ShapeError
from course_lib.views.shared.batch import checked_batch
from course_lib.views.shared.view import View, as_floats, as_matrix, packed, script, unpacked

MOST_SAMPLES = 100
_CALL = "BatchView(network, X, target)"


class BatchView(View):
    """A batch, sample by sample: row i of O, Z and G in one layer, and its part o_i^T g_i of the gradient for W.

    X: (m, n_in), up to 100 rows; target: (m, n_out); the view runs both through the network, so that all it shows
    belongs together. images: (m, height, width), what the samples look like, or None. layer: counts from 0. sample:
    whose row is outlined. added: how many samples the running sum has; with all m it is O^T G (row S14). The trait mean
    is True; False shows the same loss as a sum over the batch, every G and gradient m times as large (slip E9).

    Raises TypeError for anything but a Network and real numbers, ShapeError where shapes do not fit the network, and
    ValueError for an empty or too large batch, for numbers that are not finite, for a loss that is no mean over the
    batch, and for a sample, a layer or a number of samples that does not exist.
    """

    _esm, _css = script(__file__)
    kept = ("sample", "added", "mean")
    O = traitlets.Dict().tag(sync=True)
    Z = traitlets.Dict().tag(sync=True)
    G = traitlets.Dict().tag(sync=True)
    where = traitlets.Unicode().tag(sync=True)  # the layer, in words
    labels = traitlets.List().tag(sync=True)  # "class 7", or nothing
    images = traitlets.Dict().tag(sync=True)
    sample = traitlets.TraitType(0).tag(sync=True)
    added = traitlets.TraitType(0).tag(sync=True)
    mean = traitlets.Bool(True).tag(sync=True)

    def __init__(self, network, X, target, images=None, layer=0, sample=0, added=0):
        X, target = checked_batch(_CALL, network, X, target)  # (m, n_in), (m, n_out)
        if len(X) > MOST_SAMPLES:
            raise ValueError(f"{_CALL}: X has {len(X):,} rows, expected up to {MOST_SAMPLES}, such as X[:11]")
        if network.loss not in (mse, softmax_cross_entropy):
            means = "mse or softmax_cross_entropy, which are means over the batch"
            raise ValueError(f"{_CALL}: network.loss is {network.loss}, expected {means}")
        l = checked_index("BatchView: layer", layer, len(network.parameters) - 1)
        with np.errstate(over="ignore", invalid="ignore"):
            trace = network.forward(X)
            network.backward(trace, target)
            O, Z, G = trace.O[l], trace.Z[l], trace.G[l]  # (m, n_in), (m, n_out), (m, n_out)
            for name, A in ((f"Z of layer {l}", Z), (f"G of layer {l}", G), ("the gradient for W", O.T @ G)):
                finite_array(_CALL, name, as_matrix(_CALL, name, A))
        pictures = {} if images is None else packed("images", _images(images, len(X)))
        super().__init__(
            O=packed("O", O, ("m", "n_in")),
            Z=packed("Z", Z, ("m", "n_out")),
            G=packed("G", G, ("m", "n_out")),
            where=f"layer {l}: {O.shape[1]} → {Z.shape[1]}, {network.activations[l]}",
            labels=_labels(target),
            images=pictures,
            sample=sample,
            added=added,
        )

    @traitlets.validate("sample", "added")
    def _one_that_exists(self, proposal):
        name, m = proposal["trait"].name, self.O["shape"][0]
        return checked_index(f"BatchView: {name}", proposal["value"], {"sample": m - 1, "added": m}[name])

    def __repr__(self):
        return f"BatchView({self.O['shape'][0]} samples, {self.where})"

    def figure(self):
        """O, Z and G with the sample's row, and below them its part of the gradient, the running sum, and O^T G."""
        i, k, m = self.sample, self.added, self.O["shape"][0]
        O, Z, G = (Panel(A["name"], unpacked(A), A["symbols"], rows=[i]) for A in (self.O, self.Z, self.G))
        G, weights = G._replace(A=G.A if self.mean else m * G.A), ("n_in", "n_out")
        sums = [
            Panel(f"o_{i}ᵀ g_{i}", dense.grad_W(O.A[[i]], G.A[[i]]), weights),
            Panel(f"sum, {k} of {m} samples", dense.grad_W(O.A[:k], G.A[:k]), weights),
            Panel("OᵀG", dense.grad_W(O.A, G.A), weights),
        ]
        who = ", ".join(filter(None, (f"Sample {i}", self.labels[i])))
        loss = "a mean: G has the 1/m" if self.mean else "a sum: G without 1/m"
        return board(
            [[O, Z, G], sums],
            f"{who}: its row, and its own part of OᵀG. {self.where.capitalize()}. The loss is {loss}.",
        )


def _images(images, m):
    """The images as floats, (m, height, width)."""
    images = as_floats(_CALL, "images", images, rank=3)
    if len(images) != m or images.size == 0:
        raise ShapeError(f"{_CALL}: images has shape {images.shape}, expected (m, height, width) with m = {m}, as X.")
    return images


def _labels(target):
    """What each sample is, if the rows of target, (m, n_out), are one-hot: "class 7"; else nothing."""
    one_hot = target.shape[1] > 1 and np.isin(target, (0, 1)).all() and (target.sum(axis=1) == 1).all()
    return [f"class {k}" if one_hot else "" for k in target.argmax(axis=1)]
