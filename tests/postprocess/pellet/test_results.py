"""Closed forms of the pellet scale and what is made of a pressed pellet."""

from __future__ import annotations

import math

import numpy as np
import pytest

from napress.postprocess.fracture.weibull import WeibullLaw, volume_risk
from napress.postprocess.pellet.results import warnings_of
from napress.postprocess.theory import pellet as closed


def test_published_numbers_of_the_plate_and_the_press():
    # 360 MPa, 1 mm thick, gap of 0.5, 1 and 2 mm
    found = [closed.plate_over_gap_tension_MPa(360, d / 2, 1000, 0.26) for d in (500, 1000, 2000)]
    assert found == pytest.approx([28, 110, 440], rel=0.03)
    for diameter, force in ((8, 18.1), (10, 28.3), (12, 40.7), (13, 47.8)):
        assert closed.press_force_kN(360.0, diameter * 500.0) == pytest.approx(force, abs=0.06)


def test_hill_and_its_inverse():
    mean = closed.friction_hill_mean_pressure_MPa(5000.0, 100.0, 0.235)
    assert mean == pytest.approx(0.235 * (1 + 2 * 50 / (3 * math.sqrt(3))))
    assert closed.friction_hill_thickness_um(mean, 5000.0, 0.235) == pytest.approx(100.0)
    assert closed.friction_hill_thickness_um(0.1, 5000.0, 0.235) == math.inf


def test_extrusion_needs_a_clearance():
    assert closed.die_extrusion_pressure_MPa(0.0, 10.0, 0.235) == math.inf
    held = closed.die_extrusion_pressure_MPa(10.0, 10000.0, 0.235)
    assert held == pytest.approx(2000 * 0.235 / math.sqrt(3))


def test_sleeve_from_thin_to_thick():
    thin = closed.sleeve_stiffness_MPa_per_um(5000.0, 5050.0, 200e3, 0.3)
    assert thin == pytest.approx(200e3 * 50 / 5000.0**2, rel=0.02)
    radial, hoop = closed.sleeve_stress_MPa(np.array([5000.0, 15000.0]), 100.0, 5000.0, 15000.0)
    assert radial == pytest.approx([-100.0, 0.0])
    assert hoop == pytest.approx([125.0, 25.0])
    rigid = closed.confined_side_pressure_MPa(360.0, 5000.0, 80e3, 0.26, 1e12)
    assert rigid == pytest.approx(360 * 0.26 / 0.74)
    assert closed.confined_side_pressure_MPa(360.0, 5000.0, 80e3, 0.26, 0.0) == 0.0


def test_tilted_layer_between_its_limits():
    young, poisson = 80e3, 0.26
    confined = closed.tilted_layer_modulus_MPa(young, poisson, True)
    assert young < confined < closed.oedometric_modulus_MPa(young, poisson)
    assert closed.tilted_layer_modulus_MPa(young, 0.0, True) == pytest.approx(young)


@pytest.mark.parametrize(
    "call",
    [
        lambda: closed.sleeve_stiffness_MPa_per_um(5.0, 5.0, 1.0, 0.3),
        lambda: closed.plate_over_gap_tension_MPa(1.0, 0.0, 1.0, 0.3),
        lambda: closed.die_extrusion_pressure_MPa(-1.0, 1.0, 1.0),
        lambda: closed.press_force_kN(1.0, 0.0),
    ],
)
def test_closed_forms_refuse_what_has_no_meaning(call):
    with pytest.raises(ValueError, match="must"):
        call()


def test_weibull_risk_counts_tension_beside_any_compression():
    principal = np.array([[100.0, 50.0, -1000.0], [-1.0, -2.0, -3.0]])
    risk = volume_risk(WeibullLaw(5.0, 100.0, 1e9, 1e7), principal, np.array([2e9, 5e9]))
    assert risk == pytest.approx(2 * (1 + 0.5**5))


def row(**changes) -> dict[str, float]:
    calm = {
        "tension_over_strength": 0.1,
        "peak_tension_MPa": 8.0,
        "sodium_extruded_percent": 0.0,
        "sodium_mean_um": 100.0,
        "sodium_thinnest_um": 90.0,
        "side_highest_MPa": 1.0,
        "side_mean_MPa": 1.0,
    }
    return calm | changes


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tension_over_strength": 1.5}, "reaches its strength"),
        ({"sodium_extruded_percent": 90.0}, "pressed out"),
        ({"sodium_thinnest_um": 0.1}, "thinner than 1 um"),
        ({"sleeve_over_yield": 2.0}, "sleeve yields"),
        ({"punch_over_yield": 1.1}, "punch yields"),
    ],
)
def test_warnings_say_what_is_wrong(changes, words):
    assert warnings_of(row()) == []
    assert words in " ".join(warnings_of(row(**changes)))
