"""Measures against gaps and stresses whose values are known in closed form."""

import dataclasses
import math

import numpy as np
import pytest

from napress.fem.snapshot import InterfaceSnapshot
from napress.postprocess.measures.depth import cell_depth, centroid, upper_facets
from napress.postprocess.measures.interface import (
    closure_percent,
    closure_pressure,
    closure_pressures,
    facet_pressure,
    find_voids,
    measure_ceramic,
    measure_interface,
    volume_percentile,
)


def test_open_sinusoid_has_the_area_between_peak_line_and_wave(synthetic):
    measured = measure_interface(synthetic.make_interface(0.0, facets=128))
    assert measured.void_um == pytest.approx(
        synthetic.AMPLITUDE_UM * synthetic.WAVELENGTH_UM, rel=1e-6
    )
    assert measured.contact_fraction < 0.03


@pytest.mark.parametrize("pressure", [0.3, 1.0, 3.0])
def test_contact_and_void_of_a_truncated_wave(synthetic, pressure):
    facets = 512
    measured = measure_interface(synthetic.make_interface(pressure, facets=facets))
    k = 2 * math.pi / synthetic.WAVELENGTH_UM
    edge = math.acos(1 - synthetic.descent(pressure)) / k
    half = synthetic.WAVELENGTH_UM / 2
    void = 2 * (
        (1 - synthetic.descent(pressure)) * (half - edge)
        - (math.sin(k * half) - math.sin(k * edge)) / k
    )
    assert measured.void_um == pytest.approx(void, rel=1e-3)
    assert measured.contact_fraction == pytest.approx(edge / half, abs=2 / facets)
    assert measured.pressure_mean_MPa == pytest.approx(pressure, rel=1e-9)
    assert measured.pressure_in_contact_MPa * measured.contact_fraction == pytest.approx(
        pressure, rel=0.02
    )


def test_penetration_lowers_the_signed_void_only(synthetic):
    interface = synthetic.make_interface(1.0)
    pressed = dataclasses.replace(
        interface, gap_um=np.where(interface.gap_um <= 0, -0.01, interface.gap_um)
    )
    before, after = measure_interface(interface), measure_interface(pressed)
    assert after.void_um == before.void_um
    touching = interface.area_um[interface.gap_um <= 0].sum()
    assert after.void_signed_um == pytest.approx(before.void_um - 0.01 * touching)


def test_contact_tolerance_is_one_nanometre_by_default(synthetic):
    interface = synthetic.make_interface(0.0)
    for gap, fraction in ((0.9e-3, 1.0), (1.1e-3, 0.0)):
        flat = dataclasses.replace(interface, gap_um=np.full_like(interface.gap_um, gap))
        assert measure_interface(flat).contact_fraction == fraction
    with pytest.raises(ValueError, match="contact_gap_um"):
        measure_interface(interface, -1.0)


def test_ripple_under_pressure_is_no_void_on_the_wide_facets_of_a_map():
    # Two facets of a map: one pressed with a ripple of 3 nm, one open by 20 nm.
    gap = np.array([[0.003, -0.003, 0.003], [0.02, 0.02, 0.02]])
    interface = InterfaceSnapshot(
        position_um=np.zeros((2, 3, 3)),
        gap_um=gap,
        pressure_MPa=np.array([[5.0, 5.0, 5.0], [0.0, 0.0, 0.0]]),
        area_um=np.full((2, 3), 0.5),
        adjacent_facets=np.array([[0, 1]]),
        facet_size_um=1.0,
    )
    measured = measure_interface(interface)
    assert measured.void_um == pytest.approx(0.03)
    assert (measured.voids.count, measured.voids.largest_um) == (1, pytest.approx(0.03))
    assert measured.void_signed_um == pytest.approx(0.0315)
    closed = dataclasses.replace(interface, gap_um=gap[[0, 0]], pressure_MPa=np.ones((2, 3)))
    assert measure_interface(closed).voids.count == 0


def test_voids_are_counted_by_connection(synthetic):
    interface = synthetic.make_interface(1.0, facets=192, waves=3)
    voids = find_voids(interface)
    whole = measure_interface(interface).void_um
    assert voids.count == 3
    assert voids.mean_um == pytest.approx(whole / 3)
    assert voids.largest_um == pytest.approx(whole / 3)
    one_lost = interface.gap_um.copy()
    one_lost[:64] = 0.0
    assert find_voids(dataclasses.replace(interface, gap_um=one_lost)).count == 2
    closed = find_voids(dataclasses.replace(interface, gap_um=0.0 * one_lost))
    assert (closed.count, closed.largest_um, closed.mean_um) == (0, 0.0, 0.0)


def test_facet_pressure_is_weighted_by_area_and_hides_point_overshoot(synthetic):
    interface = synthetic.make_interface(50.0, facets=4)
    pressure = np.zeros_like(interface.pressure_MPa)
    pressure[2] = [-20.0, 100.0, -20.0]
    shaky = dataclasses.replace(interface, pressure_MPa=pressure)
    # Three-point Gauss weights are 5/18, 8/18, 5/18.
    wanted = (-20 * 5 + 100 * 8 - 20 * 5) / 18
    assert facet_pressure(shaky) == pytest.approx([0, 0, wanted, 0])
    assert measure_interface(shaky).pressure_peak_MPa == pytest.approx(wanted)


def test_closure_pressure_is_log_linear_in_the_void():
    pressure = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
    closure = 100 * (1 - np.exp(-pressure))
    assert closure_pressure(pressure, closure, 90.0) == pytest.approx(math.log(10))
    found = closure_pressures(pressure, closure)
    assert list(found) == [
        "closure_pressure_90_MPa",
        "closure_pressure_99_MPa",
        "closure_pressure_99_9_MPa",
    ]
    assert found["closure_pressure_99_9_MPa"] == pytest.approx(math.log(1000))


def test_closure_pressure_when_nothing_or_everything_is_left():
    assert closure_pressure(np.array([0.0, 1.0]), np.array([0.0, 89.0]), 90.0) is None
    # Nothing left after the step: linear in the void.
    assert closure_pressure(np.array([0.0, 1.0]), np.array([0.0, 100.0]), 90.0) == pytest.approx(
        0.9
    )
    assert closure_pressure(np.array([0.0, 1.0]), np.array([100.0, 100.0]), 90.0) == 0.0
    assert closure_percent(0.0, 0.0) == 100.0
    assert closure_percent(5.0, 20.0) == 75.0


def test_percentile_by_hand():
    values = np.array([5.0, 1.0, 9.0, 3.0])
    volume = np.array([1.0, 96.0, 1.0, 2.0])
    # Sorted 1, 3, 5, 9 fill 96, 98, 99 and 100 % of the volume.
    assert [volume_percentile(values, volume, q) for q in (95.0, 97.0, 98.5, 99.9)] == [1, 3, 5, 9]


def test_full_contact_shear_is_found_at_its_depth(synthetic):
    ceramic = synthetic.make_ceramic(100.0, 10.0, columns=40, rows=80, amplitude=0.0)
    shear, principal = measure_ceramic(ceramic)
    assert shear.value_MPa == pytest.approx(10.0 / math.e, rel=0.01)
    assert shear.depth_um == pytest.approx(synthetic.WAVELENGTH_UM / (2 * math.pi), rel=0.1)
    assert shear.position_um[1] == pytest.approx(-shear.depth_um)
    assert principal.value_MPa < 0.0
    assert shear.percentile_MPa <= shear.value_MPa


def test_depth_is_measured_from_the_surface_above(synthetic):
    ceramic = synthetic.make_ceramic(columns=60, rows=20)
    middle = centroid(ceramic)
    wanted = synthetic.wave(middle[:, 0]) - middle[:, 1]
    assert np.abs(cell_depth(ceramic) - wanted).max() < 0.005
    assert cell_depth(ceramic).min() > 0.0
    assert len(upper_facets(ceramic)) == 60


def test_depth_in_three_dimensions(synthetic):
    body = synthetic.make_tetra_body(3, 6.0, lambda x, y: 0.2 * x - 0.1 * y)
    middle = centroid(body)
    wanted = 0.2 * middle[:, 0] - 0.1 * middle[:, 1] - middle[:, 2]
    assert cell_depth(body) == pytest.approx(wanted, abs=1e-9)
    assert len(upper_facets(body)) == 2 * 9
