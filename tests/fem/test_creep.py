"""Creep: the law, its return mapping at a point, a closing void, and the tangent."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from napress.cases.verification import creep_cylinder, creep_point, timed_pressing
from napress.cases.verification.plastic_point import VIRGIN, MaterialPoint, uniaxial
from napress.cases.verification.rows import Row
from napress.fem.creep_law import CreepLaw, from_flow_stress
from napress.fem.parameters import PlasticMetal
from napress.fem.size_effect import NixGao, PowerLaw, mean_wavelength_um
from napress.postprocess.creep_closed_forms import (
    norton_closed_radius,
    norton_stress_MPa,
    relaxed_stress_MPa,
)


def failures(rows: list[Row]) -> list[str]:
    assert rows, "the check compared nothing"
    return [f"{row.name}: {row.computed} for {row.reference}" for row in rows if not row.passed]


def test_creep_at_a_point():
    assert not failures(creep_point.creep_at_a_point())


def test_a_wrong_exponent_is_noticed(monkeypatch):
    monkeypatch.setattr(creep_point, "RATE_EXPONENT", 0.17)
    right = CreepLaw(*from_flow_stress(0.928, 0.164), has_yield=False)
    monkeypatch.setattr(creep_point, "flow_fit", lambda: right)
    assert any("flow law" in line for line in failures(creep_point._rate_rows()))


def test_tangent_of_creep():
    assert not failures(timed_pressing.tangent())


def test_norton_void_closes():
    assert not failures(creep_cylinder.closing_void(16, 20))


@pytest.mark.parametrize("exponent", [1.0, 5.0, 6.1, 20.0])
@pytest.mark.parametrize("step_s", [0.0, 1e-9, 1.0, 1e3])
def test_stress_and_creep_strain_satisfy_the_law(exponent, step_s):
    """Whatever the step, trial stress = stress + 3 G rate dt holds to rounding."""
    law = CreepLaw(0.53, exponent, has_yield=False)
    point = MaterialPoint(PlasticMetal(4600.0, 0.41, 0.235, creep=law))
    point.let_creep(step_s, 298.15)
    state = point.deform(uniaxial(0.001)(1.0), VIRGIN)
    stress = state.equivalent_MPa
    assert state.plastic_strain == pytest.approx(step_s * law.rate_per_s * stress**exponent, 1e-8)
    shear = 4600 / 2.82
    assert stress + 3 * shear * state.plastic_strain == pytest.approx(3 * shear * 0.001, rel=1e-3)


def test_without_time_creep_and_yield_is_plain_plasticity():
    law = CreepLaw(0.53, 5.0, has_yield=True)
    creeps = PlasticMetal(4600.0, 0.41, 0.235, 2.0, 0.1, 0.05, creep=law)
    both, plain = MaterialPoint(creeps), MaterialPoint(replace(creeps, creep=None))
    assert both.follow(uniaxial(0.1), 20).equivalent_MPa == pytest.approx(
        plain.follow(uniaxial(0.1), 20).equivalent_MPa, rel=1e-12
    )


def test_warmer_is_faster_and_the_reference_is_the_reference():
    law = CreepLaw(0.53, 5.0, 44.0)
    assert law.rate_at(298.15) == pytest.approx(0.53)
    assert law.rate_at(333.15) / 0.53 == pytest.approx(6.452, rel=1e-3)
    # Far above any temperature of use the factor tends to the prefactor of Arrhenius.
    assert law.rate_at(1e9) == pytest.approx(2.7e7, rel=0.05)
    with pytest.raises(ValueError, match="temperature_K = 0: allowed: > 0"):
        law.rate_at(0.0)


def test_flow_stress_law_is_a_norton_law():
    rate, exponent = from_flow_stress(0.928, 0.164)
    assert norton_stress_MPa(1e-3, rate, exponent) == pytest.approx(0.928 * 1e-3**0.164)
    assert exponent == pytest.approx(6.0976, rel=1e-4)


def test_relaxation_solves_its_equation():
    start, shear, rate, exponent = 0.4, 1631.0, 0.53, 5.0
    at = [relaxed_stress_MPa(start, t, shear, rate, exponent) for t in (0.0, 0.999, 1.001)]
    assert at[0] == pytest.approx(start)
    middle = relaxed_stress_MPa(start, 1.0, shear, rate, exponent)
    slope = (at[2] - at[1]) / 0.002
    assert slope == pytest.approx(-3 * shear * rate * middle**exponent, rel=1e-5)


def test_linear_viscous_void_shrinks_exponentially():
    """With n = 1 and an outer radius far away the void's area decays as in Stokes flow."""
    radius = norton_closed_radius(1.0, 1e4, 2.0, 0.3, 0.5, 1.0)
    assert radius == pytest.approx(math.exp(-math.sqrt(3) * 0.25 * math.sqrt(3) * 2.0 * 0.3), 1e-6)


# --- size effect -----------------------------------------------------------------------


def test_size_effects():
    assert NixGao(3.0).factor(0.2, 1.0) == pytest.approx(2.0)
    assert PowerLaw(5.0, 0.7).factor(0.2, 1.0) == pytest.approx(25.0)
    assert PowerLaw(5.0, 0.7).factor(0.2, 1e6) == 1.0, "never weaker than bulk"
    assert NixGao(1.0).factor(0.2, math.inf) == 1.0, "a flat surface has the strength of bulk"
    wave = 7.0
    rms, slope = 1 / math.sqrt(2), 2 * math.pi / wave / math.sqrt(2)
    assert mean_wavelength_um(rms, slope) == pytest.approx(wave)
    assert mean_wavelength_um(0.0, 0.0) == math.inf


def test_strength_scales_creep_too():
    law = CreepLaw(0.53, 5.0)
    metal = NixGao(3.0).strengthened(PlasticMetal(4600.0, 0.41, 0.2, 1.0, 0.1, 0.2, law), 1.0)
    assert (metal.yield_MPa, metal.hardening_MPa, metal.voce_MPa) == (0.4, 2.0, 0.2)
    assert metal.young_MPa == 4600.0
    rate = 1e-3
    assert norton_stress_MPa(rate, metal.creep.rate_per_s, 5.0) == pytest.approx(
        2 * norton_stress_MPa(rate, 0.53, 5.0)
    )
