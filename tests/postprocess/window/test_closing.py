"""Closing over time: what held runs gave, between them and beyond."""

from dataclasses import replace

import numpy as np
import pytest

from napress.postprocess.invasion.growth import Metal
from napress.postprocess.window.closing import Held, closing
from napress.postprocess.window.curves import Curves

GRID = np.geomspace(0.1, 100.0, 400)
METAL = Metal(0.53, 5.0, 1e4)
TIMES = np.array([1.0, 600.0, 6000.0, 36000.0, 1e6])
P = np.array([0.5, 1.0, 2.0])


def curves(rate=1.0):
    """Void and resistance fall with pressure, at once; faster by a factor when held."""
    void = 100.0 * np.exp(-rate * GRID)[None, :]
    return Curves(GRID, 1.0 - void / 100.0, void, 1.0 / (rate * GRID)[None, :], {}, {})


def test_computed_holds_are_what_was_computed():
    found = closing(
        curves(), curves(), [Held(600.0, curves(3.0)), Held(36000.0, curves(5.0))], 1.0, METAL, None
    )
    void, asr = found.values(curves(), 0, P, TIMES)
    assert void[1] == pytest.approx(100 * np.exp(-3.0 * P), rel=0.02)
    assert void[3] == pytest.approx(100 * np.exp(-5.0 * P), rel=0.03)
    assert asr[3] == pytest.approx(1 / (5 * P), rel=0.02)
    # Halfway between them in the logarithm of time the logarithms are halfway.
    middle = found.values(curves(), 0, P, np.array([np.sqrt(600.0 * 36000.0)]))[0][0]
    assert np.log(middle) == pytest.approx(0.5 * np.log(void[1] * void[3]), rel=1e-6)
    assert "computed at 600 s and 36000 s" in found.text and "scaled" in found.text


def test_beyond_them_pressure_goes_with_a_fifth_of_the_time():
    held = [Held(600.0, curves(3.0)), Held(36000.0, curves(5.0))]
    found = closing(curves(), curves(), held, 1.0, METAL, None)
    longer = found.values(curves(), 0, P[:2], np.array([36000.0 * 32]))[0][0]
    assert longer == pytest.approx(100 * np.exp(-5.0 * 2.0 * P[:2]), rel=0.06)
    # A short hold closes no less than none.
    once = 100 * np.exp(-P)
    assert found.values(curves(), 0, P, np.array([1e-3]))[0][0] == pytest.approx(once, rel=0.01)
    timed = closing(curves(), curves(), held, 1.0, METAL, 600.0)
    slower = timed.values(curves(), 0, P, np.array([1.0]))[0][0]
    assert slower == pytest.approx(100 * np.exp(-3.0 * P * (1 / 600) ** 0.2), rel=0.03)


def test_other_surfaces_gain_as_the_first_does():
    two = replace(
        curves(), void_left_percent=np.vstack([curves().void_left_percent] * 2) * [[1], [2]]
    )
    two = replace(two, asr_ohm_cm2=np.vstack([curves().asr_ohm_cm2] * 2))
    held = [Held(600.0, curves(3.0)), Held(36000.0, curves(5.0))]
    found = closing(two, curves(), held, 1.0, METAL, None)
    one, other = (found.values(two, seed, P, TIMES[1:2])[0] for seed in (0, 1))
    assert other == pytest.approx(2.0 * one)


def test_without_held_runs_it_is_scaled_and_says_so():
    scaled = closing(curves(), None, [], 1.0, METAL, None)
    assert scaled.text.startswith("scaled")
    flow = (0.53 * 6000.0) ** (-1 / 5)
    void = scaled.values(curves(), 0, P, TIMES[2:3])[0][0]
    assert void == pytest.approx(100 * np.exp(-P / flow), rel=0.02)
    still = closing(curves(), None, [], 1.0, None, None)
    assert still.values(curves(), 0, P, TIMES)[0][4] == pytest.approx(100 * np.exp(-P), rel=0.01)
