"""The pellet and its sodium layer against closed forms and against each other."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from napress.cases.verification.contact import friction_hill
from napress.cases.verification.pressing import pellet_scale
from napress.fem.inputs.materials import ElasticCeramic
from napress.fem.pellet.layer import SodiumLayer
from napress.fem.pellet.layer_step import LayerMetal
from napress.fem.pellet.press import PelletProblem, press_pellet
from napress.fem.pellet.punch import PunchShape, PunchTouches
from napress.fem.pellet.support import SupportShape
from napress.postprocess.measures.stress import principal_stress
from napress.postprocess.theory import pellet as closed

SHEAR = 0.235 / math.sqrt(3)
SEALED = LayerMetal(SHEAR, 8500.0, math.inf)
PROBLEM = PelletProblem(5000.0, 1000.0, ElasticCeramic(80000.0, 0.26), 100.0, SEALED, fineness=0.5)


def failures(rows) -> list[str]:
    assert rows, "the check compared nothing"
    return [f"{row.name}: {row.computed} for {row.reference}" for row in rows if not row.passed]


@pytest.mark.parametrize("check", [pellet_scale.sleeve, pellet_scale.isostatic])
def test_quick_checks_pass(check):
    assert not failures(check())


def test_plate_over_gap(monkeypatch):
    monkeypatch.setattr(pellet_scale, "PLATES", ((10.0, 40.0),))
    assert not failures(pellet_scale.plate_over_gap())


def test_wrong_poisson_of_the_plate_is_noticed(monkeypatch):
    monkeypatch.setattr(pellet_scale, "PLATES", ((10.0, 40.0),))
    right = closed.plate_over_gap_tension_MPa
    monkeypatch.setattr(
        closed, "plate_over_gap_tension_MPa", lambda p, r, t, poisson: right(p, r, t, 0.4)
    )
    assert failures(pellet_scale.plate_over_gap())


def test_tilted_punch_on_a_pellet_with_free_side():
    assert not failures(pellet_scale._tilt_rows("free side", 0.0, 5.0))


def test_friction_hill_by_finite_elements():
    hill = friction_hill.flow_disc(10.0, 4)
    slab = closed.friction_hill_mean_pressure_MPa(10.0, 1.0, friction_hill.YIELD_MPa)
    assert hill.mean_MPa == pytest.approx(slab, rel=0.05)
    assert hill.mean_MPa == pytest.approx(hill.rounded_MPa, rel=1e-4)


def test_sodium_layer_thins_as_the_hill_asks():
    assert not failures(friction_hill._layer_rows())


def test_sealed_die_on_a_flat_support_presses_evenly():
    run = press_pellet(PROBLEM, [36.0, 360.0])
    assert run.reason == ""
    for snapshot, mean in zip(run.snapshots, (36.0, 360.0), strict=True):
        assert snapshot.pressure_MPa == pytest.approx(mean, rel=1e-5)
        assert snapshot.area_um2 @ snapshot.pressure_MPa == pytest.approx(
            mean * math.pi * 5000.0**2, rel=1e-5
        )
        assert snapshot.cell_stress_MPa[:, 2] == pytest.approx(-mean, rel=1e-5)
    assert run.snapshots[1].extruded == 0.0


def test_a_pressure_below_the_yield_stress_has_a_named_reason():
    run = press_pellet(PROBLEM, [0.1])
    assert run.snapshots == () and "0.1 MPa is below the 0.235 MPa" in run.reason
    run = press_pellet(PROBLEM, [0.235, 5.0, 4.0])
    assert [snapshot.mean_MPa for snapshot in run.snapshots] == pytest.approx([0.235, 5.0])
    assert "4 MPa is below the 5 MPa" in run.reason


def test_gradient_never_exceeds_its_limit():
    problem = replace(
        PROBLEM, metal=LayerMetal(SHEAR, 8500.0, 271.0), punch=PunchShape(crown_um=5.0)
    )
    snapshot = press_pellet(problem, [360.0]).snapshots[0]
    order = snapshot.interface_um[:, 0].argsort()
    radius = snapshot.interface_um[order, 0]
    fall = -np.diff(snapshot.pressure_MPa[order]) / np.diff(radius)
    limit = (
        2 * SHEAR * 0.5 * (1 / snapshot.sodium_um[order][1:] + 1 / snapshot.sodium_um[order][:-1])
    )
    assert (fall <= limit * 1.003).all()
    # it is pressed out, so metal flows everywhere and the limit is reached
    assert fall[len(fall) // 2] == pytest.approx(limit[len(fall) // 2], rel=0.01)
    assert 0.8 < snapshot.extruded < 1.0


def test_half_disc_without_tilt_agrees_with_the_section():
    metal = LayerMetal(SHEAR, 8500.0, 271.0)
    section = press_pellet(replace(PROBLEM, metal=metal), [360.0]).snapshots[0]
    # an offset of nothing forces the 3-D model
    solid = replace(PROBLEM, metal=metal, support=SupportShape(offset_um=1e-9), fineness=0.8)
    disc = press_pellet(solid, [360.0]).snapshots[0]
    assert disc.interface_um.shape[1] == 2
    assert disc.pressure_MPa.max() == pytest.approx(section.pressure_MPa.max(), rel=0.02)
    assert disc.sodium_um.min() == pytest.approx(section.sodium_um.min(), rel=0.1)


def test_tilt_moves_the_pressure_to_the_thin_side():
    tilted = replace(PROBLEM, punch=PunchShape(tilt_rad=0.004), fineness=0.7)
    snapshot = press_pellet(tilted, [100.0]).snapshots[0]
    x = snapshot.interface_um[:, 0]
    assert snapshot.interface_um[snapshot.pressure_MPa.argmax(), 0] == x.min()
    assert snapshot.interface_um[snapshot.pressure_MPa.argmin(), 0] == x.max()
    assert snapshot.sodium_um[x.argmin()] < snapshot.sodium_um[x.argmax()] - 35


def test_gap_below_puts_the_pellet_in_tension():
    def tension(gap_um: float) -> float:
        problem = replace(PROBLEM, support=SupportShape(gap_radius_um=gap_um))
        snapshot = press_pellet(problem, [100.0]).snapshots[0]
        assert (snapshot.support_MPa[snapshot.support_um[:, 0] < 0.99 * gap_um] == 0).all()
        assert (snapshot.support_MPa >= 0).all()
        return float(principal_stress(snapshot.point_stress_MPa)[:, 0].max())

    small, large = tension(500.0), tension(1500.0)
    assert 70 < small < large
    # between a clamped and a simply supported plate
    assert closed.clamped_plate_tension_MPa(100.0, 1500.0, 1000.0, 0.26) < large
    assert large < closed.plate_over_gap_tension_MPa(100.0, 1500.0, 1000.0, 0.26)


def test_debris_carries_more_than_its_share():
    shape = SupportShape(debris_height_um=5.0, debris_radius_um=200.0)
    snapshot = press_pellet(replace(PROBLEM, support=shape), [100.0]).snapshots[0]
    on_it = snapshot.support_um[:, 0] <= 200.0
    beside = (snapshot.support_um[:, 0] > 205.0) & (snapshot.support_um[:, 0] < 300.0)
    assert snapshot.support_MPa[on_it].min() > 300.0
    assert snapshot.support_MPa[beside].max() == 0.0
    assert principal_stress(snapshot.point_stress_MPa)[:, 0].max() > 100.0


def test_punch_through_the_sodium_is_refused():
    with pytest.raises(PunchTouches, match="allowed: more than 12"):
        press_pellet(replace(PROBLEM, punch=PunchShape(crown_um=250.0)), [10.0])


@pytest.mark.parametrize(
    ("punch", "needed_um"),
    [
        (PunchShape(crown_um=50.0), 25.0),
        (PunchShape(crown_um=-50.0), 25.0),
        (PunchShape(tilt_rad=0.01), 50.0),
        # a ring 1 mm wide, 100 um deep outside: the mean of its depth over the disc
        (PunchShape(chamfer_width_um=1000.0, chamfer_depth_um=100.0), 100 * (2 / 25) * (7 / 3)),
    ],
)
def test_room_for_the_sodium_is_known_without_a_mesh(punch, needed_um):
    punch.require_room(1.01 * needed_um, 5000.0)
    with pytest.raises(PunchTouches, match="allowed: more than"):
        punch.require_room(0.99 * needed_um, 5000.0)


def test_layer_keeps_what_it_cannot_press_out():
    face = friction_hill.ring_face(5000.0, 31)
    layer = SodiumLayer(face, SEALED, np.full(31, 100.0))
    state = layer.press_to(850.0)
    assert state.extruded_um3 == 0.0
    assert state.thickness_um == pytest.approx(100.0 * math.exp(-0.1), rel=2e-3)
