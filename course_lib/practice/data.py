"""Data sets: handwritten digits, shipped with the package, and two that are drawn in the plane.

Each function returns a `Split`: X holds floats, one sample a row; target holds one-hot rows.
"""

from importlib.resources import files
from typing import NamedTuple

import numpy as np

from course_lib.arguments import Number, Whole
from course_lib.shapes import shape_checked


class Split(NamedTuple):
    """X_train: (m, n_in), target_train: (m, classes), and the held-out X_test and target_test."""

    X_train: np.ndarray
    target_train: np.ndarray
    X_test: np.ndarray
    target_test: np.ndarray


def digits():
    """1,797 handwritten digits of 8x8 pixels: X has 64 columns (row by row, 0 is paper, 1 is ink), target has 10.

    The test file of "Optical Recognition of Handwritten Digits", E. Alpaydin and C. Kaynak, UCI Machine Learning
    Repository, 1998 (CC BY 4.0); `course_lib/practice/optdigits/README.md` says more. Every seventh image is held out: 257 of
    them, 1,540 are for training. The same 13 people wrote both parts.
    """
    with np.load(files("course_lib.practice") / "optdigits" / "optdigits_test.npz", allow_pickle=False) as stored:
        X, labels = stored["images"].reshape(-1, 64) / 16, stored["labels"]
    return _split(X, labels, np.arange(len(X)) % 7 == 0)


@shape_checked
def moons(m: Whole(10) = 500, noise: Number(0) = 0.1, seed: Whole() = 0):
    """m points of the plane in two interleaved half circles of radius 1; `noise` is the standard deviation."""
    rng = np.random.default_rng(seed)
    labels, angle = np.arange(m) % 2, rng.uniform(0, np.pi, m)
    sign = 1 - 2 * labels
    X = np.stack([sign * np.cos(angle) + labels, sign * np.sin(angle) + 0.5 * labels], axis=1)
    return _split(X + float(noise) * rng.standard_normal((m, 2)), labels, np.arange(m) % 5 >= 4)


@shape_checked
def spirals(m: Whole(10) = 500, noise: Number(0) = 0.05, seed: Whole() = 0):
    """m points of the plane on two spiral arms of one and a half turns, out to radius 1; `noise` as in `moons`."""
    rng = np.random.default_rng(seed)
    labels, radius = np.arange(m) % 2, np.sqrt(rng.uniform(0, 1, m))
    angle = 3 * np.pi * radius + np.pi * labels
    X = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _split(X + float(noise) * rng.standard_normal((m, 2)), labels, np.arange(m) % 5 >= 4)


def _split(X, labels, held_out):
    target = np.eye(labels.max() + 1)[labels]  # (m, classes): one-hot rows
    return Split(X[~held_out], target[~held_out], X[held_out], target[held_out])
