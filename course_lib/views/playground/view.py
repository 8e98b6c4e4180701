"""TrainingPlayground: a network learns while you watch its losses, its G layer by layer, and what it makes of the data."""

import numpy as np
import traitlets
from contourpy import contour_generator

from course_lib.pictures.panel import checked_index
from course_lib.views.playground.picture import picture
from course_lib.views.playground.run import Run
from course_lib.views.playground.settings import OFFERED, Settings
from course_lib.views.shared.view import View, packed, script

MOST_STEPS = 100_000  # at once, from Python
MOST_RECORDED = 40  # frames of an exported page, after the first
MOST_WRONG = 12  # images that are shown
BUDGET = 0.02  # seconds of training in one frame, at most
_STEPS_OF_A_FRAME = 1_000


class TrainingPlayground(View):
    """A network that trains while one watches, and whose settings can be changed on the way (rows S5 to S21).

    data: "moons", "spirals" or "digits". hidden: the units of the hidden layers, such as (16, 16). activation: of the
    hidden layers, by name. The loss is softmax_cross_entropy, the regularizer l2 with weight `lam`. seed: of the initial
    weights and of the order of the samples, as in `fit`. steps: how many to train at once; of these the view keeps up to
    41 frames, which an exported page replays.

    `network` is the network that is shown. Raises TypeError or ValueError that names the argument.
    """

    _esm, _css = script(__file__)
    setup = traitlets.Dict().tag(sync=True)  # the data, and what there is to choose from
    answer = traitlets.Dict().tag(sync=True)  # all else that is drawn, and which question of which view it answers
    recorded = traitlets.List().tag(sync=True)  # frames, for a page without a kernel

    def __init__(
        self,
        data="moons",
        hidden=(16, 16),
        activation="tanh",
        learning_rate=0.1,
        batch_size=32,
        lam=0.0,
        seed=0,
        steps=0,
    ):
        settings = Settings(data, hidden, activation, learning_rate, batch_size, lam, seed)
        self._run, self._shown = Run(settings), None
        self._choices = {name: sorted({*few, getattr(settings, name)}) for name, few in OFFERED.items()}
        checked_index("TrainingPlayground: steps", steps, MOST_STEPS)
        super().__init__()
        frames = [self._run.frame()]
        for stop in np.linspace(0, steps, min(steps, MOST_RECORDED) + 1)[1:]:
            self._run.advance(int(stop) - self._run.step)
            frames.append(self._run.frame())
            if self._run.exploded is not None:
                break
        self._show(frames[-1])
        self.recorded = [self._packed(one) for one in frames] if steps else []
        self.on_msg(self._receive)

    @property
    def network(self):
        """The `course_lib.network.Network` that is shown; another one after a reset."""
        return self._run.network

    def figure(self):
        """The picture that stands in for the view: its curves, its norms, its data and every G, as they are now."""
        return picture(self._run)

    def __repr__(self):
        settings = self._run.settings
        units = "-".join(map(str, settings.sizes))
        return f"TrainingPlayground({settings.data}, {units} {settings.activation}, step {self._run.step})"

    def _receive(self, _, question, buffers):
        """A view asks for a frame: {id, steps, reset, settings}; each question has one answer."""
        for name, value in question["settings"].items():
            self._run = self._run.with_setting(name, value)
        if question["reset"]:
            self._run = Run(self._run.settings)
        self._run.advance(min(int(question["steps"]), _STEPS_OF_A_FRAME), BUDGET)
        self._show(self._run.frame(), question["id"])

    def _show(self, frame, asked=None):
        """Send the frame, in one message; with the data, where they are new."""
        with self.hold_sync():
            if self._shown is not self._run.data:
                self._shown = self._run.data
                self.setup = self._packed_data()
            self.answer = self._packed(frame) | {"asked": {"id": asked}}

    def _packed(self, frame):
        """The frame as the browser takes it."""
        sent = vars(frame) | {
            "settings": {name: getattr(self._run.settings, name) for name in OFFERED},
            "norms": packed("norms", frame.norms),
            "G": [_coloured(G) for G in frame.G],
            "curve": packed("curve", frame.curve),
        }
        if self._run.is_plane:
            # Where both classes are as likely.
            lines = contour_generator(z=np.ma.masked_invalid(frame.boundary)).lines(0)
            path = "".join("M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in line) for line in lines)
            return sent | {"boundary": _coloured(frame.boundary, 1), "line": path}
        return sent | {"wrong": {"count": len(frame.wrong), "first": frame.wrong[:MOST_WRONG].tolist()}}

    def _packed_data(self):
        """What is drawn of the data in every frame: points (x, y, class, is held out), in a plane of size 1, or images."""
        run, data = self._run, self._run.data
        setup = {"m_test": len(data.X_test), "choices": self._choices}
        if run.is_plane:
            rows = [(X, target, is_test) for is_test, (X, target) in enumerate((data[:2], data[2:]))]
            points = np.vstack([np.column_stack([X, T[:, 1], np.full(len(X), is_test)]) for X, T, is_test in rows])
            low, high = np.transpose(run.extent)  # (2,), (2,)
            points[:, :2] = (points[:, :2] - low) / (high - low)
            setup["points"] = packed("points", points)
        else:
            setup["images"] = (255 * np.clip(data.X_test, 0, 1)).astype(np.uint8).tobytes()
        return setup


def _coloured(A, limit=None):
    """A, (m, n), in 255 colours: whole numbers from -127 to 127, of which 127 is `limit`; -128 is no finite number."""
    finite = np.isfinite(A)
    limit = float(np.abs(A, where=finite, out=np.zeros(A.shape)).max()) if limit is None else limit
    shares = np.divide(A, limit or 1, where=finite, out=np.full(A.shape, -128 / 127))
    data = np.rint(127 * shares).astype(np.int8).tobytes()
    return {"shape": list(A.shape), "limit": limit, "data": data, "finite": bool(finite.all())}
