"""What is done to a scan: levels, holes, starts, ends, low-pass, and what is refused."""

import math

import numpy as np
import pytest

from napress.meshes import Measured, SurfaceError, Treatment, build_surface, measure_surface

WIDTH = 20.0
X = np.arange(201) * 0.1
Z = 0.5 * np.cos(2 * np.pi * X / 10) + 0.2 * np.cos(2 * np.pi * X / 5)


def measure(x, z, **treatment):
    component = Measured(x, z, Treatment(**treatment))
    return measure_surface(build_surface(component, WIDTH)), component.treated(WIDTH)


def test_a_sine_that_is_level_stays_as_it_is():
    x = np.arange(401) * 0.05
    sine = np.sin(2 * np.pi * x / 20)
    kept, treated = measure(x, sine, level="none", cutoff_um=2.0)
    assert kept.rq_um == pytest.approx(math.sqrt(0.5), rel=0.002)
    assert kept.peak_to_valley_um == pytest.approx(2.0, rel=0.002)
    assert treated.slope_removed == (0.0,)
    levelled, treated = measure(x, sine, cutoff_um=2.0)
    # the least-squares line of one sine has the slope -6 / (pi width)
    assert treated.slope_removed[0] == pytest.approx(-6 / (math.pi * 20), rel=0.01)
    assert levelled.rq_um == pytest.approx(math.sqrt(0.5 - 3 / math.pi**2), rel=0.01)
    assert treated.rq_before_um == pytest.approx(math.sqrt(0.5), rel=0.01)


def test_a_step_stays_a_step():
    x = np.arange(201) * 0.1
    step = np.where(x > 10, 1.0, 0.0)
    assert measure(x, step, level="mean")[0].rq_um == pytest.approx(0.5, rel=0.01)
    _, treated = measure(x, step, level="mean", cutoff_um=2.0)
    assert any("overshoots" in text for text in treated.warnings)


@pytest.mark.parametrize("degree", [2, 3])
def test_form_is_removed_by_a_polynomial(degree):
    form = 0.02 * (X - 7) ** degree
    found, _ = measure(X, Z + form, level=degree, cutoff_um=1.0)
    plain, _ = measure(X, Z, level=degree, cutoff_um=1.0)
    assert found.rq_um == pytest.approx(plain.rq_um, rel=1e-3)


def test_only_the_part_in_use_is_levelled_and_judged():
    x = np.arange(401) * 0.5
    tilted = 0.3 * np.sin(2 * np.pi * x / 7) + math.tan(math.radians(7)) * x
    found, treated = measure(x, tilted, cutoff_um=2.0)
    assert treated.slope_removed[0] == pytest.approx(math.tan(math.radians(7)), abs=0.02)
    assert 0.5 < found.peak_to_valley_um < 0.75
    assert found.rq_um == pytest.approx(0.3 / math.sqrt(2), rel=0.1)


def test_a_hole_is_refused_with_its_place_or_bridged_without_a_new_extreme():
    seen = (X <= 9.4 + 1e-9) | (X >= 12.6 - 1e-9)
    with pytest.raises(SurfaceError, match="a hole from 9.4 to 12.6 um, 31 points missing"):
        measure(X[seen], Z[seen], cutoff_um=2.0)
    with pytest.raises(SurfaceError, match="allowed: holes up to bridge = 5 points"):
        measure(X[seen], Z[seen], cutoff_um=4.0)
    _, treated = measure(X[seen], Z[seen], cutoff_um=4.0, bridge=31)
    assert treated.bridged == 31
    small = np.delete(np.arange(201), [60, 61, 62])
    surface = build_surface(Measured(X[small], Z[small], Treatment(level="none")), WIDTH)
    height = surface.height(np.linspace(0, WIDTH, 20001)[:, None])
    assert np.ptp(height) == pytest.approx(np.ptp(Z[small]), rel=1e-12)


def test_between_points_there_is_no_new_extreme():
    rough = np.random.default_rng(3).normal(0, 0.05, 201)
    surface = build_surface(Measured(X, rough, Treatment(level="none")), WIDTH)
    fine = np.linspace(0, WIDTH, 40001)
    height = surface.height(fine[:, None])
    cell = np.clip((fine / 0.1).astype(int), 0, 199)
    low, high = np.minimum(rough[:-1], rough[1:])[cell], np.maximum(rough[:-1], rough[1:])[cell]
    level = height - surface.shift_um
    assert (level >= low - 1e-9).all() and (level <= high + 1e-9).all()


def test_start_centre_and_flip():
    x = np.arange(601) * 0.1
    ramp = 0.1 * np.cos(2 * np.pi * x / 10) * (1 + x / 60)
    starts = {"first": (0.0,), "later": (15.0,), "centre": None}
    found = {
        name: measure(x, ramp, start_um=start, cutoff_um=1.0)[0].rq_um
        for name, start in starts.items()
    }
    assert found["first"] < found["later"] < found["centre"]
    up, down = (Measured(x, ramp, Treatment(flip=flip, level="mean")) for flip in (False, True))
    at = np.linspace(0, WIDTH, 99)[:, None]
    heights = [build_surface(part, WIDTH).height(at) for part in (up, down)]
    assert np.ptp(heights[0] + heights[1]) < 1e-9
    with pytest.raises(SurfaceError, match="start_um = 41: must be at most 40 um"):
        measure(x, ramp, start_um=(41.0,))


@pytest.mark.parametrize("cutoff", [None, 1.0])
def test_ends_meet_the_walls(cutoff):
    flank = 0.3 * np.sin(2 * np.pi * X / 12)
    made = {
        ends: build_surface(
            Measured(X, flank, Treatment(ends=ends, level="none", cutoff_um=cutoff)), WIDTH
        )
        for ends in ("mirror", "taper", "periodic")
    }
    walls = np.array([[0.0], [WIDTH]])
    assert made["mirror"].gradient(walls) == pytest.approx(0.0, abs=1e-9)
    assert made["taper"].gradient(walls) == pytest.approx(0.0, abs=1e-9)
    assert np.ptp(made["taper"].height(walls)) < 2e-2
    height, slope, _ = made["periodic"].evaluate(np.array([[1e-9], [WIDTH - 1e-9]]))
    assert np.ptp(height) < 1e-6 and np.ptp(slope) < 1e-6
    assert abs(slope[0, 0]) > 0.1
    middle = np.linspace(3, 17, 99)[:, None]
    for ends in ("taper", "periodic"):
        assert np.ptp(made[ends].height(middle) - made["mirror"].height(middle)) < 0.01


def test_an_extreme_near_a_wall_is_warned_of():
    wave = 0.3 * np.cos(2 * np.pi * X / 10)
    _, mirrored = measure(X, wave, cutoff_um=2.0)
    assert any("near a wall" in text and "highest point" in text for text in mirrored.warnings)
    _, tapered = measure(X, wave, cutoff_um=2.0, ends="taper")
    assert not tapered.warnings
    middle = np.exp(-((X - 10) ** 2) / 4)
    _, quiet = measure(X, middle, cutoff_um=2.0)
    assert not any("highest" in text for text in quiet.warnings)


@pytest.mark.parametrize(
    ("factor", "message"),
    [(1e-4, "peak to valley .* below 1 nm"), (1e3, "slopes up to .*above 10")],
)
def test_magnitudes_that_cannot_be_need_a_confirmation(factor, message):
    with pytest.raises(SurfaceError, match=f"{message}.*is a unit wrong.*confirmed = true"):
        measure(X, factor * Z)
    assert measure(X, factor * Z, confirmed=True)[0].rq_um > 0


@pytest.mark.parametrize(("name", "value"), [("level", "plane"), ("ends", "open")])
def test_a_choice_that_is_not_there(name, value):
    with pytest.raises(SurfaceError, match=f"{name} = '{value}': must be one of"):
        Treatment(**{name: value})
