"""The law of power-law creep, in plain numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

GAS_CONSTANT_kJ_PER_MOL_K = 8.314462618e-3  # CODATA 2018, exact
ROOM_TEMPERATURE_K = 298.15


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
