"""GradientFlow: a deep network at the moment of its initialization, and what every layer does to Z and to G."""

import numpy as np
import traitlets

from course_lib.pictures import curves
from course_lib.pictures.panel import checked_index
from course_lib.views.gradient_flow.run import (
    ACTIVATIONS,
    INITIALIZERS,
    MOST,
    checked_settings,
    critical_scale,
    run,
    weight_gain,
)
from course_lib.views.shared.view import View, packed, script, unpacked

_CALL = "GradientFlow(depth, width, ...)"
_NAMES = ("Z", "G", "grad_W")
_SHOWN = {"Z": "Z", "G": "G", "grad_W": "∇_W L"}


class GradientFlow(View):
    """The root mean squares of Z, G and grad_W by layer, beside the theory; Z of each layer against f'.

    depth: layers, up to 100, which count from 0; width: units of each, up to 256; batch: samples, up to 256.
    activation: one of the course's, or its name. initializer: "normal", with entries of variance 1 / width,
    "fan_in_uniform", "glorot_uniform", "glorot_normal", "he_normal" or "orthogonal"; scale multiplies its weights.
    residual: a layer's output is O + f(Z) in place of f(Z). seed: of everything that is drawn at random: another
    setting changes nothing else. The network is that of `views.gradient_flow.run`; the theory is that of
    `course_lib.depth.theory`, for wide layers. Scales of 0, or so large that numbers overflow, are shown as what they
    lead to. The trait `layer` is the layer whose Z is shown.

    Raises TypeError for a value of the wrong kind, ValueError for one out of range.
    """

    _esm, _css = script(__file__)
    kept = ("asked", "layer")
    choices = traitlets.Dict().tag(sync=True)  # what the controls offer
    layer = traitlets.Int(min=0, max=MOST["depth"] - 1).tag(sync=True)
    asked = traitlets.Dict().tag(sync=True, echo_update=False)  # the settings of the controls
    answer = traitlets.Dict().tag(sync=True)  # all that follows from them

    def __init__(
        self,
        depth=20,
        width=64,
        activation="tanh",
        initializer="normal",
        scale=1.0,
        batch=32,
        residual=False,
        seed=0,
    ):
        given = {"depth": depth, "width": width, "activation": activation, "initializer": initializer}
        settings = checked_settings(_CALL, given | {"scale": scale, "batch": batch, "residual": residual})
        self._seed = checked_index(f"{_CALL}: seed", seed, 2**32 - 1)
        super().__init__(
            choices={"most": MOST, "activation": list(ACTIVATIONS), "initializer": list(INITIALIZERS)},
            asked=settings,
            answer=self._answer(settings),
        )

    @property
    def settings(self):
        """A copy of the settings that are shown, a dict: depth, width, activation, initializer, scale, batch, residual."""
        return dict(self.answer["asked"])

    @property
    def rms(self):
        """The root mean squares that are shown, a dict: Z, G and grad_W, arrays of shape (depth,)."""
        return dict(zip(_NAMES, unpacked(self.answer["run"]["lines"]), strict=False))

    @property
    def theory(self):
        """What the theory says of them, in the same form."""
        return dict(zip(_NAMES, unpacked(self.answer["run"]["lines"])[3:], strict=False))

    def figure(self):
        """The curves as they are now, the theory as lines; a dashed line at the layer."""
        measured, theory = (
            {_SHOWN[name]: np.where((A > 1e-250) & (A < 1e250), A, np.nan) for name, A in each.items()}
            for each in (self.rms, self.theory)  # beyond, matplotlib's axis overflows
        )
        title = "\n".join([self._title(), *self.answer["gaps"]])
        fig = curves.by_layer(measured, "root mean square", theory, title)
        fig.axes[0].axvline(min(self.layer, self.settings["depth"] - 1), color="gray", linestyle="--")
        return fig

    def __repr__(self):
        return f"GradientFlow({self._title()})"

    def _title(self):
        s = self.settings
        network = f"depth {s['depth']}, width {s['width']}, {s['activation']}" + ", residual" * s["residual"]
        return f"{network}, {s['initializer']} weights at scale {s['scale']:g}, batch {s['batch']}"

    @traitlets.observe("asked")
    def _move(self, change):
        if self.answer and self.asked != self.answer["asked"]:
            self.answer = self._answer(checked_settings(_CALL, self.settings | self.asked))

    def _answer(self, settings):
        """All that the browser draws for the settings."""
        found, critical = run(self._seed, settings), critical_scale(settings)
        return {
            "asked": settings,
            "run": {name: packed(name, A) for name, A in found.items()},
            "critical": critical,
            "gain": critical and weight_gain(settings | {"scale": critical}),
            "gaps": gaps(found["lines"][:3]),
        }


def gaps(rms):
    """Where the curves have no point, and why, in words. rms: (3, depth)."""
    found = []
    for name, by_layer in zip(_SHOWN.values(), rms, strict=True):
        for why, missing in (("not finite", ~np.isfinite(by_layer)), ("vanished (exactly 0)", by_layer == 0)):
            if missing.any():
                first, last = np.flatnonzero(missing)[[0, -1]]
                found.append(f"{name}: {why}, layers {first} to {last}")
    return found
