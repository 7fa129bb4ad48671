"""Maps on a square cell: exact for waves, levelled by a plane, holes bridged or refused."""

import math

import numpy as np
import pytest

from napress.meshes import (
    MeasuredMap,
    SurfaceError,
    Treatment,
    build_surface,
    measure_surface,
)

WIDTH = 10.0
AXIS = np.arange(121) * 0.1


def waves(x, y):
    return 0.2 * np.cos(2 * np.pi * x / 5) + 0.1 * np.cos(2 * np.pi * y / 2.5)


Y, X = np.meshgrid(AXIS, AXIS, indexing="ij")
HEIGHT = waves(X, Y)


def surface(height=HEIGHT, **treatment):
    treatment = {"cutoff_um": 1.0, "level": "mean"} | treatment
    return build_surface(MeasuredMap((0.1, 0.1), height, Treatment(**treatment)), WIDTH, 3)


def test_waves_come_out_where_they_are():
    at = np.random.default_rng(1).uniform(0, WIDTH, (500, 2))
    difference = surface().height(at) - waves(*at.T)
    assert np.ptp(difference) < 2e-3
    found = measure_surface(surface())
    assert found.rq_um == pytest.approx(math.sqrt(0.2**2 / 2 + 0.1**2 / 2), rel=0.01)
    assert found.mean_gap_um == pytest.approx(0.3, rel=0.01)
    assert surface().shortest_wavelength_um == 1.0


@pytest.mark.parametrize("ends", ["mirror", "taper", "periodic"])
def test_derivatives_are_exact(ends):
    made = surface(HEIGHT + 0.05 * np.sin(0.9 * X + 0.7 * Y), ends=ends)
    at = np.random.default_rng(2).uniform(0.1, 9.9, (100, 2))
    step = 1e-5
    _, gradient, hessian = made.evaluate(at)
    for axis in range(2):
        shift = step * np.eye(2)[axis]
        slope = (made.height(at + shift) - made.height(at - shift)) / (2 * step)
        bend = (made.gradient(at + shift) - made.gradient(at - shift)) / (2 * step)
        assert gradient[:, axis] == pytest.approx(slope, abs=1e-7)
        assert hessian[:, :, axis] == pytest.approx(bend, abs=1e-6)


def test_mirrored_and_periodic_walls():
    lopsided = HEIGHT + 0.1 * np.sin(2 * np.pi * X / 17)
    beyond = np.array([[-1.3, 4.0], [11.0, 4.0]])
    within = np.array([[1.3, 4.0], [9.0, 4.0]])
    mirrored = surface(lopsided)
    assert mirrored.height(beyond) == pytest.approx(mirrored.height(within))
    periodic = surface(lopsided, ends="periodic")
    assert periodic.height(beyond) == pytest.approx(periodic.height(np.mod(beyond, WIDTH)))


def test_a_steep_slope_near_a_wall_is_warned_of():
    """Peak and valley lie inside, a low and steep ridge stands at the wall."""
    hill = 0.3 * np.exp(-((X - 6) ** 2 + (Y - 5) ** 2) / 4)
    dale = -0.3 * np.exp(-((X - 3) ** 2 + (Y - 5) ** 2) / 2)
    ridge = 0.15 * np.exp(-(((X - 0.1) / 0.4) ** 2))
    treatment = Treatment(cutoff_um=0.6, level="mean")
    warnings = [
        MeasuredMap((0.1, 0.1), height, treatment).treated(WIDTH).warnings
        for height in (hill + dale + ridge, hill + dale)
    ]
    assert "its steepest slope" in warnings[0][0] and "point" not in warnings[0][0]
    assert not warnings[1]


def test_a_tilted_map_is_levelled_by_a_plane():
    component = MeasuredMap(
        (0.1, 0.1), HEIGHT + 0.1 * X - 0.05 * Y, Treatment(level="line", cutoff_um=1.0)
    )
    treated = component.treated(WIDTH)
    assert treated.slope_removed == pytest.approx((0.1, -0.05), abs=2e-3)
    found = measure_surface(build_surface(component, WIDTH, 3))
    assert found.rq_um == pytest.approx(math.sqrt(0.2**2 / 2 + 0.1**2 / 2), rel=0.02)


def test_small_holes_are_bridged_and_large_ones_refused():
    holed = HEIGHT.copy()
    holed[40:43, 50:53] = np.nan
    at = np.random.default_rng(1).uniform(0, WIDTH, (500, 2))
    assert np.ptp(surface(holed).height(at) - waves(*at.T)) < 0.02
    holed[40:60, 50:70] = np.nan
    with pytest.raises(SurfaceError, match="a hole at column 51, line 41"):
        surface(holed)


def test_what_does_not_fit_is_refused():
    with pytest.raises(SurfaceError, match="covers 12 um, the cell is 20 um wide"):
        build_surface(MeasuredMap((0.1, 0.1), HEIGHT), 20.0, 3)
    with pytest.raises(SurfaceError, match="allowed: dimension 3, or line"):
        build_surface(MeasuredMap((0.1, 0.1), HEIGHT), 10.0, 2)
    with pytest.raises(SurfaceError, match="at least 8 rows"):
        MeasuredMap((0.1, 0.1), HEIGHT[:3])
    with pytest.raises(SurfaceError, match="is a unit wrong"):
        surface(1e-5 * HEIGHT)


def test_a_cell_of_two_widths_is_a_part_of_the_map():
    made = build_surface(
        MeasuredMap((0.1, 0.1), HEIGHT, Treatment(cutoff_um=1.0, level="mean")), (10.0, 5.0), 3
    )
    at = np.random.default_rng(1).uniform(0, 1, (500, 2)) * (10.0, 5.0)
    assert np.ptp(made.height(at) - waves(*at.T)) < 2e-3
