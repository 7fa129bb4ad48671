"""Creep: the law, its return mapping at a point, a closing void, and the tangent."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import napress.meshes.backend  # noqa: F401

import numpy as np
import pytest
import ufl
from mpi4py import MPI

from napress.cases.verification.metal import creep_cylinder, creep_point
from napress.cases.verification.metal.creep_point import creeping, strained
from napress.cases.verification.metal.plastic_point import VIRGIN, MaterialPoint, uniaxial
from napress.cases.verification.pressing import timed_pressing
from napress.cases.verification.rows import Row
from napress.fem.inputs.materials import CreepLaw, PlasticMetal, from_flow_stress
from napress.fem.inputs.size_effect import (
    NixGao,
    PowerLaw,
    local_strength,
    local_wavelength,
    mean_wavelength_um,
)
from napress.fem.sodium.body import Sodium
from napress.fem.sodium.creep import LAWS, CreepRule, creep_constants
from napress.meshes import Flat, Notch, Sinusoid, build_sodium, build_surface
from napress.postprocess.theory.creep import (
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


def surface_of(*waves):
    components = [Sinusoid(amplitude, wave, 0.0) for amplitude, wave in waves]
    return build_surface(components, 20.0)


def test_local_wavelength_is_that_of_a_wave_and_finer_where_a_notch_is():
    places = np.linspace(0.0, 20.0, 41)[:, None]
    assert local_wavelength(surface_of((1.0, 5.0)))(places) == pytest.approx(5.0, rel=0.02)
    flat = build_surface([Flat()], 20.0)
    assert np.isinf(local_wavelength(flat)(places)).all()
    notched = build_surface([Sinusoid(0.5, 10.0, 0.0), Notch(0.3, 0.5, 10.0)], 20.0)
    found = local_wavelength(notched)(np.array([[10.0], [1.0]]))
    assert found[0] < 0.8 * found[1]


def test_strength_varies_from_cell_to_cell_and_fades_with_depth():
    surface = surface_of((0.1, 5.0))
    body = build_sodium(20.0, 20.0, 16, MPI.COMM_SELF)
    metal = PlasticMetal(4600.0, 0.41, 0.2, 1.0)
    strength = local_strength(NixGao(15.0), surface, metal.yield_MPa)
    sodium = Sodium(body, metal, 1.25, strength=strength)
    places = sodium.strength.function_space.tabulate_dof_coordinates()
    length = np.maximum(5.0, places[:, 1])
    expected = np.sqrt(1 + 15.0 / length)
    np.testing.assert_allclose(sodium.strength.x.array, expected, rtol=0.02)
    assert sodium.flow_stress_behind_face() == pytest.approx(0.2 * 2.0, rel=0.02)


def test_strength_scales_creep_too():
    """Twice as strong: the same share of the trial stress is left at twice the stress."""
    law = CreepLaw(0.53, 5.0)
    shares = []
    for strength, trial_MPa in ((None, 0.3), (ufl.as_ufl(2.0), 0.6)):
        constants = creep_constants(law, ufl.as_ufl, strength)
        constants = replace(constants, increment=ufl.as_ufl(0.1))
        shear = 1000.0 if strength is None else 2000.0
        norm = trial_MPa / math.sqrt(1.5)
        multiplier, _ = constants.rule.multiplier(ufl.as_ufl(norm), ufl.as_ufl(shear), constants)
        shares.append(1 - 2 * shear * multiplier(()) / norm)
    assert 0.05 < shares[0] < 0.95
    assert shares[1] == pytest.approx(shares[0], rel=1e-9)


@dataclass(frozen=True)
class Exponential:
    """A creep law nobody has asked for yet: ``rate = A (exp(stress / scale) - 1)``."""

    rate_per_s: float
    scale_MPa: float
    has_yield: bool = False

    def rate_at(self, temperature_K):
        return self.rate_per_s

    def rate(self, stress_MPa, temperature_K):
        return self.rate_per_s * math.expm1(stress_MPa / self.scale_MPa)


def exponential_multiplier(norm, shear, creep):
    """Newton's method on ``s + 3 G dt A (exp(s / scale) - 1) = trial``, from above."""
    scale, trial = creep.parameters["scale_MPa"], math.sqrt(1.5) * norm
    load = 3 * shear * creep.increment
    stress = ufl.conditional(
        ufl.lt(trial, scale * ufl.ln(1 + trial / (load + 1e-30))),
        trial,
        scale * ufl.ln(1 + trial / (load + 1e-30)),
    )
    for _ in range(7):
        grown = load * ufl.exp(stress / scale)
        stress = stress - (stress + grown - load - trial) / (1 + grown / scale)
    stiffness = 1 / (1 + load * ufl.exp(stress / scale) / scale)
    return (trial - stress) / (math.sqrt(6) * shear), (1 - stiffness) / (2 * shear)


def test_a_creep_law_is_one_file_and_one_line(monkeypatch):
    monkeypatch.setitem(LAWS, Exponential, CreepRule(("scale_MPa",), exponential_multiplier))
    law = Exponential(1e-4, 0.05)
    point = MaterialPoint(creeping(law))
    for rate in (1e-4, 1e-2):
        expected = law.scale_MPa * math.log1p(rate / law.rate_per_s)
        found = strained(point, rate, 298.15).equivalent_MPa
        assert found == pytest.approx(expected, rel=1e-3)
