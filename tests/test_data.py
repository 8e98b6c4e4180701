"""Data sets: what is in them, that their parts are disjoint, and that a seed gives the same points again."""

import numpy as np
import pytest

from course_lib.practice.data import digits, moons, spirals

PLANAR = [moons, spirals]


def test_digits_has_1797_images_of_64_pixels_from_0_to_1_in_two_parts():
    data = digits()
    assert [A.shape for A in data] == [(1540, 64), (1540, 10), (257, 64), (257, 10)]
    assert {A.dtype for A in data} == {np.dtype(float)}
    for X, target in (data[:2], data[2:]):
        assert set(np.unique(16 * X)) == set(range(17))  # seventeen grey values
        assert set(np.unique(target)) == {0.0, 1.0} and (target.sum(axis=1) == 1).all()
        assert (target.sum(axis=0) > len(target) / 14).all()  # every digit is well represented


def test_no_held_out_digit_is_a_copy_of_one_for_training_and_all_are_new_arrays_each_time():
    X_train, _, X_test, _ = digits()
    train = {row.tobytes() for row in X_train}
    assert len(train) == len(X_train) and not train & {row.tobytes() for row in X_test}
    X_train[:] = 5
    assert digits().X_train.max() == 1


@pytest.mark.parametrize("make", PLANAR)
def test_planar_sets_have_m_points_of_two_equal_classes_and_a_fifth_held_out_and_the_seed_decides(make):
    for m in (10, 37, 500):
        X_train, target_train, X_test, target_test = make(m)
        assert len(X_train) == m - m // 5 and len(X_test) == m // 5
        for X, target in ((X_train, target_train), (X_test, target_test)):
            assert X.shape == target.shape == (len(X), 2) and X.dtype == target.dtype == float
            assert set(np.unique(target)) == {0.0, 1.0} and (target.sum(axis=1) == 1).all()
            assert m != 500 or (target.sum(axis=0) == len(X) / 2).all()
    first, again, other = make(50, seed=1), make(50, seed=1), make(50, seed=2)
    assert all(map(np.array_equal, first, again)) and not np.array_equal(first.X_train, other.X_train)


@pytest.mark.parametrize("make", PLANAR)
def test_the_noise_is_its_standard_deviation(make):
    still, noisy = make(2000, noise=0), make(2000, noise=0.2)
    assert (noisy.X_train - still.X_train).std() == pytest.approx(0.2, rel=0.05)
    assert make(50, noise=np.float32(0.5)).X_train.shape == (40, 2)


def test_moons_are_two_half_circles_that_reach_into_each_other():
    X, target, _, _ = moons(500, noise=0)
    upper, lower = X[target[:, 0] == 1], X[target[:, 1] == 1]
    assert np.hypot(*upper.T) == pytest.approx(1)
    assert (upper[:, 1] >= 0).all()
    assert np.hypot(*(lower - [1, 0.5]).T) == pytest.approx(1)
    assert (lower[:, 1] <= 0.5).all()


def test_spirals_turn_one_and_a_half_times_out_to_radius_1():
    X, target, _, _ = spirals(500, noise=0)
    radius = np.hypot(*X.T)
    assert 0.99 < radius.max() <= 1
    arm = X * np.where(target[:, :1] == 1, 1, -1)  # the second arm is the first, turned by half a turn
    angle = np.arctan2(arm[:, 1], arm[:, 0])
    turns = (3 * np.pi * radius - angle) / (2 * np.pi)
    assert turns == pytest.approx(np.round(turns), abs=1e-9)
