"""Physical and numerical input of the solver, as plain numbers in its units.

Units: µm, MPa, s. Units and sources of user input are checked in
``napress.cases``; below it a number is a number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from napress.fem.inputs.constants import ROOM_TEMPERATURE_K, GAS_CONSTANT_kJ_PER_MOL_K


@dataclass(frozen=True)
class CreepLaw:
    """Norton creep with an Arrhenius factor.

    Attributes:
        rate_per_s: Equivalent strain rate at 1 MPa and the reference temperature.
        exponent: Stress exponent, at least 1.
        activation_kJ_per_mol: Activation energy; 0 is no dependence on temperature.
        reference_K: Temperature at which ``rate_per_s`` holds.
        has_yield: Whether the metal also yields, at its rate-independent flow stress.
    """

    rate_per_s: float
    exponent: float
    activation_kJ_per_mol: float = 0.0
    reference_K: float = ROOM_TEMPERATURE_K
    has_yield: bool = True

    def rate_at(self, temperature_K: float) -> float:
        """Strain rate at 1 MPa and a temperature, 1/s.

        Raises:
            ValueError: If the temperature is not above absolute zero.
        """
        if not temperature_K > 0.0:
            raise ValueError(f"temperature_K = {temperature_K:g}: allowed: > 0")
        colder = 1 / self.reference_K - 1 / temperature_K
        return self.rate_per_s * math.exp(
            self.activation_kJ_per_mol / GAS_CONSTANT_kJ_PER_MOL_K * colder
        )

    def rate(self, stress_MPa: float, temperature_K: float) -> float:
        """Equivalent strain rate at a von Mises stress and a temperature, 1/s."""
        return float(self.rate_at(temperature_K) * stress_MPa**self.exponent)


def from_flow_stress(stress_MPa: float, rate_exponent: float) -> tuple[float, float]:
    """Norton's rate at 1 MPa and exponent of ``stress = stress_MPa * rate**rate_exponent``.

    Args:
        stress_MPa: Flow stress at a rate of 1 per s.
        rate_exponent: Exponent of the rate.

    Returns:
        Rate at 1 MPa, 1/s, and stress exponent.
    """
    exponent = 1 / rate_exponent
    return stress_MPa**-exponent, exponent


@dataclass(frozen=True)
class PlasticMetal:
    """Finite-strain J2 metal with linear and Voce hardening.

    Flow stress: ``yield + hardening * a + voce * (1 - exp(-a / voce_strain))``
    with ``a`` the equivalent plastic strain. All hardening zero is perfect
    plasticity.

    Attributes:
        young_MPa: Young's modulus.
        poisson: Poisson's ratio.
        yield_MPa: Initial yield stress in uniaxial tension.
        hardening_MPa: Linear hardening modulus.
        voce_MPa: Saturation stress above the initial yield (Voce).
        voce_strain: Plastic strain over which it saturates.
        creep: Flow in time; ``None`` for a rate-independent metal. A metal that only
            creeps keeps ``yield_MPa`` as the scale of its stress.
    """

    young_MPa: float
    poisson: float
    yield_MPa: float
    hardening_MPa: float = 0.0
    voce_MPa: float = 0.0
    voce_strain: float = 1.0
    creep: CreepLaw | None = None


@dataclass(frozen=True)
class ElasticCeramic:
    """Isotropic linear elastic solid.

    Attributes:
        young_MPa: Young's modulus.
        poisson: Poisson's ratio.
    """

    young_MPa: float
    poisson: float
